"""The forms of GLEIF records in XML and JSON, brought into one of nested dictionaries (``decisions/``, 0006).

Golden copy: ``{"records": [{"LEI": {"$": "..."}, ...}]}``. Flat: a list of plain dictionaries, also with dotted keys. API: ``data`` with
``attributes``, whose names begin with small letters and differ in places.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from crosshold.formats.intake import MOST_FIELD, Refused
from crosshold.formats.xml_stream import local

KINDS = {"LEIRecord": "LEI", "RelationshipRecord": "Relationship", "Exception": "ExceptionCategory"}
"""The records of the three kinds of file, and a key that tells each of them."""


def text(node: Any) -> str | None:
    """The text of a leaf, with or without attributes; of several the first."""
    if type(node) is str:
        return node.strip() or None
    if type(node) is dict:
        return text(node.get("$"))
    if type(node) is list:
        return text(node[0]) if node else None
    return None if node is None else str(node)


def several(node: Any, name: str | None = None) -> list[Any]:
    """An element that may be there several times; with ``name`` those inside a plural element, which some write as the list itself."""
    inner = node.get(name) if name and type(node) is dict else node
    if inner is None:
        return []
    return inner if type(inner) is list else [inner]


def branch(node: Any, name: str) -> dict[str, Any]:
    """The element inside; empty when it is not there."""
    inner = node.get(name) if type(node) is dict else None
    return inner if type(inner) is dict else {}


def plain(node: Any) -> Any:
    """``{"$": value}`` is ``value``, at any depth; numbers become their digits, as in XML."""
    if type(node) is dict:
        if len(node) == 1 and "$" in node:
            return plain(node["$"])
        return {name: plain(value) for name, value in node.items() if value is not None}
    if type(node) is list:
        return [plain(value) for value in node]
    return str(node).lower() if type(node) is bool else str(node) if node is not None else None


def from_xml(element: ET.Element) -> dict[str, Any]:
    """An element as JSON has it: a leaf is its text, with attributes ``{"@name": ..., "$": text}``; what is there many times is a list."""
    made: dict[str, Any] = {_attribute(name): value for name, value in element.attrib.items()} if element.attrib else {}
    for child in element:
        name = _local(child.tag)
        value = from_xml(child) if child.attrib or len(child) else child.text or ""
        if type(value) is str and len(value) > MOST_FIELD:
            raise Refused("E_ROW", f"{name} is longer than {MOST_FIELD:,} characters")
        if name not in made:
            made[name] = value
        elif type(made[name]) is list:
            made[name].append(value)
        else:
            made[name] = [made[name], value]
    if not len(element) and element.text:
        made["$"] = element.text
    return made


_local = lru_cache(maxsize=1024)(local)


@lru_cache(maxsize=1024)
def _attribute(name: str) -> str:
    return "@" + name.replace("{http://www.w3.org/XML/1998/namespace}", "xml:")


def kind_of(record: Mapping[str, Any]) -> str | None:
    """Which of the three kinds a record is."""
    return next((kind for kind in ("RelationshipRecord", "Exception", "LEIRecord") if KINDS[kind] in record), None)


def from_json(row: dict[str, Any]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """The records of one JSON object with their kinds: usually one; an answer of the API to one question holds it under ``data``."""
    inner = row.get("data")
    if isinstance(inner, (dict, list)) and "attributes" not in row:
        for item in inner if isinstance(inner, list) else [inner]:
            yield from from_json(item)
    elif type(row.get("attributes")) is dict:
        made = _from_api(row["attributes"])
        yield kind_of(made), made
    else:
        wrapped = [kind for kind in KINDS if type(row.get(kind)) is dict]
        nested = _unfolded(row[wrapped[0]] if wrapped else row)
        yield kind_of(nested), plain(nested)


def _unfolded(row: dict[str, Any]) -> dict[str, Any]:
    """Dotted keys as nested ones: ``{"Entity.LegalName": x}`` is ``{"Entity": {"LegalName": x}}``."""
    if not any("." in name for name in row):
        return row
    made: dict[str, Any] = {}
    for name, value in row.items():
        *path, last = name.split(".")
        here = made
        for step in path:
            inner = here.setdefault(step, {})
            here = inner if type(inner) is dict else here
        here[last] = value
    return made


_API_NAMES = {
    "lei": "LEI", "jurisdiction": "LegalJurisdiction", "category": "EntityCategory", "subCategory": "EntitySubCategory",
    "creationDate": "EntityCreationDate", "initialRegistrationDate": "InitialRegistrationDate", "lastUpdateDate": "LastUpdateDate",
    "nextRenewalDate": "NextRenewalDate", "managingLou": "ManagingLOU", "corroborationLevel": "ValidationSources",
    "corroborationDocuments": "ValidationDocuments", "corroborationReference": "ValidationReference",
}  # fmt: skip


def _from_api(row: dict[str, Any]) -> dict[str, Any]:
    """``attributes`` of an answer of the API. Names that are not known here are kept as they are."""
    registration = _renamed(row.get("registration"), status="RegistrationStatus")
    if "relationship" in row:
        told = dict(row["relationship"])
        made = {
            "StartNode": _node(told.pop("startNode", None)), "EndNode": _node(told.pop("endNode", None)),
            "RelationshipType": told.pop("type", None), "RelationshipStatus": told.pop("status", None),
            "RelationshipPeriods": [_period(p) for p in told.pop("periods", None) or []],
        }  # fmt: skip
        rest = {name: value for name, value in row.items() if name not in ("relationship", "registration")}
        return plain({"Relationship": {**made, **told}, "Registration": registration, **rest})  # type: ignore[no-any-return]
    if "reason" in row:
        return plain(_renamed(row, category="ExceptionCategory", reason="ExceptionReason", reference="ExceptionReference"))  # type: ignore[no-any-return]
    told = _renamed(row.get("entity"), status="EntityStatus")
    for name in ("legalName", "otherNames", "transliteratedOtherNames"):
        if name in told:
            names = [_name(item) for item in several(told.pop(name))]
            told[name[0].upper() + name[1:]] = names[0] if name == "legalName" and names else names
    if "OtherNames" in told:
        told["OtherEntityNames"] = {"OtherEntityName": told.pop("OtherNames")}
    at, told_as, form = told.pop("registeredAt", None), told.pop("registeredAs", None), told.pop("legalForm", None)
    told["RegistrationAuthority"] = _renamed(at, id="RegistrationAuthorityID", other="OtherRegistrationAuthorityID")
    told["RegistrationAuthority"]["RegistrationAuthorityEntityID"] = told_as
    told["LegalForm"] = _renamed(form, id="EntityLegalFormCode", other="OtherLegalForm")
    rest = {name: value for name, value in row.items() if name not in ("lei", "entity", "registration")}
    return plain({"LEI": row.get("lei"), "Entity": told, "Registration": registration, **rest})  # type: ignore[no-any-return]


def _renamed(node: Any, **names: str) -> dict[str, Any]:
    if type(node) is not dict:
        return {}
    return {names.get(name) or _API_NAMES.get(name) or name: value for name, value in node.items()}


def _period(node: Any) -> dict[str, Any]:
    return _renamed(node, startDate="StartDate", endDate="EndDate", type="PeriodType")


def _node(node: Any) -> dict[str, Any]:
    return _renamed(node, id="NodeID", type="NodeIDType")


def _name(node: Any) -> Any:
    if type(node) is not dict:
        return node
    return {"@xml:lang": node.get("language"), "@type": node.get("type"), "$": node.get("name")}
