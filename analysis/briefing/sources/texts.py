"""Read what somebody has as a source, a text, Markdown, a web page, a PDF or a document, into plain text.

A text has a paragraph a line, and an empty line between two. Nothing is corrected in it: passages are places in it,
pinned by a hash. Who published it, when and under what title is taken from the file where it says so, and from
nothing else. What a file is, its first bytes and its name tell.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import io
import itertools
import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import Any

from ..facts.dates import date_bounds
from ..findings import BriefingError, shown
from ..limits import SOURCE_BYTES, too_large

#: What pandoc reads, by the end of a file's name.
DOCUMENTS = {".md": "markdown-smart", ".markdown": "markdown-smart", ".qmd": "markdown-smart", ".docx": "docx",
             ".odt": "odt", ".rtf": "rtf", ".epub": "epub"}
LONGEST_TITLE = 200
#: Below this the language is left open.
SURE = 0.9


@dataclass(frozen=True)
class Text:
    """A text and what its file says about it; empty where it says nothing.

    The lines of `content` end with a line feed; `published` is an EDTF date, `language` a BCP 47 tag (`und` where it
    is not clear); `kind` says what the file was.
    """

    content: str
    kind: str
    title: str = ""
    publisher: str = ""
    published: str = ""
    language: str = "und"
    url: str = ""


def read(path: Path) -> Text:
    """Read a file as a source.

    Raises BriefingError for a file that cannot be read, is empty, binary, not UTF-8, a scan without text, locked by a
    password or too large.
    """
    if large := too_large(path, str(path), SOURCE_BYTES, "Take the part that is coded."):
        raise BriefingError(str(large))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BriefingError(f"{path}: found no readable file ({error.strerror}), expected a text, Markdown, a web page "
                            "or a PDF. Correct the path.") from error
    if not data.strip():
        raise _refused(path, "an empty file", "a text", "Save the source's text into it.")
    text = _reader(path, data)(path, data)
    if not text.content.strip():
        raise _refused(path, f"a {text.kind} without text", "a text",
                       "Copy the text into a file of its own, NAME.txt, and give that.")
    content = text.content if text.content.endswith("\n") else f"{text.content}\n"
    return replace(text, content=content, title=text.title or _first_line(content),
                   language=text.language if text.language != "und" else _language(content))


def _refused(path: Path, found: str, expected: str, remedy: str) -> BriefingError:
    return BriefingError(f"{path}: found {found}, expected {expected}. {remedy}")


def _reader(path: Path, data: bytes) -> Callable[[Path, bytes], Text]:
    suffix = path.suffix.lower()
    begin = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begin.startswith(b"%pdf-"):
        return _pdf
    if suffix in (".html", ".htm", ".xhtml") or begin.startswith((b"<!doctype html", b"<html")):
        return _page
    return _document if suffix in DOCUMENTS else _plain


# --- plain text -----------------------------------------------------------------

def _plain(path: Path, data: bytes) -> Text:
    return Text(_unwrapped(_decoded(path, data)), "text")


def _decoded(path: Path, data: bytes) -> str:
    """A text in UTF-8, its lines ended by line feeds."""
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(path, "a binary file", "a text, Markdown, a web page or a PDF",
                       "Copy the text into a file of its own, NAME.txt, and give that.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        from charset_normalizer import from_bytes

        best = from_bytes(data).best()
        guess = codecs.lookup(best.encoding if best else "cp1252").name.replace("_", "-")  # as iconv calls it
        raise _refused(path, f"the byte 0x{data[error.start]:02x} at {error.start}", "text in UTF-8",
                       f"Save it in UTF-8; it looks like {guess}: iconv -f {guess} -t utf-8 {quote(path.name)} > "
                       f"{quote(f'{path.stem}-utf8{path.suffix}')}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unwrapped(text: str) -> str:
    """A text whose paragraphs were broken into lines of about one width, with a line for each paragraph."""
    blocks = re.split(r"\n(?:[ \t]*\n)+", text.strip("\n"))
    broken = [lines for block in blocks if len(lines := block.split("\n")) > 1]
    inner = [len(line) for lines in broken for line in lines[:-1]]
    even = inner and max(inner) <= 100 and sum(length >= 45 for length in inner) >= 0.8 * len(inner)
    if len(blocks) < 3 or len(broken) < len(blocks) / 3 or not even:
        return text
    return "\n\n".join(_joined(block.split("\n")) for block in blocks) + "\n"


def _joined(lines: list[str]) -> str:
    """The lines of a paragraph as one, words that were parted at an end put together."""
    text = ""
    for line in filter(None, (re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in lines)):
        if re.search(r"[^\W\d_](?:\u00ad|\u00ad?[-\u2010])$", text) and line[:1].islower():
            text = text.rstrip("\u00ad-\u2010") + line
        else:
            text = f"{text} {line}" if text else line
    return text


def _first_line(text: str) -> str:
    """A text's first line, where it looks like a title."""
    line = text.strip().split("\n", 1)[0].strip()
    return line if len(line) <= LONGEST_TITLE and not line.endswith((".", ";", ",")) else ""


# --- what libraries read ------------------------------------------------------------

def _document(path: Path, data: bytes) -> Text:
    import pypandoc

    form = DOCUMENTS[path.suffix.lower()]
    markdown = form.startswith("markdown")  # -smart: quotation marks stay as they are
    if markdown:
        data = _decoded(path, data).encode("utf-8")
    elif form == "rtf":
        # a letter by number, and what stands in its stead: pandoc takes the sign after the number for a space
        data = re.sub(rb"(?<!\\)((?:\\\\)*\\u-?\d+)(?=[^\s\d\\])", rb"\1 ", data)
    try:
        plain = pypandoc.convert_text(data, "plain", format=form, extra_args=["--wrap=none", "--sandbox"])
        front = _front(pypandoc.convert_text(data, "json", format=form, extra_args=["--sandbox"])) if markdown else {}
    except RuntimeError as error:
        raise _refused(path, f"what pandoc cannot read ({str(error).strip().splitlines()[-1]})", f"a file of {form}",
                       "Save its text into a file of its own, NAME.txt, and give that.") from error
    return Text(plain, "Markdown" if markdown else "document", front.get("title", ""),
                front.get("publisher", ""), _date(front.get("date", "")), front.get("lang") or "und",
                front.get("url", ""))


def _front(document: str) -> dict[str, str]:
    """The plain values of a document's front matter, from pandoc's tree."""
    import json

    def words(node: Any) -> str:
        if isinstance(node, (str, list)):
            return node if isinstance(node, str) else "".join(map(words, node))
        kind, content = node["t"], node.get("c", " ")  # without a content: a space or a line's end
        if kind in ("Note", "RawInline"):
            return ""
        # of these the first part is of what kind they are, and a third where they lead
        return words(content[1] if kind in ("Cite", "Code", "Image", "Link", "Math", "Span") else content)

    meta = json.loads(document)["meta"]
    return {key: words(node["c"]).strip() for key, node in meta.items() if node["t"] == "MetaInlines"}


def _page(path: Path, data: bytes) -> Text:
    import trafilatura

    found: Any
    with _quiet("trafilatura", "htmldate", "courlan"):
        # without a last day, dates later than today's would be dropped: the clock is not asked
        found = trafilatura.bare_extraction(data, with_metadata=True, include_comments=False, date_extraction_params={
            "original_date": True, "extensive_search": False, "max_date": "2999-12-31"})
    if found is None or not (found.text or "").strip():
        raise _refused(path, "a web page without an article's text", "a page with text in it",
                       "Copy the text into a file of its own, NAME.txt, and give that.")
    # an article's paragraphs come a line each
    content = "\n\n".join(line for line in found.text.split("\n") if line.strip()) + "\n"
    return Text(content, "web page", found.title or "", found.sitename or "", _date(found.date or ""),
                found.language or _said_language(data) or "und", found.url or "")


def _said_language(page: bytes) -> str:
    match = re.search(rb"<html[^>]*?\blang\s*=\s*[\"']?([A-Za-z]{2,3})\b", page[:5000], re.IGNORECASE)
    return match[1].decode("ascii").lower() if match else ""


def _pdf(path: Path, data: bytes) -> Text:
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams, LTTextContainer, LTTextLine
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    pages: list[list[str]] = []
    try:
        with _quiet("pdfminer"):
            for page in extract_pages(io.BytesIO(data), laparams=LAParams()):
                boxes = [_joined(lines) for box in page if isinstance(box, LTTextContainer)
                         for lines in _paragraphs([line for line in box if isinstance(line, LTTextLine)])]
                # a number alone is that of the page
                pages.append([box for box in boxes if box and not re.fullmatch(r"[-–— ]*\d{1,4}[-–— ]*", box)])
    except PDFPasswordIncorrect as error:
        raise _refused(path, "a PDF that is locked by a password", "one that can be read",
                       f"Unlock it: qpdf --decrypt --password=… {quote(path.name)} open.pdf") from error
    except Exception as error:  # pdfminer raises of many kinds on broken files
        raise _refused(path, f"a PDF that cannot be read ({type(error).__name__}: {error})", "a whole PDF",
                       "Get the file again, or copy its text into NAME.txt and give that.") from error
    if not any(map(any, pages)):
        raise _refused(path, f"{len(pages)} page{'s' * (len(pages) != 1)} without text, as of a scan",
                       "a PDF with text", f"Have its letters read first: ocrmypdf {quote(path.name)} read.pdf")
    return Text("\n\n".join(_flowing(_without_heads(pages))) + "\n", "PDF", _pdf_title(data))


def _paragraphs(lines: Sequence[Any]) -> list[list[str]]:
    """The lines of a box of a PDF, parted where a size of letters, a wider gap or an indent begins a paragraph."""
    falls = sorted(above.y0 - line.y0 for above, line in itertools.pairwise(lines))
    usual = falls[(len(falls) - 1) // 2] if falls else 0
    left = min((line.x0 for line in lines), default=0)
    parts: list[list[str]] = []
    before: Any = None
    for line in lines:
        ended = before is not None and before.get_text().rstrip()[-1:] in (*'.!?:”"»',)
        if before is None or not 0.87 < line.height / max(before.height, 1) < 1.15 \
                or before.y0 - line.y0 > 1.3 * usual or (ended and line.x0 > left + 0.5 * line.height):
            parts.append([])
        parts[-1].append(line.get_text())
        before = line
    return parts


def _pdf_title(data: bytes) -> str:
    """The title that a PDF gives itself; not what programs write there for want of one."""
    import pypdf

    try:
        about = pypdf.PdfReader(io.BytesIO(data)).metadata
        title = str(about.title or "").strip() if about else ""
    except Exception:  # pypdf raises of many kinds on files that pdfminer could read
        return ""
    return "" if re.search(r"(?i)^(untitled|microsoft word|about:blank)|\.(docx?|odt|html?|pdf|typ)$", title) else title


def _without_heads(pages: list[list[str]]) -> list[list[str]]:
    """The pages without what comes again at the top or foot of most of them, but for its number."""
    def form(box: str) -> str:
        return re.sub(r"\d+", "0", box)

    ends = Counter(form(box) for boxes in pages for box in {*boxes[:2], *boxes[-2:]} if len(box) < LONGEST_TITLE)
    again = {words for words, count in ends.items() if count > max(len(pages) / 2, 1)}
    return [[box for n, box in enumerate(boxes) if not (form(box) in again and (n < 2 or n >= len(boxes) - 2))]
            for boxes in pages]


def _flowing(pages: list[list[str]]) -> list[str]:
    """The paragraphs of all pages, those that run over a page's end as one."""
    paragraphs: list[str] = []
    for boxes in pages:
        for n, box in enumerate(boxes):
            if n == 0 and paragraphs and paragraphs[-1][-1:] not in '.!?:”"»' and box[:1].islower():
                paragraphs[-1] = _joined([paragraphs[-1], box])
            else:
                paragraphs.append(box)
    return paragraphs


@contextlib.contextmanager
def _quiet(*names: str) -> Any:
    """Without what libraries log of a file's faults: what matters of them is in what they return."""
    before = [(logger, logger.level) for logger in map(logging.getLogger, names)]
    for logger, _ in before:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in before:
            logger.setLevel(level)


# --- what a text says about itself ------------------------------------------------

def _date(given: str) -> str:
    match = re.match(r"\d{4}(-\d{2}(-\d{2})?)?", given)
    try:
        if match and date_bounds(match[0]):
            return match[0]
    except ValueError:
        pass
    return ""


def _language(text: str) -> str:
    """The language of a text as far as its letters tell; `und`, undetermined, where they do not."""
    language, sure = _languages().classify(text[:20_000])
    return str(language) if sure >= SURE and len(re.findall(r"[^\W\d_]{2,}", text[:20_000])) >= 5 else "und"


@functools.cache
def _languages() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)  # half a second


def described(path: Path) -> str:
    """A title for a text that gives itself none, in square brackets as `sources` asks."""
    return f"[Text of {shown(path.name)[1:-1]}]"
