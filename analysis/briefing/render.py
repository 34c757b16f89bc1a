"""Make the briefing: run the notebooks, bind the report, write both files.

All is written to a folder of its own first and moved to `_output/` at the
end, so that what was good before stays until everything new is there.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import archive, crate, document, edition, evidence, exports, html, notebooks, pdf, report, tables
from .findings import BriefingError, Finding, Findings, GlyphMissing, InvalidData, InvalidReport, shown

OUTPUT = "_output"
REFERENCES = "_output/references.json"

#: Told what begins and what is done.
Progress = Callable[[str], None]


def render(root: Path, *, timeout: int = 300, progress: Progress = lambda _: None) -> list[Path]:
    """Render the project at `root`; the files written, relative to it.

    Raises InvalidData, InvalidReport or NotebookFailed with all findings of
    the stage that failed; `_output/` is then as it was.
    """
    with _staging(root) as stage, _kernels(stage, timeout) as kernels, ThreadPoolExecutor(1) as beside:
        data, read = _inputs(root, progress)
        sources = _notebooks(root)
        # while the kernels start and work
        fonts = beside.submit(lambda: (html.font_rules(_texts(data, read, sources)), pdf.load_fonts()))
        exported = beside.submit(exports.files, data)
        executed, computed = _execute(root, stage, sources, read, kernels, progress)
        progress("Binding the report")
        _write_references(stage / "references.json", evidence.references(data))
        bound = report.bind(read, computed, executed)
        doc = document.build(read, bound, stage / "references.json", root)
        progress("Writing report.html and report.pdf")
        date = evidence.day(data.edition_date.isoformat())
        rules, loaded = fonts.result()
        inputs = archive.inputs(root)
        with tempfile.TemporaryDirectory() as folder:
            behind = evidence.cards(data)
            page = beside.submit(html.write, doc, date, behind, rules, _tables(data, inputs))
            try:
                (stage / "report.pdf").write_bytes(pdf.write(doc, data.edition_date, date, Path(folder), loaded,
                                                            _attachments(data, inputs), behind))
            except GlyphMissing as error:
                raise GlyphMissing(_placed(error.findings, read, data)) from error
            (stage / "report.html").write_bytes(page.result().encode("utf-8"))
        for name, text in exported.result().items():
            (stage / name).write_bytes(text.encode("utf-8"))
        outputs = {path.relative_to(stage).as_posix(): path.read_bytes() for path in stage.rglob("*") if path.is_file()}
        outputs[edition.RECORD] = edition.record(data, inputs, outputs).encode("utf-8")
        (stage / edition.RECORD).write_bytes(outputs[edition.RECORD])
        (stage / crate.NAME).write_bytes(crate.crate(
            data, inputs, outputs, {"python": platform.python_version(), **edition.versions()}, read.front).encode("utf-8"))
        return _publish(stage, root / OUTPUT)


def execute(root: Path, *, timeout: int = 300, progress: Progress = lambda _: None) -> list[Path]:
    """Run the notebooks and write what Quarto needs beside the report: the
    executed copies and the references."""
    with _staging(root) as stage, _kernels(stage, timeout) as kernels:
        data, _ = _inputs(root, progress, report_needed=False)
        _execute(root, stage, _notebooks(root), None, kernels, progress)
        _write_references(stage / "references.json", evidence.references(data))
        return _publish(stage, root / OUTPUT)


def _inputs(root: Path, progress: Progress, *, report_needed: bool = True) -> tuple[tables.Tables, Any]:
    """Data and report, both read before anything runs, so that all findings come at once."""
    progress("Checking data and report")
    findings: list[Finding] = []
    data = read = None
    try:
        data, found = tables.read(root)
        findings += found
    except InvalidData as error:
        findings += error.findings
    try:
        if report_needed:
            read = report.read(root)
            findings += _check_date(read, data)
    except InvalidReport as error:
        if not findings:
            raise
        findings += error.findings
    if findings:
        raise InvalidData(findings)
    return data, read


def _placed(findings: list[Finding], read: report.Report, data: tables.Tables) -> Iterator[Finding]:
    """Findings on a text of the PDF, with the place where that text comes from: the report, or a table's cell."""
    for finding in findings:
        if (offset := read.text.find(finding.found)) >= 0:
            yield replace(finding, **read.place(offset))
            continue
        cells = ((resource, number, column) for resource in data.descriptor["resources"]
                 for number, row in enumerate(data.rows[resource["name"]], start=2)
                 for column, value in row.items() if finding.found in str(value))
        resource, row, column = next(cells, (None, None, None))
        yield replace(finding, path=f"data/{resource['path']}", row=row, column=column) if resource else finding


def _check_date(read: report.Report, data: tables.Tables | None) -> Iterator[Finding]:
    given = read.front.get("date")
    if data and given is not None and str(given)[:10] != data.edition_date.isoformat():
        line = read.text[:read.text.index("\ndate")].count("\n") + 2 if "\ndate" in read.text else 1
        yield Finding("edition-date", read.path, shown(given), f"{data.edition_date}, the day that "
                      "data/datapackage.json gives as `created`", "Give both the same day.", line=line)


def _attachments(data: tables.Tables, inputs: Mapping[str, bytes]) -> list[pdf.Attachment]:
    """What the PDF carries: each table, and the archive of all that the edition is made from."""
    titles = {Path(resource["path"]).name: str(resource.get("title") or resource["name"])
              for resource in data.descriptor["resources"]}
    carried = [pdf.Attachment(name, content, "text/csv", titles[name], "data")
               for name, content in _tables(data, inputs).items()]
    return [*carried, pdf.Attachment(archive.NAME, archive.pack(inputs), "application/zip",
                                     "Everything this document is made from")]


def _tables(data: tables.Tables, inputs: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the tables by name, in the order of the descriptor."""
    return {Path(resource["path"]).name: inputs[f"data/{resource['path']}"] for resource in data.descriptor["resources"]}


# --- running --------------------------------------------------------------------

@contextmanager
def _kernels(stage: Path, timeout: int) -> Iterator[dict[str, Any]]:
    """What all kernels of a render share: their limits, their environment, and the process they are forked
    from, which starts at once since nothing takes longer."""
    from .kernels import nursery

    with tempfile.TemporaryDirectory(prefix="briefing-") as scratch:
        environment = notebooks.kernel_environment({notebooks.EXECUTED_VARIABLE: str(stage / "notebooks"),
                                                    "IPYTHONDIR": f"{scratch}/ipython"})
        with nursery(environment, Path(scratch) / "nursery.log") as within:
            yield {"timeout": timeout, "sockets": Path(scratch), "environment": environment, "nursery": within}


def _notebooks(root: Path) -> dict[str, Any]:
    """The notebooks of `analysis/` by file name; raises NotebookFailed for all that cannot be run."""
    found: dict[str, Any] = {}
    findings: list[Finding] = []
    for path in sorted((root / "analysis").glob("*.ipynb")):
        try:
            found[path.name] = notebooks.read(path, f"analysis/{path.name}")
            notebooks.cells(found[path.name], f"analysis/{path.name}")
        except notebooks.NotebookFailed as error:
            findings += error.findings
    if findings:
        raise notebooks.NotebookFailed(findings)
    return found


def _texts(data: tables.Tables, read: report.Report, sources: Mapping[str, Any]) -> str:
    """All texts that an edition is made from, for the characters in them."""
    cells = [str(value) for rows in data.rows.values() for row in rows for value in row.values()]
    return "".join([read.text, *cells, *(cell.source for notebook in sources.values() for cell in notebook.cells)])


def _execute(root: Path, stage: Path, sources: dict[str, Any], read: report.Report | None, kernels: dict[str, Any],
             progress: Progress) -> tuple[dict[str, Any], Any]:
    """Run all notebooks side by side, then the report's own code on a kernel that has
    started meanwhile; executed notebooks by the path that embeds name, and the report's results."""
    (stage / "notebooks").mkdir()
    own = report.as_notebook(read) if read else None
    progress(f"Running {', '.join(name for name in sources) or 'no notebook'}")
    asyncio.run(_run_all(root, stage / "notebooks", sources, own, kernels, progress))
    executed = {f"{notebooks.EXECUTED}/{name}": notebook for name, notebook in sources.items()}
    return executed, report.results(read, own) if read else None


async def _run_all(root: Path, folder: Path, sources: Mapping[str, Any], own: Any, kernels: dict[str, Any],
                   progress: Progress) -> None:
    async def one(name: str, notebook: Any) -> None:
        async with notebooks.running(notebook, f"analysis/{name}", root / "analysis", **kernels) as run:
            await run()
        (folder / name).write_text(notebooks.text(notebook), encoding="utf-8", newline="\n")
        progress(f"  {name} done")

    async def all_notebooks() -> None:
        outcomes = await asyncio.gather(*(one(*item) for item in sources.items()), return_exceptions=True)
        _raise_all([outcome for outcome in outcomes if outcome is not None])

    if own is None or not own.cells:
        await all_notebooks()
        return
    async with AsyncExitStack() as stack:  # the report's kernel starts beside the others, and runs after them
        starting = asyncio.create_task(stack.enter_async_context(
            notebooks.running(own, "report.qmd", root, **kernels)))
        try:
            await all_notebooks()
        finally:
            started = await asyncio.gather(starting, return_exceptions=True)
        _raise_all([outcome for outcome in started if isinstance(outcome, BaseException)])
        await starting.result()()


def _raise_all(errors: list[BaseException]) -> None:
    """One error for many: the findings of all, as the kind of the first."""
    if not errors:
        return
    other = [error for error in errors if not isinstance(error, Findings)]
    if other:
        raise other[0]
    raise type(errors[0])([finding for error in errors for finding in error.findings])


# --- writing --------------------------------------------------------------------

@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """A folder on the disk of `_output/`, gone at the end whatever happens."""
    output = root / OUTPUT
    try:
        output.mkdir(exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".rendering-", dir=output))
    except OSError as error:
        raise BriefingError(f"{OUTPUT}: found {error.strerror}, expected a folder that can be written. "
                            "Free space, or change the folder's permissions.") from error
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        with suppress(OSError):
            output.rmdir()  # where nothing was ever rendered, nothing stays


def _write_references(path: Path, references: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(references, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _publish(stage: Path, output: Path) -> list[Path]:
    """Move everything staged to its place, and remove executed copies of notebooks that are gone."""
    written = []
    for path in sorted(p for p in stage.rglob("*") if p.is_file()):
        target = output / path.relative_to(stage)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)
        target.chmod(0o644)
        written.append(Path(OUTPUT) / path.relative_to(stage))
    for path in (output / "notebooks").glob("*.ipynb"):
        if Path(OUTPUT) / "notebooks" / path.name not in written:
            path.unlink()
    return written


# --- the other engine -------------------------------------------------------------

def render_with_quarto(root: Path, *, progress: Progress = lambda _: None) -> list[Path]:
    """Let Quarto render the project by its `_quarto.yml`.

    Raises BriefingError where Quarto is not installed or fails.
    """
    _inputs(root, progress)
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
    environment = {"QUARTO_PYTHON": _python(), **os.environ}
    run = subprocess.run([found, "render", "report.qmd"], cwd=root, env=environment, check=False)
    if run.returncode:
        raise BriefingError(f"quarto render: found exit code {run.returncode}, expected 0. Quarto's own message is above.")
    folder = root / OUTPUT / "quarto"
    return sorted(path.relative_to(root) for path in folder.glob("report.*"))


def _python() -> str:
    import sys

    return sys.executable
