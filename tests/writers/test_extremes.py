"""Extremes: endless names, crowds, every script, every value; and characters that no typeface of ours has."""

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import boxes
import pypdf
import pytest
from conftest import HARBOUR
from pypdf.generic import ContentStream

from briefing.execution import drawing
from briefing.writers import glyphs
from briefing.charts import NARROW, WIDE
from briefing.execution.figures import FIGURE
from briefing.findings import GlyphMissing
from briefing.rendering.render import render

LONG = "A sentence about the harbour that nobody has shortened yet, and " * 5
TITLE = LONG[:299].rstrip(" ,") + "."
UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
SCRIPTS = ["Өвөрхангай аймгийн Үндсэн хууль", "Председатель правительства", "ממשלת ישראל (12)", "حكومة مصر",
           "Κυβέρνηση", "Nguyễn Thị Việt", "й и\u0306 e\u0301", "საქართველო", "Ҥ ҕ Ҙ Ӛ", UNBROKEN,
           "Permanent Delegation of the Confederation of the Upper Lakes"]


def rows(project, table, new):
    """Add rows, as mappings, to a table of the project."""
    path = project / "data" / f"{table}.csv"
    columns = path.read_text("utf-8").splitlines()[0].split(",")
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, lineterminator="\n").writerows(new)


CELLS = {
    "setup": """
import altair as alt
import pandas as pd
from briefing import charts, positions, quantities, tables
from briefing.facts.quantities import Value
data = tables.load()
stands = positions.stands(data)
events = positions.timeline(data)
TITLE = data.row("concepts", "crews-needed")["sentence"]
publisher = {row["id"]: row["publisher"] for row in data.rows["sources"]}
numbers = data.quantities.assign(label=lambda frame: frame["measure"], publisher=publisher["courier"])
numbers = numbers[numbers["unit"] == "%"]
""",
    "fig-stands": "lambda width: charts.stands(stands, data.actors, data.concepts, width).properties(title=TITLE)",
    "fig-network": "lambda width: charts.network(positions.network(data, stands), width).properties(title=TITLE)",
    "fig-timeline": "lambda width: charts.timeline(events, width=width).properties(title=TITLE)",
    "fig-hands": "lambda width: charts.chains(positions.chains(data), width).properties(title=TITLE)",
    "fig-claims": """
charts.hedged(numbers.assign(claim=numbers["value"] < 0), x=alt.X("value:Q", title=None), accent="claim",
              y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelOverlap=False))).properties(title=TITLE)
""",
    "fig-years": """
yearly = data.series[data.series["series"] == "extremes"].assign(label="Share", publisher=publisher["port-statistics"])
rule = alt.Chart(pd.DataFrame({"value": [-5]})).mark_rule().encode(y="value:Q")
(charts.hedged(yearly, x="year:O", y=alt.Y("value:Q", title="Share")) + rule).properties(title=TITLE)
""",
    "values": """
quantities.publish({row["id"]: Value(quantities.of_row(row).text, (row["passage"] or row["source"],), row["measure"])
                    for row in data.rows["quantities"]})
""",
}


def build(root):
    """The invented briefing with everything in it that is too long, too many, or written otherwise."""
    project = Path(shutil.copytree(HARBOUR, root / "extremes"))
    names = [*SCRIPTS, *(f"Delegation of the Upper Lakes {n}" for n in range(40 - 3 - len(SCRIPTS)))]
    rows(project, "actors", [{"id": f"a{n}", "label": name, "who": f"{name}, as it calls itself", "kind": "state"}
                             for n, name in enumerate(names)])
    concepts = [*SCRIPTS, *(f"Concept that says something {n}" for n in range(30 - 2 - len(SCRIPTS)))]
    rows(project, "concepts", [{"id": f"c{n}", "label": name, "sentence": f"{name}."}
                               for n, name in enumerate(concepts)])
    path = project / "data/concepts.csv"
    path.write_text(path.read_text("utf-8").replace("Every crane must have a crew.", f'"{TITLE}"'), encoding="utf-8")
    rows(project, "statements", [
        {"actor": f"a{a}", "concept": f"c{c}", "agreement": ("agree", "disagree", "mixed")[(a * 7 + c) % 3],
         "mode": ("said", "done")[(a + c) % 2], "passage": "no-return", "coder": "a", "act": ("", "struck")[(a + c) % 2]}
        for a in range(len(names)) for c in range(len(concepts)) if (a + 2 * c) % 5 == 0 and a != 20])
    rows(project, "events", [{"id": f"e{n}", "date": f"2031-03-{3 + n % 7:02}", "resolved": str(n % 2 == 0).lower(),
                              "title": (TITLE, *SCRIPTS)[n // 7 % 12] if n % 7 == 0 else f"Something happens {n}.",
                              "actors": f"a{n % 30}", "passage": "no-return"} for n in range(200)])
    rows(project, "quantities", [{"id": f"q{n}", "measure": (SCRIPTS * 2)[n], "of": ("traffic", *SCRIPTS)[n // 4],
                                  "hedge": hedge, "value": value, "unit": "%", "holder": "Sandhaven",
                                  "passage": "no-return"}
                                 for n, (value, hedge) in enumerate([
                                     (0, "="), (100, "="), (-5, "="), (0, "<="), (100, ">"), (-5, ">"), (-5, "<"),
                                     (0, "~"), (1234567.891, "="), (0.0001, "="), (99.99, "~")])])
    rows(project, "series", [{"series": "extremes", "year": 1990 + n, "hedge": hedge, "value": value, "unit": "%",
                              "source": "port-statistics"}
                             for n, (value, hedge) in enumerate([(0, "="), (100, ">"), (-5, "<"), (-5, "~"), (100, "=")])])
    rows(project, "passages", [{"id": f"p{n}", "source": "courier", "start": 193, "end": 237, "sha256":
                                "ae8b17adec7da0558f4a72f8078d57949615b68d532abb9e4d81f449fe5edda3", "paragraph": 3,
                                "speaker": hands[0], "chain": " > ".join(hands), "kind": "quotation",
                                "gist": f"{TITLE} {name}", "credibility": 6}
                               for n, name in enumerate(SCRIPTS)
                               for hands in [[name, *SCRIPTS[:n % 4], "Courier"]]])
    cells = [{"cell_type": "code", "id": name, "metadata": {}, "execution_count": None, "outputs": [],
              "source": f"#| label: {name}\n" + "".join(f"#| {key}: {json.dumps(text)}\n" for key, text in (
                  ("fig-cap", TITLE), ("fig-alt", f"A picture. {TITLE}")) if name.startswith("fig-")) + source.strip()}
             for name, source in CELLS.items()]
    (project / "analysis/harbour.ipynb").write_text(json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    embeds = "\n\n".join(f"{{{{< embed _output/notebooks/harbour.ipynb#{name} >}}}}\n\n{' '.join(SCRIPTS)}"
                         for name in CELLS if name.startswith("fig-"))
    numbers = ", ".join(f'`{{python}} value("q{n}")`' for n in range(11))
    (project / "report.qmd").write_text(f"""---
title: {json.dumps(TITLE)}
subtitle: {json.dumps(TITLE)}
author: The test suite
date: 2031-03-10
lang: en
engine: jupyter
execute:
  echo: false
number-sections: true
nocite: '@*'
---

```{{python}}
#| include: false
from briefing import notebooks
value = notebooks.values()
```

# {TITLE}

The values {numbers} and {UNBROKEN}. {' '.join(SCRIPTS)}.

{embeds}

| {' | '.join(SCRIPTS)} |
|{'---|' * len(SCRIPTS)}
| {' | '.join(SCRIPTS)} |

: {TITLE} {{#tbl-scripts}}

# Evidence {{.unnumbered}}

::: {{#refs}}
:::
""", encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def extreme(tmp_path_factory):
    project = build(tmp_path_factory.mktemp("extremes"))
    render(project)
    return project / "_output"


LABELS = [name for name in CELLS if name.startswith("fig-")]


@pytest.fixture(scope="module")
def figures(extreme):
    """The drawings of the figures of the extremes, by label: wide, narrow, and page by page."""
    notebook = json.loads((extreme / "notebooks/harbour.ipynb").read_text("utf-8"))
    outputs = {cell["id"]: output["data"] for cell in notebook["cells"] for output in cell["outputs"]
               if "image/svg+xml" in output["data"]}
    return {label: ["".join(data["image/svg+xml"]), data[FIGURE]["narrow"], *data[FIGURE]["pages"]]
            for label, data in outputs.items()}


@pytest.mark.parametrize("label", LABELS)
def test_no_figure_of_the_extremes_leaves_its_page_or_covers_its_text(figures, label, show, tmp_path):
    widths = [WIDE, NARROW, *[WIDE] * len(figures[label])]
    for drawn, width in zip(boxes.measured(show, tmp_path / "figures.html", figures[label]), widths, strict=False):
        told = boxes.problems(drawn, width)
        if label == "fig-claims":  # an analyst's own chart: Vega-Lite cuts labels of its axes at the theme's limit
            told = [problem for problem in told if not problem.endswith("is cut")]
        assert told == []


@pytest.mark.parametrize("label", LABELS)
def test_tall_figures_are_parted_and_no_mark_is_lost_or_twice(figures, label):
    def marks(svg):
        return re.findall(r'<(?:path|line|rect)\b[^>]*aria-label="([^"]*)"', svg)

    wide, _, *pages = figures[label]
    height = drawing._size(wide)[1]
    assert bool(pages) == (height > drawing.TALLEST)
    if pages:
        assert max(drawing._size(page)[1] for page in pages) <= drawing.PAGE
        assert drawing._size(pages[-1])[1] <= drawing.TALLEST
        assert sorted(mark for page in pages for mark in marks(page)) == sorted(marks(wide))


def test_concepts_that_a_matrix_has_no_room_for_are_listed_once_each(figures):
    pages = figures["fig-stands"][2:]
    assert len(pages) >= 2 and sum("Concept that says something 3<" in page for page in pages) == 1


def test_names_can_be_told_apart(figures):
    for label in ("fig-stands", "fig-network"):
        assert len({*re.findall(r"Delegation of the Upper\s*(?:Lakes )?\d+|Lakes \d+", figures[label][0])}) >= 20, label


def placed(sheet, reader):
    """Where each text of a PDF's page begins, in points from its lower left corner."""
    def within(inner, outer):
        a, b, c, d, e, f = outer
        return [
            inner[0] * a + inner[1] * c, inner[0] * b + inner[1] * d, inner[2] * a + inner[3] * c,
            inner[2] * b + inner[3] * d, inner[4] * a + inner[5] * c + e, inner[4] * b + inner[5] * d + f]

    now, before = [1, 0, 0, 1, 0, 0], []
    for operands, operator in ContentStream(sheet["/Contents"].get_object(), reader).operations:
        if operator == b"q":
            before.append(now)
        elif operator == b"Q":
            now = before.pop()
        elif operator == b"cm":
            now = within([float(number) for number in operands], now)
        elif operator == b"Tm":
            yield within([float(number) for number in operands], now)[4:]


def test_every_event_is_on_paper_once_and_nothing_beyond_its_edge(extreme):
    reader = pypdf.PdfReader(extreme / "report.pdf")
    for number, sheet in enumerate(reader.pages, start=1):
        width, height = map(float, sheet.mediabox[2:])
        beyond = [(x, y) for x, y in placed(sheet, reader) if not (0 <= x <= width and 0 <= y <= height)]
        assert beyond == [], number
    text = "".join("".join(sheet.extract_text().split()) for sheet in reader.pages)
    for n in range(200):
        assert n % 7 == 0 or len(re.findall(rf"Somethinghappens{n}\.", text)) == 1, n


def test_words_without_end_are_broken_on_paper(extreme):
    """No line of the PDF runs on beyond the paper: pypdf tells where texts begin, poppler where they end."""
    boxes = subprocess.run(["pdftotext", "-bbox", extreme / "report.pdf", "-"], capture_output=True, text=True, check=True).stdout
    width = float(re.search(r'<page width="([\d.]+)"', boxes)[1])
    ends = [(float(end), word) for end, word in re.findall(r'xMax="([\d.]+)" yMax="[\d.]+">(.*)</word>', boxes)]
    assert len(ends) > 1000
    assert [(end, word) for end, word in ends if end > width - 30] == []


@pytest.mark.parametrize("name", [name for name in SCRIPTS if len(name) < 90])
def test_names_of_every_script_reach_the_page_whole(extreme, name):
    assert name in (extreme / "report.html").read_text("utf-8")


# --- characters that no typeface has ----------------------------------------------

MONGOLIAN = "\u182e\u1823\u1829"


def missing(project):
    """What render finds, as (code, place, found)."""
    with pytest.raises(GlyphMissing) as error:
        render(project)
    assert error.value.exit_code == 1
    return [(finding.code, finding.place, finding.found) for finding in error.value.findings]


def test_missing_characters_are_named_with_all_their_places_at_once(project, edit, snapshot):
    edit("report.qmd", "A sign that stays:", "A rocket \U0001f680, a sign that stays:")
    edit("data/actors.csv", "mayor,Mayor,", f"mayor,{MONGOLIAN},")
    edit("data/passages.csv", "The dockers stopped work on a Monday.", "The dockers \u4e2d stopped.")
    edit("analysis/harbour.ipynb", "Who takes a stand", "Who takes a stand \U0001f6a2")
    before = snapshot(project)
    assert [(place, found.split(" (")[0]) for _, place, found in missing(project)] == [
        ("report.qmd line 53", '"\U0001f680"'), ("data/passages.csv row 2, gist", '"\u4e2d"'),
        ("data/actors.csv row 4, label", '"\u182e"'), ("analysis/harbour.ipynb cell 4 (tbl-actors)", '"\U0001f6a2"')]
    assert {name: content for name, content in snapshot(project).items() if name != "_output"} == before  # which has the cache


def test_missing_characters_are_named_by_code_and_name(project, edit):
    edit("data/actors.csv", "mayor,Mayor,", f"mayor,{MONGOLIAN},")
    (_, _, found), = missing(project)
    assert "U+182E MONGOLIAN LETTER MA" in found and "U+1829 MONGOLIAN LETTER ANG" in found


def test_a_missing_character_made_by_code_is_placed_in_its_cell(project, notebook):
    notebook("#| label: fig-calls\n#| fig-cap: Calls\n#| fig-alt: A word.\nfrom IPython.display import SVG\n"
             "SVG(f'<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><text>{chr(0x1f680)}</text></svg>')")
    (project / "report.qmd").write_text("---\ntitle: T\n---\n\n{{< embed _output/notebooks/harbour.ipynb#fig-calls >}}\n\n"
                                        "Text [@no-return].\n\n::: {#refs}\n:::\n", encoding="utf-8")
    assert [(code, place) for code, place, _ in missing(project)] == [
        ("glyph-missing", "analysis/harbour.ipynb cell 1 (fig-calls)")]


def test_a_character_that_is_shown_nowhere_is_no_fault(project, edit):
    edit("data/concepts.csv", "The strike is lawful.", "The strike is lawful \u4e2d.")
    assert render(project)


@pytest.mark.parametrize("name", ["\u05de\u05de\u05e9\u05dc\u05ea \u05d9\u05e9\u05e8\u05d0\u05dc",
                                  "\u062d\u0643\u0648\u0645\u0629", "\u04e8\u0432\u04e9\u0440\u0445\u0430\u043d\u0433\u0430\u0439 \u04ae\u043d\u0434\u0441\u044d\u043d"])
def test_names_that_a_typeface_has_are_no_fault(name):
    assert glyphs.missing(name) == "" and not glyphs.unsettable(name)


def test_a_mark_that_no_letter_of_a_figure_can_carry_is_named(project, edit, notebook):
    edit("data/actors.csv", "mayor,Mayor,", "mayor,Ma\u0304q\u0304or,")
    notebook("#| label: fig-calls\n#| fig-cap: Calls\n#| fig-alt: A grid.\nfrom briefing import charts, positions, tables\n"
             "data = tables.load()\ncharts.stands(positions.stands(data), data.actors, data.concepts).properties(title='T')")
    (project / "report.qmd").write_text("---\ntitle: T\n---\n\n{{< embed _output/notebooks/harbour.ipynb#fig-calls >}}\n\n"
                                        "Text [@no-return].\n\n::: {#refs}\n:::\n", encoding="utf-8")
    assert missing(project) == [("glyph-in-figure", "data/actors.csv row 4, label", '"Ma\u0304q\u0304or" in fig-calls')]
