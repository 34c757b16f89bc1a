"""Pandoc's document tree: read it, write it, walk it.

A tree is what Pandoc gives as JSON (https://hackage.haskell.org/package/pandoc-types):
every element a dict with its kind `t` and, mostly, its content `c`.
"""

from __future__ import annotations

import functools
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..findings import BriefingError
from ..limits import PANDOC_SECONDS

Node = dict[str, Any]
VERSION = [1, 23, 1]  # of the tree's format, which Pandoc asks for


# --- pandoc -------------------------------------------------------------------

@functools.cache
def _pandoc_path() -> str:
    import pypandoc

    bundled = Path(pypandoc.__file__).parent / "files" / "pandoc"
    return str(bundled) if bundled.exists() else pypandoc.get_pandoc_path()


def pandoc(text: str, *arguments: str, warnings: list[str] | None = None) -> str:
    """Run pandoc on a text; what it warns of is added to `warnings`. It reads no file but those that `arguments` name,
    and fetches nothing: a table of HTML may hold a frame, which pandoc would go and get. Nor does it read the user's
    own folder for pandoc, whose list of abbreviations would set other spaces.

    Raises BriefingError with pandoc's own words where it fails.
    """
    utf8 = {**os.environ, "LC_ALL": "C.UTF-8"}  # the names of files are read by it
    try:
        run = subprocess.run([_pandoc_path(), "--sandbox", f"--data-dir={Path(__file__).parent}", *arguments],
                             input=text.encode("utf-8"), capture_output=True, check=False, env=utf8,
                             timeout=PANDOC_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise BriefingError(f"pandoc: found no document after {PANDOC_SECONDS} s, expected one within them. "
                            "Look for text with thousands of marks or brackets that nothing closes.") from error
    message = run.stderr.decode("utf-8", "replace").strip()
    if run.returncode:
        raise BriefingError(f"pandoc {' '.join(arguments)}: found {message or ended(run.returncode)}, expected a "
                            "document. If the report looks right, this is a fault of the package: please report it.")
    if warnings is not None and message:
        warnings.append(message)
    return run.stdout.decode("utf-8")


def ended(code: int) -> str:
    """How a process ended, by its exit code."""
    return f"that its process ended with exit code {code}" if code >= 0 else \
        f"that its process was ended by signal {-code} ({signal.strsignal(-code)})"


# --- walking ------------------------------------------------------------------

def walk(node: Any) -> Iterator[Node]:
    """Every element of a tree, parents before children, in reading order."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            if "t" in node:
                yield node
            waiting.extend(reversed(node.values()))


def transform(node: Any, change: Callable[[Node], Node | list[Node] | None]) -> Any:
    """A copy of a tree, down to its lists, in which `change` has replaced elements, children first.

    `change` gives None to keep an element, an element or a list to replace it.
    """
    if isinstance(node, list):
        result: list[Any] = []
        for item in node:
            if isinstance(item, str):  # nothing to change: most of a tree
                result.append(item)
                continue
            new = transform(item, change)
            if isinstance(item, dict) and "t" in item and isinstance(new, list):
                result.extend(new)
            else:
                result.append(new)
        return result
    if isinstance(node, dict):
        new = {key: value if isinstance(value, str) else transform(value, change) for key, value in node.items()}
        if "t" in new:
            changed = change(new)
            return new if changed is None else changed
        return new
    return node


def plain(node: Any) -> str:
    """The text of a tree, as a reader hears it, without its notes."""
    parts: list[str] = []
    for item in (node if isinstance(node, list) else [node]):
        if isinstance(item, dict):
            kind: Any = item.get("t")
            content: Any = item.get("c")
            if kind == "Str":
                parts.append(content)
            elif kind in ("Space", "SoftBreak", "LineBreak"):
                parts.append(" ")
            elif kind in ("Code", "Math"):
                parts.append(content[1])
            elif kind == "Quoted":
                left, right = ("‘", "’") if content[0]["t"] == "SingleQuote" else ("“", "”")
                parts.append(left + plain(content[1]) + right)
            elif kind == "Cite":
                parts.append(plain(content[1]))
            elif kind not in ("Note", "RawInline", "RawBlock"):
                parts.append(plain(content))
        elif isinstance(item, list):
            parts.append(plain(item))
    return "".join(parts)


def attributes(node: Node) -> tuple[str, list[str], dict[str, str]]:
    """Id, classes and key-value pairs of an element that has them."""
    attr = node["c"][1] if node["t"] in ("Header",) else node["c"][0]
    return attr[0], attr[1], dict(attr[2])


def div(id: str, classes: Sequence[str], pairs: Mapping[str, str], blocks: list[Node]) -> Node:
    """A Div node: id, classes, attributes and what it holds."""
    return {"t": "Div", "c": [[id, list(classes), [list(pair) for pair in pairs.items()]], blocks]}


def raw(kind: str, text: str, *, inline: bool = False) -> Node:
    """Text that goes to one format as it is."""
    return {"t": "RawInline" if inline else "RawBlock", "c": [kind, text]}
