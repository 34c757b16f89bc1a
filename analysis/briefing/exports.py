"""The evidence and the stands in forms that other programs read."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from . import positions
from .tables import Tables

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
            "target": {"source": source["url"] or f"urn:sha256:{source['sha256']}" if source["sha256"] or source["url"]
                       else f"urn:source:{source['id']}", "selector": selector}})
    page = {"id": "#passages", "type": "AnnotationPage", "startIndex": 0, "items": items}
    collection = {"@context": "http://www.w3.org/ns/anno.jsonld", "id": "#evidence", "type": "AnnotationCollection",
                  "label": str(tables.descriptor.get("title") or tables.descriptor.get("name") or "Evidence"),
                  "total": len(items), "first": page}
    return json.dumps(collection, indent=1, ensure_ascii=False) + "\n"


def statements(tables: Tables) -> str:
    """The statements as CSV with the columns of the Discourse Network Analyzer's export."""
    passages = {row["id"]: row for row in tables.rows["passages"]}
    actors = {row["id"]: row for row in tables.rows["actors"]}
    concepts = {row["id"]: row for row in tables.rows["concepts"]}
    sources = {row["id"]: row for row in tables.rows["sources"]}
    rows = [["id", "time", "document", "coder", "person", "organization", "concept", "agreement", "start", "stop"]]
    for number, row in enumerate(tables.rows["statements"], start=1):
        passage = passages[row["passage"]]
        source = sources[passage["source"]]
        rows.append([number, source["published"] or "", source["title"], row["coder"], passage["speaker"],
                     actors[row["actor"]]["label"], concepts[row["concept"]]["sentence"], _AGREEMENT[row["agreement"]],
                     passage["start"], passage["end"]])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


_AGREEMENT = {"agree": "1", "disagree": "0", "mixed": ""}  # its agreement is a yes or a no


def networks(tables: Tables) -> dict[str, networkx.Graph]:
    """The networks of Discourse Network Analysis, from the first coder's statements.

    `congruence` and `conflict` join actors by the number of concepts on which
    they take the same, or the opposite, stand; `two-mode` joins actors to
    concepts, with the sign of the stand (1, -1; 0 mixed) and the number of passages.
    """
    import networkx

    cells = positions.stand_rows(tables)
    ties = positions.tie_rows(cells)
    actors = [(row["id"], {"label": row["label"], "mode": "actor"}) for row in tables.rows["actors"]]
    concepts = [(row["id"], {"label": row["label"], "mode": "concept"}) for row in tables.rows["concepts"]]
    graphs = {}
    for relation in (positions.CONGRUENCE, positions.CONFLICT):
        graphs[relation] = networkx.Graph()
        graphs[relation].add_nodes_from(actors)
        graphs[relation].add_edges_from((row["a"], row["b"], {"weight": row["weight"]})
                                        for row in ties if row["relation"] == relation)
    graphs["two-mode"] = networkx.Graph()
    graphs["two-mode"].add_nodes_from([*actors, *concepts])
    graphs["two-mode"].add_edges_from((row["actor"], row["concept"], {"sign": _SIGN[row["agreement"]],
                                                                      "weight": row["count"]}) for row in cells)
    return graphs


_SIGN = {"agree": 1, "disagree": -1, "mixed": 0}


def graphml(network: networkx.Graph) -> str:
    """A network as GraphML text."""
    import networkx

    return "\n".join(networkx.generate_graphml(network, named_key_ids=True)) + "\n"
