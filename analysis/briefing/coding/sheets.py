"""A blind sheet for another coder: written without codes, and read back as the statements of who filled it in."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..facts import coders, editing
from ..facts.editing import Change
from ..facts.tables import Tables
from ..findings import BriefingError, Finding, InvalidData, meant, shown

PLACE = ("passage", "source", "paragraph", "start", "end", "kind", "speaker")
CODES = ("actor", "concept", "agreement", "mode", "act")
#: What a table of who read what is declared as, where a project has none.
CODINGS = ('{"name": "codings", "path": "codings.csv", "schema": {"fields": [{"name": "coder"}, {"name": "source"}], '
           '"primaryKey": ["coder", "source"]}}')


@dataclass(frozen=True)
class Taken:
    """What was read in: how many statements; the sources that the sheet covers; whether it could be recorded that its
    coder read them; and the line of the descriptor that says whose statements figures are drawn from, where one is
    needed now, else empty."""

    statements: int
    sources: tuple[str, ...]
    recorded: bool
    declare: str


def write(tables: Tables, path: Path, sources: Sequence[str] = ()) -> int:
    """Write a sheet of all passages, or of those of the chosen sources; how many it has.

    Raises BriefingError for a source that is none, or that has no passage, and rather than overwrite a file.
    """
    known = {row["id"]: False for row in tables.rows["sources"]}
    known |= {row["source"]: True for row in tables.rows["passages"]}
    for source in sources:
        if not known.get(source):
            found, ids = ("no source of this id", sorted(known)) if source not in known else \
                ("no passage of this source", sorted(id for id, coded in known.items() if coded))
            raise BriefingError(f"--source {source}: found {found}, expected one of {', '.join(ids) or 'none yet'}. "
                                f"{meant(source, ids) if source not in known else ''}Give a source that has passages.")
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow([*PLACE, *CODES])
    rows = sorted((row for row in tables.rows["passages"] if not sources or row["source"] in sources),
                  key=lambda row: (row["source"], row["start"], row["end"], row["id"]))
    for row in rows:
        sheet.writerow([row["id"], *(row[column] for column in PLACE[1:]), *[""] * len(CODES)])
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(out.getvalue())
    except FileExistsError as error:
        raise BriefingError(f"{path}: found a file, expected a new name. Choose another, so that no coding is lost.") \
            from error
    except OSError as error:
        raise BriefingError(f"{path}: found {error.strerror}, expected a file that can be written. "
                            "Choose another place.") from error
    return len(rows)


def read(tables: Tables, path: Path, coder: str) -> Taken:
    """Add a filled sheet to the tables: its codes as the statements of `coder`, and that they read each of its sources,
    also those in which they found no stand.

    Raises InvalidData with all findings, and as `editing.apply` does; nothing is added then.
    """
    if coder != coder.strip() or not coder.isprintable() or not coder:
        raise BriefingError(f"--read: found {shown(coder)}, expected a coder's name. Name who filled in the sheet.")
    rows = _rows(path)
    findings = list(_wrong(tables, rows, path, coder))
    if findings:
        raise InvalidData(findings)
    source = {row["id"]: row["source"] for row in tables.rows["passages"]}
    new = [{**cells, "coder": coder} for _, cells in _filled(rows)]
    covered = tuple(sorted({source[(row["passage"] or "").strip()] for row in rows}))
    recorded = any(resource["name"] == "codings" for resource in tables.descriptor["resources"])
    known = {(row["coder"], row["source"]) for row in tables.rows.get("codings", ())}
    coded = [{"coder": coder, "source": id} for id in covered if recorded and (coder, id) not in known]
    editing.apply(tables.root, tables.descriptor, [*(Change("statements", None, cells) for cells in new),
                                                   *(Change("codings", None, cells) for cells in coded)])
    there = {**tables.rows, "statements": [*tables.rows["statements"], *new],
             "codings": [*tables.rows.get("codings", ()), *coded]}
    return Taken(len(new), covered, recorded, coders.proposal(tables.descriptor, there))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text("utf-8").removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as error:
        raise BriefingError(f"{path}: found no readable sheet ({error}), expected CSV in UTF-8. "
                            "Save the sheet as CSV, UTF-8.") from error
    header = text.split("\n", 1)[0]
    mark = next((mark for mark in ";\t" if mark in header and "," not in header), ",")  # as spreadsheets save it
    rows = list(csv.DictReader(io.StringIO(text), delimiter=mark))
    if not rows or not {"passage", *CODES} <= set(rows[0]):
        raise InvalidData([Finding("sheet", path.name, shown(header), ",".join([*PLACE, *CODES]),
                                   "Keep the sheet's header.", row=1, column="header")])
    return rows


def _filled(rows: Sequence[Mapping[str, str]]) -> list[tuple[int, dict[str, str]]]:
    """The numbers and cells of the rows that have a code."""
    return [(number, {column: (row[column] or "").strip() for column in ("passage", *CODES)})
            for number, row in enumerate(rows, start=2) if any((row.get(column) or "").strip() for column in CODES)]


def _wrong(tables: Tables, rows: Sequence[Mapping[str, str]], path: Path, coder: str) -> Iterator[Finding]:
    """All that is wrong with a sheet, or with reading it in."""
    wrong = functools.partial(_finding, path.name)
    source = {row["id"]: row["source"] for row in tables.rows["passages"]}
    covered = {source.get((row["passage"] or "").strip(), "") for row in rows} - {""}
    there = sorted({source[row["passage"]] for row in tables.rows["statements"] if row["coder"] == coder} & covered)
    if there:
        yield wrong(1, "coder", f"statements of {coder} on {', '.join(there)} in data/statements.csv",
                    "a coder who has none yet on the sheet's sources",
                    "Remove the coder's old statements first, or use another name.")
    filled = _filled(rows)
    if not filled:
        lines = "` and `".join(f"{coder},{id}" for id in sorted(covered))
        yield wrong(1, "actor", "a sheet without a code", "at least one statement",
                    f"Fill in the sheet; where there is no stand in it at all, write `{lines}` into data/codings.csv.")
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            yield wrong(number, "row", "a row of another length than the header", f"{len([k for k in row if k])} cells",
                        "Quote cells that hold a comma.")
        elif row["passage"].strip() not in source:
            yield wrong(number, "passage", shown(row["passage"]), f"one of {' '.join(source)}",
                        f"{meant(row['passage'], source)}Correct the cell.")
    yield from _wrong_codes(tables, filled, path.name)


def _finding(path: str, row: int, column: str, found: str, expected: str, remedy: str) -> Finding:
    return Finding("sheet", path, found, expected, remedy, row=row, column=column)


def _wrong_codes(tables: Tables, filled: Sequence[tuple[int, Mapping[str, str]]], path: str) -> Iterator[Finding]:
    words = {"actor": [row["id"] for row in tables.rows["actors"]],
             "concept": [row["id"] for row in tables.rows["concepts"]],
             "agreement": ["agree", "disagree", "mixed"], "mode": ["said", "done"]}
    first: dict[tuple[str, ...], int] = {}
    for number, cells in filled:
        for column, allowed in words.items():
            if cells[column] not in allowed:
                yield _finding(path, number, column, shown(cells[column]), f"one of {' '.join(allowed)}",
                               f"{meant(cells[column], allowed)}Correct the cell.")
        if cells["mode"] == "done" and not cells["act"]:
            yield _finding(path, number, "act", "an empty cell", "the act that shows the stand",
                           "Say what the actor did.")
        key = tuple(cells[column] for column in ("actor", "concept", "passage"))
        if key in first:
            yield _finding(path, number, "actor, concept, passage",
                           f"{shown(', '.join(key))} again, as in row {first[key]}", "each once",
                           "Remove the row; where the actor says both, write one row `mixed`.")
        first.setdefault(key, number)
