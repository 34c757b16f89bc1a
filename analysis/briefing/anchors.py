"""Check passages against the text that they were taken from.

A passage is pinned by its place (TextPositionSelector of the W3C Web
Annotation model: half-open, in Unicode code points), by the SHA-256 of its
words and, where the words matter, by a short quote. Where the three do not
agree, the check tells whether the words are gone, elsewhere, or more than
once there; where the whole source has changed, it offers the new places.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .findings import BriefingError, Finding, shown
from .tables import Row, Tables


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
    """What came of checking: findings, places to move to, and the spans checked and not checked."""

    findings: list[Finding] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    checked: int = 0
    unchecked: int = 0


def check(tables: Tables, texts: Mapping[str, Path]) -> Check:
    """Check every passage of the sources whose stored text is given, by source id.

    The text is read as bytes and decoded as UTF-8, its line ends untouched.
    Raises BriefingError for an id that is no source and a file that cannot be
    read. Linear in the length of the text and the number of passages, as long
    as spans are where they should be.
    """
    known = {row["id"]: row for row in tables.rows["sources"]}
    for id in texts:
        if id not in known:
            raise BriefingError(f"--source {id}: found no source of this id, expected one of {', '.join(known)}. "
                                "Give the id of a row of data/sources.csv.")
    result = Check()
    checked = unchecked = 0
    for id, source in known.items():
        rows = [(number, row) for number, row in enumerate(tables.rows["passages"], start=2) if row["source"] == id]
        if id not in texts:
            unchecked += len(rows)
            continue
        text, findings = _text(id, source, texts[id])
        result.findings.extend(findings)
        if text is None:
            unchecked += len(rows)
            continue
        checked += len(rows)
        _check_source(text, rows, bool(findings), result)
    return Check(result.findings, result.moves, checked, unchecked)


def _text(id: str, source: Row, path: Path) -> tuple[str | None, list[Finding]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BriefingError(f"--source {id}: found no readable file at {path} ({error.strerror}), expected the "
                            "source's text. Correct the path.") from error
    place = {"path": f"source {id}"}
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [Finding("source-not-utf-8", found=f"the byte 0x{data[error.start]:02x} at {error.start}",
                              expected="text in UTF-8", remedy="Store the source as UTF-8 and code it again.", **place)]
    found = hashlib.sha256(data).hexdigest()
    if source["sha256"] and found != source["sha256"]:
        return text, [Finding("source-changed", found=f"SHA-256 {found[:12]}…",
                              expected=f"{source['sha256'][:12]}…, the text that was coded",
                              remedy="Find the text that was coded, or apply the offered places and correct "
                                     "sha256 and characters in data/sources.csv.", **place)]
    if source["characters"] is not None and len(text) != source["characters"]:
        return text, [Finding("source-length", found=f"{len(text)} characters", expected=str(source["characters"]),
                              remedy="Correct characters in data/sources.csv.", **place)]
    return text, []


def _check_source(text: str, rows: Sequence[tuple[int, Row]], changed: bool, result: Check) -> None:
    lost: list[tuple[int, Row]] = []
    for number, row in rows:
        words = text[row["start"]:row["end"]]
        if row["end"] > len(text):
            result.findings.append(_finding("span-outside", number, "end", str(row["end"]),
                                            f"at most {len(text)}, the length of the text", "Correct the span."))
            lost.append((number, row))
        elif _hash(words) != row["sha256"]:
            lost.append((number, row))
        elif row["quote"] and row["quote"] not in words:
            result.findings.append(_finding("quote-not-in-span", number, "quote", shown(row["quote"]),
                                            "words that stand in the span, letter by letter",
                                            "Copy the quote from the source."))
    for (number, row), places in zip(lost, _search(text, [row for _, row in lost]), strict=True):
        _lost(number, row, places, changed, result)


def _lost(number: int, row: Row, places: list[int], changed: bool, result: Check) -> None:
    span = f"{row['start']} to {row['end']}"
    length = row["end"] - row["start"]
    if not places:
        result.findings.append(_finding("passage-absent", number, "start, end, sha256",
                                        f"{span}, whose words the text does not have anywhere", "the words that were coded",
                                        "Code the passage again, or correct its sha256."))
    elif len(places) == 1:
        new = places[0]
        result.findings.append(_finding("passage-elsewhere", number, "start, end", span, f"{new} to {new + length}, "
                                        "where its words stand", "Take the offered place." if changed else
                                        "Correct the span."))
        result.moves.append(Move(row["id"], number, row["start"], row["end"], new, new + length))
    else:
        at = ", ".join(map(str, places[:3])) + (" …" if len(places) > 3 else "")
        result.findings.append(_finding("passage-ambiguous", number, "start, end", span,
                                        f"one place; its words stand {len(places)} times, at {at}",
                                        "Choose the right place by hand."))


def _search(text: str, rows: Sequence[Row]) -> list[list[int]]:
    """For each row the places where words with its hash stand.

    One pass over the text finds all lost words of one length. Each find tells
    how far the text has moved there, which is tried on all that is still
    lost: after an edit, what follows moves together.
    """
    lost = {(row["end"] - row["start"], row["sha256"]): row["start"] for row in rows}
    words: dict[tuple[int, str], str] = {}
    while lost:
        length = next(iter(lost))[0]
        for key, place in _scan(text, length, {sha256 for size, sha256 in lost if size == length}):
            words[key] = text[place:place + length]
            shift = place - lost[key]
            for (size, sha256), start in lost.items():
                near = text[max(start + shift, 0):max(start + shift + size, 0)]
                if len(near) == size and _hash(near) == sha256:
                    words[size, sha256] = near
        lost = {key: start for key, start in lost.items() if key not in words and key[0] != length}
    return [_places(text, words.get((row["end"] - row["start"], row["sha256"]))) for row in rows]


def _scan(text: str, length: int, wanted: set[str]) -> Iterator[tuple[tuple[int, str], int]]:
    """Each wanted hash of words of this length, with the first place where they stand."""
    digests = {bytes.fromhex(sha256): sha256 for sha256 in wanted}
    for start in range(len(text) - length + 1):
        digest = hashlib.sha256(text[start:start + length].encode("utf-8")).digest()
        if digest in digests:
            yield (length, digests.pop(digest)), start
            if not digests:
                return


def _places(text: str, words: str | None) -> list[int]:
    places: list[int] = []
    start = text.find(words) if words else -1
    while start >= 0:
        places.append(start)
        start = text.find(words, start + 1)
    return places


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8")).hexdigest()


def _finding(code: str, row: int, column: str, found: str, expected: str, remedy: str) -> Finding:
    return Finding(code, "data/passages.csv", found, expected, remedy, row=row, column=column)


def patch(tables: Tables, moves: Sequence[Move]) -> str:
    """The offered places as a unified diff of data/passages.csv, to be applied by hand.

    Only the two numbers of each row change.
    """
    import csv
    import difflib
    import io

    path = tables.root / "data" / "passages.csv"
    before = path.read_text("utf-8")
    rows = list(csv.reader(io.StringIO(before)))
    start, end = rows[0].index("start"), rows[0].index("end")
    for move in moves:
        rows[move.row - 1][start], rows[move.row - 1][end] = str(move.new_start), str(move.new_end)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    name = os.path.join("data", "passages.csv").replace(os.sep, "/")
    return "".join(difflib.unified_diff(before.splitlines(keepends=True), out.getvalue().splitlines(keepends=True),
                                        f"a/{name}", f"b/{name}", n=0))
