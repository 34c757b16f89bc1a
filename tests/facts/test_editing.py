"""Changing rows of the tables: what is written, what stays, and what happens when somebody else writes too."""

import os
import subprocess
import sys

import pytest

from briefing.facts import editing, tables
from briefing.facts.editing import Change, Conflict
from briefing.findings import BriefingError

ACTORS = "data/actors.csv"


@pytest.fixture
def descriptor(project):
    return tables.read(project)[0].descriptor


@pytest.fixture
def put(project):
    """Write a table's file as bytes, and see what is there after a set of changes."""

    def write(content, path=ACTORS):
        (project / path).write_bytes(content)

    return write


def cells(id, label="L", who="w", kind="k"):
    return {"id": id, "label": label, "who": who, "kind": kind}


def after(project, path=ACTORS):
    return (project / path).read_bytes()


def test_a_new_row_goes_to_the_end_and_the_others_stay_as_they_were(project, descriptor):
    before = after(project)
    editing.apply(project, descriptor, [Change("actors", None, cells("agency", "Northwire", 'a "wire", of sorts'))])
    assert after(project) == before + b'agency,Northwire,"a ""wire"", of sorts",k\n'


def test_a_change_touches_its_own_row_only(project, descriptor, put):
    put(b'id,label,who,kind\n"union","Union","all ""of"" them",union\nmayor,"Mayor","the mayor\nof Sandhaven",state\n"x",X,x,x\n')
    editing.apply(project, descriptor, [Change("actors", cells("mayor", "Mayor", "the mayor\nof Sandhaven", "state"),
                                               cells("mayor", "Mayor", "nobody", "state"))])
    assert after(project) == b'id,label,who,kind\n"union","Union","all ""of"" them",union\nmayor,Mayor,nobody,state\n"x",X,x,x\n'


@pytest.mark.parametrize("file", [
    b'id,label,who,kind\n"union","Union",u,union\n\nmayor,Mayor,"a\nb",state',  # no final newline, an empty line
    b"id,label,who,kind\r\nunion,Union,u,union\r\nmayor,Mayor,a,state\r\n",
    b"\xef\xbb\xbfkind,who,label,id\nunion,u,Union,union\nstate,a,Mayor,mayor\n",  # another order, a mark at the front
], ids=["open end", "carriage returns", "other order"])
def test_undo_gives_the_same_bytes(project, descriptor, put, file):
    put(file)
    there = {record.cells["id"]: record.cells for record in editing.rows(project, descriptor, "actors")}
    undo = editing.apply(project, descriptor, [
        Change("actors", there["union"], None), Change("actors", None, cells("agency")),
        Change("actors", there["mayor"], {**there["mayor"], "who": "nobody"})])
    changed = [record.cells["id"] for record in editing.rows(project, descriptor, "actors")]
    assert changed == ["mayor", "agency"]
    redo = editing.apply(project, descriptor, undo)
    restored = after(project)
    assert restored.rstrip(b"\r\n") == file.rstrip(b"\r\n")
    editing.apply(project, descriptor, redo)
    assert [record.cells["id"] for record in editing.rows(project, descriptor, "actors")] == changed


def test_columns_that_only_the_file_has_keep_their_cells(project, descriptor, put):
    put(b"id,label,who,kind,note\nunion,Union,u,union,seen twice\n")
    editing.apply(project, descriptor, [Change("actors", cells("union", "Union", "u", "union"),
                                               cells("union", "The union", "u", "union"))])
    assert after(project) == b"id,label,who,kind,note\nunion,The union,u,union,seen twice\n"


def test_what_an_editor_did_to_other_rows_stays(project, descriptor, edit):
    old = editing.rows(project, descriptor, "actors")[0].cells
    edit(ACTORS, "the mayor of Sandhaven", "the new mayor")
    editing.apply(project, descriptor, [Change("actors", old, {**old, "label": "Dockers"})])
    assert b"the new mayor" in after(project) and b"union,Dockers," in after(project)


def test_a_row_changed_meanwhile_is_a_conflict_and_nothing_is_written(project, descriptor, edit, snapshot):
    old = editing.rows(project, descriptor, "actors")[2].cells
    edit(ACTORS, "the mayor of Sandhaven", "the new mayor")
    there = snapshot(project)
    with pytest.raises(Conflict) as caught:
        editing.apply(project, descriptor, [Change("concepts", None, {"id": "x"}),
                                            Change("actors", old, {**old, "label": "Mayor Reed"})])
    assert caught.value.mine.after["label"] == "Mayor Reed"
    assert [row["who"] for row in caught.value.there] == ["the new mayor"]
    assert str(caught.value).startswith("data/actors.csv: found ")
    assert snapshot(project) == there


def test_a_row_removed_meanwhile_is_a_conflict_with_nothing_there(project, descriptor):
    old = editing.rows(project, descriptor, "actors")[2].cells
    editing.apply(project, descriptor, [Change("actors", old, None)])
    with pytest.raises(Conflict, match="no such row any more") as caught:
        editing.apply(project, descriptor, [Change("actors", old, {**old, "label": "x"})])
    assert caught.value.there == []


@pytest.mark.parametrize(("content", "found"), [
    (b"id,label,who,kind\nunion,Uni\xff,u,union\n", "utf-8"), (b"", "no header"),
    (b'id,label,who,kind\n"union,Union,u,union\n', "unexpected end of data"),
    (b"id,label,who,kind\nunion,Union\n", "2 cells in row 2 instead of 4")])
def test_a_file_that_cannot_be_read_is_left_alone(project, descriptor, put, content, found):
    put(content)
    with pytest.raises(BriefingError, match="Nothing was written") as caught:
        editing.apply(project, descriptor, [Change("actors", None, cells("x"))])
    assert found in str(caught.value) and after(project) == content


def test_a_table_that_is_not_there_is_named(project, descriptor):
    (project / ACTORS).unlink()
    with pytest.raises(BriefingError, match=r"data/actors.csv: found .*No such file"):
        editing.apply(project, descriptor, [Change("actors", None, cells("x"))])
    with pytest.raises(BriefingError, match='found no table "boats"'):
        editing.apply(project, descriptor, [Change("boats", None, {})])


def test_a_folder_that_cannot_be_written_leaves_all_as_it_was(project, descriptor, snapshot, monkeypatch):
    there = snapshot(project)
    replace, calls = os.replace, []

    def failing(source, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(BriefingError, match="No space left"):
        editing.apply(project, descriptor, [Change("actors", None, cells("x")), Change("concepts", None, {"id": "y"})])
    assert len(calls) == 3 and snapshot(project) == there


@pytest.mark.skipif(sys.platform == "win32", reason="there is no lock")
def test_two_processes_at_once_lose_nothing(project):
    program = ("import sys; from pathlib import Path; from briefing.facts import editing, tables\n"
               "root = Path(sys.argv[1]); descriptor = tables.read(root)[0].descriptor\n"
               "for n in range(40): editing.apply(root, descriptor, [editing.Change('actors', None, "
               "{'id': f'{sys.argv[2]}-{n}', 'label': 'L', 'who': 'w', 'kind': 'k'})])\n")
    running = [subprocess.Popen([sys.executable, "-c", program, project, name]) for name in ("one", "two", "three")]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    rows = tables.read(project)[0].rows["actors"]
    assert len(rows) == 3 + 120 and len({row["id"] for row in rows}) == 123
    assert not list((project / "data").glob(".*"))


def test_an_id_is_renamed_wherever_it_is_named(project, descriptor):
    editing.apply(project, descriptor, editing.renaming(project, descriptor, "actors", "port-company", "harbour-company"))
    assert tables.read(project)[1] == []
    everything = "".join((project / "data" / f"{name}.csv").read_text("utf-8")
                         for name in ("actors", "statements", "quantities", "events"))
    assert "port-company" not in everything and "union;harbour-company" in everything


def test_what_hangs_on_a_row_goes_with_it(project, descriptor):
    found = editing.removing(project, descriptor, "passages", "traffic-moved")
    assert {(change.table, change.after is None) for change in found} == {
        ("passages", True), ("quantities", True), ("judgements", False)}
    assert next(change.after for change in found if change.table == "judgements")["supported_by"] == "port-calls"
    editing.apply(project, descriptor, editing.removing(project, descriptor, "actors", "union"))
    rows = tables.read(project)[0].rows
    assert [row["actor"] for row in rows["statements"]] == ["port-company", "port-company"]
    assert next(row for row in rows["events"] if row["id"] == "strike-begins")["actors"] == ("port-company",)
