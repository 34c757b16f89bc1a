"""Select words of a text: make a passage of them, find them, and tell what comes nearest where they are not there.

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
from collections.abc import Iterable, Sequence
from typing import Any

from ..facts.tables import LONGEST_QUOTE
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
    return {"start": start, "end": end, "sha256": hashlib.sha256(words.encode("utf-8")).hexdigest(),
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
    """A pattern for words that may be written in another way; each part takes what it can, so that none is tried twice."""
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
    return {f" {word} "[n:n + 2] for n in range(len(word) + 1)}


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
