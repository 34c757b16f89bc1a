"""Charts of who stands with whom: cards with lines between them, or a matrix where lines would be a tangle.

Beyond some 20 nodes readers find ties, and who shares them, faster in a matrix than among lines (Ghoniem, M., Fekete,
J.-D. and Castagliola, P. (2005), "On the readability of graphs using node-link and matrix-based representations",
Information Visualization 4(2), 114-135), if its rows are put in order (Bertin, J. (1983), Semiology of Graphics): here
by camp, and in a camp each beside who is tied most alike.
"""

from __future__ import annotations

import bisect
import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, cast

import altair as alt
import numpy
import pandas

from ..discourse.camps import seriated
from ..discourse.networks import CONCEPT, CONFLICT, CONGRUENCE, IGNORE, ORGANISATION
from ..discourse.positions import Network
from ..facts.quantities import known, plain
from ..language import counted, current, later, say, several
from ..language.locales import figure
from .descriptions import described
from .theme import LETTER, LIGHT, WIDE, note, register

MOST_ACTORS, MOST_LINES = 25, 45  # with more of either, lines are a tangle
HIGHEST = 590  # px of one part: what fits on a page with the key above and the notes below it
MOST_SHOWN = 60  # of the actors in a matrix: more are many pages, and columns too narrow to follow
MOST_NAMED = 5  # of those whom a note names
LINE, SMALL, CELL = 13, 10, 6  # px: of a line of text, of a letter in a matrix, and of the narrowest cell in it
GAP = 6  # px between the camps of a matrix
_LOOKS = {CONGRUENCE: (LIGHT["agree"], [1, 0]), CONFLICT: (LIGHT["accent"], [4, 3]), IGNORE: (LIGHT["agree"], [1, 0])}
_KINDS = {CONGRUENCE: later("same stand"), CONFLICT: later("opposite stands"), IGNORE: later("same concept")}
_SIGNED = {CONGRUENCE: later("mostly the same stand"), CONFLICT: later("mostly opposite stands")}

Edge = dict[str, Any]


class Group(NamedTuple):
    """A camp, or those in none: its name, and its members in the order to be shown."""

    name: str
    members: list[str]


def network(ties: Network, width: int = WIDE) -> alt.VConcatChart:
    """Who stands with whom, by camps, in the form that can be read; those in no camp are a group of their own.

    `ties` as `positions.network` gives it. Few are cards in two columns: a line across the middle ties the columns, an
    arc at an edge ties within one, solid for congruence and dashed for conflict. Many (more than 25, or more than 45
    ties, or higher than a page) are a matrix with a bar for each tie, congruence above conflict. Either is the thicker
    the greater the weight. The figure says why it is a matrix, whom it leaves out, and by which rules the ties are.
    """
    register()
    heard = ties.nodes["heard"] if "heard" in ties.nodes else [True] * len(ties.nodes)
    names = {actor: label for actor, label, speaks in sorted(
        zip(ties.nodes["actor"], ties.nodes["label"], heard, strict=True)) if not known(speaks) or speaks}
    edges = _edges(ties)
    groups = _groups(ties.nodes, edges)
    tied = sum(len(group.members) for group in groups)
    said: list[str] = []
    if not edges:
        empty = say("No data.") if not names else say("No two actors take a stand on the same concept.") \
            if ties.of != CONCEPT else say("No two concepts are tied.")
        chart = alt.vconcat(note(empty, width))
    else:
        cards = _placed(groups, names, width) if tied <= MOST_ACTORS and len(edges) <= MOST_LINES else None
        if cards:
            chart = alt.vconcat(_lines(edges, cards, names, width), spacing=6)
        else:
            chart, said = _matrix(edges, groups, names, ties.of, width)
        if alone := [name for actor, name in names.items() if not any(actor in group.members for group in groups)]:
            said.append(say("No tie to another: {names}", names=_bounded(alone)))
    if ties.rule:
        said.append(ties.rule)
    if said:
        chart &= note("\n".join(said), width)
    return described(chart, edges, _columns(ties, edges, names))


def _columns(ties: Network, edges: list[Edge], names: dict[str, str]) -> dict[str, Any]:
    """The heads of the table of ties, with what makes their cells."""
    own, other, through = (say("Concept"), say("and concept"), say("Actors")) if ties.of == CONCEPT else (
        say("Actor"), say("and actor"), say("Concepts"))
    weight = {} if all(edge["counts"] for edge in edges) else {say("Weight"): lambda edge: round(edge["weight"], 3)}
    return {own: lambda edge: names[edge["a"]], other: lambda edge: names[edge["b"]],
            say("Relation"): "kind", **weight, through: "concept_labels", say("Source"): "publishers"}


def _bounded(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return shown if more <= 0 else say("{names} and {count} more", names=shown, count=counted(more))


# --- what is drawn ------------------------------------------------------------------

def _edges(ties: Network) -> list[Edge]:
    """The ties in order, each with `kind` (its relation in words) and `counts` (whether its weight is how many concepts
    it rests on)."""
    columns = [ties.edges[column].tolist() for column in ties.edges]
    rows = sorted((dict(zip(ties.edges, row, strict=True)) for row in zip(*columns, strict=True)),
                  key=lambda row: (row["a"], row["b"], row["relation"] != CONGRUENCE))
    signed = any(row["weight"] < 0 for row in rows)
    kinds = {relation: say(kind) for relation, kind in {**_KINDS, **(_SIGNED if signed else {})}.items()}
    if ties.of == CONCEPT:
        kinds[IGNORE] = say("same actor")
    plainly = not signed and ties.of != CONCEPT
    return [{**row, "kind": kinds[row["relation"]],
             "counts": plainly and row["relation"] != IGNORE and row["weight"] == len(row["concepts"])} for row in rows]


def _bounds(edges: list[Edge]) -> list[float]:
    """The greatest weight of up to three levels: of a third of the ties, of half of the heavier ones, and of all."""
    bounds: list[float] = []
    weights = sorted(abs(edge["weight"]) for edge in edges)
    for share in (3, 2, 1):
        if weights:
            bounds.append(weights[math.ceil(len(weights) / share) - 1])
            weights = [weight for weight in weights if weight > bounds[-1]]
    return bounds


def _tie_sentence(edge: Edge, names: dict[str, str]) -> str:
    about = {"a": names[edge["a"]], "b": names[edge["b"]], "concepts": ", ".join(edge["concept_labels"]),
             "publishers": plain(edge["publishers"])}
    if not edge["counts"]:
        return say("{a} and {b}: {kind}, weight {weight}, by {concepts}. Source: {publishers}.", **about,
                   kind=edge["kind"], weight=_figure(edge["weight"]))
    if edge["relation"] == CONFLICT:
        return several(edge["weight"],
                       "{a} and {b} oppose each other on {count} concept: {concepts}. Source: {publishers}.",
                       "{a} and {b} oppose each other on {count} concepts: {concepts}. Source: {publishers}.", **about)
    return several(edge["weight"], "{a} and {b} stand together on {count} concept: {concepts}. Source: {publishers}.",
                   "{a} and {b} stand together on {count} concepts: {concepts}. Source: {publishers}.", **about)


def _figure(weight: float) -> str:
    return figure(f"{weight:.3g}".replace("-", "−"), current())


def _groups(nodes: pandas.DataFrame, edges: list[Edge]) -> list[Group]:
    """The camps, the largest first, and after them those who have ties and no camp; nobody without a tie."""
    tied = {end for edge in edges for end in (edge["a"], edge["b"])}
    camps: dict[int, list[str]] = {}
    for actor, camp in zip(nodes["actor"], nodes["camp"], strict=True):
        if actor in tied:
            camps.setdefault(len(nodes) if pandas.isna(camp) else int(camp), []).append(actor)
    place = {actor: at for at, actor in enumerate(sorted(tied))}
    alike, strength = _likeness(edges, place)
    found = []
    for camp, members in sorted(camps.items()):
        inside = sorted(members)
        at = [place[actor] for actor in inside]
        found.append(Group(say("Undecided") if camp == len(nodes) else say("Camp {number}", number=camp + 1),
                           seriated(inside, alike[at][:, at], strength[at])))
    return found


def _likeness(edges: list[Edge], place: dict[str, int]) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Actor by actor the cosine of their ties to all, and of each actor the sum of its weights."""
    weights = numpy.zeros((len(place), len(place)))
    numpy.add.at(weights, ([place[edge["a"]] for edge in edges], [place[edge["b"]] for edge in edges]),
                 [-abs(edge["weight"]) if edge["relation"] == CONFLICT else edge["weight"] for edge in edges])
    weights += weights.T
    strength = numpy.abs(weights).sum(axis=1)
    numpy.fill_diagonal(weights, numpy.abs(weights).max(axis=1, initial=0))  # each is tied to itself as to its closest
    length = numpy.sqrt((weights ** 2).sum(axis=1))
    return weights @ weights.T / numpy.outer(length, length).clip(1e-12), strength


# --- cards with lines ---------------------------------------------------------------

class Cards(NamedTuple):
    """Where the cards of actors are: `at`, by actor its side (0 or 1), its middle in px from the top, and its name in
    lines; `heads`, the names of camps with side and top; `tall` in px."""

    at: dict[str, tuple[int, float, list[str]]]
    heads: list[tuple[int, float, str]]
    tall: float


def _card(width: int) -> tuple[int, int]:
    """Of a card: its distance from the edge, which the arcs take, and its width, in px."""
    return (round(0.14 * width), round(0.2 * width)) if width >= WIDE else (round(0.09 * width), round(0.33 * width))


def _placed(groups: list[Group], names: dict[str, str], width: int) -> Cards | None:
    """Camps in two columns of about equal height, each as one piece unless it is the only one; None where a column is
    higher than a page."""
    if len(groups) == 1:
        name, members = groups[0]
        half = (len(members) + 1) // 2
        groups = [Group(name, members[:half]), Group(name, members[half:])]
    room = int(_card(width)[1] / LETTER) - 1
    lines = {actor: textwrap.wrap(names[actor], room) for group in groups for actor in group.members}
    columns: list[list[Group]] = [[], []]

    def height(side: int) -> int:
        return sum(20 + sum(12 + LINE * len(lines[actor]) for actor in group.members) for group in columns[side])

    for group in groups:
        columns[height(1) < height(0)].append(group)
    tall = max(height(0), height(1))
    if tall > HIGHEST:
        return None
    at: dict[str, tuple[int, float, list[str]]] = {}
    heads = []
    for side, column in enumerate(columns):
        spare = (tall - height(side)) / sum(len(group.members) for group in column)
        top = 0.0
        for group in column:
            heads.append((side, top, group.name))
            top += 20
            for actor in group.members:
                place = 12 + LINE * len(lines[actor]) + spare
                at[actor] = (side, round(top + place / 2), lines[actor])
                top += place
    return Cards(at, heads, tall)


def _lines(edges: list[Edge], cards: Cards, names: dict[str, str], width: int) -> alt.LayerChart:
    """The ties between cards; small counts have each its own thickness, other weights their part of the greatest."""
    margin, card = _card(width)
    right = width - 8
    inner, outer = (margin + card, right - margin - card), (margin, right - margin)
    most = max(abs(edge["weight"]) for edge in edges)
    few = most <= 9 and all(edge["weight"] == int(edge["weight"]) for edge in edges)
    lift = {CONFLICT: 2}  # px; a pair may have both: each line is seen
    curves = []
    for edge in edges:
        (side, y, _), (other, y2, _) = cards.at[edge["a"]], cards.at[edge["b"]]
        y, y2 = (at + lift.get(edge["relation"], -2) for at in (y, y2))
        path = f"M{inner[side]:g},{y:g}L{inner[other]:g},{y2:g}"
        if side == other:
            room = margin - 4  # px; so that half of the thickest line has its place as well
            far = room * min(abs(y2 - y) / max(cards.tall, 100) + 0.25, 1) / 0.75  # the arc goes 0.75 of the way
            beyond = round(outer[side] - far if side == 0 else outer[side] + far)
            path = f"M{outer[side]:g},{y:g}C{beyond:g},{y:g},{beyond:g},{y2:g},{outer[side]:g},{y2:g}"
        curves.append({"path": path, "kind": edge["kind"], "description": _tie_sentence(edge, names),
                       "strength": min(abs(edge["weight"]), 5) if few else 1 + 4 * abs(edge["weight"]) / most})
    across, down = _px(right, cards.tall)
    tie = _paths(curves, right, cards.tall).encode(
        description=alt.Description("description:N"), stroke=_look(edges, alt.Stroke, 0),
        strokeDash=_look(edges, alt.StrokeDash, 1),
        strokeWidth=alt.StrokeWidth("strength:Q", scale=alt.Scale(domain=[1, 5], range=[1.25, 6.25]), legend=None))
    boxes = alt.Chart(pandas.DataFrame([
        {"name": "\n".join(name), "top": at - 4 - 6.5 * len(name), "bottom": at + 4 + 6.5 * len(name),
         "x": inner[side], "x2": outer[side], "middle": (inner[side] + outer[side]) / 2}
        for side, at, name in cards.at.values()]))
    ground = boxes.mark_rect(fill=LIGHT["ground"], aria=False).encode(
        x=across, x2=alt.X2("x2"), y=alt.Y("top:Q"), y2=alt.Y2("bottom"))
    labels = boxes.mark_text(lineBreak="\n", lineHeight=LINE, baseline="top", dy=5, aria=False).encode(
        x=alt.X("middle:Q"), y=alt.Y("top:Q"), text=alt.Text("name:N"))
    heads = alt.Chart(pandas.DataFrame([
        {"name": name, "top": top, "middle": (inner[side] + outer[side]) / 2} for side, top, name in cards.heads])
        ).mark_text(baseline="top", dy=4, fontWeight=600, aria=False).encode(
        x=alt.X("middle:Q"), y=alt.Y("top:Q"), text=alt.Text("name:N"))
    return cast(alt.LayerChart, (tie + ground + labels + heads).properties(width=right, height=cards.tall))


def _px(width: float, height: float) -> tuple[alt.X, alt.Y]:
    """Scales whose values are px from the left and from the top."""
    return (alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False)),
            alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False)))


def _paths(table: list[dict[str, Any]], width: float, height: float, **look: Any) -> alt.Chart:
    """A mark for each `path` of SVG, in px from the left and from the top: any form, in few bytes. A shape of size 4 is
    drawn as it is, since Vega scales by half the root."""
    across, down = _px(width, height)
    drawn: alt.Chart = alt.Chart(pandas.DataFrame([{"x": 0, "y": 0, **row} for row in table])).mark_point(
        size=4, opacity=1, filled=False, **look).encode(
        x=across, y=down, shape=alt.Shape("path:N", scale=None, legend=None))
    return drawn


def _look(edges: list[Edge], channel: Any, part: int, **key: Any) -> Any:
    """Colour or dash by relation, with a key of those that are there."""
    looks = {edge["kind"]: _LOOKS[edge["relation"]][part]
             for edge in sorted(edges, key=lambda edge: list(_LOOKS).index(edge["relation"]))}
    return channel("kind:N", scale=alt.Scale(domain=list(looks), range=list(looks.values())),
                   legend=alt.Legend(offset=2, symbolType="stroke", **key))


# --- a matrix -------------------------------------------------------------------------

class Row(NamedTuple):
    """A row of a matrix: its camp, actor and number, its name in lines, and its top in px; `head` where its camp's name
    stands above it."""

    camp: str
    actor: str
    number: int
    lines: list[str]
    top: int
    head: bool

    @property
    def height(self) -> int:
        """In px."""
        return LINE * len(self.lines)


HEAD, CAMP = 30, 18  # px for what stands above the columns, and for the name of a camp above its rows
_BARS = {True: (2.0, 4.0, 6.0), False: (3.0, 6.0, 10.0)}  # px, where two kinds of ties share a cell, and where not


def _shown(groups: list[Group], counts: Counter[str], room: float) -> list[Group]:
    """The groups with as many members as have room: the most tied of each, then whoever has the most ties."""
    most = max(min(int((room - GAP * (len(groups) - 1)) / CELL), MOST_SHOWN), 1)
    ranked = [sorted(group.members, key=lambda actor: (-counts[actor], actor)) for group in groups]
    first = [members[0] for members in ranked]
    others = sorted((actor for members in ranked for actor in members[1:]), key=lambda actor: (-counts[actor], actor))
    kept = {*(first + others)[:most]}
    shown = (Group(group.name, [actor for actor in group.members if actor in kept]) for group in groups)
    return [group for group in shown if group.members]


def _rows(groups: list[Group], names: dict[str, str], letters: int) -> list[list[Row]]:
    """The rows in parts of about equal height, each no higher than a page; a part begins with the name of a camp."""
    rows = [Row(group.name, actor, 0, textwrap.wrap(names[actor], letters), 0, n == 0)
            for group in groups for n, actor in enumerate(group.members)]
    heights = [row.height + CAMP * row.head for row in rows]
    whole = sum(heights) + 1
    target = whole / math.ceil(whole / (HIGHEST - HEAD - CAMP))
    parts: list[list[Row]] = []
    for number, (row, below) in enumerate(zip(rows, accumulate(heights), strict=True)):
        if (below - 1) // target >= len(parts):
            parts.append([])
            row, top = row._replace(head=True), HEAD
        top += CAMP * row.head
        parts[-1].append(row._replace(number=number + 1, top=top))
        top += row.height
    return parts


def _matrix(edges: list[Edge], groups: list[Group], names: dict[str, str], of: str,
            width: int) -> tuple[alt.VConcatChart, list[str]]:
    """A matrix in parts that pages hold, and what is to be said under it."""
    right = width - 14  # the last bar's stroke has room, as Vega reckons it
    counts = Counter(end for edge in edges for end in (edge["a"], edge["b"]))
    letter = LETTER * SMALL / 12
    room = min(math.ceil(max(len(names[actor]) for actor in counts) * letter), round(0.29 * right))  # for a name
    left = room + 24  # and for its number
    shown = _shown(groups, counts, right - left)
    inside = [actor for group in shown for actor in group.members]
    step = min(math.floor(2 * (right - left - GAP * (len(shown) - 1)) / len(inside)) / 2, 14)
    at: dict[str, float] = {}
    for n, group in enumerate(shown):
        at.update({actor: left + GAP * n + step * (len(at) + m) for m, actor in enumerate(group.members)})
    bounds = _bounds(edges)
    drawn = [{**edge, "level": bisect.bisect_left(bounds, abs(edge["weight"])) + 1} for edge in edges
             if edge["a"] in at and edge["b"] in at]
    parts = [_part(part, drawn, shown, at, step, (room, right))
             for part in _rows(shown, names, int(room / letter))]
    return alt.vconcat(*parts, spacing=14), _said(edges, len(drawn), len(counts), len(inside), of)


def _part(rows: list[Row], edges: list[Edge], groups: list[Group], at: dict[str, float], step: float,
          sides: tuple[int, int]) -> alt.LayerChart:
    """Some rows of a matrix with the heads of its columns; `at` has the left of each column, and `sides` where names
    end and where the matrix may end, in px. What is alike is one mark or one layer, for a small page soon made."""
    room, right = sides
    first, end = min(at.values()), max(at.values()) + step
    tall = rows[-1].top + rows[-1].height
    across, down = _px(right, tall)

    def texts(table: list[dict[str, Any]], **look: Any) -> alt.Chart:
        return cast(alt.Chart, alt.Chart(pandas.DataFrame(table)).mark_text(
            baseline="top", lineBreak="\n", lineHeight=LINE, aria=False, **look).encode(
            x=across, y=down, text=alt.Text("text:N")))

    def plain_paths(*table: tuple[str, str, float]) -> alt.Chart:
        rows = [dict(zip(("path", "colour", "wide"), row, strict=True)) for row in table]
        return _paths(rows, right, tall, aria=False).encode(
            stroke=alt.Stroke("colour:N", scale=None), strokeWidth=alt.StrokeWidth("wide:Q", scale=None))

    segments = [row for row in rows if row.head]
    ends = [*(row.top - CAMP for row in segments[1:]), tall]
    under = alt.Chart(pandas.DataFrame([
        *({"x": first, "x2": end, "y": row.top, "y2": bottom, "colour": LIGHT["ground"]}
          for row, bottom in zip(segments, ends, strict=True)),
        *({"x": at[row.actor], "x2": at[row.actor] + step, "y": row.top, "y2": row.top + row.height,
           "colour": LIGHT["line"]} for row in rows)])).mark_rect(aria=False).encode(
        x=across, x2=alt.X2("x2"), y=down, y2=alt.Y2("y2"), fill=alt.Fill("colour:N", scale=None))
    bars = _paths(_bars(rows, edges, at, step), right, tall, aria=False).encode(
        stroke=_look(edges, alt.Stroke, 0, symbolStrokeWidth=5),
        strokeWidth=alt.StrokeWidth("level:O", legend=None, scale=alt.Scale(
            domain=[1, 2, 3], range=_BARS[len({edge["kind"] for edge in edges}) > 1])))
    camps = [x2 - GAP / 2 for x, x2 in pairwise(at.values()) if x2 - x > step]
    over = plain_paths((_path((first, end, row.top + row.height) for row in rows)
                        + _path(((rows[0].top, tall, x) for x in at.values()), upright=True), LIGHT["paper"], 1),
                       (_path(((rows[0].top, tall, x) for x in camps), upright=True), LIGHT["paper"], GAP))
    every = next((every for every in (1, 2, 5) if every * step >= 14), 10)
    small = [*({"text": "\n".join(row.lines), "x": room, "y": row.top, "colour": LIGHT["ink"]} for row in rows),
             *({"text": str(row.number), "x": first - 6, "y": row.top, "colour": LIGHT["soft"]} for row in rows),
             *({"text": str(n), "x": x + step / 2 + 2.5 * len(str(n)), "y": HEAD - 15, "colour": LIGHT["soft"]}
               for n, x in enumerate(at.values(), 1) if n % every == 0)]
    bold = [*({"text": row.camp, "x": 0, "y": row.top - CAMP + 3} for row in segments),
            *({"text": group.name, "x": at[group.members[0]], "y": 0} for group in groups
              if len(group.name) * LETTER <= step * len(group.members))]
    return cast(alt.LayerChart, alt.layer(
        under, bars, over,
        texts(small, align="right", fontSize=SMALL, dy=1).encode(color=alt.Color("colour:N", scale=None)),
        texts(bold, align="left", fontWeight=600)).properties(width=right, height=tall))


def _path(pieces: Iterable[tuple[float, float, float]], upright: bool = False) -> str:
    """Pieces of one broken line, each from a place to a place, at a height."""
    way = "M{2:g},{0:g}V{1:g}" if upright else "M{0:g},{2:g}H{1:g}"
    return "".join(way.format(*piece) for piece in pieces)


def _bars(rows: list[Row], edges: list[Edge], at: dict[str, float], step: float) -> list[dict[str, Any]]:
    """The bars of all cells, one shape for each kind and strength; neighbours in a row are one piece."""
    by_row: dict[str, dict[tuple[str, str, int], list[float]]] = {}
    for edge in edges:
        for one, other in ((edge["a"], edge["b"]), (edge["b"], edge["a"])):
            look = (edge["relation"], edge["kind"], edge["level"])
            by_row.setdefault(one, {}).setdefault(look, []).append(at[other])
    shift = {CONGRUENCE: -3, CONFLICT: 3} if len({edge["kind"] for edge in edges}) > 1 else {}
    pieces: dict[tuple[str, str, int], list[tuple[float, float, float]]] = {}
    for row in rows:
        for look, places in sorted(by_row.get(row.actor, {}).items()):
            own = pieces.setdefault(look, [])
            high = row.top + row.height / 2 + shift.get(look[0], 0)
            for x in sorted(places):
                if own and own[-1][1:] == (x, high):
                    own[-1] = (own[-1][0], x + step, high)
                else:
                    own.append((x, x + step, high))
    return [{"path": _path(found), "kind": kind, "level": level}
            for (_, kind, level), found in sorted(pieces.items())]


def _said(edges: list[Edge], ties: int, tied: int, shown: int, of: str) -> list[str]:
    """Why it is a matrix, how it is read, and what is left out: of `tied` `shown` are there, of the edges `ties`."""
    said = say("A matrix, since the names leave no room for lines.")
    if tied > MOST_ACTORS or len(edges) > MOST_LINES:
        said = say("A matrix, since lines would be a tangle: {nodes}, {ties}.", nodes=_nodes(tied, of),
                   ties=_ties(len(edges)))
    said += " " + say("Row and column of one name have the same number.")
    bounds = _bounds(edges)
    if len(bounds) > 1:
        thick = later("The thicker a bar, the greater the weight: up to {bounds}.")
        if all(edge["counts"] for edge in edges):
            thick = later("The thicker a bar, the more concepts: up to {bounds}.")
        said += " " + say(thick, bounds=", ".join(map(_figure, bounds)))
    if shown == tied:
        return [said]
    return [said, say("Left out, for the fewest ties (each camp keeps one): {nodes}, {ties}; the table has all.",
                      nodes=_nodes(tied - shown, of), ties=_ties(len(edges) - ties))]


def _nodes(number: int, of: str) -> str:
    if of == ORGANISATION:
        return several(number, "{count} organisation", "{count} organisations")
    if of == CONCEPT:
        return several(number, "{count} concept", "{count} concepts")
    return several(number, "{count} actor", "{count} actors")


def _ties(number: int) -> str:
    return several(number, "{count} tie", "{count} ties")
