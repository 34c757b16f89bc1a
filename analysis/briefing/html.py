"""Write a document as one HTML file that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import string
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from . import document
from .document import Document
from .report import Picture
from .tree import VERSION, Node, attributes, div, pandoc, plain, raw, transform, walk

TEMPLATES = Path(__file__).parent / "templates"


def write(doc: Document, date: str, behind: Mapping[str, Any], fonts: str) -> str:
    """The page as text. `date` is the edition's date, as prose has it; `behind` is
    what the page shows of each passage and source, by id (see evidence.cards), and
    `fonts` the typeface (see font_rules)."""
    blocks = transform(doc.blocks, partial(_block, doc))
    tree = {"pandoc-api-version": VERSION, "meta": {}, "blocks": blocks}
    options = ["--from=json", "--to=html5", "--section-divs", "--mathml", "--wrap=none", "--shift-heading-level-by=1"]
    body = pandoc(json.dumps(tree), *options, *(["--number-sections"] if doc.numbered else []))
    meta = doc.meta
    page = string.Template((TEMPLATES / "page.html").read_text("utf-8"))
    style = (TEMPLATES / "page.css").read_text("utf-8")
    script = (TEMPLATES / "page.js").read_text("utf-8")
    authors = meta.get("author") or []
    names = [a.get("name", "") if isinstance(a, dict) else str(a) for a in
             (authors if isinstance(authors, list) else [authors])]
    style = style.replace("/*fonts*/", fonts).replace("/*dark*/", _dark_colours())
    values = {"lang": html.escape(str(meta.get("lang", "en"))), "title": html.escape(str(meta["title"])),
              "subtitle": f'<p class="subtitle">{html.escape(str(meta["subtitle"]))}</p>' if meta.get("subtitle") else "",
              "description": html.escape(str(meta.get("subtitle") or meta["title"])),
              "byline": html.escape(" · ".join([*filter(None, names), date])), "contents": _contents(doc), "body": body,
              "evidence": json.dumps(behind, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
              "style": style, "script": script, "style_hash": _hash(style), "script_hash": _hash(script)}
    return page.substitute(values)


def _hash(text: str) -> str:
    """What a Content-Security-Policy names an inline style or script by."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


# --- blocks -----------------------------------------------------------------------

def _block(doc: Document, node: Node) -> Any:
    if node["t"] == "Span" and document.hidden(*attributes(node)[1:], "html"):
        return []
    if node["t"] == "Div":
        id, classes, pairs = attributes(node)
        if kind := document.callout(classes):
            return div(id, ["callout", f"callout-{kind}"], {"role": "note"}, node["c"][1])
        if "picture" in classes:
            return raw("html", _picture(doc.pictures[pairs["name"]]))
        if document.hidden(classes, pairs, "html"):
            return []
        if "page-break" in classes:
            return []
        if "number" in pairs:
            return _float(doc, id, pairs, node["c"][1])
        if "layout-ncol" in pairs:
            node["c"][0] = [id, [*classes, "columns"], []]
            return node
    return None


def _float(doc: Document, id: str, pairs: dict[str, str], blocks: list[Node]) -> list[Node]:
    *content, caption = blocks
    label = {"t": "Strong", "c": [{"t": "Str", "c": f"{pairs['number']}."}]}
    caption = {"t": "Plain", "c": [label, {"t": "Space"}, *caption.get("c", [])]}
    picture = doc.pictures.get(id)
    return [raw("html", f'<figure id="{html.escape(id)}" class="{pairs["kind"]}">'),
            *([raw("html", '<div class="scroll" tabindex="0" role="group" aria-label="Table, can be scrolled">')]
              if pairs["kind"] == "tbl" else []),
            *content,
            *([raw("html", "</div>")] if pairs["kind"] == "tbl" else []),
            raw("html", f"{_data(picture) if picture else ''}<figcaption>"), caption,
            raw("html", "</figcaption></figure>")]


def _picture(picture: Picture) -> str:
    if picture.format != "svg":
        data = base64.b64encode(picture.image).decode("ascii")
        return f'<img src="data:image/{picture.format};base64,{data}" alt="{html.escape(picture.alt)}">'
    wide = _svg(picture.image.decode("utf-8"), picture, "wide" if picture.narrow else "only")
    return wide + (_svg(picture.narrow, picture, "narrow") if picture.narrow else "")


def _svg(svg: str, picture: Picture, size: str) -> str:
    """The drawing for use inside a page: named, its ids its own, as wide as the column at most."""
    svg = svg[svg.index("<svg"):].rstrip()
    ids = set(re.findall(r'\bid="([^"]+)"', svg))
    for id in sorted(ids, key=len, reverse=True):
        own = f"{picture.label}-{size}-{id}"
        svg = svg.replace(f'id="{id}"', f'id="{own}"').replace(f"url(#{id})", f"url(#{own})") \
            .replace(f'href="#{id}"', f'href="#{own}"')
    svg = re.sub(r' (?:xmlns:xlink|version)="[^"]*"', "", svg, count=2)
    return re.sub(r"<svg\b", f'<svg role="graphics-document" class="chart {size}" '
                  f'aria-label="{html.escape(picture.alt)}"', svg, count=1)


def _data(picture: Picture) -> str:
    if not picture.table:
        return ""
    def row(cells: list[Any], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"
    head = row(picture.table["columns"], 'th scope="col"').replace('</th scope="col">', "</th>")
    body = "".join(row(cells, "td") for cells in picture.table["rows"])
    return (f'<details class="data"><summary>Data of this figure</summary><div class="scroll" tabindex="0" role="group" '
            f'aria-label="Data, can be scrolled"><table><thead>{head}</thead><tbody>{body}</tbody></table></div></details>')


def _contents(doc: Document) -> str:
    numbers: list[int] = []
    items = []
    for node in walk(doc.blocks):
        if node["t"] != "Header" or node["c"][0] > 2:
            continue
        level, (id, classes, _), text = node["c"]
        number = ""
        if doc.numbered and "unnumbered" not in classes:
            numbers = [*numbers, 0, 0][:level]
            numbers[-1] += 1
            number = f'<span class="number">{".".join(map(str, numbers))}</span> '
        items.append(f'<li class="level-{level}"><a href="#{html.escape(id)}">{number}{html.escape(plain(text))}</a></li>')
    return "\n".join(items)


# --- style ------------------------------------------------------------------------

def _dark_colours() -> str:
    """Rules that give the charts' colours their dark counterparts."""
    from .drawing import PALETTE

    return "\n".join(f'.chart [{part}="{light}"]{{{part}:{dark}}}' for light, dark in PALETTE.values()
                     for part in ("fill", "stroke"))


#: The characters of any page beside those of its own texts: ASCII, typographic marks, accented Latin.
_CHARACTERS = string.printable + "".join(map(chr, range(0xA0, 0x180))) + "‐‑–—‘’‚“”„…‰′″‹›←↑→↓−≈≤≥×÷±◆●"


def font_rules(text: str) -> str:
    """The typeface, cut down to the characters of a text and those of any page, as CSS with the fonts inside."""
    import io

    from fontTools import subset
    from fontTools.ttLib import TTFont

    characters = "".join(sorted({*text, *_CHARACTERS}))
    rules = []
    for name, weight in (("Regular", 400), ("Semibold", 600)):
        options = subset.Options(flavor="woff2", hinting=False, layout_features=[])
        options.drop_tables += ["GSUB", "GPOS", "GDEF"]  # half of the time, for kerning that nobody misses on a screen
        font = TTFont(font_folder() / f"SourceSansPro-{name}.ttf", lazy=True, recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        font.flavor = "woff2"
        file = io.BytesIO()
        font.save(file)
        font.close()
        data = base64.b64encode(file.getvalue()).decode("ascii")
        rules.append(f'@font-face{{font-family:"Source Sans Pro";font-weight:{weight};'
                     f'src:url(data:font/woff2;base64,{data}) format("woff2")}}')
    return "\n".join(rules)


def font_folder() -> Path:
    """Where the typeface's files are."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"
