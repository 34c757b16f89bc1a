"""The matrix of stands: in what order, in which form, how full its pages are, and how a change of mind is shown."""

import html
import json
import random
import re

import pandas as pd
import pytest
from test_boxes import BUILT, LONG, PERIODS, coded, drawings

from briefing import charts
from briefing.charts import NARROW, WIDE
from briefing.charts.theme import PAGE, TALLEST
from briefing.discourse import positions
from briefing.execution import figures
from briefing.execution.figures import FIGURE
from briefing.facts import tables
from briefing.facts.tables import Tables


def bundle(*frames, title="What is seen", **how):
    return figures.bundle(lambda width: charts.stands(*frames, width, **how).properties(title=title))


def texts(svg):
    """The texts of a drawing, those of several lines as one."""
    return [" ".join(html.unescape(re.sub("<[^>]+>", " ", text)).split()) for text in re.findall(
        r"<text\b[^>]*>(.*?)</text>", svg)]


def said(svg):
    return " ".join(texts(svg))


def names(svg, start="Actor "):
    return [text for text in texts(svg) if text.startswith(start)]


# --- order ----------------------------------------------------------------------------

def camps_of_two():
    """Two camps by odd and even numbers, which say the opposite of each other on eight concepts, four either way."""
    rows = [{"actor": f"a{a}", "label": f"Actor {a}", "concept": f"c{c}", "concept_label": f"Concept {c}",
             "agreement": "agree" if a % 2 == c % 2 else "disagree", "mode": "said", "acts": (), "passages": (f"p{a}",),
             "publishers": ("Paper",), "count": 1} for a in range(8) for c in range(8)]
    frames = [pd.DataFrame({"id": [f"{letter}{n}" for n in range(8)], "label": [f"{label} {n}" for n in range(8)]})
              for letter, label in (("a", "Actor"), ("c", "Concept"))]
    return [pd.DataFrame(rows), *frames]


@pytest.mark.parametrize("seed", range(5))
def test_two_camps_are_two_blocks_of_rows_and_of_columns_however_rows_are_shuffled(seed):
    frames = [frame.sample(frac=1, random_state=seed) for frame in camps_of_two()]
    svg = bundle(*frames)["image/svg+xml"]
    for start in ("Actor ", "Concept "):
        kinds = [int(text[-1]) % 2 for text in names(svg, start)]
        assert len(kinds) == 8 and len({*kinds[:4]}) == len({*kinds[4:]}) == 1 and kinds[0] != kinds[4], start
    found = [text for text in texts(svg) if text.startswith(("Camp", "Actor"))]
    assert [found.index("Camp 1"), found.index("Camp 2")] == [0, 5]


def test_who_is_undecided_alone_or_silent_comes_last_and_is_said_to_be():
    cells, actors, concepts = camps_of_two()
    like = cells.iloc[0].to_dict()
    more = [{**like, "actor": "b1", "label": "Both", "concept": "c0", "agreement": "mixed"},
            {**like, "actor": "b2", "label": "Alone", "concept": "d", "concept_label": "Other"}]
    actors = pd.concat([pd.DataFrame({"id": ["b1", "b2", "b3"], "label": ["Both", "Alone", "Silent"]}), actors])
    svg = bundle(pd.concat([cells, pd.DataFrame(more)]), actors,
                 pd.concat([concepts, pd.DataFrame({"id": ["d"], "label": ["Other"]})]))["image/svg+xml"]
    tail = [text for text in texts(svg) if text in ("Undecided", "Both", "Tied to nobody", "Alone", "No stand", "Silent")]
    assert tail == ["Undecided", "Both", "Tied to nobody", "Alone", "No stand", "Silent"]
    assert said(svg).index("Undecided") > said(svg).index("Actor 7")


def test_one_camp_has_no_heading():
    assert "Camp" in said(bundle(*camps_of_two())["image/svg+xml"])
    assert "Camp" not in said(bundle(*camps_of_two(), k=1)["image/svg+xml"])


def shuffled(data, seed):
    order = random.Random(seed)
    return Tables(data.root, data.descriptor, {name: order.sample(rows, len(rows)) for name, rows in data.rows.items()})


@pytest.mark.parametrize("by", [None, "quarter"])
def test_no_order_of_rows_of_any_table_changes_a_figure(dossier, by):
    data = tables.load(dossier)

    def drawn(data):
        return json.dumps(bundle(positions.stands(data, by=by), data.actors, data.concepts), sort_keys=True)

    first = drawn(data)
    assert all(drawn(shuffled(data, seed)) == first for seed in range(4))


# --- pages and forms --------------------------------------------------------------------

@pytest.fixture(scope="module")
def great():
    return figures.bundle(lambda width: BUILT["stands, two hundred by sixty"](width).properties(title="What is seen"))


def height(svg):
    return float(re.search(r'<svg\b[^>]*?\bheight="([\d.]+)"', svg)[1])


def test_pages_of_many_stands_are_full_and_each_has_heads_and_key(great):
    pages = great[FIGURE]["pages"]
    assert 5 < len(pages) <= 20 and height(pages[-1]) <= TALLEST
    assert all(0.8 * TALLEST <= height(page) <= PAGE for page in pages[:-1])
    rows = [len(names(page)) for page in pages]
    assert min(rows) > 0.7 * max(rows)  # no block leaves a few of its rows for a page
    assert all("agrees, said" in texts(page) and names(page, "Concept ") for page in pages)
    seen = {(actor, *names(part, "Concept ")[:1]) for part in pages for actor in names(part)}
    assert len({actor for actor, *_ in seen}) == 200
    assert {name for page in pages for name in names(page, "Concept ")} == {f"Concept {n}" for n in range(60)}


@pytest.mark.parametrize("frames", [coded(150, 9, 450), coded(90, 40, 500), coded(12, 120, 300, changes=True),
                                    coded(60, 6, 500, PERIODS)], ids=["rows", "both", "columns", "periods"])
def test_no_page_but_the_last_has_a_fifth_blank(frames):
    pages = bundle(*frames)[FIGURE]["pages"]
    assert len(pages) > 1 and [round(height(page)) for page in pages[:-1] if height(page) < 0.8 * TALLEST] == []


def test_very_many_stands_take_few_bytes_and_the_table_has_them_by_actor(great):
    figure = great[FIGURE]
    svg = re.sub(r"<style>.*?</style>", "", great["image/svg+xml"], flags=re.DOTALL)
    assert len(svg) < 400_000 and len(figure["narrow"]) < 400_000 and len(json.dumps(figure["table"])) < 200_000
    assert "The table below lists the stands of each actor in words." in said(svg)
    listed = {(row[0], concept.partition(" (")[0]) for row in figure["table"]["rows"] for concept in row[3].split("; ")
              if concept.startswith("Concept")}
    cells = coded(200, 60, 5000, changes=True)[0]
    assert listed == {*zip(cells["label"], cells["concept_label"], strict=True)}


@pytest.mark.parametrize("number", [1, 6, 40, 60, 120])
def test_any_number_of_concepts_is_shown_and_blocks_are_said(number):
    cells, actors, concepts = coded(8, number, 12 * number)
    data = bundle(cells, actors, concepts)
    for svg, most in ((data["image/svg+xml"], 30), (data[FIGURE]["narrow"], 15)):
        assert {*names(svg, "Concept ")} == {*concepts["label"]}
        assert ("do not fit side by side" in said(svg)) == (number > most), (number, most)


def test_names_too_long_for_heads_are_listed_and_this_is_said():
    data = bundle(*coded(30, 6, 60, changes=True, name=LONG, subject=LONG * 2))
    for svg in (data["image/svg+xml"], data[FIGURE]["narrow"]):
        assert "too long for the heads of a table: each is listed with those who take a stand on it." in said(svg)
    assert "too long" not in said(bundle(*camps_of_two())["image/svg+xml"])


# --- time -------------------------------------------------------------------------------

def test_a_change_of_mind_reads_plus_then_minus_with_its_dates(dossier):
    data = tables.load(dossier)
    found = bundle(positions.stands(data), data.actors, data.concepts)
    table = pd.DataFrame(found[FIGURE]["table"]["rows"], columns=found[FIGURE]["table"]["columns"])
    cell = positions.stands(data).query("actor == 'minister' and concept == 'build'").iloc[0]
    row = table[(table["Actor"] == cell["label"]) & (table["Concept"] == cell["concept_label"])].iloc[0]
    assert (row["Stand"], row["Course"]) == ("agree then disagree", "+ then − (13 January 2031; 12 June 2031)")
    for svg in (found["image/svg+xml"], found[FIGURE]["narrow"]):
        assert "+ then −: changed, the earlier first" in texts(svg)
        mark, = {*re.findall(rf'aria-label="({re.escape(cell["label"])}, agreement \(13 January 2031\)[^"]*)"', svg)}
        assert "agreement (13 January 2031), then disagreement (12 June 2031)" in mark and "+ then −." in mark
    assert "Course" not in bundle(*camps_of_two())[FIGURE]["table"]["columns"]


@pytest.mark.parametrize("frames", [coded(12, 6, 70, changes=True), coded(12, 30, 200, changes=True),
                                    coded(20, 4, 60, changes=True, subject=LONG * 2)], ids=["across", "upright", "list"])
def test_both_signs_of_a_change_stand_side_by_side_the_earlier_first(frames, show, tmp_path):
    import boxes

    data = bundle(*frames)
    for drawn in boxes.measured(show, tmp_path / "boxes.html", drawings(data)[:2]):
        marks = {}
        for says, left, top, right, bottom in drawn["marks"]:
            if "+ then −." in says:
                marks.setdefault(says, []).append((left, top, right, bottom))
        assert marks
        for earlier, later in marks.values():
            assert earlier[2] <= later[0] + 1.5 and abs(earlier[1] - later[1]) < 1


def test_by_period_each_concept_has_a_column_for_each_period_and_what_has_none_is_said(dossier):
    data = tables.load(dossier)
    cells = positions.stands(data, by="quarter")
    found = bundle(cells, data.actors, data.concepts)
    svg = found["image/svg+xml"]
    heads = [text for text in texts(svg) if re.fullmatch(r"\d{4}-Q\d|\?", text)]
    pairs = {(row.concept, row.period or "?") for row in cells.itertuples()}
    assert {*heads} == {period for _, period in pairs} and len(heads) >= len(pairs)
    assert ("Below “?” the stands whose date is not known, or lies in more than one period." in said(svg)) \
        == cells["period"].isna().any()
    assert "Period" in found[FIGURE]["table"]["columns"]
    assert len(found[FIGURE]["table"]["rows"]) == len(cells)


def test_undated_stands_have_a_column_of_their_own():
    svg = bundle(*coded(10, 5, 150, PERIODS))["image/svg+xml"]
    assert "?" in texts(svg) and "Below “?” the stands whose date is not known" in said(svg)
    dated = bundle(*coded(10, 5, 150, PERIODS[:3]))["image/svg+xml"]
    assert "?" not in texts(dated) and "Below “?”" not in said(dated)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_long_course_shows_its_last_three_stands_and_says_so(width):
    cells, actors, concepts = camps_of_two()
    cells["course"] = [("agree", "disagree", "agree", "disagree")] * len(cells)
    cells["since"] = [("2031-01", "2031-02", "2031-03", "2031-04")] * len(cells)
    svg = figures.bundle(charts.stands(cells, actors, concepts, width).properties(title="T"))["image/svg+xml"]
    assert "Of a stand that changed more often, the last three are shown." in said(svg)
    looks = texts(svg).count("−"), texts(svg).count("+")
    assert looks[0] - looks[1] >= len(cells)  # − + −, and the key
