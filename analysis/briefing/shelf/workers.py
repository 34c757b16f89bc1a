"""A process that works on one project after another: from outside, and from inside.

Inside, kernels and the engine that draws stay warm from project to project, as in a preview. Outside, whatever becomes
of the process is an answer: where it hangs, dies or is killed, that is what came of its project, and the next project
gets a new one. Requests and answers are lines of JSON. When its input ends, a process stops as by Ctrl-C, with all
cleaning up; so none outlives the command, even a killed one.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, cast

#: After so many projects, or with so much memory (MB) at its highest, a process is replaced: so memory stays flat.
PROJECTS, MEMORY = 100, 700
#: Finds this package wherever it lies. PYTHONPATH stays as it is: a manifest tells a render by it.
BEGIN = f"""import sys
sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})
import {__name__} as it
it.serve()"""
#: Seconds within which a process must have started, and within which it must have stopped.
START, STOP = 120.0, 1.5


class Ended(Exception):
    """A process ended before it answered; the text says how."""


class Worker:
    """One such process at a time; use it as `with Worker(folder)`. `folder` is for its temporary files, which go with
    it; variables whose names begin with one of `without` are kept from it."""

    def __init__(self, folder: Path, without: tuple[str, ...] = ()) -> None:
        self._folder, self._without = folder, without
        self._process: subprocess.Popen[bytes] | None = None
        self._done = 0
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it for good; from any thread."""
        self._closed = True
        self._end()

    def do(self, job: str, root: Path, most: float, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What a job (`module:function`) answers about the project at `root`, within `most` seconds.

        Raises Ended where the process hangs or dies on it.
        """
        process = self._running()
        answer = self._ask(process, {"job": job, "root": str(root), "arguments": arguments}, most)
        self._done += 1
        if self._done >= PROJECTS or answer["peak"] > MEMORY or not answer["fit"]:
            self._end()
        return dict(answer["answer"])

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise Ended("stopped")
            if self._process is not None and self._process.poll() is None:
                return self._process
        self._end()
        with self._lock:
            if self._closed:
                raise Ended("stopped")
            self._folder.mkdir(parents=True, exist_ok=True)
            environment = {name: value for name, value in os.environ.items() if not name.startswith(self._without)} \
                if self._without else dict(os.environ)
            environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._folder))
            with (self._folder / "log").open("wb") as log:
                process = subprocess.Popen([sys.executable, "-P", "-c", BEGIN], stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=log, env=environment,
                                           start_new_session=True)  # Ctrl-C is for the command, which then ends it
            self._process, self._done = process, 0
        self._ask(process, None, START)
        return process

    def _ask(self, process: subprocess.Popen[bytes], request: Mapping[str, Any] | None, most: float) -> dict[str, Any]:
        """The next answer; without a request, that it has started."""
        over = threading.Event()

        def give_up() -> None:
            over.set()
            self._end()

        timer = threading.Timer(most, give_up)
        timer.daemon = True
        timer.start()
        line = b""
        try:
            if request is not None:
                _to(process).write(json.dumps(request).encode() + b"\n")
                _to(process).flush()
            line = cast(IO[bytes], process.stdout).readline()
        except (OSError, ValueError):  # it has ended
            pass
        finally:
            timer.cancel()
            timer.join()  # it may be at it, and what it removes is made again below
        if line.endswith(b"\n") and not over.is_set():
            return dict(json.loads(line))
        said = self._last_words()
        self._end()
        if self._closed:
            raise Ended("stopped")
        if over.is_set():
            raise Ended(f"no end after {most:g} s")
        raise Ended("; ".join(filter(None, [_how(process.returncode), said])))

    def _last_words(self) -> str:
        try:
            return (self._folder / "log").read_text("utf-8", "replace").strip().rpartition("\n")[2]
        except OSError:
            return ""

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError, ValueError):
            _to(process).close()  # which stops it as by Ctrl-C
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP)
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # and what it has started
        process.kill()
        process.wait()
        cast(IO[bytes], process.stdout).close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _to(process: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast(IO[bytes], process.stdin)


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            return f"its process was ended by {name}" + (
                ", as the system does where memory runs out" if name == "SIGKILL" else "")
    return f"its process ended with exit code {code}"


# --- inside -------------------------------------------------------------------------

def serve() -> None:
    """Do what standard input asks for, a line a project, until it ends."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever else is printed is no answer
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.default_int_handler)
    requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    at_work = threading.Event()
    with contextlib.suppress(KeyboardInterrupt):
        threading.Thread(target=_listen, args=(requests, at_work), daemon=True).start()
        from ..execution import kernels

        with kernels.warm(at_once=False) as at_hand:
            answers.write(b"{}\n")
            while (line := requests.get()) is not None:
                at_work.set()
                answer, sound = _answered(json.loads(line), at_hand)
                at_work.clear()
                fit = sound and not (at_hand.nursery and at_hand.nursery.process.poll() is not None)
                answers.write(json.dumps({"answer": answer, "peak": _peak(), "fit": fit}).encode() + b"\n")


def _answered(request: Mapping[str, Any], at_hand: object) -> tuple[dict[str, Any], bool]:
    """The answer of a job, and whether the process is still good for another."""
    from ..findings import BriefingError, Findings

    module, _, name = request["job"].partition(":")
    job: Callable[..., dict[str, Any]] = getattr(importlib.import_module(module), name)
    try:
        return job(Path(request["root"]), at_hand, **request["arguments"]), True
    except Findings as found:
        return {"findings": [finding.as_dict() for finding in found.findings]}, True
    except BriefingError as error:
        return {"error": str(error)}, True
    except Exception as fault:  # of the package: said like all else, and the others are done
        return {"error": f"The package: found {type(fault).__name__} ({fault}), expected a result. "
                         "This is a fault of the package; please report it."}, False


def _listen(requests: queue.SimpleQueue[bytes | None], at_work: threading.Event) -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    requests.put(None)
    if not at_work.is_set():
        return
    if hasattr(os, "killpg"):
        os.killpg(os.getpid(), signal.SIGINT)  # as a terminal does: to all that it has started, too
    else:
        import _thread

        _thread.interrupt_main()


def _peak() -> float:
    """The most memory that this process has had, in MB; 0 where the system does not tell."""
    with contextlib.suppress(OSError):  # Linux' getrusage begins with what the process had that started this one
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 2**10
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
