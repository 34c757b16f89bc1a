"""The projects below a folder, found by their files; nothing is read but one name and title of each.

Only modules that start at once are used here: where nothing has changed in a thousand projects, to load others would
take longer than to look.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator

DESCRIPTOR, REPORT = "data/datapackage.json", "report.qmd"
#: Folders that hold no projects: environments, and what was made.
NOT_WITHIN = {"node_modules", "__pycache__", "_output", "site-packages"}
#: Folders of a project that are its own.
OWN = {"data", "analysis"}


def below(folder: str) -> list[str]:
    """The projects below a folder, by their paths in it (`.` for itself), in order. No link to a folder is followed,
    and nothing hidden looked into. Raises OSError where the folder itself cannot be read."""
    os.listdir(folder)
    return sorted(_walk(folder, ""))


def among(files: Iterable[str]) -> list[str]:
    """The projects among files of which only the names are known, by their paths from where the names begin."""
    folders: dict[str, set[str]] = {"": set()}
    for name in files:
        parts = name.split("/")
        for depth in range(len(parts)):
            folders.setdefault("/".join(parts[:depth]), set()).add(parts[depth])
            if parts[depth] in OWN and len(parts) == depth + 2:
                folders["/".join(parts[:depth])].add("/".join(parts[depth:]))
    found = {folder for folder, names in folders.items() if _is_project(names, DESCRIPTOR in names)}
    return sorted(folder or "." for folder in found
                  if _is_open(folder.split("/") if folder else [], found))


def namesakes(folder: str, found: Iterable[str]) -> list[str]:
    """What is to be told of projects that share a name or a title: they are told apart by their paths."""
    sharing: dict[tuple[str, str], list[str]] = {}
    for path in found:
        try:
            with open(os.path.join(folder, path, DESCRIPTOR), encoding="utf-8") as file:
                said = json.load(file)
            for key in ("id", "name", "title"):
                if isinstance(value := said.get(key), str) and value:
                    sharing.setdefault((key, value), []).append(path)
        except (OSError, ValueError, AttributeError, RecursionError):
            continue  # what is wrong with it is found when it is rendered
    notes: dict[tuple[str, ...], list[str]] = {}
    for (key, value), paths in sharing.items():
        if len(paths) > 1:
            notes.setdefault(tuple(paths), []).append(f'the {key} "{value}"')
    return [f"{_listed(paths)} share {' and '.join(what)}; each is made where it lies" for paths, what in notes.items()]


def _listed(paths: tuple[str, ...]) -> str:
    return f"{', '.join(paths[:5])} and {len(paths) - 5} more" if len(paths) > 5 else " and ".join(paths)


def _walk(folder: str, path: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            known = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
    except OSError:  # closed to us, or gone meanwhile
        return
    here = _is_project(known, "data" in known and os.path.isfile(os.path.join(folder, *DESCRIPTOR.split("/"))))
    if here:
        yield path or "."
    for name, is_folder in known.items():
        if is_folder and may_hold(name) and not (here and name in OWN):
            yield from _walk(os.path.join(folder, name), f"{path}/{name}" if path else name)


def _is_project(names: Iterable[str], described: bool) -> bool:
    """Whether a folder is a project, also one of which half is missing: then its render says what. Facts without a
    report that nothing was ever made of are a package for others."""
    return REPORT in names or (described and ("analysis" in names or "_output" in names))


def may_hold(name: str) -> bool:
    """Whether a folder of this name is looked into: not what is hidden, installed or made."""
    return not name.startswith(".") and name not in NOT_WITHIN


def _is_open(parts: list[str], found: set[str]) -> bool:
    return all(may_hold(part) and not (part in OWN and "/".join(parts[:depth]) in found)
               for depth, part in enumerate(parts))
