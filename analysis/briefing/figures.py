"""The charts of a briefing: each is drawn from prepared frames and computes nothing about the subject.

A figure function takes frames and a title that says the finding, and returns
a Figure, which draws itself twice: wide for paper and desktop, narrow as a
layout of its own for phones. Frames of numbers have the columns `value`,
`hedge`, `unit`; every frame says where its rows come from by `publisher`
(shown under the chart), `source` and `passage` (ids). Each of these may hold
one text or a tuple of texts.

How doubt looks, everywhere: a hollow mark with an arrow is an open bound, a
dashed hollow one is "about", a dashed line is "somewhere in here".

This module holds the charts of numbers; those of positions are in
`position_figures`, and can be had from here, too.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .drawing import WIDE, Row, Scale, Sheet, cut, cut_apart, linear, widest, wrap
from .drawing import width as text_width
from .findings import BriefingError
from .framing import (LINE, Figure, figure, known, no_data, published, quantity, rows_of, several, signed, sourced, tabled,
                      titled)
from .position_figures import hands, network, stands, timeline
from .quantities import spelled

if TYPE_CHECKING:
    import pandas

__all__ = ["Figure", "by_year", "claims", "hands", "network", "shares", "stands", "timeline"]


def claims(frame: pandas.DataFrame, title: str, *, note: str = "") -> Figure:
    """Claims beside independent figures: one line for each, in groups.

    `frame`: group, label, value, hedge, unit, claim (bool), publisher, source,
    passage; optional `upper`: the end of a range that starts at `value`. Raises
    BriefingError for several units, which have no common scale.
    """
    rows = rows_of(frame)
    texts = [quantity(row) for row in rows]
    unit = _one_unit(rows)

    def draw(width: int) -> Sheet:
        sheet = titled(width, title)
        if not rows:
            return no_data(sheet)
        wide = width >= WIDE
        groups = list(dict.fromkeys(row["group"] for row in rows))
        group_room = min(widest(groups, bold=True), 120) + 14 if wide else 0
        value_room = min(widest(texts, bold=True), 190)
        values = [cut(text, value_room, bold=bool(row["claim"])) for text, row in zip(texts, rows, strict=True)]
        label_room = min(max(text_width(row["label"], bold=bool(row["claim"])) for row in rows),
                         width - group_room - value_room - 250) + 14
        left = group_room + label_room + value_room + 16 if wide else 8
        span = _with_bounds(rows, [row[end] for row in rows for end in ("value", "upper") if known(row.get(end))], 0)
        labels = _labels(rows, label_room - 14)
        scale = linear("value", span, (left, width - 12), least=0 if min(span, default=0) >= 0 else None,
                       most=100 if unit == "%" and max(span, default=0) <= 100 else None)
        top, lines = sheet.y, []
        for n, row in enumerate(rows):
            new_group = n == 0 or rows[n - 1]["group"] != row["group"]
            sheet.breakable()
            colour, bold = ("accent" if row["claim"] else "ink"), bool(row["claim"])
            if new_group:
                sheet.y += 5 if n else 0
                if not wide:
                    sheet.text(0, sheet.y + 12, cut(row["group"], width, bold=True), bold=True)
                    sheet.y += 18
                else:
                    sheet.text(0, sheet.y + 13, cut(row["group"], group_room - 14, bold=True), bold=True)
            if wide:
                sheet.text(group_room, sheet.y + 13, labels[n], colour, bold=bold)
                sheet.text(left - 16, sheet.y + 13, values[n], colour, bold=bold, align="right")
                sheet.y += 18
            else:
                for line in wrap(row["label"], width - value_room - 12, bold=bold, lines=2):
                    sheet.text(0, sheet.y + 12, line, colour, bold=bold)
                    sheet.y += LINE
                sheet.text(width, sheet.y - LINE + 12, values[n], colour, bold=bold, align="right")
                sheet.y += 16
            lines.append((sheet.y - (9 if wide else 8), row, _sentence(row)))
        for tick in (ticks := _spaced(scale, _short(unit), sheet.width)):
            if wide:
                sheet.rule(scale(tick), top, scale(tick), sheet.y + 2)
            else:
                for y, _, _ in lines:
                    sheet.rule(scale(tick), y - 5, scale(tick), y + 5)
        for y, row, says in lines:
            _hedged(sheet, row, scale, y, "accent" if row["claim"] else "context", says)
        _tick_labels(sheet, scale, ticks, _short(unit))
        return signed(sheet, rows, note)

    return figure(draw, title, rows, tabled(rows, {
        "Of": "group", "What": "label", "Value": quantity,
        "Kind": lambda row: "claim" if row["claim"] else "other source", "Source": published}))


def by_year(frame: pandas.DataFrame, title: str, *, claim: Row | None = None, joined: bool = False,
            least: float | None = 0, most: float | None = None, axis: str = "", note: str = "") -> Figure:
    """Yearly figures, each with its hedge, and a claim as a rule across them.

    `frame`: year, value, hedge, unit, label, publisher, source, passage;
    optional `derived` (bool), drawn as a diamond. `joined` draws a line
    through them, one point a year. `claim` is a row with value, hedge, unit,
    label, publisher, source, passage and, optionally, `on` (a date). `least` and `most`
    are ends of the axis; one that does not start at 0 says so. Raises BriefingError
    for several units.
    """
    rows = [row for row in rows_of(frame) if known(row["value"])]
    unit = _one_unit([*rows, *([claim] if claim else [])])

    def draw(width: int) -> Sheet:
        sheet = titled(width, title)
        if not rows:
            return no_data(sheet)
        _key(sheet, rows, axis if unit == _short(unit) else f"{axis}, {unit}".removeprefix(", "))
        claimed = f"{claim['label']}: {quantity(claim)}" if claim else ""
        if claim and width < WIDE:  # no room beside the plot
            for line in wrap(claimed, width, bold=True):
                sheet.text(0, sheet.y + 10, line, "accent", bold=True)
                sheet.y += LINE
        bounded = [*rows, *([claim] if claim else [])]
        values = _with_bounds(bounded, [row["value"] for row in bounded], least)
        height = 190 if width >= WIDE else 180
        top = sheet.y + 6
        ys = linear("value", values, (top + height, top), most=most,
                    least=None if least is None else min(least, *values))
        ticks = ys.ticks(6)
        left = widest(spelled(tick, _short(unit)) for tick in ticks) + 14
        last_room = min(max(text_width(quantity(rows[-1])) + 12, 60), 100)
        right = width - (118 if width >= WIDE else last_room if joined else 8)
        years = [row["year"] for row in rows]
        xs = Scale("year", (min(years) - 0.5, max(years) + 0.5), (left, right))
        for tick in ticks:
            sheet.rule(left, ys(tick), right, ys(tick))
            sheet.text(left - 8, ys(tick) + 4, spelled(tick, _short(unit)), "soft", align="right")
        labels = []
        if claim:
            _claim_rule(sheet, claim, xs, ys, left, right)
            if width >= WIDE:
                lines = wrap(claimed, width - right - 10, bold=True, lines=4)
                labels.append((ys(claim["value"]), lines, "accent", True))
        if joined:
            sheet.path([(row["year"], row["value"]) for row in rows], "ink", thick=2, xs=xs, ys=ys)
            last = rows[-1]
            said = [*wrap(quantity(last), width - right - 10, lines=3), f"in {last['year']:.0f}"]
            labels.append((ys(last["value"]), said, "ink", False))
        for row, shift in _side_by_side(rows, xs):
            says = _sentence({**row, "label": f"{row['label']}, {row['year']:.0f}" if row.get("label")
                              else f"{row['year']:.0f}"})
            if joined and row["hedge"] == "=":
                sheet.symbol(row["year"], row["value"], across=5, fill="ink", says=says, xs=xs, ys=ys)
            else:
                _hedged_upright(sheet, row, xs(row["year"]) + shift, ys, says)
        _margin(sheet, labels, right + 10, top + height)
        sheet.y = top + height
        _year_labels(sheet, xs, sorted(set(years)))
        cutoff = "" if ys.domain[0] <= 0 else f"The axis starts at {spelled(ys.domain[0], unit)}."
        return signed(sheet, [*rows, *([claim] if claim else [])], f"{cutoff} {note}".strip())

    everything = [*rows, *([{**claim, "year": claim.get("on")}] if claim else [])]
    return figure(draw, title, everything, tabled(everything, {
        "What": "label", "Year": lambda row: _year(row["year"]), "Value": quantity,
        "Note": lambda row: "derived" if row.get("derived") is True else "", "Source": published}))


def shares(frame: pandas.DataFrame, title: str, *, note: str = "") -> Figure:
    """Wholes and their parts as bars of 100 %; the first part of each is the one that matters.

    `frame`: whole, part, value (%), hedge, unit, publisher, source, passage.
    What the parts leave of 100 stays an empty outline: it is not given.
    """
    rows = [row for row in rows_of(frame) if known(row["value"])]

    def draw(width: int) -> Sheet:
        sheet = titled(width, title)
        if not rows:
            return no_data(sheet)
        for whole in dict.fromkeys(row["whole"] for row in rows):
            sheet.breakable()
            _bar(sheet, whole, [row for row in rows if row["whole"] == whole])
        sheet.y -= 4
        return signed(sheet, rows, note)

    return figure(draw, title, rows, tabled(rows, {
        "Of": "whole", "From": "part", "Share": quantity, "Source": published}))


# --- what a figure of numbers is made of ------------------------------------------

def _one_unit(rows: Iterable[Row]) -> str:
    """The unit of all rows, which share a scale; raises BriefingError where there are several."""
    units = several(rows, "unit")
    if len(units) > 1:
        raise BriefingError(f"unit: found {' and '.join(units)}, expected one unit on one scale. "
                            "Convert first, or draw a figure for each.")
    return units[0] if units else ""


def _with_bounds(rows: Iterable[Row], values: list[float], least: float | None) -> list[float]:
    """The values that a scale from `least` has to hold, with room for the arrow of a bound at either end."""
    known_ends = [*values, *([least] if least is not None else [])]
    low, high = min(known_ends, default=0), max(known_ends, default=0)
    room = 0.1 * (high - low or abs(high) or 1)
    bounds = {(row["hedge"][0], row["value"]) for row in rows}
    return [*values, *([high + room] if (">", high) in bounds else []), *([low - room] if ("<", low) in bounds else [])]


def _short(unit: str) -> str:
    """The unit as ticks of an axis have it: none where it is a phrase, which the figure says once."""
    return unit if text_width(unit) <= 40 else ""


def _labels(rows: Sequence[Row], room: float) -> list[str]:
    """The labels of claims, in bold, and of other figures, each told apart from its like where it is cut."""
    kinds = {bold: iter(cut_apart([row["label"] for row in rows if bool(row["claim"]) == bold], room, bold=bold))
             for bold in (False, True)}
    return [next(kinds[bool(row["claim"])]) for row in rows]


def _hedged(sheet: Sheet, row: Row, xs: Scale, y: float, colour: str, says: str) -> None:
    """A quantity on a line: a point, a range, an open bound with an arrow, or a dashed "about"."""
    value, upper, hedge = row["value"], row.get("upper"), row["hedge"]
    if not known(value):
        return
    if known(upper):
        sheet.rule(value, y, upper, y, colour, thick=4, says=says, xs=xs)
        for end in (value, upper):
            sheet.rule(xs(end), y - 5, xs(end), y + 5, colour, thick=2)
        return
    if hedge in (">", ">=", "<", "<="):
        up = hedge.startswith(">")
        end = xs.range[1] if up else xs.range[0]
        sheet.rule(xs(value), y, end, y, colour, thick=1.5)
        sheet.symbol(end + (-2 if up else 2), y, "triangle-right" if up else "triangle-left", across=7, fill=colour)
    _dot(sheet, value, y, hedge, colour, says, xs=xs)


def _hedged_upright(sheet: Sheet, row: Row, x: float, ys: Scale, says: str, colour: str = "context") -> None:
    hedge = row["hedge"]
    if hedge in (">", ">=", "<", "<="):
        up = hedge.startswith(">")
        end = ys.range[1] if up else ys.range[0]
        sheet.rule(x, ys(row["value"]), x, end, colour, thick=1.5)
        sheet.symbol(x, end + (2 if up else -2), "triangle-up" if up else "triangle-down", across=7, fill=colour)
    _dot(sheet, x, row["value"], hedge, colour, says, derived=row.get("derived") is True, ys=ys)


def _dot(sheet: Sheet, x: float, y: float, hedge: str, colour: str, says: str, *, derived: bool = False,
         **scales: Scale) -> None:
    hollow = hedge in (">", "<", "~")
    sheet.symbol(x, y, "diamond" if derived else "circle", across=10 if derived else 9,
                 fill="paper" if hollow else colour, stroke=colour, dash=[2, 1.6] if hedge == "~" else (),
                 says=says, **scales)


def _key(sheet: Sheet, rows: Iterable[Row], axis: str) -> None:
    """What the axis measures, and the marks that do not explain themselves, of those in use."""
    rows = list(rows)
    if axis:
        for line in wrap(axis, sheet.width):
            sheet.text(0, sheet.y + 10, line, "soft")
            sheet.y += LINE
    hedges = {row["hedge"] for row in rows}
    kinds = [("=", False, "as given", len(hedges) > 1), (">", False, "over", hedges & {">", ">="}),
             ("<", False, "under", hedges & {"<", "<="}), ("~", False, "about", "~" in hedges),
             ("=", True, "derived", any(row.get("derived") is True for row in rows))]
    entries = [(hedge, derived, word) for hedge, derived, word, used in kinds if used]
    if not any(used for *_, used in kinds[1:]):
        return
    x = 6.0
    for hedge, derived, word in entries:
        y = sheet.y + 6
        if hedge in "<>":
            sheet.rule(x, y + (4 if hedge == ">" else -4), x, y + (-5 if hedge == ">" else 5), "context", thick=1.5)
            sheet.symbol(x, y + (-4 if hedge == ">" else 4), "triangle-up" if hedge == ">" else "triangle-down",
                         across=6, fill="context")
            y += 4 if hedge == ">" else -4
        _dot(sheet, x, y, hedge, "context", "", derived=derived)
        sheet.text(x + 10, sheet.y + 10, word, "soft")
        x += 10 + text_width(word) + 20
    sheet.y += LINE + 2


def _claim_rule(sheet: Sheet, claim: Row, xs: Scale, ys: Scale, left: float, right: float) -> None:
    y, hedge = ys(claim["value"]), claim["hedge"]
    if hedge in (">", ">=", "<", "<="):
        sheet.rect(left, ys.range[1] if hedge.startswith(">") else ys.range[0], right, y, "tint")
    says = _sentence(claim)
    sheet.rule(left, claim["value"], right, claim["value"], "accent", thick=1.5,
               dash=[5, 3] if hedge != "=" else (), says="" if claim.get("on") else says, ys=ys)
    if claim.get("on"):
        x = min(max(xs(_year_part(claim["on"])), left), right)
        sheet.rule(x, ys.range[0], x, y, "accent", dash=[2, 2])
        _hedged_upright(sheet, claim, x, ys, says, "accent")


def _year(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else f"{value:.0f}" if known(value) else ""


def _sentence(row: Row) -> str:
    parts = [row.get("group"), row.get("label"), quantity(row)]
    kind = "The claim. " if row.get("claim") else "Derived. " if row.get("derived") is True else ""
    return sourced(f"{': '.join(str(part) for part in parts if part)}. {kind}".strip(), row)


def _year_part(day: datetime.date) -> float:
    """A day on an axis where each year's figure stands in the middle of its year."""
    return day.year - 0.5 + day.timetuple().tm_yday / 366


def _side_by_side(rows: Sequence[Row], xs: Scale) -> list[tuple[Row, float]]:
    """Rows of one year with a shift in px for each, so that none hides another."""
    years: dict[float, list[Row]] = {}
    for row in rows:
        years.setdefault(row["year"], []).append(row)
    year = xs(1) - xs(0)
    return [(row, (n - (len(group) - 1) / 2) * min(11, year / len(group)))
            for group in years.values() for n, row in enumerate(group)]


def _margin(sheet: Sheet, labels: list[tuple[float, list[str], str, bool]], x: float, bottom: float) -> None:
    """Labels at the right of the plot, moved apart where they would touch."""
    placed = sorted(([y - len(lines) * LINE / 2, lines, colour, bold] for y, lines, colour, bold in labels),
                    key=lambda label: label[0])
    for earlier, label in zip(placed, placed[1:], strict=False):
        label[0] = max(label[0], earlier[0] + len(earlier[1]) * LINE + 2)
    overhang = max((label[0] + len(label[1]) * LINE for label in placed), default=0) - bottom - 14
    for start, lines, colour, bold in placed:
        for n, line in enumerate(lines):
            sheet.text(x, start - max(overhang, 0) + n * LINE + 11, line, colour, bold=bold)


def _tick_labels(sheet: Sheet, scale: Scale, ticks: Sequence[float], unit: str) -> None:
    for tick in ticks:
        sheet.text(_label_place(scale, tick, unit, sheet.width), sheet.y + 14, spelled(tick, unit), "soft", align="center")
    sheet.y += 18


def _label_place(scale: Scale, tick: float, unit: str, width: float) -> float:
    """Where the middle of a tick's label stands: at the tick, but inside the sheet."""
    half = text_width(spelled(tick, unit)) / 2
    return min(max(scale(tick), half), width - half)


def _spaced(scale: Scale, unit: str, width: float) -> list[float]:
    """As many ticks as have room for their labels."""
    for most in (5, 4, 3, 2):
        ticks = scale.ticks(most)
        ends = [(place - half, place + half) for tick in ticks
                for half in [text_width(spelled(tick, unit)) / 2] for place in [_label_place(scale, tick, unit, width)]]
        if all(one[1] + 8 <= other[0] for one, other in zip(ends, ends[1:], strict=False)):
            return ticks
    return ticks[:1]


def _year_labels(sheet: Sheet, xs: Scale, years: Sequence[float]) -> None:
    room = abs(xs.range[1] - xs.range[0]) / max(xs.domain[1] - xs.domain[0], 1)
    step = next((n for n in (1, 2, 5, 10, 20, 50, 100, 1000) if n * room >= text_width("2000") + 10), 1000)
    for year in range(int(min(years)), int(max(years)) + 1):
        if (year - int(min(years)) if step < 5 else year) % step == 0:
            sheet.text(xs(year), sheet.y + 15, str(year), "soft", align="center")
    sheet.y += 19


def _bar(sheet: Sheet, whole: str, parts: Sequence[Row]) -> None:
    for line in wrap(whole, sheet.width, bold=True, lines=3):
        sheet.text(0, sheet.y + 12, line, bold=True)
        sheet.y += LINE
    total = sum(max(part["value"], 0) for part in parts)
    xs = Scale("share", (0, max(100, total)), (0.5, sheet.width - 0.5))
    sheet.y += 4 if any(part["hedge"] != "=" for part in parts) else 0  # for the ends that stand out
    top, bottom, start = sheet.y + 4, sheet.y + 28, 0.0
    if total < 100:
        sheet.rect(0, top, 100, bottom, "paper", stroke="context", xs=xs)
    outside = []
    for n, part in enumerate(parts):
        end = start + max(part["value"], 0)
        fill, ink = (("accent", "paper"), ("context", "paper"), ("ground", "ink"))[min(n, 2)]
        text = f"{part['part']} {quantity(part)}"
        sheet.rect(start, top, end, bottom, fill, stroke="paper" if n < 2 else "context", xs=xs,
                   says=_sentence({**part, "label": f"{whole}, {part['part']}"}))
        if part["hedge"] != "=":
            _open_end(sheet, xs(end), top, bottom, part["hedge"])
        if text_width(text, bold=n == 0) + 14 <= xs(end) - xs(start):
            sheet.text(xs(start) + 7, top + 16, text, ink, bold=n == 0)
        else:
            outside.append((xs((start + end) / 2), text))
        start = end
    sheet.y = bottom + 4
    _under(sheet, outside)
    sheet.y += 12


def _open_end(sheet: Sheet, x: float, top: float, bottom: float, hedge: str) -> None:
    """The end of a part that is not exact: dashed, with an arrow the way a bound is open."""
    sheet.rule(x, top - 4, x, bottom + 4, "ink", thick=1.5, dash=(2, 2))
    if hedge != "~":
        up = hedge.startswith(">")
        x = min(max(x + (4 if up else -4), 4), sheet.width - 4)
        sheet.symbol(x, top - 3, "triangle-right" if up else "triangle-left", across=6, fill="ink")


def _under(sheet: Sheet, labels: Sequence[tuple[float, str]]) -> None:
    """Labels of parts too small to hold them: one stands under its part, several are listed."""
    if len(labels) == 1:
        [(x, text)] = labels
        text = cut(text, sheet.width)
        sheet.rule(x, sheet.y - 4, x, sheet.y, "context")
        sheet.text(min(max(x - text_width(text) / 2, 0), sheet.width - text_width(text)), sheet.y + 11, text)
        sheet.y += LINE
        return
    for line in wrap(f"then: {', '.join(text for _, text in labels)}" if labels else "", sheet.width):
        sheet.text(0, sheet.y + 11, line)
        sheet.y += LINE
