"""The command line: arguments, progress, messages, exit codes.

Exit 0: done and clean. 1: something was found. 2: could not run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .findings import BriefingError, Findings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except Findings as error:
        _report(error, options.json)
        return error.exit_code
    except BriefingError as error:
        _complain(str(error), options.json)
        return error.exit_code
    except KeyboardInterrupt:
        _complain("Stopped. What was there before is unchanged.", options.json)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="briefing", description="Reproducible briefings: coded facts in, one PDF and one HTML file out.",
        epilog="Exit codes: 0 clean, 1 findings, 2 could not run.")
    parser.add_argument("--version", action="version", version=f"briefing {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run, help: str, description: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=description)
        sub.add_argument("--project", type=Path, metavar="FOLDER", default=None,
                         help="the project (default: the one that the working folder lies in)")
        sub.add_argument("--json", action="store_true", help="messages as JSON, one object on standard output")
        sub.set_defaults(run=run)
        return sub

    render = command("render", _render, "make report.pdf and report.html",
                     "Check the data, run the notebooks and write _output/report.pdf and _output/report.html. "
                     "On any finding _output/ stays as it was.")
    render.add_argument("--engine", choices=("embedded", "quarto"), default="embedded",
                        help="who builds the report: this package (default), or Quarto where it is installed")
    _timeout(render)
    execute = command("execute", _execute, "run the notebooks only",
                      "Run the notebooks into _output/notebooks/ and write the references: "
                      "what Quarto needs before it renders.")
    _timeout(execute)
    return parser


def _timeout(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=_seconds, default=300, metavar="SECONDS",
                        help="how long one cell may run (default: 300)")


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'found "{text}", expected a whole number of seconds from 1')
    return int(text)


# --- commands -------------------------------------------------------------------

def _render(options: argparse.Namespace) -> int:
    from . import render

    root = _project(options)
    started = time.perf_counter()
    if options.engine == "quarto":
        written = render.render_with_quarto(root, progress=_progress(options))
    else:
        written = render.render(root, timeout=options.timeout, progress=_progress(options))
    return _done(written, started, options)


def _execute(options: argparse.Namespace) -> int:
    from . import render

    root = _project(options)
    started = time.perf_counter()
    return _done(render.execute(root, timeout=options.timeout, progress=_progress(options)), started, options)


def _project(options: argparse.Namespace) -> Path:
    from .tables import find_root

    return find_root(options.project)


# --- messages -------------------------------------------------------------------

def _progress(options: argparse.Namespace):
    def tell(message: str) -> None:
        if not options.json:
            print(message, file=sys.stderr, flush=True)

    return tell


def _done(written: Sequence[Path], started: float, options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps({"findings": [], "written": [path.as_posix() for path in written]}))
        return 0
    main = [path.as_posix() for path in written if path.suffix in (".pdf", ".html")] or [p.as_posix() for p in written]
    print(f"Wrote {' and '.join(main)} in {time.perf_counter() - started:.1f} s", file=sys.stderr)
    return 0


def _report(error: Findings, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"findings": [finding.as_dict() for finding in error.findings]}, ensure_ascii=False))
        return
    for finding in error.findings:
        print(finding, file=sys.stderr)
    count = len(error.findings)
    print(f"{count} finding{'s' if count > 1 else ''}. Nothing was written.", file=sys.stderr)


def _complain(message: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    else:
        print(message, file=sys.stderr)
