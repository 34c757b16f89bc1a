"""What a source may be: text, Markdown, web pages, PDF; and what it is told where it is none of them."""

import io
import json
import os
import re
import subprocess
import sys
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


def typeset(path, source):
    """Write a PDF of a source of typst, which runs in a process of its own: its threads do not outlive a fork."""
    path.with_suffix(".typ").write_text(source, "utf-8")
    subprocess.run([sys.executable, "-c", "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2])",
                    path.with_suffix(".typ"), path], check=True)


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
    typeset(tmp_path / "a.pdf",
        '#set page(width: 12cm, height: 6cm, numbering: "1")\n#set text(hyphenate: false)\n' + "\n\n".join(PARAGRAPHS))
    found = texts.read(tmp_path / "a.pdf")
    assert found.content == "\n\n".join(PARAGRAPHS) + "\n" and (found.kind, found.language) == ("PDF", "de")


def test_pdf_without_its_running_heads_and_with_its_own_title(tmp_path):
    typeset(tmp_path / "a.pdf",
            '#set document(title: "Stillstand im Hafen")\n#set page(width: 14cm, height: 9cm, margin: 2cm, header: [Morgenblatt #h(1fr) '
            'Seite #context counter(page).display()])\n#set par(justify: true)\n#set text(hyphenate: false)\n'
            + "\n#pagebreak()\n".join(PARAGRAPHS))
    found = texts.read(tmp_path / "a.pdf")
    assert found.content == "\n\n".join(PARAGRAPHS) + "\n" and found.title == "Stillstand im Hafen"


def test_scan_without_text_is_told_with_the_remedy(tmp_path):
    typeset(tmp_path / "scan.pdf", "#rect(width: 5cm, height: 5cm)\n#pagebreak()\n#rect()")
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


# --- what is said of files that are no source --------------------------------------------

COPY = "Copy the text into a file of its own, NAME.txt, and give that."
SAVE = "Save its text into a file of its own, NAME.txt, and give that."


@pytest.mark.parametrize(("name", "content", "told"), [
    ("a.txt", b"", "an empty file, expected a text. Save the source's text into it."),
    ("a.docx", b" \r\n\t", "an empty file, expected a text. Save the source's text into it."),
    ("a.txt", b"\xef\xbb\xbf \n", f"a text without text, expected a text. {COPY}"),
    ("a.md", b"---\ntitle: Nothing else\n---\n", f"a Markdown without text, expected a text. {COPY}"),
    ("a.bin", b"a\x00b", f"a binary file, expected a text, Markdown, a web page or a PDF. {COPY}"),
    ("a.md", b"a" * 4095 + b"\x00", f"a binary file, expected a text, Markdown, a web page or a PDF. {COPY}"),
    ("a.html", b"<html><body></body></html>", f"a web page without an article's text, expected a page with text in it. {COPY}"),
    ("a.txt", "Größe: ".encode() + bytes(range(128, 256)),
     "the byte 0x80 at 9, expected text in UTF-8. Save it in UTF-8; it looks like cp1252: "
                                                           "iconv -f cp1252 -t utf-8 a.txt > a-utf8.txt"),
    ("a b.txt", "Der Ölhafen".encode("utf-16"),
     "the byte 0xff at 0, expected text in UTF-8. Save it in UTF-8; it looks like utf-16: "
                                               "iconv -f utf-16 -t utf-8 'a b.txt' > 'a b-utf8.txt'"),
    ("a.txt", "Die Häfen".encode("utf-16-be"), f"a binary file, expected a text, Markdown, a web page or a PDF. {COPY}"),
    ("a.md", b"---\ntitle: [\n---\nText\n",
     f"what pandoc cannot read (did not find expected node content), expected a file of markdown-smart. {SAVE}"),
    ("a.rtf", b"{\\rtf", f"what pandoc cannot read (unexpected end of input), expected a file of rtf. {SAVE}"),
    ("a.txt", b"a" * 50_000_001, "50,000,001 bytes, expected at most 50,000,000. Take the part that is coded."),
])
def test_file_that_is_no_source_is_told_to_the_letter(read, tmp_path, name, content, told):
    message = refused(read, name, content)
    assert message == f"{tmp_path / name}: found {told}"


def test_encoding_is_named_as_iconv_calls_it(read):
    for content in ("Der Ölhafen".encode("utf-16"), b"\xfe\xff" + "Der Ölhafen".encode("utf-16-be"),
                    "Порт закрыт с понедельника, и компания молчит.".encode("cp1251"),
                    bytes(range(128, 256))):
        encoding = re.search(r"; it looks like (\S+): iconv -f \1 -t utf-8 ", refused(read, "a.txt", content))[1]
        assert subprocess.run(["iconv", "-f", encoding, "-t", "utf-8"], input=b"", capture_output=True).returncode == 0


def test_text_of_the_largest_size_is_read_and_a_pipe_is_not(tmp_path, read, monkeypatch):
    monkeypatch.setattr(texts, "SOURCE_BYTES", 20)
    assert read("a.txt", "a" * 20).content == "a" * 20 + "\n"
    with pytest.raises(BriefingError, match="found 21 bytes, expected at most 20"):
        read("a.txt", "a" * 21)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BriefingError) as error:
        texts.read(tmp_path / "pipe")
    assert str(error.value) == f"{tmp_path / 'pipe'}: found a pipe or a device, expected a plain file. Save its content into a file."


def test_file_that_cannot_be_read_is_told(tmp_path):
    for path, reason in ((tmp_path / "none.txt", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(BriefingError) as error:
            texts.read(path)
        assert str(error.value) == (f"{path}: found no readable file ({reason}), expected a text, Markdown, a web page or a PDF. "
                                    "Correct the path.")


# --- what a file is --------------------------------------------------------------------

@pytest.mark.parametrize(("name", "content", "kind"), [
    ("a", "<!doctype html>", "web page"), ("a.txt", "\ufeff \r\n\t<HTML>", "web page"), ("a.HTM", "", "web page"),
    ("a.xhtml", "", "web page"),
    ("a.html", "", "web page"), ("a.txt", "", "text"), ("a.dat", "Read <html>", "text"), ("a.MD", "", "Markdown"),
    ("a.markdown", "", "Markdown"),
    ("a.qmd", "", "Markdown"), ("A", "", "text")])
def test_first_bytes_and_name_tell_what_a_file_is(read, name, content, kind):
    assert read(name, content + "\n" + "".join(f"<p>{p}</p>\n" for p in PARAGRAPHS)).kind == kind


# --- plain text: lines and titles ---------------------------------------------------------

def lines(*lengths):
    """A paragraph of lines of so many characters."""
    return "\n".join(("word " * 60)[:length - 1] + "x" for length in lengths)


@pytest.mark.parametrize(("blocks", "joined"), [
    ([(60, 20), (60, 20)], False),  # two paragraphs are too few to tell
    ([(60, 20), (60, 20), (20,)], True),
    ([(60, 20), (10,), (10,)], True),  # a third of them is broken
    ([(60, 20), (10,), (10,), (10,)], False),
    ([(80,), (80,), (80,)], False),  # none is
    ([(100, 20), (45, 20), (10,)], True),
    ([(101, 20), (60, 20), (10,)], False),  # too wide
    ([(60, 60, 60, 60, 44, 120), (10,), (10,)], True),  # four of five lines are of about one width; the last does not count
    ([(60, 60, 60, 44, 120), (10,), (10,)], False),
    ([(60, 60, 60, 45, 120), (10,), (10,)], True),
])
def test_lines_are_joined_where_they_were_broken_at_a_width(read, blocks, joined):
    text = "\n\n".join(lines(*lengths) for lengths in blocks) + "\n"
    assert read("a.txt", text).content == ("\n\n".join(lines(*lengths).replace("\n",
        " ") for lengths in blocks) + "\n" if joined else text)


def test_joined_paragraphs_are_parted_by_one_empty_line(read):
    text = "\n\n" + lines(60, 20) + "\n \t\n" + lines(60, 21) + "\n\n\n" + lines(22) + "\n\n"
    assert read("a.txt", text).content == "\n\n".join([lines(60, 20).replace("\n", " "), lines(60, 21).replace("\n", " "),
        lines(22)]) + "\n"


@pytest.mark.parametrize(("above", "below", "joined"), [
    ("the har-", "bour", "the harbour"), ("the har\u2010", "bour", "the harbour"), ("the har\u00ad-", "bour", "the harbour"),
    ("the har\u00ad", "bour", "the harbour"),
    ("the Sand-", "Haven", "the Sand- Haven"), ("from 3-", "day", "from 3- day"), ("the –", "day", "the – day"),
    ("wide \t\u00a0 gap", "  here", "wide gap here"),
    ("the har- ", "bour", "the harbour"), ("the quay", "Is shut", "the quay Is shut")])
def test_words_that_were_parted_at_a_line_end_are_put_together(read, above, below, joined):
    start = lines(50)
    text = "\n\n".join([f"{start}\n{start} {above}\n{below}", lines(60, 20), "Title"])
    assert read("a.txt", text).content == "\n\n".join([f"{start} {start} {joined}", lines(60, 20).replace("\n", " "),
        "Title"]) + "\n"


@pytest.mark.parametrize(("line", "title"), [
    ("The quay", "The quay"), ("  The quay \t", "The quay"), ("The quay?", "The quay?"), ("The quay.", ""), ("The quay,", ""),
    ("The quay;", ""),
    ("q" * 200, "q" * 200), ("q" * 201, "")])
def test_first_line_is_the_title_where_it_looks_like_one(read, line, title):
    assert read("a.txt", f"\n \n{line}\nIt is shut.\n").title == title


def test_text_without_an_end_gets_one(read):
    assert read("a.txt", "One line\rAnother").content == "One line\nAnother\n"


@pytest.mark.parametrize(("words", "language"), [
    ("Der Hafen bleibt heute geschlossen", "de"), ("Der Hafen bleibt 12 geschlossen", "und"),
    ("Der Hafen bleibt x geschlossen", "und")])
def test_language_is_told_from_five_words_on(read, words, language):
    assert read("a.txt", words).language == language


# --- documents -----------------------------------------------------------------------------

def test_front_matter_of_markdown_to_the_letter(read):
    found = read("a.md",
        "---\ntitle: The *harbour*,\n  in “two”\nlang: mn\nurl: https://example.org/a\npublisher: Courier\ndate: 2031-03\n"
                         "tags: [a, b]\ndraft: true\n---\n\n> The quay -- \"shut\"...\n")
    assert found == texts.Text('  The quay -- "shut"...\n', "Markdown", "The harbour, in “two”", "Courier", "2031-03", "mn",
        "https://example.org/a")


@pytest.mark.parametrize(("written", "words"), [
    ("The `quay`", "The quay"), ("The `quay`{.small}", "The quay"), ("The [*old* quay](https://example.org 'x')", "The old quay"),
    ("[the quay]{.small lang=en}", "the quay"),
    ("A $x^2$ b", "A x^2 b"), ("The quay[^1]", "The quay"), ("The <b>quay</b>", "The quay"), ("~~The~~ **quay**^2^", "The quay2"),
    ("![The quay](a.png)", "The quay"), ("See @quay", "See @quay"), ('The "quay"', 'The "quay"')])
def test_title_in_front_matter_loses_its_signs(read, written, words):
    assert read("a.md", f"---\ntitle: {json.dumps(written)}\n---\n\nText, and more.\n\n[^1]: A note.\n").title == words


def test_markdown_without_front_matter(read):
    assert read("a.md", "A *quay*\n") == texts.Text("A quay\n", "Markdown", "A quay")
    with pytest.raises(BriefingError, match="the byte 0xff at 2"):
        read("a.md", b"A \xff\n")


@pytest.mark.parametrize("form", ["docx", "odt", "epub"])
def test_document_gives_its_text_with_a_paragraph_a_line(tmp_path, form):
    import pypandoc

    long = "The harbour of Sandhaven is shut, “until the cranes have crews”, as the union says, and nobody goes home before noon."
    pypandoc.convert_text(f"# The quay\n\n{long}\n\nA *word*.", form, format="markdown-smart",
        outputfile=str(tmp_path / f"a.{form}"), extra_args=["-s"])
    assert texts.read(tmp_path / f"a.{form}") == texts.Text(f"The quay\n\n{long}\n\nA word.\n", "document", "The quay",
        language="en")


@pytest.mark.parametrize(("body", "text"), [
    (rb"\u8220?shut\u8221?.", "“shut”."), (rb"\u8220\'93shut\u8221\'94.", "“shut”."), (rb"\uc1\u8220 ?shut\u8221 ?.", "“shut”."),
    (rb"\uc0\u8220 shut\u8221 .", "“shut”."), (rb"\u1055?\u1086?\u1088?\u1090?", "Порт"), (rb"C:\\u8220?x", r"C:\u8220?x")])
def test_letters_by_number_in_a_rich_text_lose_no_letter_after_them(read, body, text):
    assert read("a.rtf", rb"{\rtf1\ansi {\pard " + body + rb"\par}}").content == text + "\n"


# --- web pages -------------------------------------------------------------------------------

@pytest.mark.parametrize(("head", "language"), [
    ('<html lang="de-AT">', "de"), ("<HTML class=x LANG='FR'>", "fr"), ("<html lang = mn>", "mn"), ("<html>", "und"),
    ('<html lang="deut">', "und")])
def test_page_says_its_language_where_its_letters_do_not(read, head, language):
    numbers = "".join(f"<p>{'12 34 56 78 90 ' * 8}{n}</p>" for n in range(3))
    found = read("a.html",
        f"<!doctype html>{head}<head><title>2031</title></head><body><article>{numbers}</article></body></html>")
    assert (found.language, found.kind, found.published, found.publisher, found.url) == (language, "web page", "", "", "")


def test_date_that_is_none_is_left_out(read):
    assert [read("a.md", f"---\ndate: {date}\n---\nText\n").published for date in
            ("2031-03-08T10:00", "2031-03-08", "2031-13", "'2031'", "March 2031", "2031-02-30")] == ["2031-03-08", "2031-03-08",
             "", "2031", "", ""]


def test_libraries_are_as_talkative_afterwards_as_before(read):
    import logging

    logging.getLogger("htmldate").setLevel(logging.INFO)
    read("a.html", PAGE)
    refused(read, "a.pdf", b"%PDF-1.7\nbroken")
    assert (logging.getLogger("htmldate").level, logging.getLogger("pdfminer").level) == (logging.INFO, logging.NOTSET)


# --- PDF -----------------------------------------------------------------------------------

def printed(pages, title=None, font="Courier"):
    """A PDF of lines at their places, of each page (x, y, size, words): a letter of Courier is six tenths of its size wide."""
    def escaped(words):
        return re.sub(rb"([\\()])", rb"\\\1", words.encode("cp1252"))

    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages)))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % font.encode()]
    for n, page in enumerate(pages):
        drawn = b"\n".join(b"BT /F %d Tf %d %d Td (%s) Tj ET" % (size, x, y, escaped(words)) for x, y, size, words in page)
        objects += [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * n),
                    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn)]
    if title is not None:
        objects.append(b"<< /Title (%s) >>" % escaped(title))
    whole, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    info = b" /Info %d 0 R" % len(objects) if title is not None else b""
    return whole + b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, table, len(objects) + 1, info, len(whole))


def column(*words, top=750, x=60, size=10, gap=40):
    """Lines far below each other, each a box of its own."""
    return [(x, top - n * gap, size, line) for n, line in enumerate(words)]


def boxes(read, *pages, title=None):
    return read("a.pdf", printed(pages, title)).content.removesuffix("\n").split("\n\n")


@pytest.mark.parametrize(("title", "read_as"), [
    ("A harbour", "A harbour"), ("  A harbour ", "A harbour"), ("", "The quay"), (None, "The quay"), ("Untitled", "The quay"),
    ("untitled 3", "The quay"),
    ("Microsoft Word - a", "The quay"), ("about:blank", "The quay"), ("a.doc", "The quay"), ("a.DOCX", "The quay"),
    ("a.odt", "The quay"), ("a.htm", "The quay"),
    ("a.html", "The quay"), ("a.pdf", "The quay"), ("a.typ", "The quay"), ("a.typical", "a.typical"),
    ("On Microsoft Word", "On Microsoft Word")])
def test_title_of_a_pdf_is_not_that_of_a_program(read, title, read_as):
    found = read("a.pdf", printed([column("The quay", "is shut")], title))
    assert (found.title, found.kind, found.content) == (read_as, "PDF", "The quay\n\nis shut\n")


def test_numbers_alone_are_those_of_pages(read):
    assert boxes(read, column("The quay", "3", "is shut", "- 12 -", "3 ships", "12345", "1234")) == ["The quay", "is shut",
        "3 ships", "12345"]


@pytest.mark.parametrize(("pages", "kept"), [(2, False), (3, False), (1, True)])
def test_heads_and_feet_that_come_again_are_left_out(read, pages, kept):
    found = boxes(read, *(column(f"Courier {n} of 9", "Harbour", f"Text {'abc'[n]}", "Harbour", f"More {'abc'[n]}.", "Sandhaven",
        f"Page {n}") for n in range(pages)))
    text = [words for n in range(pages) for words in (f"Text {'abc'[n]}", "Harbour", f"More {'abc'[n]}.")]
    assert found == (["Courier 0 of 9", "Harbour", "Text a", "Harbour", "More a.", "Sandhaven", "Page 0"] if kept else text)


def test_heads_of_half_of_the_pages_are_text(read):
    heads = ["Courier", "Courier", "Harbour", "Quay"]
    pages = [column(head, f"One {'abcd'[n]}", f"Two {'abcd'[n]}", f"Three {'abcd'[n]}.") for n, head in enumerate(heads)]
    assert [box for box in boxes(read, *pages) if box in heads] == heads
    pages[3][0] = (60, 750, 10, "Courier")
    assert [box for box in boxes(read, *pages) if box in heads] == ["Harbour"]


@pytest.mark.parametrize("end", list('.!?:”"»'))
def test_paragraph_that_has_ended_does_not_run_over_a_page(read, end):
    assert boxes(read, column("Head", f"The quay is shut{end}"), column("and nobody goes.", "other")) == ["Head",
        f"The quay is shut{end}", "and nobody goes.", "other"]


def test_paragraph_runs_over_a_page_in_small_letters(read):
    assert boxes(read, column("Head", "The quay is, by law"), column("shut. Nobody", "goes by")) == ["Head",
        "The quay is, by law shut. Nobody", "goes by"]
    assert boxes(read, column("Head", "The mini-"), [], column("ster says", "more")) == ["Head", "The minister says", "more"]
    assert boxes(read, column("Head", "The quay"), column("Nobody", "goes by")) == ["Head", "The quay", "Nobody", "goes by"]
    assert boxes(read, column("the first", "page")) == ["the first", "page"]


def stacked(*parts, top=750):
    """Lines right below each other: (fall, x, size, words)."""
    for fall, x, size, words in parts:
        top -= fall
        yield x, top, size, words


@pytest.mark.parametrize(("parts", "first"), [  # how many lines the first paragraph has
    # a gap wider than usual
    ([(0, 60, 10, "One line and"), (11, 60, 10, "another and"), (11, 60, 10, "a third one"), (14, 60, 10, "which goes on")], 4),
    ([(0, 60, 10, "One line and"), (11, 60, 10, "another and"), (11, 60, 10, "a third one"), (15, 60, 10, "is below a gap")], 3),
    ([(0, 60, 10, "One line and"), (11, 60, 10, "another and"), (15, 60, 10, "is below a gap")], 2),
    # letters of another size
    ([(0, 60, 12, "A head"), (12, 60, 10, "and a line"), (11, 60, 10, "and more")], 1),
    ([(0, 60, 11, "A line"), (11, 60, 10, "and a line"), (11, 60, 10, "and more")], 3),
    ([(0, 60, 10, "A line"), (11, 60, 12, "A head")], 1),
    # an indent below a sentence's end: lines that end at one place
    ([(0, 60, 10, "The quay is shut now"), (11, 60, 10, "says the minister ok."), (11, 78, 10, "Nobody goes a mile")], 2),
    ([(0, 60, 10, "The quay is shut now"), (11, 60, 10, "says the minister ok,"), (11, 78, 10, "nobody goes a mile")], 3),
])
def test_lines_of_a_pdf_part_at_a_size_a_gap_or_an_indent(read, parts, first):
    words = [each[3] for each in parts]
    assert boxes(read, list(stacked(*parts))) == [" ".join(part) for part in (words[:first], words[first:]) if part]


@pytest.mark.parametrize(("name", "pages", "told"), [
    ("a b.pdf", 1, "1 page without text, as of a scan, expected a PDF with text. Have its letters read first: ocrmypdf 'a b.pdf' read.pdf"),
    ("scan.pdf", 2, "2 pages without text, as of a scan, expected a PDF with text. Have its letters read first: ocrmypdf scan.pdf read.pdf")])
def test_scan_is_told_by_its_pages(read, tmp_path, name, pages, told):
    assert refused(read, name, printed([column("12")] * pages)) == f"{tmp_path / name}: found {told}"


def test_pdf_that_is_locked_or_broken_is_told(read, tmp_path):
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(printed([column("The quay")])))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    assert refused(read, "a b.pdf", locked.getvalue()) == (
        f"{tmp_path / 'a b.pdf'}: found a PDF that is locked by a password, expected one that can be read. "
        "Unlock it: qpdf --decrypt --password=… 'a b.pdf' open.pdf")
    message = refused(read, "a.pdf", b"%PDF-1.7\nbroken")
    assert re.fullmatch(re.escape(f"{tmp_path / 'a.pdf'}: found a PDF that cannot be read (PDFSyntaxError: ") + r".+\), expected a whole PDF\. "
                        r"Get the file again, or copy its text into NAME\.txt and give that\.", message)


def test_title_for_a_text_that_gives_itself_none(tmp_path):
    assert texts.described(tmp_path / "Über uns.txt") == "[Text of Über uns.txt]"


def test_page_gives_its_own_title_and_first_date_and_no_comments(read):
    page = PAGE.replace("<h1>Stillstand im Hafen</h1>", "").replace("Stillstand im Hafen | Morgenblatt", "Was im Hafen ruht")
    page = page.replace("</head>", '<meta property="article:modified_time" content="2031-04-01T10:00:00+01:00"></head>')
    page = page.replace("</article>",
        '</article><div id="comments" class="comments"><p>Ein Leser hält das alles für falsch und sagt es lang.</p></div>')
    found = read("a.html", page)
    assert (found.title, found.published, found.content) == ("Was im Hafen ruht", "2031-03-08", "\n\n".join(PARAGRAPHS) + "\n")


def test_faults_that_libraries_log_are_not_told(read, monkeypatch):
    import logging

    import pdfminer.high_level
    import trafilatura

    names, levels = ("trafilatura", "htmldate", "courlan", "pdfminer"), []
    for module, name in ((trafilatura, "bare_extraction"), (pdfminer.high_level, "extract_pages")):
        monkeypatch.setattr(module, name, lambda *_,
            **__: levels.append([logging.getLogger(name).isEnabledFor(logging.ERROR) for name in names]))
    refused(read, "a.html", PAGE)
    refused(read, "a.pdf", b"%PDF-1.7\n")
    assert levels == [[False, False, False, True], [True, True, True, False]]
