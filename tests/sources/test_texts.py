"""What a source may be: text, Markdown, web pages, PDF; and what it is told where it is none of them."""

import textwrap

import pytest

from briefing.findings import BriefingError
from briefing.sources import texts
from briefing.writers import pdf  # noqa: F401  the typefaces that typst is given

PARAGRAPHS = ("Der Hafen von Sandheim steht seit Montag still, weil die Arbeiter die neuen Kräne nicht ohne Führer laufen lassen.",
              "Die Gesellschaft nennt den Streik rechtswidrig und verweist auf den Vertrag vom vergangenen Jahr.",
              "Die Gewerkschaft will erst zurückkehren, wenn jeder Kran wieder einen Führer hat.")
PAGE = """<!doctype html><html lang="de"><head><title>Stillstand im Hafen | Morgenblatt</title>
<meta property="og:site_name" content="Morgenblatt"><link rel="canonical" href="https://example.org/hafen">
<meta property="article:published_time" content="2031-03-08T10:00:00+01:00"></head>
<body><nav><a href="/">Start</a> <a href="/sport">Sport</a></nav><article><h1>Stillstand im Hafen</h1>{}</article>
<footer>Impressum und Datenschutz</footer></body></html>""".format("".join(f"<p>{p}</p>" for p in PARAGRAPHS))


@pytest.fixture
def read(tmp_path):
    """Write a file of this content and read it as a source."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return texts.read(path)

    return write


def refused(read, name, content):
    with pytest.raises(BriefingError) as error:
        read(name, content)
    message = str(error.value)
    assert ": found " in message and ", expected " in message
    return message


def test_plain_text_stays_as_it_is(read):
    text = "Dockers stop work\n\nThe dockers of the harbour stopped work on Monday.\n  An indented line.\n"
    found = read("a.txt", text)
    assert (found.content, found.kind, found.title, found.language) == (text, "text", "Dockers stop work", "en")
    assert (found.publisher, found.published, found.url) == ("", "", "")


def test_marks_of_other_systems_are_taken_off(read):
    assert read("a.txt", "\ufeffOne line.\r\nAnother line.\r\n").content == "One line.\nAnother line.\n"


def test_lines_of_one_width_become_paragraphs(read):
    wrapped = "\n\n".join(["A title", *(textwrap.fill(p, 60) for p in PARAGRAPHS)])
    assert read("a.txt", wrapped).content == "\n\n".join(["A title", *PARAGRAPHS]) + "\n"


def test_verses_and_lists_keep_their_lines(read):
    verse = "One short\nand another\n\nA third\nand a fourth\n\nThe fifth\nand the last\n"
    assert read("a.txt", verse).content == verse


def test_markdown_loses_its_signs_and_gives_its_front_matter(read):
    found = read("a.md", "---\ntitle: Über *den* Hafen\ndate: 2031-03-08\npublisher: Amt\n---\n# Kopf\n\n"
                         "Ein *Satz* mit [Verweis](https://example.org) und\nnoch einer Zeile im selben Absatz.\n")
    assert found.content == "Kopf\n\nEin Satz mit Verweis und noch einer Zeile im selben Absatz.\n"
    assert (found.title, found.published, found.publisher, found.language) == ("Über den Hafen", "2031-03-08", "Amt", "de")


def test_page_gives_its_article_and_who_published_it_when(read):
    found = read("seite.html", PAGE)
    assert found.content == "\n\n".join(["Stillstand im Hafen", *PARAGRAPHS]) + "\n"
    assert (found.title, found.publisher, found.published, found.language, found.url) == (
        "Stillstand im Hafen", "Morgenblatt", "2031-03-08", "de", "https://example.org/hafen")
    assert read("ohne-endung", PAGE).content == found.content  # told by its first bytes


def test_pdf_gives_its_paragraphs_without_page_numbers(tmp_path):
    import typst

    source = tmp_path / "a.typ"
    source.write_text('#set page(width: 12cm, height: 6cm, numbering: "1")\n#set text(hyphenate: false)\n'
                      + "\n\n".join(PARAGRAPHS), "utf-8")
    (tmp_path / "a.pdf").write_bytes(typst.compile(str(source)))
    found = texts.read(tmp_path / "a.pdf")
    assert found.content == "\n\n".join(PARAGRAPHS) + "\n" and (found.kind, found.language) == ("PDF", "de")


def test_pdf_without_its_running_heads_and_with_its_own_title(tmp_path):
    import typst

    (tmp_path / "a.typ").write_text(
        '#set document(title: "Stillstand im Hafen")\n#set page(width: 14cm, height: 9cm, margin: 2cm, header: [Morgenblatt #h(1fr) '
        'Seite #context counter(page).display()])\n#set par(justify: true)\n#set text(hyphenate: false)\n'
        + "\n#pagebreak()\n".join(PARAGRAPHS), "utf-8")
    (tmp_path / "a.pdf").write_bytes(typst.compile(str(tmp_path / "a.typ")))
    found = texts.read(tmp_path / "a.pdf")
    assert found.content == "\n\n".join(PARAGRAPHS) + "\n" and found.title == "Stillstand im Hafen"


def test_scan_without_text_is_told_with_the_remedy(tmp_path):
    import typst

    (tmp_path / "a.typ").write_text("#rect(width: 5cm, height: 5cm)\n#pagebreak()\n#rect()", "utf-8")
    (tmp_path / "scan.pdf").write_bytes(typst.compile(str(tmp_path / "a.typ")))
    with pytest.raises(BriefingError, match=r"found 2 pages without text, as of a scan.*ocrmypdf scan\.pdf read\.pdf"):
        texts.read(tmp_path / "scan.pdf")


def test_what_is_no_source_is_told(read, tmp_path):
    assert "an empty file" in refused(read, "a.txt", " \n\n")
    assert "a binary file" in refused(read, "a.bin", b"\x00\x01\x02")
    assert "iconv -f " in refused(read, "a.txt", "Größere Schiffe im Ölhafen".encode("latin-1"))
    assert "a PDF that cannot be read" in refused(read, "a.pdf", b"%PDF-1.7\nbroken")
    assert "a web page without an article's text" in refused(read, "a.html", "<html><body></body></html>")
    assert "at most 50,000,000" in refused(read, "a.txt", b"a" * 50_000_001)
    with pytest.raises(BriefingError, match="found no readable file"):
        texts.read(tmp_path / "none.txt")


@pytest.mark.parametrize(("language", "words"), [
    ("fr", "Le port reste fermé depuis lundi, et la compagnie parle d'une grève illégale."),
    ("ru", "Порт закрыт с понедельника, и компания называет забастовку незаконной."),
    ("mn", "Далайн боомт даваа гарагаас хойш хаалттай байгаа бөгөөд компани ажил хаялтыг хууль бус гэж үзэж байна."),
    ("es", "El puerto sigue cerrado desde el lunes y la compañía dice que la huelga es ilegal."),
    ("und", "12 34 56"),
])
def test_language_is_told_by_the_letters(read, language, words):
    assert read("a.txt", words).language == language


def test_the_clock_is_not_asked_for_a_page_of_the_future(read):
    assert read("a.html", PAGE.replace("2031-03-08T", "2099-03-08T")).published == "2099-03-08"
