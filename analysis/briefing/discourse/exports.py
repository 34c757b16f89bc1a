"""The evidence and the stands in forms that other programs read."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from ..facts.tables import Tables
from ..sources.annotations import ANNOTATIONS, annotated
from . import positions

if TYPE_CHECKING:
    import networkx

STATEMENTS = "statements.csv"


def files(tables: Tables) -> dict[str, str]:
    """All exports of a project by file name: annotations always, the stands where there are any."""
    exports = {ANNOTATIONS: annotated(tables)}
    if all(tables.rows.get(name) for name in ("statements", "actors", "concepts")):
        exports[STATEMENTS] = statements(tables)
        for name, network in networks(tables).items():
            exports[f"{name}.graphml"] = graphml(network)
    return exports


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
    rows: list[list[object]] = [["id", "time", "document", "coder", "person", "organization", "concept", "agreement",
                                 "start", "stop"]]
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


def networks(tables: Tables) -> dict[str, networkx.Graph[str]]:
    """The networks of Discourse Network Analysis, from the statements that figures are drawn from.

    `congruence` and `conflict` join actors by the number of concepts on which
    they take the same, or the opposite, stand (who takes both on a concept has
    both ties); `two-mode` joins actors to concepts, with the sign of the stand
    (1, -1; 0 mixed) and the number of passages.
    """
    import networkx

    cells = positions.stand_rows(tables)
    ties = positions.tie_rows(cells)
    actors = [(row["id"], {"label": row["label"], "mode": "actor"}) for row in tables.rows["actors"]]
    taken = {id for id, _ in actors}
    node = {row["id"]: f"concept:{row['id']}" if row["id"] in taken else row["id"] for row in tables.rows["concepts"]}
    concepts = [(node[row["id"]], {"label": row["label"], "mode": "concept"}) for row in tables.rows["concepts"]]
    graphs: dict[str, networkx.Graph[str]] = {}
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


def graphml(network: networkx.Graph[str]) -> str:
    """A network as GraphML text."""
    import networkx

    return "\n".join(networkx.generate_graphml(network, named_key_ids=True)) + "\n"
