"""How far coders agree: Krippendorff's alpha over cells, and where they do not.

A cell is an actor's stand on a concept in one source, since coders read sources: who took a stand in two of them gives
two cells. The units are the cells in which at least one coder of the source found a stand; a coder of that source who
found none there has said "none", which is a reading and counts. A coder who did not code the source has said nothing,
and is missing from its cells (who coded what: `facts.coders.coded`); sources that fewer than two coded give no unit.
Alpha is nominal, with missing values as Krippendorff has them (Content Analysis, 4th ed. 2019, ch. 12); its interval is
the bootstrap over units, with a fixed seed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..facts.coders import coded, people
from ..facts.tables import Row, Tables
from ..findings import Finding

NONE = "none"
RESAMPLES = 10_000
SEED = 1955  # fixed, so that an interval is the same on any machine

#: Each coder's stand by cell: source, actor, concept.
Cells = Mapping[tuple[str, str, str], Mapping[str, str]]


@dataclass(frozen=True)
class Agreement:
    """Alpha over `units` cells with a 95 % bootstrap interval: of all, of a concept, of a source or of a pair of
    coders. Alpha is None where all values are the same, or there are none, and it is not defined."""

    concept: str | None
    units: int
    alpha: float | None
    low: float | None = None
    high: float | None = None
    source: str | None = None
    pair: tuple[str, str] | None = None

    @property
    def text(self) -> str:
        """Alpha as prose has it, to two places; `not defined` where it is not."""
        return "not defined" if self.alpha is None else f"{self.alpha:.2f}"


@dataclass(frozen=True)
class Disagreement:
    """A cell that coders read differently: the stand of each who coded the source, with the passages it rests on."""

    source: str
    actor: str
    concept: str
    stands: Mapping[str, str]
    passages: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Unitising:
    """How far coders who marked their own spans agree on what is a statement and where it stands, in the sources that
    two of them coded.

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
    """What coders give, over the sources that two coded: alpha over all cells, by concept, by source and by pair of
    coders, each disagreement, and, where they marked their own spans, agreement on these. Where two coded none, no
    alpha is defined, and all but `coders` is empty."""

    coders: tuple[str, ...]
    overall: Agreement
    concepts: tuple[Agreement, ...]
    disagreements: tuple[Disagreement, ...]
    unitising: Unitising | None = None
    sources: tuple[Agreement, ...] = ()
    pairs: tuple[Agreement, ...] = ()


def coders(tables: Tables) -> tuple[str, ...]:
    """The coders by name; not the set that was adjudicated from theirs."""
    return people(tables.descriptor, tables.rows)


def read_by_two(tables: Tables) -> dict[str, tuple[str, ...]]:
    """The sources that at least two coded, by id, each with its coders by name; an adjudicated set is no coder."""
    names = set(coders(tables))
    found = {source: tuple(name for name in each if name in names) for source, each in coded(tables.rows).items()}
    return {source: each for source, each in found.items() if len(each) > 1}


def measure(tables: Tables, expected: Sequence[str] = ()) -> tuple[Reliability, list[Finding]]:
    """Reliability of the statements, over the sources that two coders coded.

    `expected` are coders who should have coded; for each who has no statement
    there is a finding.
    """
    names = coders(tables)
    findings = [Finding("coder-without-statements", "data/statements.csv", f"no statement of coder {name}",
                        "at least one", "Read the coder's sheet in, or leave the coder out.", column="coder")
                for name in expected if name not in names]
    read = read_by_two(tables)
    if not read:
        return Reliability(names, Agreement(None, 0, None), (), ()), findings
    cells, passages = _cells(tables, read)
    pairs = {(one, other) for each in read.values() for one, other in itertools.combinations(each, 2)}
    disagreements = tuple(
        Disagreement(source, actor, concept, stands,
                     {name: passages.get((source, actor, concept, name), ()) for name in stands})
        for (source, actor, concept), stands in cells.items() if len(set(stands.values())) > 1)
    return Reliability(
        names, _agreement(cells.values()),
        tuple(_agreement([stands for cell, stands in cells.items() if cell[2] == concept], concept=concept)
              for concept in sorted({cell[2] for cell in cells})),
        disagreements, _unitising(tables, read),
        tuple(_agreement([stands for cell, stands in cells.items() if cell[0] == source], source=source)
              for source in read),
        tuple(_agreement(_of_pair(cells, pair), pair=pair) for pair in sorted(pairs))), findings


def _of_pair(cells: Cells, pair: tuple[str, str]) -> list[Mapping[str, str]]:
    """The cells of two coders, of the sources that both coded, in which one of them found a stand."""
    both = [{name: stands[name] for name in pair} for stands in cells.values() if {*pair} <= {*stands}]
    return [stands for stands in both if set(stands.values()) != {NONE}]


def _cells(tables: Tables, read: Mapping[str, Sequence[str]]) -> tuple[Cells, dict[tuple[str, str, str, str],
                                                                                  tuple[str, ...]]]:
    """The stands of each source's coders in each cell that any of them coded, and their passages, by ids."""
    source = {row["id"]: row["source"] for row in tables.rows["passages"]}
    found: dict[tuple[str, str, str, str], set[str]] = {}
    passages: dict[tuple[str, str, str, str], set[str]] = {}
    for row in tables.rows["statements"]:
        of = source.get(row["passage"], "")
        if row["coder"] in read.get(of, ()):
            key = (of, row["actor"], row["concept"], row["coder"])
            found.setdefault(key, set()).add(row["agreement"])
            passages.setdefault(key, set()).add(row["passage"])
    cells = {}
    for cell in sorted({key[:3] for key in found}):
        stands = {name: found.get((*cell, name), {NONE}) for name in read[cell[0]]}
        cells[cell] = {name: next(iter(said)) if len(said) == 1 else "mixed" for name, said in stands.items()}
    return cells, {key: tuple(sorted(ids)) for key, ids in passages.items()}


def _agreement(cells: Iterable[Mapping[str, str]], concept: str | None = None, source: str | None = None,
               pair: tuple[str, str] | None = None) -> Agreement:
    """Alpha of cells, by their values alone: no order of rows, and no name, matters to the bootstrap."""
    units = sorted(tuple(sorted(stands.values())) for stands in cells)
    low, high = _interval(units)
    return Agreement(concept, len(units), _alpha(units), low, high, source, pair)


def _alpha(units: Sequence[tuple[str, ...]]) -> float | None:
    import krippendorff

    values = sorted({value for unit in units for value in unit})
    if len(values) < 2:
        return None
    counts = [[unit.count(value) for value in values] for unit in units]
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def _interval(units: Sequence[tuple[str, ...]]) -> tuple[float | None, float | None]:
    """Where 95 of 100 resamples have their alpha; None where too few have any: there is too little variation.

    What a unit adds to coincidences and to the counts of values is added up for all resamples at once, since alpha is
    made of these sums: n for all values, n_c for those of a value, o for the pairs within units that are the same.
    """
    import numpy

    kinds = sorted(set(units))
    if len({value for unit in kinds for value in unit}) < 2:
        return None, None
    values = sorted({value for unit in kinds for value in unit})
    counts = numpy.array([[unit.count(value) for value in values] for unit in kinds], float)
    sizes = counts.sum(axis=1)
    same = (counts * (counts - 1)).sum(axis=1) / (sizes - 1)
    drawn = numpy.random.RandomState(SEED).multinomial(  # its stream is the same in all versions
        len(units), [units.count(kind) / len(units) for kind in kinds], RESAMPLES)
    n, n_c, o = drawn @ sizes, drawn @ counts, drawn @ same
    differing = n**2 - (n_c**2).sum(axis=1)
    found = numpy.sort(1 - ((n - o) * (n - 1))[differing > 0] / differing[differing > 0])
    if len(found) < RESAMPLES // 2:
        return None, None
    last = len(found) - 1
    return float(found[round(0.025 * last)]), float(found[round(0.975 * last)])


# --- where statements stand ---------------------------------------------------------

def _unitising(tables: Tables, read: Mapping[str, Sequence[str]]) -> Unitising | None:
    """Agreement on spans; None where a coder has a statement without its own `start` and `end`."""
    source = {row["id"]: row["source"] for row in tables.rows["passages"]}
    rows = [row for row in tables.rows["statements"] if row["coder"] in read.get(source.get(row["passage"], ""), ())]
    if not all(row.get("start") is not None and row.get("end") is not None for row in rows):
        return None
    rows.sort(key=lambda row: (source[row["passage"]], row["start"], row["end"], row["actor"], row["concept"],
                               row["coder"]))
    lengths = {row["id"]: row["characters"] or 0 for row in tables.rows["sources"]}
    values: dict[tuple[tuple[str, ...], ...], int] = {}  # what each coder laid on a stretch, and its characters
    for id, names in read.items():
        spans = [row for row in rows if source[row["passage"]] == id]
        edges = sorted({0, max([lengths[id], *(row["end"] for row in spans)]), *(row["start"] for row in spans),
                        *(row["end"] for row in spans)})
        for start, end in itertools.pairwise(edges):
            laid = tuple(tuple(sorted({_code(row) for row in spans if row["coder"] == name
                                       and row["start"] <= start and end <= row["end"]})) for name in names)
            values[laid] = values.get(laid, 0) + end - start
    unmatched = tuple(row for row in rows if not any(_matches(row, other, source) for other in rows))
    return Unitising(sum(values.values()), _alpha_by_length(values), len(rows), len(rows) - len(unmatched), unmatched)


def _matches(row: Row, other: Row, source: Mapping[str, str]) -> bool:
    """Whether another coder has the same code on words that overlap."""
    return (other["coder"] != row["coder"] and _code(other) == _code(row)
            and source[other["passage"]] == source[row["passage"]]
            and bool(other["start"] < row["end"] and row["start"] < other["end"]))


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
