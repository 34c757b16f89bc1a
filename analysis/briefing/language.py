"""The words that an edition has of its own, besides those of its report: in English.

Another language takes these words, those around the text in `templates/`, and the rules of prose
(`report.rules`), whose words of likelihood are those of a standard.
"""

from __future__ import annotations

#: What a cross-reference is called, by the prefix of its label.
REFERENCES = {"fig": "Figure", "tbl": "Table", "sec": "Section"}
MONTHS = ("January February March April May June July August September October November December").split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
CONFIDENCE = "Confidence"
#: The points of a judgement in full, by what each holds.
JUDGEMENT = {"basis": "Basis", "against": "Against it", "alternative": "Another reading",
             "would_change_it": "What would change it", "changed": "Since the last edition", "nothing": "None found."}


def say(text: str, **values: object) -> str:
    """A text of the package's own in the language of the report, its `{names}` replaced by values."""
    return text.format(**values) if values else text


def several(number: int, one: str, many: str, **values: object) -> str:
    """One of two texts by a number, in the language of the report; `{number}` stands for it."""
    return say(one if number == 1 else many, number=number, **values)
