"""Passages and sources: what stands behind a sentence, and through whose hands it came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .tables import Row, Tables, date_bounds

#: ICD 203: likelihood words of one row, with their range in percent.
LIKELIHOODS = {"almost no chance": (1, 5), "very unlikely": (5, 20), "unlikely": (20, 45),
               "roughly even chance": (45, 55), "likely": (55, 80), "very likely": (80, 95),
               "almost certain": (95, 99)}
MONTHS = ("January February March April May June July August September October November December").split()


def chain(text: str) -> tuple[str, ...]:
    """The hands of a chain, first speaker first: `A > B > C`."""
    return tuple(part.strip() for part in text.split(">"))


def hops(text: str) -> int:
    """How many hands stand between the first speaker and the page."""
    return max(len(chain(text)) - 2, 0)


def grade(source: Row, credibility: int | None) -> str:
    """The Admiralty code: the source's reliability, then the information's credibility."""
    return f"{source['reliability']}{credibility if credibility is not None else ''}"


def day(edtf: str | None) -> str:
    """An EDTF date as prose has it; empty where there is none."""
    if not edtf:
        return ""
    first, last = date_bounds(edtf)
    if first and last and first != last:
        if (first.year, first.month) != (last.year, last.month) or edtf[:1] in "[{" or "/" in edtf:
            same_year = first.year == last.year
            if len(edtf) == 4:
                return edtf
            return f"{_date(first, year=not same_year)} to {_date(last)}"
        return f"{MONTHS[first.month - 1]} {first.year}"
    if first and last:
        return _date(first)
    return f"from {_date(first)}" if first else f"until {_date(last)}" if last else edtf


def _date(date: Any, *, year: bool = True) -> str:
    return f"{date.day} {MONTHS[date.month - 1]}" + (f" {date.year}" if year else "")


def references(tables: Tables) -> list[dict[str, Any]]:
    """CSL items (https://docs.citationstyles.org) for every passage and every source.

    A passage's item says what it holds, who said it through whose hands, and
    where it stands; a source's item describes the source. Their ids are the
    ids of the tables, which must differ.
    """
    sources = {row["id"]: row for row in tables.rows["sources"]}
    items = []
    for row in tables.rows["passages"]:
        source = sources[row["source"]]
        quote = f" “{row['quote']}”" if row["quote"] else ""
        items.append({
            "id": row["id"], "type": "article-newspaper", "title": f"{row['gist']}{quote}",
            "author": [{"literal": row["chain"].replace(">", "→")}],
            "container-title": source["publisher"], "issued": _issued(source["published"]),
            "locator-extra": "", "section": f"¶{row['paragraph']}",
            "page": f"{row['start']}–{row['end']}", "note": grade(source, row["credibility"])})
    for row in sources.values():
        item = {"id": row["id"], "type": "webpage", "title": row["title"], "container-title": row["publisher"],
                "issued": _issued(row["published"]), "note": row["reliability"]}
        if row["url"]:
            item["URL"] = row["url"]
        items.append(item)
    for item in items:
        item.pop("locator-extra", None)
        if item["issued"] is None:
            del item["issued"]
    return items


def _issued(edtf: str | None) -> dict[str, Any] | None:
    first, _ = date_bounds(edtf) if edtf else (None, None)
    if first is None:
        return None
    parts = [first.year, first.month, first.day]
    return {"date-parts": [parts[:edtf.count("-") + 1 if edtf.count("-") < 3 else 3]]}


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

def judgement(row: Row) -> str:
    """A judgement as Markdown: its text with the likelihood word in bold, and its
    confidence in a sentence of its own, as ICD 203 asks."""
    low, high = LIKELIHOODS[row["likelihood"]]
    text = row["text"].replace(row["likelihood"], f"**{row['likelihood']}** ({low}–{high}%)", 1)
    return f"{text} [Confidence: {row['confidence']}.]{{.confidence}}"
