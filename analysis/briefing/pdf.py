"""Write a document as PDF through Typst: tagged, archivable, the same bytes each time."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from . import document
from .document import Document
from .findings import BriefingError, Finding, GlyphMissing
from .html import font_folder
from .tree import VERSION, Node, attributes, pandoc, raw, transform

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
#: Div classes that the template gives a form of their own.
STYLED = ("bottom-line", "judgement", "judgements", "key-figures", "small", "float")


@dataclass(frozen=True)
class Attachment:
    """A file that the PDF carries; `relationship` is PDF/A-3's word for what it is to the document."""

    name: str
    content: bytes
    mime_type: str
    description: str
    relationship: str = "source"


def load_fonts() -> Any:
    """The fonts of the edition and no others, for `write`: Typst's own and the shipped ones."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(font_folder())])


def write(doc: Document, date: datetime.date, shown_date: str, folder: Path, fonts: Any,
          attachments: Sequence[Attachment] = ()) -> bytes:
    """The PDF's bytes. Works in `folder`, which it fills with Typst's inputs.

    Raises GlyphMissing, its place unknown, for a character that no font has, and
    BriefingError with Typst's own words where it fails otherwise.
    """
    import typst

    pictures = folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    for picture in doc.pictures.values():
        (pictures / f"{picture.label}.{picture.format}").write_bytes(picture.image)
    for number, attachment in enumerate(attachments):
        (folder / f"attachment-{number}").write_bytes(attachment.content)
    (folder / "report.typ").write_text(source(doc, date, shown_date) + _attached(attachments), encoding="utf-8")
    (folder / "template.typ").write_bytes(TEMPLATE.read_bytes())
    moment = datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.timezone.utc)
    try:
        compiler = typst.Compiler(str(folder / "report.typ"), root=str(folder), font_paths=fonts)
        return compiler.compile(format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=moment)
    except typst.TypstError as error:
        if missing := re.search(r"the text `\"(.+?)\"` could not be displayed", error.message):
            raise GlyphMissing([Finding("glyph-missing", "report.qmd", missing[1], "characters that the fonts have",
                                        "Write it in other characters.")]) from error
        raise BriefingError(f"report.pdf: found {error.message}, expected a document that Typst sets. "
                            f"{' '.join(error.hints) or 'If the report looks right, please report this fault.'}"
                            f"\n{error.diagnostic}") from error


def source(doc: Document, date: datetime.date, shown_date: str) -> str:
    """The document in Typst's language."""
    blocks = transform(doc.blocks, partial(_block, doc))
    tree = {"pandoc-api-version": VERSION, "meta": {}, "blocks": blocks}
    body = pandoc(json.dumps(tree), "--from=json", "--to=typst", "--wrap=none")
    meta = doc.meta
    authors = meta.get("author") or []
    names = [a.get("name", "") if isinstance(a, dict) else str(a) for a in
             (authors if isinstance(authors, list) else [authors])]
    paper = {"letter": "us-letter", "us-letter": "us-letter"}.get(str(meta.get("papersize", "a4")), "a4")
    head = ", ".join([
        f"title: {literal(str(meta['title']))}", f"subtitle: {literal(str(meta.get('subtitle') or ''))}",
        f"authors: ({''.join(literal(name) + ', ' for name in names if name)})",
        f"date: datetime(year: {date.year}, month: {date.month}, day: {date.day})",
        f"shown-date: {literal(shown_date)}", f"lang: {literal(str(meta.get('lang', 'en'))[:2])}",
        f"paper: {literal(paper)}", f"numbered: {'true' if doc.numbered else 'false'}",
        f"keywords: ({''.join(literal(str(word)) + ', ' for word in meta.get('keywords') or [])})"])
    return f'#import "template.typ": *\n#show: briefing.with({head})\n\n{body}'


def _attached(attachments: Sequence[Attachment]) -> str:
    """What lets Typst carry the files that `write` lays beside the document."""
    return "".join(f"\n#pdf.attach({literal(a.name)}, read({literal(f'attachment-{number}')}, encoding: none), "
                   f"relationship: {literal(a.relationship)}, mime-type: {literal(a.mime_type)}, "
                   f"description: {literal(a.description)})" for number, a in enumerate(attachments))


def literal(text: str) -> str:
    """A Typst string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


# --- blocks -----------------------------------------------------------------------

def _block(doc: Document, node: Node) -> Any:
    kind = node["t"]
    if kind == "Cite":  # the formatted citation, not Typst's own
        return node["c"][1]
    if kind == "Span":
        id, classes, pairs = attributes(node)
        if document.hidden(classes, pairs, "typst"):
            return []
        if "confidence" in classes:
            return [raw("typst", "#confidence[", inline=True), *node["c"][1], raw("typst", "]", inline=True)]
        if "citation-place" in classes:  # a citation is a link target that must not break the line
            return [*node["c"][1], raw("typst", f"#anchor(<{id}>)", inline=True)]
    if kind == "Math":  # its source is what a screen reader gets
        return [raw("typst", f"#formula({literal(node['c'][1])})[", inline=True), node, raw("typst", "]", inline=True)]
    if kind != "Div":
        return None
    id, classes, pairs = attributes(node)
    blocks = node["c"][1]
    if document.hidden(classes, pairs, "typst"):
        return []
    if "page-break" in classes:
        return raw("typst", "#pagebreak(weak: true)")
    if "picture" in classes:
        picture = doc.pictures[pairs["name"]]
        return raw("typst", f"#image({literal(f'pictures/{picture.label}.{picture.format}')}, width: 100%, "
                            f"alt: {literal(picture.alt)})")
    if name := document.callout(classes):
        title, *rest = blocks
        return [raw("typst", f"#callout(kind: {literal(name)}, ["), title, raw("typst", "])["), *rest,
                raw("typst", f"]{f' <{id}>' if id else ''}")]
    if "number" in pairs:
        return _float(id, pairs, blocks)
    if "csl-entry" in classes:
        return [raw("typst", "#entry["), *blocks, raw("typst", f"] <{id}>")]
    if id == "refs":
        return [raw("typst", "#references["), *blocks, raw("typst", "]")]
    if "layout-ncol" in pairs:
        cells: list[Node] = []
        for block in blocks:
            cells += [raw("typst", "["), block, raw("typst", "],")]
        return [raw("typst", f"#grid(columns: {int(pairs['layout-ncol'])}, column-gutter: 1.2em,"), *cells, raw("typst", ")")]
    for name in STYLED:
        if name in classes:
            return [raw("typst", f"#{name}["), *blocks, raw("typst", f"]{f' <{id}>' if id else ''}")]
    return None


def _float(id: str, pairs: dict[str, str], blocks: list[Node]) -> list[Node]:
    *content, caption = blocks
    kind = {"fig": "image", "tbl": "table"}[pairs["kind"]]
    label = {"t": "Strong", "c": [{"t": "Str", "c": f"{pairs['number']}."}]}
    said = {"t": "Plain", "c": [label, {"t": "Space"}, *caption.get("c", [])]}
    return [raw("typst", f"#figure(kind: {kind}, supplement: none, numbering: none, caption: ["), said,
            raw("typst", "], ["), *content, raw("typst", f"]) <{id}>")]
