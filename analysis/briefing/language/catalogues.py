"""What has been translated: catalogues of gettext (`.po`), which the package has for some languages and a project may
bring for its own, or to say a text otherwise.

They are read by Babel, and compared with the template of all texts, which `make words` takes from the code.
"""

from __future__ import annotations

import functools
import gettext
import io
import string
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..findings import BriefingError, Finding, shown
from . import Language

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

FOLDER = Path(__file__).parents[1] / "catalogues"
TEMPLATE = FOLDER / "briefing.pot"
#: Where a project has words of its own.
WORDS = "analysis/words"


def known() -> list[str]:
    """The languages that the package speaks, English first."""
    return ["en", *sorted(path.stem for path in FOLDER.glob("*.po"))]


def names() -> str:
    """The languages that the package speaks, for messages: `de German, …`."""
    from babel import Locale

    return ", ".join(f"{tag} ({Locale.parse(tag).get_language_name('en')})" for tag in known())


def _files(language: Language) -> list[Path]:
    """The catalogues of a language that there are: the project's before the package's, each for the region before that
    for the language as a whole."""
    shipped = [FOLDER / f"{name}.po" for name in dict.fromkeys((language.tag, language.primary))]
    return [path for path in (*own(language), *shipped) if path.is_file()]


def own(language: Language) -> list[Path]:
    """Where a project may have words of its own for a language, whether there are any or not."""
    folder = Path(language.root) / WORDS
    return [folder / f"{name}.po" for name in dict.fromkeys((language.tag, language.primary))] if language.root else []


@functools.cache
def of(language: Language) -> gettext.NullTranslations:
    """All that is translated into a language; what is not stays as it is, which `check` finds."""
    from babel.messages.mofile import write_mo

    found = gettext.NullTranslations()
    for path in reversed(_files(language)):
        catalogue = _read(path)
        if isinstance(catalogue, str):
            continue
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        here = gettext.GNUTranslations(compiled)
        here.add_fallback(found)
        found = here
    return found


def _read(path: Path) -> Catalog | str:
    """A catalogue, or why it cannot be read."""
    from babel.core import UnknownLocaleError
    from babel.messages.pofile import PoFileError, read_po

    try:
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
            gettext.c2py(catalogue.plural_expr)
            return catalogue
    except (PoFileError, UnknownLocaleError, ValueError, LookupError, OSError) as error:
        return str(error) or type(error).__name__


def characters(language: Language) -> set[str]:
    """All characters of what is translated into a language."""
    return {character for path in _files(language) for character in path.read_text("utf-8", errors="replace")}


# --- checking ---------------------------------------------------------------------

def check(language: Language, path: str, line: int) -> Iterator[Finding]:
    """What is missing of a language, or wrong with a project's own words; `path` and `line` are where it is chosen."""
    from . import locales

    if language.english:
        return
    files = _files(language)
    new = f"{WORDS}/{language.primary}.po"
    if not files:
        yield Finding("language-missing", path, f"lang: {language.tag}, for which there are no words",
                      f"a language that the package speaks: {names()}",
                      "Write one of these, or translate the words yourself: "
                      f"`briefing words {language.primary}` writes {new}, to be filled in.", line=line)
    elif not locales.spoken(language):
        yield Finding("language-missing", path, f"lang: {language.tag}, whose numbers and dates Babel does not know",
                      "a language of the Unicode CLDR", "Write the tag of the language that is meant.", line=line)
    else:
        for file in (file for file in files if file.parent != FOLDER):
            yield from _check_file(file, f"{WORDS}/{file.name}", whole=files[-1].parent != FOLDER)


def _check_file(file: Path, path: str, whole: bool) -> Iterator[Finding]:
    """All that is wrong with a catalogue; `whole` says that it has to have every text."""
    found = _read(file)
    if isinstance(found, str):
        yield Finding("words-unreadable", path, found, "a catalogue of gettext (.po) in UTF-8",
                      "Mend it; a tool for translations such as Poedit writes no other.")
        return
    lines = {_id(message): message.lineno for message in found}
    for message in found:
        if message.id and not message.fuzzy and (wrong := _wrong(message)):
            yield Finding("words-names", path, f"{wrong} in the translation of {shown(_id(message))}",
                          f"the names of the text: {' '.join(sorted(_wanted(message))) or 'none'}",
                          "Write the names in { } as the text has them.", line=message.lineno)
    if whole:
        for text in lacking(found, beginning=False):
            remedy = "Translate it." if text in lines else f"`briefing words {file.stem}` adds it: then translate it."
            yield Finding("words-missing", path, f"no translation of {shown(text)}", "one of every text", remedy,
                          line=lines.get(text))


def lacking(catalogue: Catalog, *, beginning: bool = True) -> list[str]:
    """The texts of the template that a catalogue does not translate; `beginning` says whether it needs those that only
    a new project is filled with."""
    found = []
    for message in template(beginning=beginning):
        there: Any = catalogue.get(message.id)
        said = [] if there is None or there.fuzzy else there.string if isinstance(there.string, (list, tuple)) \
            else [there.string]
        if message.id and not (said and all(said)):
            found.append(_id(message))
    return found


#: How the template marks the texts that only a new project is filled with.
BEGINNING = "In a new project."


def template(*, beginning: bool = True) -> Catalog:
    """The texts of the package; with those that only a new project is filled with, or without."""
    from babel.messages.catalog import Catalog

    read = _read(TEMPLATE)
    if isinstance(read, str):
        raise BriefingError(f"{TEMPLATE}: found {read}, expected the texts of the package. Install it again.")
    found = Catalog(charset="utf-8", fuzzy=False)
    for message in read:
        first = BEGINNING in message.auto_comments and all(file.startswith("starter/") for file, _ in message.locations)
        if message.id and (beginning or not first):
            found[message.id] = message
    return found


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _wrong(message: Message) -> str:
    """What is wrong with the names in { } of a translation; empty where nothing is."""
    said = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    try:
        there = [_fields([text]) for text in said if text]
    except ValueError as error:
        return str(error)
    wanted = needed = _wanted(message)
    if not isinstance(message.id, str):  # the one may have no need of a name that the many have, or say one
        needed = _fields(message.id[:1]) & _fields(message.id[1:]) - {"number", "count"}
    for names in there:
        if strange := sorted(names - wanted):
            return f"{{{strange[0]}}}"
        if less := sorted(needed - names):
            return f"no {{{less[0]}}}"
    return ""


def _wanted(message: Message) -> set[str]:
    return _fields([message.id] if isinstance(message.id, str) else message.id)


def _fields(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def wrong(catalogue: Catalog) -> list[str]:
    """The texts of a catalogue whose translation has other names in { }."""
    return [_id(message) for message in catalogue if message.id and _wrong(message)]


# --- adding a language --------------------------------------------------------------

def added(root: Path, tag: str) -> tuple[Path, int]:
    """Write a project's catalogue for a language, with every text of the package; what is translated there already, or
    by the package, stays. The file, and how many texts are still to be translated.

    Raises BriefingError for a language that Babel does not know, and for a file that cannot be read.
    """
    from babel.core import Locale, UnknownLocaleError
    from babel.messages.catalog import Catalog

    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise BriefingError(f"{tag}: found no such language in the Unicode CLDR ({error}), expected a tag such as pt "
                            "or pt-BR. Write the tag of the language that is meant.") from error
    path = root / WORDS / f"{tag}.po"
    catalogue = Catalog(locale=locale, project="briefing", charset="utf-8", fuzzy=False)
    for file in reversed(_files(Language(tag, str(root)))):
        before = _read(file)
        if isinstance(before, str):
            raise BriefingError(f"{file}: found {before}, expected a catalogue (.po). Mend it, or remove it.")
        for message in before:
            if message.id:
                catalogue[message.id] = message
    catalogue.update(template(beginning=False), no_fuzzy_matching=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.obsolete.clear()
    path.write_text(written(catalogue), encoding="utf-8", newline="\n")
    return path, len(lacking(catalogue, beginning=False))


def written(catalogue: Catalog) -> str:
    """A catalogue as its file holds it: texts in order, and nothing of when it was written, by whom or on what."""
    from babel.messages.pofile import write_po

    out = io.BytesIO()
    write_po(out, catalogue, width=110, sort_output=True, omit_header=True, include_lineno=False)
    heads = ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    if catalogue.locale:
        heads = [f"Language: {catalogue.locale_identifier}", f"Plural-Forms: {catalogue.plural_forms}", *heads]
    head = "\n".join(['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in heads)])
    return f"{head}\n\n{out.getvalue().decode('utf-8').strip()}\n"
