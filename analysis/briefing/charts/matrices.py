"""Charts of who takes which stand: actor by concept."""

from __future__ import annotations

import textwrap
from typing import Any, cast

import altair as alt
import pandas

from ..facts.quantities import counted, plain
from .descriptions import described
from .theme import LETTER, LIGHT, WIDE, note, register, wrapped

SIGNS = {"agree": "+", "disagree": "−", "mixed": "±"}
_COLOURS = {"agree": "agree", "disagree": "accent", "mixed": "soft"}
_NOUNS = {"agree": "agreement", "disagree": "disagreement", "mixed": "agreement and disagreement"}
_VERBS = {"agree": "agrees", "disagree": "disagrees", "mixed": "both agrees and disagrees"}
_HOW = {"said": ("circle", "said", "in words"), "done": ("square", "by an act", "by an act"),
        "both": ("square", "said and done", "in words and by an act")}
# cells of one ground
_GRID: dict[str, Any] = {"grid": True, "gridColor": LIGHT["paper"], "gridWidth": 2, "tickBand": "extent"}
MOST_ROWS = 26  # of a matrix from one line of heads to the next


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
