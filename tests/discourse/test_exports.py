"""Exports, read back by other programs: networkx for GraphML, pyld for the annotations."""

import csv
import hashlib
import io
import json

import pytest

from briefing.discourse import exports
from briefing.sources import annotations
from briefing.facts import tables

#: As much of http://www.w3.org/ns/anno.jsonld as the export uses; nothing is fetched.
CONTEXT = {"@context": {
    "oa": "http://www.w3.org/ns/oa#", "as": "http://www.w3.org/ns/activitystreams#", "dc": "http://purl.org/dc/elements/1.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "id": {"@id": "@id", "@type": "@id"}, "type": {"@id": "@type", "@type": "@vocab"},
    **{name: f"oa:{name}" for name in ("Annotation", "TextualBody", "SpecificResource", "TextPositionSelector",
                                       "TextQuoteSelector", "describing")},
    "AnnotationCollection": "as:OrderedCollection", "AnnotationPage": "as:OrderedCollectionPage",
    "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"}, "body": {"@id": "oa:hasBody", "@type": "@id"},
    "target": {"@id": "oa:hasTarget", "@type": "@id"}, "source": {"@id": "oa:hasSource", "@type": "@id"},
    "selector": {"@id": "oa:hasSelector", "@type": "@id"}, "refinedBy": {"@id": "oa:refinedBy", "@type": "@id"},
    "start": {"@id": "oa:start", "@type": "xsd:nonNegativeInteger"}, "end": {"@id": "oa:end", "@type": "xsd:nonNegativeInteger"},
    "exact": "oa:exact", "prefix": "oa:prefix", "suffix": "oa:suffix", "value": "rdf:value", "format": "dc:format", "language": "dc:language", "label": "rdfs:label",
    "first": {"@id": "as:first", "@type": "@id"}, "partOf": {"@id": "as:partOf", "@type": "@id"},
    "total": {"@id": "as:totalItems", "@type": "xsd:nonNegativeInteger"},
    "startIndex": {"@id": "as:startIndex", "@type": "xsd:nonNegativeInteger"},
    "items": {"@id": "as:items", "@type": "@id", "@container": "@list"}}}
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


# --- networks ---------------------------------------------------------------------

@pytest.fixture
def networkx():
    return pytest.importorskip("networkx")


def test_networks_are_read_back_by_networkx(data, networkx):
    for name, network in exports.networks(data).items():
        read = networkx.parse_graphml(exports.graphml(network))
        assert dict(read.nodes(data=True)) == dict(network.nodes(data=True)), name
        assert {frozenset(edge[:2]): edge[2] for edge in read.edges(data=True)} == \
            {frozenset(edge[:2]): edge[2] for edge in network.edges(data=True)}


def test_networks_join_who_agrees_and_who_does_not(data):
    graphs = exports.networks(data)
    assert set(graphs) == {"congruence", "conflict", "two-mode"}
    assert list(graphs["conflict"].edges(data="weight")) == [("union", "port-company", 1)]
    assert list(graphs["congruence"].edges) == [] and "mayor" in graphs["congruence"]
    two_mode = {(a, b): (edge["sign"], edge["weight"]) for a, b, edge in graphs["two-mode"].edges(data=True)}
    assert two_mode == {("union", "crews-needed"): (1, 2), ("port-company", "crews-needed"): (-1, 1),
                        ("port-company", "strike-lawful"): (-1, 1)}


def test_actor_and_concept_of_one_name_stay_two_nodes(data):
    data.rows["concepts"][1]["id"] = "mayor"
    data.rows["statements"][3]["concept"] = "mayor"
    graph = exports.networks(data)["two-mode"]
    assert {id: node["mode"] for id, node in graph.nodes(data=True) if "mayor" in id} == {
        "mayor": "actor", "concept:mayor": "concept"}
    assert graph.has_edge("port-company", "concept:mayor")


# --- statements -------------------------------------------------------------------

def read(data):
    return list(csv.DictReader(io.StringIO(exports.statements(data))))


def test_statements_in_the_terms_of_the_discourse_network_analyzer(project, data):
    rows = read(data)
    assert {"person", "organization", "concept", "agreement", "start", "stop"} <= set(rows[0])
    assert rows[0] == {"id": "1", "time": "2031-03-08", "document": "Dockers stop work", "coder": "a", "person": "Ada Brook",
                       "organization": "Union", "concept": "Every crane must have a crew.", "agreement": "1",
                       "start": "193", "stop": "237"}
    length = data.row("sources", "courier")["characters"]
    assert all(0 <= int(row["start"]) < int(row["stop"]) <= length for row in rows)
    assert {row["agreement"] for row in rows} == {"0", "1"} and [row["id"] for row in rows] == list("1234")


def test_person_is_who_speaks_and_never_the_page(data):
    assert [row["person"] for row in read(data)] == ["Ada Brook", "", "", ""]  # an act; the company itself


def test_who_says_both_has_a_row_for_each(data):
    data.rows["statements"][0]["agreement"] = "mixed"
    assert [row["agreement"] for row in read(data)][:2] == ["1", "0"] and len(read(data)) == 5


def test_without_stands_there_are_annotations_alone(data):
    assert set(exports.files(data)) == {"evidence.jsonld", "statements.csv", "congruence.graphml", "conflict.graphml",
                                        "two-mode.graphml"}
    data.rows["statements"].clear()
    assert set(exports.files(data)) == {"evidence.jsonld"}
