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
    "os.symlink": "links a file", "shutil.rmtree": "removes a folder",
}
#: Those that change files and folders, and which of their arguments name what is changed.
_CHANGES = {"os.remove": slice(1), "os.rename": slice(2), "os.mkdir": slice(1), "os.rmdir": slice(1),
            "os.link": slice(1, 2), "os.symlink": slice(1, 2), "shutil.rmtree": slice(1)}
_NONE = slice(0)
#: Libraries that open files without Python, and so without a report.
_NATIVE_READERS = {"pyarrow", "polars", "duckdb", "h5py", "netCDF4", "rasterio", "pyogrio", "fiona"}

_output: int | None = None
_paused = False
_seen: set[tuple[str, ...]] = set()
_libraries: tuple[str, ...] = ()


def note(kind: str, *parts: str) -> None:
    """Note one thing read; without effect where nothing is recorded."""
    line = (kind, *parts)
    if _output is not None and not _paused and line not in _seen:
        _seen.add(line)
        os.write(_output, json.dumps(line).encode() + b"\n")


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
    os.stat = _noting(os.stat)
    os.lstat = _noting(os.lstat)
    os.access = _noting(os.access)
    os.environ.__class__ = _Environment
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _paused:
        return
    if event == "open":
        _opened(*arguments)
    elif event in ("os.listdir", "os.scandir"):
        _touched("folder", arguments[0] if arguments[0] is not None else ".")
    elif event == "import":
        name = arguments[0].partition(".")[0]
        if name in _NATIVE_READERS:
            note("unseen", f"uses {name}, which opens files unseen")
    elif event in _UNSEEN:
        if event.startswith("os.") and "__pycache__" in str(arguments[0]):
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


class _Environment(os._Environ[str]):
    """The environment, with the variables noted that are asked for."""

    def __getitem__(self, name: str) -> str:
        note("variable", name)
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        note("unseen", "reads all environment variables")
        return super().__iter__()
