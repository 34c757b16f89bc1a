"""Render an edition again, twice, under different conditions, and hold the bytes against it.

The conditions are those in which machines differ: time zone, locale, hash
seed, HOME, umask, folder, the moment, the number of processors. The
kernels, which a render shields from most of them, get them here, so that what
only the shield hides is found as well.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from ..execution.kernels import VARIED
from ..findings import BriefingError
from . import compare, edition, reading
from .compare import NONDETERMINISM, Difference


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
    reading.remember(root, len(different))
    return different


def _altered(published: edition.Edition) -> list[Difference]:
    """Files of an edition that are not those which its own record tells of: changed after they were rendered."""
    told = (published.record or {}).get("outputs", {})
    return [Difference(NONDETERMINISM, f"_output/{name}", "is not the file that its record tells of: it was changed "
                       "after it was rendered", told[name], edition.sha256(published.outputs[name]))
            for name in sorted(told.keys() & published.outputs.keys())
            if told[name] != edition.sha256(published.outputs[name])]


def check_pdf(pdf: bytes, name: str, progress: Callable[[str], None] = lambda _: None) -> list[Difference]:
    """What differs between a PDF and what the inputs in it give; runs the code in it.

    Raises BriefingError where the PDF is not ours, its archive is not safe, or
    a render fails.
    """
    inputs = edition.inputs_of(pdf, name)
    first, second = _twice(inputs, progress)
    unstable = compare.outputs(_only_pdf(first), _only_pdf(second), NONDETERMINISM)
    if unstable:
        return unstable
    found = compare.outputs({"report.pdf": pdf}, _only_pdf(first), "environment")
    return [replace(difference, path=name) for difference in found]


def _only_pdf(made: edition.Edition) -> dict[str, bytes]:
    return {"report.pdf": made.outputs["report.pdf"]}


def _twice(inputs: Mapping[str, bytes], progress: Callable[[str], None]) -> tuple[edition.Edition, edition.Edition]:
    with tempfile.TemporaryDirectory(prefix="briefing-") as scratch, ThreadPoolExecutor(2) as pool:
        progress("Rendering afresh, twice, under different conditions")
        renders = [pool.submit(_render, Path(scratch) / str(number), inputs, condition)
                   for number, condition in enumerate(_conditions(Path(scratch)))]
        made = [render.result() for render in renders]
    return made[0], made[1]


def _conditions(scratch: Path) -> Iterator[Condition]:
    yield Condition("plain", {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8",
                              "PYTHONHASHSEED": "1", "HOME": str(scratch / "home")}, 0o022, False, False)
    locale, where = _comma_locale(scratch)
    yield Condition("foreign", {"TZ": "America/St_Johns", "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": "2",
                                "HOME": str(scratch / "somebody's home"), "USER": "somebody", **where},
                    0o077, True, True)


def _comma_locale(scratch: Path) -> tuple[str, dict[str, str]]:
    """A locale that writes numbers with a comma, made for the purpose where the system has none."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout.split()
        for name in listed:
            if name.lower().startswith(("et_ee.utf", "de_de.utf", "fr_fr.utf", "pl_pl.utf")):
                return name, {}
        subprocess.run(["localedef", "-i", "et_EE", "-f", "UTF-8", str(scratch / "et_EE.UTF-8")],
                       capture_output=True, check=True)
        return "et_EE.UTF-8", {"LOCPATH": str(scratch)}
    return "C.UTF-8", {}


def _render(folder: Path, inputs: Mapping[str, bytes], condition: Condition) -> edition.Edition:
    project = folder / ("a project" if condition.backwards else "project")
    names = sorted(inputs, reverse=condition.backwards)
    edition.write_files({name: inputs[name] for name in names}, project)
    Path(condition.variables["HOME"]).mkdir(exist_ok=True)
    # the code that is rendered with is the edition's own, not the one that checks
    environment = {**{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}, **condition.variables,
                   "PYTHONPATH": str(project / "analysis"),
                   VARIED: " ".join(condition.variables)}
    command = [sys.executable, "-m", "briefing", "render", "--no-cache", "--project", str(project)]
    if condition.one_processor and shutil.which("taskset"):
        command = ["taskset", "-c", "0", *command]
    run = subprocess.run(command, env=environment, cwd=folder, umask=condition.umask, capture_output=True, text=True,
                         check=False, stdin=subprocess.DEVNULL)
    if run.returncode:
        raise BriefingError(f"render ({condition.name} conditions): found exit code {run.returncode}, expected 0. "
                            f"Its own words:\n{run.stderr.strip()}")
    return edition.published(project)
