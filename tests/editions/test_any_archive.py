"""What holds of any archive: packed, it is unpacked the same; damaged anywhere, it is whole or refused."""

from hypothesis import given
from hypothesis import strategies as st

from briefing.editions import edition
from briefing.findings import BriefingError

PART = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\:"), min_size=1, max_size=8).filter(
    lambda part: part[-1] not in ". " and part.split(".")[0].strip().casefold() not in edition._DEVICES)


def as_every_system_writes_them(files):
    """No two names that some system takes for one, and none that is a file and a folder."""
    names = {edition._folded(name) for name in files}
    return len(names) == len(files) and not names & {folder for name in names for folder in edition._folders(name)}


FILES = st.dictionaries(st.lists(PART, min_size=1, max_size=3).map("/".join), st.binary(max_size=40), max_size=5).filter(as_every_system_writes_them)


@given(FILES, st.randoms(use_true_random=False))
def test_any_files_are_packed_the_same_in_any_order_and_unpacked(files, order):
    names = list(files)
    order.shuffle(names)
    packed = edition.pack({name: files[name] for name in names})
    assert packed == edition.pack(files)
    assert edition.unpack(packed, "x") == files


@given(FILES.filter(bool), st.data())
def test_a_damaged_archive_gives_no_other_content(files, data):
    packed = bytearray(edition.pack(files))
    at = data.draw(st.integers(0, len(packed) - 1))
    if data.draw(st.booleans()):
        del packed[at:]
    else:
        packed[at] ^= data.draw(st.integers(1, 255))
    try:
        found = edition.unpack(bytes(packed), "x")
    except BriefingError as error:
        assert "Nothing was unpacked" in str(error)
        return
    assert set(found.values()) <= set(files.values())  # a name may be another, but nothing is written that was not there
    assert all(part not in ("", ".", "..") for name in found for part in name.split("/"))


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x05\x06", b"PK\x03\x04", b"%PDF-1.7\n"]))
def test_any_bytes_are_refused_in_words(content, head):
    for read in (edition.unpack, edition.inputs_of):
        try:
            read(head + content, "x.pdf")
        except BriefingError as error:
            assert str(error).startswith("x.pdf: found ")
