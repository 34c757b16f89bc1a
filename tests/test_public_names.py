"""What other code may lean on: the modules' public names, and who imports whom."""

import ast
import re
from pathlib import Path

import pytest

import briefing

FOLDER = Path(briefing.__file__).parent
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("__"))

#: A name goes in or out of here in the change that adds or removes it, with a line in the changelog.
NAMES = {
    "anchors": "Check check Key Move Numbered patch",
    "archive": "inputs kind NAME named_by_report pack PACKAGE unpack write",
    "cache": "digest distributions environment file_hash find folder_hash Found Inputs keep libraries Read REASONS "
        "RUNS",
    "cli": "main",
    "compare": "Change Difference editions environments inputs LONGEST MOST_LINES NONDETERMINISM outputs "
        "page_sentences",
    "constructs": "check FORMATS IMAGES Located pictures_from_files QUARTO_ONLY QUARTO_ONLY_KEYS",
    "crate": "CARRIER crate Entity MEDIA_TYPES NAME PROFILE SPECIFICATION",
    "dates": "date_bounds day MONTHS",
    "document": "build callout Document evidence_of hidden identifiers MOST_BACK visible",
    "drawing": "compiled drawn process slim Specification TALLEST VARIABLE",
    "edition": "ABOUT_ITSELF BENEATH Edition FORMAT inputs_of load read_record RECORD record sha256 versions",
    "editions": "load NOT_THERE side_by_side",
    "evidence": "cards carried chain cited CREDIBILITY digits filled grade hops judgement judgements LIKELIHOODS "
        "origins OTHER_LIKELIHOODS references RELIABILITY rests_on",
    "exports": "ANNOTATIONS annotations files graphml networks STATEMENTS statements",
    "figures": "bundle FIGURE HIGHEST LOOKS Problem VEGA_LITE WIDEST",
    "findings": "BriefingError CellFailed CellTimedOut Finding Findings GlyphMissing InvalidData InvalidReport "
        "KernelDied LONGEST_SHOWN NotebookFailed shown",
    "glyphs": "check MOST_NAMED Place",
    "html": "font_rules policy_hash TEMPLATES write",
    "imports": "light WAITING without",
    "inline": "markdown show",
    "kernels": "available Birth environment Kernels Nursery nursery OPTIONS PRELOADED PRELOADED_IF_NAMED VARIED warm",
    "notebooks": "Cell cell_options cells clean code EXECUTED EXECUTED_VARIABLE MEMORY problems read recording_of "
        "runnable running text VALUES values",
    "pdf": "Attachment literal MOST_TOLD source STYLED TEMPLATE write",
    "positions": "busiest chains Network network publishers stand_rows stands tie_rows timeline",
    "preview": "FILES FOLDERS inputs Outcome outcomes PATIENCE",
    "prose": "ASSUMING check CONFIDENCE Idle JUDGING Offered VAGUE",
    "provisioning": "ForkedProcess ForkProvisioner provision",
    "quantities": "bears_out counted escaped HedgeError HEDGES in_words known mean of_row plain publish Quantity share "
        "spelled Value Values Verdict verdict",
    "rebuild": "check check_pdf Condition",
    "recording": "note Noted paused start",
    "reliability": "Agreement Cells coders Disagreement measure NONE Reliability RESAMPLES SEED Unitising",
    "render": "execute OUTPUT render render_with_quarto",
    "report": "as_notebook bind Bound CALLOUTS CELL_OPTIONS CROSS_REFERENCES embed_path FOREIGN_REFERENCES "
        "FRONT_MATTER PAPERS Picture present Problem read Report Results results Span",
    "review": "Review review",
    "running": "execute OWN Progress Run",
    "sentences": "Block Sentence sentences split visible",
    "serving": "Content PORT served Server VIEW",
    "sheets": "CODES PLACE read write",
    "specification": "data_of encoded parts rows_of table title",
    "store": "figure FOLDER keep_figure RENDERS Store VARIABLE",
    "tables": "DESCRIPTOR EDTF EVIDENCE_KEYS find_root likelihood_word load LONGEST_CELL LONGEST_QUOTE Problem read "
        "REQUIRED_TABLES Row STANDARD Tables",
    "timings": "Stage Timings",
    "tree": "attributes div Node pandoc plain raw transform VERSION walk",
    "typefaces": "advance advances available folder FONT foreign missing rules unsettable",
    "unchanged": "changes File MANIFEST remember unchanged YOUNG",
}


def tree(module):
    return ast.parse((FOLDER / f"{module}.py").read_text("utf-8"))


def public(module):
    """The names that a module itself defines, without those that begin with an underscore."""
    names = []
    for node in tree(module).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign):
            names.append(node.target.id)
    return {name for name in names if not name.startswith("_")}


def imported(module):
    """The modules of the package that a module imports, also inside functions."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == "briefing"):
            inner = (node.module or "").removeprefix("briefing").strip(".")
            found |= {inner} if inner else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("briefing.") for alias in node.names if alias.name.startswith("briefing.")}
    return found & set(MODULES)


def order():
    """The modules as the package's docstring lists them."""
    listed = re.search(r"before it: (.*?)\.", " ".join(briefing.__doc__.split()))
    assert listed, "the docstring of briefing lists the modules after `before it:`"
    return listed[1].split(", ")


@pytest.mark.parametrize("module", MODULES)
def test_public_names_are_those_that_are_pinned(module):
    assert sorted(public(module)) == sorted(NAMES[module].split())


def test_no_module_is_pinned_that_is_gone():
    assert sorted(NAMES) == MODULES


def test_docstring_lists_every_module_once():
    assert sorted(order()) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_from_those_above_it(module):
    listed = order()
    above = set(listed[:listed.index(module)]) if module in listed else set()
    assert imported(module) - above == set()


def test_public_functions_say_what_they_give():
    missing = [f"{module}.{node.name}" for module in MODULES for node in tree(module).body
               if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_")
               and node.returns is None]
    assert missing == []


def test_no_assert_outside_tests():
    assert [f"{module} line {node.lineno}" for module in MODULES for node in ast.walk(tree(module))
            if isinstance(node, ast.Assert)] == []


def test_nothing_in_the_package_names_the_first_briefings_subject():
    words = re.compile(r"mongolia|putin|kremlin|ulaanbaatar|tass\b|cnbc", re.IGNORECASE)
    files = [path for path in sorted(FOLDER.rglob("*")) if path.suffix in (".py", ".typ", ".css", ".js", ".html", ".csl")]
    assert [path.name for path in files if words.search(path.read_text("utf-8"))] == []
