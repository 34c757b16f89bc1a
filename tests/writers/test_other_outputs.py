"""What is no Altair chart goes into a briefing, too: plots of matplotlib and seaborn, frames, styled frames."""

import base64
import bz2
import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from briefing.rendering.render import render
from briefing.report.report import Picture
from briefing.writers import html
from conftest import HARBOUR, write_notebook

CELLS = {
    "fig-plot": "import matplotlib.pyplot as plt\nimport numpy as np\nplt.plot(np.arange(5) ** 2)\nplt.title('Squares');",
    "fig-axes": "figure, axes = plt.subplots(2)\naxes[0].bar(['a', 'b'], [3, 4])\naxes[1].scatter([1, 2], [3, 4])\nfigure",
    "fig-sea": "import pandas as pd\nimport seaborn as sns\nsns.boxplot(pd.DataFrame({'a': [1, 2, 5], 'b': [2, 3, 9]}));",
    "tbl-frame": "pd.DataFrame({'port': ['North', 'South'], 'calls': [12, 7]})",
    "tbl-styled": "pd.DataFrame({'port': ['North', 'South'], 'calls': [12, 7]}).style.format({'calls': '{:.1f}'}).hide()",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """The outputs of two renders of the same cells, each from nothing."""
    found = []
    for _ in range(2):
        root = Path(shutil.copytree(HARBOUR, tmp_path_factory.mktemp("others") / "harbour"))
        sources = [f"#| label: {label}\n#| {label[:3]}-cap: A caption.\n" + ("#| fig-alt: What is seen.\n" if "fig" in label else "")
                   + source for label, source in CELLS.items()]
        write_notebook(root / "analysis/others.ipynb", sources)
        embeds = "\n\n".join(f"{{{{< embed _output/notebooks/others.ipynb#{label} >}}}}" for label in CELLS)
        (root / "report.qmd").write_text("---\ntitle: Others\ndate: 2031-03-10\nengine: jupyter\n---\n\n" + embeds + "\n", "utf-8")
        render(root)
        found.append(root / "_output")
    return found


def test_two_renders_give_the_same_bytes(outputs):
    for name in ("report.html", "report.pdf", "notebooks/others.ipynb"):
        assert (outputs[0] / name).read_bytes() == (outputs[1] / name).read_bytes(), name


def test_plots_are_drawings_and_say_nothing_of_the_day(outputs):
    notebook = json.loads((outputs[0] / "notebooks/others.ipynb").read_text("utf-8"))
    drawn = ["".join(output["data"].get("image/svg+xml", "")) for cell in notebook["cells"] for output in cell["outputs"]
             if "data" in output]
    assert sum("<svg" in svg for svg in drawn) == 4  # one is also the value of its cell
    assert not any("dc:date" in svg or "Matplotlib v" in svg for svg in drawn)


def test_frames_are_tables_of_the_page(outputs):
    page = (outputs[0] / "report.html").read_text("utf-8")
    assert page.count("<figure") == 5 and page.count("<table") >= 2
    assert "12.0" in page and "<style>" in page and "data:image/svg+xml" in page


def test_a_table_of_very_many_rows_says_how_many_are_in_its_file_only():
    picture = Picture("fig-ties", b"<svg/>", "svg", "Ties.", table={"columns": ["tie"], "rows": [[n] for n in range(2_003)]})
    page = html._data(picture)
    assert page.count("<td>") == 2_000 and "3 more rows are in the file below." in page
    assert "2002" in page.partition('href="data:text/csv')[2]  # the file has all
    short = html._data(Picture("fig-ties", b"<svg/>", "svg", "Ties.", table={"columns": ["tie"], "rows": [[1]]}))
    assert "more row" not in short


def test_a_great_table_is_packed_whole_into_its_link():
    rows = [[n, "stands with somebody on the same concepts as before"] for n in range(20_000)]
    page = html._data(Picture("fig-ties", b"<svg/>", "svg", "Ties.", table={"columns": ["tie", "says"], "rows": rows}))
    assert len(page) < 400_000 and 'download="fig-ties.csv.bz2"' in page
    content = bz2.decompress(base64.b64decode(page.partition("application/x-bzip2;base64,")[2].partition('"')[0])).decode()
    assert list(csv.reader(io.StringIO(content)))[1:] == [[str(n), says] for n, says in rows]
