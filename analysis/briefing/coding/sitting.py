"""A sitting of one coder over one project: what is coded, what is offered for words, and what is saved.

What a page is told goes through here, and so does the rule that a second coder codes blind: Sight says which rows one
coder may see. Nothing here knows of HTTP, except that what comes in and goes out is plain data, as JSON has it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..facts import editing, tables
from ..facts.editing import Cells, Change, Conflict, Record
from ..facts.tables import Tables
from ..findings import BriefingError, Findings, shown
from ..sources import evidence, passages, places, proposals, selecting
from . import offers, sight
from .sight import OWN, Sight

#: The tables that are coded here; of the others only their findings are shown.
CODED = ("sources", "passages", "statements", "quantities", "events", "actors", "concepts")
SHARED = ("actors", "concepts")  # which are made in other forms, too
HINT = "Record where its text lies with `briefing source FILE`; this page goes on by itself then."

Data = dict[str, Any]


class Coding:
    """One coder's sitting. All public methods may be called from any thread.

    `coder` is by default the only one in statements.csv, else "a". With `see_all` a coder sees what others coded.
    Raises BriefingError where the descriptor cannot be read.
    """

    def __init__(self, root: Path, coder: str | None = None, *, see_all: bool = False) -> None:
        self.root = root
        self.see_all = see_all
        self._lock = threading.RLock()
        self._undo: list[tuple[str, list[Change]]] = []
        self._redo: list[tuple[str, list[Change]]] = []
        read, _ = tables.read(root)
        coders = {row["coder"] for row in read.rows.get("statements", []) if row.get("coder")}
        self.coder = coder or (min(coders) if len(coders) == 1 else "a")
        self._secret = secrets.token_hex(8)
        self._last: tuple[str, Tables, dict[str, list[Record]]] | None = None
        self._project = hashlib.sha256(str(root).encode()).hexdigest()[:12]  # drafts of two projects are not one's
        first = sight.first(root, read.descriptor, self._records(read)[0])
        if first in (self.coder, None):  # what is there stays seen, whatever comes meanwhile
            self._made = {(name, row["id"]) for name in OWN for row in read.rows.get(name, []) if row.get("id")}
        else:
            self._made = sight.made(root, self.coder)
            sight.keep(root, self.coder, self._made)

    def known(self, source: str) -> None:
        """Raises BriefingError where there is no source with this id."""
        read, _ = tables.read(self.root)
        ids = [str(row["id"]) for row in read.rows.get("sources", [])]
        if source not in ids:
            raise BriefingError(f"--source {source}: found no source of this id, expected one of "
                                f"{', '.join(ids) or 'data/sources.csv, which has none yet'}. Give one of these ids, "
                                "or add the article with `briefing source FILE`.")

    # --- what is shown ---

    def version(self) -> str:
        """What tells a state of the files from the next."""
        folder = self.root / "data"
        with contextlib.suppress(OSError):
            files = [folder / name for name in sorted(os.listdir(folder)) if not name.startswith(".")]
            files += [self.root / places.PLACES, *self._places().values()]
            return hashlib.sha256(repr([_stamp(file) for file in files]).encode()).hexdigest()[:16]
        return ""

    def state(self, source: str | None = None) -> Data:
        """All that a page shows, but the text: by default of the first source that has one."""
        with self._lock:
            version = self.version()
            try:
                read, findings = tables.read(self.root)
            except Findings as error:
                return {"version": version, "coder": self.coder, "problem": {
                    "title": "The tables cannot be read", "text": str(error), "todo": "Mend data/datapackage.json."}}
            source, text, problem = self._source(read, source)
            records, unreadable = self._records(read)
            seen = self._sight(read, records)
            checked = self._checked(read, source, seen) if text is not None else passages.Check()
            marks = seen.marks(read)
            return {
                "version": version, "project": self._project, "coder": self.coder, "blind": seen.blind,
                "source": source, "problem": problem,
                "sources": [{key: row.get(key) for key in ("id", "title", "publisher", "language")}
                            | {"published": row.get("published") or "", "coded": marks.get(str(row.get("id")), [])}
                            for row in read.rows.get("sources", [])],
                "marks": "codings" in read.rows,
                "text": hashlib.sha256(text.encode()).hexdigest()[:16] if text is not None else None,
                "schemas": {resource["name"]: resource["schema"] for resource in read.descriptor["resources"]
                            if resource["name"] in CODED},
                "grades": {"credibility": {str(grade): words for grade, words in evidence.CREDIBILITY.items()}},
                "tables": seen.tables(records), "unreadable": unreadable,
                "findings": [finding.as_dict() | {"message": str(finding), "place": finding.place,
                                                  "table": finding.path.removeprefix("data/").removesuffix(".csv")}
                             for finding in seen.findings(findings, checked.findings, records)],
                "moves": [{"passage": seen.alias(move.passage), "start": move.new_start, "end": move.new_end}
                          for move in checked.moves],
                "changed": source in checked.sources,
                "undo": self._undo[-1][0] if self._undo else None,
                "redo": self._redo[-1][0] if self._redo else None}

    def text(self, source: str | None = None) -> Data:
        """A source's text and where its paragraphs lie, in code points."""
        read, _ = self._reading()
        source, text, problem = self._source(read, source)
        if text is None:
            return {"source": source, "text": None, "problem": problem, "paragraphs": []}
        starts = selecting.paragraphs(text)
        ends = [*starts[1:], len(text)]
        spans = [(start, start + len(text[start:end].rstrip("\r\n"))) for start, end in zip(starts, ends, strict=True)]
        return {"source": source, "text": text, "problem": problem,
                "paragraphs": [(start, start + len(text[start:end].rstrip())) for start, end in spans],
                "sha256": hashlib.sha256(text.encode()).hexdigest()[:16]}

    def uncoded(self, source: str | None = None) -> Data:
        """What of the text is not coded, by what this coder sees: spans, in code points. May take seconds at first."""
        read, records = self._reading()
        source, text, _ = self._source(read, source)
        if text is None:
            return {"paragraphs": [], "numbers": [], "names": []}
        seen = self._sight(read, records)
        rows = seen.rows(read)
        held = [row for row in rows["passages"] if row["source"] == source]
        found = proposals.uncoded(text, self._row(read, source).get("language"), held,
                                  rows.get("quantities", []), read.rows.get("actors", []))
        return {"paragraphs": found.paragraphs, "numbers": [(each.start, each.end) for each in found.numbers],
                "names": [(each.start, each.end) for each in found.names]}

    def select(self, source: str, start: int, end: int) -> Data:
        """What is offered for selected words: their place, their context, and values for each table's form.

        Raises BriefingError where there are no words.
        """
        read, records = self._reading()
        _, text, problem = self._source(read, source)
        if text is None:
            raise BriefingError(f"{source}: found no text, expected one. {(problem or {}).get('todo', '')}")
        offered = offers.offer(text, self._row(read, source), read.rows.get("actors", []), start, end)
        span = offered["start"], offered["end"]
        seen = self._sight(read, records)
        over = [row for row in self._held(read, source) if row["start"] < span[1] and span[0] < row["end"]]
        known = [row for row in over if not seen.hidden(row["id"])]
        under = [row for row in over if seen.hidden(row["id"])]
        equal = next((row["id"] for row in known if (row["start"], row["end"]) == span), None)
        offered["equal"] = equal
        offered["crossing"] = [{key: row[key] for key in ("id", "start", "end", "gist")} for row in known
                               if not sight.nested((row["start"], row["end"]), span)]
        offered["attached"] = None if equal or not under else seen.closest(under, span)
        return offered

    def slug(self, table: str, words: str) -> str:
        """An id made of words, which no row of a table has yet."""
        read, records = self._reading()
        return proposals.slug(words, self._sight(read, records).ids(table))

    # --- what is changed ---

    def save(self, label: str, source: str, changes: Sequence[Mapping[str, Any]]) -> Data:
        """Save a set of changes (`table`, `before`, `after`); the state after it, with the cells `saved` of the last.

        A row without an id gets one, and so do the cells that name it: by `?` and a number, which its id may be. The
        coders' own spans within a passage go with it where it gets other words.

        Raises editing.Conflict where a row is not as it was, and BriefingError where one is not this coder's, or a file
        cannot be read or written.
        """
        with self._lock:
            read, _ = tables.read(self.root)
            records, _ = self._records(read)
            seen = self._sight(read, records)
            there = {(table, row["id"]) for table in SHARED for row in read.rows.get(table, [])}  # by another form, say
            changes = [each for each in changes if each.get("before")
                       or (each["table"], (each.get("after") or {}).get("id")) not in there]
            asked = self._named(read, seen, [self._change(read, seen, source, each) for each in changes])
            made = [each for change in asked for each in self._renamed(read, change)]
            made = sight.followed(made, records.get("statements", []))
            self._write(label, read, made)
            self._note(seen, made)
            return self.state(source) | {"saved": seen.masked(asked[-1].after) if asked else None}

    def remove(self, label: str, source: str, table: str, before: Cells, also: bool) -> Data:
        """Remove a row; where others name it, only `also`: else `refers` of the answer lists them.

        Raises as `save` does.
        """
        with self._lock:
            read, _ = tables.read(self.root)
            records, _ = self._records(read)
            seen = self._sight(read, records)
            changes = [self._change(read, seen, source, {"table": table, "before": before, "after": None})]
            if id := before.get("id"):
                found = editing.removing(self.root, read.descriptor, table, id)
                others = [change for change in found if (change.table, change.before) != (table, changes[0].before)]
                if not all(seen.sees(change.table, change.before or {}) for change in others):
                    raise BriefingError(f"data/{table}.csv: found rows of others that name {shown(id)}, expected none. "
                                        "They code it too, so it stays.")
                if others and not also:
                    return {"refers": [{"table": change.table, "cells": change.before, "removed": change.after is None}
                                       for change in others]}
                changes += others
            self._write(label, read, changes)
            return self.state(source)

    def mark(self, source: str, whole: bool) -> Data:
        """Say in the table `codings` that this coder has coded a source to its end, or take that back; the state after
        it. Raises as `save` does, and BriefingError where the project has no such table."""
        with self._lock:
            read, _ = tables.read(self.root)
            self.known(source)
            cells = {"coder": self.coder, "source": source}
            there = [record.cells for record in editing.rows(self.root, read.descriptor, "codings")
                     if cells.items() <= record.cells.items()]
            if whole != bool(there):
                changes = [Change("codings", None, cells)] if whole else [Change("codings", row, None) for row in there]
                self._write(f"{source} coded to its end" if whole else f"{source} not coded to its end", read, changes)
            return self.state(source)

    def undo(self, source: str) -> Data:
        """Take back the last save of this sitting. Raises as `save` does; then it stays to be tried again."""
        return self._back(source, self._undo, self._redo)

    def redo(self, source: str) -> Data:
        """Make again what was taken back last. Raises as `undo` does."""
        return self._back(source, self._redo, self._undo)

    def move(self, source: str) -> Data:
        """Move the passages that were found again in a changed text, with the statements, and take that text for the
        source. Raises as `save` does, and BriefingError where coding is blind: the passages are another's."""
        with self._lock:
            read, _ = tables.read(self.root)
            if self._sight(read, self._records(read)[0]).blind:
                raise BriefingError("data/passages.csv: found a blind coder, expected the first coder to take over a "
                                    "changed text. Let them do so, or start with --see-all.")
            found = passages.check(read, {source: self._places()[source]})
            new = {move.passage: passages.moved_cells(move) for move in found.moves}
            changes = []
            for record in editing.rows(self.root, read.descriptor, "passages"):
                if (cells := new.get(record.cells["id"])) and record.cells["source"] == source:
                    cells["sha256"] = record.cells["sha256"]  # other words stay a finding until somebody reads them
                    changes.append(Change("passages", record.cells, {**record.cells, **cells}))
            spans = passages.moved_statements(read, found.moves)
            changes += [Change("statements", record.cells, {**record.cells, **spans[n]})  # both leave out empty lines
                        for n, record in enumerate(editing.rows(self.root, read.descriptor, "statements"), start=2)
                        if n in spans and record.cells.get("passage") == read.rows["statements"][n - 2]["passage"]]
            for record in editing.rows(self.root, read.descriptor, "sources"):
                if record.cells["id"] == source and source in found.sources:
                    sha256, characters = found.sources[source]
                    changes.append(Change("sources", record.cells, {**record.cells, "sha256": sha256,
                                                                    "characters": str(characters)}))
            self._write(f"moved {len(new)} passage{'s' * (len(new) != 1)}", read, changes)
            return self.state(source)

    # --- within ---

    def _reading(self) -> tuple[Tables, dict[str, list[Record]]]:
        """The tables as typed rows and as text, read anew where a file has changed; a save reads in any case."""
        version = self.version()
        last = self._last
        if last is None or not version or last[0] != version:
            read, _ = tables.read(self.root)
            last = self._last = (version, read, self._records(read)[0])
        return last[1], last[2]

    def _write(self, label: str, read: Tables, changes: Sequence[Change]) -> None:
        back = self._apply(read, changes)
        self._undo.append((label, back))
        self._redo.clear()

    def _apply(self, read: Tables, changes: Sequence[Change]) -> list[Change]:
        try:
            return editing.apply(self.root, read.descriptor, changes)
        except Conflict as error:
            seen = self._sight(read, self._records(read)[0])
            if not seen.blind:
                raise
            mine = replace(error.mine, before=seen.masked(error.mine.before), after=seen.masked(error.mine.after))
            raise Conflict(error.path, mine, [seen.masked(cells) or {} for cells in error.there]) from None

    def _note(self, seen: Sight, changes: Sequence[Change]) -> None:
        """Remember whose the new rows are."""
        for change in changes:
            if change.after and change.table in OWN and (id := change.after.get("id")) and (
                    change.before is None or (change.table, change.before.get("id", "")) in self._made):
                self._made.add((change.table, id))
        if not self.see_all:
            sight.keep(self.root, self.coder, self._made if seen.blind else None)

    def _back(self, source: str, one: list[tuple[str, list[Change]]], other: list[tuple[str, list[Change]]]) -> Data:
        with self._lock:
            if one:
                label, changes = one[-1]
                read, _ = tables.read(self.root)
                again = self._apply(read, changes)
                one.pop()
                other.append((label, again))
            return self.state(source)

    def _places(self) -> dict[str, Path]:
        with contextlib.suppress(BriefingError):
            return places.known(self.root)
        return {}

    def _source(self, read: Tables, id: str | None) -> tuple[str | None, str | None, Data | None]:
        """The source, its text where it can be read, and what is wrong with either."""
        rows = read.rows.get("sources", [])
        if not rows:
            return None, None, _problem("There is no source yet", "data/sources.csv has no row.",
                                        "Add an article with `briefing source FILE`; this page goes on by itself then.")
        try:
            known = places.known(self.root)
        except BriefingError as error:
            return rows[0]["id"], None, _problem("Where the texts lie cannot be read", str(error), "")
        if id is None:
            id = next((row["id"] for row in rows if row["id"] in known), rows[0]["id"])
        if id not in [row["id"] for row in rows]:
            return id, None, _problem(f"There is no source {id}", f"data/sources.csv has no row with the id {id}.",
                                      f"Choose one of {', '.join(str(row['id']) for row in rows)}.")
        if id not in known:
            return id, None, _problem(f"The text of {id} is not at hand", "No place of it is recorded on this machine, "
                                      "in .sources.json.", HINT)
        try:
            text = known[id].read_bytes().decode("utf-8")
            return (id, text, None) if text.strip() else (id, None, _problem(
                f"The text of {id} is empty", f"{known[id]} has no words.", f"Put the text there. {HINT}"))
        except OSError as error:
            return id, None, _problem(f"The text of {id} is not where it was", f"{known[id]}: {error.strerror}.",
                                      f"Put it back there. {HINT}")
        except UnicodeDecodeError as error:
            return id, None, _problem(f"The text of {id} is not in UTF-8", f"{known[id]} has the byte "
                                      f"0x{error.object[error.start]:02x} at {error.start}.",
                                      "Save it in UTF-8, or record it anew with `briefing source FILE`.")

    @staticmethod
    def _held(read: Tables, source: str) -> list[tables.Row]:
        return [row for row in read.rows["passages"] if row["source"] == source
                and isinstance(row["start"], int) and isinstance(row["end"], int)]

    @staticmethod
    def _row(read: Tables, source: str | None) -> Mapping[str, Any]:
        return next((row for row in read.rows["sources"] if row["id"] == source), {})

    def _records(self, read: Tables) -> tuple[dict[str, list[Record]], dict[str, str]]:
        """The rows of the coded tables as text, and why a table cannot be read."""
        found: dict[str, list[Record]] = {}
        unreadable = {}
        for resource in read.descriptor["resources"]:
            if (name := resource["name"]) in CODED:
                try:
                    found[name] = editing.rows(self.root, read.descriptor, name)
                except BriefingError as error:
                    found[name], unreadable[name] = [], str(error)
        return found, unreadable

    def _sight(self, read: Tables, records: Mapping[str, Sequence[Record]]) -> Sight:
        first = sight.first(self.root, read.descriptor, records)
        return Sight.of(records, self.coder, self.see_all or first in (self.coder, None), self._made, self._secret,
                        alone=not self.see_all)

    def _checked(self, read: Tables, source: str | None, seen: Sight) -> passages.Check:
        """The passages that are seen against the text; the others say nothing."""
        place = self._places().get(source or "")
        try:
            return passages.check(seen.checkable(read), {source: place} if source and place else {})
        except (BriefingError, KeyError, TypeError):  # a table that is wrong in ways that its own findings tell
            return passages.Check()

    def _change(self, read: Tables, seen: Sight, source: str, asked: Mapping[str, Any]) -> Change:
        """One change as it was asked for, with what the server knows better filled in."""
        table, before, after = asked["table"], asked.get("before"), asked.get("after")
        _check_kind(table, before, after)
        before, after = (cells and {key: str(cell) for key, cell in cells.items()} for cells in (before, after))
        for cells in (before, after):
            if cells and cells.get("passage"):
                cells["passage"] = seen.real(cells["passage"])
        if before is not None and not seen.sees(table, before):
            raise BriefingError(f"data/{table}.csv: found a row that another coder made, expected one of {self.coder}. "
                                "Coding is blind; --see-all shows all.")
        if after is not None and table == "passages":
            after = self._placed(read, source, after)
            if before is None:
                self._alone(read, seen, after)
        if after is not None and before is None:
            if table == "statements":
                after["coder"] = self.coder
            elif seen.blind and table in OWN and after.get("id"):  # an id that cannot be seen is no mistake
                after["id"] = proposals.slug(after["id"], seen.ids(table))
        return Change(table, before, after)

    def _placed(self, read: Tables, source: str, after: dict[str, str]) -> dict[str, str]:
        _, text, _ = self._source(read, after.setdefault("source", source))
        if text is None:
            return after
        with contextlib.suppress(ValueError):
            found = selecting.passage(text, int(after["start"]), int(after["end"]), after.get("quote") or None)
            return {**after, **{key: str(cell) for key, cell in found.items()}}
        return after

    def _alone(self, read: Tables, seen: Sight, new: Cells) -> None:
        """Never two passages on one span, and none that cross."""
        if not (span := sight.span_of(new)):
            return
        for row in self._held(read, new["source"]):
            other = row["start"], row["end"]
            over = other[0] < span[1] and span[0] < other[1]
            if over and (other == span or not sight.nested(other, span) or seen.hidden(row["id"])):
                name = "a passage that is there" if seen.hidden(row["id"]) else f"the passage {row['id']}"
                raise BriefingError(f"data/passages.csv: found {name} on these words, expected none that they cross or "
                                    "share. Select the words anew: what can be done is offered then.")

    def _named(self, read: Tables, seen: Sight, changes: Sequence[Change]) -> list[Change]:
        """Changes whose new rows all have an id, made of their words, and those that name one by `?1` its id."""
        with_id = {each["name"] for each in read.descriptor["resources"]
                   if any(field["name"] == "id" for field in each["schema"]["fields"])}
        given: dict[str, str] = {}
        taken = {table: seen.ids(table) for table in with_id}
        found = []
        for change in changes:
            after = change.after
            id = (after or {}).get("id", "")
            if after is not None and change.table in with_id and (not id or id.startswith("?")):
                new = (change.before or {}).get("id") or proposals.slug(self._words(read, after), taken[change.table])
                for table in OWN if change.table in OWN else (change.table,):
                    taken.get(table, set()).add(new)
                given |= {id: new} if id else {}
                after = {**after, "id": new}
            found.append(replace(change, after=after))
        return [replace(each, after=each.after and _naming(each, given, read.descriptor)) for each in found]

    def _words(self, read: Tables, cells: Cells) -> str:
        """The words that an id is made of: what the row says, or else those of its passage."""
        named = next((cells[name] for name in ("gist", "label", "title") if cells.get(name)), "") \
            or " ".join(filter(None, (cells.get("measure"), cells.get("of"))))
        if named:
            return named
        place = cells if cells.get("start") else next(
            (row for row in read.rows["passages"] if row["id"] == cells.get("passage")), {})
        with contextlib.suppress(KeyError, TypeError, ValueError):
            text = self._source(read, str(place["source"]))[1] or ""
            return text[int(place["start"]):int(place["end"])]
        return ""

    def _renamed(self, read: Tables, change: Change) -> list[Change]:
        """A change, and where it gives another id, those of the rows that name it."""
        old, new = (cells.get("id", "") if cells else "" for cells in (change.before, change.after))
        if not old or not new or old == new:
            return [change]
        return [change, *(each for each in editing.renaming(self.root, read.descriptor, change.table, old, new)
                          if each.table != change.table or (each.before or {}).get("id") != old)]


def _problem(title: str, text: str, todo: str) -> Data:
    return {"title": title, "text": text, "todo": todo}


def _stamp(path: Path) -> tuple[str, int, int, int]:
    try:
        stat = path.stat()
    except OSError:
        return str(path), 0, 0, 0
    return str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino


def _check_kind(table: str, before: object, after: object) -> None:
    """Raises BriefingError for a change that is not made here."""
    if table not in CODED:
        raise BriefingError(f"{table}: found a table that is not coded here, expected one of {', '.join(CODED)}.")
    if table == "sources" and not (before and after):
        raise BriefingError("data/sources.csv: found a source to be added or removed, expected a change of one. "
                            "Sources are added with `briefing source FILE`.")


def _naming(change: Change, given: Mapping[str, str], descriptor: Mapping[str, Any]) -> dict[str, str]:
    """Cells with the ids that were given in the place of `?1` and so on, in the columns that name rows."""
    after = dict(change.after or {})
    for each in editing.references(descriptor):
        if each.table == change.table and after.get(each.column):
            parts = after[each.column].split(each.delimiter) if each.delimiter else [after[each.column]]
            after[each.column] = (each.delimiter or "").join(given.get(part, part) for part in parts)
    return after
