"""What an edition is made of, and what of it the reader can hold against a rebuild.

The record (`_output/edition.json`) has the SHA-256 of every input and output
and the versions that shape the bytes, and nothing of the machine.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import lzma
import platform
import re
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from ..facts.tables import Tables
from ..findings import BriefingError
from ..report import report

RECORD = "edition.json"
FORMAT = 1
#: Outputs that say what they were made with, and so may differ where the rest is the same.
ABOUT_ITSELF = (RECORD, "ro-crate-metadata.json")
#: Distributions whose versions shape the bytes, besides those that the package names itself.
BENEATH = ("numpy", "ipython", "ipykernel")
#: Distributions for the work before and around a render, which no output sees.
AROUND = {"babel", "charset-normalizer", "dateparser", "jupyter-client", "lxml-html-clean", "packaging", "pdfminer.six",
          "py3langid", "shtab", "tornado", "trafilatura", "watchfiles"}


@dataclass(frozen=True)
class Edition:
    """An edition as it can be compared: its record where it has one, its inputs and outputs by path."""

    name: str
    record: Mapping[str, Any] | None
    inputs: Mapping[str, bytes]
    outputs: Mapping[str, bytes]


def record(tables: Tables, inputs: Mapping[str, bytes], outputs: Mapping[str, bytes]) -> str:
    """The edition record as JSON text, keys in order."""
    groups: dict[str, dict[str, str]] = {"facts": {}, "prose": {}, "code": {}, "environment": {}}
    for name, content in inputs.items():
        groups[kind(name)][name] = sha256(content)
    found = {"format": FORMAT, "date": tables.edition_date.isoformat(),
               "inputs": groups, "outputs": {name: sha256(outputs[name]) for name in sorted(outputs)},
               "environment": {"python": platform.python_version(), "packages": versions()}}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


@functools.cache
def versions() -> Mapping[str, str]:
    """The versions of the packages that shape the bytes, by name in order; looked up once, as they were loaded."""
    names = set(BENEATH)
    for requirement in _required():
        if "extra ==" not in requirement:
            names.add(re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower())
    found = {}
    for name in sorted(names - AROUND):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _required() -> list[str]:
    try:
        return metadata.requires("briefing") or []
    except metadata.PackageNotFoundError:  # run from its folder, not installed
        return []


def read_record(text: str, where: str) -> dict[str, Any]:
    """A record as data; raises BriefingError for what is none, or from a newer version."""
    try:
        content: dict[str, Any] = json.loads(text)
        newer = content["format"] > FORMAT
    except (ValueError, KeyError, TypeError) as error:
        raise BriefingError(f"{where}: found no edition record ({error}), expected one as a render writes it. "
                            "Render the edition again.") from error
    if newer:
        raise BriefingError(f"{where}: found a record of format {content['format']}, expected at most {FORMAT}. "
                            "It is from a newer version of this package: update the package.")
    return content


def published(root: Path) -> Edition:
    """The edition in a project's `_output/`, with the inputs that it was made from.

    The inputs come from the archive in the PDF, so that they are those of the
    edition and not those of today. Raises BriefingError where there is none.
    """
    output = root / "_output"
    files = {path.relative_to(output).as_posix(): path.read_bytes() for path in sorted(output.rglob("*"))
             if path.is_file() and not {"quarto", "diff"} & set(path.relative_to(output).parts)
             and not path.relative_to(output).parts[0].startswith(".")}
    if "report.pdf" not in files or RECORD not in files:
        raise BriefingError(f"{output}: found no edition (report.pdf and {RECORD}), expected one. "
                            "Make it with `briefing render`.")
    return Edition(str(root), read_record(files[RECORD].decode("utf-8", "replace"), f"_output/{RECORD}"),
                   inputs_of(files["report.pdf"], "_output/report.pdf"), files)


def load(name: str) -> Edition:
    """The edition that a name means: a project's folder, a PDF, or a revision of the git project around.

    Raises BriefingError for what is none of these, or holds no edition.
    """
    path = Path(name)
    if path.is_dir():
        return published(path)
    if path.is_file():
        content = path.read_bytes()
        return Edition(name, None, inputs_of(content, name), {"report.pdf": content})
    return _revision(name)


def _revision(name: str) -> Edition:
    if name.startswith("-"):
        raise _unknown(name)
    run = subprocess.run(["git", "archive", "--format=tar", name, "_output"], capture_output=True, check=False)
    if run.returncode:
        raise _unknown(name)
    with tarfile.open(fileobj=io.BytesIO(run.stdout)) as archive:
        files = {member.name.removeprefix("_output/"): file.read() for member in archive.getmembers()
                 if (file := archive.extractfile(member))}
    if "report.pdf" not in files:
        raise BriefingError(f"{name}: found no _output/report.pdf in this revision, expected an edition. "
                            "Name a revision that has one.")
    record = files.get(RECORD)
    return Edition(name, read_record(record.decode("utf-8"), f"{name}:_output/{RECORD}") if record
                   else None, inputs_of(files["report.pdf"], f"{name}:_output/report.pdf"), files)


def _unknown(name: str) -> BriefingError:
    return BriefingError(f"{name}: found no folder, PDF or git revision of this name, expected an edition. "
                         "Name a project's folder, a report.pdf, or a revision such as HEAD~1.")


def inputs_of(pdf: bytes, where: str) -> dict[str, bytes]:
    """The inputs that a PDF of this package carries; raises BriefingError where it carries none."""
    import pypdf

    try:
        attached = [*pypdf.PdfReader(io.BytesIO(pdf)).attachments.get(ARCHIVE, ())]  # each is read only when asked for
    except Exception as error:  # pypdf raises of many kinds on files that are no PDF
        raise BriefingError(f"{where}: found no PDF that can be read ({error}), expected one that a render wrote. "
                            "Ask for the file again.") from error
    if not attached:
        raise BriefingError(f"{where}: found no {ARCHIVE} attached, expected the archive of its inputs. "
                            "Only a PDF made by this package can be checked.")
    return unpack(attached[0], f"{where}, {ARCHIVE}")


def sha256(content: bytes) -> str:
    """The SHA-256 of a file's bytes, as the record writes it."""
    return hashlib.sha256(content).hexdigest()


# --- the archive of the inputs -----------------------------------------------------

PACKAGE = Path(__file__).resolve().parents[1]
ARCHIVE = "inputs.zip"
MOST_BYTES, MOST_FILES = 64 * 2**20, 2_000  # unpacked: far above any briefing


def inputs(root: Path) -> dict[str, bytes]:
    """Every file that the edition of a project is made from, by its path in the project.

    The package's own files are listed as `analysis/briefing/…`, wherever it is
    installed.
    """
    found = {f"analysis/briefing/{path.relative_to(PACKAGE).as_posix()}": path
             for path in PACKAGE.rglob("*") if path.is_file() and path.parent.name != "__pycache__"}
    for pattern in ("data/**/*", "analysis/*.ipynb", "analysis/words/*.po", "report.qmd", "requirements.lock",
                    "pyproject.toml", "LICENSE"):
        found |= {path.relative_to(root).as_posix(): path for path in root.glob(pattern)
                  if path.is_file() and not path.name.startswith(".")
                  and not path.name.endswith(("~", "#"))}  # editors' own
    found |= {name: root / name for name in named_by_report(root) if (root / name).is_file()}
    return {name: found[name].read_bytes() for name in sorted(found)}


def outdated(root: Path) -> list[str]:
    """The project's own files that differ from those that its published edition was made from; none where there is no
    edition, or it says nothing."""
    try:
        groups = read_record((root / "_output" / RECORD).read_text("utf-8"), RECORD)["inputs"]
        before = {name: digest for group in groups.values() for name, digest in group.items()}
        now = {name: sha256(content) for name, content in inputs(root).items()}
    except (BriefingError, OSError, ValueError, KeyError, AttributeError):
        return []
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name)
                  and not name.startswith("analysis/briefing/"))


def named_by_report(root: Path) -> list[str]:
    """The files that the report itself names: bibliographies, its citation style, pictures.

    Raises InvalidReport where it cannot be read.
    """
    read = report.read(root)
    named = read.front.get("bibliography") or []
    files = [*([named] if isinstance(named, str) else named), read.front.get("csl") or ""]
    # by pattern: to ask pandoc would take longer than to look whether anything has changed
    files += re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", read.text)
    return [str(file) for file in files if file and not str(file).startswith(("_output/", "/"))
            and ".." not in str(file)]


def kind(name: str) -> str:
    """Which kind of input a file is: facts, prose, code or environment."""
    if name.startswith("data/"):
        return "facts"
    if name.endswith((".qmd", ".bib", ".csl", ".po")) and not name.startswith("analysis/briefing/"):
        return "prose"
    if name in ("requirements.lock", "pyproject.toml"):
        return "environment"
    return "code"


def pack(files: Mapping[str, bytes]) -> bytes:
    """The archive of some files, by their path in the project."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


def unpack(data: bytes, where: str) -> dict[str, bytes]:
    """The files of an archive; `where` is how messages name it.

    Raises BriefingError, and gives nothing, for what is no archive, damaged,
    too large, or would write anywhere but below one folder.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise _refused(where, f"{len(entries)} files of {sum(e.file_size for e in entries):,} bytes",
                               f"at most {MOST_FILES} files of {MOST_BYTES:,} bytes")
            files: dict[str, bytes] = {}
            for entry in entries:
                _check_entry(entry, where, files)
                with archive.open(entry) as file:
                    files[entry.filename] = file.read(entry.file_size + 1)
                if len(files[entry.filename]) != entry.file_size:
                    raise _refused(where, f"{entry.filename} longer than it says", "the size that the archive gives")
            return files
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, struct.error,
            zlib.error, lzma.LZMAError) as error:
        raise _refused(where, f"a damaged archive ({error})", "an archive as a render packs it") from error


def _check_entry(entry: zipfile.ZipInfo, where: str, files: Mapping[str, bytes]) -> None:
    name = entry.filename
    parts = name.split("/")
    if name in files or name.startswith(("/", "\\")) or "\\" in name or ":" in name or "\x00" in name or \
            any(part in ("", ".", "..") for part in parts):
        raise _refused(where, f'the name "{name}"', "plain names below one folder, each once")
    mode = entry.external_attr >> 16
    if mode and mode & 0o170000 not in (0, 0o100000):
        raise _refused(where, f"{name}, which is no plain file", "plain files only")


def _refused(where: str, found: str, expected: str) -> BriefingError:
    return BriefingError(f"{where}: found {found}, expected {expected}. Nothing was unpacked; do not trust this file.")


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files below a folder, by their path in the project."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
