"""The charts of positions: stands, networks, dates, and hands. Import them from `figures`."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .drawing import WIDE, Row, Scale, Sheet, cut, cut_apart, widest, wrap
from .drawing import width as text_width
from .framing import LINE, Figure, count, figure, known, no_data, published, rows_of, signed, sourced, tabled, titled

if TYPE_CHECKING:
    import pandas

    from .positions import Network

_WITHOUT_HEADS = 690  # px of a grid of days until its days are named again
EMPTY = "Empty: the source gives no stand."
_BELOW_HEADS = 26  # rows of a matrix from one line of heads to the next
_NAMED = 44  # px between two dots from which on their names stand over them

# --- stands -----------------------------------------------------------------------

def stands(cells: pandas.DataFrame, actors: pandas.DataFrame, concepts: pandas.DataFrame, title: str, *,
           note: str = EMPTY) -> Figure:
    """Actor by concept: the sign is the stand, the shape how it was taken; nothing where the source is silent.

    `cells` as `positions.stands` gives them, `actors` and `concepts` as the
    tables hold them (id, label), in the order to be shown.
    """
    rows = rows_of(cells)
    people, subjects = rows_of(actors), rows_of(concepts)
    found = {(row["actor"], row["concept"]): row for row in rows}

    def draw(width: int) -> Sheet:
        sheet = titled(width, title)
        if not people or not subjects:
            return no_data(sheet)
        _stand_key(sheet, rows)
        room = min(widest(row["label"] for row in people), max(150, min(240, width - 70 * len(subjects)))) + 12
        if width >= WIDE and (width - room) / len(subjects) >= 15:
            _matrix(sheet, people, subjects, found, room)
        else:
            _stand_lists(sheet, people, subjects, found)
        return signed(sheet, rows, note)

    table = tabled(rows, {"Actor": "label", "Concept": "concept_label", "Stand": "agreement", "Mode": "mode",
                          "Passages": "count", "Source": published})
    return figure(draw, title, rows, {**table, "marks": [_stand_sentence(row) for row in rows],
                                      "filters": ["Actor", "Concept", "Mode"]})


_SIGNS = {"agree": ("+", "agree"), "disagree": ("−", "accent"), "mixed": ("±", "soft")}
_NOUNS = {"agree": "agreement", "disagree": "disagreement", "mixed": "agreement and disagreement"}  # of one or many
_VERBS = {"agree": "agrees", "disagree": "disagrees", "mixed": "both agrees and disagrees"}


def _stand(sheet: Sheet, x: float, y: float, agreement: str, mode: str, says: str = "") -> None:
    """Said is a full disc, done an empty square, both the one in the other; + - ± in any."""
    sign, colour = _SIGNS[agreement]
    if mode != "said":
        sheet.symbol(x, y, "square", across=13, fill="paper" if mode == "done" else None, stroke=colour, says=says)
    if mode != "done":
        sheet.symbol(x, y, across=14 if mode == "said" else 11, fill=colour, says=says if mode == "said" else "")
    sheet.text(x, y + 4, sign, colour if mode == "done" else "paper", bold=True, align="center")


def _stand_key(sheet: Sheet, rows: Sequence[Row]) -> None:
    used = {(row["agreement"], row["mode"]) for row in rows}
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
    return sourced(f"{row['label']}, {_NOUNS[row['agreement']]} {how}{acts}: {row['concept_label']}. "
                    f"{count(row['count'], 'passage').capitalize()}.", row)


def _matrix(sheet: Sheet, people: list[Row], subjects: list[Row], found: Mapping[tuple, Row], room: float) -> None:
    """The matrix for paper and desktop; where it is long, the concepts are named again."""
    names = cut_apart([row["label"] for row in people], room - 12)
    parts = math.ceil(len(people) / _BELOW_HEADS)
    for part in range(parts):
        within = slice(len(people) * part // parts, len(people) * (part + 1) // parts)
        if part:
            sheet.breakable()
            sheet.y += 8
        _matrix_part(sheet, people[within], names[within], subjects, found, room)


def _matrix_part(sheet: Sheet, people: list[Row], names: list[str], subjects: list[Row],
                 found: Mapping[tuple, Row], room: float) -> None:
    step = (sheet.width - room) / len(subjects)
    xs = Scale("column", (0, len(subjects)), (room, sheet.width))
    heads = [wrap(row["label"], step - 8, lines=3) for row in subjects]
    if step < 62:  # too narrow for words: the heads stand upright
        heads = [[head] for head in cut_apart([row["label"] for row in subjects], 150)]
        deep = widest(head[0] for head in heads) + 6
        for n, head in enumerate(heads):
            sheet.text(xs(n + 0.5) + 4, sheet.y + deep - 6, head[0], angle=-90)
    else:
        deep = max(map(len, heads)) * 14 + 3
        for n, head in enumerate(heads):
            for line, text in enumerate(head):
                sheet.text(xs(n + 0.5), sheet.y + deep - 7 - (len(head) - 1 - line) * 14, text, align="center")
    top, row_height = sheet.y + deep, 17
    bottom = top + row_height * len(people)
    ys = Scale("row", (0, len(people)), (top, bottom))
    sheet.rect(room, top, sheet.width, bottom, "ground")
    for n in range(1, len(subjects)):
        sheet.rule(xs(n), top, xs(n), bottom, "paper", thick=2)
    for n, actor in enumerate(people):
        sheet.rule(room, ys(n), sheet.width, ys(n), "paper", thick=2)
        sheet.text(0, ys(n + 0.5) + 4, names[n])
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
            name = cut(cell["label"], sheet.width - 22)
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


# --- networks ---------------------------------------------------------------------

def network(ties: Network, title: str, *, note: str = "") -> Figure:
    """Two camps face each other: lines across the middle tie the camps, arcs at the edges tie within one.

    `ties` as `positions.network` gives it. A solid line is congruence, a
    dashed one conflict, and the thicker the more concepts it rests on.
    """
    nodes, edges = rows_of(ties.nodes), rows_of(ties.edges)
    names = {node["actor"]: node["label"] for node in nodes}

    def draw(width: int) -> Sheet:
        sheet = titled(width, title)
        if not nodes:
            return no_data(sheet)
        _tie_key(sheet, edges)
        camps = [[node for node in nodes if known(node["camp"]) and node["camp"] == side] for side in (0, 1)]
        step, tall = (25, 20) if width >= WIDE else (24, 20)
        rows = max(map(len, camps))
        margin, most = (80, 150) if width >= WIDE else (36, 104)
        cards = [min(widest(node["label"] for node in camp), most) + 12 for camp in camps]
        outer = [margin, width - margin]
        inner = [outer[0] + cards[0], outer[1] - cards[1]]
        place: dict[str, tuple[int, float]] = {}
        for side, camp in enumerate(camps):
            shown = cut_apart([node["label"] for node in camp], cards[side] - 12)
            for n, node in enumerate(camp):
                y = sheet.y + step * (n + 0.5) + (rows - len(camp)) * step * (n + 0.5) / len(camp)
                place[node["actor"]] = (side, y)
                left, right = sorted((inner[side], outer[side]))
                sheet.rect(left, y - tall / 2, right, y + tall / 2, "ground")
                sheet.text((inner[side] + outer[side]) / 2, y + 4, shown[n], align="center")
        for edge in edges:
            _tie(sheet, edge, names, place, inner, outer, 1.25 if len(edges) <= 80 else 0.4)
        for _ in range(rows):
            sheet.y += step
            sheet.breakable()
        sheet.y += 4
        alone = [node["label"] for node in nodes if node["actor"] not in place]
        for line in wrap(f"Shares no concept with another: {', '.join(alone)}", width) if alone else ():
            sheet.text(0, sheet.y + 11, line, "soft")
            sheet.y += LINE
        return signed(sheet, edges, note)

    return figure(draw, title, edges, tabled(edges, {
        "Actor": lambda edge: names[edge["a"]], "and actor": lambda edge: names[edge["b"]], "Relation": "relation",
        "Concepts": lambda edge: ", ".join(edge["concept_labels"]), "Source": published}))


def _tie(sheet: Sheet, edge: Row, names: Mapping[str, str], place: Mapping[str, tuple[int, float]],
         inner: Sequence[float], outer: Sequence[float], thin: float) -> None:
    (side, y), (other_side, other_y) = place[edge["a"]], place[edge["b"]]
    agree = edge["relation"] == "congruence"
    style: dict[str, Any] = {"colour": "agree" if agree else "accent", "dash": () if agree else (4, 3),
                             "thick": min(edge["weight"], 5) * thin}
    verb = "stand together on" if agree else "oppose each other on"
    style["says"] = sourced(f"{names[edge['a']]} and {names[edge['b']]} {verb} {count(edge['weight'], 'concept')}: "
                            f"{', '.join(edge['concept_labels'])}.", edge)
    if side != other_side:
        lift = 4 if agree else 0  # a pair may agree on one concept and not on another: both lines are seen
        sheet.path([(inner[side], y + lift), (inner[other_side], other_y + lift)], **style)
        return
    room = outer[0] if side == 0 else sheet.width - outer[1]
    reach = min(abs(other_y - y) * 0.6, room - 4) * (-1 if side == 0 else 1)
    sheet.path([(outer[side], y), (outer[side] + reach, y + (other_y - y) * 0.2),
                (outer[side] + reach, y + (other_y - y) * 0.8), (outer[side], other_y)], curved=True, **style)


def _tie_key(sheet: Sheet, edges: Sequence[Row]) -> None:
    used = {edge["relation"] for edge in edges}
    x = 0.0
    for relation, words, colour, dash in (("congruence", "same stand", "agree", ()),
                                          ("conflict", "opposite stands", "accent", (4, 3))):
        if relation in used:
            sheet.path([(x, sheet.y + 7), (x + 26, sheet.y + 7)], colour, dash=dash)
            sheet.text(x + 32, sheet.y + 11, words, "soft")
            x += 32 + text_width(words) + 22
    if any(edge["weight"] > 1 for edge in edges):
        words = "thicker: on more concepts"
        if x + text_width(words) > sheet.width:
            x, sheet.y = 0.0, sheet.y + LINE
        sheet.text(x, sheet.y + 11, words, "soft")
    sheet.y += 22 if used else 0


# --- dates --------------------------------------------------------------------------

def timeline(events: pandas.DataFrame, title: str, *, window: tuple[datetime.date, datetime.date] | None = None,
             note: str = "") -> Figure:
    """A list in order of time, with a grid of days beside the rows of the busiest `window`.

    `events` as `positions.timeline` gives them, `window` as
    `positions.busiest` does (first and last day). A date that was worked out
    from a weekday is hollow; a dashed outline is some day in it; an arrow has
    no known end.
    """
    rows = rows_of(events)

    def draw(width: int) -> Sheet:
        sheet = titled(width, title)
        if not rows:
            return no_data(sheet)
        wide = width >= WIDE
        days = (window[1] - window[0]).days + 1 if window else 0
        cell = min(58 if wide else 40, (250 if wide else 150) / days) if days else 0
        grid = width - days * cell - 16
        date_room = min(widest(row["when"] for row in rows), 170) + 14 if wide else 0
        inside, headed = False, 0.0
        for row in rows:
            starts = row["first"] or row["last"]
            within = bool(window and starts and window[0] <= starts <= window[1])
            if not (within and inside) or sheet.y - headed > _WITHOUT_HEADS:
                sheet.breakable()
                if within:
                    headed = sheet.y
                    _day_heads(sheet, window, grid, cell)
                elif inside:
                    sheet.y += 6
            inside = within
            room = grid - 12 if within else width
            top, titles = sheet.y, wrap(row["title"], room - date_room, lines=3)
            dates = wrap(row["when"], date_room - 14 if wide else room, lines=2)
            for n, line in enumerate(dates):
                sheet.text(0, top + 13 + n * LINE, line, "soft")
            offset = 0 if wide else len(dates) * LINE
            for n, line in enumerate(titles):
                sheet.text(date_room, top + offset + 13 + n * LINE, line)
            sheet.y = top + max(len(titles) * LINE + offset, len(dates) * LINE) + (5 if wide else 8)
            if within:
                for n in range(days):
                    sheet.rect(grid + n * cell + 1, top, grid + (n + 1) * cell - 1, sheet.y, "ground")
                _date_mark(sheet, row, window, grid, cell, top + 9)
        notes = [note] if note else []
        if any(row["resolved"] for row in rows):
            notes.append("Hollow: the source gives a weekday, from which the date is worked out")
        if any(row["kind"] == "within" for row in rows):
            notes.append("Dashed: some day in this range")
        return signed(sheet, rows, ". ".join(notes))

    return figure(draw, title, rows, tabled(rows, {
        "Date": "when", "EDTF": "date", "Event": "title",
        "Date from a weekday": lambda row: "yes" if row["resolved"] else "",
        "Who": lambda row: ", ".join(row["actors"]), "Source": published}))


def _day_heads(sheet: Sheet, window: tuple[datetime.date, datetime.date], grid: float, cell: float) -> None:
    days = [window[0] + datetime.timedelta(n) for n in range((window[1] - window[0]).days + 1)]
    names = [f"{_WEEKDAYS[day.weekday()]} {day.day}" for day in days]
    if widest(names) + 4 > cell:
        names = [str(day.day) for day in days]
    every = math.ceil((widest(names) + 4) / cell)
    for n, name in list(enumerate(names))[::every]:
        sheet.text(grid + (n + 0.5) * cell, sheet.y + 20, name, "soft", align="center")
    sheet.y += 26


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # of no locale


def _date_mark(sheet: Sheet, row: Row, window: tuple[datetime.date, datetime.date], grid: float, cell: float,
               y: float) -> None:
    days = (window[1] - window[0]).days + 1
    scale = Scale("day", (0, days), (grid, grid + days * cell))
    first = (row["first"] - window[0]).days if row["first"] else 0
    last = min((row["last"] - window[0]).days + 1, days) if row["last"] else days
    says = sourced(f"{row['title']}, {row['when']}{', worked out from a weekday' if row['resolved'] else ''}.", row)
    fill = "paper" if row["resolved"] else "accent"
    if row["kind"] == "day":
        sheet.symbol(first + 0.5, y, fill=fill, stroke="accent", says=says, xs=scale)
        return
    start, end = scale(first) + 6, scale(last) - 6
    if row["kind"] == "within":
        sheet.path([(start, y), (end, y)], "accent", thick=2, dash=(3, 3), says=says)
        for x in (start, end):
            sheet.rule(x, y - 4, x, y + 4, "accent", thick=1.5)
        return
    start = scale(first + 0.5) if row["first"] else grid
    end = scale(last - 0.5) if row["last"] else grid + days * cell + 12
    sheet.rule(start, y, end, y, "accent", thick=2, says=says)
    for day, x, arrow in ((row["first"], start, "triangle-left"), (row["last"], end, "triangle-right")):
        if day is None or not window[0] <= day <= window[1]:
            sheet.symbol(x, y, arrow, across=8, fill="accent")
        else:
            sheet.symbol(x, y, fill=fill, stroke="accent")


# --- hands --------------------------------------------------------------------------

def hands(chains: pandas.DataFrame, title: str, *, note: str = "") -> Figure:
    """How far words travelled: from each first speaker at the left, hand by hand, to the page at the right.

    `chains` as `positions.chains` gives them. Every step is equally long, so
    that a longer line is more hands.
    """
    rows = rows_of(chains)

    def draw(width: int) -> Sheet:
        sheet = titled(width, title)
        if not rows:
            return no_data(sheet)
        wide = width >= WIDE
        most = max(len(row["hands"]) for row in rows)
        page_room = min(widest(row["hands"][-1] for row in rows), 90) + 10
        right = width - page_room - (74 if wide else 0)
        counts = [str(row["count"]) if wide else count(row["count"], "passage") for row in rows]
        names = cut_apart([row["hands"][0] for row in rows], 160 if wide else width - widest(counts) - 12)
        left = max(widest(names) + 12 if wide else 6, 6)
        step = min((right - left) / max(most - 1, 1), 130)
        if wide:
            sheet.text(width, sheet.y + 10, "passages", "soft", align="right")
            sheet.y += LINE + 1
        for row, name, passages in zip(rows, names, counts, strict=True):
            start = right - step * (len(row["hands"]) - 1)
            middle = _middle(row["hands"], step)
            sheet.breakable()
            high = max(map(len, middle), default=0) * 14
            if wide:
                sheet.y += high + 2
                y = sheet.y + 9
                sheet.text(start - 10, y + 4, name if len(row["hands"]) > 1 else "", align="right")
                sheet.text(width, y + 4, passages, align="right")
            else:
                sheet.text(0, sheet.y + 12, name)
                sheet.text(width, sheet.y + 12, passages, "soft", align="right")
                sheet.y += LINE + high
                y = sheet.y + 9
            _string(sheet, row, start, step, y, middle)
            sheet.text(right + 10, y + 4, cut(row["hands"][-1], page_room - 10))
            sheet.y = y + (11 if wide else 18)
            if step < _NAMED:
                listed = " · ".join(f"{n} {hand}" for n, hand in enumerate(row["hands"][1:-1], start=1))
                for line in wrap(listed, width):
                    sheet.text(0, sheet.y + 10, line, "soft")
                    sheet.y += LINE
        return signed(sheet, rows, note)

    return figure(draw, title, rows, tabled(rows, {
        "From speaker to page": "chain", "Hands between": "hops", "Passages": "count",
        "Quotations among them": "quotations", "Source": published}))


def _middle(hands: Sequence[str], step: float) -> list[list[str]]:
    """What stands over the dots between speaker and page: names in lines, or numbers where names have no room."""
    between = hands[1:-1]
    if step < _NAMED:
        return [[str(n)] if text_width(str(n)) < step else [] for n in range(1, len(between) + 1)]
    return [wrap(name, step - 6, lines=2) for name in between]


def _string(sheet: Sheet, row: Row, start: float, step: float, y: float, middle: Sequence[Sequence[str]]) -> None:
    last = len(row["hands"]) - 1
    says = sourced(f"{row['chain']}: {count(row['hops'], 'hand')} between speaker and page, "
                   f"{count(row['count'], 'passage')}.", row)
    sheet.rule(start, y, start + step * last, y, "context", thick=1.5, says=says)
    for n in range(last + 1):
        between = 0 < n < last
        sheet.symbol(start + n * step, y, fill="accent" if between else "paper" if n == 0 and last else "context",
                     stroke=None if between else "context", across=10 if between else 8)
        for up, line in enumerate(reversed(middle[n - 1]) if between else ()):
            sheet.text(start + n * step, y - 9 - 14 * up, line, align="center")
