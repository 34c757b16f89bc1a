"""The other engine: what Quarto needs before it renders, and a render by it.

Quarto gives the page and the PDF their shell, contents and files; what stands in them is the document that the embedded
engine makes, too. It lies ready in `_output/quarto/briefing/`, and the extension in `_extensions/briefing/` puts it in.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from ..editions import edition, publishing
from ..editions.publishing import OUTPUT
from ..execution import drawing, notebooks
from ..execution.kernels import warm
from ..findings import BriefingError
from ..language import of, speaking
from ..writers import html, pdf
from . import cache
from .project import Project
from .render import attachments, begin, files, make, steady
from .steps import Progress
from .timings import Timings

#: Where Quarto's files go, and what it needs, relative to the project.
FOLDER = notebooks.FOR_QUARTO.removesuffix("/notebooks")
READY = "briefing"
OLDEST = (1, 6)
#: Says to `analysis/prerender.py` that all is ready.
PREPARED = "BRIEFING_PREPARED"
#: What Quarto leaves beside the report where it fails.
LEFT = ("report.html", "report.pdf", "report.typ", "report.md", "report_files")
_BEFORE = "beside.json"  # which of these were there before


def prepare(root: Path, *, timeout: int = 300, memory: int = notebooks.MEMORY,
            progress: Progress = lambda _: None) -> list[Path]:
    """Write what Quarto needs into `_output/quarto/`: the executed notebooks and the document; the folders written.

    What a render of Quarto's that failed has left beside the report is removed. The edition in `_output/` stays as it
    is. Raises as `render.render` does.
    """
    with (speaking(of(root)), publishing.staging(root, progress) as staging, steady(root), warm(once=True) as kernels,
          ThreadPoolExecutor(1) as beside):
        began = cache.beginning()
        _remove_left(root)
        progress("Checking data and report")
        project = Project.read(root)
        data, inputs = project.tables, edition.inputs(root)
        run = begin(root, staging, data, kernels, timeout, memory, True, began, progress, lambda _: None, Timings())
        made = make(run, project, inputs, beside)
        tables = files(data, inputs)
        ready = staging / READY
        pdf.lay_out(made.doc, data.edition_date, made.date, ready, attachments(data, inputs), made.behind,
                    f"{FOLDER}/{READY}/")
        page = html.for_quarto(made.doc, made.date, made.behind, made.rules, tables)
        (ready / "page.json").write_text(json.dumps(page, ensure_ascii=False), encoding="utf-8", newline="\n")
        (ready / "fonts").mkdir()
        for font in drawing.folder().glob("*.ttf"):
            shutil.copyfile(font, ready / "fonts" / font.name)
        (ready / _BEFORE).write_text(json.dumps(sorted(_there(root))), encoding="utf-8")
        return _publish(root, staging)


def _publish(root: Path, staging: Path) -> list[Path]:
    target = root / FOLDER
    target.mkdir(exist_ok=True)
    for name in ("notebooks", READY):
        shutil.rmtree(target / name, ignore_errors=True)
        os.replace(staging / name, target / name)
    if not (root / OUTPUT / "references.json").exists():  # where there is no edition yet, for Quarto and editors
        os.replace(staging / "references.json", root / OUTPUT / "references.json")
    return [Path(FOLDER, name) for name in ("notebooks", READY)]


def _there(root: Path) -> set[str]:
    return {name for name in LEFT if (root / name).exists()}


def _remove_left(root: Path) -> None:
    """Remove what an earlier render by Quarto left beside the report: what was not there before it."""
    with suppress(OSError, ValueError):
        _remove(root, _there(root) - {*json.loads((root / FOLDER / READY / _BEFORE).read_text("utf-8"))})


def _remove(root: Path, names: set[str]) -> None:
    for name in names:
        path = root / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


# --- a render ---------------------------------------------------------------------

def render(root: Path, *, timeout: int = 300, memory: int = notebooks.MEMORY,
           progress: Progress = lambda _: None) -> list[Path]:
    """Let Quarto render the project by its `_quarto.yml`; the files written, relative to it.

    Raises BriefingError where Quarto is not installed, too old, or fails, and else as `prepare` does. What it leaves
    beside the report is removed then.
    """
    found = _program()
    for name in ("_quarto.yml", "_extensions/briefing/_extension.yml"):
        if not (root / name).is_file():
            raise BriefingError(f"{name}: found no such file, expected a Quarto project of this package. Copy "
                                "_quarto.yml, _extensions/ and analysis/prerender.py from a project that "
                                "`briefing new` makes.")
    prepare(root, timeout=timeout, memory=memory, progress=progress)
    progress(f"Running {found} render")
    environment = {"QUARTO_PYTHON": sys.executable, **os.environ, PREPARED: "1"}
    with _nothing_left(root):
        code = subprocess.run([found, "render", "report.qmd"], cwd=root, env=environment, check=False).returncode
        if code:
            raise BriefingError(f"quarto render: found exit code {code}, expected 0. Quarto's own message is above; "
                                f"{FOLDER} may hold files of before. What else is in the project is unchanged.")
    return sorted(path.relative_to(root) for path in (root / FOLDER).glob("report.*"))


def _program() -> str:
    """Where Quarto is; raises BriefingError where it is not, or too old."""
    asked = ".".join(map(str, OLDEST))
    remedy = ("Install it from quarto.org, or with `pip install quarto-cli`, which downloads it; or leave out --engine "
              "quarto: the embedded engine needs no Quarto.")
    found = shutil.which("quarto")
    if not found:
        raise BriefingError(f"quarto: found no such program on the PATH, expected Quarto {asked} or newer. {remedy}")
    try:
        run = subprocess.run([found, "--version"], capture_output=True, text=True, encoding="utf-8", errors="replace",
                             timeout=120, check=False)
        said = (run.stdout.strip() or run.stderr.strip()).partition("\n")[0]
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    version = re.match(r"(\d+)\.(\d+)", said)
    if not version:
        raise BriefingError(f"{found} --version: found {said or 'nothing'}, expected a version. {remedy}")
    if (int(version[1]), int(version[2])) < OLDEST:
        raise BriefingError(f"{found}: found Quarto {said}, expected {asked} or newer. {remedy}")
    return found


@contextmanager
def _nothing_left(root: Path) -> Iterator[None]:
    """Where what is done within fails or is stopped, nothing of it stays beside the report."""
    before = _there(root)
    try:
        yield
    except BaseException:
        _remove(root, _there(root) - before)
        raise
