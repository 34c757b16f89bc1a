"""A second briefing, on an invented harbour strike, which the tests render and damage."""

import json
import shutil
from pathlib import Path

import pytest

HARBOUR = Path(__file__).parent / "harbour"


@pytest.fixture
def project(tmp_path):
    """A fresh copy of the invented briefing, free to be damaged."""
    return Path(shutil.copytree(HARBOUR, tmp_path / "harbour"))


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """The invented briefing with its `_output/`, rendered once; for reading only."""
    from briefing.render import render

    root = Path(shutil.copytree(HARBOUR, tmp_path_factory.mktemp("rendered") / "harbour"))
    render(root)
    return root


@pytest.fixture
def edit(project):
    """Replace a text that stands exactly once in a file of the project."""

    def replace(path, old, new):
        text = (project / path).read_bytes().decode("utf-8")
        assert text.count(old) == 1, f"{path} has {text.count(old)} times {old!r}"
        (project / path).write_bytes(text.replace(old, new).encode("utf-8"))

    return replace


@pytest.fixture
def notebook(project):
    """Write a notebook of these code cells into the project, in place of its own."""

    def write(*sources, name="harbour.ipynb"):
        cells = [{"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "execution_count": None, "outputs": [],
                  "source": source} for n, source in enumerate(sources, start=1)]
        path = project / "analysis" / name
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        return path

    return write


def snapshot(folder):
    """Every file below a folder with its bytes, to see that nothing changed; not the cache, which may be lost."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
            for path in sorted(folder.rglob("*")) if ".cache" not in path.parts}


@pytest.fixture(name="snapshot")
def snapshot_fixture():
    return snapshot
