"""Twelve charts of kinds that Altair's gallery shows, as its users write them: no word of this package in any."""

SETUP = """
import json
import altair as alt
import numpy as np
import pandas as pd
rng = np.random.RandomState(42)
wheat = pd.DataFrame({"year": range(1565, 1825, 10), "wheat": rng.randint(26, 99, 26)})
weeks = pd.date_range("2028-01-03", periods=104, freq="W")
energy = pd.DataFrame({"date": np.tile(weeks, 3), "source": np.repeat(["Fossil fuels", "Nuclear", "Renewables"], 104),
                       "output": np.abs(rng.randn(312).cumsum()) + 5})
cars = pd.DataFrame({"name": [f"model {n}" for n in range(90)], "horsepower": rng.randint(46, 230, 90),
                     "miles": rng.randint(9, 46, 90), "origin": rng.choice(["Europe", "Japan", "USA"], 90),
                     "cylinders": rng.choice([4, 6, 8], 90), "year": rng.choice([2029, 2030, 2031], 90)})
towns = pd.DataFrame({"country": list("ABCDEF"), "before": [40, 52, 61, 33, 70, 48], "after": [66, 70, 69, 58, 79, 51]})
""".strip()

CHARTS = {
    "bars": """
alt.Chart(wheat, title="Wheat over the decades").mark_bar().encode(
    x="year:O", y="wheat:Q", color=alt.condition("datum.wheat > 80", alt.value("orange"), alt.value("steelblue")))
""",
    "stacked-area": """
alt.Chart(energy, title="Output by source").mark_area().encode(x="date:T", y="output:Q", color="source:N")
""",
    "error-bands": """
line = alt.Chart(cars).mark_line().encode(x="year:O", y="mean(miles)")
band = alt.Chart(cars).mark_errorband(extent="ci").encode(x="year:O", y=alt.Y("miles").title("Miles a gallon"))
(band + line).properties(title="Miles a gallon, with confidence intervals")
""",
    "facet-grid": """
alt.Chart(cars, title="Horsepower and miles").mark_point().encode(
    x="horsepower:Q", y="miles:Q", row="origin:N", column="cylinders:O").properties(height=110)
""",
    "concat": """
points = alt.Chart(cars).mark_circle().encode(x="horsepower", y="miles", color="origin")
bars = alt.Chart(cars).mark_bar().encode(y="origin", x="count()", color="origin")
alt.hconcat(points, bars, title="Points beside their counts")
""",
    "box-plot": """
alt.Chart(cars, title="Miles by origin").mark_boxplot(extent="min-max").encode(x="origin:N", y="miles:Q")
""",
    "heat-map": """
x, y = np.meshgrid(range(-5, 5), range(-5, 5))
grid = pd.DataFrame({"x": x.ravel(), "y": y.ravel(), "z": (x ** 2 + y ** 2).ravel()})
alt.Chart(grid, title="A bowl").mark_rect().encode(x="x:O", y="y:O", color="z:Q")
""",
    "map": """
islands = alt.Data(url="../data/islands.geojson", format=alt.DataFormat(property="features"))
alt.Chart(islands, title="Two islands").mark_geoshape().encode(color="properties.name:N").project("mercator")
""",
    "ranged-dots": """
long = towns.melt("country", var_name="when", value_name="life")
chart = alt.layer(data=long, title="Life expectancy, before and after").encode(x="life:Q", y="country:N")
chart += alt.Chart().mark_line(color="#db646f").encode(detail="country:N")
chart += alt.Chart().mark_point(size=100, opacity=1, filled=True).encode(
    color=alt.Color("when:O", scale=alt.Scale(domain=["before", "after"], range=["#e6959c", "#911a24"])))
chart
""",
    "labelled-scatter": """
points = alt.Chart(towns, title="Six countries").mark_point().encode(x="before:Q", y="after:Q")
points + points.mark_text(align="left", baseline="middle", dx=7).encode(text="country")
""",
    "linked-brush": """
brush = alt.selection_interval()
base = alt.Chart(cars).mark_point().encode(
    y="miles", color=alt.condition(brush, "origin", alt.ColorValue("gray"))).add_params(brush).properties(width=250)
(base.encode(x="horsepower") | base.encode(x="cylinders:Q")).properties(title="Brush over the points")
""",
    "dropdown": """
dropdown = alt.binding_select(options=["Europe", "Japan", "USA"], name="Region ")
selection = alt.selection_point(fields=["origin"], bind=dropdown)
alt.Chart(cars, title="By region").mark_point().encode(
    x="horsepower:Q", y="miles:Q", tooltip="name:N",
    color=alt.when(selection).then(alt.Color("origin:N", legend=None)).otherwise(alt.value("lightgray"))).add_params(selection)
""",
}

ISLANDS = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"name": "North", "people": 12}, "geometry": {"type": "Polygon", "coordinates": [[[10, 50], [14, 50], [13, 53], [10, 52], [10, 50]]]}},
{"type": "Feature", "properties": {"name": "South", "people": 7}, "geometry": {"type": "Polygon", "coordinates": [[[11, 44], [15, 45], [12, 48], [11, 44]]]}}]}"""


def cell(label):
    return (f"#| label: fig-{label}\n#| fig-cap: A chart of the kind that is called {label}.\n"
            f"#| fig-alt: What a reader who cannot see {label} has to know.\n{CHARTS[label].strip()}")
