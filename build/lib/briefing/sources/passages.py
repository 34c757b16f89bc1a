"""Check passages against the text that they were taken from.

A passage is pinned by its place (TextPositionSelector of the W3C Web
Annotation model: half-open, in Unicode code points), by the SHA-256 of its
words and, where the words matter, by a short quote. Where the three do not
agree, the check tells whether the words are gone, elsewhere, or more than
once there; where the whole source has changed, it offers the new places.
"""

from __future__ import annotations

import bisect
import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..facts.tables import Row, Tables
from ..findings import BriefingError, Finding, shown


@dataclass(frozen=True)
class Move:
    """A passage whose words stand elsewhere now, once: what to change in its row."""

    passage: str
    row: int
    start: int
    end: int
    new_start: int
    new_end: int


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
        sound = _Findings(_path(tables, "passages"), findings).unsound(rows)
        text, changed = None, False
        if id in texts:
            text, found = _text(id, known[id], texts[id])
            changed = any(finding.code == "source-changed" for finding in found)
            if text is not None and changed:
                sources[id] = hashlib.sha256(texts[id].read_bytes()).hexdigest(), len(text)
            findings += found
        if text is None:
            unchecked += len(rows)
            continue
        checked += len(rows)
        moves += _Findings(_path(tables, "passages"), findings).against(text, sound, changed)
    findings.sort(key=lambda finding: (finding.row is not None, finding.row or 0))
    return Check(findings, moves, sources, checked, unchecked)


def _path(tables: Tables, name: str) -> str:
    return next((f"data/{resource['path']}" for resource in tables.descriptor["resources"]
                 if resource["name"] == name), f"data/{name}.csv")


def _text(id: str, source: Row, path: Path) -> tuple[str | None, list[Finding]]:
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
        return text, [Finding("source-changed", found=f"SHA-256 {found[:12]}…",
                              expected=f"{source['sha256'][:12]}…, the text that was coded",
                              remedy="Find the text that was coded, or apply the patch that is offered: it "
                                     "moves the passages and takes this text for the source.", **place)]
    if source["characters"] is not None and len(text) != source["characters"]:
        return text, [Finding("source-length", found=f"{len(text)} characters", expected=str(source["characters"]),
                              remedy="Correct characters in data/sources.csv.", **place)]
    return text, []


class _Findings:
    """The findings on the passages of one source, each with its row."""

    def __init__(self, path: str, findings: list[Finding]) -> None:
        self.path = path
        self.findings = findings

    def add(self, code: str, row: int, column: str, found: str, expected: str, remedy: str) -> None:
        self.findings.append(Finding(code, self.path, found, expected, remedy, row=row, column=column))

    # --- without the text ---------------------------------------------------------

    def unsound(self, rows: Sequence[Numbered]) -> list[Numbered]:
        """Find what no text could make right; the rows that a text can be asked about."""
        sound = []
        for number, row in rows:
            start, end = row["start"], row["end"]
            if row["quote"] is not None and not any(unicodedata.category(c)[0] in "LNS" for c in row["quote"]):
                self.add("quote-empty", number, "quote", shown(row["quote"]), "words, or an empty cell",
                         "Copy the words from the source, or leave the cell empty.")
            if start is None or end is None:
                self.add("span-missing", number, "start, end", "an empty cell", "a start and an end",
                         "Fill in the span.")
            elif start < 0 or start >= end:
                self.add("span-reversed", number, "start, end", f"{start} to {end}", "a start from 0 before its end",
                         "Give the half-open range of code points, start first.")
            elif not re.fullmatch(r"[0-9a-f]{64}", row["sha256"] or ""):
                self.add("hash-malformed", number, "sha256", shown(row["sha256"] or ""),
                         "64 hexadecimal digits in lower case", "Give the SHA-256 of the span's UTF-8 bytes.")
            else:
                sound.append((number, row))
        self._overlaps(sound)
        return sound

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
        lines = [match.start() for match in re.finditer(r"[^\r\n]*[^\s][^\r\n]*", text)]
        for number, row in rows:
            words = text[row["start"]:row["end"]]
            if row["end"] > len(text):
                self.add("span-outside", number, "end", str(row["end"]), f"at most {len(text)}, the length of the text",
                         "Correct the span.")
                lost.append((number, row))
            elif _hash(words) != row["sha256"]:
                lost.append((number, row))
            else:
                self._words(text, number, row, words)
                paragraph = bisect.bisect_right(lines, row["start"])
                last = bisect.bisect_left(lines, row["end"])  # the paragraph that the span ends in
                near = slice(lines[max(paragraph - 2, 0)] if lines else 0,
                             lines[last + 1] if last + 1 < len(lines) else None)
                self._gist(text, number, row, words, text[near])
                if not changed and row["paragraph"] is not None and paragraph != row["paragraph"]:
                    self.add("paragraph-wrong", number, "paragraph", str(row["paragraph"]),
                             f"{paragraph}, the non-empty line in which the span begins", "Correct the paragraph.")
        places = _search(text, [row for _, row in lost])
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
        places = _places(text, {quote})[quote]
        expected = "words that stand in the span, letter by letter"
        if not places:
            self.add("quote-absent", number, "quote", f"{shown(quote)}, which the text does not have anywhere",
                     expected,
                     "Copy the quote from the source.")
        elif len(places) == 1:
            self.add("quote-elsewhere", number, "quote", f"{shown(quote)}, which stands at {places[0]}", expected,
                     "Widen the span, or quote from it.")
        else:
            self.add("quote-ambiguous", number, "quote", f"{shown(quote)}, which stands {_listed(places)}", expected,
                     "Choose the right place by hand.")

    def _lost(self, text: str, number: int, row: Row, places: list[int], changed: bool) -> Move | None:
        span = f"{row['start']} to {row['end']}"
        length = row["end"] - row["start"]
        if not places:
            near = _places(text, {row["quote"]})[row["quote"]] if row["quote"] else []
            hint = f"; its quote stands {_listed(near)}" if near else ""
            self.add("passage-absent", number, "start, end, sha256",
                     f"{span}, whose words the text does not have anywhere{hint}", "the words that were coded",
                     "Code the passage again, or correct its sha256.")
        elif len(places) == 1:
            new = places[0]
            self.add("passage-elsewhere", number, "start, end", span, f"{new} to {new + length}, where its words stand",
                     "Take the offered place." if changed else "Correct the span.")
            self._words(text, number, row, text[new:new + length])
            return Move(row["id"], number, row["start"], row["end"], new, new + length)
        else:
            self.add("passage-ambiguous", number, "start, end", span, f"one place; its words stand {_listed(places)}",
                     "Choose the right place by hand.")
        return None


def _listed(places: Sequence[int]) -> str:
    at = ", ".join(map(str, places[:3])) + (" …" if len(places) > 3 else "")
    return f"at {at}" if len(places) == 1 else f"{len(places)} times, at {at}"


# --- search -----------------------------------------------------------------------

Key = tuple[int, str]  # the length and the hash of lost words


def _search(text: str, rows: Sequence[Row]) -> list[list[int]]:
    """For each row the places where words with its hash stand.

    One pass over the text finds all lost words of one length. Each new find
    tells how far the text has moved there, which is tried on all that is still
    lost: after an edit, what follows moves together.
    """
    keys = [(row["end"] - row["start"], row["sha256"]) for row in rows]
    starts = dict(zip(keys, (row["start"] for row in rows), strict=True))
    words: dict[Key, str] = {}
    lost = dict.fromkeys(starts)  # in the order of the rows
    while lost:
        length = next(iter(lost))[0]
        wanted = {sha256 for size, sha256 in lost if size == length}
        tried: set[int] = set()
        for key, place in _scan(text, length, wanted):
            words[key] = text[place:place + length]
            shift = place - starts[key]
            if shift not in tried:
                tried.add(shift)
                words |= _moved(text, {other: starts[other] + shift for other in lost if other not in words})
            wanted -= {sha256 for size, sha256 in words if size == length}
        lost = {key: None for key in lost if key not in words and key[0] != length}
    places = _places(text, set(words.values()))
    return [places[words[key]] if key in words else [] for key in keys]


def _moved(text: str, places: Mapping[Key, int]) -> dict[Key, str]:
    """Of words at places where they may stand, those that do."""
    found = {}
    for (size, sha256), start in places.items():
        if 0 <= start <= len(text) - size and _hash(words := text[start:start + size]) == sha256:
            found[size, sha256] = words
    return found


def _scan(text: str, length: int, wanted: Collection[str]) -> Iterator[tuple[Key, int]]:
    """Each wanted hash of words of this length, with the first place where they stand;
    `wanted` may shrink meanwhile, and no longer is searched for."""
    sha256 = hashlib.sha256
    for start in range(len(text) - length + 1):
        if not wanted:
            return
        digest = sha256(text[start:start + length].encode("utf-8")).hexdigest()
        if digest in wanted:
            yield (length, digest), start


_PREFIXES = (96, 48, 24, 12)  # characters by which long words are looked up


def _places(text: str, words: Collection[str]) -> dict[str, list[int]]:
    """All places of each of these words, also where they overlap themselves: one pass over the
    text for all words that are about as long, by the characters they begin with."""
    found: dict[str, list[int]] = {each: [] for each in words}
    begins: dict[int, dict[str, list[str]]] = {}
    for each in words:
        size = next((size for size in _PREFIXES if size <= len(each)), 0) if len(words) > 1 else 0
        if size:
            begins.setdefault(size, {}).setdefault(each[:size], []).append(each)
            continue
        start = text.find(each) if each else -1
        while start >= 0:
            found[each].append(start)
            start = text.find(each, start + 1)
    for size, known in begins.items():
        for start in range(len(text) - size + 1):
            for each in known.get(text[start:start + size], ()):
                if text.startswith(each, start):
                    found[each].append(start)
    return found


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8")).hexdigest()


# --- the offer --------------------------------------------------------------------

def patch(tables: Tables, result: Check) -> str:
    """The offered places, and what the changed sources are now, as a unified diff of
    data/passages.csv and data/sources.csv, for `git apply` or `patch -p1`; empty where nothing is offered.

    Only the rows that it is about are written anew, and of these only the numbers and hashes change.
    """
    places = {move.row: {"start": str(move.new_start), "end": str(move.new_end)} for move in result.moves}
    texts = {number: {"sha256": result.sources[row["id"]][0], "characters": str(result.sources[row["id"]][1])}
             for number, row in enumerate(tables.rows["sources"], start=2) if row["id"] in result.sources}
    return _diff(tables, "sources", texts) + _diff(tables, "passages", places)


def _diff(tables: Tables, table: str, new: Mapping[int, Mapping[str, str]]) -> str:
    """A unified diff that sets these cells of a table, by row and column."""
    import csv
    import difflib
    import io

    if not new:
        return ""
    name = _path(tables, table)
    before = (tables.root / name).read_text("utf-8").splitlines(keepends=True)
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
            lines = out.getvalue().splitlines(keepends=True)
        after += lines
    return "".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"))
