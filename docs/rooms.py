"""Draw the rooms of the package and a fact's way through them, from the code: `make rooms` writes docs/rooms.md."""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path

import grimp
import networkx

PAGE = Path(__file__).with_name("rooms.md")
#: The functions that a fact passes, from its row to the page and its proof.
WAY = ("facts.tables:load", "execution.notebooks:running", "charts.hedges:hedged", "execution.figures:bundle",
       "report.report:bind", "report.document:build", "writers.html:write", "editions.edition:record")


def page() -> str:
    """The whole of docs/rooms.md."""
    graph = grimp.build_graph("briefing", exclude_type_checking_imports=True, cache_dir=None)
    rooms = sorted(name.partition(".")[2] for name in graph.find_children("briefing")
                   if graph.find_children(name))
    uses = networkx.DiGraph()
    uses.add_nodes_from(rooms)
    uses.add_edges_from((above, room) for room in rooms for above in rooms
                        if room != above and graph.direct_import_exists(
                            importer=f"briefing.{room}", imported=f"briefing.{above}", as_packages=True))
    order = {room: n for n, room in enumerate(networkx.lexicographical_topological_sort(uses))}
    shown = networkx.transitive_reduction(uses)
    nodes = [f'  {room}["<b>{room}</b><br>{_first(importlib.import_module(f"briefing.{room}"))}"]'
             for room in sorted(rooms, key=order.__getitem__)]
    arrows = [f"  {above} --> {room}"
              for above, room in sorted(shown.edges, key=lambda edge: [order[end] for end in edge])]
    steps = [_step(n, place) for n, place in enumerate(WAY)]
    way = [f"  s{n} --> s{n + 1}" for n in range(len(WAY) - 1)]
    return "\n".join([
        "# The rooms", "",
        "Made from the code by `make rooms`. An arrow goes from a room to one that imports it; what follows from other "
        "arrows", "is left out. The longest way from first to last passes "
        f"{networkx.dag_longest_path_length(uses) + 1} rooms.", "",
        "```mermaid", "flowchart TD", *nodes, *arrows, "```", "",
        "## A fact's way from `data/` to the page", "",
        "```mermaid", "flowchart LR", '  s["a row of data/*.csv"] --> s0', *steps, *way,
        f'  s{len(WAY) - 1} --> e["_output/"]', "```", ""])


def _first(thing: object) -> str:
    """The first sentence of a docstring, as a label."""
    said = " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())
    return said.partition(". ")[0].partition(";")[0].rstrip(".").replace('"', "'").replace("`", "")


def _step(number: int, place: str) -> str:
    module, _, name = place.partition(":")
    function = getattr(importlib.import_module(f"briefing.{module}"), name)
    return f'  s{number}["<b>{module}.{name}</b><br>{_first(function)}"]'


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PAGE.read_text("utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
