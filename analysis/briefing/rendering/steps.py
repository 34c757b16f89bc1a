"""Run what must run: notebooks side by side, then the report's own code; the rest comes from the cache."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import limits
from ..execution import drawing, notebooks
from ..execution.kernels import Kernels
from ..execution.store import VARIABLE, Store
from ..facts import recording
from ..findings import Finding, Findings, NotebookFailed
from ..language import VARIABLE as LANGUAGE
from ..language import current
from ..report import report
from . import cache
from .timings import Timings

OWN = "report.qmd"

#: Told what begins and what is done.
Progress = Callable[[str], None]
#: Told the step and the path, where a step changes a file or folder outside the project.
Outside = Callable[[str, str], object]
#: Where programs keep what may be lost, so that no project is told for it.
CACHES = ("~/.cache", "~/.config/matplotlib", "~/Library/Caches", "~/AppData/Local")


@dataclass(frozen=True)
class Run:
    """What one render runs with. `timeout` is in seconds a cell, `memory` in MB a kernel."""

    root: Path
    staging: Path
    kernels: Kernels
    timeout: int
    memory: int
    store: Store
    environment: Mapping[str, str]
    inputs: cache.Inputs
    progress: Progress
    explain: Progress
    timings: Timings
    reads: set[cache.Read]  # of all steps, and what of them could not be followed
    unseen: list[str]
    outside: Outside


@dataclass
class _Step:
    """One notebook of the render: `content` as its file has it, `result` its executed copy as text."""

    name: str
    folder: Path
    code: dict[str, str]
    content: Any
    result: str = ""


def execute(run: Run, read: report.Report | None,
            meanwhile: Callable[[], None] = lambda: None) -> tuple[dict[str, Any], Any]:
    """The executed notebooks by the path that embeds name, and the results of the report's own code.

    `meanwhile` is called once, when there is nothing to do but to wait for the
    kernels, or nothing to run. Raises NotebookFailed with all findings in notebooks that cannot be run, or fail.
    """
    (run.staging / "notebooks").mkdir()
    steps = _steps(run)
    own = _own(run, read)
    waiting = [step for step in steps if not step.result]
    if own and not waiting:
        _look_up(run, own)
    if waiting or (own and not own.result):
        names = [step.name.removeprefix("analysis/") for step in waiting] or [OWN]
        run.progress(f"Running {', '.join(names)}")
        run.kernels.start()
        asyncio.run(_run_all(run, waiting, own, meanwhile))
    else:
        if not steps:
            run.progress("Running no notebook")
        meanwhile()
    executed = {f"{notebooks.EXECUTED}/{Path(step.name).name}": json.loads(step.result) for step in steps}
    if problems := [problem for step, notebook in zip(steps, executed.values(), strict=True)
                    for problem in notebooks.problems(notebook, step.name)]:
        raise NotebookFailed(problems)
    return executed, report.results(read, json.loads(own.result) if own else {"cells": []}) if read else None


# --- what there is to run ---------------------------------------------------------

def _steps(run: Run) -> list[_Step]:
    """The notebooks of `analysis/`, those that need not run with their result."""
    steps: list[_Step] = []
    findings = []
    paths = sorted((run.root / "analysis").glob("*.ipynb"))
    if len(paths) > limits.NOTEBOOKS:
        findings.append(Finding("too-many-notebooks", "analysis", f"{len(paths):,} notebooks",
                                f"at most {limits.NOTEBOOKS}", "Put figures that belong together into one notebook."))
    for path in paths[:limits.NOTEBOOKS]:
        name = f"analysis/{path.name}"
        if large := limits.too_large(path, name, limits.NOTEBOOK_BYTES, "Clear its outputs before saving it."):
            findings.append(large)
            continue
        try:
            step = _Step(name, path.parent, _code(path), None)
            _look_up(run, step)
            if not step.result:
                run.kernels.start()  # they load while the notebooks are read
                step.content = notebooks.read(path, name)
                notebooks.cells(step.content, name)
            else:
                _stage(run, step)
            steps.append(step)
        except NotebookFailed as error:
            findings += error.findings
    if findings:
        raise NotebookFailed(findings)
    return steps


def _code(path: Path) -> dict[str, str]:
    try:
        return notebooks.code(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # what is wrong with it is found when it is read to be run


def _own(run: Run, read: report.Report | None) -> _Step | None:
    content = report.as_notebook(read) if read else {"cells": []}
    # the same code on another line of the report gives the same
    unplaced = {"cells": [{**cell, "metadata": {}} for cell in content["cells"]]}
    return _Step(OWN, run.root, notebooks.code(unplaced), content) if content["cells"] else None


def _look_up(run: Run, step: _Step) -> None:
    with run.timings.stage("look up", step.name):
        found = cache.find(run.store, step.name, step.code, run.environment, run.inputs)
    if found.result is not None:
        step.result = found.result.decode("utf-8")
        run.reads.update(found.reads)
    run.explain(f"{step.name}: {'reused' if step.result else 'run, since ' + found.why}")


def _stage(run: Run, step: _Step) -> None:
    (run.staging / "notebooks" / Path(step.name).name).write_text(step.result, encoding="utf-8", newline="\n")


# --- running ----------------------------------------------------------------------

async def _run_all(run: Run, waiting: list[_Step], own: _Step | None, meanwhile: Callable[[], None]) -> None:
    sockets = Path(tempfile.mkdtemp(dir=run.kernels.scratch))

    async def one(step: _Step) -> None:
        async with _kernel(run, step, sockets) as (cells, notebook):
            with run.timings.stage("cells", step.name):
                await cells()
        _done(run, step, notebook, sockets)
        _stage(run, step)
        run.progress(f"  {Path(step.name).name} done")

    try:
        async with AsyncExitStack() as stack:  # the report's kernel starts beside the others, and runs after them
            starting = asyncio.create_task(stack.enter_async_context(_kernel(run, own, sockets))) if own else None
            working = asyncio.gather(*map(one, waiting), return_exceptions=True)
            asyncio.get_running_loop().call_soon(meanwhile)  # after the kernels have been asked for
            try:
                outcomes = await working
                _raise_all([outcome for outcome in outcomes if outcome is not None])
            finally:
                started = await asyncio.gather(*filter(None, [starting]), return_exceptions=True)
            _raise_all([outcome for outcome in started if isinstance(outcome, BaseException)])
            if own and waiting:
                _look_up(run, own)
            if own and starting and not own.result:
                cells, notebook = starting.result()
                with run.timings.stage("cells", own.name):
                    await cells()
                _done(run, own, notebook, sockets)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


class _kernel:
    """A running kernel for a step, as an async context: what runs its cells, and the notebook that they fill."""

    def __init__(self, run: Run, step: _Step, sockets: Path) -> None:
        self.timings, self.name = run.timings, step.name
        self.notebook = notebooks.runnable(step.content)
        environment = {**run.kernels.environment, LANGUAGE: current().tag,
                       notebooks.EXECUTED_VARIABLE: str(run.staging / "notebooks"),
                       VARIABLE: f"{cache.digest(run.environment)}:{run.store.folder}" if run.store.folder else ""}
        if run.kernels.renderer:
            environment[drawing.VARIABLE] = str(run.kernels.renderer)
        self.inner = notebooks.running(self.notebook, step.name, step.folder, timeout=run.timeout, memory=run.memory,
                                       sockets=sockets, environment=environment, nursery=run.kernels.nursery)

    async def __aenter__(self) -> tuple[Callable[[], Any], Any]:
        with self.timings.stage("kernel", self.name):
            return await self.inner.__aenter__(), self.notebook

    async def __aexit__(self, *error: Any) -> Any:
        return await self.inner.__aexit__(*error)


def _done(run: Run, step: _Step, notebook: Any, sockets: Path) -> None:
    """Take a step's result, and remember it with what it has read."""
    step.result = notebooks.text(notebook)
    lines, lacking = recording.noted(notebooks.recording_of(sockets, step.name))
    reads, unseen = run.inputs.named(lines, [run.kernels.scratch])
    unseen += [lacking] if lacking else []
    if step.name != OWN and any(name.startswith("new:") for _, name, *_ in reads):
        unseen.append("reads what another notebook puts out while it runs")
    run.reads.update(reads)
    run.unseen.extend(unseen)
    for place in _outside(run, lines):
        run.outside(step.name, place)
    cache.keep(run.store, step.name, step.code, run.environment, run.inputs, reads, unseen, step.result.encode("utf-8"))
    drawings = [line[1] for line in lines if line[0] == "figure"]
    if drawings:
        run.explain(f"{step.name}: {drawings.count('drawn')} drawings made, {drawings.count('reused')} reused")


def _outside(run: Run, lines: Iterable[Sequence[str]]) -> list[str]:
    """What a recording tells of that was changed and is not the project's own, nor temporary, nor a cache."""
    own = [str(run.root), str(run.kernels.scratch), tempfile.gettempdir(), *CACHES, "/dev", "/proc",
           *filter(None, [os.environ.get("XDG_CACHE_HOME")])]
    within = tuple(f"{os.path.realpath(os.path.expanduser(folder))}{os.sep}" for folder in own)
    changed = {line[1] for line in lines if line[0] == "changes"}
    return sorted(name for name in changed if not f"{os.path.realpath(name)}{os.sep}".startswith(within))


def _raise_all(errors: list[BaseException]) -> None:
    """One error for many: the findings of all, as the kind of the first."""
    if not errors:
        return
    other = [error for error in errors if not isinstance(error, Findings)]
    if other:
        raise other[0]
    raise type(errors[0])([finding for error in errors if isinstance(error, Findings) for finding in error.findings])
