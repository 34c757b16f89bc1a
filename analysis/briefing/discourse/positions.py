"""Statements to stands, networks, a timeline and chains: what the charts of positions are drawn from.

The method is Discourse Network Analysis (Leifeld, P. (2017), "Discourse
Network Analysis: Policy Debates as Dynamic Networks", in The Oxford Handbook
of Political Networks): two actors are congruent on a concept where both agree
or both disagree with it, and in conflict where one agrees and the other
disagrees. Its rules are in `networks`, the camps in `camps`.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..facts.dates import date_bounds, day, ends, is_approximate, is_uncertain
from ..facts.tables import Row, Tables
from ..findings import BriefingError
from ..language import say
from ..sources import evidence
from . import camps, networks, statements

if TYPE_CHECKING:
    import pandas

CONGRUENCE, CONFLICT = networks.CONGRUENCE, networks.CONFLICT
CAMPS = 2  # at most, unless it is said


@dataclass(frozen=True)
class Network:
    """Nodes and the ties between them, as `charts.network` draws them.

    `nodes`: actor (or organisation, or concept: its id), label, camp (0, 1 …, the largest first; missing for who has
    none), undecided (has ties, but belongs to no camp), heard (takes a stand at all), in order of ids.
    `edges`: a, b (nodes), relation (congruence, conflict; ignore, where the agreement does not matter; of a signed
    network what its sign says), weight (how many concepts, unless the rule has another), concepts, concept_labels (what
    the tie rests on: of concepts the actors), passages, publishers (tuples).
    `rule`: the rules of ties and camps in words, to stand under the figure. `of`: actor, organisation or concept.
    """

    nodes: pandas.DataFrame
    edges: pandas.DataFrame
    rule: str = ""
    of: str = networks.ACTOR


# --- stands -------------------------------------------------------------------

def stands(data: Tables, coder: str | None = None, by: str | None = None) -> pandas.DataFrame:
    """One row for each actor and concept with a stand, by their ids.

    Columns: actor, label, concept, concept_label, agreement (agree, disagree; mixed where passages differ), course (the
    stands in order of time, several where time surely parts them: `statements.course`), since (the date of each,
    EDTF or None), mode (said, done, both), acts, passages, publishers (tuples), count (of passages), agree_in and
    disagree_in (the passages of each). With `by` (week, month, quarter, year) one row for each period besides, and a
    column `period`: None for what lies in no one period. Without `coder` the statements of `coders.counted` count.
    """
    columns = ["actor", "label", "concept", "concept_label", "agreement", "course", "since", "mode", "acts", "passages",
               "publishers", "count", "agree_in", "disagree_in"]
    return _frame(stand_rows(data, coder, by), [*(["period"] if by else []), *columns])


def stand_rows(data: Tables, coder: str | None = None, by: str | None = None) -> list[Row]:
    """The rows of `stands`, as dicts: for programs that need no frames."""
    actors, concepts = _by_id(data, "actors"), _by_id(data, "concepts")
    published = _published(data)
    cells: dict[tuple[str, str, str], list[Row]] = {}
    for row in statements.counted(data, coder):
        within = statements.period(row, by) or "" if by else ""
        cells.setdefault((within, row["actor"], row["concept"]), []).append(row)
    order = sorted(cells, key=lambda cell: (not cell[0], *cell))  # what lies in no one period comes last
    return [{**({"period": within or None} if by else {}), "actor": actor, "label": actors[actor]["label"],
             "concept": concept, "concept_label": concepts[concept]["label"],
             **_combined(cells[within, actor, concept], published)} for within, actor, concept in order]


def _combined(rows: Sequence[Row], published: Mapping[str, str]) -> Row:
    agreements = {row["agreement"] for row in rows}
    modes = {row["mode"] for row in rows}
    passages = _unique(row["passage"] for row in rows)
    course = statements.course(rows)
    return {"agreement": agreements.pop() if len(agreements) == 1 else "mixed",
            "course": tuple(stand for stand, _ in course), "since": tuple(date for _, date in course),
            "mode": modes.pop() if len(modes) == 1 else "both",
            "acts": _unique(row["act"] for row in rows if row["act"]),
            "passages": passages, "publishers": _unique(map(published.__getitem__, passages)), "count": len(passages),
            **{f"{stand}_in": _unique(row["passage"] for row in rows if row["agreement"] in (stand, "mixed"))
               for stand in ("agree", "disagree")}}


# --- networks -----------------------------------------------------------------

RULES = tuple(networks.Rule(relation) for relation in (CONGRUENCE, CONFLICT))
EDGES = ["a", "b", "relation", "weight", "concepts", "concept_labels", "passages", "publishers"]


def network(data: Tables, cells: pandas.DataFrame | networks.DiscourseNetwork, k: int | None = CAMPS) -> Network:
    """Who is congruent with whom, and who in conflict, from a frame of `stands`, in at most `k` camps (None: as many as
    modularity has); or any one-mode network of `networks`, so that it can be drawn.

    From stands each concept counts once for a tie, as `networks` has it with duplicates across the range: a mixed stand
    is one of agreement and one of disagreement, so its actor has both ties. Camps are those of congruence minus
    conflict; of a network of its own rule those of its weights, but for one of conflict, which holds nobody together.
    Raises BriefingError for a two-mode network, and for a `k` below 1.
    """
    if isinstance(cells, networks.DiscourseNetwork):
        return _of_rule(data, cells, k)
    stands = cells.to_dict("records")
    found = camps.camps(networks.network(_statements(stands), networks.Rule(networks.SUBTRACT)), k)
    labels = {id: row["label"] for id, row in sorted(_by_id(data, "actors").items())}
    both = say("{one} and {other}", one=say(networks.ONE_MODE[CONGRUENCE]), other=say(networks.ONE_MODE[CONFLICT]))
    words = ", ".join([both, say(networks.DUPLICATES[RULES[0].duplicates]),
                       say(networks.ONE_MODE_NORMALISATIONS[RULES[0].normalisation])])
    heard = {cell["actor"] for cell in stands}
    return Network(_nodes(labels, found, heard), _frame(tie_rows(stands), EDGES), _rules(words, networks.SUBTRACT, k))


def _of_rule(data: Tables, ties: networks.DiscourseNetwork, k: int | None) -> Network:
    rule = ties.rule
    if rule.two_mode:
        raise BriefingError("positions.network: found a network of two modes, expected one of actors, of organisations "
                            "or of concepts. Make it with networks.Rule(…) without two_mode.")
    bonds = networks.network(_of_stands(ties), networks.Rule(networks.SUBTRACT)) \
        if rule.aggregation == CONFLICT else ties
    own, others = ("concepts", "actors") if rule.of == networks.CONCEPT else ("actors", "concepts")
    label, through = ({id: row["label"] for id, row in _by_id(data, table).items()} for table in (own, others))
    published = _published(data)
    edges = [{**row, "publishers": _unique(map(published.__getitem__, row["passages"]))}
             for row in _edges(ties, through)]
    return Network(_nodes({node: label.get(node, node) for node in ties.nodes}, camps.camps(bonds, k), {*ties.nodes}),
                   _frame(edges, EDGES), _rules(ties.words, bonds.rule.aggregation, k), rule.of)


def _nodes(labels: Mapping[str, str], found: camps.Camps, heard: Collection[str]) -> pandas.DataFrame:
    rows = [{"actor": id, "label": label, "camp": found.camp.get(id), "undecided": id in found.undecided,
             "heard": id in heard} for id, label in labels.items()]
    return _frame(rows, ["actor", "label", "camp", "undecided", "heard"]).astype(
        {"camp": "Int64", "undecided": bool, "heard": bool})


def _rules(ties: str, aggregation: str, k: int | None) -> str:
    how = say(networks.ONE_MODE[aggregation])
    most = say("as many as modularity finds") if k is None else say("at most {number}", number=k)
    return say("Ties: {ties}. Camps: {how}, {most}.", ties=ties, how=how, most=most)


def tie_rows(cells: Iterable[Row]) -> list[Row]:
    """The edges of `network`, as dicts, from the rows of `stands`: by `a`, `b` (in alphabetical order), relation."""
    cells = list(cells)
    published = {(cell["actor"], cell["concept"]): cell["publishers"] for cell in cells}
    label = {cell["concept"]: cell["concept_label"] for cell in cells}
    rows = [{**row, "publishers": tuple(sorted({name for concept in row["concepts"] for actor in (row["a"], row["b"])
                                                for name in published[actor, concept]}))}
            for rule in RULES for row in _edges(networks.network(_statements(cells), rule), label)]
    return sorted(rows, key=lambda row: (row["a"], row["b"], row["relation"] != CONGRUENCE))


def _edges(ties: networks.DiscourseNetwork, label: Mapping[str, str]) -> Iterator[Row]:
    """The ties of a one-mode network with what each rests on, whose labels are given, but for publishers."""
    how = ties.rule.aggregation
    for a, b, weight in ties.ties:
        through, passages = ties.grounds(a, b)
        yield {"a": a, "b": b, "weight": weight, "concepts": through, "passages": passages,
               "relation": how if how != networks.SUBTRACT else CONGRUENCE if weight > 0 else CONFLICT,
               "concept_labels": tuple(label.get(thing, thing) for thing in through)}


def _of_stands(ties: networks.DiscourseNetwork) -> list[Row]:
    """The statements behind a network, its nodes as actors and what ties them as concepts."""
    return [{"actor": node, "concept": thing, "agreement": agreement, "passage": passage, "source": ""}
            for node in ties.nodes for agreement, things in zip(("disagree", "agree"), ties.stands[node], strict=True)
            for thing, passages in things.items() for passage in passages]


def _statements(cells: Iterable[Row]) -> list[Row]:
    """Stands as statements of `networks`, one for each passage and agreement in it."""
    return [{"actor": cell["actor"], "concept": cell["concept"], "agreement": agreement, "passage": passage,
             "source": ""} for cell in cells for agreement in ("agree", "disagree")
            for passage in cell[f"{agreement}_in"]]


# --- dates --------------------------------------------------------------------

def timeline(data: Tables) -> pandas.DataFrame:
    """Events in order of time.

    Columns: id, title, date (EDTF), when (as prose has it; empty where both
    ends are open), first, last (days; None where open), kind (day; span: it
    lasted from first to last; within: some day between them, such as a month;
    open), begun, ended (the last day on which it may have begun and the first
    on which it may have ended; None where open, and for within), approximate,
    uncertain (tuples of the ends, first and last, that EDTF says this of),
    resolved (the source gives a weekday only), actors, source, passage,
    publisher.
    """
    labels = {id: row["label"] for id, row in _by_id(data, "actors").items()}
    rows = []
    for event in data.rows["events"]:
        first, last = date_bounds(event["date"])
        kind = _kind(event["date"], first, last)
        rows.append({"id": event["id"], "title": event["title"], "date": event["date"],
                     "when": day(event["date"]) if first or last else "", "first": first, "last": last,
                     "kind": kind, **_doubt(event["date"], kind), "resolved": bool(event["resolved"]),
                     "actors": tuple(labels[id] for id in event["actors"] or ()), "passage": event["passage"],
                     "source": event["source"] or _source_of(data, event["passage"]),
                     "publisher": _publisher(data, event["source"] or _source_of(data, event["passage"]))})
    far = datetime.date.max
    rows.sort(key=lambda row: (row["first"] or row["last"] or far, row["last"] or far, row["id"]))
    return _frame(rows, ["id", "title", "date", "when", "first", "last", "kind", "begun", "ended", "approximate",
                         "uncertain", "resolved", "actors", "passage", "source", "publisher"])


def _kind(edtf: str, first: datetime.date | None, last: datetime.date | None) -> str:
    if first is None or last is None:
        return "open"
    if first == last:
        return "day"
    return "span" if "/" in edtf else "within"


def _doubt(edtf: str, kind: str) -> Row:
    """What an EDTF date leaves open of its two ends."""
    parts = dict(zip(("first", "last"), ends(edtf), strict=True))
    lasted = "/" in edtf or kind == "day"  # else it is some day between its bounds
    begun, ended = (date_bounds(part) if lasted and part not in ("", "..") else (None, None) for part in parts.values())
    return {"begun": begun[1], "ended": ended[0],
            "approximate": tuple(end for end, part in parts.items() if is_approximate(part)),
            "uncertain": tuple(end for end, part in parts.items() if is_uncertain(part))}


# --- chains -------------------------------------------------------------------

def chains(data: Tables, kinds: Sequence[str] = ("quotation", "paraphrase")) -> pandas.DataFrame:
    """Attribution chains of the passages of these kinds, the longest first.

    Columns: chain, hands (all of them, first speaker first), hops (hands
    between speaker and page), count (of passages), quotations (of these),
    passages, publishers (tuples).
    """
    published = _published(data)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in data.rows["passages"]:
        if row["kind"] in kinds:
            groups.setdefault(evidence.chain(row["chain"]), []).append(row)
    rows = []
    for hands, group in groups.items():
        group.sort(key=lambda row: (row["source"], row["start"], row["end"], row["id"]))
        passages = tuple(row["id"] for row in group)
        rows.append({"chain": " > ".join(hands), "hands": hands, "hops": evidence.hops(" > ".join(hands)),
                     "count": len(group), "quotations": sum(row["kind"] == "quotation" for row in group),
                     "passages": passages, "publishers": _unique(map(published.__getitem__, passages))})
    rows.sort(key=lambda row: (-row["hops"], -row["count"], row["chain"]))
    return _frame(rows, ["chain", "hands", "hops", "count", "quotations", "passages", "publishers"])


# --- where a row comes from -----------------------------------------------------

def _published(data: Tables) -> dict[str, str]:
    """Who published the source of each passage."""
    publisher = {id: row["publisher"] for id, row in _by_id(data, "sources").items()}
    return {row["id"]: publisher[row["source"]] for row in data.rows["passages"]}


def _source_of(data: Tables, passage: str | None) -> str | None:
    return data.row("passages", passage)["source"] if passage else None


def _publisher(data: Tables, source: str | None) -> str:
    return data.row("sources", source)["publisher"] if source else ""


def _by_id(data: Tables, table: str) -> dict[str, Row]:
    return {row["id"]: row for row in data.rows[table]}


def _unique(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(items))


def _frame(rows: list[Row], columns: list[str]) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame({name: pandas.Series([row[name] for row in rows], dtype=object) for name in columns},
                            columns=columns)
