"""A second briefing, on an invented harbour strike, which the tests render and damage."""

import csv
import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# no chance and none kept: but for what hypothesis takes from the modules that are loaded, the same examples at each run
settings.register_profile("briefing", derandomize=True, database=None, deadline=None, max_examples=80,
                          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
settings.load_profile("briefing")

HARBOUR = Path(__file__).parent / "harbour"
PUBLISHED = Path(__file__).parents[1] / "_output"
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
#: Headless, and without any of Chromium's own talk to the network.
CHROMIUM = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--hide-scrollbars")


@pytest.fixture
def project(tmp_path):
    """A fresh copy of the invented briefing, free to be damaged."""
    return Path(shutil.copytree(HARBOUR, tmp_path / "harbour"))


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """The invented briefing with its `_output/`, rendered once; for reading only."""
    from briefing.rendering.render import render

    root = Path(shutil.copytree(HARBOUR, tmp_path_factory.mktemp("rendered") / "harbour"))
    render(root)
    return root


def execute(root, **limits):
    """Run the notebooks of a project and put their executed copies into its `_output/`, whatever its report says."""
    from briefing.editions import publishing
    from briefing.execution.kernels import warm
    from briefing.facts import tables
    from briefing.findings import InvalidData
    from briefing.language import of, speaking
    from briefing.rendering import cache, render, steps
    from briefing.rendering.timings import Timings

    with speaking(of(root)), publishing.staging(root) as staging, warm(once=True) as kernels:
        data, findings = tables.checked(root)
        if findings:
            raise InvalidData(findings)
        run = render.begin(root, staging, data, kernels, limits.get("timeout", 300), 4000, True, cache.beginning(), str, str, Timings())
        steps.execute(run, None)
        render._publish(staging, root / "_output")


@pytest.fixture
def good(project, rendered):
    """The project with the good `_output/` of an earlier render."""
    shutil.copytree(rendered / "_output", project / "_output")
    return project


@pytest.fixture
def edit(project):
    """Replace a text that stands exactly once in a file of the project."""

    def replace(path, old, new):
        text = (project / path).read_bytes().decode("utf-8")
        assert text.count(old) == 1, f"{path} has {text.count(old)} times {old!r}"
        (project / path).write_bytes(text.replace(old, new).encode("utf-8"))

    return replace


def filled(root, source, shuffle=None):
    """Put the rows of another project's tables into this one's."""
    descriptor = json.loads((root / "data/datapackage.json").read_text("utf-8"))
    for resource in descriptor["resources"]:
        rows = []
        if (source / "data" / resource["path"]).exists():
            with open(source / "data" / resource["path"], newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
        if shuffle:
            shuffle.shuffle(rows)
        with open(root / "data" / resource["path"], "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, [field["name"] for field in resource["schema"]["fields"]], restval="",
                                   extrasaction="ignore", lineterminator="\n")
            table.writeheader()
            table.writerows(rows)


DOSSIER = Path(__file__).parent / "dossier"


def begin(root, tables):
    """A new project as `briefing new` begins it, with these tables of another: rows, and what the descriptor says."""
    from briefing.commands import new

    new.new(root, title="Invented", date="2031-10-01")
    descriptor = json.loads((root / "data/datapackage.json").read_text("utf-8"))
    said = json.loads((tables / "data/datapackage.json").read_text("utf-8"))
    keep = {key: said[key] for key in ("title", "created", "coders", "adjudicated", "keywords") if key in said}
    (root / "data/datapackage.json").write_text(json.dumps(descriptor | keep, indent=1), "utf-8")
    filled(root, tables)
    return root


@pytest.fixture
def dossier(tmp_path):
    """A project of the invented dossier: four texts in three languages over nine months, coded by three."""
    return begin(tmp_path / "dossier", DOSSIER)


def write_notebook(path, sources):
    """Write a notebook of these code cells, not yet run, and return its path."""
    cells = [{"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "execution_count": None, "outputs": [],
              "source": source} for n, source in enumerate(sources, start=1)]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return path


@pytest.fixture
def notebook(project):
    """Write a notebook of these code cells into the project, in place of its own."""

    def write(*sources, name="harbour.ipynb"):
        return write_notebook(project / "analysis" / name, sources)

    return write


def snapshot(folder):
    """Every file below a folder with its bytes, to see that nothing changed; not the cache, which may be lost."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
            for path in sorted(folder.rglob("*")) if ".cache" not in path.parts}


@pytest.fixture(name="snapshot")
def snapshot_fixture():
    return snapshot


def children(pid):
    """The processes that a process has started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has ended meanwhile
            continue
        if parent == str(pid) and state != "Z":
            found.append(stat.parent.name)
    return found


@pytest.fixture(name="children")
def children_fixture():
    return children


# --- standards: the tools that judge an edition, and the browser that shows it ------

@pytest.fixture(scope="session", params=["harbour", "published"])
def edition(request):
    """The `_output/` of the invented briefing, and of the published one; for reading only."""
    return PUBLISHED if request.param == "published" else request.getfixturevalue("rendered") / "_output"


@pytest.fixture(scope="session")
def tool():
    """Where a program is; a test that lacks it is skipped, but fails where CI runs."""

    def find(name, package):
        return shutil.which(name) or missing(f"{name} is missing: on Debian, apt-get install {package}")

    return find


def missing(what):
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


@pytest.fixture(scope="session")
def structure(tool):
    """What poppler reads of a PDF's structure and text, once a file: it takes seconds a page."""

    @functools.cache
    def read(path):
        return subprocess.run([tool("pdfinfo", "poppler-utils"), "-struct-text", path],
                              capture_output=True, text=True, encoding="utf-8")

    return read


@pytest.fixture(scope="session")
def browser(tool):
    """One Chromium for all tests, which notes every request (CDP's Network events) and every message of a console."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = tool("chromium", "chromium")
    for flag in CHROMIUM:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    options.add_experimental_option("perfLoggingPrefs", {"enableNetwork": True, "enablePage": False})
    service = webdriver.ChromeService(tool("chromedriver", "chromium-driver"))
    with webdriver.Chrome(options=options, service=service) as driver:
        driver.set_script_timeout(120)
        yield driver


@pytest.fixture
def show(browser):
    """Open a page, by its path or address, afresh, as it looks at a width, to an eye that likes it dark or light, with scripts on or off."""

    def open_page(page, width=1280, height=900, dark=False, scripts=True, media="screen"):
        features = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
        for command, arguments in (
                ("setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1,
                                              "mobile": False}),
                ("setEmulatedMedia", {"media": media, "features": [{"name": name, "value": value}
                                                                   for name, value in features.items()]}),
                ("setScriptExecutionDisabled", {"value": not scripts})):
            browser.execute_cdp_cmd(f"Emulation.{command}", arguments)
        browser.get("about:blank")  # so that nothing of an earlier page stays: place, focus, an open panel
        browser.get_log("performance"), browser.get_log("browser")
        browser.get(page if isinstance(page, str) else page.as_uri())
        browser.execute_async_script("document.fonts.ready.then(arguments[0])")
        return browser

    return open_page


@pytest.fixture(scope="session")
def axe():
    """The script of axe-core, to be run within a page."""
    if not AXE.exists():
        missing("axe-core is missing: npm ci --prefix tests")
    return AXE.read_text("utf-8")
