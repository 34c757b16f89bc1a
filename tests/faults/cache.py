"""Change what a render reads in every way that comes to mind, and see whether the cache gives what a fresh one gives.

    python tests/faults/cache.py [WORD]

For each case (or those whose name has the WORD): render, change, render with the cache as the command does it, and
once more without any. The bytes, or the messages, must be equal. Prints a table; exits 1 where the cache lied.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from briefing.execution.kernels import warm
from briefing.findings import BriefingError
from briefing.rendering import cache, manifest
from briefing.rendering.render import render

HARBOUR = Path(__file__).parents[1] / "harbour"
REPORT = "---\ntitle: Words only\ndate: 2031-03-10\n---\n\nText.\n"
READ = "print(open('../extra.txt').read())"


@dataclass(frozen=True)
class Case:
    """A change: `cells` of the notebook (none: the invented briefing as it is), what is there before, the change
    itself, which `undone` takes back, and variables of the environment before and after."""

    name: str
    cells: tuple[str, ...] = ()
    change: Callable[[Path], object] = lambda root: None
    before: Callable[[Path], object] = lambda root: None
    variables: tuple[dict[str, str], dict[str, str]] = field(default_factory=lambda: ({}, {}))
    undone: Callable[[Path], object] | None = None
    during: bool = False


# --- hands ------------------------------------------------------------------------

def put(name: str, text: str) -> Callable[[Path], object]:
    """Write a file of the project, with the folders above it."""
    def write(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")

    return write


def swap(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Replace a text in a file of the project."""
    def write(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        assert old in text, (name, old)
        (root / name).write_text(text.replace(old, new), "utf-8")

    return write


def all_of(*changes: Callable[[Path], object]) -> Callable[[Path], object]:
    """Several changes, one after the other."""
    return lambda root: [change(root) for change in changes]


def same_times(change: Callable[[Path], object], name: str) -> Callable[[Path], object]:
    """A change after which the times of a file are put back."""
    def write(root: Path) -> None:
        status = (root / name).stat()
        change(root)
        os.utime(root / name, ns=(status.st_atime_ns, status.st_mtime_ns))

    return write


def old(name: str) -> Callable[[Path], object]:
    """Let a file look as if it had been there for long."""
    return lambda root: os.utime(root / name, (1_900_000_000 - 10**9, 1_900_000_000 - 10**9))


def exchange(root: Path) -> None:
    """Two files change their names."""
    (root / "extra.txt").rename(root / "third.txt")
    (root / "other.txt").rename(root / "extra.txt")
    (root / "third.txt").rename(root / "other.txt")


def rewrite_in_place(root: Path) -> None:
    with open(root / "linked.txt", "r+b") as file:
        file.write(b"TWO")


def by_memory(root: Path) -> None:
    with open(root / "extra.txt", "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[:3] = b"TWO"


def relink(name: str, target: str) -> Callable[[Path], object]:
    """Let a link lead elsewhere."""
    def link(root: Path) -> None:
        (root / name).unlink(missing_ok=True)
        (root / name).symlink_to(target)

    return link


def zipped(text: str) -> Callable[[Path], object]:
    """A package of one module in a ZIP file."""
    def write(root: Path) -> None:
        with zipfile.ZipFile(root / "lib.zip", "w") as file:
            file.writestr(zipfile.ZipInfo("inzip.py"), f"word = {text!r}\n")

    return write


def git(*words: str) -> Callable[[Path], object]:
    return lambda root: subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t", *words], cwd=root, check=True,
                                       capture_output=True)


def branches(root: Path) -> None:
    put(".gitignore", "_output/\n")(root)
    for step in (("init", "-q", "-b", "one"), ("add", "."), ("commit", "-qm", "one"), ("checkout", "-qb", "two")):
        git(*step)(root)
    put("extra.txt", "TWO")(root)
    git("commit", "-qam", "two")(root)
    git("checkout", "-q", "one")(root)


def notebook_of(root: Path, cells: tuple[str, ...], name: str = "n.ipynb") -> None:
    content = {"cells": [{"cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": None, "outputs": [],
                          "source": source} for n, source in enumerate(cells)],
               "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (root / "analysis" / name).write_text(json.dumps(content), "utf-8")


def in_notebook(change: Callable[[dict], object]) -> Callable[[Path], object]:
    """Change the notebook as a structure."""
    def write(root: Path) -> None:
        [path] = (root / "analysis").glob("*.ipynb")
        content = json.loads(path.read_text("utf-8"))
        change(content)
        path.write_text(json.dumps(content), "utf-8")

    return write


def with_picture(text: str) -> Callable[[Path], object]:
    """A cell of text with a picture attached to it."""
    cell = {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "![](attachment:a.txt)",
            "attachments": {"a.txt": {"text/plain": text}}}
    return in_notebook(lambda book: book["cells"].__setitem__(slice(1, None), [cell]))


def entries(change: Callable[[Path], object]) -> Callable[[Path], object]:
    """Change every entry of the cache; the list of the last render goes, so that they are asked for."""
    def write(root: Path) -> None:
        (root / "_output/.cache/manifest").unlink()
        for path in sorted((root / "_output/.cache").glob("*/*")):
            change(path)

    return write


def turned(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def rotated(root: Path) -> None:
    """Every entry has the content of the next one of its kind."""
    (root / "_output/.cache/manifest").unlink()
    for kind in (root / "_output/.cache").iterdir():
        paths = sorted(kind.iterdir()) if kind.is_dir() else []
        contents = [path.read_bytes() for path in paths]
        for path, content in zip(paths, [*contents[1:], *contents[:1]], strict=True):
            path.write_bytes(content)


def foreign(root: Path) -> None:
    """The cache of a project that differs in one file."""
    other = Path(shutil.copytree(root, root.parent / "other", symlinks=True))
    put("extra.txt", "TWO")(other)
    once(other, cached=True)
    shutil.rmtree(root / "_output/.cache")
    shutil.copytree(other / "_output/.cache", root / "_output/.cache")


def of_before(root: Path) -> None:
    """The cache as it was before the change."""
    shutil.copytree(root / "_output/.cache", root.parent / "kept")
    put("extra.txt", "TWO")(root)
    once(root, cached=True)
    shutil.rmtree(root / "_output/.cache")
    shutil.copytree(root.parent / "kept", root / "_output/.cache")


def library(version: str) -> Callable[[Path], object]:
    """Let the installed distributions be with another version of one."""
    def install(root: Path) -> None:
        cache.distributions = lambda: [*_distributions(), f"invented-{version}.dist-info"]

    return install


_distributions = cache.distributions
_time = time.time
EXTRA = put("extra.txt", "one")
TWO = put("extra.txt", "TWO")

CASES = [
    # the tables, the report, the notebook
    Case("a cell of a table", (), swap("data/quantities.csv", ",>,40,%", ",>,41,%")),
    Case("the same, its time put back", (), same_times(swap("data/quantities.csv", ",>,40,%", ",>,41,%"),
                                                       "data/quantities.csv")),
    Case("a table gone", (), lambda root: (root / "data/series.csv").unlink()),
    Case("a row gone", (), lambda root: (root / "data/series.csv").write_text(
        "".join((root / "data/series.csv").read_text().splitlines(True)[:-1]))),
    Case("the descriptor", (), swap("data/datapackage.json", '"created"', '"created" ')),
    Case("the report alone", (), swap("report.qmd", "# What happened", "# What took place")),
    Case("the language of the report", (), swap("report.qmd", "lang: en", "lang: de")),
    Case("an expression of the report", (), swap("report.qmd", "{python} 2 + 3", "{python} 2 + 4")),
    Case("a notebook renamed", (READ,), lambda root: (root / "analysis/n.ipynb").rename(root / "analysis/m.ipynb"),
         EXTRA),
    Case("cells in another order", ("a = 1", "a = 2", "print(a)"),
         in_notebook(lambda book: book["cells"].__setitem__(slice(0, 2), book["cells"][1::-1]))),
    Case("metadata of a cell", ("1",), in_notebook(lambda b: b["cells"][0]["metadata"].update(tags=["x"]))),
    Case("metadata of a notebook, its kernel", ("1",), in_notebook(
        lambda b: b["metadata"].update(kernelspec={"name": "other", "display_name": "Other", "language": "R"}))),
    Case("the minor format of a notebook", ("1",), in_notebook(lambda b: b.update(nbformat_minor=4))),
    Case("what is attached to a cell of text", ("1",), with_picture("TWO"), with_picture("one")),
    Case("a second notebook", ("1",), lambda root: notebook_of(root, ("2",), "second.ipynb")),
    Case("outputs left in the notebook", ("1",), in_notebook(lambda b: b["cells"][0].update(
        outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}], execution_count=3))),
    Case("a bibliography", (READ,), swap("more.bib", "One", "Two"), all_of(EXTRA, put(
        "more.bib", "@misc{k, title={One}}\n"), put("report.qmd", REPORT.replace(
            "date:", "bibliography: more.bib\ndate:").replace("Text.", "Text [@k].")))),
    Case("a lock file", ("1",), put("requirements.lock", "altair==2\n"), put("requirements.lock", "altair==1\n")),
    # files
    Case("another file", (READ,), TWO, EXTRA),
    Case("the same, its time put back", (READ,), same_times(TWO, "extra.txt"), EXTRA),
    Case("two files exchanged", (READ,), exchange, all_of(EXTRA, put("other.txt", "TWO"))),
    Case("a file that replaces it, same size and time", (READ,), same_times(
        all_of(put("new.txt", "TWO"), lambda root: (root / "new.txt").replace(root / "extra.txt")), "extra.txt"), EXTRA),
    Case("another name of the file written in place", (READ,), rewrite_in_place,
         all_of(EXTRA, lambda root: (root / "linked.txt").hardlink_to(root / "extra.txt"))),
    Case("a file written through memory", (READ,), by_memory, EXTRA),
    Case("a file that was not there", ("import os\nprint(os.path.exists('../extra.txt'))",), TWO),
    Case("the same, opened", ("try:\n    print(open('../extra.txt').read())\nexcept OSError:\n    print('none')",), TWO),
    Case("a file gone", ("from pathlib import Path\nprint(Path('../extra.txt').is_file())",),
         lambda root: (root / "extra.txt").unlink(), EXTRA),
    Case("a file that became a folder", ("import os\nprint([d for _, d, _ in os.walk('../more')])",),
         all_of(lambda root: (root / "more/a").unlink(), lambda root: (root / "more/a").mkdir()), put("more/a", "x")),
    Case("a link's target written", (READ,), put("other.txt", "TWO"), all_of(put("other.txt", "one"),
                                                                            relink("extra.txt", "other.txt"))),
    Case("a link that leads elsewhere", (READ,), relink("extra.txt", "two.txt"), all_of(
        put("one.txt", "one"), put("two.txt", "TWO"), relink("extra.txt", "one.txt"))),
    Case("the same, to an equal file", ("import os\nprint(os.readlink('../extra.txt'))",),
         relink("extra.txt", "two.txt"), all_of(put("one.txt", "x"), put("two.txt", "x"),
                                                relink("extra.txt", "one.txt"))),
    Case("a folder that is a link", ("print(open('../more/a').read())",), relink("more", "two"), all_of(
        put("one/a", "one"), put("two/a", "TWO"), relink("more", "one"))),
    Case("data/ that is a link, a cell of a table", (), swap("data/quantities.csv", ",>,40,%", ",>,41,%"), all_of(
        lambda root: (root / "data").rename(root / "real"), relink("data", "real"))),
    Case("a listing", ("import os\nprint(sorted(os.listdir('../more')))",), put("more/b", ""), put("more/a", "")),
    Case("a pattern", ("import glob\nprint(sorted(glob.glob('../more/*.csv')))",), put("more/b.csv", ""),
         put("more/a.csv", "")),
    Case("a pattern that goes deep", ("from pathlib import Path\nprint(len(list(Path('../more').rglob('*.csv'))))",),
         put("more/deep/b.csv", ""), put("more/deep/a.csv", "")),
    Case("the size of a file", ("import os\nprint(os.path.getsize('../extra.txt'))",), put("extra.txt", "three"), EXTRA),
    Case("the time of a file", ("import os\nprint(os.path.getmtime('../extra.txt'))",), old("extra.txt"), EXTRA),
    Case("a file read by pandas", ("import pandas\nprint(pandas.read_csv('../extra.csv'))",),
         put("extra.csv", "a\n2\n"), put("extra.csv", "a\n1\n")),
    Case("a file read by a library of C", ("import ctypes\nc = ctypes.CDLL(None)\nb = ctypes.create_string_buffer(9)\n"
                                          "c.read(c.open(b'../extra.txt', 0), b, 8)\nprint(b.value)",), TWO, EXTRA),
    Case("a file read by libxml2", ("from lxml import etree\nprint(etree.parse('../extra.xml').getroot().text)",),
         put("extra.xml", "<a>TWO</a>"), put("extra.xml", "<a>one</a>")),
    Case("a database", ("import sqlite3\nprint(sqlite3.connect('../extra.db').execute('pragma user_version')"
                        ".fetchone())",), lambda root: database(root, 2), lambda root: database(root, 1)),
    Case("a file read by a program", ("import subprocess\nprint(subprocess.check_output(['cat', '../extra.txt']))",),
         TWO, EXTRA),
    Case("the same, by a shell", ("import os\nprint(os.popen('cat ../extra.txt').read())",), TWO, EXTRA),
    Case("a file read by another process of Python",
         ("import multiprocessing\nfrom pathlib import Path\nif __name__ == '__main__':\n"
          "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
          "        print(pool.map(Path.read_text, [Path('../extra.txt')]))",), TWO, EXTRA),
    Case("the size of memory in /proc", ("print(len(open('/proc/self/environ').read()))",), put("x.txt", "")),
    # modules
    Case("a module beside the notebook", ("import helper\nprint(helper.word)",), put("analysis/helper.py", "word = 2\n"),
         put("analysis/helper.py", "word = 1\n")),
    Case("the same, its time put back", ("import helper\nprint(helper.word)",), same_times(
        put("analysis/helper.py", "word = 2\n"), "analysis/helper.py"), put("analysis/helper.py", "word = 1\n")),
    Case("a module that came before another", ("import sys\nsys.path[:0] = ['../a', '../b']\nimport helper\n"
                                               "print(helper.word)",), put("a/helper.py", "word = 2\n"),
         all_of(put("b/helper.py", "word = 1\n"), put("a/none.txt", ""))),
    Case("a module in a ZIP file", ("import sys\nsys.path.insert(0, '../lib.zip')\nimport inzip\nprint(inzip.word)",),
         zipped("TWO"), zipped("one")),
    Case("a resource of a package", ("from importlib import resources\n"
                                     "print((resources.files('pack') / 'a.txt').read_text())",),
         put("analysis/pack/a.txt", "TWO"), all_of(put("analysis/pack/__init__.py", ""),
                                                   put("analysis/pack/a.txt", "one"))),
    Case("a module of another folder of PYTHONPATH", ("import helper\nprint(helper.word)",),
         variables=({"PYTHONPATH": "{root}/one"}, {"PYTHONPATH": "{root}/two"}),
         before=all_of(put("one/helper.py", "word = 1\n"), put("two/helper.py", "word = 2\n"))),
    Case("a library's version", ("print('x')",), library("2.0"), library("1.0")),
    # the environment
    Case("a variable", ("import os\nprint(os.environ.get('FLAVOUR'))",), variables=({"FLAVOUR": "1"}, {"FLAVOUR": "2"})),
    Case("a variable that was not there", ("import os\nprint(os.getenv('FLAVOUR'))",), variables=({}, {"FLAVOUR": "2"})),
    Case("a variable as bytes", ("import os\nprint(os.environb.get(b'FLAVOUR'))",),
         variables=({"FLAVOUR": "1"}, {"FLAVOUR": "2"})),
    Case("all variables", ("import os\nprint(dict(os.environ).get('FLAVOUR'))",),
         variables=({"FLAVOUR": "1"}, {"FLAVOUR": "2"})),
    Case("the home folder", ("import os\nprint(os.path.expanduser('~'))",), variables=({"HOME": "/a"}, {"HOME": "/b"})),
    Case("Python told to optimise", ("print(__debug__)",),
         variables=({}, {"PYTHONOPTIMIZE": "1"})),
    Case("the locale", ("import locale\nprint(locale.setlocale(locale.LC_ALL), f'{1.5:n}')",),
         variables=({"LC_ALL": "C"}, {"LC_ALL": "de_DE.UTF-8"})),
    Case("the time zone", ("import time\nprint(time.strftime('%H', time.localtime(0)))",),
         variables=({"TZ": "UTC"}, {"TZ": "Asia/Tokyo"})),
    Case("the machine's name", ("import socket\nprint(len(socket.gethostname()) > 0)",), put("x.txt", "")),
    Case("a port of the machine", ("import socket\ns = socket.socket()\nprint(s.connect_ex(('127.0.0.1', 9)) > 0)",),
         put("x.txt", "")),
    # the cache itself
    Case("each entry with a bit turned", (READ,), entries(turned), EXTRA),
    Case("each entry cut short", (READ,), entries(lambda path: os.truncate(path, path.stat().st_size // 2)), EXTRA),
    Case("each entry empty", (READ,), entries(lambda path: os.truncate(path, 0)), EXTRA),
    Case("each entry in the place of another", (), all_of(rotated)),
    Case("the list of the last render damaged", (READ,), all_of(TWO, lambda root: turned(
        root / "_output/.cache/manifest")), EXTRA),
    Case("the cache of another project", (READ,), foreign, EXTRA),
    Case("the cache of an earlier day", (READ,), of_before, EXTRA),
    Case("a published file written by hand", (READ,), put("_output/report.html", "x"), EXTRA),
    Case("a published file gone", (READ,), lambda root: (root / "_output/report.pdf").unlink(), EXTRA),
    # and back
    Case("a branch of git, and back", (READ,), git("checkout", "-q", "two"), all_of(EXTRA, branches),
         undone=git("checkout", "-q", "one")),
    Case("another file, and back", (READ,), TWO, EXTRA, undone=EXTRA),
    Case("a table, and back", (), swap("data/quantities.csv", ",>,40,%", ",>,41,%"),
         undone=swap("data/quantities.csv", ",>,41,%", ",>,40,%")),
    # the clock
    Case("a clock set back an hour", (READ,), all_of(lambda root: clock(-3600), TWO), EXTRA),
    Case("a clock set on an hour", (READ,), all_of(lambda root: clock(3600), TWO), EXTRA),
    # while it renders
    Case("a file changed while it renders", (READ, "import time; time.sleep(1)"), TWO, EXTRA, during=True),
    Case("the same, the clock set back meanwhile", (READ, "import time; time.sleep(1)"),
         all_of(lambda root: clock(-3600), TWO), EXTRA, during=True),
    Case("a table changed while it renders", (), swap("data/quantities.csv", ",>,40,%", ",>,41,%"), during=True),
    Case("a link that leads elsewhere while it renders", (READ, "import time; time.sleep(1)"),
         relink("extra.txt", "two.txt"), all_of(put("one.txt", "one"), put("two.txt", "TWO"), old("one.txt"),
                                                old("two.txt"), relink("extra.txt", "one.txt")), during=True),
    Case("a folder renamed while it renders", ("print(open('../more/a').read())", "import time; time.sleep(1)"),
         all_of(lambda root: (root / "more").rename(root / "gone"), lambda root: (root / "two").rename(root / "more")),
         all_of(put("more/a", "one"), put("two/a", "TWO"), old("more/a"), old("two/a")), during=True),
    Case("the report changed while it renders", (READ,), put("report.qmd", REPORT.replace("Text.", "Other text.")),
         EXTRA, during=True),
]


def database(root: Path, version: int) -> None:
    import sqlite3

    with contextlib.closing(sqlite3.connect(root / "extra.db")) as base:
        base.execute(f"pragma user_version = {version}")


def clock(seconds: float) -> None:
    time.time = lambda: _time() + seconds


# --- rendering ----------------------------------------------------------------------

SHARED = None


def once(root: Path, *, cached: bool, own: bool = False, progress: Callable[[str], object] = lambda _: None) -> object:
    """What a render gives: the bytes of its files, or its message."""
    try:
        if not cached or manifest.changes(str(root)) != []:
            render(root, use_cache=cached, kernels=None if own else SHARED, progress=progress)
    except BriefingError as error:
        return str(error)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted((root / "_output").rglob("*"))
            if path.is_file() and ".cache" not in path.parts}


def fresh(root: Path, own: bool) -> object:
    """The same without any cache, Python's own included."""
    shutil.rmtree(root / "_output", ignore_errors=True)
    for folder in root.rglob("__pycache__"):
        shutil.rmtree(folder)
    return once(root, cached=False, own=own)


@contextlib.contextmanager
def surroundings(root: Path, variables: dict[str, str]):
    before = dict(os.environ)
    for name, value in variables.items():
        os.environ[name] = value.format(root=root)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def tried(case: Case, folder: Path) -> tuple[str, str]:
    """What the cache gave, and what is wrong with it."""
    root = Path(shutil.copytree(HARBOUR, folder / "project"))
    if case.cells:
        (root / "analysis/harbour.ipynb").unlink()
        notebook_of(root, case.cells)
        (root / "report.qmd").write_text(REPORT)
    case.before(root)
    own = any(case.variables)
    try:
        with surroundings(root, case.variables[0]):
            if case.during:
                first = changed_meanwhile(case, root)
            else:
                first = once(root, cached=True, own=own)
                once(root, cached=True, own=own)
        if isinstance(first, str) and not case.during:
            return "", f"the first render failed: {first}"
        with surroundings(root, case.variables[1]):
            if not case.during:
                case.change(root)
            result = once(root, cached=True, own=own)
            if case.undone:
                case.undone(root)
                result = once(root, cached=True, own=own)
            real = fresh(root, own)
    finally:
        time.time, cache.distributions = _time, _distributions
    what = "a message" if isinstance(real, str) else "as before" if real == first else "changed"
    if result == real:
        return what, ""
    if isinstance(result, str) or isinstance(real, str):
        return what, f"cached {str(result)[:200]!r}, fresh {str(real)[:200]!r}"
    return what, "other bytes: " + ", ".join(name for name in {*result, *real} if result.get(name) != real.get(name))


def changed_meanwhile(case: Case, root: Path) -> object:
    """A render in which the change happens after the kernels have begun."""
    later = threading.Timer(0.7, case.change, [root])
    shown = once(root, cached=True, progress=lambda said: later.start() if said.startswith("Running") else None)
    later.join()
    return shown


def main() -> int:
    global SHARED
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [case for case in CASES if word in case.name]
    findings, began = 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        os.environ["TMPDIR"] = tempfile.tempdir = place  # no look at what other renders have there
        with warm() as SHARED:
            for number, case in enumerate(chosen):
                start = time.monotonic()
                what, wrong = tried(case, Path(tempfile.mkdtemp(prefix=f"{number}-", dir=place)))
                findings += bool(wrong)
                print(f"{case.name:52} {what:10} {time.monotonic() - start:5.1f} s  {wrong or 'equal'}", flush=True)
    print(f"{len(chosen)} changes, {findings} in which the cache lied, {time.monotonic() - began:.0f} s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
