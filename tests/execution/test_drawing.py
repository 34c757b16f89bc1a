"""Drawings: laid out for two widths and for pages, by one process for all kernels or where they are asked for."""

import json
import socket
import time
import xml.etree.ElementTree as ElementTree

import altair as alt
import pandas as pd
import pytest

from briefing.execution import drawing, figures, kernels
from briefing.charts import NARROW, WIDE
from briefing.charts.theme import register

FRAME = pd.DataFrame({"x": range(12), "y": [3, 1, 2] * 4, "name": list("abcdefghijkl")})
TITLES = ["Short", "A finding that goes on and on, " * 10, "Росія та Монголія", "ממצא בעברית על ההסכם", "W" * 90,
          "Word " * 60]
forked = pytest.mark.skipif(not kernels.available(), reason="where kernels are not forked, each draws itself")


def points(title="Title", **size):
    register()
    return alt.Chart(FRAME, title=title, **size).mark_point().encode(x="x:Q", y="y:Q")


def spec(chart):
    return json.loads(json.dumps(chart.to_dict()))


def size(svg):
    return drawing._size(svg)


# --- widths -----------------------------------------------------------------------

def test_a_chart_takes_the_width_of_its_page():
    drawn = drawing.drawn(spec(points()))
    assert size(drawn["svg"])[0] == pytest.approx(WIDE, abs=1) and size(drawn["narrow"])[0] == pytest.approx(NARROW, abs=1)


@pytest.mark.parametrize("chart", [
    lambda: points("l") | points("r"), lambda: (points("a") | points("b") | points("c")).properties(title="All"),
    lambda: points().facet("name:N", columns=3), lambda: points().encode(column="name:N").transform_filter("datum.x < 3"),
    lambda: points() & (points() | points()),
    lambda: alt.Chart(FRAME, title="T").mark_point().encode(alt.X(alt.repeat("column"), type="quantitative"), y="y:Q")
    .repeat(column=["x", "y"])], ids=["two", "three", "facet", "columns", "nested", "repeat"])
def test_several_views_share_the_width(chart):
    drawn = drawing.drawn(spec(chart()))
    assert size(drawn["svg"])[0] == pytest.approx(WIDE, abs=3)
    assert size(drawn["narrow"])[0] <= NARROW + 40


def test_own_widths_stay_on_paper_and_shrink_on_a_phone():
    drawn = drawing.drawn(spec(points(width=400)))
    assert 400 < size(drawn["svg"])[0] < 460 and size(drawn["narrow"])[0] == pytest.approx(NARROW, abs=1)


def test_steps_stay_as_long_as_they_fit():
    few = alt.Chart(FRAME[:3], title="T").mark_bar().encode(x="name:N", y="y:Q")
    many = alt.Chart(pd.DataFrame({"n": [f"category {n}" for n in range(60)], "y": 1}), title="T").mark_bar().encode(x="n:N", y="y:Q")
    register()
    assert size(drawing.drawn(spec(few))["svg"])[0] < 200
    assert size(drawing.drawn(spec(many))["svg"])[0] == pytest.approx(WIDE, abs=1)


def test_a_function_of_the_width_draws_each_for_itself():
    bundle = figures.bundle(lambda width: points(f"For {width}"))
    assert "For 620" in bundle["image/svg+xml"] and "For 340" in bundle[figures.FIGURE]["narrow"]
    assert bundle["text/plain"] == "For 620"


@pytest.mark.parametrize("title", TITLES)
def test_titles_of_any_length_are_wrapped_and_never_cut(title):
    def words(svg):
        return "".join("".join(ElementTree.fromstring(svg).itertext()).split())

    drawn = drawing.drawn(spec(points(title)))
    for svg, width in ((drawn["svg"], WIDE), (drawn["narrow"], NARROW)):
        if title != "W" * 90:  # one word wider than the page stays one word
            assert "".join(title.split()) in words(svg)
            assert "…" not in words(svg)
        assert size(svg)[0] <= width + 1


# --- pages ------------------------------------------------------------------------

def test_a_chart_higher_than_a_page_breaks_between_the_parts_of_a_vconcat():
    parts = [points(f"Part {n}", height=230) for n in range(5)]
    drawn = drawing.drawn(spec(alt.vconcat(*parts, title="All of it")))
    assert len(drawn["pages"]) == 3
    assert all(size(page)[1] <= drawing.TALLEST for page in drawn["pages"])
    for n in range(5):
        assert sum(f"Part {n}<" in page for page in drawn["pages"]) == 1
    assert ["All of it" in page for page in drawn["pages"]] == [True, False, False]


def test_a_chart_of_one_page_is_in_one_part():
    assert drawing.drawn(spec(points() & points()))["pages"] == []


# --- bytes ------------------------------------------------------------------------

def test_drawings_are_the_same_again_and_lean():
    one, other = (json.dumps(figures.bundle(points())) for _ in range(2))
    assert one == other
    svg = drawing.drawn(spec(points()))["svg"]
    assert "class=" not in svg and "<g></g>" not in svg and "font-family" in svg.split(">")[0]


def test_slimming_leaves_the_ground_of_a_view_where_it_has_one():
    register()
    plain = drawing.drawn(spec(points()))["svg"]
    ground = drawing.drawn(spec(points().properties(view=alt.ViewConfig(fill="#eff2f4"))))["svg"]
    assert "#eff2f4" not in plain and ground.count("#eff2f4") == 1


def test_slimming_leaves_texts_alone():
    frame = pd.DataFrame({"x": [1], "says": ['Rate 1.23456 of 7.891 <& "pure"> class="x" opacity="1"']})
    register()
    drawn = drawing.drawn(spec(alt.Chart(frame, title="Kept 3.14159").mark_point().encode(x="x:Q", description="says:N")))
    root = ElementTree.fromstring(drawn["svg"])
    assert "Kept 3.14159" in "".join(root.itertext())
    assert 'Rate 1.23456 of 7.891 <& "pure"> class="x" opacity="1"' in [node.get("aria-label") for node in root.iter()]


def test_confidence_intervals_are_not_drawn_by_chance():
    register()
    chart = alt.Chart(FRAME, title="T").mark_errorband(extent="ci").encode(x="y:O", y="x:Q")
    first, second = (drawing._svg(spec(chart)) for _ in range(2))
    assert first == second
    steps = [step for data in drawing.compiled(spec(chart))["data"] for step in data.get("transform", ())]
    assert {step["type"] for step in steps} >= {"aggregate", "formula"}
    assert "ci0" not in json.dumps(steps) and any("1.96" in step.get("expr", "") for step in steps)


def test_a_picture_alone_carries_its_typeface_cut_to_its_letters():
    alone = figures.bundle(points())["image/svg+xml"]
    style = ElementTree.fromstring(alone).find("{http://www.w3.org/2000/svg}style").text
    assert style.count("@font-face") == 2 and 4_000 < len(style) < 20_000


# --- the process --------------------------------------------------------------------

@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where a drawing process listens."""
    place = tmp_path_factory.mktemp("drawing") / "socket"
    with drawing.process(place, kernels.environment({})):
        deadline = time.monotonic() + 30
        while not place.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        yield place


@forked
def test_process_draws_as_a_kernel_itself_would(place, monkeypatch):
    asked = spec(points("Улаанбаатар <&>"))
    monkeypatch.setenv(drawing.VARIABLE, str(place))
    given = drawing._ask(str(place), json.dumps([asked, None, False]))
    monkeypatch.delenv(drawing.VARIABLE)
    assert given == json.loads(json.dumps(drawing.drawn(asked))) and "Улаанбаатар" in given["svg"]


@forked
def test_process_survives_what_it_cannot_draw(place):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(place))
        line.sendall(b"no question")
        line.shutdown(socket.SHUT_WR)
        assert drawing._all(line) == b""
    assert drawing._ask(str(place), json.dumps([{"mark": "none such"}, None, False])) is None
    assert "<svg" in drawing._ask(str(place), json.dumps([spec(points("still there")), None, False]))["svg"]


@forked
def test_without_the_process_a_figure_is_drawn_where_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv(drawing.VARIABLE, str(tmp_path / "nobody"))
    assert "<svg" in drawing.drawn(spec(points("alone")))["svg"]


@forked
def test_process_ends_with_its_context(tmp_path):
    with drawing.process(tmp_path / "socket", kernels.environment({})) as process:
        assert process.poll() is None
    assert process.poll() is not None
