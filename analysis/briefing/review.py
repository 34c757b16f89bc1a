"""What a reviewer asks before signing: does everything stand on evidence that holds?"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import anchors, prose, reliability, report, tables
from .findings import Finding, InvalidData, InvalidReport
from .notebooks import EXECUTED, FIGURE, VALUES, Cell, cells


@dataclass(frozen=True)
class Review:
    """All findings, what could not be checked, the reliability, and the offered patch."""

    findings: list[Finding]
    passages_checked: int
    passages_unchecked: int
    reliability: reliability.Reliability | None
    coders: tuple[str, ...]
    patch: str


def review(root: Path, texts: Mapping[str, Path]) -> Review:
    """Review the project: its tables, its passages against the texts that are at hand,
    its prose, its coders.

    Raises InvalidData or InvalidReport where data or report cannot be read at
    all, BriefingError for a text that is not there.
    """
    data, findings = tables.read(root)
    if findings:
        raise InvalidData(findings)
    checked = anchors.check(data, texts)
    findings = [*checked.findings, *_check_grades(data)]
    agreement, missing = reliability.measure(data, tuple(data.descriptor.get("coders") or ()))
    findings += missing
    try:
        read = report.read(root)
    except InvalidReport as error:
        findings += error.findings
    else:
        used, labels, lacking = _uses(root, read)
        findings += [*lacking, *prose.check(read, data, used, labels)]
    return Review(findings, checked.checked, checked.unchecked, agreement, reliability.coders(data),
                  anchors.patch(data, checked.moves) if checked.moves else "")


def _check_grades(data: tables.Tables) -> Iterator[Finding]:
    """Credibility 1, confirmed, asks for two independent sources; it is never owed to the source's name."""
    paths = {resource["name"]: f"data/{resource['path']}" for resource in data.descriptor["resources"]}
    for name in ("passages", "quantities", "series"):
        for number, row in enumerate(data.rows.get(name, ()), start=2):
            others = set(row.get("corroborated_by") or ()) - {row.get("source")}
            if row.get("credibility") == 1 and not others:
                yield Finding("credibility-unconfirmed", paths[name], "1 (confirmed) on one source",
                              "another, independent source in corroborated_by",
                              "Name the second source, or grade it 2.", row=number, column="credibility")


def _uses(root: Path, read: report.Report) -> tuple[set[str], dict[str, str], list[Finding]]:
    """The evidence that embeds and values of the report rest on, and every labelled cell there is."""
    used: set[str] = set()
    labels: dict[str, str] = {}
    published: dict[str, Any] = {}
    lacking: list[Finding] = []
    wanted = {span.content for span in read.of_kind("embed")}
    for source in sorted((root / "analysis").glob("*.ipynb")):
        path = f"{EXECUTED}/{source.name}"
        try:
            notebook = json.loads((root / path).read_text("utf-8"))
        except (OSError, ValueError):
            lacking.append(Finding("not-executed", path, "no executed copy", "one of every notebook",
                                   "Run `briefing render` first."))
            continue
        for cell in cells(notebook, path):
            if cell.label:
                labels[cell.label] = path
            for output in cell.outputs:
                published |= output.get("data", {}).get(VALUES, {})
            if f"{path}#{cell.label}" in wanted:
                used |= _evidence_of(cell)
    for span in read.of_kind("inline"):
        for node in ast.walk(ast.parse(span.content, mode="eval")):
            if isinstance(node, ast.Constant) and node.value in published:
                value = published[node.value]
                used |= set(value["cites"]) | _citations(value["text"])
    return used, labels, lacking


def _evidence_of(cell: Cell) -> set[str]:
    found: set[str] = set()
    for output in cell.outputs:
        data = output.get("data", {})
        figure = data.get(FIGURE, {})
        found |= {*figure.get("sources", ()), *figure.get("passages", ())}
        found |= _citations("".join(data.get("text/markdown", "")))
    return found


def _citations(markdown: str) -> set[str]:
    return set(re.findall(r"(?<![\w.])@([\w][\w-]*)", markdown))
