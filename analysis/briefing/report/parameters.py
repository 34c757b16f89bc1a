"""The front matter of `report.qmd`: what each key may hold, what stands where it is absent, and what it is for.

`PARAMETERS` is the one place that says it. From it come the findings (`check`), the help of the command line (`told`)
and the documentation.
"""

from __future__ import annotations

import datetime
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .. import limits
from ..findings import Finding, InvalidReport, meant, shown

PAPERS = {"a4": "a4", "letter": "us-letter", "us-letter": "us-letter"}


@dataclass(frozen=True)
class Parameter:
    """A key of the front matter: `kind` is a key of KINDS, `choices` the words it may be, where it may not be any."""

    name: str
    kind: str
    default: str
    meaning: str
    choices: tuple[str, ...] = ()


PARAMETERS = (
    Parameter("title", "text", "none: it must be given", "the title"),
    Parameter("subtitle", "text", "none", "a line below the title"),
    Parameter("author", "names", "the contributors of data/datapackage.json", "who wrote it"),
    Parameter("date", "date", "`created` of data/datapackage.json", "the day of the edition, the same as `created`"),
    Parameter("abstract", "text", "the subtitle", "what the edition's record says that it is"),
    Parameter("lang", "language", "en", "the language of the text, as a BCP 47 tag"),
    Parameter("keywords", "list of texts", "those of data/datapackage.json", "what it is about, for catalogues"),
    Parameter("papersize", "text", "a4", "the paper of the PDF", tuple(PAPERS)),
    Parameter("sections", "list of texts", "all", "ids of the first-level sections to keep, such as [sec-events]; "
              "what stands before the first heading always stays"),
    Parameter("number-sections", "true or false", "false", "whether sections have numbers"),
    Parameter("unused", "mapping", "none", "evidence, figures and tables that the report does not use, each id with "
              "its reason"),
    Parameter("bibliography", "text or list of texts", "none", "further files of references"),
    Parameter("csl", "text", "the package's own", "the file of the citation style"),
    Parameter("nocite", "text", "none", "what is listed without being cited: '@*' is all"),
    Parameter("execute", "mapping", "none", "options of all cells of the report, such as echo: false"),
    Parameter("engine", "text", "jupyter", "what runs the cells for Quarto; markdown: this package does",
              ("jupyter", "markdown")),
    Parameter("jupyter", "text or mapping", "python3", "Quarto's kernel"),
    *(Parameter(name, kind, "Quarto's", f"{meaning}; for Quarto alone") for name, kind, meaning in (
        ("format", "text or mapping", "its formats and their options"),
        ("toc", "true or false", "whether there is a table of contents"),
        ("citeproc", "true or false", "whether citations are formatted"),
        ("link-citations", "true or false", "whether citations are links"),
        ("suppress-bibliography", "true or false", "whether the list of references is left out"),
        ("crossref", "anything", "what cross-references are called"),
        ("date-format", "text", "how the date is written"),
        ("notebook-links", "anything", "whether the page links to its notebooks"),
        ("notebook-view", "anything", "how notebooks are shown"))))


# --- kinds ------------------------------------------------------------------------

def _is_text(value: object) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_names(value: object) -> bool:
    return all(_is_text(one) or isinstance(one, Mapping) for one in (value if isinstance(value, list) else [value]))


def _is_date(value: object) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) and datetime.date.fromisoformat(str(value)))
    except ValueError:
        return False


#: RFC 5646, section 2.1, without the tags that it only keeps from before, and languages of two or three letters only.
_TAG = re.compile(r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
                  r"(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?)",
                  re.IGNORECASE)


def _is_language(value: object) -> bool:
    return isinstance(value, str) and bool(_TAG.fullmatch(value))


#: What a value of each kind must be in words, and the test for it.
KINDS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "text": ("text", _is_text),
    "list of texts": ("a list of texts, as [one, two]", _is_texts),
    "text or list of texts": ("text, or a list of texts", lambda value: _is_text(value) or _is_texts(value)),
    "names": ("a name, or a list of names", _is_names),
    "true or false": ("true or false", lambda value: isinstance(value, bool)),
    "mapping": ("a mapping, as {key: value}", lambda value: isinstance(value, Mapping)),
    "text or mapping": ("text, or a mapping", lambda value: _is_text(value) or isinstance(value, Mapping)),
    "date": ("a date that exists, as 2031-05-30", _is_date),
    "language": ("a language tag (BCP 47), as en, pt-BR or zh-Hant", _is_language),
    "anything": ("anything", lambda value: True),
}


def _remedy(parameter: Parameter, value: object) -> str:
    """What to do about a value of the wrong kind, with the value to copy where it can be told."""
    from ..facts.cells import meant_date

    copy = ""
    if parameter.kind == "list of texts" and _is_text(value):
        copy = f"`[{value}]`"
    elif parameter.kind == "true or false" and str(value).lower() in ("true", "false", "yes", "no", "on", "off"):
        copy = f"`{'true' if str(value).lower() in ('true', 'yes', 'on') else 'false'}`"
    elif parameter.kind == "mapping" and isinstance(value, list) and _is_texts(value):
        copy = f"`{{{', '.join(f'{one}: why' for one in value)}}}`" if value else ""
    elif parameter.kind == "date":
        copy = meant_date(str(value)[:40])
    elif parameter.kind == "language":
        copy = _language(value)
    if copy:
        return f"Write {' or '.join(f'`{parameter.name}: {one}`' for one in copy.strip('`').split('` or `'))}."
    return f"Give the key such a value: it is {parameter.meaning}."


def _language(value: object) -> str:
    """The tag that a wrong one was probably meant to be."""
    if value is False:
        return '"no"'  # Norwegian, which YAML reads as a negation
    text = str(value).strip()
    if _is_language(text.replace("_", "-").partition(".")[0]):  # as systems name a locale
        return text.replace("_", "-").partition(".")[0]
    from babel import Locale  # slow to load: only for what is wrong

    names = {name.casefold(): code for code, name in Locale("en").languages.items()}
    return str(names.get(text.casefold(), "")).replace("_", "-")


# --- reading ----------------------------------------------------------------------

def read(text: str, name: str) -> tuple[dict[str, Any], int]:
    """The front matter of a report as data, and where its body begins; raises InvalidReport where there is none."""
    import yaml

    remedy = "Begin the file with front matter between two lines of three hyphens, with a title in it."
    match = re.match(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if not match:
        raise InvalidReport([Finding("front-matter", name, shown(text.split("\n", 1)[0]), "front matter between ---",
                                     remedy, line=1)])
    if len(match[1]) > limits.FRONT_BYTES:
        raise InvalidReport([Finding("front-matter", name, f"{len(match[1]):,} characters",
                                     f"at most {limits.FRONT_BYTES:,}", "Leave out what is no setting.", line=1)])
    try:
        front = yaml.load(match[1], _dates_as_text())  # noqa: S506  a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise InvalidReport([Finding("front-matter", name, str(getattr(error, "problem", error)), "YAML", remedy,
                                     line=mark.line + 2 if mark else 1)]) from error
    if not isinstance(front, dict):
        raise InvalidReport([Finding("front-matter", name, shown(front), "a mapping", remedy, line=1)])
    return front, match.end()


def _dates_as_text() -> Any:
    """A safe loader of YAML that leaves dates as they are written: one that does not exist has its own finding."""
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {first: [(tag, pattern) for tag, pattern in resolvers if "timestamp" not in tag]
                                   for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
        aliases = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            """As the base class does, but for more aliases than anybody writes."""
            self.aliases += self.check_event(yaml.AliasEvent)
            if self.aliases > limits.FRONT_ALIASES:
                raise yaml.YAMLError(f"more than {limits.FRONT_ALIASES} aliases (*name)")
            return super().compose_node(parent, index)

    return Loader


# --- checking ---------------------------------------------------------------------

def check(front: Mapping[str, Any], path: str, line: Callable[[str], int]) -> Iterator[Finding]:
    """All that is wrong with a front matter; `line` tells where a key stands in the file."""
    known = {parameter.name: parameter for parameter in PARAMETERS}
    if not str(front.get("title") or "").strip():
        yield Finding("title-missing", path, "no title", "a title in the front matter",
                      "Add `title:`; the PDF cannot be made without.", line=line("title"))
    for key, value in front.items():
        if key not in known:
            yield Finding("front-matter-key", path, shown(key), f"one of {' '.join(sorted(known))}",
                          f"{meant(key, known)}Correct the key, or move what only Quarto knows below `format:`.",
                          line=line(str(key)))
            continue
        parameter = known[key]
        expected, fits = KINDS[parameter.kind]
        if value is None:  # a key without a value, as if it were absent
            continue
        if not fits(value):
            yield Finding("front-matter-value", path, shown(f"{key}: {_yaml(value)}"), expected,
                          _remedy(parameter, value), line=line(key))
        elif parameter.choices and str(value) not in parameter.choices:
            choices = parameter.choices
            yield Finding(key, path, shown(value), f"one of {' '.join(choices)}" if choices[1:] else choices[0],
                          f"{meant(value, choices)}Set `{key}: {parameter.default}`"
                          f"{' or another of these' if choices[1:] else ''}.", line=line(key))


def _yaml(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


# --- telling ----------------------------------------------------------------------

def told(width: int = 100) -> str:
    """The parameters as the help of the command line has them: name, kind, default and meaning."""
    lines = []
    for parameter in PARAMETERS:
        kind = " or ".join(parameter.choices) or parameter.kind
        text = f"{parameter.meaning} ({kind}; default: {parameter.default})"
        lines += textwrap.wrap(f"{parameter.name:<22}{text}", width, initial_indent="  ", subsequent_indent=" " * 24)
    return "\n".join(lines)
