"""How far coders agree: the coefficient against published examples, and what is said where there is none."""

import random

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
                                            "passages": [{"id": f"p{n}", "source": "s"} for n in range(length + 10)],
                                            "sources": [{"id": "s", "characters": 100}], "statements": statements})


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
    assert [(a.source, a.units) for a in found.sources] == [("courier", 3)]
    assert [(a.pair, a.units) for a in found.pairs] == [(("a", "b"), 3)]
    assert [(d.actor, d.concept) for d in found.disagreements] == [("port-company", "strike-lawful")]


def test_coder_who_says_both_is_mixed(tmp_path):
    data = coded(tmp_path, a="xy", b="xy")
    data.rows["statements"].append(data.rows["statements"][0] | {"agreement": "y", "passage": "p9"})
    found, _ = reliability.measure(data)
    assert dict(found.disagreements[0].stands) == {"a": "mixed", "b": "x"}
    assert found.disagreements[0].passages["a"] == ("p0", "p9")


# --- who read what ----------------------------------------------------------------------

def read(root, codings=(), **sources):
    """Tables in which coders code sources: of each source the codes that each coder gave to actors a0, a1 … on one
    concept, a dot for none; `codings` are who read what besides, as "coder source"."""
    statements = [{"actor": f"a{n}", "concept": "c", "agreement": code, "mode": "said", "passage": f"{source}-{n}", "coder": coder,
                   "act": None} for source, codes in sources.items() for coder, each in codes.items()
                  for n, code in enumerate(each) if code != "."]
    return Tables(root, {"resources": []}, {
        "sources": [{"id": id, "characters": 100} for id in sources], "concepts": [{"id": "c"}],
        "passages": [{"id": f"{id}-{n}", "source": id} for id in sources for n in range(20)], "statements": statements,
        "actors": [{"id": f"a{n}"} for n in range(20)],
        "codings": [dict(zip(("coder", "source"), each.split())) for each in codings]})


def test_what_a_coder_did_not_read_is_not_said_to_be_none(tmp_path):
    """One text of two coders: 2 cells agree, 3 disagree, and 1 that the second left, so of 12 values 5, 6 and 1, and
    alpha is 1 - 11 * 2 / (144 - 25 - 36 - 1) = 1 - 22/82. With 12 cells of a text that the second never read taken for
    none: of 36 values 5, 18 and 13, and 1 - 35 * 26 / (1296 - 25 - 324 - 169) = 1 - 910/778."""
    found, _ = reliability.measure(read(tmp_path, one={"a": "++---+", "b": "++---."}, two={"a": "......" + "-" * 12}))
    assert (f"{1 - 22 / 82:.2f}", f"{1 - 910 / 778:.2f}") == ("0.73", "-0.17")
    assert found.overall.alpha == pytest.approx(1 - 22 / 82) and found.overall.units == 6
    wrong, _ = reliability.measure(read(tmp_path, ["b two"], one={"a": "++---+", "b": "++---."}, two={"a": "......" + "-" * 12}))
    assert wrong.overall.alpha == pytest.approx(1 - 910 / 778)  # where b did read it, all this is disagreement
    assert [d.source for d in found.disagreements] == ["one"] and len(wrong.disagreements) == 13


def test_alpha_with_missing_coders_is_that_of_the_library(tmp_path):
    import krippendorff

    data = read(tmp_path, one={"x": "+-+-", "y": "+--."}, two={"y": "++-", "z": "+--"}, three={"x": "-", "y": "-", "z": "+"}, four={"z": "+++"})
    found, _ = reliability.measure(data)
    no = float("nan")  # of + 1, of - 0, none 2
    raw = [[1, 0, 1, 0, no, no, no, 0], [1, 0, 0, 2, 1, 1, 0, 0], [no, no, no, no, 1, 0, 0, 1]]
    assert found.overall.units == 8
    assert found.overall.alpha == pytest.approx(krippendorff.alpha(reliability_data=raw, level_of_measurement="nominal"))
    assert [each.source for each in found.sources] == ["one", "three", "two"]
    assert {each.pair: each.units for each in found.pairs} == {("x", "y"): 5, ("x", "z"): 1, ("y", "z"): 4}
    of_pair = next(each for each in found.pairs if each.pair == ("y", "z"))
    assert of_pair.alpha == pytest.approx(krippendorff.alpha(reliability_data=[[1, 1, 0, 0], [1, 0, 0, 1]], level_of_measurement="nominal"))
    assert [(d.source, d.actor, dict(d.stands)) for d in found.disagreements] == [
        ("one", "a2", {"x": "+", "y": "-"}), ("one", "a3", {"x": "-", "y": "none"}), ("three", "a0", {"x": "-", "y": "-", "z": "+"}),
        ("two", "a1", {"y": "+", "z": "-"})]


def test_a_cell_that_two_of_three_coders_left_is_no_unit_of_theirs(tmp_path):
    found, _ = reliability.measure(read(tmp_path, one={"x": "++", "y": "+.", "z": "-."}))
    assert {each.pair: each.units for each in found.pairs} == {("x", "y"): 2, ("x", "z"): 2, ("y", "z"): 1}


def test_the_same_actor_in_two_texts_is_two_cells(tmp_path):
    found, _ = reliability.measure(read(tmp_path, one={"a": "+-", "b": "+-"}, two={"a": "-", "b": "+"}))
    assert found.overall.units == 3 and [(d.source, dict(d.stands)) for d in found.disagreements] == [("two", {"a": "-", "b": "+"})]


def test_no_text_that_two_coded(tmp_path):
    found, findings = reliability.measure(read(tmp_path, one={"a": "++"}, two={"b": "--"}), expected=("a", "b"))
    assert (found.coders, found.sources, found.pairs, found.concepts, found.disagreements, found.unitising) == (("a", "b"), (), (), (), (), None)
    assert (found.overall.alpha, found.overall.units, findings) == (None, 0, [])


def test_who_read_a_text_and_found_no_stand_is_a_coder_of_it(tmp_path):
    found, _ = reliability.measure(read(tmp_path, ["b one"], one={"a": "+-"}), expected=("a", "b"))
    assert [dict(d.stands) for d in found.disagreements] == [{"a": "+", "b": "none"}, {"a": "-", "b": "none"}]
    nothing, _ = reliability.measure(read(tmp_path, ["a one", "b one"], one={}))
    assert (nothing.overall.units, nothing.overall.alpha, [each.units for each in nothing.sources]) == (0, None, [0])


def test_the_order_of_rows_changes_nothing(tmp_path, dossier):
    data = tables.load(dossier)
    before, _ = reliability.measure(data)
    assert before.overall.units == 11 and [each.source for each in before.sources] == ["gazette"]
    assert [(d.actor, d.concept, dict(d.stands)) for d in before.disagreements] == [
        ("biologist", "build", {"anna": "none", "carl": "disagree"}), ("prime-minister", "build", {"anna": "agree", "carl": "none"}),
        ("prime-minister", "pays", {"anna": "disagree", "carl": "mixed"})]
    for seed in range(20):
        shuffled = {name: random.Random(seed).sample(rows, len(rows)) for name, rows in data.rows.items()}
        assert reliability.measure(Tables(data.root, data.descriptor, shuffled))[0] == before


def test_the_interval_is_that_of_resampled_units(tmp_path):
    """Against alpha of the library for each of many resamples, drawn in another way."""
    found, _ = reliability.measure(read(tmp_path, one={"x": "++--+-+--+", "y": "++--+.+-++"}, two={"x": "+-+-", "y": "+---", "z": "++--"}))
    units = [*zip("++--+-+--+", "++--+.+-++"), *zip("+-+-", "+---", "++--")]
    draw = random.Random(7)
    alphas = sorted(value for value in (reliability._alpha(draw.choices(units, k=len(units))) for _ in range(2000)) if value is not None)
    assert found.overall.low == pytest.approx(alphas[50], abs=0.06) and found.overall.high == pytest.approx(alphas[-50], abs=0.06)
    assert 0 < found.overall.low < found.overall.alpha < found.overall.high


def test_spans_are_compared_in_what_both_read(tmp_path):
    data = spanned(tmp_path, ("a", "x", "agree", 10, 30), ("b", "x", "agree", 20, 40))
    alone, _ = reliability.measure(data)
    data.rows["sources"].append({"id": "t", "characters": 5000})
    data.rows["passages"].append({"id": "q", "source": "t"})
    data.rows["statements"].append(data.rows["statements"][0] | {"passage": "q", "start": None, "end": None})
    found, _ = reliability.measure(data)
    assert found.unitising == alone.unitising and found.unitising.characters == 100
    data.rows["codings"] = [{"coder": "b", "source": "t"}]
    assert reliability.measure(data)[0].unitising is None


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
