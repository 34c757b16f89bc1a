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


# --- who speaks -----------------------------------------------------------------------

PEOPLE = [{"id": "guild", "label": "Hafengilde"}, {"id": "office", "label": "Health office"}, {"id": "valley", "label": "Tarn"},
          {"id": "doctors", "label": "Tarn Doctors' Union"}]


def told(text, words, language="en", people=PEOPLE):
    start = text.index(words)
    found = offers.offer(text, {**SOURCE, "language": language}, people, start, start + len(words))
    return found["kind"], found["chain"].removesuffix("Ostrey Lamp").removesuffix(" > ")


@pytest.mark.parametrize(("language", "text", "words", "chain"), [
    ("en", "The health office denies that doses ran out.", "The health office denies that doses ran out", "Health office"),
    ("en", "The Tarn Doctors' Union warned on Monday that doses ran out.", "doses ran out", "Tarn Doctors' Union"),
    ("en", "Doses ran out on Monday, said Mira Holt of the Tarn Doctors' Union.", "Doses ran out on Monday", "Mira Holt"),
    ("en", "According to Mira Holt, the boats stay.", "the boats stay", "Mira Holt"),
    ("en", "The office said in Velm that Mira Holt left.", "Mira Holt left", "Health office"),
    ("en", "Mira Holt told the agency Northwire that boats stay.", "boats stay", "Mira Holt > Northwire"),
    ("en", "Mira Holt said the boats stay, the news agency Northwire reported.", "the boats stay", "Mira Holt > Northwire"),
    ("de", "Die Hafengilde fordert mehr Kräne.", "Die Hafengilde fordert mehr Kräne", "Hafengilde"),
    ("de", "Laut Mira Holt bleiben die Boote.", "bleiben die Boote", "Mira Holt"),
    ("de", "Frau Mira Holt zufolge bleiben die Boote.", "bleiben die Boote", "Mira Holt"),
    ("de", "Mira Holt erklärte die Lage. Der Hafen sei zu.", "Der Hafen sei zu", "Mira Holt"),
    ("de", "Mira Holt sagte, der Hafen sei zu, meldete die Agentur Nord Funk.", "der Hafen sei zu", "Mira Holt > Nord Funk"),
    ("fr", "Selon Lise Brun, le port est fermé.", "le port est fermé", "Lise Brun"),
    ("es", "El puerto está cerrado, dijo Juan Rey.", "El puerto está cerrado", "Juan Rey"),
    ("ru", "По словам Ивана Петрова, порт закрыт.", "порт закрыт", "Ивана Петрова"),
    ("mn", "Хотын дарга Бат Болд боомт хаалттай гэж хэлэв.", "боомт хаалттай", "Бат Болд")])
def test_who_is_named_beside_a_word_of_saying_speaks(language, text, words, chain):
    assert told(text, words, language) == ("paraphrase", chain)


@pytest.mark.parametrize(("language", "text", "words"), [
    ("en", "The harbour in Velm is shut. Mira Holt left.", "harbour in Velm is shut"), ("en", "Mira Holt left Velm.", "left Velm"),
    ("en", "Doses ran out, and Mira Holt said on Monday that more would come.", "Doses ran out"),
    ("en", "The so-called Big Quay is shut. It was called Tarn Quay.", "Big Quay is shut"),
    ("en", "Analysts say that Mira Holt left.", "Mira Holt left"), ("en", "It stays shut, they said in Velm.", "It stays shut"),
    ("en", "The boats stay, said the Ostrey Lamp.", "The boats stay"), ("de", "Der Hafen von Velm ist zu.", "Der Hafen von Velm ist zu"),
    ("pl", "Port jest zamknięty, powiedział Jan Rey.", "Port jest zamknięty")])
def test_without_a_sign_or_a_name_for_it_the_page_tells(language, text, words):
    assert told(text, words, language) == ("narration", "")


@pytest.mark.parametrize(("language", "text", "words", "chain"), [
    ("de", "„Die Boote bleiben“, sagte Mira Holt am Montag.", "Die Boote bleiben", "Mira Holt"),
    ("de", "„Zu teuer“, so Mira Holt.", "Zu teuer", "Mira Holt"),
    ("fr", "« Le port est fermé », a dit Lise Brun.", "Le port est fermé", "Lise Brun"),
    ("ru", "«Порт закрыт», — сказал Иван Петров.", "Порт закрыт", "Иван Петров"),
    ("en", 'Mira Holt, head of the Velm Fund, told the Lamp of it. "We stay."', "We stay", "Mira Holt"),
    ("en", '"We stay," said Mira Holt.\n\n"And you," she added.', "And you", "Mira Holt"),
    ("en", '"We stay," she said.', "We stay", "")])
def test_who_speaks_a_quotation_goes_on_speaking(language, text, words, chain):
    assert told(text, words, language) == ("quotation", chain)


def test_the_longer_label_comes_first():
    assert told("Tarn Doctors’ Union said no.", "no", people=[{"id": "a", "label": "Tarn"}, {"id": "b", "label": "Tarn Doctors’ Union"}]
                ) == ("paraphrase", "Tarn Doctors’ Union")
