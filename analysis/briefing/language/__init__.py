"""Language: the words, numbers and dates that an edition has of its own, in the language of its report.

In: texts of the package in English, and `lang` of report.qmd. Out: the same in that language, by catalogues and Babel;
what is missing is a finding. English needs neither: it is what the texts are written in, and loads nothing.

- `catalogues` what has been translated, of the package and of a project, and what is wrong with it
- `locales` numbers, dates and lists as a language writes them
- `likelihood` the words of ICD 203 for how likely something is
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: Tells a kernel the language of the report: a cache sees that a notebook has asked for it.
VARIABLE = "BRIEFING_LANGUAGE"
REPORT = "report.qmd"
_FRONT = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_LANG = re.compile(r"""^lang[ \t]*:[ \t]*(["']?)([A-Za-z\d-]+)\1[ \t]*(?:#.*)?$""", re.MULTILINE)


@dataclass(frozen=True)
class Language:
    """A language by its tag (BCP 47), and the folder of the project whose own words count, where there is one."""

    tag: str = "en"
    root: str = ""

    @property
    def primary(self) -> str:
        """The language without its region or script: `de` of `de-AT`."""
        return self.tag.partition("-")[0].lower()

    @property
    def english(self) -> bool:
        """Whether the texts of the package are in it as they are."""
        return self.primary == "en"

    def foreign(self, tag: str | None) -> str:
        """The tag of a source where its language is another than this one; else, and where it is not known, nothing."""
        other = (tag or "").partition("-")[0].lower()
        return str(tag) if other not in ("", "und", "mul", "zxx", self.primary) else ""

    def say(self, text: str, **values: object) -> str:
        """A text of the package's own, its `{names}` replaced by values."""
        if not self.english:
            from . import catalogues

            text = catalogues.of(self).gettext(text)
        return text.format(**values) if values else text

    def several(self, number: int, one: str, many: str, **values: object) -> str:
        """One of two texts by a number, of which other languages may have more forms. `{number}` stands for it,
        `{count}` for it as prose has it (see `counted`)."""
        if self.english:
            return (one if number == 1 else many).format(number=number, count=self.counted(number), **values)
        from . import catalogues

        text = catalogues.of(self).ngettext(one, many, number)
        count = self.counted(number)
        return text.format(number=count, count=count, **values)

    def counted(self, number: int) -> str:
        """A count as prose has it: in English `no`, `one` … `ten`, then digits; in other languages digits throughout,
        since such words take the form of what is counted."""
        if self.english:
            return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"
        from . import locales

        return locales.figure(f"{number:,}", self)


_WORDS = "no one two three four five six seven eight nine ten".split()
ENGLISH = Language()
_spoken: Language | None = None


def of(root: str | os.PathLike[str]) -> Language:
    """The language of a project: `lang` in the front matter of its report; English where there is none."""
    try:
        with open(os.path.join(root, REPORT), encoding="utf-8", errors="replace") as file:
            front = _FRONT.match(file.read(65536))
    except OSError:
        return ENGLISH
    found = _LANG.search(front[1]) if front else None
    return Language(found[2], os.fspath(root)) if found else ENGLISH


def current() -> Language:
    """The language that is spoken: the one of `speaking`, else what a render tells its kernels, else that of the
    project which the working folder lies in."""
    if _spoken is not None:
        return _spoken
    return _around(os.environ.get(VARIABLE, ""), os.getcwd())


@functools.cache
def _around(told: str, folder: str) -> Language:
    if told.partition("-")[0].lower() == "en":
        return Language(told)
    while not os.path.isfile(os.path.join(folder, "data", "datapackage.json")):
        if os.path.dirname(folder) == folder:
            return Language(told or "en")
        folder = os.path.dirname(folder)
    return Language(told, folder) if told else of(folder)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within, this language is spoken, in all threads."""
    global _spoken
    if not language.english:
        from . import catalogues

        catalogues.of.cache_clear()  # a project's own words may be others than at the last render
    before, _spoken = _spoken, language
    try:
        yield
    finally:
        _spoken = before


def say(text: str, **values: object) -> str:
    """A text of the package's own in the language of the report, its `{names}` replaced by values."""
    return current().say(text, **values)


def several(number: int, one: str, many: str, **values: object) -> str:
    """One of two texts by a number, in the language of the report; `{number}` stands for it."""
    return current().several(number, one, many, **values)


def counted(number: int) -> str:
    """A count as prose has it, in the language of the report: `no`, `one` … `ten`, then digits."""
    return current().counted(number)


def later(text: str) -> str:
    """A text as it is, which is said where it is shown: so that it is known to the catalogues."""
    return text


#: What a cross-reference is called, by the prefix of its label.
REFERENCES = {"fig": later("Figure"), "tbl": later("Table"), "sec": later("Section")}
