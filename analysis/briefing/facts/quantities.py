"""Hedged numbers: `> 20 %` stays an open bound in text, table and chart.

A quantity is a set of numbers on the real line: a point for `=`, a half-line
for `>` `>=` `<` `<=`, a point of unknown spread for `~`. What cannot be known
from the hedge is refused, not guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..findings import BriefingError
from ..language import counted as counted
from ..language import current, later, say
from ..language.locales import figure, percent

#: How each hedge reads before a number.
HEDGES: Mapping[str, str] = {"=": "", ">": "over", ">=": "at least", "<": "under",
                             "<=": "at most", "~": "about"}
_HEDGED = {">": later("over {number}"), ">=": later("at least {number}"), "<": later("under {number}"),
           "<=": later("at most {number}"), "~": later("about {number}")}


class HedgeError(BriefingError):
    """An arithmetic that the hedge does not allow, such as a mean of open bounds."""


class Plain(str):
    """A text that is no Markdown, such as a number with the unit of a table."""


@dataclass(frozen=True)
class Quantity:
    """A number with its unit and its hedge.

    `value` is in `unit`; `hedge` is one of `= > >= < <= ~`.
    """

    value: float
    unit: str = ""
    hedge: str = "="

    def __post_init__(self) -> None:
        if self.hedge not in HEDGES:
            raise HedgeError(f'hedge: found "{self.hedge}", expected one of {" ".join(HEDGES)}. '
                             "Use the hedge that the source gives.")
        if not math.isfinite(self.value):
            raise HedgeError(f"value: found {self.value}, expected a finite number. "
                             "Leave out what is not known.")

    @property
    def lower(self) -> float:
        """The greatest number that it is surely not below; -inf where there is none."""
        return -math.inf if self.hedge in ("<", "<=") else self.value

    @property
    def upper(self) -> float:
        """The smallest number that it is surely not above; inf where there is none."""
        return math.inf if self.hedge in (">", ">=") else self.value

    @property
    def is_point(self) -> bool:
        """True where the hedge leaves a single number, exact or about."""
        return self.lower == self.upper

    @property
    def text(self) -> str:
        """As prose has it: `over 20%`, `about 1.86 TWh`."""
        number = spelled(self.value, self.unit)
        return Plain(say(_HEDGED[self.hedge], number=number) if self.hedge in _HEDGED else number)

    def __str__(self) -> str:
        return self.text


def spelled(value: float, unit: str = "") -> str:
    """A number with its unit, as the language of the report writes it: in English thousands parted by commas; a true
    minus, no false digits."""
    number = f"{abs(value):,.10g}"
    if "e+" in number:
        number = f"{abs(value):,.0f}"
    sign = "\u2212" if value < 0 else ""
    number = figure(number, current())
    if unit == "%":
        return percent(f"{sign}{number}", current())
    return f"{sign}{number}\u00a0{unit}" if unit else f"{sign}{number}"


def of_row(row: Mapping[str, Any]) -> Quantity:
    """The quantity of a row that has `value`, `unit` and `hedge`."""
    return Quantity(float(row["value"]), row["unit"], row["hedge"])


# --- arithmetic -----------------------------------------------------------------

def in_words(row: Mapping[str, Any]) -> str:
    """A row's number with its hedge, `over 20%`, or its range, `90% to 99%`; `not given` where it has none."""
    value: Any = row.get("value")
    upper: Any = row.get("upper")
    if not known(value):
        return say("not given")
    unit = row.get("unit") or ""
    hedge = row.get("hedge") or "="
    low = Quantity(float(value), unit, hedge if hedge in HEDGES else "=").text
    return say("{low} to {high}", low=low, high=Quantity(float(upper), unit).text) if known(upper) else low


def mean(quantities: Sequence[Quantity]) -> Quantity:
    """The mean of points of one unit; `~` where one of them is about.

    Raises HedgeError for open bounds, mixed units and nothing at all: a bound
    has no middle.
    """
    if not quantities:
        raise HedgeError("mean: found no quantity, expected at least one. Leave the mean out.")
    for quantity in quantities:
        if not quantity.is_point:
            raise HedgeError(f'mean: found "{quantity}", expected points only. Show the bound beside the mean.')
        if quantity.unit != quantities[0].unit:
            raise HedgeError(f"mean: found {quantity.unit} beside {quantities[0].unit}, expected one unit. "
                             "Convert first.")
    hedge = "~" if any(quantity.hedge == "~" for quantity in quantities) else "="
    return Quantity(sum(q.value for q in quantities) / len(quantities), quantities[0].unit, hedge)


def share(part: Quantity, whole: Quantity) -> Quantity:
    """A part of a whole in percent, with the hedge that the two leave.

    A part over something is a share over something; a whole over something
    makes the share under. Raises HedgeError where the two pull apart, for
    unequal units, for a whole of zero, and for a part below zero of a whole
    that is a bound, where the bound would turn.
    """
    if part.unit != whole.unit:
        raise HedgeError(f"share: found {part.unit} of {whole.unit}, expected one unit. Convert first.")
    if whole.value <= 0:
        raise HedgeError(f"share: found a whole of {whole}, expected more than zero. Leave the share out.")
    if part.value < 0 and not whole.is_point:
        raise HedgeError(f"share: found {part} of {whole}, expected a part from zero. Leave the share out.")
    if (part.value, part.hedge) == (0, "="):
        return Quantity(0, "%")  # nothing of anything
    turned = {">": "<", ">=": "<=", "<": ">", "<=": ">="}.get(whole.hedge, whole.hedge)
    hedges = {part.hedge, turned} - {"="}
    if len({hedge[0] for hedge in hedges if hedge != "~"}) > 1 or ("~" in hedges and len(hedges) > 1):
        raise HedgeError(f"share: found {part} of {whole}, expected hedges that point one way. Leave the share out.")
    hedge = min(hedges, key=len) if hedges else "="  # the strict bound where one is strict
    return Quantity(100 * part.value / whole.value, "%", hedge)


# --- claims against independent figures -------------------------------------------

@dataclass(frozen=True)
class Verdict:
    """What comes of a claim: `words` is one of *borne out*, *borne out only if read as …*, *not borne out*, *cannot be
    told*; `reason` says why, `rule` by which rule, and `holds` from which tolerance up to which, in the claim's unit
    (inf: however large), the words would be the same; `before` and `after` are the words below and above that."""

    words: str
    reason: str
    rule: str = ""
    holds: tuple[float, float] = (0, math.inf)
    before: str = ""
    after: str = ""


def bears_out(claim: Quantity, figure: Quantity, tolerance: float = 0) -> bool | None:
    """Whether an independent figure bears a claim out: True, False, or None where the
    hedges leave both open.

    Each is the set of numbers that its hedge allows: the claim is borne out
    where all that the figure allows lies in it, and not where nothing does.
    `tolerance`, in the claim's unit, is how far a point may be off and still
    be the same number; without one, *about* a number is neither that of
    another point nor surely on one side of a bound that it equals. Raises
    HedgeError for unequal units.
    """
    if claim.unit != figure.unit:
        raise HedgeError(f"comparison: found {figure.unit} beside {claim.unit}, expected one unit. Convert first.")
    if claim.is_point and figure.is_point:
        if abs(claim.value - figure.value) <= tolerance:
            return True
        return None if "~" in (claim.hedge, figure.hedge) and not tolerance else False
    if claim.value == figure.value and "~" in (claim.hedge, figure.hedge) and not tolerance:
        return None
    allowed = _Range.of(claim, tolerance if claim.is_point else 0)
    given = _Range.of(figure, tolerance if figure.hedge == "~" else 0)
    return True if given.within(allowed) else False if given.apart(allowed) else None


@dataclass(frozen=True)
class _Range:
    """The numbers between two ends; `above` and `below` say whether the end itself is left out."""

    low: float
    high: float
    above: bool = False
    below: bool = False

    @classmethod
    def of(cls, quantity: Quantity, slack: float) -> _Range:
        return cls(quantity.lower - slack, quantity.upper + slack, quantity.hedge == ">", quantity.hedge == "<")

    def within(self, other: _Range) -> bool:
        return ((self.low, self.above) >= (other.low, other.above)
                and (self.high, not self.below) <= (other.high, not other.below))

    def apart(self, other: _Range) -> bool:
        return any(one.high < two.low or (one.high == two.low and (one.below or two.above))
                   for one, two in ((self, other), (other, self)))


def verdict(claim: Quantity, readings: Mapping[str, Sequence[Quantity]], tolerance: float = 0) -> Verdict:
    """Compare a claim with independent figures, reading by reading, by one rule for all.

    `readings` maps what the claim may mean to the figures for that meaning; the first is how the source presents it. A
    reading holds where no figure speaks against it and one at least bears it out; `tolerance`, in the claim's unit, is
    how far a figure may be off and still be the same number (0: not at all). The verdict tells how far the tolerance
    may go without changing it: the words can only change at the distance of a figure from the claim. Raises HedgeError
    where there is no reading, and for a tolerance below 0.
    """
    if not readings:
        raise HedgeError("verdict: found no reading, expected at least how the source presents the claim. Name it.")
    if tolerance < 0:
        raise HedgeError(f"verdict: found a tolerance of {tolerance}, expected 0 or more. Say how far off is the same.")
    distances = {abs(figure.value - claim.value) for figures in readings.values() for figure in figures}
    # where the words may change
    starts = sorted({0.0, _AFTER, *distances, *(distance + _AFTER for distance in distances)})
    told = [_judged(claim, readings, start)[0] for start in starts]
    here = max(n for n, start in enumerate(starts) if start <= tolerance)
    first = next((n + 1 for n in range(here - 1, -1, -1) if told[n] != told[here]), 0)
    beyond = next((n for n in range(here + 1, len(told)) if told[n] != told[here]), len(told))
    words, reason = _judged(claim, readings, tolerance)
    unit = say("points") if claim.unit == "%" else claim.unit
    rule = say("a claim is borne out where no figure speaks against it and one at least bears it out, give or take "
               "{tolerance}", tolerance=f"{figure(f'{tolerance:g}', current())} {unit}".rstrip())
    return Verdict(words, reason, rule,
                   (round(starts[first], 6), round([*starts, math.inf][beyond], 6)),
                   told[first - 1] if first else "", [*told, ""][beyond])


_AFTER = 1e-9  # just beyond a distance, where an open bound lets go, and beyond 0, where "about" does


def _judged(claim: Quantity, readings: Mapping[str, Sequence[Quantity]], tolerance: float) -> tuple[str, str]:
    outcomes = {reading: _outcome({bears_out(claim, figure, tolerance) for figure in figures})
                for reading, figures in readings.items()}
    reason = "; ".join(say("as {reading}: {figures}", reading=reading, figures=(
        ", ".join(figure.text for figure in figures) + outcomes[reading][1] if figures
        else say("no independent figure"))) for reading, figures in readings.items())
    presented, *others = readings
    if outcomes[presented][0]:
        return say("borne out"), reason
    for other in others:
        if outcomes[other][0]:
            return say("borne out only if read as {reading}", reading=other), reason
    return say("not borne out") if outcomes[presented][0] is False else say("cannot be told"), reason


def _outcome(said: set[bool | None]) -> tuple[bool | None, str]:
    """What the figures for one reading come to, and how the reason tells it."""
    if {True, False} <= said:
        return None, f" ({say('they disagree')})"
    if True in said:
        return True, f" ({say('in line with it')})"
    if False in said:
        return False, f" ({say('against it')})"
    return None, f" ({say('too open to tell')})"


# --- values for the prose -----------------------------------------------------

@dataclass(frozen=True)
class Value:
    """A number or a phrase that the prose takes by its id, with what it stands on.

    `text` is Markdown, but for the text of a quantity, which is taken as it stands; `cites` are ids of passages or
    sources (the first is what a click opens), `note` tells in words how it was derived.
    """

    text: str
    cites: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.text, Plain):
            object.__setattr__(self, "text", verbatim(self.text))

    def _repr_markdown_(self) -> str:
        if not self.cites:
            return f"[{self.text}]{{.value}}"
        note = f' title="{escaped(self.note)}"' if self.note else ""
        return f'[{self.text}](#ref-{self.cites[0]}){{.value evidence="{" ".join(self.cites)}"{note}}}'

    def __str__(self) -> str:
        return self.text


def escaped(text: str) -> str:
    """Text that may stand between double quotes as a Markdown attribute: on one line, nothing in it an entity."""
    return re.sub(r'([\\"&])', r"\\\1", re.sub(r"\s*\n\s*", " ", text))


#: What Pandoc's Markdown can take for markup anywhere, for a dash or an ellipsis, and where a line begins. Quotation
#: marks stay, so that they are set as the language of the report has them.
_MARKUP = re.compile(r"[\\`*_{}\[\]()<>#$@~^|&]|(?<=-)-|(?<=\.)\.|^[-+=:%.!]")
MOST_QUOTES = 40  # in a text: Pandoc looks for the other mark of each within each, and takes hours for thousands
_ENUMERATED = re.compile(r"^(\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+)\.(?=\s|$)")


def verbatim(text: str) -> str:
    """A text of a table as Markdown that shows it as it stands: no sign in it is markup, raw HTML, TeX, a citation, a
    link or a shortcode, and its lines are one. Wherever a text from a table enters Markdown, it goes through here."""
    line = re.sub(r"[ \t\n\r\f\v]+", " ", text)
    line = _ENUMERATED.sub(r"\1\\.", _MARKUP.sub(r"\\\g<0>", line))
    many = line.count('"') + line.count("'") > MOST_QUOTES
    return re.sub(r"""["']""", r"\\\g<0>", line) if many else line


class Values:
    """Values by id, as a notebook cell publishes them to the report."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values = dict(values)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        published = {id: {"text": value.text, "cites": list(value.cites), "note": value.note}
                     for id, value in self.values.items()}
        lines = [f"{id}: {value.text}" for id, value in self.values.items()]
        return {"application/vnd.briefing.values+json": published, "text/plain": "\n".join(lines)}


def publish(values: Mapping[str, Value]) -> Values:
    """Make values known to the report: the last line of a notebook's cell."""
    return Values(values)


def plain(value: Any) -> Any:
    """A value as a cell of a table: nothing for what is missing, several as one text, dates without a time of day."""
    if isinstance(value, (list, tuple)):
        return "; ".join(str(plain(item)) for item in value)
    if not known(value):
        return ""
    if isinstance(value, bool):
        return say("yes") if value else ""
    if isinstance(value, (int, float)):
        return value
    text = str(value)
    return re.sub(r"(?<=^\d{4}-\d\d-\d\d)[T ]00:00:00$", "", text) if text.endswith("00:00:00") \
        else text  # most texts are none: tables have tens of thousands of them


def known(value: Any) -> bool:
    """Whether a value is there at all: none of what pandas and JSON have for nothing."""
    return value is not None and type(value).__name__ not in ("NAType", "NaTType") and value == value


# --- as inline expressions show them ------------------------------------------------

def show(number: int, expression: Callable[[], Any]) -> None:
    """Evaluate and display an expression, or its error, marked with its number."""
    from IPython.display import display

    mark: dict[str, Any] = {"number": number}
    text = ""
    try:
        text = markdown(expression())
    except Exception as error:  # whatever the expression raises is the report's finding
        mark["error"] = f"{type(error).__name__}: {error}"
    display({"text/markdown": text}, raw=True, metadata={"briefing": mark})


def markdown(value: Any) -> str:
    """A value as the Markdown that takes the expression's place."""
    own = getattr(value, "_repr_markdown_", None)
    text = own() if own else None
    if text is None and isinstance(value, str):
        text = verbatim(value)
    text = repr(value) if text is None else text
    if value is None or not text:
        raise ValueError("the expression gives nothing to show")
    return text
