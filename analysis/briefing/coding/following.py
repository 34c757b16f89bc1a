"""What goes with a change of one row: the cells that name a new row, and the coders' own spans in a passage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..facts import editing
from ..facts.editing import Cells, Change, Record


def naming(change: Change, given: Mapping[str, str], descriptor: Mapping[str, Any]) -> dict[str, str]:
    """Cells with the ids that were given in the place of `?1` and so on, in the columns that name rows."""
    after = dict(change.after or {})
    for each in editing.references(descriptor):
        if each.table == change.table and after.get(each.column):
            parts = after[each.column].split(each.delimiter) if each.delimiter else [after[each.column]]
            after[each.column] = (each.delimiter or "").join(given.get(part, part) for part in parts)
    return after


def followed(changes: Sequence[Change], statements: Sequence[Record]) -> list[Change]:
    """Changes, and where a passage gets other words, those of the coders' own spans in it."""
    found = list(changes)
    for change in changes:
        before, after = change.before or {}, change.after or {}
        old, new = _span(before), _span(after)
        if change.table != "passages" or not old or not new or old == new:
            continue
        for record in statements:
            span = _span(record.cells)
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


def _span(cells: Cells) -> tuple[int, int] | None:
    start, end = cells.get("start", ""), cells.get("end", "")
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None
