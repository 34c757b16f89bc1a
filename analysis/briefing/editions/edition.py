"""What an edition is made of, and what of it the reader can hold against a rebuild.

The record (`_output/edition.json`) has the SHA-256 of every input and output
and the versions that shape the bytes, and nothing of the machine.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from . import archive
from ..findings import BriefingError
from ..facts.tables import Tables

RECORD = "edition.json"
FORMAT = 1
#: Outputs that say what they were made with, and so may differ where the rest is the same.
ABOUT_ITSELF = (RECORD, "ro-crate-metadata.json")
#: Distributions whose versions shape the bytes, besides those that the package names itself.
BENEATH = ("numpy", "ipython", "ipykernel")


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
        groups[archive.kind(name)][name] = sha256(content)
    content = {"format": FORMAT, "date": tables.edition_date.isoformat(),
               "inputs": groups, "outputs": {name: sha256(outputs[name]) for name in sorted(outputs)},
               "environment": {"python": platform.python_version(), "packages": versions()}}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def versions() -> dict[str, str]:
    """The versions of the packages that shape the bytes, by name in order."""
    names = set(BENEATH)
    for requirement in _required():
        if "extra ==" not in requirement:
            names.add(re.match(r"[\w.-]+", requirement)[0].lower())
    found = {}
    for name in sorted(names - {"jupyter", "tornado", "watchfiles"}):  # the programs around, which no output sees
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
        content = json.loads(text)
        newer = content["format"] > FORMAT
    except (ValueError, KeyError, TypeError) as error:
        raise BriefingError(f"{where}: found no edition record ({error}), expected one as a render writes it. "
                            "Render the edition again.") from error
    if newer:
        raise BriefingError(f"{where}: found a record of format {content['format']}, expected at most {FORMAT}. "
                            "It is from a newer version of this package: update the package.")
    return content


def load(root: Path) -> Edition:
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


def inputs_of(pdf: bytes, where: str) -> dict[str, bytes]:
    """The inputs that a PDF of this package carries; raises BriefingError where it carries none."""
    import io

    import pypdf

    try:
        attached = pypdf.PdfReader(io.BytesIO(pdf)).attachments.get(archive.NAME)
    except Exception as error:  # pypdf raises of many kinds on files that are no PDF
        raise BriefingError(f"{where}: found no PDF that can be read ({error}), expected one that a render wrote. "
                            "Ask for the file again.") from error
    if not attached:
        raise BriefingError(f"{where}: found no {archive.NAME} attached, expected the archive of its inputs. "
                            "Only a PDF made by this package can be checked.")
    return archive.unpack(attached[0], f"{where}, {archive.NAME}")


def sha256(content: bytes) -> str:
    """The SHA-256 of a file's bytes, as the record writes it."""
    return hashlib.sha256(content).hexdigest()
