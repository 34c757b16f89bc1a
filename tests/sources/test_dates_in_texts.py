"""Dates that words give, at the borders of what is one: years that are not told, two that are one, words that are none."""

import pytest

from briefing.sources import proposals


def dates(text, language="en", published="2031-03-08"):
    return [(text[each.start:each.end], each.edtf, each.resolved) for each in proposals.dates(text, language, published)]


def edtf(*given):
    return [each[1] for each in dates(*given)]


# --- years and months --------------------------------------------------------------------

@pytest.mark.parametrize(("text", "found"), [
    ("1500", ["1500"]), ("1499", []), ("2100", ["2100"]), ("2101", []), ("No. 2019", ["2019"]), ("#2019", []), ("# 2019", []),
    ("№ 2019", []),
    ("1/2019", []), ("3.2019", []), ("3 2019", ["2019"]), ("a. 2019", ["2019"]), ("2019.", ["2019"]), ("2019.5", []),
    ("2019:1", []), ("x2019", [])])
def test_year_alone(text, found):
    assert edtf(text) == found


@pytest.mark.parametrize(("text", "found"), [
    ("In May they", ["2031-05"]), ("in may", []), ("May", []), ("in Mar", ["2031-03"]), ("in Mar.", ["2031-03"]), ("Mar", []),
    ("Jul", []), ("since Jul", ["2030-07"]),
    ("March", []), ("on March", []), ("in March", ["2031-03"]), ("in  March", ["2031-03"]), ("early March", ["2031-03~"]),
    ("Sept", ["2030-09"]), ("April", ["2031-04"]),
    ("March 2030", ["2030-03"]), ("Mar. 2030", ["2030-03"]), ("march 2030", ["2030-03"]), ("Sept. 2030", ["2030-09"]),
    ("March 5", ["2031-03-05"]), ("may 5", ["2031-05-05"]),
    ("5 May", ["2031-05-05"]), ("5 may", ["2031-05-05"]), ("between March and May 2030", ["[2030-03..2030-05]"])])
def test_month_alone_is_one_where_it_is_no_other_word(text, found):
    assert edtf(text) == found


def test_month_in_german_has_a_capital_and_elsewhere_none():
    assert edtf("im Mai", "de") == ["2031-05"] and edtf("im mai", "de") == [] and edtf("en febrero", "es") == edtf("en Febrero",
        "es") == ["2031-02"]


@pytest.mark.parametrize(("published", "words", "found"), [
    # the last before the day of publication, if that is no more than nine months back
    ("2031-06-15", "15 June", "2031-06-15"), ("2031-06-15", "14 June", "2031-06-14"), ("2031-06-15", "16 June", "2031-06-16"),
    ("2031-06-15", "June", "2031-06"),
    ("2031-06-15", "September", "2030-09"), ("2031-06-15", "20 September", "2030-09-20"), ("2031-06-15", "August", "2031-08"),
    ("2031-06-15", "July", "2031-07"),
    ("2031-06-15", "January", "2031-01"), ("2031-06-15", "December", "2030-12"), ("2031-12-20", "January", "2032-01"),
    ("2031-12-20", "February", "2032-02"),
    ("2031-12-20", "March", "2031-03"), ("2031-12-20", "21 December", "2031-12-21"), ("2031-01-05", "January", "2031-01"),
    ("2031-01-05", "5 January", "2031-01-05"),
    ("2031-01-05", "6 January", "2031-01-06"), ("2031-01-05", "April", "2030-04"), ("2031-01-05", "March", "2031-03"),
    ("2031-01-05", "31 December", "2030-12-31")])
def test_year_that_is_not_told(published, words, found):
    assert dates(f"It was in {words}.", "en", published) == [(words, found, False)]


def test_day_of_no_month_is_none():
    assert edtf("31 June 2030, 30 February, 2030-02-30, 32 May 2030") == [] and edtf("29 February 2028") == ["2028-02-29"]


@pytest.mark.parametrize(("language", "text", "found"), [
    ("en", "12/11/2030", []), ("en", "11/12/2030", []), ("en", "12/12/2030", ["2030-12-12"]),
    ("en", "13/12/2030", ["2030-12-13"]), ("en", "12/13/2030", ["2030-12-13"]),
    ("en", "1/12/2030", []), ("en", "12.1.2030", []), ("en-GB", "12/11/2030", ["2030-11-12"]), ("en", "40/40/2030", []),
    ("en", "1/2/2030/4", []), ("de", "12.11.2030", ["2030-11-12"]),
    ("de", "3.5.", [])])
def test_date_in_digits_is_one_where_day_and_month_can_be_told(language, text, found):
    assert edtf(text, language) == found


# --- from the day of publication -----------------------------------------------------------

@pytest.mark.parametrize(("words", "found"), [
    ("Saturday", "2031-03-08"), ("Sunday", "2031-03-02"), ("Monday", "2031-03-03"), ("Friday", "2031-03-07"),
    ("today", "2031-03-08"), ("tomorrow", "2031-03-09"),
    ("day before yesterday", "2031-03-06"), ("day  before\nyesterday", "2031-03-06"),
     ("two weeks ago", "[2031-02-17..2031-02-23]"),
    ("3 weeks ago", "[2031-02-10..2031-02-16]"), ("this week", "[2031-03-03..2031-03-09]"),
    ("next week", "[2031-03-10..2031-03-16]"), ("two months ago", "2031-01"), ("last year", "2030"), ("two years ago", "2029"),
    ("last Friday", "2031-03-07")])
def test_words_that_are_counted_from_the_day_of_publication(words, found):
    assert dates(f"It was {words}, they say.") == [(words, found, True)]


@pytest.mark.parametrize("published", ["2031-03-03", "2031-03-05", "2031-03-09"])
def test_every_day_of_the_week_is_of_the_last_seven(published):
    import datetime

    base = datetime.date.fromisoformat(published)
    for back in range(7):
        day = base - datetime.timedelta(days=back)
        assert edtf(f"on {day:%A}", "en", published) == [day.isoformat()]


def test_day_of_the_week_has_a_capital_in_english_and_german():
    assert edtf("on monday") == [] and edtf("am montag", "de") == [] and edtf("am Sonnabend",
        "de") == ["2031-03-08"] and edtf("в среду", "ru") == ["2031-03-05"]


@pytest.mark.parametrize("words", ["twenty-five days ago", "may be", "a Mayday call", "sunny"])
def test_words_that_only_begin_like_a_date(words):
    assert edtf(f"They came {words}.") == []


# --- not exact, and two together ---------------------------------------------------------------

@pytest.mark.parametrize(("text", "found"), [
    ("early 2019", "2019~"), ("in mid-2019", "2019~"), ("since the end of 2019", "2019~"),
    ("about 3 March 2030", "2030-03-03~"), ("early in 2019", "2019"), ("about 20 in 2019", "2019")])
def test_date_is_not_exact_where_the_words_before_it_say_so(text, found):
    assert edtf(text) == [found]


def test_time_that_is_counted_back_is_never_about():
    assert edtf("around last week") == ["[2031-02-24..2031-03-02]"]


@pytest.mark.parametrize(("text", "words", "found", "resolved"), [
    ("Monday–Friday", "Monday–Friday", "2031-03-03/2031-03-07", True), ("2020-2021", "2020-2021", "2020/2021", False),
    ("2020 — 2021", "2020 — 2021", "2020/2021", False),
    ("between Monday and Friday", "Monday and Friday", "[2031-03-03..2031-03-07]", True),
    ("between 2019 and 2021", "2019 and 2021", "[2019..2021]", False),
    ("from 2020 to March 2021", "2020 to March 2021", "2020/2021-03", False),
    ("from 2031-03-05 to 2031-03-07", "2031-03-05 to 2031-03-07", "2031-03-05/2031-03-07", False),
    ("from 5 December to 4 January", "5 December to 4 January", "2030-12-05/2031-01-04", False),
    ("from December to January", "December to January", "2030-12/2031-01", False),
    ("from 3 May to 2 June", "3 May to 2 June", "2030-05-03/2030-06-02", False),
    ("from 28 May to 3 June 2029", "28 May to 3 June 2029", "2029-05-28/2029-06-03", False),
    ("from 3 May 2029 to 2 June 2030", "3 May 2029 to 2 June 2030", "2029-05-03/2030-06-02", False),
    ("from 8 March to 8 March 2029", "8 March to 8 March 2029", "2029-03-08/2029-03-08", False),
    ("from 3 March to yesterday", "3 March to yesterday", "2031-03-03/2031-03-07", True),
    ("from yesterday to 8 March", "yesterday to 8 March", "2031-03-07/2031-03-08", True)])
def test_two_dates_are_the_ends_of_a_time(text, words, found, resolved):
    assert dates(text) == [(words, found, resolved)]


@pytest.mark.parametrize(("text", "found"), [
    ("March 2020 to May 2021", ["2020-03", "2021-05"]),  # nothing says that it is a time
    ("Monday and Friday", ["2031-03-03", "2031-03-07"]), ("2021–2020", ["2021", "2020"]), ("2020, 2021", ["2020", "2021"]),
    ("2 to 4 March to 5 March", ["2031-03-02/2031-03-04", "2031-03-05"]), ("between about 2019 and 2021", ["2019~", "2021"]),
    ("from last week to last month", ["[2031-02-24..2031-03-02]", "2031-02"]),
    ("from 5 March to last week", ["2031-03-05", "[2031-02-24..2031-03-02]"]),
    ("from 2019 – 2020 – 2021", ["2019/2020", "2021"])])
def test_two_dates_are_two_where_they_are_no_ends_of_a_time(text, found):
    assert edtf(text) == found


@pytest.mark.parametrize("published", [None, "2031"])
def test_ends_of_a_time_need_a_year(published):
    assert dates("from 28 December to 3 January 2030", "en", published) == [("28 December to 3 January 2030",
        "2029-12-28/2030-01-03", False)]
    assert dates("from 28 December to 3 January", "en", published) == dates("2 to 4 March, Monday to Friday", "en",
        published) == []
    assert dates("from 28 December 2029 to 3 January", "en", published) == [("28 December 2029", "2029-12-28", False)]
