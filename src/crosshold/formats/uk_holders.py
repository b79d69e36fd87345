"""Who a record of the UK registers is about: a person, a company by its number, or some other body (spec/evidence 7.6)."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import Any

from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked

KINDS = {"individual": "person", "corporate-entity": "company", "legal-person": "unknown", "super-secure": "person"}
PLAIN = re.compile(r"(?!0{8})\d{8}", re.ASCII).fullmatch
"""A company number that needs no repair."""
_UK = re.compile(
    r"\b(england|wales|cymru|scotland|northern ireland|united kingdom|great britain|britain|uk|u\.k\.?|gb)\b|^companies house$",
    re.IGNORECASE,
)


def holder_of(issuer: str, who: str, data: dict[str, Any]) -> tuple[Entity, list[tuple[str, str, str]]]:
    """The holder, and what is to be told of it (code, message, cure).

    A UK number makes the id; any other holder is known by its place in the register, so that one person with two records is two.
    """
    told: list[tuple[str, str, str]] = []
    if who not in KINDS:
        told.append(("W_UNKNOWN_CODE", f"{who!r} is no kind of holder that is known.", "The holder is kept, its kind is not."))
    name = data.get("name") or _full_name(data.get("name_elements"))
    form = place = None
    holder, identifiers = "", ()  # type: str, tuple[tuple[str, str], ...]
    if company := data.get("identification"):
        form = company.get("legal_form")
        if company.get("registration_number"):
            number, country = str(company["registration_number"]), str(company.get("country_registered") or "")
            if _british(country, str(company.get("place_registered") or ""), str(company.get("legal_authority") or "")):
                place = "GB"
                value, right = (number, True) if PLAIN(number) else checked("GB-COH", number)
                if right:
                    holder, identifiers = f"GB-COH:{value}", (("GB-COH", value),)
                    if value != number:
                        told.append(("W_ID_PADDED", f"the registration number {number!r} is read as {value}.", ""))
                else:
                    told.append(("W_ID_CHECK", f"{number!r} has not the form of a UK company number.", "It names nobody here."))
            elif country:
                identifiers = ((f"register of {country}", number),)
    if not holder:
        link = data.get("links")
        local = str(link.get("self") or "").rpartition("/")[2] if isinstance(link, dict) else ""
        local = local or str(data.get("etag") or "") or sha256(f"{name}{data}".encode()).hexdigest()[:24]
        holder = f"uk-psc:{issuer.partition(':')[2]}/{local}"
    return Entity(holder, str(name or ""), KINDS.get(who, "unknown"), place, form, identifiers=identifiers), told


@lru_cache(maxsize=2**14)
def _british(country: str, place: str, authority: str) -> bool:
    """Whether a number is one of Companies House. The country is free text; where it is none, the register or the law it names tells."""
    if _UK.search(country):
        return True
    none = not country or country.casefold().endswith("shire")
    return none and ("companies house" in place.casefold() or "companies act 2006" in authority.casefold())


def _full_name(parts: Any) -> str:
    if not isinstance(parts, dict):
        return ""
    return " ".join(str(parts[p]) for p in ("title", "forename", "other_forenames", "middle_name", "surname") if parts.get(p))
