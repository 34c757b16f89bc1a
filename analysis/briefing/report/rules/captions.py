"""Hold titles, captions and alternative texts to the tables: a notebook copied from elsewhere would say its names.

Of each figure and table that the report shows, `title` (as drawn), `fig-cap`, `fig-alt` and `tbl-cap` are read. A name
or a number in them must stand in a cell of a table, or in the data behind the chart. What a notebook has computed for
a title may be new: only what is typed into one of its strings is held to the tables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ...execution.figures import FIGURE, VEGA_LITE, parts, rows_of
from ...execution.notebooks import EXECUTED, Cell, cells
from ...facts.cells import NUMBER, readings
from ...facts.dates import MONTHS
from ...facts.tables import Tables
from ...findings import Finding, meant, shown
from ...language import REFERENCES, current, locales, say
from ..report import Report, Results, embed_path

KEYS = ("fig-cap", "fig-alt", "tbl-cap")
#: Columns that say where words lie, and nothing of what they say.
PLACES = {"sources": {"sha256", "characters", "url"}, "passages": {"start", "end", "sha256", "paragraph"},
          "statements": {"start", "end"}}
#: Languages that write every noun with a capital: of names, only abbreviations can be told there.
NOUNS = ("de", "lb", "nds", "gsw")
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
#: Capitalised, and no names.
ORDINARY = {word.casefold() for word in (*MONTHS, *WEEKDAYS, *REFERENCES.values(), "Figures", "Tables", "Sections",
                                         "Source", "Sources", "Note", "Notes", "HTML", "PDF")}
SAME = 4  # letters that a name and its adjective have in common at least
ENDING = 3  # letters that an ending has at most

_ORDINAL = ("st", "nd", "rd", "th", "e", "er", "re", "º", "ª")
_WORD = re.compile(r"[^\W\d_]\w*")
_MARKUP = re.compile(r"\[[^\[\]]*@[^\[\]]*\]|\{[^}\n]*\}|\]\([^)\n]*\)|`[^`]*`|https?://\S+|(?<!\w)@[\w-]+")
_STARTS = re.compile(r"(?:^|[.!?…:•|\n。！？])[\s\"'“”‘’«»„(\[*_¿¡–—-]*$")


@dataclass(frozen=True)
class Words:
    """The words and numbers of some texts, to be asked for: words in lower case, numbers without their sign."""

    words: frozenset[str]
    numbers: frozenset[float]
    names: frozenset[str] = frozenset()  # as written, to be proposed

    @cached_property
    def _stems(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self.words:
            found.setdefault(word[:SAME], []).append(word)
        return found

    def has_name(self, name: str) -> bool:
        """Whether a word is there, or one that differs by its ending alone: `Ukrainian` is known by `Ukraine`."""
        word = name.casefold()
        return word in self.words or len(word) >= SAME and any(
            _same(word, other) for other in self._stems.get(word[:SAME], ()))

    def has_number(self, text: str) -> bool:
        """Whether one of the numbers that digits can stand for is there; `1990s` is any year of these."""
        values = {float(reading) for reading in readings(text.rstrip("s"))}
        if text.endswith("s"):
            values |= {value + n for value in values for n in range(10)}
        return not values.isdisjoint(self.numbers)


def _same(one: str, other: str) -> bool:
    alike = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rests = (len(one) - alike, len(other) - alike)
    return max(rests) <= ENDING or min(rests) == 0 and alike > SAME


def words_of(texts: Iterable[str], numbers: Iterable[float] = ()) -> Words:
    """The words and numbers of texts, and further numbers."""
    text = "\n".join(texts)
    found = {*_WORD.findall(text)}
    values = {abs(float(number)) for number in numbers}
    for match in {*NUMBER.findall(text)}:
        values |= {float(reading) for piece in {match, *match.split()} for reading in readings(piece)}
    return Words(frozenset(word.casefold() for word in found), frozenset(values),
                 frozenset(word for word in found if word[0].isupper() and len(word) > 2))


def vocabulary(tables: Tables) -> Words:
    """What the tables have: the words and numbers of all cells, less those that say where words lie."""
    texts: list[str] = []
    numbers: list[float] = []
    for name, rows in tables.rows.items():
        left_out = PLACES.get(name, ())
        for row in rows:
            for column, cell in row.items():
                if cell is None or column in left_out:
                    continue
                if isinstance(cell, (int, float)):
                    numbers.append(cell)
                else:
                    texts.append(" ".join(cell) if isinstance(cell, tuple) else str(cell))
    return words_of(texts, numbers)


# --- what is said in a text ---------------------------------------------------------

@dataclass(frozen=True)
class Said:
    """The names and numbers of one text; `first` are capitalised words that begin a sentence, which may be names."""

    names: tuple[str, ...]
    first: tuple[str, ...]
    numbers: tuple[str, ...]


def said(text: str, language: str) -> Said:
    """The names and numbers in a title, a caption or an alternative text, in its language (BCP 47)."""
    plain = _MARKUP.sub(lambda match: " " * len(match[0]), text)
    names: list[str] = []
    first: list[str] = []
    ordinary = ORDINARY | _ordinary()
    untold = language.split("-")[0].lower() in NOUNS or _titled(plain)
    for match in _WORD.finditer(plain):
        word = match[0]
        short = len(word) > 1 and word.isupper() or bool(re.fullmatch(r"[A-Z]+\d+", word))
        if len(word) < 2 or not word[0].isupper() or word.casefold() in ordinary or _is_unit(plain, match.start()) \
                or re.fullmatch("[IVX]+", word) or plain.isupper():
            continue
        if _STARTS.search(plain[max(match.start() - 12, 0):match.start()]) if match.start() else True:
            (names if short else first).append(word)
        elif short or not untold:
            names.append(word)
    return Said(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(first)), tuple(dict.fromkeys(_numbers(plain))))


def _ordinary() -> set[str]:
    """What is capitalised and no name in a report that is not in English."""
    if current().english:
        return set()
    return {word.casefold() for word in (*locales.names(current()), *map(say, REFERENCES.values()), say("Source"))}


def _is_unit(text: str, at: int) -> bool:
    return bool(re.search(r"\d[\u00a0\u202f ]?$", text[max(at - 2, 0):at])) and not text[at:at + 2].istitle()


def _titled(text: str) -> bool:
    """Whether every longer word has a capital, as English headlines may: then a capital tells nothing."""
    longer = [word for word in _WORD.findall(text) if len(word) > 3]
    return len(longer) > 2 and "," not in text and all(word[0].isupper() for word in longer)


def _numbers(text: str) -> Iterator[str]:
    """Numbers as written; not those of a word (`EU-27`), and not what only counts the parts of a list: `(1)`, `2nd`."""
    for match in NUMBER.finditer(text):
        before, after = text[:match.start()], text[match.end():]
        if re.search(r"[^\W\d]-?$", before) or before.endswith("(") and after.startswith(")") and len(match[0]) == 1:
            continue
        ending = re.match(r"[^\W\d_]+", after)
        if ending and ending[0] in _ORDINAL and len(match[0]) <= 2:
            continue
        yield f"{match[0]}s" if ending and ending[0] == "s" and len(match[0]) == 4 else match[0]


# --- what the report shows ----------------------------------------------------------

@dataclass(frozen=True)
class Shown:
    """A cell whose figure or table the report shows: where findings place it, and the code of its notebook."""

    cell: Cell
    place: Mapping[str, Any]
    sources: Sequence[str] = field(repr=False)

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        """Each text to be checked, by its key; `title` is what the chart has over it."""
        for output in self.cell.outputs:
            if FIGURE in output.get("data", {}):
                yield "title", " ".join(_title(output["data"]))
        for key in KEYS:
            if isinstance(text := self.cell.options.get(key), str):
                yield key, text

    @cached_property
    def typed(self) -> Words:
        """The words and numbers of all strings in the notebook's code."""
        return words_of(text for source in self.sources for text in _literals(source))

    @cached_property
    def behind(self) -> Words:
        """What the data behind a chart, or the cells of a table, have; of a table's only what nobody has typed."""
        texts: list[str] = []
        numbers: list[float] = []
        shown_texts = []
        for output in self.cell.outputs:
            data = output.get("data", {})
            if VEGA_LITE in data:
                spec = data[VEGA_LITE]
                rows = [rows_of(spec), data.get(FIGURE, {}).get("table", {}).get("rows", ())]
                _gather(rows, texts, numbers)
                for part in parts(spec):
                    _gather([value for key, value in part.items() if key not in _LOOKS], [], numbers)
            else:
                shown_texts += ["".join(data[kind]) for kind in ("text/html", "text/markdown") if kind in data]
        made, typed = words_of(texts, numbers), self.typed if shown_texts else words_of(())
        in_table = words_of(re.sub(r"<[^>]*>", " ", text) for text in shown_texts)
        return Words(made.words | in_table.words - typed.words, made.numbers | in_table.numbers - typed.numbers)


#: Parts of a specification that say how large or what is written, and nothing of the data.
_LOOKS = ("title", "subtitle", "description", "text", "name", "width", "height", "config", "usermeta", "$schema")


def _gather(node: Any, texts: list[str], numbers: list[float]) -> None:
    if isinstance(node, str):
        texts.append(node)
    elif isinstance(node, (int, float)):
        numbers.append(node)
    elif isinstance(node, Mapping):
        for value in node.values():
            _gather(value, texts, numbers)
    elif isinstance(node, (list, tuple)):
        for item in node:
            _gather(item, texts, numbers)


def _title(data: Mapping[str, Any]) -> Iterator[str]:
    """The title of a chart as drawn, and the line below it."""
    yield str(data[FIGURE].get("title", ""))
    own = data.get(VEGA_LITE, {}).get("title")
    below = own.get("subtitle", "") if isinstance(own, Mapping) else ""
    yield ". " + (" ".join(below) if isinstance(below, list) else str(below))


def _literals(source: str) -> Iterator[str]:
    """The strings typed into a cell's code, the parts of f-strings among them, what tells their format not."""
    code = re.sub(r"(?m)^\s*[%!].*$", "", source)  # what IPython understands and Python does not
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return
    formats = {id(part) for node in ast.walk(tree) if isinstance(node, ast.FormattedValue) and node.format_spec
               for part in ast.walk(node.format_spec)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in formats:
            yield node.value


def shown_by(report: Report, embedded: Mapping[str, Mapping[str, Any]], own: Results | None) -> Iterator[Shown]:
    """Each cell that the report shows, embedded or its own, once.

    `embedded` holds executed notebooks by the path that embeds name; `own` what the report's own cells put out, None
    where they have not been run: these are then left out.
    """
    parsed = {path: cells(notebook, path) for path, notebook in embedded.items()
              if any(embed_path(span.content)[0] == path for span in report.of_kind("embed"))}
    for target in dict.fromkeys(span.content for span in report.of_kind("embed")):
        path, label = embed_path(target)
        found = parsed.get(path, [])
        name = f"analysis/{Path(path).name}" if path.startswith(f"{EXECUTED}/") else path
        yield from (Shown(cell, {"path": name, "cell": cell.name}, [each.source for each in found])
                    for cell in found if cell.label == label)
    if own:
        sources = [cell.source for cell in own.cells.values()]
        yield from (Shown(cell, {"path": report.path, "line": report.place(at)["line"], "cell": cell.label}, sources)
                    for at, cell in own.cells.items() if cell.options.get("include") is not False)


# --- the check ----------------------------------------------------------------------

def check(report: Report, tables: Tables, embedded: Mapping[str, Mapping[str, Any]],
          own: Results | None = None) -> list[Finding]:
    """Every name and number in titles, captions and alternative texts that the tables do not have, in reading order.

    For `embedded` and `own` see `shown_by`.
    """
    language = str(report.front.get("lang") or "en")
    read = [(cell, key, said(text, language)) for cell in shown_by(report, embedded, own) for key, text in cell.texts]
    known = vocabulary(tables)
    recurring = {name for _, _, found in read for name in found.names}  # a name inside one sentence begins another
    findings = []
    for cell, key, found in read:
        for name in (*found.names, *(word for word in found.first if word in recurring)):
            if not _known_name(name, known, cell, key):
                findings.append(_finding(cell, key, "name", name, meant(name, known.names)))
        for number in found.numbers:
            if not _known_number(number, known, cell, key):
                findings.append(_finding(cell, key, "number", number, _near(number, known)))
    return findings


def _known_name(name: str, known: Words, cell: Shown, key: str) -> bool:
    return (known.has_name(name) or cell.behind.has_name(name)
            or key == "title" and name.casefold() not in cell.typed.words)


def _known_number(number: str, known: Words, cell: Shown, key: str) -> bool:
    pieces = [number] if known.has_number(number) or cell.behind.has_number(number) else number.split()
    return all(known.has_number(piece) or cell.behind.has_number(piece)
               or key == "title" and not cell.typed.has_number(piece) for piece in pieces)


def _near(number: str, known: Words) -> str:
    """The nearest number of the tables, where it is within a tenth."""
    wrong = float((readings(number.rstrip("s")) or ["0"])[0])
    near = min(known.numbers, key=lambda value: (abs(value - wrong), value), default=0.0)
    return f"The nearest that the tables have is `{near:.15g}`. " if abs(near - wrong) <= wrong / 10 else ""


def _finding(cell: Shown, key: str, kind: str, what: str, near: str) -> Finding:
    if key == "title":
        remedy = f"Make the title from the data, as in f\"… {{row['{'label' if kind == 'name' else 'value'}']}} …\", " \
                 f"or correct the {kind}."
    else:
        remedy = f"Correct the {kind}, say it without, or add a row with it to data/."
    return Finding(f"caption-{kind}", found=f"the {kind} {shown(what)}",
                   expected=f"a {kind} that the tables or the data behind the figure have", remedy=near + remedy,
                   column=key, **cell.place)
