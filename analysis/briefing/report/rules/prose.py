"""Hold the prose to its evidence: what each sentence of the report stands on.

The rules follow ICD 203 (analytic standards) and ICD 206 (sourcing): a fact
carries its source, a judgement says how likely and on what basis, and the two
are never mixed. Findings give line and character in report.qmd.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...facts.tables import Row, Tables
from ...findings import Finding, meant, shown
from ...language import current, likelihood
from ...language.likelihood import LIKELIHOODS, OTHER_LIKELIHOODS
from ...sources.evidence import confidence
from ..report import Report, Span
from . import wording
from .sentences import Block, Sentence, sentences, split, visible


@dataclass(frozen=True)
class Offered:
    """What the executed notebooks offer to the report.

    `used` are the ids of passages and sources that values and figures in the
    report rest on, in the sections left out as well; `labels` the figures and tables there are, each with its
    notebook's path; `values` the published Markdown by id; `embeds` the
    Markdown of labelled cells by `path#label`.
    """

    used: Collection[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    embeds: Mapping[str, str] = field(default_factory=dict)


def check(report: Report, tables: Tables, offered: Offered) -> list[Finding]:
    """All findings on the prose, in reading order."""
    read = _Read(report, tables, offered, sentences(report))
    findings = [*_check_sentences(read), *_check_inline(read), *_check_likelihoods(read), *_check_ranges(read),
                *_check_blocks(read), *_check_numbers(read), *_check_judgements(tables), *_check_use(read)]
    return sorted(findings, key=lambda f: (f.path != report.path, f.path, f.line or 0, f.character or 0, f.row or 0))


@dataclass(frozen=True)
class _Read:
    """The report with its sentences, and what notebooks and tables hold for it."""

    report: Report
    tables: Tables
    offered: Offered
    sentences: list[Sentence]

    def finding(self, at: int, code: str, found: str, expected: str, remedy: str) -> Finding:
        return Finding(code, self.report.path, found, expected, remedy, **self.report.place(at))

    @property
    def wording(self) -> wording.Wording:
        return wording.of(current())

    @property
    def judgements(self) -> dict[str, Row]:
        return {row["id"]: row for row in self.tables.rows.get("judgements", ())}

    @property
    def words(self) -> tuple[Mapping[str, tuple[int, int]], Mapping[str, tuple[int, int]]]:
        """The row of ICD 203's words that the first judgement uses, and the other."""
        first = next((row["likelihood"] for row in self.judgements.values()), None)
        return (OTHER_LIKELIHOODS, LIKELIHOODS) if first in OTHER_LIKELIHOODS else (LIKELIHOODS, OTHER_LIKELIHOODS)

    def spans(self, sentence: Sentence, *kinds: str) -> list[Span]:
        return [span for span in self.report.of_kind(*kinds) if sentence.start <= span.start < sentence.end]

    def text_of(self, span: Span) -> str:
        """What an inline expression will show, as far as it is a published value."""
        return " ".join(self.offered.values.get(id, "") for id in _value_ids(span))


def _value_ids(span: Span) -> list[str]:
    """The ids that an inline expression asks for: `value("id")`."""
    return [argument.value for node in ast.walk(ast.parse(span.content, mode="eval")) if isinstance(node, ast.Call)
            for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]


# --- facts, assumptions, judgements -------------------------------------------------

def _check_sentences(read: _Read) -> Iterator[Finding]:
    assumed = _assumptions(visible(read.report))
    noted = _supported_notes(read)
    for sentence in read.sentences:
        judged = sentence.block("judgement")
        assumes = sentence.block("assumption") or any(start < sentence.end and sentence.start < end
                                                      for start, end in assumed)
        if not (judged or assumes or _supported(read, sentence) or _heading_in_line(sentence) or sentence.leads
                or noted.intersection(re.findall(r"\[\^([^\]]+)\]", sentence.text))):
            yield read.finding(sentence.start, "sentence-unsupported", shown(sentence.text),
                               "a citation, a value by its id, or a place in a judgement or an assumption",
                               "Cite the passage, or cut the sentence.")
        words = _own_words(sentence.text)
        if (match := read.wording.assuming.search(words)) and not assumes:
            yield read.finding(_at(read, sentence, match), "assumption-unmarked", shown(match[0]),
                               "an assumption marked as such",
                               "Put it into [ … ]{.assumption} or a div of this class, or state it as a fact.")
        if (match := read.wording.judging.search(words)) and not judged:
            yield read.finding(_at(read, sentence, match), "judgement-outside", shown(match[0]),
                               "judgements in blocks that name their row",
                               'Make it a judgement: ::: {.judgement row="id"}, or state what is established.')


def _supported(read: _Read, sentence: Sentence) -> bool:
    return any(span.kind == "citation" or span.kind == "inline" and _value_ids(span)
               or span.kind == "reference" and not span.content.startswith("sec-")  # a figure is drawn from evidence
               for span in read.spans(sentence, "citation", "inline", "reference"))


def _heading_in_line(sentence: Sentence) -> bool:
    """A paragraph's first words, set bold: not a sentence that claims something."""
    bold = re.fullmatch(r"\*\*([^*]+)\*\*", sentence.text)
    return bool(bold and sentence.first and not sentence.last and len(bold[1].split()) <= 4)


def _assumptions(body: str) -> list[tuple[int, int]]:
    """Where spans of the class `.assumption` begin and end."""
    found = []
    for match in re.finditer(r"\]\{[^}\n]*\.assumption\b[^}\n]*\}", body):
        depth, at = 1, match.start()
        while at and depth:
            at -= 1
            depth += {"]": 1, "[": -1}.get(body[at], 0)
        found.append((at, match.start()))
    return found


def _supported_notes(read: _Read) -> set[str]:
    """The names of footnotes that carry evidence: a sentence may cite through its note."""
    found = set()
    for sentence in read.sentences:
        line = read.report.text[read.report.text.rfind("\n", 0, sentence.start) + 1:sentence.start]
        if (match := re.fullmatch(r"\s*\[\^([^\]]+)\]:\s*", line)) and _supported(read, sentence):
            found.add(match[1])
    return found


def _check_inline(read: _Read) -> Iterator[Finding]:
    for span in read.report.of_kind("inline"):
        ids = _value_ids(span)
        if not ids:
            yield read.finding(span.start, "value-unnamed", shown(span.content), "a published value by its id",
                               'Publish it in a notebook and write `{python} value("id")`.')
        for id in ids:
            if read.offered.values and id not in read.offered.values:
                yield read.finding(span.start, "value-unknown", shown(id), "an id that a notebook publishes",
                                   f"{meant(id, read.offered.values)}Correct the id, or publish the value and render.")


# --- likelihood and confidence --------------------------------------------------------

def _own_words(text: str) -> str:
    """A text with code, citations, attributes and what others are quoted with blanked."""
    return re.sub(r"`[^`]*`|\[[^\[\]]*@[^\[\]]*\]|\{[^}\n]*\}|“[^”]*”|\"[^\"]*\"|\]\([^)\n]*\)",
                  lambda match: " " * len(match[0]), text)


def _at(read: _Read, sentence: Sentence, match: re.Match[str]) -> int:
    return sentence.start + match.start()


def _bands(text: str) -> list[tuple[re.Match[str], str]]:
    """The likelihood words of a text in order, those that are parts of longer ones left out."""
    return likelihood.all_in(text, current())


def _row_of(word: str) -> str:
    """A likelihood word as `_bands` gives it: other languages than English say both rows of the standard alike."""
    same = {band: one for one, band in LIKELIHOODS.items()}
    return word if current().english else same.get(OTHER_LIKELIHOODS.get(word, (0, 0)), word)


def _worded(words: Iterable[str]) -> str:
    """Likelihood words as the language of the report says them."""
    return ", ".join(likelihood.forms(word, current())[0] for word in words)


def _check_likelihoods(read: _Read) -> Iterator[Finding]:
    """Likelihood words in the sentences as typed, and in the values that they take in."""
    for sentence in read.sentences:
        judged = sentence.block("judgement") is not None

        def typed(start: int, sentence: Sentence = sentence) -> int:
            return sentence.start + start

        yield from _likelihoods(read, _own_words(sentence.text), judged, typed)
        for span in read.spans(sentence, "inline"):
            yield from _likelihoods_of_output(read, read.text_of(span), judged, span.start)
    for span in read.report.of_kind("embed"):
        yield from _likelihoods_of_output(read, read.offered.embeds.get(span.content, ""), True, span.start)


def _likelihoods_of_output(read: _Read, text: str, judged: bool, at: int) -> Iterator[Finding]:
    for start, end in split(text):
        yield from _likelihoods(read, _own_words(text[start:end]), judged, lambda _: at)


def _likelihoods(read: _Read, text: str, judged: bool, place: Callable[[int], int]) -> Iterator[Finding]:
    mine, other = read.words
    found = _bands(text)
    for match, word in found:
        start = match.start()
        if word in other and current().english:
            same = next(like for like, band in mine.items() if band == other[word])
            yield read.finding(place(start), "likelihood-row", shown(word), f"one of {', '.join(mine)}",
                               f"Write `{same}`: use the words of one row of ICD 203 throughout.")
        if bent := read.wording.bent.search(text[:start].rstrip("*_ ") + " "):
            yield read.finding(place(start), "likelihood-bent", shown(f"{bent[1]} {_said(match, word)}"),
                               f"one of {_worded(mine)}",
                               "Use the word of the band that is meant, unmodified.")
    if found and not judged:
        yield read.finding(place(found[0][0].start()), "likelihood-outside", shown(_said(*found[0])),
                           "likelihood words in judgements only",
                           "Make it a judgement with its row, or state what is established.")
    for match in read.wording.vague.finditer(text):
        yield read.finding(place(match.start()), "likelihood-vague", shown(match[0]), f"one of {_worded(mine)}",
                           "Say how likely it is, in a judgement.")
    if found and (sure := read.wording.confidence.search(text)):
        yield read.finding(place(sure.start()), "confidence-with-likelihood", shown(text),
                           "confidence in a sentence of its own", "Split the sentence.")


def _said(match: re.Match[str], word: str) -> str:
    return word if current().english else match[0]


def _check_ranges(read: _Read) -> Iterator[Finding]:
    """Each likelihood word that readers meet has its range in percent once, and the right one."""
    first: dict[str, int] = {}
    ranged: set[str] = set()
    for at, text in _as_read(read):
        text = re.sub(r"\[[^\[\]]*@[^\[\]]*\]", lambda match: " " * len(match[0]), text)
        for match, word in _bands(text):
            first.setdefault(word, at)
            low, high = likelihood.band(word)
            after = match.start() + len(word) if current().english else match.end()
            given = re.match(r"[\w ]*?[*_]*\s*\(%?(\d+)\s*[–-]\s*(\d+)\s*%?\)", text[after:])
            if not given:
                continue
            if (int(given[1]), int(given[2])) != (low, high):
                yield read.finding(at, "likelihood-range", f"{_worded([word])} with {given[1]} to {given[2]}%",
                                   f"{low} to {high}%", "Give the range of ICD 203.")
            elif word in ranged:
                yield read.finding(at, "likelihood-range", f"the range of {shown(_worded([word]))} again",
                                   "each range once", "Leave the range out after its first use.")
            ranged.add(word)
    for word, at in first.items():
        if word not in ranged:
            low, high = likelihood.band(word)
            yield read.finding(at, "likelihood-range", f"{shown(_worded([word]))} without its range",
                               f"({low}–{high}%), once",
                               "Take the judgement in by its value, which gives the range at first use.")


def _as_read(read: _Read) -> Iterator[tuple[int, str]]:
    """What readers meet in order, typed or from notebooks, each piece with its offset in the report."""
    pieces = [(sentence.start, _own_words(sentence.text)) for sentence in read.sentences]
    pieces += [(span.start, read.text_of(span)) for span in read.report.of_kind("inline")]
    pieces += [(span.start, read.offered.embeds.get(span.content, "")) for span in read.report.of_kind("embed")]
    return iter(sorted(pieces))


# --- judgement blocks -----------------------------------------------------------------

def _check_blocks(read: _Read) -> Iterator[Finding]:
    """Each judgement block names its row and says what the row says, and each row has its block."""
    rows = read.judgements
    inside: dict[Block, list[Sentence]] = {}
    for sentence in read.sentences:
        if block := sentence.block("judgement"):
            inside.setdefault(block, []).append(sentence)
    named = _in_left_out(read.report)
    for block, parts in inside.items():
        match = re.search(r"""(?<![\w-])row=["']?([\w-]+)""", block.attributes)
        row = rows.get(match[1]) if match else None
        if row is None:
            yield read.finding(parts[0].start, "judgement-unnamed", f"row {shown(match[1] if match else '')}",
                               f"a row of judgements: {', '.join(rows) or 'there are none'}",
                               f"{meant(match[1], rows) if match else ''}"
                               'Name it: ::: {.judgement row="id"}.')
            continue
        named.add(row["id"])
        spans = [span for part in parts for span in read.spans(part, "inline")]
        text = " ".join([*(_own_words(part.text) for part in parts), *map(read.text_of, spans)])
        if spans and not read.offered.values:
            continue  # what it will say is not known before the notebooks have run
        words = sorted({word for _, word in _bands(text)})
        if words != [_row_of(row["likelihood"])]:
            yield read.finding(parts[0].start, "judgement-differs", shown(_worded(words) or "no likelihood word"),
                               f"{_worded([row['likelihood']])}, as row {row['id']} has it", _by_value(row["id"]))
        said = _confidences(read, text)
        if said != {row["confidence"]}:
            yield read.finding(parts[0].start, "judgement-differs",
                               f"confidence {', '.join(sorted(said)) or 'not given'}", f"{row['confidence']}, as row "
                               f"{row['id']} has it", _by_value(row["id"]))
    named |= {id for shown_there in read.offered.embeds.values()  # blocks that a notebook makes of the table
              for id in re.findall(r'\.judgement row="([^"]+)"', shown_there)}
    path = _path(read.tables, "judgements")
    for number, id in enumerate(rows, start=2):
        if id not in named and not _reasons(read.report).get(id):
            yield Finding("judgement-unused", path, f"{id}, in no block of the report", "every judgement in a block",
                          f'Show it: ::: {{.judgement row="{id}"}}, remove it, or give a reason under unused: in the '
                          "front matter.", row=number, column="id")


def _confidences(read: _Read, text: str) -> set[str]:
    """How sure a text says that its authors are, in the words of the table."""
    if not current().english:
        return {word for word in likelihood.CONFIDENCES if confidence(word) in text}
    return {word.lower() for match in read.wording.confidence.finditer(text)
            for word in re.findall(r"\b(?:high|moderate|low)\b", match[0], re.IGNORECASE)}


def _by_value(id: str) -> str:
    return f"Take the judgement in by its value, `{{python}} value(\"judgement-{id}\")`, or name the right row."


def _in_left_out(report: Report) -> set[str]:
    """The judgements whose block stands in a section that is left out, or may stand there."""
    text = report.complete.text if report.complete else ""
    return set(re.findall(r"""(?<![\w-])row=["']?([\w-]+)""", text))


# --- numbers ------------------------------------------------------------------------

def _check_numbers(read: _Read) -> Iterator[Finding]:
    """Numbers in digits, and in words where prose would have digits: above ten, and before per cent."""
    body = visible(read.report)
    for pattern in (r"`[^`\n]*`", r"\[[^\[\]\n]+\]\{\.name\}", r"\{[^}\n]*\}", r"\]\([^)\n]*\)", r"<https?:[^>]*>",
                    r"\[[^\[\]]*@[^\[\]]*\]", r"\[\^[^\]]*\]:?", r"(?m)^\s*\(?(?:\d+[.)]|@[\w-]*\))\s",
                    r"@[\w:.#-]+", r"(?m)^:::.*$", r"https?://\S+"):
        body = re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match[0]), body)
    for match in read.wording.number.finditer(body):
        same = next((id for id, text in read.offered.values.items()
                     if re.search(rf"(?<![\w.,]){re.escape(match[0])}(?![\w]|[.,]\d)", text)
                     and not id.startswith("judgement-")), None)
        said = shown(read.offered.values[same]) if same else ""
        near = f"Write `{{python}} value(\"{same}\")` if {said} is meant. " if same else ""
        yield read.finding(match.start(), "number-typed", shown(match[0]), "a number by its id",
                           f"{near}Publish it in a notebook and write `{{python}} value(\"id\")`; a name with a number "
                           "in it goes into [ … ]{.name}.")


# --- judgements ---------------------------------------------------------------------

def _check_judgements(tables: Tables) -> Iterator[Finding]:
    path = _path(tables, "judgements")
    rows = tables.rows.get("judgements", ())
    first = next((row["likelihood"] for row in rows), None)
    mine = OTHER_LIKELIHOODS if first in OTHER_LIKELIHOODS else LIKELIHOODS
    for number, row in enumerate(rows, start=2):
        text = row["text"] or ""
        if (words := [word for _, word in _bands(text)]) != [_row_of(row["likelihood"])]:
            yield Finding("judgement-likelihood", path, shown(_worded(words)), f"{_worded([row['likelihood']])}, once",
                          "Let the text use the row's likelihood word and no other.",
                          row=number, column="text")
        if wording.of(current()).confidence.search(text):
            yield Finding("confidence-with-likelihood", path, shown(text), "confidence in its own column",
                          "Take it out of the text.", row=number, column="text")
        for column in ("basis", "supported_by", "against", "alternative", "would_change_it", "confidence"):
            if not row[column]:
                yield Finding("judgement-incomplete", path, "an empty cell", f"what the judgement needs: {column}",
                              "Fill in the cell.", row=number, column=column)
        if row["likelihood"] not in mine:
            same = {band: word for word, band in mine.items()}.get(OTHER_LIKELIHOODS.get(row["likelihood"]) or
                                                                   LIKELIHOODS.get(row["likelihood"], (0, 0)))
            near = f"Write `{same}`: use" if same else f"{meant(row['likelihood'], mine)}Use"
            yield Finding("likelihood-row", path, shown(row["likelihood"]), f"one of {', '.join(mine)}",
                          f"{near} the words of one row of ICD 203 throughout.", row=number, column="likelihood")


# --- use ----------------------------------------------------------------------------

def _path(tables: Tables, name: str) -> str:
    return next((f"data/{r['path']}" for r in tables.descriptor["resources"] if r["name"] == name), f"data/{name}.csv")


def _reasons(report: Report) -> Mapping[str, str]:
    """Why what is not used is not, by id: the front matter's `unused:`."""
    reasons = report.front.get("unused") or {}
    return {str(id): str(why or "").strip() for id, why in reasons.items()} if isinstance(reasons, dict) else {}


def _check_use(read: _Read) -> Iterator[Finding]:
    report, tables, reasons = read.report, read.tables, _reasons(read.report)
    cited = {span.content for span in report.whole.of_kind("citation")} | set(read.offered.used)
    held = {row["source"]: row["id"] for row in reversed(tables.rows["passages"])}  # with the first of its passages
    yield from _check_citations(read, held)
    idle = [*_unused(tables, "passages", cited),
            *_unused(tables, "sources", cited | {row["source"] for row in tables.rows["passages"] if row["id"] in cited}
                     | {id for name in tables.rows for row in tables.rows[name]
                        for id in row.get("corroborated_by") or ()}),
            *_unused_figures(read), *_unused_tables(tables, cited)]
    yield from (finding for id, finding in idle if not reasons.get(id))
    line = report.text[:report.body_start].find("\nunused:") + 1
    unused = {id for id, _ in idle} | {id for id in read.judgements}
    for id, why in reasons.items():
        if not why:
            yield read.finding(line, "unused-reason", f"no reason for {id}", "a reason", "Say why it is not used.")
        if id not in unused:
            yield read.finding(line, "unused-stale", f"a reason for {id}", "reasons for what is there and not used",
                               f"{meant(id, unused - reasons.keys())}Remove it from `unused`.")


def _check_citations(read: _Read, held: Mapping[str, str]) -> Iterator[Finding]:
    report = read.report
    known = {row["id"] for name in ("passages", "sources") for row in read.tables.rows[name]}
    extra = report.front.get("bibliography") or []
    others = [file for file in ([extra] if isinstance(extra, str) else extra) if not str(file).startswith("_output/")]
    for span in report.of_kind("citation"):
        if span.content not in known and not others:
            near = meant(f"@{span.content}", [f"@{id}" for id in known])
            yield read.finding(span.start, "citation-unresolved", shown(f"@{span.content}"), "a passage or a source",
                               f"{near}Correct the id, or add the row.")
        elif span.content in held:
            yield read.finding(span.start, "citation-without-passage",
                               f"{shown(f'@{span.content}')}, a source as a whole",
                               "a passage of it, since passages of it are held",
                               f"Cite the passage, such as `@{held[span.content]}`, or code it.")


Idle = tuple[str, Finding]


def _unused(tables: Tables, name: str, cited: Collection[str]) -> Iterator[Idle]:
    for number, row in enumerate(tables.rows[name], start=2):
        if row["id"] not in cited:
            yield row["id"], Finding("evidence-unused", _path(tables, name), f"{row['id']}, used nowhere",
                                     "every row in the report", "Cite it, remove it, or give a reason in the front "
                                     f"matter: unused: {{{row['id']}: why}}.", row=number, column="id")


def _unused_figures(read: _Read) -> Iterator[Idle]:
    embedded = {span.content.partition("#")[2] for span in read.report.whole.of_kind("embed")}
    for label, path in read.offered.labels.items():
        if label.startswith(("fig-", "tbl-")) and label not in embedded:
            yield label, Finding("figure-unused", path, f"{label}, embedded nowhere",
                                 "every figure and table in the report",
                                 "Embed it, remove it, or give a reason in the front matter: "
                                 f"unused: {{{label}: why}}.")


def _unused_tables(tables: Tables, cited: Collection[str]) -> Iterator[Idle]:
    """Tables of facts of which no row is in use: none rests on evidence that the report uses, and
    no table in use names one."""
    links = {resource["name"]: _links(resource) for resource in tables.descriptor["resources"]}
    names = [name for name in links if tables.rows.get(name)]
    used = {"passages", "sources", "judgements"}  # held to it row by row

    def in_use(name: str) -> bool:
        rows = tables.rows[name]
        if any(row.get("id") in cited for row in rows):
            return True
        rests = {column for column, target in links[name] if target in ("passages", "sources")}
        if rests:
            return any(set(_as_ids(row.get(column))) & set(cited) for row in rows for column in rests)
        return any(_as_ids(row.get(column)) for other in used if other in links for column, target in links[other]
                   if target == name for row in tables.rows[other])

    while fresh := {name for name in names if name not in used and in_use(name)}:
        used |= fresh
    for name in names:
        if name not in used:
            yield name, Finding("table-unused", _path(tables, name), f"the table {name}, no row of which is used",
                                "every table of facts in the report",
                                "Use it, remove it, or give a reason in the front "
                                f"matter: unused: {{{name}: why}}.")


def _links(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The columns of a table that name rows of other tables, each with that table."""
    schema = resource["schema"]
    found = []
    for foreign in schema.get("foreignKeys", ()):
        columns = foreign["fields"]
        found += [(column, foreign["reference"].get("resource") or resource["name"])
                  for column in ([columns] if isinstance(columns, str) else columns)]
    return found + [(each["name"], target.split(".")[0]) for each in schema["fields"]
                    for target in each.get("listOf", {}).get("references", ())]


def _as_ids(cell: object) -> tuple[str, ...]:
    return cell if isinstance(cell, tuple) else (cell,) if cell else ()
