"""The command line: what each command does, progress, messages, exit codes.

Exit 0: done and clean. 1: something was found. 2: could not run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import NOTHING_CHANGED
from ..findings import BriefingError, Finding, Findings, InvalidData, visible
from . import arguments

if TYPE_CHECKING:
    from ..discourse.reliability import Agreement
    from ..editions.compare import Difference
    from ..editions.edition import Edition
    from ..editions.rebuild import Carried, Verdict
    from ..rendering.timings import Timings
    from ..shelf.batch import Job
    from ..shelf.batch import Outcome as Done
    from ..shelf.sharing import Account
    from .preview import Outcome
    from .review import Review


def main(words: Sequence[str] | None = None) -> int:
    """Run one command, given its words; the exit code."""
    options = parser().parse_args(words)
    try:
        with _stopped_by_signals():
            return int(options.run(options))
    except Findings as error:
        _report(error, options.json)
        return error.exit_code
    except BriefingError as error:
        _complain(str(error), options.json)
        return error.exit_code
    except KeyboardInterrupt:
        _complain("Stopped. Nothing is half written.", options.json)
        return 130


def parser() -> argparse.ArgumentParser:
    """The parser of the command line, which knows what runs each command."""
    return arguments.parser(RUN)


# --- commands -------------------------------------------------------------------

def _new(options: argparse.Namespace) -> int:
    from . import new

    added = new.new(options.folder, options.source, title=options.title, date=options.date or "", lang=options.lang,
                    given=_about_text(options))
    if options.json:
        print(json.dumps({"project": str(options.folder), "sources": [each.as_dict() for each in added]},
                         ensure_ascii=False))
        return 0
    code = "briefing code       # code the text in the browser" if added else \
        "briefing source FILE   # add a source"
    print("\n".join([*new.told(added), f"Made {options.folder}. Go on with:", "", f"  cd {options.folder}",
                     f"  {code}", "  briefing preview    # see the report while you write"]))
    return 0


def _about_text(options: argparse.Namespace) -> dict[str, str]:
    return {"kind": options.kind, "main": "" if options.main is None else str(options.main).lower()}


def _add_source(options: argparse.Namespace) -> int:
    from . import new

    given = {name: getattr(options, name) for name in
             ("publisher", "title", "url", "published", "language", "reliability", "descriptor")}
    given |= _about_text(options)
    added = new.add_source(_project(options), options.file, id=options.id, given=given)
    print(json.dumps({"sources": [added.as_dict()]}, ensure_ascii=False) if options.json else
          "\n".join(new.told([added])))
    return 0


def _passage(options: argparse.Namespace) -> int:
    from ..coding import passage

    row = passage.make(_project(options), options.source, options.words, nth=options.nth, quote=options.quote,
                       add=options.add, given={name: getattr(options, name) for name in (
                           "id", "gist", "speaker", "chain", "kind", "credibility")})
    print(json.dumps({"passage": row, "added": options.add}, ensure_ascii=False) if options.json else
          passage.as_csv(row))
    if options.add and not options.json:
        print(f"Added {row['id']} to data/passages.csv.", file=sys.stderr)
    return 0


def _render(options: argparse.Namespace) -> int:
    if options.all is not None:
        return _render_all(options)
    from ..rendering.timings import Timings

    root = _project(options)
    timings = Timings()
    started = time.perf_counter()
    changed: list[str] | None = None
    if options.engine == "embedded" and not options.no_cache:
        from ..rendering.manifest import changes, swept

        with timings.stage("compare with the last render"):
            changed = changes(str(root))
        if changed == []:
            removed = swept()
            if options.json:
                print(json.dumps({"findings": [], "written": []}))
            else:
                print("\n".join(filter(None, [removed, NOTHING_CHANGED])), file=sys.stderr)
            if options.why:
                print("every step: reused, since nothing it was made from has changed", file=sys.stderr)
            _tell_timings(timings, options)
            return 0
    if options.engine == "quarto":
        from ..rendering import quarto

        with timings.stage("quarto"):
            written = quarto.render(root, timeout=options.timeout, memory=options.memory, progress=_progress(options))
    else:
        written = _render_here(root, changed, timings, options)
    code = _done(written, started, options)
    _tell_timings(timings, options)
    return code


def _render_all(options: argparse.Namespace) -> int:
    from ..shelf import batch

    _alone(options, engine="embedded", timings=None)
    job = batch.Job(batch.RENDER, {"timeout": options.timeout, "memory": options.memory,
                                   "use_cache": not options.no_cache, "why": options.why},
                    options.limit, only_changed=not options.no_cache)
    if options.scheduler is None:
        return _shelf(options, job)
    from ..shelf import cluster

    with cluster.connected(options.scheduler) as client:
        found, coming = cluster.outcomes(client, options.all, job)
        return _account(options, len(found), coming, [])


def _shelf(options: argparse.Namespace, job: Job, made: str = "made") -> int:
    """Do a job with every project below a folder of this machine."""
    from ..shelf import batch, projects

    if "://" in options.all:
        raise BriefingError(f"--all {options.all}: found an address, expected a folder of this machine. To render "
                            "projects at an address, tell with --scheduler which cluster does it.")
    try:
        found = projects.below(options.all)
    except OSError as error:
        raise BriefingError(f"--all {options.all}: found {error.strerror}, expected a folder. Correct the "
                            "path.") from error
    if not found:
        raise BriefingError(f"--all {options.all}: found no project, expected folders with {projects.DESCRIPTOR} and "
                            f"{projects.REPORT} below it. Correct the path, or make one with `briefing new`.")
    coming = batch.outcomes(options.all, found, job, options.jobs or batch.processors() + 1)
    return _account(options, len(found), coming, projects.namesakes(options.all, found), made)


def _account(options: argparse.Namespace, total: int, coming: Generator[Done], notes: Sequence[str],
             made: str = "made") -> int:
    """Tell how far a batch is, and at its end what came of it."""
    from ..shelf import batch

    _stop_as_by_ctrl_c()
    began = time.perf_counter()
    done: list[Done] = []
    stopped = False
    progress = None if options.json else batch.Progress(sys.stderr, total, made)
    try:
        with contextlib.closing(coming):
            for outcome in coming:
                done.append(outcome)
                if progress:
                    progress.tell(outcome)
    except KeyboardInterrupt:
        stopped = True
    seconds = time.perf_counter() - began
    if progress:
        progress.end()
    if not getattr(options, "why", False):
        done = [replace(outcome, why=()) for outcome in done]
    if options.json:
        print(json.dumps(batch.as_data(done, seconds, notes, stopped), ensure_ascii=False))
    else:
        print(batch.table(done, seconds, notes, made))
    if stopped:
        _complain(f"Stopped after {len(done)} of {total} projects. What was made is whole; the same command goes on "
                  "with the rest.", False)
        return 130
    return batch.exit_code(done)


def _alone(options: argparse.Namespace, **defaults: object) -> None:
    """Refuse what says something of one project only beside --all."""
    for name, default in {"project": None, **defaults}.items():
        if getattr(options, name) != default:
            raise BriefingError(f"--{name.replace('_', '-')}: found beside --all, expected without: it is for one "
                                "project. Leave one of them out.")


def _render_here(root: Path, changed: Sequence[str] | None, timings: Timings,
                 options: argparse.Namespace) -> list[Path]:
    import gc

    from ..execution import kernels

    gc.disable()  # a short life, in which nearly all that is made is kept
    reasons: list[str] = []
    # where the prose alone has changed, there is probably nothing to run
    with kernels.warm(at_once=changed != ["report.qmd"], once=True) as at_hand:
        with timings.stage("load the package"):
            from ..rendering import render
        written = render.render(root, timeout=options.timeout, memory=options.memory, use_cache=not options.no_cache,
                                progress=_progress(options), explain=reasons.append, timings=timings, kernels=at_hand)
    if options.why:
        print("\n".join(sorted(reasons)), file=sys.stderr)
    return written


def _tell_timings(timings: Timings, options: argparse.Namespace) -> None:
    if options.timings is None:
        return
    timings.add("all")
    print(timings.table(), file=sys.stderr)
    if options.timings:
        try:
            Path(options.timings).write_text(timings.trace(), encoding="utf-8")
        except OSError as error:
            raise BriefingError(f"{options.timings}: found {error.strerror}, expected a file that can be written. "
                                "The briefing is rendered; name another file for its timings.") from error


TOKEN = "BRIEFING_PREVIEW_TOKEN"


def _preview(options: argparse.Namespace) -> int:
    from . import preview
    from .server import Server

    root = _project(options)
    _stop_as_by_ctrl_c()
    try:
        with Server(root, options.port, beside=options.pdf, token=os.environ.pop(TOKEN, None)) as server:
            _say_address(server.url, options)
            for outcome in preview.outcomes(root, server, timeout=options.timeout, memory=options.memory):
                _say_outcome(outcome, options)
    except KeyboardInterrupt:
        _complain("Stopped.", options.json)
        return 130
    # the package's code was saved: go on with that, at the same address
    os.environ[TOKEN] = server.token  # others can read a command's arguments
    os.execv(sys.executable, [sys.executable, "-m", "briefing", "preview", "--project", str(root), "--no-open",
                              f"--port={server.port}", f"--timeout={options.timeout}", f"--memory={options.memory}",
                              *["--pdf"] * options.pdf, *["--json"] * options.json])


def _code(options: argparse.Namespace) -> int:
    from ..coding.sitting import Coding
    from .workbench import Workbench

    root = _project(options)
    coding = Coding(root, options.coder, see_all=options.see_all)
    if options.source is not None:
        coding.known(options.source)
    _stop_as_by_ctrl_c()
    try:
        with Workbench(root, coding, options.port, options.source) as workbench:
            _say_address(workbench.url, options)
            while True:  # short: a signal that comes just before a sleep is seen after it
                time.sleep(0.5)
    except KeyboardInterrupt:
        _complain("Stopped. What was saved is in data/.", options.json)
    return 130


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Within, to end the process or close the terminal stops it as Ctrl-C does, with all cleaning up; what is ignored
    stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    mine = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))
            and signal.getsignal(number) is signal.SIG_DFL]
    for number in mine:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, signal.SIG_DFL)


def _stop_as_by_ctrl_c() -> None:
    """To end the process or close the terminal stops as Ctrl-C does; a shell that starts a command in the background
    lets it ignore that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: signal.raise_signal(signal.SIGINT))


def _say_address(url: str, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps({"url": url}), flush=True)
    else:
        print(f"{url} (Ctrl-C stops)", file=sys.stderr, flush=True)
    # without a display a browser of the terminal might start, and take it
    if options.open and (sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY")
                         or os.environ.get("WAYLAND_DISPLAY")):
        import webbrowser

        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()  # it may wait for the browser


def _say_outcome(outcome: Outcome, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps({"saved": outcome.saved, "seconds": round(outcome.seconds, 3), "error": outcome.error,
                          "findings": [finding.as_dict() for finding in outcome.findings]}, ensure_ascii=False),
              flush=True)
        return
    saved = f"{', '.join(outcome.saved)} saved: " if outcome.saved else ""
    wrong = [*map(str, outcome.findings), *filter(None, [outcome.error])]
    result = f"{len(wrong)} finding{'s' * (len(wrong) > 1)}" if wrong else f"rendered in {outcome.seconds:.1f} s"
    line = f"{saved}{result}"
    print("\n  ".join([line[0].upper() + line[1:] if not saved else line, *wrong]), file=sys.stderr, flush=True)


def _execute(options: argparse.Namespace) -> int:
    from ..rendering import quarto

    root = _project(options)
    started = time.perf_counter()
    return _done(quarto.prepare(root, timeout=options.timeout, memory=options.memory, progress=_progress(options)),
                 started, options)


def _check(options: argparse.Namespace) -> int:
    if options.all is not None:
        return _check_all(options)
    if options.sign and not options.attest or options.attest and options.no_rebuild:
        raise BriefingError("--attest, --sign: found --sign without --attest, or --attest with --no-rebuild, expected "
                            "a file to write and a proof to state. Write --attest FILE, without --no-rebuild.")
    if options.pdf:
        return _check_pdf(options)
    from ..editions import edition, publishing, rebuild
    from ..shelf import sharing
    from ..sources import places
    from .review import review

    root = _project(options)
    publishing.settle(root, _progress(options))
    given = [id for id, _ in options.source]
    for id in given:
        if given.count(id) > 1:
            raise BriefingError(f"--source {id}: found {given.count(id)} files, expected one. Give each source once.")
    here = places.known(root)
    gone = {id: place for id, place in here.items() if id not in given and not place.is_file()}
    result = review(root, {id: place for id, place in here.items() if id not in gone} | dict(options.source))
    told = not (options.no_rebuild or result.findings)
    differences = rebuild.check(root, _progress(options)) if told else []
    published = edition.published(root) if told else None
    other = rebuild.carried(published.inputs) if published else None
    notes = sharing.notes(root)
    if options.junit:
        _write_junit(options.junit, result.findings, differences)
    if options.json:
        print(json.dumps(_review_as_data(result) | ({"carried": asdict(other)} if other else {})
                         | {"differences": [asdict(d) for d in differences], "notes": notes}, ensure_ascii=False))
    else:
        _tell_review(result, gone)
        print(_outdated_line(edition.outdated(root)), end="")
        print("".join(f"{line}\n" for line in notes), end="")
        if not options.no_rebuild:
            print("Not rendered afresh: mend the findings first." if not other else
                  "\n".join(filter(None, [_carried_lines(other, "The edition"), _rebuilt_lines(differences)])))
    if result.findings or published is None:
        return 1 if result.findings else 0
    return _attested(options, published, differences)


def _tell_review(result: Review, gone: Mapping[str, Path]) -> None:
    for finding in result.findings:
        print(finding)
    if result.patch:
        print("\nThe words stand elsewhere now. To move the passages, and to take a changed text for the source, "
              f"apply this patch:\n\n{result.patch}")
    print(_passages_line(result))
    for id, place in gone.items():
        print(f"The text of {id} was at {place}, and is not there now: tell where with `briefing source FILE`.")
    print(_coders_lines(result))
    count = len(result.findings)
    print(f"{count} finding{'s' if count != 1 else ''}.")


def _attested(options: argparse.Namespace, proved: Edition, differences: Sequence[Difference]) -> int:
    """The exit code of a check; where it proved an edition, and that is asked for, it is stated in a file."""
    if options.attest and differences:
        print(f"{options.attest} was not written: only an edition that is reproduced can be attested.", file=sys.stderr)
    elif options.attest:
        from ..editions import attestation

        content = attestation.statement(proved.inputs, proved.outputs)
        attestation.write(options.attest, attestation.signed(content, options.sign) if options.sign else content)
        if not options.json:
            print(f"Wrote {options.attest}{'' if options.sign else ', not signed (--sign KEY signs it)'}.")
    return 1 if differences else 0


def _verify(options: argparse.Namespace) -> int:
    from ..editions import attestation, edition

    files = {str(path): edition.read_pdf(path) for path in options.files}
    found = attestation.verified(options.attestation, options.signers, files)
    if options.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
        return 0
    release = f"release {found.package['version']}" if found.package["released"] else "no release"
    print(visible(f"{options.attestation.name}: signed by {found.signer}, who states that briefing "
                  f"{found.package['version']} ({release}) made of {len(found.inputs) - 1} inputs, to the same bytes: "
                  f"{_some(sorted(found.outputs), 8)}."))
    for name in files:
        print(visible(f"{name}: proved, byte for byte."))
    return 0


def _check_all(options: argparse.Namespace) -> int:
    from ..shelf.batch import Job

    _alone(options, pdf=None, source=[], trust=False, unconfined=False, junit=None, attest=None, sign=None)
    job = Job("briefing.commands.review:checked", {"rebuilt": not options.no_rebuild}, options.limit,
              only_changed=False)
    return _shelf(options, job, "clean")


def _check_pdf(options: argparse.Namespace) -> int:
    from ..editions import edition, rebuild
    from ..editions.confinement import Limits

    content = edition.read_pdf(options.pdf)
    inputs = edition.inputs_of(content, options.pdf.name)
    if not _run_it(options, inputs):
        return 2
    shut_in = _shut_in(options)
    verdict = rebuild.check_pdf(content, options.pdf.name, _progress(options), limits=Limits() if shut_in else None,
                                timeout=options.timeout, memory=options.memory)
    if options.junit:
        _write_junit(options.junit, [], verdict.differences)
    if options.json:
        print(json.dumps({"carried": asdict(verdict.other), "own": verdict.own, "shut_in": shut_in,
                          "differences": [asdict(d) for d in verdict.differences]}, ensure_ascii=False))
    else:
        print("\n".join(filter(None, [_carried_lines(verdict.other, options.pdf.name), _own_lines(verdict),
                                      _rebuilt_lines(verdict.differences)])))
    return _attested(options, edition.Edition(options.pdf.name, None, inputs, {options.pdf.name: content}),
                     verdict.differences)


def _run_it(options: argparse.Namespace, inputs: Mapping[str, bytes]) -> bool:
    """Whether the code of a PDF may run; where not, what it carries was told."""
    if options.trust:
        return True
    from ..editions import rebuild

    name = options.pdf.name
    if options.json:
        print(json.dumps({"files": {path: len(content) for path, content in inputs.items()},
                          "carried": asdict(rebuild.carried(inputs)),
                          "error": f"{name}: found no --trust, expected it where nobody can be asked. Nothing was run; "
                                   "give it to run, shut in, what the PDF carries."}, ensure_ascii=False))
        return False
    print("\n".join(filter(None, [_contents_lines(inputs, name),
                                  _carried_lines(rebuild.carried(inputs), name)])), flush=True)
    if not sys.stdin.isatty():
        raise BriefingError(f"{name}: found no --trust, expected it where nobody can be asked. Nothing was run; give "
                            "it to run, shut in, what the PDF carries.")
    if _asked("Run this, shut in? [y/N] "):
        return True
    _complain("Nothing was run, so nothing is proved.", options.json)
    return False


def _shut_in(options: argparse.Namespace) -> bool:
    """Whether a stranger's code is run shut in; raises BriefingError where it cannot be, and nobody wants it else."""
    from ..editions import confinement

    if not (why := confinement.missing()):
        return True
    told = f"{options.pdf.name}: found nothing to shut its code in with ({why})"
    if options.unconfined or (sys.stdin.isatty() and not options.json and _asked(
            f"{visible(told)}. It would run with your rights. Run it all the same? [y/N] ")):
        _complain(f"{told}: it runs with your rights.", False) if not options.json else None
        return False
    raise BriefingError(f"{told}, expected bubblewrap, or --unconfined. Check it on a machine that has it, in a "
                        "container or virtual machine; or give --unconfined to run it with your rights.")


def _asked(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _contents_lines(inputs: Mapping[str, bytes], name: str) -> str:
    """What a PDF carries, without running any of it."""
    from ..editions import edition

    package = edition.package_of(inputs)
    others = [path for path in inputs if path not in package]
    lines = [f"{name} carries {len(inputs)} files of {sum(map(len, inputs.values())):,} bytes:"]
    for kind, told in (("facts", "tables, which are data"), ("prose", "prose, whose inline code runs"),
                       ("code", "notebooks and others, which are code"), ("environment", "the environment")):
        if found := [path for path in others if edition.kind(path) == kind]:
            lines.append(f"  {told}: {_some(found, 4)}")
    lines.append(f"  the package that made it, which is code: {len(package)} files")
    return visible("\n".join(lines))


def _some(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _carried_lines(other: Carried, name: str) -> str:
    """What an edition carries that is not what is installed here; empty where it is the same."""
    lines = []
    if other.files:
        what = f"which is release {other.release}" if other.release else "which is no release that is known here"
        files = [path.removeprefix("analysis/briefing/") for path in other.files]
        lines.append(f"{name} carries another package than the one installed here, {what}. {len(files)} "
                     f"file{'s differ' if len(files) > 1 else ' differs'}: {_some(files, 6)}.")
    if other.pins:
        lines.append(f"Its requirements.lock pins otherwise than what is installed here: {_some(other.pins, 6)}.")
    return visible("\n".join(lines))


def _own_lines(verdict: Verdict) -> str:
    if not verdict.own:
        return ""
    from ..editions.rebuild import OTHER, SAME

    alone = verdict.own == SAME and verdict.differences
    return visible(f"The installed package gives {OTHER if verdict.differences else SAME}.\n"
                   f"The package that it carries gives {verdict.own}"
                   f"{', which proves nothing: it could write what it likes' if alone else ''}.")


def _rebuilt_lines(differences: Sequence[Difference]) -> str:
    if not differences:
        return "Reproduced: two renders under different conditions give the same bytes as the edition."
    kinds = Counter(difference.kind for difference in differences)
    counts = ", ".join(f"{count} of {kind}" for kind, count in kinds.items())
    told = [visible(str(difference)) for difference in differences]
    return "\n".join([*told, f"Not reproduced: {len(differences)} differences ({counts})."])


def _write_junit(path: Path, findings: Sequence[Finding], differences: Sequence[Difference]) -> None:
    """The result for CI systems: one test case a finding or difference, and one that passes where there is none."""
    from xml.etree import ElementTree as tree

    suite = tree.Element("testsuite", name="briefing check", tests=str(max(len(findings) + len(differences), 1)),
                         failures=str(len(findings) + len(differences)))
    for finding in findings:
        case = tree.SubElement(suite, "testcase", classname=finding.code, name=visible(finding.place))
        tree.SubElement(case, "failure", message=str(finding))
    for difference in differences:
        case = tree.SubElement(suite, "testcase", classname=difference.kind,
                               name=visible(f"{difference.path} {difference.place}".strip()))
        tree.SubElement(case, "failure", message=visible(str(difference)))
    if not findings and not differences:
        tree.SubElement(suite, "testcase", classname="briefing", name="reproduces")
    path.parent.mkdir(parents=True, exist_ok=True)
    tree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _diff(options: argparse.Namespace) -> int:
    from ..editions import compare, edition

    before, after = (edition.load(text) for text in (options.before, options.after))
    differences = compare.editions(before, after)
    if options.html:
        options.html.write_text(compare.side_by_side(before, after, differences), encoding="utf-8")
    if options.json:
        print(json.dumps({"differences": [asdict(d) for d in differences]}, ensure_ascii=False))
        return 1 if differences else 0
    for difference in differences:
        print(visible(str(difference)))
    kinds = Counter(difference.kind for difference in differences)
    print(f"{len(differences)} differences ({', '.join(f'{n} of {kind}' for kind, n in kinds.items())})."
          if differences else "The same edition.")
    return 1 if differences else 0


def _passages_line(result: Review) -> str:
    line = f"Passages: {result.passages_checked} checked against their source"
    if result.passages_unchecked:
        line += (f", {result.passages_unchecked} could not be checked: the text of their source is not at hand "
                 "or not UTF-8 (tell where it lies: briefing source FILE, or give it with --source ID=FILE)")
    return f"{line}."


def _outdated_line(changed: Sequence[str]) -> str:
    if not changed:
        return ""
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return f"The edition in _output/ was made before {', '.join(changed[:3])}{more} changed: run `briefing render`.\n"


def _coders_lines(result: Review) -> str:
    found = result.reliability
    if len(found.coders) < 2:
        return (f"Coders: {len(found.coders)} ({', '.join(found.coders) or 'none'}); no alpha: agreement takes two. "
                "`briefing sheet FILE` writes a blind sheet for another.")
    if not found.sources:
        return (f"Coders: {', '.join(found.coders)}; no alpha: no source was coded by two coders. "
                "`briefing sheet FILE --source ID` writes a blind sheet of one source.")
    read = ", ".join(str(each.source) for each in found.sources)
    lines = [f"Coders: {', '.join(found.coders)}. Krippendorff's alpha (nominal) over the cells (source, actor, "
             f"concept) that any of them coded, in what two of them coded ({read}):",
             _agreement_line("all concepts", found.overall),
             *(_agreement_line(str(each.concept), each) for each in found.concepts)]
    if len(found.sources) > 1:
        lines += [_agreement_line(f"source {each.source}", each) for each in found.sources]
    if len(found.pairs) > 1:
        lines += [_agreement_line(" and ".join(each.pair or ()), each) for each in found.pairs]
    for cell in found.disagreements:
        stands = "; ".join(f"{coder}: {stand}{' in ' + ', '.join(cell.passages[coder]) if cell.passages[coder] else ''}"
                           for coder, stand in cell.stands.items())
        lines.append(f"  disagreement in {cell.source} on {cell.actor}, {cell.concept}: {stands}")
    return "\n".join(lines)


def _agreement_line(name: str, agreement: Agreement) -> str:
    interval = f" ({agreement.low:.2f} to {agreement.high:.2f})" if agreement.low is not None else ""
    alpha = "not defined: all codes are the same" if agreement.units else "not defined: nobody found a stand"
    if agreement.alpha is not None:
        alpha = f"{agreement.alpha:.2f}{interval}"
    return f"  {name}: {alpha}, {agreement.units} cell{'s' * (agreement.units != 1)}"


def _review_as_data(result: Review) -> dict[str, object]:
    return {"findings": [finding.as_dict() for finding in result.findings],
            "passages_checked": result.passages_checked, "passages_unchecked": result.passages_unchecked,
            "coders": list(result.coders), "patch": result.patch,
            "reliability": asdict(result.reliability)}


def _sheet(options: argparse.Namespace) -> int:
    from ..coding import sheets
    from ..facts import tables

    data, findings = tables.read(_project(options))  # not `load`: whose statements count may be open yet
    if findings:
        raise InvalidData(findings)
    if options.read is None:
        count = sheets.write(data, options.file, options.source)
        of = f" of {', '.join(dict.fromkeys(options.source))}" if options.source else ""
        print(json.dumps({"count": count}) if options.json else
              f"Wrote {options.file} with {count} passage{'s' * (count != 1)}{of} to code")
        return 0
    if options.source:
        raise BriefingError("--source: found with --read, expected without. The sheet says which sources it covers.")
    taken = sheets.read(data, options.file, options.read)
    if options.json:
        print(json.dumps({"count": taken.statements, "sources": taken.sources, "recorded": taken.recorded,
                          "declare": taken.declare}, ensure_ascii=False))
        return 0
    print(f"Added {taken.statements} statement{'s' * (taken.statements != 1)} of coder {options.read} to "
          "data/statements.csv")
    sources = ", ".join(taken.sources)
    print(f"Recorded in data/codings.csv that {options.read} coded {sources}" if taken.recorded else
          f"Not recorded that {options.read} coded {sources}: this project has no table codings. To have one, write "
          f"the resource {sheets.CODINGS} into data/datapackage.json, and data/codings.csv with the header "
          f"`coder,source` and the row{'s' * (len(taken.sources) > 1)} "
          f"{', '.join(f'`{options.read},{source}`' for source in taken.sources)}")
    if taken.declare:
        print(f"Next, say whose statements figures are drawn from, in data/datapackage.json, such as: {taken.declare}")
    return 0


def _words(options: argparse.Namespace) -> int:
    from ..language import catalogues

    root = _project(options)
    path, left = catalogues.added(root, options.tag)
    shown = path.relative_to(root).as_posix()
    print(json.dumps({"words": shown, "untranslated": left}) if options.json else
          f"Wrote {shown}; texts still to be translated: {left}")
    return 0


# --- many briefings -----------------------------------------------------------------

def _facts(options: argparse.Namespace) -> int:
    from ..shelf import sharing

    if options.address:
        if options.update or options.all or options.why:
            raise BriefingError("ADDRESS: found with --update, --all or --why, expected alone. Take the package first.")
        taken = sharing.take(_project(options), options.address, options.name, options.table)
        print(json.dumps({"taken": taken.as_dict()}, ensure_ascii=False) if options.json else
              f"Took {', '.join(taken.tables)} of {taken.name} into data/shared/{taken.name}/: they count from the "
              "next `briefing render`.")
        return 0
    if options.render and not options.why:
        raise BriefingError("--render: found without --why, expected with it: it tells what would move, and writes "
                            "nothing. Give both; to take the facts and make the edition: `briefing facts --update`, "
                            "then `briefing render`.")
    accounts = [_facts_of(root, options) for root in (sharing.below(options.all) if options.all else
                                                      [_project(options)])]
    if options.json:
        print(json.dumps({"projects": [account.as_dict() for account in accounts]}, ensure_ascii=False))
    else:
        written = options.update and not options.why
        print("\n".join(visible(line) for account in accounts for line in account.lines(written)) or
              "No facts of other packages here. `briefing facts ADDRESS` takes some.")
        if options.all and accounts:
            print(sharing.summary(accounts, written, options.why))
    return int(any(account.wrong for account in accounts))


def _facts_of(root: Path, options: argparse.Namespace) -> Account:
    from ..shelf import sharing

    shown = root.relative_to(options.all.resolve()).as_posix() if options.all else ""
    try:
        return sharing.account(root, shown, write=options.update and not options.why, why=options.why,
                               rendered=options.render)
    except BriefingError as error:
        if not options.all:
            raise
        return sharing.Account(shown, wrong=tuple(str(error).splitlines()))


def _index(options: argparse.Namespace) -> int:
    from ..shelf import index

    shelf = index.gather(options.folder, options.check, _progress(options))
    written = index.write(options.folder, shelf, options.title, options.address, options.lang)
    result = index.told(shelf, written)
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
        return int(bool(shelf.wrong))
    for path, why in shelf.wrong:
        print(visible(f"{path}: {why}"))
    states = ", ".join(f"{number} {index.STATES[state]}" for state, number in result["states"].items())
    print(f"Wrote {' and '.join(result['written'])}: {len(shelf.editions)} edition{'s' * (len(shelf.editions) != 1)}"
          f"{f' ({states})' if states else ''}"
          + (f"; {len(shelf.wrong)} could not be read." if shelf.wrong else "."))
    return int(bool(shelf.wrong))


def _project(options: argparse.Namespace) -> Path:
    from ..facts.tables import find_root

    return find_root(options.project)


# --- messages -------------------------------------------------------------------

def _progress(options: argparse.Namespace) -> Callable[[str], None]:
    def tell(message: str) -> None:
        if not options.json:
            print(visible(message), file=sys.stderr, flush=True)

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
        print(visible(message), file=sys.stderr)


#: What runs each command, by its name.
RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "render": _render,
    "preview": _preview,
    "code": _code,
    "execute": _execute,
    "check": _check,
    "verify": _verify,
    "diff": _diff,
    "sheet": _sheet,
    "new": _new,
    "source": _add_source,
    "passage": _passage,
    "words": _words,
    "facts": _facts,
    "index": _index,
}
