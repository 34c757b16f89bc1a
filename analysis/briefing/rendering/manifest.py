"""Whether anything has changed since the last render, told before anything else is loaded.

The last render left a list of all that it read and wrote. As git's index does,
it has the size and times of each file, so that only those are hashed whose
times differ, or are too young to tell a change by. Only modules that Python
has loaded anyway are used here: to load others would take longer than to look.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
import time
import zlib
from collections.abc import Iterable, Mapping

OUTPUT = "_output"
MANIFEST = f"{OUTPUT}/.cache/manifest"
#: What a render has in `_output/` while it is at work (editions/publishing.py), and one that was killed leaves there.
AT_WORK = (".rendering-", ".lock")
#: Files younger than this (s) may change once more without another time: the coarsest file systems count so.
YOUNG = 2

#: How the variables begin that Python, numpy and pandas ask for while they are loaded, before anybody takes notes.
SHAPING = ("PYTHON", "NPY_", "NUMPY_", "PANDAS_", "OPENBLAS_", "OMP_", "MKL_", "LD_", "DYLD_")

#: Path, size, times in ns, inode, SHA-256 (after `target|`, where the path is a link); a size of -1 asks for the hash.
File = tuple[str, int, int, int, int, str]
Stamp = tuple[int, int, int, int]


def unchanged(root: str) -> bool:
    """Whether the outputs of a project are those that a render would write now."""
    return changes(root) == []


#: What was seen outside of projects: names by folder and suffix, and files as they are by what a list has of them.
Seen = tuple[dict[tuple[str, str], list[str] | None], dict[File, File | None]]


def changes(root: str, seen: Seen | None = None) -> list[str] | None:
    """The files of a project, inputs and outputs, that are not as the last render left them; None where that
    cannot be told. With `seen`, what many projects have in common (the package, its libraries) is looked at once."""
    try:
        if any(name.startswith(AT_WORK) for name in os.listdir(os.path.join(root, OUTPUT))):
            return None
        with open(os.path.join(root, MANIFEST), "rb") as file:
            content = file.read()
        if zlib.crc32(content[4:]) != int.from_bytes(content[:4], "big"):
            return None  # damaged
        python, variables, folders, files = marshal.loads(content[4:])
        if python != _python() or any(os.environ.get(name) != value for name, value in variables.items()):
            return None
        known_names, known_files = seen or ({}, {})
        if any(_names_seen(root, folder, suffix, known_names) != before for folder, suffix, before in folders):
            return None
        now = [known_files[file] if file in known_files else _seen(root, file, known_files) for file in files]
    except (OSError, ValueError, TypeError, EOFError):
        return None
    renewed = [file for file in now if file is not None]
    if now != files and len(renewed) == len(now):
        _write(root, variables, folders, renewed)
    return [file[0] for file, same in zip(files, now, strict=True) if same is None]


def remember(root: str, variables: Mapping[str, str | None], folders: Iterable[tuple[str, str]],
             files: Mapping[str, str]) -> None:
    """Leave the list for `unchanged`: the variables that were read, the folders whose names matter (all names, or
    those with a suffix), and the SHA-256 of every file that was read or written."""
    listed = [(folder, suffix, names(os.path.join(root, folder), suffix)) for folder, suffix in folders]
    known = [(path, -1, 0, 0, 0, digest) for path, digest in files.items()]
    now = [file for file in (_same(root, each) for each in known) if file is not None]
    if len(now) == len(known):
        _write(root, dict(variables), listed, now)


def shaping() -> dict[str, str]:
    """The variables of the environment that shape what a kernel does, whatever its notebook asks for."""
    return {name: value for name, value in sorted(os.environ.items()) if name.startswith(SHAPING)}


def swept() -> str:
    """What a person is told where folders of killed runs were removed from the temporary folder; else nothing."""
    place = next(filter(None, map(os.environ.get, ("TMPDIR", "TEMP", "TMP"))), "/tmp")
    try:
        if not any(name.startswith("briefing-") and name.endswith(".lock") for name in os.listdir(place)):
            return ""
    except OSError:
        return ""
    from ..execution import scratch

    count = scratch.sweep()
    return scratch.told(count) if count else ""


def _python() -> tuple[str, str, dict[str, str]]:
    return sys.version, sys.prefix, shaping()


def names(folder: str, suffix: str, everything: bool = False) -> list[str] | None:
    """The names in a folder that end so, folders with a stroke; without what Python compiled, unless `everything`."""
    try:
        with os.scandir(folder) as found:
            return sorted(f"{entry.name}/" if entry.is_dir() else entry.name for entry in found
                          if entry.name.endswith(suffix) and (everything or entry.name != "__pycache__"))
    except OSError:
        return None


def _names_seen(root: str, folder: str, suffix: str,
                known: dict[tuple[str, str], list[str] | None]) -> list[str] | None:
    """The names in a folder; of one outside the project, as they were when first looked at."""
    if (folder, suffix) in known:
        return known[folder, suffix]
    found = names(os.path.join(root, folder), suffix)
    if os.path.isabs(folder):
        known[folder, suffix] = found
    return found


def _seen(root: str, file: File, known: dict[File, File | None]) -> File | None:
    """The same as `_same`; of a file outside the project, as it was when first looked at."""
    same = _same(root, file)
    if os.path.isabs(file[0]):
        known[file] = same
    return same


def _same(root: str, file: File) -> File | None:
    """The file as the list has it, with its times renewed; None where its content is another."""
    path, (link, _, digest) = file[0], file[-1].rpartition("|")
    try:
        if link and os.readlink(os.path.join(root, path)) != link:
            return None
        status = os.stat(os.path.join(root, path))
    except OSError:
        return file if digest == "none" else None
    times = _times(status)
    if file[1:-1] == times:
        return file
    from hashlib import sha256

    try:
        with open(os.path.join(root, path), "rb") as content:
            if sha256(content.read()).hexdigest() != digest:
                return None
    except IsADirectoryError:
        return file if digest == "folder" else None
    except OSError:
        return None
    young = max(status.st_mtime, status.st_ctime) > time.time() - YOUNG
    return (path, -1, 0, 0, 0, file[-1]) if young else (path, *times, file[-1])


def stamp(path: str) -> Stamp | None:
    """What differs where a file was written, or replaced, in between; None where there is none."""
    try:
        return _times(os.stat(path))
    except OSError:
        return None


def _times(status: os.stat_result) -> Stamp:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _write(root: str, variables: Mapping[str, str | None], folders: list[tuple[str, str, list[str] | None]],
           files: list[File]) -> None:
    content = marshal.dumps((_python(), dict(variables), folders, files))
    path = os.path.join(root, MANIFEST)
    beside = f"{path}.{os.getpid()}"
    try:
        with open(beside, "wb") as file:
            file.write(zlib.crc32(content).to_bytes(4, "big") + content)
        os.replace(beside, path)
    except OSError:  # where it cannot be kept, the next render looks at everything
        with contextlib.suppress(OSError):
            os.remove(beside)
