"""Select words of a text: make a passage of them, find them, and tell what comes nearest where they are not there;
find a passage again whose place is lost.

Places are half-open ranges of Unicode code points, as in `passages`. What stands around a passage is held as the
TextQuoteSelector of the W3C Web Annotation model has it (https://www.w3.org/TR/annotation-model/#text-quote-selector).
"""

from __future__ import annotations

import bisect
import functools
import hashlib
import heapq
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..facts.tables import LONGEST_QUOTE, Row
from ..findings import BriefingError

AROUND = LONGEST_QUOTE // 2  # words before and after a passage that are held at most

Span = tuple[int, int]


# --- a passage ----------------------------------------------------------------------

def passage(text: str, start: int, end: int, quote: str | None = None) -> dict[str, Any]:
    """What a row of passages holds of these words: start, end, sha256, paragraph, prefix, suffix.

    White space at the ends is left out of the span. `prefix` and `suffix` are at most six words each, parted by single
    spaces; with a quote, the three are at most twelve words together. Raises BriefingError for a span that has no words
    or is not in the text.
    """
    if not 0 <= start < end <= len(text):
        raise BriefingError(f"passage: found the span {start} to {end}, expected one that lies in 0 to {len(text)}, "
                            "its start before its end. Select words of this text.")
    words = text[start:end]
    if not words.strip():
        raise BriefingError(f"passage: found white space alone at {start} to {end}, expected words. "
                            "Select at least one word.")
    start += len(words) - len(words.lstrip())
    words = words.strip()
    end = start + len(words)
    prefix, suffix = around(text, start, end, quote)
    return {"start": start, "end": end, "sha256": digest(words),
            "paragraph": paragraph(text, start), "prefix": prefix, "suffix": suffix}


def around(text: str, start: int, end: int, quote: str | None = None) -> tuple[str, str]:
    """The words before and after a span, from its paragraph or the one beside it, as far as they may be held."""
    lines = paragraphs(text)
    first = bisect.bisect_right(lines, start)
    last = bisect.bisect_left(lines, end)
    before = text[lines[max(first - 2, 0)] if lines else 0:start].split()
    after = text[end:lines[last + 1] if last + 1 < len(lines) else len(text)].split()
    left = max(LONGEST_QUOTE - len((quote or "").split()), 0)
    size = min(AROUND, len(before), max(left // 2, left - len(after)))
    return " ".join(before[len(before) - size:]), " ".join(after[:min(AROUND, left - size)])


def paragraph(text: str, start: int) -> int:
    """The paragraph that a place lies in: the non-empty line, from 1."""
    return bisect.bisect_right(paragraphs(text), start)


@functools.lru_cache(maxsize=8)
def paragraphs(text: str) -> tuple[int, ...]:
    """Where each paragraph begins: each line that is not empty."""
    return tuple(match.start() for match in re.finditer(r"(?<![^\r\n])[^\S\r\n]*+\S", text))


# --- where words stand ----------------------------------------------------------------

#: Characters that stand for each other: quotes and apostrophes, and dashes.
_ALIKE = ("\"“”„‟«»″", "'‘’‚‛‹›′`´ʼ", "-‐‑‒–—―−")
_UNSEEN = "[\u00ad\u200b\u2060]"  # soft hyphen, zero-width space, word joiner


def find(text: str, words: str) -> list[Span]:
    """Every place where these words stand, letter by letter; where there is none, every place where they stand but for
    white space and line ends, the form of quotes, apostrophes and dashes, soft hyphens, and case."""
    words = words.strip()
    if not words:
        return []
    places = list(_exact(text, words))
    if places:
        return places
    pattern = _tolerant(words)
    if not pattern:
        return []
    return [match.span(1) for match in re.finditer(f"(?=({pattern}))", text, re.IGNORECASE)]


def _exact(text: str, words: str) -> Iterable[Span]:
    start = text.find(words)
    while start >= 0:
        yield start, start + len(words)
        start = text.find(words, start + 1)


def _tolerant(words: str) -> str:
    """A pattern for words that may be written in another way; each part takes all it can: none is tried twice."""
    parts = []
    for run in re.sub(_UNSEEN, "", words).split():
        letters = [next((f"[{re.escape(alike)}]" for alike in _ALIKE if c in alike), re.escape(c)) for c in run]
        parts.append(f"{_UNSEEN}*+".join(letters))
    return rf"{_UNSEEN}*+\s(?:\s|{_UNSEEN})*+".join(parts)


# --- what comes nearest ---------------------------------------------------------------

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
_ENOUGH = 0.5  # likeness from which a stretch is worth showing, of 1
_TRIED = 12  # stretches that are compared letter by letter, for each that is asked for


def nearest(text: str, words: str, most: int = 3) -> list[tuple[int, int, float]]:
    """The stretches of a text that are most like these words, best first: start, end, and the likeness up to 1.

    Each word of the text is taken for the word asked for that shares most pairs of letters with it (Dice); stretches
    with many and rare ones of them are then compared by difflib. None overlap.
    """
    import difflib

    asked = [match[0].casefold() for match in _WORD.finditer(words)]
    spans = [match.span() for match in _WORD.finditer(text)]
    if not asked or not spans:
        return []
    read = [text[start:end].casefold() for start, end in spans]
    known = _alike(set(read), asked)
    ids = [known.get(word, -1) for word in read]
    wanted = [asked.index(word) for word in asked]
    found: dict[Span, float] = {}
    for at in _peaks(ids, wanted, most * _TRIED):
        first, last = _aligned(ids, wanted, at)
        if spans[last - 1][1] - spans[first][0] > 4 * len(words) + _SLACK:  # text without words
            continue
        one, two = (asked, read[first:last]) if len(words) > 400 else (" ".join(asked), " ".join(read[first:last]))
        likeness = difflib.SequenceMatcher(None, one, two, autojunk=False).ratio()
        if likeness >= _ENOUGH:
            found[spans[first][0], spans[last - 1][1]] = round(likeness, 3)
    best: list[tuple[int, int, float]] = []
    for (start, end), likeness in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        if all(end <= other[0] or other[1] <= start for other in best):
            best.append((start, end, likeness))
    return best[:most]


def _pairs(word: str) -> set[str]:
    padded = f" {word} "
    return {padded[n:n + 2] for n in range(len(word) + 1)}


def _alike(vocabulary: Iterable[str], asked: Sequence[str]) -> dict[str, int]:
    """For each word that is like one asked for, the place of that in the list."""
    pairs = {word: _pairs(word) for word in asked}
    by_pair: dict[str, set[str]] = {}
    for word, own in pairs.items():
        for pair in own:
            by_pair.setdefault(pair, set()).add(word)
    found = {}
    for word in vocabulary:
        if word in pairs:
            found[word] = asked.index(word)
            continue
        own = _pairs(word)
        shared = Counter(other for pair in own for other in by_pair.get(pair, ()))
        score, other = max(((2 * n / (len(own) + len(pairs[other])), other) for other, n in shared.items()),
                           default=(0.0, ""))
        if score >= _ENOUGH:
            found[word] = asked.index(other)
    return found


def _peaks(ids: Sequence[int], wanted: Sequence[int], most: int) -> list[int]:
    """Where the stretches begin, as long as what is wanted, that have most of it; rare words count more."""
    need, often, size = Counter(wanted), Counter(ids), len(wanted)
    weight = {id: 1 / math.log(2 + often[id]) for id in need}
    have: Counter[int] = Counter()
    total = 0.0
    scores: dict[int, tuple[float, int]] = {}  # the best of each stretch of that length
    for n in range(len(ids) + size - 1):
        if n < len(ids) and (id := ids[n]) >= 0:
            have[id] += 1
            total += weight[id] if have[id] <= need[id] else 0
        if n >= size and (id := ids[n - size]) >= 0:
            total -= weight[id] if have[id] <= need[id] else 0
            have[id] -= 1
        part, at = n // size, max(n - size + 1, 0)
        if total > 1e-9 and total > scores.get(part, (0.0, 0))[0] + 1e-9:
            scores[part] = total, at
    return [at for _, at in heapq.nsmallest(most, ((-score, at) for score, at in scores.values()))]


def _aligned(ids: Sequence[int], wanted: Sequence[int], at: int) -> Span:
    """A stretch around a place, from where its first word should be to where its last should be, in words."""
    import difflib

    size = len(wanted)
    left = max(at - size // 2 - 1, 0)
    window = ids[left:at + size + size // 2 + 1]
    blocks = [b for b in difflib.SequenceMatcher(None, wanted, window, autojunk=False).get_matching_blocks() if b.size]
    first = max(left + blocks[0].b - blocks[0].a, 0)
    last = min(left + blocks[-1].b + size - blocks[-1].a, len(ids))
    return first, max(last, first + 1)


# --- lost passages, by the hash of their words ---------------------------------------

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


# --- lost passages, by what stood around them -----------------------------------------

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
