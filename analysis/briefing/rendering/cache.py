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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..editions import compare
from ..editions.edition import sha256
from ..execution.store import Store
from ..facts.tables import Tables
from ..language import VARIABLE as LANGUAGE

#: How many runs of a step are remembered.
RUNS = 8
#: How many reasons are named for a step that is done again.
REASONS = 5

#: One thing that a step read: kind, then what names it.
Read = tuple[str, ...]


# --- what a step is made from -----------------------------------------------------

@dataclass
class Inputs:
    """What the steps of one render may read, each fingerprinted once."""

    root: Path
    data: Tables
    staging: Path
    variables: Mapping[str, str]
    began: float  # of time.time: what changed since then may not be what a step has read
    known: dict[Read, str] = field(default_factory=dict)

    def fingerprint(self, read: Read) -> str:
        """What stands for a read thing's content now; two that are equal have equal content."""
        if read not in self.known:
            self.known[read] = self._fingerprint(*read)
        return self.known[read]

    def _fingerprint(self, kind: str, name: str, *rest: str) -> str:
        if kind == "table":
            return file_hash(self.table(name))
        if kind == "row":
            rows = [row for row in self.data.rows.get(name, ()) if row.get("id") == rest[0]]
            return sha256(repr(rows).encode("utf-8"))
        if kind == "variable":
            return sha256(self.variables[name].encode("utf-8", "surrogateescape")) if name in self.variables else "none"
        return file_hash(self.path(name)) if kind == "file" else folder_hash(self.path(name))

    def path(self, name: str) -> Path:
        """The path of a read file or folder, by its name in a history."""
        return self.staging / name.removeprefix("new:") if name.startswith("new:") else self.root / name

    def table(self, name: str) -> Path:
        """The file of a table, by its name in the descriptor."""
        resource = next((r for r in self.data.descriptor["resources"] if r["name"] == name), None)
        return self.root / "data" / (resource["path"] if resource else name)

    def touched(self, read: Read) -> bool:
        """Whether a read file has changed since the render began."""
        kind, name, *_ = read
        path = self.table(name) if kind in ("table", "row") else self.path(name)
        try:
            status = path.stat()
        except OSError:
            return False
        matters = kind == "folder" or stat.S_ISREG(status.st_mode)  # of a folder, that it is there, or its names
        return matters and kind != "variable" and not name.startswith("new:") and status.st_ctime > self.began

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
    """All that shapes a step besides its code and data, by name: Python, the installed distributions, the lock
    file, and the package's own files."""
    found = {"Python": f"{platform.python_version()} {sys.platform} {platform.machine()}"}
    for name in distributions():
        name, _, version = name.removesuffix(".dist-info").partition("-")
        found[name] = version
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


def folder_hash(path: Path) -> str:
    """What stands for the names in a folder."""
    try:
        return sha256("\0".join(sorted(os.listdir(path))).encode("utf-8", "surrogateescape"))
    except OSError:
        return "none"


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
        if read[0] == "table" and (path := inputs.table(read[1])).is_file():
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
            path = f"data/{inputs.table(name).name}"
            yield from _rows(store.get("blobs", mark), inputs.table(name), path)
        elif kind == "row":
            yield f"data/{inputs.table(name).name}, the row {rest[0]}, changed"
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


def _rows(before: bytes | None, path: Path, shown: str) -> Iterator[str]:
    """Which rows of a table have changed, by the explanation that a check gives."""
    if before is None or not path.is_file():
        return iter([f"{shown} changed"])
    found = compare.inputs({shown: before}, {shown: path.read_bytes()})
    return (str(difference) for difference in found)
