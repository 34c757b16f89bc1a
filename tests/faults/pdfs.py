"""Broken and crafted PDFs, given to `briefing check`: each is refused in words, in time, and nothing is written outside.

`python tests/faults/pdfs.py [COUNT]` renders the invented harbour once, makes COUNT PDFs of it (60), the same at each run, and
gives each to the command, without --trust, and, where its archive can be read, to what lays its files out and compares the PDF
with the render. It prints a table by kind, and exits 1 where there was a traceback, a write outside, a PDF that is taken for the
good one, or one that took more than SECONDS or MEMORY.
"""

import bz2
import contextlib
import io
import lzma
import multiprocessing
import os
import random
import shutil
import struct
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1]
SECONDS, MEMORY = 30, 2 * 2**30
SEED = 20301


# --- what is made -----------------------------------------------------------------------

def pdf(archive, *, objects=None, length=None, size=6, filters=b"", head=b"%PDF-1.7\n", root=b"", startxref=None):
    """A small PDF that carries an archive; every part can be made wrong."""
    objects = objects or [
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(inputs.zip)4 0 R]>>>>%s>>" % root, b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>", b"<</Type/Filespec/F(inputs.zip)/UF(inputs.zip)/EF<</F 5 0 R>>>>",
        b"<</Type/EmbeddedFile/Length %d%s>>stream\n%s\nendstream" % (len(archive) if length is None else length, filters, archive)]
    made, places = head, []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    at = len(made) if startxref is None else startxref
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, size, at)


def zipped(*entries, method=zipfile.ZIP_STORED, mode=0o100644):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr, entry.compress_type = mode << 16, method
            archive.writestr(entry, content)
    return out.getvalue()


def renamed(name):
    """An archive with a member of any name, byte for byte."""
    placeholder = "x" * len(name.encode())
    return zipped((placeholder, b"escaped"), ("report.qmd", b"x")).replace(placeholder.encode(), name.encode())


def flipped(base, chance):
    made = bytearray(base)
    # half of them where structure is: beyond the archive, which is most of the file
    for _ in range(chance.choice((1, 1, 1, 4, 64))):
        at = chance.randrange(len(made)) if chance.random() < 0.5 else chance.choice((chance.randrange(4000), len(made) - 1 - chance.randrange(60_000)))
        made[at] ^= 1 << chance.randrange(8)
    return bytes(made)


def truncated(base, chance):
    at = chance.choice((chance.randrange(len(base)), len(base) - chance.randrange(2000), chance.randrange(2000)))
    return base[at:] if chance.random() < 0.3 else base[:at]


def spliced(base, chance):
    one, other, long = chance.randrange(len(base)), chance.randrange(len(base)), chance.randrange(1, 50_000)
    piece = chance.choice((b"", b"\0" * long, base[other:other + long], b"\xff" * long, chance.randbytes(long)))
    return base[:one] + piece + base[one + chance.choice((0, long)):]


OUT = ("../escaped", "a/../../escaped", "/tmp/briefing-escaped", "..\\escaped", "C:\\escaped", "\\\\server\\escaped", "./../escaped", "a/../../../../../../tmp/escaped",
       "~/escaped", "data//../../escaped", "//escaped", "file:///escaped", "a\n../escaped", "data/../../escaped\0.csv", "..", ".", "", "report.qmd/../../escaped", "\u2025/escaped",
       "%2e%2e/escaped")
SYSTEM = ("CON", "nul", "data/AUX.csv", "com1", "LPT9.txt", "a.", "a ", "data./x", "prn .x", "x" * 300, "a:b", "a\tb", "a\x1b[2Jb", "CONIN$", "com\u00b9", "/".join("d" * 900))
PAIRS = (("a", "a"), ("a", "A"), ("data/X", "DATA/x"), ("\u00e9", "e\u0301"), ("a", "a/b"), ("stra\u00dfe", "STRASSE"), ("K", "\u212a"), ("data/actors.csv", "data/Actors.csv"))


def pairs(chance):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pdf(zipped(*((name, b"x") for name in chance.choice(PAIRS))))


def bomb(chance):
    zeros = b"\0" * (chance.choice((100, 300)) * 2**20)
    kind = chance.randrange(7)
    if kind < 3:
        return pdf(zipped(("a", zeros), method=(zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)[kind]))
    if kind == 3:  # says that it is small
        packed = bytearray(zipped(("a", zeros), method=zipfile.ZIP_DEFLATED))
        struct.pack_into("<I", packed, packed.index(b"PK\x01\x02") + 24, 10)
        return pdf(bytes(packed))
    if kind == 4:
        return pdf(zlib.compress(zeros, 9), filters=b"/Filter/FlateDecode")
    if kind == 5:
        return pdf(zlib.compress(zlib.compress(zeros, 9), 9), filters=b"/Filter[/FlateDecode/FlateDecode]")
    out = io.BytesIO()  # many names for the same packed bytes
    packed = zlib.compress(zeros, 9)
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(200):
            archive.writestr(zipfile.ZipInfo(f"{number}"), packed[:1000])
    return pdf(out.getvalue().replace(struct.pack("<I", 1000), struct.pack("<I", 2**31)))


def many(chance):
    count = chance.choice((2001, 20_000, 100_000, 1_000_000))
    member = b"PK\x01\x02" + b"\0" * 24 + struct.pack("<H", 6) + b"\0" * 16
    body = b"".join(member + b"%06d" % number for number in range(count))
    return pdf(body + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, min(count, 65535), min(count, 65535), len(body), 0, 0))


def damaged(good, chance):
    made = bytearray(good)
    at = chance.randrange(len(made)) if chance.random() < 0.4 else len(made) - 1 - chance.randrange(min(len(made), 12_000))
    if chance.random() < 0.3:
        del made[at:at + chance.randrange(1, 100)]
    else:
        made[at:at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"PK\x01\x02", chance.randbytes(4)))
    return pdf(bytes(made))


def packed_otherwise(chance):
    content = b"words and other words " * 50
    method, packed = chance.choice(((8, zlib.compress(content)), (12, bz2.compress(content)), (14, lzma.compress(content)), (97, content), (1, content), (99, content)))
    archive = bytearray(zipped(("report.qmd", packed), ("data/a.csv", content)))
    for sign, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", archive, archive.index(sign) + at, method)
    return pdf(bytes(archive))


def encrypted(base, chance):
    import pypdf

    if chance.random() < 0.5:
        archive = bytearray(zipped(("report.qmd", b"x" * 20)))
        for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            archive[archive.index(sign) + at] |= 1
        return pdf(bytes(archive))
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.add_attachment("inputs.zip", zipped(("report.qmd", b"x")))
    writer.encrypt(chance.choice(("", "secret")), algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def wrong_table(base, chance):
    at = base.rindex(b"startxref")
    return chance.choice((
        lambda: base[:at] + b"startxref\n%d\n%%%%EOF\n" % chance.choice((0, 1, -1, 10**12, 10**30, len(base), len(base) // 2)),
        lambda: base[:at] + b"startxref\nnothing\n%%EOF\n",
        lambda: base[:at],
        lambda: base.replace(b"\nxref\n", b"\nxxxx\n"),
        lambda: base.replace(b"/Root ", b"/Rxxt "),
        lambda: base.replace(b"00000 n", b"00000 f"),
        lambda: pdf(zipped(("report.qmd", b"x")), startxref=chance.choice((0, 5, 10**9))),
        lambda: pdf(zipped(("report.qmd", b"x")), size=chance.choice((0, 1, 10**9, -5))),
        lambda: base.replace(b"trailer\n<<", b"trailer\n<</Prev %d" % base.rindex(b"\nxref\n")),
    ))()


def huge(chance):
    archive = zipped(("report.qmd", b"x"))
    kind = chance.randrange(6)
    if kind == 0:
        return pdf(archive, length=chance.choice((10**9, 10**18, -1, 0, 2**63)))
    if kind == 1:
        return pdf(archive, filters=b"/DecodeParms<</Predictor 15/Columns %d/Colors %d>>/Filter/FlateDecode" % (10**9, 10**9))
    made = bytearray(archive)
    at = made.index(b"PK\x01\x02")
    if kind == 2:
        struct.pack_into("<I", made, at + 24, 0xFFFFFFF0)
    elif kind == 3:
        struct.pack_into("<HH", made, at + 28, 0xFFFF, 0xFFFF)
    elif kind == 4:
        struct.pack_into("<I", made, at + 42, 0x7FFFFFFF)
    else:
        struct.pack_into("<II", made, made.index(b"PK\x05\x06") + 12, 0xFFFFFFF0, 0xFFFFFFF0)
    return pdf(bytes(made))


def circles(chance):
    archive = zipped(("report.qmd", b"x"))
    catalog = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles %s>>>>"
    rest = [b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
            b"<</Type/Filespec/F(inputs.zip)/EF<</F 5 0 R>>>>", b"<</Type/EmbeddedFile/Length %d>>stream\n%s\nendstream" % (len(archive), archive)]
    deep = chance.choice((500, 5000, 100_000))
    return chance.choice((
        lambda: pdf(b"", objects=[catalog % b"6 0 R", *rest, b"<</Kids[6 0 R]>>"]),
        lambda: pdf(b"", objects=[catalog % b"6 0 R", *rest, b"<</Kids[7 0 R 7 0 R]>>", b"<</Kids[6 0 R 6 0 R]>>"]),
        lambda: pdf(b"", objects=[catalog % b"6 0 R", *rest, b"6 0 R"]),
        lambda: pdf(b"", objects=[catalog % b"<</Names[(inputs.zip)4 0 R]>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>", *rest[1:]]),
        lambda: pdf(b"", objects=[catalog % (b"[" * deep + b"]" * deep), *rest]),
        lambda: pdf(b"", objects=[catalog % (b"<</Kids" * deep + b">>" * deep), *rest]),
        lambda: pdf(b"", objects=[catalog % b"<</Names[(inputs.zip)4 0 R]>>", *rest[:2], b"<</Type/Filespec/F 4 0 R/EF 4 0 R>>", rest[3]]),
        lambda: pdf(archive, root=b"/X" + b"(" * deep + b")" * deep),
        lambda: pdf(b"", objects=[catalog % b"6 0 R", *rest, *(b"<</Kids[%d 0 R]>>" % (number + 1) for number in range(6, 2000)),
                                  b"<</Names[(inputs.zip)4 0 R]>>"]),
        lambda: pdf(b"", objects=[catalog % b"<</Names[(inputs.zip)4 0 R]>>", *rest[:3],
                                  b"<</Type/EmbeddedFile/Length 5 0 R>>stream\n%s\nendstream" % archive]),
    ))()


def other_types(chance):
    odd = chance.choice((b"null", b"3", b"(x)", b"/x", b"[]", b"<<>>", b"true", b"99 0 R", b"-1 0 R", b"[4 0 R (inputs.zip)]", b"<</Names 3>>", b"<</Names[(inputs.zip)]>>",
                         b"<</Names[(inputs.zip)null]>>", b"<</Names[(inputs.zip)<</EF 3>>]>>", b"<</Names[(inputs.zip)<</EF<</F 3>>>>]>>", b"<</Kids 3>>", b"<</Kids[3]>>"))
    return pdf(b"", objects=[b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles %s>>>>" % odd, b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                             b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"])


def pages(files, chance):
    """A good archive, and pages that take long to read or cannot be read."""
    from briefing.editions import edition

    archive = edition.pack(files)
    content = chance.choice((
        b"BT /F1 9 Tf (words) Tj ET\n" * 400_000, b"q " * 1_000_000, b"[" * 100_000, b"(" * 1_000_000, b"\xff" * 10_000, b"BT " + b"(x) Tj " * 1_000_000))
    stream = zlib.compress(content, 9)
    count = chance.choice((1, 1, 2000))
    return pdf(b"", objects=[
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(inputs.zip)4 0 R]>>>>>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"3 0 R " * count, count),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 6 0 R/Resources<</Font<</F1 7 0 R>>>>>>", b"<</Type/Filespec/F(inputs.zip)/EF<</F 5 0 R>>>>",
        b"<</Type/EmbeddedFile/Length %d>>stream\n%s\nendstream" % (len(archive), archive),
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(stream), stream), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"])


def no_pdf(chance):
    return chance.choice((b"", b"%PDF-1.7", b"\0" * 10**6, b"%PDF-1.7\n" + chance.randbytes(10**5), b"PK\x03\x04" + chance.randbytes(1000), b"<html>" * 1000,
                          b"%PDF-1.7\n" + b"1 0 obj\n" * 200_000, b"%PDF-1.7\n" + b"<<" * 10**6, b"%PDF-1.7\n%%EOF\n" * 10**5, pdf(b"", head=b"%PDF-1.7\n" + b" " * 10**6)))


def made(base, files, chance):
    """PDFs without end, kind by kind."""
    from briefing.editions import edition

    kinds = {
        "flipped bytes": lambda: flipped(base, chance), "truncated": lambda: truncated(base, chance), "spliced": lambda: spliced(base, chance),
        "names that lead out": lambda: pdf(renamed(chance.choice(OUT))), "names of systems": lambda: pdf(renamed(chance.choice(SYSTEM))),
        "names twice": lambda: pairs(chance),
        "links and devices": lambda: pdf(zipped(("report.qmd", b"/etc/passwd"), mode=chance.choice((0o120777, 0o060666, 0o020666, 0o010666, 0o040755)))),
        "bombs": lambda: bomb(chance), "many members": lambda: many(chance), "damaged archives": lambda: damaged(edition.pack(files), chance),
        "packed otherwise": lambda: packed_otherwise(chance), "encrypted": lambda: encrypted(base, chance), "wrong tables": lambda: wrong_table(base, chance),
        "huge lengths": lambda: huge(chance), "circles and depths": lambda: circles(chance), "other types": lambda: other_types(chance),
        "pages that take long": lambda: pages(files, chance), "no PDF": lambda: no_pdf(chance)}
    while True:
        for kind, make in kinds.items():
            yield kind, make()


# --- what is done with it -----------------------------------------------------------------

def one(path, good, scratch, answer):
    """Give one PDF to the command and, where it can be read, to what compares it; in a process of its own."""
    from briefing.commands import cli
    from briefing.editions import edition, rebuild
    from briefing.findings import BriefingError

    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    sys.stdin = open(os.devnull)
    os.chdir(scratch / "own")
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = cli.main(["check", str(path)])
        if code == 1:
            answer.put(("refused", out.getvalue()))
            return
        try:
            files = edition.inputs_of(path.read_bytes(), path.name)
        except BriefingError as error:
            answer.put(("carries nothing", str(error)))
            return
        edition.write_files(files, scratch / "own")
        found = rebuild._held(path.read_bytes(), path.name, good, good)
        answer.put(("differs", "\n".join(map(str, found))) if found else ("same", ""))
    except BriefingError as error:
        answer.put(("refused", str(error)))
    except BaseException:
        answer.put(("TRACEBACK", out.getvalue() + traceback.format_exc()))


def tried(path, good, scratch, context):
    """What came of one PDF, in words, and the seconds that it took."""
    answer = context.Queue()
    process = context.Process(target=one, args=(path, good, scratch, answer))
    began = time.monotonic()
    process.start()
    try:
        came, said = answer.get(timeout=SECONDS)
    except Exception:
        came, said = "TOO LONG" if process.is_alive() else "DIED", ""
    process.kill()
    process.join()
    return came, said, time.monotonic() - began


def main(count):
    import briefing
    from briefing.editions import edition
    from briefing.rendering.render import render

    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    table, worst, wrong = {}, Counter(), []
    with tempfile.TemporaryDirectory(prefix="briefing-pdfs-") as folder:
        top = Path(folder).resolve()
        root = Path(shutil.copytree(TESTS / "harbour", top / "harbour"))
        with contextlib.redirect_stderr(io.StringIO()):
            render(root, use_cache=False)
        base = (root / "_output/report.pdf").read_bytes()
        good = edition.Edition("good", None, edition.inputs_of(base, "good.pdf"), {"report.pdf": base})
        files = {name: content for name, content in good.inputs.items() if name not in edition.package_of(good.inputs)}
        shutil.rmtree(root)
        for number, (kind, content) in zip(range(count), made(base, files, random.Random(SEED)), strict=False):
            scratch = top / str(number)
            (scratch / "own").mkdir(parents=True)
            os.environ["TMPDIR"] = tempfile.tempdir = str(scratch / "own")
            path = scratch / "report.pdf"
            path.write_bytes(content)
            before = outside(top, scratch)
            came, said, seconds = tried(path, good, scratch, context)
            if came == "same" and content != base:
                came = "TAKEN"
            if outside(top, scratch) != before:
                came, said = "WRITTEN OUTSIDE", ", ".join(map(str, outside(top, scratch) ^ before))
            if came.isupper():
                wrong.append(f"{number} ({kind}): {came}\n{said}")
                if kept := os.environ.get("KEEP"):
                    shutil.copy(path, Path(kept) / f"{number}.pdf")
            table.setdefault(kind, Counter())[came] += 1
            worst[kind] = max(worst[kind], seconds)
            shutil.rmtree(scratch)
    print(f"{count} PDFs, seed {SEED}, briefing {briefing.__version__}\n")
    print("| kind | PDFs | what came of them | longest |\n| --- | --- | --- | --- |")
    for kind, found in table.items():
        print(f"| {kind} | {found.total()} | {', '.join(f'{n} {came}' for came, n in sorted(found.items()))} | {worst[kind]:.1f} s |")
    for each in wrong:
        print(f"\n{each}")
    print(f"\n{len(wrong)} findings.")
    return 1 if wrong else 0


def outside(top, scratch):
    """Every file that is there, but for the case's own folder."""
    places = [*top.rglob("*"), *Path("/tmp").glob("*escaped*"), *Path.home().glob("*escaped*"), *Path("/").glob("*escaped*")]
    return {place for place in places if not place.is_relative_to(scratch / "own")}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
