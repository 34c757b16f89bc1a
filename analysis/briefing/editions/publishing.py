"""How an edition comes into `_output/`: whole or not at all, by one render at a time, and nothing of killed ones stays.

All is written to a folder `.rendering-…` first. When it is whole and safe on the disk, the folder gets the name
`.rendering-done`: in this one step the edition is published. Its files are then moved to their places; if that is cut
short, the next start goes on with it, and whoever reads meanwhile takes what has not been moved yet from there.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from ..execution import scratch
from ..findings import BriefingError

OUTPUT = "_output"
STAGING = ".rendering-"
DONE = f"{STAGING}done"
LOCK = ".lock"
#: In DONE, the names that the edition no longer has.
GONE = ".gone"
#: Folders in `_output/` that are no part of an edition, besides all whose names begin with a dot.
BESIDE = {"quarto", "diff"}
#: How often an edition is read again that is exchanged meanwhile.
READINGS = 50
REFUSED = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO, errno.EEXIST,
           errno.ENOTDIR, errno.EISDIR, errno.ELOOP)

Progress = Callable[[str], None]


def _quiet(_: str) -> None:
    pass


# --- writing ------------------------------------------------------------------------

@contextmanager
def staging(root: Path, progress: Progress = _quiet) -> Iterator[Path]:
    """A folder to write an edition of a project to, gone at the end whatever happens; a second render waits for the
    first, and says so.

    What killed runs have left is finished or removed before. Raises BriefingError for what the disk refuses.
    """
    output = root / OUTPUT
    with writable(root), _locked(output, progress) as locked:
        _mend(root, progress, locked)
        _sweep_temporary(progress)
        made = output / f"{STAGING}{secrets.token_hex(4)}"  # named first: Ctrl-C may come as soon as it is there
        try:
            made.mkdir(0o700)
            yield made
        finally:
            scratch.remove(made)


def publish(made: Path, gone: Iterable[str] = ()) -> list[str]:
    """Publish what was written to a staging folder: the names of its files, by which they now lie in `_output/`, and
    from which the files `gone` are removed.

    Raises BriefingError, or OSError, where it cannot be begun, and nothing has changed then; BriefingError where it
    cannot be ended, and the next start goes on with it.
    """
    output = made.parent
    names = _files(made)
    gone = sorted(set(gone) - set(names))
    _look_ahead(output, [*names, *gone])
    (made / GONE).write_text(json.dumps(gone), "utf-8")
    made.chmod(0o755)  # to be read by those who may not finish it
    for name in names:
        (made / name).chmod(0o644)
    _sync([made / GONE, *(made / name for name in names), *_folders(made)])
    os.rename(made, output / DONE)
    try:
        _finish(output)
    except KeyboardInterrupt:  # it is published: the rest takes a moment
        _finish(output)
        raise
    return names


def settle(root: Path, progress: Progress = _quiet) -> None:
    """Finish or remove what killed runs have left of a project, where it can be written and no run lives; where it
    cannot, `current` and `contents` read it as the edition that it tells."""
    output = root / OUTPUT
    with suppress(OSError, BriefingError):
        if any(name.startswith(STAGING) or name == LOCK for name in os.listdir(output)) and (
                handle := scratch.take(output / LOCK)) is not None:
            try:
                _mend(root, progress, True)
            finally:
                scratch.release(output / LOCK, handle)
    _sweep_temporary(progress)


@contextmanager
def writable(root: Path) -> Iterator[None]:
    """What a disk refuses, as an error with its four parts."""
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        where = os.fsdecode(error.filename) if error.filename else _fuller(root)
        shown = OUTPUT if Path(where).is_relative_to(root / OUTPUT) else where
        raise BriefingError(f"{shown}: found {error.strerror}, "
                            "expected a folder that can be written. "
                            "Free space, or change the folder's permissions. "
                            "What was there before is unchanged.") from error


def _fuller(root: Path) -> str:
    """What a refused write without a name was to: the temporary folder, where that has no room and `_output/` has."""
    with suppress(OSError):
        temporary = tempfile.gettempdir()
        if shutil.disk_usage(temporary).free < 2**20 < shutil.disk_usage(root).free:
            return temporary
    return str(root / OUTPUT)


@contextmanager
def _locked(output: Path, progress: Progress) -> Iterator[bool]:
    """Alone with `_output/`; False where its file system cannot tell."""
    handle = None
    said = False
    while handle is None:
        output.mkdir(exist_ok=True)
        try:
            handle = scratch.take(output / LOCK)
        except FileNotFoundError:  # another render has just removed the folder, which was empty
            continue
        except OSError as error:
            if error.errno not in scratch.LOCKLESS:
                raise
            progress(f"{OUTPUT}/ lies on a file system without locks: see to it that no other render of this project "
                     "runs meanwhile")
            break
        if handle is None:
            if not said:
                progress("Waiting for another render of this project")
            said = True
            time.sleep(scratch.PAUSE)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            scratch.release(output / LOCK, handle)
        else:
            (output / LOCK).unlink(missing_ok=True)
        with suppress(OSError):
            output.rmdir()  # where nothing was ever rendered, nothing stays


# --- what a killed run left -----------------------------------------------------------

def _mend(root: Path, progress: Progress, alone: bool) -> None:
    """Go on with publishing, and remove what was never published, where no run can be that still writes to it."""
    output = root / OUTPUT
    if (output / DONE).is_dir():
        _finish(output)
        progress("Finished publishing the edition of a run that was killed")
    left = [path for path in output.glob(f"{STAGING}*") if alone]
    if count := sum(map(scratch.remove, left)):
        progress(f"{scratch.told(count)} in {OUTPUT}/")


def _sweep_temporary(progress: Progress) -> None:
    if count := scratch.sweep():
        progress(scratch.told(count))


def _finish(output: Path) -> None:
    """Move what is published to its place, and remove what is gone; each step can be done twice."""
    done = output / DONE
    names, gone = _files(done), _gone(done)
    _look_ahead(output, [*names, *gone])
    try:
        _sync([output])  # that it is published, before anything is moved
        for name in names:
            (output / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(done / name, output / name)
        for name in gone:
            (output / name).unlink(missing_ok=True)
        _sync({output, *((output / name).parent for name in names)})
    except OSError as error:
        place = Path(os.fsdecode(error.filename or OUTPUT)).name
        raise BriefingError(f"{place}: found {error.strerror} while the new edition was moved to {OUTPUT}/, expected "
                            f"files that can be exchanged. The new edition is whole in {OUTPUT}/{DONE}. Close what "
                            "holds the file open, or change its permissions; the next command then goes on.") from error
    scratch.remove(done)


def _look_ahead(output: Path, names: Iterable[str]) -> None:
    """Refuse what would keep a file from its place, or lead it out of the folder, before the first is moved."""
    inside = output.resolve()
    for name in names:
        place, above = output / name, (output / name).parent
        if place.is_dir():
            raise BriefingError(f"{OUTPUT}/{name}: found a folder, expected a file, or nothing. Move it away.")
        if not above.resolve().is_relative_to(inside):
            raise BriefingError(f"{OUTPUT}/{name}: found a place outside of {OUTPUT}/, expected one in it. "
                                "Remove the link that leads there.")
        if above.exists() and not (above.is_dir() and os.access(above, os.W_OK)):
            raise BriefingError(f"{above.relative_to(output.parent).as_posix()}: found what no file can be put in, "
                                "expected a folder that can be written. Move it away, or change its permissions.")


def _gone(done: Path) -> list[str]:
    with suppress(FileNotFoundError, ValueError, TypeError):
        return [str(name) for name in json.loads((done / GONE).read_text("utf-8"))]
    return []


def _sync(paths: Iterable[Path]) -> None:
    """Let files and folders be safe on the disk; many at once take hardly longer than one."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(_sync_one, paths))


def _sync_one(path: Path) -> None:
    folder = path.is_dir()
    with suppress(OSError) if folder else nullcontext():  # some systems know no syncing of folders
        handle = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# --- reading ------------------------------------------------------------------------

def current(root: Path, name: str) -> Path:
    """Where a file of a project's edition lies, by its name in `_output/`."""
    published = root / OUTPUT / DONE / name
    return published if published.is_file() else root / OUTPUT / name


def contents(root: Path) -> dict[str, bytes]:
    """The files of a project's edition, by their names in `_output/`: of one edition, also while it is exchanged, or
    where that was cut short."""
    output = root / OUTPUT
    for _ in range(READINGS):
        before = _stamps(output)
        with suppress(FileNotFoundError):
            found = {name: path.read_bytes() for name, path in _places(output).items()}
            if _stamps(output) == before:
                return found
        time.sleep(scratch.PAUSE)
    raise BriefingError(f"{OUTPUT}: found an edition that is exchanged again and again, expected one that stays. "
                        "Stop what renders this project, then try again.")


def _places(output: Path) -> dict[str, Path]:
    found = {name: output / name for name in _files(output)}
    done = output / DONE
    if done.is_dir():
        gone = _gone(done)
        found = {name: path for name, path in found.items() if name not in gone}
        found |= {name: done / name for name in _files(done)}
    return dict(sorted(found.items()))


def _stamps(output: Path) -> list[tuple[str, int, int, int]]:
    found = []
    with suppress(FileNotFoundError):
        for path in _places(output).values():
            status = path.stat()
            found.append((str(path), status.st_size, status.st_mtime_ns, status.st_ino))
    return found


def _files(folder: Path) -> list[str]:
    """The names of an edition's files in a folder, in order."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        if Path(place) == folder:
            folders[:] = [name for name in folders if not name.startswith(".") and name not in BESIDE]
            names = [name for name in names if not name.startswith(".")]
        found += [Path(place, name) for name in names]
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _folders(folder: Path) -> list[Path]:
    return [folder, *(path for path in folder.rglob("*") if path.is_dir())]
