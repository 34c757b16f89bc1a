"""One cell of a table: its typed value, and what is wrong with it, with the value to copy where that can be told."""

from __future__ import annotations

import calendar
import contextlib
import datetime
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from ..findings import meant, shown
from ..limits import CELL
from .dates import date_bounds

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
#: Code, found, expected, remedy of a finding.
Problem = tuple[str, str, str, str]


def read(field: dict[str, Any], cell: str) -> tuple[Any, Problem | None]:
    """The typed value of a cell, and what is wrong with it, if anything."""
    if len(cell) > CELL:
        return None, ("cell-too-long", f"{len(cell):,} characters", f"at most {CELL:,}",
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
        mark = field["listOf"].get("delimiter", ";")
        value = tuple(dict.fromkeys(part for each in cell.split(mark) if (part := each.strip())))
        if value != tuple(cell.split(mark)):
            copy = f"`{mark.join(value)}`" if value else ""
            return value, ("list", shown(cell), f"parts with `{mark}` between, none empty and none with spaces",
                           write(copy, "Write each part once, or leave the cell empty."))
    return value, _constraint_problem(constraints, value, cell, kind) or (
        _edtf_problem(cell) if field.get("rdfType") == EDTF else None)


def _guess(kind: str, cell: str) -> str:
    """What a cell of another type was probably meant to hold, as it is to be written; empty where it cannot be told."""
    if kind == "boolean":
        words = {"yes": "true", "1": "true", "t": "true", "no": "false", "0": "false", "f": "false"}
        word = words.get(cell.strip().lower(), cell.strip().lower())
        return f"`{word}`" if word in ("true", "false") else ""
    found = meant_number(cell) if kind in ("integer", "number", "year") else meant_date(cell)
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


def bound(kind: str, limit: Any) -> Any:
    """A `minimum`, a `maximum` or a word of an `enum` as a value of a field's type: JSON has dates as text.

    Raises ValueError for what is no value of that type.
    """
    value = CASTS[kind](limit) if isinstance(limit, str) else limit
    if not isinstance(value, _VALUES.get(kind, (str,))) or isinstance(value, bool) != (kind == "boolean"):
        raise ValueError(f"{limit!r} is no {kind}")
    return value


_VALUES: dict[str, tuple[type, ...]] = {"integer": (int, float), "number": (int, float), "year": (int, float),
                                        "boolean": (bool,), "date": (datetime.date,)}


def check_field(field: dict[str, Any]) -> None:
    """Raise ValueError, TypeError or AttributeError for constraints that no cell could be held to."""
    kind, constraints = field.get("type", "string"), field.get("constraints", {})
    re.compile(constraints.get("pattern", ""))
    for name in ("minimum", "maximum"):
        if constraints.get(name) is not None:
            bound(kind, constraints[name])
    for word in constraints.get("enum") or ():
        bound(kind, word)
    if not isinstance(constraints.get("enum") or [], list):
        raise ValueError("enum is no list")
    if not isinstance(constraints.get("maxLength") or 0, int):
        raise ValueError("maxLength is no whole number")


def _constraint_problem(constraints: dict[str, Any], value: Any, cell: str, kind: str) -> Problem | None:
    if (words := constraints.get("enum")) and value not in words and value not in [bound(kind, word) for word in words]:
        return ("word", shown(cell), f"one of {' '.join(map(str, words))}",
                f"{meant(cell, words)}Use one of the controlled words.")
    if (pattern := constraints.get("pattern")) and not re.fullmatch(pattern, cell):
        return ("pattern", shown(cell), f"text of the form {pattern}",
                write(_formed(cell, pattern), "Write the cell in this form."))
    if (least := constraints.get("minimum")) is not None and value < bound(kind, least):
        return ("range", shown(cell), f"at least {least}", "Correct the number.")
    if (most := constraints.get("maximum")) is not None and value > bound(kind, most):
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
        if _DOUBT_WITHIN.search(cell):
            raise ValueError("doubt of a part of a date")
    except ValueError:
        return ("date", shown(cell), "a date in EDTF (ISO 8601-2) that exists, as 2031-05-30, 2031-05, "
                "2031-05-02/.. or [2031-05-02..2031-05-04]",
                _date_remedy(cell, "Write the date as the source gives it."))
    return None


def _date_remedy(cell: str, remedy: str) -> str:
    """What to write in the place of a date that is none, or that cannot be said in prose, and why."""
    meant_ = meant_date(cell)
    if match := re.fullmatch(r"(\d{4})-(2[1-4])", cell):
        years, months = meant_.split(" or ") if " or " in meant_ else ("", meant_)
        season = ("spring", "summer", "autumn", "winter")[int(match[2]) - 21]
        years = f"; for the years write {years}" if years else ""
        return f"EDTF reads {cell} as the {season} of {match[1]}: write {months} for its months (in the north){years}."
    if _DOUBT_WITHIN.search(cell) and meant_:
        return f"Write {meant_}: the sign of doubt stands at the end, for the whole date."
    if "X" in cell and meant_ and "[" not in meant_:
        return f"Write {meant_}: what the source does not give is left out."
    if (match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])-(\d\d)", cell)) and int(match[1]):
        days = calendar.monthrange(int(match[1]), int(match[2]))[1]
        return f"{match[1]}-{match[2]} has {days} days: write the day as the source gives it."
    if not meant_ and all(map(_exists, (first_last := cell.partition("/"))[::2])):
        return f"It ends before it begins: write `{first_last[2]}/{first_last[0]}`, or correct an end."
    return write(meant_, remedy)


# --- what was meant: given in a message as the value to copy; nothing is corrected by it ---

#: A number in any of the usual spellings: digits, grouped by comma, point, apostrophe or narrow space.
NUMBER = re.compile(r"(?:\d{1,3}(?:[\u00a0\u202f\u2009'’ ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)")


def readings(text: str) -> list[str]:
    """The numbers that digits with separators can stand for, the likelier first, in digits and a point.

    `1.234,5` is 1234.5 only; `1,234` is 1234 or 1.234; `0,234` is 0.234 only; `30` is 30.
    """
    text = re.sub(r"[\s'’]", "", text)
    marks = re.sub(r"\d", "", text)
    if not marks:
        return [text]
    *whole, last = re.split(r"[.,]", text)
    grouped = all(len(part) == 3 for part in whole[1:]) and 0 < len(whole[0]) <= 3 and not whole[0].startswith("0")
    found = []
    if grouped and len(last) == 3 and len(set(marks)) == 1:  # 1,234 and 1.234.567
        found.append("".join([*whole, last]))
    if len(marks) == 1 or grouped and marks[-1] not in marks[:-1] and len(set(marks[:-1])) == 1:
        found.append(f"{''.join(whole)}.{last}")
    return found


#: What a number is multiplied by in words, as a power of ten: of English and German, and letters; m may be metres.
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "mn": 6, "bn": 9,
           "tn": 12, "tausend": 3, "tsd": 3, "mio": 6, "millionen": 6, "mrd": 9, "milliarde": 9, "milliarden": 9}
_SCALE = re.compile(rf"\s?-?(?P<word>{'|'.join(sorted(_SCALES, key=len, reverse=True))})(?![^\W_])", re.IGNORECASE)


def meant_number(cell: str) -> str:
    """The number in a cell as the tables write it, both where it has two readings; empty where none is meant.

    `2.4 million` is 2400000.
    """
    found = NUMBER.findall(cell)
    if len(found) != 1 or re.search(r"[^\W\d_]{12,}", cell):
        return ""
    sign = "-" if re.search(r"[-\u2212]\s*" + re.escape(found[0]), cell) else ""
    scale = _SCALE.match(cell, cell.index(found[0]) + len(found[0]))
    given = readings(found[0])
    if scale:
        power = _SCALES[scale["word"].casefold()]
        given = [_times(each, power) for each in given]
    return " or ".join(f"`{sign}{reading}`" for reading in dict.fromkeys(given))


def _times(reading: str, power: int) -> str:
    """A number in digits times a power of ten, in digits and a point."""
    whole, _, part = reading.partition(".")
    part = part.ljust(power, "0")
    found = f"{whole}{part[:power]}.{part[power:]}".rstrip("0").rstrip(".")
    return re.sub(r"^0+(?=\d)", "", found)


def meant_date(cell: str) -> str:
    """The date in a cell in EDTF, both where it has two readings; empty where none can be told."""
    found = [each for each in _dates(cell.strip()) if _exists(each)]
    return " or ".join(f"`{each}`" for each in dict.fromkeys(found))


def _exists(edtf: str) -> bool:
    with contextlib.suppress(ValueError):
        first, last = date_bounds(edtf)
        return not (first and last and first > last)
    return False


_YEAR, _DAY = r"(\d{4})", r"(\d{1,2})"
#: A sign of doubt before a date or within it: EDTF has it, but prose has no word for doubt of a part.
_DOUBT_WITHIN = re.compile(r"[~?%](?=-?\d)")
_ABOUT = re.compile(r"(?:~|\b(?:circa|ca|c|about|around)(?![^\W\d])\.?)\s*(?=\w)|(?<=\d)\s*~", re.IGNORECASE)


def _dates(cell: str) -> list[str]:
    """Dates that a cell may mean, right or wrong."""
    cell = re.sub(r"\s+(?=[?%])", "", cell)  # 2031 ?
    cell = re.sub(r"(?<=\d)[‐‑‒–](?=(?:0[1-9]|1[0-2])(?!\d))", "-", cell)  # 2031–03
    cell = re.sub(r"^(\d{1,2})[-./ ](\d{4})$", lambda found: f"{found[2]}-{int(found[1]):02}", cell)  # 03/2024
    if match := re.fullmatch(r"(\S*\d)\s*(?:\.\.|…)", cell):  # 2024-03-05..
        return [f"{guess}/.." for guess in _dates(match[1])]
    return _read_as(cell)


def _read_as(cell: str) -> list[str]:
    if _ABOUT.search(cell):
        return [f"{guess}~" for guess in _read_as(_ABOUT.sub("", cell).strip())]
    if match := re.fullmatch(r"([\d-]*)([?%])(-?[\d-]+)", cell):  # ?2024, 2024?-03
        return [f"{match[1]}{match[3]}{match[2]}"]
    if match := re.fullmatch(r"(\d\d)[Xx]{2}()()", cell) or re.fullmatch(
            rf"{_YEAR}(-\d\d)?(?:-(?:[XxuU?]{{2}}|\d[Xx])){{1,2}}|{_YEAR}-[Xx]{{2}}-\d\d", cell):
        year = match[1] or match[3]
        return [f"{year}{match[2] or ''}"] if len(year) == 4 else [f"[{year}00..{year}99]"]
    if match := re.fullmatch(r"(\d{4})-(2[1-4])", cell):  # spring to winter, which EDTF writes in place of a month
        return [f"{match[1]}/{match[1][:2]}{match[2]}", _season(int(match[1]), int(match[2]))]
    if _exists(cell):
        return [cell]
    if match := re.fullmatch(rf"{_YEAR}\s*[-–—/]\s*(\d\d|{_YEAR})", cell):  # 2021-24
        last = f"{match[1][:2] if len(match[2]) == 2 else ''}{match[2]}"
        return [f"{match[1]}/{last}"] if int(last) - int(match[1]) <= MOST_YEARS else []
    if match := re.fullmatch(rf"{_YEAR}[-./ ]?{_DAY}(?:[-./ ]?{_DAY})?", cell):  # 2024-9-3, 20240903
        return ["-".join([match[1], *(f"{int(part):02}" for part in match.groups()[1:] if part)])]
    if match := re.fullmatch(rf"{_DAY}([-./]){_DAY}\2{_YEAR}", cell):
        one, mark, two, year = match.groups()
        days = [(two, one)] if mark == "." else [(two, one), (one, two)]
        return [f"{year}-{int(month):02}-{int(day):02}" for month, day in days]
    return _in_words(cell)


MOST_YEARS = 60  # that two years with a dash between them are apart: more is a slip


def _season(year: int, season: int) -> str:
    """The months of a season of the northern half of the world, from 21, spring, as an interval."""
    first = 3 * (season - 20)
    last = f"{year + 1}-02" if first == 12 else f"{year}-{first + 2:02}"
    return f"{year}-{first:02}/{last}"


def _in_words(cell: str) -> list[str]:
    """A date with its month in words, in any language that dateparser reads."""
    numbers = re.findall(r"\d+", cell)
    if not re.search(r"[^\W\d_]{3}", cell) or not re.search(r"\d{4}", cell) or len(numbers) > 2 or len(cell) > 40:
        return []
    import dateparser  # slow to load: only for what cannot be read otherwise

    parts = ["day", "month", "year"] if len(numbers) == 2 else ["month", "year"]
    found = dateparser.parse(cell, settings={"REQUIRE_PARTS": parts, "PARSERS": ["absolute-time"]})
    return [f"{found:%Y-%m-%d}"[:10 if len(numbers) == 2 else 7]] if found else []
