"""What differs between two files of an edition, told at its depth: row, cell, mark, sentence, page, byte."""

import csv
import json

import pytest

from briefing.editions import compare
from briefing.editions.compare import Difference
from briefing.editions.edition import Edition
from briefing.execution.figures import FIGURE
from briefing.execution.notebooks import VALUES


def changes(name, before, after):
    """Place, before and after of what differs between two contents (texts, or data as JSON) of one file."""
    sides = [side if isinstance(side, bytes) else (side if isinstance(side, str) else json.dumps(side)).encode() for side in (before, after)]
    found = compare.outputs({name: sides[0]}, {name: sides[1]}, "facts")
    assert {(one.kind, one.path) for one in found} <= {("facts", f"_output/{name}")}
    return [(one.place, one.before, one.after) for one in found]


# --- one difference, in words -----------------------------------------------------------

@pytest.mark.parametrize(("place", "before", "after", "told"), [
    ("row 2 (a), value", "40", "41", 'facts: data/a.csv row 2 (a), value: "40" became "41"'),
    ("row 2 (a)", None, "a, 40", 'facts: data/a.csv row 2 (a): added "a, 40"'),
    ("row 2 (a)", "a, 40", None, 'facts: data/a.csv row 2 (a): removed "a, 40"'),
    ("", None, "the file", 'facts: data/a.csv: added "the file"'),
    ("row 2", "", " two\n  words\t", 'facts: data/a.csv row 2: "" became "two words"'),
    ("row 2", "x" * 160, "y" * 161, f'facts: data/a.csv row 2: "{"x" * 160}" became "{"y" * 160}…"'),
])
def test_a_difference_is_one_line_that_is_cut_where_it_is_long(place, before, after, told):
    assert str(Difference("facts", "data/a.csv", place, before, after)) == told


# --- which files, and why -----------------------------------------------------------------

def test_inputs_are_told_in_order_each_of_its_kind_and_equal_ones_not_at_all():
    before = {"report.qmd": b"Old.\n", "data/gone.csv": b"id\n1\n", "analysis/a.ipynb": b'{"cells": []}', "LICENSE": b"x\n"}
    after = {"report.qmd": b"New.\n", "requirements.lock": b"altair==6\n", "analysis/a.ipynb": b'{"cells": []}', "LICENSE": b"x\ny\n"}
    assert compare.inputs(before, after) == [
        Difference("code", "LICENSE", "line 2", None, "y"),
        Difference("facts", "data/gone.csv", "", "the file", None),
        Difference("prose", "report.qmd", "line 1", "Old.", "New."),
        Difference("environment", "requirements.lock", "", None, "the file")]


def test_outputs_have_the_kind_that_is_given_and_what_tells_of_itself_is_left_out():
    before = {"b.txt": b"old\n", "edition.json": b"{}", "ro-crate-metadata.json": b"{}", "gone.txt": b"x"}
    after = {"b.txt": b"new\n", "edition.json": b"[]", "ro-crate-metadata.json": b"[]", "a.txt": b"x"}
    assert compare.outputs(before, after, "prose") == [
        Difference("prose", "_output/a.txt", "", None, "the file"),
        Difference("prose", "_output/b.txt", "line 1", "old", "new"),
        Difference("prose", "_output/gone.txt", "", "the file", None)]


def record(python="3.12.1", **packages):
    return {"environment": {"python": python, "packages": packages}}


def test_versions_that_differ_are_told_of_python_and_of_each_package():
    assert compare.environments(record(altair="6.0", typst="0.14"), record("3.13.0", altair="6.1", numpy="2", typst="0.14")) == [
        Difference("environment", "edition.json", "version of altair", "6.0", "6.1"),
        Difference("environment", "edition.json", "version of numpy", None, "2"),
        Difference("environment", "edition.json", "version of python", "3.12.1", "3.13.0")]
    assert compare.environments(record(altair="6.0"), record())[0] == Difference("environment", "edition.json", "version of altair", "6.0", None)


@pytest.mark.parametrize("sides", [(None, record()), (record(), None), (None, None), (record(), record())])
def test_versions_are_not_compared_where_one_side_has_none(sides):
    assert compare.environments(*sides) == []


PAGE = {"page.txt": b"old\n"}, {"page.txt": b"new\n"}


@pytest.mark.parametrize(("inputs", "records", "kind"), [
    (({}, {}), (record(), record()), "nondeterminism"),
    (({"data/a.txt": b"1"}, {"data/a.txt": b"2"}), (record(), record()), "facts"),
    (({"data/a.txt": b"1", "data/b.txt": b"1", "report.qmd": b"1"}, {"data/a.txt": b"2", "data/b.txt": b"2", "report.qmd": b"2"}),
     (record(), record()), "facts+prose"),
    (({"x.py": b"1"}, {"x.py": b"2"}), (record(), record("3.13.0")), "code+environment"),
])
def test_outputs_differ_for_what_changed_before_them_and_it_comes_first(inputs, records, kind):
    found = compare.editions(Edition("a", records[0], inputs[0], PAGE[0]), Edition("b", records[1], inputs[1], PAGE[1]))
    assert found[-1] == Difference(kind, "_output/page.txt", "line 1", "old", "new")
    assert found[:-1] == [*compare.inputs(*inputs), *compare.environments(*records)]


def test_a_pdf_by_itself_is_held_only_against_the_other_pdf():
    alone = Edition("a.pdf", None, {}, {"report.txt": b"old\n"})
    whole = Edition("b", record(), {}, {"report.txt": b"new\n", "report.html": b"page"})
    assert [one.path for one in compare.editions(alone, whole)] == ["_output/report.txt"]
    assert [one.path for one in compare.editions(whole, alone)] == ["_output/report.txt"]
    assert [one.path for one in compare.editions(whole, Edition("c", record(), {}, {"report.txt": b"new\n"}))] == ["_output/report.html"]


# --- tables -------------------------------------------------------------------------------

@pytest.mark.parametrize(("before", "after", "told"), [
    ("id,value\na,40\n", "id,value\na,41\n", [("row 2 (a), value", "40", "41")]),
    ("id,value\na,40\nb,1\n", "id,value\nc,7\na,40\n", [("row 3 (b)", "b, 1", None), ("row 2 (c)", None, "c, 7")]),
    ("id,value,note\na,,x\n", "id,value,note\na,,x\nb,,y\n", [("row 3 (b)", None, "b, y")]),
    ("id,value,note\na,,x\nb,,y\n", "id,value,note\na,,x\n", [("row 3 (b)", "b, y", None)]),
    ("id,a\n1,x\n", "id,b\n1,x\n", [("header", "id,a", "id,b"), ("row 2 (1), b", "", "x")]),
    ("id,a\n1,x\n", "id\n1\n", [("header", "id,a", "id")]),
    ("id\n", "id\n1\n", [("header", "", "id"), ("row 2 ()", None, "1")]),
    ("id,a\n1,x\n2,y\n3,z\n", "id,a\n2,y\n1,x\n4,z\n",
     [("row 4 (3)", "3, z", None), ("row 4 (4)", None, "4, z"), ("order of rows", "1, 2", "2, 1")]),
    ("town,id\nSandhaven,1\nMöwe,2\n", "town,id\nSandhaven,1\nMewe,2\n", [("row 3 (2), town", "Möwe", "Mewe")]),
    ("town,calls\nSandhaven,4\n", "town,calls\nSandhaven,5\n", [("row 2 (Sandhaven), calls", "4", "5")]),
    # without ids: the fewest first columns that name each row
    ("town,year,calls\nSandhaven,2030,4\nSandhaven,2031,5\n", "town,year,calls\nSandhaven,2030,4\nSandhaven,2031,6\n",
     [("row 3 (Sandhaven, 2031), calls", "5", "6")]),
    ("town,year\nSandhaven,4\nMöwe,5\n", "town,year\nSandhaven,4\nMöwe,6\n", [("row 3 (Möwe), year", "5", "6")]),
    ("a,b\n1,x\n1,x\n", "a,b\n1,x\n1,y\n", [("row 3 (1, y)", None, "1, y")]),
    ("a,b,c\n1,x,1\n2,x,2\n", "a,b,c\n2,x,2\n1,x,1\n", [("order of rows", "1, 2", "2, 1")]),
    ("a,b,c\n1,x,1\n1,y,2\n", "a,b,c\n1,y,2\n1,x,1\n", [("order of rows", "1 x, 1 y", "1 y, 1 x")]),
    # as spreadsheets of half of Europe write them
    ("id;value\na;1,5\n", "id;value\na;1,7\n", [("row 2 (a), value", "1,5", "1,7")]),
    ("id,value\na;b,1\n", "id,value\na;b,2\n", [("row 2 (a;b), value", "1", "2")]),
    ("id,a;b\n1,x\n", "id,a;b\n1,y\n", [("row 2 (1), a;b", "x", "y")]),
    ('id,a\n1,"x;y\n;;;"\n', 'id,a\n1,"x;z\n;;;"\n', [("row 2 (1), a", "x;y\n;;;", "x;z\n;;;")]),
])
def test_a_table_is_compared_by_rows_and_columns(before, after, told):
    assert changes("a.csv", before, after) == told


# --- notebooks ----------------------------------------------------------------------------

def cell(id, source, *outputs):
    return {"id": id, "cell_type": "code", "source": source} | ({"outputs": list(outputs)} if outputs else {})


def cells(*given):
    return {"cells": list(given)}


@pytest.mark.parametrize(("before", "after", "told"), [
    (cells(cell("a", ["x = 1\n", "x"])), cells(cell("a", ["x = 2\n", "x"])), [("cell 1 (a), line 1", "x = 1", "x = 2")]),
    (cells(cell("a", "x")), cells(cell("new", ["y\n", "z"]), cell("a", "x")), [("cell 1 (new)", None, "y\nz")]),
    (cells(cell("a", "x"), cell("gone", ["y\n", "z"])), cells(cell("a", "x")), [("cell 2 (gone)", "y\nz", None)]),
    (cells(cell("a", "x"), cell("b", "y"), cell("c", "z")), cells(cell("b", "y"), cell("a", "x"), cell("d", "z")),
     [("cell 3 (c)", "z", None), ("cell 3 (d)", None, "z"), ("order of cells", "a b", "b a")]),
    (cells({"source": "x"}, {"source": "y"}), cells({"source": "x"}, {"source": "z"}), [("cell 2 (2), line 1", "y", "z")]),
    (cells(cell("a", "x", {"data": {"text/plain": "one\ntwo"}})), cells(cell("a", "y", {"data": {"text/plain": ["one\n", "2"]}})),
     [("cell 1 (a), line 1", "x", "y"), ("cell 1 (a), line 2 of the output", "two", "2")]),
    (cells(cell("a", "x")), cells(cell("a", "x", {"text": "said\n"})), [("cell 1 (a), line 1 of the output", None, "said")]),
    (cells(cell("a", "x", {"text": ["said\n", "more\n"]})), cells(cell("a", "x")),
     [("cell 1 (a), line 1 of the output", "said", None), ("cell 1 (a), line 2 of the output", "more", None)]),
])
def test_a_notebook_is_compared_by_cells_lines_and_outputs(before, after, told):
    assert changes("a.ipynb", before, after) == told


def drawn(labels=(), texts=(), rows=(), **more):
    svg = "".join(f'<path aria-label="{label}"/>' for label in labels) + "".join(f'<text x="1">{text}</text>' for text in texts)
    return {"data": {"image/svg+xml": [svg[:15], svg[15:]], FIGURE: {"table": {"rows": list(rows)}}, "text/plain": "not shown"} | more}


@pytest.mark.parametrize(("before", "after", "told"), [
    (drawn(["40 &lt; 50", "b"]), drawn(["41 &lt; 50", "b"]), [("mark 1 of the chart", "40 < 50", "41 < 50")]),
    (drawn(["a"], ["R&amp;D", "x"]), drawn(["a"], ["R&amp;D", "y"]), [("text 2 of the chart", "x", "y")]),
    (drawn([], ["R&amp;D"]), drawn([], ["R&amp;E"]), [("text 1 of the chart", "R&D", "R&E")]),
    (drawn(rows=[["a", 1]]), drawn(rows=[["a", 2], ["b", None]]), [("row 1 of its data", "a, 1", "a, 2"), ("row 2 of its data", None, "b, None")]),
    (drawn(["a"], **{"text/plain": "x"}), drawn(["a"], **{"text/plain": "y"}),
     [("output", json.dumps([drawn(["a"], **{"text/plain": "x"})])[:160], json.dumps([drawn(["a"], **{"text/plain": "y"})])[:160])]),
    ({"data": {VALUES: {"ships": {"text": "40"}}, "text/plain": "x"}}, {"data": {VALUES: {"ships": {"text": "41"}}, "text/plain": "y"}},
     [("value ships", "40", "41")]),
    ({"data": {"text/markdown": ["**a**\n", "b"], "text/plain": "x"}}, {"data": {"text/markdown": "**a**\nc", "text/plain": "y"}},
     [("line 2 of the output", "b", "c")]),
    ({"data": {}}, {"data": {"text/plain": "x"}}, [("line 1 of the output", None, "x")]),
    ({"data": {}, "metadata": 1}, {"data": {}, "metadata": 2}, [("output", '[{"data": {}, "metadata": 1}]', '[{"data": {}, "metadata": 2}]')]),
])
def test_an_output_is_compared_by_what_readers_see_of_it(before, after, told):
    found = changes("notebooks/a.ipynb", cells(cell("c", "x", before)), cells(cell("c", "x", after)))
    assert found == [(f"cell 1 (c), {place}", old, new) for place, old, new in told]


# --- pages, texts, bytes ------------------------------------------------------------------

@pytest.mark.parametrize(("page", "sentences"), [
    ("<html><head><title>No. Not this.</title></head><body><p>One ship. Two   ships! <em>Three</em> ships?</p></body></html>",
     ["One ship.", "Two ships!", "Three ships?"]),
    ("<body><h2>Head</h2><ul><li>a</li><li>b</li></ul>c<div>d</div>", ["Head", "a", "b", "c", "d"]),
    ("<body><table><tr><th>Year</th><td>2031</td></tr></table><figcaption>Calls</figcaption>Ends", ["Year", "2031", "Calls", "Ends"]),
    ("<body><dl><dt>a</dt><dd>b</dd></dl><section>c</section><summary>d</summary>e<ol>f</ol>", ["a", "b", "c", "d", "e", "f"]),
    ("<body>a <script>var x = 1 < 2, y = '<body>';\n</script>b <style>p{}</style> c <svg width='1'><text>d</text></svg> e", ["a b c e"]),
    ("<body><p>She said: no. “Yes”, he said. \"No\", she said. Éva left, e.g. alone.</p>",
     ["She said: no.", "“Yes”, he said.", '"No", she said. Éva left, e.g. alone.']),
    ("<body><p class='x'>R&amp;D &lt;3</p>", ["R&D <3"]),
    ("<body></body>", []),
])
def test_sentences_of_a_page_are_read_as_they_are_seen(page, sentences):
    assert compare.page_sentences(page) == sentences


def test_a_page_is_compared_by_sentences_a_text_by_lines():
    assert changes("report.html", "<body><p>One. Two.</p>", "<body><p>One. Three. Four.</p>") == [
        ("sentence 2", "Two.", "Three."), ("sentence 3", None, "Four.")]
    assert changes("notes.txt", "a\nb\nc\nd\n", "x\na\nc\n") == [("line 1", None, "x"), ("line 2", "b", None), ("line 4", "d", None)]
    assert changes("LICENSE", "a\né\n", "a\nè\n") == [("line 2", "é", "è")]
    assert changes("v1.0/LICENSE", "a", "b") == [("line 1", "a", "b")]


@pytest.mark.parametrize(("before", "after", "told"), [
    ("same a b c d", "same w x", [("line 2", "a", "w"), ("line 3", "b", "x"), ("line 4", "c", None), ("line 5", "d", None)]),
    ("a b", "w x y z", [("line 1", "a", "w"), ("line 2", "b", "x"), ("line 3", None, "y"), ("line 4", None, "z")]),
    ("a b same k c d", "new a b same c d", [("line 1", None, "new"), ("line 4", "k", None)]),
    ("a b c", "x y a b z", [("line 1", None, "x"), ("line 2", None, "y"), ("line 5", "c", "z")]),
    ("x " + "same " * 250, "y " + "same " * 250, [("line 1", "x", "y")]),
    ("", "a", [("line 1", None, "a")]),
])
def test_lines_that_are_not_the_same_stand_beside_each_other(before, after, told):
    assert changes("a.txt", before.replace(" ", "\n"), after.replace(" ", "\n")) == told


@pytest.mark.parametrize(("name", "count", "told"), [("a.py", 6, 6), ("a.py", 7, 7), ("a.py", 9, 7), ("a.lock", 9, 7), ("a.css", 9, 7),
                                                     ("a.js", 9, 7), ("a.typ", 9, 7), ("a.txt", 9, 9)])
def test_of_long_changes_of_code_only_the_first_lines_are_told(name, count, told):
    found = changes(name, "a\n" * count, "b\n" * count)
    assert len(found) == told and found[:6] == [(f"line {n}", "a", "b") for n in range(1, 7)]
    if name != "a.txt" and count > 6:
        assert found[6] == ("", f"{count - 6} more lines", "other lines")


@pytest.mark.parametrize(("name", "before", "after", "told"), [
    ("a.png", b"\x89PNG" + b"x" * 30, b"\x89PNH" + b"x" * 30, ("byte 3", "34 bytes: b'G" + "x" * 23 + "'", "34 bytes: b'H" + "x" * 23 + "'")),
    ("a.txt", b"a\n", b"a", ("byte 1", r"2 bytes: b'\n'", "1 bytes: b''")),
    ("a.csv", b"id\na\n", b"id\r\na\r\n", ("byte 2", r"5 bytes: b'\na\n'", r"7 bytes: b'\r\na\r\n'")),
    ("a.ipynb", b"[]", b"{}", ("byte 0", "2 bytes: b'[]'", "2 bytes: b'{}'")),
    ("a.ipynb", b'{"cells": 1}', b'{"cells": 2}', ("byte 10", "12 bytes: b'1}'", "12 bytes: b'2}'")),
    ("a.ipynb", b'{"cells": [{"id": "a"}]}', b'{"cells": [{"id": "a", "x": 1}]}',
     ("byte 21", "24 bytes: b'}]}'", "32 bytes: b', \"x\": 1}]}'")),
    ("a.ipynb", b'{"cells": [1]}', b'{"cells": [2]}', ("byte 11", "14 bytes: b'1]}'", "14 bytes: b'2]}'")),
    ("a.ipynb", b"[" * 100_000, b"{", ("byte 0", f"100000 bytes: b'{'[' * 24}'", "1 bytes: b'{'")),
    ("a.csv", b"id,id\n1,2,3\n", b"id,id\n1,2\n", ("byte 9", r"12 bytes: b',3\n'", r"10 bytes: b'\n'")),
    ("a.csv", b"id\na\rb\n", b"id\na\rc\n", ("byte 5", r"7 bytes: b'b\n'", r"7 bytes: b'c\n'")),
    ("a.pdf", b"no PDF", b"none", ("byte 2", "6 bytes: b' PDF'", "4 bytes: b'ne'")),
    ("a.html", b"<body>\xff", b"<body>\xfe", ("byte 6", r"7 bytes: b'\xff'", r"7 bytes: b'\xfe'")),
])
def test_where_nothing_else_can_be_told_it_is_the_first_byte_that_differs(name, before, after, told):
    assert changes(name, before, after) == [told]


def test_a_table_with_a_cell_that_is_too_long_to_read_is_told_by_bytes():
    before = csv.field_size_limit(100)  # Python's own is 131,072
    try:
        assert changes("a.csv", "id\n" + "a" * 101, "id\n" + "b" * 101) == [
            ("byte 3", f"104 bytes: b'{'a' * 24}'", f"104 bytes: b'{'b' * 24}'")]
    finally:
        csv.field_size_limit(before)


def pdf(*pages):
    """A PDF of a page for each text, a line for each of its lines."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (
        len(pages), b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages)))), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    for number, page in enumerate(pages):
        drawn = b"BT /F 12 Tf 9 200 Td 14 TL " + b" T* ".join(b"(%s) Tj" % line.encode() for line in page.split("\n")) + b" ET"
        objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>" % (5 + 2 * number),
                    b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn)]
    made, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, len(objects) + 1, len(made))


def test_a_pdf_is_compared_by_pages_and_lines():
    assert changes("report.pdf", pdf("One\nTwo", "Three"), pdf("One\n2", "Three", "Four")) == [
        ("number of pages", "2", "3"), ("page 1, line 2", "Two", "2")]
    assert changes("report.pdf", pdf("One", "Two"), pdf("One", "Three")) == [("page 2, line 1", "Two", "Three")]


def test_a_pdf_with_more_text_than_can_be_read_or_that_takes_too_long_is_told_by_bytes(monkeypatch):
    endless = pdf("x" * 1_000_001), pdf("y" * 1_000_001)
    assert [place for place, *_ in changes("report.pdf", *endless)] == [f"byte {endless[0].index(b'x' * 99)}"]
    late = "import json, sys, time; read = sys.stdin.buffer.read(); time.sleep(3); print(json.dumps([read.decode('latin-1')]))"
    monkeypatch.setattr(compare, "_READER", late)
    monkeypatch.setattr(compare, "_READ_SECONDS", 0.1)
    assert changes("report.pdf", pdf("One"), pdf("Two"))[0][0].startswith("byte ")


# --- the page of both sides ---------------------------------------------------------------

def figure(svg, live=True):
    return {"data": {"image/svg+xml": [svg[:6], svg[6:]], **({FIGURE: {}} if live else {})}}


def test_both_sides_stand_on_one_page_with_each_figure_that_changed():
    sides = [{"notebooks/a.ipynb": json.dumps(cells({"cell_type": "markdown", "id": "words"}, cell("text", "x", {"text": "t"}),
                                                    cell("same", "x", figure("<svg>s</svg>")), cell("moved", "x", figure(f"<svg>{n}</svg>")),
                                                    cell(f"only<{n}>", "x", figure(f"<svg>o{n}</svg>", False)))).encode(),
              "other.ipynb": b"no notebook"} for n in (1, 2)]
    page = compare.side_by_side(Edition("a&b", None, {}, sides[0]), Edition("c<d", None, {}, sides[1]),
                                [Difference("facts", "data/a.csv", "row 2", "1<2", None), Difference("a&b", "x<y", "", None, "R&D")])
    assert page.startswith('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
                           '<meta name="viewport" content="width=device-width, initial-scale=1">'
                           "<title>What changed</title><style>body{")
    assert page[page.index("<body>"):] == (
        "<body><h1>What changed</h1><p>Before: a&amp;b. After: c&lt;d.</p><h2>Figures, before and after</h2>"
        '<h3>a, moved</h3><div class="pair"><figure><svg>1</svg></figure><figure><svg>2</svg></figure></div>'
        '<h3>a, only&lt;1&gt;</h3><div class="pair"><figure><svg>o1</svg></figure><figure><p>not there</p></figure></div>'
        '<h3>a, only&lt;2&gt;</h3><div class="pair"><figure><p>not there</p></figure><figure><svg>o2</svg></figure></div>'
        "<h2>Every difference</h2><table><thead><tr><th>Kind</th><th>Where</th><th>Before</th><th>After</th></tr></thead><tbody>"
        "<tr><td>facts</td><td>data/a.csv row 2</td><td><del>1&lt;2</del></td><td></td></tr>"
        "<tr><td>a&amp;b</td><td>x&lt;y</td><td></td><td><ins>R&amp;D</ins></td></tr></tbody></table></body></html>\n")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"cells": 7}', b'{"cells": [7]}', b'{"cells": [{"outputs": [7]}]}', b"\xff"])
def test_what_is_no_notebook_has_no_figures(content):
    sides = Edition("a", None, {}, {"notebooks/a.ipynb": content}), Edition("b", None, {}, {"notebooks/a.ipynb": b'{"cells": []}'})
    assert "<p>No figure changed.</p>" in compare.side_by_side(*sides, compare.editions(*sides))


def test_a_page_without_a_figure_that_changed_says_so():
    same = Edition("a", None, {}, {"notebooks/a.ipynb": json.dumps(cells(cell("c", "x", figure("<svg/>")), {"source": ""})).encode()})
    assert "<h2>Figures, before and after</h2><p>No figure changed.</p><h2>" in compare.side_by_side(same, same, [])
    unnamed = Edition("a", None, {}, {"notebooks/a.b.ipynb": json.dumps(cells({"outputs": [{"data": {FIGURE: {}}}]})).encode()})
    other = Edition("a", None, {}, {"notebooks/a.b.ipynb": json.dumps(cells({"outputs": [figure("<svg/>")]})).encode()})
    assert '<h3>a.b, </h3><div class="pair"><figure><p>not there</p></figure><figure><svg/></figure></div>' in (
        compare.side_by_side(unnamed, other, []))
