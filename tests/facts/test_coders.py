"""Coders: who coded which source, whose statements count, and what is said where some would be left out."""

import itertools
import json

import pytest

from briefing.facts import coders


def data(statements, codings=(), **descriptor):
    """A descriptor and rows: statements as "coder source passage" in one string each, codings as "coder source"."""
    found = [each.split() for each in statements]
    passages = {passage: source for _, source, passage in found}
    sources = {source for _, source, _ in found} | {each.split()[1] for each in codings} | {"s1", "s2", "s3"}
    return descriptor, {
        "sources": [{"id": id} for id in sorted(sources)],
        "passages": [{"id": id, "source": source} for id, source in passages.items()],
        "statements": [{"coder": coder, "passage": passage, "actor": "x", "concept": "y", "agreement": "agree"}
                       for coder, _, passage in found],
        "codings": [dict(zip(("coder", "source"), each.split())) for each in codings]}


def codes(descriptor, rows):
    return [finding.code for finding in coders.check(descriptor, rows)]


def who(descriptor, rows):
    return sorted(f"{row['coder']} {row['passage']}" for row in coders.counted(descriptor, rows))


def written(descriptor, line):
    """The descriptor with a line of a message."""
    return descriptor | json.loads("{" + line + "}")


ONE = ["a s1 p1", "a s2 p2"]
SPLIT = ["a s1 p1", "b s2 p2"]  # two coders on different texts
BOTH = ["a s1 p1", "b s1 p1"]
OVERLAP = ["a s1 p1", "a s2 p2", "b s1 p1", "b s3 p3"]  # s1 is coded twice, for the sake of agreement
PARTS = ["a s1 p1", "b s1 p2"]  # one text, shared


# --- who coded ----------------------------------------------------------------------

def test_a_source_is_coded_by_who_has_a_statement_in_it_or_read_it():
    assert coders.coded(data(OVERLAP, ["c s3", "a s1"])[1]) == {"s1": ("a", "b"), "s2": ("a",), "s3": ("b", "c")}
    assert coders.coded({}) == {}


@pytest.mark.parametrize(("statements", "descriptor", "people"), [
    (BOTH, {}, "ab"), (BOTH, {"adjudicated": "a"}, "ab"), ([*BOTH, "f s1 p1"], {"adjudicated": "f"}, "ab"),
    ([*BOTH, "f s1 p1"], {"adjudicated": "f", "coders": ["a", "b"]}, "ab"), ([*BOTH, "f s1 p1"], {}, "abf"),
    ([*BOTH, "f s1 p1"], {"adjudicated": {"s1": "f"}}, "ab"), ([*BOTH, "f s1 p1"], {"adjudicated": "f", "coders": "abf"}, "ab"),
    (["a s1 p1", "a s2 p2", "b s1 p1", "c s2 p2"], {"adjudicated": "a"}, "abc"),  # b and c coded a text each: a is no set
    (["a s1 p1", "f s1 p1"], {"adjudicated": "f", "coders": ["a", "b"]}, "a"), (SPLIT, {"adjudicated": ["a", "b"]}, "ab"), ([], {}, "")])
def test_the_people_are_those_who_coded_without_what_was_settled_of_theirs(statements, descriptor, people):
    assert "".join(coders.people(*data(statements, **descriptor))) == people


def test_who_read_and_found_nothing_is_one_of_the_people():
    assert coders.people(*data(ONE, ["b s1"])) == ("a", "b")


# --- whose statements count -----------------------------------------------------------

@pytest.mark.parametrize(("statements", "adjudicated", "counted"), [
    (ONE, None, ONE), (SPLIT, None, SPLIT), (SPLIT, ["a", "b"], SPLIT), (BOTH, "b", ["b s1 p1"]), (BOTH, ["a"], ["a s1 p1"]),
    (PARTS, ["a", "b"], PARTS), (PARTS, {"s1": ["a", "b"]}, PARTS), (OVERLAP, {"s1": "a"}, ["a s1 p1", "a s2 p2", "b s3 p3"]),
    (OVERLAP, {"s1": "b"}, ["a s2 p2", "b s1 p1", "b s3 p3"]), ([*BOTH, "f s1 p1"], "f", ["f s1 p1"])])
def test_figures_are_drawn_from_whom_is_declared(statements, adjudicated, counted):
    descriptor, rows = data(statements, **({"adjudicated": adjudicated} if adjudicated else {}))
    assert codes(descriptor, rows) == []
    assert who(descriptor, rows) == sorted(" ".join(each.split()[::2]) for each in counted)


def test_the_order_of_rows_changes_nothing():
    for order in itertools.permutations(OVERLAP):
        assert who(*data(order)) == ["a p1", "a p2", "b p3"]
        assert coders.people(*data(order)) == ("a", "b")
        assert coders.proposal(*data(order)) == '"adjudicated": {"s1": "a"}'


#: m coded s1 in full, j one passage of it and all of s2: j is nobody to draw s1 from.
FEW = ["j s1 p1", "m s1 p1", "m s1 p3", "m s1 p4", "j s2 p2"]


# --- what would be left out -----------------------------------------------------------

@pytest.mark.parametrize(("statements", "codings", "descriptor", "line"), [
    (BOTH, [], {}, '"adjudicated": "a"'), (PARTS, [], {}, '"adjudicated": "a"'),
    (BOTH, [], {"coders": ["b", "a"]}, '"adjudicated": "b"'),
    (OVERLAP, [], {}, '"adjudicated": {"s1": "a"}'), (OVERLAP, [], {"adjudicated": "b"}, '"adjudicated": {"s1": "b"}'),
    (OVERLAP, [], {"adjudicated": ["a", "b"]}, '"adjudicated": {"s1": "a"}'),
    ([*BOTH, "b s2 p2"], [], {}, '"adjudicated": "b"'),  # b coded both texts
    (SPLIT, [], {"adjudicated": "a"}, '"adjudicated": ["a", "b"]'),
    ([*BOTH, "f s1 p1", "a s2 p2", "b s2 p2"], [], {"adjudicated": "f"}, '"adjudicated": {"s1": "f", "s2": "a"}'),
    ([*BOTH, "c s2 p2", "d s2 p2"], [], {}, '"adjudicated": ["a", "c"]'),
    ([*BOTH, "a s2 p2", "b s3 p3"], ["a s3"], {"adjudicated": {"s1": "b"}}, None),
    ([*BOTH, "b s2 p2", "c s3 p3"], ["a s2"], {"adjudicated": "a"}, '"adjudicated": ["a", "c"]'),
    (FEW, [], {}, '"adjudicated": {"s1": "m"}'), (FEW, [], {"coders": ["j", "m"]}, '"adjudicated": {"s1": "m"}'),
])
def test_the_line_that_the_message_gives_settles_it(statements, codings, descriptor, line):
    descriptor, rows = data(statements, codings, **descriptor)
    assert coders.proposal(descriptor, rows) == (line or "")
    found = [finding for finding in coders.check(descriptor, rows)]
    assert bool(found) == bool(line)
    for finding in found:
        assert finding.code in ("statements-left-out", "coded-twice") and f"`{line}`" in finding.remedy
    if line:
        assert codes(written(descriptor, line), rows) == []


def test_the_finding_says_how_much_of_whom_is_left_out():
    (finding,) = coders.check(*data([*BOTH, "a s1 p2"]))
    assert str(finding) == (
        'data/statements.csv row 3, coder: found 2 statements of a and 1 statement of b on s1, expected one coding of a '
        'source in the figures. Write `"adjudicated": "a"` into data/datapackage.json, or whose statements figures are to '
        "show.")
    (finding,) = coders.check(*data(SPLIT, adjudicated="a"))
    assert str(finding) == (
        'data/statements.csv row 3, coder: found 1 statement of b on s2, which a did not code, expected a coding of each '
        'source in the figures. Write `"adjudicated": ["a", "b"]` into data/datapackage.json to draw figures from these as '
        "well; or add the row `a,s2` to data/codings.csv, where a read it and found no stand.")


def test_who_shared_a_text_is_offered_to_say_so_only_where_no_passage_is_of_both():
    (finding,) = coders.check(*data(PARTS))
    assert 'where the coders shared the text, `"adjudicated": ["a", "b"]`' in finding.remedy
    assert codes(*data(PARTS, adjudicated=["a", "b"])) == []
    one, two = coders.check(*data([*PARTS, "a s2 p3", "b s2 p3"]))
    assert '`"adjudicated": {"s1": ["a", "b"]}`' in one.remedy and "shared" not in two.remedy


def test_what_the_declared_coder_read_and_left_is_no_finding():
    assert codes(*data(SPLIT, ["a s2"], adjudicated="a")) == []


@pytest.mark.parametrize(("adjudicated", "found"), [
    ("", '""'), ([], "[]"), ({}, "{}"), (7, "7"), (["a", 7], '["a", 7]'), ({"s1": ""}, '{"s1": ""}'), ({"s1": None}, "null"), (True, "true")])
def test_a_declaration_that_is_none(adjudicated, found):
    (finding,) = coders.check(*data(BOTH, adjudicated=adjudicated))
    assert (finding.code, finding.column) == ("adjudicated", "adjudicated") and found in finding.found
    assert 'Write `"adjudicated": "NAME"`' in finding.remedy


@pytest.mark.parametrize(("adjudicated", "told"), [
    ("agred", '"agred", expected one of the coders a, agreed, b. Did you mean `agreed`?'), ("x", '"x", expected one of the coders a, agreed, b. Name'),
    ({"s1": "agred"}, "one of the coders a, agreed, b of s1. Did you mean `agreed`?"),
    ({"s9": "agreed"}, '"s9", expected one of the sources s1, s2, s3. Name the source')])
def test_a_declared_name_that_nobody_has(adjudicated, told):
    found = list(coders.check(*data([*BOTH, "agreed s1 p1"], adjudicated=adjudicated)))
    assert found[0].code == "adjudicated" and told in str(found[0])


def test_a_reader_of_whom_nobody_knows_where_the_coders_are_listed():
    (finding,) = coders.check(*data(ONE, ["a s1", "an s1"], coders=["a", "anna"]))
    assert (finding.code, finding.path, finding.row) == ("coder-unknown", "data/codings.csv", 3)
    assert "Did you mean `anna`?" in finding.remedy
    assert codes(*data(ONE, ["an s1"])) == []


def test_nothing_coded_is_nothing_left_out():
    assert codes(*data([], adjudicated="a")) == codes({}, {}) == [] and coders.counted({}, {}) == []
