"""The PDF and the page say the same: nothing stands in one of them alone.

What is compared is the text that a screen reader gets, in its order: of the PDF its structure, of the page its header
and main part. Running heads and folios are no part of either. The words of drawings are left out of both (both files
hold the same SVG), and so are the page's controls and the tables that fold out of figures.
"""

import difflib
import json
import re
import unicodedata
from dataclasses import dataclass, field
from itertools import dropwhile

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag

#: Elements of the page that are no text of the report: what one works the page with, pictures, and marks of notes.
OUTSIDE = ("script, style, template, svg, img, math, nav, details, button, form, search, select, label, dialog, "
           "[hidden], [role=doc-noteref], [role=doc-backlink]")
#: What stands beside the text: the PDF may put it elsewhere.
BESIDE = "figcaption, aside, [role=doc-endnotes] li"
BLOCKS = {"address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure",
          "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section",
          "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}


# --- the page ---------------------------------------------------------------------------

def page_text(html):
    """The running text, what stands beside it, and everything that the page holds, its evidence included."""
    soup = BeautifulSoup(html, "html.parser")
    behind = [json.loads(script.string) for script in soup.select("script[type='application/json']")]
    for element in soup.select(f"{OUTSIDE}, section[data-when-format='html']"):  # which the paper is not to have
        element.decompose()
    parts = soup.select("body header, main")
    everything = [text_of(part) for part in parts] + [string for value in behind for string in strings(value)]
    beside = [element.extract() for part in parts for element in part.select(BESIDE)]
    return " ".join(map(text_of, parts)), list(map(text_of, beside)), "\n".join(everything)


def text_of(element):
    if isinstance(element, NavigableString):
        return str(element) if type(element) is NavigableString else ""  # no comments
    inner = "".join(map(text_of, element.children))
    return f" {inner} " if isinstance(element, Tag) and element.name in BLOCKS else inner


def strings(value):
    if isinstance(value, str):
        return [value]
    return [string for item in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else [])
            for string in strings(item)]


# --- the PDF ------------------------------------------------------------------------------

@dataclass
class Element:
    """An element of the PDF's structure, and in it elements and strings."""

    name: str
    inline: bool = False
    children: list = field(default_factory=list)


def tree(structure):
    """The structure as poppler prints it, two spaces a level."""
    path = [Element("")]
    for line in structure.splitlines():
        depth = (len(line) - len(line.lstrip(" "))) // 2 + 1
        if string := re.fullmatch(r' *"(.*)"', line):
            path[depth - 1].children.append(string[1])
        elif re.match(r" *Object \d+ \d+$| */", line):
            path[-1].inline &= "/Placement /Block" not in line
        elif element := re.match(r" *(\w+)\b.*?(\(inline\))?:?$", line):
            del path[depth:]
            path.append(Element(element[1], bool(element[2])))
            path[depth - 1].children.append(path[depth])
        else:
            raise AssertionError(f"not understood: {line!r}")
    return path[0]


def pdf_text(structure):
    """The running text, and each text that stands beside it: a caption, a note, any block within a paragraph."""
    beside = []

    def read(element, paragraph=False):
        if isinstance(element, str):
            return [element]
        if element.name in ("Figure", "Formula", "Lbl"):
            return []
        pieces = [piece for child in element.children for piece in read(child, paragraph or element.name == "P")]
        if element.name == "Span" and not element.inline:  # lines of their own, each a string
            pieces = [piece for child in pieces for piece in ("\n", child)]
        if element.name in ("Caption", "Note", "Aside") or paragraph and not element.inline:
            beside.append(joined(pieces))
            return []
        return pieces if element.inline else ["\n", *pieces, "\n"]

    return joined(read(tree(structure))), beside


def joined(pieces):
    """Pieces of text as one; where a word was hyphenated at a line's end, its hyphen stands alone."""
    around = zip(["", *pieces], pieces, [*pieces[1:], ""])
    return "".join(piece for before, piece, after in around
                   if not (piece == "-" and before[-1:].isalpha() and after[:1].islower()))


# --- both -----------------------------------------------------------------------------------

def differences(html, structure):
    """What one of the two lacks, has elsewhere, or has in other words, with the words around it."""
    running, beside, everything = page_text(html)
    paper, paper_beside = pdf_text(structure)
    known, printed = spaced(words(everything)), [spaced(words(text)) for text in (paper, *paper_beside)]
    found = [f"report.html only: {text.strip()}" for text in beside
             if not any(spaced(words(text)) in there for there in printed)]
    found += [f"report.pdf only: {' '.join(said)}" for text in paper_beside for said in sentences(text)
              if spaced(bare(said)) not in known]
    page_words, paper_words, owner = words(running), [], []
    for number, said in enumerate(parts := sentences(paper)):
        paper_words += said
        owner += [number] * len(said)
    alone = set()
    matcher = difflib.SequenceMatcher(None, page_words, paper_words, autojunk=False)
    for _, start, end, paper_start, paper_end in [step for step in matcher.get_opcodes() if step[0] != "equal"]:
        if start < end:
            before, here, after = page_words[max(start - 4, 0):start], page_words[start:end], page_words[end:end + 4]
            found.append(f"report.html only: {' '.join(before)} [{' '.join(here)}] {' '.join(after)}")
        alone |= set(owner[paper_start:paper_end])
    return found + [f"report.pdf only: {' '.join(parts[number])}" for number in sorted(alone)
                    if spaced(bare(parts[number])) not in known]


def words(text):
    """Words, numbers and marks, ligatures and hyphenation undone."""
    return re.findall(r"[^\W\d_]+|\d+|[^\w\s]|_", unicodedata.normalize("NFKC", text.replace("\u00ad", "")))


def sentences(text):
    """The words of each sentence; a line break ends one, too."""
    said = []
    for line in text.splitlines():
        found = words(line)
        ends = [number + 1 for number, word in enumerate(found) if word in ".!?"]
        said += [found[start:end] for start, end in zip([0, *ends], [*ends, len(found)]) if start < end]
    return said


def bare(said):
    """A sentence without the number before it, as a note has it."""
    return list(dropwhile(lambda word: not word.isalpha(), said))


def spaced(found):
    return f" {' '.join(found)} "


# --- the tests --------------------------------------------------------------------------------

def test_pdf_and_page_say_the_same(edition, structure):
    found = differences((edition / "report.html").read_text("utf-8"), structure(edition / "report.pdf").stdout)
    if edition.parent.name == "harbour":  # it says something to one format alone, to try that
        assert "Only on [the page] ." in found.pop(0)
        assert found == ["report.pdf only: Only on paper ."]
    else:
        assert found == []


@pytest.fixture
def both(rendered, structure):
    return (rendered / "_output/report.html").read_text("utf-8"), structure(rendered / "_output/report.pdf").stdout


@pytest.mark.parametrize("old, new", [
    ("<p>A sum by hand: 5.", "<p>"),  # a sentence of the page is gone
    ("names the actors of", "names actors of"),  # a word
    ("310\u00a0people", "301\u00a0people"),  # a digit
    ("Port calls a year", "Calls a year"),  # within a caption
    ("By the count of", "By a count of"),  # within a note
    ("<td>owner of quay and cranes</td>", "<td></td>"),  # a cell
    ("company’s own returns", "company’s returns"),  # within the evidence
    ("</main>", "<p>One more thing.</p></main>"),  # a sentence that the PDF lacks
    ("<p>Only on the page.</p>", "<p>Only on the page. Only on the page.</p>"),  # one twice
])
def test_a_page_that_says_something_else_is_seen(both, old, new):
    html, structure = both
    assert html.count(old) >= 1
    assert set(differences(html.replace(old, new), structure)) - set(differences(html, structure))


@pytest.mark.parametrize("old, new", [
    ("A sum by hand: 5.", ""), ("310\u00a0people", "31\u00a0people"), ("Port calls a year", "Ship calls a year"),
    ("By the count of", "By count of"), ("owner of quay and cranes", ""), ("Only on paper.", "Only on paper. And more."),
    ("The company says", "The company said"), ('"What happened"\n', '"What happens"\n'),
])
def test_a_pdf_that_says_something_else_is_seen(both, old, new):
    html, structure = both
    assert structure.count(old) >= 1
    assert set(differences(html, structure.replace(old, new))) - set(differences(html, structure))


def test_text_in_another_order_is_seen(both):
    html, structure = both
    one, other = re.search("<p>A sum by hand.*?</p>", html)[0], "<h3"
    assert html.count(one) == html.count(other) == 1
    moved = differences(html.replace(one, "").replace(other, one + other), structure)
    assert any("[A sum by hand : 5" in line for line in moved)


def test_hyphens_at_the_end_of_a_line_are_undone_and_others_kept():
    assert joined(["the spokesper", "-", "son and the oil-", "rich state: 3 ", "-", " 2, ", "A", "-", "B"]) \
        == "the spokesperson and the oil-rich state: 3 - 2, A-B"


def test_a_note_in_the_margin_may_say_what_the_page_has_behind_its_citations():
    html = """<main><p>Ships left.</p></main><script type="application/json">{"a": {"gist": "All ships went."}}</script>"""
    margin = 'Document\n  P (block)\n    "Ships left."\n    Div\n      "3 All ships %s."'
    assert differences(html, margin % "went") == []
    assert differences(html, margin % "stayed") == ["report.pdf only: 3 All ships stayed ."]
