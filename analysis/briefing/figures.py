"""The charts of a briefing: each is drawn from prepared frames and computes nothing about the subject.

A figure function takes frames and a title that says the finding, and returns
a Figure, which draws itself twice: wide for paper and desktop, narrow as a
layout of its own for phones. Frames of numbers have the columns `value`,
`hedge`, `unit`; every frame says where its rows come from by `publisher`
(shown under the chart), `source` and `passage` (ids). Each of these may hold
one text or a tuple of texts.

How doubt looks, everywhere: a hollow mark with an arrow is an open bound, a
dashed hollow one is "about", a dashed line is "somewhere in here".
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .drawing import (BODY, NARROW, SMALL, TITLE, WIDE, Row, Scale, Sheet, cut, linear, svg, widest, wrap)
from .drawing import width as text_width
from .quantities import Quantity, counted, spelled

if TYPE_CHECKING:
    import pandas

    from .positions import Network

FIGURE = "application/vnd.briefing.figure+json"
VEGA_LITE = "application/vnd.vegalite.v6+json"
LINE = 15  # px from one line of body text to the next
EMPTY = "Empty: the source gives no stand."


@dataclass(frozen=True)
class Figure:
    """A chart, its data as text, and what it was drawn from.

    `draw` gives the sheet of a width in px; `summary` is a sentence for
    those who see no pictures; `table` has `columns` and `rows`.
    """

    draw: Callable[[int], Sheet]
    summary: str
    table: Mapping[str, list[Any]]
    sources: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    drawn: dict[int, dict[str, Any]] = field(default_factory=dict, repr=False)

    def specification(self, width: int = WIDE) -> dict[str, Any]:
        """The Vega-Lite specification of the chart at a width in px."""
        if width not in self.drawn:
            self.drawn[width] = self.draw(width).chart().to_dict()
        return self.drawn[width]

    def svg(self, width: int = WIDE) -> str:
        return svg(self.specification(width))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"image/svg+xml": self.svg(), VEGA_LITE: self.specification(), "text/plain": self.summary,
                FIGURE: {"narrow": self.svg(NARROW), "table": dict(self.table),
                         "sources": list(self.sources), "passages": list(self.passages)}}


# --- numbers --------------------------------------------------------------------

def claims(rows: pandas.DataFrame, title: str, *, note: str = "") -> Figure:
    """Claims beside independent figures: one line for each, in groups.

    `rows`: group, label, value, hedge, unit, claim (bool), publisher, source,
    passage; optional `upper`: the end of a range that starts at `value`.
    """
    records = _records(rows)
    texts = [_ranged(row) for row in records]

    def draw(width: int) -> Sheet:
        sheet = _titled(width, title)
        if not records:
            return _no_data(sheet)
        wide = width >= WIDE
        groups = list(dict.fromkeys(row["group"] for row in records))
        group_room = min(widest(groups, bold=True), 120) + 14 if wide else 0
        value_room = widest(texts, bold=True)
        label_room = min(widest(row["label"] for row in records), width - group_room - value_room - 250) + 14
        left = group_room + label_room + value_room + 16 if wide else 8
        span = [row[end] for row in records for end in ("value", "upper") if _known(row.get(end))]
        share = all(row["unit"] == "%" for row in records)
        scale = linear("value", span, (left, width - 12), least=0 if min(span, default=0) >= 0 else None,
                       most=100 if share and max(span, default=0) <= 100 else None)
        top, lines = sheet.y, []
        for n, row in enumerate(records):
            new_group = n == 0 or records[n - 1]["group"] != row["group"]
            colour, bold = ("accent" if row["claim"] else "ink"), bool(row["claim"])
            if new_group:
                sheet.y += 5 if n else 0
                if not wide:
                    sheet.text(0, sheet.y + 12, cut(row["group"], width, bold=True), bold=True)
                    sheet.y += 18
                else:
                    sheet.text(0, sheet.y + 13, cut(row["group"], group_room - 14, bold=True), bold=True)
            if wide:
                label = cut(row["label"], label_room - 14, bold=bold)
                sheet.text(group_room, sheet.y + 13, label, colour, bold=bold)
                sheet.text(left - 16, sheet.y + 13, texts[n], colour, bold=bold, align="right")
                sheet.y += 18
            else:
                for line in wrap(row["label"], width - value_room - 12, bold=bold, lines=2):
                    sheet.text(0, sheet.y + 12, line, colour, bold=bold)
                    sheet.y += LINE
                sheet.text(width, sheet.y - LINE + 12, texts[n], colour, bold=bold, align="right")
                sheet.y += 16
            lines.append((sheet.y - (9 if wide else 8), row, _sentence(row, texts[n])))
        for tick in (ticks := scale.ticks(5)):
            if wide:
                sheet.rule(scale(tick), top, scale(tick), sheet.y + 2)
            else:
                for y, _, _ in lines:
                    sheet.rule(scale(tick), y - 5, scale(tick), y + 5)
        for y, row, says in lines:
            _hedged(sheet, row, scale, y, "accent" if row["claim"] else "context", says)
        _tick_labels(sheet, scale, ticks, records[0]["unit"] or "")
        return _signed(sheet, records, note)

    table = _table(records, {"": "group", "What": "label"}, Value=lambda row: _ranged(row),
                   Kind=lambda row: "claim" if row["claim"] else "independent", Source=_publishers)
    return _figure(draw, title, records, table)


def by_year(points: pandas.DataFrame, title: str, *, claim: Row | None = None, joined: bool = False,
            least: float | None = 0, most: float | None = None, axis: str = "", note: str = "") -> Figure:
    """Yearly figures, each with its hedge, and a claim as a rule across them.

    `points`: year, value, hedge, unit, label, publisher, source, passage;
    optional `derived` (bool), drawn as a diamond. `joined` draws a line
    through them, one point a year. `claim` is a row with value, hedge, unit,
    label, publisher, source, passage and, optionally, `on` (a date). `least` and `most`
    are ends of the axis; one that does not start at 0 says so.
    """
    records = [row for row in _records(points) if _known(row["value"])]

    def draw(width: int) -> Sheet:
        sheet = _titled(width, title)
        if not records:
            return _no_data(sheet)
        _key(sheet, records, axis)
        unit = records[0]["unit"] or ""
        values = [row["value"] for row in [*records, *([claim] if claim else [])]]
        height = 190 if width >= WIDE else 180
        top = sheet.y + 6
        ys = linear("value", values, (top + height, top), least=least if least is None else min(least, *values), most=most)
        ticks = ys.ticks(6)
        left = widest(spelled(tick, unit) for tick in ticks) + 14
        right = width - (118 if width >= WIDE else 92)
        years = [row["year"] for row in records]
        xs = Scale("year", (min(years) - 0.5, max(years) + 0.5), (left, right))
        for tick in ticks:
            sheet.rule(left, ys(tick), right, ys(tick))
            sheet.text(left - 8, ys(tick) + 4, spelled(tick, unit), "soft", align="right")
        labels = []
        if claim:
            _claim_rule(sheet, claim, xs, ys, left, right)
            said = wrap(f"{claim['label']}: {_ranged(claim)}", width - right - 10, bold=True, lines=4)
            labels.append((ys(claim["value"]), said, "accent", True))
        if joined:
            sheet.path([(row["year"], row["value"]) for row in records], "ink", thick=2, xs=xs, ys=ys)
            last = records[-1]
            labels.append((ys(last["value"]), [_ranged(last), f"in {last['year']:.0f}"], "ink", False))
        for row, shift in _side_by_side(records):
            says = _sentence({**row, "label": f"{row['label']}, {row['year']:.0f}" if row.get("label")
                              else f"{row['year']:.0f}"}, _ranged(row))
            if joined and row["hedge"] == "=":
                sheet.symbol(row["year"], row["value"], across=5, fill="ink", says=says, xs=xs, ys=ys)
            else:
                _hedged_upright(sheet, row, xs(row["year"]) + shift, ys, says)
        _margin(sheet, labels, right + 10, top, top + height)
        sheet.y = top + height
        _year_labels(sheet, xs, sorted(set(years)))
        cutoff = "" if ys.domain[0] <= 0 else f"The axis starts at {spelled(ys.domain[0], unit)}."
        return _signed(sheet, [*records, *([claim] if claim else [])], f"{cutoff} {note}".strip())

    everything = [*records, *([{**claim, "year": claim.get("on")}] if claim else [])]
    table = _table(everything, {"What": "label"}, Year=lambda row: _year(row["year"]), Value=lambda row: _ranged(row),
                   Derived=lambda row: "derived" if row.get("derived") is True else "", Source=_publishers)
    return _figure(draw, title, everything, table)


def shares(parts: pandas.DataFrame, title: str, *, note: str = "") -> Figure:
    """Wholes and their parts as bars of 100 %; the first part of each is the one that matters.

    `parts`: whole, part, value (%), hedge, unit, publisher, source, passage.
    What the parts leave of 100 stays an empty outline: it is not given.
    """
    records = [row for row in _records(parts) if _known(row["value"])]

    def draw(width: int) -> Sheet:
        sheet = _titled(width, title)
        if not records:
            return _no_data(sheet)
        for whole in dict.fromkeys(row["whole"] for row in records):
            _bar(sheet, whole, [row for row in records if row["whole"] == whole])
        sheet.y -= 4
        return _signed(sheet, records, note)

    table = _table(records, {"Of": "whole", "From": "part"}, Share=lambda row: _ranged(row), Source=_publishers)
    return _figure(draw, title, records, table)


# --- what a figure of numbers is made of ------------------------------------------

def _hedged(sheet: Sheet, row: Row, xs: Scale, y: float, colour: str, says: str) -> None:
    """A quantity on a line: a point, a range, an open bound with an arrow, or a dashed "about"."""
    value, upper, hedge = row["value"], row.get("upper"), row["hedge"]
    if not _known(value):
        return
    if _known(upper):
        sheet.rule(value, y, upper, y, colour, thick=7, says=says, xs=xs)
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


def _key(sheet: Sheet, records: Iterable[Row], axis: str) -> None:
    """What the axis measures, and the marks that do not explain themselves, of those in use."""
    records = list(records)
    if axis:
        for line in wrap(axis, sheet.width):
            sheet.text(0, sheet.y + 10, line, "soft")
            sheet.y += LINE
    hedges = {row["hedge"] for row in records}
    kinds = [("=", False, "as given", len(hedges) > 1), (">", False, "over", hedges & {">", ">="}),
             ("<", False, "under", hedges & {"<", "<="}), ("~", False, "about", "~" in hedges),
             ("=", True, "derived", any(row.get("derived") is True for row in records))]
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
        sheet.rect(left, ys.range[1] if hedge.startswith(">") else y, right, y if hedge.startswith(">") else ys.range[0],
                   "tint")
    says = _sentence(claim, _ranged(claim))
    sheet.rule(left, claim["value"], right, claim["value"], "accent", thick=1.5,
               dash=[5, 3] if hedge != "=" else (), says=says, ys=ys)
    if claim.get("on"):
        x = min(max(xs(_year_part(claim["on"])), left), right)
        sheet.rule(x, ys.range[0], x, y, "accent", dash=[2, 2])
        _hedged_upright(sheet, claim, x, ys, says, "accent")


def _year_part(day: datetime.date) -> float:
    """A day on an axis where each year's figure stands in the middle of its year."""
    return day.year - 0.5 + day.timetuple().tm_yday / 366


def _side_by_side(records: Sequence[Row]) -> list[tuple[Row, float]]:
    """Rows of one year with a shift in px for each, so that none hides another."""
    years: dict[float, list[Row]] = {}
    for row in records:
        years.setdefault(row["year"], []).append(row)
    return [(row, (n - (len(group) - 1) / 2) * 11) for group in years.values() for n, row in enumerate(group)]


def _margin(sheet: Sheet, labels: list[tuple[float, list[str], str, bool]], x: float, top: float, bottom: float) -> None:
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
        text = spelled(tick, unit)
        half = text_width(text) / 2
        sheet.text(min(max(scale(tick), half), sheet.width - half), sheet.y + 14, text, "soft", align="center")
    sheet.y += 18


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
    top, bottom, start = sheet.y + 4, sheet.y + 28, 0.0
    sheet.rect(0, top, 100, bottom, "paper", stroke="context", xs=xs)
    outside = []
    for n, part in enumerate(parts):
        end = start + max(part["value"], 0)
        fill, ink = (("accent", "paper"), ("context", "paper"), ("ground", "ink"))[min(n, 2)]
        text = f"{part['part']} {_ranged(part)}"
        sheet.rect(start, top, end, bottom, fill, stroke="paper" if n < 2 else "context", xs=xs,
                   says=_sentence({**part, "label": f"{whole}, {part['part']}"}, _ranged(part)))
        if text_width(text, bold=n == 0) + 14 <= xs(end) - xs(start):
            sheet.text(xs(start) + 7, top + 16, text, ink, bold=n == 0)
        else:
            outside.append((xs((start + end) / 2), text))
        start = end
    sheet.y = bottom + 4
    _under(sheet, outside)
    sheet.y += 12


def _under(sheet: Sheet, labels: Sequence[tuple[float, str]]) -> None:
    """Labels of parts too small to hold them, under the bar, in as many lines as they need."""
    ends: list[float] = []
    for x, text in labels:
        text = cut(text, sheet.width)
        run = text_width(text)
        start = min(max(x - run / 2, 0), sheet.width - run)
        level = next((n for n, end in enumerate(ends) if end + 8 <= start), len(ends))
        ends[level:level + 1] = [start + run]
        sheet.rule(x, sheet.y - 4, x, sheet.y + level * LINE, "context")
        sheet.text(start, sheet.y + level * LINE + 11, text)
    sheet.y += len(ends) * LINE


# --- positions ------------------------------------------------------------------

def stands(cells: pandas.DataFrame, actors: pandas.DataFrame, concepts: pandas.DataFrame, title: str, *,
           note: str = EMPTY) -> Figure:
    """Actor by concept: the sign is the stand, the shape how it was taken; nothing where the source is silent.

    `cells` as `positions.stands` gives them, `actors` and `concepts` as the
    tables hold them (id, label), in the order to be shown.
    """
    records = _records(cells)
    people, subjects = _records(actors), _records(concepts)
    found = {(row["actor"], row["concept"]): row for row in records}

    def draw(width: int) -> Sheet:
        sheet = _titled(width, title)
        if not people or not subjects:
            return _no_data(sheet)
        _stand_key(sheet, records)
        room = min(widest(row["label"] for row in people), 150) + 12
        if width >= WIDE and (width - room) / len(subjects) >= 15:
            _matrix(sheet, people, subjects, found, room)
        else:
            _stand_lists(sheet, people, subjects, found)
        return _signed(sheet, records, note)

    table = _table(records, {"Actor": "label", "Concept": "concept_label", "Stand": "agreement", "Mode": "mode"},
                   Passages=lambda row: row["count"], Source=_publishers)
    return _figure(draw, title, records, table)


_SIGNS = {"agree": ("+", "agree"), "disagree": ("−", "accent"), "mixed": ("±", "soft")}
_VERBS = {"agree": "agrees", "disagree": "disagrees", "mixed": "both agrees and disagrees"}


def _stand(sheet: Sheet, x: float, y: float, agreement: str, mode: str, says: str = "") -> None:
    """Said is a full disc, done an empty square, both the one in the other; + - ± in any."""
    sign, colour = _SIGNS[agreement]
    if mode != "said":
        sheet.symbol(x, y, "square", across=13, fill="paper", stroke=colour, says=says)
    if mode != "done":
        sheet.symbol(x, y, across=14 if mode == "said" else 11, fill=colour, says=says if mode == "said" else "")
    sheet.text(x, y + 4, sign, colour if mode == "done" else "paper", bold=True, align="center")


def _stand_key(sheet: Sheet, records: Sequence[Row]) -> None:
    used = {(row["agreement"], row["mode"]) for row in records}
    entries = [(agreement, mode, f"{_VERBS[agreement]}, {word}")
               for mode, word in (("said", "said"), ("done", "by an act"), ("both", "said and done"))
               for agreement in _SIGNS if (agreement, mode) in used]
    x = 8.0
    for n, (agreement, mode, words) in enumerate(entries):
        run = 12 + text_width(words) + 22
        if n and x + run - 22 > sheet.width:
            x, sheet.y = 8.0, sheet.y + 18
        _stand(sheet, x, sheet.y + 6, agreement, mode)
        sheet.text(x + 12, sheet.y + 10, words, "soft")
        x += run
    sheet.y += 22 if entries else 0


def _stand_sentence(row: Row) -> str:
    how = {"said": "in words", "done": "by an act", "both": "in words and by an act"}[row["mode"]]
    acts = f" ({'; '.join(row['acts'])})" if row["acts"] else ""
    return _sourced(f"{row['label']} {_VERBS[row['agreement']]} {how}{acts}: {row['concept_label']}. "
                    f"{_count(row['count'], 'passage').capitalize()}.", row)


def _matrix(sheet: Sheet, people: list[Row], subjects: list[Row], found: Mapping[tuple, Row], room: float) -> None:
    step = (sheet.width - room) / len(subjects)
    xs = Scale("column", (0, len(subjects)), (room, sheet.width))
    heads = [wrap(row["label"], step - 8, lines=3) for row in subjects]
    if step < 62:  # too narrow for words: the heads stand upright
        heads = [[cut(row["label"], 150)] for row in subjects]
        deep = widest(head[0] for head in heads) + 6
        for n, head in enumerate(heads):
            sheet.text(xs(n + 0.5) + 4, sheet.y + deep - 6, head[0], angle=-90)
    else:
        deep = max(map(len, heads)) * 14 + 3
        for n, head in enumerate(heads):
            for line, text in enumerate(head):
                sheet.text(xs(n + 0.5), sheet.y + deep - 7 - (len(head) - 1 - line) * 14, text, align="center")
    top, row_height = sheet.y + deep, 18
    bottom = top + row_height * len(people)
    ys = Scale("row", (0, len(people)), (top, bottom))
    sheet.rect(room, top, sheet.width, bottom, "ground")
    for n in range(1, len(subjects)):
        sheet.rule(xs(n), top, xs(n), bottom, "paper", thick=2)
    for n, actor in enumerate(people):
        sheet.rule(room, ys(n), sheet.width, ys(n), "paper", thick=2)
        sheet.text(0, ys(n + 0.5) + 4, cut(actor["label"], room - 12))
        for column, subject in enumerate(subjects):
            if cell := found.get((actor["id"], subject["id"])):
                _stand(sheet, xs(column + 0.5), ys(n + 0.5), cell["agreement"], cell["mode"], _stand_sentence(cell))
    sheet.y = bottom


def _stand_lists(sheet: Sheet, people: list[Row], subjects: list[Row], found: Mapping[tuple, Row]) -> None:
    """The matrix for phones: under each concept those who take a stand on it."""
    silent = [actor for actor in people if not any((actor["id"], subject["id"]) in found for subject in subjects)]
    order = list(_SIGNS)
    for subject in subjects:
        for line in wrap(subject["label"], sheet.width, bold=True):
            sheet.text(0, sheet.y + 12, line, bold=True)
            sheet.y += LINE
        sheet.y += 3
        cells = sorted((found[actor["id"], subject["id"]] for actor in people if (actor["id"], subject["id"]) in found),
                       key=lambda cell: order.index(cell["agreement"]))
        x = 8.0
        for n, cell in enumerate(cells):
            name = cut(cell["label"], min(sheet.width - 22, 220))
            run = 12 + text_width(name)
            if n and x + run > sheet.width:
                x, sheet.y = 8.0, sheet.y + 19
            _stand(sheet, x, sheet.y + 7, cell["agreement"], cell["mode"], _stand_sentence(cell))
            sheet.text(x + 12, sheet.y + 11, name)
            x += run + 20
        sheet.y += 19 if cells else 0
        if not cells:
            sheet.text(0, sheet.y + 11, "no stand given", "soft")
            sheet.y += 19
        sheet.y += 6
    if silent:
        for line in wrap(f"No stand on any: {', '.join(actor['label'] for actor in silent)}", sheet.width):
            sheet.text(0, sheet.y + 11, line, "soft")
            sheet.y += LINE
