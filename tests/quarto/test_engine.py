"""`briefing render --engine quarto`, beside a program of that name that behaves as told: Quarto itself is not at hand here."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from briefing.commands.cli import main
from briefing.rendering import quarto as engine
from conftest import write_notebook

STARTER = Path(__file__).parents[2] / "analysis/briefing/starter"
LEAVES = "for name in report.html report.typ; do echo left > $name; done; mkdir -p report_files; echo left > report_files/figure.svg\n"


@pytest.fixture
def as_quarto(project, rendered):
    """The invented briefing as a project that Quarto can render, with what an earlier render knows."""
    shutil.copytree(rendered / "_output/.cache", project / "_output/.cache")
    shutil.copy(STARTER / "_quarto.yml", project)
    shutil.copytree(STARTER / "_extensions", project / "_extensions")
    shutil.copy(STARTER / "analysis/prerender.py", project / "analysis")
    return project


@pytest.fixture
def quarto(tmp_path, monkeypatch):
    """A `quarto` on the PATH that notes how it was called, leaves what Quarto leaves, and exits as told."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def install(code=0, version="1.6.42", does=LEAVES):
        program = folder / "quarto"
        program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "{version}"; exit 0; }}\n'
                           f'printf "%s\\n" "$PWD" "$*" "$QUARTO_PYTHON" "$BRIEFING_PREPARED" > "{tmp_path}/called"\n{does}exit {code}\n')
        program.chmod(0o755)
        return tmp_path / "called"

    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.delenv("QUARTO_PYTHON", raising=False)
    return install


def render(root):
    return main(["render", "--engine", "quarto", "--project", str(root)])


def tracked(root, snapshot):
    """What git has of a project: all but Quarto's own output."""
    return {name: content for name, content in snapshot(root).items() if not name.startswith("_output/quarto")}


# --- Quarto missing, too old, failing --------------------------------------------------

def test_quarto_that_is_not_installed(as_quarto, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert render(as_quarto) == 2
    said = capsys.readouterr().err
    assert "found no such program on the PATH, expected Quarto 1.6 or newer" in said
    assert "quarto.org" in said and "pip install quarto-cli" in said and "Traceback" not in said
    assert [path.name for path in (as_quarto / "_output").iterdir()] == [".cache"]


@pytest.mark.parametrize("version, found", [("1.5.57", "found Quarto 1.5.57, expected 1.6 or newer"), ("0.9", "found Quarto 0.9,"),
                                            ("", "found nothing, expected a version"), ("oops", "found oops, expected a version")])
def test_quarto_that_is_too_old_or_says_no_version(as_quarto, quarto, capsys, version, found):
    called = quarto(version=version)
    assert render(as_quarto) == 2
    said = capsys.readouterr().err
    assert found in said and "Install it from quarto.org" in said and not called.exists()


@pytest.mark.parametrize("version", ["1.6.0", "1.10.18", "2.0.1", "99.9.9"])
def test_quarto_that_is_new_enough_is_taken(quarto, version):
    program = quarto(version=version).parent / "bin/quarto"
    assert Path(engine._program()) == program


def test_quarto_is_called_in_the_project_with_this_python(as_quarto, quarto, monkeypatch):
    called = quarto(does="")
    monkeypatch.chdir(as_quarto / "data")
    assert main(["render", "--engine", "quarto"]) == 0
    folder, arguments, python, prepared = called.read_text().splitlines()
    assert Path(folder) == as_quarto and arguments == "render report.qmd" and python == sys.executable and prepared


def test_quarto_that_fails_leaves_nothing_and_touches_nothing(as_quarto, quarto, capsys, snapshot):
    quarto(code=7)
    before = tracked(as_quarto, snapshot)
    assert render(as_quarto) == 2
    said = capsys.readouterr().err
    assert "found exit code 7, expected 0" in said and "Traceback" not in said
    after = tracked(as_quarto, snapshot)
    assert {name for name in after if name not in before} == {"_output/references.json"}
    assert all(after[name] == content for name, content in before.items())


def test_what_was_beside_the_report_before_stays(as_quarto, quarto):
    quarto(code=1, does="mkdir -p report_files\n")
    (as_quarto / "report.html").write_text("mine")
    assert render(as_quarto) == 2
    assert (as_quarto / "report.html").read_text() == "mine" and not (as_quarto / "report_files").exists()


def test_a_project_that_is_not_quartos_is_told_what_to_copy(project, quarto, capsys):
    called = quarto()
    assert render(project) == 2
    said = capsys.readouterr().err
    assert "_quarto.yml: found no such file" in said and "_extensions/" in said and not called.exists()


# --- exit codes, as elsewhere ------------------------------------------------------------

def wrong_value(root):
    path = root / "data/quantities.csv"
    path.write_text(path.read_text("utf-8").replace(",>,40,%", ",>,40%,%"), "utf-8")


def wrong_report(old, new):
    def damage(root):
        text = (root / "report.qmd").read_text("utf-8")
        assert old in text
        (root / "report.qmd").write_text(text.replace(old, new, 1), "utf-8")
    return damage


def failing_notebook(root):
    write_notebook(root / "analysis/harbour.ipynb", ["1 / 0"])


WRONG = {"a value": (wrong_value, "data/quantities.csv row 2, value"),
         "a date": (wrong_report("date: ", "date: 1999-01-01  # "), "report.qmd line"),
         "a reference": (wrong_report("@fig-calls", "@fig-cals"), "Did you mean `@fig-calls`?"),
         "an embed": (wrong_report("harbour.ipynb#fig-calls", "harbour.ipynb#fig-none"), "embed"),
         "a notebook": (failing_notebook, "ZeroDivisionError")}


@pytest.mark.parametrize("what", WRONG)
def test_findings_end_with_1_before_quarto_is_called(as_quarto, quarto, capsys, snapshot, what):
    damage, message = WRONG[what]
    called = quarto()
    damage(as_quarto)
    before = snapshot(as_quarto)
    assert render(as_quarto) == 1
    said = capsys.readouterr().err
    assert message in said and "Traceback" not in said and not called.exists()
    assert snapshot(as_quarto) == before


# --- the script that Quarto itself calls --------------------------------------------------

def prerender(root, cwd=None, python=sys.executable, **environment):
    """Run it as Quarto does: in the project's folder, with its variables, by some Python."""
    return subprocess.run([python, "analysis/prerender.py"], cwd=cwd or root, capture_output=True, text=True, env={
        **os.environ, "QUARTO_PROJECT_OUTPUT_DIR": str(root / "_output/quarto"), "QUARTO_PROJECT_RENDER_ALL": "1",
        "QUARTO_PROJECT_INPUT_FILES": "report.qmd", "QUARTO_PROJECT_SCRIPT_PROGRESS": "0", "QUARTO_PROJECT_SCRIPT_QUIET": "0",
        "PYTHONPATH": str(STARTER.parents[1]), **environment})


def test_it_makes_all_that_quarto_needs_and_leaves_the_edition_as_it_is(as_quarto, rendered, snapshot):
    shutil.copytree(rendered / "_output", as_quarto / "_output", dirs_exist_ok=True)
    wrong = as_quarto / "data/quantities.csv"
    wrong.write_text(wrong.read_text("utf-8").replace(",>,40,%", ",>,41,%"), "utf-8")  # a changed fact
    before = tracked(as_quarto, snapshot)
    run = prerender(as_quarto)
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    assert tracked(as_quarto, snapshot) == before
    made = as_quarto / "_output/quarto"
    assert sorted(path.name for path in made.iterdir()) == ["briefing", "notebooks"]
    assert {"page.json", "report.typ", "template.typ", "fonts", "pictures", "attachment-0"} <= {p.name for p in (made / "briefing").iterdir()}
    assert "41%" in (made / "briefing/report.typ").read_text("utf-8")
    [notebook] = (made / "notebooks").iterdir()
    assert "41%" in notebook.read_text("utf-8") and "41%" not in (as_quarto / "_output/notebooks/harbour.ipynb").read_text("utf-8")


def test_it_ends_with_the_same_codes_and_findings(as_quarto):
    wrong_value(as_quarto)
    run = prerender(as_quarto)
    assert run.returncode == 1 and "data/quantities.csv row 2, value" in run.stderr and "Traceback" not in run.stderr


def test_it_removes_what_a_render_that_failed_has_left_and_nothing_else(as_quarto):
    (as_quarto / "report.html").write_text("mine")
    assert prerender(as_quarto).returncode == 0
    (as_quarto / "report.typ").write_text("left by Quarto")
    (as_quarto / "report_files").mkdir()
    wrong_value(as_quarto)  # also where it stops
    assert prerender(as_quarto).returncode == 1
    assert not (as_quarto / "report.typ").exists() and not (as_quarto / "report_files").exists()
    assert (as_quarto / "report.html").read_text() == "mine"


@pytest.fixture
def bare_python(tmp_path):
    """A Python without the package and without any other."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    return str(tmp_path / "bare/bin/python")


def test_without_the_package_it_says_what_to_do(as_quarto, bare_python):
    run = prerender(as_quarto, python=bare_python, PYTHONPATH="")
    assert run.returncode == 2 and run.stdout == ""
    assert "found no package briefing" in run.stderr and "make render" in run.stderr and "QUARTO_PYTHON=" in run.stderr
    assert "Traceback" not in run.stderr


def test_it_finds_the_environment_of_the_project_from_any_folder(as_quarto, bare_python, tmp_path):
    own = as_quarto / ".venv/bin/python"
    own.parent.mkdir(parents=True)
    own.write_text(f'#!/bin/sh\n[ "$1" = -c ] || printf "%s\\n" "$@" > "{tmp_path}/called"\nexit 0\n')
    own.chmod(0o755)
    run = subprocess.run([bare_python, as_quarto / "analysis/prerender.py"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "called").read_text().splitlines() == ["-m", "briefing", "execute", "--project", str(as_quarto)]


def test_it_does_nothing_where_all_is_ready(as_quarto, bare_python):
    assert prerender(as_quarto, python=bare_python, PYTHONPATH="", BRIEFING_PREPARED="1").returncode == 0
    assert [path.name for path in (as_quarto / "_output").iterdir()] == [".cache"]


# --- what a project has for Quarto ---------------------------------------------------------

@pytest.mark.parametrize("name", ["_quarto.yml", "analysis/prerender.py", "_extensions/briefing/_extension.yml",
                                  "_extensions/briefing/clear.lua", "_extensions/briefing/fill.lua", "_extensions/briefing/page.typ"])
def test_this_project_has_what_new_ones_get(name, tmp_path):
    assert (STARTER.parents[2] / name).read_bytes() == (STARTER / name).read_bytes()


def test_what_is_ready_is_the_same_each_time(as_quarto):
    contents = []
    for _ in range(2):
        assert prerender(as_quarto).returncode == 0
        made = as_quarto / "_output/quarto"
        contents.append({path.relative_to(made): path.read_bytes() for path in made.rglob("*") if path.is_file()})
        shutil.rmtree(as_quarto / "_output")
    assert contents[0] == contents[1]
    assert str(as_quarto) not in json.dumps([content.decode("utf-8", "replace") for content in contents[0].values()])
