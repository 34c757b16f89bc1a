"""What a check proved, signed: it holds for the files that it names, and for nothing else."""

import base64
import json
import shutil
import subprocess

import pytest

from briefing.editions import attestation, edition
from briefing.findings import BriefingError, Findings

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen here (Debian: openssh-client)")
INPUTS = {"data/a.csv": b"a", "report.qmd": b"r", "analysis/briefing/x.py": b"x"}
OUTPUTS = {"report.pdf": b"%PDF", "report.html": b"<html>"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A folder with two keys, and the file of signers that names the first."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ann", "bob"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name], check=True)
    (folder / "signers").write_text(f"ann@example.org {(folder / 'ann.pub').read_text()}")
    return folder


@pytest.fixture
def signed(keys, tmp_path):
    path = tmp_path / "report.json"
    attestation.write(path, attestation.signed(attestation.statement(INPUTS, OUTPUTS), keys / "ann"))
    return path


def test_statement_names_inputs_outputs_and_package_by_their_digests_and_nothing_else():
    found = attestation.statement(INPUTS, OUTPUTS)
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert found["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert {each["name"]: each["digest"]["sha256"] for each in found["subject"]} == {name: edition.sha256(content) for name, content in OUTPUTS.items()}
    named = {each["name"]: each["digest"]["sha256"] for each in found["predicate"]["configuration"]}
    assert named["data/a.csv"] == edition.sha256(b"a") and named["checked by briefing"] == edition.digest(edition.installed())
    assert named["analysis/briefing/"] == edition.digest({"analysis/briefing/x.py": b"x"}) and len(named) == 4
    assert attestation.statement(dict(reversed(INPUTS.items())), dict(reversed(OUTPUTS.items()))) == found


def test_signed_attestation_holds_for_the_files_that_it_names(signed, keys):
    found = attestation.verified(signed, keys / "signers", {"somewhere/else.pdf": b"%PDF", "a.csv": b"a"})
    assert (found.signer, sorted(found.outputs), len(found.inputs)) == ("ann@example.org", ["report.html", "report.pdf"], 4)
    assert found.package["released"] is (edition.release(edition.installed()) is not None)


def test_file_that_was_not_proved_is_a_finding(signed, keys):
    with pytest.raises(Findings, match="report.pdf: found a file of SHA-256 .*, expected one that report.json names") as error:
        attestation.verified(signed, keys / "signers", {"report.pdf": b"%PDF ", "report.html": b"<html>"})
    assert len(error.value.findings) == 1


def changed(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def other_payload(content):
    payload = base64.b64decode(content["payload"]).replace(edition.sha256(b"%PDF").encode(), edition.sha256(b"forged").encode())
    content["payload"] = base64.b64encode(payload).decode()


def test_changed_payload_is_a_finding(signed, keys):
    changed(signed, other_payload)
    with pytest.raises(Findings, match="found no signature that holds"):
        attestation.verified(signed, keys / "signers", {"report.pdf": b"forged"})


def test_signature_of_somebody_else_is_a_finding(keys, tmp_path):
    path = tmp_path / "report.json"
    attestation.write(path, attestation.signed(attestation.statement(INPUTS, OUTPUTS), keys / "bob"))
    with pytest.raises(Findings, match="expected one of those in signers"):
        attestation.verified(path, keys / "signers", {})


def test_signature_made_for_something_else_does_not_count(signed, keys, monkeypatch, tmp_path):
    monkeypatch.setattr(attestation, "NAMESPACE", "git")
    other = tmp_path / "other.json"
    attestation.write(other, attestation.signed(attestation.statement(INPUTS, OUTPUTS), keys / "ann"))
    monkeypatch.undo()
    attestation.verified(signed, keys / "signers", {})
    with pytest.raises(Findings, match="no signature that holds"):
        attestation.verified(other, keys / "signers", {})


def test_statement_of_something_else_is_refused_though_it_is_signed(keys, tmp_path):
    for number, change in enumerate([{"result": "FAILED"}, {"passedTests": ["other"]}, {"configuration": []}]):
        content = attestation.statement(INPUTS, OUTPUTS)
        content["predicate"] |= change
        path = tmp_path / f"{number}.json"
        attestation.write(path, attestation.signed(content, keys / "ann"))
        with pytest.raises(Findings, match="found no attestation"):
            attestation.verified(path, keys / "signers", {})


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"payloadType": "x", "payload": "", "signatures": []}', "[" * 100_000,
                                  '{"payloadType": "application/vnd.in-toto+json", "payload": "%", "signatures": []}',
                                  '{"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": [{}]}',
                                  '{"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": 3}', "\ud83d"])
def test_what_is_no_attestation_is_a_finding(keys, tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text, "utf-8", errors="surrogatepass")
    with pytest.raises(Findings, match="report.json: found no attestation"):
        attestation.verified(path, keys / "signers", {})


def test_without_a_signature_or_by_another_way_it_says_what_to_do(keys, tmp_path):
    path = tmp_path / "report.json"
    attestation.write(path, attestation.statement(INPUTS, OUTPUTS))
    with pytest.raises(BriefingError, match="--sign KEY"):
        attestation.verified(path, keys / "signers", {})
    path.write_text('{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {}}')
    with pytest.raises(BriefingError, match="gh attestation verify"):
        attestation.verified(path, keys / "signers", {})
    with pytest.raises(BriefingError, match="signers: found no file|found no file"):
        attestation.verified(path, tmp_path / "none", {})


def test_what_is_no_key_is_said(tmp_path):
    (tmp_path / "key").write_text("no key")
    with pytest.raises(BriefingError, match="found no key that ssh-keygen signs with"):
        attestation.signed(attestation.statement(INPUTS, OUTPUTS), tmp_path / "key")


def test_machine_without_openssh_is_told(monkeypatch, keys):
    def none(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(attestation.subprocess, "run", none)
    with pytest.raises(BriefingError, match="expected OpenSSH"):
        attestation.signed({}, keys / "ann")
