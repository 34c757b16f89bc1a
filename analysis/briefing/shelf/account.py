"""How far a batch is, while it goes on, and what came of it: a table for people, and the same as data."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from ..findings import Finding, visible
from .batch import FAILED, FOUND, MADE, UNCHANGED, Outcome

#: How the states are counted, in this order; `made` may be another word for another job.
WORDS = {MADE: MADE, UNCHANGED: UNCHANGED, FOUND: "with findings", FAILED: "failed"}
BAR = 24  # characters


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
