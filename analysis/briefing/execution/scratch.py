"""Temporary folders that nobody leaves behind: those of a run that was killed are removed by the next start.

Beside each folder `briefing-…` lies `briefing-….lock`, which its owner holds locked while it lives; the system takes
the lock back when a process ends, however it ends. So only a lock that can be had tells of a run that is over: process
ids are given again, and what is old may still be at work.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX, LOCK = "briefing-", ".lock"
#: What a file system says that has no locks.
LOCKLESS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL)
#: How often, and after how many seconds, a folder is removed again that a process of a killed run still wrote to.
TRIES, PAUSE = 5, 0.05
#: How long (bytes) the name of a folder may be, so that sockets below it can be named in the 107 that there are.
SHORT = 50
#: The locks of this process, by path: on some network file systems a lock does not keep its own process out.
_held: set[str] = set()


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder, for oneself alone, gone at the end."""
    lock, handle = _new_lock()
    made = lock.with_suffix("")
    try:
        made.mkdir(0o700)
        yield made
    finally:
        (release if remove(made) else forget)(lock, handle)  # what cannot be removed, the next start tries again


@contextlib.contextmanager
def short(folder: Path) -> Iterator[Path]:
    """A name of a folder by which sockets in it can be told, of which no system takes more than some hundred bytes:
    its own, or on Linux one that goes through this process, and holds as long as this context."""
    if sys.platform != "linux" or len(os.fsencode(folder)) <= SHORT:
        yield folder
        return
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield Path(f"/proc/{os.getpid()}/fd/{handle}")
    finally:
        os.close(handle)


def sweep() -> int:
    """Remove from the temporary folder what killed runs have left; how many folders. Those of runs that live, of other
    users, and of anybody who only has such a name for a folder, stay."""
    gone = 0
    with contextlib.suppress(OSError):
        place = tempfile.gettempdir()
        for name in sorted(os.listdir(place)):
            if name.startswith(PREFIX) and name.endswith(LOCK) and _ours(lock := Path(place, name)):
                with contextlib.suppress(OSError):
                    gone += _swept(lock)
    return gone


def _swept(lock: Path) -> bool:
    """Whether there was a folder, and no longer is."""
    if (handle := take(lock)) is None:
        return False
    left = lock.with_suffix("")
    there = os.path.lexists(left)
    gone = remove(left)
    (release if gone else forget)(lock, handle)
    return there and gone


def told(count: int) -> str:
    """What a person is told of folders that were removed."""
    return f"Removed {count} folder{'s' * (count != 1)} that killed runs had left"


def remove(path: Path) -> bool:
    """Remove a folder with all that is in it; whether it is gone."""
    for _ in range(TRIES):
        shutil.rmtree(path, ignore_errors=True)
        if not os.path.lexists(path):
            return True
        time.sleep(PAUSE)
    return False


# --- locks ------------------------------------------------------------------------

def take(path: Path) -> int | None:
    """Lock a file, which is made where there is none; its handle, or None where another holds it.

    Raises OSError where it cannot be written, with a number of LOCKLESS where the file system has no locks.
    """
    if str(path) in _held:
        return None
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        if _lock(handle) and _is_still(handle, path):
            _held.add(str(path))
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def release(path: Path, handle: int) -> None:
    """Give a lock back, and remove its file."""
    if sys.platform != "win32":  # where an open file can be removed, and must be, lest another's is
        with contextlib.suppress(OSError):
            path.unlink()
    forget(path, handle)
    if sys.platform == "win32":
        with contextlib.suppress(OSError):  # another has it already
            path.unlink()


def forget(path: Path, handle: int) -> None:
    """Give a lock back, and leave its file."""
    _held.discard(str(path))
    os.close(handle)


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _is_still(handle: int, path: Path) -> bool:
    """Whether an open file is the one of that name: whoever held it before may have removed it meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except OSError:
        return False


def _new_lock() -> tuple[Path, int]:
    """A new file in the temporary folder, locked where that can be, and the only one of its name."""
    while True:
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=LOCK)
        _held.add(name)
        try:
            if _lock(handle) and _is_still(handle, Path(name)):  # else a sweep came between, and has removed it
                return Path(name), handle
        except OSError as error:
            if error.errno in LOCKLESS:  # there no sweep takes any lock either
                return Path(name), handle
            raise
        forget(Path(name), handle)


def _ours(lock: Path) -> bool:
    try:
        status = os.lstat(lock)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())
