"""Facts of other packages: rows of actors, concepts, sources and series that a desk keeps once for many briefings.

A table with such rows names several files as its `path`, as Data Package 2 has it: its own first, then one below
`data/shared/NAME/` for each package that it takes rows from. `shared` in the descriptor says where each package came
from, and pins what came: so an edition is whole without it, and no other program needs to know of this.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...findings import Finding, shown

#: The tables of which rows can be shared: what they hold is true of many briefings.
TABLES = ("actors", "concepts", "sources", "series")
FOLDER = "shared"
DESCRIPTOR = "datapackage.json"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
RENEW = "`briefing facts --update`"


def parted(resource: Any) -> Any:
    """A resource whose path is a list, with its own file as `path` and the others as `parts`; any other as it is."""
    if not isinstance(resource, dict):
        return resource
    resource = {key: value for key, value in resource.items() if key not in ("parts", "begins")}
    path = resource.get("path")
    if not isinstance(path, list) or not path or not all(isinstance(each, str) for each in path):
        return resource
    return {**resource, "path": path[0], "parts": path[1:]}


def part_problem(resource: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """What is wrong with the files of a resource: found, expected, what was meant; None where nothing is."""
    name, parts = resource["name"], resource.get("parts", [])
    if resource["path"].startswith(f"{FOLDER}/"):
        own = json.dumps([f"{name}.csv", resource["path"], *parts])
        return shown(f"{name}: {resource['path']}"), "the project's own file first, which may hold its header alone", \
            f'Write `"path": {own}`. '
    if parts and name not in TABLES:
        return shown(f"{name}: {', '.join(parts)}"), f"rows of others in {', '.join(TABLES)} only", \
            f'Write `"path": "{resource["path"]}"`. '
    for part in parts:
        folder, _, file = part.removeprefix(f"{FOLDER}/").partition("/")
        if not (part.startswith(f"{FOLDER}/") and NAME.fullmatch(folder) and file == f"{name}.csv"):
            return shown(f"{name}: {part}"), f"a file {FOLDER}/NAME/{name}.csv", "Let `briefing facts` write it. "
    if len(set(parts)) < len(parts):
        return shown(f"{name}: {', '.join(parts)}"), "each file once", ""
    return None


def pin(files: Mapping[str, bytes]) -> str:
    """What a package is pinned by: the SHA-256 of what `sha256sum *` prints in its folder."""
    lines = "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return sha256(lines.encode("utf-8")).hexdigest()


def files_of(root: Path, name: str) -> dict[str, bytes]:
    """The files of a package as they lie in the project, by name; none where there is no folder."""
    folder = root / "data" / FOLDER / name
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()
            and not path.name.startswith(".")}


def check(root: Path, descriptor: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with the packages that a project takes facts from, and with what it holds of them."""
    entries = descriptor.get("shared", [])
    used = {part.split("/")[1]: resource["name"] for resource in descriptor["resources"]
            for part in resource.get("parts", [])}
    wrong = list(declarations(entries))
    yield from wrong
    if wrong:
        return
    names = {entry["name"]: entry for entry in entries}
    for name in sorted(used.keys() - names.keys()):
        yield Finding("shared-undeclared", f"data/{DESCRIPTOR}", f"data/{FOLDER}/{name} in the path of {used[name]}, "
                      "and no entry of this name", "each package with its origin and hash",
                      f"Take it with `briefing facts ADDRESS --name {name}`, or take the file out of the path.",
                      column="shared")
    for name, entry in names.items():
        yield from _package(root, entry, name in used)
    for path in sorted((root / "data" / FOLDER).glob("*/")):
        if path.name not in names and path.is_dir():
            yield Finding("shared-unnamed", f"data/{FOLDER}/{path.name}", "a folder that no entry of `shared` names",
                          "packages that the descriptor tells the origin of",
                          f"Remove it, or take the package with `briefing facts ADDRESS --name {path.name}`.")


def declarations(entries: Any) -> Iterator[Finding]:
    """What is wrong with the entries of `shared` in a descriptor."""
    def finding(found: str, expected: str, remedy: str, column: str) -> Finding:
        return Finding("shared-declaration", f"data/{DESCRIPTOR}", found, expected, remedy, column=column)

    if not isinstance(entries, list):
        yield finding(shown(json.dumps(entries)), "a list of packages", "Let `briefing facts ADDRESS` write it.",
                      "shared")
        return
    seen: set[str] = set()
    for n, entry in enumerate(entries):
        told: dict[str, Any] = entry if isinstance(entry, dict) else {}
        forms = {"name": NAME, "path": re.compile(r"\S.*"), "sha256": re.compile("[0-9a-f]{64}")}
        for key, form in forms.items():
            if not form.fullmatch(value if isinstance(value := told.get(key), str) else ""):
                yield finding(shown(json.dumps(value)), {
                    "name": "a name of small letters, digits and -", "path": "where the package is",
                    "sha256": "a SHA-256 in 64 hexadecimal digits"}[key],
                    f"Take the package anew, with {RENEW} or `briefing facts ADDRESS`.", f"shared[{n}].{key}")
        if (name := str(told.get("name"))) in seen:
            yield finding(f"{shown(name)} twice", "each package once", "Remove one of the entries.",
                          f"shared[{n}].name")
        seen.add(name)


def _package(root: Path, entry: Mapping[str, Any], is_used: bool) -> Iterator[Finding]:
    name, folder = entry["name"], f"data/{FOLDER}/{entry['name']}"
    files = files_of(root, name)
    if not is_used:
        yield Finding("shared-unused", f"data/{DESCRIPTOR}", f"the package {name}, and no table with its rows",
                      f"a table whose path has {FOLDER}/{name}/",
                      f"Take its rows with `briefing facts {entry['path']} --name {name}`, or remove the entry and "
                      f"{folder}/.", column="shared")
    if DESCRIPTOR not in files:
        yield Finding("shared-missing", f"{folder}/{DESCRIPTOR}", "no readable file",
                      "the descriptor of the package, as it was taken", f"Run {RENEW}, which takes it anew.")
        return
    try:
        shares = shares_itself(json.loads(files[DESCRIPTOR]))
    except (ValueError, RecursionError) as error:
        yield Finding("descriptor-unreadable", f"{folder}/{DESCRIPTOR}", str(error), "a Data Package descriptor",
                      f"Run {RENEW}, which takes it anew.")
        return
    if shares:
        yield Finding("shared-of-shared", f"{folder}/{DESCRIPTOR}", "a package that itself takes facts of another",
                      "facts at first hand, so that no circle can come of it",
                      "Take them from the package that has them as its own.", column="shared")
    if (found := pin(files)) != entry["sha256"]:
        yield Finding("shared-changed", folder, f"files with the hash {found}",
                      f"{entry['sha256']}, as data/{DESCRIPTOR} pins it",
                      f"Run {RENEW}, which takes the package anew. A correction belongs into the package itself, at "
                      f"{entry['path']}: from there it comes to every briefing.")


def shares_itself(descriptor: Any) -> bool:
    """Whether a package takes facts of another."""
    resources = descriptor.get("resources", []) if isinstance(descriptor, dict) else []
    return isinstance(descriptor, dict) and (bool(descriptor.get("shared")) or any(
        isinstance(resource, dict) and isinstance(resource.get("path"), list) for resource in resources))


# --- places -------------------------------------------------------------------------

def place(resource: Mapping[str, Any], number: int) -> tuple[str, int]:
    """The file and row of a row of a table by its number, where those of shared files are counted on after its own."""
    for path, first in reversed(resource.get("begins", {}).items()):
        if number >= first:
            return f"data/{path}", number - first + 2
    return f"data/{resource['path']}", number


def located(descriptor: Mapping[str, Any], findings: Iterable[Finding]) -> list[Finding]:
    """Findings in rows of a table, with the file that has the row."""
    parts = {f"data/{resource['path']}": resource for resource in descriptor["resources"] if resource.get("begins")}
    return [replace(finding, path=(at := place(parts[finding.path], finding.row))[0], row=at[1])
            if finding.row is not None and finding.path in parts else finding for finding in findings]
