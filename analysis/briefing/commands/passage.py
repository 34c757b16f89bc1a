"""Make one passage from the shell: find words in the text of a source, and pin them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from ..facts import tables
from ..facts.tables import LONGEST_QUOTE
from ..findings import BriefingError, shown
from ..sources import places, selecting
from ..sources.proposals import slug
from .new import append

QUOTES = "\"“”„«»"


def make(root: Path, source: str, words: str, *, nth: int | None = None, quote: bool = False, add: bool = False,
         given: dict[str, str] | None = None) -> dict[str, Any]:
    """The row of `passages` for words of a source, by column; with `add` it is written.

    `nth` (from 1) chooses among several places; `given` are columns that the user gives. Raises BriefingError for a
    source without a text at hand, and for words that stand nowhere, or several times where `nth` does not choose.
    """
    data, found = tables.read(root)
    unreadable = [finding for finding in found if finding.path == f"data/{tables.DESCRIPTOR}"]
    if unreadable:
        raise BriefingError(str(unreadable[0]))
    row = next((row for row in data.rows["sources"] if row["id"] == source), None)
    if row is None:
        known = ", ".join(row["id"] for row in data.rows["sources"]) or "none"
        raise BriefingError(f"{source}: found no source of this id, expected one of {known}. "
                            "Correct the id, or add the source: briefing source FILE")
    text = text_of(root, source)
    start, end = _place(text, source, words, nth)
    stated = {name: word for name, word in (given or {}).items() if word}
    made = selecting.passage(text, start, end, text[start:end] if quote else None)
    speaker = str(stated.get("speaker", row["publisher"]))
    chain = speaker if speaker == row["publisher"] else f"{speaker} > {row['publisher']}"
    taken = {other["id"] for other in data.rows["passages"]}
    kind = "quotation" if _quoted(text, start) else "paraphrase" if ">" in chain else "narration"
    passage = {"id": slug(stated.get("gist") or words, taken), "source": source, **made, "speaker": speaker,
               "chain": chain, "kind": kind,
               "quote": text[made["start"]:made["end"]] if quote else "", "gist": "", "credibility": "6"} | stated
    if quote and len(passage["quote"].split()) > LONGEST_QUOTE:
        raise BriefingError(f"--quote: found {len(passage['quote'].split())} words, expected at most {LONGEST_QUOTE}. "
                            "Leave --quote out: place and hash hold the words.")
    if add:
        if not passage["gist"]:
            raise BriefingError("--gist: found none, expected what the passage says, in own words. "
                                'Give it: --gist "…"')
        append(data, "passages", passage)
    columns = [field["name"] for field in data.descriptor["resources"][[resource["name"] for resource in
               data.descriptor["resources"]].index("passages")]["schema"]["fields"]]
    return {column: passage.get(column, "") for column in columns}


def text_of(root: Path, source: str) -> str:
    """The text of a source, from where `.sources.json` says that it lies; BriefingError where it is not there."""
    place = places.known(root).get(source)
    if place is None:
        raise BriefingError(f"{places.PLACES}: found no place for the text of {source}, expected one. "
                            "Tell where it lies: briefing source FILE")
    try:
        return place.read_bytes().decode("utf-8")
    except OSError as error:
        raise BriefingError(f"{place}: found no readable file ({error.strerror}), expected the text of {source}. "
                            "Tell where it lies now: briefing source FILE") from error
    except UnicodeDecodeError as error:
        raise BriefingError(f"{place}: found the byte 0x{error.object[error.start]:02x} at {error.start}, expected the "
                            f"text of {source} in UTF-8. Restore the text that was coded.") from error


def _place(text: str, source: str, words: str, nth: int | None) -> tuple[int, int]:
    found = selecting.find(text, words)
    if not found:
        near = "\n".join(f"  {start} to {end}: {shown(text[start:end])}"
                         for start, end, _ in selecting.nearest(text, words))
        raise BriefingError(f"{source}: found {shown(words)} nowhere, expected words of its text. "
                            + (f"Nearest are:\n{near}" if near else "Copy them from the text."))
    if len(found) == 1 and nth in (None, 1):
        return found[0]
    if nth is None or nth > len(found):
        listed = "\n".join(f"  --nth {n}: paragraph {selecting.paragraph(text, start)}, "
                           f"…{text[max(start - 40, 0):end + 40].strip()}…".replace("\n", " ")
                           for n, (start, end) in enumerate(found[:20], start=1))
        count = f"{len(found)} time{'s' * (len(found) != 1)}"
        raise BriefingError(f"{source}: found {shown(words)} {count}, expected {'one place' if nth is None else nth}. "
                            f"Give more words, or say which:\n{listed}")
    return found[nth - 1]


def _quoted(text: str, start: int) -> bool:
    """Whether a place lies between quotation marks: an odd number of them stand before it in its paragraph."""
    before = text[text.rfind("\n", 0, start) + 1:start]
    return sum(before.count(mark) for mark in QUOTES) % 2 == 1


def as_csv(row: dict[str, Any]) -> str:
    """A row as a line of the table."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row.values())
    return out.getvalue()
