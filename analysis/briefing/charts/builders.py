"""Charts of who stands where: the matrix of stands, and the network of those who stand together."""

from __future__ import annotations

import datetime
import json
import textwrap
from collections.abc import Iterator
from typing import Any, cast

import altair as alt
import pandas

from ..discourse.positions import Network
from ..facts.quantities import counted, plain
from .descriptions import described
from .theme import LIGHT, WIDE, register

SIGNS = {"agree": "+", "disagree": "−", "mixed": "±"}
_COLOURS = {"agree": "agree", "disagree": "accent", "mixed": "soft"}
_NOUNS = {"agree": "agreement", "disagree": "disagreement", "mixed": "agreement and disagreement"}
_VERBS = {"agree": "agrees", "disagree": "disagrees", "mixed": "both agrees and disagrees"}
_HOW = {"said": ("circle", "said", "in words"), "done": ("square", "by an act", "by an act"),
        "both": ("square", "said and done", "in words and by an act")}
LETTER = 6.3  # px that a letter takes in the mean: how many have room is told by it, and Vega lays them out
# cells of one ground
_GRID: dict[str, Any] = {"grid": True, "gridColor": LIGHT["paper"], "gridWidth": 2, "tickBand": "extent"}
MOST_ROWS = 26  # of a matrix from one line of heads to the next
HIGHEST = 590  # px of the names of a camp in a network: what fits on a page with the notes below it
MOST_NAMED = 5  # of those whom a note names


def stands(cells: pandas.DataFrame, actors: pandas.DataFrame, concepts: pandas.DataFrame,
           width: int = WIDE) -> alt.VConcatChart:
    """Actor by concept: the sign is the stand, the shape how it was taken; nothing where none is given.

    `cells` as `positions.stands` gives them, `actors` and `concepts` as the tables hold them (id, label), in the order
    to be shown; `width` in px. Where columns have no room for their heads, the concepts are listed with those who take
    a stand on them.
    """
    register()
    rows = [{**row, "look": f"{SIGNS[row['agreement']]} {_VERBS[row['agreement']]}, {_HOW[row['mode']][1]}",
             "sign": SIGNS[row["agreement"]], "description": _stand_sentence(row)} for row in cells.to_dict("records")]
    people, subjects = list(actors["label"]), list(concepts["label"])
    room = min(max((len(name) for name in people), default=0) * LETTER, 150 if width < WIDE else 240) + 14
    step = (width - room) / max(len(subjects), 1)
    if not rows:
        chart = alt.vconcat(note("No data.", width))
    elif step >= 58 or (step >= 12 and max(map(len, subjects)) <= 45):  # heads across, or upright
        blocks = [people[n:n + MOST_ROWS] for n in range(0, len(people), MOST_ROWS)]
        if len(blocks) > 1:  # of about equal length
            size = -(-len(people) // len(blocks))
            blocks = [people[n:n + size] for n in range(0, len(people), size)]
        chart = alt.vconcat(*(_matrix(rows, block, subjects, step, room) for block in blocks), spacing=16)
    else:
        chart = alt.vconcat(*(_list(rows, subject, width) for subject in subjects if any(
            row["concept_label"] == subject for row in rows)), spacing=10)
    return described(chart, rows, {
        "Actor": "label", "Concept": "concept_label", "Stand": "agreement", "Mode": "mode", "Passages": "count",
        "Source": "publishers"}, filters=["Actor", "Concept", "Mode"], marks=[row["description"] for row in rows])


def _stand_sentence(row: dict[str, Any]) -> str:
    acts = f" ({'; '.join(row['acts'])})" if len(row["acts"]) else ""
    passages = f"{counted(row['count'])} passage{'s' * (row['count'] != 1)}".capitalize()
    return (f"{row['label']}, {_NOUNS[row['agreement']]} {_HOW[row['mode']][2]}{acts}: {row['concept_label']}. "
            f"{passages}. Source: {plain(row['publishers'])}.")


def _matrix(rows: list[dict[str, Any]], people: list[str], subjects: list[str], step: float,
            room: float) -> alt.LayerChart:
    per_line = max(int(room / LETTER), 10)
    high = 6 + 13 * max(len(textwrap.wrap(name, per_line)) for name in people)
    upright = step < 58
    heads = {"labelAngle": -90, "labelLimit": 0} if upright else {
        "labelAngle": 0, "labelLimit": 0, "labelExpr": wrapped("datum.label", int(step / LETTER))}
    deep = 1 if upright else max(len(textwrap.wrap(subject, int(step / LETTER))) for subject in subjects)
    x = alt.X("concept_label:N", sort=subjects, title=None, scale=alt.Scale(domain=subjects, padding=0),
              axis=alt.Axis(orient="top", labelPadding=5 + 15 * (deep - 1), labelOverlap=False, **_GRID, **heads))
    y = alt.Y("label:N", sort=people, title=None, scale=alt.Scale(domain=people, padding=0), axis=alt.Axis(
        minExtent=room - 8, labelOverlap=False, labelLimit=room, labelLineHeight=13,
        labelExpr=wrapped("datum.label", per_line), **_GRID))
    marks = _marks([row for row in rows if row["label"] in people], rows, min(step, 19) ** 2 * 0.55,
                   step * len(subjects))
    return marks.encode(x=x, y=y).properties(width=alt.Step(step), height=alt.Step(high),
                                             view=alt.ViewConfig(fill=LIGHT["ground"]))


def _marks(rows: list[dict[str, Any]], all_rows: list[dict[str, Any]], size: float, width: float) -> alt.LayerChart:
    """A mark for each stand, with a key of the looks that the whole figure has."""
    looks = {f"{SIGNS[stand]} {_VERBS[stand]}, {words}":
             (shape, LIGHT[_COLOURS[stand]], LIGHT["paper" if mode == "done" else _COLOURS[stand]])
             for mode, (shape, words, _) in _HOW.items() for stand in SIGNS}
    used = [look for look in looks if any(row["look"] == look for row in all_rows)]

    letters = width / 5.2  # of one line of the key, where a symbol takes about five
    in_a_line = sum(len(look) + 5 for look in used) <= letters
    columns = alt.Undefined if in_a_line else max(int(letters / (max(map(len, used)) + 5)), 1)

    def channel(kind: Any, part: int) -> Any:
        return kind("look:N", scale=alt.Scale(domain=used, range=[looks[look][part] for look in used]), sort=used,
                    legend=alt.Legend(offset=4, columns=columns, symbolSize=110))

    base = alt.Chart(pandas.DataFrame(rows, columns=list(all_rows[0])).drop(columns=["acts"]))
    drawn = base.mark_point(size=size, opacity=1, strokeWidth=1.6).encode(
        shape=channel(alt.Shape, 0), stroke=channel(alt.Stroke, 1), fill=channel(alt.Fill, 2),
        description="description:N")
    ink = alt.when(alt.datum.mode == "done").then(alt.value(LIGHT["ink"])).otherwise(alt.value(LIGHT["paper"]))
    signs = base.mark_text(fontWeight=600, fontSize=max(min(size ** 0.5, 12), 7), aria=False)
    return cast(alt.LayerChart, drawn + signs.encode(text="sign:N", color=ink))


def _list(rows: list[dict[str, Any]], subject: str, width: int) -> alt.LayerChart:
    of_subject = sorted((row for row in rows if row["concept_label"] == subject), key=lambda row: row["look"])
    letters = int((width - 40) / LETTER)
    names = [row["label"] for row in of_subject]
    y = alt.Y("label:N", title=None, sort=names, scale=alt.Scale(padding=0), axis=alt.Axis(
        orient="right", offset=-2, labelLimit=0, labelOverlap=False, labelLineHeight=13,
        labelExpr=wrapped("datum.label", letters)))
    lines = max(len(textwrap.wrap(name, letters)) for name in names)
    return _marks(of_subject, rows, 180, width).encode(y=y).properties(
        width=18, height=alt.Step(7 + 13 * lines),
        title=alt.Title(textwrap.wrap(subject, int(width / LETTER)), fontSize=12, offset=2))


def note(text: str, width: int = WIDE) -> alt.Chart:
    """A line of text in place of a chart, or below one."""
    lines = textwrap.wrap(text, int(width / LETTER))
    drawn: alt.Chart = alt.Chart(pandas.DataFrame({"text": ["\n".join(lines)]})).mark_text(
        align="left", baseline="top", lineBreak="\n", lineHeight=15, color=LIGHT["soft"]).encode(
        text="text:N", x=alt.value(0), y=alt.value(0)).properties(width=width - 8, height=15 * len(lines))
    return drawn


def wrapped(expression: str, letters: int) -> str:
    """A Vega expression for a label in lines of about so many letters; a word that is longer is broken."""
    most = max(letters, 4)
    return f"split(trim(replace({expression}, /(.{{1,{most}}})(\\s+|$)|(.{{{most}}})/g, '$1$3\\n')), '\\n')"


# --- networks ---------------------------------------------------------------------

def network(ties: Network, width: int = WIDE) -> alt.VConcatChart:
    """Two camps face each other: lines across the middle tie the camps, arcs at the edges tie within one.

    `ties` as `positions.network` gives it. A solid line is congruence, a dashed one conflict, and the thicker the more
    concepts it rests on. Of a camp higher than a page those with the most ties are shown, and the figure says so.
    """
    register()
    names = dict(zip(ties.nodes["actor"], ties.nodes["label"], strict=True))
    edges = [{**row, "label": f"{names[row['a']]}, {names[row['b']]}",
              "relation": "same stand" if row["relation"] == "congruence" else "opposite stands",
              "description": _tie_sentence(row, names)} for row in ties.edges.to_dict("records")]
    counts = {actor: sum(actor in (edge["a"], edge["b"]) for edge in edges) for actor in names}
    camps = [list(ties.nodes["actor"][(ties.nodes["camp"] == side).fillna(False)]) for side in (0, 1)]
    card = 0.2 if width >= WIDE else 0.33  # of the width, for a name
    lines = {actor: textwrap.wrap(name, int(card * width / LETTER) - 1) for actor, name in names.items()}
    high = {actor: 12 + 13 * len(lines[actor]) for actor in names}
    kept = []
    for camp in camps:
        tied = sorted(camp, key=lambda actor: -counts[actor])
        room = [sum(high[actor] for actor in tied[:n]) for n in range(1, len(tied) + 1)]
        kept.append(sorted(tied[:max(sum(px <= HIGHEST for px in room), 1)], key=camp.index))
    left_out = sum(map(len, camps)) - sum(map(len, kept))
    tall = max(sum(high[actor] for actor in camp) for camp in kept)
    cards = {}
    for side, camp in enumerate(kept):
        top = 0.0
        for actor in camp:
            place = high[actor] + (tall - sum(high[one] for one in camp)) / len(camp)
            cards[actor] = (side, top + place / 2, lines[actor])
            top += place
    shown = [edge for edge in edges if edge["a"] in cards and edge["b"] in cards]
    if not shown:
        chart = alt.vconcat(note("No data." if not names else "No two actors take a stand on the same concept.", width))
    else:
        chart = alt.vconcat(_camps(shown, cards, tall, card, width), spacing=6)
        alone = [name for actor, name in names.items() if not counts[actor]]
        if alone:
            chart &= note(f"No tie to another: {', '.join(alone)}", width)
        between = [name for actor, name in names.items() if counts[actor] and not any(actor in camp for camp in camps)]
        if between:
            more = f" and {len(between) - MOST_NAMED} more" if len(between) > MOST_NAMED else ""
            chart &= note(f"In no camp, and so not drawn here: {', '.join(between[:MOST_NAMED])}{more}; the table has "
                          "their ties.", width)
        if left_out:
            chart &= note(f"{left_out} actors with fewer ties are left out here; the table has all.", width)
    return described(chart, edges, {
        "Actor": lambda edge: names[edge["a"]], "and actor": lambda edge: names[edge["b"]],
        "Relation": lambda edge: edge["relation"], "Concepts": "concept_labels", "Source": "publishers"})


def _tie_sentence(row: dict[str, Any], names: dict[str, str]) -> str:
    verb = "stand together on" if row["relation"] == "congruence" else "oppose each other on"
    concepts = f"{counted(row['weight'])} concept{'s' * (row['weight'] != 1)}"
    return (f"{names[row['a']]} and {names[row['b']]} {verb} {concepts}: {', '.join(row['concept_labels'])}. "
            f"Source: {plain(row['publishers'])}.")


def _camps(edges: list[dict[str, Any]], cards: dict[str, tuple[int, float, list[str]]], tall: float, card: float,
           width: int) -> alt.LayerChart:
    """The ties between cards: for each actor its side, its middle in px from the top, and its name in lines; `tall` in
    px, and `card`, of the width, for a name."""
    margin = 0.14 if width >= WIDE else 0.09  # of the width, for the arcs of a camp
    inner, outer = (margin + card, 1 - margin - card), (margin, 1 - margin)
    lift = {"same stand": -2.5, "opposite stands": 2.5}  # px; a pair may have both: each line is seen
    points = []
    for number, edge in enumerate(edges):
        (side, y, _), (other, y2, _) = cards[edge["a"]], cards[edge["b"]]
        y, y2 = y + lift[edge["relation"]], y2 + lift[edge["relation"]]
        if side != other:
            path = [(inner[side], y), (inner[other], y2)]
        else:
            bulge = margin * min(abs(y2 - y) / max(tall, 100) + 0.25, 1) * (-1 if side == 0 else 1)
            path = [(outer[side], y), (outer[side] + bulge, y + (y2 - y) * 0.2),
                    (outer[side] + bulge, y + (y2 - y) * 0.8), (outer[side], y2)]
        points += [{"tie": number, "order": n, "x": px, "y": py, "weight": min(edge["weight"], 5),
                    "relation": edge["relation"], "description": edge["description"] if n == 0 else None}
                   for n, (px, py) in enumerate(path)]
    kinds = [kind for kind in lift if any(edge["relation"] == kind for edge in edges)]
    looks = {"same stand": (LIGHT["agree"], [1, 0]), "opposite stands": (LIGHT["accent"], [4, 3])}

    def look(channel: Any, part: int) -> Any:
        scale = alt.Scale(domain=kinds, range=[looks[kind][part] for kind in kinds])
        return channel("relation:N", scale=scale, legend=alt.Legend(offset=2))

    across = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    down = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[tall, 0], nice=False))
    thin = 1.25 if len(edges) <= 80 else 0.4
    tie = alt.Chart(pandas.DataFrame(points)).mark_line(interpolate="basis", opacity=1).encode(
        x=across, y=down, detail="tie:N", order="order:Q", description="description:N",
        stroke=look(alt.Stroke, 0), strokeDash=look(alt.StrokeDash, 1),
        strokeWidth=alt.StrokeWidth("weight:Q", scale=alt.Scale(domain=[1, 5], range=[thin, 5 * thin]), legend=None))
    boxes = alt.Chart(pandas.DataFrame([
        {"name": "\n".join(name), "top": at - 4 - 6.5 * len(name), "bottom": at + 4 + 6.5 * len(name),
         "x": inner[side], "x2": outer[side], "middle": (inner[side] + outer[side]) / 2}
        for side, at, name in cards.values()]))
    ground = boxes.mark_rect(fill=LIGHT["ground"], aria=False).encode(x=across, x2="x2", y="top:Q", y2="bottom")
    labels = boxes.mark_text(lineBreak="\n", lineHeight=13, baseline="top", dy=5, aria=False).encode(
        x="middle:Q", y="top:Q", text="name:N")
    return cast(alt.LayerChart, (tie + ground + labels).properties(width=width - 8, height=tall))


# --- how things went: events, and words from hand to hand --------------------------

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


# --- hands ------------------------------------------------------------------------

def chains(frame: pandas.DataFrame, width: int = WIDE) -> alt.VConcatChart:
    """How far words travelled: from each first speaker at the left, hand by hand, to the page at the right.

    `frame` as `positions.chains` gives it, `width` in px. Every step is equally long, so that a longer line is more
    hands; where their names have no room over the dots, they stand in the label of the line.
    """
    register()
    rows = [{**row, "description": _chain_sentence(row)} for row in frame.to_dict("records")]
    most = max((len(row["hands"]) for row in rows), default=0)
    end = max((len(row["hands"][-1]) for row in rows), default=0)
    room = max(0.7 * width - 80 - LETTER * end, 60)  # px of the lines: beside who spoke, the page's name, and the count
    per_line = int(room / max(most - 1, 1) / LETTER) - 1
    between = [hand for row in rows for hand in row["hands"][1:-1]]
    over = max((len(word) for hand in between for word in hand.split()), default=0) <= per_line
    lines = 2 + max((len(textwrap.wrap(hand, max(per_line, 1))) for hand in between), default=0) * over
    for row in rows:
        row["who"] = row["hands"][0] if over else " > ".join(row["hands"][:-1] or row["hands"])
        row["lines"] = max(lines, len(textwrap.wrap(row["who"], int(0.3 * width / LETTER))) + 1)
    high = max((row["lines"] for row in rows), default=0)
    blocks = [rows] if high * len(rows) <= MOST_LINES else [[row] for row in rows]  # a page may end between blocks
    parts = [_chains(block, most, per_line if over else 0, (0.3 * width, room), head=n == 0)
             for n, block in enumerate(blocks if rows else [])]
    chart = alt.vconcat(*(parts or (note("No data.", width),)), spacing=0)
    return described(chart, rows, {"From speaker to page": "chain", "Hands between": "hops", "Passages": "count",
                                   "Quotations among them": "quotations", "Source": "publishers"})


def _chains(rows: list[dict[str, Any]], most: int, per_line: int, widths: tuple[float, float], *,
            head: bool) -> alt.HConcatChart:
    """Some chains, the names of hands over their dots in lines of `per_line` letters (0: none); `widths` in px are
    those of the names of speakers and of the lines."""
    dots = pandas.DataFrame([
        {"row": number, "at": most - len(row["hands"]) + n, "between": 0 < n < len(row["hands"]) - 1,
         "speaker": n == 0 and len(row["hands"]) > 1,
         "hand": "\n".join(textwrap.wrap(hand, per_line)) if per_line and 0 < n < len(row["hands"]) - 1 else ""}
        for number, row in enumerate(rows) for n, hand in enumerate(row["hands"])])
    ends = pandas.DataFrame([
        {"row": n, "start": most - len(row["hands"]), "end": most - 1, "page": row["hands"][-1],
         "passages": str(row["count"]), "description": row["description"]} for n, row in enumerate(rows)])
    rungs = alt.Scale(type="band", padding=0)
    step = alt.Step(13 * max(row["lines"] for row in rows))
    x = alt.X("at:Q", axis=None, scale=alt.Scale(domain=[0, max(most - 1, 1)], nice=False))
    y = alt.Y("row:O", title=None, scale=rungs, axis=alt.Axis(
        labelLimit=0, labelOverlap=False, labelPadding=12, labelLineHeight=13, minExtent=widths[0], labelExpr=wrapped(
            f"{json.dumps([row['who'] for row in rows])}[datum.value]", int(widths[0] / LETTER))))
    line = alt.Chart(ends).mark_rule(color=LIGHT["context"], strokeWidth=1.5).encode(
        x=alt.X("start:Q", axis=None), x2="end", y=y, description="description:N")
    points = alt.Chart(dots).encode(x=x, y=y)
    ink = alt.when("datum.between").then(alt.value(LIGHT["accent"]))
    marks = points.mark_point(size=65, opacity=1, strokeWidth=1.5, aria=False).encode(
        fill=ink.when("datum.speaker").then(alt.value(LIGHT["paper"])).otherwise(alt.value(LIGHT["context"])),
        stroke=ink.otherwise(alt.value(LIGHT["context"])))
    hands = points.mark_text(baseline="bottom", lineBreak="\n", lineHeight=13, aria=False,
                             dy=alt.expr("-8 - 13 * (length(split(datum.hand, '\\n')) - 1)")).encode(text="hand:N")
    pages = alt.Chart(ends).mark_text(align="left", dx=12, aria=False).encode(x="end:Q", y=y, text="page:N")
    plot = (line + marks + hands + pages).properties(width=widths[1], height=step)
    title = alt.Title("passages", fontSize=12, fontWeight=400, color=LIGHT["soft"], anchor="end", frame="group",
                      offset=0)
    numbers = alt.Chart(ends).mark_text(align="right", aria=False).encode(
        x=alt.value("width"), y=alt.Y("row:O", axis=None, scale=rungs), text="passages:N").properties(
        width=36, height=step, **({"title": title} if head else {}))
    return alt.hconcat(plot, numbers, spacing=4, bounds="full")


def _chain_sentence(row: dict[str, Any]) -> str:
    hops, count = (f"{counted(row[name])} {noun}{'s' * (row[name] != 1)}"
                   for name, noun in (("hops", "hand"), ("count", "passage")))
    return f"{row['chain']}: {hops} between speaker and page, {count}. Source: {plain(row['publishers'])}."
