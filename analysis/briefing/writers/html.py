"""Write a document as one HTML file that asks nothing of any network."""

from __future__ import annotations

import base64
import bz2
import csv
import hashlib
import html
import io
import json
import re
import string
import urllib.parse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ..execution import drawing
from ..language import current, say, several
from ..language.locales import written
from ..report import document
from ..report.document import Document
from ..report.report import Picture
from ..report.tree import VERSION, Node, attributes, div, pandoc, plain, raw, transform, walk

TEMPLATES = Path(__file__).parents[1] / "templates"


def write(doc: Document, date: str, behind: Mapping[str, Any], fonts: str, tables: Mapping[str, bytes]) -> str:
    """The page as text. `date` is the edition's date, as prose has it; `behind` is
    what the page shows of each passage and source, by id (see evidence.cards),
    `fonts` the typeface (see font_rules), and `tables` the CSV files that it offers, by name."""
    blocks = transform(document.visible(doc.blocks, "html"), partial(_block, doc))
    tree = {"pandoc-api-version": VERSION, "meta": {}, "blocks": blocks}
    options = ["--from=json", "--to=html5", "--section-divs", "--mathml", "--wrap=none", "--shift-heading-level-by=1"]
    body = pandoc(json.dumps(tree), *options, *(["--number-sections"] if doc.numbered else []))
    body = body.replace("<th></th>", "<td></td>")  # a frame's corner heads nothing
    meta = doc.meta
    style = _template("page.css").replace("/*fonts*/", fonts).replace("/*parts*/", _template("parts.css")).replace(
        "/*dark*/", _dark_colours())
    scripts = _scripts(doc)
    subtitle = html.escape(str(meta.get("subtitle") or ""))
    return _filled("page.html", {
        "lang": html.escape(str(meta.get("lang", "en"))), "title": html.escape(str(meta["title"])),
        "subtitle": f'<p class="subtitle">{subtitle}</p>' if subtitle else "",
        "description": subtitle or html.escape(str(meta["title"])),
        "byline": html.escape(" · ".join([*_authors(meta), date])), "contents": _contents(doc), "body": body,
        "tables": _offered(tables), "parts": _parts(doc, behind, scripts), "style": style,
        "style_hash": policy_hash(style),
        "script_hashes": " ".join(f"'sha256-{policy_hash(text)}'" for text in scripts)})


def for_quarto(doc: Document, date: str, behind: Mapping[str, Any], fonts: str,
               tables: Mapping[str, bytes]) -> dict[str, Any]:
    """What the page of another engine takes of ours, as a document of Pandoc's: the blocks, with the tables and what
    the scripts need at their end, the style as `header-includes`, and the date as prose has it. Title, contents and the
    look of headings are that engine's."""
    blocks = transform(document.visible(doc.blocks, "html"), partial(_block, doc, linked=False))
    end = [raw("html", _offered(tables)), raw("html", _parts(doc, behind, _scripts(doc)))]
    style = raw("html", f"<style>{fonts}\n{_template('parts.css')}</style>")
    return {"pandoc-api-version": VERSION, "blocks": [*transform(blocks, _uncited), *end], "meta": {
        "header-includes": {"t": "MetaBlocks", "c": [style]}, "date": {"t": "MetaString", "c": date}}}


def _uncited(node: Node) -> Node | None:
    """A citation as what a page makes of it, so that no other engine formats it once more."""
    if node["t"] != "Cite":
        return None
    ids = " ".join(citation["citationId"] for citation in node["c"][0])
    return {"t": "Span", "c": [["", ["citation"], [["cites", ids]]], node["c"][1]]}


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def _filled(name: str, values: Mapping[str, str]) -> str:
    """A template with its words, and with these values."""
    return string.Template(said(_template(name))).substitute(values)


def _scripts(doc: Document) -> list[str]:
    """The scripts of a page: its own, and what live charts need where it has one."""
    live = any(picture.specification and picture.live for picture in doc.pictures.values())
    return [_template(name) for name in ("page.js", *(("vega.js", "live.js") if live else ()))]


def _parts(doc: Document, behind: Mapping[str, Any], scripts: list[str]) -> str:
    """What a page needs besides what is read: a place for evidence, the data of the scripts, and these."""
    charts = {label: picture for label, picture in doc.pictures.items() if picture.specification}
    own, *live = scripts
    return _filled("parts.html", {
        "evidence": json.dumps(_evidence(behind) | words(own), ensure_ascii=False,
                               separators=(",", ":")).replace("<", "\\u003c"),
        "chart_data": f'<script type="application/json" id="chart-data">{_chart_data(charts)}</script>'
        if charts else "", "script": own, "live": "\n".join(f"<script>{text}</script>" for text in live)})


def _offered(tables: Mapping[str, bytes]) -> str:
    return _filled("tables.html", {"downloads": "\n".join(
        f"<li>{_download(name, content)}</li>" for name, content in tables.items())})


def _authors(meta: Mapping[str, Any]) -> list[str]:
    authors = meta.get("author") or []
    return [name for one in (authors if isinstance(authors, list) else [authors])
            if (name := one.get("name", "") if isinstance(one, dict) else str(one))]


def said(template: str) -> str:
    """A template with its words, which stand between double braces, in the language of the report."""
    return re.sub(r"\{\{(.+?)\}\}", lambda words: html.escape(say(words[1])).replace("$", "$$"), template)


def words(script: str) -> dict[str, Any]:
    """What a script says, in the language of the report: nothing in English, which the script has itself."""
    if current().english:
        return {}
    texts = dict.fromkeys(re.findall(r'\bsay\("([^"]+)"', script))
    return {"words": {text: say(text) for text in texts}}


def _chart_data(charts: Mapping[str, Picture]) -> str:
    """What the page's scripts take of its charts, as JSON: their specifications, with rows as lists and the most common
    configuration only once, and the Vega specification of those that are live."""
    configs = [picture.specification.get("config") for picture in charts.values()]
    common = max(configs, key=configs.count)

    def packed(rows: Any) -> Any:
        fields = list(rows[0]) if isinstance(rows, list) and rows and isinstance(rows[0], dict) else []
        return {"fields": fields, "rows": [list(row.values()) for row in rows]} \
            if fields and all(isinstance(row, dict) and list(row) == fields for row in rows) else rows

    def entry(picture: Picture) -> dict[str, Any]:
        spec = {key: value for key, value in picture.specification.items() if key != "config" or value != common}
        if "datasets" in spec:
            spec["datasets"] = {name: packed(rows) for name, rows in spec["datasets"].items()}
        return {"spec": spec, **({"live": _live(picture)} if picture.live else {})}

    data = {"config": common, "charts": {label: entry(picture) for label, picture in charts.items()}}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _evidence(behind: Mapping[str, Any]) -> dict[str, Any]:
    """What stands behind each citation as the page's script takes it: heads, facts and hands once, by their place."""
    parts: dict[str, int] = {}

    def place(text: str) -> int:
        return parts.setdefault(text, len(parts))

    cards = {id: {**{key: value for key, value in card.items() if key not in ("facts", "short", "chain")},
                  "facts": [[place(head), place(value)] for head, value in card["facts"]],
                  **({"chain": [place(hand) for hand in card["chain"]]} if "chain" in card else {})}
             for id, card in behind.items()}
    return {"parts": list(parts), "cards": cards}


def _live(picture: Picture) -> dict[str, Any]:
    """The Vega specifications of a chart for wide pages and phones, with the names of the datasets that they share with
    its Vega-Lite one in place of their rows."""
    names = {json.dumps(rows): name for name, rows in picture.specification.get("datasets", {}).items()}

    def pointed(data: dict[str, Any]) -> dict[str, Any]:
        name = names.get(json.dumps(data.get("values")))
        return {("dataset" if key == "values" else key): name if key == "values" else value
                for key, value in data.items()} if name else data

    return {size: {**vega, "data": [pointed(data) for data in vega.get("data", [])]} for size,
            vega in picture.live.items()}


def policy_hash(text: str) -> str:
    """What a Content-Security-Policy names an inline style or script by."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


# --- blocks -----------------------------------------------------------------------

def _block(doc: Document, node: Node, *, linked: bool = True) -> Any:
    if node["t"] == "Table":
        return _table(node)
    if node["t"] == "Header" and node["c"][1][0] and linked:
        level, (id, *_), text = node["c"]
        node["c"][2] = [*text, raw("html",
                                   f'<a class="here" href="#{html.escape(id)}" aria-label="'
                                   f'{html.escape(say("Link to this section"))}"></a>', inline=True)]
        return node
    if node["t"] == "Div":
        id, classes, pairs = attributes(node)
        if kind := document.callout(classes):
            return div(id, ["callout", f"callout-{kind}"], {"role": "note"}, node["c"][1])
        if "picture" in classes:
            return raw("html", _picture(doc.pictures[pairs["name"]]))
        if "page-break" in classes:
            return []
        if "number" in pairs:
            return _float(doc, id, pairs, node["c"][1])
        if "layout-ncol" in pairs:
            node["c"][0] = [id, [*classes, "columns"], []]
            return node
    return None


def _table(node: Node) -> Node:
    """The table without what would become `style` attributes, which the page's policy blocks: alignment becomes
    classes, widths are the browser's, and styles of foreign tables go."""
    attr, caption, columns, head, bodies, foot = node["c"]
    sides = [align["t"].removeprefix("Align").lower() for align, _ in columns]
    node["c"][2] = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in columns]
    for rows in (head[1], foot[1], *(part for body in bodies for part in body[2:])):
        for row in rows:
            row[0][2] = [pair for pair in row[0][2] if pair[0] != "style"]
            for cell, side in zip(row[1], sides, strict=False):  # a cell may span columns
                own = cell[1]["t"].removeprefix("Align").lower()
                side = side if own == "default" else own
                cell[0] = [cell[0][0], [*cell[0][1], *([side] if side in ("right", "center") else [])],
                           [pair for pair in cell[0][2] if pair[0] != "style"]]
                cell[1] = {"t": "AlignDefault"}
    attr[2] = [pair for pair in attr[2] if pair[0] != "style"]
    return node


def _float(doc: Document, id: str, pairs: dict[str, str], blocks: list[Node]) -> list[Node]:
    *content, caption = blocks
    label = {"t": "Strong", "c": [{"t": "Link", "c": [["", ["here"], []], [{"t": "Str", "c": f"{pairs['number']}."}],
                                                      [f"#{id}", ""]]}]}
    caption = {"t": "Plain", "c": [label, {"t": "Space"}, *caption.get("c", [])]}
    picture = doc.pictures.get(id)
    return [raw("html", f'<figure id="{html.escape(id)}" class="{pairs["kind"]}">'),
            *([raw("html", '<div class="scroll" tabindex="0" role="group" aria-label="'
                   f'{html.escape(say("Table, can be scrolled"))}">')] if pairs["kind"] == "tbl" else []),
            *content,
            *([raw("html", "</div>")] if pairs["kind"] == "tbl" else []),
            raw("html", f"{_data(picture) if picture else ''}<figcaption>"), caption,
            raw("html", "</figcaption></figure>")]


#: Of what a URL's data may hold as it is, what HTML leaves alone, too; and letters beyond ASCII, which browsers encode.
_ESCAPED = re.compile(r"""[^\w/,:;()@!*=?+$.~-]""")


PACKED = 500_000  # bytes of a file from which it is packed: a network of 200 actors has ten million


def _download(name: str, content: bytes) -> str:
    """A link that saves a table; its content is in the link, so that it needs neither script nor network. A great one
    is packed by bzip2, of which all versions make the same bytes, as those of zlib do not."""
    if len(content) > PACKED:
        data = base64.b64encode(bz2.compress(content)).decode("ascii")
        return (f'<a class="download" download="{html.escape(name)}.bz2" '
                f'href="data:application/x-bzip2;base64,{data}">{html.escape(name)}.bz2</a>')
    data = _ESCAPED.sub(lambda character: urllib.parse.quote(character[0]), content.decode("utf-8"))
    return (f'<a class="download" download="{html.escape(name)}" '
            f'href="data:text/csv;charset=utf-8,{data}">{html.escape(name)}</a>')


#: What a drawing may hold that runs, fetches or leads elsewhere; within an `img` it does none of it.
_ACTIVE = re.compile(rb"<(?:\w+:)?(?:script|foreignObject|image|iframe|audio|video|handler|animate\w*|set)\b"
                     rb"|\son\w+\s*=|href\s*=\s*[\"']\s*(?!#|https?:)", re.IGNORECASE)


def _picture(picture: Picture) -> str:
    # styles of its own, which the policy blocks, or a drawing that is not Vega's and may be more than one
    if picture.format != "svg" or re.search(rb"<style\b|\sstyle=", picture.image) \
            or (not picture.specification and _ACTIVE.search(picture.image)):
        kind = "svg+xml" if picture.format == "svg" else picture.format
        data = base64.b64encode(picture.image).decode("ascii")
        return f'<img src="data:image/{kind};base64,{data}" alt="{html.escape(picture.alt)}">'
    wide = _svg(picture.image.decode("utf-8"), picture, "wide" if picture.narrow else "only")
    return wide + (_svg(picture.narrow, picture, "narrow") if picture.narrow else "")


def _svg(svg: str, picture: Picture, size: str) -> str:
    """The drawing for use inside a page: named, its ids its own, as wide as the column at most."""
    svg = svg[svg.index("<svg"):].rstrip()
    parts = re.split(r"(>[^<]+<)", svg)  # every other one is a text, which stays as it is
    ids = {id for part in parts[::2] for id in re.findall(r'\sid="([^"]+)"', part)}
    rows = {html.escape(says): number for number, says in reversed([*enumerate(picture.table.get("marks", ()))])}

    def named(part: str) -> str:
        part = re.sub(r'(\sid="|url\(#|href="#)([^")]+)(?=[")])',
                      lambda m: f"{m[1]}{picture.label}-{size}-{m[2]}" if m[2] in ids else m[0], part)
        return re.sub(r' aria-label="([^"]*)"',
                      lambda m: m[0] + (f' data-row="{rows[m[1]]}"' if m[1] in rows else ""), part)

    parts[::2] = map(named, parts[::2])
    svg = re.sub(r' (?:xmlns:xlink|version)="[^"]*"', "", "".join(parts), count=2)
    details = f' aria-details="{html.escape(picture.label)}-data"' if picture.table else ""
    return re.sub(r"<svg\b", f'<svg role="graphics-document" class="chart {size}" '
                  f'aria-label="{html.escape(picture.alt)}"{details}', svg, count=1)


MOST_ROWS = 2_000  # of a table on the page: more nobody reads there; a network of 200 actors has tens of thousands


def _data(picture: Picture) -> str:
    """The numbers of a chart as a table: its long description, and a file to save."""
    if not picture.table:
        return ""
    columns, rows = picture.table["columns"], picture.table["rows"]
    head = "".join(f'<th scope="col">{html.escape(str(column))}</th>' for column in columns)
    said = [[html.escape(written(cell, current())) for cell in cells] for cells in rows[:MOST_ROWS]]
    more = len(rows) - len(said)
    left = "" if not more else "<p>" + html.escape(several(
        more, "{number} more row is in the file below.", "{number} more rows are in the file below.")) + "</p>"
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in said)
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([[_no_formula(cell) for cell in line] for line in (columns, *rows)])
    names = picture.table.get("filters")
    filters = f' data-filters="{html.escape(json.dumps(list(names)))}"' if names else ""
    return (f'<details class="data" id="{html.escape(picture.label)}-data"{filters}>'
            f'<summary>{html.escape(say("Data of this figure"))}</summary>'
            f'<div class="scroll" tabindex="0" role="group" aria-label="{html.escape(say("Data, can be scrolled"))}">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{left}"
            f'<p class="take" data-of="{html.escape(picture.label)}">{html.escape(say("Save as"))} '
            f"{_download(f'{picture.label}.csv', file.getvalue().encode('utf-8'))}</p></details>")


def _no_formula(cell: Any) -> Any:
    """A cell of a figure's table as a spreadsheet opens it: a text that it would take for a formula is led by an
    apostrophe (https://owasp.org/www-community/attacks/CSV_Injection); numbers, also with a sign, stay numbers."""
    is_text = isinstance(cell, str) and not re.fullmatch(r"[+-]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?\s?%?", cell)
    return f"'{cell}" if is_text and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


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
        link = f'<a href="#{html.escape(id)}">{number}{html.escape(plain(text))}</a>'
        items.append(f'<li class="level-{level}">{link}</li>')
    return "\n".join(items)


# --- style ------------------------------------------------------------------------

def _dark_colours() -> str:
    """Rules that give the charts' colours their dark counterparts."""
    from ..charts.theme import PALETTE

    return "\n".join(f'.chart [{part}="{light}"]{{{part}:{dark}}}' for light, dark in PALETTE.values()
                     for part in ("fill", "stroke"))


#: The characters of any page beside those of its own texts: ASCII, typographic marks, accented Latin.
_CHARACTERS = string.printable + "".join(map(chr, range(0xA0, 0x180))) + "‐‑–—‘’‚“”„…‰′″‹›←↑→↓−≈≤≥×÷±◆●"


def font_rules(text: str) -> str:
    """The typeface, cut down to the characters of a text and those of any page, as CSS with the fonts inside."""
    return drawing.rules("".join(sorted({*text, *_CHARACTERS})))
