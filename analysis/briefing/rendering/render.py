"""Make the briefing: run the notebooks, bind the report, write both files.

All is written to a folder of its own first and moved to `_output/` at the
end, so that what was good before stays until everything new is there.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..discourse import exports
from ..editions import contexts, crate, edition
from ..execution import drawing, notebooks
from ..execution.kernels import VARIED, Kernels, warm
from ..execution.store import FOLDER, Store
from ..facts import recording, tables
from ..facts.dates import day
from ..findings import BriefingError, InvalidData, InvalidReport
from ..language import VARIABLE, catalogues, current, locales, of, say, speaking
from ..report import document, report
from ..report.rules import captions
from ..sources import evidence
from ..writers import glyphs, html, pdf
from . import cache, manifest, steps
from .project import Project
from .steps import Progress
from .timings import Timings

OUTPUT = "_output"


# over 50 lines: the steps of a render, in their order
def render(root: Path, *, timeout: int = 300, memory: int = notebooks.MEMORY, use_cache: bool = True,
           progress: Progress = lambda _: None, explain: Progress = lambda _: None,
           outside: steps.Outside = lambda *_: None, timings: Timings | None = None,
           kernels: Kernels | None = None) -> list[Path]:
    """Render the project at `root`; the files written, relative to it.

    `timeout` is the seconds that one cell may take, `memory` the MB of one
    kernel. `explain` is told of each step whether it was reused or why it was
    not, `outside` of a step and a path where it writes outside the project.
    With `kernels` (see kernels.warm) many renders of one process share what
    takes long to start. Raises InvalidData, InvalidReport, NotebookFailed or
    GlyphMissing with all findings of the stage that failed, BriefingError
    where `_output/` cannot be written; `_output/` is then as it was.
    """
    timings = timings or Timings()
    with (speaking(of(root)), _locked(root, progress), _staging(root) as staging,
          nullcontext(kernels) if kernels else warm(once=True) as kernels,
          ThreadPoolExecutor(1) as beside):
        began = time.time()
        with timings.stage("read data and report"):
            progress("Checking data and report")
            project = Project.read(root)
            data, read = project.tables, project.report
            inputs = edition.inputs(root)
        run = _run(root, staging, data, kernels, timeout, memory, use_cache, began, progress, explain, timings, outside)
        fonts: Future[tuple[str, Any]] = Future()
        exported: Future[dict[str, str]] = Future()

        def meanwhile() -> None:
            nonlocal fonts, exported
            fonts = beside.submit(_fonts, run, _texts(data, read, inputs))
            exported = beside.submit(_exports, run)

        executed, computed = steps.execute(run, read, meanwhile)
        kernels.release()
        progress("Binding the report")
        with timings.stage("bind the report"):
            _write_references(staging / "references.json", evidence.references(data))
            bound = report.bind(read, computed, executed)
            if findings := captions.check(read, data, executed, computed):
                raise InvalidReport(findings)
        with timings.stage("build the document"):
            doc = document.build(read, bound, staging / "references.json", root)
        progress("Writing report.html and report.pdf")
        date = day(data.edition_date.isoformat())
        rules, loaded = fonts.result()
        behind = evidence.cards(data)
        with timings.stage("look for characters that no typeface has"):
            glyphs.check(doc, behind, read, data, {Path(name).name: notebook for name, notebook in executed.items()})
        with tempfile.TemporaryDirectory(dir=kernels.scratch) as folder:
            page = beside.submit(_page, timings, doc, date, behind, rules, _tables(data, inputs))
            with timings.stage("write report.pdf"):
                (staging / "report.pdf").write_bytes(pdf.write(doc, data.edition_date, date, Path(folder), loaded,
                                                            _attachments(data, inputs), behind))
            (staging / "report.html").write_bytes(page.result())
        with timings.stage("record and publish"):
            for name, text in exported.result().items():
                (staging / name).write_bytes(text.encode("utf-8"))
            (staging / "contexts").mkdir()
            for name, content in contexts.files().items():
                (staging / name).write_bytes(content)
            outputs = {path.relative_to(staging).as_posix(): path.read_bytes()
                       for path in staging.rglob("*") if path.is_file()}
            outputs[edition.RECORD] = edition.record(data, inputs, outputs).encode("utf-8")
            (staging / edition.RECORD).write_bytes(outputs[edition.RECORD])
            outputs[crate.NAME] = crate.crate(
                data, inputs, outputs, {"python": platform.python_version(), **edition.versions()},
                                              read.front).encode("utf-8")
            (staging / crate.NAME).write_bytes(outputs[crate.NAME])
            written = _publish(staging, root / OUTPUT)
            _remember(run, inputs, outputs)
        return written


def execute(root: Path, *, timeout: int = 300, memory: int = notebooks.MEMORY,
            progress: Progress = lambda _: None) -> list[Path]:
    """Run the notebooks and write what Quarto needs beside the report: the
    executed copies and the references."""
    with speaking(of(root)), _locked(root, progress), _staging(root) as staging, warm(once=True) as kernels:
        progress("Checking data")
        data, findings = tables.checked(root)
        if findings:
            raise InvalidData(findings)
        run = _run(root, staging, data, kernels, timeout, memory, True, time.time(), progress, lambda _: None,
                   Timings())
        steps.execute(run, None)
        _write_references(staging / "references.json", evidence.references(data))
        return _publish(staging, root / OUTPUT)


def _run(root: Path, staging: Path, data: tables.Tables, kernels: Kernels, timeout: int, memory: int, use_cache: bool,
         began: float, progress: Progress, explain: Progress, timings: Timings,
         outside: steps.Outside = lambda *_: None) -> steps.Run:
    with timings.stage("look at the environment"):
        store = Store(root / OUTPUT / FOLDER if use_cache else None)
        return steps.Run(root, staging, kernels, timeout, memory, store, cache.environment(root, edition.PACKAGE),
                           cache.Inputs(root, data, staging, {**kernels.environment, VARIABLE: current().tag}, began),
                           progress, explain, timings, set(), [], outside)


def _attachments(data: tables.Tables, inputs: Mapping[str, bytes]) -> list[pdf.Attachment]:
    """What the PDF carries: each table, and the archive of all that the edition is made from."""
    titles = {Path(resource["path"]).name: str(resource.get("title") or resource["name"])
              for resource in data.descriptor["resources"]}
    carried = [pdf.Attachment(name, content, "text/csv", titles[name], "data")
               for name, content in _tables(data, inputs).items()]
    return [*carried, pdf.Attachment(edition.ARCHIVE, edition.pack(inputs), "application/zip",
                                     say("Everything this document is made from"))]


def _tables(data: tables.Tables, inputs: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the tables by name, in the order of the descriptor."""
    return {Path(resource["path"]).name: inputs[f"data/{resource['path']}"]
            for resource in data.descriptor["resources"]}


# --- beside the kernels -----------------------------------------------------------

def _texts(data: tables.Tables, read: report.Report, inputs: Mapping[str, bytes]) -> set[str]:
    """The characters of all texts that an edition is made from."""
    found = set(read.text)
    if not current().english:
        found |= catalogues.characters(current()) | locales.characters(current())
    for rows in data.rows.values():
        for row in rows:
            found.update(*map(str, row.values()))
    return found.union(*(_sources(content) for name, content in inputs.items() if name.endswith(".ipynb")))


def _sources(notebook: bytes) -> str:
    with suppress(ValueError, KeyError, TypeError):
        return "".join("".join(cell["source"]) for cell in json.loads(notebook)["cells"])
    return ""


def _fonts(run: steps.Run, characters: set[str]) -> tuple[str, Any]:
    """The HTML's typeface for these characters, and the fonts of the PDF."""
    with run.timings.stage("fonts"):
        text = "".join(sorted(characters))
        name = edition.sha256(f"{cache.digest(run.environment)}{text}".encode())
        kept = run.store.get("fonts", name)
        rules = kept.decode("ascii") if kept else html.font_rules(text)
        run.store.put("fonts", name, rules.encode("ascii"))
        run.explain(f"fonts: {'reused' if kept else 'cut, since characters or libraries changed'}")
        return rules, drawing.available()


def _exports(run: steps.Run) -> dict[str, str]:
    """The exports, as kept where none of the tables that they read has changed."""
    with run.timings.stage("exports"):
        found = cache.find(run.store, "exports", {}, run.environment, run.inputs)
        run.explain(f"exports: {'reused' if found.result is not None else 'made, since ' + found.why}")
        if found.result is not None:
            return dict(json.loads(found.result))
        names: set[str] = set()
        files = exports.files(replace(run.inputs.data, rows=recording.Noted(run.inputs.data.rows, names.add)))
        reads: list[cache.Read] = [("file", f"data/{tables.DESCRIPTOR}"), ("variable", VARIABLE),
                                   *(("table", name) for name in sorted(names))]
        cache.keep(run.store, "exports", {}, run.environment, run.inputs, reads, [], json.dumps(files).encode("utf-8"))
        return files


def _page(timings: Timings, *arguments: Any) -> bytes:
    with timings.stage("write report.html"):
        return html.write(*arguments).encode("utf-8")


# --- writing --------------------------------------------------------------------

@contextmanager
def _locked(root: Path, progress: Progress) -> Iterator[None]:
    """One render of a project at a time: a second waits, and says so. Elsewhere than on POSIX there is no lock."""
    output = root / OUTPUT
    if os.name != "posix":
        with _writable(root):
            output.mkdir(exist_ok=True)
        try:
            yield
        finally:
            _leave(output)
        return
    import fcntl

    while True:
        with _writable(root):
            output.mkdir(exist_ok=True)
            lock = os.open(output, os.O_RDONLY)  # the folder itself, so that no file of ours stays
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                progress("Waiting for another render of this project")
                fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_still(lock, output):
                continue
            try:
                yield
                return
            finally:
                _leave(output)
        finally:
            os.close(lock)


def _is_still(lock: int, output: Path) -> bool:
    """Whether a locked folder is the one of that name: another render may have removed it meanwhile."""
    try:
        return os.path.samestat(os.fstat(lock), os.stat(output))
    except OSError:
        return False


def _leave(output: Path) -> None:
    with suppress(OSError):
        output.rmdir()  # where nothing was ever rendered, nothing stays


@contextmanager
def _writable(root: Path) -> Iterator[None]:
    """What a disk refuses, as an error with its four parts."""
    refused = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO, errno.EEXIST,
               errno.ENOTDIR)
    try:
        yield
    except OSError as error:
        if error.errno not in refused:
            raise
        elsewhere = error.filename and not Path(os.fsdecode(error.filename)).is_relative_to(root / OUTPUT)
        raise BriefingError(f"{os.fsdecode(error.filename) if elsewhere else OUTPUT}: found {error.strerror}, "
                            "expected a folder that can be written. "
                            "Free space, or change the folder's permissions. "
                            "What was there before is unchanged.") from error


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """A folder on the disk of `_output/`, gone at the end whatever happens."""
    output = root / OUTPUT
    with _writable(root):
        staging = Path(tempfile.mkdtemp(prefix=".rendering-", dir=output))
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _write_references(path: Path, references: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(references, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _publish(staging: Path, output: Path) -> list[Path]:
    """Move everything staged to its place, and remove what only the edition before has."""
    written = []
    before = _recorded(output)
    for path in sorted(p for p in staging.rglob("*") if p.is_file()):
        target = output / path.relative_to(staging)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)
        target.chmod(0o644)
        written.append(Path(OUTPUT) / path.relative_to(staging))
    for path in (output / "notebooks").glob("*.ipynb"):
        if Path(OUTPUT) / "notebooks" / path.name not in written:
            path.unlink()
    if Path(OUTPUT) / edition.RECORD in written:
        for path in before:
            if Path(OUTPUT) / path.relative_to(output) not in written:
                path.unlink(missing_ok=True)
    return written


def _recorded(output: Path) -> list[Path]:
    """The files of the edition that is there, as its record has them."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        names = json.loads((output / edition.RECORD).read_bytes())["outputs"].keys()
        return [output / name for name in names if (output / name).resolve().is_relative_to(output.resolve())]
    return []


def _remember(run: steps.Run, inputs: Mapping[str, bytes], outputs: Mapping[str, bytes]) -> None:
    """Leave what tells the next render at once that nothing has changed, where that can be told."""
    if run.store.folder is None or run.unseen or any(run.inputs.touched(read) for read in run.reads):
        return
    run.store.prune()
    here = {f"analysis/briefing/{path.relative_to(edition.PACKAGE).as_posix()}": str(path)
            for path in edition.PACKAGE.rglob("*")}  # which may be installed elsewhere
    files = {here.get(name, name): edition.sha256(content) for name, content in inputs.items()}
    files |= {f"{OUTPUT}/{name}": edition.sha256(content) for name, content in outputs.items()}
    files |= {name: run.inputs.fingerprint((kind, name)) for kind, name, *_ in run.reads
              if kind == "file" and not name.startswith("new:")}
    files.setdefault("requirements.lock", "none")
    folders = {("analysis", ""), ("analysis/words", ""), ("data", ""),
               *((str(path), "") for path in [edition.PACKAGE, *edition.PACKAGE.rglob("*/")]),
               *((folder, ".dist-info") for folder in cache.libraries()),
               *((name, "") for kind, name, *_ in run.reads if kind == "folder" and not name.startswith("new:"))}
    names = {"PYTHONPATH", VARIED, *(name for kind, name, *_ in run.reads if kind == "variable")}
    manifest.remember(str(run.root), {name: os.environ.get(name) for name in sorted(names)}, sorted(folders), files)


# --- the other engine -------------------------------------------------------------

def render_with_quarto(root: Path, *, progress: Progress = lambda _: None) -> list[Path]:
    """Let Quarto render the project by its `_quarto.yml`.

    Raises BriefingError where Quarto is not installed or fails.
    """
    progress("Checking data and report")
    Project.read(root)
    found = shutil.which("quarto")
    if not found:
        raise BriefingError(
            "quarto: found no such program on the PATH, expected Quarto 1.6 or newer. Install it from quarto.org, "
            "or with `pip install quarto-cli` where that may download; or leave out --engine quarto: "
            "the embedded engine needs no Quarto.")
    if not (root / "_quarto.yml").is_file():
        raise BriefingError("_quarto.yml: found no such file, expected a Quarto project. Copy the one that this "
                            "package's own project has.")
    progress(f"Running {found} render")
    environment = {"QUARTO_PYTHON": sys.executable, **os.environ}
    run = subprocess.run([found, "render", "report.qmd"], cwd=root, env=environment, check=False)
    if run.returncode:
        raise BriefingError(f"quarto render: found exit code {run.returncode}, expected 0. "
                            "Quarto's own message is above.")
    folder = root / OUTPUT / "quarto"
    return sorted(path.relative_to(root) for path in folder.glob("report.*"))
