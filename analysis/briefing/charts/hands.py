"""Charts of the hands that words passed, from who spoke to the page."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import altair as alt
import pandas

from ..facts.quantities import counted, plain
from .descriptions import described
from .theme import LETTER, LIGHT, WIDE, note, register, wrapped

MOST_LINES = 40  # of chains in one part: a page may end after it


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
