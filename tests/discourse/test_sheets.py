"""A blind sheet for another coder: nothing of the first coding in it, and all of the second read back."""

import csv
import io
import json
import re

import pytest

from briefing.commands.cli import main
from briefing.coding import sheets
from briefing.facts import tables
from briefing.findings import BriefingError, InvalidData


@pytest.fixture
def sheet(project, tmp_path):
    """Write the sheet, fill these cells in by passage, and read it in."""
    path = tmp_path / "sheet.csv"

    def fill(codes, coder="b", mangle=lambda text: text):
        if not path.exists():
            sheets.write(tables.load(project), path)
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
        filled = [row | dict(zip(sheets.CODES, stand)) for row in rows for stand in codes.get(row["passage"], [()])]
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(filled)
        path.write_text(mangle(out.getvalue()), "utf-8")
        return sheets.read(tables.read(project)[0], path, coder)

    return fill


def test_sheet_has_every_passage_in_order_and_no_code(project, tmp_path):
    data = tables.load(project)
    assert sheets.write(data, tmp_path / "sheet.csv") == 6
    text = (tmp_path / "sheet.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["passage"] for row in rows] == [row["id"] for row in data.rows["passages"]]
    assert all(row[code] == "" for row in rows for code in sheets.CODES)
    assert not any(row["gist"] in text or (row["quote"] or "\0") in text for row in data.rows["passages"])


def test_sheet_comes_back_as_the_statements_of_its_coder(project, sheet):
    before = tables.read(project)[0].rows["statements"]
    stands = {"no-return": [("union", "crews-needed", "agree", "said", ""), ("union", "strike-lawful", "mixed", "said", "")],
              "stopped-work": [("union", "strike-lawful", "agree", "done", "stopped work, all of them")]}
    assert sheet(stands).statements == 3
    after = tables.read(project)[0].rows["statements"]
    assert after[:len(before)] == before
    assert [{key: row[key] for key in ("actor", "concept", "agreement", "mode", "passage", "coder", "act")}
            for row in after[len(before):]] == [
        {"actor": a, "concept": c, "agreement": g, "mode": m, "passage": passage, "coder": "b", "act": act or None}
        for passage in ("stopped-work", "no-return") for a, c, g, m, act in stands[passage]]


def test_sheet_saved_by_a_spreadsheet_with_byte_order_mark_and_its_line_ends(sheet):
    stands = {"no-return": [("union", "crews-needed", "agree", "said", "")]}
    assert sheet(stands, mangle=lambda text: "\ufeff" + text.replace("\n", "\r\n")).statements == 1


def test_table_without_a_last_line_end_is_not_run_together(project, sheet):
    path = project / "data/statements.csv"
    path.write_text(path.read_text("utf-8").rstrip("\n"), "utf-8")
    assert sheet({"no-return": [("union", "crews-needed", "agree", "said", "")]}).statements == 1
    assert len(tables.read(project)[0].rows["statements"]) == 5


@pytest.mark.parametrize(("stand", "column"), [
    (("nobody", "crews-needed", "agree", "said", ""), "actor"), (("union", "none", "agree", "said", ""), "concept"),
    (("union", "crews-needed", "yes", "said", ""), "agreement"), (("union", "crews-needed", "agree", "", ""), "mode"),
    (("union", "crews-needed", "agree", "done", " "), "act"),
])
def test_code_that_is_none_adds_nothing(project, sheet, stand, column, snapshot):
    before = snapshot(project)
    with pytest.raises(InvalidData) as error:
        sheet({"no-return": [stand]})
    assert [(f.row, f.column) for f in error.value.findings] == [(4, column)]
    assert snapshot(project) == before


@pytest.mark.parametrize(("mangle", "told"), [
    (lambda text: text, "a sheet without a code"), (lambda text: "", "expected passage,source"),
    (lambda text: text.replace("mode,", "modus,"), "Keep the sheet's header"),
    (lambda text: text.replace("no-return,", "no-return,more,"), "a row of another length"),
    (lambda text: text.replace(",,,,,\n", ",union,crews-needed,agree,said,\n").replace("no-return", "gone"), 'found "gone"'),
])
def test_sheet_that_cannot_be_read_in(sheet, mangle, told):
    with pytest.raises(InvalidData, match=told):
        sheet({}, mangle=mangle)


def test_stand_given_twice_and_coder_who_has_statements(sheet):
    stand = ("union", "crews-needed", "agree", "said", "")
    with pytest.raises(InvalidData, match="each once"):
        sheet({"no-return": [stand, stand]})
    with pytest.raises(InvalidData, match="a coder who has none yet"):
        sheet({"no-return": [stand]}, coder="a")


@pytest.mark.parametrize("coder", ["", " ", " b", "b\n"])
def test_coder_without_a_name(sheet, coder):
    with pytest.raises(BriefingError, match="expected a coder's name"):
        sheet({}, coder=coder)


def test_no_file_is_overwritten_and_none_is_read_that_is_not_there(project, tmp_path):
    data = tables.load(project)
    (tmp_path / "sheet.csv").write_text("work of a week")
    with pytest.raises(BriefingError, match="expected a new name"):
        sheets.write(data, tmp_path / "sheet.csv")
    assert (tmp_path / "sheet.csv").read_text() == "work of a week"
    with pytest.raises(BriefingError, match="expected a file that can be written"):
        sheets.write(data, tmp_path / "nowhere" / "sheet.csv")
    with pytest.raises(BriefingError, match="expected CSV in UTF-8"):
        sheets.read(data, tmp_path / "none.csv", "b")


# --- chosen sources, and who read what ------------------------------------------------

def filled(path, stands):
    """Fill in cells of a sheet by passage."""
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | dict(zip(sheets.CODES, stands.get(row["passage"], ()))) for row in rows)


def lines(root, table):
    return (root / "data" / f"{table}.csv").read_text("utf-8").splitlines()


def test_sheet_of_chosen_sources(dossier, tmp_path):
    data = tables.load(dossier)
    count = {id: sum(row["source"] == id for row in data.rows["passages"]) for id in ("bote", "herald", "vestnik")}
    assert sheets.write(data, tmp_path / "one.csv", ["herald"]) == count["herald"]
    assert sheets.write(data, tmp_path / "two.csv", ["vestnik", "bote"]) == count["vestnik"] + count["bote"]
    sources = [row["source"] for row in csv.DictReader(io.StringIO((tmp_path / "two.csv").read_text("utf-8")))]
    assert sources == ["bote"] * count["bote"] + ["vestnik"] * count["vestnik"]


@pytest.mark.parametrize(("source", "told"), [
    ("gazete", "found no source of this id, expected one of audit, bote, gazette, herald, vestnik. Did you mean `gazette`?"),
    ("audit", "found no passage of this source, expected one of bote, gazette, herald, vestnik.")])
def test_source_without_passages(dossier, tmp_path, source, told):
    with pytest.raises(BriefingError, match=re.escape(f"--source {source}: {told}")):
        sheets.write(tables.load(dossier), tmp_path / "sheet.csv", ["herald", source])
    assert not (tmp_path / "sheet.csv").exists()


def test_who_filled_a_sheet_in_has_read_all_its_sources(dossier, tmp_path):
    data = tables.load(dossier)
    sheets.write(data, tmp_path / "sheet.csv", ["herald", "bote"])
    filled(tmp_path / "sheet.csv", {"h-minister": ("minister", "build", "agree", "said", "")})
    before = lines(dossier, "codings"), lines(dossier, "statements")
    taken = sheets.read(data, tmp_path / "sheet.csv", "dora")
    assert (taken.statements, taken.sources, taken.recorded, taken.declare) == (1, ("bote", "herald"), True, "")  # others are declared
    assert lines(dossier, "codings") == [*before[0], "dora,bote", "dora,herald"]
    assert lines(dossier, "statements") == [*before[1], "minister,build,agree,said,,h-minister,,,dora,"]
    assert tables.read(dossier)[1] == []


def test_a_coder_fills_in_another_sheet_later_but_not_the_same_twice(dossier, tmp_path):
    for source, passage in (("herald", "h-minister"), ("gazette", "g-minister")):
        sheets.write(tables.load(dossier), tmp_path / f"{source}.csv", [source])
        filled(tmp_path / f"{source}.csv", {passage: ("minister", "build", "agree", "said", "")})
        assert sheets.read(tables.load(dossier), tmp_path / f"{source}.csv", "dora").statements == 1
    before = lines(dossier, "statements")
    with pytest.raises(InvalidData, match="found statements of dora on gazette in data/statements.csv"):
        sheets.read(tables.load(dossier), tmp_path / "gazette.csv", "dora")
    assert lines(dossier, "statements") == before


def test_nothing_is_written_where_one_of_the_tables_cannot_be(dossier, tmp_path, snapshot):
    data = tables.load(dossier)
    sheets.write(data, tmp_path / "sheet.csv", ["herald"])
    filled(tmp_path / "sheet.csv", {"h-minister": ("minister", "build", "agree", "said", "")})
    (dossier / "data/codings.csv").write_text('coder,source\nanna,"herald\n')
    before = snapshot(dossier)
    with pytest.raises(BriefingError, match="data/codings.csv"):
        sheets.read(data, tmp_path / "sheet.csv", "dora")
    assert snapshot(dossier) == before


def test_an_empty_sheet_says_how_to_record_that_there_is_no_stand(dossier, tmp_path):
    sheets.write(tables.load(dossier), tmp_path / "sheet.csv", ["herald", "bote"])
    with pytest.raises(InvalidData, match=re.escape("write `dora,bote` and `dora,herald` into data/codings.csv")):
        sheets.read(tables.load(dossier), tmp_path / "sheet.csv", "dora")


def test_a_project_without_the_table_of_codings_is_told_how_to_declare_it(project, tmp_path, capsys, edit):
    edit("data/datapackage.json", '"adjudicated": "a",', "")
    sheet = tmp_path / "sheet.csv"
    assert main(["sheet", str(sheet), "--source", "courier", "--project", str(project)]) == 0
    assert "6 passages of courier to code" in capsys.readouterr().out
    filled(sheet, {"no-return": ("union", "crews-needed", "agree", "said", "")})
    assert main(["sheet", str(sheet), "--read", "b", "--project", str(project)]) == 0
    out = capsys.readouterr().out
    assert "Added 1 statement of coder b" in out and "Not recorded that b coded courier" in out
    assert out.endswith('in data/datapackage.json, such as: "adjudicated": "a"\n')
    descriptor = json.loads((project / "data/datapackage.json").read_text())
    declared = re.search(r"the resource (\{.*\}) into data/datapackage.json", out)[1]
    descriptor["resources"].append(json.loads(declared))
    descriptor |= json.loads("{" + out.rsplit("such as: ", 1)[1] + "}")
    (project / "data/datapackage.json").write_text(json.dumps(descriptor))
    (project / "data/codings.csv").write_text("coder,source\n" + re.search(r"the row `(.*?)`", out)[1] + "\n")
    assert tables.load(project).rows["codings"] == [{"coder": "b", "source": "courier"}]


def test_a_second_sheet_is_written_and_read_while_it_is_open_whose_statements_count(project, tmp_path, capsys, edit):
    edit("data/datapackage.json", '"adjudicated": "a",', "")
    for coder in ("b", "c"):
        sheet = tmp_path / f"{coder}.csv"
        assert main(["sheet", str(sheet), "--project", str(project)]) == 0
        filled(sheet, {"no-return": ("union", "crews-needed", "agree", "said", "")})
        assert main(["sheet", str(sheet), "--read", coder, "--json", "--project", str(project)]) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
            "count": 1, "sources": ["courier"], "recorded": False, "declare": '"adjudicated": "a"'}
    assert [finding.code for finding in tables.checked(project)[1]] == ["statements-left-out"]


def test_chosen_sources_of_a_sheet_that_is_read_in(project, tmp_path, capsys):
    assert main(["sheet", str(tmp_path / "s.csv"), "--read", "b", "--source", "courier", "--project", str(project)]) == 2
    assert "The sheet says which sources it covers" in capsys.readouterr().err


def test_a_sheet_that_a_spreadsheet_saved_with_semicolons(project, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheets.write(tables.load(project), sheet)
    filled(sheet, {"stopped-work": ("union", "strike-lawful", "agree", "done", "stopped work")})
    sheet.write_text("\ufeff" + sheet.read_text("utf-8").replace(",", ";"), "utf-8")
    assert sheets.read(tables.load(project), sheet, "b").statements == 1
