"""How far coders agree: Krippendorff's alpha over cells, and where they do not.

A cell is an actor's stand on a concept. The units are the cells in which at
least one coder found a stand; a coder who found none there has said "none",
which is a reading of the source and counts. Alpha is nominal (Krippendorff,
Content Analysis, 4th ed. 2019, ch. 12); its interval is the bootstrap over
units, with a fixed seed.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..findings import Finding
from ..facts.tables import Tables

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
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Disagreement:
    """A cell that coders read differently: each coder's stand, with the passages it rests on."""

    actor: str
    concept: str
    stands: Mapping[str, str]
    passages: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Reliability:
    """What two coders or more give: alpha over all cells, per concept, and each disagreement."""

    coders: tuple[str, ...]
    overall: Agreement
    concepts: tuple[Agreement, ...]
    disagreements: tuple[Disagreement, ...]


def coders(tables: Tables) -> tuple[str, ...]:
    """The coders, in the order of their first statement."""
    return tuple(dict.fromkeys(row["coder"] for row in tables.rows.get("statements", ())))


def measure(tables: Tables, expected: Sequence[str] = ()) -> tuple[Reliability | None, list[Finding]]:
    """Reliability of the statements, or None where fewer than two coders coded.

    `expected` are coders who should have coded; for each who has no statement
    there is a finding.
    """
    names = coders(tables)
    findings = [Finding("coder-without-statements", "data/statements.csv", f"no statement of coder {name}",
                        "at least one", "Read the coder's sheet in, or leave the coder out.", column="coder")
                for name in expected if name not in names]
    if len(names) < 2:
        return None, findings
    cells, passages = _cells(tables, names)
    overall = _agreement(None, cells, names)
    concepts = tuple(_agreement(row["id"], {cell: stands for cell, stands in cells.items() if cell[1] == row["id"]}, names)
                     for row in tables.rows.get("concepts", ()))
    disagreements = tuple(
        Disagreement(actor, concept, stands, {name: tuple(passages.get((actor, concept, name), ())) for name in names})
        for (actor, concept), stands in cells.items() if len(set(stands.values())) > 1)
    return Reliability(names, overall, concepts, disagreements), findings


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
        return Agreement(concept, len(units), None, None, None)
    import random

    draw = random.Random(SEED)
    resampled = sorted(value for value in (_alpha(draw.choices(units, k=len(units))) for _ in range(RESAMPLES))
                       if value is not None)
    if len(resampled) < RESAMPLES // 2:  # too little variation to say how far it might be off
        return Agreement(concept, len(units), alpha, None, None)
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
