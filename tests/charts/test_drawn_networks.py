"""Networks of any size: lines where they can be read, else a matrix, and what is left out is said."""

import dataclasses
import functools
import re
from random import Random

import pandas
import pytest
from test_boxes import LONG, drawings, wrong

from briefing import charts
from briefing.charts import NARROW, WIDE
from briefing.discourse import camps, networks, positions, statements
from briefing.execution import figures
from briefing.execution.figures import FIGURE
from briefing.findings import BriefingError


class Controversy:
    """Invented statements of many: each actor has a side, each side its view of a concept, and now and then an actor
    has another one, or both."""

    def __init__(self, people, number, subjects, sides=2, seed=1, name="Actor", wavering=()):
        random = Random(seed)
        self.descriptor, self.root = {}, None
        views = [[random.random() < 0.5 for _ in range(subjects)] for _ in range(sides)]
        for at in range(subjects):
            views[at % sides][at] = not views[(at + 1) % sides][at]
        rows = []
        for n in range(number):
            a, c = n % people if n < people else random.randrange(people), random.randrange(subjects)
            agree = views[a % sides][c] if random.random() < 0.93 else not views[a % sides][c]
            rows.append((a, c, "mixed" if a in wavering else "agree" if agree else "disagree"))
        self.rows = {
            "actors": [{"id": f"a{n:03}", "label": f"{name} {n}", "member_of": None} for n in range(people)],
            "concepts": [{"id": f"c{n:02}", "label": f"Concept {n}"} for n in range(subjects)],
            "sources": [{"id": "paper", "publisher": "The Paper", "date": None}],
            "passages": [{"id": f"p{n}", "source": "paper", "start": n, "end": n + 1} for n in range(number)],
            "statements": [{"actor": f"a{a:03}", "concept": f"c{c:02}", "agreement": agreement, "mode": "said", "act": None,
                            "passage": f"p{n}", "coder": "one"} for n, (a, c, agreement) in enumerate(rows)],
            "events": []}

    def row(self, table, id):
        return next(row for row in self.rows[table] if row["id"] == id)

    def network(self, k=2):
        return positions.network(self, positions.stands(self), k)

    def by_rule(self, change=lambda ties: ties, k=None, **rule):
        return positions.network(self, change(networks.network(statements.counted(self), networks.Rule(**rule))), k)


    def shuffled(self, seed):
        other = Controversy(1, 1, 2)
        other.rows = {table: Random(seed).sample(rows, len(rows)) for table, rows in self.rows.items()}
        return other


def bundle(ties):
    data = figures.bundle(lambda width: charts.network(ties, width).properties(title="Who stands with whom"))
    assert "image/svg+xml" in data, data[FIGURE]["problems"]
    return data


def bare(svg):
    """A drawing without its typeface, which a page has once."""
    return re.sub(r"<style>.*?</style>", "", svg)


def words(svg):
    texts = re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    return " ".join(" ".join(re.sub(r"<[^>]+>", " ", text) for text in texts).split())


SIXTY = Controversy(60, 600, 25)
MANY = Controversy(200, 5000, 60, 3)
sixty, many = functools.cache(SIXTY.network), functools.cache(lambda: MANY.network(None))


@functools.cache
def drawn_sixty():
    """The figure of sixty, made once."""
    return bundle(sixty())


BUILT = {
    "three camps": lambda: Controversy(12, 18, 6, 3, seed=4).network(None),
    "undecided": lambda: Controversy(9, 14, 4, wavering=(2, 5)).network(),
    "one camp": lambda: Controversy(8, 10, 3, 1).network(1),
    "seven camps": lambda: Controversy(24, 26, 14, 7).network(None),
    "sixty": sixty,
    "two hundred": many,
    "two hundred, few ties": lambda: Controversy(200, 260, 60, 9).network(None),
    "long names": lambda: Controversy(12, 30, 6, name=LONG * 3).network(),
    "many long names": lambda: Controversy(40, 200, 12, name=LONG).network(),
    "signed": lambda: Controversy(30, 200, 12).by_rule(aggregation="subtract", normalisation="average"),
    "signed, few": lambda: Controversy(10, 14, 5).by_rule(aggregation="subtract"),
    "cosine": lambda: Controversy(14, 30, 9).by_rule(aggregation="congruence", normalisation="cosine"),
    "backbone": lambda: SIXTY.by_rule(lambda ties: networks.backbone(ties, 0.2), aggregation="congruence",
                                      duplicates="all"),
    "conflict": lambda: Controversy(40, 150, 12).by_rule(aggregation="conflict"),
    "concepts": lambda: Controversy(30, 90, 30).by_rule(of="concept"),
}


@pytest.mark.parametrize("name", BUILT)
def test_networks_of_any_size_hold_all_their_text_and_none_below_seven_points(name, show, tmp_path):
    data = drawn_sixty() if name == "sixty" else bundle(BUILT[name]())
    assert wrong(show, tmp_path, data) == []
    assert [problem["code"] for problem in data[FIGURE]["problems"]] == []
    for svg in drawings(data):
        width, height, own = re.search(r'width="(\d+)" height="(\d+)" viewBox="0 0 ([\d. ]+)"', svg).groups()
        assert own == f"{width} {height}"  # nothing is scaled
        assert int(height) <= figures.HIGHEST or data[FIGURE]["pages"]
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)', svg)]
        assert min(sizes) * 0.75 >= 7


# --- the form -------------------------------------------------------------------------

def bars(chart):
    """How many cells of a matrix have a bar, by relation, from the specification."""
    rows = [row for rows in chart.to_dict()["datasets"].values() for row in rows]
    [step] = {row["x2"] - row["x"] for row in rows if row.get("colour") == charts.PALETTE["line"][0]}
    found = {}
    for row in rows:
        if "kind" in row:
            cells = sum((float(end) - float(x)) / step for x, end in re.findall(r"M([\d.]+),[\d.]+H([\d.]+)", row["path"]))
            found[row["kind"]] = found.get(row["kind"], 0) + round(cells)
    return found


def few_actors(ties):
    """Twelve actors with so many of their ties."""
    made = Controversy(12, 90, 4).network()
    assert len(made.edges) >= ties and made.nodes["actor"].nunique() == 12
    return dataclasses.replace(made, edges=made.edges.head(ties))


def test_few_are_lines_and_many_a_matrix_with_a_cell_for_each_tie():
    few, many = Controversy(9, 14, 4).network(), sixty()
    assert len(many.edges) > 1790
    few_drawn, many_drawn = bundle(few), drawn_sixty()
    lines = re.findall(r'aria-label="[^"]+(?:stand together|oppose each other)', few_drawn["image/svg+xml"])
    assert len(lines) == len(few.edges) > 0 and "matrix" not in words(few_drawn["image/svg+xml"])
    assert "12 actors, 49 ties" in words(bundle(few_actors(49))["image/svg+xml"])
    assert "matrix" not in words(bundle(few_actors(45))["image/svg+xml"])
    svg = bare(many_drawn["image/svg+xml"])
    assert f"A matrix, since lines would be a tangle: 60 actors, {len(many.edges):,} ties." in words(svg)
    assert svg.count("<path") < 200 and len(svg) < 60_000 and len(many_drawn[FIGURE]["narrow"]) < 60_000
    counts = many.edges["relation"].value_counts()
    assert bars(charts.network(many)) == {"same stand": 2 * counts["congruence"],
                                          "opposite stands": 2 * counts["conflict"]}
    assert len(many_drawn[FIGURE]["table"]["rows"]) == len(many.edges)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_what_a_matrix_leaves_out_is_said_with_its_number(width):
    ties = many()
    chart = charts.network(ties, width)
    spec = chart.to_dict()
    texts = [row["text"] for rows in spec["datasets"].values() for row in rows if "text" in row]
    shown = {text.replace("\n", " ") for text in texts} & {*ties.nodes["label"]}
    actor = dict(zip(ties.nodes["label"], ties.nodes["actor"], strict=True))
    inside = {actor[label] for label in shown}
    drawn = sum(a in inside and b in inside for a, b in zip(ties.edges["a"], ties.edges["b"], strict=True))
    left = re.search(r"Left out, for the fewest ties \(each camp keeps one\): ([\d,]+) actors, ([\d,]+) ties; the table has all",
                     " ".join(" ".join(texts).split()))
    assert [int(number.replace(",", "")) for number in left.groups()] == [200 - len(shown), len(ties.edges) - drawn]
    assert (len(shown) == 60 if width == WIDE else 30 < len(shown) < 60) and sum(bars(chart).values()) == 2 * drawn
    groups = dict(zip(ties.nodes["actor"], ties.nodes["camp"], strict=True))
    assert {groups[one] for one in inside} == {*ties.nodes["camp"]}


def test_those_without_a_tie_are_named_and_counted():
    ties = Controversy(9, 14, 4).network()
    more = [{"actor": f"z{n:02}", "label": f"Bystander {n}", "camp": None, "undecided": False} for n in range(40)]
    nodes = pandas.concat([ties.nodes, pandas.DataFrame(more)], ignore_index=True)
    svg = bundle(positions.Network(nodes, ties.edges, ties.rule))["image/svg+xml"]
    assert "No tie to another: Bystander 0, Bystander 1, Bystander 2, Bystander 3, Bystander 4 and 35 more" in words(svg)


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_every_camp_is_named_and_has_its_members(number):
    ties = Controversy(5 * number, 8 * number, 3 * number, number, seed=2).network(None)
    texts = re.findall(r"<text[^>]*>([^<]+)", bundle(ties)["image/svg+xml"])
    tied = {*ties.edges["a"], *ties.edges["b"]}
    named = [text for text in texts if re.fullmatch(r"Camp \d+", text)]
    camps_there = {f"Camp {camp + 1}" for camp in ties.nodes["camp"].dropna()}
    assert {*named} == camps_there
    assert {*ties.nodes["label"][ties.nodes["actor"].isin(tied)]} <= {*texts}


@pytest.mark.parametrize("name", ["few", "many"])
def test_no_order_of_rows_changes_the_figure(name):
    data = {"few": Controversy(12, 24, 6, 3, wavering=(3,)), "many": SIXTY}[name]
    first = bundle(data.network(None))
    for seed in range(3 if name == "few" else 1):
        other = data.shuffled(seed)
        again = other.network(None)
        mixed = positions.Network(again.nodes.sample(frac=1, random_state=seed),
                                  again.edges.sample(frac=1, random_state=seed), again.rule)
        drawn = bundle(mixed)
        assert drawings(drawn) == drawings(first) and drawn[FIGURE]["table"] == first[FIGURE]["table"]


# --- the rule -------------------------------------------------------------------------

def test_the_rule_stands_under_the_figure():
    said = words(bundle(Controversy(9, 14, 4).network())["image/svg+xml"])
    assert ("Ties: congruence and conflict, duplicates counted once across the range, no normalisation. Camps: congruence "
            "minus conflict, at most 2.") in said
    kept = SIXTY.by_rule(lambda ties: networks.at_least(ties, 0.4), aggregation="subtract", normalisation="jaccard", k=3)
    said = words(bundle(kept)["image/svg+xml"])
    whole = networks.network(statements.counted(SIXTY), networks.Rule("subtract", normalisation="jaccard"))
    assert f"Jaccard normalisation, ties of weight 0.4 or more, {len(whole.ties) - len(kept.edges)} ties left out" in said
    assert "at most 3." in said


def test_a_signed_network_has_its_signs_and_weights():
    data = Controversy(10, 14, 5)
    whole = networks.network(statements.counted(data), networks.Rule("subtract", normalisation="average"))
    ties = positions.network(data, whole, None)
    assert [(e.a, e.b, e.weight) for e in ties.edges.itertuples()] == [tuple(tie) for tie in whole.ties]
    assert [e.relation == "conflict" for e in ties.edges.itertuples()] == [tie.weight < 0 for tie in whole.ties]
    assert {True, False} == {tie.weight < 0 for tie in whole.ties}
    found = camps.camps(whole)
    assert {row.actor: row.camp for row in ties.nodes.itertuples() if row.actor in found.camp} == found.camp
    table = bundle(ties)[FIGURE]["table"]
    assert table["columns"] == ["Actor", "and actor", "Relation", "Weight", "Concepts", "Source"]
    assert [row[3] for row in table["rows"]] == [round(tie.weight, 3) for tie in whole.ties]


def test_concepts_and_organisations_are_drawn_by_their_names():
    data = Controversy(12, 30, 5)
    table = bundle(data.by_rule(of="concept"))[FIGURE]["table"]
    assert table["columns"] == ["Concept", "and concept", "Relation", "Weight", "Actors", "Source"]
    assert table["rows"][0][0].startswith("Concept ") and table["rows"][0][4].startswith("Actor ")
    for row in data.rows["actors"]:
        row["member_of"] = "a000" if row["id"] < "a004" else None
    assert "a001" not in {*data.by_rule(of="organisation").nodes["actor"]}


def test_a_network_of_conflict_has_the_camps_of_its_statements():
    data = Controversy(10, 25, 5)
    ties = data.by_rule(aggregation="conflict", k=2)
    found = camps.camps(networks.network(statements.counted(data), networks.Rule("subtract")), 2)
    assert {row.actor: row.camp for row in ties.nodes.itertuples() if row.actor in found.camp} == found.camp
    assert {*ties.edges["relation"]} == {"conflict"}


def test_a_network_of_two_modes_is_refused():
    with pytest.raises(BriefingError, match="two modes"):
        Controversy(5, 10, 3).by_rule(aggregation="ignore", two_mode=True)


def test_who_takes_no_stand_is_not_said_to_have_no_tie():
    ties = Controversy(9, 14, 4).network()
    silent = pandas.DataFrame([{"actor": "z", "label": "Silent Ministry", "camp": None, "undecided": False, "heard": False}])
    nodes = pandas.concat([ties.nodes, silent], ignore_index=True)
    assert "Silent Ministry" not in words(bundle(positions.Network(nodes, ties.edges, ties.rule))["image/svg+xml"])
