"""Charts in ordinary Altair: the look of a briefing, and what nobody else has.

In: tidy frames. Out: Altair charts, to be altered further with `.properties`, `.encode`, `+`, `|` and `&`.
`theme` has the palette, the look and how text is set in lines; `descriptions` what a chart's author says besides its
marks. `hedges` draws numbers with their doubt; `matrices` who takes which stand, `networks` who stands with whom,
`timelines` when things happened, `hands` the chains by which words came.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Names by the module that has them: loaded when first asked for, since Altair takes a while.
_PLACES = {"hedged": "hedges", "with_words": "hedges", "stands": "matrices", "network": "networks",
           "timeline": "timelines", "chains": "hands", "note": "theme", "wrapped": "theme", "described": "descriptions",
           "PALETTE": "theme", "WIDE": "theme", "NARROW": "theme"}

__all__ = sorted(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
