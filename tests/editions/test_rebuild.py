"""What makes bytes differ, planted: each cause is found, classed and shown at its depth."""

import json
import shutil

import nbformat
import pytest

from briefing.editions import edition, rebuild
from briefing.rendering.render import render

#: Seven causes that lie in no input: each in a cell of its own, all seen in one check.
UNSTABLE = {
    "clock": "import time; str(time.time_ns())",
    "random-id": "import uuid; str(uuid.uuid4())",
    "set-order": "str(list({f'word{n}' for n in range(40)}))",
    "locale-comma": "import locale; locale.setlocale(locale.LC_ALL, ''); f'{1234.5:n}'",
    "folder": "import os; os.getcwd()",
    "home": "import os; os.path.expanduser('~')",
    "time-zone": "import time; time.strftime('%H:%M', time.localtime(0))",
}
#: Five that do: file, old text, new text; the class; and what the explanation names.
CHANGED = {
    "fact": ("data/quantities.csv", ",>,40,%", ",>,41,%", "facts", ["data/quantities.csv row", "value", "41"]),
    "sentence": ("report.qmd", "# What happened", "# What took place", "prose", ["report.qmd line", "What took place"]),
    "notebook": ("analysis/harbour.ipynb", "calls = data.series", "calls = 1 * data.series", "code",
                 ["analysis/harbour.ipynb cell"]),
    "lock": ("requirements.lock", "altair==6.3.0", "altair==6.4.0", "environment", ["requirements.lock line", "6.4.0"]),
    "library": ("_output/edition.json", None, None, "environment", ["version of altair", "5.0.0"]),
}


@pytest.fixture(scope="session")
def published(rendered, tmp_path_factory):
    """The invented briefing with a lock file and its edition, to be copied."""
    root = shutil.copytree(rendered, tmp_path_factory.mktemp("published") / "harbour")
    (root / "requirements.lock").write_text("altair==6.3.0\n")
    render(root)
    return root


def test_edition_that_follows_from_its_inputs_reproduces(published):
    assert rebuild.check(published) == []


@pytest.fixture(scope="module")
def unstable(rendered, tmp_path_factory):
    """The differences of a briefing whose notebook has all seven causes."""
    root = shutil.copytree(rendered, tmp_path_factory.mktemp("unstable") / "harbour")
    cells = [nbformat.v4.new_code_cell(code, id=name) for name, code in UNSTABLE.items()]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), root / "analysis" / "unstable.ipynb")
    render(root)
    return rebuild.check(root)


@pytest.mark.parametrize("cause", UNSTABLE)
def test_what_only_the_surroundings_change_is_nondeterminism_and_names_its_cell(unstable, cause, tmp_path):
    if cause == "locale-comma" and rebuild._comma_locale(tmp_path)[0] == "C.UTF-8":
        pytest.skip("no locale with a comma here, and nothing to make one from (Debian: locales)")
    found = [str(d) for d in unstable if d.kind == "nondeterminism" and d.path == "_output/notebooks/unstable.ipynb"]
    assert any(f"({cause})" in text for text in found), "\n".join(map(str, unstable))


@pytest.mark.parametrize("cause", CHANGED)
def test_what_a_hand_changed_is_classed_by_what_it_is(published, tmp_path, cause):
    path, old, new, kind, named = CHANGED[cause]
    root = shutil.copytree(published, tmp_path / "harbour")
    if cause == "library":  # an edition of another version of a library, which drew otherwise
        record = json.loads((root / path).read_text())
        record["environment"]["packages"]["altair"] = "5.0.0"
        page = (root / "_output/report.html").read_bytes().replace(b"</h1>", b" </h1>", 1)
        (root / "_output/report.html").write_bytes(page)
        record["outputs"]["report.html"] = edition.sha256(page)
        (root / path).write_text(json.dumps(record))
    else:
        text = (root / path).read_text()
        assert text.count(old) == 1
        (root / path).write_text(text.replace(old, new))
    found = rebuild.check(root)
    assert found and {difference.kind for difference in found} == {kind}
    cause_of_it = next(difference for difference in found if all(word in str(difference) for word in named))
    assert cause_of_it is found[0] or kind == "code"
    if cause == "fact":
        moved = "\n".join(map(str, found))
        assert "_output/report.html sentence" in moved and "_output/report.pdf page" in moved
        assert "value " in moved and "_output/notebooks/harbour.ipynb cell" in moved


def test_output_edited_by_hand_does_not_pass(published, tmp_path):
    root = shutil.copytree(published, tmp_path / "harbour")
    page = root / "_output" / "report.html"
    page.write_bytes(page.read_bytes().replace(b"</h1>", b" </h1>", 1))
    found = [str(difference) for difference in rebuild.check(root)]
    assert any("changed after it was rendered" in text for text in found)


def test_other_version_that_gives_the_same_bytes_is_no_difference(published, tmp_path):
    root = shutil.copytree(published, tmp_path / "harbour")
    record = json.loads((root / "_output/edition.json").read_text())
    record["environment"]["python"] = "3.99.0"
    (root / "_output/edition.json").write_text(json.dumps(record))
    assert rebuild.check(root) == []


def test_pdf_alone_rebuilds_to_itself(published):
    assert rebuild.check_pdf((published / "_output/report.pdf").read_bytes(), "report.pdf") == []
