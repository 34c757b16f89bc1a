"""Typst in a process of its own, which may crash, take too long or too much memory, and is then a message.

The process is a Python that imports Typst and sets one document; it can be started before there is one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ..findings import BriefingError
from ..limits import TYPST_MEMORY, TYPST_SECONDS
from ..report.tree import ended


class Refused(Exception):
    """What Typst itself has against a document: its message, hints, and the place as it shows it."""

    def __init__(self, message: str, hints: Sequence[str], diagnostic: str) -> None:
        super().__init__(message)
        self.message, self.hints, self.diagnostic = message, hints, diagnostic


class Typst:
    """A process that sets one document; use it as `with Typst() as typst`. It starts when it is first asked."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Typst:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()

    def start(self) -> subprocess.Popen[bytes]:
        """The process, which loads what Typst needs while there is no document yet."""
        from ..execution import kernels  # not in the process itself, which has to be quick

        if not self._process:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, env=kernels.environment({}),
                start_new_session=True)  # Ctrl-C is for the command, which then ends it
        return self._process

    def pdf(self, source: Path | str, moment: int, standards: Sequence[str]) -> bytes:
        """The PDF of a file, with what lies beside it, or of a text; `moment` is its date, in seconds since 1970.

        Raises Refused where Typst has something against it, BriefingError where it crashes, takes more than
        TYPST_SECONDS or more than TYPST_MEMORY MB.
        """
        from ..execution import drawing

        process = self.start()
        question = {"fonts": str(drawing.folder()), "memory": TYPST_MEMORY, "moment": moment,
                    "standards": list(standards), "path" if isinstance(source, Path) else "text": str(source)}
        try:
            made, errors = process.communicate(json.dumps(question).encode(), TYPST_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise _failed(f"no document after {TYPST_SECONDS} s", "one within them") from error
        if process.returncode == 0:
            return made
        if process.returncode == 1 and made:
            raise Refused(**json.loads(made))
        said = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise _failed(" ".join([ended(process.returncode), *said]), "a document that Typst sets")


def _failed(found: str, expected: str) -> BriefingError:
    return BriefingError(f"report.pdf: found {found}, expected {expected}. Free memory, or look for a picture or a "
                         "table of great size. What was there before is unchanged.")


def _set() -> None:
    """Set the one document that standard input asks for; it ends where the command does."""
    question: dict[str, Any] = json.loads(_loaded())
    try:
        import resource

        most = question["memory"] * 2**20
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    except (ImportError, OSError, ValueError):
        pass  # elsewhere it has what the machine has
    import datetime

    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[question["fonts"]])
    moment = datetime.datetime.fromtimestamp(question["moment"], datetime.UTC)
    path = question.get("path")
    try:
        compiler = (typst.Compiler(path, root=str(Path(path).parent), font_paths=fonts) if path else
                    typst.Compiler(question["text"].encode(), font_paths=fonts))
        made: Any = compiler.compile(format="pdf", pdf_standards=question["standards"], timestamp=moment)
    except typst.TypstError as error:
        sys.stdout.buffer.write(json.dumps({"message": error.message, "hints": list(error.hints),
                                            "diagnostic": error.diagnostic}).encode())
        raise SystemExit(1) from None
    sys.stdout.buffer.write(bytes(made))


def _loaded() -> bytes:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL: it ends with the command, however that ends
    import typst  # noqa: F401  which takes longer than to wait for the document

    return sys.stdin.buffer.read()


if __name__ == "__main__":
    _set()
