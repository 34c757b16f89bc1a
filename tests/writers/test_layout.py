"""The PDF as a page: measure, grid, margin, running heads, either paper; nothing stranded, nothing on top of another."""

import itertools
import re
import statistics
from collections import Counter
from dataclasses import dataclass

import pypdf
import pytest

from briefing.rendering.render import render

HALF_LINE = 6.5
TEXT, NOTE = 10, 6.9  # pt
NOTES = 385  # pt from the left edge of the page to the margin with the notes, less a little
SENTENCE = "The quays lay still, and the owners counted what each day of it had cost them so far"


@dataclass(frozen=True)
class Run:
    """A stretch of text as the page has it; `y` is its baseline from the top, in pt."""

    page: int
    x: float
    y: float
    size: float
    font: str
    text: str


def runs(path):
    found = []
    for number, page in enumerate(pypdf.PdfReader(path).pages):
        height = float(page.mediabox.height)

        def visit(text, outer, matrix, font, size, number=number, height=height):
            if text.strip() and font:
                found.append(Run(number, matrix[4] * outer[0] + outer[4], height - (matrix[5] * outer[3] + outer[5]),
                                 round(abs(size * matrix[0] * outer[0]), 1), str(font.get("/BaseFont")), text.strip()))

        page.extract_text(visitor_text=visit)
    return found


def body(found):
    return [run for run in found if run.size == TEXT and "Libertinus" in run.font]


def notes(found):
    return [run for run in found if run.size == NOTE]


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A report of many pages: paragraphs of all lengths with citations, sections, lists and figures between them."""
    import shutil
    from pathlib import Path

    root = Path(shutil.copytree(Path(__file__).parents[1] / "harbour", tmp_path_factory.mktemp("long") / "harbour"))
    path = root / "report.qmd"
    head, evidence = path.read_text("utf-8").split("# Evidence")
    cites = ["@stopped-work", "@traffic-moved; @port-statistics", "@stopped-work; @traffic-moved; @port-statistics"]
    parts = []
    for n in range(1, 28):
        parts.append(f"## Part {n} {{#sec-part-{n}}}\n" if n % 3 else f"# Chapter {n} {{#sec-chapter-{n}}}\n")
        parts += [f"{(SENTENCE + ', ') * (n * m % 7 + 1)}it was said [{cites[(n + m) % 3]}].\n" for m in range(1, 4)]
        parts.append(f"- {SENTENCE} [{cites[n % 3]}].\n- {SENTENCE}.\n" if n % 4 == 0 else "")
    path.write_text(f"{head}\n" + "\n".join(parts) + f"\n# Evidence{evidence}", "utf-8")
    render(root)
    return root / "_output/report.pdf"


def test_text_stands_on_a_grid_of_half_lines(long):
    lines = body(runs(long))
    assert len(lines) > 300
    offsets = Counter(round(run.y % HALF_LINE, 1) % HALF_LINE for run in lines)
    assert len(offsets) == 1, [(run, round(run.y % HALF_LINE, 1)) for run in lines][:200:5]


def test_lines_hold_60_to_75_characters(long):
    lines = Counter()
    for run in body(runs(long)):
        lines[run.page, round(run.y, 1)] += len(run.text)
    full = [length for length in lines.values() if length > 55]
    assert 60 <= statistics.mean(full) <= 75


def test_each_page_has_its_number_and_all_but_the_first_a_running_head(long):
    pages = pypdf.PdfReader(long).pages
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {len(pages)}" in text
        if number > 1:
            assert "A strike in Sandhaven" in text and "10 March 2031" in text


def test_no_heading_is_the_last_line_of_a_page(long):
    found = [run for run in runs(long) if run.y < 780]
    for page in {run.page for run in found}:
        last = max((run for run in found if run.page == page and run.size != NOTE), key=lambda run: run.y)
        assert "Part" not in last.text and "Chapter" not in last.text, last


def test_evidence_of_a_paragraph_stands_in_the_margin_beside_it(rendered):
    found = runs(rendered / "_output/report.pdf")
    assert min(run.x for run in notes(found)) > NOTES
    said = " ".join(run.text for run in notes(found))
    assert "¶" in said and re.search(r"\b[A-F][1-6]\b", said)
    first = next(run for run in body(found) if run.text.startswith("The dockers"))
    beside = min((run for run in notes(found) if run.page == first.page), key=lambda run: run.y)
    assert abs(beside.y - first.y) < 13


def test_notes_lie_on_nothing(long):
    found = runs(long)
    for page in {run.page for run in found}:
        lines = sorted({round(run.y, 1) for run in notes(found) if run.page == page})
        assert all(below - above > NOTE * 0.9 for above, below in itertools.pairwise(lines)), f"page {page + 1}: {lines}"
        heads = [run for run in found if run.page == page and run.size != NOTE and run.x > NOTES]
        for line, other in itertools.product(lines, heads):
            assert abs(line - other.y) > 5, f"page {page + 1}: a note on {other.text!r}"


def test_a_page_tells_each_piece_of_evidence_once(long):
    found = runs(long)
    for page in {run.page for run in found}:
        numbers = [run.text.split()[0] for run in notes(found) if run.page == page and re.match(r"\d+\b", run.text)]
        assert len(numbers) == len(set(numbers)), f"page {page + 1}: {numbers}"


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792)), ("us-letter", (612, 792))])
def test_paper_is_what_the_front_matter_says(project, edit, paper, size):
    edit("report.qmd", "lang: en\n", f"lang: en\npapersize: {paper}\n")
    render(project)
    pages = pypdf.PdfReader(project / "_output/report.pdf").pages
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {size}
    found = runs(project / "_output/report.pdf")
    assert all(20 < run.x < size[0] - 20 and 20 < run.y < size[1] - 15 for run in found)


def test_title_of_300_characters_pushes_nothing_from_the_page(project, edit):
    title = "A strike " * 32 + "in the port."
    edit("report.qmd", 'title: "A strike in Sandhaven"', f'title: "{title}"')
    edit("report.qmd", 'subtitle: "An invented briefing"', f'subtitle: "{title}"')
    render(project)
    found = runs(project / "_output/report.pdf")
    assert all(20 < run.x < 575 and 20 < run.y < 825 for run in found)
    first = [run for run in found if run.page == 1]
    top = min(run.y for run in body(first))
    assert all(run.y < top - 5 for run in first if run.size == 8 and run.y < 60)  # the running head is over the text


@pytest.mark.parametrize("labelled", [True, False])
def test_table_whose_columns_have_parts_of_the_width_stays_on_the_page(project, notebook, edit, labelled):
    """Pandoc gives columns parts where a row is long; a labelled table is a figure in a figure."""
    lines = ["| What | Number | Who says so |", "|------|---|----|",
             "| share lost of the traffic of the port of Sandhaven to other ports | over 40% | Port company and its spokesperson |"]
    cell = f"from IPython.display import Markdown\nMarkdown({chr(10).join(lines)!r})"
    if labelled:
        notebook(f"#| label: tbl-long\n#| tbl-cap: Long rows\n{cell}", name="long.ipynb")
        block = "See @tbl-long.\n\n{{< embed _output/notebooks/long.ipynb#tbl-long >}}"
    else:
        block = "\n".join(lines)
    text = (project / "report.qmd").read_text("utf-8")
    head, body_ = text.split("# What happened", 1)
    (project / "report.qmd").write_text(f"{head}# What happened{body_.split(chr(10), 1)[0]}\n\n{block}\n", "utf-8")
    render(project)
    found = runs(project / "_output/report.pdf")
    who, what, share = (next(run for run in found if re.match(words, run.text)) for words in ("Who says", "What$", "share lost"))
    assert what.x == pytest.approx(share.x, abs=1) and what.x < 80  # at the left
    assert who.x < 450  # of 595, with a column of a third of 480 beginning there


def test_what_a_table_cites_stands_in_the_table_and_not_in_the_margin(project, notebook):
    cell = 'from IPython.display import Markdown\nMarkdown("| Who | What |\\n|--|--|\\n| Union | stopped [@stopped-work] |")'
    notebook(f"#| label: tbl-cites\n#| tbl-cap: Who did what\n{cell}", name="cites.ipynb")
    head, body_ = (project / "report.qmd").read_text("utf-8").split("# What happened", 1)
    (project / "report.qmd").write_text(
        f"{head}# What happened{body_.split(chr(10), 1)[0]}\n\nSee @tbl-cites; the company says more [@traffic-moved].\n\n"
        "{{< embed _output/notebooks/cites.ipynb#tbl-cites >}}\n\n# Evidence {.unnumbered}\n\n::: {#refs}\n:::\n", "utf-8")
    render(project)
    told = " ".join(run.text for run in notes(runs(project / "_output/report.pdf")))
    assert "Port company" in told and "Courier ¶2" not in told
