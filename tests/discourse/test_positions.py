"""Positions: stands, networks, timeline and chains, from small tables whose answer is known."""

import datetime
from random import Random

import pytest

from briefing.discourse import positions
from briefing.facts import tables


def named(columns, row):
    return dict(zip(columns.split(), row, strict=True))


class Data:
    """The rows of a project, and nothing else of it."""

    def __init__(self, statements=(), events=(), passages=()):
        self.descriptor = {}
        self.rows = {
            "actors": [{"id": id, "label": id.upper()} for id in "abcd"],
            "concepts": [{"id": id, "label": f"Concept {id}"} for id in "xyz"],
            "sources": [{"id": "paper", "publisher": "The Paper"}, {"id": "site", "publisher": "A Site"}],
            "passages": [{"id": f"p{n}", "source": "paper" if n < 6 else "site"} for n in range(9)] + list(passages),
            "statements": [named("actor concept agreement mode passage coder act", row) for row in statements],
            "events": [named("id date resolved title actors passage source", row) for row in events]}

    def row(self, table, id):
        return next(row for row in self.rows[table] if row["id"] == id)


def said(actor, concept, agreement, passage="p1", coder="one", mode="said", act=None):
    return actor, concept, agreement, mode, passage, coder, act


def cell(data, actor, concept, **options):
    frame = positions.stands(data, **options)
    return frame[(frame["actor"] == actor) & (frame["concept"] == concept)].iloc[0]


# --- stands -------------------------------------------------------------------

def test_a_stand_in_several_passages_is_one_cell():
    data = Data([said("a", "x", "agree", "p1"), said("a", "x", "agree", "p2"), said("a", "x", "agree", "p7")])
    stand = cell(data, "a", "x")
    assert (stand["agreement"], stand["mode"], stand["count"]) == ("agree", "said", 3)
    assert stand["passages"] == ("p1", "p2", "p7") and stand["publishers"] == ("The Paper", "A Site")


def test_contradiction_makes_a_mixed_stand():
    data = Data([said("a", "x", "agree"), said("a", "x", "disagree", "p2"), said("b", "x", "mixed")])
    assert cell(data, "a", "x")["agreement"] == "mixed"
    assert cell(data, "b", "x")["agreement"] == "mixed"


def test_words_and_acts_are_told_apart():
    data = Data([said("a", "x", "agree"), said("a", "x", "agree", "p2", mode="done", act="signed"),
                 said("b", "x", "agree", mode="done", act="signed")])
    assert cell(data, "a", "x")["mode"] == "both" and cell(data, "a", "x")["acts"] == ("signed",)
    assert cell(data, "b", "x")["mode"] == "done"


def test_only_one_coder_counts():
    data = Data([said("a", "x", "agree", coder="one"), said("a", "x", "disagree", coder="two"),
                 said("b", "x", "agree", coder="two")])
    assert list(positions.stands(data)["agreement"]) == ["agree"]
    assert list(positions.stands(data, coder="two")["agreement"]) == ["disagree", "agree"]
    assert positions.stands(data, coder="three").empty


def test_cells_come_in_the_order_of_the_codebook():
    data = Data([said("b", "y", "agree"), said("a", "z", "agree"), said("b", "x", "agree")])
    assert list(zip(*positions.stands(data)[["actor", "concept"]].values.T, strict=True)) == [
        ("a", "z"), ("b", "x"), ("b", "y")]


def test_nothing_coded_is_an_empty_frame_with_its_columns():
    frame = positions.stands(Data())
    assert frame.empty and "agreement" in frame.columns
    ties = positions.network(Data(), frame)
    assert ties.edges.empty and list(ties.nodes["actor"]) == list("abcd")


# --- networks -----------------------------------------------------------------

def ties(*statements):
    data = Data(statements)
    return positions.network(data, positions.stands(data))


def test_the_same_sign_is_congruence_and_the_opposite_conflict():
    edges = ties(said("a", "x", "agree"), said("b", "x", "agree"), said("c", "x", "disagree")).edges
    assert {(e.a, e.b, e.relation, e.weight) for e in edges.itertuples()} == {
        ("a", "b", "congruence", 1), ("a", "c", "conflict", 1), ("b", "c", "conflict", 1)}


def test_two_who_disagree_alike_are_congruent():
    assert list(ties(said("a", "x", "disagree"), said("b", "x", "disagree")).edges["relation"]) == ["congruence"]


def test_weight_counts_concepts_and_not_passages():
    edges = ties(said("a", "x", "agree"), said("a", "x", "agree", "p2"), said("b", "x", "agree"),
                 said("a", "y", "disagree"), said("b", "y", "disagree"), said("a", "z", "agree"),
                 said("b", "z", "disagree")).edges
    assert [(e.relation, e.weight, e.concepts) for e in edges.itertuples()] == [
        ("congruence", 2, ("x", "y")), ("conflict", 1, ("z",))]
    assert edges.iloc[0]["passages"] == ("p1", "p2")


def test_a_mixed_stand_has_both_ties():
    edges = ties(said("a", "x", "mixed"), said("b", "x", "agree"), said("c", "x", "agree"), said("c", "x", "disagree", "p2"),
                 said("d", "x", "disagree", "p3")).edges
    both = {(a, b, relation) for a, b in [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("c", "d")]
            for relation in ("congruence", "conflict")}
    assert {(e.a, e.b, e.relation) for e in edges.itertuples()} == both | {("b", "d", "conflict")}
    # of a and c both agree and both disagree: two congruent pairs of statements, and two in conflict
    assert edges[(edges["a"] == "a") & (edges["b"] == "c")]["weight"].tolist() == [2, 2]


def test_camps_part_those_in_conflict_and_leave_out_the_silent():
    nodes = ties(said("a", "x", "agree"), said("b", "x", "disagree"), said("c", "x", "agree")).nodes
    camp = dict(zip(nodes["actor"], nodes["camp"], strict=True))
    assert camp["a"] == camp["c"] == 0 and camp["b"] == 1
    assert nodes["camp"].isna().tolist() == [False, False, False, True]
    assert nodes["undecided"].tolist() == [False] * 4


def test_who_stands_on_both_sides_is_undecided():
    nodes = ties(said("a", "x", "agree"), said("b", "x", "disagree"), said("c", "x", "agree"), said("d", "x", "mixed")).nodes
    assert nodes["undecided"].tolist() == [False, False, False, True]
    assert nodes["camp"].fillna(-1).tolist() == [0, 1, 0, -1]


def test_no_order_of_rows_changes_the_network():
    random = Random(1)
    statements = [said(random.choice("abcd"), random.choice("xyz"), random.choice(["agree", "disagree", "mixed"]), f"p{n}")
                  for n in range(9)]
    expected = None
    for _ in range(50):
        data = Data(random.sample(statements, len(statements)))
        for table in ("actors", "concepts", "passages"):
            random.shuffle(data.rows[table])
        found = positions.network(data, positions.stands(data))
        frames = [found.nodes.to_dict("records"), found.edges.to_dict("records")]
        expected = expected or frames
        assert frames == expected


# --- dates --------------------------------------------------------------------

def dated(*dates):
    return positions.timeline(Data(events=[(f"e{n}", date, False, "Title", (), "p1", None)
                                           for n, date in enumerate(dates)]))


@pytest.mark.parametrize("date, kind, when", [
    ("2024-09-02", "day", "2 September 2024"), ("2024-09", "within", "September 2024"),
    ("2024-09-02/2024-09-04", "span", "2–4 September 2024"), ("2024-09-02/..", "open", "from 2 September 2024"),
    ("../2024-09-02", "open", "until 2 September 2024"),
    ("[2024-09-02..2024-09-04]", "within", "between 2 and 4 September 2024"), ("1999", "within", "1999")])
def test_dates_keep_their_doubt(date, kind, when):
    event = dated(date).iloc[0]
    assert (event["kind"], event["when"]) == (kind, when)


def test_events_come_in_order_of_time():
    assert list(dated("2024-09-04", "2002", "2024-09-02/..", "2024-09-02", "2023-03")["date"]) == [
        "2002", "2023-03", "2024-09-02", "2024-09-02/..", "2024-09-04"]


def test_an_event_says_who_published_it():
    data = Data(events=[("e1", "2024", True, "Title", ("a", "b"), "p7", None),
                        ("e2", "2025", False, "Title", None, None, "paper")])
    frame = positions.timeline(data)
    assert list(frame["publisher"]) == ["A Site", "The Paper"] and list(frame["source"]) == ["site", "paper"]
    assert list(frame["actors"]) == [("A", "B"), ()]


@pytest.mark.parametrize("date, begun, ended, approximate, uncertain", [
    ("2024-09-02", "2024-09-02", "2024-09-02", (), ()), ("2024-09", None, None, (), ()),
    ("2024-09-02~", "2024-09-02", "2024-09-02", ("first", "last"), ()), ("2024-09?", None, None, (), ("first", "last")),
    ("2030-10~/2031-02%", "2030-10-31", "2031-02-01", ("first", "last"), ("last",)),
    ("2024-09-02/..", "2024-09-02", None, (), ()), ("../2024-09", None, "2024-09-01", (), ()),
    ("[2024-09-02..2024-09-04]", None, None, (), ()), ("../..", None, None, (), ())])
def test_what_a_date_leaves_open_of_its_ends_is_told(date, begun, ended, approximate, uncertain):
    event = dated(date).iloc[0]
    assert (event["begun"] and str(event["begun"]), event["ended"] and str(event["ended"])) == (begun, ended)
    assert (event["approximate"], event["uncertain"]) == (approximate, uncertain)
    assert (event["when"] == "") == (date == "../..")


# --- chains -------------------------------------------------------------------

def test_chains_count_the_hands_between_speaker_and_page():
    passages = [{"id": f"q{n}", "source": "paper", "start": n, "end": n + 1, "chain": chain, "kind": kind} for n, (chain, kind) in enumerate([
        ("Hess > CNBC", "quotation"), ("Peskov > Tass > machine translation > CNBC", "quotation"),
        ("Hess > CNBC", "paraphrase"), ("CNBC", "narration")])]
    data = Data(passages=passages)
    data.rows["passages"] = passages
    frame = positions.chains(data)
    assert frame[["hops", "count", "quotations"]].values.tolist() == [[2, 1, 1], [0, 2, 1]]
    assert frame.iloc[0]["hands"] == ("Peskov", "Tass", "machine translation", "CNBC")
    assert list(positions.chains(data, kinds=("narration",))["hops"]) == [0]


# --- this project's data --------------------------------------------------------

def test_the_shipped_tables_give_frames_without_gaps():
    data = tables.load()
    cells = positions.stands(data)
    edges = positions.network(data, cells).edges
    assert not cells.isna().any(axis=None) and not edges.isna().any(axis=None)
    assert all(cells["publishers"]) and len(positions.timeline(data)) == len(data.events)


def test_stands_are_the_adjudicated_ones_wherever_they_stand_in_the_table():
    data = Data([("a", "x", "agree", "said", "p1", "one", None), ("a", "x", "disagree", "said", "p1", "final", None)])
    data.descriptor["adjudicated"] = "final"
    assert [row["agreement"] for row in positions.stand_rows(data)] == ["disagree"]
