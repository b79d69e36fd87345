"""Parties as BODS 0.4 describes them, for records of our own making."""

from __future__ import annotations

from typing import Any

from crosshold.formats.bods.words import KINDS
from crosshold.model.entity import Entity
from crosshold.model.statement import Statement


def entity_details(entity: Entity, said: Statement | None) -> dict[str, Any]:
    """Details of an entity record; ``said`` is the claim about what it is."""
    value = said.value if said is not None and said.value in KINDS else None
    if value is None:
        value = {"company": "registeredEntity", "state": "state", "fund": "arrangement", "trustee": "arrangement"}.get(
            entity.kind
        )
    if entity.form in ("trust", "nomination") and value is None:
        value = "arrangement"
    value = value or "unknownEntity"
    form: dict[str, Any] = {"type": value}
    if value == "arrangement" and entity.form in ("trust", "nomination"):
        form["subtype"] = entity.form
    elif entity.form and entity.form != value:
        form["details"] = entity.form
    details: dict[str, Any] = {"isComponent": False, "entityType": form, "name": entity.name}
    if entity.names:
        details["alternateNames"] = [text for _, text in entity.names]
    if entity.jurisdiction:
        land = entity.jurisdiction
        details["jurisdiction"] = {"name": land, **({"code": land} if 2 <= len(land) <= 6 else {})}
    if entity.identifiers:
        details["identifiers"] = [_identifier(scheme, number) for scheme, number in entity.identifiers]
    if entity.listed is not None:
        details["publicListing"] = {"hasPublicListing": entity.listed}
    return details


def person_details(entity: Entity, said: Statement | None) -> dict[str, Any]:
    """Details of a person record; ``said`` is the claim about who that is."""
    value = said.value if said is not None and said.value in ("anonymousPerson", "unknownPerson") else "knownPerson"
    details: dict[str, Any] = {"isComponent": False, "personType": value}
    if entity.name != entity.id:
        details["names"] = [{"fullName": entity.name}]
        details["names"] += [{"type": _NAME_TYPES.get(kind, "alternative"), "fullName": text} for kind, text in entity.names]
    if entity.jurisdiction:
        land = entity.jurisdiction
        details["nationalities"] = [{"name": land, **({"code": land} if len(land) == 2 else {})}]
    if entity.identifiers:
        details["identifiers"] = [{"id": number, "schemeName": scheme or "not said"} for scheme, number in entity.identifiers]
    return details


_NAME_TYPES = {"legal": "legal", "former": "former"}
_ORG_ID = {
    "LEI": "XI-LEI",
    "CIK": "US-SEC",
    "FR-SIREN": "FR-RCS",
    "SK-ICO": "SK-ORSR",
    "XI-LEI": "XI-LEI",
    "GB-COH": "GB-COH",
    "DK-CVR": "DK-CVR",
    "JP-JCN": "JP-JCN",
}
"""Schemes that org-id.guide knows; others are written by name."""


def _identifier(scheme: str, number: str) -> dict[str, str]:
    known = _ORG_ID.get(scheme)
    return {"id": number, **({"scheme": known} if known else {"schemeName": scheme or "not said"})}
