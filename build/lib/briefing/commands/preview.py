"""Show the report while it is written: render after each save, and reload the page where its reader is.

What is served is `_output/report.html` with a script added; the file stays as it is. The events of the file
system are hints only: what was saved is told from the files themselves, so that none is missed and none counts twice.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from watchfiles import Change, DefaultFilter, watch

from ..editions import edition
from ..editions.edition import sha256
from ..execution.kernels import Kernels, warm
from ..findings import BriefingError, Finding, Findings
from .server import Server

#: Milliseconds without another save that end a burst of saves; and after which all is looked at anyway, for
#: folders that are new and file systems that tell nothing.
STEP, LOOK = 25, 2000
#: Seconds that a render may still take after a newer save, before it is given up for the next.
PATIENCE = 5.0
#: What a render reads, besides what the report itself names.
FOLDERS = ("data", "analysis")
FILES = ("report.qmd", "_quarto.yml", "pyproject.toml", "requirements.lock", "LICENSE")


@dataclass(frozen=True)
class Outcome:
    """What a render came to: the files saved before it, the seconds it took, and what was wrong, if anything."""

    saved: tuple[str, ...]
    seconds: float
    findings: tuple[Finding, ...] = ()
    error: str | None = None


def outcomes(root: Path, server: Server, **limits: int) -> Iterator[Outcome]:
    """Render now and after each save, and tell the server's pages; one outcome a render.

    `limits` are those of render.render: timeout (s), memory (MB). Runs in the
    main thread. Ends when the package's own code was saved: what is in memory
    is then not what an edition would say that it was made with.
    """
    started = _code(root, inputs(root))
    rendered: dict[str, str] | None = None  # the inputs of the last render that came to its end
    with warm() as kernels, _Watch(root) as saves:
        while True:
            try:
                saves.told.clear()
                now = inputs(root, rendered or ())
                if rendered != now:
                    saved = _changed(rendered or now, now)
                    if _code(root, now) == started:
                        outcome = _render(root, server, kernels, limits, saves, now, saved)
                    elif broken := _broken(root, saved):
                        outcome = Outcome(saved, 0.0, (broken,))
                    else:
                        return
                    rendered = now
                    server.tell(working="", error=outcome.error or "",
                                findings=[finding.as_dict() | {"place": finding.place} for finding in outcome.findings])
                    yield outcome
                server.tell()  # somebody else may have rendered, too
                saves.told.wait()
            except KeyboardInterrupt:
                if not saves.overtaken:
                    raise
                saves.overtaken = False


def inputs(root: Path, known: Iterable[str] = ()) -> dict[str, str]:
    """The SHA-256 of every file that a render reads, by its path in the project.

    The report may be broken for a while: then `known` are paths that it named before.
    """
    below = [name for folder in FOLDERS for place, files in _walk(root / folder)
             for file in files if _counts(name := (place / file).relative_to(root).as_posix())]
    found = {}
    for name in sorted({*below, *FILES, *_named(root), *known}):
        try:
            found[name] = sha256((root / name).read_bytes())
        except OSError:  # not there, or no longer
            continue
    return found


# --- rendering ------------------------------------------------------------------

def _render(root: Path, server: Server, kernels: Kernels, limits: Mapping[str, Any], saves: _Watch,
            now: Mapping[str, str], saved: tuple[str, ...]) -> Outcome:
    began = time.perf_counter()
    findings: tuple[Finding, ...] = ()
    error = None
    server.tell(working="Rendering")
    try:
        from ..rendering import render

        with saves.during(now):
            render.render(root, **limits, kernels=kernels,
                          progress=lambda message: server.tell(working=message.strip()))
    except Findings as found:
        findings = tuple(found.findings)
    except BriefingError as failed:
        error = str(failed)
    except Exception as fault:  # of the package: shown like all else, and the next save may well avoid it
        traceback.print_exc()
        error = (f"The package: found {type(fault).__name__} ({fault}), expected a render. "
                 "This is a fault of the package; the terminal shows where.")
    return Outcome(saved, time.perf_counter() - began, findings, error)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in sorted({*before, *after}) if before.get(name) != after.get(name))


def _code(root: Path, files: Mapping[str, str]) -> dict[str, str]:
    """Those of a project's files that are this package's code."""
    return {name: content for name, content in files.items()
            if name.endswith(".py") and (root / name).is_relative_to(edition.PACKAGE)}


def _broken(root: Path, saved: tuple[str, ...]) -> Finding | None:
    """What keeps the package's new code from being imported, if anything does."""
    run = subprocess.run([sys.executable, "-c",
                          "import briefing.commands.preview, briefing.commands.cli, briefing.rendering.render"],
                         capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return None
    places = re.findall(r'File "([^"]+)", line (\d+)', run.stderr)
    path, line = next(((Path(file).relative_to(root).as_posix(), int(line)) for file, line in reversed(places)
                       if Path(file).is_relative_to(root)), (", ".join(saved), None))
    return Finding("package", path, run.stderr.strip().splitlines()[-1], "code that can be imported",
                   "Mend it; the preview then starts itself again.", line=line)


# --- watching -------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class _Run:
    """A render under way, and the inputs that it began with."""

    inputs: Mapping[str, str]
    ended: threading.Event = field(default_factory=threading.Event)


class _Watch:
    """A thread that says, by `told`, when to look at the inputs, and gives up a render that a save has overtaken."""

    def __init__(self, root: Path) -> None:
        self.told = threading.Event()
        self.overtaken = False
        self._root = root
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._run: _Run | None = None
        self._thread = threading.Thread(target=self._work, name="watching")

    def __enter__(self) -> _Watch:
        # a shell that starts a command in the background lets it ignore this, and giving up needs it as stopping does
        self._before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        signal.signal(signal.SIGINT, self._before)

    @contextmanager
    def during(self, now: Mapping[str, str]) -> Iterator[None]:
        """While a render goes on that began with these inputs."""
        run = self._run = _Run(now)
        try:
            yield
        finally:
            run.ended.set()
            with self._lock:
                self._run = None

    def _work(self) -> None:
        while not self._stop.is_set():
            folders = _folders(self._root)
            try:
                for _ in watch(*folders, recursive=False, watch_filter=None, step=STEP, rust_timeout=LOOK,
                               yield_on_timeout=True, stop_event=self._stop, raise_interrupt=False):
                    self.told.set()
                    self._overtake()
                    if _folders(self._root) != folders:
                        break
            except (OSError, RuntimeError):  # a folder has just gone, or the system watches no more: look now and then
                self.told.set()
                self._stop.wait(LOOK / 1000)

    def _overtake(self) -> None:
        run = self._run
        if run is None or inputs(self._root, run.inputs) == run.inputs or run.ended.wait(PATIENCE):
            return
        with self._lock:
            if self._run is run and hasattr(signal, "pthread_kill"):
                self.overtaken = True  # a render ends on Ctrl-C at once and leaves nothing: so it does here
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _folders(root: Path) -> list[str]:
    """The folders to watch, each by itself: a whole project has environments and caches of thousands of folders."""
    walked = {place for folder in FOLDERS for place, _ in _walk(root / folder)}
    named = {(root / name).parent for name in _named(root)}
    return sorted(str(folder) for folder in {root, root / "_output", *walked, *named} if folder.is_dir())


def _named(root: Path) -> list[str]:
    try:
        return edition.named_by_report(root)
    except BriefingError:
        return []


def _walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
        yield Path(place), files


_KEPT = DefaultFilter()


def _counts(name: str) -> bool:
    """Whether a file is meant: not what editors and caches leave beside."""
    last = name.rpartition("/")[2]
    return _KEPT(Change.modified, name) and not last.startswith((".", "#"))
