"""How many small faults in a room its own tests find (mutmut): `python tests/faults/mutants.py [ROOM …]`.

Works on a copy: mutmut wants the package under `src/`. Of each room the tests of the same name are run. `make mutants`
gets mutmut. A room takes from half an hour to hours; `facts/dates.py` takes one module.
"""

import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("facts", "sources", "editions")
#: What mutmut says of a mutant by the exit code of its tests: these are found.
KILLED, SURVIVED, UNTESTED = (1, 3), (0,), (5, 33)
CONFIG = """[tool.pytest.ini_options]
addopts = "--strict-markers"

[tool.mutmut]
source_paths = ["src"]
also_copy = ["data", "report.qmd"]
only_mutate = ["src/briefing/{mutated}"]
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider"]
track_dependencies = false
use_git_change_detection = false
"""
#: Mutants are tried in forks of a process that has run all tests: what functions keep would hide them. And which tests
#: run a function is seen in one run of all: what it kept for one would hide that others ask for it.
FORGETFUL = """

@pytest.fixture(autouse=True, scope="session")
def nothing_remembered():
    import gc
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            each.cache_clear()


@pytest.fixture(autouse=True)
def nothing_remembered_of_the_last_test():
    import sys
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        for module in [module for name, module in sys.modules.items() if name.startswith("briefing")]:
            for each in vars(module).values():
                if isinstance(each, functools._lru_cache_wrapper):
                    each.cache_clear()
"""


def mutants(mutated, folder, children, tests):
    """Run the mutants of a room; the state of each by name."""
    shutil.copytree(ROOT / "analysis/briefing", folder / "src/briefing", ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__", "node_modules"), dirs_exist_ok=True)
    with (folder / "tests/conftest.py").open("a", encoding="utf-8") as file:
        file.write(FORGETFUL)
    for name in ("data", "report.qmd"):  # which some tests look at, too
        if not (folder / name).exists():
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
    (folder / "mutants/src").mkdir(parents=True, exist_ok=True)  # before Python looks: it keeps in mind what is not there
    (folder / "pyproject.toml").write_text(CONFIG.format(
        mutated=mutated if mutated.endswith(".py") else f"{mutated}/*", tests=json.dumps(tests or [f"tests/{mutated.split('/')[0]}"])))
    path = [str(folder / "mutants/src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    run = subprocess.run([sys.executable, "-m", "mutmut", "run", "--max-children", str(children)], cwd=folder, check=False,
                         env={**os.environ, "PYTHONPATH": os.pathsep.join(path)})
    if run.returncode:
        sys.exit(f"{mutated}: found no run of mutmut to its end ({run.returncode}), expected one. Its message stands above.")
    return found(folder)


def found(folder):
    """What became of each mutant, by name."""
    return {name: code for path in sorted((folder / "mutants").rglob("*.meta"))
            for name, code in json.loads(path.read_text("utf-8"))["exit_code_by_key"].items() if code is not None}


def tell(room, states, listed):
    """The score, and the mutants that no test finds."""
    count = collections.Counter("found" if code in KILLED or code < 0 or code in (24, 36, 152, 255) else
                                "survived" if code in SURVIVED else "untested" for code in states.values())
    whole = sum(count.values())
    print(f"{room}: {count['found']} of {whole} mutants found, {count['found'] / whole:.1%}; {count['survived']} survived, "
          f"{count['untested']} are in lines that no test of the room runs")
    if listed:
        print("\n".join(name for name, code in states.items() if code in SURVIVED or code in UNTESTED))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rooms", nargs="*", default=list(ROOMS), metavar="ROOM")
    parser.add_argument("--tests", action="append", default=[], metavar="FILE", help="of the room's tests only these: faster, and a lower bound")
    parser.add_argument("--folder", type=Path, help="where to work, and to go on from; the mutants stay there")
    parser.add_argument("--children", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true", help="name what was not found")
    options = parser.parse_args()
    for room in options.rooms:
        with tempfile.TemporaryDirectory() as scratch:
            folder = (options.folder or Path(scratch)) / room.replace("/", "-")
            folder.mkdir(parents=True, exist_ok=True)
            tell(room, mutants(room, folder.resolve(), options.children, options.tests), options.list)


if __name__ == "__main__":
    main()
