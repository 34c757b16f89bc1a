"""Which first-level sections of a report are kept: the others are blanked, so that all offsets stay.

A section reaches from its heading to the next of the first level. What stands before the first heading always stays,
and so does the fence of a block (`:::`) that reaches from a section that is left out into one that is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..findings import Finding, meant, shown

if TYPE_CHECKING:
    from .report import Report

_CODE = re.compile(r"^ {0,3}(?:(`{3,})[^`\n]*|(~{3,})[^\n]*)\n.*?(?:^ {0,3}(?:\1|\2)[`~]*[ \t]*$|\Z)|<!--.*?-->",
                   re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})[ \t]+([^\n]*)$|^([^\s:#>|-][^\n]*)\n=+[ \t]*$", re.MULTILINE)
_ATTRIBUTES = re.compile(r"\{([^{}]*)\}\s*$")
_FENCE = re.compile(r"^:{3,}[ \t]*(.*?)[ \t]*:*$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A first-level section: its id, and where it stands in the report's text."""

    id: str
    start: int
    end: int


def blank(text: str) -> str:
    """A text of the same length with nothing but its ends of lines."""
    return re.sub(r"[^\n]", " ", text)


def sections(text: str, start: int) -> list[Section]:
    """The first-level sections of a body that begins at `start`."""
    heads = [(id, at) for id, at, level in _headings(text, start) if level == 1]
    ends = [at for _, at in heads[1:]] + [len(text)]
    return [Section(id, at, end) for (id, at), end in zip(heads, ends, strict=False)]


def _headings(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Id, place and level of each heading."""
    body = text[:start] + _CODE.sub(lambda match: blank(match[0]), text[start:])
    for match in _HEADING.finditer(body, start):
        words = match[2] if match[1] else match[3]
        attributes = _ATTRIBUTES.search(words)
        given = re.search(r"#([\w:.-]+)", attributes[1] if attributes else "")
        words = words[:attributes.start()] if attributes else words
        yield given[1] if given else _identifier(words.rstrip("# \t")), match.start(), len(match[1] or "#")


def _identifier(words: str) -> str:
    """The id that pandoc gives a heading without one (its extension auto_identifiers)."""
    words = re.sub(r"[^\w\s.-]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)).lower()
    return re.sub(r"^[\W\d_]+", "", "-".join(words.split())) or "section"


def kept(text: str, start: int, keep: Sequence[str]) -> str:
    """The text with all sections blanked but those with these ids."""
    out = [(section.start, section.end) for section in sections(text, start) if section.id not in keep]
    body = text[:start] + _CODE.sub(lambda match: blank(match[0]), text[start:])
    stay = []  # the fences of blocks that hold something that is kept
    opened = []
    for match in _FENCE.finditer(body, start):
        if match[1]:
            opened.append(match.span())
        elif opened:
            first = opened.pop()
            if not _within(first[0], match.end(), out):
                stay += [first, match.span()]
    result = list(text)
    for begin, end in out:
        result[begin:end] = blank(text[begin:end])
    for begin, end in stay:
        result[begin:end] = text[begin:end]
    return "".join(result)


def _within(begin: int, end: int, stretches: Sequence[tuple[int, int]]) -> bool:
    """Whether a stretch lies in others, of which some may touch."""
    for first, last in stretches:
        if first <= begin < last:
            begin = last
    return begin >= end


def places(text: str, start: int) -> dict[str, str]:
    """The section of each id that a body gives or embeds, by the id: of headings, figures, tables and footnotes."""
    found: dict[str, str] = {}
    for section in reversed(sections(text, start)):
        part = text[section.start:section.end]
        for pattern in (r"\{[^{}\n]*#([\w:.-]+)[^{}\n]*\}", r"\{\{<\s*embed\s+\S+#([\w:.-]+)",
                        r"^#\|\s*label:\s*([\w:.-]+)", r"^(\[\^[^\]\n]+\]):"):
            found |= dict.fromkeys(re.findall(pattern, part, re.MULTILINE), section.id)
        found |= {id: section.id for id, at, _ in _headings(text, start) if section.start <= at < section.end}
    return found


# --- checking ---------------------------------------------------------------------

def check(report: Report, line: int) -> Iterator[Finding]:
    """What is wrong with `sections` of the front matter, which stands in this line."""
    keep = report.front.get("sections")
    if keep is None:
        return
    ids = [section.id for section in sections(report.text, report.body_start)]
    if not keep:
        yield Finding("sections", report.path, "an empty list", "ids of sections to keep",
                      "Name them, or remove the key to keep all.", line=line)
    for id in keep:
        if str(id) not in ids:
            yield Finding("sections", report.path, shown(id), f"one of {', '.join(ids) or 'none: there is no section'}",
                          f"{meant(id, ids)}Correct the id, or give it to a heading of the first level: {{#{id}}}.",
                          line=line)


def check_left_out(report: Report) -> Iterator[Finding]:
    """References from what is kept to what stands only in a section that is left out."""
    whole = places(report.whole.text, report.body_start)
    here = places(report.text, report.body_start)
    head = report.text[report.body_start:min(
        (section.start for section in sections(report.text, report.body_start)), default=len(report.text))]
    asked = [(span.start, f"@{span.content}", span.content) for span in report.of_kind("reference")]
    asked += [(match.start(), match[0], match[1] or match[0]) for match in re.finditer(
        r"(?<=\])\(#([\w:.-]+)\)|\[\^[^\]\n]+\](?!:)", report.text)]
    for at, written, id in asked:
        if id in whole and id not in here and id not in head:
            yield Finding("section-left-out", report.path, f"{shown(written)}, which stands in section {whole[id]}",
                          "a reference to what is kept", f"Add {whole[id]} to `sections`, or take the reference out.",
                          **report.place(at))
