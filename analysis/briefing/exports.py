"""The evidence and the stands in forms that other programs read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import evidence
from .tables import Tables

if TYPE_CHECKING:
    import networkx

ANNOTATIONS = "evidence.jsonld"
STATEMENTS = "statements.csv"


def files(tables: Tables) -> dict[str, str]:
    """All exports of a project by file name: annotations always, the stands where there are any."""
    exports = {ANNOTATIONS: annotations(tables)}
    if tables.rows.get("statements"):
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
    """The actor networks of Discourse Network Analysis (Leifeld 2017).

    `congruence` and `conflict` join actors by the number of concepts on which
    they take the same, or the opposite, stand; `two-mode` joins actors to
    concepts, with the stand on the edge. One coder's statements, the first's.
    """
    import networkx

    from . import positions

    stands = {(row.actor, row.concept): row.agreement for row in positions.stands(tables).itertuples()}
    actors = tables.rows["actors"]
    graphs = {name: networkx.Graph(name=name) for name in ("congruence", "conflict", "two-mode")}
    for graph in graphs.values():
        for actor in actors:
            graph.add_node(actor["id"], label=actor["label"], mode="actor")
    for concept in tables.rows["concepts"]:
        graphs["two-mode"].add_node(concept["id"], label=concept["label"], mode="concept")
    for (actor, concept), agreement in stands.items():
        graphs["two-mode"].add_edge(actor, concept, agreement=agreement)
    ids = [actor["id"] for actor in actors]
    for n, one in enumerate(ids):
        for other in ids[n + 1:]:
            for name, weight in _shared(stands, one, other).items():
                if weight:
                    graphs[name].add_edge(one, other, weight=weight)
    return graphs


def _shared(stands: Mapping[tuple[str, str], str], one: str, other: str) -> dict[str, int]:
    counts = {"congruence": 0, "conflict": 0}
    for (actor, concept), agreement in stands.items():
        if actor == one and (other, concept) in stands:
            pair = {agreement, stands[other, concept]}
            counts["congruence"] += pair in ({"agree"}, {"disagree"})
            counts["conflict"] += pair == {"agree", "disagree"}
    return counts


def graphml(network: networkx.Graph) -> str:
    """A network as GraphML text."""
    import networkx

    return "\n".join(networkx.generate_graphml(network, named_key_ids=True)) + "\n"
