"""Coders: who coded which source, and whose statements count in the figures.

A coder has coded a source where the table `codings` says so, or where a statement of theirs lies in it; only the first
tells of a coder who read it and found no stand. Figures are drawn from the statements of whom the descriptor names as
`adjudicated`: one name; the names of those who shared the work; or, by source, one of these:
`{"courier": "ada", "gazette": "ben"}`, where two read some of the sources for the sake of their agreement. Where a
source has nobody named, its statements count as long as one coder alone coded it. Statements are left out only by that
declaration, never in silence.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..findings import Finding, meant, shown

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]

DESCRIPTOR = "data/datapackage.json"


def declared(descriptor: Mapping[str, Any], source: str | None = None) -> tuple[str, ...]:
    """Whose statements figures are drawn from, of a source or of any, as the descriptor says; empty where it does
    not."""
    said = descriptor.get("adjudicated") or ()
    if isinstance(said, Mapping):
        parts = [said.get(source) or ()] if source is not None else list(said.values())
        return tuple(dict.fromkeys(name for part in parts for name in _names(part)))
    return _names(said)


def _names(said: Any) -> tuple[str, ...]:
    return tuple(map(str, said)) if isinstance(said, (list, tuple)) else (str(said),)


def listed(descriptor: Mapping[str, Any]) -> tuple[str, ...]:
    """Who should have coded: `coders` of the descriptor, one name or a list, in its order."""
    return _names(descriptor.get("coders") or ())


def people(descriptor: Mapping[str, Any], rows: Rows) -> tuple[str, ...]:
    """Who coded, by name, without a set that was adjudicated from what they coded.

    A declared name is such a set where the descriptor's `coders` do not have it; where it lists none, where each source
    that it coded was coded by two others at least.
    """
    by_source = coded(rows)
    there = {coder for found in by_source.values() for coder in found}
    named, chosen = listed(descriptor), set(declared(descriptor))
    sets = {name for name in chosen if name not in named and (named or all(
        len(set(found) - chosen) > 1 for found in by_source.values() if name in found))}
    return tuple(sorted(there - sets))


def coded(rows: Rows) -> dict[str, tuple[str, ...]]:
    """The coders of each source that anybody coded, in the order of their names; sources by id."""
    sources = {row["id"]: row["source"] for row in rows.get("passages", ())}
    found: dict[str, set[str]] = {}
    for row in rows.get("codings", ()):
        found.setdefault(row["source"], set()).add(row["coder"])
    for row in rows.get("statements", ()):
        found.setdefault(sources.get(row["passage"], ""), set()).add(row["coder"])
    return {source: tuple(sorted(found[source])) for source in sorted(found)}


def counted(descriptor: Mapping[str, Any], rows: Rows) -> list[Row]:
    """The statements that count in figures, in the order of the table.

    Of tables that `check` finds nothing wrong with: of each source those of whom is declared, else all. Where two
    coders coded one source and nobody is declared, those of the first name.
    """
    sources = {row["id"]: row["source"] for row in rows.get("passages", ())}
    first: dict[str, str] = {}
    for row in rows.get("statements", ()):
        source = sources.get(row["passage"], "")
        first[source] = min(first.get(source, row["coder"]), row["coder"])
    names = {source: declared(descriptor, source) or (coder,) for source, coder in first.items()}
    return [row for row in rows.get("statements", ()) if row["coder"] in names[sources.get(row["passage"], "")]]


# --- what is wrong ----------------------------------------------------------------

@dataclass(frozen=True)
class _Coding:
    """What was coded, and what the descriptor says of it."""

    descriptor: Mapping[str, Any]
    found: Mapping[str, Mapping[str, Sequence[tuple[int, Row]]]]  # source, coder: numbers of rows, and rows
    read: Collection[tuple[str, str]]  # coder, source

    @classmethod
    def of(cls, descriptor: Mapping[str, Any], rows: Rows) -> _Coding:
        sources = {row["id"]: row["source"] for row in rows.get("passages", ())}
        found: dict[str, dict[str, list[tuple[int, Row]]]] = {}
        for number, row in enumerate(rows.get("statements", ()), start=2):
            found.setdefault(sources.get(row["passage"], ""), {}).setdefault(row["coder"], []).append((number, row))
        return cls(descriptor, found, {(row["coder"], row["source"]) for row in rows.get("codings", ())})

    def coders(self, source: str = "") -> set[str]:
        """Who coded a source, or any."""
        return {coder for of, found in self.found.items() for coder in found if source in ("", of)} \
            | {coder for coder, of in self.read if source in ("", of)}

    def told(self, source: str, coder: str) -> str:
        count = len(self.found[source][coder])
        return f"{count} statement{'s' * (count != 1)} of {coder}"

    def twice(self, source: str, names: Iterable[str]) -> tuple[int, Row, str] | None:
        """The first row on a passage that another of these coders has a statement on, and whose that is."""
        first: dict[str, str] = {}
        for name in sorted({*names}.intersection(self.found[source])):
            for number, row in self.found[source][name]:
                if (other := first.setdefault(row["passage"], name)) != name:
                    return number, row, other
        return None

    def line(self) -> str:
        """What to declare: one name where it coded all sources, else the names that share them, else by source."""
        chosen = {source: self._choice(source) for source in self.found}
        names = sorted({name for each in chosen.values() for name in each})
        whole = [name for name in self._ranked(self.coders()) if all(name in self._full(each) for each in self.found)]
        if len(names) == 1:
            return _written(names[0])
        if whole and not declared(self.descriptor):
            return _written(whole[0])
        named = {*names, *declared(self.descriptor)}
        if all(named.intersection(self.found[source]) <= {*each} for source, each in chosen.items()):
            return _written(sorted(named))
        return _written({source: each[0] if len(each) == 1 else list(each) for source, each in sorted(chosen.items())
                         if len(self.found[source]) > 1 or not {*self.found[source]} <= {*each}})

    def _choice(self, source: str) -> tuple[str, ...]:
        """Whose coding of one source to propose: who is declared, else of those who coded it in full the first of the
        listed coders, else by name."""
        found = self.found[source]
        kept = [name for name in declared(self.descriptor, source) if name in found or (name, source) in self.read]
        if kept:
            return (kept[0],) if self.twice(source, kept) else tuple(kept)
        return (self._ranked(self._full(source))[0],)

    def _full(self, source: str) -> set[str]:
        """Who coded a source in full, as far as their number of statements tells: half of the most, or more."""
        found = self.found[source]
        most = max(map(len, found.values()))
        return {name for name, rows in found.items() if 2 * len(rows) >= most}

    def _ranked(self, names: Iterable[str]) -> list[str]:
        """Names in the order of the listed coders, all others after them by name."""
        order = {name: n for n, name in enumerate(listed(self.descriptor))}
        return sorted(names, key=lambda name: (order.get(name, len(order)), name))

    def shared(self, source: str) -> str:
        """What to declare where the coders of a source shared it; empty where they coded the same passages."""
        if self.twice(source, self.found[source]):
            return ""
        all_ = sorted({coder for found in self.found.values() for coder in found})
        return _written({source: sorted(self.found[source])} if any(self.twice(each, all_) for each in self.found)
                        else all_)


def _written(said: Any) -> str:
    return f'"adjudicated": {json.dumps(said, ensure_ascii=False)}'


def proposal(descriptor: Mapping[str, Any], rows: Rows) -> str:
    """The line of the descriptor by which no statement is left out in silence; empty where it needs none."""
    codes = {finding.code for finding in check(descriptor, rows)}
    return _Coding.of(descriptor, rows).line() if codes & {"statements-left-out", "coded-twice"} else ""


def check(descriptor: Mapping[str, Any], rows: Rows, path: str = "data/statements.csv") -> Iterator[Finding]:
    """Statements that no figure would show although nobody said so, and declarations that fit no statement."""
    said = descriptor.get("adjudicated")
    parts = list(said.values()) if isinstance(said, Mapping) and said else [said]
    if said is not None and not all(_is_names(part) for part in parts):
        yield Finding("adjudicated", DESCRIPTOR, shown(json.dumps(said, ensure_ascii=False)),
                      "a coder's name, a list of names, or one of these by source",
                      'Write `"adjudicated": "NAME"`: whose statements figures are drawn from.', column="adjudicated")
        return
    coding = _Coding.of(descriptor, rows)
    yield from _unknown(descriptor, rows)
    if not coding.found:
        return
    yield from _unused(coding)
    if said is not None and not coding.coders().intersection(declared(descriptor)):
        return  # one finding says so; all would be left out
    for source in sorted(coding.found):
        yield from _of_source(coding, source, path)


def _is_names(said: Any) -> bool:
    texts = said if isinstance(said, list) else [said]
    return bool(texts) and all(isinstance(name, str) and name for name in texts)


def _unknown(descriptor: Mapping[str, Any], rows: Rows) -> Iterator[Finding]:
    """Coders in `codings` of whom nobody knows, where the descriptor lists who codes, and sources that are none."""
    named = {*listed(descriptor), *declared(descriptor), *(row["coder"] for row in rows.get("statements", ()))}
    for number, row in enumerate(rows.get("codings", ()), start=2):
        if listed(descriptor) and row["coder"] not in named:
            yield Finding("coder-unknown", "data/codings.csv", shown(row["coder"]),
                          f"one of the coders {', '.join(sorted(named))}",
                          f"{meant(row['coder'], named)}Correct the name, or add it to `coders` in {DESCRIPTOR}.",
                          row=number, column="coder")
    said = descriptor.get("adjudicated")
    ids = sorted(row["id"] for row in rows.get("sources", ()))
    for source in sorted(said) if isinstance(said, Mapping) else ():
        if source not in ids:
            yield Finding("adjudicated", DESCRIPTOR, shown(source), f"one of the sources {', '.join(ids)}",
                          f"{meant(source, ids)}Name the source whose coder you declare.", column="adjudicated")


def _unused(coding: _Coding) -> Iterator[Finding]:
    """Declared names that coded nothing, or not the source that they are declared for."""
    said = coding.descriptor.get("adjudicated")
    asked = [(source, _names(part)) for source, part in sorted(said.items())] if isinstance(said, Mapping) else \
        [("", declared(coding.descriptor))]
    for source, names in asked:
        there = coding.coders(source)
        for name in names if there else ():
            if name not in there:
                yield Finding("adjudicated", DESCRIPTOR, shown(name),
                              f"one of the coders {', '.join(sorted(there))}{f' of {source}' if source else ''}",
                              f"{meant(name, there)}Name whose statements figures are drawn from.",
                              column="adjudicated")


def _of_source(coding: _Coding, source: str, path: str) -> Iterator[Finding]:
    found, names = coding.found[source], declared(coding.descriptor, source)
    if not names and len(found) > 1:
        coders = sorted(found)
        shared = coding.shared(source)
        yield Finding("statements-left-out", path,
                      f"{' and '.join(coding.told(source, coder) for coder in coders)} on {source}",
                      "one coding of a source in the figures",
                      f"Write `{coding.line()}` into {DESCRIPTOR}, or whose statements figures are to show"
                      f"{f'; where the coders shared the text, `{shared}`' if shared else ''}.",
                      row=found[coders[1]][0][0], column="coder")
    elif names and not any(name in found or (name, source) in coding.read for name in names):
        coder = min(found)
        yield Finding("statements-left-out", path,
                      f"{coding.told(source, coder)} on {source}, which {' and '.join(names)} did not code",
                      "a coding of each source in the figures",
                      f"Write `{coding.line()}` into {DESCRIPTOR} to draw figures from these as well; or add the row "
                      f"`{names[0]},{source}` to data/codings.csv, where {names[0]} read it and found no stand.",
                      row=found[coder][0][0], column="coder")
    elif twice := coding.twice(source, names):
        number, row, other = twice
        yield Finding("coded-twice", path, f"{shown(row['passage'])} of {row['coder']}, as of {other}",
                      "each passage of one of the declared coders alone",
                      f"Write `{coding.line()}` into {DESCRIPTOR}, or settle the difference in a set of another name.",
                      row=number, column="coder")
