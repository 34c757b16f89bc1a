"""A blind sheet for another coder: nothing of the first coding in it, and all of the second read back."""

import csv
import io

import pytest

from briefing.discourse import reliability
from briefing.facts import tables
from briefing.findings import BriefingError, InvalidData


@pytest.fixture
def sheet(project, tmp_path):
    """Write the sheet, fill these cells in by passage, and read it in."""
    path = tmp_path / "sheet.csv"

    def fill(codes, coder="b", mangle=lambda text: text):
        if not path.exists():
            reliability.write_sheet(tables.load(project), path)
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
        filled = [row | dict(zip(reliability.CODES, stand)) for row in rows for stand in codes.get(row["passage"], [()])]
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(filled)
        path.write_text(mangle(out.getvalue()), "utf-8")
        return reliability.read_sheet(tables.load(project), path, coder)

    return fill


def test_sheet_has_every_passage_in_order_and_no_code(project, tmp_path):
    data = tables.load(project)
    assert reliability.write_sheet(data, tmp_path / "sheet.csv") == 6
    text = (tmp_path / "sheet.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["passage"] for row in rows] == [row["id"] for row in data.rows["passages"]]
    assert all(row[code] == "" for row in rows for code in reliability.CODES)
    assert not any(row["gist"] in text or (row["quote"] or "\0") in text for row in data.rows["passages"])


def test_sheet_comes_back_as_the_statements_of_its_coder(project, sheet):
    before = tables.load(project).rows["statements"]
    stands = {"no-return": [("union", "crews-needed", "agree", "said", ""), ("union", "strike-lawful", "mixed", "said", "")],
              "stopped-work": [("union", "strike-lawful", "agree", "done", "stopped work, all of them")]}
    assert sheet(stands) == 3
    after = tables.load(project).rows["statements"]
    assert after[:len(before)] == before
    assert [{key: row[key] for key in ("actor", "concept", "agreement", "mode", "passage", "coder", "act")}
            for row in after[len(before):]] == [
        {"actor": a, "concept": c, "agreement": g, "mode": m, "passage": passage, "coder": "b", "act": act or None}
        for passage in ("stopped-work", "no-return") for a, c, g, m, act in stands[passage]]


def test_sheet_saved_by_a_spreadsheet_with_byte_order_mark_and_its_line_ends(sheet):
    stands = {"no-return": [("union", "crews-needed", "agree", "said", "")]}
    assert sheet(stands, mangle=lambda text: "\ufeff" + text.replace("\n", "\r\n")) == 1


def test_table_without_a_last_line_end_is_not_run_together(project, sheet):
    path = project / "data/statements.csv"
    path.write_text(path.read_text("utf-8").rstrip("\n"), "utf-8")
    assert sheet({"no-return": [("union", "crews-needed", "agree", "said", "")]}) == 1
    assert len(tables.load(project).rows["statements"]) == 5


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
    (lambda text: text.replace(",", ";"), "Keep the sheet's header"),
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
        reliability.write_sheet(data, tmp_path / "sheet.csv")
    assert (tmp_path / "sheet.csv").read_text() == "work of a week"
    with pytest.raises(BriefingError, match="expected a file that can be written"):
        reliability.write_sheet(data, tmp_path / "nowhere" / "sheet.csv")
    with pytest.raises(BriefingError, match="expected CSV in UTF-8"):
        reliability.read_sheet(data, tmp_path / "none.csv", "b")
