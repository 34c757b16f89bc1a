"""The workbench, driven by a real browser: an article coded from nothing, a second coder blind, two tabs, an editor's
change beneath, undo, the keyboard alone, what goes wrong, who is let in, and how fast it is."""

import csv
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from accessibility import violations
from bench import LONGEST, Bench
from conftest import DOSSIER

from briefing.commands import new
from briefing.coding.sitting import Coding
from briefing.commands.review import review
from briefing.commands.workbench import Workbench
from briefing.facts import tables
from briefing.rendering.render import render
from briefing.sources import passages, places, selecting
from briefing.sources.proposals import slug

FERRY = Path(__file__).parent / "ferry.txt"
SLOW = 5 if os.environ.get("CI") else 2  # how much slower than the number of the issue a machine may be


@pytest.fixture
def coded(project):
    """The invented project, its text at hand."""
    (project / ".sources.json").write_text('{"courier": "courier-2031-03-08.txt"}', "utf-8")
    return project


@pytest.fixture
def bench(show):
    """Open the workbench on a project; `coding` and `port` as the command takes them."""
    running = []

    def start(root, coder=None, see_all=False, port=0, source=None, **look):
        workbench = Workbench(root, Coding(root, coder, see_all=see_all), port, source)
        workbench.__enter__()
        running.append(workbench)
        page = Bench(show(workbench.url, **look))
        page.url, page.workbench = workbench.url, workbench
        return page.ready()

    yield start
    show("about:blank")
    for workbench in running:
        if workbench._thread.is_alive():
            workbench.__exit__()


def rows(root, table):
    with (root / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- an article from nothing --------------------------------------------------------

ACTORS = {"Islanders' association": ("the islanders who use the ferry", "association"),
          "Treasurer": ("Jorin Vale, of the council of Ostrey", "state"), "Pilots": ("those of the sound", "guild"),
          "Shopkeepers": ("their guild, near the quay", "guild"), "Holmwick": ("the town on the other side", "state"),
          "Council": ("that of Ostrey", "state")}
CONCEPTS = {"Keep the ferry": ("The night ferry should go on running.", "the actor is for or against the boat", "it is only described"),
            "Engine too dear": ("A new engine costs more than the island can pay.", "the actor weighs the cost", "a sum is given alone"),
            "Taxi boat safe": ("A taxi boat can sail in winter.", "the actor judges the boat in bad weather", "its size is given"),
            "Quay needed": ("Holmwick needs the quay for itself.", "the actor says what the quay is for", "the lease is told")}

#: Words of the text; speaker and gist; the statement: actor, concept, agreement, mode (and act).
CODED = [
    ("Without the night boat we are an island only by day", "Tamsin Orre", "The island depends on the night crossing.",
     ("Islanders' association", "Keep the ferry", "agree", "said", "")),
    ("wants the council to pay for a new engine", "Islanders' association", "The council is asked to pay for an engine.",
     ("Islanders' association", "Keep the ferry", "agree", "said", "")),
    ("put the cost at about 320,000 crowns", "Islanders' association", "What the engine may cost.",
     ("Islanders' association", "Engine too dear", "disagree", "said", "")),
    ("a new engine would cost more than 450,000 crowns", "Treasurer", "The engine costs more than is thought.",
     ("Treasurer", "Engine too dear", "agree", "said", "")),
    ("I doubt that love pays for a gearbox", "Treasurer", "Fondness is no budget.",
     ("Treasurer", "Keep the ferry", "disagree", "said", "")),
    ("so small a boat could sail in any weather in which the old one had sailed", "Council", "The small boat is as able.",
     ("Council", "Taxi boat safe", "agree", "said", "")),
    ("a boat of that size had no business in the sound in winter", "Esk Dunning", "Too small for winter.",
     ("Pilots", "Taxi boat safe", "disagree", "said", "")),
    ("refused to sail on two nights in February", "Ostrey Lamp", "Some nights nobody sailed.",
     ("Pilots", "Taxi boat safe", "mixed", "done", "refused to sail")),
    ("their guild has asked for it to be kept", "Shopkeepers", "The guild wants the boat.",
     ("Shopkeepers", "Keep the ferry", "agree", "said", "")),
    ("the lease would end in 2035 in any case", "Holmwick", "The lease runs out.",
     ("Holmwick", "Quay needed", "agree", "said", "")),
    ("the hall would bring 60 jobs", "Holmwick", "The hall brings work.",
     ("Holmwick", "Quay needed", "agree", "said", "")),
    ("the islanders would buy it themselves, plank by plank", "Tamsin Orre", "They would buy the boat.",
     ("Islanders' association", "Engine too dear", "disagree", "said", ""))]
#: By the number of the passage above: measure, of, holder; what is expected to be proposed.
QUANTITIES = {2: ("cost", "a new engine", "Ostrey", ("~", "320000")), 3: ("price", "a new engine with hull", "Ostrey", (">", "450000")),
              7: ("number", "nights without a ferry", "Ostrey", None), 10: ("number", "jobs in the hall", "Holmwick", ("=", "60")),
              6: ("number", "boats judged", "Ostrey", None), 11: ("number", "boats to be bought", "Ostrey", None)}
EVENTS = {7: ("2034-02", "Pilots stay in harbour"), 9: ("2035", "The lease of the quay ends"), 3: ("2034-05-08", "Vale gives his sum"),
          11: ("2034-06-03/..", "The islanders may buy")}


def code_statement(page, actor, concept, agreement, mode, act, known):
    page.press("s")
    page.form("New statement")
    for name, value, table in (("actor", actor, ACTORS), ("concept", concept, CONCEPTS)):
        page.fill(**{name: value})
        if value not in known:
            page.until("return document.querySelector('form.code fieldset')", what=f"a new {name}")
            cells = dict(zip(("who", "kind") if name == "actor" else ("sentence", "code_when", "do_not_code_when"),
                             table[value], strict=True))
            page.fill(**cells)
            known.add(value)
    page.fill(agreement=agreement, mode=mode, **({"act": act} if act else {}))
    page.save()


def test_an_article_is_coded_whole_and_no_csv_touched_by_hand(tmp_path, bench, axe):
    text = Path(shutil.copy(FERRY, tmp_path / "ferry.txt"))
    root = tmp_path / "ostrey"
    new.new(root, [text], given={"publisher": "Ostrey Lamp", "published": "2034-05-14", "reliability": "B",
                                 "descriptor": "The island's weekly paper; its owner rents a shop at the quay."})
    page = bench(root)
    assert "0 passages" in page.panel
    known = set()
    for n, (words, speaker, gist, statement) in enumerate(CODED):
        page.select(words)
        page.form("New passage")
        assert page.field("kind").get_attribute("value") == ("quotation" if n in (0, 4) else page.field("kind").get_attribute("value"))
        assert page.field("chain").get_attribute("value").endswith("Ostrey Lamp")
        page.fill(speaker=speaker, chain=f"{speaker} > Ostrey Lamp", gist=gist, credibility="3")
        assert page.field("id").get_attribute("value"), "an id is proposed from the gist"
        page.save()
        code_statement(page, *statement, known)
        if n in QUANTITIES:
            measure, of, holder, proposed = QUANTITIES[n]
            page.press("q")
            page.form("New quantity")
            if proposed:
                assert (page.field("hedge").get_attribute("value"), page.field("value").get_attribute("value")) == proposed
            else:
                page.fill(hedge="=", value="2", unit="nights")
            page.fill(measure=measure, of=of, holder=holder)
            if not page.field("unit").get_attribute("value"):
                page.fill(unit="things")
            page.save()
        if n in EVENTS:
            page.press("v")
            page.form("New event")
            date, title = EVENTS[n]
            page.fill(date=date, title=title, resolved="false")
            page.save()
    assert {name: len(rows(root, name)) for name in ("passages", "statements", "quantities", "events", "actors", "concepts")} == {
        "passages": 12, "statements": 12, "quantities": 6, "events": 4, "actors": 6, "concepts": 4}
    read, findings = tables.read(root)
    assert findings == []
    checked = passages.check(read, places.known(root))
    assert (checked.findings, checked.checked) == ([], 12)
    content = text.read_text("utf-8")
    for row, (words, *_) in zip(rows(root, "passages"), CODED, strict=True):
        start = content.index(words)
        assert {key: row[key] for key in ("start", "end", "sha256")} == {
            "start": str(start), "end": str(start + len(words)), "sha256": hashlib.sha256(words.encode()).hexdigest()}
    for row in rows(root, "statements"):
        assert row["coder"] == "a" and row["start"] and row["end"]
    assert violations(page.page, axe) == []
    assert [each for each in page.page.get_log("browser") if each["level"] == "SEVERE"] == []
    render(root)
    assert list(map(str, review(root, places.known(root)).findings)) == []


def test_the_source_is_described_in_its_place(coded, bench):
    page = bench(coded)
    before = rows(coded, "sources")[0]
    page.press("d")
    page.form("Change the source")
    assert not page.js("return document.querySelector('form.code [name=sha256], form.code [name=characters]')")
    page.fill(reliability="C", descriptor="The town's daily paper; its owner has a share in the port.")
    page.save()
    assert rows(coded, "sources")[0] == {**before, "reliability": "C",
                                         "descriptor": "The town's daily paper; its owner has a share in the port."}
    assert "reliability C" in page.panel


# --- a second coder ------------------------------------------------------------------

def said(page, script=""):
    """All that the server sent to a page since it was opened, as text."""
    return page.page.execute_async_script("""
        const done = arguments[0];
        (async () => { let all = "";
          for (const name of ["state", "text", "uncoded"]) all += await (await fetch(name, {method: "POST",
            headers: {"Content-Type": "application/json"}, body: "{}"})).text();
          done(all); })();""")


def test_a_second_coder_sees_nothing_of_the_first(coded, bench):
    page = bench(coded, "b")
    assert "You code blind" in page.panel and "0 passages, 0 statements" in page.panel
    first = [row["id"] for name in ("passages", "quantities", "events") for row in rows(coded, name)
             if row.get("passage") != "" or name == "passages"]
    gists = [row["gist"] for row in rows(coded, "passages")] + ["Company announces cranes without crews", "share lost"]
    for each in (*first, *gists):
        assert each not in said(page), each

    page.select("back until the cranes")  # inside a passage of the first
    page.form("New statement")
    assert "in a passage that is there already" in page.panel
    page.fill(actor="Union", concept="Crews needed", agreement="agree", mode="said")
    page.save()
    added = rows(coded, "statements")[-1]
    assert {key: added[key] for key in ("actor", "passage", "coder")} == {
        "actor": "union", "passage": "no-return", "coder": "b"}
    assert len(rows(coded, "passages")) == 6
    everything = said(page)
    for each in (*first, *gists):
        assert each not in everything, each
    assert "Words that you coded" in page.panel or "your statement is attached to it" in page.panel

    page.select("took no side")  # words that nobody coded
    page.form("New passage")
    page.fill(speaker="Mayor", chain="Mayor > Courier", gist="The mayor stays out.", credibility="3")
    page.save()
    assert rows(coded, "passages")[-1]["id"] == "the-mayor-stays-out"
    again = bench(coded, "b")  # another sitting: what this coder made is still shown, and no more
    assert "The mayor stays out." in again.panel
    for each in (*first, *gists):
        assert each not in said(again), each


def test_columns_for_a_coders_own_span_are_filled(coded, bench, edit):
    for row in ("coder,act", "agree,said,no-return,a,", "agree,done,stopped-work,a,", "disagree,said,cranes-without-crews,a,",
                "disagree,said,strike-unlawful,a,"):
        edit("data/statements.csv", row, row.replace("coder,", "start,end,coder,").replace(",a,", ",,,a,"))
    descriptor = json.loads((coded / "data/datapackage.json").read_text("utf-8"))
    fields = next(r for r in descriptor["resources"] if r["name"] == "statements")["schema"]["fields"]
    fields[5:5] = [{"name": name, "type": "integer"} for name in ("start", "end")]
    (coded / "data/datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    assert tables.read(coded)[1] == []
    page = bench(coded, "b")
    page.select("back until the cranes")
    page.form("New statement")
    page.fill(actor="union", concept="crews-needed", agreement="agree")
    page.save()
    added = rows(coded, "statements")[-1]
    text = (coded / "courier-2031-03-08.txt").read_text("utf-8")
    assert text[int(added["start"]):int(added["end"])] == "back until the cranes" and added["passage"] == "no-return"


def test_see_all_shows_all(coded, bench):
    page = bench(coded, "b", see_all=True)
    assert "6 passages, 4 statements" in page.panel and "You code blind" not in page.panel


def test_a_text_is_marked_as_coded_to_its_end(bench, dossier, axe):
    (dossier / ".sources.json").write_text(json.dumps({id: str(DOSSIER / f"texts/{id}.txt") for id in ("gazette", "herald")}), "utf-8")
    page = bench(dossier, coder="ben", source="gazette")
    options = "return [...document.querySelectorAll('#source option')].map((each) => each.textContent).join()"
    assert page.js(options) == "herald,bote ✓,gazette,vestnik ✓,audit"  # blind: not that others have coded it
    assert "so has" not in page.panel and not page.js("return document.getElementById('whole').checked")
    page.press("w")
    page.until("return document.getElementById('whole').checked")
    page.until("return document.getElementById('status').textContent.startsWith('Marked as coded to its end')")
    assert page.js(options) == "herald,bote ✓,gazette ✓,vestnik ✓,audit"
    assert rows(dossier, "codings")[-1] == {"coder": "ben", "source": "gazette"}
    page.js("document.getElementById('whole').click()")
    page.until("return document.getElementById('status').textContent.startsWith('Not marked')")
    assert {"coder": "ben", "source": "gazette"} not in rows(dossier, "codings")
    page.press("Ctrl+z")
    page.until("return document.getElementById('whole').checked")
    assert violations(page.page, axe) == []
    first = bench(dossier, coder="anna", source="gazette")
    assert first.js("return document.getElementById('whole').checked") and "so has ben, carl" in first.panel
    assert "gazette ✓ (ben, carl)" in first.js(options)


def test_a_project_without_the_table_of_codings_has_no_mark(bench, coded):
    page = bench(coded)
    assert page.js("return document.getElementById('whole')") is None
    page.press("w")
    page.until("return document.getElementById('status').textContent.includes('no table codings')")


# --- passages on words that are taken --------------------------------------------------

def test_words_that_cross_a_passage_are_told_and_the_choices_work(coded, bench):
    page = bench(coded)
    page.select("cranes have crews,\" the union")
    page.until("return document.querySelector('#form .notice')")
    assert "These words cross a passage" in page.panel and "no-return" in page.panel
    page.click("Take only the words outside it")
    page.form("New passage")
    page.fill(speaker="Union", chain="Union > Courier", gist="Who speaks.", credibility="3")
    page.save()
    text = (coded / "courier-2031-03-08.txt").read_text("utf-8")
    made = rows(coded, "passages")[-1]
    assert text[int(made["start"]):int(made["end"])] == '," the union\'s', "a word that the mouse cut is taken whole"
    page.select("Nobody goes back until the cranes have crews")
    page.until("return document.getElementById('panel').innerText.includes('no-return')")
    assert not page.js("return document.querySelector('form.code')"), "the passage is opened, not made again"


# --- undo, removing, findings -----------------------------------------------------------

def test_undo_and_redo_to_the_byte(coded, bench, snapshot):
    page = bench(coded)
    before = snapshot(coded / "data")
    page.press("j", "s")
    page.form("New statement")
    page.fill(actor="Mayor", concept="Strike lawful", agreement="mixed")
    page.save()
    with_it = snapshot(coded / "data")
    assert with_it != before
    page.press("Ctrl+z")
    page.until("return document.getElementById('status').textContent.startsWith('Taken back')")
    assert snapshot(coded / "data") == before
    page.press("Ctrl+Shift+z")
    page.until("return document.getElementById('status').textContent.startsWith('Made again')")
    assert snapshot(coded / "data") == with_it


def test_removing_a_passage_says_what_hangs_on_it(coded, bench):
    page = bench(coded)
    page.press("j", "j", "j", "Delete")
    page.until("return document.querySelector('#form .notice')")
    assert "Other rows name the passage no-return" in page.panel and "crews-needed" in page.panel
    page.click("Remove it and this row")
    page.until("return document.getElementById('status').textContent.startsWith('Removed')")
    assert "no-return" not in (coded / "data/statements.csv").read_text("utf-8")
    page.click("Undo")
    page.until("return document.getElementById('status').textContent.startsWith('Taken back')")
    assert (coded / "data").joinpath("passages.csv").read_bytes() == (Path(__file__).parents[1] / "harbour/data/passages.csv").read_bytes()


def test_a_finding_shows_at_its_field_and_the_save_is_made(coded, bench):
    page = bench(coded)
    page.press("j", "q")
    page.form("New quantity")
    page.fill(measure="share", of="boats", hedge="=", value="30%", unit="%", holder="x")
    page.js("document.querySelector('form.code').requestSubmit()")
    page.form("Change the quantity")
    assert page.field("value").get_attribute("aria-invalid") == "true"
    told = page.js("return document.getElementById(arguments[0].getAttribute('aria-describedby')).innerText", page.field("value"))
    assert 'Found "30%", expected a number' in told
    assert rows(coded, "quantities")[-1]["value"] == "30%"
    page.fill(value="30")
    page.save()
    assert tables.read(coded)[1] == []


def test_what_is_empty_is_named_and_saved_with_an_id(coded, bench):
    page = bench(coded)
    page.select("The mayor – asked twice")
    page.form("New passage")
    credibility = page.field("credibility")
    assert credibility.get_attribute("value") == "6" and "6 – cannot be judged" in credibility.text
    assert page.js("return arguments[0].closest('.field').innerText.includes('proposed')", credibility)
    page.fill(speaker="", chain="")
    page.js("document.querySelector('form.code').requestSubmit()")
    page.form("Change the passage")
    page.until("return $('status').textContent === 'Saved. Still to fill in: speaker, chain, gist.'")
    assert page.js("return document.activeElement.name") == "speaker"
    made = rows(coded, "passages")[-1]
    assert (made["id"], made["credibility"]) == ("the-mayor-asked-twice", "6")


def test_a_row_made_within_a_form_gets_an_id_and_is_named_by_it(coded, bench):
    page = bench(coded)
    page.press("j", "s")
    page.form("New statement")
    page.fill(concept="strike-lawful", agreement="agree")
    page.fill(actor="Größter Rat")
    page.until("return document.querySelector('form.code fieldset')")
    assert page.field("id").get_attribute("value") == "groesster-rat"
    page.fill(who="w", kind="k", id="")
    page.save()
    assert rows(coded, "actors")[-1]["id"] == rows(coded, "statements")[-1]["actor"] == "groesster-rat"


@pytest.mark.parametrize("words", [
    "Die größten Häuser gehören der Straßenbaugesellschaft und dem Land", "The crew's café isn't open, says Łukasz Ærø",
    "Каждый третий", "a" * 50, "Über_alles", "No-way", "snake_case 40 % of 3"])
def test_ids_in_the_form_are_those_of_the_server(coded, bench, words):
    page = bench(coded)
    page.press("a")
    page.form("New actor")
    page.js("const one = form.fields.known.label.input; one.value = arguments[0]; one.dispatchEvent(new Event('input', {bubbles: true}))", words)
    page.until("return form.fields.known.id.value === arguments[0]", slug(words, ()))


def test_the_chain_follows_the_speaker(coded, bench):
    page = bench(coded)

    def speak(name):
        page.js("const one = form.fields.known.speaker.input; for (const value of ['', ...arguments[0]].map((_, n) => arguments[0].slice(0, n))) {"
                "one.value = value; one.dispatchEvent(new Event('input', {bubbles: true})); }", name)
        return page.field("chain").get_attribute("value")

    page.js("edit('passages', rows('passages').find((each) => each.cells.id === 'strike-unlawful'))")
    page.form("Change the passage")
    assert speak("Ada Brook") == "Ada Brook > Northwire > Courier"
    page.js("edit('passages', rows('passages').find((each) => each.cells.id === 'stopped-work'))")
    page.until("return form.before.id === 'stopped-work'")
    page.fill(chain="Somebody > Sandhaven Courier")
    assert speak("Ada Brook") == "Somebody > Sandhaven Courier", "a chain of another speaker stays"
    page.press("Esc")
    page.select("took no side")
    page.form("New passage")
    assert speak("The mayor") == "The mayor > Sandhaven Courier"
    assert speak("Sandhaven Courier") == "Sandhaven Courier"
    assert speak("The clerk") == "The clerk > Sandhaven Courier"


def test_another_quantity_is_of_the_next_number(coded, bench, edit):
    page = bench(coded)
    page.js("choose('traffic-moved')")
    page.press("q")
    page.form("New quantity")
    assert page.field("value").get_attribute("value") == "" and "Each number of these words has its quantity" in page.panel
    page.press("Esc")
    edit("data/quantities.csv", "traffic,>,40,", "traffic,>,41,")
    page.until("return rows('quantities').some((each) => each.cells.value === '41')")
    page.press("q")
    page.form("New quantity")
    assert (page.field("value").get_attribute("value"), page.field("hedge").get_attribute("value")) == ("40", ">")
    assert "> over" in page.field("hedge").text and "Of what it is a number of" in page.panel


def test_the_card_of_a_quantity_groups_its_number_and_names_its_claimant(coded, bench, edit):
    edit("data/quantities.csv", "traffic,>,40,%,Sandhaven,", "traffic,>,48500000,crowns,,")
    page = bench(coded)
    page.js("choose('traffic-moved')")
    assert "over 48,500,000 crowns share lost of traffic · claimed by Port company" in page.panel
    assert "No statement yet" in page.panel and "nobody yet" not in page.panel
    page.press("Esc")
    assert "1 passage," not in page.panel
    page.click("Edit Port company")
    page.form("Change the actor")


def test_an_unknown_label_tells_what_to_press(coded, bench, edit):
    edit("data/statements.csv", "union,crews-needed,agree,said", "onion,crews-needed,agree,said")
    page = bench(coded)
    page.press("4")
    page.form("Change the statement")
    told = page.js("return document.getElementById(arguments[0].getAttribute('aria-describedby')).innerText", page.field("actor"))
    assert told.endswith("Press New actor, or choose one of the list.")


def test_a_blind_coder_is_told_of_a_changed_text_and_no_more(coded, bench):
    place = coded / "courier-2031-03-08.txt"
    place.write_text(place.read_text("utf-8").replace("Dockers stop", "The dockers stop"), "utf-8")
    page = bench(coded, "b")
    assert "The text has changed since it was coded" in page.panel and "The first coder has to take it over" in page.panel
    assert "elsewhere now" not in page.panel and "Take this text" not in page.panel


def test_an_id_is_renamed_everywhere(coded, bench):
    page = bench(coded)
    page.press("j", "j", "j", "e")
    page.form("Change the passage")
    page.fill(id="not-before-crews")
    page.save()
    assert rows(coded, "statements")[0]["passage"] == "not-before-crews"
    assert not any(finding.code == "id-dangling" for finding in tables.read(coded)[1])


def test_a_passage_is_given_other_words(coded, bench):
    page = bench(coded)
    page.press("j", "j", "j", "r")
    page.select("Nobody goes back")
    page.until("return $('status').textContent.startsWith('Saved: no-return')")
    assert tables.read(coded)[1] == []
    row = rows(coded, "passages")[2]
    assert (row["start"], row["end"], row["sha256"]) == ("193", "209", hashlib.sha256(b"Nobody goes back").hexdigest())
    codes = [finding.code for finding in passages.check(tables.read(coded)[0], places.known(coded)).findings]
    assert codes == ["quote-elsewhere"], "the old quote is found wanting, and shown"
    assert "which stands at" in page.panel


def test_places_are_code_points_whatever_the_letters_and_line_ends(coded, bench):
    content = "\ufeffA title 🚢\r\n\r\n  Ferries 🛳🛳 sail.\r\n🚢 The mayor said \U00010348 nothing.\r\n"
    (coded / "courier-2031-03-08.txt").write_bytes(content.encode("utf-8"))
    for name in ("passages", "statements", "quantities", "events", "judgements"):
        path = coded / "data" / f"{name}.csv"
        path.write_bytes(path.read_bytes().split(b"\n")[0] + b"\n")
    page = bench(coded)
    page.click("Take this text for the source")
    page.until("return $('status').textContent.startsWith('Moved')")
    for words, gist in (("said \U00010348 nothing", "The mayor is silent."), ("Ferries 🛳🛳 sail", "Ferries go.")):
        page.select(words)
        page.form("New passage")
        page.fill(speaker="Mayor", chain="Mayor > Courier", gist=gist, credibility="3")
        page.save()
        row = rows(coded, "passages")[-1]
        assert content[int(row["start"]):int(row["end"])] == words
    read, findings = tables.read(coded)
    assert [str(finding) for finding in (*findings, *passages.check(read, places.known(coded)).findings)] == []


# --- two tabs, an editor, a draft -------------------------------------------------------

def test_a_change_on_disk_shows_by_itself(coded, bench, edit):
    page = bench(coded)
    edit("data/passages.csv", "The union will not return before the cranes have crews.", "No return without crews.")
    page.until("return document.getElementById('panel').innerText.includes('No return without crews.')")


def test_two_tabs_lose_nothing(coded, bench):
    page = bench(coded)
    one = page.page.current_window_handle
    try:
        page.page.switch_to.new_window("tab")
        page.page.get(page.url)
        page.ready()
        two = page.page.current_window_handle
        for tab, label in ((one, "Agency"), (two, "Ferrymen")):
            page.page.switch_to.window(tab)
            page.press("a")
            page.form("New actor")
            page.fill(label=label, who="w", kind="k")
            page.save()
        page.page.switch_to.window(one)
        page.until("return document.getElementById('panel').innerText.includes('Ferrymen')")
        assert [row["id"] for row in rows(coded, "actors")][-2:] == ["agency", "ferrymen"]
    finally:
        page.page.switch_to.window(two)
        page.page.close()
        page.page.switch_to.window(one)


def conflicting(page, edit):
    """The page after a save of a gist that an editor has changed meanwhile."""
    page.press("j", "j", "j", "e")
    page.form("Change the passage")
    page.fill(gist="No crews, no work.")
    edit("data/passages.csv", "The union will not return before the cranes have crews.", "By another hand.")
    page.js("document.querySelector('form.code').requestSubmit()")
    page.until("return document.querySelector('#conflict table')")
    return page


def test_a_conflict_shows_both_versions_and_keeps_what_was_typed(coded, bench, edit):
    page = conflicting(bench(coded), edit)
    assert "By another hand." in page.panel and "No crews, no work." in page.panel
    assert "No crews" not in (coded / "data/passages.csv").read_text("utf-8")
    assert page.js("return document.activeElement.innerText") == "Keep what is there"
    assert "elsewhere (another tab, or an editor)" in page.panel and "somebody" not in page.panel
    page.click("Save mine over it")
    page.until("return document.getElementById('status').textContent.startsWith('Saved: yours stands in the place of')")
    assert rows(coded, "passages")[2]["gist"] == "No crews, no work."


def test_in_a_conflict_enter_keeps_what_is_there(coded, bench, edit):
    page = conflicting(bench(coded), edit)
    page.press("Enter")
    page.until("return $('status').textContent === 'Kept what is there; yours was not saved.'")
    assert rows(coded, "passages")[2]["gist"] == "By another hand."


def test_a_table_unreadable_for_a_while_is_told_and_nothing_typed_is_lost(coded, bench):
    page = bench(coded)
    page.press("a")
    page.form("New actor")
    page.fill(label="Agency", who="w", kind="k")
    good = (coded / "data/actors.csv").read_bytes()
    (coded / "data/actors.csv").write_bytes(good + b"bro\xffken\n")
    page.js("document.querySelector('form.code').requestSubmit()")
    page.until("return document.getElementById('refused').textContent.includes('Nothing was written')")
    (coded / "data/actors.csv").write_bytes(good)
    page.save()
    assert rows(coded, "actors")[-1]["id"] == "agency"


def test_a_draft_outlives_a_reload_and_a_restart(coded, bench):
    page = bench(coded)
    page.select("took no side")
    page.form("New passage")
    page.fill(gist="Half a thought")
    page.page.refresh()
    page.ready()
    page.form("New passage")
    assert page.field("gist").get_attribute("value") == "Half a thought"
    port = page.workbench.port
    page.workbench.__exit__()
    page.until("return document.getElementById('panel').innerText.includes('does not answer')")
    with Workbench(coded, Coding(coded), port) as again:
        page.page.get(again.url)
        page.ready().form("New passage")
        assert page.field("gist").get_attribute("value") == "Half a thought"
        page.fill(speaker="Mayor", chain="Mayor > Courier", credibility="3")
        page.save()
    assert rows(coded, "passages")[-1]["gist"] == "Half a thought"


# --- the keyboard alone -----------------------------------------------------------------

def test_a_passage_and_a_statement_by_keyboard_alone(coded, bench):
    page = bench(coded)
    assert page.js("return document.activeElement.id") == "text"
    page.press(*["Down"] * 6)  # through the sentences, as far as the mayor's
    page.until("return $('status').textContent === 'The mayor – asked twice – took no side.'")
    page.press("Up", "Down", "Shift+Left", ".")  # a word less at the end, one less at the beginning
    chosen = "mayor – asked twice – took no"
    page.until("return $('status').textContent === arguments[0]", chosen)
    page.press("Right", "Left")  # the next word, and back: one word alone
    page.until("return $('status').textContent === 'no'")
    page.press(",", ",", "Shift+Right")
    chosen = "twice – took no side"
    page.until("return $('status').textContent === arguments[0]", chosen)
    page.press("Enter")
    page.form("New passage")
    assert page.js("return document.activeElement.name") == "gist"
    page.press(*"Nobody is asked.")
    page.press("Tab")
    page.press("3")  # credibility, by its first letter
    page.press("Ctrl+Enter")
    page.until("return document.getElementById('status').textContent.startsWith('Saved')")
    text = (coded / "courier-2031-03-08.txt").read_text("utf-8")
    made = rows(coded, "passages")[-1]
    assert text[int(made["start"]):int(made["end"])] == chosen and made["gist"] == "Nobody is asked."
    page.press("s")
    page.form("New statement")
    page.js("document.querySelector('form.code [name=actor]').focus()")
    page.press("Ctrl+a")
    page.press(*"mayor")
    page.press("Tab", "Tab")
    page.press(*"Strike lawful")
    page.press("Tab", "Tab")
    page.press("m")  # mixed
    page.press("Ctrl+Enter")
    page.until("return document.getElementById('status').textContent.startsWith('Saved')")
    added = rows(coded, "statements")[-1]
    assert [added[key] for key in ("actor", "concept", "agreement", "mode", "passage")] == [
        "mayor", "strike-lawful", "mixed", "said", made["id"]]
    page.press("?")
    page.until("return document.getElementById('keys').open")
    shown = page.js("return document.getElementById('keys').innerText")
    for what in ("add a statement", "next or previous passage", "undo", "end a word later or earlier"):
        assert what in shown
    page.press("Esc")
    page.press("Esc", "Esc")
    assert "What is coded" in page.panel


def test_a_double_click_takes_the_sentence(coded, bench):
    from selenium.webdriver.common.action_chains import ActionChains

    page = bench(coded)
    x, y = page.js("const u = text.indexOf('asked twice'), box = rangeOf({start: u, end: u + 3}).getClientRects()[0];"
                   "return [box.left + 3, box.top + 8]")
    chain = ActionChains(page.page, duration=0)
    mouse = chain.w3c_actions.pointer_action
    mouse.move_to_location(round(x), round(y))
    for _ in range(2):
        mouse.pointer_down()
        mouse.pointer_up()
    chain.perform()
    page.form("New passage")
    page.until("return document.querySelector('form.code p').innerText.includes('took no side.')")
    time.sleep(0.2)  # what the annotator tells late changes nothing
    assert "“The mayor – asked twice – took no side.”" in page.panel


def test_what_is_not_coded_is_stepped_through(coded, bench):
    page = bench(coded)
    page.until("return uncoded.paragraphs.length")
    (coded / "data/passages.csv").write_bytes((coded / "data/passages.csv").read_bytes().split(b"\n")[0] + b"\n")
    page.until("return uncoded.paragraphs.length >= 4")
    page.press("1", "1")
    page.until("return $('status').textContent.startsWith('paragraph 2 of')")
    assert page.js("return document.querySelectorAll('#words p.uncoded').length") >= 4


def test_a_mark_is_set_aside_for_this_browser_and_brought_back(coded, bench):
    page = bench(coded)
    page.js("localStorage.clear()")
    page.until("return uncoded.paragraphs.length === 1 && uncoded.numbers.length", what="marks")
    page.press("x")
    page.until("return $('status').textContent.startsWith('Go to a mark first')")
    page.press("1")
    page.until("return $('status').textContent.startsWith('paragraph 1 of 1')")
    page.press("x")
    page.until("return $('status').textContent.startsWith('Set aside in this browser; 0 paragraphs left.')")
    assert page.js("return $('step-paragraphs').textContent.trim().startsWith('0 paragraphs')")
    numbers = page.js("return uncoded.numbers.length")
    page.press("2")
    page.click("Set this number aside")
    page.until("return uncoded.numbers.length === arguments[0]", numbers - 1)
    page.page.refresh()
    page.ready()
    page.until("return uncoded.numbers.length === arguments[0] && !uncoded.paragraphs.length", numbers - 1)
    page.press("X")
    page.until("return uncoded.numbers.length === arguments[0] && uncoded.paragraphs.length === 1", numbers)
    page.js("localStorage.clear()")


# --- how it looks, and to whom ------------------------------------------------------------

@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_bars_a_reader(coded, bench, axe, width, dark):
    page = bench(coded, width=width, dark=dark)
    found = violations(page.page, axe)
    page.press("j")
    found += violations(page.page, axe)
    page.press("s")
    page.form("New statement")
    page.fill(actor="Somebody new")
    found += violations(page.page, axe)
    assert found == []
    assert page.js("return document.documentElement.scrollWidth") <= width
    page.press("Esc", "?")
    page.until("return document.getElementById('keys').open")
    assert violations(page.page, axe) == []


# --- who is let in -------------------------------------------------------------------------

def request(url, path="", method="POST", body="{}", **headers):
    host, token = re.fullmatch(r"http://([^/]+)/([^/?]+)/.*", url).groups()
    connection = http.client.HTTPConnection(host, timeout=LONGEST)
    connection.request(method, path if path.startswith("/") else f"/{token}/{path}", body if method == "POST" else None,
                       {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), content


@pytest.fixture
def served(coded):
    with Workbench(coded, Coding(coded), 0) as workbench:
        yield workbench.url


@pytest.mark.parametrize(("path", "headers", "status"), [
    ("state", {}, 200), ("state", {"Host": "briefing.example"}, 403), ("state", {"Origin": "http://evil.example"}, 403),
    ("state", {"Origin": "null"}, 403), ("state", {"Sec_Fetch_Site": "cross-site"}, 403), ("/state", {}, 404),
    ("/", {}, 404), ("/guess/state", {}, 404), ("state", {"Sec_Fetch_Site": "same-site"}, 403), ("state", {"Origin": "http://localhost:1"}, 403),
    ("/guess/state", {"Host": "briefing.example"}, 403), ("state/../../data/actors.csv", {}, 404), ("%2e%2e/data/actors.csv", {}, 404),
    ("..%2fdata%2factors.csv", {}, 404), ("workbench.html", {}, 404), ("workbench.js/../../workbench.py", {}, 404), ("state", {"Content_Type": "text/plain"}, 415), ("../data/actors.csv", {}, 404)])
def test_only_its_own_page_is_answered(served, path, headers, status):
    answer, _, content = request(served, path, **headers)
    assert answer == status
    assert (b"gist" in content) == (status == 200)


def test_the_policy_lets_in_its_own_files_and_nothing_else(served):
    status, headers, content = request(served, "", "GET")
    assert status == 200 and headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'") and "unsafe" not in policy
    assert b"<script>" not in content and b"style=" not in content and b"//" not in content.replace(b"<!", b"")
    assert request(served, "events", "GET", Origin="http://evil.example")[0] == 403


@pytest.mark.parametrize("headers", [{"Host": "briefing.example"}, {"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"},
                                     {"Content_Type": "application/x-www-form-urlencoded"}])
def test_nothing_is_changed_for_others(coded, served, headers, snapshot):
    before = snapshot(coded)
    mark = json.dumps({"source": "courier", "start": 0, "end": 7})
    assert request(served, "save", body=mark, **headers)[0] in (403, 415)
    assert request(re.sub(r"(\d)/[^/]+/", r"\1/guess/", served), "save", body=mark)[0] == 404
    assert request(served, "save", "GET")[0] == 405
    assert snapshot(coded) == before


def test_a_body_too_long_is_refused_and_slow_ones_hold_nobody_up(served):
    host, token = re.fullmatch(r"http://([^/]+)/([^/?]+)/.*", served).groups()
    head = f"POST /{token}/select HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    waiting = [socket.create_connection(host.split(":"), timeout=LONGEST) for _ in range(200)]
    for n, one in enumerate(waiting[:50]):
        one.sendall((head % 100).encode()[:20 * n + 1])
    waiting[-1].sendall((head % 2_000_000).encode())
    assert waiting[-1].recv(12) == b"HTTP/1.1 400"
    began = time.monotonic()
    assert request(served, "state")[0] == 200
    assert time.monotonic() - began < 1 * SLOW
    for one in waiting:
        one.close()


@pytest.mark.parametrize("body", ["", "[]", "{", '{"source": 3, "more": 1}', '{"source": "courier", "start": "x", "end": 3}'])
def test_what_cannot_be_understood_is_refused(served, body):
    assert request(served, "select", body=body)[0] == 400


# --- texts that are not as they should be -----------------------------------------------------

def test_a_changed_text_and_its_passages_found_again(coded, bench):
    place = coded / "courier-2031-03-08.txt"
    place.write_text(place.read_text("utf-8").replace("Dockers stop", "The dockers stop").replace("called the strike unlawful", "said it was no strike"), "utf-8")
    page = bench(coded)
    assert "The text has changed since it was coded" in page.panel and "5 passages stand elsewhere now; 1 is not found" in page.panel
    assert "strike-unlawful" in page.panel
    page.click("Move 5 passages")
    page.until("return document.getElementById('status').textContent.startsWith('Moved')")
    read, findings = tables.read(coded)
    assert findings == []
    assert [finding.code for finding in passages.check(read, places.known(coded)).findings] == ["passage-absent"]
    page.press("Ctrl+z")
    page.until("return document.getElementById('panel').innerText.includes('The text has changed')")


@pytest.mark.parametrize(("damage", "told"), [
    (lambda root: (root / ".sources.json").unlink(), "The text of courier is not at hand"),
    (lambda root: (root / "courier-2031-03-08.txt").unlink(), "The text of courier is not where it was"),
    (lambda root: (root / "courier-2031-03-08.txt").write_bytes(b"caf\xe9"), "is not in UTF-8"),
    (lambda root: (root / "courier-2031-03-08.txt").write_bytes(b" \n"), "The text of courier is empty"),
    (lambda root: (root / ".sources.json").write_text("[]"), "Where the texts lie cannot be read"),
    (lambda root: (root / "data/sources.csv").write_bytes((root / "data/sources.csv").read_bytes().split(b"\n")[0] + b"\n"), "There is no source yet"),
    (lambda root: (root / "data/datapackage.json").write_text("{"), "The tables cannot be read"),
], ids=["no place", "gone", "not UTF-8", "empty", "no record", "no source", "no descriptor"])
def test_what_is_missing_is_told_in_the_page(coded, bench, damage, told, axe):
    good = {path: path.read_bytes() for path in coded.rglob("*") if path.is_file()}
    page = bench(coded)
    damage(coded)
    page.until("return document.getElementById('problem').innerText.includes(arguments[0])", told)
    assert "Traceback" not in page.panel and violations(page.page, axe) == []
    for path, content in good.items():
        path.write_bytes(content)
    page.until("return document.querySelectorAll('#words p').length === 5", what="the text again")


# --- the command --------------------------------------------------------------------------------

def command(root, *arguments):
    return subprocess.Popen([sys.executable, "-m", "briefing", "code", "--project", root, "--no-open", "--port", "0", *arguments],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_command_says_its_address_and_stops_cleanly(coded, name):
    running = command(coded, "--json", "--coder", "zoe")
    url = json.loads(running.stdout.readline())["url"]
    assert json.loads(request(url, "state")[2])["coder"] == "zoe"
    running.send_signal(getattr(signal, name))
    out, errors = running.communicate(timeout=LONGEST)
    assert (running.returncode, errors) == (130, "") and "Stopped" in out


def test_an_unknown_source_is_named(coded):
    running = command(coded, "--source", "gazette")
    errors = running.communicate(timeout=LONGEST)[1]
    assert running.returncode == 2 and "--source gazette: found no source of this id, expected one of courier" in errors


# --- a long source --------------------------------------------------------------------------------

def long_text(words):
    """An invented text of so many words, with numbers and names in it."""
    chance = random.Random(7)
    plain = ("the harbour crane crew ferry quay stone water tide lamp wind rope barrel salt bridge tower market council "
             "vote said that more than before in spring of under over a and to it was is not for").split()

    def sentence():
        found = chance.choices(plain, k=chance.randint(8, 26))
        if chance.random() < 0.3:
            found[3:5] = [str(chance.randint(2, 900)), chance.choice(["percent", "tonnes", "ships"])]
        if chance.random() < 0.3:
            found[6] = chance.choice(["Ada Brook", "Sam Tiller", "Mira Holm"])
        return " ".join(found).capitalize() + "."

    lines = []
    while words > 0:
        lines.append(" ".join(sentence() for _ in range(chance.randint(2, 5))))
        words -= len(lines[-1].split())
    return "\n\n".join(lines) + "\n"


@pytest.fixture
def long(coded):
    """A project whose source has 100,000 words, and 200 passages in them."""
    text = long_text(100_000)
    (coded / "courier-2031-03-08.txt").write_bytes(text.encode("utf-8"))
    sources = rows(coded, "sources")
    sources[0] |= {"sha256": hashlib.sha256(text.encode()).hexdigest(), "characters": str(len(text))}
    model = rows(coded, "passages")[0]
    made = []
    for n in range(200):
        start = text.index(" ", n * len(text) // 200 + 50) + 1
        span = selecting.passage(text, start, text.index(" ", start + 60))
        made.append({**model, "id": f"p-{n}", **{key: str(span[key]) for key in ("start", "end", "sha256", "paragraph")}})
    for name, lines in (("sources", sources), ("passages", made)):
        with (coded / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, lines[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)
    return coded


def test_a_selection_in_100_000_words_is_answered_within_100_ms(long, bench, record_property):
    """The numbers of issue 13, measured in Chromium; the bounds here leave room for a busy machine."""
    page = bench(long)
    opened = page.js("return performance.now()")
    page.until("return uncoded.numbers.length")
    page.js("""
        window.times = [];
        document.addEventListener("pointerup", () => { window.began = performance.now(); }, true);
        new MutationObserver(() => {
            if (!document.querySelector("form.code") || !window.began) return;
            const began = window.began;
            window.began = 0;
            requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - began)));
        }).observe(document.getElementById("form"), {childList: true});""")
    for part in (0.02, 0.3, 0.6, 0.97):
        words = page.js("const u = text.indexOf(' ', Math.floor(text.length * arguments[0])) + 1;"
                        "const p = paragraphs[paragraphAt(u).n]; return text.slice(p.start + 2, p.start + 40)", part)
        page.js("$('text').scrollTop = $('text').scrollHeight * arguments[0]", part)
        page.select(words)
        page.until("return document.querySelector('form.code')")
        page.until("return arguments[0] <= window.times.length", 1)
        page.press("Esc")
    times = sorted(page.js("return window.times"))
    record_property("opened_ms", opened)
    record_property("selection_ms", times)
    print(f"opened in {opened:.0f} ms, selections answered in {', '.join(f'{each:.0f}' for each in times)} ms")
    assert len(times) == 4 and times[1] < 100 * SLOW
    assert opened < 3000 * SLOW
