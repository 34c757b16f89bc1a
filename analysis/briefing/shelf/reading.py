"""What a published edition says, taken from its own files: title, date, bottom line, judgements, sources, stands; and
whether these files still are what its record tells of.

Nothing is taken from the tables of today: the page carries those that it was made from, and the export has the stands
with their words and dates. Any of these files may be another's: what is read is text, and nothing of it is run.
"""

from __future__ import annotations

import bz2
import csv
import html
import io
import re
import urllib.parse
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from ..discourse.exports import FULL
from ..editions import edition, rebuild
from ..findings import BriefingError

PAGE = "report.html"
MOST_BYTES = 100_000_000  # of a page or an export
LONGEST = 400  # characters of a bottom line: the rest is in the edition


@dataclass(frozen=True)
class Judgement:
    """What the authors conclude, with the words of ICD 203 for how likely, and how sure they are."""

    text: str
    likelihood: str
    confidence: str


@dataclass(frozen=True)
class Stand:
    """Who took which stand on what: `date` is EDTF, or empty, `first` its first day, `place` the anchor of the passage
    in the page, or empty. Actors and concepts are told apart by id and label together."""

    actor: tuple[str, str]
    concept: tuple[str, str]
    sentence: str
    agreement: str
    date: str
    first: str
    place: str
    gist: str


@dataclass(frozen=True)
class Reading:
    """An edition as a shelf shows it. `altered` are files that are not as recorded, `changed` inputs that were written
    since (None: they are not at hand), `differences` what the last check of it found (None: it was not checked)."""

    title: str
    subtitle: str
    language: str
    authors: str
    date: str
    bottom_line: str
    judgements: tuple[Judgement, ...]
    sources: tuple[str, ...]
    stands: tuple[Stand, ...]
    altered: tuple[str, ...]
    changed: tuple[str, ...] | None
    differences: int | None


def read(root: Path) -> Reading:
    """The edition in a project's `_output/`; raises BriefingError where there is none, or it cannot be read."""
    output = root / "_output"
    if not (output / edition.RECORD).is_file() and not (output / PAGE).is_file():
        raise BriefingError("_output: found no edition, expected one. Make it with `briefing render`.")
    content = _bytes(output / edition.RECORD)
    record = edition.read_record(content.decode("utf-8", "replace"), f"_output/{edition.RECORD}")
    try:
        date, outputs = str(record["date"]), dict(record["outputs"])
        inputs = {name: digest for group in record["inputs"].values() for name, digest in group.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _no_edition(edition.RECORD, f"no date, inputs or outputs ({error})") from error
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        raise _no_edition(edition.RECORD, f'the date "{date[:20]}"')
    known = {PAGE: _bytes(output / PAGE), **({FULL: _bytes(output / FULL)} if FULL in outputs else {})}
    page = known[PAGE].decode("utf-8", "replace")
    if not (heading := re.search(r"<h1>([^<]*)</h1>", page)):
        raise _no_edition(PAGE, "no title")
    stands = _stands(known[FULL], page) if FULL in known else ()
    carried = _within(page, '<ul class="downloads">', "</ul>")
    tables = {name: _table(carried, name) for name in ("judgements", "sources")}
    byline = _within(page, '<p class="byline">', "</p>")
    altered = tuple(name for name in sorted(outputs) if outputs[name] != (
        edition.sha256(known[name]) if name in known else _digest(output / name)))
    changed = edition.changed(root, inputs) if (root / "data").is_dir() else None
    return Reading(
        title=_text(heading[1]), subtitle=_text(_within(page, '<p class="subtitle">', "</p>")),
        language=found[1] if (found := re.search(r'<html lang="([A-Za-z\d-]+)"', page)) else "en",
        authors=_text(byline.rpartition(" · ")[0]), date=date, bottom_line=_bottom_line(page),
        judgements=_judgements(page, tables["judgements"]),
        sources=tuple(dict.fromkeys(f"{row.get('publisher') or ''}: {row.get('title') or ''}".strip(": ")
                                    for row in tables["sources"])),
        stands=stands, altered=altered, changed=None if changed is None else tuple(changed),
        differences=rebuild.remembered(root, content, changed))


def _no_edition(name: str, found: str) -> BriefingError:
    return BriefingError(f"_output/{name}: found {found}, expected an edition as a render writes it. "
                         "Render it again, or move the folder away.")


def _bytes(path: Path) -> bytes:
    name = f"_output/{path.name}"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _no_edition(path.name, f"{path.stat().st_size:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise BriefingError(f"{name}: found no readable file ({error.strerror}), expected the one that a render "
                            "wrote. Render the edition again.") from error


def _digest(path: Path) -> str:
    try:
        return edition.sha256(path.read_bytes())
    except OSError:
        return ""


# --- the page -------------------------------------------------------------------------

def _within(page: str, begin: str, end: str) -> str:
    """What stands between two marks, the first of them; nothing where they are not there."""
    at = page.find(begin)
    return page[at + len(begin):page.find(end, at)] if at >= 0 and page.find(end, at) >= 0 else ""


def _text(markup: str) -> str:
    """The text of markup of our own writer, without citations and notes."""
    markup = re.sub(r'<span class="citation" [^>]*>.*?</span></span>', "", markup, flags=re.DOTALL)
    markup = re.sub(r'<a [^>]*class="footnote-ref".*?</a>', "", markup, flags=re.DOTALL)
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())
    return re.sub(r" (?=[.,;:!?)])", "", text)


def _bottom_line(page: str) -> str:
    """The bottom line of a page; where it has none, its first paragraph."""
    main = page[max(page.find("<main"), 0):]
    block = _within(main, '<div class="bottom-line">', "</div>")
    block = re.sub(r"^\s*<p><strong>[^<]{1,40}[.:]</strong>", "<p>", block)
    text = _text(block) or next((text for part in re.findall(r"<p>(.*?)</p>", main[:200_000], re.DOTALL)
                                 if len(text := _text(part)) >= 40), "")
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rpartition(' ')[0]} …"


def _judgements(page: str, rows: list[dict[str, str]]) -> tuple[Judgement, ...]:
    """The judgements in the words of the page, where it has them in blocks of their own, else in those of the table."""
    said: dict[str, str] = {}
    for id, block in re.findall(r'<div class="judgement" data-row="([^"]*)">(.*?)</div>', page, re.DOTALL):
        text = _text(re.sub(r"(</strong>) \([^)<]*\)", r"\1", block.partition('<span class="confidence">')[0]))
        said.setdefault(html.unescape(id), text)
    return tuple(Judgement(said.get(row.get("id", "")) or re.sub(r"\{[^}]*\}", "…", row.get("text", "")),
                           row.get("likelihood", ""), row.get("confidence", "")) for row in rows)


def _table(carried: str, name: str) -> list[dict[str, str]]:
    """The rows of a table of those that a page carries to be saved, its own and those of packages."""
    rows: list[dict[str, str]] = []
    links = re.findall(rf'download="(?:shared-[a-z0-9-]+-)?{name}\.csv(?:\.bz2)?" href="data:([^"]*)"', carried)
    try:
        for link in links:
            head, _, data = link.partition(",")
            content = _unpacked(data) if head.endswith(";base64") else urllib.parse.unquote(html.unescape(data))
            rows += csv.DictReader(io.StringIO(content))
    except (ValueError, OSError, EOFError, csv.Error) as error:
        raise _no_edition(PAGE, f"no table {name} that can be read ({error})") from error
    return [{key: value or "" for key, value in row.items() if isinstance(key, str) and not isinstance(value, list)}
            for row in rows]


def _unpacked(data: str) -> str:
    """The text of a packed table, of which no more is unpacked than a table may have."""
    return bz2.BZ2Decompressor().decompress(b64decode(data), MOST_BYTES).decode("utf-8", "replace")


def _stands(export: bytes, page: str) -> tuple[Stand, ...]:
    found = []
    places = {html.unescape(id) for id in re.findall(r' id="(ref-[^"]*)"', page)}
    try:
        for row in csv.DictReader(io.StringIO(export.decode("utf-8", "replace"))):
            if row["counts"] == "true":
                place = f"ref-{row['passage']}"
                found.append(Stand((row["actor"], row["actor_label"]), (row["concept"], row["concept_label"]),
                                   row["sentence"], row["agreement"], row["date"], row["first"] or row["last"],
                                   place if place in places else "", row["gist"]))
    except (KeyError, TypeError, csv.Error) as error:
        raise _no_edition(FULL, f"no table of statements ({error})") from error
    return tuple(found)
