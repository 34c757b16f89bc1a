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


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_colours_stand_out_from_every_ground(side):
    for ground in ("paper", "ground", "tint"):
        for name in ("context", "accent", "agree"):
            assert _contrast(PALETTE[name][side], PALETTE[ground][side]) >= 3, (name, ground)
        for name in ("ink", "soft", "accent", "agree"):
            assert _contrast(PALETTE[name][side], PALETTE[ground][side]) >= 4.5, (name, ground)
    for filled in ("accent", "agree", "soft", "context"):  # signs and labels inside marks
        assert _contrast(PALETTE["paper"][side], PALETTE[filled][side]) >= 4.5, filled


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("sight", [None, "deuteranomaly", "protanomaly", "tritanomaly"])
@pytest.mark.filterwarnings("ignore")
def test_colours_are_told_apart_by_every_eye(side, sight):
    colorspacious = pytest.importorskip("colorspacious")

    def seen(name):
        colour = _rgb(PALETTE[name][side])
        space = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100}
        return [min(max(c, 0), 1) for c in colorspacious.cspace_convert(colour, space, "sRGB1")] if sight else colour

    for one, other in itertools.combinations(("ink", "context", "accent", "agree", "paper"), 2):
        distance = colorspacious.deltaE(seen(one), seen(other), input_space="sRGB1", uniform_space="CAM02-UCS")
        assert distance >= 10, (one, other, distance)
    assert len({light for light, _ in PALETTE.values()}) == len(PALETTE)
