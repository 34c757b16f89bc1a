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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import language
from ..findings import BriefingError, Finding, InvalidData, meant, shown
from ..language import catalogues, likelihood
from . import cells, coders, recording
from .dates import date_bounds as date_bounds  # which notebooks take from here

if TYPE_CHECKING:
    import pandas

DESCRIPTOR = "datapackage.json"
LONGEST_QUOTE = 12  # words

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
#: The tables that hold evidence, and the column by which citations and judgements name their rows.
EVIDENCE_KEYS: Mapping[str, str] = {"passages": "id", "sources": "id", "quantities": "id", "events": "id",
                                    "series": "series"}
REQUIRED_TABLES = ("sources", "passages")

#: Findings after which rows of a table are missing, so that ids of other tables would seem to dangle.
_UNREAD = {"table-missing", "not-utf-8", "table-empty", "header", "not-csv", "row-length"}

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

    def row(self, table: str, id: str) -> Row:
        """The row with this id; raises BriefingError where there is none."""
        recording.note("row", str(self.root), table, id)
        with recording.paused():  # of the table no other row matters
            rows = self.rows.get(table, ())
        for row in rows:
            if row["id"] == id:
                return row
        ids = sorted(row["id"] for row in self.rows.get(table, ()))
        raise BriefingError(f"data/{table}.csv: found no row with id {shown(id)}, expected one of {', '.join(ids)}. "
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
    for resource in descriptor["resources"]:
        found_rows, row_numbers, found = _read_table(root, resource)
        rows[resource["name"]] = found_rows
        numbers[resource["name"]] = row_numbers
        findings += found
        if any(finding.code in _UNREAD for finding in found):
            unread.add(resource["name"])
    findings += _check_keys(descriptor, rows, numbers, unread)
    findings += _check_method(descriptor, rows, numbers, language.of(root))
    order = {resource["path"]: n for n, resource in enumerate(descriptor["resources"])}
    findings.sort(key=lambda f: (order.get(f.path.removeprefix("data/"), -1), f.row or 0))
    return Tables(root, descriptor, rows), findings


# --- the descriptor -----------------------------------------------------------

def _read_descriptor(root: Path) -> tuple[dict[str, Any], list[Finding]]:  # noqa: C901  all findings at once
    path = f"data/{DESCRIPTOR}"

    def finding(code: str, found: str, expected: str, remedy: str, **place: Any) -> Finding:
        return Finding(code, path, found, expected, remedy, **place)

    try:
        descriptor = json.loads((root / path).read_bytes().decode("utf-8"))
        if not isinstance(descriptor, dict):
            raise ValueError("not an object")
    except (OSError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise InvalidData([finding("descriptor-unreadable", str(error), "a Data Package descriptor",
                                   "Mend the file; it must be JSON in UTF-8.", line=line)]) from error
    resources = descriptor.get("resources")
    if not isinstance(resources, list):
        raise InvalidData([finding("descriptor-resources", shown(resources), "a list of resources",
                                   "Declare every table as a resource with its schema.", column="resources")])
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
        names = [field["name"] for field in fields]
        if not all(isinstance(column, str) for column in names) or len(set(names)) < len(names):
            return shown(f"{name}: {', '.join(map(str, names))}"), "fields whose names are text and differ", ""
        for field in fields:
            if (kind := field.get("type", "string")) not in cells.CASTS:
                return (shown(f"{name}.{field['name']}: {kind}"), f"one of the types {' '.join(cells.CASTS)}",
                        meant(kind, cells.CASTS))
            re.compile(field.get("constraints", {}).get("pattern", ""))
            for target in field.get("listOf", {}).get("references", []):
                _table, _column = target.split(".")
        for foreign in resource["schema"].get("foreignKeys", []):
            _as_list(foreign["fields"]), _as_list(foreign["reference"]["fields"])
    except (TypeError, KeyError, AttributeError, ValueError, re.error) as error:
        return shown(f"{type(error).__name__}: {error} in {json.dumps(resource)}"), \
            "a resource with name, path and schema.fields, as Table Schema has them", ""
    return None


# --- one table ----------------------------------------------------------------

def _read_table(root: Path, resource: dict[str, Any]) -> tuple[list[Row], list[int], list[Finding]]:  # noqa: C901  all findings of a table at once
    path = f"data/{resource['path']}"
    fields = resource["schema"]["fields"]
    names = [field["name"] for field in fields]
    findings: list[Finding] = []

    def add(code: str, found: str, expected: str, remedy: str, **place: Any) -> None:
        findings.append(Finding(code, path, found, expected, remedy, **place))

    try:
        data = (root / path).read_bytes()
    except OSError as error:
        add("table-missing", f"no readable file ({error.strerror})", "a CSV table",
            f"{meant(Path(path).name, [file.name for file in (root / 'data').glob('*.csv')])}Add the file, or take its "
            "resource out of the descriptor.")
        return [], [], findings
    if data.startswith(b"\xef\xbb\xbf"):
        add("byte-order-mark", "a byte-order mark", "UTF-8 without one",
            'Save the file as "UTF-8", not as "UTF-8 with BOM".', line=1)
        data = data[3:]
    try:
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

    csv.field_size_limit(sys.maxsize)  # long cells are found below, with their place
    records = csv.reader(io.StringIO(text), strict=True)
    rows: list[Row] = []
    numbers: list[int] = []
    row_line = 1  # where the record that is being read begins
    try:
        header = next(records)
        row_line = records.line_num + 1
        if header != names:
            usable = sorted(header) == sorted(names)
            add("header-order" if usable else "header", shown(",".join(header)), ",".join(names),
                _header_remedy(header, names), row=1)
            if not usable:
                return [], [], findings
            fields = sorted(fields, key=lambda field: header.index(field["name"]))
        for number, record in enumerate(records, start=2):
            row_line = records.line_num + 1
            if not record:
                add("row-empty", "an empty row", f"{len(names)} cells", "Remove the row.", row=number)
                continue
            if len(record) != len(names):
                add("row-length", f"{len(record)} cells", f"{len(names)} cells, one a column",
                    "Quote cells that hold a comma, and fill up the row.", row=number)
                continue
            row: Row = {}
            for field, cell in zip(fields, record, strict=True):
                value, problem = cells.read(field, cell)
                row[field["name"]] = value
                if problem:
                    add(*problem, row=number, column=field["name"])
            rows.append(row)
            numbers.append(number)
    except csv.Error as error:
        add("not-csv", str(error), "comma-separated values, quoted by RFC 4180",
            "Mend the quoting of the row that begins in this line.", line=row_line)
    return rows, numbers, findings


def _header_remedy(header: list[str], names: list[str]) -> str:
    missing = [name for name in names if name not in header]
    extra = [name for name in header if name not in names]
    near = [f"{meant(name, missing)[:-1]} It stands as {shown(name)}. " for name in extra if meant(name, missing)]
    parts = [f"add {', '.join(missing)}" if missing else "", f"remove {shown(', '.join(extra))}" if extra else ""]
    todo = " and ".join(part for part in parts if part) or "put the columns into this order"
    return f"{''.join(near)}{todo[0].upper()}{todo[1:]}."


# --- keys ---------------------------------------------------------------------

def _as_list(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _check_keys(descriptor: dict[str, Any], rows: Mapping[str, list[Row]],  # noqa: C901  all keys of a table in one pass
                numbers: Mapping[str, list[int]], unread: set[str]) -> Iterator[Finding]:
    """Ids given twice, and ids that no row has; what points into a table that could not be read is left alone."""
    for resource in descriptor["resources"]:
        name, schema = resource["name"], resource["schema"]
        path = f"data/{resource['path']}"
        table = list(zip(numbers[name], rows[name], strict=True))
        uniques = [_as_list(schema.get("primaryKey", []))]
        uniques += [[f["name"]] for f in schema["fields"] if f.get("constraints", {}).get("unique")]
        for columns in uniques:
            first: dict[tuple[Any, ...], int] = {}
            for number, row in table:
                key = tuple(row.get(column) for column in columns)
                if not columns or None in key:
                    continue
                if key in first:
                    yield Finding("id-twice", path, f"{shown(', '.join(map(str, key)))} again, as in row {first[key]}",
                                  "each once", f"Give one of the rows another id{_free(key, first)}, or remove it.",
                                  row=number, column=", ".join(columns))
                first.setdefault(key, number)
        for foreign in schema.get("foreignKeys", []):
            columns = _as_list(foreign["fields"])
            target = foreign["reference"].get("resource") or name
            targets = _as_list(foreign["reference"]["fields"])
            if target in unread:
                continue
            known = {tuple(row.get(column) for column in targets): None for row in rows.get(target, [])}
            for number, row in table:
                key = tuple(row.get(column) for column in columns)
                if all(value is not None for value in key) and key not in known:
                    yield _dangling(path, number, ", ".join(columns), ", ".join(map(str, key)), [target],
                                    [", ".join(map(str, one)) for one in known if None not in one])
        for field in schema["fields"]:
            targets = field.get("listOf", {}).get("references", [])
            if targets and not unread.intersection(target.split(".")[0] for target in targets):
                known_ids = {row[column]: None for target, column in (t.split(".") for t in targets)
                             for row in rows.get(target, []) if row.get(column) is not None}
                for number, row in table:
                    for item in row.get(field["name"]) or ():
                        if item not in known_ids:
                            yield _dangling(path, number, field["name"], item, [t.split(".")[0] for t in targets],
                                            list(known_ids))


def _dangling(path: str, row: int, column: str, id: str, tables: list[str], known: list[str]) -> Finding:
    near = meant(id, known) or (f"The ids there are such as `{'` and `'.join(map(str, known[:2]))}`. " if known else "")
    return Finding("id-dangling", path, shown(id), f"an id of {' or '.join(tables)}",
                   f"{near}Correct the id, or add the row that it names.", row=row, column=column)


def _free(key: tuple[Any, ...], taken: Mapping[tuple[Any, ...], int]) -> str:
    """An id like this one that no row has, as a proposal."""
    if len(key) > 1 or not isinstance(key[0], str):
        return ""
    return next(f", such as `{id}`" for n in range(2, len(taken) + 3) if ((id := f"{key[0]}-{n}"),) not in taken)


# --- what the method asks -----------------------------------------------------

def _check_method(descriptor: dict[str, Any], rows: Mapping[str, list[Row]],  # noqa: C901  one branch a rule
                  numbers: Mapping[str, list[int]], spoken: language.Language) -> Iterator[Finding]:
    paths = {resource["name"]: f"data/{resource['path']}" for resource in descriptor["resources"]}
    length = {row.get("id"): row.get("characters") for row in rows.get("sources", [])}

    def each(table: str) -> Iterator[tuple[Row, dict[str, Any]]]:
        for number, row in zip(numbers.get(table, []), rows.get(table, []), strict=True):
            yield row, {"path": paths[table], "row": number}

    yield from _ambiguous_ids(each)
    for row, place in each("passages"):
        start, end = row.get("start"), row.get("end")
        if start is not None and end is not None and start >= end:
            yield Finding("span-reversed", found=f"{start} to {end}", expected="a start before its end",
                          remedy=f"Write `{end}` and `{start}`: the half-open range of code points, start first.",
                          column="start, end", **place)
        limit = length.get(row.get("source"))
        if end is not None and limit is not None and end > limit:
            yield Finding("span-outside", found=str(end), expected=f"at most {limit}, the source's length",
                          remedy="Correct the span, or the source's number of characters.", column="end", **place)
        yield from _held_words(row, place)
    for row, place in each("statements"):
        if row.get("mode") == "done" and not row.get("act"):
            yield Finding("act-missing", found="an empty cell", expected="the act that shows the stand",
                          remedy="Say what the actor did, or set the mode to said.", column="act", **place)
    for row, place in each("judgements"):
        text, word = row.get("text"), row.get("likelihood")
        if text and word and not likelihood.found(text, word, spoken):
            yield Finding("likelihood-unsaid", found=f"no {shown(likelihood.forms(word, spoken)[0])} in the text",
                          expected="the likelihood word in the text",
                          remedy="Say it in the sentence, or correct the likelihood.", column="text", **place)
    for table in ("quantities", "events"):
        for row, place in each(table):
            if (row.get("passage") is None) == (row.get("source") is None):
                found = "neither" if row.get("passage") is None else "both"
                yield Finding("evidence", found=found, expected="either a passage or a source",
                              remedy="Say where the row comes from, once.", column="passage, source", **place)


def _held_words(row: Row, place: dict[str, Any]) -> Iterator[Finding]:
    """More words of a source than may be held: in a quote, and in a quote with what stands before and after."""
    prefix, quote, suffix = (len((row.get(name) or "").split()) for name in ("prefix", "quote", "suffix"))
    if quote > LONGEST_QUOTE:
        yield Finding("quote-too-long", found=f"{quote} words", expected=f"at most {LONGEST_QUOTE}",
                      remedy="Shorten the quote; the span and its hash hold the rest.", column="quote", **place)
    elif prefix + quote + suffix > LONGEST_QUOTE:
        yield Finding("context-too-long", found=f"{prefix} + {quote} + {suffix} = {prefix + quote + suffix} words",
                      expected=f"at most {LONGEST_QUOTE} of a source together",
                      remedy="Take words from the start of the prefix or the end of the suffix.",
                      column="prefix, quote, suffix", **place)


def _ambiguous_ids(each: Callable[[str], Iterator[tuple[Row, dict[str, Any]]]]) -> Iterator[Finding]:
    """Ids of evidence that two tables have: a citation or a judgement could mean either."""
    first: dict[str, str] = {}
    for table, key in EVIDENCE_KEYS.items():
        for row, place in each(table):
            id = row.get(key)
            if id and first.setdefault(id, table) != table:
                yield Finding("id-ambiguous", found=f"{shown(id)}, which {first[id]} has as well",
                              expected="an id that no other table of evidence has",
                              remedy="Rename one of them; citations name evidence by its id alone.", column=key,
                              **place)
