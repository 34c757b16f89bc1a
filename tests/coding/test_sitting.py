"""One coder's sitting, without a page: which passage a blind coder's words belong to, and whose rows may be changed."""

import csv
import json
import re

import pytest

from briefing.commands.cli import main
from briefing.coding.sitting import Coding
from briefing.facts import tables
from briefing.facts.editing import Conflict
from briefing.findings import BriefingError


@pytest.fixture
def coded(project):
    """The invented project, its text at hand."""
    (project / ".sources.json").write_text('{"courier": "courier-2031-03-08.txt"}', "utf-8")
    return project


def rows(root, table):
    with (root / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_passage_that_fits_best_is_the_one(coded):
    blind = Coding(coded, "b")
    row = next(row for row in rows(coded, "passages") if row["id"] == "traffic-moved")
    start, end = int(row["start"]), int(row["end"])
    aliases = {blind.select("courier", *span)["attached"] for span in ((start, end), (start + 5, end - 3), (start, end + 4), (start - 10, end))}
    assert len(aliases) == 1 and None not in aliases
    over_two = blind.select("courier", end - 12, int(rows(coded, "passages")[4]["start"]) + 5)["attached"]
    assert over_two in aliases
    assert blind.select("courier", 0, 12)["attached"] is None


def test_another_coders_row_cannot_be_changed(coded, snapshot):
    blind = Coding(coded, "b")
    there = snapshot(coded)
    for table in ("passages", "statements", "events", "quantities"):
        row = rows(coded, table)[0]
        with pytest.raises(BriefingError, match="another coder"):
            blind.save("x", "courier", [{"table": table, "before": row, "after": None}])
    with pytest.raises(BriefingError, match="not coded here"):
        blind.save("x", "courier", [{"table": "judgements", "before": None, "after": {}}])
    with pytest.raises(BriefingError, match="briefing source FILE"):
        blind.save("x", "courier", [{"table": "sources", "before": None, "after": {}}])
    assert snapshot(coded) == there


def test_a_concept_that_another_form_made_meanwhile_is_taken_and_not_made_twice(coded):
    sitting = Coding(coded, "a")
    concept = {"table": "concepts", "before": None, "after": {"id": "pay-more", "label": "Pay more", "sentence": "Pay more."}}
    said = {"table": "statements", "before": None, "after": {
        "actor": "union", "concept": "pay-more", "agreement": "agree", "mode": "said", "passage": "no-return"}}
    sitting.save("x", "courier", [concept])
    sitting.save("x", "courier", [concept, said])
    assert [row["id"] for row in rows(coded, "concepts")].count("pay-more") == 1
    assert rows(coded, "statements")[-1]["concept"] == "pay-more"


def test_a_blind_coder_takes_back_a_statement(coded):
    blind = Coding(coded, "b")
    there = (coded / "data/statements.csv").read_bytes()
    state = blind.save("x", "courier", [{"table": "statements", "before": None, "after": {
        "actor": "union", "concept": "crews-needed", "agreement": "agree", "mode": "said",
        "passage": blind.select("courier", 200, 210)["attached"]}}])
    row = state["tables"]["statements"][0]["cells"]
    changed = blind.save("x", "courier", [{"table": "statements", "before": row, "after": {**row, "agreement": "mixed"}}])
    with pytest.raises(Conflict) as caught:
        blind.remove("x", "courier", "statements", row, False)
    assert "no-return" not in f"{caught.value} {caught.value.there} {caught.value.mine}"
    blind.remove("x", "courier", "statements", changed["tables"]["statements"][0]["cells"], False)
    assert (coded / "data/statements.csv").read_bytes() == there


def test_what_another_codes_too_is_not_removed(coded):
    first = Coding(coded)
    Coding(coded, "b").save("x", "courier", [{"table": "statements", "before": None, "after": {
        "actor": "mayor", "concept": "strike-lawful", "agreement": "mixed", "mode": "said", "passage": "dockers-joined"}}])
    with pytest.raises(BriefingError, match="rows of others that name"):
        first.remove("x", "courier", "passages", rows(coded, "passages")[5], True)
    assert len(rows(coded, "passages")) == 6


def test_two_at_once_cannot_make_one_passage_twice(coded):
    one, two = Coding(coded, "a"), Coding(coded, "a")
    new_row = {"source": "courier", "start": "450", "end": "459", "gist": "x", "id": "x"}
    one.save("x", "courier", [{"table": "passages", "before": None, "after": new_row}])
    with pytest.raises(BriefingError, match="found the passage x on these words"):
        two.save("x", "courier", [{"table": "passages", "before": None, "after": {**new_row, "id": "y"}}])


def test_the_coder_is_the_only_one_there_is_or_a(coded):
    assert Coding(coded).coder == "a" and Coding(coded, "zoe").coder == "zoe"
    path = coded / "data/statements.csv"
    path.write_text(path.read_text("utf-8").replace(",a,", ",kim,"), "utf-8")
    assert Coding(coded).coder == "kim"


def test_a_first_coder_keeps_their_own_when_a_second_comes(coded):
    first = Coding(coded)
    Coding(coded, "b").save("x", "courier", [{"table": "statements", "before": None, "after": {
        "actor": "mayor", "concept": "strike-lawful", "agreement": "mixed", "mode": "said", "passage": "dockers-joined"}}])
    state = first.state("courier")
    assert not state["blind"] and len(state["tables"]["passages"]) == 6
    assert {row["cells"]["coder"] for row in state["tables"]["statements"]} == {"a"}


def test_the_first_coder_sees_all_but_the_statements_of_others_in_each_sitting(coded, edit):
    blind = Coding(coded, "b")
    blind.save("x", "courier", [
        {"table": "passages", "before": None, "after": {
            "source": "courier", "start": "450", "end": "459", "id": "told", "gist": "x"}},
        {"table": "statements", "before": None, "after": {
            "actor": "mayor", "concept": "strike-lawful", "agreement": "mixed", "mode": "said", "passage": "told"}}])
    assert blind.state()["blind"]
    state = Coding(coded, "a").state("courier")
    assert not state["blind"] and [row["cells"]["id"] for row in state["tables"]["passages"]][-1] == "told"
    assert len(state["tables"]["passages"]) == 7 and len(state["tables"]["quantities"]) == 3
    assert {row["cells"]["coder"] for row in state["tables"]["statements"]} == {"a"}
    edit("data/statements.csv", "mixed,said,told", "mixxed,said,told")
    assert "mixxed" not in str(Coding(coded, "a").state()) and "mixxed" in str(Coding(coded, "b").state())
    assert {row["cells"]["coder"] for row in Coding(coded, "a", see_all=True).state()["tables"]["statements"]} == {"a", "b"}
    assert Coding(coded, "c").state()["blind"]


def test_a_new_row_of_a_blind_coder_gets_an_id_that_is_free(coded):
    blind = Coding(coded, "b")
    blind.save("x", "courier", [{"table": "passages", "before": None, "after": {
        "source": "courier", "start": "450", "end": "459", "id": "no-return", "gist": "x"}}])
    assert rows(coded, "passages")[-1]["id"] == "no-return-2"


def test_findings_of_a_blind_coder_say_nothing_of_others(coded, edit):
    edit("data/passages.csv", "The union counts those who joined.", "It counts 999 who joined.")
    edit("data/statements.csv", "disagree,said,strike-unlawful", "disagreed,said,strike-unlawful")
    assert {finding["code"] for finding in Coding(coded).state()["findings"]} == {"gist-beyond-span", "word"}
    assert Coding(coded, "b").state()["findings"] == []


# --- statements go with their passages ------------------------------------------------

def with_spans(root, **spans):
    """Give the statements columns for a coder's own span, and these spans by passage."""
    path = root / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    fields = next(each for each in descriptor["resources"] if each["name"] == "statements")["schema"]["fields"]
    fields[5:5] = [{"name": name, "type": "integer"} for name in ("start", "end")]
    path.write_text(json.dumps(descriptor), "utf-8")
    found = [{**row, **dict(zip(("start", "end"), spans.get(row["passage"].replace("-", "_"), ("", "")), strict=True))}
             for row in rows(root, "statements")]
    with (root / "data/statements.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field["name"] for field in fields], lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


def spans(root):
    return {row["passage"]: (row["start"], row["end"]) for row in rows(root, "statements")}


def test_statements_go_with_passages_to_a_changed_text_and_back(coded, snapshot):
    with_spans(coded, no_return=("193", "237"), stopped_work=("70", "82"))
    place = coded / "courier-2031-03-08.txt"
    place.write_text(place.read_text("utf-8").replace("Dockers stop", "The dockers stop"), "utf-8")
    before = snapshot(coded / "data")
    first = Coding(coded)
    first.move("courier")
    assert spans(coded) == {"no-return": ("197", "241"), "stopped-work": ("74", "86"), "cranes-without-crews": ("", ""),
                            "strike-unlawful": ("", "")}
    assert first.undo("courier")["redo"] == "moved 6 passages" and snapshot(coded / "data") == before


def test_an_empty_line_does_not_mix_up_the_statements_that_move(coded):
    with_spans(coded, no_return=("193", "237"), stopped_work=("70", "82"))
    table = coded / "data/statements.csv"
    table.write_text(table.read_text("utf-8").replace("\nunion,", "\n\nunion,"), "utf-8")
    place = coded / "courier-2031-03-08.txt"
    place.write_text(place.read_text("utf-8").replace("Dockers stop", "The dockers stop"), "utf-8")
    Coding(coded).move("courier")
    assert (spans(coded)["no-return"], spans(coded)["stopped-work"]) == (("197", "241"), ("74", "86"))


def test_a_blind_coder_does_not_take_over_a_changed_text(coded, snapshot):
    place = coded / "courier-2031-03-08.txt"
    place.write_text(place.read_text("utf-8").replace("Dockers stop", "The dockers stop"), "utf-8")
    before = snapshot(coded / "data")
    with pytest.raises(BriefingError, match="the first coder to take over"):
        Coding(coded, "b").move("courier")
    assert snapshot(coded / "data") == before


@pytest.mark.parametrize(("own", "words", "then"), [
    (("193", "237"), ("193", "209"), ("193", "209")), (("200", "215"), ("193", "209"), ("200", "209")),
    (("220", "230"), ("193", "209"), ("193", "209")), (("193", "237"), ("192", "239"), ("192", "239")),
    (("200", "215"), ("192", "239"), ("200", "215")), (("", ""), ("193", "209"), ("", ""))])
def test_statements_stay_within_a_passage_that_is_given_other_words(coded, own, words, then, snapshot):
    with_spans(coded, no_return=own)
    before = snapshot(coded / "data")
    first, row = Coding(coded), rows(coded, "passages")[2]
    first.save("x", "courier", [{"table": "passages", "before": row, "after": {
        **row, "id": "another", "start": words[0], "end": words[1]}}])
    assert spans(coded)["another"] == then
    first.undo("courier")
    assert snapshot(coded / "data") == before


# --- ids ------------------------------------------------------------------------------

def test_a_row_without_an_id_gets_one_and_so_do_those_that_name_it(coded):
    first = Coding(coded)
    state = first.save("x", "courier", [
        {"table": "actors", "before": None, "after": {"id": "?1", "label": "Größe", "who": "w", "kind": "k"}},
        {"table": "actors", "before": None, "after": {"id": "?2", "label": "Größe", "who": "w", "kind": "k"}},
        {"table": "events", "before": None, "after": {
            "id": "", "title": "", "date": "2031", "resolved": "false", "actors": "union;?2", "passage": "no-return"}}])
    assert [row["id"] for row in rows(coded, "actors")][-2:] == ["groesse", "groesse-2"]
    event = rows(coded, "events")[-1]
    assert event["actors"] == "union;groesse-2" and event["id"].startswith("nobody-goes-back") and state["saved"].items() <= event.items()
    first.save("x", "courier", [{"table": "events", "before": event, "after": {**event, "id": ""}},
                                {"table": "quantities", "before": None, "after": {"measure": "share", "of": "boats"}},
                                {"table": "passages", "before": None, "after": {"start": "450", "end": "459"}}])
    assert rows(coded, "events")[-1]["id"] == event["id"]
    assert rows(coded, "quantities")[-1]["id"] == "share-boats"
    assert rows(coded, "passages")[-1]["id"]


# --- who is the first, and who coded a text to its end --------------------------------

def said(sitting, passage, source="courier", **cells):
    return sitting.save("x", source, [{"table": "statements", "before": None, "after": {
        "actor": "union", "concept": "crews-needed", "agreement": "agree", "mode": "said", "passage": passage, **cells}}])


def described(root, **values):
    path = root / "data/datapackage.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


def turned(root, table="statements"):
    """The rows of a table the other way round."""
    path = root / f"data/{table}.csv"
    header, *lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([header, *lines[::-1]]) + "\n", "utf-8")


@pytest.fixture
def two(coded):
    """Two coders with statements, "a" and "Z", which comes before it by name, of whom no order says who was first."""
    described(coded, adjudicated="a")
    with (coded / "data/statements.csv").open("a") as file:
        file.write("union,crews-needed,agree,said,no-return,Z,\n")
    return coded


@pytest.mark.parametrize(("descriptor", "first"), [
    ({"coders": ["a", "Z"]}, "a"), ({"coders": ["Z", "a"]}, "Z"), ({"coders": ["x", "Z"]}, "Z"), ({"coders": "Z"}, "Z"),
    ({"adjudicated": "a"}, "a"), ({"adjudicated": ["Z", "a"]}, "Z"), ({"coders": ["Z"], "adjudicated": "a"}, "Z"),
    ({"adjudicated": "nobody"}, "Z"), ({"coders": {"a": 1}, "adjudicated": 7}, "Z")])
def test_who_is_first_is_said_by_the_descriptor_and_by_no_order_of_rows(two, descriptor, first):
    described(two, **descriptor)
    for _ in range(2):
        assert {name: Coding(two, name).state()["blind"] for name in ("a", "Z", "new")} == {
            name: name != first for name in ("a", "Z", "new")}
        (two / ".coding.json").unlink()
        turned(two)


def test_a_blind_coders_first_statement_opens_nothing(coded):
    described(coded, adjudicated="a")
    blind = Coding(coded, "A")  # who comes before the first by name
    described(coded, adjudicated=None)
    state = said(blind, blind.select("courier", 200, 210)["attached"])
    assert state["blind"] and Coding(coded, "A").state()["blind"] and not Coding(coded, "a").state()["blind"]


def test_the_first_on_this_machine_stays_so_when_a_sheet_is_read_in(coded):
    (coded / "data/statements.csv").write_text("actor,concept,agreement,mode,passage,coder,act\n")
    first = Coding(coded, "zoe")
    assert not said(first, "no-return")["blind"]
    with (coded / "data/statements.csv").open("a") as file:
        file.write("mayor,strike-lawful,agree,said,dockers-joined,adam,\n")
    turned(coded)
    assert not Coding(coded, "zoe").state()["blind"] and Coding(coded, "adam").state()["blind"]


def test_what_was_settled_is_no_first_coder(coded):
    described(coded, adjudicated="agreed", coders=[])
    with (coded / "data/statements.csv").open("a") as file:
        file.write("union,crews-needed,agree,said,no-return,agreed,\nunion,crews-needed,agree,said,no-return,b,\n")
    (coded / "data/statements.csv").write_text((coded / "data/statements.csv").read_text().replace(",a,", ",c,"))
    assert [Coding(coded, name).state()["blind"] for name in ("agreed", "b", "c")] == [True, False, True]


def test_a_coder_marks_a_text_as_coded_to_its_end_and_takes_it_back(dossier, snapshot):
    before = snapshot(dossier / "data")
    sitting = Coding(dossier, "ben")
    state = sitting.mark("herald", True)
    assert state["marks"] and {each["id"]: each["coded"] for each in state["sources"]} == {
        "herald": ["ben"], "bote": ["ben"], "gazette": [], "vestnik": ["ben"], "audit": []}  # blind: not who else did
    assert rows(dossier, "codings")[-1] == {"coder": "ben", "source": "herald"}
    after = snapshot(dossier / "data")
    assert sitting.mark("herald", True)["undo"] == "herald coded to its end" and snapshot(dossier / "data") == after
    assert sitting.undo("herald")["redo"] == "herald coded to its end" and snapshot(dossier / "data") == before
    sitting.redo("herald")
    sitting.mark("herald", False)
    assert snapshot(dossier / "data") == before
    assert {each["id"]: each["coded"] for each in Coding(dossier, "anna").state()["sources"]}["gazette"] == ["anna", "carl"]
    assert {each["id"]: each["coded"] for each in Coding(dossier, "dora").state()["sources"]}["gazette"] == []
    assert {each["id"]: each["coded"] for each in Coding(dossier, "dora", see_all=True).state()["sources"]}["gazette"] == ["anna", "carl"]


def test_a_mark_of_no_source_or_of_a_project_without_the_table(coded, dossier):
    with pytest.raises(BriefingError, match="no source of this id"):
        Coding(dossier, "ben").mark("nowhere", True)
    assert Coding(coded, "a").state()["marks"] is False
    with pytest.raises(BriefingError, match="found no table \"codings\""):
        Coding(coded, "a").mark("courier", True)


def test_a_second_coder_is_locked_out_by_no_finding_and_its_line_makes_the_briefing_render(dossier, capsys):
    """Two code the same text, the second blind; then `render` says what to write, and renders when it is written."""
    described(dossier, adjudicated=None, coders=["anna", "ben"])
    for table in ("statements", "codings"):
        path = dossier / f"data/{table}.csv"
        path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    (dossier / "data/datapackage.json").write_text(json.dumps({
        key: value for key, value in json.loads((dossier / "data/datapackage.json").read_text("utf-8")).items()
        if key != "adjudicated"}), "utf-8")
    stand = {"actor": "minister", "concept": "build"}
    first = Coding(dossier, "anna")
    said(first, "h-minister", "herald", **stand)
    first.mark("herald", True)
    assert tables.checked(dossier)[1] == []
    for sitting in (Coding(dossier, "ben"), Coding(dossier, "ben")):  # the second one with the finding there
        state = sitting.state("herald")
        assert state["blind"]
        attached = sitting._sight(*sitting._reading()).alias("h-minister")
        concept = "pays" if state["tables"]["statements"] else "build"
        said(sitting, attached, "herald", actor="minister", concept=concept)
        sitting.mark("herald", True)
    assert [row["coder"] for row in rows(dossier, "statements")] == ["anna", "ben", "ben"]
    assert main(["render", "--project", str(dossier)]) == 1
    err = capsys.readouterr().err
    assert "found 1 statement of anna and 2 statements of ben on herald" in err
    line = re.search(r"Write `(.*?)` into data/datapackage.json", err)[1]
    assert line == '"adjudicated": "anna"'
    described(dossier, **json.loads("{" + line + "}"))
    assert main(["render", "--project", str(dossier)]) == 0
    page = (dossier / "_output/report.html").read_text("utf-8")
    assert re.search(r"On two cells.{0,300}two coders agree", re.sub(r"<[^>]*>", "", page))


def test_a_new_project_says_where_no_text_was_coded_by_two(dossier):
    path = dossier / "data/statements.csv"
    path.write_text("".join(line for line in path.read_text("utf-8").splitlines(True) if ",carl," not in line), "utf-8")
    path = dossier / "data/codings.csv"
    path.write_text(path.read_text("utf-8").replace("carl,gazette\n", ""), "utf-8")
    assert main(["render", "--project", str(dossier)]) == 0
    assert "No cell was coded by two coders yet" in (dossier / "_output/report.html").read_text("utf-8")
