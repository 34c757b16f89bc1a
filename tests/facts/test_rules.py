"""The rules for rows, each by itself: keys, what the method asks, what a cell may hold, and rows of packages."""

import hashlib

import pytest

from briefing.facts.rules import characters, keys, method, shared
from briefing.language import Language


def package(**tables):
    """A descriptor and rows: of each table the keys of its schema, or its rows; fields are those of the first row."""
    resources, rows = [], {}
    for name, (table, schema) in tables.items():
        columns = [*dict.fromkeys(column for row in table for column in row)]
        resources.append({"name": name, "path": f"{name}.csv", "schema": {"fields": [{"name": column} for column in columns],
         **schema}})
        rows[name] = [dict.fromkeys(columns) | row for row in table]
    return {"resources": resources}, rows, {name: list(range(2, len(table) + 2)) for name, table in rows.items()}


def told(findings):
    return [f"{finding.code}: {finding}" for finding in findings]


# --- keys ---------------------------------------------------------------------------

def key_findings(unread=(), **tables):
    return told(keys.check(*package(**tables), {*unread}))


ID = {"primaryKey": "id"}


@pytest.mark.parametrize(("ids", "messages"), [
    (["a", "b"], []), (["a", None, None], []), ([None, "a", "b"], []),
    ([None, "a", None, "a"],
     ['id-twice: data/ships.csv row 5, id: found "a" again, as in row 3, expected each once. Give one of the '
     'rows another id, such as `a-2`, or remove it.']),
    (["a", "b", "a"], ['id-twice: data/ships.csv row 4, id: found "a" again, as in row 2, expected each once. Give one of the '
     'rows another id, such as `a-2`, or remove it.']),
    (["a", "a-2", "a"], ['id-twice: data/ships.csv row 4, id: found "a" again, as in row 2, expected each once. Give one of the '
     'rows another id, such as `a-3`, or remove it.']),
    (["a", "a-2", "a-3", "a"],
     ['id-twice: data/ships.csv row 5, id: found "a" again, as in row 2, expected each once. Give one of the rows another id, '
      'such as `a-4`, or remove it.']),
    ([7, 7, 7], [f'id-twice: data/ships.csv row {row}, id: found "7" again, as in row 2, expected each once. Give one of the '
     f'rows another id, or remove it.' for row in (3, 4)])])
def test_an_id_stands_once(ids, messages):
    assert key_findings(ships=([{"id": id} for id in ids], ID)) == messages


def test_a_column_that_is_unique_and_a_key_of_several():
    rows = [{"id": "a", "year": 1, "flag": "x"}, {"id": "b", "year": 1, "flag": "x"}, {"id": "a", "year": 1, "flag": "y"},
     {"id": "a", "year": 1, "flag": "x"}, {"id": "a", "year": None, "flag": "z"}]
    fields = [{"name": "id"}, {"name": "year"}, {"name": "flag", "constraints": {"unique": True}}]
    assert key_findings(ships=(rows, {"fields": fields, "primaryKey": ["id", "year"]})) == [
        'key-twice: data/ships.csv row 4, id, year: found "a, 1" again, as in row 2, expected each once. Correct id or year in '
         'one row, or remove it.',
        'key-twice: data/ships.csv row 5, id, year: found "a, 1" again, as in row 2, expected each once. Remove one of the rows.',
        'id-twice: data/ships.csv row 3, flag: found "x" again, as in row 2, expected each once. Give one of the rows another '
         'id, such as `x-2`, or remove it.',
        'id-twice: data/ships.csv row 5, flag: found "x" again, as in row 2, expected each once. Give one of the rows another '
         'id, such as `x-2`, or remove it.']
    assert key_findings(ships=(rows, {})) == []


def test_a_key_of_three_columns_is_named_in_words():
    rows = [{"a": "1", "b": "2", "c": "3", "d": n} for n in range(2)]
    assert key_findings(ships=(rows, {"primaryKey": ["a", "b", "c"]})) == [
        'key-twice: data/ships.csv row 3, a, b, c: found "1, 2, 3" again, as in row 2, expected each once. Correct a, b or c in '
         'one row, or remove it.']


@pytest.mark.parametrize(("change", "remedy"), [
    ({}, "the same: remove this row."),
    ({"agreement": "mixed"}, "as agree and mixed: where the passage says both, keep one row, with `mixed`; else the right one."),
    ({"agreement": "mixed", "mode": "done"},
     "as agree and mixed: where the passage says both, keep one row, with `mixed`; else the right one."),
    ({"mode": "done"}, "as said and done: keep the row that is `done`, with its act; or give what was said a passage of its own."),
    ({"act": "went", "note": "n"}, "with another act and note: keep one row, or give each a passage of its own.")])
def test_a_statement_stands_once(change, remedy):
    row = {"actor": "union", "concept": "crews", "agreement": "agree", "mode": "said", "act": None, "note": None}
    assert key_findings(statements=([row, {**row, "actor": "mayor"}, row | change], {"primaryKey": ["actor", "concept"]})) == [
        'statement-twice: data/statements.csv row 4, actor, concept: found "union, crews" again, as in row 2, expected each once. '
        f"The statement stands twice, in row 2 and here, {remedy}"]


PORTS = ([{"id": "quay", "sea": "north"}, {"id": "mole", "sea": "north"}, {"id": "pier", "sea": None}], ID)


@pytest.mark.parametrize(("row", "messages"), [
    ({"home": "quay"}, []), ({"home": None}, []),
    ({"home": "qua"}, ['id-dangling: data/ships.csv row 2, home: found "qua", expected an id of ports. Did you mean `quay`? '
     'Correct the id, or add the row that it names.']),
    ({"home": "xx"}, ['id-dangling: data/ships.csv row 2, home: found "xx", expected an id of ports. The ids there are such as '
     '`quay` and `mole`. Correct the id, or add the row that it names.'])])
def test_an_id_names_a_row(row, messages):
    foreign = {"foreignKeys": [{"fields": "home", "reference": {"resource": "ports", "fields": "id"}}]}
    assert key_findings(ports=PORTS, ships=([row], foreign)) == messages
    assert key_findings(["ports"], ports=PORTS, ships=([row], foreign)) == []


def test_an_id_of_a_table_without_rows_and_of_the_table_itself():
    foreign = {"foreignKeys": [{"fields": ["home"], "reference": {"resource": "", "fields": ["id"]}}]}
    assert key_findings(ports=([{"id": "quay", "home": "quay"}, {"id": "mole", "home": "pier"}], foreign)) == [
        'id-dangling: data/ports.csv row 3, home: found "pier", expected an id of ports. The ids there are such as `quay` and '
         '`mole`. Correct the id, or add the row that it names.']
    for tables in ({"ports": ([], ID)}, {}):
        assert key_findings(**tables, ships=([{"home": "quay"}], {"foreignKeys": [{"fields": ["home"],
         "reference": {"resource": "ports", "fields": ["id"]}}]})) == [
            'id-dangling: data/ships.csv row 2, home: found "quay", expected an id of ports. Correct the id, or add the row that '
             'it names.']


def test_a_key_of_two_columns_that_names_a_row():
    foreign = {"foreignKeys": [{"fields": ["home", "sea"], "reference": {"resource": "ports", "fields": ["id", "sea"]}}]}
    rows = [{"home": "quay", "sea": "north"}, {"home": "quay", "sea": None}, {"home": "quay", "sea": "south"},
     {"home": "pier", "sea": "x"}]
    assert key_findings(ports=PORTS, ships=(rows, foreign)) == [
        'id-dangling: data/ships.csv row 4, home, sea: found "quay, south", expected an id of ports. Did you mean `quay, north`? '
         'Correct the id, or add the row that it names.',
        'id-dangling: data/ships.csv row 5, home, sea: found "pier, x", expected an id of ports. The ids there are such as '
         '`quay, north` and `mole, north`. Correct the id, or add the row that it names.']


def test_the_ids_of_a_list_name_rows_of_one_of_its_tables():
    fields = {"fields": [{"name": "calls", "listOf": {"references": ["ports.id", "seas.name"]}}, {"name": "words", "listOf": {}}]}
    seas = ([{"name": "north"}, {"name": None}], {})
    ships = ([{"calls": ("quay", "north"), "words": ("any",)}, {"calls": None}, {"calls": ("quay", "nort", "zz")}], fields)
    messages = ['id-dangling: data/ships.csv row 4, calls: found "nort", expected an id of ports or seas. Did you mean `north`? '
     'Correct the id, or add the row that it names.',
                'id-dangling: data/ships.csv row 4, calls: found "zz", expected an id of ports or seas. The ids there are such '
                 'as `quay` and `mole`. Correct the id, or add the row that it names.']
    assert key_findings(ports=PORTS, seas=seas, ships=ships) == messages
    assert key_findings(["seas"], ports=PORTS, seas=seas, ships=ships) == key_findings(["ports"], ports=PORTS, seas=seas,
     ships=ships) == []
    assert key_findings(["ships"], ports=PORTS, seas=seas, ships=ships) == messages


TOO = "which data/shared/north/actors.csv has in row 2, too, expected each once."


def test_every_row_that_a_package_has_too_is_told_by_its_whole_key():
    descriptor, rows, numbers = package(series=([{"series": "calls", "year": year} for year in (2030, 2031, 2030, 2031)],
     {"primaryKey": ["series", "year"]}))
    descriptor["resources"][0]["begins"] = {"shared/coast/series.csv": 4}
    assert told(keys.check(descriptor, rows, numbers, set())) == [
        f'shared-twice: data/series.csv row {row}, series, year: found "calls, {year}", which data/shared/coast/series.csv has '
         f'in row {row}, too, '
        "expected each once. Remove this row, so that the one of the package coast counts; or give it another id, here and where "
         "it is named."
        for row, year in ((2, 2030), (3, 2031))]


@pytest.mark.parametrize(("ids", "message"), [
    ("union mayor reeve guild agency", None),
    ("union mayor reeve guild union", f'shared-twice: data/actors.csv row 2, id: found "union", {TOO} '
     "Remove this row, so that the one of the package north counts; or give it another id, here and where it is named."),
    ("union mayor reeve guild reeve",
     f'shared-twice: data/actors.csv row 4, id: found "reeve", {TOO} Take actors from one of the packages only.'),
    ("union mayor reeve reeve agency",
     'id-twice: data/actors.csv row 5, id: found "reeve" again, as in row 2, expected each once. '
     "Give one of the rows another id, such as `reeve-2`, or remove it.")])
def test_a_row_stands_once_in_the_project_and_its_packages(ids, message):
    descriptor, rows, numbers = package(actors=([{"id": id} for id in ids.split()], ID))
    descriptor["resources"][0]["begins"] = {"shared/coast/actors.csv": 4, "shared/north/actors.csv": 6}
    assert told(keys.check(descriptor, rows, numbers, set())) == ([message] if message else [])


COLUMNS = [{"name": "id"}, {"name": "actor"}, {"name": "sea"}]


@pytest.mark.parametrize(("name", "schema", "problem"), [
    ("ships", {}, None), ("ships", {"primaryKey": "id"}, None), ("ships", {"primaryKey": ["id", "sea"]}, None),
    ("ships", {"primaryKey": []}, ('ships with "primaryKey": []', "the columns that tell a row from all others",
     'Write `"primaryKey": ["id"]`, or take it out. ')),
    ("statements", {"primaryKey": []}, ('statements with "primaryKey": []', "the columns that tell a row from all others",
     'Write `"primaryKey": ["actor"]`, or take it out. ')),
    ("series", {"primaryKey": []}, ('series with "primaryKey": []', "the columns that tell a row from all others",
     'Write `"primaryKey": ["id"]`, or take it out. ')),
    ("ships", {"primaryKey": ["id", "se"]}, ('ships, primaryKey: "se"', "one of the columns id, actor, sea",
     "Did you mean `sea`? ")),
    ("ships", {"foreignKeys": [{"fields": "actor", "reference": {"fields": "id"}}]}, None),
    ("ships", {"foreignKeys": [{"fields": ["actor"], "reference": {"resource": "actors", "fields": ["id"]}},
     {"fields": "xxxx", "reference": {"resource": "actors", "fields": "id"}}]},
     ('ships, foreignKeys: "xxxx"', "one of the columns id, actor, sea", "")),
    ("ships", {"foreignKeys": [{"fields": [], "reference": {"resource": "actors", "fields": ["id"]}}]},
     ('ships with a foreign key {"fields": [], "reference": {"resource": "actors", "fields": ["id"]}}',
      "a column, and the column of the table that it names",
      'Write `{"fields": ["actor"], "reference": {"resource": "actors", "fields": ["id"]}}`, or take the foreign key out. ')),
    ("ships", {"foreignKeys": [{"fields": [], "reference": {"resource": "hafen-ä", "fields": []}}]},
     ('ships with a foreign key {"fields": [], "reference": {"resource": "hafen-ä", "fields": []}}',
      "a column, and the column of the table that it names",
      'Write `{"fields": ["COLUMN"], "reference": {"resource": "hafen-ä", "fields": ["id"]}}`, or take the foreign key out. ')),
    ("ships", {"foreignKeys": [{"fields": ["id", "sea"], "reference": {"resource": "sea", "fields": ["id"]}}]},
     ('ships with a foreign key {"fields": ["id", "sea"], "reference": {"resource": "sea", "fields": ["id"]}}',
      "a column, and the column of the table that it names",
      'Write `{"fields": ["id", "sea"], "reference": {"resource": "sea", "fields": ["id"]}}`, or take the foreign key out. ')),
    ("ships", {"foreignKeys": [{"fields": [], "reference": {"resource": "sea", "fields": ["id"]}}]},
     ('ships with a foreign key {"fields": [], "reference": {"resource": "sea", "fields": ["id"]}}',
      "a column, and the column of the table that it names",
      'Write `{"fields": ["sea"], "reference": {"resource": "sea", "fields": ["id"]}}`, or take the foreign key out. ')),
    ("ships", {"foreignKeys": [{"fields": [7], "reference": {"resource": "actors", "fields": ["id"]}}]},
     ('ships with a foreign key {"fields": [7], "reference": {"resource": "actors", "fields": ["id"]}}',
      "names of tables and columns", "Write them as text. "))])
def test_what_is_wrong_with_a_declaration_of_keys(name, schema, problem):
    assert keys.declaration_problem({"name": name, "schema": {"fields": COLUMNS, **schema}}) == problem


@pytest.mark.parametrize(("inner", "problem"), [
    ({}, None), ({"references": ["ports.id"], "delimiter": "|"}, None),
    ({"references": []}, ('ships.calls with "references": []', "the columns that its ids are of",
     'Write `"references": ["calls.id"]`, with the table that they are of, or take it out. ')),
    ({"delimiter": ""}, ('ships.calls with "delimiter": ""', "what separates the parts of a cell", 'Write `"delimiter": ";"`. '))])
def test_what_is_wrong_with_a_declaration_of_a_list(inner, problem):
    assert keys.declaration_problem({"name": "ships", "schema": {"fields": [{"name": "id"},
     {"name": "calls", "listOf": inner}]}}) == problem


@pytest.mark.parametrize(("inner", "error"), [({"delimiter": 7}, "the delimiter is no text"),
 ({"references": ["ports"]}, "not enough values"), ({"references": ["a.b.c"]}, "too many values")])
def test_a_list_that_is_no_declaration_at_all(inner, error):
    with pytest.raises((TypeError, ValueError), match=error):
        keys.declaration_problem({"name": "ships", "schema": {"fields": [{"name": "calls", "listOf": inner}]}})


# --- what the method asks --------------------------------------------------------------

def method_findings(**tables):
    return told(method.check(*package(**{name: (rows, {}) for name, rows in tables.items()}), Language("en", "")))


@pytest.mark.parametrize(("passage", "messages"), [
    ({"start": 0, "end": 1}, []), ({"start": 0, "end": 100}, []), ({"start": None, "end": 100}, []),
    ({"start": 5, "end": None}, []), ({"start": 0, "end": 101, "source": "gazette"}, []),
    ({"start": 0, "end": 101, "source": None}, []),
    ({"start": 5, "end": 5},
     ["span-reversed: data/passages.csv row 2, start, end: found 5 to 5, expected a start before its end. Write `5` and `5`: the "
      "half-open range of code points, start first."]),
    ({"start": 7, "end": 5},
     ["span-reversed: data/passages.csv row 2, start, end: found 7 to 5, expected a start before its end. Write `5` and `7`: the "
      "half-open range of code points, start first."]),
    ({"start": 0, "end": 101},
     ["span-outside: data/passages.csv row 2, end: found 101, expected at most 100, the source's length. Correct the span, or "
      "the source's number of characters."]),
    ({"quote": "w " * 12, "prefix": None}, []), ({"quote": "w " * 4, "prefix": "w " * 4, "suffix": "w " * 4}, []),
    ({"quote": "w " * 13, "prefix": "w"},
     ["quote-too-long: data/passages.csv row 2, quote: found 13 words, expected at most 12. Shorten the quote; the span and its "
      "hash hold the rest."]),
    ({"quote": "w " * 12, "suffix": "w"},
     ["context-too-long: data/passages.csv row 2, prefix, quote, suffix: found 0 + 12 + 1 = 13 words, expected at most 12 of a "
      "source together. "
                                           "Take words from the start of the prefix or the end of the suffix."]),
    ({"prefix": "w " * 6, "suffix": "w " * 7},
     ["context-too-long: data/passages.csv row 2, prefix, quote, suffix: found 6 + 0 + 7 = 13 words, expected at most 12 of a "
      "source together. "
                                                "Take words from the start of the prefix or the end of the suffix."])])
def test_a_passage_lies_in_its_source_and_holds_few_of_its_words(passage, messages):
    assert method_findings(sources=[{"id": "courier", "characters": 100}, {"id": "gazette", "characters": None}],
     passages=[{"source": "courier", **passage}]) == messages


def test_what_was_done_has_its_act_and_a_judgement_its_likelihood():
    assert method_findings(
        statements=[{"mode": "done", "act": "went"}, {"mode": "said", "act": None}, {"mode": "done", "act": None}],
        judgements=[{"text": "A strike is likely.", "likelihood": "likely"}, {"text": "A strike comes.", "likelihood": "likely"},
         {"text": None, "likelihood": "likely"}, {"text": "A.", "likelihood": None}]) == [
        "act-missing: data/statements.csv row 4, act: found an empty cell, expected the act that shows the stand. Say what the "
         "actor did, or set the mode to said.",
        'likelihood-unsaid: data/judgements.csv row 3, text: found no "likely" in the text, expected the likelihood word in the '
         'text. Say it in the sentence, or correct the likelihood.']


def test_a_number_and_an_event_rest_on_one_thing():
    rows = [{"id": None, "passage": "p", "source": None}, {"id": None, "passage": None, "source": "s"},
     {"id": None, "passage": None, "source": None}, {"id": None, "passage": "p", "source": "s"}]
    assert method_findings(quantities=rows, events=rows) == [
        f"evidence: data/{table}.csv row {row}, passage, source: found {found}, expected either a passage or a source. Say where "
         f"the row comes from, once."
        for table in ("quantities", "events") for row, found in ((4, "neither"), (5, "both"))]


def test_an_id_of_evidence_is_of_one_table():
    one = {"passage": "p", "source": None}
    assert method_findings(
        sources=[{"id": "courier"}], passages=[{"id": "strike"}, {"id": None}],
        events=[{"id": "strike", **one}, {"id": "courier", **one}, {"id": "vote", **one}],
        series=[{"series": "calls", "id": "vote"}, {"series": "calls", "id": None}, {"series": "vote", "id": None}],
        actors=[{"id": "strike"}]) == [
        f"id-ambiguous: data/{table}.csv row {row}, {column}: found \"{id}\", which {first} has as well, expected an id that no "
         f"other table of evidence has. "
        "Rename one of them; citations name evidence by its id alone."
        for table, row, column, id, first in (("events", 2, "id", "strike", "passages"),
         ("events", 3, "id", "courier", "sources"), ("series", 4, "series", "vote", "events"))]


@pytest.mark.parametrize(("event", "published", "is_later"), [
    ("2031-03-05", "2031-03-05", False), ("2031-03-06", "2031-03-05", True), ("2031-03", "2031-03-05", False),
    ("2031-04", "2031-03", True), ("2031-03-05/2031-09", "2031-03-05", False), ("2032", "../2031", True),
    ("../2031", "2030", False), ("2031/..", "2030", True), ("2031", "2030/..", False), (None, "2030", False),
    ("2031", None, False), ("soon", "2030", False), ("2031", "soon", False)])
def test_words_are_spoken_before_they_are_published(event, published, is_later):
    assert method_findings(sources=[{"id": "courier", "published": published}],
     passages=[{"id": "p", "source": "courier", "occasion": "rally"}, {"id": "q", "source": "courier", "occasion": None}],
                           events=[{"id": "rally", "date": event, "passage": "p", "source": None}]) == ([
        f'occasion-later: data/passages.csv row 2, occasion: found "rally" of {event}, its source of {published}, expected an '
         f'event before the source was published. '
        "Name the event at which the words were spoken, correct one of the dates, or leave the cell empty."] if is_later else [])


@pytest.mark.parametrize(("members", "messages"), [
    ({"minister": "government", "government": None}, []), ({"minister": "nobody"}, []),
    ({"bank": "bank"}, ['row 2, member_of: found "bank" in itself, expected the organisation that the actor belongs to. Leave '
     'the cell empty for an organisation.']),
    ({"minister": "bank", "bank": "grid", "grid": "bank"},
     ["row 3, member_of: found the circle bank > grid > bank, expected the organisation that the actor belongs to. Leave the "
      "cell of the organisation empty."]),
    ({"a": "b", "b": "a", "c": "c", "d": "a"},
     ["row 2, member_of: found the circle a > b > a, expected the organisation that the actor belongs to. Leave the cell of the "
      "organisation empty.",
                                               'row 4, member_of: found "c" in itself, expected the organisation that the actor '
                                                'belongs to. Leave the cell empty for an organisation.'])])
def test_nobody_belongs_to_themselves(members, messages):
    assert method_findings(actors=[{"id": id, "member_of": above} for id,
     above in members.items()]) == [f"member-circle: data/actors.csv {message}" for message in messages]


# --- what a cell may hold ------------------------------------------------------------------

@pytest.mark.parametrize(("text", "offsets"), [
    ("plain", []), ("Käse\tund\nBrot", []), ("a\u200bb", [1]), ("\u200ba", [0]), ("a\u200db\u200cc", [1, 3]),
    ("\u0645\u200c\u062e", []), ("\u0915\u200d\u0937", []), ("\u0e01\u200b\u0e02", []), ("\U0001f468\u200d\U0001f469", []),
    ("\u2764\ufe0f\u200d\U0001f525", []), ("\U0001f468\U0001f3fb\u200d\U0001f33e", []), ("X\u200d", [1]), ("a\ufe0f", [1]),
    ("\ufe0f", [0]), (" \ufe0f", [1]), ("\u2764\ufe0f", []),
    ("\u845b\U000e0100", []), ("\u03b1\ufe00", [1]), ("\u0431\ufe00", [1]), ("a\x00b\x1b", [1, 3]), ("a\x85", [1]),
    ("a\ue000", [1]), ("a\u200e", [1]),
    ("\u05d0\u200e a", []), ("\u0627\u200f", []), ("a\u061cb", [1]), ("\u1820\u180e\u1820", []), ("a\u180e", [1]),
    ("a\u00adb", [1]), ("a\u202eb\u202c", [1, 3]), ("\u06001", []), ("\u06dd1", []), ("a\u2060", [1]), ("\ufeffa", [0]),
    ("a\u115f", [1]), ("a\u2028b", [1]),
    ("a\u3164", [1]), ("a\ufffe", [1]), ("\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", []),
    ("\U0001f3f4\U000e0067", [1]), ("a\U000e0067b", [1]), ("a\u034fb", [1]), ("", [])])
def test_characters_that_nobody_sees(text, offsets):
    assert characters.hidden(text) == offsets


@pytest.mark.parametrize(("text", "offsets", "names"), [
    ("a\u200bb\u200b", [1, 3], "U+200B ZERO WIDTH SPACE"), ("\x00", [0], "U+0000 without a name"),
    ("a\u200b\u200c", [1, 2], "U+200B ZERO WIDTH SPACE, U+200C ZERO WIDTH NON-JOINER"), ("a", [], ""),
    ("\x00\x01\x02\x03", [0, 1, 2, 3],
     "U+0000 without a name, U+0001 without a name, U+0002 without a name, U+0003 without a name"),
    ("\x00\x01\x02\x03\x04\x05", [0, 1, 2, 3, 4, 5],
     "U+0000 without a name, U+0001 without a name, U+0002 without a name, U+0003 without a name and 2 more"),
    ("\x00\x01\x02\x03\x04", [0, 1, 2, 3, 4],
     "U+0000 without a name, U+0001 without a name, U+0002 without a name, U+0003 without a name and 1 more")])
def test_characters_as_messages_name_them(text, offsets, names):
    assert characters.named(text, offsets) == names


SEEN = "characters that can be seen"


@pytest.mark.parametrize(("text", "problem"), [
    ("plain", None), ("a\u200bb", ("hidden-character", 'U+200B ZERO WIDTH SPACE after "a"', SEEN, "Take it out: write `ab`.")),
    ("\u200ba  b\u200b", ("hidden-character", "U+200B ZERO WIDTH SPACE", SEEN, "Take them out: write `a b`.")),
    ("\u200b", ("hidden-character", "U+200B ZERO WIDTH SPACE", SEEN, "Take it out.")),
    ("`a\u200b", ("hidden-character", 'U+200B ZERO WIDTH SPACE after "`a"', SEEN, "Take it out.")),
    ("line\nthe quay of the whole town\u200b", ("hidden-character", 'U+200B ZERO WIDTH SPACE after "ay of the whole town"', SEEN,
     "Take it out: write `line the quay of the whole town`.")),
    ("a" * 60 + "\u200b", ("hidden-character", f'U+200B ZERO WIDTH SPACE after "{"a" * 20}"', SEEN,
     f"Take it out: write `{'a' * 60}`.")), ("a" * 61 + "\u200b", ("hidden-character",
     f'U+200B ZERO WIDTH SPACE after "{"a" * 20}"', SEEN, "Take it out.")),
    ("one\ntwo\nthree\u200b",
     ("hidden-character", 'U+200B ZERO WIDTH SPACE after "three"', SEEN, "Take it out: write `one two three`.")),
    ("a \n \u200bb", ("hidden-character", "U+200B ZERO WIDTH SPACE", SEEN, "Take it out: write `a b`."))])
def test_what_is_said_of_a_text_with_hidden_characters(text, problem):
    assert characters.hidden_problem(text) == problem


@pytest.mark.parametrize(("text", "skeleton"), [("Port", "Port"), ("\u0420\u043ert", "Port"), ("\uff30ort", "Port"),
 ("\u0391\u03bf", "Ao"), ("\u0416", "\u0416"), ("\ufb01n", "fin")])
def test_what_a_text_looks_like(text, skeleton):
    assert characters.skeleton(text) == skeleton


def cell_findings(table, column, *texts, **field):
    descriptor, rows, numbers = package(**{table: ([{column: text} for text in texts], {"fields": [{"name": column, **field}]})})
    return told(characters.check(descriptor, rows, numbers))


FORMULA = ("expected a text that no spreadsheet takes for a formula. Begin the cell with a word or a quotation mark: the table "
 "is published byte for byte, "
           "and spreadsheets run what begins with =, and calls after +, - and @.")
WEB = "expected an address that begins with https:// or http://. "
PAGE = "Give the address of the page, or leave the cell empty: nothing else becomes a link."


@pytest.mark.parametrize(("table", "column", "text", "field", "message"), [
    ("ships", "name", "a\u200bb", {},
     'hidden-character: data/ships.csv row 2, name: found U+200B ZERO WIDTH SPACE after "a", expected characters that can be '
      'seen. Take it out: write `ab`.'),
    ("ships", "name", "=1+1", {}, f'formula: data/ships.csv row 2, name: found "=1+1", {FORMULA}'),
    ("ships", "name", "= \nA1", {}, f'formula: data/ships.csv row 2, name: found "= A1", {FORMULA}'),
    ("ships", "name", "-SUM(A1)", {}, f'formula: data/ships.csv row 2, name: found "-SUM(A1)", {FORMULA}'),
    ("ships", "name", "@ cmd|x!A", {}, f'formula: data/ships.csv row 2, name: found "@ cmd|x!A", {FORMULA}'),
    ("ships", "name", "+1+a.b(", {}, f'formula: data/ships.csv row 2, name: found "+1+a.b(", {FORMULA}'),
    ("ships", "name", "=1", {"constraints": {"enum": ["=1"]}}, None), ("ships", "name", "=", {}, None),
    ("ships", "name", "-5 \u00b0C", {}, None), ("ships", "name", "@home", {}, None), ("ships", "name", "a=1", {}, None),
    ("ships", "name", "(=1)", {}, None), ("ships", "name", None, {}, None), ("ships", "name", "=1", {"type": "integer"}, None),
    ("ships", "name", "=1", {"type": "any"}, f'formula: data/ships.csv row 2, name: found "=1", {FORMULA}'),
    ("ships", "url", "https://example.org/a?b#c", {}, None), ("ships", "url", "HTTP://example.org", {}, None),
    ("ships", "page", "example.org", {}, None),
    ("ships", "url", "example.org", {}, f'url: data/ships.csv row 2, url: found "example.org", {WEB}{PAGE}'),
    ("ships", "page", "example.org", {"format": "uri"}, f'url: data/ships.csv row 2, page: found "example.org", {WEB}{PAGE}'),
    ("ships", "url", "javascript:alert", {}, f'url: data/ships.csv row 2, url: found "javascript:alert", {WEB}{PAGE}'),
    ("ships", "url", "https://", {}, f'url: data/ships.csv row 2, url: found "https://", {WEB}{PAGE}'),
    ("ships", "url", 'https://a.org/"b', {}, f'url: data/ships.csv row 2, url: found "https://a.org/"b", {WEB}{PAGE}'),
    ("ships", "url", "https://a.org/b c", {}, f'url: data/ships.csv row 2, url: found "https://a.org/b c", {WEB}{PAGE}'),
    ("ships", "url", "10.1234/ab.c", {},
     f'url: data/ships.csv row 2, url: found "10.1234/ab.c", {WEB}Write `https://doi.org/10.1234/ab.c`.'),
     ("ships", "url", "DOI: 10.1234/AB", {},
      f'url: data/ships.csv row 2, url: found "DOI: 10.1234/AB", {WEB}Write `https://doi.org/10.1234/AB`.'),
    ("ships", "url", "10.123/ab", {}, f'url: data/ships.csv row 2, url: found "10.123/ab", {WEB}{PAGE}'),
    ("actors", "id", "port-co_1.a:b", {}, None), ("actors", "id", "h\u00e4fen", {}, None), ("ships", "id", "a b", {}, None),
    ("actors", "id", "a b", {"constraints": {"pattern": "a b"}}, None), ("series", "id", "a b", {}, None),
    ("actors", "id", "a b", {},
     'id-form: data/actors.csv row 2, id: found "a b", expected letters, digits and - _ . : between them. Rename it, here and '
      'where it is named: citations and links are made of it.'),
    *[("series", "series", text, {},
     f'id-form: data/series.csv row 2, series: found "{text}", expected letters, digits and - _ . : between them. '
       "Rename it, here and where it is named: citations and links are made of it.") for text in (".a", "a.", "-a", "a:", "a/b")],
    ("sources", "language", "pt-BR", {}, None), ("sources", "language", "und", {}, None),
    ("passages", "language", "German!", {}, None),
    ("sources", "language", "e", {},
     'language-tag: data/sources.csv row 2, language: found "e", expected a language tag (BCP 47), as en, pt-BR or zh-Hant. '
      'Write the tag of the language, or `und` where it is not known.'),
    ("sources", "language", "en_GB", {},
     'language-tag: data/sources.csv row 2, language: found "en_GB", expected a language tag (BCP 47), as en, pt-BR or zh-Hant. '
      'Write the tag of the language, or `und` where it is not known.')])
def test_what_a_cell_may_hold(table, column, text, field, message):
    assert cell_findings(table, column, text, **field) == ([message] if message else [])


def test_each_part_of_a_list_is_looked_at():
    assert [message.partition(": found")[0] for message in cell_findings("ships", "calls", ("a", "b\u200b", "=1"), ("\u200b",),
     None)] == [
        "hidden-character: data/ships.csv row 2, calls", "formula: data/ships.csv row 2, calls",
        "hidden-character: data/ships.csv row 3, calls"]


APART = "expected ids and names that can be told apart. Write both the same way, or add a word that tells them apart."


def test_names_and_ids_that_look_alike_are_told_with_the_first():
    descriptor, rows, numbers = package(
        actors=([{"id": "port", "label": "Port"}, {"id": "p0rt", "label": "P\u043ert"}, {"id": "PORT", "label": "Port"},
         {"id": "quay1", "label": "Quay > Pier"}, {"id": None, "label": None}], {}),
        passages=([{"id": "quayl", "speaker": "\u0420ort", "chain": "Pier > P\u043ert"},
         {"id": "p", "speaker": "Port", "chain": "Port > Agency"}], {}),
        sources=([{"id": "s", "publisher": "\u0410gency", "chain": None}], {}),
        ships=([{"id": "p\u043ert", "label": "P\u043ert"}], {}))
    assert told(characters.check(descriptor, rows, numbers)) == [
        f'look-alike: data/actors.csv row 3, id: found "p0rt", which looks like "port" in data/actors.csv row 2, {APART}',
        f'look-alike: data/actors.csv row 3, label: found "P\u043ert" (U+043E CYRILLIC SMALL LETTER O), which looks like "Port" '
         f'in data/actors.csv row 2, {APART}',
        f'look-alike: data/actors.csv row 4, id: found "PORT", which looks like "port" in data/actors.csv row 2, {APART}',
        f'look-alike: data/passages.csv row 2, id: found "quayl", which looks like "quay1" in data/actors.csv row 5, {APART}',
        f'look-alike: data/passages.csv row 2, speaker: found "\u0420ort" (U+0420 CYRILLIC CAPITAL LETTER ER), which looks like '
         f'"Port" in data/actors.csv row 2, {APART}',
        f'look-alike: data/sources.csv row 2, publisher: found "\u0410gency" (U+0410 CYRILLIC CAPITAL LETTER A), which looks '
         f'like "Agency" in data/passages.csv row 3, {APART}']


# --- rows of packages -------------------------------------------------------------------------

@pytest.mark.parametrize(("resource", "result"), [
    ({"path": "a.csv"}, {"path": "a.csv"}), ({"path": "a.csv", "parts": ["x"], "begins": {}}, {"path": "a.csv"}), (7, 7),
    (None, None), ({}, {}),
    ({"path": ["a.csv"]}, {"path": "a.csv", "parts": []}), ({"path": ["a.csv", "shared/b/a.csv"], "x": 1},
     {"path": "a.csv", "parts": ["shared/b/a.csv"], "x": 1}),
    ({"path": []}, {"path": []}), ({"path": ["a.csv", 7]}, {"path": ["a.csv", 7]})])
def test_a_resource_of_several_files(resource, result):
    assert shared.parted(resource) == result


@pytest.mark.parametrize(("name", "path", "parts", "problem"), [
    ("actors", "actors.csv", [], None), ("actors", "who.csv", ["shared/coast/actors.csv", "shared/north-2/actors.csv"], None),
    ("events", "events.csv", [], None),
    ("actors", "shared/coast/actors.csv", ["shared/north/actors.csv"],
     ('"actors: shared/coast/actors.csv"', "the project's own file first, which may hold its header alone",
     'Write `"path": ["actors.csv", "shared/coast/actors.csv", "shared/north/actors.csv"]`. ')),
    ("events", "events.csv", ["shared/coast/events.csv", "b"], ('"events: shared/coast/events.csv, b"',
     "rows of others in actors, concepts, sources, series only", 'Write `"path": "events.csv"`. ')),
    *[("actors", "actors.csv", ["shared/coast/actors.csv", part], (f'"actors: {part}"', "a file shared/NAME/actors.csv",
     "Let `briefing facts` write it. "))
      for part in ("coast/actors.csv", "shared/Coast/actors.csv", "shared/coast/who.csv", "shared/coast",
       "shared/coast/x/actors.csv", "shared/a-/actors.csv", "other/shared/actors.csv")],
    ("actors", "actors.csv", ["shared/coast/actors.csv"] * 2, ('"actors: shared/coast/actors.csv, shared/coast/actors.csv"',
     "each file once", ""))])
def test_what_is_wrong_with_the_files_of_a_table(name, path, parts, problem):
    assert shared.part_problem({"name": name, "path": path, "parts": parts}) == problem
    if not parts:
        assert shared.part_problem({"name": name, "path": path}) == problem


def test_a_package_is_pinned_by_what_sha256sum_prints():
    files = {"b.csv": b"two", "a.csv": b"one"}
    lines = f"{hashlib.sha256(b'one').hexdigest()}  a.csv\n{hashlib.sha256(b'two').hexdigest()}  b.csv\n"
    assert shared.pin(files) == hashlib.sha256(lines.encode()).hexdigest() and shared.pin({}) == hashlib.sha256(b"").hexdigest()


def test_the_files_of_a_package_are_those_in_its_folder_that_are_seen(tmp_path):
    folder = tmp_path / "data/shared/coast"
    (folder / "within").mkdir(parents=True)
    for name in ("actors.csv", ".hidden", "datapackage.json"):
        (folder / name).write_bytes(name.encode())
    assert shared.files_of(tmp_path, "coast") == {"actors.csv": b"actors.csv",
     "datapackage.json": b"datapackage.json"} and shared.files_of(tmp_path, "north") == {}


@pytest.mark.parametrize(("descriptor", "shares"), [
    ({}, False), (7, False), ([], False), ({"shared": []}, False), ({"shared": [1]}, True),
    ({"resources": [{"path": "a.csv"}, 7]}, False), ({"resources": [{"path": "a.csv"}, {"path": ["a.csv"]}]}, True)])
def test_whether_a_package_takes_facts_of_another(descriptor, shares):
    assert shared.shares_itself(descriptor) is shares


BEGINS = {"name": "actors", "path": "actors.csv", "begins": {"shared/coast/actors.csv": 5, "shared/north/actors.csv": 5,
 "shared/south/actors.csv": 8}}


@pytest.mark.parametrize(("number", "place"), [
    (1, ("data/actors.csv", 1)), (4, ("data/actors.csv", 4)), (5, ("data/shared/north/actors.csv", 2)),
    (7, ("data/shared/north/actors.csv", 4)), (8, ("data/shared/south/actors.csv", 2)),
    (30, ("data/shared/south/actors.csv", 24))])
def test_the_file_that_has_a_row(number, place):
    assert shared.place(BEGINS, number) == place and shared.place({"path": "actors.csv"}, number) == ("data/actors.csv", number)


HASH = "a" * 64
ANEW = "Take the package anew, with `briefing facts --update` or `briefing facts ADDRESS`."


@pytest.mark.parametrize(("entries", "messages"), [
    ([], []), ([{"name": "coast", "path": "../coast", "sha256": HASH}], []),
    ({"a": 1}, ['shared: found "{"a": 1}", expected a list of packages. Let `briefing facts ADDRESS` write it.']),
    ([7], [f'shared[0].name: found "null", expected a name of small letters, digits and -. {ANEW}',
     f'shared[0].path: found "null", expected where the package is. {ANEW}',
           f'shared[0].sha256: found "null", expected a SHA-256 in 64 hexadecimal digits. {ANEW}']),
    ([{"name": "coast", "path": "c", "sha256": HASH}, {"name": "Coast", "path": " c", "sha256": HASH[1:]}], [
        f'shared[1].name: found ""Coast"", expected a name of small letters, digits and -. {ANEW}',
        f'shared[1].path: found "" c"", expected where the package is. {ANEW}',
        f'shared[1].sha256: found ""{HASH[1:]}"", expected a SHA-256 in 64 hexadecimal digits. {ANEW}']),
    ([{"name": "coast", "path": "c", "sha256": HASH}] * 2,
     ['shared[1].name: found "coast" twice, expected each package once. Remove one of the entries.'])])
def test_what_is_wrong_with_the_packages_that_are_declared(entries, messages):
    assert told(shared.declarations(entries)) == [f"shared-declaration: data/datapackage.json, {message}" for message in messages]


def held(root, name, descriptor="{}"):
    """A package of actors as a project holds it, and its entry."""
    folder = root / "data/shared" / name
    folder.mkdir(parents=True)
    (folder / "actors.csv").write_text("id\n")
    if descriptor is not None:
        (folder / "datapackage.json").write_text(descriptor)
    return {"name": name, "path": f"../{name}", "sha256": shared.pin(shared.files_of(root, name))}


def checked(root, entries, *parts):
    return told(shared.check(root, {"shared": entries, "resources": [{"name": "actors", "path": "actors.csv",
     "parts": list(parts)}, {"name": "events", "path": "events.csv"}]}))


def test_packages_that_are_held_and_used_are_right(tmp_path):
    assert told(shared.check(tmp_path, {"resources": []})) == []
    assert checked(tmp_path, [held(tmp_path, "coast"), held(tmp_path, "north")], "shared/coast/actors.csv",
     "shared/north/actors.csv") == []


def test_what_is_wrong_with_packages_that_are_held(tmp_path):
    coast, changed = held(tmp_path, "coast"), held(tmp_path, "north")
    (tmp_path / "data/shared/north/actors.csv").write_text("id\nreeve\n")
    found = shared.pin(shared.files_of(tmp_path, "north"))
    bare, broken, second = held(tmp_path, "bare", None), held(tmp_path, "broken", "{"), held(tmp_path, "second", '{"shared": [1]}')
    held(tmp_path, "stray")
    (tmp_path / "data/shared/notes.txt").write_text("a file")
    used = [f"shared/{name}/actors.csv" for name in ("north", "bare", "broken", "second", "missing", "absent")]
    assert checked(tmp_path, [coast, changed, bare, broken, second], *used) == [
        *[f"shared-undeclared: data/datapackage.json, shared: found data/shared/{name} in the path of actors, and no entry of "
         f"this name, expected each package with its origin and hash. "
          f"Take it with `briefing facts ADDRESS --name {name}`, or take the file out of the path." for name in ("absent",
           "missing")],
        "shared-unused: data/datapackage.json, shared: found the package coast, and no table with its rows, expected a table "
         "whose path has shared/coast/. "
        "Take its rows with `briefing facts ../coast --name coast`, or remove the entry and data/shared/coast/.",
        f"shared-changed: data/shared/north: found files with the hash {found}, expected {changed['sha256']}, as "
         f"data/datapackage.json pins it. "
        "Run `briefing facts --update`, which takes the package anew. A correction belongs into the package itself, at ../north: "
         "from there it comes to every briefing.",
        "shared-missing: data/shared/bare/datapackage.json: found no readable file, expected the descriptor of the package, as "
         "it was taken. Run `briefing facts --update`, which takes it anew.",
        "descriptor-unreadable: data/shared/broken/datapackage.json: found Expecting property name enclosed in double quotes: "
         "line 1 column 2 (char 1), expected a Data Package descriptor. "
        "Run `briefing facts --update`, which takes it anew.",
        "shared-of-shared: data/shared/second/datapackage.json, shared: found a package that itself takes facts of another, "
         "expected facts at first hand, so that no circle can come of it. "
        "Take them from the package that has them as its own.",
        "shared-unnamed: data/shared/stray: found a folder that no entry of `shared` names, expected packages that the "
         "descriptor tells the origin of. "
        "Remove it, or take the package with `briefing facts ADDRESS --name stray`."]
    assert checked(tmp_path, [7], *used) == told(shared.declarations([7]))


def test_findings_in_rows_of_packages_name_their_file():
    descriptor, rows, numbers = package(actors=([{"id": "a"}, {"id": "b"}, {"id": "b"}], ID),
     ships=([{"id": "x"}, {"id": "x"}], ID))
    descriptor["resources"][0]["begins"] = {"shared/coast/actors.csv": 3}
    findings = shared.located(descriptor, keys.check(descriptor, rows, numbers, set()))
    assert [(finding.path, finding.row) for finding in findings] == [("data/shared/coast/actors.csv", 3), ("data/ships.csv", 3)]
    whole = list(shared.declarations({}))
    assert shared.located(descriptor, whole) == whole
