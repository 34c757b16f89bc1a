"""Who sees what: a second coder codes blind.

One coder is the first (`first` says who); every other one is blind. Nothing that another made is sent to a blind
coder's page, except where a passage lies that carries one of this coder's own statements. The first coder sees all but
the statements of others.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..facts import coders
from ..facts.editing import Cells, Change, Record
from ..facts.tables import Row, Tables
from ..findings import Finding

#: The tables of which one coder's rows are not another's.
OWN = ("passages", "statements", "quantities", "events")
#: What blind coders made, by coder, and who was the first: one machine's, as `.sources.json`, since the tables say of
#: statements only.
MADE = ".coding.json"


def made(root: Path, coder: str) -> set[tuple[str, str]]:
    """What a blind coder made in earlier sittings: tables and ids. A record that cannot be read counts for none."""
    with contextlib.suppress(ValueError, TypeError):
        return {(table, id) for table, id in _record(root).get(coder) or ()}
    return set()


def _record(root: Path) -> dict[str, Any]:
    """What blind coders made, by coder, and None of a first coder."""
    with contextlib.suppress(OSError, ValueError):
        known = json.loads((root / MADE).read_text("utf-8"))
        return known if isinstance(known, dict) else {}
    return {}


def keep(root: Path, coder: str, rows: set[tuple[str, str]] | None) -> None:
    """Record what a blind coder made, or, by None, that this coder is the first."""
    known = _record(root)
    new = {**known, coder: None if rows is None else sorted(map(list, rows))}
    if new != known:
        with contextlib.suppress(OSError):  # then the next sitting shows less
            (root / MADE).write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")


def first(root: Path, descriptor: Mapping[str, Any], records: Mapping[str, Sequence[Record]]) -> str | None:
    """The first coder, whom no order of rows decides; None where nobody has a statement.

    Of those who have: the first that the descriptor's `coders` list, else who is declared (`adjudicated`), else who was
    the first on this machine, else the first by name; not a set that was settled from what they coded. Who was blind on
    this machine stays blind, as long as there is another: a first statement opens nobody's eyes.
    """
    def cells(table: str, *columns: str) -> list[dict[str, str]]:
        return [{column: record.cells.get(column, "") for column in columns} for record in records.get(table, ())]

    statements = [row for row in cells("statements", "coder", "passage") if row["coder"]]
    there = {row["coder"] for row in statements}
    people = there.intersection(coders.people(descriptor, {
        "passages": cells("passages", "id", "source"), "statements": statements})) or there
    record = _record(root)
    blind = {name for name, rows in record.items() if rows is not None}
    order = [*coders.listed(descriptor), *coders.declared(descriptor),
             *sorted(name for name, rows in record.items() if rows is None)]
    return min(people - blind or people, default=None, key=lambda name: (
        order.index(name) if name in order else len(order), name))


@dataclass(frozen=True)
class Sight:
    """What one coder may see: all of it, or all but the statements of others (`alone`), or, blind, what is their own.

    Of a passage that another made and that carries a statement of this coder, only the place is seen, under another
    name (`alias`), since an id is made of a gist.
    """

    coder: str
    blind: bool
    made: set[tuple[str, str]]
    secret: str
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # all ids by table
    carried: Mapping[str, Cells] = field(default_factory=dict)  # passages with a statement of this coder, and that
    alone: bool = False

    @classmethod
    def of(cls, records: Mapping[str, Sequence[Record]], coder: str, open_: bool, made: set[tuple[str, str]],
           secret: str, alone: bool) -> Sight:
        """The sight of a coder, who is blind where it is not `open_`, by the rows that are there, and those that they
        made."""
        known = {name: tuple(record.cells.get("id", "") for record in found) for name, found in records.items()}
        statements = [record.cells for record in records.get("statements", [])]
        carried = {cells.get("passage", ""): cells for cells in statements if cells.get("coder") == coder}
        return cls(coder, not open_, made, secret, known, carried, alone)

    def marks(self, read: Tables) -> dict[str, list[str]]:
        """Who coded each source to its end, by name; blind, this coder alone."""
        found: dict[str, list[str]] = {}
        for coder, source in sorted({(str(row.get("coder")), str(row.get("source")))
                                     for row in read.rows.get("codings", ())}):
            if not self.blind or coder == self.coder:
                found.setdefault(source, []).append(coder)
        return found

    def own(self, table: str, id: Any) -> bool:
        """Whether a row with an id is seen in full."""
        return not self.blind or (table, str(id)) in self.made

    def hidden(self, passage: str) -> bool:
        """Whether a passage is another's."""
        return not self.own("passages", passage)

    def alias(self, passage: str) -> str:
        """The name that a passage has for this coder."""
        if not self.hidden(passage):
            return passage
        return f"words-{hashlib.sha256(f'{self.secret}{passage}'.encode()).hexdigest()[:8]}"

    def closest(self, rows: Sequence[Mapping[str, Any]], span: tuple[int, int]) -> str:
        """The name of the passage that fits selected words best."""
        return self.alias(max(rows, key=lambda row: _closeness(row, span))["id"])

    def real(self, alias: str) -> str:
        """The id that stands behind a name."""
        return next((id for id in self.known.get("passages", ()) if self.alias(id) == alias), alias)

    def masked(self, cells: Cells | None) -> Cells | None:
        """Cells of one of this coder's rows, with the names that passages have for them."""
        if not self.blind or not cells or not cells.get("passage"):
            return cells
        return {**cells, "passage": self.alias(cells["passage"])}

    def ids(self, table: str) -> set[str]:
        """All ids that a new row of a table cannot have, seen or not: tables of evidence share theirs."""
        shared = OWN if table in OWN else (table,)
        return {id for name in shared for id in self.known.get(name, ())}

    def sees(self, table: str, cells: Cells) -> bool:
        """Whether a row is seen in full, and may be changed."""
        if table == "statements":
            unsigned = not self.blind and not cells.get("coder")
            return not self.alone or unsigned or cells.get("coder") == self.coder
        return table not in OWN or self.own(table, cells.get("id"))

    def tables(self, records: Mapping[str, Sequence[Record]]) -> dict[str, list[dict[str, Any]]]:
        """The rows that a page is sent: number and cells; `other` marks a passage of which only the place is."""
        found: dict[str, list[dict[str, Any]]] = {}
        for name, rows in records.items():
            found[name] = []
            for record in rows:
                cells = record.cells
                if self.sees(name, cells):
                    found[name].append({"row": record.number, "cells": self.masked(cells)})
                elif name == "passages" and (mine := self.carried.get(cells.get("id", ""))):
                    place = {key: mine.get(key) or cells.get(key, "") for key in ("start", "end")}
                    found[name].append({"row": record.number, "other": True, "cells": {
                        "id": self.alias(cells["id"]), "source": cells.get("source", ""), **place}})
        return found

    def rows(self, read: Tables) -> dict[str, list[Row]]:
        """Of typed rows, those that are seen, or whose place is."""
        return {name: [row for row in rows if self.sees(name, row)
                       or (name == "passages" and row.get("id") in self.carried)]
                for name, rows in read.rows.items()}

    def checkable(self, read: Tables) -> Tables:
        """The tables, with the passages that are not seen of no source: the check leaves them."""
        if not self.blind:
            return read
        return replace(read, rows={**read.rows, "passages": [
            row if self.own("passages", row.get("id")) else {**row, "source": None} for row in read.rows["passages"]]})

    def findings(self, of_tables: Sequence[Finding], of_text: Sequence[Finding],
                 records: Mapping[str, Sequence[Record]]) -> list[Finding]:
        """The findings that are about what is seen; blind, without those that name another row: `check` has them."""
        found = [*of_tables, *of_text]
        if not self.alone:
            return found
        seen = {(f"data/{name}.csv", row["row"]) for name, rows in self.tables(records).items()
                for row in rows if not row.get("other")}
        return list(self._seen(found, seen))

    def _seen(self, found: Sequence[Finding], seen: set[tuple[str, int]]) -> Iterator[Finding]:
        for finding in found:
            table = finding.path.removeprefix("data/").removesuffix(".csv")
            if self.blind and finding.code in ("span-twice", "span-crossing", "id-ambiguous"):
                continue
            shared = finding.row is None or table not in ((*OWN, "judgements") if self.blind else ("statements",))
            if shared or (finding.path, finding.row) in seen:
                yield finding


def nested(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one of two spans holds the other."""
    return (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])


def followed(changes: Sequence[Change], statements: Sequence[Record]) -> list[Change]:
    """Changes, and where a passage gets other words, those of the coders' own spans in it."""
    found = list(changes)
    for change in changes:
        before, after = change.before or {}, change.after or {}
        old, new = span_of(before), span_of(after)
        if change.table != "passages" or not old or not new or old == new:
            continue
        for record in statements:
            span = span_of(record.cells)
            if not span or record.cells.get("passage") != before.get("id"):
                continue
            start, end = max(span[0], new[0]), min(span[1], new[1])
            place = new if span == old or start >= end else (start, end)
            at = next((n for n, each in enumerate(found) if (each.table, each.before) == ("statements", record.cells)),
                      len(found))
            known = found[at].after if at < len(found) else record.cells
            if known is not None:
                found[at:at + 1] = [Change("statements", record.cells,
                                           {**known, "start": str(place[0]), "end": str(place[1])})]
    return found


def span_of(cells: Cells) -> tuple[int, int] | None:
    """Where a row says that its words lie; None where it does not."""
    start, end = cells.get("start", ""), cells.get("end", "")
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None


def _closeness(row: Mapping[str, Any], span: tuple[int, int]) -> tuple[bool, bool, int, int]:
    """How well a passage fits selected words: equal, then holding them, then the largest overlap, then the shortest."""
    start, end = row["start"], row["end"]
    return ((start, end) == span, start <= span[0] and span[1] <= end,
            min(end, span[1]) - max(start, span[0]), start - end)
