"""How long both engines take from nothing: `briefing render` beside `quarto render`, which brings its notebooks run anew, too.

    python benchmarks/quarto.py [--rounds N]

Renders copies of this project with all caches cold, in turn, and prints the median of the ratios. Ends with 1 where Quarto
takes less than TIMES as long, with 2 where it is not installed.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TIMES = 10
#: What either engine keeps of earlier renders.
KEPT = ("_output/.cache", "_output/quarto", ".quarto")


def seconds(command, folder):
    """How long a command takes in a folder whose caches are cold; None where it fails."""
    for name in KEPT:
        shutil.rmtree(folder / name, ignore_errors=True)
    began = time.perf_counter()
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if run.returncode:
        print(f"{' '.join(command)}: found exit code {run.returncode}, expected 0.\n{run.stderr[-2000:]}", file=sys.stderr)
        return None
    return time.perf_counter() - began


def measure(ours, theirs, folder, rounds):
    """The seconds of each round, of ours and theirs; None where one fails."""
    found = []
    for _ in range(rounds):
        pair = (seconds(ours, folder), seconds(theirs, folder))
        if None in pair:
            return None
        found.append(pair)
    return found


def table(pairs):
    """The result as lines."""
    ratios = [theirs / ours for ours, theirs in pairs]
    ours, theirs = (statistics.median(column) for column in zip(*pairs))
    return (f"briefing render {ours:.2f} s, quarto render {theirs:.2f} s from nothing; ratio {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} rounds), at least {TIMES} asked")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    quarto = shutil.which("quarto")
    if not quarto:
        print("quarto: found no such program on the PATH, expected it to measure beside. Install it from quarto.org.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "project")
        subprocess.run(["git", "clone", "--quiet", ROOT, copy], check=True)
        (copy / ".venv").symlink_to(ROOT / ".venv")
        pairs = measure([str(ROOT / ".venv/bin/briefing"), "render"], [quarto, "render"], copy, options.rounds)
    if pairs is None:
        return 2
    print(table(pairs))
    return 0 if statistics.median(theirs / ours for ours, theirs in pairs) >= TIMES else 1


if __name__ == "__main__":
    sys.exit(main())
