"""An edition's provenance as an RO-Crate: what was made, from what, with what, on whose work.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the Process Run Crate
profile. The crate is the `_output/` folder, so each output is one of its
files. The inputs lie outside of it, but the report carries them in an
archive: each is described as a part of that archive, which is a part of the
report. Tables besides have their columns: RO-Crate has no terms of its own for
them, so they are PropertyValues by `variableMeasured`, as schema.org and the
guide of science-on-schema.org have it, with the data type as `additionalType`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from .. import __version__
from ..discourse.exports import ABOUT
from ..facts.rules import shared
from ..facts.tables import DESCRIPTOR, Row, Tables
from . import edition

NAME = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
#: The output that carries the inputs.
CARRIER = "report.pdf"

#: Media types by suffix; a table of our own, because Python's reads the machine's.
MEDIA_TYPES: Mapping[str, str] = {
    "": "text/plain", ".bib": "application/x-bibtex", ".csl": "application/vnd.citationstyles.style+xml",
    ".css": "text/css", ".csv": "text/csv", ".graphml": "application/graphml+xml", ".html": "text/html",
    ".ipynb": "application/x-ipynb+json", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".js": "text/javascript",
    ".json": "application/json", ".jsonld": "application/ld+json", ".lock": "text/plain", ".md": "text/markdown",
    ".pdf": "application/pdf", ".png": "image/png", ".py": "text/x-python", ".qmd": "text/markdown",
    ".svg": "image/svg+xml", ".toml": "application/toml", ".txt": "text/plain", ".typ": "text/plain",
    ".zip": "application/zip",
}

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
#: The path of each JSON-LD context in an edition, by its address.
CONTEXTS = {"http://www.w3.org/ns/anno.jsonld": "contexts/anno.jsonld",
            "https://w3id.org/ro/crate/1.1/context": "contexts/ro-crate-1.1.jsonld"}
#: The terms under which they may be carried.
LICENCE = "contexts/LICENSE.txt"

Entity = dict[str, Any]


def contexts() -> dict[str, bytes]:
    """The JSON-LD contexts that an edition's documents name, and their licences, by their paths in the edition.

    The documents name them by their addresses, as their standards demand. A
    processor that has no network takes these copies, by a loader that has
    them; with pyld (pyld.documentloader.frozen), where `folder` is the edition's:

        FrozenDocumentLoader({url: folder / path for url, path in CONTEXTS.items()})

    What else is named is then refused, not fetched.
    """
    carried = {path: (TEMPLATES / path.replace("contexts/", "context-")).read_bytes() for path in CONTEXTS.values()}
    return {**carried, LICENCE: (TEMPLATES / "context.LICENSE.txt").read_bytes()}


def crate(tables: Tables, inputs: Mapping[str, bytes], outputs: Mapping[str, bytes],
          versions: Mapping[str, str], report_front: Mapping[str, Any]) -> str:
    """The crate's metadata file as JSON text, entities and keys in a fixed order.

    `inputs` are as `edition.inputs` gives them, `outputs` by path in
    `_output/`; `versions` are those of the software beneath, by name, and
    `report_front` is the report's front matter.
    """
    date = tables.edition_date.isoformat()
    people, affiliations = _people(tables, report_front)
    licences = _licences(tables)
    software = [_software(name, versions[name]) for name in sorted(versions)]
    sources = [_source(row) for row in tables.rows["sources"]]
    made = [_output(name, outputs[name]) for name in sorted(outputs) if name != NAME]
    read = [_file(_inner(name), name, inputs[name]) for name in sorted(inputs)]
    described = _tables(tables, {entity["name"]: entity for entity in read})
    packed = _file(f"#{edition.ARCHIVE}", edition.ARCHIVE, edition.pack(inputs), hasPart=_to(read),
                   description=f"All inputs of the edition, attached to {CARRIER}.")
    for entity in made:
        if entity["name"] == CARRIER:
            entity["hasPart"] = _to([packed])
    tool = _entity(f"pkg:generic/briefing@{__version__}", "SoftwareApplication", name="briefing",
                   softwareVersion=__version__, softwareRequirements=_to(software))
    title = _title(tables, report_front)
    action = _entity("#render", "CreateAction", name=f"Rendering of {title}",
                     description="The notebooks were run, the report bound to their values, and the edition written.",
                     instrument=_to([tool]), agent=_to(people), endTime=date, object=_to(read), result=_to(made),
                     actionStatus="http://schema.org/CompletedActionStatus")
    root = _entity("./", "Dataset", conformsTo={"@id": PROFILE}, name=title,
                   description=_description(tables, report_front) or title, datePublished=date,
                   license=_to(licences), author=_to(people), inLanguage=report_front.get("lang"),
                   keywords=_keywords(tables, report_front), hasPart=_to(made), mentions=_to([action]),
                   isBasedOn=_to(sources))
    about = _entity(NAME, "CreativeWork", about={"@id": "./"}, conformsTo={"@id": SPECIFICATION})
    profile = _entity(PROFILE, "CreativeWork", name="Process Run Crate", version="0.5")
    graph = [about, root, profile, action, tool, *software, *people, *affiliations, *licences, *made, packed, *read,
             *described, *_standards(made), *sources, *_publishers(tables)]
    # sha256 came to schema.org after RO-Crate 1.1 was written, so the crate says what it means
    context = [f"{SPECIFICATION}/context", {"sha256": "http://schema.org/sha256"}]
    return json.dumps({"@context": context, "@graph": graph}, indent=1, ensure_ascii=False) + "\n"


def _entity(id: str, kind: str, **properties: Any) -> Entity:
    """An entity with those of its properties that have a value."""
    return {"@id": id, "@type": kind} | {key: value for key, value in properties.items() if value}


def _to(entities: Iterable[Entity]) -> Any:
    """References to entities, a single one without its list, as RO-Crate asks."""
    found = [{"@id": entity["@id"]} for entity in entities]
    return found[0] if len(found) == 1 else found


def _local(kind: str, name: str) -> str:
    return f"#{kind}/{quote(name)}"


def _inner(name: str) -> str:
    return _local(edition.ARCHIVE, name)


def _file(id: str, name: str, content: bytes, **properties: Any) -> Entity:
    kind = MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
    return _entity(id, "File", name=name, encodingFormat=kind, contentSize=str(len(content)),
                   sha256=hashlib.sha256(content).hexdigest(), **properties)


def _software(name: str, version: str) -> Entity:
    """A piece of software, identified by its package URL (https://github.com/package-url/purl-spec)."""
    kind = "generic" if name == "python" else "pypi"
    return _entity(f"pkg:{kind}/{quote(name)}@{quote(version)}", "SoftwareApplication", name=name,
                   softwareVersion=version)


# --- what the files are -----------------------------------------------------------

PACKAGE = "https://datapackage.org/profiles/2.0/datapackage.json"
XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPES = {"integer": "integer", "number": "decimal", "boolean": "boolean", "date": "date"}
_JSON_LD = "https://www.w3.org/TR/json-ld11/"


def _output(name: str, content: bytes) -> Entity:
    """An output, an export with what it is and the standard that it follows."""
    about, standard, _ = ABOUT.get(name, ("", "", ""))
    if name in CONTEXTS.values():
        address = next(address for address, path in CONTEXTS.items() if path == name)
        about, standard = f"A copy of the JSON-LD context {address}; its terms: {LICENCE}.", _JSON_LD
    return _file(quote(name), name, content, description=about, conformsTo={"@id": standard} if standard else None)


def _standards(made: Iterable[Entity]) -> list[Entity]:
    names = {standard: name for _, standard, name in ABOUT.values()} | {_JSON_LD: "JSON-LD 1.1"}
    used = {entity["conformsTo"]["@id"] for entity in made if "conformsTo" in entity}
    return [_entity(standard, "CreativeWork", name=names[standard]) for standard in sorted(used)]


def _tables(tables: Tables, read: Mapping[str, Entity]) -> list[Entity]:
    """Tell of the tables among the inputs what they hold and that they are a Data Package; the entities of their
    columns, and of that standard."""
    descriptor = read.get(f"data/{DESCRIPTOR}")
    if descriptor is None:
        return []
    profile = str(tables.descriptor.get("$schema") or PACKAGE)
    descriptor |= {"description": "The Data Package of the tables: columns, types, keys and limits.",
                   "conformsTo": {"@id": profile}}
    found: dict[str, Entity] = {}
    parts = []
    files = [(file, resource) for resource in tables.descriptor["resources"] for file in tables.files(resource["name"])]
    for file, resource in files:
        if table := read.get(file):
            columns = [_column(resource["name"], field) for field in resource["schema"]["fields"]]
            table |= {"description": str(resource.get("title") or resource["name"]),
                      "conformsTo": {"@id": descriptor["@id"]}, "variableMeasured": _to(columns)}
            found |= {column["@id"]: column for column in columns}
            parts.append(table)
    if parts:
        descriptor["hasPart"] = _to(parts)
    return [*found.values(), _entity(profile, "CreativeWork", name="Data Package"), *_packages(tables, read)]


def _packages(tables: Tables, read: Mapping[str, Entity]) -> list[Entity]:
    """Tell of the files that came from packages of others where they are from; the entities of these packages, with
    the hash that pins them."""
    found = []
    for entry in tables.descriptor.get("shared", ()):
        address = entry["path"]
        id = address if _is_url(address) else _local("package", entry["name"])
        found.append(_entity(id, "CreativeWork", name=entry["name"], sha256=entry["sha256"],
                             description=f"The package of facts at {address}; its hash is that of the list which "
                                         "sha256sum prints of the files taken.",
                             url=address if _is_url(address) else None))
        for name in read:
            if name.startswith(f"data/{shared.FOLDER}/{entry['name']}/"):
                read[name].update(isBasedOn={"@id": id})
    return found


def _column(table: str, field: Mapping[str, Any]) -> Entity:
    kind = f"{XSD}{_TYPES.get(str(field.get('type')), 'string')}"
    return _entity(_local("column", f"{table}/{field['name']}"), "PropertyValue", name=field["name"],
                   description=field.get("description"), unitText=field.get("unit"), propertyID=field.get("rdfType"),
                   additionalType=kind)


# --- what it is about -----------------------------------------------------------

def _title(tables: Tables, front: Mapping[str, Any]) -> str:
    return str(front.get("title") or tables.descriptor.get("title") or tables.descriptor.get("name") or "Briefing")


def _description(tables: Tables, front: Mapping[str, Any]) -> str:
    texts = (front.get("abstract") or front.get("subtitle"), tables.descriptor.get("description"))
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}."
                    for text in (str(text).strip() for text in texts if text))


def _keywords(tables: Tables, front: Mapping[str, Any]) -> str:
    words = front.get("keywords") or tables.descriptor.get("keywords") or []
    return ", ".join(str(word) for word in ([words] if isinstance(words, str) else words))


def _licences(tables: Tables) -> list[Entity]:
    """The Data Package's licences; an RO-Crate must have one, so where none is stated it says that."""
    found: dict[str, Entity] = {}
    for licence in tables.descriptor.get("licenses") or [{"name": "none-stated", "title": "No licence is stated"}]:
        name = str(licence.get("title") or licence.get("name") or licence.get("path"))
        path = str(licence.get("path") or "")
        id = path if _is_url(path) else _local("licence", str(licence.get("name") or name))
        found.setdefault(id, _entity(id, "CreativeWork", name=name, identifier=licence.get("name"),
                                     description=f"The licence of the data and the text: {name}."))
    return list(found.values())


# --- who ------------------------------------------------------------------------

def _people(tables: Tables, front: Mapping[str, Any]) -> tuple[list[Entity], list[Entity]]:
    """The report's authors, or else the Data Package's contributors, and the organizations they belong to."""
    authors = front.get("author") or [
        {"name": one.get("title"), "url": one.get("path"), "affiliation": one.get("organization")}
        for one in tables.descriptor.get("contributors") or []]
    people: dict[str, Entity] = {}
    organizations: dict[str, Entity] = {}
    for author in authors if isinstance(authors, list) else [authors]:
        about = author if isinstance(author, Mapping) else {"name": author}
        name = _full_name(about.get("name"))
        if not name:
            continue
        groups = about.get("affiliation") or about.get("affiliations") or []
        belongs = [_organization(text) for group in (groups if isinstance(groups, list) else [groups])
                   if (text := _full_name(group.get("name") if isinstance(group, Mapping) else group))]
        person = _entity(_person_id(name, about), "Person", name=name, affiliation=_to(belongs))
        if person["@id"] not in people:
            people[person["@id"]] = person
            organizations |= {entity["@id"]: entity for entity in belongs}
    return list(people.values()), [one for id, one in organizations.items() if id not in _publisher_ids(tables)]


def _full_name(name: Any) -> str:
    """A name as Quarto allows it: a text, or its parts."""
    if isinstance(name, Mapping):
        return str(name.get("literal") or " ".join(str(name[key]) for key in ("given", "family") if name.get(key)))
    return str(name or "").strip()


def _person_id(name: str, about: Mapping[str, Any]) -> str:
    orcid = re.search(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", str(about.get("orcid") or ""))
    if orcid:
        return f"https://orcid.org/{orcid[0]}"
    url = str(about.get("url") or "")
    return url if _is_url(url) else _local("person", name)


def _organization(name: str) -> Entity:
    return _entity(_local("organization", name), "Organization", name=name)


# --- on whose work --------------------------------------------------------------

def _source(row: Row) -> Entity:
    published = row["published"] or ""
    return _entity(_local("source", row["id"]), "CreativeWork", name=row["title"], description=row["descriptor"],
                   publisher=_to([_organization(row["publisher"])]), url=row["url"],
                   # EDTF's uncertain dates are no dates to schema.org; the table has them
                   datePublished=published if re.fullmatch(r"\d{4}(-\d\d){0,2}", published) else None,
                   inLanguage=row["language"], sha256=row["sha256"], conditionsOfAccess=row.get("licence"))


def _publishers(tables: Tables) -> list[Entity]:
    found = (_organization(row["publisher"]) for row in tables.rows["sources"])
    return list({entity["@id"]: entity for entity in found}.values())


def _publisher_ids(tables: Tables) -> set[str]:
    return {entity["@id"] for entity in _publishers(tables)}


def _is_url(text: str) -> bool:
    return re.match(r"https?://[^\s/]", text) is not None
