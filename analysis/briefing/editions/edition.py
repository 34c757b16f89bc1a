"""What an edition is made of, and what of it the reader can hold against a rebuild.

The record (`_output/edition.json`) has the SHA-256 of every input and output
and the versions that shape the bytes, and nothing of the machine.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import logging
import lzma
import os
import platform
import re
import struct
import subprocess
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from .. import limits
from ..facts.tables import Tables
from ..findings import BriefingError, Finding, Findings, shown
from ..report import report
from . import publishing

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
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BriefingError(f"{where}: found no edition record ({error}), expected one as a render writes it. "
                            "Render the edition again.") from error
    if newer:
        raise BriefingError(f"{where}: found a record of format {content['format']}, expected at most {FORMAT}. "
                            "It is from a newer version of this package: update the package.")
    return content


def _whole(content: bytes, where: str) -> dict[str, Any]:
    """A record that has all that is compared of it."""
    found = read_record(content.decode("utf-8", "replace"), where)
    try:
        named = [found["environment"]["packages"], found["outputs"], *found["inputs"].values()]
        texts = [found["environment"]["python"], *(text for group in named for text in dict(group).values())]
        if all(isinstance(text, str) for text in texts):
            return found
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise BriefingError(f"{where}: found a record without its inputs, outputs or versions, expected one as a render "
                        "writes it. Render the edition again.")


def published(root: Path) -> Edition:
    """The edition in a project's `_output/`, with the inputs that it was made from.

    The inputs come from the archive in the PDF, so that they are those of the
    edition and not those of today. Raises BriefingError where there is none.
    """
    publishing.settle(root)
    files = publishing.contents(root)
    if "report.pdf" not in files or RECORD not in files:
        raise BriefingError(f"{root / publishing.OUTPUT}: found no edition (report.pdf and {RECORD}), expected one. "
                            "Make it with `briefing render`.")
    return Edition(str(root), _whole(files[RECORD], f"_output/{RECORD}"),
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
                 if member.isfile() and (file := archive.extractfile(member))}
    if "report.pdf" not in files:
        raise BriefingError(f"{name}: found no _output/report.pdf in this revision, expected an edition. "
                            "Name a revision that has one.")
    record = files.get(RECORD)
    return Edition(name, None if record is None else _whole(record, f"{name}:_output/{RECORD}"),
                   inputs_of(files["report.pdf"], f"{name}:_output/report.pdf"), files)


def _unknown(name: str) -> BriefingError:
    return BriefingError(f"{name}: found no folder, PDF or git revision of this name, expected an edition. "
                         "Name a project's folder, a report.pdf, or a revision such as HEAD~1.")


def read_pdf(path: Path) -> bytes:
    """The bytes of a PDF that a person names; raises Findings for a pipe, a device or what is too large to be one of
    ours, BriefingError where it cannot be read."""
    if found := limits.too_large(path, path.name, limits.PDF_BYTES, "Ask for the file again."):
        raise Findings([found])
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise BriefingError(f"{path}: found no readable file ({getattr(error, 'strerror', None) or error}), expected "
                            "a PDF. Correct the path.") from error


def inputs_of(pdf: bytes, where: str) -> dict[str, bytes]:
    """The inputs that a PDF of this package carries.

    Raises BriefingError where it carries none, Findings where it is broken or
    its archive is not safe.
    """
    import pypdf

    # it complains of what it mends, line by line
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        attached = [*pypdf.PdfReader(io.BytesIO(pdf)).attachments.get(ARCHIVE, ())]  # each is read only when asked for
    except Exception as error:  # on files that are no PDF: errors of its own, of zlib, of types, of depth, of memory
        raise Findings([Finding("broken-pdf", where, f"no PDF that can be read ({_reason(error)})",
                                "one that a render wrote", "Ask for the file again.")]) from error
    if not attached:
        raise BriefingError(f"{where}: found no {ARCHIVE} attached, expected the archive of its inputs. "
                            "Only a PDF made by this package can be checked.")
    return unpack(attached[0], f"{where}, {ARCHIVE}")


def _reason(error: BaseException) -> str:
    return shown(str(error).strip() or type(error).__name__)[1:-1]


def sha256(content: bytes) -> str:
    """The SHA-256 of a file's bytes, as the record writes it."""
    return hashlib.sha256(content).hexdigest()


# --- the archive of the inputs -----------------------------------------------------

PACKAGE = Path(__file__).resolve().parents[1]
ARCHIVE = "inputs.zip"
CODE = "analysis/briefing/"
#: Version to digest of each release; no input, since it is written when the rest is done.
RELEASES = "releases.json"
MOST_BYTES, MOST_FILES = 64 * 2**20, 2_000  # unpacked: far above any briefing


#: Names a folder whose files a render packs as the package, in place of its own: for a check, which holds an edition
#: that carries another package against what the installed one makes of the rest.
CARRIED = "BRIEFING_CARRIED"


def inputs(root: Path) -> dict[str, bytes]:
    """Every file that the edition of a project is made from, by its path in the project.

    The package's own files are listed as `analysis/briefing/…`, wherever it is
    installed.
    """
    found = _code(Path(os.environ.get(CARRIED) or PACKAGE)) | own(root)
    found |= {name: root / name for name in named_by_report(root) if (root / name).is_file()}
    return {name: found[name].read_bytes() for name in sorted(found)}


def package_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the package among some inputs."""
    return {name: files[name] for name in sorted(files) if name.startswith(CODE)}


def installed() -> dict[str, bytes]:
    """The files of the package that is running, as an edition of it carries them."""
    return {name: path.read_bytes() for name, path in sorted(_code(PACKAGE).items())}


def _code(package: Path) -> dict[str, Path]:
    return {f"{CODE}{path.relative_to(package).as_posix()}": path for path in package.rglob("*")
            if path.is_file() and path.parent.name != "__pycache__" and path != package / RELEASES}


def digest(files: Mapping[str, bytes]) -> str:
    """One SHA-256 of many files: of the list of theirs, as `sha256sum` writes it, in the order of their names."""
    return sha256("".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files)).encode())


def release(files: Mapping[str, bytes]) -> str | None:
    """The version of this package that was released with just these files; None where it is none that is known."""
    found = digest(files)
    return next((version for version, known in releases().items() if known == found), None)


def releases() -> dict[str, str]:
    """Version to digest of each release that this package knows of."""
    known: dict[str, str] = json.loads((PACKAGE / RELEASES).read_text("utf-8"))
    return known


def outdated(root: Path) -> list[str]:
    """The project's own files that differ from those that its published edition was made from; none where there is no
    edition, or it says nothing."""
    try:
        groups = read_record(publishing.current(root, RECORD).read_text("utf-8"), RECORD)["inputs"]
        return changed(root, {name: digest for group in groups.values() for name, digest in group.items()})
    except (BriefingError, OSError, ValueError, KeyError, AttributeError):
        return []


def changed(root: Path, recorded: Mapping[str, str]) -> list[str]:
    """The project's own files that differ from inputs of a record, by their hashes, or are not among them."""
    # what a report names anew is not looked for: then the report itself differs
    known = {name for name in recorded if not name.startswith("analysis/briefing/") and is_below(name)}
    return sorted(name for name in {*known, *own(root)} if recorded.get(name) != (
        sha256(path.read_bytes()) if (path := root / name).is_file() else None))


def is_below(name: str) -> bool:
    """Whether a path that a record gives lies within the folder that it counts from."""
    return not name.startswith(("/", "\\")) and ".." not in name.split("/") and ":" not in name


def own(root: Path) -> dict[str, Path]:
    """The files of a project itself that its edition is made from, besides those that only its report names."""
    found: dict[str, Path] = {}
    for pattern in ("data/**/*", "analysis/*.ipynb", "analysis/words/*.po", "report.qmd", "requirements.lock",
                    "pyproject.toml", "LICENSE"):
        found |= {path.relative_to(root).as_posix(): path for path in root.glob(pattern)
                  if path.is_file() and not path.name.startswith(".")
                  and not path.name.endswith(("~", "#"))}  # editors' own
    return found


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

    Raises Findings, and gives nothing, for what is no archive, damaged,
    too large, or would write anywhere but below one folder, on any system.
    """
    # counted before the list of members is read, which itself takes memory for each
    if (count := data.count(b"PK\x01\x02")) > 5 * MOST_FILES:
        raise _refused(where, f"{count:,} members", f"at most {MOST_FILES} files")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise _refused(where, f"{len(entries)} files of {sum(e.file_size for e in entries):,} bytes",
                               f"at most {MOST_FILES} files of {MOST_BYTES:,} bytes")
            files: dict[str, bytes] = {}
            taken: dict[str, str] = {}  # how a system that tells no case apart, nor forms of a letter, sees each name
            for entry in entries:
                _check_entry(entry, where, taken)
                with archive.open(entry) as file:
                    files[entry.filename] = file.read(entry.file_size + 1)
                if len(files[entry.filename]) != entry.file_size:
                    raise _refused(where, f"{_named(entry)}, which has {len(files[entry.filename]):,} bytes",
                                   f"{entry.file_size:,} bytes, as the archive says")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, struct.error,
            zlib.error, lzma.LZMAError, MemoryError, OverflowError) as error:
        raise _refused(where, f"a damaged archive ({_reason(error)})", "an archive as a render packs it") from error
    for name in files:
        for folder in _folders(_folded(name)):
            if folder in taken:
                raise _refused(where, f"{shown(taken[folder])}, which is a file and a folder", "one of both")
    return files


#: Names that Windows takes for devices, whatever their ending.
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$",
            *(f"{name}{number}" for name in ("com", "lpt") for number in "123456789\u00b9\u00b2\u00b3")}
_LONGEST_PATH = 400  # in all
_LONGEST_NAME = 200  # of a part: most systems take 255 bytes or characters


def _check_entry(entry: zipfile.ZipInfo, where: str, taken: dict[str, str]) -> None:
    name = entry.filename
    parts = name.split("/")
    # what zipfile cut off or turned in a name is looked at as it stood
    if name in taken.values() or entry.orig_filename != name or re.search(r'[\\:\x00-\x1f\x7f]', name) \
            or any(part in ("", ".", "..") for part in parts):
        raise _refused(where, f"the name {shown(entry.orig_filename)}", "plain names below one folder, each once")
    if len(name) > _LONGEST_PATH:
        raise _refused(where, f"the name {shown(name)}", f"at most {_LONGEST_PATH} characters")
    for part in parts:
        if part.split(".")[0].strip().casefold() in _DEVICES or part[-1] in ". " or \
                len(part.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
            raise _refused(where, f"the name {shown(name)}", "names that every system can write")
    if (folded := _folded(name)) in taken:
        raise _refused(where, f"the names {shown(taken[folded])} and {shown(name)}",
                       "names that differ in more than case or the form of a letter")
    taken[folded] = name
    mode = entry.external_attr >> 16
    if mode and mode & 0o170000 not in (0, 0o100000):
        raise _refused(where, f"{_named(entry)}, which is no plain file", "plain files only")
    if entry.flag_bits & 0x1:
        raise _refused(where, f"{_named(entry)}, which is encrypted", "files that can be read")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _folders(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _named(entry: zipfile.ZipInfo) -> str:
    return shown(entry.filename)[1:-1]


def _refused(where: str, found: str, expected: str) -> Findings:
    return Findings([Finding("broken-archive", where, found, expected,
                             "Nothing was unpacked; do not trust this file.")])


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files below a folder, by their path in the project; raises BriefingError where this system cannot."""
    for name, content in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except (OSError, ValueError) as error:
            raise BriefingError(f"{shown(name)[1:-1]}: found a file that cannot be written here "
                                f"({getattr(error, 'strerror', None) or error}), expected a name that this system "
                                "takes, and room. Make room, or check it on another system.") from error
