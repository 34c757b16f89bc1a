"""The arguments of the command line: every command with its options, and what shells and people are told of them."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .. import __version__


# over 50 lines: one paragraph a command
def parser(run: Mapping[str, Callable[[argparse.Namespace], int]]) -> argparse.ArgumentParser:
    """The parser of all commands; `run` has what runs each, by its name."""
    top = argparse.ArgumentParser(
        prog="briefing", description="Reproducible briefings: coded facts in, one PDF and one HTML file out.",
        epilog="Exit codes: 0 clean, 1 findings, 2 could not run. Begin with `briefing new FOLDER --source FILE`.")
    top.add_argument("--version", action="version", version=f"briefing {__version__}")
    top.add_argument("--completion", action=_Completion, choices=("bash", "zsh", "tcsh"),
                        help="print what lets this shell complete commands: eval \"$(briefing --completion bash)\"")
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, help: str, description: str, project: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=description, formatter_class=_Help)
        if project:
            sub.add_argument("--project", type=Path, metavar="FOLDER", default=None,
                             help="the project (default: the one that the working folder lies in)")
        sub.add_argument("--json", action="store_true", help="messages as JSON, one object on standard output")
        sub.set_defaults(run=run[name])
        return sub

    _starting(command)
    render = command("render", "make report.pdf and report.html",
                     "Check the data, run the notebooks and write _output/report.pdf and _output/report.html. "
                     "On any finding _output/ stays as it was.")
    render.add_argument("--engine", choices=("embedded", "quarto"), default="embedded",
                        help="who builds the report: this package (default), or Quarto where it is installed")
    render.add_argument("--no-cache", action="store_true", help="run and draw everything anew, and keep nothing")
    render.add_argument("--why", action="store_true", help="tell of each step whether it was reused, or why it was not")
    render.add_argument("--timings", nargs="?", const="", metavar="FILE",
                        help="tell where the time went; with FILE also as a trace for chrome://tracing or Perfetto")
    _limits(render)
    _all(render, "render")
    render.add_argument("--scheduler", metavar="ADDRESS",
                        help="with --all: render on the workers of this Dask cluster, such as tcp://host:8786; FOLDER "
                             "may then be an address (file://, s3://, gs://)")
    render.epilog = _PARAMETERS
    preview = command("preview", "show the report in the browser while it is written",
                      "Serve the report on this machine only, render it after each save, and reload the page where "
                      "its reader is. What is wrong shows in the page with its place, over the last good one. "
                      "Ctrl-C stops. With --json: an object a line, for the address and for each render.")
    preview.add_argument("--pdf", action="store_true", help="show the PDF beside the page")
    preview.add_argument("--port", type=_port, metavar="NUMBER",
                         help="the port to listen on; 0: any (default: 4649, or any where that is taken)")
    preview.add_argument("--open", action=argparse.BooleanOptionalAction, default=True,
                         help="open the address in a browser, where there is one (default: yes)")
    _limits(preview)
    code = command("code", "code an article in the browser",
                   "Serve a workbench on this machine only, in which passages, statements, quantities and events are "
                   "coded; each save is a change of the CSV tables. A second coder codes blind. Ctrl-C stops. "
                   "With --json: an object with the address.")
    code.add_argument("--source", metavar="ID", help="the source to open (default: the first whose text is at hand)")
    code.add_argument("--coder", metavar="NAME", help="who codes (default: the only coder in statements.csv, else a)")
    code.add_argument("--see-all", action="store_true", help="show what other coders coded")
    code.add_argument("--port", type=_port, metavar="NUMBER",
                      help="the port to listen on; 0: any (default: 4650, or any where that is taken)")
    code.add_argument("--open", action=argparse.BooleanOptionalAction, default=True,
                      help="open the address in a browser, where there is one (default: yes)")
    execute = command("execute", "make what Quarto needs before it renders",
                      "Check data and report, run the notebooks, and write what Quarto needs into _output/quarto/. "
                      "The edition in _output/ stays as it is.")
    _limits(execute)
    _proving(command)
    diff = command("diff", "what changed between two editions",
                   "Compare two editions: facts, prose, code and environment, then figures, sentences and pages.")
    for name in ("before", "after"):
        diff.add_argument(name, metavar=name.upper(), help="a project's folder, a report.pdf, or a git revision")
    diff.add_argument("--html", type=Path, metavar="FILE", help="also write a page with the figures side by side")
    sheet = command("sheet", "a blind sheet for another coder",
                    "Write a coding sheet without codes, or read a filled one into data/statements.csv; "
                    "data/codings.csv then has who coded which source.")
    sheet.add_argument("file", type=Path, metavar="FILE", help="the sheet, CSV")
    sheet.add_argument("--source", action="append", default=[], metavar="ID",
                       help="write the passages of this source only (may be given several times; default: all)")
    sheet.add_argument("--read", metavar="CODER", help="read the sheet in as this coder's statements")
    _speaking(command)
    _shelf(command)
    return top


def _about_text(command: argparse.ArgumentParser) -> None:
    command.add_argument("--kind", default="", metavar="KIND",
                         help="what it is, in the words of CSL: article-newspaper, report, speech, legislation … "
                              "(default: webpage for a web page, else none)")
    command.add_argument("--main", action=argparse.BooleanOptionalAction, default=None,
                         help="the briefing is about this text, and does not only rest on it "
                              "(default for a new one: yes)")


def _starting(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands by which a project begins and grows."""
    new = command("new", "start a project",
                  "Make a project in a new or empty folder: tables with their rules, notebooks, a report, that render "
                  "at once. Sources may be text, Markdown, web pages or PDF; their texts stay outside the project.",
                  project=False)
    new.add_argument("folder", type=Path, metavar="FOLDER", help="the project's folder, new or empty")
    new.add_argument("--source", type=Path, action="append", default=[], metavar="FILE",
                     help="a source to code (may be given several times)")
    new.add_argument("--title", default="", help="the briefing's title (default: that of the first source)")
    new.add_argument("--date", type=_day, metavar="YYYY-MM-DD", help="the edition's date (default: today)")
    new.add_argument("--lang", default="en", metavar="TAG", help="the report's language, BCP 47 (default: en)")
    _about_text(new)
    source = command("source", "add a source, or tell where a source's text lies",
                     "Add a source to the project: a row in data/sources.csv, with hash and length of its text. Where "
                     "the project has that text's source already, only the place is recorded, in .sources.json, which "
                     "is not committed: `check` then finds the text by itself.")
    source.add_argument("file", type=Path, metavar="FILE", help="text, Markdown, web page or PDF")
    source.add_argument("--id", default="", help="the source's id (default: from its publisher or the file's name)")
    for name, help in (("publisher", "who published it"), ("title", "its title"), ("url", "where it was read"),
                       ("published", "when, EDTF: 2024-09-04, 2024-09"), ("language", "its language, BCP 47"),
                       ("reliability", "the Admiralty code's letter, A to F"),
                       ("descriptor", "what it is, its access, age and bias (ICD 206)")):
        source.add_argument(f"--{name}", default="", metavar="TEXT", help=f"{help} (default: what the file says)")
    _about_text(source)
    passage = command("passage", "make one passage of words of a source",
                      "Find words in the text of a source and print the row of data/passages.csv that pins them: "
                      "place, hash, paragraph, the words around. With --add it is written, too.")
    passage.add_argument("source", metavar="SOURCE", help="the source's id")
    passage.add_argument("words", metavar="WORDS", help="the words, as they stand in the text")
    passage.add_argument("--nth", type=_whole("places"), metavar="N", help="which place, where there are several")
    passage.add_argument("--add", action="store_true", help="write the row into data/passages.csv")
    for name, help in (("id", "its id (default: from the gist, or the words)"), ("gist", "what it says, in own words"),
                       ("speaker", "who says it (default: the publisher)"),
                       ("chain", "the hands, first speaker first (default: speaker > publisher)"),
                       ("kind", "quotation, paraphrase or narration (default: quotation within quotation marks)"),
                       ("credibility", "the Admiralty code's digit (default: 6, cannot be judged)")):
        passage.add_argument(f"--{name}", default="", metavar="TEXT", help=help)
    passage.add_argument("--quote", action="store_true", help="hold the words themselves, at most 12")


def _proving(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands that prove an edition, and read what was signed of it."""
    check = command("check", "check the evidence, and that the edition reproduces",
                    "Check the data, every passage against the source texts that are at hand, the prose against its "
                    "evidence and the coders against each other; then render afresh, twice, under different "
                    "conditions, and compare with the edition in _output/. With a PDF: tell what it carries, and, "
                    "when asked, render that and say whether the bytes come out the same. What proves is the package "
                    "installed here: where an edition carries another one, that is said first.")
    check.epilog = ("Exit codes: 0 reproduced by the installed package, 1 findings or differences, 2 could not run or "
                    "was not asked to. A PDF carries code, notebooks among it, which runs only when asked for and then "
                    "shut in: no network, no files of yours, limited memory and time.")
    check.add_argument("pdf", type=Path, nargs="?", metavar="REPORT.PDF", help="a PDF that this package made")
    check.add_argument("--source", type=_source, action="append", default=[], metavar="ID=FILE",
                       help="the text of a source, as stored (may be given several times; default: where .sources.json "
                            "says that it lies)")
    check.add_argument("--no-rebuild", action="store_true", help="check the evidence only")
    check.add_argument("--trust", action="store_true", help="run the code in the PDF, shut in, without asking")
    check.add_argument("--unconfined", action="store_true",
                       help="with --trust: run it with your rights where this machine cannot shut it in")
    check.add_argument("--junit", type=Path, metavar="FILE", help="also write the result as JUnit XML")
    check.add_argument("--attest", type=Path, metavar="FILE",
                       help="where the edition is reproduced, write so: an in-toto Statement of inputs and outputs")
    check.add_argument("--sign", type=Path, metavar="KEY",
                       help="sign what --attest writes with this SSH key (or the public half of one that an agent has)")
    _limits(check)
    _all(check, "check")
    verify = command("verify", "verify what somebody signed of an edition",
                     "Verify a signed attestation of `briefing check --attest --sign`: whose signature it is, and that "
                     "each FILE is, byte for byte, an output or input that was proved. Runs and renders nothing.",
                     project=False)
    verify.add_argument("attestation", type=Path, metavar="ATTESTATION", help="what --attest wrote")
    verify.add_argument("files", type=Path, nargs="*", metavar="FILE", help="such as report.pdf, report.html")
    verify.add_argument("--signers", type=Path, required=True, metavar="ALLOWED_SIGNERS",
                        help="whose keys count: lines `NAME KEYTYPE KEY`, as of ssh-keygen(1)")


def _speaking(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The command by which a project gets words of its own."""
    words = command("words", "translate the package's words into another language",
                    "Write analysis/words/TAG.po with every text of the package, to be translated: for a language that "
                    "it does not speak, or to say a text otherwise. What is translated there already stays.")
    words.add_argument("tag", metavar="TAG", help="the language, BCP 47, such as pt or pt-BR")


def _shelf(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands for a desk's many briefings."""
    facts = command("facts", "take facts of a package that many briefings share",
                    "Actors, concepts, sources and series that a desk keeps once: with an address they are taken into "
                    "data/shared/, pinned by their hash, so that the edition stays whole; with --update they are taken "
                    "anew. Alone, it says where they are from and whether they are newer there. A package is a folder "
                    "with a datapackage.json and its tables, by path or https; other addresses (s3://…) need fsspec.")
    facts.add_argument("address", nargs="?", metavar="ADDRESS", help="the package: a folder, or an address of the web")
    facts.add_argument("--name", default="", help="what it is called in data/shared/ (default: its own name)")
    facts.add_argument("--table", action="append", default=[], choices=("actors", "concepts", "sources", "series"),
                       help="take this table only (may be given several times; default: all that it has)")
    facts.add_argument("--update", action="store_true", help="take what is newer at its address")
    facts.add_argument("--all", type=Path, metavar="FOLDER", help="of every project below this folder")
    facts.add_argument("--why", action="store_true",
                       help="write nothing: say which rows would change, and where a briefing names them")
    facts.add_argument("--render", action="store_true",
                       help="with --why: render each such briefing apart, and say which sentences and marks would move")
    facts.epilog = ("A correction is made once, in the package; then `briefing facts --update --all FOLDER` brings it "
                    "to every briefing, and `briefing render` to its edition.")
    index = command("index", "one page and a feed of all editions below a folder",
                    "Write FOLDER/index.html, a page that lists and searches all editions below the folder, with what "
                    "each concludes and how sure, and who said what across them; and FOLDER/feed.xml, an Atom feed. "
                    "Both work as files, without a server. What cannot be read is named, and the rest done (exit 1).",
                    project=False)
    index.add_argument("folder", type=Path, metavar="FOLDER", help="the folder with the briefings")
    index.add_argument("--title", default="", help="the page's title (default: Briefings)")
    index.add_argument("--address", default="", metavar="URL",
                       help="where the folder will be read, for the feed's links (default: relative ones)")
    index.add_argument("--lang", default="", metavar="TAG",
                       help="the language of the page's own words, BCP 47 (default: that of all editions, else en)")
    index.add_argument("--check", action="store_true",
                       help="rebuild each edition that was not checked yet: takes seconds each, and runs their code")


class _Completion(argparse.Action):
    """Print a shell's completion of all commands, and end."""

    def __call__(self, parser: argparse.ArgumentParser, *arguments: Any) -> None:
        import shtab

        print(shtab.complete(parser, shell=arguments[1]))
        parser.exit()


def _day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'found "{text}", expected a day that exists, such as 2024-09-30') from error


#: Stands for the list of the front matter's parameters, which is loaded only where it is shown.
_PARAMETERS = "Parameters in the front matter of report.qmd"


class _Help(argparse.HelpFormatter):
    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text != _PARAMETERS:
            return super()._fill_text(text, width, indent)
        from ..report import parameters

        return f"{text}:\n{parameters.told(width)}"


def _source(text: str) -> tuple[str, Path]:
    id, separator, path = text.partition("=")
    if not (id and separator and path):
        raise argparse.ArgumentTypeError(f'found "{text}", expected ID=FILE, such as gazette=article.txt')
    return id, Path(path)


def _limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=_whole("seconds"), default=300, metavar="SECONDS",
                        help="how long one cell may run (default: 300)")
    parser.add_argument("--memory", type=_whole("megabytes"), default=4000, metavar="MB",
                        help="how much memory one notebook may take, on Linux (default: 4000)")


def _all(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--all", metavar="FOLDER",
                        help=f"{what} every project below this folder, each by itself, and say at the end what came of "
                             "each; begun again, it goes on with what is not done")
    parser.add_argument("--jobs", type=_whole("processes"), metavar="N",
                        help="with --all: how many projects at a time (default: one more than processors, since "
                             "much of a render is waiting)")
    parser.add_argument("--limit", type=_whole("seconds"), default=900, metavar="SECONDS",
                        help="with --all: how long one project may take (default: 900)")


def _whole(unit: str) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise argparse.ArgumentTypeError(f'found "{text}", expected a whole number of {unit} from 1')
        return int(text)

    return number


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f'found "{text}", expected a whole number from 0 to 65535')
    return int(text)
