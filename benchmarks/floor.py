"""How long a cold render takes, as a multiple of the floor, both in this run.

The floor is what no engine of this kind can do without: start Python, start
one kernel that imports pandas and Altair, and set a one-page Typst file. The
machines are noisy, so only the ratio counts: medians of pairs, run in turn.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAIRS = 5
FLOOR = """
import nbformat, typst
from nbclient import NotebookClient
cell = nbformat.v4.new_code_cell("import pandas, altair")
NotebookClient(nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3").execute()
typst.compile(b"= A page", ignore_system_fonts=True)
"""


def seconds(command: list[str], folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "project"
        shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".git", ".venv", "_output", "__pycache__"))
        floor = [sys.executable, "-c", FLOOR]
        cold = [sys.executable, "-m", "briefing", "render", "--project", str(project)]
        pairs = []
        for number in range(PAIRS + 1):
            pair = seconds(floor, project), seconds(cold, ROOT)
            if number:  # the first pair warms the disk's cache
                pairs.append(pair)
                print(f"pair {number}: floor {pair[0]:.2f} s, both files {pair[1]:.2f} s, ratio {pair[1] / pair[0]:.2f}")
    ratios = [cold / floor for floor, cold in pairs]
    print(f"Both files from nothing: {statistics.median(ratios):.2f} times the floor (median of {PAIRS}; at most 2.5)")


if __name__ == "__main__":
    main()
