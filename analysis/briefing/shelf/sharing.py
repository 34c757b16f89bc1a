"""Facts that a desk keeps once: taken into projects, renewed there, and which briefings a changed row moves.

What is taken lies in the project (see facts.rules.shared), so that its edition is whole. The package is asked only
here, when a person takes or renews facts or checks a project; a render never asks for it.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
import os
import re
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from .. import limits
from ..editions import compare, edition
from ..editions.compare import Difference
from ..facts import tables
from ..facts.rules import shared
from ..facts.tables import DESCRIPTOR, Tables
from ..findings import BriefingError, InvalidData, meant, shown
from . import projects

SECONDS = 20  # to wait for an address
#: What a project keeps of a package's descriptor: the rest is of that package's own editions.
KEPT = ("$schema", "name", "title", "description", "version", "homepage", "licenses", "contributors", "sources")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class Unreachable(BriefingError):
    """A package that is not at its address, or cannot be asked for."""


@dataclass(frozen=True)
class Package:
    """A package as a project has it, and as it is at its address: `rows` are the differences between the two, `ids` the
    names of rows that differ by their table, `fresh` its files as they are there."""

    name: str
    address: str
    tables: tuple[str, ...]
    rows: tuple[Difference, ...] = ()
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fresh: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def newer(self) -> bool:
        """Whether there is something to renew."""
        return bool(self.rows)

    def as_dict(self) -> dict[str, Any]:
        """The package as plain data, without its files."""
        return {"name": self.name, "path": self.address, "tables": list(self.tables), "newer": self.newer,
                "rows": [asdict(difference) for difference in self.rows]}


@dataclass(frozen=True)
class Account:
    """What came of looking at the packages of one project: what it has of them, where it names rows that changed, what
    would move in its edition, and what could not be done."""

    project: str
    packages: tuple[Package, ...] = ()
    used: tuple[str, ...] = ()
    moved: tuple[Difference, ...] | None = None
    wrong: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The account as plain data."""
        return {"project": self.project, "packages": [package.as_dict() for package in self.packages],
                "used": list(self.used), "wrong": list(self.wrong),
                **({} if self.moved is None else {"moved": [asdict(difference) for difference in self.moved]})}

    def lines(self, updating: bool) -> list[str]:
        """The account as lines for people."""
        found = [*self.wrong]
        for package in self.packages:
            state = "as at its address" if not package.newer else "renewed" if updating else "newer at its address"
            found.append(f"{package.name} ({', '.join(package.tables)}, from {package.address}): {state}")
            found += [f"  {difference}" for difference in package.rows]
        found += [f"  named in {place}" for place in self.used]
        if self.moved is not None:
            found += [f"  moves {difference}" for difference in self.moved] or ["  moves nothing that a reader sees"]
        return [f"{self.project}: {line}" if self.project and not line.startswith(" ") else line for line in found]


# --- what a person asks for -----------------------------------------------------------

def take(root: Path, address: str, name: str = "", wanted: Sequence[str] = ()) -> Package:
    """Take facts of the package at an address into a project: all tables that can be shared, or those that are wanted.

    A package that is there already, by its name, is taken anew. Raises Unreachable, BriefingError for what is no
    package of facts, and InvalidData where the project would have findings with it; then nothing was written.
    """
    files = fetched(address, root, wanted)
    descriptor = json.loads(files[DESCRIPTOR])
    name = name or _slug(str(descriptor.get("name") or ""))
    if not shared.NAME.fullmatch(name):
        raise BriefingError(f"--name {name}: found {shown(name)}, expected a name of small letters, digits and -. "
                            "Give the package such a name, by --name.")
    chosen = tuple(PurePosixPath(file).stem for file in files if file != DESCRIPTOR)
    own = {resource["name"] for resource in _descriptor(root)["resources"]}
    if missing := [table for table in chosen if table not in own]:
        raise BriefingError(f"data/{DESCRIPTOR}, resources: found no table {missing[0]}, expected one that the rows of "
                            f"the package join. Declare it and write its header, or take others with --table.")
    if not _SCHEME.match(address):
        address = _relative(Path(address), root)
    _write(root, name, address, files)
    return Package(name, address, chosen, fresh=files)


def packages(root: Path) -> Iterator[Package | Unreachable]:
    """Each package that a project takes facts from, with what is newer at its address; what cannot be asked is given as
    the error that tells why."""
    descriptor = _descriptor(root)
    for entry in descriptor.get("shared", []):
        name, address = entry["name"], entry["path"]
        taken = tuple(resource["name"] for resource in descriptor["resources"]
                      if f"{shared.FOLDER}/{name}/{resource['name']}.csv" in resource.get("parts", ()))
        try:
            fresh = fetched(address, root, taken, relative=True)
        except Unreachable as error:
            yield Unreachable(f"{name}: {error}")
            continue
        now = shared.files_of(root, name)
        rows = compare.inputs(*({f"data/{shared.FOLDER}/{name}/{file}": content for file, content in side.items()}
                                for side in (now, fresh)))
        ids = {table: _changed(now.get(f"{table}.csv", b""), fresh[f"{table}.csv"]) for table in taken}
        yield Package(name, address, taken, tuple(rows), {table: found for table, found in ids.items() if found}, fresh)


def account(root: Path, project: str = "", write: bool = False, why: bool = False, rendered: bool = False) -> Account:
    """Look at the packages of a project, `write` what is newer, or say `why` that matters: where the project names rows
    that changed and, if `rendered`, what its edition would show differently.

    A package that cannot be reached is told, and the others are renewed. Raises InvalidData, and writes nothing of a
    package with which the project would have findings.
    """
    asked = list(packages(root))
    found = [package for package in asked if isinstance(package, Package)]
    newer = [package for package in found if package.newer]
    ids: dict[str, tuple[str, ...]] = {}
    for package in newer if why else ():
        ids |= {table: (*ids.get(table, ()), *names) for table, names in package.ids.items()}
    places = used(tables.read(root)[0], ids) if ids else []
    changes = tuple(moved(root, newer)) if why and rendered and newer else None
    for package in newer if write else ():
        _write(root, package.name, package.address, package.fresh)
    return Account(project, tuple(found), tuple(places), changes,
                   tuple(str(error) for error in asked if isinstance(error, Unreachable)))


def summary(accounts: Sequence[Account], written: bool, why: bool) -> str:
    """One line on many projects: how many take facts, of how many these are newer, whom that moves, what went wrong."""
    newer = [account for account in accounts if any(package.newer for package in account.packages)]
    named, moving = (sum(bool(value) for value in values) for values in (
        (account.used for account in newer), (account.moved for account in newer)))
    parts = [f"{len(accounts)} project{'s' * (len(accounts) != 1)} with facts of packages",
             f"{len(newer)} {'renewed' if written else 'with newer ones at their address'}",
             *([f"{named} name{'s' * (named == 1)} a row that changed"] if why else []),
             *([f"{moving} would show something else"] if any(account.moved is not None for account in newer) else []),
             *([f"{wrong} could not be done"] if (wrong := sum(bool(account.wrong) for account in accounts)) else [])]
    return f"{'; '.join(parts)}."


def notes(root: Path) -> list[str]:
    """What a check tells of packages: which are newer at their address, and which cannot be asked."""
    found = []
    for package in packages(root):
        if isinstance(package, Unreachable):
            found.append(f"Whether the facts of {package} are newer cannot be told.")
        elif package.newer:
            found.append(f"The facts of {package.name} are newer at {package.address} ({package.rows[0]}"
                         f"{f' and {len(package.rows) - 1} more' if len(package.rows) > 1 else ''}): "
                         "`briefing facts --update` takes them.")
    return found


def below(folder: Path) -> list[Path]:
    """The projects below a folder that take facts of packages, in order."""
    try:
        found = [folder.resolve() / path for path in projects.below(str(folder))]
    except OSError as error:
        raise BriefingError(f"{folder}: found no folder that can be read ({error.strerror}), expected one with "
                            "projects below it. Correct the path.") from error
    return [root for root in found if (descriptor := root / "data" / DESCRIPTOR).is_file()
            and b'"shared"' in descriptor.read_bytes()]


# --- which briefings a row moves --------------------------------------------------------

def used(data: Tables, ids: Mapping[str, Sequence[str]]) -> list[str]:
    """Where a project names rows of these ids: rows of other tables, lines of the report, cells of notebooks."""
    found = []
    for resource in data.descriptor["resources"]:
        for column, table in _pointing(resource):
            rows = [str(number) for number, row in enumerate(data.rows[resource["name"]], start=2)
                    if {*_values(row.get(column))} & {*ids.get(table, ())}]
            if rows:
                found.append(f"{data.files(resource['name'])[0]} row{'s' * (len(rows) > 1)} {_few(rows)}, {column}")
    names = sorted({id for each in ids.values() for id in each})
    if names:
        word = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])")
        found += _lines(data.root, word)
    return found


def moved(root: Path, renewed: Sequence[Package]) -> list[Difference]:
    """The sentences and marks of a project's edition that would be others with the renewed packages: it is rendered
    with them in a folder of its own. Raises as a render does, and BriefingError where there is no edition."""
    from ..rendering.render import render

    before = edition.published(root)
    inputs = {name: content for name, content in edition.inputs(root).items()
              if not name.startswith("analysis/briefing/")}
    with tempfile.TemporaryDirectory(prefix="briefing-") as scratch:
        folder = Path(scratch) / "project"
        edition.write_files(inputs, folder)
        for package in renewed:
            _put(folder, package.name, package.address, package.fresh)
        render(folder, use_cache=False)
        after = edition.published(folder)
    told = compare.outputs(before.outputs, after.outputs, "facts")
    return [difference for difference in told if difference.path.endswith(("report.html", ".ipynb"))]


def _pointing(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The columns of a table that name rows of another, each with that other."""
    for foreign in resource["schema"].get("foreignKeys", []):
        fields = foreign["fields"]
        yield (fields if isinstance(fields, str) else fields[0]), foreign["reference"].get("resource", "")
    for column in resource["schema"]["fields"]:
        for target in column.get("listOf", {}).get("references", []):
            yield column["name"], target.split(".")[0]


def _values(cell: Any) -> Sequence[Any]:
    return cell if isinstance(cell, tuple) else (cell,)


def _lines(root: Path, word: re.Pattern[str]) -> Iterator[str]:
    lines = (root / "report.qmd").read_text("utf-8").splitlines() if (root / "report.qmd").is_file() else []
    if numbers := [str(number) for number, line in enumerate(lines, start=1) if word.search(line)]:
        yield f"report.qmd line{'s' * (len(numbers) > 1)} {_few(numbers)}"
    for path in sorted((root / "analysis").glob("*.ipynb")):
        try:
            cells = json.loads(path.read_bytes())["cells"]
            numbers = [str(n) for n, cell in enumerate(cells, start=1) if word.search("".join(cell["source"]))]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # what is wrong with it, a render tells
        if numbers:
            yield f"analysis/{path.name} cell{'s' * (len(numbers) > 1)} {_few(numbers)}"


def _few(numbers: Sequence[str]) -> str:
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"{', '.join(numbers[:5])}{more}"


def _changed(before: bytes, after: bytes) -> tuple[str, ...]:
    """The names of rows that differ between two files of one table: their first cells."""
    sides: list[dict[str, list[list[str]]]] = []
    for content in (before, after):
        rows: dict[str, list[list[str]]] = {}
        for row in csv.reader(io.StringIO(content.decode("utf-8", "replace"))):
            rows.setdefault(row[0] if row else "", []).append(row)
        sides.append(rows)
    return tuple(id for id in dict.fromkeys([*sides[0], *sides[1]]) if sides[0].get(id) != sides[1].get(id))


# --- asking for a package ---------------------------------------------------------------

def fetched(address: str, root: Path, wanted: Sequence[str] = (), relative: bool = False) -> dict[str, bytes]:
    """The files of a package as a project keeps them: its descriptor with the wanted tables, and these.

    An address is a path (`relative` ones count from the project, else from the working folder), of the web, or any
    that fsspec knows, where that is installed. Raises Unreachable, and BriefingError for what is no package of facts.
    """
    place = _place(address, root if relative else Path.cwd())
    if not _SCHEME.match(place) and Path(place).resolve().is_relative_to(root.resolve() / "data"):
        raise BriefingError(f"{address}: found the project's own facts, expected those of another package. "
                            "Name the folder of that package.")
    try:
        descriptor = json.loads(_read(place, limits.DESCRIPTOR_BYTES))
        resources = {each["name"]: each for each in descriptor["resources"] if each.get("name") in shared.TABLES}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BriefingError(f"{address}: found no Data Package ({error}), expected a {DESCRIPTOR} with its resources. "
                            "Correct the address, or mend the package.") from error
    if shared.shares_itself(descriptor):
        raise BriefingError(f"{address}: found a package that itself takes facts of another, expected facts at first "
                            "hand, so that no circle can come of it. Take them from the package that has them as its "
                            "own.")
    for table in wanted:
        if table not in resources:
            raise BriefingError(f"{address}: found no table {table} that can be shared, expected one of "
                                f"{', '.join(resources) or 'those'}. {meant(table, resources)}Of "
                                f"{', '.join(shared.TABLES)} rows can be taken.")
    chosen = {name: resource for name, resource in resources.items() if not wanted or name in wanted}
    if not chosen:
        raise BriefingError(f"{address}: found none of the tables {', '.join(shared.TABLES)}, expected one of them, of "
                            "which rows can be taken. Correct the address, or add the table there.")
    files = {f"{name}.csv": _read(_beside(place, resource.get("path"), address), limits.TABLE_BYTES)
             for name, resource in chosen.items()}
    kept = {key: descriptor[key] for key in KEPT if key in descriptor}
    kept["resources"] = [{**resource, "path": f"{name}.csv"} for name, resource in chosen.items()]
    return {DESCRIPTOR: (json.dumps(kept, indent=1, ensure_ascii=False) + "\n").encode("utf-8"), **files}


def _place(address: str, base: Path) -> str:
    """Where the descriptor of a package is."""
    if _SCHEME.match(address):
        return address if address.endswith(".json") else f"{address.rstrip('/')}/{DESCRIPTOR}"
    path = base / address
    if path.is_dir():
        path = next((folder / DESCRIPTOR for folder in (path, path / "data") if (folder / DESCRIPTOR).is_file()),
                    path / DESCRIPTOR)
    return str(path)


def _beside(place: str, path: Any, address: str) -> str:
    """Where a file of a package is, by its path in the descriptor."""
    parts = PurePosixPath(path).parts if isinstance(path, str) else ()
    if not parts or ".." in parts or parts[0] == "/" or _SCHEME.match(str(path)) or "\\" in str(path):
        raise BriefingError(f"{address}: found the path {shown(path)}, expected a path inside the package. "
                            "Mend the package's descriptor.")
    if _SCHEME.match(place):
        return f"{place.rpartition('/')[0]}/{urllib.parse.quote(str(path))}"
    return str(Path(place).parent / path)


def _read(place: str, most: int) -> bytes:
    try:
        if _WEB.match(place):
            with urllib.request.urlopen(place, timeout=SECONDS) as answer:  # noqa: S310  the pattern says which schemes
                content: bytes = answer.read(most + 1)
        elif _SCHEME.match(place):
            content = _by_fsspec(place, most)
        else:
            with open(place, "rb") as file:
                content = file.read(most + 1)
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise Unreachable(f"{place}: found no file that can be read ({getattr(error, 'reason', None) or error}), "
                          "expected one of the package. Correct the address, or try again when it is there.") from error
    if len(content) > most:
        raise BriefingError(f"{place}: found more than {most:,} bytes, expected at most so many. "
                            "Take out of the package what no briefing needs.")
    return content


def _by_fsspec(place: str, most: int) -> bytes:
    try:
        fsspec = importlib.import_module("fsspec")
    except ImportError as error:
        raise BriefingError(f"{place}: found no fsspec in this environment, expected it for such an address. Install "
                            "it with `pip install fsspec` and what it asks for; paths and https need nothing."
                            ) from error
    try:
        with fsspec.open(place, "rb") as file:
            content: bytes = file.read(most + 1)
    except Exception as error:  # each of its file systems raises of its own kinds
        raise OSError(str(error) or type(error).__name__) from error
    return content


# --- writing it into a project ------------------------------------------------------------

def _write(root: Path, name: str, address: str, files: Mapping[str, bytes]) -> None:
    """Put a package into a project, where no finding comes of it."""
    before = {str(finding) for finding in _findings(root)}
    with tempfile.TemporaryDirectory(prefix="briefing-") as scratch:
        tried = Path(scratch)
        shutil.copytree(root / "data", tried / "data", ignore=shutil.ignore_patterns(".*"))
        if (root / "report.qmd").is_file():
            shutil.copy(root / "report.qmd", tried)  # whose language words are read in
        _put(tried, name, address, files)
        if new := [finding for finding in _findings(tried) if str(finding) not in before]:
            raise InvalidData(new)
    _put(root, name, address, files)


def _findings(root: Path) -> list[Any]:
    try:
        return tables.read(root)[1]
    except InvalidData as error:
        return error.findings


def _put(root: Path, name: str, address: str, files: Mapping[str, bytes]) -> None:
    folder = root / "data" / shared.FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        _replace(folder / file, content)
    for path in folder.iterdir():
        if path.is_file() and path.name not in files:
            path.unlink()
    descriptor = root / "data" / DESCRIPTOR
    text = _edited(descriptor.read_text("utf-8"), {"name": name, "path": address, "sha256": shared.pin(files)},
                   [PurePosixPath(file).stem for file in files if file != DESCRIPTOR])
    _replace(descriptor, text.encode("utf-8"))


def _replace(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        raise BriefingError(f"{path}: found {error.strerror}, expected a file that can be written. "
                            "Mend that, then try again.") from error
    finally:
        beside.unlink(missing_ok=True)


def _edited(text: str, entry: dict[str, str], chosen: Sequence[str]) -> str:
    """A descriptor with a package in it, otherwise laid out as it was, where it can be told how."""
    before, wanted = json.loads(text), json.loads(text)
    entries = [one for one in before.get("shared", []) if one["name"] != entry["name"]]
    wanted["shared"] = sorted([*entries, entry], key=lambda one: str(one["name"]))
    out = text
    for old, new in zip(before["resources"], wanted["resources"], strict=True):
        paths = [old["path"]] if isinstance(old["path"], str) else list(old["path"])
        mine = f"{shared.FOLDER}/{entry['name']}/{old['name']}.csv"
        paths = [path for path in paths if path != mine] + [mine] * (old["name"] in chosen)
        new["path"] = paths[0] if len(paths) == 1 else paths
        if new["path"] != old["path"]:
            path = f'"path": {json.dumps(new["path"])}'.replace("\\", r"\\")
            out = re.sub(rf'"path"\s*:\s*{_spaced(old["path"])}', path, out, count=1)
    told = '"shared": [' + ", ".join(json.dumps(one, ensure_ascii=False) for one in wanted["shared"]) + "]"
    if "shared" in before:
        out = re.sub(r'"shared"\s*:\s*\[[^\]]*\]', lambda _: told, out, count=1)
    else:
        out = re.sub(r'(\s*)"resources"\s*:', lambda found: f"{found[1]}{told},{found[0]}", out, count=1)
    try:
        if json.loads(out) == wanted:
            return out
    except ValueError:
        pass
    return json.dumps(wanted, indent=2, ensure_ascii=False) + "\n"


def _spaced(path: str | Sequence[str]) -> str:
    """A pattern of a path as JSON writes it, however it is laid out."""
    if isinstance(path, str):
        return re.escape(json.dumps(path))
    return r"\[\s*" + r"\s*,\s*".join(re.escape(json.dumps(each)) for each in path) + r"\s*\]"


def _descriptor(root: Path) -> dict[str, Any]:
    """The descriptor of a project; raises InvalidData where it cannot be used."""
    found = tables.read(root)[0].descriptor
    wrong = list(shared.declarations(found.get("shared", [])))
    if wrong:
        raise InvalidData(wrong)
    return found


def _relative(path: Path, root: Path) -> str:
    """A path from the project, as it stands in its descriptor; from another drive it cannot be."""
    try:
        return PurePosixPath(os.path.relpath(path.resolve(), root.resolve()).replace(os.sep, "/")).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.casefold()))
