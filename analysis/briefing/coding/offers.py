"""What a coder is offered for selected words: their place and context, and values for the forms. Nothing is decided."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..facts.tables import LONGEST_QUOTE
from ..sources import proposals, selecting
from .speakers import BACK, near

#: What opens a quotation, and what ends it.
MARKS = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "‘": "’", "‹": "›", "「": "」"}


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
