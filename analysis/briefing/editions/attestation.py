"""What a check proved, as others can hold it against a file: an in-toto Statement, signed with an SSH key.

The Statement (v1) has the predicate `test-result` of in-toto: its subjects are
the outputs, its configuration the inputs and the package that proved them, all by SHA-256. It has no
clock, path or name of a machine, so that two who prove the same state the same.
Signed, it is a DSSE envelope whose signature is that of `ssh-keygen -Y sign`.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__, limits
from ..execution import scratch
from ..findings import BriefingError, Finding, Findings, shown
from . import edition

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD = "application/vnd.in-toto+json"
#: What a signature is for: one made for anything else, a commit or a mail, does not count here.
NAMESPACE = "briefing-edition"
PROVED = "reproduced by the installed package, rendered twice under different conditions"
_SECONDS = 120  # for a person to type a passphrase


@dataclass(frozen=True)
class Verified:
    """A signed statement that holds: who signed it, and SHA-256 by name of outputs and of inputs."""

    signer: str
    outputs: Mapping[str, str]
    inputs: Mapping[str, str]
    package: Mapping[str, Any]


def statement(inputs: Mapping[str, bytes], outputs: Mapping[str, bytes]) -> dict[str, Any]:
    """What a check proved: that the installed package makes these outputs of these inputs.

    Call it only where that is so.
    """
    package = edition.installed()
    packed = edition.package_of(inputs)
    configuration: list[dict[str, Any]] = [
        _described(name, edition.sha256(inputs[name])) for name in sorted(inputs) if name not in packed]
    configuration.append(_described(edition.CODE, edition.digest(packed)))
    checker = {"version": __version__, "released": edition.release(package) == __version__}
    configuration.append({**_described("checked by briefing", edition.digest(package)), "annotations": checker})
    subject = [_described(name, edition.sha256(outputs[name])) for name in sorted(outputs)]
    return {"_type": STATEMENT, "subject": subject, "predicateType": PREDICATE,
            "predicate": {"result": "PASSED", "configuration": configuration, "passedTests": [PROVED]}}


def _described(name: str, digest: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": digest}}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a statement or an envelope as JSON; raises BriefingError where it cannot be written."""
    try:
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BriefingError(f"{path}: found {error.strerror}, expected a file that can be written. "
                            "Name another file.") from error


def signed(content: Mapping[str, Any], key: Path) -> dict[str, Any]:
    """The DSSE envelope of a statement, signed with an SSH key (or the public half of one that an agent has).

    Raises BriefingError where ssh-keygen is not there or does not sign.
    """
    payload = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    run = _ssh("-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, given=_encoded(payload))
    if run.returncode or not run.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise BriefingError(f"{key}: found no key that ssh-keygen signs with ({_words(run)}), expected an SSH key. "
                            "Name a private key, or the public half of one that your agent has.")
    return {"payloadType": PAYLOAD, "payload": base64.b64encode(payload).decode(),
            "signatures": [{"keyid": NAMESPACE, "sig": base64.b64encode(run.stdout).decode()}]}


def verified(path: Path, signers: Path, files: Mapping[str, bytes]) -> Verified:
    """What a signed attestation states, where its signature is one of the `signers` and it names all of the `files`.

    `signers` is a file of allowed signers as of ssh-keygen(1). Raises Findings
    for a signature that does not hold, and for each file that is not, byte for
    byte, one that was proved; BriefingError where nothing can be verified.
    """
    if not signers.is_file():
        raise BriefingError(f"{signers}: found no file, expected lines `NAME KEYTYPE KEY` of those whose signature "
                            "counts. Write one.")
    payload, signatures = _envelope(path)
    said = []
    signer = ""
    with scratch.folder() as folder:
        for number, signature in enumerate(signatures):
            file = folder / f"{number}.sig"
            file.write_bytes(signature)
            signer, words = _signer(file, signers, _encoded(payload))
            if signer:
                break
            said.append(words)
    if not signer:
        raise Findings([Finding("signature", path.name, f"no signature that holds ({'; '.join(said) or 'none'})",
                                f"one of those in {signers.name}", "Do not trust this attestation, or add its "
                                "signer.")])
    found = _read(payload, path.name, signer)
    known = {*found.outputs.values(), *found.inputs.values()}
    if wrong := [Finding("not-attested", name, f"a file of SHA-256 {edition.sha256(content)}",
                         f"one that {path.name} names", f"It names {', '.join(sorted(found.outputs)[:4])}. Get the "
                         "file that was proved, or prove this one.")
                 for name, content in files.items() if edition.sha256(content) not in known]:
        raise Findings(wrong)
    return found


def _envelope(path: Path) -> tuple[bytes, list[bytes]]:
    """The payload and the signatures of a DSSE envelope."""
    if found := limits.too_large(path, path.name, limits.DESCRIPTOR_BYTES, "Ask for the file again."):
        raise Findings([found])
    try:
        content = json.loads(path.read_text("utf-8"))
        if "payload" not in content and {"dsseEnvelope", "mediaType"} & content.keys():
            raise BriefingError(f"{path.name}: found a Sigstore bundle, expected an envelope signed with an SSH key. "
                                "Verify it with: gh attestation verify FILE --repo OWNER/NAME")
        if "payload" not in content and content.get("_type") == STATEMENT:
            raise BriefingError(f"{path.name}: found a statement that nobody signed, expected a signed one. "
                                "Make it with `briefing check --attest FILE --sign KEY`.")
        if content["payloadType"] != PAYLOAD:
            raise ValueError(f"payload of type {shown(content['payloadType'])}")
        return (base64.b64decode(content["payload"], validate=True),
                [base64.b64decode(each["sig"], validate=True) for each in content["signatures"]])
    except OSError as error:
        raise BriefingError(f"{path}: found no readable file ({error.strerror}), expected an attestation. "
                            "Correct the path.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise _broken(path.name, error) from error


def _read(payload: bytes, name: str, signer: str) -> Verified:
    try:
        content = json.loads(payload)
        predicate = content["predicate"]
        if (content["_type"], content["predicateType"], predicate["result"], predicate["passedTests"]) != (
                STATEMENT, PREDICATE, "PASSED", [PROVED]):
            raise ValueError("a statement of something else")
        described = [{str(each["name"]): each for each in group}
                     for group in (content["subject"], predicate["configuration"])]
        digests = [{each: str(group[each]["digest"]["sha256"]) for each in group} for group in described]
        package = described[1]["checked by briefing"]
        return Verified(signer, digests[0], digests[1], {**package["digest"], **package["annotations"]})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _broken(name, error) from error


def _broken(name: str, error: Exception) -> Findings:
    return Findings([Finding("not-an-attestation", name, f"no attestation ({shown(str(error))[1:-1]})",
                             "one that `briefing check --attest FILE --sign KEY` wrote", "Ask for the file again.")])


def _encoded(payload: bytes) -> bytes:
    """What is signed: DSSE's encoding of type and payload, which tells both apart."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)


def _signer(signature: Path, signers: Path, signed: bytes) -> tuple[str, str]:
    """Whose signature it is, or none and why."""
    asked = _ssh("-Y", "find-principals", "-s", str(signature), "-f", str(signers))
    for name in asked.stdout.decode("utf-8", "replace").splitlines() if not asked.returncode else []:
        run = _ssh("-Y", "verify", "-q", "-f", str(signers), "-I", name, "-n", NAMESPACE, "-s", str(signature),
                   given=signed)
        if run.returncode == 0:
            return name, ""
        asked = run
    return "", _words(asked)


def _words(run: subprocess.CompletedProcess[bytes]) -> str:
    text = (run.stderr + b" " + run.stdout).decode("utf-8", "replace")
    return shown(text.strip() or f"exit code {run.returncode}")[1:-1]


def _ssh(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["ssh-keygen", *arguments], input=given, capture_output=True, check=False,
                              timeout=_SECONDS, env={**os.environ, "LC_ALL": "C"})
    except FileNotFoundError as error:
        raise BriefingError("ssh-keygen: found none, expected OpenSSH 8.1 or newer, which signs and verifies. "
                            "Install it (on Debian: apt-get install openssh-client).") from error
    except subprocess.TimeoutExpired as error:
        raise BriefingError(f"ssh-keygen: found no answer after {_SECONDS} seconds, expected one. "
                            "Unlock the key in your agent first.") from error
