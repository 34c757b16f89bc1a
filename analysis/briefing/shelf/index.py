"""All editions below a folder on one page, and in a feed: what each concludes, how sure, and who said what over time.

The page asks nothing of any network and needs no script for its list; a script searches it, and shows the stands on a
concept across editions. What an edition says is taken from its own files (see `reading`). No clock, path outside
the folder or order of files is in either: the same editions give the same bytes.
"""

from __future__ import annotations

import html
import json
import os
import re
import string
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin
from xml.etree import ElementTree as tree

from ..editions import rebuild
from ..editions.edition import RECORD
from ..facts.dates import day
from ..findings import BriefingError, visible
from ..language import Language, current, later, say, several, speaking
from ..language.likelihood import CONFIDENCES, LIKELIHOODS, OTHER_LIKELIHOODS, forms
from ..language.locales import percent
from ..writers.html import TEMPLATES, font_rules, policy_hash, said, words
from . import projects, reading
from .reading import PAGE, Reading

INDEX, FEED = "index.html", "feed.xml"
MOST_BYTES = 1_500_000  # of the page
#: How many of the newest editions are told whole; the others in short. The first with which the page is not too large
#: is taken.
WHOLE = (100_000, 500, 200, 50, 20, 0)
SHORT, PUBLISHERS, SOURCES = 130, 4, 60  # characters of a bottom line in short; names of sources in short, and at most
NEWEST = 200  # entries of the feed: whoever follows it has the others, and the page lists all
STANDS = ("agree", "disagree", "mixed")
ATOM = "http://www.w3.org/2005/Atom"
#: What a mark before an edition's state says, in the order in which it can be asked for.
STATES = {"reproduced": later("reproduced"), "unchecked": later("not rebuilt here"),
          "different": later("not reproduced"), "altered": later("altered since"),
          "older": later("older than its inputs")}


@dataclass(frozen=True)
class Shelf:
    """What is below a folder: editions by their path in it, the newest first, and what could not be read, with why."""

    editions: tuple[tuple[str, Reading], ...]
    wrong: tuple[tuple[str, str], ...]


def gather(folder: Path, check: bool = False, progress: Callable[[str], None] = lambda _: None) -> Shelf:
    """Read all editions below a folder; with `check`, those that were not yet are rebuilt and compared first.

    Raises BriefingError where the folder cannot be read; what is wrong with an edition is told in `wrong`.
    """
    try:
        paths = sorted({*projects.below(str(folder)), *_alone(str(folder), "")})
    except OSError as error:
        raise BriefingError(f"{folder}: found no folder that can be read ({error.strerror}), expected one with "
                            "briefings below it. Correct the path.") from error

    def one(path: str) -> Reading | str:
        try:
            found = reading.read(folder / path)
            if check and found.differences is None and found.changed is not None:
                progress(f"{path}: rendering it afresh, twice")
                rebuild.check(folder / path)
                found = reading.read(folder / path)
            return found
        except BriefingError as error:
            return visible(str(error).splitlines()[0])

    with ThreadPoolExecutor(1 if check else min(4, os.cpu_count() or 1)) as pool:
        read = list(zip(paths, pool.map(one, paths), strict=True))
    editions = [(path, found) for path, found in read if isinstance(found, Reading)]
    editions.sort(key=lambda one: one[0])
    editions.sort(key=lambda one: one[1].date, reverse=True)
    return Shelf(tuple(editions), tuple((path, found) for path, found in read if isinstance(found, str)))


def _alone(folder: str, path: str) -> Iterator[str]:
    """Folders with an edition, also those that have nothing of its project."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:  # closed to us, or gone meanwhile
        return
    if "_output" in names and any(os.path.isfile(os.path.join(folder, "_output", name)) for name in (RECORD, PAGE)):
        yield path or "."
    for name in names:
        if projects.may_hold(name):
            yield from _alone(os.path.join(folder, name), f"{path}/{name}" if path else name)


def write(folder: Path, shelf: Shelf, title: str = "", address: str = "", lang: str = "") -> list[Path]:
    """Write the page and the feed into a folder, each whole or not at all; their paths.

    `title` is the shelf's, `address` where it will be read (https://…/), if that is known, `lang` the language of the
    page's own words, by default that of all editions where they have one. Raises BriefingError where the folder cannot
    be written.
    """
    tongues = {edition.language for _, edition in shelf.editions}
    with speaking(Language(lang or (tongues.pop() if len(tongues) == 1 else "en"))):
        title = title or say("Briefings")
        files = {INDEX: page(shelf, title), FEED: feed(shelf, title, address)}
    for name, content in files.items():
        beside = folder / f".{name}.{os.getpid()}"
        try:
            beside.write_bytes(content.encode("utf-8"))
            os.replace(beside, folder / name)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise BriefingError(f"{folder / name}: found {error.strerror}, expected a file that can be written. "
                                "Change the folder's permissions, or free space.") from error
    return [folder / name for name in files]


# --- the page ---------------------------------------------------------------------------

def page(shelf: Shelf, title: str) -> str:
    """The page as text, with as much of each edition as it may hold."""
    text = ""
    fonts = font_rules("".join(sorted(_characters(shelf, title))))
    for whole in WHOLE:
        text = _page(shelf, title, fonts, whole)
        if len(text.encode("utf-8")) <= MOST_BYTES:
            break
    return text


def _page(shelf: Shelf, title: str, fonts: str, whole: int) -> str:
    template = string.Template(said((TEMPLATES / "shelf.html").read_text("utf-8")))
    style = (TEMPLATES / "page.css").read_text("utf-8").replace("/*fonts*/", fonts).replace("/*dark*/", "") + \
        (TEMPLATES / "shelf.css").read_text("utf-8")
    script = (TEMPLATES / "shelf.js").read_text("utf-8")
    twice = _told_apart(shelf)
    years: dict[str, list[str]] = {}
    for number, (path, edition) in enumerate(shelf.editions):
        years.setdefault(edition.date[:4], []).append(_edition(path, edition, twice, number < whole))
    sections = [f'<section class="year" id="y{year}"><h2>{_date(year)}</h2>\n{"".join(parts)}</section>'
                for year, parts in years.items()]
    concepts = _concepts(shelf)
    links = [*(f'<li><a href="#y{year}">{_date(year)} <span class="number">({len(parts)})</span></a></li>'
               for year, parts in years.items()),
             *([f'<li><a href="#said">{html.escape(say("Who said what"))}</a></li>'] if concepts else [])]
    shown = {state for _, edition in shelf.editions for state in _states(edition)}
    return template.substitute(
        lang=html.escape(current().tag), title=html.escape(title), about=html.escape(_about(shelf)), style=style,
        style_hash=policy_hash(style), script=script, script_hash=policy_hash(script), contents="\n".join(links),
        states="".join(f'<option value="{state}">{html.escape(say(word))}</option>'
                       for state, word in STATES.items() if state in shown),
        wrong=_wrong(shelf), silence=_silence(shown),
        editions="\n".join(sections) or f"<p>{html.escape(say('There is no edition here yet.'))}</p>",
        said=_said(concepts), data=json.dumps(_data(shelf, concepts, whole) | words(script), ensure_ascii=False,
                                              separators=(",", ":")).replace("<", "\\u003c"))


def _silence(shown: set[str]) -> str:
    """What it means that nothing is said of an edition's state."""
    text = say("Where no state is given, the files are as recorded, and were not rebuilt here.")
    return f'<p class="note">{_plain(text)}</p>' if "unchecked" in shown else ""


def _about(shelf: Shelf) -> str:
    dates = [edition.date for _, edition in shelf.editions]
    count = several(len(dates), "{count} briefing", "{count} briefings")
    count = count[:1].upper() + count[1:]
    return f"{count}, {day(min(dates))} – {day(max(dates))}" if len({*dates}) > 1 else \
        f"{count}, {day(dates[0])}" if dates else count


def _date(year: str) -> str:
    return html.escape(day(year) or year)


def _characters(shelf: Shelf, title: str) -> set[str]:
    found = set(title)
    for path, edition in shelf.editions:
        found.update(path, edition.title, edition.authors, edition.bottom_line, *edition.sources,
                     *(one.text for one in edition.judgements))
        for one in edition.stands:
            found.update(one.actor[1], one.concept[1], one.sentence, one.gist)
    return {character for character in found if character.isprintable()}


def _told_apart(shelf: Shelf) -> set[str]:
    """The titles that several editions have, which are then shown with their paths."""
    titles = [edition.title for _, edition in shelf.editions]
    return {title for title in titles if titles.count(title) > 1} if len({*titles}) < len(titles) else set()


def _edition(path: str, edition: Reading, twice: set[str], whole: bool) -> str:
    """An edition in the list: `whole`, or as short as it can stand for itself. End tags that HTML needs not are left
    out, since a thousand of these make the page."""
    states = _states(edition)
    lang = f' lang="{html.escape(edition.language)}"' if edition.language != current().tag else ""
    apart = f' <span class="number">({_plain(path)})</span>' if edition.title in twice else ""
    state = "" if [*states] == ["unchecked"] else f' data-state="{" ".join(states)}"'
    about = [_plain(day(edition.date)), *([_plain(edition.authors)] if edition.authors else []),
             *([f'<a href="{html.escape(_link(path, "report.pdf"))}">PDF</a>'] if whole else []),  # else by the script
             *(f'<b class="{state}">{_plain(text)}</b>' for state, text in states.items() if state != "unchecked")]
    bottom = _cut(edition.bottom_line or edition.subtitle, reading.LONGEST if whole else SHORT)
    judged = "".join(_judgement(one, lang) for one in edition.judgements)
    judged = f'<ul class="judged">{judged}</ul>' if judged else ""
    return (f'<article class="edition"{state}><h3{lang}><a href="{html.escape(_link(path, PAGE))}">'
            f'{_plain(edition.title)}</a>{apart}</h3>\n<p class="about"><span>{"</span> <span>".join(about)}</span>\n'
            f"{f'<p{lang}>{_plain(bottom)}' if bottom else ''}"
            f"{judged}{_sources(edition, whole)}</article>\n")


def _plain(text: str) -> str:
    return html.escape(text, quote=False)


def _judgement(one: reading.Judgement, lang: str) -> str:
    band = (LIKELIHOODS | OTHER_LIKELIHOODS).get(one.likelihood)
    word = _plain(forms(one.likelihood, current())[0] if band else one.likelihood)
    likely = f"<b>{word}{f' <i>{_percent(band)}</i>' if band else ''}</b>" if word else ""
    sure = say(one.confidence) if one.confidence in CONFIDENCES else one.confidence
    sure = f" <i>{_plain(say('confidence: {confidence}', confidence=sure))}</i>" if sure else ""
    return f"<li>{likely}{sure}<p{lang}>{_plain(one.text)}"


def _percent(band: tuple[int, int]) -> str:
    return _plain(percent(f"{band[0]}–{band[1]}", current()))


def _sources(edition: Reading, whole: bool) -> str:
    """The sources of an edition: their titles, or in short who published the first."""
    count = len(edition.sources)
    if not count:
        return ""
    head = _plain(several(count, "{number} source", "{number} sources"))
    if not whole:
        named = dict.fromkeys(name.partition(": ")[0] for name in edition.sources)
        return f'<p class="note">{head}: {_plain(", ".join([*named][:PUBLISHERS]))}{" …" * (len(named) > PUBLISHERS)}'
    items = "".join(f"<li>{_plain(name)}" for name in edition.sources[:SOURCES])
    left = count - SOURCES
    rest = f"<li>{_plain(several(left, '{number} more', '{number} more'))}" if left > 0 else ""
    return f"<details><summary>{head}</summary><ul>{items}{rest}</ul></details>"


def _states(edition: Reading) -> dict[str, str]:
    """How far an edition can be trusted to be what its inputs give: what was proven, then what changed since."""
    found: dict[str, str] = {}
    if edition.altered:
        more = f" + {len(edition.altered) - 1}" if len(edition.altered) > 1 else ""
        found["altered"] = say("altered since it was made: {file}", file=edition.altered[0]) + more
    elif edition.differences:
        found["different"] = several(edition.differences, "not reproduced: {number} difference",
                                     "not reproduced: {number} differences")
    elif edition.differences == 0:
        found["reproduced"] = say("reproduced")
    if edition.changed:
        facts = any(name.startswith("data/") for name in edition.changed)
        found["older"] = say("older than its facts") if facts else say("older than its text or code")
    return found or {"unchecked": say("not rebuilt here")}


def _wrong(shelf: Shelf) -> str:
    if not shelf.wrong:
        return ""
    rows = "".join(f"<li><strong>{html.escape(path)}</strong>: {html.escape(why)}</li>" for path, why in shelf.wrong)
    return (f'<section class="wrong"><h2>{html.escape(say("Not shown, since they cannot be read"))}</h2>'
            f"<ul>{rows}</ul></section>")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest + 1 else f"{text[:longest].rpartition(' ')[0].rstrip('.,;: …')} …"


def _link(path: str, name: str) -> str:
    """The address of an edition's file, from the folder: of what begins like a scheme, no scheme comes."""
    return quote(f"{'' if path == '.' else f'{path}/'}_output/{name}")


# --- who said what ------------------------------------------------------------------------

@dataclass
class Concept:
    """A concept by its label and sentence, with the marks on it as the script takes them."""

    label: str
    sentence: str
    marks: list[tuple[int, reading.Stand]]

    @property
    def editions(self) -> int:
        """In how many editions somebody takes a stand on it."""
        return len({number for number, _ in self.marks})


def _concepts(shelf: Shelf) -> list[Concept]:
    """The concepts of all editions, those of many editions first; ids that are the same mean the same where the labels
    do, too."""
    found: dict[tuple[str, str], Concept] = {}
    for number, (_, edition) in enumerate(shelf.editions):
        for stand in edition.stands:
            found.setdefault(stand.concept, Concept(stand.concept[1], stand.sentence, [])).marks.append((number, stand))
    return [found[key] for key in sorted(found, key=lambda key: (-found[key].editions, -len(found[key].marks),
                                                                 key[1].casefold(), key))]


def _data(shelf: Shelf, concepts: Sequence[Concept], whole: int) -> dict[str, Any]:
    """What the script takes: texts once, by their place in a list; a mark is edition, actor, stand, date, passage and,
    of editions that are told whole, its gist."""
    actors: dict[tuple[str, str], int] = {}
    dates: dict[tuple[str, str], int] = {}

    def place(known: dict[tuple[str, str], int], key: tuple[str, str]) -> int:
        return known.setdefault(key, len(known))

    marks = [[[number, place(actors, stand.actor), STANDS.index(stand.agreement) if stand.agreement in STANDS else 2,
               place(dates, (stand.first, stand.date)), stand.place.removeprefix("ref-"),
               *([stand.gist] if number < whole else [])]
              for number, stand in sorted(concept.marks, key=lambda one: (one[1].first, one[0], one[1].place))]
             for concept in concepts]
    return {"concepts": [[concept.label, concept.sentence] for concept in concepts],
            "actors": [label for _, label in actors], "dates": [[first, _day(date)] for first, date in dates],
            "marks": marks}


def _day(date: str) -> str:
    try:
        return day(date)
    except ValueError:
        return date


def _said(concepts: Sequence[Concept]) -> str:
    if not concepts:
        return ""
    listed = "".join(
        f"<li><strong>{html.escape(one.label)}</strong> {html.escape(one.sentence)} <span class=note>"
        f"{html.escape(several(len(one.marks), '{count} stand', '{count} stands'))}, "
        f"{html.escape(several(one.editions, '{count} briefing', '{count} briefings'))}</span></li>"
        for one in concepts[:50])
    key = "".join(f'<li><span class="mark {kind}" aria-hidden="true">{sign}</span>{html.escape(say(word))}</li>'
                  for kind, sign, word in (("agree", "+", later("agrees")), ("disagree", "−", later("disagrees")),
                                           ("mixed", "±", later("both agrees and disagrees"))))
    return (f'<section id="said"><h2>{html.escape(say("Who said what"))}</h2>'
            f'<div id="chart" hidden><label id="choose">{html.escape(say("On"))} <select id="concept"></select></label>'
            f'<p id="sentence"></p><ul class="key">{key}</ul>'
            f'<div class="scroll" tabindex="0" role="group" aria-label="{html.escape(say("Table, can be scrolled"))}">'
            '<table id="matrix"><thead></thead><tbody></tbody></table></div><p id="passage" role="status"></p></div>'
            f'<ul id="concepts" class="concepts">{listed}</ul></section>')


# --- the feed -------------------------------------------------------------------------------

def feed(shelf: Shelf, title: str, address: str = "") -> str:
    """The editions as an Atom feed (RFC 4287), the newest first. Its times are the editions' dates; its ids are made of
    the shelf's address, or else its title, and of paths in it, so that they stay when an edition is renewed."""
    tree.register_namespace("", ATOM)
    base = address.rstrip("/") + "/" if address else ""
    top = tree.Element(f"{{{ATOM}}}feed", {"xml:lang": current().tag})

    def add(parent: tree.Element, name: str, text: str = "", **attributes: str) -> tree.Element:
        element = tree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = _xml(text) or None
        return element

    add(top, "title", title)
    add(top, "id", _id(base or title))
    add(top, "updated", _moment(max((edition.date for _, edition in shelf.editions), default="1970-01-01")))
    add(top, "link", rel="alternate", type="text/html", href=urljoin(base, INDEX))
    if base:
        add(top, "link", rel="self", type="application/atom+xml", href=urljoin(base, FEED))
    add(add(top, "author"), "name", title)
    for path, edition in shelf.editions[:NEWEST]:
        entry = add(top, "entry")
        entry.set("xml:lang", edition.language)
        add(entry, "title", edition.title or path)
        add(entry, "id", _id(f"{base or title} {path}"))
        add(entry, "updated", _moment(edition.date))
        add(entry, "link", rel="alternate", type="text/html", href=urljoin(base, _link(path, PAGE)))
        add(entry, "link", rel="related", type="application/pdf", href=urljoin(base, _link(path, "report.pdf")))
        if edition.authors:
            add(add(entry, "author"), "name", edition.authors)
        add(entry, "summary", edition.bottom_line or edition.subtitle)
    tree.indent(top, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tree.tostring(top, encoding="unicode") + "\n"


def _id(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"briefing:{name}").urn


def _moment(date: str) -> str:
    return f"{date}T00:00:00Z"


def _xml(text: str) -> str:
    """A text without characters that XML 1.0 cannot have."""
    return re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def told(shelf: Shelf, written: Iterable[Path]) -> Mapping[str, Any]:
    """What came of it, as plain data."""
    states: dict[str, int] = {}
    for _, edition in shelf.editions:
        for state in _states(edition):
            states[state] = states.get(state, 0) + 1
    return {"editions": len(shelf.editions), "states": states, "written": [path.as_posix() for path in written],
            "wrong": [{"path": path, "error": why} for path, why in shelf.wrong]}
