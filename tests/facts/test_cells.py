"""Values to copy: the number and the date that a cell was meant to hold, and what a message makes of them."""

import re

import pytest

from briefing.facts import cells, dates, tables
from briefing.facts.tables import BriefingError
from briefing.findings import meant

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"


@pytest.mark.parametrize(("cell", "copy"), [
    ("30%", "`30`"), ("~ 30", "`30`"), ("30 TWh", "`30`"), ("-5 %", "`-5`"), ("−5", "`-5`"), ("1.234,5", "`1234.5`"),
    ("1,234.5", "`1234.5`"), ("1,234", "`1234` or `1.234`"), ("1.234", "`1234` or `1.234`"), ("1 234", "`1234`"),
    ("1'234'567", "`1234567`"), ("1.234.567", "`1234567`"), ("26,5", "`26.5`"), ("0,5", "`0.5`"), ("12,34,567", ""),
    ("2.4 million", "`2400000`"), ("2,4 Mio.", "`2400000`"), ("2.4 Millionen", "`2400000`"), ("5 thousand", "`5000`"), ("5k", "`5000`"),
    ("$1.5 billion", "`1500000000`"), ("-0.5 million", "`-500000`"), ("1.23456 thousand", "`1234.56`"), ("0.0004 thousand", "`0.4`"),
    ("1,234 million", "`1234000000` or `1234000`"), ("40 m", "`40`"), ("30 kg", "`30`"), ("3 millionaires", ""),
    ("10-20", ""), ("ten", ""), ("", "")])
def test_the_number_that_a_cell_was_meant_to_hold(cell, copy):
    assert cells.meant_number(cell) == copy


@pytest.mark.parametrize(("cell", "copy"), [
    ("2021-24", "`2021/2024` or `2021-12/2022-02`"), ("2034-21", "`2034-03/2034-05`"), ("2034-22", "`2034-06/2034-08`"),
    ("2034-23", "`2034-09/2034-11`"), ("2034-24", "`2034-12/2035-02`"), ("2034-25", ""), ("2021–24", "`2021/2024`"), ("2021–2024", "`2021/2024`"), ("2024/25", "`2024/2025`"), ("~2024-03", "`2024-03~`"),
    ("c. 2024", "`2024~`"), ("about March 2024", "`2024-03~`"), ("?2024", "`2024?`"), ("2024-XX", "`2024`"),
    ("2024-03-XX", "`2024-03`"), ("2024-XX-XX", "`2024`"), ("2024-XX-05", "`2024`"), ("2024-1X", "`2024`"), ("20XX", "`[2000..2099]`"),
    ("2024?-03", "`2024-03?`"), ("%2024", "`2024%`"), ("2024-9-3", "`2024-09-03`"), ("20240903", "`2024-09-03`"),
    ("3 March 2031", "`2031-03-03`"), ("March 3, 2031", "`2031-03-03`"), ("3 марта 2031", "`2031-03-03`"), ("März 2031", "`2031-03`"),
    ("3.4.2031", "`2031-04-03`"), ("03/04/2031", "`2031-04-03` or `2031-03-04`"), ("13/04/2031", "`2031-04-13`"),
    ("2024-02-30", ""), ("31 February 2024", ""), ("2024-13-01", ""), ("last week", ""), ("5 May", ""), ("~~2024", ""), ("", "")])
def test_the_date_that_a_cell_was_meant_to_hold(cell, copy):
    assert cells.meant_date(cell) == copy


@pytest.mark.parametrize(("field", "cell", "begins"), [
    ({"type": "number"}, "30%", "Write `30`: digits and a point only; units"),
    ({"type": "number"}, "2.4 million", "Write `2400000`: "), ({"rdfType": EDTF}, "2034-22", "EDTF reads 2034-22 as the summer of 2034: write `2034-06/2034-08` for"),
    ({"type": "number"}, "many", "Write digits and a point only"),
    ({"type": "integer"}, "1,234", "Write `1234`: digits only."), ({"type": "year"}, "in 2024", "Write `2024`: the year"),
    ({"type": "date"}, "3 March 2031", "Write `2031-03-03`: "), ({"type": "date"}, "March 2031", "Write year, month and day"),
    ({"type": "boolean"}, "Yes", "Write `true`: "), ({"type": "boolean"}, "perhaps", "Write true or false."),
    ({"constraints": {"enum": ["said", "done"]}}, "sad", "Did you mean `said`? "),
    ({"constraints": {"enum": ["said", "done"]}}, "Done", "Did you mean `done`? "),
    ({"constraints": {"enum": ["said", "done"]}}, "xyz", "Use one of the controlled words."),
    ({"constraints": {"pattern": "[a-z0-9-]+"}}, "Port Company", "Write `port-company`: "),
    ({"constraints": {"pattern": "[0-9]{4}"}}, "x", "Write the cell in this form."), ({}, " a", "Write `a`."),
    ({"rdfType": EDTF}, "2021–24", "Write `2021/2024`: the date as the source gives it.")])
def test_what_a_cell_is_told(field, cell, begins):
    assert cells.read(field, cell)[1][3].startswith(begins)


def test_an_empty_cell_is_told_the_words_that_it_may_hold():
    assert cells.read({"constraints": {"required": True, "enum": ["a", "b"]}}, "")[1][2] == "one of a b"


@pytest.mark.parametrize(("wrong", "known", "said"), [
    ("papersise", ["papersize", "title"], "Did you mean `papersize`? "), ("PORT", ["port"], "Did you mean `port`? "),
    ("zzz", ["port"], ""), ("", ["port"], ""), ("x" * 100_000, ["port"] * 50, ""), (12, [12, 13], "Did you mean `12`? ")])
def test_the_nearest_of_the_known_words(wrong, known, said):
    assert meant(wrong, known) == said


def test_among_many_words_the_nearest_is_found_by_its_beginning_or_its_end():
    many = [f"{first}-{n:05}-of-it" for n in range(2000) for first in ("passage", "source")]
    assert meant("passage-01234-of-i", many) == "Did you mean `passage-01234-of-it`? "
    assert meant("assage-01234-of-it", many) == "Did you mean `passage-01234-of-it`? "


# --- in the tables --------------------------------------------------------------------

def told(project):
    return {(f.path, f.row, f.column): f.remedy for f in tables.read(project)[1]}


def test_an_id_that_dangles_is_told_the_nearest_or_how_ids_look(project, edit):
    edit("data/quantities.csv", ",port-company,traffic-moved", ",port-companie,traffic-moved")
    edit("data/events.csv", "union;port-company,stopped-work", "union;qqqqq,stopped-work")
    found = told(project)
    assert found["data/quantities.csv", 2, "claimed_by"].startswith("Did you mean `port-company`? ")
    assert found["data/events.csv", 3, "actors"].startswith("The ids there are such as `union` and `port-company`. ")


def test_a_column_of_another_name_and_an_id_given_twice(project, edit):
    edit("data/actors.csv", "id,label,who,kind", "id,lable,who,kind")
    edit("data/concepts.csv", "strike-lawful,", "crews-needed,")
    found = told(project)
    assert "Did you mean `label`? It stands as \"lable\"." in found["data/actors.csv", 1, None]
    assert "such as `crews-needed-2`" in found["data/concepts.csv", 3, "id"]


def test_a_row_that_is_asked_for_and_is_not_there(project):
    with pytest.raises(BriefingError, match="Did you mean `port-company`"):
        tables.load(project).row("actors", "portcompany")


# --- dates and lists, with their reasons ---------------------------------------------------

@pytest.mark.parametrize(("cell", "remedy"), [
    ("2021-24", "EDTF reads 2021-24 as the winter of 2021: write `2021-12/2022-02` for its months (in the north); for the years write `2021/2024`."),
    ("2034-22", "EDTF reads 2034-22 as the summer of 2034: write `2034-06/2034-08` for its months (in the north)."),
    ("2024-25", "Write `2024/2025`: the date as the source gives it."),
    ("~2024-03", "Write `2024-03~`: the sign of doubt stands at the end, for the whole date."),
    ("?2024", "Write `2024?`: the sign of doubt stands at the end, for the whole date."),
    ("2024-~03", "Write `2024-03~`: the sign of doubt stands at the end, for the whole date."),
    ("2024-XX-05", "Write `2024`: what the source does not give is left out."),
    ("2024-0X", "Write `2024`: what the source does not give is left out."),
    ("20XX", "Write `[2000..2099]`: the date as the source gives it."),
    ("2031-10 ?", "Write `2031-10?`: the date as the source gives it."), ("03/2024", "Write `2024-03`: the date as the source gives it."),
    ("2024-03-05..", "Write `2024-03-05/..`: the date as the source gives it."),
    ("2031–03", "Write `2031-03`: the date as the source gives it."),
    ("2024-02-30", "2024-02 has 29 days: write the day as the source gives it."),
    ("2031-03~/2031-01", "It ends before it begins: write `2031-01/2031-03~`, or correct an end."),
    ("2031-99", "Write the date as the source gives it."),
    ("XXXX-03", "Write the date as the source gives it."), ("Y12345", "Write the date as the source gives it."),
    ("Y123452024E3", "Write the date as the source gives it."), ("[..~,2024E3]", "Write the date as the source gives it.")])
def test_a_date_that_is_refused_says_why_and_what_to_write(cell, remedy):
    _, (code, found, _, told) = cells.read({"rdfType": EDTF}, cell)
    assert (code, found, told) == ("date", f'"{cell}"', remedy)
    for copy in re.findall(r"`([^`]*)`", told):
        assert cells.read({"rdfType": EDTF}, copy)[1] is None


@pytest.mark.parametrize(("cell", "first", "last", "prose"), [
    ("2024-XX", "2024-01-01", "2024-12-31", "2024"), ("2024-XX-XX", "2024-01-01", "2024-12-31", "2024"), ("2024-03-XX", "2024-03-01", "2024-03-31", "March 2024"),
    ("2024-02-XX~", "2024-02-01", "2024-02-29", "about February 2024"), ("2024-XX/2025-03", "2024-01-01", "2025-03-31", "2024 to March 2025"),
    ("202X", "2020-01-01", "2029-12-31", "some time in the 2020s")])
def test_a_month_or_a_day_that_is_not_given_is_a_date_and_prose_has_it(cell, first, last, prose):
    assert cells.read({"rdfType": EDTF}, cell) == (cell, None)
    assert [str(day) for day in dates.date_bounds(cell)] == [first, last] and dates.day(cell) == prose


@pytest.mark.parametrize(("cell", "value", "remedy"), [
    ("a;;b", ("a", "b"), "Write `a;b`: each part once, or leave the cell empty."), ("a;b;", ("a", "b"), "Write `a;b`: each part once, or leave the cell empty."), (";a", ("a",), "Write `a`: each part once, or leave the cell empty."), ("a; b", ("a", "b"), "Write `a;b`: each part once, or leave the cell empty."),
    ("a;b;a", ("a", "b"), "Write `a;b`: each part once, or leave the cell empty."), (";", (), "Write each part once, or leave the cell empty."), ("; ;", (), "Write each part once, or leave the cell empty.")])
def test_a_list_with_an_empty_part_or_one_twice(cell, value, remedy):
    found, (code, _, expected, told) = cells.read({"listOf": {"references": ["x.id"]}}, cell)
    assert (found, code, told) == (value, "list", remedy) and "`;` between" in expected


def test_a_good_list_is_read_by_its_own_delimiter():
    assert cells.read({"listOf": {"delimiter": "|"}}, "a|b;c") == (("a", "b;c"), None)
    assert cells.read({"listOf": {}}, "") == ((), None)
