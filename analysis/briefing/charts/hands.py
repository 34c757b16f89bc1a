"""Charts of the hands that words passed, from who spoke to the page."""

from __future__ import annotations

import bisect
import json
import textwrap
from collections.abc import Callable
from typing import Any, cast

import altair as alt
import pandas

from ..facts.quantities import counted, plain
from ..language import say, several
from .descriptions import described
from .theme import LETTER, LIGHT, WIDE, note, register, wrapped

MOST_LINES = 40  # of chains with a line each: as many as a page holds beside its text
TWO_PAGES = 88  # lines that groups of chains may take
GAP = 0.7  # lines between groups
TEXT = 0.64  # of the width, for the words of a group
#: How many groups there may be, and how many lines of names each: the first with which all have room is taken.
FORMS = ((24, 24), (24, 12), (24, 6), (24, 3), (16, 3), (10, 3), (10, 1), (6, 1), (3, 1), (1, 1))
Chain = dict[str, Any]  # a row of `positions.chains`


def chains(frame: pandas.DataFrame, width: int = WIDE) -> alt.VConcatChart:
    """How far words travelled: from each first speaker at the left, hand by hand, to the page at the right.

    `frame` as `positions.chains` gives it, `width` in px. Every step is equally long, so that a longer line is more
    hands; where their names have no room over the dots, they stand in the label of the line. More chains than have room
    so are grouped: by all hands after the speaker, and the smaller groups by how many hands these are and by the page,
    those of the most passages first. The number of what is grouped and of names left out is said.
    """
    register()
    rows = [{**row, "hands": tuple(row["hands"]), "description": _chain_sentence(row)}
            for row in frame.to_dict("records")]
    rows.sort(key=lambda row: (-row["hops"], -row["count"], row["chain"]))
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
    high = max((row["lines"] for row in rows), default=0) * len(rows)
    if not rows:
        parts: list[Any] = [note(say("No data."), width)]
    elif high <= MOST_LINES * (1 if width >= WIDE else 2) and end * LETTER <= 0.3 * width:
        parts = [_chains(rows, most, per_line if over else 0, (0.3 * width, room))]
    else:
        parts = _grouped(rows, width)
    return described(alt.vconcat(*parts, spacing=0), rows, {
        say("From speaker to page"): "chain", say("Hands between"): "hops", say("Passages"): "count",
        say("Quotations among them"): "quotations", say("Source"): "publishers"})


def _chain_sentence(row: dict[str, Any]) -> str:
    return say("{chain}: {hands} between speaker and page, {passages}. Source: {sources}.", chain=row["chain"],
               hands=several(row["hops"], "{count} hand", "{count} hands"),
               passages=several(row["count"], "{count} passage", "{count} passages"), sources=plain(row["publishers"]))


# --- a line for each chain ---------------------------------------------------------------

def _chains(rows: list[dict[str, Any]], most: int, per_line: int, widths: tuple[float, float]) -> alt.HConcatChart:
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
        x=alt.X("start:Q", axis=None), x2=alt.X2("end"), y=y, description=alt.Description("description:N"))
    points = alt.Chart(dots).encode(x=x, y=y)
    marks = _dots(points)
    hands = points.mark_text(baseline="bottom", lineBreak="\n", lineHeight=13, aria=False,
                             dy=alt.expr("-8 - 13 * (length(split(datum.hand, '\\n')) - 1)")).encode(
        text=alt.Text("hand:N"))
    pages = alt.Chart(ends).mark_text(align="left", dx=12, aria=False).encode(
        x=alt.X("end:Q"), y=y, text=alt.Text("page:N"))
    plot = (line + marks + hands + pages).properties(width=widths[1], height=step)
    numbers = alt.Chart(ends).mark_text(align="right", aria=False).encode(
        x=alt.XValue("width"), y=alt.Y("row:O", axis=None, scale=rungs), text=alt.Text("passages:N")).properties(
        width=36, height=step, **_title(True))
    return alt.hconcat(plot, numbers, spacing=4, bounds="full")


def _dots(points: alt.Chart) -> alt.Chart:
    """The hands of chains: hollow who spoke, in colour who passed the words on, then the page."""
    ink = alt.when("datum.between").then(alt.value(LIGHT["accent"]))
    return cast(alt.Chart, points.mark_point(size=65, opacity=1, strokeWidth=1.5, aria=False).encode(
        fill=alt.FillValue(**ink.when("datum.speaker").then(alt.value(LIGHT["paper"])).otherwise(
            alt.value(LIGHT["context"]))),
        stroke=alt.StrokeValue(**ink.otherwise(alt.value(LIGHT["context"])))))


def _title(head: bool) -> dict[str, Any]:
    return {"title": alt.Title(say("passages"), fontSize=12, fontWeight=400, color=LIGHT["soft"], anchor="end",
                               frame="group", offset=0)} if head else {}


# --- a line for several chains -------------------------------------------------------------

def _grouped(rows: list[Chain], width: int) -> list[Any]:
    """Groups of chains, each with its words, a line of dots and the count of its passages; then what was grouped."""
    for most, names in FORMS:
        groups = _groups(rows, most)
        high = [sum(map(len, _words(group, WIDE, names))) + GAP for group in groups]
        if sum(high) <= TWO_PAGES:
            break
    dots = max(len(row["hands"]) for row in rows)
    parts: list[Any] = [_line(group, dots, width, names, head=n == 0) for n, group in enumerate(groups)]
    said = several(len(rows), "{count} chain in {groups}; the table has each.",
                   "{count} chains in {groups}; the table has each.",
                   groups=several(len(groups), "{count} line", "{count} lines"))
    return [*parts, note(said[:1].upper() + said[1:], width)]


def _groups(rows: list[Chain], most: int) -> list[list[Chain]]:
    """The chains by all hands after the speaker, those of the most passages first; of more than `most` groups the
    smaller half and what is beyond it by how many hands and the page, else by how many hands, else in one."""
    groups = routes = _by(rows, lambda row: row["hands"][1:])
    for key in (lambda row: (row["hops"], row["hands"][-1]), lambda row: row["hops"], lambda row: None):
        if len(groups) <= most:
            break
        kept = routes[:most // 2]
        groups = [*kept, *_by([row for group in routes[most // 2:] for row in group], key)]
    return sorted(groups, key=lambda group: (-_passages(group), -len(group), group[0]["chain"]))


def _by(rows: list[Chain], key: Callable[[Chain], Any]) -> list[list[Chain]]:
    found: dict[Any, list[Chain]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return sorted(found.values(), key=lambda group: (-_passages(group), -len(group), group[0]["chain"]))


def _passages(group: list[Chain]) -> int:
    return sum(row["count"] for row in group)


def _words(group: list[Chain], width: int, most: int) -> tuple[list[str], list[str]]:
    """What a group is, in lines, and the names in it, in at most so many."""
    head = _head(group)
    if len({row["hands"][1:] for row in group}) == 1:  # their speakers differ
        names = [row["hands"][0] for row in group]
    elif len({row["hands"][-1] for row in group}) == 1:
        names = [" > ".join(row["hands"][:-1] or row["hands"]) for row in group]
    else:
        names = [row["chain"] for row in group]
    if len(group) == 1:
        return textwrap.wrap(head, _letters(width)), []
    head = head[:1].upper() + head[1:]

    def named(number: int) -> str:
        left = len(names) - number
        return "; ".join([*names[:number], *([several(left, "and {count} more", "and {count} more")] if left else [])])

    # as many as have room on paper, on a phone as well; of thousands only so many are tried as could have room at all
    tried = min(len(names), most * _letters(WIDE) // 3)
    number = bisect.bisect_right(range(1, tried + 1), most, key=lambda n: len(
        textwrap.wrap(named(n), _letters(WIDE))))
    return textwrap.wrap(head, _letters(width)), textwrap.wrap(named(number), _letters(width)) if number else []


def _letters(width: int) -> int:
    return int(TEXT * width / LETTER) - 2


def _head(group: list[Chain]) -> str:
    """What the chains of a group have in common."""
    first, number = group[0], len(group)
    if number == 1:
        return str(first["chain"])
    hands = {row["hops"] for row in group}
    page = first["hands"][-1]
    if len({row["hands"][1:] for row in group}) == 1:
        if len(first["hands"]) == 1:
            return several(number, "{count} page in its own words", "{count} pages in their own words")
        if not first["hops"]:
            return several(number, "{count} speaker, directly to {page}", "{count} speakers, directly to {page}",
                           page=page)
        route = " > ".join(first["hands"][1:-1])
        return several(number, "{count} speaker, through {hands}, to {page}",
                       "{count} speakers, through {hands}, to {page}", hands=route, page=page)
    many = several(max(hands), "{count} hand", "{count} hands") if len(hands) == 1 else say(
        "{least} to {most} hands", least=counted(min(hands)), most=counted(max(hands)))
    if len({row["hands"][-1] for row in group}) == 1:
        return several(number, "{count} chain, through {hands}, to {page}",
                       "{count} chains, through {hands}, to {page}", hands=many, page=page)
    if hands == {0}:
        return several(number, "{count} chain, directly", "{count} chains, directly")
    return several(number, "{count} chain, through {hands}", "{count} chains, through {hands}", hands=many)


def _line(group: list[Chain], dots: int, width: int, names: int, *, head: bool) -> alt.HConcatChart:
    """The words of a group, the line of its chains (of the longest of them), and how many passages it has."""
    texts = _words(group, width, names)
    height = 15 * (sum(map(len, texts)) + GAP)
    words = alt.Chart(pandas.DataFrame([
        {"top": 15 * line, "words": text, "name": name} for line, (text, name) in enumerate(
            [*((text, False) for text in texts[0]), *((text, True) for text in texts[1])])])).mark_text(
        align="left", baseline="top", dy=3, aria=False).encode(
        x=alt.XValue(0), y=alt.Y("top:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False)),
        text=alt.Text("words:N"), color=alt.ColorValue(**alt.when("datum.name").then(
            alt.value(LIGHT["soft"])).otherwise(alt.value(LIGHT["ink"])))).properties(
            width=TEXT * width - 8, height=height)
    longest = max((row["hands"] for row in group), key=len)
    count = _passages(group)
    said = group[0]["description"] if len(group) == 1 else several(
        count, "{group}: {count} passage.", "{group}: {count} passages.", group=_head(group))
    room = (1 - TEXT) * width - 62
    ends = pandas.DataFrame([{"start": dots - len(longest), "end": dots - 1, "description": said}])
    line = alt.Chart(ends).mark_rule(color=LIGHT["context"], strokeWidth=1.5).encode(
        x=alt.X("start:Q", axis=None), x2=alt.X2("end"), y=alt.YValue(10),
        description=alt.Description("description:N"))
    places = pandas.DataFrame([{"at": dots - len(longest) + n, "between": 0 < n < len(longest) - 1,
                                "speaker": n == 0 and len(longest) > 1} for n in range(len(longest))])
    x = alt.X("at:Q", axis=None, scale=alt.Scale(domain=[0, max(dots - 1, 1)], nice=False))
    plot = (line + _dots(alt.Chart(places).encode(x=x, y=alt.YValue(10)))).properties(width=room, height=height)
    number = alt.Chart(pandas.DataFrame([{"passages": str(count)}])).mark_text(
        align="right", baseline="top", dy=3, aria=False).encode(
        x=alt.XValue("width"), y=alt.YValue(0), text=alt.Text("passages:N")).properties(
        width=36, height=height, **_title(head))
    return alt.hconcat(words, plot, number, spacing=8, bounds="flush")
