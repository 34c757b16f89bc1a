"""Typst in a process of its own, which may crash, take too long or too much memory, and is then a message.

The process is a Python that imports Typst and sets one document after another; it can be started before there is one.
"""

from __future__ import annotations

import contextlib
import functools
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from ..findings import BriefingError
from ..limits import TYPST_MEMORY, TYPST_SECONDS
from ..report.tree import ended


class Refused(Exception):
    """What Typst itself has against a document: its message, hints, and the place as it shows it."""

    def __init__(self, message: str, hints: Sequence[str], diagnostic: str) -> None:
        super().__init__(message)
        self.message, self.hints, self.diagnostic = message, hints, diagnostic


class Typst:
    """A process that sets documents, one after another; use it as `with Typst() as typst`. It starts when it is first
    asked, and anew after it has ended on one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Typst:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._end()

    def start(self) -> subprocess.Popen[bytes]:
        """The process, which loads what Typst needs while there is no document yet. It ends with the thread that asks
        for it first."""
        from ..execution import kernels  # not in the process itself, which has to be quick

        if self._process and self._process.poll() is not None:
            self._end()
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

        question = {"fonts": str(drawing.folder()), "memory": TYPST_MEMORY, "moment": moment,
                    "standards": list(standards), "path" if isinstance(source, Path) else "text": str(source)}
        process = self.start()
        over = threading.Timer(TYPST_SECONDS, process.kill)
        over.daemon = True
        over.start()
        try:
            answer, made = self._asked(process, json.dumps(question).encode() + b"\n")
        except BaseException:
            self._end()  # half an answer would be taken for the next
            raise
        finally:
            late = not over.is_alive()
            over.cancel()
        if answer is None:
            if not late:
                process.wait()
            code, errors = process.returncode, self._end()
            if late:
                raise _failed(f"no document after {TYPST_SECONDS} s", "one within them")
            raise _failed(" ".join([ended(code), *errors.decode("utf-8", "replace").strip().splitlines()[-1:]]),
                          "a document that Typst sets")
        if "message" in answer:
            raise Refused(**answer)
        return made

    @staticmethod
    def _asked(process: subprocess.Popen[bytes], question: bytes) -> tuple[dict[str, Any] | None, bytes]:
        """What the process answers, and the document; no answer where it has ended before."""
        into, out = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        try:
            into.write(question)
            into.flush()
            answer = out.readline()
        except OSError:
            return None, b""
        if not answer.endswith(b"\n"):
            return None, b""
        told = json.loads(answer)
        made = out.read(told.get("size", 0))
        return (told, made) if len(made) == told.get("size", 0) else (None, b"")

    def _end(self) -> bytes:
        """End the process; its last words."""
        process, self._process = self._process, None
        if not process:
            return b""
        process.kill()
        with contextlib.suppress(OSError):  # what it was not told any more
            return process.communicate()[1]
        return b""


def _failed(found: str, expected: str) -> BriefingError:
    return BriefingError(f"report.pdf: found {found}, expected {expected}. Free memory, or look for a picture or a "
                         "table of great size. What was there before is unchanged.")


def _serve() -> None:
    """Set a document for each line of standard input, until it ends, as it does where the command does."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL: also where the command is killed meanwhile
    import typst  # noqa: F401  which takes longer than to wait for the document

    for line in sys.stdin.buffer:
        answer, made = _set(json.loads(line))
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + made)
        sys.stdout.buffer.flush()


def _set(question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """One document, with its size, or what Typst has against it."""
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

    fonts = _fonts(question["fonts"])
    moment = datetime.datetime.fromtimestamp(question["moment"], datetime.UTC)
    path = question.get("path")
    try:
        compiler = (typst.Compiler(path, root=str(Path(path).parent), font_paths=fonts) if path else
                    typst.Compiler(question["text"].encode(), font_paths=fonts))
        made: Any = compiler.compile(format="pdf", pdf_standards=question["standards"], timestamp=moment)
    except typst.TypstError as error:
        return {"message": error.message, "hints": list(error.hints), "diagnostic": error.diagnostic}, b""
    return {"size": len(made)}, bytes(made)


@functools.cache
def _fonts(folder: str) -> Any:
    """The fonts of the edition and no others: its own and the shipped ones."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


if __name__ == "__main__":
    _serve()
