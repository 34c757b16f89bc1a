"""The look of doubt: what a hedged number is drawn as, in an ordinary Altair chart."""

import altair as alt
import pandas as pd
import pytest

from briefing import charts
from briefing.execution import figures
from briefing.charts import hedges
from briefing.findings import BriefingError

HEDGES = ["=", ">", ">=", "<", "<=", "~"]


def numbers(*values, hedge="=", unit="%", **columns):
    return pd.DataFrame({"label": [f"Row {n}" for n in range(len(values))], "value": values, "hedge": hedge, "unit": unit,
                         "publisher": "Paper", "source": "paper", "passage": "p1", **columns})


def chart(frame, **options):
    return charts.hedged(frame, x="value:Q", y="label:N", **options)


def layers(spec, mark):
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]


def drawn(figure):
    return figures.bundle(figure.properties(title="Title"))


def test_words_say_how_a_number_is_given_and_by_whom():
    frame = charts.with_words(numbers(20, hedge=">").assign(derived=True))
    assert frame.loc[0, ["given", "text"]].tolist() == ["derived", "over 20%"]
    assert frame.loc[0, "description"] == "Row 0: over 20%. Derived. Source: Paper."
    assert charts.with_words(numbers(*range(6), hedge=HEDGES))["given"].tolist() == [
        "as given", "over", "at least", "under", "at most", "about"]
    assert charts.with_words(numbers(1).assign(description="Own words."))["description"].tolist() == ["Own words."]


@pytest.mark.parametrize("hedge", [">", ">=", "<", "<="])
@pytest.mark.parametrize("across", [True, False])
def test_an_open_bound_has_an_arrow_to_the_end_of_the_scale(hedge, across):
    frame = numbers(20, 30, hedge=[hedge, "="])
    spec = (chart(frame) if across else charts.hedged(frame, x="label:N", y="value:Q")).to_dict()
    end = {True: {True: "width", False: 0}, False: {True: 0, False: "height"}}[across][hedge.startswith(">")]
    [rule] = layers(spec, "rule")
    assert rule["encoding"]["x2" if across else "y2"] == {"value": end}
    assert rule["transform"][0]["filter"]["oneOf"] == ([">", ">="] if hedge.startswith(">") else ["<", "<="])
    head = layers(spec, "point")[0]
    assert head["mark"]["shape"].startswith("triangle") and head["encoding"]["x" if across else "y"] == {"value": end}


def test_points_alone_have_no_arrow_and_a_range_has_ends():
    assert not layers(chart(numbers(20)).to_dict(), "rule")
    spec = chart(numbers(20, 90, upper=[float("nan"), 99.0])).to_dict()
    assert len(layers(spec, "rule")) == 1 and len(layers(spec, "tick")) == 2
    assert "Row 1: 90% to 99%. Source: Paper." in drawn(chart(numbers(20, 90, upper=[None, 99.0])))["image/svg+xml"]


@pytest.mark.parametrize("hedge", HEDGES)
def test_every_value_with_every_hedge_is_drawn_and_told(hedge):
    bundle = drawn(chart(numbers(7, 0, 100, -5, 0.0001, float("nan"), hedge=hedge)))
    assert bundle[figures.FIGURE]["problems"] == []
    assert bundle["image/svg+xml"].count("Source: Paper.") == 5
    assert len(bundle[figures.FIGURE]["table"]["rows"]) == 5
    assert drawn(chart(numbers(1e9, hedge=hedge)))["image/svg+xml"].count("Source: Paper.") == 1


def test_the_key_names_the_looks_that_are_used_and_no_others():
    spec = chart(numbers(1, 2, 3, hedge=["=", ">", "~"])).to_dict()
    point = layers(spec, "point")[-1]["encoding"]
    assert [point[channel]["legend"]["values"] for channel in ("shape", "fill", "strokeDash")] == [["as given", "over", "about"]] * 3
    assert layers(chart(numbers(1, 2)).to_dict(), "point")[-1]["encoding"]["shape"]["legend"] is None
    assert layers(chart(numbers(1, 2, hedge=["=", ">"]), key=False).to_dict(), "point")[-1]["encoding"]["shape"]["legend"] is None


def test_looks_differ_without_colour():
    told_apart = {}
    for word, (shape, full, dash) in hedges.LOOKS.items():
        arrow = {"over": "up", "at least": "up", "under": "down", "at most": "down"}.get(word)
        told_apart[shape, full, tuple(dash), arrow] = word
    assert len(told_apart) == len(hedges.LOOKS)


def test_rows_of_an_accent_are_told_by_its_colour():
    svg = drawn(chart(numbers(1, 2, claim=[True, False]), accent="claim"))["image/svg+xml"]
    assert charts.PALETTE["accent"][0] in svg and charts.PALETTE["context"][0] in svg


def test_the_layers_are_an_ordinary_chart_to_be_altered():
    made = chart(numbers(1, 2)).properties(title="Mine", width=300) + alt.Chart(numbers(3)).mark_rule().encode(x="value:Q")
    assert isinstance(made, alt.LayerChart) and isinstance(made | made, alt.HConcatChart)
    assert figures.bundle(made.properties(title="Mine"))["text/plain"] == "Mine"


def test_sources_and_passages_are_read_from_the_data():
    frame = numbers(1, 2).assign(source=[("one", "two"), "two"], passage=[None, "p1"], publisher=[("A", "B"), "B"])
    figure = drawn(chart(frame))[figures.FIGURE]
    assert (figure["sources"], figure["passages"], figure["credits"]) == (["one", "two"], ["p1"], ["A", "B"])


def test_the_table_has_numbers_in_words_and_no_columns_of_the_drawing():
    table = drawn(chart(numbers(1, 2, hedge=["~", ">="])))[figures.FIGURE]["table"]
    assert table == {"columns": ["label", "value", "Source"], "rows": [["Row 0", "about 1%", "Paper"], ["Row 1", "at least 2%", "Paper"]]}


def test_two_units_and_strange_hedges_and_missing_values_are_refused():
    with pytest.raises(BriefingError, match="unit: found % and TWh, expected one unit on one scale"):
        chart(numbers(5, 6, unit=["%", "TWh"]))
    with pytest.raises(BriefingError, match='hedge: found "ca", expected one of = > >= < <= ~'):
        chart(numbers(5, hedge="ca"))
    with pytest.raises(BriefingError, match="found x and y without the field value"):
        charts.hedged(numbers(5), x="year:O", y="label:N")


def test_shuffled_rows_give_the_same_marks():
    frame = numbers(1, 20, 3, 40, hedge=["=", ">", "~", "<"])
    one, other = (drawn(charts.hedged(rows, x="value:Q", y=alt.Y("label:N")))["image/svg+xml"]
                  for rows in (frame, frame.iloc[[2, 0, 3, 1]]))
    assert sorted(one.split("<")) == sorted(other.split("<"))
