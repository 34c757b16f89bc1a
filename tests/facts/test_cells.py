"""Values to copy: the number and the date that a cell was meant to hold, and what a message makes of them."""

import datetime
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
    ("2031-21", "EDTF reads 2031-21 as the spring of 2031: write `2031-03/2031-05` for its months (in the north)."),
    ("2031-23", "EDTF reads 2031-23 as the autumn of 2031: write `2031-09/2031-11` for its months (in the north)."),
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


# --- one cell, its value and its whole problem ---------------------------------------------

ANY_DATE = "a date in EDTF (ISO 8601-2) that exists, as 2031-05-30, 2031-05, 2031-05-02/.. or [2031-05-02..2031-05-04]"
NUMBER = "digits and a point only; units and hedges have columns of their own."


@pytest.mark.parametrize(("field", "cell", "value"), [
    ({}, "a b", "a b"), ({}, "", None), ({"type": "any"}, "7", "7"), ({"type": "integer"}, "+7", 7),
    ({"type": "integer"}, "-007", -7), ({"type": "integer"}, "9" * 18, 10**18 - 1),
    ({"type": "number"}, "-1.50", -1.5), ({"type": "number"}, "+1e3", 1000.0), ({"type": "number"}, "2E-1", 0.2),
    ({"type": "number"}, "0", 0.0),
    ({"type": "boolean"}, "true", True), ({"type": "boolean"}, "false", False), ({"type": "year"}, "2031", 2031),
    ({"type": "year"}, "-0044", -44),
    ({"type": "date"}, "2024-02-29", datetime.date(2024, 2, 29)), ({"rdfType": EDTF}, "2031-03~", "2031-03~"),
    ({"rdfType": "else"}, "2031-99", "2031-99"),
    ({"constraints": {"enum": ["a", "b"]}}, "b", "b"), ({"constraints": {"enum": []}}, "b", "b"),
    ({"type": "integer", "constraints": {"enum": ["1", 2]}}, "1", 1),
    ({"type": "integer", "constraints": {"enum": ["1", 2]}}, "02", 2), ({"constraints": {"pattern": "[a-z]+"}}, "abc", "abc"),
    ({"constraints": {"required": False}}, "", None),
    ({"type": "integer", "constraints": {"minimum": 2, "maximum": 4}}, "2", 2),
    ({"type": "integer", "constraints": {"minimum": 2, "maximum": 4}}, "4", 4),
    ({"type": "integer", "constraints": {"minimum": 0}}, "0", 0), ({"type": "integer", "constraints": {"maximum": 0}}, "0", 0),
    ({"type": "date", "constraints": {"minimum": "2031-01-01"}}, "2031-01-01", datetime.date(2031, 1, 1)),
    ({"type": "number", "constraints": {"minimum": "1.5"}}, "1.5", 1.5),
    ({"constraints": {"maxLength": 3}}, "abc", "abc"), ({"listOf": {}}, "a", ("a",)),
    ({"listOf": {"delimiter": ", "}}, "a, b", ("a", "b")), ({"listOf": {}, "constraints": {"required": True}}, "a;b", ("a", "b"))])
def test_a_good_cell_has_a_typed_value(field, cell, value):
    found, problem = cells.read(field, cell)
    assert (found, type(found), problem) == (value, type(value), None)


@pytest.mark.parametrize(("field", "cell", "value", "problem"), [
    ({"constraints": {"required": True}}, "", None, ("cell-empty", "an empty cell", "a value", "Fill in the cell.")),
    ({"constraints": {"required": True, "enum": [1, 2]}, "type": "integer"}, "", None,
     ("cell-empty", "an empty cell", "one of 1 2", "Fill in the cell.")),
    ({"listOf": {}, "constraints": {"required": True}}, "", None, ("cell-empty", "an empty cell", "a value", "Fill in the cell.")),
    ({"type": "integer"}, "1.5", None, ("type", '"1.5"', "a whole number", "Write digits only.")),
    ({"type": "integer"}, "1,234", None, ("type", '"1,234"', "a whole number", "Write `1234`: digits only.")),
    ({"type": "integer"}, "9" * 19, None, ("type", f'"{"9" * 19}"', "a whole number", "Write digits only.")),
    ({"type": "number"}, "1,234", None, ("type", '"1,234"', "a number", f"Write `1234` or `1.234`: {NUMBER}")),
    ({"type": "number"}, "some", None, ("type", '"some"', "a number", f"Write {NUMBER}")),
    ({"type": "number"}, ".5", None, ("type", '".5"', "a number", f"Write `5`: {NUMBER}")),
    ({"type": "number"}, "1e999", None, ("type", '"1e999"', "a number", f"Write {NUMBER}")),
    ({"type": "boolean"}, " TRUE ", None, ("type", '"TRUE"', "true or false", "Write `true`: true or false.")),
    ({"type": "boolean"}, "No", None, ("type", '"No"', "true or false", "Write `false`: true or false.")),
    ({"type": "boolean"}, "maybe", None, ("type", '"maybe"', "true or false", "Write true or false.")),
    ({"type": "date"}, "2031-02-29", None, ("type", '"2031-02-29"', "a date that exists, as 2031-05-30",
     "Write year, month and day of a real day.")),
    ({"type": "date"}, "03/04/2031", None, ("type", '"03/04/2031"', "a date that exists, as 2031-05-30",
     "Write `2031-04-03` or `2031-03-04`: year, month and day of a real day.")),
    ({"type": "date"}, "20310530", None, ("type", '"20310530"', "a date that exists, as 2031-05-30",
     "Write `2031-05-30`: year, month and day of a real day.")),
    ({"type": "year"}, "31", None, ("type", '"31"', "a year of four digits", "Write the year alone.")),
    ({"type": "year"}, "c. 2031", None, ("type", '"c. 2031"', "a year of four digits", "Write `2031`: the year alone.")),
    ({}, "a ", "a ", ("spaces", '"a"', "no space at either end", "Write `a`.")),
    ({"rdfType": EDTF}, "\u00a02031", "\u00a02031", ("spaces", '"2031"', "no space at either end", "Write `2031`.")),
    ({"listOf": {"delimiter": "|"}}, "a||b", ("a", "b"), ("list", '"a||b"',
     "parts with `|` between, none empty and none with spaces", "Write `a|b`: each part once, or leave the cell empty.")),
    ({"listOf": {}}, ";", (), ("list", '";"', "parts with `;` between, none empty and none with spaces",
     "Write each part once, or leave the cell empty.")),
    ({"constraints": {"enum": ["said", "done"]}}, "dome", "dome", ("word", '"dome"', "one of said done",
     "Did you mean `done`? Use one of the controlled words.")),
    ({"type": "integer", "constraints": {"enum": [1, 2]}}, "7", 7, ("word", '"7"', "one of 1 2",
     "Use one of the controlled words.")),
    ({"constraints": {"pattern": "[a-z-]+"}}, "Ä quay_side", "Ä quay_side",
     ("pattern", '"Ä quay_side"', "text of the form [a-z-]+", "Write `a-quay-side`: the cell in this form.")),
    ({"constraints": {"pattern": "[a-zä-]+"}}, "Ä  Quay", "Ä  Quay", ("pattern", '"Ä Quay"', "text of the form [a-zä-]+",
     "Write `ä-quay`: the cell in this form.")),
    ({"constraints": {"pattern": "[0-9]+"}}, "a1", "a1", ("pattern", '"a1"', "text of the form [0-9]+",
     "Write the cell in this form.")),
    ({"constraints": {"pattern": "[a-z]+"}}, "(ab)", "(ab)", ("pattern", '"(ab)"', "text of the form [a-z]+",
     "Write `ab`: the cell in this form.")),
    ({"constraints": {"pattern": "[a-z]+(-[a-z]+)*"}}, "-ab-", "-ab-",
     ("pattern", '"-ab-"', "text of the form [a-z]+(-[a-z]+)*", "Write `ab`: the cell in this form.")),
    ({"type": "integer", "constraints": {"minimum": 2}}, "1", 1, ("range", '"1"', "at least 2", "Correct the number.")),
    ({"type": "integer", "constraints": {"maximum": 4}}, "5", 5, ("range", '"5"', "at most 4", "Correct the number.")),
    ({"type": "integer", "constraints": {"minimum": 0, "maximum": 0}}, "1", 1,
     ("range", '"1"', "at most 0", "Correct the number.")),
    ({"type": "date", "constraints": {"maximum": "2031-01-01"}}, "2031-01-02", datetime.date(2031, 1, 2),
     ("range", '"2031-01-02"', "at most 2031-01-01", "Correct the number.")),
    ({"constraints": {"maxLength": 3}}, "abcd", "abcd", ("length", "4 characters", "at most 3", "Shorten the text.")),
    ({"constraints": {"maxLength": 0}}, "a", "a", ("length", "1 characters", "at most 0", "Shorten the text.")),
    ({"rdfType": EDTF}, "soon", "soon", ("date", '"soon"', ANY_DATE, "Write the date as the source gives it.")),
    ({"rdfType": EDTF}, "2031-05/2031-04", "2031-05/2031-04", ("date", '"2031-05/2031-04"', ANY_DATE,
     "It ends before it begins: write `2031-04/2031-05`, or correct an end.")),
    ({"rdfType": EDTF, "constraints": {"maxLength": 3}}, "soon", "soon",
     ("length", "4 characters", "at most 3", "Shorten the text."))])
def test_a_wrong_cell_has_a_problem_with_all_its_parts(field, cell, value, problem):
    assert cells.read(field, cell) == (value, problem)


@pytest.mark.parametrize(("cell", "value"), [(word, value) for value, words in {
    "true": ("yes", "YES", "1", "t", "T", "True"), "false": ("no", "0", "f", "F", "FALSE")}.items() for word in words])
def test_what_stands_for_true_and_false_elsewhere_is_told_as_the_word_to_write(cell, value):
    assert cells.read({"type": "boolean"}, cell)[1][3] == f"Write `{value}`: true or false."


def test_a_cell_may_have_ten_thousand_characters():
    assert cells.read({}, "x" * 10_000) == ("x" * 10_000, None)
    assert cells.read({}, "x" * 10_001) == (None, ("cell-too-long", "10,001 characters", "at most 10,000",
     "Shorten the cell, or split the row."))


@pytest.mark.parametrize(("kind", "limit", "value"), [
    ("string", "a", "a"), ("integer", 1, 1), ("integer", "1", 1), ("integer", 1.5, 1.5), ("number", "1.5", 1.5), ("number", 2, 2),
    ("year", "2031", 2031), ("year", 2031, 2031),
    ("boolean", True, True), ("boolean", "false", False), ("date", "2031-05-30", datetime.date(2031, 5, 30))])
def test_a_limit_has_the_type_of_its_field(kind, limit, value):
    assert cells.bound(kind, limit) == value and type(cells.bound(kind, limit)) is type(value)


@pytest.mark.parametrize(("kind", "limit", "message"), [
    ("string", 1, "1 is no string"), ("any", None, "None is no any"), ("integer", True, "True is no integer"),
    ("number", [], "[] is no number"), ("boolean", 1, "1 is no boolean"), ("date", 2031, "2031 is no date")])
def test_a_limit_of_another_type_is_refused(kind, limit, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        cells.bound(kind, limit)


@pytest.mark.parametrize("field", [
    {}, {"constraints": {}}, {"type": "integer", "constraints": {"minimum": 0, "maximum": "7", "enum": [1, "2"], "maxLength": 3,
     "pattern": "[0-9]+"}},
    {"constraints": {"minimum": None, "maximum": None, "enum": None, "maxLength": None}},
    {"type": "date", "constraints": {"minimum": "2031-05-30"}}, {"constraints": {"maxLength": 0, "enum": []}}])
def test_constraints_that_a_cell_can_be_held_to(field):
    assert cells.check_field(field) is None


@pytest.mark.parametrize(("field", "message"), [
    ({"constraints": {"pattern": "["}}, "unterminated character set at position 0"),
    ({"type": "integer", "constraints": {"minimum": "low"}}, ""),
    ({"type": "integer", "constraints": {"minimum": True}}, "True is no integer"),
    ({"type": "number", "constraints": {"maximum": [9]}}, "[9] is no number"), ({"constraints": {"maximum": 9}}, "9 is no string"),
    ({"constraints": {"enum": ["a", 7]}}, "7 is no string"), ({"constraints": {"enum": "ab"}}, "enum is no list"),
    ({"constraints": {"enum": {"a": 1}}}, "enum is no list"),
    ({"constraints": {"maxLength": "3"}}, "maxLength is no whole number"),
    ({"constraints": {"maxLength": 2.5}}, "maxLength is no whole number")])
def test_constraints_that_no_cell_could_be_held_to(field, message):
    with pytest.raises((ValueError, re.error), match=f"^{re.escape(message)}$"):
        cells.check_field(field)


@pytest.mark.parametrize(("copy", "remedy", "told"), [
    ("`7`", "Write digits only.", "Write `7`: digits only."), ("`7`", "Set the day.", "Write `7`: set the day."),
    ("", "Write digits only.", "Write digits only.")])
def test_a_remedy_begins_with_the_value_to_copy(copy, remedy, told):
    assert cells.write(copy, remedy) == told


@pytest.mark.parametrize(("text", "numbers"), [
    ("30", ["30"]), ("1.234", ["1234", "1.234"]), ("1.2345", ["1.2345"]), ("1234.567", ["1234.567"]), ("0,5", ["0.5"]),
    ("0,234", ["0.234"]), ("0.234,5", []), ("1.234,5", ["1234.5"]), ("1,234,567.8", ["1234567.8"]),
    ("1.234.567", ["1234567"]), ("1.23.567", []), ("1.234,567.8", []), ("1,234.567,8", []), ("12.34", ["12.34"]),
    ("1 234 567", ["1234567"]), ("1'234.5", ["1234.5"]), ("1\u202f234,5", ["1234.5"]),
    ("1234.567.890", []), ("123.456.789,1", ["123456789.1"]), ("12.345,678", ["12345.678"]), ("1.2.3", []), (".500", [".500"]),
    ("1.234.567,8", ["1234567.8"]), ("1,234.567.8", [])])
def test_the_numbers_that_digits_with_separators_can_stand_for(text, numbers):
    assert cells.readings(text) == numbers


@pytest.mark.parametrize(("cell", "copy"), [
    ("5 hundred", "`500`"), ("2 trillion", "`2000000000000`"), ("3 bn", "`3000000000`"), ("3tn", "`3000000000000`"),
    ("7 mn", "`7000000`"), ("7 Tsd.", "`7000`"), ("2,5 Mrd. Euro", "`2500000000`"), ("4 Milliarden", "`4000000000`"),
    ("1 Milliarde", "`1000000000`"), ("3 tausend", "`3000`"), ("6-million", "`6000000`"), ("0.05 million", "`50000`"),
    ("1.2345678 million", "`1234567.8`"), ("1.5000 thousand", "`1500`"), ("0.10 hundred", "`10`"), ("0.001 hundred", "`0.1`"),
    ("0 million", "`0`"), ("5 K", "`5000`"), ("5 m", "`5`"), ("5 thousands", "`5`"), ("\u2212 2.5 million", "`-2500000`"),
    ("- 7", "`-7`"), ("a-7", "`-7`"), ("about 7 of them", "`7`"),
    ("7 supercalifragil", ""), ("7 abcdefghijk", "`7`"), ("7 abcdefghijkl", ""), ("7 and 8", ""), ("1 234 567 t", "`1234567`"),
    ("1 2345", "")])
def test_a_number_with_words_about_it(cell, copy):
    assert cells.meant_number(cell) == copy


@pytest.mark.parametrize(("cell", "copy"), [
    ("2021-81", "`2021/2081`"), ("2021-82", ""), ("1961/2021", "`1961/2021`"), ("2021 - 2081", "`2021/2081`"), ("2021–2082", ""),
    ("2021—23", "`2021/2023`"), ("2024-21", "`2024-03/2024-05`"),
    ("2021-22", "`2021/2022` or `2021-06/2021-08`"), ("12.2031", "`2031-12`"), ("3-2031", "`2031-03`"), ("3 2031", "`2031-03`"),
    ("13/2031", ""), ("2031.9.3", "`2031-09-03`"), ("2031/9", "`2031-09`"), ("2031 9 3", "`2031-09-03`"),
    ("9-3-2031", "`2031-03-09` or `2031-09-03`"), ("9.3-2031", ""), ("1/1/2031", "`2031-01-01`"), ("31.12.2031", "`2031-12-31`"),
    ("12/31/2031", "`2031-12-31`"), ("2031-03 …", "`2031-03/..`"), ("2031..", "`2031/..`"), ("~2031..", "`2031~/..`"),
    ("ca. 2031", "`2031~`"), ("circa 2031-05", "`2031-05~`"), ("ca 2031", "`2031~`"), ("C. 2031", "`2031~`"),
    ("c2031", "`2031~`"), ("cabout 2031", ""), ("Around 2031", "`2031~`"), ("2031 ~", "`2031~`"), ("~ 2031", "`2031~`"),
    ("2031 ?", "`2031?`"), ("2031-03 %", "`2031-03%`"), ("2031?-03-05", "`2031-03-05?`"), ("2031-%03", "`2031-03%`"),
    ("19XX", "`[1900..1999]`"), ("19xx", "`[1900..1999]`"), ("2031-uu", "`2031`"), ("2031-03-??", "`2031-03`"),
    ("2031-??-??", "`2031`"), ("2031-03-1X", "`2031-03`"), ("2031-xx-07", "`2031`"), (" 2031 ", "`2031`"),
    ("2031-03/..", "`2031-03/..`"),
    ("Mai 2031", "`2031-05`"), ("5 mai 2031", "`2031-05-05`"), ("2031, June", "`2031-06`"), ("May 5 6 2031", ""),
    ("on the day that nobody knows, in May 2031", ""), ("May", ""), ("2031-03-05/2031-03-01", "")])
def test_a_date_in_another_form(cell, copy):
    assert cells.meant_date(cell) == copy
