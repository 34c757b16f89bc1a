"""Read `report.qmd` and bind into it what was computed.

The file is a Quarto document. This module understands the part of Quarto's
syntax that docs/quarto.md lists, and says so, with file and line, where a
report goes beyond it: nothing is dropped in silence.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ..execution.figures import FIGURE, VEGA_LITE
from ..execution.notebooks import EXECUTED, FOR_QUARTO, Cell, cell_options, cells
from ..facts.quantities import markdown, verbatim
from ..facts.rules.characters import hidden_problem
from ..findings import Finding, InvalidReport, meant, shown
from ..language import REFERENCES, Language, catalogues, several
from ..limits import REPORT_BYTES, REPORT_DEPTH, too_large
from . import parameters, sections

#: Reference prefixes of Quarto that the embedded engine has no counterpart for.
FOREIGN_REFERENCES = ("eq", "lst", "thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "sol", "rem", "alg",
                      "nte", "tip", "wrn", "imp", "cau")
CALLOUTS = ("note", "tip", "warning", "important", "caution")
CELL_OPTIONS = {"label", "echo", "eval", "output", "include", "warning", "error", "fig-cap", "fig-alt", "tbl-cap",
                "fig-width", "fig-height", "tbl-colwidths"}


@dataclass(frozen=True)
class Span:
    """A stretch of the report that is replaced, or looked at: `[start, end)` in its text."""

    kind: str  # cell, inline, embed, meta, pagebreak, reference, citation
    start: int
    end: int
    content: str


@dataclass(frozen=True)
class Report:
    """A report as read: front matter as data, the whole text, and the spans in it."""

    path: str
    text: str
    front: Mapping[str, Any]
    body_start: int
    spans: tuple[Span, ...]
    complete: Report | None = None  # with the sections that the front matter leaves out, where it leaves out any

    def place(self, offset: int) -> dict[str, Any]:
        """Line and character of an offset, as findings give them."""
        before = self.text[:offset]
        return {"line": before.count("\n") + 1, "character": offset - (before.rfind("\n") + 1) + 1}

    def of_kind(self, *kinds: str) -> list[Span]:
        """The spans of some kinds, in order."""
        return [span for span in self.spans if span.kind in kinds]

    @property
    def whole(self) -> Report:
        """The report with all its sections."""
        return self.complete or self


@dataclass(frozen=True)
class Picture:
    """A drawn figure: what is shown, what stands for it, and what it was drawn from."""

    label: str
    image: bytes
    format: str  # svg, png or jpeg
    alt: str
    narrow: str = ""
    table: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    notebook: str = ""
    pages: tuple[str, ...] = ()  # the drawing in parts, where it is too tall for a page
    specification: Mapping[str, Any] = field(default_factory=dict)  # Vega-Lite, with the fields of the data
    live: Mapping[str, Any] = field(default_factory=dict)  # Vega, where a reader can do something with the chart
    credits: tuple[str, ...] = ()  # who published what it shows


# --- reading ------------------------------------------------------------------

def read(root: Path, name: str = "report.qmd") -> Report:
    """Read a report; raises InvalidReport with everything in it that is not understood."""
    text = _text(root / name, name)
    front, body_start = parameters.read(text, name)
    report, found = _scanned(name, text, {key: value for key, value in front.items() if value is not None}, body_start)
    findings = list(_check_front(front, report))
    if not findings and (keep := front.get("sections")) is not None:
        left = sections.kept(text, body_start, list(map(str, keep)))
        report, found = _scanned(name, left, report.front, body_start, report)
        findings += sections.check_left_out(report)
    findings += [*found, *_check_spans(report), *_check_lines(report.whole)]
    if not any(finding.line == _line(report, "lang") for finding in findings):
        spoken = Language(str(front.get("lang") or "en"), str(root))
        findings += catalogues.check(spoken, name, _line(report, "lang"))
    if findings:
        raise InvalidReport(sorted(findings, key=lambda f: (f.line or 0, f.character or 0)))
    return report


def _scanned(name: str, text: str, front: Mapping[str, Any], body_start: int,
             complete: Report | None = None) -> tuple[Report, list[Finding]]:
    """A report of this text, and what in it is not understood."""
    items = list(_scan(text, body_start))
    report = Report(name, text, front, body_start, tuple(item for item in items if isinstance(item, Span)), complete)
    return report, [Finding(code, name, found, expected, remedy, **report.place(offset))
                    for offset, code, found, expected, remedy in (i for i in items if not isinstance(i, Span))]


def _text(path: Path, name: str) -> str:
    def invalid(code: str, found: str, expected: str, remedy: str, line: int | None = None) -> InvalidReport:
        return InvalidReport([Finding(code, name, found, expected, remedy, line=line)])

    if large := too_large(path, name, REPORT_BYTES, "Move what is no prose into notebooks."):
        raise InvalidReport([large])
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise invalid("report-missing", f"no readable file ({error.strerror})", "a Quarto document",
                      "Add the report, or name another folder with --project.") from error
    except UnicodeDecodeError as error:
        raise invalid("not-utf-8", f"the byte 0x{data[error.start]:02x}", "UTF-8", "Save the file in UTF-8.",
                      data.count(b"\n", 0, error.start) + 1) from error
    if text.startswith("\ufeff"):
        raise invalid("byte-order-mark", "a byte-order mark", "UTF-8 without one",
                      'Save the file as "UTF-8", not as "UTF-8 with BOM".', 1)
    if "\r" in text:
        raise invalid("line-ends", "a carriage return", r"lines that end in \n", "Save the file with Unix line ends.",
                      text.count("\n", 0, text.index("\r")) + 1)
    return text


def _check_front(front: Mapping[str, Any], report: Report) -> Iterator[Finding]:
    found = list(parameters.check(front, report.path, partial(_line, report)))
    yield from found
    if not any(finding.line == _line(report, "sections") for finding in found):
        yield from sections.check(report, _line(report, "sections"))


def _line(report: Report, key: str) -> int:
    """The line of a key of the front matter; the first where it is not there."""
    match = re.search(rf"^{re.escape(key)}\s*:", report.text[:report.body_start], re.MULTILINE)
    return int(report.place(match.start())["line"]) if match else 1


# --- scanning -----------------------------------------------------------------

Problem = tuple[int, str, str, str, str]
#: By pattern and not from pandoc's tree, which has no offsets: what is bound, and every finding, needs its place.
_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})[ \t]*(.*)$")
_INLINE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_SHORTCODE = re.compile(r"\{\{<(.*?)>\}\}")
_REFERENCE = re.compile(r"(?<![\w@.\\])@\{?([A-Za-z0-9_](?:[\w:.#$%&+?<>~/-]*[\w])?)")


def _scan(text: str, start: int) -> Iterator[Span | Problem]:  # noqa: C901  one branch a construct of the syntax
    """The spans of a body in order, and what in it is not understood."""
    plain = list(text)  # the body with code and comments blanked, so that offsets stay
    offset, fence = start, None
    for line in text[start:].splitlines(keepends=True):
        match = _FENCE.match(line.rstrip("\n"))
        if fence is None and match and not (match[2][0] == "`" and "`" in match[3]):
            fence = (offset, match[2], match[3].strip(), offset + len(line))
        elif fence is not None and match and match[2].startswith(fence[1]) and not match[3].strip():
            yield from _fenced(text, fence, offset, offset + len(line))
            plain[fence[0]:offset + len(line)] = " " * (offset + len(line) - fence[0])
            fence = None
        offset += len(line)
    if fence is not None:
        yield (fence[0], "fence-open", "a code block without end", "a closing fence", "Close the block.")
        plain[fence[0]:] = " " * (len(text) - fence[0])

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    body = re.sub(r"<!--.*?-->", blank, "".join(plain), flags=re.DOTALL)
    for match in _INLINE.finditer(body, start):
        code = re.match(r"\{(python|r|julia|ojs)\}(\s+)(.*)", match[2], re.DOTALL)
        if code and len(match[1]) == 1:
            yield from _inline(match.start(), match.end(), *code.groups())
    body = body[:start] + _INLINE.sub(blank, body[start:])
    for match in _SHORTCODE.finditer(body, start):
        yield _shortcode(text, match)
    body = body[:start] + _SHORTCODE.sub(blank, body[start:])
    for match in _REFERENCE.finditer(body, start):
        yield from _reference(match)
    for match in re.finditer(r"^:{3,}\s*\{?[^\n]*\.callout-([\w-]+)", body[start:], re.MULTILINE):
        if match[1] not in CALLOUTS:
            yield (start + match.start(), "callout", shown(f"callout-{match[1]}"),
                   f"one of {' '.join(f'callout-{kind}' for kind in CALLOUTS)}",
                   f"{meant(f'callout-{match[1]}', [f'callout-{kind}' for kind in CALLOUTS])}Use one of these kinds.")


def _fenced(text: str, fence: tuple[int, str, str, int], close: int, end: int) -> Iterator[Span | Problem]:
    start, _, info, code_start = fence
    match = re.fullmatch(r"\{(\w+)\s*(.*?)\}", info)
    if match and match[1] == "python":
        if match[2]:
            yield (start, "cell-header", shown(info), "{python}",
                   f"Give options as lines in the cell: {_as_lines(match[2])}.")
        else:
            yield Span("cell", start, end, text[code_start:close])
    elif match:
        yield (start, "cell-language", shown(match[1]), "python", "Write the cell in Python.")


def _as_lines(options: str) -> str:
    """Options of a cell's header (`echo=FALSE`) as lines of the cell."""
    found = re.findall(r"([\w.-]+)\s*=\s*(\"[^\"]*\"|[^\s,]+)", options)
    return ", ".join(f"`#| {key}: {value.lower() if value in ('TRUE', 'FALSE') else value}`" for key, value in found) \
        or "`#| key: value`"


def _inline(start: int, end: int, language: str, gap: str, code: str) -> Iterator[Span | Problem]:
    if language != "python":
        yield (start, "cell-language", shown(language), "python", "Write the expression in Python.")
        return
    if gap != " " or code != code.strip() or "\n" in code:  # Quarto would print these as code
        yield (start, "expression-form", shown(code), "`{python} expression` on one line, with one space",
               f"Write `{{python}} {' '.join(code.split())}`.")
        return
    try:
        compile(code, "<inline>", "eval")
        yield Span("inline", start, end, code)
    except SyntaxError as error:
        yield (start, "expression", shown(code), "a Python expression", f"Mend it: {error.msg}.")


def _shortcode(text: str, match: re.Match[str]) -> Span | Problem:
    words = match[1].split()
    name, arguments = (words[0], words[1:]) if words else ("", [])
    if text[match.start() - 1] == "{":
        return (match.start(), "shortcode", "an escaped shortcode", "a shortcode", "Show it as code instead.")
    if name == "embed":
        line = text[text.rfind("\n", 0, match.start()) + 1:].split("\n", 1)[0]
        if line.strip() != match[0] or len(arguments) != 1 or "#" not in arguments[0]:
            return (match.start(), "embed", shown(line), "{{< embed path.ipynb#label >}} alone on its line",
                    "Give path and label, and a line to the embed itself.")
    elif not (name == "pagebreak" and not arguments or name == "meta" and len(arguments) == 1):
        return (match.start(), "shortcode", shown(match[0]), "embed, meta or pagebreak",
                f"{meant(name, ('embed', 'meta', 'pagebreak'))}Use one of these.")
    content = " ".join(arguments)
    return Span(name, match.start(), match.end(),
                content.replace(f"{FOR_QUARTO}/", f"{EXECUTED}/", 1) if name == "embed" else content)


def _reference(match: re.Match[str]) -> Iterator[Span | Problem]:
    id = match[1]
    prefix = id.split("-", 1)[0]
    if "-" in id and prefix.lower() in FOREIGN_REFERENCES:
        yield (match.start(), "reference-kind", shown(f"@{id}"),
               f"a reference to {' '.join(f'{p}-' for p in REFERENCES)} or a citation",
               "Refer to a figure, a table or a section.")
    else:
        kind = "reference" if "-" in id and prefix in REFERENCES else "citation"
        yield Span(kind, match.start(), match.end(), id)


def _check_spans(report: Report) -> Iterator[Finding]:
    for span in report.of_kind("cell"):
        try:
            options = cell_options(span.content)
        except ValueError as error:
            yield Finding("cell-options", report.path, str(error), "options as `#| key: value`",
                          "Mend the option lines at the top of the cell.", **report.place(span.start))
            continue
        for key in options.keys() - CELL_OPTIONS:
            yield Finding("cell-option", report.path, shown(key), f"one of {' '.join(sorted(CELL_OPTIONS))}",
                          f"{meant(key, CELL_OPTIONS)}Remove the option.",
                          **report.place(span.start))
    plain = [key for key, value in report.front.items() if isinstance(value, (str, int, float))]
    for span in report.of_kind("meta"):
        if span.content not in (*plain, "date"):
            yield Finding("meta", report.path, shown(span.content), "a key of the front matter with plain text",
                          f"{meant(span.content, plain)}Correct the key.", **report.place(span.start))


def _check_lines(report: Report) -> Iterator[Finding]:
    """Lines with characters that nobody sees, and the first that is nested deeper than Pandoc reads in its time."""
    blocks, deep = 0, False
    for number, line in enumerate(report.text.split("\n"), start=1):
        if problem := hidden_problem(line):
            yield Finding(problem[0], report.path, *problem[1:], line=number)
        fence = re.match(r"[ >]*:{3,}(.*)", line)
        blocks = max(blocks + (1 if fence[1].strip(" :") else -1), 0) if fence else blocks
        marks = (1 if mark in "[{(" else -1 for mark in re.findall(r"[][{}()]", line))
        opened = max(itertools.accumulate(marks), default=0)
        begin = line[:len(line) - len(line.lstrip(" \t>"))]
        depth = max(blocks, opened, begin.count(">"), len(begin.expandtabs(4)) // 4)
        if depth > REPORT_DEPTH and not deep:
            deep = True
            yield Finding("too-deep", report.path, f"{depth} levels within each other", f"at most {REPORT_DEPTH}",
                          "Part it into paragraphs or sections of their own.", line=number)


# --- running ------------------------------------------------------------------

def as_notebook(report: Report) -> dict[str, Any]:
    """The report's cells and inline expressions as a notebook (nbformat 4.5), in order.

    Expressions between two cells make one notebook cell; each shows its value,
    or its error, marked with its number.
    """
    notebook: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}

    def add(source: str, line: int = 0) -> None:
        notebook["cells"].append({"cell_type": "code", "id": f"cell-{len(notebook['cells']) + 1}", "source": source,
                                  "metadata": {"line": line}, "outputs": [], "execution_count": None})

    expressions: list[str] = []
    for number, span in enumerate(report.of_kind("cell", "inline")):
        if span.kind == "inline":
            expressions.append(f"_briefing_show({number}, lambda: ({span.content}\n))")
            continue
        if expressions:
            add("\n".join(["from briefing.facts.quantities import show as _briefing_show", *expressions]))
            expressions = []
        add(span.content if cell_options(span.content).get("eval", True) else "", report.place(span.start)["line"])
    if expressions:
        add("\n".join(["from briefing.facts.quantities import show as _briefing_show", *expressions]))
    return notebook


@dataclass(frozen=True)
class Results:
    """What a report's own code put out: Markdown by the start of an inline
    expression, cells by the start of a code cell."""

    inline: Mapping[int, str]
    cells: Mapping[int, Cell]


def results(report: Report, notebook: Mapping[str, Any]) -> Results:
    """Read the executed notebook of `as_notebook`; raises InvalidReport for every
    expression that failed."""
    spans = report.of_kind("cell", "inline")
    inline: dict[int, str] = {}
    findings = []
    for cell in notebook["cells"]:
        for output in cell["outputs"]:
            mark = output.get("metadata", {}).get("briefing")
            if mark is None:
                continue
            span = spans[mark["number"]]
            if "error" in mark:
                findings.append(Finding("expression", report.path, mark["error"], "a value",
                                        "Mend the expression.", **report.place(span.start)))
            else:
                inline[span.start] = "".join(output["data"]["text/markdown"])
    if findings:
        raise InvalidReport(sorted(findings, key=lambda f: (f.line, f.character)))
    own = [cell for cell in cells(notebook, report.path) if "_briefing_show(" not in cell.source]
    code = report.of_kind("cell")
    return Results(inline, {span.start: cell for span, cell in zip(code, own, strict=True)})


# --- binding ------------------------------------------------------------------

@dataclass(frozen=True)
class Bound:
    """The report as plain Pandoc Markdown, its pictures, and where each stretch came from."""

    markdown: str
    pictures: Mapping[str, Picture]
    # offset in markdown, offset in the report, whether it is the report's own text
    origins: Sequence[tuple[int, int, bool]]

    def origin(self, offset: int) -> int:
        """The offset in the report of an offset in the Markdown."""
        start, at, own = self._piece(offset)
        return at + (offset - start if own else 0)

    def is_own(self, text: str) -> bool:
        """Whether the report itself has a text, or it stands nowhere as it is; else it came with what was bound in."""
        places = [found.start() for found in re.finditer(re.escape(text), self.markdown)]
        return not places or any(self._piece(offset)[2] for offset in places)

    def _piece(self, offset: int) -> tuple[int, int, bool]:
        return max((piece for piece in self.origins if piece[0] <= offset), default=(0, 0, False))


def bind(report: Report, computed: Results, embedded: Mapping[str, Mapping[str, Any]]) -> Bound:
    """Replace every span by what was computed for it.

    `embedded` holds executed notebooks by the path that embeds name. Raises
    InvalidReport with all embeds, captions and outputs that are wrong.
    """
    pieces: list[str] = []
    origins: list[tuple[int, int, bool]] = []
    pictures: dict[str, Picture] = {}
    findings: list[Finding] = []
    length = 0

    def put(text: str, origin: int, own: bool = False) -> None:
        nonlocal length
        pieces.append(text)
        origins.append((length, origin, own))
        length += len(text)

    parsed: dict[str, list[Cell]] = {}
    execute = report.front.get("execute") or {}
    at = report.body_start
    for span in sorted(report.of_kind("cell", "inline", "embed", "meta", "pagebreak"), key=lambda s: s.start):
        put(report.text[at:span.start], at, own=True)
        at = span.end
        if span.kind == "inline":
            put(computed.inline.get(span.start, ""), span.start)
        elif span.kind == "meta":
            put(verbatim(str(report.front.get(span.content, ""))), span.start)
        elif span.kind == "pagebreak":
            put("\n\n::: {.page-break}\n:::\n\n", span.start)
        else:
            try:
                if span.kind == "embed":
                    cell, path = _embedded_cell(span.content, embedded, parsed)
                    shown_parts = present(cell, path, {**cell.options, "echo": False}, pictures)
                else:
                    cell, path = computed.cells[span.start], ""
                    shown_parts = present(cell, path, {**execute, **cell.options}, pictures)
                put(f"\n\n{shown_parts}\n\n", span.start)
            except _Unpresentable as problem:
                findings.append(Finding(*problem.parts(report.path), **report.place(span.start)))
    put(report.text[at:], at, own=True)
    if findings:
        raise InvalidReport(findings)
    return Bound("".join(pieces), pictures, origins)


class _Unpresentable(Exception):
    def parts(self, path: str) -> tuple[str, str, str, str, str]:
        code, *rest = self.args
        return (code, path, *rest)


def embed_path(target: str) -> tuple[str, str]:
    """Path and label of an embed's argument."""
    path, _, label = target.partition("#")
    return path, label


def _embedded_cell(target: str, embedded: Mapping[str, Mapping[str, Any]],
                   parsed: dict[str, list[Cell]]) -> tuple[Cell, str]:
    """The cell that an embed names, and its notebook's path; `parsed` keeps the cells of each notebook."""
    path, label = embed_path(target)
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise _Unpresentable("embed-outside", shown(path), "a notebook inside the project",
                             f"Put the notebook into analysis/ and embed {EXECUTED}/NAME.ipynb.")
    if path not in embedded:
        raise _Unpresentable("embed-notebook", shown(path), f"one of {', '.join(sorted(embedded)) or 'none'}",
                             f"{_meant_notebook(path, embedded)}Embed the executed copy: {EXECUTED}/NAME.ipynb.")
    if path not in parsed:
        parsed[path] = cells(embedded[path], path)
    found = parsed[path]
    for cell in found:
        if cell.label == label:
            return cell, path
    raise _Unpresentable("embed-label", shown(label), f"one of {', '.join(c.label for c in found if c.label)}",
                         f"{meant(label, [c.label for c in found if c.label])}Label a cell of {path} with "
                         f"`#| label: {label}`, or correct the embed.")


def _meant_notebook(path: str, embedded: Mapping[str, Any]) -> str:
    """The executed copy that a path was meant to be: one of the same name, else the nearest."""
    same = [known for known in embedded if Path(known).name == Path(path).name]
    return f"Did you mean `{same[0]}`? " if same else meant(path, embedded)


def present(cell: Cell, path: str, options: Mapping[str, Any], pictures: dict[str, Picture]) -> str:
    """A cell's outputs as Markdown; pictures are added to `pictures` by their label."""
    if options.get("include") is False:
        return ""
    parts = []
    if options.get("echo", True):
        code = "\n".join(line for line in cell.source.splitlines() if not line.startswith("#|"))
        parts.append(_fence("python", code))
    label = cell.label or ""
    wants = options.get("output", True)
    if wants is not False:
        for n, output in enumerate(cell.outputs):
            if "data" in output and output["data"] in [earlier.get("data") for earlier in cell.outputs[:n]]:
                continue  # a plot that is also the value of its cell comes twice
            parts.append(_output(cell, output, path, options, pictures))
    body = "\n\n".join(part for part in parts if part)
    kind = label.split("-", 1)[0] if "-" in label else ""
    if kind not in ("fig", "tbl") or wants is False:
        return body
    if not body:
        raise _Unpresentable("output-missing", f"no output of {label}", "an output to show",
                             "Let the cell end in what it is labelled for.")
    caption = options.get(f"{kind}-cap")
    if not caption:
        raise _Unpresentable("caption-missing", f"no caption for {label}", f"`#| {kind}-cap:` in its cell",
                             "Say in a sentence what is shown.")
    if kind == "fig" and label not in pictures:
        raise _Unpresentable("figure-missing", f"no picture in the outputs of {label}",
                             "an output that is SVG, PNG or JPEG", "Let the cell end in a figure.")
    notebook = f' notebook="{path}"' if path else ""
    credit = _credit(pictures[label].credits) if label in pictures else ""
    return f"::: {{#{label}{notebook}}}\n{body}\n\n{' '.join(str(caption).split())}{credit}\n:::"


def _credit(names: Sequence[str]) -> str:
    """Who published what a figure shows, to stand behind its caption."""
    if not names:
        return ""
    said = several(len(names), "Source: {names}.", "Sources: {names}.", names=markdown("; ".join(names)))
    return f" [{said}]{{.credit}}"


_PREFERRED = ("image/svg+xml", "text/markdown", "image/png", "image/jpeg", "text/html", "text/plain")


def _output(cell: Cell, output: Mapping[str, Any], path: str, options: Mapping[str, Any],
            pictures: dict[str, Picture]) -> str:
    if output["output_type"] == "stream":
        text = "".join(output["text"])
        if output["name"] == "stderr" and options.get("warning") is False:
            return ""
        return text if options.get("output") == "asis" else _fence("", text.rstrip())
    if output["output_type"] == "error":
        return ""
    data = output["data"]
    kind = next((mime for mime in _PREFERRED if mime in data), None)
    if kind is None:
        return ""  # nothing that a document shows, such as published values
    content = "".join(data[kind]) if isinstance(data[kind], list) else data[kind]
    if kind.startswith("image/"):
        drawn = data.get(FIGURE, {})
        title = drawn.get("title", "")  # which the drawing has in it, unheard
        specification = data.get(VEGA_LITE, {})
        drawn = {**drawn, "specification": specification} if specification else drawn
        return _picture(cell, kind, content, title, drawn, path, options, pictures)
    if kind == "text/markdown":
        return content
    if kind == "text/html":
        if "<table" not in content:
            raise _Unpresentable("html-output", f"an output of cell {cell.name} that only HTML can show",
                                 "an Altair chart, a picture (SVG, PNG, JPEG), a table or Markdown", _remedy(content))
        return _fence("{=html}", content)
    if FIGURE not in data and any(mime.startswith("application/vnd.briefing.values") for mime in data):
        return ""
    return _fence("", content.rstrip())


def _fence(kind: str, content: str) -> str:
    """A code block with a fence that nothing in it can close."""
    marks = "`" * max(3, 1 + max(map(len, re.findall(r"`+", content)), default=0))
    return f"{marks}{kind}\n{content}\n{marks}"


def _remedy(content: str) -> str:
    """What to do about an output that only HTML can show."""
    if "vegaEmbed" in content or "vega-embed" in content:
        return "It is an Altair chart as HTML: let the cell end in the chart itself."
    return "Draw it with Altair or matplotlib, or show a picture of it: IPython.display.SVG(…) or Image(…)."


def _picture(cell: Cell, kind: str, content: str, title: str, extra: Mapping[str, Any], path: str,
             options: Mapping[str, Any], pictures: dict[str, Picture]) -> str:
    label = cell.label or f"picture-{len(pictures) + 1}"
    if label in pictures:
        raise _Unpresentable("picture-twice", f"a second picture labelled {label}", "one picture a label",
                             "Give each figure a cell and a label of its own, and embed it once.")
    alt = str(options.get("fig-alt") or "").strip()
    if not alt:
        raise _Unpresentable("alt-missing", f"no alt text for {label}", "`#| fig-alt:` in its cell",
                             "Say what a reader who cannot see the picture has to know.")
    if alt == str(options.get("fig-cap") or "").strip():
        raise _Unpresentable("alt-is-caption", f"an alt text of {label} equal to its caption", "an alt text of its own",
                             "Describe the picture; the caption is read out anyway.")
    if title:
        alt = f"{title.rstrip('.')}. {alt}"
    if kind == "image/svg+xml":  # the typeface that a chart of its own carries, the page and the paper have anyway
        image = (re.sub(r"<style>.*?</style>", "", content, flags=re.DOTALL) if extra else content).encode("utf-8")
    else:
        import base64

        image = base64.b64decode(content)
    pictures[label] = Picture(label, image, kind.removeprefix("image/").removesuffix("+xml"), alt,
                              extra.get("narrow", ""), extra.get("table", {}), tuple(extra.get("sources", ())),
                              tuple(extra.get("passages", ())), path, tuple(extra.get("pages", ())),
                              extra.get("specification", {}), extra.get("live", {}), tuple(extra.get("credits", ())))
    return f'::: {{.picture name="{label}"}}\n:::'
