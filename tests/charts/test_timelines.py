"""Timelines: every event has its mark on an axis of time, which breaks where nothing happened for long."""

import functools
import re

import pandas as pd
import pytest
from test_boxes import LONG, wrong

from briefing import charts
from briefing.charts import NARROW, WIDE
from briefing.charts.theme import PAGE
from briefing.discourse import positions
from briefing.execution import figures
from briefing.execution.figures import FIGURE, VEGA_LITE
from briefing.language import Language, speaking

CLUSTERS = ["1994-05-02", "1994-05-03", "1994-05-06", "2002-04", "2002-04-11", "2002-04-12/2002-04-14",
            "2011-10-01~", "2011-10-03?", "2011-10-05/..", "2024-09-02", "2024-09-02", "2024-09-03",
            "2024-08-30~/2024-09-04", "../2024-09-05"]


class Events:
    """Tables with events alone, of these dates."""

    def __init__(self, dates, title="Something happens"):
        self.rows = {"actors": [], "events": [
            {"id": f"e{n:03}", "date": date, "resolved": n % 3 == 1, "title": f"{title} {n}.", "actors": (),
             "passage": None, "source": None} for n, date in enumerate(dates)]}

    def shuffled(self, by):
        self.rows["events"] = self.rows["events"][by:][::-1] + self.rows["events"][:by]
        return self


def bundle(dates, title="Something happens", **more):
    return figures.bundle(lambda width: charts.timeline(
        positions.timeline(Events(dates, title)), width=width, **more).properties(title="When"))


@functools.cache
def clusters():
    """The figure of the clusters, made once."""
    return bundle(CLUSTERS)


def svg(data):
    return "".join(data["image/svg+xml"])


def sentences(drawn):
    """What the marks of a drawing say."""
    return [said for said in re.findall(r'aria-label="([^"]*)"', drawn) if "happens" in said]


def texts(drawn):
    return re.sub(r"\s+", " ", " ".join(re.findall(r">([^<>]+)<", re.sub(r"<style>.*?</style>", "", drawn, flags=re.DOTALL))))


def days(number):
    return [str(day.date()) for day in pd.date_range("2021-01-01", periods=number, freq="D")]


def test_every_dated_event_has_one_mark_and_every_cluster_an_axis_of_its_own():
    data = clusters()
    for drawn in (svg(data), data[FIGURE]["narrow"]):
        said = sentences(drawn)
        assert len(said) == len({*said}) == len(CLUSTERS)
        words = texts(drawn)
        assert [words.count(later) for later in ("eight years later", "nine years later", "13 years later")] == [1, 1, 1]
    spec = str(data[VEGA_LITE])
    assert spec.count("'type': 'utc'") == 4 and spec.count("'type': 'temporal'") == 4


def test_marks_lie_where_their_days_are_on_the_axis():
    data = bundle(["2024-09-02", "2024-09-03", "2024-09-06"])
    at = [float(x) for x in re.findall(r'aria-label="Something[^"]*"[^>]*translate\(([\d.]+),', svg(data))]
    assert (at[2] - at[0]) / (at[1] - at[0]) == pytest.approx(4, abs=0.05)


def test_days_that_fill_the_axis_evenly_are_not_parted():
    assert "later" not in texts(svg(bundle(days(30))))
    assert "later" not in texts(svg(bundle([f"{year}-06-01" for year in range(1990, 2020)])))


def looks(date):
    """How many pale bars, dark bars, discs and arrows an event of this date has beside another of a day."""
    spec = charts.timeline(positions.timeline(Events(["2024-03-01", date]))).to_dict()
    found = {"pale": 0, "dark": 0, "discs": -1, "arrows": 0}
    marks = [part for part in figures.parts(spec) if isinstance(part.get("mark"), dict)]
    for part in marks:
        mark, rows = part["mark"], spec["datasets"].get(part.get("data", {}).get("name"), [])
        name = {"rule": "pale" if mark.get("opacity") == 0.35 else "dark", "point": "arrows" if "shape" in mark else "discs"}
        if mark.get("strokeWidth") == 6 or mark["type"] == "point":
            found[name[mark["type"]]] += len(rows)
    return found


@pytest.mark.parametrize("date, pale, dark, discs, arrows", [
    ("2024-03-20", 0, 0, 1, 0), ("2024-03-20~", 2, 0, 1, 0), ("2024-03-20?", 2, 0, 1, 0), ("2024-03-10/2024-03-20", 0, 1, 2, 0),
    ("2024-03", 1, 0, 0, 0), ("2024-03~", 3, 0, 0, 0), ("[2024-03-10..2024-03-20]", 1, 0, 0, 0),
    ("2024-03-10/2024-04", 1, 1, 1, 0), ("2024-03-10~/2024-03-20", 1, 1, 2, 0), ("2024-03-10/..", 0, 1, 1, 1),
    ("../2024-03-10", 0, 1, 1, 1), ("2024-03-10/", 0, 1, 1, 1)])
def test_the_look_of_a_mark_is_what_is_known_of_its_date(date, pale, dark, discs, arrows):
    assert looks(date) == {"pale": pale, "dark": dark, "discs": discs, "arrows": arrows}


def test_a_key_explains_the_looks_that_are_used_and_no_others():
    assert texts(svg(bundle(["2024-03-01"]))).count(":") == 0
    words = texts(svg(clusters()))
    assert all(look in words for look in ("Hollow:", "Pale:", "Pale ends:", "Arrow:"))
    assert "Hollow" not in texts(svg(bundle(["2024-03-01/.."])))


def test_what_lasts_longer_than_its_axis_says_so():
    words = texts(svg(bundle(["2024-03-01/2060-01-01", "2024-03-02", "2024-03-05"])))
    assert "//" in words and "2060" in words
    assert "//" not in texts(svg(bundle(["2024-03-01/2024-03-09", "2024-03-02", "2024-03-05"])))


def test_events_of_which_no_day_is_known_are_listed_as_such():
    data = bundle(["../..", "2024-03-01"])
    assert "No day is known" in texts(svg(data)) and "Something happens 0." in texts(svg(data))
    alone = bundle(["../.."])
    assert "No day is known" in texts(svg(alone)) and "until" not in texts(svg(alone))
    assert "No data." in texts(svg(bundle([])))


def test_the_days_of_a_window_have_an_axis_of_their_own():
    import datetime

    window = datetime.date(2021, 1, 10), datetime.date(2021, 1, 12)
    data = bundle(days(14), window=window)
    assert str(data[VEGA_LITE]).count("'type': 'utc'") == 3 and len(sentences(svg(data))) == 14


MANY = {"clusters": (CLUSTERS, "Something happens"), "long titles": (CLUSTERS, LONG * 4 + "happens"),
        "longer than a page": (["2024-03-01", "2024-03-02"], LONG * 45 + "happens"),
        "words without end": (CLUSTERS[:4], "happens" + "Donaudampfschifffahrt" * 9),
        "120": (days(120), "Something happens"), "400": (days(800)[::2], "Something happens"),
        "far apart": ([f"{year}-01-{day:02}" for year in range(1500, 2000, 25) for day in (1, 2)], "It happens"),
        "centuries": ([f"{year}" for year in range(1000, 2000, 100)], "It happens"),
        "nothing dated": (["../.."] * 3, "It happens"), "one": (["2024-03-01"], "It happens")}


@pytest.mark.parametrize("name", MANY)
def test_a_timeline_holds_all_its_text_whatever_it_shows(name, show, tmp_path):
    dates, title = MANY[name]
    data = clusters() if name == "clusters" else bundle(dates, title)
    assert data[FIGURE]["problems"] == []
    assert wrong(show, tmp_path, data) == []
    drawn = [svg(data), data[FIGURE]["narrow"], *data[FIGURE]["pages"]]
    assert min(float(size) for one in drawn for size in re.findall(r'font-size="([\d.]+)', one)) >= 9.34
    assert all(float(re.search(r'height="([\d.]+)"', page)[1]) <= PAGE for page in data[FIGURE]["pages"])
    marked = 0 if name == "nothing dated" else len(dates)
    assert len(sentences(drawn[0])) == len(sentences(drawn[1])) == marked
    assert sum(len(sentences(page)) for page in drawn[2:]) in (0, marked)


def test_the_order_of_rows_changes_no_byte():
    first = bundle(CLUSTERS * 2)
    for by, mixed in ((3, False), (11, True), (19, True)):
        frame = positions.timeline(Events(CLUSTERS * 2).shuffled(by))
        one = frame.sample(frac=1, random_state=by) if mixed else frame
        data = figures.bundle(lambda width: charts.timeline(one, width=width).properties(title="When"))
        assert (svg(data), data[FIGURE]) == (svg(first), first[FIGURE])


def test_axes_are_in_the_language_of_the_report(show, tmp_path):
    with speaking(Language("de")):
        data = bundle(["2024-10-24", "2024-10-27", "2031-03-01", "2031-03-02", "2031-05"])
    words = texts(svg(data))
    assert "Okt." in words and "März" in words and "Oct" not in words
    assert wrong(show, tmp_path, data) == []


@pytest.mark.parametrize("tag", ["de", "es", "fr", "mn", "ru"])
@pytest.mark.parametrize("dates", [["2031-09-24"], ["2031-02", "2031-02-11", "2031-12-01"], CLUSTERS])
def test_axes_with_room_for_one_name_are_drawn_in_every_language(tag, dates):
    with speaking(Language(tag)):
        assert bundle(dates)[FIGURE]["problems"] == []


def test_a_frame_without_what_edtf_says_of_ends_is_drawn_as_well():
    frame = positions.timeline(Events(CLUSTERS)).drop(columns=["begun", "ended", "approximate", "uncertain"])
    for width in (WIDE, NARROW):
        data = figures.bundle(charts.timeline(frame, width=width).properties(title="When"))
        assert len(sentences(svg(data))) == len(CLUSTERS)


def test_what_goes_on_in_the_next_part_has_the_same_axis():
    data = bundle([f"{2000 + n // 5}-{1 + n * 7 % 12:02}-{1 + n % 28:02}" for n in range(110)])
    assert len(data[FIGURE]["pages"]) >= 3
    spec = str(data[VEGA_LITE])
    domains = re.findall(r"'domain': (\[-?\d+, -?\d+\])", spec)
    assert len({*domains}) < len(data[FIGURE]["pages"]) and "later" not in texts(svg(data))


@pytest.mark.parametrize("number", [29, 30, 57, 58, 85])
def test_no_part_is_left_with_a_few_events(number):
    for drawn in (charts.timeline(positions.timeline(Events(days(number))), width=width) for width in (WIDE, NARROW)):
        heights = [part.hconcat[0].height for part in drawn.vconcat if hasattr(part, "hconcat")]
        assert min(heights) > 0.6 * max(heights), heights


def test_no_time_has_passed_while_an_event_goes_on():
    dates = ["2001-03-01", "2001-03-02", "2001-03-03/2031-03-02", "2031-03-01", "2031-03-02", "2031-03-03"]
    words = texts(svg(bundle(dates)))
    assert "later" not in words and "At another scale" in words
    words = texts(svg(bundle([*dates[:2], "2001-03-03/..", *dates[3:]])))  # nobody knows whether it does
    assert "30 years later" in words and "At another scale" not in words
    assert "30 years later" in texts(svg(bundle([*dates[:2], "2001-03-03/2001-03-09", *dates[3:]])))


@pytest.mark.parametrize("language", ["en", "de", "mn"])
def test_every_axis_names_its_year(language):
    with speaking(Language(language)):
        for dates in (["2024-08-30", "2024-09-01"], ["2024-09-02"], days(20), ["2024-12-30", "2025-01-02"]):
            chart = charts.timeline(positions.timeline(Events(dates)), width=NARROW).to_dict()
            labels = [row["label"] for part in figures.parts(chart) for row in (part.get("data") or {}).get("values", ())
                      if "label" in row]
            labels += [row["label"] for rows in chart.get("datasets", {}).values() for row in rows if "label" in row]
            assert any(re.search(r"20\d\d", label) for label in labels), labels
