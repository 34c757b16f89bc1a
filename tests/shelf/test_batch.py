"""Many projects at once: what is wrong with one is its own, and what is cut off goes on where it was."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from briefing.execution import kernels

from desks import desk, project, start, states, told  # noqa: F401  a fixture

forked = pytest.mark.skipif(not kernels.available(), reason="only kernels that are forked record what they write")
#: Ends the process that renders: the parent of the process that kernels are forked from.
KILL = ("import os, signal; os.kill(int(open(f'/proc/{os.getppid()}/stat').read().rpartition(')')[2].split()[1]), "
        "signal.SIGKILL)")
HANG = "import threading; threading.Event().wait()"


# --- bad input ----------------------------------------------------------------------

@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """A desk with everything that can be wrong, made once: the folder, what was told, and the exit code."""
    folder = tmp_path_factory.mktemp("bad")
    desk = folder / "desk"
    desk.mkdir()
    project(desk, "a-hangs", cell=HANG)
    project(desk, "b-dies", cell=KILL)
    half = project(desk, "c-half-written")
    (half / "data/datapackage.json").write_bytes((half / "data/datapackage.json").read_bytes()[:900])
    (project(desk, "d-lacks-data") / "data/datapackage.json").unlink()
    project(desk, "e-writes-outside", 45,
            cell=f"open({str(folder / 'outside.txt')!r}, 'w').write('x'); open('inside.txt', 'w').write('x')")
    project(desk, "f/same", 41)
    project(desk, "g/same", 42)
    account, code = told("render", "--all", desk, "--limit", "20", "--jobs", "2", temporary=folder / "tmp")
    return folder, account, code


def of(account, name):
    return next(each for each in account["projects"] if each["project"] == name)


def test_project_that_hangs_is_named_and_the_rest_is_done(bad):
    _, account, code = bad
    hung = of(account, "a-hangs")
    assert code == 1 and hung["state"] == "failed"
    assert hung["error"].startswith("a-hangs: found no end after 20 s, expected a result. Look for a notebook that "
                                    "waits, or allow more with --limit.")
    assert of(account, "f/same")["state"] == of(account, "g/same")["state"] == "made"


@forked
def test_project_whose_process_dies_is_named_with_the_reason(bad):
    _, account, _ = bad
    died = of(account, "b-dies")
    assert died["state"] == "failed" and "found its process was ended by SIGKILL, as the system does" in died["error"]


def test_project_that_is_half_written_is_named_by_its_findings(bad):
    _, account, _ = bad
    for name in ("c-half-written", "d-lacks-data"):
        half = of(account, name)
        assert half["state"] in ("findings", "failed") and "data/datapackage.json" in json.dumps(half), half


@forked
def test_project_that_writes_outside_its_folder_is_named_with_the_place(bad):
    folder, account, _ = bad
    writes = of(account, "e-writes-outside")
    assert writes["state"] == "findings"
    assert [(f["code"], f["path"], f["found"]) for f in writes["findings"]] == [
        ("writes-outside", "analysis/harbour.ipynb", f"that it changes {folder / 'outside.txt'}")]
    assert (folder / "desk/e-writes-outside/_output/report.pdf").exists()


def test_projects_of_one_name_are_told_apart_by_their_paths(bad):
    folder, account, _ = bad
    assert any("f/same" in note and "g/same" in note and '"sandhaven-2031"' in note for note in account["notes"])
    one, other = ((folder / f"desk/{name}/same/_output/report.html").read_text("utf-8") for name in "fg")
    assert "41" in one and "42" in other and one != other


def test_account_as_json_has_every_project_in_order_and_the_counts(bad):
    _, account, _ = bad
    assert list(account) == ["projects", "counts", "notes", "seconds", "stopped"]
    names = [each["project"] for each in account["projects"]]
    assert names == sorted(names) and len(names) == 7
    assert all(list(each) == ["project", "state", "seconds", "why", "findings", "differences", "error"]
               for each in account["projects"])
    assert sum(account["counts"].values()) == 7 and account["counts"]["made"] == 2 and not account["stopped"]


def test_nothing_stays_of_projects_that_hung_or_died(bad):
    folder, _, _ = bad
    assert list((folder / "tmp").iterdir()) == []
    assert [path for name in ("a-hangs", "b-dies") for path in (folder / "desk" / name).glob("_output/**/.rendering-*")] == []


# --- again ----------------------------------------------------------------------------

def test_batch_that_was_killed_goes_on_with_the_rest_and_then_has_nothing_to_do(desk, tmp_path):
    for number in range(41, 45):
        project(desk, f"p{number}", number)
    run = start("render", "--all", desk, "--jobs", "1", temporary=tmp_path / "tmp")
    assert "p41: made" in run.stderr.readline()
    run.kill()
    run.communicate()
    first = (desk / "p41/_output/report.pdf").stat().st_mtime_ns
    account, code = told("render", "--all", desk, "--why", temporary=tmp_path / "tmp")
    assert code == 0 and states(account)["p41"] == "unchanged" and states(account)["p44"] == "made"
    assert (desk / "p41/_output/report.pdf").stat().st_mtime_ns == first
    table = desk / "p42/data/quantities.csv"
    table.write_text(table.read_text("utf-8").replace(">,42,%", ">,52,%"), "utf-8")
    account, code = told("render", "--all", desk, "--why", temporary=tmp_path / "tmp")
    assert account["counts"] == {"made": 1, "unchanged": 3, "findings": 0, "failed": 0}
    assert of(account, "p42")["why"][0] == "changed: data/quantities.csv"
    assert any("row 2 (traffic-lost)" in why for why in of(account, "p42")["why"])
    account, code = told("render", "--all", desk, temporary=tmp_path / "tmp")
    assert code == 0 and account["counts"]["unchanged"] == 4 and of(account, "p42")["why"] == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_edition_is_the_same_as_of_a_render_by_itself(desk, tmp_path, rendered, snapshot):
    project(desk, "alone")
    _, code = told("render", "--all", desk, temporary=tmp_path / "tmp")
    assert code == 0 and snapshot(desk / "alone/_output") == snapshot(rendered / "_output")


# --- stopped ----------------------------------------------------------------------------

@pytest.mark.skipif(os.name != "posix", reason="signals are another thing elsewhere")
def test_ctrl_c_ends_all_within_two_seconds_and_leaves_nothing(desk, tmp_path, snapshot):
    for name in "ab":
        project(desk, name, cell=f"from pathlib import Path; Path({str(tmp_path)!r}, '{name}.began').touch(); {HANG}")
    before = snapshot(desk)
    run = start("render", "--all", desk, "--jobs", "2", temporary=tmp_path / "tmp")
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("*.began"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    below = descendants(run.pid)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    output, errors = run.communicate(timeout=20)
    took = time.monotonic() - began
    assert run.returncode == 130 and "Stopped after 0 of 2 projects." in errors and "Traceback" not in errors, errors
    assert took < 2.5, took  # a little more than two on a machine that does other things
    while any(alive(pid) for pid in below) and time.monotonic() < began + 2.5:
        time.sleep(0.02)
    assert len(below) >= 4 and [pid for pid in below if alive(pid)] == []
    left = {name: content for name, content in snapshot(desk).items() if content is not None}  # a cache may stay
    assert left == {name: content for name, content in before.items() if content is not None}
    assert list((tmp_path / "tmp").iterdir()) == []


def descendants(pid):
    found = [str(pid)]
    for one in found:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                if stat.read_text().rpartition(")")[2].split()[1] == one:
                    found.append(stat.parent.name)
            except OSError:
                continue
    return found[1:]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# --- exit codes, messages -----------------------------------------------------------------

@pytest.mark.parametrize("words, said", [
    (["--all", "{desk}"], "found no project, expected folders with data/datapackage.json and report.qmd below it"),
    (["--all", "{desk}/none"], "found No such file or directory, expected a folder"),
    (["--all", "s3://bucket/desk"], "found an address, expected a folder of this machine"),
    (["--all", "{desk}", "--project", "{desk}"], "--project: found beside --all, expected without"),
    (["--all", "{desk}", "--engine", "quarto"], "--engine: found beside --all, expected without"),
])
def test_what_cannot_be_run_is_exit_2_with_what_to_do(desk, capsys, words, said):
    from briefing.commands.cli import main

    assert main(["render", *(word.format(desk=desk) for word in words)]) == 2
    assert said in capsys.readouterr().err


def test_check_all_has_the_same_account(desk, tmp_path):
    project(desk, "a")
    account, code = told("check", "--all", desk, "--no-rebuild", temporary=tmp_path / "tmp")
    assert code == 1 and states(account) == {"a": "findings"}
    assert "sentence-unsupported" in {finding["code"] for finding in of(account, "a")["findings"]}


def test_table_names_findings_and_counts():
    from briefing.shelf import batch
    from briefing.shelf.batch import Outcome

    done = [Outcome("b", "made", 1.24, why=("changed: report.qmd",)), Outcome("a", "unchanged"),
            Outcome("c", "findings", 0.5, findings=({"code": "x", "path": "data/a.csv", "found": "1", "expected": "2",
                                                     "remedy": "Write 2.", "row": 3},)),
            Outcome("d", "failed", 2, error="d: found no end after 2 s, expected a result.")]
    assert batch.table(done, 61, ["a and b share the name x"]).splitlines() == [
        "project       s  outcome", "b           1.2  made", "  changed: report.qmd", "c           0.5  1 finding",
        "  data/a.csv row 3: found 1, expected 2. Write 2.", "d           2.0  failed",
        "  d: found no end after 2 s, expected a result.", "a and b share the name x",
        "4 projects in 1 min: 1 made, 1 unchanged, 1 with findings, 1 failed."]
    assert batch.exit_code(done[:2]) == 0 and batch.exit_code(done[2:3]) == batch.exit_code(done[3:]) == 1


def test_progress_tells_on_a_terminal_how_much_time_is_left(monkeypatch):
    import io

    from briefing.shelf import batch
    from briefing.shelf.batch import Outcome

    stream = io.StringIO()
    stream.isatty = lambda: True
    now = [100.0]
    monkeypatch.setattr(batch.time, "monotonic", lambda: now[0])
    progress = batch.Progress(stream, 4)
    progress.tell(Outcome("a", "unchanged"))
    now[0] += 30
    progress.tell(Outcome("b", "failed"))
    assert stream.getvalue().endswith("2 of 4, 1 not clean, 1 min left")
    progress.end()
    assert stream.getvalue().endswith("\r\x1b[K")


@forked
def test_no_kernel_loads_a_debugger_and_a_notebook_may(desk, tmp_path):
    project(desk, "a", cell="import sys\nassert 'debugpy' not in sys.modules\nimport debugpy")
    account, code = told("render", "--all", desk, temporary=tmp_path / "tmp")
    assert code == 0, account


# --- memory -------------------------------------------------------------------------------

def test_process_is_replaced_after_many_projects(tmp_path, monkeypatch):
    from briefing.shelf import workers

    monkeypatch.setattr(workers, "PROJECTS", 2)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "jobs.py").write_text("import os\ndef who(root, kernels): return {'pid': os.getpid()}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    who_starts_it = bytearray(b"x" * (workers.MEMORY + 50) * 2**20)  # the memory of which is not its own
    with workers.Worker(tmp_path / "worker") as worker:
        pids = [worker.do("jobs:who", tmp_path, 60, {})["pid"] for _ in range(4)]
    assert who_starts_it and pids[0] == pids[1] != pids[2] == pids[3]
    assert not (tmp_path / "worker").exists()
