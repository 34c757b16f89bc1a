"""A stranger's code, shut in: no network, no file but its own, and so much memory, time and disk and no more.

bubblewrap, which desktops have for their packaged programs, makes the walls:
namespaces of its own for processes, network, mounts and users, in which the
system, the interpreter and the package are for reading only, and nothing else
of the machine is there. What walls do not hold, a watch does: it looks many
times a second at what all processes inside take together, and ends them all
when that is too much. Whether the walls hold here is tried before they are relied on.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..execution import scratch
from .edition import PACKAGE

#: Tells a render that it is shut in, so that it may end every other process around it.
VARIABLE = "BRIEFING_SHUT_IN"
#: The variables of the user that are let through: none that could hold a secret.
LET_THROUGH = ("PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
#: Of the system's own folders, what programs are loaded from.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
_MOST_SAID = 20_000  # characters
_EACH = 0.05  # seconds between two looks
_ROOM = 20  # tasks above the limit, by which the watch sees that it was passed


@dataclass(frozen=True)
class Limits:
    """The most that all processes inside take together: MB of memory and of disk, seconds, tasks."""

    memory: int = 8000
    disk: int = 2000
    seconds: int = 900
    tasks: int = 1000  # threads are counted, of which libraries start some for each processor


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, its own words, and what it took too much of; empty where it ended itself."""

    code: int
    said: str
    why: str = ""


@functools.cache
def missing() -> str:
    """Why nothing can be shut in on this machine, in words; empty where it can, which is tried."""
    if sys.platform != "linux":
        return "this system has no bubblewrap, which is for Linux"
    if lacking := [name for name in ("bwrap", "prlimit") if shutil.which(name) is None]:
        return f"{' and '.join(lacking)} is not installed (on Debian: apt-get install bubblewrap util-linux)"
    return _tried()


def run(command: Sequence[str], folder: Path, *, beside: Sequence[Path] = (), readable: Sequence[Path] = (),
        environment: Mapping[str, str], limits: Limits, umask: int = 0o022,
        stop: threading.Event | None = None) -> Ended:
    """Run a command shut in, with `folder` as its working folder.

    It can write to `folder`, to those `beside`, and to a /tmp of its own, which
    are no one's else; it reads those `readable`, the system's programs, this
    interpreter and this package. Call it only where nothing is `missing`.
    """
    given = {name: os.environ[name] for name in LET_THROUGH if name in os.environ} | dict(environment)
    with _counted(limits.tasks + _ROOM) as (counting, refused), tempfile.TemporaryFile() as out:
        process = subprocess.Popen([*counting, *_walls(folder, [folder, *beside], readable, limits), *command],
                                   env=given, umask=umask, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            why = _watch(process, [folder, *beside], limits, stop or threading.Event())
        finally:
            _end(process)
            code = process.wait()
        if not why and refused():  # all of them ended at it, before the watch looked
            why = f"found more than {limits.tasks + _ROOM} tasks at a time, expected at most {limits.tasks}"
        out.seek(max(out.seek(0, os.SEEK_END) - _MOST_SAID, 0))
        said = out.read(_MOST_SAID).decode("utf-8", "replace")
    return Ended(code, said.strip(), why)


def _walls(folder: Path, writable: Sequence[Path], readable: Sequence[Path], limits: Limits) -> list[str]:
    """The command that runs another one shut in."""
    size = str(limits.disk * 2**20)
    walls = ["prlimit", "--core=0", f"--fsize={size}", "--nofile=4096", f"--cpu={limits.seconds}",
             f"--data={limits.memory * 2**20}", "bwrap", "--unshare-all", "--unshare-user", "--disable-userns",
             "--cap-drop", "ALL", "--die-with-parent", "--new-session"]
    for name in _SYSTEM:
        if os.path.islink(name):
            walls += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            walls += ["--ro-bind", name, name]
    for name in _SETTINGS:
        walls += ["--ro-bind-try", name, name]
    walls += ["--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
              "--size", size, "--tmpfs", "/tmp"]
    for path in [*_interpreter(), PACKAGE, *readable]:
        walls += ["--ro-bind", str(path), str(path)]
    for path in writable:
        walls += ["--bind", str(path), str(path)]
    return [*walls, "--remount-ro", "/", "--setenv", VARIABLE, "1", "--setenv", "TMPDIR", "/tmp",
            "--chdir", str(folder), "--"]


def _interpreter() -> list[Path]:
    """The folders that this interpreter and its libraries are loaded from, less those of the system."""
    named = [sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.path.realpath(sys.executable)),
             *sysconfig.get_paths().values(),
             *(path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages"))]
    found: list[Path] = []
    for path in sorted({Path(name) for name in named if os.path.isdir(name)}):
        if not any(path.is_relative_to(above) for above in [*found, *map(Path, _SYSTEM)]):
            found.append(path)
    return found


@contextlib.contextmanager
def _counted(most: int) -> Iterator[tuple[list[str], Callable[[], bool]]]:
    """The begin of a command that has no more than so many tasks, by the kernel: forks that double are faster than a
    watch; and whether the kernel has refused it one, as far as it tells. Root, whom the kernel does not count, needs a
    control group for it; where none can be made, the watch is all."""
    if os.geteuid() != 0:
        import resource

        allowed = resource.getrlimit(resource.RLIMIT_NPROC)[1]
        count = _own_tasks() + most
        yield ["prlimit", f"--nproc={count if allowed == resource.RLIM_INFINITY else min(count, allowed)}"], bool
        return
    group = None
    for top in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup"):
        try:
            made = tempfile.mkdtemp(prefix="briefing-", dir=top)
        except OSError:
            continue
        try:
            Path(made, "pids.max").write_text(str(most), encoding="ascii")
            group = made
            break
        except OSError:  # no control group, or one that does not count
            os.rmdir(made)
    try:
        if group:
            yield ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', group], lambda: _refused(group)
        else:
            yield [], bool
    finally:
        for _ in range(100 if group else 0):
            with contextlib.suppress(OSError):
                os.rmdir(str(group))
                break
            time.sleep(0.05)  # until the last process in it has gone


def _refused(group: str) -> bool:
    with contextlib.suppress(OSError, ValueError, IndexError):  # an older kernel does not tell
        return int(Path(group, "pids.events").read_text("ascii").split()[1]) > 0
    return False


def _own_tasks() -> int:
    """How many tasks this user has."""
    count = 0
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdecimal() and os.stat(f"/proc/{name}").st_uid == os.geteuid():
                count += len(os.listdir(f"/proc/{name}/task"))
    return count


# --- the watch ------------------------------------------------------------------------

def _watch(process: subprocess.Popen[bytes], folders: Sequence[Path], limits: Limits, stop: threading.Event) -> str:
    """Wait until a process has ended; what it and its kin took too much of, in words."""
    began = time.monotonic()
    looked = 0
    while process.poll() is None:
        if stop.wait(_EACH):
            return "it was stopped"
        if time.monotonic() - began > limits.seconds:
            return f"found it still running after {limits.seconds} seconds, expected an end"
        tasks, memory = _taken(process.pid)
        if tasks > limits.tasks:
            return f"found {tasks} tasks at a time, expected at most {limits.tasks}"
        if memory > limits.memory:
            return f"found {memory:,} MB of memory taken, expected at most {limits.memory:,}"
        looked += 1
        if looked % 10 == 0 and (disk := _disk(folders)) > limits.disk:
            return f"found {disk:,} MB written, expected at most {limits.disk:,}"
    return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that descend from it: its end is theirs, but not while bubblewrap builds the walls."""
    if process.poll() is not None:
        return
    with contextlib.suppress(OSError):
        process.send_signal(signal.SIGSTOP)  # or it could begin one more after it was looked at
        for _ in range(200):
            about = Path(f"/proc/{process.pid}/stat").read_text("utf-8")
            if process.poll() is not None or about.rpartition(") ")[2].startswith("T"):
                break
            time.sleep(0.005)
    for each in _kin(process.pid)[0][1:]:  # the first of them with all that is inside
        with contextlib.suppress(OSError):
            os.kill(each, signal.SIGKILL)
    process.kill()


def _taken(top: int) -> tuple[int, int]:
    """Tasks, and MB of memory of their own, of a process and of all that descend from it."""
    family, tasks, pages = _kin(top)
    return (sum(tasks.get(each, 0) for each in family),
            sum(pages.get(each, 0) for each in family) * os.sysconf("SC_PAGE_SIZE") // 2**20)


def _kin(top: int) -> tuple[list[int], dict[int, int], dict[int, int]]:
    """A process and all that descend from it, and the tasks and pages of memory of each."""
    kin: dict[int, list[int]] = {}
    tasks, pages = {}, {}
    for name in os.listdir("/proc"):
        if not name.isdecimal():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
            with open(f"/proc/{name}/stat", "rb") as file:
                about = file.read().rpartition(b")")[2].split()
            with open(f"/proc/{name}/statm", "rb") as file:
                _, resident, shared, *_ = map(int, file.read().split())
            kin.setdefault(int(about[1]), []).append(int(name))
            tasks[int(name)], pages[int(name)] = int(about[17]), resident - shared
    family, left = [], [top]
    while left:
        family.append(left.pop())
        left += kin.get(family[-1], ())
    return family, tasks, pages


def _disk(folders: Sequence[Path]) -> int:
    """MB that the files below some folders take."""
    blocks = 0
    for top in folders:
        for folder, _, names in os.walk(top):
            for name in names:
                with contextlib.suppress(OSError):
                    blocks += os.lstat(os.path.join(folder, name)).st_blocks
    return blocks * 512 // 2**20


# --- inside ---------------------------------------------------------------------------

def alone() -> None:
    """End every other process around a render that is shut in: code of the project that lives on beside it could
    change what it writes. Anywhere else this does nothing."""
    if os.environ.get(VARIABLE) != "1" or sys.platform != "linux":
        return
    with open("/proc/1/comm", encoding="utf-8") as file:
        first = file.read().strip()
    # the first process of these namespaces is bubblewrap's, and this one its only child
    if first == "bwrap" and os.getppid() == 1 and os.getpid() == 2:
        os.kill(-1, signal.SIGKILL)


def hide() -> bool:
    """Keep the memory of a render that is shut in from other processes (prctl(2), PR_SET_DUMPABLE); whether it is."""
    if os.environ.get(VARIABLE) != "1" or sys.platform != "linux":
        return False
    import ctypes

    ctypes.CDLL(None).prctl(4, 0)
    return True


# --- whether it holds -------------------------------------------------------------------

#: What is tried inside: each line that it prints is a way out.
_TRIAL = """
import os, socket, sys
port, secret, outside, process, own = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
def out(name, way):
    try:
        way()
    except OSError:
        return
    print(name)
out("the network is reached", lambda: socket.create_connection(("127.0.0.1", port), 1))
out("files of others are read", lambda: open(secret).read())
out("files of others are written", lambda: open(outside, "w"))
out("the interpreter is written", lambda: open(os.path.join(sys.prefix, "briefing-trial"), "w"))
out("processes of others are seen", lambda: os.kill(process, 0))
open(os.path.join(own, "here"), "w").write("here")
"""


def _tried() -> str:
    with scratch.folder() as place, socket.socket() as listening:
        own, others = place / "own", place / "others"
        own.mkdir()
        others.mkdir()
        (others / "secret").write_text("secret")
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        try:
            ended = run([sys.executable, "-I", "-S", "-c", _TRIAL, str(listening.getsockname()[1]),
                         str(others / "secret"), str(others / "new"), str(os.getpid()), str(own)],
                        own, environment={}, limits=Limits(seconds=60))
        except OSError as error:
            return f"bubblewrap does not run here ({error.strerror})"
        if ended.code or ended.said or not (own / "here").exists():
            said = ended.why or " ".join(ended.said.split())[-200:] or f"exit code {ended.code}"
            return f"bubblewrap does not shut in here ({said})"
    return ""
