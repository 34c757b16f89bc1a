"""What may go wrong around a render: endless cells, too much memory, full disks, two at once."""

import contextlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

import briefing
from briefing.execution import kernels, scratch
from briefing.findings import BriefingError, CellFailed, CellTimedOut, KernelDied
from briefing.rendering.render import render
from briefing.report import tree

PACKAGE_HOME = Path(briefing.__file__).parents[1]


def command(project, **how):
    return subprocess.Popen([sys.executable, "-m", "briefing", "render", "--project", str(project)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            **{"env": {**os.environ, "PYTHONPATH": str(PACKAGE_HOME)}, **how})


@pytest.mark.skipif(not kernels.available(), reason="only forked kernels have a limit of memory")
@pytest.mark.parametrize("code", ["huge = bytearray(2 * 10**9)", "import numpy\nhuge = numpy.ones(3 * 10**8)",
                                  "huge = []\nwhile True:\n    huge.append(bytearray(10**7))"])
def test_cell_that_takes_too_much_memory_is_named_with_the_limit(project, notebook, code):
    notebook("1", code)
    with pytest.raises(CellFailed) as error:
        render(project, memory=1500)
    [finding] = error.value.findings
    assert finding.code == "cell-memory" and finding.place == "analysis/harbour.ipynb cell 2"
    assert "more than 1500 MB" in finding.found and "--memory" in finding.remedy


@pytest.mark.skipif(not kernels.available(), reason="only forked kernels have a limit of memory")
def test_figure_is_drawn_within_the_usual_limit(project, notebook):
    (project / "report.qmd").write_text("---\ntitle: Words only\n---\nText.\n")
    notebook("import altair as alt\nimport pandas\n"
             "alt.Chart(pandas.DataFrame({'x': [1, 2]}), title='Title').mark_point().encode(x='x')")
    render(project)
    assert "<svg" in (project / "_output/notebooks/harbour.ipynb").read_text("utf-8")


def test_endless_code_of_the_report_itself_is_stopped(project):
    (project / "report.qmd").write_text(
        "---\ntitle: T\n---\n\n```{python}\n#| include: false\nwhile True:\n    pass\n```\n\nText.\n")
    with pytest.raises(CellTimedOut) as error:
        render(project, timeout=1)
    assert error.value.findings[0].place == "report.qmd line 5"


# --- the disk -----------------------------------------------------------------

def test_disk_that_refuses_is_a_clear_error_and_leaves_the_last_edition(rendered, project, edit, snapshot):
    (project / "_output").mkdir()
    for name, content in snapshot(rendered / "_output").items():
        if content is not None:
            (project / "_output" / name).parent.mkdir(exist_ok=True)
            (project / "_output" / name).write_bytes(content)
    edit("report.qmd", "# What happened", "# What took place")
    before = snapshot(project)
    # as a full disk does, the system refuses what goes beyond this many bytes a file: the PDF
    run = command(project, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 2 and "Traceback" not in errors, errors
    assert "found File too large, expected a folder that can be written. Free space" in errors
    assert snapshot(project) == before


@pytest.mark.parametrize("number", ["ENOSPC", "EROFS", "EDQUOT", "EACCES"])
def test_each_way_of_a_disk_to_refuse_is_told(project, monkeypatch, number):
    import errno
    import tempfile

    def refuse(*_, **__):
        raise OSError(getattr(errno, number), os.strerror(getattr(errno, number)))

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(BriefingError, match="_output: found .*, expected a folder that can be written") as error:
        render(project)
    assert error.value.exit_code == 2
    assert not (project / "_output").exists()


# --- two at once ----------------------------------------------------------------

def test_second_render_says_that_it_waits_and_then_renders(project):
    (project / "_output").mkdir()
    first = scratch.take(project / "_output/.lock")
    second = command(project)
    said = [second.stderr.readline()]
    assert said == ["Waiting for another render of this project\n"]
    time.sleep(0.2)
    assert second.poll() is None and not (project / "_output/report.pdf").exists()
    scratch.release(project / "_output/.lock", first)
    _, errors = second.communicate(timeout=60)
    assert second.returncode == 0, errors
    assert (project / "_output/report.pdf").exists()


def test_render_that_waited_goes_on_where_the_first_left_no_folder(project):
    (project / "_output").mkdir()
    first = scratch.take(project / "_output/.lock")
    second = command(project)
    second.stderr.readline()
    scratch.release(project / "_output/.lock", first)
    (project / "_output").rmdir()  # as a first render that failed does
    _, errors = second.communicate(timeout=60)
    assert second.returncode == 0, errors
    assert (project / "_output/report.pdf").exists()


# --- no end of its own ------------------------------------------------------------

@pytest.mark.skipif(not kernels.available(), reason="elsewhere kernels look for their parent themselves")
def test_killed_render_leaves_no_process(project, notebook, tmp_path):
    notebook(f"from pathlib import Path\nPath({str(tmp_path / 'began')!r}).touch()\nimport time; time.sleep(60)")
    run = command(project)
    deadline = time.monotonic() + 30
    while not (tmp_path / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    started = descendants(run.pid)
    assert len(started) >= 3  # what is forked from, what draws, a kernel
    run.kill()
    run.communicate()
    while any(map(alive, started)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(alive, started))


def descendants(pid):
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[path.parent.name] = path.read_text().rpartition(")")[2].split()[1]
        except OSError:  # it has ended meanwhile
            continue
    found = [str(pid)]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# --- what cells put out, and start ----------------------------------------------------

@pytest.mark.parametrize("code", ["print('x' * 10_000_001)", "raise ValueError('x' * 10_000_001)",
                                  "import IPython.display as shown\nshown.HTML('x' * 30_000_000)",
                                  "while True:\n    print('x' * 1000)"])
def test_cell_that_puts_out_too_much_is_named_with_the_limit(project, notebook, code):
    notebook("1", code)
    with pytest.raises(CellFailed) as error:
        render(project)
    [finding] = error.value.findings
    assert finding.code == "cell-output" and finding.place == "analysis/harbour.ipynb cell 2"
    assert "10,000,000" in finding.found


@pytest.mark.skipif(not kernels.available(), reason="only forked kernels keep all that waits to be fetched")
def test_thousands_of_outputs_are_all_in_the_executed_copy(project, notebook):
    (project / "report.qmd").write_text("---\ntitle: Words only\n---\nText.\n")
    notebook("from IPython.display import display\nfor n in range(4_000):\n    display(n)")
    render(project)
    [cell] = json.loads((project / "_output/notebooks/harbour.ipynb").read_text("utf-8"))["cells"]
    assert ["".join(output["data"]["text/plain"]) for output in cell["outputs"]] == [str(n) for n in range(4_000)]


ORPHANS = {
    "a child": "subprocess.Popen(['sleep', '{}'])",
    "in a session of its own": "subprocess.Popen(['sleep', '{}'], start_new_session=True)",
    "whose parent has ended": "subprocess.run(['sh', '-c', 'setsid sleep {} & exit'])",
    "and the kernel ends, too": "subprocess.run(['sh', '-c', 'setsid sleep {} & exit'])\nos._exit(1)",
}


@pytest.mark.skipif(not kernels.available(), reason="elsewhere a kernel ends with its group of processes")
@pytest.mark.parametrize("which", ORPHANS)
def test_process_that_a_cell_started_ends_with_its_kernel(project, notebook, which):
    seconds = f"{300 + os.getpid() / 10**7:.7f}"  # a word that no other test's process has
    (project / "report.qmd").write_text("---\ntitle: Words only\n---\nText.\n")
    notebook("import os, subprocess\n" + ORPHANS[which].format(seconds))
    with contextlib.suppress(KernelDied):
        render(project)
    assert [path for path in Path("/proc").glob("[0-9]*/cmdline") if seconds.encode() in content(path)
            and alive(path.parent.name)] == []


def content(path):
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def test_terminated_render_says_so_and_leaves_nothing(project, notebook, tmp_path):
    notebook(f"from pathlib import Path\nPath({str(tmp_path / 'began')!r}).touch()\nimport time; time.sleep(60)")
    (tmp_path / "tmp").mkdir()
    run = command(project, env={**os.environ, "PYTHONPATH": str(PACKAGE_HOME), "TMPDIR": str(tmp_path / "tmp")})
    while not (tmp_path / "began").exists() and run.poll() is None:
        time.sleep(0.05)
    run.terminate()
    assert "Stopped" in run.communicate(timeout=30)[1] and run.returncode == 130
    assert list((tmp_path / "tmp").iterdir()) == [] and list((project / "_output").glob(".rendering*")) == []


def test_too_few_open_files_are_told(project):
    run = command(project, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 2 and "ulimit -n: found 40 files that may be open at once" in errors


# --- pandoc and Typst -----------------------------------------------------------------

def test_typst_that_crashes_is_a_message_and_leaves_no_edition(project, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/typst.py").write_text("import os\nTypstError = Exception\ndef Fonts(**_): os.abort()\n")
    run = command(project, env={**os.environ, "PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{PACKAGE_HOME}"})
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 2 and "Traceback" not in errors, errors
    assert "report.pdf: found that its process was ended by signal 6" in errors
    assert not (project / "_output/report.pdf").exists()


def test_pandoc_that_is_killed_is_a_message(monkeypatch, tmp_path):
    (tmp_path / "pandoc").write_text("#!/bin/sh\nkill -9 $$\n")
    (tmp_path / "pandoc").chmod(0o755)
    monkeypatch.setattr(tree, "_pandoc_path", lambda: str(tmp_path / "pandoc"))
    with pytest.raises(BriefingError, match="found that its process was ended by signal 9"):
        tree.pandoc("text", "--to=json")


# --- inputs that change meanwhile -------------------------------------------------------

@pytest.mark.parametrize("change", [Path.unlink, Path.touch, lambda path: path.write_bytes(path.read_bytes() + b"\n")])
def test_input_that_changes_during_a_render_is_named_and_nothing_is_published(good, change, snapshot):
    before = snapshot(good / "_output")
    path = good / "data/sources.csv"
    with pytest.raises(BriefingError, match=r"data/sources\.csv: found a change while the edition was made.* Render again"):
        render(good, progress=lambda said: change(path) if said == "Binding the report" else None)
    assert snapshot(good / "_output") == before
