"""Passages and sources: what stands behind a sentence, and through whose hands it came."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..facts.dates import date_bounds, day
from ..facts.quantities import Quantity, of_row
from ..facts.tables import Row, Tables, likelihood_word
from ..language import CONFIDENCE, JUDGEMENT

#: ICD 203: likelihood words of one row, with their range in percent.
LIKELIHOODS = {"almost no chance": (1, 5), "very unlikely": (5, 20), "unlikely": (20, 45),
               "roughly even chance": (45, 55), "likely": (55, 80), "very likely": (80, 95),
               "almost certain": (95, 99)}
#: The other row of words for the same bands; a report keeps to one.
OTHER_LIKELIHOODS = {"remote": (1, 5), "highly improbable": (5, 20), "improbable": (20, 45),
                     "roughly even odds": (45, 55), "probable": (55, 80), "highly probable": (80, 95),
                     "nearly certain": (95, 99)}
#: The Admiralty code (NATO AJP-2.1): the source, and the information, judged apart.
RELIABILITY = {"A": "completely reliable", "B": "usually reliable", "C": "fairly reliable",
               "D": "not usually reliable", "E": "unreliable", "F": "cannot be judged"}
CREDIBILITY = {1: "confirmed", 2: "probably true", 3: "possibly true", 4: "doubtful", 5: "improbable",
               6: "cannot be judged"}


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
        quote = f" “{row['quote']}”" if row["quote"] else ""
        items.append({
            "id": row["id"], **_kind(source), "title": f"{row['gist']}{quote}",
            "author": [{"literal": row["chain"].replace(">", "→")}], "issued": _issued(source["published"]),
            "locator-extra": "", "section": f"¶{row['paragraph']}",
            "page": f"{row['start']}–{row['end']}", "note": grade(source, row["credibility"]),
            "call-number": f"{place[source['id']]}-{row['start']:09}-{row['end']:09}"})
    for row in sources.values():
        item = {"id": row["id"], **_kind(row), "title": row["title"], "issued": _issued(row["published"]), "note": f"{row['reliability']}{graded.get(row['id'], '')}",
                "call-number": place[row["id"]]}
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
    return {"date-parts": [parts[:edtf.count("-") + 1 if edtf.count("-") < 3 else 3]]}


def cards(tables: Tables) -> dict[str, dict[str, Any]]:
    """What a reader sees of each passage and source: gist, quote, facts in order, the chain, and all of it in short."""
    sources = {row["id"]: row for row in tables.rows["sources"]}
    graded = digits(tables)
    found: dict[str, dict[str, Any]] = {}
    for row in sources.values():
        digit = graded.get(row["id"], "")
        facts = [("Publisher", row["publisher"]), ("Published", day(row["published"])),
                 ("Reliability", f"{row['reliability']} ({RELIABILITY[row['reliability']]})"),
                 ("What it says", f"{digit} ({CREDIBILITY[int(digit)]})" if digit.isdigit() else digit),
                 ("Judged on", row["descriptor"]), ("Read at", row["url"] or "")]
        year = (row["published"] or "")[:4]
        hands = carried(row)
        found[row["id"]] = {"gist": row["title"], "facts": [fact for fact in facts if fact[1]],
                            "short": f"{' → '.join(hands)}{f' {year}' if year.isdigit() else ''}, "
                                     f"{row['reliability']}{digit}"}
        if len(hands) > 1:
            found[row["id"]]["chain"] = list(hands)
    for row in tables.rows["passages"]:
        source = sources[row["source"]]
        grades = f"{grade(source, row['credibility'])} ({RELIABILITY[source['reliability']]}, " \
                 f"{CREDIBILITY[row['credibility']]})"
        facts = [("Speaker", row["speaker"]), ("Rendered as", row["kind"]),
                 ("Where", f"{source['publisher']}, {day(source['published'])}, paragraph {row['paragraph']}, "
                           f"characters {row['start']}–{row['end']}"), ("Grade", grades)]
        place = f" ¶{row['paragraph']}" if row["paragraph"] is not None else ""
        found[row["id"]] = {"gist": row["gist"], "facts": facts, "chain": list(chain(row["chain"])),
                            "short": f"{' → '.join(chain(row['chain']))}{place}, {grade(source, row['credibility'])}"}
        if row["quote"]:
            found[row["id"]]["quote"] = row["quote"]
    return found


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
    return (f"{_ranged(tables, row)} [{CONFIDENCE}: {row['confidence']}.]{{.confidence}} "
            f"{cited(tables, row['supported_by'][:3])}")


def judgements(tables: Tables) -> str:
    """All judgements as Markdown, each with its basis, the evidence on both sides, an alternative and what would change
    it; with `weighed` (why the alternative counts for less) and `changed` (since the last edition) where the table has
    them."""
    parts = []
    for row in tables.rows["judgements"]:
        against = (row.get("contrary") or "; ".join(_content(tables, id) for id in row["against"])
                   or JUDGEMENT["nothing"])
        points = [(JUDGEMENT["basis"], f"{row['basis']} {cited(tables, row['supported_by'])}"),
                  (JUDGEMENT["against"], f"{against} {cited(tables, row['against'])}".strip()),
                  (JUDGEMENT["alternative"], " ".join(filter(None, (row["alternative"], row.get("weighed"))))),
                  (JUDGEMENT["would_change_it"], row["would_change_it"]), (JUDGEMENT["changed"], row.get("changed"))]
        parts.append(f"::: {{.judgement-full}}\n**{filled(tables, row['text'])}**\n\n"
                     + "\n".join(f"- *{head}:* {filled(tables, text)}" for head, text in points if text) + "\n:::")
    return "\n\n".join(parts)


def filled(tables: Tables, text: str) -> str:
    """A text of a table with the numbers that it names: `{id}` is the quantity of that id, with its hedge.

    Raises BriefingError for an id that no quantity has.
    """
    return re.sub(r"\{([\w-]+)\}", lambda found: of_row(tables.row("quantities", found[1])).text, text)


def _content(tables: Tables, id: str) -> str:
    """What a row of any table says, in a few words of the tables' own."""
    for table in ("passages", "sources", "events", "quantities"):
        for row in tables.rows.get(table, ()):
            if row["id"] == id:
                if table == "quantities":
                    parties = ", ".join(filter(None, (row["holder"], row["counterpart"])))
                    value = Quantity(row["value"], row["unit"] or "", row["hedge"]).text
                    return f"{row['of']}, {row['measure']}{f' ({parties})' if parties else ''}: {value}"
                said = row["gist"] if table == "passages" else row["title"]
                return str(said).rstrip(".")
    return id


def _ranged(tables: Tables, row: Row) -> str:
    """The text with its likelihood word in bold, and the word's range where it is used first."""
    word = row["likelihood"]
    low, high = (LIKELIHOODS | OTHER_LIKELIHOODS)[word]
    first = next(other for other in tables.rows["judgements"] if other["likelihood"] == word)
    span = f" ({low}–{high}%)" if first is row else ""
    return likelihood_word(word).sub(f"**{word}**{span}", filled(tables, row["text"]), count=1)
