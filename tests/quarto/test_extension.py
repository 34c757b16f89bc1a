"""The extension without Quarto: its filters under pandoc, its PDF under Typst, its page in a browser.

Pandoc's own templates stand in for Quarto's; what Quarto does between the two filters is not tested here.
"""

import re
import shutil
import subprocess
from pathlib import Path

import compare_quarto
import pypdf
import pytest

from briefing.editions import edition
from briefing.rendering import quarto
from briefing.report.tree import _pandoc_path
from conftest import PUBLISHED

STARTER = Path(__file__).parents[2] / "analysis/briefing/starter"
FILTERS = STARTER / "_extensions/briefing"


@pytest.fixture(scope="module")
def ready(rendered, tmp_path_factory):
    """The invented briefing, rendered, and with what Quarto needs."""
    root = Path(shutil.copytree(rendered, tmp_path_factory.mktemp("ready") / "harbour"))
    quarto.prepare(root)
    return root


def pandoc(root, to, *arguments, check=True, format="markdown"):
    """A document by pandoc and the filters, in the order in which Quarto has them: citeproc comes last."""
    return subprocess.run([_pandoc_path(), "report.qmd", f"--from={format}", f"--to={to}", f"--lua-filter={FILTERS}/clear.lua",
                           f"--lua-filter={FILTERS}/fill.lua", "--citeproc", *arguments], cwd=root, capture_output=True,
                          text=True, encoding="utf-8", check=check)


@pytest.fixture(scope="module")
def page(ready):
    """The page as a file, in a frame that has a theme of its own."""
    theme = ready / "theme.css"
    theme.write_text("body{max-width:800px;margin:auto;font-family:serif}table{width:100%}figure{margin:0}", "utf-8")
    run = pandoc(ready, "html5", "--standalone", "--toc", "--number-sections", "--section-divs", "--css=theme.css",
                 "--embed-resources", "--metadata=bibliography:_output/references.json", "--metadata=nocite:@*",
                 f"--output={ready}/page.html")
    assert run.stderr == ""
    return ready / "page.html"


# --- the page -----------------------------------------------------------------------------

def test_the_page_has_the_words_drawings_and_downloads_of_ours(ready, page):
    ours = (ready / "_output/report.html").read_text("utf-8")
    assert compare_quarto.pages_differ(ours, page.read_text("utf-8")) == []
    mine = compare_quarto.Page(ours)
    assert len(mine.words) > 300 and mine.figures and "quantities.csv" in mine.downloads


def test_each_letter_leads_back_and_each_link_arrives(page):
    text = page.read_text("utf-8")
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    links = re.findall(r'<a\b[^>]*\bhref="#([^"]+)"', text)
    assert len([link for link in links if link.startswith("cite-")]) > 3
    assert [link for link in links if link not in ids] == []


def test_the_date_has_one_form_and_the_list_stands_once(ready, page):
    text = page.read_text("utf-8")
    [date] = re.findall(r'<p class="date">(.*?)</p>', text)
    assert date in (ready / "_output/report.html").read_text("utf-8") and re.fullmatch(r"\d+ \w+ \d{4}", date)
    assert text.count('id="refs"') == 1 and "csl-entry" in text


def test_contents_are_made_of_its_headings(page):
    contents = re.search(r'<nav id="TOC".*?</nav>', page.read_text("utf-8"), re.DOTALL)[0]
    assert contents.count("<li>") >= 2 and 'class="here"' not in contents


SEEN = """
return [...document.querySelectorAll("svg.chart")].filter((svg) => svg.getClientRects().length).map((svg) => {
    const page = svg.getBoundingClientRect();
    return {out: page.right - innerWidth, cut: [...svg.querySelectorAll("text")].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.width && (box.left < page.left - 2 || box.right > page.right + 2 || box.bottom > page.bottom + 2);
    }).map((text) => text.textContent)};
});"""


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """The figures of the published page in a frame that is not ours, with what goes into Quarto's page of style."""
    text = (PUBLISHED / "report.html").read_text("utf-8")
    fonts = "".join(re.findall(r"@font-face\{[^}]*\}", text))
    style = (Path(quarto.__file__).parents[1] / "templates/parts.css").read_text("utf-8")
    page = tmp_path_factory.mktemp("figures") / "page.html"
    page.write_text(f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><style>body{{max-width:800px;margin:auto;font-family:serif}}'
                    f'</style><style>{fonts}\n{style}</style>{"".join(re.findall("<figure.*?</figure>", text, re.DOTALL))}', "utf-8")
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_no_word_of_a_published_figure_is_cut_in_a_frame_of_another_engine(show, figures, width):
    browser = show(figures, width)
    found = browser.execute_script(SEEN)
    assert len(found) >= 6 and all(figure["cut"] == [] and figure["out"] <= 0 for figure in found)
    assert browser.execute_script("return [...document.fonts].map((face) => face.status)") == ["loaded", "loaded"]


def test_evidence_opens_tables_filter_and_nothing_complains(show, page):
    browser = show(page)
    browser.execute_script('document.querySelector("a.value, .citation a").click()')
    assert browser.execute_script('return !document.getElementById("panel").hidden && document.querySelectorAll("#panel .evidence").length') >= 1
    assert browser.execute_script('return document.querySelectorAll("form.filters").length') >= 1
    assert browser.execute_script('return getComputedStyle(document.querySelector(".csl-entry")).display') == "flex"
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


# --- the PDF --------------------------------------------------------------------------------

def compiled(root, name, change=lambda template: template):
    """The PDF as Quarto's Typst makes it: from the project's folder, with the extension's fonts, by no standard."""
    import typst

    run = pandoc(root, "typst", f"--template={FILTERS}/page.typ", "--metadata=bibliography:_output/references.json")
    assert run.stderr == ""
    copy = Path(shutil.copytree(root / "_output/quarto", root / name / "_output/quarto"))
    template = copy / "briefing/template.typ"
    template.write_text(change(template.read_text("utf-8")), "utf-8")
    source = root / name / "report.typ"
    source.write_text(run.stdout, "utf-8")
    made = typst.compile(str(source), root=str(root / name), font_paths=[str(copy / "briefing/fonts")], format="pdf")
    (root / name / "report.pdf").write_bytes(made)
    return root / name / "report.pdf"


@pytest.fixture(scope="module")
def paper(ready):
    return compiled(ready, "now")


def test_typst_gets_exactly_what_is_ready(ready):
    run = pandoc(ready, "typst", f"--template={FILTERS}/page.typ")
    assert run.stdout.strip() == (ready / "_output/quarto/briefing/report.typ").read_text("utf-8").strip()


def test_the_pdf_has_the_words_pages_and_files_of_ours(ready, paper):
    assert compare_quarto.papers_differ(ready / "_output/report.pdf", paper) == []
    mine, other = (pypdf.PdfReader(path) for path in (ready / "_output/report.pdf", paper))
    assert [page.extract_text() for page in mine.pages] == [page.extract_text() for page in other.pages]
    assert [*mine.attachments] == [*other.attachments]


def test_its_figures_have_their_typeface_as_text(paper):
    fonts = {str(font["/BaseFont"]) for page in pypdf.PdfReader(paper).pages
             for font in (one.get_object() for one in page["/Resources"]["/Font"].values())}
    assert any("SourceSansPro" in font for font in fonts)


def test_check_finds_the_inputs_in_it(paper):
    inputs = edition.inputs_of(paper.read_bytes(), "report.pdf")
    assert {"report.qmd", "data/quantities.csv"} <= {*inputs}


def test_it_is_the_same_each_time_but_for_its_times(ready, paper):
    def timeless(path):
        return re.sub(rb"/(?:CreationDate|ModDate) ?\(.*?\)|/ID ?\[.*?\]|<xmp:\w+Date>.*?<|<xmpMM:\w+ID>.*?<", b"", path.read_bytes(), flags=re.DOTALL)
    assert timeless(compiled(ready, "again")) == timeless(paper)


@pytest.mark.parametrize("minor, carried", [(11, False), (12, False)])
def test_older_versions_of_typst_make_the_same_text(ready, minor, carried):
    """By the branches of the template for them, under the Typst that is here: Quarto 1.6 has 0.11."""
    asked = "#let since(minor) = sys.version >= version(0, minor, 0)"
    old = compiled(ready, f"old-{minor}", lambda template: template.replace(asked, f"#let since(minor) = minor <= {minor}"))
    assert asked in (ready / "_output/quarto/briefing/template.typ").read_text("utf-8")
    assert compare_quarto.papers_differ(ready / "_output/report.pdf", old, carries=carried) == []
    assert not pypdf.PdfReader(old).attachments


# --- what goes wrong --------------------------------------------------------------------------

def test_without_what_prerender_writes_the_filter_says_so(ready, tmp_path):
    shutil.copy(ready / "report.qmd", tmp_path)
    run = pandoc(tmp_path, "html5", check=False)
    assert run.returncode and "expected what analysis/prerender.py writes" in run.stderr


def test_another_format_is_refused(ready):
    run = pandoc(ready, "docx", "--output=-", check=False)
    assert run.returncode and "found the format docx, expected html or typst" in run.stderr


def test_the_first_filter_leaves_nothing_for_quartos_own(tmp_path):
    (tmp_path / "report.qmd").write_text("---\ntitle: T\n---\n\nSee @fig-nowhere.\n\n```{python}\n1\n```\n", "utf-8")
    run = subprocess.run([_pandoc_path(), "report.qmd", "--from=markdown", "--to=native", f"--lua-filter={FILTERS}/clear.lua"],
                         cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
