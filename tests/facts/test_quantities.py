"""Hedged numbers keep their hedge, and values carry what they stand on."""

import math
import random

import pytest

from briefing.facts.quantities import markdown
from briefing.facts.quantities import (
    HedgeError,
    Quantity,
    Value,
    bears_out,
    counted,
    mean,
    of_row,
    publish,
    share,
    spelled,
    verdict,
)


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


# --- hedged arithmetic ------------------------------------------------------------

DRAWS = 3000


def allows(quantity, number):
    """Whether a number is one that the hedge allows."""
    return {"=": number == quantity.value, "~": number == quantity.value, ">": number > quantity.value,
            ">=": number >= quantity.value, "<": number < quantity.value, "<=": number <= quantity.value}[quantity.hedge]


def numbers(draw, quantity):
    """Some numbers that the hedge allows, its end among them where it allows that."""
    away = [quantity.value + sign * step for sign in (-1, 1) for step in (0.001, draw.random() * 3, 40)]
    return [number for number in [quantity.value, *away] if allows(quantity, number)]


def drawn(draw, hedges="= > >= < <=", least=-3, most=3):
    return Quantity(draw.randint(least, most), "%", draw.choice(hedges.split()))


def test_comparison_agrees_with_every_number_that_the_hedges_allow():
    draw = random.Random(1)
    seen = set()
    for _ in range(DRAWS):
        claim, figure = drawn(draw), drawn(draw)
        said = {allows(claim, number) for number in numbers(draw, figure)}
        outcome = bears_out(claim, figure)
        seen.add(outcome)
        if outcome is not None:
            assert said == {outcome}, (claim, figure)
        elif figure.is_point:
            pytest.fail(f"{claim} beside {figure} can be told")
        else:  # there are numbers of either kind, if one looks far enough
            assert said == {True, False} or claim.is_point, (claim, figure)
    assert seen == {True, False, None}


@pytest.mark.parametrize(("claim", "figure", "tolerance", "outcome"), [
    ((20, ">"), (20, "="), 0, False), ((20, ">"), (20.1, "="), 0, True), ((20, ">="), (20, "="), 0, True),
    ((20, ">"), (20, ">"), 0, True), ((20, ">"), (20, ">="), 0, None), ((20, ">"), (10, ">"), 0, None),
    ((20, ">"), (20, "<="), 0, False), ((20, ">="), (20, "<="), 0, None), ((20, ">="), (20, "<"), 0, False),
    ((95, "="), (92, "="), 5, True), ((95, "="), (89, "="), 5, False), ((95, "="), (90, ">"), 5, None),
    ((95, "="), (100, ">"), 5, False), ((95, "="), (96, "="), 0, False),
    ((20, ">"), (20, "~"), 0, None), ((20, ">"), (6, "~"), 0, False), ((20, ">"), (18, "~"), 5, None),
    ((20, ">"), (30, "~"), 5, True), ((20, "~"), (20, "="), 0, True), ((20, "~"), (21, "="), 0, None),
    ((20, "~"), (21, "="), 2, True), ((20, "~"), (30, "="), 2, False),
])
def test_comparison_at_the_edges(claim, figure, tolerance, outcome):
    assert bears_out(Quantity(claim[0], "%", claim[1]), Quantity(figure[0], "%", figure[1]), tolerance) is outcome


def test_comparison_of_unequal_units_is_refused_and_bounds_have_no_order():
    with pytest.raises(HedgeError, match="expected one unit"):
        bears_out(Quantity(1, "%"), Quantity(1, "TWh"))
    with pytest.raises(TypeError):
        sorted([Quantity(20, "%", ">"), Quantity(10, "%")])


def test_mean_of_points_lies_between_them_and_keeps_about():
    draw = random.Random(2)
    for _ in range(300):
        points = [drawn(draw, "= ~") for _ in range(draw.randint(1, 5))]
        middle = mean(points)
        assert min(p.value for p in points) - 1e-9 <= middle.value <= max(p.value for p in points) + 1e-9
        assert middle.hedge == ("~" if any(p.hedge == "~" for p in points) else "=") and middle.unit == "%"


@pytest.mark.parametrize("hedge", ["<", "<=", ">", ">="])
def test_mean_of_a_bound_is_refused(hedge):
    with pytest.raises(HedgeError, match="expected points only"):
        mean([Quantity(10, "%"), Quantity(20, "%", hedge)])


def test_mean_of_nothing_and_of_two_units_is_refused():
    with pytest.raises(HedgeError, match="at least one"):
        mean([])
    with pytest.raises(HedgeError, match="expected one unit"):
        mean([Quantity(10, "%"), Quantity(20, "TWh")])


def test_share_allows_every_share_that_its_parts_allow():
    draw = random.Random(3)
    refused = 0
    for _ in range(DRAWS):
        part, whole = drawn(draw, least=-1, most=9), drawn(draw, least=1, most=9)
        try:
            result = share(part, whole)
        except HedgeError:
            refused += 1
            continue
        for above in numbers(draw, part):
            for below in numbers(draw, whole):
                if below > 0 and (above >= 0 or whole.is_point):
                    ratio = 100 * above / below
                    assert allows(result, ratio) or math.isclose(ratio, result.value), (part, whole, ratio)
    assert 0 < refused < DRAWS


@pytest.mark.parametrize(("part", "whole", "result"), [
    ((5, ">"), (10, "="), (50, ">")), ((5, "="), (10, ">"), (50, "<")), ((5, ">="), (10, "<"), (50, ">")),
    ((5, "~"), (10, "="), (50, "~")), ((0, "="), (10, ">"), (0, "=")), ((-5, "="), (10, "="), (-50, "=")),
])
def test_share_keeps_the_hedge(part, whole, result):
    assert share(Quantity(part[0], "t", part[1]), Quantity(whole[0], "t", whole[1])) == Quantity(result[0], "%", result[1])


@pytest.mark.parametrize(("part", "whole", "why"), [
    ((5, ">"), (10, ">"), "point one way"), ((5, "~"), (10, ">"), "point one way"), ((5, "="), (0, "="), "more than zero"),
    ((5, "="), (-1, ">"), "more than zero"), ((-5, "="), (10, ">"), "part from zero"),
])
def test_share_that_the_hedges_do_not_allow_is_refused(part, whole, why):
    with pytest.raises(HedgeError, match=why):
        share(Quantity(part[0], "t", part[1]), Quantity(whole[0], "t", whole[1]))
    with pytest.raises(HedgeError, match="expected one unit"):
        share(Quantity(1, "t"), Quantity(1, "kg"))


# --- verdicts ---------------------------------------------------------------------

def points(*values, hedge="="):
    return [Quantity(value, "%", hedge) for value in values]


@pytest.mark.parametrize(("readings", "words"), [
    ({"one": points(22)}, "borne out"), ({"one": points(22, 24), "both": points(1)}, "borne out"),
    ({"one": points(6), "both": points(22)}, "borne out only if read as both"),
    ({"one": points(6), "both": points(7), "all": points(22)}, "borne out only if read as all"),
    ({"one": [], "both": points(22)}, "borne out only if read as both"),
    ({"one": points(6)}, "not borne out"), ({"one": points(6), "both": points(7)}, "not borne out"),
    ({"one": []}, "cannot be told"), ({"one": points(10, hedge=">")}, "cannot be told"),
    ({"one": points(6, 22)}, "cannot be told"), ({"one": points(6, 22), "both": points(7)}, "cannot be told"),
    ({"one": [*points(22), *points(10, hedge=">")]}, "borne out"),
])
def test_verdict_in_words(readings, words):
    assert verdict(Quantity(20, "%", ">"), readings).words == words


def test_verdict_tells_its_reason_for_each_reading():
    found = verdict(Quantity(20, "%", ">"), {"one": points(6, 22), "both": points(10, hedge=">"), "all": [],
                                             "some": points(30), "few": points(1)})
    assert found.reason == ("as one: 6%, 22% (they disagree); as both: over 10% (too open to tell); "
                            "as all: no independent figure; as some: 30% (in line with it); as few: 1% (against it)")


@pytest.mark.parametrize(("figures", "tolerance", "words", "holds", "before", "after"), [
    ([94, 95, 97], 0, "cannot be told", (0, 2), "", "borne out"), ([94, 95, 97], 2, "borne out", (2, math.inf), "cannot be told", ""),
    ([95], 0, "borne out", (0, math.inf), "", ""), ([90], 0, "not borne out", (0, 5), "", "borne out")])
def test_verdict_tells_for_which_tolerances_it_would_be_the_same(figures, tolerance, words, holds, before, after):
    found = verdict(Quantity(95, "%"), {"it": [Quantity(value, "%") for value in figures]}, tolerance)
    assert (found.words, found.holds, found.before, found.after) == (words, holds, before, after)
    assert found.rule.endswith(f"give or take {tolerance} points")


def test_sensitivity_of_a_verdict_is_that_of_trying_each_tolerance():
    draw = random.Random(7)
    for _ in range(200):
        claim = Quantity(draw.randint(0, 9), "%", draw.choice("= > < ~".split()))
        figures = [Quantity(draw.randint(0, 9), "%", draw.choice("= > < ~".split())) for _ in range(draw.randint(1, 3))]
        tolerance = draw.choice([0, 0.5, 1, 2.5, 4])
        found = verdict(claim, {"it": figures}, tolerance)
        low, high = found.holds
        for other in [0, 0.25, 0.5, 0.999, 1, 1.001, 2, 2.5, 3.3, 4, 7, 20]:
            same = verdict(claim, {"it": figures}, other).words == found.words
            assert same or not low + 1e-6 < other < high - 1e-6, (claim, figures, tolerance, other)


def test_verdict_refuses_a_tolerance_below_nothing():
    with pytest.raises(HedgeError, match="tolerance of -1"):
        verdict(Quantity(20, "%"), {"it": points(20)}, -1)


def test_verdict_needs_a_reading():
    with pytest.raises(HedgeError, match="expected at least how the source presents"):
        verdict(Quantity(20, "%", ">"), {})


def test_verdict_never_rests_on_a_reading_that_a_figure_speaks_against():
    draw = random.Random(4)
    for _ in range(DRAWS):
        claim = drawn(draw)
        readings = {name: [drawn(draw) for _ in range(draw.randint(0, 3))] for name in ("one", "two")}
        words = verdict(claim, readings).words
        outcomes = {name: [bears_out(claim, figure) for figure in figures] for name, figures in readings.items()}
        if words.startswith("borne out"):
            name = "two" if "read as two" in words else "one"
            assert True in outcomes[name] and False not in outcomes[name]
        elif words == "not borne out":
            assert False in outcomes["one"] and True not in outcomes["one"]
