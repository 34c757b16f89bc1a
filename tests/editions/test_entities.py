"""What a provenance crate says of a small edition, word by word; whether such a crate is valid, test_crate.py asks a validator."""

import json
from pathlib import Path

import pytest

from briefing import __version__
from briefing.editions import crate, edition
from briefing.facts.tables import Tables

TITLE = {"created": "2031-03-10T00:00:00Z"}
PINNED = "0" * 64
SOURCE = {"id": "courier", "publisher": "The Courier", "title": "Quays stand still", "published": "2031-03-08", "url": "https://example.org/quays",
          "language": "en", "sha256": "ab" * 32, "descriptor": "A daily newspaper", "licence": None}


def tables(sources=(), **descriptor):
    return Tables(Path("project"), {"resources": [], **TITLE, **descriptor}, {"sources": [SOURCE | source for source in sources]})


def entities(data, inputs=None, outputs=None, versions=None, **front):
    text = crate.crate(data, inputs or {}, outputs or {}, versions or {}, front)
    graph = json.loads(text)["@graph"]
    found = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph)
    return found


def file(id, content, kind="text/plain", name=None, **more):
    return {"@id": id, "@type": "File", "name": name or id, "encodingFormat": kind, "contentSize": str(len(content)),
            "sha256": edition.sha256(content), **more}


def to(*ids):
    return {"@id": ids[0]} if len(ids) == 1 else [{"@id": id} for id in ids]


FIELDS = [{"name": "id", "type": "string", "description": "Which it is"}, {"name": "since", "type": "date", "rdfType": "http://example.org/since"},
          {"name": "ships", "type": "integer", "unit": "ships"}, {"name": "share", "type": "number"}, {"name": "open", "type": "boolean"},
          {"name": "when", "type": "datetime"}, {"name": "plain"}]
RESOURCES = [{"name": "quays", "title": "The quays", "path": "quays.csv", "schema": {"fields": FIELDS}},
             {"name": "sources", "path": "sources.csv", "parts": ["shared/port/sources.csv", "shared/port/none.csv"],
              "schema": {"fields": FIELDS[:1]}}]


def test_a_whole_crate_of_a_small_edition():
    data = tables([{}, {"id": "port", "publisher": "Port company", "published": "2031-03~", "licence": "CC BY 4.0"}], title="A strike",
                  description="By hand",
                  resources=RESOURCES, licenses=[{"name": "CC-BY-4.0", "path": "https://example.org/by", "title": "CC BY"}],
                  shared=[{"name": "port", "path": "https://example.org/port", "sha256": PINNED}])
    inputs = {"data/datapackage.json": b"{}", "data/quays.csv": b"id\n", "data/sources.csv": b"id\n1\n",
              "data/shared/port/sources.csv": b"id\n2\n", "report.qmd": b"# A\n"}
    outputs = {"report.pdf": b"%PDF", "references.json": b"[]", "contexts/anno.jsonld": b"{}", "ro-crate-metadata.json": b"old",
               "notebooks/a b.ipynb": b"{}"}
    text = crate.crate(data, inputs, outputs, {"typst": "0.14", "python": "3.12.1", "altair": "6.0+x"}, {
        "author": [{"name": "Ada Möwe", "affiliation": "Port company"}, "Bo"], "lang": "en", "keywords": ["harbour", 7],
        "abstract": "What happened?"})
    document = json.loads(text)
    assert document["@context"] == ["https://w3id.org/ro/crate/1.1/context", {"sha256": "http://schema.org/sha256"}]
    assert text.startswith('{\n "@context": [\n  "https') and text.endswith("\n}\n") and "Ada Möwe" in text
    made = ["contexts/anno.jsonld", "notebooks/a%20b.ipynb", "references.json", "report.pdf"]
    read = [f"#inputs.zip/{name}" for name in sorted(inputs)]
    people = ["#person/Ada%20M%C3%B6we", "#person/Bo"]
    package, part = "#inputs.zip/data/datapackage.json", {"@id": "#inputs.zip/data/datapackage.json"}
    csl = "https://docs.citationstyles.org/en/stable/specification.html"
    assert document["@graph"] == [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": to("./"), "conformsTo": to("https://w3id.org/ro/crate/1.1")},
        {"@id": "./", "@type": "Dataset", "conformsTo": to("https://w3id.org/ro/wfrun/process/0.5"), "name": "A strike",
         "description": "What happened? By hand.",
         "datePublished": "2031-03-10", "license": to("https://example.org/by"), "author": to(*people), "inLanguage": "en", "keywords": "harbour, 7",
         "hasPart": to(*made), "mentions": to("#render"), "isBasedOn": to("#source/courier", "#source/port")},
        {"@id": "https://w3id.org/ro/wfrun/process/0.5", "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {"@id": "#render", "@type": "CreateAction", "name": "Rendering of A strike",
         "description": "The notebooks were run, the report bound to their values, and the edition written.",
         "instrument": to(f"pkg:generic/briefing@{__version__}"),
         "agent": to(*people), "endTime": "2031-03-10", "object": to(*read), "result": to(*made),
         "actionStatus": "http://schema.org/CompletedActionStatus"},
        {"@id": f"pkg:generic/briefing@{__version__}", "@type": "SoftwareApplication", "name": "briefing", "softwareVersion": __version__,
         "softwareRequirements": to("pkg:pypi/altair@6.0%2Bx", "pkg:generic/python@3.12.1", "pkg:pypi/typst@0.14")},
        {"@id": "pkg:pypi/altair@6.0%2Bx", "@type": "SoftwareApplication", "name": "altair", "softwareVersion": "6.0+x"},
        {"@id": "pkg:generic/python@3.12.1", "@type": "SoftwareApplication", "name": "python", "softwareVersion": "3.12.1"},
        {"@id": "pkg:pypi/typst@0.14", "@type": "SoftwareApplication", "name": "typst", "softwareVersion": "0.14"},
        {"@id": people[0], "@type": "Person", "name": "Ada Möwe", "affiliation": to("#organization/Port%20company")},
        {"@id": people[1], "@type": "Person", "name": "Bo"},
        {"@id": "https://example.org/by", "@type": "CreativeWork", "name": "CC BY", "identifier": "CC-BY-4.0",
         "description": "The licence of the data and the text: CC BY."},
        file("contexts/anno.jsonld", b"{}", "application/ld+json", conformsTo=to("https://www.w3.org/TR/json-ld11/"),
             description="A copy of the JSON-LD context http://www.w3.org/ns/anno.jsonld; its terms: contexts/LICENSE.txt."),
        file(made[1], b"{}", "application/x-ipynb+json", "notebooks/a b.ipynb"),
        file("references.json", b"[]", "application/json", description="Every source and passage as a CSL item.", conformsTo=to(csl)),
        file("report.pdf", b"%PDF", "application/pdf", hasPart=to("#inputs.zip")),
        file("#inputs.zip", edition.pack(inputs), "application/zip", "inputs.zip", hasPart=to(*read),
             description="All inputs of the edition, attached to report.pdf."),
        file(package, b"{}", "application/json", "data/datapackage.json",
             description="The Data Package of the tables: columns, types, keys and limits.",
             conformsTo=to("https://datapackage.org/profiles/2.0/datapackage.json"),
             hasPart=to("#inputs.zip/data/quays.csv", "#inputs.zip/data/sources.csv", "#inputs.zip/data/shared/port/sources.csv")),
        file(read[1], b"id\n", "text/csv", "data/quays.csv", description="The quays", conformsTo=part,
             variableMeasured=to(*(f"#column/quays/{field['name']}" for field in FIELDS))),
        file(read[2], b"id\n2\n", "text/csv", "data/shared/port/sources.csv", description="sources", conformsTo=part,
             variableMeasured=to("#column/sources/id"),
             isBasedOn=to("https://example.org/port")),
        file(read[3], b"id\n1\n", "text/csv", "data/sources.csv", description="sources", conformsTo=part, variableMeasured=to("#column/sources/id")),
        file(read[4], b"# A\n", "text/markdown", "report.qmd"),
        column("quays/id", "string", description="Which it is"), column("quays/since", "date", propertyID="http://example.org/since"),
        column("quays/ships", "integer", unitText="ships"), column("quays/share", "decimal"), column("quays/open", "boolean"),
        column("quays/when", "string"),
        column("quays/plain", "string"), column("sources/id", "string", description="Which it is"),
        {"@id": "https://datapackage.org/profiles/2.0/datapackage.json", "@type": "CreativeWork", "name": "Data Package"},
        {"@id": "https://example.org/port", "@type": "CreativeWork", "name": "port", "sha256": PINNED, "url": "https://example.org/port",
         "description": "The package of facts at https://example.org/port; its hash is that of the list which sha256sum prints of the files taken."},
        {"@id": csl, "@type": "CreativeWork", "name": "Citation Style Language"},
        {"@id": "https://www.w3.org/TR/json-ld11/", "@type": "CreativeWork", "name": "JSON-LD 1.1"},
        {"@id": "#source/courier", "@type": "CreativeWork", "name": "Quays stand still", "description": "A daily newspaper",
         "publisher": to("#organization/The%20Courier"),
         "url": "https://example.org/quays", "datePublished": "2031-03-08", "inLanguage": "en", "sha256": "ab" * 32},
        {"@id": "#source/port", "@type": "CreativeWork", "name": "Quays stand still", "description": "A daily newspaper",
         "publisher": to("#organization/Port%20company"),
         "url": "https://example.org/quays", "inLanguage": "en", "sha256": "ab" * 32, "conditionsOfAccess": "CC BY 4.0"},
        {"@id": "#organization/The%20Courier", "@type": "Organization", "name": "The Courier"},
        {"@id": "#organization/Port%20company", "@type": "Organization", "name": "Port company"}]


def column(id, kind, **more):
    return {"@id": f"#column/{id}", "@type": "PropertyValue", "name": id.partition("/")[2],
            "additionalType": f"http://www.w3.org/2001/XMLSchema#{kind}", **more}


def test_a_crate_of_next_to_nothing():
    found = entities(tables())
    assert found["./"] == {"@id": "./", "@type": "Dataset", "conformsTo": to(crate.PROFILE), "name": "Briefing", "description": "Briefing",
                           "datePublished": "2031-03-10",
                           "license": to("#licence/none-stated"), "mentions": to("#render")}
    assert found["#licence/none-stated"] == {"@id": "#licence/none-stated", "@type": "CreativeWork", "name": "No licence is stated",
                                             "identifier": "none-stated",
                                             "description": "The licence of the data and the text: No licence is stated."}
    assert list(found) == ["ro-crate-metadata.json", "./", crate.PROFILE, "#render", f"pkg:generic/briefing@{__version__}",
                           "#licence/none-stated", "#inputs.zip"]


# --- files --------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "kind"), [("a.CSV", "text/csv"), ("LICENSE", "text/plain"), ("a.svg", "image/svg+xml"),
                                            ("a.tar.zip", "application/zip"), ("a.xyz", "application/octet-stream"),
                                            (".hidden", "text/plain"), ("b.d/a", "text/plain")])
def test_a_media_type_is_told_by_the_end_of_a_name(name, kind):
    assert entities(tables(), {name: b"xy"})[f"#inputs.zip/{name}"] == file(f"#inputs.zip/{name}", b"xy", kind, name)


def test_tables_without_a_descriptor_or_that_are_not_there_are_files_as_any():
    found = entities(tables(resources=RESOURCES), {"data/quays.csv": b"id\n"})
    assert found["#inputs.zip/data/quays.csv"] == file("#inputs.zip/data/quays.csv", b"id\n", "text/csv", "data/quays.csv")
    found = entities(tables(resources=RESOURCES, **{"$schema": "https://example.org/profile"}), {"data/datapackage.json": b"{}"})
    package = found["#inputs.zip/data/datapackage.json"]
    assert "hasPart" not in package and package["conformsTo"] == to("https://example.org/profile")
    assert found["https://example.org/profile"] == {"@id": "https://example.org/profile", "@type": "CreativeWork", "name": "Data Package"}
    assert not any(id.startswith("#column/") for id in found)


def test_a_package_of_facts_that_lies_in_a_folder_has_no_address():
    found = entities(tables(shared=[{"name": "port", "path": "../port", "sha256": PINNED}]), {
        "data/datapackage.json": b"{}", "data/shared/port/a.csv": b"", "data/shared/portal/a.csv": b""})
    assert found["#package/port"] == {"@id": "#package/port", "@type": "CreativeWork", "name": "port", "sha256": PINNED,
                                      "description": "The package of facts at ../port; its hash is that of the list which "
                                                     "sha256sum prints of the files taken."}
    assert [id for id in found if "isBasedOn" in found[id]] == ["#inputs.zip/data/shared/port/a.csv"]


# --- what it is about, and who ------------------------------------------------------------

@pytest.mark.parametrize(("front", "package", "name", "description"), [
    ({"title": "A", "subtitle": "B"}, {"title": "C", "name": "d", "description": "E!"}, "A", "B. E!"),
    ({"abstract": " A? ", "subtitle": "B"}, {"title": "C", "name": "d"}, "C", "A?"),
    ({}, {"name": "d", "description": "E."}, "d", "E."),
    ({"title": 2031, "subtitle": 7}, {}, "2031", "7."),
])
def test_title_and_description_are_the_reports_or_the_packages(front, package, name, description):
    found = entities(tables(**package), **front)
    assert (found["./"]["name"], found["./"]["description"], found["#render"]["name"]) == (name, description, f"Rendering of {name}")


@pytest.mark.parametrize(("front", "package", "keywords"), [({"keywords": "quay"}, {"keywords": ["ship"]}, "quay"),
                                                            ({}, {"keywords": ["ship", "crane"]}, "ship, crane"), ({}, {}, None)])
def test_keywords_are_the_reports_or_the_packages(front, package, keywords):
    assert entities(tables(**package), **front)["./"].get("keywords") == keywords


@pytest.mark.parametrize(("author", "person", "organizations"), [
    ("Ada", {"@id": "#person/Ada", "name": "Ada"}, {}),
    ({"name": " Ada ", "url": "example.org"}, {"@id": "#person/Ada", "name": "Ada"}, {}),
    ({"name": "A/B", "url": "http://example.org"}, {"@id": "http://example.org", "name": "A/B"}, {}),
    ({"name": "Ada", "orcid": "0000-0002-1825-009X", "url": "https://example.org"}, {"@id": "https://orcid.org/0000-0002-1825-009X",
        "name": "Ada"}, {}),
    ({"name": {"given": "Ada", "family": "Ek"}}, {"@id": "#person/Ada%20Ek", "name": "Ada Ek"}, {}),
    ({"name": {"family": "Ek"}}, {"@id": "#person/Ek", "name": "Ek"}, {}),
    ({"name": {"literal": "A. Ek", "given": "Ada", "family": "Ek"}}, {"@id": "#person/A.%20Ek", "name": "A. Ek"}, {}),
    ({"name": "Ada", "affiliations": [{"name": "Quay"}, "", {"url": "x"}, {"name": {"literal": "Möwe"}}]},
     {"@id": "#person/Ada", "name": "Ada", "affiliation": to("#organization/Quay", "#organization/M%C3%B6we")},
     {"#organization/Quay": "Quay", "#organization/M%C3%B6we": "Möwe"}),
    ({"name": "Ada", "affiliation": {"name": "Quay"}, "affiliations": "Other"}, {"@id": "#person/Ada", "name": "Ada",
        "affiliation": to("#organization/Quay")},
     {"#organization/Quay": "Quay"}),
])
def test_an_author_is_told_by_the_best_name_that_there_is(author, person, organizations):
    found = entities(tables(), author=author)
    assert found[person["@id"]] == {"@type": "Person", **person} and found["#render"]["agent"] == found["./"]["author"] == to(person["@id"])
    assert {id: found[id] for id in found if id.startswith("#organization/")} == {
        id: {"@id": id, "@type": "Organization", "name": name} for id, name in organizations.items()}


def test_who_has_no_name_is_left_out_and_who_stands_twice_stands_once():
    found = entities(tables([{"publisher": "Quay"}, {"id": "b", "publisher": "Quay"}]), author=[
        "", {"url": "https://example.org"}, {"name": {}}, {"name": "Ada", "affiliation": ["Quay", "Jetty"]},
        {"name": "Ada", "affiliation": "Dock"}, {"name": "Bo", "affiliation": "Pier"}])
    assert found["#render"]["agent"] == to("#person/Ada", "#person/Bo")
    assert found["#person/Ada"]["affiliation"] == to("#organization/Quay", "#organization/Jetty")
    assert [id for id in found if id.startswith("#organization/")] == ["#organization/Jetty", "#organization/Pier", "#organization/Quay"]


def test_contributors_of_the_package_stand_in_for_authors():
    contributors = [{"title": "Ada", "path": "https://example.org/ada", "organization": "Quay"}, {"title": "Bo"}, {"organization": "Dock"}]
    found = entities(tables(contributors=contributors))
    assert found["#render"]["agent"] == to("https://example.org/ada", "#person/Bo")
    assert found["https://example.org/ada"] == {"@id": "https://example.org/ada", "@type": "Person", "name": "Ada",
                                                "affiliation": to("#organization/Quay")}
    assert entities(tables(contributors=contributors), author="Cy")["#render"]["agent"] == to("#person/Cy")


@pytest.mark.parametrize(("licence", "id", "told"), [
    ({"name": "MIT", "path": "LICENSE", "title": "The MIT licence"}, "#licence/MIT", {"name": "The MIT licence", "identifier": "MIT"}),
    ({"name": "MIT"}, "#licence/MIT", {"name": "MIT", "identifier": "MIT"}),
    ({"path": "LICENCE.md"}, "#licence/LICENCE.md", {"name": "LICENCE.md"}),
    ({"title": "Own terms"}, "#licence/Own%20terms", {"name": "Own terms"}),
    ({"path": "http://example.org/by"}, "http://example.org/by", {"name": "http://example.org/by"}),
    ({"path": "https:///by"}, "#licence/https%3A///by", {"name": "https:///by"}),
])
def test_a_licence_is_told_by_what_the_package_says_of_it(licence, id, told):
    found = entities(tables(licenses=[licence, {**licence, "title": "Twice"} if "title" not in licence and "name" in licence else licence]))
    assert found["./"]["license"] == to(id)
    assert found[id] == {"@id": id, "@type": "CreativeWork", "description": f"The licence of the data and the text: {told['name']}.", **told}


def test_each_licence_is_told_once():
    found = entities(tables(licenses=[{"name": "MIT"}, {"name": "CC0"}, {"name": "MIT", "title": "Again"}]))
    assert found["./"]["license"] == to("#licence/MIT", "#licence/CC0") and found["#licence/MIT"]["name"] == "MIT"


@pytest.mark.parametrize(("published", "told"), [("2031", "2031"), ("2031-03", "2031-03"), ("2031-03-08", "2031-03-08"),
                                                 ("2031-03-08?", None), ("203X", None), ("2031-03/2031-04", None),
                                                 (None, None), ("2031-03-08-09", None)])
def test_only_a_certain_date_of_a_source_is_its_date(published, told):
    assert entities(tables([{"published": published}]))["#source/courier"].get("datePublished") == told


def test_contexts_are_carried_with_their_terms_by_their_paths():
    folder = Path(crate.__file__).parents[1] / "templates"
    assert crate.contexts() == {"contexts/anno.jsonld": (folder / "context-anno.jsonld").read_bytes(),
                                "contexts/ro-crate-1.1.jsonld": (folder / "context-ro-crate-1.1.jsonld").read_bytes(),
                                "contexts/LICENSE.txt": (folder / "context.LICENSE.txt").read_bytes()}
