"""Statements to networks, by the rules of the Discourse Network Analyzer (DNA).

The rules are those of DNA as published: the formulas in the chapter "DNA algorithms" of its manual
(`manual2/dna-manual.Rnw`), the settings in the help of rDNA's `dna_network`, and what both leave open in
`dna/export/Exporter.java` (`filterStatements`, `computeOneModeMatrix`, `computeTwoModeMatrix`), all of
github.com/leifeld/dna at commit 2adbf78; see also Leifeld, P. (2017), "Discourse Network Analysis: Policy Debates as
Dynamic Networks", in The Oxford Handbook of Political Networks. With x[i, j, k] statements of node i on j, of
agreement k (1 agree, 0 disagree):

    congruence    sum over j, k of x[i, j, k] x[i', j, k]
    conflict      sum over j, k of x[i, j, k] x[i', j, 1 - k]
    subtract      congruence minus conflict
    ignore        sum over j of x[i, j] x[i', j], where x[i, j] counts both agreements

So who has both stands on a concept is congruent with, and in conflict with, everybody who takes one.

A statement is a mapping with the keys actor, concept, agreement (agree; disagree; mixed, which is one statement of
each), passage, source (the document), first and last (bounds of its date: datetime.date or None), and perhaps
organisation. Which coder's statements come in is for the caller to say: all that come in count.

Where DNA leaves a choice, or its program differs from its manual:
- A statement belongs to the day, week, month or year of the first day that its date can mean (of the last one where
  the first is open). Undated statements are a period of their own, and are in no window.
- Weeks are those of ISO 8601, Monday to Sunday. A month is one of one year, as rDNA's help says; the program compares
  the number of the month, and of the week, without the year.
- Where the agreement is ignored there is one level k, as without a qualifier, which rDNA's help calls identical.
- `combine` has no normalisation: DNA warns that the two give nothing to interpret.
- Of duplicates the earliest is kept, before windows are cut, as DNA does.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ..findings import BriefingError, meant, shown
from ..language import later, say, several

if TYPE_CHECKING:
    import numpy

ACTOR, CONCEPT, ORGANISATION = "actor", "concept", "organisation"
CONGRUENCE, CONFLICT, SUBTRACT, IGNORE, COMBINE = "congruence", "conflict", "subtract", "ignore", "combine"
#: The words of each rule, and how a note under a figure has them.
ONE_MODE = {CONGRUENCE: later("congruence"), CONFLICT: later("conflict"), SUBTRACT: later("congruence minus conflict"),
            IGNORE: later("agreement ignored")}
TWO_MODE = {IGNORE: later("agreement ignored"), SUBTRACT: later("agreement minus disagreement"),
            COMBINE: later("agreement, disagreement or both")}
DUPLICATES = {"all": later("every statement counted"), "document": later("duplicates counted once per document"),
              "week": later("duplicates counted once per week"), "month": later("duplicates counted once per month"),
              "year": later("duplicates counted once per year"),
              "across": later("duplicates counted once across the range")}
ONE_MODE_NORMALISATIONS = {"none": later("no normalisation"), "average": later("divided by average activity"),
                           "jaccard": later("Jaccard normalisation"), "cosine": later("cosine normalisation")}
TWO_MODE_NORMALISATIONS = {"none": later("no normalisation"),
                           "activity": later("divided by the activity of who speaks"),
                           "prominence": later("divided by the prominence of the concept")}
AGREE, DISAGREE = 1, 2  # weights of `combine`, as DNA has them; both add up to 3
UNITS = ("day", "week", "month", "year")
AGREEMENTS = {"agree": (True,), "disagree": (False,), "mixed": (True, False)}


@dataclass(frozen=True)
class Rule:
    """How statements become a network. Raises BriefingError for a word that is none of the rule's.

    `of`: actor, organisation, or concept (one-mode only). `over`: what ties them; concepts tie actors and
    organisations, and actors (or organisations, where so given) tie concepts. `aggregation`: a word of ONE_MODE, or of
    TWO_MODE. `duplicates`: a word of DUPLICATES; two statements are duplicates with the same `of`, `over`, agreement
    (unless ignored) and period. `normalisation`: a word of ONE_MODE_NORMALISATIONS, or of TWO_MODE_NORMALISATIONS.
    """

    aggregation: str = CONGRUENCE
    of: str = ACTOR
    over: str = ""
    duplicates: str = "across"
    normalisation: str = "none"
    two_mode: bool = False

    def __post_init__(self) -> None:
        known("of", self.of, (ACTOR, ORGANISATION) if self.two_mode else (ACTOR, ORGANISATION, CONCEPT))
        ties = (ACTOR, ORGANISATION) if self.of == CONCEPT else (CONCEPT,)
        object.__setattr__(self, "over", self.over or ties[0])
        known("over", self.over, ties)
        known("aggregation", self.aggregation, TWO_MODE if self.two_mode else ONE_MODE)
        known("duplicates", self.duplicates, DUPLICATES)
        known("normalisation", self.normalisation,
              TWO_MODE_NORMALISATIONS if self.two_mode else ONE_MODE_NORMALISATIONS)
        if self.aggregation == COMBINE:
            known("normalisation of combine", self.normalisation, ("none",))

    @property
    def words(self) -> str:
        """The rule in words, to stand under a figure."""
        kinds, norms = (TWO_MODE, TWO_MODE_NORMALISATIONS) if self.two_mode else (ONE_MODE, ONE_MODE_NORMALISATIONS)
        return ", ".join(map(say, (kinds[self.aggregation], DUPLICATES[self.duplicates], norms[self.normalisation])))


class Tie(NamedTuple):
    """Two nodes and the weight between them: a whole number without normalisation, below 0 in a signed network.

    One-mode: `a` before `b` in the alphabet. Two-mode: `a` speaks, `b` is the concept.
    """

    a: str
    b: str
    weight: float


class Grounds(NamedTuple):
    """What a tie rests on, each in order: `through`, the concepts (or actors, of concepts) that make it; `passages`."""

    through: tuple[str, ...]
    passages: tuple[str, ...]


#: By node, what it disagrees with, and what it agrees with (or says anything of, where the agreement is ignored): each
#: with its passages.
Stands = Mapping[str, tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]]
_SAME, _OPPOSITE = ((0, 0), (1, 1)), ((0, 1), (1, 0))  # stands of two nodes: 1 agrees


@dataclass(frozen=True)
class DiscourseNetwork:
    """A network, all in alphabetical order.

    `nodes`: all with a statement, tied or not; `others`: the concepts of a two-mode network. `ties`: those whose
    weight is not 0. `cancelled`: pairs with as much congruence as conflict (with `subtract`; agreement and
    disagreement in two-mode), thus no tie. `filters`, `ties_left_out`, `nodes_left_out`: what `at_least` and
    `backbone` did; nodes that lost all their ties are left out, those that had none stay.
    """

    rule: Rule
    nodes: tuple[str, ...]
    ties: tuple[Tie, ...]
    stands: Stands
    others: tuple[str, ...] = ()
    cancelled: tuple[tuple[str, str], ...] = ()
    filters: tuple[str, ...] = ()
    ties_left_out: int = 0
    nodes_left_out: int = 0

    @property
    def words(self) -> str:
        """The rule, its filters and what they left out, in words, to stand under a figure."""
        parts = [self.rule.words, *self.filters]
        if self.filters:
            parts.append(several(self.ties_left_out, "{number} tie left out", "{number} ties left out"))
            parts.append(several(self.nodes_left_out, "{number} node left out", "{number} nodes left out"))
        return ", ".join(parts)

    def grounds(self, a: str, b: str) -> Grounds:
        """What the tie of `a` and `b` rests on. With `subtract` that is both congruence and conflict."""
        if self.rule.two_mode:
            return Grounds((), tuple(sorted(set().union(*(stand.get(b, ()) for stand in self.stands[a])))))
        through: set[str] = set()
        passages: set[str] = set()
        for one, other, things in self.meetings(a, b):
            through |= things
            for thing in things:
                passages.update(self.stands[a][one][thing], self.stands[b][other][thing])
        return Grounds(tuple(sorted(through)), tuple(sorted(passages)))

    def meetings(self, a: str, b: str) -> list[tuple[int, int, set[str]]]:
        """What makes a one-mode tie: for each way in which stands meet, that of `a` and that of `b` (1 agrees, 0
        disagrees), and on what."""
        how = self.rule.aggregation
        ways = _OPPOSITE if how == CONFLICT else (*_SAME, *_OPPOSITE) if how == SUBTRACT else _SAME
        one, other = self.stands[a], self.stands[b]
        return [(n, m, one[n].keys() & other[m].keys()) for n, m in ways]


def network(statements: Iterable[Mapping[str, Any]], rule: Rule) -> DiscourseNetwork:
    """The network of statements by a rule; their order is no matter."""
    return of_records(records(statements, rule), rule)


# --- fewer ties -----------------------------------------------------------------

def at_least(ties: DiscourseNetwork, least: float) -> DiscourseNetwork:
    """A network with its ties of this weight or more: of a signed one, positive ties only where `least` is positive.

    The threshold c in the section "The Subtract Method" of DNA's manual.
    """
    return _filtered(ties, [tie for tie in ties.ties if tie.weight >= least],
                     say("ties of weight {least} or more", least=f"{least:g}"))


def backbone(ties: DiscourseNetwork, alpha: float) -> DiscourseNetwork:
    """The backbone of a weighted one-mode network: ties that are heavier, for either end, than chance would have them.

    The disparity filter of Serrano, M. Á., Boguñá, M. and Vespignani, A. (2009), "Extracting the multiscale backbone
    of complex weighted networks", PNAS 106(16), 6483-6488, eq. 2: a tie stays where (1 - w/s)^(k-1) < alpha for one of
    its ends, with s the sum of the weights and k the number of this end's ties. An end with one tie can keep none;
    the other can. Raises BriefingError for a two-mode or a signed network, and for an alpha not between 0 and 1.
    """
    if ties.rule.two_mode or any(tie.weight < 0 for tie in ties.ties):
        raise BriefingError("backbone: found a network with two modes or with negative weights, expected a one-mode "
                            "network of positive weights. Take aggregation congruence, conflict or ignore.")
    if not 0 < alpha < 1:
        raise BriefingError(f"backbone, alpha: found {shown(alpha)}, expected a number between 0 and 1. Take 0.05.")
    strength: dict[str, float] = {}
    degree: dict[str, int] = {}
    for tie in ties.ties:
        for end in (tie.a, tie.b):
            strength[end] = strength.get(end, 0) + tie.weight
            degree[end] = degree.get(end, 0) + 1
    kept = [tie for tie in ties.ties
            if any((1 - tie.weight / strength[end]) ** (degree[end] - 1) < alpha for end in (tie.a, tie.b))]
    return _filtered(ties, kept, say("backbone by the disparity filter, alpha {alpha}", alpha=f"{alpha:g}"))


def _filtered(before: DiscourseNetwork, kept: Collection[Tie], words: str) -> DiscourseNetwork:
    lost = _tied(before.ties) - _tied(kept)
    nodes = tuple(node for node in before.nodes if node not in lost)
    others = tuple(node for node in before.others if node not in lost)
    gone = len(before.nodes) + len(before.others) - len(nodes) - len(others)
    return replace(before, nodes=nodes, others=others, ties=tuple(kept), filters=(*before.filters, words),
                   ties_left_out=before.ties_left_out + len(before.ties) - len(kept),
                   nodes_left_out=before.nodes_left_out + gone)


def _tied(ties: Iterable[Tie]) -> set[str]:
    return {end for tie in ties for end in (tie.a, tie.b)}


# --- how it is done -----------------------------------------------------------------

class Record(NamedTuple):
    """One statement of one agreement, as the rule reads it; `counts` is False of a duplicate."""

    node: str
    thing: str
    agree: bool
    day: datetime.date | None
    passage: str
    counts: bool


def records(statements: Iterable[Mapping[str, Any]], rule: Rule) -> list[Record]:
    """All statements by node, thing, agreement and day, with all but the earliest of duplicates marked."""
    rows = []
    for row in statements:
        day = day_of(row)
        for agree in AGREEMENTS[row["agreement"]]:
            rows.append((_end(row, rule.of), _end(row, rule.over), agree or rule.aggregation == IGNORE,
                         day or datetime.date.max, row["passage"], row["source"]))
    seen = set()
    read = []
    for node, thing, agree, day, passage, source in sorted(rows):
        known_day = None if day == datetime.date.max else day
        one = (node, thing, agree, source if rule.duplicates == "document" else _period(known_day, rule.duplicates))
        read.append(Record(node, thing, agree, known_day, passage, rule.duplicates == "all" or one not in seen))
        seen.add(one)
    return read


def _end(row: Mapping[str, Any], kind: str) -> str:
    end: str = (row.get(ORGANISATION) or row[ACTOR]) if kind == ORGANISATION else row[kind]
    return end


def day_of(row: Mapping[str, Any]) -> datetime.date | None:
    """The day by which a statement is put into a period: the first that its date can mean, the last where that is
    open, None where it has no date."""
    day: datetime.date | None = row.get("first") or row.get("last")
    return day


def unit_of(day: datetime.date, unit: str) -> datetime.date:
    """The first day of the unit of the calendar that a day is in; weeks begin on Mondays (ISO 8601)."""
    if unit == "week":
        return day - datetime.timedelta(day.weekday())
    return day if unit == "day" else day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


def _period(day: datetime.date | None, duplicates: str) -> datetime.date | None:
    return unit_of(day, duplicates) if day and duplicates in UNITS else None


def of_records(rows: Iterable[Record], rule: Rule) -> DiscourseNetwork:
    """The network of some of the `records` of a rule, such as those of a window."""
    import numpy

    counts: dict[tuple[str, str, bool], int] = {}
    passages: dict[tuple[str, str, bool], set[str]] = {}
    for record in rows:
        cell = record[:3]
        counts[cell] = counts.get(cell, 0) + record.counts
        passages.setdefault(cell, set()).add(record.passage)
    counts = {cell: count for cell, count in counts.items() if count}
    nodes, things = tuple(sorted({cell[0] for cell in counts})), tuple(sorted({cell[1] for cell in counts}))
    row, column = ({name: at for at, name in enumerate(names)} for names in (nodes, things))
    array = numpy.zeros((2, len(nodes), len(things)), dtype=numpy.int64)
    stands: dict[str, tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]] = {
        node: ({}, {}) for node in nodes}
    for node, thing, agree in sorted(counts):
        array[int(agree), row[node], column[thing]] = counts[node, thing, agree]
        stands[node][agree][thing] = tuple(sorted(passages[node, thing, agree]))
    weights, meet = (_two_mode if rule.two_mode else _one_mode)(array, rule)
    ends = things if rule.two_mode else nodes
    where = numpy.argwhere(meet if rule.two_mode else numpy.triu(meet, 1))
    pairs = [Tie(nodes[a], ends[b], weight) for (a, b), weight in zip(
        where.tolist(), weights[where[:, 0], where[:, 1]].tolist(), strict=True)]
    return DiscourseNetwork(rule, nodes, tuple(pair for pair in pairs if pair.weight), stands,
                   others=things if rule.two_mode else (),
                   cancelled=tuple((pair.a, pair.b) for pair in pairs if not pair.weight))


def _one_mode(array: numpy.ndarray, rule: Rule) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Weights of node by node, and which pairs meet at all, from counts of agreement by node by thing."""
    import numpy

    no, yes = array
    congruence, conflict = no @ no.T + yes @ yes.T, no @ yes.T + yes @ no.T
    raw = {CONGRUENCE: congruence, IGNORE: congruence, CONFLICT: conflict, SUBTRACT: congruence - conflict}
    meet = congruence + conflict if rule.aggregation == SUBTRACT else raw[rule.aggregation]
    activity = array.sum(axis=(0, 2))
    if rule.normalisation == "none":
        return raw[rule.aggregation], meet > 0
    if rule.normalisation == "average":
        norm = numpy.add.outer(activity, activity) / 2
    elif rule.normalisation == "cosine":
        norm = numpy.multiply.outer(activity, activity)
    else:
        alone = no @ (no == 0).T + yes @ (yes == 0).T  # what the row's node says and the column's does not
        norm = alone + alone.T + congruence
    return raw[rule.aggregation] / norm, meet > 0  # who is here has a statement: no norm is 0


def _two_mode(array: numpy.ndarray, rule: Rule) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Weights of node by thing, and which pairs meet at all, from counts of agreement by node by thing."""
    no, yes = array
    both = no + yes
    weights = {IGNORE: both, SUBTRACT: yes - no, COMBINE: (yes > 0) * AGREE + (no > 0) * DISAGREE}[rule.aggregation]
    if rule.normalisation == "activity":
        weights = weights / both.sum(axis=1, keepdims=True)
    elif rule.normalisation == "prominence":
        weights = weights / both.sum(axis=0, keepdims=True)
    return weights, both > 0


def known(setting: str, word: str, words: Collection[str]) -> None:
    """Raise BriefingError where a setting's word is none of those it has."""
    if word not in words:
        raise BriefingError(f"networks, {setting}: found {shown(word)}, expected one of {', '.join(words)}. "
                            f"{meant(word, words) or f'Take {next(iter(words))}.'}".rstrip())
