"""Render an edition again, twice, under different conditions, and hold the bytes against it.

The conditions are those in which machines differ: time zone, locale, hash
seed, HOME, umask, folder, the moment, the number of processors. The
kernels, which a render shields from most of them, get them here, so that what
only the shield hides is found as well.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from ..execution import scratch
from ..execution.kernels import VARIED
from ..execution.notebooks import MEMORY
from ..execution.store import FOLDER, Store
from ..findings import BriefingError
from . import compare, confinement, edition
from .compare import NONDETERMINISM, Difference
from .confinement import Limits


@dataclass(frozen=True)
class Condition:
    """The surroundings of one render: variables, umask, whether files are laid out backwards, processors."""

    name: str
    variables: Mapping[str, str]
    umask: int
    backwards: bool
    one_processor: bool


def check(root: Path, progress: Callable[[str], None] = lambda _: None) -> list[Difference]:
    """What differs between the edition of a project and what its inputs give today; nothing where all is equal.

    Raises BriefingError where there is no edition, or a render fails.
    """
    published = edition.published(root)
    first, second = _twice(edition.inputs(root), progress)
    unstable = compare.outputs(first.outputs, second.outputs, NONDETERMINISM)
    shaky = {difference.path for difference in unstable}
    found = [d for d in compare.editions(published, first) if d.path not in shaky]
    if not any(d.path.startswith("_output/") or d.kind != "environment" for d in found):
        found = []  # other versions that give the same bytes are no difference
    different = [*_altered(published), *found, *unstable]
    remember(root, len(different))
    return different


def _altered(published: edition.Edition) -> list[Difference]:
    """Files of an edition that are not those which its own record tells of: changed after they were rendered."""
    told = published.record["outputs"] if published.record else {}
    return [Difference(NONDETERMINISM, f"_output/{name}", "is not the file that its record tells of: it was changed "
                       "after it was rendered", told[name], edition.sha256(published.outputs[name]))
            for name in sorted(told.keys() & published.outputs.keys())
            if told[name] != edition.sha256(published.outputs[name])]


@dataclass(frozen=True)
class Carried:
    """What an edition carries that is not what is installed here: files of the package, the version that was released
    with just these (None: with none that is known), and packages that its lock pins otherwise, in words."""

    files: tuple[str, ...]
    release: str | None
    pins: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What came of a PDF.

    `differences` are between it and what the installed package makes of its
    inputs: none where it is reproduced. `other` says what it carries that is not
    installed here, and `own` what the package that it carries made of them:
    SAME, OTHER or why nothing; empty where it is the installed one.
    """

    differences: list[Difference]
    other: Carried
    own: str = ""


SAME, OTHER = "the same bytes", "other bytes"


def carried(inputs: Mapping[str, bytes]) -> Carried:
    """What of the package and the lock among an edition's inputs is not what is installed here."""
    here, there = edition.installed(), edition.package_of(inputs)
    files = tuple(name for name in sorted({*here, *there}) if here.get(name) != there.get(name))
    return Carried(files, edition.release(there), tuple(_pins(inputs.get("requirements.lock", b""))))


def _pins(lock: bytes) -> Iterator[str]:
    """What a lock pins for a machine like this one, and is not installed so."""
    from packaging.requirements import InvalidRequirement, Requirement

    for line in lock.decode("utf-8", "replace").splitlines():
        with contextlib.suppress(InvalidRequirement):
            pinned = Requirement(line.partition(" #")[0].strip().removesuffix("\\").strip())
            if pinned.marker is not None and not pinned.marker.evaluate():
                continue
            told = str(pinned.specifier).removeprefix("==")
            try:
                version = metadata.version(pinned.name)
            except metadata.PackageNotFoundError:
                yield f"{pinned.name} {told} (not installed here)"
                continue
            if not pinned.specifier.contains(version, prereleases=True):
                yield f"{pinned.name} {told} (here {version})"


def check_pdf(pdf: bytes, name: str, progress: Callable[[str], None] = lambda _: None, *,
              limits: Limits | None = None, timeout: int = 300, memory: int = MEMORY) -> Verdict:
    """What comes of a PDF when its inputs are rendered afresh by the installed package; runs the code in it.

    The package that it carries renders as well, where it is another, and
    decides nothing: it could write whatever it likes. With `limits` all of it
    runs shut in (see `confinement`). `timeout` and `memory` are those of `render`.
    Raises BriefingError where the PDF is not ours, or a render fails; Findings
    where it is broken or its archive is not safe.
    """
    inputs = edition.inputs_of(pdf, name)
    other = carried(inputs)
    how = How(limits, timeout, memory)
    if not other.files:
        return Verdict(_held(pdf, name, *_twice(inputs, progress, how)), other)
    try:
        found = _held(pdf, name, *_twice(inputs, progress, replace(how, package=INSTALLED)))
    except BriefingError as error:
        found = [Difference("code", name, "rendered by the installed package", "the edition", str(error))]
    progress("Rendering once more, with the package that the PDF carries")
    try:
        with scratch.folder() as place:
            made = _render(place, inputs, next(_conditions(place)), replace(how, package=CARRIED))
        own = SAME if made.outputs["report.pdf"] == pdf else OTHER
    except BriefingError as error:
        own = f"no edition: {error}"
    return Verdict(found, other, own)


def _held(pdf: bytes, name: str, first: edition.Edition, second: edition.Edition) -> list[Difference]:
    """What differs between a PDF and the first render of its inputs, or between both renders."""
    if unstable := compare.outputs(_only_pdf(first), _only_pdf(second), NONDETERMINISM):
        return unstable
    changed = compare.inputs(edition.inputs_of(pdf, name), first.inputs)
    kind = "+".join(dict.fromkeys(each.kind for each in changed)) or "environment"
    found = compare.outputs({"report.pdf": pdf}, _only_pdf(first), kind)
    return [*changed, *(replace(difference, path=name) for difference in found)]


def _only_pdf(made: edition.Edition) -> dict[str, bytes]:
    return {"report.pdf": made.outputs["report.pdf"]}


#: Which package renders: the one that runs here; that one, packing in its place what the edition carries, so that all
#: but who rendered can come out the same; or the edition's own.
HERE, INSTALLED, CARRIED = "here", "installed", "carried"


@dataclass(frozen=True)
class How:
    """How a PDF's inputs are rendered: shut in within `limits` or not, the limits of a cell, and with which package."""

    limits: Limits | None = None
    timeout: int = 300
    memory: int = MEMORY
    package: str = HERE


def _twice(inputs: Mapping[str, bytes], progress: Callable[[str], None],
           how: How | None = None) -> tuple[edition.Edition, edition.Edition]:
    with scratch.folder() as place, ThreadPoolExecutor(2) as pool:
        progress("Rendering afresh, twice, under different conditions")
        stop = threading.Event()
        try:
            renders = [pool.submit(_render, place / str(number), inputs, condition, how, stop)
                       for number, condition in enumerate(_conditions(place))]
            made = [render.result() for render in renders]
        finally:
            stop.set()
    return made[0], made[1]


def _conditions(place: Path) -> Iterator[Condition]:
    yield Condition("plain", {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8",
                              "PYTHONHASHSEED": "1", "HOME": str(place / "home")}, 0o022, False, False)
    locale, where = _comma_locale(place)
    yield Condition("foreign", {"TZ": "America/St_Johns", "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": "2",
                                "HOME": str(place / "somebody's home"), "USER": "somebody", **where},
                    0o077, True, True)


def _comma_locale(place: Path) -> tuple[str, dict[str, str]]:
    """A locale that writes numbers with a comma, made for the purpose where the system has none."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout.split()
        for name in listed:
            if name.lower().startswith(("et_ee.utf", "de_de.utf", "fr_fr.utf", "pl_pl.utf")):
                return name, {}
        subprocess.run(["localedef", "-i", "et_EE", "-f", "UTF-8", str(place / "et_EE.UTF-8")],
                       capture_output=True, check=True)
        return "et_EE.UTF-8", {"LOCPATH": str(place)}
    return "C.UTF-8", {}


def _render(folder: Path, inputs: Mapping[str, bytes], condition: Condition, how: How | None = None,
            stop: threading.Event | None = None) -> edition.Edition:
    """The edition that comes of some inputs; with `how`, of a PDF's, only the PDF."""
    only_pdf, how = how is not None, how or How()
    project = folder / ("a project" if condition.backwards else "project")
    names = sorted(inputs, reverse=condition.backwards)
    package = edition.package_of(inputs)
    if how.package == CARRIED:
        edition.write_files(package, folder / "carried")
    if how.package == INSTALLED:
        edition.write_files({name.removeprefix(edition.CODE): package[name] for name in package}, folder / "packed")
    # without the package: a notebook would import it from the folder beside, where kernels are not forked
    edition.write_files({name: inputs[name] for name in names if name not in package}, project)
    home = Path(condition.variables["HOME"])
    home.mkdir(exist_ok=True)
    variables = {**condition.variables, VARIED: " ".join(condition.variables),
                 "PYTHONPATH": str(folder / "carried/analysis" if how.package == CARRIED else edition.PACKAGE.parent),
                 **({edition.CARRIED: str(folder / "packed")} if how.package == INSTALLED else {})}
    # neither from the working folder nor from HOME, which code of the project can write to, is anything imported
    command = [sys.executable, "-P", "-s", "-m", "briefing", "render", "--no-cache", "--project", str(project),
               f"--timeout={how.timeout}", f"--memory={how.memory}"]
    if condition.one_processor and shutil.which("taskset"):
        command = ["taskset", "-c", "0", *command]
    if how.limits is None:
        environment = {**{k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE",
                                                                           edition.CARRIED)}, **variables}
        run = subprocess.run(command, env=environment, cwd=folder, umask=condition.umask, capture_output=True,
                             text=True, encoding="utf-8", errors="replace", check=False, stdin=subprocess.DEVNULL)
        ended = confinement.Ended(run.returncode, run.stderr.strip())
    else:
        ended = confinement.run(command, folder, beside=[home], readable=_given(condition), environment=variables,
                                limits=how.limits, umask=condition.umask, stop=stop)
    if ended.why:
        raise BriefingError(f"render ({condition.name} conditions), shut in: {ended.why}. It was ended.")
    if ended.code:
        raise BriefingError(f"render ({condition.name} conditions): found exit code {ended.code}, expected 0. "
                            f"Its own words:\n{ended.said}")
    return _fetched(project, inputs) if only_pdf else edition.published(project)


def _fetched(project: Path, inputs: Mapping[str, bytes]) -> edition.Edition:
    """The PDF that was made by a stranger's code, with what it carries; no link that was laid there is followed.

    Raises BriefingError where there is none, or code of the project changed the inputs that it was run with.
    """
    base = project.resolve()
    path = base / "_output" / "report.pdf"
    if path.resolve() != path or not path.is_file():
        raise BriefingError(f"{path.name}: found none, or a link, after the render, expected a file. "
                            "Do not trust this edition.")
    for name in inputs:
        there = base / name
        if not name.startswith(edition.CODE) and (
                there.resolve() != there or not there.is_file() or there.stat().st_size != len(inputs[name])
                or there.read_bytes() != inputs[name]):
            raise BriefingError(f"{name}: found it changed after the render, expected it as it was carried. "
                                "Code of the project writes to its own inputs: do not trust this edition.")
    pdf = edition.read_pdf(path)
    return edition.Edition(str(project), None, edition.inputs_of(pdf, "report.pdf"), {"report.pdf": pdf})


def _given(condition: Condition) -> list[Path]:
    """What a condition needs besides: the folder of the locale that was made for it."""
    return [Path(condition.variables["LOCPATH"]) / condition.variables["LC_ALL"]] if "LOCPATH" in condition.variables \
        else []


# --- what is remembered of it -----------------------------------------------------------

def remember(root: Path, differences: int) -> None:
    """Keep what a check found of the edition of a project, until that is another, or what it is made from."""
    record = (root / "_output" / edition.RECORD).read_bytes()
    known = {name: digest for group in json.loads(record)["inputs"].values() for name, digest in group.items()}
    seal = _seal(root, record, edition.changed(root, known))
    _store(root).put("checks", "edition", json.dumps([seal, differences]).encode())


def remembered(root: Path, record: bytes, changed: list[str] | None) -> int | None:
    """How many differences the last check of an edition with this record found; None where it was not checked, or other
    inputs were `changed` then."""
    try:
        seal, differences = json.loads(_store(root).get("checks", "edition") or b"[null,null]")
    except (ValueError, TypeError):
        return None
    if differences == 0:  # that stays true whatever is changed since, which is told apart from it
        return 0 if str(seal).startswith(edition.sha256(record)) else None
    return int(differences) if seal == _seal(root, record, changed or []) else None


def _seal(root: Path, record: bytes, changed: list[str]) -> str:
    """What stands for an edition, and then for the inputs that were changed after it."""
    now = [f"{name} {_digest(root / name)}" for name in changed]
    return f"{edition.sha256(record)} {edition.sha256(' '.join(now).encode())}"


def _store(root: Path) -> Store:
    return Store(root / "_output" / FOLDER)


def _digest(path: Path) -> str:
    try:
        return edition.sha256(path.read_bytes())
    except OSError:
        return ""
