"""The evidence and the stands in forms that other programs read."""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import TYPE_CHECKING, Any

from . import positions
from .tables import Row, Tables

if TYPE_CHECKING:
    import networkx

ANNOTATIONS = "evidence.jsonld"
STATEMENTS = "statements.csv"


def files(tables: Tables) -> dict[str, str]:
    """All exports of a project by file name: annotations always, the stands where there are any."""
    exports = {ANNOTATIONS: annotations(tables)}
    if all(tables.rows.get(name) for name in ("statements", "actors", "concepts")):
        exports[STATEMENTS] = statements(tables)
        for name, network in networks(tables).items():
            exports[f"{name}.graphml"] = graphml(network)
    return exports


def annotations(tables: Tables) -> str:
    """Every passage as a Web Annotation (https://www.w3.org/TR/annotation-model/), in one collection.

    The target is the span of the source by TextPositionSelector, refined by a
    TextQuoteSelector where a quote is held; the body is the gist in our words.
    """
    sources = {row["id"]: row for row in tables.rows["sources"]}
    items = []
    for row in tables.rows["passages"]:
        source = sources[row["source"]]
        selector: dict[str, Any] = {"type": "TextPositionSelector", "start": row["start"], "end": row["end"]}
        if row["quote"]:
            selector["refinedBy"] = {"type": "TextQuoteSelector", "exact": row["quote"]}
        items.append({
            "id": f"#{row['id']}", "type": "Annotation", "motivation": "describing",
            "body": {"type": "TextualBody", "value": row["gist"], "format": "text/plain"},
            "target": {"type": "SpecificResource", "source": _iri(source), "selector": selector}})
    page = {"id": "#passages", "type": "AnnotationPage", "partOf": "#evidence", "startIndex": 0, "items": items}
    collection = {"@context": "http://www.w3.org/ns/anno.jsonld", "id": "#evidence", "type": "AnnotationCollection",
                  "label": str(tables.descriptor.get("title") or tables.descriptor.get("name") or "Evidence"),
                  "total": len(items), "first": page}
    return json.dumps(collection, indent=1, ensure_ascii=False) + "\n"


def _iri(source: Row) -> str:
    """The text that positions count in: by its SHA-256 (RFC 6920) where it is held, else where it was read."""
    if source["sha256"]:
        digest = base64.urlsafe_b64encode(bytes.fromhex(source["sha256"])).decode("ascii").rstrip("=")
        return f"ni:///sha-256;{digest}"
    return source["url"] or f"#{source['id']}"


def statements(tables: Tables) -> str:
    """The statements as CSV with the columns of the Discourse Network Analyzer's export.

    `agreement` is a yes (1) or a no (0); who says both in one passage has a row
    for each. `person` is empty where nobody but the actor itself is named as
    speaking, and where a stand is read off an act.
    """
    passages = {row["id"]: row for row in tables.rows["passages"]}
    actors = {row["id"]: row for row in tables.rows["actors"]}
    concepts = {row["id"]: row for row in tables.rows["concepts"]}
    sources = {row["id"]: row for row in tables.rows["sources"]}
    rows = [["id", "time", "document", "coder", "person", "organization", "concept", "agreement", "start", "stop"]]
    for row in tables.rows["statements"]:
        passage, actor = passages[row["passage"]], actors[row["actor"]]
        source = sources[passage["source"]]
        named = row["mode"] == "said" and passage["kind"] != "narration" and \
            passage["speaker"].casefold() not in (actor["id"], actor["label"].casefold())
        for agreement in _AGREEMENT[row["agreement"]]:
            rows.append([len(rows), source["published"] or "", source["title"], row["coder"],
                         passage["speaker"] if named else "", actor["label"], concepts[row["concept"]]["sentence"],
                         agreement, passage["start"], passage["end"]])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


_AGREEMENT = {"agree": (1,), "disagree": (0,), "mixed": (1, 0)}


def networks(tables: Tables) -> dict[str, networkx.Graph]:
    """The networks of Discourse Network Analysis, from the statements that figures are drawn from.

    `congruence` and `conflict` join actors by the number of concepts on which
    they take the same, or the opposite, stand; `two-mode` joins actors to
    concepts, with the sign of the stand (1, -1; 0 mixed) and the number of passages.
    """
    import networkx

    cells = positions.stand_rows(tables)
    ties = positions.tie_rows(cells)
    actors = [(row["id"], {"label": row["label"], "mode": "actor"}) for row in tables.rows["actors"]]
    taken = {id for id, _ in actors}
    node = {row["id"]: f"concept:{row['id']}" if row["id"] in taken else row["id"] for row in tables.rows["concepts"]}
    concepts = [(node[row["id"]], {"label": row["label"], "mode": "concept"}) for row in tables.rows["concepts"]]
    graphs = {}
    for relation in (positions.CONGRUENCE, positions.CONFLICT):
        graphs[relation] = networkx.Graph()
        graphs[relation].add_nodes_from(actors)
        graphs[relation].add_edges_from((row["a"], row["b"], {"weight": row["weight"]})
                                        for row in ties if row["relation"] == relation)
    graphs["two-mode"] = networkx.Graph()
    graphs["two-mode"].add_nodes_from([*actors, *concepts])
    graphs["two-mode"].add_edges_from((row["actor"], node[row["concept"]], {"sign": _SIGN[row["agreement"]],
                                                                            "weight": row["count"]}) for row in cells)
    return graphs


_SIGN = {"agree": 1, "disagree": -1, "mixed": 0}


def graphml(network: networkx.Graph) -> str:
    """A network as GraphML text."""
    import networkx

    return "\n".join(networkx.generate_graphml(network, named_key_ids=True)) + "\n"
