"""The look of doubt: numbers drawn as far as they are known.

One look in every chart: a full disc is a number as given, a hollow one with an
arrow an open bound, a dashed hollow one is "about", a diamond is derived, a bar
with ends is a range. Positions and scales stay the analyst's.
"""

from __future__ import annotations

from typing import Any, cast

import altair as alt
import pandas

from ..facts.quantities import in_words, plain
from ..findings import BriefingError
from ..language import later, say
from .theme import LIGHT, register

#: How each kind of number looks: shape, whether it is full, dashes.
LOOKS = {later("as given"): ("circle", True, [1, 0]), later("over"): ("circle", False, [1, 0]),
         later("at least"): ("circle", True, [1, 0]), later("under"): ("circle", False, [1, 0]),
         later("at most"): ("circle", True, [1, 0]), later("about"): ("circle", False, [2, 1.6]),
         later("derived"): ("diamond", True, [1, 0])}
_WORDS = {"=": "as given", ">": "over", ">=": "at least", "<": "under", "<=": "at most", "~": "about"}
_UP, _DOWN = [">", ">="], ["<", "<="]


def with_words(frame: pandas.DataFrame) -> pandas.DataFrame:
    """The frame with `given` (how its number is given), `text` (the number with its hedge) and `description`.

    `frame`: value, hedge, unit; optional upper (the end of a range that starts at `value`), derived (bool), label,
    publisher (text or texts), credibility. A `description` that is there already stays. Raises BriefingError for
    several units, which have no common scale, and for a hedge that is none.
    """
    units = [unit for unit in frame["unit"].dropna().unique() if unit]
    if len(units) > 1:
        raise BriefingError(f"unit: found {' and '.join(units)}, expected one unit on one scale. "
                            "Convert first, or draw a figure for each.")
    if strange := sorted(set(frame["hedge"].dropna()) - set(_WORDS)):
        raise BriefingError(f'hedge: found "{strange[0]}", expected one of {" ".join(_WORDS)}. '
                            "Use the hedge that the source gives.")
    rows = frame.to_dict("records")
    words = [say("derived" if row.get("derived") is True else _WORDS.get(row["hedge"], "as given")) for row in rows]
    said = [row["description"] if "description" in row else sentence(row) for row in rows]
    return frame.assign(given=words, text=[in_words(row) for row in rows], description=said)


def sentence(row: dict[str, Any]) -> str:
    """What a mark says: its label and number, and whom it is from."""
    label = ", ".join(str(plain(row[name])) for name in ("label", "year") if plain(row.get(name)) != "")
    source = plain(row.get("publisher"))
    parts = [(f"{label}: " if label else "") + f"{in_words(row)}.",
             say("Derived.") if row.get("derived") is True else "",
             say("Source: {names}.", names=source) if source else ""]
    return " ".join(filter(None, parts))


# over 50 lines: one layer after another
def hedged(frame: pandas.DataFrame, *, color: str = "context", accent: str | None = None, key: bool = True,
           **channels: Any) -> alt.LayerChart:
    """Numbers with their hedges as layers of an Altair chart.

    `frame` as `with_words` takes it; `channels` are Altair's (x, y, xOffset, …), x or y the field `value`. `color` is a
    name of the palette; rows of which the column `accent` is true have the accent's. With `key` a legend explains the
    looks that the frame has. Raises BriefingError as `with_words` does, and where neither x nor y is `value`.
    """
    register()
    frame = with_words(frame).dropna(subset="value")
    across = _field(channels.get("x")) == "value"
    if not across and _field(channels.get("y")) != "value":
        raise BriefingError("hedged: found x and y without the field value, expected one of them to be it. "
                            "Call the column of the numbers value.")
    ink: Any = alt.value(LIGHT[color])
    if accent:
        ink = alt.when(f"datum[{accent!r}]").then(alt.value(LIGHT["accent"])).otherwise(ink)
    base = alt.Chart(frame).encode(**channels)
    start, end, low, high = ("x", "x2", 0, "width") if across else ("y", "y2", "height", 0)
    layers, points = [], frame
    for hedges, edge, shape in ((_UP, high, "triangle-right" if across else "triangle-up"),
                                (_DOWN, low, "triangle-left" if across else "triangle-down")):
        if frame["hedge"].isin(hedges).any():
            bounds = base.transform_filter(alt.FieldOneOfPredicate("hedge", hedges)).encode(stroke=ink)
            layers += [bounds.mark_rule(strokeWidth=1.5, aria=False).encode(**{end: alt.value(edge)}),
                       bounds.mark_point(shape=shape, size=36, opacity=1, aria=False)
                       .encode(**{start: alt.value(edge)}, fill=ink)]
    if "upper" in frame and frame["upper"].notna().any():
        ranges = base.transform_filter("isValid(datum.upper)").encode(color=ink)
        layers.append(ranges.mark_rule(strokeWidth=4).encode(**{end: "upper"}, description="description:N"))
        upright: Any = "vertical" if across else "horizontal"
        layers += [ranges.mark_tick(thickness=2, size=12, orient=upright, aria=False).encode(**at)
                   for at in ({}, {start: "upper:Q"})]
        base = base.transform_filter("!isValid(datum.upper)")
        points = frame[frame["upper"].isna()]
    looks = {say(word): look for word, look in LOOKS.items()}
    shown = [word for word in looks if word in set(points["given"])]
    key = key and len(shown) > 1 and not accent

    def look(channel: Any, part: int) -> Any:
        scale = alt.Scale(domain=list(looks), range=[cast(Any, look[part]) for look in looks.values()])
        return channel("given:N", scale=scale, legend=alt.Legend(values=shown) if key else None)

    hollow = [word for word, (_, full, _) in looks.items() if not full]
    if key:
        scale = alt.Scale(domain=list(looks), range=[LIGHT["paper" if word in hollow else color] for word in looks])
        fill: Any = alt.Fill("given:N", scale=scale, legend=alt.Legend(values=shown))
    else:
        fill = alt.when(alt.FieldOneOfPredicate("given", hollow)).then(alt.value(LIGHT["paper"]))
        if accent:
            fill = fill.when(f"datum[{accent!r}]").then(alt.value(LIGHT["accent"]))
        fill = fill.otherwise(alt.value(LIGHT[color]))
    layers.append(base.mark_point(size=75, strokeWidth=1.5, opacity=1).encode(
        shape=look(alt.Shape, 0), strokeDash=look(alt.StrokeDash, 2), fill=fill, stroke=ink,
        description="description:N"))
    return cast(alt.LayerChart, alt.layer(*layers))


def _field(channel: Any) -> str:
    """The field of a channel, as its shorthand or as an object of Altair."""
    shorthand = channel if isinstance(channel, str) else getattr(channel, "shorthand", "")
    return str(shorthand).rpartition(":")[0] or str(shorthand)
