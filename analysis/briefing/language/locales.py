"""Numbers, dates and lists as a language writes them, by Babel (the Unicode CLDR); English has forms of its own."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import Language

if TYPE_CHECKING:
    from babel import Locale

#: Languages that leave a number of four digits whole (minimumGroupingDigits 2 of the CLDR, which Babel does not carry).
FOUR_WHOLE = ("bg", "ca", "es", "eu", "it", "ka", "pl")


@functools.cache
def locale(language: Language) -> Locale:
    """What Babel knows of a language, with its region where it knows that."""
    from babel.core import Locale, UnknownLocaleError

    for tag in (language.tag, language.primary, "en"):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise LookupError(language.tag)  # Babel knows English


def spoken(language: Language) -> bool:
    """Whether Babel knows the language at all."""
    return locale(language).language == language.primary


# --- numbers ----------------------------------------------------------------------

def figure(digits: str, language: Language) -> str:
    """A number in digits, `1,204.5`, with the signs of the language between thousands and before a part."""
    if language.english:
        return digits
    symbols: Any = locale(language).number_symbols["latn"]
    whole, point, part = digits.partition(".")
    if language.primary in FOUR_WHOLE and len(whole.replace(",", "").lstrip("-\u2212")) < 5:
        whole = whole.replace(",", "")
    return whole.replace(",", symbols["group"]) + (symbols["decimal"] if point else "") + part


def written(cell: object, language: Language) -> str:
    """A cell of data as text: a number with the sign of the language before its part, its thousands left together,
    since it may be a year."""
    return figure(str(cell), language) if isinstance(cell, float) else str(cell)


def percent(number: str, language: Language) -> str:
    """A number that is written already, with the sign for percent where the language has it: `40%`, `40 %`."""
    if language.english:
        return f"{number}%"
    before, after = re.split(r"[#0][#0,.]*", str(locale(language).percent_formats[None].pattern), maxsplit=1)
    return f"{before}{number}{after}"


def vega(language: Language) -> dict[str, Any]:
    """How Vega writes numbers and dates on axes (https://vega.github.io/vega/docs/api/locale/)."""
    here = locale(language)
    symbols: Any = here.number_symbols["latn"]
    sign = percent("", language)

    def listed(of: Any, width: str, order: Sequence[int]) -> list[str]:
        return [str(of["stand-alone"][width][n]) for n in order]

    days, months = [6, *range(6)], range(1, 13)
    return {"number": {"decimal": symbols["decimal"], "thousands": symbols["group"], "grouping": [3],
                       "currency": ["", ""], "percent": sign},
            "time": {"dateTime": "%x, %X", "date": "%d.%m.%Y", "time": "%H:%M:%S", "periods": ["AM", "PM"],
                     "days": listed(here.days, "wide", days), "shortDays": listed(here.days, "abbreviated", days),
                     "months": listed(here.months, "wide", months),
                     "shortMonths": listed(here.months, "abbreviated", months)}}


# --- dates ------------------------------------------------------------------------

def date(year: int, month: int | None, day: int | None, language: Language, *, after_word: bool = False) -> str:
    """A day, a month or a year in the language. A month that stands after a word, such as *since*, has the form that
    it has in a date (Russian: *марта*, not *март*)."""
    if month is None:
        return str(year)
    from babel import dates

    here = locale(language)
    moment = datetime.date(year, month, day or 1)
    if day is not None:
        return dates.format_date(moment, "long", here)
    pattern = str(here.datetime_skeletons["yMMMM"].pattern)
    return dates.format_date(moment, pattern.replace("LLLL", "MMMM") if after_word else pattern, here)


def abbreviated(date: datetime.date, language: Language, *, day: bool, month: bool, year: bool) -> str:
    """A date as an axis names it, with those of its parts that are asked for."""
    from babel import dates

    return dates.format_skeleton("y" * year + "MMM" * month + "d" * day, date, locale=locale(language))


def interval(first: str, last: str, language: Language) -> str:
    """Two dates with a dash between them; what both have in common at the end, or at the start where the year stands
    there, is said once: *3.–5. März 2031*, *März–Mai 2031*."""
    one, other = first.split(" "), last.split(" ")
    ahead = str(locale(language).date_formats["long"].pattern).startswith("y")
    same = 0
    while same < len(one) - 1 and len(one) == len(other) and (one[same] == other[same] if ahead
                                                    else one[-1 - same] == other[-1 - same]):
        same += 1
    if ahead:
        head, tail, one, other = one[:same], [], one[same:], other[same:]
    else:
        head, tail = [], one[len(one) - same:]
        one, other = one[:len(one) - same], other[:len(other) - same]
    dash = "–" if len(one) == len(other) == 1 else "\u00a0– "
    return " ".join([*head, f"{' '.join(one)}{dash}{' '.join(other)}", *tail])


def names(language: Language) -> list[str]:
    """The names of months and of days of the week, in all their forms."""
    here = locale(language)
    return sorted({str(name) for kind in (here.months, here.days) for form in ("format", "stand-alone")
                   for width in ("wide", "abbreviated") for name in kind[form][width].values()})


def characters(language: Language) -> set[str]:
    """All characters that numbers, dates and lists may have."""
    patterns = (str(locale(language).date_formats["long"].pattern), figure("1,234,567.8", language),
                percent("", language), str(locale(language).datetime_skeletons["yMMMM"].pattern),
                *(joined(["", "", ""], style, language) for style in ("or", "standard")))
    return set("".join((*names(language), *patterns)))


def joined(parts: Sequence[str], style: str, language: Language) -> str:
    """Texts as a list in words; `style` is `standard` (and) or `or`."""
    from babel.lists import format_list

    styles: Any = style
    return format_list(parts, style=styles, locale=locale(language))
