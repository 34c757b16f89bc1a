"""Citations: the report's references formatted by its citation style, and the way back from each to where it is used.

Pandoc's citeproc reads the style (https://citationstyles.org): `csl` of the front matter, else
`templates/evidence.csl`. That every citation leads somewhere is told by `document.build`.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..execution import scratch
from ..findings import Finding, meant, shown
from ..language import current, say
from ..limits import BIBLIOGRAPHY_BYTES, too_large
from .report import Report
from .tree import VERSION, Node, attributes, pandoc, transform

MOST_BACK = 3  # ways from an entry of the list back to where it is used


def cite(blocks: list[Node], report: Report, references: Path, root: Path) -> tuple[list[Node], list[str]]:
    """The blocks with citations formatted and the list of references filled, and the ids that nothing has."""
    front = report.front
    style = root / str(front["csl"]) if front.get("csl") else Path(__file__).parents[1] / "templates" / "evidence.csl"
    files = [root / file for file in _bibliographies(report)]
    meta: dict[str, Node] = {"link-citations": {"t": "MetaBool", "c": True},
                             "lang": {"t": "MetaString", "c": str(front.get("lang", "en"))}}
    if front.get("nocite"):
        ids = re.findall(r"@([\w*][\w:.#$%&+?<>~/*-]*)", str(front["nocite"]))
        meta["nocite"] = {"t": "MetaInlines", "c": [_citation(id) for id in ids]}
    warnings: list[str] = []
    with scratch.folder() as folder:
        own = folder / "references.json"
        own.write_text(json.dumps([_unmarked_up(item) for item in json.loads(references.read_text("utf-8"))]), "utf-8")
        tree = json.loads(pandoc(json.dumps({"pandoc-api-version": VERSION, "meta": meta, "blocks": blocks}),
                                 "--from=json", "--to=json", "--citeproc", f"--csl={style}",
                                 *(f"--bibliography={file}" for file in (own, *files)), warnings=warnings))
    missing = re.findall(r"citation (\S+) not found", " ".join(warnings))
    shown_blocks = transform(tree["blocks"], _with_marks)
    return _linked_back(_in_their_language(shown_blocks, references)), missing


#: Stands for `<` in the texts of the tables while citeproc reads them, which takes `<b>` and its like for markup.
_LESS = "\ue03c"
_OWN_MARK = re.compile(r'(.*)(<span class="nocase">)(.*)(</span>)(”?)', re.DOTALL)


def _unmarked_up(item: dict[str, Any]) -> dict[str, Any]:
    """An item whose texts are taken as they stand, but for the mark of `evidence.references` about words of others."""
    def taken(value: Any) -> Any:
        if isinstance(value, str):
            parts = found.groups() if (found := _OWN_MARK.fullmatch(value)) else (value,)
            return "".join(part if n % 2 else part.replace("<", _LESS) for n, part in enumerate(parts))
        if isinstance(value, dict):
            return {key: taken(inner) for key, inner in value.items()}
        return [taken(inner) for inner in value] if isinstance(value, list) else value

    return {key: value if key in ("id", "URL") else taken(value) for key, value in item.items()}


def _with_marks(node: Node) -> Node | None:
    if node["t"] == "Str" and _LESS in node["c"]:
        return {"t": "Str", "c": node["c"].replace(_LESS, "<")}
    return None


def _in_their_language(blocks: list[Node], references: Path) -> list[Node]:
    """The list with the language of quotes and titles of sources, which a style leaves marked by the class `nocase`."""
    spoken = {f"ref-{item['id']}": item["language"] for item in json.loads(references.read_text("utf-8"))
              if current().foreign(item.get("language"))}

    def entry(node: Node) -> Node | None:
        if node["t"] != "Div" or "csl-entry" not in node["c"][0][1]:
            return None
        tag = spoken.get(node["c"][0][0], "")
        return {"t": "Div", "c": [node["c"][0], transform(node["c"][1], lambda inner: _unmarked(inner, tag))]}

    listed: list[Node] = transform(blocks, entry)
    return listed


def _unmarked(node: Node, tag: str) -> list[Node] | Node | None:
    """What is marked as the words of others: with their language where that is another, else as any text."""
    if node["t"] != "Span" or "nocase" not in node["c"][0][1]:
        return None
    inner: list[Node] = node["c"][1]
    return {"t": "Span", "c": [["", [], [["lang", tag]]], inner]} if tag else inner


def _citation(id: str) -> Node:
    return {"t": "Cite", "c": [[{"citationId": id, "citationPrefix": [], "citationSuffix": [],
                                 "citationMode": {"t": "AuthorInText"}, "citationNoteNum": 0, "citationHash": 0}],
                               [{"t": "Str", "c": f"@{id}"}]]}


def _linked_back(blocks: list[Node]) -> list[Node]:
    """Give every citation and every value an anchor, and every reference the way back to where it is used."""
    places: dict[str, list[str]] = {}
    numbers = itertools.count(1)

    def anchored(ids: Sequence[str], inner: list[Node]) -> Node:
        anchor = f"cite-{next(numbers)}"
        for id in ids:
            places.setdefault(id, []).append(anchor)
        return {"t": "Span", "c": [[anchor, ["citation-place"], []], inner]}

    def mark(node: Node) -> Node | None:
        if node["t"] == "Cite":
            ids = [citation["citationId"] for citation in node["c"][0]]
            return {"t": "Cite", "c": [node["c"][0], [anchored(ids, node["c"][1])]]}
        if node["t"] == "Link" and "value" in node["c"][0][1] and node["c"][2][0].startswith("#ref-"):
            return anchored(attributes(node)[2].get("evidence", "").split(), [node])
        return None

    blocks = transform(blocks, mark)

    def back(node: Node) -> Node | None:
        if node["t"] != "Div" or "csl-entry" not in node["c"][0][1]:
            return None
        anchors = places.get(node["c"][0][0].removeprefix("ref-"), [])[:MOST_BACK]
        links: list[Node] = [{"t": "Space"}, {"t": "Str", "c": "↑"}] if anchors else []
        for n, anchor in enumerate(anchors):
            links += [{"t": "Space"}, {"t": "Link", "c": [
                ["", ["back"], [["aria-label", say("Back to use {letter}", letter=_letters(n))]]],
                [{"t": "Str", "c": _letters(n)}], [f"#{anchor}", ""]]}]
        if links and node["c"][1] and node["c"][1][-1]["t"] in ("Para", "Plain"):
            text = node["c"][1][-1]["c"]
            body = next((n for n in text if n["t"] == "Span" and "csl-right-inline" in n["c"][0][1]), None)
            (body["c"][1] if body else text).extend(links)
        return node

    linked: list[Node] = transform(blocks, back)
    return linked


def _letters(number: int) -> str:
    """a, b, … z, aa, ab, …"""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)


# --- bibliographies ----------------------------------------------------------------

def _bibliographies(report: Report) -> list[str]:
    """The bibliography files that the front matter names, less the one that a render writes."""
    named = report.front.get("bibliography") or []
    return [str(file) for file in ([named] if isinstance(named, str) else named)
            if not str(file).startswith("_output/")]


def beside(root: Path, file: str) -> list[str]:
    """The files of the project in the folder of a file that is not there: one of them may be meant."""
    return [path.relative_to(root).as_posix() for path in (root / file).parent.glob("*")
            if path.is_relative_to(root) and path.is_file()]


def inside(root: Path, file: str) -> bool:
    """Whether a path leads into the project, also where it goes through links of the file system."""
    return "\0" not in file and (root / file).resolve().is_relative_to(root.resolve())


def check_bibliography(report: Report, root: Path) -> Iterator[Finding]:
    """The files that the front matter names and that are not there, or not of the project."""
    line = report.text[:max(report.text.find("\nbibliography"), 0)].count("\n") + 2
    files = [*_bibliographies(report), *([str(report.front["csl"])] if report.front.get("csl") else [])]
    for file in files:
        if not inside(root, file):
            yield Finding("bibliography", report.path, shown(file), "a file inside the project",
                          "Copy the file into the project, and give its path there.", line=line)
        elif large := too_large(root / file, file, BIBLIOGRAPHY_BYTES, "Leave out what is not cited."):
            yield large
        elif not (root / file).is_file():
            yield Finding("bibliography", report.path, f"no file {file}", "a file of the project",
                          f"{meant(file, beside(root, file))}Correct the path.", line=line)
