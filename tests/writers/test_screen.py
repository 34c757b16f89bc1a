"""The page as people meet it: on any width, without scripts, on paper, by keyboard, without a network."""

import base64
import json
import re
import subprocess
import urllib.parse

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conftest import PUBLISHED

CITATION = 'main a[href^="#ref-"]'
#: Whether a person sees an element: it is rendered, has a size, and is not hidden.
SEEN = """const seen = (e) =>
    e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && e.getClientRects().length > 0;"""


@pytest.fixture
def damaged(rendered, tmp_path):
    """The page after a replacement, with its Content-Security-Policy taken out, so that the damage can act."""

    def write(old, new):
        text = (rendered / "_output/report.html").read_text("utf-8")
        assert old in text
        path = tmp_path / "damaged.html"
        text = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", text)
        path.write_text(text.replace(old, new, 1), "utf-8")
        return path

    return write


# --- width --------------------------------------------------------------------------

def overflow(page):
    """By how many pixels the page is wider than its window, and what reaches out."""
    return page.execute_script(SEEN + """
        const width = document.documentElement.clientWidth, over = document.scrollingElement.scrollWidth - width;
        const inside = (e) => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
            if (getComputedStyle(p).overflowX !== "visible") return true; return false; };
        const out = [...document.querySelectorAll("body *")].filter((e) => seen(e) && !e.closest("svg svg, svg *")
            && getComputedStyle(e).position !== "fixed" && e.getBoundingClientRect().right > width + 1 && !inside(e));
        return [Math.max(over, 0), out.slice(0, 5).map((e) => e.outerHTML.slice(0, 120))];""")


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_page_fits_its_window(edition, show, width):
    page = show(edition / "report.html", width)
    assert overflow(page) == [0, []]
    page.find_elements(By.CSS_SELECTOR, CITATION)[0].send_keys(Keys.ENTER)
    assert overflow(page) == [0, []]


def test_a_page_too_wide_is_seen(damaged, show):
    assert overflow(show(damaged("</main>", '<div style="width: 500px">x</div></main>'), 390))[0] > 50


# --- no scripts -----------------------------------------------------------------------

def shown(page):
    """The words of the text, and the number of charts, that a person sees; data tables that fold are not counted."""
    text, charts = page.execute_script(SEEN + """
        const main = document.querySelector("main"), parts = [];
        const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) { const e = walk.currentNode.parentElement;
            if (!e.closest("svg, script, style, details, button, form, search, label") && seen(e))
                parts.push(walk.currentNode.data); }
        return [parts.join(""), [...main.querySelectorAll("figure svg, figure img")].filter((e) =>
            !e.parentElement.closest("svg") && seen(e)).length];""")
    return text.split(), charts


@pytest.mark.parametrize("width", [390, 1280])
def test_without_scripts_the_page_shows_all_text_and_charts(edition, show, width):
    with_scripts = shown(show(edition / "report.html", width))
    without = shown(show(edition / "report.html", width, scripts=False))
    assert without == with_scripts
    figures = len(re.findall(r"<figure[^>]*class=\"fig\b", (edition / "report.html").read_text("utf-8")))
    assert without[1] == figures > 0 and len(without[0]) > 100


def test_text_that_needs_a_script_is_seen(damaged, show):
    path = damaged("</main>", "<p hidden id=late>Shown late.</p></main><script>late.hidden = false</script>")
    assert shown(show(path))[0] == [*shown(show(path, scripts=False))[0], "Shown", "late."]


# --- paper ------------------------------------------------------------------------------

def squeezed(text):
    """Letters and digits alone: what is left of a text however its lines break."""
    return re.sub(r"[\W_]+", "", text)


@pytest.fixture
def print_out(show, tool, tmp_path):
    """The page on paper: the text of each sheet, and what it should hold: paragraphs, and a drawing of each chart."""

    def make(path):
        page = show(path, media="")
        texts = page.execute_script("""
            const of = (e) => e.textContent, texts = "h1, main h2, main h3, main p, main li, main figcaption";
            const outer = (svg) => !svg.parentElement.closest("svg"), folded = "details, [hidden], form, search, nav";
            const drawings = (figure) => [...figure.querySelectorAll("svg")].filter(outer)
                .map((svg) => [...svg.querySelectorAll("text")].map(of));
            return [[...document.querySelectorAll(texts)].filter((e) => !e.closest(folded)).map(of),
                    [...document.querySelectorAll("main figure")].map(drawings).filter((svgs) => svgs.length)];""")
        answer = page.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
        paper = tmp_path / "paper.pdf"
        paper.write_bytes(base64.b64decode(answer["data"]))
        sheets = subprocess.run([tool("pdftotext", "poppler-utils"), "-raw", paper, "-"], capture_output=True,
                                text=True, encoding="utf-8", check=True)
        return [squeezed(sheet) for sheet in sheets.stdout.split("\f")], *texts

    return make


def lost(sheets, texts):
    whole = "".join(sheets)
    return [text for text in texts if squeezed(text) not in whole]


def cut(sheets, figures):
    """The figures of which no sheet holds all words."""
    return [drawings[0] for drawings in figures
            if not any(all(squeezed(text) in sheet for text in drawing) for drawing in drawings for sheet in sheets)]


def test_paper_holds_all_text_and_every_figure_whole(edition, print_out):
    sheets, texts, figures = print_out(edition / "report.html")
    assert len(texts) > 10 and lost(sheets, texts) == []
    assert cut(sheets, figures) == []


def test_paper_that_loses_text_is_seen(damaged, print_out):
    sheets, texts, _ = print_out(damaged("</style>", "@media print{main p{display:none}}</style>"))
    assert len(lost(sheets, texts)) > 3


def test_a_figure_over_two_sheets_is_seen():
    assert cut(["Oneline", "Twolines"], [[["One line", "Two lines"]]]) == [["One line", "Two lines"]]
    assert cut(["OnelineTwolines", ""], [[["One line", "Two lines"]]]) == []


# --- keyboard ------------------------------------------------------------------------------

FOCUS = SEEN + """
    const e = document.activeElement; (window.stops ??= new Set()).add(e);
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    return {tag: e.tagName.toLowerCase(), href: e.getAttribute("href") || "",
            area: e.closest("nav, main, header, [role=dialog], dialog")?.tagName.toLowerCase() || "",
            html: e.outerHTML.slice(0, 160),
            seen: seen(e) && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
            marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 || style.boxShadow !== "none"};"""


def press(page, *keys):
    ActionChains(page, duration=0).send_keys(*keys).perform()


def stops(page, most):
    """Each place where the tab key stops, from the top of the page to its end."""
    found = []
    for _ in range(most):
        press(page, Keys.TAB)
        stop = page.execute_script(FOCUS)
        if stop["tag"] == "body":
            break
        found.append(stop)
    return found


@pytest.mark.parametrize("width", [390, 1280])
def test_tab_reaches_everything_in_order_and_shows_where_it_is(rendered, show, width):
    page = show(rendered / "_output/report.html", width)
    found = stops(page, 300)
    assert found[0]["href"].startswith("#") and found[0]["area"] == "", "the first stop is the skip link"
    assert [stop["html"] for stop in found if not (stop["seen"] and stop["marked"])] == []
    areas = [stop["area"] for stop in found]
    if "nav" in areas:
        assert areas.index("nav") < areas.index("main")
    links, missed = page.execute_script(SEEN + """
        const links = [...document.querySelectorAll("nav a[href], main :is(a[href], button, summary)")].filter(seen);
        return [links.length, links.filter((e) => !stops.has(e)).map((e) => e.outerHTML.slice(0, 160))]""")
    assert missed == [] and links > 20
    assert any(stop["href"].startswith("#ref-") for stop in found if stop["area"] == "main")


def test_the_skip_link_leads_to_the_text(edition, show):
    page = show(edition / "report.html")
    press(page, Keys.TAB, Keys.ENTER)
    press(page, Keys.TAB)
    assert page.execute_script(FOCUS)["area"] == "main"


def panel(page):
    """The text of the open panel that holds the focus, or None."""
    return page.execute_script(SEEN + """const d = document.activeElement.closest("[role=dialog], dialog");
        return d && seen(d) ? d.innerText : null;""")


@pytest.mark.parametrize("width", [390, 1280])
def test_enter_opens_the_evidence_and_escape_leads_back(edition, show, width):
    page = show(edition / "report.html", width)
    for citation in page.find_elements(By.CSS_SELECTOR, CITATION)[:3]:
        page.execute_script("arguments[0].focus()", citation)
        assert panel(page) is None
        press(page, Keys.ENTER)
        assert len(panel(page).split()) > 8
        press(page, Keys.ESCAPE)
        assert panel(page) is None
        assert page.execute_script("return document.activeElement === arguments[0]", citation)
        assert page.execute_script(SEEN + "return ![...document.querySelectorAll('[role=dialog], dialog')].some(seen)")


def test_a_chart_is_read_mark_by_mark(show):
    page = show(PUBLISHED / "report.html")
    charts = page.execute_script(SEEN + "return [...document.querySelectorAll('figure svg[tabindex]')].filter(seen)")
    assert len(charts) > 3
    for chart in charts:
        page.execute_script("arguments[0].focus()", chart)
        said = []
        for _ in range(2):
            press(page, Keys.ARROW_RIGHT)
            said.append(page.execute_script(SEEN + """
                return [...document.querySelectorAll("[role=status], [role=tooltip], [aria-live]")].filter(seen)
                    .map((e) => e.textContent).join("")"""))
        labels = [e.get_attribute("aria-label") for e in chart.find_elements(By.CSS_SELECTOR, "[aria-label]")]
        assert set(said) <= set(labels) and len(said[0]) > 3
        press(page, Keys.ESCAPE)


# --- network --------------------------------------------------------------------------------

def requests(page):
    """The address of every request since the page was opened, by Chromium's log, data within the page left out."""
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if not url.startswith("data:")]


def console(page):
    return [entry["message"] for entry in page.get_log("browser")]


def test_page_asks_for_nothing_and_its_console_is_silent(edition, show):
    path = edition / "report.html"
    page = show(path)
    page.execute_script("scrollTo(0, document.body.scrollHeight)")
    for citation in page.find_elements(By.CSS_SELECTOR, CITATION)[:5]:
        citation.send_keys(Keys.ENTER)
        press(page, Keys.ESCAPE)
    assert requests(page) == [path.as_uri()]
    assert console(page) == []


def test_requests_and_breaches_of_the_policy_are_seen(damaged, show):
    path = damaged("</main>", '<img src="http://127.0.0.1:9/seen.png" alt=""></main>')
    assert "http://127.0.0.1:9/seen.png" in requests(show(path))
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">"
    path.write_text(path.read_text("utf-8").replace("<head>", "<head>" + policy), "utf-8")
    assert any("Content Security Policy" in message for message in console(show(path)))


# --- filters, search, links, tables to save -------------------------------------------

def filtered(page):
    """What a filter leaves of the first chart that has one: marks that stand out, rows of its table, what it tells."""
    return page.execute_script("""
        const figure = document.querySelector("details[data-filters]").closest("figure");
        const marks = [...figure.querySelectorAll("svg.wide [data-row], svg.only [data-row]")];
        return [new Set(marks.filter((m) => !m.classList.contains("out")).map((m) => m.dataset.row)).size,
            [...figure.querySelectorAll("tbody tr")].filter((row) => !row.hidden).length,
            figure.querySelector("output").textContent];""")


@pytest.mark.parametrize("column", range(3))
def test_a_filter_dims_marks_and_hides_rows_alike(show, column):
    page = show(PUBLISHED / "report.html")
    everything, rows, told = filtered(page)
    assert everything == rows > 3 and told == ""
    select = page.find_elements(By.CSS_SELECTOR, "figure .filters select")[column]
    choices = [option.get_attribute("value") for option in select.find_elements(By.TAG_NAME, "option")][1:]
    left = 0
    for choice in choices:
        select.find_element(By.CSS_SELECTOR, f'option[value="{choice}"]').click()
        marks, rows, told = filtered(page)
        assert marks == rows < everything and told == f"{rows} of {everything}"
        left += rows
    assert left == everything  # each row has one value of the column
    select.find_elements(By.TAG_NAME, "option")[0].click()
    assert filtered(page) == [everything, everything, ""]


def test_arrow_keys_pass_over_marks_that_are_filtered_away(show):
    page = show(PUBLISHED / "report.html")
    figure = page.find_element(By.XPATH, "//figure[.//details[@data-filters]]")
    select = figure.find_element(By.TAG_NAME, "select")
    choice = select.find_elements(By.TAG_NAME, "option")[1]
    choice.click()
    page.execute_script("arguments[0].focus()", figure.find_element(By.CSS_SELECTOR, "svg.wide"))
    heard = set()
    for _ in range(12):
        press(page, Keys.ARROW_RIGHT)
        heard.add(page.find_element(By.ID, "tip").text)
    assert heard and all(text.startswith(choice.text) for text in heard)


def test_the_evidence_is_searched_by_words_and_a_link_finds_what_is_hidden(edition, show):
    page = show(edition / "report.html")
    entries = page.find_elements(By.CSS_SELECTOR, ".csl-entry")
    search = page.find_element(By.CSS_SELECTOR, "input[type=search]")
    word = entries[0].text.split()[1].strip(".,").lower()
    search.send_keys(f"{word} {entries[0].text.split()[2].strip('.,').upper()}")
    left = [entry for entry in entries if entry.is_displayed()]
    assert entries[0] in left and len(left) < len(entries)
    assert page.find_element(By.CSS_SELECTOR, "[role=search] output").text == f"{len(left)} of {len(entries)}"
    hidden = next(entry for entry in entries if entry not in left).get_attribute("id")
    page.execute_script("location.hash = arguments[0]", hidden)
    page.execute_async_script("setTimeout(arguments[0], 50)")
    assert page.find_element(By.ID, hidden).is_displayed() and search.get_attribute("value") == ""


def test_every_section_and_figure_can_be_linked_to(edition, show):
    page = show(edition / "report.html")
    for selector in ("main section[id] > :is(h2, h3)", "figure[id] figcaption"):
        for element in page.find_elements(By.CSS_SELECTOR, selector):
            link = element.find_element(By.CSS_SELECTOR, "a.here").get_attribute("href").rpartition("#")[2]
            assert element.find_element(By.XPATH, "./ancestor::*[@id][1]").get_attribute("id") == link


def test_tables_are_saved_as_they_are(edition, show):
    page = show(edition / "report.html", scripts=False)
    for link in page.find_elements(By.CSS_SELECTOR, "footer a[download]"):
        saved = link.get_attribute("href").partition(",")[2]
        file = edition.parent / "data" / link.get_attribute("download")
        assert urllib.parse.unquote_to_bytes(saved) == file.read_bytes()
