"""Likely names in a text, runs of words with a capital where a capital says something, and signs of who speaks."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import datings, wording


@dataclass(frozen=True)
class Named:
    """A likely name: where it stands, and its words."""

    start: int
    end: int
    name: str


def names(text: str, language: str | None) -> list[Named]:
    """The likely names of a text, in its order, by its language (BCP 47); linear in the text.

    The first word of a sentence is one only where it has a capital inside a sentence too, or begins a longer run and is
    nowhere written small. In German, where every noun has a capital, only runs of several words, words after a title
    and words of capitals alone are taken.
    """
    return list(_names(text, language))


@functools.lru_cache(maxsize=32)
def _names(text: str, language: str | None) -> tuple[Named, ...]:
    return tuple(_Reader(text, language).read())


_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu)[’'](?=\w)", re.IGNORECASE)  # of French: no part of the word
_WORD = re.compile(r"[^\W\d_](?:[\w-]*\w)?(?:[’'][^\W\d_]\w+(?:-\w+)*)?")
_GENITIVES = ("’ ", "' ", "’\u00a0")
_GAPS = (" ", "\u00a0", "\u202f")


class _Reader:
    """The names of one text."""

    def __init__(self, text: str, language: str | None) -> None:
        words = wording.words(language)
        self.text = text
        if wording.primary(language) == "fr":
            text = _ELIDED.sub(lambda match: " " * (len(match[0]) - 1) + "’", text)
        self.tokens = [match.span() for match in _WORD.finditer(text)]
        self.words = [text[start:end] for start, end in self.tokens]
        self.particles = frozenset((words.particles or "de|van|von|der|al|bin").split("|"))
        self.titles = frozenset(words.titles.split("|"))
        self.stop = re.compile(wording.pattern(words.stop), re.IGNORECASE)
        self.calendar = frozenset((*wording.months(language), *wording.weekdays(language)))
        self.relative = datings.relative(language)[1]
        self.german = wording.primary(language) == "de"
        self.begins = [self._begins(n) for n in range(len(self.words))]
        self.small = frozenset(word for word in self.words if word[0].islower())
        self.inside = frozenset(word for word, begins in zip(self.words, self.begins, strict=True)
                                if word[0].isupper() and not begins)

    def _begins(self, n: int) -> bool:
        """Whether the word is the first of a sentence, a line or something quoted."""
        start = self.tokens[n][0]
        between = self.text[self.tokens[n - 1][1] if n else 0:start]
        if n and between in _GAPS:
            return False
        return not n or bool(re.search(r"[.!?…:\r\n\"“„«»•]", between)) and not self._initial(n - 1, between)

    def _initial(self, n: int, between: str) -> bool:
        """Whether a full stop belongs to an initial or a short title: J. Reed, Dr. Reed."""
        word = self.words[n]
        return between == ". " and word[0].isupper() and (len(word) == 1 or word.casefold() in self.titles)

    def _of_many(self, n: int, between: str) -> bool:
        """Whether an apostrophe belongs to a genitive inside a name: Doctors’ Union."""
        return between in _GENITIVES and self.words[n - 1][-1] == "s" and self.words[n][0].isupper()

    def read(self) -> Iterator[Named]:
        """Each name, in the order of the text."""
        n = 0
        while n < len(self.words):
            if not self.words[n][0].isupper():
                n += 1
                continue
            last = self._last(n)
            if name := self._name(n, last):
                yield name
            n = last + 1

    def _last(self, n: int) -> int:
        """The last word of the run that begins here; particles belong to it where more of it follows."""
        last, next = n, n + 1
        while next < len(self.words) and next - last <= 3:
            between = self.text[self.tokens[next - 1][1]:self.tokens[next][0]]
            if between not in _GAPS and not self._initial(next - 1, between) and not self._of_many(next, between):
                break
            word = self.words[next]
            if word[0].isupper():
                last = next
            elif word not in self.particles and not word.startswith(("al-", "el-", "ad-", "as-")):
                break
            elif "-" in word:
                last = next
            next += 1
        return last

    def _name(self, first: int, last: int) -> Named | None:
        titles = [n for n in range(first, last + 1) if self.words[n].casefold() in self.titles]
        first = titles[-1] + 1 if titles else first
        while first <= last and (self._drops(first) or not self.words[first][0].isupper()):
            first += 1
        while last >= first and (self.words[last].casefold() in self.calendar or not self.words[last][0].isupper()
                                 and "-" not in self.words[last]):
            last -= 1
        if first > last or not self._likely(first, last, bool(titles)):
            return None
        start, end = self.tokens[first][0], self.tokens[last][1]
        return Named(start, end, " ".join(self.text[start:end].split()))

    def _drops(self, n: int) -> bool:
        """Whether a word at the head of a run owes its capital to its place, or is no name."""
        word = self.words[n]
        if word.casefold() in self.calendar or (len(word) == 1 and not self.text.startswith(".", self.tokens[n][1])):
            return True
        return self.begins[n] and (bool(self.stop.fullmatch(word))
                                   or word.casefold() in self.small or word.casefold() in self.relative)

    def _likely(self, first: int, last: int, titled: bool) -> bool:
        word = self.words[first]
        if last > first:
            before = self.text[max(self.tokens[first][0] - 2, 0):self.tokens[first][0]]
            return not (self.german and re.fullmatch(r"\d[ \u00a0]", before))  # 300 Millionen Euro
        if word.isupper() and len(word) > 1:
            return True
        if self.german:
            return titled
        return not self.begins[first] or word in self.inside or titled


# --- speech -------------------------------------------------------------------------

@dataclass(frozen=True)
class Saying:
    """A verb or formula of saying: where it stands, and where the speaker does: `before` it, `after` it, or either."""

    start: int
    end: int
    side: str


@functools.cache
def _sayings(language: str | None) -> re.Pattern[str]:
    own = wording.speech(language)
    kinds = {"either": own.verbs, "after": own.after, "before": own.before}
    forms = "|".join(f"(?P<{side}>{wording.pattern(each)})" for side, each in kinds.items() if each)
    return re.compile(rf"(?<![\w-])(?:{forms or '(?!)'})(?![\w-])", re.IGNORECASE)


@functools.cache
def _passive(language: str | None) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){wording.pattern(wording.speech(language).passive)}[\s-]+$", re.IGNORECASE)


def sayings(text: str, language: str | None) -> list[Saying]:
    """The verbs and formulas of saying in a text, in its order; not the passives and nouns that look like them."""
    passive = _passive(language)
    return [Saying(match.start(), match.end(), match.lastgroup or "either")
            for match in _sayings(language).finditer(text)
            if match.lastgroup != "either" or not passive.search(text[max(match.start() - 12, 0):match.start()])]


def reported(text: str, language: str | None) -> bool:
    """Whether a text has a form by which the language marks what another says (the German subjunctive)."""
    return bool(re.search(rf"(?<!\w){wording.pattern(wording.speech(language).reported)}(?!\w)", text, re.IGNORECASE))
