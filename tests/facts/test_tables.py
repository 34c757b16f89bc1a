"""The Data Package: what is right loads with its types, what is wrong is all found, with its place."""

import csv
import datetime
import io
import json
from pathlib import Path

import pytest
from conftest import HARBOUR

from briefing.facts import tables
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
