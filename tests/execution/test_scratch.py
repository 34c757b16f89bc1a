"""Temporary folders, and what of them outlives a run that was killed."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import briefing
from briefing.execution import scratch
from briefing.rendering import manifest

#: A run that makes a folder, says so, and lives until it is killed.
RUN = """import sys, time
from briefing.execution import scratch
with scratch.folder() as folder:
    (folder / "notebooks").mkdir()
    (folder / "notebooks/a.json").write_text("{}")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A temporary folder of the test's own."""
    found = tmp_path / "temporary"
    found.mkdir()
    monkeypatch.setenv("TMPDIR", str(found))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield found
    tempfile.tempdir = None


@pytest.fixture
def run(place):
    """Another process that has a folder; and the folder."""
    process = subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": str(Path(briefing.__file__).parents[1])})
    yield process, Path(process.stdout.readline().strip())
    process.kill()
    process.communicate()


def names(place):
    return sorted(path.name for path in place.iterdir())


def test_folder_is_closed_to_others_and_gone_at_the_end_with_its_lock(place):
    with scratch.folder() as folder:
        (folder / "a.txt").write_text("x")
        assert names(place) == [folder.name, f"{folder.name}.lock"]
        assert os.name != "posix" or folder.stat().st_mode & 0o777 == 0o700
    assert names(place) == []


def test_folder_is_gone_where_its_user_fails(place):
    with pytest.raises(KeyboardInterrupt), scratch.folder():
        raise KeyboardInterrupt
    assert names(place) == []


def test_folder_of_a_run_that_lives_stays_however_old(place, run):
    folder = run[1]
    for path in (folder, Path(f"{folder}.lock")):
        os.utime(path, (0, 0))
    assert scratch.sweep() == 0 and (folder / "notebooks/a.json").exists()


def test_own_folder_stays_where_a_lock_does_not_keep_its_own_process_out(place, monkeypatch):
    with scratch.folder() as folder:
        monkeypatch.setattr(scratch, "_lock", lambda _: True)  # as over NFS
        assert scratch.sweep() == 0 and folder.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_folder_of_a_killed_run_goes_with_the_next_start(place, run, number):
    process, folder = run
    process.send_signal(number)
    process.wait()
    assert (folder / "notebooks/a.json").exists()
    assert scratch.sweep() == 1 and names(place) == []


def test_lock_without_a_folder_goes_and_counts_as_none(place):
    (place / "briefing-abc.lock").touch()
    assert scratch.sweep() == 0 and names(place) == []


def test_what_only_has_such_a_name_stays(place):
    (place / "briefing-notes").mkdir()  # somebody's own: no lock beside it
    (place / "briefing-notes/a.txt").write_text("mine")
    (place / "other.lock").touch()
    (place / "briefing-link.lock").symlink_to(place / "briefing-notes/a.txt")
    (place / "briefing-list.lock").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(place / "briefing-pipe.lock")
    before = names(place)
    assert scratch.sweep() == 0 and names(place) == before


def test_link_in_the_place_of_a_folder_is_not_followed(place, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/a.txt").write_text("mine")
    (place / "briefing-x").symlink_to(tmp_path / "mine")
    (place / "briefing-x.lock").touch()
    scratch.sweep()
    assert (tmp_path / "mine/a.txt").read_text() == "mine"


def test_folder_that_cannot_be_removed_now_is_removed_by_a_later_start(place, monkeypatch):
    (place / "briefing-x").mkdir()
    (place / "briefing-x.lock").touch()
    with monkeypatch.context() as patched:
        patched.setattr(scratch.shutil, "rmtree", lambda *_, **__: None)
        patched.setattr(scratch, "PAUSE", 0)
        assert scratch.sweep() == 0 and names(place) == ["briefing-x", "briefing-x.lock"]
    assert scratch.sweep() == 1 and names(place) == []


def test_sweep_that_comes_between_a_lock_and_its_folder_makes_another(place, monkeypatch):
    real, came = scratch._lock, []

    def late(handle):
        if not came:  # another's sweep has locked the new file first, and removed it
            came.append(handle)
            for path in place.glob("*.lock"):
                path.unlink()
        return real(handle)

    monkeypatch.setattr(scratch, "_lock", late)
    with scratch.folder() as folder:
        assert names(place) == [folder.name, f"{folder.name}.lock"]
    assert names(place) == [] and scratch._held == set()


def test_lock_is_had_by_one(tmp_path):
    path = tmp_path / ".lock"
    handle = scratch.take(path)
    assert handle is not None and scratch.take(path) is None
    scratch.release(path, handle)
    assert not path.exists()
    handle = scratch.take(path)
    assert handle is not None
    scratch.release(path, handle)


def test_lock_on_a_file_that_its_last_holder_has_just_removed_is_none(tmp_path, monkeypatch):
    real = scratch._lock
    monkeypatch.setattr(scratch, "_lock", lambda handle: [(tmp_path / ".lock").unlink(), real(handle)][1])
    assert scratch.take(tmp_path / ".lock") is None


def test_place_without_locks_gives_folders_and_sweeps_none(place, monkeypatch):
    def refuse(_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(scratch, "_lock", refuse)
    (place / "briefing-x").mkdir()
    (place / "briefing-x.lock").touch()
    with scratch.folder() as folder:
        assert folder.is_dir() and scratch.sweep() == 0
    assert names(place) == ["briefing-x", "briefing-x.lock"]


def test_temporary_folder_that_cannot_be_read_is_not_swept(place, monkeypatch):
    monkeypatch.setattr(scratch.os, "listdir", lambda _: (_ for _ in ()).throw(PermissionError(errno.EACCES, "no")))
    assert scratch.sweep() == 0


def test_render_without_changes_removes_and_tells_too(place):
    assert manifest.swept() == ""
    for name in "xy":
        (place / f"briefing-{name}").mkdir()
        (place / f"briefing-{name}.lock").touch()
    assert manifest.swept() == "Removed 2 folders that killed runs had left" and names(place) == []


def test_nothing_is_loaded_to_see_that_nothing_is_left(place):
    code = "import sys, briefing.rendering.manifest as m; m.swept(); print('tempfile' in sys.modules or 'shutil' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(Path(briefing.__file__).parents[1])}
    said = subprocess.run([sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True)
    assert said.stdout == "False\n", said.stderr


def test_many_that_begin_and_sweep_at_once_keep_their_folders(place):
    code = ("import time\nfrom briefing.execution import scratch\nend = time.monotonic() + 2\nwhile time.monotonic() < end:\n"
            "    scratch.sweep()\n    with scratch.folder() as folder:\n        (folder / 'a').write_text('x')\n"
            "        scratch.sweep()\n        assert (folder / 'a').read_text() == 'x'\n")
    environment = {**os.environ, "PYTHONPATH": str(Path(briefing.__file__).parents[1])}
    runs = [subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [run.communicate(timeout=30)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], said
    assert names(place) == []
