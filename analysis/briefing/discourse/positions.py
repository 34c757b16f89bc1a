"""Statements to stands, networks, a timeline and chains: what the charts of positions are drawn from.

The method is Discourse Network Analysis (Leifeld, P. (2017), "Discourse
Network Analysis: Policy Debates as Dynamic Networks", in The Oxford Handbook
of Political Networks): two actors are congruent on a concept where both agree
or both disagree with it, and in conflict where one agrees and the other
disagrees.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..facts.dates import date_bounds, day
from ..facts.tables import Row, Tables
from ..sources import evidence
from . import statements

if TYPE_CHECKING:
    import pandas

CONGRUENCE, CONFLICT = "congruence", "conflict"


@dataclass(frozen=True)
class Network:
    """Actors and the ties between them.

    `nodes`: actor, label, camp (0 or 1, missing for an actor without a tie).
    `edges`: a, b (actors), relation (congruence or conflict), weight (how many
    concepts), concepts, concept_labels, passages, publishers (tuples).
    """

    nodes: pandas.DataFrame
    edges: pandas.DataFrame


# --- stands -------------------------------------------------------------------

def stands(data: Tables, coder: str | None = None, by: str | None = None) -> pandas.DataFrame:
    """One row for each actor and concept with a stand, by their ids.

    Columns: actor, label, concept, concept_label, agreement (agree, disagree; mixed where passages differ), course (the
    stands in order of time, several where time surely parts them: `statements.course`), since (the date of each,
    EDTF or None), mode (said, done, both), acts, passages, publishers (tuples), count (of passages). With `by` (week,
    month, quarter, year) one row for each period besides, and a column `period`: None for what lies in no one period.
    Without `coder` the statements of `coders.counted` count.
    """
    columns = ["actor", "label", "concept", "concept_label", "agreement", "course", "since", "mode", "acts", "passages",
               "publishers", "count"]
    return _frame(stand_rows(data, coder, by), [*(["period"] if by else []), *columns])


def stand_rows(data: Tables, coder: str | None = None, by: str | None = None) -> list[Row]:
    """The rows of `stands`, as dicts: for programs that need no frames."""
    actors, concepts = _by_id(data, "actors"), _by_id(data, "concepts")
    cells: dict[tuple[str, str, str], list[Row]] = {}
    for row in statements.counted(data, coder):
        within = statements.period(row, by) or "" if by else ""
        cells.setdefault((within, row["actor"], row["concept"]), []).append(row)
    order = sorted(cells, key=lambda cell: (not cell[0], *cell))  # what lies in no one period comes last
    return [{**({"period": within or None} if by else {}), "actor": actor, "label": actors[actor]["label"],
             "concept": concept, "concept_label": concepts[concept]["label"],
             **_combined(data, cells[within, actor, concept])} for within, actor, concept in order]


def _combined(data: Tables, rows: Sequence[Row]) -> Row:
    agreements = {row["agreement"] for row in rows}
    modes = {row["mode"] for row in rows}
    passages = _unique(row["passage"] for row in rows)
    course = statements.course(rows)
    return {"agreement": agreements.pop() if len(agreements) == 1 else "mixed",
            "course": tuple(stand for stand, _ in course), "since": tuple(date for _, date in course),
            "mode": modes.pop() if len(modes) == 1 else "both",
            "acts": _unique(row["act"] for row in rows if row["act"]),
            "passages": passages, "publishers": publishers(data, passages), "count": len(passages)}


# --- networks -----------------------------------------------------------------

def network(data: Tables, cells: pandas.DataFrame) -> Network:
    """Who is congruent with whom, and who in conflict, from a frame of `stands`.

    A mixed stand ties its actor to nobody on that concept.
    """
    rows = tie_rows(cells.to_dict("records"))
    camp = _camps(rows)
    nodes = [{"actor": id, "label": row["label"], "camp": camp.get(id)} for id, row in _by_id(data, "actors").items()]
    columns = ["a", "b", "relation", "weight", "concepts", "concept_labels", "passages", "publishers"]
    return Network(_frame(nodes, ["actor", "label", "camp"]).astype({"camp": "Int64"}), _frame(rows, columns))


def tie_rows(cells: Iterable[Row]) -> list[Row]:
    """The edges of `network`, as dicts, from the rows of `stands`."""
    edges: dict[tuple[str, str, str], list[tuple[Row, Row]]] = {}
    by_concept: dict[str, list[Row]] = {}
    for cell in cells:
        if cell["agreement"] != "mixed":
            by_concept.setdefault(cell["concept"], []).append(cell)
    for group in by_concept.values():
        for one, other in itertools.combinations(group, 2):
            relation = CONGRUENCE if one["agreement"] == other["agreement"] else CONFLICT
            edges.setdefault((one["actor"], other["actor"], relation), []).append((one, other))
    return [{"a": a, "b": b, "relation": relation, "weight": len(pairs),
             "concepts": tuple(one["concept"] for one, _ in pairs),
             "concept_labels": tuple(one["concept_label"] for one, _ in pairs),
             "passages": _unique(p for one, other in pairs for p in (*one["passages"], *other["passages"])),
             "publishers": _unique(p for one, other in pairs for p in (*one["publishers"], *other["publishers"]))}
            for (a, b, relation), pairs in edges.items()]


def _camps(edges: Iterable[Row]) -> dict[str, int]:
    """Two camps with as much congruence inside and conflict between them as can be had by moving one actor at a time.

    Deterministic: actors move in order of their first tie until no move helps;
    the first actor's camp is 0.
    """
    pull: dict[str, dict[str, int]] = {}
    for edge in edges:
        weight = edge["weight"] if edge["relation"] == CONGRUENCE else -edge["weight"]
        for one, other in ((edge["a"], edge["b"]), (edge["b"], edge["a"])):
            pull.setdefault(one, {})
            pull[one][other] = pull[one].get(other, 0) + weight
    side: dict[str, int] = {}
    for actor, ties in pull.items():
        side[actor] = 1 if sum(weight * side.get(other, 0) for other, weight in ties.items()) >= 0 else -1
    moved = True
    while moved:  # each move raises a bounded sum, so this ends
        moved = False
        for actor, ties in pull.items():
            if side[actor] * sum(weight * side[other] for other, weight in ties.items()) < 0:
                side[actor] *= -1
                moved = True
    first = next(iter(side.values()), 1)
    return {actor: 0 if of == first else 1 for actor, of in side.items()}


# --- dates --------------------------------------------------------------------

def timeline(data: Tables) -> pandas.DataFrame:
    """Events in order of time.

    Columns: id, title, date (EDTF), when (as prose has it), first, last (days;
    None where open), kind (day; span: it lasted from first to last; within:
    some day between them, such as a month; open), resolved (the source gives
    a weekday only), actors, source, passage, publisher.
    """
    labels = {id: row["label"] for id, row in _by_id(data, "actors").items()}
    rows = []
    for event in data.rows["events"]:
        first, last = date_bounds(event["date"])
        rows.append({"id": event["id"], "title": event["title"], "date": event["date"],
                     "when": day(event["date"]), "first": first, "last": last,
                     "kind": _kind(event["date"], first, last), "resolved": bool(event["resolved"]),
                     "actors": tuple(labels[id] for id in event["actors"] or ()), "passage": event["passage"],
                     "source": event["source"] or _source_of(data, event["passage"]),
                     "publisher": _publisher(data, event["source"] or _source_of(data, event["passage"]))})
    far = datetime.date.max
    rows.sort(key=lambda row: (row["first"] or row["last"] or far, row["last"] or far, row["id"]))
    return _frame(rows, ["id", "title", "date", "when", "first", "last", "kind", "resolved", "actors", "passage",
                         "source", "publisher"])


def _kind(edtf: str, first: datetime.date | None, last: datetime.date | None) -> str:
    if first is None or last is None:
        return "open"
    if first == last:
        return "day"
    return "span" if "/" in edtf else "within"


def busiest(events: pandas.DataFrame, days: int = 7) -> tuple[datetime.date, datetime.date] | None:
    """The window of at most `days` days that holds the most dated events of `timeline`, or None."""
    known = [(row.first, row.last or row.first) for row in events.itertuples() if row.first]
    best: list[tuple[datetime.date, datetime.date]] = []
    for start, _ in known:
        end = start + datetime.timedelta(days - 1)
        inside = [(first, last) for first, last in known if start <= first and last <= end]
        best = inside if len(inside) > len(best) else best
    return (min(first for first, _ in best), max(last for _, last in best)) if best else None


# --- chains -------------------------------------------------------------------

def chains(data: Tables, kinds: Sequence[str] = ("quotation", "paraphrase")) -> pandas.DataFrame:
    """Attribution chains of the passages of these kinds, the longest first.

    Columns: chain, hands (all of them, first speaker first), hops (hands
    between speaker and page), count (of passages), quotations (of these),
    passages, publishers (tuples).
    """
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
                     "passages": passages, "publishers": publishers(data, passages)})
    rows.sort(key=lambda row: (-row["hops"], -row["count"], row["chain"]))
    return _frame(rows, ["chain", "hands", "hops", "count", "quotations", "passages", "publishers"])


# --- where a row comes from -----------------------------------------------------

def publishers(data: Tables, passages: Iterable[str]) -> tuple[str, ...]:
    """Who published the sources of these passages, each once."""
    return _unique(_publisher(data, _source_of(data, passage)) for passage in passages)


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
