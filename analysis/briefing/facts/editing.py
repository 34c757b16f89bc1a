"""Change rows of the tables, and nothing beside them.

A change is one row of one table, before and after, its cells as text. A set of changes is written whole or not at all.
Every row that is not changed stays as it is, byte for byte; a row is found by its whole old content, so that what an
editor or another program did to other rows meanwhile stays, too. Where the old row is not there any more, nothing is
written, and Conflict shows both versions.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..findings import BriefingError, InvalidData, shown
from . import tables

Cells = Mapping[str, str]  # of one row, as text, by the names of their columns
END = "\n"


@dataclass(frozen=True)
class Change:
    """One row of a table: its cells before (None: there was no such row) and after (None: it is removed).

    Columns that the file has and `after` has not keep their cells. `place` (the number of the row, the header is row 1)
    and `written` (its text) say of a row that comes back where and how it stood; else a new row goes to the end.
    """

    table: str
    before: Cells | None
    after: Cells | None
    place: int | None = None
    written: str | None = None


@dataclass(frozen=True)
class Record:
    """A row as it stands in a file: its number (the header is row 1), its cells, and its text with the line end."""

    number: int
    cells: Cells
    text: str


class Conflict(BriefingError):
    """The row that was to be changed is not there any more; `mine` is the change, `there` are the rows that
    have its key now (none, where it was removed)."""

    def __init__(self, path: str, mine: Change, there: Sequence[Cells]) -> None:
        self.path, self.mine, self.there = path, mine, list(there)
        now = " | ".join(", ".join(filter(None, row.values())) for row in there)
        super().__init__(
            f"{path}: found {shown(now) if there else 'no such row any more'}, expected "
            f"{shown(', '.join(filter(None, (mine.before or {}).values())))}, as it was when it was read. "
            "Somebody else changed it meanwhile, and nothing was written: keep that, or make the change again on it.")


# --- reading --------------------------------------------------------------------

def rows(root: Path, descriptor: Mapping[str, Any], table: str) -> list[Record]:
    """The rows of a table as text, in the order of the file; empty lines are left out. Rows of packages follow, their
    numbers counted on.

    Raises BriefingError for a table that is not declared, or cannot be read as CSV.
    """
    own = _File.read(root, descriptor, table).records
    first = max((record.number for record in own), default=1) + 1
    for _, records in _shared(root, descriptor, table):
        own += [replace(record, number=first + record.number - 2) for record in records]
        first = max((record.number for record in own), default=1) + 1
    return [record for record in own if record.cells]


def _shared(root: Path, descriptor: Mapping[str, Any], table: str) -> Iterator[tuple[str, list[Record]]]:
    """The rows of a table that packages have, by the file."""
    for part in _resource(descriptor, table).get("parts", ()):
        yield f"data/{part}", _File.read(root, descriptor, table, part).records


@dataclass
class _File:
    """A table's file in parts: the texts put together are the file."""

    path: Path
    name: str  # as messages say it
    head: str  # a byte-order mark, if there is one, and the header
    columns: list[str]
    records: list[Record] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path, descriptor: Mapping[str, Any], table: str, part: str = "") -> _File:
        path = part or _resource(descriptor, table)["path"]
        name = f"data/{path}"
        try:
            text = (root / name).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BriefingError(f"{name}: found {error}, expected a CSV table in UTF-8 that can be read. "
                                "Nothing was written; save the file in UTF-8, then try again.") from error
        lines = list(io.StringIO(text, newline=""))
        records = csv.reader(iter([line.removeprefix("\ufeff") for line in lines[:1]] + lines[1:]), strict=True)
        try:
            columns = next(records, [])
            if not columns:
                raise csv.Error("no header")
            file = cls((root / name).resolve(), name, "".join(lines[:records.line_num]), columns)
            read = records.line_num
            for number, cells in enumerate(records, start=2):
                if cells and len(cells) != len(columns):
                    raise csv.Error(f"{len(cells)} cells in row {number} instead of {len(columns)}")
                file.records.append(Record(number, dict(zip(columns, cells, strict=False)),
                                           "".join(lines[read:records.line_num])))
                read = records.line_num
        except csv.Error as error:
            raise BriefingError(f"{name}: found {error}, expected comma-separated values under a header, quoted by "
                                "RFC 4180. Nothing was written; mend the file, then try again.") from error
        return file

    @property
    def text(self) -> str:
        return self.head + "".join(record.text for record in self.records)

    @property
    def line_end(self) -> str:
        return "\r\n" if self.head.endswith("\r\n") else END

    def written(self, cells: Cells) -> str:
        out = io.StringIO()  # the writer quotes a carriage return only where lines end in one
        csv.writer(out, lineterminator="\r\n").writerow([cells[column] for column in self.columns])
        return out.getvalue().removesuffix("\r\n") + self.line_end


def _resource(descriptor: Mapping[str, Any], table: str) -> Mapping[str, Any]:
    for resource in descriptor["resources"]:
        if resource["name"] == table:
            found: Mapping[str, Any] = resource
            return found
    names = ", ".join(resource["name"] for resource in descriptor["resources"])
    raise BriefingError(f"data/datapackage.json, resources: found no table {shown(table)}, expected one of {names}. "
                        "Declare the table, or name one of these.")


# --- writing --------------------------------------------------------------------

def apply(root: Path, descriptor: Mapping[str, Any], changes: Sequence[Change]) -> list[Change]:
    """Write all of these changes, or none; the changes that undo them, to be given to `apply` in turn.

    Raises Conflict where a row is not as it was, BriefingError where a file cannot be read or written. Processes that
    write at once wait for each other, where the system has locks for that (on POSIX).
    """
    with _locked(root / "data"):
        files = {table: _File.read(root, descriptor, table) for table in {change.table for change in changes}}
        before = {table: file.text for table, file in files.items()}
        for change in changes:
            _refuse_shared(root, descriptor, change)
        undo = [_make(files[change.table], change, _key(descriptor, change.table)) for change in changes]
        changed = {table: file for table, file in files.items() if file.text != before[table]}
        _exchange({file.path: file.text for file in changed.values()},
                  {file.path: before[table] for table, file in changed.items()})
    return undo[::-1]


def _refuse_shared(root: Path, descriptor: Mapping[str, Any], change: Change) -> None:
    """Raise BriefingError where a row is to be changed that a package has: there it is pinned."""
    for name, records in _shared(root, descriptor, change.table) if change.before is not None else ():
        for record in records:
            if _same(change.before or {}, record.cells):
                raise BriefingError(f"{name} row {record.number}: found a row of a package of facts, expected one of "
                                    "the project's own. Nothing was written: correct it in the package, then take it "
                                    "anew with `briefing facts --update`.")


def apply_checked(root: Path, descriptor: Mapping[str, Any], changes: Sequence[Change]) -> None:
    """As `apply`, but nothing is left of the changes where the tables have findings with them.

    Raises InvalidData with these findings, and as `apply` does.
    """
    undo = apply(root, descriptor, changes)
    _, findings = tables.read(root)
    if findings:
        apply(root, descriptor, undo)
        raise InvalidData(findings)


def _key(descriptor: Mapping[str, Any], table: str) -> list[str]:
    key = _resource(descriptor, table)["schema"].get("primaryKey", [])
    return [key] if isinstance(key, str) else list(key)


def _make(file: _File, change: Change, key: Sequence[str]) -> Change:
    """Make one change in a file's records; what undoes it."""
    if change.before is None:
        return _add(file, change, change.after or {})
    at = next((n for n, record in enumerate(file.records) if _same(change.before, record.cells)), None)
    if at is None:
        there = [record.cells for record in file.records
                 if record.cells and key and all(record.cells.get(column, "") == change.before.get(column, "")
                                                 for column in key)]
        raise Conflict(file.name, change, there)
    old = file.records[at]
    if change.after is None:
        del file.records[at]
        return Change(change.table, None, old.cells, at + 2, old.text)
    cells = {column: change.after.get(column, cell) for column, cell in old.cells.items()}
    if cells != old.cells:
        text = change.written or file.written(cells)
        if not old.text.endswith(("\n", "\r")):  # the last row of a file without a final line end
            text = text.rstrip("\r\n")
        file.records[at] = Record(old.number, cells, text)
    return Change(change.table, cells, old.cells, written=old.text)


def _add(file: _File, change: Change, new: Cells) -> Change:
    cells = {column: new.get(column, "") for column in file.columns}
    at = len(file.records) if change.place is None else min(change.place - 2, len(file.records))
    text = change.written or file.written(cells)
    if at == len(file.records):
        if file.records and not file.records[-1].text.endswith(("\n", "\r")):
            last = file.records[-1]
            file.records[-1] = Record(last.number, last.cells, last.text + file.line_end)
        elif not file.records and not file.head.endswith(("\n", "\r")):
            file.head += file.line_end
    elif not text.endswith(("\n", "\r")):
        text += file.line_end
    file.records.insert(at, Record(at + 2, cells, text))
    return Change(change.table, cells, None)


def _same(wanted: Cells, cells: Cells) -> bool:
    """Whether a row has these cells; of columns that only one of the two has, nothing is asked but that no cell
    of the wanted ones is lost."""
    return bool(cells) and all(cells.get(column, "") == cell for column, cell in wanted.items())


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows: there the exchange alone protects a file
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _exchange(new: Mapping[Path, str], old: Mapping[Path, str]) -> None:
    """Exchange files for their new text; all that can fail is done before the first, and undone where it fails yet."""
    ready: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, text in new.items():
            ready[path] = _beside(path, text)
        for path, temporary in ready.items():
            os.replace(temporary, path)
            done.append(path)
    except OSError as error:
        for path in done:
            os.replace(_beside(path, old[path]), path)
        raise BriefingError(f"{error.filename or 'data/'}: found {error.strerror}, expected a folder and files that "
                            "can be written. Nothing was written; mend that, then try again.") from error
    finally:
        for temporary in ready.values():
            temporary.unlink(missing_ok=True)


def _beside(path: Path, text: str) -> Path:
    """A hidden file beside, with this text, that is safely on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, path.stat().st_mode & 0o777)
    return Path(name)


# --- references -----------------------------------------------------------------

@dataclass(frozen=True)
class Reference:
    """A column whose cells name rows of another table; `delimiter` where a cell holds several."""

    table: str
    column: str
    target: str
    target_column: str
    delimiter: str | None = None


def references(descriptor: Mapping[str, Any]) -> list[Reference]:
    """All columns that name rows: those in foreignKeys, and those with a listOf."""
    found = []
    for resource in descriptor["resources"]:
        name, schema = resource["name"], resource["schema"]
        for foreign in schema.get("foreignKeys", []):
            columns, targets = ([names] if isinstance(names, str) else names
                                for names in (foreign["fields"], foreign["reference"]["fields"]))
            found += [Reference(name, column, foreign["reference"].get("resource") or name, target)
                      for column, target in zip(columns, targets, strict=True)]
        for each in schema["fields"]:
            inner = each.get("listOf", {})
            for target in inner.get("references", []):
                table, _, column = target.partition(".")
                found.append(Reference(name, each["name"], table, column, inner.get("delimiter", ";")))
    return found


def referring(root: Path, descriptor: Mapping[str, Any], table: str, id: str) -> list[tuple[Reference, Record]]:
    """The rows that name a row by its id, each with the column in which they do.

    Raises BriefingError as `rows` does.
    """
    wanted = [each for each in references(descriptor) if each.target == table and each.target_column == "id"]
    return [(each, record) for each in wanted for record in rows(root, descriptor, each.table)
            if id in _ids(record.cells.get(each.column, ""), each.delimiter)]


def renaming(root: Path, descriptor: Mapping[str, Any], table: str, old: str, new: str) -> list[Change]:
    """The changes that give a row another id, in its table and in all that name it.

    Where prose or a notebook names it, that stays: `check` finds it. Raises BriefingError as `rows` does.
    """
    columns: dict[str, dict[str, str | None]] = {table: {"id": None}}
    for each in references(descriptor):
        if each.target == table and each.target_column == "id":
            columns.setdefault(each.table, {})[each.column] = each.delimiter
    changes = []
    for name, named in columns.items():
        for record in rows(root, descriptor, name):
            after = dict(record.cells)
            for column, delimiter in named.items():
                if column in after:
                    ids = [new if id == old else id for id in _ids(after[column], delimiter)]
                    after[column] = (delimiter or "").join(ids)
            if after != record.cells:
                changes.append(Change(name, record.cells, after))
    return changes


def removing(root: Path, descriptor: Mapping[str, Any], table: str, id: str) -> list[Change]:
    """The changes that remove a row by its id, and with it each row that hangs on it, and so on; from a list of ids it
    is only taken out. Raises BriefingError as `rows` does.
    """
    before: dict[tuple[str, int], Record] = {(table, record.number): record for record in rows(root, descriptor, table)
                                             if record.cells.get("id") == id}
    after: dict[tuple[str, int], dict[str, str] | None] = dict.fromkeys(before)
    gone = [(table, id)]
    for name, key in gone:  # grows
        for each, record in referring(root, descriptor, name, key):
            place = each.table, record.number
            before[place] = record
            left = after.setdefault(place, dict(record.cells))
            if left is not None and each.delimiter is None:
                after[place] = None
                gone += [(each.table, record.cells["id"])] if record.cells.get("id") else []
            elif left is not None:
                left[each.column] = str(each.delimiter).join(
                    other for other in _ids(left[each.column], each.delimiter) if other != key)
    return [Change(name, record.cells, after[name, number]) for (name, number), record in before.items()]


def _ids(cell: str, delimiter: str | None) -> list[str]:
    return cell.split(delimiter) if delimiter else [cell]
