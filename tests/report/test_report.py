"""What report.qmd says is understood, or a finding with its line: nothing is dropped."""

import nbformat
import pytest

from briefing.report import report
from briefing.findings import InvalidReport
from briefing.rendering.render import render

FRONT = "---\ntitle: A strike\n---\n"  # the body begins in line 4


def read(folder, body, front=FRONT):
    (folder / "report.qmd").write_text(front + body, encoding="utf-8", newline="")
    return report.read(folder)


def findings(folder, body, front=FRONT):
    """Code, line and character of all findings of a report."""
    with pytest.raises(InvalidReport) as error:
        read(folder, body, front)
    assert all(f.path == "report.qmd" and f.found and f.expected and f.remedy for f in error.value.findings)
    return [(f.code, f.line, f.character) for f in error.value.findings]


def spans(folder, body):
    return [(span.kind, span.content) for span in read(folder, body).spans]


# --- the file -------------------------------------------------------------------

def test_missing_report(tmp_path):
    with pytest.raises(InvalidReport, match="report.qmd: found no readable file"):
        report.read(tmp_path)


@pytest.mark.parametrize(("content", "code", "line"), [
    (b"---\ntitle: A\n---\na\xff\n", "not-utf-8", 4),
    (b"\xef\xbb\xbf---\ntitle: A\n---\n", "byte-order-mark", 1),
    (b"---\ntitle: A\n---\nText.\r\n", "line-ends", 4),
])
def test_bytes_that_are_not_plain_utf8(tmp_path, content, code, line):
    (tmp_path / "report.qmd").write_bytes(content)
    with pytest.raises(InvalidReport) as error:
        report.read(tmp_path)
    assert [(f.code, f.line) for f in error.value.findings] == [(code, line)]


# --- front matter ---------------------------------------------------------------

@pytest.mark.parametrize(("front", "code", "line"), [
    ("", "front-matter", 1), ("# Heading\n", "front-matter", 1), ("---\ntitle: A\n", "front-matter", 1),
    ("---\ntitle: [\n---\n", "front-matter", 3), ("---\n- title\n---\n", "front-matter", 1),
    ("---\n---\n", "front-matter", 1), ("---\nlang: en\n---\n", "title-missing", 1),
    ("---\nlang: en\ntitle: \"\"\n---\n", "title-missing", 3),
    ("---\ntitle: A\ntheme: dark\n---\n", "front-matter-key", 3), ("---\ntitle: A\nengine: knitr\n---\n", "engine", 3),
])
def test_front_matter(tmp_path, front, code, line):
    assert [found[:2] for found in findings(tmp_path, "Text.\n", front)] == [(code, line)]


def test_what_stands_below_format_is_for_quarto_alone(tmp_path):
    front = "---\ntitle: A\nformat:\n  html:\n    theme: dark\n---\n"
    assert read(tmp_path, "Text.", front).front["format"]["html"]["theme"] == "dark"


# --- what is not understood -----------------------------------------------------

@pytest.mark.parametrize(("body", "code", "line", "character"), [
    ("Text {{< video a.mp4 >}}\n", "shortcode", 4, 6),
    ("{{< include other.qmd >}}\n", "shortcode", 4, 1),
    ("\n{{< meta nothing >}}\n", "meta", 5, 1),
    ("{{< pagebreak now >}}\n", "shortcode", 4, 1),
    ("{{{< pagebreak >}}}\n", "shortcode", 4, 2),
    ("See {{< embed a.ipynb#fig-a >}}\n", "embed", 4, 5),
    ("{{< embed a.ipynb >}}\n", "embed", 4, 1),
    ("{{< embed a.ipynb#fig-a echo=true >}}\n", "embed", 4, 1),
    ("```{r}\n1\n```\n", "cell-language", 4, 1),
    ("By `{r} 1`\n", "cell-language", 4, 4),
    ("```{python echo=FALSE}\n1\n```\n", "cell-header", 4, 1),
    ("```{python}\n#| label: [\n1\n```\n", "cell-options", 4, 1),
    ("```{python}\n#| code-fold: true\n1\n```\n", "cell-option", 4, 1),
    ("Text.\n\n```{python}\n1\n", "fence-open", 6, 1),
    ("~~~\ntext\n```\n", "fence-open", 4, 1),
    ("As @eq-one has it\n", "reference-kind", 4, 4),
    ("As @thm-one has it\n", "reference-kind", 4, 4),
    ("As @lst-one has it\n", "reference-kind", 4, 4),
    ("::: {.callout-danger}\nText.\n:::\n", "callout", 4, 1),
    ("Sum `{python} 2 +`\n", "expression", 4, 5),
    ("Sum `{python} x = 1`\n", "expression", 4, 5),
    ("Sum `{python}  2`\n", "expression-form", 4, 5),
    ("Sum `{python} 2 `\n", "expression-form", 4, 5),
    ("Sum `{python} 2 +\n2`\n", "expression-form", 4, 5),
])
def test_what_is_not_understood_is_a_finding_with_its_place(tmp_path, body, code, line, character):
    assert findings(tmp_path, body) == [(code, line, character)]


def test_findings_of_a_report_come_at_once_in_reading_order(tmp_path):
    body = "As @eq-one\n\n{{< video a >}}\n\n`{python} 2 +`\n"
    assert findings(tmp_path, body, "---\nlang: en\nthemes: x\n---\n") == [
        ("title-missing", 1, None), ("front-matter-key", 3, None), ("reference-kind", 5, 4), ("shortcode", 7, 1),
        ("expression", 9, 1)]


# --- what is understood ---------------------------------------------------------

def test_spans_are_found_in_order_of_their_kinds(tmp_path):
    body = ("See @fig-a, @tbl-b and @sec-c [@no-return; @courier, p. 3], `{python} 1 + 1`.\n\n{{< pagebreak >}}\n\n"
            "{{< meta title >}}\n\n{{< embed _output/notebooks/a.ipynb#fig-a >}}\n\n```{python}\nx = 1\n```\n")
    assert spans(tmp_path, body) == [
        ("cell", "x = 1\n"), ("inline", "1 + 1"), ("pagebreak", ""), ("meta", "title"),
        ("embed", "_output/notebooks/a.ipynb#fig-a"), ("reference", "fig-a"), ("reference", "tbl-b"),
        ("reference", "sec-c"), ("citation", "no-return"), ("citation", "courier")]


@pytest.mark.parametrize("body", [
    "```\n@fig-a {{< video >}} `{python} 2 +`\n```\n", "~~~ text\n@eq-a\n~~~\n", "````\n```{r}\n````\n",
    "<!-- @fig-a {{< video >}}\n`{python} 2 +` -->\n", "`@fig-a`, ``{{< video >}} ` ``\n",
    "To a@example.org and \\@fig-a\n",
])
def test_code_comments_and_addresses_are_no_references(tmp_path, body):
    assert spans(tmp_path, body) == []


def test_end_of_a_sentence_is_no_part_of_a_reference(tmp_path):
    assert spans(tmp_path, "See @fig-a. Or @fig-b: (@fig-c), @fig-d's.\n") == [
        ("reference", "fig-a"), ("reference", "fig-b"), ("reference", "fig-c"), ("reference", "fig-d")]


# --- binding --------------------------------------------------------------------

SVG = '<svg xmlns="http://www.w3.org/2000/svg"></svg>'
OPTIONS = "#| label: fig-a\n#| fig-cap: A caption.\n#| fig-alt: A drawing.\n"


def executed(source, **data):
    """A notebook of one executed cell with one output."""
    output = nbformat.v4.new_output("display_data", data or {"image/svg+xml": SVG})
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, outputs=[output])])


def bind(folder, source, target="_output/notebooks/a.ipynb#fig-a", **data):
    body = f"Text.\n\n{{{{< embed {target} >}}}}\n"
    return report.bind(read(folder, body), report.Results({}, {}), {"_output/notebooks/a.ipynb": executed(source, **data)})


def test_embedded_figure_arrives_with_its_alt_text_and_caption(tmp_path):
    bound = bind(tmp_path, OPTIONS)
    picture = bound.pictures["fig-a"]
    assert (picture.format, picture.alt, picture.image) == ("svg", "A drawing.", SVG.encode())
    assert "A caption." in bound.markdown and "embed" not in bound.markdown


@pytest.mark.parametrize(("source", "target", "code"), [
    (OPTIONS, "../other/a.ipynb#fig-a", "embed-outside"),
    (OPTIONS, "/etc/a.ipynb#fig-a", "embed-outside"),
    (OPTIONS, "_output/notebooks/../../../a.ipynb#fig-a", "embed-outside"),
    (OPTIONS, "analysis/a.ipynb#fig-a", "embed-notebook"),
    (OPTIONS, "_output/notebooks/none.ipynb#fig-a", "embed-notebook"),
    (OPTIONS, "_output/notebooks/a.ipynb#fig-b", "embed-label"),
    (OPTIONS.replace("#| fig-cap: A caption.\n", ""), "_output/notebooks/a.ipynb#fig-a", "caption-missing"),
    (OPTIONS.replace("#| fig-alt: A drawing.\n", ""), "_output/notebooks/a.ipynb#fig-a", "alt-missing"),
    (OPTIONS.replace("A drawing.", "A caption."), "_output/notebooks/a.ipynb#fig-a", "alt-is-caption"),
])
def test_embed_that_cannot_be_shown_names_its_line(tmp_path, source, target, code):
    with pytest.raises(InvalidReport) as error:
        bind(tmp_path, source, target)
    assert [(f.code, f.path, f.line, f.character) for f in error.value.findings] == [(code, "report.qmd", 6, 1)]


def test_figure_without_picture_and_output_that_only_html_can_show(tmp_path):
    with pytest.raises(InvalidReport, match="no picture in the outputs of fig-a"):
        bind(tmp_path, OPTIONS, **{"text/plain": "5"})
    with pytest.raises(InvalidReport, match="that only HTML can show"):
        bind(tmp_path, OPTIONS, **{"text/html": "<video>"})


def test_labelled_cell_without_output_is_a_finding(tmp_path):
    with pytest.raises(InvalidReport, match="fig-a"):
        bind(tmp_path, OPTIONS, **{"application/json": "{}"})


# --- running --------------------------------------------------------------------

def test_errors_of_all_expressions_come_at_once_with_their_places(project, snapshot):
    path = project / "report.qmd"
    path.write_text(path.read_text("utf-8") + "\n`{python} 1 / 0` and `{python} value(\"sailors\")`\n\n`{python} None`\n",
                    encoding="utf-8")
    lines = path.read_text("utf-8").count("\n")
    before = snapshot(project)
    with pytest.raises(InvalidReport) as error:
        render(project)
    found = error.value.findings
    assert [(f.code, f.line, f.character) for f in found] == [
        ("expression", lines - 2, 1), ("expression", lines - 2, 22), ("expression", lines, 1)]
    assert "division by zero" in found[0].found
    assert 'no notebook publishes "sailors"' in found[1].found and "strikers" in str(found[1])
    assert snapshot(project).keys() - before.keys() <= {"_output"}


def test_failing_cell_of_the_report_names_its_line(project, edit):
    edit("report.qmd", "value = notebooks.values()\n", "value = notebooks.values()\n1 / 0\n")
    with pytest.raises(Exception, match="report.qmd") as error:
        render(project)
    (found,) = error.value.findings
    assert (found.code, found.line) == ("cell-failed", 15)
