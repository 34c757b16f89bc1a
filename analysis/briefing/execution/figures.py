"""What a briefing shows of a chart: its drawings, its data as a table, what it rests on, and what is wrong with it.

Any Altair chart that a cell ends in is a figure, without a word of ours: see
`load_ipython_extension` of the package. A cell may also end in a function of
the width (`lambda width: …`) that returns a chart for paper and desktop
(620 px) or for phones (340 px).
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..charts.descriptions import RESTS, TABLES, Row, ids
from ..charts.theme import NARROW, WIDE, register
from ..facts.quantities import in_words, plain
from ..findings import meant, shown
from ..language import say
from . import drawing

FIGURE = "application/vnd.briefing.figure+json"
VEGA_LITE = "application/vnd.vegalite.v6+json"
WIDEST = 730  # px of a chart that still can be read when it is made as wide as the page
HIGHEST = 1000  # px of a chart in one part, likewise
Problem = dict[str, str]


def bundle(value: Any) -> dict[str, Any] | None:
    """What Jupyter keeps of a chart, or of a function of the width that returns one; None for any other function.

    The picture (SVG), the specification (Vega-Lite), the title as text and, under FIGURE, `narrow` and `pages` (see
    drawing.drawn), `table`, `sources` and `passages` (ids), `live` (Vega, where the chart has params), and `problems`.
    """
    import altair as alt
    from altair.utils.schemapi import debug_mode

    register()
    try:
        with debug_mode(False):  # else each part is held to the schema when it is made, and again with the whole
            chart = value(WIDE) if inspect.isfunction(value) else value
            if not isinstance(chart, alt.TopLevelMixin):
                return None
            made = chart.to_dict(validate=False)
            spec = _local(made)
            narrow = _local(value(NARROW).to_dict(validate=False)) if inspect.isfunction(value) else None
    except Exception as error:  # whatever Altair has against the chart is a finding about its cell
        return _failed([_refused(error)])
    about = _about(spec)
    spec, narrow = _unnamed(spec), narrow and _unnamed(narrow)
    problems = list(_check(spec))
    if any(problem["code"] not in LOOKS for problem in problems):
        return _failed(problems)
    spec, narrow = _lean(spec), narrow and _lean(narrow)
    try:
        drawn = drawing.drawn(spec, narrow, _is_live(spec), first=lambda: _hold(chart, made))
    except Exception as error:
        return _failed([*problems, _refused(error)])
    problems += _check_size(drawn["size"], bool(drawn["pages"]))
    head, end, body = drawn["svg"].partition(">")
    alone = f"{head}{end}<style>{drawn['style']}</style>{body}"
    return {"image/svg+xml": alone, VEGA_LITE: spec, "text/plain": title(spec),
            FIGURE: {"title": title(spec), "narrow": drawn["narrow"], "pages": drawn["pages"], **about,
                     **({"live": drawn["live"]} if "live" in drawn else {}), "problems": problems}}


# --- what a chart may be -----------------------------------------------------------

#: Problems of a chart that can be drawn all the same.
LOOKS = ("chart-untitled", "chart-wide", "chart-high")


def _problem(code: str, found: str, expected: str, remedy: str) -> Problem:
    return {"code": code, "found": found, "expected": expected, "remedy": remedy}


def _failed(problems: Sequence[Problem]) -> dict[str, Any]:
    words = "\n".join(f"{p['found']}, expected {p['expected']}. {p['remedy']}" for p in problems)
    return {"text/plain": f"This chart cannot be shown: found {words}", FIGURE: {"problems": list(problems)}}


def _refused(error: Exception) -> Problem:
    if type(error).__name__ == "MaxRowsError":
        rows = re.search(r"\d+", str(error))
        return _problem("chart-rows", "more rows than Altair takes", f"at most {rows[0] if rows else 5000}",
                        "Aggregate or sample the frame first, or raise the limit with alt.data_transformers.")
    if isinstance(error, _Refused):
        return error.problem
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return _problem("chart-invalid", shown(" ".join(lines[:3]) or type(error).__name__), "a chart that Altair can draw",
                    "Mend the chart in its cell; run the notebook in JupyterLab to see all of the message.")


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem["found"])
        self.problem = problem


def _hold(chart: Any, made: Mapping[str, Any]) -> None:
    """Hold a chart to Vega-Lite's schema by the specification that was made of it; raises what Altair raises."""
    from altair.utils.schemapi import SchemaValidationError
    from jsonschema import ValidationError

    try:
        chart.validate({name: value for name, value in made.items() if name not in ("$schema", "datasets")})
    except ValidationError as error:
        raise SchemaValidationError(chart, error) from None


def _local(made: Mapping[str, Any]) -> dict[str, Any]:
    """The specification with data from files of the project in it; raises _Refused for data from elsewhere."""
    # NaN is no JSON
    spec: dict[str, Any] = json.loads(json.dumps(made), parse_constant=lambda name: None)
    for part in parts(spec):
        origin = part.get("from", {})
        data = part.get("data") or origin.get("data") if isinstance(origin, Mapping) else None
        if isinstance(data, dict) and "url" in data:
            _take_in(data)
    return spec


def _take_in(data: dict[str, Any]) -> None:
    url = str(data["url"])
    expected = "data in the notebook, or a file in the project's data/"
    path = (Path.cwd() / url).resolve()
    if re.match(r"[a-zA-Z][\w+.-]*:|//", url):
        raise _Refused(_problem("chart-url", f"data from {shown(url)}", expected,
                                "Nothing was fetched. Save the data in data/ with their source, and read them "
                                "from there."))
    if not any((folder / "data").is_dir() and path.is_relative_to(folder / "data")
               for folder in (Path.cwd(), Path.cwd().parent)) \
            or not path.is_file():
        raise _Refused(_problem("chart-file", shown(url), expected,
                                "Give the path of a file there, from the notebook's folder: ../data/name.csv."))
    kind = (data.get("format") or {}).get("type") or {".csv": "csv", ".tsv": "tsv"}.get(path.suffix, "json")
    data.pop("url")
    if kind in ("csv", "tsv"):  # rows, of which everything here knows what to say, and a page needs no parser
        import pandas

        frame = pandas.read_csv(path, sep="\t" if kind == "tsv" else ",")
        data["values"] = json.loads(frame.to_json(orient="records", double_precision=15))
        data.get("format", {}).pop("type", None)
    else:
        data["values"] = _rewound(json.loads(path.read_text("utf-8")))
        data.setdefault("format", {})["type"] = kind


def _rewound(node: Any) -> Any:
    """GeoJSON with its outer rings clockwise, as d3 takes them: RFC 7946 has them the other way, and then a country
    would be all of the globe but itself."""
    if isinstance(node, dict) and node.get("type") in ("Polygon", "MultiPolygon") and "coordinates" in node:
        polygons = node["coordinates"] if node["type"] == "MultiPolygon" else [node["coordinates"]]
        turned = [[ring if _is_clockwise(ring) == (n == 0) else ring[::-1] for n, ring in enumerate(rings)]
                  for rings in polygons]
        return {**node, "coordinates": turned if node["type"] == "MultiPolygon" else turned[0]}
    if isinstance(node, dict):
        return {key: _rewound(value) for key, value in node.items()}
    return [_rewound(item) for item in node] if isinstance(node, list) else node


def _is_clockwise(ring: list[list[float]]) -> bool:
    return sum((x2 - x1) * (y2 + y1) for (x1, y1, *_), (x2, y2, *_) in zip(ring, ring[1:], strict=False)) > 0


def _about(spec: dict[str, Any]) -> dict[str, Any]:
    """The table of a chart, its sources, passages and credits: what `described` said of it or of parts of it, and what
    the data say of the rest."""
    said: list[Mapping[str, Any]] = []

    def rest(part: Any) -> Any:
        if isinstance(part, dict) and part.get("name") in TABLES:
            if TABLES[part["name"]] not in said:
                said.append(TABLES[part["name"]])
            return None
        if isinstance(part, dict):
            return {key: value if key in ("datasets", "values") else rest(value) for key, value in part.items()}
        return [new for item in part if (new := rest(item)) is not None] if isinstance(part, list) else part

    others = rest(spec) or {}
    if said:  # the data of what is described are in its own table
        named = {*re.findall(r'"name": "([^"]+)"', json.dumps({**others, "datasets": {}}))}
        others = {**others, "datasets": {id: rows for id, rows in others.get("datasets", {}).items() if id in named}}
    rows = rows_of(others)
    tables = [*(one["table"] for one in said), *filter(None, [table(others)])]
    return {"table": _joined(tables), **{f"{name}s": _once(*(one[name] for one in said), ids(rows, name))
                                         for name in RESTS[:2]},
            "credits": _once(*(one["publisher"] for one in said), ids(rows, "publisher"))}


def _once(*lists: list[str]) -> list[str]:
    return list(dict.fromkeys(item for one in lists for item in one))


def _joined(tables: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One table of several, with the columns of all."""
    if len(tables) < 2:
        return tables[0] if tables else {}
    columns = _once(*(table["columns"] for table in tables))
    return {"columns": columns, "rows": [
        [dict(zip(table["columns"], row, strict=True)).get(column, "") for column in columns]
        for table in tables for row in table["rows"]]}


def _unnamed(part: Any) -> Any:
    """The specification without the names that `described` gave."""
    if isinstance(part, list):
        return [_unnamed(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {key: value if key in ("datasets", "values") else _unnamed(value) for key, value in part.items()
            if key != "name" or value not in TABLES}


def _lean(spec: dict[str, Any]) -> dict[str, Any]:
    """The specification without the columns of its data that nothing in it names."""
    text = json.dumps({key: value for key, value in spec.items() if key != "datasets"})
    if "datasets" not in spec or '"content": "data"' in text:  # a tooltip of all columns
        return spec
    named = {*re.findall(r"\w+", text)}

    def kept(name: str) -> bool:
        return {*re.findall(r"\w+", name)} <= named

    return {**spec, "datasets": {id: [{name: cell for name, cell in row.items() if kept(name)} for row in rows]
                                 if isinstance(rows, list)
                                 and all(isinstance(row, dict) and "geometry" not in row for row in rows)
                                 else rows for id, rows in spec["datasets"].items()}}


def _check(spec: dict[str, Any]) -> Iterator[Problem]:
    """All that is wrong with a chart before it is drawn."""
    if not title(spec):
        yield _problem("chart-untitled", "a chart without a title", "a title that says what is seen",
                       'Add it with .properties(title="…").')
    sets = data_of(spec)
    if sets and not any(len(data) for data in sets):
        yield _problem("chart-empty", "a chart without a row of data", "at least one row",
                       "Look at the frame: a filter or a join may have left nothing of it.")
        return
    for part in parts(spec):
        kind = part["mark"].get("type") if isinstance(part.get("mark"), Mapping) else part.get("mark")
        if kind == "image":
            yield _problem("chart-image", "a mark that loads pictures", "marks that are drawn",
                           "Use points with a shape.")
        if "sample" in part or re.search(r"\b(random|sample\w+)\(|\bnow\(\)", " ".join(_expressions(part))):
            yield _problem("chart-chance", "a chart that draws by chance or by the clock", "the same picture each time",
                           "Take samples, and the time, in pandas: frame.sample(n, random_state=…).")
    yield from _unknown_fields(spec)


def _expressions(part: Mapping[str, Any]) -> Iterator[str]:
    """What may be an expression among the texts of a part of a specification."""
    return (value for name, value in part.items() if isinstance(value, str)
            and name in ("calculate", "filter", "expr", "test"))


#: Names that transforms give where they are not told any (https://vega.github.io/vega-lite/docs/transform.html).
_GIVEN = {"key", "value", "density", "prob", "rSquared", "coef", "data"}


def _unknown_fields(spec: dict[str, Any]) -> Iterator[Problem]:
    known = {name for row in rows_of(spec) for name in row}
    if not known or any(isinstance(data, str) for data in data_of(spec)):
        return
    made = set(_GIVEN)
    for part in parts(spec):
        for step in part.get("transform") or ():
            named = [step.get("as"), *(item.get("as") for item in parts(step) if item is not step),
                     step.get("sample")]
            made |= {str(name) for item in named for name in (item if isinstance(item, list) else [item]) if name}
            if "bin" in step or "timeUnit" in step or "lookup" in step or "stack" in step:
                made |= {f"{name}_end" for name in made} | {str(f) for f in (step.get("from") or {}).get("fields", ())}
    asked = {str(one["field"]) for part in parts(spec) for channel in (part.get("encoding") or {}).values()
             for one in (channel if isinstance(channel, list) else [channel])
             if isinstance(one, Mapping) and isinstance(one.get("field"), str)}
    for name in sorted(asked):
        first = re.split(r"(?<!\\)[.\[]", name.removeprefix("properties."))[0].replace("\\", "")
        if first and first not in known | made and name.replace("\\", "") not in known | made:
            yield _problem("chart-field", f"the field {shown(name)}", f"one of {', '.join(sorted(known))}",
                           f"{meant(name, known)}Correct the name in the encoding, or add the column to the frame.")


def _check_size(size: Sequence[float], parted: bool) -> Iterator[Problem]:
    width, height = size
    if width > WIDEST:
        yield _problem("chart-wide", f"a chart {width:.0f} px wide", f"at most {WIDEST} px",
                       "Leave its width out, so that it takes the page's, or end the cell in a function of the width.")
    if height > HIGHEST and not parted:
        yield _problem("chart-high", f"a chart {height:.0f} px high", f"at most {HIGHEST} px in one part",
                       "Put parts of it into alt.vconcat(…): a page may end between them.")


def _is_live(spec: Mapping[str, Any]) -> bool:
    """Whether a reader can do something with the chart: it has a param that is selected or bound to a control."""
    return any("select" in param or "bind" in param for part in parts(spec)
               for param in (part.get("params") or ())
               if isinstance(param, Mapping))


# --- what a specification says without being drawn ------------------------------------

def title(spec: Mapping[str, Any]) -> str:
    """The title of a chart as one line; that of its first view that has one, where it has none of its own."""
    own = spec.get("title")
    text = own.get("text") if isinstance(own, Mapping) else own
    if text:
        return " ".join(text) if isinstance(text, list) else str(text)
    return next(filter(None, (title(part) for name in ("layer", "vconcat", "hconcat", "concat")
                              for part in spec.get(name, ()))),
                title(spec["spec"]) if "spec" in spec else "")



def table(spec: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The data behind a chart: a column for each field that it encodes, a row for each of the data's, the same once.

    Where data have `value` and `hedge` (and `unit`), one column has all of them in words; `publisher` comes last.
    """
    rows = rows_of(spec)
    heads = dict(encoded(spec))
    hedged = any("hedge" in row and "value" in row for row in rows)
    if hedged:
        heads = {"label": heads.get("label", say("what")),
                 **{name: heads[name] for name in heads if name not in _OF_HEDGES}}
    heads = {**heads, "publisher": say("Source")}
    names = [name for name in heads if any(name in row for row in rows)]
    cells = [[in_words(row) if hedged and name == "value" and "value" in row else plain(row.get(name))
              for name in names]
             for row in rows]
    kept = {json.dumps(line): line for line in cells if any(cell != "" for cell in line)}
    return {"columns": [heads[name] for name in names], "rows": list(kept.values())} if kept else {}


#: Columns that are told in one with the value, or that only place its mark.
_OF_HEDGES = ("hedge", "unit", "upper", "given", "text")


def rows_of(spec: Mapping[str, Any]) -> list[Row]:
    """All rows of a chart's data, those of maps by their properties."""
    found = [row for data in data_of(spec) for row in (data if isinstance(data, list) else [])]
    return [{**row, **row["properties"]} if isinstance(row.get("properties"), dict) else row
            for row in found if isinstance(row, dict)]


def data_of(spec: Mapping[str, Any]) -> list[Any]:
    """The data of a chart, each set once."""
    sets = list(spec.get("datasets", {}).values())
    for part in parts(spec):
        data = part.get("data")
        if isinstance(data, Mapping) and "values" in data:
            values = data["values"]
            inner = (data.get("format") or {}).get("property")
            values = values.get(inner, values) if inner and isinstance(values, Mapping) else values
            if isinstance(values, Mapping):
                values = values.get("features", [values])
            sets.append(values)
    return sets


def parts(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping of a specification, but for its data."""
    if isinstance(node, list):
        for item in node:
            yield from parts(item)
    elif isinstance(node, Mapping):
        yield node
        for key, value in node.items():
            if key not in ("datasets", "values", "usermeta", "config"):
                yield from parts(value)


def encoded(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that a chart encodes, each with its title."""
    seen = set()
    for part in parts(spec):
        for name, channel in (part.get("encoding") or {}).items():
            for one in channel if isinstance(channel, list) else [channel]:
                field = one.get("field") if isinstance(one, Mapping) else None
                if isinstance(field, str) and field not in seen and name not in ("description", "order", "href",
                                                                                 "url", "xOffset", "yOffset"):
                    seen.add(field)
                    said = one.get("title")
                    field = field.removeprefix("properties.")
                    yield field, " ".join(said) if isinstance(said, list) else str(said or field)
