"""One tree for both writers: numbers, links, callouts, notes, tables, citations."""

import json

import pytest

from briefing.report import document, report, tree
from briefing.findings import InvalidReport

REFERENCES = [{"id": id, "type": "webpage", "title": f"Title of {id}", "container-title": "Courier"}
              for id in ("alpha", "beta")]
REFS = "\n\n::: {#refs}\n:::\n"


def build(folder, body, front="number-sections: true\n", pictures=None):
    (folder / "report.qmd").write_text(f"---\ntitle: A\n{front}---\n{body}", encoding="utf-8")
    read = report.read(folder)
    bound = report.bind(read, report.Results({}, {}), {})
    references = folder / "references.json"
    references.write_text(json.dumps(REFERENCES))
    return document.build(read, report.Bound(bound.markdown, pictures or {}, bound.origins), references, folder)


def findings(folder, body, **more):
    with pytest.raises(InvalidReport) as error:
        build(folder, body, **more)
    return [(f.code, f.found, f.line) for f in error.value.findings]


def nodes(doc, kind):
    return [node for node in document.walk(doc.blocks) if node["t"] == kind]


def links(doc):
    """Every link inside the document: what it says and where it leads."""
    return [(document.plain(node["c"][1]), node["c"][2][0]) for node in nodes(doc, "Link")
            if node["c"][2][0].startswith("#")]


# --- numbers and cross-references ---------------------------------------------------

def test_sections_figures_and_tables_are_numbered_apart_in_reading_order(tmp_path):
    doc = build(tmp_path, "@sec-b, @sec-c, @sec-d, @fig-b, @fig-a, @tbl-a\n\n# A {#sec-a}\n\n# B {#sec-b}\n\n"
                "## C {#sec-c}\n\n# No number {.unnumbered}\n\n# D {#sec-d}\n\n"
                "::: {#fig-a}\nA\n\nCaption\n:::\n\n::: {#tbl-a}\nT\n\nCaption\n:::\n\n::: {#fig-b}\nB\n\nCaption\n:::\n")
    assert links(doc) == [
        ("Section\u00a02", "#sec-b"), ("Section\u00a02.1", "#sec-c"), ("Section\u00a03", "#sec-d"),
        ("Figure\u00a02", "#fig-b"), ("Figure\u00a01", "#fig-a"), ("Table\u00a01", "#tbl-a")]


def test_references_in_brackets_are_links_side_by_side(tmp_path):
    doc = build(tmp_path, "See [@sec-a; @sec-b].\n\n# A {#sec-a}\n\n# B {#sec-b}\n")
    assert [target for _, target in links(doc)] == ["#sec-a", "#sec-b"]


@pytest.mark.parametrize(("body", "found"), [
    ("Text.\n\nAs @fig-x has it.\n", ("reference-unresolved", '"@fig-x"', 6)),
    ("Text.\n\nAs @tbl-x has it.\n", ("reference-unresolved", '"@tbl-x"', 6)),
    ("Text.\n\nAs @sec-x has it.\n", ("reference-unresolved", '"@sec-x"', 6)),
    ("Text.\n\nAs [@gamma] has it.\n", ("citation-unresolved", '"@gamma"', 6)),
    ("Text.\n\nTo [there](#nowhere).\n", ("link-dangling", 'a link to "#nowhere"', 6)),
    ("# A {#sec-a}\n\n# B {#sec-a}\n", ("label-twice", 'the label "sec-a" more than once', 4)),
    ("# A {#sec-a}\n\nSee [@sec-a; @alpha].\n", ("reference-mixed", '"@alpha"', 6)),
])
def test_what_leads_nowhere_is_a_finding_with_its_line(tmp_path, body, found):
    assert findings(tmp_path, body + REFS, front="") == [found]


def test_all_that_leads_nowhere_comes_at_once(tmp_path):
    body = "@fig-x and [@gamma]\n\n@sec-y and [there](#z)\n" + REFS
    assert [(code, line) for code, _, line in findings(tmp_path, body, front="")] == [
        ("reference-unresolved", 4), ("citation-unresolved", 4), ("reference-unresolved", 6), ("link-dangling", 6)]


def test_line_is_that_of_the_reference_and_not_of_the_same_word_before(tmp_path):
    assert findings(tmp_path, "The gamma rays.\n\nSee [@gamma].\n" + REFS, front="")[0][2] == 6


@pytest.mark.parametrize("body", [
    "![A picture](picture.png)\n", "![A picture](https://example.org/a.png)\n", "::: {#fig-a}\n![](a.png)\n\nCaption\n:::\n",
    "<script src='https://example.org/a.js'></script>\n", "Text <b onclick=x>bold</b>.\n", "Where x <y> stands.\n",
    "```{=html}\n<img src='https://example.org/x.png'>\n```\n", "```{=typst}\n#lorem(5)\n```\n",
    "::: {.panel-tabset}\n# A\nx\n:::\n", "::: {.column-margin}\nx\n:::\n", "::: {layout=\"[1,2]\"}\nA\n\nB\n:::\n",
    "::: {layout-ncol=two}\nA\n:::\n", "::: {.content-visible when-profile=\"x\"}\nA\n:::\n",
    "::: {.content-visible when-format=\"docx\"}\nA\n:::\n",
    "::: {#tbl-a}\n| A |\n|---|\n| 1 |\n:::\n", "::: {#fig-a}\nText only, no caption paragraph but this\n:::\n",
    "## Begins at the second level\n", "# A\n\n### Leaves out a level\n",
])
def test_what_an_engine_would_drop_or_break_on_is_a_finding_with_a_line(tmp_path, body):
    found = findings(tmp_path, "Text.\n\n" + body, front="")
    assert all(line is not None and line >= 6 for _, _, line in found)


# --- citations ------------------------------------------------------------------

def test_citation_leads_to_its_entry_and_the_entry_back_to_each_citation(tmp_path):
    doc = build(tmp_path, "One [@alpha]. Two [@beta]. Three [@alpha]." + REFS)
    ids = document.identifiers(doc.blocks)
    assert [target for _, target in links(doc)] == [
        "#ref-alpha", "#ref-beta", "#ref-alpha", "#cite-1", "#cite-3", "#cite-2"]
    assert {target[1:] for _, target in links(doc)} <= set(ids)
    assert len(ids) == len(set(ids))


def test_entry_that_nothing_cites_is_listed_when_the_report_asks(tmp_path):
    assert "ref-beta" not in document.identifiers(build(tmp_path, "One [@alpha]." + REFS).blocks)
    doc = build(tmp_path, "One [@alpha]." + REFS, front="nocite: '@*'\n")
    assert "ref-beta" in document.identifiers(doc.blocks)


def test_bibliography_of_the_project_is_read_besides(tmp_path):
    (tmp_path / "more.json").write_text(json.dumps([{"id": "gamma", "type": "book", "title": "More"}]))
    doc = build(tmp_path, "One [@gamma]." + REFS, front="bibliography: more.json\n")
    assert ("1", "#ref-gamma") in links(doc)


def test_missing_bibliography_is_a_finding_and_no_crash(tmp_path):
    assert [code for code, *_ in findings(tmp_path, "One." + REFS, front="bibliography: none.bib\n")] == ["bibliography"]


# --- what else a document holds -----------------------------------------------------

@pytest.mark.parametrize(("markdown", "title"), [
    ("::: {.callout-note}\n## Heading\nText.\n:::\n", "Heading"),
    ("::: {.callout-tip title=\"Given\"}\nText.\n:::\n", "Given"),
    ("::: {.callout-warning}\nText.\n:::\n", "Warning"),
])
def test_callout_has_a_title_that_is_no_section(tmp_path, markdown, title):
    doc = build(tmp_path, "# A\n\n" + markdown)
    (box,) = [node for node in nodes(doc, "Div") if document.callout(node["c"][0][1])]
    assert document.plain(box["c"][1][0]) == title and document.plain(box["c"][1][1]) == "Text."
    assert [document.plain(node["c"][2]) for node in nodes(doc, "Header")] == ["A"]


def test_footnotes_tables_and_mathematics_are_kept(tmp_path):
    doc = build(tmp_path, "Text.^[A *note*.] And $x^2$.\n\n| A | B |\n|---|--:|\n| 1 | 2 |\n")
    assert document.plain(nodes(doc, "Note")[0]["c"]) == "A note."
    assert document.plain(nodes(doc, "Table")[0]["c"][4]) == "12"
    assert nodes(doc, "Math")[0]["c"][1] == "x^2"


def test_table_of_a_frame_becomes_a_table_of_the_tree(tmp_path):
    doc = build(tmp_path, "```{=html}\n<style>td {color: red}</style><table><tr><th>a</th></tr><tr><td>1</td></tr></table>\n```\n")
    assert len(nodes(doc, "Table")) == 1 and nodes(doc, "RawBlock") == []
    assert "color" not in json.dumps(doc.blocks)


@pytest.mark.parametrize(("classes", "pairs", "html", "typst"), [
    (["content-visible"], {"when-format": "html"}, False, True),
    (["content-visible"], {"unless-format": "html"}, True, False),
    (["content-hidden"], {"when-format": "html"}, True, False),
    (["content-hidden"], {"unless-format": "html"}, False, True),
    (["content-hidden"], {}, True, True), (["content-visible"], {}, False, False), ([], {"when-format": "html"}, False, False),
])
def test_conditional_content(classes, pairs, html, typst):
    assert document.hidden(classes, pairs, "html") is html
    assert document.hidden(classes, pairs, "typst") is typst


def test_plain_text_is_what_a_reader_hears(tmp_path):
    doc = build(tmp_path, "It's \"so\" `code` *and* [@alpha].^[Not this.]" + REFS)
    assert document.plain(doc.blocks[0]) == "It’s “so” code and [1]."


def test_no_abbreviations_of_the_user_reach_a_document(tmp_path, monkeypatch):
    own = tmp_path / "share/pandoc"
    own.mkdir(parents=True)
    (own / "abbreviations").write_text("word\n", "utf-8")
    plain = tree.pandoc("A word here, e.g. this.", "--from=markdown", "--to=json")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".pandoc").symlink_to(own)
    assert tree.pandoc("A word here, e.g. this.", "--from=markdown", "--to=json") == plain
