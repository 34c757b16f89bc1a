"""The words that the rules of prose look for, in the language of the report.

English has patterns. Another language has a list in its catalogue for each: words parted by commas, with `*` for any
letters, as `vermut*`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from ...language import Language, likelihood

_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_DIGITS = r"(?<!\w)(?<!\w[.,])[+\-\u2212]?\.?\d(?:[\d.,]*\d)?|[\u00bc-\u00be\u2150-\u215e]"


@dataclass(frozen=True)
class Wording:
    """What tells that a sentence is vague, assumes, judges or says how sure its authors are; what may not bend a
    likelihood word that follows; and numbers, in digits and in words where prose would have digits."""

    vague: re.Pattern[str]
    assuming: re.Pattern[str]
    judging: re.Pattern[str]
    confidence: re.Pattern[str]
    bent: re.Pattern[str]
    number: re.Pattern[str]


ENGLISH = Wording(
    re.compile(r"(?<![\w-])(possibly|perhaps|maybe|conceivably|presumably|arguably|chances are|might|"
               r"(?:may|could)\s+(?:well|have|be))(?![\w-])", re.IGNORECASE),
    re.compile(r"\b(assum(?:e|es|ed|ing|ption|ptions)|suppos(?:e|es|ing)|suppose that)\b", re.IGNORECASE),
    re.compile(r"\b(?:(?:we|I) (?:judge|assess|believe|think|expect|estimate|conclude|suspect)|"
               r"in (?:our|my) (?:view|opinion|judge?ment|assessment))\b", re.IGNORECASE),
    re.compile(r"\b(?:high|moderate|low) confidence\b|\bconfidence\b[^.]{0,20}\b(?:high|moderate|low)\b",
               re.IGNORECASE),
    re.compile(r"\b(not|more|most|less|least|very|quite|fairly|rather|somewhat|extremely|highly|increasingly|equally|"
               r"hardly|too|so|as)\s+$", re.IGNORECASE),
    re.compile(
        rf"{_DIGITS}|(?<![\w-])(?:eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:{_TENS})(?:-\w+)?|"
        r"(?:(?:one|two|three|four|five|six|seven|eight|nine|ten)[\s-]+)?"
        r"(?:hundred|thousand|million|billion|trillion|dozen)|"
        r"(?:one|two|three|four|five|six|seven|eight|nine|ten)\s+per\s?cent)(?![\w-])", re.IGNORECASE))


@functools.cache
def of(language: Language) -> Wording:
    """The words of a language."""
    if language.english:
        return ENGLISH
    say = language.say
    return Wording(
        _words(say("possibly, perhaps, maybe, conceivably, presumably, arguably, chances are, might, may be, "
                   "could be")),
        _words(say("assum*, suppos*")),
        _words(say("we judge, we assess, we believe, we think, we expect, we estimate, we conclude, we suspect, "
                   "in our view, in our opinion, in our judgement, in our assessment")),
        _words(say("high confidence, moderate confidence, low confidence"), [
            say("Confidence: {confidence}.", confidence=say(each)).rstrip(".") for each in likelihood.CONFIDENCES]),
        re.compile(_words(say("not, more, most, less, least, very, quite, fairly, rather, somewhat, extremely, highly, "
                              "hardly, too, so, as")).pattern + r"\s+$", re.IGNORECASE),
        re.compile(f"{_DIGITS}|" + _words(say(
            "eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, twenty*, thirty*, "
            "forty*, fifty*, sixty*, seventy*, eighty*, ninety*, hundred, thousand, million, billion, trillion, dozen"
        )).pattern, re.IGNORECASE))


def _words(listed: str, *more: list[str]) -> re.Pattern[str]:
    forms = [form.strip() for form in listed.split(",")] + [form for each in more for form in each]
    longest_first = sorted(filter(None, forms), key=len, reverse=True)
    parts = [re.escape(form).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for form in longest_first]
    return re.compile(rf"(?<![\w-])({'|'.join(parts)})(?![\w-])", re.IGNORECASE)
