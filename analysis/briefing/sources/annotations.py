"""Every passage as a Web Annotation, which other programs read: a place in a text, and what stands there."""

from __future__ import annotations

import base64
import json
from operator import itemgetter
from typing import Any

from ..facts.tables import Row, Tables
from ..language import current, say

ANNOTATIONS = "evidence.jsonld"


def annotated(tables: Tables) -> str:
    """Every passage as a Web Annotation (https://www.w3.org/TR/annotation-model/), in one collection, by
    source and place.

    The target is the span of the source by TextPositionSelector, refined by a
    TextQuoteSelector where a quote is held. Its prefix and suffix are what stands before and after `exact`: so they are
    given where the quote is the whole span, around which they stand. The body is the gist in our words. Each has the
    language that it is in.
    """
    sources = {row["id"]: row for row in tables.rows["sources"]}
    items = []
    for row in sorted(tables.rows["passages"], key=itemgetter("source", "start", "end", "id")):
        source = sources[row["source"]]
        selector: dict[str, Any] = {"type": "TextPositionSelector", "start": row["start"], "end": row["end"]}
        if row["quote"]:
            whole = len(row["quote"]) == row["end"] - row["start"]
            around = {name: row[name] for name in ("prefix", "suffix") if whole and row.get(name)}
            selector["refinedBy"] = {"type": "TextQuoteSelector", "exact": row["quote"], **around}
        items.append({
            "id": f"#{row['id']}", "type": "Annotation", "motivation": "describing",
            "body": {"type": "TextualBody", "value": row["gist"], "format": "text/plain", "language": current().tag},
            "target": {"type": "SpecificResource", "source": _iri(source), **_language(source), "selector": selector}})
    page = {"id": "#passages", "type": "AnnotationPage", "partOf": "#evidence", "startIndex": 0, "items": items}
    collection = {"@context": "http://www.w3.org/ns/anno.jsonld", "id": "#evidence", "type": "AnnotationCollection",
                  "label": str(tables.descriptor.get("title") or tables.descriptor.get("name") or say("Evidence")),
                  "total": len(items), "first": page}
    return json.dumps(collection, indent=1, ensure_ascii=False) + "\n"


def _language(source: Row) -> dict[str, str]:
    return {} if source["language"] in (None, "und") else {"language": source["language"]}


def _iri(source: Row) -> str:
    """The text that positions count in: by its SHA-256 (RFC 6920) where it is held, else where it was read."""
    if source["sha256"]:
        digest = base64.urlsafe_b64encode(bytes.fromhex(source["sha256"])).decode("ascii").rstrip("=")
        return f"ni:///sha-256;{digest}"
    return source["url"] or f"#{source['id']}"
