"""What the workbench offers for selected words."""

import pytest

from briefing.coding import offers
from briefing.findings import BriefingError

SOURCE = {"publisher": "Ostrey Lamp", "language": "en", "published": "2034-05-14"}
ACTORS = [{"id": "pilots", "label": "Pilots"}, {"id": "council", "label": "The council"}]
TEXT = ('Night ferry\n\n"The boat stays," said Tamsin Orre on Monday. The council said more than 40 percent of 240 people '
        "agreed. Nobody asked the pilots.\n\nIt rained.\n")


def offer(words, text=TEXT, **source):
    start = text.index(words)
    return offers.offer(text, {**SOURCE, **source}, ACTORS, start, start + len(words))


def test_words_in_quotation_marks_are_a_quotation_of_whoever_is_named_beside():
    found = offer("The boat stays")
    assert (found["kind"], found["speaker"], found["chain"]) == ("quotation", "Tamsin Orre", "Tamsin Orre > Ostrey Lamp")
    assert found["quote"] == "The boat stays" and found["paragraph"] == 2


def test_an_actor_named_in_the_sentence_comes_before_other_names():
    found = offer("more than 40 percent of 240 people agreed")
    assert (found["kind"], found["speaker"], found["actor"]) == ("paraphrase", "The council", "council")
    assert [(each["hedge"], each["value"], each["unit"]) for each in found["numbers"]] == [(">", "40", "%"), ("=", "240", "people")]


def test_nobody_named_is_the_page_itself():
    found = offer("It rained")
    assert (found["kind"], found["speaker"], found["chain"], found["quote"]) == ("narration", "Ostrey Lamp", "Ostrey Lamp", "")


def test_a_weekday_is_resolved_against_the_day_of_publication():
    assert [(each["date"], each["resolved"]) for each in offer("on Monday")["dates"]] == [("2034-05-08", True)]


def test_thirteen_words_are_not_quoted():
    found = offer("a b c d e f g h i j k l m", '"a b c d e f g h i j k l m"')
    assert (found["quote"], found["words"], found["short"]) == ("", "", False)


@pytest.mark.parametrize("place", [(12, 13), (5, 5), (0, 10_000)])
def test_no_words_are_refused(place):
    with pytest.raises(BriefingError, match="Select"):
        offers.offer(TEXT, SOURCE, ACTORS, *place)


@pytest.mark.parametrize(("paragraph", "words", "quoted"), [
    ('He said "so" and left', "so", True), ('He said "so" and left', "left", False), ('"So', "So", True),
    ("“It’s so”, he said", "It’s so", True), ("„So ist es“, sagte er", "sagte", False), ("«Oui», dit-elle", "Oui", True),
    ("»Ja«, sagte er", "Ja", True), ("「そう」と言った", "そう", True), ("the dockers’ union’s chair", "chair", False),
    ('"One," he said, "two"', "he said", False)])
def test_what_stands_between_quotation_marks(paragraph, words, quoted):
    start = paragraph.index(words)
    assert offers.in_quotation(paragraph, start, start + len(words)) is quoted


@pytest.mark.parametrize(("value", "text"), [(40.0, "40"), (0.5, "0.5"), (1234567.0, "1234567"), (-3.0, "-3")])
def test_a_number_as_a_cell_has_it(value, text):
    assert offers.plain(value) == text
