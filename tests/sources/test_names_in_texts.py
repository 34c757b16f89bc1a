"""Likely names and words of saying, at the borders of what is one; what of them is coded; and ids of words."""

import re

import pytest

from briefing.sources import proposals


def names(text, language="en"):
    found = proposals.names(text, language)
    assert all(" ".join(text[each.start:each.end].split()) == each.name for each in found)
    return [each.name for each in found]


# --- runs of words ------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "found"), [
    ("He met Ali el-Masri and Nur ad-Din.", ["Ali el-Masri", "Nur ad-Din"]),
    ("He met Omar as-Said and Nur ad-din of Hull.", ["Omar as-Said", "Nur ad-din of Hull"]),
    ("They saw Tom of the Quay.", ["Tom of the Quay"]), ("They saw Tom of the van Berg.", ["Tom", "Berg"]),
    # three words at most between two capitals, one of them the next
    ("They saw Tom of.", ["Tom"]), ("They saw Tom of the.", ["Tom"]), ("They saw Tom by Hull.", ["Tom", "Hull"]),
    ("They saw Omar al-Rashid.", ["Omar al-Rashid"]),
    ("They saw Tom-Hale, and Hull-on-Sea.", ["Tom-Hale", "Hull-on-Sea"]), ("They saw Tom\u00a0Hale.", ["Tom Hale"]),
    ("They saw Tom\u202fHale.", ["Tom Hale"]),
    ("They saw Tom  Hale.", ["Tom", "Hale"]), ("They saw Tom\nHale came. Hale is Hale.", ["Tom", "Hale", "Hale", "Hale"]),
    ("They saw O'Neill and D’Arcy.", ["O'Neill", "D’Arcy"]), ("He saw Tom’s ship and Tom's ship.", ["Tom", "Tom"]),
    ("the Doctors' League, the Doctors’ League, the Doctors’\u00a0League", ["Doctors' League", "Doctors’ League",
     "Doctors’ League"]),
    ("the Doctors’  League; a doctors' League; his Anna' League; the Doctors' league",
     ["Doctors", "League", "League", "Anna", "League", "Doctors"])])
def test_name_goes_as_far_as_its_words_belong_together(text, found):
    assert [name.replace("'s", "").replace("’s", "") for name in names(text)] == found


@pytest.mark.parametrize(("text", "found"), [
    ("They saw Tom Monday.", ["Tom"]), ("They saw Tom Hale Monday.", ["Tom Hale"]), ("They saw Monday Tom.", ["Tom"]),
    ("They saw Monday.", []), ("They saw Monday March.", []),
    ("They saw Tom Hale Monday March.", ["Tom Hale"]), ("They saw A Harbour.", ["Harbour"]),
    ("They saw A. Harbour.", ["A. Harbour"]),
    ("He and I left; EU and X.", ["EU", "X"])])
def test_days_months_and_single_letters_are_no_part_of_a_name(text, found):
    assert names(text) == found


def test_calendar_is_that_of_the_language():
    assert names("Die Lage im März Nord war", "de") == [] and names("Vieron a Juan Lunes.",
        "es") == ["Juan"] and names("They saw Juan Lunes.") == ["Juan Lunes"]


# --- at the beginning of a sentence -----------------------------------------------------------

@pytest.mark.parametrize(("text", "found"), [
    ("Tom came.", []), ("Tom came. They saw Tom.", ["Tom", "Tom"]), ("It came. Tom left.", []),
    ("It ended: Tom left. Why? Hale left! Holt left… Brook left.", []),
    ("It came “Tom left,” they said. „Hale left“ «Holt left» \"Brook left\"", []), ("• Tom left", []), ("left\nTom left", []),
    ("left\rTom left", []), ("Then, Tom left; Hale left.", ["Tom", "Hale"]),
    ("Tom Hale came.", ["Tom Hale"]), ("Ships Tom came; ships left.", ["Tom"]), ("The Harbour shut.", ["Harbour"]),
    ("Yesterday Tom came.", ["Tom"]), ("NATO came. EU left.", ["NATO", "EU"]),
    ("A came.", []), ("He left J. Reed.", ["J. Reed"]), ("He left Dr. Reed.", ["Reed"]), ("It was J Reed.", ["Reed"]),
    ("They like tea. Reed left.", []), ("He saw X. Reed.", ["X. Reed"]),
    ("It was nato. Reed left.", []), ("(Tom) left.", []), ("3 Tom left.", []), ("Mr Tom left.", ["Tom"]),
    ("He said Mr Tom left. President Hale left. President left.", ["Tom", "Hale"])])
def test_first_word_of_a_sentence_is_a_name_where_it_is_one_elsewhere(text, found):
    assert names(text) == found


@pytest.mark.parametrize(("language", "text", "found"), [
    ("es", "Ayer Juan vino.", ["Juan"]), ("en", "Ayer Juan vino.", ["Ayer Juan"]), ("ru", "Вчера Иван пришёл.", ["Иван"]),
    ("mn", "Өчигдөр Бат ирэв.", ["Бат"])])
def test_words_for_days_at_the_head_of_a_sentence_are_those_of_the_language(language, text, found):
    assert names(text, language) == found


@pytest.mark.parametrize(("language", "text", "found"), [
    ("de", "3 Mira Holt, 5\u00a0Mira Holt", []), ("de", "Sie sahen Mira Holt.", ["Mira Holt"]),
    ("de", "Block a Mira Holt", ["Mira Holt"]), ("de", "die EU und U und NATO", ["EU", "NATO"]),
    ("de", "Herr Holt sah den Hafen", ["Holt"]), ("de", "Herr Prof. Holt sah", ["Holt"]),
    ("en", "about 3 Mira Holt", ["Mira Holt"]),
    ("fr", "Qu’Anne vient; ils voient l’Office d’Anne.", ["Anne", "Office", "Anne"]),
    ("pl", "Tu Anna de Rey, Anna van Rey, Anna sur Rey", ["Tu Anna de Rey", "Anna van Rey", "Anna", "Rey"]),
    (None, "They saw Tom bin Hale.", ["Tom bin Hale"])])
def test_names_of_a_language(language, text, found):
    assert names(text, language) == found


# --- words of saying ----------------------------------------------------------------------------

def sayings(text, language="en"):
    return [(text[each.start:each.end], each.side) for each in proposals.sayings(text, language)]


@pytest.mark.parametrize(("language", "text", "found"), [
    ("en", "Reed SAID so, and according to Hale it is said.", [("SAID", "either"), ("according to", "after")]),
    ("en", "It was said; the so-called quay, a claim, their demands", []),
    ("en", "They said, she says", [("said", "either"), ("says", "either")]),
    ("en", "It is widely said", [("said", "either")]), ("en", "unsaid, said-so", []),
    ("en", "In the  words\nof Hale", [("In the  words\nof", "after")]),
    ("de", "Laut Holt, Holt zufolge, sagte Holt; es wird gesagt", [("Laut", "after"), ("zufolge", "before"),
     ("sagte", "either")]),
    ("de", "„Nein“, so Holt", [("so", "after")]), ("de", "Es ist so", []),
    ("fr", "Selon Lise, dit-il; il est dit", [("Selon", "after")]),
    ("es", "Según Juan, dijo", [("Según", "after"), ("dijo", "either")]),
    ("ru", "По словам Ивана, сказала она", [("По словам", "after"), ("сказала", "either")]),
    ("mn", "Болдын хэлснээр боомт", [("хэлснээр", "before")]), ("pl", "powiedział, said", []), (None, "said", []),
    ("en-GB", "he said", [("said", "either")]), ("en", "", [])])
def test_words_of_saying_and_on_which_side_the_speaker_stands(language, text, found):
    assert sayings(text, language) == found


@pytest.mark.parametrize(("language", "text", "reported"), [
    ("de", "Der Hafen sei zu.", True), ("de", "Die Häfen SEIEN zu.", True), ("de", "Der Hafen ist zu.", False),
    ("de", "seit, beisei", False), ("de", "ich habe", False), ("de", "er habe", True),
    ("de-AT", "er werde", True), ("en", "sei, he has", False), ("pl", "sei", False), (None, "sei", False)])
def test_german_marks_what_another_says(language, text, reported):
    assert proposals.reported(text, language) is reported


# --- what of them is coded -------------------------------------------------------------------------

def left(text, language="en", passages=(), actors=(), quantities=()):
    return proposals.uncoded(text, language, passages, quantities, actors)


def actor(label, who=None):
    return {"label": label, "who": who}


def span(start, end, **cells):
    return {"id": "p", "start": start, "end": end, **cells}


@pytest.mark.parametrize(("cells", "found"), [
    ({}, ["Ada Brook", "Tom Hale"]), ({"speaker": "Ada Brook"}, ["Tom Hale"]), ({"chain": "Tom Hale > Courier"}, ["Ada Brook"]),
    ({"chain": "Courier>Ada Brook>Tom Hale"}, []),
    ({"chain": "Ada > Tom"}, ["Ada Brook", "Tom Hale"]), ({"chain": "Ada Tom > Brook Hale"}, ["Ada Brook", "Tom Hale"]),
    ({"speaker": "x", "chain": None}, ["Ada Brook", "Tom Hale"])])
def test_speakers_and_hands_are_coded_names(cells, found):
    assert [each.name for each in left("They saw Ada Brook and Tom Hale.", passages=[span(None, None, **cells)]).names] == found


@pytest.mark.parametrize(("language", "label", "name", "known"), [
    ("ru", "Иван Петров", "Петрова", True), ("ru", "Иван Петров", "Петровым", True), ("ru", "Иван Петров", "Петровыми", False),
    ("ru", "Тарна", "Тарны", True), ("ru", "Тарна", "Тарной", True),
    ("ru", "Тарна", "Таран", False), ("ru", "Ян", "Яна", False), ("ru", "Олег", "Олега", True), ("ru", "Олег", "Олешек", False),
    ("ru", "Ева", "Евы", False), ("ru", "Анна", "Анне", True), ("mn", "Болд", "Болдын", True),
    ("mn-Cyrl", "Болд", "Болдыг", True), ("uk", "Олег", "Олега", False), ("en", "Brook", "Brooks", False)])
def test_name_is_known_in_another_case_where_the_language_has_cases(language, label, name, known):
    text = {"en": "They saw {}.", "ru": "Мы ждём {}.", "uk": "Мы ждём {}."}.get(language, "Манай хотын {}.").format(name)
    assert [each.name for each in left(text, language, actors=[actor(label)]).names] == ([] if known else [name])


@pytest.mark.parametrize(("label", "name", "known"), [
    ("Brook", "Ada Brook", True), ("Ada", "Ada Brook", False), ("Ada Brook", "Brook", True),
    ("Ada J. Brook", "Ada Brook", True), ("Brook Ada", "Ada Brook", True), ("Bank of Hull", "Bank of Hull", True),
    ("Hull", "Bank of Hull", False), ("Van Hull", "Hull", True), ("EU", "EU", True), ("X", "EU", False)])
def test_name_is_known_whole_in_part_or_by_its_end(label, name, known):
    assert [each.name for each in left(f"They saw {name} there.", actors=[actor(label)]).names] == ([] if known else [name])
    assert [each.name for each in left(f"They saw {name} there.", actors=[actor("x", label)]).names] == ([] if known else [name])


def test_name_is_told_once_where_it_stands_first():
    found = left("They saw Ada, Tom, ADA and Ada.").names
    assert [(each.name, each.start) for each in found] == [("Ada", 9), ("Tom", 14)]


@pytest.mark.parametrize(("spans", "found"), [
    ([(0, 3)], (2, 3)), ([(5, 6)], (1, 3)), ([(2, 6)], (3,)), ([(3, 5)], (2, 3)), ([(6, 12)], (1,)), ([(0, 12)], ()),
    ([(2, 2)], (1, 2, 3)), ([(6, 2)], (1, 2, 3)), ([(None, 3)], (1, 2, 3)),
    ([(0, None)], (1, 2, 3)), ([(0, 1), (10, 11)], (2,))])
def test_paragraph_is_coded_where_a_passage_has_a_part_of_it(spans, found):
    assert left("one\n\ntwo\n\nsix", passages=[span(*each) for each in spans]).paragraphs == found


@pytest.mark.parametrize(("place", "coded"), [((5, 7), True), ((4, 8), True), ((5, 6), False), ((6, 9), False), ((7, 30), False),
    ((0, 7), True)])
def test_number_is_coded_where_it_lies_in_the_passage_of_its_quantity(place, coded):
    found = left("Take 40 of 50 ships", passages=[span(*place)], quantities=[{"passage": "p", "value": "40"},
        {"passage": None, "value": 50}, {"value": 50}])
    assert [each.value for each in found.numbers] == ([50] if coded else [40, 50])


def test_numbers_are_read_as_the_language_writes_them():
    found = left("Er verlor 1.234 Tonnen", "de", passages=[span(0, 22)], quantities=[{"passage": "p", "value": 1234.0}])
    assert found.numbers == () and [each.value for each in left("Er verlor 1.234 Tonnen", "de").numbers] == [1234]


# --- ids --------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("words", "found"), [
    ("a_b c", "ab-c"), ("Brook's O’Neill", "brooks-oneill"), ("-a-", "a"), ("Xx xX", "xx-xx"),
    ("x" * 20 + " " + "y" * 19, "x" * 20 + "-" + "y" * 19),
    ("x" * 20 + " " + "y" * 20, "x" * 20), ("x" * 40 + " y", "x" * 40), ("x" * 38 + " y", "x" * 38 + "-y"),
    ("Щука Їжак", "shchuka-yizhak"), ("Straße Œuvre Þór", "strasse-oeuvre-thor"), ("e\u0301 Ö O\u0308", "e-oe-oe")])
def test_id_to_the_letter(words, found):
    assert proposals.slug(words, set()) == found and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found)


@pytest.mark.parametrize(("words", "taken", "found"), [
    ("quay", {"quay"}, "quay-2"), ("quay", {"quay", "quay-2"}, "quay-3"), ("quay", {"quay", "quay-3"}, "quay-2"),
    ("quay", {"quay-2"}, "quay"), ("東京", set(), "p-1"), ("東京", {"p-1"}, "p-2"),
    ("東京", {"p"}, "p-1"), ("quay", {"quay"} | {f"quay-{n}" for n in range(2, 9)}, "quay-9")])
def test_id_is_the_first_that_is_not_taken(words, taken, found):
    assert proposals.slug(words, taken) == found
