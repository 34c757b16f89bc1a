"""Files that may be lost at any time: what earlier renders made, by kind and name.

They lie in `_output/.cache/`. Every file begins with the hash of its place and
content, so that what is damaged, half-written or another's counts as not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..facts import recording

FOLDER = ".cache"
#: For how many renders a file is kept that none of them uses.
RENDERS = 5
#: Tells the kernels where the store is, and under what besides their own content figures are kept.
VARIABLE = "BRIEFING_STORE"


class Store:
    """Files by kind and name, whole or not at all; `folder` is None where nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(self, kind: str, name: str) -> bytes | None:
        """The content; None where there is none, or it is damaged."""
        if self.folder is None:
            return None
        path = self.folder / kind / name
        try:
            digest, _, content = path.read_bytes().partition(b"\n")
            if digest == _seal(kind, name, content):
                os.utime(path)
                return content
            path.unlink()
        except OSError:
            pass
        return None

    def put(self, kind: str, name: str, content: bytes) -> None:
        """Keep the content. Where the disk refuses it is not kept, which costs time and no more."""
        if self.folder is None:
            return
        place = self.folder / kind
        with suppress(OSError):
            if not place.is_dir():
                place.mkdir(parents=True, exist_ok=True)
                (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
            number, written = tempfile.mkstemp(dir=place)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(_seal(kind, name, content) + b"\n" + content)
                os.replace(written, place / name)
            except BaseException:
                Path(written).unlink(missing_ok=True)
                raise

    def keep(self, content: bytes) -> str:
        """Keep a blob under its own hash, which is its name."""
        name = hashlib.sha256(content).hexdigest()
        self.put("blobs", name, content)
        return name

    def prune(self) -> None:
        """Forget what none of the last renders used; to be called once a render."""
        if self.folder is None or not self.folder.is_dir():
            return
        with suppress(ValueError, TypeError):
            earlier = [float(moment) for moment in json.loads(self.get("renders", "moments") or b"[]")]
            self.put("renders", "moments", json.dumps([*earlier[1 - RENDERS:], time.time()]).encode())
            if len(earlier) < RENDERS:
                return
            for path in [*self.folder.glob("*/*"), *self.folder.glob("manifest.*")]:  # of killed renders, too
                with suppress(OSError):
                    if path.stat().st_mtime < earlier[0]:
                        path.unlink()


def _seal(kind: str, name: str, content: bytes) -> bytes:
    return hashlib.sha256(f"{kind}/{name}\n".encode() + content).hexdigest().encode("ascii")


# --- figures, from within a kernel ------------------------------------------------

def figure(question: str) -> dict[str, Any] | None:
    """What an earlier render drew of an equal specification; None where it is not known, or nothing is kept."""
    kept, name = _figures(question)
    with recording.paused():
        content = kept.get("figures", name)
    recording.note("figure", "drawn" if content is None else "reused", name)
    return None if content is None else json.loads(content)


def keep_figure(question: str, drawn: dict[str, Any]) -> None:
    """Keep what was drawn of a specification, for the next render."""
    kept, name = _figures(question)
    with recording.paused():
        kept.put("figures", name, json.dumps(drawn, ensure_ascii=False).encode("utf-8"))


def _figures(question: str) -> tuple[Store, str]:
    with recording.paused():
        environment, _, folder = os.environ.get(VARIABLE, "").partition(":")
    return Store(Path(folder) if folder else None), hashlib.sha256(f"{environment}:{question}".encode()).hexdigest()
