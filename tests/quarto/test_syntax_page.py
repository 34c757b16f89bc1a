"""What docs/quarto.md lists is what the code takes: keys, options, shortcodes, callouts, classes, formats."""

import re
from pathlib import Path

import pytest

from briefing.report import document, parameters, report
from briefing.writers import pdf

TEXT = (Path(__file__).parents[2] / "docs/quarto.md").read_text("utf-8")
ROWS = {cells[0]: " | ".join(cells[1:]) for line in TEXT.splitlines() if line.startswith("| ")
        for cells in [[cell.strip() for cell in line.strip("|").split(" | ")]]}


def named(row):
    return re.findall(r"`([^`]+)`", ROWS[row])


def test_front_matter():
    keys = {one.name: one for one in parameters.PARAMETERS}
    listed = [name for name in named("front matter") if re.fullmatch(r"[a-z-]+", name)]
    assert {*listed} - {"created", "a4", "letter"} <= {*keys}
    assert keys["papersize"].choices[:2] == ("a4", "letter") and "markdown" in keys["engine"].choices


def test_options_of_cells():
    assert {name for name in named("code cells") if re.fullmatch(r"[a-z-]+", name)} <= report.CELL_OPTIONS


@pytest.mark.parametrize("line", [f"{word}" for row in ("embeds", "other shortcodes") for word in named(row) if word.startswith("{{<")])
def test_shortcodes(line):
    [span] = [item for item in report._scan(f"\n{line}\n", 0)]
    assert isinstance(span, report.Span) and span.kind in ("embed", "pagebreak", "meta")


def test_an_embed_may_name_the_copy_for_quarto_or_the_editions():
    spans = [next(report._scan(f"\n{{{{< embed {place}/a.ipynb#fig-a >}}}}\n", 0)) for place in ("_output/quarto/notebooks", "_output/notebooks")]
    assert {span.content for span in spans} == {"_output/notebooks/a.ipynb#fig-a"}


def test_references_callouts_formats_and_classes():
    assert {f"@{kind}-…" for kind in ("fig", "tbl", "sec")} <= {*named("cross-references")} and set(document.REFERENCES) == {"fig", "tbl", "sec"}
    assert [f".callout-{report.CALLOUTS[0]}", *report.CALLOUTS[1:]] == [name.strip("{}: ") for name in named("callouts")][:5]
    assert {*document.FORMATS} <= {*named("conditional content")}
    listed = {word.strip(".") for name in named("classes with a form of their own") for word in name.split() if word.startswith(".")}
    assert listed == {*pdf.STYLED} - {"judgement-full"}


def test_what_quarto_alone_knows_is_refused():
    for word in ("panel-tabset", "column-margin"):
        assert f"`{word}`" in TEXT and document.QUARTO_ONLY.fullmatch(word)


def test_lines_that_need_quarto_say_so_and_name_what_looks_at_them():
    root = Path(__file__).parents[2]
    for name in re.findall(r"`((?:tests|benchmarks|analysis)/[\w./]+)`", TEXT):
        assert (root / name).exists(), name
    marked = [line for line in TEXT.splitlines() if "◇" in line]
    assert len(marked) > 6 and "Lines with ◇ need Quarto itself" in TEXT
