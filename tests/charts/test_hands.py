"""Chains: a line for each while they are few, groups of them when they are many."""

import functools
import re

import pandas as pd
import pytest
from test_boxes import LONG, handed, wrong

from briefing import charts
from briefing.discourse import positions
from briefing.charts.theme import PAGE
from briefing.execution import figures
from briefing.execution.figures import FIGURE


def various(number, speaker="Speaker", page="Paper", hand="agency"):
    """Chains of which hardly two have the same hands."""
    rows = [(f"{speaker} {n}", *(f"{hand} {(n * 7 + k) % 97}" for k in range(n % 4)), f"{page} {n % 23}") for n in range(number)]
    return pd.DataFrame([{"chain": " > ".join(row), "hands": row, "hops": len(row) - 2, "count": 1 + n % 5, "quotations": 0,
                          "publishers": ("Paper",)} for n, row in enumerate(rows)])


def bundle(frame):
    return figures.bundle(lambda width: charts.chains(frame, width).properties(title="By whose hands"))


def svg(data):
    return "".join(data["image/svg+xml"])


def texts(drawn):
    return re.sub(r"\s+", " ", " ".join(re.findall(r">([^<>]+)<", re.sub(r"<style>.*?</style>", "", drawn, flags=re.DOTALL))))


MANY = {"sixty by four ways": handed(60), "200 by four ways": handed(200), "200 with long names": handed(200, 5, LONG),
        "200 by as many ways": various(200), "200 to long names": various(200, LONG, LONG, LONG),
        "words without end": various(30, "Donaudampfschifffahrt" * 6, "Elektrizitaetswerk" * 5)}


@functools.cache
def drawn(name):
    """The figure of some of these, made once: it takes seconds."""
    return bundle(MANY[name])


@pytest.mark.parametrize("name", MANY)
def test_many_chains_take_two_pages_and_hold_all_their_text(name, show, tmp_path):
    data = drawn(name)
    assert data[FIGURE]["problems"] == []
    assert len(data[FIGURE]["pages"]) <= 2
    assert all(float(re.search(r'height="([\d.]+)"', page)[1]) <= PAGE for page in data[FIGURE]["pages"])
    assert wrong(show, tmp_path, data) == []
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)', svg(data))) >= 9.34
    assert len(data[FIGURE]["table"]["rows"]) == len(MANY[name])
    assert f"{len(MANY[name])} chains in " in texts(svg(data)) and f"{len(MANY[name])} chains in " in texts(data[FIGURE]["narrow"])


@pytest.mark.parametrize("name", ["sixty by four ways", "200 by as many ways", "200 to long names"])
def test_every_chain_and_every_passage_is_counted_in_its_group(name):
    frame, data = MANY[name], drawn(name)
    said = [re.sub(r"^(one|two|three|four|five|six|seven|eight|nine|ten)\b", lambda word: str(
        "one two three four five six seven eight nine ten".split().index(word[0]) + 1), text)
        for text in re.findall(r'aria-label="([^"]*)" role="img"', svg(data)) if "passage" in text]
    chains = [int(number[1]) if (number := re.match(r"(\d+) (?:speaker|chain)", text)) else 1 for text in said]
    assert sum(chains) == len(frame)
    counts = re.findall(r'text-anchor="end"[^>]*>(\d+)<', svg(data))
    assert sum(map(int, counts)) == frame["count"].sum()
    assert [int(count) for count in counts] == sorted(map(int, counts), reverse=True)


def test_names_that_are_left_out_are_counted():
    words = texts(svg(drawn("200 to long names")))
    assert re.search(r"and \S+ more", words)
    assert "more" not in texts(svg(drawn("sixty by four ways")))


def test_no_chain_is_said_to_be_no_data():
    assert "No data." in texts(svg(bundle(handed(0))))


def test_few_chains_have_a_line_each():
    data = bundle(handed(9))
    assert "chains in" not in texts(svg(data)) and "speakers" not in texts(svg(data))
    assert all(f"Speaker {n} " in texts(svg(data)) for n in range(9))


def test_pages_that_speak_for_themselves_are_grouped_as_such():
    frame = pd.DataFrame([{"chain": f"Paper {n}", "hands": (f"Paper {n}",), "hops": 0, "count": 1, "quotations": 0,
                           "publishers": ("Paper",)} for n in range(60)])
    assert "60 pages in their own words" in texts(svg(bundle(frame)))


class Passages:
    def __init__(self, number):
        self.rows = {"sources": [{"id": "s", "publisher": "Paper"}], "passages": [
            {"id": f"p{n}", "source": "s", "start": n, "end": n + 1, "kind": "quotation",
             "chain": f"Speaker {n % 50} > agency {n % 3} > Paper {n % 2}"} for n in range(number)]}


@pytest.mark.parametrize("number", [5, 60])
def test_the_order_of_rows_changes_no_byte(number):
    data = Passages(number)
    first = bundle(positions.chains(data))
    data.rows["passages"] = data.rows["passages"][2:][::-1] + data.rows["passages"][:2]
    frame = positions.chains(data)
    for one in (frame, frame.sample(frac=1, random_state=4)) if number == 5 else (frame.sample(frac=1, random_state=4),):
        assert bundle(one) == first


def test_five_thousand_chains_take_two_pages_as_well():
    data = bundle(various(5000))
    assert len(data[FIGURE]["pages"]) <= 2 and "5,000 chains in" in texts(svg(data))
