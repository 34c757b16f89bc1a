"""Check passages against the text that they were taken from.

A passage is pinned by its place (TextPositionSelector of the W3C Web
Annotation model: half-open, in Unicode code points), by the SHA-256 of its
words, where the words matter by a short quote, and by the words before and
after it, where they are held. Where these do not agree, the check tells whether
the words are gone, changed, elsewhere, or more than once there; where the whole
source has changed, it offers the new places. How they are found: `selecting`.
A coder's own span of a statement goes with its passage, and a quantity is held
to its words; of a passage whose words have no number that is read, nothing is said.
"""

from __future__ import annotations

import bisect
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import limits
from ..facts.tables import Row, Tables
from ..findings import BriefingError, Finding, shown
from . import proposals, selecting
from .proposals import Number
from .selecting import digest


@dataclass(frozen=True)
class Move:
    """A passage that stands elsewhere now, at one place: what to change in its row.

    `new_sha256` is given where its words have changed, `paragraph`, `prefix` and `suffix` where the row has them.
    """

    passage: str
    row: int
    start: int
    end: int
    new_start: int
    new_end: int
    new_sha256: str | None = None
    paragraph: int | None = None
    prefix: str | None = None
    suffix: str | None = None


@dataclass(frozen=True)
class Check:
    """What came of checking: findings, places to move to, the SHA-256 and the length of
    each source that is another text now, and the spans checked and not checked."""

    findings: list[Finding] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    sources: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    checked: int = 0
    unchecked: int = 0


Numbered = tuple[int, Row]  # a row with its number in the file


def check(tables: Tables, texts: Mapping[str, Path]) -> Check:
    """Check every passage; against its source's text where that is given, by source id.

    The text is read as bytes and decoded as UTF-8, its line ends untouched.
    Raises BriefingError for an id that is no source and a file that cannot be
    read. Linear in the length of the text and the number of passages, as long
    as spans are where they should be; of those that are lost, each length that
    occurs may cost one pass over the text.
    """
    known = {row["id"]: row for row in tables.rows["sources"]}
    for id in texts:
        if id not in known:
            raise BriefingError(f"--source {id}: found no source of this id, expected one of {', '.join(known)}. "
                                "Give the id of a row of data/sources.csv.")
    held: dict[str, list[Numbered]] = {id: [] for id in known}
    for number, row in enumerate(tables.rows["passages"], start=2):
        held.setdefault(row["source"], []).append((number, row))
    findings: list[Finding] = []
    moves: list[Move] = []
    sources: dict[str, tuple[str, int]] = {}
    checked = unchecked = 0
    for id, rows in held.items():
        text, changed = None, False
        if id in texts:
            text, found = _text(id, known[id], texts[id])
            changed = any(finding.code == "source-changed" for finding in found)
            if text is not None and changed:
                sources[id] = hashlib.sha256(texts[id].read_bytes()).hexdigest(), len(text)
            findings += found
        of_passages = _Findings(_path(tables, "passages"), findings, text)
        sound = of_passages.unsound(rows)
        if text is None:
            unchecked += len(rows)
            continue
        checked += len(rows)
        moves += of_passages.against(text, sound, changed)
        words = {row["id"]: told for _, row in sound
                 if digest(told := text[row["start"]:row["end"]]) == row["sha256"]}
        findings += check_quantities(_path(tables, "quantities"), enumerate(tables.rows.get("quantities", ()), start=2),
                                 words, known[id].get("language"))
    findings += _outside(tables)
    findings.sort(key=lambda finding: (finding.row is not None, finding.row or 0))
    return Check(findings, moves, sources, checked, unchecked)


def _outside(tables: Tables) -> Iterator[Finding]:
    """The statements whose own span shares no word with that of their passage. A coder may mark more than it."""
    spans = {row["id"]: (row["start"], row["end"]) for row in tables.rows["passages"] if _is_span(row)}
    for number, row in enumerate(tables.rows.get("statements", ()), start=2):
        start, end = row.get("start"), row.get("end")
        place = spans.get(row["passage"])
        if place and (start, end) != (None, None) and not (_is_span(row) and start < place[1] and end > place[0]):
            given = " to ".join("an empty cell" if each is None else str(each) for each in (start, end))
            yield Finding("statement-outside", _path(tables, "statements"), given,
                          f"a span with words of its passage, which stands at {place[0]} to {place[1]}",
                          f"Write `{place[0]}` and `{place[1]}`, or the part of it that the coder marked.", row=number,
                          column="start, end")


def _is_span(row: Row) -> bool:
    start, end = row.get("start"), row.get("end")
    return start is not None and end is not None and 0 <= start < end


def _path(tables: Tables, name: str) -> str:
    return next((f"data/{resource['path']}" for resource in tables.descriptor["resources"]
                 if resource["name"] == name), f"data/{name}.csv")


def _text(id: str, source: Row, path: Path) -> tuple[str | None, list[Finding]]:
    if large := limits.too_large(path, f"source {id}", limits.SOURCE_BYTES, "Take the part that is coded."):
        return None, [large]
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BriefingError(f"--source {id}: found no readable file at {path} ({error.strerror}), expected the "
                            "source's text. Correct the path.") from error
    place: dict[str, Any] = {"path": f"source {id}"}
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [Finding("source-not-utf-8", found=f"the byte 0x{data[error.start]:02x} at {error.start}",
                              expected="text in UTF-8", remedy="Store the source as UTF-8 and code it again.", **place)]
    found = hashlib.sha256(data).hexdigest()
    if source["sha256"] and found != source["sha256"]:
        return text, [Finding("source-changed", found=f"SHA-256 {found} of {len(text)} characters",
                              expected=f"{source['sha256']}, the text that was coded",
                              remedy="Find the text that was coded, or apply the patch that is offered: it "
                                     "moves the passages and takes this text for the source.", **place)]
    if source["characters"] is not None and len(text) != source["characters"]:
        return text, [Finding("source-length", found=f"{len(text)} characters", expected=str(source["characters"]),
                              remedy=f"Write {len(text)} as characters in data/sources.csv.", **place)]
    return text, []


class _Findings:
    """The findings on the passages of one source, each with its row; its text where it is at hand."""

    def __init__(self, path: str, findings: list[Finding], text: str | None) -> None:
        self.path = path
        self.findings = findings
        self.text = text

    def add(self, code: str, row: int, column: str, found: str, expected: str, remedy: str) -> None:
        self.findings.append(Finding(code, self.path, found, expected, remedy, row=row, column=column))

    # --- row by row ---------------------------------------------------------------

    def unsound(self, rows: Sequence[Numbered]) -> list[Numbered]:
        """Find what is wrong whatever the text says; the rows that a text can be asked about."""
        sound = []
        for number, row in rows:
            start, end = row["start"], row["end"]
            if row["quote"] is not None and not any(unicodedata.category(c)[0] in "LNS" for c in row["quote"]):
                self.add("quote-empty", number, "quote", shown(row["quote"]), "words, or an empty cell",
                         "Copy the words from the source, or leave the cell empty.")
            if start is None or end is None:
                self.add("span-missing", number, "start, end", "an empty cell",
                         f"a start and an end{self._quoted(row)}", "Fill in the span.")
            elif start < 0 or start >= end:
                self.add("span-reversed", number, "start, end", f"{start} to {end}",
                         f"a start from 0 before its end{self._quoted(row)}",
                         "Give the half-open range of code points, start first.")
            elif not re.fullmatch(r"[0-9a-f]{64}", row["sha256"] or ""):
                right = "" if self.text is None or end > len(self.text) else \
                    f": {digest(self.text[start:end])} for {start} to {end}"
                self.add("hash-malformed", number, "sha256", shown(row["sha256"] or ""),
                         f"64 hexadecimal digits in lower case{right}", "Give the SHA-256 of the span's UTF-8 bytes.")
            else:
                sound.append((number, row))
        self._overlaps(sound)
        return sound

    def _quoted(self, row: Row) -> str:
        """The span of a row's quote, where it stands once."""
        at = selecting.places(self.text, {row["quote"]})[row["quote"]] if self.text and row["quote"] else []
        return f"; {_spanned(self.text or '', at[0], at[0] + len(row['quote']))} for its quote" if len(at) == 1 else ""

    def _overlaps(self, rows: Sequence[Numbered]) -> None:
        """A passage may lie inside another, which says more. Two on one span are one passage
        twice; two that cross share words that belong to both and to neither."""
        around: list[Row] = []
        for number, row in sorted(rows, key=lambda item: (item[1]["start"], -item[1]["end"], item[0])):
            while around and around[-1]["end"] <= row["start"]:
                around.pop()
            last = around[-1] if around else None
            place = f"{row['start']} to {row['end']}"
            if last and (last["start"], last["end"]) == (row["start"], row["end"]):
                self.add("span-twice", number, "start, end", f"{place}, as in {last['id']}", "each span once",
                         "Use the one passage, and remove the other.")
            elif last and last["end"] < row["end"]:
                self.add("span-crossing", number, "start, end", f"{place}, across the end of {last['id']} "
                         f"({last['start']} to {last['end']})", "spans apart, or one inside the other",
                         "Cut the passages so that no words are in both, or let one hold the other.")
            around.append(row)

    # --- against the text ---------------------------------------------------------

    def against(self, text: str, rows: Sequence[Numbered], changed: bool) -> list[Move]:
        """Find what the text does not bear out; where lost passages stand now."""
        lost: list[Numbered] = []
        lines = selecting.paragraphs(text)
        for number, row in rows:
            words = text[row["start"]:row["end"]]
            if row["end"] > len(text):
                self.add("span-outside", number, "end", str(row["end"]), f"at most {len(text)}, the length of the text",
                         "Correct the span.")
                lost.append((number, row))
            elif digest(words) != row["sha256"]:
                lost.append((number, row))
            else:
                self._words(text, number, row, words)
                paragraph = bisect.bisect_right(lines, row["start"])
                last = bisect.bisect_left(lines, row["end"])  # the paragraph that the span ends in
                near = slice(lines[max(paragraph - 2, 0)] if lines else 0,
                             lines[last + 1] if last + 1 < len(lines) else None)
                self._gist(text, number, row, words, text[near])
                self._around(text, number, row)
                if not changed and row["paragraph"] is not None and paragraph != row["paragraph"]:
                    self.add("paragraph-wrong", number, "paragraph", str(row["paragraph"]),
                             f"{paragraph}, the non-empty line in which the span begins", "Correct the paragraph.")
        places = selecting.lost(text, [row for _, row in lost])
        return [move for (number, row), at in zip(lost, places, strict=True)
                if (move := self._lost(text, number, row, at, changed))]

    def _gist(self, text: str, number: int, row: Row, words: str, near: str) -> None:
        """A gist says no more than its span: no number that is not in it, and no name from elsewhere in the source that
        neither its paragraph nor the one before or after has (which a pronoun may stand for)."""
        gist = row.get("gist") or ""
        numbers = [found for found in re.findall(r"\d+(?:[.,]\d+)*", gist)
                   if found not in re.findall(r"\d+(?:[.,]\d+)*", words)]
        near = near.casefold()
        names = [found for found in re.findall(r"(?<![.!?] )(?<!^)\b[^\W\d_a-z][^\W\d_]{3,}", gist)
                 if found[:5].casefold() not in near and re.search(re.escape(found[:5]), text, re.IGNORECASE)]
        for found, of in ((numbers, "a number"), (names, "a name")):
            if found:
                self.add("gist-beyond-span", number, "gist",
                         f"{', '.join(map(shown, found))}, {of} that the span does not have",
                         "what the words of the span say, and no more", "Take it out of the gist, or widen the span.")

    def _words(self, text: str, number: int, row: Row, words: str) -> None:
        quote = row["quote"]
        if not quote or quote in words:
            return
        places = selecting.places(text, {quote})[quote]
        expected = "words that stand in the span, letter by letter"
        if not places:
            near = selecting.find(words, quote)  # but for quotes, dashes, white space and case
            right = f': "{words[slice(*near[0])]}"' if near else ""
            self.add("quote-absent", number, "quote", f"{shown(quote)}, which the text does not have anywhere",
                     expected + right, "Copy the quote from the source.")
        elif len(places) == 1:
            self.add("quote-elsewhere", number, "quote",
                     f"{shown(quote)}, which stands at {_spanned(text, places[0], places[0] + len(quote))}", expected,
                     "Widen the span, or quote from it.")
        else:
            self.add("quote-ambiguous", number, "quote", f"{shown(quote)}, which stands {_listed(places)}", expected,
                     "Choose the right place by hand.")

    def _around(self, text: str, number: int, row: Row) -> None:
        """The words that are held of before and after the passage stand there."""
        for name, fits, right in zip(("prefix", "suffix"), selecting.fits(text, row["start"], row["end"], row),
                                     selecting.around(text, row["start"], row["end"], row["quote"])
                                     if row.get("prefix") or row.get("suffix") else ("", ""), strict=True):
            if fits is False:
                self.add(f"{name}-wrong", number, name, shown(row[name]),
                         f"the words {'before' if name == 'prefix' else 'after'} the span: {shown(right)}",
                         "Copy these words, or correct the span.")

    def _lost(self, text: str, number: int, row: Row, places: list[int], changed: bool) -> Move | None:
        span = f"{row['start']} to {row['end']}"
        length = row["end"] - row["start"]
        places = selecting.singled_out(text, places, row) if len(places) > 1 else places
        if len(places) == 1:
            new = places[0]
            self.add("passage-elsewhere", number, "start, end", span, f"{new} to {new + length}, where its words stand",
                     "Take the offered place." if changed else "Correct the span.")
            self._words(text, number, row, text[new:new + length])
            return _move(text, number, row, new, new + length)
        if places:
            self.add("passage-ambiguous", number, "start, end", span,
                     f"one place; its words, {length} characters, stand {_listed(places)}",
                     "Choose the right place by hand.")
        elif new_span := selecting.reworded(text, row):
            self.add("passage-reworded", number, "start, end, sha256", f"{span}, whose words the text does not have",
                     f"{_spanned(text, *new_span)}, where what is held of it stands",
                     "The words changed: read it again, and take the offered place and hash if it still says so.")
            return _move(text, number, row, *new_span, words_changed=True)
        else:
            self._absent(text, number, row)
        return None

    def _absent(self, text: str, number: int, row: Row) -> None:
        start, end, quote = row["start"], row["end"], row["quote"]
        near = selecting.places(text, {quote})[quote] if quote else []
        hint = f"; its quote stands {_listed(near)}" if near else ""
        right = ""
        if end <= len(text) and quote and quote in text[start:end]:
            right = f"; {digest(text[start:end])} for the span as it is, which has the quote"
        elif len(near) == 1:
            right = f"; {_spanned(text, near[0], near[0] + len(quote))} for its quote alone"
        elif not quote and end <= len(text):
            right = f"; {digest(text[start:end])} for the span as it is"
        self.add("passage-absent", number, "start, end, sha256",
                 f"{start} to {end}, whose words the text does not have anywhere{hint}",
                 f"the words that were coded{right}", "Code the passage again, or correct its sha256.")


def _move(text: str, number: int, row: Row, start: int, end: int, words_changed: bool = False) -> Move:
    """The move of a row's passage to a span, with what else its row holds of its place."""
    prefix, suffix = selecting.around(text, start, end, row["quote"]) if row.get("prefix") or row.get("suffix") \
        else (None, None)
    return Move(row["id"], number, row["start"], row["end"], start, end,
                digest(text[start:end]) if words_changed else None,
                None if row["paragraph"] is None else selecting.paragraph(text, start), prefix, suffix)


def _spanned(text: str, start: int, end: int) -> str:
    """A span with the hash of its words, to copy."""
    return f"{start} to {end}, SHA-256 {digest(text[start:end])}"


def _listed(places: Sequence[int]) -> str:
    at = ", ".join(map(str, places[:3])) + (" …" if len(places) > 3 else "")
    return f"at {at}" if len(places) == 1 else f"{len(places)} times, at {at}"


# --- quantities ---------------------------------------------------------------------

#: Numbers that words give in ways that are not read: none, one, a dozen.
UNREAD = (0, 1, 12)
_SIDES = {">": 1, ">=": 1, "<": -1, "<=": -1}


def check_quantities(path: str, quantities: Iterable[tuple[int, Row]], words: Mapping[str, str],
          language: str | None) -> Iterator[Finding]:
    """What the quantities of one source say and the words of their passages, by id, do not.

    `path` is that of the table, `quantities` have their numbers in the file.
    """
    for number, row in quantities:
        told = words.get(row.get("passage") or "")
        if told is None or row.get("value") is None:
            continue
        numbers = proposals.quantities(told, language)
        same = [each for each in numbers if any(proposals.equal(each, float(value)) for value in _values(row))]
        if same:
            yield from _hedged(path, number, row, same)
        elif numbers and not _unread(row, numbers):
            yield Finding("quantity-not-in-words", path, f"{row['value']:.12g}",
                          f"a number that the words of its passage have: {_numbers(numbers)}",
                          "Copy hedge, value and unit from the words, or name the passage that has the number.",
                          row=number, column="value")


def _values(row: Row) -> list[float]:
    return [value for value in (row["value"], row.get("upper")) if value is not None]


def _unread(row: Row, numbers: Sequence[Number]) -> bool:
    """Whether the value may be told in words that are not read: half of 200 is 50%."""
    share = (row.get("unit") or "").strip() == "%"
    return row["value"] in UNREAD or (share and all(number.unit != "%" for number in numbers))


def _hedged(path: str, number: int, row: Row, same: Sequence[Number]) -> Iterator[Finding]:
    hedge = row.get("hedge") or "="
    if row.get("upper") is None and not any(_agree(hedge, each.hedge) for each in same):
        yield Finding("hedge-not-in-words", path, f"`{hedge}` before {row['value']:.12g}",
                      f"the hedge that the words of its passage give it: {_numbers(same)}",
                      f"Write `{same[0].hedge}`, or the hedge that the words have.", row=number, column="hedge")


def _agree(hedge: str, told: str) -> bool:
    """Whether a hedge is not against that of the words: none where they have one, or the other side."""
    if hedge == "=":
        return told == "="
    return _SIDES.get(hedge, 0) * _SIDES.get(told, 0) >= 0


def _numbers(numbers: Iterable[Number]) -> str:
    """Numbers with hedge and unit, to copy."""
    return ", ".join(dict.fromkeys(f"`{each.hedge} {each.value:.12g} {each.unit}".rstrip() + "`" for each in numbers))


# --- the offer --------------------------------------------------------------------

def patch(tables: Tables, result: Check) -> str:
    """The offered places, and what the changed sources are now, as a unified diff of data/passages.csv,
    data/sources.csv and data/statements.csv, for `git apply` or `patch -p1`; empty where nothing is offered.

    Only the rows that it is about are written anew, and of these only numbers, hashes, prefix and suffix change.
    """
    places = {move.row: moved_cells(move) for move in result.moves}
    texts = {number: {"sha256": result.sources[row["id"]][0], "characters": str(result.sources[row["id"]][1])}
             for number, row in enumerate(tables.rows["sources"], start=2) if row["id"] in result.sources}
    return _diff(tables, "sources", texts) + _diff(tables, "passages", places) + \
        _diff(tables, "statements", moved_statements(tables, result.moves))


def moved_statements(tables: Tables, moves: Sequence[Move]) -> dict[int, dict[str, str]]:
    """What moves of passages change in the statements: the cells `start` and `end` by the row's number in the file.

    A coder's own span goes as far as its passage does. Where the words of the passage changed, it is the whole of it:
    where among them the coder's own are, nothing tells. Statements without a span of their own stay.
    """
    by = {move.passage: move for move in moves}
    return {number: {"start": str(start), "end": str(end)}
            for number, row in enumerate(tables.rows.get("statements", ()), start=2)
            if _is_span(row) and (move := by.get(row["passage"]))
            for start, end in [_carried(move, row["start"], row["end"])] if (start, end) != (row["start"], row["end"])}


def _carried(move: Move, start: int, end: int) -> tuple[int, int]:
    """A span that goes with its passage."""
    shift = move.new_start - move.start
    start, end = max(start + shift, 0), max(end + shift, 0)
    if move.new_sha256 is not None:  # where in other words its own begin or end, nothing tells
        return move.new_start, move.new_end
    return (start, end) if start < end else (move.new_start, move.new_end)


def moved_cells(move: Move) -> dict[str, str]:
    """What a move writes into the row of its passage, by column; what it does not know stays."""
    cells = {"start": move.new_start, "end": move.new_end, "sha256": move.new_sha256, "paragraph": move.paragraph,
             "prefix": move.prefix, "suffix": move.suffix}
    return {column: str(value) for column, value in cells.items() if value is not None}


def _diff(tables: Tables, table: str, new: Mapping[int, Mapping[str, str]]) -> str:
    """A unified diff that sets these cells of a table, by row and column."""
    import csv
    import difflib
    import io

    if not new:
        return ""
    name = _path(tables, table)
    # lines as files have them: a cell may hold a form feed or another mark at which str.splitlines parts
    before = [*io.StringIO((tables.root / name).read_bytes().decode("utf-8"), newline="\n")]
    records = csv.reader(iter(before))
    header = next(records)
    after = before[:records.line_num]
    read = records.line_num
    for number, cells in enumerate(records, start=2):
        lines = before[read:records.line_num]  # a quoted cell may hold line ends
        read = records.line_num
        if number in new:
            cells = [new[number].get(column, cell) for column, cell in zip(header, cells, strict=True)]
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerow(cells)
            lines = [*io.StringIO(out.getvalue(), newline="\n")]
        after += lines
    return "".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"))
