"""Notebooks run the same everywhere, and what goes wrong in one says in which cell."""

import json

import pytest

from briefing.execution import notebooks
from briefing.findings import BriefingError, CellFailed, CellTimedOut, KernelDied, NotebookFailed
from conftest import execute


def finding(error):
    (found,) = error.value.findings
    return found


# --- what goes wrong while it runs ------------------------------------------------

def test_failing_cell_names_notebook_number_label_and_error(project, notebook):
    notebook("x = 1", "#| label: fig-broken\n1 / 0", "print('never')")
    with pytest.raises(CellFailed) as error:
        execute(project)
    found = finding(error)
    assert (found.code, found.path, found.cell) == ("cell-failed", "analysis/harbour.ipynb", "2 (fig-broken)")
    assert found.found == "ZeroDivisionError: division by zero"


def test_timeout_names_the_cell_and_the_seconds(project, notebook):
    notebook("x = 1", "#| label: slow\nimport time; time.sleep(60)")
    with pytest.raises(CellTimedOut) as error:
        execute(project, timeout=1)
    found = finding(error)
    assert (found.code, found.path, found.cell) == ("cell-timeout", "analysis/harbour.ipynb", "2 (slow)")
    assert "after 1 s" in found.found


def test_dead_kernel_names_the_cell(project, notebook):
    notebook("x = 1", "#| label: crash\nimport os; os._exit(3)")
    with pytest.raises(KernelDied) as error:
        execute(project)
    found = finding(error)
    assert (found.code, found.path, found.cell) == ("kernel-died", "analysis/harbour.ipynb", "2 (crash)")


def test_faults_of_all_notebooks_come_at_once(project, notebook):
    notebook("1 / 0")
    notebook("undefined", name="other.ipynb")
    with pytest.raises(CellFailed) as error:
        execute(project)
    assert [(f.path, f.cell) for f in error.value.findings] == [("analysis/harbour.ipynb", "1"), ("analysis/other.ipynb", "1")]


# --- what is wrong before it runs -------------------------------------------------

def test_missing_notebook(project):
    with pytest.raises(NotebookFailed) as error:
        notebooks.read(project / "analysis/none.ipynb", "analysis/none.ipynb")
    assert (finding(error).code, finding(error).path) == ("notebook-missing", "analysis/none.ipynb")


@pytest.mark.parametrize(("content", "code", "line"), [
    (b"", "notebook-not-json", 1), (b'{\n"cells": [', "notebook-not-json", 2), (b"\xff\xfe", "notebook-not-json", None),
    (b"[" * 100_000, "notebook-not-json", None),
    (b"[]", "not-a-notebook", None), (b"7", "not-a-notebook", None), (b"{}", "not-a-notebook", None),
    (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}', "not-a-notebook", None),
], ids=["empty", "open", "not UTF-8", "deep", "list", "number", "object", "cell"])
def test_file_that_is_no_notebook(project, content, code, line):
    path = project / "analysis/harbour.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookFailed) as error:
        notebooks.read(path, "analysis/harbour.ipynb")
    assert (finding(error).code, finding(error).path, finding(error).line) == (code, "analysis/harbour.ipynb", line)


def read_cells(path):
    return notebooks.cells(notebooks.read(path, "analysis/harbour.ipynb"), "analysis/harbour.ipynb")


def test_options_are_read_from_the_top_of_a_cell(notebook):
    path = notebook("#| label: fig-a\n#| fig-cap: >\n#|   In two\n#|   lines\nx = 1\n#| late: true", "y = 2")
    first, second = read_cells(path)
    assert dict(first.options) == {"label": "fig-a", "fig-cap": "In two lines"}
    assert (first.name, second.name) == ("1 (fig-a)", "2")


@pytest.mark.parametrize("options", ["#| label: [", "#| fig-cap: a: b", "#| label", "#| - list"])
def test_options_that_are_no_yaml_mapping_name_the_cell(notebook, options):
    with pytest.raises(NotebookFailed) as error:
        read_cells(notebook("x = 1", f"{options}\nx = 2"))
    assert (finding(error).code, finding(error).cell) == ("cell-options", "2")


def test_label_given_twice_names_the_second_cell(notebook):
    with pytest.raises(NotebookFailed) as error:
        read_cells(notebook("#| label: fig-a", "#| label: fig-b", "#| label: fig-a"))
    assert (finding(error).code, finding(error).cell) == ("label-twice", "3 (fig-a)")


# --- the executed copy --------------------------------------------------------------

LOOK_AROUND = """
import builtins, os, sys, time
from pathlib import Path
{"leaked": hasattr(builtins, "leaked"), "zone": time.tzname, "seed": os.environ.get("PYTHONHASHSEED"),
 "locale": os.environ.get("LC_ALL"), "folder": Path.cwd().name,
 "jupyter": sorted(name for name in os.environ if name.startswith(("JUPYTER_", "IPYTHON")) and name != "IPYTHONDIR")}
"""


@pytest.fixture(scope="module")
def rendered_twice(rendered, tmp_path_factory):
    """The executed notebook of the invented briefing, from two executions."""
    import shutil

    other = tmp_path_factory.mktemp("again") / "elsewhere"
    shutil.copytree(rendered, other, ignore=shutil.ignore_patterns("_output"))
    execute(other)
    return [(root / "_output/notebooks/harbour.ipynb").read_bytes() for root in (rendered, other)]


def test_two_executions_give_the_same_bytes(rendered_twice):
    assert rendered_twice[0] == rendered_twice[1]


def test_executed_copy_has_outputs_and_nothing_of_the_run(rendered, rendered_twice):
    executed = json.loads(rendered_twice[0])
    assert executed["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"}}
    assert [cell["metadata"] for cell in executed["cells"]] == [{}] * len(executed["cells"])
    assert any(cell.get("outputs") for cell in executed["cells"])
    assert rendered_twice[0].endswith(b"}\n") and str(rendered).encode() not in rendered_twice[0]


def test_nothing_of_the_user_leaks_in(project, notebook, tmp_path, monkeypatch):
    for profile in (".ipython/profile_default/startup", "ipython/profile_default/startup"):
        (tmp_path / profile).mkdir(parents=True)
        (tmp_path / profile / "00-mine.py").write_text("import builtins; builtins.leaked = True")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("TZ", "Asia/Ulaanbaatar")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    notebook(LOOK_AROUND)
    execute(project)
    cells = json.loads((project / "_output/notebooks/harbour.ipynb").read_text())["cells"]
    seen = eval("".join(cells[0]["outputs"][0]["data"]["text/plain"]))
    assert seen == {"leaked": False, "zone": ("UTC", "UTC"), "seed": "0", "locale": "C.UTF-8", "folder": "analysis",
                    "jupyter": []}


# --- values ---------------------------------------------------------------------------

def test_values_that_notebooks_published_are_known_by_id(rendered):
    value = notebooks.values(rendered / "_output/notebooks")
    assert (value("traffic-lost").text, value("traffic-lost").cites) == ("over 40%", ("traffic-moved",))


def test_unknown_value_names_those_that_are_near(rendered, tmp_path):
    with pytest.raises(BriefingError, match='no notebook publishes "traffic"; such ids are .*mean `traffic-lost`'):
        notebooks.values(rendered / "_output/notebooks")("traffic")
    with pytest.raises(BriefingError, match='no notebook publishes "traffic-lost"'):
        notebooks.values(tmp_path)("traffic-lost")
