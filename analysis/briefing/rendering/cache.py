"""Results of earlier renders, kept under what they were made from, and given only where all of that is the same.

A step is a notebook, or the report's own expressions. Of each the store holds
the last runs, with the hashes of its code, of the package and its libraries,
and of everything that it read; and what came of them.
"""

from __future__ import annotations

import json
import os
import platform
import stat
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..editions import compare
from ..editions.edition import sha256
from ..execution.store import Store
from ..facts.tables import Tables
from ..language import VARIABLE as LANGUAGE
from . import manifest

#: How many runs of a step are remembered.
RUNS = 8
#: How far the system's clock goes at once, in s: so much earlier than it is may be the time of a file.
TICK = 0.011
#: How far (s) it may come off a steady clock within one render.
JUMP = 0.05
#: How many reasons are named for a step that is done again.
REASONS = 5

#: One thing that a step read: kind, then what names it.
Read = tuple[str, ...]


# --- what a step is made from -----------------------------------------------------

class Beginning(NamedTuple):
    """When a render began, by the clock (s), and how far the clock was from one that nobody sets."""

    moment: float
    apart: float

    def jumped(self) -> bool:
        """Whether the clock was set since, so that the times of files say nothing."""
        return abs(time.time() - time.monotonic() - self.apart) > JUMP


def beginning() -> Beginning:
    """Now: what changes from here on has a later time, and what changed before has not."""
    moment, apart = time.time(), time.time() - time.monotonic()
    time.sleep(TICK)
    return Beginning(moment, apart)


@dataclass
class Inputs:
    """What the steps of one render may read, each fingerprinted once."""

    root: Path
    data: Tables
    staging: Path
    variables: Mapping[str, str]
    began: Beginning  # what changed since then may not be what a step has read
    known: dict[Read, str] = field(default_factory=dict)

    def fingerprint(self, read: Read) -> str:
        """What stands for a read thing's content now; two that are equal have equal content."""
        if read not in self.known:
            self.known[read] = self._fingerprint(*read)
        return self.known[read]

    def _fingerprint(self, kind: str, name: str, *rest: str) -> str:
        if kind == "table":
            return " ".join(map(file_hash, self.tables(name)))
        if kind == "row":
            rows = [row for row in self.data.rows.get(name, ()) if row.get("id") == rest[0]]
            return sha256(repr(rows).encode("utf-8"))
        if kind == "variable":
            return sha256(self.variables[name].encode("utf-8", "surrogateescape")) if name in self.variables else "none"
        return linked_hash(self.path(name)) if kind == "file" else folder_hash(self.path(name))

    def path(self, name: str) -> Path:
        """The path of a read file or folder, by its name in a history."""
        return self.staging / name.removeprefix("new:") if name.startswith("new:") else self.root / name

    def tables(self, name: str) -> list[Path]:
        """The files of a table, by its name in the descriptor."""
        return [self.root / file for file in self.data.files(name)]

    def touched(self, read: Read) -> bool:
        """Whether a read file may have changed since the render began: itself, a link to it, or a folder's name."""
        kind, name, *_ = read
        if kind == "variable" or name.startswith("new:"):
            return False
        paths = self.tables(name) if kind in ("table", "row") else [self.path(name)]
        return self.began.jumped() or any(self._late(path, path.stat, kind == "folder") or any(
            self._late(place, place.lstat, kind == "folder" and place == path) for place in (path, *path.parents))
            for path in paths)

    def _late(self, path: Path, look: Callable[[], os.stat_result], names_matter: bool) -> bool:
        try:
            status = look()
        except OSError:
            return False
        if stat.S_ISDIR(status.st_mode):
            if not names_matter and status.st_ctime_ns == status.st_mtime_ns:
                return False  # other files came into it or went, but it was not renamed
        elif not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
            return False
        whole_seconds = status.st_ctime_ns % 10**9 == 0  # so coarse are the times of some file systems
        return status.st_ctime >= self.began.moment - (2 if whole_seconds else 0)

    def named(self, lines: Iterable[Read], own: Iterable[Path]) -> tuple[list[Read], list[str]]:
        """What a recording tells: the things read, under names that hold in every folder, and what could
        not be followed. What lies in a folder of `own` belongs to the run and is left out."""
        reads, unseen = [], []
        passing = tuple(f"{path}{os.sep}" for path in own)
        for kind, name, *rest in lines:
            if kind == "unseen":
                unseen.append(name)
            elif kind in ("figure", "changes"):
                continue
            elif kind in ("table", "row"):
                if Path(name) != self.root:
                    unseen.append(f"reads tables of {name}")
                reads.append((kind, *rest))
            elif kind == "variable":
                reads.append((kind, name))
            elif f"{name}{os.sep}".startswith(f"{self.staging}{os.sep}"):
                reads.append((kind, f"new:{Path(name).relative_to(self.staging).as_posix()}"))
            elif not f"{name}{os.sep}".startswith(passing):
                inside = Path(name).is_relative_to(self.root)
                reads.append((kind, Path(name).relative_to(self.root).as_posix() if inside else name))
        whole = {name for kind, name, *_ in reads if kind == "table"}
        reads = [read for read in reads if read[0] != "row" or read[1] not in whole]
        return sorted(set(reads)), list(dict.fromkeys(unseen))


def environment(root: Path, package: Path) -> dict[str, str]:
    """All that shapes a step besides its code and data, by name: Python, the installed distributions, the variables
    that these ask for, the lock file, and the package's own files."""
    found = {"Python": f"{platform.python_version()} {sys.platform} {platform.machine()}"}
    for name in distributions():
        name, _, version = name.removesuffix(".dist-info").partition("-")
        found[name] = version
    found |= {f"the variable {name}": value for name, value in manifest.shaping().items()}
    found["requirements.lock"] = file_hash(root / "requirements.lock")
    for path in sorted(package.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            found[f"analysis/briefing/{path.relative_to(package).as_posix()}"] = file_hash(path)
    return found


def libraries() -> list[str]:
    """The folders that distributions are installed in."""
    return list(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))


def distributions() -> list[str]:
    """The names of the installed distributions' folders, which have name and version in them."""
    return sorted(name for folder in libraries() for name in os.listdir(folder) if name.endswith(".dist-info"))


def file_hash(path: Path) -> str:
    """The hash of a file, or what is there instead."""
    try:
        mode = path.stat().st_mode
        return sha256(path.read_bytes()) if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "no plain file"
    except OSError:
        return "none"


def linked_hash(path: Path) -> str:
    """The hash of a file, with where it leads, if it is a link."""
    try:
        return f"{os.readlink(path)}|{file_hash(path)}" if path.is_symlink() else file_hash(path)
    except OSError:
        return "none"


def folder_hash(path: Path) -> str:
    """What stands for the names in a folder, and which of them are folders."""
    names = manifest.names(str(path), "", everything=True)
    return "none" if names is None else sha256("\0".join(names).encode("utf-8", "surrogateescape"))


# --- steps ------------------------------------------------------------------------

@dataclass(frozen=True)
class Found:
    """What the cache has for a step: its result, or None and the reasons why it must be done again."""

    result: bytes | None
    reasons: tuple[str, ...] = ()
    reads: tuple[Read, ...] = ()

    @property
    def why(self) -> str:
        """The reasons in one line; of many, the first."""
        more = len(self.reasons) - REASONS
        return "; ".join([*self.reasons[:REASONS], *([f"and {more} more"] if more > 0 else [])])


def find(store: Store, step: str, code: Mapping[str, str], environment: Mapping[str, str], inputs: Inputs) -> Found:
    """Look up a step by the hashes of its code (by cell), its environment, and what its earlier runs read."""
    runs = _runs(store, step)
    surroundings = digest(environment)
    for run in runs:
        if (run["code"], run["environment"]) == (dict(code), surroundings) and not run["unseen"] and all(
                inputs.fingerprint(tuple(read)) == mark for read, mark in run["reads"]) and (
                result := store.get("blobs", run["result"])) is not None:
            return Found(result, (), tuple(tuple(read) for read, _ in run["reads"]))
    if store.folder is None:
        return Found(None, ("the cache is not used",))
    if not runs:
        return Found(None, ("it has not run before",))
    return Found(None, tuple(_reasons(store, runs[0], code, environment, inputs)))


def keep(store: Store, step: str, code: Mapping[str, str], environment: Mapping[str, str], inputs: Inputs,
         reads: list[Read], unseen: list[str], result: bytes) -> None:
    """Remember a run of a step, as the newest of its history."""
    if store.folder is None or any(inputs.touched(read) for read in reads):
        return
    for read in reads:  # the tables as they were, to tell later which row has changed
        if read[0] == "table":
            for path in filter(Path.is_file, inputs.tables(read[1])):
                store.keep(path.read_bytes())
    store.put("blobs", digest(environment), json.dumps(environment).encode())
    run = {"code": dict(code), "environment": digest(environment), "unseen": unseen, "result": store.keep(result),
           "reads": [[read, inputs.fingerprint(read)] for read in reads]}
    store.put("runs", sha256(step.encode()), json.dumps([run, *_runs(store, step)][:RUNS]).encode())


def _runs(store: Store, step: str) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = json.loads(store.get("runs", sha256(step.encode())) or b"[]")
    return runs


def digest(environment: Mapping[str, str]) -> str:
    """What stands for a whole environment."""
    return sha256(json.dumps(environment, sort_keys=True).encode())


def _reasons(store: Store, run: dict[str, Any], code: Mapping[str, str], environment: Mapping[str, str],
             inputs: Inputs) -> Iterator[str]:
    """Why the newest run of a step does not stand."""
    yield from (f"it {what}, which cannot be followed" for what in run["unseen"])
    yield from _changes(run["code"], code, "cell ")
    if run["environment"] != digest(environment):
        before = store.get("blobs", run["environment"])
        yield from _changes(json.loads(before), environment) if before else ["the package or its libraries changed"]
    for read, mark in run["reads"]:
        if (now := inputs.fingerprint(tuple(read))) == mark:
            continue
        kind, name, *rest = read
        if kind == "table":
            yield from _tables(store, inputs, name, mark.split(), now.split())
        elif kind == "row":
            yield f"{inputs.data.files(name)[0]}, the row {rest[0]}, changed"
        elif kind == "variable":
            yield "lang of report.qmd changed" if name == LANGUAGE else f"the variable {name} changed"
        elif kind == "folder":
            yield f"other files in {_shown(name)}"
        else:
            yield f"{_shown(name)} {'is gone' if now == 'none' else 'is new' if mark == 'none' else 'changed'}"
    if store.get("blobs", run["result"]) is None:
        yield "what was kept of it is gone or damaged"


def _shown(name: str) -> str:
    return f"the new _output/{name.removeprefix('new:')}" if name.startswith("new:") else name


def _changes(before: Mapping[str, str], now: Mapping[str, str], word: str = "") -> Iterator[str]:
    for name in dict.fromkeys([*before, *now]):
        old, new = before.get(name), now.get(name)
        if old != new:
            versions = f": {old} before, {new} now" if old and new and len(old) < 60 else ""
            yield f"{word}{name} {'is new' if old is None else 'is gone' if new is None else 'changed'}{versions}"


def _tables(store: Store, inputs: Inputs, name: str, marks: list[str], now: list[str]) -> Iterator[str]:
    """What changed in the files of a table, of which there may be more than before."""
    for n, file in enumerate(inputs.data.files(name)):
        if marks[n:n + 1] != now[n:n + 1]:
            yield from _rows(store.get("blobs", marks[n]) if n < len(marks) else None, inputs.root / file, file)


def _rows(before: bytes | None, path: Path, shown: str) -> Iterator[str]:
    """Which rows of a table have changed, by the explanation that a check gives."""
    if before is None or not path.is_file():
        return iter([f"{shown} changed"])
    found = compare.inputs({shown: before}, {shown: path.read_bytes()})
    return (str(difference) for difference in found)
