"""Sections left out by the front matter: what is kept, what may not point to what is not, and whose evidence counts."""

import pytest

from briefing.commands.review import review
from briefing.findings import InvalidReport
from briefing.rendering.render import render
from briefing.report import report, sections

BODY = """Lead [@lead], see `{python} 1 + 1`.

# One {#sec-one}

First [@one], see @sec-three.^[A note.]

## Deeper {#sec-deeper}

```{python}
# not a heading
x = 1
```

Two
===

{{< embed _output/notebooks/a.ipynb#fig-two >}}

::: {.content-visible when-format="html"}
# Three {#sec-three}

Third [@three] and[^a].

::: {.small}
Small.
:::
:::

# Four {#sec-four .unnumbered}

Last [@four].

[^a]: Text.
"""


def read(folder, keep, body=BODY):
    front = f"sections: [{', '.join(keep)}]\n" if keep is not None else ""
    (folder / "report.qmd").write_text(f"---\ntitle: A\n{front}---\n\n{body}", "utf-8")
    return report.read(folder)


def refused(folder, keep, body=BODY):
    with pytest.raises(InvalidReport) as caught:
        read(folder, keep, body)
    return caught.value.findings


def test_the_sections_of_a_text_with_given_and_made_ids():
    assert [s.id for s in sections.sections(BODY, 0)] == ["sec-one", "two", "sec-three", "sec-four"]
    found = sections.sections(BODY, 0)
    assert all(one.end == other.start for one, other in zip(found, found[1:])) and found[-1].end == len(BODY)


@pytest.mark.parametrize(("words", "id"), [("Who stands where", "who-stands-where"), ("1. What? *Now*", "what-now"),
                                           ("[A link](x.html), then", "a-link-then"), ("Ünder-way 2", "ünder-way-2"), ("123", "section")])
def test_ids_are_made_as_pandoc_makes_them(words, id):
    from briefing.report.tree import pandoc

    assert [s.id for s in sections.sections(f"# {words}\n", 0)] == [id]
    assert f'id="{id}"' in pandoc(f"# {words}\n", "--from=markdown", "--to=html")


def test_without_the_key_all_sections_stay(tmp_path):
    found = read(tmp_path, None)
    assert found.complete is None and found.whole is found and len(found.of_kind("citation")) == 4


def test_offsets_stay_and_nothing_of_what_is_left_out_is_seen(tmp_path):
    found = read(tmp_path, ["sec-three", "sec-four"])
    assert len(found.text) == len(found.whole.text) and found.text.count("\n") == found.whole.text.count("\n")
    assert [s.content for s in found.of_kind("citation")] == ["lead", "three", "four"]
    assert found.of_kind("cell", "embed") == [] and len(found.of_kind("inline")) == 1
    span = found.of_kind("citation")[1]
    assert found.place(span.start) == found.whole.place(found.whole.text.index("@three"))
    assert [s.content for s in found.whole.of_kind("citation")] == ["lead", "one", "three", "four"]


@pytest.mark.parametrize(("keep", "fences"), [
    (["sec-three", "sec-four"], 4), (["two", "sec-four"], 2), (["sec-four"], 0), (["two", "sec-three", "sec-four"], 4)])
def test_every_block_that_is_opened_is_closed(tmp_path, keep, fences):
    assert read(tmp_path, keep).text.count(":::") == fences


def test_what_is_not_understood_in_a_section_left_out_is_no_matter(tmp_path):
    body = "# One {#sec-one}\n\nFine.\n\n# Two {#sec-two}\n\n{{< video x >}} and `{python} 2 +`\n"
    assert read(tmp_path, ["sec-one"], body).of_kind("inline") == []
    assert [f.code for f in refused(tmp_path, None, body)] == ["shortcode", "expression"]


@pytest.mark.parametrize(("keep", "found"), [
    (["sec-one", "two"], ['"@sec-three", which stands in section sec-three']),
    (["sec-three"], ['"[^a]", which stands in section sec-four'])])
def test_a_reference_into_a_section_left_out_is_a_finding_that_says_so(tmp_path, keep, found):
    findings = refused(tmp_path, keep)
    assert [f.found for f in findings] == found and all(f.code == "section-left-out" and f.line > 5 for f in findings)
    assert "to `sections`" in findings[0].remedy


@pytest.mark.parametrize("written", ["@fig-b", "[there](#fig-b)", "@tbl-c", "[there](#sec-inner)"])
def test_figures_tables_and_inner_sections_left_out(tmp_path, written):
    body = (f"# One {{#sec-one}}\n\nSee {written}.\n\n# Two {{#sec-two}}\n\n{{{{< embed a.ipynb#fig-b >}}}}\n\n"
            "```{python}\n#| label: tbl-c\n1\n```\n\n## Inner {#sec-inner}\n")
    assert [f.code for f in refused(tmp_path, ["sec-one"], body)] == ["section-left-out"]
    assert read(tmp_path, ["sec-one", "sec-two"], body).text.endswith(body)


@pytest.mark.parametrize(("keep", "copy"), [
    (["sec-tree"], "Did you mean `sec-three`?"), (["sec-deeper"], "heading of the first level"), (["q"], "heading of the first level")])
def test_an_unknown_section_is_a_finding_with_the_nearest(tmp_path, keep, copy):
    [finding] = refused(tmp_path, keep)
    assert (finding.code, finding.line) == ("sections", 3) and copy in finding.remedy
    assert "sec-one, two, sec-three, sec-four" in finding.expected


def test_an_empty_list_and_a_report_without_sections(tmp_path):
    assert [f.found for f in refused(tmp_path, [])] == ["an empty list"]
    assert "there is no section" in refused(tmp_path, ["sec-a"], "Text.\n")[0].expected


# --- in a project ---------------------------------------------------------------------

def test_a_render_without_a_section(project, edit):
    edit("report.qmd", "lang: en\n", "lang: en\nsections: [sec-events, evidence]\n")
    edit("report.qmd", "# Who stands where", "# Who stands where [@no-return]")
    with pytest.raises(InvalidReport) as caught:
        render(project)
    assert [f.found for f in caught.value.findings] == ['"@tbl-calls", which stands in section sec-stands']
    edit("report.qmd", ", as @tbl-calls shows", "")
    render(project)
    page = (project / "_output/report.html").read_text("utf-8")
    assert "fig-calls" in page and "tbl-actors" not in page and "Who stands where" not in page
    assert "@" not in page.split("<main")[1].split("What happened")[1][:20]


def test_evidence_of_a_section_left_out_is_not_blamed(project, edit):
    def unused():
        return [(f.code, f.found) for f in review(project, {}).findings if f.code.endswith("unused")]

    render(project)
    before = unused()
    edit("report.qmd", "lang: en\n", "lang: en\nsections: [sec-stands, evidence]\n")
    edit("report.qmd", " names the actors of @sec-events", " names the actors")
    assert unused() == before
    edit("report.qmd", "[@stopped-work]", "")
    assert unused() != before
