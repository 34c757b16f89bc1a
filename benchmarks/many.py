"""How fast many projects are made: `python benchmarks/many.py [PROJECTS] [UNCHANGED] [CLUSTER]`.

The projects are copies of the tests' invented briefing (a notebook, cells of its own in the report, a drawing, tables, both
files), each with a number and a name of its own, so that none has anything to reuse of another. Measured are PROJECTS
from nothing (200), with the most memory of all processes together; UNCHANGED (1,000) in which nothing has changed; and CLUSTER projects
(50) on one and on two workers of Dask, each with a processor of its own, as if it were a machine with one. The result
is printed, and becomes a section of benchmarks/RESULTS.md.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import large
import renders
import results

HARBOUR = large.ROOT / "tests" / "harbour"
CLUSTER = large.ROOT / "tests" / "shelf" / "local_cluster.py"
LOOK = 1.0  # seconds between two looks at the memory, each of which takes some milliseconds a process


def desk(folder: Path, count: int, first: int = 0) -> Path:
    """So many projects, in folders of a hundred."""
    for number in range(first, first + count):
        root = folder / f"{number // 100:03}" / f"p{number:05}"
        shutil.copytree(HARBOUR, root, ignore=shutil.ignore_patterns("_output"))
        for name, old, new in (("data/quantities.csv", ">,40,%", f">,{number % 89 + 1}.{number // 89},%"),
                               ("data/datapackage.json", '"sandhaven-2031"', f'"sandhaven-{number}"'),
                               ("data/datapackage.json", '"An invented', f'"Number {number}: an invented')):
            path = root / name
            text = path.read_text("utf-8")
            if text.count(old) != 1:
                raise SystemExit(f"{path}: found {text.count(old)} times {old}, expected one")
            path.write_text(text.replace(old, new), "utf-8")
    return folder


def render_all(folder: Path | str, *options: str, state: str = "made") -> tuple[float, int]:
    """Seconds of a batch in which every project must come to `state`, and the most memory (MB, PSS) that all of its
    processes took together."""
    command = [sys.executable, "-m", "briefing", "render", "--all", str(folder), "--json", *options]
    started = time.perf_counter()
    with subprocess.Popen(command, env=renders.ENVIRONMENT, stdout=subprocess.PIPE, text=True) as process:
        most = [0]

        def look() -> None:
            while process.poll() is None:
                time.sleep(LOOK)
                most[0] = max(most[0], sum(renders._memory(pid)[1] for pid in renders._descendants(process.pid)))

        threading.Thread(target=look, daemon=True).start()
        account = json.loads(process.stdout.read())
    took = time.perf_counter() - started
    other = [each for each in account.get("projects", [account]) if each.get("state") != state]
    if other:
        raise SystemExit(f"found {len(other)} projects that are not {state}, expected none, such as {other[0]}")
    return took, most[0] // 1024


def shelf_of(made: Path, folder: Path, count: int) -> Path:
    """So many rendered projects: those that are there, again and again, as hard links."""
    projects = sorted(path.parent for path in made.glob("*/*/report.qmd"))
    for number in range(count):
        shutil.copytree(projects[number % len(projects)], folder / f"{number // 100:03}" / f"p{number:05}",
                        copy_function=os.link)
    return folder


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[str]:
    folder.mkdir()
    with subprocess.Popen([sys.executable, CLUSTER, str(workers), "pin"], text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env={**renders.ENVIRONMENT, "TMPDIR": str(folder)}) as process:
        try:
            yield json.loads(process.stdout.readline())["address"]
        finally:
            process.stdin.close()
            process.wait(60)


def on_cluster(workers: int, count: int, scratch: Path) -> float:
    """Seconds that a cluster takes for so many projects, after it has made a few."""
    with cluster(workers, scratch / f"dask-{workers}") as address:
        render_all(desk(scratch / f"warm-{workers}", 3 * workers, 900), "--scheduler", address)
        return render_all(desk(scratch / f"cluster-{workers}", count), "--scheduler", address)[0]


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:]]
    count, same, spread = [*numbers, *(200, 1_000, 50)[len(numbers):]]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        seconds, memory = render_all(desk(scratch / "desk", count))
        time.sleep(2.5)  # until files are old enough to be trusted by their times
        shelf = shelf_of(scratch / "desk", scratch / "shelf", same)
        first, _ = render_all(shelf, state="unchanged")
        again = statistics.median(render_all(shelf, state="unchanged")[0] for _ in range(5))
        one, two = (on_cluster(workers, spread, scratch) for workers in (1, 2))
    rows = [(f"{count} projects from nothing, a second and processor", f"{count / seconds / cores:.2f}", "at least 1.2",
             f"{seconds:.1f} s on {cores} processors"),
            ("Memory of all processes together", f"{memory:,} MB", "at most 1,200", "sum of PSS at its highest"),
            (f"Nothing changed in {same:,} projects", f"{again:.2f} s", "at most 3",
             f"{first:.2f} s the first time, when the files are hashed"),
            (f"{spread} projects on two workers of Dask / on one", f"{one / two:.2f}", "at least 1.8",
             f"{one:.1f} s / {two:.1f} s; a processor each")]
    results.put("Many projects", "`python benchmarks/many.py`. What limits more, and what it costs: docs/many.md.", "",
                "| what | measured | asked | |", "| --- | ---: | ---: | --- |",
                *(f"| {' | '.join(row)} |" for row in rows))


if __name__ == "__main__":
    main()
