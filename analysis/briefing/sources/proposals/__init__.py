"""What a coder is offered from the words of a source, and what of it is not coded yet. Nothing here decides.

Numbers are read by `numerals`, dates by `datings`, names by `namings`: each keeps what it read of the last texts, so
that asking again after each save costs little. `wording` has their words, by language.
"""

from __future__ import annotations

import bisect
import contextlib
import math
import os.path
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..selecting import paragraphs
from . import namings, numerals, wording
from .datings import Dated, dates
from .namings import Named, Saying, names, reported, sayings
from .numerals import Number, equal, quantities

__all__ = ["Dated", "Named", "Number", "Saying", "Uncoded", "dates", "equal", "names", "quantities", "reported",
           "sayings", "slug", "uncoded"]

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
    where a passage has a part of it, a number where it lies in a passage of which a quantity has its value, and a name
    where all its words stand in one actor's label or who, or in the speaker or chain of a passage.
    """
    spans = [(row["start"], row["end"], row["id"]) for row in passages
             if row["start"] is not None and row["end"] is not None and row["start"] < row["end"]]
    values: dict[str, list[float]] = {}
    for row in quantities:
        values.setdefault(row.get("passage") or "", []).extend(_values(row))
    numbers = numerals.quantities(text, language)
    counted = _counted(numbers, ((start, end, values[id]) for start, end, id in spans if id in values))
    told = [each for row in actors for each in (row.get("label"), row.get("who"))]
    told += [each for row in passages for each in (row.get("speaker"), *(row.get("chain") or "").split(">"))]
    known = _Known([each for each in told if each], wording.primary(language) in ("ru", "mn"))
    first: dict[str, Named] = {}
    for name in namings.names(text, language):
        first.setdefault(name.name.casefold(), name)
    return Uncoded(_bare(text, [(start, end) for start, end, _ in spans]),
                   tuple(number for n, number in enumerate(numbers) if n not in counted),
                   tuple(name for name in first.values() if not known.has(name.name)))


def _bare(text: str, spans: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    lines = paragraphs(text)
    coded = {n for start, end in spans
             for n in range(bisect.bisect_right(lines, start), bisect.bisect_left(lines, end) + 1)}
    return tuple(n for n in range(1, len(lines) + 1) if n not in coded)


def _values(row: Mapping[str, Any]) -> list[float]:
    """The numbers of a quantity; none from a cell that has none yet."""
    found = []
    for name in ("value", "upper"):
        with contextlib.suppress(TypeError, ValueError):
            found.append(float(row[name]) if name in row else math.nan)
    return found


def _counted(numbers: Sequence[Number], spans: Iterable[tuple[int, int, Sequence[float]]]) -> set[int]:
    """The numbers, by their place among all, that lie in a span and are one of its values."""
    starts = [number.start for number in numbers]
    return {n for start, end, values in spans
            for n in range(bisect.bisect_left(starts, start), bisect.bisect_left(starts, end))
            if numbers[n].end <= end and any(equal(numbers[n], value) for value in values)}


class _Known:
    """The names that are coded, to be asked for another that is written in part or with another ending."""

    def __init__(self, told: Iterable[str], inflected: bool) -> None:
        self.inflected = inflected
        self.phrases = {tuple(words) for each in told if (words := _words(each))}
        self.by: dict[str, set[tuple[str, ...]]] = {}
        for phrase in self.phrases:
            for word in phrase:
                self.by.setdefault(word, set()).add(phrase)

    def has(self, name: str) -> bool:
        """Whether all words of a name are in one that is known, or it ends with one, as with a first name before it."""
        words = _words(name)
        if not words or set.intersection(*map(self._with, words)):
            return True
        single = not any(word.islower() for word in name.split())  # not the Bank of Sandhaven
        return single and any(tuple(words[n:]) in self.phrases for n in range(1, len(words)))

    def _with(self, word: str) -> set[tuple[str, ...]]:
        """The known names that have a word."""
        found = self.by.get(word, set())
        if self.inflected:
            found = found.union(*(phrases for known, phrases in self.by.items() if _same_stem(word, known)))
        return found


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
