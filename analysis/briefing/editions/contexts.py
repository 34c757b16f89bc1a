"""The JSON-LD contexts that an edition names, carried beside its documents, so that these expand without the network.

The documents name the contexts by their addresses, as their standards demand. A processor takes the copies instead by
a loader that has them; with pyld:

    FrozenDocumentLoader({url: folder / path for url, path in CONTEXTS.items()})

where `folder` is the edition's (pyld.documentloader.frozen). What else is named is then refused, not fetched.
"""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
#: The path of each context in an edition, by its address.
CONTEXTS = {"http://www.w3.org/ns/anno.jsonld": "contexts/anno.jsonld",
            "https://w3id.org/ro/crate/1.1/context": "contexts/ro-crate-1.1.jsonld"}
#: The terms under which they may be carried.
LICENCE = "contexts/LICENSE.txt"


def files() -> dict[str, bytes]:
    """The contexts and their licences, by their paths in an edition."""
    carried = {path: (TEMPLATES / path.replace("contexts/", "context-")).read_bytes() for path in CONTEXTS.values()}
    return {**carried, LICENCE: (TEMPLATES / "context.LICENSE.txt").read_bytes()}
