"""Part a report's text into sentences, each with its place and the blocks around it.

Offsets are those of report.qmd throughout: what is no prose is blanked, never
cut out. Where it cannot be told whether a full stop ends a sentence (an
initial, `U.S.`), the next word decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...language import current
from ..report import Report


@dataclass(frozen=True)
class Block:
    """A div: where its fence stands, and its attributes as written."""

    start: int
    attributes: str

    def has(self, name: str) -> bool:
        """Whether it is of this class, written `{.name}` or bare."""
        return name in re.findall(r"(?:^|(?<=[\s{]))\.?([\w-]+)(?=[\s}:]|$)", self.attributes)


@dataclass(frozen=True)
class Sentence:
    """A sentence of the body: where it stands in the report's text, and in which blocks.

    `first` and `last` say whether it begins or ends its paragraph; `leads` whether
    it ends in a colon and a list follows.
    """

    start: int
    end: int
    text: str
    blocks: tuple[Block, ...]  # outermost first
    first: bool = False
    last: bool = False
    leads: bool = False

    def block(self, name: str) -> Block | None:
        """The nearest block around it of this class."""
        return next((block for block in reversed(self.blocks) if block.has(name)), None)


def sentences(report: Report) -> list[Sentence]:
    """The sentences of paragraphs, list items and notes; headings, pictures and typed tables have none."""
    body = visible(report)
    outer, notes = _without_notes(body)
    found: list[Sentence] = []
    paragraphs = list(_paragraphs(outer))
    for paragraph in paragraphs:
        found += _of_paragraph(body, outer, paragraph)
    for start, end in notes:
        blocks = next((p.blocks for p in paragraphs if p.start <= start < p.end), ())
        found += _of_paragraph(body, body, _Paragraph(start, end, blocks))
    return sorted(found, key=lambda sentence: sentence.start)


def visible(report: Report) -> str:
    """The report's text with all that is not prose blanked, so that offsets stay."""
    text = list(report.text)

    def blank(start: int, end: int) -> None:
        text[start:end] = [" " if char != "\n" else char for char in text[start:end]]

    blank(0, report.body_start)
    for span in report.of_kind("cell", "embed", "meta", "pagebreak"):
        blank(span.start, span.end)
    for pattern in (r"<!--.*?-->|^(`{3,}|~{3,}).*?^\1[`~]*", r"^!\[.*\]\([^)\n]*\)(?:\{[^}\n]*\})?[ \t]*$"):
        for match in re.finditer(pattern, "".join(text),
                                 re.MULTILINE | re.DOTALL if "<!--" in pattern else re.MULTILINE):
            blank(*match.span())
    # what is quoted is prose, its marks are not
    for match in re.finditer(r"^[ \t]*(?:>[ \t]?)+", "".join(text), re.MULTILINE):
        blank(*match.span())
    return "".join(text)


def _without_notes(body: str) -> tuple[str, list[tuple[int, int]]]:
    """The text with inline notes (`^[…]`) blanked, and where their words stand."""
    notes: list[tuple[int, int]] = []
    for match in re.finditer(r"\^\[", body):
        if notes and match.start() < notes[-1][1]:
            continue
        depth, at = 1, match.end()
        while at < len(body) and depth:
            depth += {"[": 1, "]": -1}.get(body[at], 0)
            at += 1
        notes.append((match.end(), at - 1))
    outer = list(body)
    for start, end in notes:
        outer[start - 2:end + 1] = [char if char == "\n" else " " for char in outer[start - 2:end + 1]]
    return "".join(outer), notes


# --- paragraphs -------------------------------------------------------------------

@dataclass(frozen=True)
class _Paragraph:
    start: int
    end: int
    blocks: tuple[Block, ...]


_ITEM = re.compile(r"\s*(?:[-*+]|#\.|\(?\d+[.)]|\(@[\w-]*\))\s+|\s*\[\^[^\]]+\]:\s*|:\s+")


def _paragraphs(body: str) -> Iterator[_Paragraph]:
    """Each paragraph, list item, definition or note, with the divs around it."""
    blocks: list[Block] = []
    start: int | None = None
    offset = lines = 0
    for line in [*body.splitlines(keepends=True), "\n"]:
        bare = line.strip()
        fence = re.match(r":{3,}\s*(.*?)\s*:*$", bare)
        item = _ITEM.match(line)
        underline = re.fullmatch(r"=+|-+", bare)
        if start is not None and (not bare or fence or item or underline or bare.startswith(("#", "|"))):
            term = lines == 1 and (underline or line.startswith(":") and not fence)
            if not term:  # an underlined heading and a defined term are no sentences
                yield _Paragraph(start, offset, tuple(blocks))
            start = None
        if fence and fence[1]:
            blocks.append(Block(offset, fence[1]))
        elif fence and blocks:
            blocks.pop()
        elif bare and not fence and not underline and not bare.startswith(("#", "|")) and start is None:
            start, lines = offset + (item.end() if item else 0), 0
        lines += 1
        offset += len(line)


def _of_paragraph(body: str, outer: str, paragraph: _Paragraph) -> Iterator[Sentence]:
    parts = split(outer[paragraph.start:paragraph.end])
    for number, (start, end) in enumerate(parts):
        start, end = start + paragraph.start, end + paragraph.start
        if body.startswith("^[", end) and not outer.startswith("^[", end):  # the note at its end belongs to it
            end += len(outer[end:]) - len(outer[end:].lstrip(" "))
        last = number == len(parts) - 1
        leads = last and body[start:end].rstrip().endswith(":") and bool(
            re.match(r"\s*(?:[-*+]|#\.|\(?\d+[.)])\s", body[end:]))
        yield Sentence(start, end, body[start:end].strip(), paragraph.blocks, not number, last, leads)


# --- sentences --------------------------------------------------------------------

#: Not the end of a sentence, whatever follows.
_ABBREVIATIONS = frozenset("e.g. i.e. cf. vs. mr. ms. mrs. dr. prof. gen. col. lt. sgt. capt. rev. hon. sen. rep. gov. "
                           "st. mt. no. nos. p. pp. ch. sec. art. para. vol. ed. eds. fig. figs. tab. ca. c. approx. "
                           "jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec. est. dept. univ.".split())
#: The end of a sentence only where a word follows that begins one.
_EITHER_WAY = frozenset("etc. inc. ltd. co. corp. jr. sr. al. a.m. p.m. bros.".split())
_BEGINS = re.compile(r"(?:The|An?|This|That|These|Those|It|Its|He|She|They|We|In|On|At|But|And|Or|Yet|By|For|From|"
                     r"After|"
                     r"Before|When|While|As|If|There|Their|His|Her|Not|No|One|Both|Some|Most|Nobody|So)\s")
_STOP = re.compile(r"(?:[.!?…]+|[。！？]+)(?:[\"'”’»)*_]|\](?:\([^)\n]*\)|\{[^}\n]*\})?|\[\^[^\]\n]+\])*")
_PROTECTED = re.compile(r"`[^`\n]*`|\[[^\[\]]*@[^\[\]]*\]|<https?:[^>]*>|\]\([^)\n]*\)")
_SAYS = re.compile(r"\s+(?:[A-Z][\w'’-]*\s+){1,4}(?:said|says|told|asked|added|wrote|replied|argued|warned|claimed|"
                   r"called|"
                   r"insisted|answered|shouted)\b")


def split(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence in a paragraph of Markdown, spaces at the ends left out.

    A citation after a full stop belongs to the sentence before it.
    """
    found = []
    at = 0
    protected = [match.span() for match in _PROTECTED.finditer(text)]
    for match in _STOP.finditer(text):
        if match.start() < at or any(start <= match.start() < end for start, end in protected):
            continue
        if not _ends(text, at, match):
            continue
        after = re.match(r"(?:\s*\[[^\[\]]*@[^\[\]]*\])+", text[match.end():])
        stop = match.end() + (after.end() if after else 0)
        found.append((at, stop))
        at = stop
    found.append((at, len(text)))
    return [(start + len(text[start:end]) - len(text[start:end].lstrip()), start + len(text[start:end].rstrip()))
            for start, end in found if re.search(r"\w", text[start:end])]


def _ends(text: str, at: int, match: re.Match[str]) -> bool:
    """Whether a full stop (with what closes after it) ends the sentence that begins at `at`."""
    rest = text[match.end():]
    if not rest.strip() or match[0][0] in "。！？":
        return True
    opening = re.match(r"\s+[\"'“‘«(*_\[¿¡]*(.)", rest, re.DOTALL)
    if not opening or not (opening[1] in "`@" or opening[1].isdigit() or opening[1].isalpha()
                           and not opening[1].islower()):
        return False
    if re.match(r"\s*\[[^\[\]]*@", rest):
        return True
    if re.search(r"[\"”’»]", match[0]) and _SAYS.match(rest):  # “Go!” Brook said
        return False
    word = text[at:match.start() + 1].rsplit(None, 1)[-1].lstrip("\"'“‘«([*_")
    if match[0][0] != "." or match[0].startswith(".."):
        return True
    if not current().english:
        return not _shortened(word)
    if word.lower() in _ABBREVIATIONS and not (word in ("No.", "no.") and not opening[1].isdigit()):
        return False
    if word.lower() in _EITHER_WAY or re.fullmatch(r"(?:[^\W\d_]\.)+", word):
        return bool(_BEGINS.match(rest.lstrip()))
    return True


def _shortened(word: str) -> bool:
    """Whether a word of another language is an abbreviation, a single letter, or a number that its stop makes the third
    of three, where the language has that (its catalogue lists `1.` among the abbreviations)."""
    known = current().say("e.g. i.e. cf. vs. Mr. Mrs. Dr. Prof. No. p. pp. ed. eds. ca. Jan. Feb. Aug. Sept. Oct. Nov. "
                          "Dec.").casefold().split()
    return word.casefold() in known or bool(re.fullmatch(r"(?:[^\W\d_]\.)+", word)) \
        or "1." in known and bool(re.fullmatch(r"\d{1,2}\.", word))
