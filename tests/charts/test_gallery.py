"""Any chart of Altair's gallery goes through both files, as its users write it, with the same bytes each time."""

import json
import shutil
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import boxes
import gallery
import pytest
import vl_convert
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from briefing.charts import NARROW, WIDE
from briefing.execution.figures import FIGURE, VEGA_LITE
from briefing.rendering.render import render
from conftest import HARBOUR, PUBLISHED, write_notebook

REPORT = """---
title: A gallery
date: 2031-03-10
lang: en
engine: jupyter
---

"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A project whose report is the gallery, rendered twice, the second time elsewhere and from nothing."""
    roots = []
    for n in range(2):
        root = Path(shutil.copytree(HARBOUR, tmp_path_factory.mktemp("gallery") / f"project-{n}"))
        (root / "data/islands.geojson").write_text(gallery.ISLANDS, "utf-8")
        write_notebook(root / "analysis/gallery.ipynb", [gallery.SETUP, *map(gallery.cell, gallery.CHARTS)])
        embeds = "\n\n".join(f"{{{{< embed _output/notebooks/gallery.ipynb#fig-{label} >}}}}" for label in gallery.CHARTS)
        (root / "report.qmd").write_text(REPORT + embeds + "\n", "utf-8")
        render(root)
        roots.append(root / "_output")
    return roots


def test_two_renders_give_the_same_bytes(shown):
    for name in ("report.html", "report.pdf", "notebooks/gallery.ipynb"):
        assert (shown[0] / name).read_bytes() == (shown[1] / name).read_bytes(), name


# --- what the page and the paper show of them -----------------------------------------

LIVE = ("linked-brush", "dropdown")


@pytest.fixture
def page(shown, show):
    def open_page(**how):
        opened = show(shown[0] / "report.html", **how)
        WebDriverWait(opened, 20).until(lambda page: not how.get("scripts", True) or page.execute_script(
            "return document.querySelectorAll('figure.is-live').length") == len(LIVE))
        return opened

    return open_page


@pytest.mark.parametrize("width", [390, 1280])
def test_charts_with_params_are_live_under_the_pages_policy(page, width):
    opened = page(width=width)
    assert [entry for entry in opened.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    for label in gallery.CHARTS:
        drawn = opened.find_elements(By.CSS_SELECTOR, f"#fig-{label} .alive svg.chart")
        assert len(drawn) == (label in LIVE), label
        stills = opened.find_elements(By.CSS_SELECTOR, f"#fig-{label} > svg.chart, #fig-{label} > img")
        assert sum(still.is_displayed() for still in stills) == (label not in LIVE), label


def colours(page, label):
    return Counter((mark.get_attribute("fill"), mark.get_attribute("stroke")) for mark in page.find_elements(
        By.CSS_SELECTOR, f"#fig-{label} .alive path[aria-roledescription='point']"))


def test_a_dropdown_and_a_brush_change_what_is_shown(page):
    opened = page()
    before = {label: colours(opened, label) for label in LIVE}
    Select(opened.find_element(By.CSS_SELECTOR, "#fig-dropdown select")).select_by_visible_text("Japan")
    view = opened.find_element(By.CSS_SELECTOR, "#fig-linked-brush .alive svg")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", view)
    ActionChains(opened).move_to_element_with_offset(view, -200, -40).click_and_hold().move_by_offset(120, 80) \
        .release().perform()
    for label in LIVE:
        WebDriverWait(opened, 10).until(lambda page, label=label: colours(page, label) != before[label])
    assert not [entry for entry in opened.get_log("browser") if entry["level"] == "SEVERE"]


def test_without_scripts_and_on_paper_the_pictures_stand(page):
    opened = page(scripts=False)
    for label in gallery.CHARTS:
        assert any(e.is_displayed() for e in opened.find_elements(By.CSS_SELECTOR, f"#fig-{label} > svg.chart")), label
    opened = page(media="print")
    for label in LIVE:
        assert not opened.find_element(By.CSS_SELECTOR, f"#fig-{label} .alive").is_displayed()
        assert any(e.is_displayed() for e in opened.find_elements(By.CSS_SELECTOR, f"#fig-{label} > svg.chart"))


def test_only_pages_with_live_charts_carry_vega(shown, rendered):
    with_it, without = (root / "report.html" for root in (shown[0], rendered / "_output"))
    assert with_it.stat().st_size <= 1_100_000 and "expressionInterpreter" in with_it.read_text("utf-8")
    assert without.stat().st_size <= 400_000 and "expressionInterpreter" not in without.read_text("utf-8")
    assert (PUBLISHED / "report.html").stat().st_size <= 400_000


@pytest.mark.parametrize("label", gallery.CHARTS)
def test_each_chart_stays_within_its_figure(shown, show, tmp_path, label):
    notebook = json.loads((shown[0] / "notebooks/gallery.ipynb").read_text("utf-8"))
    [data] = [output["data"] for cell in notebook["cells"] for output in cell["outputs"]
              if f"label: fig-{label}\n" in "".join(cell["source"]) and "data" in output]
    wide, narrow = boxes.measured(show, tmp_path / "boxes.html", ["".join(data["image/svg+xml"]), data[FIGURE]["narrow"]])
    assert boxes.problems(wide, WIDE) == []
    assert boxes.outside(narrow) == [] and narrow["width"] <= NARROW + 40
    assert len(wide["texts"]) >= 3 and wide["marks"]


# --- to take along ---------------------------------------------------------------------

@pytest.fixture
def saved(page, tmp_path):
    """What a button under a figure saves, by its name."""
    opened = page()
    opened.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})

    def save(label, name):
        details = opened.find_element(By.ID, f"fig-{label}-data")
        opened.execute_script("arguments[0].open = true; arguments[0].scrollIntoView()", details)
        details.find_element(By.XPATH, f".//button[text()='{name}']").click()
        suffix = {"SVG": "svg", "PNG": "png", "Vega-Lite": "vl.json"}[name]
        path = tmp_path / f"fig-{label}.{suffix}"
        WebDriverWait(opened, 20).until(lambda _: path.exists() and path.stat().st_size)
        return path

    return save


@pytest.mark.parametrize("label", ["bars", "dropdown", "map"])
def test_a_figure_is_saved_as_picture_and_as_the_chart_it_is(saved, shown, label):
    svg = ElementTree.parse(saved(label, "SVG")).getroot()
    assert "@font-face" in svg.find("{http://www.w3.org/2000/svg}style").text
    png = saved(label, "PNG").read_bytes()
    assert png.startswith(b"\x89PNG") and int.from_bytes(png[16:20], "big") == 3 * round(float(svg.get("width")))
    spec = json.loads(saved(label, "Vega-Lite").read_text("utf-8"))
    notebook = json.loads((shown[0] / "notebooks/gallery.ipynb").read_text("utf-8"))
    [data] = [output["data"] for cell in notebook["cells"] for output in cell["outputs"]
              if f"label: fig-{label}\n" in "".join(cell["source"]) and "data" in output]
    assert spec == data[VEGA_LITE]
    assert vl_convert.vegalite_to_svg(spec).count("<path") == vl_convert.vegalite_to_svg(data[VEGA_LITE]).count("<path")
