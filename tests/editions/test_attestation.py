"""What a check proved, signed: it holds for the files that it names, and for nothing else."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from briefing import __version__, limits
from briefing.editions import attestation, edition
from briefing.findings import BriefingError, Finding, Findings

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
    def named(name, digest):
        return {"name": name, "digest": {"sha256": digest}}

    found = attestation.statement(INPUTS, OUTPUTS)
    package = edition.installed()
    assert found == {
        "_type": "https://in-toto.io/Statement/v1", "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "subject": [named("report.html", edition.sha256(b"<html>")), named("report.pdf", edition.sha256(b"%PDF"))],
        "predicate": {
            "result": "PASSED", "passedTests": ["reproduced by the installed package, rendered twice under different conditions"],
            "configuration": [
                named("data/a.csv", edition.sha256(b"a")), named("report.qmd", edition.sha256(b"r")),
                named("analysis/briefing/", edition.digest({"analysis/briefing/x.py": b"x"})),
                named("checked by briefing", edition.digest(package)) | {
                    "annotations": {"version": __version__, "released": edition.release(package) == __version__}}]}}
    assert attestation.statement(dict(reversed(INPUTS.items())), dict(reversed(OUTPUTS.items()))) == found


@pytest.mark.parametrize(("version", "released"), [(__version__, True), ("9.9.9", False)])
def test_only_the_package_that_was_released_under_its_version_is_told_to_be(monkeypatch, version, released):
    monkeypatch.setattr(edition, "releases", lambda: {version: edition.digest(edition.installed())})
    checker = attestation.statement(INPUTS, OUTPUTS)["predicate"]["configuration"][-1]
    assert checker["annotations"] == {"version": __version__, "released": released}


def test_a_statement_is_written_as_json_that_people_can_read(tmp_path):
    attestation.write(tmp_path / "a.json", {"name": "Möwe", "list": [1]})
    assert (tmp_path / "a.json").read_bytes() == '{\n "name": "Möwe",\n "list": [\n  1\n ]\n}\n'.encode()
    with pytest.raises(BriefingError) as error:
        attestation.write(tmp_path / "none/a.json", {})
    assert str(error.value) == (f"{tmp_path / 'none/a.json'}: found No such file or directory, expected a file that can be written. "
                                "Name another file.")


def test_an_envelope_holds_the_statement_in_one_form_whatever_its_order(keys):
    content = {"b": "Möwe", "a": [1, 2]}
    found = attestation.signed(content, keys / "ann")
    signature = base64.b64decode(found["signatures"][0].pop("sig"))
    assert found == {"payloadType": "application/vnd.in-toto+json", "signatures": [{"keyid": "briefing-edition"}],
                     "payload": base64.b64encode('{"a":[1,2],"b":"Möwe"}'.encode()).decode()}
    assert signature.startswith(b"-----BEGIN SSH SIGNATURE-----\n")
    assert attestation.signed(dict(reversed(content.items())), keys / "ann")["payload"] == found["payload"]


def test_what_is_signed_is_the_payload_and_its_type_as_dsse_encodes_them(keys, tmp_path):
    """As https://github.com/secure-systems-lab/dsse/blob/master/protocol.md has it: lengths in bytes."""
    found = attestation.signed({"name": "Möwe"}, keys / "ann")
    (tmp_path / "sig").write_bytes(base64.b64decode(found["signatures"][0]["sig"]))
    told = 'DSSEv1 28 application/vnd.in-toto+json 16 {"name":"Möwe"}'.encode()
    run = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", keys / "signers", "-I", "ann@example.org", "-n", "briefing-edition", "-s", tmp_path / "sig"],
                         input=told, capture_output=True)
    assert run.returncode == 0, run.stderr


def test_signed_attestation_holds_for_the_files_that_it_names(signed, keys):
    assert attestation.verified(signed, keys / "signers", {"somewhere/else.pdf": b"%PDF", "a.csv": b"a"}) == attestation.Verified(
        "ann@example.org", {name: edition.sha256(content) for name, content in OUTPUTS.items()},
        {"data/a.csv": edition.sha256(b"a"), "report.qmd": edition.sha256(b"r"),
         "analysis/briefing/": edition.digest({"analysis/briefing/x.py": b"x"}),
         "checked by briefing": edition.digest(edition.installed())},
        {"sha256": edition.digest(edition.installed()), "version": __version__, "released": edition.release(edition.installed()) == __version__})


def test_each_file_that_was_not_proved_is_a_finding(keys, tmp_path):
    path = tmp_path / "a.json"
    outputs = {f"{letter}.csv": letter.encode() for letter in "ecabd"}
    attestation.write(path, attestation.signed(attestation.statement(INPUTS, outputs), keys / "ann"))
    with pytest.raises(Findings) as error:
        attestation.verified(path, keys / "signers", {"report.pdf": b"%PDF ", "e.csv": b"e", "a.csv": b"A"})
    assert error.value.findings == [
        Finding("not-attested", name, f"a file of SHA-256 {edition.sha256(content)}", "one that a.json names",
                "It names a.csv, b.csv, c.csv, d.csv. Get the file that was proved, or prove this one.")
        for name, content in (("report.pdf", b"%PDF "), ("a.csv", b"A"))]


def changed(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def other_payload(content):
    payload = base64.b64decode(content["payload"]).replace(edition.sha256(b"%PDF").encode(), edition.sha256(b"forged").encode())
    content["payload"] = base64.b64encode(payload).decode()


def test_changed_payload_is_a_finding(signed, keys):
    changed(signed, other_payload)
    with pytest.raises(Findings) as error:
        attestation.verified(signed, keys / "signers", {"report.pdf": b"forged"})
    found, = error.value.findings
    assert found.found.startswith("no signature that holds (Signature verification failed") and found.code == "signature"


def test_signature_of_somebody_else_is_a_finding(keys, tmp_path):
    path = tmp_path / "report.json"
    envelope = attestation.signed(attestation.statement(INPUTS, OUTPUTS), keys / "bob")
    nobody = "No principal matched."
    for signatures, told in (([], "none"), (envelope["signatures"], nobody), (envelope["signatures"] * 2, f"{nobody}; {nobody}")):
        attestation.write(path, envelope | {"signatures": signatures})
        with pytest.raises(Findings) as error:
            attestation.verified(path, keys / "signers", {})
        assert error.value.findings == [Finding("signature", "report.json", f"no signature that holds ({told})", "one of those in signers",
                                                "Do not trust this attestation, or add its signer.")]


def test_one_signature_that_holds_is_enough(keys, tmp_path):
    path = tmp_path / "report.json"
    content = attestation.statement(INPUTS, OUTPUTS)
    bob, ann = (attestation.signed(content, keys / name) for name in ("bob", "ann"))
    for both in ([*bob["signatures"], *ann["signatures"]], [*ann["signatures"], *bob["signatures"]]):
        attestation.write(path, ann | {"signatures": both})
        assert attestation.verified(path, keys / "signers", {}).signer == "ann@example.org"


def test_a_key_of_several_names_counts_under_the_first_that_may_sign(signed, keys, tmp_path):
    (tmp_path / "signers").write_text(f"!harbour@example.org,ann@example.org,other@example.org {(keys / 'ann.pub').read_text()}")
    assert attestation.verified(signed, tmp_path / "signers", {}).signer == "ann@example.org"


def test_a_key_that_may_sign_only_something_else_does_not_count(signed, keys, tmp_path):
    (tmp_path / "signers").write_text(f'ann@example.org namespaces="git" {(keys / "ann.pub").read_text()}')
    with pytest.raises(Findings, match="no signature that holds"):
        attestation.verified(signed, tmp_path / "signers", {})


def test_signature_made_for_something_else_does_not_count(signed, keys, monkeypatch, tmp_path):
    monkeypatch.setattr(attestation, "NAMESPACE", "git")
    other = tmp_path / "other.json"
    attestation.write(other, attestation.signed(attestation.statement(INPUTS, OUTPUTS), keys / "ann"))
    monkeypatch.undo()
    attestation.verified(signed, keys / "signers", {})
    with pytest.raises(Findings, match="no signature that holds"):
        attestation.verified(other, keys / "signers", {})


@pytest.mark.parametrize("change", [
    {"_type": "https://in-toto.io/Statement/v0.1"}, {"predicateType": "https://slsa.dev/provenance/v1"}, {"predicate": {"result": "FAILED"}},
    {"predicate": {"passedTests": ["other"]}}, {"predicate": {"passedTests": [attestation.PROVED, "other"]}}])
def test_statement_of_something_else_is_refused_though_it_is_signed(keys, tmp_path, change):
    assert refused(keys, tmp_path, change) == [Finding("not-an-attestation", "a.json", "no attestation (a statement of something else)",
                                                       "one that `briefing check --attest FILE --sign KEY` wrote", "Ask for the file again.")]


@pytest.mark.parametrize("change", [{"predicate": {"configuration": []}}, {"subject": [{}]}, {"subject": 7}, {"predicate": 7},
                                    {"subject": [{"name": "a", "digest": {}}]}])
def test_statement_that_lacks_what_it_must_tell_is_refused_though_it_is_signed(keys, tmp_path, change):
    found, = refused(keys, tmp_path, change)
    assert found.code == "not-an-attestation" and found.found.startswith("no attestation (")


def refused(keys, tmp_path, change):
    content = attestation.statement(INPUTS, OUTPUTS)
    for key, value in change.items():
        content[key] = content[key] | value if isinstance(value, dict) else value
    attestation.write(tmp_path / "a.json", attestation.signed(content, keys / "ann"))
    with pytest.raises(Findings) as error:
        attestation.verified(tmp_path / "a.json", keys / "signers", {})
    return error.value.findings


TYPE = "application/vnd.in-toto+json"


@pytest.mark.parametrize(("text", "told"), [
    ("", "Expecting value: line 1 column 1 (char 0)"), ("[]", "'list' object has no attribute 'keys'"), ("{}", "'payloadType'"),
    ("null", "argument of type 'NoneType' is not "), ('{"payloadType": "x", "payload": "", "signatures": []}', 'payload of type "x"'),
    ("[" * 100_000, "maximum recursion depth exceeded"),
    ('{"payloadType": "%s", "payload": "%%", "signatures": []}' % TYPE, "Only base64 data is allowed"),
    ('{"payloadType": "%s", "payload": "e30=", "signatures": [{}]}' % TYPE, "'sig'"),
    ('{"payloadType": "%s", "payload": "e30=", "signatures": [{"sig": "e30=!"}]}' % TYPE, ""),
    ('{"payloadType": "%s", "payload": "e30=", "signatures": 3}' % TYPE, "'int' object is not iterable"), ("\ud83d", "'utf-8' codec can't decode"),
    ('{"_type": "other"}', "'payloadType'")])
def test_what_is_no_attestation_is_a_finding(keys, tmp_path, text, told):
    path = tmp_path / "report.json"
    path.write_text(text, "utf-8", errors="surrogatepass")
    with pytest.raises(Findings) as error:
        attestation.verified(path, keys / "signers", {})
    found, = error.value.findings
    assert str(found).startswith(f"report.json: found no attestation ({told}") and (found.code, found.expected, found.remedy) == (
        "not-an-attestation", "one that `briefing check --attest FILE --sign KEY` wrote", "Ask for the file again.")


def test_an_attestation_that_is_too_large_is_not_read(signed, keys, monkeypatch):
    monkeypatch.setattr(limits, "DESCRIPTOR_BYTES", 1000)
    with pytest.raises(Findings) as error:
        attestation.verified(signed, keys / "signers", {})
    assert error.value.findings == [Finding("too-large", "report.json", f"{signed.stat().st_size:,} bytes", "at most 1,000",
                                            "Ask for the file again.")]


@pytest.mark.parametrize(("content", "told"), [
    (attestation.statement(INPUTS, OUTPUTS), "a.json: found a statement that nobody signed, expected a signed one. "
     "Make it with `briefing check --attest FILE --sign KEY`."),
    *(({key: {}}, "a.json: found a Sigstore bundle, expected an envelope signed with an SSH key. "
       "Verify it with: gh attestation verify FILE --repo OWNER/NAME") for key in ("dsseEnvelope", "mediaType"))])
def test_without_a_signature_or_by_another_way_it_says_what_to_do(keys, tmp_path, content, told):
    attestation.write(tmp_path / "a.json", content)
    with pytest.raises(BriefingError) as error:
        attestation.verified(tmp_path / "a.json", keys / "signers", {})
    assert str(error.value) == told and error.value.exit_code == 2


def test_files_that_are_not_there_are_told(signed, keys, tmp_path):
    for path, signers, told in (
            (tmp_path / "no.json", keys / "signers",
             f"{tmp_path / 'no.json'}: found no readable file (No such file or directory), expected an attestation. Correct the path."),
            (signed, tmp_path / "none", f"{tmp_path / 'none'}: found no file, expected lines `NAME KEYTYPE KEY` of those whose signature counts. Write one."),
            (signed, tmp_path, f"{tmp_path}: found no file, expected lines `NAME KEYTYPE KEY` of those whose signature counts. Write one.")):
        with pytest.raises(BriefingError) as error:
            attestation.verified(path, signers, {})
        assert str(error.value) == told and error.value.exit_code == 2


# --- ssh-keygen -------------------------------------------------------------------------

@pytest.fixture
def another(tmp_path, monkeypatch):
    """Put a script in the place of ssh-keygen."""
    def put(script):
        (tmp_path / "ssh-keygen").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "ssh-keygen").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return put


@pytest.mark.parametrize(("script", "told"), [
    ("echo 'no  such key' >&2; echo given; exit 255", "no such key given"), ("exit 3", "exit code 3"), ("echo something else", "something else"),
    ("echo '-----BEGIN SSH SIGNATURE-----'; exit 1", "-----BEGIN SSH SIGNATURE-----"), ("printf '\\377' >&2; exit 1", "\ufffd")])
def test_a_key_that_does_not_sign_is_told_with_the_words_of_ssh_keygen(another, script, told):
    another(script)
    with pytest.raises(BriefingError) as error:
        attestation.signed({}, Path("mine"))
    assert str(error.value) == (f"mine: found no key that ssh-keygen signs with ({told}), expected an SSH key. "
                                "Name a private key, or the public half of one that your agent has.")


def test_what_is_no_key_is_told(tmp_path):
    (tmp_path / "key").write_text("no key")
    with pytest.raises(BriefingError, match="found no key that ssh-keygen signs with"):
        attestation.signed(attestation.statement(INPUTS, OUTPUTS), tmp_path / "key")


def test_words_of_ssh_keygen_are_english_and_it_sees_the_agent(another, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/agent")
    another('echo "$LC_ALL $SSH_AUTH_SOCK" >&2; exit 1')
    with pytest.raises(BriefingError, match=r"signs with \(C /agent\)"):
        attestation.signed({}, Path("mine"))


def test_machine_without_openssh_is_told(monkeypatch, tmp_path, keys):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BriefingError) as error:
        attestation.signed({}, keys / "ann")
    assert str(error.value) == ("ssh-keygen: found none, expected OpenSSH 8.1 or newer, which signs and verifies. "
                                "Install it (on Debian: apt-get install openssh-client).")


def test_a_key_that_waits_for_ever_is_told(another, monkeypatch):
    monkeypatch.setattr(attestation, "_SECONDS", 0.1)
    another("exec sleep 60")
    with pytest.raises(BriefingError) as error:
        attestation.signed({}, Path("mine"))
    assert str(error.value) == "ssh-keygen: found no answer after 0.1 seconds, expected one. Unlock the key in your agent first."
