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
    ("OWNERS IN", "owners in"), ("shut. Cafe\u0301", "shut.\r\n \r\nCafe\u0301"),
     ('"no crew, no trade" - and', "“no crew, no trade” – and"),
    ("ship's  master", "ship’s master"), ("ship\u00ads master", None), ("the mayor", None), ("  ", None), ("", None),
     ("(", None)])
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


# --- borders --------------------------------------------------------------------------

@pytest.mark.parametrize(("start", "end", "told"), [
    (5, 5, "the span 5 to 5, expected one that lies in 0 to 20, its start before its end. Select words of this text."),
    (-1, 4, "the span -1 to 4, expected one that lies in 0 to 20, its start before its end. Select words of this text."),
    (0, 21, "the span 0 to 21, expected one that lies in 0 to 20, its start before its end. Select words of this text."),
    (3, 4, "white space alone at 3 to 4, expected words. Select at least one word.")])
def test_what_is_said_of_a_span_that_is_none(start, end, told):
    with pytest.raises(BriefingError) as error:
        selecting.passage("The quay is shut to.", start, end)
    assert str(error.value) == f"passage: found {told}"


def test_whole_text_and_its_first_and_last_character_are_passages():
    assert selecting.passage("quay", 0, 4) == {
        "start": 0, "end": 4, "sha256": hashlib.sha256(b"quay").hexdigest(), "paragraph": 1, "prefix": "", "suffix": ""}
    assert [selecting.passage("quay", at, at + 1)["start"] for at in (0, 3)] == [0, 3]


ABOUT = "a1 a2 a3\nb1 b2 b3 b4 b5 b6 b7 b8\n\nc1 c2 c3 X d1 d2 d3\ne1 e2 e3 e4 e5 e6 e7 e8\nf1"


@pytest.mark.parametrize(("words", "quote", "prefix", "suffix"), [
    ("X", None, "b6 b7 b8 c1 c2 c3", "d1 d2 d3 e1 e2 e3"),  # twelve words together, six on each side
    ("X", "X", "b7 b8 c1 c2 c3", "d1 d2 d3 e1 e2 e3"), ("X", "one two", "b7 b8 c1 c2 c3", "d1 d2 d3 e1 e2"),
    ("X", "1 2 3 4 5 6 7 8 9 10", "c3", "d1"), ("X", "1 2 3 4 5 6 7 8 9 10 11", "", "d1"),
     ("X", "1 2 3 4 5 6 7 8 9 10 11 12", "", ""),
    ("X", "1 2 3 4 5 6 7 8 9 10 11 12 13", "", ""), ("a1", None, "", "a2 a3 b1 b2 b3 b4"), ("f1", None, "e3 e4 e5 e6 e7 e8", ""),
    ("f1", "1 2 3 4 5", "e3 e4 e5 e6 e7 e8", ""), ("f1", "1 2 3 4 5 6 7", "e4 e5 e6 e7 e8", ""),
     ("a1", "1 2 3 4 5 6 7", "", "a2 a3 b1 b2 b3"),
    ("a3", None, "a1 a2", "b1 b2 b3 b4 b5 b6"), ("b1", "1 2 3 4", "a1 a2 a3", "b2 b3 b4 b5 b6"),
     ("b8\n\nc1", None, "b2 b3 b4 b5 b6 b7", "c2 c3 X d1 d2 d3"),
    ("e8", None, "e2 e3 e4 e5 e6 e7", "f1")])
def test_what_stands_around_comes_from_the_paragraph_and_the_one_beside(words, quote, prefix, suffix):
    start = ABOUT.index(words)
    assert selecting.around(ABOUT, start, start + len(words), quote) == (prefix, suffix)


def test_what_stands_around_comes_from_no_farther_paragraph():
    assert selecting.around("a\nb\nX\nc\nd", 4, 5) == ("b", "c")
    assert selecting.around("a\nb c X d\n\ne\nf", 6, 7) == ("a b c", "d e")


@pytest.mark.parametrize(("text", "lines"), [
    ("", ()), (" \n\t\n", ()), ("a", (0,)), ("a\nb", (0, 2)), ("a\r\nb", (0, 3)), ("a\rb", (0, 2)),
     ("\n\n a\n\n\u00a0b", (2, 6)), ("a\u2028b\x0cc", (0,))])
def test_paragraphs_are_the_lines_that_are_not_empty(text, lines):
    assert selecting.paragraphs(text) == lines


def test_paragraph_of_a_place():
    assert [selecting.paragraph("a\n\nbc\n", at) for at in range(6)] == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(("text", "words", "spans"), [
    ("aXbXc", " X ", [(1, 2), (3, 4)]), ("a  b A B", "A  B", [(0, 4), (5, 8)]), ("a b", "ab", []), ("ab", "a b", []),
     ("a\u200bb", "ab", [(0, 3)]), ("a\u2060 \u00adb", "a b", [(0, 5)]),
    ("«a» „a“ ‹a›", '"a"', [(0, 3), (4, 7)]), ("it’s it´s it`s", "it's", [(0, 4), (5, 9), (10, 14)]),
     ("a–b a—b a−b a‑b", "a-b", [(0, 3), (4, 7), (8, 11), (12, 15)]),
    ("The the", "The", [(0, 3)]), ("aaaa", "aa", [(0, 2), (1, 3), (2, 4)]), ("A.B axb", "a.b", [(0, 3)]),
     ("ABAB ab", "Ab", [(0, 2), (2, 4), (5, 7)]), ("ABABA", "aba", [(0, 3), (2, 5)]),
     ("x", "\u00ad", []), ("STRASSE", "straße", [])])
def test_where_words_stand(text, words, spans):
    assert selecting.find(text, words) == spans


# --- places of many words ---------------------------------------------------------------

@pytest.mark.parametrize("size", [1, 11, 12, 13, 23, 24, 25, 47, 48, 49, 95, 96, 97])
def test_places_of_words_of_any_length_alone_or_with_others(size):
    words = ("the crane lifts what the ship has " * 3)[:size]
    other = words[:-1] + "#"
    text = f"{words}{other}{words} {words[:-1]}"
    starts = [0, 2 * size] if size > 1 else [at for at, letter in enumerate(text) if letter == words]
    assert selecting.places(text, {words}) == {words: starts}
    assert selecting.places(text, {words, other, "none", ""}) == {words: starts, other: [size], "none": [], "": []}


def test_places_that_overlap_themselves():
    assert selecting.places("abababab", ["aba"]) == {"aba": [0, 2, 4]} and selecting.places("x" * 14,
        ["x" * 12, "y"]) == {"x" * 12: [0, 1, 2], "y": []}


def lost(text, *spans):
    return selecting.lost(text, [{"start": at, "end": at + len(words), "sha256": selecting.digest(words)} for at, words in spans])


@pytest.mark.parametrize(("text", "spans", "places"), [
    ("abc", [(9, "abc")], [[0]]), ("xxabc", [(0, "abc")], [[2]]), ("abc", [(0, "abd")], [[]]), ("ab", [(0, "abc")], [[]]),
     ("", [(0, "a")], [[]]), ("abcabc", [(9, "abc")], [[0, 3]]), ("aaa", [(9, "aa")], [[0, 1]]),
    ("xx one two", [(0, "one"), (4, "two")], [[3], [7]]), ("two one", [(0, "one"), (4, "two")], [[4], [0]]),
     ("xx one two", [(4, "two"), (0, "one"), (0, "gone")], [[7], [3], []]),
    ("xx one three", [(0, "one"), (4, "three"), (4, "th")], [[3], [7], [7]]), ("🚢 one", [(0, "one")], [[2]]),
     ("one", [(0, "one"), (5, "one")], [[0], [0]]), ("one two", [(3, "one"), (7, "two"), (1, "o")], [[0], [4], [0, 6]])])
def test_lost_words_are_found_by_their_hash(text, spans, places):
    assert lost(text, *spans) == places


def test_no_row_is_lost():
    assert lost("abc") == []


# --- what stood around --------------------------------------------------------------------

def held(prefix=None, suffix=None, quote=None, start=0, end=4):
    return {"prefix": prefix, "suffix": suffix, "quote": quote, "start": start, "end": end}


@pytest.mark.parametrize(("text", "words", "spans"), [
    ("a b\n a  b", "a b", [(0, 3), (5, 9)]), ("ab", "a b", []), ("a b", " a\tb ", [(0, 3)]), ("a b", None, []), ("a b", "", []),
     ("a b", " ", []), ("a.b axb", "a.b", [(0, 3)])])
def test_words_stand_but_for_white_space(text, words, spans):
    assert selecting.standing(text, words) == spans


@pytest.mark.parametrize(("prefix", "suffix", "fits"), [
    ("one two", "four", (True, True)), ("two", None, (True, None)), ("", "four five", (None, True)),
     (" one\n two ", "four  five", (True, True)), ("two one", "five", (False, False)), ("three", "three", (False, False)),
     ("ne two", "fou", (True, True)),
    ("zero one two", "four five six", (False, False))])
def test_what_stands_before_and_after_a_place(prefix, suffix, fits):
    assert selecting.fits("one\n two three four \n five", 9, 14, held(prefix, suffix)) == fits


def test_what_stands_around_may_stand_far_off():
    for gap, far in ((309, True), (310, False)):
        text = "one" + " " * gap + "x" + " " * gap + "two"
        assert selecting.fits(text, gap + 3, gap + 4, held("one", "two")) == (far, far)


@pytest.mark.parametrize(("prefix", "suffix", "found"), [("b", None, [9]), ("a", "c", [2]), (None, "d", [9]),
    (None, None, [2, 9]), ("z", "z", [2, 9]), ("b", "c", [2, 9]), ("b", "d", [9])])
def test_place_is_singled_out_by_what_stands_around(prefix, suffix, found):
    assert selecting.singled_out("a X c\n\nb X d", [2, 9], held(prefix, suffix, start=7, end=8)) == found


def test_places_that_fit_alike_are_all_left():
    row = held("a", None, start=7, end=8)
    assert selecting.singled_out("a X, a X, b X", [2, 7, 12], row) == [2, 7, 12] and selecting.singled_out("a X, b X, b X",
        [2, 7, 12], row) == [2]


@pytest.mark.parametrize(("cells", "found"), [
    ({"prefix": "one", "suffix": "four"}, "two three"), ({"prefix": "one two", "suffix": "four"}, "three"),
     ({"prefix": "one", "suffix": "five"}, "two three four"), ({"prefix": "four", "suffix": "one"}, None),
     ({"prefix": "one"}, None),
    ({"suffix": "four"}, None), ({}, None), ({"prefix": "one", "suffix": "two"}, None),
     ({"prefix": "one", "suffix": "four", "quote": "two"}, "two three"), ({"prefix": "one", "quote": "three"}, "two three"),
    ({"suffix": "five", "quote": "three"}, "three four"), ({"quote": "three"}, None),
     ({"prefix": "four", "quote": "three"}, None), ({"prefix": "one", "suffix": "two", "quote": "three"}, "two three"),
     ({"prefix": "one", "suffix": "four", "quote": "none"}, None)])
def test_passage_of_other_words_stands_between_what_stood_around(cells, found):
    text = "zero one two three four five"
    span = selecting.reworded(text, held(**cells))
    assert (text[slice(*span)] if span else None) == found


def test_passage_of_other_words_may_have_grown_by_some():
    for more, found in ((300, True), (301, False)):
        text = "one" + "x" * (4 + more) + "two"
        assert (selecting.reworded(text, held("one", "two", start=50, end=54)) is not None) is found


def test_passage_of_other_words_is_at_one_place_or_none():
    assert selecting.reworded("a X b, a Y b", held("a", "b")) is None
    assert selecting.reworded("a, a Y b, b", held("a", "b")) == (5, 6)  # between the nearest
    assert selecting.reworded("aYb", held("a", "b")) == (1, 2) and selecting.reworded("ab", held("a", "b")) is None
    assert selecting.reworded("a Q x b, a Q", held("a", "b", "Q")) == (2, 5)
    assert selecting.reworded("a Q Q x", held("a", None, "Q")) == (2, 3)
