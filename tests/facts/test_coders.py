"""Coders: who coded which source, whose statements count, and what is said where some would be left out."""

import itertools
import json
import random

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


# --- what each function says ----------------------------------------------------------

@pytest.mark.parametrize(("adjudicated", "source", "names"), [
    (None, None, ()), ("", "s1", ()), ("a", None, ("a",)), ("a", "s1", ("a",)), (["b", "a"], None, ("b", "a")),
    (["b", "a"], "s1", ("b", "a")),
    ({"s1": "b", "s2": ["a", "b"]}, None, ("b", "a")), ({"s1": "b", "s2": ["a", "b"]}, "s1", ("b",)),
    ({"s1": "b", "s2": ["a", "b"]}, "s2", ("a", "b")), ({"s1": "b"}, "s9", ()), ({"s1": None}, "s1", ()), (7, None, ("7",))])
def test_who_is_declared(adjudicated, source, names):
    descriptor = {} if adjudicated is None else {"adjudicated": adjudicated}
    assert coders.declared(descriptor, source) == names


@pytest.mark.parametrize(("said", "names"), [(None, ()), ("anna", ("anna",)), (["ben", "anna"], ("ben", "anna")), ([], ()),
 ("", ())])
def test_who_should_have_coded(said, names):
    assert coders.listed({} if said is None else {"coders": said}) == names


def test_a_passage_that_there_is_not_lies_in_no_source():
    rows = {"passages": [{"id": "p1", "source": "s1"}], "statements": [{"coder": "b", "passage": "p1"},
     {"coder": "a", "passage": "p9"}, {"coder": "c", "passage": "p9"}]}
    assert coders.coded(rows) == {"": ("a", "c"), "s1": ("b",)}
    assert [row["coder"] for row in coders.counted({}, rows)] == ["b", "a"]
    assert coders.people({}, rows) == ("a", "b", "c")


def test_of_two_who_coded_a_source_the_first_name_counts_whatever_stands_first():
    descriptor, rows = data(["b s1 p1", "a s1 p1", "c s2 p2", "b s2 p3"])
    assert [f"{row['coder']} {row['passage']}" for row in coders.counted(descriptor, rows)] == ["a p1", "b p3"]


def test_a_source_is_coded_once_by_who_has_statements_and_a_coding():
    assert coders.coded(data(["b s2 p2", "a s2 p3", "a s1 p1"], ["a s1", "c s1"])[1]) == {"s1": ("a", "c"), "s2": ("a", "b")}


# --- whole messages -------------------------------------------------------------------

LINE = "into data/datapackage.json"


def told(statements, codings=(), **descriptor):
    """The findings of statements and codings, as text."""
    return [str(finding) for finding in coders.check(*data(statements, codings, **descriptor))]


@pytest.mark.parametrize(("statements", "descriptor", "messages"), [
    (BOTH, {"adjudicated": ""}, [
        'data/datapackage.json, adjudicated: found """", expected a coder\'s name, a list of names, or one of these by source. '
        'Write `"adjudicated": "NAME"`: whose statements figures are drawn from.']),
    (BOTH, {"adjudicated": {"s1": ["ä", 7]}}, [
        'data/datapackage.json, adjudicated: found "{"s1": ["ä", 7]}", expected a coder\'s name, a list of names, or one of '
         'these by source. '
        'Write `"adjudicated": "NAME"`: whose statements figures are drawn from.']),
    (BOTH, {"adjudicated": {"sources-1": "a", "s1": "a", "s8": "a"}}, [
        'data/datapackage.json, adjudicated: found "s8", expected one of the sources s1, s2, s3. Name the source whose coder you '
         'declare.',
        'data/datapackage.json, adjudicated: found "sources-1", expected one of the sources s1, s2, s3. Name the source whose '
         'coder you declare.']),
    (BOTH, {"adjudicated": {"s11": "a", "s1": "a"}}, [
        'data/datapackage.json, adjudicated: found "s11", expected one of the sources s1, s2, s3. Did you mean `s1`? Name the '
         'source whose coder you declare.']),
    (["anna s1 p1", "ben s2 p2"], {"adjudicated": "xyz"}, [
        'data/datapackage.json, adjudicated: found "xyz", expected one of the coders anna, ben. Name whose statements figures '
         'are drawn from.']),
    (["anna s1 p1", "ben s2 p2"], {"adjudicated": ["anna", "ben", "bem", "q"]}, [
        'data/datapackage.json, adjudicated: found "bem", expected one of the coders anna, ben. Did you mean `ben`? Name whose '
         'statements figures are drawn from.',
        'data/datapackage.json, adjudicated: found "q", expected one of the coders anna, ben. Name whose statements figures are '
         'drawn from.']),
    (["anna s1 p1", "ben s2 p2"], {"adjudicated": {"s1": ["anna", "ben"]}}, [
        'data/datapackage.json, adjudicated: found "ben", expected one of the coders anna of s1. Name whose statements figures '
         'are drawn from.']),
    (["anna s1 p1", "ben s2 p2"], {"adjudicated": {"s2": "anna"}}, [
        'data/datapackage.json, adjudicated: found "anna", expected one of the coders ben of s2. Name whose statements figures '
         'are drawn from.',
        'data/statements.csv row 3, coder: found 1 statement of ben on s2, which anna did not code, expected a coding of each '
         'source in the figures. '
        f'Write `"adjudicated": ["anna", "ben"]` {LINE} to draw figures from these as well; or add the row `anna,s2` to '
         f'data/codings.csv, where anna read it and found no stand.']),
    (["b s2 p2", "c s2 p3", "c s2 p3"], {"adjudicated": ["a", "d"], "coders": "a"}, [
        'data/datapackage.json, adjudicated: found "a", expected one of the coders b, c. Name whose statements figures are drawn '
         'from.',
        'data/datapackage.json, adjudicated: found "d", expected one of the coders b, c. Name whose statements figures are drawn '
         'from.']),
])
def test_what_a_wrong_declaration_is_told(statements, descriptor, messages):
    assert told(statements, **descriptor) == messages


@pytest.mark.parametrize(("statements", "codings", "descriptor", "messages"), [
    (["b s1 p1", "a s1 p1", "b s1 p2", "c s1 p3"], [], {}, [
        "data/statements.csv row 2, coder: found 1 statement of a and 2 statements of b and 1 statement of c on s1, expected one "
         "coding of a source in the figures. "
        f'Write `"adjudicated": "a"` {LINE}, or whose statements figures are to show.']),
    (["b s1 p1", "a s1 p2"], [], {}, [
        "data/statements.csv row 2, coder: found 1 statement of a and 1 statement of b on s1, expected one coding of a source in "
         "the figures. "
        f'Write `"adjudicated": "a"` {LINE}, or whose statements figures are to show; where the coders shared the text, '
         f'`"adjudicated": ["a", "b"]`.']),
    (["a s1 p1", "c s2 p2", "b s2 p3", "c s2 p4"], [], {"adjudicated": ["a", "d"]}, [
        'data/datapackage.json, adjudicated: found "d", expected one of the coders a, b, c. Name whose statements figures are '
         'drawn from.',
        "data/statements.csv row 4, coder: found 1 statement of b on s2, which a and d did not code, expected a coding of each "
         "source in the figures. "
        f'Write `"adjudicated": ["a", "b", "d"]` {LINE} to draw figures from these as well; or add the row `a,s2` to '
         f'data/codings.csv, where a read it and found no stand.']),
    (["a s1 p1", "b s1 p2", "b s1 p1", "b s1 p1"], [], {"adjudicated": ["b", "a"]}, [
        'data/statements.csv row 4, coder: found "p1" of b, as of a, expected each passage of one of the declared coders alone. '
        f'Write `"adjudicated": "b"` {LINE}, or settle the difference in a set of another name.']),
    (SPLIT, ["a s1", "an s1", "zzzzzz s2"], {"coders": ["a", "anna"]}, [
        'data/codings.csv row 3, coder: found "an", expected one of the coders a, anna, b. Did you mean `anna`? Correct the '
         'name, or add it to `coders` in data/datapackage.json.',
        'data/codings.csv row 4, coder: found "zzzzzz", expected one of the coders a, anna, b. Correct the name, or add it to '
         '`coders` in data/datapackage.json.']),
])
def test_what_is_said_of_statements_that_would_be_left_out(statements, codings, descriptor, messages):
    assert told(statements, codings, **descriptor) == messages


def test_who_read_another_source_only_is_no_coder_of_this_one():
    first, second = told(["a s1 p1", "a s2 p2"], ["b s2"], adjudicated={"s1": "b", "s2": "b"})
    assert first == 'data/datapackage.json, adjudicated: found "b", expected one of the coders a of s1. Name whose statements figures are drawn from.'
    assert "1 statement of a on s1, which b did not code" in second


def test_a_finding_has_the_path_of_the_table_and_the_code():
    descriptor, rows = data(BOTH)
    (finding,) = coders.check(descriptor, rows, "data/stands.csv")
    assert (finding.code, finding.path, finding.row, finding.column) == ("statements-left-out", "data/stands.csv", 3, "coder")
    descriptor, rows = data(BOTH, adjudicated=["a", "b"])
    (finding,) = coders.check(descriptor, rows, "data/stands.csv")
    assert (finding.code, finding.path, finding.row, finding.column) == ("coded-twice", "data/stands.csv", 3, "coder")
    descriptor, rows = data(SPLIT, adjudicated="a")
    (finding,) = coders.check(descriptor, rows, "data/stands.csv")
    assert (finding.code, finding.path, finding.row, finding.column) == ("statements-left-out", "data/stands.csv", 3, "coder")


# --- which line is proposed -----------------------------------------------------------

@pytest.mark.parametrize(("statements", "codings", "descriptor", "line"), [
    # half of the most statements is a full coding, less is none
    (["a s1 p1", "b s1 p1", "b s1 p2"], [], {}, '"adjudicated": "a"'),
    (["a s1 p1", "b s1 p1", "b s1 p2", "b s1 p3"], [], {}, '"adjudicated": "b"'),
    # who is listed comes first, in that order; others by name
    (["a s1 p1", "b s1 p1", "c s1 p1"], [], {"coders": ["c", "b"]}, '"adjudicated": "c"'),
    (["a s1 p1", "b s1 p1"], [], {"coders": ["z"]}, '"adjudicated": "a"'),
    # two texts coded twice by the same two, a third by another
    (["a s1 p1", "b s1 p1", "a s2 p2", "b s2 p2", "c s3 p3"], [], {}, '"adjudicated": ["a", "c"]'),
    # who read a source and found nothing keeps it
    (["a s1 p1", "b s1 p1", "b s2 p2"], ["a s2"], {"adjudicated": {"s2": "a"}}, '"adjudicated": "a"'),
    # of declared coders who share a text without a passage of both, all stay
    (["a s1 p1", "b s1 p2", "c s2 p3"], [], {"adjudicated": ["a", "b"]}, '"adjudicated": ["a", "b", "c"]'),
    (["a s1 p1", "b s1 p2", "a s1 p2", "c s2 p3"], [], {"adjudicated": ["a", "b"]}, '"adjudicated": {"s1": "a"}'),
    (["ä s1 p1", "b s1 p1", "ä s2 p2"], [], {}, '"adjudicated": "ä"'), ([], [], {}, ""), (ONE, [], {"adjudicated": "nobody"}, ""),
])
def test_the_line_that_is_proposed(statements, codings, descriptor, line):
    assert coders.proposal(*data(statements, codings, **descriptor)) == line


def test_any_line_that_is_proposed_settles_it():
    draw = random.Random(11)
    proposed = 0
    for _ in range(600):
        statements = [f"{draw.choice('abc')} s{n} p{n}{draw.randint(1, 3)}" for n in (draw.randint(1,
         3) for _ in range(draw.randint(1, 7)))]
        codings = [f"{draw.choice('abc')} s{draw.randint(1, 3)}" for _ in range(draw.randint(0, 2))]
        declared = draw.choice([{}, {"adjudicated": draw.choice("abc")}, {"adjudicated": draw.sample("abc", 2)},
                                {"adjudicated": {f"s{draw.randint(1, 3)}": draw.choice("abc")}}])
        descriptor, rows = data(statements, codings, **declared, **draw.choice([{}, {"coders": ["c", "b"]}]))
        if line := coders.proposal(descriptor, rows):
            proposed += 1
            left = {*codes(written(descriptor, line), rows)} & {"statements-left-out", "coded-twice"}
            assert not left, (statements, codings, descriptor, line)
    assert 100 < proposed < 600
