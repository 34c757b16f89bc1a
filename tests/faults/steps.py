"""Publishing killed at each of its steps: `python tests/faults/steps.py [EVERY]`.

A process publishes a small edition over another, and kills itself before its n-th step: each file that it opens, makes,
renames, removes or lets be synced is one. For each n, what a reader has then, what lies in `_output/` after the next start,
and what is left, is looked at; and where the edition was published, the next start is killed at each of its own steps, too.
With EVERY only each so many-th step is tried.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

#: What Python tells an audit hook of, of all that changes something on the disk, or may; os.fsync is told by none.
TOLD = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate", "os.listdir", "os.scandir"}
OLD = {"report.pdf": b"old pdf" * 5000, "report.html": b"old page" * 5000, "edition.json": b"old", "notebooks/a.ipynb": b"old",
       "notebooks/gone.ipynb": b"old", "only-old.csv": b"old", "contexts/LICENSE.txt": b"same"}
NEW = {"report.pdf": b"new pdf" * 6000, "report.html": b"new page" * 4000, "edition.json": b"new", "notebooks/a.ipynb": b"new",
       "contexts/LICENSE.txt": b"same", "contexts/more/new.json": b"new", "only-new.csv": b"new"}
#: What somebody keeps in the folder, and no edition has.
KEPT = {"kept.txt": b"mine"}


class Steps:
    """Counts the steps of this process below a folder from now on, and sends it a signal before the n-th."""

    def __init__(self, folder, kill_at=0, number=signal.SIGTERM):
        self.folder, self.kill_at, self.number, self.count = str(folder), kill_at, number, 0
        self.lock = threading.Lock()
        self.named = []
        sync = os.fsync

        def fsync(handle):
            self.one("os.fsync")
            sync(handle)

        os.fsync = fsync
        sys.addaudithook(self.hook)

    def hook(self, event, arguments):
        if event in TOLD and arguments and isinstance(arguments[0], (str, os.PathLike)) and (
                os.fspath(arguments[0]).startswith(self.folder)):
            self.one(event)

    def one(self, event):
        with self.lock:
            self.count += 1
            self.named.append(event)
            if self.count == self.kill_at:
                os.kill(os.getpid(), self.number)


KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def publish(root):
    """Publish NEW, as a render does."""
    from briefing.editions import publishing

    with publishing.staging(root) as made:
        for name, content in NEW.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_bytes(content)
        publishing.publish(made, set(OLD))


def settle(root):
    """What any command does first."""
    from briefing.editions import publishing

    publishing.settle(root)


def laid(folder):
    """The files of a folder as they lie there, and whatever else is left in it."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return ({name: content for name, content in files.items() if not name.startswith(".")},
            [path.name for path in folder.iterdir() if path.name.startswith(".") and path.name != ".cache"])


def begun(root):
    """A project with the edition OLD."""
    import shutil

    shutil.rmtree(root / "_output", ignore_errors=True)
    for name, content in {**OLD, **KEPT}.items():
        (root / "_output" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "_output" / name).write_bytes(content)


def killed(what, root, at):
    """Do it in a process of its own, which is killed before its step `at`; how many steps it made, where it was not."""
    if hasattr(os, "fork"):  # which takes no time
        answer, told = os.pipe()
        if not (pid := os.fork()):
            os.write(told, str(counted(what, root, at)).encode())
            os._exit(0)
        os.close(told)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with open(answer) as file:
            said = file.read()
    else:
        run = subprocess.run([sys.executable, __file__, what, str(root), str(at)], stdout=subprocess.PIPE, text=True, check=False)
        code, said = run.returncode, run.stdout
    if code not in (0, -KILL, KILL):
        raise SystemExit(f"{what}, step {at}: found exit code {code}, expected 0 or a kill")
    return int(said) if code == 0 else None


def counted(what, root, at):
    """Do it, and count its steps; where there is a step `at`, it is the last."""
    from briefing.editions import publishing  # noqa: F401  before anything counts

    steps = Steps(Path(root, "_output"), at, KILL)
    {"publish": publish, "settle": settle}[what](Path(root))
    return steps.count


def state(root):
    """Which edition a reader has who writes nothing: old, new, or torn."""
    from briefing.editions import publishing

    found = publishing.contents(root)
    return "old" if found == OLD | KEPT else "new" if found == NEW | KEPT else "torn"


def after_the_next_start(root, told):
    """What is wrong after the next start, if anything is; `told` is the edition that a reader had before."""
    settle(root)
    files, left = laid(root / "_output")
    whole = files == {"old": OLD, "new": NEW}.get(told, {}) | KEPT
    return [*([] if whole else ["torn"]), *left, *(path.name for path in Path(tempfile.gettempdir()).glob("briefing-*"))]


def main(every=1):
    """Kill at each step, and tell what came of it."""
    findings, counts, ended = [], {"old": 0, "new": 0, "torn": 0}, 0
    with tempfile.TemporaryDirectory(prefix="steps15-") as folder:
        root = Path(folder, "project")
        root.mkdir()
        Path(folder, "temporary").mkdir()
        os.environ["TMPDIR"] = tempfile.tempdir = str(Path(folder, "temporary"))
        begun(root)
        steps = killed("publish", root, 0)
        for at in range(1, steps + 1, every):
            begun(root)
            if killed("publish", root, at) is not None:
                continue  # its threads went another way, with a step less
            told = state(root)
            counts[told] += 1
            again = 0
            while (root / "_output/.rendering-done").exists():  # it is published, and whoever ends that may be killed as well
                again += 1
                if killed("settle", root, again) is not None:
                    break
                ended += 1
                if state(root) != told:
                    findings.append(f"step {at}, then step {again} of the next start: torn")
            if told == "torn" or (wrong := after_the_next_start(root, told)):
                findings.append(f"step {at}: {told}, then {wrong if told != 'torn' else ''}")
        print(f"{sum(counts.values())} of {steps} steps of publishing killed: {counts['old']} left the old edition, {counts['new']} the new, "
              f"{counts['torn']} a torn one; of these, {ended} more kills at steps of the next start.")
    print("\n".join(findings or ["Whole, and nothing left, after each."]))
    return 1 if findings else 0


if __name__ == "__main__":
    if sys.argv[1:2] in (["publish"], ["settle"]):
        print(counted(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    else:
        sys.exit(main(*map(int, sys.argv[1:])))
