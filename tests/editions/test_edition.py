"""What an edition is made of, where it is read from, and what of it can be held against today's files."""

import datetime
import hashlib
import io
import json
import logging
import os
import subprocess
import types
from importlib import metadata
from pathlib import Path

import pypdf
import pytest

from briefing import limits
from briefing.editions import edition
from briefing.findings import BriefingError, Finding, Findings

INPUTS = {"data/a.csv": b"id\n", "report.qmd": b"# A\n"}


def pdf(archive=None, name="inputs.zip"):
    """A PDF with an archive attached, as a render writes it, or with none."""
    out = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    if archive is not None:
        writer.add_attachment(name, archive)
    writer.write(out)
    return out.getvalue()


PDF = pdf(edition.pack(INPUTS))
WHOLE = {"format": 1, "inputs": {"facts": {"data/a.csv": "0"}}, "outputs": {"report.pdf": "0"},
         "environment": {"python": "3.12.1", "packages": {"altair": "6"}}}
RECORD = json.dumps(WHOLE).encode()


def write(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def said(call, *given):
    with pytest.raises(BriefingError) as error:
        call(*given)
    return error.value


# --- the record ---------------------------------------------------------------------------

def test_a_record_has_the_hash_of_each_file_by_its_kind_and_the_versions(monkeypatch):
    monkeypatch.setattr(edition, "versions", lambda: {"altair": "6.0", "möwe": "1"})
    monkeypatch.setattr(edition.platform, "python_version", lambda: "3.12.1")
    tables = types.SimpleNamespace(edition_date=datetime.date(2031, 3, 10))
    found = edition.record(tables, {"report.qmd": b"r", "data/a.csv": b"a", "analysis/x.ipynb": b"x", "pyproject.toml": b"p"},
                           {"b.csv": b"b", "a.html": b"h"})
    assert json.loads(found) == {
        "format": 1, "date": "2031-03-10",
        "inputs": {"facts": {"data/a.csv": edition.sha256(b"a")}, "prose": {"report.qmd": edition.sha256(b"r")},
                   "code": {"analysis/x.ipynb": edition.sha256(b"x")}, "environment": {"pyproject.toml": edition.sha256(b"p")}},
        "outputs": {"a.html": edition.sha256(b"h"), "b.csv": edition.sha256(b"b")},
        "environment": {"python": "3.12.1", "packages": {"altair": "6.0", "möwe": "1"}}}
    assert list(json.loads(found)) == ["format", "date", "inputs", "outputs",
                                       "environment"] and list(json.loads(found)["outputs"]) == ["a.html", "b.csv"]
    assert found.startswith('{\n "format": 1,\n "date"') and '"möwe": "1"' in found and found.endswith("\n}\n")


def installed(monkeypatch, required, **known):
    def version(name):
        if name not in known:
            raise metadata.PackageNotFoundError(name)
        return known[name]

    def requires(name):
        if required is None:
            raise metadata.PackageNotFoundError(name)
        return required if name == "briefing" else pytest.fail(name)

    monkeypatch.setattr(edition.metadata, "requires", requires)
    monkeypatch.setattr(edition.metadata, "version", version)
    return list(edition.versions.__wrapped__().items())


def test_versions_are_those_of_what_shapes_the_bytes(monkeypatch):
    required = ["Altair>=6", "pandas[excel]==2 ; python_version > '3'", "charset-normalizer>=3", "ruamel.yaml<1", "some_thing",
                "not-here>1", "pytest ; extra == 'test'"]
    known = {"altair": "6.0", "pandas": "2.3", "charset-normalizer": "3", "ruamel.yaml": "0.18", "some_thing": "4", "pytest": "9",
             "numpy": "2.1", "ipython": "9.1", "other": "1"}
    assert installed(monkeypatch, required, **known) == [
        ("altair", "6.0"), ("ipython", "9.1"), ("numpy", "2.1"), ("pandas", "2.3"), ("ruamel.yaml", "0.18"), ("some_thing", "4")]


@pytest.mark.parametrize("required", [None, []])
def test_versions_of_a_package_that_is_not_installed_are_those_beneath_it(monkeypatch, required):
    assert installed(monkeypatch, required, numpy="2.1", ipykernel="7", altair="6") == [("ipykernel", "7"), ("numpy", "2.1")]


@pytest.mark.parametrize(("text", "reason"), [
    ("", "Expecting value: line 1 column 1 (char 0)"), ("{}", "'format'"), ("[]", "list indices must be integers or slices, not str"),
    ('{"format": "x"}', "'>' not supported between instances of 'str' and 'int'")])
def test_what_is_no_record_is_told(text, reason):
    assert str(said(edition.read_record, text, "x/edition.json")) == (
        f"x/edition.json: found no edition record ({reason}), expected one as a render writes it. Render the edition again.")
    assert str(said(edition.read_record, "[" * 100_000, "x")).startswith("x: found no edition record (")


def test_a_record_of_a_newer_version_is_told_and_one_of_this_version_is_read():
    assert str(said(edition.read_record, '{"format": 2}', "x")) == (
        "x: found a record of format 2, expected at most 1. It is from a newer version of this package: update the package.")
    assert edition.read_record('{"format": 1, "more": []}', "x") == {"format": 1, "more": []}


# --- where an edition is read from --------------------------------------------------------

def test_an_edition_is_read_from_a_project_and_from_a_pdf(tmp_path):
    outputs = {"report.pdf": PDF, "edition.json": RECORD, "notebooks/a.ipynb": b"{}"}
    root = write(tmp_path / "project", {f"_output/{name}": content for name, content in outputs.items()})
    assert edition.load(str(root)) == edition.published(root) == edition.Edition(str(root), json.loads(RECORD), INPUTS, outputs)
    alone = str(root / "_output/report.pdf")
    assert edition.load(alone) == edition.Edition(alone, None, INPUTS, {"report.pdf": PDF})


@pytest.mark.parametrize("lacking", ["report.pdf", "edition.json"])
def test_a_project_without_a_whole_edition_is_told(tmp_path, lacking):
    write(tmp_path / "_output", {"report.pdf": PDF, "edition.json": RECORD})
    (tmp_path / "_output" / lacking).unlink()
    assert str(said(edition.published, tmp_path)) == (
        f"{tmp_path / '_output'}: found no edition (report.pdf and edition.json), expected one. Make it with `briefing render`.")


@pytest.mark.parametrize(("damage", "told"), [
    ({"edition.json": b"\xff"}, "_output/edition.json: found no edition record (Expecting value"),
    ({"report.pdf": pdf()}, "_output/report.pdf: found no inputs.zip attached"),
    ({"report.pdf": pdf(b"")}, "_output/report.pdf, inputs.zip: found a damaged archive")])
def test_what_is_broken_of_an_edition_is_told_by_its_place(tmp_path, damage, told):
    write(tmp_path / "_output", {"report.pdf": PDF, "edition.json": RECORD, **damage})
    assert str(said(edition.published, tmp_path)).startswith(told)


@pytest.mark.parametrize("change", [
    {"inputs": None}, {"inputs": {"facts": 7}}, {"inputs": {"facts": {"data/a.csv": 7}}}, {"outputs": ["ab", 7]}, {"outputs": None},
    {"outputs": {"a": None}}, {"environment": None}, {"environment": {"python": 3, "packages": {}}}, {"environment": {"packages": {}}},
    {"environment": {"python": "3"}}, {"environment": {"python": "3", "packages": {"altair": 6}}}, {"environment": {"python": "3", "packages": "ab"}}])
def test_a_record_that_lacks_what_is_compared_is_told(tmp_path, change):
    write(tmp_path / "_output", {"report.pdf": PDF, "edition.json": json.dumps(WHOLE | change).encode()})
    assert str(said(edition.published, tmp_path)) == ("_output/edition.json: found a record without its inputs, outputs or versions, "
                                                      "expected one as a render writes it. Render the edition again.")


@pytest.fixture
def revisions(tmp_path, monkeypatch):
    """A git project whose revisions have these files, the last one as HEAD."""
    def commit(*states):
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
        for files in states:
            write(tmp_path, files)
            subprocess.run(["git", "add", "-A", "."], cwd=tmp_path, check=True)
            subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"], cwd=tmp_path, check=True)
        monkeypatch.chdir(tmp_path)
    return commit


def test_an_edition_is_read_from_a_revision_with_and_without_a_record(revisions):
    outputs = {"report.pdf": PDF, "notebooks/_output/a.ipynb": b"{}"}
    revisions({f"_output/{name}": content for name, content in outputs.items()} | {"report.qmd": b"other"}, {"_output/edition.json": RECORD})
    assert edition.load("HEAD~1") == edition.Edition("HEAD~1", None, INPUTS, outputs)
    assert edition.load("HEAD") == edition.Edition("HEAD", json.loads(RECORD), INPUTS, outputs | {"edition.json": RECORD})


def test_a_link_in_a_revision_is_no_file_of_its_edition(revisions, tmp_path):
    (tmp_path / "_output").mkdir()
    for name, target in (("a", "/nowhere"), ("b", "report.pdf")):
        (tmp_path / "_output" / name).symlink_to(target)
    revisions({"_output/report.pdf": PDF})
    assert edition.load("HEAD").outputs == {"report.pdf": PDF}


@pytest.mark.parametrize("record", [b"\xff", b""])
def test_a_revision_with_a_broken_record_is_told(revisions, record):
    revisions({"_output/report.pdf": PDF, "_output/edition.json": record})
    assert str(said(edition.load, "HEAD")).startswith("HEAD:_output/edition.json: found no edition record (Expecting value")


def test_a_revision_without_an_edition_is_told(revisions):
    revisions({"_output/a.txt": b"x"}, {"_output/report.pdf": pdf()}, {"_output/edition.json": b"{}"}, {"_output/report.pdf": PDF})
    assert str(said(edition.load, "HEAD~3")) == (
        "HEAD~3: found no _output/report.pdf in this revision, expected an edition. Name a revision that has one.")
    assert str(said(edition.load, "HEAD~2")).startswith("HEAD~2:_output/report.pdf: found no inputs.zip attached")
    assert str(said(edition.load, "HEAD")).startswith("HEAD:_output/edition.json: found no edition record")


@pytest.mark.parametrize("name", ["no-such-thing", "--output=x", "HEAD~9"])
def test_a_name_that_means_no_edition_is_told_and_git_is_given_no_option(revisions, tmp_path, name):
    revisions({"_output/report.pdf": PDF})
    assert str(said(edition.load, name)) == (f"{name}: found no folder, PDF or git revision of this name, expected an edition. "
                                             "Name a project's folder, a report.pdf, or a revision such as HEAD~1.")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "_output"]


# --- the PDF ------------------------------------------------------------------------------

def test_a_pdf_that_is_named_is_read_as_far_as_it_may_be_large(tmp_path, monkeypatch):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"12345678")
    monkeypatch.setattr(limits, "PDF_BYTES", 8)
    assert edition.read_pdf(path) == b"12345678"
    monkeypatch.setattr(limits, "PDF_BYTES", 7)
    with pytest.raises(Findings) as error:
        edition.read_pdf(path)
    assert error.value.findings == [Finding("too-large", "a.pdf", "8 bytes", "at most 7", "Ask for the file again.")]


@pytest.mark.parametrize(("name", "reason"), [("none.pdf", "No such file or directory"), (".", "Is a directory"), ("a\0b", "embedded null byte")])
def test_a_pdf_that_cannot_be_read_is_told(tmp_path, name, reason):
    assert str(said(edition.read_pdf, tmp_path / name)) == f"{tmp_path / name}: found no readable file ({reason}), expected a PDF. Correct the path."


def test_a_pdf_gives_the_inputs_that_are_attached_to_it(caplog):
    assert edition.inputs_of(PDF, "x.pdf") == INPUTS
    logging.getLogger("pypdf").setLevel(logging.WARNING)
    assert edition.inputs_of(PDF.replace(b"startxref\n", b"startxref\n1"), "x.pdf") == INPUTS  # which is mended, without a word
    assert caplog.records == []


@pytest.mark.parametrize("content", [pdf(), pdf(b"x", "other.zip")])
def test_a_pdf_of_somebody_else_is_told(content):
    error = said(edition.inputs_of, content, "x.pdf")
    assert str(error) == "x.pdf: found no inputs.zip attached, expected the archive of its inputs. Only a PDF made by this package can be checked."
    assert error.exit_code == 2


def test_a_broken_pdf_is_a_finding(monkeypatch):
    with pytest.raises(Findings) as error:
        edition.inputs_of(b"", "x.pdf")
    assert error.value.findings == [Finding("broken-pdf", "x.pdf", "no PDF that can be read (Cannot read an empty file)", "one that a render wrote",
                                            "Ask for the file again.")]
    monkeypatch.setattr(pypdf, "PdfReader", lambda _: (_ for _ in ()).throw(RecursionError))  # some errors say nothing
    assert str(said(edition.inputs_of, b"", "x.pdf")).startswith("x.pdf: found no PDF that can be read (RecursionError), ")


# --- the inputs ---------------------------------------------------------------------------

REPORT = b"""---
title: A
bibliography: %s
csl: style.csl
---

![A ship](pictures/ship.png) and ![](quay.svg){width=50%%}, ![none](none.png), ![made](_output/made.png), ![out](../out.png), ![abs](/abs.png)
"""
OWN = {"data/a.csv", "data/more/b.csv", "analysis/x.ipynb", "analysis/words/de.po", "report.qmd", "requirements.lock", "pyproject.toml", "LICENSE"}
OTHERS = {"data/.hidden", "data/a.csv~", "data/#a.csv#", "analysis/x.py", "analysis/deep/x.ipynb", "analysis/words/de.mo", "other.qmd",
          "notes.txt", "out.png"}
NAMED = {"refs.bib", "style.csl", "pictures/ship.png", "quay.svg"}


@pytest.fixture
def root(tmp_path):
    files = dict.fromkeys(OWN | OTHERS | NAMED, b"x") | {"report.qmd": REPORT % b"refs.bib", "_output/made.png": b"x"}
    (tmp_path / "data/folder.csv").mkdir(parents=True)
    return write(tmp_path / "project", files)


def test_a_projects_own_files_are_inputs_and_what_lies_beside_them_is_not(root):
    assert edition.own(root) == {name: root / name for name in OWN}


@pytest.mark.parametrize(("bibliography", "named"), [(b"refs.bib", ["refs.bib"]), (b"[refs.bib, more.bib]", ["refs.bib", "more.bib"]), (b"", [])])
def test_a_report_names_its_bibliographies_its_style_and_its_pictures(root, bibliography, named):
    (root / "report.qmd").write_bytes(REPORT % bibliography)
    assert edition.named_by_report(root) == [*named, "style.csl", "pictures/ship.png", "quay.svg", "none.png"]


def test_a_report_that_names_no_file_has_none(root):
    (root / "report.qmd").write_bytes(b"---\ntitle: A\n---\n\nText.\n")
    assert edition.named_by_report(root) == []


def test_inputs_are_own_and_named_files_and_the_package(root, tmp_path, monkeypatch):
    package = write(tmp_path / "package", {"x.py": b"1", "deep/y.css": b"2", "__pycache__/x.pyc": b"3", "releases.json": b"4",
                                           "deep/releases.json": b"5"})
    monkeypatch.setenv(edition.CARRIED, str(package))
    found = edition.inputs(root)
    assert found == {name: (root / name).read_bytes() for name in OWN | NAMED} | {
        "analysis/briefing/x.py": b"1", "analysis/briefing/deep/y.css": b"2", "analysis/briefing/deep/releases.json": b"5"}
    assert list(found) == sorted(found)
    assert edition.package_of(found) == {name: found[name] for name in found if name.startswith("analysis/briefing/")}
    monkeypatch.delenv(edition.CARRIED)
    assert edition.package_of(edition.inputs(root)) == edition.installed()


def test_the_installed_package_is_its_files_in_order(monkeypatch):
    found = edition.installed()
    assert list(found) == sorted(found) and "analysis/briefing/releases.json" not in found
    assert found["analysis/briefing/editions/edition.py"] == Path(edition.__file__).read_bytes()
    assert not any("__pycache__" in name for name in found)


@pytest.mark.parametrize(("name", "kind"), [
    ("data/a.csv", "facts"), ("data/refs.bib", "facts"), ("report.qmd", "prose"), ("refs.bib", "prose"), ("style.csl", "prose"),
    ("analysis/words/de.po", "prose"), ("analysis/briefing/templates/a.csl", "code"), ("analysis/briefing/words/de.po", "code"),
    ("requirements.lock", "environment"), ("pyproject.toml", "environment"), ("deep/pyproject.toml", "code"), ("analysis/x.ipynb", "code"),
    ("metadata/a.csv", "code"), ("LICENSE", "code"), ("pictures/ship.png", "code")])
def test_each_input_is_of_a_kind(name, kind):
    assert edition.kind(name) == kind


def test_the_digest_of_many_files_is_that_of_the_list_which_sha256sum_prints():
    files = {"b.csv": b"b", "a/é.csv": b"a"}
    lines = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in ("a/é.csv", "b.csv"))
    assert edition.digest(files) == hashlib.sha256(lines.encode()).hexdigest()
    assert edition.digest({}) == edition.sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_releases_are_read_from_the_package(tmp_path, monkeypatch):
    monkeypatch.setattr(edition, "PACKAGE", write(tmp_path, {"releases.json": '{"1.0.0": "ab"}'.encode()}))
    assert edition.releases() == {"1.0.0": "ab"}


def test_a_release_is_known_by_just_its_files(monkeypatch):
    files = {"analysis/briefing/x.py": b"1"}
    monkeypatch.setattr(edition, "releases", lambda: {"0.9.0": edition.digest({}), "1.0.0": edition.digest(files)})
    assert (edition.release(files), edition.release({}), edition.release(files | {"y": b""})) == ("1.0.0", "0.9.0", None)


# --- what was changed since ---------------------------------------------------------------

@pytest.mark.parametrize(("name", "below"), [
    ("a", True), ("a/b..c", True), ("...", True), ("a/..", False), ("..", False), ("../a", False), ("/a", False), ("\\a", False),
    ("C:a", False), ("a/b:c", False)])
def test_a_path_that_leads_out_of_the_project_is_not_below_it(name, below):
    assert edition.is_below(name) is below


def test_files_that_are_other_or_new_or_gone_are_told_as_changed(root, tmp_path):
    recorded = {name: edition.sha256((root / name).read_bytes()) for name in OWN | NAMED}
    assert edition.changed(root, recorded) == []
    (tmp_path / "out.csv").write_bytes(b"y")
    assert edition.changed(root, recorded | {"analysis/briefing/x.py": "0", "../out.csv": "0", "/etc/hostname": "0"}) == []
    (root / "quay.svg").write_bytes(b"y")
    (root / "data/new.csv").write_bytes(b"x")
    (root / "LICENSE").unlink()
    (root / "data/a.csv").unlink()
    (root / "data/a.csv").mkdir()
    assert edition.changed(root, recorded) == ["LICENSE", "data/a.csv", "data/new.csv", "quay.svg"]


def test_an_edition_is_outdated_by_what_changed_of_any_kind(root):
    groups = {"facts": {"data/a.csv": edition.sha256(b"x"), "data/more/b.csv": edition.sha256(b"x")},
              "prose": {name: edition.sha256((root / name).read_bytes()) for name in OWN - {"data/a.csv", "data/more/b.csv"}}}
    write(root / "_output", {"edition.json": json.dumps({"format": 1, "inputs": groups}).encode()})
    assert edition.outdated(root) == []
    for name in ("data/more/b.csv", "report.qmd"):
        (root / name).write_bytes(b"y")
    assert edition.outdated(root) == ["data/more/b.csv", "report.qmd"]


@pytest.mark.parametrize("record", [None, b"", b"{}", b"\xff", b'{"format": 2}', b'{"format": 1}', b'{"format": 1, "inputs": 7}',
                                    b'{"format": 1, "inputs": {"facts": 7}}'])
def test_where_no_edition_can_be_read_nothing_is_outdated(root, record):
    if record is not None:
        write(root / "_output", {"edition.json": record})
    assert edition.outdated(root) == []


# --- written to a folder ------------------------------------------------------------------

def test_files_are_written_with_their_folders(tmp_path):
    edition.write_files({"a": b"1", "b/c/d": b"2", "b/c/e": b"3"}, tmp_path / "new")
    assert {path.relative_to(tmp_path / "new").as_posix(): path.read_bytes() for path in (tmp_path / "new").rglob("*") if path.is_file()} == {
        "a": b"1", "b/c/d": b"2", "b/c/e": b"3"}
    edition.write_files({"a": b"4"}, tmp_path / "new")
    assert (tmp_path / "new/a").read_bytes() == b"4"


@pytest.mark.parametrize(("name", "told", "reason"), [
    ("there/a", "there/a", "Not a directory" if os.name == "posix" else "."), ("a\0b", "a\\u0000b", "embedded null byte"),
    ("n" * 300, f"{'n' * 80}…", "File name too long")])
def test_a_file_that_this_system_cannot_write_is_told(tmp_path, name, told, reason):
    (tmp_path / "there").write_bytes(b"")
    error = str(said(edition.write_files, {name: b""}, tmp_path))
    assert error == (f"{told}: found a file that cannot be written here ({reason}), expected a name that this system takes, and room. "
                     "Make room, or check it on another system.") or "(File exists)" in error
