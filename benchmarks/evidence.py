"""How much CPU the evidence check takes: ten times the passages in ten times the text.

The source is invented and made up anew from a fixed seed. *In place* is a
check that finds nothing; *moved* is the same after a line was put in at the
source's beginning, so that every passage has to be found again.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from pathlib import Path

import results
from briefing.facts.tables import Row, Tables
from briefing.sources import passages

SEED = 1917
REPEATS = 9
SIZES = ((1_000, 100_000), (10_000, 1_000_000))  # passages, bytes of the source
WORDS = "quay crane harbour strike dockers mayor company traffic returned without crews Möwe 🚢 settled".split()


def project(folder: Path, passages: int, size: int) -> tuple[Tables, Path]:
    """An invented source of this size and its passages, one after the other."""
    draw = random.Random(SEED)
    lines = [" ".join(draw.choices(WORDS, k=20)) + f" {number}.\n" for number in range(size // 100)]
    text = "".join(lines).encode("utf-8")[:size].decode("utf-8", "ignore")
    path = folder / f"source-{size}.txt"
    path.write_bytes(text.encode("utf-8"))
    step = len(text) // passages
    starts = [number * step for number in range(passages)]
    rows = [_passage(f"p{number}", text, start, start + draw.randint(step // 2, step))
            for number, start in enumerate(starts)]
    source: Row = {"id": "s", "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "characters": len(text)}
    return Tables(folder, {"resources": []}, {"sources": [source], "passages": rows}), path


def _passage(id: str, text: str, start: int, end: int) -> Row:
    words = text[start:end]
    return {"id": id, "source": "s", "start": start, "end": end, "paragraph": None, "quote": words[5:20],
            "sha256": hashlib.sha256(words.encode("utf-8")).hexdigest()}


def cpu(tables: Tables, path: Path) -> tuple[float, passages.Check]:
    """CPU seconds, the least of some runs, of a check, and what it found."""
    times = []
    for _ in range(REPEATS):
        started = time.process_time()
        result = passages.check(tables, {"s": path})
        times.append(time.process_time() - started)
    return min(times), result


def main() -> None:
    before: list[float] = []
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for passages, size in SIZES:
            tables, path = project(Path(scratch), passages, size)
            in_place, clean = cpu(tables, path)
            moved = path.with_name("moved.txt")
            moved.write_bytes("A line put in.\n".encode() + path.read_bytes())
            elsewhere, found = cpu(tables, moved)
            if clean.findings or len(found.moves) != passages:
                raise SystemExit(f"found {len(clean.findings)} findings and {len(found.moves)} moves, "
                                 f"expected 0 and {passages}")
            rows.append(f"| {passages:,} | {size / 1e6:.1f} MB | {in_place:.3f} s | {elsewhere:.3f} s |")
            ratios = [now / then for now, then in zip((in_place, elsewhere), before, strict=False)]
            before = [in_place, elsewhere]
    results.put("Evidence", "`python benchmarks/evidence.py`: CPU that the check of passages takes; asked: 10,000 of them in 1 MB "
                "within a second.", "", "| passages | source | in place | moved |", "| ---: | ---: | ---: | ---: |", *rows,
                f"| ratio | | {ratios[0]:.1f} | {ratios[1]:.1f} |")


if __name__ == "__main__":
    main()
