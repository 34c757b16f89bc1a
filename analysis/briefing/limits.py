"""How large, how many and how deep what a project holds may be: all limits in one place.

They are far beyond what people write, a text of 1,000 pages and 10,000 statements are well within, so that what goes
beyond is broken or meant to do harm. What is larger is a finding, told before the file is read.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .findings import Finding

TABLE_BYTES = 200_000_000
ROWS = 200_000  # of a table
COLUMNS = 200
CELL = 10_000  # characters
DESCRIPTOR_BYTES = 5_000_000
DESCRIPTOR_DEPTH = 30  # of lists and objects
REPORT_BYTES = 10_000_000
REPORT_DEPTH = 30  # of quotes, lists, blocks and brackets, one kind within itself
FRONT_BYTES = 100_000
FRONT_ALIASES = 20  # of YAML, which could make gigabytes of a line each
NOTEBOOK_BYTES = 50_000_000
NOTEBOOKS = 100
SOURCE_BYTES = 50_000_000
PICTURE_BYTES = 25_000_000
PICTURE_PIXELS = 100_000_000  # of a PNG: a small file can unpack to gigabytes
BIBLIOGRAPHY_BYTES = 20_000_000
PDF_BYTES = 200_000_000  # of an edition that is checked
PANDOC_SECONDS = 300
TYPST_SECONDS = 300
TYPST_MEMORY = 4000  # MB
OPEN_FILES = 128  # at least so many must a process be allowed that has kernels
OUTPUT_BYTES = 10_000_000  # of all that one cell of a notebook puts out


def too_large(path: Path, name: str, most: int, remedy: str) -> Finding | None:
    """The finding about a file that has more bytes than it may, or that is a pipe or a device, which never ends; None
    for any other, also for one that is not there."""
    try:
        about = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
        return Finding("not-a-file", name, "a pipe or a device", "a plain file", "Save its content into a file.")
    if about.st_size > most:
        return Finding("too-large", name, f"{about.st_size:,} bytes", f"at most {most:,}", remedy)
    return None


def is_deeper(value: Any, most: int) -> bool:
    """Whether lists and mappings of a value stand more than so many deep in each other."""
    level = [value]
    for _ in range(most + 1):
        level = [inner for outer in level if isinstance(outer, (Mapping, list))
                 for inner in (outer.values() if isinstance(outer, Mapping) else outer)]
        if not level:
            return False
    return True


def pixels(image: bytes) -> int:
    """How many pixels a PNG says that it has; 0 for any other file."""
    head: Sequence[int] = [int.from_bytes(image[at:at + 4], "big") for at in (16, 20)]
    return head[0] * head[1] if image.startswith(b"\x89PNG\r\n\x1a\n") and image[12:16] == b"IHDR" else 0
