"""Many projects by the workers of a Dask cluster, from and to an address, so that they need no disk in common.

Scheduling is Dask's: who works on what, and that a project of a worker that was lost goes to another. A worker fetches
the inputs of one project into a folder of its own, has it rendered by a process beside it (see workers), and writes
`_output/` back, the record last.
"""

from __future__ import annotations

import contextlib
import json
import platform
import tempfile
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..editions import edition
from ..findings import BriefingError
from . import projects
from .batch import FAILED, UNCHANGED, Job, Outcome, worked
from .workers import Worker

if TYPE_CHECKING:
    from distributed import Client

OUTPUT = "_output"
#: Seconds within which a scheduler must answer.
PATIENCE = 10
#: What is for the worker's own eyes: no notebook of a project is to see what opens the store.
SECRETS = ("AWS_", "GOOGLE_", "AZURE_", "DASK_")
#: Protocols that obstore speaks.
STORES = ("s3", "s3a", "gs", "gcs")


@contextlib.contextmanager
def connected(scheduler: str) -> Iterator[Client]:
    """A client of the cluster whose scheduler listens at an address. Raises BriefingError where none does."""
    try:
        from distributed import Client
    except ImportError as error:
        raise _lacking() from error
    try:
        client = Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise BriefingError(f"--scheduler {scheduler}: found no scheduler that answers ({error}), expected one of "
                            "Dask. Start it with `dask scheduler`, or correct the address.") from error
    with client:
        yield client


def outcomes(client: Client, address: str, job: Job) -> tuple[list[str], Generator[Outcome]]:
    """The projects at an address, and the outcome of each in the order in which they end.

    Raises BriefingError where the address cannot be read, or holds no project.
    """
    system, base = _system(address)
    try:
        names = _names(address, system, base)
    except Exception as error:  # each kind of store has its own
        raise BriefingError(f"--all {address}: found no folder that can be read ({error}), expected one. Correct the "
                            "address, or say by the variables of its store who you are.") from error
    found = projects.among(names)
    if not found:
        raise BriefingError(f"--all {address}: found no project, expected folders with {projects.DESCRIPTOR} and "
                            f"{projects.REPORT} below it. Correct the address.")
    return found, _coming(client, address, found, job)


def _coming(client: Client, address: str, found: list[str], job: Job) -> Generator[Outcome]:
    from distributed import as_completed

    waiting = list(reversed(found))
    under_way: dict[Any, str] = {}

    def more() -> list[Any]:
        """Give out no more than can be worked on: what waits on a worker would be blamed when it dies."""
        room = max(sum(client.nthreads().values()), 1) - len(under_way)
        given = {client.submit(_one, address, path, _within(path, found), job, pure=False): path
                 for path in (waiting.pop() for _ in range(min(room, len(waiting))))}
        under_way.update(given)
        return list(given)

    try:
        coming = as_completed(more())
        for future in coming:
            path = under_way.pop(future)
            try:
                outcome: Outcome = future.result()
            except Exception as error:  # the worker's, or that no worker outlived it
                outcome = Outcome(path, FAILED, error=f"{path}: found {type(error).__name__} ({error}), expected a "
                                  "result. If its workers ended each time, look for what takes much memory.")
            future.release()  # a worker that is lost later is not to do it again
            coming.update(more())
            yield outcome
    finally:
        client.cancel(list(under_way))


def _within(path: str, found: list[str]) -> tuple[str, ...]:
    """The projects within a project, by their paths in it."""
    inside = "" if path == "." else f"{path}/"
    return tuple(other[len(inside):] for other in found if other != path and other.startswith(inside))


def _lacking() -> BriefingError:
    return BriefingError("--scheduler: found no Dask here, expected it. Install it with the extra `cluster` of this "
                         "package, here and on the workers.")


# --- on a worker ----------------------------------------------------------------------

_own = threading.local()


def _one(address: str, path: str, others: tuple[str, ...], job: Job) -> Outcome:
    """Fetch, do and write back one project; runs on a worker of the cluster."""
    began = time.perf_counter()
    system, base = _system(address)
    place, there_is = (base, address) if path == "." else (f"{base}/{path}", f"{address.rstrip('/')}/{path}")
    with tempfile.TemporaryDirectory(prefix="briefing-", dir=_local()) as folder:
        root = Path(folder) / "project"
        there = _fetch(system, place, _names(there_is, system, place), root, others)
        why = _why(root, there) if job.only_changed else ()
        if why is None:
            return Outcome(path, UNCHANGED)
        result = worked(_worker(), root, path, job, why)
        if result.state != FAILED and (root / OUTPUT / edition.RECORD).is_file():
            _write_back(system, place, root / OUTPUT, there)
    return replace(result, seconds=round(time.perf_counter() - began, 3))


def _worker() -> Worker:
    """The process beside this thread, which stays for the next project."""
    if not hasattr(_own, "worker"):
        _own.worker = Worker(Path(tempfile.mkdtemp(prefix="briefing-", dir=_local())) / "worker", SECRETS)
    worker: Worker = _own.worker
    return worker


def _local() -> str | None:
    """The folder that Dask gives a worker, and removes after it."""
    from distributed import get_worker

    try:
        return str(get_worker().local_directory)
    except ValueError:  # in no worker
        return None


def _fetch(system: Any, place: str, names: Iterable[str], root: Path, others: tuple[str, ...]) -> set[str]:
    """Fetch a project but for other projects within it, and what was made of it; the names of what lies in its
    `_output/`."""
    there = set()
    left_out = tuple(f"{other}/" for other in others)
    for inside in names:
        parts = inside.split("/")
        if any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts):
            raise BriefingError(f'{place}: found the name "{inside}", expected plain names. Rename it.')
        if parts[0] == OUTPUT:
            there.add("/".join(parts[1:]))
        made = parts[0] == OUTPUT
        if (made and parts[1:] != [edition.RECORD]) or (not made and not all(map(projects.may_hold, parts[:-1]))) \
                or inside.startswith(left_out):
            continue
        target = root.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(system.cat_file(f"{place}/{inside}"))
    return there


def _why(root: Path, there: set[str]) -> tuple[str, ...] | None:
    """Why a project is to be made; None where its edition has these inputs, these libraries and all its files."""
    try:
        record = edition.read_record((root / OUTPUT / edition.RECORD).read_text("utf-8"), edition.RECORD)
        before = {name: digest for group in record["inputs"].values() for name, digest in group.items()}
        now = {name: edition.sha256(content) for name, content in edition.inputs(root).items()}
        missing = sorted(record["outputs"].keys() - there)
        environment = {"python": platform.python_version(), "packages": edition.versions()}
        same = record["environment"] == environment
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BriefingError):
        return ("there is no edition of it",)
    changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
    why = [f"changed: {', '.join(changed[:5])}{more}"] * bool(changed)
    why += [f"missing: {', '.join(missing[:5])}"] * bool(missing)
    why += ["another Python, or other libraries"] * (not same)
    return tuple(why) or None


def _write_back(system: Any, place: str, output: Path, there: set[str]) -> None:
    """Write an edition back: what it no longer has goes after what is new, and the record comes last."""
    made = sorted(file.relative_to(output).as_posix() for file in output.rglob("*")
                  if file.is_file() and not file.relative_to(output).parts[0].startswith("."))
    named = _recorded(output)
    for name in sorted(made, key=lambda name: (name == edition.RECORD, name)):
        if name == edition.RECORD:
            for gone in sorted(there & named.keys() - set(made)):
                system.rm_file(f"{place}/{OUTPUT}/{gone}")
        system.makedirs(f"{place}/{OUTPUT}/{name}".rpartition("/")[0], exist_ok=True)  # where there are folders
        system.pipe_file(f"{place}/{OUTPUT}/{name}", (output / name).read_bytes())


def _recorded(output: Path) -> Mapping[str, str]:
    return dict(json.loads((output / edition.RECORD).read_text("utf-8"))["outputs"])


# --- addresses --------------------------------------------------------------------------

def _system(address: str) -> tuple[Any, str]:
    """The file system of an address, and its path there. What it asks for besides (who you are, which endpoint) it
    takes from the variables of its kind, on each machine: none of it is sent."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise _lacking() from error
    if address.partition("://")[0] in STORES:
        from obstore.fsspec import register

        register(STORES)
    try:
        system, path = url_to_fs(address)
    except (ValueError, ImportError) as error:
        raise BriefingError(f"--all {address}: found no address that can be read ({error}), expected a folder or one "
                            "such as s3://bucket/desk. Correct it.") from error
    return system, str(path).rstrip("/")


def _names(address: str, system: Any, place: str) -> list[str]:
    """The names of all files at an address, from there on. A store is asked for a thousand at a time: by folders, as
    file systems are read, the folders of many projects would take hours."""
    if address.partition("://")[0] in STORES:
        from obstore.store import from_url

        return [str(each["path"]) for page in from_url(address).list() for each in page]
    system.invalidate_cache()
    return [name[len(place):].lstrip("/") for name in map(str, system.find(place))]

