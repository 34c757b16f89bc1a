"""What a coder is offered from the words of a source, and what is not coded yet. Nothing here decides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Number:
    """A number that words give: where, its hedge (`= > >= < <= ~`), its value, and its unit (may be empty)."""

    start: int
    end: int
    hedge: str
    value: float
    unit: str


@dataclass(frozen=True)
class Dated:
    """A date that words give: where, in EDTF, and whether it was resolved against the day of publication."""

    start: int
    end: int
    edtf: str
    resolved: bool


@dataclass(frozen=True)
class Named:
    """A likely name: where, and as it stands there."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Uncoded:
    """What is not coded yet: paragraphs (from 1) without a passage, numbers without a quantity, names without an actor."""

    paragraphs: tuple[int, ...]
    numbers: tuple[Number, ...]
    names: tuple[Named, ...]


def quantities(text: str, language: str | None) -> list[Number]:
    """The numbers of a text, in its order."""
    return [Number(*match.span(), "=", float(match[1]), "%" if match[2] else "")
            for match in re.finditer(r"\b(\d{1,3}(?:\.\d+)?)(%)?", text)]


def dates(text: str, language: str | None, published: str | None) -> list[Dated]:
    """The dates of a text, in its order."""
    return [Dated(*match.span(), match[0], False) for match in re.finditer(r"\b[12]\d{3}\b", text)]


def names(text: str, language: str | None) -> list[Named]:
    """The likely names of a text, in its order."""
    return [Named(*match.span(), match[0]) for match in re.finditer(r"\b[A-Z]\w+(?: [A-Z]\w+)+", text)]


def slug(words: str, taken: Collection[str]) -> str:
    """An id made of words, which is not taken yet."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    id = "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-") or "p-1"
    return next(each for each in (id, *(f"{id}-{n}" for n in range(2, len(taken) + 3))) if each not in taken)


def uncoded(text: str, language: str | None, passages: Sequence[Mapping[str, Any]],
            quantities: Sequence[Mapping[str, Any]], actors: Sequence[Mapping[str, Any]]) -> Uncoded:
    """What of a text is not coded yet, by the rows of its passages, and of the quantities and actors of the project."""
    return Uncoded((), (), ())
