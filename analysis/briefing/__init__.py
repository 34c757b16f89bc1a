"""Reproducible briefings: coded facts in, one PDF and one HTML file out.

The modules in the order in which data flow, each importing only from those
before it: findings, unchanged, imports, timings, recording, store, dates, tables, quantities, evidence, anchors, positions,
reliability, exports, sheets, typefaces, drawing, specification, figures, inline, kernels, provisioning, notebooks, report,
archive, crate, edition, compare, cache, editions, rebuild, sentences, prose, tree, constructs, document, html, pdf, glyphs,
review, running, render, serving, preview, cli. The room `charts` stands after quantities and positions.

In a notebook, `import briefing` gives every chart the look of a briefing.
"""

import sys
from typing import Any

__version__ = "0.1.0"
NOTHING_CHANGED = "Nothing changed: _output/report.html and _output/report.pdf are up to date"


def load_ipython_extension(shell: Any) -> None:
    """Let an IPython shell show Altair charts, functions of a width, plots and styled frames as a briefing does."""
    def figure(value: Any) -> Any:
        from . import figures

        return figures.bundle(value)

    def sized(function: Any) -> Any:
        code = function.__code__
        return figure(function) if code.co_varnames[:code.co_argcount] == ("width",) else None

    def styled(frame: Any) -> str:
        return str(frame.set_uuid("frame").to_html())  # else by chance

    formatters = shell.display_formatter
    formatters.mimebundle_formatter.for_type_by_name("altair.vegalite.v6.api", "TopLevelMixin", figure)
    formatters.mimebundle_formatter.for_type_by_name("builtins", "function", sized)
    formatters.formatters["text/html"].for_type_by_name("pandas.io.formats.style", "Styler", styled)
    # read when matplotlib first draws: as text that is the same each time
    inline = shell.config.InlineBackend
    inline.figure_formats = {"svg"}
    inline.rc = {"svg.hashsalt": "briefing"}
    inline.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None, "Creator": None}}


if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()) is not None:
    load_ipython_extension(_shell)
