"""Camps and polarisation, from small networks whose answer can be worked out by hand."""

from random import Random

import pytest

from briefing.discourse import camps, networks, windows
from briefing.discourse.networks import DiscourseNetwork, Rule, Tie
from briefing.facts.dates import date_bounds
from briefing.findings import BriefingError


def said(actor, concept, agreement, date="2031-01-06"):
    first, last = date_bounds(date)
    return {"actor": actor, "concept": concept, "agreement": agreement, "passage": f"p-{actor}-{concept}-{date}",
            "source": "doc", "first": first, "last": last}


def stands(date="2031-01-06", **of):
    """Statements from, for each concept, who agrees with it, who disagrees, and who does both: x="ab/cd/e"."""
    return [said(actor, concept, agreement, date) for concept, sides in of.items()
            for agreement, actors in zip(("agree", "disagree", "mixed"), sides.split("/"), strict=False)
            for actor in actors]


def found(k=None, **of):
    return camps.camps(networks.network(stands(**of), Rule("subtract")), k)


def sides(result):
    return ["".join(actor for actor, camp in result.camp.items() if camp == number) for number in range(result.number)]


def test_two_who_agree_against_two_who_do_not():
    # ab, cd +1, the other four pairs -1. Positive: two groups with one of two ties each, 1/2. Negative: no tie inside,
    # half of the ends in each group, 0 - (1/4 + 1/4). Weighted by 2 and 4 ties: 2/6 · 1/2 + 4/6 · 1/2 (Gómez et al. 2009)
    result = found(x="ab/cd")
    assert sides(result) == ["ab", "cd"] and result.undecided == () and result.modularity == pytest.approx(1 / 2)


def test_one_against_three():
    # Positive: all three ties, and all ends of positive ties, in one group: 1 - 1. Negative: three ties between; half of
    # the ends in each group: 0 - 1/2. Weighted by 3 and 3 ties: 1/2 · 0 + 1/2 · 1/2
    result = found(x="bcd/a")
    assert sides(result) == ["bcd", "a"] and result.modularity == pytest.approx(1 / 4)


def test_all_of_one_mind_are_one_camp():
    result = found(x="abcde", y="abc", z="/de")
    assert sides(result) == ["abcde"] and result.modularity == pytest.approx(0)


def test_as_many_camps_as_there_are_and_no_more_than_asked_for():
    three = {"x": "abc", "y": "def", "z": "ghi"}
    assert sides(found(**three)) == ["abc", "def", "ghi"]
    assert found(**three).modularity == pytest.approx(2 / 3)  # 1 - 3 · (1/3)², Newman's modularity
    two = found(2, **three)
    assert sides(two) == ["abcdef", "ghi"] and two.modularity == pytest.approx(4 / 9)  # 1 - (2/3)² - (1/3)²
    assert found(1, **three).number == 1 and found(9, **three) == found(**three)


def test_camps_are_merged_with_whom_they_oppose_least():
    # c to f oppose a and b, on x and on y, and say nothing of one another: no tie, but one enemy
    result = found(x="ab/cd", y="ab/ef")
    assert sides(result) == ["cdef", "ab"] and result.undecided == ()


def test_the_largest_camp_comes_first_and_then_the_first_in_the_alphabet():
    assert sides(found(x="ab/cde")) == ["cde", "ab"]
    assert sides(found(x="db/ac")) == ["ac", "bd"]


def test_who_is_pulled_alike_to_two_camps_is_undecided():
    # u stands with a and b on x, with c and d on y, whose two sides oppose each other on z
    result = found(x="abu", y="cdu", z="ab/cd")
    assert sides(result) == ["ab", "cd"] and result.undecided == ("u",)
    assert sides(found(x="abu", y="cdu", z="ab/cd", w="au")) == ["abu", "cd"]  # one more for a


def test_who_has_both_stands_is_undecided_and_who_is_silent_has_no_camp():
    result = found(x="ab/cd/m", y="z")
    assert result.undecided == ("m",) and "z" not in result.camp and sides(result) == ["ab", "cd"]
    assert found(x="abc//m").undecided == ("m",)  # where there is one camp alone, too
    both = found(x="a//b")
    assert both.camp == {} and both.undecided == ("a", "b") and both.modularity is None


def test_who_is_tied_to_one_between_the_camps_goes_with_it():
    result = found(x="abu", y="cdu", z="ab/cd", w="uv")
    assert result.camp["u"] == result.camp["v"] == 0 and result.undecided == ()


@pytest.mark.parametrize("k", [None, 2])
def test_camps_pull_their_own_most_and_the_undecided_pull_nobody(k):
    seen = 0
    for seed in range(40):
        random = Random(seed)
        statements = [said(random.choice("abcdefghijkl"), random.choice("uvwxyz"),
                           random.choice(["agree", "disagree", "mixed"])) for _ in range(30)]
        ties = networks.network(statements, Rule("subtract"))
        result = camps.camps(ties, k)
        assert k is None or result.number <= k
        pulls = {actor: [0] * result.number for tie in ties.ties for actor in tie[:2]}
        for a, b, weight in ties.ties:
            for one, other in ((a, b), (b, a)):
                if other in result.camp:
                    pulls[one][result.camp[other]] += weight
        tied = set(pulls) | {actor for pair in ties.cancelled for actor in pair}
        assert tied == {*result.camp, *result.undecided} and not set(result.camp) & set(result.undecided)
        for actor, camp in result.camp.items():
            others = pulls[actor][:camp] + pulls[actor][camp + 1:]
            assert pulls[actor][camp] > max(others, default=0) and pulls[actor][camp] >= 0
        seen += len(result.undecided)
    assert seen  # there were some


def test_only_as_many_camps_as_asked_leave_out_who_fits_none():
    # three who are each against the other two, on a concept of each pair
    result = found(1, x="a/b", y="b/c", z="a/c")
    assert result.camp == {} and result.undecided == ("a", "b", "c")
    assert found(x="a/b", y="b/c", z="a/c").number == 3


def test_a_network_that_was_thinned_out_has_the_camps_of_its_ties():
    ties = networks.at_least(networks.network(stands(x="ab", y="ab", z="bc"), Rule("congruence")), 2)
    assert sides(camps.camps(ties)) == ["ab"]


def test_modularity_is_that_of_networkx_where_no_weight_is_negative():
    import networkx
    import numpy

    random = Random(3)
    matrix = numpy.zeros((12, 12))
    for a in range(12):
        for b in range(a):
            matrix[a, b] = matrix[b, a] = random.choice([0, 0, 1, 2, 5])
    groups = [random.randrange(3) for _ in range(12)]
    expected = networkx.community.modularity(networkx.from_numpy_array(matrix),
                                             [{n for n in range(12) if groups[n] == g} for g in set(groups)])
    assert camps.signed_modularity(matrix, groups) == pytest.approx(expected)
    assert camps.signed_modularity(-matrix, groups) == pytest.approx(-expected)


def test_planted_camps_are_found_again():
    random = Random(7)
    lines = {actor: at % 3 for at, actor in enumerate(f"a{n:02}" for n in range(45))}  # each agrees with a third of all
    statements = [said(actor, f"c{n}", "agree" if n % 3 == line else "disagree")
                  for actor, line in lines.items() for n in random.sample(range(30), 9)]
    assert camps.camps(networks.network(statements, Rule("subtract"))).camp == lines


def test_no_order_of_statements_changes_a_camp():
    random = Random(4)
    statements = [said(random.choice("abcdefghijklm"), random.choice("stuvwx"),
                       random.choice(["agree", "disagree", "mixed"]), f"2031-0{random.randrange(1, 5)}-05")
                  for _ in range(70)]

    def everything():
        ties = networks.network(statements, Rule("subtract"))
        over_time = windows.windows(statements, Rule("subtract", duplicates="month"), "month")
        return camps.camps(ties), camps.camps(ties, 2), windows.polarisation(over_time)

    expected = everything()
    for _ in range(200):
        random.shuffle(statements)
        assert everything() == expected


# --- over time --------------------------------------------------------------------------

def test_polarisation_by_month():
    statements = [*stands("2031-01-10", x="ab/cd"), *stands("2031-02-10", x="abcd"), *stands("2031-03", x="a", y="b"),
                  *stands("2031-04-01", x="bcd/a"), *stands("2031-05-01", x="abc", y="def", z="ghi")]
    found = windows.polarisation(windows.windows(statements, Rule("subtract", duplicates="month"), "month"))
    assert [(str(one.first), one.actors, one.ties, one.camps) for one in found] == [
        ("2031-01-01", 4, 6, 2), ("2031-02-01", 4, 6, 1), ("2031-03-01", 2, 0, 0), ("2031-04-01", 4, 6, 2),
        ("2031-05-01", 9, 9, 3)]
    assert [one.polarisation for one in found] == [0.5, 0.0, None, 0.25, pytest.approx(4 / 9)]
    assert [one.modularity for one in found] == [0.5, 0.0, None, 0.25, pytest.approx(2 / 3)]
    assert windows.polarisation(windows.windows([], Rule("subtract"))) == ()


# --- nothing, and bad input ---------------------------------------------------------------

def test_nobody_is_in_no_camp():
    for statements in ([], stands(x="a"), stands(x="a", y="b")):
        assert camps.camps(networks.network(statements, Rule("subtract"))) == camps.Camps({}, (), None)


@pytest.mark.parametrize("build, told", [
    (lambda: camps.camps(networks.network([], Rule("conflict"))), "Take aggregation subtract"),
    (lambda: camps.camps(networks.network([], Rule("subtract", two_mode=True))), "two modes"),
    (lambda: found(0, x="ab"), 'k: found "0"'),
    (lambda: windows.polarisation(windows.windows(stands(x="ab"), Rule())), "found networks by congruence, "),
])
def test_what_has_no_camps_is_told(build, told):
    with pytest.raises(BriefingError, match=told):
        build()


def test_small_weights_count_as_large_ones_do():
    ties = tuple(Tie(a, b, sign * 1e-4) for a, b, sign in [("a", "b", 1), ("a", "c", -1), ("b", "c", -1)])
    assert camps.camps(DiscourseNetwork(Rule("subtract", normalisation="cosine"), ("a", "b", "c"), ties, {})).camp == {
        "a": 0, "b": 0, "c": 1}
