"""How far coders agree: Krippendorff's alpha over cells, and where they do not.

A cell is an actor's stand on a concept. The units are the cells in which at
least one coder found a stand; a coder who found none there has said "none",
which is a reading of the source and counts. Alpha is nominal (Krippendorff,
Content Analysis, 4th ed. 2019, ch. 12); its interval is the bootstrap over
units, with a fixed seed.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..facts.coders import people
from ..facts.tables import Row, Tables
from ..findings import BriefingError, Finding, InvalidData, shown

NONE = "none"
RESAMPLES = 1000
SEED = 1955  # fixed, so that an interval is the same on any machine

Cells = Mapping[tuple[str, str], Mapping[str, str]]


@dataclass(frozen=True)
class Agreement:
    """Alpha over `units` cells with a 95 % bootstrap interval; None where all
    values are the same and alpha is not defined."""

    concept: str | None
    units: int
    alpha: float | None
    low: float | None = None
    high: float | None = None

    @property
    def text(self) -> str:
        """Alpha as prose has it, to two places; `not defined` where it is not."""
        return "not defined" if self.alpha is None else f"{self.alpha:.2f}"


@dataclass(frozen=True)
class Disagreement:
    """A cell that coders read differently: each coder's stand, with the passages it rests on."""

    actor: str
    concept: str
    stands: Mapping[str, str]
    passages: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Unitising:
    """How far coders who marked their own spans agree on what is a statement and where it stands.

    `alpha` is nominal over the characters of the sources, each with the codes that a coder laid on it (after the family
    of alphas for unitising: Krippendorff et al. 2016, "On the reliability of unitizing textual continua", doi
    10.1007/s11135-015-0266-1; here an atom is a character and its value the set of codes, none where nothing is coded).
    `matched` of `statements` have one of another coder's with the same actor, concept and agreement that overlaps it;
    `unmatched` are the rows of the others.
    """

    characters: int
    alpha: float | None
    statements: int
    matched: int
    unmatched: tuple[Row, ...]


@dataclass(frozen=True)
class Reliability:
    """What coders give: alpha over all cells, per concept, each disagreement, and, where they marked their own spans,
    agreement on these. Of fewer than two coders no alpha is defined."""

    coders: tuple[str, ...]
    overall: Agreement
    concepts: tuple[Agreement, ...]
    disagreements: tuple[Disagreement, ...]
    unitising: Unitising | None = None


def coders(tables: Tables) -> tuple[str, ...]:
    """The coders by name; not the set that was adjudicated from theirs."""
    return people(tables.descriptor, tables.rows)


def measure(tables: Tables, expected: Sequence[str] = ()) -> tuple[Reliability, list[Finding]]:
    """Reliability of the statements; agreement takes two coders.

    `expected` are coders who should have coded; for each who has no statement
    there is a finding.
    """
    names = coders(tables)
    findings = [Finding("coder-without-statements", "data/statements.csv", f"no statement of coder {name}",
                        "at least one", "Read the coder's sheet in, or leave the coder out.", column="coder")
                for name in expected if name not in names]
    if len(names) < 2:
        return Reliability(names, Agreement(None, 0, None), (), ()), findings
    cells, passages = _cells(tables, names)
    overall = _agreement(None, cells, names)
    concepts = tuple(_agreement(row["id"], {cell: stands for cell, stands in cells.items() if cell[1] == row["id"]},
                                names)
                     for row in tables.rows.get("concepts", ()))
    disagreements = tuple(
        Disagreement(actor, concept, stands, {name: tuple(passages.get((actor, concept, name), ())) for name in names})
        for (actor, concept), stands in cells.items() if len(set(stands.values())) > 1)
    return Reliability(names, overall, concepts, disagreements, _unitising(tables, names)), findings


def _unitising(tables: Tables, names: Sequence[str]) -> Unitising | None:
    """Agreement on spans; None where a coder has a statement without its own `start` and `end`."""
    rows = [row for row in tables.rows["statements"] if row["coder"] in names]
    if not all(row.get("start") is not None and row.get("end") is not None for row in rows):
        return None
    source = {row["id"]: row["source"] for row in tables.rows["passages"]}
    lengths = {row["id"]: row["characters"] or 0 for row in tables.rows["sources"]}
    read = {source[row["passage"]] for row in rows}
    values: dict[tuple[tuple[str, ...], ...], int] = {}  # what each coder laid on a stretch, and its characters
    for id in sorted(read):
        spans = [row for row in rows if source[row["passage"]] == id]
        edges = sorted({0, max([lengths[id], *(row["end"] for row in spans)]), *(row["start"] for row in spans),
                        *(row["end"] for row in spans)})
        for start, end in zip(edges, edges[1:], strict=False):
            laid = tuple(tuple(sorted({_code(row) for row in spans if row["coder"] == name
                                       and row["start"] <= start and end <= row["end"]})) for name in names)
            values[laid] = values.get(laid, 0) + end - start
    unmatched = tuple(row for row in rows if not any(
        other["coder"] != row["coder"] and _code(other) == _code(row)
                                                     and source[other["passage"]] == source[row["passage"]]
        and other["start"] < row["end"] and row["start"] < other["end"] for other in rows))
    return Unitising(sum(values.values()), _alpha_by_length(values), len(rows), len(rows) - len(unmatched), unmatched)


def _code(row: Row) -> str:
    return f"{row['actor']} {row['concept']} {row['agreement']}"


def _alpha_by_length(values: Mapping[tuple[tuple[str, ...], ...], int]) -> float | None:
    """Nominal alpha of stretches, each as often as it has characters."""
    import krippendorff

    kinds = sorted({value for laid in values for value in laid})
    if len(kinds) < 2:
        return None
    counts = [[laid.count(kind) for kind in kinds] for laid, length in values.items() for _ in range(length)]
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def _cells(tables: Tables, names: Sequence[str]) -> tuple[Cells, dict[tuple[str, str, str], list[str]]]:
    """Each coder's stand in each cell that any of them coded, in the order of the tables."""
    found: dict[tuple[str, str, str], set[str]] = {}
    passages: dict[tuple[str, str, str], list[str]] = {}
    for row in tables.rows["statements"]:
        key = (row["actor"], row["concept"], row["coder"])
        found.setdefault(key, set()).add(row["agreement"])
        passages.setdefault(key, []).append(row["passage"])
    cells = {}
    for actor in tables.rows.get("actors", ()):
        for concept in tables.rows.get("concepts", ()):
            stands = {name: found.get((actor["id"], concept["id"], name)) for name in names}
            if any(stands.values()):
                cells[actor["id"], concept["id"]] = {
                    name: NONE if not said else said.copy().pop() if len(said) == 1 else "mixed"
                    for name, said in stands.items()}
    return cells, passages


def _agreement(concept: str | None, cells: Cells, names: Sequence[str]) -> Agreement:
    units = [tuple(stands[name] for name in names) for stands in cells.values()]
    alpha = _alpha(units)
    if alpha is None:
        return Agreement(concept, len(units), None)
    import random

    draw = random.Random(SEED)
    resampled = sorted(value for value in (_alpha(draw.choices(units, k=len(units))) for _ in range(RESAMPLES))
                       if value is not None)
    if len(resampled) < RESAMPLES // 2:  # too little variation to say how far it might be off
        return Agreement(concept, len(units), alpha)
    last = len(resampled) - 1
    return Agreement(concept, len(units), alpha, resampled[round(0.025 * last)], resampled[round(0.975 * last)])


def _alpha(units: Sequence[tuple[str, ...]]) -> float | None:
    return _alpha_of(tuple(sorted(units)))  # the order of units does not matter, and resamples repeat


@functools.cache
def _alpha_of(units: tuple[tuple[str, ...], ...]) -> float | None:
    import krippendorff

    values = sorted({value for unit in units for value in unit})
    if len(values) < 2:
        return None
    counts = [[unit.count(value) for value in values] for unit in units]
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


# --- a blind sheet for another coder -----------------------------------------------

PLACE = ("passage", "source", "paragraph", "start", "end", "kind", "speaker")
CODES = ("actor", "concept", "agreement", "mode", "act")


def write_sheet(tables: Tables, path: Path) -> int:
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


def read_sheet(tables: Tables, path: Path, coder: str) -> int:  # noqa: C901  all findings of a sheet at once
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
    filled = [(number, row) for number, row in enumerate(rows, start=2)
              if any((row.get(c) or "").strip() for c in CODES)]
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
