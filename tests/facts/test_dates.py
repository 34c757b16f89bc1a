"""Dates as uncertain as their source leaves them: the days that they can mean, and what prose says of them."""

import datetime
import re

import pytest

from briefing.facts import dates
from briefing.language import Language, speaking

SEASONS = "seasons are not supported: give the months as an interval"
DIGITS = "of digits that are not given, only the last of a year, a month or a day are supported"
NO_YEAR = "a year that no calendar has"


# --- in days ------------------------------------------------------------------------

@pytest.mark.parametrize(("edtf", "first", "last"), [
    ("2031", "2031-01-01", "2031-12-31"), ("2031-03", "2031-03-01", "2031-03-31"), ("2031-03-05", "2031-03-05", "2031-03-05"),
    ("0001", "0001-01-01", "0001-12-31"), ("9999-12-31", "9999-12-31", "9999-12-31"),
    ("2031-01", "2031-01-01", "2031-01-31"), ("2031-12", "2031-12-01", "2031-12-31"),
    ("2024-02", "2024-02-01", "2024-02-29"), ("2023-02", "2023-02-01", "2023-02-28"), ("2024-02-29", "2024-02-29", "2024-02-29"),
    ("2031/2032-02", "2031-01-01", "2032-02-29"), ("2031-03-05/2031-04", "2031-03-05", "2031-04-30"),
    ("../2031-03", None, "2031-03-31"), ("2031-03/..", "2031-03-01", None), ("../..", None, None),
    ("/2031", None, "2031-12-31"), ("2031/", "2031-01-01", None), ("/2031-03~", None, "2031-03-31"),
    ("2031-03~/", "2031-03-01", None),
    ("[2031-03-02..2031-03-05]", "2031-03-02", "2031-03-05"), ("[2031..2032-02]", "2031-01-01", "2032-02-29"),
    ("[..2031-03]", None, "2031-03-31"), ("[2031-03..]", "2031-03-01", None), ("{2031-03..2031-05}", "2031-03-01", "2031-05-31"),
    ("[2031, 2033]", "2031-01-01", "2033-12-31"), ("{2031,2033-02}", "2031-01-01", "2033-02-28"),
    ("202X", "2020-01-01", "2029-12-31"), ("201X/202X", "2010-01-01", "2029-12-31"), ("2031-XX", "2031-01-01", "2031-12-31"),
    ("2031-XX-XX", "2031-01-01", "2031-12-31"), ("2031-03-XX/2031-05", "2031-03-01", "2031-05-31"),
    ("2031-06-XX~", "2031-06-01", "2031-06-30"),
    ("2031~", "2031-01-01", "2031-12-31"), ("2031-03?", "2031-03-01", "2031-03-31"), ("2031-03-05%", "2031-03-05", "2031-03-05"),
    ("2031-03~/2031-05?", "2031-03-01", "2031-05-31"), ("../2031?", None, "2031-12-31"), ("2031?/..", "2031-01-01", None),
    ("2031-03-05T10:00:00Z", "2031-03-05", "2031-03-05")])
def test_a_date_begins_and_ends_with_the_days_that_it_can_mean(edtf, first, last):
    assert dates.date_bounds(edtf) == tuple(day and datetime.date.fromisoformat(day) for day in (first, last))


@pytest.mark.parametrize(("edtf", "why"), [
    ("2031-21", SEASONS), ("2031-22", SEASONS), ("2031-41", SEASONS), ("2034-22?", SEASONS), ("2034-22/2035", SEASONS),
    ("[2034-22,2035]", SEASONS), ("2034/2035-41", SEASONS), ("2031-30-05", SEASONS),
    ("20XX", DIGITS), ("X031", DIGITS), ("2XXX", DIGITS), ("2031-2X", DIGITS), ("2031-1X-05", DIGITS), ("2031-XX-05", DIGITS),
    ("156X-12", DIGITS),
    ("2031-20", "bad month number 20; must be 1-12"), ("2031-42", "bad month number 42; must be 1-12"),
    ("2031-13", "bad month number 13; must be 1-12"),
    ("2031-00", "month must be in 1..12"), ("2031-00-05", "month must be in 1..12"),
    ("2031-03-00", "day is out of range for month"), ("2031-02-29", "day is out of range for month"),
    ("0000", "year 0 is out of range"), ("Y12345", "year 12345 is out of range"), ("-0044", "year -44 is out of range"),
    ("Y17E2030", NO_YEAR), ("2031S2030", NO_YEAR), ("Y17E20", NO_YEAR),
    ("abc", "abc is no EDTF date"), ("", " is no EDTF date"), ("..", ".. is no EDTF date"), ("/", "/ is no EDTF date"),
    ("2031 ", "2031  is no EDTF date"),
    ("2031,2033", "2031,2033 is no EDTF date"), ("{2031,  2033}", "{2031,  2033} is no EDTF date"),
    ("2031-W03", "2031-W03 is no EDTF date"),
    ("(2031)-03?", "(2031)-03? is no EDTF date"), ("2031/open", "2031/open is no EDTF date"),
    ("2031-03-05\n", "2031-03-05\n is no EDTF date")])
def test_what_is_no_date_says_why(edtf, why):
    with pytest.raises(ValueError, match=f"^{re.escape(why)}") as caught:
        dates.date_bounds(edtf)
    assert str(caught.value).startswith(why)


@pytest.mark.parametrize(("edtf", "first", "last"), [
    ("2031-03/2031-05", "2031-03", "2031-05"), ("../2031?", "..", "2031?"), ("2031~/", "2031~", ""), ("/2031", "", "2031"),
    ("2031-03", "2031-03", "2031-03"), ("[2031..2032]", "[2031..2032]", "[2031..2032]"), ("", "", "")])
def test_the_ends_of_an_interval_and_of_any_other_date(edtf, first, last):
    assert dates.ends(edtf) == (first, last)


@pytest.mark.parametrize(("edtf", "approximate", "uncertain"), [
    ("2031", False, False), ("2031~", True, False), ("2031?", False, True), ("2031%", True, True),
    ("2031-03~/2031-05", True, False), ("2031-03/2031-05?", False, True), ("2031~/2033?", True, True), ("202X", False, False),
    ("", False, False)])
def test_what_doubt_there_is_of_a_date_or_a_part_of_it(edtf, approximate, uncertain):
    assert (dates.is_approximate(edtf), dates.is_uncertain(edtf)) == (approximate, uncertain)


# --- in prose -----------------------------------------------------------------------

@pytest.mark.parametrize(("edtf", "said"), [
    (None, ""), ("", ""), ("2031", "2031"), ("2031-03", "March 2031"), ("2031-03-05", "5 March 2031"),
    ("2031-12-31", "31 December 2031"),
    ("2031-01-01", "1 January 2031"), ("2031-XX", "2031"), ("2031-03-XX", "March 2031"), ("202X", "some time in the 2020s"),
    ("2031~", "about 2031"), ("2031-03?", "March 2031, uncertain"), ("2031-03-05%", "about 5 March 2031, uncertain"),
    ("2031-03-03/2031-03-05", "3–5 March 2031"), ("2031-03-12/2031-03-15", "12–15 March 2031"),
    ("2031-03-05T10:00:00Z", "2031-03-05T10:00:00Z"), ("2031-03-03/2031-05-03", "3 March to 3 May 2031"),
    ("2031-03/2031-05", "March to May 2031"),
    ("2031-03-03/2031-05", "3 March to May 2031"), ("2031-03/2031-03-05", "March to 5 March 2031"), ("2031/2032", "2031 to 2032"),
    ("2031/2031-05", "2031 to May 2031"), ("2030-12-30/2031-01-05", "30 December 2030 to 5 January 2031"),
    ("2031-03-03/2032-03-05", "3 March 2031 to 5 March 2032"), ("2031-03-XX/2031-05", "March to May 2031"),
    ("2031-03-01~/2031-03-05", "about 1 March 2031 to 5 March 2031"), ("2031-03-01/2031-03-05?",
     "1 March to 5 March 2031, uncertain"),
    ("2031-03~/2031-05", "about March 2031 to May 2031"), ("2031/2033~", "2031 to about 2033"),
    ("[2031-03-02..2031-03-05]", "between 2 and 5 March 2031"), ("[2031-03-02..2031-04-05]", "between 2 March and 5 April 2031"),
    ("[2031-03..2031-05]", "between March and May 2031"), ("[2031..2032]", "between 2031 and 2032"),
    ("2031-03-03/..", "from 3 March 2031"), ("2031-03/", "from March 2031"), ("../2031", "until 2031"),
    ("/2031-03", "until March 2031"),
    ("[..2031-03]", "until March 2031"), ("[2031-03..]", "from March 2031"), ("2031?/..", "from 2031, uncertain"),
    ("[2031,2033]", "2031 or 2033"), ("[2031-03, 2031-05]", "March 2031 or May 2031"), ("{2031,2033}", "2031 and 2033"),
    ("{2031-03, 2031-05-03, 2032}", "March 2031 and 3 May 2031 and 2032"), ("[2031~,2033]", "about 2031 or 2033"),
    ("{2031-03..2031-05}", "March to May 2031"), ("[2027,2028, 2030..2032]", "2027 or 2028 or 2030 to 2032"),
    ("[2031-03,2032..]", "March 2031 or from 2032")])
def test_a_date_in_prose(edtf, said):
    assert dates.day(edtf) == said


@pytest.mark.parametrize(("edtf", "said"), [
    ("", ""), ("2031-03-XX", "März 2031"), ("2031", "2031"), ("202X", "irgendwann in den 2020er Jahren"),
    ("2031-03-05~", "um den 5. März 2031"), ("2031-03~", "um März 2031"), ("2031-03?", "März 2031, unsicher"),
    ("2031-03-05%", "um den 5. März 2031, unsicher"),
    ("../2031-03-05", "bis zum 5. März 2031"), ("/2031", "bis 2031"), ("2031-03-05/..", "ab dem 5. März 2031"),
    ("2031-03/", "ab März 2031"),
    ("[..2031-03]", "bis März 2031"), ("[2031-03-05..]", "ab dem 5. März 2031"), ("[2031..2033]", "im Zeitraum 2031–2033"),
    ("2031/2033", "2031–2033"),
    ("[2031, 2033]", "2031 oder 2033"), ("{2031,2033}", "2031 und 2033"), ("{2031-03..2031-05}", "März–Mai 2031"),
    ("[2027,2028,2030..2032]", "2027, 2028 oder 2030–2032"),
    ("[2031-03~..2031-05?]", "im Zeitraum um März 2031 – Mai 2031, unsicher"), ("../2031?", "bis 2031, unsicher"),
    ("/202X", "bis irgendwann in den 2020er Jahren"),
    ("2031-03-05T10:00:00Z", "2031-03-05T10:00:00Z")])
def test_a_date_in_the_prose_of_another_language(edtf, said):
    with speaking(Language("de", "")):
        assert dates.day(edtf).replace("\u00a0", " ") == said


@pytest.mark.parametrize(("edtf", "said"), [
    ("2031-03", "март 2031 г."), ("../2031-03", "до марта 2031 г."), ("2031-03~", "около марта 2031 г."),
    ("2031-03%", "около марта 2031 г., неточно")])
def test_a_month_has_another_form_after_a_word(edtf, said):
    with speaking(Language("ru", "")):
        assert dates.day(edtf).replace("\u202f", " ").replace("\u00a0", " ") == said


DAY, YEAR_BEFORE, MONTH_BEFORE, DAY_BEFORE = (datetime.date.fromisoformat(day) for day in ("2031-03-05", "2030-03-05",
 "2031-02-05", "2031-03-04"))


@pytest.mark.parametrize(("before", "english", "german"), [
    (None, ("5 Mar 2031", "Mar 2031", "2031"), ("5. März 2031", "März 2031", "2031")),
    (YEAR_BEFORE, ("5 Mar 2031", "Mar 2031", "2031"), ("5. März 2031", "März 2031", "2031")),
    (MONTH_BEFORE, ("5 Mar", "Mar", "2031"), ("5. März", "Mär", "2031")),
    (DAY_BEFORE, ("5", "Mar", "2031"), ("5", "Mär", "2031"))])
def test_an_axis_names_what_is_new_in_a_day(before, english, german):
    assert tuple(dates.short(DAY, unit, before) for unit in ("day", "month", "year")) == english
    with speaking(Language("de", "")):
        assert tuple(dates.short(DAY, unit, before) for unit in ("day", "month", "year")) == german
