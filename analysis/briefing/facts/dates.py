"""Dates as uncertain as their source leaves them: EDTF (ISO 8601-2), in days and in prose."""

from __future__ import annotations

import calendar
import datetime
import functools
import re
from typing import Any

from ..language import Language, current, later
from ..language.locales import abbreviated, interval, joined
from ..language.locales import date as said

MONTHS = "January February March April May June July August September October November December".split()

_PLAIN = r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?"
#: A month or a day that is not given, and what stands before it says the same: some month of 2024 is 2024.
_NOT_GIVEN = re.compile(r"(?<=[0-9])(?:-XX)+(?![0-9X-])")
_SEASON = re.compile(r"(?<!\d)\d{4}-(?:2[1-9]|3\d|4[01])(?!\d)")  # with doubt, in an interval or a set
_NO_YEAR = "a year that no calendar has"
_NO_SEASONS = "seasons are not supported: give the months as an interval"
#: Years by an exponent, or digits that are sure, of so many digits that to reckon them would take for ever.
_ENDLESS = re.compile(r"[ES][0-9]{4}")
#: What no EDTF date has; the library overlooks spaces, which stand only between the dates of a list.
_NO_EDTF = re.compile(r"[^0-9ESTXYZ.,:/+~?%(){}\[\] -]|(?<!,) ")


@functools.cache
def date_bounds(edtf: str) -> tuple[datetime.date | None, datetime.date | None]:
    """The first and the last day that an EDTF date can mean; None where it is open.

    Raises ValueError for what is no EDTF date.
    """
    if match := re.fullmatch(_PLAIN, edtf):
        year, month, day_ = (int(part) if part else None for part in match.groups())
        return _plain_bounds(year or 0, month, day_)
    if match := re.fullmatch(rf"({_PLAIN}|\.\.)/({_PLAIN}|\.\.)|\[({_PLAIN})\.\.({_PLAIN})\]", edtf):
        first, last = (end for end in match.groups()[::4] if end)
        return (None if first == ".." else date_bounds(first)[0], None if last == ".." else date_bounds(last)[1])
    if short := _NOT_GIVEN.sub("", edtf) if "X" in edtf else "":
        if short != edtf:
            return date_bounds(short)
        if re.search(r"X(?!$|[~?%,/.\]} ])|(?<![0-9]{3})X", edtf):
            raise ValueError("of digits that are not given, only the last of a year, a month or a day are supported")
    for sign, why in ((_SEASON, _NO_SEASONS), (_NO_EDTF, f"{edtf} is no EDTF date"), (_ENDLESS, _NO_YEAR)):
        if sign.search(edtf):
            raise ValueError(why)
    from edtf import parse_edtf  # slow to load and to parse: only for what is rarer
    from edtf.parser.edtf_exceptions import EDTFParseException

    try:
        parsed = parse_edtf(edtf)
    except (EDTFParseException, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{edtf} is no EDTF date") from error
    parts = (parsed.lower, parsed.upper) if hasattr(parsed, "lower") else (parsed, parsed)
    if not all(hasattr(part, "lower_strict") for part in parts):
        parts = (parsed, parsed)
    # an empty end means "unknown", for which the library guesses ten years
    return (None if edtf.startswith("/") else _bound(parts[0], "lower_strict"),
            None if edtf.endswith("/") else _bound(parts[1], "upper_strict"))


def _plain_bounds(year: int, month: int | None, day: int | None) -> tuple[datetime.date, datetime.date]:
    if month and 21 <= month <= 41:  # a season of EDTF
        raise ValueError(_NO_SEASONS)
    if day is not None:
        date = datetime.date(year, month or 0, day)
        return date, date
    last = calendar.monthrange(year, month or 12)[1]
    return datetime.date(year, 1 if month is None else month, 1), datetime.date(year, month or 12, last)


def _bound(part: Any, which: str) -> datetime.date | None:
    try:
        moment = getattr(part, which)()
        return datetime.date(*moment[:3])
    except (TypeError, AttributeError):  # an open end is no moment
        return None
    except OverflowError as error:
        raise ValueError(_NO_YEAR) from error


def ends(edtf: str) -> tuple[str, str]:
    """The two dates between which an EDTF interval lies, either of which may be open or have its own doubt; of what is
    no interval, the date twice."""
    first, _, last = edtf.partition("/")
    return (first, last) if "/" in edtf else (edtf, edtf)


def is_approximate(edtf: str) -> bool:
    """Whether an EDTF date, or a part of it, is approximate (`~`, `%`)."""
    return bool({*edtf} & {*"~%"})


def is_uncertain(edtf: str) -> bool:
    """Whether an EDTF date, or a part of it, is uncertain (`?`, `%`)."""
    return bool({*edtf} & {*"?%"})


# --- in prose -------------------------------------------------------------------

_ONE_RANGE = r"\[([^,]*)\.\.([^,]*)\]"  # one of the days between two


def day(edtf: str | None) -> str:
    """An EDTF date as prose has it in the language of the report, with its doubt; empty where there is none."""
    if not edtf:
        return ""
    edtf = _NOT_GIVEN.sub("", edtf)
    if not current().english:
        return _day(edtf, current())
    if match := re.fullmatch(_ONE_RANGE, edtf):
        return _span("between {} and {}", match[1], match[2], short="between {}")
    if match := re.fullmatch(r"(\[|\{)(.*)[\]}]", edtf):
        return f" {'or' if match[1] == '[' else 'and'} ".join(day(part) for part in _dates_of(match[2]))
    if "/" in edtf:
        first, last = edtf.split("/", 1)
        return _span("{} to {}", first, last, short="{}")
    if match := re.fullmatch(r"(\d{3})X", edtf):
        return f"some time in the {match[1]}0s"
    doubt = {"~": "about {}", "?": "{}, uncertain", "%": "about {}, uncertain"}
    if edtf[-1] in doubt:
        return doubt[edtf[-1]].format(day(edtf[:-1]))
    if match := re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", edtf):
        year, month, date = match.groups()
        return " ".join(filter(None, [date and str(int(date)), month and MONTHS[int(month) - 1], year]))
    return edtf


def short(day: datetime.date, unit: str, before: datetime.date | None = None) -> str:
    """A day, its month or its year (`unit`) as an axis names it, without what it shares with the one named `before`:
    *30 Aug 2031*, *31*, *1 Sep*; *Dec 2030*, *Jan 2031*, *Feb*."""
    if unit == "year":
        return str(day.year)
    year = before is None or before.year != day.year
    month = unit == "month" or year or (before is not None and before.month != day.month)
    if not current().english:
        return abbreviated(day, current(), day=unit == "day", month=month, year=year)
    parts = ((unit == "day", day.day), (month, MONTHS[day.month - 1][:3]), (year, day.year))
    return " ".join(str(part) for asked, part in parts if asked)


def _dates_of(listed: str) -> list[str]:
    """The dates of a list; all from one to another are an interval."""
    return [part.strip().replace("..", "/") for part in listed.split(",")]


def _span(form: str, first: str, last: str, short: str) -> str:
    """Two ends of a time; days of one month, and months of one year, share what is the same."""
    if first in ("", "..") or last in ("", ".."):
        return f"until {day(last)}" if first in ("", "..") else f"from {day(first)}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", first) and re.fullmatch(r"\d{4}-\d\d-\d\d", last) and first[:7] == last[:7]:
        glue = " and " if short != "{}" else "–"
        return short.format(f"{int(first[8:])}{glue}{day(last)}")
    if first[:4] == last[:4] and len(first) >= 7 and re.fullmatch(r"[\d-]+", first):
        return form.format(day(first).rsplit(" ", 1)[0], day(last))
    return form.format(day(first), day(last))


# --- in other languages -----------------------------------------------------------

def _day(edtf: str, spoken: Language) -> str:
    """As `day`, by Babel and catalogues: whole phrases, in which a month may have a form of its own."""
    if match := re.fullmatch(_ONE_RANGE, edtf):
        first, last = match.groups()
        return _between(first, last, spoken) or spoken.say(
            "some time in {interval}", interval=interval(_day(first, spoken), _day(last, spoken), spoken))
    if match := re.fullmatch(r"(\[|\{)(.*)[\]}]", edtf):
        parts = [_day(part, spoken) for part in _dates_of(match[2])]
        return joined(parts, "or" if match[1] == "[" else "standard", spoken)
    if "/" in edtf:
        first, last = edtf.split("/", 1)
        return _between(first, last, spoken) or interval(_day(first, spoken), _day(last, spoken), spoken)
    if match := re.fullmatch(r"(\d{3})X", edtf):
        return spoken.say("some time in the {year}s", year=f"{match[1]}0")
    if edtf[-1] == "?":
        return spoken.say("{date}, uncertain", date=_day(edtf[:-1], spoken))
    if edtf[-1] == "~":
        return _after("about", edtf[:-1], spoken)
    if edtf[-1] == "%":
        return spoken.say("{date}, uncertain", date=_after("about", edtf[:-1], spoken))
    return _plain_day(edtf, spoken)


def _between(first: str, last: str, spoken: Language) -> str:
    """A time with an open end; empty where both ends are known."""
    if first in ("", ".."):
        return _after("until", last, spoken)
    return _after("from", first, spoken) if last in ("", "..") else ""


def _after(word: str, edtf: str, spoken: Language) -> str:
    """A date after a word: languages may say *the* 3 March and no *the* March."""
    whole, part = _AFTER[word]
    date = _plain_day(edtf, spoken, after_word=True)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", edtf):
        return spoken.say(whole, day=date)
    return spoken.say(part, time=date)


_AFTER = {"about": (later("about {day}"), later("about {time}")),
          "until": (later("until {day}"), later("until {time}")),
          "from": (later("from {day}"), later("from {time}"))}


def _plain_day(edtf: str, spoken: Language, *, after_word: bool = False) -> str:
    if match := re.fullmatch(_PLAIN, edtf):
        year, month, date = (int(part) if part else None for part in match.groups())
        return said(year or 0, month, date, spoken, after_word=after_word)
    return edtf if not re.search(r"[/~?%\[{X]", edtf) else _day(edtf, spoken)
