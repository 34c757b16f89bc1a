"""A desk: a folder with copies of the invented briefing below it, each with a number of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HARBOUR = Path(__file__).parents[1] / "harbour"
PACKAGE = Path(__file__).parents[2] / "analysis"


def project(desk, name, number=40, cell=None):
    """A project on the desk; with `cell`, its notebook begins with this code."""
    root = Path(shutil.copytree(HARBOUR, desk / name, ignore=shutil.ignore_patterns("_output")))
    table = root / "data/quantities.csv"
    table.write_text(table.read_text("utf-8").replace(">,40,%", f">,{number},%"), "utf-8")
    if cell:
        path = root / "analysis/harbour.ipynb"
        notebook = json.loads(path.read_text("utf-8"))
        next(c for c in notebook["cells"] if c["cell_type"] == "code")["source"].insert(0, f"{cell}\n")
        path.write_text(json.dumps(notebook), "utf-8")
    return root


def start(*words, temporary, **variables):
    """The command line as a process, with temporary files of its own."""
    temporary.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(PACKAGE), **variables}
    return subprocess.Popen([sys.executable, "-m", "briefing", *map(str, words)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment)


def told(*words, temporary, **variables):
    """What a command tells as JSON, and its exit code."""
    process = start(*words, "--json", temporary=temporary, **variables)
    output, errors = process.communicate(timeout=240)
    assert output, errors
    return json.loads(output), process.returncode


def states(account):
    return {each["project"]: each["state"] for each in account["projects"]}


@pytest.fixture
def desk(tmp_path):
    """An empty desk."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder
