"""Facts that many briefings share: taken whole and pinned, read as one table, renewed from one place."""

import functools
import http.server
import json
import shutil
import threading

import pytest

from briefing.commands.cli import main
from briefing.editions import crate, edition
from briefing.facts import editing, tables
from briefing.facts.rules import shared
from briefing.findings import BriefingError, InvalidData
from briefing.rendering.render import render
from briefing.shelf import sharing

ACTORS = 'id,label,who,kind\nminister,Minister,"the minister of ports, in office since 2030",state\nharbour-master,Harbour master,who lets ships in,state\n'
CONCEPTS = "id,label,sentence\nnight-shifts,Night shifts,Cranes may work at night.\n"


@pytest.fixture
def desk(tmp_path, project):
    """A package of facts beside the project, with two of its tables declared as the project declares them."""
    resources = json.loads((project / "data/datapackage.json").read_text("utf-8"))["resources"]
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "datapackage.json").write_text(json.dumps(
        {"name": "desk", "title": "Facts of the desk", "created": "2031-01-01", "licenses": [{"name": "CC0-1.0"}],
         "resources": [one for one in resources if one["name"] in ("actors", "concepts")]}), "utf-8")
    (folder / "actors.csv").write_text(ACTORS, "utf-8", newline="\n")
    (folder / "concepts.csv").write_text(CONCEPTS, "utf-8", newline="\n")
    return folder


@pytest.fixture
def taken(project, desk):
    """The project with the facts of the package, one of which it uses."""
    sharing.take(project, str(desk))
    with open(project / "data/statements.csv", "a", encoding="utf-8", newline="\n") as file:
        file.write("minister,night-shifts,agree,said,strike-unlawful,a,\n")
    return project


def found(root):
    return [(f.code, f.path, f.row, f.column) for f in tables.read(root)[1]]


# --- one table of several files -------------------------------------------------------

def test_rows_of_a_package_follow_the_projects_own_as_one_table(taken):
    data = tables.load(taken)
    assert [row["id"] for row in data.rows["actors"]] == ["union", "port-company", "mayor", "minister", "harbour-master"]
    assert list(data.concepts["id"]) == ["crews-needed", "strike-lawful", "night-shifts"]
    assert data.row("actors", "minister")["who"] == "the minister of ports, in office since 2030"
    assert data.files("actors") == ["data/actors.csv", "data/shared/desk/actors.csv"]


def test_the_projects_own_table_may_hold_its_header_alone(taken, desk):
    own = (taken / "data/actors.csv").read_text("utf-8")
    (taken / "data/actors.csv").write_text("id,label,who,kind\n", "utf-8", newline="\n")
    (desk / "actors.csv").write_text(own + ACTORS.partition("\n")[2], "utf-8", newline="\n")
    sharing.account(taken, write=True)
    assert [row["id"] for row in tables.load(taken).rows["actors"]][:3] == ["union", "port-company", "mayor"]


@pytest.mark.filterwarnings("ignore")  # frictionless' own dependencies
def test_frictionless_reads_the_same_table_and_finds_it_valid(taken):
    from frictionless import Package

    package = Package(str(taken / "data/datapackage.json"))
    assert package.validate().flatten(["type", "rowNumber", "fieldName", "note"]) == []
    assert [row["id"] for row in package.get_resource("actors").read_rows()] == \
        [row["id"] for row in tables.load(taken).rows["actors"]]


def test_taking_facts_changes_three_places_of_the_descriptor_and_no_other(project, desk):
    before = (project / "data/datapackage.json").read_text("utf-8").splitlines()
    sharing.take(project, str(desk))
    after = (project / "data/datapackage.json").read_text("utf-8").splitlines()
    new = [line for line in after if line not in before]
    assert len(after) == len(before) + 1 and len(new) == 3
    files = shared.files_of(project, "desk")
    assert json.loads("{" + new[0].rstrip(",") + "}") == {"shared": [
        {"name": "desk", "path": "../facts", "sha256": shared.pin(files)}]}
    assert files["actors.csv"] == ACTORS.encode()


def test_the_pin_is_what_sha256sum_says(taken):
    import subprocess

    if not shutil.which("sha256sum"):
        pytest.skip("no sha256sum here")
    run = subprocess.run("LC_ALL=C; sha256sum * | sha256sum", shell=True, cwd=taken / "data/shared/desk",
                         capture_output=True, text=True, check=True)
    assert run.stdout.split()[0] == json.loads((taken / "data/datapackage.json").read_text("utf-8"))["shared"][0]["sha256"]


def test_the_workbench_offers_shared_rows_and_leaves_them_as_they_are(taken):
    from briefing.coding.sitting import Coding

    coding = Coding(taken, "a")
    state = coding.state("courier")
    offered = {row["cells"]["id"]: row["cells"] for row in state["tables"]["actors"]}
    assert [*offered] == ["union", "port-company", "mayor", "minister", "harbour-master"] and state["findings"] == []
    with pytest.raises(BriefingError, match="data/shared/desk/actors.csv row 2: found a row of a package"):
        editing.apply(taken, tables.load(taken).descriptor,
                      [editing.Change("actors", offered["minister"], {**offered["minister"], "label": "Other"})])
    assert found(taken) == []


# --- what can be wrong ----------------------------------------------------------------

def test_a_row_that_both_have_is_told_at_the_projects_own(project, desk):
    (desk / "actors.csv").write_text(ACTORS + "mayor,Mayor,another,state\n", "utf-8", newline="\n")
    with pytest.raises(InvalidData, match="data/actors.csv row 4, id: found \"mayor\", which data/shared/desk/actors.csv "
                                          "has in row 4, too.*Remove this row"):
        sharing.take(project, str(desk))
    assert not (project / "data/shared").exists()


def test_a_finding_in_a_shared_row_names_the_shared_file(project, desk):
    (desk / "actors.csv").write_text(ACTORS.replace("harbour-master,", "Harbour Master,").replace(",who lets ships in", ","),
                                     "utf-8", newline="\n")
    with pytest.raises(InvalidData) as error:
        sharing.take(project, str(desk))
    assert [(f.path, f.row, f.column) for f in error.value.findings] == [
        ("data/shared/desk/actors.csv", 3, "id"), ("data/shared/desk/actors.csv", 3, "who")]


def test_a_rule_between_cells_names_the_shared_file_too(taken):
    path = taken / "data/shared/desk/actors.csv"
    path.write_text(path.read_text("utf-8").replace("Harbour master,", "=1+1,"), "utf-8", newline="\n")
    assert ("formula", "data/shared/desk/actors.csv", 3, "label") in found(taken)


def test_files_that_are_not_what_was_pinned_are_told_with_what_to_do(taken):
    path = taken / "data/shared/desk/concepts.csv"
    path.write_text(path.read_text("utf-8").replace("at night", "by night"), "utf-8", newline="\n")
    [finding] = tables.read(taken)[1]
    assert (finding.code, finding.path) == ("shared-changed", "data/shared/desk")
    assert "briefing facts --update" in finding.remedy and "../facts" in finding.remedy
    sharing.account(taken, write=True)
    assert found(taken) == []


@pytest.mark.parametrize("name, code", [("actors.csv", "table-missing"), ("datapackage.json", "shared-missing")])
def test_a_missing_file_is_told_and_nothing_dangles(taken, name, code):
    (taken / "data/shared/desk" / name).unlink()
    codes = [finding[0] for finding in found(taken)]
    assert code in codes and "id-dangling" not in codes


def test_a_file_besides_changes_the_pin(taken):
    (taken / "data/shared/desk/notes.txt").write_text("mine", "utf-8")
    assert found(taken) == [("shared-changed", "data/shared/desk", None, None)]


def test_a_table_that_cannot_be_shared_is_refused(project, desk):
    text = (project / "data/datapackage.json").read_text("utf-8")
    (project / "data/datapackage.json").write_text(
        text.replace('"path": "events.csv"', '"path": ["events.csv", "shared/desk/events.csv"]'), "utf-8")
    with pytest.raises(InvalidData, match="rows of others in actors, concepts, sources, series only"):
        tables.read(project)


@pytest.mark.parametrize("path, said", [
    (["shared/desk/actors.csv"], "own file first"), (["actors.csv", "../facts/actors.csv"], "a file shared/NAME/actors.csv"),
    (["actors.csv", "shared/desk/concepts.csv"], "a file shared/NAME/actors.csv"),
    (["actors.csv", "shared/desk/actors.csv", "shared/desk/actors.csv"], "each file once"), ([], "a name and a path"),
    (["actors.csv", 3], "a name and a path")])
def test_paths_that_are_no_shared_files_are_refused(project, path, said):
    text = (project / "data/datapackage.json").read_text("utf-8")
    (project / "data/datapackage.json").write_text(text.replace('"path": "actors.csv"', f'"path": {json.dumps(path)}'),
                                                   "utf-8")
    with pytest.raises(InvalidData, match=said):
        tables.read(project)


@pytest.mark.parametrize("entry, column", [
    ({"name": "Desk!", "path": "../facts", "sha256": "0" * 64}, "shared[0].name"),
    ({"name": "desk", "sha256": "0" * 64}, "shared[0].path"),
    ({"name": "desk", "path": "../facts", "sha256": "12"}, "shared[0].sha256"), ("desk", "shared[0].name")])
def test_entries_that_say_nothing_usable_are_told(taken, entry, column):
    path = taken / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**descriptor, "shared": [entry]}), "utf-8")
    assert column in [finding[3] for finding in found(taken)]


def test_a_package_that_nobody_named_or_uses_is_told(taken):
    path = taken / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**descriptor, "shared": []}), "utf-8")
    assert [finding[0] for finding in found(taken)] == ["shared-undeclared", "shared-unnamed"]
    for resource in descriptor["resources"]:
        resource["path"] = f"{resource['name']}.csv"
    path.write_text(json.dumps(descriptor), "utf-8")
    assert "shared-unused" in [finding[0] for finding in found(taken)]


def test_a_package_that_itself_shares_is_refused(taken, tmp_path, project):
    other = shutil.copytree(project, tmp_path / "other")
    with pytest.raises(BriefingError, match="itself takes facts of another"):
        sharing.take(other, str(taken))
    path = taken / "data/shared/desk/datapackage.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "shared": [{"name": "other"}]}), "utf-8")
    assert "shared-of-shared" in [finding[0] for finding in found(taken)]


def test_a_header_that_differs_is_told_and_nothing_is_written(project, desk):
    (desk / "actors.csv").write_text("id,label,kind\nminister,Minister,state\n", "utf-8", newline="\n")
    with pytest.raises(InvalidData, match="data/shared/desk/actors.csv row 1: .*Add who"):
        sharing.take(project, str(desk))
    assert not (project / "data/shared").exists()


@pytest.mark.parametrize("damage, said", [
    (lambda desk: (desk / "datapackage.json").unlink(), "no file that can be read"),
    (lambda desk: (desk / "datapackage.json").write_text("[]"), "no Data Package"),
    (lambda desk: (desk / "datapackage.json").write_text('{"resources": [{"name": "events", "path": "e.csv"}]}'),
     "none of the tables"),
    (lambda desk: (desk / "datapackage.json").write_text('{"resources": [{"name": "actors", "path": "../a.csv"}]}'),
     "a path inside the package"),
    (lambda desk: (desk / "actors.csv").unlink(), "no file that can be read")])
def test_what_is_no_package_of_facts_is_told(project, desk, damage, said):
    damage(desk)
    with pytest.raises(BriefingError, match=said):
        sharing.take(project, str(desk))


def test_a_project_cannot_take_its_own_facts(project):
    with pytest.raises(BriefingError, match="the project's own facts"):
        sharing.take(project, str(project))


# --- a correction, made once ------------------------------------------------------------

def test_a_correction_comes_to_every_project_and_the_rest_is_done(tmp_path, taken, desk, capsys):
    other, broken = (shutil.copytree(taken, tmp_path / name) for name in ("other", "broken"))
    (broken / "data/datapackage.json").write_text('{"shared": 1', "utf-8")
    (desk / "actors.csv").write_text(ACTORS.replace("since 2030", "since 2029"), "utf-8", newline="\n")
    assert main(["facts", "--update", "--all", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert 'row 2 (minister), who' in said and "broken: data/datapackage.json" in said
    assert "3 projects with facts of packages; 2 renewed; 1 could not be done." in said
    for project in (taken, other):
        assert tables.load(project).row("actors", "minister")["who"].endswith("since 2029")
    assert main(["facts", "--project", str(taken)]) == 0
    assert "as at its address" in capsys.readouterr().out


def test_why_says_where_a_changed_row_is_named_and_writes_nothing(taken, desk, capsys):
    before = {path: path.read_bytes() for path in (taken / "data").rglob("*") if path.is_file()}
    (desk / "actors.csv").write_text(ACTORS.replace("Minister,", "Ports minister,").replace("who lets", "he who lets"),
                                     "utf-8", newline="\n")
    assert main(["facts", "--update", "--why", "--project", str(taken)]) == 0
    said = capsys.readouterr().out
    assert '"Minister" became "Ports minister"' in said and "named in data/statements.csv row 6, actor" in said
    assert {path: path.read_bytes() for path in (taken / "data").rglob("*") if path.is_file()} == before


def test_of_many_it_is_told_which_a_changed_row_moves(tmp_path, taken, desk, capsys):
    unmoved = shutil.copytree(taken, tmp_path / "unmoved")
    text = (unmoved / "data/statements.csv").read_text("utf-8")
    (unmoved / "data/statements.csv").write_text(text.replace("minister,night-shifts", "mayor,night-shifts"), "utf-8")
    (desk / "actors.csv").write_text(ACTORS.replace("Minister,", "Ports minister,"), "utf-8", newline="\n")
    assert main(["facts", "--all", str(tmp_path), "--why"]) == 0
    said = capsys.readouterr().out
    assert "2 projects with facts of packages; 2 with newer ones at their address; 1 names a row that changed." in said
    assert main(["facts", "--all", str(tmp_path), "--render"]) == 2


def test_a_package_that_is_gone_is_told_by_check_and_not_by_loading(taken, desk, capsys):
    shutil.rmtree(desk)
    assert found(taken) == []
    main(["check", "--no-rebuild", "--project", str(taken)])
    assert "Whether the facts of desk: " in capsys.readouterr().out
    assert main(["facts", "--update", "--project", str(taken)]) == 1


def test_a_package_of_the_web_is_taken_and_found_newer(project, desk, capsys):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=desk)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert main(["facts", address, "--table", "concepts", "--project", str(project)]) == 0
        (desk / "concepts.csv").write_text(CONCEPTS.replace("at night", "by night"), "utf-8", newline="\n")
        [note] = sharing.notes(project)
        server.shutdown()
    assert f"newer at {address}" in note and "by night" in note
    assert json.loads((project / "data/datapackage.json").read_text("utf-8"))["shared"][0]["path"] == address
    assert tables.load(project).files("actors") == ["data/actors.csv"]


def test_an_address_that_only_fsspec_knows_says_what_is_missing(project, monkeypatch):
    import importlib

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(BriefingError, match="pip install fsspec"):
        sharing.take(project, "s3://desk/facts")


# --- in the edition ---------------------------------------------------------------------

def test_the_edition_carries_and_describes_the_shared_files_and_rebuilds_from_the_pdf_alone(taken, desk, tmp_path):
    render(taken)
    inputs = edition.inputs_of((taken / "_output/report.pdf").read_bytes(), "report.pdf")
    assert inputs["data/shared/desk/actors.csv"] == ACTORS.encode()
    entities = {entity["@id"]: entity for entity in
                json.loads((taken / "_output" / crate.NAME).read_text("utf-8"))["@graph"]}
    entry = json.loads(inputs["data/datapackage.json"])["shared"][0]
    file = entities["#inputs.zip/data/shared/desk/actors.csv"]
    assert entities[file["isBasedOn"]["@id"]]["sha256"] == entry["sha256"]
    assert file["variableMeasured"] == entities["#inputs.zip/data/actors.csv"]["variableMeasured"]
    page = (taken / "_output/report.html").read_text("utf-8")
    assert 'download="shared-desk-actors.csv"' in page and "minister" in page
    told = [f"{d.path} {d}" for d in _moved_by(taken, desk)]
    assert any("Minister" in line for line in told)
    shutil.rmtree(desk)
    again = tmp_path / "again"
    edition.write_files({name: content for name, content in inputs.items()
                         if not name.startswith("analysis/briefing/")}, again)
    render(again)
    assert (again / "_output/report.pdf").read_bytes() == (taken / "_output/report.pdf").read_bytes()


def _moved_by(taken, desk):
    (desk / "actors.csv").write_text(ACTORS.replace("Minister,", "Ports minister,"), "utf-8", newline="\n")
    account = sharing.account(taken, why=True, rendered=True)
    assert account.used
    return account.moved


def test_a_render_sees_a_changed_shared_row_and_says_which(taken, desk):
    reasons = []
    render(taken)
    (desk / "actors.csv").write_text(ACTORS.replace("Minister,", "Ports minister,"), "utf-8", newline="\n")
    sharing.account(taken, write=True)
    render(taken, explain=reasons.append)
    assert any('data/shared/desk/actors.csv row 2 (minister), label: "Minister" became "Ports minister"' in reason
               for reason in reasons), reasons
