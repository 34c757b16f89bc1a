"""The provenance crate: valid by an independent validator, without the network, and true to the edition."""

import copy
import hashlib
import json
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from briefing import archive, crate, tables

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
# What RO-Crate 1.1's context makes of the terms that a crate of ours may use; a term that is not here is an error.
OF_SCHEMA_ORG = """CreateAction CreativeWork Dataset Organization Person SoftwareApplication about actionStatus
    affiliation agent author conditionsOfAccess contentSize datePublished description encodingFormat endTime hasPart
    identifier inLanguage instrument isBasedOn keywords license mentions name object publisher result
    softwareRequirements softwareVersion url version"""
TERMS = {term: f"http://schema.org/{term}" for term in OF_SCHEMA_ORG.split()} | {
    "File": "http://schema.org/MediaObject", "conformsTo": "http://purl.org/dc/terms/conformsTo"}
VERSIONS = {"python": "3.12.1", "pandas": "2.3.0", "typst": "0.14.1"}


@pytest.fixture
def made(rendered):
    """Data, inputs and outputs of the invented briefing."""
    outputs = {path.relative_to(rendered / "_output").as_posix(): path.read_bytes()
               for path in (rendered / "_output").rglob("*") if path.is_file() and path.name != crate.NAME}
    return tables.load(rendered), archive.inputs(rendered), outputs


FRONT = {"title": "A strike in Sandhaven", "subtitle": "An invented briefing", "author": "The test suite", "lang": "en",
         "keywords": ["harbour", "strike"]}


def entities(text):
    graph = json.loads(text)["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph), "an @id stands twice"
    return {entity["@id"]: entity for entity in graph}


def listed(value):
    return [one["@id"] for one in (value if isinstance(value, list) else [value])]


@pytest.fixture
def issues(made, tmp_path, monkeypatch):
    """What roc-validator finds at a severity, the context served from its cache and nothing from the network."""
    monkeypatch.setenv("ROCRATE_VALIDATOR_AUTO_WARM", "0")
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the validator reached for the network"))
    requests_cache = pytest.importorskip("requests_cache")
    from rocrate_validator import models, services

    with requests_cache.CachedSession(str(tmp_path / "cache"), backend="sqlite", expire_after=-1) as session:
        body = json.dumps({"@context": TERMS}).encode()
        session.cache.save_response(requests_cache.CachedResponse(
            status_code=200, url=CONTEXT, headers={"Content-Type": "application/ld+json"}, content=body,
            request=requests_cache.CachedRequest(method="GET", url=CONTEXT)))

    def found(text, severity="REQUIRED"):
        folder = tmp_path / "crate"
        for name, content in {**made[2], crate.NAME: text.encode()}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        result = services.validate(services.ValidationSettings(
            rocrate_uri=models.URI(str(folder)) if hasattr(models, "URI") else str(folder),
            profile_identifier="process-run-crate", requirement_severity=models.Severity[severity],
            offline=True, cache_path=tmp_path / "cache"))
        return [issue.message for issue in result.get_issues(models.Severity[severity])]

    return found
