"""What went wrong and where: findings, and the errors that carry them.

    BriefingError           could not run (exit 2)
    └── Findings            ran, and found something (exit 1)
        ├── InvalidData     a table of the Data Package is wrong
        ├── InvalidReport   report.qmd says what cannot be built
        ├── GlyphMissing    a character that no font of the edition has
        └── NotebookFailed  a notebook did not run to its end
            ├── CellFailed      a cell raised an error
            ├── CellTimedOut    a cell ran longer than it may
            └── KernelDied      the kernel's process ended

Every message has the same four parts: the place, what was found there, what
was expected, and what to do about it; with the value to copy, where there is one.
"""

from __future__ import annotations

import bisect
import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass

LONGEST_SHOWN = 80
MOST_COMPARED = 80  # words that a wrong one is compared with, letter by letter


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, at one place.

    `path` is relative to the project. `row` counts as a spreadsheet does (the
    header is row 1), `line` and `character` count from 1 in a text, `cell` is
    a notebook cell's number and label.
    """

    code: str
    path: str
    found: str
    expected: str
    remedy: str
    row: int | None = None
    column: str | None = None
    line: int | None = None
    character: int | None = None
    cell: str | None = None

    @property
    def place(self) -> str:
        """Where it is, as a message begins: file, row or line, column."""
        place = self.path
        if self.line is not None:
            place += f" line {self.line}"
            place += f", character {self.character}" if self.character else ""
        if self.row is not None:
            place += f" row {self.row}"
        if self.cell is not None:
            place += f" cell {self.cell}"
        if self.column is not None:
            place += f", {self.column}"
        return place

    def __str__(self) -> str:
        return visible(f"{self.place}: found {self.found}, expected {self.expected}. {self.remedy}")

    def as_dict(self) -> dict[str, object]:
        """The finding as plain data, with its empty parts left out."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def shown(value: object) -> str:
    """A value as messages quote it: in double quotes, on one line, cut when long."""
    text = " ".join(str(value).split()) if len(str(value)) <= 1000 else str(value)[:1000]
    if len(text) > LONGEST_SHOWN:
        text = f"{text[:LONGEST_SHOWN]}…"
    return f'"{visible(text)}"'


def visible(text: str) -> str:
    """A text that a terminal or a log can show: what would steer it (control characters, escape sequences), turn the
    order of words or stay unseen is written by its code, as in JSON. Lines stay lines."""
    if text.isprintable():
        return text
    return "".join(f"\\u{ord(character):04x}" if unicodedata.category(character) in _UNSEEN
                   and character not in _KEPT else character for character in text)


_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_KEPT = "\n\u200c\u200d"  # and what joins letters, and parts of a sign: these are words to copy


def meant(wrong: object, known: Iterable[object]) -> str:
    """Whether the nearest of the known words was meant, as a question that begins a remedy; empty where none is."""
    text = str(wrong).casefold()
    words = {str(word).casefold(): str(word) for word in known if abs(len(str(word)) - len(text)) <= len(text)}
    found = difflib.get_close_matches(text, _around(text, list(words)), n=1)
    return f"Did you mean `{words[found[0]]}`? " if found else ""


def _around(text: str, words: list[str]) -> list[str]:
    """Of many words those that stand next to a text in order, read forwards or backwards: to compare all takes long."""
    if len(words) <= MOST_COMPARED:
        return sorted(words)
    near = set()
    for step in (1, -1):
        order = sorted(words, key=lambda word: word[::step])
        at = bisect.bisect([word[::step] for word in order], text[::step])
        near |= {*order[max(at - MOST_COMPARED // 4, 0):at + MOST_COMPARED // 4]}
    return sorted(near)


class BriefingError(Exception):
    """The root of all errors that this package raises on purpose."""

    exit_code = 2


class Findings(BriefingError):
    """Something was found; `findings` holds all of it, in reading order."""

    exit_code = 1

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(map(str, self.findings)))


class InvalidData(Findings):
    """A table of the Data Package is wrong."""


class InvalidReport(Findings):
    """The report says what cannot be built."""


class GlyphMissing(Findings):
    """A character that no font of the edition has."""


class NotebookFailed(Findings):
    """A notebook did not run to its end."""


class CellFailed(NotebookFailed):
    """A cell raised an error."""


class CellTimedOut(NotebookFailed):
    """A cell ran longer than it may."""


class KernelDied(NotebookFailed):
    """The kernel's process ended while a cell ran."""
