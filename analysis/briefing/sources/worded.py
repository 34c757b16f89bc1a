"""Hold the quantities to the words of their passages: the number is there, and its hedge is that of the words.

What the words give is read as it is for a coder's proposals (`proposals.quantities`), so that a number in words that
are not read is no finding: a passage without any number says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..facts.tables import Row
from ..findings import Finding
from . import proposals
from .proposals import Number

#: Numbers that words give in ways that are not read: none, one, a dozen.
UNREAD = (0, 1, 12)
_SIDES = {">": 1, ">=": 1, "<": -1, "<=": -1}


def check(path: str, quantities: Iterable[tuple[int, Row]], words: Mapping[str, str],
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
                          f"a number that the words of its passage have: {listed(numbers)}",
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
                      f"the hedge that the words of its passage give it: {listed(same)}",
                      f"Write `{same[0].hedge}`, or the hedge that the words have.", row=number, column="hedge")


def _agree(hedge: str, told: str) -> bool:
    """Whether a hedge is not against that of the words: none where they have one, or the other side."""
    if hedge == "=":
        return told == "="
    return _SIDES.get(hedge, 0) * _SIDES.get(told, 0) >= 0


def listed(numbers: Iterable[Number]) -> str:
    """Numbers with hedge and unit, to copy."""
    return ", ".join(dict.fromkeys(f"`{each.hedge} {each.value:.12g} {each.unit}".rstrip() + "`" for each in numbers))
