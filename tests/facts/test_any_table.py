"""What holds of any table, any date and any quantity, on examples that hypothesis makes up."""

import datetime
import json
import math
import re
import unicodedata
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from briefing.facts import cells, dates, editing, tables
from briefing.facts.editing import Change
from briefing.facts.quantities import HEDGES, Quantity, bears_out, spelled
from briefing.findings import BriefingError
from briefing.language import Language, speaking

FIELDS = {"id": "string", "whole": "integer", "number": "number", "sure": "boolean", "day": "date", "year": "year", "words": "string"}
LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\r\0")
TEXT = st.text(LETTERS, max_size=12)


@pytest.fixture
def anything(project):
    """The invented project with one table more, of all types, which is empty."""
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    fields = [{"name": name, "type": kind} for name, kind in FIELDS.items()]
    fields.append({"name": "several", "type": "string", "listOf": {"delimiter": ";"}})
    descriptor["resources"].append({"name": "anything", "path": "anything.csv", "schema": {"fields": fields, "primaryKey": ["id"]}})
    path.write_text(json.dumps(descriptor), "utf-8")
    return project


def clean(text):
    return text == text.strip() and text != ""


ROW = st.fixed_dictionaries({
    "whole": st.none() | st.integers(-10**17, 10**17), "number": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "sure": st.none() | st.booleans(), "day": st.none() | st.dates(), "year": st.none() | st.integers(1000, 9999),
    "words": st.none() | TEXT.filter(clean), "several": st.lists(TEXT.filter(lambda text: clean(text) and ";" not in text), unique=True, max_size=3).map(tuple)})


def written(row):
    """The cells of a row as text."""
    def cell(value):
        return "" if value is None else str(value).lower() if isinstance(value, bool) else ";".join(value) if isinstance(value, tuple) \
            else repr(value) if isinstance(value, float) else str(value)
    return {name: cell(value) for name, value in row.items()}


def fresh(project, end="\n"):
    """The empty table's file again; what it is written with."""
    (project / "data/anything.csv").write_bytes((",".join([*FIELDS, "several"]) + end).encode())
    return json.loads((project / "data/datapackage.json").read_text("utf-8"))


def loaded(project):
    read, findings = tables.read(project)
    told = [finding for finding in findings if "anything" in finding.path]
    return read.rows["anything"], [finding for finding in told if finding.code not in ("hidden-character", "formula")]


@given(rows=st.lists(ROW, max_size=5), order=st.randoms(use_true_random=False))
@settings(max_examples=15)  # each reads all tables twice
def test_what_is_written_is_what_is_loaded_in_any_order(anything, rows, order):
    rows = [{"id": f"r{n}", **row} for n, row in enumerate(rows)]
    order.shuffle(rows)
    descriptor = fresh(anything)
    undo = editing.apply(anything, descriptor, [Change("anything", None, written(row)) for row in rows])
    found, findings = loaded(anything)
    assert found == rows and findings == []
    assert [dict(record.cells) for record in editing.rows(anything, descriptor, "anything")] == [written(row) for row in rows]
    editing.apply(anything, descriptor, undo)
    assert loaded(anything) == ([], [])


@given(st.data())
@settings(max_examples=40)
def test_any_changes_can_be_undone_to_the_byte_and_redone(anything, data):
    hard = st.sampled_from(["", "a\rb", "a\nb", "a\r\nb", "\r", "\u2028", "a,b", "\"", " a ", "\x0c"])
    any_cell = hard | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
    descriptor = fresh(anything, data.draw(st.sampled_from(["\n", "\r\n"])))
    rows = data.draw(st.lists(any_cell, min_size=1, max_size=4))
    editing.apply(anything, descriptor, [Change("anything", None, {"id": str(n), "words": words}) for n, words in enumerate(rows)])
    before = (anything / "data/anything.csv").read_bytes()
    changes = []
    for record in editing.rows(anything, descriptor, "anything"):
        if data.draw(st.booleans()):
            changes.append(Change("anything", record.cells, None if data.draw(st.booleans()) else {"words": data.draw(any_cell)}))
    changes += [Change("anything", None, {"id": "new", "words": data.draw(any_cell)})] * data.draw(st.integers(0, 1))
    undo = editing.apply(anything, descriptor, changes)
    after = (anything / "data/anything.csv").read_bytes()
    there = {record.cells["id"]: record.cells["words"] for record in editing.rows(anything, descriptor, "anything")}
    wanted = dict(zip(map(str, range(len(rows))), rows, strict=True))
    for change in changes:
        wanted.pop((change.before or {}).get("id"), None)
    for change in changes:
        if change.after is not None:
            wanted[(change.before or change.after)["id"]] = change.after["words"]
    assert there == wanted
    redo = editing.apply(anything, descriptor, undo)
    assert (anything / "data/anything.csv").read_bytes() == before
    editing.apply(anything, descriptor, redo)
    assert (anything / "data/anything.csv").read_bytes() == after


@given(content=st.binary(max_size=60) | st.text(st.sampled_from('id,whol\n"\r;é\u2028 1-'), max_size=40).map(lambda text: text.encode()), whole=st.booleans())
def test_any_bytes_are_a_table_or_findings_with_their_place(anything, content, whole):
    fresh(anything)
    if whole:
        content = (anything / "data/anything.csv").read_bytes() + content
    (anything / "data/anything.csv").write_bytes(content)
    _, findings = loaded(anything)
    assert all(finding.remedy and finding.expected and "\n" not in finding.found for finding in findings)
    try:
        editing.rows(anything, json.loads((anything / "data/datapackage.json").read_text("utf-8")), "anything")
    except BriefingError as error:
        assert "Nothing was written" in str(error)


@given(kind=st.sampled_from(sorted(cells.CASTS)), cell=st.text(max_size=12) | st.from_regex(r"[+-]?[0-9.,e ]{1,9}", fullmatch=True))
def test_any_cell_has_a_value_or_a_problem(kind, cell):
    value, problem = cells.read({"type": kind}, cell)
    assert (value is None) <= (problem is not None or cell == "")
    if problem and (copy := re.match(r"Write `([^`]*)`: ", problem[3])):
        assert cells.read({"type": kind}, copy[1])[1] is None  # what is offered is taken


# --- dates --------------------------------------------------------------------------

DAY = st.dates().map(datetime.date.isoformat)
PLAIN = DAY | DAY.map(lambda day: day[:7]) | DAY.map(lambda day: day[:4])
DOUBTED = st.tuples(PLAIN, st.sampled_from(["", "~", "?", "%"])).map("".join)
ENDS = st.tuples(PLAIN, PLAIN).map(lambda ends: sorted(ends, key=lambda end: dates.date_bounds(end)[0])).filter(
    lambda ends: dates.date_bounds(ends[0])[0] <= dates.date_bounds(ends[1])[1])
EDTF = DOUBTED | ENDS.map("/".join) | ENDS.map(lambda ends: f"[{'..'.join(ends)}]") | PLAIN.map(lambda one: f"../{one}") | \
    PLAIN.map(lambda one: f"{one}/..") | DAY.map(lambda day: f"{day[:7]}-XX") | DAY.map(lambda day: f"{day[:3]}X")
FIELD = {"rdfType": cells.EDTF}
SPOKEN = [Language(tag, "") for tag in ("en", "de", "ru", "ar", "ja")]


@given(EDTF)
def test_any_date_has_its_bounds_in_order_and_can_be_said(edtf):
    first, last = dates.date_bounds(edtf)
    assert first is None or last is None or first <= last
    assert (first is None) == edtf.startswith("../") and (last is None) == edtf.endswith("/..")
    assert cells.read(FIELD, edtf) == (edtf, None)
    for spoken in SPOKEN:
        with speaking(spoken):
            said = dates.day(edtf)
        assert said.strip() and "{" not in said and unicodedata.normalize("NFC", said) == said


@given(st.text(max_size=12) | st.text("0123456789-/.~?%[]{}X,Y ", max_size=14) | st.tuples(EDTF, st.text("-/.~?%[]X0", max_size=2)).map("".join))
@example("2031-02-30")
@example("0000")
@example("Y17E7")
@example("2034-22?/")
@example("[2034-22,2035]")
@example("2034-22~/2035-41")
@settings(max_examples=80)
def test_any_text_is_a_date_or_a_finding(text):
    try:
        first, last = dates.date_bounds(text)
        good = not (first and last and first > last)
    except ValueError:
        good = False
    value, problem = cells.read(FIELD, text)
    assert problem is not None or good or text == ""
    assert value == (text or None)
    if problem is None and text:
        for spoken in SPOKEN:
            with speaking(spoken):
                assert dates.day(text).strip()


# --- quantities -----------------------------------------------------------------------

NUMBERS = st.integers(-10**9, 10**9) | st.decimals(-10**6, 10**6, places=3).map(float)
QUANTITY = st.builds(Quantity, NUMBERS, st.sampled_from(["", "%", "t"]), st.sampled_from(sorted(HEDGES)))


@given(NUMBERS, st.sampled_from(["", "%", "km"]))
def test_any_number_is_spelled_so_that_it_can_be_read_back(value, unit):
    digits = re.sub(r"[^\d.\u2212]", "", spelled(value, unit).removesuffix(unit)).replace("\u2212", "-")
    assert float(digits) == pytest.approx(value, rel=1e-9, abs=1e-12)
    assert ("\u2212" in spelled(value, unit)) == (value < 0)


@given(QUANTITY, QUANTITY, st.floats(0, 10), st.lists(st.floats(-50, 50), max_size=6))
def test_a_figure_bears_a_claim_out_only_where_its_numbers_do(claim, figure, tolerance, steps):
    figure = replace(figure, unit=claim.unit)
    told = bears_out(claim, figure, tolerance)
    strict = {"=": lambda n, q: n == q, ">": lambda n, q: n > q, ">=": lambda n, q: n >= q, "<": lambda n, q: n < q, "<=": lambda n, q: n <= q}
    if tolerance or "~" in (claim.hedge, figure.hedge):
        if told is True and claim.is_point and figure.is_point:
            assert abs(claim.value - figure.value) <= tolerance
        return
    for number in [figure.value, claim.value, *(figure.value + step for step in steps), *(claim.value + step for step in steps)]:
        if strict[figure.hedge](number, figure.value) and told is not None:
            assert strict[claim.hedge](number, claim.value) is told, number
    assert told is not None or math.inf in (abs(figure.lower), abs(figure.upper))


@given(st.lists(st.tuples(EDTF, st.integers(0, 9)), max_size=6), st.randoms(use_true_random=False))
def test_dates_are_in_one_order_however_they_come(pairs, order):
    def key(pair):
        return [bound or datetime.date.min for bound in dates.date_bounds(pair[0])], pair
    shuffled = list(pairs)
    order.shuffle(shuffled)
    assert sorted(shuffled, key=key) == sorted(pairs, key=key) and Counter(shuffled) == Counter(pairs)
