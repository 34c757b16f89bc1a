"""Networks by the rules of the Discourse Network Analyzer, worked by hand.

Sources, in github.com/leifeld/dna at commit 2adbf78: "manual" is the chapter "DNA algorithms" of manual2/dna-manual.Rnw;
"help" is rDNA/rDNA/R/dna_network.R; "program" is dna/src/main/java/dna/export/Exporter.java.
"""

import datetime
from random import Random

import pytest

from briefing.discourse import networks, windows
from briefing.discourse.networks import DiscourseNetwork, Rule, Tie
from briefing.facts.dates import date_bounds
from briefing.findings import BriefingError


def said(actor, concept, agreement, passage, source="doc1", date="2031-01-06", organisation=None):
    first, last = date_bounds(date) if date else (None, None)
    return {"actor": actor, "concept": concept, "agreement": agreement, "mode": "said", "act": None, "passage": passage,
            "source": source, "coder": "one", "date": date, "first": first, "last": last, "organisation": organisation}


#: One actor says the same again and again. 2031-01-06 and 2032-01-05 are both in a week 2, and both in a January.
AGAIN = [
    said("a", "x", "agree", "p1"), said("a", "x", "agree", "p2", "doc2", "2031-01-08"),
    said("a", "x", "agree", "p3", "doc2", "2031-01-13"), said("a", "x", "agree", "p4", "doc3", "2031-02-03"),
    said("a", "x", "agree", "p5", "doc4", "2032-01-05"), said("a", "x", "agree", "p6", "doc5", "2032-01-06"),
    said("a", "y", "agree", "p7"), said("b", "x", "agree", "p8"), said("b", "y", "disagree", "p9")]
#: One actor changes its mind, one says both at once, one has a date that is a month and one that is not known.
TURNED = [
    said("c", "x", "agree", "p1", date="2030-12-30", organisation="o"),
    said("c", "x", "disagree", "p2", "doc2", "2031-02-10", "o"),
    said("d", "x", "mixed", "p3", date="2031-01-02", organisation="o"),
    said("d", "y", "agree", "p4", date="2031-01-02", organisation="o"),
    said("e", "x", "disagree", "p5", "doc3", None), said("e", "y", "agree", "p6", "doc3", "2031-01")]


def weights(statements, *words, **rule):
    return {a + b: weight for a, b, weight in networks.network(statements, Rule(*words, **rule)).ties}


# --- duplicates and aggregation -----------------------------------------------------

# How often a agrees with x (help, `duplicates`; program, filterStatements): six statements; documents 1 to 5, of which
# doc2 has two; weeks 2031-W02 (two), W03, W06, 2032-W02 (two); months 2031-01 (three), 2031-02, 2032-01 (two); years.
@pytest.mark.parametrize("duplicates, times", [
    ("all", 6), ("document", 5), ("week", 4), ("month", 3), ("year", 2), ("across", 1)])
def test_duplicates_count_once_in_their_period(duplicates, times):
    def tie(aggregation):
        return weights(AGAIN, aggregation, duplicates=duplicates).get("ab", 0)

    assert tie("congruence") == times      # manual, eq. congruence_binary: x agree `times` · 1
    assert tie("conflict") == 1            # manual, eq. conflict_binary: y agree 1 · disagree 1
    assert tie("subtract") == times - 1    # manual, The Subtract Method
    assert tie("ignore") == times + 1      # manual, eq. ignore: x `times` · 1, y 1 · 1
    assert weights(AGAIN, "subtract", two_mode=True, duplicates=duplicates) == {  # manual, affiliation subtract binary
        "ax": times, "ay": 1, "bx": 1, "by": -1}


def test_a_number_of_statements_is_a_whole_number():
    assert all(type(weight) is int for weight in weights(AGAIN, "subtract").values())


@pytest.mark.parametrize("aggregation, expected", [
    # Across the range c has x both ways, d has x both ways and agrees with y, e disagrees with x and agrees with y.
    ("congruence", {"cd": 2, "ce": 1, "de": 2}),  # cd: x agree 1·1, disagree 1·1; ce: x disagree; de: x disagree, y agree
    ("conflict", {"cd": 2, "ce": 1, "de": 1}),    # cd: x 1·1 twice; ce, de: x agree against e's disagree
    ("subtract", {"de": 1}),                      # cd 2-2, ce 1-1: no tie
    ("ignore", {"cd": 1, "ce": 1, "de": 2})])     # x once for each whatever the agreement (program, filterStatements)
def test_who_has_both_stands_has_both_ties(aggregation, expected):
    assert weights(TURNED, aggregation) == expected


def test_a_mixed_statement_is_two_where_all_count():
    # c: x twice; d: x twice (mixed), y once; e: x and y once. cd 2·2; ce 2·1; de 2·1 + 1·1
    assert weights(TURNED, "ignore", duplicates="all") == {"cd": 4, "ce": 2, "de": 3}
    # x agree: c 1, d 1; x disagree: c 1, d 1, e 1; y agree: d 1, e 1
    assert weights(TURNED, "congruence", duplicates="all") == {"cd": 2, "ce": 1, "de": 2}


def test_pairs_that_cancel_out_are_told_and_tie_nobody():
    network = networks.network(TURNED, Rule("subtract"))
    assert network.cancelled == (("c", "d"), ("c", "e")) and network.nodes == ("c", "d", "e")
    assert networks.network(TURNED, Rule("subtract", two_mode=True)).cancelled == (("c", "x"), ("d", "x"))


def test_a_sign_of_the_pair_and_not_of_chance():
    assert weights([said("a", "x", "disagree", "p1"), said("b", "x", "disagree", "p2")], "congruence") == {"ab": 1}
    assert weights([said("a", "x", "agree", "p1"), said("b", "y", "agree", "p2")], "ignore") == {}


def test_organisations_count_what_their_members_say():
    # Across the range o agrees and disagrees with x and agrees with y; e, its own organisation, disagrees, and agrees.
    assert [weights(TURNED, how, of="organisation") for how in ("congruence", "conflict", "subtract")] == [
        {"eo": 2}, {"eo": 1}, {"eo": 1}]
    # All: o has x agree 2 (c, d), x disagree 2 (c, d), y agree 1. Congruence 2·1 + 1·1, conflict 2·1
    assert weights(TURNED, "congruence", of="organisation", duplicates="all") == {"eo": 3}
    assert weights(TURNED, "conflict", of="organisation", duplicates="all") == {"eo": 2}


def test_concepts_are_tied_by_who_stands_alike_on_both():
    # Actors on both: d (x agree and disagree; y agree), e (x disagree; y agree). Congruence d 1; conflict d 1, e 1.
    assert weights(TURNED, "congruence", of="concept") == {"xy": 1}
    assert weights(TURNED, "conflict", of="concept") == {"xy": 2}
    assert weights(TURNED, "subtract", of="concept") == {"xy": -1}
    assert weights(TURNED, "ignore", of="concept") == {"xy": 2}  # d 1·1, e 1·1
    # Organisations: o counts once for x agree, x disagree and y agree, so as d did
    assert weights(TURNED, "conflict", of="concept", over="organisation") == {"xy": 2}


def test_two_modes():
    # manual, affiliation combine binary: 1 agree, 2 disagree, 3 both
    assert weights(TURNED, "combine", two_mode=True) == {"cx": 3, "dx": 3, "dy": 1, "ex": 2, "ey": 1}
    assert weights(TURNED, "subtract", two_mode=True) == {"dy": 1, "ex": -1, "ey": 1}  # cx, dx: 1 - 1
    assert weights(TURNED, "ignore", two_mode=True, duplicates="all") == {"cx": 2, "dx": 2, "dy": 1, "ex": 1, "ey": 1}
    assert weights(TURNED, "combine", two_mode=True, of="organisation") == {"ox": 3, "oy": 1, "ex": 2, "ey": 1}


# --- normalisation ------------------------------------------------------------------

# manual, eqs. activity, jaccard, cosine; program, computeOneModeMatrix. AGAIN, all: a has x agree 6, y agree 1, so 7
# statements; b has x agree 1, y disagree 1, so 2. Average activity 9/2; cosine 7·2. Jaccard: a alone y agree 1, b alone
# y disagree 1, both x agree 6·1: 8. Where the agreement is ignored, nobody is alone: 6·1 + 1·1.
@pytest.mark.parametrize("aggregation, normalisation, expected", [
    ("congruence", "average", 6 / 4.5), ("conflict", "average", 1 / 4.5), ("subtract", "average", 5 / 4.5),
    ("ignore", "average", 7 / 4.5), ("congruence", "jaccard", 6 / 8), ("conflict", "jaccard", 1 / 8),
    ("subtract", "jaccard", 5 / 8), ("ignore", "jaccard", 7 / 7), ("congruence", "cosine", 6 / 14),
    ("conflict", "cosine", 1 / 14), ("subtract", "cosine", 5 / 14), ("ignore", "cosine", 7 / 14)])
def test_one_mode_normalisation_with_duplicates(aggregation, normalisation, expected):
    assert weights(AGAIN, aggregation, normalisation=normalisation, duplicates="all") == {"ab": pytest.approx(expected)}


# TURNED across the range: c has 2 statements, d 3, e 2. Jaccard: c and d: d alone y, both x twice: 3; c and e: c alone
# x agree, e alone y agree, both x disagree: 3; d and e: d alone x agree, both x disagree and y agree: 3.
@pytest.mark.parametrize("aggregation, normalisation, expected", [
    ("congruence", "average", {"cd": 2 / 2.5, "ce": 1 / 2, "de": 2 / 2.5}),
    ("congruence", "jaccard", {"cd": 2 / 3, "ce": 1 / 3, "de": 2 / 3}),
    ("congruence", "cosine", {"cd": 2 / 6, "ce": 1 / 4, "de": 2 / 6}),
    ("conflict", "average", {"cd": 2 / 2.5, "ce": 1 / 2, "de": 1 / 2.5}),
    ("conflict", "jaccard", {"cd": 2 / 3, "ce": 1 / 3, "de": 1 / 3}),
    ("subtract", "cosine", {"de": 1 / 6}),
    # one level: c has x; d and e have x and y, so activity is 1, 2, 2; Jaccard: y alone 1 and x 1, for d and e x, y
    ("ignore", "average", {"cd": 1 / 1.5, "ce": 1 / 1.5, "de": 2 / 2}),
    ("ignore", "jaccard", {"cd": 1 / 2, "ce": 1 / 2, "de": 2 / 2})])
def test_one_mode_normalisation_across_the_range(aggregation, normalisation, expected):
    assert weights(TURNED, aggregation, normalisation=normalisation) == pytest.approx(expected)


# manual, Normalization of Affiliation Networks; program, computeTwoModeMatrix: denominators count statements, and are
# never reduced by what is subtracted. AGAIN, all: a 7, b 2; x 7, y 2. TURNED, across: c 2, d 3, e 2; x 5, y 2.
@pytest.mark.parametrize("statements, aggregation, normalisation, duplicates, expected", [
    (AGAIN, "subtract", "activity", "all", {"ax": 6 / 7, "ay": 1 / 7, "bx": 1 / 2, "by": -1 / 2}),
    (AGAIN, "subtract", "prominence", "all", {"ax": 6 / 7, "ay": 1 / 2, "bx": 1 / 7, "by": -1 / 2}),
    (AGAIN, "ignore", "prominence", "across", {"ax": 1 / 2, "ay": 1 / 2, "bx": 1 / 2, "by": 1 / 2}),
    (TURNED, "subtract", "activity", "across", {"dy": 1 / 3, "ex": -1 / 2, "ey": 1 / 2}),
    (TURNED, "subtract", "prominence", "across", {"dy": 1 / 2, "ex": -1 / 5, "ey": 1 / 2}),
    (TURNED, "ignore", "activity", "across", {"cx": 1, "dx": 1 / 2, "dy": 1 / 2, "ex": 1 / 2, "ey": 1 / 2})])
def test_two_mode_normalisation(statements, aggregation, normalisation, duplicates, expected):
    assert weights(statements, aggregation, normalisation=normalisation, duplicates=duplicates,
                   two_mode=True) == pytest.approx(expected)


# --- what stands under a figure -------------------------------------------------------

def test_the_rule_in_words():
    assert Rule().words == "congruence, duplicates counted once across the range, no normalisation"
    assert Rule("combine", two_mode=True, duplicates="week").words == (
        "agreement, disagreement or both, duplicates counted once per week, no normalisation")


def test_what_a_tie_rests_on():
    assert networks.network(TURNED, Rule("congruence")).grounds("d", "e") == (("x", "y"), ("p3", "p4", "p5", "p6"))
    assert networks.network(TURNED, Rule("conflict")).grounds("d", "e") == (("x",), ("p3", "p5"))
    assert networks.network(TURNED, Rule("congruence")).grounds("c", "e") == (("x",), ("p2", "p5"))  # not its older p1
    assert networks.network(TURNED, Rule("subtract")).grounds("c", "e") == (("x",), ("p1", "p2", "p5"))
    assert networks.network(TURNED, Rule("conflict", of="concept")).grounds("x", "y") == (
        ("d", "e"), ("p3", "p4", "p5", "p6"))
    assert networks.network(TURNED, Rule("subtract", two_mode=True)).grounds("c", "x") == ((), ("p1", "p2"))
    # duplicates count once, and all their passages are named
    assert networks.network(AGAIN, Rule()).grounds("a", "b").passages == ("p1", "p2", "p3", "p4", "p5", "p6", "p8")


# --- fewer ties -----------------------------------------------------------------------

def star(*of):
    return DiscourseNetwork(Rule(), ("a", "b", "c", "h", "z"), tuple(Tie(leaf, "h", weight) for leaf, weight in zip("abc", of)), {})


def test_threshold_leaves_out_and_says_so():
    found = networks.at_least(star(8, 2, 1), 2)
    assert found.ties == (("a", "h", 8), ("b", "h", 2)) and found.nodes == ("a", "b", "h", "z")  # z never had a tie
    assert (found.ties_left_out, found.nodes_left_out) == (1, 1)
    assert found.words.endswith("ties of weight 2 or more, 1 tie left out, 1 node left out")
    again = networks.at_least(found, 3)
    assert (again.ties_left_out, again.nodes_left_out, again.nodes) == (2, 2, ("a", "h", "z"))


def test_threshold_of_a_signed_network_leaves_out_conflict():
    signed = networks.network(TURNED, Rule("subtract", two_mode=True))
    found = networks.at_least(signed, 1)
    assert found.ties == (("d", "y", 1), ("e", "y", 1)) and found.others == ("y",)
    assert found.nodes == ("c", "d", "e")  # c had no tie to lose


def test_backbone_by_the_disparity_filter():
    # Serrano et al. 2009, eq. 2, for h with s = 10, k = 3: (1 - 8/10)^2 = 0.04, (1 - 1/10)^2 = 0.81; a leaf's: 0^0 = 1
    found = networks.backbone(star(8, 1, 1), 0.05)
    assert found.ties == (("a", "h", 8),) and (found.ties_left_out, found.nodes_left_out) == (2, 2)
    assert "alpha 0.05, 2 ties left out, 2 nodes left out" in found.words
    assert networks.backbone(star(8, 1, 1), 0.03).ties == ()
    assert networks.backbone(star(8), 0.9).ties == ()  # one tie alone shows nothing


# --- windows ----------------------------------------------------------------------------

def test_a_network_for_each_month():
    found = windows.windows(TURNED, Rule(), "month")
    assert [(str(w.first), str(w.last), w.network.nodes) for w in found.windows] == [
        ("2030-12-01", "2030-12-31", ("c",)), ("2031-01-01", "2031-01-31", ("d", "e")),
        ("2031-02-01", "2031-02-28", ("c",))]
    assert [w.network.ties for w in found.windows] == [(), (("d", "e", 1),), ()]  # both agree with y
    assert (found.undated, found.uncertain) == (1, 0)
    assert windows.windows(TURNED, Rule(), "week").uncertain == 1  # "2031-01" is in the week of the 1st of January


def test_windows_that_overlap():
    found = windows.windows(TURNED, Rule(), "month", size=2, step=1)
    assert [(str(w.first), str(w.last)) for w in found.windows] == [
        ("2030-12-01", "2031-01-31"), ("2031-01-01", "2031-02-28")]
    assert weights_of(found.windows[0]) == {"cd": 1, "de": 1}  # x agree; y agree
    assert weights_of(found.windows[1]) == {"cd": 1, "de": 1}  # x disagree; y agree


def weights_of(window):
    return {a + b: weight for a, b, weight in window.network.ties}


def test_every_dated_statement_is_in_a_window():
    for unit, size, step in [("day", 10, 10), ("week", 3, 2), ("month", 4, 3), ("year", 1, 1)]:
        found = windows.windows(AGAIN, Rule("ignore", duplicates="all", two_mode=True), unit, size, step)
        reached = {p for w in found.windows for a, b, _ in w.network.ties for p in w.network.grounds(a, b).passages}
        assert reached == {row["passage"] for row in AGAIN}, unit
        assert all(one.first < two.first and two.first <= one.last + datetime.timedelta(1)
                   for one, two in zip(found.windows, found.windows[1:])), unit


def test_weeks_begin_on_monday_and_years_in_january():
    assert str(windows.windows(TURNED, Rule(), "week").windows[0].first) == "2030-12-30"
    assert [str(w.first) for w in windows.windows(TURNED, Rule(), "year").windows] == ["2030-01-01", "2031-01-01"]


def test_duplicates_go_before_windows_are_cut():  # program, computeTimeWindowMatrices
    assert windows.windows(AGAIN, Rule(), "year").windows[1].network.nodes == ()
    assert windows.windows(AGAIN, Rule(duplicates="year"), "year").windows[1].network.nodes == ("a",)


# --- order, nothing, and bad input ------------------------------------------------------

def invented(number, seed=5):
    random = Random(seed)
    return [said(random.choice("abcdefgh"), random.choice("stuvwx"), random.choice(["agree", "disagree", "mixed"]),
                 f"p{random.randrange(90)}", f"doc{random.randrange(9)}",
                 random.choice([None, "2031-01", "2031", f"2031-0{random.randrange(1, 9)}-1{random.randrange(9)}"]),
                 random.choice([None, "o", "oo"])) for _ in range(number)]


RULES = [Rule(aggregation, of, duplicates=duplicates) for aggregation in networks.ONE_MODE
         for of, duplicates in [("actor", "across"), ("concept", "week"), ("organisation", "document")]]
RULES += [Rule(aggregation, two_mode=True, duplicates="month") for aggregation in networks.TWO_MODE]
RULES += [Rule("subtract", duplicates="year", normalisation=word) for word in networks.ONE_MODE_NORMALISATIONS]


def test_no_order_of_statements_changes_a_network():
    statements = invented(60)
    expected = [networks.network(statements, rule) for rule in RULES]
    cut = windows.windows(statements, Rule("subtract"), "month")
    random = Random(2)
    for _ in range(200):
        random.shuffle(statements)
        assert [networks.network(statements, rule) for rule in RULES] == expected
        assert windows.windows(statements, Rule("subtract"), "month") == cut


def test_weights_are_those_of_the_formulas():
    """Against the sums as the manual writes them, actor by actor and concept by concept."""
    statements = invented(60)
    x = {(a, c, k): 0 for a in "abcdefgh" for c in "stuvwx" for k in (0, 1)}
    for row in statements:
        for k in {"agree": (1,), "disagree": (0,), "mixed": (0, 1)}[row["agreement"]]:
            x[row["actor"], row["concept"], k] += 1
    found = {how: weights(statements, how, duplicates="all") for how in networks.ONE_MODE}
    for a, b in [(a, b) for a in "abcdefgh" for b in "abcdefgh" if a < b]:
        same = sum(x[a, c, k] * x[b, c, k] for c in "stuvwx" for k in (0, 1))
        opposed = sum(x[a, c, k] * x[b, c, 1 - k] for c in "stuvwx" for k in (0, 1))
        assert [found[how].get(a + b, 0) for how in networks.ONE_MODE] == [same, opposed, same - opposed, same + opposed]


def test_nothing_said_is_an_empty_network():
    for rule in RULES:
        found = networks.network([], rule)
        assert (found.nodes, found.ties, found.others, found.cancelled) == ((), (), (), ())
        assert networks.at_least(found, 1).ties == ()
        assert windows.windows([], rule).windows == ()


@pytest.mark.parametrize("build, told", [
    (lambda: Rule("congruense"), "aggregation: found \"congruense\".*`congruence`"),
    (lambda: Rule(of="organization"), "of: found \"organization\".*`organisation`"),
    (lambda: Rule(duplicates="accross"), "`across`"), (lambda: Rule(normalisation="jacard"), "`jaccard`"),
    (lambda: Rule("congruence", two_mode=True), "expected one of ignore, subtract, combine"),
    (lambda: Rule("combine"), "expected one of congruence, conflict, subtract, ignore"),
    (lambda: Rule(normalisation="prominence"), "expected one of none, average, jaccard, cosine"),
    (lambda: Rule("combine", two_mode=True, normalisation="activity"), "normalisation of combine.*Take none"),
    (lambda: Rule(over="actor"), "over: found \"actor\""), (lambda: Rule(of="concept", two_mode=True), "of: found"),
    (lambda: windows.windows(AGAIN, Rule(), "months"), "`month`"),
    (lambda: windows.windows(AGAIN, Rule(), "month", 1, 2), "size 1 and step 2"),
    (lambda: windows.windows(AGAIN, Rule(), "month", 0, 0), "Take step 1"),
    (lambda: windows.windows([*AGAIN, said("a", "x", "agree", "p", date="1031-01-01")], Rule(), "month"), "wrong date"),
    (lambda: networks.backbone(star(1), 5), "alpha: found \"5\""),
    (lambda: networks.backbone(networks.network(TURNED, Rule("combine", two_mode=True)), 0.5), "two modes"),
    (lambda: networks.backbone(networks.network(TURNED, Rule("subtract", of="concept")), 0.5), "negative"),
])
def test_a_word_that_is_no_rule_is_told_with_the_nearest(build, told):
    with pytest.raises(BriefingError, match=told):
        build()
