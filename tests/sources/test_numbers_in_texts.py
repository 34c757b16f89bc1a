"""Numbers that words give, at the borders of what is one: names, years and dates, signs of money, ranges, units."""

import pytest

from briefing.sources import proposals


def numbers(text, language="en"):
    return [(text[each.start:each.end], each.hedge, each.value, each.unit) for each in proposals.quantities(text, language)]


# --- what is none ---------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "found"), [
    ("on Channel 4 they", []), ("They saw Channel 4.", []), ("They saw Channel 4 station", []), ("Then, at Pier 7, he", []),
    ("They saw Channel 40 ships", [(40, "ships")]), ("They in Hull 40 people", [(40, "people")]),
    ("They in hull 40 left", [(40, "left")]),
    ("They on Monday 40", [(40, "")]), ("Hull 40", [(40, "")]), ("It fell. Hull 40", [(40, "")]), ("they: Hull 40", [(40, "")]),
    ("they (Hull 40", [(40, "")]), ("“Hull 40", [(40, "")]),
    ("they – Hull 40", [(40, "")]), ("they, Hull 40", []), ("they? Hull 40", [(40, "")]), ("they\nin Hull\n40", [(40, "")]),
    ("They in Hull 40%", [(40, "%")]), ("They in Hull 4 million", [(4e6, "")]),
    ("They in Hull over 40", [(40, "")]), ("They in Hull 40 or more", [(40, "")]), ("They in Hull $40", [(40, "$")]),
     ("They in Hull 40.5", [(40.5, "")]),
    ("They in Hull 1,000", [(1000, "")]),
    ("They in Hull 1,000 now", [(1000, "now")]), ("They in O’Hull-on-Sea 4", []), ("They in Hull 0 too", [])])
def test_number_after_a_word_with_a_capital_is_part_of_a_name(text, found):
    assert [each[2:] for each in numbers(text)] == found


@pytest.mark.parametrize(("language", "text", "found"), [
    ("fr", "Ils voient Lyon 4.", []), ("fr", "Ils voient Lyon 4 bateaux", [(4, "bateaux")]),
    ("fr", "Ils viennent Lundi 4.", [(4, "")]), ("de", "Sie sahen Kiel 40.", [(40, "")]),
    ("de", "Die Stadt Kiel 40 Leute", [(40, "Leute")])])
def test_number_in_a_name_by_language(language, text, found):
    assert [each[2:] for each in numbers(text, language)] == found


@pytest.mark.parametrize(("text", "found"), [
    ("2019 ships", []), ("2019", []), ("1500", []), ("2100", []), ("1499 ships", [1499]), ("2101 ships", [2101]),
    ("2019.5 ships", [2019.5]), ("2,019 ships", [2019]), ("over 2019 ships", [2019]),
    ("over 2019", []), ("2019 million", [2019e6]), ("$2019", [2019]), ("2019 EUR", [2019]), ("2019%", [2019]),
    ("2019–2021", []), ("2019/20", []), ("2019-21 and 5", [5]), ("1990s", []), ("1990S", []),
    ("1990ships", []), ("1490–1495 ships", [1490, 1495])])
def test_year_is_no_quantity_but_where_it_is_said_to_be(text, found):
    assert [each[2] for each in numbers(text)] == found


@pytest.mark.parametrize(("language", "text"), [
    ("en", "3 March"), ("en", "3 to 4 March"), ("en", "3–4 March"), ("en", "March 3"), ("en", "March 3–4"), ("en", "Sept. 5"),
    ("en", "Mar. 5"), ("en", "SEPTEMBER 5"), ("en", "2031-03"), ("en", "2031-03-05"),
    ("en", "5/6/2031"), ("en", "5.6.31"), ("en", "5-6-2031"), ("en", "10 am"), ("en", "at 10.30 PM"), ("en", "10:30"),
    ("en", "10:30:05"), ("en", "10h30"), ("en", "10H30"), ("en", "1/2"), ("en", "1st"), ("en", "22nd"),
    ("en", "1.2.3"), ("en", "1.2.3.4"), ("en", "v1.2"), ("en", "030 1234 567"), ("en", "030/1234/567"), ("en", "12-34-56"),
    ("en", "§ 5"), ("en", "#5"), ("en", "№ 5"), ("en", "no. 5"), ("en", "PAGE 5"), ("en", "F-16"), ("en", "A4"),
    ("en", "5th"), ("en", "+44"), ("en", "1. One"), ("en", "they\n  2) So"), ("en", "5k run"), ("en", "5x"),
    ("en", "two-thirds"), ("en", "two-fold"), ("en", "two-fifths"), ("en", "three-quarters"), ("en", "the Big Three"),
     ("en", "x, Three"), ("en", "a dozen"), ("en", "an hour"),
    ("en", "one ship"), ("en", "12,34"), ("en", "1,00"), ("en", "1234567890123456789012345"), ("de", "3. Mai"),
    ("de", "am 3. bis 5. Mai"), ("de", "Mai 5"), ("de", "um 10 Uhr"), ("de", "10 UHR"), ("de", "1990er"), ("de", "1990ern"),
    ("de", "2019ERS"),
    ("de", "zwei-drittel"), ("fr", "le 1er"), ("fr", "2e"), ("fr", "à 5 h"), ("fr", "vers 5 heures"), ("fr", "14h30"),
    ("fr", "3 et 4 mars"), ("es", "a las 5 horas"), ("es", "5 de marzo"), ("es", "3 al 5 de marzo"),
    ("ru", "в 5 часов"), ("ru", "1990-х"), ("ru", "1990-Е"), ("ru", "5-й"), ("ru", "3 марта"), ("ru", "с 3 по 5 марта"),
    ("mn", "2031 он"), ("mn", "2031 ОНЫ"), ("mn", "3 сар"), ("mn", "3 сарын"), ("mn", "10 цагт"), ("pl", "5 marca"),
    (None, "3 March")])
def test_what_is_written_like_a_number_and_counts_nothing(language, text):
    assert numbers(text, language) == [] == numbers(f"x {text}", language)[1:]


@pytest.mark.parametrize(("language", "text", "value"), [
    ("en", "1.2", 1.2), ("en", "40 5", 40), ("en", "123456789012345678901234", 1.23456789012e23), ("fr", "5 h", 5),
    ("es", "5 horas", 5), ("ru", "5 часов", 5), ("en", "5 horas", 5), ("en", "3 of march", 3),
    ("en", "5) One", 5), ("en", "the 1. One", 1), ("en", "they 2) So", 2), ("en", "1.5 One", 1.5)])
def test_what_looks_like_one_of_these_and_is_a_number(language, text, value):
    text = text if text[0].isdigit() and not text.startswith("5)") else f"x {text}"
    assert numbers(text, language)[0][2] == value


# --- how it is written -----------------------------------------------------------------------

@pytest.mark.parametrize(("language", "text", "words", "value"), [
    ("en", "1'000 ships", "1'000", 1000), ("en", "1’000 ships", "1’000", 1000), ("en", "1\u202f000 ships", "1\u202f000", 1000),
    ("en", "1\u2009000 ships", "1\u2009000", 1000), ("en", "1.000 ships", "1.000", 1),
    ("en", "1,234,567.5 ships", "1,234,567.5", 1234567.5),
    ("de", "1'234 Schiffe", "1'234", 1234), ("de", "1.234 Schiffe", "1.234", 1234), ("de", "1,234 Schiffe", "1,234", 1.234),
    ("de-CH", "1.5 Schiffe", "1.5", 1.5), ("es", "1.234,5 t", "1.234,5", 1234.5), ("fr", "1 234,5 t", "1 234,5", 1234.5),
    ("en", "1 0000 ships", "1", 1), ("en", "(-5)", "-5", -5), ("en", "x −5", "−5", -5), ("en", "-5", "-5", -5),
    ("en", "3 -5", "3", 3)])
def test_digits_as_the_language_writes_them(language, text, words, value):
    assert numbers(text, language)[0][0::2] == (words, value)


@pytest.mark.parametrize(("language", "text", "words", "value", "unit"), [
    ("en", "5 MILLION ships", "5 MILLION", 5e6, "ships"), ("en", "5 million billion ships", "5 million billion", 5e15, "ships"),
    ("en", "5-million ships", "5-million", 5e6, "ships"), ("en", "5bn euros", "5bn", 5e9, "euros"),
    ("en", "£5mn", "£5mn", 5e6, "£"),
    ("en", "$5m", "$5m", 5e6, "$"), ("en", "5m", "5m", 5, "m"), ("en", "$5k", "$5k", 5000, "$"),
    ("en", "$2tn", "$2tn", 2e12, "$"), ("en", "US$5", "US$5", 5, "US$"), ("en", "€ 5", "€ 5", 5, "€"),
    ("en", "EUR 5", "EUR 5", 5, "EUR"), ("en", "5 USD", "5 USD", 5, "USD"),
    ("en", "5$", "5$", 5, "$"), ("en", "5 °C", "5 °C", 5, "°C"), ("en", "usd 5", "5", 5, ""), ("en", "xEUR 5", "5", 5, ""),
    ("en", "5 EURO", "5", 5, "EURO"), ("en", "One million", "One million", 1e6, ""),
    ("en", "a hundred ships", "a hundred", 100, "ships"), ("de", "EINE Million Leute", "EINE Million", 1e6, "Leute"),
    ("de", "3,5 Mrd Euro", "3,5 Mrd", 3.5e9, "Euro"), ("es", "5 mil millones", "5 mil millones", 5e9, ""),
    ("en", "5 percent", "5 percent", 5, "%"), ("en", "5 PERCENT", "5 PERCENT", 5, "%")])
def test_scale_and_money_belong_to_the_number(language, text, words, value, unit):
    ((found, _, number, of),) = numbers(text, language)
    assert (found, number, of) == (words, pytest.approx(value), unit)


@pytest.mark.parametrize(("text", "words", "value"), [
    ("twenty-two ships", "twenty-two", 22), ("Twenty-Two ships", "Twenty-Two", 22), ("ninety-nine", "ninety-nine", 99),
    ("ten-two", "ten-two", 12), ("two-two", "two", 2), ("twenty-ten", "twenty", 20), ("It is: Three", "Three", 3),
    ("three-metre", "three", 3)])
def test_numbers_in_words(text, words, value):
    assert numbers(text)[0][0::2] == (words, value)


def test_numbers_in_two_words_are_english():
    assert [each[2] for each in numbers("zwei-drei", "de")] == [3] and numbers("trente-cinq",
        "fr") == [("trente-cinq", "=", 35, "")]


# --- hedges and units ---------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "hedge"), [
    ("> 5", ">"), (">5", ">"), ("≥ 5", ">="), ("≤5", "<="), ("< 5", "<"), ("~5", "~"), ("≈ 5", "~"), ("± 5", "~"),
    ("OVER 5", ">"), ("over 5", ">"), ("moreover 5", "="), ("over, 5", "="), ("over  5", ">"), ("5 or more", ">="),
    ("5 ships or more", ">="), ("5 OR MORE", ">="),
    ("5% or less", "<="), ("5 large ships or more", "="), ("5 or moreover", "="), ("over $5", ">"), ("over −5", ">"),
    ("no more than 5", "<="), ("not less than 5", ">="), ("at least 5 or less", ">=")])
def test_hedge_stands_right_before_or_after(text, hedge):
    assert numbers(text)[0][1] == hedge


@pytest.mark.parametrize(("language", "text", "unit"), [
    ("en", "5 ships left", "ships"), ("en", "5 of ships", "ships"), ("en", "5 of the ships", ""), ("en", "5 and more", ""),
    ("en", "5 AND", ""), ("en", "5, ships", ""), ("en", "5\nships", ""), ("en", "5 people-carriers", "people-carriers"),
    ("en", "5-metre boats", "metre boats"),
    ("en", "5 or more ships", "ships"), ("en", "5 square miles", "square miles"), ("en", "5 SQUARE miles now", "SQUARE miles"),
    ("en", "5 square miles per hour", "square miles per hour"), ("en", "5 metric tons a year", "metric tons a year"),
    ("en", "300 per day", ""),
    ("en", "5 km/h", "km/h"), ("en", "5km/h", "km/h"), ("en", "5mph", "mph"), ("en", "5 kWh used", "kWh"),
    ("en", "5m² of land", "m²"), ("en", "5 m³", "m³"), ("en", "5 t coal", "t"), ("en", "5 young people", "young people"),
    ("en", "5 young children now", "young children"),
    ("en", "5 very young women", "very young women"), ("en", "5 large fishing boats left", "large fishing boats"),
    ("en", "5 large red fishing boats", "large"), ("en", "5 people from towns", "people"), ("en", "5 new and old boats", "new"),
    ("en", "5 kg apples", "kg"),
    ("en", "5\u00a0young\u00a0children", "young children"), ("de", "5 kleine Schiffe", "kleine Schiffe"),
    ("de", "5 kleine rote Schiffe", "kleine"), ("de", "5 junger Leute", "junger Leute"),
    ("de", "5 große Öltanker", "große Öltanker"), ("de", "5 der Schiffe", ""), ("de", "5 Tonnen Öl", "Tonnen"),
    ("ru", "5 молодых людей", "молодых людей"), ("ru", "5 больших рыб", "больших рыб"), ("ru", "5 людей", "людей"),
    ("fr", "5 jeunes bateaux", "jeunes"), ("fr", "5 mètres carrés", "mètres carrés"), ("fr", "5 mètres CUBES", "mètres CUBES"),
    ("fr", "5 tonnes par jour", "tonnes par jour"),
    ("fr", "5 millions d’euros", "euros"), ("fr", "5-mètres", ""), ("pl", "5 ton", "ton"),
    ("en-GB", "5 young children", "young children"), (None, "5 young children", "young")])
def test_unit_is_what_is_counted(language, text, unit):
    assert numbers(text, language)[0][3] == unit


# --- two together ----------------------------------------------------------------------------------

@pytest.mark.parametrize(("language", "text", "found"), [
    ("en", "60 to 80 tons", [(">=", 60, "tons"), ("<=", 80, "tons")]),
    ("en", "60-80 tons", [(">=", 60, "tons"), ("<=", 80, "tons")]), ("en", "60 — 80", [(">=", 60, ""), ("<=", 80, "")]),
    ("en", "60 till 80", [(">=", 60, ""), ("<=", 80, "")]),
    ("en", "60% to 80%", [(">=", 60, "%"), ("<=", 80, "%")]),
    ("en", "60 to 80 million tons", [(">=", 6e7, "tons"), ("<=", 8e7, "tons")]),
    ("en", "2 million to 3 million tons", [(">=", 2e6, "tons"), ("<=", 3e6, "tons")]),
    ("en", "6 to 5 million tons", [("=", 6e6, "tons"), ("=", 5e6, "tons")]),
    ("en", "60 to 60 ships", [("=", 60, "ships"), ("=", 60, "ships")]), ("en", "80 to 60", [("=", 80, ""), ("=", 60, "")]),
    ("en", "7 to 5 tons", [("=", 7, "tons"), ("=", 5, "tons")]),
    ("en", "2 thousand to 3 million tons", [(">=", 2000, "tons"), ("<=", 3e6, "tons")]),
    ("en", "5 tons to 80 ships", [("=", 5, "tons"), ("=", 80, "ships")]),
    ("en", "60 and 80 ships", [("=", 60, "ships"), ("=", 80, "ships")]),
    ("en", "60, 80 ships", [("=", 60, ""), ("=", 80, "ships")]),
    ("en", "from 60 to 80", [("=", 60, ""), ("=", 80, "")]), ("en", "FROM  60 to 80", [("=", 60, ""), ("=", 80, "")]),
    ("en", "between 60 and 80", [(">=", 60, ""), ("<=", 80, "")]),
    ("en", "BETWEEN 60 and 80", [(">=", 60, ""), ("<=", 80, "")]),
    ("en", "at least 60 to 80", [(">=", 60, ""), ("=", 80, "")]), ("en", "over 60 to 80", [(">", 60, ""), ("=", 80, "")]),
    ("en", f"60{' ' * 16}to 80", [(">=", 60, ""), ("<=", 80, "")]),
    ("en", f"60{' ' * 17}to 80 t", [(">=", 60, "t"), ("<=", 80, "t")]),
    ("en", f"60{' ' * 18}to 80 t", [("=", 60, ""), ("=", 80, "t")]),
    ("de", "von 5 bis 8 Schiffen", [("=", 5, "Schiffen"), ("=", 8, "Schiffen")]),
    ("de", "5 bis 8 Schiffe", [(">=", 5, "Schiffe"), ("<=", 8, "Schiffe")]),
    ("fr", "de 5 à 8 t", [("=", 5, "t"), ("=", 8, "t")]), ("fr", "entre 5 et 8 t", [(">=", 5, "t"), ("<=", 8, "t")]),
    ("fr", "5 et 8 t", [("=", 5, "t"), ("=", 8, "t")]), ("es", "5 y 8 t", [("=", 5, "t"), ("=", 8, "t")]),
    ("ru", "5 и 8 т", [("=", 5, "т"), ("=", 8, "т")]),
    ("de", "5 und 8 t", [("=", 5, "t"), ("=", 8, "t")]), ("ru", "5 до 8 т", [("=", 5, "т"), ("=", 8, "т")]),
     ("ru", "от 5 до 8 т", [("=", 5, "т"), ("=", 8, "т")]),
    ("ru", "от 5 тысяч до 8 миллионов", [("=", 5000, ""), ("=", 8e6, "")])])
def test_two_ends_of_a_range(language, text, found):
    assert [each[1:] for each in numbers(text, language)] == found


# --- the value of a table ------------------------------------------------------------------------

@pytest.mark.parametrize(("value", "unit", "cell", "same"), [
    (5, "", 5, True), (5, "", 5.0000000001, True), (5, "", 5.00000001, False), (5000, "", 5, True), (5e6, "", 5, True),
    (5e9, "", 5, True), (5e12, "", 5, False), (5, "", 5000, False), (5000000006, "", 5, False), (50, "%", 0.5, True),
    (50, "", 0.5, False), (50, "ships", 0.5, False),
    (-5, "", -5, True), (-5, "", 5, False), (0, "", 0, True)])
def test_number_is_a_value_as_it_is_in_thousands_or_as_a_share(value, unit, cell, same):
    assert proposals.equal(proposals.Number(0, 1, "=", value, unit), cell) is same
