"""What is noted of each thing that Python reports, on stand-ins for `os` and `sys`: a true audit hook would stay.

That a kernel notes what cells really read stands in `tests/rendering/test_cache.py`.
"""

import os
import sysconfig
import types
from pathlib import Path

import pytest

from briefing.facts import recording

pytestmark = pytest.mark.skipif(os.name == "nt", reason="only kernels that are forked record what they read")

STANDARD = sysconfig.get_paths()["stdlib"]
NO_RECORD = ([], "ran on a kernel of the ordinary kind")
CUT = ([], "read what could not be noted")


def copied(module):
    """A module like another one, in which names can be set anew."""
    twin = types.ModuleType(module.__name__)
    vars(twin).update(vars(module))
    return twin


class Recorder:
    """A process that records: what it has for `os` and `sys`, and what it has noted until now."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.path, self.package = folder, folder / "n.reads", folder / "package"
        self.os, self.hooks = copied(os), []
        self.os.path = copied(os.path)
        self.os.environ = os._Environ({b"WIND": b"north"}, os.fsencode, os.fsdecode, os.fsencode, os.fsdecode)
        self.os.environb = os._Environ({b"WIND": b"north"}, bytes, bytes, bytes, bytes)
        for name in ("dir_fd", "fd", "follow_symlinks", "effective_ids"):
            setattr(self.os, f"supports_{name}", {*getattr(os, f"supports_{name}")})
        self.loader = types.SimpleNamespace(cache_from_source=lambda path, *more, **named: f"{path}: {more} {named}")
        monkeypatch.setattr(recording, "os", self.os)
        monkeypatch.setattr(recording, "sys", types.SimpleNamespace(
            modules={"_frozen_importlib_external": self.loader}, addaudithook=self.hooks.append))
        for name, value in (("_output", None), ("_seen", set()), ("_libraries", ())):
            monkeypatch.setattr(recording, name, value)

    def start(self):
        recording.start(str(self.path), str(self.package))
        return self

    def report(self, event, *arguments):
        """What Python does when something happens."""
        for hook in self.hooks:
            hook(event, arguments)

    @property
    def noted(self):
        lines, problem = recording.noted(self.path)
        assert problem is None
        return lines


@pytest.fixture
def idle(tmp_path, monkeypatch):
    """A process that does not record yet."""
    (tmp_path / "beside.txt").write_text("calm")
    monkeypatch.chdir(tmp_path)
    return Recorder(tmp_path, monkeypatch)


@pytest.fixture
def recorder(idle):
    yield idle.start()
    os.close(recording._output)


# --- what Python reports ------------------------------------------------------------

@pytest.mark.parametrize(("event", "arguments", "lines"), [
    ("open", ("/port/a.txt", "r", os.O_RDONLY | os.O_CLOEXEC), [("file", "/port/a.txt")]),
    ("open", (b"/port/b.txt", "rb", 0), [("file", "/port/b.txt")]),
    ("open", (Path("/port/c.txt"), None, None), [("file", "/port/c.txt")]),
    ("open", ("/port/x/../d.txt", "r", 0), [("file", "/port/d.txt")]),
    ("open", ("/port/\u00e4.txt", "r", 0), [("file", "/port/\u00e4.txt")]), ("open", (5, "r", 0), []),
    ("open", (True, "w", os.O_WRONLY), []), ("open", (None, "r", 0), []),
    ("open", (os.devnull, "r", 0), []), ("open", (os.devnull, "w", os.O_WRONLY), []),
    *[("open", ("/port/new", None, flags), [("unseen", "writes /port/new"), ("changes", "/port/new")])
      for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_APPEND,
       os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)],
    ("open", ("/port/__pycache__/a.pyc", "w", os.O_WRONLY | os.O_CREAT), []),
    ("open", ("/port/__pycache__/tide.cpython-312.pyc", "r", 0), [("file", "/port/tide.py")]),
    ("open", ("/port/tide.pyc", "r", 0), [("file", "/port/tide.pyc")]),
    ("open", (f"{STANDARD}/json/decoder.py", "r", 0), []), ("open", (f"{STANDARD}-2/decoder.py", "r", 0),
     [("file", f"{STANDARD}-2/decoder.py")]),
    ("open", (f"{STANDARD}/new", "w", os.O_WRONLY), [("unseen", f"writes {STANDARD}/new"), ("changes", f"{STANDARD}/new")]),
    *[("open", (place, "r", 0), [("unseen", f"reads {place}")]) for place in ("/proc/uptime", "/sys/class", "/dev/random")],
    ("open", ("/devices/a", "r", 0), [("file", "/devices/a")]), ("open", ("/port/proc/a", "r", 0), [("file", "/port/proc/a")]),
    ("os.listdir", ("/port",), [("folder", "/port")]), ("os.scandir", (b"/port/",), [("folder", "/port")]),
    ("os.listdir", (7,), []), ("os.listdir", (STANDARD,), []),
    ("os.scandir", ("/proc",), [("folder", "/proc")]), ("os.scandir", ("/proc/1",), [("unseen", "reads /proc/1")]),
    ("import", ("pyarrow", None, [], [], []), [("unseen", "uses pyarrow, which opens files unseen")]),
    ("import", ("lxml.etree.parts", None, [], [], []), [("unseen", "uses lxml, which opens files unseen")]),
    ("import", ("multiprocessing.shared_memory", None, [], [], []), [("unseen",
     "uses multiprocessing.shared_memory, which opens files unseen")]),
    ("import", ("multiprocessing", None, [], [], []), []), ("import", ("json.tool", None, [], [], []), []),
    ("import", ("notlxml", None, [], [], []), []),
    ("os.remove", ("/port/a", -1), [("unseen", "removes a file (os.remove)"), ("changes", "/port/a")]),
    ("os.rename", ("/port/a", "/port/b", -1, -1), [("unseen", "renames a file (os.rename)"), ("changes", "/port/a"),
     ("changes", "/port/b")]),
    ("os.mkdir", ("/port/a", 0o777, -1), [("unseen", "makes a folder (os.mkdir)"), ("changes", "/port/a")]),
    ("os.mkdir", ("/port/__pycache__", 0o777, -1), []),
    ("os.rename", ("/port/__pycache__/a.1", "/port/__pycache__/a", -1, -1), []),
    ("os.rmdir", ("/port/a", -1), [("unseen", "removes a folder (os.rmdir)"), ("changes", "/port/a")]),
    ("os.remove", (7, -1), [("unseen", "removes a file (os.remove)")]),
    ("os.link", ("/port/a", "/port/b", -1, -1), [("unseen", "links a file (os.link)"), ("changes", "/port/b")]),
    ("os.symlink", ("/port/a", "/port/b", -1), [("unseen", "links a file (os.symlink)"), ("changes", "/port/b")]),
    ("shutil.rmtree", ("/port/a", None), [("unseen", "removes a folder (shutil.rmtree)"), ("changes", "/port/a")]),
    ("subprocess.Popen", ("true", ["/x/__pycache__/true"], None, None), [("unseen", "starts a program (subprocess.Popen)")]),
    ("os.system", (b"true",), [("unseen", "starts a program (os.system)")]),
    ("os.fork", (), [("unseen", "starts a process (os.fork)")]), ("socket.connect", (None, ("127.0.0.1", 9)),
     [("unseen", "connects to a network (socket.connect)")]),
    ("sqlite3.connect", (":memory:",), [("unseen", "opens a database (sqlite3.connect)")]),
    ("os.getxattr", ("/port/a", "user.x"), [("unseen", "reads a file's attributes (os.getxattr)")]),
    ("ctypes.dlopen", (None,), [("unseen", "calls a library of C (ctypes.dlopen)")]), ("os.chdir", ("/port",), []),
    ("compile", (b"1", "<x>"), [])])
def test_what_is_noted_of_an_event(recorder, event, arguments, lines):
    recorder.report(event, *arguments)
    assert recorder.noted == lines


def test_a_path_is_noted_from_the_working_folder(recorder):
    recorder.report("open", "beside.txt", "r", 0)
    recorder.report("os.scandir", None)  # which is the working folder
    recorder.report("os.remove", "beside.txt", -1)
    assert recorder.noted == [("file", str(recorder.folder / "beside.txt")), ("folder", str(recorder.folder)),
                              ("unseen", "removes a file (os.remove)"), ("changes", str(recorder.folder / "beside.txt"))]


def test_the_package_itself_is_left_out_and_what_lies_beside_it_is_not(recorder):
    for name in ("package", "package/rules.py", "package-2/rules.py", "pack"):
        recorder.report("open", str(recorder.folder / name), "r", 0)
    assert recorder.noted == [("file", str(recorder.folder / name)) for name in ("package-2/rules.py", "pack")]


def test_a_thing_is_noted_once_and_not_while_it_is_paused(recorder):
    for name in ("/port/a", "/port/b", "/port/a"):
        recorder.report("open", name, "r", 0)
    with recording.paused():
        recorder.report("open", "/port/c", "r", 0)
        with recording.paused():
            recording.note("file", "/port/d")
        recording.note("file", "/port/e")
        recorder.os.stat("beside.txt")
    recording.note("row", "/port", "actors", "union")
    assert recorder.noted == [("file", "/port/a"), ("file", "/port/b"), ("row", "/port", "actors", "union")]


def test_a_pause_ends_with_an_error_too(recorder):
    with pytest.raises(ZeroDivisionError), recording.paused():
        1 / 0
    recording.note("file", "/port/a")
    assert recorder.noted == [("file", "/port/a")]


# --- what Python does not report ------------------------------------------------------

def test_questions_about_a_path_are_noted_and_answered(recorder):
    (recorder.folder / "link.txt").symlink_to("beside.txt")
    assert recorder.os.stat("beside.txt").st_size == 4 and recorder.os.access("none.txt", os.R_OK) is False
    assert recorder.os.lstat(Path("link.txt")).st_size == len("beside.txt") and recorder.os.readlink("link.txt") == "beside.txt"
    assert recorder.os.stat("link.txt", follow_symlinks=False).st_size == len("beside.txt")
    assert recorder.os.stat("/dev/null").st_rdev == os.stat("/dev/null").st_rdev
    assert recorder.noted == [("file", str(recorder.folder / name)) for name in ("beside.txt", "none.txt",
     "link.txt")] + [("unseen", "reads /dev/null")]


def test_questions_about_an_open_file_or_within_an_open_folder_are_answered_only(recorder):
    (recorder.folder / "within").mkdir()
    (recorder.folder / "within/tide.txt").write_text("high")
    handle = os.open(recorder.folder / "within", os.O_RDONLY)
    try:
        assert recorder.os.stat(handle).st_ino == (recorder.folder / "within").stat().st_ino
        assert recorder.os.stat("tide.txt", dir_fd=handle).st_size == 4
        assert recorder.noted == []
        assert recorder.os.stat("beside.txt", dir_fd=None).st_size == 4
    finally:
        os.close(handle)
    assert recorder.noted == [("file", str(recorder.folder / "beside.txt"))]


def test_what_a_function_of_the_system_can_do_is_still_told(recorder):
    for name in ("stat", "lstat", "access", "readlink"):
        assert getattr(recorder.os, name) is not getattr(os, name)
        for ability in ("supports_dir_fd", "supports_fd", "supports_follow_symlinks", "supports_effective_ids"):
            assert (getattr(recorder.os, name) in getattr(recorder.os, ability)) == (getattr(os, name) in getattr(os, ability))


@pytest.mark.parametrize("clock", ["getmtime", "getctime", "getatime"])
def test_a_question_for_the_time_of_a_file_is_nothing_to_keep(recorder, clock):
    assert getattr(recorder.os.path, clock)("beside.txt") == getattr(os.path, clock)("beside.txt")
    assert recorder.noted == [("unseen", "asks for a file's time")]


def test_variables_that_are_asked_for_are_noted(recorder):
    assert recorder.os.environ["WIND"] == recorder.os.environ.get("WIND") == "north" and "TIDE" not in recorder.os.environ
    assert recorder.os.environb[b"WIND"] == b"north"
    assert recorder.noted == [("variable", "WIND"), ("variable", "TIDE")]
    assert list(recorder.os.environb) == [b"WIND"]
    assert recorder.noted[2:] == [("unseen", "reads all environment variables")]


def test_a_system_without_variables_in_bytes_is_recorded_too(idle):
    del idle.os.environb
    idle.start()
    assert idle.os.environ["WIND"] == "north" and idle.noted == [("variable", "WIND")]
    os.close(recording._output)


def test_what_python_compiled_of_a_module_of_the_project_is_not_taken(recorder):
    place = recorder.loader.cache_from_source
    assert place(f"{STANDARD}/json/decoder.py", "more",
     optimization=1) == f"{STANDARD}/json/decoder.py: ('more',) {{'optimization': 1}}"
    assert place(str(recorder.package / "rules.py")).startswith(str(recorder.package))
    for path in ("tide.py", str(recorder.folder / "tide.py"), b"/port/tide.py"):
        with pytest.raises(NotImplementedError):
            place(path)


# --- the record ------------------------------------------------------------------------

def test_nothing_is_noted_before_the_beginning(idle):
    recording.note("file", "/port/a")
    assert not idle.path.exists() and recording.noted(idle.path) == NO_RECORD
    idle.start()
    recording.note("file", "/port/a")
    assert idle.path.read_text() == '["began"]\n["file", "/port/a"]\n'
    assert idle.path.stat().st_mode & 0o777 == 0o600
    os.close(recording._output)


@pytest.mark.parametrize("fails", ["error", "short"])
def test_a_full_disk_makes_the_record_tell_that_it_lacks_something(recorder, monkeypatch, fails):
    def write(handle, content):
        if fails == "error":
            raise OSError(28, "No space left on device")
        return os.write(handle, content[:3])

    recording.note("file", "/port/a")
    monkeypatch.setattr(recorder.os, "write", write)
    recording.note("file", "/port/b")
    assert recorder.path.read_bytes() == b"" and recording.noted(recorder.path) == CUT
    monkeypatch.setattr(recorder.os, "write", os.write)
    recording.note("file", "/port/c")
    assert recorder.path.read_text() == '["file", "/port/c"]\n' and recording.noted(recorder.path) == CUT


@pytest.mark.parametrize(("content", "told"), [
    (b'["began"]\n', ([], None)), (b'["began"]\n["file", "/\\u00e4"]\n["row", "/a", "b", "c"]\n',
     ([("file", "/\u00e4"), ("row", "/a", "b", "c")], None)),
    (b"", CUT), (b'["file", "/a"]\n["began"]\n', CUT), (b'["began"]\n["file', CUT), (b'["began"]\n7\n', CUT),
    (b'["began"]\n["file", "\xff"]\n', CUT), (b"\n", CUT)])
def test_what_a_record_tells(tmp_path, content, told):
    (tmp_path / "n.reads").write_bytes(content)
    assert recording.noted(tmp_path / "n.reads") == recording.noted(str(tmp_path / "n.reads")) == told


def test_a_record_that_is_not_there_or_cannot_be_read(tmp_path):
    assert recording.noted(tmp_path / "none") == NO_RECORD and recording.noted(tmp_path) == CUT


def test_a_table_is_told_of_when_it_is_asked_for():
    told = []
    rows = recording.Noted({"actors": [1], "events": [2]}, told.append)
    assert (list(rows), "actors" in rows, len(rows)) == (["actors", "events"], True, 2) and told == []
    assert (rows["actors"], rows.get("events"), rows.get("boats"), rows.get("boats", ())) == ([1], [2], None, ())
    assert told == ["actors", "events", "boats", "boats"]
    assert (rows.values(), rows.items()) == ([[1], [2]], [("actors", [1]), ("events", [2])])
    assert told[4:] == ["actors", "events", "actors", "events"]
    with pytest.raises(KeyError):
        rows["boats"]
