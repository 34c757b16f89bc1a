"""What a coder is offered from the words of a source, and what of it is not coded yet. Nothing here decides.

Numbers are read by `numerals`, dates by `datings`, names by `namings`: each keeps what it read of the last texts, so
that asking again after each save costs little. `wording` has their words, by language.
"""

from __future__ import annotations

import bisect
import os.path
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..selecting import paragraphs
from . import namings, numerals, wording
from .datings import Dated, dates
from .namings import Named, names
from .numerals import Number, quantities

__all__ = ["Dated", "Named", "Number", "Uncoded", "dates", "names", "quantities", "slug", "uncoded"]

LONGEST_SLUG = 40  # characters


@dataclass(frozen=True)
class Uncoded:
    """What is not coded yet: paragraphs (from 1) without a passage, numbers without a quantity, and names that no actor
    and no speaker has, each where it stands first."""

    paragraphs: tuple[int, ...]
    numbers: tuple[Number, ...]
    names: tuple[Named, ...]


def uncoded(text: str, language: str | None, passages: Sequence[Mapping[str, Any]],
            quantities: Sequence[Mapping[str, Any]], actors: Sequence[Mapping[str, Any]]) -> Uncoded:
    """What of a text is not coded yet.

    `passages` are the rows of its own passages, `quantities` and `actors` those of the project. A paragraph is coded
    where a passage has a part of it, a number where it lies in a passage that a quantity names, and a name where its
    words stand in an actor's label or who, or in the speaker or chain of a passage.
    """
    spans = [(row["start"], row["end"], row["id"]) for row in passages
             if row["start"] is not None and row["end"] is not None and row["start"] < row["end"]]
    counted = {row.get("passage") for row in quantities}
    held = _merged((start, end) for start, end, id in spans if id in counted)
    told = [each for row in actors for each in (row.get("label"), row.get("who"))]
    told += [each for row in passages for each in (row.get("speaker"), *(row.get("chain") or "").split(">"))]
    known = _Known([each for each in told if each], wording.primary(language) in ("ru", "mn"))
    first: dict[str, Named] = {}
    for name in namings.names(text, language):
        first.setdefault(name.name.casefold(), name)
    return Uncoded(_bare(text, [(start, end) for start, end, _ in spans]),
                   tuple(number for number in numerals.quantities(text, language) if not _inside(held, number)),
                   tuple(name for name in first.values() if not known.has(name.name)))


def _bare(text: str, spans: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    lines = paragraphs(text)
    coded = {n for start, end in spans
             for n in range(bisect.bisect_right(lines, start), bisect.bisect_left(lines, end) + 1)}
    return tuple(n for n in range(1, len(lines) + 1) if n not in coded)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, without those that lie inside another."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or end > found[-1][1]:
            found.append((start, end))
    return found


def _inside(spans: Sequence[tuple[int, int]], number: Number) -> bool:
    n = bisect.bisect_right(spans, number.start, key=lambda span: span[0])
    return n > 0 and number.end <= spans[n - 1][1]


class _Known:
    """The names that are coded, to be asked for another that is written in part or with another ending."""

    def __init__(self, told: Iterable[str], inflected: bool) -> None:
        self.inflected = inflected
        self.phrases = {" ".join(words) for each in told if (words := _words(each))}
        self.words = {word for phrase in self.phrases for word in phrase.split()}

    def has(self, name: str) -> bool:
        """Whether all words of a name are known, or it holds a known name whole."""
        words = _words(name)
        return all(map(self._word, words)) or any(
            " ".join(words[n:m]) in self.phrases for n in range(len(words)) for m in range(n + 1, len(words) + 1))

    def _word(self, word: str) -> bool:
        return word in self.words or (self.inflected and any(_same_stem(word, known) for known in self.words))


def _words(name: str) -> list[str]:
    return [word for word in re.findall(r"\w+", name.casefold()) if len(word) > 1]


def _same_stem(one: str, two: str) -> bool:
    """Whether two words differ in their last letters alone: one of the shorter, two of the longer."""
    shared = len(os.path.commonprefix([one, two]))
    return shared >= max(3, min(len(one), len(two)) - 1, max(len(one), len(two)) - 2)


# --- ids ------------------------------------------------------------------------------

#: Cyrillic letters in Latin ones, as BGN/PCGN has them, and letters that Unicode does not take apart.
_LATIN = str.maketrans(dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяөүіїєґæœøđłðıħŋ", (
    "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya o u i yi ye g ae oe o d l d i h "
    "n").replace("-", "_").split(), strict=True)) | {"_": "", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "þ": "th"})


def slug(words: str, taken: Collection[str]) -> str:
    """An id of the form `[a-z0-9]+(-[a-z0-9]+)*` made of words, at most 40 characters or so, which is not taken.

    Cyrillic is written in Latin letters as BGN/PCGN does, without the signs; accents are left out, German umlauts
    written in two letters. Of words in other scripts alone comes `p-1` and so on.
    """
    small = unicodedata.normalize("NFC", words.lower()).translate(_LATIN).replace("_", "")
    plain = unicodedata.normalize("NFKD", re.sub(r"[’']", "", small)).encode("ascii", "ignore").decode("ascii")
    id = ""
    for word in re.findall(r"[a-z0-9]+", plain):
        if id and len(id) + 1 + len(word) > LONGEST_SLUG:
            break
        id = f"{id}-{word}".strip("-")[:LONGEST_SLUG]
    if id and id not in taken:
        return id
    first = 2 if id else 1
    return next(f"{id or 'p'}-{n}" for n in range(first, len(taken) + first + 1) if f"{id or 'p'}-{n}" not in taken)
