"""What is said of a passage that its text does not bear out: each finding whole, with its place and what to do."""

import hashlib

import pytest

from briefing.facts.tables import Tables
from briefing.sources import passages

TEXT = "The quay is shut.\n\nNo crew, no trade, say “they”.\n\nIn Hull 40 ships wait.\n"


def sha(words):
    return hashlib.sha256(words.encode("utf-8")).hexdigest()


def row(words, at=None, **cells):
    start = TEXT.index(words) if at is None else at
    return {"id": "p", "source": "s", "start": start, "end": start + len(words), "sha256": sha(words), "quote": None,
            "paragraph": None, "gist": "", "speaker": None, **cells}


@pytest.fixture
def found(tmp_path):
    """What is found of these rows in a text; without it where it is None."""

    def run(*rows, text=TEXT, source=None, statements=()):
        (tmp_path / "s.txt").write_bytes(b"" if text is None else text.encode("utf-8"))
        source = {"id": "s", "sha256": sha(TEXT), "characters": len(TEXT), **(source or {})}
        resources = [{"name": "passages", "path": "said.csv"}]
        data = Tables(tmp_path, {"resources": resources}, {"sources": [source], "passages": list(rows),
            "statements": list(statements)})
        result = passages.check(data, {} if text is None else {"s": tmp_path / "s.txt"})
        return [(each.code, each.path, each.row, each.column, each.found, each.expected, each.remedy) for each in result.findings]

    return run


def of(code, column, found, expected, remedy, row=2):
    return code, "data/said.csv", row, column, found, expected, remedy


CODE_AGAIN = "Code the passage again, or correct its sha256."
LETTERS = "words that stand in the span, letter by letter"
CHOOSE = "Choose the right place by hand."


@pytest.mark.parametrize(("cells", "finding"), [
    (row("quay", start=None), of("span-missing", "start, end", "an empty cell", "a start and an end", "Fill in the span.")),
    (row("quay", end=None, quote="crew"), of("span-missing", "start, end", "an empty cell",
     f"a start and an end; 22 to 26, SHA-256 {sha('crew')} for its quote", "Fill in the span.")),
    (row("quay", start=9, end=9), of("span-reversed", "start, end", "9 to 9", "a start from 0 before its end",
     "Give the half-open range of code points, start first.")),
    (row("quay", start=-1, quote="say"), of("span-reversed", "start, end", "-1 to 8",
     f"a start from 0 before its end; 38 to 41, SHA-256 {sha('say')} for its quote",
     "Give the half-open range of code points, start first.")),
    (row("quay", sha256=None), of("hash-malformed", "sha256", '""',
     f"64 hexadecimal digits in lower case: {sha('quay')} for 4 to 8", "Give the SHA-256 of the span's UTF-8 bytes.")),
    (row("quay", sha256="A" * 64), of("hash-malformed", "sha256", f'"{"A" * 64}"',
     f"64 hexadecimal digits in lower case: {sha('quay')} for 4 to 8", "Give the SHA-256 of the span's UTF-8 bytes.")),
    (row("quay", end=len(TEXT), sha256="0"), of("hash-malformed", "sha256", '"0"',
     f"64 hexadecimal digits in lower case: {sha(TEXT[4:])} for 4 to {len(TEXT)}",
     "Give the SHA-256 of the span's UTF-8 bytes.")),
    (row("quay", end=len(TEXT) + 1, sha256="0"), of("hash-malformed", "sha256", '"0"', "64 hexadecimal digits in lower case",
     "Give the SHA-256 of the span's UTF-8 bytes.")),
    (row("say “they”", quote="“"), of("quote-empty", "quote", '"“"', "words, or an empty cell",
     "Copy the words from the source, or leave the cell empty.")),
    (row("quay", quote="shut"), of("quote-elsewhere", "quote", f'"shut", which stands at 12 to 16, SHA-256 {sha("shut")}',
     LETTERS, "Widen the span, or quote from it.")),
    (row("quay", quote="no"), of("quote-elsewhere", "quote", f'"no", which stands at 28 to 30, SHA-256 {sha("no")}', LETTERS,
     "Widen the span, or quote from it.")),
    (row("quay", quote="h"), of("quote-ambiguous", "quote", '"h", which stands 4 times, at 1, 13, 44 …', LETTERS, CHOOSE)),
    (row("quay is shut", quote="w"), of("quote-ambiguous", "quote", '"w", which stands 2 times, at 25, 68', LETTERS, CHOOSE)),
    (row("quay", quote="pier"), of("quote-absent", "quote", '"pier", which the text does not have anywhere', LETTERS,
     "Copy the quote from the source.")),
    (row("say “they”", quote='"They"'), of("quote-absent", "quote", '""They"", which the text does not have anywhere',
     f'{LETTERS}: "“they”"', "Copy the quote from the source.")),
    (row("quay", gist="The 40 quays."), of("gist-beyond-span", "gist", '"40", a number that the span does not have',
     "what the words of the span say, and no more", "Take it out of the gist, or widen the span.")),
    (row("quay", gist="They shut 1.5 and 3."), of("gist-beyond-span", "gist", '"1.5", "3", a number that the span does not have',
     "what the words of the span say, and no more", "Take it out of the gist, or widen the span.")),
    (row("quay", gist="A quay in Hull."), of("gist-beyond-span", "gist", '"Hull", a name that the span does not have',
     "what the words of the span say, and no more", "Take it out of the gist, or widen the span.")),
    (row("quay is", prefix="A", suffix="shut."), of("prefix-wrong", "prefix", '"A"', 'the words before the span: "The"',
     "Copy these words, or correct the span.")),
    (row("quay is", prefix=None, suffix="open"), of("suffix-wrong", "suffix", '"open"',
     'the words after the span: "shut. No crew, no trade, say"', "Copy these words, or correct the span.")),
    (row("crew", paragraph=1), of("paragraph-wrong", "paragraph", "1", "2, the non-empty line in which the span begins",
     "Correct the paragraph.")),
    (row("crew", at=0), of("passage-elsewhere", "start, end", "0 to 4", "22 to 26, where its words stand", "Correct the span.")),
    (row("w", at=0), of("passage-ambiguous", "start, end", "0 to 1",
     "one place; its words, 1 characters, stand 2 times, at 25, 68", CHOOSE)),
    (row("e", at=0), of("passage-ambiguous", "start, end", "0 to 1",
     "one place; its words, 1 characters, stand 4 times, at 2, 24, 35 …", CHOOSE)),
    (row("pier", at=4), of("passage-absent", "start, end, sha256", "4 to 8, whose words the text does not have anywhere",
     f"the words that were coded; {sha('quay')} for the span as it is", CODE_AGAIN)),
    (row("pier is shut", at=4, quote="shut"), of("passage-absent", "start, end, sha256",
     "4 to 16, whose words the text does not have anywhere; its quote stands at 12",
     f"the words that were coded; {sha('quay is shut')} for the span as it is, which has the quote", CODE_AGAIN)),
    (row("pier", at=4, quote="crew"), of("passage-absent", "start, end, sha256",
     "4 to 8, whose words the text does not have anywhere; its quote stands at 22",
     f"the words that were coded; 22 to 26, SHA-256 {sha('crew')} for its quote alone", CODE_AGAIN)),
    (row("pier", at=6, quote="w"), of("passage-absent", "start, end, sha256",
     "6 to 10, whose words the text does not have anywhere; its quote stands 2 times, at 25, 68",
     "the words that were coded", CODE_AGAIN)),
])
def test_each_finding_whole(found, cells, finding):
    assert found(cells) == [finding]


def test_span_beyond_the_text(found):
    assert found(row("x" * 9, at=len(TEXT) - 8)) == [
        of("span-outside", "end", str(len(TEXT) + 1), f"at most {len(TEXT)}, the length of the text", "Correct the span."),
        of("passage-absent", "start, end, sha256",
            f"{len(TEXT) - 8} to {len(TEXT) + 1}, whose words the text does not have anywhere",
           "the words that were coded", CODE_AGAIN)]


def test_passages_that_are_one_or_cross(found):
    assert found(row("quay is shut", id="a"), row("quay is shut", id="b"), row("shut.", id="c"), row("crew, no", id="d"),
        row("no trade", id="e")) == [
        of("span-twice", "start, end", "4 to 16, as in a", "each span once", "Use the one passage, and remove the other.", row=3),
        of("span-crossing", "start, end", "12 to 17, across the end of b (4 to 16)", "spans apart, or one inside the other",
           "Cut the passages so that no words are in both, or let one hold the other.", row=4),
        of("span-crossing", "start, end", "28 to 36, across the end of d (22 to 30)", "spans apart, or one inside the other",
           "Cut the passages so that no words are in both, or let one hold the other.", row=6)]


def test_passages_within_and_beside_each_other_are_sound(found):
    assert found(row("quay is shut"), row("quay"), row("quay is"), row("is"), row("shut"), row(".")) == []


def test_number_of_a_gist_is_held_to_its_words_and_a_name_to_the_paragraphs_around(found):
    assert found(row("In Hull 40 ships wait", gist="They wait: 40 ships.")) == []
    assert found(row("crew", gist="In Hull they trade.")) == []  # the next paragraph has it
    assert found(row("quay",
        gist="Hull is shut. Trade is shut. Crews, and the Crew")) == []  # at the beginning, and from the next paragraph
    assert found(row("quay", gist="In Rome, Köln.")) == []  # nothing of the source


@pytest.mark.parametrize(("change", "source", "finding"), [
    ("The pier", {}, ("source-changed", f"SHA-256 {sha('The pier')} of 8 characters", f"{sha(TEXT)}, the text that was coded",
     "Find the text that was coded, or apply the patch that is offered: it moves the passages and takes this text for the source.")),
    (TEXT, {"characters": 5}, ("source-length", f"{len(TEXT)} characters", "5",
     f"Write {len(TEXT)} as characters in data/sources.csv.")),
    (TEXT, {"sha256": None, "characters": None}, None), (TEXT, {"sha256": None}, None), (TEXT, {"characters": None}, None)])
def test_source_that_is_another_text(found, change, source, finding):
    assert found(text=change, source=source) == ([(finding[0], "source s", None, None, *finding[1:])] if finding else [])


def test_changed_source_offers_places_and_what_stands_around(tmp_path, found):
    assert found(row("crew", paragraph=9), text=f"News.\n\n{TEXT}") == [
        ("source-changed", "source s", None, None, f"SHA-256 {sha(f'News.{chr(10) * 2}{TEXT}')} of {len(TEXT) + 7} characters",
         f"{sha(TEXT)}, the text that was coded",
         "Find the text that was coded, or apply the patch that is offered: it moves the passages and takes this text for the source."),
        of("passage-elsewhere", "start, end", "22 to 26", "29 to 33, where its words stand", "Take the offered place.")]
    reworded = found(row("quay is", prefix="The", suffix="shut."), text=TEXT.replace("quay is", "quay was"))
    assert reworded[1:] == [of("passage-reworded", "start, end, sha256", "4 to 11, whose words the text does not have",
        f"4 to 12, SHA-256 {sha('quay was')}, where what is held of it stands",
                               "The words changed: read it again, and take the offered place and hash if it still says so.")]


def test_statement_outside_its_passage(found):
    assert found(row("quay"), text=None, statements=[{"passage": "p", "start": 8, "end": 9},
        {"passage": "p", "start": 7, "end": 9}, {"passage": "q", "start": 1, "end": 2}]) == [
        ("statement-outside", "data/statements.csv", 2, "start, end", "8 to 9",
         "a span with words of its passage, which stands at 4 to 8",
         "Write `4` and `8`, or the part of it that the coder marked.")]


def test_findings_of_the_whole_source_come_first_and_then_by_row(found):
    result = found(row("crew", at=0, id="a"), row("quay", quote="", id="b"), row("crew, no", id="c"), row("no trade", id="d"),
        text=TEXT, source={"characters": 1})
    assert [(each[0], each[2]) for each in result] == [("source-length", None), ("passage-elsewhere", 2), ("quote-empty", 3),
        ("span-crossing", 5)]


# --- quantities -----------------------------------------------------------------------------

@pytest.mark.parametrize(("cells", "finding"), [
    ({"value": 41, "hedge": "=", "unit": "ships"}, ("quantity-not-in-words", "value", "41",
     "a number that the words of its passage have: `> 40 ships`, `= 7`",
     "Copy hedge, value and unit from the words, or name the passage that has the number.")),
    ({"value": 40, "hedge": None, "unit": None}, ("hedge-not-in-words", "hedge", "`=` before 40",
     "the hedge that the words of its passage give it: `> 40 ships`", "Write `>`, or the hedge that the words have.")),
    ({"value": 40, "hedge": "<="}, ("hedge-not-in-words", "hedge", "`<=` before 40",
     "the hedge that the words of its passage give it: `> 40 ships`", "Write `>`, or the hedge that the words have.")),
    ({"value": 41, "hedge": "=", "upper": 40}, None), ({"value": 40, "hedge": "=", "upper": 50}, None),
    ({"value": 41, "unit": " % "}, None), ({"value": 12}, None), ({"value": 0}, None), ({"value": 1}, None),
    ({"value": 40, "hedge": "~"}, None), ({"value": 40, "hedge": ">="}, None), ({"value": 7, "hedge": "="}, None),
    ({"value": 7, "hedge": "<"}, None), ({"value": None}, None)])
def test_quantity_against_the_words_of_its_passage(cells, finding):
    result = list(passages.check_quantities("data/q.csv", [(5, {"passage": "p", **cells})], {"p": "Over 40 ships, or 7."}, "en"))
    assert [(each.code, each.column, each.found, each.expected, each.remedy) for each in result] == ([finding] if finding else [])
    assert all((each.path, each.row) == ("data/q.csv", 5) for each in result)


@pytest.mark.parametrize(("words", "hedge", "sound"), [
    (words, hedge, sound) for words,
     sounds in (("40", "= > >= < <= ~"), ("over 40", "> >= ~"), ("at least 40", "> >= ~"), ("under 40", "< <= ~"),
     ("at most 40", "< <= ~"), ("about 40", "> >= < <= ~"))
     for hedge in ("=", ">", ">=", "<", "<=", "~") for sound in [hedge in sounds.split()]])
def test_hedge_is_on_the_side_of_the_words(words, hedge, sound):
    result = list(passages.check_quantities("q", [(2, {"passage": "p", "value": 40, "hedge": hedge})],
        {"p": f"It has {words} ships."}, "en"))
    assert (result == []) is sound


# --- what goes with a passage that moves ---------------------------------------------------------

@pytest.mark.parametrize(("move", "span", "cells"), [
    ((10, 20, 15, 25), (12, 14), ("17", "19")), ((10, 20, 5, 15), (8, 14), ("3", "9")), ((10, 20, 0, 10), (4, 14), ("0", "4")),
    ((10, 20, 0, 10), (2, 10), ("0", "10")), ((10, 20, 0, 10), (2, 11), ("0", "1")),
    ((10, 20, 0, 10), (2, 8), ("0", "10")), ((10, 20, 10, 20), (12, 14), None),
    ((10, 20, 10, 22, "0" * 64), (12, 14), ("10", "22")), ((10, 20, 10, 22, "0" * 64), (10, 22), None)])
def test_span_of_a_statement_goes_as_far_as_its_passage(tmp_path, move, span, cells):
    rows = [{"passage": "q", "start": 1, "end": 2}, {"passage": "p", "start": span[0], "end": span[1]},
        {"passage": "p", "start": None, "end": None}]
    found = passages.moved_statements(Tables(tmp_path, {"resources": []}, {"statements": rows}), [passages.Move("p", 2, *move)])
    assert found == ({3: dict(zip(("start", "end"), cells, strict=True))} if cells else {})


def test_cells_of_a_move_are_those_that_it_knows():
    assert passages.moved_cells(passages.Move("p", 2, 1, 2, 3, 4)) == {"start": "3", "end": "4"}
    assert passages.moved_cells(passages.Move("p", 2, 1, 2, 3, 4, "ab", 7, "before", "")) == {
        "start": "3", "end": "4", "sha256": "ab", "paragraph": "7", "prefix": "before", "suffix": ""}


def test_patch_to_the_letter(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/said.csv").write_bytes('id,start,end,gist\r\na,1,2,"one\r\ntwo"\r\nb,3,4,"x\x0cy, é"\r\nc,5,6,\r\n'.encode())
    (tmp_path / "data/sources.csv").write_bytes(b"id,sha256,characters\ns,,\n")
    data = Tables(tmp_path, {"resources": [{"name": "passages", "path": "said.csv"}]}, {"sources": [{"id": "s"}], "passages": []})
    result = passages.Check(moves=[passages.Move("b", 3, 3, 4, 13, 14)], sources={"s": ("ab", 9)})
    assert passages.patch(data, result) == (
        "--- a/data/sources.csv\n+++ b/data/sources.csv\n@@ -1,2 +1,2 @@\n id,sha256,characters\n-s,,\n+s,ab,9\n"
        "--- a/data/said.csv\n+++ b/data/said.csv\n@@ -1,5 +1,5 @@\n id,start,end,gist\r\n a,1,2,\"one\r\n two\"\r\n-b,3,4,\"x\x0cy, é\"\r\n"
        "+b,13,14,\"x\x0cy, é\"\n c,5,6,\r\n")
    assert passages.patch(data, passages.Check()) == ""
