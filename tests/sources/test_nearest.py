"""What comes nearest to words that a text does not have: where it stands, how like it is, and in which order."""

import difflib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.sources import selecting

#: Words none of which is taken for another.
ASKED = "quay dockers union harbour crane minister ship contract week court freight pilot".split()
OTHERS = "lamp vivid onyx jazz elbow dusk glyph myth fjord kiwi bleak zebra".split()


def nearest(text, words, *most):
    return [(text[start:end], likeness) for start, end, likeness in selecting.nearest(text, words, *most)]


# --- a stretch that was changed -----------------------------------------------------------

@st.composite
def changed(draw):
    """Words that are asked for, a text that has them but for one change, and where."""
    asked = draw(st.permutations(ASKED))[:draw(st.integers(4, 12))]
    at = draw(st.integers(1, len(asked) - 2))
    other = draw(st.sampled_from(OTHERS))
    stretch = draw(st.sampled_from([asked[:at] + [other] + asked[at + 1:], asked[:at] + asked[at + 1:],
        asked[:at] + [other] + asked[at:],
                                    asked[:at] + [asked[at] + "s"] + asked[at + 1:], [each.upper() for each in asked]]))
    filler = st.lists(st.sampled_from(OTHERS + asked[:1]), max_size=60)
    before, after = draw(filler), draw(filler)
    gap = draw(st.sampled_from([" ", "\n\n", " – "]))
    text = gap.join([*before, *stretch, *after])
    start = len(gap.join([*before, ""])) if before else 0
    return asked, stretch, text, (start, start + len(gap.join(stretch)))


@given(changed())
def test_stretch_with_one_change_is_found_to_the_letter(case):
    asked, stretch, text, place = case
    likeness = difflib.SequenceMatcher(None, " ".join(asked), " ".join(stretch).lower(), autojunk=False).ratio()
    assert selecting.nearest(text, " ".join(asked))[0] == (*place, round(likeness, 3))


@given(changed())
def test_stretch_is_found_among_many_that_have_its_first_word(case):
    asked, stretch, text, (start, end) = case
    decoys = f"{asked[0]} lamp " * 80 + " ".join(OTHERS * 2) + " "
    assert selecting.nearest(decoys + text, " ".join(asked), 1)[0][:2] == (start + len(decoys), end + len(decoys))


@pytest.mark.parametrize(("text", "found"), [
    ("lamp union quay shut lamp", "union quay shut"), ("quay shut", "quay shut"), ("union quay", "union quay"),
    ("onyx quay shut now", "onyx quay shut"),
    ("lamp union quay jazz now", "union quay jazz"), ("union vivid shut now", "union vivid shut"),
    ("jazz union shut onyx", "union shut"),
    ("union the quay a shut onyx", "union the quay a shut")])
def test_stretch_goes_from_where_its_first_word_should_be_to_where_its_last_should_be(text, found):
    assert nearest(text, "union quay shut")[0][0] == found


def test_word_that_is_asked_for_twice_counts_twice():
    text = "the lamp quay onyx " * 30 + "the quay the union"
    assert nearest(text, "the quay the union", 1) == [("the quay the union", 1.0)]


# --- words that are alike --------------------------------------------------------------------

@pytest.mark.parametrize(("word", "asked", "likeness"), [
    ("mast", "mast", 1.0), ("Mast", "mAST", 1.0), ("last", "mast", 0.75), ("masts", "mast", 0.889), ("cut", "cat", 0.667),
    # half of the pairs are the same
    ("ship", "shad", None), ("bacon", "beach", None), ("harvest", "harbour", None), ("Straße", "strasse", 1.0),
    ("a", "b", None), ("a", "a", 1.0)])
def test_word_is_taken_for_one_that_shares_half_of_its_pairs_of_letters(word, asked, likeness):
    assert nearest(f"lamp, {word}!", asked) == ([(word, likeness)] if likeness else [])


# --- which, and how many -------------------------------------------------------------------

def test_best_come_first_and_of_equals_the_one_that_stands_first():
    text = "quay shut then, lamp vivid quay shuts then, onyx jazz quay shut then"
    assert selecting.nearest(text, "quay shut then") == [(0, 14, 1.0), (54, 68, 1.0), (27, 42, 0.966)]


def test_no_more_than_are_asked_for():
    text = ". ".join(["The quay is shut"] * 5)
    assert [len(selecting.nearest(text, "quay is shut", most)) for most in (0, 1, 2, 5, 9)] == [0, 1, 2, 5, 5]
    assert len(selecting.nearest(text, "quay is shut")) == 3


def test_stretches_may_touch_but_not_overlap():
    assert selecting.nearest("港口港口港口", "港口") == [(0, 2, 1.0), (2, 4, 1.0), (4, 6, 1.0)]
    assert selecting.nearest("quay shut quay shut quay", "quay shut quay") == [(0, 14, 1.0)]


@pytest.mark.parametrize(("text", "found"), [("abcd xxxxxx", [("abcd xxxxxx", 0.5)]), ("abcd xxxxxxx", [])])
def test_what_is_less_than_half_like_is_not_shown(text, found):
    assert nearest(text, "abcd efgh") == found


# --- long ones -------------------------------------------------------------------------------

@pytest.mark.parametrize(("gap", "found"), [(328, True), (329, False)])
def test_stretch_with_little_but_signs_between_its_words_is_none(gap, found):
    text = f"lamp quay{'.' * gap}shut"
    assert bool([each for each in nearest(text, "quay shut") if each[0].startswith("quay.")]) is found


def test_stretch_that_is_none_hides_no_other():
    text = f"quay shut now{'.' * 400}jazz. {'lamp ' * 9}quay{'.' * 400}shut now. {'lamp ' * 9}quay shut"
    assert nearest(text, "quay shut now")[0] == ("quay shut now", 1.0)
    assert len(nearest(text, "quay shut now")) == 2


def test_long_words_are_compared_by_their_letters_up_to_a_length():
    """Beyond, word by word, since that grows with the square of the length: a word with another ending is another."""
    words = [f"{ASKED[n % 12]}{OTHERS[(n + n // 12) % 12]}" for n in range(50)]
    for length, found in ((390, True), (400, True), (401, False), (410, False)):
        asked = " ".join(words)[:length]
        text = re.sub(r"\w\b", "en", asked)
        assert bool(selecting.nearest(text, asked)) is found, length


def test_common_letters_and_words_of_long_ones_count_like_others():
    words = [f"{one}{two}" for one, two in zip(ASKED, OTHERS, strict=True)] + ASKED + OTHERS
    asked, stretch = " ".join(words), " ".join([*words[:9], "elsewhere", *words[10:]])
    likeness = difflib.SequenceMatcher(None, asked, stretch, autojunk=False).ratio()
    assert 200 < len(asked) <= 400 and nearest(f"Then: {stretch} now", asked) == [(stretch, round(likeness, 3))]
    asked = " ".join(["the ship and the crane"] * 60 + ASKED)
    assert nearest(f"lamp {asked} onyx", asked)[0] == (asked, 1.0)
