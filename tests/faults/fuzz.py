"""Fuzz what reads other people's files, guided by coverage: `python tests/faults/fuzz.py [READER …] --seconds N`.

A reader must give something, or raise what it says it raises: Findings and BriefingError, and ValueError for a date.
Anything else is a crash: an input of each is kept in `--found`, with its traceback; so is one that takes over 20
seconds of processor time, or 2 GB. Seeds are the tests' own data. It needs atheris (libFuzzer for Python), which `make fuzz` gets.
"""

import argparse
import csv
import datetime
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
HARBOUR, DOSSIER = TESTS / "harbour", TESTS / "dossier"
SECONDS, MEMORY, HANGS = 20, 2048, 900  # of processor time that one input may take; MB; seconds after which it is given up
#: What descriptors are bent with.
ODD = (None, True, False, 0, -1, 1, 1e308, 10**30, "", "x", "..", "/etc/passwd", "id", "a.b", "a.b.c", "\0", "(", "[",
       [], [[]], [None], [""], ["id"], ["id", "id"], [{}], {}, {"": ""}, {"fields": []}, {"fields": ["id"]},
       {"type": "geopoint"}, {"required": "x"}, {"minimum": "x"}, {"enum": [[1]]}, {"enum": "abc"}, {"pattern": "("},
       {"pattern": 3}, {"maxLength": "x"}, {"unique": 1}, {"delimiter": 3}, {"references": "x"}, {"references": [3]},
       {"references": ["x.y"]}, "integer", "number", "date", "year", "boolean", "any", "sources", "passages",
       "2031-03-10", "٣", "\ud800", "é" * 50)
WORDS = {
    "tables": (",", '"', '""', "\n", "\r\n", ";", "\t", "2031-05-30", "[2031..2032]", "=", ">=", "~", "1e9", "-0", "sha256"),
    "report": ("---\n", "```{python}\n", "```\n", "#| label: fig-x\n", "{{< embed a.ipynb#x >}}", "{{< meta title >}}",
               "{{< pagebreak >}}", "`{python} 1`", "::: {.callout-note}\n", ":::\n", "@fig-x", "@sec-x", "[@a; @b]",
               "^[", "{#sec-x}", "<!--", "-->", "~~~", "sections: [x]\n", "lang: de\n", "title: x\n", "likely",
               "![](", "$$", "\\", "&anchor ", "*anchor", "!!python/object", "<<: *a", "params:\n", "bibliography: "),
    "archive": ("PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x06\x06", "PK\x06\x07", "../", "inputs.zip", "obj\n",
                "endobj", "stream\n", "endstream", "/EmbeddedFiles", "/Names", "/Filespec", "/FlateDecode", "/Length ",
                "xref\n", "trailer\n", "startxref\n", "/Prev ", "/XRefStm ", "/Encrypt ", "/Kids", "/Type "),
    "sources": ("<html", "<p>", "</p>", "<article>", "<meta ", "content=", "<script>", "<!--", "%PDF-1.7\n", "obj\n",
                "stream\n", "endstream", "/FlateDecode", "/ASCII85Decode", "/Font", "/ToUnicode", "BT ", " Tj", "ET",
                "/Kids", "/Parent", "---\n", "title: ", "```", "|--|", "\x00", "\ufeff", "&#x110000;", "<svg>"),
    "markdown": ("---\n", "title: ", "date: 2031", "# ", "![](", "```", "|--|--|", "<div>", "$$", "[^1]", "{=html}", "\\", "***"),
    "dates": ("..", "/", "X", "XX", "XXXX", "~", "?", "%", "[", "]", "{", "}", "Y", "E", "S", "-21", "T", "Z", "unknown",
              "open", "-XX", ",", "12-31", "00", "Y17E7", "1985", "2004-06-(01)~", "March ", "c. ", "u"),
}


# --- what is read -------------------------------------------------------------------

def scratch(name):
    """A folder in memory, where the system has one: thousands of files a second are written."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix=f"briefing-fuzz-{name}-", dir=memory if memory.is_dir() else None))


def read_tables(root):
    """A descriptor or a table as bytes; or a good descriptor with a few nodes, a good table with a few cells exchanged."""
    from briefing.facts import editing, tables

    data = root / "data"
    good = {path.name: path.read_bytes() for path in data.iterdir()}
    names = sorted(name for name in good if name.endswith(".csv"))
    plain = json.loads(good["datapackage.json"])

    def one(content):
        kind, which, rest = content[:1], content[1:2] or b"\0", content[2:]
        table = names[which[0] % len(names)]
        changed = {b"d": ("datapackage.json", rest), b"c": (table, rest), b"n": ("datapackage.json", bent(plain, rest)),
                   b"r": (table, exchanged(good[table], rest))}.get(kind, (table, content))
        (data / changed[0]).write_bytes(changed[1])
        try:
            read, findings = tables.checked(root)
            for name in read.rows if not findings else ():
                if changed[0] in (f"{name}.csv", "datapackage.json"):
                    getattr(read, name)
            for resource in read.descriptor["resources"]:
                editing.rows(root, read.descriptor, resource["name"])
            "\n".join(map(str, findings)).encode("utf-8")
        finally:
            (data / changed[0]).write_bytes(good[changed[0]])

    return one


def bent(descriptor, content):
    """A descriptor in which some nodes, three bytes each, are something odd."""
    found = json.loads(json.dumps(descriptor))
    for at in range(0, min(len(content), 12) - 2, 3):
        nodes = [(found, key) for key in found]
        for holder, key in nodes:  # grows
            inner = holder[key]
            nodes += [(inner, each) for each in (inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ())]
        holder, key = nodes[int.from_bytes(content[at:at + 2], "big") % len(nodes)]
        holder[key] = ODD[content[at + 2] % len(ODD)]
    return json.dumps(found).encode("utf-8")


def exchanged(table, content):
    """A table with some cells exchanged: row, column, and the rest up to a line end."""
    rows = list(csv.reader(io.StringIO(table.decode("utf-8"))))
    for part in content.split(b"\n")[:6]:
        if len(part) > 1:
            row = rows[part[0] % len(rows)]
            row[part[1] % len(row)] = part[2:].decode("utf-8", "replace")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8")


def read_report(root):
    """A whole report, or one after a front matter that is good."""
    from briefing.facts import tables
    from briefing.report import report
    from briefing.report.rules import prose

    read = tables.read(root)[0]

    def one(content):
        (root / "report.qmd").write_bytes(content if content[:1] != b"+" else b"---\ntitle: T\n---\n\n" + content[1:])
        found = report.read(root)
        report.as_notebook(found)
        "\n".join(map(str, prose.check(found, read, prose.Offered()))).encode("utf-8")

    return one


def read_archive(root):
    """An archive, or after `%PDF` a PDF that carries one; what is unpacked can be packed, and lies below one folder."""
    from briefing.editions import edition

    def one(content):
        if content.startswith(b"%PDF"):
            edition.inputs_of(content, "report.pdf")
            return
        files = edition.unpack(content, "inputs.zip")
        if edition.unpack(edition.pack(files), "again") != files:
            raise AssertionError("what was packed is not what was unpacked")
        for name in files:
            if not (root / name).resolve().is_relative_to(root.resolve()):
                raise AssertionError(f"{name} lies outside")

    return one


def read_source(root):
    """A source of the kind that the first byte says; Markdown apart, since each goes through a pandoc of its own."""
    from briefing.sources import texts

    kinds = {b"t": "a.txt", b"m": "a.md", b"h": "a.html", b"p": "a.pdf"}

    def one(content):
        path = root / kinds.get(content[:1], "a")
        path.write_bytes(content[1:] if content[:1] in kinds else content)
        found = texts.read(path)
        if not found.content.strip() or not found.content.endswith("\n") or "\r" in found.content:
            raise AssertionError(f"no text: {found.content[:80]!r}")
        found.content.encode("utf-8")
        if found.published:
            from briefing.facts.dates import date_bounds
            date_bounds(found.published)

    return one


def read_date(_root):
    """A date: bounds in order or none, sayable in every language where the tables take it, and what was meant is taken."""
    from briefing.facts import cells, dates
    from briefing.language import Language, speaking

    field = {"type": "string", "rdfType": cells.EDTF}
    cells.meant_date("3 qqqqqq 2031")  # loads all languages, once: seconds
    languages = [Language("en", ""), Language("de", ""), Language("ar", ""), Language("ja", "")]

    def one(content):
        text = content.decode("utf-8", "replace")[:80]
        value, problem = cells.read(field, text)
        if problem is None and value:
            first, last = dates.date_bounds(value)
            if first and last and first > last:
                raise AssertionError("ends before it begins")
            for language in languages:
                with speaking(language):
                    if not dates.day(value).strip():
                        raise AssertionError("nothing is said")
            return
        for meant in re.findall(r"`([^`]*)`", cells.meant_date(text)):
            if cells.read(field, meant)[1] is not None:
                raise AssertionError(f"{meant} was offered, and is not taken")
        try:
            first, last = dates.date_bounds(text)
            if not all(day is None or isinstance(day, datetime.date) for day in (first, last)):
                raise AssertionError("no days")
        except ValueError:
            pass

    return one


READERS = {"tables": read_tables, "report": read_report, "archive": read_archive, "sources": read_source,
           "markdown": read_source, "dates": read_date}


# --- seeds --------------------------------------------------------------------------

def seeds(name):
    """What a reader begins with."""
    if name == "tables":
        tables = sorted(path.name for path in (HARBOUR / "data").glob("*.csv"))
        found = [b"d\0" + (HARBOUR / "data/datapackage.json").read_bytes(), *(b"n\0" + bytes([n, 40 * n % 256, n]) for n in range(60))]
        for n, table in enumerate(tables):
            found += [b"c" + bytes([n]) + (folder / "data" / table).read_bytes() for folder in (HARBOUR, DOSSIER)]
            found += [b"r" + bytes([n, 1, n]) + cell for cell in (b"2031-05", b">=", b"-1", "é\u202e".encode())]
        return found
    if name == "report":
        text = (HARBOUR / "report.qmd").read_bytes()
        return [text, *(b"+" + part for part in text.split(b"\n\n")), (TESTS.parent / "report.qmd").read_bytes()[:6000]]
    if name == "archive":
        return archives()
    if name in ("sources", "markdown"):
        texts = [path.read_bytes()[:3000] for path in sorted((DOSSIER / "texts").glob("*.txt"))]
        page = "<!doctype html><html lang=en><head><title>T</title><meta property='article:published_time' content='2031-03-08'></head><body><article>{}</article></body></html>"
        pages = [page.format("".join(f"<p>{part}</p>" for part in text.decode("utf-8", "replace").split("\n\n"))).encode() for text in texts]
        front = b"---\ntitle: A *title*\ndate: 2031-03-08\npublisher: [A]\nurl: x\n---\n\n# Head\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        if name == "markdown":
            return [b"m" + front + text[:600] for text in texts]
        return [*(b"t" + text for text in texts), *(b"h" + text for text in pages), *(b"p" + pdf for pdf in pdfs())]
    dates = re.findall(r'"([^"\n]{2,40})"', (TESTS / "facts/test_cells.py").read_text("utf-8"))
    return [date.encode("utf-8") for date in (*dates, "2031-05-30", "1984?/2004-06~", "[1667,1668,1670..1672]", "{1960,1961-12}", "Y-17E7", "156X")]


def archives():
    """Small archives, stored and deflated, and PDFs that carry one."""
    import zipfile

    import pypdf

    from briefing.editions import edition

    packed = edition.pack({"report.qmd": b"words", "data/a.csv": b"id\n1\n"})
    deflated = io.BytesIO()
    with zipfile.ZipFile(deflated, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/a.csv", b"id\n" * 90)
    carried = []
    for version in ("%PDF-1.4", "%PDF-1.7"):
        writer, out = pypdf.PdfWriter(), io.BytesIO()
        writer.pdf_header = version
        writer.add_blank_page(10, 10)
        writer.add_attachment(edition.ARCHIVE, packed)
        writer.write(out)
        carried.append(out.getvalue())
    return [packed, deflated.getvalue(), *carried, *pdfs()[:1]]


def pdfs():
    """Small PDFs with text, as Typst and pypdf write them."""
    import pypdf
    import typst

    import briefing.writers.pdf  # noqa: F401  the typefaces that typst is given

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "a.typ"
        source.write_text("#set page(width: 9cm, height: 5cm)\nDockers stop work.\n\nThe mayor took no side, and nobody was asked.", "utf-8")
        made = typst.compile(str(source))
    writer, out = pypdf.PdfWriter(io.BytesIO(made)), io.BytesIO()
    for page in writer.pages:
        page.compress_content_streams()
    writer.write(out)
    plain = (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
             b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 90]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
             b"4 0 obj<</Length 44>>stream\nBT /F 12 Tf 9 50 Td (Dockers stop work) Tj ET\nendstream endobj\n"
             b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R/Size 6>>\n")
    return [plain, out.getvalue()]


# --- the run ------------------------------------------------------------------------

def expected(name):
    """What a reader may raise."""
    from briefing.findings import BriefingError

    return BriefingError


def told(error):
    """A message that cannot be printed would be a traceback after all."""
    str(error).encode("utf-8")


def child(name, arguments):
    """Fuzz one reader in this process, until libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["briefing", "edtf", "pypdf", "pdfminer"] if name in ("archive", "sources", "dates") else ["briefing"]):
        root = scratch(name)
        shutil.copytree(HARBOUR, root, dirs_exist_ok=True)
        one = READERS[name](root)
    allowed, found, seen = expected(name), Path(os.environ["BRIEFING_FUZZ_FOUND"]), set()

    def test(content):
        began = time.process_time()
        try:
            try:
                one(content)
            except allowed as error:
                told(error)
            if time.process_time() - began > SECONDS:
                raise TimeoutError(f"took {time.process_time() - began:.0f} s of processor time")
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            frames = traceback.extract_tb(error.__traceback__)
            key = (type(error).__name__, *((frame.filename, frame.lineno) for frame in frames[-3:]))
            if key not in seen:
                seen.add(key)
                mark = f"{name}-{type(error).__name__}-{hashlib.sha256(repr(key).encode()).hexdigest()[:8]}"
                if not (found / mark).exists():
                    (found / mark).write_bytes(content)
                    (found / f"{mark}.txt").write_text(traceback.format_exc()[-4000:], "utf-8", "backslashreplace")

    atheris.Setup([sys.argv[0], *arguments], test)
    try:
        atheris.Fuzz()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def fuzz(name, seconds, found, corpus):
    """Fuzz one reader in processes of its own; executions, and the inputs that are crashes."""
    folder = corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    for content in seeds(name):
        (folder / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)
    words = corpus / f"{name}.dict"
    words.write_text("".join('"{}"\n'.format("".join(f"\\x{byte:02x}" for byte in word.encode("utf-8"))) for word in WORDS[name]))
    end, executions, before = time.monotonic() + seconds, 0, {path.name for path in found.iterdir()}
    while (left := int(end - time.monotonic())) > 0:
        run = subprocess.run(
            [sys.executable, __file__, "--child", name, f"-max_total_time={left}", f"-timeout={HANGS}", f"-report_slow_units={HANGS}", f"-rss_limit_mb={MEMORY}",
             f"-dict={words}", f"-artifact_prefix={found}/{name}-", "-print_final_stats=1", "-max_len=20000", "-len_control=0", str(folder)],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, errors="replace",
            env={**os.environ, "BRIEFING_FUZZ_FOUND": str(found)})
        executions += sum(map(int, re.findall(r"stat::number_of_executed_units: (\d+)", run.stderr)))
        if run.returncode and not re.search(r"stat::number_of_executed_units", run.stderr):
            print(run.stderr[-3000:], file=sys.stderr)
            break
    crashes = sorted(path.name for path in found.iterdir() if path.name.startswith(f"{name}-") and path.suffix != ".txt" and path.name not in before)
    return executions, crashes


def main():
    if sys.argv[1:2] == ["--child"]:
        return child(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("readers", nargs="*", choices=[*READERS, []], default=[], metavar="READER", help=f"of {', '.join(READERS)} (default: all)")
    parser.add_argument("--seconds", type=int, default=15, help="of each reader (default: 15)")
    parser.add_argument("--found", type=Path, help="where crashes are kept (default: a folder of the system's)")
    parser.add_argument("--corpus", type=Path, help="where what was tried is kept for the next run (default: nowhere)")
    options = parser.parse_args()
    try:
        import atheris  # noqa: F401
    except ImportError:
        sys.exit("atheris: found no such package, expected the fuzzer. Run `make fuzz`, which gets it.")
    found = options.found or Path(tempfile.mkdtemp(prefix="briefing-fuzz-found-"))
    found.mkdir(parents=True, exist_ok=True)
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in options.readers or READERS:
            executions, crashes = fuzz(name, options.seconds, found.resolve(), options.corpus or Path(folder))
            total += len(crashes)
            print(f"{name}: {executions:,} executions in {options.seconds} s, {len(crashes)} crashes{': ' * bool(crashes)}{', '.join(crashes)}", flush=True)
    if total:
        print(f"The inputs and their tracebacks are in {found}")
    return sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
