"""Two editions side by side: what differs, how deep, and of which kind.

A difference between inputs is of the kind of the input: facts, prose, code or
environment. A difference between outputs has the kinds of what changed before
it; where nothing did, it is nondeterminism. Each is shown at its depth: row
and column, notebook cell, mark of a chart, sentence, page; bytes come last.
"""

from __future__ import annotations

import csv
import difflib
import html
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..execution.figures import FIGURE
from ..execution.notebooks import VALUES
from . import edition
from .edition import ABOUT_ITSELF, Edition

NONDETERMINISM = "nondeterminism"
LONGEST = 160
#: What reading a file raises that is not what its name says.
_NOT_SO = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, csv.Error)
MOST_LINES = 6  # of one file of code: it is in the version control that code is read


@dataclass(frozen=True)
class Difference:
    """One thing that differs: `kind` as above, `path`, `place` in the file, and both sides as text.

    `before` or `after` is None where the one side does not have it.
    """

    kind: str
    path: str
    place: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        where = f"{self.path} {self.place}".strip()
        if self.before is None:
            return f"{self.kind}: {where}: added {_short(self.after)}"
        if self.after is None:
            return f"{self.kind}: {where}: removed {_short(self.before)}"
        return f"{self.kind}: {where}: {_short(self.before)} became {_short(self.after)}"


def _short(text: str | None) -> str:
    text = " ".join(str(text).split())
    return f'"{text[:LONGEST]}…"' if len(text) > LONGEST else f'"{text}"'


Change = tuple[str, str | None, str | None]  # place, before, after


def editions(before: Edition, after: Edition) -> list[Difference]:
    """Everything that differs between two editions, causes first."""
    causes = [*inputs(before.inputs, after.inputs), *environments(before.record, after.record)]
    kinds = list(dict.fromkeys(cause.kind for cause in causes))
    sides = [before.outputs, after.outputs]
    if before.record is None or after.record is None:  # a PDF by itself, which has no other outputs
        sides = [{name: side[name] for name in side if all(name in other for other in sides)} for side in sides]
    return [*causes, *outputs(sides[0], sides[1], "+".join(kinds) or NONDETERMINISM)]


def inputs(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Difference]:
    """What was changed by hand: rows and columns, sentences, cells, versions, lines of code."""
    return [Difference(edition.kind(name), name, *change)
            for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)
            for change in _changes(name, before, after)]


def environments(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Difference]:
    """Versions of Python and packages that differ between two records."""
    if not before or not after:
        return []
    sides = [{"python": side["environment"]["python"], **side["environment"]["packages"]} for side in (before, after)]
    return [Difference("environment", "edition.json", f"version of {name}", sides[0].get(name), sides[1].get(name))
            for name in sorted(sides[0].keys() | sides[1].keys()) if sides[0].get(name) != sides[1].get(name)]


def outputs(before: Mapping[str, bytes], after: Mapping[str, bytes], kind: str) -> list[Difference]:
    """What readers see differently; `kind` is why."""
    names = (before.keys() | after.keys()) - set(ABOUT_ITSELF)
    return [Difference(kind, f"_output/{name}", *change)
            for name in sorted(names) if before.get(name) != after.get(name)
            for change in _changes(name, before, after)]


# --- depth --------------------------------------------------------------------------

def _changes(name: str, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Change]:
    """The changes of one file at the depth of its kind; its bytes where none is found there."""
    if name not in before:
        yield "", None, "the file"
        return
    if name not in after:
        yield "", "the file", None
        return
    readers: dict[str, Callable[[bytes, bytes], Iterator[Change]]] = {
        ".csv": _rows, ".ipynb": _cells, ".html": _page_sentences, ".pdf": _pages}
    suffix = name[name.rfind("."):] if "." in name else ""
    try:
        found = list(readers.get(suffix, _lines)(before[name], after[name]))
    except _NOT_SO:
        found = []
    if suffix in (".py", ".lock", ".css", ".js", ".typ") and len(found) > MOST_LINES:
        more = len(found) - MOST_LINES
        found = [*found[:MOST_LINES], ("", f"{more} more lines", "other lines")]
    yield from found or _bytes(before[name], after[name])


def _bytes(before: bytes, after: bytes) -> Iterator[Change]:
    at = next((n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
              min(len(before), len(after)))
    yield (f"byte {at}", f"{len(before)} bytes: {before[at:at + 24]!r}", f"{len(after)} bytes: {after[at:at + 24]!r}")


def _rows(before: bytes, after: bytes) -> Iterator[Change]:
    tables = [list(csv.DictReader(io.StringIO(side.decode("utf-8")), delimiter=_delimiter(side)))
              for side in (before, after)]
    columns = [list(rows[0]) if rows else [] for rows in tables]
    if columns[0] != columns[1]:
        yield "header", ",".join(columns[0]), ",".join(columns[1])
    key = ["id"] if "id" in columns[0] else _key(tables, columns[0])
    sides = [{tuple(row[column] for column in key): (number, row) for number, row in enumerate(rows, start=2)}
             for rows in tables]
    for name in dict.fromkeys([*sides[0], *sides[1]]):
        said = ", ".join(name)
        if name not in sides[0]:
            yield f"row {sides[1][name][0]} ({said})", None, ", ".join(v for v in sides[1][name][1].values() if v)
        elif name not in sides[1]:
            yield f"row {sides[0][name][0]} ({said})", ", ".join(v for v in sides[0][name][1].values() if v), None
        else:
            number, row = sides[1][name]
            for column in columns[1]:
                if sides[0][name][1].get(column) != row[column]:
                    yield f"row {number} ({said}), {column}", sides[0][name][1].get(column, ""), row[column]
    orders = [[name for name in side if name in sides[0] and name in sides[1]] for side in sides]
    if orders[0] != orders[1]:
        old, new = (", ".join(" ".join(name) for name in order) for order in orders)
        yield "order of rows", old, new


def _delimiter(table: bytes) -> str:
    header = table.partition(b"\n")[0]
    return ";" if header.count(b";") > header.count(b",") else ","


def _key(tables: list[list[dict[str, str]]], columns: list[str]) -> list[str]:
    """The fewest leading columns that name every row of both sides."""
    for count in range(1, len(columns) + 1):
        if all(len({tuple(row[c] for c in columns[:count]) for row in rows}) == len(rows) for rows in tables):
            return columns[:count]
    return columns


def _cells(before: bytes, after: bytes) -> Iterator[Change]:
    sides = [{cell.get("id", str(n)): (n, cell) for n, cell in enumerate(json.loads(side)["cells"], start=1)}
             for side in (before, after)]
    for id in dict.fromkeys([*sides[0], *sides[1]]):
        if id not in sides[0] or id not in sides[1]:
            side = 1 if id in sides[1] else 0
            text = "".join(sides[side][id][1]["source"])
            yield f"cell {sides[side][id][0]} ({id})", *((None, text) if side else (text, None))
            continue
        number, cell = sides[1][id]
        old = sides[0][id][1]
        place = f"cell {number} ({id})"
        found = [*_lines("".join(old["source"]).encode(), "".join(cell["source"]).encode()),
                 *_outputs(old.get("outputs", []), cell.get("outputs", []))]
        yield from ((f"{place}, {where}", one, other) for where, one, other in found)
    orders = [[id for id in side if id in sides[0] and id in sides[1]] for side in sides]
    if orders[0] != orders[1]:
        yield "order of cells", " ".join(orders[0]), " ".join(orders[1])


def _outputs(before: list[Any], after: list[Any]) -> Iterator[Change]:
    if before == after:
        return
    pairs = [_shown(side) for side in (before, after)]
    changed = [(place, pairs[0].get(place), pairs[1].get(place)) for place in dict.fromkeys([*pairs[0], *pairs[1]])
               if pairs[0].get(place) != pairs[1].get(place)]
    yield from changed or [("output", json.dumps(before)[:LONGEST], json.dumps(after)[:LONGEST])]


def _shown(outputs: list[Any]) -> dict[str, str]:
    """What a reader can tell apart in outputs: marks of a chart, rows of its data, values, lines of text."""
    found: dict[str, str] = {}
    for output in outputs:
        data = output.get("data", {})
        for n, label in enumerate(re.findall(r'aria-label="([^"]*)"', "".join(data.get("image/svg+xml", ""))), start=1):
            found[f"mark {n} of the chart"] = html.unescape(label)
        for n, text in enumerate(re.findall(r"<text[^>]*>([^<]*)</text>", "".join(data.get("image/svg+xml", ""))), 1):
            found[f"text {n} of the chart"] = html.unescape(text)
        for n, row in enumerate(data.get(FIGURE, {}).get("table", {}).get("rows", []), start=1):
            found[f"row {n} of its data"] = ", ".join(map(str, row))
        for id, value in data.get(VALUES, {}).items():
            found[f"value {id}"] = value["text"]
        if not {"image/svg+xml", VALUES} & data.keys():
            text = "".join(data.get("text/markdown", data.get("text/plain", output.get("text", ""))))
            for n, line in enumerate(text.splitlines(), start=1):
                found[f"line {n} of the output"] = line
    return found


def _lines(before: bytes, after: bytes) -> Iterator[Change]:
    sides = [side.decode("utf-8").splitlines() for side in (before, after)]
    yield from _aligned(sides[0], sides[1], "line")


def _page_sentences(before: bytes, after: bytes) -> Iterator[Change]:
    yield from _aligned(page_sentences(before.decode("utf-8")), page_sentences(after.decode("utf-8")), "sentence")


def page_sentences(page: str) -> list[str]:
    """The sentences of an HTML page's text, in reading order, as a reader sees them."""
    # by pattern: the page is our own writer's, whose tags are all of one form
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page[page.find("<body"):], flags=re.DOTALL)
    body = re.sub(r"</?(p|h\d|li|td|th|tr|div|figcaption|summary|section|dt|dd|ol|ul)\b[^>]*>", "\n", body)
    text = html.unescape(re.sub(r"<[^>]+>", "", body))
    found = []
    for block in text.split("\n"):
        found += [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z“\"])", " ".join(block.split())) if part]
    return found


#: Reads the text of a PDF page by page, in a process of its own: a page can be made so that it takes for ever.
_READER = """
import io, json, logging, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_DATA, (2 * 2**30, 2 * 2**30))
except (ImportError, OSError, ValueError):
    pass
import pypdf
logging.disable()
pages = pypdf.PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages
texts = []
for page in pages:
    texts.append(page.extract_text())
    if sum(map(len, texts)) > 1_000_000:
        sys.exit(1)
print(json.dumps(texts))
"""
_READ_SECONDS = 10


def _page_texts(pdf: bytes) -> list[str]:
    """The text of each page; raises ValueError where it cannot be read, or not in time."""
    try:
        run = subprocess.run([sys.executable, "-P", "-c", _READER], input=pdf, capture_output=True, check=True,
                             timeout=_READ_SECONDS)
    except subprocess.SubprocessError as error:
        raise ValueError("pages that cannot be read") from error
    texts: list[str] = json.loads(run.stdout)
    return texts


def _pages(before: bytes, after: bytes) -> Iterator[Change]:
    sides = [_page_texts(side) for side in (before, after)]
    if len(sides[0]) != len(sides[1]):
        yield "number of pages", str(len(sides[0])), str(len(sides[1]))
    for number, (one, other) in enumerate(zip(*sides, strict=False), start=1):
        for place, was, now in _aligned(one.splitlines(), other.splitlines(), "line"):
            yield f"page {number}, {place}", was, now


def _aligned(before: list[str], after: list[str], unit: str) -> Iterator[Change]:
    """What differs between two lists of texts, each with its number on the side that has it."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        for n in range(max(a2 - a1, b2 - b1)):
            old = before[a1 + n] if a1 + n < a2 else None
            new = after[b1 + n] if b1 + n < b2 else None
            yield f"{unit} {(b1 + n if new is not None else a1 + n) + 1}", old, new


# --- side by side -------------------------------------------------------------------

NOT_THERE = "<p>not there</p>"
_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:1320px;margin:2rem auto;padding:0 1rem;color:#1b2530}
table{border-collapse:collapse;font-size:.9rem;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;
border-bottom:1px solid #d5dbe0;overflow-wrap:anywhere}.pair{display:grid;gap:1.5rem;
grid-template-columns:repeat(auto-fit,minmax(320px,1fr))}.pair svg{max-width:100%;height:auto}h1,h2,h3{line-height:1.2}
del{background:#f9dcd0}ins{background:#d7ecd9;text-decoration:none}"""


def side_by_side(before: Edition, after: Edition, differences: Sequence[Difference]) -> str:
    """One HTML page: every difference, and each figure that changed, before and after."""
    rows = "".join(f"<tr><td>{html.escape(d.kind)}</td><td>{html.escape(f'{d.path} {d.place}'.strip())}</td>"
                   f"<td>{f'<del>{html.escape(d.before)}</del>' if d.before is not None else ''}</td>"
                   f"<td>{f'<ins>{html.escape(d.after)}</ins>' if d.after is not None else ''}</td></tr>"
                   for d in differences)
    figures = [_figures(side.outputs) for side in (before, after)]
    pairs = "".join(
        f'<h3>{html.escape(label)}</h3><div class="pair">'
        f"{''.join(f'<figure>{side.get(label) or NOT_THERE}</figure>' for side in figures)}</div>"
        for label in dict.fromkeys([*figures[0], *figures[1]]) if figures[0].get(label) != figures[1].get(label))
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
            f'content="width=device-width, initial-scale=1"><title>What changed</title><style>{_STYLE}</style></head>'
            f"<body><h1>What changed</h1><p>Before: {html.escape(before.name)}. After: {html.escape(after.name)}.</p>"
            f"<h2>Figures, before and after</h2>{pairs or '<p>No figure changed.</p>'}"
            f"<h2>Every difference</h2><table><thead><tr><th>Kind</th><th>Where</th><th>Before</th><th>After</th></tr>"
            f"</thead><tbody>{rows}</tbody></table></body></html>\n")


def _figures(outputs: Mapping[str, bytes]) -> dict[str, str]:
    """The drawings of an edition by notebook and cell."""
    found = {}
    for name in [name for name in outputs if name.startswith("notebooks/")]:
        with suppress(*_NOT_SO):
            for cell in json.loads(outputs[name])["cells"]:
                for output in cell.get("outputs", []):
                    data = output.get("data", {})
                    if FIGURE in data or "image/svg+xml" in data:
                        found[f"{Path(name).stem}, {cell.get('id', '')}"] = "".join(data.get("image/svg+xml", ""))
    return found
