"""One cell of a table: its typed value, and what is wrong with it, with the value to copy where that can be told."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from ..findings import meant, shown
from . import guesses
from .dates import date_bounds

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
LONGEST_CELL = 10_000  # characters
#: Code, found, expected, remedy of a finding.
Problem = tuple[str, str, str, str]


def read(field: dict[str, Any], cell: str) -> tuple[Any, Problem | None]:
    """The typed value of a cell, and what is wrong with it, if anything."""
    if len(cell) > LONGEST_CELL:
        return None, ("cell-too-long", f"{len(cell):,} characters", f"at most {LONGEST_CELL:,}",
                      "Shorten the cell, or split the row.")
    constraints = field.get("constraints", {})
    if cell == "":
        if constraints.get("required"):
            words = constraints.get("enum")
            return None, ("cell-empty", "an empty cell", f"one of {' '.join(map(str, words))}" if words else "a value",
                          "Fill in the cell.")
        return (() if "listOf" in field else None), None
    kind = field.get("type", "string")
    try:
        value = CASTS[kind](cell)
    except ValueError:
        return None, ("type", shown(cell), _EXPECTED[kind], write(_guess(kind, cell), _TYPE_REMEDY[kind]))
    if cell != cell.strip():
        return value, ("spaces", shown(cell), "no space at either end", f"Write `{cell.strip()}`.")
    if "listOf" in field:
        value = tuple(cell.split(field["listOf"].get("delimiter", ";")))
    return value, _constraint_problem(constraints, value, cell) or (
        _edtf_problem(cell) if field.get("rdfType") == EDTF else None)


def _guess(kind: str, cell: str) -> str:
    """What a cell of another type was probably meant to hold, as it is to be written; empty where it cannot be told."""
    if kind == "boolean":
        words = {"yes": "true", "1": "true", "t": "true", "no": "false", "0": "false", "f": "false"}
        word = words.get(cell.strip().lower(), cell.strip().lower())
        return f"`{word}`" if word in ("true", "false") else ""
    found = guesses.number(cell) if kind in ("integer", "number", "year") else guesses.date(cell)
    copies = [copy for copy in re.findall(r"`([^`]*)`", found) if _fits(kind, copy)]
    return " or ".join(f"`{copy}`" for copy in copies)


def _fits(kind: str, cell: str) -> bool:
    try:
        return CASTS[kind](cell) is not None
    except ValueError:
        return False


def write(copy: str, remedy: str) -> str:
    """A remedy that begins with the value to copy, where there is one."""
    rest = remedy.removeprefix("Write ")
    return f"Write {copy}: {rest[0].lower()}{rest[1:]}" if copy else remedy


def _finite(cell: str) -> float:
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", cell) or not math.isfinite(float(cell)):
        raise ValueError
    return float(cell)


def _integer(cell: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", cell):
        raise ValueError
    return int(cell)


def _date(cell: str) -> datetime.date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        raise ValueError
    return datetime.date.fromisoformat(cell)


def _boolean(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError
    return cell == "true"


def _year(cell: str) -> int:
    if not re.fullmatch(r"-?[0-9]{4}", cell):
        raise ValueError
    return int(cell)


#: What makes the value of a cell, by the type of its field; each raises ValueError for a cell that has none.
CASTS: dict[str, Callable[[str], Any]] = {"string": str, "any": str, "integer": _integer, "number": _finite,
                                          "boolean": _boolean, "date": _date, "year": _year}
_EXPECTED = {"integer": "a whole number", "number": "a number", "boolean": "true or false",
             "date": "a date that exists, as 2031-05-30", "year": "a year of four digits"}
_TYPE_REMEDY = {"integer": "Write digits only.",
                "number": "Write digits and a point only; units and hedges have columns of their own.",
                "boolean": "Write true or false.", "date": "Write year, month and day of a real day.",
                "year": "Write the year alone."}


def _constraint_problem(constraints: dict[str, Any], value: Any, cell: str) -> Problem | None:
    if (words := constraints.get("enum")) and value not in words:
        return ("word", shown(cell), f"one of {' '.join(map(str, words))}",
                f"{meant(cell, words)}Use one of the controlled words.")
    if (pattern := constraints.get("pattern")) and not re.fullmatch(pattern, cell):
        return ("pattern", shown(cell), f"text of the form {pattern}",
                write(_formed(cell, pattern), "Write the cell in this form."))
    if (least := constraints.get("minimum")) is not None and value < least:
        return ("range", shown(cell), f"at least {least}", "Correct the number.")
    if (most := constraints.get("maximum")) is not None and value > most:
        return ("range", shown(cell), f"at most {most}", "Correct the number.")
    if (longest := constraints.get("maxLength")) is not None and len(cell) > longest:
        return ("length", f"{len(cell)} characters", f"at most {longest}", "Shorten the text.")
    return None


def _formed(cell: str, pattern: str) -> str:
    """A cell in the form of a pattern, where it takes only small letters and hyphens to bring it there."""
    small = re.sub(r"[\s_]+", "-", cell.strip().lower())
    plain = re.sub(r"[^a-z0-9-]", "", unicodedata.normalize("NFKD", small)).strip("-")
    return next((f"`{form}`" for form in (cell.strip(), small, plain) if re.fullmatch(pattern, form)), "")


def _edtf_problem(cell: str) -> Problem | None:
    try:
        first, last = date_bounds(cell)
        if first and last and first > last:
            raise ValueError("an interval that ends before it begins")
        for day in re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
            datetime.date.fromisoformat(day)
    except ValueError:
        return ("date", shown(cell), "a date in EDTF (ISO 8601-2) that exists, as 2031-05-30, 2031-05, "
                "2031-05-02/.. or [2031-05-02..2031-05-04]",
                write(guesses.date(cell), "Write the date as the source gives it."))
    return None
