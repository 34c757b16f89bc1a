"""Find lost passages in a text: by the hash of their words, and by what stood in and around them."""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from ..facts.tables import Row

Span = tuple[int, int]
Key = tuple[int, str]  # the length and the hash of lost words


def lost(text: str, rows: Sequence[Row]) -> list[list[int]]:
    """For each row the places where words with its hash stand.

    One pass over the text finds all lost words of one length. Each new find
    tells how far the text has moved there, which is tried on all that is still
    lost: after an edit, what follows moves together.
    """
    keys = [(row["end"] - row["start"], row["sha256"]) for row in rows]
    starts = dict(zip(keys, (row["start"] for row in rows), strict=True))
    words: dict[Key, str] = {}
    left = dict.fromkeys(starts)  # in the order of the rows
    while left:
        length = next(iter(left))[0]
        wanted = {sha256 for size, sha256 in left if size == length}
        tried: set[int] = set()
        for key, place in _scan(text, length, wanted):
            words[key] = text[place:place + length]
            shift = place - starts[key]
            if shift not in tried:
                tried.add(shift)
                words |= _moved(text, {other: starts[other] + shift for other in left if other not in words})
            wanted -= {sha256 for size, sha256 in words if size == length}
        left = {key: None for key in left if key not in words and key[0] != length}
    found = places(text, set(words.values()))
    return [found[words[key]] if key in words else [] for key in keys]


def _moved(text: str, at: Mapping[Key, int]) -> dict[Key, str]:
    """Of words at places where they may stand, those that do."""
    found = {}
    for (size, sha256), start in at.items():
        if 0 <= start <= len(text) - size and digest(words := text[start:start + size]) == sha256:
            found[size, sha256] = words
    return found


def _scan(text: str, length: int, wanted: Collection[str]) -> Iterator[tuple[Key, int]]:
    """Each wanted hash of words of this length, with the first place where they stand;
    `wanted` may shrink meanwhile, and no longer is searched for."""
    sha256 = hashlib.sha256
    for start in range(len(text) - length + 1):
        if not wanted:
            return
        found = sha256(text[start:start + length].encode("utf-8")).hexdigest()
        if found in wanted:
            yield (length, found), start


_PREFIXES = (96, 48, 24, 12)  # characters by which long words are looked up


def places(text: str, words: Collection[str]) -> dict[str, list[int]]:
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


def digest(words: str) -> str:
    """The SHA-256 of words in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(words.encode("utf-8")).hexdigest()


# --- by what stood around ---------------------------------------------------------------

_SLACK = 300  # characters that a passage may have grown by


def standing(text: str, words: str | None) -> list[Span]:
    """Where words stand but for white space."""
    if not words or not words.strip():
        return []
    return [match.span() for match in re.finditer(r"\s+".join(map(re.escape, words.split())), text)]


def fits(text: str, start: int, end: int, row: Row) -> tuple[bool | None, bool | None]:
    """Whether the words that a row has before and after its passage stand there; None where it has none."""
    prefix, suffix = (" ".join((row.get(name) or "").split()) for name in ("prefix", "suffix"))
    before = text[max(start - 4 * len(prefix) - _SLACK, 0):start] if prefix else ""
    after = text[end:end + 4 * len(suffix) + _SLACK] if suffix else ""
    return (" ".join(before.split()).endswith(prefix) if prefix else None,
            " ".join(after.split()).startswith(suffix) if suffix else None)


def singled_out(text: str, at: Sequence[int], row: Row) -> list[int]:
    """Of the places where a passage's words stand, the one that its prefix and suffix fit best; all, where none is."""
    length = row["end"] - row["start"]
    scores = [sum(map(bool, fits(text, start, start + length, row))) for start in at]
    best = [start for start, score in zip(at, scores, strict=True) if score == max(scores)]
    return best if len(best) == 1 else list(at)


def reworded(text: str, row: Row) -> Span | None:
    """Where a passage stands whose words have changed; None where this is at no one place.

    As for a TextQuoteSelector of the W3C Web Annotation model: what stands between prefix and suffix, with the quote
    in it where there is one; or the quote with one of the two beside it, from there to the other end of the quote.
    """
    prefixes, suffixes, quotes = (standing(text, row.get(name)) for name in ("prefix", "suffix", "quote"))
    before, after = sorted({end for _, end in prefixes}), sorted({start for start, _ in suffixes})
    if row.get("quote"):
        opened = {(start, quote) for quote in quotes if (start := _last(before, quote[0])) is not None}
        closed = {quote: end for quote in quotes if (end := _next(after, quote[1])) is not None}
        starts, ends = sorted(start for start, _ in quotes), sorted(end for _, end in quotes)
        found = _short(text, row, {(start, closed[quote]) for start, quote in opened if quote in closed}) \
            or {(start, quote[1]) for start, quote in opened if _next(starts, start) == quote[0]} \
            | {(quote[0], end) for quote, end in closed.items() if _last(ends, end) == quote[1]}
    else:
        found = {(start, end) for end in after if (start := _last(before, end)) is not None and
                 _next(after, start + 1) == end}
    spans = _short(text, row, found)
    return next(iter(spans)) if len(spans) == 1 else None


def _short(text: str, row: Row, spans: Collection[Span]) -> set[Span]:
    """Of these spans those that have words, and not many more than the passage had; without white space around."""
    longest = row["end"] - row["start"] + _SLACK
    return {(start + len(words) - len(words.lstrip()), start + len(words.rstrip())) for start, end in spans
            if 0 < end - start <= longest and (words := text[start:end]).strip()}


def _last(places: Sequence[int], at: int) -> int | None:
    n = bisect.bisect_right(places, at)
    return places[n - 1] if n else None


def _next(places: Sequence[int], at: int) -> int | None:
    n = bisect.bisect_left(places, at)
    return places[n] if n < len(places) else None
