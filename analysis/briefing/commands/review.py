"""What a reviewer asks before signing: does everything stand on evidence that holds?"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..discourse import reliability
from ..editions import publishing
from ..execution.figures import FIGURE
from ..execution.notebooks import EXECUTED, VALUES, Cell, cells
from ..facts import coders, tables
from ..facts.rules import shared
from ..findings import BriefingError, Finding, InvalidData, InvalidReport, meant, shown
from ..language import of, speaking
from ..report import report
from ..report.rules import captions, prose
from ..sources import evidence, passages


@dataclass(frozen=True)
class Review:
    """All findings, what could not be checked, the reliability, and the offered patch."""

    findings: list[Finding]
    passages_checked: int
    passages_unchecked: int
    reliability: reliability.Reliability
    coders: tuple[str, ...]
    patch: str


def review(root: Path, texts: Mapping[str, Path]) -> Review:
    """Review the project: its tables, its passages against the texts that are at hand,
    its prose, its coders.

    Raises InvalidData or InvalidReport where data or report cannot be read at
    all, BriefingError for a text that is not there.
    """
    with speaking(of(root)):
        return _review(root, texts)


def checked(root: Path, _: object, *, rebuilt: bool) -> dict[str, Any]:
    """Review one project of many against the texts that are at hand, and rebuild its edition where nothing is found,
    as a process of the shelf does it."""
    from ..editions import rebuild
    from ..sources import places

    found = review(root, {id: place for id, place in places.known(root).items() if place.is_file()}).findings
    differences = rebuild.check(root) if rebuilt and not found else []
    return {"findings": [finding.as_dict() for finding in found], "differences": [*map(str, differences)]}


def _review(root: Path, texts: Mapping[str, Path]) -> Review:
    data, findings = tables.checked(root)
    if findings:
        raise InvalidData(findings)
    checked = passages.check(data, texts)
    findings = [*checked.findings, *_check_grades(data)]
    agreement, missing = reliability.measure(data, coders.listed(data.descriptor))
    findings += missing
    try:
        read = report.read(root)
    except InvalidReport as error:
        findings += error.findings
    else:
        offered, executed, lacking = _offered(root, read)
        said = prose.check(read, data, offered)
        if lacking:  # what is used is known when all notebooks have run
            said = [finding for finding in said if not finding.code.endswith("-unused")]
        findings += [*lacking, *captions.check(read, data, executed), *said]
    return Review(shared.located(data.descriptor, findings), checked.checked, checked.unchecked, agreement,
                  reliability.coders(data), passages.patch(data, checked))


# --- sources and grades -----------------------------------------------------------

def _check_grades(data: tables.Tables) -> Iterator[Finding]:  # noqa: C901  one branch a rule
    """The source and what it says are graded apart, each on its own scale; confirmed takes two
    sources that do not depend on each other."""
    paths = {resource["name"]: f"data/{resource['path']}" for resource in data.descriptor["resources"]}
    sources = {row["id"]: row for row in data.rows["sources"]}
    passages = {row["id"]: row for row in data.rows["passages"]}
    for number, row in enumerate(data.rows["sources"], start=2):
        if row["reliability"] not in evidence.RELIABILITY:
            yield _ungraded(paths["sources"], number, "reliability", row, evidence.RELIABILITY)
        if not row["descriptor"]:
            yield Finding("descriptor-missing", paths["sources"], "an empty cell",
                          "what the source is, its access, age "
                          "and bias", "Describe the source, as ICD 206 asks.", row=number, column="descriptor")
    for name in ("sources", "passages"):
        for number, row in enumerate(data.rows[name], start=2):
            if (name == "passages" or row.get("chain")) and not all(evidence.chain(row["chain"] or "")):
                yield Finding("chain-broken", paths[name], shown(row["chain"] or ""), "a name for every hand",
                              f"Write {_mended(row['chain'] or '')}: the hands from first speaker to page.",
                              row=number, column="chain")
    for name in ("passages", "quantities", "series"):
        for number, row in enumerate(data.rows.get(name, ()), start=2):
            own = row.get("source") or passages.get(row.get("passage"), {}).get("source")
            credibility = row.get("credibility")
            if credibility is None and "credibility" in row and not row.get("passage") \
                    or credibility is not None and credibility not in evidence.CREDIBILITY:
                yield _ungraded(paths[name], number, "credibility", row, evidence.CREDIBILITY)
            if credibility == 1 and not any(_independent(sources[own], sources[other])
                                            for other in row.get("corroborated_by") or () if other in sources):
                yield Finding("credibility-unconfirmed", paths[name], "1 (confirmed) on one source",
                              "another, independent source in corroborated_by",
                              "Name a second source of another publisher, or write `2` for probably true.",
                              row=number, column="credibility")


def _mended(chain: str) -> str:
    return f"`{' > '.join(filter(None, (hand.strip() for hand in chain.split('>')))) or 'A > B > C'}`"


def _ungraded(path: str, number: int, column: str, row: tables.Row, scale: Mapping[Any, str]) -> Finding:
    return Finding("grade-unknown", path, shown("" if row[column] is None else row[column]),
                   f"one of {', '.join(f'{grade} ({words})' for grade, words in scale.items())}",
                   f"{meant(row[column], scale) if row[column] else ''}Grade it by the Admiralty code.", row=number,
                   column=column)


def _independent(one: tables.Row, other: tables.Row) -> bool:
    """Whether two sources are of different origin: the first of their chains; `Agency, via Paper` is the agency."""
    return _origin(one) != _origin(other)


def _origin(source: tables.Row) -> str:
    if source.get("chain"):
        return evidence.carried(source)[0].casefold()
    return re.split(r",|\bwith\b|\bvia\b", source["publisher"])[0].strip().casefold()


# --- what the notebooks offer -----------------------------------------------------

def _offered(root: Path, read: report.Report) -> tuple[prose.Offered, dict[str, Any], list[Finding]]:  # noqa: C901  one pass over all cells
    """What the executed notebooks hold for the report, these by their path, and what was not executed as it is now."""
    notebooks: dict[str, Any] = {}
    used: set[str] = set()
    labels: dict[str, str] = {}
    published: dict[str, Any] = {}
    embeds: dict[str, str] = {}
    lacking: list[Finding] = []
    wanted = {span.content for span in read.of_kind("embed")}
    named = {span.content for span in read.whole.of_kind("embed")}
    for source in sorted((root / "analysis").glob("*.ipynb")):
        path = f"{EXECUTED}/{source.name}"
        try:
            notebooks[path] = json.loads(publishing.current(root, f"notebooks/{source.name}").read_text("utf-8"))
            executed = cells(notebooks[path], path)
        except (OSError, ValueError):
            lacking.append(Finding("not-executed", path, "no executed copy", "one of every notebook",
                                   "Run `briefing render` first."))
            continue
        if [cell.source for cell in executed] != _sources(source):
            lacking.append(Finding("not-executed", path, "the copy of another version of the notebook",
                                   f"a copy of analysis/{source.name} as it is", "Run `briefing render` first."))
        for cell in executed:
            if cell.label:
                labels[cell.label] = path
            for output in cell.outputs:
                published |= output.get("data", {}).get(VALUES, {})
            if (place := f"{path}#{cell.label}") in wanted:
                embeds[place] = _markdown_of(cell)
            if place in named:
                used |= _evidence_of(cell)
    for span in read.whole.of_kind("inline"):
        for node in ast.walk(ast.parse(span.content, mode="eval")):
            if isinstance(node, ast.Constant) and node.value in published:
                value = published[node.value]
                used |= set(value["cites"]) | _citations(value["text"])
    values = {id: value["text"] for id, value in published.items()}
    return prose.Offered(used, labels, values, embeds), notebooks, lacking


def _sources(notebook: Path) -> list[str]:
    try:
        return [cell.source for cell in cells(json.loads(notebook.read_text("utf-8")), notebook.name)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BriefingError(f"analysis/{notebook.name}: found no notebook ({error}), expected JSON of nbformat 4. "
                            "Save the notebook again from Jupyter.") from error


def _markdown_of(cell: Cell) -> str:
    return "\n\n".join("".join(output.get("data", {}).get("text/markdown", "")) for output in cell.outputs)


def _evidence_of(cell: Cell) -> set[str]:
    found = _citations(_markdown_of(cell))
    for output in cell.outputs:
        figure = output.get("data", {}).get(FIGURE, {})
        found |= {*figure.get("sources", ()), *figure.get("passages", ())}
    return found


def _citations(markdown: str) -> set[str]:
    return set(re.findall(r"(?<![\w.])@([\w][\w-]*)", markdown))
