"""A figure that stands alone, as Quarto, JupyterLab, VS Code or a mail shows it: a picture with its own typeface."""

import base64
import io
import json
import re
import shutil
import subprocess

import boxes
import pytest

from briefing.execution.figures import FIGURE
from conftest import PUBLISHED


def drawn():
    """The SVG of each figure of the published edition by its label, as its notebook has it."""
    found = {}
    for path in sorted((PUBLISHED / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            label = "".join(cell["source"]).partition("label: ")[2].partition("\n")[0]
            found |= {label: "".join(output["data"]["image/svg+xml"]) for output in cell.get("outputs", ())
                      if FIGURE in output.get("data", {})}
    return found


FIGURES = drawn()


@pytest.fixture(scope="module", autouse=True)
def without_the_typeface():
    """Where the machine has it, these tests would tell nothing."""
    if not shutil.which("fc-list"):
        pytest.skip("fc-list is missing, which tells whether the typeface is installed")
    if "SourceSans" in subprocess.run(["fc-list"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("Source Sans Pro is installed on this machine")


def page(folder, name, figures, style="max-width:100%;height:auto"):
    path = folder / f"{name}.html"
    path.write_text('<!DOCTYPE html><html lang="en"><meta charset="utf-8"><style>body{margin:8px}img,svg{display:block;'
                    f'{style}}}</style>{"".join(f"<div class=figure>{one}</div>" for one in figures)}</html>', "utf-8")
    return path


def as_pictures(figures):
    return [f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" alt="">' for svg in figures]


def seen(show, path, width):
    from PIL import Image

    return Image.open(io.BytesIO(show(path, width, 2400).get_screenshot_as_png())).convert("RGB")


def difference(one, other):
    """The part of the pixels that differ clearly: edges of letters may, by how a picture is scaled."""
    from PIL import ImageChops

    assert one.size == other.size
    counts = ImageChops.difference(one, other).convert("L").histogram()
    return sum(counts[96:]) / sum(counts)


def test_a_figure_by_itself_cuts_no_word(show, tmp_path):
    assert len(FIGURES) >= 8
    measured = show(page(tmp_path, "alone", FIGURES.values(), ""), 1000).execute_script(boxes.MEASURE)
    assert all(drawing["texts"] for drawing in measured)
    assert [problem for drawing in measured for problem in boxes.problems(drawing, drawing["width"])] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_as_a_picture_a_figure_looks_as_in_a_page_that_has_the_typeface(show, tmp_path, width):
    pictures = seen(show, page(tmp_path, "pictures", as_pictures(FIGURES.values())), width)
    inline = [svg.replace("<svg", f'<svg class="f{n}"', 1) for n, svg in enumerate(FIGURES.values())]
    assert difference(pictures, seen(show, page(tmp_path, "inline", inline), width)) < 0.0025


def test_what_is_measured_here_sees_another_typeface(show, tmp_path):
    bare = [re.sub("<style>.*?</style>", "", svg, flags=re.DOTALL) for svg in FIGURES.values()]
    pictures = seen(show, page(tmp_path, "pictures", as_pictures(FIGURES.values())), 390)
    assert difference(pictures, seen(show, page(tmp_path, "bare", as_pictures(bare)), 390)) > 0.01
    cut = show(page(tmp_path, "alone", bare, ""), 1000).execute_script(boxes.MEASURE)
    assert any(boxes.problems(drawing, drawing["width"]) for drawing in cut)
