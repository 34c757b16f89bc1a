"""Extremes: endless names, crowds, every script, every value; and characters that no typeface of ours has."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from briefing.render import render

HARBOUR = Path(__file__).parent / "harbour"
LONG = "A sentence about the harbour that nobody has shortened yet, and " * 5
TITLE = LONG[:299].rstrip(" ,") + "."
UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
SCRIPTS = ["Өвөрхангай аймгийн Үндсэн хууль", "Председатель правительства", "ממשלת ישראל (12)", "حكومة مصر",
           "Κυβέρνηση", "Nguyễn Thị Việt", "й и\u0306 e\u0301", "საქართველო", "Ҥ ҕ Ҙ Ӛ", UNBROKEN,
           "Permanent Delegation of the Confederation of the Upper Lakes"]


def rows(project, table, new):
    """Add rows, as mappings, to a table of the project."""
    path = project / "data" / f"{table}.csv"
    columns = next(csv.reader(path.open(encoding="utf-8")))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, lineterminator="\n").writerows(new)


CELLS = {
    "setup": """
import datetime
import pandas as pd
from briefing import evidence, figures, positions, quantities, tables
from briefing.quantities import Value
data = tables.load()
stands = positions.stands(data)
events = positions.timeline(data)
TITLE = data.row("concepts", "crews-needed")["sentence"]
publisher = {row["id"]: row["publisher"] for row in data.rows["sources"]}
numbers = data.quantities.assign(label=lambda frame: frame["measure"], publisher=publisher["courier"])
""",
    "fig-stands": "figures.stands(stands, data.actors, data.concepts, TITLE)",
    "fig-network": "figures.network(positions.network(data, stands), TITLE)",
    "fig-timeline": "figures.timeline(events, TITLE, window=positions.busiest(events))",
    "fig-hands": "figures.hands(positions.chains(data), TITLE)",
    "fig-claims": """
figures.claims(numbers[numbers["unit"] == "%"].assign(group=lambda frame: frame["of"], claim=lambda frame: frame["value"] < 0), TITLE)
""",
    "fig-years": """
yearly = data.series[data.series["series"] == "extremes"].assign(label="Share", publisher=publisher["port-statistics"], passage=None)
figures.by_year(yearly, TITLE, claim={"value": -5, "hedge": ">=", "unit": "%", "label": TITLE, "publisher": TITLE,
    "source": "courier", "passage": "no-return", "on": datetime.date(2031, 3, 3)}, axis=TITLE)
""",
    "fig-shares": """
parts = numbers[numbers["unit"] == "%"].assign(whole=TITLE, part=lambda frame: frame["of"])
figures.shares(parts, TITLE)
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
                              "title": (TITLE, *SCRIPTS)[n // 7 % 12] if n % 7 == 0 else f"Something happens {n}",
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


def test_x(extreme):
    pass
