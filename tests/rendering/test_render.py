"""Both files from one command: what they hold, the same bytes anywhere, nothing lost on failure."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pytest

import briefing
from briefing.findings import BriefingError, CellFailed, Findings, InvalidData, InvalidReport
from briefing.rendering.render import render
from conftest import execute

PACKAGE_HOME = Path(briefing.__file__).parents[1]


def command(project, *arguments, **environment):
    """The command line as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "briefing", *arguments, "--project", str(project)],
                            env={**os.environ, "PYTHONPATH": str(PACKAGE_HOME), **environment},
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # where it is ignored, too


# --- the page -------------------------------------------------------------------

class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.tags = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" and "href" in given else []
        if tag != "a":
            self.loads += [given[name] for name in ("src", "href", "srcset", "data", "action") if name in given]


@pytest.fixture(scope="module")
def html(rendered):
    return (rendered / "_output/report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_page_asks_nothing_of_any_network(html, page):
    assert [load for load in page.loads if not load.startswith(("data:", "#"))] == []
    style = "".join(re.findall(r"<style.*?</style>", html, re.DOTALL))
    assert "@import" not in style
    assert all(url.startswith(("data:", "#")) for url in re.findall(r"url\([\"']?([^)\"']+)", style))


def test_links_inside_the_page_arrive_and_ids_are_unique(page):
    assert len(page.ids) == len(set(page.ids))
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert len(inside) > 20 and set(inside) <= set(page.ids)


def test_page_holds_numbers_references_notes_tables_and_the_drawing(html, page):
    text = re.sub(r"<[^>]+>", "", html)
    for words in ("310\u00a0people of them", "over 40% of its traffic", "A sum by hand: 5.", "By the count of the union.",
                  "A reading of the returns", "10 March 2031", "\u201cuntil the cranes have crews\u201d",
                  "Only on the page.", "@home"):
        assert words in text, words
    assert "Only on paper." not in text
    assert [given["aria-label"] for tag, given in page.tags if tag == "svg"] == [
        "Three bars. The first two are nearly equal, the last is about a quarter shorter."]
    assert sum(tag == "table" for tag, _ in page.tags) == 2
    assert ("html", {"lang": "en"}) in page.tags


def test_drawing_keeps_its_references_under_ids_of_its_own(html):
    assert 'id="fig-calls-only-ink"' in html and "url(#fig-calls-only-ink)" in html


# --- the PDF --------------------------------------------------------------------

@pytest.fixture(scope="module")
def pdf(rendered):
    return pypdf.PdfReader(rendered / "_output/report.pdf")


def test_pdf_text_can_be_selected(pdf):
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for words in ("A strike in Sandhaven", "over 40% of its traffic", "A sum by hand: 5.", "By the count of the union.",
                  "A reading of the returns", "Only on paper.", "@home"):
        assert words in text, words
    assert "Only on the page." not in text


def test_pdf_has_metadata_of_the_edition_and_not_of_the_clock(pdf):
    assert (pdf.metadata.title, pdf.metadata.author) == ("A strike in Sandhaven", "The test suite")
    assert pdf.metadata.creation_date.date().isoformat() == "2031-03-10"
    assert pdf.trailer["/Root"]["/Lang"] == "en" and "/StructTreeRoot" in pdf.trailer["/Root"]


def test_pdf_has_outline_page_break_and_links(pdf):
    titles = [item.title for item in pdf.outline if not isinstance(item, list)]
    assert titles == ["1 What happened", "2 Who stands where", "Evidence"]
    assert "2 Who stands where" in pdf.pages[1].extract_text().splitlines()
    links = [note.get_object() for page in pdf.pages for note in page.get("/Annots", [])]
    assert sum("/Dest" in link or link.get("/A", {}).get("/S") == "/GoTo" for link in links) > 15
    assert "https://example.org/calls" in [link["/A"].get("/URI") for link in links if "/A" in link]


def test_pdf_figure_has_its_alt_text(rendered):
    reader = pypdf.PdfReader(rendered / "_output/report.pdf")
    alts = [item.get("/Alt") for number in range(1, len(reader.xref_objStm) + len(reader.xref.get(0, {})) + 1)
            if isinstance(item := reader.get_object(number), dict) and "/Alt" in item]
    assert any("Three bars." in alt for alt in alts)


# --- the same bytes -------------------------------------------------------------

def test_same_bytes_in_another_folder_zone_locale_home_and_hash_seed(rendered, project, tmp_path, snapshot):
    home = tmp_path / "somebody's home"
    home.mkdir()
    moved = project.rename(tmp_path / "an other folder (ü)")
    run = command(moved, "render", TZ="Asia/Ulaanbaatar", LC_ALL="C", LANG="de_DE.UTF-8", PYTHONHASHSEED="77",
                  HOME=str(home), USER="somebody", SOURCE_DATE_EPOCH="1")
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 0, errors
    first, second = snapshot(rendered / "_output"), snapshot(moved / "_output")
    assert [name for name in first.keys() | second.keys() if first.get(name) != second.get(name)] == []


def test_output_holds_what_was_promised_and_no_more(rendered, snapshot):
    assert sorted(snapshot(rendered / "_output")) == [
        "concept-congruence.graphml", "conflict.graphml", "congruence.graphml", "contexts", "contexts/LICENSE.txt",
        "contexts/anno.jsonld", "contexts/ro-crate-1.1.jsonld", "edition.json", "evidence.jsonld", "notebooks",
        "notebooks/harbour.ipynb", "references.json", "report.html", "report.pdf", "ro-crate-metadata.json",
        "statements-dna.csv", "statements-full.csv", "subtract.graphml", "two-mode.graphml"]


def test_what_only_the_edition_before_had_is_gone(good):
    output, outside = good / "_output", good / "kept.csv"
    record = json.loads((output / "edition.json").read_text("utf-8"))
    for path in (output / "statements.csv", output / "of-mine.txt", outside):
        path.write_text("x", "utf-8")
    record["outputs"] |= {"statements.csv": "0" * 64, "../kept.csv": "0" * 64}
    (output / "edition.json").write_text(json.dumps(record), "utf-8")
    render(good)
    assert not (output / "statements.csv").exists() and (output / "of-mine.txt").exists() and outside.exists()


# --- nothing is lost ------------------------------------------------------------

@pytest.mark.parametrize(("path", "old", "new", "error"), [
    ("data/quantities.csv", ",>,40,%", ",>,40%,%", InvalidData),
    ("data/datapackage.json", '"resources"', '"tables"', InvalidData),
    ("report.qmd", "@fig-calls)", "@fig-cells)", InvalidReport),
    ("report.qmd", "date: 2031-03-10", "date: 2031-03-11", InvalidData),
    ("analysis/harbour.ipynb", "calls = data.series", "calls = 1 / 0", CellFailed),
])
def test_findings_leave_everything_as_it_was(good, edit, tmp_path, monkeypatch, snapshot, path, old, new, error):
    edit(path, old, new)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.chdir(scratch)
    before = snapshot(good)
    with pytest.raises(error):
        render(good)
    assert snapshot(good) == before
    assert list(scratch.iterdir()) == []


def test_findings_of_data_report_and_date_come_at_once(project, edit):
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    edit("report.qmd", "date: 2031-03-10", "date: 2031-03-11")
    with pytest.raises(Findings) as error:
        render(project)
    assert [(f.code, f.path, f.line) for f in error.value.findings] == [
        ("type", "data/quantities.csv", None), ("edition-date", "report.qmd", 5)]


def test_findings_of_the_report_do_not_hide_those_of_the_data(project, edit):
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    edit("report.qmd", "{{< pagebreak >}}", "{{< video >}}")
    with pytest.raises(Findings) as error:
        render(project)
    assert [f.code for f in error.value.findings] == ["type", "shortcode"]


def test_stopping_a_render_leaves_nothing_behind(good, notebook, tmp_path, snapshot, children):
    notebook(f"from pathlib import Path\nPath({str(tmp_path / 'began')!r}).touch()\nimport time; time.sleep(60)")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = snapshot(good)
    run = command(good, "render", TMPDIR=str(scratch))
    deadline = time.monotonic() + 20
    while not (tmp_path / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    kernels = children(run.pid)
    run.send_signal(signal.SIGINT)
    output, errors = run.communicate(timeout=20)
    assert kernels, errors
    assert run.returncode == 130 and "Stopped" in errors and "Traceback" not in errors
    assert snapshot(good) == before
    assert list(scratch.iterdir()) == []
    assert [pid for pid in kernels if Path(f"/proc/{pid}").exists()] == []


def test_killing_a_render_leaves_no_kernel(good, notebook, tmp_path, children):
    notebook(f"from pathlib import Path\nPath({str(tmp_path / 'began')!r}).touch()\nwhile True: pass")
    run = command(good, "render", TMPDIR=str(tmp_path))
    deadline = time.monotonic() + 20
    while not (tmp_path / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    kernels = [pid for nursery in children(run.pid) for pid in [nursery, *children(nursery)]]
    run.kill()
    run.communicate(timeout=20)
    while (left := [pid for pid in kernels if Path(f"/proc/{pid}").exists()]) and time.monotonic() < deadline + 10:
        time.sleep(0.05)
    assert len(kernels) > 1 and left == []


def test_no_kernel_is_left_after_a_render(project, children):
    before = children(os.getpid())
    execute(project)
    assert [pid for pid in children(os.getpid()) if pid not in before] == []


# --- _output/ -------------------------------------------------------------------

def test_executed_copy_of_a_removed_notebook_disappears(project, notebook):
    notebook("1", name="first.ipynb")
    (project / "analysis/harbour.ipynb").unlink()
    (project / "_output/notebooks").mkdir(parents=True)
    (project / "_output/notebooks/harbour.ipynb").write_text("{}")
    (project / "_output/kept.txt").write_text("mine")
    execute(project)
    assert sorted(path.name for path in (project / "_output/notebooks").iterdir()) == ["first.ipynb"]
    assert (project / "_output/kept.txt").exists()


def test_output_that_cannot_be_written_is_a_clear_error(project):
    (project / "_output").write_text("in the way")
    with pytest.raises(BriefingError, match="_output: found .*, expected a folder that can be written") as error:
        render(project)
    assert error.value.exit_code == 2
    assert (project / "_output").read_text() == "in the way"


def test_project_without_a_notebook_renders(project):
    shutil.rmtree(project / "analysis")
    (project / "report.qmd").write_text("---\ntitle: Words only\n---\nText [@no-return].\n\n::: {#refs}\n:::\n")
    assert [path.name for path in render(project) if path.suffix in (".pdf", ".html")] == ["report.html", "report.pdf"]


# --- Markdown that both files must take ------------------------------------------------

def words_only(project, body):
    """Both files of a report that runs no code: the page, and the PDF's text."""
    shutil.rmtree(project / "analysis")
    (project / "report.qmd").write_text(f"---\ntitle: 'A <b> & \"c\" $d #e'\nnumber-sections: true\n---\n\n{body}\n",
                                        encoding="utf-8")
    render(project)
    reader = pypdf.PdfReader(project / "_output/report.pdf")
    return ((project / "_output/report.html").read_text("utf-8"),
            " ".join(" ".join(page.extract_text() for page in reader.pages).split()))


def test_special_characters_are_text_in_both_files(project):
    page, text = words_only(project, "Pay $5 or 6\\$, # @ \\* _ ~ \\<x\\> [y] `#import \"x\"` a_b_c ^ | % // Улаанбаатар.")
    assert "<title>A &lt;b&gt; &amp; &quot;c&quot; $d #e</title>" in page
    for words in ('A <b> & "c" $d #e', "Pay $5 or 6$, # @ * _ ~ <x> [y]", '#import "x"', "a_b_c ^ | % // Улаанбаатар."):
        assert words in text, words


def test_lists_quotes_rules_definitions_and_mathematics(project):
    page, text = words_only(project, "1. first\n\n   - inner\n\n> quoted\n\n***\n\nTerm\n:   Meaning\n\nAs $x^2$ and\n\n$$y = 1$$\n")
    for words in ("first", "inner", "quoted", "Term", "Meaning"):
        assert words in page and words in text, words
    assert "<hr" in page and page.count("<math") == 2


def test_table_of_the_report_has_its_number_in_both_captions(project):
    page, text = words_only(project, "See @tbl-ships.\n\n| Ship | Built |\n|---|--:|\n| Mary | 2019 |\n\n: The ships {#tbl-ships}\n")
    assert "See Table 1. " in text and "Table 1. The ships" in text
    assert re.search(r"Table\s1\.\s+The ships", re.sub(r"<[^>]+>", "", page))


def test_character_that_no_font_has_is_named_with_its_line(project):
    with pytest.raises(Findings) as error:
        words_only(project, "Text.\n\nA rocket \U0001f680.")
    (found,) = error.value.findings
    assert (found.path, found.line) == ("report.qmd", 8) and "\U0001f680" in found.found


def test_words_for_one_format_stay_in_it(project):
    page, text = words_only(project, 'For [zebras]{.content-visible when-format="html"}'
                            '[ocelots]{.content-hidden when-format="html"}.')
    assert "zebras" in page and "ocelots" not in page
    assert "ocelots" in text and "zebras" not in text
