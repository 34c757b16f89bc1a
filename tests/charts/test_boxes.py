"""No text of a figure is cut, covered or outside of it: in a browser at both widths, and on both papers."""

import datetime
import itertools
import json
import random
import re
import subprocess

import boxes
import pandas as pd
import pytest

from briefing import charts
from briefing.execution import drawing, figures
from briefing.discourse import positions
from briefing.charts import NARROW, WIDE
from briefing.execution.figures import FIGURE
from briefing.rendering.render import render
from briefing.report.document import Document
from briefing.report.report import Picture
from briefing.report.tree import pandoc
from briefing.writers import pdf, typesetting
from conftest import HARBOUR, PUBLISHED

LONG = "The Permanent Delegation of the Confederation of Upper Lakes "


def drawings(data):
    return ["".join(data["image/svg+xml"]), data[FIGURE]["narrow"], *data[FIGURE]["pages"]]


def wrong(show, tmp_path, data):
    svgs = drawings(data)
    measured = boxes.measured(show, tmp_path / "boxes.html", svgs)
    widths = [WIDE, NARROW, *[WIDE] * len(svgs)]
    assert all(drawn["texts"] for drawn in measured)
    return [(width, problem) for drawn, width in zip(measured, widths, strict=False)
            for problem in boxes.problems(drawn, width)]


def test_figures_of_the_published_edition_hold_all_their_text(show, tmp_path):
    seen = 0
    for path in sorted((PUBLISHED / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if FIGURE in output.get("data", {}):
                    seen += 1
                    assert wrong(show, tmp_path, output["data"]) == [], "".join(cell["source"]).splitlines()[0]
    assert seen >= 5


# --- the builders, on frames of any kind -----------------------------------------------

def stand_frames(people, subjects, name="Actor", subject="Concept", every=3):
    actors = pd.DataFrame({"id": [f"a{n}" for n in range(people)], "label": [f"{name} {n}" for n in range(people)]},
                          dtype="object")
    concepts = pd.DataFrame({"id": [f"c{n}" for n in range(subjects)], "label": [f"{subject} {n}" for n in range(subjects)]},
                            dtype="object")
    kinds = list(itertools.product(["agree", "disagree", "mixed"], ["said", "done", "both"]))
    cells = pd.DataFrame([
        {"actor": f"a{a}", "label": f"{name} {a}", "concept": f"c{c}", "concept_label": f"{subject} {c}",
         "agreement": kinds[(a * 7 + c) % 9][0], "mode": kinds[(a * 7 + c) % 9][1], "acts": (), "passages": (f"p{a}",),
         "publishers": ("Paper",), "count": 1}
        for a in range(people) for c in range(subjects) if (a + c) % every == 0])
    return cells, actors, concepts


PERIODS = ("2030-Q4", "2031-Q1", "2031-Q2", None)


def coded(people, subjects, statements, periods=(), changes=False, name="Actor", subject="Concept"):
    """Stands of two camps, even and odd, who agree with the concepts of their own kind, but for some: a frame as
    `positions.stands` gives it, with actors and concepts; with `changes`, who has both stands has changed."""
    chance = random.Random(14)
    actors, concepts = (pd.DataFrame({"id": [f"{letter}{n:03}" for n in range(number)],
                                      "label": [f"{label} {n}" for n in range(number)]}, dtype="object")
                        for letter, number, label in (("a", people, name), ("c", subjects, subject)))
    said = {}
    for _ in range(statements):
        a, c = chance.randrange(people), chance.randrange(subjects)
        stand = "agree" if (a % 2 == c % 2) != (chance.random() < 0.15) else "disagree"
        said.setdefault((chance.choice(periods) if periods else None, a, c), set()).add(stand)
    rows = []
    for (period, a, c), kinds in said.items():
        agreement = next(iter(kinds)) if len(kinds) == 1 else "mixed"
        course = ("agree", "disagree") if changes and agreement == "mixed" else (agreement,)
        rows.append({**({"period": period} if periods else {}), "actor": f"a{a:03}", "label": f"{name} {a}",
                     "concept": f"c{c:03}", "concept_label": f"{subject} {c}", "agreement": agreement, "course": course,
                     "since": ("2031-01-13", "2031-06-12~")[:len(course)],
                     "mode": chance.choice(["said"] * 6 + ["done", "both"]), "acts": (), "passages": (f"p{a}-{c}",),
                     "publishers": (f"Paper {a % 4}",), "count": len(kinds)})
    return pd.DataFrame(rows), actors, concepts


def tied(people, name="Actor"):
    nodes = pd.DataFrame({"actor": [f"a{n}" for n in range(people)], "label": [f"{name} {n}" for n in range(people)],
                          "camp": pd.array([n % 2 for n in range(people)], dtype="Int64")})
    edges = pd.DataFrame([
        {"a": f"a{a}", "b": f"a{b}", "relation": ("congruence", "conflict")[(a + b) % 2], "weight": 1 + (a * b) % 7,
         "concepts": ("c",), "concept_labels": ("Concept",), "passages": ("p",), "publishers": ("Paper",)}
        for a, b in itertools.combinations(range(people), 2) if (a * 3 + b) % 4 == 0],
        columns=["a", "b", "relation", "weight", "concepts", "concept_labels", "passages", "publishers"])
    return positions.Network(nodes, edges)


def dated(number, title="Something happens"):
    day = datetime.date(2031, 3, 3)
    kinds = ["day", "within", "span", "open", "day"]
    rows = [{"id": f"e{n}", "first": None if (kinds[n % 5], n % 2) == ("open", 1) else day + datetime.timedelta(n % 9),
             "last": None if (kinds[n % 5], n % 2) == ("open", 0) else day + datetime.timedelta(n % 9 + (n % 5 in (1, 2)) * 2),
             "kind": kinds[n % 5], "when": f"{3 + n % 9} March 2031", "date": "2031-03-03", "title": f"{title} {n}.",
             "resolved": n % 3 == 0, "actors": (), "publisher": "Paper", "source": "s", "passage": "p"} for n in range(number)]
    return pd.DataFrame(rows, columns=["id", "first", "last", "kind", "when", "date", "title", "resolved", "actors",
                                       "publisher", "source", "passage"])


def handed(number, hands=3, name="Speaker"):
    return pd.DataFrame([
        {"chain": " > ".join(row), "hands": row, "hops": len(row) - 2, "count": n + 1, "quotations": n, "publishers": ("Paper",)}
        for n in range(number) for row in [[f"{name} {n}", *(f"hand {h}" for h in range(n % (hands + 1))), "Paper"]]],
        columns=["chain", "hands", "hops", "count", "quotations", "publishers"])


WINDOW = (datetime.date(2031, 3, 4), datetime.date(2031, 3, 8))
BUILT = {
    "stands, nothing coded": lambda width: charts.stands(*stand_frames(0, 0), width),
    "stands, actors but no stand": lambda width: charts.stands(stand_frames(0, 0)[0], *stand_frames(4, 3)[1:], width),
    "stands, one": lambda width: charts.stands(*stand_frames(1, 1, every=1), width),
    "stands, twelve by six": lambda width: charts.stands(*stand_frames(12, 6), width),
    "stands, many": lambda width: charts.stands(*stand_frames(150, 9), width),
    "stands, long names": lambda width: charts.stands(*stand_frames(8, 5, LONG, LONG), width),
    "stands, forty concepts": lambda width: charts.stands(*stand_frames(9, 40), width),
    "stands, two hundred by sixty": lambda width: charts.stands(*coded(200, 60, 5000, changes=True), width),
    "stands, 120 concepts": lambda width: charts.stands(*coded(12, 120, 300), width),
    "stands, reversals": lambda width: charts.stands(*coded(12, 6, 70, changes=True), width),
    "stands, by period": lambda width: charts.stands(*coded(10, 5, 150, PERIODS, changes=True), width),
    "stands, names too long for heads": lambda width: charts.stands(*coded(30, 6, 60, name=LONG, subject=LONG * 2), width),
    "network, nobody": lambda width: charts.network(tied(0), width),
    "network, no tie": lambda width: charts.network(tied(1), width),
    "network, two": lambda width: charts.network(tied(5), width),
    "network, many": lambda width: charts.network(tied(120), width),
    "network, long names": lambda width: charts.network(tied(12, LONG), width),
    "timeline, nothing": lambda width: charts.timeline(dated(0), width=width),
    "timeline, no window": lambda width: charts.timeline(dated(4), width=width),
    "timeline, many": lambda width: charts.timeline(dated(120), WINDOW, width),
    "timeline, long titles": lambda width: charts.timeline(dated(9, LONG * 2), WINDOW, width),
    "chains, nothing": lambda width: charts.chains(handed(0), width),
    "chains, one hand": lambda width: charts.chains(handed(1, 0), width),
    "chains, many hands": lambda width: charts.chains(handed(9, 7), width),
    "chains, many": lambda width: charts.chains(handed(60), width),
    "chains, long names": lambda width: charts.chains(handed(5, 3, LONG), width),
}


@pytest.mark.parametrize("name", BUILT)
def test_what_is_built_holds_all_its_text_whatever_it_shows(name, show, tmp_path):
    data = figures.bundle(lambda width: BUILT[name](width).properties(title="What is seen"))
    assert "image/svg+xml" in data, data[FIGURE]["problems"]
    assert wrong(show, tmp_path, data) == []
    assert [problem["code"] for problem in data[FIGURE]["problems"]] == []
    sizes = [float(size) for svg in drawings(data) for size in re.findall(r'font-size="([\d.]+)', svg)]
    assert sizes and min(sizes) * 0.75 >= 7  # pt


JOINED = {name: BUILT[name] for name in ("stands, twelve by six", "network, two", "chains, many hands")} | {
    "timeline, two parts": lambda width: charts.timeline(dated(45), WINDOW, width)}


@pytest.mark.parametrize("name", JOINED)
def test_what_is_built_can_be_altered_and_joined(name):
    import altair as alt

    chart = JOINED[name](WIDE)
    assert len(chart.vconcat) > 1 or "parts" not in name
    alone = figures.bundle(chart.properties(title="One"))
    table = alone[FIGURE]["table"]
    more = alt.Chart(pd.DataFrame({"x": [1], "publisher": ["Elsewhere"]})).mark_point().encode(x="x:Q")
    assert figures.bundle(chart.properties(title="Other"))["text/plain"] == "Other"
    for joined in (chart & more, chart | more, more & chart):
        figure = figures.bundle(joined.properties(title="Joined"))[FIGURE]
        assert {*figure["table"]["columns"]} == {*table["columns"], "x", "Source"}
        assert len(figure["table"]["rows"]) == len(table["rows"]) + 1
        assert {*figure["credits"]} == {"Paper", "Elsewhere"}
    assert figures.bundle(chart.configure_view(stroke="red").properties(title="One"))["image/svg+xml"] \
        != alone["image/svg+xml"]


def test_drawings_that_are_wrong_are_seen(show, tmp_path):
    svg = ('<svg xmlns="http://www.w3.org/2000/svg" width="340" height="60" font-size="12"><text x="300" y="20">'
           'leaves the figure at its right</text><text x="5" y="20">one</text><text x="10" y="22">on another</text>'
           '<text x="5" y="50">cut sho…</text></svg>')
    [drawn] = boxes.measured(show, tmp_path / "boxes.html", [svg])
    assert len(boxes.problems(drawn, NARROW)) == 3


# --- paper ------------------------------------------------------------------------------

@pytest.fixture(scope="module", params=["a4", "us-letter"])
def paper(request, tmp_path_factory):
    """The invented briefing on either paper."""
    import shutil

    root = shutil.copytree(HARBOUR, tmp_path_factory.mktemp(request.param) / "harbour")
    report = root / "report.qmd"
    report.write_text(report.read_text("utf-8").replace("lang: en\n", f"lang: en\npapersize: {request.param.removeprefix('us-')}\n"), "utf-8")
    render(root)
    return root / "_output/report.pdf"


def words(tool, path):
    """The words of each page of a PDF: (text, left, top, right, bottom), and the page's size, in pt."""
    text = subprocess.run([tool("pdftotext", "poppler-utils"), "-bbox", path, "-"], capture_output=True, text=True,
                          encoding="utf-8", check=True).stdout
    for page in re.findall(r"<page .*?</page>", text, re.DOTALL):
        size = tuple(map(float, re.search(r'width="([\d.]+)" height="([\d.]+)"', page).groups()))
        yield size, [(text, *map(float, box)) for *box, text in re.findall(
            r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', page)]


def on_top(found):
    """The pairs of words of which one lies on the other."""
    return [(one[0], other[0]) for one, other in itertools.combinations(found, 2)
            if min(one[3], other[3]) - max(one[1], other[1]) > 1
            and min(one[4], other[4]) - max(one[2], other[2]) > 0.5 * min(one[4] - one[2], other[4] - other[2])]


@pytest.mark.parametrize("which", ["own", "published"])
def test_on_paper_no_word_leaves_the_page_or_lies_on_another(paper, tool, which):
    path = paper if which == "own" else PUBLISHED / "report.pdf"
    seen = 0
    for (width, height), found in words(tool, path):
        assert [word for word in found if word[1] < 0 or word[2] < 0 or word[3] > width or word[4] > height] == []
        assert on_top(found) == []
        seen += len(found)
    assert seen > 200


# --- figures higher than what is left, or than a page ------------------------------------

def rows_of_text(name, height):
    texts = "".join(f'<text x="10" y="{y}">{name}-{y}</text>' for y in range(20, height, 20))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="620" height="{height}" font-size="12" '
            f'font-family="Source Sans Pro">{texts}</svg>')


def figure(number, caption, around):
    return (f'\n\n{around} {{.float}}\n::: {{#fig-{number} number="Figure {number}" kind="fig"}}\n'
            f'::: {{.picture name="fig-{number}"}}\n:::\n\n{caption}\n:::\n{around}\n\n')


@pytest.fixture(params=["a4", "letter"])
def floated(request, tmp_path, tool):
    """Floats as high as a page, and of three pages, with a long caption, before a list of evidence; words by page."""
    caption = "The caption says what is seen, and at length. " * 12 + "Captionend."
    pictures = {"fig-1": Picture("fig-1", b"<svg/>", "svg", "A.", pages=tuple(
                    rows_of_text(f"part{n}", height) for n, height in enumerate((880, 880, 760)))),
                "fig-2": Picture("fig-2", rows_of_text("whole", 1000).encode(), "svg", "B."),
                "fig-3": Picture("fig-3", rows_of_text("short", 300).encode(), "svg", "C.")}
    text = "# One\n\nSome text." + "".join(figure(n, caption, "::::") for n in (1, 2, 3)) + "More text.\n\n" \
        "# Evidence {.unnumbered}\n\n:::: {#refs}\n" + "".join(
            f"::: {{#ref-p{n} .csl-entry}}\nEntry {n} says a lot about the harbour and its cranes\n:::\n\n" for n in range(300)) + "::::\n"
    blocks = json.loads(pandoc(text, "--from=markdown", "--to=json"))["blocks"]
    document = Document({"title": "Floats", "papersize": request.param}, blocks, pictures, True)
    with typesetting.Typst() as typst:
        made = pdf.write(document, datetime.date(2031, 1, 1), "1 January 2031", tmp_path, typst)
    (tmp_path / "made.pdf").write_bytes(made)
    return [(size, {word: box for word, *box in found}) for size, found in words(tool, tmp_path / "made.pdf")]


def test_floats_of_any_height_stay_on_their_pages_with_their_captions_and_before_the_evidence(floated):
    pages = {}
    for number, ((_, height), found) in enumerate(floated):
        pages |= dict.fromkeys(found, number)
        for word, (_, top, _, bottom) in found.items():
            assert 15 < top and bottom < height - 15, (number, word)  # below is the margin with the page's number
        drawn = [box[3] for word, box in found.items() if re.match(r"(part|whole|short)", word)]
        assert not drawn or max(drawn) < height - 34
    assert {f"part{n}-{y}" for n, high in enumerate((880, 880, 760)) for y in range(20, high, 20)} <= {*pages}
    assert {f"whole-{y}" for y in range(20, 1000, 20)} <= {*pages}
    assert len({pages[f"part{n}-20"] for n in range(3)}) == 3
    for last in ("part2-740", "whole-980"):
        assert "Captionend." in floated[pages[last]][1]
    evidence = min(number for number, (_, found) in enumerate(floated) if "Evidence" in found)
    assert max(page for word, page in pages.items() if re.match(r"(part|whole|short)", word)) <= evidence
    assert pages["short-20"] <= evidence and not any(
        re.match(r"(part|whole|short)", word) for _, found in floated[evidence + 1:] for word in found)
