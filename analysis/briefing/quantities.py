"""Hedged numbers: `> 20 %` stays an open bound in text, table and chart.

A quantity is a set of numbers on the real line: a point for `=`, a half-line
for `>` `>=` `<` `<=`, a point of unknown spread for `~`. What cannot be known
from the hedge is refused, not guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .findings import BriefingError

#: How each hedge reads before a number.
HEDGES: Mapping[str, str] = {"=": "", ">": "over", ">=": "at least", "<": "under",
                             "<=": "at most", "~": "about"}


class HedgeError(BriefingError):
    """An arithmetic that the hedge does not allow, such as a mean of open bounds."""


@dataclass(frozen=True)
class Quantity:
    """A number with its unit and its hedge.

    `value` is in `unit`; `hedge` is one of `= > >= < <= ~`.
    """

    value: float
    unit: str = ""
    hedge: str = "="

    def __post_init__(self) -> None:
        if self.hedge not in HEDGES:
            raise HedgeError(f'hedge: found "{self.hedge}", expected one of {" ".join(HEDGES)}. '
                             "Use the hedge that the source gives.")
        if not math.isfinite(self.value):
            raise HedgeError(f"value: found {self.value}, expected a finite number. "
                             "Leave out what is not known.")

    @property
    def lower(self) -> float:
        """The greatest number that it is surely not below; -inf where there is none."""
        return -math.inf if self.hedge in ("<", "<=") else self.value

    @property
    def upper(self) -> float:
        """The smallest number that it is surely not above; inf where there is none."""
        return math.inf if self.hedge in (">", ">=") else self.value

    @property
    def is_point(self) -> bool:
        """True where the hedge leaves a single number, exact or about."""
        return self.lower == self.upper

    @property
    def text(self) -> str:
        """As prose has it: `over 20%`, `about 1.86 TWh`."""
        number = spelled(self.value, self.unit)
        return f"{HEDGES[self.hedge]} {number}".strip()

    def __str__(self) -> str:
        return self.text


def spelled(value: float, unit: str = "") -> str:
    """A number with its unit: thousands parted by commas, a true minus, no false digits."""
    number = f"{abs(value):,.10g}"
    if abs(value) >= 1e10:
        number = f"{abs(value):,.0f}"
    sign = "\u2212" if value < 0 and float(number.replace(",", "")) != 0 else ""
    gap = "" if unit in ("%", "") else "\u00a0"
    return f"{sign}{number}{gap}{unit}"


def of_row(row: Mapping[str, Any]) -> Quantity:
    """The quantity of a row that has `value`, `unit` and `hedge`."""
    return Quantity(float(row["value"]), row["unit"], row["hedge"])


# --- values for the prose -----------------------------------------------------

@dataclass(frozen=True)
class Value:
    """A number or a phrase that the prose takes by its id, with what it stands on.

    `text` is Markdown, `cites` are ids of passages or sources (the first is
    what a click opens), `note` tells in words how it was derived.
    """

    text: str
    cites: tuple[str, ...] = ()
    note: str = ""

    def _repr_markdown_(self) -> str:
        if not self.cites:
            return f"[{self.text}]{{.value}}"
        note = f' title="{escaped(self.note)}"' if self.note else ""
        return f'[{self.text}](#ref-{self.cites[0]}){{.value evidence="{" ".join(self.cites)}"{note}}}'

    def __str__(self) -> str:
        return self.text


def escaped(text: str) -> str:
    """Text that may stand between double quotes as a Markdown attribute."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


class Values:
    """Values by id, as a notebook cell publishes them to the report."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values = dict(values)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        published = {id: {"text": value.text, "cites": list(value.cites), "note": value.note}
                     for id, value in self.values.items()}
        lines = [f"{id}: {value.text}" for id, value in self.values.items()]
        return {"application/vnd.briefing.values+json": published, "text/plain": "\n".join(lines)}


def publish(values: Mapping[str, Value]) -> Values:
    """Make values known to the report: the last line of a notebook's cell."""
    return Values(values)


_WORDS = "no one two three four five six seven eight nine ten".split()


def counted(number: int) -> str:
    """A count as prose has it: `no`, `one` … `ten`, then digits."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"
