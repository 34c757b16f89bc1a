"""What stands behind a sentence: hands, dates, references, citations, judgements."""

import hashlib
import csv
import json
import re

import pytest

from briefing.sources import evidence
from briefing.commands.new import STARTER, TEMPLATES
from briefing.facts import tables
from briefing.findings import BriefingError
from briefing.language import Language, speaking


@pytest.fixture
def data(project):
    return tables.load(project)


def test_spans_and_hashes_of_the_invented_source_are_true(project, data):
    text = (project / "courier-2031-03-08.txt").read_text("utf-8")
    source = data.row("sources", "courier")
    assert (source["characters"], source["sha256"]) == (len(text), hashlib.sha256(text.encode()).hexdigest())
    for row in data.rows["passages"]:
        words = text[row["start"]:row["end"]]
        assert hashlib.sha256(words.encode()).hexdigest() == row["sha256"], row["id"]
        assert (row["quote"] or "") in words


@pytest.mark.parametrize(("chain", "hands", "hops"), [
    ("Courier", ("Courier",), 0), ("Union > Courier", ("Union", "Courier"), 0),
    ("Port company > Northwire > Courier", ("Port company", "Northwire", "Courier"), 1),
    ("A>B>C >D", ("A", "B", "C", "D"), 2),
])
def test_hands_between_first_speaker_and_page(chain, hands, hops):
    assert evidence.chain(chain) == hands
    assert evidence.hops(chain) == hops


def test_grade_is_reliability_then_credibility():
    assert evidence.grade({"reliability": "B"}, 2) == "B2"
    assert evidence.grade({"reliability": "F"}, None) == "F"


@pytest.mark.parametrize(("edtf", "text"), [
    (None, ""), ("", ""), ("2031", "2031"), ("2031-03", "March 2031"), ("2031-03-03", "3 March 2031"),
    ("2031-03-03/2031-03-05", "3–5 March 2031"), ("2031-12-30/2032-01-02", "30 December 2031 to 2 January 2032"),
    ("2031-03-03/..", "from 3 March 2031"), ("../2031-03-03", "until 3 March 2031"),
])
def test_dates_as_prose_has_them(edtf, text):
    assert evidence.day(edtf) == text


@pytest.mark.parametrize(("edtf", "false"), [
    ("2031~", "1 January 2031 to 31 December 2031"),  # about 2031
    ("2031~", "1 January to 31 December 2031"),
    ("2031-03-03?", "3 March 2031"),  # perhaps that day
    ("2031-02/2031-03", "1 February to 31 March 2031"),  # no day is given
    ("203X", "203X"),  # the notation, not prose
])
def test_dates_claim_no_more_than_the_source(edtf, false):
    assert evidence.day(edtf) != false


# --- references -------------------------------------------------------------------

def test_references_have_unique_ids_and_the_shape_of_csl(data):
    items = evidence.references(data)
    ids = [item["id"] for item in items]
    assert ids == [row["id"] for table in ("passages", "sources") for row in data.rows[table]]
    assert len(set(ids)) == len(ids)
    for item in items:
        assert item["type"] == "webpage" and item["title"]  # no kind is given
        for parts in item.get("issued", {}).get("date-parts", []):
            assert all(isinstance(part, int) for part in parts) and 1 <= len(parts) <= 3
    assert json.loads(json.dumps(items)) == items


def test_reference_of_a_passage_tells_content_hands_place_and_grade(data):
    (item,) = [item for item in evidence.references(data) if item["id"] == "strike-unlawful"]
    assert item == {
        "id": "strike-unlawful", "type": "webpage",
        "title": "The company holds the strike to be against the law.",
        "author": [{"literal": "Port company → Northwire → Courier"}], "container-title": "Sandhaven Courier",
        "issued": {"date-parts": [[2031, 3, 8]]}, "section": "¶4", "page": "390–416", "note": "B3",
        "call-number": "00000-000000390-000000416", "language": "en"}


KINDS = next(field["constraints"]["enum"] for resource in
             json.loads((STARTER / "data/datapackage.json").read_text("utf-8"))["resources"]
             if resource["name"] == "sources" for field in resource["schema"]["fields"] if field["name"] == "kind")


def cited(data, tmp_path, style=()):
    """The list of references in plain text, of each id one paragraph, as pandoc's citeproc sets it."""
    import pypandoc

    path = tmp_path / "references.json"
    path.write_text(json.dumps(evidence.references(data)), "utf-8")
    text = pypandoc.convert_text("---\nnocite: '@*'\n---\n", "html", format="markdown",
                                 extra_args=["--citeproc", f"--bibliography={path}", *style])
    return {id: re.sub(r"\s+", " ", re.sub("<[^>]+>", "", entry)).strip() for id, entry in
            re.findall(r'<div id="ref-([\w-]+)"[^>]*>(.*?)</div>\s*(?=<div id="ref|</div>\s*$)', text, re.S)}


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_our_style_tells_sources_from_passages_whatever_their_kind(data, tmp_path, kind):
    before = cited(data, tmp_path, [f"--csl={TEMPLATES / 'evidence.csl'}"])
    for row in data.rows["sources"]:
        row["kind"] = kind
    assert {item["type"] for item in evidence.references(data)} == {kind or "webpage"}
    assert cited(data, tmp_path, [f"--csl={TEMPLATES / 'evidence.csl'}"]) == before
    assert "Sandhaven Courier" in before["courier"] and "8 March 2031" in before["courier"]
    assert "¶4, 390–416" in before["strike-unlawful"] and "Sandhaven Courier," not in before["strike-unlawful"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_standard_style_names_title_and_publisher_of_each_kind(data, tmp_path, kind):
    for row in data.rows["sources"]:
        row["kind"] = kind
    entry = cited(data, tmp_path)["courier"]  # Chicago author-date, which pandoc has
    assert "Dockers" in entry and "2031" in entry
    if kind not in ("interview", "treaty", "legal_case", "legislation", "regulation", "hearing", "speech"):
        assert "Sandhaven Courier" in entry, entry


# --- the texts that it is about -----------------------------------------------------

def test_main_sources_are_those_that_the_table_says(data):
    rows = data.rows["sources"]
    assert [row["id"] for row in evidence.mains(data)] == ["courier"]  # nowhere true: the one that is coded
    rows[1]["main"] = True
    assert [row["id"] for row in evidence.mains(data)] == ["port-statistics"]
    rows[0]["main"] = True
    before = [row["id"] for row in evidence.mains(data)]
    rows.reverse()
    assert [row["id"] for row in evidence.mains(data)] == before == ["port-statistics", "courier"]  # by date
    rows[0]["published"] = None
    assert evidence.mains(data)[-1]["id"] == rows[0]["id"]


@pytest.mark.parametrize(("published", "issued"), [
    ("2031", [[2031]]), ("2031-03", [[2031, 3]]), ("2031-03-08", [[2031, 3, 8]]), ("", None),
    ("2031-03-08/..", [[2031, 3, 8]]), ("2031/2032", [[2031]]), ("2031~", [[2031]]),
])
def test_reference_gives_the_date_as_precisely_as_the_source(project, edit, published, issued):
    edit("data/sources.csv", "2031-01,https", f"{published},https")
    item = evidence.references(tables.load(project))[-1]
    assert item.get("issued", {}).get("date-parts") == issued


# --- what an id rests on ------------------------------------------------------------

@pytest.mark.parametrize(("id", "rests_on"), [
    ("no-return", ["no-return"]), ("courier", ["courier"]), ("traffic-lost", ["traffic-moved"]),
    ("cranes", ["port-statistics"]), ("strike-begins", ["stopped-work"]), ("port-calls", ["port-statistics"]),
    ("nothing", []),
])
def test_what_an_id_of_any_table_rests_on(data, id, rests_on):
    assert evidence.rests_on(data, id) == rests_on


def test_citation_names_each_evidence_once(data):
    assert evidence.cited(data, ["traffic-lost", "traffic-moved", "port-calls"]) == "[@traffic-moved; @port-statistics]"
    assert evidence.cited(data, []) == ""


# --- where it came from, and how it is graded ------------------------------------------

@pytest.fixture
def chained(project):
    """The project with a chain for each source, two of them from one body, and graded figures."""
    path = project / "data/datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    fields = next(one for one in descriptor["resources"] if one["name"] == "sources")["schema"]["fields"]
    fields.insert(-1, {"name": "chain", "type": "string"})
    path.write_text(json.dumps(descriptor), "utf-8")
    rows = list(csv.DictReader((project / "data/sources.csv").read_text("utf-8").splitlines()))
    chains = {"port-statistics": "port office > Statistics", "courier": "port office > Courier"}
    with (project / "data/sources.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field["name"] for field in fields], lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "chain": chains.get(row["id"], "")} for row in rows)
    data = tables.load(project)
    for row, digit in zip(data.rows["series"], (2, 4, 2, 2), strict=False):
        row["credibility"] = digit
    return data


def test_reports_of_one_body_count_once(data, chained):
    ids = ["no-return", "port-calls", "courier"]
    assert evidence.origins(chained, ids) == {"port office": ["courier", "port-statistics"]}
    assert list(evidence.origins(data, ids)) == ["Sandhaven Courier", "Port company"]
    assert evidence.origins(chained, []) == {}


def test_hands_and_digits_of_a_source_reach_card_and_list(chained):
    card = evidence.cards(chained)["port-statistics"]
    assert evidence.digits(chained) == {"port-statistics": "2–4"}
    assert card["chain"] == ["port office", "Statistics"]
    assert card["short"].startswith("port office → Statistics") and card["short"].endswith(", C2–4")
    (item,) = [item for item in evidence.references(chained) if item["id"] == "port-statistics"]
    assert item["note"] == "C2–4" and item["author"] == [{"literal": "port office → Statistics"}]


def test_the_list_of_evidence_goes_by_source(data):
    items = sorted(evidence.references(data), key=lambda item: item["call-number"])
    sources = [row["id"] for row in data.rows["sources"]]
    heads = [item["id"] for item in items if item["id"] in sources]
    assert heads == sources
    for item in items:
        if item["id"] not in sources:  # a passage stands below its source, in the order of the text
            before = [one["id"] for one in items[:items.index(item)] if one["id"] in sources]
            assert before[-1] == data.row("passages", item["id"])["source"]


# --- judgements -----------------------------------------------------------------------

def test_judgement_gives_likelihood_with_its_range_and_confidence_apart(data):
    row = data.row("judgements", "traffic-fell-before")
    assert evidence.judgement(data, row) == (
        "Traffic **very likely** (80–95%) fell before the strike. [Confidence: moderate.]{.confidence} "
        "[@port-statistics; @traffic-moved]")


def test_judgement_marks_the_likelihood_word_and_not_a_part_of_another(project, edit):
    edit("data/judgements.csv", "Traffic very likely fell before the strike.,very likely",
         "\"However unlikely it seemed, traffic likely fell.\",likely")
    data = tables.load(project)
    text = evidence.judgement(data, data.row("judgements", "traffic-fell-before"))
    assert text.startswith("However unlikely it seemed, traffic **likely** (55–80%) fell.")


def test_range_stands_at_the_first_use_of_a_likelihood_word(project, edit):
    edit("data/judgements.csv", "Traffic very likely fell before the strike.,very likely",
         "Traffic is unlikely to recover.,unlikely")
    data = tables.load(project)
    first, second = (evidence.judgement(data, row) for row in data.rows["judgements"])
    assert "**unlikely** (20–45%)" in first
    assert "**unlikely**" in second and "%" not in second


def test_texts_of_judgements_take_numbers_by_their_ids(project, edit):
    edit("data/judgements.csv", "Traffic very likely fell before the strike.,very likely",
         "Traffic fell by {traffic-lost} and very likely more.,very likely")
    data = tables.load(project)
    assert "fell by over 40% and **very likely**" in evidence.judgement(data, data.rows["judgements"][0])
    assert "**Traffic fell by over 40% and very likely more.**" in evidence.judgements(data)
    with pytest.raises(BriefingError, match='no row with id "none-such"'):
        evidence.filled(data, "A {none-such}.")


def test_judgements_in_full_give_both_sides(data):
    text = evidence.judgements(data)
    assert text.count("::: {.judgement-full}") == 2
    assert "*Against it:* None found.\n" in text and "310\u00a0people [@dockers-joined]\n" in text
    assert "*What would change it:* Talks." in text


def test_ranges_of_the_likelihood_words_leave_no_gap():
    ranges = list(evidence.LIKELIHOODS.values())
    assert ranges[0][0] == 1 and ranges[-1][1] == 99
    assert all(high == low for (_, high), (low, _) in zip(ranges, ranges[1:]))


@pytest.mark.parametrize("cells", [{"basis": "{cranes}"}, {"alternative": "{cranes}"}, {"would_change_it": "{cranes}"},
                                   {"contrary": "{cranes}"}, {"changed": "{cranes}"}, {"weighed": "{cranes}"}])
def test_every_part_of_a_judgement_takes_numbers_by_their_ids(data, cells):
    data.rows["judgements"][0].update(cells)
    assert "5\u00a0cranes" in evidence.judgements(data) and "{cranes}" not in evidence.judgements(data)


def test_judgements_in_full_to_the_letter(data):
    first, second = data.rows["judgements"]
    first |= {"against": ("strikers", "returns-published"), "weighed": "No port counts tonnage.", "changed": "Was likely."}
    second |= {"contrary": "The strikers are few.", "alternative": None}
    assert evidence.judgements(data) == """::: {.judgement-full}
**Traffic very likely fell before the strike.**

- *Basis:* The company's own returns show it. [@port-statistics; @traffic-moved]
- *Against it:* dockers on strike, number \\(Sandhaven\\): 310\u00a0people; Company publishes its returns \
[@dockers-joined; @port-statistics]
- *Another reading:* Calls fell, but ships grew. No port counts tonnage.
- *What would change it:* Tonnage by year.
- *Since the last edition:* Was likely.
:::

::: {.judgement-full}
**A settlement within a week is unlikely.**

- *Basis:* The union set a condition that the company refuses. [@no-return; @cranes-without-crews]
- *Against it:* The strikers are few. [@dockers-joined]
- *What would change it:* Talks.
:::"""


def test_no_judgements_are_no_text(data):
    data.rows["judgements"].clear()
    assert evidence.judgements(data) == ""


@pytest.mark.parametrize(("id", "told"), [
    ("no-return", "The union will not return before the cranes have crews"), ("courier", r"[Der \*Streik\*]{lang=de}"),
    ("announcement", "Company announces cranes without crews"), ("traffic-lost", r"traffic, share lost \(Sandhaven, other ports\): over 40%"),
    ("strikers", r"dockers on strike, number \(Sandhaven\): 310"), ("cranes", "cranes, number: 5"), ("port-calls", "port-calls"),
    ("no*such", r"no\*such")])
def test_evidence_against_is_told_by_what_its_row_says(data, id, told):
    data.row("sources", "courier").update(title="Der *Streik*...", language="de")
    data.row("quantities", "cranes").update(holder=None, unit=None)
    data.row("quantities", "strikers").update(unit=None)
    row, other = data.rows["judgements"]
    row["against"], other["against"] = (id,), ()
    (line,) = [line for line in evidence.judgements(data).splitlines() if line.startswith("- *Against it:*")][:1]
    assert line.removeprefix("- *Against it:* ").split(" [@")[0] == told


def test_evidence_against_is_told_where_a_table_is_missing(data):
    for name in ("events", "quantities"):
        del data.rows[name]
    data.rows["judgements"][1]["basis"] = "None."
    assert "- *Against it:* strikers\n" in evidence.judgements(data)


def test_judgement_without_its_likelihood_word_is_shown_as_it_stands(data):
    row = data.rows["judgements"][0] | {"text": "Traffic *fell*."}
    data.rows["judgements"][0] = row
    assert evidence.judgement(data, row) == r"Traffic \*fell\*. [Confidence: moderate.]{.confidence} [@port-statistics; @traffic-moved]"


def test_judgement_cites_its_first_three_rows(data):
    row = data.rows["judgements"][0]
    row["supported_by"] = ("no-return", "courier", "strikers", "port-calls")
    assert evidence.judgement(data, row).endswith(" [@no-return; @courier; @dockers-joined]")


# --- cards and quotes -----------------------------------------------------------------

def test_card_of_a_source_to_the_letter(data, chained):
    cards = evidence.cards(data)
    assert cards["courier"] == {
        "gist": "Dockers stop work", "short": "Sandhaven Courier 2031, B",
        "facts": [("Publisher", "Sandhaven Courier"), ("Published", "8 March 2031"), ("Reliability", "B (usually reliable)"),
                  ("Judged on", "The town's daily paper; talked to both sides.")]}
    assert evidence.cards(chained)["port-statistics"] == {
        "gist": "Yearly port calls", "short": "port office → Statistics 2031, C2–4", "chain": ["port office", "Statistics"],
        "facts": [("Publisher", "Port company"), ("Published", "January 2031"), ("Reliability", "C (fairly reliable)"),
                  ("What it says", "2–4"), ("Judged on", "The company's own returns; it has a stake."),
                  ("Read at", "https://example.org/calls")]}


def test_card_of_a_source_that_says_little(data):
    data.row("sources", "courier").update(published=None, descriptor=None, url="", language="de", reliability="F")
    for row in data.rows["series"]:
        row.update(source="courier", credibility=2)
    assert evidence.cards(data)["courier"] == {
        "gist": "Dockers stop work", "short": "Sandhaven Courier, F2", "lang": "de",
        "facts": [("Publisher", "Sandhaven Courier"), ("Reliability", "F (cannot be judged)"), ("What it says", "2 (probably true)")]}


@pytest.mark.parametrize(("published", "short"), [
    ("2031-03-08/2031-03-09", "Sandhaven Courier 2031, B"), ("../2031-03-08", "Sandhaven Courier, B"), ("", "Sandhaven Courier, B")])
def test_short_form_of_a_source_has_the_year_where_it_is_known(data, published, short):
    data.row("sources", "courier")["published"] = published
    assert evidence.cards(data)["courier"]["short"] == short


def test_card_of_a_passage_to_the_letter(data):
    cards = evidence.cards(data)
    assert cards["no-return"] == {
        "gist": "The union will not return before the cranes have crews.", "quote": "until the cranes have crews",
        "facts": [("Speaker", "Ada Brook"), ("Rendered as", "quotation"),
                  ("Where", "Sandhaven Courier, 8 March 2031, paragraph 3, characters 193–237"),
                  ("Grade", "B2 (usually reliable, probably true)")],
        "chain": ["Ada Brook", "Courier"], "short": "Ada Brook → Courier ¶3, B2"}
    assert "quote" not in cards["traffic-moved"] and cards["traffic-moved"]["facts"][-1] == ("Grade", "B4 (usually reliable, doubtful)")


def test_card_of_a_passage_in_another_language_says_so_of_its_quote(data):
    data.row("sources", "courier")["language"] = "de-AT"
    data.row("passages", "no-return")["paragraph"] = None
    cards = evidence.cards(data)
    assert (cards["no-return"]["lang"], cards["no-return"]["short"]) == ("de-AT", "Ada Brook → Courier, B2")
    assert "lang" not in cards["traffic-moved"]  # our words, no quote of theirs


def test_card_is_in_the_language_of_the_report(data):
    with speaking(Language("de")):
        cards = evidence.cards(data)
    assert cards["no-return"]["lang"] == cards["courier"]["lang"] == "en"
    assert cards["no-return"]["facts"] == [
        ("Sprecher", "Ada Brook"), ("Wiedergegeben als", "Zitat"),
        ("Wo", "Sandhaven Courier, 8. März 2031, Absatz 3, Zeichen 193–237"), ("Bewertung", "B2 (in der Regel zuverlässig, vermutlich wahr)")]


@pytest.mark.parametrize(("language", "told"), [
    ("en", r"“until \*the\* cranes”"), ("und", r"“until \*the\* cranes”"), (None, r"“until \*the\* cranes”"),
    ("de", r"“[until \*the\* cranes]{lang=de}”"), ("sr-Latn", r"“[until \*the\* cranes]{lang=sr-Latn}”")])
def test_quote_is_marked_with_its_language_where_it_is_another(data, language, told):
    data.row("sources", "courier")["language"] = language
    data.row("passages", "no-return")["quote"] = "until *the* cranes"
    assert evidence.quoted(data, "no-return") == told


def test_passage_without_a_quote_cannot_be_quoted(data):
    with pytest.raises(BriefingError) as error:
        evidence.quoted(data, "traffic-moved")
    assert str(error.value) == ("data/passages.csv: found no quote of traffic-moved, expected words of its source. "
                                "Fill in the cell `quote`, or quote another passage.")


# --- borders ----------------------------------------------------------------------------

def test_main_sources_of_a_briefing_without_passages(data):
    del data.rows["passages"]
    assert evidence.mains(data) == []
    data.rows["sources"][0]["main"] = True
    assert [row["id"] for row in evidence.mains(data)] == ["courier"]


def test_main_sources_go_by_the_day_that_is_known_of_them(data):
    dates = ["2031-03", "../2031-02-01", "2031-01-05/..", None, ""]
    data.rows["sources"][:] = [data.rows["sources"][0] | {"id": f"s{n}", "published": date, "main": True} for n, date in enumerate(dates)]
    assert [row["id"] for row in evidence.mains(data)] == ["s2", "s1", "s0", "s3", "s4"]


def test_what_an_id_rests_on_where_a_table_is_missing(data):
    for name in ("quantities", "events"):
        del data.rows[name]
    assert evidence.rests_on(data, "strikers") == [] and evidence.rests_on(data, "port-calls") == ["port-statistics"]


def test_reference_of_a_source_to_the_letter(data):
    items = {item["id"]: item for item in evidence.references(data)}
    assert items["port-statistics"] == {
        "id": "port-statistics", "type": "webpage", "title": "Yearly port calls", "issued": {"date-parts": [[2031, 1]]}, "note": "C",
        "call-number": "00001", "language": "en", "container-title": "Port company", "URL": "https://example.org/calls",
        "abstract": "The company's own returns; it has a stake."}


def test_reference_marks_words_of_others_and_dates_in_doubt(data):
    data.row("sources", "courier").update(language="de", published="2031-03~", kind="report", descriptor=None)
    items = {item["id"]: item for item in evidence.references(data)}
    assert items["courier"] == {
        "id": "courier", "type": "report", "publisher": "Sandhaven Courier", "title": '<span class="nocase">Dockers stop work</span>',
        "issued": {"date-parts": [[2031, 3]], "circa": True}, "note": "B", "call-number": "00000", "language": "de",
        "available-date": {"literal": "about March 2031"}}
    assert items["no-return"]["title"] == ("The union will not return before the cranes have crews. "
                                           '“<span class="nocase">until the cranes have crews</span>”')
    data.row("sources", "courier").update(language="und", published=None)
    (item,) = [item for item in evidence.references(data) if item["id"] == "courier"]
    assert not {"issued", "language", "available-date", "locator-extra"} & set(item)


def test_reference_in_another_language_has_its_date_in_words(data):
    with speaking(Language("de")):
        items = {item["id"]: item for item in evidence.references(data)}
    assert items["courier"]["available-date"] == items["no-return"]["available-date"] == {"literal": "8. März 2031"}
    assert items["courier"]["title"] == '<span class="nocase">Dockers stop work</span>'


def test_digits_are_of_quantities_and_series_together(data):
    data.rows["quantities"][0] |= {"source": "courier", "credibility": 3}
    data.rows["quantities"][1] |= {"source": "courier", "credibility": None}
    data.rows["series"][0] |= {"source": "courier", "credibility": 1}
    data.rows["series"][1] |= {"credibility": 6}
    assert evidence.digits(data) == {"courier": "1–3", "port-statistics": "6"}
    del data.rows["quantities"], data.rows["series"]
    assert evidence.digits(data) == {}
