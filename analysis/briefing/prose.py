"""Hold the prose to its evidence: what each sentence of the report stands on.

The rules follow ICD 203 (analytic standards) and ICD 206 (sourcing): a fact
carries its source, a judgement says how likely and on what basis, and the two
are never mixed. Findings give line and character in report.qmd.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from .evidence import LIKELIHOODS, OTHER_LIKELIHOODS
from .findings import Finding, shown
from .report import Report
from .tables import Row, Tables

VAGUE = ("possibly", "perhaps", "maybe", "conceivably", "presumably", "arguably", "chances are")
ASSUMING = re.compile(r"\b(assum(?:e|es|ed|ing|ption|ptions)|suppos(?:e|ed|ing))\b", re.IGNORECASE)
CONFIDENCE = re.compile(r"\b(?:high|moderate|low) confidence\b|\bconfidence\b[^.]{0,20}\b(?:high|moderate|low)\b",
                        re.IGNORECASE)
_LEAD_IN = re.compile(r"\*\*[^*]+\*\*")  # a paragraph's first words, set bold: a heading in the line
_SUPPORTING = ("citation", "inline", "reference")


@dataclass(frozen=True)
class Sentence:
    """A sentence of the body: where it stands in the report's text, and in which blocks."""

    start: int
    end: int
    text: str
    blocks: tuple[str, ...]  # the attributes of the divs around it, outermost first

    def inside(self, name: str) -> bool:
        return any(re.search(rf"\.{name}\b", block) for block in self.blocks)


def check(report: Report, tables: Tables, used: Collection[str], labels: Mapping[str, str]) -> list[Finding]:
    """All findings on the prose, in reading order.

    `used` are the ids of passages and sources that values and figures in the
    report rest on, `labels` the figures and tables that the notebooks offer,
    each with its notebook's path.
    """
    body = _visible(report)
    findings = [*_check_sentences(report, body, tables), *_check_numbers(report, body),
                *_check_judgements(report, tables), *_check_use(report, tables, used, labels)]
    return sorted(findings, key=lambda f: (f.path != report.path, f.path, f.line or 0, f.character or 0, f.row or 0))


# --- sentences ------------------------------------------------------------------

def _visible(report: Report) -> str:
    """The report's text with all that is not prose blanked, so that offsets stay."""
    text = list(report.text)

    def blank(start: int, end: int) -> None:
        text[start:end] = [" " if char != "\n" else char for char in text[start:end]]

    blank(0, report.body_start)
    for span in report.of_kind("cell", "embed", "meta", "pagebreak"):
        blank(span.start, span.end)
    for match in re.finditer(r"<!--.*?-->|^(`{3,}|~{3,}).*?^\1", "".join(text), re.DOTALL | re.MULTILINE):
        blank(*match.span())
    return "".join(text)


_ABBREVIATIONS = ("e.g.", "i.e.", "cf.", "vs.", "Mr.", "Ms.", "Mrs.", "Dr.", "St.", "No.", "p.", "pp.", "ca.", "approx.")


def sentences(report: Report) -> list[Sentence]:
    """The sentences of paragraphs, list items and notes; headings and typed tables are none."""
    body = _visible(report)
    return [sentence for start, end, blocks in _paragraphs(body) for sentence in _split(report, body, start, end, blocks)]


def _paragraphs(body: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Start and end of each paragraph or list item, with the divs around it."""
    blocks: list[str] = []
    start: int | None = None
    offset = 0
    for line in [*body.splitlines(keepends=True), "\n"]:
        bare = line.strip()
        fence = re.match(r":{3,}\s*(.*)", bare)
        item = re.match(r"\s*(?:[-*+]|\d+[.)])\s+|\[\^[^\]]+\]:\s*|>\s?", line)
        breaks = not bare or fence or item or bare.startswith(("#", "|"))
        if breaks and start is not None:
            yield start, offset, tuple(blocks)
            start = None
        if fence and fence[1]:
            blocks.append(fence[1])
        elif fence and blocks:
            blocks.pop()
        elif bare and not fence and not bare.startswith(("#", "|")) and start is None:
            start = offset + (item.end() if item else 0)
        offset += len(line)


def _split(report: Report, body: str, start: int, end: int, blocks: tuple[str, ...]) -> Iterator[Sentence]:
    protected = [(span.start, span.end) for span in report.of_kind(*_SUPPORTING) if start <= span.start < end]
    at = start
    for match in re.finditer(r"[.!?][\"”’)*_]*(?=\s+[\[\"“‘(*_`A-Z]|\s*$)", body[start:end]):
        stop = start + match.end()
        word = body[at:stop].rsplit(None, 1)[-1]
        if word in _ABBREVIATIONS or any(first < stop <= last for first, last in protected):
            continue
        rest = re.match(r"\s*(?:\[[^\]]*@[^\]]*\])", body[stop:end])  # a citation after the full stop belongs to it
        stop += rest.end() if rest else 0
        if body[at:stop].strip():
            yield Sentence(at + len(body[at:stop]) - len(body[at:stop].lstrip()), stop, body[at:stop].strip(), blocks)
        at = stop
    if re.search(r"\w", body[at:end]):
        yield Sentence(at + len(body[at:end]) - len(body[at:end].lstrip()), end, body[at:end].strip(), blocks)


def _check_sentences(report: Report, body: str, tables: Tables) -> Iterator[Finding]:
    spans = report.of_kind(*_SUPPORTING)
    rows = {row["id"]: row for row in tables.rows.get("judgements", ())}
    own = _own_row(tables)
    for sentence in sentences(report):
        place = {"path": report.path, **report.place(sentence.start)}
        supported = any(sentence.start <= span.start < sentence.end for span in spans)
        judged = sentence.inside("judgement")
        assumed = sentence.inside("assumption") or "{.assumption}" in sentence.text
        if judged:
            yield from _check_row_named(sentence, rows, place)
        elif not supported and not assumed and not _LEAD_IN.fullmatch(sentence.text):
            yield Finding("sentence-unsupported", found=shown(sentence.text), expected="a citation, a value by its id, "
                          "or a place in a judgement or an assumption", remedy="Cite the passage, or cut the sentence.",
                          **place)
        if ASSUMING.search(sentence.text) and not assumed:
            yield Finding("assumption-unmarked", found=shown(sentence.text), expected="an assumption marked as such",
                          remedy="Put it into [ … ]{.assumption} or a div of this class, or state it as a fact.", **place)
        yield from _check_likelihood(sentence, own, judged, place)


def _check_row_named(sentence: Sentence, rows: Mapping[str, Row], place: Mapping[str, object]) -> Iterator[Finding]:
    named = next((match[1] for block in reversed(sentence.blocks)
                  if (match := re.search(r"""\brow=["']?([\w-]+)""", block))), None)
    if named not in rows:
        yield Finding("judgement-unnamed", found=f"row {shown(named or '')}",
                      expected=f"a row of judgements: {', '.join(rows) or 'there are none'}",
                      remedy='Name it: ::: {.judgement row="id"}.', **place)


def _own_row(tables: Tables) -> bool:
    """Whether the project's judgements use the first row of ICD 203's words (else the second)."""
    words = [row.get("likelihood") for row in tables.rows.get("judgements", ())]
    return not any(word in OTHER_LIKELIHOODS for word in words)


def _check_likelihood(sentence: Sentence, own: bool, judged: bool, place: Mapping[str, object]) -> Iterator[Finding]:
    text = re.sub(r"`[^`]*`|\[[^\]]*@[^\]]*\]", " ", sentence.text).lower()
    found = [word for word in sorted([*LIKELIHOODS, *OTHER_LIKELIHOODS], key=len, reverse=True) if _has(text, word)]
    mine, other = (LIKELIHOODS, OTHER_LIKELIHOODS) if own else (OTHER_LIKELIHOODS, LIKELIHOODS)
    for word in found:
        if word in other and not any(word in longer for longer in found if longer in mine):
            yield Finding("likelihood-row", found=shown(word), expected=f"one of {', '.join(mine)}",
                          remedy="Use the words of one row of ICD 203 throughout.", **place)
    if found and not judged:
        yield Finding("likelihood-outside", found=shown(found[0]), expected="likelihood words in judgements only",
                      remedy="Make it a judgement with its row, or state what is established.", **place)
    for word in VAGUE:
        if _has(text, word):
            yield Finding("likelihood-vague", found=shown(word), expected=f"one of {', '.join(mine)}",
                          remedy="Say how likely it is, in a judgement.", **place)
    if found and CONFIDENCE.search(text):
        yield Finding("confidence-with-likelihood", found=shown(sentence.text), expected="confidence in a sentence of its own",
                      remedy="Split the sentence.", **place)


def _has(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?:ly)?(?![\w-])", text) is not None


# --- numbers --------------------------------------------------------------------

def _check_numbers(report: Report, body: str) -> Iterator[Finding]:
    def blank(match: re.Match[str]) -> str:
        return " " * len(match[0])

    for pattern in (r"`[^`\n]*`", r"\[[^\]\n]*\d[^\]\n]*\]\{\.name\}", r"\{[^}\n]*\}", r"\]\([^)\n]*\)", r"<https?:[^>]*>",
                    r"\[\^[^\]]*\]:?", r"(?m)^\s*\d+[.)]\s", r"@[\w:.#-]+", r"(?m)^:::.*$"):
        body = re.sub(pattern, blank, body)
    for match in re.finditer(r"(?<![\w.])[+-]?\d[\d.,]*\d|(?<![\w.])\d", body):
        yield Finding("number-typed", report.path, shown(match[0]), "a number by its id",
                      "Publish it in a notebook and write `{python} value(\"id\")`; a name with digits goes into [ … ]{.name}.",
                      **report.place(match.start()))


# --- judgements -----------------------------------------------------------------

def _check_judgements(report: Report, tables: Tables) -> Iterator[Finding]:
    resource = next((r for r in tables.descriptor["resources"] if r["name"] == "judgements"), None)
    if resource is None:
        return
    path = f"data/{resource['path']}"
    rows = tables.rows["judgements"]
    used_rows = {row["likelihood"] in OTHER_LIKELIHOODS for row in rows}
    for number, row in enumerate(rows, start=2):
        text = (row["text"] or "").lower()
        bands = [word for word in (*LIKELIHOODS, *OTHER_LIKELIHOODS) if _has(text, word)]
        longest = [word for word in bands if not any(word != other and word in other for other in bands)]
        if longest != [row["likelihood"]]:
            yield Finding("judgement-likelihood", path, shown(", ".join(longest)), f"{row['likelihood']}, once",
                          "Let the text use the row's likelihood word and no other.", row=number, column="text")
        if CONFIDENCE.search(text):
            yield Finding("confidence-with-likelihood", path, shown(row["text"]), "confidence in its own column",
                          "Take it out of the text.", row=number, column="text")
        for column in ("basis", "supported_by", "against", "alternative", "would_change_it"):
            if not row[column]:
                yield Finding("judgement-incomplete", path, "an empty cell", f"what the judgement needs: {column}",
                              "Fill in the cell.", row=number, column=column)
        if len(used_rows) > 1 and row["likelihood"] in OTHER_LIKELIHOODS:
            yield Finding("likelihood-row", path, shown(row["likelihood"]), f"one of {', '.join(LIKELIHOODS)}",
                          "Use the words of one row of ICD 203 throughout.", row=number, column="likelihood")


# --- use ------------------------------------------------------------------------

def _check_use(report: Report, tables: Tables, used: Collection[str], labels: Mapping[str, str]) -> Iterator[Finding]:
    reasons = report.front.get("unused") or {}
    cited = {span.content for span in report.of_kind("citation")} | set(used)
    known = {row["id"] for name in ("passages", "sources") for row in tables.rows[name]}
    extra = report.front.get("bibliography") or []
    others = [file for file in ([extra] if isinstance(extra, str) else extra) if not str(file).startswith("_output/")]
    for span in report.of_kind("citation"):
        if span.content not in known and not others:
            yield Finding("citation-unresolved", report.path, shown(f"@{span.content}"), "a passage or a source",
                          "Correct the id, or add the row.", **report.place(span.start))
    held = {row["source"] for row in tables.rows["passages"] if row["id"] in cited}
    yield from _unused(tables, "passages", cited, reasons)
    yield from _unused(tables, "sources", cited | held, reasons)
    shown_labels = {span.content.partition("#")[2] for span in report.of_kind("embed")}
    for label, path in labels.items():
        if label.startswith(("fig-", "tbl-")) and label not in shown_labels and label not in reasons:
            yield Finding("figure-unused", path, f"{label}, embedded nowhere", "every figure and table in the report",
                          f"Embed it, remove it, or give a reason in the front matter: unused: {{{label}: why}}.")


def _unused(tables: Tables, name: str, cited: Collection[str], reasons: Mapping[str, str]) -> Iterator[Finding]:
    path = next(f"data/{r['path']}" for r in tables.descriptor["resources"] if r["name"] == name)
    for number, row in enumerate(tables.rows[name], start=2):
        if row["id"] not in cited and not reasons.get(row["id"]):
            yield Finding("evidence-unused", path, f"{row['id']}, used nowhere", "every row in the report",
                          "Cite it, remove it, or give a reason in the front matter: unused: {id: why}.",
                          row=number, column="id")
