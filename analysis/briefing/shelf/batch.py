"""Many projects by a few processes: each by itself, only those that have changed, and an outcome for every one.

What a render did lies in its own project, so that there is no state of a batch: begun again after whatever cut it off,
it goes on with what is not made.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from ..findings import Finding, visible
from ..rendering import manifest

if TYPE_CHECKING:
    from pathlib import Path

    from ..execution.kernels import Kernels
    from .workers import Worker

MADE, UNCHANGED, FOUND, FAILED = "made", "unchanged", "findings", "failed"
#: How the states are counted, in this order; `made` may be another word for another job.
WORDS = {MADE: MADE, UNCHANGED: UNCHANGED, FOUND: "with findings", FAILED: "failed"}
BAR = 24  # characters
RENDER = "briefing.shelf.batch:rendered"
#: How many changed files are named as the reason why a project is made.
NAMED = 5


@dataclass(frozen=True)
class Job:
    """What is done with each project: a function as `module:function`, what it is given besides the project, the
    most seconds that it may take on one, and whether what has not changed is left alone."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    limit: float = 900
    only_changed: bool = True


@dataclass(frozen=True)
class Outcome:
    """What came of one project: `state` is one of made (or checked), unchanged, findings, failed; seconds that it
    took; why it was made, the findings as plain data, differences of a rebuild as sentences, and how it failed."""

    project: str
    state: str
    seconds: float = 0.0
    why: tuple[str, ...] = ()
    findings: tuple[Mapping[str, Any], ...] = ()
    differences: tuple[str, ...] = ()
    error: str = ""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def outcomes(folder: str, projects: Iterable[str], job: Job, count: int) -> Generator[Outcome]:
    """The outcome of each project below a folder, in the order in which they end, by `count` processes.

    To close the iterator ends what is under way, within two seconds, and leaves nothing of it.
    """
    seen: manifest.Seen = ({}, {})
    waiting = []
    for path in projects:
        changed = manifest.changes(os.path.join(folder, path), seen) if job.only_changed else None
        if changed == []:
            yield Outcome(path, UNCHANGED)
        else:
            waiting.append((path, _why(changed) if job.only_changed else ()))
    if not waiting:
        return
    from concurrent.futures import as_completed

    with _crew(min(count, len(waiting))) as submit:
        for done in as_completed([submit(_one, folder, path, job, why) for path, why in waiting]):
            yield done.result()


def outcome(path: str, answer: Mapping[str, Any], seconds: float, why: tuple[str, ...] = ()) -> Outcome:
    """The outcome of a project, by what a job answered about it."""
    found, differences = tuple(answer.get("findings", ())), tuple(answer.get("differences", ()))
    state = FAILED if answer.get("error") else FOUND if found or differences else MADE
    return Outcome(path, state, round(seconds, 3), (*why, *answer.get("why", ())), found, differences,
                   answer.get("error", ""))


def _why(changed: list[str] | None) -> tuple[str, ...]:
    if changed is None:
        return ("it was not made here before, or with another Python, other libraries or variables",)
    more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
    return (f"changed: {', '.join(changed[:NAMED])}{more}",)


# --- what is told ------------------------------------------------------------------

class Progress:
    """Tells on a stream how far a batch is: on a terminal in one line with the time left, else a line a project."""

    def __init__(self, stream: TextIO, total: int, made: str = MADE) -> None:
        self._stream, self._total, self._made_word = stream, total, made
        self._done = self._made = self._wrong = 0
        self._terminal = stream.isatty()
        self._began = time.monotonic()

    def tell(self, outcome: Outcome) -> None:
        """One project more is done."""
        self._done += 1
        self._wrong += outcome.state in (FOUND, FAILED)
        if outcome.state == UNCHANGED:
            self._began = time.monotonic()  # what takes time begins after it
        else:
            self._made += 1
        if self._terminal:
            self._draw()
        elif outcome.state != UNCHANGED:
            print(visible(f"{outcome.project}: {_said(outcome, self._made_word)} ({self._done} of {self._total})"),
                  file=self._stream, flush=True)

    def end(self) -> None:
        """Take the line away."""
        if self._terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self) -> None:
        filled = BAR * self._done // max(self._total, 1)
        wrong = f", {self._wrong} not clean" if self._wrong else ""
        left = ""
        if self._made and self._done < self._total:
            seconds = (time.monotonic() - self._began) / self._made * (self._total - self._done)
            left = f", {_span(seconds)} left"
        self._stream.write(f"\r\x1b[K{'█' * filled}{'░' * (BAR - filled)} {self._done} of {self._total}{wrong}{left}")
        self._stream.flush()


def table(outcomes: Iterable[Outcome], seconds: float, notes: Sequence[str] = (), made: str = MADE) -> str:
    """What came of a batch: a row for each project that something was done with, all findings, and the counts."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.project)
    shown = [outcome for outcome in ordered if outcome.state != UNCHANGED or outcome.why]
    room = max((len(outcome.project) for outcome in shown), default=0)
    lines = [f"{'project':{max(room, 7)}}       s  outcome"] * bool(shown)
    for outcome in shown:
        lines.append(f"{outcome.project:{max(room, 7)}}  {outcome.seconds:6.1f}  {_said(outcome, made)}")
        lines += [f"  {reason}" for reason in outcome.why]
        lines += [f"  {line}" for line in _wrong(outcome)]
    counts = Counter(outcome.state for outcome in ordered)
    told = ", ".join(f"{counts[state]} {made if state == MADE else word}" for state, word in WORDS.items()
                     if counts[state])
    lines += notes
    lines.append(f"{len(ordered)} project{'s' * (len(ordered) != 1)} in {_span(seconds)}: {told}.")
    return visible("\n".join(lines))


def as_data(outcomes: Iterable[Outcome], seconds: float, notes: Sequence[str] = (),
            stopped: bool = False) -> dict[str, Any]:
    """The same as plain data, projects in order of their paths."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.project)
    counts = Counter(outcome.state for outcome in ordered)
    return {"projects": [{"project": each.project, "state": each.state, "seconds": each.seconds,
                          "why": list(each.why), "findings": list(each.findings),
                          "differences": list(each.differences), "error": each.error} for each in ordered],
            "counts": {state: counts[state] for state in WORDS}, "notes": list(notes),
            "seconds": round(seconds, 3), "stopped": stopped}


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0 where every project is as it should be, else 1."""
    return int(any(outcome.state in (FOUND, FAILED) for outcome in outcomes))


def _said(outcome: Outcome, made: str) -> str:
    count = len(outcome.findings) + len(outcome.differences)
    return {MADE: made, UNCHANGED: UNCHANGED, FAILED: FAILED}.get(
        outcome.state, f"{count} finding{'s' * (count != 1)}")


def _wrong(outcome: Outcome) -> list[str]:
    findings = [str(Finding(**finding)) for finding in outcome.findings]
    return [line for text in [*findings, *outcome.differences, *filter(None, [outcome.error])]
            for line in text.splitlines()]


def _span(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


# --- the processes ------------------------------------------------------------------

@contextmanager
def _crew(count: int) -> Iterator[Any]:
    """What gives work to `count` processes, which begin when they are first needed, and end with this."""
    import queue
    import threading
    from concurrent.futures import ThreadPoolExecutor

    from ..execution import scratch
    from .workers import Worker

    scratch.sweep()  # what killed batches have left: each process sees a temporary folder of its own only
    with scratch.folder() as temporary:
        workers = [Worker(temporary / str(n)) for n in range(count)]
        idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in workers:
            idle.put(worker)
        pool = ThreadPoolExecutor(count)
        try:
            yield lambda work, *arguments: pool.submit(work, idle, *arguments)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            # side by side: each may take a while
            ending = [threading.Thread(target=worker.close) for worker in workers]
            for thread in ending:
                thread.start()
            for thread in ending:
                thread.join()
            pool.shutdown()


def _one(idle: Any, folder: str, path: str, job: Job, why: tuple[str, ...]) -> Outcome:
    from pathlib import Path

    worker = idle.get()
    try:
        return worked(worker, Path(folder, path), path, job, why)
    finally:
        idle.put(worker)


def worked(worker: Worker, root: Path, path: str, job: Job, why: tuple[str, ...] = ()) -> Outcome:
    """What comes of a project at `root`, named `path`, when a process does a job on it."""
    from .workers import Ended

    started = time.perf_counter()
    try:
        answer = worker.do(job.name, root, job.limit, job.arguments)
    except Ended as ended:
        _tidy(root)
        remedy = "Look for a notebook that waits, or allow more with --limit" if "no end" in str(ended) else \
            "Look for what takes much memory or ends its process; the log of the system may say more"
        answer = {"error": f"{path}: found {ended}, expected a result. {remedy}. "
                           "What was there before is unchanged."}
    return outcome(path, answer, time.perf_counter() - started, why)


def _tidy(root: Path) -> None:
    """Remove what a render that was killed has left in `_output/`, and `_output/` where nothing was ever made."""
    from contextlib import suppress

    from ..editions import publishing

    publishing.settle(root)
    with suppress(OSError):
        (root / "_output").rmdir()


# --- within a process ---------------------------------------------------------------

def rendered(root: Path, kernels: Kernels, *, timeout: int, memory: int, use_cache: bool = True,
             why: bool = False) -> dict[str, Any]:
    """Render one project on warm kernels; what a notebook wrote outside of it is a finding."""
    kernels.start()
    from ..rendering import render

    reasons: list[str] = []
    outside: set[tuple[str, str]] = set()
    render.render(root, timeout=timeout, memory=memory, use_cache=use_cache, explain=reasons.append, kernels=kernels,
                  outside=lambda step, place: outside.add((step, place)))
    found = [Finding("writes-outside", step, f"that it changes {place}", "changes within the project's folder only",
                     "Write below that folder. The edition was made nevertheless.").as_dict()
             for step, place in sorted(outside)]
    return {"findings": found, "why": sorted(reasons) if why else []}
