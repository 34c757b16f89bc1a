"""The front matter: each key with its type, what is wrong told with its line and the value to copy, and the help."""

import pytest

from briefing.commands.cli import main
from briefing.findings import InvalidReport
from briefing.rendering.project import Project
from briefing.report import parameters, report


def read(folder, front, body="Text.\n"):
    (folder / "report.qmd").write_text(f"---\ntitle: A\n{front}\n---\n\n{body}", "utf-8")
    return report.read(folder)


def refused(folder, front, body="Text.\n"):
    with pytest.raises(InvalidReport) as caught:
        read(folder, front, body)
    return caught.value.findings


@pytest.mark.parametrize("front", [
    "date: 2031-03-10", 'date: "2031-03-10"', "author: Ada", "author: [Ada, Bo]", "author: {name: Ada, orcid: x}",
    "author:\n  - name: Ada\n    affiliation: X", "lang: en", "lang: de-AT", "lang: mn-Cyrl-MN", "lang: ru", "lang: de-CH-1996",
    "lang: es-419", "lang: x-own"[:9] + "\nlang: en-x-own", "keywords: [a, 2031]", "papersize: letter", "papersize: us-letter",
    "number-sections: true", "unused: {a: why}", "bibliography: a.bib", "bibliography: [a.bib]", "csl: a.csl", "nocite: '@*'",
    "execute: {echo: false}", "engine: jupyter", "jupyter: python3", "jupyter: {kernelspec: {name: python3}}", "format: html",
    "format: {html: default}", "toc: true", "citeproc: true", "link-citations: true", "suppress-bibliography: true",
    "crossref: {fig-title: Abb.}", "crossref: false", "date-format: long", "notebook-links: inline", "notebook-links: false",
    "notebook-view: [{notebook: a.ipynb}]", "subtitle: 2031", "subtitle:", "papersize:", "sections:", "abstract: x"])
def test_what_quarto_takes_is_taken(tmp_path, front):
    if "x-own" in front:
        front = "lang: en-x-own"
    assert read(tmp_path, front).front["title"] == "A"


@pytest.mark.parametrize("tag", ["pt-BR", "zh-Hant-TW", "sr-Latn"])
def test_a_language_without_words_is_found_where_it_is_chosen(tmp_path, tag):
    (found,) = refused(tmp_path, f"lang: {tag}")
    assert (found.code, found.line) == ("language-missing", 3) and "briefing words" in found.remedy and "mn" in found.expected


def test_a_key_without_a_value_is_as_if_it_were_absent(tmp_path):
    assert "papersize" not in read(tmp_path, "papersize:").front


@pytest.mark.parametrize(("front", "code", "found", "expected", "copy"), [
    ("papersise: a4", "front-matter-key", '"papersise"', "papersize", "Did you mean `papersize`?"),
    ("Lang: en", "front-matter-key", '"Lang"', "lang", "Did you mean `lang`?"),
    ("zzzzzz: 1", "front-matter-key", '"zzzzzz"', "papersize", "below `format:`"),
    ("papersize: A5", "papersize", '"A5"', "a4 letter", "`papersize: a4`"),
    ("papersize: [a4]", "front-matter-value", "['a4']", "text", "paper"),
    ("engine: knitr", "engine", '"knitr"', "jupyter", "`engine: jupyter`"),
    ("date: today", "front-matter-value", "today", "a date that exists", ""),
    ("date: 2031-02-30", "front-matter-value", "2031-02-30", "a date that exists", ""),
    ("date: 10 March 2031", "front-matter-value", "10 March 2031", "a date that exists", "`date: 2031-03-10`"),
    ("date: 03/04/2031", "front-matter-value", "03/04/2031", "a date", "`date: 2031-04-03` or `date: 2031-03-04`"),
    ("lang: en_GB.UTF-8", "front-matter-value", "en_GB.UTF-8", "BCP 47", "`lang: en-GB`"),
    ("lang: German", "front-matter-value", "German", "BCP 47", "`lang: de`"),
    ("lang: e", "front-matter-value", "lang: e", "BCP 47", "language of the text"),
    ("lang: no", "front-matter-value", "false", "BCP 47", '`lang: "no"`'),
    ("lang: [en]", "front-matter-value", "['en']", "BCP 47", ""),
    ("keywords: harbour", "front-matter-value", "harbour", "a list of texts", "`keywords: [harbour]`"),
    ("keywords: [a, {b: c}]", "front-matter-value", "{'b': 'c'}", "a list of texts", ""),
    ('number-sections: "true"', "front-matter-value", "true", "true or false", "`number-sections: true`"),
    ("toc: 1", "front-matter-value", "toc: 1", "true or false", ""),
    ("unused: [a, b]", "front-matter-value", "['a', 'b']", "a mapping", "`unused: {a: why, b: why}`"),
    ("execute: false", "front-matter-value", "false", "a mapping", ""),
    ("sections: sec-a", "front-matter-value", "sec-a", "a list of texts", "`sections: [sec-a]`"),
    ("author: [[a]]", "front-matter-value", "[['a']]", "list of names", ""),
    ("subtitle: true", "front-matter-value", "subtitle: true", "text", "line below the title")])
def test_what_is_wrong_is_told_with_its_line_and_the_value_to_copy(tmp_path, front, code, found, expected, copy):
    [finding] = refused(tmp_path, front)
    assert (finding.code, finding.line) == (code, 3)
    assert found in finding.found and expected in finding.expected and copy in finding.remedy


def test_all_wrong_keys_come_at_once_in_their_order(tmp_path):
    findings = refused(tmp_path, "papersise: a4\nlang: German\ntoc: maybe", "See @eq-one.\n")
    assert [(f.code, f.line) for f in findings] == [
        ("front-matter-key", 3), ("front-matter-value", 4), ("front-matter-value", 5), ("reference-kind", 8)]


def test_every_parameter_has_a_kind_that_is_checked_and_stands_in_the_help(capsys):
    names = [parameter.name for parameter in parameters.PARAMETERS]
    assert len(names) == len(set(names)) and all(p.kind in parameters.KINDS for p in parameters.PARAMETERS)
    with pytest.raises(SystemExit):
        main(["render", "--help"])
    said = capsys.readouterr().out
    assert all(f"\n  {name} " in said for name in names)
    assert "a4 or letter or us-letter; default: a4" in " ".join(said.split())


def test_a_date_that_is_not_that_of_the_edition_is_told_the_one_that_is(project, edit):
    edit("report.qmd", "date: 2031-03-10", "date: 2031-03-11")
    with pytest.raises(Exception, match="Write `date: 2031-03-10`") as caught:
        Project.read(project)
    assert [f.code for f in caught.value.findings] == ["edition-date"]
