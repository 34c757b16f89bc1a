"""Load the Data Package in `data/` and check every cell of it.

The descriptor (`datapackage.json`) says what each table must hold; this module
holds the tables to it, and to what the method asks of the tables it knows:
spans that lie inside their source, quotes short enough to be lawful, dates
that exist. All findings come at once. Table Schema is read as
https://datapackage.org/standard/table-schema/ defines it, with two additions
that other readers ignore: `rdfType` EDTF for uncertain dates, and `listOf`
for cells that hold several ids.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import language, limits
from ..findings import BriefingError, Finding, InvalidData, meant, shown
from ..language import catalogues
from . import cells, coders, recording
from .dates import date_bounds as date_bounds  # which notebooks take from here
from .rules import characters, keys, method, shared
from .rules.method import LONGEST_QUOTE as LONGEST_QUOTE

if TYPE_CHECKING:
    import pandas

DESCRIPTOR = "datapackage.json"

#: The columns that a table of this name must have; it may have more.
STANDARD: Mapping[str, tuple[str, ...]] = {
    "sources": ("id", "publisher", "title", "published", "url", "language", "sha256",
                "characters", "reliability", "descriptor"),
    "passages": ("id", "source", "start", "end", "sha256", "paragraph", "speaker", "chain",
                 "kind", "quote", "gist", "credibility"),
    "actors": ("id", "label", "who", "kind"),
    "concepts": ("id", "label", "sentence"),
    "codings": ("coder", "source"),
    "statements": ("actor", "concept", "agreement", "mode", "passage", "coder", "act"),
    "quantities": ("id", "measure", "of", "hedge", "value", "unit", "holder", "counterpart",
                   "as_of", "claimed_by", "passage", "source"),
    "series": ("series", "year", "hedge", "value", "unit", "source"),
    "events": ("id", "date", "resolved", "title", "actors", "passage", "source"),
    "judgements": ("id", "text", "likelihood", "confidence", "basis", "supported_by",
                   "against", "alternative", "would_change_it"),
}
REQUIRED_TABLES = ("sources", "passages")

#: Findings after which rows of a table are missing, so that ids of other tables would seem to dangle.
_UNREAD = {"table-missing", "too-large", "not-a-file", "too-many-columns", "too-many-rows",
           "not-utf-8", "table-empty", "separator", "header", "not-csv", "row-length"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Tables:
    """The validated tables of one project.

    `rows[name]` is a list of dicts with typed values (None where a cell is
    empty, a tuple where the descriptor says `listOf`). Attribute access gives
    the same as a pandas frame: `tables.passages`.
    """

    root: Path
    descriptor: dict[str, Any]
    rows: Mapping[str, list[Row]]

    @property
    def edition_date(self) -> datetime.date:
        """The edition's date: the day that the descriptor gives as `created`."""
        return datetime.date.fromisoformat(self.descriptor["created"][:10])

    def files(self, table: str) -> list[str]:
        """The files of a table by their paths in the project: its own, then those of packages that it takes rows of."""
        return next(([f"data/{path}" for path in (resource["path"], *resource.get("parts", ()))]
                     for resource in self.descriptor["resources"] if resource["name"] == table), [f"data/{table}"])

    def row(self, table: str, id: str) -> Row:
        """The row with this id; raises BriefingError where there is none."""
        recording.note("row", str(self.root), table, id)
        with recording.paused():  # of the table no other row matters
            rows = self.rows.get(table, ())
        for row in rows:
            if row["id"] == id:
                return row
        ids = sorted(row["id"] for row in self.rows.get(table, ()))
        known = f"one of {', '.join(ids)}" if ids else "a table with rows"
        raise BriefingError(f"data/{table}.csv: found no row with id {shown(id)}, expected {known}. "
                            f"{meant(id, ids)}Use one of these ids, or add the row.")

    def __getattr__(self, name: str) -> pandas.DataFrame:
        """The table as a frame, columns and rows in the order of the file."""
        if name.startswith("_") or name not in self.rows:
            raise AttributeError(f"this Data Package has no table {name!r}")
        import pandas

        types = {"integer": "Int64", "number": "float64", "boolean": "boolean"}
        fields = next(resource for resource in self.descriptor["resources"]
                      if resource["name"] == name)["schema"]["fields"]
        frame = pandas.DataFrame(self.rows[name], columns=[f["name"] for f in fields])
        return frame.astype({f["name"]: types.get(f.get("type", "string"), "object") for f in fields})


def find_root(start: Path | None = None) -> Path:
    """The project that a folder lies in: the nearest above with `data/datapackage.json`.

    Raises BriefingError where there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "data" / DESCRIPTOR).is_file():
            return folder
    raise BriefingError(
        f"{start}: found no data/{DESCRIPTOR} here or above, expected a briefing project. "
        "Run the command inside a project, or name one with --project."
    )


def load(root: Path | str | None = None) -> Tables:
    """Read and check the tables of the project that `root` (by default the
    working folder) lies in.

    Raises InvalidData with all findings, BriefingError where there is no
    project.
    """
    project = find_root(Path(root) if root else None)
    with recording.paused():  # what is read of the tables is noted by table and row
        tables, findings = checked(project)
        spoken = language.of(project)
    recording.note("file", str(project / "data" / DESCRIPTOR))
    if not spoken.english:  # whose words have been read with the tables
        for path in catalogues.own(spoken):
            recording.note("file", str(path))
    if findings:
        raise InvalidData(findings)
    return replace(tables, rows=recording.Noted(tables.rows, partial(recording.note, "table", str(project))))


def checked(root: Path) -> tuple[Tables, list[Finding]]:
    """Read the tables as `read` does, with a finding besides where statements would be left out of figures."""
    tables, findings = read(root)
    if not findings and "statements" in tables.rows:
        paths = {resource["name"]: resource["path"] for resource in tables.descriptor["resources"]}
        findings = list(coders.check(tables.descriptor, tables.rows, f"data/{paths['statements']}"))
    return tables, findings


def read(root: Path) -> tuple[Tables, list[Finding]]:
    """Read the tables of `root/data`, right or wrong, and all that is wrong with them."""
    descriptor, findings = _read_descriptor(root)
    rows: dict[str, list[Row]] = {}
    numbers: dict[str, list[int]] = {}
    unread: set[str] = set()
    declared = {resource["path"] for resource in descriptor["resources"]}
    for resource in descriptor["resources"]:
        found_rows, row_numbers, found = _read_files(root, resource, declared)
        rows[resource["name"]] = found_rows
        numbers[resource["name"]] = row_numbers
        findings += found
        if any(finding.code in _UNREAD for finding in found):
            unread.add(resource["name"])
    findings += shared.check(root, descriptor)
    findings += shared.located(descriptor, [*keys.check(descriptor, rows, numbers, unread),
                                            *method.check(descriptor, rows, numbers, language.of(root)),
                                            *characters.check(descriptor, rows, numbers)])
    files = [path for resource in descriptor["resources"] for path in (resource["path"], *resource.get("parts", ()))]
    order = {path: n for n, path in enumerate(files)}
    findings.sort(key=lambda f: (order.get(f.path.removeprefix("data/"), -1), f.row or 0))
    return Tables(root, descriptor, rows), findings


# --- the descriptor -----------------------------------------------------------

def _read_descriptor(root: Path) -> tuple[dict[str, Any], list[Finding]]:  # noqa: C901  all findings at once
    path = f"data/{DESCRIPTOR}"

    def finding(code: str, found: str, expected: str, remedy: str, **place: Any) -> Finding:
        return Finding(code, path, found, expected, remedy, **place)

    if large := limits.too_large(root / path, path, limits.DESCRIPTOR_BYTES, "Leave out of it what is no declaration."):
        raise InvalidData([large])
    try:
        descriptor = json.loads((root / path).read_bytes().decode("utf-8"))
        if not isinstance(descriptor, dict):
            raise ValueError("not an object")
        if limits.is_deeper(descriptor, limits.DESCRIPTOR_DEPTH):
            raise ValueError(f"lists and objects more than {limits.DESCRIPTOR_DEPTH} deep")
        json.dumps(descriptor, ensure_ascii=False).encode("utf-8")  # half a character cannot be said in a message
    except (OSError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise InvalidData([finding("descriptor-unreadable", str(error), "a Data Package descriptor",
                                   "Mend the file; it must be JSON in UTF-8.", line=line)]) from error
    resources = descriptor.get("resources")
    if not isinstance(resources, list):
        raise InvalidData([finding("descriptor-resources", shown(resources), "a list of resources",
                                   "Declare every table as a resource with its schema.", column="resources")])
    descriptor["resources"] = resources = [shared.parted(resource) for resource in resources]
    wrong = [(n, problem) for n, resource in enumerate(resources) if (problem := _resource_problem(resource))]
    if wrong:
        raise InvalidData([finding("descriptor-resources", problem[0], problem[1],
                                   f"{problem[2]}Mend this resource's declaration.",
                                   column=f"resources[{n}]") for n, problem in wrong])
    findings = []
    try:
        datetime.date.fromisoformat(str(descriptor.get("created", ""))[:10])
    except ValueError:
        created = str(descriptor.get("created", ""))
        findings.append(finding("edition-date", shown(created), "a date such as 2031-05-30",
                                cells.write(cells.meant_date(created), "Set `created` to the day of the edition: the "
                                            "clock is never asked."),
                                column="created"))
        descriptor = {**descriptor, "created": "1970-01-01"}
    names = [resource["name"] for resource in resources]
    for name in sorted({name for name in names if names.count(name) > 1}):
        findings.append(finding("descriptor-name-twice", f"the resource {name} twice", "each name once",
                                "Rename or remove one of them.", column="resources"))
    for name in REQUIRED_TABLES:
        if name not in names:
            findings.append(finding("table-undeclared", f"no resource {name}", f"the table {name}",
                                    f"Add data/{name}.csv and declare it.", column="resources"))
    for resource in resources:
        declared = {field["name"] for field in resource["schema"]["fields"]}
        for column in STANDARD.get(resource["name"], ()):
            if column not in declared:
                findings.append(finding("column-undeclared", f"no field {column} in {resource['name']}",
                                        "the columns that this table always has",
                                        f"{meant(column, declared)}Add the column to the table and to its schema.",
                                        column=f"{resource['name']}.{column}"))
    return descriptor, findings


def _resource_problem(resource: Any) -> tuple[str, str, str] | None:
    """What is wrong with the declaration of a resource: found, expected, what was meant; None where it can be used."""
    try:
        name, path, fields = resource["name"], resource["path"], resource["schema"]["fields"]
        if not isinstance(name, str) or not isinstance(path, str):
            return shown(f"name {name}, path {path}"), "a name and a path, both text", ""
        if Path(path).is_absolute() or ".." in Path(path).parts or "\0" in path:
            return shown(path), "a path inside data/", f"Write `{Path(path).name or name}`. "
        if problem := shared.part_problem(resource):
            return problem
        names = [field["name"] for field in fields]
        if not all(isinstance(column, str) for column in names) or len(set(names)) < len(names):
            return shown(f"{name}: {', '.join(map(str, names))}"), "fields whose names are text and differ", ""
        for field in fields:
            if (kind := field.get("type", "string")) not in cells.CASTS:
                return (shown(f"{name}.{field['name']}: {kind}"), f"one of the types {' '.join(cells.CASTS)}",
                        meant(kind, cells.CASTS))
            cells.check_field(field)
        if problem := keys.declaration_problem(resource):
            return problem
    except (TypeError, KeyError, AttributeError, ValueError, re.error) as error:
        return shown(f"{type(error).__name__}: {error} in {json.dumps(resource)}"), \
            "a resource with name, path and schema.fields, as Table Schema has them", ""
    return None


# --- one table ----------------------------------------------------------------

def _read_files(root: Path, resource: dict[str, Any],
                declared: Collection[str]) -> tuple[list[Row], list[int], list[Finding]]:
    """A table of all its files; the numbers of rows of packages go on after those of its own (see `shared.place`)."""
    rows, numbers, findings = _read_table(root, resource, declared)
    for part in resource.get("parts", ()):
        more, theirs, found = _read_table(root, {**resource, "path": part}, declared)
        first = max(numbers, default=1) + 1
        resource.setdefault("begins", {})[part] = first
        rows += more
        numbers += [number - 2 + first for number in theirs]
        findings += found
    return rows, numbers, findings


def _read_table(root: Path, resource: dict[str, Any],  # noqa: C901  all findings of a table at once
                declared: Collection[str]) -> tuple[list[Row], list[int], list[Finding]]:
    path = f"data/{resource['path']}"
    fields = resource["schema"]["fields"]
    names = [field["name"] for field in fields]
    findings: list[Finding] = []

    def add(code: str, found: str, expected: str, remedy: str, **place: Any) -> None:
        findings.append(Finding(code, path, found, expected, remedy, **place))

    if large := limits.too_large(root / path, path, limits.TABLE_BYTES, "Take out the rows that nothing rests on."):
        return [], [], [large]
    try:
        data = (root / path).read_bytes()
    except OSError as error:
        others = {file.name for file in (root / "data").glob("*.csv")}.difference(declared)
        add("table-missing", f"no readable file ({error.strerror})", "a CSV table",
            f"{meant(Path(path).name, others)}Add the file, or take its resource out of the descriptor.")
        return [], [], findings
    if data.startswith(b"\xef\xbb\xbf"):
        add("byte-order-mark", "a byte-order mark", "UTF-8 without one",
            'Save the file as "UTF-8", not as "UTF-8 with BOM".', line=1)
        data = data[3:]
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
            add("not-utf-8", "UTF-16, which spreadsheets call Unicode text", "UTF-8",
                'Save the file as "CSV UTF-8 (comma delimited)".', line=1)
            return [], [], findings
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        add("not-utf-8", f"the byte 0x{data[error.start]:02x}", "UTF-8",
            "Save the file in UTF-8.", line=data.count(b"\n", 0, error.start) + 1)
        return [], [], findings
    if "\r" in text:
        add("line-ends", "a carriage return", r"lines that end in \n",
            "Save the file with Unix line ends.", line=text.count("\n", 0, text.index("\r")) + 1)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        add("table-empty", "an empty file", f"the header {','.join(names)}", "Write the header and the rows.")
        return [], [], findings

    if mark := _separator(text, names):  # before the header is read: its quotes make no CSV then
        add("separator", f"cells separated by {mark}", "cells separated by commas", "Save the file as CSV with the "
            "comma as separator: spreadsheets take another one in many languages, and ask for it, or take it from "
            "the system.", row=1)
        return [], [], findings

    csv.field_size_limit(sys.maxsize)  # long cells are found below, with their place
    records = csv.reader(io.StringIO(text), strict=True)
    rows: list[Row] = []
    numbers: list[int] = []
    row_line = 1  # where the record that is being read begins
    try:
        header = next(records)
        row_line = records.line_num + 1
        if len(header) > limits.COLUMNS:
            add("too-many-columns", f"{len(header):,} columns", f"at most {limits.COLUMNS:,}",
                "Give what is no property of a row a table of its own.", row=1)
            return [], [], findings
        extra = [*dict.fromkeys(column for column in header if column not in names)]
        kept = [column for column in header if column in names]
        usable = sorted(kept) == sorted(names)
        if usable:
            findings += [_extra_column(path, column, resource["name"]) for column in extra]
        if kept != names:
            add("header-order" if usable else "header", shown(",".join(header)), ",".join(names),
                _header_remedy(header, names), row=1)
            if not usable:
                return [], [], findings
        by_name = {field["name"]: field for field in fields}
        for number, record in enumerate(records, start=2):
            row_line = records.line_num + 1
            if number > limits.ROWS + 1:
                add("too-many-rows", "more rows", f"at most {limits.ROWS:,}",
                    "Take out the rows that nothing rests on.", row=number)
                break
            if not record:
                add("row-empty", "an empty row", f"{len(header)} cells", "Remove the row.", row=number)
                continue
            if len(record) != len(header):
                add("row-length", f"{len(record)} cells", f"{len(header)} cells, one a column",
                    "Quote cells that hold a comma, and fill up the row.", row=number)
                continue
            row: Row = {}
            for column, cell in zip(header, record, strict=True):
                if column in by_name:
                    row[column], problem = cells.read(by_name[column], cell)
                    if problem:
                        add(*problem, row=number, column=column)
            rows.append(row)
            numbers.append(number)
    except csv.Error as error:
        add("not-csv", str(error), "comma-separated values, quoted by RFC 4180",
            "Mend the quoting of the row that begins in this line.", line=row_line)
    return rows, numbers, findings


def _separator(text: str, names: list[str]) -> str:
    """What separates the cells of a table in the place of commas, as messages name it; empty where commas do."""
    first = text.split("\n", 1)[0]
    if re.fullmatch(r"sep=.", first):
        return f"what its first line {shown(first)} says"
    if len(names) < 2:
        return ""
    marks = {";": "semicolons", "\t": "tabs", "|": "bars"}
    return next((word for mark, word in marks.items() if first.count(mark) >= len(names) // 2
                 and {*names} & {cell.strip(' "') for cell in first.split(mark)}
                 and not {*names} & {cell.strip(' "') for cell in first.split(",")}), "")


def _extra_column(path: str, column: str, table: str) -> Finding:
    if not column:
        return Finding("column-extra", path, "a column without a name", "a name for each column",
                       "Take the comma away that the header has too much, and the cells below.", row=1)
    field = json.dumps({"name": column, "type": "string", "description": "what it says"}, ensure_ascii=False)
    return Finding("column-extra", path, f"the column {shown(column)}, which nobody declared", "declared columns",
                   f"Write `{field}` into the fields of {table} in data/{DESCRIPTOR}, or remove the column.", row=1,
                   column=column)


def _header_remedy(header: list[str], names: list[str]) -> str:
    missing = [name for name in names if name not in header]
    extra = [name for name in header if name not in names]
    near = [f"{meant(name, missing)[:-1]} It stands as {shown(name)}. " for name in extra if meant(name, missing)]
    parts = [f"add {', '.join(missing)}" if missing else "", f"remove {shown(', '.join(extra))}" if extra else ""]
    todo = " and ".join(part for part in parts if part) or "put the columns into this order"
    return f"{''.join(near)}{todo[0].upper()}{todo[1:]}."
