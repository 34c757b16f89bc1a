"""What a coder is offered for selected words: place, context, who speaks, values for the forms. Nothing is decided."""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..facts.tables import LONGEST_QUOTE
from ..sources import proposals, selecting
from ..sources.proposals import Saying, wording
from ..sources.proposals.wording import pattern, primary

#: What opens a quotation, and what ends it.
MARKS = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "‘": "’", "‹": "›", "「": "」"}
_END = re.compile(r"(?<![A-ZÀ-ÞА-Я])(?<!\b[A-Z][a-z])[.!?…]+[\"”“’»)]*(?=\s+[^\sa-zß-ÿа-я]|$)|\n")
MOST = 6
BACK = 3  # sentences in which the speaker of a quotation is looked for


def offer(text: str, source: Mapping[str, Any], actors: Sequence[Mapping[str, Any]], start: int,
          end: int) -> dict[str, Any]:
    """Values for a passage of these words, and for the numbers and dates in them.

    Raises BriefingError where there are no words between start and end (code points).
    """
    found = selecting.passage(text, start, end)
    start, end = found["start"], found["end"]
    words = text[start:end]
    lines = selecting.paragraphs(text)
    first = lines[found["paragraph"] - 1]
    last = lines[found["paragraph"]] if found["paragraph"] < len(lines) else len(text)
    around = text[first:max(last, end)]
    language, published = source.get("language"), source.get("published")
    publisher = source.get("publisher") or ""
    quoted = in_quotation(around, start - first, end - first)
    before = lines[max(found["paragraph"] - 1 - BACK, 0)]
    speech = near(text[before:first] + around, start - before, end - before, language, actors, publisher,
                  _all_quotations(text[before:first] + around))
    kind = "quotation" if quoted else "paraphrase" if speech.speakers else "narration"
    speaker = speech.speakers[0] if speech.speakers else publisher
    hands = [speaker, *filter(None, [speech.agency]), publisher]
    short = len(words.split()) <= LONGEST_QUOTE
    return found | {
        "kind": kind, "speaker": speaker, "speakers": list(speech.speakers),
        "chain": speaker if speaker == publisher else " > ".join(hands),
        "quote": " ".join(words.split()) if short and "\n" not in words and quoted else "", "short": short,
        "words": words if short else "",
        "actor": next((actor["id"] for actor in actors if speaker and actor.get("label") == speaker), ""),
        "numbers": [{"hedge": each.hedge, "value": plain(each.value), "unit": each.unit,
                     "words": words[each.start:each.end]} for each in proposals.quantities(words, language)],
        "dates": [{"date": each.edtf, "resolved": each.resolved, "words": words[each.start:each.end]}
                  for each in proposals.dates(words, language, published)]}


def plain(value: float) -> str:
    """A number as a cell has it: 40, not 40.0."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def in_quotation(paragraph: str, start: int, end: int) -> bool:
    """Whether words stand between quotation marks; those at their own ends count."""
    return any(first <= start and end <= last for first, last in quotations(paragraph))


def quotations(paragraph: str) -> list[tuple[int, int]]:
    """The stretches between quotation marks, with them; one that nothing ends goes to the end of the paragraph."""
    found, opened, closing = [], -1, ""
    for at, mark in enumerate(paragraph):
        if opened < 0 and mark in MARKS and not _apostrophe(paragraph, at):
            opened, closing = at, MARKS[mark]
        elif opened >= 0 and mark in closing and not _apostrophe(paragraph, at):
            found.append((opened, at + 1))
            opened = -1
    if opened >= 0:
        found.append((opened, len(paragraph)))
    return found


def _all_quotations(text: str) -> list[tuple[int, int]]:
    """The quotations of several paragraphs."""
    return [(line.start() + first, line.start() + last) for line in re.finditer(r"[^\r\n]+", text)
            for first, last in quotations(line[0])]


def _apostrophe(text: str, at: int) -> bool:
    return text[at] in "‘’" and at + 1 < len(text) and text[at - 1:at].isalpha() and text[at + 1].isalpha()


# --- who speaks ---------------------------------------------------------------------

@dataclass(frozen=True)
class Speech:
    """Who may be speaking, the likeliest first, and the agency that passed it on; none without a sign of speech."""

    speakers: tuple[str, ...] = ()
    agency: str = ""


@dataclass(frozen=True)
class _Name:
    start: int
    end: int
    name: str
    actor: bool


def near(paragraph: str, start: int, end: int, language: str | None, actors: Sequence[Mapping[str, Any]],
         publisher: str = "", quotations: Sequence[tuple[int, int]] = ()) -> Speech:
    """Who may be speaking in the words from start to end of a paragraph.

    A sign is a quotation around the words, or a verb or formula of saying, or a form of reported speech, in their
    sentence. The speaker is the name next to that verb, on the side where its language has it. Publishers, places and
    what is told of with another preposition are none.
    """
    quoted = next(((first, last) for first, last in quotations if first <= start and end <= last), None)
    stops = [0, *(match.end() for match in _END.finditer(paragraph)
                  if not any(first < match.end() < last for first, last in quotations)), len(paragraph)]
    at = max(bisect.bisect_right(stops, start) - 1, 0)
    first, last = stops[at], stops[min(bisect.bisect_left(stops, end), len(stops) - 1)]
    signs = _signs(paragraph, first, last, language, quotations)
    if not quoted:
        signs = [sign for sign in signs if _covers(paragraph, sign, end, last, language)]
        if not signs and not proposals.reported(paragraph[start:end], language):
            return Speech()
    reader = _Names(paragraph, language, actors, publisher)
    found = reader.speakers(signs, first, last, quotations)
    if quoted or not signs or reader.pronoun(signs, first):  # who spoke before goes on
        for n in range(at, max(at - BACK, 0), -1):
            told = _signs(paragraph, stops[n - 1], stops[n], language, quotations)
            found = found or reader.speakers(told, stops[n - 1], stops[n], quotations)
    return Speech(tuple(dict.fromkeys(found))[:MOST], reader.agency(first, last) if signs else "")


def _signs(text: str, first: int, last: int, language: str | None,
           quotations: Sequence[tuple[int, int]]) -> list[Saying]:
    """The signs of saying between two places, outside of what is quoted."""
    found = [Saying(first + sign.start, first + sign.end, sign.side)
             for sign in proposals.sayings(text[first:last], language)]
    return [sign for sign in found if not any(one < sign.start < two for one, two in quotations)]


def _covers(text: str, sign: Saying, end: int, last: int, language: str | None) -> bool:
    """Whether words that a verb comes after may be what it says: not where it goes on to tell what was said."""
    if sign.start < end or sign.side != "either":
        return True
    that = rf"(?!,?\s*{pattern(wording.speech(language).that)}(?!\w))"
    return bool(re.match(rf"(?:{that}[^,.;:!?—–\"“„«»]){{0,40}}(?:{that}[,.;!?—–]|$)", text[sign.end:last].rstrip()))


class _Names:
    """The names of a paragraph that a speaker may have."""

    def __init__(self, text: str, language: str | None, actors: Sequence[Mapping[str, Any]], publisher: str) -> None:
        self.text, self.words = text, wording.speech(language)
        self.english = primary(language) == "en"  # which says the speaker after the verb only of what it quotes first
        labels = sorted({str(actor["label"]) for actor in actors if actor.get("label")},
                        key=lambda each: (-len(each), each))
        heads = [label.split()[-1].casefold() for label in labels]
        found = [_Name(match.start(), match.end(), label, True) for label in labels
                 for match in re.finditer(rf"(?i)(?<!\w){re.escape(label)}(?!\w)", text)]
        lead = rf"(?:^|\n|[.!?]\s|\b{pattern(self.words.articles)}\s)"  # the company, for Port company
        found += [_Name(match.start(1), match.end(), label, True) for label, head in zip(labels, heads, strict=True)
                  if " " in label and heads.count(head) == 1 and self.words.articles
                  for match in re.finditer(rf"(?i){lead}({re.escape(head)})(?!\w)", text)]
        own = set(publisher.casefold().split())
        found += self._likely(language, found)
        kept: list[_Name] = []
        for each in found:
            crossed = any(each.start < other.end and other.start < each.end for other in kept)
            if not crossed and not set(each.name.casefold().split()) <= own:
                kept.append(each)
        self.agencies = [each for each in kept if self._after(each, self.words.agency)]
        self.names = [each for each in kept if each not in self.agencies]

    def _likely(self, language: str | None, labels: Sequence[_Name]) -> list[_Name]:
        """The likely names, without a formula that begins one and a label that ends one."""
        signs = {sign.start: sign.end for sign in proposals.sayings(self.text, language)}
        found = []
        for each in proposals.names(self.text, language):
            start = signs.get(each.start, each.start)
            if agency := re.match(rf"(?i){pattern(self.words.agency)}\s+", self.text[start:each.end]):
                start += agency.end()
            end = min([label.start for label in labels if start < label.start < each.end], default=each.end)
            words = self.text[start:end].split()
            while end < each.end and words and words[-1].islower():
                words.pop()
            if words:
                start += len(self.text[start:end]) - len(self.text[start:end].lstrip())
                found.append(_Name(start, start + len(" ".join(words)), " ".join(words), False))
        return found

    def _after(self, name: _Name, words: str) -> bool:
        """Whether a name stands right after one of these words, an article between."""
        return bool(words) and bool(re.search(rf"(?i)(?<!\w){pattern(words)}\s+(?:{pattern(self.words.articles)}\s+)?$",
                                              self.text[max(name.start - 40, 0):name.start]))

    def speakers(self, signs: Sequence[Saying], first: int, last: int,
                 quotations: Sequence[tuple[int, int]]) -> list[str]:
        """The names between two places, outside of what is quoted, the likeliest to speak by these signs first."""
        names = [each for each in self.names if first <= each.start and each.end <= last
                 and not any(one < each.start and each.end < two for one, two in quotations)]
        ranked = sorted((rank, each.name) for each in names for sign in signs
                        if (rank := self._rank(each, sign)) is not None)
        return [name for _, name in ranked]

    def _rank(self, name: _Name, sign: Saying) -> tuple[int, int, int, int] | None:
        """How likely a name is the speaker of a sign, less is likelier; None for a place or the other side."""
        after = name.start >= sign.end
        between = self.text[sign.end:name.start] if after else self.text[name.end:sign.start]
        if sign.side != "either" and after != (sign.side == "after"):
            return None
        plain = not re.search(r"[^\w\s,’'.-]", between)
        if not (after and sign.side == "after" and len(between) < 30) and \
                (self._after(name, self.words.places) or self.text[name.end:name.end + 2] in ("'s", "’s")):
            return None
        inverted = self._inverted(sign)
        close = plain and len(between.strip(" ,")) <= 25
        side = after == inverted or sign.side == "before"
        if not side and (self.english or not close):
            return None
        return (not (close and side), not side, not name.actor, len(between))

    def _inverted(self, sign: Saying) -> bool:
        """Whether the speaker follows the verb, as after a quotation, and after a comma where a name is next."""
        if sign.side != "either":
            return sign.side == "after"
        lead = self.text[max(sign.start - 4, 0):sign.start].rstrip(" \u00a0—–-")[-1:]
        near = any(sign.end < each.start <= sign.end + 25 and not re.search(r"[,.;:]", self.text[sign.end:each.start])
                   for each in self.names)
        told = self.text[sign.start:sign.end].casefold() in ("told", "tells")
        return bool(lead) and not told and (lead in '"”“»«' or (lead == "," and near))

    def pronoun(self, signs: Sequence[Saying], first: int) -> bool:
        """Whether a pronoun is the speaker of one of these signs."""
        form = rf"(?i)(?<!\w){pattern(self.words.pronouns)}(?!\w)"
        return any(re.search(form, self.text[max(sign.start - 30, first):sign.end + 12]) for sign in signs)

    def agency(self, first: int, last: int) -> str:
        """The agency that is named between two places."""
        return next((each.name for each in self.agencies if first <= each.start and each.end <= last), "")
