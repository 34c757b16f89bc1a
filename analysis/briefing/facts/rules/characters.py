"""What a cell may hold: characters that can be seen, names that can be told apart, ids that can be cited, addresses of
the web, and no formula that a spreadsheet would run when it opens the table.

What is hidden is told by Unicode's categories; where a script needs such a character, it may stand. Look-alikes are
told as UTS #39 tells them (https://www.unicode.org/reports/tr39/), by a map of the letters of Greek and Cyrillic that
are drawn like Latin ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...findings import Finding, shown
from . import shared

Row = dict[str, Any]
MOST_NAMED = 4

# --- characters that nobody sees ------------------------------------------------------

#: Scripts of which letters join, or words are not parted by spaces: there zero-width characters tell readings apart.
_JOINED = {"ARABIC", "SYRIAC", "MONGOLIAN", "NKO", "THAANA", "MANDAIC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI",
           "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "THAI", "LAO", "TIBETAN", "MYANMAR", "KHMER",
           "BALINESE", "JAVANESE", "TIFINAGH", "MEETEI", "CHAKMA", "BRAHMI", "GRANTHA", "NEWA"}
_PLAIN = {"LATIN", "GREEK", "CYRILLIC"}
_ZERO_WIDTH = "\u200b\u200c\u200d"
_DIRECTIONS = "\u200e\u200f\u061c"  # marks that mend the order of a text in two directions, and reach no further
_MONGOLIAN = "\u180e"
#: Format characters that are drawn: signs before numbers, and of Egyptian.
_DRAWN = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]")
#: What is drawn as nothing although it is no format character: fillers, joiners of graphemes, ends of lines, nonsense.
_EMPTY = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u2065\u3164\uffa0\ufdd0-\ufdef\ufffe\uffff]")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
#: A flag of a region, spelled in tags (https://www.unicode.org/reports/tr51/).
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")


def hidden(text: str) -> list[int]:
    """The offsets of characters that nobody sees, or that turn the order of what stands around them."""
    if text.isascii() and text.isprintable():
        return []
    flags = {offset for flag in _FLAG.finditer(text) for offset in range(*flag.span())}
    return [offset for offset, character in enumerate(text) if offset not in flags
            and _is_hidden(character, text[:offset][-2:], text)]


def _is_hidden(character: str, before: str, text: str) -> bool:
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Co"):
        return character not in "\n\t"
    if _SELECTORS.match(character):
        return not before.strip() or _script(before[-1]) in _PLAIN
    if category != "Cf":
        return bool(_EMPTY.match(character))
    if character in _ZERO_WIDTH:
        return not (_script(before[-1:]) in _JOINED or (character == "\u200d" and _is_emoji(before)))
    if character in _DIRECTIONS:
        return not any(unicodedata.bidirectional(other) in ("R", "AL") for other in text if other not in _DIRECTIONS)
    if character == _MONGOLIAN:
        return _script(before[-1:]) != "MONGOLIAN"
    return not _DRAWN.match(character)


def _script(character: str) -> str:
    """The script of a letter or mark, as its name begins; empty for any other character."""
    if not character or unicodedata.category(character)[0] not in "LM":
        return ""
    return unicodedata.name(character, "").partition(" ")[0]


def _is_emoji(before: str) -> bool:
    return before[-1:] != "" and unicodedata.category(before.rstrip("\ufe0f")[-1:] or " ") in ("So", "Sk")


def named(text: str, offsets: Sequence[int]) -> str:
    """Characters of a text as messages name them, by code point and name, each once."""
    found = [*dict.fromkeys(text[offset] for offset in offsets)]
    names = [f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"
             for character in found[:MOST_NAMED]]
    return ", ".join(names) + (f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else "")


def hidden_problem(text: str) -> tuple[str, str, str, str] | None:
    """Code, found, expected and remedy of a finding about a text with hidden characters; None where it has none."""
    offsets = hidden(text)
    if not offsets:
        return None
    before = text[:offsets[0]].rsplit("\n", 1)[-1][-20:]
    clean = "".join(character for n, character in enumerate(text) if n not in {*offsets})
    copy = f": write `{' '.join(clean.split())}`" if len(clean) <= 60 and clean.strip() and "`" not in clean else ""
    return ("hidden-character", f"{named(text, offsets)}{f' after {shown(before)}' if before.strip() else ''}",
            "characters that can be seen", f"Take {'it' if len(offsets) == 1 else 'them'} out{copy}.")


# --- names and ids that look alike -------------------------------------------------------

_ALIKE = str.maketrans(dict(zip(
    "АВЕЗКМНОРСТУХІЈЅԌԚԜҮаеорсухіјѕһԁԛԝүΑΒΕΖΗΙΚΜΝΟΡΤΥΧαονιρυϲϳ",
    "ABE3KMHOPCTYXIJSGQWYaeopcyxijshdqwyABEZHIKMNOPTYXaovipucj", strict=True)))


def skeleton(text: str) -> str:
    """What a text looks like: texts with the same skeleton can be taken for each other."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).translate(_ALIKE))


def _id_skeleton(id: str) -> str:
    return skeleton(id).casefold().translate(str.maketrans("01", "ol"))


#: The columns in which people and bodies are named, beside the hands of a chain.
NAMES: Mapping[str, tuple[str, ...]] = {"actors": ("label",), "concepts": ("label",), "passages": ("speaker", "chain"),
                                        "sources": ("publisher", "chain")}
#: The columns of ids.
IDS: Mapping[str, str] = {**dict.fromkeys(("sources", "passages", "actors", "concepts", "quantities", "events",
                                           "judgements"), "id"), "series": "series"}
#: What Pandoc's citations, HTML's ids and Typst's labels all take.
_ID = re.compile(r"(?![.:-])(?:[A-Za-z0-9_.:-]|[^\x00-\x7f\s])+(?<![.:-])")
#: What a spreadsheet takes for a formula that does something: any after =, and a call or an exchange with a program
#: after the other signs. A number with a sign, `-5 °C` and `@home` are none.
_FORMULA = re.compile(r"=\s*\S|[+\-@]\s*(?:\S*[A-Za-z][\w.]*\(|\S*\|.*!)", re.DOTALL)
_URL = re.compile(r"https?://[^\s/?#<>\"\\]+[^\s<>\"\\]*", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def check(descriptor: dict[str, Any], rows: Mapping[str, list[Row]],
          numbers: Mapping[str, list[int]]) -> Iterator[Finding]:
    """What cells hold that is hidden, looks like another name, or would be run, followed or taken for markup."""
    seen: dict[str, tuple[str, str]] = {}
    for resource in descriptor["resources"]:
        fields = [field for field in resource["schema"]["fields"] if field.get("type", "string") in ("string", "any")]
        for number, row in zip(numbers[resource["name"]], rows[resource["name"]], strict=True):
            place = {"path": f"data/{resource['path']}", "row": number}
            for field in fields:
                value = row.get(field["name"])
                for text in value if isinstance(value, tuple) else (value,):
                    if isinstance(text, str):
                        yield from _cell(resource["name"], field, text, place)
            yield from _alike(resource["name"], row, place, shared.place(resource, number), seen)


def _cell(table: str, field: Mapping[str, Any], text: str, place: dict[str, Any]) -> Iterator[Finding]:
    column = field["name"]
    if problem := hidden_problem(text):
        code, found, expected, remedy = problem
        yield Finding(code, found=found, expected=expected, remedy=remedy, column=column, **place)
    if "enum" not in field.get("constraints", {}) and _FORMULA.match(text):
        yield Finding("formula", found=shown(text), expected="a text that no spreadsheet takes for a formula",
                      remedy="Begin the cell with a word or a quotation mark: the table is published byte for byte, "
                             "and spreadsheets run what begins with =, and calls after +, - and @.", column=column,
                      **place)
    if (column == "url" or field.get("format") == "uri") and not _URL.fullmatch(text):
        doi = re.fullmatch(r"(?:doi:)?\s*(10\.\d{4,9}/\S+)", text, re.IGNORECASE)
        yield Finding("url", found=shown(text), expected="an address that begins with https:// or http://",
                      remedy=f"Write `https://doi.org/{doi[1]}`." if doi else
                             "Give the address of the page, or leave the cell empty: nothing else becomes a link.",
                      column=column, **place)
    if column == IDS.get(table) and "pattern" not in field.get("constraints", {}) and not _ID.fullmatch(text):
        yield Finding("id-form", found=shown(text), expected="letters, digits and - _ . : between them",
                      remedy="Rename it, here and where it is named: citations and links are made of it.",
                      column=column, **place)
    if (table, column) == ("sources", "language") and not _LANGUAGE.fullmatch(text):
        yield Finding("language-tag", found=shown(text), expected="a language tag (BCP 47), as en, pt-BR or zh-Hant",
                      remedy="Write the tag of the language, or `und` where it is not known.", column=column, **place)


def _alike(table: str, row: Row, place: dict[str, Any], where_is: tuple[str, int],
           seen: dict[str, tuple[str, str]]) -> Iterator[Finding]:
    """Ids and names that look like one that stands above, in this table or another; `seen` holds those by skeleton."""
    told: list[tuple[str, str, str]] = []
    if isinstance(id := row.get(column := IDS.get(table, "")), str):
        told.append((column, id, f"id {_id_skeleton(id)}"))
    for column in NAMES.get(table, ()):
        if isinstance(text := row.get(column), str):
            told += [(column, name, f"name {skeleton(name)}")
                     for name in (map(str.strip, text.split(">")) if column == "chain" else (text,))]
    for column, text, form in told:
        first, where = seen.setdefault(form, (text, "{} row {}".format(*where_is)))
        if text != first and (again := f"told {form} {text}") not in seen:
            seen[again] = (text, where)
            strange = [n for n, (one, other) in enumerate(zip(text, skeleton(text), strict=False)) if one != other]
            yield Finding("look-alike", found=f"{shown(text)}{f' ({named(text, strange)})' if strange else ''}, which "
                          f"looks like {shown(first)} in {where}", expected="ids and names that can be told apart",
                          remedy="Write both the same way, or add a word that tells them apart.", column=column,
                          **place)
