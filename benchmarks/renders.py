"""How fast a briefing is made, as ratios of things measured in the same run.

Machines are noisy and differ, so only ratios count: each round measures
everything in turn, a ratio is taken within the round, and the table has the
median over the rounds. It is printed and written to benchmarks/RESULTS.md,
whose other sections stay as they are.

The floor is what no engine of this kind can do without: start Python, start
one kernel that imports pandas and Altair, and set a one-page Typst file.
"""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import large
import results

ROUNDS = 5
FLOOR = """
import nbformat, typst
from nbclient import NotebookClient
cell = nbformat.v4.new_code_cell("import pandas, altair")
NotebookClient(nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3").execute()
typst.compile(b"= A page", ignore_system_fonts=True)
"""
PAPERMILL = """
import pathlib, papermill, subprocess, sys
for path in sorted(pathlib.Path("analysis").glob("*.ipynb")):
    papermill.execute_notebook(path, f"{sys.argv[1]}/{path.name}", cwd="analysis", progress_bar=False)
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", f"{sys.argv[1]}/{path.name}"], check=True)
"""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(large.ROOT / "analysis")}


def seconds(command: Sequence[str | Path], folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run([str(part) for part in command], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
    return time.perf_counter() - started


def render(project: Path) -> list[str | Path]:
    return [sys.executable, "-m", "briefing", "render", "--project", project]


def set_fact(project: Path, value: int) -> None:
    """Change one number of the data that prose, figures and values rest on."""
    path = project / "data" / "quantities.csv"
    text, count = re.subn(r"^(electricity-share,.*,>,)\d+,", rf"\g<1>{value},", path.read_text("utf-8"), flags=re.MULTILINE)
    if count != 1:
        raise SystemExit(f"{path}: found {count} rows electricity-share with a bound, expected one")
    path.write_text(text, "utf-8")


def previewed(project: Path, value: int) -> float:
    """The seconds from the save of a fact to the moment at which a preview tells its pages to load again."""
    command = [sys.executable, "-m", "briefing", "preview", "--project", project, "--port", "0", "--no-open", "--json"]
    with subprocess.Popen([str(part) for part in command], env=ENVIRONMENT, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:
        try:
            for _ in range(2):  # the address, and the render that it begins with
                process.stdout.readline()
            time.sleep(1)  # until what is watched is watched
            set_fact(project, value)
            started = time.perf_counter()
            if json.loads(process.stdout.readline())["findings"]:
                raise SystemExit("preview: found findings, expected a render")
            return time.perf_counter() - started
        finally:
            process.send_signal(signal.SIGINT)


def memory(project: Path) -> tuple[int, int]:
    """The most memory of a cold render in MB: of one process (RSS), and of all together (PSS, shared parts once)."""
    process = subprocess.Popen([str(part) for part in render(project)], env=ENVIRONMENT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = [0, 0]

    def look() -> None:
        while process.poll() is None:
            sizes = [_memory(pid) for pid in _descendants(process.pid)]
            most[0] = max([most[0], *(rss for rss, _ in sizes)])
            most[1] = max(most[1], sum(pss for _, pss in sizes))
            time.sleep(0.05)

    watcher = threading.Thread(target=look)
    watcher.start()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"the render of {project} failed")
    return most[0] // 1024, most[1] // 1024


def _descendants(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _memory(pid: int) -> tuple[int, int]:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0, 0
    sizes = dict(re.findall(r"^(Rss|Pss):\s+(\d+) kB", text, re.MULTILINE))
    return int(sizes.get("Rss", 0)), int(sizes.get("Pss", 0))


def one_round(number: int, scratch: Path, small: Path, big: Path, peers: dict[str, list[str | Path]]) -> dict[str, float]:
    """The seconds of everything, once, in turn."""
    found = {"floor": seconds([sys.executable, "-c", FLOOR], small)}
    _forget(small)
    found["cold"] = seconds(render(small), scratch)
    set_fact(small, 30 + number)
    found["fact"] = seconds(render(small), scratch)
    found["preview"] = previewed(small, 50 + number)
    with (small / "report.qmd").open("a", encoding="utf-8") as report:
        report.write(f"\nA line more, the {number}.\n")
    found["prose"] = seconds(render(small), scratch)
    time.sleep(2.5)  # until files are old enough to be trusted by their times
    seconds(render(small), scratch)
    same = [(seconds([sys.executable, "-c", "pass"], scratch), seconds(render(small), scratch)) for _ in range(9)]
    found["pass"], found["same"] = (statistics.median(side) for side in zip(*same, strict=True))
    _forget(big)
    found["big"] = seconds(render(big), scratch)
    for name, command in peers.items():
        found[name] = seconds(command, small)
    return found


def _forget(project: Path) -> None:
    import shutil

    shutil.rmtree(project / "_output", ignore_errors=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        small = large.copy(scratch / "small")
        big = large.enlarge(large.copy(scratch / "big"))
        (scratch / "pages").mkdir()
        peers: dict[str, list[str | Path]] = {"nbconvert": [
            sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "--output-dir", scratch / "pages",
            *sorted((small / "analysis").glob("*.ipynb"))]}
        if _installed("papermill"):
            peers["papermill"] = [sys.executable, "-c", PAPERMILL, scratch / "pages"]
        one_round(0, scratch, small, big, {})  # warms the disk's cache
        rounds = [one_round(n, scratch, small, big, peers) for n in range(1, ROUNDS + 1)]
        _forget(big)
        usage = memory(big)
    results.put("Renders", *_table(rounds, usage, "papermill" in peers))


def _installed(name: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(name) is not None


def _table(rounds: list[dict[str, float]], usage: tuple[int, int], papermill: bool) -> list[str]:
    def ratio(one: str, other: str) -> str:
        return f"{statistics.median(found[one] / found[other] for found in rounds):.2f}"

    def took(name: str) -> str:
        return f"{statistics.median(found[name] for found in rounds):.2f}"

    rows = [
        ("Both files from nothing / the floor", ratio("cold", "floor"), "1.0", took("cold"), took("floor")),
        ("Both files / `jupyter nbconvert --execute --to html` of the notebooks alone", ratio("cold", "nbconvert"), "1",
         took("cold"), took("nbconvert")),
        *([("Both files / papermill, then nbconvert", ratio("cold", "papermill"), "", took("cold"), took("papermill"))]
          if papermill else []),
        ("Nothing changed / `python -c pass`", ratio("same", "pass"), "3", f"{took('same')}", took("pass")),
        ("One fact changed / from nothing", ratio("fact", "cold"), "0.5", took("fact"), took("cold")),
        ("One fact changed / the floor", ratio("fact", "floor"), "", took("fact"), took("floor")),
        ("One fact changed in `briefing preview`, save to reload / the floor", ratio("preview", "floor"), "0.5",
         took("preview"), took("floor")),
        ("Prose changed / from nothing", ratio("prose", "cold"), "0.3", took("prose"), took("cold")),
        ("10,000 statements, 2,000 passages, 500 quantities / this project", ratio("big", "cold"), "4", took("big"),
         took("cold")),
    ]
    return [f"`python benchmarks/renders.py`: medians of {len(rounds)} rounds; a ratio is taken within its round, so that "
            "other work on the machine weighs on both sides.", "",
            "| what / beside what | ratio | at most | s | beside, s |", "| --- | ---: | ---: | ---: | ---: |",
            *(f"| {' | '.join(row)} |" for row in rows), "",
            f"The large project takes {usage[0]} MB in its largest process and {usage[1]} MB in all together (at most 600).",
            *([] if papermill else ["papermill is not installed here, so it was not measured."]), "",
            "The floor is a Python that starts one kernel importing pandas and Altair and sets a one-page Typst file."]


if __name__ == "__main__":
    main()
