"""How likely something is, in the words of ICD 203: what they mean in percent, how a language says them, and where a
text has them.

A table has the words in English, as the standard does; a report says them in its own language. Its catalogue may have
several forms of a word, parted by bars, the one for a message first: `probable | probablement`.
"""

from __future__ import annotations

import functools
import re

from . import Language, later

Band = tuple[int, int]  # in percent

#: ICD 203: likelihood words of one row, with their range in percent.
LIKELIHOODS = {later("almost no chance"): (1, 5), later("very unlikely"): (5, 20), later("unlikely"): (20, 45),
               later("roughly even chance"): (45, 55), later("likely"): (55, 80), later("very likely"): (80, 95),
               later("almost certain"): (95, 99)}
#: The other row of words for the same bands; a report keeps to one. Other languages say both rows alike.
OTHER_LIKELIHOODS = {"remote": (1, 5), "highly improbable": (5, 20), "improbable": (20, 45),
                     "roughly even odds": (45, 55), "probable": (55, 80), "highly probable": (80, 95),
                     "nearly certain": (95, 99)}
#: How sure the authors are.
CONFIDENCES = (later("high"), later("moderate"), later("low"))


def forms(word: str, language: Language) -> list[str]:
    """What a language says for a likelihood word of either row, the form for a message first."""
    if language.english:
        return [word]
    band = OTHER_LIKELIHOODS.get(word)
    same = next((one for one, other in LIKELIHOODS.items() if other == band), word)
    return [form.strip() for form in language.say(same).split("|")]


def band(word: str) -> Band:
    """The range in percent of a likelihood word of either row."""
    return (LIKELIHOODS | OTHER_LIKELIHOODS)[word]


def found(text: str, word: str, language: Language) -> re.Match[str] | None:
    """Where a text has a likelihood word first, and not as a part of a longer one (`likely` in `very likely`)."""
    if language.english:
        return re.search(rf"(?<!very )(?<!highly )\b{re.escape(word)}\b", text)
    wanted = OTHER_LIKELIHOODS.get(word) or LIKELIHOODS.get(word)
    return next((match for match, one in all_in(text, language) if LIKELIHOODS[one] == wanted), None)


def all_in(text: str, language: Language) -> list[tuple[re.Match[str], str]]:
    """The likelihood words of a text in order, each as the table has it (in another language than English, as the first
    row of the standard has it); those that are parts of longer ones are left out."""
    hits = [(match, word) for word, pattern in _patterns(language) for match in pattern.finditer(text)]
    return sorted(((match, word) for match, word in hits if not any(
        other.span() != match.span() and other.start() <= match.start() and match.end() <= other.end()
        for other, _ in hits)), key=lambda hit: (hit[0].start(), hit[1]))


@functools.cache
def _patterns(language: Language) -> list[tuple[str, re.Pattern[str]]]:
    words = {**LIKELIHOODS, **OTHER_LIKELIHOODS} if language.english else LIKELIHOODS
    forms_of = _english if language.english else functools.partial(_forms, language)
    return [(word, re.compile(rf"(?<![\w-])(?:{forms_of(word)})(?![\w-])", re.IGNORECASE)) for word in words]


def _forms(language: Language, word: str) -> str:
    longest_first = sorted(forms(word, language), key=len, reverse=True)
    return "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in longest_first)


def _english(word: str) -> str:
    if word == "remote":  # the region may be; only a chance is meant
        return r"remote(?=\s+(?:chance|possibilit|likelihood|prospect))|(?<=\bis )remote(?=[.,;])"
    stem = re.sub(r"probable$", r"probabl(?:e(?! cause)|y)", word)
    return (stem if stem != word else f"{word}(?:ly)?").replace(" ", r"\s+")
