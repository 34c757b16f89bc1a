"""What the author of a chart says of it besides its marks: a table of its own, and what it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from ..facts.quantities import known, plain

Row = dict[str, Any]
Chart = TypeVar("Chart", bound=Any)  # whatever Altair has: it comes back as it was, with a name
#: Columns of a frame by which a chart knows what it rests on: ids of sources and passages, names of publishers.
RESTS = ("source", "passage", "publisher")


#: What `described` said of charts, by the name that it gave them: it stays theirs in whatever they become a part of.
TABLES: dict[str, dict[str, Any]] = {}


def described(chart: Chart, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Any], *,
              filters: Sequence[str] = (), marks: Sequence[str] = ()) -> Chart:
    """The chart with a table of data of its own in place of the one that is made from what it encodes.

    `columns` maps each head to the field of `rows` that it shows, or to what makes its cells. A page filters
    table and marks by the heads in `filters`; `marks` is what the mark of each row says (its `description`).
    """
    rows = list(rows)
    cells = [[plain(make(row) if callable(make) else row.get(make)) for make in columns.values()] for row in rows]
    table = {"columns": list(columns), "rows": cells,
             **({"filters": list(filters), "marks": list(marks)} if filters else {})}
    about = {"table": table, **{name: ids(rows, name) for name in RESTS}}
    name = f"described-{hashlib.sha256(json.dumps(about, default=str).encode()).hexdigest()[:12]}"
    parts = getattr(chart, "vconcat", None)
    names = [f"{name}-{n}" for n in range(len(parts or [chart]))]
    TABLES.update(dict.fromkeys(names, about))
    if not parts:
        return cast(Chart, chart.properties(name=names[0]))
    joined = chart.copy(deep=False)  # its parts are named, since what is joined to it with & becomes one of them
    for part, own in zip(joined.vconcat, names, strict=True):  # copies, as Altair joins no others
        part.name = own
    return cast(Chart, joined)


def ids(rows: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    """The ids that rows have under a name or its plural, each once, in order; a cell holds one or several."""
    found: dict[str, None] = {}
    for row in rows:
        for cell in (row.get(name), row.get(f"{name}s")):
            found.update(dict.fromkeys(str(item) for item in (cell if isinstance(cell, (list, tuple)) else [cell])
                                       if known(item) and item != ""))
    return list(found)
