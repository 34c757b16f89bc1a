"""The words of a language: which one a tag means, and how lists of words become patterns."""

import re

import pytest

from briefing.sources.proposals import wording


@pytest.mark.parametrize(("tag", "language"), [
    ("en", "en"), ("en-GB", "en"), ("EN_gb", "en"), ("zh-Hant-TW", "zh"), ("und", "und"), ("", "und"), (None, "und")])
def test_language_of_a_tag(tag, language):
    assert wording.primary(tag) == language


@pytest.mark.parametrize(("tag", "known"), [("de-AT", True), ("MN", True), ("pl", False), ("und", False), (None, False)])
def test_words_are_known_of_six_languages(tag, known):
    assert (wording.words(tag) != wording.Words()) is known and (wording.speech(tag) != wording.Speech()) is known
    assert set(wording._BY_LANGUAGE) == set(wording._SPEECH) == {"en", "de", "fr", "es", "ru", "mn"}


@pytest.mark.parametrize(("words", "text", "found"), [
    ("more than|up to", "more \n than", True), ("more than|up to", "up to", True), ("more than", "morethan", False),
     ("a[ ]b", "a b", True), ("a[ ]b", "a\tb", False), ("", "", False), ("", "(?!)", False)])
def test_words_as_a_pattern(words, text, found):
    assert bool(re.fullmatch(wording.pattern(words), text)) is found


def test_pattern_of_words_is_one_part_of_a_larger():
    assert re.fullmatch(rf"x{wording.pattern('a|b')}y", "xby") and not re.fullmatch(rf"x{wording.pattern('a|b')}y", "by")


def test_words_with_values():
    assert wording.table("two=2|half=0.5|a=b=3") == {"two": 2.0, "half": 0.5, "a=b": 3.0} and wording.table("") == {}


@pytest.mark.parametrize(("tag", "name"), [
    ("de-CH", "de_CH"), ("de_CH", "de_CH"), ("de-XX", "de"), ("zh-Hant-TW", "zh_Hant_TW"), ("tlh", "en"), ("xx", "en"),
     ("e", "en"), (None, "en"), ("", "en")])
def test_locale_is_that_of_the_tag_or_of_its_language_or_english(tag, name):
    assert str(wording.locale(tag)) == name


@pytest.mark.parametrize(("tag", "written"), [
    ("en", {"mar": 3, "march": 3, "sep": 9, "sept": 9, "may": 5}), ("de", {"mär": 3, "märz": 3, "sept": 9}),
     ("fr", {"févr": 2, "août": 8, "sept": 9}),
    ("ru", {"март": 3, "марта": 3, "марте": 3, "май": 5, "мае": 5, "мая": 5, "июль": 7, "июля": 7, "июле": 7, "августа": 8,
     "сентябре": 9}),
    ("pl", {"maj": 5, "maja": 5, "marzec": 3, "marca": 3}), ("mn", {"есдүгээр сар": 9})])
def test_months_as_they_are_written_in_a_sentence(tag, written):
    assert {name: number for name, number in wording.months(tag).items() if name in written} == written
    assert all(len(name) > 2 and not name[0].isdigit() and name == name.casefold() for name in wording.months(tag))
    assert set(wording.months(tag).values()) == set(range(1, 13))


@pytest.mark.parametrize(("tag", "written"), [
    ("en", {"monday": 0, "sunday": 6}), ("de", {"montag": 0, "samstag": 5, "sonnabend": 5}),
     ("ru", {"среда": 2, "среду": 2, "среды": 2, "понедельника": 0}), ("mn", {"даваа гараг": 0, "ням гараг": 6})])
def test_days_of_the_week(tag, written):
    found = wording.weekdays(tag)
    assert {name: number for name, number in found.items() if name in written} == written and set(found.values()) == set(range(7))
    assert "" not in found and (tag != "mn" or "даваа" not in found)
