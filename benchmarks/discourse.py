"""How much CPU a large discourse takes: all networks, their camps and windows, and all exports.

5,000 statements of 200 actors on 60 concepts, in 50 texts of five years, invented anew from a fixed seed. Each run is a
process of its own, which has imported what every notebook has (pandas and Altair); what the networks import besides
(networkx) is counted.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

from briefing.discourse import exports, networks, positions, statements, windows
from briefing.facts.tables import Row, Tables

SEED = 1917
ROUNDS = 5
STATEMENTS, ACTORS, CONCEPTS, SOURCES = 5_000, 200, 60, 50
PER_PASSAGE = 2  # statements
MOST = 2.0  # seconds


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


def measure() -> dict[str, float]:
    """CPU seconds of one run, by part."""
    import altair  # noqa: F401  what every notebook has
    import pandas  # noqa: F401

    tables = dossier()
    marks = [time.process_time()]
    files = exports.files(tables)
    marks.append(time.process_time())
    ties = positions.network(tables, positions.stands(tables))
    marks.append(time.process_time())
    over_time = windows.windows(statements.counted(tables), networks.Rule(networks.SUBTRACT), "year")
    windows.polarisation(over_time)
    marks.append(time.process_time())
    if len(files) < 8 or not len(ties.edges) or len(over_time.windows) < 5:
        raise SystemExit("The invented dossier has lost its networks: nothing was measured.")
    parts = ("exports", "network of the notebooks", "polarisation by year")
    return dict(zip(parts, (b - a for a, b in zip(marks, marks[1:], strict=False)), strict=True))


def main() -> None:
    runs = [json.loads(subprocess.run([sys.executable, __file__, "--once"], check=True, capture_output=True,
                                      text=True).stdout) for _ in range(ROUNDS)]
    for part in runs[0]:
        print(f"{part:26} {statistics.median(run[part] for run in runs):6.2f} s")
    totals = [sum(run.values()) for run in runs]
    print(f"{'all':26} {statistics.median(totals):6.2f} s ({min(totals):.2f} to {max(totals):.2f}; at most {MOST:.0f})")
    print(f"{STATEMENTS:,} statements, {ACTORS} actors, {CONCEPTS} concepts; medians of {ROUNDS} processes")


if __name__ == "__main__":
    if "--once" in sys.argv:
        print(json.dumps(measure()))
    else:
        main()
