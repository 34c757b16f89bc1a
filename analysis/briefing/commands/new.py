"""Start a project, and add sources to one.

A project begins with the files of `starter/`, the tables' headers and a row for each source. Files whose names begin
with a point are kept there as `dot-…`. What is filled in stands between two at signs.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..facts import editing, tables
from ..findings import BriefingError, shown
from ..language import Language
from ..sources import places, texts
from ..sources.proposals import slug

STARTER, TEMPLATES = (Path(__file__).resolve().parents[1] / name for name in ("starter", "templates"))
STYLE = "evidence.csl"  # how the evidence is listed: the project's own, to be changed
#: What a folder may have before a project is put into it.
HARMLESS = {".git", ".gitkeep", ".DS_Store"}
UNKNOWN = "unknown publisher"
UNDESCRIBED = "Not described yet."


@dataclass(frozen=True)
class Added:
    """A source that was added or found again: its id, where its text lies, what was read, whether its row is new, and
    the columns of it that neither the file nor the user has filled; of one that was there, those that were changed."""

    id: str
    place: Path
    text: texts.Text
    new: bool
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As plain data: id, text (where it lies), language, new."""
        return {"id": self.id, "text": str(self.place), "language": self.text.language, "new": self.new}


def new(folder: Path, files: Sequence[Path] = (), *, title: str = "", date: str = "", lang: str = "en",
        given: dict[str, str] | None = None) -> list[Added]:
    """Make a project in a folder that is not there or empty, with a row for each source; the sources.

    `given` are columns of `sources` that the user gives instead of what the files say. Raises BriefingError, and
    leaves nothing, where the folder holds something or a source cannot be read.
    """
    _check_folder(folder)
    read = [(path, texts.read(path)) for path in files]
    date = date or datetime.date.today().isoformat()
    title = title or (read[0][1].title if read else "") or folder.resolve().name.replace("-", " ").replace("_", " ")
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    kept = {path.name for path in folder.iterdir()}
    try:
        _write_starter(folder, {"title": title, "date": date, "lang": lang, "version": __version__,
                                "name": slug(title, set()), "python": f"{sys.version_info[0]}.{sys.version_info[1]}"})
        (folder / "requirements.lock").write_text(_pins(), "utf-8", newline="\n")
        return [_add(folder.resolve(), path, text, given or {}) for path, text in read]
    except BaseException:  # Ctrl-C, too, leaves nothing
        for path in folder.iterdir():
            if path.name not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for place in missing:
            place.rmdir()
        raise


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BriefingError(f"{folder}: found a file, expected a new or an empty folder. Choose another name.")
    there = sorted(path.name for path in folder.iterdir() if path.name not in HARMLESS) if folder.is_dir() else []
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise BriefingError(f"{folder}: found {', '.join(there[:3])}{more} in it, expected a new or an empty folder. "
                            f"Choose another, such as {folder}-briefing; to add a source to a project that is there: "
                            f"briefing source FILE --project {folder}")


def _write_starter(root: Path, words: dict[str, str]) -> None:
    shutil.copyfile(TEMPLATES / STYLE, root / STYLE)
    spoken = Language(words["lang"])
    for source in sorted(path for path in STARTER.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        parts = [re.sub("^dot-", ".", part) for part in source.relative_to(STARTER).parts]
        target = root.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text("utf-8") if spoken.english else _translated(source, spoken)
        quoted = target.suffix in (".json", ".qmd", ".yml")
        for name, word in words.items():
            text = text.replace(f"@{name}@", json.dumps(word, ensure_ascii=False)[1:-1] if quoted else word)
        target.write_text(text, "utf-8", newline="\n")
    descriptor = json.loads((root / "data" / tables.DESCRIPTOR).read_text("utf-8"))
    for resource in descriptor["resources"]:
        header = ",".join(field["name"] for field in resource["schema"]["fields"])
        (root / "data" / resource["path"]).write_text(f"{header}\n", "utf-8", newline="\n")


# --- in the language of the report ------------------------------------------------

#: What a reader of a new project reads of it that no code says: headings, captions and prose, each as a group.
_CAPTION = re.compile(r'(?m)^(#\| (?:fig|tbl)-(?:cap|alt): )"(.*)"$')
_PROSE = re.compile(r"(?m)^(#+ )?(?!:::|\{\{<|#\||```|---)(\S.*?)((?: \{[#.][^}]*\})?)$")


def texts_of(path: Path) -> list[str]:
    """The headings, captions and sentences of a file of the starter, a report or a notebook, in order."""
    found: list[str] = []
    _said(path, lambda text: found.append(text) or text)  # type: ignore[func-returns-value]
    return found


def _translated(path: Path, spoken: Language) -> str:
    return _said(path, spoken.say) if path.suffix in (".ipynb", ".qmd") else path.read_text("utf-8")


def _said(path: Path, say: Callable[[str], str]) -> str:
    """The file with what people read of it said otherwise."""
    def prose(text: str) -> str:
        return _PROSE.sub(lambda line: f"{line[1] or ''}{say(line[2])}{line[3]}", text)

    text = path.read_text("utf-8")
    if path.suffix == ".qmd":
        front, code, body = re.fullmatch(r"(---\n.*?\n---\n)(\s*```.*?```\n)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
        return f"{front}{code}{prose(body)}"
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        source = prose(source) if cell["cell_type"] == "markdown" else _CAPTION.sub(
            lambda line: line[1] + json.dumps(say(json.loads(f'"{line[2]}"')), ensure_ascii=False), source)
        cell["source"] = source.splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _pins() -> str:
    """The versions of the libraries below the package, as they are here."""
    from importlib import metadata

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: dict[str, str] = {}
    wanted = ["briefing"]
    while wanted:
        try:
            needs = metadata.requires(wanted.pop()) or []
        except metadata.PackageNotFoundError:
            continue
        for need in map(Requirement, needs):
            name = canonicalize_name(need.name)
            if name not in found and (need.marker is None or need.marker.evaluate({"extra": ""})):
                try:
                    found[name] = metadata.version(name)
                except metadata.PackageNotFoundError:
                    continue
                wanted.append(name)
    lines = [f"{name}=={found[name]}" for name in sorted(found)]
    head = "# The libraries that this project's edition is made with; the package itself comes from elsewhere."
    return "\n".join([head, *lines]) + "\n"


# --- sources ----------------------------------------------------------------------

def add_source(root: Path, path: Path, *, id: str = "", given: dict[str, str] | None = None) -> Added:
    """Add a source to a project, or record where the text of one that it has lies.

    A file whose SHA-256 a row of `sources` has is the text of that source; so is one whose `id` is given and whose row
    has no text yet. Raises BriefingError for a text inside the project, an id that is taken, and as `texts.read` does.
    """
    return _add(root, path, texts.read(path), given or {}, id)


def _add(root: Path, path: Path, text: texts.Text, given: dict[str, str], id: str = "") -> Added:
    if path.resolve().is_relative_to(root.resolve()):
        raise BriefingError(f"{path}: found a text inside the project, expected one outside, since it is not yours to "
                            f"publish. Move it: mv {path} {root.resolve().parent}/")
    data, found = tables.read(root)
    _check_columns(data, given)
    rows = data.rows["sources"]
    as_is = hashlib.sha256(path.read_bytes()).hexdigest()
    content = text.content.encode("utf-8")
    sha256 = hashlib.sha256(content).hexdigest()
    for row in rows:
        if row["sha256"] in (as_is, sha256):
            place = path.resolve() if row["sha256"] == as_is else _copied(root, row["id"], content)
            changed = _fill(root, data, row["id"], given)
            places.record(root, row["id"], place)
            return Added(row["id"], place, text, False, changed=changed)
    if found:
        raise BriefingError(f"data/: found {len(found)} finding{'s' * (len(found) > 1)} ({found[0]}), expected tables "
                            "without. Mend them first; `briefing check --no-rebuild` lists all.")
    taken = {row["id"] for row in rows}
    if id in taken:
        raise BriefingError(f"--id {id}: found a source of this id with another text, expected a new id. "
                            f"Use another, such as {slug(id, taken)}; where the text of {id} has changed, "
                            f"`briefing check --source {id}={path}` offers the new places.")
    id = id or slug(text.publisher or path.stem, taken)
    place = path.resolve() if content == path.read_bytes() else _copied(root, id, content)
    row = {"id": id, "publisher": text.publisher or UNKNOWN, "title": text.title or texts.described(path),
           "published": text.published, "url": text.url, "language": text.language,
           "kind": "webpage" if text.kind == "web page" else "", "main": "true", "licence": "",
           "sha256": sha256, "characters": len(text.content), "reliability": "F", "chain": text.publisher,
           "descriptor": UNDESCRIBED} | {name: word for name, word in given.items() if word}
    cells = {name: str(cell) for name, cell in row.items()}
    editing.apply_checked(root, data.descriptor, [editing.Change("sources", None, cells)])
    places.record(root, id, place)
    blank = {"publisher": UNKNOWN, "published": "", "reliability": "F", "descriptor": UNDESCRIBED}
    return Added(id, place, text, True, tuple(name for name, word in blank.items() if row[name] == word))


def _check_columns(data: tables.Tables, given: dict[str, str]) -> None:
    columns = [field["name"] for resource in data.descriptor["resources"] if resource["name"] == "sources"
               for field in resource["schema"]["fields"]]
    unknown = [name for name, word in given.items() if word and name not in columns]
    if unknown and columns:
        raise BriefingError(f"--{unknown[0]}: found no column {unknown[0]} in data/sources.csv, expected one to "
                            f"write it to. Add it there and in data/{tables.DESCRIPTOR}, as a new project has it.")


def _fill(root: Path, data: tables.Tables, id: str, given: dict[str, str]) -> tuple[str, ...]:
    """Put what the user gives into the row of a source that is there; the columns that this changed."""
    before = next(each.cells for each in editing.rows(root, data.descriptor, "sources") if each.cells["id"] == id)
    after = {**before, **{name: word for name, word in given.items() if word}}
    if after != before:
        editing.apply_checked(root, data.descriptor, [editing.Change("sources", before, after)])
    return tuple(name for name in after if after[name] != before.get(name))


def _copied(root: Path, id: str, content: bytes) -> Path:
    """The text beside the project, in a folder named after it."""
    place = root.resolve().parent / f"{root.resolve().name}-texts" / f"{id}.txt"
    if place.exists() and place.read_bytes() != content:
        raise BriefingError(f"{place}: found another text there, expected none or the same. Move it away.")
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(content)
    return place


def told(added: Iterable[Added]) -> list[str]:
    """What to say of sources that were added: what was read of each, and what is still to be filled in."""
    lines = []
    for each in added:
        words = len(each.text.content.split())
        paragraphs = sum(bool(line.strip()) for line in each.text.content.split("\n"))
        known = "" if each.new else "is there already: "
        lines.append(f"Source {each.id}: {known}{shown(each.text.title or each.id)}, {words:,} words in {paragraphs:,} "
                     f"paragraphs, language {each.text.language}; its text is {each.place}")
        if each.changed:
            lines.append(f"  changed in data/sources.csv: {', '.join(each.changed)}")
        if each.missing:
            lines.append(f"  still to be filled in, in data/sources.csv: {', '.join(each.missing)}")
    return lines
