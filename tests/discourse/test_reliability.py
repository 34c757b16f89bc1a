"""How far coders agree: the coefficient against published examples, and what is said where there is none."""

import pytest

from briefing.discourse import reliability
from briefing.facts import tables
from briefing.facts.tables import Tables

#: Krippendorff, K. (2011), Computing Krippendorff's Alpha-Reliability, sections A and B.
BINARY = ("0100000010", "1110010000", 0.095)
NOMINAL = ("aabbdcccedda", "babbbccceddd", 0.692)


def coded(root, **codings):
    """Tables in which each coder gives one code to each of many actors on one concept; a dot is none."""
    length = max(map(len, codings.values()))
    statements = [{"actor": f"a{n}", "concept": "c", "agreement": code, "mode": "said", "passage": f"p{n}", "coder": coder,
                   "act": None} for coder, codes in codings.items() for n, code in enumerate(codes) if code != "."]
    return Tables(root, {"resources": []}, {"actors": [{"id": f"a{n}"} for n in range(length)], "concepts": [{"id": "c"}],
                                            "statements": statements})


@pytest.mark.parametrize(("one", "other", "alpha"), [BINARY, NOMINAL])
def test_alpha_is_that_of_the_published_example(tmp_path, one, other, alpha):
    found, findings = reliability.measure(coded(tmp_path, jon=one, ben=other))
    assert findings == [] and found.overall.alpha == pytest.approx(alpha, abs=5e-4)
    assert found.overall.units == len(one) and found.overall.low <= found.overall.alpha <= found.overall.high


def test_alpha_is_that_of_the_library_on_raw_codes(tmp_path):
    import krippendorff

    codings = ["aabbdcccedda", "babbbccceddd", "aabbdc.ceddb"]
    found, _ = reliability.measure(coded(tmp_path, **dict(zip("xyz", codings))))
    raw = [[".abcde".index(code) for code in codes] for codes in codings]
    assert found.overall.alpha == pytest.approx(krippendorff.alpha(reliability_data=raw, level_of_measurement="nominal"))
    assert found.coders == ("x", "y", "z")


def test_alpha_does_not_depend_on_the_order_of_coders_and_is_the_same_again(tmp_path):
    one, _ = reliability.measure(coded(tmp_path, a=NOMINAL[0], b=NOMINAL[1]))
    other, _ = reliability.measure(coded(tmp_path, b=NOMINAL[1], a=NOMINAL[0]))
    assert one.overall == other.overall


def test_full_agreement_and_a_single_code(tmp_path):
    same, _ = reliability.measure(coded(tmp_path, a="abab", b="abab"))
    assert (same.overall.alpha, same.disagreements) == (1.0, ())
    single, _ = reliability.measure(coded(tmp_path, a="aaaa", b="aaaa"))
    assert (single.overall.alpha, single.overall.low, single.overall.high) == (None, None, None)


def test_no_alpha_for_one_coder_or_none(project, tmp_path):
    alone, findings = reliability.measure(tables.load(project))
    assert (alone.coders, alone.overall.alpha, alone.overall.text, findings) == (("a",), None, "not defined", [])
    assert (alone.concepts, alone.disagreements, alone.unitising) == ((), (), None)
    assert reliability.measure(coded(tmp_path, a="....", b="...."))[0].coders == ()


def test_coder_who_coded_nothing_is_a_finding(tmp_path):
    found, findings = reliability.measure(coded(tmp_path, a="ab"), expected=("a", "b"))
    assert found.coders == ("a",) and [(f.code, f.column) for f in findings] == [("coder-without-statements", "coder")]
    assert "coder b" in findings[0].found
    found, findings = reliability.measure(coded(tmp_path, a="ab", c="ab"), expected=("a", "b", "c"))
    assert found.coders == ("a", "c") and len(findings) == 1


def test_disagreements_name_cell_stands_and_passages(tmp_path):
    data = coded(tmp_path, a="xy.x", b="xxy.")
    found, _ = reliability.measure(data)
    assert [(d.actor, dict(d.stands), dict(d.passages)) for d in found.disagreements] == [
        ("a1", {"a": "y", "b": "x"}, {"a": ("p1",), "b": ("p1",)}), ("a2", {"a": "none", "b": "y"}, {"a": (), "b": ("p2",)}),
        ("a3", {"a": "x", "b": "none"}, {"a": ("p3",), "b": ()})]


def test_alpha_for_each_concept_over_its_own_cells(project):
    data = tables.load(project)
    data.rows["statements"].extend([row | {"coder": "b"} for row in data.rows["statements"][:3]])
    found, _ = reliability.measure(data)
    assert [(a.concept, a.units) for a in (found.overall, *found.concepts)] == [
        (None, 3), ("crews-needed", 2), ("strike-lawful", 1)]
    assert [(d.actor, d.concept) for d in found.disagreements] == [("port-company", "strike-lawful")]


def test_coder_who_says_both_is_mixed(tmp_path):
    data = coded(tmp_path, a="xy", b="xy")
    data.rows["statements"].append(data.rows["statements"][0] | {"agreement": "y", "passage": "p9"})
    found, _ = reliability.measure(data)
    assert dict(found.disagreements[0].stands) == {"a": "mixed", "b": "x"}
    assert found.disagreements[0].passages["a"] == ("p0", "p9")


# --- spans, and the adjudicated set ------------------------------------------------------

def spanned(root, *rows):
    """Tables of statements with the coders' own spans: (coder, actor, agreement, start, end)."""
    statements = [{"actor": actor, "concept": "c", "agreement": agreement, "mode": "said", "passage": "p", "coder": coder,
                   "act": None, "start": start, "end": end} for coder, actor, agreement, start, end in rows]
    return Tables(root, {"resources": []}, {
        "actors": [{"id": "x"}, {"id": "y"}], "concepts": [{"id": "c"}], "statements": statements,
        "passages": [{"id": "p", "source": "s"}], "sources": [{"id": "s", "characters": 100}]})


def test_alpha_over_characters_is_that_of_the_library(tmp_path):
    import krippendorff

    found, _ = reliability.measure(spanned(tmp_path, ("a", "x", "agree", 10, 30), ("b", "x", "agree", 20, 40),
                                           ("b", "y", "agree", 60, 70)))
    one, other = [0] * 100, [0] * 100
    one[10:30], other[20:40], other[60:70] = [1] * 20, [1] * 20, [2] * 10
    assert found.unitising.alpha == pytest.approx(krippendorff.alpha(reliability_data=[one, other], level_of_measurement="nominal"))
    assert (found.unitising.characters, found.unitising.statements, found.unitising.matched) == (100, 3, 2)
    assert [row["actor"] for row in found.unitising.unmatched] == ["y"]


def test_statements_match_only_with_the_same_code_on_shared_words(tmp_path):
    for row in (("b", "x", "disagree", 10, 30), ("b", "x", "agree", 30, 40), ("b", "y", "agree", 10, 30)):
        found, _ = reliability.measure(spanned(tmp_path, ("a", "x", "agree", 10, 30), row))
        assert found.unitising.matched == 0
    same, _ = reliability.measure(spanned(tmp_path, ("a", "x", "agree", 10, 30), ("b", "x", "agree", 10, 30)))
    assert (same.unitising.alpha, same.unitising.matched) == (1, 2)


def test_without_spans_of_their_own_there_is_no_agreement_on_them(tmp_path):
    assert reliability.measure(coded(tmp_path, a="ab", b="ab"))[0].unitising is None


def test_the_adjudicated_set_is_no_coder(tmp_path):
    data = spanned(tmp_path, ("final", "x", "agree", 0, 9), ("a", "x", "agree", 0, 9), ("b", "x", "disagree", 0, 9))
    data.descriptor["adjudicated"] = "final"
    found, _ = reliability.measure(data)
    assert found.coders == ("a", "b") == reliability.coders(data) and len(found.disagreements) == 1
