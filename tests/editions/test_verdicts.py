"""What a check says of an edition, and how it has it rendered again; in place of renders stands one that takes no time."""

import io
import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pypdf
import pytest

from briefing.editions import confinement, edition, rebuild
from briefing.editions.compare import Difference
from briefing.editions.confinement import Ended, Limits
from briefing.editions.rebuild import Carried, Verdict
from briefing.findings import BriefingError

INPUTS = {"data/a.csv": b"id\n1\n", "report.qmd": b"---\ntitle: A\n---\n\nText.\n"}
CODE = {"briefing/x.py": b"1\n", "briefing/deep/y.py": b"2\n"}
PACKAGE = {f"analysis/{name}": content for name, content in CODE.items()}


def pdf(inputs, title="A"):
    out = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": title})
    writer.add_attachment("inputs.zip", edition.pack(inputs))
    writer.write(out)
    return out.getvalue()


def write(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def read(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Renders:
    """Renders an edition at once: what it is told of each run, and what comes out is as `change` has it."""

    def __init__(self):
        self.runs, self.locales = [], {"listed": "C\nC.utf8\nde_AT.utf8\net_EE.utf8\nde_DE.utf8\n"}
        self.change, self.fail = (lambda outputs, run: None), (lambda run: None)

    def __call__(self, command, **given):
        if command[0] in ("locale", "localedef"):
            self.locales.setdefault("asked", []).append((command, given))
            if "fails" in self.locales:
                raise self.locales["fails"]
            return subprocess.CompletedProcess(command, 0, self.locales["listed"], "")
        project = Path(command[command.index("--project") + 1])
        environment = given.get("env") or given["environment"]
        run = {"command": command, "project": project, "environment": environment, "files": read(project), "seed": environment.get("PYTHONHASHSEED"),
               "own": environment["PYTHONPATH"].endswith("carried/analysis"), **given}
        self.runs.append(run)
        carried = environment.get(edition.CARRIED)
        package = read(Path(carried)) if carried else read(Path(environment["PYTHONPATH"], "briefing"))
        inputs = run["files"] | {f"analysis/briefing/{name}": content for name, content in package.items()}
        outputs = {"page.txt": b"page\n", "inputs": inputs, "title": inputs["data/a.csv"].decode(), "python": "3.12.1"}
        if (code := self.fail(run)) is not None:
            return subprocess.CompletedProcess(command, code, "out", " It\n broke. ")
        self.change(outputs, run)
        made = {"report.pdf": pdf(outputs.pop("inputs"), outputs.pop("title")), "notebooks/a.txt": inputs["data/a.csv"]}
        python = outputs.pop("python")
        made |= outputs
        groups = {"facts": {}, "prose": {}, "code": {}, "environment": {}}
        for name, content in inputs.items():
            groups[edition.kind(name)][name] = edition.sha256(content)
        record = {"format": 1, "inputs": groups, "outputs": {name: edition.sha256(content) for name, content in made.items()},
                  "environment": {"python": python, "packages": {}}}
        write(project / "_output", made | {"edition.json": json.dumps(record).encode()})
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def renders(monkeypatch, tmp_path):
    made = Renders()
    monkeypatch.setattr(subprocess, "run", made)
    monkeypatch.setattr(edition, "PACKAGE", write(tmp_path / "installed", CODE) / "briefing")
    monkeypatch.setattr(edition, "releases", dict)
    return made


@pytest.fixture
def root(renders, tmp_path):
    """A project that was rendered."""
    found = write(tmp_path / "harbour", INPUTS)
    renders(["", "--project", str(found)], env={"PYTHONPATH": str(tmp_path / "installed")})
    renders.runs.clear()
    return found


def altered(root, name, content):
    """Change an output as a hand would that knows of the record."""
    record = json.loads((root / "_output/edition.json").read_text())
    record["outputs"][name] = edition.sha256(content)
    write(root / "_output", {name: content, "edition.json": json.dumps(record).encode()})


# --- a project ----------------------------------------------------------------------------

def test_an_edition_that_its_inputs_give_again_has_no_differences(root, renders):
    said = []
    assert rebuild.check(root, said.append) == []
    assert said == ["Rendering afresh, twice, under different conditions"] and len(renders.runs) == 2
    assert rebuild.remembered(root, (root / "_output/edition.json").read_bytes(), []) == 0


def test_what_changed_since_is_told_with_what_it_changes(root):
    (root / "data/a.csv").write_bytes(b"id\n2\n")
    found = rebuild.check(root)
    assert found[:2] == [Difference("facts", "data/a.csv", "row 2 (1)", "1", None), Difference("facts", "data/a.csv", "row 2 (2)", None, "2")]
    assert {(one.kind, one.path) for one in found[2:]} == {("facts", "_output/notebooks/a.txt"), ("facts", "_output/report.pdf")}
    assert rebuild.remembered(root, (root / "_output/edition.json").read_bytes(), ["data/a.csv"]) == len(found)


def test_what_both_renders_make_otherwise_is_told_once_and_after_the_rest(root, renders):
    altered(root, "notebooks/a.txt", b"0\n")
    renders.change = lambda outputs, run: outputs.update({"page.txt": b"%s\n" % run["seed"].encode()})
    assert rebuild.check(root) == [
        Difference("nondeterminism", "_output/notebooks/a.txt", "line 1", "0", "id"), Difference("nondeterminism",
            "_output/notebooks/a.txt", "line 2", None, "1"),
        Difference("nondeterminism", "_output/page.txt", "line 1", "1", "2")]


def test_other_versions_count_only_where_they_give_other_bytes(root, renders):
    renders.change = lambda outputs, run: outputs.update({"python": "3.13.0"})
    assert rebuild.check(root) == []
    renders.change = lambda outputs, run: outputs.update({"python": "3.13.0", "page.txt": b"other\n"})
    assert rebuild.check(root) == [Difference("environment", "edition.json", "version of python", "3.12.1", "3.13.0"),
                                   Difference("environment", "_output/page.txt", "line 1", "page", "other")]


def test_an_output_that_is_not_what_its_record_says_was_changed_by_hand(root):
    write(root / "_output", {"page.txt": b"other\n", "more.txt": b"not in the record"})
    (root / "_output/notebooks/a.txt").unlink()
    assert rebuild.check(root)[0] == Difference(
        "nondeterminism", "_output/page.txt", "is not the file that its record tells of: it was changed after it was rendered",
        edition.sha256(b"page\n"), edition.sha256(b"other\n"))
    assert len([one for one in rebuild.check(root) if "its record" in one.place]) == 1


def test_a_render_that_fails_is_told_with_its_own_words(root, renders):
    renders.fail = lambda run: 3 if run["seed"] == "2" else None
    with pytest.raises(BriefingError) as error:
        rebuild.check(root)
    assert str(error.value) == "render (foreign conditions): found exit code 3, expected 0. Its own words:\nIt\n broke."


# --- how it is rendered -------------------------------------------------------------------

def test_renders_differ_in_all_in_which_machines_do(root, renders, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv(edition.CARRIED, str(edition.PACKAGE))
    written, write_files = {}, edition.write_files

    def noted(files, folder):
        written[folder.name] = list(files)
        write_files(files, folder)

    monkeypatch.setattr(edition, "write_files", noted)
    for name in ("OF_THE_USER", "TZ", "LC_ALL", "LANG", "PYTHONHASHSEED", "HOME", "USER", "PYTHONPATH"):
        monkeypatch.setenv(name, "kept")
    monkeypatch.setattr(rebuild.shutil, "which", lambda name: {"taskset": "/bin/taskset"}.get(name))
    rebuild.check(root)
    plain, foreign = sorted(renders.runs, key=lambda run: run["seed"])
    for run, name, folder, before in ((plain, "project", "0", []), (foreign, "a project", "1", ["taskset", "-c", "0"])):
        place = run["project"].parents[1]
        assert run["project"] == place / folder / name and run["cwd"] == place / folder
        assert run["command"] == [*before, sys.executable, "-P", "-s", "-m", "briefing", "render", "--no-cache", "--project", str(run["project"]),
                                  "--timeout=300", "--memory=4000"]
        assert run["files"] == INPUTS and run["stdin"] == subprocess.DEVNULL
        assert "PYTHONDONTWRITEBYTECODE" not in run["environment"] and edition.CARRIED not in run["environment"]
        assert run["environment"]["OF_THE_USER"] == "kept" and run["environment"]["PYTHONPATH"] == str(edition.PACKAGE.parent)
        assert Path(run["environment"]["HOME"]).parent == place
    assert written == {"project": sorted(INPUTS), "a project": sorted(INPUTS, reverse=True)}
    own = {key: value for key, value in plain["environment"].items() if os.environ.get(key) != value}  # what is not the user's
    assert own == {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONHASHSEED": "1", "HOME": own["HOME"],
                   "PYTHONPATH": own["PYTHONPATH"],
                   "BRIEFING_VARIED": "TZ LC_ALL LANG PYTHONHASHSEED HOME"}
    own = {key: value for key, value in foreign["environment"].items() if os.environ.get(key) != value}
    assert own == {"TZ": "America/St_Johns", "LC_ALL": "et_EE.utf8", "LANG": "et_EE.utf8", "PYTHONHASHSEED": "2", "HOME": own["HOME"],
                   "USER": "somebody",
                   "PYTHONPATH": own["PYTHONPATH"], "BRIEFING_VARIED": "TZ LC_ALL LANG PYTHONHASHSEED HOME USER"}
    assert (Path(plain["environment"]["HOME"]).name, Path(own["HOME"]).name) == ("home", "somebody's home") and (plain["umask"], foreign["umask"]) == (0o022, 0o077)


def test_without_taskset_all_processors_are_used(root, renders, monkeypatch):
    monkeypatch.setattr(rebuild.shutil, "which", lambda name: None)
    rebuild.check(root)
    assert [run["command"][0] for run in renders.runs] == [sys.executable] * 2


@pytest.mark.parametrize("listed", ["et_EE.utf8", "de_DE.UTF-8", "fr_FR.utf8@euro", "pl_PL.UTF8"])
def test_a_locale_with_a_comma_is_taken_where_there_is_one(renders, tmp_path, listed):
    if listed == "pl_PL.UTF8":
        renders.locales["listed"] = f"C\nen_GB.utf8\n{listed}\n"
    else:
        renders.locales["listed"] = f"C {listed} de_DE.utf8"
    assert rebuild._comma_locale(tmp_path) == (listed, {})
    assert renders.locales["asked"] == [(["locale", "-a"], {"capture_output": True, "text": True, "check": True})]


def test_a_locale_with_a_comma_is_made_where_there_is_none_and_a_confined_render_may_read_it(renders, tmp_path):
    renders.locales["listed"] = "C\nC.utf8\nde_DE.iso88591\nen_GB.utf8\n"
    assert rebuild._comma_locale(tmp_path) == ("et_EE.UTF-8", {"LOCPATH": str(tmp_path)})
    assert renders.locales["asked"][1] == (["localedef", "-i", "et_EE", "-f", "UTF-8", str(tmp_path / "et_EE.UTF-8")],
                                           {"capture_output": True, "check": True})
    plain, foreign = rebuild._conditions(tmp_path)
    assert foreign.variables["LC_ALL"] == foreign.variables["LANG"] == "et_EE.UTF-8"
    assert (rebuild._given(plain), rebuild._given(foreign)) == ([], [tmp_path / "et_EE.UTF-8"])


@pytest.mark.parametrize("failure", [FileNotFoundError(), subprocess.CalledProcessError(1, "locale")])
def test_where_no_locale_can_be_made_numbers_have_a_point(renders, tmp_path, failure):
    renders.locales["fails"] = failure
    assert rebuild._comma_locale(tmp_path) == ("C.UTF-8", {})


def test_words_of_a_render_are_read_whatever_bytes_they_are_and_nothing_else_of_it_is_shown(tmp_path, monkeypatch, capfd):
    (tmp_path / "python").write_text("#!/bin/sh\nprintf ' M\\303\\266we \\377 ' >&2; cat; echo out; exit 3\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(edition, "PACKAGE", write(tmp_path / "installed", CODE) / "briefing")
    monkeypatch.setattr(edition, "releases", dict)
    with pytest.raises(BriefingError) as error:
        rebuild.check_pdf(pdf(ALL), "x.pdf")
    assert str(error.value) == "render (plain conditions): found exit code 3, expected 0. Its own words:\nMöwe \ufffd"
    assert capfd.readouterr() == ("", "")


# --- a PDF --------------------------------------------------------------------------------

ALL = INPUTS | PACKAGE


def told(files=(), pins=(), release=None):
    return Carried(tuple(files), release, tuple(pins))


def test_a_pdf_of_the_installed_package_is_rendered_twice(renders):
    said = []
    assert rebuild.check_pdf(pdf(ALL, "id\n1\n"), "x.pdf", said.append, timeout=7, memory=8) == Verdict([], told(), "")
    assert said == ["Rendering afresh, twice, under different conditions"] and len(renders.runs) == 2
    for run in renders.runs:
        assert run["command"][-2:] == ["--timeout=7", "--memory=8"] and run["files"] == INPUTS
        assert edition.CARRIED not in run["environment"] and run["environment"]["PYTHONPATH"] == str(edition.PACKAGE.parent)


def test_a_pdf_of_other_bytes_is_told_by_its_own_name(renders):
    verdict = rebuild.check_pdf(pdf(ALL, "forged"), "x.pdf")
    found, = verdict.differences
    assert (found.kind, found.path) == ("environment", "x.pdf") and found.place.startswith("byte ")


def test_a_render_that_packs_other_inputs_is_told_with_their_kind(renders):
    renders.change = lambda outputs, run: outputs["inputs"].update({"report.qmd": b"---\ntitle: B\n---\n\nText.\n", "data/a.csv": b"id\n1\n2\n"})
    *changed, found = rebuild.check_pdf(pdf(ALL, "id\n1\n"), "x.pdf").differences
    assert changed == [Difference("facts", "data/a.csv", "row 3 (2)", None, "2"), Difference("prose", "report.qmd", "line 2", "title: A", "title: B")]
    assert (found.kind, found.path) == ("facts+prose", "x.pdf")


def test_renders_that_differ_prove_nothing_of_a_pdf(renders):
    renders.change = lambda outputs, run: outputs.update(title=run["seed"])
    found, = rebuild.check_pdf(pdf(ALL, "1"), "x.pdf").differences
    assert (found.kind, found.path) == ("nondeterminism", "_output/report.pdf")


OTHER = INPUTS | {"analysis/briefing/x.py": b"3\n", "analysis/briefing/new.py": b""}


def test_a_pdf_that_carries_another_package_is_rendered_by_the_installed_one_and_by_its_own(renders):
    said = []
    verdict = rebuild.check_pdf(pdf(OTHER, "id\n1\n"), "x.pdf", said.append)
    assert verdict == Verdict([], told([f"analysis/briefing/{name}" for name in ("deep/y.py", "new.py", "x.py")]), "the same bytes")
    assert said == ["Rendering afresh, twice, under different conditions", "Rendering once more, with the package that the PDF carries"]
    first, second, third = renders.runs
    for run in first, second:
        assert run["environment"]["PYTHONPATH"] == str(edition.PACKAGE.parent)
        assert Path(run["environment"][edition.CARRIED]) == run["cwd"] / "packed"
    assert third["environment"]["PYTHONPATH"] == str(third["cwd"] / "carried/analysis") and edition.CARRIED not in third["environment"]
    assert third["project"].name == "project" and all(run["files"] == INPUTS for run in renders.runs)


def test_a_package_that_gives_other_bytes_or_none_is_told(renders):
    inputs = ALL | {"analysis/briefing/x.py": b"3\n"}
    renders.change = lambda outputs, run: outputs.update(title="y" if run["own"] else "x")
    assert rebuild.check_pdf(pdf(inputs, "x"), "x.pdf") == Verdict([], told(["analysis/briefing/x.py"]), "other bytes")
    renders.fail = lambda run: 4 if run["own"] else None
    assert rebuild.check_pdf(pdf(inputs, "x"), "x.pdf") == Verdict(
        [], told(["analysis/briefing/x.py"]), "no edition: render (plain conditions): found exit code 4, expected 0. Its own words:\nIt\n broke.")


def test_what_the_installed_package_makes_otherwise_of_a_pdf_of_another_is_told(renders):
    found, = rebuild.check_pdf(pdf(OTHER, "forged"), "x.pdf").differences
    assert (found.kind, found.path) == ("environment", "x.pdf")


def test_what_is_no_pdf_is_told_by_its_name():
    with pytest.raises(BriefingError, match="^x.pdf: found no PDF that can be read"):
        rebuild.check_pdf(b"", "x.pdf")


def test_a_pdf_that_the_installed_package_cannot_render_is_a_difference(renders):
    renders.fail = lambda run: 4 if run["seed"] == "1" and not run["own"] else None
    verdict = rebuild.check_pdf(pdf(ALL | {"analysis/briefing/x.py": b"3\n"}, "id\n1\n"), "x.pdf")
    assert verdict == Verdict([Difference("code", "x.pdf", "rendered by the installed package", "the edition",
                                          "render (plain conditions): found exit code 4, expected 0. Its own words:\nIt\n broke.")],
                              told(["analysis/briefing/x.py"]), "the same bytes")


def test_a_package_that_is_not_the_installed_one_may_be_a_release(renders, monkeypatch):
    other = PACKAGE | {"analysis/briefing/x.py": b"3\n"}
    monkeypatch.setattr(edition, "releases", lambda: {"9.9.9": edition.digest(other)})
    assert rebuild.carried(INPUTS | other) == told(["analysis/briefing/x.py"], release="9.9.9")
    assert rebuild.carried(INPUTS) == told(sorted(PACKAGE))


def test_a_lock_is_held_against_what_is_installed(renders, monkeypatch):
    def version(name):
        if name not in ("altair", "typst", "pandas"):
            raise metadata.PackageNotFoundError(name)
        return {"altair": "6.0", "typst": "0.15rc1", "pandas": "2.3"}[name]

    monkeypatch.setattr(rebuild.metadata, "version", version)
    lock = ("# a lock\naltair==6.0 \\\n    --hash=sha256:00\n    # via briefing\ntypst==0.14  # why\nnot-here==1.0 \\\n    --hash=sha256:00\npandas>=2,<3\n"
            "elsewhere==1 ; sys_platform == 'none'\n"
            "pandas==9 ; sys_platform != 'none'\n== broken\n\ntypst<1\nm\u00f6we==1\n\xff")
    assert rebuild.carried(ALL | {"requirements.lock": lock.encode() + b"\xff"}) == told(
        pins=["typst 0.14 (here 0.15rc1)", "not-here 1.0 (not installed here)", "pandas 9 (here 2.3)"])


# --- shut in ------------------------------------------------------------------------------

@pytest.fixture
def confined(renders, monkeypatch):
    """In place of walls a render that ends as it is told."""
    def run(command, folder, **given):
        if not isinstance(ended := confined.ended, Ended):
            done = renders(command, folder=folder, **given)
            ended = Ended(done.returncode, done.stderr.strip())
        return ended

    confined.ended = None
    monkeypatch.setattr(confinement, "run", run)
    return confined


def test_a_pdf_is_rendered_within_the_limits_that_are_given(confined, renders):
    renders.locales["listed"] = ""
    limits = Limits(memory=1, disk=2, seconds=3, tasks=4)
    assert rebuild.check_pdf(pdf(ALL, "id\n1\n"), "x.pdf", limits=limits) == Verdict([], told(), "")
    plain, foreign = sorted(renders.runs, key=lambda run: run["seed"])
    for run in plain, foreign:
        assert run["limits"] == limits and run["beside"] == [Path(run["environment"]["HOME"])] and run["folder"] == run["project"].parent
        assert "PATH" not in run["environment"] and run["stop"].is_set()
        assert run["command"][-2:] == ["--timeout=300", "--memory=4000"]
    assert plain["readable"] == [] and foreign["readable"] == [Path(foreign["environment"]["LOCPATH"], "et_EE.UTF-8")]
    assert (plain["umask"], foreign["umask"]) == (0o022, 0o077)


@pytest.mark.parametrize(("ended", "message"), [
    (Ended(-9, "words", "found 9 tasks at a time, expected at most 4"), ", shut in: found 9 tasks at a time, expected at most 4. It was ended."),
    (Ended(1, "words"), ": found exit code 1, expected 0. Its own words:\nwords")])
def test_a_render_that_was_ended_is_told_by_what_it_took(confined, ended, message):
    confined.ended = ended
    with pytest.raises(BriefingError) as error:
        rebuild.check_pdf(pdf(ALL, "x"), "x.pdf", limits=Limits())
    assert str(error.value) == f"render (plain conditions){message}"


@pytest.mark.parametrize("limits", [None, Limits()])
def test_of_a_strangers_render_only_what_it_may_have_written_is_taken(confined, renders, limits):
    renders.change = lambda outputs, run: write(run["project"], {"report.qmd": b"other"})
    with pytest.raises(BriefingError, match="^report.qmd: found it changed after the render"):
        rebuild.check_pdf(pdf(ALL, "id\n1\n"), "x.pdf", limits=limits)


def fetched(project, inputs):
    with pytest.raises(BriefingError) as error:
        rebuild._fetched(project, inputs)
    return str(error.value)


def test_the_pdf_of_a_strangers_render_is_taken_with_what_it_carries(tmp_path):
    write(tmp_path, INPUTS | {"_output/report.pdf": pdf(ALL)})
    assert rebuild._fetched(tmp_path, ALL) == edition.Edition(str(tmp_path), None, ALL, {"report.pdf": pdf(ALL)})


@pytest.mark.parametrize("laid", ["nothing", "a folder", "a link", "a link above"])
def test_what_is_not_a_pdf_of_its_own_after_a_render_is_not_taken(tmp_path, laid):
    write(tmp_path, INPUTS | {"elsewhere/report.pdf": pdf(ALL), "_output/a": b""})
    if laid == "a folder":
        (tmp_path / "_output/report.pdf").mkdir()
    if laid == "a link":
        (tmp_path / "_output/report.pdf").symlink_to(tmp_path / "elsewhere/report.pdf")
    if laid == "a link above":
        (tmp_path / "_output").rename(tmp_path / "other")
        (tmp_path / "_output").symlink_to(tmp_path / "elsewhere")
    assert fetched(tmp_path, ALL) == "report.pdf: found none, or a link, after the render, expected a file. Do not trust this edition."


def test_a_pdf_of_a_strangers_render_that_is_none_is_told_by_its_name(tmp_path):
    write(tmp_path, {"_output/report.pdf": b""})
    assert fetched(tmp_path, {}).startswith("report.pdf: found no PDF that can be read")


@pytest.mark.parametrize("change", [
    lambda file: file.write_bytes(b"id\n2\n"), lambda file: file.write_bytes(b"id\n1\n\n"), lambda file: file.unlink(),
    lambda file: (file.unlink(), file.mkdir()),
    lambda file: (file.rename(file.with_suffix(".old")), file.symlink_to(file.with_suffix(".old")))], ids=["other", "longer", "gone",
        "folder", "link"])
def test_inputs_that_a_render_changed_are_told(tmp_path, change):
    write(tmp_path, INPUTS | {"_output/report.pdf": pdf(ALL)})
    change(tmp_path / "data/a.csv")
    assert fetched(tmp_path, ALL) == ("data/a.csv: found it changed after the render, expected it as it was carried. "
                                      "Code of the project writes to its own inputs: do not trust this edition.")


# --- what is remembered -------------------------------------------------------------------

@pytest.fixture
def checked(root):
    """A project of which a check found so many differences; its record."""
    def remember(count):
        rebuild.remember(root, count)
        return (root / "_output/edition.json").read_bytes()
    return remember


def test_what_was_never_checked_is_not_known_and_what_was_is_kept_with_what_may_be_lost(root, checked):
    assert rebuild.remembered(root, (root / "_output/edition.json").read_bytes(), []) is None
    record = checked(2)
    assert rebuild.remembered(root, record, []) == 2
    shutil.rmtree(root / "_output/.cache")
    assert rebuild.remembered(root, record, []) is None


def test_an_edition_without_differences_stays_so_whatever_is_changed_since(root, checked):
    record = checked(0)
    (root / "report.qmd").write_bytes(b"other")
    for changed in ([], None, ["report.qmd"]):
        assert rebuild.remembered(root, record, changed) == 0
    assert rebuild.remembered(root, record + b" ", []) is None


def test_differences_are_those_of_the_inputs_as_they_were(root, checked):
    (root / "report.qmd").write_bytes(b"other")
    (root / "data/a.csv").unlink()
    record = checked(3)
    assert rebuild.remembered(root, record, ["data/a.csv", "report.qmd"]) == 3
    assert rebuild.remembered(root, record, ["report.qmd"]) is None
    assert rebuild.remembered(root, record, None) is None
    assert rebuild.remembered(root, record + b" ", ["data/a.csv", "report.qmd"]) is None
    (root / "report.qmd").write_bytes(b"another")
    assert rebuild.remembered(root, record, ["data/a.csv", "report.qmd"]) is None


def test_differences_of_unchanged_inputs_are_known_without_a_list(root, checked):
    assert rebuild.remembered(root, checked(2), None) == 2


@pytest.mark.parametrize("content", [b"", b"[", b"7", b"[]", b'["a"]', b"[null,null]", b"\xff"])
def test_what_is_remembered_wrongly_is_not_known(root, content):
    rebuild._store(root).put("checks", "edition", content)
    assert rebuild.remembered(root, (root / "_output/edition.json").read_bytes(), []) is None
