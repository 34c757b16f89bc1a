"""What messages on the report give to be copied: the nearest id, the line to write, the value that has a typed number."""

import json

import pytest

from briefing.commands.review import review
from briefing.facts import tables
from briefing.findings import InvalidReport
from briefing.report import document, report
from briefing.report.rules import prose
from briefing.report.report import Results
from briefing.sources import evidence

HEAD = "---\ntitle: A strike\n---\n\n"
CELL = {"cell_type": "code", "source": "#| label: tbl-calls\n#| tbl-cap: Calls", "metadata": {},
        "outputs": [{"output_type": "execute_result", "metadata": {}, "data": {"text/markdown": "| a |\n|---|\n| b |"}}]}
EXECUTED = {"_output/notebooks/harbour.ipynb": {"cells": [CELL]}}


@pytest.fixture
def remedies(project):
    """The remedies of what a body's reading, binding or building finds, by code."""

    def run(body, head=HEAD):
        (project / "report.qmd").write_text(head + body, "utf-8")
        references = project / "references.json"
        references.write_text(json.dumps(evidence.references(tables.load(project))), "utf-8")
        with pytest.raises(InvalidReport) as caught:
            read = report.read(project)
            document.build(read, report.bind(read, Results({}, {}), EXECUTED), references, project)
        return {finding.code: finding.remedy for finding in caught.value.findings}

    return run


@pytest.mark.parametrize(("body", "code", "copy"), [
    ("{{< embed _output/notebooks/harbour.ipynb#tbl-cals >}}", "embed-label", "Did you mean `tbl-calls`?"),
    ("{{< embed analysis/harbour.ipynb#tbl-calls >}}", "embed-notebook", "`_output/notebooks/harbour.ipynb`?"),
    ("{{< embed _output/notebooks/harbor.ipynb#tbl-calls >}}", "embed-notebook", "`_output/notebooks/harbour.ipynb`?"),
    ("{{< page-break >}}", "shortcode", "Did you mean `pagebreak`?"), ("{{< meta titel >}}", "meta", "Did you mean `title`?"),
    ("::: {.callout-notes}\nText.\n:::", "callout", "Did you mean `callout-note`?"),
    ("```{python echo=FALSE, label=\"a b\"}\n1\n```", "cell-header", '`#| echo: false`, `#| label: "a b"`'),
    ("```{python}\n#| lable: a\n1\n```", "cell-option", "Did you mean `label`?"),
    ("Sum `{python}  2 +\n2 `", "expression-form", "Write `{python} 2 + 2`."),
    ("# One {#sec-one}\n\nSee @sec-on.", "reference-unresolved", "Did you mean `@sec-one`?"),
    ("{{< embed _output/notebooks/harbour.ipynb#tbl-calls >}}\n\nSee @tbl-cals.", "reference-unresolved", "`@tbl-calls`?"),
    ("It fell [@port-statistic].", "citation-unresolved", "Did you mean `@port-statistics`?"),
    ("# One {#sec-one}\n\nSee [there](#sec-oen).", "link-dangling", "Did you mean `#sec-one`?"),
    ("# One\n\n### Three", "heading-level", "Write `## Three`"),
    ("::: {.content-visible when-format=\"htm\"}\nText.\n:::", "format", "Did you mean `html`?"),
    ("![It](data/actors.pgn){fig-alt=\"x\"}", "figure-unlabelled", "{#fig-actors}")])
def test_the_value_to_copy(remedies, body, code, copy):
    assert copy in remedies(body + "\n")[code]


def test_a_picture_and_a_bibliography_of_nearly_the_name(remedies, project):
    (project / "data/quay.png").write_bytes(b"")
    assert "Did you mean `data/quay.png`?" in remedies('![It](data/quai.png){#fig-q fig-alt="x"}\n')["image-missing"]
    (project / "data/books.bib").write_bytes(b"")
    assert "Did you mean `data/books.bib`?" in remedies("Text.\n", HEAD.replace("\n---\n\n", "\nbibliography: data/book.bib\n---\n\n"))[
        "bibliography"]


def test_the_prose(project):
    body = ('The dockers [@stoped-work] are 310 `{python} value("striker")` and traffic [@courier].\n\n'
            '::: {.judgement row="long-strik"}\nIt is probable.\n:::\n')
    (project / "report.qmd").write_text(HEAD + body, "utf-8")
    offered = prose.Offered(values={"strikers": "about 310", "judgement-long-strike": "310"})
    found = {f.code: f.remedy for f in prose.check(report.read(project), tables.load(project), offered)}
    assert "Did you mean `@stopped-work`?" in found["citation-unresolved"]
    assert 'Write `{python} value("strikers")` if "about 310" is meant.' in found["number-typed"]
    assert "Did you mean `strikers`?" in found["value-unknown"]
    assert "such as `@stopped-work`" in found["citation-without-passage"]
    assert "Did you mean `long-strike`?" in found["judgement-unnamed"]
    assert "Write `likely`" in found["likelihood-row"]


def test_a_chain_with_a_hand_left_out(project, edit):
    edit("data/passages.csv", "Port company > Northwire > Courier", "Port company >  > Courier")
    found = {f.code: f.remedy for f in review(project, {}).findings}
    assert "Write `Port company > Courier`" in found["chain-broken"]
