"""Which folders are projects, by their files on a disk and by their names alone."""

import hashlib
import os
from pathlib import Path

import pytest

from briefing.shelf import projects

FILES = """a/report.qmd a/data/datapackage.json
    a/analysis/inner/report.qmd a/analysis/inner/data/datapackage.json
    b/c/report.qmd b/c/data/datapackage.json b/c/old/report.qmd b/c/old/data/datapackage.json
    no-data/report.qmd no-report/data/datapackage.json no-report/analysis/one.ipynb
    facts/data/datapackage.json facts/data/actors.csv
    .hidden/report.qmd x/node_modules/p/report.qmd x/.venv/p/report.qmd a/_output/p/report.qmd
    y/data/report.qmd""".split()
FOUND = ["a", "b/c", "b/c/old", "no-data", "no-report", "y/data"]


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return tmp_path


def test_projects_are_found_below_a_folder_in_order_of_their_paths(folder):
    assert projects.below(str(folder)) == FOUND


def test_projects_are_the_same_by_names_alone():
    assert projects.among(FILES) == FOUND


def test_folder_that_is_a_project_itself_is_found(folder):
    assert projects.below(str(folder / "b/c")) == [".", "old"]
    assert projects.among(["report.qmd", "data/datapackage.json", "old/report.qmd"]) == [".", "old"]


def test_links_to_folders_are_not_followed(folder):
    os.symlink(folder / "a", folder / "again")
    os.symlink(folder, folder / "b" / "round")
    assert projects.below(str(folder)) == FOUND


def test_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError):
        projects.below(str(tmp_path / "none"))


def test_projects_that_share_name_or_title_are_told_by_their_paths(tmp_path):
    for name, said in (("a", '{"name": "x", "title": "T"}'), ("b", '{"name": "x", "title": "T"}'),
                       ("c", '{"name": "y", "title": "T"}'), ("d", "{")):
        path = tmp_path / name / "data"
        path.mkdir(parents=True)
        (path / "datapackage.json").write_text(said)
    assert projects.namesakes(str(tmp_path), ["a", "b", "c", "d"]) == [
        'a and b share the name "x"; each is made where it lies', 'a and b and c share the title "T"; each is made '
        "where it lies"]


def test_what_projects_have_in_common_is_looked_at_once_and_its_changes_are_seen(tmp_path, monkeypatch):
    from briefing.rendering import manifest

    common = tmp_path / "package"
    common.mkdir()
    (common / "code.py").write_text("1")
    roots = [tmp_path / name for name in "ab"]
    for root in roots:
        (root / "_output/.cache").mkdir(parents=True)
        (root / "fact.csv").write_text("1")
        for path in (root / "fact.csv", common / "code.py"):
            os.utime(path, (1, 1))
    monkeypatch.setattr(manifest, "YOUNG", -10)  # all files are old enough to be known by their times
    digest = hashlib.sha256(b"1").hexdigest()
    for root in roots:
        manifest.remember(str(root), {}, [(str(common), "")], {"fact.csv": digest, str(common / "code.py"): digest})
    looked = []
    monkeypatch.setattr(manifest, "_same", lambda root, file, same=manifest._same: looked.append(file[0]) or same(root, file))
    seen = ({}, {})
    assert [manifest.changes(str(root), seen) for root in roots] == [[], []]
    assert looked == ["fact.csv", str(common / "code.py"), "fact.csv"]
    (roots[1] / "fact.csv").write_text("2")
    assert [manifest.changes(str(root), seen) for root in roots] == [[], ["fact.csv"]]
    (common / "code.py").write_text("2")
    assert [manifest.changes(str(root), ({}, {})) for root in roots] == [
        [str(common / "code.py")], ["fact.csv", str(common / "code.py")]]
    (common / "more.py").write_text("")
    assert manifest.changes(str(roots[0]), ({}, {})) is None


def test_nothing_heavy_is_loaded_to_tell_that_nothing_has_changed():
    import subprocess
    import sys

    run = subprocess.run([sys.executable, "-c", "import sys, briefing.shelf.batch, briefing.shelf.projects\n"
                          "print(*(name for name in ('pandas', 'tempfile', 'subprocess', 'distributed', 'pathlib') "
                          "if name in sys.modules))"], capture_output=True, text=True, check=True,
                         cwd=Path(__file__).parents[2] / "analysis")
    assert set(run.stdout.split()) <= {"pathlib"}, run.stdout
