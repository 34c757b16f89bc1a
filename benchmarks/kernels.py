"""Three ways to give each notebook a kernel: time for three notebooks that import pandas and Altair, and isolation.

*Forked*: from one process that has the imports done. *Plain*: an ordinary
start for each, side by side. *One for all*: one kernel, with `%reset -f`
between the notebooks. All three ways load without what `imports` leaves out
only where this package controls the import, which is the forked one.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
import time
from pathlib import Path

import nbformat
import results
from briefing.execution import kernels, notebooks

ROUNDS = 5
WORK = "import pandas, altair\nframe = pandas.DataFrame({'a': range(1000)})\naltair.Chart(frame).mark_point().to_dict()"
SPOIL = "import os, pandas, builtins\nbuiltins.leak = 1\npandas.options.display.max_rows = 7\nos.environ['LEAK'] = '1'"
LOOK = ("import os, pandas, builtins\nprint(sum([hasattr(builtins, 'leak'), pandas.options.display.max_rows == 7, "
        "'LEAK' in os.environ]), end='')")


def notebook(*codes: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in codes])


async def run(book: nbformat.NotebookNode, name: str, folder: Path, within: kernels.Nursery | None) -> None:
    async with notebooks.running(book, f"{name}.ipynb", folder, timeout=60, sockets=folder,
                                 environment=kernels.environment({}), nursery=within) as cells:
        await cells()


async def each_its_own(folder: Path, *, forked: bool) -> int:
    """Three notebooks on kernels of their own; how much of what the first spoils the third sees."""
    books = [notebook(WORK, SPOIL), notebook(WORK), notebook(WORK, LOOK)]
    with kernels.nursery(kernels.environment({}), folder / "log") if forked else contextlib.nullcontext() as within:
        await asyncio.gather(*(run(book, f"n{n}", folder, within) for n, book in enumerate(books)))
    return int(books[2].cells[-1].outputs[0]["text"])


async def one_for_all(folder: Path) -> int:
    book = notebook(WORK, SPOIL, "%reset -f", WORK, "%reset -f", WORK, LOOK)
    await run(book, "all", folder, None)
    return int(book.cells[-1].outputs[0]["text"])


def main() -> None:
    ways = {"forked": lambda folder: each_its_own(folder, forked=True),
            "plain": lambda folder: each_its_own(folder, forked=False), "one for all": one_for_all}
    took: dict[str, list[float]] = {way: [] for way in ways}
    leaks: dict[str, int] = {}
    for number in range(ROUNDS + 1):
        for way, work in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                started = time.perf_counter()
                leaks[way] = asyncio.run(work(Path(folder)))
                if number:  # the first round warms the disk's cache
                    took[way].append(time.perf_counter() - started)
    rows = [(way, f"{statistics.median(times):.2f}",
             f"{statistics.median(one / other for one, other in zip(times, took['plain'], strict=True)):.2f}", str(leaks[way]))
            for way, times in took.items()]
    results.put("Kernels", f"`python benchmarks/kernels.py`: three notebooks, medians of {ROUNDS} rounds.", "",
                "| kernels | s | / plain | leaks of 3 |", "| --- | ---: | ---: | ---: |",
                *(f"| {' | '.join(row)} |" for row in rows))


if __name__ == "__main__":
    main()
