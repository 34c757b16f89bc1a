"""What makes bytes differ, planted: each cause is found, classed and shown at its depth."""

import json
import os
import shutil
import sys

import nbformat
import pytest

from briefing.commands import cli
from briefing.editions import confinement, edition, rebuild
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
    assert rebuild.check_pdf((published / "_output/report.pdf").read_bytes(), "report.pdf") == rebuild.Verdict(
        [], rebuild.Carried((), None, ()), "")


def test_where_tests_must_be_complete_code_can_be_shut_in_and_signed():
    """Else the tests of both would be skipped in silence."""
    if sys.platform == "linux" and os.environ.get("CI"):
        assert confinement.missing() == "" and shutil.which("ssh-keygen")


# --- which package proves -----------------------------------------------------------------

#: A package that renders nothing: it writes a PDF that is finished, but for the archive, which it makes of what it finds.
FORGED = r'''
import io, pathlib, sys, zipfile

def pdf(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, files[name])
    objects = [b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(inputs.zip)4 0 R]>>>>>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>", b"<</Type/Filespec/F(inputs.zip)/UF(inputs.zip)/EF<</F 5 0 R>>>>",
               b"<</Type/EmbeddedFile/Length %d>>stream\n%s\nendstream" % (len(out.getvalue()), out.getvalue())]
    made, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(made))

if __name__ == "__main__":
    project, package = pathlib.Path(sys.argv[sys.argv.index("--project") + 1]), pathlib.Path(__file__).parents[2]
    files = {path.relative_to(top).as_posix(): path.read_bytes() for top in (project, package) for path in top.rglob("*")
             if path.is_file() and "__pycache__" not in path.parts and "_output" not in path.parts}
    (project / "_output").mkdir()
    (project / "_output/report.pdf").write_bytes(pdf(files))
'''


def test_package_that_writes_out_finished_bytes_proves_nothing(published):
    inputs = edition.inputs_of((published / "_output/report.pdf").read_bytes(), "report.pdf")
    inputs["analysis/briefing/__main__.py"] = FORGED.encode()
    names = {"__name__": "forged"}
    exec(FORGED, names)
    forged = names["pdf"](inputs)
    verdict = rebuild.check_pdf(forged, "forged.pdf")
    assert verdict.own == rebuild.SAME and verdict.differences
    assert verdict.other.files == ("analysis/briefing/__main__.py",) and verdict.other.release is None
    told = cli._own_lines(verdict)
    assert "The installed package gives other bytes." in told and "the same bytes, which proves nothing" in told


def test_other_package_is_told_though_the_installed_one_gives_the_same(published, tmp_path, monkeypatch):
    """One byte more in a module that changes nothing: another package, the same edition."""
    other = shutil.copytree(edition.PACKAGE, tmp_path / "other", ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "limits.py").open("a") as file:
        file.write("\n")
    monkeypatch.setenv(edition.CARRIED, str(other))
    root = shutil.copytree(published, tmp_path / "harbour")
    render(root)
    monkeypatch.delenv(edition.CARRIED)
    pdf = (root / "_output/report.pdf").read_bytes()
    verdict = rebuild.check_pdf(pdf, "report.pdf")
    assert (verdict.differences, verdict.own, verdict.other.files) == ([], rebuild.SAME, ("analysis/briefing/limits.py",))
    told = cli._carried_lines(verdict.other, "report.pdf")
    assert told.startswith("report.pdf carries another package") and "limits.py" in told and "no release" in told
    known = {"9.9.9": edition.digest(edition.package_of(edition.inputs_of(pdf, "report.pdf")))}
    monkeypatch.setattr(edition, "releases", lambda: known)
    assert "release 9.9.9" in cli._carried_lines(rebuild.carried(edition.inputs_of(pdf, "report.pdf")), "report.pdf")
    difference, = [d for d in rebuild.check(root) if d.path == "analysis/briefing/limits.py"]  # a project's: same rule
    assert difference.kind == "code"


def test_lock_that_pins_what_is_not_installed_is_told():
    import altair

    lock = (f"altair=={altair.__version__} \\\n    --hash=sha256:00\n    # via briefing\nbabel==0.1 \\\n    --hash=sha256:00\n"
            "appnope==1.0 ; sys_platform == 'none'\nno-such-package==2\n== broken\n")
    found = rebuild.carried({**edition.installed(), "requirements.lock": lock.encode()})
    assert found.files == () and [pin.partition(" (")[0] for pin in found.pins] == ["babel 0.1", "no-such-package 2"]
    assert cli._carried_lines(found, "x.pdf").startswith("Its requirements.lock pins otherwise than what is installed here: babel 0.1 (here ")


def test_list_of_releases_names_versions_and_digests():
    for version, digest in edition.releases().items():
        assert all(part.isdecimal() for part in version.split(".")) and len(bytes.fromhex(digest)) == 32
