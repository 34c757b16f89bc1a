"""Hedged numbers keep their hedge, and values carry what they stand on."""

import datetime
import math
import random

import pytest

from briefing.facts.quantities import (
    HedgeError,
    Quantity,
    Value,
    Verdict,
    bears_out,
    counted,
    escaped,
    in_words,
    known,
    markdown,
    mean,
    of_row,
    plain,
    publish,
    share,
    show,
    spelled,
    verbatim,
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


@pytest.mark.parametrize(("claim", "figures", "tolerance", "verdict_"), [
    ((20, "%", ">"), [(22, "=")], 0, ("borne out", "as it: 22% (in line with it)", "0 points", (0, math.inf), "", "")),
    ((20, "t", "="), [(22, "=")], 0, ("not borne out", "as it: 22\u00a0t (against it)", "0 t", (0, 2), "", "borne out")),
    ((20, "t", "="), [(22, "=")], 1.5, ("not borne out", "as it: 22\u00a0t (against it)", "1.5 t", (0, 2), "", "borne out")),
    ((20, "t", "="), [(22, "=")], 2, ("borne out", "as it: 22\u00a0t (in line with it)", "2 t", (2, math.inf), "not borne out",
     "")),
    ((20, "", "~"), [(22, "=")], 0, ("cannot be told", "as it: 22 (too open to tell)", "0", (0, 0), "", "not borne out")),
    ((20, "", "~"), [(22, "=")], 1, ("not borne out", "as it: 22 (against it)", "1", (0, 2), "cannot be told", "borne out")),
    ((20, "", "="), [(22, "="), (25, "=")], 3, ("cannot be told", "as it: 22, 25 (they disagree)", "3", (2, 5), "not borne out",
     "borne out")),
    ((20, "", "="), [(22.5, ">")], 0, ("not borne out", "as it: over 22.5 (against it)", "0", (0, 2.5), "", "cannot be told")),
    ((20, "", "="), [(22.25, "=")], 3, ("borne out", "as it: 22.25 (in line with it)", "3", (2.25, math.inf), "not borne out", "")),
    ((20, "", "="), [], 0, ("cannot be told", "as it: no independent figure", "0", (0, math.inf), "", ""))])
def test_a_verdict_whole(claim, figures, tolerance, verdict_):
    value, unit, hedge = claim
    words, reason, give, holds, before, later = verdict_
    found = verdict(Quantity(value, unit, hedge), {"it": [Quantity(figure, unit, of) for figure, of in figures]}, tolerance)
    assert found == Verdict(words, reason, "a claim is borne out where no figure speaks against it and one at least bears it out, "
                            f"give or take {give}", holds, before, later)


# --- whole messages ---------------------------------------------------------------

@pytest.mark.parametrize(("refused", "message"), [
    (lambda: Quantity(20, "%", "over"),
     'hedge: found "over", expected one of = > >= < <= ~. Use the hedge that the source gives.'),
    (lambda: Quantity(math.inf), "value: found inf, expected a finite number. Leave out what is not known."),
    (lambda: mean([]), "mean: found no quantity, expected at least one. Leave the mean out."),
    (lambda: mean([Quantity(1, "%"), Quantity(2, "%", ">")]),
     'mean: found "over 2%", expected points only. Show the bound beside the mean.'),
    (lambda: mean([Quantity(1, "%"), Quantity(2, "t")]), "mean: found t beside %, expected one unit. Convert first."),
    (lambda: share(Quantity(1, "t"), Quantity(1, "kg")), "share: found t of kg, expected one unit. Convert first."),
    (lambda: share(Quantity(1, "t"), Quantity(0, "t")),
     "share: found a whole of 0\u00a0t, expected more than zero. Leave the share out."),
    (lambda: share(Quantity(-1, "t"), Quantity(5, "t", ">")),
     "share: found \u22121\u00a0t of over 5\u00a0t, expected a part from zero. Leave the share out."),
    (lambda: share(Quantity(1, "t", ">"), Quantity(5, "t", ">=")),
     "share: found over 1\u00a0t of at least 5\u00a0t, expected hedges that point one way. Leave the share out."),
    (lambda: bears_out(Quantity(1, "t"), Quantity(1, "kg")), "comparison: found kg beside t, expected one unit. Convert first."),
    (lambda: verdict(Quantity(1), {}), "verdict: found no reading, expected at least how the source presents the claim. Name it."),
    (lambda: verdict(Quantity(1), {"it": []}, -0.5),
     "verdict: found a tolerance of -0.5, expected 0 or more. Say how far off is the same.")])
def test_what_a_refused_arithmetic_is_told(refused, message):
    with pytest.raises(HedgeError) as caught:
        refused()
    assert str(caught.value) == message


# --- results at their borders -------------------------------------------------------

@pytest.mark.parametrize(("value", "text"), [
    (9999999999, "9,999,999,999"), (1e10, "10,000,000,000"), (9999999999.6, "10,000,000,000"),
    (123456789012.4, "123,456,789,012"), (-5e10, "\u221250,000,000,000"),
    (1234567.891, "1,234,567.891"), (0.00001234, "1.234e-05"), (-0.25, "\u22120.25"), (999.99999999, "1,000"),
    (999.9999999, "999.9999999"), (1234.123456789, "1,234.123457")])
def test_numbers_are_spelled_with_ten_digits_at_most_but_whole(value, text):
    assert spelled(value) == text


def test_a_mean_in_numbers():
    assert mean([Quantity(10, "%"), Quantity(20, "%"), Quantity(40.5, "%")]) == Quantity(23.5, "%")
    assert mean([Quantity(10, "t", "~"), Quantity(20, "t")]) == Quantity(15, "t", "~") and mean([Quantity(7)]) == Quantity(7)


@pytest.mark.parametrize(("part", "whole", "result"), [
    ((5, "<"), (10, "="), (50, "<")), ((5, "<="), (10, "="), (50, "<=")), ((5, "="), (10, "<"), (50, ">")),
    ((5, "="), (10, ">="), (50, "<=")),
    ((5, "="), (10, "<="), (50, ">=")), ((5, "<="), (10, ">"), (50, "<")), ((5, "<"), (10, ">="), (50, "<")),
    ((5, ">="), (10, "<="), (50, ">=")),
    ((5, "~"), (10, "~"), (50, "~")), ((5, "="), (10, "~"), (50, "~")), ((0, ">"), (10, "="), (0, ">")),
    ((0, "="), (10, "~"), (0, "=")), ((0, "~"), (10, "="), (0, "~")),
    ((1, "="), (0.5, "="), (200, "=")), ((-1, "~"), (4, "="), (-25, "~"))])
def test_the_hedge_of_a_share(part, whole, result):
    assert share(Quantity(part[0], "t", part[1]), Quantity(whole[0], "t", whole[1])) == Quantity(result[0], "%", result[1])


@pytest.mark.parametrize(("part", "whole"), [("<", "<"), (">", ">="), ("<=", "<="), ("~", "<"), (">", "~"), ("<=", "~")])
def test_hedges_that_pull_apart_leave_no_share(part, whole):
    with pytest.raises(HedgeError, match="point one way"):
        share(Quantity(5, "t", part), Quantity(10, "t", whole))


@pytest.mark.parametrize(("claim", "figure", "tolerance", "outcome"), [
    ((20, "<"), (20, "="), 0, False), ((20, "<="), (20, "="), 0, True), ((20, "<"), (20, "<"), 0, True),
    ((20, "<"), (20, "<="), 0, None), ((20, "<"), (20, ">="), 0, False),
    ((20, "<="), (20, ">"), 0, False), ((20, "<="), (20, ">="), 0, None), ((20, "~"), (20, ">"), 0, None),
    ((20, "~"), (20, "~"), 0, True), ((20, "~"), (21, "~"), 0, None),
    ((20, ">"), (20, "~"), 1, None), ((20, ">"), (21, "~"), 1, None), ((20, ">"), (21.5, "~"), 1, True),
    ((20, ">"), (19, "~"), 1, False),
    ((20, ">="), (19, "~"), 1, None), ((20, "<"), (18.5, "~"), 1, True), ((20, "<"), (22, "~"), 1, False),
    ((20, "~"), (22, ">"), 1, False), ((20, "~"), (21, ">="), 1, None),
    ((20, "="), (22, "="), 2, True), ((20, "="), (22.5, "="), 2, False)])
def test_comparison_of_bounds_and_of_about(claim, figure, tolerance, outcome):
    assert bears_out(Quantity(claim[0], "%", claim[1]), Quantity(figure[0], "%", figure[1]), tolerance) is outcome


# --- rows and cells -------------------------------------------------------------------

@pytest.mark.parametrize(("row", "words"), [
    ({}, "not given"), ({"value": None, "upper": 5}, "not given"), ({"value": math.nan}, "not given"),
    ({"value": 20, "unit": "%", "hedge": ">"}, "over 20%"),
    ({"value": 20, "unit": None, "hedge": None}, "20"), ({"value": 0}, "0"),
    ({"value": 20, "unit": "t", "hedge": "circa"}, "20\u00a0t"),
    ({"value": 90, "upper": 99, "unit": "%"}, "90% to 99%"), ({"value": 90, "upper": 99, "unit": "%", "hedge": "~"},
     "about 90% to 99%"),
    ({"value": 90, "upper": math.nan, "hedge": "<="}, "at most 90"), ({"value": "1204.5", "upper": "1300"}, "1,204.5 to 1,300")])
def test_the_number_of_a_row_in_words(row, words):
    assert in_words(row) == words


class NAType:
    """As pandas has it for nothing: any comparison of it is as much nothing."""

    def __eq__(self, other):
        return self


@pytest.mark.parametrize("value", [None, math.nan, NAType()])
def test_a_value_that_is_missing_is_an_empty_cell(value):
    assert not known(value) and plain(value) == ""


@pytest.mark.parametrize(("value", "cell"), [
    (0, 0), (1.5, 1.5), (True, "yes"), (False, ""), ("", ""), ("a", "a"), (("a", None, "b"), "a; ; b"), ([1, True], "1; yes"),
    ((), ""),
    (datetime.date(2031, 3, 5), "2031-03-05"), (datetime.datetime(2031, 3, 5), "2031-03-05"),
    ("2031-03-05T00:00:00", "2031-03-05"),
    (datetime.datetime(2031, 3, 5, 10), "2031-03-05 10:00:00"), ("at 2031-03-05 00:00:00", "at 2031-03-05 00:00:00"),
    ("00:00:00", "00:00:00")])
def test_a_value_as_a_cell_of_a_table(value, cell):
    assert known(value) and plain(value) == cell


# --- markdown --------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "markdown_"), [
    ("a\\b`c*d_e{f}g[h](i)<j>#k$l@m~n^o|p&q", r"a\\b\`c\*d\_e\{f\}g\[h\]\(i\)\<j\>\#k\$l\@m\~n\^o\|p\&q"),
    ("a-b a--b a---b", r"a-b a-\-b a-\-\-b"), ("at. b... c", r"at. b.\.\. c"),
    ("- a", r"\- a"), ("+ a", r"\+ a"), ("a + b = c: d% !", "a + b = c: d% !"), ("=a", r"\=a"), (":a", r"\:a"), ("%a", r"\%a"),
    (".a", r"\.a"), ("!a", r"\!a"),
    ("1. a", r"1\. a"), ("12.", r"12\."), ("a. b", r"a\. b"), ("xiv. b", r"xiv\. b"), ("XIV. b", r"XIV\. b"), ("1.5 t", "1.5 t"),
    ("ab. c", "ab. c"), ("Z. c", r"Z\. c"),
    ("a\n\t b\r\nc\f\vd", "a b c d"), ("a\u00a0b\u2028c", "a\u00a0b\u2028c"), ('"a" and \'b\'', '"a" and \'b\''), ("", ""),
    ('"' * 20 + "'" * 20, '"' * 20 + "'" * 20), ('"' * 20 + "'" * 21, '\\"' * 20 + "\\'" * 21)])
def test_a_text_as_markdown_that_shows_it_as_it_stands(text, markdown_):
    assert verbatim(text) == markdown_


@pytest.mark.parametrize(("text", "attribute"), [
    ("a", "a"), ('a "b" & c\\d', 'a \\"b\\" \\& c\\\\d'), ("a \n\n  b\nc", "a b c"), ("a  b", "a  b"), ("\na", " a")])
def test_a_text_as_an_attribute_of_markdown(text, attribute):
    assert escaped(text) == attribute


def test_the_text_of_a_quantity_is_taken_as_it_stands_and_any_other_is_markdown():
    assert Value(Quantity(5, "kg_m").text).text == "5\u00a0kg\\_m" and Value("*five*").text == str(Value("*five*")) == "*five*"
    assert Value("five", ("a",))._repr_markdown_() == '[five](#ref-a){.value evidence="a"}'
    assert Value("five", (), "told")._repr_markdown_() == "[five]{.value}"


def test_values_that_are_published_keep_their_order():
    bundle = publish({"b": Value("two"), "a": Value("one", ("x", "y"))})._repr_mimebundle_()
    assert bundle["text/plain"] == "b: two\na: one"
    assert list(bundle["application/vnd.briefing.values+json"].items()) == [
        ("b", {"text": "two", "cites": [], "note": ""}), ("a", {"text": "one", "cites": ["x", "y"], "note": ""})]


@pytest.mark.parametrize(("expression", "shown", "error"), [
    (lambda: "a*b", r"a\*b", None), (lambda: 5, "5", None), (lambda: 1 / 0, "", "ZeroDivisionError: division by zero"),
    (lambda: None, "", "ValueError: the expression gives nothing to show")])
def test_an_inline_expression_is_displayed_with_its_number_or_its_error(monkeypatch, expression, shown, error):
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda *arguments, **named: displayed.append((arguments, named)))
    show(7, expression)
    mark = {"number": 7} | ({"error": error} if error else {})
    assert displayed == [(({"text/markdown": shown},), {"raw": True, "metadata": {"briefing": mark}})]


def test_a_value_that_gives_no_markdown_of_its_own_is_shown_as_python_has_it():
    class Shy:
        def _repr_markdown_(self):
            return None

        def __repr__(self):
            return "Shy()"

    assert markdown(Shy()) == "Shy()" and markdown(0) == "0" and markdown(False) == "False"
