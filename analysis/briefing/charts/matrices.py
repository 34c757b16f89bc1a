"""Charts of who takes which stand: actors by concepts, ordered so that camps and blocks are seen, on full pages.

A figure is laid out here in px, from lines (an actor, or a heading) and columns (a concept, or a period of one), so
that each part of it is as high as a page.
"""

from __future__ import annotations

import functools
import itertools
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import altair as alt
import numpy
import pandas

from ..discourse import camps, networks
from ..discourse.positions import CAMPS
from ..facts.dates import day
from ..facts.quantities import known, plain
from ..language import later, say, several
from .descriptions import described
from .theme import LETTER, LIGHT, PAGE, TALLEST, WIDE, note, register

Row = dict[str, Any]
SIGNS = {"agree": "+", "disagree": "−", "mixed": "±"}
_COLOURS = {"agree": "agree", "disagree": "accent", "mixed": "soft"}
_NOUNS = {"agree": later("agreement"), "disagree": later("disagreement"), "mixed": later("agreement and disagreement")}
_VERBS = {"agree": later("agrees"), "disagree": later("disagrees"), "mixed": later("both agrees and disagrees")}
_HOW = {"said": ("circle", later("said"), later("in words")),
        "done": ("square", later("by an act"), later("by an act")),
        "both": ("square", later("said and done"), later("in words and by an act"))}
_WORDS = {"agree": later("agree"), "disagree": later("disagree"), "mixed": later("mixed")}
_MODES = {"said": later("said"), "done": later("done"), "both": later("both")}
LEADING = 13  # px from one line of text to the next
SMALL = 10  # px of the smallest text: 7.5 pt in print
HEAD = 26  # letters in a line of an upright head
MOST_LINES = 3  # of an upright head; where one has more, concepts are listed
ACROSS = 58  # px of a column from which its head is written across
DENSE = 600  # marks from which they are one path for each look, since each with words of its own takes 700 bytes
BAR = 3.5  # px of a bar and what is between it and the next thing
MOST_RUNS = 3  # stands of a course that one cell shows
TITLE = 82  # px that the first page keeps free for a title of four lines
_APART = 16  # px between two parts


def stands(cells: pandas.DataFrame, actors: pandas.DataFrame, concepts: pandas.DataFrame, width: int = WIDE,
           k: int | None = CAMPS) -> alt.VConcatChart:
    """Actor by concept: the sign is the stand, the shape how it was taken; nothing where none is given.

    `cells` as `positions.stands` gives them: with a column `period` each concept has a column for each period in which
    somebody takes a stand on it. A stand that changed shows its course, the earlier first. `actors` and `concepts` are
    those to be shown, as the tables hold them (id, label); `width` in px. Actors stand by camp (at most `k`, as
    `positions.network` finds them), who has none last, and those of like stands side by side, as do concepts (see
    `_alike`): the order of rows in the frames changes nothing. Concepts that do not fit side by side come in blocks;
    where names are too long for heads, each concept is listed with those who take a stand on it. The figure says so.
    """
    register()
    names, subjects = _labels(actors), _labels(concepts)
    rows = [_row(row, names, subjects) for row in cells.to_dict("records")
            if row["actor"] in names and row["concept"] in subjects]
    if not rows:
        return described(alt.vconcat(note(say("No data."), width)), [], {say("Actor"): "label"})
    groups = _groups(cells, list(names), k)
    order = {actor: n for n, actor in enumerate(actor for _, group in groups for actor in group)}
    agreeing, spoken = _profiles(rows, list(order), sorted(subjects))
    columns = {concept: n for n, concept in enumerate(_alike(sorted(subjects), agreeing.T, spoken.T))}
    rows.sort(key=lambda row: (order[row["actor"]], columns[row["concept"]], not row["period"], row["period"]))
    marks = sum(len(row["runs"]) for row in rows)
    form = _Form(width, rows, names, subjects, groups, list(columns), marks > DENSE)
    parts = _matrix(form)
    if form.dense and len({part.columns[0].concept for part in parts}) > 1:
        form = replace(form, tight=True)
        parts = _matrix(form)
    parts = parts or _listed(form)
    chart = alt.vconcat(*(_drawn(part, form) for part in parts), spacing=_APART)
    return _told(chart, form)


@dataclass(frozen=True)
class _Form:
    """What is drawn: rows of cells; labels by id, in the order of ids; actors by heading; concepts, both in order.
    Many marks are `dense`; where they would fill many pages they are `tight`: smaller, and of a stand that changed
    the earlier ones are bars beside the last."""

    width: int
    rows: list[Row]
    names: Mapping[str, str]
    subjects: Mapping[str, str]
    groups: list[tuple[str, list[str]]]
    concepts: list[str]
    dense: bool
    tight: bool = False

    @property
    def letter(self) -> float:
        """Px that a letter of a name takes in the mean."""
        return LETTER * SMALL / 12 if self.tight else LETTER

    @property
    def least(self) -> float:
        """Px of the narrowest column."""
        return 14 + BAR * (self.runs - 1) if self.tight else 12 * self.runs + 2.0

    @functools.cached_property
    def key(self) -> list[_Entry]:
        """The looks that the figure has."""
        return _key(self)

    @property
    def by_period(self) -> bool:
        return bool(self.rows[0]["by_period"])

    @property
    def runs(self) -> int:
        """The most stands that a cell shows side by side."""
        return max(len(row["runs"]) for row in self.rows)


@dataclass(frozen=True)
class _Column:
    """A concept, in a period where there are several: its head in lines, and how wide it is in px."""

    concept: str
    period: str
    head: list[str]
    wide: float
    by_period: bool = False


@dataclass(frozen=True)
class _Line:
    """A line of a part: a heading, or an actor with what its cells hold; `high` in px."""

    text: list[str]
    high: float
    heading: bool = False
    cells: Mapping[tuple[str, str], Row] = field(default_factory=dict)


@dataclass(frozen=True)
class _Part:
    """Lines below their columns, which start `room` px from the left; above them stand words and, where it `begins` a
    page, the key."""

    lines: list[_Line]
    columns: list[_Column]
    room: float
    words: list[str]
    begins: bool
    upright: bool


def _labels(frame: pandas.DataFrame) -> dict[str, str]:
    return dict(sorted(zip(frame["id"], frame["label"], strict=True)))


def _row(row: Mapping[Any, Any], names: Mapping[str, str], subjects: Mapping[str, str]) -> Row:
    """A cell with `runs`, the stands that it shows in order, and its words."""
    period = row.get("period")
    course = row["course"] if isinstance(row.get("course"), (list, tuple)) and row["course"] else (row["agreement"],)
    since = row["since"] if isinstance(row.get("since"), (list, tuple)) else ()
    dates = [day(date) if known(date) else "" for date in since] if len(course) > 1 else []
    new = {**row, "label": names[row["actor"]], "concept_label": subjects[row["concept"]],
           "period": period if known(period) else "", "course": course, "dates": dates, "runs": course[-MOST_RUNS:],
           "by_period": "period" in row}
    return {**new, "description": _sentence(new)}


def _course(course: Sequence[str]) -> str:
    """A course in signs: + then −."""
    return f" {say('then')} ".join(SIGNS[stand] for stand in course)


def _sentence(row: Row) -> str:
    parts = [say(_NOUNS[stand]) + (f" ({date})" if date else "")
             for stand, date in itertools.zip_longest(row["course"], row["dates"])]
    stand = f", {say('then')} ".join(parts)
    acts = f" ({'; '.join(row['acts'])})" if len(row["acts"]) else ""
    passages = several(row["count"], "{count} passage.", "{count} passages.")
    said = [f"{row['label']}, {stand} {say(_HOW[row['mode']][2])}{acts}: {row['concept_label']}.",
            passages[:1].upper() + passages[1:], say("Source: {names}.", names=plain(row["publishers"]))]
    if len(row["course"]) > 1:
        said.insert(1, f"{_course(row['course'])}.")
    if row["by_period"]:
        said.insert(1, f"{row['period'] or say('In no one period')}.")
    return " ".join(said)


# --- order ------------------------------------------------------------------------

def _groups(cells: pandas.DataFrame, actors: list[str], k: int | None) -> list[tuple[str, list[str]]]:
    """The actors by camp, those of like stands side by side; the headings are empty where there are no two camps."""
    rows = [row for row in cells[["actor", "concept", "agreement"]].to_dict("records")]
    said = [{"actor": row["actor"], "concept": row["concept"], "agreement": agreement, "passage": "", "source": ""}
            for row in rows for agreement in ("agree", "disagree") if row["agreement"] in (agreement, "mixed")]
    found = camps.camps(networks.network(said, networks.Rule(networks.SUBTRACT)), k)
    heard = {row["actor"] for row in rows}

    def place(actor: str) -> tuple[int, str]:
        if actor in found.camp:
            return found.camp[actor], say("Camp {number}", number=found.camp[actor] + 1)
        if actor in found.undecided:
            return found.number, say("Undecided")
        return (found.number + 1, say("Tied to nobody")) if actor in heard else (found.number + 2, say("No stand"))

    concepts = sorted({row["concept"] for row in rows})
    groups = []
    several_camps = len({found.camp[actor] for actor in actors if actor in found.camp}) > 1
    for (_, heading), members in itertools.groupby(sorted(actors, key=lambda one: (place(one), one)), key=place):
        group = list(members)
        inside = set(group)
        agreeing, spoken = _profiles([row for row in rows if row["actor"] in inside], group, concepts)
        groups.append((heading if several_camps else "", _alike(group, agreeing, spoken)))
    return groups if several_camps else [("", [actor for _, group in groups for actor in group])]


def _profiles(rows: Sequence[Row], actors: list[str], concepts: list[str]) -> tuple[numpy.ndarray, numpy.ndarray]:
    """By actor and concept: 1 for agreement alone, -1 for disagreement alone, else 0; and 1 for any stand."""
    at, column = ({id: n for n, id in enumerate(ids)} for ids in (actors, concepts))
    sides = numpy.zeros((2, len(actors), len(concepts)), dtype=int)
    for row in rows:
        for side, stand in enumerate(("agree", "disagree")):
            if row["agreement"] in (stand, "mixed"):
                sides[side, at[row["actor"]], column[row["concept"]]] = 1
    return sides[0] - sides[1], sides.max(axis=0)


def _alike(ids: list[str], agreeing: numpy.ndarray, spoken: numpy.ndarray) -> list[str]:
    """Ids in an order in which neighbours are alike: in the same stands less the opposite ones, and a quarter for any
    stand on the same, by the number of all."""
    total = spoken.sum(axis=1)
    alike = (4 * agreeing @ agreeing.T + spoken @ spoken.T) / numpy.maximum(total[:, None] + total[None, :], 1)
    return camps.seriated(ids, alike, total)


# --- forms ------------------------------------------------------------------------

def _lines(form: _Form) -> Iterator[_Line]:
    """The lines of a matrix: those of each group below its heading."""
    per_line = int((_room(form) - 10) / form.letter)
    cells: dict[str, dict[tuple[str, str], Row]] = {}
    for row in form.rows:
        cells.setdefault(row["actor"], {})[row["concept"], row["period"]] = row
    for heading, group in form.groups:
        if heading:
            yield _Line([heading], LEADING + 2, heading=True)
        for actor in group:
            name = textwrap.wrap(form.names[actor], per_line) or [""]
            yield _Line(name, 3 * (not form.tight) + LEADING * len(name), cells=cells.get(actor, {}))


def _room(form: _Form) -> float:
    """Px for the names of actors."""
    most = (120 if form.tight else 150) if form.width < WIDE else 190 if form.tight else 240
    return min(max(map(len, form.names.values())) * form.letter, most) + 14


def _matrix(form: _Form) -> list[_Part]:
    """The parts of a matrix; none where names are too long for it."""
    room, least = _room(form), form.least
    free, number = form.width - (15 if form.dense else 9) - room, max(len(form.concepts), 1)
    step = min(free / number, 2 * ACROSS)
    heads = {concept: textwrap.wrap(label, max(int(step / LETTER), 1)) for concept, label in form.subjects.items()}
    words, lines = _words(form), [*_lines(form)]
    longest = max(len(word) for label in form.subjects.values() for word in label.split() or [""])
    if not form.by_period and step >= max(ACROSS, least, longest * LETTER) and max(map(len, heads.values())) <= 8:
        columns = [_Column(concept, "", heads[concept], step) for concept in form.concepts]
        return _paged(form, lines, [columns], room, words)
    if form.by_period:
        return _in_blocks(form, lines, [*_by_period(form, least)], room, words)
    found = []
    for letters in (HEAD, 2 * HEAD) if form.tight else (HEAD,):  # long heads make narrow columns, and high ones
        groups = [*_upright(form, least, free, letters)]
        if max(len(column.head) for group in groups for column in group) > MOST_LINES:
            return []
        found.append(_in_blocks(form, lines, groups, room, words))
    return min(found, key=len)


def _in_blocks(form: _Form, lines: list[_Line], groups: list[list[_Column]], room: float,
               words: list[str]) -> list[_Part]:
    """The parts of a matrix whose columns stand side by side as far as they fit."""
    blocks = _side_by_side(groups, form.width - (15 if form.dense else 9) - room)
    if len(blocks) > 1:
        words = [*words, say("The concepts do not fit side by side: they are in {number} blocks.", number=len(blocks))]
    upright = not all(len(column.head[0]) * LETTER < column.wide for block in blocks for column in block)
    return _paged(form, lines, blocks, room, words, upright=upright)


def _upright(form: _Form, least: float, free: float, letters: int) -> Iterator[list[_Column]]:
    """A column for each concept, its head upright in lines of so many letters."""
    for concept in form.concepts:
        head = textwrap.wrap(form.subjects[concept], letters) or [""]
        yield [_Column(concept, "", head, min(max(least, LEADING * len(head) + (1 if form.tight else 3)), free))]


def _by_period(form: _Form, least: float) -> Iterator[list[_Column]]:
    """The columns of each concept: the periods in which somebody takes a stand on it, what lies in none of them last.
    Together they are wide enough for the concept's label in about five lines."""
    for concept in form.concepts:
        found = {row["period"] for row in form.rows if row["concept"] == concept}
        periods = sorted(found, key=lambda one: (not one, one))
        label = form.subjects[concept]
        letters = max(11, -(-len(label) // 5))
        wide = max(least, (letters + 1) * LETTER / max(len(periods), 1))
        if periods:
            yield [_Column(concept, period, [period or "?"], wide, by_period=True) for period in periods]


def _side_by_side(groups: list[list[_Column]], free: float) -> list[list[_Column]]:
    """The columns in blocks no wider than `free` px, of about the same width, those of one concept together where they
    fit; with what is left over they are widened."""
    units = [[*part] for group in groups for part in _cut(group, free)]
    for number in range(1, len(units) + 1):
        goal = max(sum(column.wide for unit in units for column in unit) / number, 1)
        blocks: list[list[_Column]] = [[]]
        for unit in units:
            wide, more = (sum(column.wide for column in one) for one in (blocks[-1], unit))
            if blocks[-1] and (wide + more > free or wide + more / 2 > goal):
                blocks.append([])
            blocks[-1] += unit
        if len(blocks) <= number:
            break
    spare = min((free - sum(column.wide for column in block)) / len(block) for block in blocks)
    return [[replace(column, wide=column.wide + min(spare, max(40 - column.wide, 0))) for column in block]
            for block in blocks]


def _cut(group: list[_Column], free: float) -> Iterator[list[_Column]]:
    """A group in parts that fit."""
    size = max(int(free / group[0].wide), 1)
    for start in range(0, len(group), size):
        yield group[start:start + size]


def _listed(form: _Form) -> list[_Part]:
    """Each concept as a heading, with a line for each who takes a stand on it."""
    words = [say("The names of the concepts are too long for the heads of a table: each is listed with those who take "
                 "a stand on it."), *_words(form)]
    lines = []
    wide = 13.0 * form.runs + 8
    letters = int((form.width - 20 - wide) / LETTER)
    for concept in form.concepts:
        rows = [row for row in form.rows if row["concept"] == concept]
        if rows:
            title = textwrap.wrap(form.subjects[concept], int((form.width - 12) / LETTER))
            lines.append(_Line(title, 10 + LEADING * len(title), heading=True))
        for row in rows:
            name = textwrap.wrap(row["label"], letters)
            lines.append(_Line(name, 6 + LEADING * len(name), cells={("", ""): row}))
    return _paged(form, lines, [[_Column("", "", [], wide)]], 0.0, words)


def _words(form: _Form) -> list[str]:
    """What a reader has to know of the marks, as sentences."""
    words = []
    if form.by_period:
        words.append(say("Below each concept a column for each period in which somebody takes a stand on it."))
        if not all(row["period"] for row in form.rows):
            words.append(say("Below “?” the stands whose date is not known, or lies in more than one period."))
    if any(len(row["course"]) > MOST_RUNS for row in form.rows):
        words.append(say("Of a stand that changed more often, the last three are shown."))
    if form.dense:
        words.append(say("The table below lists the stands of each actor in words."))
    return words


# --- pages ------------------------------------------------------------------------

def _paged(form: _Form, lines: list[_Line], blocks: list[list[_Column]], room: float, words: list[str], *,
           upright: bool = False) -> list[_Part]:
    """The parts of a figure, each at most as high as what is left of its page, with the heads and, where a group goes
    on, its heading again. A block goes on below the one before it where that saves a page."""
    # a phone has no pages: heads come again as one scrolls
    pages = (TALLEST - TITLE, PAGE, TALLEST) if form.width >= WIDE else (2 * TALLEST - TITLE, 2 * TALLEST, 2 * TALLEST)
    first, page, last = map(float, pages)
    parts, left, spare = list[_Part](), first, 0.0  # px that are kept for the caption: the first page has them anyway
    for n, columns in enumerate(blocks):
        part = _Part(lines, columns, room, [] if parts else words, not parts, upright)
        end = page - last if n == len(blocks) - 1 else 0.0
        made = _evenly(part, left, page, (min(end, spare), end), form)
        if parts:
            anew = _evenly(replace(part, begins=form.width >= WIDE), page, page, (end, end), form)
            if not made or len(anew) < len(made):
                made, left, spare = anew, page, end
        parts += (one for one, _ in made)
        left, spare = (left if len(made) == 1 else page) - made[-1][1], spare if len(made) == 1 else page
    return parts


def _evenly(part: _Part, left: float, page: float, kept: tuple[float, float],
            form: _Form) -> list[tuple[_Part, float]]:
    """A block in as few parts as the pages allow, about equally high, each with its height; none where not even its
    begin has room. The first has `left` px, each other a page; `kept` px remain below it where it is the last, too, and
    else below the last."""
    made = _greedy(part, left, page, form)
    whole = sum(high for _, high in made)
    for number in range(len(made), len(made) + 3):
        for most in range(int(whole / max(number, 1)), int(page) + LEADING, LEADING):
            tried = _greedy(part, min(left, most), min(most, page), form)
            room = left - kept[0] if len(tried) == 1 else page - kept[1]
            if tried and len(tried) <= number and tried[-1][1] <= room:
                return tried
    return made


def _greedy(part: _Part, left: float, page: float, form: _Form) -> list[tuple[_Part, float]]:
    """A block in parts, each as high as its page allows. A part of few lines is not begun at the foot of a page, nor
    left for the next one."""
    few = 3
    made: list[tuple[_Part, float]] = []
    rest = part.lines
    while rest:
        part = replace(part, lines=rest)
        heights = [*itertools.accumulate((line.high for line in rest), initial=_above(part, form) + _APART)]
        fit = sum(high <= left for high in heights[1:])
        if fit < len(rest):
            fit = min(fit, max(len(rest) - few, 0))
            while fit and rest[fit - 1].heading:
                fit -= 1
        if fit < min(few, len(rest)) and left < page and not made and not part.words and not part.begins:
            return []
        fit = max(fit, 1 + rest[0].heading)  # a line higher than a page
        made.append((replace(part, lines=rest[:fit]), heights[fit]))
        group, rest = [line for line in rest[:fit] if line.heading][-1:], rest[fit:]
        left, part = page, replace(part, words=[], begins=form.width >= WIDE)
        rest = rest if rest and rest[0].heading else [*group, *rest] if rest else []
    return made


def _above(part: _Part, form: _Form) -> float:
    """Px above the lines of a part: words, key and heads."""
    key = form.key[-1].y + 15 if part.begins else 0
    return LEADING * len(_set(part.words, form.width)) + 7 * bool(part.words) + key + sum(_head(part, form)) \
        - _beside(part)


def _beside(part: _Part) -> float:
    """Px of a first heading that has room beside the heads of the columns."""
    first = part.lines[0]
    return first.high if first.heading and len(first.text[0]) * LETTER < part.room else 0.0


def _set(words: Sequence[str], width: int) -> list[str]:
    return textwrap.wrap(" ".join(words), int(width / LETTER))


def _head(part: _Part, form: _Form) -> tuple[float, float]:
    """Px of the labels above groups of columns, and of the heads."""
    heads = [column.head for column in part.columns]
    deep = max(map(len, heads)) * LEADING
    longest = max((len(line) for head in heads for line in head), default=-1)
    high = 8 + longest * form.letter if part.upright else deep + 4
    above = max(len(_over(group, form)) for group in _grouped(part.columns))
    return (7.0 + LEADING * above if above else 0.0), high if deep else 0.0


def _grouped(columns: Sequence[_Column]) -> list[list[_Column]]:
    return [[*group] for _, group in itertools.groupby(columns, key=lambda column: column.concept)]


def _over(group: Sequence[_Column], form: _Form) -> list[str]:
    """The label above the periods of a concept, in lines."""
    wide = sum(column.wide for column in group)
    return textwrap.wrap(form.subjects[group[0].concept], int(wide / LETTER)) if group[0].by_period else []


# --- key --------------------------------------------------------------------------

@dataclass(frozen=True)
class _Entry:
    """One look of the key: its signs, their mode, and what they say, in px from the left and the top of the key."""

    runs: tuple[str, ...]
    mode: str
    says: str
    x: float
    y: float


def _key(form: _Form) -> list[_Entry]:
    """The looks that the figure has, in as many lines as they take."""
    used = {(stand, row["mode"]) for row in form.rows for stand in row["runs"]}
    looks = [((stand,), mode, f"{say(_VERBS[stand])}, {say(_HOW[mode][1])}") for mode in _HOW for stand in SIGNS
             if (stand, mode) in used]
    changed = [row for row in form.rows if len(row["course"]) > 1]
    if changed:
        first = min(changed, key=lambda row: [*SIGNS].index(row["runs"][0]))
        course = _course(first["runs"][:2])
        looks.append((first["runs"][:2], first["mode"], say("{course}: changed, the earlier a bar", course=course)
                      if form.tight else say("{course}: changed, the earlier first", course=course)))
    entries = []
    start = 10.0 if form.dense else 0.0  # what Vega takes broad lines to need at their left
    x, y = start, 0.0
    for runs, mode, says in looks:
        wide = 14 * len(runs) + 8 + len(says) * 5.8 + 14
        if x > start and x + wide > form.width - 8:
            x, y = start, y + 18
        entries.append(_Entry(runs, mode, says, x, y))
        x += wide
    return entries


# --- drawing ----------------------------------------------------------------------

class _Sheet:
    """Where the things of one part are drawn: px from its left and top."""

    def __init__(self) -> None:
        self.texts: list[Row] = []
        self.marks: list[Row] = []
        self.paths: dict[tuple[str, float, str], list[str]] = {}
        self.grounds: list[Row] = []

    def text(self, style: str, x: float, y: float, lines: Sequence[str]) -> None:
        """A text whose first line is at y; where its style stands on a line, its last one."""
        if _STYLES[style]["baseline"] == "bottom":  # which Vega takes for the first
            y -= LEADING * (len(lines) - 1)
        self.texts.append({"x": x, "y": y, "text": "\n".join(lines), "is": style})

    def path(self, look: tuple[str, float, str], *steps: tuple[float, float, float, float]) -> None:
        """Lines from and to, of one look: colour, width, cap."""
        self.paths.setdefault(look, []).extend(f"M{x:g},{y:g}L{x2:g},{y2:g}" for x, y, x2, y2 in steps)

    def stand(self, stand: str, mode: str, x: float, y: float, says: str | None = None, *, small: bool = False) -> None:
        """One mark with its sign."""
        colour, paper = LIGHT[_COLOURS[stand]], LIGHT["paper"]
        self.marks.append({"x": x, "y": y, "shape": _HOW[mode][0], "stroke": colour, "size": 104 if small else 150,
                           "fill": paper if mode == "done" else colour, "description": says})
        self.text(f"{'small ' * small}sign{' in ink' * (mode == 'done')}", x, y, [SIGNS[stand]])

    def dense(self, stand: str, mode: str, x: float, y: float, half: int = 6) -> None:
        """The same as lines of paths, which take few bytes, twice `half` px wide and high."""
        x, y = round(x), round(y)
        colour = LIGHT[_COLOURS[stand]]
        if mode == "said":
            self.path((colour, 2 * half, "round"), (x, y, x + 0.1, y))  # a line of hardly any length: a dot
        elif mode == "both":
            self.path((colour, 2 * half, "butt"), (x - half, y, x + half, y))
        else:
            edge = half - 1
            self.path((colour, 2, "butt"), (x - half, y - edge, x + half, y - edge),
                      (x + edge, y - edge, x + edge, y + edge), (x + half, y + edge, x - half, y + edge),
                      (x - edge, y + edge, x - edge, y - edge))
        ink = (LIGHT["ink" if mode == "done" else "paper"], 1.6, "butt")
        low = 3 if stand == "mixed" else 0
        self.path(ink, (x - 3, y + low, x + 3, y + low))
        if stand != "disagree":
            self.path(ink, (x, y - 3 - low / 3, x, y + 3 - low / 3))
        if low:
            self.path(ink, (x - 3, y - 1, x + 3, y - 1))

    def tight(self, runs: Sequence[str], mode: str, x: float, y: float) -> None:
        """The last of some stands, and at its left a bar for each earlier one."""
        right = x + BAR * (len(runs) - 1) / 2
        self.dense(runs[-1], mode, right, y, 5)
        for n, stand in enumerate(reversed(runs[:-1])):
            at = round(right) - 5 - BAR * (n + 1) + 1
            self.path((LIGHT[_COLOURS[stand]], BAR - 1.5, "butt"), (at, y - 5, at, y + 5))

    def layers(self) -> list[alt.Chart]:
        """All of it, what is below first."""
        def frame(rows: list[Row]) -> alt.Chart:
            return alt.Chart(pandas.DataFrame(rows))

        found = [frame(self.grounds).mark_rect(fill=LIGHT["ground"], aria=False).encode(
            x2=alt.X2("x2"), y2=alt.Y2("y2"))] \
            if self.grounds else []
        for cap in ("round", "butt"):  # signs are butt, and lie on all else; the broadest lie lowest
            lines = [{"x": 0, "y": 0, "shape": "".join(steps), "stroke": colour, "wide": wide}
                     for (colour, wide, own), steps in sorted(self.paths.items(), key=lambda path: -path[0][1])
                     if own == cap]
            if lines:
                found.append(frame(lines).mark_point(
                    size=4, fill=None, strokeCap=cap, strokeJoin="round", opacity=1, aria=False).encode(
                    shape=alt.Shape("shape:N", scale=None), stroke=alt.Stroke("stroke:N", scale=None),
                    strokeWidth=alt.StrokeWidth("wide:Q", scale=None)))
        for said in (False, True):
            marks = [row for row in self.marks if (row["description"] is not None) == said]
            if marks:
                drawn = frame(marks).mark_point(opacity=1, strokeWidth=1.6, aria=said).encode(
                    shape=alt.Shape("shape:N", scale=None), stroke=alt.Stroke("stroke:N", scale=None),
                    fill=alt.Fill("fill:N", scale=None), size=alt.Size("size:Q", scale=None))
                found.append(drawn.encode(description=alt.Description("description:N")) if said else drawn)
        return [*found, self._written(frame)]

    def _written(self, frame: Any) -> alt.Chart:
        """The texts as one mark, whose looks are told by their style."""
        used = sorted({row["is"] for row in self.texts})
        styled: Row = {}
        for name in _PLAIN:
            values = [_STYLES[style][name] for style in used]
            styled[name] = values[0] if len({*values}) == 1 else alt.expr(f"{json.dumps(values)}[datum.is]")
        rows = [{**row, "is": used.index(row["is"])} for row in self.texts]
        return cast(alt.Chart, frame(rows).mark_text(aria=False, lineBreak="\n", lineHeight=LEADING, **styled).encode(
            text=alt.Text("text:N")))


#: Texts by what they are; one that stands on its line is laid out from its last line.
_PLAIN: Row = {"align": "left", "baseline": "middle", "fontWeight": 400, "fontSize": 12, "angle": 0,
               "color": LIGHT["ink"]}
_STYLES: dict[str, Row] = {
    "note": {**_PLAIN, "baseline": "top", "color": LIGHT["soft"]},
    "key": {**_PLAIN, "color": LIGHT["soft"]},
    "name": {**_PLAIN, "align": "right"},
    "listed": _PLAIN,
    "heading": {**_PLAIN, "baseline": "bottom", "fontWeight": 600},
    "head": {**_PLAIN, "align": "center", "baseline": "bottom"},
    "upright": {**_PLAIN, "angle": 270},
    "small name": {**_PLAIN, "align": "right", "fontSize": SMALL},
    "small upright": {**_PLAIN, "angle": 270, "fontSize": SMALL},
    "then": {**_PLAIN, "align": "center", "fontSize": SMALL},
    **{f"{small}sign{ink}": {**_PLAIN, "align": "center", "fontWeight": 600, "fontSize": SMALL if small else 12,
                             "color": LIGHT["ink" if ink else "paper"]}
       for small in ("", "small ") for ink in ("", " in ink")},
}


def _drawn(part: _Part, form: _Form) -> alt.LayerChart:
    """One part of the figure."""
    sheet = _Sheet()
    top = 0.0
    if part.words:
        lines = _set(part.words, form.width)
        sheet.text("note", 0, 0, lines)
        top += LEADING * len(lines) + 7
    if part.begins:
        entries = form.key
        for entry in entries:
            if form.tight:
                sheet.tight(entry.runs, entry.mode, entry.x + 8 + 7 * (len(entry.runs) - 1), top + entry.y + 8)
            for n, stand in enumerate(() if form.tight else entry.runs):
                (sheet.dense if form.dense else sheet.stand)(stand, entry.mode, entry.x + 8 + 14 * n, top + entry.y + 8)
            sheet.text("key", entry.x + 6 + 14 * len(entry.runs), top + entry.y + 8, [entry.says])
        top += entries[-1].y + 15
    listed = not part.columns[0].concept
    if not listed:
        top = _heads(sheet, part, form, top) - _beside(part)
    right = part.room + sum(column.wide for column in part.columns)
    y = top
    for line in part.lines:
        _line(sheet, line, part, y, form)
        y += line.high
    if not listed:
        _grid(sheet, part, top, right)
    return cast(alt.LayerChart, alt.layer(*sheet.layers()).encode(
        x=alt.X("x:Q", scale=None, axis=None), y=alt.Y("y:Q", scale=None, axis=None)).properties(
        width=form.width - 8, height=y))


def _heads(sheet: _Sheet, part: _Part, form: _Form, top: float) -> float:
    """The heads of the columns; where the lines begin."""
    over, high = _head(part, form)
    x = part.room
    for group in _grouped(part.columns):
        if over:
            sheet.text("heading", x + 2, top + over - 4, _over(group, form))
        for column in group:
            middle = x + column.wide / 2
            if part.upright:
                sheet.text(f"{'small ' * form.tight}upright", middle - LEADING * (len(column.head) - 1) / 2,
                           top + over + high - 2, column.head)
            else:
                sheet.text("head", middle, top + over + high - 2, column.head)
            x += column.wide
    return top + over + high


def _line(sheet: _Sheet, line: _Line, part: _Part, y: float, form: _Form) -> None:
    listed = not part.columns[0].concept
    middle = y + line.high / 2
    if line.heading:
        sheet.text("heading", 0, y + line.high - 1, line.text)
        return
    first = middle - LEADING * (len(line.text) - 1) / 2
    right = sum(column.wide for column in part.columns)
    sheet.text("listed" if listed else f"{'small ' * form.tight}name", right if listed else part.room - 8, first,
               line.text)
    x = part.room
    for column in part.columns:
        if row := line.cells.get((column.concept, column.period)):
            at = x + (column.wide - 8 * listed) / 2
            if form.tight:
                sheet.tight(row["runs"], row["mode"], at, middle)
            else:
                _cell(sheet, row, at, middle, column.wide, dense=form.dense)
        x += column.wide


def _cell(sheet: _Sheet, row: Row, x: float, y: float, wide: float, *, dense: bool) -> None:
    """The stands of a cell about its middle, the earlier first."""
    runs = row["runs"]
    small = wide < 16 * len(runs)
    between = max(42.0, 18 + LETTER * len(say("then")))  # px from sign to sign, with the word between them
    roomy = len(runs) == 2 and wide >= between + 16
    apart = between if roomy else 12.0 if small else 15.0
    for n, stand in enumerate(runs):
        at = x + apart * (n - (len(runs) - 1) / 2)
        if dense:
            sheet.dense(stand, row["mode"], at, y)
        else:
            sheet.stand(stand, row["mode"], at, y, row["description"], small=small)
    if roomy:
        sheet.text("then", x, y, [say("then")])


def _grid(sheet: _Sheet, part: _Part, top: float, right: float) -> None:
    """The ground of all cells, and the lines between them."""
    paper = LIGHT["paper"]
    y = top
    for heading, group in itertools.groupby(part.lines, key=lambda line: line.heading):
        high = [line.high for line in group]
        if not heading:
            sheet.grounds.append({"x": part.room, "x2": right, "y": y, "y2": y + sum(high)})
            between = [*itertools.accumulate(high[:-1], initial=y)][1:]
            sheet.path((paper, 2, "round"), *((part.room, at, right, at) for at in between))
        y += sum(high)
    x = part.room
    for column, after in zip(part.columns, part.columns[1:], strict=False):
        x += column.wide
        broad = 5 if column.by_period and column.concept != after.concept else 2
        sheet.path((paper, broad, "round"), (x, top, x, y))


# --- what it says besides ----------------------------------------------------------

def _told(chart: alt.VConcatChart, form: _Form) -> alt.VConcatChart:
    """The chart with its table: a row for each stand, or, of very many, for each actor and kind of stand."""
    changed = any(len(row["course"]) > 1 for row in form.rows)

    def stand(row: Row) -> str:
        return f" {say('then')} ".join(say(_WORDS[word]) for word in row["course"])

    def mode(row: Row) -> str:
        return say(_MODES[row["mode"]])

    def concept(row: Row) -> str:
        dates = "; ".join(filter(None, row["dates"]))
        return str(row["concept_label"]) + "".join(f" ({more})" for more in (row["period"], dates) if more)

    if form.dense:
        groups: dict[tuple[str, str, str], list[Row]] = {}
        for row in form.rows:
            groups.setdefault((row["label"], _course(row["course"]) + f" {stand(row)}", row["mode"]), []).append(row)
        rows = [{"label": label, "stand": said, "mode": mode, "concepts": tuple(map(concept, group)),
                 **{name: tuple(dict.fromkeys(one for row in group for one in row[name]))
                    for name in ("passages", "publishers")}} for (label, said, mode), group in groups.items()]
        return described(chart, rows, {say("Actor"): "label", say("Stand"): "stand", say("Mode"): mode,
                                       say("Concepts"): "concepts", say("Source"): "publishers"})
    columns = {say("Actor"): "label", say("Concept"): "concept_label",
               **({say("Period"): "period"} if form.by_period else {}), say("Stand"): stand,
               **({say("Course"): _dated_course} if changed else {}),
               say("Mode"): mode, say("Passages"): "count", say("Source"): "publishers"}
    return described(chart, form.rows, columns, filters=[say("Actor"), say("Concept"), say("Mode")],
                     marks=[row["description"] for row in form.rows])


def _dated_course(row: Row) -> str:
    """+ then −, with the dates of each; nothing for a stand that did not change."""
    dates = "; ".join(date or say("no date") for date in row["dates"])
    return f"{_course(row['course'])} ({dates})" if len(row["course"]) > 1 else ""
