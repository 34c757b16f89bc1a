"""The documentation says what is true: its samples run, its messages are raised, its links lead somewhere.

The reference is made from the code without Sphinx, so that it is tried here; the site itself is built by `make docs`.
"""

import contextlib
import csv
import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest
from conftest import HARBOUR, filled

import briefing
from briefing.commands import cli, new
from briefing.editions import rebuild
from briefing.facts import tables
from briefing.facts.tables import STANDARD
from briefing.findings import InvalidData
from briefing.report import parameters, report

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))
import reference  # noqa: E402
import samples  # noqa: E402

sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).parent))
import provoked  # noqa: E402

sys.path.pop(0)

PAGES = sorted([*DOCS.glob("*.md"), *DOCS.glob("howto/*.md")])
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in [*PAGES, ROOT / "README.md", ROOT / "SECURITY.md",
                                                                                   ROOT / "CONTRIBUTING.md"]}
#: The page whose samples belong together: tests/docs/test_tutorial.py runs it whole.
TUTORIAL = "docs/tutorial.md"


@pytest.fixture(scope="module")
def made():
    return reference.pages()


def each(find):
    return [pytest.param(name, found, id=f"{name}-{n}") for name, text in TEXTS.items()
            for n, found in enumerate(find(text), start=1)]


# --- samples ------------------------------------------------------------------------

@pytest.mark.parametrize("name, line", each(samples.commands))
def test_commands_parse(name, line):
    words = shlex.split(line)[1:]
    try:
        cli.parser().parse_args(words)
    except SystemExit as end:  # --help ends with 0
        assert end.code == 0, f"{name}: {line}"


def test_commands_are_found():
    text = "`briefing check a.pdf`\n\n    .venv/bin/briefing render\n\n```sh\nbriefing diff a \\\n  b  # both\n```\n`briefing …`"
    assert set(samples.commands(text)) == {"briefing check a.pdf", "briefing render", "briefing diff a    b"}


@pytest.fixture
def own(tmp_path):
    """A project as a reader has it, made by `briefing new`, with the rows of the invented one."""
    new.new(tmp_path / "own", date="2031-03-10")
    filled(tmp_path / "own", HARBOUR)
    return tmp_path / "own"


def paste(block, root):
    """Add the rows of a sample to the table that has its header."""
    header, *rows = block.splitlines(keepends=True)
    table, = [path for path in (root / "data").glob("*.csv") if path.read_text("utf-8").startswith(header)]
    with table.open("a", encoding="utf-8") as file:
        file.writelines(rows)


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if name != TUTORIAL
                                  and samples.fences(text, "python")])
def test_python_samples_run(name, own):
    """The samples of a page one after the other, in a notebook's folder, as a reader would who took its rows."""
    for block in samples.fences(TEXTS[name], "csv"):
        paste(block, own)
    names = {}
    with contextlib.chdir(own / "analysis"), contextlib.redirect_stdout(io.StringIO()) as out:
        for code in samples.fences(TEXTS[name], "python"):
            samples.run(code, names)
    printed = [said for code in samples.fences(TEXTS[name], "python")
               for said in re.findall(r"print\(.*\)  # (.+)", code)]
    assert [said for said in printed if said not in out.getvalue().splitlines()] == []


@pytest.mark.parametrize("code", samples.fences(TEXTS["docs/gallery.md"], "python"))
def test_the_gallery_draws_what_a_briefing_would_take(code):
    from briefing.execution import figures

    found = samples.figure(code)
    assert found[figures.FIGURE]["problems"] == [] and "</svg>" in found["image/svg+xml"]
    assert len(code.strip().splitlines()) <= 20


@pytest.mark.parametrize("name, block", [sample for sample in each(lambda text: samples.fences(text, "csv"))
                                         if sample.values[0] != TUTORIAL])
def test_rows_are_taken(name, block, own):
    paste(block, own)
    tables.load(own)


@pytest.mark.parametrize("name, block", each(lambda text: samples.fences(text, "markdown")))
def test_prose_is_understood(name, block, project):
    (project / "report.qmd").write_text(f"---\ntitle: A sample\n---\n\n{block}", "utf-8")
    assert report.read(project).spans


@pytest.mark.parametrize("name, block", each(lambda text: samples.fences(text, "json")))
def test_json_is_json(name, block):
    json.loads(block)


# --- messages -----------------------------------------------------------------------

QUOTED = dict(re.findall(r"<!-- provoked: ([\w-]+) -->\n```text\n(.*?)```", TEXTS["docs/troubleshooting.md"], re.DOTALL))


def test_every_message_of_the_page_is_provoked_and_every_provoked_one_is_there():
    assert QUOTED.keys() == provoked.PROVOKED.keys()
    assert TEXTS["docs/troubleshooting.md"].count("```text") == len(QUOTED)


@pytest.mark.parametrize("name", QUOTED)
def test_messages_are_raised(name, project):
    lines = provoked.PROVOKED[name](provoked.Broken(project)).splitlines()
    for quoted in QUOTED[name].splitlines():
        form = re.escape(quoted).replace("…", ".*")
        assert any(re.fullmatch(form, line) for line in lines), f"{quoted}\nis none of\n" + "\n".join(lines)


def test_the_page_on_the_proof_names_the_conditions_as_they_are(tmp_path):
    rows = dict(re.findall(r"^\| ([\w ,]+) \| (.+\| .+) \|$", TEXTS["docs/proof.md"], re.MULTILINE))
    one, other = rebuild._conditions(tmp_path)
    assert one.variables["TZ"] in rows["time zone"] and other.variables["TZ"] in rows["time zone"]
    assert rows["hash seed of Python"] == f"{one.variables['PYTHONHASHSEED']} | {other.variables['PYTHONHASHSEED']}"
    assert rows["umask"] == f"{one.umask:03o} | {other.umask:03o}"
    assert f"`{one.variables['LC_ALL']}`" in rows["locale"]
    assert rows["processors"].startswith("all |") and (one.one_processor, other.one_processor) == (False, True)
    assert (one.backwards, other.backwards) == (False, True)
    assert " " in other.variables["HOME"] and "'" in other.variables["HOME"]


@pytest.mark.parametrize("name", ["docs/proof.md", "docs/howto/check-a-pdf.md"])
def test_the_verdict_is_quoted_as_it_is_said(name):
    assert cli._rebuilt_lines([]) in " ".join(TEXTS[name].replace("\n> ", " ").split())


# --- links --------------------------------------------------------------------------

def links(text):
    return re.findall(r"\]\((?!https?:|mailto:|#ref-)([^)\s]*)\)", re.sub(r"^(`{3,}).*?^\1`*$|`[^`\n]+`", "", text,
                                                                        flags=re.DOTALL | re.MULTILINE))


def anchors(text):
    """As MyST and GitHub make them of headings."""
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-")
            for head in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name, made):
    folder = (ROOT / name).parent
    for link in links(TEXTS[name]):
        path, _, anchor = link.partition("#")
        target = (folder / path).resolve() if path else ROOT / name
        generated = made.get(target.stem) if target.parent == DOCS / "reference" else None
        assert generated or target.exists(), f"{name}: {link}"
        if anchor:
            assert anchor in anchors(generated or target.read_text("utf-8")), f"{name}: {link}"


def test_every_page_is_in_the_contents(made):
    named = re.findall(r"^([\w/-]+)$", "".join(re.findall(r"```\{toctree\}\n(.*?)```", TEXTS["docs/index.md"], re.DOTALL)),
                       re.MULTILINE)
    pages = [path.relative_to(DOCS).with_suffix("").as_posix() for path in PAGES if path.stem != "index"]
    assert sorted(named) == sorted([*pages, *(f"reference/{name}" for name in made)])


# --- the reference ------------------------------------------------------------------

def test_every_table_and_column_is_in_the_reference(made):
    parts = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", made["tables"], re.DOTALL | re.MULTILINE))
    assert parts.keys() >= STANDARD.keys()
    for table, columns in STANDARD.items():
        always = re.findall(r"^\| `(\w+)` \| [^|]* \| always", parts[table], re.MULTILINE)
        assert sorted(always) == sorted(columns), table


def test_every_command_and_option_is_in_the_reference(made):
    parts = dict(re.findall(r"^## briefing ([\w -]+)\n(.*?)(?=^## |\Z)", made["commands"], re.DOTALL | re.MULTILINE))
    head = made["commands"].partition("\n## ")[0]
    assert [option for option in cli.parser()._option_string_actions if option not in head] == []
    assert parts.keys() == reference.parsers().keys() >= {"render", "check", "diff", "sheet"}
    for name, parser in reference.parsers().items():
        for option in parser._option_string_actions:
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", parts[name]), f"{name} {option}"
    assert "%(" not in made["commands"]


def test_every_key_of_the_front_matter_is_in_the_reference(made):
    for each in parameters.PARAMETERS:
        row = next(line for line in made["front-matter"].split("\n") if line.startswith(f"| `{each.name}` |"))
        assert each.kind in row and row.count("|") == 5


def test_every_public_name_is_in_the_reference(made):
    heads = re.findall(r"^## (\w+)$", made["names"], re.MULTILINE)
    assert sorted(heads) == sorted(briefing.__all__)
    for name in ("Finding", "Quantity", "render", "quantities.verdict", "positions.stands"):
        assert re.search(rf"\{{py:\w+\}} briefing\.{name}\b", made["names"]), name


def test_every_chart_is_in_the_reference(made):
    assert {name for name in briefing.charts.__all__ if f"briefing.charts.{name}" not in made["charts"]} == set()


def test_every_finding_that_is_made_by_name_is_in_the_reference(made):
    written = {code for path in (ROOT / "analysis/briefing").rglob("*.py")
               for code in re.findall(r'\bFinding\(\s*"([a-z-]+)"', path.read_text("utf-8"))}
    assert len(written) > 30
    assert {code for code in written if f"| `{code}` |" not in made["findings"]} == set()


def test_findings_that_are_met_are_in_the_reference(made, project):
    """As a test of what is read from the code: by what a damaged project really gives."""
    for path in (project / "data").glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
        rows[1:] = [[f"{cell} x" for cell in row] for row in rows[1:]]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\r\n").writerows(rows)
    with pytest.raises(InvalidData) as raised:
        tables.load(project)
    met = {finding.code for finding in raised.value.findings}
    assert len(met) >= 5
    assert {code for code in met if f"| `{code}` |" not in made["findings"]} == set()


def test_the_reference_is_the_same_each_time(made):
    assert reference.pages() == made
    assert " at 0x" not in "".join(made.values()) and str(ROOT) not in "".join(made.values())
