"""What the specification of a chart says without being drawn: its title, its data as a table, what it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from ..facts.quantities import in_words, known, plain


def title(spec: Mapping[str, Any]) -> str:
    """The title of a chart as one line; that of its first view that has one, where it has none of its own."""
    own = spec.get("title")
    text = own.get("text") if isinstance(own, Mapping) else own
    if text:
        return " ".join(text) if isinstance(text, list) else str(text)
    return next(filter(None, (title(part) for name in ("layer", "vconcat", "hconcat", "concat")
                              for part in spec.get(name, ()))),
                title(spec["spec"]) if "spec" in spec else "")


# --- the table ----------------------------------------------------------------------

def table(spec: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The data behind a chart: a column for each field that it encodes, a row for each of the data's, the same once.

    Where data have `value` and `hedge` (and `unit`), one column has all of them in words; `publisher` comes last.
    """
    rows = rows_of(spec)
    heads = dict(encoded(spec))
    hedged = any("hedge" in row and "value" in row for row in rows)
    if hedged:
        heads = {"label": heads.get("label", "what"), **{name: heads[name] for name in heads if name not in _OF_HEDGES}}
    heads = {**heads, "publisher": "Source"}
    names = [name for name in heads if any(name in row for row in rows)]
    cells = [[in_words(row) if hedged and name == "value" and "value" in row else plain(row.get(name))
              for name in names]
             for row in rows]
    kept = {json.dumps(line): line for line in cells if any(cell != "" for cell in line)}
    return {"columns": [heads[name] for name in names], "rows": list(kept.values())} if kept else {}


#: Columns that are told in one with the value, or that only place its mark.
_OF_HEDGES = ("hedge", "unit", "upper", "given", "text")


def rows_of(spec: Mapping[str, Any]) -> list[Row]:
    """All rows of a chart's data, those of maps by their properties."""
    found = [row for data in data_of(spec) for row in (data if isinstance(data, list) else [])]
    return [{**row, **row["properties"]} if isinstance(row.get("properties"), dict) else row
            for row in found if isinstance(row, dict)]


def data_of(spec: Mapping[str, Any]) -> list[Any]:
    """The data of a chart, each set once."""
    sets = list(spec.get("datasets", {}).values())
    for part in parts(spec):
        data = part.get("data")
        if isinstance(data, Mapping) and "values" in data:
            values = data["values"]
            inner = (data.get("format") or {}).get("property")
            values = values.get(inner, values) if inner and isinstance(values, Mapping) else values
            if isinstance(values, Mapping):
                values = values.get("features", [values])
            sets.append(values)
    return sets


def parts(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping of a specification, but for its data."""
    if isinstance(node, list):
        for item in node:
            yield from parts(item)
    elif isinstance(node, Mapping):
        yield node
        for key, value in node.items():
            if key not in ("datasets", "values", "usermeta", "config"):
                yield from parts(value)


def encoded(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that a chart encodes, each with its title."""
    seen = set()
    for part in parts(spec):
        for name, channel in (part.get("encoding") or {}).items():
            for one in channel if isinstance(channel, list) else [channel]:
                field = one.get("field") if isinstance(one, Mapping) else None
                if isinstance(field, str) and field not in seen and name not in ("description", "order", "href",
                                                                                 "url", "xOffset", "yOffset"):
                    seen.add(field)
                    said = one.get("title")
                    field = field.removeprefix("properties.")
                    yield field, " ".join(said) if isinstance(said, list) else str(said or field)


# --- what the author of a chart says of it -----------------------------------------

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
    joined = chart.copy()  # its parts are named, since what is joined to it with & becomes one of them
    joined.vconcat = [part.properties(name=own) for part, own in zip(parts, names, strict=True)]
    return cast(Chart, joined)


def ids(rows: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    """The ids that rows have under a name or its plural, each once, in order; a cell holds one or several."""
    found: dict[str, None] = {}
    for row in rows:
        for cell in (row.get(name), row.get(f"{name}s")):
            found.update(dict.fromkeys(str(item) for item in (cell if isinstance(cell, (list, tuple)) else [cell])
                                       if known(item) and item != ""))
    return list(found)
