"""What holds of any text: spans and their hashes, words found again, sources read, numbers told and read back."""

import csv
import hashlib
import io
import re
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from briefing.facts.quantities import HEDGES, Quantity
from briefing.facts.tables import LONGEST_QUOTE, Tables
from briefing.findings import BriefingError
from briefing.sources import passages, proposals, selecting, texts

#: Letters of all kinds: beyond the basic plane, combining, joined, right to left, all that ends a line anywhere.
LETTERS = st.sampled_from("ab e\u0301ß🚢\U0001f1e9\U0001f1ea\u200d\u202eאع語\u00a0\u00ad“”’-.\n\n\r\t\x0b\x0c\x1c\x85\u2028\u2029ſİ") | \
    st.characters(exclude_categories=("Cs",))
TEXT = st.text(LETTERS, min_size=1, max_size=60)


@st.composite
def selected(draw, least=1):
    """A text, and a span of it that has words, `least` characters of them or more."""
    word, space = LETTERS.filter(str.strip), st.text(" \n\t\u00a0", max_size=2)
    words = draw(st.text(LETTERS, min_size=least - 2 if least > 1 else 0, max_size=30))
    inner = draw(word) + (words + draw(word) if least > 1 or words else "")
    before, span = draw(st.just("") | TEXT), draw(space) + inner + draw(space)
    return before + span + draw(st.just("") | TEXT), len(before), len(before + span)


@given(selected(), st.integers(0, LONGEST_QUOTE))
def test_any_span_is_a_passage_that_passes_the_check(tmp_path, span, words):
    text, start, end = span
    quote = " ".join(text[start:end].split()[:words])
    row = selecting.passage(text, start, end, quote)
    inner = text[row["start"]:row["end"]]
    assert inner == text[start:end].strip() and start <= row["start"] < row["end"] <= end
    assert row["sha256"] == hashlib.sha256(inner.encode("utf-8")).hexdigest()
    assert len(f"{row['prefix']} {quote} {row['suffix']}".split()) <= max(LONGEST_QUOTE, words)
    assert all(fits is not False for fits in selecting.fits(text, row["start"], row["end"], row))
    assert (row["start"], row["end"]) in selecting.find(text, inner)
    assert selecting.passage(text, row["start"], row["end"], quote) == row
    (tmp_path / "s.txt").write_bytes(text.encode("utf-8"))
    data = Tables(tmp_path, {"resources": []}, {
        "sources": [{"id": "s", "sha256": hashlib.sha256(text.encode()).hexdigest(), "characters": len(text)}],
        "passages": [row | {"id": "p", "source": "s", "quote": None}]})
    assert passages.check(data, {"s": tmp_path / "s.txt"}).findings == []


@given(selected(least=4), TEXT)
def test_any_passage_is_found_again_where_its_words_stand_now(span, before):
    text, start, end = span
    row = selecting.passage(text, start, end)
    (places,) = selecting.lost(before + text, [row])
    assert row["start"] + len(before) in places
    assert all((before + text)[place:place + row["end"] - row["start"]] == text[row["start"]:row["end"]] for place in places)


@given(TEXT, TEXT)
def test_whatever_is_found_lies_in_the_text(text, words):
    for start, end in selecting.find(text, words):
        assert 0 <= start < end <= len(text)
    for start, end, likeness in selecting.nearest(text, words):
        assert 0 <= start < end <= len(text) and 0 < likeness <= 1
    lines = selecting.paragraphs(text)
    wanted = [at for at in range(len(text)) if (at == 0 or text[at - 1] in "\r\n") and re.split("[\r\n]", text[at:])[0].strip()]
    assert list(lines) == wanted
    for n, at in enumerate(lines, start=1):
        assert selecting.paragraph(text, at) == n


# --- what is read ------------------------------------------------------------------------

@given(TEXT | st.binary(min_size=1, max_size=60))
@example("a" * 50 + "\nb\n\n" + "c" * 50 + "\nd\n\n" + "e" * 50 + "\nf")
def test_any_file_is_a_text_that_reads_the_same_again_or_is_refused(tmp_path, content):
    path = tmp_path / "a.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    try:
        found = texts.read(path)
    except BriefingError as error:
        assert ": found " in str(error) and ", expected " in str(error)
        return
    assert found.content.strip() and found.content.endswith("\n") and "\r" not in found.content
    path.write_bytes(found.content.encode("utf-8"))
    again = texts.read(path)
    assert again.content == found.content and again.title == found.title


# --- what is offered for a source that has changed ---------------------------------------

@given(gist=TEXT.filter(lambda text: "\r" not in text and "\0" not in text), before=st.text("ab \n🚢", min_size=1, max_size=9))
@settings(max_examples=15)
def test_offered_patch_sets_the_places_and_nothing_beside_them(tmp_path, gist, before):
    text = "The quay is shut, and nobody goes home before noon.\n"
    row = selecting.passage(text, 4, 16)
    columns = ["id", "source", "start", "end", "sha256", "paragraph", "speaker", "chain", "kind", "quote", "gist", "credibility"]
    typed = [{column: None for column in columns} | row | {"id": f"p{n}", "source": "s", "gist": gist, "quote": None, "prefix": None, "suffix": None}
             for n in range(2)]
    typed[1] |= {key: selecting.passage(text, 22, 28)[key] for key in ("start", "end", "sha256")}
    (tmp_path / "data").mkdir(exist_ok=True)
    with (tmp_path / "data/passages.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(typed)
    (tmp_path / "data/sources.csv").write_bytes(b"id,sha256,characters\ns,,\n")
    (tmp_path / "s.txt").write_bytes((before + text).encode("utf-8"))
    resources = [{"name": name, "path": f"{name}.csv"} for name in ("sources", "passages")]
    data = Tables(tmp_path, {"resources": resources}, {
        "sources": [{"id": "s", "sha256": hashlib.sha256(text.encode()).hexdigest(), "characters": len(text)}], "passages": typed})
    patch = passages.patch(data, passages.check(data, {"s": tmp_path / "s.txt"}))
    run = subprocess.run(["git", "apply", "--unsafe-paths", "--whitespace=nowarn", "-"], input=patch.encode("utf-8"), cwd=tmp_path, capture_output=True)
    assert run.returncode == 0, run.stderr
    with (tmp_path / "data/passages.csv").open(encoding="utf-8", newline="") as file:
        after = list(csv.DictReader(io.StringIO(file.read(), newline="")))
    assert [each["gist"] for each in after] == [gist, gist]
    assert [int(each["start"]) for each in after] == [4 + len(before), 22 + len(before)]


# --- numbers -----------------------------------------------------------------------------

@given(st.integers(13, 10**6) | st.decimals(13, 9999, places=1).map(float), st.sampled_from(["%", "ships"]), st.sampled_from(sorted(HEDGES)))
def test_any_quantity_told_in_prose_is_read_back(value, unit, hedge):
    told = f"The port lost {Quantity(value, unit, hedge).text} in spring."
    found = proposals.quantities(told, "en")
    assert [each.value for each in found] == [pytest.approx(value)]
    assert found[0].hedge == hedge
