"""Run notebooks through Jupyter and read what they put out.

Each notebook runs on a kernel of its own, side by side with the others, in an
environment without clock zone, locale, hash seed or profile of the user. The
executed copy holds nothing of the run itself: no times, no versions, no paths.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..findings import BriefingError, CellFailed, CellTimedOut, Finding, KernelDied, NotebookFailed, meant, shown
from .figures import FIGURE, LOOKS

if TYPE_CHECKING:
    import nbformat

    from .kernels import Nursery

VALUES = "application/vnd.briefing.values+json"
EXECUTED = "_output/notebooks"
#: Where they are for Quarto, which must find what a report embeds, and not touch the edition; embeds may name either.
FOR_QUARTO = "_output/quarto/notebooks"
#: Where the kernels of a render find the notebooks that it has just executed.
EXECUTED_VARIABLE = "BRIEFING_NOTEBOOKS"
#: How much memory one kernel may take, in MB, unless told otherwise.
MEMORY = 4000


@dataclass(frozen=True)
class Cell:
    """A code cell with its Quarto options (`#| key: value`) and its outputs."""

    number: int
    options: Mapping[str, Any]
    source: str
    outputs: tuple[Mapping[str, Any], ...]

    @property
    def label(self) -> str | None:
        """The label that a report embeds the cell by, where it has one."""
        return self.options.get("label")

    @property
    def name(self) -> str:
        """How messages name the cell: its number among all cells, and its label."""
        return f"{self.number} ({self.label})" if self.label else str(self.number)


# --- reading ------------------------------------------------------------------

def read(path: Path, shown_path: str) -> nbformat.NotebookNode:
    """A notebook, upgraded to nbformat 4.5.

    Raises NotebookFailed with the place where it is missing, not JSON or not
    a notebook.
    """
    import nbformat

    def failed(code: str, found: str, remedy: str, line: int | None = None) -> NotebookFailed:
        return NotebookFailed([Finding(code, shown_path, found, "a Jupyter notebook (nbformat 4)", remedy, line=line)])

    try:
        content = json.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise failed("notebook-missing", f"no readable file ({error.strerror})",
                     "Correct the path, or add the notebook.") from error
    except UnicodeDecodeError as error:
        raise failed("notebook-not-json", "bytes that are not UTF-8", "Save the notebook in UTF-8.") from error
    except RecursionError as error:
        raise failed("notebook-not-json", "JSON nested too deep", "Save the notebook again from Jupyter.") from error
    except json.JSONDecodeError as error:
        raise failed("notebook-not-json", f"no JSON ({error.msg})",
                     "Save the notebook again from Jupyter.", error.lineno) from error
    try:
        notebook: nbformat.NotebookNode = nbformat.reads(json.dumps(content), as_version=4)
        nbformat.validate(notebook)
        return notebook
    except (nbformat.ValidationError, nbformat.validator.NotebookValidationError, AttributeError,
            KeyError, TypeError, ValueError) as error:
        reason = str(error).strip().splitlines()
        raise failed("not-a-notebook", shown(reason[0] if reason else type(error).__name__),
                     "Save the notebook again from Jupyter.") from error


def runnable(content: Mapping[str, Any]) -> nbformat.NotebookNode:
    """A notebook that is known to be one, as it can be run."""
    import nbformat

    return nbformat.NotebookNode(nbformat.from_dict(content))


def code(content: Mapping[str, Any]) -> dict[str, str]:
    """The hash of each cell of a notebook by its number, without what earlier runs left in it."""
    form = [content.get("nbformat"), content.get("nbformat_minor")]
    return {str(number): sha256(json.dumps([form, "".join(cell["source"]), {
                key: value for key, value in cell.items() if key not in ("source", "outputs", "execution_count")}],
                sort_keys=True).encode("utf-8")).hexdigest()
            for number, cell in enumerate(content["cells"], start=1)}


def cells(notebook: Mapping[str, Any], shown_path: str) -> list[Cell]:
    """The code cells of a notebook; raises NotebookFailed on options that are not YAML."""
    found, findings = [], []
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        try:
            options = cell_options(source)
        except ValueError as error:
            findings.append(Finding("cell-options", shown_path, str(error), "options as `#| key: value`",
                                    "Mend the option lines at the top of the cell.", cell=str(number)))
            continue
        found.append(Cell(number, options, source, tuple(cell.get("outputs", ()))))
    labels = [cell.label for cell in found if cell.label]
    findings += [Finding("label-twice", shown_path, f"the label {shown(cell.label)} again", "each label once",
                         f"Give the cell another label, such as `{cell.label}-2`.", cell=cell.name)
                 for n, cell in enumerate(found) if cell.label and cell.label in
                 [earlier.label for earlier in found[:n]] and labels.count(cell.label) > 1]
    if findings:
        raise NotebookFailed(findings)
    return found


def cell_options(source: str) -> dict[str, Any]:
    """The options that the `#|` lines at the top of a code cell give.

    Raises ValueError where they are not a YAML mapping.
    """
    lines = []
    for line in source.splitlines():
        if not line.startswith("#|"):
            break
        lines.append(line[2:].removeprefix(" "))
    if not lines:
        return {}
    import yaml

    try:
        options = yaml.safe_load("\n".join(lines))
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML ({getattr(error, 'problem', None) or error})") from error
    if not isinstance(options, dict):
        raise ValueError(f"no mapping but {shown(lines[0])}")
    return options


def values(folder: Path | str | None = None) -> Callable[[str], Any]:
    """The values that the executed notebooks published, to be called by id.

    In report.qmd: `value = notebooks.values()`, then inline
    `{python} value("id")`. Raises BriefingError where no notebook publishes the
    id, naming those that come near it.
    """
    from ..facts.quantities import Value

    place = Path(folder or os.environ.get(EXECUTED_VARIABLE) or EXECUTED)
    published: dict[str, Value] = {}
    for path in sorted(place.glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                for id, parts in output.get("data", {}).get(VALUES, {}).items():
                    published[id] = Value(**{**parts, "cites": tuple(parts["cites"])})

    def value(id: str) -> Value:
        if id not in published:
            there = f"such ids are {', '.join(sorted(published)[:5])}" if published else "none publishes any value"
            raise BriefingError(f"no notebook publishes {shown(id)}; {there}. {meant(id, published)}".rstrip(" ."))
        return published[id]

    return value


# --- running ------------------------------------------------------------------

@contextlib.asynccontextmanager
async def running(notebook: nbformat.NotebookNode, shown_path: str, folder: Path, *, timeout: int,  # noqa: C901  one life of a kernel, each end with its cleaning up
                  environment: Mapping[str, str], sockets: Path, memory: int = MEMORY,
                  nursery: Nursery | None = None) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A kernel for the notebook, already starting; what it yields runs all cells.

    `folder` is the kernel's working folder, `timeout` the seconds that one cell
    may take, `sockets` a short-lived folder for the kernel's connections and
    what it records. With a `nursery` the kernel is forked there; only such a
    kernel records what it reads, and may take no more than `memory` MB.
    Raises CellFailed, CellTimedOut or KernelDied, each with the notebook, the
    cell's number and its label.
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    from .. import limits
    from . import kernels, provisioning, scratch

    class Client(NotebookClient):  # type: ignore[misc,unused-ignore]
        """Stops a cell that puts out more than it may."""

        put_out = 0

        def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
            content = msg["content"]
            if msg["msg_type"] not in ("status", "execute_input"):  # each message costs something, also an empty one
                self.put_out += 1000 + content.get(kernels.TOO_LONG, 0) + len(json.dumps(content, default=str))
            if self.put_out <= limits.OUTPUT_BYTES:
                return super().process_message(msg, cell, cell_index)
            if self.task_poll_for_reply:
                self.task_poll_for_reply.cancel()  # which is told as a kernel that died
            return None

    closing = contextlib.ExitStack()
    # no search path: always this interpreter, never a kernel of the user's with the same name
    manager = provisioning.Manager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
                                 connection_file=str(sockets / f"{Path(shown_path).name}.json"),
                                 **_transport(closing.enter_context(scratch.short(sockets)), shown_path))
    replies: list[Mapping[str, Any]] = [{"status": "ok"}]  # an empty cell has none
    client = Client(notebook, km=manager, timeout=timeout, record_timing=False, allow_errors=True,
                    iopub_timeout=timeout, raise_on_iopub_timeout=True,  # else outputs may be lost without a word
                    extra_arguments=list(kernels.OPTIONS),
                    on_cell_executed=lambda execute_reply, **_: replies.append(execute_reply["content"]),
                    resources={"metadata": {"path": str(folder)}})
    named = {cell.number: cell for cell in cells(notebook, shown_path)}

    def finding(code: str, index: int, found: str, expected: str, remedy: str) -> Finding:
        if line := notebook.cells[index].metadata.get("line"):  # a cell of a report, which has lines and no numbers
            return Finding(code, shown_path, found, expected, remedy, line=line)
        cell = named.get(index + 1)
        return Finding(code, shown_path, found, expected, remedy, cell=cell.name if cell else str(index + 1))

    async def run() -> None:
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            client.put_out = 0
            try:
                await client.async_execute_cell(cell, index, store_history=True)
            except CellTimeoutError as error:
                raise CellTimedOut([finding("cell-timeout", index, f"a cell still running after {timeout} s",
                                            "an end",
                                            "Make the cell faster, or allow more with --timeout.")]) from error
            except DeadKernelError as error:
                if (task := asyncio.current_task()) and task.cancelling():  # the render is stopped
                    raise asyncio.CancelledError from error
                if client.put_out > limits.OUTPUT_BYTES:
                    raise CellFailed([finding("cell-output", index, "a cell that puts out more than "
                                              f"{limits.OUTPUT_BYTES:,} bytes", "at most as many",
                                              "Show less, such as the first rows of a table.")]) from error
                raise KernelDied([finding("kernel-died", index,
                                          " ".join(["that the kernel's process ended", *_last(log)]),
                                          "a kernel that lives to the last cell",
                                          "Look for exit calls, crashes of libraries and lack of memory.")]) from error
            # a kernel out of memory may answer with an error and be unable to show it
            failed = next((output for output in cell.outputs if output.output_type == "error"),
                          replies[-1] if replies[-1]["status"] == "error" else None)
            if failed and failed.get("ename") in ("MemoryError", "_ArrayMemoryError"):
                raise CellFailed([finding("cell-memory", index, f"a cell that needs more than {memory} MB of memory "
                                          f"({_error_text(failed)})", f"at most {memory} MB",
                                          "Let the cell take less at a time, or allow more with --memory.")])
            if failed:
                raise CellFailed([finding("cell-failed", index, _error_text(failed), "a cell that runs",
                                          "Mend the cell; run the notebook in JupyterLab to see all of it.")])

    log = sockets / f"{Path(shown_path).name}.log"  # what the kernel's process itself has to say
    if nursery:
        provisioning.provision(manager, nursery, kernels.Birth(str(log), str(recording_of(sockets, shown_path)),
                                                               dict(environment), memory, _named(notebook)))
    with log.open("wb") as file:
        try:
            # not async_setup_kernel: it takes over SIGINT, and leaves a given manager's kernel running
            await client.async_start_new_kernel(env=dict(environment), cwd=str(folder),
                                                stdout=file, stderr=file)
            await client.async_start_new_kernel_client()
            yield run
            clean(notebook)
        except RuntimeError as error:
            if "Kernel" not in str(error):
                raise
            raise KernelDied([Finding("kernel-start", shown_path, f"no kernel: {' '.join([str(error), *_last(log)])}",
                                      "a kernel that starts",
                                      "Run the set-up again (remove .venv, then make render).")]) from error
        finally:
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)
            if nursery:
                nursery.sweep()
            if client.kc is not None:
                client.kc.stop_channels()
            closing.close()


def _named(notebook: Mapping[str, Any]) -> list[str]:
    """The modules that a notebook names, of those that are loaded for such."""
    from .kernels import PRELOADED_IF_NAMED

    source = "\n".join(cell["source"] for cell in notebook["cells"])
    return sorted({module for name, module in PRELOADED_IF_NAMED.items() if re.search(rf"\b{name}\b", source)})


def _last(log: Path) -> list[str]:
    """The last line that a kernel's process has said, where it has said any."""
    return log.read_text("utf-8", "replace").strip().splitlines()[-1:] if log.exists() else []


def recording_of(sockets: Path, shown_path: str) -> Path:
    """Where the kernel of a notebook writes what it reads."""
    return sockets / f"{Path(shown_path).name}.reads"


def _transport(sockets: Path, name: str) -> dict[str, str]:
    """Sockets of the file system, closed to others, where the system has them and the path is short enough."""
    path = str(sockets / sha256(name.encode("utf-8")).hexdigest()[:8])
    if os.name == "nt" or len(os.fsencode(path)) > 90:
        return {}
    return {"transport": "ipc", "ip": path}


def problems(notebook: Mapping[str, Any], shown_path: str) -> list[Finding]:
    """What is wrong with the charts in an executed notebook; a title and a size matter where a cell is a figure."""
    found = []
    for cell in cells(notebook, shown_path):
        figure = str(cell.label or "").startswith("fig-")
        for output in cell.outputs:
            for problem in output.get("data", {}).get(FIGURE, {}).get("problems", ()):
                if figure or problem["code"] not in LOOKS:
                    found.append(Finding(path=shown_path, cell=cell.name, **problem))
    return found


def clean(notebook: nbformat.NotebookNode) -> None:
    """Take out of an executed notebook what tells of the run and not of the content."""
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                         "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":  # a warning names the file that stood for its cell
                output.text = re.sub(r"[^\s:]*ipykernel_\d+[\\/]\d+\.py", "cell", output.text)
            elif isinstance(plain := output.get("data", {}).get("text/plain"), str):
                # an object names its place in memory
                output.data["text/plain"] = re.sub(r" at 0x[0-9a-f]+(?=>)", "", plain)


def text(notebook: nbformat.NotebookNode) -> str:
    """The notebook as its file holds it: keys in order, one line end at the end."""
    import nbformat

    return str(nbformat.writes(notebook, version=4)).rstrip("\n") + "\n"


def _error_text(output: Mapping[str, Any]) -> str:
    message = re.sub(r"\x1b\[[0-9;]*m", "", output.get("evalue", ""))
    return f"{output.get('ename', 'an error')}: {message}".strip().removesuffix(":")
