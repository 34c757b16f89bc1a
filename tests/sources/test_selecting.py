"""Selected words of a text: the passage they make, where they stand, and what comes nearest."""

import hashlib

import pytest

from briefing.facts.tables import LONGEST_QUOTE
from briefing.findings import BriefingError
from briefing.sources import passages, selecting
from briefing.facts.tables import Tables

TEXT = ("  The quay is shut.\r\n \r\nCafe\u0301 owners in the old town said: “no crew, no trade” – and went home.\r\n"
        "🚢 The ship’s master waits; the quay is shut to him.\n")


def made(words, **options):
    start = TEXT.index(words)
    return selecting.passage(TEXT, start, start + len(words), **options)


# --- a passage --------------------------------------------------------------------

def test_passage_of_words():
    found = made("owners in the old town")
    assert found == {"start": TEXT.index("owners"), "end": TEXT.index("owners") + 22, "paragraph": 2,
                     "sha256": hashlib.sha256(b"owners in the old town").hexdigest(),
                     "prefix": "The quay is shut. Cafe\u0301", "suffix": "said: “no crew, no trade” –"}


def test_white_space_at_the_ends_is_left_out():
    assert made(" \r\nCafe\u0301 owners ") == made("Cafe\u0301 owners")


@pytest.mark.parametrize("words", ["The quay", "shut.\r\n \r\nCafe", "🚢", "ship’s", "him.", "e\u0301 own"])
def test_passage_passes_the_check(tmp_path, words):
    (tmp_path / "s.txt").write_bytes(TEXT.encode())
    row = made(words) | {"id": "p", "source": "s", "quote": None}
    data = Tables(tmp_path, {"resources": []}, {"sources": [{"id": "s", "sha256": None, "characters": len(TEXT)}],
                                                "passages": [row]})
    assert passages.check(data, {"s": tmp_path / "s.txt"}).findings == []


@pytest.mark.parametrize("quote", [None, "owners", "Cafe\u0301 owners in the old town said: “no crew, no trade” –"])
def test_no_more_of_a_source_is_held_than_may_be(quote):
    found = made("Cafe\u0301 owners in the old town said: “no crew, no trade” –", quote=quote)
    words = len(f"{found['prefix']} {quote or ''} {found['suffix']}".split())
    assert words <= LONGEST_QUOTE
    assert (found["prefix"], found["suffix"]) != ("", "") or len((quote or "").split()) >= LONGEST_QUOTE - 1


def test_at_an_end_of_the_text_there_is_nothing_around():
    assert made(TEXT[:20].strip())["prefix"] == "" and made("him.")["suffix"] == ""


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 4), (-1, 4), (0, len(TEXT) + 1), (0, 2), (19, 24)])
def test_span_without_words_or_outside_is_refused(start, end):
    with pytest.raises(BriefingError, match=r"passage: found .*, expected .*\. Select .*\."):
        selecting.passage(TEXT, start, end)


def test_text_without_words():
    with pytest.raises(BriefingError):
        selecting.passage("", 0, 0)
    assert (selecting.find("", "quay"), selecting.nearest("", "quay"), selecting.paragraphs(" \n\n")) == ([], [], ())


# --- where words stand --------------------------------------------------------------

def shown(words, text=TEXT):
    return [text[start:end] for start, end in selecting.find(text, words)]


def test_every_place_letter_by_letter():
    assert [start for start, _ in selecting.find(TEXT, "quay is shut")] == [TEXT.index("quay"), TEXT.rindex("quay")]
    assert selecting.find("xababa", "aba") == [(1, 4), (3, 6)]


def test_exact_places_leave_out_the_others():
    assert shown("The quay") == ["The quay"]  # not "the quay"


@pytest.mark.parametrize(("words", "found"), [
    ("OWNERS IN", "owners in"), ("shut. Cafe\u0301", "shut.\r\n \r\nCafe\u0301"), ('"no crew, no trade" - and', "“no crew, no trade” – and"),
    ("ship's  master", "ship’s master"), ("ship\u00ads master", None), ("the mayor", None), ("  ", None), ("", None), ("(", None)])
def test_tolerant_where_there_is_none(words, found):
    assert shown(words) == ([found] if found else [])


def test_soft_hyphens_on_either_side():
    assert shown("container port", "a con\u00adtai\u00adner\u00a0port") == ["con\u00adtai\u00adner\u00a0port"]
    assert shown("con\u00adtainer", "a container") == ["container"]


# --- what comes nearest -------------------------------------------------------------

def test_nearest_is_the_stretch_meant():
    start, end, likeness = selecting.nearest(TEXT, "cafe owners of the old town say")[0]
    assert "owners in the old town" in TEXT[start:end] and 0.5 <= likeness < 1


def test_one_misspelt_word_is_found():
    assert [TEXT[start:end] for start, end, _ in selecting.nearest(TEXT, "mastre")] == ["master"]


def test_nothing_near_and_no_overlaps():
    assert selecting.nearest(TEXT, "zzz qqq") == [] and selecting.nearest(TEXT, "…") == []
    found = sorted(selecting.nearest(TEXT * 3, "the quay is closed to him"))
    assert len(found) == 3 and all(one[1] <= two[0] for one, two in zip(found, found[1:]))


def test_nearest_in_a_script_without_spaces():
    text = "港は月曜日に閉鎖された。市長は沈黙した。"
    assert text[slice(*selecting.nearest(text, "港は火曜日に閉鎖された")[0][:2])] == "港は月曜日に閉鎖された"
