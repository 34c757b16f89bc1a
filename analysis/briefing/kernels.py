"""Kernels that start at once: forked from a process that has the heavy imports done.

A kernel spends most of its start on importing IPython, pandas and Altair. Here
one process imports them, once a render, and forks a fresh process for each
notebook: as isolated as an ordinary start, since nothing of a notebook ever
runs in the process that is forked. Where fork is not known to be safe
(anything but Linux), kernels start in the ordinary way.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from . import imports, recording

#: What most notebooks import anyway. Nothing here may start a thread.
PRELOADED = ("ipykernel.kernelapp", "ipykernel.zmqshell", "IPython.core.completer", "pandas", "altair", "vl_convert",
             "briefing.figures", "briefing.positions", "briefing.evidence")

#: What every kernel is told: keep no history, which kernels that start together would lock from each other.
OPTIONS = ("--HistoryManager.enabled=False",)


def available() -> bool:
    """Whether kernels can be forked here."""
    return sys.platform == "linux"


@dataclass(frozen=True)
class Birth:
    """What one kernel gets besides what the nursery gives to all: the file for what its process says, the
    file for what it reads, its variables, and the most memory (MB) that it may take."""

    log: str
    record: str
    variables: Mapping[str, str]
    memory: int


class Nursery:
    """The process that kernels are forked from; use it as `with nursery(…)`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lock = threading.Lock()

    def fork(self, birth: Birth, connection_file: str, folder: str) -> int:
        """Fork a kernel; its process id. Raises RuntimeError where the nursery has died."""
        request = {"connection_file": connection_file, "folder": folder, **asdict(birth)}
        try:
            with self._lock:
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                return int(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            raise RuntimeError("Kernels are forked from a process that has ended") from error


@contextlib.contextmanager
def nursery(environment: Mapping[str, str], log: Path) -> Iterator[Nursery | None]:
    """A nursery whose kernels have this environment, importing already; None where fork is not safe."""
    if not available():
        yield None
        return
    with log.open("wb") as errors, subprocess.Popen(
            [sys.executable, "-m", "briefing.kernels"], env=dict(environment), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=errors, start_new_session=True, bufsize=0) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


class ForkedProcess:
    """A forked kernel as its provisioner sees a process: it is not our child, so its exit code stays unknown."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 1
        return None

    def wait(self) -> int:
        return self.poll() or 0

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ForkProvisioner(LocalProvisioner):
    """jupyter_client's way to say how a kernel's process comes to be: here, by a fork in the nursery."""

    nursery: Nursery
    birth: Birth

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        self.process = ForkedProcess(await asyncio.to_thread(  # it may still be importing
            self.nursery.fork, self.birth, self.parent.connection_file, str(kwargs["cwd"])))
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs["cwd"]
        return self.connection_info

    async def wait(self) -> int | None:
        while self.process and self.process.poll() is None:
            await asyncio.sleep(0.005)  # the standard one looks ten times a second, which is felt
        self.process = None
        return 0


def provision(manager: Any, within: Nursery, birth: Birth) -> None:
    """Let a kernel manager start its kernel by a fork."""
    provisioner = ForkProvisioner(kernel_id=manager.kernel_id or "", kernel_spec=manager.kernel_spec, parent=manager)
    provisioner.nursery, provisioner.birth = within, birth
    manager.provisioner = provisioner


# --- inside the nursery -----------------------------------------------------------

def _serve() -> None:
    """Import, then fork a kernel for each line of standard input, until it ends."""
    import importlib

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which then ends us
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for
    gc.disable()  # there is no garbage yet, and looking for it is felt
    for name in PRELOADED:
        with contextlib.suppress(ImportError), imports.light():
            importlib.import_module(name)
    tempfile.gettempdir()  # tried out by writing, once for all kernels
    gc.freeze()
    gc.enable()
    for line in sys.stdin.buffer:
        pid = os.fork()
        if pid == 0:
            _become_kernel(**json.loads(line))
        sys.stdout.buffer.write(b"%d\n" % pid)
        sys.stdout.buffer.flush()


def _become_kernel(connection_file: str, folder: str, log: str, record: str, variables: dict[str, str],
                   memory: int) -> None:
    """The life of a forked process: an ordinary kernel, started where and as an ordinary one is."""
    import resource

    code = 1
    try:
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
        # not the address space, of which JavaScript's engine reserves more than any machine has
        resource.setrlimit(resource.RLIMIT_DATA, (memory * 2**20, memory * 2**20))
        recording.start(record, str(Path(__file__).parent))
        kernel.start()
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
