"""Renders killed at random moments: `python tests/faults/kills.py [COUNT]`.

The invented harbour is rendered from one of two versions of its report to the other, over and over, and each render is
killed by SIGKILL, SIGTERM or SIGINT: at a moment from the first to the last of a render with or without the cache, or before a
step of its publishing. Then a reader who writes nothing must have one whole edition; after the next start, which comes at
once, the same must lie in `_output/`, and no process, folder or lock be left. The moments are chance with a seed: the same in
each run, as far as a machine can repeat them.
"""

import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import steps

TESTS = Path(__file__).parents[1]
VERSIONS = ("# What happened", "# What took place")
SIGNALS = [getattr(signal, name) for name in ("SIGKILL", "SIGTERM", "SIGINT") if hasattr(signal, name)]
#: How a render is killed: at a moment of one without the cache, of one with it, or at a step of its publishing.
WAYS = ("no cache", "cache", "publishing")


class Project:
    """A copy of the harbour, with a temporary folder of its own."""

    def __init__(self, folder):
        self.root, self.temporary = folder / "harbour", folder / "temporary"
        shutil.copytree(TESTS / "harbour", self.root)
        self.temporary.mkdir()
        self.environment = {**os.environ, "TMPDIR": str(self.temporary), "TEMP": str(self.temporary), "TMP": str(self.temporary)}

    def write(self, version):
        """Set the report's version: 0 or 1."""
        path = self.root / "report.qmd"
        path.write_text(path.read_text("utf-8").replace(VERSIONS[1 - version], VERSIONS[version]), "utf-8", newline="\n")

    def start(self, *words, by=("-m", "briefing")):
        """Start a command, told the project."""
        return subprocess.Popen([sys.executable, *by, *words, "--project", str(self.root)], env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words, good=(0,)):
        """Run a command to its end; the seconds it took."""
        began = time.monotonic()
        process = self.start(*words)
        said, errors = process.communicate()
        if process.returncode not in good:
            raise SystemExit(f"{' '.join(words)}: found exit code {process.returncode}, expected {good}\n{said}\n{errors}")
        return time.monotonic() - began

    def processes(self):
        """The processes that have this temporary folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("TMPDIR") == str(self.temporary):
                    found.append(process)
            except psutil.Error:  # it has ended meanwhile, or is another user's
                continue
        return found

    def left(self):
        """What is there that should not be."""
        deadline = time.monotonic() + 15
        while (running := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return [*(f"process {each.pid}" for each in running), *steps.laid(self.root / "_output")[1],
                *(each.name for each in self.temporary.iterdir() if each.is_dir() or each.name.startswith("briefing-"))]


def aimed(at, number, words):
    """Run a command of which a render ends, by a signal, before step `at` of its publishing (0: none); tell the steps."""
    from briefing.__main__ import main
    from briefing.editions import publishing

    real, counted = publishing.publish, []

    def publish(made, gone):
        counted.append(steps.Steps(made.parent, at, number))
        return real(made, gone)

    publishing.publish = publish
    sys.argv[1:] = words
    code = main()
    print(counted[0].count if counted else 0)
    return code


def kill(project, way, number, chance, seconds, most):
    """Start a render and kill it; whether it had ended by itself."""
    if way == "publishing":
        process = project.start(str(chance.randint(1, most)), str(int(number)), "render", by=(__file__,))
        process.communicate()
        return process.returncode == 0
    process = project.start("render", *["--no-cache"] * (way == "no cache"))
    time.sleep(chance.uniform(0, seconds[way]))
    ended = process.poll() is not None
    if not ended:
        process.send_signal(number)
    process.communicate()
    return ended or process.returncode == 0


def main(count=18):
    """Kill so many renders, and tell what came of it."""
    from briefing.editions import publishing

    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it, and all below
    chance, findings = random.Random(15), []
    table = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory(prefix="kills15-") as folder:
        project = Project(Path(folder))
        whole = []
        for version in (0, 1):
            project.write(version)
            project.run("render")
            whole.append(publishing.contents(project.root))
        project.write(0)
        seconds = {"no cache": project.run("render", "--no-cache") * 1.05}
        project.write(1)
        seconds["cache"] = project.run("render") * 1.05
        project.write(0)
        most = int(project.start("0", "0", "render", by=(__file__,)).communicate()[0].split()[-1])
        now = 0
        turn = kills = 0
        while kills < count:
            way, number = WAYS[turn % len(WAYS)], SIGNALS[turn // len(WAYS) % len(SIGNALS)]
            turn += 1
            project.write(1 - now)
            ended = kill(project, way, number, chance, seconds, most)
            kills += not ended
            found = publishing.contents(project.root)
            told = whole.index(found) if found in whole else None
            project.run("check", "--no-rebuild", good=(0, 1))
            wrong = project.left()
            files = steps.laid(project.root / "_output")[0]
            if told is None or files != whole[told]:
                wrong.append("torn" if files not in whole else "another edition than was told before")
            table[way, number.name].update(["ended before" if ended else "killed", "torn" if told is None else "old" if told == now else "new"])
            if wrong:
                findings.append(f"{turn}: {way}, {number.name}: {', '.join(wrong)}")
                print(findings[-1], flush=True)
                project.run("render", "--no-cache")
            now = whole.index(publishing.contents(project.root))
        files = len(list(project.temporary.iterdir()))
    columns = ("killed", "ended before", "old", "new", "torn")
    print(f"{'render':12}{'signal':10}" + "".join(f"{name:>14}" for name in columns))
    for (way, name), row in sorted(table.items()):
        print(f"{way:12}{name:10}" + "".join(f"{row[column]:14}" for column in columns))
    print(f"{kills} kills; a render without the cache took {seconds['no cache'] / 1.05:.1f} s, with it {seconds['cache'] / 1.05:.1f} s, "
          f"its publishing {most} steps. {files} files are left that are none of ours.")
    print(f"{len(findings)} of them left something." if findings else "One whole edition, and no process, folder or lock left, after each.")
    return 1 if findings else 0


if __name__ == "__main__":
    if len(sys.argv) > 3:
        sys.exit(aimed(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
    sys.exit(main(*map(int, sys.argv[1:])))
