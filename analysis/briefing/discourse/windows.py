"""Networks and polarisation over time."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..findings import BriefingError
from . import networks
from .camps import camps
from .networks import SUBTRACT, UNITS, DiscourseNetwork, Record, Rule, day_of, known, unit_of

MOST_WINDOWS = 1000


@dataclass(frozen=True)
class Window:
    """The network of the statements of some days, `first` and `last` among them."""

    first: datetime.date
    last: datetime.date
    network: DiscourseNetwork


@dataclass(frozen=True)
class Windows:
    """Networks over time, and what no day says: statements without a date are in no window (`undated`); those whose
    date means more than one day, week, month or year are where its first day is (`uncertain`)."""

    windows: tuple[Window, ...]
    undated: int
    uncertain: int


def windows(statements: Iterable[Mapping[str, Any]], rule: Rule, unit: str = "month", size: int = 1,
            step: int = 1) -> Windows:
    """A network for each window of `size` units (day, week, month, year), which moves on by `step` units.

    Units are those of the calendar; the first window begins with that of the first statement, and the last one ends
    with or after that of the last. Duplicates are removed over the whole time first, as in DNA (`Exporter.java`,
    `computeTimeWindowMatrices`): `across` leaves each stand in the windows of its first statement only. Raises
    BriefingError for another unit, for a size or step below 1, a step that leaves out days, or too many windows.
    """
    rows = list(statements)
    known("unit", unit, UNITS)
    if not 1 <= step <= size:
        raise BriefingError(f"windows: found size {size} and step {step}, expected whole numbers from 1 and a step no "
                            f"longer than the size, so that no statement is left out. Take step 1.")
    records = networks.records(rows, rule)
    dated = [(row.get("first"), row.get("last")) for row in rows if day_of(row)]
    uncertain = sum(not (first and last and unit_of(first, unit) == unit_of(last, unit)) for first, last in dated)
    days = [record.day for record in records if record.day]
    spans = _cut(min(days), max(days), unit, size, step) if days else ()
    cut = [Window(first, last, networks.of_records(_within(records, first, last), rule)) for first, last in spans]
    return Windows(tuple(cut), len(rows) - len(dated), uncertain)


def _within(records: Iterable[Record], first: datetime.date, last: datetime.date) -> list[Record]:
    return [record for record in records if record.day and first <= record.day <= last]


def _cut(start: datetime.date, end: datetime.date, unit: str, size: int, step: int
         ) -> Iterable[tuple[datetime.date, datetime.date]]:
    first, end, number = unit_of(start, unit), unit_of(end, unit), 0
    while True:
        last = _later(first, unit, size) - datetime.timedelta(1)
        yield first, last
        number += 1
        if last >= end:
            return
        if number == MOST_WINDOWS:
            raise BriefingError(f"windows: found more than {MOST_WINDOWS} windows by {unit} from {start} to {end}, "
                                f"expected fewer. Look for a wrong date, or take a longer unit or step.")
        first = _later(first, unit, step)


def _later(day: datetime.date, unit: str, number: int) -> datetime.date:
    """The first day of a unit that begins so many units later."""
    try:
        if unit in ("day", "week"):
            return day + datetime.timedelta(number * (7 if unit == "week" else 1))
        months = day.year * 12 + day.month - 1 + number * (12 if unit == "year" else 1)
        return datetime.date(months // 12, months % 12 + 1, 1)
    except (OverflowError, ValueError):  # after the year 9999
        return datetime.date.max


@dataclass(frozen=True)
class Period:
    """How far a window's actors stand in two camps.

    `polarisation`: the modularity of two camps (`camps.signed_modularity`), 0 where all stand in one, at most 0.5,
    where two camps as strong as each other have congruence inside only and conflict between them only; None, not
    defined, where the window has no ties. `modularity`: that of as many camps as modularity has, `camps` their number.
    """

    first: datetime.date
    last: datetime.date
    actors: int
    ties: int
    polarisation: float | None
    modularity: float | None
    camps: int


def polarisation(over_time: Windows) -> tuple[Period, ...]:
    """The polarisation of each window's network, which must be one by `subtract`, else BriefingError.

    Modularity of the best partition found, as for discourse networks over time, here of signed ones (Gómez, Jensen and
    Arenas 2009). DNA's own measure (`dna_polarization`) is not used: it starts from random camps, and depends on them.
    """
    return tuple(_period(window) for window in over_time.windows)


def _period(window: Window) -> Period:
    ties = window.network
    if ties.rule.two_mode or ties.rule.aggregation != SUBTRACT:
        raise BriefingError(f"polarisation: found networks by {ties.rule.words}, expected one-mode networks of "
                            f"congruence minus conflict. Take aggregation subtract.")
    two, free = camps(ties, 2), camps(ties)
    return Period(window.first, window.last, len(ties.nodes), len(ties.ties), two.modularity, free.modularity,
                  free.number)
