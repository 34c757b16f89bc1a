"""Passages as other programs read them: the whole collection of a small table, and what each cell does to it."""

import base64
import hashlib
import json

import pytest

from briefing.facts.tables import Tables
from briefing.language import Language, speaking
from briefing.sources import annotations

SHA256 = hashlib.sha256("The quay is shut – all of it.".encode()).hexdigest()
NAMED = "ni:///sha-256;" + base64.urlsafe_b64encode(bytes.fromhex(SHA256)).decode().rstrip("=")


def source(**cells):
    return {"id": "courier", "language": "en", "sha256": SHA256, "url": "https://example.org/quay"} | cells


def passage(**cells):
    return {"id": "shut", "source": "courier", "start": 4, "end": 8, "quote": None, "gist": "The quay – shut."} | cells


def tables(tmp_path, passages, sources=None, **descriptor):
    return Tables(tmp_path, {"resources": [], **descriptor}, {"sources": sources or [source()], "passages": passages})


def told(tmp_path, passages, sources=None, **descriptor):
    return json.loads(annotations.annotated(tables(tmp_path, passages, sources, **descriptor)))


def item(tmp_path, of=None, **cells):
    (found,) = told(tmp_path, [passage(**cells)], [source(**of or {})])["first"]["items"]
    return found


def test_whole_collection_of_one_passage(tmp_path):
    assert told(tmp_path, [passage(quote="quay", prefix="The", suffix="is shut")], title="A harbour", name="harbour") == {
        "@context": "http://www.w3.org/ns/anno.jsonld", "id": "#evidence", "type": "AnnotationCollection",
        "label": "A harbour", "total": 1,
        "first": {"id": "#passages", "type": "AnnotationPage", "partOf": "#evidence", "startIndex": 0, "items": [{
            "id": "#shut", "type": "Annotation", "motivation": "describing",
            "body": {"type": "TextualBody", "value": "The quay – shut.", "format": "text/plain", "language": "en"},
            "target": {"type": "SpecificResource", "source": NAMED, "language": "en", "selector": {
                "type": "TextPositionSelector", "start": 4, "end": 8,
                "refinedBy": {"type": "TextQuoteSelector", "exact": "quay", "prefix": "The", "suffix": "is shut"}}}}]}}


def test_file_has_a_key_a_line_and_letters_as_they_are(tmp_path):
    text = annotations.annotated(tables(tmp_path, [passage()]))
    assert text.startswith('{\n "@context": "http://www.w3.org/ns/anno.jsonld",\n "id": "#evidence",\n')
    assert text.endswith("\n }\n}\n") and '"value": "The quay – shut."' in text


@pytest.mark.parametrize(("descriptor", "label"), [
    ({"title": "A harbour", "name": "harbour"}, "A harbour"), ({"name": "harbour"}, "harbour"),
    ({"title": "", "name": "harbour"}, "harbour"), ({}, "Evidence")])
def test_collection_is_called_by_title_else_name_else_evidence(tmp_path, descriptor, label):
    assert told(tmp_path, [], **descriptor)["label"] == label


def test_no_passage_is_a_collection_of_none(tmp_path):
    found = told(tmp_path, [])
    assert (found["total"], found["first"]["items"]) == (0, [])


def test_items_go_by_source_then_place_then_id(tmp_path):
    places = [("bote", 0, 9, "z"), ("bote", 0, 12, "a"), ("bote", 3, 4, "b"), ("courier", 0, 2, "d"), ("courier", 0, 2, "e")]
    rows = [passage(source=of, start=start, end=end, id=id) for of, start, end, id in places]
    found = told(tmp_path, rows[::-1], [source(), source(id="bote")])["first"]
    assert [each["id"] for each in found["items"]] == ["#z", "#a", "#b", "#d", "#e"]
    assert found["startIndex"] == 0


@pytest.mark.parametrize(("cells", "selected"), [
    ({}, None),
    ({"quote": ""}, None),
    ({"quote": "quay"}, {"exact": "quay"}),  # nothing is held of what stands around
    ({"quote": "quay", "prefix": "The", "suffix": ""}, {"exact": "quay", "prefix": "The"}),
    ({"quote": "quay", "prefix": None, "suffix": "is shut"}, {"exact": "quay", "suffix": "is shut"}),
    ({"quote": "quay", "end": 9, "prefix": "The", "suffix": "is shut"}, {"exact": "quay"}),  # it is not the whole span
    ({"quote": "quay", "start": 5, "prefix": "The", "suffix": "is shut"}, {"exact": "quay"}),
])
def test_quote_refines_the_place(tmp_path, cells, selected):
    expected = {} if selected is None else {"refinedBy": {"type": "TextQuoteSelector", **selected}}
    place = {"start": cells.get("start", 4), "end": cells.get("end", 8)}
    assert item(tmp_path, **cells)["target"]["selector"] == {"type": "TextPositionSelector", **place, **expected}


@pytest.mark.parametrize(("language", "told"), [("mn", {"language": "mn"}), ("zh-Hant", {"language": "zh-Hant"}), ("und", {}),
    (None, {})])
def test_target_has_the_language_of_its_source_where_it_is_known(tmp_path, language, told):
    target = item(tmp_path, {"language": language})["target"]
    assert {key: target[key] for key in target if key == "language"} == told


@pytest.mark.parametrize(("cells", "iri"), [
    ({}, NAMED), ({"sha256": "ff" * 32}, "ni:///sha-256;" + "_" * 42 + "8"), ({"sha256": "fb" * 32},
     "ni:///sha-256;" + "-_v7" * 10 + "-_s"),
    ({"sha256": None}, "https://example.org/quay"), ({"sha256": "", "url": ""}, "#courier"),
     ({"sha256": None, "url": None}, "#courier")])
def test_target_is_named_by_its_hash_else_where_it_was_read_else_by_its_id(tmp_path, cells, iri):
    assert item(tmp_path, cells)["target"]["source"] == iri


def test_gist_has_the_language_of_the_report_and_the_target_that_of_its_source(tmp_path):
    with speaking(Language("mn")):
        found = item(tmp_path, {"language": "de"})
    assert (found["body"]["language"], found["target"]["language"]) == ("mn", "de")
