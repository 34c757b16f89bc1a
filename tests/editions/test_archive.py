"""The archive in the PDF: the same bytes anywhere, and nothing that climbs out of its folder."""

import io
import time
import zipfile

import pytest

from briefing.editions import edition
from briefing.findings import BriefingError


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


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/etc/out", "a\\..\\out", "C:out", "a//b", "./a", "a/./b"])
def test_name_that_leads_out_is_refused(name):
    with pytest.raises(BriefingError, match="Nothing was unpacked"):
        edition.unpack(zipped((name, b"x")), "report.pdf")


@pytest.mark.parametrize("name", ["CON", "a/nul.csv", "data/Com1.txt", "LPT9", "aux .x", "a.", "b ", "a/b./c", "x" * 300, "a\nb", "a\x1b[31m"])
def test_name_that_some_system_cannot_write_is_refused(name):
    with pytest.raises(BriefingError, match="Nothing was unpacked") as error:
        edition.unpack(zipped((name, b"x")), "report.pdf")
    assert str(error.value).isprintable() and error.value.exit_code == 1


@pytest.mark.parametrize("one, other", [("a/B", "A/b"), ("stra\u00dfe", "STRASSE"), ("caf\u00e9", "cafe\u0301"), ("a", "a/b"), ("x/Y/z", "X/y")])
def test_names_that_some_system_takes_for_one_are_refused(one, other):
    with pytest.raises(BriefingError, match="Nothing was unpacked"):
        edition.unpack(zipped((one, b"x"), (other, b"y")), "report.pdf")


def test_hundred_thousand_members_are_refused_at_once():
    member, began = b"PK\x01\x02" + b"\0" * 42, time.monotonic()
    with pytest.raises(BriefingError, match="100,000 members"):
        edition.unpack(member * 100_000 + b"PK\x05\x06" + b"\0" * 18, "report.pdf")
    assert time.monotonic() - began < 1


def test_encrypted_member_is_refused():
    packed = bytearray(edition.pack({"a": b"x"}))
    at = packed.index(b"PK\x01\x02")
    packed[6] |= 1
    packed[at + 8] |= 1
    with pytest.raises(BriefingError, match="a, which is encrypted"):
        edition.unpack(bytes(packed), "report.pdf")


def test_link_is_refused():
    with pytest.raises(BriefingError, match="no plain file"):
        edition.unpack(zipped(("link", b"/etc/passwd"), mode=0o120777), "report.pdf")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_name_given_twice_is_refused():
    with pytest.raises(BriefingError, match="each once"):
        edition.unpack(zipped(("a", b"1"), ("a", b"2")), "report.pdf")


def test_bomb_is_refused_before_it_is_opened(monkeypatch):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", b"\0" * 2**20)
    monkeypatch.setattr(edition, "MOST_BYTES", 2**19)
    with pytest.raises(BriefingError, match="at most"):
        edition.unpack(bomb.getvalue(), "report.pdf")
    monkeypatch.setattr(edition, "MOST_FILES", 1)
    with pytest.raises(BriefingError, match="at most"):
        edition.unpack(zipped(("a", b""), ("b", b"")), "report.pdf")


@pytest.mark.parametrize("damage", [lambda z: z[:len(z) // 2], lambda z: b"not a zip", lambda z: b"",
                                    lambda z: z.replace(b"content", b"CONTENT", 1)])
def test_damaged_archive_is_refused(damage):
    with pytest.raises(BriefingError, match="damaged archive"):
        edition.unpack(damage(edition.pack({"a": b"content " * 50})), "report.pdf")


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
