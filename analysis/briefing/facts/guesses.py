"""What a cell that cannot be read was probably meant to hold: a number or a date, as the tables write it.

Nothing is corrected by it. A message gives it as the value to copy, and the person decides.
"""

from __future__ import annotations

import contextlib
import re

from .dates import date_bounds

#: A number in any of the usual spellings: digits, grouped by comma, point, apostrophe or narrow space.
NUMBER = re.compile(r"(?:\d{1,3}(?:[\u00a0\u202f\u2009'’ ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)")


def readings(text: str) -> list[str]:
    """The numbers that digits with separators can stand for, the likelier first, in digits and a point.

    `1.234,5` is 1234.5 only; `1,234` is 1234 or 1.234; `30` is 30.
    """
    text = re.sub(r"[\s'’]", "", text)
    marks = re.sub(r"\d", "", text)
    if not marks:
        return [text]
    *whole, last = re.split(r"[.,]", text)
    grouped = all(len(part) == 3 for part in whole[1:]) and 0 < len(whole[0]) <= 3
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


def number(cell: str) -> str:
    """The number in a cell as the tables write it, both where it has two readings; empty where none is meant.

    `2.4 million` is 2400000.
    """
    found = NUMBER.findall(cell.replace("\u2212", "-"))
    if len(found) != 1 or re.search(r"[^\W\d_]{12,}", cell):
        return ""
    sign = "-" if re.search(r"[-\u2212]\s*" + re.escape(found[0]), cell) else ""
    scale = _SCALE.match(cell, cell.replace("\u2212", "-").index(found[0]) + len(found[0]))
    given = readings(found[0])
    if scale:
        power = _SCALES[scale["word"].casefold()]
        given = [_times(each, power) for each in given]
    return " or ".join(f"`{sign}{reading}`" for reading in dict.fromkeys(given))


def _times(reading: str, power: int) -> str:
    """A number in digits times a power of ten, in digits and a point."""
    whole, _, part = reading.partition(".")
    part = part.ljust(power, "0")
    found = f"{whole}{part[:power]}.{part[power:]}".rstrip("0").rstrip(".") if part[power:] else f"{whole}{part}"
    return re.sub(r"^0+(?=\d)", "", found)


def date(cell: str) -> str:
    """The date in a cell in EDTF, both where it has two readings; empty where none can be told."""
    guesses = [guess for guess in _dates(cell.strip()) if _exists(guess)]
    return " or ".join(f"`{guess}`" for guess in dict.fromkeys(guesses))


def _exists(edtf: str) -> bool:
    with contextlib.suppress(ValueError):
        first, last = date_bounds(edtf)
        return not (first and last and first > last)
    return False


_YEAR, _DAY = r"(\d{4})", r"(\d{1,2})"
_ABOUT = re.compile(r"(?:~|\bc\.?|\bca\.?|\bcirca|\babout|\baround)\s*(?=\w)|(?<=\d)\s*~", re.IGNORECASE)


def _dates(cell: str) -> list[str]:
    """Dates that a cell may mean, right or wrong."""
    if _ABOUT.search(cell):
        return [f"{guess}~" for guess in _dates(_ABOUT.sub("", cell).strip())]
    if match := re.fullmatch(r"\?(.+)", cell):
        return [f"{match[1]}?"]
    if match := re.fullmatch(rf"{_YEAR}(-\d\d)?(?:-[XxuU?]{{2}}){{1,2}}", cell):
        return [f"{match[1]}{match[2] or ''}"]
    if match := re.fullmatch(r"(\d{4})-(2[1-4])", cell):  # spring to winter, which EDTF writes in place of a month
        return [f"{match[1]}/{match[1][:2]}{match[2]}", _season(int(match[1]), int(match[2]))]
    if _exists(cell):
        return [cell]
    if match := re.fullmatch(rf"{_YEAR}\s*[-–—/]\s*(\d\d|{_YEAR})", cell):  # 2021-24
        return [f"{match[1]}/{match[1][:2] if len(match[2]) == 2 else ''}{match[2]}"]
    if match := re.fullmatch(rf"{_YEAR}[-./ ]?{_DAY}(?:[-./ ]?{_DAY})?", cell):  # 2024-9-3, 20240903
        return ["-".join([match[1], *(f"{int(part):02}" for part in match.groups()[1:] if part)])]
    if match := re.fullmatch(rf"{_DAY}([-./]){_DAY}\2{_YEAR}", cell):
        one, mark, two, year = match.groups()
        days = [(two, one)] if mark == "." else [(two, one), (one, two)]
        return [f"{year}-{int(month):02}-{int(day):02}" for month, day in days]
    return _in_words(cell)


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
