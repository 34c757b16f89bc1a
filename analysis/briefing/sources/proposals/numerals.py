"""Numbers in a text with what a coder records of them: hedge, value and unit.

The signs of thousands and decimals are Babel's, the words `wording` has. What is written like a number and says how
much or how many of nothing (years, dates, clock times, ordinals, telephone numbers, parts of names and of a document)
is left out, where it can be told.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from . import wording
from .wording import pattern


@dataclass(frozen=True)
class Number:
    """A number that words give. `start` and `end` hold its digits or words with sign, currency, scale and percent
    sign, but neither hedge nor unit; `hedge` is one of `= > >= < <= ~`, `unit` may be empty."""

    start: int
    end: int
    hedge: str
    value: float
    unit: str


def equal(number: Number, value: float) -> bool:
    """Whether a number of a text is a value of a table: as it is, in thousands, millions or billions, or as a share."""
    scales = (1, 1e3, 1e6, 1e9, *([100] if number.unit == "%" else []))
    return any(math.isclose(number.value, value * scale, rel_tol=1e-9) for scale in scales)


def quantities(text: str, language: str | None) -> list[Number]:
    """The numbers of a text, in its order, by the words of its language (BCP 47); linear in the text."""
    return list(_quantities(text, language))


@functools.lru_cache(maxsize=32)
def _quantities(text: str, language: str | None) -> tuple[Number, ...]:
    reader, text = _reader(language), OTHER_DIGITS.sub(NO_DIGIT, text)
    found = list(reader.read(text))
    for n in range(len(found) - 1):
        found[n:n + 2] = reader.ranged(text, *found[n:n + 2])
    return tuple(number for number, _ in found)


#: A number with what its digits were multiplied by.
_Scaled = tuple[Number, float]

_GAPS = " \u00a0\u202f\u2009"
_HEDGES = "= > >= < <= ~".split()
_SIGN = r"(?:US|A|C|HK|NZ|S)?\$|[€£¥₽₮₴₹₩₺₣₫₪₸]"
_UNITS = (r"km/h|mph|[kMGT]?Wh?|[GPT]J|[kcmµn]?m[²³]?|[kmµ]?g|t|ha|[kMG]?Hz|[kMGT]?B|[mk]?V|[mk]?A|K|l|ml|hl|"
          r"ft|lb|oz|p\.p\.")
YEARS = range(1500, 2101)
OTHER_DIGITS = re.compile(r"[^\D0-9]")  # of other scripts: taken out beforehand
NO_DIGIT = "\u01c0"  # a letter of no language here, in their place
_LONGEST = 24  # characters: what has more digits counts nothing
_REACH = 40  # characters before a number that are looked at


def _hedges(words: Mapping[str, str]) -> str:
    """A pattern in which the group `h` with a number is the hedge at that place of `_HEDGES`."""
    return "|".join(f"(?P<h{_HEDGES.index(hedge)}>{pattern(each)})" for hedge, each in words.items()) or "(?!)"


def _hedge(match: re.Match[str]) -> str:
    return next(_HEDGES[int(name[1:])] for name, found in match.groupdict().items() if found and name[0] == "h")


@functools.cache
def _reader(language: str | None) -> _Reader:
    return _Reader(language)


class _Reader:
    """The numbers of one language: its patterns, and what they find in a text."""

    def __init__(self, language: str | None) -> None:
        from babel.numbers import get_decimal_symbol, get_group_symbol, list_currencies

        words, at = wording.words(language), wording.locale(language)
        self.words = words
        self.groups = "".join({get_group_symbol(at), *_GAPS, "’", "'"})
        self.point = get_decimal_symbol(at)
        self.english = wording.primary(language) == "en"
        self.german = wording.primary(language) == "de"
        self.days = wording.weekdays(language)
        self.numbers = wording.table(words.numbers)
        self.one = frozenset(words.one.split("|")) - {""}
        self.stop = re.compile(pattern(words.stop), re.IGNORECASE)
        self.scales = [(re.compile(pattern(each), re.IGNORECASE), 10 ** value)
                       for each, value in wording.table(words.scales).items()]
        self._patterns(language, "|".join(sorted(list_currencies())))

    def _patterns(self, language: str | None, codes: str) -> None:
        words = self.words

        def compiled(each: str) -> re.Pattern[str]:
            return re.compile(each, re.IGNORECASE)

        month = "|".join(map(re.escape, sorted(wording.months(language), key=len, reverse=True))) or "(?!)"
        many = rf"\d{{1,3}}(?:[{re.escape(self.groups)}]\d{{3}})+(?!\d)"
        until = rf"\s*(?:[-–—]|\b{pattern(words.until)}\b)\s*"
        scales = "|".join(sorted(wording.table(words.scales), key=len, reverse=True))
        self.number = re.compile(rf"(?:{many}|\d+)(?:{re.escape(self.point)}\d+)?")
        self.nothing = compiled("|".join([
            r"\d{4}-\d\d(?:-\d\d)?(?!\d)|\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d\d)(?![\d.])",  # dates
            rf"(?!{many}(?!\.\d))\d+(?:\.\d+){{2,}}",  # versions, sections
            r"\d{1,2}:\d\d(?::\d\d)?(?!\d)|\d{1,2}h\d\d(?!\w)|\d+/\d+",  # clock times, fractions
            r"[12]\d{3}(?:s|er[ns]?|-[хе])(?!\w)|(?:1[5-9]|20)\d\d[/–-](?:(?:1[5-9]|20)\d\d|\d\d)(?![\d.,])",  # years
            rf"(?!{many})\d{{2,5}}(?:[ /-]\d{{2,5}}){{2,}}(?!\d)",  # telephones
            rf"\d+{pattern(words.ordinal)}(?!\w)",
            rf"\d{{1,2}}(?:\.|er)?(?:{until}\d{{1,2}}\.?)?\s+(?:de\s+)?(?:{month})(?!\w)",
            r"\d{4}\s+он(?!\w)|\d{4}\s+он[ыд]\w*|\d{1,2}\s+сар(?:ын|д)?(?!\w)"]))
        self.clock = compiled(rf"\d{{1,2}}(?:\.\d\d)?\s?{pattern(words.clock)}(?!\w)")
        self.at = compiled(rf"\b{pattern(words.at)}\s+$" if words.at else "$")
        self.place = compiled(rf"(?:[^\W\d_][-‑]|\d[.,:/]|[#№§/]\s?|\+\s?|\b{pattern(words.parts)}\s*"
                              rf"|\b(?:{month})(?:(?<=\b\w{{3}})\.|(?<=\b\w{{4}})\.)?\s+(?:\d{{1,2}}{until})?)$")
        self.item = re.compile(r"(?:^|[\r\n])\s*$")
        self.name = re.compile(r"(?:^|(?P<before>\S))\s*(?P<word>[^\W\d_][\w’'-]*)[^\S\r\n]$")
        self.money = re.compile(rf"(?P<sign>{_SIGN}|\b(?:{codes}))\s?$")
        self.minus = re.compile(r"(?:^|[\s(])[-−]$")
        self.hedge = compiled(rf"(?:\b(?:{_hedges(words.hedges)})\s*)$")
        self.mark = compiled(rf"(?:{_hedges(wording.SIGNS)})\s?$")
        self.letters = re.compile(rf"(?P<scale>bn|mn|tn|m|k)(?!\w)|[-]?(?P<unit>{_UNITS})(?!\w)")
        self.scale = compiled(rf"(?:\s+|-)(?P<word>{pattern(scales)})(?!\w)")
        self.percent = compiled(rf"\s{{0,9}}(?:%|{pattern(words.percent)}(?!\w))")
        self.currency = re.compile(rf"\s?(?P<sign>{_SIGN}|(?:{codes})\b|°\s?[CF]?)")
        self.after = compiled(rf"(?P<unit>\s+[^\W\d_]+)?\s*(?:{_hedges(words.after)})(?!\w)")
        self.unit = compiled(rf"[^\S\r\n]+(?:{pattern(words.of)}(?:(?<=[’'])|\s+))?"
                             r"(?P<word>[^\W\d_](?:[\w’'/-]*\w)?[²³]?)")
        self.first, self.second = compiled(pattern(words.units)), compiled(rf"\s+{pattern(words.second)}(?!\w)")
        self.next = re.compile(r"\s+[^\W\d_][\w-]*")
        self.per = compiled(rf"\s+{pattern(words.per)}\s+[^\W\d_]+")
        self.described = re.compile(self._described(language, words.stop))
        self.since = compiled(rf"\b{pattern(words.since)}\s+(?:{pattern(words.hedges.get('~', ''))}\s+)?$")
        self.between = compiled(rf"\b{pattern(words.between)}\s+$")
        self.bound = compiled(rf"\s*[-–—]\s*|\s+(?!(?:and|und|et|y|и)\b){pattern(words.until)}\s+")
        self.until = compiled(rf"{until}(?:{pattern(words.hedges.get('<=', ''))}\s*)?$")

    @staticmethod
    def _described(language: str | None, stop: str) -> str:
        """What is counted with what describes it: young children, junge Leute; where the forms of words tell."""
        word = rf"(?!(?i:{stop})(?!\w)|(?:{_UNITS})(?!\w))"
        many = r"(?:people|children|men|women)(?!\w)"
        return {"en": rf"(?:{word}(?!{many})[a-z][a-z-]*(?<!s)[ \u00a0]+){{1,2}}{word}(?:[a-z][a-z-]*s(?!\w)|{many})",
                "de": rf"{word}[a-zäöüß]+e[nr]?[ \u00a0]+[A-ZÄÖÜ][\w-]+",
                "ru": rf"{word}[а-яё-]+[ыи]х[ \u00a0]+{word}[а-яё-]+"}.get(wording.primary(language), "(?!)")

    # --- one by one -------------------------------------------------------------------

    def read(self, text: str) -> Iterator[_Scaled]:
        """Each number, in the order of the text."""
        end = 0
        for match in re.finditer(r"\w+", text):
            start, word = match.span()[0], match[0]
            if start < end:
                continue
            if "0" <= word[0] <= "9":
                end, found = self._digits(text, start)
            elif word.casefold() in self.one or (value := self.numbers.get(word.casefold())) is None:
                end, found = self._article(text, match) if word.casefold() in self.one else (end, None)
            else:
                end, found = self._word(text, match, value)
            if found:
                end = max(end, found[0].end)
                yield found

    def _digits(self, text: str, start: int) -> tuple[int, _Scaled | None]:
        left = text[max(start - _REACH, 0):start]
        if match := self.nothing.match(text, start):
            return match.end(), None
        if (match := self.clock.match(text, start)) and self.at.search(left):
            return match.end(), None
        match = self.number.match(text, start)
        if not match or match.end() - start > _LONGEST:
            return match.end() if match else start + 1, None
        end = match.end()
        if self.place.search(left) or (self.item.search(left) and re.match(r"[.)]\s", text[end:end + 2])):
            return end, None
        if more := re.compile(r"[.,:/]\d[\d.,:/]*").match(text, end):  # not as this language writes numbers
            return more.end(), None
        digits = match[0].translate(dict.fromkeys(map(ord, self.groups)))
        value = float(digits.replace(self.point, "."))
        found = self._number(text, start, end, value)
        plain = match[0].isdigit()
        if found and plain and self._in_name(text, start, found[0], found[1]):
            return end, None
        if found and plain and len(match[0]) == 4 and self._is_year(found, value):
            return end, None
        return end, found

    def _word(self, text: str, match: re.Match[str], value: float) -> tuple[int, _Scaled | None]:
        start, end = match.span()
        if match[0][0].isupper() and re.search(r"[^\W\d_][,]? $", text[max(start - 3, 0):start]):
            return end, None  # part of a name
        if more := re.compile(r"-([^\W\d_]+)").match(text, end):
            if (unit := self.numbers.get(more[1].casefold())) and unit < 10 <= value:
                value, end = value + unit, more.end()
            elif not self.english or more[1].casefold() in ("thirds", "fifths", "quarters", "fold"):
                return end, None
        return end, self._number(text, start, end, value)

    def _article(self, text: str, match: re.Match[str]) -> tuple[int, _Scaled | None]:
        """A million: one, where a scale follows."""
        if self.scale.match(text, match.end()):
            return match.end(), self._number(text, match.start(), match.end(), 1)
        return match.end(), None

    def _number(self, text: str, start: int, end: int, value: float) -> _Scaled | None:
        """The number whose digits or word stand here, with what stands around them; None for letters after digits."""
        left = text[max(start - _REACH, 0):start]
        unit = ""
        if money := self.money.search(left):
            unit, start, left = money["sign"], start - len(money[0]), left[:money.start()]
        if text[end:end + 1].isalpha():
            letters = self.letters.match(text, end)
            if not letters or (letters["scale"] == "k" and not unit):
                return None
            scale = 1.0
            if letters["scale"] and (unit or letters["scale"] != "m"):
                scale = 10 ** wording.table(wording.MONEY)[letters["scale"]]
            else:
                unit = unit or letters["unit"] or "m"
            value, end = value * scale, letters.end()
        else:
            end, scale = self._scaled(text, end)
            value *= scale
        if not unit:
            end, unit = self._sign(text, end)
        if self.minus.search(left):
            value, start, left = -value, start - 1, left[:-1]
        hedge = self.hedge.search(left) or self.mark.search(left)
        after = self.after.match(text, end)
        if not unit:
            unit = self._unit(text, after.end() if after and not after["unit"] else end)
        told = _hedge(hedge) if hedge else _hedge(after) if after else "="
        return Number(start, end, told, float(f"{value:.12g}"), unit), scale

    def _scaled(self, text: str, end: int) -> tuple[int, float]:
        scale = 1.0
        while match := self.scale.match(text, end):
            scale *= next(value for each, value in self.scales if each.fullmatch(match["word"]))
            end = match.end()
        return end, scale

    def _sign(self, text: str, end: int) -> tuple[int, str]:
        """A percent sign or word, or a currency after a number."""
        if match := self.percent.match(text, end):
            return match.end(), "%"
        if match := self.currency.match(text, end):
            return match.end(), match["sign"]
        return end, ""

    def _unit(self, text: str, end: int) -> str:
        """The words that say of what: one, or two where the first of them asks for it, and what they are counted by."""
        match = self.unit.match(text, end)
        if not match and self.english:
            match = re.compile(r"-(?P<word>[^\W\d_]+)").match(text, end)
        if not match or self.stop.fullmatch(match["word"]):
            return ""
        last = match.end()
        if described := self.described.match(text, match.start("word")):
            last = described.end()
        elif more := (self.next if self.first.fullmatch(match["word"]) else self.second).match(text, last):
            last = more.end()
        if more := self.per.match(text, last):
            last = more.end()
        return " ".join(text[match.start("word"):last].split())

    # --- what is none -----------------------------------------------------------------

    def _is_year(self, found: _Scaled, value: float) -> bool:
        number, scale = found
        bare = scale == 1 and number.end - number.start == 4
        return bare and value in YEARS and (number.hedge == "=" or not number.unit)

    def _in_name(self, text: str, start: int, number: Number, scale: float) -> bool:
        """Whether a word with a capital before it makes it part of a name: Channel 4. German has too many capitals."""
        match = self.name.search(text[max(start - _REACH, 0):start])
        if self.german or not match or not match["word"][0].isupper() or match["word"].casefold() in self.days:
            return False
        if match["before"] in (None, *".!?:…\"“«„(—–") or scale != 1 or number.hedge != "=" or number.unit == "%":
            return False
        if number.end - number.start > len(str(int(number.value))):
            return False  # with a sign of money
        return not number.unit or (self.english and not number.unit.endswith(("s", "people")))

    # --- two together -----------------------------------------------------------------

    def ranged(self, text: str, one: _Scaled, two: _Scaled) -> tuple[_Scaled, _Scaled]:
        """Of the two ends of a range, the first has scale and unit of the second where it has none of its own; what
        lies between them is at least the one and at most the other. From one to the other may be a change instead."""
        (first, scale), (second, other) = one, two
        between = text[first.end:second.start]
        if len(between) > 20 or not self.until.fullmatch(between):
            return one, two
        if not first.unit:
            if scale == 1 and first.value < second.value:
                first = replace(first, value=float(f"{first.value * other:.12g}"))
            first = replace(first, unit=second.unit)
        if first.hedge in ("=", ">=") and second.hedge == "<=":  # "from" and "to" are no bounds here
            first, second = replace(first, hedge="="), replace(second, hedge="=")
        elif first.hedge == second.hedge == "=" and first.value < second.value and \
                self._lies_between(text[max(first.start - _REACH, 0):first.start], between):
            first, second = replace(first, hedge=">="), replace(second, hedge="<=")
        return (first, scale), (second, other)

    def _lies_between(self, left: str, between: str) -> bool:
        return bool(self.between.search(left) or (self.bound.fullmatch(between) and not self.since.search(left)))
