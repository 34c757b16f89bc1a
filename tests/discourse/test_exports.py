"""Exports, read back by other programs: networkx for GraphML, pyld for the annotations."""

import csv
import hashlib
import io
import json
import random

import pytest

from briefing.discourse import exports, statements
from briefing.editions import crate
from briefing.sources import annotations
from briefing.facts import tables

CONTEXT = json.loads(crate.contexts()["contexts/anno.jsonld"])
OA = "http://www.w3.org/ns/oa#"


@pytest.fixture
def data(project):
    return tables.load(project)


def offline(url, options):
    assert url == "http://www.w3.org/ns/anno.jsonld"
    return {"contextUrl": None, "documentUrl": url, "document": CONTEXT}


@pytest.fixture
def expand():
    jsonld = pytest.importorskip("pyld").jsonld

    def run(text):
        return jsonld.expand(json.loads(text), {"base": "https://example.org/evidence.jsonld", "documentLoader": offline})

    return run


# --- annotations ------------------------------------------------------------------

def items(collection):
    page = collection["http://www.w3.org/ns/activitystreams#first"][0]
    return page["http://www.w3.org/ns/activitystreams#items"][0]["@list"]


def test_annotations_are_read_by_a_json_ld_processor(data, expand):
    (collection,) = expand(annotations.annotated(data))
    assert collection["@id"] == "https://example.org/evidence.jsonld#evidence"
    read = items(collection)
    assert [item["@id"].partition("#")[2] for item in read] == [row["id"] for row in data.rows["passages"]]
    assert all(item["@type"] == [f"{OA}Annotation"] for item in read)
    assert collection["http://www.w3.org/ns/activitystreams#totalItems"][0]["@value"] == len(read)


def test_every_key_has_a_meaning_in_the_context(data):
    def keys(node):
        if isinstance(node, dict):
            yield from node
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from keys(inner)

    assert set(keys(json.loads(annotations.annotated(data)))) - {"@context"} <= set(CONTEXT["@context"])


def test_annotations_become_triples_with_absolute_names(data):
    jsonld = pytest.importorskip("pyld").jsonld
    quads = jsonld.to_rdf(json.loads(annotations.annotated(data)), {
        "base": "https://example.org/e", "documentLoader": offline, "format": "application/n-quads"})
    assert quads.count(f"<{OA}hasSelector>") == 6 and quads.count(f"<{OA}refinedBy>") == 1
    assert quads.count("<ni:///sha-256;") == 6


def test_selectors_find_their_words_in_the_source(project, data, expand):
    text = (project / "courier-2031-03-08.txt").read_bytes().decode("utf-8")
    rows = {row["id"]: row for row in data.rows["passages"]}
    for item in items(expand(annotations.annotated(data))[0]):
        row = rows[item["@id"].partition("#")[2]]
        (selector,) = item[f"{OA}hasTarget"][0][f"{OA}hasSelector"]
        start, end = (int(selector[f"{OA}{name}"][0]["@value"]) for name in ("start", "end"))
        words = text[start:end]
        assert selector["@type"] == [f"{OA}TextPositionSelector"] and 0 <= start < end <= len(text)
        assert hashlib.sha256(words.encode()).hexdigest() == row["sha256"]
        inner = selector.get(f"{OA}refinedBy")
        assert (inner is not None) == bool(row["quote"])
        if inner:
            assert words.count(inner[0][f"{OA}exact"][0]["@value"]) == 1


def test_what_stands_around_goes_with_a_quote_that_is_the_whole_span(data):
    def inner(**cells):
        row = next(row for row in data.rows["passages"] if row["quote"])
        row.update(cells)
        every = json.loads(annotations.annotated(data))["first"]["items"]
        return next(item["target"]["selector"].get("refinedBy") for item in every if item["id"] == f"#{row['id']}")

    row = next(row for row in data.rows["passages"] if row["quote"])
    around = {"prefix": "goes back", "suffix": "the union"}
    assert set(inner(**around)) == {"type", "exact"}  # other words stand before and after the quote
    assert inner(start=row["end"] - len(row["quote"])) == {"type": "TextQuoteSelector", "exact": row["quote"], **around}
    assert "prefix" not in inner(prefix=None) and inner(quote=None) is None


def test_target_is_the_text_that_positions_count_in(data):
    def source(**cells):
        data.rows["sources"][0].update(cells)
        return json.loads(annotations.annotated(data))["first"]["items"][0]["target"]["source"]

    assert source(sha256="00" * 32, url="https://example.org/page") == "ni:///sha-256;" + "A" * 43
    assert source(sha256=None) == "https://example.org/page" and source(url=None) == "#courier"


def test_annotations_come_in_the_order_of_the_texts(data):
    before = annotations.annotated(data)
    data.rows["passages"].reverse()
    assert annotations.annotated(data) == before


# --- networks ---------------------------------------------------------------------

@pytest.fixture
def networkx():
    return pytest.importorskip("networkx")


@pytest.fixture
def talk(dossier):
    return tables.load(dossier)


NAMES = ["congruence", "conflict", "subtract", "two-mode", "concept-congruence"]


@pytest.mark.parametrize("which", ["data", "talk"])
def test_networks_are_read_back_by_networkx(which, request, networkx):
    graphs = exports.networks(request.getfixturevalue(which))
    assert list(graphs) == NAMES
    for name, graph in graphs.items():
        read = networkx.parse_graphml(exports.graphml(graph))
        assert dict(read.nodes(data=True)) == dict(graph.nodes), name  # values and types, booleans and numbers
        assert {frozenset(edge[:2]): edge[2] for edge in read.edges(data=True)} == \
            {frozenset(pair): row for pair, row in graph.edges.items()}, name
        assert read.graph["rule"] == exports.RULES[name] and read.graph["name"] == name


def test_networks_join_who_agrees_and_who_does_not(data):
    graphs = exports.networks(data)
    assert {pair: row["weight"] for pair, row in graphs["conflict"].edges.items()} == {("port-company", "union"): 1}
    assert {pair: row["weight"] for pair, row in graphs["subtract"].edges.items()} == {("port-company", "union"): -1}
    assert graphs["subtract"].edges["port-company", "union"]["relation"] == "conflict"
    assert graphs["congruence"].edges == {} and "mayor" in graphs["congruence"].nodes
    two_mode = {pair: (row["sign"], row["weight"]) for pair, row in graphs["two-mode"].edges.items()}
    assert two_mode == {("union", "crews-needed"): (1, 2), ("port-company", "crews-needed"): (-1, 1),
                        ("port-company", "strike-lawful"): (-1, 1)}
    concepts = graphs["concept-congruence"].edges
    assert {pair: (row["weight"], row["actors"]) for pair, row in concepts.items()} == {
        ("crews-needed", "strike-lawful"): (1, "port-company")}


def test_who_has_both_stands_counts_with_both(data):
    for row in data.rows["statements"]:
        if row["actor"] == "union":
            row["agreement"] = "mixed"
    graphs = exports.networks(data)
    pair = "port-company", "union"
    assert graphs["congruence"].edges[pair]["weight"] == graphs["conflict"].edges[pair]["weight"] == 1
    assert pair not in graphs["subtract"].edges
    stand = graphs["two-mode"].edges["union", "crews-needed"]
    assert (stand["relation"], stand["sign"], stand["agree"], stand["disagree"]) == ("mixed", 0, 2, 2)


def test_ties_are_those_of_the_rules_of_networks(talk):
    networks = pytest.importorskip("briefing.discourse.networks")
    rows, graphs = statements.counted(talk), exports.networks(talk)
    for name, rule in (("congruence", networks.Rule("congruence")), ("conflict", networks.Rule("conflict")),
                       ("subtract", networks.Rule("subtract")),
                       ("concept-congruence", networks.Rule("congruence", of="concept"))):
        expected = networks.network(rows, rule)
        assert expected.ties
        assert {(tie.a, tie.b): tie.weight for tie in expected.ties} == \
            {pair: row["weight"] for pair, row in graphs[name].edges.items()}, name
        kind = "actors" if name == "concept-congruence" else "concepts"
        assert all(tuple(row[kind].split()) == expected.grounds(*pair).through
                   for pair, row in graphs[name].edges.items()), name


def test_two_modes_are_told_to_igraph_and_to_networkx(talk, networkx):
    text = exports.graphml(exports.networks(talk)["two-mode"])
    assert '<key id="node-type" for="node" attr.name="type" attr.type="boolean"/>' in text
    read = networkx.parse_graphml(text)
    kinds = {(node["mode"], node["type"], node["bipartite"]) for _, node in read.nodes(data=True)}
    assert kinds == {("actor", False, 0), ("concept", True, 1)}
    top = {id for id, node in read.nodes(data=True) if node["bipartite"] == 0}
    assert networkx.is_bipartite(read) and networkx.bipartite.is_bipartite_node_set(read, top)
    assert ">true<" in text and ">false<" in text and ">True<" not in text  # as XML Schema has them


def test_nodes_say_what_an_actor_is_and_when_it_spoke(talk):
    graph = exports.networks(talk)["congruence"]
    minister = graph.nodes["minister"]
    assert (minister["label"], minister["kind"], minister["organisation"]) == ("Water minister", "person", "Government")
    said = [row for row in statements.counted(talk) if row["actor"] == "minister"]
    assert minister["statements"] == len(said) > 1
    assert minister["first"] == min(row["first"] for row in said).isoformat() == "2031-01-13"  # the occasion's day
    assert minister["last"] == max(row["last"] for row in said).isoformat()
    assert "organisation" not in graph.nodes["government"] and isinstance(minister["camp"], int)


def test_a_tie_has_the_days_of_the_statements_that_make_it(data):
    rows = data.rows["statements"]
    rows[:] = [{**rows[0], "actor": actor, "agreement": agreement, "date": date, "passage": passage["id"]}
               for (actor, agreement, date), passage in zip((
                   ("union", "agree", "2031-01"), ("union", "disagree", "2031-09-01"), ("mayor", "agree", "2031-02~"),
                   ("port-company", "agree", "../2031-03-01")), data.rows["passages"], strict=False)]
    edges = exports.networks(data)["congruence"].edges
    assert {pair: (row["first"], row["last"]) for pair, row in edges.items()} == {
        ("mayor", "union"): ("2031-01-01", edges["mayor", "union"]["last"]),
        ("mayor", "port-company"): (edges["mayor", "port-company"]["first"], "2031-03-01"),
        ("port-company", "union"): ("2031-01-01", "2031-03-01")}
    assert edges["mayor", "union"]["last"] < "2031-09"  # the later reversal makes no part of it


def test_what_has_no_date_has_none_in_a_network(data):
    for row in data.rows["sources"]:
        row["published"] = None
    for row in data.rows["passages"]:
        row["occasion"] = None
    graphs = exports.networks(data)
    assert all("first" not in row and "last" not in row for graph in graphs.values()
               for row in (*graph.nodes.values(), *graph.edges.values()))
    assert [row.split(";")[1] for row in exports.dna(data).split("\n")[1:]] == [""] * 4


def test_markup_in_a_label_stays_text(data, networkx):
    data.rows["actors"][0]["label"] = 'A & B <"C">'
    read = networkx.parse_graphml(exports.graphml(exports.networks(data)["congruence"]))
    assert read.nodes[data.rows["actors"][0]["id"]]["label"] == 'A & B <"C">'


def test_actor_and_concept_of_one_name_stay_two_nodes(data):
    data.rows["concepts"][1]["id"] = "mayor"
    data.rows["statements"][3]["concept"] = "mayor"
    graph = exports.networks(data)["two-mode"]
    assert {id: node["mode"] for id, node in graph.nodes.items() if "mayor" in id} == {
        "mayor": "actor", "concept:mayor": "concept"}
    assert ("port-company", "concept:mayor") in graph.edges


# --- statements -------------------------------------------------------------------

HEADER = ('"statement_id";"time";"person";"organization";"concept";"agreement";"start_position";"stop_position";"text";'
          '"coder";"document_id";"document_title";"document_author";"document_source";"document_section";'
          '"document_type"')


def read_dna(data):
    """As R reads it: `read.csv2(file, dec = ".")`."""
    return list(csv.DictReader(io.StringIO(exports.dna(data)), delimiter=";"))


def read_full(data):
    return list(csv.DictReader(io.StringIO(exports.full(data))))


def test_statements_as_the_discourse_network_analyzer_exports_them(data):
    text = exports.dna(data)
    header, _, _, third, _ = text.split("\n")
    assert header == HEADER and not text.endswith("\n")
    assert third == ('3;2031-03-08 00:00:00;"Ada Brook";"Union";"Every crane must have a crew.";1;193;237;'
                     '"until the cranes have crews";1;1;'
                     '"Dockers stop work";"";"Sandhaven Courier";"";""')
    length = data.row("sources", "courier")["characters"]
    rows = read_dna(data)
    assert all(0 <= int(row["start_position"]) < int(row["stop_position"]) <= length for row in rows)
    assert {row["agreement"] for row in rows} == {"0", "1"} and [row["statement_id"] for row in rows] == list("1234")


def test_separators_and_quotes_in_a_text_are_replaced_as_there(data):
    data.rows["concepts"][0]["sentence"] = 'Say "no"; or yes.'
    sentences = {row["concept"] for row in read_dna(data)}
    assert "Say 'no', or yes." in sentences and len(exports.dna(data).split("\n")[1].split(";")) == 16
    assert 'Say "no"; or yes.' in {row["sentence"] for row in read_full(data)}  # the full list keeps it


def test_person_is_who_speaks_and_never_the_page(data):
    assert [row["person"] for row in read_dna(data)] == ["", "", "Ada Brook", ""]  # an act; the company itself
    assert [row["person"] for row in read_full(data)] == ["", "", "Ada Brook", ""]


def test_an_actor_that_belongs_to_an_organisation_is_a_person_of_it(talk):
    found = {(row["person"], row["organization"]) for row in read_dna(talk)}
    assert ("Water minister", "Government") in found and ("Tomas Reed", "Northern Grid") in found
    assert all(person != "Ilse Brandt" for person, _ in found)  # one node for one actor
    assert "Ilse Brandt" in {row["person"] for row in read_full(talk) if row["actor"] == "minister"}


def test_who_says_both_has_a_row_for_each(data):
    data.rows["statements"][0]["agreement"] = "mixed"
    assert [row["agreement"] for row in read_dna(data)][2:4] == ["1", "0"] and len(read_dna(data)) == 5
    assert [(row["agreement"], row["dna"]) for row in read_full(data)][2:] == [("mixed", "3 4"), ("disagree", "5")]


def test_a_stand_is_dated_by_when_it_was_taken_and_doubt_is_kept(talk):
    full = {row["id"]: row for row in read_full(talk)}
    times = {row["statement_id"]: row["time"] for row in read_dna(talk)}
    minister = full["h-minister/minister/build/anna"]
    assert (minister["date"], minister["first"], minister["dated"]) == ("2031-01-13", "2031-01-13", "occasion")
    assert times[minister["dna"]] == "2031-01-13 00:00:00"
    vague = [row for row in full.values() if row["date"] and row["date"][-1] in "~?"]
    assert vague and {row["dated"] for row in vague} <= {"statement", "occasion", "source"}
    for row in vague:
        assert row["first"] <= row["last"] and all(times[id] == f"{row['first']} 00:00:00" for id in row["dna"].split())


def test_the_full_list_has_all_coders_and_says_whose_count(talk):
    rows = read_full(talk)
    assert tuple(rows[0]) == exports.FULL_COLUMNS
    assert len(rows) == len(talk.rows["statements"]) == len({row["id"] for row in rows})
    counted = {f"{row['passage']}/{row['actor']}/{row['concept']}/{row['coder']}" for row in statements.counted(talk)}
    assert {row["id"] for row in rows if row["counts"] == "true"} == counted
    assert 0 < len(counted) < len(rows)
    assert all(bool(row["dna"]) == (row["counts"] == "true") for row in rows)
    listed = {row["statement_id"] for row in read_dna(talk)}
    assert {id for row in rows for id in row["dna"].split()} == listed
    acts = [row for row in rows if row["mode"] == "done"]
    assert acts and all(row["act"] for row in acts)
    assert {row["language"] for row in rows} == {"en", "de", "ru"}


def test_the_coders_own_span_goes_before_the_passages(data):
    data.rows["statements"][0].update(start=200, end=210)
    assert ("200", "210") in {(row["start_position"], row["stop_position"]) for row in read_dna(data)}
    assert ("200", "210") in {(row["start"], row["end"]) for row in read_full(data)}


@pytest.mark.parametrize("seed", range(4))
def test_no_order_of_rows_decides_an_export(talk, seed):
    before = exports.files(talk)
    for rows in talk.rows.values():
        random.Random(seed).shuffle(rows)
    assert exports.files(talk) == before


def test_no_cell_is_changed_for_spreadsheets(data):
    data.rows["actors"][0]["label"] = "=1+1"
    assert '"=1+1"' in exports.dna(data) and ",=1+1," in exports.full(data)


def test_without_stands_there_are_annotations_alone(data):
    assert set(exports.files(data)) == {"evidence.jsonld", "statements-dna.csv", "statements-full.csv",
                                        *(f"{name}.graphml" for name in NAMES)}
    assert set(exports.files(data)) <= set(exports.ABOUT)
    data.rows["statements"].clear()
    assert set(exports.files(data)) == {"evidence.jsonld"}
