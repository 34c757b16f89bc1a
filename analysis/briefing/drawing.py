"""A sheet in CSS pixels: text that is measured before it is placed, and marks that say what they are.

A figure puts marks on a sheet, by pixels or on the scale of its data; the
sheet becomes one Altair chart, and the chart an SVG. Nothing is laid out by
the renderer, so that no text can leave the sheet and no machine's fonts can
move a mark.
"""

from __future__ import annotations

import functools
import html
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import imports
from .typefaces import FONT, advance, foreign

#: Every colour of a chart: on a light page and, by the HTML's style, on a dark one.
PALETTE: Mapping[str, tuple[str, str]] = {
    "ink": ("#1b2530", "#e4e8ec"),
    "soft": ("#56616d", "#a3adb7"),
    "context": ("#6b7783", "#8b97a3"),  # marks that are not the point of the chart
    "accent": ("#9c3d12", "#f0a07a"),
    "agree": ("#1b6aa5", "#74b6ea"),
    "line": ("#d3d9de", "#3a434c"),
    "ground": ("#eff2f4", "#20272e"),
    "tint": ("#f9eee8", "#33241d"),  # the half-plane that an open claim leaves free
    "paper": ("#ffffff", "#14181d"),
}
BODY, SMALL, TITLE = 12, 11, 14  # CSS px; 1 px is 0.75 pt in print
WIDE, NARROW = 620, 340

Row = dict[str, Any]


# --- text ---------------------------------------------------------------------

@functools.lru_cache(maxsize=8192)
def width(text: str, size: float = BODY, bold: bool = False) -> float:
    """How wide a text runs, in px; kerning, which only narrows it, is left out."""
    return sum(advance(character, bold) for character in text) * size


def wrap(text: str, room: float, size: float = BODY, bold: bool = False, lines: int | None = None) -> list[str]:
    """A text in lines no wider than `room` px: words too long for a line are hyphenated,
    what goes beyond `lines` is cut with `…`."""
    wrapped: list[str] = []
    current = ""
    for word in text.split():
        if current and width(f"{current} {word}", size, bold) <= room:
            current = f"{current} {word}"
            continue
        if current:
            wrapped.append(current)
        letters = _letters(word)
        while width("".join(letters), size, bold) > room and len(letters) > 1:
            fitting = next(n for n in range(len(letters) - 1, 0, -1)
                           if n == 1 or width(f"{''.join(letters[:n])}-", size, bold) <= room)
            wrapped.append(f"{''.join(letters[:fitting])}-")
            letters = letters[fitting:]
        current = "".join(letters)
    wrapped += [current] if current else []
    if lines is not None and len(wrapped) > lines:
        wrapped = [*wrapped[:lines - 1], cut(f"{wrapped[lines - 1].removesuffix('-')}…", room, size, bold)]
    return wrapped


def cut(text: str, room: float, size: float = BODY, bold: bool = False) -> str:
    """A text no wider than `room` px, cut with `…` where it must be; never nothing."""
    if width(text, size, bold) <= room + 0.01:  # room is often a difference of widths
        return text
    letters = _letters(text)
    while letters and width(f"{''.join(letters).rstrip()}…", size, bold) > room:
        letters.pop()
    return f"{''.join(letters).rstrip()}…"


def cut_apart(texts: Sequence[str], room: float, size: float = BODY, bold: bool = False) -> list[str]:
    """Texts no wider than `room` px; those that would be cut to the same words keep their ends instead of their middles."""
    kept = [cut(text, room, size, bold) for text in texts]
    whole = {short: {text for text, other in zip(texts, kept, strict=True) if other == short} for short in kept}
    return [_cut_inside(text, room, size, bold) if len(whole[short]) > 1 else short
            for text, short in zip(texts, kept, strict=True)]


def _cut_inside(text: str, room: float, size: float, bold: bool) -> str:
    end: list[str] = []
    for letter in reversed(_letters(text)):
        if width("".join([letter, *end]), size, bold) > room / 2:
            break
        end.insert(0, letter)
    tail = "".join(end).lstrip()
    return cut(text, room - width(tail, size, bold), size, bold) + tail


def _letters(text: str) -> list[str]:
    """The characters of a text, each with the marks that stand on it."""
    letters: list[str] = []
    for character in text:
        if letters and unicodedata.category(character) in ("Mn", "Me", "Cf"):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def widest(texts: Iterable[str], size: float = BODY, bold: bool = False) -> float:
    return max((width(text, size, bold) for text in texts), default=0)


# --- scales -------------------------------------------------------------------

@dataclass(frozen=True)
class Scale:
    """A linear way from a field of the data to px."""

    name: str
    domain: tuple[float, float]
    range: tuple[float, float]

    def __call__(self, value: float) -> float:
        low, high = self.domain
        start, end = self.range
        return start + (value - low) / (high - low) * (end - start)

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers inside the domain, at most `most` of them."""
        low, high = self.domain
        step = _step((high - low) / max(most - 1, 1))
        return [round(n * step, 10) for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def linear(name: str, values: Iterable[float], span: tuple[float, float], *,
           least: float | None = None, most: float | None = None) -> Scale:
    """A scale that holds all values, and `least` and `most` where given, with round ends."""
    known = [*(value for value in values if math.isfinite(value)), *(end for end in (least, most) if end is not None)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if low == high:
        high = low + 1
    step = _step((high - low) / 5)
    low = low if low == least else math.floor(low / step) * step
    high = high if high == most else math.ceil(high / step) * step
    return Scale(name, (low, high), span)


def _step(rough: float) -> float:
    magnitude = 10 ** math.floor(math.log10(rough))
    return next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= rough * (1 - 1e-9))


# --- the sheet ------------------------------------------------------------------

@dataclass
class Sheet:
    """Marks on a sheet `width` px wide; `y` is how far down it is filled.

    Positions are px, or values on a Scale given as `xs` or `ys`. `says` is a
    sentence: what a screen reader reads and a pointer shows. A mark without
    one is furniture. `breaks` are the heights at which a page may end.
    """

    width: float
    y: float = 0
    breaks: list[float] = field(default_factory=list)
    layers: dict[tuple, list[Row]] = field(default_factory=dict)

    def breakable(self) -> None:
        """A page may end here."""
        self.breaks.append(self.y)

    def text(self, x: float, y: float, text: str, colour: str = "ink", *, size: float = BODY, bold: bool = False,
             align: str = "left", angle: int = 0) -> None:
        """Text whose baseline is at `y`."""
        if text:
            self._put("text", {"x": x, "y": y, "text": text, "fill": PALETTE[colour][0], "size": size,
                               "weight": 600 if bold else 400, "align": align, "angle": angle}, "")

    def rule(self, x: float, y: float, x2: float, y2: float, colour: str = "line", *, thick: float = 1,
             dash: Sequence[float] = (), says: str = "", xs: Scale | None = None, ys: Scale | None = None) -> None:
        self._put("rule", {"x": x, "y": y, "x2": x2, "y2": y2, "stroke": PALETTE[colour][0], "thick": thick,
                           "dash": list(dash)}, says, xs, ys)

    def rect(self, x: float, y: float, x2: float, y2: float, fill: str, *, stroke: str | None = None,
             says: str = "", xs: Scale | None = None, ys: Scale | None = None) -> None:
        self._put("rect", {"x": x, "y": y, "x2": x2, "y2": y2, "fill": PALETTE[fill][0],
                           "stroke": PALETTE[stroke][0] if stroke else None}, says, xs, ys)

    def symbol(self, x: float, y: float, shape: str = "circle", *, across: float = 9, fill: str | None = "ink",
               stroke: str | None = None, thick: float = 1.5, dash: Sequence[float] = (), says: str = "",
               xs: Scale | None = None, ys: Scale | None = None) -> None:
        """A shape of Vega's, about `across` px wide."""
        area = across ** 2 * (math.pi / 4 if shape == "circle" else 1)
        self._put("point", {"x": x, "y": y, "shape": shape, "size": round(area, 1),
                            "fill": PALETTE[fill][0] if fill else "transparent",
                            "stroke": PALETTE[stroke][0] if stroke else "transparent",
                            "thick": thick if stroke else 0, "dash": list(dash)}, says, xs, ys)

    def path(self, points: Sequence[tuple[float, float]], colour: str = "ink", *, thick: float = 1.5,
             dash: Sequence[float] = (), curved: bool = False, says: str = "",
             xs: Scale | None = None, ys: Scale | None = None) -> None:
        kind = "curve" if curved else "line"
        number = len(self.layers.get((kind, bool(says), xs, ys, tuple(dash)), ()))
        for order, (x, y) in enumerate(points):
            self._put(kind, {"x": x, "y": y, "path": number, "order": order, "stroke": PALETTE[colour][0],
                             "thick": thick}, says, xs, ys, tuple(dash))

    def _put(self, kind: str, row: Row, says: str, xs: Scale | None = None, ys: Scale | None = None,
             *style: Any) -> None:
        for axis, scale in (("x", xs), ("y", ys)):
            for end in ("", "2"):
                if f"{axis}{end}" in row:
                    value = round(float(row.pop(f"{axis}{end}")), 4 if scale else 1)
                    row[f"{scale.name}{end}" if scale else f"{axis}{end}"] = value
        if says:
            row["description"] = says
        self.layers.setdefault((kind, bool(says), xs, ys, *style), []).append(row)

    def part(self, top: float, bottom: float) -> Sheet:
        """What stands between two heights, as a sheet of its own."""
        part = Sheet(self.width, bottom - top)
        for (kind, says, xs, ys, *style), rows in self.layers.items():
            scale, names = (ys, (ys.name, f"{ys.name}2")) if ys else (Scale("y", (0, 1), (0, 1)), ("y", "y2"))
            heights = [[scale(row[name]) for name in names if name in row] for row in rows]
            seen = {row.get("path", n) for n, (row, ends) in enumerate(zip(rows, heights, strict=True))
                    if max(ends) > top and min(ends) < bottom}
            kept = [row for n, row in enumerate(rows) if row.get("path", n) in seen]
            if ys:
                moved = Scale(ys.name, ys.domain, (ys.range[0] - top, ys.range[1] - top))
                part.layers[kind, says, xs, moved, *style] = kept
            else:
                part.layers[kind, says, xs, None, *style] = [
                    {**row, **{name: round(row[name] - top, 1) for name in names if name in row}} for row in kept]
        part.layers = {key: rows for key, rows in part.layers.items() if rows}
        return part

    def chart(self) -> Any:
        """The sheet as an Altair chart (LayerChart)."""
        with imports.light():
            import altair as alt

        height = math.ceil(self.y)
        page = {"x": Scale("x", (0, self.width), (0, self.width)), "y": Scale("y", (0, height), (0, height))}
        order = ["rect", "rule", "line", "curve", "point", "text"]
        layers = [_layer(alt, kind, bool(says), xs or page["x"], ys or page["y"], style, rows)
                  for (kind, says, xs, ys, *style), rows in
                  sorted(self.layers.items(), key=lambda item: order.index(item[0][0]))]
        return alt.LayerChart(
            layer=layers, width=self.width, height=height, autosize="none", padding=0, background="transparent",
            resolve=alt.Resolve(scale=alt.ScaleResolveMap(x="independent", y="independent")),
            config=alt.Config(font=f"{FONT}, sans-serif", view=alt.ViewConfig(stroke=None)))


def _layer(alt: Any, kind: str, says: bool, xs: Scale, ys: Scale, style: Sequence[Any], rows: list[Row]) -> Any:
    def of_row(name: str) -> Any:
        return alt.ExprRef(f"datum.{name}")

    ends = {}
    if kind in ("rect", "rule"):
        ends = {"x2": alt.X2(f"{xs.name}2"), "y2": alt.Y2(f"{ys.name}2")}
    encoding = {"x": _channel(alt.X, alt, xs), "y": _channel(alt.Y, alt, ys), **ends}
    if says:
        encoding["description"] = alt.Description("description:N")
    if kind == "text":
        mark = alt.MarkDef("text", baseline="alphabetic", align=of_row("align"), fontSize=of_row("size"),
                           fontWeight=of_row("weight"), fill=of_row("fill"), angle=of_row("angle"), aria=says)
        encoding["text"] = alt.Text("text:N")
    elif kind == "point":
        mark = alt.MarkDef("point", shape=of_row("shape"), size=of_row("size"), fill=of_row("fill"), opacity=1,
                           stroke=of_row("stroke"), strokeWidth=of_row("thick"), strokeDash=of_row("dash"), aria=says)
    elif kind == "rect":
        mark = alt.MarkDef("rect", fill=of_row("fill"), stroke=of_row("stroke"), aria=says)
    elif kind == "rule":
        mark = alt.MarkDef("rule", stroke=of_row("stroke"), strokeWidth=of_row("thick"),
                           strokeDash=of_row("dash"), aria=says)
    else:
        mark = alt.MarkDef("line", interpolate="basis" if kind == "curve" else "linear", stroke=of_row("stroke"),
                           strokeWidth=of_row("thick"), strokeDash=list(style[0]), aria=says)
        encoding |= {"detail": alt.Detail("path:N"), "order": alt.Order("order:Q")}
    return alt.Chart(alt.InlineData(rows), mark=mark, encoding=alt.FacetedEncoding(**encoding))


def _channel(channel: Any, alt: Any, scale: Scale) -> Any:
    return channel(f"{scale.name}:Q", axis=None, scale=alt.Scale(
        domain=[round(end, 6) for end in scale.domain], range=[round(end, 2) for end in scale.range], nice=False, zero=False))


# --- SVG ------------------------------------------------------------------------

def svg(specification: Mapping[str, Any]) -> str:
    """A Vega-Lite specification drawn, less what says nothing: about half of the bytes."""
    import vl_convert

    return slim(vl_convert.vegalite_to_svg(dict(specification)))


_EMPTY = re.compile(
    r'<path class="(?:background|foreground)"[^>]*/>|<rect width="[^"]*" height="[^"]*" fill="transparent"/>')
_NOISE = re.compile(
    r' (?:class="[^"]*"|pointer-events="none"|aria-roledescription="[^"]*"|role="graphics-object"|opacity="1"'
    r'|stroke-width="0"|stroke-dasharray=""|stroke="transparent"|font-weight="400"|font-size="12px"'
    r'|transform="translate\(0,0\)"|xmlns:xlink="[^"]*"|version="1.1"|stroke-miterlimit="10"'
    rf'|font-family="{FONT}, sans-serif")(?=[ />])')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")


_TEXT = re.compile(r"<text\b([^>]*)>([^<]+)(?=</text>)")


def _held(match: re.Match[str]) -> str:
    """A text that a reader's machine sets in a typeface of its own, held to the width that it was placed by."""
    text = html.unescape(match[2])
    if not foreign(text):
        return match[0]
    size = re.search(r'font-size="([\d.]+)px"', match[1])
    run = width(text, float(size[1]) if size else BODY, 'font-weight="600"' in match[1])
    return f'<text{match[1]} textLength="{run:.1f}" lengthAdjust="spacingAndGlyphs">{match[2]}' if run else match[0]


def slim(svg: str) -> str:
    """An SVG of vl-convert's with nothing that no reader sees, and tenths of a pixel."""
    parts = re.split(r"(>[^<]+<|aria-label=\"[^\"]*\")", _EMPTY.sub("", svg))  # texts stay as they are
    parts[::2] = [_LONG_NUMBER.sub(lambda m: f"{round(float(m[0]), 1):g}", _NOISE.sub("", part))
                  for part in parts[::2]]
    svg = _TEXT.sub(_held, "".join(parts))
    before = None
    while before != svg:  # groups around nothing, and groups that only group
        before = svg
        svg = re.sub(r"<g[^>]*></g>", "", svg)
        svg = re.sub(r"<g>((?:(?!</?g\b).)*)</g>", r"\1", svg, flags=re.DOTALL)
    return svg.replace("<svg", f'<svg font-family="{FONT}, sans-serif" font-size="12"', 1)
