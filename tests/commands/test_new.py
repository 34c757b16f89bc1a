"""A project begins: `briefing new`, `source` and `passage`, and what they leave where something is wrong."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import HARBOUR, filled

from briefing.commands.cli import main
from briefing.facts import tables
from briefing.sources import places

TEXT = "courier-2031-03-08.txt"
PAGE = """<!doctype html><html lang="fr"><head><title>Le port fermé</title><meta property="og:site_name" content="La Dépêche">
<meta property="article:published_time" content="2031-03-09"></head><body><article><h1>Le port fermé</h1>
<p>Le port reste fermé depuis lundi, et la compagnie parle d'une grève illégale.</p>
<p>Les ouvriers demandent un conducteur pour chaque grue, dit leur porte-parole.</p></article></body></html>"""


@pytest.fixture
def text(tmp_path):
    """The invented article, outside of any project."""
    return Path(shutil.copy(HARBOUR / TEXT, tmp_path / "courier.txt"))


@pytest.fixture
def run(capsys):
    """Run a command: exit code, what it printed, what it complained of."""

    def command(*arguments):
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return command


@pytest.fixture
def begun(run, tmp_path, text):
    """A project that has just begun, with one source."""
    assert run("new", tmp_path / "strike", "--source", text, "--date", "2031-03-10")[0] == 0
    return tmp_path / "strike"


# --- new --------------------------------------------------------------------------

def test_new_project_renders_at_once_and_says_that_nothing_is_coded(run, begun, text):
    assert run("render", "--project", begun)[0] == 0
    page = (begun / "_output/report.html").read_text("utf-8")
    assert "Nothing is coded yet." in page and (begun / "_output/report.pdf").stat().st_size > 10_000
    code, out, _ = run("check", "--no-rebuild", "--project", begun)
    assert (code, "0 findings." in out) == (0, True), out


def test_new_project_without_a_source_renders_too(run, tmp_path):
    assert run("new", tmp_path / "bare")[0] == 0
    assert run("render", "--project", tmp_path / "bare")[0] == 0
    assert run("check", "--no-rebuild", "--project", tmp_path / "bare")[0] == 0


def test_source_is_filled_in_from_the_file(begun, text):
    row = tables.load(begun).rows["sources"][0]
    content = text.read_bytes()
    assert row | {"id": "courier", "title": "Dockers stop work in Sandhaven", "language": "en", "reliability": "F",
                  "sha256": hashlib.sha256(content).hexdigest(), "characters": len(content.decode())} == row
    assert places.known(begun) == {"courier": text}


def test_text_stays_outside_and_its_place_is_not_committed(begun, text):
    words = text.read_text("utf-8").split("\n")[2]
    assert not any(words.encode() in path.read_bytes() for path in begun.rglob("*") if path.is_file())
    assert "/.sources.json" in (begun / ".gitignore").read_text("utf-8").split()


def test_no_file_of_a_new_project_has_a_place_to_fill_in_or_a_subject(begun):
    for path in begun.rglob("*"):
        if path.is_file():
            content = path.read_text("utf-8")
            assert not re.search(r"@(title|date|lang|version|name|python)@", content), path
            assert not re.search(r"mongolia|putin|russia|kremlin|cnbc|\bicc\b", content, re.IGNORECASE), path


@pytest.mark.parametrize("title", ['A "quoted": title', "Ein Titel mit ‘Zeichen’ & \\Strich", "- list", "#1 {x} `y` $z$"])
def test_any_title_can_be_a_title(run, tmp_path, title):
    assert run("new", tmp_path / "p", "--title", title)[0] == 0
    assert json.loads((tmp_path / "p/data/datapackage.json").read_text("utf-8"))["title"] == title
    assert run("render", "--project", tmp_path / "p")[0] == 0


def test_page_is_copied_as_text_beside_the_project(run, tmp_path):
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    code, out, _ = run("new", tmp_path / "port", "--source", tmp_path / "page.html", "--json")
    row = tables.load(tmp_path / "port").rows["sources"][0]
    place = tmp_path / "port-texts/la-depeche.txt"
    assert json.loads(out)["sources"] == [{"id": "la-depeche", "text": str(place), "language": "fr", "new": True}]
    assert place.read_text("utf-8").count("\n\n") == 2 and row["sha256"] == hashlib.sha256(place.read_bytes()).hexdigest()
    assert (row["publisher"], row["published"], row["title"], row["chain"]) == (
        "La Dépêche", "2031-03-09", "Le port fermé", "La Dépêche")


def test_folder_that_holds_something_stays_as_it_is(run, tmp_path, text, snapshot):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    before = snapshot(tmp_path)
    code, _, err = run("new", tmp_path / "full", "--source", text)
    assert code == 2 and "found notes.txt in it, expected a new or an empty folder" in err
    assert "briefing source FILE --project" in err and snapshot(tmp_path) == before
    code, _, err = run("new", text)
    assert code == 2 and "found a file" in err


def test_what_stops_the_beginning_leaves_nothing(tmp_path, text, snapshot, monkeypatch):
    from briefing.commands import new

    (tmp_path / "there").mkdir()
    (tmp_path / "there/.gitkeep").write_text("")
    before = snapshot(tmp_path)
    monkeypatch.setattr(new.places, "record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    for folder in (tmp_path / "a/b/c", tmp_path / "there"):
        with pytest.raises(KeyboardInterrupt):
            new.new(folder, [text])
        assert snapshot(tmp_path) == before


@pytest.mark.parametrize("content", [b"", b"\x00\x01", "größer".encode("latin-1"), b"%PDF-1.4 broken"])
def test_source_that_is_none_leaves_no_project(run, tmp_path, text, content, snapshot):
    (tmp_path / "bad.txt").write_bytes(content)
    before = snapshot(tmp_path)
    code, _, err = run("new", tmp_path / "p", "--source", text, "--source", tmp_path / "bad.txt")
    assert code == 2 and "bad.txt: found " in err and snapshot(tmp_path) == before


def test_git_may_be_there_first(run, tmp_path):
    (tmp_path / "p/.git").mkdir(parents=True)
    assert run("new", tmp_path / "p")[0] == 0


def test_libraries_are_pinned_once_each_without_the_package(begun):
    lines = [line for line in (begun / "requirements.lock").read_text("utf-8").split("\n") if not line.startswith("#")]
    names = [line.partition("==")[0] for line in lines if line]
    assert {"altair", "pandas", "typst", "numpy"} <= set(names) and "briefing" not in names
    assert names == sorted(set(names))


# --- what the starter makes of tables -----------------------------------------------

def test_starter_makes_a_briefing_of_other_tables(run, begun):
    filled(begun, HARBOUR)
    assert run("render", "--project", begun)[0] == 0
    page = (begun / "_output/report.html").read_text("utf-8")
    assert "Crews needed: 1 actor" in page or "Crews needed: one actor agrees, one actor disagrees" in page
    assert "One coder so far: agreement takes two." in page and "A settlement within a week is" in page


def test_order_of_rows_changes_no_title_of_the_starter(run, begun):
    import random

    titles = []
    for seed in (None, 3):
        filled(begun, HARBOUR, random.Random(seed) if seed else None)
        assert run("render", "--project", begun)[0] == 0
        page = (begun / "_output/report.html").read_text("utf-8")
        titles.append(re.findall(r"events?, the first of [^<]*|actors? take[^<]*|pairs? of actors[^<]*", page)[:1])
    assert titles[0] == titles[1]


def test_starter_holds_hundreds_of_actors(run, begun):
    with open(begun / "data/passages.csv", "a", encoding="utf-8") as file:
        file.write("said,courier,0,7," + hashlib.sha256((begun.parent / "courier.txt").read_bytes()[:7]).hexdigest()
                   + ",1,Courier,,Courier,narration,,,,Somebody says something.,2,\n")
    with open(begun / "data/actors.csv", "a", encoding="utf-8") as file:
        file.writelines(f"actor-{n},Speaker {n:03},,,\n" for n in range(300))
    with open(begun / "data/concepts.csv", "a", encoding="utf-8") as file:
        file.writelines(f"concept-{n},Concept {n},It is so.,,\n" for n in range(12))
    with open(begun / "data/statements.csv", "a", encoding="utf-8") as file:
        file.writelines(f"actor-{n},concept-{n % 12},{'agree' if n % 3 else 'disagree'},said,,said,,,a,\n"
                        for n in range(300))
    assert run("render", "--project", begun)[0] == 0
    assert "By our coding 300 actors take a stand on 12 concepts." in (begun / "_output/report.html").read_text("utf-8")


# --- source -------------------------------------------------------------------------

def test_second_source_and_what_is_given_of_it(run, begun, tmp_path):
    (tmp_path / "radio.txt").write_text("Harbour radio\n\nThe ships wait outside of the harbour since Monday.\n", "utf-8")
    code, out, _ = run("source", tmp_path / "radio.txt", "--project", begun, "--publisher", "Radio Sandhaven",
                       "--reliability", "B", "--published", "2031-03-09", "--descriptor", "Local radio; heard live.")
    assert code == 0 and "Source radio: " in out
    row = tables.load(begun).row("sources", "radio")
    assert (row["publisher"], row["reliability"], row["published"]) == ("Radio Sandhaven", "B", "2031-03-09")


def test_kind_and_whether_the_briefing_is_about_it_are_given_or_read(run, begun, tmp_path):
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    (tmp_path / "law.txt").write_text("Whoever runs a crane must have a crew.\n", "utf-8")
    assert run("source", tmp_path / "page.html", "--project", begun, "--id", "page")[0] == 0
    assert run("source", tmp_path / "law.txt", "--project", begun, "--kind", "legislation", "--no-main")[0] == 0
    found = {row["id"]: (row["kind"], row["main"]) for row in tables.load(begun).rows["sources"]}
    assert found == {"courier": (None, True), "page": ("webpage", True), "law": ("legislation", False)}
    assert run("source", tmp_path / "law.txt", "--project", begun, "--main")[0] == 0
    assert run("source", tmp_path / "page.html", "--project", begun, "--kind", "article-newspaper")[0] == 0
    found = {row["id"]: (row["kind"], row["main"]) for row in tables.load(begun).rows["sources"]}
    assert found["law"] == ("legislation", True) and found["page"] == ("article-newspaper", True)
    code, _, err = run("source", tmp_path / "law.txt", "--project", begun, "--kind", "newspaper")
    assert code == 1 and '"newspaper"' in err and "article-newspaper" in err


def test_kind_of_the_sources_of_a_new_project(run, tmp_path, text):
    assert run("new", tmp_path / "n", "--source", text, "--kind", "article-newspaper", "--no-main")[0] == 0
    (row,) = tables.load(tmp_path / "n").rows["sources"]
    assert (row["kind"], row["main"]) == ("article-newspaper", False)


def test_a_column_that_an_older_project_lacks_is_not_lost_in_silence(run, begun, tmp_path):
    path = begun / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    schema = descriptor["resources"][0]["schema"]
    at = [field["name"] for field in schema["fields"]].index("kind")
    del schema["fields"][at]
    path.write_text(json.dumps(descriptor), "utf-8")
    lines = (begun / "data/sources.csv").read_text("utf-8").splitlines()
    (begun / "data/sources.csv").write_text(
        "".join(",".join(cell for n, cell in enumerate(line.split(",")) if n != at) + "\n" for line in lines), "utf-8")
    (tmp_path / "radio.txt").write_text("The ships wait outside of the harbour.\n", "utf-8")
    code, _, err = run("source", tmp_path / "radio.txt", "--project", begun, "--kind", "broadcast")
    assert code == 2 and "--kind: found no column kind in data/sources.csv" in err
    assert run("source", tmp_path / "radio.txt", "--project", begun)[0] == 0


def test_wrong_column_of_a_source_is_told_and_not_written(run, begun, tmp_path, snapshot):
    (tmp_path / "radio.txt").write_text("The ships wait outside of the harbour.\n", "utf-8")
    before = snapshot(begun)
    code, _, err = run("source", tmp_path / "radio.txt", "--project", begun, "--reliability", "G", "--published", "March")
    assert code == 1 and '"G"' in err and '"March"' in err and snapshot(begun) == before


def test_text_of_a_source_that_is_there_is_found_again(run, begun, text, tmp_path):
    (begun / places.PLACES).unlink()
    moved = text.rename(tmp_path / "elsewhere.txt")
    assert run("source", moved, "--project", begun)[0] == 0
    assert places.known(begun) == {"courier": moved} and len(tables.load(begun).rows["sources"]) == 1


def test_what_is_given_of_a_source_that_is_there_goes_into_its_row(run, begun, text):
    assert run("source", text, "--project", begun, "--reliability", "B", "--descriptor", "The town's paper.")[0] == 0
    row = tables.load(begun).row("sources", "courier")
    assert (row["reliability"], row["descriptor"], row["publisher"]) == ("B", "The town's paper.", "unknown publisher")
    code, _, err = run("source", text, "--project", begun, "--reliability", "Z")
    assert code == 1 and '"Z"' in err and tables.load(begun).row("sources", "courier")["reliability"] == "B"


def test_text_inside_the_project_and_taken_id_are_refused(run, begun, text, tmp_path):
    inside = Path(shutil.copy(text, begun / "copy.txt"))
    code, _, err = run("source", inside, "--project", begun)
    assert code == 2 and "a text inside the project, expected one outside" in err
    (tmp_path / "radio.txt").write_text("The ships wait outside of the harbour.\n", "utf-8")
    code, _, err = run("source", tmp_path / "radio.txt", "--project", begun, "--id", "courier")
    assert code == 2 and "such as courier-2" in err and "--source courier=" in err


def test_check_finds_the_text_by_itself_and_says_where_it_was(run, begun, text):
    filled(begun, HARBOUR)
    run("render", "--project", begun)
    assert "Passages: 6 checked against their source." in run("check", "--no-rebuild", "--project", begun)[1]
    text.unlink()
    out = run("check", "--no-rebuild", "--project", begun)[1]
    assert "6 could not be checked" in out and f"The text of courier was at {text}, and is not there now" in out


def test_broken_record_of_places_is_told(run, begun):
    (begun / places.PLACES).write_text("[1]")
    code, _, err = run("check", "--no-rebuild", "--project", begun)
    assert code == 2 and ".sources.json: found" in err and "briefing source FILE" in err


# --- passage ------------------------------------------------------------------------

def test_passage_is_printed_and_written_only_when_asked(run, begun, text):
    words = "until the cranes have crews"
    before = (begun / "data/passages.csv").read_bytes()
    code, out, _ = run("passage", "courier", words, "--project", begun, "--json")
    row = json.loads(out)["passage"]
    start = text.read_text("utf-8").index(words)
    assert (code, row["start"], row["end"], row["paragraph"]) == (0, str(start), str(start + len(words)), "3")
    assert row["sha256"] == hashlib.sha256(words.encode()).hexdigest() and row["kind"] == "quotation"
    assert (begun / "data/passages.csv").read_bytes() == before
    code, out, err = run("passage", "courier", words, "--project", begun, "--add", "--gist", "They wait for crews.",
                         "--speaker", "Ada Brook", "--credibility", "2")
    assert code == 0 and "Added they-wait-for-crews to data/passages.csv." in err
    assert tables.load(begun).row("passages", "they-wait-for-crews")["chain"] == "Ada Brook > unknown publisher"


def test_words_that_stand_twice_or_never(run, begun):
    code, _, err = run("passage", "courier", "the", "--project", begun)
    assert code == 2 and re.search(r"found \"the\" \d+ times, expected one place", err) and "--nth 2: paragraph" in err
    assert run("passage", "courier", "the", "--nth", "2", "--project", begun)[0] == 0
    assert "--nth" in run("passage", "courier", "the", "--nth", "99", "--project", begun)[2]
    code, _, err = run("passage", "courier", "until the cranes had crews", "--project", begun)
    assert code == 2 and "nowhere" in err and "until the cranes have crews" in err


def test_passage_of_no_source_no_text_no_gist(run, begun, text):
    assert "expected one of courier" in run("passage", "gazette", "x", "--project", begun)[2]
    assert "--gist" in run("passage", "courier", "dockers", "--nth", "1", "--add", "--project", begun)[2]
    text.write_bytes("größer".encode("latin-1"))
    assert "in UTF-8" in run("passage", "courier", "x", "--project", begun)[2]
    text.unlink()
    assert "found no readable file" in run("passage", "courier", "x", "--project", begun)[2]
    (begun / places.PLACES).unlink()
    assert "found no place for the text of courier" in run("passage", "courier", "x", "--project", begun)[2]


# --- editors --------------------------------------------------------------------------

def test_schema_of_the_descriptor_takes_the_right_and_refuses_the_wrong(begun):
    import jsonschema

    schema = json.loads((begun / ".vscode/datapackage.schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    check = jsonschema.Draft7Validator(schema)
    for path in (begun, HARBOUR, HARBOUR.parents[1]):
        descriptor = json.loads((path / "data/datapackage.json").read_text("utf-8"))
        assert [error.message for error in check.iter_errors(descriptor)] == [], path
    fields = descriptor["resources"][0]["schema"]["fields"]
    for wrong in ({"created": "March"}, {"resources": []}, {"name": "With Spaces"},
                  {"resources": [{**descriptor["resources"][0], "path": "../out.csv"}]},
                  {"resources": [{"name": "sources", "path": "a.csv", "schema": {"fields": [{"name": "x", "type": "text"}]}}]},
                  {"resources": [{"name": "sources", "path": "a.csv", "schema": {"fields": [
                      {**fields[0], "constraints": {"require": True}}]}}]}):
        assert list(check.iter_errors({**descriptor, **wrong})), wrong


def test_tables_are_a_data_package_for_others_too(run, begun):
    from frictionless import Package

    filled(begun, HARBOUR)
    report = Package(str(begun / "data/datapackage.json")).validate()
    assert report.valid, report.to_summary()


def test_editor_finds_the_places_in_messages(run, begun):
    tasks = json.loads((begun / ".vscode/tasks.json").read_text("utf-8"))["tasks"]
    matchers = [matcher["pattern"] for task in tasks for matcher in task["problemMatcher"]]
    with open(begun / "data/quantities.csv", "a", encoding="utf-8") as file:
        file.write("many,number,ships,=,2 ships,,,,,,,courier,2,\n")
    report = begun / "report.qmd"
    report.write_text(report.read_text("utf-8").replace("papersize: a4", "papersise: a4"), "utf-8")
    lines = [f"  {line}" for line in run("render", "--project", begun)[2].splitlines()]
    seen = [(found[pattern["file"]], found[pattern["line"]]) for line in lines for pattern in matchers
            if (found := re.match(pattern["regexp"], line))]
    assert sorted(seen) == [("data/quantities.csv", "2"), ("report.qmd", "12")]
    assert all(task["command"].startswith("briefing preview") for task in tasks)


def test_workflow_of_a_new_project_installs_no_package_by_name_alone(begun):
    import yaml

    workflow = yaml.safe_load((begun / ".github/workflows/reproduce.yml").read_text("utf-8"))
    steps = "\n".join(step.get("run", "") for step in workflow["jobs"]["check"]["steps"])
    assert "briefing check --json" in steps and re.search(r'pip install .*"\$BRIEFING_PACKAGE"', steps)
    assert "wheels/briefing-" in workflow["env"]["BRIEFING_PACKAGE"] and not re.search(r"install briefing\b", steps)
