"""Write a document as PDF through Typst: tagged, archivable, the same bytes each time."""

from __future__ import annotations

import datetime
import itertools
import json
import re
import textwrap
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from ..findings import BriefingError
from ..language import current, say
from ..language.locales import written
from ..report import document
from ..report.document import Document
from ..report.parameters import PAPERS
from ..report.report import Picture
from ..report.tree import VERSION, Node, attributes, div, pandoc, plain, raw, transform, walk
from .typesetting import Refused, Typst

TEMPLATE = Path(__file__).parents[1] / "templates" / "report.typ"
#: How many rows of a figure's data its text for those who do not see it may have.
MOST_TOLD = 12
#: Div classes that the template gives a form of their own.
STYLED = ("bottom-line", "judgement", "judgements", "judgement-full", "key-figures", "small", "float")


@dataclass(frozen=True)
class Attachment:
    """A file that the PDF carries; `relationship` is PDF/A-3's word for what it is to the document."""

    name: str
    content: bytes
    mime_type: str
    description: str
    relationship: str = "source"


def write(doc: Document, date: datetime.date, shown_date: str, folder: Path, typst: Typst,
          attachments: Sequence[Attachment] = (), behind: Mapping[str, Any] = types.MappingProxyType({})) -> bytes:
    """The PDF's bytes. Works in `folder`, which it fills with Typst's inputs; `behind`
    is what stands behind each citation (see evidence.cards), for the margin.

    Raises BriefingError with Typst's own words where it fails.
    """
    lay_out(doc, date, shown_date, folder, attachments, behind)
    moment = datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.UTC)
    try:
        return typst.pdf(folder / "report.typ", int(moment.timestamp()), ["a-3a", "ua-1"])
    except Refused as error:
        raise BriefingError(f"report.pdf: found {error.message}, expected a document that Typst sets. "
                            f"{' '.join(error.hints) or 'If the report looks right, please report this fault.'}"
                            f"\n{error.diagnostic}") from error


def lay_out(doc: Document, date: datetime.date, shown_date: str, folder: Path, attachments: Sequence[Attachment],
            behind: Mapping[str, Any], beside: str = "") -> None:
    """Write what Typst makes the PDF of into `folder`, `report.typ` first. `beside` is the way there from where Typst
    reads `report.typ`, with a slash at its end, where that is elsewhere."""
    pictures = folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    for picture in doc.pictures.values():
        for name, image, _ in _parts(picture):
            (pictures / name).write_bytes(image)
    for number, attachment in enumerate(attachments):
        (folder / f"attachment-{number}").write_bytes(attachment.content)
    text = source(doc, date, shown_date, behind, beside) + _attached(attachments, beside)
    (folder / "report.typ").write_text(text, encoding="utf-8", newline="\n")
    (folder / "template.typ").write_bytes(TEMPLATE.read_bytes())


def source(doc: Document, date: datetime.date, shown_date: str,
           behind: Mapping[str, Any] = types.MappingProxyType({}), beside: str = "") -> str:
    """The document in Typst's language."""
    shown = _flushed(transform(document.visible(doc.blocks, "typst"), partial(_unfloated, doc)))
    blocks = transform(_noted(shown, behind), partial(_block, doc, beside))
    tree = {"pandoc-api-version": VERSION, "meta": {}, "blocks": blocks}
    body = pandoc(json.dumps(tree), "--from=json", "--to=typst", "--wrap=none")
    # what stands in the text is escaped by pandoc
    body = body.replace("align(center)[#table(", "align(left)[#table(")
    # parts of what there is, and not of what is around it
    body = re.sub(r"(?<=columns: \()[\d.%, ]+%(?=,?\))", lambda found: found[0].replace("%", "fr"), body)
    meta = doc.meta
    authors = meta.get("author") or []
    names = [a.get("name", "") if isinstance(a, dict) else str(a) for a in
             (authors if isinstance(authors, list) else [authors])]
    paper = PAPERS[str(meta.get("papersize", "a4"))]
    head = ", ".join([
        f"title: {literal(str(meta['title']))}",
        f"running-title: {literal(textwrap.shorten(str(meta['title']), 90, placeholder=' …'))}",
                      f"subtitle: {literal(str(meta.get('subtitle') or ''))}",
        f"authors: ({''.join(literal(name) + ', ' for name in names if name)})",
        f"date: datetime(year: {date.year}, month: {date.month}, day: {date.day})",
        f"shown-date: {literal(shown_date)}", f"lang: {literal(str(meta.get('lang') or 'en').split('-')[0].lower())}",
        f"paper: {literal(paper)}", f"numbered: {'true' if doc.numbered else 'false'}",
        f"keywords: ({''.join(literal(str(word)) + ', ' for word in meta.get('keywords') or [])})", *_counted()])
    return f'#import "{beside}template.typ": *\n#show: briefing.with({head})\n\n{body}'


def _unfloated(doc: Document, node: Node) -> Node | None:
    """What holds a figure in parts stands in the text: Typst breaks no float over pages."""
    if node["t"] != "Div" or "float" not in attributes(node)[1]:
        return None
    inside = (attributes(part)[0] for part in walk(node["c"][1]) if part["t"] == "Div")
    if not any(doc.pictures[id].pages for id in inside if id in doc.pictures):
        return None
    id, classes, pairs = attributes(node)
    return div(id, [name for name in classes if name != "float"], pairs, node["c"][1])


def _flushed(blocks: list[Node]) -> list[Node]:
    """The blocks, with all floats placed before the list of evidence begins, so that none comes in its midst."""
    at = next((n for n, block in enumerate(blocks)
               if any(node["t"] == "Div" and attributes(node)[0] == "refs" for node in walk(block))), None)
    if at is None:
        return blocks
    at = next((n for n in range(at, -1, -1) if blocks[n]["t"] == "Header"), at)
    return [*blocks[:at], raw("typst", "#flush()"), *blocks[at:]]


def _counted() -> list[str]:
    """How pages are counted where it is not in English, as the template does it itself."""
    if current().english:
        return []
    parts = re.split(r"\{(page|all)\}", say("Page {page} of {all}"))
    words = "".join(f"#{part if n % 2 else literal(part)};" for n, part in enumerate(parts))
    return [f"counted: (page, all) => [{words}]"]


def _attached(attachments: Sequence[Attachment], beside: str) -> str:
    """What lets Typst carry the files that lie beside the document."""
    return "".join(f"\n#attach({literal(a.name)}, read({literal(f'{beside}attachment-{number}')}, encoding: none), "
                   f"relationship: {literal(a.relationship)}, mime-type: {literal(a.mime_type)}, "
                   f"description: {literal(a.description)})" for number, a in enumerate(attachments))


def literal(text: str) -> str:
    """A Typst string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


# --- blocks -----------------------------------------------------------------------

def _block(doc: Document, beside: str, node: Node) -> Any:  # noqa: C901  one branch a kind of node
    kind = node["t"]
    if kind == "Cite":  # the formatted citation, not Typst's own
        return [raw("typst", "#citation[", inline=True), *node["c"][1], raw("typst", "]", inline=True)]
    if kind in ("Para", "Plain"):  # a citation does not begin a line
        for before, here in itertools.pairwise(node["c"]):
            if before["t"] == "Space" and here["t"] == "RawInline" and here["c"][1] == "#citation[":
                before.update({"t": "Str", "c": "\u00a0"})
        return node
    if kind == "Link" and "value" in node["c"][0][1]:
        return [raw("typst", "#value[", inline=True), node, raw("typst", "]", inline=True)]
    if kind == "Span":
        id, classes, pairs = attributes(node)
        if "confidence" in classes:
            return [raw("typst", "#confidence[", inline=True), *node["c"][1], raw("typst", "]", inline=True)]
        if tag := pairs.get("lang"):  # of which pandoc makes nothing in a line
            return [raw("typst", f"#text({_spoken(tag)})[", inline=True), *node["c"][1],
                    raw("typst", "]", inline=True)]
        if "citation-place" in classes:  # a citation is a link target that must not break the line
            return [*node["c"][1], raw("typst", f"#anchor(<{id}>)", inline=True)]
    if kind == "Math":  # its source is what a screen reader gets
        return [raw("typst", f"#formula({literal(node['c'][1])})[", inline=True), node, raw("typst", "]", inline=True)]
    if kind != "Div":
        return None
    id, classes, pairs = attributes(node)
    blocks = node["c"][1]
    if "page-break" in classes:
        return raw("typst", "#pagebreak(weak: true)")
    if "picture" in classes:
        picture = doc.pictures[pairs["name"]]
        return [raw("typst", f"#image({literal(f'{beside}pictures/{name}')}, width: 100%, alt: {literal(alt)})")
                for name, _, alt in _parts(picture)]
    if name := document.callout(classes):
        title, *rest = blocks
        return [raw("typst", f"#callout(kind: {literal(name)}, ["), title, raw("typst", "])["), *rest,
                raw("typst", f"]{f' <{id}>' if id else ''}")]
    if "number" in pairs:
        return _float(id, pairs, blocks, breakable=id in doc.pictures and bool(doc.pictures[id].pages))
    if "csl-entry" in classes:
        return [raw("typst", "#entry["), *blocks, raw("typst", f"] <{id}>")]
    if id == "refs":
        return [raw("typst", "#references["), *blocks, raw("typst", "]")]
    if "layout-ncol" in pairs:
        cells: list[Node] = []
        for block in blocks:
            cells += [raw("typst", "["), block, raw("typst", "],")]
        return [raw("typst", f"#grid(columns: {int(pairs['layout-ncol'])}, column-gutter: 1.2em,"), *cells,
                raw("typst", ")")]
    if "judgement-full" in classes and blocks:
        blocks = [raw("typst", "#headline["), blocks[0], raw("typst", "]"), *blocks[1:]]
    for name in STYLED:
        if name in classes:
            return [raw("typst", f"#{name}["), *blocks, raw("typst", f"]{f' <{id}>' if id else ''}")]
    return None


def _spoken(tag: str) -> str:
    """A language as Typst's text takes it: without script and region, but where the region is of two letters."""
    region = re.search(r"-([A-Za-z]{2})(?=-|$)", tag)
    return f"lang: {literal(tag.split('-')[0].lower())}" + (f", region: {literal(region[1])}" if region else "")


def _noted(blocks: list[Node], behind: Mapping[str, Any]) -> list[Node]:
    """The blocks, each paragraph led by the evidence that it cites or takes a value from, for the margin."""
    numbers = {id.removeprefix("ref-"): plain(next((part for part in walk(node) if part["t"] == "Span" and
                                                    "csl-left-margin" in part["c"][0][1]), [])).strip(" .")
               for node in walk(blocks) if node["t"] == "Div" and "csl-entry" in (found := attributes(node))[1]
               for id in [found[0]]}

    def unnoted(node: Node) -> list[Node] | None:
        return [] if node["t"] == "RawInline" and str(node["c"][1]).startswith("#evidence(") else None

    def note(node: Node) -> Node | None:
        if node["t"] == "Table":  # over both columns: nothing can stand beside it
            return cast(Node, transform(node, unnoted))
        if node["t"] not in ("Para", "Plain"):
            return None
        ids = [id for id in document.evidence_of(node) if id in behind and id in numbers]
        if not ids:
            return None
        ordered = sorted(set(ids), key=lambda id: (len(numbers[id]), numbers[id]))
        entries = "".join(f"({literal(numbers[id])}, {literal(behind[id]['short'])}), " for id in ordered)
        return {"t": node["t"], "c": [raw("typst", f"#evidence({entries})", inline=True), *node["c"]]}

    return [node if node["t"] == "Div" and node["c"][0][0] == "refs" else transform(node, note) for node in blocks]


def _parts(picture: Picture) -> list[tuple[str, bytes, str]]:
    """The files of a picture, each with its name and alt text: one for each page that a tall drawing takes."""
    rows = picture.table.get("rows", ())
    data = "; ".join(", ".join(written(cell, current()) for cell in row if cell != "") for row in rows)
    alt = f"{picture.alt} {say('Data: {data}.', data=data)}" if 0 < len(rows) <= MOST_TOLD else picture.alt
    if not picture.pages:
        return [(f"{picture.label}.{picture.format}", picture.image, alt)]
    return [(f"{picture.label}-{number}.{picture.format}", part.encode("utf-8"),
             f"{alt} {say('Part {number} of {all}.', number=number, all=len(picture.pages))}")
            for number, part in enumerate(picture.pages, start=1)]


def _float(id: str, pairs: dict[str, str], blocks: list[Node], *, breakable: bool) -> list[Node]:
    *content, caption = blocks
    kind = {"fig": "image", "tbl": "table"}[pairs["kind"]]
    label = {"t": "Strong", "c": [{"t": "Str", "c": f"{pairs['number']}."}]}
    said = {"t": "Plain", "c": [label, {"t": "Space"}, *caption.get("c", [])]}
    before, after = ("#[#show figure: set block(breakable: true);\n", "]") if breakable else ("", "")
    # pandoc makes a figure of each table, which would be set over both columns once more
    inner = "#show figure: it => it.body\n" if kind == "table" else ""
    return [raw("typst", f"{before}#figure(kind: {kind}, supplement: none, numbering: none, caption: ["), said,
            raw("typst", f"], [{inner}"), *content, raw("typst", f"]) <{id}>{after}")]
