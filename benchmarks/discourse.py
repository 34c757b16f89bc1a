"""How long a large discourse takes beyond the start of notebooks: all networks, their camps and windows, all exports.

5,000 statements of 200 actors on 60 concepts, in 50 texts of five years, invented anew from a fixed seed. Each run is a
process of its own, which has imported what every notebook has (pandas and Altair); what the networks import besides
(networkx) is counted. As in a render, exports are made by the command, which collects no garbage, beside the kernel of the
notebooks, which does not look again at what was there before it: what counts is when the later of the two is done.
"""

from __future__ import annotations

import datetime
import gc
import hashlib
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import results
from briefing.discourse import exports, networks, positions, statements, windows
from briefing.facts.tables import Row, Tables

SEED = 1917
ROUNDS = 5
STATEMENTS, ACTORS, CONCEPTS, SOURCES = 5_000, 200, 60, 50
PER_PASSAGE = 2  # statements
MOST = 2.0  # seconds
COMMAND, KERNEL = "command", "kernel"


def dossier() -> Tables:
    """An invented dossier: two sides, and one in ten who changes them half-way."""
    draw = random.Random(SEED)
    began = datetime.date(2031, 1, 1)
    sources: list[Row] = [
        {"id": f"s{n}", "title": f"Text {n}", "publisher": f"Paper {n % 7}", "published": str(
            began + datetime.timedelta(n * 36)), "language": "en", "kind": "article", "url": None, "characters": 10_000,
         "sha256": hashlib.sha256(str(n).encode()).hexdigest(), "main": True} for n in range(SOURCES)]
    actors: list[Row] = [{"id": f"a{n:03}", "label": f"Actor {n}", "kind": "person" if n % 3 else "organisation",
                          "member_of": f"a{n - n % 3:03}" if n % 3 else None} for n in range(ACTORS)]
    concepts: list[Row] = [{"id": f"c{n:02}", "label": f"Concept {n}", "sentence": f"Concept {n} holds."}
                           for n in range(CONCEPTS)]
    passages: list[Row] = []
    stands: list[Row] = []
    for n in range(STATEMENTS):
        if n % PER_PASSAGE == 0:
            passages.append({"id": f"p{n // PER_PASSAGE:05}", "source": f"s{n % SOURCES}", "start": n, "end": n + 80,
                             "paragraph": 1, "quote": "a few words", "gist": "They say so.", "sha256": "0" * 64,
                             "kind": "quotation", "credibility": 3, "speaker": f"Speaker {n % 90}",
                             "chain": f"Speaker {n % 90} > Paper {n % 7}", "occasion": None})
        actor, concept = draw.randrange(ACTORS), draw.randrange(CONCEPTS)
        agree = (actor % 2 == concept % 2) != (draw.random() < 0.1)
        stands.append({"actor": f"a{actor:03}", "concept": f"c{concept:02}", "agreement": "agree" if agree else "disagree",
                       "mode": "said", "act": None, "passage": passages[-1]["id"], "coder": "one", "date": None})
    return Tables(Path(), {"resources": []}, {"sources": sources, "actors": actors, "concepts": concepts, "events": [],
                                              "passages": passages, "statements": stands, "codings": []})


def measure(part: str) -> dict[str, float]:
    """Seconds on the clock of what one of the two processes does, by part; it begins when it is told to."""
    import altair  # noqa: F401  what every notebook has
    import pandas  # noqa: F401

    tables = dossier()
    gc.collect()
    gc.freeze()
    if part == COMMAND:
        gc.disable()
    print("ready", flush=True)
    sys.stdin.readline()
    marks = [time.perf_counter()]
    if part == COMMAND:
        files = exports.files(tables)
        marks.append(time.perf_counter())
        done, parts = len(files) >= 8, ("exports",)
    else:
        ties = positions.network(tables, positions.stands(tables))
        marks.append(time.perf_counter())
        over_time = windows.windows(statements.counted(tables), networks.Rule(networks.SUBTRACT), "year")
        windows.polarisation(over_time)
        marks.append(time.perf_counter())
        done, parts = len(ties.edges) > 0 and len(over_time.windows) >= 5, ("network", "polarisation by year")
    if not done:
        raise SystemExit("The invented dossier has lost its networks: nothing was measured.")
    return dict(zip(parts, (b - a for a, b in zip(marks, marks[1:], strict=False)), strict=True))


def both() -> dict[str, float]:
    """One run of the two processes side by side; `all` is the longer of them."""
    started = [subprocess.Popen([sys.executable, __file__, part], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
               for part in (COMMAND, KERNEL)]
    for process in started:
        process.stdout.readline()  # both are ready
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    found = [json.loads(process.communicate()[0]) for process in started]
    return {**found[0], **found[1], "all": max(sum(parts.values()) for parts in found)}


def main() -> None:
    runs = [both() for _ in range(ROUNDS)]
    rows = [(part, [run[part] for run in runs]) for part in runs[0]]
    results.put("Discourse", f"`python benchmarks/discourse.py`: {STATEMENTS:,} statements, {ACTORS} actors, {CONCEPTS} concepts; "
                f"medians of {ROUNDS} runs, in which the command makes the exports while a kernel makes the networks. Asked: all "
                f"within {MOST:.0f} s.", "", "| what | s | from | to |", "| --- | ---: | ---: | ---: |",
                *(f"| {part} | {statistics.median(times):.2f} | {min(times):.2f} | {max(times):.2f} |" for part, times in rows))


if __name__ == "__main__":
    if sys.argv[1:] in ([COMMAND], [KERNEL]):
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
