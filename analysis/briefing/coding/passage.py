"""Make one passage from the shell: find words in the text of a source, and pin them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ..facts import editing, tables
from ..facts.tables import LONGEST_QUOTE
from ..findings import BriefingError, meant, shown
from ..sources import places, selecting
from ..sources.proposals import slug
from . import offers


def make(root: Path, source: str, words: str, *, nth: int | None = None, quote: bool = False, add: bool = False,
         given: dict[str, str] | None = None) -> dict[str, str]:
    """The row of `passages` for words of a source, its cells by column; with `add` it is written.

    `nth` (from 1) chooses among several places; `given` are columns that the user gives. Raises BriefingError for a
    source without a text at hand, and for words that stand nowhere, or several times where `nth` does not choose.
    """
    data, found = tables.read(root)
    unreadable = [finding for finding in found if finding.path == f"data/{tables.DESCRIPTOR}"]
    if unreadable:
        raise BriefingError(str(unreadable[0]))
    row = next((row for row in data.rows["sources"] if row["id"] == source), None)
    if row is None:
        ids = [row["id"] for row in data.rows["sources"]]
        known = f"{', '.join(ids[:8]) or 'none, since there is none yet'}{' …' * (len(ids) > 8)}"
        raise BriefingError(f"{source}: found no source of this id, expected one of {known}. {meant(source, ids)}"
                            "Correct the id, or add the source: briefing source FILE")
    text = text_of(root, source)
    start, end = _place(text, source, words, nth)
    stated = {name: word for name, word in (given or {}).items() if word}
    offered = offers.offer(text, row, data.rows.get("actors", []), start, end)
    speaker = stated.get("speaker", offered["speaker"])
    chain = speaker if speaker == row["publisher"] else f"{speaker} > {row['publisher']}"
    held = offered["words"] if quote else ""
    if quote and not held:
        raise BriefingError(f"--quote: found {len(text[start:end].split())} words, expected at most {LONGEST_QUOTE}. "
                            "Leave --quote out: place and hash hold the words.")
    prefix, suffix = selecting.around(text, offered["start"], offered["end"], held)
    passage = {"id": slug(stated.get("gist") or words, {other["id"] for other in data.rows["passages"]}),
               "source": source, **offered, "prefix": prefix, "suffix": suffix, "speaker": speaker, "chain": chain,
               "quote": held, "gist": "", "credibility": "6"} | stated
    resource = next(each for each in data.descriptor["resources"] if each["name"] == "passages")
    cells = {field["name"]: str(passage.get(field["name"], "")) for field in resource["schema"]["fields"]}
    if add:
        if not passage["gist"]:
            raise BriefingError("--gist: found none, expected what the passage says, in own words. "
                                'Give it: --gist "…"')
        editing.apply_checked(root, data.descriptor, [editing.Change("passages", None, cells)])
    return cells


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


def as_csv(row: dict[str, str]) -> str:
    """A row as a line of the table."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row.values())
    return out.getvalue()
