"""What the method asks of rows: spans, words that may be held, acts, evidence, time, and who belongs to whom."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...findings import Finding, shown
from ...language import Language, likelihood
from ..dates import date_bounds

LONGEST_QUOTE = 12  # words
#: The tables that hold evidence, and the column by which citations and judgements name their rows.
EVIDENCE_KEYS: Mapping[str, str] = {"passages": "id", "sources": "id", "quantities": "id", "events": "id",
                                    "series": "series"}
Row = dict[str, Any]
#: The rows of a table, each with its place for a finding.
Each = Callable[[str], Iterator[tuple[Row, dict[str, Any]]]]


def check(descriptor: dict[str, Any], rows: Mapping[str, list[Row]],  # noqa: C901  one branch a rule
          numbers: Mapping[str, list[int]],
          spoken: Language) -> Iterator[Finding]:
    """What is wrong with rows by the method; `numbers` are those that they have in their file."""
    paths = {resource["name"]: f"data/{resource['path']}" for resource in descriptor["resources"]}
    length = {row.get("id"): row.get("characters") for row in rows.get("sources", [])}

    def each(table: str) -> Iterator[tuple[Row, dict[str, Any]]]:
        for number, row in zip(numbers.get(table, []), rows.get(table, []), strict=True):
            yield row, {"path": paths[table], "row": number}

    yield from _ambiguous_ids(each)
    yield from _occasions(each)
    yield from _membership(each)
    for row, place in each("passages"):
        start, end = row.get("start"), row.get("end")
        if start is not None and end is not None and start >= end:
            yield Finding("span-reversed", found=f"{start} to {end}", expected="a start before its end",
                          remedy=f"Write `{end}` and `{start}`: the half-open range of code points, start first.",
                          column="start, end", **place)
        limit = length.get(row.get("source"))
        if end is not None and limit is not None and end > limit:
            yield Finding("span-outside", found=str(end), expected=f"at most {limit}, the source's length",
                          remedy="Correct the span, or the source's number of characters.", column="end", **place)
        yield from _held_words(row, place)
    for row, place in each("statements"):
        if row.get("mode") == "done" and not row.get("act"):
            yield Finding("act-missing", found="an empty cell", expected="the act that shows the stand",
                          remedy="Say what the actor did, or set the mode to said.", column="act", **place)
    for row, place in each("judgements"):
        text, word = row.get("text"), row.get("likelihood")
        if text and word and not likelihood.found(text, word, spoken):
            yield Finding("likelihood-unsaid", found=f"no {shown(likelihood.forms(word, spoken)[0])} in the text",
                          expected="the likelihood word in the text",
                          remedy="Say it in the sentence, or correct the likelihood.", column="text", **place)
    for table in ("quantities", "events"):
        for row, place in each(table):
            if (row.get("passage") is None) == (row.get("source") is None):
                found = "neither" if row.get("passage") is None else "both"
                yield Finding("evidence", found=found, expected="either a passage or a source",
                              remedy="Say where the row comes from, once.", column="passage, source", **place)


def _held_words(row: Row, place: dict[str, Any]) -> Iterator[Finding]:
    """More words of a source than may be held: in a quote, and in a quote with what stands before and after."""
    prefix, quote, suffix = (len((row.get(name) or "").split()) for name in ("prefix", "quote", "suffix"))
    if quote > LONGEST_QUOTE:
        yield Finding("quote-too-long", found=f"{quote} words", expected=f"at most {LONGEST_QUOTE}",
                      remedy="Shorten the quote; the span and its hash hold the rest.", column="quote", **place)
    elif prefix + quote + suffix > LONGEST_QUOTE:
        yield Finding("context-too-long", found=f"{prefix} + {quote} + {suffix} = {prefix + quote + suffix} words",
                      expected=f"at most {LONGEST_QUOTE} of a source together",
                      remedy="Take words from the start of the prefix or the end of the suffix.",
                      column="prefix, quote, suffix", **place)


def _ambiguous_ids(each: Each) -> Iterator[Finding]:
    """Ids of evidence that two tables have: a citation or a judgement could mean either."""
    first: dict[str, str] = {}
    for table, key in EVIDENCE_KEYS.items():
        for row, place in each(table):
            id = row.get(key)
            if id and first.setdefault(id, table) != table:
                yield Finding("id-ambiguous", found=f"{shown(id)}, which {first[id]} has as well",
                              expected="an id that no other table of evidence has",
                              remedy="Rename one of them; citations name evidence by its id alone.", column=key,
                              **place)


def _occasions(each: Each) -> Iterator[Finding]:
    """Words cannot be spoken after they were published."""
    events = {row.get("id"): row.get("date") for row, _ in each("events")}
    sources = {row.get("id"): row.get("published") for row, _ in each("sources")}
    for row, place in each("passages"):
        spoken, published = events.get(row.get("occasion")), sources.get(row.get("source"))
        first, last = _bounds(spoken)[0], _bounds(published)[1]
        if first and last and first > last:
            yield Finding("occasion-later", found=f"{shown(row['occasion'])} of {spoken}, its source of {published}",
                          expected="an event before the source was published",
                          remedy="Name the event at which the words were spoken, correct one of the dates, or leave "
                                 "the cell empty.", column="occasion", **place)


def _bounds(edtf: Any) -> tuple[datetime.date | None, datetime.date | None]:
    with contextlib.suppress(ValueError):
        return date_bounds(edtf) if edtf else (None, None)
    return None, None


def _membership(each: Each) -> Iterator[Finding]:
    """Nobody is a member of themselves, nor of who is a member of them; each circle is told once."""
    member = {row.get("id"): row.get("member_of") for row, _ in each("actors") if row.get("member_of")}
    told: set[Any] = set()
    for row, place in each("actors"):
        way = [row.get("id")]
        while (above := member.get(way[-1])) and above not in way:
            way.append(above)
        if not above or above != way[0] or told.intersection(way):
            continue
        told.update(way)
        found = f"{shown(above)} in itself" if len(way) == 1 else f"the circle {' > '.join(map(str, [*way, above]))}"
        yield Finding("member-circle", found=found, expected="the organisation that the actor belongs to",
                      remedy="Leave the cell empty for an organisation." if len(way) == 1 else
                             "Leave the cell of the organisation empty.", column="member_of", **place)
