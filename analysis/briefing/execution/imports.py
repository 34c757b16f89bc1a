"""Libraries without the part of their import that nothing here asks for.

jsonschema, which nbformat and Altair import, builds a grammar of all IRIs at
import: 2.4 s, most of what either takes to load, for two of its formats. Here
that grammar is built by the first IRI that is checked, and so mostly never.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

#: The modules that wait, and the one function that jsonschema takes from each.
WAITING = {"rfc3987_syntax": "is_valid_syntax", "rfc3986_validator": "validate_rfc3986"}


@contextlib.contextmanager
def light() -> Iterator[None]:
    """Within, jsonschema loads without what checks IRIs; that is loaded by the first call.

    Afterwards everything is as after an ordinary import, for whoever imports
    those modules next as well.
    """
    waiting = {name: _stand_in(name, function) for name, function in WAITING.items() if name not in sys.modules}
    sys.modules.update(waiting)
    try:
        yield
    finally:
        for name, module in waiting.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


@contextlib.contextmanager
def without(name: str) -> Iterator[None]:
    """Within, a module that is not loaded yet is as if not installed; for what does without it where it must."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


def _stand_in(name: str, function: str) -> ModuleType:
    def load_and_call(*arguments: Any, **named: Any) -> Any:
        if sys.modules.get(name) is module:
            del sys.modules[name]
        return getattr(importlib.import_module(name), function)(*arguments, **named)

    module = ModuleType(name)
    setattr(module, function, load_and_call)
    return module
