"""Texts of tables are data: nothing of them runs, is fetched, followed or read, and they are shown as they stand."""

import json
import re

import pytest

from briefing.findings import Findings, InvalidData
from faults import hostile


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """The harbour with a hostile text in every text cell, rendered; what stands where; and a file that it must not read."""
    import shutil

    from briefing.rendering.render import render
    from conftest import HARBOUR

    folder = tmp_path_factory.mktemp("hostile")
    (folder / "canary.txt").write_text("canary-4711-outside", "utf-8")
    root = shutil.copytree(HARBOUR, folder / "harbour")
    cells = hostile.fill(root)
    with open(root / "data/actors.csv", "a", encoding="utf-8") as file:
        for n, text in enumerate(("#read(\"../canary.txt\")", "{{< include ../canary.txt >}}", "![x](../canary.txt)",
                                  "\\input{../canary.txt}", "<iframe src=../canary.txt></iframe>")):
            file.write(f'path-{n},Path {n},"{text.replace(chr(34), chr(34) * 2)}",state\n')
    render(root)
    return root, cells


def test_there_are_enough_of_them(placed):
    assert len(hostile.TEXTS) >= 60 and len({text for _, _, text in placed[1]}) >= 40 and len(placed[1]) >= 55
    assert {table for table, _, _ in placed[1]} == set(hostile.FREE)


def test_nothing_runs_and_nothing_is_asked_for_in_a_browser(placed, browser, show):
    page = placed[0] / "_output/report.html"
    assert hostile.of_page(browser, show, page) == (None, [], [])
    assert "default-src 'none'" in page.read_text("utf-8")
    bare = page.with_name("bare.html")  # nor without the page's policy
    bare.write_text(re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page.read_text("utf-8")), "utf-8")
    assert hostile.of_page(browser, show, bare)[:2] == (None, [])
    bare.write_text(bare.read_text("utf-8").replace("</main>", f"<img src=x onerror={hostile.HIT}></main>"), "utf-8")
    assert hostile.of_page(browser, show, bare)[0]  # what runs is seen


def test_pdf_runs_nothing_and_leads_to_the_web_only(placed):
    actions, _ = hostile.of_pdf(placed[0] / "_output/report.pdf")
    assert actions == []


def test_both_files_show_each_text_as_it_stands(placed, browser, show):
    root, cells = placed
    show(root / "_output/report.html")
    assert hostile.unshown(root, cells, browser.execute_script("return document.body.textContent")) == []
    assert hostile.unshown(root, cells, hostile.of_pdf(root / "_output/report.pdf")[1]) == []


def test_nothing_outside_is_read(placed):
    root, _ = placed
    found = [path.name for path in (root / "_output").rglob("*") if path.is_file() and b"canary-4711-outside" in path.read_bytes()]
    assert found == [] and "canary-4711" not in hostile.of_pdf(root / "_output/report.pdf")[1]


# --- what becomes Markdown ----------------------------------------------------------------

@pytest.mark.parametrize("text", [*hostile.TEXTS, *hostile.FORMULAS, "a) b", "I. x", "1.", ". x", "    code", "% title"])
def test_text_of_a_table_is_one_plain_paragraph(text):
    """In pandoc's own reading, at the begin of a line: words and spaces, and quotation marks."""
    from briefing.facts.quantities import verbatim
    from briefing.report.tree import pandoc, plain, walk

    (block,) = json.loads(pandoc(verbatim(text), "--from=markdown", "--to=json"))["blocks"]
    assert {node["t"] for node in walk(block)} <= {"Para", "Str", "Space", "Quoted", "SingleQuote", "DoubleQuote"}
    assert hostile.squeezed(plain(block)) == hostile.squeezed(text)


def test_thousands_of_quotation_marks_are_read_in_time():
    import time

    from briefing.facts.quantities import verbatim
    from briefing.report.tree import pandoc

    began = time.process_time()
    assert "a 'b" in pandoc(verbatim('"a \'b ' * 1500), "--from=markdown", "--to=plain", "--wrap=none")
    assert time.process_time() - began < 5


def test_gist_that_a_judgement_cites_is_shown_and_not_blamed_on_the_report(project, edit):
    from briefing import evidence, tables

    edit("data/passages.csv", "The dockers stopped work on a Monday.", "Wages < prices <b>rose</b> & {.x} *so*.")
    edit("data/judgements.csv", "traffic-lost,,", "traffic-lost,stopped-work,")
    assert r"\<b\>rose\</b\> \& \{.x\} \*so\*" in evidence.judgements(tables.load(project))


@pytest.mark.parametrize("unit", ["<b>people</b>", "[go](javascript:x)", "`x`{=html}", "*m*"])
def test_unit_is_text_in_a_value(unit):
    from briefing import Quantity, Value

    assert Value(Quantity(310, unit).text).text.replace("\\", "") == f"310\u00a0{unit}" != Value(Quantity(310, unit).text).text


def test_output_cannot_close_its_block(tmp_path):
    from briefing.report.report import _fence
    from briefing.report.tree import pandoc

    (block,) = json.loads(pandoc(_fence("", "a\n```\n\n```{=html}\n<script>\n````"), "--from=markdown", "--to=json"))["blocks"]
    assert block["t"] == "CodeBlock" and "<script>" in block["c"][1]


@pytest.mark.parametrize(("target", "safe"), [
    ("https://example.org", True), ("HTTP://example.org", True), ("mailto:a@example.org", True), ("#ref-a", True),
    ("notes.html", True), ("javascript:alert(1)", False), ("JaVa\tScript:x", False), ("\x01javascript:x", False), ("data:text/html,x", False), ("file:///etc/passwd", False),
    ("vbscript:x", False), ("//host/share", False), ("\\\\host\\share", False), ("ms-word:ofe|u|x", False), ("blob:x", False)])
def test_links_lead_to_the_web_or_to_the_document(target, safe):
    from briefing.report.document import is_safe

    assert is_safe(target) is safe


@pytest.mark.parametrize(("cell", "saved"), [
    ("=1+1", "'=1+1"), ("+cmd|x", "'+cmd|x"), ("@SUM(1)", "'@SUM(1)"), ("-a", "'-a"), ("\tx", "'\tx"), ("-3", "-3"), (-3, -3), (-3.5, -3.5), ("+5%", "+5%"),
    ("-1,204.5", "-1,204.5"), ("-3e5", "-3e5"), ("Union", "Union"), ("", "")])
def test_figure_saved_as_csv_has_no_formula_and_its_numbers(cell, saved):
    from briefing.writers.html import _no_formula

    assert _no_formula(cell) == saved


@pytest.mark.parametrize(("inside", "inline"), [
    (b"<rect/>", True), (b"<script>1</script>", False), (b"<rect onload='1'/>", False), (b"<foreignObject/>", False), (b"<a href='javascript:1'/>", False),
    (b"<image href='http://hostile.invalid/a'/>", False), (b"<use xlink:href='#a'/>", True), (b"<animate attributeName='href'/>", False)])
def test_drawing_of_somebody_stands_inside_the_page_only_where_it_is_one(inside, inline):
    from briefing.report.report import Picture
    from briefing.writers.html import _picture

    drawn = _picture(Picture("fig-a", b'<svg xmlns="http://www.w3.org/2000/svg">' + inside + b"</svg>", "svg", "alt"))
    assert drawn.startswith("<svg") is inline and (inline or 'src="data:image/svg+xml;base64,' in drawn)


# --- findings ------------------------------------------------------------------------------

def refused(root):
    from briefing.facts import tables

    try:
        tables.load(root)
    except InvalidData as error:
        return error.findings
    return []


@pytest.mark.parametrize("text", hostile.FORMULAS)
def test_formula_is_a_finding_at_its_cell(project, edit, text):
    quoted = text.replace('"', '""')
    edit("data/passages.csv", "The dockers stopped work on a Monday.", f'"{quoted}"')
    (found,) = refused(project)
    assert (found.code, found.path, found.row, found.column) == ("formula", "data/passages.csv", 2, "gist")


@pytest.mark.parametrize("text", ["-5 °C at noon", "@home", "+7 495 000", "- about half (of it)", "-3", "a = b", "≥ 5"])
def test_text_that_begins_with_a_sign_may_stand(project, edit, text):
    edit("data/passages.csv", "The dockers stopped work on a Monday.", text)
    assert refused(project) == []


@pytest.mark.parametrize("character", hostile.HIDDEN)
def test_hidden_character_is_a_finding_with_its_name_and_place(project, edit, character):
    edit("data/actors.csv", "the mayor of Sandhaven", f"the may{character}or of Sandhaven")
    (found,) = refused(project)
    assert (found.code, found.path, found.row, found.column) == ("hidden-character", "data/actors.csv", 4, "who")
    assert f"U+{ord(character[0]):04X}" in found.found and "write `the mayor of Sandhaven`" in found.remedy.replace("[31m", "")
    assert character[0] not in str(found) or character[0] == "\u200d"


@pytest.mark.parametrize("text", [
    "می‌خواهم", "क्‍ष", "ශ්‍රී", "ᠮᠣᠩᠭᠣᠯ᠎ᠠ", "ភាសា​ខ្មែរ", "👩‍👩‍👧", "🧑🏽‍🚀", "❤️‍🔥", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "שלום‏!", "Ünïcödé – “quoted” 5 °C", "1️⃣"])
def test_character_that_a_script_needs_may_stand(text):
    from briefing.facts.rules.characters import hidden

    assert hidden(text) == []


def test_names_that_look_alike_are_told_apart(project, edit):
    edit("data/actors.csv", "port-company,Port company", "port-company,P\u043ert company")
    (found, *_) = [one for one in refused(project) if one.code == "look-alike"]
    assert "U+043E CYRILLIC SMALL LETTER O" in str(found) or "U+043E" in found.found
    assert "data/" in found.found and found.row


@pytest.mark.parametrize(("url", "copy"), [("javascript:alert(1)", ""), ("file:///etc/passwd", ""), ("data:text/html", ""), ("//example.org/a", ""),
                                           ("doi:10.1000/182", "https://doi.org/10.1000/182"), ("https://", ""), ("https://a b", "")])
def test_address_that_is_none_of_the_web_is_a_finding(project, edit, url, copy):
    edit("data/sources.csv", "https://example.org/calls", url)
    (found,) = refused(project)
    assert (found.code, found.row, found.column) == ("url", 3, "url") and copy in found.remedy


def test_hidden_character_in_the_report_has_its_line(project, edit):
    from briefing.report import report

    edit("report.qmd", "The dockers stopped work", "The dockers \u202estopped work")
    with pytest.raises(Findings) as error:
        report.read(project)
    (found,) = error.value.findings
    assert found.code == "hidden-character" and found.line == 23 and "\u202e" not in str(found)


def test_message_does_not_steer_a_terminal():
    from briefing.findings import Finding, shown

    found = Finding("a", "data/\x1b[2Jx.csv", "\x1b]0;owned\x07", "\u202eb", "c\x9b31m")
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", str(found)) and r"\u001b" in shown("\x1b[2J")


# --- limits ----------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "value", "code", "path"), [
    ("TABLE_BYTES", 300, "too-large", "data/passages.csv"), ("ROWS", 3, "too-many-rows", "data/passages.csv"),
    ("COLUMNS", 11, "too-many-columns", "data/passages.csv"), ("DESCRIPTOR_BYTES", 100, "too-large", "data/datapackage.json"),
    ("DESCRIPTOR_DEPTH", 3, "descriptor-unreadable", "data/datapackage.json")])
def test_limit_of_the_tables_is_a_finding(project, monkeypatch, name, value, code, path):
    from briefing import limits

    monkeypatch.setattr(limits, name, value)
    assert (code, path) in [(found.code, found.path) for found in refused(project)]


def test_pipe_in_place_of_a_table_does_not_hang(project):
    import os

    (project / "data/actors.csv").unlink()
    os.mkfifo(project / "data/actors.csv")
    assert ("not-a-file", "data/actors.csv") in [(found.code, found.path) for found in refused(project)]


@pytest.mark.parametrize(("text", "code"), [
    (">" * 60 + " deep", "too-deep"), ("[" * 3000, "too-deep"), ("::: {.a}\n" * 60 + ":::\n" * 60, "too-deep"), (" " * 400 + "- deep", "too-deep")])
def test_report_nested_too_deep_is_a_finding_with_its_line(project, text, code):
    from briefing.report import report

    with open(project / "report.qmd", "a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")
    with pytest.raises(Findings) as error:
        report.read(project)
    assert [found.code for found in error.value.findings] == [code] and error.value.findings[0].line > 50


@pytest.mark.parametrize("front", ["a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefg", "bcdefgh")),
                                   f"a: {'[' * 3000}", "a: " + "x" * 100_001])
def test_front_matter_that_unpacks_to_more_is_a_finding(front):
    from briefing.report import parameters

    with pytest.raises(Findings) as error:
        parameters.read(f"---\ntitle: x\n{front}\n---\n", "report.qmd")
    assert error.value.findings[0].code == "front-matter"


def test_picture_and_bibliography_lie_inside_the_project(project, edit, tmp_path):
    from briefing.report import citations, report

    (tmp_path / "outside.bib").write_text("@book{a, title={b}}", "utf-8")
    (project / "link.bib").symlink_to(tmp_path / "outside.bib")
    edit("report.qmd", "number-sections: true\n", f"number-sections: true\nbibliography: [../outside.bib, link.bib, {tmp_path}/outside.bib]\n")
    found = list(citations.check_bibliography(report.read(project), project))
    assert [one.expected for one in found] == ["a file inside the project"] * 3


def test_picture_that_unpacks_to_gigabytes_is_known_by_its_head():
    from briefing import limits

    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (60_000).to_bytes(4, "big") * 2
    assert limits.pixels(head) > limits.PICTURE_PIXELS and limits.pixels(b"<svg/>") == 0
