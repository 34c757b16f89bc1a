"""The Data Package: what is right loads with its types, what is wrong is all found, with its place."""

import csv
import datetime
import io
import json
import os
import sys
from pathlib import Path

import pytest
from conftest import HARBOUR

from briefing import language, limits
from briefing.facts import cells, recording, tables
from briefing.findings import BriefingError, InvalidData

REPOSITORY = Path(__file__).parents[2]


def found(root):
    """The findings of a project, each as code, file, row and column."""
    return [(f.code, f.path, f.row, f.column) for f in tables.read(root)[1]]


def refused(root):
    """The findings of a project whose descriptor cannot be used."""
    with pytest.raises(InvalidData) as error:
        tables.read(root)
    return error.value.findings


# --- good data ------------------------------------------------------------------

@pytest.mark.parametrize("root", [REPOSITORY, HARBOUR], ids=["repository", "harbour"])
def test_valid_data_has_no_findings(root):
    assert [str(finding) for finding in tables.read(root)[1]] == []


@pytest.mark.parametrize("root", [REPOSITORY, HARBOUR], ids=["repository", "harbour"])
@pytest.mark.filterwarnings("ignore")  # frictionless' own dependencies
def test_frictionless_agrees_that_the_data_is_valid(root):
    from frictionless import Package

    report = Package(str(root / "data/datapackage.json")).validate()
    assert report.flatten(["type", "rowNumber", "fieldName", "note"]) == []


def test_values_have_the_types_of_the_descriptor(project):
    data = tables.load(project)
    quantity = data.row("quantities", "traffic-lost")
    assert (quantity["value"], quantity["as_of"]) == (40.0, None)
    assert data.row("events", "strike-begins")["actors"] == ("union", "port-company")
    assert data.row("events", "announcement")["resolved"] is False
    assert data.edition_date == datetime.date(2031, 3, 10)


def test_frames_have_the_order_of_the_file_and_are_copies(project):
    data = tables.load(project)
    frame = data.series
    assert list(frame["year"]) == [2028, 2029, 2030]
    assert str(frame["value"].dtype) == "float64"
    frame["value"] = 0.0
    assert list(data.series["value"]) == [1204.0, 1190.0, 871.0]
    with pytest.raises(AttributeError, match="no table 'ships'"):
        data.ships


def test_row_names_the_ids_that_are_there(project):
    with pytest.raises(BriefingError, match='"pirates", expected one of mayor, port-company, union'):
        tables.load(project).row("actors", "pirates")


def test_load_finds_the_project_from_a_folder_inside_it(project, tmp_path):
    assert tables.load(project / "analysis").root == project
    with pytest.raises(BriefingError, match="expected a briefing project"):
        tables.load(tmp_path)


# --- files ----------------------------------------------------------------------

def test_missing_table_is_one_finding(project):
    (project / "data/actors.csv").unlink()  # statements and events point into it
    assert found(project) == [("table-missing", "data/actors.csv", None, None)]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \n"])
def test_empty_file_is_one_finding_that_gives_the_header(project, content):
    (project / "data/actors.csv").write_bytes(content)
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.path, finding.expected) == \
        ("table-empty", "data/actors.csv", "the header id,label,who,kind")


def test_header_with_a_wrong_name_says_what_to_add_and_remove(project, edit):
    edit("data/actors.csv", "id,label,who,kind", "id,name,who,kind")
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.row, finding.remedy) == ("header", 1, 'Add label and remove "name".')


def test_header_in_another_order_leaves_the_cells_readable(project, edit):
    edit("data/concepts.csv", "id,label,sentence", "id,sentence,label")
    data, findings = tables.read(project)
    assert [(f.code, f.row, f.remedy) for f in findings] == [("header-order", 1, "Put the columns into this order.")]
    assert data.row("concepts", "strike-lawful")["sentence"] == "Strike lawful"


def test_one_column_more_is_named_with_the_line_that_declares_it(project, edit):
    path = project / "data/actors.csv"
    path.write_text("\n".join(f"{line},{'note' if n == 0 else 'seen'}" for n, line in enumerate(path.read_text().splitlines())) + "\n")
    edit("data/actors.csv", "mayor,Mayor", "The mayor,Mayor")  # what is declared is checked all the same
    data, findings = tables.read(project)
    assert [(f.code, f.row, f.column) for f in findings] == [("column-extra", 1, "note"), ("pattern", 4, "id")]
    assert "note" not in data.rows["actors"][0] and data.row("actors", "union")["label"]
    line = findings[0].remedy.split("`")[1]
    edit("data/actors.csv", "The mayor,Mayor", "mayor,Mayor")
    descriptor = json.loads((project / "data/datapackage.json").read_text())
    next(each for each in descriptor["resources"] if each["name"] == "actors")["schema"]["fields"].append(json.loads(line))
    (project / "data/datapackage.json").write_text(json.dumps(descriptor))
    assert tables.load(project).row("actors", "union")["note"] == "seen"


def test_a_column_more_in_the_midst_and_others_in_another_order(project):
    (project / "data/concepts.csv").write_text("id,note,sentence,label,more\ncrews-needed,x,Crews.,Crews needed,y\nstrike-lawful,,Lawful.,Strike,\n")
    data, findings = tables.read(project)
    assert [(f.code, f.column) for f in findings] == [("column-extra", "note"), ("column-extra", "more"), ("header-order", None)]
    assert data.row("concepts", "crews-needed") == {"id": "crews-needed", "sentence": "Crews.", "label": "Crews needed"}


def test_a_header_with_a_comma_too_much(project):
    path = project / "data/actors.csv"
    path.write_text("".join(f"{line},\n" for line in path.read_text().splitlines()))
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.found) == ("column-extra", "a column without a name")


def test_a_column_twice_is_no_column_more(project, edit):
    edit("data/actors.csv", "id,label,who,kind", "id,label,label,kind")
    assert found(project) == [("header", "data/actors.csv", 1, None)]


@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
@pytest.mark.parametrize("table", ["actors", "events", "statements", "passages"])
def test_a_table_that_a_spreadsheet_saved_with_another_separator_is_one_finding(project, table, mark, word):
    path = project / f"data/{table}.csv"
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue(), "utf-8")
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.path, finding.row) == ("separator", f"data/{table}.csv", 1)
    assert finding.found == f"cells separated by {word}" and "with the comma as separator" in finding.remedy


def test_the_line_in_which_a_spreadsheet_names_its_separator(project):
    path = project / "data/actors.csv"
    path.write_text("sep=,\n" + path.read_text())
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.found) == ("separator", 'cells separated by what its first line "sep=," says')


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_named(project, encoding):
    path = project / "data/actors.csv"
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.line) == ("not-utf-8", 1) and finding.found.startswith("UTF-16") and "CSV UTF-8" in finding.remedy


def test_not_utf8_names_line_and_byte(project):
    path = project / "data/actors.csv"
    path.write_bytes(path.read_bytes().replace(b"the mayor", b"the m\xe4yor"))
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.line, finding.found) == ("not-utf-8", 4, "the byte 0xe4")


def test_byte_order_mark_and_carriage_returns_are_found_and_nothing_else(project):
    path = project / "data/actors.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert [(f.code, f.line) for f in tables.read(project)[1]] == [("byte-order-mark", 1), ("line-ends", 1)]


@pytest.mark.parametrize("row", ["smith,Smith,who", "smith,Smith,who,town,more", "smith,Smith,the smith, who is old,town"])
def test_row_of_another_length_than_the_header(project, row):
    with (project / "data/actors.csv").open("a") as file:
        file.write(row + "\n")
    assert found(project) == [("row-length", "data/actors.csv", 5, None)]


def test_empty_row(project, edit):
    edit("data/actors.csv", "port-company,", "\nport-company,")
    assert found(project) == [("row-empty", "data/actors.csv", 3, None)]


def test_quote_without_end_names_the_line_where_it_begins(project, edit):
    edit("data/concepts.csv", "crews-needed,Crews needed", 'crews-needed,"Crews needed')
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.path, finding.line) == ("not-csv", "data/concepts.csv", 2)


def test_cell_of_100_megabytes_is_found_and_not_repeated(project, edit):
    edit("data/concepts.csv", "Every crane must have a crew.", '"' + "x" * 100_000_000 + '"')
    (finding,) = tables.read(project)[1]
    (project / "data/concepts.csv").unlink()  # pytest keeps the folder
    assert (finding.code, finding.row, finding.column, finding.found) == \
        ("cell-too-long", 2, "sentence", "100,000,000 characters")
    assert len(str(finding)) < 400


# --- cells ----------------------------------------------------------------------

@pytest.mark.parametrize(("path", "old", "new", "code", "row", "column"), [
    ("quantities", ",>,40,%", ",>,40%,%", "type", 2, "value"),
    ("quantities", ",>,40,%", ",>,NaN,%", "type", 2, "value"),
    ("quantities", ",>,40,%", ",>,inf,%", "type", 2, "value"),
    ("quantities", ",>,40,%", ",>,1e999,%", "type", 2, "value"),
    ("quantities", ",>,40,%", ",>,1_000,%", "type", 2, "value"),
    ("quantities", ",>,40,%", ",>,\u0664\u0660,%", "type", 2, "value"),
    ("quantities", ",>,40,%", ",over,40,%", "word", 2, "hedge"),
    ("quantities", ",>,40,%", ",>,,%", "cell-empty", 2, "value"),
    ("series", "2029,", "29.5,", "type", 3, "year"),
    ("series", "2029,", "29,", "range", 3, "year"),
    ("events", "2031-03-03,true", "2031-03-03,yes", "type", 3, "resolved"),
    ("events", "2031-03-03,", "2031-02-30,", "date", 3, "date"),
    ("events", "2031-03-03,", "2031-13,", "date", 3, "date"),
    ("events", "2031-03-03,", "3 March 2031,", "date", 3, "date"),
    ("events", "2031-03-03,", "\u0662\u0660\u0663\u0661-03-03,", "date", 3, "date"),
    ("events", "2031-03-03,", "2031-02-29/2031-03-03,", "date", 3, "date"),
    ("events", "2031-03-03,", "2031-03-05/2031-03-03,", "date", 3, "date"),
    ("actors", "mayor,Mayor", "The Mayor,Mayor", "pattern", 4, "id"),
    ("actors", "mayor,Mayor", "mayor, Mayor", "spaces", 4, "label"),
    ("passages", "narration,,The dockers stopped work on a Monday.,2",
     "narration,,The dockers stopped work on a Monday.,7", "range", 2, "credibility"),
])
def test_wrong_cell_is_one_finding_with_row_and_column(project, edit, path, old, new, code, row, column):
    edit(f"data/{path}.csv", old, new)
    assert found(project) == [(code, f"data/{path}.csv", row, column)]


@pytest.mark.parametrize("date", ["2031", "2031-03", "2031-03-03/..", "../2031-03-03", "2031-03-03/2031-03-05",
                                  "[2031-03-03..2031-03-05]", "2031-03-03?", "2031-03-XX"])
def test_uncertain_dates_are_dates(project, edit, date):
    edit("data/events.csv", "2031-03-03,", f"{date},")
    assert found(project) == []


def test_date_column_takes_days_that_exist_only(project, edit):
    edit("data/datapackage.json", '{"name": "date", "type": "string", "rdfType": '
         '"http://id.loc.gov/datatypes/edtf/EDTF"', '{"name": "date", "type": "date"')
    edit("data/events.csv", "announcement,2031-02,", "announcement,2031-02-28,")
    edit("data/events.csv", "returns-published,2031-01,", "returns-published,2031-02-29,")
    assert found(project) == [("type", "data/events.csv", 4, "date")]


def test_message_has_place_found_expected_and_remedy(project, edit):
    edit("data/quantities.csv", ",>,40,%", ",over,40,%")
    (finding,) = tables.read(project)[1]
    assert str(finding) == 'data/quantities.csv row 2, hedge: found "over", expected one of = > >= < <= ~. ' \
                           "Use one of the controlled words."


# --- ids ------------------------------------------------------------------------

def test_duplicate_id_names_the_row_that_has_it_first(project, edit):
    edit("data/actors.csv", "mayor,Mayor", "union,Mayor")
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.row, finding.column) == ("id-twice", 4, "id")
    assert finding.found == '"union" again, as in row 2'


TWICE = "The statement stands twice, in row 2 and here"


@pytest.mark.parametrize(("row", "remedy"), [
    ("union,crews-needed,agree,said,no-return,a,", f"{TWICE}, the same: remove this row."),
    ("union,crews-needed,disagree,said,no-return,a,",
     f"{TWICE}, as agree and disagree: where the passage says both, keep one row, with `mixed`; else the right one."),
    ("union,crews-needed,agree,done,no-return,a,stayed away",
     f"{TWICE}, as said and done: keep the row that is `done`, with its act; or give what was said a passage of its own."),
    ("union,crews-needed,agree,said,no-return,a,spoke", f"{TWICE}, with another act: keep one row, or give each a passage of its own.")])
def test_a_statement_that_stands_twice_says_what_to_do_with_it(project, row, remedy):
    with (project / "data/statements.csv").open("a") as file:
        file.write(f"{row}\n")
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.row, finding.column, finding.remedy) == (
        "statement-twice", 6, "actor, concept, passage, coder", remedy)
    assert finding.found == '"union, crews-needed, no-return, a" again, as in row 2'


def test_who_coded_what_stands_once_and_of_sources_that_there_are(dossier):
    with (dossier / "data/codings.csv").open("a") as file:
        file.write("anna,herald\nben,heralt\nben,\n")
    assert [(f.code, f.row, f.column, f.remedy) for f in tables.read(dossier)[1]] == [
        ("key-twice", 7, "coder, source", "Remove one of the rows."),
        ("id-dangling", 8, "source", "Did you mean `herald`? Correct the id, or add the row that it names."),
        ("cell-empty", 9, "source", "Fill in the cell.")]


def test_a_reader_whom_the_descriptor_does_not_list(dossier, edit):
    path = dossier / "data/codings.csv"
    path.write_text(path.read_text().replace("anna,herald", "ana,herald"))
    (finding,) = tables.checked(dossier)[1]
    assert (finding.code, finding.row) == ("coder-unknown", 2) and "Did you mean `anna`?" in finding.remedy


def test_a_row_of_another_compound_key(project):
    with (project / "data/series.csv").open("a") as file:
        file.write((project / "data/series.csv").read_text().splitlines()[1].replace(",1204", ",1205") + "\n")
    (finding,) = tables.read(project)[1]
    assert (finding.code, finding.remedy) == ("key-twice", "Correct series, year or source in one row, or remove it.")


@pytest.mark.parametrize(("path", "old", "new", "row", "column"), [
    ("statements", "said,no-return", "said,no-returns", 2, "passage"),
    ("passages", "stopped-work,courier", "stopped-work,currier", 2, "source"),
    ("quantities", ",union,dockers-joined", ",onion,dockers-joined", 3, "claimed_by"),
    ("events", "union;port-company", "union;port", 3, "actors"),
    ("judgements", "port-calls;traffic-lost", "port-call;traffic-lost", 2, "supported_by"),
])
def test_dangling_id_also_inside_a_list(project, edit, path, old, new, row, column):
    edit(f"data/{path}.csv", old, new)
    assert found(project) == [("id-dangling", f"data/{path}.csv", row, column)]


def test_id_that_two_tables_of_evidence_share(project, edit):
    edit("data/events.csv", "announcement,2031-02", "stopped-work,2031-02")
    assert found(project) == [("id-ambiguous", "data/events.csv", 2, "id")]


# --- what the method asks -------------------------------------------------------

@pytest.mark.parametrize(("path", "old", "new", "code", "row", "column"), [
    ("passages", "courier,57,92", "courier,92,57", "span-reversed", 2, "start, end"),
    ("passages", "courier,57,92", "courier,57,57", "span-reversed", 2, "start, end"),
    ("passages", "courier,57,92", "courier,57,5000", "span-outside", 2, "end"),
    ("passages", ",until the cranes have crews,", ",one two three four five six seven eight nine ten 11 12 13,",
     "quote-too-long", 4, "quote"),
    ("statements", "a,stopped work", "a,", "act-missing", 3, "act"),
    ("quantities", ",port-company,traffic-moved,", ",port-company,traffic-moved,courier",
     "evidence", 2, "passage, source"),
    ("quantities", ",port-company,traffic-moved,", ",port-company,,", "evidence", 2, "passage, source"),
    ("events", ",port-company,,port-statistics", ",port-company,,", "evidence", 4, "passage, source"),
    ("judgements", "Traffic very likely fell", "Traffic surely fell", "likelihood-unsaid", 2, "text"),
    ("judgements", "before the strike.,very likely,", "before the strike.,likely,", "likelihood-unsaid", 2, "text"),
])
def test_method(project, edit, path, old, new, code, row, column):
    edit(f"data/{path}.csv", old, new)
    assert found(project) == [(code, f"data/{path}.csv", row, column)]


def test_quote_of_twelve_words_is_allowed(project, edit):
    edit("data/passages.csv", ",until the cranes have crews,", ",one two three four five six seven eight nine ten 11 12,")
    assert found(project) == []


@pytest.mark.parametrize(("quote", "prefix", "suffix", "sum"), [
    ("until the cranes have crews", "one two three", "one two three four five", "3 + 5 + 5 = 13"), ("", "one two three four five six", "1 2 3 4 5 6 7", "6 + 0 + 7 = 13"),
    ("until the cranes have crews", "one two three", "one two three four", None), ("", "one two three four five six", "1 2 3 4 5 6", None),
    ("until the cranes have crews", "", "", None)])
def test_quote_and_what_stands_around_it_are_twelve_words_at_most(project, quote, prefix, suffix, sum):
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text())
    next(each for each in descriptor["resources"] if each["name"] == "passages")["schema"]["fields"] += [{"name": "prefix"}, {"name": "suffix"}]
    path.write_text(json.dumps(descriptor))
    table = project / "data/passages.csv"
    header, *rows = table.read_text().splitlines()
    rows = [f"{row},{prefix},{suffix}".replace("until the cranes have crews", quote) if row.startswith("no-return") else f"{row},," for row in rows]
    table.write_text("\n".join([f"{header},prefix,suffix", *rows]) + "\n")
    _, findings = tables.read(project)
    assert [(finding.code, finding.row, finding.column, finding.found) for finding in findings] == \
        ([("context-too-long", 4, "prefix, quote, suffix", f"{sum} words")] if sum else [])


def column(root, table, name, **cells):
    """Write cells of a table's column, by the row's id."""
    path = root / f"data/{table}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | ({name: cells[row["id"].replace("-", "_")]} if row["id"].replace("-", "_") in cells else {}) for row in rows)


@pytest.mark.parametrize(("cells", "told"), [
    ({"grid": "grid"}, ['"grid" in itself']), ({"grid": "bank", "bank": "grid"}, ["the circle grid > bank > grid"]),
    ({"minister": "government", "government": "bank", "bank": "minister"}, ["the circle minister > government > bank > minister"]),
    ({"minister": "grid", "grid": "bank", "bank": "grid"}, ["the circle grid > bank > grid"]),  # who belongs to a circle is in none
    ({"grid": "grid", "bank": "farmers", "farmers": "bank"}, ['"grid" in itself', "the circle farmers > bank > farmers"]), ({"grid": "bank"}, [])])
def test_nobody_belongs_to_themselves_not_by_others_either(dossier, cells, told):
    column(dossier, "actors", "member_of", **{"minister": "", "prime_minister": "", **cells})
    findings = tables.read(dossier)[1]
    assert [finding.found for finding in findings] == told
    assert {(f.code, f.column) for f in findings} <= {("member-circle", "member_of")}


def test_an_actor_that_belongs_to_nobody_that_there_is(dossier):
    column(dossier, "actors", "member_of", minister="goverment")
    (finding,) = tables.read(dossier)[1]
    assert finding.code == "id-dangling" and "Did you mean `government`?" in finding.remedy


def test_words_are_not_spoken_after_they_were_published(dossier):
    passage, event = next((row["id"], row["occasion"]) for row in tables.load(dossier).rows["passages"] if row["occasion"])
    column(dossier, "events", "date", **{event.replace("-", "_"): "2033-01"})
    found_ = [finding for finding in tables.read(dossier)[1] if finding.code == "occasion-later"]
    assert found_ and found_[0].column == "occasion" and "of 2033-01, its source of" in found_[0].found
    column(dossier, "events", "date", **{event.replace("-", "_"): "2000/.."})
    assert tables.read(dossier)[1] == []
    column(dossier, "passages", "occasion", **{passage.replace("-", "_"): "no-such"})
    assert [finding.code for finding in tables.read(dossier)[1]] == ["id-dangling"]


# --- all at once ----------------------------------------------------------------

def test_five_planted_faults_are_five_findings_in_reading_order(project, edit):
    edit("data/passages.csv", "courier,57,92", "courier,92,57")
    edit("data/actors.csv", "mayor,Mayor", "union,Mayor")
    edit("data/statements.csv", "union,crews-needed,agree,said", "union,crews-needed,yes,said")
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    edit("data/events.csv", "2031-03-03,", "2031-02-30,")
    assert found(project) == [
        ("span-reversed", "data/passages.csv", 2, "start, end"),
        ("id-twice", "data/actors.csv", 4, "id"),
        ("word", "data/statements.csv", 2, "agreement"),
        ("type", "data/quantities.csv", 2, "value"),
        ("date", "data/events.csv", 3, "date")]


# --- the descriptor -------------------------------------------------------------

@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000],
                         ids=["empty", "open", "list", "number", "not UTF-8", "deep"])
def test_unreadable_descriptor(project, content):
    (project / "data/datapackage.json").write_bytes(content)
    (finding,) = refused(project)
    assert (finding.code, finding.path) == ("descriptor-unreadable", "data/datapackage.json")


def test_descriptor_names_the_line_that_is_no_json(project, edit):
    edit("data/datapackage.json", '"created": ', '"created" ')
    assert refused(project)[0].line == 5


def test_missing_descriptor(project):
    (project / "data/datapackage.json").unlink()
    with pytest.raises(BriefingError, match="found no data/datapackage.json"):
        tables.load(project)


@pytest.mark.parametrize(("old", "new"), [
    ('"path": "events.csv"', '"path": "../events.csv"'),
    ('"path": "events.csv"', '"path": "/etc/passwd"'),
    ('"path": "events.csv"', '"path": 3'),
    ('{"name": "resolved", "type": "boolean"', '{"name": "resolved", "type": "truth"'),
    ('{"name": "resolved", "type": "boolean"', '{"type": "boolean"'),
    ('{"name": "resolved", "type": "boolean"', '{"name": "title", "type": "boolean"'),
    ('"references": ["actors.id"]', '"references": ["actors"]'),
])
def test_resource_that_cannot_be_used_is_named(project, edit, old, new):
    edit("data/datapackage.json", old, new)
    (finding,) = refused(project)
    assert (finding.code, finding.column) == ("descriptor-resources", "resources[7]")


@pytest.mark.parametrize(("table", "change", "told"), [
    ("actors", {"primaryKey": []}, 'found actors with "primaryKey": [], expected the columns that tell a row from all others. Write `"primaryKey": ["id"]`, or take it out.'),
    ("statements", {"primaryKey": []}, 'Write `"primaryKey": ["actor", "concept", "passage", "coder"]`'),
    ("series", {"primaryKey": []}, 'Write `"primaryKey": ["series", "year", "source"]`'),
    ("actors", {"primaryKey": ["ids"]}, 'found actors, primaryKey: "ids", expected one of the columns id, label, who, kind. Did you mean `id`?'),
    ("actors", {"primaryKey": "ids"}, "Did you mean `id`?"),
    ("statements", {"foreignKeys": [{"fields": [], "reference": {"resource": "actors", "fields": ["id"]}}]},
     'Write `{"fields": ["actor"], "reference": {"resource": "actors", "fields": ["id"]}}`, or take the foreign key out.'),
    ("statements", {"foreignKeys": [{"fields": ["actor"], "reference": {"resource": "actors", "fields": []}}]},
     'Write `{"fields": ["actor"], "reference": {"resource": "actors", "fields": ["id"]}}`, or take the foreign key out.'),
    ("statements", {"foreignKeys": [{"fields": ["who"], "reference": {"resource": "actors", "fields": ["id"]}}]},
     'found statements, foreignKeys: "who", expected one of the columns actor, '),
])
def test_a_key_without_columns_says_what_to_write(project, table, change, told):
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text())
    next(each for each in descriptor["resources"] if each["name"] == table)["schema"].update(change)
    path.write_text(json.dumps(descriptor))
    (finding,) = refused(project)
    assert finding.code == "descriptor-resources" and told in str(finding)


@pytest.mark.parametrize(("change", "told"), [
    ({"references": []}, 'found events.actors with "references": [], expected the columns that its ids are of. Write `"references": ["actors.id"]`'),
    ({"delimiter": "", "references": ["actors.id"]}, 'Write `"delimiter": ";"`'), ({"references": ["actors"]}, "found "), ([], "found "), (7, "found ")])
def test_a_list_of_nothing(project, change, told):
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text())
    fields = next(each for each in descriptor["resources"] if each["name"] == "events")["schema"]["fields"]
    next(field for field in fields if field["name"] == "actors")["listOf"] = change
    path.write_text(json.dumps(descriptor))
    (finding,) = refused(project)
    assert finding.code == "descriptor-resources" and told in str(finding)


def test_foreign_key_or_pattern_that_makes_no_sense(project):
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text())
    descriptor["resources"][4]["schema"]["foreignKeys"][0] = {"fields": "actor"}
    descriptor["resources"][2]["schema"]["fields"][0]["constraints"]["pattern"] = "["
    path.write_text(json.dumps(descriptor))
    assert [finding.column for finding in refused(project)] == ["resources[2]", "resources[4]"]


@pytest.mark.parametrize("created", ['"created": "", ', '"created": "soon",', '"created": "2031-02-30",', ""])
def test_edition_needs_a_date_that_exists(project, edit, created):
    edit("data/datapackage.json", '"created": "2031-03-10T00:00:00Z",', created)
    assert found(project) == [("edition-date", "data/datapackage.json", None, "created")]


def test_standard_columns_and_tables_must_be_declared(project):
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text())
    descriptor["resources"] = [r for r in descriptor["resources"] if r["name"] in ("sources", "actors")]
    descriptor["resources"][1]["schema"]["fields"] = descriptor["resources"][1]["schema"]["fields"][:-1]
    path.write_text(json.dumps(descriptor))
    (project / "data/actors.csv").write_text("id,label,who\nunion,Union,the union\n")
    assert [(f.code, f.column) for f in tables.read(project)[1]] == [
        ("table-undeclared", "resources"), ("column-undeclared", "actors.kind")]


def test_table_of_the_projects_own_is_loaded_too(project):
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text())
    descriptor["resources"].append({"name": "ships", "path": "ships.csv", "schema": {
        "fields": [{"name": "id"}, {"name": "built", "type": "year"}]}})
    path.write_text(json.dumps(descriptor))
    (project / "data/ships.csv").write_text("id,built\nmary,2019\n")
    assert tables.load(project).rows["ships"] == [{"id": "mary", "built": 2019}]


# --- whole messages: one small table -----------------------------------------------

SHIPS = [{"name": "id", "constraints": {"required": True}}, {"name": "built", "type": "year"}, {"name": "name"}]


@pytest.fixture
def ships(tmp_path):
    """A project with a table of ships; what is found in it when its file has this content."""
    fields = {name: [{"name": column} for column in tables.STANDARD[name]] for name in tables.REQUIRED_TABLES} | {"ships": SHIPS}
    (tmp_path / "data").mkdir()
    (tmp_path / "data/datapackage.json").write_text(json.dumps({"created": "2031-05-30", "resources": [
        {"name": name, "path": f"{name}.csv", "schema": {"fields": columns}} for name, columns in fields.items()]}))
    for name in tables.REQUIRED_TABLES:
        (tmp_path / f"data/{name}.csv").write_text(",".join(tables.STANDARD[name]) + "\n")

    def read(content):
        if content is not None:
            (tmp_path / "data/ships.csv").write_bytes(content)
        data, findings = tables.read(tmp_path)
        return data.rows["ships"], [f"{finding.code}: {finding}" for finding in findings]

    return read


MARY = [{"id": "mary", "built": 2019, "name": "Mary"}]
SAVE = ("Save the file as CSV with the comma as separator: spreadsheets take another one in many languages, and ask for it, or take "
        "it from the system.")
HEADER = "expected id,built,name."


@pytest.mark.parametrize(("content", "rows", "messages"), [
    (b"id,built,name\nmary,2019,Mary\n", MARY, []), (b"id,built,name\nmary,2019,Mary", MARY, []),
    (b'"id",built,name\n"mary","2019",Mary\n', MARY, []),
    (b"id,built,name\n", [], []),
    (b"\xef\xbb\xbfid,built,name\nmary,2019,Mary\n", MARY, [
        'byte-order-mark: data/ships.csv line 1: found a byte-order mark, expected UTF-8 without one. Save the file as "UTF-8", '
         'not as "UTF-8 with BOM".']),
    (b"\xff\xfei\0", [], [
        'not-utf-8: data/ships.csv line 1: found UTF-16, which spreadsheets call Unicode text, expected UTF-8. Save the file as '
         '"CSV UTF-8 (comma delimited)".']),
    (b"\xfe\xff\0i", [], [
        'not-utf-8: data/ships.csv line 1: found UTF-16, which spreadsheets call Unicode text, expected UTF-8. Save the file as '
         '"CSV UTF-8 (comma delimited)".']),
    (b"id,built,name\nmary,\n\xe9", [],
     ["not-utf-8: data/ships.csv line 3: found the byte 0xe9, expected UTF-8. Save the file in UTF-8."]),
    (b"\xe9\n", [], ["not-utf-8: data/ships.csv line 1: found the byte 0xe9, expected UTF-8. Save the file in UTF-8."]),
    (b"id,built,name\nmary,2019,Mary\r\n", MARY,
     [r"line-ends: data/ships.csv line 2: found a carriage return, expected lines that end in \n. Save the file with Unix line "
      r"ends."]),
    (b"id,built,name\rmary,2019,Mary\r", MARY,
     [r"line-ends: data/ships.csv line 1: found a carriage return, expected lines that end in \n. Save the file with Unix line "
      r"ends."]),
    (b" \n", [], ["table-empty: data/ships.csv: found an empty file, expected the header id,built,name. Write the header and the "
     "rows."]),
    (b"id;built;name\n", [],
     [f"separator: data/ships.csv row 1: found cells separated by semicolons, expected cells separated by commas. {SAVE}"]),
    (b'id\t built\t"name"\n', [],
     [f"separator: data/ships.csv row 1: found cells separated by tabs, expected cells separated by commas. {SAVE}"]),
    (b'"id";"built";"name"\n"mary";"2019";"Mary"\n', [], [
        f"separator: data/ships.csv row 1: found cells separated by semicolons, expected cells separated by commas. {SAVE}"]),
    (b"no|id\n", [], [f"separator: data/ships.csv row 1: found cells separated by bars, expected cells separated by commas. "
     f"{SAVE}"]),
    (b"sep=;\nid;built;name\n", [], [
        f'separator: data/ships.csv row 1: found cells separated by what its first line "sep=;" says, expected cells separated '
         f'by commas. {SAVE}']),
    (b"id,built;name\n", [],
     [f'header: data/ships.csv row 1: found "id,built;name", {HEADER} Did you mean `built`? It stands as "built;name". Add '
      f'built, name and remove "built;name".']),
    (b"a;b\n", [], [f'header: data/ships.csv row 1: found "a;b", {HEADER} Add id, built, name and remove "a;b".']),
    (b"id,build,name\n", [],
     [f'header: data/ships.csv row 1: found "id,build,name", {HEADER} Did you mean `built`? It stands as "build". Add built and '
      f'remove "build".']),
    (b"id,built,x,y\n", [], [f'header: data/ships.csv row 1: found "id,built,x,y", {HEADER} Add name and remove "x, y".']),
    (b"ids,build,name\n", [], [
        f'header: data/ships.csv row 1: found "ids,build,name", {HEADER} Did you mean `id`? It stands as "ids". '
        'Did you mean `built`? It stands as "build". Add id, built and remove "ids, build".']),
    (b"id,built\n", [], [f'header: data/ships.csv row 1: found "id,built", {HEADER} Add name.']),
    (b"id,built,name,name\n", [],
     [f'header: data/ships.csv row 1: found "id,built,name,name", {HEADER} Put the columns into this order.']),
    (b"name,id,built\nMary,mary,2019\n", MARY,
     [f'header-order: data/ships.csv row 1: found "name,id,built", {HEADER} Put the columns into this order.']),
    (b"id,built,name,\nmary,2019,Mary,\n", MARY, [
        "column-extra: data/ships.csv row 1: found a column without a name, expected a name for each column. "
        "Take the comma away that the header has too much, and the cells below."]),
    ("id,f\u00e4hrt,built,name\nmary,x,2019,Mary\n".encode(), MARY, [
        'column-extra: data/ships.csv row 1, f\u00e4hrt: found the column "f\u00e4hrt", which nobody declared, expected declared '
         'columns. '
        'Write `{"name": "f\u00e4hrt", "type": "string", "description": "what it says"}` into the fields of ships in '
         'data/datapackage.json, or remove the column.']),
    (b"id,built,name\n\nmary,2019,Mary\n", MARY,
     ["row-empty: data/ships.csv row 2: found an empty row, expected 3 cells. Remove the row."]),
    (b"id,built,name\nanne,2019\nmary,2019,Mary\nanne,1,2,3\n", MARY, [
        "row-length: data/ships.csv row 2: found 2 cells, expected 3 cells, one a column. Quote cells that hold a comma, and "
         "fill up the row.",
        "row-length: data/ships.csv row 4: found 4 cells, expected 3 cells, one a column. Quote cells that hold a comma, and "
         "fill up the row."]),
    (b"id,built,name\nmary,2019,Mary\n,new,Anne\n", [*MARY, {"id": None, "built": None, "name": "Anne"}], [
        "cell-empty: data/ships.csv row 3, id: found an empty cell, expected a value. Fill in the cell.",
        'type: data/ships.csv row 3, built: found "new", expected a year of four digits. Write the year alone.']),
    (b'id,built,name\nmary,2019,Mary\n"an"ne,2020,Anne\n', MARY, [
        "not-csv: data/ships.csv line 3: found ',' expected after '\"', expected comma-separated values, quoted by RFC 4180. "
        "Mend the quoting of the row that begins in this line."]),
    (b'id,built,name\n"an"ne,2020,Anne\n', [], [
        "not-csv: data/ships.csv line 2: found ',' expected after '\"', expected comma-separated values, quoted by RFC 4180. "
        "Mend the quoting of the row that begins in this line."]),
    (b"i\0d\0", [], ['not-utf-8: data/ships.csv line 1: found UTF-16, which spreadsheets call Unicode text, expected UTF-8. '
                     'Save the file as "CSV UTF-8 (comma delimited)".']),
    (b"\xfe\xffid", [], ['not-utf-8: data/ships.csv line 1: found UTF-16, which spreadsheets call Unicode text, expected UTF-8. '
                         'Save the file as "CSV UTF-8 (comma delimited)".']),
    (b'"id"x,built\n', [], [
        "not-csv: data/ships.csv line 1: found ',' expected after '\"', expected comma-separated values, quoted by RFC 4180. "
        "Mend the quoting of the row that begins in this line."]),
    (b'id,built,name\nmary,2019,"Ma\nry"\nanne,2020,"An\nne', [{"id": "mary", "built": 2019, "name": "Ma\nry"}], [
        "not-csv: data/ships.csv line 4: found unexpected end of data, expected comma-separated values, quoted by RFC 4180. "
        "Mend the quoting of the row that begins in this line."]),
    (None, [], ["table-missing: data/ships.csv: found no readable file (No such file or directory), expected a CSV table. "
                "Add the file, or take its resource out of the descriptor."]),
])
def test_what_is_read_and_what_is_said_of_a_file(ships, content, rows, messages):
    assert ships(content) == (rows, messages)


def test_a_file_of_nearly_the_name_is_named(ships, tmp_path):
    (tmp_path / "data/ship.csv").write_text("id\n")
    assert ships(None)[1] == ["table-missing: data/ships.csv: found no readable file (No such file or directory), expected a CSV "
     "table. "
                              "Did you mean `ship.csv`? Add the file, or take its resource out of the descriptor."]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes among files")
def test_a_folder_or_a_pipe_is_no_table(ships, tmp_path):
    (tmp_path / "data/ships.csv").mkdir()
    assert ships(None)[1] == ["table-missing: data/ships.csv: found no readable file (Is a directory), expected a CSV table. "
                              "Add the file, or take its resource out of the descriptor."]
    (tmp_path / "data/ships.csv").rmdir()
    os.mkfifo(tmp_path / "data/ships.csv")
    assert ships(None)[1] == ["not-a-file: data/ships.csv: found a pipe or a device, expected a plain file. Save its content "
     "into a file."]


@pytest.mark.parametrize(("limit", "most", "content", "messages"), [
    ("ROWS", 2, b"id,built,name\na,,\nb,,\n", []), ("COLUMNS", 3, b"id,built,name\n", []),
    ("TABLE_BYTES", 14, b"id,built,name\n", []), ("CELL", 5, b"id,built,name\nabcde,,\n", []),
    ("ROWS", 2, b"id,built,name\na,,\nb,,\nc,,\nd\n",
     ["too-many-rows: data/ships.csv row 4: found more rows, expected at most 2. Take out the rows that nothing rests on."]),
    ("COLUMNS", 3, b"id,built,name,x\na,,,\n", [
        "too-many-columns: data/ships.csv row 1: found 4 columns, expected at most 3. Give what is no property of a row a table "
         "of its own."]),
    ("CELL", 5, b"id,built,name\nabcdef,,\n",
     ["cell-too-long: data/ships.csv row 2, id: found 6 characters, expected at most 5. Shorten the cell, or split the row."])])
def test_a_table_may_have_so_much_and_no_more(ships, monkeypatch, limit, most, content, messages):
    for module in (limits, cells):
        if hasattr(module, limit):
            monkeypatch.setattr(module, limit, most)
    assert [message for message in ships(content)[1] if "ships.csv" in message] == messages


def test_a_file_that_is_too_large_is_not_read(ships, monkeypatch):
    monkeypatch.setattr(limits, "TABLE_BYTES", 200)
    assert ships(b"id,built,name\n" + b"x" * 184 + b",,")[1] == []
    rows, messages = ships(b"id,built,name\n" + b"x" * 187)
    assert rows == [] and messages == ["too-large: data/ships.csv: found 201 bytes, expected at most 200. Take out the rows that "
     "nothing rests on."]


def test_more_columns_in_thousands_are_told_with_commas(ships):
    assert "found 1,203 columns, expected at most 200." in ships(b"id,built,name" + b",x" * 1200 + b"\n")[1][0]


# --- whole messages: the descriptor --------------------------------------------------

SHAPE = "expected a resource with name, path and schema.fields, as Table Schema has them. Mend this resource's declaration."


def described(root, change):
    """What is said of a descriptor after a change of it, with the codes."""
    path = root / "data/datapackage.json"
    if isinstance(change, bytes):
        path.write_bytes(change)
    else:
        descriptor = json.loads(path.read_text("utf-8"))
        change(descriptor)
        path.write_text(json.dumps(descriptor), "utf-8")
    try:
        findings = tables.read(root)[1]
    except InvalidData as error:
        findings = error.findings
    return [f"{finding.code}: {finding}" for finding in findings]


def resource(number, field=(), **change):
    """Change a resource of the descriptor, and its first field."""
    def make(descriptor):
        given = descriptor["resources"][number]
        given["schema"]["fields"][0].update(field)
        given.update(change)
    return make


@pytest.mark.parametrize(("content", "message"), [
    (b"{", "descriptor-unreadable: data/datapackage.json line 1: found Expecting property name enclosed in double quotes: line 1 "
     "column 2 (char 1), "
     "expected a Data Package descriptor. Mend the file; it must be JSON in UTF-8."),
    (b"[]", "descriptor-unreadable: data/datapackage.json: found not an object, expected a Data Package descriptor. Mend the "
     "file; it must be JSON in UTF-8."),
    (b'{"title": "\\ud800"}',
     "descriptor-unreadable: data/datapackage.json: found 'utf-8' codec can't encode character '\\ud800' in position 11: "
      "surrogates not allowed, "
     "expected a Data Package descriptor. Mend the file; it must be JSON in UTF-8."),
    (b'{"x": ' + b"[" * 31 + b"]" * 31 + b"}",
     "descriptor-unreadable: data/datapackage.json: found lists and objects more than 30 deep, "
     "expected a Data Package descriptor. Mend the file; it must be JSON in UTF-8."),
    (b'{"x": ' + b"[" * 30 + b"]" * 30 + b"}",
     'descriptor-resources: data/datapackage.json, resources: found "None", expected a list of resources. '
     "Declare every table as a resource with its schema."),
    (b"{}", 'descriptor-resources: data/datapackage.json, resources: found "None", expected a list of resources. '
     "Declare every table as a resource with its schema."),
    (b'{"resources": {"a": 1}}',
     'descriptor-resources: data/datapackage.json, resources: found "{\'a\': 1}", expected a list of resources. '
     "Declare every table as a resource with its schema."),
    (b" " * 5_000_001, "too-large: data/datapackage.json: found 5,000,001 bytes, expected at most 5,000,000. Leave out of it "
     "what is no declaration.")])
def test_what_an_unreadable_descriptor_is_told(project, content, message):
    assert described(project, content) == [message]


@pytest.mark.parametrize(("change", "message"), [
    (resource(7, name=3),
     'resources[7]: found "name 3, path events.csv", expected a name and a path, both text. Mend this resource\'s declaration.'),
    (resource(7, path=None),
     'resources[7]: found "name events, path None", expected a name and a path, both text. Mend this resource\'s declaration.'),
    (resource(7, path="/old/events.csv"),
     'resources[7]: found "/old/events.csv", expected a path inside data/. Write `events.csv`. Mend this resource\'s declaration.'),
    (resource(7, path="../events.csv"),
     'resources[7]: found "../events.csv", expected a path inside data/. Write `events.csv`. Mend this resource\'s declaration.'),
    (resource(7, path="/"),
     'resources[7]: found "/", expected a path inside data/. Write `events`. Mend this resource\'s declaration.'),
    (resource(7, path="a\0b"),
     'resources[7]: found "a\\u0000b", expected a path inside data/. Write `a\\u0000b`. Mend this resource\'s declaration.'),
    (resource(3, path=["concepts.csv", "concepts-2.csv"]),
     'resources[3]: found "concepts: concepts-2.csv", expected a file shared/NAME/concepts.csv. '
     "Let `briefing facts` write it. Mend this resource's declaration."),
    (resource(3, field={"name": "label"}),
     'resources[3]: found "concepts: label, label, sentence", expected fields whose names are text and differ. Mend this '
      'resource\'s declaration.'),
    (resource(3, field={"name": 7}),
     'resources[3]: found "concepts: 7, label, sentence", expected fields whose names are text and differ. Mend this resource\'s '
      'declaration.'),
    (resource(3, field={"type": "strings"}),
     'resources[3]: found "concepts.id: strings", expected one of the types string any integer number boolean date year. '
     "Did you mean `string`? Mend this resource's declaration."),
    (resource(3, field={"type": "geopoint"}),
     'resources[3]: found "concepts.id: geopoint", expected one of the types string any integer number boolean date year. '
     "Mend this resource's declaration."),
    (resource(3, schema={"fields": [{"name": "id"}], "primaryKey": "ids"}),
     'resources[3]: found concepts, primaryKey: "ids", expected one of the columns id. Did you mean `id`? Mend this resource\'s '
      'declaration.'),
    (resource(3, schema={}),
     f'resources[3]: found "KeyError: \'fields\' in {{"name": "concepts", "type": "table", "path": "concepts.cs…", {SHAPE}'),
    (resource(3, schema=7),
     f'resources[3]: found "TypeError: \'int\' object is not subscriptable in {{"name": "concepts", "type": "ta…", {SHAPE}'),
    (resource(3, schema={"fields": [{"name": "id", "constraints": {"maxLength": "x"}}]}),
     f'resources[3]: found "ValueError: maxLength is no whole number in {{"name": "concepts", "type": "table"…", {SHAPE}'),
])
def test_what_a_resource_that_cannot_be_used_is_told(project, change, message):
    (told,) = described(project, change)
    assert told == f"descriptor-resources: data/datapackage.json, {message}"


def test_every_resource_that_cannot_be_used_is_told(project):
    def two(descriptor):
        descriptor["resources"][0], descriptor["resources"][8] = 7, {}
    told = described(project, two)
    assert [message.split(":")[1] for message in told] == [" data/datapackage.json, resources[0]",
     " data/datapackage.json, resources[8]"]


@pytest.mark.parametrize(("created", "found_", "remedy"), [
    (None, '""', "Set `created` to the day of the edition: the clock is never asked."),
    ("soon", '"soon"', "Set `created` to the day of the edition: the clock is never asked."),
    ("30 May 2031", '"30 May 2031"', "Write `2031-05-30`: set `created` to the day of the edition: the clock is never asked."),
    (7, '"7"', "Set `created` to the day of the edition: the clock is never asked."),
    ("2031-5-30", '"2031-5-30"', "Write `2031-05-30`: set `created` to the day of the edition: the clock is never asked.")])
def test_what_a_wrong_date_of_the_edition_is_told(project, created, found_, remedy):
    def change(descriptor):
        descriptor.pop("created") if created is None else descriptor.update(created=created)
    assert described(project,
     change) == [f"edition-date: data/datapackage.json, created: found {found_}, expected a date such as 2031-05-30. {remedy}"]
    assert tables.read(project)[0].edition_date == datetime.date(1970, 1, 1)


def test_what_is_declared_twice_or_not_at_all_is_told(project):
    def change(descriptor):
        resources = {each["name"]: each for each in descriptor["resources"]}
        columns = resources["actors"]["schema"]["fields"]
        columns[1]["name"] = "labell"
        del columns[3]
        descriptor["resources"] = [resources["concepts"], resources["actors"], resources["concepts"]]
    (project / "data/actors.csv").write_text("id,labell,who\n")
    twice, sources, passages, label, kind = described(project, change)
    assert twice == "descriptor-name-twice: data/datapackage.json, resources: found the resource concepts twice, expected each name once. Rename or remove one of them."
    assert sources == "table-undeclared: data/datapackage.json, resources: found no resource sources, expected the table sources. Add data/sources.csv and declare it."
    assert passages == "table-undeclared: data/datapackage.json, resources: found no resource passages, expected the table passages. Add data/passages.csv and declare it."
    assert label == ("column-undeclared: data/datapackage.json, actors.label: found no field label in actors, expected the "
     "columns that this table always has. "
                     "Did you mean `labell`? Add the column to the table and to its schema.")
    assert kind == ("column-undeclared: data/datapackage.json, actors.kind: found no field kind in actors, expected the columns "
     "that this table always has. "
                    "Did you mean `id`? Add the column to the table and to its schema.")


# --- what the tables can be asked ------------------------------------------------------

def test_a_row_that_is_not_there_is_told_with_those_that_are(project):
    data = tables.load(project)
    with pytest.raises(BriefingError) as caught:
        data.row("actors", "unions")
    assert str(caught.value) == ('data/actors.csv: found no row with id "unions", expected one of mayor, port-company, union. '
                                 "Did you mean `union`? Use one of these ids, or add the row.")
    with pytest.raises(BriefingError) as caught:
        data.row("boats", "mary")
    assert str(caught.value) == 'data/boats.csv: found no row with id "mary", expected a table with rows. Use one of these ids, or add the row.'


def test_the_files_of_a_table(project):
    data, _ = tables.read(project)
    next(each for each in data.descriptor["resources"] if each["name"] == "actors").update(path="who.csv",
     parts=["shared/coast/actors.csv", "shared/north/actors.csv"])
    assert data.files("events") == ["data/events.csv"] and data.files("boats") == ["data/boats"]
    assert data.files("actors") == ["data/who.csv", "data/shared/coast/actors.csv", "data/shared/north/actors.csv"]


def test_a_frame_has_the_types_of_the_descriptor_also_where_nothing_is_given(project):
    data = tables.load(project)
    assert {column: str(kind) for column, kind in data.events.dtypes.items()} == {
        "id": "object", "date": "object", "resolved": "boolean", "title": "object", "actors": "object", "passage": "object",
        "source": "object"}
    assert str(data.series["year"].dtype) == "Int64" and str(data.quantities["value"].dtype) == "float64"
    assert list(data.events["actors"])[1] == ("union", "port-company")
    for name in ("ships", "_rows"):
        with pytest.raises(AttributeError) as caught:
            getattr(data, name)
        assert str(caught.value) == f"this Data Package has no table {name!r}"


def test_a_frame_has_the_columns_of_the_descriptor_in_its_order(ships, tmp_path):
    ships(b"id,built,name\n")
    assert list(tables.read(tmp_path)[0].ships) == ["id", "built", "name"]
    ships(b"name,built,id\nMary,2019,mary\n")
    frame = tables.read(tmp_path)[0].ships
    assert list(frame) == ["id", "built", "name"] and list(frame["id"]) == ["mary"]


def test_a_project_is_looked_for_from_the_working_folder(project, monkeypatch, tmp_path):
    monkeypatch.chdir(project / "analysis")
    assert tables.find_root() == tables.find_root(project / "data") == tables.load().root == project.resolve()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BriefingError) as caught:
        tables.find_root()
    assert str(caught.value) == (f"{tmp_path.resolve()}: found no data/datapackage.json here or above, expected a briefing "
     f"project. "
                                 "Run the command inside a project, or name one with --project.")


def test_what_is_wrong_with_who_coded_is_said_only_of_tables_that_are_right(project, edit):
    with (project / "data/statements.csv").open("a") as file:
        file.write("union,crews-needed,agree,said,no-return,b,\n")
    edit("data/datapackage.json", '  "adjudicated": "a",\n', "")
    (finding,) = tables.checked(project)[1]
    assert (finding.code, finding.path, finding.row) == ("statements-left-out", "data/statements.csv", 6)
    assert tables.read(project)[1] == []
    with pytest.raises(InvalidData, match="expected one coding of a source in the figures"):
        tables.load(project)
    edit("data/actors.csv", "mayor,Mayor", "The Mayor,Mayor")
    assert [finding.code for finding in tables.checked(project)[1]] == ["pattern"]


def test_who_coded_is_told_of_the_file_that_the_statements_are_in(project, edit):
    (project / "data/statements.csv").rename(project / "data/stands.csv")
    with (project / "data/stands.csv").open("a") as file:
        file.write("union,crews-needed,agree,said,no-return,b,\n")
    edit("data/datapackage.json", '"path": "statements.csv"', '"path": "stands.csv"')
    edit("data/datapackage.json", '  "adjudicated": "a",\n', "")
    (finding,) = tables.checked(project)[1]
    assert (finding.code, finding.path, finding.row) == ("statements-left-out", "data/stands.csv", 6)


def test_what_is_loaded_is_recorded_by_table_and_row(project, monkeypatch):
    lines = []
    monkeypatch.setattr(recording, "note", lambda *line: lines.append(line))
    data = tables.load(project)
    assert lines == [("file", str(project / "data/datapackage.json"))]
    data.row("actors", "union")
    assert lines[1:] == [("row", str(project), "actors", "union"), ("table", str(project), "actors")]
    data.rows["events"], data.events
    assert lines[3:] == [("table", str(project), "events")] * 2


def test_words_of_the_project_are_recorded_with_its_tables(project, edit, monkeypatch):
    lines = []
    monkeypatch.setattr(recording, "note", lambda *line: lines.append(line))
    monkeypatch.setattr(tables, "checked", lambda root: (tables.Tables(root, {}, {}), []))
    monkeypatch.setattr(language, "of", lambda root: language.Language("de-AT", str(root)))
    tables.load(project)
    assert lines == [("file", str(project / name)) for name in ("data/datapackage.json", "analysis/words/de-AT.po",
     "analysis/words/de.po")]


def test_rows_of_packages_come_after_those_of_the_table_and_findings_name_their_file(project):
    (project / "data/shared/coast").mkdir(parents=True)
    (project / "data/shared/coast/actors.csv").write_text("id,label,who,kind\nreeve,Reeve,the "
     "reeve,state\nGuild,Guild,pilots,union\nreeve,Reeve,another,state\n")
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    next(each for each in descriptor["resources"] if each["name"] == "actors")["path"] = ["actors.csv", "shared/coast/actors.csv"]
    path.write_text(json.dumps(descriptor), "utf-8")
    data, findings = tables.read(project)
    assert [row["id"] for row in data.rows["actors"]] == ["union", "port-company", "mayor", "reeve", "Guild", "reeve"]
    assert [(finding.code, finding.path, finding.row) for finding in findings] == [
        ("shared-undeclared", "data/datapackage.json", None), ("shared-unnamed", "data/shared/coast", None),
        ("pattern", "data/shared/coast/actors.csv", 3), ("id-twice", "data/shared/coast/actors.csv", 4)]


def test_what_is_wrong_in_each_file_of_a_table_is_told_in_its_file(project):
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    actors = next(each for each in descriptor["resources"] if each["name"] == "actors")
    actors["path"] = ["actors.csv", *(f"shared/{name}/actors.csv" for name in ("coast", "north", "south"))]
    path.write_text(json.dumps(descriptor), "utf-8")
    for name, rows in (("coast", ""), ("north", "\nReeve,Reeve,r,state\n")):
        (project / f"data/shared/{name}").mkdir(parents=True)
        (project / f"data/shared/{name}/actors.csv").write_text(f"id,label,who,kind\n{rows}")
    (project / "data/actors.csv").write_text("id,label,who,kind\n\n")
    data, findings = tables.read(project)
    assert [row["id"] for row in data.rows["actors"]] == ["Reeve"]
    assert [(finding.code, finding.path, finding.row) for finding in findings if "actors.csv" in finding.path] == [
        ("row-empty", "data/actors.csv", 2), ("row-empty", "data/shared/north/actors.csv", 2),
        ("pattern", "data/shared/north/actors.csv", 3), ("table-missing", "data/shared/south/actors.csv", None)]
