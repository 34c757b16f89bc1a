"""Dates in a text, in EDTF, as exact as the words have them.

Months and days of the week are Babel's. What is counted from the day of publication (yesterday, last week, on Monday)
and dates in digits are dateparser's, with that day as its base. Its search is not used: it takes `may`, `sat` and
what stands beside a date for parts of one. The clock is never asked.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...facts.dates import date_bounds
from . import numerals, wording
from .wording import pattern


@dataclass(frozen=True)
class Dated:
    """A date that words give: where, in EDTF, and whether a weekday or a word such as yesterday was resolved against
    the day of publication; a year that was added is not."""

    start: int
    end: int
    edtf: str
    resolved: bool


def dates(text: str, language: str | None, published: str | None) -> list[Dated]:
    """The dates of a text, in its order, by its language (BCP 47) and the EDTF day of its publication.

    Past is preferred. Without a day of publication, what is told without a year is left out. Linear in the text.
    """
    return list(_dates(text, language, published))


@functools.lru_cache(maxsize=32)
def _dates(text: str, language: str | None, published: str | None) -> tuple[Dated, ...]:
    reader, text = _Reader(language, _day(published)), numerals.OTHER_DIGITS.sub(numerals.NO_DIGIT, text)
    return tuple(Dated(atom.start, atom.end, atom.edtf, atom.resolved)
                 for atom in _joined(reader, text, reader.read(text)) if atom.edtf and _exists(atom.edtf))


def _day(published: str | None) -> datetime.date | None:
    exact = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", published or "")
    return date_bounds(exact[0])[0] if exact and _exists(exact[0]) else None


def _exists(edtf: str) -> bool:
    try:
        first, last = date_bounds(edtf.replace("~", ""))  # plain dates are read without the library, which is slow
    except ValueError:
        return False
    return first is None or last is None or first <= last


@dataclass(frozen=True)
class _Atom:
    """One date; `parts` are year, month and day where it is told by these, the year 0 where it is left open."""

    start: int
    end: int
    edtf: str
    resolved: bool = False
    parts: tuple[int, int, int] = (0, 0, 0)
    yearless: bool = False  # its year was added


_LONG_AGO = 9  # months


def _edtf(year: int, month: int = 0, day: int = 0) -> str:
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")


class _Reader:
    """The dates of one language: its patterns, and what they find in a text."""

    def __init__(self, language: str | None, base: datetime.date | None) -> None:
        self.language, self.base = language, base
        words = wording.words(language)
        self.months, self.days = wording.months(language), wording.weekdays(language)
        self.months_of_sentence = re.compile(rf"\b{pattern(words.months)}\s+$" if words.months else "", re.IGNORECASE)
        self.numbers = wording.table(words.numbers)
        self.capitals = wording.primary(language) in ("en", "de")
        self.unlike = frozenset(words.unlike.split("|"))
        month = _any(self.months)
        year = (r"(?:(?:(?<=\b\w{3})\.|(?<=\b\w{4})\.)?,?\s+(?:de\s+|of\s+)?"
                r"(?P<y>[12]\d{3})(?!\d|[.,-]\d|\s?%))?")
        day = r"(?P<d>\d{1,2})(?:\.|er|st|nd|rd|th|º|-го|-е)?"
        until = rf"(?:\s*[-–—]\s*|\s+{pattern(words.until)}\s+)"
        weekday = rf"(?:(?:{_any(self.days)}),?\s+(?:(?:the|den|dem|der|le|el)\s+)?)?"
        self.forms = [re.compile(form, re.IGNORECASE) for form in (
            r"(?P<y>\d{4})-(?P<m>\d\d)(?:-(?P<d>\d\d))?(?![\d-])",
            pattern(words.dated),
            rf"{weekday}(?:(?P<a>\d{{1,2}})\.?{until})?{day}\s+(?:of\s+|de\s+)?(?P<n>{month})(?!\w){year}",
            rf"{weekday}(?P<n>{month})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[.,:]\d|\s?%|-\w|\s[^\W\d]\w*s\b){year}"
            if wording.primary(language) == "en" else "(?!)",
            rf"(?P<n>{month})(?!\w){year}")]
        self.digits = re.compile(r"\d{1,2}([./])\d{1,2}\1\d{4}(?![\d./])")
        self.weekday = re.compile(rf"(?:{_any(self.days)})(?!\w)", re.IGNORECASE)
        self.relative = relative(language)
        self.around = re.compile(rf"\b{pattern(words.around)}[\s-]+(?:(?:of|de|the|des|du)\s+)?$", re.IGNORECASE)
        self.since = re.compile(rf"\b{pattern(words.since)}\s+$", re.IGNORECASE)
        self.between = re.compile(rf"\b{pattern(words.between)}\s+$", re.IGNORECASE)
        self.until = re.compile(rf"(?P<dash>\s*[-–—]\s*)|\s+{pattern(words.until)}\s+(?:{pattern(words.since)}\s+)?",
                                re.IGNORECASE)
        self.firsts = {each.split()[0] for each in (*self.months, *self.days)} | self.relative[1] | set(self.numbers)

    def read(self, text: str) -> Iterator[_Atom]:
        """Each date, in the order of the text."""
        taken = {n for number in numerals.quantities(text, self.language) for n in range(number.start, number.end)}
        end = 0
        for match in re.finditer(r"\w+", text):
            start, word = match.start(), match[0].casefold()
            if start < end or not (word[0].isdigit() or word in self.firsts):
                continue
            if word in self.numbers and text[start - 1:start] == "-":  # of twenty-five
                continue
            atom = self._relative(text, start, match[0]) or self._plain(text, start, taken) or \
                self._weekday(text, start, match[0])
            if atom:
                end = atom.end
                yield self._about(text, atom)

    # --- told by year, month and day ---------------------------------------------------

    def _plain(self, text: str, start: int, taken: set[int]) -> _Atom | None:
        if match := self.digits.match(text, start):
            return self._in_digits(match)
        for form in self.forms:
            if (match := form.match(text, start)) and not self._other(text, match):
                return self._parts(match)
        match = re.compile(r"[12]\d{3}(?![.,:/]\d|\w)").match(text, start)
        if match and start not in taken and int(match[0]) in numerals.YEARS and \
                not re.search(r"[#№]\s?$|\d[./]$", text[max(start - 2, 0):start]):
            return _Atom(start, match.end(), match[0], parts=(int(match[0]), 0, 0))
        return None

    def _other(self, text: str, match: re.Match[str]) -> bool:
        """Whether a month that stands alone is rather another word, or short for nothing."""
        found = match.groupdict()
        if not found.get("n") or found.get("d") or found.get("y"):
            return False
        short = len(found["n"]) <= 3 or found["n"].casefold() == "march"
        if self.capitals and not found["n"][0].isupper():
            return True
        return short and not self.months_of_sentence.search(text[max(match.start() - 20, 0):match.start()])

    def _parts(self, match: re.Match[str]) -> _Atom | None:
        found = match.groupdict()
        month = self.months[found["n"].casefold()] if found.get("n") else int(found.get("m") or 0)
        year, day = int(found.get("y") or 0), int(found.get("d") or 0)
        atom = self._dated(match.start(), match.end(), year, month, day)
        if atom and found.get("a"):
            first = _edtf(atom.parts[0], month, int(found["a"]))
            return replace(atom, edtf=f"{first}/{atom.edtf}")
        return atom

    def _dated(self, start: int, end: int, year: int, month: int, day: int) -> _Atom | None:
        """The date; where it is told without a year, the last before the day of publication, if that is no more than
        nine months back: of one that is longer ago the year is told, and the next is meant."""
        if year:
            return _Atom(start, end, _edtf(year, month, day), parts=(year, month, day))
        if not self.base:
            return _Atom(start, end, "", parts=(0, month, day))
        past = (month, day) <= (self.base.month, self.base.day)
        year = self.base.year if past else self.base.year - 1
        if (month - self.base.month) % 12 < 12 - _LONG_AGO and not (past and month == self.base.month):
            year += 1
        return _Atom(start, end, _edtf(year, month, day), parts=(year, month, day), yearless=True)

    def _in_digits(self, match: re.Match[str]) -> _Atom | None:
        one, two = re.split(r"[./]", match[0])[:2]
        if self.language == "en" and int(one) != int(two) and int(one) <= 12 and int(two) <= 12:
            return None  # day or month first: who can tell
        found = self._asked(match[0])
        return _Atom(match.start(), match.end(), found[0].isoformat()) if found else None

    # --- told from the day of publication -----------------------------------------------

    def _relative(self, text: str, start: int, word: str) -> _Atom | None:
        match = self.relative[0].match(text, start) if self.base else None
        if not match or match[0].casefold() in self.unlike:
            return None
        words = re.sub(r"[^\W\d]+", lambda each: str(int(self.numbers.get(each[0].casefold(), 0))) if
                       each[0].casefold() in self.numbers else each[0], match[0])
        found = self._asked(words)
        if not found:
            return None
        day, period = found
        edtf = {"month": _edtf(day.year, day.month), "year": _edtf(day.year)}.get(period, day.isoformat())
        if period == "week":
            monday = day - datetime.timedelta(days=day.weekday())
            edtf = f"[{monday.isoformat()}..{(monday + datetime.timedelta(days=6)).isoformat()}]"
        return _Atom(start, match.end(), edtf, True)

    def _weekday(self, text: str, start: int, word: str) -> _Atom | None:
        match = self.weekday.match(text, start)
        if not match or not self.base or (self.capitals and not word[0].isupper()):
            return None
        back = (self.base.weekday() - self.days[match[0].casefold()]) % 7  # today, if it is that day
        return _Atom(start, match.end(), (self.base - datetime.timedelta(days=back)).isoformat(), True)

    def _asked(self, words: str) -> tuple[datetime.date, str] | None:
        found = _parser(self.language, self.base).get_date_data(" ".join(words.split()))
        return (found.date_obj.date(), found.period) if found.date_obj else None

    def _about(self, text: str, atom: _Atom) -> _Atom:
        before = text[max(atom.start - 40, 0):atom.start]
        if re.fullmatch(r"[\d-]+", atom.edtf) and self.around.search(before):
            return replace(atom, edtf=f"{atom.edtf}~")
        return atom


def _any(words: Any) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True)) or "(?!)"


@functools.lru_cache(maxsize=32)
def _parser(language: str | None, base: datetime.date | None) -> Any:
    from dateparser.date import DateDataParser

    noon = datetime.datetime.combine(base or datetime.date(2000, 1, 1), datetime.time(12))
    settings = {"RELATIVE_BASE": noon, "PREFER_DATES_FROM": "past", "TIMEZONE": "UTC", "TO_TIMEZONE": "UTC",
                "RETURN_AS_TIMEZONE_AWARE": False}
    tag = language or "en"
    try:
        return DateDataParser(locales=[tag], settings=settings)
    except ValueError:
        return DateDataParser(languages=[wording.primary(language)], settings=settings)


@functools.cache
def relative(language: str | None) -> tuple[re.Pattern[str], frozenset[str]]:
    """The words that dateparser has in a language for days, weeks, months and years counted from today: a pattern of
    them, and in lower case the words that they begin with."""
    from dateparser.data.languages_info import language_order
    from dateparser.languages.loader import LocaleDataLoader

    if wording.primary(language) not in language_order:
        return re.compile("(?!)"), frozenset()
    info = LocaleDataLoader().get_locale(wording.primary(language)).info
    spans = r"(?:day|week|month|year)"
    plain = [word for key, found in info.get("relative-type", {}).items()
             if re.fullmatch(rf"\d {spans} ago|in \d {spans}|last \w+day", key) for word in found if len(word) > 2]
    counted = [word for key, found in info.get("relative-type-regex", {}).items()
               if re.fullmatch(rf"\\1 {spans} ago", key) for word in found]
    digits = re.escape(r"(\d++[.,]?\d*+)")
    number = rf"(?:\d+|{_any(wording.table(wording.words(language).numbers))})"
    forms = [re.sub(digits, lambda _: number, re.sub(r"\s", r"\\s+", form)) for form in counted]
    firsts = {match[0] for word in (*plain, *(form.split("(")[0] for form in counted))
              for match in [re.match(r"\w+", word)] if match}
    both = "|".join(filter(None, [_any(plain), *forms]))
    return re.compile(rf"(?:{both})(?!\w)", re.IGNORECASE), frozenset(firsts)


# --- two together -----------------------------------------------------------------------

def _joined(reader: _Reader, text: str, atoms: Iterable[_Atom]) -> list[_Atom]:
    """Dates of which two are the ends of a time are one interval."""
    found: list[_Atom] = []
    for atom in atoms:
        if found and (one := _interval(reader, text, found[-1], atom)):
            found[-1] = one
        else:
            found.append(atom)
    return [_bracketed(reader, text, atom) for atom in found]


def _interval(reader: _Reader, text: str, first: _Atom, last: _Atom) -> _Atom | None:
    match = reader.until.fullmatch(text[first.end:last.start])
    if not match or "/" in first.edtf + last.edtf or "[" in first.edtf + last.edtf:
        return None
    if not match["dash"] and not (_before(reader.since, text, first) or _before(reader.between, text, first)):
        return None
    if first.parts[1] and last.parts[0] and (first.yearless or not first.edtf):  # told without its year
        year = last.parts[0] - ((first.parts[1:]) > last.parts[1:])
        first = replace(first, edtf=_edtf(year, *first.parts[1:]), yearless=last.yearless)
    if not first.edtf or not last.edtf or not _exists(edtf := f"{first.edtf}/{last.edtf}"):
        return None
    return _Atom(first.start, last.end, edtf, first.resolved or last.resolved)


def _bracketed(reader: _Reader, text: str, atom: _Atom) -> _Atom:
    """Between two days is on one of them, or of those between."""
    first, _, last = atom.edtf.partition("/")
    if last and "~" not in atom.edtf and _before(reader.between, text, atom):
        return replace(atom, edtf=f"[{first}..{last}]")
    return atom


def _before(words: re.Pattern[str], text: str, atom: _Atom) -> bool:
    return bool(words.search(text[max(atom.start - 20, 0):atom.start]))
