"""Charts of when things happened."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Iterator
from typing import Any, cast

import altair as alt
import pandas

from .descriptions import described
from .theme import LETTER, LIGHT, WIDE, note, register

MOST_LINES = 40  # of a timeline in one part: a page may end after it
Window = tuple[datetime.date, datetime.date]  # its first and its last day
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # of no locale


def timeline(events: pandas.DataFrame, window: Window | None = None, width: int = WIDE) -> alt.VConcatChart:
    """Events in order of time, with a grid of days beside those of the busiest `window`.

    `events` as `positions.timeline` gives them, `window` as `positions.busiest` does (first and last day). A date that
    was worked out from a weekday is hollow; a dashed line is some day in it; an arrow has no known end.
    """
    register()
    rows = [{**row, "description": _event_sentence(row)} for row in events.to_dict("records")]
    parts = [_part(part, window, width) for part in _parts(rows, window, width)]
    chart = alt.vconcat(*(parts or (note("No data.", width),)), spacing=8)
    return described(chart, rows, {
        "Date": "when", "EDTF": "date", "Event": "title", "Date from a weekday": lambda row: bool(row["resolved"]),
        "Who": "actors", "Source": "publisher"})


def _event_sentence(row: dict[str, Any]) -> str:
    resolved = ", worked out from a weekday" if row["resolved"] else ""
    return f"{row['title']}, {row['when']}{resolved}." + (f" Source: {row['publisher']}." if row["publisher"] else "")


def _rooms(width: int) -> tuple[float, float]:
    """Of the width, how much the text of an event and its date take, and how much the date alone."""
    return (0.66, 0.22) if width >= WIDE else (0.62, 0.0)


def _parts(rows: list[dict[str, Any]], window: Window | None, width: int) -> Iterator[list[dict[str, Any]]]:
    """The events with their texts in lines and `top` and `bottom` (lines from the head of their part), part by part."""
    text, date = _rooms(width)
    per_line = int((text - date) * width / LETTER) - 1
    part: list[dict[str, Any]] = []
    top = 0.0
    for row in rows:
        start = row["first"] or row["last"]
        inside = bool(window and start and window[0] <= start <= window[1])
        titles = textwrap.wrap(row["title"], per_line) or [""]
        dates = textwrap.wrap(row["when"], int(date * width / LETTER) - 1 if date else per_line)
        lines = max(len(titles), len(dates)) if date else len(titles) + len(dates)
        if part and top + lines > MOST_LINES:
            yield part
            part, top = [], 0.0
        if inside and not (part and part[-1]["inside"]):
            top += 1.0  # for the names of the days
        part.append({**row, "inside": inside, "top": top, "bottom": top + lines + 0.25, "when": "\n".join(dates),
                     "title": "\n".join(titles if date else [*dates, *titles])})
        top += lines + 0.35
    if part:
        yield part


def _part(rows: list[dict[str, Any]], window: Window | None, width: int) -> alt.HConcatChart:
    text, date = _rooms(width)
    height = max(row["bottom"] for row in rows)
    y = alt.Y("top:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))
    words = alt.Chart(pandas.DataFrame(rows)[["title", "when", "top"]]).mark_text(
        align="left", baseline="top", lineBreak="\n", lineHeight=15, dy=3, aria=False).encode(y=y, x=alt.value(0))
    panels = [words.encode(text="title:N").properties(width=(text - date) * width - 8)]
    if date:
        panels.insert(0, words.encode(text="when:N", color=alt.value(LIGHT["soft"])).properties(width=date * width - 8))
    inside = [row for row in rows if row["inside"]]
    if inside and window:
        panels.append(_days(inside, window, y, (1 - text) * width - 26))
    return alt.hconcat(*(panel.properties(height=height * 15) for panel in panels), spacing=8, bounds="flush")


def _days(rows: list[dict[str, Any]], window: Window, y: Any, room: float) -> alt.LayerChart:
    """The grid of days beside the rows, and the mark of each."""
    days = [window[0] + datetime.timedelta(n) for n in range((window[1] - window[0]).days + 1)]
    last = len(days) - 1
    band: dict[str, Any] = {"axis": None, "scale": alt.Scale(type="band", domain=list(range(len(days))), padding=0)}
    x = alt.X("day:O", **band)
    grid = pandas.DataFrame(rows)[["top", "bottom"]].merge(pandas.DataFrame({"day": range(len(days))}), how="cross")
    first = [row["top"] for before, row in zip([{"bottom": -9.0}, *rows], rows, strict=False)
             if row["top"] - before["bottom"] > 0.5]
    names = [f"{_WEEKDAYS[day.weekday()]} {day.day}" if room / len(days) >= 40 else str(day.day) for day in days]
    heads = pandas.DataFrame([{"day": n, "top": top - 0.45, "name": name}
                              for top in first for n, name in enumerate(names)])

    def at(day: datetime.date | None, else_: int) -> int:
        return min(max((day - window[0]).days, 0), last) if day else else_

    marks = pandas.DataFrame([{
        "day": at(row["first"], 0), "end": at(row["last"], last), "top": row["top"] + 0.72, "kind": row["kind"],
        "resolved": bool(row["resolved"]), "description": row["description"],
        "onward": row["last"] is None or row["last"] > window[1],
        "before": row["first"] is None or row["first"] < window[0]} for row in rows])
    accent = LIGHT["accent"]
    base = alt.Chart(marks).encode(x=x, y=y, color=alt.value(accent))
    spans = base.transform_filter("datum.kind != 'day'")
    dash = alt.when("datum.kind == 'within'").then(alt.value([3, 3])).otherwise(alt.value([1, 0]))
    layers = [alt.Chart(grid).mark_rect(fill=LIGHT["ground"], stroke=LIGHT["paper"], strokeWidth=2, aria=False).encode(
                  x=x, y=y, y2="bottom"),
              alt.Chart(heads).mark_text(color=LIGHT["soft"], aria=False).encode(x=x, y=y, text="name:N"),
              spans.mark_rule(strokeWidth=2).encode(x2="end", strokeDash=dash, description="description:N")]
    for beyond, edge, shape in (("onward", "width", "triangle-right"), ("before", 0, "triangle-left")):
        if marks[beyond].any():
            open_ended = spans.transform_filter(f"datum.{beyond}")
            layers += [open_ended.mark_rule(strokeWidth=2, aria=False).encode(x2=alt.value(edge)),
                       open_ended.mark_point(shape=shape, size=60, filled=True, opacity=1, aria=False).encode(
                           x=alt.value(edge))]
    ends = spans.mark_tick(orient="vertical", size=9, thickness=2, aria=False)
    fill = alt.when("datum.resolved").then(alt.value(LIGHT["paper"])).otherwise(alt.value(accent))
    layers += [ends.transform_filter("!datum.before && datum.kind == 'within'"),
               ends.transform_filter("!datum.onward && datum.kind == 'within'").encode(x=alt.X("end:O", **band)),
               base.transform_filter("datum.kind == 'day' || (!datum.before && datum.kind != 'within')").mark_point(
                   size=75, strokeWidth=1.6, opacity=1).encode(fill=fill, description="description:N")]
    return cast(alt.LayerChart, alt.layer(*layers).properties(width=room))
