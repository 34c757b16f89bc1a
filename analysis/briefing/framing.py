"""What every figure has: a title that says the finding, a line of sources, a table, and two layouts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import drawer, store
from .drawing import NARROW, SMALL, TITLE, WIDE, Row, Sheet, svg, wrap
from .quantities import Quantity, counted

if TYPE_CHECKING:
    import pandas

FIGURE = "application/vnd.briefing.figure+json"
VEGA_LITE = "application/vnd.vegalite.v6+json"
LINE = 15  # px from one line of body text to the next
TALLEST = 760  # px of a wide chart: what a page of A4 or Letter holds beside the caption


@dataclass(frozen=True)
class Figure:
    """A chart, its data as text, and what it was drawn from.

    `draw` gives the sheet of a width in px; `summary` is a sentence for
    those who see no pictures; `table` has `columns` and `rows`, and, where a
    page may filter the chart, `filters`, the columns to filter by, and `marks`,
    what the mark of each row says.
    """

    draw: Callable[[int], Sheet]
    summary: str
    table: Mapping[str, list[Any]]
    sources: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    drawn: dict[int, dict[str, Any]] = field(default_factory=dict, repr=False)

    def specification(self, width: int = WIDE) -> dict[str, Any]:
        """The Vega-Lite specification of the chart at a width in px."""
        if width not in self.drawn:
            self.drawn[width] = drawer.specified(self.draw(width))
        return self.drawn[width]

    def svg(self, width: int = WIDE) -> str:
        return svg(self.specification(width))

    def pages(self) -> list[str]:
        """The wide chart as SVGs that each fit on a page; none where it does as a whole."""
        sheet = self.draw(WIDE)
        ends, bottom = [0.0], math.ceil(sheet.y)
        while bottom - ends[-1] > TALLEST:
            within = [y for y in sheet.breaks if ends[-1] < y <= ends[-1] + TALLEST]
            ends.append(max(within, default=ends[-1] + TALLEST))
        parts = zip(ends, [*ends[1:], bottom], strict=True) if len(ends) > 1 else ()
        return [_kept(sheet.part(*part))["svg"] for part in parts]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        wide, narrow = (_kept(self.draw(width)) for width in (WIDE, NARROW))
        pages = self.pages()
        return {"image/svg+xml": wide["svg"], VEGA_LITE: wide["specification"], "text/plain": self.summary,
                FIGURE: {"narrow": narrow["svg"], "table": dict(self.table),
                         "sources": list(self.sources), "passages": list(self.passages),
                         **({"pages": pages} if pages else {})}}


def _kept(sheet: Sheet) -> dict[str, Any]:
    """Specification and SVG of a sheet, as an earlier render drew an equal one, or drawn now."""
    known = store.figure(repr(sheet))
    if known is None:
        known = drawer.drawn(sheet)
        store.keep_figure(repr(sheet), known)
    return known


def figure(draw: Callable[[int], Sheet], title: str, rows: Iterable[Row], table: Mapping[str, list[Any]]) -> Figure:
    """A figure that knows the ids of all sources and passages of its rows."""
    rows = list(rows)
    return Figure(draw, title, table, several(rows, "source", "sources"), several(rows, "passage", "passages"))


def rows_of(frame: pandas.DataFrame) -> list[Row]:
    """The rows of a frame, with None for every kind of missing value."""
    return [{name: value if isinstance(value, (tuple, list)) or known(value) else None for name, value in row.items()}
            for row in frame.to_dict("records")]


def known(value: Any) -> bool:
    """True for a value that is there: not None, NaN or NA, nor an infinite number."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return False
    return not isinstance(value, float) or math.isfinite(value)


def several(rows: Iterable[Row], *names: str) -> tuple[str, ...]:
    """What the rows hold under these names, each once, in order; a cell holds one text or a tuple of them."""
    found: dict[str, None] = {}
    for row in rows:
        for name in names:
            cell = row.get(name)
            found.update(dict.fromkeys(str(item) for item in (cell if isinstance(cell, (tuple, list)) else [cell])
                                       if known(item) and item != ""))
    return tuple(found)


# --- words ----------------------------------------------------------------------

def quantity(row: Row) -> str:
    """A row's number with its hedge, `over 20%`, or its range, `90% to 99%`."""
    if not known(row["value"]):
        return "not given"
    low = Quantity(float(row["value"]), row["unit"] or "", row["hedge"]).text
    if not known(row.get("upper")):
        return low
    return f"{low} to {Quantity(float(row['upper']), row['unit'] or '').text}"


def published(row: Row) -> str:
    """The publishers of a row as one text."""
    return "; ".join(several([row], "publisher", "publishers"))


def sourced(sentence: str, row: Row) -> str:
    """A sentence with where it comes from."""
    return f"{sentence} Source: {published(row)}." if published(row) else sentence


def count(number: int, noun: str) -> str:
    return f"{counted(int(number))} {noun}{'' if number == 1 else 's'}"


def tabled(rows: Sequence[Row], columns: Mapping[str, str | Callable[[Row], Any]]) -> dict[str, list[Any]]:
    """The data of a chart as text: a column is a field's name, or what makes its cells."""
    def cell(row: Row, column: str | Callable[[Row], Any]) -> Any:
        value = column(row) if callable(column) else row.get(column)
        return value if known(value) else ""

    return {"columns": list(columns), "rows": [[cell(row, column) for column in columns.values()] for row in rows]}


# --- around the plot ------------------------------------------------------------

def titled(width: int, title: str) -> Sheet:
    """A sheet with its title at the top."""
    sheet = Sheet(width)
    for line in wrap(title, width, TITLE, bold=True):
        sheet.text(0, sheet.y + 13, line, size=TITLE, bold=True)
        sheet.y += 18
    sheet.y += 5
    return sheet


def signed(sheet: Sheet, rows: Iterable[Row], note: str = "") -> Sheet:
    """The sheet with its note and the publishers of its rows at the foot."""
    names = several(rows, "publisher", "publishers")
    source = f"Source{'s' if len(names) > 1 else ''}: {'; '.join(names)}" if names else ""
    sheet.y += 6
    for line in wrap(". ".join(part.rstrip(".") for part in (note, source) if part), sheet.width, SMALL):
        sheet.text(0, sheet.y + 10, line, "soft", size=SMALL)
        sheet.y += 14
    return sheet


def no_data(sheet: Sheet) -> Sheet:
    sheet.text(0, sheet.y + 12, "No data.", "soft")
    sheet.y += 20
    return sheet
