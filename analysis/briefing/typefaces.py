"""The typefaces of an edition: which characters they have, and how wide these run.

Charts are set in one typeface; what it lacks, Typst sets from those that it
carries itself, in charts as in the text. A character that none of them has
cannot be shown on paper.
"""

from __future__ import annotations

import datetime
import functools
import re
import unicodedata
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

FONT = "Source Sans Pro"


def folder() -> Path:
    """Where the shipped typeface's files are."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"


@functools.cache
def available() -> Any:
    """The fonts of the edition and no others, for Typst: its own and the shipped ones."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder())])


@functools.cache
def advances() -> Mapping[int, float]:
    """How wide each character of the shipped typeface runs, in em, by code point."""
    from fontTools.ttLib import TTFont

    with TTFont(folder() / "SourceSansPro-Regular.ttf", lazy=True) as font:
        em, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: metrics[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def rules(characters: str) -> str:
    """The shipped typeface, cut down to these characters, as CSS with the fonts inside."""
    import base64
    import io

    from fontTools import subset
    from fontTools.ttLib import TTFont

    found = []
    for name, weight in (("Regular", 400), ("Semibold", 600)):
        options = subset.Options(flavor="woff2", hinting=False, layout_features=[])
        options.drop_tables += ["GSUB", "GPOS", "GDEF"]  # half of the time, for kerning that nobody misses on a screen
        font = TTFont(folder() / f"SourceSansPro-{name}.ttf", lazy=True, recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        font.flavor = "woff2"
        file = io.BytesIO()
        font.save(file)
        font.close()
        data = base64.b64encode(file.getvalue()).decode("ascii")
        found.append(f'@font-face{{font-family:"{FONT}";font-weight:{weight};font-display:fallback;'
                     f'src:url(data:font/woff2;base64,{data}) format("woff2")}}')
    return "\n".join(found)


def foreign(text: str) -> str:
    """The characters of a text that the shipped typeface lacks, or that stand for no sign, each once, by code."""
    own = advances()
    return "".join(sorted(character for character in set(text) - set("\n\t\r")
                          if ord(character) not in own or unicodedata.category(character)[0] == "C"))


def missing(text: str) -> str:
    """The characters of a text that no typeface of the edition has, each once, in order of code."""
    asked = foreign(text)
    complaints = _complaints("\n\n".join(f"#{_literal(character)}" for character in asked)) if asked else ""
    named = {re.sub(r"\\u\{(\w+)\}", lambda code: chr(int(code[1], 16)), found)
             for found in re.findall(r'(?:the text|disallowed codepoint) `"(.+?)"`', complaints)}
    return "".join(character for character in asked if character in named)


def unsettable(text: str) -> bool:
    """Whether a text cannot be set inside a picture although its characters are there: Typst
    takes no letter with a mark for which there is no composed letter."""
    marked = any(unicodedata.category(character)[0] in "MC" for character in text)
    picture = f'<svg xmlns="{_SVG}" width="9" height="9"><text font-family="{FONT}">{escape(text)}</text></svg>'
    return marked and bool(_complaints(f'#image(bytes({_literal(picture)}), alt: "-")'))


_SVG = "http://www.w3.org/2000/svg"


def _literal(text: str) -> str:
    """A Typst string, each character by its code."""
    return '"' + "".join(f"\\u{{{ord(character):x}}}" for character in text) + '"'


def _complaints(page: str) -> str:
    """What Typst has against a page as an archivable PDF; empty where it makes one."""
    import typst

    try:
        typst.compile(f'#set document(title: "-")\n#set text(font: "{FONT}", lang: "en")\n{page}'.encode(),
                      format="pdf", font_paths=available(), pdf_standards=["a-3a"], timestamp=_ANY_DAY)
    except typst.TypstError as error:
        return error.diagnostic
    return ""


_ANY_DAY = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)  # an archivable PDF has a date
