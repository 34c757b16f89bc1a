"""What the report's kernel calls to show the value of an inline expression.

Kept apart so that the kernel imports nothing else. The text follows what
Quarto shows for the same expression: Markdown where the value has it, else
its text with Markdown's special characters escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


def show(number: int, expression: Callable[[], Any]) -> None:
    """Evaluate and display an expression, or its error, marked with its number."""
    from IPython.display import display

    mark: dict[str, Any] = {"number": number}
    text = ""
    try:
        text = markdown(expression())
    except Exception as error:  # whatever the expression raises is the report's finding
        mark["error"] = f"{type(error).__name__}: {error}"
    display({"text/markdown": text}, raw=True, metadata={"briefing": mark})


def markdown(value: Any) -> str:
    """A value as the Markdown that takes the expression's place."""
    own = getattr(value, "_repr_markdown_", None)
    text = own() if own else None
    if text is None and isinstance(value, str):
        text = re.sub(r"([\\`*_{}\[\]()>#+,\-.!])", r"\\\1", value)
    text = repr(value) if text is None else text
    if value is None or not text:
        raise ValueError("the expression gives nothing to show")
    return text
