"""A blind sheet for another coder: written out without the codes, read back in.

The coder sees where each passage stands and who speaks, reads it in the
source, and fills in actor, concept, agreement, mode and act; a passage that
carries several stands gets several rows, one that carries none stays empty.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ..findings import BriefingError, Finding, InvalidData, shown
from ..facts.tables import Tables

PLACE = ("passage", "source", "paragraph", "start", "end", "kind", "speaker")
CODES = ("actor", "concept", "agreement", "mode", "act")


def write(tables: Tables, path: Path) -> int:
    """Write the sheet; how many passages it has. Raises BriefingError rather than overwrite a file."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow([*PLACE, *CODES])
    rows = sorted(tables.rows["passages"], key=lambda row: (row["source"], row["start"], row["end"]))
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


def read(tables: Tables, path: Path, coder: str) -> int:
    """Add a filled sheet to data/statements.csv as the statements of `coder`; how many.

    Raises InvalidData with all findings, and adds nothing then.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BriefingError(f"{path}: found no readable sheet ({error}), expected CSV in UTF-8. "
                            "Save the sheet as CSV, UTF-8.") from error
    if coder != coder.strip() or not coder.isprintable() or not coder:
        raise BriefingError(f"--read: found {shown(coder)}, expected a coder's name. Name who filled in the sheet.")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    findings: list[Finding] = []

    def add(row: int, column: str, found: str, expected: str, remedy: str) -> None:
        findings.append(Finding("sheet", path.name, found, expected, remedy, row=row, column=column))

    if not rows or not {"passage", *CODES} <= set(rows[0]):
        add(1, "header", shown(text.split("\n", 1)[0]), ",".join([*PLACE, *CODES]), "Keep the sheet's header.")
        raise InvalidData(findings)
    if any(row["coder"] == coder for row in tables.rows["statements"]):
        add(1, "coder", f"statements of {coder} in data/statements.csv", "a coder who has none yet",
            "Remove the coder's old statements first, or use another name.")
    words = {"actor": [row["id"] for row in tables.rows["actors"]],
             "concept": [row["id"] for row in tables.rows["concepts"]],
             "agreement": ["agree", "disagree", "mixed"], "mode": ["said", "done"],
             "passage": [row["id"] for row in tables.rows["passages"]]}
    filled = [(number, row) for number, row in enumerate(rows, start=2) if any((row.get(c) or "").strip() for c in CODES)]
    if not filled:
        add(1, "actor", "a sheet without a code", "at least one statement", "Fill in the sheet.")
    new = []
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            add(number, "row", "a row of another length than the header", f"{len([k for k in row if k])} cells",
                "Quote cells that hold a comma.")
    for number, row in filled:
        cells = {column: (row[column] or "").strip() for column in ("passage", *CODES)}
        for column, allowed in words.items():
            if cells[column] not in allowed:
                add(number, column, shown(cells[column]), f"one of {' '.join(allowed)}", "Correct the cell.")
        if cells["mode"] == "done" and not cells["act"]:
            add(number, "act", "an empty cell", "the act that shows the stand", "Say what the actor did.")
        new.append(cells | {"coder": coder})
    keys = [tuple(cells[c] for c in ("actor", "concept", "passage")) for cells in new]
    for position, key in enumerate(keys):
        if key in keys[:position]:
            add(filled[position][0], "actor, concept, passage", shown(", ".join(key)), "each once", "Remove the row.")
    if findings:
        raise InvalidData(findings)
    _append(tables, new)
    return len(new)


def _append(tables: Tables, new: list[dict[str, str]]) -> None:
    resource = next(r for r in tables.descriptor["resources"] if r["name"] == "statements")
    columns = [field["name"] for field in resource["schema"]["fields"]]
    path = tables.root / "data" / resource["path"]
    ended = path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write("" if ended else "\n")
        csv.DictWriter(file, columns, restval="", lineterminator="\n").writerows(new)
