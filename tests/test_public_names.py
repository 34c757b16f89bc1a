"""What other programs may lean on: the names of `briefing`, how fast they are there, and what the package never does."""

import ast
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import briefing

FOLDER = Path(briefing.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))
ROOMS = sorted(path.parent for path in FOLDER.glob("*/__init__.py"))

#: A name goes in or out of here in the change that adds or removes it, with a line in the changelog.
NAMES = """BriefingError Difference Edition Finding Findings Project Quantity Review Tables Value
    camps charts check compare evidence load load_edition networks notebooks positions quantities rebuild reliability
    render statements tables windows"""


def test_public_names_are_those_that_are_pinned():
    assert briefing.__all__ == sorted(briefing.__all__) == NAMES.split()
    assert set(briefing.__all__) <= set(dir(briefing))


@pytest.mark.parametrize("name", NAMES.split())
def test_public_name_is_there_and_says_what_it_is(name):
    assert getattr(briefing, name).__doc__


def test_public_names_are_typed_as_what_they_are():
    """What a type checker reads under TYPE_CHECKING is what a program gets."""
    tree = ast.parse((FOLDER / "__init__.py").read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    told = {alias.asname or alias.name: (node.module, alias.name) for node in block.body for alias in node.names}
    assert set(told) == set(briefing.__all__)
    for name, (module, inner) in told.items():
        place = briefing._PLACES[name]
        assert place in (f"{module}:{inner}", f"{module}.{inner}" if module else inner), name
    assert (FOLDER / "py.typed").exists()


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        briefing.nothing  # noqa: B018


def test_a_project_is_loaded_from_any_folder_in_it(project):
    found = briefing.load(project / "data")
    assert found.root == project.resolve() and found.tables.row("sources", found.tables.rows["sources"][0]["id"])
    assert found.report.front["title"] == "A strike in Sandhaven"


def test_importing_the_package_takes_no_time():
    def seconds(code):
        taken = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            taken.append(time.perf_counter() - began)
        return min(taken)

    assert seconds("import briefing") - seconds("pass") < 0.03


def test_there_is_one_version():
    pyproject = (FOLDER.parents[1] / "pyproject.toml").read_text("utf-8")
    assert 'version = { attr = "briefing.__version__" }' in pyproject and not re.search(r'^version = "', pyproject, re.M)


# --- the rooms ------------------------------------------------------------------------

def test_a_room_has_three_to_seven_modules_and_its_docstring_names_each():
    assert len(ROOMS) == 13
    for room in ROOMS:
        modules = {path.stem for path in room.glob("*.py")} - {"__init__"}
        assert 3 <= len(modules) <= 7, room.name
        doc = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8")))
        assert "In: " in doc and "Out: " in doc, room.name
        assert modules <= set(re.findall(r"`(\w+)`", doc)), room.name


def test_modules_are_few():
    """Without what only opens a room or the package. They were 45 before projects could be begun and coded here, 66
    before they could be written in other languages, 77 before each kind of chart had a module, 80 before data were
    held to what characters they may have, and files to their limits, 82 before killed renders were cleaned up after,
    Typst had a process of its own, a stranger's code was shut in and what a check proved could be signed, and 86 before
    Quarto was given the whole document, and a shelf could be rendered, shared and read."""
    assert len([path for path in MODULES if path.stem not in ("__init__", "__main__")]) <= 95


def test_each_room_imports_only_from_those_before_it():
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint, "--no-cache"], cwd=FOLDER.parents[1], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_picture_of_the_rooms_is_current():
    picture = FOLDER.parents[1] / "docs/rooms.py"
    assert subprocess.run([sys.executable, picture, "--check"], check=False).returncode == 0, "make rooms"


def test_a_function_over_50_lines_says_why():
    silent = []
    for path in MODULES:
        lines = path.read_text("utf-8").splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno - node.lineno >= 50:
                head = lines[node.lineno - 2:node.body[0].lineno - 1]
                if not any("# noqa: C901  " in line or "# over 50 lines: " in line for line in head):
                    silent.append(f"{path.name}: {node.name}")
    assert silent == []


# --- habits ---------------------------------------------------------------------------

def test_no_assert_outside_tests():
    assert [f"{path.name} line {node.lineno}" for path in MODULES for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Assert)] == []


def test_nothing_in_the_package_names_the_first_briefings_subject():
    words = re.compile(r"mongolia(?!n)|putin|kremlin|ulaanbaatar|tass\b|cnbc", re.IGNORECASE)
    files = [path for path in sorted(FOLDER.rglob("*")) if path.suffix in (".py", ".typ", ".css", ".js", ".html", ".csl")]
    assert [path.name for path in files if words.search(path.read_text("utf-8"))] == []
