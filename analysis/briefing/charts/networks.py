"""Charts of who stands with whom."""

from __future__ import annotations

import textwrap
from typing import Any, cast

import altair as alt
import pandas

from ..discourse.positions import Network
from ..facts.quantities import counted, plain
from .descriptions import described
from .theme import LETTER, LIGHT, WIDE, note, register

HIGHEST = 590  # px of the names of a camp in a network: what fits on a page with the notes below it
MOST_NAMED = 5  # of those whom a note names


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
