"""Names and numbers in titles, captions and alternative texts: those that the tables have, and those of another project."""

import json

import pytest

from briefing.execution.figures import FIGURE, VEGA_LITE
from briefing.facts import tables
from briefing.findings import InvalidReport
from briefing.rendering.render import render
from briefing.report import report
from briefing.report.rules import captions

PATH = "_output/notebooks/harbour.ipynb"
HEAD = "---\ntitle: A strike\nlang: {}\n---\n\n"


@pytest.fixture
def check(project):
    """The findings on one cell that the report shows: its options, its title, its code and the data behind it."""

    def run(options=(), title="", code="", spec=None, label="fig-calls", lang="en", outputs=None, embed=True):
        source = "\n".join([f"#| label: {label}", *(f"#| {key}: {json.dumps(text)}" for key, text in options), code])
        data = {FIGURE: {"title": title}, VEGA_LITE: spec or {}} if title or spec else {}
        cell = {"cell_type": "code", "source": source, "metadata": {},
                "outputs": outputs or [{"output_type": "execute_result", "metadata": {}, "data": data}]}
        text = HEAD.format(lang) + f"{{{{< embed {PATH}#{label} >}}}}\n" * embed
        (project / "report.qmd").write_text(text, "utf-8")
        return captions.check(report.read(project), tables.load(project), {PATH: {"cells": [cell]}})

    return run


def what(findings):
    return [finding.found for finding in findings]


# --- each place -------------------------------------------------------------------

@pytest.mark.parametrize("key", ["fig-cap", "fig-alt", "tbl-cap"])
def test_a_foreign_name_and_number_are_found_in_each_option(check, key):
    findings = check([(key, "The bars show that Atlantis lost 977 ships.")])
    assert what(findings) == ['the name "Atlantis"', 'the number "977"']
    assert {(f.path, f.cell, f.column) for f in findings} == {("analysis/harbour.ipynb", "1 (fig-calls)", key)}
    assert all("data/" in finding.remedy for finding in findings)


def test_a_foreign_name_and_number_typed_into_a_title_are_found(check):
    title = "The ships of Atlantis came 977 days later"
    findings = check(title=title, code=f'title = "{title}"')
    assert what(findings) == ['the name "Atlantis"', 'the number "977"']
    assert {f.column for f in findings} == {"title"}


def test_the_parts_of_an_f_string_are_typed_its_values_are_computed(check):
    title = "The ships of Lemuria took 977 days, and those of Atlantis 978"
    code = 'title = f"The ships of {name} took {days:978d} days, and those of Atlantis {days + 1}"'
    assert what(check(title=title, code=code)) == ['the name "Atlantis"']


def test_the_line_below_a_title_is_read_as_well(check):
    spec = {"title": {"text": "Calls", "subtitle": ["As seen", "from Atlantis"]}}
    assert what(check(title="Calls", spec=spec, code='"from Atlantis"')) == ['the name "Atlantis"']


def test_a_cell_that_the_report_does_not_show_is_left_alone(check):
    assert check([("fig-cap", "Atlantis in 977.")], embed=False) == []
    assert check([("fig-cap", "The bars of Atlantis.")]) != []


def test_code_that_only_ipython_reads_does_not_stop_the_check(check):
    assert what(check(title="Seen from Atlantis", code='%matplotlib inline\n!ls\nx = "Atlantis"')) == ['the name "Atlantis"']
    assert check(title="Seen from Atlantis", code='x = "Atlantis" if') == []  # such a cell cannot have run


# --- what the tables have -----------------------------------------------------------

@pytest.mark.parametrize("text", [
    "The strike in Sandhaven.", "The Sandhavener and Sandhaven's ships.", "By the *Courier*, 2030.",
    "Empty: no call. Hollow: a call. The line is the claim.", "In March and on a Monday; see the Figure and the Source.",
    "The numbers (1) and (2), the 2nd row.", "Who takes a stand", "What Every Longer Word In Headlines Looks Like"])
def test_ordinary_captions_pass(check, text):
    assert check([("fig-cap", text)]) == []


def test_the_nearest_name_and_number_are_proposed(check):
    assert "Did you mean `Sandhaven`?" in check([("fig-cap", "The port of Santhafen.")])[0].remedy
    near = check([("fig-cap", "The fall of about 42%.")])
    assert what(near) == ['the number "42"'] and "`40`" in near[0].remedy


@pytest.mark.parametrize(("one", "other", "same"), [
    ("ukrainian", "ukraine", True), ("turkish", "turkey", True), ("chinese", "china", True),
    ("kazakh", "kazakhstan", True), ("iraqi", "iraq", True), ("austria", "australia", False), ("iran", "iraq", False),
    ("slovakia", "slovenia", False), ("sand", "sandhaven", False), ("москве", "москва", True), ("mali", "malta", False)])
def test_a_word_is_known_by_its_stem(one, other, same):
    assert captions.words_of([other]).has_name(one.capitalize()) is same


@pytest.mark.parametrize(("written", "number"), [
    ("1,234", 1234), ("1.234", 1234), ("1.234", 1.234), ("1 234", 1234), ("1\u202f234", 1234), ("1'234", 1234),
    ("26,5", 26.5), ("26.5", 26.5), ("1.234,5", 1234.5), ("1,234,567.8", 1234567.8), ("0030", 30)])
def test_numbers_are_read_as_any_language_writes_them(written, number):
    found = captions.said(f"It lost {written}% of them", "en").numbers
    assert found == (written,) and captions.words_of((), [number]).has_number(written)


def test_numbers_within_words_are_none_and_decades_are_years():
    assert captions.said("the G7, CO2 and EU-27 levels of the 3e and 21st", "en").numbers == ()
    assert captions.words_of(["1994"]).has_number("1990s") and not captions.words_of(["2004"]).has_number("1990s")


def test_where_words_lie_is_no_number_of_the_tables(check, project):
    row = tables.load(project).rows["passages"][-1]
    assert row["end"] > 31 and what(check([("fig-cap", f"They lost {row['end']} ships.")])) == [f'the number "{row["end"]}"']


# --- the data behind ----------------------------------------------------------------

def test_the_specification_and_its_rows_count_but_for_its_own_words(check):
    spec = {"title": "x", "datasets": {"d": [{"place": "Atlantis", "title": "Lemuria"}]}, "height": 977,
            "encoding": {"y": {"title": "Thule in 979", "scale": {"domain": [876, 1000]}}}}
    text = "From Atlantis to Lemuria and Thule; the axis starts at 876, not at 977 or 979."
    assert what(check([("fig-cap", text)], title="Calls", spec=spec)) == [
        'the name "Thule"', 'the number "977"', 'the number "979"']


def test_of_a_table_count_the_cells_that_nobody_has_typed(check):
    outputs = [{"output_type": "execute_result", "metadata": {}, "data": {"text/markdown": "| Atlantis | Lemuria | 977 |"}}]
    findings = check([("tbl-cap", "Ships of Atlantis and Lemuria, 977 in all.")], code='x = "| Atlantis |"',
                     label="tbl-ships", outputs=outputs)
    assert what(findings) == ['the name "Atlantis"']


# --- names in several languages -------------------------------------------------------

@pytest.mark.parametrize(("lang", "text", "names", "first"), [
    ("en", "The GDP of Peru fell; Hess's did not.", ("GDP", "Peru", "Hess"), ("The",)),
    ("en", "“A port closes,” said Ada Brook. 5 TWh went (Norway alone).", ("Ada", "Brook", "Norway"), ("A",)[:0]),
    ("fr", "Les importations de l'Ukraine et du Japon.", ("Ukraine", "Japon"), ("Les",)),
    ("es", "¿Quién va a Perú?", ("Perú",), ("Quién",)),
    ("ru", "Доля импорта из Норвегии. Порты закрыты.", ("Норвегии",), ("Доля", "Порты")),
    ("el", "Οι εισαγωγές από τη Νορβηγία.", ("Νορβηγία",), ("Οι",)),
    ("de", "Der Anteil der Häfen nach Angaben von Ada Brook und der EU.", ("EU",), ("Der",)),
    ("fr", "Le 3e trimestre de l'UE-27.", ("UE",), ("Le",)), ("en", "Port Calls By Year", (), ("Port",)),
    ("zh", "蒙古的进口", (), ()), ("ar", "واردات النرويج", (), ())])
def test_names_by_language(lang, text, names, first):
    found = captions.said(text, lang)
    assert set(found.names) == set(names) and set(first) <= set(found.first)


def test_the_first_word_of_a_sentence_is_a_name_where_it_recurs_within_one(check):
    assert check([("fig-cap", "Atlantis lost ships.")]) == []
    findings = check([("fig-cap", "Atlantis lost ships."), ("fig-alt", "Bars that show how Atlantis lost.")])
    assert [(f.column, f.found) for f in findings] == [("fig-cap", 'the name "Atlantis"'), ("fig-alt", 'the name "Atlantis"')]


# --- a render -----------------------------------------------------------------------

def test_the_harbour_has_none_and_a_render_refuses_all_at_once(rendered, project, edit):
    executed = json.loads((rendered / PATH).read_text("utf-8"))
    assert captions.check(report.read(rendered), tables.load(rendered), {PATH: executed}) == []
    edit("analysis/harbour.ipynb", "Who takes a stand", "Who takes a stand on Atlantis")
    edit("analysis/harbour.ipynb", "Port calls as a frame", "Calls of 977 ships as a frame")
    edit("report.qmd", "# Evidence", "```{python}\n#| label: tbl-own\n#| tbl-cap: Ships of Lemuria\nfrom IPython.display "
         "import Markdown\nMarkdown('| a |\\n|---|\\n| b |')\n```\n\n# Evidence")
    with pytest.raises(InvalidReport) as caught:
        render(project)
    assert [str(f).split(" found ")[1].split(",")[0] for f in caught.value.findings] == [
        'the name "Atlantis"', 'the number "977"', 'the name "Lemuria"']
    assert [f.path for f in caught.value.findings] == ["analysis/harbour.ipynb"] * 2 + ["report.qmd"]
    assert caught.value.findings[2].line and not (project / "_output/report.pdf").exists()
