"""An edition comes into `_output/` whole or not at all, and what a killed run left goes with the next start."""

import contextlib
import errno
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import types
from pathlib import Path

import pytest

import briefing
from briefing.commands.cli import main
from briefing.editions import edition, publishing
from briefing.execution import scratch
from briefing.findings import BriefingError
from briefing.rendering import manifest
from briefing.rendering.render import render

OLD = {"report.pdf": b"old pdf", "report.html": b"old page", "notebooks/a.ipynb": b"old", "notebooks/gone.ipynb": b"old", "old.csv": b"old"}
NEW = {"report.pdf": b"new pdf", "report.html": b"new page", "notebooks/a.ipynb": b"new", "more/new.json": b"new"}


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A temporary folder of the test's own."""
    found = tmp_path / "temporary"
    found.mkdir()
    monkeypatch.setenv("TMPDIR", str(found))
    monkeypatch.setattr(tempfile, "tempdir", str(found))  # not to be tried out by writing, which counts as a step
    return found


@pytest.fixture
def root(tmp_path):
    """A project with the edition OLD."""
    found = tmp_path / "project"
    write(found / "_output", OLD)
    return found


def write(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def publish(root, files=NEW, gone=tuple(OLD)):
    with publishing.staging(root) as made:
        write(made, files)
        return publishing.publish(made, gone)


def laid(root):
    output = root / "_output"
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in sorted(output.rglob("*")) if path.is_file()}


def killed_when_published(root, moved=2):
    """What a kill leaves right after an edition was published, and so many of its files moved."""
    done = root / "_output" / publishing.DONE
    write(done, NEW | {publishing.GONE: json.dumps(sorted(set(OLD) - set(NEW))).encode()})
    for name in sorted(NEW)[:moved]:
        (root / "_output" / name).parent.mkdir(exist_ok=True)
        os.replace(done / name, root / "_output" / name)


def killed_while_it_wrote(root, place):
    """What a kill leaves in the middle of a render."""
    write(root / "_output/.rendering-abc", {"report.html": b"half", "notebooks/a.ipynb": b""})
    (root / "_output/.lock").touch()
    write(place / "briefing-abc/sockets", {"a.json": b"{}"})
    (place / "briefing-abc.lock").touch()


def test_render_that_is_stopped_as_soon_as_its_folder_is_there_leaves_none(root, monkeypatch):
    make = Path.mkdir

    def stopped(path, *arguments, **named):
        make(path, *arguments, **named)
        if path.name.startswith(publishing.STAGING):
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", stopped)
    with pytest.raises(KeyboardInterrupt), publishing.staging(root):
        pass
    assert not [path.name for path in (root / "_output").iterdir() if path.name.startswith(publishing.STAGING)]


def test_new_edition_stands_in_the_place_of_the_old(root):
    (root / "_output/kept.txt").write_bytes(b"mine")
    assert publish(root) == sorted(NEW)
    assert laid(root) == NEW | {"kept.txt": b"mine"}


def test_files_can_be_read_by_others_whatever_the_umask(root):
    before = os.umask(0o077)
    try:
        publish(root)
    finally:
        os.umask(before)
    assert os.name != "posix" or (root / "_output/report.pdf").stat().st_mode & 0o777 == 0o644


def test_each_file_and_folder_is_on_the_disk_before_its_edition_is_published(root, monkeypatch):
    synced, real, rename = set(), os.fsync, os.rename
    at_rename = []

    def fsync(handle):
        synced.add(os.fstat(handle).st_ino)
        real(handle)

    def renamed(old, new):
        at_rename.extend(path for path in [Path(old), *Path(old).rglob("*")] if path.stat().st_ino not in synced)
        rename(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", renamed)
    publish(root)
    assert at_rename == [] and (root / "_output").stat().st_ino in synced and len(synced) > len(NEW)


@pytest.mark.parametrize("refused", ["folder", "file"])
def test_a_folder_need_not_be_synced_where_the_system_cannot_but_a_file_must(root, monkeypatch, refused):
    def fsync(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode) == (refused == "folder"):
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with contextlib.nullcontext() if refused == "folder" else pytest.raises(BriefingError, match="_output: found Input/output error"):
        publish(root)
    assert laid(root) == (NEW if refused == "folder" else OLD)


@pytest.mark.parametrize("step", range(1, 16))
def test_ctrl_c_at_any_step_leaves_one_whole_edition(root, place, monkeypatch, step):
    count = 0

    def counted(real):
        def one(*arguments, **named):
            nonlocal count
            count += 1
            if count == step:
                raise KeyboardInterrupt
            return real(*arguments, **named)
        return one

    with monkeypatch.context() as patched:
        for name in ("replace", "rename", "unlink", "rmdir", "mkdir"):
            patched.setattr(os, name, counted(getattr(os, name)))
        with pytest.raises(KeyboardInterrupt):
            publish(root)
            pytest.skip("it has fewer steps")
    assert not (root / "_output" / publishing.DONE).exists()  # Ctrl-C waits the moment that it takes to finish
    publishing.settle(root)
    assert laid(root) in (OLD, NEW) and list(place.iterdir()) == []


@pytest.mark.parametrize("moved", range(len(NEW) + 1))
def test_edition_whose_publishing_was_cut_short_is_read_whole_and_then_finished(root, moved):
    killed_when_published(root, moved)
    assert publishing.contents(root) == NEW
    assert publishing.current(root, "report.pdf").read_bytes() == b"new pdf"
    said = []
    publishing.settle(root, said.append)
    assert laid(root) == NEW and said == ["Finished publishing the edition of a run that was killed"]


def test_list_of_what_is_gone_may_be_removed_already(root):
    killed_when_published(root, len(NEW))
    for name in set(OLD) - set(NEW):
        (root / "_output" / name).unlink()
    (root / "_output" / publishing.DONE / publishing.GONE).unlink()
    publishing.settle(root)
    assert laid(root) == NEW


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs a user who may become another")
def test_who_may_not_write_reads_what_cannot_be_finished(root):
    killed_when_published(root)
    (root / "_output" / publishing.DONE).chmod(0o755)
    # imported and gone there before: the other user may not get to either
    code = ("import os, json; from pathlib import Path; from briefing.editions import publishing\nos.setuid(65534)\n"
            f"publishing.settle(Path())\nprint(publishing.contents(Path()) == {NEW!r}, publishing.current(Path(), 'more/new.json').read_bytes())")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root,
                         env={**os.environ, "TMPDIR": str(root), "PYTHONPATH": str(Path(briefing.__file__).parents[1])})
    assert run.stdout == "True b'new'\n", run.stderr
    assert (root / "_output" / publishing.DONE).exists()


def test_disk_that_refuses_to_finish_lets_readers_read(root, monkeypatch):
    killed_when_published(root)
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(errno.EACCES, "Permission denied", "report.pdf")))
    publishing.settle(root)
    assert publishing.contents(root) == NEW
    with pytest.raises(BriefingError, match=r"report.pdf: found Permission denied while .* whole in _output/.rendering-done. Close what"):
        publish(root, {"report.pdf": b"third"})
    monkeypatch.undo()
    publishing.settle(root)
    assert laid(root) == NEW


@pytest.mark.skipif(os.name != "posix", reason="elsewhere folders have no such rights")
def test_what_is_published_and_not_yet_moved_can_be_read_by_others(root, monkeypatch):
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(errno.EACCES, "no", "report.pdf")))
    with pytest.raises(BriefingError):
        publish(root)
    assert (root / "_output" / publishing.DONE).stat().st_mode & 0o777 == 0o755 and publishing.contents(root) == NEW


def test_start_removes_what_killed_runs_left_and_says_so(root, place):
    killed_while_it_wrote(root, place)
    said = []
    publishing.settle(root, said.append)
    assert laid(root) == OLD and list(place.iterdir()) == [] and not (root / "_output/.rendering-abc").exists()
    assert said == ["Removed 1 folder that killed runs had left in _output/", "Removed 1 folder that killed runs had left"]
    publishing.settle(root, said.append)
    assert len(said) == 2


@pytest.mark.parametrize("command", [["render"], ["check", "--no-rebuild"], ["execute"]])
def test_each_command_on_a_project_is_such_a_start(good, place, capsys, command):
    killed_while_it_wrote(good, place)
    main([*command, "--project", str(good)])
    assert list(place.iterdir()) == [] and not list((good / "_output").glob(".[!c]*"))
    assert "Removed 1 folder that killed runs had left in _output/\n" in capsys.readouterr().err


def test_what_a_run_that_lives_writes_to_stays(root, place):
    with publishing.staging(root) as made:
        publishing.settle(root)
        assert made.is_dir() and (root / "_output/.lock").exists()
        assert publishing.contents(root) == OLD
    assert laid(root) == OLD


def test_second_waits_until_the_first_has_published(root):
    said = []
    with publishing.staging(root) as made:
        def begin():
            with publishing.staging(root, said.append):
                said.append("in")

        second = threading.Thread(target=begin)
        second.start()
        while not said:
            pass
        assert said == ["Waiting for another render of this project"]
        write(made, NEW)
        publishing.publish(made)
    second.join(10)
    assert said == ["Waiting for another render of this project", "in"]


def test_reader_never_sees_two_editions_at_once(root):
    end, torn, reads = threading.Event(), [], []

    def read():
        while not end.is_set():
            found = publishing.contents(root)
            reads.append(found)
            if found not in (OLD, NEW):
                torn.append(found)

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(20):
        publish(root, *((NEW, OLD) if turn % 2 == 0 else (OLD, NEW)))
    end.set()
    reader.join()
    assert torn == [] and len(reads) > 3


def test_file_system_without_locks_is_told_and_nothing_of_others_is_removed(root, monkeypatch):
    def refuse(_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(scratch, "_lock", refuse)
    (root / "_output/.rendering-abc").mkdir()  # perhaps of a run that lives
    said = []
    with publishing.staging(root, said.append) as made:
        write(made, NEW)
        publishing.publish(made, OLD)
    assert said == ["_output/ lies on a file system without locks: see to it that no other render of this project runs meanwhile"]
    assert laid(root) == NEW and (root / "_output/.rendering-abc").exists()
    assert not (root / "_output/.lock").exists()


def test_file_system_without_locks_finishes_what_was_published(root, monkeypatch):
    killed_when_published(root)
    monkeypatch.setattr(scratch, "_lock", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSYS, "no")))
    publish(root, {**NEW, "report.pdf": b"third"}, NEW)
    assert laid(root) == NEW | {"report.pdf": b"third"}


# --- what would keep a file from its place ------------------------------------------------

def folder_in_the_place_of_a_file(output):
    (output / "report.pdf").unlink()
    (output / "report.pdf").mkdir()


def file_in_the_place_of_a_folder(output):
    (output / "more").write_bytes(b"")


def link_out(output):
    (output.parent.parent / "elsewhere").mkdir()
    (output / "more").symlink_to(output.parent.parent / "elsewhere")


@pytest.mark.parametrize(("damage", "told"), [
    (folder_in_the_place_of_a_file, "_output/report.pdf: found a folder, expected a file, or nothing. Move it away."),
    (file_in_the_place_of_a_folder, "_output/more: found what no file can be put in, expected a folder that can be written. "
     "Move it away, or change its permissions."),
    (link_out, "_output/more/new.json: found a place outside of _output/, expected one in it. Remove the link that leads there.")])
def test_what_is_in_the_way_is_told_before_anything_changes(root, damage, told):
    damage(root / "_output")
    before = laid(root)
    with pytest.raises(BriefingError) as error:
        publish(root)
    assert str(error.value) == told and laid(root) == before


def test_folder_that_may_not_be_written_is_told_before_anything_changes(root, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: (Path(path).name, mode) != ("notebooks", os.W_OK))
    with pytest.raises(BriefingError, match="^_output/notebooks: found what no file can be put in, expected a folder"):
        publish(root)
    assert laid(root) == OLD


def test_what_would_be_removed_and_lies_elsewhere_is_told(root, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BriefingError, match=r"^_output/\.\./\.\./mine.txt: found a place outside"):
        publish(root, NEW, ["../../mine.txt"])
    assert laid(root) == OLD and (tmp_path / "mine.txt").exists()


def test_journal_that_others_made_leads_nowhere_else(root, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    killed_when_published(root, 0)
    (root / "_output" / publishing.DONE / publishing.GONE).write_text('["../../mine.txt"]')
    publishing.settle(root)
    assert (tmp_path / "mine.txt").exists() and publishing.contents(root)["report.pdf"] == b"new pdf"


@pytest.mark.parametrize("list_of_gone", [b"", b"[", b"\xff", b"{}", b"7", b"[7, null]"])
def test_journal_that_is_none_removes_nothing(root, list_of_gone):
    killed_when_published(root, 0)
    (root / "_output" / publishing.DONE / publishing.GONE).write_bytes(list_of_gone)
    publishing.settle(root)
    assert laid(root) == OLD | NEW


# --- what the disk refuses ----------------------------------------------------------------

@pytest.mark.parametrize("number", ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EFBIG", "EIO", "EEXIST", "ENOTDIR", "EISDIR", "ELOOP"])
def test_what_the_disk_refuses_is_told_by_its_folder(root, number):
    code = getattr(errno, number)
    for file, told in ((str(root / "_output/a/b"), "_output"), (os.fsencode(root / "_output"), "_output"),
                       (str(root / "data"), str(root / "data")), (None, "_output")):
        with pytest.raises(BriefingError) as error, publishing.writable(root):
            raise OSError(code, os.strerror(code), file)
        assert str(error.value) == (f"{told}: found {os.strerror(code)}, expected a folder that can be written. "
                                    "Free space, or change the folder's permissions. What was there before is unchanged.")


def test_what_is_no_refusal_of_the_disk_is_not_taken_for_one(root):
    for raised in (FileNotFoundError(errno.ENOENT, "no"), ValueError()):
        with pytest.raises(type(raised)), publishing.writable(root):
            raise raised


@pytest.mark.parametrize(("free", "told"), [((2**20 - 1, 2**20 + 1), True), ((2**20, 2**20 + 1), False), ((0, 2**20), False), ((2**21, 0), False)])
def test_a_full_temporary_folder_is_told_as_what_it_is(root, place, monkeypatch, free, told):
    monkeypatch.setattr(publishing.shutil, "disk_usage", lambda path: types.SimpleNamespace(free=free[str(path) != str(place)]))
    with pytest.raises(BriefingError, match=f"^{place if told else '_output'}: found No space"), publishing.writable(root):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_where_room_cannot_be_asked_for_the_edition_is_told(root, monkeypatch):
    monkeypatch.setattr(publishing.shutil, "disk_usage", lambda _: (_ for _ in ()).throw(OSError()))
    with pytest.raises(BriefingError, match="^_output: found No space"), publishing.writable(root):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_what_cannot_be_moved_is_told_with_where_the_new_edition_is(root, monkeypatch):
    for file, told in ((str(root / "_output/more/new.json"), "new.json"), (None, "_output")):
        with monkeypatch.context() as patched, pytest.raises(BriefingError) as error:
            patched.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error", file)))
            publish(root)
        assert str(error.value) == (
            f"{told}: found Input/output error while the new edition was moved to _output/, expected files that can be exchanged. "
            "The new edition is whole in _output/.rendering-done. Close what holds the file open, or change its permissions; the next command then goes on.")
        publishing.settle(root)
        assert laid(root) == NEW


def test_lock_that_may_not_be_made_is_told(root, monkeypatch):
    monkeypatch.setattr(scratch, "take", lambda path: (_ for _ in ()).throw(PermissionError(errno.EACCES, "Permission denied", str(path))))
    with pytest.raises(BriefingError, match="^_output: found Permission denied, expected a folder that can be written"), publishing.staging(root):
        pytest.fail("it has no lock")
    publishing.settle(root)  # of which nobody needs to know
    assert laid(root) == OLD


# --- what stays, and what does not --------------------------------------------------------

def test_project_without_an_edition_is_left_as_it_was(tmp_path):
    said = []
    publishing.settle(tmp_path, said.append)
    with publishing.staging(tmp_path, said.append) as made:
        assert made.parent == tmp_path / "_output" and made.name.startswith(".rendering-")
        assert (tmp_path / "_output/.lock").exists()
    assert not (tmp_path / "_output").exists() and said == []


def test_render_that_fails_leaves_the_edition_and_nothing_of_its_own(root):
    with pytest.raises(ZeroDivisionError), publishing.staging(root) as made:
        write(made, NEW)
        raise ZeroDivisionError
    assert laid(root) == OLD and sorted(path.name for path in (root / "_output").glob(".*")) == []


def test_folder_that_goes_while_it_is_locked_is_made_again(tmp_path, monkeypatch):
    real, calls = scratch.take, []

    def take(path):
        calls.append(path)
        if len(calls) == 1:
            path.parent.rmdir()
        return real(path)

    monkeypatch.setattr(scratch, "take", take)
    with publishing.staging(tmp_path) as made:
        write(made, NEW)
        publishing.publish(made)
    assert laid(tmp_path) == NEW and calls == [tmp_path / "_output/.lock"] * 2


def test_what_is_gone_and_made_anew_stays(root):
    with publishing.staging(root) as made:
        write(made, NEW)
        assert publishing.publish(made, ["report.pdf", "old.csv", "never.csv", "old.csv"]) == sorted(NEW)
    assert laid(root) == {name: content for name, content in (OLD | NEW).items() if name != "old.csv"}


def test_files_come_into_folders_of_any_depth(root):
    deep = {"a/b/c/d.json": b"1", "a/b/e.json": b"2"}
    assert publish(root, deep, OLD) == sorted(deep) and laid(root) == deep


def test_several_folders_of_killed_runs_are_counted(root, place):
    for name in (".rendering-a", ".rendering-b"):
        write(root / "_output" / name, {"a": b""})
    for name in ("briefing-a", "briefing-b"):
        (place / name).mkdir()
        (place / f"{name}.lock").touch()
    said = []
    publishing.settle(root, said.append)
    assert said == ["Removed 2 folders that killed runs had left in _output/", "Removed 2 folders that killed runs had left"]
    assert sorted(path.name for path in (root / "_output").glob(".*")) == []


@pytest.mark.parametrize("left", [".lock", ".rendering-abc", ".rendering-done"])
def test_each_trace_of_a_killed_run_is_a_reason_to_look(root, left):
    (root / "_output" / left).touch() if left == ".lock" else (root / "_output" / left).mkdir()
    publishing.settle(root)
    assert not (root / "_output" / left).exists() and not (root / "_output/.lock").exists()


def test_where_no_run_was_killed_nothing_is_locked(root, monkeypatch):
    monkeypatch.setattr(scratch, "take", lambda _: pytest.fail("it was locked"))
    (root / "_output/.cache").mkdir()
    publishing.settle(root)


# --- what is read -------------------------------------------------------------------------

def test_an_edition_is_all_that_neither_begins_with_a_dot_nor_lies_beside_it(tmp_path):
    edition_of_all = {"a.csv": b"1", "notebooks/.hidden": b"2", "deep/quarto/a": b"3", "deep/diff/a": b"4", "quarto.txt": b"5"}
    write(tmp_path / "_output", edition_of_all | {"quarto/a": b"", "diff/a.html": b"", ".cache/a": b"", ".hidden": b""})
    assert publishing.contents(tmp_path) == edition_of_all and list(publishing.contents(tmp_path)) == sorted(edition_of_all)
    assert publishing.contents(tmp_path / "nowhere") == {}


def test_a_file_is_read_from_its_place_unless_it_has_not_been_moved(root):
    assert publishing.current(root, "report.pdf") == root / "_output/report.pdf"
    killed_when_published(root, 2)
    assert [publishing.current(root, name).relative_to(root).as_posix() for name in sorted(NEW)] == [
        "_output/more/new.json", "_output/notebooks/a.ipynb", "_output/.rendering-done/report.html", "_output/.rendering-done/report.pdf"]
    assert publishing.current(root, "none") == root / "_output/none"


def test_an_edition_that_never_stays_is_told(root, monkeypatch):
    monkeypatch.setattr(publishing, "READINGS", 3)
    real, reads = Path.read_bytes, []

    def read(path):
        reads.append(path.name)
        os.utime(path, ns=(0, len(reads)))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    with pytest.raises(BriefingError) as error:
        publishing.contents(root)
    assert str(error.value) == ("_output: found an edition that is exchanged again and again, expected one that stays. "
                                "Stop what renders this project, then try again.")
    assert reads.count("report.pdf") == 3


def test_an_edition_that_is_exchanged_once_is_read_again(root, monkeypatch):
    real, reads = Path.read_bytes, []

    def read(path):
        reads.append(path.name)
        if len(reads) == 2:
            (root / "_output/old.csv").unlink()
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    assert publishing.contents(root) == {name: content for name, content in OLD.items() if name != "old.csv"}


# --- with a whole render ------------------------------------------------------------------

def test_nothing_is_unchanged_while_something_is_left_to_do(rendered, project):
    import shutil

    shutil.copytree(rendered / "_output", project / "_output")
    render(project)
    assert manifest.unchanged(str(project))
    for name in (".rendering-done", ".rendering-abc", ".lock"):
        (project / "_output" / name).mkdir()
        assert not manifest.unchanged(str(project))
        (project / "_output" / name).rmdir()


def test_check_compares_the_edition_that_was_published_and_not_yet_moved(good, monkeypatch):
    whole = publishing.contents(good)
    done = good / "_output" / publishing.DONE
    done.mkdir()
    for name in ("report.pdf", "edition.json"):
        os.replace(good / "_output" / name, done / name)
        (good / "_output" / name).write_bytes(b"of another edition")
    monkeypatch.setattr(publishing.scratch, "take", lambda _: None)  # a run lives, and is about to go on
    assert edition.published(good).outputs == whole and edition.outdated(good) == []
