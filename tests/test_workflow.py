"""CI for users: the workflow is sound, least in its rights, and runs commands that exist."""

import re
from pathlib import Path

import pytest
import yaml

from briefing.editions import attestation

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / ".github/workflows/reproduce.yml").read_text("utf-8")
WORKFLOW = yaml.safe_load(TEXT)
JOBS = WORKFLOW["jobs"]
RELEASE_TEXT = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
RELEASE = yaml.safe_load(RELEASE_TEXT)


def commands(job):
    return "\n".join(step.get("run", "") for step in JOBS[job]["steps"])


def test_the_edition_is_checked_on_three_systems_and_three_pythons():
    strategy = JOBS["check"]["strategy"]
    assert strategy["matrix"] == {"os": ["ubuntu-latest", "macos-latest", "windows-latest"],
                                  "python": ["3.11", "3.12", "3.13"]}
    assert strategy["fail-fast"] is False
    assert "briefing check --json --junit reproduced/check.xml" in commands("check")


def test_the_explanation_is_kept_when_the_check_fails():
    keep = JOBS["check"]["steps"][-1]
    assert keep["if"] == "failure()"
    assert keep["uses"].startswith("actions/upload-artifact@")
    assert keep["with"]["path"] == "reproduced/"
    assert "matrix.os" in keep["with"]["name"] and "matrix.python" in keep["with"]["name"]  # names must differ


def test_a_failing_check_is_not_hidden_by_a_pipe():
    # GitHub runs `shell: bash` with pipefail, but an unnamed shell without
    assert WORKFLOW["defaults"]["run"]["shell"] == "bash"


def test_stock_quarto_renders_in_a_job_of_its_own():
    assert any(step.get("uses", "").startswith("quarto-dev/quarto-actions/setup@") for step in JOBS["quarto"]["steps"])
    assert JOBS["quarto"]["strategy"]["matrix"]["quarto"] == ["1.6.42", "1.10.18"]  # the oldest that is told to work, and a new one
    assert "${{ matrix.quarto }}" in [step.get("with", {}).get("version") for step in JOBS["quarto"]["steps"]]
    for line in ("quarto render", ".venv/bin/python tests/compare_quarto.py . --run", ".venv/bin/python benchmarks/quarto.py --rounds 3"):
        assert line in commands("quarto").split("\n")
        assert (ROOT / line.split()[1]).is_file() or line == "quarto render"


def test_installing_is_what_make_does():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for line in commands("check").splitlines():
        if "pip install" in line:
            assert line.removeprefix("python ") in makefile
    assert "SETUP := .venv/.set-up" in makefile


@pytest.mark.parametrize("job", JOBS)
def test_jobs_end_and_have_the_least_rights(job):
    assert JOBS[job]["timeout-minutes"] <= 60
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "permissions" not in JOBS[job]
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is True
    for step in JOBS[job]["steps"]:
        assert re.fullmatch(r"[\w.-]+(/[\w.-]+)+@v\d+", step.get("uses", "a/b@v1"))
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("text", [TEXT, RELEASE_TEXT])
def test_no_package_registry_is_named(text):
    assert not re.search(r"pypi|index-url|https?://(?!in-toto\.io/attestation/test-result/v0\.1$)", text, re.MULTILINE)


# --- at a release -----------------------------------------------------------------------

def test_a_release_is_attested_by_the_workflow_that_proved_it():
    job, = RELEASE["jobs"].values()
    said = "\n".join(step.get("run", "") for step in job["steps"])
    assert said.index("docs/releases.py --check") < said.index("briefing check --attest reproduced/statement.json")
    attest = next(step for step in job["steps"] if step.get("uses", "").startswith("actions/attest@"))
    assert attest["with"]["predicate-type"] == attestation.PREDICATE
    assert attest["with"]["predicate-path"] == "reproduced/predicate.json" and "> reproduced/predicate.json" in said
    assert [(ROOT / name).is_file() for name in attest["with"]["subject-path"].split()] == [True, True]
    assert RELEASE[True] == {"release": {"types": ["published"]}}  # YAML takes `on` for true


def test_the_release_workflow_has_no_rights_but_to_attest():
    job, = RELEASE["jobs"].values()
    assert RELEASE["permissions"] == {"contents": "read"} and job["timeout-minutes"] <= 60
    assert job["permissions"] == {"contents": "read", "id-token": "write", "attestations": "write"}
    for step in job["steps"]:
        assert re.fullmatch(r"[\w.-]+(/[\w.-]+)+@v\d+", step.get("uses", "a/b@v1"))
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_installing_for_a_release_is_what_the_other_workflow_does():
    job, = RELEASE["jobs"].values()
    lines = [line for step in job["steps"] for line in step.get("run", "").splitlines() if "pip install" in line]
    assert lines == [line for line in commands("check").splitlines() if "pip install" in line]
