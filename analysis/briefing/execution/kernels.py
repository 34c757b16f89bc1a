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
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from ..facts import recording
from ..findings import BriefingError
from ..limits import OPEN_FILES, OUTPUT_BYTES
from . import drawing, scratch

T = TypeVar("T")

#: What most notebooks import anyway. Nothing here may start a thread.
PRELOADED = ("ipykernel.kernelapp", "ipykernel.zmqshell", "IPython.core.completer", "IPython.core.debugger",
             "IPython.core.oinspect", "IPython.extensions.storemagic", "tornado.platform.asyncio", "psutil", "pandas",
             "pandas.io.formats.html", "briefing.execution.figures", "briefing.discourse.positions",
             "briefing.sources.evidence")
#: What is loaded before a fork only where the notebook names it, by the name.
PRELOADED_IF_NAMED = {"altair": "altair", "charts": "altair", "networkx": "networkx"}

#: Seconds within which a kernel must be forked; libraries load before the first.
PATIENCE = 120

#: Names the variables that a check lets through to the kernels, to see whether they matter.
VARIED = "BRIEFING_VARIED"

#: What a message of a kernel has in the place of an output that is longer than any may be: how long it was.
TOO_LONG = "briefing_too_long"

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
        """Fork a kernel; its process id. Raises RuntimeError where the nursery has died, or does not answer."""
        return self._ask({"connection_file": connection_file, "folder": folder, **asdict(birth)})

    def sweep(self) -> None:
        """End what kernels have started and left behind when they ended."""
        with contextlib.suppress(RuntimeError):
            self._ask({})

    def _ask(self, request: Mapping[str, object]) -> int:
        try:
            with self._lock:
                self._asking.write(json.dumps(request).encode() + b"\n")
                if not select.select([self._answers], [], [], PATIENCE)[0]:
                    raise RuntimeError(f"Kernels are forked from a process that did not answer within {PATIENCE} s")
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
            with contextlib.suppress(OSError):
                cast(IO[bytes], process.stdin).close()  # it then ends what the kernels have left, and itself
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)
            process.kill()


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The variables that a kernel gets: those of the user, less all that could reach an output."""
    found = {name: text for name, text in os.environ.items()
                   if not name.startswith(("LC_", "IPYTHON", "JUPYTER_", "JPY_", "NETWORKX_")) and name != "LANGUAGE"}
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

    def __init__(self, place: Path, stack: contextlib.ExitStack, once: bool) -> None:
        self.scratch, self.once = place, once
        self.environment = environment({"IPYTHONDIR": f"{place}/ipython", drawing.PLACE: str(place)})
        self.nursery: Nursery | None = None
        self.renderer: Path | None = None
        self._stack = stack
        self._started = False
        self._processes: list[subprocess.Popen[bytes]] = []
        self._kept: dict[Any, Any] = {}

    def kept(self, make: Callable[[], contextlib.AbstractContextManager[T]]) -> T:
        """What these renders share besides, such as another process: made and entered once, left at the end."""
        if make not in self._kept:
            self._kept[make] = self._stack.enter_context(make())
        return cast(T, self._kept[make])

    def start(self) -> None:
        """Begin to load what kernels need, where that has not begun."""
        if self._started:
            return
        _enough_open_files()
        try:
            self.nursery = self._stack.enter_context(nursery(self.environment, self.scratch / "nursery.log"))
        except OSError as error:
            raise _unwritable(error) from error
        self._started = True
        if self.nursery:
            self.renderer = self._stack.enter_context(scratch.short(self.scratch)) / "renderer"
            self._processes = [self.nursery.process,
                               self._stack.enter_context(drawing.process(self.renderer, self.environment))]

    def release(self) -> None:
        """Give the memory back that only kernels need, where no other render is to come."""
        if self.once:
            for process in self._processes:
                process.kill()


def _enough_open_files() -> None:
    """Raises BriefingError where so few files may be open at once that ZeroMQ would end the process."""
    try:
        import resource
    except ImportError:  # Windows
        return
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most not in (-1, resource.RLIM_INFINITY) and most < OPEN_FILES:
        raise BriefingError(f"ulimit -n: found {most} files that may be open at once, expected at least {OPEN_FILES}. "
                            f"Allow more, such as with `ulimit -n 1024`.")


def _unwritable(error: OSError) -> BriefingError:
    return BriefingError(f"{os.environ.get('TMPDIR') or 'the temporary folder'}: found {error.strerror}, expected a "
                         "folder that can be written. Free space, or name another in TMPDIR.")


@contextlib.contextmanager
def warm(*, at_once: bool = True, once: bool = False) -> Iterator[Kernels]:
    """Kernels for as many renders as are made within, or for one; they begin to load at once, or when first needed."""
    with contextlib.ExitStack() as stack:
        try:
            place = stack.enter_context(scratch.folder())
        except OSError as error:
            raise _unwritable(error) from error
        found = Kernels(place, stack, once)
        if at_once:
            found.start()
        yield found


# --- inside the nursery -----------------------------------------------------------

def _serve() -> None:
    """Import, then fork a kernel for each line of standard input, until it ends."""
    import importlib

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which then ends us
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for
    _adopt()
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
    parent = os.getpid()
    own: set[int] = set()  # the kernels
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if not request:
            _end_all(own)
            sys.stdout.buffer.write(b"0\n")
            sys.stdout.buffer.flush()
            continue
        load(request.pop("modules"))
        if "altair" in sys.modules:  # a chart is held to Vega-Lite's schema once, as a whole, before it is drawn
            vars(sys.modules["altair.utils.schemapi"])["DEBUG_MODE"] = False
        pid = os.fork()
        if pid == 0:
            gc.enable()
            _become_kernel(parent, **request)
        own.add(pid)
        sys.stdout.buffer.write(b"%d\n" % pid)
        sys.stdout.buffer.flush()
    _end_all(set())


def started(pid: int) -> list[int]:
    """A process and all that it has started, and these."""
    found = [pid]
    for one in found:
        for path in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, path.read_text().split())
    return found


def end(pid: int) -> None:
    """End a process and all that it has started; each is stopped first, so that it starts no more meanwhile."""
    stopped: list[int] = []
    while fresh := [one for one in started(pid) if one not in stopped]:
        for one in fresh:
            _signal(one, signal.SIGSTOP)
        stopped += fresh
    for one in stopped:
        _signal(one, signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _end_all(but: set[int]) -> None:
    """End the children of this process that are not kernels: their kernel has ended before them."""
    for path in Path("/proc/self/task").glob("*/children"):
        for pid in map(int, path.read_text().split()):
            if pid not in but:
                end(pid)


def _adopt() -> None:
    """Let processes whose parent ends become this one's children and not the system's, so that none is lost
    (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    import ctypes

    ctypes.CDLL(None).prctl(36, 1)


def _become_kernel(parent: int, connection_file: str, folder: str, log: str, record: str, variables: dict[str, str],
                   memory: int) -> None:
    """The life of a forked process: an ordinary kernel, started where and as an ordinary one is."""
    code = 1
    try:
        _end_with_parent(parent)
        _adopt()
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

        kernel: Any = IPKernelApp.instance()
        kernel.init_iopub = _keeping_all(kernel.init_iopub)
        kernel.initialize(sys.argv[1:])
        _limit(kernel.shell, memory)
        _bound(kernel.session)
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


def _end_with_parent(parent: int) -> None:
    """Let the system end this process with the nursery, which ends with the command: so even where the command
    was killed, no kernel runs on (prctl(2), PR_SET_PDEATHSIG)."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended already
        os._exit(1)


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


def _keeping_all(begin: Callable[[Any], None]) -> Callable[[Any], None]:
    """How a kernel begins to put out, with all of it kept until it is fetched: of more than a thousand messages that
    wait some were lost, and nobody was told."""
    def begin_keeping_all(context: Any) -> None:
        context.sndhwm = 0
        begin(context)

    return begin_keeping_all


def _bound(session: Any) -> None:
    """Let no message of a kernel be longer than all outputs of a cell may be, nor what waits to become one: instead
    comes one that says so, at which the render stops the cell."""
    from ipykernel.iostream import OutStream

    stream_class: Any = OutStream
    pack, write, rotate = session.pack, stream_class.write, stream_class._rotate_buffers
    waiting: dict[int, int] = {}

    def packed(content: Any) -> bytes:
        made: bytes = pack(content)
        return made if len(made) <= 2 * OUTPUT_BYTES else pack({"status": "error", TOO_LONG: len(made)})

    def bounded(stream: Any, text: str) -> Any:
        room = OUTPUT_BYTES + 1 - waiting.get(id(stream), 0)
        if isinstance(text, str) and len(text) > room:
            text = text[:max(room, 0)]
        waiting[id(stream)] = waiting.get(id(stream), 0) + len(text)
        return write(stream, text)

    def rotated(stream: Any) -> Any:
        waiting[id(stream)] = 0
        return rotate(stream)

    session.pack = packed
    stream_class.write, stream_class._rotate_buffers = bounded, rotated


if __name__ == "__main__":
    _serve()
