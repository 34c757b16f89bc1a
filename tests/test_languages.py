"""A report in another language: its words, numbers, dates and likelihood, and the words of sources in theirs."""

import html
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
from babel.messages.pofile import read_po

from briefing import language
from briefing.commands import new
from briefing.commands.cli import main
from briefing.commands.review import review
from briefing.execution import kernels
from briefing.facts import tables
from briefing.facts.dates import day
from briefing.facts.quantities import Quantity, counted, in_words, verdict
from briefing.findings import InvalidData, InvalidReport
from briefing.language import Language, catalogues, likelihood, locales, speaking
from briefing.rendering.project import Project
from briefing.rendering.render import render
from briefing.report.rules import sentences
from briefing.sources import evidence

from conftest import HARBOUR, filled

LANGUAGES = ("de", "fr", "es", "ru", "mn")
N, T = "\u00a0", "\u202f"
#: The two judgements of the invented project, as each language says them.
JUDGEMENTS = {
    "de": ("Der Verkehr ging sehr wahrscheinlich vor dem Streik zurück.", "Eine Einigung binnen einer Woche ist unwahrscheinlich."),
    "fr": ("Le trafic a très probablement baissé avant la grève.", "Un accord en une semaine est improbable."),
    "es": ("Muy probablemente el tráfico cayó antes de la huelga.", "Un acuerdo en una semana es improbable."),
    "ru": ("Весьма вероятно, что поток упал до забастовки.", "Соглашение за неделю маловероятно."),
    "mn": ("Ачаа ажил хаялтаас өмнө буурсан магадлал маш өндөр.", "Долоо хоногт тохирох магадлал бага."),
}


def turned(root, tag, judgements=None):
    """The project with another language of its report, and its judgements in it."""
    report = root / "report.qmd"
    report.write_text(re.sub(r"(?m)^lang: .*$", f"lang: {tag}", report.read_text("utf-8")), "utf-8")
    path = root / "data/judgements.csv"
    text = path.read_text("utf-8")
    for old, said in zip(("Traffic very likely fell before the strike.", "A settlement within a week is unlikely."),
                         judgements or JUDGEMENTS.get(tag, ()), strict=False):
        assert old in text
        text = text.replace(old, f'"{said}"')
    path.write_text(text, "utf-8")
    return root


# --- catalogues ---------------------------------------------------------------------

@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_text_of_the_package_is_translated(tag):
    with (catalogues.FOLDER / f"{tag}.po").open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    assert catalogues.lacking(catalogue) == [] and catalogues.wrong(catalogue) == []
    assert not [message.id for message in catalogue if message.fuzzy and message.id]


def test_the_catalogues_have_the_texts_of_the_code():
    words = Path(__file__).parents[1] / "docs/words.py"
    run = subprocess.run([sys.executable, words, "--check"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"make words, then translate:\n{run.stdout}{run.stderr}"


def test_english_loads_no_catalogue_and_no_babel():
    code = ("import sys; from briefing.facts.dates import day; from briefing.facts.quantities import Quantity; "
            "from briefing.language import say; assert day('2031-03') == 'March 2031' and say('Page {page} of {all}', "
            "page=1, all=2) == 'Page 1 of 2' and Quantity(1204.5, 'MW', '~').text == 'about 1,204.5\\u00a0MW'; "
            "assert not [name for name in sys.modules if name.partition('.')[0] in ('babel', 'gettext')]")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_russian_has_three_forms():
    with speaking(Language("ru")):
        said = [language.several(n, "{count} passage", "{count} passages") for n in (1, 3, 5, 21, 1204)]
    assert said == ["1 фрагмент", "3 фрагмента", "5 фрагментов", "21 фрагмент", f"1{N}204 фрагмента"]


# --- numbers and dates ----------------------------------------------------------------

@pytest.mark.parametrize(("tag", "said"), [
    ("en", ("over 40%", f"about 1,204.5{N}MW", "at most −1,204,567", f"under 1,204{N}people", "90% to 99%", "not given")),
    ("de", (f"über 40{N}%", f"etwa 1.204,5{N}MW", "höchstens −1.204.567", f"unter 1.204{N}people", f"90{N}% bis 99{N}%", "nicht angegeben")),
    ("fr", (f"plus de 40{N}%", f"environ 1{T}204,5{N}MW", f"au plus −1{T}204{T}567", f"moins de 1{T}204{N}people", f"90{N}% à 99{N}%", "non indiqué")),
    ("es", (f"más de 40{N}%", f"alrededor de 1204,5{N}MW", "como máximo −1.204.567", f"menos de 1204{N}people", f"90{N}% a 99{N}%", "no se indica")),
    ("ru", (f"более 40{N}%", f"около 1{N}204,5{N}MW", f"не более −1{N}204{N}567", f"менее 1{N}204{N}people", f"90{N}% – 99{N}%", "не указано")),
    ("mn", ("40% гаруй", f"ойролцоогоор 1,204.5{N}MW", "дээд тал нь −1,204,567", f"1,204{N}people хүрэхгүй", "90% – 99%", "заагаагүй")),
])
def test_numbers_are_written_as_the_language_does(tag, said):
    with speaking(Language(tag)):
        assert (Quantity(40, "%", ">").text, Quantity(1204.5, "MW", "~").text, Quantity(-1204567, "", "<=").text,
                Quantity(1204, "people", "<").text, in_words({"value": 90, "upper": 99, "unit": "%"}), in_words({})) == said


DATES = ("2031-03-08", "2031-03", "2031", "2031-03-08~", "2031-03~", "2031?", "2031-03%", "203X", "[2031-03-03..2031-03-05]",
         "2031-03-03/2031-03-05", "2031-03-03/2031-05-03", "2031-03/2031-05", "2031-03-03/", "../2031-03", "[2031,2032]",
         "2031-12-30/2032-01-05", "2024-08/2024-08-30")


@pytest.mark.parametrize(("tag", "said"), [
    ("en", ("8 March 2031", "March 2031", "2031", "about 8 March 2031", "about March 2031", "2031, uncertain",
            "about March 2031, uncertain", "some time in the 2030s", "between 3 and 5 March 2031", "3–5 March 2031",
            "3 March to 3 May 2031", "March to May 2031", "from 3 March 2031", "until March 2031", "2031 or 2032",
            "30 December 2031 to 5 January 2032", "August to 30 August 2024")),
    ("de", ("8. März 2031", "März 2031", "2031", "um den 8. März 2031", "um März 2031", "2031, unsicher",
            "um März 2031, unsicher", "irgendwann in den 2030er Jahren", "im Zeitraum 3.–5. März 2031", "3.–5. März 2031",
            f"3. März{N}– 3. Mai 2031", "März–Mai 2031", "ab dem 3. März 2031", "bis März 2031", "2031 oder 2032",
            f"30. Dezember 2031{N}– 5. Januar 2032", f"August 2024{N}– 30. August 2024")),
    ("fr", ("8 mars 2031", "mars 2031", "2031", "vers le 8 mars 2031", "vers mars 2031", "2031, incertain",
            "vers mars 2031, incertain", "dans les années 2030", "à un moment de la période 3–5 mars 2031", "3–5 mars 2031",
            f"3 mars{N}– 3 mai 2031", "mars–mai 2031", "à partir du 3 mars 2031", "jusqu’en mars 2031", "2031 ou 2032",
            f"30 décembre 2031{N}– 5 janvier 2032", f"août 2024{N}– 30 août 2024")),
    ("es", ("8 de marzo de 2031", "marzo de 2031", "2031", "hacia el 8 de marzo de 2031", "hacia marzo de 2031",
            "2031, incierto", "hacia marzo de 2031, incierto", "en algún momento de la década de 2030",
            "en algún momento del período 3–5 de marzo de 2031", "3–5 de marzo de 2031", f"3 de marzo{N}– 3 de mayo de 2031",
            "marzo–mayo de 2031", "desde el 3 de marzo de 2031", "hasta marzo de 2031", "2031 o 2032",
            f"30 de diciembre de 2031{N}– 5 de enero de 2032", f"agosto de 2024{N}– 30 de agosto de 2024")),
    ("ru", (f"8 марта 2031{T}г.", f"март 2031{T}г.", "2031", f"около 8 марта 2031{T}г.", f"около марта 2031{T}г.",
            "2031, неточно", f"около марта 2031{T}г., неточно", "в 2030-х годах", f"в период 3–5 марта 2031{T}г.",
            f"3–5 марта 2031{T}г.", f"3 марта{N}– 3 мая 2031{T}г.", f"март–май 2031{T}г.", f"с 3 марта 2031{T}г.",
            f"до марта 2031{T}г.", "2031 или 2032", f"30 декабря 2031{T}г.{N}– 5 января 2032{T}г.",
            f"август 2024{T}г.{N}– 30 августа 2024{T}г.")),
])
def test_dates_are_written_as_the_language_does_with_their_doubt(tag, said):
    with speaking(Language(tag)):
        assert tuple(map(day, DATES)) == said


def test_mongolian_dates_share_the_year_at_their_head():
    with speaking(Language("mn")):
        assert day("2031-03-03/2031-03-05") == f"2031{T}оны гуравдугаар сарын 3–5"
        assert day("2031-03-03/") == f"2031{T}оны гуравдугаар сарын 3, түүнээс хойш"
        assert not [said for said in map(day, DATES) if re.search("[A-Za-z]", said)]


def test_a_region_has_the_words_of_its_language_and_dates_of_its_own():
    with speaking(Language("de-AT")):
        assert day("2031-01") == "Jänner 2031" and language.say("Figure") == "Abbildung"


def test_a_date_that_is_none_stays_as_it_is():
    with speaking(Language("de")):
        assert day("nonsense") == "nonsense" and day("") == "" and day(None) == ""


def test_counts_are_words_in_english_and_digits_elsewhere():
    assert counted(3) == "three"
    with speaking(Language("de")):
        assert counted(3) == "3" and counted(12045) == "12.045"


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_verdict_has_no_english_word(tag):
    with speaking(Language(tag)):
        found = verdict(Quantity(95, "%"), {"1": [Quantity(90, "%")], "2": [Quantity(95, "%", ">="), Quantity(94, "%")], "3": []}, 0.5)
        said = " ".join((found.words, found.reason, found.rule, found.before, found.after))
    assert not re.search(r"\b(borne|out|claim|figure|as|the|against)\b", said), said


def test_another_thread_speaks_the_same_language():
    from concurrent.futures import ThreadPoolExecutor

    with speaking(Language("de")), ThreadPoolExecutor(1) as pool:
        assert pool.submit(language.say, "Figure").result() == "Abbildung"
    assert language.say("Figure") == "Figure"


@pytest.mark.parametrize(("front", "tag"), [
    ("lang: de", "de"), ('lang: "no"', "no"), ("lang: pt-BR  # Brazil", "pt-BR"), ("title: x", "en"), ("#lang: de", "en"),
    ("format:\n  lang: de", "en")])
def test_the_language_of_a_project_is_read_from_its_front_matter(tmp_path, front, tag):
    (tmp_path / "report.qmd").write_text(f"---\n{front}\n---\n\nlang: fr\n", "utf-8")
    assert language.of(tmp_path).tag == tag
    assert language.of(tmp_path / "nowhere").tag == "en"


# --- likelihood -------------------------------------------------------------------------

@pytest.mark.parametrize("tag", ("en", *LANGUAGES))
def test_a_likelihood_word_is_found_and_not_within_a_longer_one(tag):
    spoken = Language(tag)
    for word in likelihood.LIKELIHOODS:
        for form in likelihood.forms(word, spoken):
            text = f"x {form} y"
            found = [each for each in likelihood.LIKELIHOODS if likelihood.found(text, each, spoken)]
            assert found == [word], (form, found)
    all_forms = [form.casefold() for word in likelihood.LIKELIHOODS for form in likelihood.forms(word, spoken)]
    assert len(set(all_forms)) == len(all_forms)


def test_both_rows_of_the_standard_are_said_alike():
    assert likelihood.forms("probable", Language("de")) == likelihood.forms("likely", Language("de"))
    assert likelihood.found("Das ist wahrscheinlich.", "probable", Language("de"))


def test_a_sentence_without_its_likelihood_word_is_found_with_the_word_to_say(project):
    turned(project, "de", ("Der Verkehr ging vor dem Streik zurück.",))
    with pytest.raises(InvalidData) as caught:
        Project.read(project)
    found = [finding for finding in caught.value.findings if finding.code == "likelihood-unsaid"]
    assert [finding.found for finding in found] == ['no "sehr wahrscheinlich" in the text', 'no "unwahrscheinlich" in the text']


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_judgement_has_word_range_and_confidence_in_the_language(project, tag):
    data = tables.load(turned(project, tag))
    with speaking(language.of(project)):
        said = [evidence.judgement(data, row) for row in data.rows["judgements"]]
        assert all(evidence.confidence(row["confidence"]) in text for row, text in zip(data.rows["judgements"], said, strict=True))
    form = re.escape(likelihood.forms("unlikely", Language(tag))[0])
    assert re.search(rf"\*\*{form}\*\* \(20–45[\u00a0]?%\)", said[1], re.IGNORECASE), said[1]
    assert not re.search("unlikely|Confidence|low", said[1])


PROSE = [
    ("de", "Eine Einigung ist wahrscheinlich [@no-return].", "likelihood-outside"),
    ("de", "Eine Einigung ist äußerst wahrscheinlich [@no-return].", "likelihood-bent"),
    ("de", "Eine Einigung könnte kommen [@no-return].", "likelihood-vague"),
    ("de", "Wir nehmen an, dass es so bleibt [@no-return].", "assumption-unmarked"),
    ("de", "Unseres Erachtens bleibt es so [@no-return].", "judgement-outside"),
    ("de", "Es waren zwanzig Leute da [@no-return].", "number-typed"),
    ("fr", "Un accord est peu probable [@no-return].", "likelihood-outside"),
    ("fr", "Un accord viendra peut-être [@no-return].", "likelihood-vague"),
    ("es", "Un acuerdo es probable [@no-return].", "likelihood-outside"),
    ("es", "Quizás haya un acuerdo [@no-return].", "likelihood-vague"),
    ("ru", "Соглашение весьма вероятно [@no-return].", "likelihood-outside"),
    ("ru", "Возможно, соглашение будет [@no-return].", "likelihood-vague"),
    ("mn", "Тохирох магадлал өндөр [@no-return].", "likelihood-outside"),
    ("mn", "Магадгүй тохирно [@no-return].", "likelihood-vague"),
]


@pytest.mark.parametrize(("tag", "sentence", "code"), PROSE, ids=[f"{tag}-{code}" for tag, _, code in PROSE])
def test_the_rules_of_prose_know_the_words_of_the_language(project, tag, sentence, code):
    turned(project, tag)
    before = {(finding.code, finding.found) for finding in review(project, {}).findings}
    report = project / "report.qmd"
    report.write_text(report.read_text("utf-8").replace("# Who stands where", f"{sentence}\n\n# Who stands where", 1), "utf-8")
    found = [finding for finding in review(project, {}).findings if (finding.code, finding.found) not in before]
    assert code in {finding.code for finding in found}
    assert not any("likely" in finding.expected for finding in found)


def test_sentences_end_where_the_language_ends_them():
    with speaking(Language("de")):
        assert len(sentences.split("Am 8. März kam z. B. Frau Dr. Brook. Dann ging sie.")) == 2
    with speaking(Language("ru")):
        assert len(sentences.split("Это было в 2031 г. в порту, т.е. Внизу. Потом ушли.")) == 2


# --- renders ------------------------------------------------------------------------------

@pytest.fixture(scope="session", params=LANGUAGES)
def spoken(request, tmp_path_factory):
    """The invented project in a language, rendered; with figures of hedged numbers."""
    root = turned(Path(shutil.copytree(HARBOUR, tmp_path_factory.mktemp(request.param) / "harbour")), request.param)
    path = root / "analysis/harbour.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    source = ('#| label: fig-hedged\n#| fig-cap: "…"\n#| fig-alt: "… …"\nimport pandas\nfrom briefing import charts\n'
              'frame = pandas.DataFrame({"value": [1040.5, 2031, 3020], "hedge": [">", "~", "="], "unit": "t", "label": list("xyz"), '
              '"publisher": "Courier"})\ncharts.hedged(frame, x="value:Q", y="label:N").properties(title="x")')
    notebook["cells"].append({"cell_type": "code", "id": "hedged", "metadata": {}, "execution_count": None, "outputs": [], "source": source})
    path.write_text(json.dumps(notebook), "utf-8")
    report = root / "report.qmd"
    report.write_text(report.read_text("utf-8").replace(
        "# Evidence {.unnumbered}", '{{< embed _output/notebooks/harbour.ipynb#fig-hedged >}}\n\n::: {.callout-tip}\n"x" \'y\'\n:::\n\n# Evidence {.unnumbered}'), "utf-8")
    render(root)
    return root, Language(request.param)


#: English of ours, and of no text of the invented project.
OURS = r"""Figure\s\d|Table\s\d|Section\s\d|Confidence|over\s40|10\sMarch|8\sMarch|January\s2031|To\sthe\stext|Contents|Tables\b|The\sfacts\sbehind|
    Close\sthe|Link\sto|can\sbe\sscrolled|Data\sof\sthis|Data:|Save\sas|Back\sto\suse|Page\s\d\sof|as\sgiven|at\sleast|about\s\d|>about<|Tip\b|Source:\sCourier|
    Speaker|Grade|Rendered|Published|Publisher|Reliability|What\sit\ssays|Judged\son|Read\sat|usually|fairly|probably|possibly|paragraph\s\d|
    characters\s\d|quotation|paraphrase\b|narration|cannot\sbe|moderate"""


def left_in(text, spoken):
    """What is said in English of ours; not what the language says alike."""
    with (catalogues.FOLDER / f"{spoken.tag}.po").open("rb") as file:
        own = " ".join(str(message.string) for message in read_po(file))
    return sorted({found for found in re.findall(re.sub(r"\s*\n\s*", "", OURS), text)
                   if re.sub(r"[\s\d:]+", " ", found).strip() not in own})


def test_a_page_has_no_english_word_of_ours(spoken):
    root, tongue = spoken
    page = (root / "_output/report.html").read_text("utf-8")
    data = re.search(r'<script type="application/json" id="evidence-data">(.*?)</script>', page, re.DOTALL)[1]
    page = re.sub(r"<style>.*?</style>|<script.*?</script>", "", page, flags=re.DOTALL)
    page = re.sub(r'href="data:[^"]*"', "", page)  # files to save are for programs
    seen = html.unescape(re.sub(r"<[^>]*?(?:(?:aria-label|alt|title)=\"([^\"]*)\"[^>]*)?>", r" \1 ", page))
    assert left_in(seen, tongue) == []
    told = json.loads(data)
    assert left_in(" ".join([*told["parts"], *told["words"].values()]), tongue) == []
    script = (Path(language.__file__).parents[1] / "templates/page.js").read_text("utf-8")
    assert set(told["words"]) == set(re.findall(r'\bsay\("([^"]+)"', script)) and all(told["words"].values())
    with speaking(tongue):
        assert day("2031-03-10") in seen and Quantity(40, "%", ">").text in seen and f'<html lang="{tongue.tag}">' in \
            (root / "_output/report.html").read_text("utf-8")
        assert Quantity(1040.5, "t", ">").text in seen  # of the table below the figure
        assert f">1{locales.locale(tongue).number_symbols['latn']['group']}000<" in page  # of the axis, by Vega
        assert language.say("“{quote}”", quote="x") in seen and language.say("‘{quote}’", quote="y") in seen


def test_paper_has_no_english_word_of_ours(spoken):
    root, tongue = spoken
    reader = pypdf.PdfReader(root / "_output/report.pdf")
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert left_in(text, tongue) == []
    assert reader.trailer["/Root"]["/Lang"] == tongue.tag
    with speaking(tongue):
        for said in (language.say("Page {page} of {all}", page=1, all=len(reader.pages)), day("2031-03-10"), language.say("about"),
                     language.say("Source: {names}.", names="Courier").rstrip(".")):
            assert re.sub(r"\s+", "", said) in re.sub(r"\s+", "", text), said


def test_annotations_tell_the_language_of_gist_and_source(spoken):
    root, tongue = spoken
    first = json.loads((root / "_output/evidence.jsonld").read_text("utf-8"))["first"]["items"][0]
    assert (first["body"]["language"], first["target"]["language"]) == (tongue.tag, "en")


def test_the_panel_speaks_the_language(spoken, show):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    root, tongue = spoken
    page = show(root / "_output/report.html")
    with speaking(tongue):
        assert language.say("Search the evidence") in page.find_element(By.CSS_SELECTOR, "form[role=search]").text
        page.find_element(By.CSS_SELECTOR, 'a.value[href^="#ref-"]').send_keys(Keys.ENTER)
        panel = page.find_element(By.ID, "panel")
        for said in ("Speaker", "Grade", "In the list of evidence"):
            assert language.say(said) in panel.text
        assert panel.find_element(By.CSS_SELECTOR, "h2").text.replace(N, " ") == language.say("Behind “{value}”", value="310 people").replace(N, " ")


# --- the words of sources -------------------------------------------------------------------

TITLES = """<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0" default-locale="en-GB">
<info><title>t</title><id>t</id><updated>2031-01-01T00:00:00+00:00</updated></info>
<citation><layout><text variable="citation-number"/></layout></citation>
<bibliography><layout><text variable="title" text-case="title"/></layout></bibliography></style>"""


@pytest.fixture
def abroad(project, edit):
    """An English report whose main source is German."""
    edit("data/sources.csv", "Dockers stop work,2031-03-08,,en", "Hafenarbeiter legen ihre arbeit nieder,2031-03-08,,de-AT")
    edit("data/passages.csv", "until the cranes have crews", "bis die kräne wieder leute haben")
    return project


@pytest.mark.parametrize("own", [False, True])
def test_quotes_and_titles_of_another_language_keep_their_letters_and_say_their_language(abroad, edit, own):
    if own:
        (abroad / "own.csl").write_text(TITLES, "utf-8")
        edit("report.qmd", "lang: en", "lang: en\ncsl: own.csl")
    render(abroad)
    page = (abroad / "_output/report.html").read_text("utf-8")
    assert '<span lang="de-AT">bis die kräne wieder leute haben</span>' in page
    assert '<span lang="de-AT">Hafenarbeiter legen ihre arbeit nieder</span>' in page
    assert ("Yearly Port Calls" if own else "Yearly port calls") in page  # an English title is the style's to set
    cards = json.loads(re.search(r'id="evidence-data">(.*?)</script>', page, re.DOTALL)[1])["cards"]
    assert cards["no-return"]["lang"] == cards["courier"]["lang"] == "de-AT" and "lang" not in cards["port-statistics"]
    drawn = b"".join(page.get_contents().get_data() for page in pypdf.PdfReader(abroad / "_output/report.pdf").pages)
    assert re.search(rb"/Lang\s?\(de-AT\)", drawn)
    listed = {item["id"]: item for item in json.loads((abroad / "_output/references.json").read_text("utf-8"))}
    assert listed["courier"]["language"] == listed["no-return"]["language"] == "de-AT" and listed["port-statistics"]["language"] == "en"


def test_an_english_quote_keeps_its_letters_too(project, edit):
    (project / "own.csl").write_text(TITLES, "utf-8")
    edit("report.qmd", "lang: en", "lang: en\ncsl: own.csl")
    render(project)
    page = (project / "_output/report.html").read_text("utf-8")
    assert "until the cranes have crews" in page and "nocase" not in page and '<span lang="' not in page


def test_words_of_a_source_enter_by_their_passage(abroad):
    data = tables.load(abroad)
    assert evidence.quoted(data, "no-return") == "“[bis die kräne wieder leute haben]{lang=de-AT}”"
    with speaking(Language("de")):
        assert evidence.quoted(data, "no-return") == "„bis die kräne wieder leute haben“"
    with pytest.raises(Exception, match="found no quote of stopped-work"):
        evidence.quoted(data, "stopped-work")


# --- a language that is missing, and a project's own words -------------------------------------

def findings(root):
    with pytest.raises(InvalidReport) as caught:
        Project.read(root)
    return caught.value.findings


def test_a_language_without_words_is_a_finding_at_its_line(project, capsys):
    turned(project, "pt-BR")
    assert main(["render", "--project", str(project), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["code"], found["path"], found["line"]) == ("language-missing", "report.qmd", 6)
    assert "mn (Mongolian)" in found["expected"] and "briefing words pt" in found["remedy"]
    assert not (project / "_output").exists()


def own_words(project, tag="pt"):
    """A catalogue of the project's own, made by the command and filled with the English in capitals."""
    assert main(["words", tag, "--project", str(project)]) == 0
    path = project / f"analysis/words/{tag}.po"
    with path.open("rb") as file:
        catalogue = read_po(file)
    def said(text):
        return re.sub(r"(\{[^}]*\})|([^{]+)", lambda part: part[1] or part[2].upper(), text)
    for message in catalogue:
        if message.id:
            message.string = said(message.id) if isinstance(message.id, str) else tuple(map(said, message.id))
    path.write_text(catalogues.written(catalogue), "utf-8")
    return path


def test_a_project_may_bring_a_language(project, capsys):
    path = own_words(project)
    assert 'msgid "What happened"' not in path.read_text("utf-8")  # what only a new project is filled with
    turned(project, "pt", ("O tráfego VERY LIKELY caiu.", "Um acordo é UNLIKELY."))
    render(project)
    page = (project / "_output/report.html").read_text("utf-8")
    assert "FIGURE\u00a01" in page and "10 de março de 2031" in page and "OVER 40%" in page and "UNLIKELY" in page
    assert "analysis/words/pt.po" in json.loads((project / "_output/edition.json").read_text("utf-8"))["inputs"]["prose"]


def test_what_a_projects_words_lack_or_have_wrong_is_found(project, capsys):
    path = own_words(project)
    turned(project, "pt", ("O tráfego VERY LIKELY caiu.", "Um acordo é UNLIKELY."))
    text = path.read_text("utf-8").replace('msgstr "PAGE {page} OF {all}"', 'msgstr "PAGE {pag} OF {all}"')
    text = text.replace('msgstr "SPEAKER"', 'msgstr ""')
    text = re.sub(r'(?m)^#: .*\n(?:#.*\n)*msgid "Grade"\nmsgstr .*\n\n', "", text)
    path.write_text(text, "utf-8")
    found = {finding.code + " " + finding.found: finding for finding in findings(project)}
    assert set(found) == {'words-names {pag} in the translation of "Page {page} of {all}"',
                          'words-missing no translation of "Speaker"', 'words-missing no translation of "Grade"'}
    assert all(finding.path == "analysis/words/pt.po" for finding in found.values())
    assert found['words-missing no translation of "Speaker"'].line and "briefing words pt" in found['words-missing no translation of "Grade"'].remedy
    assert main(["words", "pt", "--project", str(project)]) == 0  # what was translated stays
    assert 'msgstr "BASIS"' in path.read_text("utf-8") and 'msgid "Grade"' in path.read_text("utf-8")


@pytest.mark.parametrize("content", ["no catalogue", 'msgid "a', "\udcff", 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n $ 1);\\n"\n'])
def test_words_that_are_no_catalogue_are_found(project, content):
    turned(project, "pt", ())
    (project / "analysis/words").mkdir()
    (project / "analysis/words/pt.po").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert [finding.code for finding in findings(project) if finding.path.endswith(".po")] == ["words-unreadable"]


def test_a_project_may_say_one_text_otherwise(project):
    (project / "analysis/words").mkdir()
    (project / "analysis/words/de.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Figure"\nmsgstr "Bild"\n', "utf-8")
    Project.read(turned(project, "de"))
    with speaking(language.of(project)):
        assert (language.say("Figure"), language.say("Table")) == ("Bild", "Tabelle")


def test_no_words_for_what_is_no_language(project, capsys):
    assert main(["words", "xq", "--project", str(project)]) == 2
    assert "expected a tag such as pt" in capsys.readouterr().err
    assert not (project / "analysis/words").exists()


# --- what must run again ------------------------------------------------------------------------

@pytest.mark.skipif(not kernels.available(), reason="only kernels that are forked record what they read")
def test_notebooks_run_again_for_another_language_and_not_for_other_prose(rendered, tmp_path):
    root = Path(shutil.copytree(rendered, tmp_path / "harbour"))

    def reasons():
        said = []
        render(root, explain=said.append)
        return {step: why for step, _, why in (line.partition(": ") for line in said)}

    report = root / "report.qmd"
    report.write_text(report.read_text("utf-8").replace("of its traffic is gone", "of the traffic is gone"), "utf-8")
    assert reasons()["analysis/harbour.ipynb"] == "reused"
    turned(root, "de")
    why = reasons()
    assert "lang of report.qmd changed" in why["analysis/harbour.ipynb"] and "lang of report.qmd changed" in why["exports"]
    assert "lang of report.qmd" in why["report.qmd"] or "harbour" in why["report.qmd"]
    (root / "analysis/words").mkdir()
    (root / "analysis/words/de.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "over {number}"\nmsgstr "mehr als {number}"\n', "utf-8")
    assert reasons()["analysis/harbour.ipynb"] != "reused"
    assert "mehr als 40" in (root / "_output/report.html").read_text("utf-8")


# --- new projects -------------------------------------------------------------------------------

@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_new_project_is_written_in_its_language(tmp_path, tag):
    root = tmp_path / "own"
    new.new(root, date="2031-03-10", lang=tag)
    filled(root, HARBOUR)
    turned(root, tag)
    report, tongue = (root / "report.qmd").read_text("utf-8"), Language(tag)
    for heading in ("What happened", "Who stands where", "The numbers", "Sources and method"):
        assert f"# {tongue.say(heading)} {{#sec-" in report and (f"# {heading}" not in report)
    notebook = (root / "analysis/positions.ipynb").read_text("utf-8")
    assert "Each actor's stand" not in notebook and tongue.say("No stand is coded yet") not in notebook  # said when it runs
    Project.read(root)
    assert not [path for path in new.texts_of(root / "report.qmd") if path in {text for text in new.texts_of(new.STARTER / "report.qmd")}]


def test_an_english_project_has_the_starter_as_it_is(tmp_path):
    new.new(tmp_path / "own", date="2031-03-10")
    for path in sorted(new.STARTER.rglob("*.ipynb")):
        assert (tmp_path / "own/analysis" / path.name).read_bytes() == path.read_bytes()
