"""Make the briefing: run the notebooks, bind the report, write both files.

All is written to a folder of its own first and published at the end, so that
what was good before stays until everything new is there.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..discourse import exports
from ..editions import confinement, crate, edition, publishing
from ..editions.publishing import OUTPUT
from ..execution import notebooks
from ..execution.kernels import VARIED, Kernels, warm
from ..execution.store import FOLDER, Store
from ..facts import recording, tables
from ..facts.dates import day
from ..facts.rules import shared
from ..findings import BriefingError, Findings, InvalidReport
from ..language import VARIABLE, catalogues, current, locales, of, say, speaking
from ..report import document, report
from ..report.rules import captions
from ..sources import evidence
from ..writers import glyphs, html, pdf, typesetting
from . import cache, manifest, steps
from .project import Project
from .steps import Progress
from .timings import Timings


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
    shut_in = confinement.hide()
    with (speaking(of(root)), publishing.staging(root, progress) as staging, steady(root),
          nullcontext(kernels) if kernels else warm(once=True) as kernels,
          ThreadPoolExecutor(1) as beside):
        typst = kernels.kept(typesetting.Typst)
        began = cache.beginning()
        with timings.stage("read data and report"):
            progress("Checking data and report")
            inputs, stamps = _inputs(root)
            project = Project.read(root)
            data = project.tables
        run = begin(root, staging, data, kernels, timeout, memory, use_cache, began, progress, explain, timings,
                    outside)
        exported: Future[dict[str, str]] = Future()

        def meanwhile() -> None:
            nonlocal exported
            if not shut_in:  # where it would live beside the project's code
                typst.start()
            exported = beside.submit(_exports, run)

        made = make(run, project, inputs, beside, meanwhile)
        progress("Writing report.html and report.pdf")
        with tempfile.TemporaryDirectory(dir=kernels.scratch) as folder:
            page = beside.submit(_page, timings, made.doc, made.date, made.behind, made.rules, files(data, inputs))
            with timings.stage("write report.pdf"):
                (staging / "report.pdf").write_bytes(pdf.write(made.doc, data.edition_date, made.date, Path(folder),
                                                            typst, attachments(data, inputs), made.behind))
            (staging / "report.html").write_bytes(page.result())
        with timings.stage("record and publish"):
            for name, text in exported.result().items():
                (staging / name).write_bytes(text.encode("utf-8"))
            (staging / "contexts").mkdir()
            for name, content in crate.contexts().items():
                (staging / name).write_bytes(content)
            outputs = {path.relative_to(staging).as_posix(): path.read_bytes()
                       for path in staging.rglob("*") if path.is_file()}
            outputs[edition.RECORD] = edition.record(data, inputs, outputs).encode("utf-8")
            (staging / edition.RECORD).write_bytes(outputs[edition.RECORD])
            outputs[crate.NAME] = crate.crate(
                data, inputs, outputs, {"python": platform.python_version(), **edition.versions()},
                                              project.report.front).encode("utf-8")
            (staging / crate.NAME).write_bytes(outputs[crate.NAME])
            if changed := _changed(root, inputs, stamps):
                raise _unsteady(changed)
            written = _publish(staging, root / OUTPUT)
            _remember(run, inputs, outputs)
        return written


@dataclass(frozen=True)
class Made:
    """A document that only has to be written: the edition's date as prose has it, what stands behind each citation (see
    evidence.cards), and the page's typeface as CSS."""

    doc: document.Document
    date: str
    behind: Mapping[str, Any]
    rules: str


def make(run: steps.Run, project: Project, inputs: Mapping[str, bytes], beside: ThreadPoolExecutor,
         meanwhile: Callable[[], None] = lambda: None) -> Made:
    """Run the notebooks, and bind and build the document; the references lie in the staging folder then.

    `meanwhile` is called once while the notebooks run. Raises NotebookFailed, InvalidReport or GlyphMissing.
    """
    data, read = project.tables, project.report
    fonts: Future[str] = Future()

    def besides() -> None:
        nonlocal fonts
        fonts = beside.submit(_fonts, run, _texts(data, read, inputs))
        meanwhile()

    executed, computed = steps.execute(run, read, besides)
    run.kernels.release()
    confinement.alone()
    run.progress("Binding the report")
    with run.timings.stage("bind the report"):
        _write_references(run.staging / "references.json", evidence.references(data))
        bound = report.bind(read, computed, executed)
        if findings := captions.check(read, data, executed, computed):
            raise InvalidReport(findings)
    with run.timings.stage("build the document"):
        doc = document.build(read, bound, run.staging / "references.json", run.root)
    rules = fonts.result()
    behind = evidence.cards(data)
    with run.timings.stage("look for characters that no typeface has"):
        glyphs.check(doc, behind, read, data, {Path(name).name: notebook for name, notebook in executed.items()})
    return Made(doc, day(data.edition_date.isoformat()), behind, rules)


def begin(root: Path, staging: Path, data: tables.Tables, kernels: Kernels, timeout: int, memory: int, use_cache: bool,
          began: cache.Beginning, progress: Progress, explain: Progress, timings: Timings,
          outside: steps.Outside = lambda *_: None) -> steps.Run:
    """What a render runs with, from the time at which it began on."""
    with timings.stage("look at the environment"):
        store = Store(root / OUTPUT / FOLDER if use_cache else None)
        return steps.Run(root, staging, kernels, timeout, memory, store, cache.environment(root, edition.PACKAGE),
                           cache.Inputs(root, data, staging, {**kernels.environment, VARIABLE: current().tag}, began),
                           progress, explain, timings, set(), [], outside)


def attachments(data: tables.Tables, inputs: Mapping[str, bytes]) -> list[pdf.Attachment]:
    """What the PDF carries: each table, and the archive of all that the edition is made from."""
    titles = {name: str(resource.get("title") or resource["name"]) for resource in data.descriptor["resources"]
              for name in map(_download, data.files(resource["name"]))}
    carried = [pdf.Attachment(name, content, "text/csv", titles[name], "data")
               for name, content in files(data, inputs).items()]
    return [*carried, pdf.Attachment(edition.ARCHIVE, edition.pack(inputs), "application/zip",
                                     say("Everything this document is made from"))]


def files(data: tables.Tables, inputs: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the tables by name, in the order of the descriptor."""
    return {_download(file): inputs[file] for resource in data.descriptor["resources"]
            for file in data.files(resource["name"])}


def _download(file: str) -> str:
    """What a table's file is called where it is offered: those of packages with the package's name."""
    return "-".join(Path(file).parts[1:]) if file.startswith(f"data/{shared.FOLDER}/") else Path(file).name


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


def _fonts(run: steps.Run, characters: set[str]) -> str:
    """The HTML's typeface for these characters."""
    with run.timings.stage("fonts"):
        text = "".join(sorted(characters))
        name = edition.sha256(f"{cache.digest(run.environment)}{text}".encode())
        kept = run.store.get("fonts", name)
        rules = kept.decode("ascii") if kept else html.font_rules(text)
        run.store.put("fonts", name, rules.encode("ascii"))
        run.explain(f"fonts: {'reused' if kept else 'cut, since characters or libraries changed'}")
        return rules


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
def steady(root: Path) -> Iterator[None]:
    """That a file of the project went while it was read, as an error with its four parts."""
    try:
        yield
    except FileNotFoundError as error:
        path = Path(os.fsdecode(error.filename)) if error.filename else root
        if not path.is_relative_to(root) or path.is_relative_to(root / OUTPUT) or path == root:
            raise
        raise _unsteady([path.relative_to(root).as_posix()]) from error


def _unsteady(changed: list[str]) -> BriefingError:
    return BriefingError(f"{', '.join(changed)}: found a change while the edition was made, expected the same files "
                         "from beginning to end. Render again. What was there before is unchanged.")


def _inputs(root: Path) -> tuple[dict[str, bytes], dict[str, manifest.Stamp | None]]:
    """The inputs, and stamps that tell whether one was written later, read before anything else of the project."""
    try:
        found = edition.inputs(root)
    except Findings:
        Project.read(root)  # which tells what is wrong elsewhere, too
        raise
    return found, {name: manifest.stamp(str(root / name)) for name in found}


def _changed(root: Path, inputs: Mapping[str, bytes], stamps: Mapping[str, manifest.Stamp | None]) -> list[str]:
    """The inputs that are not what they were when the render began: an edition has all of them as of one moment."""
    now, again = _inputs(root)
    return sorted(name for name in {*inputs, *now} if inputs.get(name) != now.get(name)
                  or stamps.get(name) != again.get(name))


def _write_references(path: Path, references: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(references, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _publish(staging: Path, output: Path) -> list[Path]:
    """Publish everything staged, and remove what only the edition before has."""
    gone = {f"notebooks/{path.name}" for path in (output / "notebooks").glob("*.ipynb")}
    if (staging / edition.RECORD).is_file():
        gone |= _recorded(output)
    return [Path(OUTPUT) / name for name in publishing.publish(staging, gone)]


def _recorded(output: Path) -> set[str]:
    """The files of the edition that is there, as its record has them."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        names = json.loads((output / edition.RECORD).read_bytes())["outputs"].keys()
        return {name for name in names if (output / name).resolve().is_relative_to(output.resolve())}
    return set()


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
               *((path.relative_to(run.root).as_posix(), "") for path in (run.root / "data").rglob("*/")),
               *((str(path), "") for path in [edition.PACKAGE, *edition.PACKAGE.rglob("*/")]),
               *((folder, ".dist-info") for folder in cache.libraries()),
               *((name, "") for kind, name, *_ in run.reads if kind == "folder" and not name.startswith("new:"))}
    names = {VARIED, *(name for kind, name, *_ in run.reads if kind == "variable")}
    manifest.remember(str(run.root), {name: os.environ.get(name) for name in sorted(names)}, sorted(folders), files)
