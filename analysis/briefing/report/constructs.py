"""Hold a parsed report to what both writers can show, each refusal with its line.

What Quarto or Pandoc would pass over in silence, or only one of the formats
would show, is found here before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..findings import Finding, shown
from .report import Bound, Picture, Report
from .tree import Node, attributes, div, plain, transform, walk

FORMATS = ("html", "typst")
IMAGES = {".svg": "svg", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}
#: Classes and attributes that Quarto gives a meaning which the embedded engine does not have.
QUARTO_ONLY = re.compile(r"panel-\w+|column-\w+|aside|fullwidth|incremental|theorem|hidden")
QUARTO_ONLY_KEYS = ("layout", "layout-nrow", "when-profile", "unless-profile", "when-meta", "unless-meta")


@dataclass(frozen=True)
class Located:
    """A report with its bound text, to say where a node of its tree came from."""

    report: Report
    bound: Bound

    def at(self, *texts: str) -> dict[str, int]:
        """The place of the first of these texts that the bound report has; else its first line."""
        for text in texts:
            offset = self.bound.markdown.find(text) if text else -1
            if offset >= 0:
                return self.report.place(self.bound.origin(offset))
        return self.report.place(self.report.body_start)

    def finding(self, code: str, found: str, expected: str, remedy: str, *texts: str) -> Finding:
        return Finding(code, self.report.path, found, expected, remedy, **self.at(*texts))


def check(blocks: list[Node], located: Located) -> Iterator[Finding]:
    """All that the tree holds and the writers cannot show."""
    for node in walk(blocks):
        if node["t"] in ("RawBlock", "RawInline"):
            yield from _raw(node, located)
        elif node["t"] in ("Div", "Span"):
            yield from _attributed(node, located)
    yield from _headings(blocks, located)


def _raw(node: Node, located: Located) -> Iterator[Finding]:
    kind, text = node["c"]
    if (kind == "html" and (text.lstrip().startswith("<!--") or "<table" in text)) or not text.strip():
        return
    first = text.strip().splitlines()[0]
    yield located.finding("raw", f"{kind}: {shown(first)}", "what both HTML and PDF can show",
                          "Write it in Markdown; put a word in < > between backquotes.", text, first)


def _attributed(node: Node, located: Located) -> Iterator[Finding]:
    id, classes, pairs = attributes(node)
    for name in classes:
        if QUARTO_ONLY.fullmatch(name):
            yield located.finding("class", f".{name}", "a class that docs/quarto.md lists, or one of your own",
                                  "Write it without, or render with --engine quarto.", f".{name}")
    for key in pairs:
        if key in QUARTO_ONLY_KEYS:
            yield located.finding("attribute", key, "layout-ncol, when-format or unless-format",
                                  "Write it without, or render with --engine quarto.", f"{key}=")
    for key in ("when-format", "unless-format"):
        if key in pairs and pairs[key] not in FORMATS:
            yield located.finding("format", shown(pairs[key]), f"one of {' '.join(FORMATS)}",
                                  "The PDF's format is typst.", f"{key}=\"{pairs[key]}\"", f"{key}=")
    if "layout-ncol" in pairs and not re.fullmatch(r"[1-6]", pairs["layout-ncol"]):
        yield located.finding("layout", shown(pairs["layout-ncol"]), "a number of columns from 1 to 6",
                              "Write it as layout-ncol=2.", "layout-ncol=")
    if re.match(r"(fig|tbl)-", id) and node["t"] == "Div":
        inner = node["c"][1]
        if len(inner) < 2 or inner[-1]["t"] not in ("Para", "Plain"):
            yield located.finding("caption-missing", f"no caption for {id}", "a last paragraph that is the caption",
                                  "Say in a sentence what is shown.", f"#{id}")


def _headings(blocks: list[Node], located: Located) -> Iterator[Finding]:
    above = 0
    for node in walk(blocks):
        if node["t"] == "Header":
            level, _, text = node["c"]
            if level > above + 1:
                words = plain(text)
                yield located.finding("heading-level", f"{shown(words)} at level {level}", f"level {above + 1} at most",
                                      "Leave no level out: screen readers and the PDF's outline count them.",
                                      f"{'#' * level} {words}", words)
            above = level


# --- pictures from files ----------------------------------------------------------

def pictures_from_files(blocks: list[Node], located: Located, root: Path,
                        add: Callable[[Finding], None]) -> tuple[list[Node], dict[str, Picture]]:
    """Figures whose picture is a file of the project (`![Caption](file.png){#fig-x fig-alt="…"}`) as the
    embedded ones are; the pictures by label."""
    found: dict[str, Picture] = {}

    def change(node: Node) -> Any:
        if node["t"] == "Figure":
            image = next((n for n in walk(node["c"][2]) if n["t"] == "Image"), None)
            if image is None:
                return None
            id = node["c"][0][0] or attributes(image)[0]
            picture = _picture(id, image, node, located, root, add)
            if picture is None:
                return []
            found[id] = picture
            caption = {"t": "Para", "c": image["c"][1]}
            return div(id, [], {}, [div("", ["picture"], {"name": id}, []), caption])
        return None

    blocks = transform(blocks, change)
    for node in walk(blocks):
        if node["t"] == "Image":
            add(located.finding("image-inline", shown(node["c"][2][0]), "a figure of its own with a label",
                                'Give it a paragraph: ![Caption](file.png){#fig-name fig-alt="…"}.', node["c"][2][0]))
    return blocks, found


def _picture(id: str, image: Node, figure: Node, located: Located, root: Path,
             add: Callable[[Finding], None]) -> Picture | None:
    target = image["c"][2][0]
    pairs: Mapping[str, str] = {**attributes(figure)[2], **attributes(image)[2]}
    alt = pairs.get("fig-alt") or pairs.get("alt") or ""
    path = root / target
    problems = []
    if not id.startswith("fig-"):
        problems.append(("figure-unlabelled", "no label", "a label such as #fig-name", "Add {#fig-name}."))
    if not alt or alt == plain(image["c"][1]):
        problems.append(("alt-missing", "no alt text of its own", 'fig-alt="…"', "Describe the picture."))
    if "://" in target or not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
        problems.append(("image-missing", shown(target), "a picture file inside the project", "Correct the path."))
    elif path.suffix.lower() not in IMAGES:
        problems.append(("image-format", shown(path.suffix), f"one of {' '.join(IMAGES)}", "Convert the picture."))
    for problem in problems:
        add(located.finding(*problem, target))
    return None if problems else Picture(id, path.read_bytes(), IMAGES[path.suffix.lower()], alt)
