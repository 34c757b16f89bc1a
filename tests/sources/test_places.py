"""Where the texts lie: what is recorded, read back, and said of a record that is none."""

import json
from pathlib import Path

import pytest

from briefing.findings import BriefingError
from briefing.sources import places


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "paper"
    root.mkdir()
    return root


def test_nothing_is_known_where_nothing_is_recorded(root):
    assert places.known(root) == {}


def test_places_are_seen_from_the_project(root):
    (root / ".sources.json").write_text('{"gazette": "../texts/gazette.txt", "bote": "inner/./bote.txt"}', "utf-8")
    assert places.known(root) == {"gazette": root.parent / "texts/gazette.txt", "bote": root / "inner/bote.txt"}


def test_absolute_places_stay_as_they_are(root):
    (root / ".sources.json").write_text('{"gazette": "/somewhere/../texts/gazette.txt"}', "utf-8")
    assert places.known(root) == {"gazette": Path("/texts/gazette.txt")}


def test_recorded_places_go_by_id_as_seen_from_the_project(root):
    places.record(root, "vestnik", root.parent / "Вестник.txt")
    places.record(root, "bote", root / "inner" / "bote.txt")
    assert (root / ".sources.json").read_bytes().decode("utf-8") == \
        '{\n "bote": "inner/bote.txt",\n "vestnik": "../Вестник.txt"\n}\n'
    assert places.known(root) == {"bote": root / "inner/bote.txt", "vestnik": root.parent / "Вестник.txt"}


def test_place_recorded_anew_replaces_the_old_one_and_no_other(root):
    for name, place in (("bote", "one.txt"), ("gazette", "two.txt"), ("bote", "three.txt")):
        places.record(root, name, root / place)
    assert json.loads((root / ".sources.json").read_text("utf-8")) == {"bote": "three.txt", "gazette": "two.txt"}


def test_text_on_another_drive_is_recorded_by_its_whole_place(root, monkeypatch):
    def relpath(path, start):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(places.os.path, "relpath", relpath)
    places.record(root, "вестник", root.parent / "b.txt")
    places.record(root, "bote", root.parent / "a.txt")
    assert (root / ".sources.json").read_text("utf-8") == \
        f'{{\n "bote": "{root.parent}/a.txt",\n "вестник": "{root.parent}/b.txt"\n}}\n'


@pytest.mark.parametrize(("content", "found"), [
    ("[]", '"[]"'), ('"a.txt"', '""a.txt""'), ('{"bote": 3}', '"{"bote": 3}"'),
    ('{"bote": null, "gazette": "a.txt"}', '"{"bote": null, "gazette": "a.txt"}"'),
    ("", "Expecting value: line 1 column 1 (char 0)"),
    ("{'bote': 'a.txt'}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
])
def test_record_that_is_none_is_told_with_the_remedy(root, content, found):
    (root / ".sources.json").write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    for use in (lambda: places.known(root), lambda: places.record(root, "bote", root / "a.txt")):
        with pytest.raises(BriefingError) as error:
            use()
        assert str(error.value) == (
            f'.sources.json: found {found}, expected an object such as {{"gazette": "../gazette.txt"}}. '
            "Mend the file, or remove it and record the texts anew with `briefing source FILE`.")


def test_record_that_cannot_be_read_is_told(root):
    (root / ".sources.json").mkdir()
    with pytest.raises(BriefingError, match=r"^\.sources\.json: found \[Errno \d+\] .*, expected an object such as "):
        places.known(root)
