"""The command line: arguments, progress, messages, exit codes.

Exit 0: done and clean. 1: something was found. 2: could not run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from .findings import BriefingError, Findings

if TYPE_CHECKING:
    from .review import Review


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
    check = command("check", _check, "check what everything stands on",
                    "Check the data, every passage against the source texts that are at hand, the prose against its "
                    "evidence, and the coders against each other.")
    check.add_argument("--source", type=_source, action="append", default=[], metavar="ID=FILE",
                       help="the text of a source, as stored (may be given several times)")
    sheet = command("sheet", _sheet, "a blind sheet for another coder",
                    "Write a coding sheet without codes, or read a filled one into data/statements.csv.")
    sheet.add_argument("file", type=Path, metavar="FILE", help="the sheet, CSV")
    sheet.add_argument("--read", metavar="CODER", help="read the sheet in as this coder's statements")
    return parser


def _source(text: str) -> tuple[str, Path]:
    id, separator, path = text.partition("=")
    if not (id and separator and path):
        raise argparse.ArgumentTypeError(f'found "{text}", expected ID=FILE, such as gazette=article.txt')
    return id, Path(path)


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


def _check(options: argparse.Namespace) -> int:
    from .review import review

    result = review(_project(options), dict(options.source))
    if options.json:
        print(json.dumps(_review_as_data(result), ensure_ascii=False))
        return 1 if result.findings else 0
    for finding in result.findings:
        print(finding)
    if result.patch:
        print(f"\nThe words stand elsewhere now. To move the passages, apply this patch:\n\n{result.patch}")
    print(_passages_line(result))
    print(_coders_lines(result))
    count = len(result.findings)
    print(f"{count} finding{'s' if count != 1 else ''}.")
    return 1 if result.findings else 0


def _passages_line(result: Review) -> str:
    line = f"Passages: {result.passages_checked} checked against their source"
    if result.passages_unchecked:
        line += (f", {result.passages_unchecked} could not be checked: their source is not at hand "
                 "(give it with --source ID=FILE)")
    return f"{line}."


def _coders_lines(result: Review) -> str:
    found = result.reliability
    if found is None:
        return (f"Coders: {len(result.coders)} ({', '.join(result.coders) or 'none'}); no alpha: agreement takes two. "
                "`briefing sheet FILE` writes a blind sheet for another.")
    lines = [f"Coders: {', '.join(found.coders)}. Krippendorff's alpha (nominal) over the cells that any of them coded:"]
    for agreement in (found.overall, *found.concepts):
        interval = f" ({agreement.low:.2f} to {agreement.high:.2f})" if agreement.low is not None else ""
        alpha = f"{agreement.alpha:.2f}{interval}" if agreement.alpha is not None else "not defined: all codes are the same"
        lines.append(f"  {agreement.concept or 'all concepts'}: {alpha}, {agreement.units} cells")
    for cell in found.disagreements:
        stands = "; ".join(f"{coder}: {stand}{' in ' + ', '.join(cell.passages[coder]) if cell.passages[coder] else ''}"
                           for coder, stand in cell.stands.items())
        lines.append(f"  disagreement on {cell.actor}, {cell.concept}: {stands}")
    return "\n".join(lines)


def _review_as_data(result: Review) -> dict[str, object]:
    return {"findings": [finding.as_dict() for finding in result.findings],
            "passages_checked": result.passages_checked, "passages_unchecked": result.passages_unchecked,
            "coders": list(result.coders), "patch": result.patch,
            "reliability": asdict(result.reliability) if result.reliability else None}


def _sheet(options: argparse.Namespace) -> int:
    from . import sheets, tables

    data = tables.load(_project(options))
    if options.read:
        count = sheets.read(data, options.file, options.read)
        message = f"Added {count} statements of coder {options.read} to data/statements.csv"
    else:
        count = sheets.write(data, options.file)
        message = f"Wrote {options.file} with {count} passages to code"
    print(json.dumps({"count": count}) if options.json else message)
    return 0


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
