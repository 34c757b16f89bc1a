"""Take the texts of the package from its code and templates, and bring the catalogues up to date: `make words`.

A text is what stands in `say("…")`, `several(number, "…", "…")` or `later("…")`, in code, scripts and the notebooks
that a project begins with; what a template has between double braces; and the captions and the prose of a new project.
What is translated stays as long as it is said; what is new is empty until somebody translates it, and a test fails as
long.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from briefing.commands import new
from briefing.language import catalogues

PACKAGE = catalogues.FOLDER.parent
#: What takes texts, and which of its arguments they are.
KEYWORDS = {"say": (0,), "later": (0,), "several": (1, 2)}
#: Scripts that an edition carries; those of workbench and preview speak English.
SCRIPTS = ("page.js", "live.js")


def template() -> Catalog:
    """All texts of the package, each with the files that say it."""
    found = Catalog(project="briefing", charset="utf-8", fuzzy=False)

    def add(path: Path, texts: Iterator[str | tuple[str, str]], comment: str = "") -> None:
        for text in texts:
            found.add(text, locations=[(path.relative_to(PACKAGE).as_posix(), 0)],
                      auto_comments=[comment] if comment else [])

    for path in sorted(PACKAGE.rglob("*.py")):
        add(path, _said(path.read_text("utf-8")))
    for name in SCRIPTS:
        path = PACKAGE / "templates" / name
        add(path, iter(re.findall(r'\bsay\("([^"]+)"', path.read_text("utf-8"))))
    page = "".join((PACKAGE / "templates" / f"{name}.html").read_text("utf-8") for name in ("page", "tables", "parts"))
    add(PACKAGE / "templates" / "page.html", iter(re.findall(r"\{\{(.+?)\}\}", page)))
    for path in sorted(new.STARTER.rglob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code":
                add(path, _said(source))
    for path in sorted([*new.STARTER.rglob("*.ipynb"), *new.STARTER.rglob("*.qmd")]):
        add(path, iter(new.texts_of(path)), catalogues.BEGINNING)
    return found


def _said(source: str) -> Iterator[str | tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [node.args[n].value for n in KEYWORDS.get(name, ()) if n < len(node.args)
                 and isinstance(node.args[n], ast.Constant) and isinstance(node.args[n].value, str)]
        if texts and len(texts) == len(KEYWORDS[name]):
            yield texts[0] if len(texts) == 1 else (texts[0], texts[1])


def renewed() -> Iterator[tuple[Path, str]]:
    """The template and each catalogue as they are to be, by their file."""
    now = template()
    yield catalogues.TEMPLATE, catalogues.written(now)
    for path in sorted(catalogues.FOLDER.glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        catalogue.update(now, no_fuzzy_matching=True)
        catalogue.obsolete.clear()  # every PDF carries the package: what is said no more is left to git
        yield path, catalogues.written(catalogue)


def main() -> int:
    """Write what has changed, and say what is still to be translated; with --check write nothing: 1 where a file would
    be."""
    stale = False
    for path, text in renewed():
        if not path.exists() or path.read_text("utf-8") != text:
            stale = True
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8", newline="\n")
        if path.suffix == ".po" and path.exists():
            with path.open("rb") as file:
                for lacking in catalogues.lacking(read_po(file)):
                    print(f"{path.name}: {lacking}")
    return int(stale and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
