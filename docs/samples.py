"""Code shown in a page: found, run, and drawn as a briefing draws it."""

from __future__ import annotations

import ast
import contextlib
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
PROJECT = DOCS.parent / "tests/harbour"  # invented; what samples find as their project
_FENCE = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1`*[ ]*$", re.DOTALL | re.MULTILINE)


def fences(text: str, language: str) -> list[str]:
    """The code of each fenced block of a page that is in this language, in order."""
    return [code for _, info, code in _FENCE.findall(text) if info.strip() == language]


def commands(text: str) -> list[str]:
    """Each command line that begins with `briefing`, from blocks in `sh` and from code within a line."""
    lines = [line for block in fences(text, "sh") for line in block.replace("\\\n", " ").splitlines()]
    prose = _FENCE.sub("", text)
    lines += [" ".join(code.split()) for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", prose)]
    lines += [line[4:] for line in prose.splitlines() if line.startswith("    ")]
    found = [re.sub(r"\s+#.*", "", line.strip()).removeprefix("$ ").removeprefix(".venv/bin/") for line in lines]
    return [line for line in found if line.startswith("briefing ") and "…" not in line]


def run(code: str, names: dict[str, Any]) -> Any:
    """Run code among `names`, as a cell of a notebook; the value of its last line, None where that is no expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<sample>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<sample>", "eval"), names) if isinstance(last, ast.Expr) else None


def figure(code: str) -> dict[str, Any]:
    """The figure that a sample ends in, run in the invented project, as a briefing has it (`figures.bundle`)."""
    import briefing.execution.figures as figures

    with contextlib.chdir(PROJECT / "analysis"):
        found = figures.bundle(run(code, {}))
    if found is None:
        raise ValueError(f"the sample ends in no chart: {code}")
    return found


def gallery() -> str:
    """The page gallery.md with each picture under the code that it is drawn from."""
    from briefing.charts.theme import PALETTE
    from briefing.execution.drawing import rules

    text = (DOCS / "gallery.md").read_text("utf-8")
    pictures = {code: _picture(figure(code)) for code in fences(text, "python")}
    for code, picture in pictures.items():
        text = text.replace(f"```python\n{code}```\n", f"```python\n{code}```\n\n{picture}\n")
    letters = "".join(sorted(set(re.sub(r"<[^>]*>", "", "".join(pictures.values()))) | {" "}))
    dark = [(f'.chart [{part}="{light}"]', f"{{{part}:{dark}}}") for light, dark in PALETTE.values()
            for part in ("fill", "stroke")]
    style = "\n".join([
        rules(letters), *(f'body[data-theme="dark"] {where}{what}' for where, what in dark),
        "@media(prefers-color-scheme:dark){", *(f'body:not([data-theme="light"]) {where}{what}'
                                                for where, what in dark), "}"])
    return f"{text}\n```{{raw}} html\n<style>\n{style}\n</style>\n```\n"


def _picture(found: dict[str, Any]) -> str:
    import briefing.execution.figures as figures

    wide = re.sub(r"<style>.*?</style>", "", found["image/svg+xml"], flags=re.DOTALL)
    narrow = found[figures.FIGURE]["narrow"]
    return (f'```{{raw}} html\n<div class="chart wide">{wide}</div>\n<div class="chart narrow">{narrow}</div>\n```\n')
