"""The published briefing: as long, as full, as plain and as true as it has to be."""

import itertools
import math
import re
import subprocess

import pypdf
import pytest

from briefing import tables
from conftest import PUBLISHED

ROOT = PUBLISHED.parent
MOST_PAGES, LEAST_FILLED, LONGEST_SENTENCE, LEAST_EASE = 8, 0.8, 32, 45


@pytest.fixture(scope="module")
def data():
    return tables.load(ROOT)


@pytest.fixture(scope="module", params=["a4", "letter"])
def paper(request, tmp_path_factory):
    """The published briefing on either paper."""
    if request.param == "a4":
        return PUBLISHED / "report.pdf"
    import shutil

    from briefing.rendering.render import render

    root = tmp_path_factory.mktemp("letter")
    for name in ("data", "analysis"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("briefing", "__pycache__", ".*"))
    (root / "analysis/briefing").mkdir()
    shutil.copytree(ROOT / "analysis/briefing", root / "analysis/briefing", dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("__pycache__"))
    (root / "report.qmd").write_text((ROOT / "report.qmd").read_text("utf-8").replace("papersize: a4", "papersize: letter"), "utf-8")
    render(root)
    return root / "_output/report.pdf"


def pages(tool, path):
    """For each page its height, and the top and bottom of each line of its text, less the running head and foot, in pt."""
    text = subprocess.run([tool("pdftotext", "poppler-utils"), "-bbox-layout", path, "-"], capture_output=True, text=True,
                          encoding="utf-8", check=True).stdout
    for page in re.findall(r"<page .*?</page>", text, re.DOTALL):
        height = float(re.search(r'height="([\d.]+)"', page)[1])
        lines = [tuple(map(float, box)) for box in re.findall(r'<line [^>]*yMin="([\d.]+)"[^>]*yMax="([\d.]+)"', page)]
        yield height, [line for line in lines if 35 < line[0] and line[1] < height - 30]


def test_it_has_no_more_pages_than_it_may(paper):
    assert len(pypdf.PdfReader(paper).pages) <= MOST_PAGES + (paper.parent != PUBLISHED)  # Letter is 18 mm shorter


def test_no_page_but_the_last_is_left_empty(paper, tool):
    *filled, _ = pages(tool, paper)
    for number, (height, lines) in enumerate(filled, start=1):
        assert max(bottom for _, bottom in lines) / (height - 45) >= LEAST_FILLED, number


def test_page_one_stands_alone(paper):
    first, second = (" ".join(pypdf.PdfReader(paper).pages[n].extract_text().split()) for n in (0, 1))
    assert "Bottom line." in first and "Figure 1." in first and "Confidence:" in first
    assert "1 What happened" in second[:150] and "What happened" not in first


# --- prose ------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def prose():
    """The paragraphs of the page's text, without citations and grades; and those of its first page alone."""
    from bs4 import BeautifulSoup

    main = BeautifulSoup((PUBLISHED / "report.html").read_text("utf-8"), "html.parser").select_one("main")
    for part in main.select("svg, script, details, table, figure, .citation, .confidence, #sec-evidence, #sec-annex"):
        part.decompose()
    first = [" ".join(p.get_text().split()) for p in main.select(".bottom-line p, .judgement p, main > .small p")]
    return first, [" ".join(p.get_text().split()) for p in main.select("p, li")]


def sentences(paragraph):
    return re.split(r"(?<=[.?!])\s+(?=[A-Z“])", paragraph)


def test_sentences_of_page_one_can_be_read_aloud(prose):
    first, _ = prose
    bottom, *_ = first
    assert bottom.startswith("Bottom line.") and len(sentences(bottom)) <= 4  # its name, and three sentences
    assert len(first) >= 5
    assert [s for paragraph in first for s in sentences(paragraph) if len(s.split()) > LONGEST_SENTENCE] == []


def test_the_text_reads_easily(prose):
    """Flesch's reading ease, by the library of that name."""
    readability = pytest.importorskip("readability")
    _, paragraphs = prose
    tokens = "\n".join(" ".join(re.findall(r"[\w’'-]+|[.,;:?!]", s)) for paragraph in paragraphs for s in sentences(paragraph) if s)
    assert readability.getmeasures(tokens, lang="en")["readability grades"]["FleschReadingEase"] >= LEAST_EASE
    hard = readability.getmeasures("Institutional unavailability necessitates reconsideration .", lang="en")
    assert hard["readability grades"]["FleschReadingEase"] < LEAST_EASE


def test_every_judgement_says_so_what_alternatives_and_what_changed(data):
    for row in data.rows["judgements"]:
        assert all(row[column] for column in ("so_what", "contrary", "alternative", "weighed", "would_change_it", "changed")), row["id"]
    assert len(data.rows["indicators"]) >= 5


# --- what the titles of the figures say, worked out anew from the tables -------------------

@pytest.fixture(scope="module")
def titles():
    import json

    from briefing.execution.figures import FIGURE

    found = {}
    for path in (PUBLISHED / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if title := output.get("data", {}).get(FIGURE, {}).get("title"):
                    label = re.search(r"label: (\S+)", "".join(cell["source"]))[1]
                    found[label] = title
    return found


def numbers(text):
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


def series(data, name):
    return {row["year"]: row["value"] for row in data.rows["series"] if row["series"] == name}


def test_title_of_the_claims(data, titles):
    at = {row["id"]: row["value"] for row in data.rows["quantities"]}
    russian = at["electricity-from-russia-2021"] * at["electricity-imports-2021"] / series(data, "electricity-demand")[2021]
    assert numbers(titles["fig-claims"]) == [round(russian), 2021]
    fuel = [row["value"] for row in data.rows["quantities"] if row["counterpart"] == "Russia" and row["of"] == "petroleum products"
            and row["unit"] == "%"]
    assert titles["fig-claims"].startswith("Nearly all imported fuel is Russian") and min(fuel) > 90


def test_title_of_the_fuel(data, titles):
    shares = [row["value"] for row in data.rows["quantities"] if row["counterpart"] == "Russia" and row["unit"] == "%"
              and row["of"] == "petroleum products"]
    for part, whole in (("oil-products-from-russia", "oil-products-total"),
                        ("oil-products-value-from-russia", "oil-products-value-total")):
        shares += [100 * series(data, part)[year] / total for year, total in series(data, whole).items()]
    assert numbers(titles["fig-petroleum"]) == [min(shares) // 10 * 10] and min(shares) > min(shares) // 10 * 10


def test_title_of_the_electricity(data, titles):
    share = {year: 100 * net / series(data, "electricity-demand")[year]
             for year, net in series(data, "electricity-net-imports").items()}
    bound, since, last = numbers(titles["fig-electricity"])
    assert bound == next(row["value"] for row in data.rows["quantities"] if row["id"] == "electricity-share")
    assert all(value > bound for year, value in share.items() if year >= since) and share[since - 1] <= bound and last == max(share)


def test_title_of_the_origins(data, titles):
    at = {row["id"]: row["value"] for row in data.rows["quantities"]}
    assert numbers(titles["fig-origin"]) == [at["electricity-from-russia-2021"], 2021, 2026, at["fuel-january-2026"]]


WORDS = ("zero one two three four five six seven eight nine ten eleven twelve".split())


def test_title_of_the_timeline(data, titles):
    on = {row["id"]: tables.date_bounds(row["date"])[0] for row in data.rows["events"]}
    days, weeks = (on["landing"] - on["consultation"]).days, (on["finding"] - on["landing"]).days // 7
    assert f" {WORDS[days]} days before" in titles["fig-timeline"] and f" {WORDS[weeks]} weeks after" in titles["fig-timeline"]


def agreed(data, concept=None):
    """Actor and concept to agreement, of the statements that count."""
    return {(row["actor"], row["concept"]): row["agreement"] for row in data.rows["statements"]
            if row["coder"] == data.descriptor["adjudicated"] and concept in (None, row["concept"])}


def test_title_of_the_stands(data, titles):
    stands = agreed(data, "duty-to-arrest")
    label = {row["id"]: row["label"] for row in data.rows["actors"]}
    assert titles["fig-stands"].lower().startswith(f"{WORDS[list(stands.values()).count('agree')]} voices")
    assert all(label[actor] in titles["fig-stands"] for (actor, _), stand in stands.items() if stand == "disagree")


def test_title_of_the_network(data, titles):
    stands = agreed(data)
    apart = {"kremlin", "mongolia"}
    ties = set()
    for (one, concept), (other, same) in itertools.combinations(stands, 2):
        if concept == same and (one in apart) != (other in apart):
            ties.add((frozenset((one, other)), stands[one, concept] == stands[other, concept]))
    said = re.match(r"Of (\w+) ties between the two sides (\w+) (?:is|are) ", titles["fig-network"]).groups()
    assert [WORDS.index(word) if word in WORDS else int(word) for word in said] == [len(ties), sum(shared for _, shared in ties)]


def test_title_of_the_hands(data, titles):
    chains = [row["chain"].split(" > ") for row in data.rows["passages"] if row["kind"] != "narration"]
    direct = sum(len(chain) <= 2 for chain in chains)
    said = [WORDS.index(word) if word in WORDS else float(word)
            for word in re.findall(r"[a-z]+|\d+", titles["fig-hands"].lower()) if word in WORDS or word.isdigit()]
    assert said == [direct, len(chains), max(len(chain) for chain in chains) - 2]


def test_numbers_in_titles_are_all_tried(titles):
    tried = {name.removeprefix("test_title_of_the_") for name in globals() if name.startswith("test_title_of_the_")}
    assert len(titles) == len(tried) and not any(math.isnan(number) for title in titles.values() for number in numbers(title))
