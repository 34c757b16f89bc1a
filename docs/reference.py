"""The reference, made from the code: each function gives one page as Markdown (MyST), and needs no Sphinx."""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import briefing
from briefing.commands.cli import parser as _parser
from briefing.facts.cells import EDTF
from briefing.facts.tables import STANDARD
from briefing.report.parameters import PARAMETERS

ROOT = Path(__file__).parents[1]
PACKAGE = Path(briefing.__file__).parent


def pages() -> dict[str, str]:
    """Every page of the reference by its name."""
    return {"tables": tables(), "commands": commands(), "front-matter": front_matter(), "findings": findings(),
            "names": names(), "charts": charts()}


def write(folder: Path) -> None:
    """Write the pages into a folder; those that are as they were stay untouched."""
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")


def _grid(heads: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|").replace("\n", " ") for cell in row]
                                           for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _code(text: object) -> str:
    return f"`{text}`" if str(text) else ""


# --- tables -----------------------------------------------------------------------

def tables() -> str:
    """Each table with its columns, from the descriptor that new projects begin with, or that of this project."""
    path = next(path for path in (PACKAGE / "starter/data/datapackage.json", ROOT / "data/datapackage.json")
                if path.exists())
    descriptor = json.loads(path.read_text("utf-8"))
    parts = ["# Tables", "The facts lie in `data/`, one CSV file for each table, in UTF-8, with a header. "
             "`data/datapackage.json` says what each may hold ([Data Package](https://datapackage.org)). A project may "
             "add columns and tables. *Always*: the column must be there. *Filled*: so must the cell."]
    for resource in descriptor["resources"]:
        schema, always = resource["schema"], STANDARD.get(resource["name"], ())
        links = {column: f"{each['reference'].get('resource') or resource['name']}.{target}"
                 for each in schema.get("foreignKeys", ())
                 for column, target in zip(each["fields"], each["reference"]["fields"], strict=True)}
        rows = [[_code(field["name"]), _kind(field), _must(field, always),
                 ". ".join(filter(None, [field.get("description", ""), *_limits(field, links)]))]
                for field in schema["fields"]]
        parts += [f"## {resource['name']}", f"{resource['title']}: `data/{resource['path']}`. "
                  f"No two rows have the same {' and '.join(_code(key) for key in schema['primaryKey'])}.",
                  _grid(["column", "type", "must be", "what it holds"], rows)]
    return "\n\n".join(parts) + "\n"


def _kind(field: Mapping[str, Any]) -> str:
    if field.get("rdfType") == EDTF:
        return "date (EDTF)"
    return "list" if "listOf" in field else str(field.get("type", "string"))


def _must(field: Mapping[str, Any], always: Sequence[str]) -> str:
    return ", ".join(["always"] * (field["name"] in always) +
                     ["filled"] * bool(field.get("constraints", {}).get("required")))


def _limits(field: Mapping[str, Any], links: Mapping[str, str]) -> Iterator[str]:
    constraints = field.get("constraints", {})
    if words := constraints.get("enum"):
        yield f"One of {' '.join(map(_code, words))}"
    if pattern := constraints.get("pattern"):
        yield f"Of the form {_code(pattern)}"
    for name, said in (("minimum", "At least"), ("maximum", "At most"), ("maxLength", "Characters at most")):
        if name in constraints:
            yield f"{said} {constraints[name]}"
    if field["name"] in links:
        yield f"A {_code(links[field['name']])}"
    if listed := field.get("listOf"):
        yield f"Parted by {_code(listed.get('delimiter', ';'))}, each a {' or '.join(map(_code, listed['references']))}"


# --- commands ---------------------------------------------------------------------

def parsers() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command, by its words: `render`, or `group name` for one inside another."""
    return dict(_commands(_parser(), ""))


def _commands(parser: argparse.ArgumentParser, before: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                yield f"{before}{name}", sub
                yield from _commands(sub, f"{before}{name} ")


def commands() -> str:
    """Each command with all of its arguments, from the parser of the command line."""
    parser = _parser()
    parts = ["# Commands", _text(str(parser.description)), str(parser.epilog),
             _arguments(parser)]
    for name, sub in parsers().items():
        usage = " ".join(sub.format_usage().removeprefix("usage:").split())
        parts += [f"## briefing {name}", _text(sub.description or ""), f"```text\n{usage}\n```", _arguments(sub)]
    return "\n\n".join(parts) + "\n"


def _arguments(parser: argparse.ArgumentParser) -> str:
    return _grid(["argument", "what it does"],
                 [[_spelled(action), _help(parser, action)] for action in parser._actions
                  if action.help != argparse.SUPPRESS and not isinstance(action, argparse._SubParsersAction)])


def _spelled(action: argparse.Action) -> str:
    value = action.metavar or (f"{{{','.join(map(str, action.choices))}}}" if action.choices else action.dest.upper())
    shown = f" {value if isinstance(value, str) else ' '.join(value)}" if action.nargs != 0 else ""
    return _code(", ".join(f"{option}{shown}" for option in action.option_strings) or shown.strip())


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    return _text(parser._get_formatter()._expand_help(action)) if action.help else ""


def _text(text: str) -> str:
    """Plain words that no Markdown is made of."""
    return re.sub(r"([*_<>\[\]])", r"\\\1", text)


# --- front matter -----------------------------------------------------------------

def front_matter() -> str:
    """The keys that report.qmd may begin with."""
    rows = [[_code(each.name), _text(each.kind + (f": {', '.join(each.choices)}" if each.choices else "")),
             _text(each.default), _text(each.meaning)] for each in PARAMETERS]
    return "\n\n".join([
        "# Front matter", "`report.qmd` begins with these keys, in YAML, between two lines of three hyphens. Any other "
        "key is a finding. What stands under `format:` is for Quarto alone.",
        _grid(["key", "type", "default", "what it means"], rows),
        "What the report may hold after it: [](../quarto.md)."]) + "\n"


# --- findings ---------------------------------------------------------------------

_CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*")
_PARTS = ("code", "expected", "remedy")
#: The fields of a Finding in order, as those who make one without names give them.
_FIELDS = ("code", "path", "found", "expected", "remedy")


def findings() -> str:
    """Every code that a finding may have, with what was expected and what to do, read from the package's code."""
    found: dict[str, tuple[str, str, set[str]]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for code, expected, remedy in _raised(ast.parse(path.read_text("utf-8"))):
            first = found.setdefault(code, (expected, remedy, set()))
            first[2].add(module)
    rows = [[_code(code), _text(expected), _text(remedy), ", ".join(map(_code, sorted(modules)))]
            for code, (expected, remedy, modules) in sorted(found.items())]
    return "\n\n".join([
        "# Findings", f"The {len(rows)} things that can be wrong. Each message has the place, what was found, what was "
        "expected and what to do. `--json` gives them with their code, `--junit` as test cases of that name. An "
        "ellipsis stands for what depends on the case. Where a code has several messages, the first is shown.",
        _grid(["code", "expected", "what to do", "found by"], rows)]) + "\n"


def _raised(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    """Code, expected and remedy of each finding: of calls of Finding and of what hands its arguments on to it, and of
    tuples that hold the parts of one."""
    makers = {"Finding": _FIELDS}
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for outer in ast.walk(tree):
        for node in ast.iter_child_nodes(outer):
            if isinstance(node, ast.FunctionDef):
                taken = tuple(each.arg for each in node.args.args if each.arg != "self")
                if set(_PARTS) <= set(taken):
                    name = outer.name if isinstance(outer, ast.ClassDef) and node.name == "__init__" else node.name
                    makers[name] = taken
    for node in ast.walk(tree):
        parts: dict[str, ast.expr] = {}
        items = node.elts if isinstance(node, ast.Tuple) else []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            parts = dict(zip(makers.get(name, ()), node.args, strict=False))
            parts |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg} if parts else {}
            items = [] if name in own or node.args and isinstance(node.args[-1], ast.Subscript) else node.args
        if not parts and len(items) in (4, 5) and _is_remedy(items[-1]):
            parts = dict(zip(_PARTS, [items[-4], *items[-2:]], strict=True))
        if set(_PARTS) <= parts.keys():
            for code in _codes(parts["code"]):
                yield code, _said(parts["expected"]), _said(parts["remedy"])


def _is_remedy(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and node.args:  # what puts a value to copy before a remedy
        return _is_remedy(node.args[-1])
    return isinstance(node, ast.Subscript) or isinstance(node, ast.Constant | ast.JoinedStr) and " " in _said(node)


def _codes(node: ast.expr) -> Iterator[str]:
    """The codes that an expression may give: a word, or one of two."""
    if isinstance(node, ast.IfExp):
        yield from (*_codes(node.body), *_codes(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value):
        yield node.value


def _said(node: ast.expr) -> str:
    """The words of a text in code, with an ellipsis for what is put in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _said(node.left) + _said(node.right)
    if isinstance(node, ast.IfExp):
        return " / ".join(filter(None, (_said(node.body), _said(node.orelse))))
    return "…"


# --- public names -----------------------------------------------------------------

def names() -> str:
    """What `briefing.__all__` has, with signatures and docstrings."""
    parts = ["# Public names", "Other programs and notebooks use these; all else may change. "
             "What `briefing.charts` has stands on [a page of its own](charts.md)."]
    for name in sorted(briefing.__all__, key=lambda name: (inspect.ismodule(getattr(briefing, name)), name)):
        thing = getattr(briefing, name)
        parts.append(f"## {name}")
        if inspect.ismodule(thing):
            parts.append(_doc(thing))
            if name != "charts":
                parts += [_entry(f"briefing.{name}.{own}", each) for own, each in _members(thing)]
        else:
            parts.append(_entry(f"briefing.{name}", thing))
    return "\n\n".join(parts) + "\n"


def charts() -> str:
    """What `briefing.charts` has."""
    from briefing import charts as room

    things = {name: getattr(room, name) for name in room.__all__}
    parts = ["# Charts", "Any chart of Altair's is a figure: see [](../charts.md) and [](../gallery.md). This is what "
             "`briefing.charts` adds; each function returns an ordinary Altair chart, or a frame for one."]
    parts += [_entry(f"briefing.charts.{name}", thing) for name, thing in things.items() if callable(thing)]
    parts += ["## Palette", "`briefing.charts.PALETTE`: every colour on a light page and on a dark one.",
              _grid(["name", "light", "dark"], [[_code(name), _code(light), _code(dark)]
                                                for name, (light, dark) in things["PALETTE"].items()]),
              "## Widths", f"`briefing.charts.WIDE` ({things['WIDE']}) and `briefing.charts.NARROW` "
              f"({things['NARROW']}): how many px a chart has on paper and desktop, and on a phone."]
    return "\n\n".join(parts) + "\n"


def _members(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """The functions and classes that a module has itself and shows, in the order of its code; not those that stand
    beside the module in `briefing`."""
    shown = [getattr(briefing, name) for name in briefing.__all__]
    own = [(name, thing) for name, thing in vars(module).items()
           if not name.startswith("_") and (inspect.isfunction(thing) or inspect.isclass(thing))
           and thing.__module__ == module.__name__ and thing not in shown]
    return iter(sorted(own, key=lambda item: inspect.getsourcelines(item[1])[1]))


def _entry(name: str, thing: Any) -> str:
    """A function or class with its signature and docstring, a class with what it has."""
    if not inspect.isclass(thing):
        return f"````{{py:function}} {name}{_signature(thing)}\n\n{_doc(thing)}\n````"
    inner = []
    for own, each in vars(thing).items():
        if own.startswith("_"):
            continue
        if isinstance(each, property):
            inner.append(f"```{{py:property}} {own}\n\n{_doc(each)}\n```")
        elif isinstance(each, classmethod | staticmethod) or inspect.isfunction(each):
            inner.append(f"```{{py:method}} {own}{_signature(getattr(thing, own))}\n\n{_doc(each)}\n```")
    signature = "" if issubclass(thing, Exception) else _signature(thing)
    return "\n".join([f"`````{{py:class}} {name}{signature}\n", _doc(thing), "", *inner, "`````"])


def _signature(thing: Any) -> str:
    """The signature as its code has it."""
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return "()"
    given = []
    for each in found.parameters.values():
        if each.name == "self":
            continue
        text = str(each.replace(annotation=each.empty, default=each.empty))
        if each.kind is each.KEYWORD_ONLY and not any(part.startswith("*") for part in given):
            given.append("*")
        text += f": {_annotation(each.annotation)}" if each.annotation is not each.empty else ""
        if each.default is not each.empty:
            plain = isinstance(each.default, str | int | float | tuple | None)
            text += f" = {each.default!r}" if plain else " = ..."
        given.append(text)
    arrow = "" if inspect.isclass(thing) or found.return_annotation is found.empty else \
        f" -> {_annotation(found.return_annotation)}"
    return f"({', '.join(given)}){arrow}"


def _annotation(kind: Any) -> str:
    return kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))


def _doc(thing: Any) -> str:
    """A docstring as Markdown: the code's own writing is nearly that."""
    text = inspect.getdoc(thing) or ""
    return re.sub(r"<(?=\w)", r"\<", text)
