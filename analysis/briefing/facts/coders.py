"""Coders: who coded which source, and whose statements count in the figures.

A coder has coded a source where the table `codings` says so, or where a statement of theirs lies in it; only the first
tells of a coder who read it and found no stand. Figures are drawn from the statements of whom the descriptor names as
`adjudicated`: one name, or the names of those who shared the work. Where it names nobody, all statements count as long
as one coder alone coded each source. Statements are left out only by that declaration, never in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..findings import Finding, meant, shown

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]

DESCRIPTOR = "data/datapackage.json"


def declared(descriptor: Mapping[str, Any]) -> tuple[str, ...]:
    """Whose statements figures are drawn from, as the descriptor says; empty where it does not."""
    names = descriptor.get("adjudicated") or ()
    return tuple(map(str, names)) if isinstance(names, (list, tuple)) else (str(names),)


def people(descriptor: Mapping[str, Any], rows: Rows) -> tuple[str, ...]:
    """Who coded, by name, without a set that was adjudicated from what they coded.

    A declared name is such a set where the descriptor's `coders` do not have it; where it lists none, where two others
    have statements.
    """
    there = {row["coder"] for name in ("statements", "codings") for row in rows.get(name, ())}
    listed = descriptor.get("coders") or []
    named = {str(name) for name in (listed if isinstance(listed, list) else [listed])}
    sets = {name for name in declared(descriptor) if name not in named}
    if not named and len(there - sets) < 2:
        sets = set()
    return tuple(sorted(there - sets))


def coded(rows: Rows) -> dict[str, tuple[str, ...]]:
    """The coders of each source that anybody coded, in the order of their names."""
    sources = {row["id"]: row["source"] for row in rows.get("passages", ())}
    found: dict[str, set[str]] = {}
    for row in rows.get("codings", ()):
        found.setdefault(row["source"], set()).add(row["coder"])
    for row in rows.get("statements", ()):
        found.setdefault(sources.get(row["passage"], ""), set()).add(row["coder"])
    return {source: tuple(sorted(found[source])) for source in sorted(found)}


def counted(descriptor: Mapping[str, Any], rows: Rows) -> list[Row]:
    """The statements that count in figures, in the order of the table.

    Of tables that `check` finds nothing wrong with: who is declared, else all. Where two coders coded one source and
    nobody is declared, those of the first name.
    """
    names = declared(descriptor)
    if names:
        return [row for row in rows.get("statements", ()) if row["coder"] in names]
    sources = {row["id"]: row["source"] for row in rows.get("passages", ())}
    first: dict[str, str] = {}
    for row in rows.get("statements", ()):
        source = sources.get(row["passage"], "")
        first[source] = min(first.get(source, row["coder"]), row["coder"])
    return [row for row in rows.get("statements", ()) if row["coder"] == first[sources.get(row["passage"], "")]]


def check(descriptor: Mapping[str, Any], rows: Rows, path: str = "data/statements.csv") -> Iterator[Finding]:
    """Statements that no figure would show although nobody said so, and declarations that fit no statement."""
    names = descriptor.get("adjudicated")
    texts = names if isinstance(names, list) else [names]
    if names is not None and not (texts and all(isinstance(name, str) and name for name in texts)):
        yield Finding("adjudicated", DESCRIPTOR, shown(names), "a coder's name, or a list of names",
                      'Write `"adjudicated": "NAME"`: whose statements figures are drawn from.', column="adjudicated")
        return
    statements = list(enumerate(rows.get("statements", ()), start=2))
    if not statements:
        return
    sources = {row["id"]: row["source"] for row in rows.get("passages", ())}
    by_source: dict[str, dict[str, list[int]]] = {}  # source, coder, rows
    for number, row in statements:
        by_source.setdefault(sources.get(row["passage"], ""), {}).setdefault(row["coder"], []).append(number)
    if names is None:
        yield from _undeclared(by_source, path)
    else:
        yield from _declared(declared(descriptor), by_source, rows, path)
        yield from _twice(declared(descriptor), statements, path)


def _undeclared(by_source: Mapping[str, Mapping[str, Sequence[int]]], path: str) -> Iterator[Finding]:
    for source, found in sorted(by_source.items()):
        if len(found) > 1:
            coders = sorted(found)
            told = " and ".join(f"{len(found[coder])} statement{'s' * (len(found[coder]) != 1)} of {coder}"
                                for coder in coders)
            yield Finding("statements-left-out", path, f"{told} on {source}", "one coding of a source in the figures",
                          f'Write `"adjudicated": "{coders[0]}"` into {DESCRIPTOR}, or whose statements figures are to '
                          f"show; where the coders shared the text, `{_list(coders)}`.", row=found[coders[1]][0],
                          column="coder")


def _declared(names: Sequence[str], by_source: Mapping[str, Mapping[str, Sequence[int]]], rows: Rows,
              path: str) -> Iterator[Finding]:
    there = {coder for found in by_source.values() for coder in found}
    read = {(row["coder"], row["source"]) for row in rows.get("codings", ())}
    for name in names:
        if name not in there and not any(coder == name for coder, _ in read):
            yield Finding("adjudicated", DESCRIPTOR, shown(name), f"one of the coders {', '.join(sorted(there))}",
                          f"{meant(name, there)}Name whose statements figures are drawn from.", column="adjudicated")
    if not there.intersection(names):
        return
    for source, found in sorted(by_source.items()):
        if not any(name in found or (name, source) in read for name in names):
            coder = min(found)
            yield Finding("statements-left-out", path, f"{len(found[coder])} statement{'s' * (len(found[coder]) != 1)} "
                          f"of {coder} on {source}, which {' and '.join(names)} did not code",
                          "a coding of each source in the figures",
                          f'Write `"adjudicated": {_value([*names, coder])}` into {DESCRIPTOR} to draw figures from '
                          f"these as well; or add the row `{names[0]},{source}` to data/codings.csv, where there is no "
                          "stand in it.", row=found[coder][0], column="coder")


def _twice(names: Sequence[str], statements: Sequence[tuple[int, Row]], path: str) -> Iterator[Finding]:
    first: dict[str, str] = {}
    told = set()
    for number, row in statements:
        if row["coder"] in names and first.setdefault(row["passage"], row["coder"]) != row["coder"] \
                and row["passage"] not in told:
            told.add(row["passage"])
            yield Finding("coded-twice", path, f"{shown(row['passage'])} of {row['coder']}, as of "
                          f"{first[row['passage']]}", "each passage of one of the declared coders alone",
                          f"Take one of the two out of `adjudicated` in {DESCRIPTOR}, or settle the difference in a "
                          "set of another name.", row=number, column="coder")


def _list(names: Sequence[str]) -> str:
    return '"adjudicated": ' + _value(names)


def _value(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
