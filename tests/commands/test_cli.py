"""The command line: help, exit codes, JSON, the other engine."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from briefing import __version__
from briefing.commands.cli import main

COMMANDS = ("new", "source", "passage", "render", "preview", "code", "execute", "check", "verify", "diff", "sheet", "words",
            "facts", "index")


def usage_error(capsys, *arguments):
    """What the command line says to arguments that it cannot take."""
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    return capsys.readouterr().err


# --- help -----------------------------------------------------------------------

def test_help_lists_the_commands_and_the_exit_codes(capsys):
    with pytest.raises(SystemExit) as error:
        main(["--help"])
    text = capsys.readouterr().out
    assert error.value.code == 0
    assert re.findall(r"^ {4}(\w+)", text, re.MULTILINE) == list(COMMANDS)
    assert "Exit codes: 0 clean, 1 findings, 2 could not run." in text


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_its_options(capsys, name):
    with pytest.raises(SystemExit) as error:
        main([name, "--help"])
    text = capsys.readouterr().out
    assert error.value.code == 0
    assert f"usage: briefing {name}" in text and ("--project FOLDER" in text) == (name not in ("new", "verify", "index")) and "--json" in text
    for option, told in re.findall(r"^ {2}(--[\w-]+)[^\n]*?((?: {2,}|\n {4,})\S[^\n]*)", text, re.MULTILINE):
        assert told.strip(), option


def test_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"briefing {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_of_a_shell(capsys, shell):
    with pytest.raises(SystemExit) as error:
        main(["--completion", shell])
    text = capsys.readouterr().out
    assert error.value.code == 0 and all(name in text for name in COMMANDS)
    assert "--no-rebuild" in text or shell == "tcsh"  # which completes the commands alone


def test_bash_takes_the_completion_and_completes(capsys, tmp_path):
    with pytest.raises(SystemExit):
        main(["--completion", "bash"])
    script = capsys.readouterr().out + """
COMP_WORDS=(briefing pas) COMP_CWORD=1 COMP_LINE="briefing pas"
_shtab_briefing && echo "${COMPREPLY[@]}"
"""
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert (run.stdout.split(), run.returncode) == (["passage"], 0), run.stderr


# --- arguments that cannot be taken -----------------------------------------------

@pytest.mark.parametrize("timeout", ["0", "-1", "1.5", "soon", "", "²"])
def test_bad_timeout(capsys, timeout):
    assert "expected a whole number of seconds from 1" in usage_error(capsys, "render", f"--timeout={timeout}")


@pytest.mark.parametrize("port", ["-1", "65536", "http", "", "²"])
def test_bad_port(capsys, port):
    assert "expected a whole number from 0 to 65535" in usage_error(capsys, "preview", f"--port={port}")


def test_no_command_unknown_command_unknown_option_unknown_engine(capsys):
    assert "COMMAND" in usage_error(capsys)
    assert "invalid choice: 'bake'" in usage_error(capsys, "bake")
    assert "unrecognized arguments: --fast" in usage_error(capsys, "render", "--fast")
    assert "invalid choice: 'word'" in usage_error(capsys, "render", "--engine=word")


# --- exit codes and messages --------------------------------------------------------

def test_clean_run_exits_0_and_says_what_it_wrote(project, capsys):
    assert main(["execute", "--project", str(project)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert re.search(r"Wrote _output/quarto/notebooks and _output/quarto/briefing in \d+\.\d s\n$", said.err)


def test_findings_exit_1_with_place_and_count(project, edit, capsys):
    edit("data/quantities.csv", ",>,40,%", ",over,40%,%")
    assert main(["render", "--project", str(project)]) == 1
    said = capsys.readouterr()
    assert 'data/quantities.csv row 2, hedge: found "over", expected one of = > >= < <= ~.' in said.err
    assert 'data/quantities.csv row 2, value: found "40%", expected a number.' in said.err
    assert said.err.endswith("2 findings. Nothing was written.\n") and "Traceback" not in said.err
    assert not (project / "_output").exists()


@pytest.mark.parametrize("name", ["render", "execute"])
def test_unknown_project_exits_2(tmp_path, capsys, name):
    assert main([name, "--project", str(tmp_path / "nowhere")]) == 2
    said = capsys.readouterr()
    assert "expected a briefing project" in said.err and "--project" in said.err and said.out == ""


def test_project_is_found_from_a_folder_inside_it(project, edit, capsys, monkeypatch):
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    monkeypatch.chdir(project / "analysis")
    assert main(["render"]) == 1
    assert "data/quantities.csv row 2" in capsys.readouterr().err


@pytest.mark.parametrize(("damage", "place"), [
    (lambda root: (root / "data/actors.csv").unlink(), "data/actors.csv: found no readable file"),
    (lambda root: (root / "data/actors.csv").write_bytes(b"\xff"), "data/actors.csv line 1: found the byte 0xff"),
    (lambda root: (root / "data/datapackage.json").write_text("{"), "data/datapackage.json line 1: found"),
    (lambda root: (root / "analysis/harbour.ipynb").write_text("no"), "analysis/harbour.ipynb line 1: found no JSON"),
    (lambda root: (root / "report.qmd").write_text("Words.\n"), 'report.qmd line 1: found "Words.", expected front matter'),
    (lambda root: (root / "report.qmd").unlink(), "report.qmd: found no readable file"),
])
def test_bad_input_is_a_message_with_its_place_and_never_a_traceback(project, capsys, damage, place):
    damage(project)
    assert main(["render", "--project", str(project)]) == 1
    assert place in capsys.readouterr().err


# --- JSON -----------------------------------------------------------------------

def test_json_of_a_clean_run(project, capsys):
    assert main(["execute", "--json", "--project", str(project)]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"findings": [], "written": ["_output/quarto/notebooks", "_output/quarto/briefing"]}
    assert said.err == ""


def test_json_of_findings(project, edit, capsys):
    edit("data/quantities.csv", ",>,40,%", ",>,40%,%")
    assert main(["render", "--json", "--project", str(project)]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == {"findings": [{
        "code": "type", "path": "data/quantities.csv", "row": 2, "column": "value", "found": '"40%"',
        "expected": "a number",
        "remedy": "Write `40`: digits and a point only; units and hedges have columns of their own."}]}
    assert said.err == ""


def test_json_of_an_error(tmp_path, capsys):
    assert main(["render", "--json", "--project", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert "expected a briefing project" in json.loads(said.out)["error"] and said.err == ""


# --- a stranger's PDF -----------------------------------------------------------------

@pytest.fixture
def asked(monkeypatch, rendered):
    """`check` of a PDF: exit code, what was asked, and whether its code would have run: None, "shut in" or "with your rights"."""
    from briefing.editions import confinement, rebuild

    def check(*options, missing="", answers=None):
        questions, runs = [], []

        def check_pdf(*_, limits, **__):
            runs.append("shut in" if limits else "with your rights")
            return rebuild.Verdict([], rebuild.Carried((), None, ()))

        answers_left = list(answers or [])
        monkeypatch.setattr(rebuild, "check_pdf", check_pdf)
        monkeypatch.setattr(confinement, "missing", lambda: missing)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: answers is not None, raising=False)
        monkeypatch.setattr("builtins.input", lambda question: questions.append(question) or answers_left.pop(0))
        return main(["check", str(rendered / "_output/report.pdf"), *options]), questions, runs[0] if runs else None

    return check


def test_unasked_a_pdf_is_read_and_nothing_of_it_runs(asked, capsys):
    assert asked() == (2, [], None)
    out, err = capsys.readouterr()
    assert "data/actors.csv" in out and "analysis/harbour.ipynb" in out and "which is code" in out
    assert "found no --trust" in err and "Nothing was run" in err
    assert asked("--json") == (2, [], None)
    told = json.loads(capsys.readouterr().out)
    assert "report.qmd" in told["files"] and "--trust" in told["error"]


@pytest.mark.parametrize("answers, ran", [(["y"], "shut in"), (["n"], None), ([""], None)])
def test_in_a_terminal_it_is_asked_for(asked, answers, ran):
    code, questions, run = asked(answers=answers)
    assert (code, run, len(questions)) == (0 if ran else 2, ran, 1) and "shut in?" in questions[0]


def test_with_trust_it_runs_shut_in(asked):
    assert asked("--trust") == (0, [], "shut in")
    assert asked("--trust", "--unconfined") == (0, [], "shut in")  # where it can be, it is


def test_where_nothing_shuts_in_it_takes_a_second_word(asked, capsys):
    assert asked("--trust", missing="no walls") == (2, [], None)
    assert "--unconfined" in capsys.readouterr().err
    assert asked("--unconfined", missing="no walls") == (2, [], None)
    assert asked("--trust", "--unconfined", missing="no walls") == (0, [], "with your rights")
    assert "with your rights" in capsys.readouterr().err


@pytest.mark.parametrize("answers, ran", [(["y"], "with your rights"), (["n"], None)])
def test_where_nothing_shuts_in_a_terminal_is_asked_again(asked, answers, ran):
    code, questions, run = asked("--trust", missing="no walls", answers=answers)
    assert (code, run, len(questions)) == (0 if ran else 2, ran, 1) and "no walls" in questions[0] and "your rights" in questions[0]
    assert asked(missing="no walls", answers=["y", *answers])[2] == ran


def test_broken_pdf_is_a_finding_and_a_missing_one_an_error(tmp_path, capsys):
    (tmp_path / "report.pdf").write_bytes(b"no PDF")
    assert main(["check", str(tmp_path / "report.pdf"), "--trust"]) == 1
    assert "report.pdf: found no PDF that can be read" in capsys.readouterr().err
    assert main(["check", str(tmp_path / "none.pdf")]) == 2
    assert "found no readable file" in capsys.readouterr().err
    if Path("/dev/zero").exists():
        assert main(["check", "/dev/zero"]) == 1
        assert "a pipe or a device" in capsys.readouterr().err


def test_what_was_proved_is_stated_signed_and_verified(asked, rendered, tmp_path, capsys):
    if shutil.which("ssh-keygen") is None:
        pytest.skip("no ssh-keygen here (Debian: openssh-client)")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    (tmp_path / "signers").write_text(f"ann@example.org {(tmp_path / 'key.pub').read_text()}")
    assert asked("--trust", "--attest", str(tmp_path / "a.json"), "--sign", str(tmp_path / "key"))[0] == 0
    capsys.readouterr()

    def verify(name):
        return main(["verify", str(tmp_path / "a.json"), str(rendered / "_output" / name), "--signers", str(tmp_path / "signers")])

    assert verify("report.pdf") == 0
    assert "signed by ann@example.org" in (said := capsys.readouterr().out) and "report.pdf: proved, byte for byte." in said
    assert verify("report.html") == 1
    assert "report.html: found a file of SHA-256" in capsys.readouterr().err


def test_only_a_reproduced_edition_is_attested(rendered, tmp_path, monkeypatch, capsys):
    from briefing.editions import compare, rebuild

    found = rebuild.Verdict([compare.Difference("code", "report.pdf", "", "a", "b")], rebuild.Carried((), None, ()))
    monkeypatch.setattr(rebuild, "check_pdf", lambda *_, **__: found)
    pdf = str(rendered / "_output/report.pdf")
    assert main(["check", pdf, "--trust", "--unconfined", "--attest", str(tmp_path / "a.json")]) == 1
    assert "was not written" in capsys.readouterr().err and not (tmp_path / "a.json").exists()
    for wrong in (["--sign", "key"], ["--attest", "a.json", "--no-rebuild"]):
        assert main(["check", pdf, "--trust", *wrong]) == 2
        assert "--attest" in capsys.readouterr().err
