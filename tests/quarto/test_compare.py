"""The comparison of the engines sees what differs: on made-up pages and papers, and a `quarto` that behaves as told."""

import subprocess
import sys
from pathlib import Path

import compare_quarto
import pytest

OURS = ('<html><head><title>T</title><style>@font-face{}</style></head><body><a class="skip" href="#m">To the text</a><header>T, 1 May</header>'
        '<nav>Contents</nav><main><h2><span>1</span> Head</h2><p>Some <em>text</em>: 40<sup>2</sup>%.<br>More.</p><figure id="fig-a">'
        '<svg class="chart wide" width="9"><text x="1">A mark</text><path d="M0,0"/></svg><figcaption>Figure 1. Said.</figcaption></figure>'
        '<table><tr><td>a</td><td>b</td></tr></table></main><footer><a download="a.csv" href="data:text/csv,1">a.csv</a></footer>'
        '<div id="panel">Evidence</div><script>1</script></body></html>')
#: The same as Quarto would set it: other frame, other quotes and ends of elements.
THEIRS = ('<html><head><title>T</title><style>@font-face{}</style></head><body><header id="title-block-header"><h1>T</h1>Published 1 May</header>'
          '<div id="quarto-margin-sidebar">On this page</div><main class="content"><section><h1 data-number="1"><span>1</span> Head</h1>\n'
          '<p>Some <em>text</em>: 40<sup>2</sup>%.<br />More.</p><figure id="fig-a"><svg width="9" class="chart wide"><text x="1">A mark</text>'
          '<path d="M0,0"></path></svg><figcaption>Figure 1. Said.</figcaption></figure><table class="table"><tr><td>a</td><td>b</td></tr></table>'
          '</section><footer><a download="a.csv" href="data:text/csv,1">a.csv</a></footer><div id="panel">Evidence</div></main></body></html>')


def test_pages_that_say_the_same_do_not_differ():
    assert compare_quarto.pages_differ(OURS, THEIRS) == []
    assert compare_quarto.Page(OURS).words == "1 Head Some text: 402%. More. Figure 1. Said. a b".split()


@pytest.mark.parametrize("old, new, seen", [
    ("Some <em>text</em>", "Any <em>text</em>", "text: ours has 'Some', Quarto's 'Any'"),
    ("A mark", "A ma", "drawing 1: ours has ('#text', 'A mark'), Quarto's ('#text', 'A ma')"),
    ('d="M0,0"', 'd="M9,9"', "drawing 1"),
    ('class="chart wide"', 'class="other"', "figures: ours has 1 drawings, Quarto's 0"),
    ("text/csv,1", "text/csv,2", "download a.csv: not the same"),
    ('download="a.csv"', "", "download a.csv: in one only"),
    ("@font-face", "@other", "typeface: Quarto's page has none"),
    ("<td>b</td>", "", "text: ours has 'b', Quarto's ''")])
def test_what_differs_is_seen(old, new, seen):
    assert old in THEIRS
    found = compare_quarto.pages_differ(OURS, THEIRS.replace(old, new))
    assert len(found) == 1 and seen in found[0]


def paper(path, *pages, files=()):
    import typst

    attached = "".join(f'#pdf.attach("{name}", bytes("{text}"))\n' for name, text in files)
    path.write_bytes(typst.compile((attached + "\n#pagebreak()\n".join(pages)).encode(), format="pdf"))
    return path


def test_papers_are_compared_by_words_page_one_and_attachments(tmp_path):
    ours = paper(tmp_path / "ours.pdf", "One alone", "Two and three", files=[("a.csv", "1"), ("all.zip", "x")])
    assert compare_quarto.papers_differ(ours, paper(tmp_path / "a.pdf", "One alone", "Two", "and three", files=[("a.csv", "1"), ("all.zip", "y")])) == []
    [first] = compare_quarto.papers_differ(ours, paper(tmp_path / "b.pdf", "One alone Two", "and three", files=[("a.csv", "1"), ("all.zip", "x")]))
    assert first.startswith("page one")
    found = compare_quarto.papers_differ(ours, paper(tmp_path / "c.pdf", "One alone", "Two and four", files=[("a.csv", "2")]))
    assert [line.split(":")[0] for line in found] == ["text", "attachment a.csv", "attachment all.zip"]
    bare = paper(tmp_path / "d.pdf", "One alone", "Two and three")
    assert compare_quarto.papers_differ(ours, paper(tmp_path / "e.pdf", "One", "Two and"), False, {"alone", "three", "al"}) == []
    assert len(compare_quarto.papers_differ(ours, bare)) == 2 and compare_quarto.papers_differ(ours, bare, carries=False) == []


def run(*arguments, path="/usr/bin:/bin"):
    return subprocess.run([sys.executable, compare_quarto.__file__, *map(str, arguments)], capture_output=True, text=True, env={"PATH": path})


def test_where_there_is_nothing_to_compare_it_says_so(tmp_path):
    said = run(tmp_path)
    assert said.returncode == 2 and "Render with both first" in said.stderr and "Traceback" not in said.stderr
    said = run(tmp_path, "--run", path=str(tmp_path))
    assert said.returncode == 2 and "found no quarto" in said.stderr


def test_it_ends_with_1_where_something_differs(tmp_path):
    for folder, text in (("_output", OURS), ("_output/quarto", THEIRS)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.html").write_text(text, "utf-8")
        paper(tmp_path / folder / "report.pdf", "One", "Two")
    assert run(tmp_path).returncode == 0
    (tmp_path / "_output/quarto/report.html").write_text(THEIRS.replace("Some", "Any"), "utf-8")
    said = run(tmp_path)
    assert said.returncode == 1 and "Quarto's 'Any'" in said.stdout and said.stdout.endswith("1 difference.\n")


# --- how runs end ---------------------------------------------------------------------------

@pytest.fixture
def cloned(tmp_path, monkeypatch):
    """A folder under git, and a program `quarto` that does as told."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "a").write_text("1")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], cwd=root, check=True)

    def quarto(does):
        program = tmp_path / "quarto"
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
        return root, [str(program), "render"]
    return quarto


@pytest.mark.parametrize("does, code, said, seen", [
    ("echo said; exit 1", 1, "said", []), ("echo said; exit 0", 1, "said", ["ended with 0, expected 1"]),
    ("exit 1", 1, "said", ["did not say 'said'"]), ("echo Traceback said; exit 1", 1, "said", ["shows a traceback"]),
    ("echo 2 > a; echo said > b; cat b; exit 1", 1, "said", ["changed  M a", "changed ?? b"])])
def test_how_a_run_ends_and_what_it_leaves_is_seen(cloned, does, code, said, seen):
    root, command = cloned(does)
    found = compare_quarto.ended("case", command, root, root, code, said)
    assert len(found) == len(seen) and all(part in line for part, line in zip(seen, found, strict=True))


@pytest.mark.parametrize("name", [name for name in compare_quarto.CASES if name != "right"])
def test_what_is_done_to_copies_can_be_done_to_this_project(name, tmp_path):
    import shutil

    root = Path(compare_quarto.__file__).parents[1]
    for path in ("data", "analysis", "report.qmd"):
        (shutil.copytree if (root / path).is_dir() else shutil.copy)(root / path, tmp_path / path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    compare_quarto.CASES[name][0](tmp_path)
    assert sum(path.read_bytes() != content for path, content in before.items()) == 1


# --- how long both take ------------------------------------------------------------------------

@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(compare_quarto.__file__).parents[1] / "benchmarks"))
    import importlib

    return importlib.import_module("quarto")


def test_the_benchmark_measures_with_cold_caches_in_turn(benchmark, tmp_path):
    (tmp_path / "_output/.cache").mkdir(parents=True)
    ours = ["sh", "-c", "test ! -e _output/.cache && mkdir _output/.cache && echo ours >> order"]
    theirs = ["sh", "-c", "test ! -e _output/.cache && sleep 0.2 && mkdir _output/.cache && echo theirs >> order"]
    pairs = benchmark.measure(ours, theirs, tmp_path, 2)
    assert (tmp_path / "order").read_text().split() == ["ours", "theirs"] * 2
    assert all(0 < one < two for one, two in pairs)
    assert benchmark.measure(ours, ["false"], tmp_path, 1) is None
    assert "ratio 3.00 (2.00 to 4.00, 2 rounds), at least 10 asked" in benchmark.table([(1.0, 2.0), (1.0, 4.0)])
