"""Break what a render runs on, while it runs, and see that it ends in time, says where, and leaves nothing behind.

    python tests/faults/execution.py [all] [WORD]

Each fault is tried on the invented briefing with a good edition in place: whatever comes, the edition must afterwards
be the good one or a whole new one, and no process, temporary file or staging folder may stay. Prints a table; exits 1
where one of these did not hold. `all` adds what takes minutes: a gigabyte of output, disks of every size, the n-th
write of any kind, signals at every moment.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parents[2]
HARBOUR = HERE / "tests/harbour"
REPORT = "---\ntitle: Words only\ndate: 2031-03-10\n---\n\nText.\n"
MARK = "BRIEFING_FAULT"  # in the environment of all that a fault starts, by which leftovers are found
LIMIT = 60  # seconds in which each must end

#: Put before Python's own start in each process: refuses the n-th opening for writing, folder or link with ENOSPC; or
#: sets the clock after some looks at it.
SITE = '''
import errno, os, sys, time
if os.environ.get("FAULT_WRITE") and os.environ.get("FAULT_IN", "") in " ".join(sys.orig_argv):
    left = [int(os.environ["FAULT_WRITE"])]
    def hook(event, arguments):
        if event == "open":
            if not isinstance(arguments[2], int) or not arguments[2] & (os.O_WRONLY | os.O_RDWR):
                return
            if isinstance(arguments[0], int) or "__pycache__" in os.fsdecode(arguments[0]):
                return
            if os.fsdecode(arguments[0]).startswith("/dev/"):
                return
        elif event not in ("os.mkdir", "os.rename", "os.symlink"):
            return
        elif "__pycache__" in os.fsdecode(arguments[0]):
            return
        left[0] -= 1
        if left[0] == 0 or os.environ.get("FAULT_ON") and left[0] < 0:
            where = arguments[0]
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), where)
    sys.addaudithook(hook)
if os.environ.get("FAULT_CLOCK") and "briefing" in sys.orig_argv:
    looks, real, jump = [0], time.time, float(os.environ["FAULT_CLOCK"])
    def clock():
        looks[0] += 1
        return real() + (jump if looks[0] > 3 else 0)
    time.time = clock
'''


@dataclass(frozen=True)
class Fault:
    """What happens: `cell` of the notebook (none: the invented briefing), variables, limits of the process, and what
    is done to it while it runs; `means` is what it may say, none where it has to go on."""

    name: str
    means: tuple[str, ...] = ()
    cell: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    limit: tuple[int, int] | None = None
    during: Callable[[subprocess.Popen[str], Path], object] | None = None
    arguments: tuple[str, ...] = ()
    before: Callable[[Path], object] = lambda root: None
    disk: int = 0  # KB of the temporary folder
    slow: bool = False


# --- what is done ---------------------------------------------------------------------

def began(root: Path, seconds: float = 30) -> None:
    """Wait until the notebook says that it has begun."""
    end = time.monotonic() + seconds
    while not (root / "began").exists() and time.monotonic() < end:
        time.sleep(0.02)


def when_begun(act: Callable[[subprocess.Popen[str], Path], object]) -> Callable[[subprocess.Popen[str], Path], object]:
    def later(run: subprocess.Popen[str], root: Path) -> None:
        began(root)
        act(run, root)

    return later


def send(number: int) -> Callable[[subprocess.Popen[str], Path], object]:
    return lambda run, root: run.send_signal(number)


def send_after(number: int, seconds: float) -> Callable[[subprocess.Popen[str], Path], object]:
    def later(run: subprocess.Popen[str], root: Path) -> None:
        time.sleep(seconds)
        run.send_signal(number)

    return later


def to_one(word: str, number: int) -> Callable[[subprocess.Popen[str], Path], object]:
    """Send a signal to what the render has started, by a word of its command line."""
    def act(run: subprocess.Popen[str], root: Path) -> None:
        for pid in marked(root):
            if word in command_line(pid) and pid != run.pid:
                os.kill(pid, number)

    return act


def as_soon_as(word: str, number: int) -> Callable[[subprocess.Popen[str], Path], object]:
    """The same, as soon as there is such a process."""
    def act(run: subprocess.Popen[str], root: Path) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end and run.poll() is None:
            found = [pid for pid in marked(root) if word in command_line(pid) and pid != run.pid]
            for pid in found:
                os.kill(pid, number)
            if found:
                return
            time.sleep(0.005)

    return act


def write(name: str, text: str) -> Callable[[subprocess.Popen[str], Path], object]:
    return lambda run, root: (root / name).write_text(text, "utf-8")


def remove(name: str) -> Callable[[subprocess.Popen[str], Path], object]:
    return lambda run, root: (root / name).unlink()


def another(run: subprocess.Popen[str], root: Path) -> None:
    """A second render at the same time."""
    subprocess.run([sys.executable, "-m", "briefing", "render", "--project", str(root)], env=surroundings(root, {}),
                   capture_output=True, timeout=LIMIT, check=False)


def program(name: str, script: str) -> Callable[[Path], object]:
    """Let the render find this in the place of a program: pypandoc and Typst are looked for beside the temporary
    folder first."""
    def put(root: Path) -> None:
        folder = root.parent / "site" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(script, "utf-8")

    return put


def crashing_pandoc(script: str) -> Callable[[Path], object]:
    def put(root: Path) -> None:
        program("pypandoc", "")(root)
        place = root.parent / "site/pypandoc/files/pandoc"
        place.parent.mkdir()
        place.write_text(f"#!/bin/sh\n{script}\n")
        place.chmod(0o755)

    return put


BEGIN = "from pathlib import Path\nPath('../began').touch()\nimport time, os, signal, subprocess, sys\n"
WAIT = BEGIN + "time.sleep(300)"
CAUGHT = ("kernel-died", "cell-failed", "cell-timeout", "cell-memory", "cell-output", "kernel-start")
ORPHAN = BEGIN + "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(300)\n    os._exit(0)\n"
HIDDEN = BEGIN + "subprocess.Popen(['env', '-i', 'setsid', 'sleep', '301.5'])\n"
DISK = ("temporary directory", "No space left", "File too large", "cell-failed", "kernel-died", "kernel-start")
TYPST = "Fonts = Compiler = lambda *a, **k: {}\nclass TypstError(Exception): pass\n"

FAULTS = [
    # kernels
    Fault("a cell that ends its process", ("kernel-died",), "import os; os._exit(3)"),
    Fault("a cell that crashes its process", ("kernel-died",), "import ctypes; ctypes.string_at(0)"),
    Fault("a cell that kills its process", ("kernel-died",), "import os; os.kill(os.getpid(), 9)"),
    Fault("a cell that kills its whole group", ("kernel-died",), "import os; os.killpg(0, 9)", slow=True),
    Fault("a cell without end", ("cell-timeout",), "while True: pass", arguments=("--timeout", "2")),
    Fault("a cell that heeds no signal", ("cell-timeout",), "import signal, time\nfor n in (2, 15): signal.signal(n, "
          "signal.SIG_IGN)\nwhile True:\n    try: time.sleep(9)\n    except BaseException: pass",
          arguments=("--timeout", "2")),
    Fault("a cell that stops its process", ("cell-timeout", "kernel-died"), "import os; os.kill(os.getpid(), 19)",
          arguments=("--timeout", "2")),
    Fault("a cell that takes all memory", ("cell-memory", "kernel-died"), "a = []\nwhile True: a.append(bytearray(10**7))",
          arguments=("--memory", "700")),
    Fault("the kernel killed from outside", ("kernel-died",), WAIT, during=when_begun(
        lambda run, root: [os.kill(pid, 9) for pid in marked(root) if pid != run.pid and not children(pid)
                           and "execution.kernels" in command_line(pid)])),
    Fault("what kernels are forked from killed", ("kernel-died", "kernel-start"), WAIT,
          during=when_begun(to_one("execution.kernels", 9))),
    Fault("the same, before there is a kernel", ("kernel-start", "kernel-died"), during=as_soon_as("execution.kernels", 9)),
    Fault("what draws killed", (), "import altair as alt, pandas\nalt.Chart(pandas.DataFrame({'x': [1]}), title='T')"
          ".mark_point().encode(x='x')", during=as_soon_as("execution.drawing", 9)),
    # what cells start
    Fault("a child that outlives its cell", (), BEGIN + "subprocess.Popen(['sleep', '300'])"),
    Fault("a child in a session of its own", (), BEGIN + "subprocess.Popen(['sleep', '300'], start_new_session=True)"),
    Fault("a grandchild whose parent has ended", (), ORPHAN),
    Fault("one without our environment", (), HIDDEN),
    Fault("the same, and the kernel dies", ("kernel-died",), HIDDEN + "time.sleep(0.3); os._exit(1)"),
    Fault("the same, and the render is killed", ("",), HIDDEN + "Path('../began').touch(); time.sleep(300)",
          during=when_begun(send_after(signal.SIGKILL, 0.3))),
    Fault("the same, and the render is ended", ("Stopped",), HIDDEN + "Path('../began').touch(); time.sleep(300)",
          during=when_begun(send_after(signal.SIGTERM, 0.3))),
    # output
    Fault("20 MB printed", ("cell-output",), "print('x' * 20_000_000)"),
    Fault("20 MB shown", ("cell-output",), "from IPython.display import HTML\nHTML('x' * 20_000_000)"),
    Fault("20 MB as an error", ("cell-output",), "raise ValueError('x' * 20_000_000)", slow=True),
    Fault("output without end", ("cell-output",), "while True: print('x' * 1000)"),
    Fault("the same, past Python", ("cell-output",), "import os\nwhile True: os.write(2, b'x' * 1000)"),
    Fault("the same, by a program", ("cell-output",), "import subprocess; subprocess.run('yes')", slow=True),
    Fault("3,000 outputs", (), "from IPython.display import display\nfor n in range(3000): display(n)", slow=True),
    Fault("1 GB printed", ("cell-output",), "print('x' * 10**9)", slow=True),
    Fault("1 GB printed as errors", ("cell-output",), "import sys; sys.stderr.write('x' * 10**9)", slow=True),
    Fault("1 GB shown", ("cell-output", "cell-memory"), "from IPython.display import HTML\nHTML('x' * 10**9)", slow=True),
    Fault("1 GB written past Python", ("cell-output",), "import os\nfor _ in range(1000): os.write(1, b'x' * 10**6)",
          slow=True),
    Fault("a million outputs", ("cell-output",), "from IPython.display import display\nfor n in range(10**6): display(n)",
          slow=True),
    # pandoc, Typst
    Fault("pandoc crashes", ("pandoc",), before=crashing_pandoc("kill -SEGV $$")),
    Fault("pandoc is no program", ("pandoc",), before=crashing_pandoc("exit 64"), slow=True),
    Fault("pandoc killed", ("pandoc",), before=crashing_pandoc("cat > /dev/null; kill -9 $$")),
    Fault("Typst aborts", ("report.pdf", "signal 6"), before=program(
        "typst", TYPST + "import os\ndef Compiler(*a, **k): os.abort()\n")),
    Fault("Typst crashes", ("report.pdf", "signal 11"), before=program(
        "typst", TYPST + "import ctypes\ndef Compiler(*a, **k): ctypes.string_at(0)\n")),
    Fault("Typst takes all memory", ("report.pdf",), before=program(
        "typst", TYPST + "def Compiler(*a, **k):\n    a = []\n    while True: a.append(bytearray(10**8))\n"), slow=True),
    Fault("Typst panics", ("report.pdf",), before=program(
        "typst", TYPST + "def Compiler(*a, **k): raise BaseException('panicked')\n"), slow=True),
    # where it has no document yet, another is started
    Fault("Typst killed from outside", ("report.pdf", "signal 9", "expected"), during=as_soon_as("writers.typesetting", 9)),
    Fault("Typst missing", ("report.pdf",), before=program("typst", "raise ImportError('no typst')")),
    # disks
    Fault("a temporary folder that cannot be", ("expected a folder",), variables={"TMPDIR": "/nowhere", "FAULT_WRITE": "1",
          "FAULT_ON": "1", "FAULT_IN": "briefing render"}),
    *[Fault(f"files of at most {size:,} bytes", DISK, limit=(resource.RLIMIT_FSIZE, size), slow=size not in (5_000, 100_000))
      for size in (0, 100, 1_000, 5_000, 20_000, 50_000, 100_000, 200_000, 300_000)],
    *[Fault(f"a temporary folder of {size} KB", DISK, disk=size, slow=size not in (4, 64))
      for size in (4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512)],
    *[Fault(f"write {n} of the command refused", DISK, variables={
          "FAULT_WRITE": str(n), "FAULT_IN": "briefing render"}, slow=n not in (2, 12)) for n in range(1, 40)],
    *[Fault(f"write {n} and all later refused", DISK, variables={
          "FAULT_WRITE": str(n), "FAULT_ON": "1", "FAULT_IN": "briefing render"}, slow=n not in (8,)) for n in range(1, 40, 3)],
    *[Fault(f"write {n} of the kernels refused", DISK, variables={
          "FAULT_WRITE": str(n), "FAULT_IN": "execution.kernels"}, slow=n not in (1, 3)) for n in range(1, 12)],
    # inputs
    Fault("a table gone while it renders", ("data/quantities.csv", "cell-failed"), WAIT.replace("300", "1"),
          during=when_begun(remove("data/quantities.csv"))),
    Fault("a table changed while it renders", ("data/events.csv: found a change",), WAIT.replace("300", "1"),
          during=when_begun(lambda run, root: os.utime(root / "data/events.csv"))),
    Fault("the report gone while it renders", ("report.qmd",), WAIT.replace("300", "1"),
          during=when_begun(remove("report.qmd"))),
    Fault("the notebook changed while it renders", ("analysis/n.ipynb: found a change",), WAIT.replace("300", "1"),
          during=when_begun(write("analysis/n.ipynb", "{}"))),
    # signals
    *[Fault(f"{name} in a cell", ("Stopped",), WAIT, during=when_begun(send(number)))
      for name, number in (("SIGINT", signal.SIGINT), ("SIGTERM", signal.SIGTERM), ("SIGHUP", signal.SIGHUP))],
    Fault("SIGKILL in a cell", ("",), WAIT, during=when_begun(send(signal.SIGKILL))),
    *[Fault(f"{name} after {tenths / 10:.1f} s", ("Stopped", ""), during=send_after(number, tenths / 10),
            slow=tenths not in (2, 8) or name == "SIGINT")
      for name, number in (("SIGINT", signal.SIGINT), ("SIGTERM", signal.SIGTERM)) for tenths in range(0, 30, 2)],
    # the clock, descriptors, another render
    Fault("the clock set back a day", (), variables={"FAULT_CLOCK": "-86400"}),
    Fault("the clock set on a day", (), variables={"FAULT_CLOCK": "86400"}, slow=True),
    *[Fault(f"{count} descriptors", ("ulimit -n", "kernel-start", "expected"), limit=(resource.RLIMIT_NOFILE, count),
            slow=count not in (64, 128)) for count in (16, 32, 64, 96, 128, 192)],
    Fault("a second render at the same time", (), WAIT.replace("300", "1"), during=when_begun(another)),
]


# --- what is left -----------------------------------------------------------------------

def marked(root: Path) -> list[int]:
    """The processes that carry the mark of this fault, or are of its own."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={root}".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def hidden() -> list[int]:
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if "301.5" in command_line(path)]


def children(pid: int) -> list[int]:
    return [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]


def command_line(pid: int | Path) -> str:
    try:
        return (pid if isinstance(pid, Path) else Path(f"/proc/{pid}/cmdline")).read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def left(root: Path, killed: bool) -> Iterator[str]:
    """What stayed that should not: processes at once, or soon where the render was killed."""
    end = time.monotonic() + (5 if killed else 1)
    while (found := [pid for pid in {*marked(root), *hidden()} if alive(pid)]) and time.monotonic() < end:
        time.sleep(0.1)
    for pid in found:
        yield f"process {command_line(pid)[:60]}"
        os.kill(pid, 9)
    if not killed:  # of one that was killed the next render sweeps
        yield from (f"temporary {path.name}" for path in (root.parent / "tmp").iterdir())
        yield from (f"staging {path.name}" for path in root.glob("_output/.rendering*"))
    yield from (f"in the cache {path.name}" for path in root.glob("_output/.cache/manifest.*"))


def edition_of(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted((root / "_output").rglob("*"))
            if path.is_file() and not path.relative_to(root / "_output").parts[0].startswith(".")}


def whole(root: Path, before: dict[str, bytes]) -> bool:
    """Whether the edition is the one of before, or one that its own record describes."""
    from hashlib import sha256

    now = edition_of(root)
    if now == before:
        return True
    try:
        outputs = json.loads(now["_output/edition.json"])["outputs"]
    except (KeyError, ValueError):
        return False
    return all(sha256(now.get(f"_output/{name}", b"")).hexdigest() == digest for name, digest in outputs.items())


# --- running ------------------------------------------------------------------------------

def surroundings(root: Path, variables: dict[str, str]) -> dict[str, str]:
    found = {name: text for name, text in os.environ.items() if not name.startswith("FAULT_")}
    return {**found, "PYTHONPATH": f"{root.parent / 'site'}{os.pathsep}{HERE / 'analysis'}", "TMPDIR": str(root.parent / "tmp"),
            MARK: str(root), "PYTHONDONTWRITEBYTECODE": "1", **variables}


def tried(fault: Fault, folder: Path, good: Path) -> tuple[str, float, list[str]]:
    """What came, after how many seconds, and what is wrong."""
    root = Path(shutil.copytree(good, folder / "project"))
    before = edition_of(root)
    (folder / "tmp").mkdir()
    (folder / "site").mkdir()
    (folder / "site/sitecustomize.py").write_text(SITE)
    with open(root / "report.qmd", "a", encoding="utf-8") as file:
        file.write("\nA line more.\n")
    shutil.rmtree(root / "_output/.cache")
    if fault.cell:
        (root / "analysis/harbour.ipynb").unlink()
        book = {"cells": [{"cell_type": "code", "id": "c", "metadata": {}, "execution_count": None, "outputs": [],
                           "source": fault.cell}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (root / "analysis/n.ipynb").write_text(json.dumps(book), "utf-8")
        (root / "report.qmd").write_text(REPORT, "utf-8")
    fault.before(root)
    if fault.disk:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={fault.disk}k", "tmpfs", folder / "tmp"], check=True)
    start = time.monotonic()
    words = [sys.executable, "-m", "briefing", "render", "--json", "--project", str(root), *fault.arguments]
    wrong: list[str] = []
    try:
        run = subprocess.Popen(words, env=surroundings(root, fault.variables), text=True, encoding="utf-8",
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=lambda: fault.limit and resource.setrlimit(
                                   fault.limit[0], (fault.limit[1], fault.limit[1])))
        try:
            if fault.during:
                fault.during(run, root)
            out, errors = run.communicate(timeout=LIMIT * (4 if fault.slow else 1))
        except subprocess.TimeoutExpired:
            run.kill()
            out, errors = run.communicate()
            wrong.append("no end in time")
        took = time.monotonic() - start
        killed = run.returncode < 0
        wrong += left(root, killed)
    finally:
        if fault.disk:
            subprocess.run(["umount", folder / "tmp"], check=True)
    if not whole(root, before):
        wrong.append("the edition is damaged")
    said = out + errors
    if "Traceback" in errors:
        wrong.append(f"a traceback: {errors.strip().splitlines()[-1][:120]}")
    if run.returncode and not any(word in said for word in fault.means):
        wrong.append(f"said {said.strip()[-200:]}")
    if run.returncode == 0 and fault.means and not any(word in DISK or word in ("", "expected") for word in fault.means):
        wrong.append("went on")
    return (f"exit {run.returncode}: {shown(out or errors)}", took, wrong)


def shown(said: str) -> str:
    try:
        content = json.loads(said.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return said.strip()[:70]
    if found := content.get("findings"):
        return f"{found[0]['code']} at {found[0]['path']} cell {found[0].get('cell', '-')}"
    return str(content.get("error") or "an edition")[:70]


def main() -> int:
    if not sys.platform.startswith("linux"):
        print("Looks for what is left in /proc, which only Linux has.")
        return 0
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it, and all below
    words = sys.argv[1:]
    every, word = "all" in words, next((word for word in words if word != "all"), "")
    mounts = os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0
    chosen = [fault for fault in FAULTS if word in fault.name and (every or word or not fault.slow)]
    findings, skipped, begin = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        good = Path(place) / "good"
        shutil.copytree(HARBOUR, good)
        subprocess.run([sys.executable, "-m", "briefing", "render", "--project", str(good)], check=True,
                       capture_output=True, env={**os.environ, "TMPDIR": place})
        for number, fault in enumerate(chosen):
            if fault.disk and not mounts:
                skipped += 1
                continue
            folder = Path(place) / str(number)
            folder.mkdir()
            came, took, wrong = tried(fault, folder, good)
            findings += bool(wrong)
            print(f"{fault.name:42} {took:5.1f} s  {came:64} {'; '.join(wrong) or 'nothing left'}", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(chosen) - skipped} faults, {findings} findings, {skipped} skipped (no right to mount), "
          f"{time.monotonic() - begin:.0f} s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
