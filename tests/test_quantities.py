"""Hedged numbers keep their hedge, and values carry what they stand on."""

import math

import pytest

from briefing.inline import markdown
from briefing.quantities import HedgeError, Quantity, Value, counted, of_row, publish, spelled


@pytest.mark.parametrize(("hedge", "lower", "upper", "text"), [
    ("=", 20, 20, "20%"), ("~", 20, 20, "about 20%"),
    (">", 20, math.inf, "over 20%"), (">=", 20, math.inf, "at least 20%"),
    ("<", -math.inf, 20, "under 20%"), ("<=", -math.inf, 20, "at most 20%"),
])
def test_hedge_stays_a_bound(hedge, lower, upper, text):
    quantity = Quantity(20, "%", hedge)
    assert (quantity.lower, quantity.upper, str(quantity)) == (lower, upper, text)
    assert quantity.is_point == (hedge in "=~")


@pytest.mark.parametrize("hedge", ["", "over", "≥", "==", None])
def test_unknown_hedge_is_refused(hedge):
    with pytest.raises(HedgeError, match="expected one of = > >= < <= ~"):
        Quantity(20, "%", hedge)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_number_that_is_none_is_refused(value):
    with pytest.raises(HedgeError, match="expected a finite number"):
        Quantity(value)


@pytest.mark.parametrize(("value", "unit", "text"), [
    (0, "", "0"), (-0.0, "%", "0%"), (95.0, "%", "95%"), (22.4, "%", "22.4%"), (-3.5, "", "\u22123.5"),
    (1204, "calls", "1,204\u00a0calls"), (5e10, "m", "50,000,000,000\u00a0m"), (0.1 + 0.2, "", "0.3"),
])
def test_numbers_are_spelled_without_false_digits(value, unit, text):
    assert spelled(value, unit) == text


def test_quantity_of_a_row():
    assert of_row({"value": 40, "unit": "%", "hedge": ">"}) == Quantity(40.0, "%", ">")
    with pytest.raises(HedgeError):
        of_row({"value": 40, "unit": "%", "hedge": "over"})


def test_value_links_to_its_first_evidence_and_tells_its_note():
    value = Value("over 40%", ("traffic-moved", "courier"), 'said of "traffic"')
    assert value._repr_markdown_() == (
        '[over 40%](#ref-traffic-moved){.value evidence="traffic-moved courier" title="said of \\"traffic\\""}')


def test_value_without_evidence_is_no_link():
    assert Value("five")._repr_markdown_() == "[five]{.value}"


def test_published_values_are_data_and_text():
    bundle = publish({"lost": Value("over 40%", ("traffic-moved",), "share")})._repr_mimebundle_()
    assert bundle == {
        "application/vnd.briefing.values+json": {
            "lost": {"text": "over 40%", "cites": ["traffic-moved"], "note": "share"}},
        "text/plain": "lost: over 40%"}


@pytest.mark.parametrize(("number", "text"), [(0, "no"), (1, "one"), (10, "ten"), (11, "11"), (1204, "1,204"), (-1, "-1")])
def test_counts_are_words_up_to_ten(number, text):
    assert counted(number) == text


# --- what an inline expression shows ----------------------------------------------

@pytest.mark.parametrize(("value", "text"), [
    (5, "5"), (1.5, "1.5"), ("a*b_c", r"a\*b\_c"), ("[x](y)", r"\[x\]\(y\)"), ("# no head", r"\# no head"),
    (Value("five"), "[five]{.value}"),
])
def test_inline_value_becomes_markdown_and_a_string_stays_what_it_is(value, text):
    assert markdown(value) == text


@pytest.mark.parametrize("value", [None, ""])
def test_inline_value_that_shows_nothing_is_an_error(value):
    with pytest.raises(ValueError, match="nothing to show"):
        markdown(value)
