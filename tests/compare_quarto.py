"""Compare what Quarto makes of a project with the edition: text, figures, tables, attachments; and how Quarto's runs end.

    python tests/compare_quarto.py FOLDER           compare FOLDER/_output/quarto with FOLDER/_output
    python tests/compare_quarto.py FOLDER --run     also run Quarto, on copies that are right and wrong, and look at exit codes

Prints a line for what was looked at and for what differs; ends with 1 where something does, with 2 where there is nothing
to compare. What may differ is listed in docs/quarto.md and left out here: title block and contents, which are Quarto's.
"""

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

#: Parts of either page that are not the document: by tag, and by id.
NOT_TEXT = {"script", "style", "nav", "header", "footer", "svg", "title", "button"}
NOT_TEXT_IDS = {"panel", "tip", "title-block-header", "TOC", "quarto-margin-sidebar", "quarto-sidebar"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What a page says and shows: `words` of its text, `figures` as lists of (tag, attributes or text), `downloads` by name."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.words, self.figures, self.downloads, self.title = [], [], {}, ""
        self._open, self._pieces, self._main = [], [], 0
        self.feed(text)
        self.close()
        self.words = " ".join("".join(self._pieces).split()).split(" ")

    def handle_starttag(self, tag, pairs):
        pairs = dict(pairs)
        if tag == "svg" and "chart" in (pairs.get("class") or "").split():
            self.figures.append([])
        if any(name == "svg" for name, *_ in self._open) or tag == "svg":
            if self.figures:
                self.figures[-1].append((tag, tuple(sorted(pairs.items()))))
        if tag == "a" and "download" in pairs:
            self.downloads[pairs["download"]] = pairs.get("href")
        skipped = tag in NOT_TEXT or pairs.get("id") in NOT_TEXT_IDS or pairs.get("class") == "skip" or any(skip for _, skip in self._open)
        if not skipped and tag not in ("a", "span", "em", "strong", "code", "sup", "sub", "b", "i", "p") or tag in ("p", "br"):
            self._pieces.append(" ")
        if tag not in VOID:
            self._open.append((tag, skipped))

    def handle_startendtag(self, tag, pairs):
        self.handle_starttag(tag, pairs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        names = [name for name, _ in self._open]
        if tag in names:
            while self._open.pop()[0] != tag:
                pass
        if tag in ("p", "li", "td", "th", "h1", "h2", "h3", "h4", "figcaption", "div", "section"):
            self._pieces.append(" ")

    def handle_data(self, data):
        if any(name == "title" for name, _ in self._open):
            self.title += data
        if any(name == "svg" for name, _ in self._open):
            if self.figures and data.strip():
                self.figures[-1].append(("#text", " ".join(data.split())))
        elif not any(skip for _, skip in self._open) and self._open:
            self._pieces.append(data)


def runs(ours, theirs):
    """The stretches of words in which two texts differ, as lines."""
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    return [f"text: ours has {' '.join(ours[a:b])[:200]!r}, Quarto's {' '.join(theirs[c:d])[:200]!r}"
            for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]


def pages_differ(ours, theirs):
    """All in which Quarto's page differs from ours, as lines; both as text."""
    mine, other = Page(ours), Page(theirs)
    found = runs(mine.words, other.words)
    if len(mine.figures) != len(other.figures):
        found.append(f"figures: ours has {len(mine.figures)} drawings, Quarto's {len(other.figures)}")
    for number, (one, two) in enumerate(zip(mine.figures, other.figures), start=1):
        if one != two:
            first = next((pair for pair in zip(one, two) if pair[0] != pair[1]), ("the end", "more"))
            found.append(f"drawing {number}: ours has {str(first[0])[:150]}, Quarto's {str(first[1])[:150]}")
    for name in sorted({*mine.downloads} | {*other.downloads}):
        if mine.downloads.get(name) != other.downloads.get(name):
            found.append(f"download {name}: {'not the same' if name in mine.downloads and name in other.downloads else 'in one only'}")
    if "@font-face" in ours and "@font-face" not in theirs:
        found.append("typeface: Quarto's page has none")
    return found


def papers_differ(ours, theirs, carries=True, drawn=frozenset()):
    """All in which Quarto's PDF differs from ours, as lines; both as paths. `carries`: whether its Typst can attach files;
    `drawn`: words that it sets as outlines, which are left out."""
    import pypdf

    mine, other = pypdf.PdfReader(ours), pypdf.PdfReader(theirs)
    words = [[[word for word in words_of(page) if not is_drawn(word, drawn)] for page in paper.pages] for paper in (mine, other)]
    found = []
    if sorted(words[0][0]) != sorted(words[1][0]):
        found.append("page one: " + "; ".join(runs(sorted(words[0][0]), sorted(words[1][0])))[:300])
    # what notes and headers stand on which page may differ by the fonts of Typst's version: the words may not
    bags = [sorted({word for page in paper for word in page}) for paper in words]
    found += runs(*bags)
    if carries:
        for name, [content] in mine.attachments.items():
            if name not in other.attachments:
                found.append(f"attachment {name}: not in Quarto's PDF")
            elif name.endswith(".csv") and other.attachments[name] != [content]:
                found.append(f"attachment {name}: other bytes")
    return found


def words_of(page):
    """The words of a page of a PDF, without the count of pages, and letters that one sign joins apart."""
    return words_in(re.sub(r"Page \d+ of \d+", "", page.extract_text() or ""))


def is_drawn(word, drawn):
    """Whether it is a word of a drawing, or two that stand next to each other there."""
    return word in drawn or any(word.startswith(one) and word[len(one):] in drawn for one in drawn)


def words_in(text):
    return unicodedata.normalize("NFKC", text).split()


def compared(root):
    """Print what was looked at; the lines of what differs."""
    ours, theirs = root / "_output", root / "_output/quarto"
    missing = [str(path) for folder in (ours, theirs) for path in (folder / "report.html", folder / "report.pdf") if not path.is_file()]
    if missing:
        raise SystemExit(f"compare_quarto: found no {', '.join(missing)}, expected both engines' files. Render with both first.")
    page = (ours / "report.html").read_text("utf-8"), (theirs / "report.html").read_text("utf-8")
    mine = Page(page[0])
    print(f"HTML: {len(mine.words)} words, {len(mine.figures)} drawings, {len(mine.downloads)} downloads; PDF: words of all pages, page one, attachments")
    carries = typst_carries()  # an older one also sets the letters of drawings as outlines
    drawn = set() if carries else {word for figure in mine.figures for tag, said in figure if tag == "#text" for word in words_in(said)}
    return [*pages_differ(*page), *papers_differ(ours / "report.pdf", theirs / "report.pdf", carries, drawn)]


def typst_carries():
    """Whether the Typst of this Quarto can attach files: from 0.13 on."""
    run = subprocess.run(["quarto", "typst", "--version"], capture_output=True, text=True, check=False) if shutil.which("quarto") else None
    found = re.search(r"(\d+)\.(\d+)", run.stdout) if run else None
    return not found or (int(found[1]), int(found[2])) >= (0, 13)


# --- how runs end -------------------------------------------------------------------------

def change(path, old, new):
    text = path.read_text("utf-8")
    if not re.search(old, text):
        raise SystemExit(f"compare_quarto: found no {old!r} in {path}, expected it there. Mend the script.")
    path.write_text(re.sub(old, new, text, count=1), "utf-8")


def wrong_data(root):
    change(root / "data/quantities.csv", r"(?<=,)(=|~|>|<)(?=,)", "over")


def wrong_date(root):
    change(root / "report.qmd", r"(?m)^date: .*$", "date: 1999-01-01")


def wrong_reference(root):
    change(root / "report.qmd", r"@fig-\w+", "@fig-nowhere")


def wrong_notebook(root):
    change(root / "analysis/evidence.ipynb", r"data = tables\.load\(\)", "1 / 0")


#: What is done to a copy; the exit codes of `quarto render` and of `briefing render --engine quarto`; what must be said.
CASES = {"right": (lambda root: None, 0, 0, ""),
         "wrong data": (wrong_data, 1, 1, "data/quantities.csv row"),
         "wrong date": (wrong_date, 1, 1, "report.qmd line"),
         "unresolved reference": (wrong_reference, 1, 1, "@fig-nowhere"),
         "failing notebook": (wrong_notebook, 1, 1, "ZeroDivisionError")}


def ended(name, command, root, cwd, code, said):
    """The lines of what is wrong with how a run ended, and with what it left in git's eyes."""
    before = status(root)
    run = subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", errors="replace", env=environment())
    spoken = run.stdout + run.stderr
    found = [] if run.returncode == code else [f"{name}: {command[0]} ended with {run.returncode}, expected {code}\n{spoken[-2000:]}"]
    found += [f"{name}: {command[0]} did not say {said!r}\n{spoken[-2000:]}"] if said not in spoken else []
    found += [f"{name}: {command[0]} shows a traceback"] if "Traceback" in spoken else []
    found += [f"{name}: {command[0]} changed {line}" for line in status(root) if line not in before]
    print(f"{name}: {Path(command[0]).name} in {cwd} ended with {run.returncode}")
    return found


def status(root):
    run = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("QUARTO_")}


def ran(root):
    """Run Quarto on copies of the project; the lines of what is wrong, and the folder of the right copy's files."""
    found = []
    briefing = shutil.which("briefing") or str(root / ".venv/bin/briefing")
    with tempfile.TemporaryDirectory() as scratch:
        for name, (damage, plain, ours, said) in CASES.items():
            copy = Path(scratch, name.replace(" ", "-"))
            subprocess.run(["git", "clone", "--quiet", root, copy], check=True)
            os.symlink(root / ".venv", copy / ".venv")
            damage(copy)
            found += ended(name, ["quarto", "render"], copy, copy, plain, said)
            found += ended(name, [briefing, "render", "--engine", "quarto", "--project", str(copy)], copy, scratch, ours, said)
            if name == "right":
                found += ended("from another folder", ["quarto", "render", str(copy)], copy, scratch, 0, "")
                (copy / ".venv").unlink()
                found += ended("no environment", ["quarto", "render"], copy, copy, 1, "found no package briefing")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--run", action="store_true", help="run Quarto on copies, too")
    options = parser.parse_args()
    root = options.folder.resolve()
    if options.run and not shutil.which("quarto"):
        print("compare_quarto: found no quarto on the PATH, expected it for --run. Install it, or leave out --run.", file=sys.stderr)
        return 2
    try:
        found = [*(ran(root) if options.run else []), *compared(root)]
    except SystemExit as error:
        print(error.code, file=sys.stderr)
        return 2
    print("\n".join([*found, f"{len(found)} difference{'s' * (len(found) != 1)}."]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
