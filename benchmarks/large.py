"""A project like this one with far more rows, to see what grows faster than its data.

    python benchmarks/large.py FOLDER

Passages, statements and quantities are this project's own, again and again
under new ids: 2,000 passages, 10,000 statements, 500 quantities.
"""

from __future__ import annotations

import csv
import itertools
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PASSAGES, STATEMENTS, QUANTITIES = 2_000, 10_000, 500


def copy(folder: Path) -> Path:
    """This project without its outputs, in a folder of its own."""
    left_out = shutil.ignore_patterns(".git", ".venv", "_output", "__pycache__", "docs", "tests", "*.egg-info")
    return Path(shutil.copytree(ROOT, folder, ignore=left_out))


def enlarge(project: Path) -> Path:
    """Fill the tables of a project up to the sizes above."""
    passages = _table(project, "passages")
    quantities = _table(project, "quantities")
    statements = _table(project, "statements")
    more = _again(passages, PASSAGES)
    _write(project, "passages", more)
    _write(project, "quantities", _again(quantities, QUANTITIES))
    pairs = itertools.cycle(statements)
    added = ({**next(pairs), "passage": passage["id"]} for passage in itertools.cycle(more[len(passages):]))
    rows = {tuple(row[name] for name in ("actor", "concept", "passage", "coder")): row for row in statements}
    while len(rows) < STATEMENTS:
        row = next(added)
        rows.setdefault(tuple(row[name] for name in ("actor", "concept", "passage", "coder")), row)
    _write(project, "statements", list(rows.values()))
    return project


def _again(rows: list[dict[str, str]], count: int) -> list[dict[str, str]]:
    """The rows, and as many copies under new ids as make `count`."""
    copies = [{**rows[n % len(rows)], "id": f"{rows[n % len(rows)]['id']}-{n // len(rows)}"}
              for n in range(len(rows), count)]
    return [*rows, *copies]


def _table(project: Path, name: str) -> list[dict[str, str]]:
    with (project / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(project: Path, name: str, rows: list[dict[str, str]]) -> None:
    with (project / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    enlarge(copy(Path(sys.argv[1])))
