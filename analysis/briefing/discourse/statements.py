"""The statements that count, each with its time and its source, in an order that no table's rows decide."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..facts import coders
from ..facts.dates import date_bounds
from ..facts.tables import Row, Tables
from ..findings import BriefingError, meant, shown

_FAR = datetime.date.max


def counted(data: Tables, coder: str | None = None) -> list[Row]:
    """The statements that figures are drawn from, or those of one coder, as dicts.

    Keys: actor, concept, agreement (agree, disagree; mixed: both in one passage), mode, act, passage, source, start
    (code point), coder, date (EDTF, or None), first, last (the first and the last day that it can mean; None where
    open), dated (what it is from: statement, occasion, source; None), organisation (the actor's, else its own id).
    They come by time, undated last, then by source, place, actor, concept and stand.
    """
    passages = {row["id"]: row for row in data.rows.get("passages", ())}
    sources = {row["id"]: row for row in data.rows.get("sources", ())}
    events = {row["id"]: row for row in data.rows.get("events", ())}
    member = {row["id"]: row.get("member_of") or row["id"] for row in data.rows.get("actors", ())}
    chosen = coders.counted(data.descriptor, data.rows) if coder is None else \
        [row for row in data.rows.get("statements", ()) if row["coder"] == coder]
    found = []
    for row in chosen:
        passage = passages.get(row["passage"], {})
        source = sources.get(passage.get("source"), {})
        date, dated = _date(row, passage, source, events)
        first, last = date_bounds(date) if date else (None, None)
        start = row.get("start")
        found.append({
            **{name: row.get(name) for name in ("actor", "concept", "agreement", "mode", "act", "passage", "coder")},
            "source": passage.get("source"), "start": passage.get("start") if start is None else start,
            "date": date, "first": first, "last": last, "dated": dated,
            "organisation": member.get(row["actor"], row["actor"])})
    return sorted(found, key=place)


def _date(row: Mapping[str, Any], passage: Row, source: Row,
          events: Mapping[str, Row]) -> tuple[str | None, str | None]:
    """When a stand was taken, and what says so: the statement, else the occasion on which the speaker spoke, else the
    source's publication."""
    occasion = events.get(passage.get("occasion") or "", {})
    for date, dated in ((row.get("date"), "statement"), (occasion.get("date"), "occasion"),
                        (source.get("published"), "source")):
        if date:
            return str(date), dated
    return None, None


def place(row: Row) -> tuple[object, ...]:
    """Where a row of `counted` comes among all, whoever coded it."""
    return (row["first"] or row["last"] or _FAR, row["last"] or _FAR, row["source"] or "", row["start"] or 0,
            row["passage"] or "", row["actor"], row["concept"], row["agreement"], row["mode"] or "", row["act"] or "",
            row["coder"])


# --- time ---------------------------------------------------------------------

def _week(day: datetime.date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


#: A unit of the calendar, and the name of the one that a day lies in: it sorts by time. Weeks are those of ISO 8601.
UNITS: Mapping[str, Callable[[datetime.date], str]] = {
    "week": _week, "month": lambda day: f"{day:%Y-%m}", "quarter": lambda day: f"{day:%Y}-Q{(day.month + 2) // 3}",
    "year": lambda day: f"{day:%Y}"}


def period(row: Row, unit: str) -> str | None:
    """The period that a row with `first` and `last` lies in for sure; None where it may lie in several, or in any.

    Raises BriefingError for a unit that is none of UNITS.
    """
    if unit not in UNITS:
        raise BriefingError(f"period: found {shown(unit)}, expected one of {', '.join(UNITS)}. "
                            f"{meant(unit, UNITS)}Name a unit of the calendar.")
    if row["first"] is None or row["last"] is None:
        return None
    first, last = UNITS[unit](row["first"]), UNITS[unit](row["last"])
    return first if first == last else None


def course(rows: Iterable[Row]) -> tuple[tuple[str, str | None], ...]:
    """How one actor's stand on one concept went: each stand with the date of its first statement, in order of time.

    A change is told only where time surely parts the stands: all of one lie before all of the next. Else what differs
    is `mixed`, with the date of the first.
    """
    ordered = sorted(rows, key=place)
    runs: list[list[Row]] = []
    for row in ordered:
        if runs and runs[-1][-1]["agreement"] == row["agreement"]:
            runs[-1].append(row)
        else:
            runs.append([row])
    parted = all(_before(one, other) for one, other in zip(runs, runs[1:], strict=False))
    if len(runs) > 1 and not parted:
        return (("mixed", ordered[0]["date"]),)
    return tuple((run[0]["agreement"], run[0]["date"]) for run in runs)


def _before(one: Iterable[Row], other: Iterable[Row]) -> bool:
    ends, starts = [row["last"] for row in one], [row["first"] for row in other]
    return None not in ends and None not in starts and max(ends) < min(starts)
