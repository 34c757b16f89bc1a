"""Where the time of a render goes: its stages, as a table and as a trace."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A stretch of work on one lane (a thread, or a notebook); seconds, `start` from the beginning of the run."""

    name: str
    lane: str
    start: float
    seconds: float


class Timings:
    """The stages of one run, in the order in which they ended; it begins when it is made."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self._began = time.perf_counter()

    @contextlib.contextmanager
    def stage(self, name: str, lane: str = "") -> Iterator[None]:
        """Time what happens within, also where it fails."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, start, lane)

    def add(self, name: str, start: float | None = None, lane: str = "") -> None:
        """A stage that ends now; without `start` (of time.perf_counter) it began with the run."""
        start = self._began if start is None else start
        lane = lane or ("main" if threading.current_thread() is threading.main_thread() else "beside")
        self.stages.append(Stage(name, lane, start - self._began, time.perf_counter() - start))

    def table(self) -> str:
        """One line a stage, by when it began; stages of different lanes overlap."""
        stages = sorted(self.stages, key=lambda stage: stage.start)
        room = max((len(stage.name) for stage in stages), default=0)
        side = max((len(stage.lane) for stage in stages), default=0)
        lines = [f"{'stage':{room}}  {'lane':{side}}    from s    took s"]
        lines += [f"{s.name:{room}}  {s.lane:{side}}  {s.start:8.3f}  {s.seconds:8.3f}" for s in stages]
        return "\n".join(lines)

    def trace(self) -> str:
        """The stages in Chrome's trace format, which chrome://tracing and Perfetto open."""
        lanes = list(dict.fromkeys(stage.lane for stage in sorted(self.stages, key=lambda stage: stage.start)))
        events = [{"ph": "M", "pid": 1, "tid": n, "name": "thread_name", "args": {"name": lane}}
                  for n, lane in enumerate(lanes)]
        events += [{"ph": "X", "pid": 1, "tid": lanes.index(stage.lane), "name": stage.name,
                    "ts": round(stage.start * 1e6), "dur": round(stage.seconds * 1e6)} for stage in self.stages]
        return json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}, indent=1) + "\n"
