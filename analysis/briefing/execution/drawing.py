"""Vega-Lite specifications laid out for a width and drawn as SVG.

Vega lays out and draws; here a chart is told how wide it may be, and a title
how many words a line has. One process draws for all kernels of a render: the
JavaScript engine takes longer to start than all figures to be drawn, so that
it starts once, beside the kernels. Where there is no such process, or it
fails, a figure is drawn where it is asked for.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import html
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..charts.theme import FONT, NARROW, PAGE, TALLEST, WIDE
from ..facts import recording
from . import store

Specification = dict[str, Any]
#: Tells the kernels where the drawing process listens.
VARIABLE = "BRIEFING_RENDERER"
#: Names the folder, for kernels and the drawing process, that goes with the command, even one that is killed.
PLACE = "BRIEFING_SCRATCH"
_PARTS = ("vconcat", "hconcat", "concat")
_PER_LINE = {WIDE: 100, NARROW: 54}  # characters of a title, of which Vega measures whether they fit


def drawn(wide: Specification, narrow: Specification | None = None, live: bool = False,
          first: Callable[[], object] = lambda: None) -> dict[str, Any]:
    """A chart as SVG: `svg` for paper and desktop, `narrow` for phones, `size` of the first (width, height in px),
    `style`, by which it has its typeface where it stands alone, `pages`, the first in parts, where it is higher than a
    page and a vconcat, which may end a page between its parts, and with `live` the Vega specifications of both under
    `live`. `narrow` is a specification of its own, where the chart has one. `first` is called before a chart is drawn
    that no earlier render has drawn."""
    question = json.dumps([wide, narrow, live])
    known = store.figure(question)
    if known is not None:
        return known
    first()
    with recording.paused():  # what comes of a specification depends on nothing else
        place = os.environ.get(VARIABLE)
        answer = _ask(place, question) if place else None
        if answer is None:
            answer = _draw(wide, narrow, live)
    store.keep_figure(question, answer)
    return answer


def compiled(specification: Specification) -> dict[str, Any]:
    """The Vega specification that a Vega-Lite one stands for, without chance: where Vega draws samples to find a 95 %
    confidence interval, the normal one about the mean stands in its place (mean ± 1.96 standard errors)."""
    vega: dict[str, Any] = _engine().vegalite_to_vega(specification)
    for data in _with_transforms(vega):
        data["transform"] = [new for step in data["transform"] for new in _certain(step)]
    return vega


def _with_transforms(node: Any) -> Iterator[dict[str, Any]]:
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _with_transforms(item)
    if isinstance(node, dict) and isinstance(node.get("transform"), list):
        yield node


def _certain(step: dict[str, Any]) -> list[dict[str, Any]]:
    ops = step.get("ops", [])
    chance = [n for n, op in enumerate(ops) if op in ("ci0", "ci1")]
    names = [f"mean of {step['fields'][n]}" for n in chance]
    if not chance:
        return [step]
    new = {**step, "ops": ["stderr" if n in chance else op for n, op in enumerate(ops)] + ["mean"] * len(chance),
           "fields": step["fields"] + [step["fields"][n] for n in chance], "as": step["as"] + names}
    return [new, *({"type": "formula", "as": step["as"][n],
                    "expr": f"datum[{json.dumps(name)}] {'-' if ops[n] == 'ci0' else '+'} "
                            f"1.96 * datum[{json.dumps(step['as'][n])}]"}
                   for n, name in zip(chance, names, strict=True))]


def _draw(wide: Specification, narrow: Specification | None, live: bool) -> dict[str, Any]:
    svg, laid_out = _laid_out(wide, WIDE)
    small, laid_out_small = _laid_out(narrow or _stacked(wide), NARROW, squeeze=narrow is None)
    size = _size(svg)
    pages = _pages(wide) if size[1] > TALLEST and len(wide.get("vconcat", ())) > 1 else []
    bare = slim(svg)
    texts = "".join(sorted({*html.unescape("".join(re.findall(r">([^<>]+)</text>", bare)))}))
    return {"svg": bare, "size": size, "pages": pages, "style": rules(texts), "narrow": slim(small),
            **({"live": {"wide": compiled(laid_out), "narrow": compiled(laid_out_small)}} if live else {})}


# --- layout -----------------------------------------------------------------------

def _laid_out(specification: Specification, width: int, *, squeeze: bool = False) -> tuple[str, Specification]:
    """The SVG of a chart `width` px wide, as far as its own sizes leave that open, and the specification that has this
    width; with `squeeze` its own sizes shrink, too."""
    for per_line in (1, 0.9, 0.8, 0.65, 0.5):
        spec = _titled(specification, round(_PER_LINE[width] * per_line))
        svg, fitted = _fitted(spec, width, squeeze)
        if svg.count("…") <= json.dumps(specification, ensure_ascii=False).count("…"):
            break
    return svg, fitted


def _fitted(spec: Specification, width: int, squeeze: bool) -> tuple[str, Specification]:
    if not _is_compound(spec):
        fitted = {**spec, "width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
        if "width" not in spec and not _is_discrete(spec):
            return _svg(fitted), fitted
        svg = _svg(spec)
        own = squeeze or "width" not in spec
        return (_svg(fitted), fitted) if own and _size(svg)[0] > width + 1 else (svg, spec)
    # its width is a + b·factor, since all that can shrink shrinks alike: b is one page where its views stand in one
    # column, else the first two drawings tell it
    factor, earlier, slope, svg, before = 1.0, 1.0, float(width), "", 0.0
    for _ in range(4):
        scaled = _scaled(spec, factor, width, squeeze)
        svg = _svg(scaled)
        over = _size(svg)[0] - width
        if before:
            slope = (before - over) / (earlier - factor)
        if abs(over) <= 1.5 or slope < 1 or (over < 0 and factor == 1.0):
            break
        earlier, before, factor = factor, over, min(max(factor - over / slope, 0.1), 1.0)
        if factor == earlier:
            break
    return svg, scaled


def _scaled(spec: Specification, factor: float, width: int, squeeze: bool) -> Specification:
    """A chart whose views of no width of their own are so much of `width`; with `squeeze` those with one as well."""
    def change(part: Any) -> Any:
        if isinstance(part, list):
            return [change(item) for item in part]
        if not isinstance(part, dict):
            return part
        new = {key: value if key in ("datasets", "values") else change(value) for key, value in part.items()}
        if squeeze and isinstance(part.get("width"), (int, float)) and ("mark" in part or "layer" in part):
            new["width"] = round(part["width"] * factor, 1)
        return new

    spec = change(spec) if squeeze else dict(spec)
    config = copy.deepcopy(spec.get("config", {}))
    view = config.setdefault("view", {})
    view["continuousWidth"] = round(width * factor, 1)
    view["discreteWidth"] = {"step": max(round(32 * min(factor * 1.5, 1), 1), 8)}
    if {"facet", "repeat"} & spec.keys() or {"row", "column", "facet"} & spec.get("encoding", {}).keys():
        config.pop("axisLeft", None)  # a title over the axis would lie on the head of its facet
    return {**spec, "config": config}


def _is_compound(spec: Mapping[str, Any]) -> bool:
    channels = spec.get("encoding", {})
    return bool({*_PARTS, "facet", "repeat"} & spec.keys() or {"row", "column", "facet"} & channels.keys())


def _is_discrete(spec: Mapping[str, Any]) -> bool:
    """Whether the chart has a step for each of its values from left to right, or nothing there at all."""
    across = [layer["encoding"]["x"] for layer in [spec, *spec.get("layer", ())] if "x" in layer.get("encoding", {})]
    return bool(across) and all(x.get("type") in ("nominal", "ordinal") and "bin" not in x for x in across)


def _stacked(spec: Specification) -> Specification:
    """A chart for a phone: what stands side by side comes one below the other, as far as that is free."""
    new: dict[str, Any] = {key: [_stacked(part) for part in value] if key in _PARTS else value
                           for key, value in spec.items()}
    if "hconcat" in new:
        new["vconcat"] = new.pop("hconcat")
    if new.get("columns", 0) > 2:
        new["columns"] = 2
    if "concat" in new:
        new["columns"] = 1
    return new


def _titled(spec: Specification, per_line: int) -> Specification:
    """A chart with its title in lines."""
    title = spec.get("title")
    if isinstance(title, dict):
        parts = {key: _lines(title[key], per_line) for key in ("text", "subtitle") if key in title}
        return {**spec, "title": {**title, **parts}}
    return {**spec, "title": _lines(title, per_line)} if title else spec


def _lines(text: Any, per_line: int) -> Any:
    """A text in as few lines as `per_line` characters allow, about equally long."""
    if not isinstance(text, str) or len(text) <= per_line:
        return text
    lines = textwrap.wrap(text, per_line)
    return next(even for room in range(len(text) // len(lines), per_line + 1)
                if len(even := textwrap.wrap(text, room)) == len(lines))


def _pages(spec: Specification) -> list[str]:
    """The parts of a vconcat, as many together as a page holds, each with what they share; beside the last ones the
    page has room for the caption."""
    parts = spec["vconcat"]
    alone = [_laid_out({**spec, "title": spec.get("title") if n == 0 else None, "vconcat": [part]}, WIDE)[0]
             for n, part in enumerate(parts)]
    high = [_size(svg)[1] for svg in alone]
    groups: list[list[int]] = [[]]
    for n, height in enumerate(high):
        most = PAGE if n < len(parts) - 1 else TALLEST  # the caption follows the last one
        if groups[-1] and sum(high[m] for m in groups[-1]) + height > most:
            groups.append([])
        groups[-1].append(n)
    return [slim(alone[group[0]] if len(group) == 1 else _laid_out(
        {**spec, "title": spec.get("title") if 0 in group else None, "vconcat": [parts[n] for n in group]}, WIDE)[0])
        for group in groups]


# --- the typeface ------------------------------------------------------------------

def folder() -> Path:
    """Where the shipped typeface's files are."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"


@functools.lru_cache(maxsize=16)  # in Latin script nearly all reports ask for the same
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


# --- the engine -------------------------------------------------------------------

@functools.cache
def _engine() -> Any:
    """vl-convert with the shipped typeface and none of the machine's, so that text runs equally wide anywhere."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf", encoding="utf-8", dir=os.environ.get(PLACE)) as fonts:
        fonts.write(f"<fontconfig><dir>{folder()}</dir></fontconfig>")
        fonts.flush()
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = fonts.name
        os.environ.setdefault("TZ", "UTC")
        try:
            import vl_convert

            vl_convert.register_font_directory(str(folder()))
            vl_convert.vegalite_to_svg({"mark": "text", "encoding": {"text": {"value": "a"}}, "data": {"values": [{}]}})
        finally:
            os.environ.pop("FONTCONFIG_FILE")
            if before is not None:
                os.environ["FONTCONFIG_FILE"] = before
    return vl_convert


def _svg(specification: Specification) -> str:
    if re.search(r'"(ci|ci0|ci1)"', json.dumps({**specification, "datasets": {}})):
        return str(_engine().vega_to_svg(compiled(specification), allowed_base_urls=[]))
    return str(_engine().vegalite_to_svg(specification, allowed_base_urls=[]))


def _size(svg: str) -> tuple[float, float]:
    """Width and height of a drawing in px."""
    width, height = re.findall(r'<svg\b[^>]*?\bwidth="([\d.]+)"[^>]*?\bheight="([\d.]+)"', svg)[0]
    return float(width), float(height)


_EMPTY = re.compile(
    r'<text\b[^>]* opacity="0"[^>]*>[^<]*</text>|<path class="(?:background|foreground)"(?:(?! fill="#)[^>])*/>'
    r'|<rect width="[^"]*" height="[^"]*" fill="transparent"/>')
_NOISE = re.compile(
    r' (?:class="[^"]*"|pointer-events="none"|aria-roledescription="[^"]*"|role="graphics-(?:object|symbol)"'
    r' aria-hidden="true"|role="graphics-object"|opacity="1"|aria-hidden="true"'
    r'|stroke-width="0"|stroke-dasharray=""|stroke="transparent"|font-weight="400"|font-size="12px"'
    r'|transform="translate\(0,0\)"|xmlns:xlink="[^"]*"|version="1.1"|stroke-miterlimit="10"'
    rf'|font-family="{FONT}, sans-serif")(?=[ />]|$)')
#: Vega draws a disc as a path of two arcs.
_DISC = re.compile(r'<path\b([^>]*?) d="M([\d.]+),0A\2,\2,0,1,1,-\2,0A\2,\2,0,1,1,\2,0Z?"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
_PIECES = re.compile(r'(?<= )d="((?:M[-\d.]+,[-\d.]+L[-\d.]+,[-\d.]+){3,})"')


#: A group of marks without groups in it, one of its marks, and what marks may take from their group.
_MARK = r"<(?:path|circle|line|rect)\b[^>]*/>|<text\b[^>]*(?:/>|>(?:[^<]|</?tspan\b[^>]*>)*</text>)"
_GROUP = re.compile(rf"<g\b([^>]*)>((?:{_MARK}){{2,}})</g>")
_COMMON = re.compile(r' ((?:fill|stroke|stroke-width|stroke-dasharray|text-anchor|font-weight|font-size)=)("[^"]*")')


def _hoisted(group: re.Match[str]) -> str:
    """A group that says for all of its marks what most of them say, as far as all say something of it."""
    own, marks = group[1], [mark[0] for mark in re.finditer(_MARK, group[2])]
    said = [dict(_COMMON.findall(mark.partition(">")[0])) for mark in marks]
    shared = {name: Counter(one[name] for one in said).most_common(1)[0][0]
              for name in sorted(set.intersection(*map(set, said))) if name not in own}

    def rest(mark: str) -> str:
        head, end, body = mark.partition(">")
        return _COMMON.sub(lambda m: "" if shared.get(m[1]) == m[2] else m[0], head) + end + body

    return f"<g{own}{''.join(f' {name}{value}' for name, value in shared.items())}>{''.join(map(rest, marks))}</g>"


def _relative(found: re.Match[str]) -> str:
    """A path of many straight pieces by the way from one to the next, half as long: the cells of a matrix."""
    steps, x, y = [], 0.0, 0.0
    for piece in re.findall(r"M([-\d.]+),([-\d.]+)L([-\d.]+),([-\d.]+)", found[1]):
        x1, y1, x2, y2 = map(float, piece)
        along = f"v{round(y2 - y1, 1):g}" if x1 == x2 else f"h{round(x2 - x1, 1):g}" if y1 == y2 else \
            f"l{round(x2 - x1, 1):g},{round(y2 - y1, 1):g}"
        steps.append(f"m{round(x1 - x, 1):g},{round(y1 - y, 1):g}{along}")
        x, y = x2, y2
    return f'd="M{"".join(steps)[1:]}"'


def slim(svg: str) -> str:
    """An SVG of vl-convert's with nothing that no reader sees, and tenths of a pixel: about half of the bytes."""
    # by pattern: an XML parser would write quotes and empty elements its own way, and take as long as the drawing
    parts = re.split(r"(>[^<]+<|aria-label=\"[^\"]*\"|data:[^\"]*)", _EMPTY.sub("", svg))  # texts stay as they are
    parts[::2] = [_PIECES.sub(_relative, _LONG_NUMBER.sub(lambda m: f"{round(float(m[0]), 1):g}", _NOISE.sub("", part)))
                  for part in parts[::2]]
    svg = _DISC.sub(r'<circle\1 r="\2"', "".join(parts)).replace(' role="graphics-symbol"', ' role="img"')
    before = None
    while before != svg:  # groups around nothing, and groups that only group
        before = svg
        svg = re.sub(r"<g\b[^>]*(?:></g>|/>)", "", svg)
        svg = re.sub(r"<g>((?:(?!</?g\b).)*)</g>", r"\1", _GROUP.sub(_hoisted, svg), flags=re.DOTALL)
    return svg.replace("<svg", f'<svg font-family="{FONT}, sans-serif" font-size="12"', 1)


# --- one process for all kernels ----------------------------------------------------

@contextlib.contextmanager
def process(place: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A drawing process that listens at `place`, a socket of the file system, starting at once."""
    with subprocess.Popen([sys.executable, "-m", __name__, str(place)], env=dict(environment),
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True) as running:
        try:
            yield running
        finally:
            running.kill()


def _ask(place: str, question: str) -> Any:
    """What the process at `place` answers; None where it does not."""
    with contextlib.suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as line:
        line.connect(place)
        line.sendall(question.encode())
        line.shutdown(socket.SHUT_WR)
        return json.loads(_all(line))
    return None


def _all(line: socket.socket) -> bytes:
    with line.makefile("rb") as file:
        return file.read()


def _serve(place: str) -> None:
    """Listen first, so that kernels wait and do not draw themselves; then start the engine, and draw."""
    threading.Thread(target=_end_with_command, daemon=True).start()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen(64)
        _engine()
        while True:
            line, _ = listening.accept()
            with line, contextlib.suppress(Exception):  # without an answer the kernel draws, and says what is wrong
                line.sendall(json.dumps(_draw(*json.loads(_all(line)))).encode())


def _end_with_command() -> None:
    """End when the command does, even where it was killed: then nothing holds the other end of the input."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1])
