"""The provenance crate: valid by an independent validator, without the network, and true to the edition."""

import copy
import hashlib
import json
import re
import warnings
from dataclasses import replace
from urllib.parse import unquote

import pytest

from briefing.discourse import exports
from briefing.editions import crate, edition
from briefing.facts import tables

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
VERSIONS = {"python": "3.12.1", "pandas": "2.3.0", "typst": "0.14.1"}


@pytest.fixture
def made(rendered):
    """Data, inputs and outputs of the invented briefing."""
    outputs = {path.relative_to(rendered / "_output").as_posix(): path.read_bytes()
               for path in (rendered / "_output").rglob("*") if path.is_file() and path.name != crate.NAME}
    return tables.load(rendered), edition.inputs(rendered), outputs


FRONT = {"title": "A strike in Sandhaven", "subtitle": "An invented briefing", "author": "The test suite", "lang": "en",
         "keywords": ["harbour", "strike"]}


def entities(text):
    graph = json.loads(text)["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph), "an @id stands twice"
    return {entity["@id"]: entity for entity in graph}


def listed(value):
    return [one["@id"] for one in (value if isinstance(value, list) else [value])]


@pytest.fixture
def issues(made, tmp_path, monkeypatch):
    """What roc-validator finds at a severity, the context served from its cache and nothing from the network."""
    monkeypatch.setenv("ROCRATE_VALIDATOR_AUTO_WARM", "0")
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the validator reached for the network"))
    import requests_cache
    from rocrate_validator import models, services
    from rocrate_validator.utils.http import HttpRequester

    with requests_cache.CachedSession(str(tmp_path / "cache"), backend="sqlite", expire_after=-1) as session:
        body = crate.contexts()["contexts/ro-crate-1.1.jsonld"]
        session.cache.save_response(requests_cache.CachedResponse(
            status_code=200, url=CONTEXT, headers={"Content-Type": "application/ld+json"}, content=body,
            request=requests_cache.CachedRequest(method="GET", url=CONTEXT)))

    def found(text, severity="REQUIRED"):
        folder = tmp_path / "crate"
        for name, content in {**made[2], crate.NAME: text.encode()}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it calls what rdflib deprecates
            result = services.validate(services.ValidationSettings(
                rocrate_uri=str(folder), profile_identifier="process-run-crate",
                requirement_severity=models.Severity[severity], offline=True, cache_path=tmp_path / "cache"))
        assert len(result.executed_checks) > 40
        assert not result.skipped_checks
        return [issue.message for issue in result.get_issues(models.Severity[severity])]

    yield found
    HttpRequester().session.close()


def test_crate_is_valid_at_required(made, issues):
    assert issues(crate.crate(*made, VERSIONS, FRONT)) == []


def damaged(text, change):
    content = json.loads(text)
    change({entity["@id"]: entity for entity in content["@graph"]}, content["@graph"])
    return json.dumps(content)


@pytest.mark.parametrize(("change", "words"), [
    (lambda by_id, _: by_id["./"].pop("license"), "`license` property"),
    (lambda by_id, _: by_id["#render"].pop("instrument"), "MUST have an instrument"),
    (lambda by_id, _: by_id["./"].pop("conformsTo"), "versioned permalink of the profile"),
    (lambda by_id, _: by_id["report.html"].update({"@id": "report.htm"}), "does not include the Data Entity"),
    (lambda by_id, _: by_id["#render"].update(colour="red"), 'key "colour"'),
])
def test_the_validator_sees_a_damaged_crate(made, issues, change, words):
    found = issues(damaged(crate.crate(*made, VERSIONS, FRONT), change))
    assert any(words in message for message in found), found


def test_the_validator_has_nothing_to_recommend_but_what_nobody_stated(made, issues):
    # no table has the address of software and publishers, where authors work, or who publishes the edition;
    # and the validator takes a package URL (pkg:…) for no absolute URI
    unstated = re.compile("SHOULD have a (url|URL)|affiliation|`publisher` property|SoftwareApplication id")
    found = issues(crate.crate(*made, VERSIONS, FRONT), "RECOMMENDED")
    assert [message for message in found if not unstated.search(message)] == []


def test_every_input_and_output_is_there_with_its_hash_and_size(made):
    data, inputs, outputs = made
    by_id = entities(crate.crate(*made, VERSIONS, FRONT))
    action = by_id["#render"]
    for ids, files, prefix in ((listed(action["object"]), inputs, "#inputs.zip/"),
                               (listed(action["result"]), outputs, "")):
        assert [unquote(id).removeprefix(prefix) for id in ids] == sorted(files)
        for id in ids:
            content = files[by_id[id]["name"]]
            assert by_id[id]["@type"] == "File"
            assert by_id[id]["sha256"] == hashlib.sha256(content).hexdigest()
            assert by_id[id]["contentSize"] == str(len(content))
            assert "/" in by_id[id]["encodingFormat"]
    assert listed(by_id["./"]["hasPart"]) == listed(action["result"])
    assert listed(by_id["report.pdf"]["hasPart"]) == ["#inputs.zip"]
    assert by_id["#inputs.zip"]["sha256"] == hashlib.sha256(edition.pack(inputs)).hexdigest()
    assert listed(by_id["#inputs.zip"]["hasPart"]) == listed(action["object"])


# --- tables, exports, contexts ------------------------------------------------------

def test_tables_are_a_data_package_with_their_columns(made):
    data, inputs, _ = made
    by_id = entities(crate.crate(*made, VERSIONS, FRONT))
    package = by_id["#inputs.zip/data/datapackage.json"]
    assert package["conformsTo"] == {"@id": data.descriptor["$schema"]} and package["conformsTo"]["@id"] in by_id
    assert listed(package["hasPart"]) == [f"#inputs.zip/data/{one['path']}" for one in data.descriptor["resources"]]
    for resource in data.descriptor["resources"]:
        table = by_id[f"#inputs.zip/data/{resource['path']}"]
        assert (table["@type"], table["encodingFormat"]) == ("File", "text/csv")
        assert table["conformsTo"] == {"@id": package["@id"]} and table["description"]
        columns = [by_id[id] for id in listed(table["variableMeasured"])]
        assert [column["name"] for column in columns] == [field["name"] for field in resource["schema"]["fields"]]
        header = inputs[f"data/{resource['path']}"].decode().partition("\n")[0]
        assert header == ",".join(column["name"] for column in columns)
        assert {column["@type"] for column in columns} == {"PropertyValue"}
    column = by_id["#column/passages/start"]
    assert column["additionalType"] == "http://www.w3.org/2001/XMLSchema#integer"
    assert by_id["#column/sources/published"]["propertyID"] == "http://id.loc.gov/datatypes/edtf/EDTF"


def test_units_and_descriptions_of_columns_are_told(made):
    descriptor = copy.deepcopy(made[0].descriptor)
    field = descriptor["resources"][0]["schema"]["fields"][0]
    field |= {"description": "which it is", "unit": "Unicode code point"}
    data = replace(made[0], descriptor=descriptor)
    by_id = entities(crate.crate(data, *made[1:], VERSIONS, FRONT))
    column = by_id[f"#column/{descriptor['resources'][0]['name']}/{field['name']}"]
    assert (column["description"], column["unitText"]) == ("which it is", "Unicode code point")


def test_exports_say_what_they_are_and_which_standard_they_follow(made):
    by_id = entities(crate.crate(*made, VERSIONS, FRONT))
    for name in exports.ABOUT:
        assert by_id[name]["description"] and by_id[name]["encodingFormat"] != "application/octet-stream", name
        assert by_id[by_id[name]["conformsTo"]["@id"]]["name"], name
    assert by_id["two-mode.graphml"]["conformsTo"]["@id"] == by_id["conflict.graphml"]["conformsTo"]["@id"]
    assert "http://www.w3.org/ns/anno.jsonld" in by_id["contexts/anno.jsonld"]["description"]
    assert by_id["contexts/LICENSE.txt"]["@type"] == "File"


@pytest.mark.parametrize("document", ["evidence.jsonld", crate.NAME])
def test_json_ld_expands_with_what_the_edition_carries_and_no_network(rendered, document, monkeypatch):
    frozen = pytest.importorskip("pyld.documentloader.frozen")
    from pyld import jsonld

    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("it reached for the network"))
    output = rendered / "_output"
    loader = frozen.FrozenDocumentLoader({url: output / path for url, path in crate.CONTEXTS.items()})
    content = json.loads((output / document).read_text("utf-8"))
    expanded = jsonld.expand(content, {"documentLoader": loader, "base": "https://example.org/edition/"})
    assert len(expanded) == len(content.get("@graph", [content]))
    # a term that no context has would be dropped in silence: as many as there are keys came through
    assert lost(content) == set()
    text = json.dumps(expanded)
    assert "http://www.w3.org/ns/oa#hasSelector" in text or "http://schema.org/variableMeasured" in text
    with pytest.raises(jsonld.JsonLdError):
        jsonld.expand({"@context": "https://example.org/other", "a": 1}, {"documentLoader": loader})


def lost(document):
    """The keys of a document that its contexts, as carried, give no meaning."""
    named = document["@context"] if isinstance(document["@context"], list) else [document["@context"]]
    files = crate.contexts()
    known = {"@context", "@graph", "@id", "@type"}
    for context in named:
        found = json.loads(files[crate.CONTEXTS[context]])["@context"] if isinstance(context, str) else context
        known |= set(found)

    def keys(node):
        if isinstance(node, dict):
            yield from node
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from keys(inner)

    return set(keys({key: value for key, value in document.items() if key != "@context"})) - known


def test_the_edition_carries_each_context_and_the_terms_of_both(rendered):
    carried = crate.contexts()
    assert set(carried) == {*crate.CONTEXTS.values(), crate.LICENCE}
    for name, content in carried.items():
        assert (rendered / "_output" / name).read_bytes() == content
    assert all(url in carried[crate.LICENCE].decode() for url in crate.CONTEXTS)
    assert json.loads(carried["contexts/ro-crate-1.1.jsonld"])["@id"] == CONTEXT


def test_every_reference_leads_somewhere(made):
    by_id = entities(crate.crate(*made, VERSIONS, FRONT))

    def references(value):
        if isinstance(value, list):
            return [id for one in value for id in references(one)]
        return [value["@id"]] if isinstance(value, dict) else []

    used = {id for entity in by_id.values() for value in entity.values() for id in references(value)}
    assert used - set(by_id) == {crate.SPECIFICATION}
    assert set(by_id) - used == {crate.NAME}


def test_date_people_software_and_sources(made):
    by_id = entities(crate.crate(*made, VERSIONS, FRONT))
    root, action = by_id["./"], by_id["#render"]
    assert root["datePublished"] == action["endTime"] == "2031-03-10"
    assert (root["name"], root["description"]) == ("A strike in Sandhaven", "An invented briefing.")
    assert listed(root["author"]) == listed(action["agent"]) == ["#person/The%20test%20suite"]
    tool = by_id[listed(action["instrument"])[0]]
    assert (tool["@type"], tool["name"]) == ("SoftwareApplication", "briefing")
    assert listed(tool["softwareRequirements"]) == ["pkg:pypi/pandas@2.3.0", "pkg:generic/python@3.12.1",
                                                    "pkg:pypi/typst@0.14.1"]
    assert listed(root["isBasedOn"]) == ["#source/courier", "#source/port-statistics"]
    source = by_id["#source/port-statistics"]
    assert (source["url"], source["datePublished"]) == ("https://example.org/calls", "2031-01")
    assert by_id[listed(source["publisher"])[0]]["name"] == "Port company"


def described(made, descriptor=(), **front):
    data = replace(made[0], descriptor={**made[0].descriptor, **dict(descriptor)})
    return entities(crate.crate(data, made[1], made[2], VERSIONS, front))


@pytest.mark.parametrize(("author", "expected"), [
    ("Ada", [("#person/Ada", "Ada")]),
    (["Ada", {"name": "Bo", "orcid": "https://orcid.org/0000-0002-1825-0097"}],
     [("#person/Ada", "Ada"), ("https://orcid.org/0000-0002-1825-0097", "Bo")]),
    ({"name": {"given": "Ada", "family": "Ek"}, "url": "https://example.org/ada"},
     [("https://example.org/ada", "Ada Ek")]),
    ({"name": {"literal": "Ada Ek"}}, [("#person/Ada%20Ek", "Ada Ek")]),
    (["Ada", "Ada", "", {"orcid": "x"}], [("#person/Ada", "Ada")]),
])
def test_authors_are_read_as_quarto_reads_them(made, author, expected):
    by_id = described(made, author=author)
    assert [(id, by_id[id]["name"]) for id in listed(by_id["#render"]["agent"])] == expected


def test_contributors_stand_in_for_authors_and_nobody_is_invented(made):
    contributors = [{"title": "Ada", "path": "https://example.org/ada", "organization": "Port company"}]
    by_id = described(made, {"contributors": contributors})
    assert listed(by_id["#render"]["agent"]) == ["https://example.org/ada"]
    assert listed(by_id["https://example.org/ada"]["affiliation"]) == ["#organization/Port%20company"]
    assert listed(described(made, {"contributors": contributors}, author="Bo")["#render"]["agent"]) == ["#person/Bo"]
    assert "agent" not in described(made)["#render"]


def test_licences_are_the_data_packages(made):
    url = "https://creativecommons.org/licenses/by/4.0/"
    by_id = described(made, {"licenses": [{"name": "CC-BY-4.0", "path": url, "title": "CC BY"}, {"name": "MIT"}]})
    assert listed(by_id["./"]["license"]) == [url, "#licence/MIT"]
    assert (by_id[url]["name"], by_id[url]["identifier"]) == ("CC BY", "CC-BY-4.0")
    by_id = described(made)
    assert by_id[listed(by_id["./"]["license"])[0]]["name"] == "No licence is stated"


def test_a_crate_with_everything_and_one_with_little_are_valid(made, issues):
    full = replace(made[0], descriptor={**made[0].descriptor, "description": "Coded by hand.", "licenses": [
        {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}, {"path": "LICENCE.md"}]})
    author = [{"name": "Ada", "affiliation": [{"name": "Port company"}, "Quay"]}, "Bo"]
    assert issues(crate.crate(full, made[1], made[2], VERSIONS, FRONT | {"author": author})) == []
    assert issues(crate.crate(*made, {}, {})) == []


def test_names_that_a_url_cannot_hold_are_escaped(made, issues):
    outputs = {**made[2], "notebooks/a b#é.ipynb": b"{}"}
    inputs = {**made[1], "data/a b?.bin": b"x"}
    by_id = entities(text := crate.crate(made[0], inputs, outputs, VERSIONS, FRONT))
    assert by_id["notebooks/a%20b%23%C3%A9.ipynb"]["name"] == "notebooks/a b#é.ipynb"
    assert by_id["#inputs.zip/data/a%20b%3F.bin"]["encodingFormat"] == "application/octet-stream"
    made[2].update(outputs)
    assert issues(text) == []


def test_an_uncertain_date_is_not_passed_off_as_a_date(made):
    rows = copy.deepcopy(dict(made[0].rows))
    rows["sources"][0]["published"] = "2031-03~"
    data = replace(made[0], rows=rows)
    assert "datePublished" not in entities(crate.crate(data, *made[1:], VERSIONS, FRONT))["#source/courier"]


def test_the_same_edition_gives_the_same_text(made):
    data, inputs, outputs = made
    text = crate.crate(*made, VERSIONS, FRONT)
    backwards = [dict(reversed(mapping.items())) for mapping in (inputs, outputs, VERSIONS)]
    assert crate.crate(data, *backwards, FRONT) == text
    assert crate.crate(data, inputs, {**outputs, crate.NAME: b"an older crate"}, VERSIONS, FRONT) == text
    assert text.endswith("}\n") and str(data.root) not in text
