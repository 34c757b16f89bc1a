"""Changing rows of the tables: what is written, what stays, and what happens when somebody else writes too."""

import os
import subprocess
import sys

import pytest

from briefing.facts import editing, tables
from briefing.facts.editing import Change, Conflict
from briefing.findings import BriefingError, InvalidData

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

        assert source.parent == target.parent and source.name.startswith(f".{target.name}.")  # of one disk, and not seen

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


# --- what is said -----------------------------------------------------------------------

READ = "Nothing was written; save the file in UTF-8, then try again."
MEND = "expected comma-separated values under a header, quoted by RFC 4180. Nothing was written; mend the file, then try again."


def said(call, *arguments):
    """The message of the error that a call raises."""
    with pytest.raises(BriefingError) as caught:
        call(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(("content", "message"), [
    (b"id,label\nunion,Uni\xff\n",
     "data/actors.csv: found 'utf-8' codec can't decode byte 0xff in position 18: invalid start byte, "
     f"expected a CSV table in UTF-8 that can be read. {READ}"),
    (b"", f"data/actors.csv: found no header, {MEND}"), (b"\n", f"data/actors.csv: found no header, {MEND}"),
    (b"id,label\nunion,Union\nmayor\n", f"data/actors.csv: found 1 cells in row 3 instead of 2, {MEND}"),
    (b'id,label\n"union\n', f"data/actors.csv: found unexpected end of data, {MEND}"),
    (b'id,label\n"un"ion,x\n', f"data/actors.csv: found ',' expected after '\"', {MEND}")])
def test_a_file_that_cannot_be_read_says_what_is_wrong_with_it(project, descriptor, put, content, message):
    put(content)
    assert said(editing.rows, project, descriptor, "actors") == message


def test_a_table_that_is_not_declared_is_told_those_that_are(project):
    declared = {"resources": [{"name": "actors", "path": "actors.csv"}, {"name": "events", "path": "events.csv"}]}
    assert said(editing.rows, project, declared, "boats") == (
        'data/datapackage.json, resources: found no table "boats", expected one of actors, events. '
        "Declare the table, or name one of these.")


def test_a_conflict_shows_the_row_as_it_was_and_as_it_is(project, descriptor, put):
    put(b"id,label,who,kind\nmayor,Mayor,the new mayor,\nmayor,Mayor,her deputy,state\nunion,Union,u,union\n\n")
    change = Change("actors", cells("mayor", "Mayor", "the mayor", ""), None)
    with pytest.raises(Conflict) as caught:
        editing.apply(project, descriptor, [change])
    conflict = caught.value
    assert str(conflict) == (
        'data/actors.csv: found "mayor, Mayor, the new mayor | mayor, Mayor, her deputy, state", expected "mayor, Mayor, the '
         'mayor", as it was '
        "when it was read. Somebody else changed it meanwhile, and nothing was written: keep that, or make the change again on "
         "it.")
    assert (conflict.path, conflict.mine) == ("data/actors.csv", change)
    assert conflict.there == [cells("mayor", "Mayor", "the new mayor", ""), cells("mayor", "Mayor", "her deputy", "state")]
    gone = Change("actors", cells("reeve", "Reeve", "r", ""), cells("reeve"))
    assert said(editing.apply, project, descriptor, [gone]) == (
        'data/actors.csv: found no such row any more, expected "reeve, Reeve, r", as it was when it was read. '
        "Somebody else changed it meanwhile, and nothing was written: keep that, or make the change again on it.")


def test_a_row_of_a_table_without_a_key_is_a_conflict_with_nothing_there(project, descriptor):
    schema = next(resource for resource in descriptor["resources"] if resource["name"] == "actors")["schema"]
    old = editing.rows(project, descriptor, "actors")[0].cells
    for key, there in ((["id"], 1), ("id", 1), (["id", "label"], 1), (["id", "a column that the file lacks"], 1),
     (["id", "who"], 0), ([], 0)):
        schema["primaryKey"] = key
        with pytest.raises(Conflict) as caught:
            editing.apply(project, descriptor, [Change("actors", {**old, "who": "others"}, None)])
        assert len(caught.value.there) == there
    del schema["primaryKey"]
    with pytest.raises(Conflict, match="no such row any more"):
        editing.apply(project, descriptor, [Change("actors", {**old, "who": "others"}, None)])


@pytest.mark.parametrize(("name", "place"), [("/data/actors.csv", "/data/actors.csv"), (None, "data/")])
def test_a_folder_that_takes_no_file_says_so(project, descriptor, snapshot, monkeypatch, name, place):
    there = snapshot(project)

    def full(source, target):
        raise OSError(28, "No space left on device", name)

    monkeypatch.setattr(os, "replace", full)
    assert said(editing.apply, project, descriptor, [Change("actors", None, cells("x"))]) == (
        f"{place}: found No space left on device, expected a folder and files that can be written. "
        "Nothing was written; mend that, then try again.")
    assert snapshot(project) == there


# --- the file to the byte ---------------------------------------------------------------

def records(project, descriptor):
    return [(record.number, record.cells["id"], record.text) for record in editing.rows(project, descriptor, "actors")]


def test_rows_have_the_numbers_of_a_spreadsheet_and_their_text(project, descriptor, put):
    put(b'id,"label\n",who,kind\r\na,A,a,a\n\n\n"b\nb",B,b,"b"\r\nc,C,c,c')
    assert records(project, descriptor) == [(2, "a", "a,A,a,a\n"), (5, "b\nb", '"b\nb",B,b,"b"\r\n'), (6, "c", "c,C,c,c")]
    put(b"\xef\xbb\xbfid,label,who,kind\n")
    assert records(project, descriptor) == []


@pytest.mark.parametrize(("file", "changes", "result"), [
    (b"id,label,who,kind", [(None, "a")], b"id,label,who,kind\na,L,w,k\n"),
    (b"id,label,who,kind\r\n", [(None, "a")], b"id,label,who,kind\r\na,L,w,k\r\n"),
    (b"id,label,who,kind\na,L,w,k", [(None, "b")], b"id,label,who,kind\na,L,w,k\nb,L,w,k\n"),
    (b"id,label,who,kind\r\na,L,w,k", [(None, "b")], b"id,label,who,kind\r\na,L,w,k\r\nb,L,w,k\r\n"),
    (b"id,label,who,kind\na,L,w,k", [("a", "b")], b"id,label,who,kind\nb,L,w,k"),
    (b"id,label,who,kind\na,L,w,k\n", [("a", "b")], b"id,label,who,kind\nb,L,w,k\n"),
    (b"id,label,who,kind\r\na,L,w,k\r\n", [("a", "b")], b"id,label,who,kind\r\nb,L,w,k\r\n"),
    (b'id,label,who,kind\n"a",L,w,k\n', [("a", "a")], b'id,label,who,kind\n"a",L,w,k\n'),
    (b"id,label,who,kind\na,L,w,k\nb,L,w,k\nc,L,w,k\n", [("b", None), ("a", "d"), (None, "e")],
     b"id,label,who,kind\nd,L,w,k\nc,L,w,k\ne,L,w,k\n"),
    (b"id,label,who,kind\ra,L,w,k\r", [(None, "b")], b"id,label,who,kind\ra,L,w,k\rb,L,w,k\n"),
    (b"id,label,who,kind\r", [(None, "a")], b"id,label,who,kind\ra,L,w,k\n"),
    (b"id,label,who,kind\ra,L,w,k\rb,L,w,k\r", [("a", "c")], b"id,label,who,kind\rc,L,w,k\nb,L,w,k\r"),
    (b'"id","la\nbel",who,kind\na,L,w,k\n', [(None, "b")], b'"id","la\nbel",who,kind\na,L,w,k\nb,,w,k\n'),
    (b"id,label,who,kind\na,L,w,k\n", [("a", "b"), ("b", "c"), (None, "d"), ("d", "e"), (None, "f"), ("f", None)],
     b"id,label,who,kind\nc,L,w,k\ne,L,w,k\n"),
    (b"\xef\xbb\xbfid,label,who,kind\na,L,w,k\n", [("a", "b"), (None, "c")], b"\xef\xbb\xbfid,label,who,kind\nb,L,w,k\nc,L,w,k\n"),
    (b"id,label,who,kind\na,L,w,k\na,L,w,k\n", [("a", "b")], b"id,label,who,kind\nb,L,w,k\na,L,w,k\n"),
    (b"who,id,more\nw,a,x\n", [(None, "b"), ("a", "c")], b"who,id,more\nw,c,x\nw,b,\n"),
    (b"id,label,who,kind\na,L,w,k\n", [(None, "a\rb"), (None, "a,b"), (None, "\u00e4")],
     'id,label,who,kind\na,L,w,k\n"a\rb",L,w,k\n"a,b",L,w,k\n\u00e4,L,w,k\n'.encode())])
def test_what_a_change_writes_and_its_undoing_takes_back(project, descriptor, put, file, changes, result):
    put(file)
    undo = editing.apply(project, descriptor, [
        Change("actors", None if old is None else cells(old) if b"label" in file else {"id": old},
         None if new is None else cells(new))
        for old, new in changes])
    assert after(project) == result
    editing.apply(project, descriptor, undo)
    assert after(project).rstrip(b"\r\n") == file.rstrip(b"\r\n")


@pytest.mark.parametrize(("place", "text", "result"), [
    (2, None, b"new,L,w,k\na,L,w,k\nb,L,w,k\n"), (3, None, b"a,L,w,k\nnew,L,w,k\nb,L,w,k\n"),
    (4, None, b"a,L,w,k\nb,L,w,k\nnew,L,w,k\n"),
    (40, None, b"a,L,w,k\nb,L,w,k\nnew,L,w,k\n"), (3, '"new",L,w,k\r\n', b'a,L,w,k\n"new",L,w,k\r\nb,L,w,k\n'),
    (3, '"new",L,w,k', b'a,L,w,k\n"new",L,w,k\nb,L,w,k\n'), (3, "new,L,w,k\r", b"a,L,w,k\nnew,L,w,k\rb,L,w,k\n"),
    (4, '"new",L,w,k', b'a,L,w,k\nb,L,w,k\n"new",L,w,k')])
def test_a_row_comes_back_where_and_as_it_stood(project, descriptor, put, place, text, result):
    put(b"id,label,who,kind\na,L,w,k\nb,L,w,k\n")
    (undo,) = editing.apply(project, descriptor, [Change("actors", None, cells("new"), place, text)])
    assert after(project) == b"id,label,who,kind\n" + result
    assert undo == Change("actors", cells("new"), None)


def test_the_last_row_keeps_its_open_end_and_its_spaces(project, descriptor, put):
    put(b"id,label,who,kind\na,L,w,k")
    editing.apply(project, descriptor, [Change("actors", cells("a"), {"kind": "X "})])
    assert after(project) == b"id,label,who,kind\na,L,w,X "
    editing.apply(project, descriptor, [Change("actors", {"id": "a"}, {"kind": "X"})])
    assert after(project) == b"id,label,who,kind\na,L,w,X"


def test_a_column_that_the_file_lacks_is_empty_in_each_row(project, descriptor, put):
    put(b"id,label\na,L\n")
    editing.apply(project, descriptor, [Change("actors", cells("a", "L", "", ""), cells("a", "M"))])
    assert after(project) == b"id,label\na,M\n"
    with pytest.raises(Conflict):
        editing.apply(project, descriptor, [Change("actors", cells("a", "M", "w", ""), None)])


def test_what_undoes_a_change_knows_the_row_as_it_stood(project, descriptor, put):
    put(b'id,label,who,kind\na,L,w,k\n"b",L,w,k\n')
    assert editing.apply(project, descriptor, [
        Change("actors", cells("b"), None), Change("actors", cells("a"), {"label": "M"}),
        Change("actors", None, {"id": "c"})]) == [
            Change("actors", {"id": "c", "label": "", "who": "", "kind": ""}, None),
            Change("actors", cells("a", "M"), cells("a"), None, "a,L,w,k\n"), Change("actors", None, cells("b"), 3, '"b",L,w,k\n')]


def test_a_file_keeps_its_mode_and_one_without_a_change_is_not_written(project, descriptor):
    path, other = project / ACTORS, project / "data/concepts.csv"
    path.chmod(0o640)
    before = other.stat().st_ino
    same = editing.rows(project, descriptor, "concepts")[0].cells
    editing.apply(project, descriptor, [Change("actors", None, cells("x")), Change("concepts", same, same)])
    assert (os.name != "posix" or path.stat().st_mode & 0o777 == 0o640) and other.stat().st_ino == before
    assert not list((project / "data").glob(".*"))


@pytest.mark.skipif(os.name != "posix", reason="elsewhere not everybody may make links")
def test_a_table_that_is_a_link_stays_one(project, descriptor):
    path, real = project / ACTORS, project / "actors-of-the-desk.csv"
    path.rename(real)
    path.symlink_to(real)
    editing.apply(project, descriptor, [Change("actors", None, cells("x"))])
    assert path.is_symlink() and b"x,L,w,k\n" in real.read_bytes()


def test_changes_after_which_the_tables_have_findings_are_taken_back(project, descriptor, snapshot):
    there = snapshot(project)
    with pytest.raises(InvalidData) as caught:
        editing.apply_checked(project, descriptor, [Change("actors", None, cells("Not An Id")),
         Change("actors", None, cells("agency"))])
    assert [(finding.code, finding.path, finding.row, finding.column) for finding in caught.value.findings] == [("pattern",
     ACTORS, 5, "id")]
    assert snapshot(project) == there
    editing.apply_checked(project, descriptor, [Change("actors", None, cells("agency"))])
    assert after(project).endswith(b"\nagency,L,w,k\n")


# --- rows of packages --------------------------------------------------------------------

@pytest.fixture
def taken(project, descriptor):
    """The descriptor, with rows of actors from two packages besides."""
    for name, rows in (("coast", "reeve,Reeve,the reeve,state\n\nguild,Guild,pilots,union\n"),
     ("north", "agency,Northwire,a wire,press\n")):
        (project / f"data/shared/{name}").mkdir(parents=True)
        (project / f"data/shared/{name}/actors.csv").write_text(f"id,label,who,kind\n{rows}", "utf-8")
    next(each for each in descriptor["resources"] if each["name"] == "actors")["parts"] = ["shared/coast/actors.csv",
     "shared/north/actors.csv"]
    return descriptor


def test_rows_of_packages_are_counted_on_after_those_of_the_project(project, taken):
    assert [(record.number, record.cells["id"]) for record in editing.rows(project, taken, "actors")] == [
        (2, "union"), (3, "port-company"), (4, "mayor"), (5, "reeve"), (7, "guild"), (8, "agency")]
    (project / ACTORS).write_text("id,label,who,kind\n", "utf-8")
    assert [(record.number, record.cells["id"]) for record in editing.rows(project, taken, "actors")] == [(2, "reeve"),
     (4, "guild"), (5, "agency")]


def test_packages_without_rows_are_counted_as_none(project, taken):
    for path in (ACTORS, "data/shared/coast/actors.csv"):
        (project / path).write_text("id,label,who,kind\n", "utf-8")
    assert [(record.number, record.cells["id"]) for record in editing.rows(project, taken, "actors")] == [(2, "agency")]


def test_a_row_of_a_package_is_not_changed(project, taken, snapshot):
    there = snapshot(project)
    change = Change("actors", cells("guild", "Guild", "pilots", "union"), None)
    assert said(editing.apply, project, taken, [Change("actors", None, cells("x")), change]) == (
        "data/shared/coast/actors.csv row 4: found a row of a package of facts, expected one of the project's own. Nothing was "
         "written: "
        "correct it in the package, then take it anew with `briefing facts --update`.")
    assert snapshot(project) == there
    editing.apply(project, taken, [Change("actors", None, cells("guild", "Guild", "pilots",
     "union"))])  # a new one is the project's


# --- references ----------------------------------------------------------------------------

HARBOURS = {"resources": [
    {"name": "ports", "path": "ports.csv", "schema": {"fields": [{"name": "id"}, {"name": "part_of"}, {"name": "code"}],
     "foreignKeys": [{"fields": "part_of", "reference": {"resource": "", "fields": "id"}}]}},
    {"name": "ships", "path": "ships.csv", "schema": {"fields": [
        {"name": "id"}, {"name": "home"}, {"name": "calls", "listOf": {"references": ["ports.id", "ships.id"]}},
        {"name": "codes", "listOf": {"delimiter": "|", "references": ["ports.code"]}}, {"name": "flags", "listOf": {}}],
     "foreignKeys": [{"fields": ["home", "id"], "reference": {"resource": "ports", "fields": ["id", "code"]}}]}},
    {"name": "notes", "path": "notes.csv", "schema": {"fields": [{"name": "text"}]}}]}


@pytest.fixture
def harbours(tmp_path):
    """Three small tables which name each other, and themselves."""
    (tmp_path / "data").mkdir()
    for name, text in (("ports", "id,part_of,code\nsandhaven,,s\nquay,sandhaven,q\nmole,quay,m\n"), ("notes", "text\nquay\n"),
                       ("ships", "id,home,calls,codes,flags\nmary,quay,mole;quay;sandhaven,s|q,quay\nanne,sandhaven,quay,quay,\nquay,sandhaven,mary,,\nlucy,old quay,,,\n")):
        (tmp_path / f"data/{name}.csv").write_text(text, "utf-8")
    return tmp_path


def test_all_columns_that_name_rows():
    assert editing.references(HARBOURS) == [
        editing.Reference("ports", "part_of", "ports", "id"), editing.Reference("ships", "home", "ports", "id"),
        editing.Reference("ships", "id", "ports", "code"), editing.Reference("ships", "calls", "ports", "id", ";"),
        editing.Reference("ships", "calls", "ships", "id", ";"), editing.Reference("ships", "codes", "ports", "code", "|")]


def test_who_names_a_row(harbours):
    def who(table, id):
        return [(each.table, each.column, record.number) for each, record in editing.referring(harbours, HARBOURS, table, id)]
    assert who("ports", "quay") == [("ports", "part_of", 4), ("ships", "home", 2), ("ships", "calls", 2), ("ships", "calls", 3)]
    assert who("ships", "mary") == [("ships", "calls", 4)]
    assert who("ports", "qua") == who("notes", "quay") == []


def test_the_changes_that_rename_a_row(harbours):
    changes = editing.renaming(harbours, HARBOURS, "ports", "quay", "wharf")
    assert [(change.table, change.before["id"], {name: cell for name, cell in change.after.items() if cell != change.before[name]})
            for change in changes] == [
        ("ports", "quay", {"id": "wharf"}), ("ports", "mole", {"part_of": "wharf"}),
        ("ships", "mary", {"home": "wharf", "calls": "mole;wharf;sandhaven"}), ("ships", "anne", {"calls": "wharf"})]
    assert editing.renaming(harbours, HARBOURS, "ports", "qua", "wharf") == []


def test_the_changes_that_remove_a_row_and_what_hangs_on_it(harbours):
    changes = editing.removing(harbours, HARBOURS, "ports", "quay")
    assert [(change.table, change.before["id"], change.after and change.after["calls"]) for change in changes] == [
        ("ports", "quay", None), ("ports", "mole", None), ("ships", "mary", None), ("ships", "anne", ""), ("ships", "quay", "")]
    editing.apply(harbours, HARBOURS, changes)
    assert (harbours / "data/ports.csv").read_text() == "id,part_of,code\nsandhaven,,s\n"
    assert (harbours / "data/ships.csv").read_text() == "id,home,calls,codes,flags\nanne,sandhaven,,quay,\nquay,sandhaven,,,\nlucy,old quay,,,\n"
    assert editing.removing(harbours, HARBOURS, "ports", "qua") == []


def test_of_a_list_the_others_stay(harbours):
    assert [change.after for change in editing.removing(harbours, HARBOURS, "ports", "mole")] == [
        None, {"id": "mary", "home": "quay", "calls": "quay;sandhaven", "codes": "s|q", "flags": "quay"}]


def test_a_table_whose_file_lacks_a_column_names_nothing_in_it(harbours):
    (harbours / "data/ships.csv").write_text("id,home\nmary,quay\nanne,mole\n", "utf-8")
    assert [(each.column, record.number) for each, record in editing.referring(harbours, HARBOURS, "ports",
     "quay")] == [("part_of", 4), ("home", 2)]
    assert [(change.table, change.after) for change in editing.renaming(harbours, HARBOURS, "ships", "mary",
     "maria")] == [("ships", {"id": "maria", "home": "quay"})]


def test_a_row_that_names_itself_is_removed_once(harbours):
    (harbours / "data/ports.csv").write_text("id,part_of,code\nquay,quay,q\nmole,pier,m\npier,mole,p\n", "utf-8")
    (harbours / "data/ships.csv").write_text("id,home,calls,codes,flags\n", "utf-8")
    for id, gone in (("quay", ["quay"]), ("mole", ["mole", "pier"])):
        assert [(change.before["id"], change.after) for change in editing.removing(harbours, HARBOURS, "ports", id)] == [(each,
         None) for each in gone]
