"""What the fuzzer, and a look at what it found, brought to light: each a case, which ends in words and no traceback."""

import io
import json
import zipfile

import fuzz
import pytest

from briefing.editions import edition
from briefing.facts import dates, tables
from briefing.findings import BriefingError, InvalidData


@pytest.mark.parametrize("name", fuzz.READERS)
def test_seeds_of_the_fuzzer_are_read_or_refused_in_words(project, name):
    one = fuzz.READERS[name](project)
    taken = 0
    for content in fuzz.seeds(name)[:25]:
        try:
            one(content)
            taken += 1
        except BriefingError as error:
            assert ": found " in str(error)
    assert taken


@pytest.mark.parametrize("table, where, odd", [
    ("passages", ("foreignKeys", 0, "fields", 0), {}), ("passages", ("foreignKeys", 0, "reference", "fields"), [{}]),
    ("passages", ("foreignKeys", 0, "reference", "resource"), 1), ("passages", ("foreignKeys", 0, "fields"), [[]]),
    ("passages", ("fields", 2, "constraints", "minimum"), "x"), ("passages", ("fields", 2, "constraints", "minimum"), []),
    ("passages", ("fields", 2, "constraints", "maximum"), True), ("passages", ("fields", 4, "constraints", "maxLength"), "9"),
    ("passages", ("fields", 8, "constraints", "enum"), {"quotation": 1}), ("passages", ("fields", 8, "constraints", "enum"), [[1]]),
    ("passages", ("fields", 8, "constraints", "enum"), 5), ("passages", ("fields", 0, "constraints", "pattern"), 3),
    ("sources", ("fields", 1, "listOf"), {"delimiter": 3}), ("sources", ("fields", 1, "listOf"), {"references": [3]}),
    ("sources", ("fields", 1, "constraints"), {"minimum": 3})])
def test_descriptor_that_no_row_could_be_held_to_is_a_finding(project, table, where, odd):
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    holder = next(resource for resource in descriptor["resources"] if resource["name"] == table)["schema"]
    for key in where[:-1]:
        holder = holder[key]
    holder[where[-1]] = odd
    path.write_text(json.dumps(descriptor), "utf-8")
    with pytest.raises(InvalidData) as error:
        tables.read(project)
    assert [finding.code for finding in error.value.findings] == ["descriptor-resources"]
    assert error.value.findings[0].column.startswith("resources[")


def test_half_a_character_is_a_finding_that_can_be_printed(project):
    path = project / "data/datapackage.json"
    path.write_text(path.read_text("utf-8").replace('"An invented strike', r'"\ud83d An invented strike'), "utf-8")
    with pytest.raises(InvalidData, match="datapackage.json: found ") as error:
        tables.read(project)
    str(error.value).encode("utf-8")


def test_limits_of_days_are_days(project):
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    field = {"name": "seen", "type": "date", "constraints": {"minimum": "2031-01-01", "maximum": "2031-12-31", "enum": ["2031-05-30", "2032-01-01"]}}
    descriptor["resources"].append({"name": "days", "path": "days.csv", "schema": {"fields": [field]}})
    path.write_text(json.dumps(descriptor), "utf-8")
    (project / "data/days.csv").write_text("seen\n2031-05-30\n2030-01-01\n2032-01-01\n")
    found = [finding for finding in tables.read(project)[1] if finding.path == "data/days.csv"]
    assert [(finding.row, finding.code, finding.expected) for finding in found] == [
        (3, "word", "one of 2031-05-30 2032-01-01"), (4, "range", "at most 2031-12-31")]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("at", range(0, 20, 3))
def test_member_whose_packed_bytes_are_damaged_is_refused(method, at):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a", b"words and words and other words " * 9)
    packed = bytearray(out.getvalue())
    packed[31 + at:35 + at] = b"\xff\xff\xff\xff"
    with pytest.raises(BriefingError, match="a damaged archive .*Nothing was unpacked"):
        edition.unpack(bytes(packed), "report.pdf")


def test_attachment_that_cannot_be_unpacked_is_refused():
    import pypdf
    from pypdf.generic import NameObject

    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(10, 10)
    writer.add_attachment(edition.ARCHIVE, b"no deflated bytes")
    for each in writer._objects:
        if isinstance(each, dict) and each.get("/Type") == "/EmbeddedFile":
            each[NameObject("/Filter")] = NameObject("/NoFilterOfThisName")
    writer.write(out)
    with pytest.raises(BriefingError, match="found no PDF that can be read"):
        edition.inputs_of(out.getvalue(), "report.pdf")


@pytest.mark.parametrize("date", ["Y123452024E234520243", "Y1E99999999/..", "[Y1E99999999..2031]", "Y9E3S99999999"])
def test_year_that_would_take_for_ever_to_reckon_is_none(date):
    with pytest.raises(ValueError, match="a year that no calendar has"):
        dates.date_bounds(date)
