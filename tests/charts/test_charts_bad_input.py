"""What is wrong with a chart is a finding with its notebook, cell and label, and nothing is fetched."""

import shutil
from pathlib import Path

import pytest

from briefing.findings import Findings
from briefing.rendering.render import render
from conftest import HARBOUR, write_notebook

FRAME = 'import altair as alt\nimport pandas as pd\nframe = pd.DataFrame({"x": [1, 2, 3], "y": [3, 1, 2]})\n'
HEAD = "#| label: fig-calls\n#| fig-cap: A caption.\n#| fig-alt: What is to be seen.\n"
GOOD = 'alt.Chart(frame, title="A title").mark_point().encode(x="x:Q", y="y:Q")'


BAD = {
    "chart-field": [GOOD.replace('"y:Q"', '"z:Q"'), GOOD.replace('x="x:Q"', 'x="x:Q", color="colour:N"'),
                    'alt.Chart(frame, title="T").mark_bar().encode(x="x:Q", y="mean(why):Q")'],
    "chart-empty": [GOOD.replace("frame,", "frame[:0],"),
                    'alt.layer(alt.Chart(frame[:0]).mark_point().encode(x="x:Q"), title="T")'],
    "chart-url": ['alt.Chart("https://example.org/data.csv", title="T").mark_point().encode(x="x:Q")',
                  'alt.Chart("//example.org/data.csv", title="T").mark_point().encode(x="x:Q")',
                  'alt.Chart("file:///etc/passwd", title="T").mark_point().encode(x="x:Q")',
                  'alt.Chart(frame, title="T").transform_lookup(lookup="x", from_=alt.LookupData('
                  'data="http://example.org/a.csv", key="x", fields=["z"])).mark_point().encode(x="x:Q", y="z:Q")'],
    "chart-file": ['alt.Chart("../../elsewhere.csv", title="T").mark_point().encode(x="x:Q")',
                   'alt.Chart("../data/none.csv", title="T").mark_point().encode(x="x:Q")'],
    "chart-rows": [GOOD.replace("frame,", 'pd.DataFrame({"x": range(5001), "y": range(5001)}),')],
    "chart-wide": [GOOD + ".properties(width=900)", f"alt.hconcat(*[{GOOD}.properties(width=400)] * 2)"],
    "chart-high": [GOOD + ".properties(height=1400)"],
    "chart-untitled": [GOOD.replace(', title="A title"', "")],
    "chart-invalid": [GOOD.replace('"x:Q"', '"x:W"'),
                      'alt.Chart(frame, title="T").mark_point().encode(x="nothing")'],
    "chart-chance": ['alt.Chart(frame, title="T").transform_sample(2).mark_point().encode(x="x:Q")',
                     'alt.Chart(frame, title="T").transform_calculate(j="random()").mark_point().encode(x="x:Q", y="j:Q")',
                     'alt.Chart(frame, title="T").transform_calculate(j="now()").mark_point().encode(x="x:Q", y="j:Q")'],
    "chart-image": ['alt.Chart(frame, title="T").mark_image().encode(x="x:Q", url=alt.value("https://example.org/a.png"))'],
}


CASES = [(code, n, source) for code, sources in BAD.items() for n, source in enumerate(sources)]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The findings of one render of all bad charts, each in a cell of its own, by label."""
    root = Path(shutil.copytree(HARBOUR, tmp_path_factory.mktemp("bad") / "harbour"))
    sources = [FRAME, *(HEAD.replace("calls", f"{code}-{n}") + source for code, n, source in CASES)]
    write_notebook(root / "analysis/bad.ipynb", sources)
    with pytest.raises(Findings) as caught:
        render(root)
    assert not list((root / "_output").glob("report.*"))
    return caught.value.findings


def test_all_charts_that_are_wrong_are_told_at_once(found):
    assert [finding.code for finding in found] == [code for code, _, _ in CASES]


@pytest.mark.parametrize("code, n, source", CASES)
def test_a_chart_that_cannot_be_shown_is_a_finding_at_its_cell(found, code, n, source):
    number = CASES.index((code, n, source)) + 2
    [finding] = [one for one in found if one.cell == f"{number} (fig-{code}-{n})"]
    assert (finding.code, finding.path) == (code, "analysis/bad.ipynb")
    assert finding.found and finding.expected and finding.remedy.endswith("."), finding


def test_a_chart_that_is_no_figure_needs_no_title_and_may_be_wide(project, notebook, edit):
    edit("report.qmd", "{{< embed _output/notebooks/harbour.ipynb#fig-calls >}}", "")
    from briefing.execution import notebooks
    notebook(FRAME, BAD["chart-untitled"][0], BAD["chart-wide"][0])
    read = notebooks.read(project / "analysis/harbour.ipynb", "analysis/harbour.ipynb")
    assert notebooks.problems(read, "analysis/harbour.ipynb") == []


@pytest.fixture
def refused(project, notebook, edit):
    """The findings of a render whose report shows this one cell in place of its own figure."""

    def findings(cell):
        edit("report.qmd", "{{< embed _output/notebooks/harbour.ipynb#fig-calls >}}",
             "{{< embed _output/notebooks/only.ipynb#fig-calls >}}")
        notebook(FRAME, cell, name="only.ipynb")
        with pytest.raises(Findings) as caught:
            render(project)
        return caught.value.findings

    return findings


@pytest.mark.parametrize("head, code", [(HEAD.replace("#| fig-alt: What is to be seen.\n", ""), "alt-missing"),
                                        (HEAD.replace("#| fig-cap: A caption.\n", ""), "caption-missing")])
def test_a_figure_needs_alt_text_and_caption(refused, head, code):
    found = refused(head + GOOD)
    assert any(finding.code == code and "fig-calls" in str(finding) for finding in found), found


@pytest.mark.parametrize("source, remedy", [
    (f"from IPython.display import HTML\nHTML(({GOOD}).to_html())", "the chart itself"),
    ("from IPython.display import HTML\nHTML('<div>a widget</div>')", "Altair or matplotlib")])
def test_what_only_html_can_show_says_what_to_do(refused, source, remedy):
    found = refused(HEAD + source)
    assert any(remedy in str(finding) for finding in found), found
