"""What a notebook reads, noted while it runs, so that a cache can tell when it must run again.

Python itself reports what it opens (audit events, PEP 578); tables note which
of their rows are asked for. What cannot be followed is noted as well: a
notebook that does it is never taken from the cache.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: Audit events whose outcome no file tells.
_UNSEEN = {
    "socket.connect": "connects to a network", "socket.sendto": "connects to a network",
    "socket.bind": "listens on a network", "socket.getaddrinfo": "asks for a network address",
    "subprocess.Popen": "starts a program", "os.system": "starts a program", "os.exec": "starts a program",
    "os.posix_spawn": "starts a program", "os.fork": "starts a process", "os.forkpty": "starts a process",
    "sqlite3.connect": "opens a database", "os.remove": "removes a file", "os.rename": "renames a file",
    "os.mkdir": "makes a folder", "os.rmdir": "removes a folder", "os.link": "links a file",
    "os.symlink": "links a file", "shutil.rmtree": "removes a folder", "os.getxattr": "reads a file's attributes",
    "os.listxattr": "reads a file's attributes", "socket.gethostname": "asks for the machine's name",
    "socket.gethostbyname": "asks for a network address", "socket.gethostbyaddr": "asks for a network address",
    "socket.getnameinfo": "asks for a network address", "ctypes.dlopen": "calls a library of C",
}
#: Those that change files and folders, and which of their arguments name what is changed.
_CHANGES = {"os.remove": slice(1), "os.rename": slice(2), "os.mkdir": slice(1), "os.rmdir": slice(1),
            "os.link": slice(1, 2), "os.symlink": slice(1, 2), "shutil.rmtree": slice(1)}
_NONE = slice(0)
#: Libraries that open files, or start processes, without Python, and so without a report.
_NATIVE_READERS = {
    "pyarrow", "polars", "duckdb", "h5py", "tables", "netCDF4", "cftime", "eccodes", "rasterio", "pyogrio", "fiona",
    "osgeo", "lxml", "cffi", "cv2", "apsw", "lmdb", "_gdbm", "_dbm", "pyreadstat", "pyreadr", "soundfile", "av", "vtk",
    "pymupdf", "fitz", "pikepdf", "pypdfium2", "igraph", "graph_tool", "torch", "tensorflow", "tiledb", "deltalake",
    "datafusion", "connectorx", "sentencepiece", "tokenizers", "fasttext", "jpype", "rpy2",
    "multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver", "multiprocessing.shared_memory"}

#: The first line of a record. Where it is missing, not all could be written down.
BEGAN = ("began",)

_output: int | None = None
_paused = False
_seen: set[tuple[str, ...]] = set()
_libraries: tuple[str, ...] = ()


def note(kind: str, *parts: str) -> None:
    """Note one thing read; without effect where nothing is recorded."""
    line = (kind, *parts)
    if _output is not None and not _paused and line not in _seen:
        _seen.add(line)
        _write(line)


def _write(line: tuple[str, ...]) -> None:
    content = json.dumps(line).encode() + b"\n"
    try:
        whole = os.write(_output or 0, content) == len(content)
    except OSError:
        whole = False
    if not whole:  # a full disk: what was noted before is of no use, and to forget it needs no room
        os.ftruncate(_output or 0, 0)


def noted(record: str | os.PathLike[str]) -> tuple[list[tuple[str, ...]], str | None]:
    """What a record tells, line by line, and why it does not tell all that was read, where it does not."""
    try:
        with open(record, encoding="utf-8") as file:
            lines = [tuple(json.loads(line)) for line in file]
    except FileNotFoundError:
        return [], "ran on a kernel of the ordinary kind"
    except (OSError, ValueError, TypeError):
        return [], "read what could not be noted"
    return (lines[1:], None) if lines[:1] == [BEGAN] else ([], "read what could not be noted")


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """Within, nothing is noted: for code that notes in its own terms what it reads."""
    global _paused
    before, _paused = _paused, True
    try:
        yield
    finally:
        _paused = before


class Noted(dict[str, Any]):
    """Tables by name; `told` hears the name of each that is asked for."""

    def __init__(self, rows: Mapping[str, Any], told: Callable[[str], object]) -> None:
        super().__init__(rows)
        self.told = told

    def __getitem__(self, name: str) -> Any:
        self.told(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """As of a dict, and told."""
        self.told(name)
        return super().get(name, default)

    def values(self) -> Any:
        """All tables, each told."""
        return [self[name] for name in self]

    def items(self) -> Any:
        """All tables by name, each told."""
        return [(name, self[name]) for name in self]


def start(path: str, package: str) -> None:
    """Note from now on what this process reads, one line of JSON a thing, in the file `path`.

    Files of Python, of installed distributions and of the folder `package` are
    left out: their versions stand for them.
    """
    global _output, _libraries
    paths = sysconfig.get_paths()
    folders = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")} | {package}
    _libraries = tuple(f"{os.path.abspath(folder)}{os.sep}" for folder in folders)
    _output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    _write(BEGAN)
    os.stat = _noting(os.stat)
    os.lstat = _noting(os.lstat)
    os.access = _noting(os.access)
    os.readlink = _noting(os.readlink)
    for clock in ("getmtime", "getctime", "getatime"):
        setattr(os.path, clock, _timing(getattr(os.path, clock)))
    os.environ.__class__ = _Environment
    if hasattr(os, "environb"):
        os.environb.__class__ = _Environment
    # of a module that may have changed Python must not take what it compiled before: it looks at times and sizes only
    external: Any = sys.modules["_frozen_importlib_external"]
    external.cache_from_source = _compiled(external.cache_from_source)
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _paused:
        return
    if event == "open":
        _opened(*arguments)
    elif event in ("os.listdir", "os.scandir"):
        _touched("folder", arguments[0] if arguments[0] is not None else ".")
    elif event == "import":
        name = next((part for part in (arguments[0], arguments[0].partition(".")[0]) if part in _NATIVE_READERS), None)
        if name:
            note("unseen", f"uses {name}, which opens files unseen")
    elif event in _UNSEEN:
        if event.startswith("os.") and "__pycache__" in str(arguments):
            return  # Python keeps what it compiled
        note("unseen", f"{_UNSEEN[event]} ({event})")
        for path in arguments[_CHANGES.get(event, _NONE)]:
            if (place := _absolute(path)) is not None:
                note("changes", place)


def _opened(path: Any, mode: Any, flags: Any) -> None:
    if isinstance(path, int):
        return
    writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    place = _absolute(path)
    if place is None or place == os.devnull:
        return
    if not writes:
        _touched("file", path)
    elif "__pycache__" not in place:
        note("unseen", f"writes {place}")
        note("changes", place)


def _touched(kind: str, path: Any) -> None:
    place = _absolute(path)
    if place is None or f"{place}{os.sep}".startswith(_libraries):
        return
    if place.startswith(("/proc/", "/sys/", "/dev/")):
        note("unseen", f"reads {place}")
        return
    if place.endswith(".pyc"):
        with contextlib.suppress(ValueError):
            place = importlib.util.source_from_cache(place)
    note(kind, place)


def _absolute(path: Any) -> str | None:
    try:
        return os.path.abspath(os.fsdecode(path))
    except (TypeError, ValueError, OSError):  # an open file's number, or a folder that is gone
        return None


def _noting(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of os that asks about a path, of which Python gives no report."""
    def noted(path: Any, *arguments: Any, **named: Any) -> Any:
        if not _paused and not isinstance(path, int) and named.get("dir_fd") is None:
            _touched("file", path)
        return function(path, *arguments, **named)

    for abilities in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
        if function in abilities:
            abilities.add(noted)
    return noted


def _timing(function: Callable[..., Any]) -> Callable[..., Any]:
    def noted(path: Any) -> Any:
        note("unseen", "asks for a file's time")
        return function(path)

    return noted


def _compiled(function: Callable[..., str]) -> Callable[..., str]:
    """Where Python keeps what it compiled of a module: nowhere, where that is the project's own."""
    def place(path: Any, *arguments: Any, **named: Any) -> str:
        if not os.path.abspath(os.fsdecode(path)).startswith(_libraries):
            raise NotImplementedError
        return function(path, *arguments, **named)

    return place


class _Environment(os._Environ[Any]):
    """The environment, with the variables noted that are asked for."""

    def __getitem__(self, name: Any) -> Any:
        note("variable", os.fsdecode(name))
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[Any]:
        note("unseen", "reads all environment variables")
        return super().__iter__()
