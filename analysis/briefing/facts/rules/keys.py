"""Keys: ids and statements that stand once, and ids that name a row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...findings import Finding, meant, shown
from . import shared

Row = dict[str, Any]


#: The columns that tell a row of these tables from all others; of other tables that is `id`.
KEYS: Mapping[str, tuple[str, ...]] = {"statements": ("actor", "concept", "passage", "coder"),
                                       "codings": ("coder", "source"), "series": ("series", "year", "source")}


def as_list(names: str | list[str]) -> list[str]:
    """Columns of a key, which may be one name."""
    return [names] if isinstance(names, str) else names


# --- their declaration --------------------------------------------------------------

def declaration_problem(resource: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """What is wrong with the keys that a resource declares: found, expected, what to write; None where nothing is.

    Raises ValueError, TypeError, KeyError or AttributeError for what is no declaration of keys at all.
    """
    name, schema = resource["name"], resource["schema"]
    columns = [field["name"] for field in schema["fields"]]
    if "primaryKey" in schema:
        key = as_list(schema["primaryKey"])
        if not key:
            own = [column for column in KEYS.get(name, ("id",)) if column in columns] or columns[:1]
            return f'{name} with "primaryKey": {_json(key)}', "the columns that tell a row from all others", \
                f'Write `"primaryKey": {_json(own)}`, or take it out. '
        if problem := _unknown(f"{name}, primaryKey", key, columns):
            return problem
    for foreign in schema.get("foreignKeys", []):
        if problem := _foreign_problem(name, foreign, columns):
            return problem
    for field in schema["fields"]:
        if problem := _list_problem(name, field):
            return problem
    return None


def _foreign_problem(name: str, foreign: Mapping[str, Any], columns: list[str]) -> tuple[str, str, str] | None:
    own, theirs = as_list(foreign["fields"]), as_list(foreign["reference"]["fields"])
    target = foreign["reference"].get("resource") or name
    if not all(isinstance(each, str) for each in (target, *own, *theirs)):
        return f"{name} with a foreign key {_json(foreign)}", "names of tables and columns", "Write them as text. "
    if not own or len(own) != len(theirs):
        near = [each for each in (target.removesuffix("s"), target) if each in columns]
        meant_ = {"fields": own or near[:1] or ["COLUMN"], "reference": {"resource": target, "fields": ["id"]}}
        return f"{name} with a foreign key {_json(foreign)}", "a column, and the column of the table that it names", \
            f"Write `{_json(meant_)}`, or take the foreign key out. "
    return _unknown(f"{name}, foreignKeys", own, columns)


def _list_problem(name: str, field: Mapping[str, Any]) -> tuple[str, str, str] | None:
    inner = field.get("listOf")
    if inner is None:
        return None
    place = f"{name}.{field['name']}"
    for target in inner.get("references", []):
        _table, _column = target.split(".")
    if not isinstance(inner.get("delimiter", ";"), str):
        raise TypeError("the delimiter is no text")
    if "references" in inner and not inner["references"]:
        return f'{place} with "references": []', "the columns that its ids are of", \
            f'Write `"references": ["{field["name"]}.id"]`, with the table that they are of, or take it out. '
    if not inner.get("delimiter", ";"):
        return f'{place} with "delimiter": ""', "what separates the parts of a cell", 'Write `"delimiter": ";"`. '
    return None


def _unknown(place: str, key: list[str], columns: list[str]) -> tuple[str, str, str] | None:
    for column in key:
        if column not in columns:
            return f"{place}: {shown(column)}", f"one of the columns {', '.join(columns)}", meant(column, columns)
    return None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- rows -----------------------------------------------------------------------------

def check(descriptor: dict[str, Any], rows: Mapping[str, list[Row]], numbers: Mapping[str, list[int]],
          unread: set[str]) -> Iterator[Finding]:
    """Ids given twice, and ids that no row has; what points into a table that could not be read is left alone."""
    for resource in descriptor["resources"]:
        name = resource["name"]
        table = list(zip(numbers[name], rows[name], strict=True))
        yield from _twice(resource, table)
        yield from _foreign(resource, table, rows, unread)
        yield from _lists(resource, table, rows, unread)


def _twice(resource: Mapping[str, Any], table: list[tuple[int, Row]]) -> Iterator[Finding]:
    schema, path = resource["schema"], f"data/{resource['path']}"
    uniques = [as_list(schema.get("primaryKey", []))]
    uniques += [[f["name"]] for f in schema["fields"] if f.get("constraints", {}).get("unique")]
    for columns in uniques:
        first: dict[tuple[Any, ...], tuple[int, Row]] = {}
        for number, row in table:
            key = tuple(row.get(column) for column in columns)
            if not columns or None in key:
                continue
            if key in first:
                other, there = first[key]
                if (where := shared.place(resource, number)[0]) != shared.place(resource, other)[0]:
                    yield _in_two_files(resource, ", ".join(map(str, key)), other, number, ", ".join(columns), where)
                    continue
                twice = f"{shown(', '.join(map(str, key)))} again, as in row {shared.place(resource, other)[1]}"
                place: dict[str, Any] = {"row": number, "column": ", ".join(columns)}
                if resource["name"] == "statements" and len(columns) > 1:
                    yield Finding("statement-twice", path, twice, "each once", _same_statement(other, there, row),
                                  **place)
                elif len(columns) > 1:
                    yield Finding("key-twice", path, twice, "each once", "Remove one of the rows." if there == row else
                                  f"Correct {', '.join(columns[:-1])} or {columns[-1]} in one row, or remove it.",
                                  **place)
                else:
                    yield Finding("id-twice", path, twice, "each once",
                                  f"Give one of the rows another id{_free(key, first)}, or remove it.", **place)
            first.setdefault(key, (number, row))


def _in_two_files(resource: Mapping[str, Any], key: str, other: int, number: int, columns: str,
                  where: str) -> Finding:
    """A row that the project and a package have, or two packages; told at the first, where it can be mended."""
    package = where.split("/")[2]
    theirs = shared.place(resource, other)[0] != f"data/{resource['path']}"
    return Finding("shared-twice", f"data/{resource['path']}", f"{shown(key)}, which {where} has in row "
                   f"{shared.place(resource, number)[1]}, too", "each once",
                   f"Take {resource['name']} from one of the packages only." if theirs else
                   f"Remove this row, so that the one of the package {package} counts; or give it another id, here and "
                   "where it is named.", row=other, column=columns)


def _same_statement(other: int, there: Row, row: Row) -> str:
    """What to do where a coder gave an actor's stand on a concept in one passage twice."""
    differ = [column for column in row if row[column] != there.get(column)]
    twice = f"The statement stands twice, in row {other} and here"
    for column, todo in (
            ("agreement", "where the passage says both, keep one row, with `mixed`; else the right one."),
            ("mode", "keep the row that is `done`, with its act; or give what was said a passage of its own.")):
        if column in differ:
            return f"{twice}, as {there.get(column)} and {row[column]}: {todo}"
    return f"{twice}, the same: remove this row." if not differ else \
        f"{twice}, with another {' and '.join(differ)}: keep one row, or give each a passage of its own."


def _foreign(resource: Mapping[str, Any], table: list[tuple[int, Row]], rows: Mapping[str, list[Row]],
             unread: set[str]) -> Iterator[Finding]:
    for foreign in resource["schema"].get("foreignKeys", []):
        columns = as_list(foreign["fields"])
        target = foreign["reference"].get("resource") or resource["name"]
        targets = as_list(foreign["reference"]["fields"])
        if target in unread:
            continue
        known = {tuple(row.get(column) for column in targets): None for row in rows.get(target, [])}
        for number, row in table:
            key = tuple(row.get(column) for column in columns)
            if all(value is not None for value in key) and key not in known:
                yield _dangling(f"data/{resource['path']}", number, ", ".join(columns), ", ".join(map(str, key)),
                                [target], [", ".join(map(str, one)) for one in known if None not in one])


def _lists(resource: Mapping[str, Any], table: list[tuple[int, Row]], rows: Mapping[str, list[Row]],
           unread: set[str]) -> Iterator[Finding]:
    for field in resource["schema"]["fields"]:
        targets = field.get("listOf", {}).get("references", [])
        if not targets or unread.intersection(target.split(".")[0] for target in targets):
            continue
        known = {row[column]: None for target, column in (t.split(".") for t in targets)
                 for row in rows.get(target, []) if row.get(column) is not None}
        for number, row in table:
            for item in row.get(field["name"]) or ():
                if item not in known:
                    yield _dangling(f"data/{resource['path']}", number, field["name"], item,
                                    [t.split(".")[0] for t in targets], list(known))


def _dangling(path: str, row: int, column: str, id: str, tables: list[str], known: list[str]) -> Finding:
    near = meant(id, known) or (f"The ids there are such as `{'` and `'.join(map(str, known[:2]))}`. " if known else "")
    return Finding("id-dangling", path, shown(id), f"an id of {' or '.join(tables)}",
                   f"{near}Correct the id, or add the row that it names.", row=row, column=column)


def _free(key: tuple[Any, ...], taken: Mapping[tuple[Any, ...], Any]) -> str:
    """An id like this one that no row has, as a proposal."""
    if len(key) > 1 or not isinstance(key[0], str):
        return ""
    return next(f", such as `{id}`" for n in range(2, len(taken) + 3) if ((id := f"{key[0]}-{n}"),) not in taken)
