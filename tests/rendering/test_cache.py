"""What a render reuses, and why it did not: the same bytes with and without, and nothing stale."""

import asyncio
import json
import os
import shutil
import time
from pathlib import Path

import nbformat
import pytest

from briefing.rendering import cache, manifest
from briefing.execution import kernels, notebooks, store
from briefing.editions import rebuild
from briefing.facts import recording
from briefing.commands.cli import main
from briefing.rendering.render import render

pytestmark = pytest.mark.skipif(not kernels.available(), reason="only kernels that are forked record what they read")


@pytest.fixture
def before(rendered, tmp_path):
    """A project that has been rendered, with its cache."""
    return shutil.copytree(rendered, tmp_path / "harbour")


def reasons(root, **how):
    """What a render of the project says of its steps, by step."""
    said = []
    render(root, explain=said.append, **how)
    return {step: why for step, _, why in (line.partition(": ") for line in said)}


def change(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


# --- the same bytes -------------------------------------------------------------

def test_render_from_the_cache_gives_the_bytes_of_one_without(before, tmp_path, snapshot):
    change(before / "data/quantities.csv", ",>,40,%", ",>,41,%")
    anew = shutil.copytree(before, tmp_path / "anew", ignore=shutil.ignore_patterns("_output"))
    render(before)
    change(before / "data/quantities.csv", ",>,41,%", ",>,40,%")  # and back, to what an earlier run made
    assert reasons(before)["analysis/harbour.ipynb"] == "reused"
    change(before / "data/quantities.csv", ",>,40,%", ",>,41,%")
    assert reasons(before)["report.qmd"] == "reused"
    render(anew, use_cache=False)
    assert not (anew / "_output/.cache").exists()
    assert snapshot(before / "_output") == snapshot(anew / "_output")


# --- what was changed -------------------------------------------------------------

CHANGES = {
    "row": ("data/quantities.csv", ",>,40,%", ",>,41,%", "analysis/harbour.ipynb",
            'data/quantities.csv row 2 (traffic-lost), value: "40" became "41"'),
    "cell": ("analysis/harbour.ipynb", "calls = data.series", "calls = 1 * data.series", "analysis/harbour.ipynb",
             "cell 3 changed"),
    "expression": ("report.qmd", "`{python} 2 + 3`", "`{python} 2 + 4`", "report.qmd", "changed"),
}


@pytest.mark.parametrize("which", CHANGES)
def test_change_is_named_and_redone(before, which):
    path, old, new, step, named = CHANGES[which]
    if old not in (before / path).read_text("utf-8"):
        old = next(line for line in (before / path).read_text("utf-8").split("`") if line.startswith("{python} "))
        change(before / path, f"`{old}`", f"`{{python}} str({old.removeprefix('{python} ')})`")
    else:
        change(before / path, old, new)
    why = reasons(before)[step]
    assert why.startswith("run, since ") and named in why


def test_only_the_rows_that_a_notebook_asks_for_make_it_run(project, notebook, edit):
    (project / "report.qmd").write_text("---\ntitle: Words only\n---\nText.\n")
    notebook("from briefing import tables\ntables.load().row('events', 'announcement')['title']")
    reasons(project)
    edit("data/events.csv", "Dockers stop work", "The dockers stop work")
    why = reasons(project)
    assert why["analysis/harbour.ipynb"] == "reused"
    assert "data/events.csv row 3" in why["exports"]  # stands are dated by the occasions that events are
    edit("data/quantities.csv", ",310,people,", ",311,people,")
    why = reasons(project)
    assert why["analysis/harbour.ipynb"] == why["exports"] == "reused"
    edit("data/events.csv", "Company announces", "The company announces")
    assert reasons(project)["analysis/harbour.ipynb"] == "run, since data/events.csv, the row announcement, changed"


def test_prose_alone_makes_no_step_run(before):
    change(before / "report.qmd", "# What happened", "A line more.\n\n# What took place")
    why = reasons(before)
    assert why["analysis/harbour.ipynb"] == why["report.qmd"] == why["fonts"] == "reused"
    assert "What took place" in (before / "_output/report.html").read_text("utf-8")


def test_other_version_of_a_library_is_named_and_makes_all_run(before, monkeypatch):
    real = cache.environment
    monkeypatch.setattr(cache, "environment", lambda *of: {**real(*of), "altair": "99.0"})
    why = reasons(before)
    for step in ("analysis/harbour.ipynb", "report.qmd", "exports"):
        assert "altair changed: " in why[step] and "before, 99.0 now" in why[step]


def test_notebook_that_reads_another_file_runs_again_when_that_changes(project, notebook):
    (project / "extra.txt").write_text("one")
    (project / "report.qmd").write_text("---\ntitle: Words only\n---\nText.\n")
    notebook("open('../extra.txt').read()")
    assert reasons(project)["analysis/harbour.ipynb"] == "run, since it has not run before"
    assert reasons(project)["analysis/harbour.ipynb"] == "reused"
    (project / "extra.txt").write_text("two")
    assert reasons(project)["analysis/harbour.ipynb"] == "run, since extra.txt changed"
    assert "two" in (project / "_output/notebooks/harbour.ipynb").read_text()


def test_notebook_that_cannot_be_followed_always_runs_and_is_told_why(project, notebook):
    (project / "report.qmd").write_text("---\ntitle: Words only\n---\nText.\n")
    notebook("import subprocess\nsubprocess.run(['true'])")
    reasons(project)
    assert reasons(project)["analysis/harbour.ipynb"] == \
        "run, since it starts a program (subprocess.Popen), which cannot be followed"
    assert not manifest.unchanged(str(project))


# --- what is recorded -------------------------------------------------------------

RECORDED = {
    "open('beside.txt').read()": ("file", "beside.txt"),
    "from pathlib import Path; Path('beside.txt').exists()": ("file", "beside.txt"),
    "import os; os.path.isfile('none.txt')": ("file", "none.txt"),
    "import os; os.listdir('.')": ("folder", ""),
    "import glob; glob.glob('*.csv')": ("folder", ""),
    "import pandas; pandas.read_csv('beside.csv')": ("file", "beside.csv"),
    "import beside": ("file", "beside.py"),
    "import os; os.environ.get('SOMETHING')": ("variable", "SOMETHING"),
    "import os; os.getenv('SOMETHING')": ("variable", "SOMETHING"),
    "import os; dict(os.environ)": ("unseen", "reads all environment variables"),
    "open('new.txt', 'w').write('x')": ("unseen", "writes"),
    "open('/proc/uptime').read()": ("unseen", "reads /proc/uptime"),
    "import os; os.system('true')": ("unseen", "starts a program"),
    "import socket; s = socket.socket(); s.settimeout(0.1); s.connect_ex(('127.0.0.1', 9)); s.close()":
        ("unseen", "connects to a network"),
    "import sqlite3; sqlite3.connect(':memory:').close()": ("unseen", "opens a database"),
}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """What each of these lines of code makes a kernel record, and the folder it ran in."""
    folder = tmp_path_factory.mktemp("recorded")
    for name, text in (("beside.txt", "x"), ("beside.csv", "a\n1\n"), ("beside.py", "word = 1")):
        (folder / name).write_text(text)
    environment = kernels.environment({"IPYTHONDIR": str(folder / "ipython")})

    async def one(number, code, within):
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code, id="only")])
        async with notebooks.running(book, f"n{number}.ipynb", folder, timeout=30, environment=environment,
                                     sockets=folder, nursery=within) as run:
            await run()

    async def all_of_them():
        with kernels.nursery(environment, folder / "nursery.log") as within:
            for number, code in enumerate(RECORDED):
                await one(number, code, within)

    asyncio.run(all_of_them())
    lines = {code: [list(line) for line in recording.noted(notebooks.recording_of(folder, f"n{n}.ipynb"))[0]]
             for n, code in enumerate(RECORDED)}
    return lines, folder


@pytest.mark.parametrize("code", RECORDED)
def test_kernel_records_what_it_reads(recordings, code):
    lines, folder = recordings
    kind, name = RECORDED[code]
    if kind in ("file", "folder"):
        assert [kind, str(folder / name).rstrip("/")] in lines[code]
    else:
        assert any(line[0] == kind and line[1].startswith(name) for line in lines[code]), lines[code]


def test_plain_cell_records_nothing_that_cannot_be_followed(recordings):
    lines, _ = recordings
    assert [line for line in lines["open('beside.txt').read()"] if line[0] == "unseen"] == []


def test_row_of_a_table_is_told_apart_from_the_table():
    told = []
    rows = recording.Noted({"actors": [1], "events": [2]}, told.append)
    assert "actors" in rows and told == []
    assert rows["actors"] == [1] and rows.get("events") == [2] and list(rows.values()) == [[1], [2]]
    assert told == ["actors", "events", "actors", "events"]


# --- what is kept -----------------------------------------------------------------

def test_damaged_and_half_written_entries_are_not_there(tmp_path):
    kept = store.Store(tmp_path / "kept")
    assert kept.get("blobs", "a") is None
    kept.put("blobs", "a", b"content")
    assert kept.get("blobs", "a") == b"content"
    path = tmp_path / "kept/blobs/a"
    for damaged in (path.read_bytes()[:-1], path.read_bytes().replace(b"content", b"c0ntent"), b"", b"no hash"):
        path.write_bytes(damaged)
        assert kept.get("blobs", "a") is None
        kept.put("blobs", "a", b"content")


def test_every_damaged_entry_is_noticed_and_redone(before, snapshot):
    good = snapshot(before / "_output")
    (before / "_output/.cache/manifest").write_bytes(b"damaged")
    for path in (before / "_output/.cache").glob("*/*"):
        path.write_bytes(path.read_bytes()[:-7])
    assert not manifest.unchanged(str(before))
    assert reasons(before)["analysis/harbour.ipynb"].startswith("run, since")
    assert snapshot(before / "_output") == good


def test_lost_result_is_told(before):
    shutil.rmtree(before / "_output/.cache/blobs")
    assert "what was kept of it is gone or damaged" in reasons(before)["analysis/harbour.ipynb"]


def test_store_that_cannot_be_written_costs_no_render(tmp_path):
    (tmp_path / "kept").write_text("in the way")
    kept = store.Store(tmp_path / "kept")
    kept.put("blobs", "a", b"content")
    kept.prune()
    assert kept.get("blobs", "a") is None and (tmp_path / "kept").read_text() == "in the way"


def test_what_no_late_render_used_is_forgotten(tmp_path):
    kept = store.Store(tmp_path)
    kept.put("blobs", "old", b"1")
    kept.put("blobs", "used", b"2")
    (tmp_path / "manifest.123").touch()  # of a render that was killed
    for name in ("blobs/old", "manifest.123"):
        os.utime(tmp_path / name, (1, 1))
    for _ in range(store.RENDERS + 1):
        kept.get("blobs", "used")
        kept.prune()
    assert kept.get("blobs", "old") is None and kept.get("blobs", "used") == b"2"
    assert not (tmp_path / "manifest.123").exists()


def test_check_renders_without_the_cache(rendered, monkeypatch):
    commands = []

    def stop(command, **_):
        commands.append(command)
        raise KeyboardInterrupt

    monkeypatch.setattr(rebuild.subprocess, "run", stop)
    with pytest.raises(KeyboardInterrupt):
        rebuild._render(rendered / "_output", {}, rebuild.Condition("plain", {"HOME": str(rendered)}, 0o022, False, False))
    assert "--no-cache" in commands[0]


def test_entry_in_the_place_of_another_is_not_taken_for_it(tmp_path):
    kept = store.Store(tmp_path)
    kept.put("blobs", "a", b"1")
    kept.put("blobs", "b", b"2")
    shutil.copy(tmp_path / "blobs/a", tmp_path / "blobs/b")
    assert kept.get("blobs", "b") is None and kept.get("blobs", "a") == b"1"


# --- changes that no hash of a file's content tells -------------------------------------

def linked_elsewhere(root):
    (root / "extra.txt").unlink()
    (root / "extra.txt").symlink_to("two.txt")


def same_module_size_and_time(root):
    status = (root / "analysis/helper.py").stat()
    (root / "analysis/helper.py").write_text("word = 2\n")
    os.utime(root / "analysis/helper.py", ns=(status.st_atime_ns, status.st_mtime_ns))


def folder_for_a_file(root):
    (root / "more/a").unlink()
    (root / "more/a").mkdir()


LIES = {
    "a link to an equal file": ("import os; print(os.readlink('../extra.txt'))", linked_elsewhere),
    "a module that Python would take from what it compiled": ("import helper; print(helper.word)",
                                                              same_module_size_and_time),
    "a folder where a file was": ("import os; print([d for _, d, _ in os.walk('../more')])", folder_for_a_file),
    "the time of a file": ("import os; print(os.path.getmtime('../one.txt'))",
                           lambda root: os.utime(root / "one.txt", (1, 1))),
    "a library of C": ("import ctypes\nc = ctypes.CDLL(None)\nb = ctypes.create_string_buffer(9)\n"
                       "c.read(c.open(b'../one.txt', 0), b, 8)\nprint(b.value)",
                       lambda root: (root / "one.txt").write_text("2")),
    "a process that was forked": ("import os\nif not os.fork(): os._exit(0)\nprint(open('../one.txt').read())",
                                  lambda root: (root / "one.txt").write_text("2")),
}


@pytest.mark.parametrize("what", LIES)
def test_cache_gives_what_a_fresh_render_gives(project, notebook, snapshot, what):
    code, change_it = LIES[what]
    (project / "report.qmd").write_text("---\ntitle: Words only\n---\nText.\n")
    for name in ("one.txt", "two.txt", "more/a", "analysis/helper.py"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("word = 1\n")
    (project / "extra.txt").symlink_to("one.txt")
    notebook(code)
    render(project)
    render(project)
    change_it(project)
    assert not manifest.unchanged(str(project))
    render(project)
    cached = snapshot(project / "_output")
    render(project, use_cache=False)
    assert snapshot(project / "_output") == cached


def test_attachment_of_a_text_cell_and_the_format_are_part_of_its_code():
    book = {"nbformat": 4, "nbformat_minor": 5, "cells": [
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "", "attachments": {"a": {"text/plain": "1"}}}]}
    code = notebooks.code(book)
    assert notebooks.code({**book, "nbformat_minor": 4}) != code
    book["cells"][0]["attachments"]["a"]["text/plain"] = "2"
    assert notebooks.code(book) != code


@pytest.mark.parametrize("name", ["PYTHONOPTIMIZE", "PYTHONPATH", "NPY_DISABLE_CPU_FEATURES"])
def test_variable_that_libraries_ask_for_while_they_load_is_part_of_the_environment(tmp_path, monkeypatch, name):
    monkeypatch.delenv(name, raising=False)
    before = cache.environment(tmp_path, tmp_path)
    monkeypatch.setenv(name, "1")
    assert cache.environment(tmp_path, tmp_path) != before


def test_record_that_a_full_disk_cut_tells_that_it_lacks_something(tmp_path):
    record = tmp_path / "n.reads"
    record.write_text('["began"]\n["file", "/a"]\n')
    assert recording.noted(record) == ([("file", "/a")], None)
    for cut in ("", '["file", "/b"]\n', '["began"]\n["file", "/'):
        record.write_text(cut)
        assert recording.noted(record) == ([], "read what could not be noted")


def test_nothing_is_kept_where_the_clock_was_set_meanwhile(tmp_path, monkeypatch):
    (tmp_path / "old.txt").write_text("x")
    os.utime(tmp_path / "old.txt", (1, 1))
    time.sleep(0.05)
    inputs = cache.Inputs(tmp_path, None, tmp_path, {}, cache.beginning())
    assert not inputs.touched(("file", "old.txt"))
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 3600)
    assert inputs.touched(("file", "old.txt"))


@pytest.mark.parametrize("meanwhile", [
    lambda root: (root / "link").unlink() or (root / "link").symlink_to("b/x"),
    lambda root: (root / "a").rename(root / "c") and (root / "b").rename(root / "a"),
    lambda root: (root / "a/x").write_text("3"),
])
def test_file_that_is_another_since_the_render_began_is_noticed(tmp_path, meanwhile):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text(name)
    (tmp_path / "link").symlink_to("a/x")
    time.sleep(0.05)
    inputs = cache.Inputs(tmp_path, None, tmp_path, {}, cache.beginning())
    read = [("file", "link"), ("file", "a/x")]
    assert not any(map(inputs.touched, read))
    time.sleep(0.05)
    meanwhile(tmp_path)
    assert any(map(inputs.touched, read))


# --- nothing changed --------------------------------------------------------------

def remembered(root):
    """Renders once, so that the list is of this folder."""
    render(root)
    assert manifest.unchanged(str(root))
    return root


def test_all_that_the_published_briefing_reads_can_be_followed(tmp_path):
    """A library that looks through all variables while it loads would have a notebook run each time."""
    here = Path(__file__).parents[2]
    for name in ("data", "analysis"):
        shutil.copytree(here / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(here / "report.qmd", tmp_path)
    remembered(tmp_path)


def test_nothing_changed_is_told_and_nothing_done(before, capsys, snapshot):
    remembered(before)
    was = snapshot(before)
    assert main(["render", "--project", str(before)]) == 0
    assert capsys.readouterr().err == "Nothing changed: _output/report.html and _output/report.pdf are up to date\n"
    assert main(["render", "--project", str(before), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"findings": [], "written": []}
    assert main(["render", "--project", str(before), "--why", "--timings"]) == 0
    said = capsys.readouterr().err
    assert "every step: reused" in said and "compare with the last render" in said
    assert snapshot(before) == was


def same_size_and_time(root):
    path = root / "data/quantities.csv"
    status = path.stat()
    path.write_text(path.read_text().replace(",>,40,%", ",>,41,%"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


UNSEEN_BY_NO_RENDER = {
    "fact, same size and time": same_size_and_time,
    "prose": lambda root: change(root / "report.qmd", "# What happened", "# What took place"),
    "page edited by hand": lambda root: change(root / "_output/report.html", "</h1>", " </h1>"),
    "output gone": lambda root: (root / "_output/report.pdf").unlink(),
    "new notebook": lambda root: shutil.copy(root / "analysis/harbour.ipynb", root / "analysis/second.ipynb"),
    "new file of data": lambda root: (root / "data/notes.txt").write_text("x"),
    "new lock file": lambda root: (root / "requirements.lock").write_text("altair==1\n"),
    "list damaged": lambda root: (root / "_output/.cache/manifest").write_bytes(b"\0\0\0\0damaged"),
    "list gone": lambda root: (root / "_output/.cache/manifest").unlink(),
}


@pytest.fixture(scope="module")
def settled(rendered, tmp_path_factory):
    return remembered(shutil.copytree(rendered, tmp_path_factory.mktemp("settled") / "harbour"))


@pytest.mark.parametrize("what", UNSEEN_BY_NO_RENDER)
def test_change_of_anything_is_noticed_before_anything_is_loaded(settled, tmp_path, what):
    root = shutil.copytree(settled, tmp_path / "harbour")
    assert manifest.unchanged(str(root))  # a copy has other times and the same content
    UNSEEN_BY_NO_RENDER[what](root)
    assert not manifest.unchanged(str(root))


def test_file_touched_but_equal_is_no_change(settled):
    (settled / "data/quantities.csv").touch()
    assert manifest.unchanged(str(settled))
