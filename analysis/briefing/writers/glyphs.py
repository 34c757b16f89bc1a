"""Characters that an edition cannot show, each with the place that it comes from.

Asked before anything is written, of all that either file shows: a page in a
browser would take such a character from whatever the reader's machine has,
paper would show a box or nothing.
"""

from __future__ import annotations

import functools
import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from ..charts.theme import FONT
from ..execution import drawing
from ..execution.notebooks import cells
from ..facts.rules import shared
from ..facts.tables import Tables
from ..findings import Finding, GlyphMissing, shown
from ..report.document import Document
from ..report.report import Picture, Report
from .typesetting import Refused, Typst

MOST_NAMED = 4

#: A place in the project, as parts of a Finding, and the text there.
Place = tuple[dict[str, Any], str]


def check(doc: Document, behind: Mapping[str, Any], read: Report, data: Tables, notebooks: Mapping[str, Any]) -> None:
    """Raise GlyphMissing for every place that brings in what cannot be shown.

    `behind` is what the page shows of passages and sources (see evidence.cards),
    `notebooks` the executed ones by file name.
    """
    written = json.dumps([dict(doc.meta), doc.blocks, behind], ensure_ascii=False, default=str)
    drawn = [html.unescape(svg) for picture in doc.pictures.values() for svg in _drawings(picture)]
    tables = [json.dumps(dict(picture.table), ensure_ascii=False, default=str) for picture in doc.pictures.values()]
    findings: list[Finding] = []
    if lacking := missing("".join([written, *drawn, *tables])):
        findings += _missing(lacking, read, data, notebooks)
    for picture in doc.pictures.values():
        findings += _unsettable(picture, read, data, notebooks)
    if findings:
        raise GlyphMissing(findings)


def _missing(characters: str, read: Report, data: Tables, notebooks: Mapping[str, Any]) -> Iterator[Finding]:
    def finding(place: Mapping[str, Any], text: str) -> Finding:
        here = [character for character in dict.fromkeys(text) if character in characters]
        names = [f'"{character}" (U+{ord(character):04X} {unicodedata.name(character, "without a name")})'
                 for character in here[:MOST_NAMED]]
        more = f" and {len(here) - MOST_NAMED} more" if len(here) > MOST_NAMED else ""
        return Finding("glyph-missing", **place, found=f"{', '.join(names)}{more}",
                       expected="characters that a typeface of the edition has",
                       remedy="Write it in other letters, such as a transliteration.")

    placed: set[str] = set()
    for place, text in _origins(read, data, notebooks):
        if found := set(text) & set(characters):
            placed |= found
            yield finding(place, text)
    for place, text in _outputs(notebooks):
        if found := set(text) & set(characters) - placed:
            placed |= found
            yield finding(place, "".join(found & set(text)))
    if rest := "".join(character for character in characters if character not in placed):
        yield finding({"path": read.path}, rest)


def _unsettable(picture: Picture, read: Report, data: Tables, notebooks: Mapping[str, Any]) -> Iterator[Finding]:
    """Words of a drawing that the PDF cannot take up, with where they come from."""
    if picture.format != "svg":
        return
    svg = picture.image.decode("utf-8")
    texts = dict.fromkeys(html.unescape(text) for text in re.findall(r">([^<>]+)</(?:text|tspan)>", svg))
    words = dict.fromkeys(word.strip("…-") for text in texts if unsettable(text)
                          for word in text.split() if unsettable(word))
    for word in words:
        drawn = {"path": picture.notebook or read.path}
        place = next((place for place, text in _origins(read, data, notebooks) if word in text), drawn)
        yield Finding("glyph-in-figure", **place, found=f"{shown(word)} in {picture.label}",
                      expected="letters that have their marks in one character, as a figure in the PDF needs",
                      remedy="Leave the mark out, or write it in other letters.")


def _drawings(picture: Picture) -> list[str]:
    return [picture.image.decode("utf-8"), picture.narrow] if picture.format == "svg" else []


# --- places ---------------------------------------------------------------------

def _origins(read: Report, data: Tables, notebooks: Mapping[str, Any]) -> Iterator[Place]:
    """Every text that people wrote: lines of the report, cells of the tables and of the notebooks."""
    for number, line in enumerate(read.text.split("\n"), start=1):
        yield {"path": read.path, "line": number}, line
    for resource in data.descriptor["resources"]:
        for number, row in enumerate(data.rows[resource["name"]], start=2):
            for column, value in row.items():
                path, row_there = shared.place(resource, number)
                yield {"path": path, "row": row_there, "column": column}, str(value)
    for name, notebook in notebooks.items():
        for cell in cells(notebook, name):
            yield {"path": f"analysis/{name}", "cell": cell.name}, cell.source


def _outputs(notebooks: Mapping[str, Any]) -> Iterator[Place]:
    """What the cells of the notebooks put out, for a character that code made."""
    for name, notebook in notebooks.items():
        for cell in cells(notebook, name):
            yield {"path": f"analysis/{name}", "cell": cell.name}, json.dumps(cell.outputs, ensure_ascii=False)


# --- what the typefaces have: charts are set in one, what it lacks Typst takes from its own ------

@functools.cache
def advances() -> Mapping[int, float]:
    """How wide each character of the shipped typeface runs, in em, by code point."""
    from fontTools.ttLib import TTFont

    with TTFont(drawing.folder() / "SourceSansPro-Regular.ttf", lazy=True) as font:
        em, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: metrics[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def foreign(text: str) -> str:
    """The characters of a text that the shipped typeface lacks, or that stand for no sign, each once, by code."""
    own = advances()
    return "".join(sorted(character for character in set(text) - set("\n\t\r")
                          if ord(character) not in own or unicodedata.category(character)[0] == "C"))


def missing(text: str) -> str:
    """The characters of a text that no typeface of the edition has, each once, in order of code."""
    asked = foreign(text)
    complaints = _complaints("\n\n".join(f"#{_literal(character)}" for character in asked)) if asked else ""
    named = {re.sub(r"\\u\{(\w+)\}", lambda code: chr(int(code[1], 16)), found)
             for found in re.findall(r'(?:the text|disallowed codepoint) `"(.+?)"`', complaints)}
    return "".join(character for character in asked if character in named)


def unsettable(text: str) -> bool:
    """Whether a text cannot be set inside a picture although its characters are there: Typst
    takes no letter with a mark for which there is no composed letter."""
    marked = any(unicodedata.category(character)[0] in "MC" for character in text)
    picture = f'<svg xmlns="{_SVG}" width="9" height="9"><text font-family="{FONT}">{html.escape(text)}</text></svg>'
    return marked and bool(_complaints(f'#image(bytes({_literal(picture)}), alt: "-")'))


_SVG = "http://www.w3.org/2000/svg"


def _literal(text: str) -> str:
    """A Typst string, each character by its code."""
    return '"' + "".join(f"\\u{{{ord(character):x}}}" for character in text) + '"'


def _complaints(page: str) -> str:
    """What Typst has against a page as an archivable PDF; empty where it makes one."""
    with Typst() as typst:
        try:
            typst.pdf(f'#set document(title: "-")\n#set text(font: "{FONT}", lang: "en")\n{page}', 0, ["a-3a"])
        except Refused as error:
            return error.diagnostic
    return ""
