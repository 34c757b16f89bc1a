"""From bound Markdown to one document tree, which both writers take.

The tree is Pandoc's (https://hackage.haskell.org/package/pandoc-types), with
cross-references numbered and linked, citations resolved and every link inside
the document known to arrive.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import limits
from ..findings import Finding, InvalidReport, meant, shown
from ..language import REFERENCES, current, later, say
from . import citations
from .report import CALLOUTS, Bound, Picture, Report
from .tree import Node, attributes, div, pandoc, plain, transform, walk

#: What a callout is called that has no title of its own.
_KINDS = {"note": later("Note"), "tip": later("Tip"), "warning": later("Warning"), "important": later("Important"),
          "caution": later("Caution")}
_CALLOUT_CLASSES = {f"callout-{kind}" for kind in CALLOUTS}


@dataclass(frozen=True)
class Document:
    """A document ready to be written: metadata, blocks, pictures by label.

    `blocks` are Pandoc blocks. Figures and tables are Div blocks with the
    attributes `number` and `kind`, their caption the last block; citations
    keep their Cite node, with the formatted text inside.
    """

    meta: Mapping[str, Any]
    blocks: list[Node]
    pictures: Mapping[str, Picture]
    numbered: bool


def build(report: Report, bound: Bound, references: Path, root: Path) -> Document:
    """The document of a bound report.

    `references` is a file of CSL items as JSON; the front matter's own
    bibliography files are read besides. Raises InvalidReport for references, citations and links that
    lead nowhere.
    """
    blocks = json.loads(pandoc(bound.markdown, "--from=markdown", "--to=json"))["blocks"]
    located = Located(report, bound)
    blocks = transform(blocks, functools.partial(_as_text, bound))
    findings: list[Finding] = []
    blocks, files = pictures_from_files(blocks, located, root, findings.append)
    findings += [*check(blocks, located), *citations.check_bibliography(report, root)]
    if findings:
        raise InvalidReport(sorted(findings, key=lambda f: (f.line or 0, f.character or 0)))
    if not current().english:
        blocks = transform(blocks, _quoted)
    _title_callouts(blocks)
    numbers = _number(blocks, bool(report.front.get("number-sections")))

    def unresolved(id: str, expected: str, code: str = "reference-unresolved", known: Sequence[str] = ()) -> None:
        findings.append(Finding(code, report.path, shown(f"@{id}"), expected,
                                f"{meant(f'@{id}', [f'@{one}' for one in known])}Correct the id, or add what it names.",
                                **_find(report, bound, id)))

    blocks = transform(blocks, functools.partial(_refer, numbers, unresolved))
    _tables_from_html(blocks)
    blocks, missing = citations.cite(blocks, report, references, root)
    cited = [item["id"] for item in json.loads(references.read_text("utf-8"))] if missing else []
    for id in missing:
        unresolved(id, "a passage, a source or an entry of the bibliography", "citation-unresolved", cited)
    findings += [*_dangling_links(blocks, report, bound, missing), *_foreign_links(blocks, located)]
    if findings:
        raise InvalidReport(sorted(findings, key=lambda f: (f.line or 0, f.character or 0)))
    return Document(report.front, blocks, {**bound.pictures, **files}, bool(report.front.get("number-sections")))


def _quoted(node: Node) -> list[Node] | None:
    """Quotation marks of the language in place of what a writer would take for them, which are English in a page."""
    if node["t"] != "Quoted":
        return None
    form = say("“{quote}”") if node["c"][0]["t"] == "DoubleQuote" else say("‘{quote}’")
    before, after = form.split("{quote}")
    return [{"t": "Str", "c": before}, *node["c"][1], {"t": "Str", "c": after}]


def _find(report: Report, bound: Bound, id: str) -> dict[str, Any]:
    """The place in the report from which an id came: where it is cited, else where it stands."""
    if exact := _exact(report, id):
        return report.place(exact[0])
    match = re.search(rf"(?<![\w-]){re.escape(id)}(?![\w-])", bound.markdown)
    return report.place(bound.origin(match.start())) if match else {"line": 1}


def _exact(report: Report, id: str) -> list[int]:
    return [span.start for span in report.of_kind("reference", "citation") if span.content == id]


# --- numbers and references -----------------------------------------------------

def _title_callouts(blocks: list[Node]) -> None:
    """Give every callout a first block with its title: `title=`, else its first heading, else its kind.

    A callout's heading is no section of the document.
    """
    for node in walk(blocks):
        if node["t"] != "Div" or not (kind := callout(node["c"][0][1])):
            continue
        inner, title = node["c"][1], attributes(node)[2].get("title")
        if title:
            head = [{"t": "Str", "c": title}]
        elif inner and inner[0]["t"] == "Header":
            head = inner.pop(0)["c"][2]
        else:
            head = [{"t": "Str", "c": say(_KINDS[kind])}]
        inner.insert(0, div("", ["callout-title"], {}, [{"t": "Para", "c": [{"t": "Strong", "c": head}]}]))


def _number(blocks: list[Node], sections: bool) -> dict[str, str]:
    """Number figures, tables and sections in place; what a reference to each id says."""
    said: dict[str, str] = {}
    counts = dict.fromkeys(REFERENCES, 0)
    depth: list[int] = []
    for node in walk(blocks):
        if node["t"] == "Header":
            level, (id, classes, _), text = node["c"]
            if not sections:
                said[id] = plain(text)
            elif "unnumbered" not in classes:
                depth = [*depth, *[0] * level][:level]
                depth[-1] += 1
                said[id] = f"{say(REFERENCES['sec'])}\u00a0{'.'.join(str(n) for n in depth)}"
            continue
        if node["t"] not in ("Div", "Figure", "Table"):
            continue
        id, _, pairs = attributes(node)
        kind = id.split("-", 1)[0]
        if kind in ("fig", "tbl") and "-" in id:
            counts[kind] += 1
            said[id] = f"{say(REFERENCES[kind])}\u00a0{counts[kind]}"
            node["c"][0][2] = [*[list(p) for p in pairs.items()], ["kind", kind], ["number", said[id]]]
    return said


def _refer(numbers: Mapping[str, str], unresolved: Callable[..., None], node: Node) -> Any:
    """A citation that is a cross-reference becomes a link; other citations stay."""
    if node["t"] != "Cite":
        return None
    citations = node["c"][0]
    ids = [citation["citationId"] for citation in citations]
    crosses = [id.split("-", 1)[0] in REFERENCES and "-" in id for id in ids]
    if not any(crosses):
        return None
    if not all(crosses):
        for id, cross in zip(ids, crosses, strict=True):
            if not cross:
                unresolved(id, "a cross-reference and a citation in brackets of their own", "reference-mixed")
    result: list[Node] = []
    for n, (id, cross, citation) in enumerate(zip(ids, crosses, citations, strict=True)):
        if n:
            result += [{"t": "Str", "c": ";"}, {"t": "Space"}]
        if not cross:
            result.append({"t": "Cite", "c": [[citation], [{"t": "Str", "c": f"@{id}"}]]})
        elif id in numbers:
            result.append({"t": "Link", "c": [["", ["cross-reference"], []], [{"t": "Str", "c": numbers[id]}],
                                              [f"#{id}", ""]]})
        else:
            same = [known for known in numbers if known.startswith(id.split("-", 1)[0] + "-")]
            unresolved(id, f"one of {', '.join(same) or 'none: nothing of this kind has a label'}", known=same)
    return result


def _tables_from_html(blocks: list[Node]) -> None:
    """Replace raw HTML tables, such as frames are shown by, with tables of the tree."""
    for node in walk(blocks):
        if node["t"] == "RawBlock" and node["c"][0] == "html" and "<table" in node["c"][1]:
            table = re.sub(r"<style.*?</style>", "", node["c"][1], flags=re.DOTALL)
            inner = transform(json.loads(pandoc(table, "--from=html", "--to=json"))["blocks"], _passive)
            node.clear()
            node.update(div("", [], {}, inner))


def _as_text(bound: Bound, node: Node) -> Node | None:
    """Raw markup that no line of the report has, and which came with a value or an output, as the text that it is."""
    if node["t"] not in ("RawInline", "RawBlock") or (node["t"] == "RawBlock" and "<table" in node["c"][1]):
        return None
    text = node["c"][1]
    if not text.strip() or bound.is_own(text):
        return None
    inner: list[Node] = [{"t": "Str", "c": text}]
    return inner[0] if node["t"] == "RawInline" else {"t": "Para", "c": inner}


def _passive(node: Node) -> Node | None:
    """A node of a foreign table without the attributes that a page would run, fetch or be styled by."""
    if node["t"] in ATTRIBUTED:
        attr = node["c"][1] if node["t"] == "Header" else node["c"][0]
        attr[2] = [pair for pair in attr[2] if not ACTIVE.fullmatch(pair[0])]
    return None


# --- links ----------------------------------------------------------------------

#: What a link may lead to beside places of the document itself: nothing that runs, or that reads the reader's disk.
SCHEMES = ("https", "http", "mailto")


def is_safe(target: str) -> bool:
    """Whether a link leads to a place of the document, beside it, or by one of SCHEMES elsewhere.

    As the WHATWG URL standard reads it (https://url.spec.whatwg.org): without control characters and spaces, in which
    a scheme may hide.
    """
    target = re.sub(r"[\x00-\x20\x7f]", "", target)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", target)
    return scheme[1].lower() in SCHEMES if scheme else not re.match(r"[/\\]{2}", target)


def _foreign_links(blocks: list[Node], located: Located) -> Iterator[Finding]:
    for node in walk(blocks):
        if node["t"] == "Image":  # in a table of HTML: all others are pictures of the project by now
            yield located.finding("image-inline", shown(node["c"][2][0]), "a table of text",
                                  "Show the picture in a figure of its own.", node["c"][2][0])
        if node["t"] == "Link" and not is_safe(target := node["c"][2][0]):
            yield located.finding("link-scheme", f"a link to {shown(target)}",
                                  f"a link by {', '.join(SCHEMES)}, or to a place of the report",
                                  "Name the address as text, or link to a page of the web.", target)


def identifiers(blocks: list[Node]) -> list[str]:
    """All ids in a tree, in reading order."""
    found = []
    for node in walk(blocks):
        if node["t"] in ATTRIBUTED:
            id = attributes(node)[0]
            if id:
                found.append(id)
    return found


def _dangling_links(blocks: list[Node], report: Report, bound: Bound, missing: Sequence[str]) -> Iterator[Finding]:
    ids = identifiers(blocks)
    for id in sorted(id for id, count in Counter(ids).items() if count > 1):
        yield Finding("label-twice", report.path, f"the label {shown(id)} more than once", "each label once",
                      "Rename one, or embed the figure once.", **_find(report, bound, id))
    known = {*ids, *(f"ref-{id}" for id in missing)}  # what is missing has its own finding
    for node in walk(blocks):
        if node["t"] == "Link" and node["c"][2][0].startswith("#") and node["c"][2][0][1:] not in known:
            target = node["c"][2][0]
            yield Finding("link-dangling", report.path, f"a link to {shown(target)}", "an id of this document",
                          f"{meant(target, [f'#{id}' for id in ids])}Correct the id, cite what the link leads to, or "
                          "set `nocite: '@*'`.", **_find(report, bound, target[1:]))


# --- what both writers ask ------------------------------------------------------

def evidence_of(node: Node) -> list[str]:
    """The ids that a part of a document cites or takes its values from, in reading order."""
    found: list[str] = []
    for part in walk(node):
        if part["t"] == "Cite":
            found += [citation["citationId"] for citation in part["c"][0]]
        elif part["t"] == "Link" and "value" in part["c"][0][1]:
            found += attributes(part)[2].get("evidence", "").split()
    return found


def visible(blocks: list[Node], form: str) -> list[Node]:
    """The blocks that a format shows, without the ways back to places that it does not."""
    def shown_there(node: Node) -> Any:
        return [] if node["t"] in ("Div", "Span") and hidden(*attributes(node)[1:], form) else None

    blocks = transform(blocks, shown_there)
    places = {attributes(node)[0] for node in walk(blocks) if node["t"] == "Span"
              and "citation-place" in attributes(node)[1]}

    def arrives(node: Node) -> Any:
        if node["t"] == "Link" and "back" in node["c"][0][1] and node["c"][2][0].removeprefix("#") not in places:
            return []
        return None

    arriving: list[Node] = transform(blocks, arrives)
    return arriving


def hidden(classes: Sequence[str], pairs: Mapping[str, str], target: str) -> bool:
    """Whether a conditional block (`.content-visible`, `.content-hidden`) is not for this format."""
    only, but = pairs.get("when-format"), pairs.get("unless-format")
    applies = (only is None or only == target) and (but is None or but != target)
    return ("content-visible" in classes and not applies) or ("content-hidden" in classes and applies)


def callout(classes: Sequence[str]) -> str | None:
    """The kind of a callout (`note`, `tip`, …); None for any other block."""
    return next((name.removeprefix("callout-") for name in classes if name in _CALLOUT_CLASSES), None)


# --- what both writers can show ----------------------------------------------------

FORMATS = ("html", "typst")
IMAGES = {".svg": "svg", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}
#: Classes and attributes that Quarto gives a meaning which the embedded engine does not have.
QUARTO_ONLY = re.compile(r"panel-\w+|column-\w+|aside|fullwidth|incremental|theorem|hidden")
QUARTO_ONLY_KEYS = ("layout", "layout-nrow", "when-profile", "unless-profile", "when-meta", "unless-meta")


#: Attributes that a browser runs, fetches or styles by.
ACTIVE = re.compile(r"on[a-z]+|style|src\w*|href|(?:form)?action|data|poster|background|ping", re.IGNORECASE)
#: Kinds of nodes that have attributes.
ATTRIBUTED = ("Div", "Span", "Header", "Figure", "Table", "Code", "CodeBlock", "Link", "Image")


@dataclass(frozen=True)
class Located:
    """A report with its bound text, to say where a node of its tree came from."""

    report: Report
    bound: Bound

    def at(self, *texts: str) -> dict[str, Any]:
        """The place of the first of these texts that the bound report has; else its first line."""
        for text in texts:
            offset = self.bound.markdown.find(text) if text else -1
            if offset >= 0:
                return self.report.place(self.bound.origin(offset))
        return self.report.place(self.report.body_start)

    def finding(self, code: str, found: str, expected: str, remedy: str, *texts: str) -> Finding:
        """A finding at the line of the report that these texts come from."""
        return Finding(code, self.report.path, found, expected, remedy, **self.at(*texts))


def check(blocks: list[Node], located: Located) -> Iterator[Finding]:
    """All that the tree holds and the writers cannot show."""
    for node in walk(blocks):
        if node["t"] in ("RawBlock", "RawInline"):
            yield from _raw(node, located)
        elif node["t"] in ("Div", "Span"):
            yield from _attributed(node, located)
        if node["t"] in ATTRIBUTED:
            yield from _active(node, located)
    yield from _headings(blocks, located)


def _raw(node: Node, located: Located) -> Iterator[Finding]:
    kind, text = node["c"]
    if (kind == "html" and (text.lstrip().startswith("<!--") or "<table" in text)) or not text.strip():
        return
    first = text.strip().splitlines()[0]
    yield located.finding("raw", f"{kind}: {shown(first)}", "what both HTML and PDF can show",
                          "Write it in Markdown; put a word in < > between backquotes.", text, first)


def _attributed(node: Node, located: Located) -> Iterator[Finding]:
    id, classes, pairs = attributes(node)
    for name in classes:
        if QUARTO_ONLY.fullmatch(name):
            yield located.finding("class", f".{name}", "a class that docs/quarto.md lists, or one of your own",
                                  "Write it without: Quarto gets what this package shows.", f".{name}")
    for key in pairs:
        if key in QUARTO_ONLY_KEYS:
            yield located.finding("attribute", key, "layout-ncol, when-format or unless-format",
                                  "Write it without: Quarto gets what this package shows.", f"{key}=")
    for key in ("when-format", "unless-format"):
        if key in pairs and pairs[key] not in FORMATS:
            yield located.finding("format", shown(pairs[key]), f"one of {' '.join(FORMATS)}",
                                  f"{meant(pairs[key], FORMATS)}The PDF's format is typst.",
                                  f"{key}=\"{pairs[key]}\"", f"{key}=")
    if "layout-ncol" in pairs and not re.fullmatch(r"[1-6]", pairs["layout-ncol"]):
        yield located.finding("layout", shown(pairs["layout-ncol"]), "a number of columns from 1 to 6",
                              "Write it as layout-ncol=2.", "layout-ncol=")
    if re.match(r"(fig|tbl)-", id) and node["t"] == "Div":
        inner = node["c"][1]
        if len(inner) < 2 or inner[-1]["t"] not in ("Para", "Plain"):
            yield located.finding("caption-missing", f"no caption for {id}", "a last paragraph that is the caption",
                                  "Say in a sentence what is shown.", f"#{id}")


def _active(node: Node, located: Located) -> Iterator[Finding]:
    """Attributes that do what nothing in an edition does; the page's policy blocks them, too."""
    for key in attributes(node)[2]:
        if ACTIVE.fullmatch(key):
            yield located.finding("attribute", shown(key), "an attribute that names, sizes or tells",
                                  "Leave it out: nothing in an edition runs or is fetched; its look is given.",
                                  f"{key}=")


def _headings(blocks: list[Node], located: Located) -> Iterator[Finding]:
    above = 0
    for node in walk(blocks):
        if node["t"] == "Header":
            level, _, text = node["c"]
            if level > above + 1:
                words = plain(text)
                yield located.finding("heading-level", f"{shown(words)} at level {level}", f"level {above + 1} at most",
                                      f"Write `{'#' * (above + 1)} {words}`: leave no level out, since screen "
                                      "readers and the PDF's outline count them.",
                                      f"{'#' * level} {words}", words)
            above = level


# --- pictures from files ----------------------------------------------------------

def pictures_from_files(blocks: list[Node], located: Located, root: Path,
                        add: Callable[[Finding], None]) -> tuple[list[Node], dict[str, Picture]]:
    """Figures whose picture is a file of the project (`![Caption](file.png){#fig-x fig-alt="…"}`) as the
    embedded ones are; the pictures by label."""
    found: dict[str, Picture] = {}

    def change(node: Node) -> Any:
        if node["t"] == "Figure":
            image = next((n for n in walk(node["c"][2]) if n["t"] == "Image"), None)
            if image is None:
                return None
            id = node["c"][0][0] or attributes(image)[0]
            picture = _picture(id, image, node, located, root, add)
            if picture is None:
                return []
            found[id] = picture
            caption = {"t": "Para", "c": image["c"][1]}
            return div(id, [], {}, [div("", ["picture"], {"name": id}, []), caption])
        return None

    blocks = transform(blocks, change)
    for node in walk(blocks):
        if node["t"] == "Image":
            add(located.finding("image-inline", shown(node["c"][2][0]), "a figure of its own with a label",
                                'Give it a paragraph: ![Caption](file.png){#fig-name fig-alt="…"}.', node["c"][2][0]))
    return blocks, found


def _picture(id: str, image: Node, figure: Node, located: Located, root: Path,
             add: Callable[[Finding], None]) -> Picture | None:
    target = image["c"][2][0]
    pairs: Mapping[str, str] = {**attributes(figure)[2], **attributes(image)[2]}
    alt = pairs.get("fig-alt") or pairs.get("alt") or ""
    path = root / target
    problems = []
    if not id.startswith("fig-"):
        name = re.sub(r"[^a-z0-9]+", "-", Path(target).stem.lower()).strip("-") or "name"
        problems.append(("figure-unlabelled", "no label", "a label such as #fig-name", f"Add {{#fig-{name}}}."))
    if not alt or alt == plain(image["c"][1]):
        problems.append(("alt-missing", "no alt text of its own", 'fig-alt="…"', "Describe the picture."))
    if not citations.inside(root, target) or not path.is_file():
        problems.append(("image-missing", shown(target), "a picture file inside the project",
                         f"{meant(target, citations.beside(root, target))}Correct the path."))
    elif path.suffix.lower() not in IMAGES:
        problems.append(("image-format", shown(path.suffix), f"one of {' '.join(IMAGES)}", "Convert the picture."))
    elif large := limits.too_large(path, target, limits.PICTURE_BYTES, "Make the picture smaller."):
        problems.append((large.code, large.found, large.expected, large.remedy))
    elif limits.pixels(path.read_bytes()) > limits.PICTURE_PIXELS:
        problems.append(("too-large", f"a picture of {limits.pixels(path.read_bytes()):,} pixels",
                         f"at most {limits.PICTURE_PIXELS:,}", "Make the picture smaller."))
    for problem in problems:
        add(located.finding(*problem, target))
    return None if problems else Picture(id, path.read_bytes(), IMAGES[path.suffix.lower()], alt)
