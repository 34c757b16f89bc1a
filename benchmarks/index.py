"""The page over a shelf of 1,000 editions: how long it takes beside reading their files, and how large it is.

    python benchmarks/index.py [COUNT] [--shelf FOLDER]

Each edition has this project's own files, so that they have their real sizes, with title, date, judgements, sources and
stands of its own, all invented: 1 to 5 judgements, 3 to 9 sources, 12 stands of 30 actors on 20 concepts, over six years.
With --shelf the invented shelf is left in a folder, to be looked at.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

import results

ROOT = Path(__file__).parents[1]
COUNT = 1_000
PLACES = ("Sandhaven", "Port Amel", "Kelmouth", "Vorsk", "Lindal", "Tessaly Bay", "Old Quay", "Marrow Sound", "Hallin",
          "Brent Isles")
SUBJECTS = ("A strike", "The ferry that did not sail", "Grain held at the border", "A dam and two towns",
            "The price of ice", "Who owns the cable", "A vote put off", "Salt in the wells", "Trains at night",
            "The second bridge")
ACTORS = [(f"actor-{n}", f"{one} {other}") for n, (one, other) in enumerate(
    (one, other) for other in ("union", "council", "company") for one in PLACES)]
CONCEPTS = [(f"concept-{n}", name, f"{sentence}.") for n, (name, sentence) in enumerate(
    (f"{what} {where}", f"{what} {where} should go on as it is") for where in ("by law", "in practice")
    for what in ("Night shifts", "Open borders", "Common prices", "Public ownership", "Free passage", "Old contracts",
                 "Local hiring", "Shared water", "Quiet hours", "Open books"))]
WORDS = ("almost no chance", "very unlikely", "unlikely", "roughly even chance", "likely", "very likely", "almost certain")
COLUMNS = ("date,first,last,actor,actor_label,concept,concept_label,sentence,agreement,passage,gist,counts").split(",")


def invented(folder: Path, count: int, source: Path = ROOT / "_output") -> Path:
    """A shelf of invented editions with the files of a real one."""
    chance = random.Random(16)
    record = json.loads((source / "edition.json").read_text("utf-8"))
    page = (source / "report.html").read_text("utf-8")
    for number in range(count):
        root = folder / f"{2031 - number % 6}" / f"briefing-{number:04}"
        output = root / "_output"
        for name in record["outputs"]:
            (output / name).parent.mkdir(parents=True, exist_ok=True)
            if name not in ("report.html", "statements-full.csv"):
                _same(source / name, output / name)
        date = datetime.date(2031, 12, 31) - datetime.timedelta(days=int(number * 365 * 6 / count))
        stands = _stands(chance, number, date)
        files = {"report.html": _page(page, chance, number, date, stands), "statements-full.csv": _csv(COLUMNS, stands)}
        inputs = {"data/datapackage.json": "{}", "data/actors.csv": f"id\nactor-{number}\n", "report.qmd": f"{number}\n"}
        for name, text in inputs.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text, encoding="utf-8", newline="\n")
        for name, text in files.items():
            (output / name).write_text(text, encoding="utf-8", newline="\n")
        own = {**record, "date": date.isoformat(), "inputs": {"facts": {n: _hash(t) for n, t in inputs.items()}},
               "outputs": {**record["outputs"], **{name: _hash(text) for name, text in files.items()}}}
        (output / "edition.json").write_text(json.dumps(own), encoding="utf-8")
    return folder


def _same(source: Path, target: Path) -> None:
    """The same file, without its bytes once more where the disk can do that."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _csv(columns: list[str], rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def _stands(chance: random.Random, number: int, date: datetime.date) -> list[dict[str, str]]:
    rows = []
    for n in range(12):
        actor, concept = chance.choice(ACTORS), chance.choice(CONCEPTS)
        day = (date - datetime.timedelta(days=chance.randrange(60))).isoformat()
        rows.append(dict(zip(COLUMNS, (day, day, day, *actor, *concept, chance.choice(("agree", "disagree")),
                                       f"passage-{number}-{n}", f"{actor[1]} says so to the paper of {concept[1]}",
                                       "true"), strict=True)))
    return rows


def _page(page: str, chance: random.Random, number: int, date: datetime.date, stands: list[dict[str, str]]) -> str:
    place = chance.choice(PLACES)
    title = f"{chance.choice(SUBJECTS)}: {place}, {date:%B %Y}"
    bottom = (f"In {place} the talks of {date:%d %B} ended without a paper that both sides sign; what was agreed before "
              "holds until the end of the season. Neither side has said what it would take to come back to the table.")
    judgements = [{"id": f"j-{number}-{n}", "text": f"A settlement {when} is {word}, since {why}.", "likelihood": word,
                   "confidence": chance.choice(("low", "moderate", "high"))}
                  for n, (when, why, word) in enumerate(
                      (chance.choice(("within a week", "before the season ends", "without a third party")),
                       chance.choice(("both wait for the harvest", "the company's returns show no haste",
                                      "the last three took longer")), chance.choice(WORDS))
                      for _ in range(chance.randint(1, 5)))]
    sources = [{"publisher": f"{chance.choice(PLACES)} Courier", "title": f"{chance.choice(SUBJECTS)}, report {number}.{n}"}
               for n in range(chance.randint(3, 9))]
    block = "".join(f'<div class="judgement" data-row="{one["id"]}">\n<p><span class="value">{one["text"]} <span '
                    f'class="confidence">Confidence: {one["confidence"]}.</span></span></p>\n</div>\n' for one in judgements)
    page = re.sub(r"<h1>.*?</h1>", f"<h1>{title}</h1>", page, count=1)
    page = re.sub(r'<div class="bottom-line">.*?</div>', '<div class="bottom-line">\n<p><strong>Bottom line.</strong> '
                  f"{bottom}</p>\n</div>", page, count=1, flags=re.DOTALL)
    page = re.sub(r'<div class="judgements">.*?</div>\s*</div>', f'<div class="judgements">\n{block}</div>', page, count=1,
                  flags=re.DOTALL)
    for name, rows in (("judgements", judgements), ("sources", sources)):
        data = urllib.parse.quote(_csv(list(rows[0]), rows))
        page = re.sub(rf'download="{name}\.csv" href="[^"]*"', f'download="{name}.csv" href="data:text/csv;charset=utf-8,'
                      f'{data}"', page, count=1)
    anchors = "".join(f'<p id="ref-{row["passage"]}">{row["gist"]}</p>' for row in stands)
    return page.replace("</main>", f"{anchors}</main>", 1)


def main(count: int, folder: Path) -> None:
    """Measure on a shelf of so many editions below a folder."""
    from briefing.shelf import index

    invented(folder, count)
    began = time.perf_counter()
    size = sum(len(path.read_bytes()) for path in folder.rglob("_output/*") if path.is_file())
    reading = time.perf_counter() - began
    began, worked = time.perf_counter(), time.process_time()
    shelf = index.gather(folder)
    gathered = time.perf_counter() - began
    written = index.write(folder, shelf, "The shelf")
    taken, worked = time.perf_counter() - began, time.process_time() - worked
    assert len(shelf.editions) == count and not shelf.wrong, shelf.wrong
    page, feed = (path.stat().st_size for path in written)
    results.put("Index", f"`python benchmarks/index.py`: {count:,} editions, {size / 1e6:,.0f} MB.", "",
                "| what | measured | asked | |", "| --- | ---: | ---: | --- |",
                f"| The page and the feed | {taken:.1f} s | at most 10 | {gathered:.1f} s to read the editions; {worked:.1f} s of "
                f"CPU; reading their bytes alone {reading:.1f} s |",
                f"| Size of the page | {page:,} bytes | at most 1,500,000 | feed: {feed:,} bytes |")


if __name__ == "__main__":
    kept = sys.argv[sys.argv.index("--shelf") + 1] if "--shelf" in sys.argv else None
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    with tempfile.TemporaryDirectory(prefix="briefing-shelf-", dir=ROOT if os.name != "posix" else None) as scratch:
        main(numbers[0] if numbers else COUNT, Path(kept or scratch))
