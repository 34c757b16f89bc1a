"""The tutorial, run as it stands: from the package's wheel in an environment of its own, in a real browser."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest
from bench import Bench
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/tutorial.md").read_text("utf-8")
BLOCK = r"\n```\w+\n(.*?)```"


def block(mark):
    """The fenced text below a mark."""
    return re.search(rf"<!-- {re.escape(mark)} -->{BLOCK}", PAGE, re.DOTALL)[1]


def table(name):
    """The rows of the table below a mark, without its head."""
    lines = re.search(rf"<!-- {name} -->\n((?:\|.*\n)+)", PAGE)[1].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def needed(wheel):
    """The packages that the wheel says it needs, and those that these need: no others, so that one it forgets is missed."""
    found, left = set(), [
        re.sub(";.*", "", line.partition(": ")[2]) for line in wheel.splitlines()
        if line.startswith("Requires-Dist:") and "extra ==" not in line]
    while left:
        asked = Requirement(left.pop())
        extras = asked.extras or {""}
        if (asked.name, *sorted(extras)) in found:
            continue
        found.add((asked.name, *sorted(extras)))
        left += [re.sub(";.*", "", line) for line in metadata.requires(asked.name) or ()
                 if not (marker := Requirement(line).marker) or any(marker.evaluate({"extra": extra}) for extra in extras)]
    return sorted({name for name, *_ in found})


def borrow(package, site):
    """Let an environment have a package of the tests' own, by links where the system has them: nothing is downloaded."""
    for top in {file.parts[0] for file in package.files} - {"..", "__pycache__"}:
        own, link = Path(package.locate_file(top)), site / top
        if own.exists() and not link.exists():
            try:
                link.symlink_to(own)
            except OSError:  # Windows, to most of its users
                (shutil.copytree if own.is_dir() else shutil.copy)(own, link)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder of the programs of an environment that has the wheel and what it needs, and nothing else of ours."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = shutil.copytree(ROOT, folder / "copy", ignore=shutil.ignore_patterns(
        ".git", ".venv", "node_modules", "_output", "tests", "build", "*.egg-info", "__pycache__", ".*_cache"))
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, copy], check=True)
    wheel, = folder.glob("briefing-*.whl")
    assert wheel.stat().st_size <= 2_000_000
    venv.create(folder / "env", with_pip=False)
    programs = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([*pip, "--python", programs / "python", "install", "--no-deps", wheel], check=True)
    site, = (path.parents[1] for path in (folder / "env").rglob("site-packages/briefing/__init__.py"))
    for name in needed(next(site.glob("briefing-*.dist-info/METADATA")).read_text("utf-8")):
        borrow(metadata.distribution(name), site)
    return programs


@pytest.fixture
def shell(installed, tmp_path):
    """Run the lines of a block in turn, as a shell does; what each printed."""
    place = [tmp_path]
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment["PATH"] = f"{installed}{os.pathsep}{environment['PATH']}"

    def run(script, code=0):
        said = ""
        for line in script.strip().split("\n"):
            if line.startswith("cd "):
                place[0] = place[0] / line[3:]
                continue
            done = subprocess.run(["bash", "-c", line], cwd=place[0], env=environment, capture_output=True, text=True)
            said += done.stdout + done.stderr
            assert done.returncode == code, f"{line}\n{said}"
        return said

    run.place, run.environment = place, environment
    return run


@pytest.fixture
def workbench(shell, installed, show):
    """`briefing code`, open in the browser."""
    started = []

    def start():
        process = subprocess.Popen([installed / "briefing", "code", "--no-open", "--json", "--port=0"], text=True,
                                   cwd=shell.place[0], env=shell.environment, stdout=subprocess.PIPE)
        started.append(process)
        page = Bench(show(json.loads(process.stdout.readline())["url"])).ready()
        page.process = process
        return page

    yield start
    show("about:blank")
    for process in started:
        with process:  # which closes its pipe
            process.kill()


def proposed(page):
    parts = [page.field(name).get_attribute("value") for name in ("hedge", "value", "unit")]
    return " ".join(parts)


def test_tutorial_from_the_wheel(shell, workbench, tmp_path):
    (tmp_path / "courier.md").write_text(block("file: courier.md"), "utf-8")
    runs = re.findall(rf"<!-- run -->{BLOCK}", PAGE, re.DOTALL)
    shell(runs[0])
    root = shell.place[0]
    assert "Nothing is coded yet." in (root / "_output/report.html").read_text("utf-8")
    shell(runs[1])

    page = workbench()
    for words, speaker, chain, gist in table("passages"):
        page.select(words)
        page.form("New passage")
        page.fill(speaker=speaker, chain=chain, gist=gist, credibility="2")
        page.save()
    concepts = {name: rest for name, *rest in table("concepts")}
    known = set()
    for passage, actor, concept, agreement, mode, act in table("statements"):
        page.open(passage)
        page.press("s")
        page.form("New statement")
        for name, value, cells in (("actor", actor, {}), ("concept", concept, dict(zip(
                ("sentence", "code_when", "do_not_code_when"), concepts[concept], strict=True)))):
            page.fill(**{name: value})
            if value not in known:
                page.until("return document.querySelector('form.code fieldset')")
                page.fill(**cells)
                known.add(value)
        page.fill(agreement=agreement, mode=mode, **({"act": act} if act else {}))
        page.save()
    for passage, words, measure, of, holder in table("quantities"):
        page.open(passage)
        page.press("q")
        page.form("New quantity")
        assert proposed(page) == words
        page.fill(measure=measure, of=of, holder=holder)
        page.save()
    for passage, date, title in table("events"):
        page.open(passage)
        page.press("v")
        page.form("New event")
        assert page.field("date").get_attribute("value") == date
        page.fill(title=title)
        page.save()
    page.process.send_signal(signal.SIGINT)
    assert page.process.wait(10) == 130

    said = shell(runs[2])
    assert "Passages: 6 checked against their source." in said and "0 findings." in said

    with open(root / "data/judgements.csv", "a", encoding="utf-8") as file:
        file.write(block("append: data/judgements.csv"))
    report = root / "report.qmd"
    text = report.read_text("utf-8")
    text, count = re.subn(r"^\*\*In short\.\*\*.*$", lambda _: block(
        "replace the paragraph that begins with **In short.** in report.qmd").strip(), text, flags=re.MULTILINE)
    heading = re.search("^# The numbers.*$", text, re.MULTILINE)[0]
    text = text.replace(heading, f"{heading}\n\n" + block('add below "# The numbers" in report.qmd').strip())
    assert count == 1
    report.write_text(text, "utf-8")
    notebook = root / "analysis/numbers.ipynb"
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"].append({"cell_type": "code", "id": "money", "metadata": {}, "execution_count": None, "outputs": [],
                             "source": block("add a cell to analysis/numbers.ipynb").strip()})
    notebook.write_text(json.dumps(content), "utf-8")

    said = shell(runs[3])
    assert "0 findings." in said and "Reproduced: two renders under different conditions" in said
    html = (root / "_output/report.html").read_text("utf-8")
    assert "over 40%" in html and "about 300,000" in html and "Bottom line." in html

    for old, new in re.findall(r"<!-- break: in report\.qmd, (.*?) -> (.*?) -->", PAGE):
        assert old in text
        report.write_text(text.replace(old, new), "utf-8")
        said = shell("briefing check --no-rebuild", code=1)
        if "ended" in new:
            for line in block_after_break().splitlines():
                assert line in said


def block_after_break():
    return re.search(r"-->\n```text\n(.*?)```", PAGE, re.DOTALL)[1]
