"""Kernels that start at once: forked from a process that has the heavy imports done.

A kernel spends most of its start on importing IPython, pandas and Altair. Here
one process imports them, once a render, and forks a fresh process for each
notebook: as isolated as an ordinary start, since nothing of a notebook ever
runs in the process that is forked. Where fork is not known to be safe
(anything but Linux), kernels start in the ordinary way.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

from ..facts import recording
from . import drawing

#: What most notebooks import anyway. Nothing here may start a thread.
PRELOADED = ("ipykernel.kernelapp", "ipykernel.zmqshell", "IPython.core.completer", "IPython.core.debugger",
             "IPython.core.oinspect", "IPython.extensions.storemagic", "tornado.platform.asyncio", "psutil", "pandas",
             "pandas.io.formats.html", "briefing.execution.figures", "briefing.discourse.positions",
             "briefing.sources.evidence")
#: What is loaded before a fork only where the notebook names it, by the name.
PRELOADED_IF_NAMED = {"altair": "altair", "charts": "altair", "networkx": "networkx"}

#: Names the variables that a check lets through to the kernels, to see whether they matter.
VARIED = "BRIEFING_VARIED"

#: What every kernel is told: keep no history, which kernels that start together would lock from each other; show
#: charts as a briefing does.
OPTIONS = ("--HistoryManager.enabled=False", "--InteractiveShellApp.extra_extensions=briefing")


def available() -> bool:
    """Whether kernels can be forked here."""
    return sys.platform == "linux"


@dataclass(frozen=True)
class Birth:
    """What one kernel gets besides what the nursery gives to all: the file for what its process says, the
    file for what it reads, its variables, the most memory (MB) that it may take, and modules to load before."""

    log: str
    record: str
    variables: Mapping[str, str]
    memory: int
    modules: Sequence[str] = ()


class Nursery:
    """The process that kernels are forked from; use it as `with nursery(…)`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._lock = threading.Lock()
        self._asking, self._answers = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)

    def fork(self, birth: Birth, connection_file: str, folder: str) -> int:
        """Fork a kernel; its process id. Raises RuntimeError where the nursery has died."""
        request = {"connection_file": connection_file, "folder": folder, **asdict(birth)}
        try:
            with self._lock:
                self._asking.write(json.dumps(request).encode() + b"\n")
                return int(self._answers.readline())
        except (OSError, ValueError) as error:
            raise RuntimeError("Kernels are forked from a process that has ended") from error


@contextlib.contextmanager
def nursery(environment: Mapping[str, str], log: Path) -> Iterator[Nursery | None]:
    """A nursery whose kernels have this environment, importing already; None where fork is not safe."""
    if not available():
        yield None
        return
    with log.open("wb") as errors, subprocess.Popen(
            [sys.executable, "-m", "briefing.execution.kernels"], env=dict(environment), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=errors, start_new_session=True, bufsize=0) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The variables that a kernel gets: those of the user, less all that could reach an output."""
    found = {name: text for name, text in os.environ.items()
                   if not name.startswith(("LC_", "IPYTHON", "JUPYTER_", "JPY_")) and name != "LANGUAGE"}
    # what is built into the package is found from a fresh clone, too
    package_home = str(Path(__file__).resolve().parents[2])
    search = [package_home, *filter(None, [os.environ.get("PYTHONPATH")])]
    fixed = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONNOUSERSITE": "1",
             "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(search)}
    varied = {name: os.environ[name] for name in os.environ.get(VARIED, "").split() if name in os.environ}
    return {**found, **fixed, **varied, **extra}


class Kernels:
    """What the kernels of one or many renders share: a folder for their sockets, their environment, the process
    that they are forked from, and where the process listens that draws for them. `once` says that they are for
    a single render."""

    def __init__(self, scratch: Path, stack: contextlib.ExitStack, once: bool) -> None:
        self.scratch, self.once = scratch, once
        self.environment = environment({"IPYTHONDIR": f"{scratch}/ipython"})
        self.nursery: Nursery | None = None
        self.renderer: Path | None = None
        self._stack = stack
        self._started = False
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Begin to load what kernels need, where that has not begun."""
        if self._started:
            return
        self._started = True
        self.nursery = self._stack.enter_context(nursery(self.environment, self.scratch / "nursery.log"))
        if self.nursery:
            self.renderer = self.scratch / "renderer"
            self._processes = [self.nursery.process,
                               self._stack.enter_context(drawing.process(self.renderer, self.environment))]

    def release(self) -> None:
        """Give the memory back that only kernels need, where no other render is to come."""
        if self.once:
            for process in self._processes:
                process.kill()


@contextlib.contextmanager
def warm(*, at_once: bool = True, once: bool = False) -> Iterator[Kernels]:
    """Kernels for as many renders as are made within, or for one; they begin to load at once, or when first needed."""
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="briefing-", ignore_cleanup_errors=True))
        found = Kernels(Path(scratch), stack, once)
        if at_once:
            found.start()
        yield found


# --- inside the nursery -----------------------------------------------------------

def _serve() -> None:
    """Import, then fork a kernel for each line of standard input, until it ends."""
    import importlib

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which then ends us
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for
    def load(names: Sequence[str]) -> None:
        for name in names:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)

    gc.disable()  # there is no garbage yet, and looking for it is felt
    vars(sys)["modules"]["debugpy"] = None  # nobody debugs here, and each kernel would load what it takes
    load(["ipykernel.debugger"])
    del sys.modules["debugpy"]  # a notebook may import it
    load(PRELOADED)
    tempfile.gettempdir()  # tried out by writing, once for all kernels
    gc.freeze()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        load(request.pop("modules"))
        if "altair" in sys.modules:  # a chart is held to Vega-Lite's schema once, as a whole, before it is drawn
            vars(sys.modules["altair.utils.schemapi"])["DEBUG_MODE"] = False
        pid = os.fork()
        if pid == 0:
            gc.enable()
            _become_kernel(**request)
        sys.stdout.buffer.write(b"%d\n" % pid)
        sys.stdout.buffer.flush()


def _become_kernel(connection_file: str, folder: str, log: str, record: str, variables: dict[str, str],
                   memory: int) -> None:
    """The life of a forked process: an ordinary kernel, started where and as an ordinary one is."""
    code = 1
    try:
        _end_with_parent()
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number, source in enumerate((nothing, output, output)):
            os.dup2(source, number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        os.environ.update(variables)
        os.chdir(folder)
        sys.path[0] = ""  # as for `python -m ipykernel_launcher`: the folder that the kernel works in
        sys.argv = ["ipykernel_launcher", "-f", connection_file, *OPTIONS]
        from ipykernel.kernelapp import IPKernelApp

        kernel = IPKernelApp.instance()
        kernel.initialize(sys.argv[1:])
        _limit(kernel.shell, memory)
        recording.start(record, str(Path(__file__).parents[1]))
        kernel.start()
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _end_with_parent() -> None:
    """Let the system end this process with the nursery, which ends with the command: so even where the command
    was killed, no kernel runs on (prctl(2), PR_SET_PDEATHSIG)."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _limit(shell: Any, memory: int) -> None:
    """Let a kernel take so much memory (MB), and a little more to say that it was not enough."""
    import resource

    def tell(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> Any:
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        lines = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
        shell._showtraceback(kind, error, lines)
        return lines

    most = (memory + 256) * 2**20
    # not the address space, of which JavaScript's engine reserves more than any machine has
    resource.setrlimit(resource.RLIMIT_DATA, (memory * 2**20, most))
    shell.set_custom_exc((MemoryError,), tell)


if __name__ == "__main__":
    _serve()
