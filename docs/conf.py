"""How Sphinx builds these pages: `make docs`. The reference and the pictures are made from the code, each time anew."""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent / "analysis")]

import reference  # noqa: E402  after the path
import samples  # noqa: E402

import briefing  # noqa: E402

project = "briefing"
author = "The authors of briefing"
version = release = briefing.__version__
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["site"]
smartquotes = False  # options have two hyphens, and samples straight quotes
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "briefing"
html_static_path = ["static"]
html_css_files = ["docs.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_last_updated_fmt = None  # no clock in the output
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1b6aa5", "color-brand-content": "#1b6aa5"},
    "dark_css_variables": {"color-brand-primary": "#74b6ea", "color-brand-content": "#74b6ea"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of each letter
reference.write(DOCS / "reference")


def _listed(match: re.Match[str]) -> str:
    """A Mermaid flowchart, which GitHub draws, as a list: each box with those that its arrows lead to."""
    boxes = {id: re.sub(r"^(\w+)<br>(The )?\1: ", r"\1<br>", text, flags=re.IGNORECASE)
             for id, text in re.findall(r'(\w+)\["(.+?)"\]', match[1].replace("<b>", "").replace("</b>", ""))}
    names = {id: text.partition("<br>")[0] for id, text in boxes.items()}
    arrows = re.findall(r"(\w+) --> (\w+)", re.sub(r'\["[^"]+"\]', "", match[1]))
    lines = []
    for id, text in boxes.items():
        name, _, about = text.partition("<br>")
        leads = ", ".join(f"**{names[end]}**" for start, end in arrows if start == id)
        lines.append(f"- **{name}**" + (f": {about}" if about else "") + (f" → {leads}" if leads else ""))
    return "\n".join(lines)


def _read(app: object, name: str, content: list[str]) -> None:
    if name == "gallery":
        content[0] = samples.gallery()
    content[0] = re.sub(r"```mermaid\n(.*?)```", _listed, content[0], flags=re.DOTALL)


def _finish(app: Any, error: Exception | None) -> None:
    """Mend what a screen reader or a keyboard misses in the theme: levels of headings, code that scrolls."""
    for path in sorted(Path(app.outdir).rglob("*.html")):
        text = path.read_text("utf-8").replace('role="heading">', 'role="heading" aria-level="2">')
        path.write_text(text.replace("<pre>", '<pre tabindex="0">'), encoding="utf-8", newline="\n")


def setup(app: Any) -> dict[str, bool]:
    """Change pages as they are read: pictures into the gallery, flowcharts into lists."""
    app.connect("source-read", _read)
    app.connect("build-finished", _finish)
    app.add_lexer("csv", TextLexer)  # Pygments has none of its own
    return {"parallel_read_safe": True}
