"""What a chart of ours says besides its marks: a table of its own, and what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..quantities import HEDGES, Quantity

Row = dict[str, Any]
#: Columns of a frame by which a chart knows what it rests on: ids of sources and passages, names of publishers.
RESTS = ("source", "passage", "publisher")


def described(chart: Any, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Any], *,
              filters: Sequence[str] = (), marks: Sequence[str] = ()) -> Any:
    """The chart with a table of data of its own in place of the one that is made from what it encodes.

    `columns` maps each head to the field of `rows` that it shows, or to what makes its cells. A page filters
    table and marks by the heads in `filters`; `marks` is what the mark of each row says (its `description`).
    """
    rows = list(rows)
    cells = [[plain(make(row) if callable(make) else row.get(make)) for make in columns.values()] for row in rows]
    table = {"columns": list(columns), "rows": cells, **({"filters": list(filters), "marks": list(marks)} if filters else {})}
    return chart.properties(usermeta={"table": table, **{name: ids(rows, name) for name in RESTS}})


def quantity(row: Mapping[str, Any]) -> str:
    """A row's number with its hedge, `over 20%`, or its range, `90% to 99%`; `not given` where it has none."""
    value, upper = row.get("value"), row.get("upper")
    if not _known(value):
        return "not given"
    unit = row.get("unit") or ""
    hedge = row.get("hedge") or "="
    low = Quantity(float(value), unit, hedge if hedge in HEDGES else "=").text
    return f"{low} to {Quantity(float(upper), unit).text}" if _known(upper) else low


def plain(value: Any) -> Any:
    """A value as a cell of a table: nothing for what is missing, several as one text, dates without a time of day."""
    if isinstance(value, (list, tuple)):
        return "; ".join(str(plain(item)) for item in value)
    if not _known(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return re.sub(r"(?<=^\d{4}-\d\d-\d\d)[T ]00:00:00$", "", str(value)) if not isinstance(value, (int, float)) else value


def _known(value: Any) -> bool:
    return value is not None and type(value).__name__ not in ("NAType", "NaTType") and value == value


def ids(rows: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    """The ids that rows have under a name or its plural, each once, in order; a cell holds one or several."""
    found: dict[str, None] = {}
    for row in rows:
        for cell in (row.get(name), row.get(f"{name}s")):
            found.update(dict.fromkeys(str(item) for item in (cell if isinstance(cell, (list, tuple)) else [cell])
                                       if _known(item) and item != ""))
    return list(found)
