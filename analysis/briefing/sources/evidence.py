"""Passages and sources: what stands behind a sentence, and through whose hands it came."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..facts.dates import date_bounds, day, is_approximate, is_uncertain
from ..facts.quantities import Quantity, of_row, verbatim
from ..facts.tables import Row, Tables
from ..findings import BriefingError
from ..language import current, later, likelihood, say
from ..language.likelihood import LIKELIHOODS as LIKELIHOODS
from ..language.likelihood import OTHER_LIKELIHOODS as OTHER_LIKELIHOODS
from ..language.locales import percent

#: The Admiralty code (NATO AJP-2.1): the source, and the information, judged apart.
RELIABILITY = {"A": later("completely reliable"), "B": later("usually reliable"), "C": later("fairly reliable"),
               "D": later("not usually reliable"), "E": later("unreliable"), "F": later("cannot be judged")}
CREDIBILITY = {1: later("confirmed"), 2: later("probably true"), 3: later("possibly true"), 4: later("doubtful"),
               5: later("improbable"), 6: later("cannot be judged")}
#: How the words of a passage stand in its source.
KINDS = (later("quotation"), later("paraphrase"), later("narration"))


def chain(text: str) -> tuple[str, ...]:
    """The hands of a chain, first speaker first: `A > B > C`."""
    return tuple(part.strip() for part in text.split(">"))


def hops(text: str) -> int:
    """How many hands stand between the first speaker and the page."""
    return max(len(chain(text)) - 2, 0)


def grade(source: Row, credibility: int | None) -> str:
    """The Admiralty code: the source's reliability, then the information's credibility."""
    return f"{source['reliability']}{credibility if credibility is not None else ''}"


def carried(source: Row) -> tuple[str, ...]:
    """The hands that a source came through: its `chain` where it has one, else its publisher."""
    return chain(source["chain"]) if source.get("chain") else (source["publisher"],)


def mains(tables: Tables) -> list[Row]:
    """The sources that the briefing is about: those with `main` true; where none is, those that have a coded passage.
    By date of publication, undated last, then by id."""
    coded = {row["source"] for row in tables.rows.get("passages", ())}
    rows = [row for row in tables.rows["sources"] if row.get("main")] or \
        [row for row in tables.rows["sources"] if row["id"] in coded]
    return sorted(rows, key=lambda row: (*_day_of(row), row["id"]))


def _day_of(source: Row) -> tuple[bool, str]:
    first, last = date_bounds(source["published"]) if source["published"] else (None, None)
    day = first or last
    return day is None, day.isoformat() if day else ""


def origins(tables: Tables, ids: Iterable[str]) -> dict[str, list[str]]:
    """Sources by who first gave what they say: the first hand of each chain, so that copies of one report and reports
    of one body count once. `ids` are of sources, passages or quantities. The keys are in order of appearance."""
    sources = {row["id"]: row for row in tables.rows["sources"]}
    passages = {row["id"]: row["source"] for row in tables.rows["passages"]}
    found: dict[str, list[str]] = {}
    for id in ids:
        for key in rests_on(tables, id):
            key = passages.get(key, key)
            first = carried(sources[key])[0]
            if key not in found.setdefault(first, []):
                found[first].append(key)
    return found


def digits(tables: Tables) -> dict[str, str]:
    """How credible what each source says is: the digits of its rows in `quantities` and `series`, `2` or `2–4`."""
    seen: dict[str, set[int]] = {}
    for name in ("quantities", "series"):
        for row in tables.rows.get(name, ()):
            if row.get("source") and row.get("credibility"):
                seen.setdefault(row["source"], set()).add(row["credibility"])
    return {id: "–".join(str(digit) for digit in dict.fromkeys((min(found), max(found)))) for id, found in seen.items()}


def references(tables: Tables) -> list[dict[str, Any]]:
    """CSL items (https://docs.citationstyles.org) for every passage and every source.

    A passage's item says what it holds, who said it through whose hands, and
    where it stands; a source's item describes the source. Both are of the
    source's kind, a web page where it has none; only passages have a `page`.
    Their ids are the ids of the tables, which must differ. `call-number` is the order of a list
    by source: each source, then its passages as they stand in it.
    """
    sources = {row["id"]: row for row in tables.rows["sources"]}
    place = {id: f"{number:05}" for number, id in enumerate(sources)}
    graded = digits(tables)
    items = []
    for row in tables.rows["passages"]:
        source = sources[row["source"]]
        # a style may set titles in capitals, but no words of others
        quote = f' “<span class="nocase">{row["quote"]}</span>”' if row["quote"] else ""
        items.append({
            "id": row["id"], **_kind(source), "title": f"{row['gist']}{quote}",
            "author": [{"literal": row["chain"].replace(">", "→")}], "issued": _issued(source["published"]),
            "locator-extra": "", "section": f"¶{row['paragraph']}",
            "page": f"{row['start']}–{row['end']}", "note": grade(source, row["credibility"]),
            "call-number": f"{place[source['id']]}-{row['start']:09}-{row['end']:09}", **_worded(source)})
    for row in sources.values():
        item = {"id": row["id"], **_kind(row), "title": _own_letters(row), "issued": _issued(row["published"]),
                "note": f"{row['reliability']}{graded.get(row['id'], '')}", "call-number": place[row["id"]],
                **_worded(row)}
        if row.get("chain") and len(carried(row)) > 1:
            item["author"] = [{"literal": row["chain"].replace(">", "→")}]
        if row["url"]:
            item["URL"] = row["url"]
        if row["descriptor"]:
            item["abstract"] = row["descriptor"]
        items.append(item)
    for item in items:
        item.pop("locator-extra", None)
        if item["issued"] is None:
            del item["issued"]
    return items


def _worded(source: Row) -> dict[str, Any]:
    """The language of a source, by which a style knows whether its title may have capitals; and, where its date is in
    doubt or the report not in English, the date in words: citation styles know no doubt, and little of languages."""
    found: dict[str, Any] = {"language": source["language"]} if source["language"] not in (None, "und") else {}
    published = source["published"] or ""
    if published and (not current().english or is_approximate(published) or is_uncertain(published)):
        found["available-date"] = {"literal": day(source["published"])}
    return found


def _own_letters(source: Row) -> str:
    """The title of a source; one in another language is marked as the words of others."""
    title = str(source["title"])
    return f'<span class="nocase">{title}</span>' if current().foreign(source["language"]) else title


#: Kinds of works that appear within another: their publisher is the name of that.
WITHIN = ("article-newspaper", "article-magazine", "article-journal", "broadcast", "interview", "post", "webpage")


def _kind(source: Row) -> dict[str, Any]:
    """The CSL type of a source, and its publisher in the variable in which styles look for it."""
    kind = source.get("kind") or "webpage"
    return {"type": kind, "container-title" if kind in WITHIN else "publisher": source["publisher"]}


def _issued(edtf: str | None) -> dict[str, Any] | None:
    first, _ = date_bounds(edtf) if edtf else (None, None)
    if not edtf or first is None:
        return None
    parts = [first.year, first.month, first.day]
    return {"date-parts": [parts[:edtf.count("-") + 1 if edtf.count("-") < 3 else 3]],
            **({"circa": True} if is_approximate(edtf) or is_uncertain(edtf) else {})}


def cards(tables: Tables) -> dict[str, dict[str, Any]]:
    """What a reader sees of each passage and source: gist, quote, facts in order, the chain, and all of it in short."""
    sources = {row["id"]: row for row in tables.rows["sources"]}
    graded = digits(tables)
    found: dict[str, dict[str, Any]] = {}
    for row in sources.values():
        digit = graded.get(row["id"], "")
        facts = [(say("Publisher"), row["publisher"]), (say("Published"), day(row["published"])),
                 (say("Reliability"), f"{row['reliability']} ({say(RELIABILITY[row['reliability']])})"),
                 (say("What it says"), f"{digit} ({say(CREDIBILITY[int(digit)])})" if digit.isdigit() else digit),
                 (say("Judged on"), row["descriptor"]), (say("Read at"), row["url"] or "")]
        year = (row["published"] or "")[:4]
        hands = carried(row)
        found[row["id"]] = {"gist": row["title"], "facts": [fact for fact in facts if fact[1]],
                            "short": f"{' → '.join(hands)}{f' {year}' if year.isdigit() else ''}, "
                                     f"{row['reliability']}{digit}", **_spoken(row)}
        if len(hands) > 1:
            found[row["id"]]["chain"] = list(hands)
    for row in tables.rows["passages"]:
        source = sources[row["source"]]
        grades = f"{grade(source, row['credibility'])} ({say(RELIABILITY[source['reliability']])}, " \
                 f"{say(CREDIBILITY[row['credibility']])})"
        where = say("{publisher}, {date}, paragraph {paragraph}, characters {start}–{end}",
                    publisher=source["publisher"], date=day(source["published"]), paragraph=row["paragraph"],
                    start=row["start"], end=row["end"])
        facts = [(say("Speaker"), row["speaker"]), (say("Rendered as"), say(row["kind"])), (say("Where"), where),
                 (say("Grade"), grades)]
        place = f" ¶{row['paragraph']}" if row["paragraph"] is not None else ""
        found[row["id"]] = {"gist": row["gist"], "facts": facts, "chain": list(chain(row["chain"])),
                            "short": f"{' → '.join(chain(row['chain']))}{place}, {grade(source, row['credibility'])}"}
        if row["quote"]:
            found[row["id"]] |= {"quote": row["quote"], **_spoken(source)}
    return found


def _spoken(source: Row) -> dict[str, str]:
    """The language of a source's words, where it is not that of the report."""
    tag = current().foreign(source["language"])
    return {"lang": tag} if tag else {}


def quoted(tables: Tables, id: str) -> str:
    """The quote of a passage as Markdown, in quotation marks of the report and with the language of its source.

    Raises BriefingError for a passage that is not there, or of which no words are held.
    """
    row = tables.row("passages", id)
    if not row["quote"]:
        raise BriefingError(f"data/passages.csv: found no quote of {id}, expected words of its source. "
                            "Fill in the cell `quote`, or quote another passage.")
    return say("“{quote}”", quote=foreign(row["quote"], tables.row("sources", row["source"])["language"]))


def foreign(text: str, language: str | None) -> str:
    """Words of a source as Markdown, marked with their language where it is not that of the report."""
    tag = current().foreign(language)
    return f"[{verbatim(text)}]{{lang={tag}}}" if tag else verbatim(text)


def cited(tables: Tables, ids: Iterable[str]) -> str:
    """A Markdown citation of passages and sources; for an id of another table, of
    what its row rests on."""
    found: list[str] = []
    for id in ids:
        found += [key for key in rests_on(tables, id) if key not in found]
    return f"[{'; '.join(f'@{key}' for key in found)}]" if found else ""


def rests_on(tables: Tables, id: str) -> list[str]:
    """The passages and sources that an id of any table rests on, in the table's order."""
    for table, key in (("passages", "id"), ("sources", "id"), ("quantities", "id"), ("events", "id"),
                       ("series", "series")):
        rows = [row for row in tables.rows.get(table, ()) if row[key] == id]
        if rows and table in ("passages", "sources"):
            return [id]
        if rows:
            return list(dict.fromkeys(row.get("passage") or row["source"] for row in rows))
    return []


# --- judgements -----------------------------------------------------------------

def judgement(tables: Tables, row: Row) -> str:
    """A judgement as Markdown: its text with the likelihood word in bold and its range, its confidence in a sentence of
    its own as ICD 203 asks, and its evidence: the first three rows that support it; the full judgement has all."""
    return (f"{_ranged(tables, row)} [{confidence(row['confidence'])}]{{.confidence}} "
            f"{cited(tables, row['supported_by'][:3])}")


def confidence(word: str) -> str:
    """The sentence that says how sure the authors are, in the language of the report."""
    return say("Confidence: {confidence}.", confidence=say(word))


def judgements(tables: Tables) -> str:
    """All judgements as Markdown, each with its basis, the evidence on both sides, an alternative and what would change
    it; with `weighed` (why the alternative counts for less) and `changed` (since the last edition) where the table has
    them."""
    parts = []
    for row in tables.rows["judgements"]:
        against = (filled(tables, row["contrary"]) if row.get("contrary") else
                   "; ".join(_content(tables, id) for id in row["against"]) or say("None found."))
        reading = " ".join(filter(None, (row["alternative"], row.get("weighed"))))
        points = [(say("Basis"), f"{filled(tables, row['basis'])} {cited(tables, row['supported_by'])}"),
                  (say("Against it"), f"{against} {cited(tables, row['against'])}".strip()),
                  (say("Another reading"), filled(tables, reading)),
                  (say("What would change it"), filled(tables, row["would_change_it"])),
                  (say("Since the last edition"), filled(tables, row.get("changed") or ""))]
        parts.append(f"::: {{.judgement-full}}\n**{filled(tables, row['text'])}**\n\n"
                     + "\n".join(f"- *{head}:* {text}" for head, text in points if text) + "\n:::")
    return "\n\n".join(parts)


def filled(tables: Tables, text: str) -> str:
    """A text of a table as Markdown that shows it as it stands, with the numbers that it names: `{id}` is the quantity
    of that id, with its hedge.

    Raises BriefingError for an id that no quantity has.
    """
    return verbatim(_numbered(tables, text))


def _numbered(tables: Tables, text: str) -> str:
    return re.sub(r"\{(\w[\w-]*)\}", lambda found: of_row(tables.row("quantities", found[1])).text, text)


def _content(tables: Tables, id: str) -> str:
    """What a row of any table says, in a few words of the tables' own, as Markdown."""
    for table in ("passages", "sources", "events", "quantities"):
        for row in tables.rows.get(table, ()):
            if row["id"] == id:
                if table == "quantities":
                    parties = ", ".join(filter(None, (row["holder"], row["counterpart"])))
                    value = Quantity(row["value"], row["unit"] or "", row["hedge"]).text
                    return verbatim(f"{row['of']}, {row['measure']}{f' ({parties})' if parties else ''}: {value}")
                said = str(row["gist"] if table == "passages" else row["title"]).rstrip(".")
                return foreign(said, row["language"]) if table == "sources" else verbatim(said)
    return verbatim(id)


def _ranged(tables: Tables, row: Row) -> str:
    """The text with its likelihood word in bold, and the word's range where it is used first."""
    word, text = row["likelihood"], _numbered(tables, row["text"])
    low, high = likelihood.band(word)
    first = next(other for other in tables.rows["judgements"] if other["likelihood"] == word)
    span = f" ({percent(f'{low}–{high}', current())})" if first is row else ""
    found = likelihood.found(text, word, current())
    if not found:
        return verbatim(text)
    before, after = verbatim(text[:found.start()]), verbatim(text[found.end():])
    return f"{before}**{verbatim(found[0])}**{span}{after}"
