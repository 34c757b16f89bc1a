"""Quantities against the words of their passages: the number, and its hedge."""

import pytest

from briefing.facts import tables
from briefing.sources import passages


def found(words, value, hedge="=", unit="", language="en", **cells):
    row = {"passage": "p", "value": value, "hedge": hedge, "unit": unit, **cells}
    return list(passages.check_quantities("data/quantities.csv", [(7, row)], {"p": words}, language))


def codes(*given, **cells):
    return [each.code for each in found(*given, **cells)]


@pytest.mark.parametrize(("words", "value", "unit"), [
    ("It lost 40 ships and 30 boats.", 30, "boats"), ("It lost 40 percent.", 40, "%"), ("It lost 40 percent.", 0.4, "share"),
    ("It lost 2.4 million tons.", 2.4, "million tons"), ("It lost 2,400,000 tons.", 2400, "thousand tons"),
    ("It lost €3bn.", 3, "billion euros"), ("It lost ships.", 40, "ships"), ("It lost them in 2019.", 40, "ships"),
    ("Half of 200 ships left.", 50, "%"), ("None of 200 ships left.", 0, "ships"), ("A dozen of 200 ships left.", 12, "ships"),
    ("", 5, "ships"), ("It lost 0.1 tons.", 0.1, "tons")])
def test_number_that_its_words_have_or_that_is_not_read(words, value, unit):
    assert codes(words, value, unit=unit) == []


def test_number_that_its_words_do_not_have():
    [finding] = found("More than 40 percent of 240 people agreed.", 45, ">", "%")
    assert (finding.code, finding.row, finding.column, finding.found) == ("quantity-not-in-words", 7, "value", "45")
    assert finding.expected.endswith("`> 40 %`, `= 240 people`")
    assert codes("Mehr als 1.234 Tonnen", 1.234, ">", "Tonnen", language="de") == []  # in thousands of tons
    assert codes("Mehr als 1.234 Tonnen", 1235, ">", "Tonnen", language="de") == ["quantity-not-in-words"]


def test_no_text_no_passage_and_no_value_are_not_held():
    assert list(passages.check_quantities("q", [(2, {"passage": "other", "value": 1.0}), (3, {"passage": None, "value": 1.0}),
                                   (4, {"passage": "p", "value": None})], {"p": "7 ships"}, "en")) == []


@pytest.mark.parametrize(("words", "hedge", "sound"), [
    ("more than 40 ships", "=", False), ("more than 40 ships", "<", False), ("more than 40 ships", ">=", True),
    ("about 40 ships", "=", False), ("about 40 ships", ">", True), ("at most 40 ships", ">=", False), ("40 ships", ">", True),
    ("40 ships", "=", True), ("more than 40 ships, 40 boats", "=", True)])
def test_hedge_is_that_of_the_words(words, hedge, sound):
    assert codes(f"It lost {words}.", 40, hedge) == ([] if sound else ["hedge-not-in-words"])


def test_hedge_to_copy_and_the_end_of_a_range():
    [finding] = found("At most 40 ships left.", 40, "=", "ships")
    assert (finding.found, finding.column) == ("`=` before 40", "hedge")
    assert "`<= 40 ships`" in finding.expected and finding.remedy.startswith("Write `<=`")
    assert codes("More than 40 ships left, at most 50.", 40, "=", upper=50.0) == []


def test_quantities_of_a_project_are_held_where_its_text_is_at_hand(project, edit):
    text = {"courier": project / "courier-2031-03-08.txt"}
    assert passages.check(tables.load(project), text).findings == []
    edit("data/quantities.csv", ">,40,", "<,40,")
    edit("data/quantities.csv", "=,310,", "=,301,")
    assert [(each.path, each.row, each.code) for each in passages.check(tables.load(project), text).findings] == [
        ("data/quantities.csv", 2, "hedge-not-in-words"), ("data/quantities.csv", 3, "quantity-not-in-words")]
    assert passages.check(tables.load(project), {}).findings == []
