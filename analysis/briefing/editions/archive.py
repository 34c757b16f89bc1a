"""All that an edition is made from, in one archive whose bytes depend on nothing else.

The archive is a plain ZIP, stored and not compressed (compressors differ
between machines), its entries in order of name and dated 1980.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ..report import report
from ..findings import BriefingError

PACKAGE = Path(__file__).resolve().parents[1]
NAME = "inputs.zip"
MOST_BYTES, MOST_FILES = 64 * 2**20, 2_000  # unpacked: far above any briefing


def inputs(root: Path) -> dict[str, bytes]:
    """Every file that the edition of a project is made from, by its path in the project.

    The package's own files are listed as `analysis/briefing/…`, wherever it is
    installed.
    """
    found = {f"analysis/briefing/{path.relative_to(PACKAGE).as_posix()}": path
             for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    for pattern in ("data/**/*", "analysis/*.ipynb", "report.qmd", "requirements.lock", "pyproject.toml", "LICENSE"):
        found |= {path.relative_to(root).as_posix(): path for path in root.glob(pattern)
                  if path.is_file() and not path.name.startswith(".") and not path.name.endswith(("~", "#"))}  # editors' own
    found |= {name: root / name for name in named_by_report(root) if (root / name).is_file()}
    return {name: found[name].read_bytes() for name in sorted(found)}


def named_by_report(root: Path) -> list[str]:
    """The files that the report itself names: bibliographies, its citation style, pictures.

    Raises InvalidReport where it cannot be read.
    """
    read = report.read(root)
    named = read.front.get("bibliography") or []
    files = [*([named] if isinstance(named, str) else named), read.front.get("csl") or ""]
    files += re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", read.text)
    return [str(file) for file in files if file and not str(file).startswith(("_output/", "/")) and ".." not in str(file)]


def kind(name: str) -> str:
    """Which kind of input a file is: facts, prose, code or environment."""
    if name.startswith("data/"):
        return "facts"
    if name.endswith((".qmd", ".bib", ".csl")) and not name.startswith("analysis/briefing/"):
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
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
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


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files below a folder, by their path in the project."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
