"""Reproducible briefings: coded facts in, one PDF and one HTML file out.

The rooms in the order in which data flow, each importing only from those before it:

- `language` words, numbers and dates in the language of the report
- `facts` the tables of data/, dates, hedged numbers
- `sources` passages and their place in a text, evidence, citations, annotations
- `coding` what a coder sees, is offered and saves
- `discourse` stands, networks, coders and their agreement
- `charts` Altair's look and what it says of doubt
- `execution` notebooks, kernels, the drawing of figures
- `report` report.qmd, what is bound into it, its prose, the document
- `writers` the document as HTML and PDF
- `editions` what was published: record, archive, crate, comparison, rebuild
- `rendering` the whole way, and what need not be done again
- `shelf` many briefings: rendered on one machine or a cluster, facts kept once, one page over all editions
- `commands` the command line, the check, the preview

`findings` has the errors of all. What other programs use stands in `__all__`, and is loaded when it is first asked for.
In a notebook, `import briefing` gives every chart the look of a briefing.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import charts
    from .commands.review import Review
    from .commands.review import review as check
    from .discourse import camps, networks, positions, reliability, statements, windows
    from .editions.compare import Difference
    from .editions.compare import editions as compare
    from .editions.edition import Edition
    from .editions.edition import load as load_edition
    from .editions.rebuild import check as rebuild
    from .execution import notebooks
    from .facts import quantities, tables
    from .facts.quantities import Quantity, Value
    from .facts.tables import Tables
    from .findings import BriefingError, Finding, Findings
    from .rendering.project import Project, load
    from .rendering.render import render
    from .sources import evidence

__version__ = "1.2.0"
NOTHING_CHANGED = "Nothing changed: _output/report.html and _output/report.pdf are up to date"

__all__ = ["BriefingError", "Difference", "Edition", "Finding", "Findings", "Project", "Quantity", "Review", "Tables",
           "Value", "camps", "charts", "check", "compare", "evidence", "load", "load_edition", "networks", "notebooks",
           "positions", "quantities", "rebuild", "reliability", "render", "statements", "tables", "windows"]

#: Where each public name is: a module, and the name in it, where it is no module itself.
_PLACES = {
    "Project": "rendering.project:Project",  # a folder's tables and report
    "load": "rendering.project:load",
    "render": "rendering.render:render",  # a project's _output/
    "check": "commands.review:review",  # everything against its evidence
    "Review": "commands.review:Review",
    "Edition": "editions.edition:Edition",  # what was published
    "load_edition": "editions.edition:load",
    "compare": "editions.compare:editions",
    "Difference": "editions.compare:Difference",
    "rebuild": "editions.rebuild:check",
    "BriefingError": "findings:BriefingError",  # what can go wrong
    "Finding": "findings:Finding",
    "Findings": "findings:Findings",
    "Tables": "facts.tables:Tables",  # what notebooks use
    "Quantity": "facts.quantities:Quantity",
    "Value": "facts.quantities:Value",
    "camps": "discourse.camps",
    "charts": "charts",
    "evidence": "sources.evidence",
    "networks": "discourse.networks",
    "notebooks": "execution.notebooks",
    "positions": "discourse.positions",
    "quantities": "facts.quantities",
    "reliability": "discourse.reliability",
    "statements": "discourse.statements",
    "tables": "facts.tables",
    "windows": "discourse.windows",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, inner = _PLACES[name].partition(":")
    found = importlib.import_module(f"{__name__}.{module}")
    return getattr(found, inner) if inner else found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """Let an IPython shell show Altair charts, functions of a width, plots and styled frames as a briefing does."""
    def figure(value: Any) -> Any:
        from .execution import figures

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
