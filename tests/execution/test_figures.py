"""What a briefing shows of any chart: its data as a table, what it rests on, its title; and the look that all share."""

import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
from conftest import write_notebook

from briefing.execution import figures
from briefing.charts import PALETTE, described
from briefing.charts.theme import configuration, register

FRAME = pd.DataFrame({"year": [2030, 2031, 2031], "calls": [4.0, 5.5, None], "port": ["North", "South", "South"],
                      "source": ["a", "b", "b"], "passage": [None, "p", None], "publisher": ["A", "B", "B"]})


def bundle(chart):
    return figures.bundle(chart)


def bars(**options):
    return alt.Chart(FRAME, title="Calls", **options).mark_bar().encode(x="year:O", y=alt.Y("calls:Q", title="Port calls"), color="port:N")


# --- the table ----------------------------------------------------------------------

def test_the_table_has_what_the_chart_encodes_by_its_titles():
    assert bundle(bars())[figures.FIGURE]["table"] == {
        "columns": ["port", "year", "Port calls", "Source"],
        "rows": [["North", 2030, 4.0, "A"], ["South", 2031, 5.5, "B"], ["South", 2031, "", "B"]]}


def test_layers_and_parts_share_one_table_and_equal_rows_come_once():
    more = alt.Chart(pd.DataFrame({"limit": [5]})).mark_rule().encode(y="limit:Q")
    table = bundle((bars() + more).properties(title="T"))[figures.FIGURE]["table"]
    assert table["columns"] == ["port", "year", "Port calls", "limit", "Source"]
    assert ["", "", "", 5, ""] in table["rows"] and len(table["rows"]) == 4
    again = bundle((bars() | bars()).properties(title="T"))[figures.FIGURE]["table"]
    assert len(again["rows"]) == 3


def test_dates_lose_a_time_of_day_that_they_do_not_have():
    frame = pd.DataFrame({"on": pd.to_datetime(["2031-03-03T00:00", "2031-03-04T12:30"]), "y": [1, 2]})
    rows = bundle(alt.Chart(frame, title="T").mark_point().encode(x="on:T", y="y:Q"))[figures.FIGURE]["table"]["rows"]
    assert [row[0] for row in rows] == ["2031-03-03", "2031-03-04T12:30:00"]


def test_a_chart_may_have_a_table_of_its_own():
    chart = described(bars(), [{"port": "North", "n": 1, "source": "s"}], {"Port": "port", "Twice": lambda row: row["n"] * 2},
                      filters=["Port"], marks=["North."])
    figure = bundle(chart.properties(title="Other"))
    assert figure[figures.FIGURE]["table"] == {"columns": ["Port", "Twice"], "rows": [["North", 2]], "filters": ["Port"], "marks": ["North."]}
    assert figure[figures.FIGURE]["sources"] == ["s"] and "usermeta" not in figure[figures.VEGA_LITE]


def test_sources_passages_and_publishers_come_from_the_data():
    figure = bundle(bars())[figures.FIGURE]
    assert (figure["sources"], figure["passages"], figure["credits"]) == (["a", "b"], ["p"], ["A", "B"])


def test_what_is_no_number_is_no_json_either():
    frame = pd.DataFrame({"x": [1.0, float("inf"), float("nan")], "y": [1, 2, 3], "o": ["a", None, float("nan")]})
    text = json.dumps(bundle(alt.Chart(frame, title="T").mark_point().encode(x="x:Q", y="y:Q", color="o:N")))
    assert "NaN" not in text and "Infinity" not in text


# --- titles, functions, params --------------------------------------------------------

@pytest.mark.parametrize("chart, said", [
    (lambda: bars(), "Calls"), (lambda: bars().properties(title=["Two", "lines"]), "Two lines"),
    (lambda: bars().properties(title=alt.Title("Main", subtitle="Below")), "Main"),
    (lambda: (bars() + bars()), "Calls"), (lambda: bars() | bars(), "Calls")])
def test_the_title_of_the_chart_is_the_figures(chart, said):
    assert bundle(chart())["text/plain"] == said


def test_only_functions_of_a_width_that_return_charts_are_figures():
    assert figures.bundle(lambda width: width * 2) is None
    assert "image/svg+xml" in figures.bundle(lambda width: bars())
    assert figures.bundle(lambda width: 1 / 0)[figures.FIGURE]["problems"][0]["code"] == "chart-invalid"


def test_a_chart_with_params_is_live_and_one_without_is_not():
    brush = alt.selection_interval()
    assert "live" not in bundle(bars())[figures.FIGURE]
    assert bundle(bars().add_params(brush))[figures.FIGURE]["live"]["wide"]["$schema"].endswith("vega/v6.json")
    size = alt.param(value=3)  # a constant with a name: nothing that a reader can do
    assert "live" not in bundle(bars().add_params(size))[figures.FIGURE]


def test_the_specification_names_the_fields_as_the_data_do_and_draws_the_same():
    spec = bundle(bars())[figures.VEGA_LITE]
    [rows] = spec["datasets"].values()
    assert set(rows[0]) == {"year", "calls", "port"} and "vega-lite" in spec["$schema"]  # what it draws, no more


# --- the look -----------------------------------------------------------------------

def test_another_theme_stays_where_it_was_chosen():
    register()
    before = alt.theme.active
    try:
        alt.theme.enable("dark")
        assert "#333" in bundle(bars())["image/svg+xml"]
    finally:
        alt.theme.enable(before)


def _rgb(colour):
    return [int(colour[n:n + 2], 16) / 255 for n in (1, 3, 5)]


def _contrast(one, other):
    def luminance(colour):
        red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("paper", "ground", "tint", "line")


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_colours_stand_out_from_what_they_lie_on(side):
    assert len({light for light, _ in PALETTE.values()}) == len(PALETTE)
    for name, ground in itertools.product(set(PALETTE) - set(GROUNDS), ("paper", "ground", "tint")):
        least = 4.5 if name in ("ink", "soft", "accent") else 3
        assert _contrast(PALETTE[name][side], PALETTE[ground][side]) >= least, (name, ground)


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("sight", [None, "deuteranomaly", "protanomaly", "tritanomaly"])
@pytest.mark.filterwarnings("ignore")
def test_agreement_and_accent_and_context_are_told_apart_by_every_eye(side, sight):
    colorspacious = pytest.importorskip("colorspacious")

    def seen(name):
        colour = _rgb(PALETTE[name][side])
        space = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100}
        return [min(max(c, 0), 1) for c in colorspacious.cspace_convert(colour, space, "sRGB1")] if sight else colour

    for one, other in itertools.combinations(("accent", "agree", "context", "paper"), 2):
        distance = colorspacious.deltaE(seen(one), seen(other), input_space="sRGB1", uniform_space="CAM02-UCS")
        assert distance >= 10, (one, other, distance)


def test_colours_of_the_theme_are_the_palettes_so_that_a_page_can_turn_them_dark():
    named = set(re.findall(r"#[0-9a-f]{6}", json.dumps({name: value for name, value in configuration().items() if name != "range"})))
    assert named <= {light for light, _ in PALETTE.values()}
    assert set(configuration()["range"]["category"]) <= {light for light, _ in PALETTE.values()}


# --- notebooks elsewhere --------------------------------------------------------------

def test_importing_the_package_is_all_that_a_plain_notebook_needs(tmp_path):
    """As JupyterLab, VS Code and Quarto run it: on an ordinary kernel, by nbclient alone."""
    cells = ["import briefing\nimport altair as alt\nimport pandas as pd",
             "alt.Chart(pd.DataFrame({'x': [1, 2]}), title='A plain notebook').mark_point().encode(x='x:Q')",
             "lambda width: alt.Chart(pd.DataFrame({'x': [1, 2]}), title=f'As wide as {width}').mark_point().encode(x='x:Q')",
             "lambda a: a"]
    write_notebook(tmp_path / "plain.ipynb", cells)
    subprocess.run([sys.executable, "-c", "from nbclient.cli import main; main()", "--inplace", "plain.ipynb"], cwd=tmp_path, check=True,
                   capture_output=True, env={**os.environ, "PYTHONPATH": str(Path(figures.__file__).parents[2])})
    outputs = [output["data"] for cell in json.loads((tmp_path / "plain.ipynb").read_text("utf-8"))["cells"] for output in cell["outputs"]
               if "data" in output]
    svgs = ["".join(data["image/svg+xml"]) for data in outputs if "image/svg+xml" in data]
    assert len(svgs) == 2 and "A plain notebook" in svgs[0] and "As wide as 620" in svgs[1]
    assert all("@font-face" in svg and "Source Sans Pro" in svg for svg in svgs)
    assert figures.VEGA_LITE in outputs[0] and "lambda" in "".join(outputs[2]["text/plain"])


def test_importing_the_package_loads_nothing_heavy():
    code = ("import sys, briefing; heavy = {'altair', 'pandas', 'IPython', 'vl_convert', 'numpy'} & set(sys.modules);"
            "sys.exit(' '.join(sorted(heavy)))")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr.strip() == ""
