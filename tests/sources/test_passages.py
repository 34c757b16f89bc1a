"""Passages against the text that they were taken from: what holds, and what each miss is called."""

import csv
import hashlib
import json
import shutil
import subprocess
import time

import pytest

from briefing.sources import passages
from briefing.facts import tables
from briefing.findings import BriefingError
from briefing.facts.tables import Tables

#: Characters outside the BMP, combining marks, and the line ends of another system.
TEXT = "🚢 The quay is shut.\r\n\r\nCafe\u0301 owners said: “no 🧑‍🏭, no trade”.\r\nThe quay is open, they said: no trade.\r\n"


def sha(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def passage(words, text=TEXT, id="p", at=None, **cells):
    start = text.index(words) if at is None else at
    return {"id": id, "source": "s", "start": start, "end": start + len(words), "sha256": sha(words), "quote": None,
            "paragraph": None, **cells}


@pytest.fixture
def check(tmp_path):
    """Check passages against a text, which was coded as `coded` (by default the same)."""

    def run(*rows, text=TEXT, coded=TEXT, given=True):
        path = tmp_path / "s.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        source = {"id": "s", "sha256": sha(coded), "characters": len(coded)}
        data = Tables(tmp_path, {"resources": []}, {"sources": [source], "passages": list(rows)})
        return passages.check(data, {"s": path} if given else {})

    return run


def codes(result):
    return [finding.code for finding in result.findings]


# --- gists ------------------------------------------------------------------------

@pytest.mark.parametrize(("gist", "found"), [
    ("Trade needs people, the owners hold.", None), ("Owners of the Cafe\u0301 want trade.", None),
    ("Some 12 owners spoke.", '"12", a number'), ("The owners spoke of Westport.", '"Westport", a name'),
    ("The owners spoke of Atlantis.", None)])  # which nothing in the source could have lent it
def test_gist_says_no_more_than_its_span(check, gist, found):
    text = TEXT + "\r\nNothing else.\r\n\r\nAnd more.\r\n\r\nWestport has 12 quays.\r\n"
    result = check(passage("owners said", text=text, gist=gist), text=text, coded=text)
    assert [finding.found for finding in result.findings if finding.code == "gist-beyond-span"] == \
        ([f"{found} that the span does not have"] if found else [])


# --- what holds -------------------------------------------------------------------

@pytest.mark.parametrize("words", ["🚢", "shut.\r\n\r\nCafe", "Cafe\u0301", "\u0301 owners", "🧑‍🏭, no", TEXT])
def test_offsets_are_code_points_whatever_the_characters(check, words):
    result = check(passage(words, quote=words))
    assert (result.findings, result.checked, result.unchecked) == ([], 1, 0)


def test_a_composed_letter_is_not_the_same_words(check):
    assert codes(check(passage("Cafe\u0301", quote="Caf\u00e9"))) == ["quote-absent"]


def test_offsets_count_no_bytes_and_no_utf_16_units(check):
    words = "no trade"
    at = TEXT.index(words)
    for wrong in (len(TEXT[:at].encode("utf-8")), len(TEXT[:at].encode("utf-16-le")) // 2):
        assert codes(check(passage(words, at=wrong))) in (["passage-ambiguous"], ["span-outside", "passage-ambiguous"])


def test_line_ends_are_part_of_the_text(check):
    result = check(passage("open"), text=TEXT.replace("\r\n", "\n"))
    assert codes(result) == ["source-changed", "passage-elsewhere"]


def test_byte_order_mark_is_a_character_of_the_text(check):
    assert check(passage("🚢", text="\ufeff🚢"), text="\ufeff🚢", coded="\ufeff🚢").findings == []


# --- without the text -------------------------------------------------------------

def test_without_the_text_spans_are_counted_and_not_vouched_for(check):
    result = check(passage("🚢"), passage("open", sha256=sha("shut"), id="q"), given=False)
    assert (result.findings, result.checked, result.unchecked) == ([], 0, 2)


def test_text_that_is_not_utf_8(check):
    result = check(passage("🚢"), text=b"quay \xff")
    assert (codes(result), result.checked, result.unchecked) == (["source-not-utf-8"], 0, 1)
    assert "the byte 0xff at 5" in str(result.findings[0])


def test_text_of_no_source_and_text_that_is_not_there(tmp_path, check):
    data = Tables(tmp_path, {"resources": []}, {"sources": [{"id": "s", "sha256": None, "characters": None}], "passages": []})
    with pytest.raises(BriefingError, match="expected one of s"):
        passages.check(data, {"t": tmp_path})
    for path in (tmp_path, tmp_path / "none.txt"):
        with pytest.raises(BriefingError, match="expected the source's text"):
            passages.check(data, {"s": path})


def test_length_that_is_not_the_texts(tmp_path):
    (tmp_path / "s.txt").write_text("quay")
    data = Tables(tmp_path, {"resources": []}, {"sources": [{"id": "s", "sha256": None, "characters": 5}], "passages": []})
    assert codes(passages.check(data, {"s": tmp_path / "s.txt"})) == ["source-length"]


# --- misses -----------------------------------------------------------------------

def test_absent_words(check):
    result = check(passage("the mayor spoke", at=3))
    assert codes(result) == ["passage-absent"] and result.moves == []
    assert result.findings[0].row == 2


def test_absent_words_whose_quote_is_there(check):
    (finding,) = check(passage("the quay was open, they", at=3, quote="open, they")).findings
    at = TEXT.index("open, they")
    assert f"its quote stands at {at}" in finding.found
    assert f"{at} to {at + 10}, SHA-256 {sha('open, they')} for its quote alone" in finding.expected


def test_wrong_hash_of_the_right_span(check):
    for quote in ("open, they", None):
        (finding,) = check(passage("quay is open, they", quote=quote) | {"sha256": sha("?")}).findings
        assert finding.code == "passage-absent" and sha("quay is open, they") in finding.expected


# --- values to copy -----------------------------------------------------------------

def test_malformed_hash_says_the_right_one_where_the_text_is_at_hand(check):
    row = passage("quay") | {"sha256": "ab12"}
    assert sha("quay") in check(row).findings[0].expected
    assert sha("quay") not in check(row, given=False).findings[0].expected
    assert codes(check(passage("quay", at=len(TEXT)) | {"sha256": "ab12"})) == ["hash-malformed"]


def test_missing_span_says_where_its_quote_stands_once(check):
    missing = {"start": None, "end": None, "sha256": None}
    at = TEXT.index("owners")
    assert f"{at} to {at + 6}, SHA-256 {sha('owners')}" in check(passage("owners", quote="owners") | missing).findings[0].expected
    for quote in ("no trade", "mayor", None):  # twice, never, unknown
        assert "SHA-256" not in check(passage("owners", quote=quote) | missing).findings[0].expected


def test_changed_source_says_both_hashes_whole(check):
    finding = check(text="quay", coded="pier").findings[0]
    assert (sha("quay") in finding.found, sha("pier") in finding.expected) == (True, True)


def test_quote_written_in_another_way_says_how_the_text_has_it(check):
    (finding,) = check(passage("said: “no 🧑‍🏭, no trade”.", quote='Said: "no')).findings
    assert finding.code == "quote-absent" and finding.expected.endswith('letter by letter: "said: “no"')


def test_quote_elsewhere_says_its_span(check):
    at = TEXT.index("shut")
    assert f"{at} to {at + 4}, SHA-256 {sha('shut')}" in check(passage("open, they", quote="shut")).findings[0].found


# --- before and after a passage -----------------------------------------------------

def around(words, prefix, suffix, **cells):
    return passage(words, prefix=prefix, suffix=suffix, **cells)


def test_words_before_and_after_are_held_to_the_text(check):
    assert check(around("owners said:", "The quay is shut. Cafe\u0301", "“no 🧑‍🏭, no trade”.")).findings == []
    assert check(around("owners said:", None, "“no")).findings == [] and check(around("owners said:", "", None)).findings == []
    result = check(around("owners said:", "the mayor", "“no 🧑‍🏭, yes"))
    assert codes(result) == ["prefix-wrong", "suffix-wrong"]
    assert "The quay is shut. Cafe\u0301" in result.findings[0].expected and "“no 🧑‍🏭, no trade”." in result.findings[1].expected


@pytest.mark.parametrize(("prefix", "suffix", "at"), [
    ("“no 🧑‍🏭,", "”. The", TEXT.index("no trade")), ("they said:", None, TEXT.rindex("no trade")),
    (None, "”.", TEXT.index("no trade")), ("the mayor:", "”.", TEXT.index("no trade"))])
def test_words_that_stand_twice_are_told_apart_by_what_stands_around(check, prefix, suffix, at):
    result = check(around("no trade", prefix, suffix, at=0))
    assert codes(result) == ["passage-elsewhere"] and result.moves[0].new_start == at


@pytest.mark.parametrize(("prefix", "suffix"), [("the mayor:", "!"), ("no", None), (None, None), ("they said:", "”.")])
def test_words_that_stand_twice_stay_ambiguous_where_nothing_singles_one_out(check, prefix, suffix):
    assert codes(check(around("no trade", prefix, suffix, at=0))) == ["passage-ambiguous"]


@pytest.mark.parametrize(("quote", "prefix", "suffix", "found"), [
    (None, "The quay is shut. Cafe\u0301", "“no 🧑‍🏭,", "owners now said:"), ("said:", "Cafe\u0301", "“no 🧑‍🏭,", "owners now said:"),
    ("said:", "Cafe\u0301", "gone", "owners now said:"), ("owners", "gone", "“no 🧑‍🏭,", "owners now said:"),
    ("said:", None, "“no 🧑‍🏭,", "said:"),
    ("mayor", "Cafe\u0301", "“no 🧑‍🏭,", None), (None, "Cafe\u0301", None, None), (None, "gone", "“no 🧑‍🏭,", None),
    ("owners", "gone", "gone", None), (None, "The quay is", "no", None), (None, "“no 🧑‍🏭,", "Cafe\u0301", None)])
def test_changed_words_are_found_between_what_stands_around(check, quote, prefix, suffix, found):
    new = "News. " + TEXT.replace("owners said", "owners now said")
    result = check(around("owners said:", prefix, suffix, quote=quote, paragraph=2), text=new)
    if not found:
        assert codes(result) == ["source-changed", "passage-absent"] and result.moves == []
        return
    assert codes(result) == ["source-changed", "passage-reworded"]
    at = new.index(found)
    (move,) = result.moves
    assert (move.new_start, move.new_end, move.new_sha256, move.paragraph) == (at, at + len(found), sha(found), 2)
    assert f"{at} to {at + len(found)}, SHA-256 {sha(found)}" in result.findings[1].expected
    assert "read it again" in result.findings[1].remedy


def test_what_stands_far_apart_is_no_passage(check):
    new = TEXT.replace("owners said:", "owners told us, " + "and so on " * 100)
    assert codes(check(around("owners said:", "Cafe\u0301", "“no 🧑‍🏭,"), text=new)) == ["source-changed", "passage-absent"]


def test_words_elsewhere_say_where(check):
    result = check(passage("they said", at=0))
    at = TEXT.index("they said")
    assert codes(result) == ["passage-elsewhere"]
    assert result.findings[0].expected.startswith(f"{at} to {at + 9}")
    assert [(move.start, move.end, move.new_start, move.new_end) for move in result.moves] == [(0, 9, at, at + 9)]


def test_ambiguous_words_say_how_often(check):
    result = check(passage("no trade", at=0))
    assert codes(result) == ["passage-ambiguous"] and result.moves == []
    assert f"2 times, at {TEXT.index('no trade')}, {TEXT.rindex('no trade')}" in str(result.findings[0])


def test_words_that_overlap_themselves_are_ambiguous(check):
    assert "2 times, at 1, 3" in str(check(passage("aba", text="xababa", at=0), text="xababa", coded="xababa").findings[0])


@pytest.mark.parametrize(("quote", "code"), [("mayor", "quote-absent"), ("shut", "quote-elsewhere"), ("no", "quote-ambiguous")])
def test_quote_that_is_not_in_its_span(check, quote, code):
    result = check(passage("open, they", quote=quote))
    assert codes(result) == [code] and result.findings[0].column == "quote"


def test_changed_source_offers_new_places_and_leaves_what_stands(check):
    new = TEXT.replace("The quay is shut", "The old quay is now shut")
    result = check(passage("🚢"), passage("shut", id="q"), passage("said: no trade", id="r"), passage("quay is shut", id="t"),
                   text=new)
    assert codes(result) == ["source-changed", "passage-elsewhere", "passage-elsewhere", "passage-absent"]
    assert {move.passage: move.new_start for move in result.moves} == {"q": new.index("shut"), "r": new.index("said: no")}
    assert result.sources == {"s": (sha(new), len(new))}


def test_moved_passage_is_still_held_to_its_quote(check):
    assert codes(check(passage("they said", at=0, quote="mayor"))) == ["passage-elsewhere", "quote-absent"]


# --- bad input --------------------------------------------------------------------

@pytest.mark.parametrize(("cells", "code"), [
    ({"start": 9, "end": 4}, "span-reversed"), ({"start": 4, "end": 4}, "span-reversed"), ({"start": -3, "end": 4}, "span-reversed"),
    ({"start": None}, "span-missing"), ({"sha256": "ab12"}, "hash-malformed"), ({"sha256": None}, "hash-malformed"),
    ({"sha256": "Z" * 64}, "hash-malformed"), ({"quote": ""}, "quote-empty"), ({"quote": "  "}, "quote-empty"),
    ({"quote": "“\u200b”"}, "quote-empty"),
])
@pytest.mark.parametrize("given", [True, False])
def test_bad_cell_is_a_finding_with_or_without_the_text(check, cells, code, given):
    assert code in codes(check(passage("quay", at=6) | cells, given=given))


def test_span_past_the_end(check):
    result = check(passage("x" * 9, at=len(TEXT) - 3))
    assert codes(result) == ["span-outside", "passage-absent"]


def test_two_passages_on_one_span_and_spans_that_cross(check):
    a, b = passage("quay is shut", id="a"), passage("is shut.\r\n", id="b")
    result = check(a, passage("quay is shut", id="c"), b)
    assert codes(result) == ["span-twice", "span-crossing"]
    assert "as in a" in result.findings[0].found and "across the end of" in result.findings[1].found


def test_passage_inside_another_and_passages_side_by_side_are_sound(check):
    rows = [passage(words, id=words) for words in ("quay is shut", "is", "shut", "quay", ".\r\n")]
    assert check(*rows).findings == []


def test_paragraph_is_the_non_empty_line(check):
    assert check(passage("shut", paragraph=1), passage("owners", id="q", paragraph=2), passage("open", id="r", paragraph=3)
                 ).findings == []
    assert codes(check(passage("open", paragraph=4))) == ["paragraph-wrong"]


# --- the offered patch ------------------------------------------------------------

@pytest.fixture
def edited(project):
    """The invented source with words put in, and what the check finds."""
    path = project / "courier-2031-03-08.txt"
    path.write_bytes(path.read_bytes().replace(b"stopped work on", b"all stopped work at last on"))
    data = tables.load(project)
    return data, passages.check(data, {"courier": path})


def test_patch_is_offered_and_nothing_is_applied(project, edited, snapshot):
    before = snapshot(project)
    data, result = edited
    text = passages.patch(data, result)
    assert snapshot(project) == before
    changed = [line for line in text.splitlines() if line[0] in "+-" and line[:3] not in ("+++", "---")]
    assert len(changed) == 2 * (len(result.moves) + 1) and len(result.moves) == 5


@pytest.mark.parametrize("program", [["patch", "-p1"], ["git", "apply", "-"]])
def test_patch_applied_by_hand_puts_all_right_but_what_is_gone(project, edited, program):
    if not shutil.which(program[0]):
        pytest.skip(f"{program[0]} is not installed")
    data, result = edited
    subprocess.run(program, cwd=project, input=passages.patch(data, result).encode(), check=True, capture_output=True)
    after = passages.check(tables.load(project), {"courier": project / "courier-2031-03-08.txt"})
    assert codes(after) == ["passage-absent"]
    assert codes(result).count("passage-elsewhere") == 5


def test_patch_of_rows_with_commas_and_line_ends_in_cells(project, edit):
    edit("data/passages.csv", "Two cranes of five are to run without crews.", '"Two cranes, of five,\nare to run."')
    data = tables.load(project)
    move = passages.Move("no-return", 4, 193, 237, 200, 244)
    text = passages.patch(data, passages.Check(moves=[move]))
    assert "+no-return,courier,200,244," in text and "\n+Two" not in text and "\n-cranes-without" not in text


def test_patch_of_changed_words_writes_hash_paragraph_and_what_stands_around(project, edit):
    from briefing.sources import selecting

    path = project / "courier-2031-03-08.txt"
    text = path.read_bytes().decode()
    table = project / "data/passages.csv"
    descriptor = json.loads((project / "data/datapackage.json").read_text())
    fields = next(each for each in descriptor["resources"] if each["name"] == "passages")["schema"]["fields"]
    fields += [{"name": "prefix"}, {"name": "suffix"}]
    (project / "data/datapackage.json").write_text(json.dumps(descriptor))
    header, *rows = csv.reader(table.read_text().splitlines())
    with table.open("w", newline="\n") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow([*header, "prefix", "suffix"])
        for row in rows:
            write.writerow([*row, *selecting.around(text, int(row[2]), int(row[3]), row[9])])
    data = tables.load(project)
    assert passages.check(data, {"courier": path}).findings == []
    path.write_bytes(text.replace("had moved to", "had already moved to").replace("Dockers stop", "News\nDockers stop").encode())
    result = passages.check(data, {"courier": path})
    assert codes(result).count("passage-reworded") == 1
    subprocess.run(["git", "apply", "-"], cwd=project, input=passages.patch(data, result).encode(), check=True)
    assert passages.check(tables.load(project), {"courier": path}).findings == []


# --- what a coder marked of a passage -----------------------------------------------

@pytest.fixture
def marked(project):
    """Give the statements of the invented project spans of their own, by passage, and the tables anew."""

    def mark(**spans):
        descriptor = project / "data/datapackage.json"
        package = json.loads(descriptor.read_text())
        fields = next(each for each in package["resources"] if each["name"] == "statements")["schema"]["fields"]
        fields[5:5] = [{"name": "start", "type": "integer"}, {"name": "end", "type": "integer"}]
        descriptor.write_text(json.dumps(package))
        table = project / "data/statements.csv"
        header, *rows = csv.reader(table.read_text().splitlines())
        with table.open("w", newline="\n") as file:
            write = csv.writer(file, lineterminator="\n")
            write.writerow([*header[:5], "start", "end", *header[5:]])
            for row in rows:
                write.writerow([*row[:5], *spans.get(row[4].replace("-", "_"), ("", "")), *row[5:]])
        return tables.load(project)

    return mark


def spans_of(project):
    rows = csv.DictReader((project / "data/statements.csv").read_text().splitlines())
    return {row["passage"]: (row["start"], row["end"]) for row in rows}


@pytest.mark.parametrize(("span", "found"), [
    ((193, 237), None), ((200, 210), None), (("", ""), None), ((180, 200), None), ((100, 400), None),
    ((237, 240), "237 to 240"), ((100, 193), "100 to 193"), ((210, 200), "210 to 200"), ((200, ""), "200 to an empty cell"),
    (("", 200), "an empty cell to 200"), ((-4, 200), "-4 to 200")])
def test_span_of_a_statement_shares_words_with_its_passage(marked, span, found):
    findings = passages.check(marked(no_return=span), {}).findings
    assert [(each.code, each.row, each.column, each.found) for each in findings] == \
        ([("statement-outside", 2, "start, end", found)] if found else [])
    assert all("`193` and `237`" in each.remedy for each in findings)


def test_patch_moves_what_a_coder_marked_with_its_passage(project, marked):
    data = marked(no_return=(200, 210), cranes_without_crews=(100, 150), strike_unlawful=("", ""), stopped_work=(60, 70))
    path = project / "courier-2031-03-08.txt"
    before = path.read_bytes().decode()
    path.write_bytes(before.replace("Dockers stop", "News: dockers stop", 1).encode())
    result = passages.check(data, {"courier": path})
    subprocess.run(["patch", "-p1"], cwd=project, input=passages.patch(data, result).encode(), check=True, capture_output=True)
    assert spans_of(project) == {"no-return": ("206", "216"), "cranes-without-crews": ("106", "156"), "strike-unlawful": ("", ""),
                                 "stopped-work": ("66", "76")}
    assert path.read_bytes().decode()[206:216] == before[200:210]
    assert passages.check(tables.load(project), {"courier": path}).findings == []


@pytest.mark.parametrize("span", [(200, 210), (180, 210), (230, 240), (236, 237), (193, 237)])
def test_what_was_marked_of_words_that_changed_is_all_of_them(marked, span):
    move = passages.Move("no-return", 4, 193, 237, 199, 240, "0" * 64)
    found = passages.moved_statements(marked(no_return=span), [move])
    assert found == {2: dict(zip(("start", "end"), ("199", "240"), strict=True))}


def test_statements_without_spans_and_of_passages_that_stay_do_not_move(marked, project):
    move = passages.Move("no-return", 4, 193, 237, 199, 243)
    assert passages.moved_statements(tables.load(project), [move]) == {}
    assert passages.moved_statements(marked(stopped_work=(60, 70)), [move]) == {}


# --- cost -------------------------------------------------------------------------

def test_ten_thousand_passages_in_a_megabyte(check):
    text = "".join(f"line {number:06} of ninety-nine characters{'.' * 62}\n" for number in range(10_000))
    rows = [passage(text[at:at + 60], text=text, id=str(at), at=at) for at in range(0, len(text), 100)]
    started = time.process_time()
    result = check(*rows, text=text, coded=text)
    assert (result.findings, result.checked) == ([], 10_000)
    assert time.process_time() - started < 1


def test_each_of_many_places_is_found_after_many_edits(check):
    text = "".join(f"line {number:04} of the text{'.' * 20}\n" for number in range(400))
    rows = [passage(text[at:at + 15 + at % 7], text=text, id=str(at), at=at) for at in range(0, len(text), 44)]
    new = "".join(line + ("put in\n" if number % 50 == 0 else "") for number, line in enumerate(text.splitlines(keepends=True)))
    result = check(*rows, text=new, coded=text)
    once = {row["id"] for row in rows if new.count(text[row["start"]:row["end"]]) == 1}
    stay = {row["id"] for row in rows if new[row["start"]:row["end"]] == text[row["start"]:row["end"]]}
    assert {move.passage for move in result.moves} == once - stay and len(once) > 100
    assert all(new[m.new_start:m.new_end] == text[m.start:m.end] for m in result.moves)
