"""What a coder is offered from the words of a text, in six languages, and what is not coded yet."""

import re

import pytest

from briefing.facts.dates import date_bounds
from briefing.sources import proposals


def numbers(text, language="en"):
    return [(text[each.start:each.end], each.hedge, each.value, each.unit) for each in proposals.quantities(text, language)]


def dates(text, language="en", published="2031-03-08"):
    return [(text[each.start:each.end], each.edtf, each.resolved) for each in proposals.dates(text, language, published)]


def names(text, language="en"):
    return [each.name for each in proposals.names(text, language)]


# --- numbers ------------------------------------------------------------------------

@pytest.mark.parametrize(("language", "text", "found"), [
    ("en", "More than 40 percent of its traffic", ("40 percent", ">", 40, "%")),
    ("en", "at least $5 million", ("$5 million", ">=", 5e6, "$")),
    ("en", "no more than three ships", ("three", "<=", 3, "ships")),
    ("en", "about 1,204.5 square metres", ("1,204.5", "~", 1204.5, "square metres")),
    ("en", "up to 300 barrels a day", ("300", "<=", 300, "barrels a day")),
    ("en", "300 dockers or more", ("300", ">=", 300, "dockers")),
    ("en", "twenty-five cranes", ("twenty-five", "=", 25, "cranes")),
    ("en", "A million euros", ("A million", "=", 1e6, "euros")),
    ("en", "over 2000 people", ("2000", ">", 2000, "people")),
    ("en", "it lost €3.5bn", ("€3.5bn", "=", 3.5e9, "€")),
    ("en", "at −5 °C", ("−5 °C", "=", -5, "°C")),
    ("en", "under 50km away", ("50km", "<", 50, "km")),
    ("en", "paid 300 EUR", ("300 EUR", "=", 300, "EUR")),
    ("de", "mehr als 1.234,5 Tonnen", ("1.234,5", ">", 1234.5, "Tonnen")),
    ("de", "rund 40 Prozent", ("40 Prozent", "~", 40, "%")),
    ("de", "höchstens 2 Mrd. Euro", ("2 Mrd.", "<=", 2e9, "Euro")),
    ("de", "mindestens eine Million Menschen", ("eine Million", ">=", 1e6, "Menschen")),
    ("fr", "plus de 1 234,5 tonnes", ("1 234,5", ">", 1234.5, "tonnes")),
    ("fr", "environ 3 millions d’euros", ("3 millions", "~", 3e6, "euros")),
    ("fr", "plus d’un million de personnes", ("un million", ">", 1e6, "personnes")),
    ("fr", "au moins 40\u202f%", ("40\u202f%", ">=", 40, "%")),
    ("es", "unos 5 mil millones de pesos", ("5 mil millones", "~", 5e9, "pesos")),
    ("es", "menos del 12,5 por ciento", ("12,5 por ciento", "<", 12.5, "%")),
    ("ru", "более 40 процентов груза", ("40 процентов", ">", 40, "%")),
    ("ru", "около 3,5 млн рублей", ("3,5 млн", "~", 3.5e6, "рублей")),
    ("ru", "менее чем на 10 процентов", ("10 процентов", "<", 10, "%")), ("ru", "в 7 тысячах домов", ("7 тысячах", "=", 7000, "домов")),
    ("ru", "не более 1\u00a0234 тонн", ("1\u00a0234", "<=", 1234, "тонн")),
    ("ru", "100 тысяч баррелей в сутки", ("100 тысяч", "=", 1e5, "баррелей в сутки")),
    ("mn", "ойролцоогоор 300 хүн", ("300", "~", 300, "хүн")),
    ("mn", "20 гаруй хувь", ("20", ">", 20, "хувь")),
    ("mn", "5 сая төгрөг", ("5 сая", "=", 5e6, "төгрөг")),
    ("pl", "Ponad 1 234,5 ton", ("1 234,5", "=", 1234.5, "ton")),  # numbers of any language, words of six
    ("pl", "≥ 5%", ("5%", ">=", 5, "%")),
    (None, "1,204 calls", ("1,204", "=", 1204, "calls")),
    ("en-GB", "over 20%", ("20%", ">", 20, "%")),
    ("de-CH", "über 1’234.5 Tonnen", ("1’234.5", ">", 1234.5, "Tonnen")),
])
def test_number_with_hedge_and_unit(language, text, found):
    assert numbers(text, language) == [found]


def test_both_ends_of_a_range_have_the_unit_and_scale():
    assert numbers("5 to 10 million tons, 20–25%") == [
        ("5", ">=", 5e6, "tons"), ("10 million", "<=", 1e7, "tons"), ("20", ">=", 20, "%"), ("25%", "<=", 25, "%")]
    assert numbers("от 10 до 12 процентов", "ru") == [("10", "=", 10, "%"), ("12 процентов", "=", 12, "%")]


@pytest.mark.parametrize(("language", "text", "unit"), [
    ("en", "between 60 and 80 ships", "ships"), ("en", "60 to 80 percent", "%"), ("de", "60 bis 80 Zentimeter", "Zentimeter"),
    ("de", "zwischen 60 und 80 Zentimetern", "Zentimetern"), ("fr", "entre 60 et 80 tonnes", "tonnes"),
    ("es", "entre 60 y 80 toneladas", "toneladas"), ("ru", "между 60 и 80 тонн", "тонн")])
def test_what_lies_between_two_numbers_is_at_least_one_and_at_most_the_other(language, text, unit):
    assert [each[1:] for each in numbers(text, language)] == [(">=", 60, unit), ("<=", 80, unit)]


@pytest.mark.parametrize("text", ["it rose from 60 to 80 ships", "60 and 80 ships", "it fell from 80 to 60 ships", "80–60 ships"])
def test_a_change_and_two_numbers_are_no_bounds(text):
    assert {each[1] for each in numbers(text)} == {"="}


@pytest.mark.parametrize(("language", "text", "found"), [
    ("en", "lower than 40 percent", ("<", 40, "%")), ("en", "less than 40 ships", ("<", 40, "ships")), ("en", "40   percent", ("=", 40, "%")),
    ("de", "unter 40   Prozent", ("<", 40, "%")), ("de", "weniger als 40 Schiffe", ("<", 40, "Schiffe")),
    ("en", "Between 3 and 9 March, 640 doses went.", ("=", 640, "doses")), ("en", "Between March 3 and 9, 640 doses went.", ("=", 640, "doses")),
    ("en", "15,500 young children", ("=", 15500, "young children")), ("en", "20 large fishing boats left", ("=", 20, "large fishing boats")),
    ("en", "240 people from towns", ("=", 240, "people")), ("en", "5 kg apples", ("=", 5, "kg")), ("en", "30 left in boats", ("=", 30, "left")),
    ("de", "15.500 kleine Kinder", ("=", 15500, "kleine Kinder")), ("ru", "300 молодых людей", ("=", 300, "молодых людей"))])
def test_hedge_and_unit_as_the_words_have_them(language, text, found):
    assert [each[1:] for each in numbers(text, language)] == [found]


@pytest.mark.parametrize(("language", "text"), [
    ("en", "In 2019 ships came."), ("en", "on 3 March 2031, March 4, 2031-03-05, 5/6/2031"), ("en", "at 10:30, 10 am and 5 p.m."),
    ("en", "the 21st crane, the 3rd"), ("en", "A320, F-16, COVID-19, 5G, G7"), ("en", "Call +44 20 7946 0958 or 020-7946-0958."),
    ("en", "Section 3, page 12, No. 7, § 5, #4, 1.2.3"), ("en", "1. First\n2) Second"), ("en", "on Channel 4 and Pier 7, they said"),
    ("en", "the 1990s, 2019–2021, 24/7"), ("en", "the Big Three"), ("de", "am 3. März, der 3. Tag, um 14.30 Uhr, Seite 5, 1990er"),
    ("fr", "le 1er mars, le 3 mars, à 14h30, à 5 heures, la 2e fois"), ("es", "el 3 de marzo, a las 14:30, artículo 5"),
    ("ru", "3 марта, 3-й причал, в 14:30, статья 5, в 2019 году, № 7"), ("mn", "2031 оны 3 дугаар сарын 3-нд, 10-р"), ("en", ""),
    ("en", "½ ² ٣ ． 1٣"), ("en", "9" * 400)])
def test_no_quantity(language, text):
    assert numbers(text, language) == []


# --- dates --------------------------------------------------------------------------

@pytest.mark.parametrize(("language", "text", "words", "edtf", "resolved"), [
    ("en", "on Monday 3 March 2031, they", "Monday 3 March 2031", "2031-03-03", False),
    ("en", "March 5, 2030", "March 5, 2030", "2030-03-05", False), ("en", "In September 2030", "September 2030", "2030-09", False),
    ("en", "in 2019.", "2019", "2019", False), ("en", "in February", "February", "2031-02", False),
    ("en", "on 3 May", "3 May", "2031-05-03", False), ("en", "on 3 July", "3 July", "2030-07-03", False), ("en", "Twenty-five years ago, in 1962", "1962", "1962", False), ("en", "on Monday 3 March", "Monday 3 March", "2031-03-03", False), ("en", "from Monday to Friday", "Monday to Friday", "2031-03-03/2031-03-07", True),
    ("en", "from 2 to 4 March", "2 to 4 March", "2031-03-02/2031-03-04", False), ("en", "from February to March", "February to March", "2031-02/2031-03", False),
    ("en", "By Friday,", "Friday", "2031-03-07", True),
    ("en", "on Saturday", "Saturday", "2031-03-08", True), ("en", "three days ago", "three days ago", "2031-03-05", True),
    ("en", "last week", "last week", "[2031-02-24..2031-03-02]", True), ("en", "last month", "last month", "2031-02", True),
    ("en", "in early March 2030", "March 2030", "2030-03~", False), ("en", "about 2019", "2019", "2019~", False),
    ("en", "from 2 to 4 September 2024", "2 to 4 September 2024", "2024-09-02/2024-09-04", False),
    ("en", "2–4 September 2024", "2–4 September 2024", "2024-09-02/2024-09-04", False),
    ("en", "between 2 and 4 September 2024", "2 and 4 September 2024", "[2024-09-02..2024-09-04]", False),
    ("en", "from 30 December to 2 January 2031", "30 December to 2 January 2031", "2030-12-30/2031-01-02", False),
    ("en", "from March to May 2030", "March to May 2030", "2030-03/2030-05", False), ("en", "2019–2021", "2019–2021", "2019/2021", False),
    ("en-GB", "on 03/04/2030", "03/04/2030", "2030-04-03", False), ("en-US", "on 03/04/2030", "03/04/2030", "2030-03-04", False),
    ("de", "am Montag, dem 3. März 2031", "Montag, dem 3. März 2031", "2031-03-03", False),
    ("de", "Anfang März 2031", "März 2031", "2031-03~", False), ("de", "vor drei Tagen", "vor drei Tagen", "2031-03-05", True),
    ("de", "vom 2. bis 4. September 2030", "2. bis 4. September 2030", "2030-09-02/2030-09-04", False),
    ("de", "am 3.4.2030", "3.4.2030", "2030-04-03", False),
    ("fr", "le 1er mars 2031", "1er mars 2031", "2031-03-01", False), ("fr", "lundi", "lundi", "2031-03-03", True),
    ("fr", "du 2 au 4 septembre 2030", "2 au 4 septembre 2030", "2030-09-02/2030-09-04", False), ("fr", "hier", "hier", "2031-03-07", True),
    ("es", "el 3 de marzo de 2031", "3 de marzo de 2031", "2031-03-03", False), ("es", "ayer", "ayer", "2031-03-07", True),
    ("es", "a principios de marzo de 2031", "marzo de 2031", "2031-03~", False), ("es", "hace tres días", "hace tres días", "2031-03-05", True),
    ("ru", "3 марта 2031 года", "3 марта 2031", "2031-03-03", False), ("ru", "в сентябре 2030 года", "сентябре 2030", "2030-09", False),
    ("ru", "в понедельник", "понедельник", "2031-03-03", True), ("ru", "со 2 по 4 сентября 2030", "2 по 4 сентября 2030", "2030-09-02/2030-09-04", False),
    ("ru", "три дня назад", "три дня назад", "2031-03-05", True),
    ("mn", "2031 оны 3 дугаар сарын 3-нд", "2031 оны 3 дугаар сарын 3", "2031-03-03", False), ("mn", "өчигдөр", "өчигдөр", "2031-03-07", True),
    ("pl", "w marcu; marzec 2030", "marzec 2030", "2030-03", False), (None, "2030-09-02", "2030-09-02", "2030-09-02", False),
])
def test_date_as_exact_as_its_words(language, text, words, edtf, resolved):
    assert dates(text, language) == [(words, edtf, resolved)]
    assert date_bounds(edtf.replace("~", ""))


@pytest.mark.parametrize(("language", "text"), [
    ("en", "They may march; he sat with the sun; march past."), ("en", "31 February 2030, 2030-13-01"), ("en", "over 2000 people and 2,019 calls"),
    ("en", "on 03/04/2031"), ("en", "in 204٣"), ("de", "am Morgen, morgen"), ("es", "por la mañana"), ("en", "")])
def test_no_date(language, text):
    assert dates(text, language) == []


@pytest.mark.parametrize(("words", "edtf"), [("5 January", "2031-01-05"), ("20 December", "2030-12-20"), ("24 December", "2030-12-24"),
                                              ("April", "2030-04"), ("December", "2030-12")])
def test_year_that_is_not_told_at_the_end_of_one(words, edtf):
    assert dates(f"It happens in {words}.", published="2030-12-20") == [(words, edtf, False)]


@pytest.mark.parametrize("published", [None, "", "2031-03", "2031", "yesterday", "2031-02-31", "2031-03/2031-04"])
def test_without_a_day_of_publication_nothing_is_resolved(published):
    text = "Yesterday, on Monday, in February, on 3 May, last week; in May 2030."
    assert dates(text, published=published) == [("May 2030", "2030-05", False)]


def test_the_clock_is_not_asked(monkeypatch):
    import datetime

    text = "Yesterday, two weeks ago, last year, on Monday, 3 May, 13/02/2030"
    before = dates(text, published="2031-03-07")

    real = datetime.datetime

    class Kind(type):
        def __instancecheck__(cls, value):
            return isinstance(value, real)

    class Other(real, metaclass=Kind):
        @classmethod
        def now(cls, tz=None):
            return real(1999, 5, 5, tzinfo=tz)

        utcnow = today = now

    for module in ("dateparser.date", "dateparser.freshness_date_parser", "dateparser.parser", "dateparser.utils"):
        place = __import__(module, fromlist=["x"])
        if getattr(place, "datetime", None) is real:
            monkeypatch.setattr(place, "datetime", Other)
    from briefing.sources.proposals import datings

    datings._dates.cache_clear()
    datings._parser.cache_clear()
    assert dates(text, published="2031-03-07") == before and len(before) == 5


# --- names --------------------------------------------------------------------------

@pytest.mark.parametrize(("language", "text", "found"), [
    ("en", "The Port Company said on Monday that Ada Brook left. Harbours are shut.", ["Port Company", "Ada Brook"]),
    ("en", "Brook spoke. They heard Brook. Ships came; ships left.", ["Brook", "Brook"]),
    ("en", "Then Mr. Reed met J. K. Hale, Tom de Vries and Omar al-Rashid of NATO.", ["Reed", "J. K. Hale", "Tom de Vries", "Omar al-Rashid of NATO"]),
    ("en", "We met the Parents’ League and the Doctors' Union.", ["Parents’ League", "Doctors' Union"]),
    ("en", "He saw Sandhaven’s mayor and I saw the Bank of Sandhaven.", ["Sandhaven", "Bank of Sandhaven"]),
    ("de", "Die Bürgermeisterin Ada Brook sprach mit dem Hafen. Bürgermeister Reed schwieg. Die NATO auch.", ["Ada Brook", "Reed", "NATO"]),
    ("de", "Das teilte ihre Gilde am Dienstag mit, sagte Vorsitzender Dr. Peter Vance.", ["Peter Vance"]),
    ("fr", "L’avocate Lise de Groot et l’Office du Port.", ["Lise de Groot", "Office du Port"]),
    ("de", "Der Hafen verlor 300 Millionen Euro im März.", []),
    ("fr", "Le maire, Jean de la Tour, attend. Mme Brun dit non.", ["Jean de la Tour", "Brun"]),
    ("es", "El alcalde Juan de la Torre habló.", ["Juan de la Torre"]),
    ("ru", "Мэр Иван Петров сказал в понедельник. Компания «Северный Порт» ждёт.", ["Иван Петров", "Северный Порт"]),
    ("mn", "Хотын дарга Бат Болд хэлэв.", ["Бат Болд"]), ("en", "", []), ("en", "A I U", [])])
def test_likely_names(language, text, found):
    shown = names(text, language)
    assert [name.replace("’s", "") for name in shown] == found


# --- ids ----------------------------------------------------------------------------

@pytest.mark.parametrize(("words", "found"), [
    ("The dockers stopped work on a Monday, at last", "the-dockers-stopped-work-on-a-monday-at"), ("Ада Брук", "ada-bruk"), ("Über Öl", "ueber-oel"),
    ("Энергийн хараат байдал", "energiyn-kharaat-baydal"), ("Brook’s crew", "brooks-crew"), ("Café & Co. 24", "cafe-co-24"),
    ("東京", "p-1"), ("", "p-1"), ("!?", "p-1"), ("x" * 90, "x" * 40), ("ъ ь", "p-1"), ("_a_", "a"), ("İstanbul ǅ", "istanbul-dz")])
def test_id_from_words(words, found):
    assert proposals.slug(words, set()) == found
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found)


def test_id_that_is_not_taken():
    assert proposals.slug("The strike", {"the-strike", "the-strike-2"}) == "the-strike-3"
    assert proposals.slug("東京", {"p-1", "p-3"}) == "p-2"


# --- what is not coded ----------------------------------------------------------------

TEXT = "Ada Brook left with 5 crews.\n\nShe took 300 ships and 7 tons.\n\nTom Reed stayed in Hull.\n"


def passage(words, id="p", **cells):
    start = TEXT.index(words)
    return {"id": id, "start": start, "end": start + len(words), "speaker": None, "chain": None, **cells}


def test_nothing_is_coded():
    found = proposals.uncoded(TEXT, "en", [], [], [])
    assert (found.paragraphs, [each.value for each in found.numbers]) == ((1, 2, 3), [5, 300, 7])
    assert [each.name for each in found.names] == ["Ada Brook", "Tom Reed", "Hull"]
    assert proposals.uncoded("", "en", [], [], []) == proposals.Uncoded((), (), ())


def test_what_is_left():
    rows = [passage("took 300 ships", speaker="Tom Reed", chain="Tom Reed > Courier"), passage("with 5", id="q"),
            {"id": "r", "start": None, "end": None}]
    found = proposals.uncoded(TEXT, "en", rows, [{"passage": "p", "value": 300.0}, {"passage": None, "value": 5}],
                             [{"label": "Crews", "who": "the crews, Ada Brook"}])
    assert (found.paragraphs, [each.value for each in found.numbers], [each.name for each in found.names]) == ((3,), [5, 7], ["Hull"])


def test_passage_over_several_paragraphs_and_one_inside_another():
    whole = passage(TEXT.strip(), id="whole")
    found = proposals.uncoded(TEXT, "en", [whole, passage("300", id="small")], [{"passage": "small", "value": 300.0}], [])
    assert (found.paragraphs, [each.value for each in found.numbers]) == ((), [5, 7])
    every = [{"passage": "whole", "value": value} for value in (5.0, 0.3, 7.0)]  # 300 in thousands
    assert proposals.uncoded(TEXT, "en", [whole, passage("300")], every, []).numbers == ()


@pytest.mark.parametrize(("row", "left"), [
    ({"value": 300.0}, [5, 7]), ({"value": 5.0, "upper": 7.0}, [300]), ({"value": 8.0}, [5, 300, 7]), ({"value": None}, [5, 300, 7]),
    ({}, [5, 300, 7]), ({"value": "many"}, [5, 300, 7])])
def test_number_is_coded_by_a_quantity_of_its_value_alone(row, left):
    whole = passage(TEXT.strip(), id="whole")
    assert [each.value for each in proposals.uncoded(TEXT, "en", [whole], [{"passage": "whole", **row}], []).numbers] == left


def test_name_is_not_known_by_words_of_others():
    text = "Rain fell on Tarn Valley. The Parents’ League and the Tarn Doctors' Union met in Tarn."
    told = [{"label": "Tarn Doctors’ Union", "who": None}, {"label": "Valley Council", "who": "all of the valley"}]
    assert [each.name for each in proposals.uncoded(text, "en", [], [], told).names] == ["Tarn Valley", "Parents’ League"]
    assert [each.name for each in proposals.uncoded(text, "en", [], [], [{"label": "Tarn", "who": None}]).names] == [
        "Tarn Valley", "Parents’ League", "Tarn Doctors' Union"]


@pytest.mark.parametrize(("label", "left"), [("Brook", ["Tom Reed", "Hull"]), ("Brooke", ["Ada Brook", "Tom Reed", "Hull"]), ("hull", ["Ada Brook", "Tom Reed"])])
def test_name_is_known_by_a_part_and_not_by_a_likeness(label, left):
    assert [each.name for each in proposals.uncoded(TEXT, "en", [], [], [{"label": label, "who": None}]).names] == left


def test_russian_name_is_known_in_another_case():
    text = "Мы ждём Петрова и Сидорова."
    assert [each.name for each in proposals.uncoded(text, "ru", [], [], [{"label": "Иван Петров", "who": ""}]).names] == ["Сидорова"]
