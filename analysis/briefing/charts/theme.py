"""The look of all charts: one palette, one typeface, an Altair theme of them, and how text is set in lines."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from ..language import current
from ..language.locales import vega

if TYPE_CHECKING:
    import altair as alt

#: Every colour of a chart: on a light page and, by the HTML's style, on a dark one.
PALETTE: Mapping[str, tuple[str, str]] = {
    "ink": ("#1b2530", "#e4e8ec"),
    "soft": ("#56616d", "#a3adb7"),
    "context": ("#6b7783", "#8b97a3"),  # marks that are not the point of the chart
    "accent": ("#9c3d12", "#f0a07a"),
    "agree": ("#1b6aa5", "#74b6ea"),
    "green": ("#2f7350", "#7cc79f"),
    "purple": ("#6f4a9e", "#bfa3e6"),
    "ochre": ("#83640a", "#d9b64f"),
    "line": ("#d3d9de", "#3a434c"),
    "ground": ("#eff2f4", "#20272e"),
    "tint": ("#f9eee8", "#33241d"),  # the half-plane that an open claim leaves free
    "paper": ("#ffffff", "#14181d"),
}
LIGHT = {name: light for name, (light, _) in PALETTE.items()}
NAME = "briefing"
FONT = "Source Sans Pro"  # the typeface of charts, paper and page
WIDE, NARROW = 620, 340  # CSS px; 1 px is 0.75 pt in print
TALLEST = 760  # px of a wide chart: what a page of A4 or Letter holds beside the caption
PAGE = 880  # px of a part that no caption follows: a page holds it alone
LETTER = 6.3  # px that a letter takes in the mean: how many have room is told by it, and Vega lays them out


def configuration() -> dict[str, Any]:
    """The Vega-Lite configuration of the theme (https://vega.github.io/vega-lite/docs/config.html)."""
    ink, soft, line, agree = (LIGHT[name] for name in ("ink", "soft", "line", "agree"))
    text = {"fontSize": 12, "fontWeight": 400, "color": ink}
    spoken = current()
    label = {"labelFontSize": 12, "labelColor": soft, "labelFontWeight": 400,
             "titleFontSize": 12, "titleColor": soft, "titleFontWeight": 400}
    return {
        "font": f"{FONT}, sans-serif",
        "background": "transparent",
        "padding": {"left": 1, "top": 1, "right": 4, "bottom": 1},
        "view": {"stroke": None, "continuousWidth": WIDE, "continuousHeight": 200, "discreteWidth": {"step": 32},
                 "discreteHeight": {"step": 19}},
        "title": {"anchor": "start", "frame": "bounds", "fontSize": 14, "fontWeight": 600, "color": ink, "offset": 10,
                  "lineHeight": 18, "subtitleFontSize": 12, "subtitleColor": soft, "subtitlePadding": 4},
        "axis": {**label, "domain": False, "ticks": False, "gridColor": line, "tickColor": line, "domainColor": line,
                 "labelPadding": 6, "titlePadding": 8, "labelLimit": 260, "labelOverlap": True, "labelSeparation": 6},
        "axisLeft": {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleBaseline": "bottom",
                     "titleX": 0, "titleY": -6},
        "axisDiscrete": {"grid": False, "labelColor": ink},
        "axisX": {"grid": False},
        "axisXQuantitative": {"labelFlush": 10},
        "axisXTemporal": {"labelFlush": 10},
        "legend": {**label, "orient": "top", "direction": "horizontal", "title": None, "labelLimit": 0, "offset": 22,
                   "symbolStrokeWidth": 1.5, "symbolSize": 80},
        "header": {**label, "labelColor": ink, "labelFontWeight": 600, "labelAnchor": "start"},
        "range": {"category": [agree, *(LIGHT[name] for name in ("accent", "green", "purple", "ochre", "context"))],
                  "ramp": ["#dbe7f1", agree], "heatmap": ["#dbe7f1", agree], "ordinal": ["#dbe7f1", agree],
                  "diverging": [LIGHT["accent"], "#e9e3dc", agree]},
        "mark": {"color": agree},
        "line": {"strokeWidth": 2}, "rule": {"color": soft}, "text": text,
        "boxplot": {"median": {"color": LIGHT["paper"]}},
        "geoshape": {"stroke": LIGHT["paper"], "strokeWidth": 0.7},
        **({} if spoken.english else {"locale": vega(spoken)}),
    }


def register() -> None:
    """Make the theme known to Altair, and use it unless another has been chosen."""
    import altair as alt

    if NAME not in alt.theme.names():
        alt.theme.register(NAME, enable=False)(lambda: cast(Any, {"config": configuration()}))
    if alt.theme.active == "default":
        alt.theme.enable(NAME)


# --- text in lines -----------------------------------------------------------------

def note(text: str, width: int = WIDE) -> alt.Chart:
    """A line of text in place of a chart, or below one; each of its own lines is set in as many as it needs."""
    import altair as alt
    import pandas

    lines = [line for own in text.split("\n") for line in textwrap.wrap(own, int(width / LETTER))]
    drawn: alt.Chart = alt.Chart(pandas.DataFrame({"text": ["\n".join(lines)]})).mark_text(
        align="left", baseline="top", lineBreak="\n", lineHeight=15, color=LIGHT["soft"]).encode(
        text=alt.Text("text:N"), x=alt.XValue(0), y=alt.YValue(0)).properties(width=width - 8, height=15 * len(lines))
    return drawn


def wrapped(expression: str, letters: int) -> str:
    """A Vega expression for a label in lines of about so many letters; a word that is longer is broken."""
    most = max(letters, 4)
    return f"split(trim(replace({expression}, /(.{{1,{most}}})(\\s+|$)|(.{{{most}}})/g, '$1$3\\n')), '\\n')"
