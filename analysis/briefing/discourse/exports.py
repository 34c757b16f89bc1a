"""The evidence and the stands in forms that other programs read.

All are for programs: their words are English whatever the report's language is, and none depends on the order of the
tables' rows. No cell is changed so that spreadsheets do not take it for a formula: what begins with =, +, - or @
stands as the tables have it.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from xml.sax.saxutils import escape, quoteattr

from ..facts.tables import Row, Tables
from ..sources.annotations import ANNOTATIONS, annotated
from . import camps, positions, statements
from . import networks as networks_by_rule
from .networks import AGREEMENTS, CONFLICT, CONGRUENCE, SUBTRACT, Rule

DNA, FULL = "statements-dna.csv", "statements-full.csv"
CONCEPT_CONGRUENCE = "concept-congruence"
#: The networks, by the name of their file, and the rule of each in words.
RULES: Mapping[str, str] = {
    CONGRUENCE: "Two actors are tied by each concept and stand that both take; duplicates counted once across the "
                  "range, who has both stands counts with both, no normalisation.",
    CONFLICT: "Two actors are tied by each concept on which one agrees and the other disagrees; duplicates counted "
                "once across the range, who has both stands counts with both, no normalisation.",
    SUBTRACT: "Congruence minus conflict of two actors; pairs with as much of both are not tied; duplicates counted "
                "once across the range, who has both stands counts with both, no normalisation.",
    "two-mode": "An actor is tied to each concept on which it takes a stand; weight: passages; agree, disagree: "
                "statements of each; sign: 1 agrees, -1 disagrees, 0 both; no normalisation.",
    CONCEPT_CONGRUENCE: "Two concepts are tied by each actor that takes the same stand on both; duplicates counted "
                        "once across the range, who has both stands counts with both, no normalisation."}
GRAPHML = "http://graphml.graphdrawing.org/xmlns"
#: What each export is, and the standard that it follows: its address and its name.
ABOUT: Mapping[str, tuple[str, str, str]] = {
    ANNOTATIONS: ("Every passage as a Web Annotation.", "https://www.w3.org/TR/annotation-model/",
                  "Web Annotation Data Model"),
    DNA: ("The statements that figures count, as the Discourse Network Analyzer exports an event list.",
          "https://github.com/leifeld/dna", "Discourse Network Analyzer (DNA), event list"),
    FULL: ("All statements of all coders, with their dates as uncertain as they are.",
           "https://www.rfc-editor.org/rfc/rfc4180", "Comma-separated values (RFC 4180)"),
    **{f"{name}.graphml": (rule, GRAPHML, "GraphML") for name, rule in RULES.items()},
    "references.json": ("Every source and passage as a CSL item.",
                        "https://docs.citationstyles.org/en/stable/specification.html", "Citation Style Language")}


def files(tables: Tables) -> dict[str, str]:
    """All exports of a project by file name: annotations always, the stands where there are any."""
    exports = {ANNOTATIONS: annotated(tables)}
    if all(tables.rows.get(name) for name in ("statements", "actors", "concepts")):
        counted = statements.counted(tables)
        exports[DNA] = dna(tables, counted)
        exports[FULL] = full(tables, counted)
        for name, graph in networks(tables, counted).items():
            exports[f"{name}.graphml"] = graphml(graph)
    return exports


# --- statements -------------------------------------------------------------------

def dna(tables: Tables, counted: Sequence[Row] | None = None) -> str:
    """The statements that figures count as the event list of the Discourse Network Analyzer (DNA), version 3.

    Header, separator, quotes, dates and the coding of agreement are those of `eventCSV` in
    dna/src/main/java/dna/export/Exporter.java, github.com/leifeld/dna at commit 2adbf78, for the statement type that a
    new database has (person, organization, concept, agreement): semicolons between, texts in double quotes, a double
    quote in a text becomes a single one and a semicolon a comma, numbers and times bare, no line feed at the end.

    - `statement_id`, `coder`, `document_id`: whole numbers, as DNA has them, in the order of the list, of the coders'
      names and of the sources' ids. `dna` of `full` has the first, so that rows can be joined.
    - `time`: midnight of the first day that the date can mean (of the last one where the first is open); empty where
      there is no date. In DNA it is the document's; here it is the statement's, as `statements.counted` dates it.
    - `person`: who is named as speaking for an organisation; of an actor that is a person or a member of one, the
      actor. `organization`: the actor's organisation, else the actor.
    - `concept`: the sentence to agree with. `agreement`: 1 or 0; who says both in one passage has a row for each.
    - `start_position`, `stop_position`: in code points (DNA counts UTF-16 units; they differ after rare characters).
    - `text`: the quote, where one is held. `document_author` and `document_section` are empty: no table has them.
    """
    book = _Book(tables)
    rows = ["\"statement_id\";\"time\";\"person\";\"organization\";\"concept\";\"agreement\";\"start_position\";"
            "\"stop_position\";\"text\";\"coder\";\"document_id\";\"document_title\";\"document_author\";"
            "\"document_source\";\"document_section\";\"document_type\""]
    for row in statements.counted(tables) if counted is None else counted:
        actor, passage, source = book.actors[row["actor"]], book.passages[row["passage"]], book.sources[row["source"]]
        member = bool(actor.get("member_of")) or actor.get("kind") == "person"
        day = row["first"] or row["last"]
        start, end = book.span(row)
        for agreement in AGREEMENTS[row["agreement"]]:
            rows.append(";".join((
                str(len(rows)), f"{day} 00:00:00" if day else "",
                _quoted(actor["label"] if member else book.speaker(row)), _quoted(book.organisation(row)),
                _quoted(book.concepts[row["concept"]]["sentence"]), str(int(agreement)), str(start), str(end),
                _quoted(passage["quote"]), str(book.coders[row["coder"]]), str(book.documents[row["source"]]),
                _quoted(source["title"]), '""', _quoted(source["publisher"]), '""', _quoted(source.get("kind")))))
    return "\n".join(rows)


def _quoted(text: str | None) -> str:
    return '"' + (text or "").replace(";", ",").replace('"', "'") + '"'


def full(tables: Tables, counted: Sequence[Row] | None = None) -> str:
    """All statements of all coders as CSV (commas, RFC 4180 with line feeds), with all that the tables say of them.

    `id` is made of what makes a statement one (passage, actor, concept, coder), so it stays when others come or go.
    `date` is EDTF with its doubt, `first` and `last` the days that bound it, `dated` what it is from (statement,
    occasion, source). `person` is who speaks, where named. `agreement` is agree, disagree or mixed. `counts` is true
    of those that figures are drawn from; `dna` has their numbers in the list of `dna`, two of a mixed one.
    """
    book = _Book(tables)
    number: dict[str, str] = {}
    place = itertools.count(1)
    for row in statements.counted(tables) if counted is None else counted:
        number[_id(row)] = " ".join(str(next(place)) for _ in AGREEMENTS[row["agreement"]])
    out = io.StringIO()
    table = csv.DictWriter(out, FULL_COLUMNS, lineterminator="\n")
    table.writeheader()
    rows = [row for coder in book.coders for row in statements.counted(tables, coder)]
    table.writerows(_record(book, row, number) for row in sorted(rows, key=statements.place))
    return out.getvalue()


FULL_COLUMNS = ("id", "date", "first", "last", "dated", "source", "title", "language", "coder", "actor", "actor_label",
                "kind", "organisation", "person", "concept", "concept_label", "sentence", "agreement", "mode", "act",
                "passage", "start", "end", "quote", "gist", "counts", "dna")


def _record(book: _Book, row: Row, number: Mapping[str, str]) -> dict[str, object]:
    actor, concept = book.actors[row["actor"]], book.concepts[row["concept"]]
    passage, source, id = book.passages[row["passage"]], book.sources[row["source"]], _id(row)
    start, end = book.span(row)
    return {
        **{name: row[name] for name in ("date", "first", "last", "dated", "source", "coder", "actor", "concept",
                                        "agreement", "mode", "act", "passage")},
        "id": id, "title": source["title"], "language": source["language"], "actor_label": actor["label"],
        "kind": actor.get("kind"), "organisation": actor.get("member_of"), "person": book.speaker(row),
        "concept_label": concept["label"], "sentence": concept["sentence"], "start": start, "end": end,
        "quote": passage["quote"], "gist": passage["gist"], "counts": str(id in number).lower(),
        "dna": number.get(id)}


def _id(row: Row) -> str:
    return "/".join((row["passage"], row["actor"], row["concept"], row["coder"]))


class _Book:
    """The rows that statements name, by id, and what follows from them for one statement of `statements.counted`."""

    def __init__(self, tables: Tables) -> None:
        self.actors, self.concepts, self.passages, self.sources = (
            {row["id"]: row for row in tables.rows[name]} for name in ("actors", "concepts", "passages", "sources"))
        names = sorted({row["coder"] for row in tables.rows["statements"]})
        self.coders = {name: at for at, name in enumerate(names, 1)}
        self.documents = {id: at for at, id in enumerate(sorted(self.sources), 1)}
        self.spans = {_id(row): (row.get("start"), row.get("end")) for row in tables.rows["statements"]}

    def speaker(self, row: Row) -> str:
        """Who is named as speaking; empty where that is the actor itself, and where a stand is read off an act."""
        passage, actor = self.passages[row["passage"]], self.actors[row["actor"]]
        named = row["mode"] == "said" and passage["kind"] != "narration" and \
            passage["speaker"].casefold() not in (actor["id"], actor["label"].casefold())
        return str(passage["speaker"]) if named else ""

    def organisation(self, row: Row) -> str:
        return str(self.actors[row["organisation"]]["label"])

    def span(self, row: Row) -> tuple[int, int]:
        """The coder's own span where one is marked, else the passage's."""
        start, end = self.spans[_id(row)]
        passage = self.passages[row["passage"]]
        return passage["start"] if start is None else start, passage["end"] if end is None else end


# --- networks ---------------------------------------------------------------------

@dataclass(frozen=True)
class Graph:
    """A network for other programs: its name and rule in words, and the attributes of its nodes and its edges."""

    name: str
    rule: str
    nodes: Mapping[str, Row]
    edges: Mapping[tuple[str, str], Row]


#: By node, by what it takes a stand on, by stand (True: agrees): the statements.
Cells = Mapping[str, Mapping[str, Mapping[bool, Sequence[Row]]]]
#: The days that bound the dates of statements, in ISO 8601; UNDATED where none has one: a late first, an early last.
Days = tuple[str, str]
UNDATED: Days = ("~", "")


def networks(tables: Tables, counted: Sequence[Row] | None = None) -> dict[str, Graph]:
    """The networks of Discourse Network Analysis by name (RULES has the rule of each in words), for other programs.

    Nodes, all of the codebook: `label`; of actors `kind`, `organisation` (its label), `camp` (from 0) where they have
    them, of concepts `sentence`; `statements` (how many), `first` and `last` (the days that bound their dates). Edges:
    `weight`, `relation` (congruence or conflict; agree, disagree or mixed in `two-mode`), `concepts` (or `actors`) that
    make it, by id with spaces between, `first` and `last` day of the statements behind it. `two-mode` besides: on nodes
    `mode`, `type` (as igraph reads two modes: true for concepts), `bipartite` (as networkx does: 0 actors, 1 concepts),
    on edges `sign`, `agree`, `disagree`.
    """
    counted = statements.counted(tables) if counted is None else counted
    by_actor, by_concept = _cells(counted, "actor", "concept"), _cells(counted, "concept", "actor")
    read = networks_by_rule.records(counted, Rule())  # the same by each of the three
    ties = {name: networks_by_rule.of_records(read, Rule(name)) for name in (CONGRUENCE, CONFLICT, SUBTRACT)}
    camp = camps.camps(ties[SUBTRACT], positions.CAMPS).camp  # as figures have them
    actors, concepts = _actors(tables, by_actor, camp), _concepts(tables, by_concept)
    days = _when(by_actor)
    edges = {name: _ties(ties[name], days) for name in (CONGRUENCE, CONFLICT)}
    edges[SUBTRACT] = _signed(ties[SUBTRACT], edges.values())
    found = {name: Graph(name, RULES[name], actors, edges[name]) for name in edges}
    found["two-mode"] = _two_mode(actors, concepts, by_actor)
    found[CONCEPT_CONGRUENCE] = Graph(CONCEPT_CONGRUENCE, RULES[CONCEPT_CONGRUENCE], concepts, _ties(
        networks_by_rule.network(counted, Rule(of="concept")), _when(by_concept), "actors"))
    return found


def _cells(counted: Iterable[Row], node: str, thing: str) -> Cells:
    cells: dict[str, dict[str, dict[bool, list[Row]]]] = {}
    for row in counted:
        levels = cells.setdefault(row[node], {}).setdefault(row[thing], {})
        for agreement in AGREEMENTS[row["agreement"]]:
            levels.setdefault(agreement, []).append(row)
    return cells


def _when(cells: Cells) -> dict[str, tuple[dict[str, Days], dict[str, Days]]]:
    """By node, what it disagrees and what it agrees with, each with the days that bound its statements."""
    return {node: ({thing: _days(levels[False]) for thing, levels in things.items() if False in levels},
                   {thing: _days(levels[True]) for thing, levels in things.items() if True in levels})
            for node, things in cells.items()}


def _ties(found: networks_by_rule.DiscourseNetwork, days: Mapping[str, tuple[Mapping[str, Days], Mapping[str, Days]]],
          through: str = "concepts") -> dict[tuple[str, str], Row]:
    """The edges of a network, in order."""
    edges: dict[tuple[str, str], Row] = {}
    for a, b, weight in found.ties:
        met: set[str] = set()
        behind: list[Days] = []
        for one, other, things in found.meetings(a, b):
            met |= things
            behind += map(days[a][one].__getitem__, things)
            behind += map(days[b][other].__getitem__, things)
        firsts, lasts = zip(*behind, strict=True)
        edges[a, b] = {"weight": int(weight), "relation": found.rule.aggregation, through: " ".join(sorted(met)),
                       **_dated((min(firsts), max(lasts)))}
    return edges


def _signed(found: networks_by_rule.DiscourseNetwork,
            parts: Collection[Mapping[tuple[str, str], Row]]) -> dict[tuple[str, str], Row]:
    """The edges of congruence minus conflict, from those of both: it is the weight that says the relation."""
    edges: dict[tuple[str, str], Row] = {}
    for a, b, weight in found.ties:
        behind = [part[a, b] for part in parts if (a, b) in part]
        edges[a, b] = {
            "weight": int(weight), "relation": CONGRUENCE if weight > 0 else CONFLICT,
            "concepts": " ".join(sorted({id for row in behind for id in row["concepts"].split()})),
            **_dated((min(row.get("first", UNDATED[0]) for row in behind),
                      max(row.get("last", UNDATED[1]) for row in behind)))}
    return edges


def _two_mode(actors: Mapping[str, Row], concepts: Mapping[str, Row], cells: Cells) -> Graph:
    node = {id: f"concept:{id}" if id in actors else id for id in concepts}
    nodes = {id: {**row, "mode": "actor", "type": False, "bipartite": 0} for id, row in actors.items()}
    nodes |= {node[id]: {**row, "mode": "concept", "type": True, "bipartite": 1} for id, row in concepts.items()}
    return Graph("two-mode", RULES["two-mode"], nodes, {
        (actor, node[concept]): _stand(cells[actor][concept]) for actor in sorted(cells)
        for concept in sorted(cells[actor])})


def _stand(levels: Mapping[bool, Sequence[Row]]) -> Row:
    agree, disagree = len(levels.get(True, ())), len(levels.get(False, ()))
    relation, sign = ("mixed", 0) if agree and disagree else ("agree", 1) if agree else ("disagree", -1)
    rows = [row for level in levels.values() for row in level]
    return {"weight": len({row["passage"] for row in rows}), "relation": relation, "sign": sign, "agree": agree,
            "disagree": disagree, **_dated(_days(rows))}


def _actors(tables: Tables, cells: Cells, camp: Mapping[str, int]) -> dict[str, Row]:
    labels = {row["id"]: row["label"] for row in tables.rows["actors"]}
    return {row["id"]: _known({"label": row["label"], "kind": row.get("kind"), "camp": camp.get(row["id"]),
                               "organisation": labels.get(row.get("member_of") or ""), **_active(cells, row["id"])})
            for row in sorted(tables.rows["actors"], key=itemgetter("id"))}


def _concepts(tables: Tables, cells: Cells) -> dict[str, Row]:
    return {row["id"]: {"label": row["label"], "sentence": row["sentence"], **_active(cells, row["id"])}
            for row in sorted(tables.rows["concepts"], key=itemgetter("id"))}


def _active(cells: Cells, id: str) -> Row:
    rows = {_id(row): row for levels in cells.get(id, {}).values() for level in levels.values() for row in level}
    return {"statements": len(rows), **_dated(_days(rows.values()))}


def _days(rows: Iterable[Row]) -> Days:
    bounds = [(row["first"] or row["last"], row["last"] or row["first"]) for row in rows if row["first"] or row["last"]]
    if not bounds:
        return UNDATED
    return min(first for first, _ in bounds).isoformat(), max(last for _, last in bounds).isoformat()


def _dated(days: Days) -> Row:
    return {} if days == UNDATED else {"first": days[0], "last": days[1]}


def _known(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}


_TYPES = {str: "string", int: "int", bool: "boolean"}


def graphml(graph: Graph) -> str:
    """A network as GraphML text (http://graphml.graphdrawing.org), numbers and truth values typed.

    Written here, since a library that builds a tree first takes twenty times as long for a network of 20,000 ties.
    """
    told = {"graph": {"name": graph.name, "rule": graph.rule}}
    keys = {("graph", name): "string" for name in told["graph"]}
    for of, rows in (("node", graph.nodes), ("edge", graph.edges)):
        for row in rows.values():
            keys |= {(of, name): _TYPES[type(value)] for name, value in row.items()}
    lines = ["<?xml version='1.0' encoding='utf-8'?>", f'<graphml xmlns="{GRAPHML}">',
             *(f'  <key id="{of}-{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>'
               for (of, name), kind in sorted(keys.items())),
             '  <graph edgedefault="undirected">', *_data("graph", told["graph"])]
    for id, row in graph.nodes.items():
        lines += [f"    <node id={quoteattr(id)}>", *_data("node", row), "    </node>"]
    quoted = {id: quoteattr(id) for id in graph.nodes}
    for (a, b), row in graph.edges.items():
        lines += [f"    <edge source={quoted[a]} target={quoted[b]}>", *_data("edge", row), "    </edge>"]
    return "\n".join([*lines, "  </graph>", "</graphml>", ""])


def _data(of: str, row: Row) -> list[str]:
    return [f'      <data key="{of}-{name}">{escape(value) if type(value) is str else str(value).lower()}</data>'
            for name, value in row.items()]
