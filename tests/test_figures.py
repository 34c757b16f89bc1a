"""Figures: what they say, how they look, and that nothing in them is cut, hidden or out of place."""

import itertools
import json
import math
import re
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest

from briefing import evidence, drawing, figures, framing, positions, tables
from briefing.drawing import NARROW, PALETTE, WIDE
from briefing.findings import BriefingError

LONG = "The Permanent Delegation of the Confederation of Upper Lakes " * 2
TITLES = ["Short", "A finding that goes on and on, " * 10, "Росія та Монголія", "ממצא בעברית על ההסכם", "W" * 300]


# --- reading a picture back -----------------------------------------------------

def elements(svg):
    """Every drawn element with the shift that its groups and itself give it."""
    def walk(element, x, y):
        turned = False
        for name, numbers in re.findall(r"(translate|rotate)\(([^)]*)\)", element.get("transform", "")):
            values = [float(n) for n in numbers.split(",")]
            if name == "translate":
                x, y = x + values[0], y + values[1]
            turned |= name == "rotate"
        yield element.tag.split("}")[1], element, x, y, turned
        for child in element:
            yield from walk(child, x, y)

    yield from walk(ElementTree.fromstring(svg), 0, 0)


def page(svg):
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(float, root.get("viewBox").split())
    return width, height


def text_boxes(svg):
    """(text, left, top, right, bottom) of every text, by the metrics of its font."""
    boxes = []
    for tag, element, x, y, turned in elements(svg):
        if tag != "text" or not element.text:
            continue
        size = float(element.get("font-size", "12px").removesuffix("px"))
        run = drawing.width(element.text, size, element.get("font-weight") == "600")
        start = {"start": 0, "middle": -run / 2, "end": -run}[element.get("text-anchor", "start")]
        if turned:
            boxes.append((element.text, x - 0.74 * size, y - start - run, x + 0.2 * size, y - start))
        else:
            boxes.append((element.text, x + start, y - 0.74 * size, x + start + run, y + 0.2 * size))
    return boxes


def mark_boxes(svg):
    """Boxes of marks that say something, by the numbers of their shapes."""
    boxes = []
    for tag, element, x, y, _ in elements(svg):
        if "aria-label" not in element.attrib:
            continue
        if tag == "line":
            xs, ys = [0, float(element.get("x2", 0))], [0, float(element.get("y2", 0))]
        else:
            xs, ys = _ends(element.get("d", ""))
        boxes.append((element.get("aria-label"), x + min(xs), y + min(ys), x + max(xs), y + max(ys)))
    return boxes


def _ends(path):
    """Where a path's pen comes by; control points of curves count, as its hull holds the curve."""
    xs, ys, x, y = [], [], 0.0, 0.0
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(n) for n in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", numbers)]
        if command in "MLC":
            pairs = list(zip(values[::2], values[1::2], strict=True))
        elif command == "A":
            pairs = [(values[5], values[6])]
        elif command in "hl":
            pairs = [(x + values[0], y + (values[1] if command == "l" else 0))]
        elif command in "vH":
            pairs = [(x, y + values[0])] if command == "v" else [(values[0], y)]
        else:
            pairs = []
        for x, y in pairs:
            xs.append(x)
            ys.append(y)
    return xs or [0], ys or [0]


def check(figure):
    """No text outside the page or on another text, no mark outside the page; in both layouts."""
    for size in (WIDE, NARROW):
        svg = figure.svg(size)
        width, height = page(svg)
        assert width == size
        texts = text_boxes(svg)
        for what, left, top, right, bottom in [*texts, *mark_boxes(svg)]:
            assert left >= -1 and right <= width + 1 and top >= -1 and bottom <= height + 1, \
                f"{what!r} leaves the page of {width} by {height}: {left:.0f} {top:.0f} {right:.0f} {bottom:.0f}"
        for one, other in itertools.combinations(texts, 2):
            overlap = (min(one[3], other[3]) - max(one[1], other[1]), min(one[4], other[4]) - max(one[2], other[2]))
            assert not (overlap[0] > 0.5 and overlap[1] > 0.5), f"{one[0]!r} lies on {other[0]!r} at {size} px"


def points(figure):
    """The rows that the wide layout draws as symbols."""
    specification = figure.specification()
    return [row for layer in specification["layer"] if layer["mark"]["type"] == "point"
            for row in specification["datasets"][layer["data"]["name"]]]


def check_clear(figure):
    """No text lies on a mark that says something, where marks are points and level lines."""
    for size in (WIDE, NARROW):
        svg = figure.svg(size)
        for text, mark in itertools.product(text_boxes(svg), mark_boxes(svg)):
            overlap = (min(text[3], mark[3]) - max(text[1], mark[1]), min(text[4], mark[4]) - max(text[2], mark[2]))
            assert not (overlap[0] > 0.5 and overlap[1] > 0.5), f"{text[0]!r} lies on a mark at {size} px"


def words(svg):
    return " ".join(text for text, *_ in text_boxes(svg))


def letters(text):
    """A text without what breaks it into lines."""
    return text.replace(" ", "").replace("-", "")


# --- frames ---------------------------------------------------------------------

CLAIM = ["group", "label", "value", "hedge", "unit", "claim", "publisher", "source", "passage"]
YEAR = ["year", "value", "hedge", "unit", "label", "publisher", "source", "passage"]


def claim_rows(*values, label="Row", hedge="=", unit="%"):
    return pd.DataFrame([["Group", f"{label} {n}", value, hedge, unit, n == 0, "Paper", "paper", "p1"]
                         for n, value in enumerate(values)], columns=CLAIM)


def year_rows(values, hedge="=", first=2000):
    return pd.DataFrame([[first + n, value, hedge, "%", "Share", "Office", "office", None]
                         for n, value in enumerate(values)], columns=YEAR)


def stand_frames(people, subjects, name="Actor", subject="Concept", every=1):
    actors = pd.DataFrame({"id": [f"a{n}" for n in range(people)], "label": [f"{name} {n}" for n in range(people)]})
    concepts = pd.DataFrame({"id": [f"c{n}" for n in range(subjects)],
                             "label": [f"{subject} {n}" for n in range(subjects)]})
    kinds = list(itertools.product(["agree", "disagree", "mixed"], ["said", "done", "both"]))
    cells = pd.DataFrame([
        {"actor": f"a{a}", "label": f"{name} {a}", "concept": f"c{c}", "concept_label": f"{subject} {c}",
         "agreement": kinds[(a * 7 + c) % 9][0], "mode": kinds[(a * 7 + c) % 9][1], "acts": (), "passages": (f"p{a}",),
         "publishers": ("Paper",), "count": 1}
        for a in range(people) for c in range(subjects) if (a + c) % every == 0])
    return cells, actors, concepts


def event_rows(dates, title="Something happens"):
    rows = []
    for n, date in enumerate(dates):
        first, last = tables.date_bounds(date)
        rows.append({"id": f"e{n}", "title": f"{title} {n}", "date": date, "when": evidence.day(date),
                     "first": first, "last": last, "kind": positions._kind(date, first, last), "resolved": n % 2 == 0,
                     "actors": ("Actor",), "passage": f"p{n}", "source": "paper", "publisher": "Paper"})
    return pd.DataFrame(rows)


def chain_rows(*chains):
    return pd.DataFrame([{"chain": " > ".join(hands), "hands": hands, "hops": max(len(hands) - 2, 0), "count": n + 1,
                          "quotations": 1, "passages": (f"p{n}",), "publishers": ("Paper",)}
                         for n, hands in enumerate(chains)])


def tie_frames(people, subjects, name="Actor", every=1):
    cells, actors, _ = stand_frames(people, subjects, name, every=every)
    cells = cells.assign(agreement=["agree" if int(a[1:]) % 2 else "disagree" for a in cells["actor"]])

    class Data:
        rows = {"actors": actors.to_dict("records")}

    return positions.network(Data, cells)


# --- numbers ----------------------------------------------------------------------

def test_claims_draw_a_bound_as_a_bound():
    frame = claim_rows(20, 22.4)
    frame.loc[0, "hedge"] = ">"
    figure = figures.claims(frame, "Title")
    check(figure)
    says = [mark[0] for mark in mark_boxes(figure.svg())]
    assert "Group: Row 0: over 20%. The claim. Source: Paper." in says
    assert figure.table["rows"][0] == ["Group", "Row 0", "over 20%", "claim", "Paper"]
    marks = points(figure)
    bound = next(row for row in marks if row.get("value") == 20)
    assert bound["fill"] == PALETTE["paper"][0] and bound["stroke"] == PALETTE["accent"][0]
    assert any(row["shape"] == "triangle-right" for row in marks)
    assert not any(layer["mark"]["type"] == "bar" for layer in figure.specification()["layer"])


@pytest.mark.parametrize("values", [(0,), (100,), (-5, 3), (140, 20), (0, 0), (math.nan, 5), (math.nan,), (1e9, 2.5)])
@pytest.mark.parametrize("hedge", ["=", ">", "<", "~"])
def test_claims_take_every_value(values, hedge):
    figure = figures.claims(claim_rows(*values, hedge=hedge), "Title")
    check(figure)
    if math.nan in values:
        assert "not given" in words(figure.svg())


def test_claims_show_a_range_from_end_to_end():
    figure = figures.claims(claim_rows(90).assign(upper=99.0), "Title")
    assert "90% to 99%" in words(figure.svg()) and "90% to 99%" in words(figure.svg(NARROW))


def test_first_page_figures_are_low_enough():
    data = tables.load()
    frame = pd.concat([claim_rows(95, 90, 20, 22.4, 22, 5)])
    assert page(figures.claims(frame, "A finding in one line").svg())[1] <= 190
    cells = positions.stands(data)
    assert page(figures.stands(cells, data.actors, data.concepts, "A finding in one line").svg())[1] <= 300


@pytest.mark.parametrize("values", [(5, 20.4), (0,), (100, -5), (120,), (math.nan, 7), (1,) * 60])
@pytest.mark.parametrize("joined", [True, False])
def test_years_take_every_value(values, joined):
    claim = {"value": 20, "hedge": ">", "unit": "%", "label": "The claim", "publisher": "Paper", "source": "paper",
             "passage": "p1", "on": pd.Timestamp("2001-09-03").date()}
    check(figures.by_year(year_rows(values), "Title", claim=claim, joined=joined, axis="Share"))


def test_years_say_where_the_axis_starts():
    frame = year_rows([90, 97, 99])
    assert "The axis starts at 80%" in words(figures.by_year(frame, "Title", least=80, most=100).svg())
    assert "axis starts" not in words(figures.by_year(frame, "Title").svg())


def test_reports_of_one_year_stand_side_by_side():
    frame = year_rows([90, 90, 97]).assign(year=2023, derived=[False, True, False])
    figure = figures.by_year(frame, "Title", least=80)
    centres = {round((left + right) / 2) for _, left, _, right, _ in mark_boxes(figure.svg())}
    assert len(centres) == 3
    assert figure.table["rows"][1][3] == "derived"


def test_shares_fill_the_bar_and_leave_the_rest_open():
    frame = pd.DataFrame([["Whole", "One", 26.5, "=", "%", "Paper", "paper", None],
                          ["Whole", "Two", 2.0, "~", "%", "Paper", "paper", None],
                          ["Whole", LONG, 3.0, "=", "%", "Paper", "paper", None],
                          ["Over", "One", 80, "=", "%", "Paper", "paper", None],
                          ["Over", "Two", 70, "=", "%", "Paper", "paper", None],
                          ["None", "Nothing", 0, "=", "%", "Paper", "paper", None]],
                         columns=["whole", "part", "value", "hedge", "unit", "publisher", "source", "passage"])
    figure = figures.shares(frame, "Title")
    check(figure)
    assert "about 2%" in words(figure.svg()) and "about 2%" in words(figure.svg(NARROW))


# --- positions --------------------------------------------------------------------

def test_stands_tell_said_from_done_without_colour():
    cells, actors, concepts = stand_frames(3, 3)
    figure = figures.stands(cells, actors, concepts, "Title")
    signs = words(figure.svg())
    assert {"+", "−", "±"} <= set(signs.split())
    shapes = {(row["shape"], row["fill"] == PALETTE["paper"][0]) for row in points(figure)}
    assert shapes == {("circle", False), ("square", True), ("square", False)}


def test_a_stand_both_said_and_done_hides_neither():
    cells, actors, concepts = stand_frames(1, 1)
    figure = figures.stands(cells.assign(mode="both"), actors, concepts, "Title")
    square, = (row for row in points(figure) if row["shape"] == "square" and "description" in row)
    assert square["fill"] == "transparent"


def test_a_silent_actor_keeps_its_row():
    cells, actors, concepts = stand_frames(3, 2)
    cells = cells[cells["actor"] != "a1"]
    figure = figures.stands(cells, actors, concepts, "Title")
    assert "Actor 1" in words(figure.svg()) and "Actor 1" in words(figure.svg(NARROW))
    assert "no stand" in words(figure.svg()).lower()


@pytest.mark.parametrize("people, subjects, name, subject", [
    (10, 6, "Actor", "A concept of several words"), (40, 30, "Actor", "Concept that says something"),
    (5, 3, LONG, LONG), (4, 12, "Председатель правительства", "Обязанность задержать"), (1, 1, "ירושלים", "מושג"),
    (2, 60, "Actor", "Concept")])
def test_stands_of_any_size_stay_on_the_page(people, subjects, name, subject):
    check(figures.stands(*stand_frames(people, subjects, name, subject, every=1 if people < 20 else 4), "Title"))


def test_a_long_name_is_cut_on_the_chart_and_whole_in_its_words():
    figure = figures.stands(*stand_frames(2, 2, LONG), "Title")
    assert "…" in words(figure.svg())
    assert all(LONG.strip() in " ".join(says.split()) for says, *_ in mark_boxes(figure.svg()))
    assert all(LONG.strip() in row[0] for row in figure.table["rows"])


@pytest.mark.parametrize("people, subjects, name", [(2, 1, "Actor"), (10, 6, "Actor"), (40, 3, "Actor"),
                                                    (6, 2, LONG), (6, 2, "Уряд Монголії")])
def test_networks_of_any_size_stay_on_the_page(people, subjects, name):
    figure = figures.network(tie_frames(people, subjects, name), "Title")
    check(figure)
    assert len(mark_boxes(figure.svg())) == people * (people - 1) // 2


def test_an_actor_without_ties_is_named():
    ties = tie_frames(3, 1, every=2)
    assert "Shares no concept with another: Actor 1" in words(figures.network(ties, "Title").svg())


@pytest.mark.parametrize("dates", [
    ["2024-09-02"], ["2024-09-02/.."], ["../2024-09-02"], ["2024-09"], ["1999"], ["[2024-09-02..2024-09-04]"],
    ["2002-04-11", "2023-03", "2024-09-02", "2024-09-02/2024-09-20", "[2024-09-03..2024-09-05]", "2024-09-04/..",
     "2025"],
    [f"2024-09-{2 + n % 7:02}" for n in range(200)]])
def test_timelines_draw_every_kind_of_date(dates):
    events = event_rows(dates).sort_values("first", kind="stable")
    for days in (7, 31):
        check(figures.timeline(events, "Title", window=positions.busiest(events, days)))
    check(figures.timeline(events, "Title"))


def test_a_long_event_is_wrapped():
    events = event_rows(["2024-09-01", "2024-09-02", "2024-09-03/..", "2024-09-30"], LONG)
    for days in (2, 7, 31):
        figure = figures.timeline(events, "Title", window=positions.busiest(events, days))
        check(figure)
        check_clear(figure)


def test_resolved_dates_are_hollow_and_say_so():
    events = event_rows(["2024-09-02", "2024-09-03"])
    figure = figures.timeline(events, "Title", window=positions.busiest(events))
    says = [mark[0] for mark in mark_boxes(figure.svg())]
    assert says == ["Something happens 0, 2 September 2024, worked out from a weekday. Source: Paper.",
                    "Something happens 1, 3 September 2024. Source: Paper."]
    assert "Hollow" in words(figure.svg())


@pytest.mark.parametrize("chains", [
    [("A", "B")], [("A",)], [("A", "Agency", "machine translation", "Page"), ("B", "Page")],
    [tuple(f"hand {n}" for n in range(9))], [tuple(f"hand {n}" for n in range(40))], [(LONG, LONG, LONG)],
    [("Песков", "ТАСС", "перевод", "страница")]])
def test_hands_of_any_number_stay_on_the_page(chains):
    figure = figures.hands(chain_rows(*chains), "Title")
    check(figure)
    check_clear(figure)
    for hand in {hand for hands in chains for hand in hands[1:-1] if len(hand) < 15}:
        assert hand in words(figure.svg()) and hand in words(figure.svg(NARROW))


# --- every figure -----------------------------------------------------------------

EMPTY = {
    "claims": lambda title: figures.claims(claim_rows(), title),
    "by_year": lambda title: figures.by_year(year_rows([]), title),
    "shares": lambda title: figures.shares(pd.DataFrame(
        columns=["whole", "part", "value", "hedge", "unit", "publisher", "source", "passage"]), title),
    "stands": lambda title: figures.stands(*(pd.DataFrame() for _ in range(3)), title),
    "network": lambda title: figures.network(positions.Network(pd.DataFrame(), pd.DataFrame()), title),
    "timeline": lambda title: figures.timeline(pd.DataFrame(), title),
    "hands": lambda title: figures.hands(pd.DataFrame(), title),
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_figure_says_so(name):
    figure = EMPTY[name]("Title")
    check(figure)
    assert "No data." in words(figure.svg())
    assert figure._repr_mimebundle_()[framing.FIGURE]["table"]["rows"] == []


@pytest.mark.parametrize("title", TITLES)
def test_titles_of_any_length_stay_on_the_page(title):
    figure = figures.claims(claim_rows(5), title)
    check(figure)
    assert letters(words(figure.svg())).startswith(letters(title))


def test_figures_draw_the_same_bytes_again():
    frames = stand_frames(4, 3)
    one, other = (figures.stands(*frames, "Title")._repr_mimebundle_() for _ in range(2))
    assert json.dumps(one) == json.dumps(other)


def test_the_bundle_holds_what_the_report_needs():
    bundle = figures.claims(claim_rows(95), "Title")._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", framing.VEGA_LITE, framing.FIGURE, "text/plain"}
    assert set(bundle[framing.FIGURE]) == {"narrow", "table", "sources", "passages"}
    assert (bundle[framing.FIGURE]["sources"], bundle[framing.FIGURE]["passages"]) == (["paper"], ["p1"])
    assert bundle["text/plain"] == "Title" and bundle[framing.VEGA_LITE]["width"] == WIDE
    assert page(bundle[framing.FIGURE]["narrow"])[0] == NARROW
    json.dumps(bundle)


def test_pictures_are_lean_and_on_no_ground_of_their_own():
    svg = figures.stands(*stand_frames(10, 6, every=4), "Title").svg()
    assert len(svg.encode()) < 15_000
    colours = set(re.findall(r'(?:fill|stroke)="(#[^"]*)"', svg))
    assert colours <= {light for light, _ in PALETTE.values()}
    assert "class=" not in svg and "<title" not in svg and "<g></g>" not in svg


def test_slimming_leaves_texts_alone():
    label = "Rate 1.23456 of 7.891 <& \"pure\"> class=\"x\" opacity=\"1\""
    svg = figures.claims(claim_rows(5, label=label), "Kept 3.14159").svg()
    assert "Kept 3.14159" in words(svg)
    assert any("1.23456 of 7.891 <& \"pure\"> class=\"x\" opacity=\"1\"" in mark[0] for mark in mark_boxes(svg))


# --- text and scales ---------------------------------------------------------------

def test_wrapped_text_loses_nothing_and_fits():
    for text in (*TITLES, LONG, "x" * 500, ""):
        lines = drawing.wrap(text, 120)
        assert letters("".join(lines)) == letters(text)
        assert drawing.widest(lines) <= 120


def test_cut_text_fits_and_shows_that_it_is_cut():
    assert drawing.cut("short", 100) == "short"
    assert drawing.cut(LONG, 80).endswith("…") and drawing.width(drawing.cut(LONG, 80)) <= 80
    assert drawing.wrap(LONG, 80, lines=2)[1].endswith("…")


def test_ticks_are_round_and_inside():
    assert drawing.linear("value", [0, 23.6], (0, 100), least=0).ticks(6) == [0, 5, 10, 15, 20, 25]
    assert drawing.linear("value", [], (0, 100)).ticks(3) == [0, 0.5, 1]
    assert drawing.linear("value", [7, 7], (0, 100)).domain == (7, 8)


# --- colours ----------------------------------------------------------------------

def _rgb(colour):
    return [int(colour[n:n + 2], 16) / 255 for n in (1, 3, 5)]


def _contrast(one, other):
    def luminance(colour):
        red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def samples():
    """Every chart with every kind of mark that it knows, and what of its colours something else tells, too."""
    kinds = pd.concat([claim_rows(20, 40, 60, 80, hedge=hedge) for hedge in ("=", ">", "<", "~")])
    claim = {"value": 40, "hedge": ">", "unit": "%", "label": "The claim", "publisher": "Paper", "source": "paper",
             "passage": "p1", "on": pd.Timestamp("2001-09-03").date()}
    years = year_rows([20, 30, 50, 60]).assign(hedge=["=", ">", "<", "~"], derived=[False, True, False, False])
    parts = pd.DataFrame([["Whole", part, value, hedge, "%", "Paper", "paper", None]
                          for part, value, hedge in (("One", 40, "~"), ("Two", 30, "="), ("Three", 20, ">"))],
                         columns=["whole", "part", "value", "hedge", "unit", "publisher", "source", "passage"])
    dates = ["2024-09-02", "2024-09-03", "[2024-09-02..2024-09-04]", "2024-09-03/.."]
    return {"claims": figures.claims(kinds, "Title"),
            "by_year": figures.by_year(years, "Title", claim=claim),
            "by_year joined": figures.by_year(years, "Title", claim=claim, joined=True),
            "shares": figures.shares(parts, "Title"),
            "stands": figures.stands(*stand_frames(9, 4), "Title"),
            "network": figures.network(tie_frames(6, 2), "Title"),
            "timeline": figures.timeline(event_rows(dates), "Title", window=positions.busiest(event_rows(dates))),
            "hands": figures.hands(chain_rows(("A", "Agency", "Page"), ("B", "Page")), "Title")}


#: Pairs that a sign or dashes tell apart as well, by chart: these need no difference in grey.
SIGNED = {"stands": {"agree", "accent", "soft"}, "network": {"agree", "accent"}}
NAMED = {light: name for name, (light, _) in PALETTE.items()}


def mark_colours(svg):
    """The colours of marks that are there to be told apart: all but paper, grounds and grid."""
    found = {NAMED[colour] for tag, element, *_ in elements(svg) if tag in ("path", "line")
             for colour in (element.get("fill"), element.get("stroke")) if colour in NAMED}
    return found - {"paper", "ground", "tint", "line"}


def text_grounds(svg):
    """(text, its colour, the colour of what is drawn under its middle) of every text."""
    areas = []
    for tag, element, x, y, _ in elements(svg):
        if tag == "path" and element.get("fill") in NAMED:
            xs, ys = _ends(element.get("d", ""))
            reach = max(max(ys) - min(ys), max(xs) - min(xs)) / 2 if "A" in element.get("d") else 0  # a disc
            areas.append((x + min(xs), y + min(ys) - reach, x + max(xs), y + max(ys) + reach, element.get("fill")))
    texts = [element for tag, element, *_ in elements(svg) if tag == "text" and element.text]
    for element, (text, left, top, right, bottom) in zip(texts, text_boxes(svg), strict=True):
        middle = ((left + right) / 2, (top + bottom) / 2)
        under = [fill for x, y, x2, y2, fill in areas if x <= middle[0] <= x2 and y <= middle[1] <= y2]
        yield text, NAMED[element.get("fill")], NAMED[under[-1]] if under else "paper"


def _grey(colour):
    """A colour as a printer without colours has it: of the same luminance."""
    luminance = sum(part * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
                    for part, c in zip((0.2126, 0.7152, 0.0722), colour, strict=True))
    return [12.92 * luminance if luminance <= 0.0031308 else 1.055 * luminance ** (1 / 2.4) - 0.055] * 3


@pytest.fixture(scope="module")
def drawn():
    return {name: [figure.svg(), figure.svg(NARROW)] for name, figure in samples().items()}


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_marks_and_texts_stand_out_from_what_they_lie_on(drawn, side):
    for name, svgs in drawn.items():
        grounds = {"paper"} | {NAMED[colour] for svg in svgs for colour in re.findall(r'fill="(#[^"]*)"', svg)
                               if NAMED[colour] in ("ground", "tint")}
        for mark, ground in itertools.product(set().union(*map(mark_colours, svgs)), grounds):
            assert _contrast(PALETTE[mark][side], PALETTE[ground][side]) >= 3, (name, mark, ground)
        for text, colour, ground in itertools.chain(*map(text_grounds, svgs)):
            assert _contrast(PALETTE[colour][side], PALETTE[ground][side]) >= 4.5, (name, text, colour, ground)
    assert {ground for svgs in drawn.values() for svg in svgs for *_, ground in text_grounds(svg)} >= {
        "paper", "ground", "accent", "context", "agree", "soft"}


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("sight", [None, "deuteranomaly", "protanomaly", "tritanomaly", "grey"])
@pytest.mark.filterwarnings("ignore")
def test_colours_of_a_chart_are_told_apart_by_every_eye(drawn, side, sight):
    colorspacious = pytest.importorskip("colorspacious")

    def seen(name):
        colour = _rgb(PALETTE[name][side])
        if sight == "grey":
            return _grey(colour)
        space = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100}
        return [min(max(c, 0), 1) for c in colorspacious.cspace_convert(colour, space, "sRGB1")] if sight else colour

    pairs = 0
    for name, svgs in drawn.items():
        for one, other in itertools.combinations(sorted(set().union(*map(mark_colours, svgs)) | {"paper"}), 2):
            if sight == "grey" and {one, other} <= SIGNED.get(name, set()):
                continue
            distance = colorspacious.deltaE(seen(one), seen(other), input_space="sRGB1", uniform_space="CAM02-UCS")
            assert distance >= 10, (name, one, other, distance)
            pairs += 1
    assert pairs > 12
    assert len({light for light, _ in PALETTE.values()}) == len(PALETTE)


def test_what_grey_cannot_tell_has_a_sign_or_dashes(drawn):
    for svg in drawn["stands"]:
        signs = {(sign, colour) for sign, text, ground in text_grounds(svg) if sign in "+−±"
                 for colour in {text, ground} - {"paper"}}
        assert signs == {("+", "agree"), ("−", "accent"), ("±", "soft")}
    for svg in drawn["network"]:
        dashed = {(NAMED[element.get("stroke")], "stroke-dasharray" in element.attrib)
                  for tag, element, *_ in elements(svg) if tag == "path" and element.get("stroke") in NAMED}
        assert dashed == {("agree", False), ("accent", True)}


# --- craft ------------------------------------------------------------------------

def test_type_is_of_the_same_sizes_in_every_chart_and_layout(drawn):
    for name, svgs in drawn.items():
        for svg in svgs:
            sizes = {element.get("font-size", "12px") for tag, element, *_ in elements(svg) if tag == "text"}
            assert sizes == {"14px", "12px", "11px"}, name  # title, text, sources
            assert page(svg)[0] in (WIDE, NARROW)


def test_every_chart_names_its_source_and_tells_each_mark(drawn):
    for name, svgs in drawn.items():
        for svg in svgs:
            assert "Source: Paper" in words(svg) or "Sources:" in words(svg), name
            assert mark_boxes(svg) and all("Source: " in says for says, *_ in mark_boxes(svg)), name


def test_a_range_without_length_is_seen():
    figure = figures.claims(claim_rows(90, 5).assign(upper=[90.0, None]), "Title")
    ends = [row for layer in figure.specification()["layer"] if layer["mark"]["type"] == "rule"
            for row in figure.specification()["datasets"][layer["data"]["name"]] if row["thick"] == 2]
    assert len(ends) == 2 and all(row["y2"] - row["y"] == 10 for row in ends)


@pytest.mark.parametrize("value, hedge", [(100, ">"), (0, "<"), (-5, "<"), (7, ">="), (0, ">"), (-5, "<=")])
def test_an_open_bound_at_the_end_of_the_scale_has_an_arrow_with_length(value, hedge):
    def arrow(figure):  # the key's is shorter
        return max(math.dist((row["x"], row["y"]), (row["x2"], row["y2"]))
                for layer in figure.specification()["layer"] if layer["mark"]["type"] == "rule"
                for row in figure.specification()["datasets"][layer["data"]["name"]] if row["thick"] == 1.5)

    claimed = figures.claims(claim_rows(value, hedge=hedge), "Title")
    yearly = figures.by_year(year_rows([value], hedge=hedge), "Title")
    assert arrow(claimed) > 12 and arrow(yearly) > 12
    check(claimed)
    check(yearly)


def test_a_share_that_is_not_exact_has_no_sharp_end():
    figure = samples()["shares"]
    dashed = [layer for layer in figure.specification()["layer"] if layer["mark"]["type"] == "rule"
              for row in figure.specification()["datasets"][layer["data"]["name"]] if row["dash"]]
    assert len(dashed) == 2
    assert [row["shape"] for row in points(figure)] == ["triangle-right"]
    check(figure)


def test_two_units_on_one_scale_are_refused():
    frame = claim_rows(5, 6).assign(unit=["%", "TWh"])
    with pytest.raises(BriefingError, match="unit: found % and TWh, expected one unit on one scale"):
        figures.claims(frame, "Title")
    with pytest.raises(BriefingError, match="unit: found % and TWh"):
        figures.by_year(year_rows([5, 6]).assign(unit=["%", "TWh"]), "Title")


@pytest.mark.parametrize("unit", ["TWh", "thousand barrels of oil equivalent a day"])
@pytest.mark.parametrize("values", [(1234567.8, 2), (1e12, 5), (-1e9, 0)])
def test_units_of_any_length_stay_on_the_page(unit, values):
    claimed = figures.claims(claim_rows(*values, unit=unit, label=LONG), "Title")
    yearly = figures.by_year(year_rows(values).assign(unit=unit), "Title", joined=True, axis="Amount")
    for figure in (claimed, yearly):
        check(figure)
        assert unit.split()[0] in words(figure.svg()) and unit.split()[0] in words(figure.svg(NARROW))
