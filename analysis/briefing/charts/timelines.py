"""Charts of when things happened."""

from __future__ import annotations

import datetime
import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, cast

import altair as alt
import pandas

from ..facts.dates import short
from ..facts.quantities import known
from ..language import say, several
from .descriptions import described
from .theme import LETTER, LIGHT, WIDE, note, register

MOST_LINES = 40  # of a timeline in one part: a page may end after it
LINE = 15  # px
EDGE = 17  # px of an axis before its first and after its last day: a soft end or an arrow has room there
HEAD = 1.0  # lines over the first event of an axis, for the names of days
EPOCH = datetime.date(1970, 1, 1).toordinal()
FINE = 40  # marks that can be told from each other along one axis
APART = 6  # a gap of so many times the usual one breaks the axis, and so does one that is a quarter of it
Window = tuple[datetime.date, datetime.date]  # its first and its last day
Row = dict[str, Any]


def timeline(events: pandas.DataFrame, window: Window | None = None, width: int = WIDE) -> alt.VConcatChart:
    """Events in order of time, each with a mark on an axis of time.

    `events` as `positions.timeline` gives them; `width` in px. Where nothing happened for long, the axis breaks, and
    goes on at a scale that fits what comes next; the events of a `window` (first and last day) have an axis of their
    own in any case. A disc is a known day, hollow where it was worked out from a weekday; a bar lasts, pale where it is
    some day in it; an approximate or uncertain end is pale; an arrow has no known end. A key says which of these are
    used. Events of which no day is known stand at the end.
    """
    register()
    rows = sorted((_read(row) for row in events.to_dict("records")), key=lambda row: row["order"])
    dated, undated = [row for row in rows if row["at"]], [row for row in rows if not row["at"]]
    sections = _sections(dated, window)
    key = " ".join(_key(dated))
    beside = len(key) * LETTER <= _rooms(width)[0] * width  # the first axis, where no other words stand
    heads = [key if beside else "", *(_later(before, section) for before, section in pairwise(sections))]
    named = [*zip(heads, sections, strict=False), *([(say("No day is known"), undated)] if undated else [])]
    parts: list[Any] = [_part(part, width, key) for part in _evenly(named, width)]
    parts += [note(key, width)] if key and not beside else []
    chart = alt.vconcat(*(parts or [note(say("No data."), width)]), spacing=8)
    return described(chart, rows, {
        say("Date"): "when", "EDTF": "date", say("Event"): "title",
        say("Date from a weekday"): lambda row: bool(row["resolved"]), say("Who"): "actors",
        say("Source"): "publisher"})


def _read(row: Row) -> Row:
    """An event with the day that orders it, `at`, what is told of its ends, and what its mark says."""
    first, last = (row[end] if known(row[end]) else None for end in ("first", "last"))
    at = first or last
    far = datetime.date.max
    sure = row["kind"] != "within"
    begun, ended = (row[name] if known(row.get(name)) else None if name in row or not sure else end
                    for name, end in (("begun", first), ("ended", last)))
    soft = {*row.get("approximate", ()), *row.get("uncertain", ())}
    resolved = say(", worked out from a weekday") if row["resolved"] else ""
    said = f"{row['title']}, {row['when']}" if row["when"] else row["title"]
    source = " " + say("Source: {sources}.", sources=row["publisher"]) if row["publisher"] else ""
    return {**row, "first": first, "last": last, "at": at, "begun": begun, "ended": ended, "soft": soft,
            "description": f"{said}{resolved}.{source}",
            "order": (at or far, last or far, str(row.get("id", "")), row["title"])}


# --- sections of the axis ---------------------------------------------------------------

def _sections(rows: Sequence[Row], window: Window | None) -> list[list[Row]]:
    """The events by the stretches of time that one axis can show."""
    if window is None:
        days = sorted({row["at"].toordinal() for row in rows})
        ends = [stretch[-1] for stretch in _joined(_stretches(days))]
        return [[row for row in rows if before < row["at"].toordinal() <= end]
                for before, end in pairwise([0, *ends])]
    return [*_sections([row for row in rows if row["at"] < window[0]], None),
            *filter(None, [[row for row in rows if window[0] <= row["at"] <= window[1]]]),
            *_sections([row for row in rows if row["at"] > window[1]], None)]


def _stretches(days: list[int]) -> list[list[int]]:
    """Sorted days, parted at the widest gap and again, as long as some lie too close to be told from each other."""
    if _clear(days):
        return [days] if days else []
    gaps = [after - day for day, after in pairwise(days)]
    widest = max(gaps)
    usual = sorted(gaps)[(len(gaps) - 1) // 2]
    if widest < APART * usual and 4 * widest < days[-1] - days[0]:
        return [days]
    cut = gaps.index(widest) + 1
    return [*_stretches(days[:cut]), *_stretches(days[cut:])]


def _joined(stretches: list[list[int]]) -> list[list[int]]:
    """Neighbours that one axis can show, on one axis."""
    joined: list[list[int]] = []
    for stretch in stretches:
        if joined and _clear(joined[-1] + stretch):
            joined[-1] += stretch
        else:
            joined.append([*stretch])
    return joined


def _clear(days: list[int]) -> bool:
    return len(days) < 2 or days[-1] - days[0] <= FINE * min(after - day for day, after in pairwise(days))


def _later(before: list[Row], section: list[Row]) -> str:
    """How long after the last event of the section before it one begins, in words; where one of these is known to go
    on, no time has passed, and the axis is but another."""
    start = section[0]["at"]
    if any(row["last"] and row["last"] >= start for row in before):
        return say("At another scale")
    days = (start - max(row["at"] for row in before)).days
    if days < 14:
        return several(days, "{count} day later", "{count} days later")
    if days < 60:
        return several(round(days / 7), "{count} week later", "{count} weeks later")
    if days < 700:
        return several(round(days / 30.44), "{count} month later", "{count} months later")
    return several(round(days / 365.25), "{count} year later", "{count} years later")


# --- rows of text -------------------------------------------------------------------------

def _rooms(width: int) -> tuple[float, float]:
    """Of the width, how much the text of an event and its date take, and how much the date alone."""
    return (0.68, 0.24) if width >= WIDE else (0.62, 0.0)


def _evenly(sections: Sequence[tuple[str, list[Row]]], width: int) -> list[list[Row]]:
    """The events in as few parts as there may be, of about the same height: none is left with two events alone."""
    parts = [*_placed(sections, width)]
    for most in range(math.ceil(sum(part[-1]["bottom"] for part in parts) / max(len(parts), 1)), int(MOST_LINES)):
        if len(even := [*_placed(sections, width, most)]) == len(parts):
            return even
    return parts


def _placed(sections: Sequence[tuple[str, list[Row]]], width: int, highest: float = MOST_LINES) -> Iterator[list[Row]]:
    """The events with their texts in lines, `top` and `bottom` (lines from the top of their part), part by part.

    `axis` numbers the axes of a part: each section has one, and in each part that it goes on in the same once more,
    from the first to the last day of its `span`. What an event says beyond a part goes on in the next, without a second
    mark.
    """
    part: list[Row] = []
    top = 0.0
    most = int(MOST_LINES - HEAD)
    for head, rows in sections:
        span = _span(rows) if rows[0]["at"] else None
        for n, row in enumerate(rows):
            dates, titles = _lines(row, width)
            lines = max(len(dates), len(titles))
            for line in range(0, lines, most):
                here = slice(line, line + most)
                high = min(lines - line, most)
                if part and (line or top + (HEAD if n == 0 else 0) + high > highest):
                    yield part
                    part, top = [], 0.0
                new = not part or n == line == 0
                top += (HEAD if part else 1) * new + (0.25 if new and part else 0)
                part.append({**row, "span": span, "top": top, "bottom": top + high + 0.2,
                             "marked": line == 0 and bool(row["at"]),
                             "axis": part[-1]["axis"] + new if part else 0, "head": head if n == line == 0 else "",
                             "when": "\n".join(dates[here]), "title": "\n".join(titles[here])})
                top += high + 0.3
    if part:
        yield part


def _lines(row: Row, width: int) -> tuple[list[str], list[str]]:
    """The date of an event and its text, in lines; where the date has no column of its own, it is over the text."""
    text, date = _rooms(width)
    per_line = int((text - date) * width / LETTER) - 1
    titles = textwrap.wrap(row["title"], per_line) or [""]
    dates = textwrap.wrap(row["when"], int(date * width / LETTER) - 1 if date else per_line)
    return (dates, titles) if date else ([], [*dates, *titles])


def _part(rows: list[Row], width: int, key: str) -> alt.HConcatChart:
    """Some events with their marks, under the lines of their axes."""
    text, date = _rooms(width)
    height = rows[-1]["bottom"]
    y = alt.Y("top:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))
    data = _data(rows, "title", *(["when"] if date else []), "top", "bottom")
    words = alt.Chart(data).mark_text(align="left", baseline="top", lineBreak="\n", lineHeight=LINE, dy=3,
                                      aria=False).encode(y=y, x=alt.XValue(0)).properties(height=height * LINE)
    panels: list[Any] = [words.encode(text=alt.Text("title:N")).properties(width=(text - date) * width - 8)]
    if date:
        panels.insert(0, words.encode(text=alt.Text("when:N"), color=alt.ColorValue(LIGHT["soft"])).properties(
            width=date * width - 8))
    if heads := [{**row, "key": row["head"] == key} for row in rows if row["head"]]:
        panels[0] += alt.Chart(_data(heads, "head", "top", "key")).mark_text(
            align="left", dy=-9, fontWeight=alt.expr("datum.key ? 400 : 600"), color=LIGHT["soft"], aria=False).encode(
            y=y, x=alt.XValue(0), text=alt.Text("head:N"))
    axes = [[row for row in rows if row["marked"] and row["axis"] == axis] for axis in range(rows[-1]["axis"] + 1)]
    if any(axes):
        room = (1 - text) * width - 14  # beside the gap, and half of an arrow
        dated = [row for row in rows if row["at"]]
        ground = alt.Chart(data if dated == rows else _data(dated, "top", "bottom")).mark_rect(
            fill=LIGHT["ground"], aria=False).encode(y2=alt.Y2("bottom"))
        # all at once: each method of a chart copies the charts in it, and theirs
        panels.append(alt.layer(
            ground, *(_marks(axis, room) for axis in axes if axis), encoding=alt.FacetedEncoding(y=y), width=room,
            height=height * LINE, resolve=alt.Resolve(scale=alt.ScaleResolveMap(x="independent"))))
    return alt.hconcat(*panels, spacing=8, bounds="flush")


def _data(rows: Sequence[Row], *names: str) -> alt.InlineData:
    """Rows as a chart has them, with no more than it shows: a page carries them."""
    return alt.InlineData(values=[{name: round(row[name], 2) if isinstance(row[name], float) else row[name]
                                   for name in names if row[name] not in (False, None)} for row in rows])


# --- marks --------------------------------------------------------------------------------

def _marks(rows: list[Row], room: float) -> alt.LayerChart:
    """The marks of the events on an axis of time of their own, `room` px wide."""
    first, last = rows[0]["span"]
    day = (room - 2 * EDGE) / max((last - first).days, 1)  # px
    margin = (room / 2 if first == last else EDGE) / day
    edges = first.toordinal() - margin, last.toordinal() + margin
    ticks = [{"start": _moment(tick), "label": label, "aside": aside}
             for tick, label, aside in _ticks(first, last, lambda at: (at - edges[0]) * day, room)]
    named = alt.Chart(_data(ticks, "start", "label", "aside"))
    top, bottom = (round(LINE * row[end], 2) for row, end in ((rows[0], "top"), (rows[-1], "bottom")))
    layers: list[Any] = [
        named.mark_rule(aria=False, strokeWidth=1.5, color=LIGHT["paper"]).encode(
            y=alt.YValue(top), y2=alt.Y2Value(bottom)),
        named.mark_text(color=LIGHT["soft"], aria=False, dy=-9, dx=alt.expr("datum.aside || 0")).encode(
            y=alt.YValue(top), text=alt.Text("label:N"))]
    for make, names, mark in _LOOKS:
        if found := [one for row in rows for one in make(row, edges, EDGE * 0.7 / day)]:
            layers.append(mark(alt.Chart(_data(found, *names))))
    return cast(alt.LayerChart, alt.layer(*layers, encoding=alt.FacetedEncoding(x=alt.X(
        "start:T", axis=None, scale=alt.Scale(type="utc", domain=[_moment(edge) for edge in edges], nice=False)))))


def _moment(ordinal: float) -> int:
    """A day, or a part of one, in ms since 1970, as Vega has time in UTC."""
    return round((ordinal - EPOCH) * 86_400_000)


def _span(rows: Sequence[Row]) -> tuple[datetime.date, datetime.date]:
    """The days that an axis shows: of all starts, and of such ends as do not press these into a corner."""
    first, last = rows[0]["at"], max(row["at"] for row in rows)
    for end in sorted(row["last"] for row in rows if row["last"]):
        if last == first or (end - first).days <= 4 * (max(row["at"] for row in rows) - first).days:
            last = max(last, end)
    return first, last


def _extent(row: Row, edges: tuple[float, float]) -> tuple[float, float]:
    """From where to where an event is drawn on an axis with these edges."""
    start = row["first"].toordinal() if row["first"] else edges[0]
    end = row["last"].toordinal() if row["last"] else edges[1]
    return max(start, edges[0]), min(end, edges[1])


def _drawn(row: Row, start: float, end: float, **more: Any) -> Row:
    return {"start": _moment(start), "end": _moment(end), "top": row["top"] + 0.72,
            "description": row["description"], **more}


def _bars(row: Row, edges: tuple[float, float], soft: float) -> Iterator[Row]:
    """All of the time that an event may have taken of which the days are not known."""
    if row["kind"] != "day" and not _is_sure(row):
        yield _drawn(row, *_extent(row, edges))


def _whole(row: Row, edges: tuple[float, float], soft: float) -> Iterator[Row]:
    """The time that an event took, where both of its days are known, or one and the other is open."""
    if _is_sure(row):
        yield _drawn(row, *_extent(row, edges))


def _is_sure(row: Row) -> bool:
    return row["kind"] in ("span", "open") and (row["begun"], row["ended"]) == (row["first"], row["last"])


def _tails(row: Row, edges: tuple[float, float], soft: float) -> Iterator[Row]:
    """What lies about the approximate and uncertain ends of an event."""
    start, end = _extent(row, edges)
    if "first" in row["soft"] and row["first"]:
        yield _drawn(row, start - soft, start)
    if "last" in row["soft"] and row["last"] and row["last"].toordinal() <= edges[1]:
        yield _drawn(row, end, end + soft)


def _sure(row: Row, edges: tuple[float, float], soft: float) -> Iterator[Row]:
    """The time that an event surely took, of all that it may have taken."""
    start, end = (day.toordinal() if day else edge if not row[outer] else None for day, edge, outer in (
        (row["begun"], edges[0], "first"), (row["ended"], edges[1], "last")))
    lasted = row["kind"] in ("span", "open") and not _is_sure(row)
    if lasted and start is not None and end is not None and start < min(end, edges[1]):
        yield _drawn(row, start, min(end, edges[1]))


def _arrows(row: Row, edges: tuple[float, float], soft: float) -> Iterator[Row]:
    """An arrow at each end of which no day is known."""
    if not row["first"]:
        yield _drawn(row, edges[0], edges[0], angle=-90)
    if not row["last"]:
        yield _drawn(row, edges[1], edges[1], angle=90)


def _cuts(row: Row, edges: tuple[float, float], soft: float) -> Iterator[Row]:
    """A sign where an event lasts longer than its axis."""
    if row["last"] and row["last"].toordinal() > edges[1]:
        yield _drawn(row, edges[1] - soft / 2, edges[1])


def _ends(row: Row, edges: tuple[float, float], soft: float) -> Iterator[Row]:
    """The known days on which something that lasted began and ended."""
    if row["kind"] in ("span", "open"):
        for outer, inner in (("first", "begun"), ("last", "ended")):
            if row[outer] and row[outer] == row[inner] and row[outer].toordinal() <= edges[1]:
                yield _drawn(row, row[outer].toordinal(), edges[1], hollow=bool(row["resolved"]))


def _days(row: Row, edges: tuple[float, float], soft: float) -> Iterator[Row]:
    """The known day of an event."""
    if row["kind"] == "day":
        yield _drawn(row, *_extent(row, edges), hollow=bool(row["resolved"]))


def _bar(part: alt.Chart, **look: Any) -> alt.Chart:
    return cast(alt.Chart, part.mark_rule(strokeWidth=6, color=LIGHT["accent"], **look).encode(x2=alt.X2("end")))


def _disc(part: alt.Chart, **look: Any) -> alt.Chart:
    fill = alt.when("datum.hollow").then(alt.value(LIGHT["paper"])).otherwise(alt.value(LIGHT["accent"]))
    return cast(alt.Chart, part.mark_point(size=75, strokeWidth=1.6, opacity=1, stroke=LIGHT["accent"], **look).encode(
        fill=alt.FillValue(**fill)))


#: What is drawn of the events, the lowest first: how it is made, the columns that its marks need, and the marks.
_LOOKS: tuple[tuple[Callable[..., Iterator[Row]], tuple[str, ...], Callable[[alt.Chart], alt.Chart]], ...] = (
    (_bars, ("start", "end", "top", "description"),
     lambda part: _bar(part, opacity=0.35).encode(description=alt.Description("description:N"))),
    (_whole, ("start", "end", "top", "description"),
     lambda part: _bar(part).encode(description=alt.Description("description:N"))),
    (_tails, ("start", "end", "top"), lambda part: _bar(part, opacity=0.35, aria=False)),
    (_sure, ("start", "end", "top"), lambda part: _bar(part, aria=False)),
    (_arrows, ("start", "angle", "top"), lambda part: part.mark_point(
        shape="triangle", size=90, filled=True, opacity=1, color=LIGHT["accent"], aria=False,
        angle=alt.expr("datum.angle"))),
    (_cuts, ("start", "top"), lambda part: part.mark_text(text="//", fontWeight=600, aria=False)),
    (_ends, ("start", "top", "hollow"), lambda part: _disc(part, aria=False)),
    (_days, ("start", "top", "hollow", "description"),
     lambda part: _disc(part).encode(description=alt.Description("description:N"))))


def _key(rows: Sequence[Row]) -> Iterator[str]:
    """What the looks mean that marks of these events have."""
    if any(row["resolved"] for row in rows):
        yield say("Hollow: worked out from a weekday.")
    if any(row["kind"] == "within" or (row["begun"], row["ended"]) != (row["first"], row["last"]) for row in rows):
        yield say("Pale: some day in it.")
    if any(row["soft"] for row in rows):
        yield say("Pale ends: approximate or uncertain.")
    if any(row["kind"] == "open" for row in rows):
        yield say("Arrow: an end is not given.")


# --- ticks ----------------------------------------------------------------------------------

def _ticks(first: datetime.date, last: datetime.date, px: Callable[[float], float],
           room: float) -> list[tuple[int, str, float]]:
    """The days that are named over an axis `room` px wide, what they are called, and by how many px a name moves aside
    to stay over the axis: as many as have room, else the first and the last."""
    for unit, choice in _choices(first, last):
        ticks, boxes = [], []
        for before, day in zip([None, *choice], choice, strict=False):
            label, at = short(day, unit, before), px(day.toordinal())
            half = len(label) * LETTER / 2
            middle = min(max(at, half), max(room - half, half))
            ticks.append((day.toordinal(), label, middle - at))
            boxes.append((middle - half, middle + half))
        if all(right + 5 <= left for (_, right), (left, _) in pairwise(boxes)) and (
                len(ticks) > 1 or (unit, choice) == ("month", [first])):
            return ticks
    return ticks


def _choices(first: datetime.date, last: datetime.date) -> Iterator[tuple[str, list[datetime.date]]]:
    """The days that an axis may name, the most first, and whether these are days, months or years."""
    days = (last - first).days
    for step in (1, 2, 7, 14):
        if days < FINE * step:
            yield "day", [first + datetime.timedelta(n) for n in range(0, days + 1, step)]
    months = [(month // 12, month % 12 + 1) for month in range(first.year * 12 + first.month - 1,
                                                             last.year * 12 + last.month)]
    for unit, step in (*(("month", step) for step in (1, 2, 3, 6)),
                       *(("year", 12 * step * 10 ** power) for power in range(4) for step in (1, 2, 5))):
        if len(months) < FINE * step:
            yield unit, [day for year, month in months if (year * 12 + month - 1) % step == 0
                         for day in [datetime.date(year, month, 1)] if first <= day <= last]
    yield "month" if days > 300 else "day", [first, last]
    yield "month", [first]  # where nothing else has room
