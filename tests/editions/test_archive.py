"""The archive in the PDF: the same bytes anywhere, and nothing that climbs out of its folder."""

import io
import time
import tracemalloc
import zipfile

import pytest

from briefing.editions import edition
from briefing.findings import BriefingError, Findings, shown


def zipped(*entries, **parts):
    """A ZIP of (name, content) pairs; `mode` and `size` damage the first entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = parts.get("mode", 0o100644) << 16
            file.writestr(entry, content)
    return out.getvalue()


def test_round_trip_whatever_the_order_of_files():
    files = {"data/a.csv": b"1", "report.qmd": b"2\n", "analysis/x.ipynb": b"\x00"}
    packed = edition.pack(files)
    assert packed == edition.pack(dict(reversed(files.items())))
    assert edition.unpack(packed, "x") == files


def test_what_editors_leave_beside_a_table_is_no_input(project):
    before = edition.inputs(project)
    for name in ("facts.csv~", ".~lock.facts.csv#", ".DS_Store", "#facts.csv#"):
        (project / "data" / name).write_text("left")
    assert edition.inputs(project) == before


def refused(data):
    """What is said of an archive, less what is always said; and nothing of it is given."""
    with pytest.raises(Findings) as error:
        edition.unpack(data, "report.pdf, inputs.zip")
    found, = error.value.findings
    assert (found.code, found.path, found.remedy) == ("broken-archive", "report.pdf, inputs.zip", "Nothing was unpacked; do not trust this file.")
    return found.found, found.expected


def test_a_packed_file_is_one_that_all_may_read_and_of_no_day():
    with zipfile.ZipFile(io.BytesIO(edition.pack({"b": b"1", "a/é": b"22"}))) as archive:
        assert [(entry.filename, entry.file_size, entry.compress_type, entry.date_time, entry.create_system, entry.external_attr >> 16)
                for entry in archive.infolist()] == [
            ("a/é", 2, zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0), 3, 0o100644), ("b", 1, zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0), 3, 0o100644)]


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/etc/out", "a\\..\\out", "C:out", "a//b", "./a", "a/./b", "..", ".", "a/",
                                  "a\nb", "a\x1b[31m", "a\x7f", "a\tb"])
def test_name_that_leads_out_is_refused(name):
    assert refused(zipped((name, b"x"))) == (f"the name {shown(name)}", "plain names below one folder, each once")


def test_name_that_zip_readers_cut_is_refused_as_it_stood():
    assert refused(zipped(("aXb", b"x")).replace(b"aXb", b"a\0b")) == ('the name "a\\u0000b"', "plain names below one folder, each once")


@pytest.mark.parametrize("name", ["CON", "a/nul.csv", "data/Com1.txt", "LPT9", "com²", "aux .x", "prn/a", "conin$", "CONOUT$.txt", "a.",
                                  "b ", "a/b./c", "x" * 201, "é" * 101])
def test_name_that_some_system_cannot_write_is_refused(name):
    assert refused(zipped((name, b"x"))) == (f"the name {shown(name)}", "names that every system can write")


@pytest.mark.parametrize("name", ["com0", "com10", "console", "a.con", "constant/x", ".nul", "x" * 200, "é" * 100,
                                  "/".join(["x" * 99] * 4) + "y", "a..b", "...a", "-"])
def test_name_that_every_system_can_write_is_taken(name):
    assert edition.unpack(zipped((name, b"x")), "x") == {name: b"x"}


def test_path_that_is_too_long_is_refused():
    name = "/".join(["x" * 100, "y" * 100, "z" * 100, "w" * 97])
    assert len(name) == 400 and edition.unpack(zipped((name, b"x")), "x") == {name: b"x"}
    assert refused(zipped((name + "w", b"x"))) == (f"the name {shown(name)}", "at most 400 characters")


def test_finding_of_a_name_can_be_shown_and_is_no_failure_of_ours():
    with pytest.raises(BriefingError) as error:
        edition.unpack(zipped(("a\x1b[31m", b"x")), "report.pdf")
    assert str(error.value).isprintable() and error.value.exit_code == 1


@pytest.mark.parametrize(("one", "other"), [("a/B", "A/b"), ("straße", "STRASSE"), ("café", "café"), ("ẞ́x", "sśX")])
def test_names_that_some_system_takes_for_one_are_refused(one, other):
    assert refused(zipped((one, b"x"), (other, b"y"))) == (
        f"the names {shown(one)} and {shown(other)}", "names that differ in more than case or the form of a letter")


@pytest.mark.parametrize("names", [("a", "a/b"), ("a/b", "a"), ("X/y", "x/Y/z"), ("x/Y/z/deep", "X/y"), ("x/y/z", "x")])
def test_name_of_a_file_and_a_folder_is_refused(names):
    assert refused(zipped(*((name, b"x") for name in names))) == (f"{shown(min(names, key=len))}, which is a file and a folder", "one of both")


def test_hundred_thousand_members_are_refused_at_once():
    member, began = b"PK\x01\x02" + b"\0" * 42, time.monotonic()
    assert refused(member * 100_000 + b"PK\x05\x06" + b"\0" * 18) == ("100,000 members", "at most 2000 files")
    assert time.monotonic() - began < 1


def test_files_that_hold_the_mark_of_a_member_are_no_members(monkeypatch):
    """A ZIP may lie within a ZIP: so only five times as many as there may be files are refused without a look."""
    monkeypatch.setattr(edition, "MOST_FILES", 1)
    assert edition.unpack(zipped(("a", b"PK\x01\x02" * 4)), "x") == {"a": b"PK\x01\x02" * 4}
    assert refused(zipped(("a", b"PK\x01\x02" * 5))) == ("6 members", "at most 1 files")


def test_encrypted_member_is_refused():
    packed = bytearray(edition.pack({"a": b"x"}))
    at = packed.index(b"PK\x01\x02")
    packed[6] |= 1
    packed[at + 8] |= 1
    assert refused(bytes(packed)) == ("a, which is encrypted", "files that can be read")


@pytest.mark.parametrize("mode", [0o120777, 0o040755, 0o010644, 0o140644, 0o060644])
def test_what_is_no_file_is_refused(mode):
    assert refused(zipped(("link", b"/etc/passwd"), mode=mode)) == ("link, which is no plain file", "plain files only")


@pytest.mark.parametrize("mode", [0, 0o644, 0o100644, 0o100755])
def test_plain_file_of_any_mode_is_taken(mode):
    assert edition.unpack(zipped(("a", b"x"), mode=mode), "x") == {"a": b"x"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_name_given_twice_is_refused():
    assert refused(zipped(("a", b"1"), ("a", b"2"))) == ('the name "a"', "plain names below one folder, each once")


def test_bomb_is_refused_before_it_is_opened(monkeypatch):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", b"\0" * 2**20)
        file.writestr("one", b"1")
    monkeypatch.setattr(edition, "MOST_BYTES", 2**20 + 1)
    assert len(edition.unpack(bomb.getvalue(), "x")["zeros"]) == 2**20
    monkeypatch.setattr(edition, "MOST_BYTES", 2**20)
    assert refused(bomb.getvalue()) == ("2 files of 1,048,577 bytes", "at most 2000 files of 1,048,576 bytes")
    monkeypatch.undo()
    assert edition.MOST_BYTES == 67_108_864
    monkeypatch.setattr(edition, "MOST_FILES", 2)
    assert edition.unpack(zipped(("a", b""), ("b", b"")), "x") == {"a": b"", "b": b""}
    assert refused(zipped(("a", b""), ("b", b""), ("c", b"1"))) == ("3 files of 1 bytes", "at most 2 files of 67,108,864 bytes")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_file_of_another_size_than_the_archive_says_is_refused(method):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file:
        file.writestr("a", b"content " * 500)
    data = bytearray(packed.getvalue())
    at = data.index(b"PK\x01\x02") + 24
    data[at:at + 4] = (5000).to_bytes(4, "little")
    assert refused(bytes(data)) == ("a, which has 4,000 bytes", "5,000 bytes, as the archive says")


def test_file_that_unpacks_to_more_than_it_says_takes_no_more_memory():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", b"\0" * (50 * 2**20))
    data = bytearray(packed.getvalue())
    at = data.index(b"PK\x01\x02") + 24
    data[at:at + 4] = (5).to_bytes(4, "little")
    tracemalloc.start()
    try:
        assert refused(bytes(data)) == ("a damaged archive (Bad CRC-32 for file 'zeros')", "an archive as a render packs it")
        assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("damage", "reason"), [
    (lambda z: z[:len(z) // 2], "File is not a zip file"), (lambda z: b"not a zip", "File is not a zip file"),
    (lambda z: b"", "File is not a zip file"),
    (lambda z: z.replace(b"content", b"CONTENT", 1), "Bad CRC-32 for file 'a'"),
    (lambda z: z.replace(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0", b"PK\x01\x02\x14\x03\x14\0\0\0\x63\0"), "That compression method is not supported")])
def test_damaged_archive_is_refused(damage, reason):
    assert refused(damage(edition.pack({"a": b"content " * 50}))) == (f"a damaged archive ({reason})", "an archive as a render packs it")


def test_pdf_that_is_not_ours_or_cut_is_refused(rendered):
    ours = (rendered / "_output/report.pdf").read_bytes()
    assert "report.qmd" in edition.inputs_of(ours, "report.pdf")
    import pypdf

    other = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(other)
    with pytest.raises(BriefingError, match="Only a PDF made by this package"):
        edition.inputs_of(other.getvalue(), "other.pdf")
    for broken in (b"", b"no PDF", ours[:2000]):
        with pytest.raises(BriefingError):
            edition.inputs_of(broken, "report.pdf")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "x"}', '{"format": 2}'])
def test_record_that_is_none_or_newer_is_refused(text):
    with pytest.raises(BriefingError, match="edition.json: found"):
        edition.read_record(text, "edition.json")


def test_record_tells_nothing_of_the_machine(rendered):
    import getpass
    import socket

    text = (rendered / "_output/edition.json").read_text()
    for private in (str(rendered), "/tmp", socket.gethostname(), f'"{getpass.getuser()}"'):
        assert private not in text
