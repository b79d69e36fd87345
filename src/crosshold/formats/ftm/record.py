"""One FollowTheMoney entity in our words. Every property is a list: two percentages are two claims, two owners are one joint holding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from crosshold.formats.originals import inward, keep
from crosshold.formats.percent import OutOfRange, read_percent
from crosshold.formats.row import Fault, day, exclusive, partial
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked
from crosshold.model.share import SOME, Share
from crosshold.model.statement import Source, Statement

PARTIES: Mapping[str, str] = {
    "Airplane": "unknown", "Asset": "unknown", "Company": "company", "LegalEntity": "unknown", "Organization": "company",
    "Person": "person", "PublicBody": "state", "RealEstate": "unknown", "Vehicle": "unknown", "Vessel": "unknown",
}  # fmt: skip
"""Schemata of things that hold or are held, with our kind of party."""
EDGES: Mapping[str, tuple[str, str, str]] = {
    "Directorship": ("role", "director", "organization"), "Employment": ("role", "employee", "employer"),
    "Membership": ("role", "member", "organization"), "Ownership": ("holds", "owner", "asset"),
    "Representation": ("role", "agent", "client"), "Succession": ("same_as", "predecessor", "successor"),
}  # fmt: skip
"""Schemata that link two parties: our verb and their two ends. Other links are kept as they are and say nothing about holdings."""
IDENTIFIERS: Mapping[str, str] = {
    "cikCode": "CIK", "idNumber": "id", "innCode": "RU-INN", "isinCode": "ISIN", "leiCode": "LEI", "ogrnCode": "RU-OGRN",
    "permId": "PERMID", "registrationNumber": "registration", "sirenCode": "FR-SIREN", "taxNumber": "tax", "vatCode": "VAT",
    "wikidataId": "WIKIDATA",
}  # fmt: skip
_THOUSANDS = re.compile(r"\d{1,3}(?:([,.' \u00a0\u202f])\d{3}(?:\1\d{3})*)?|\d+(?:\.0+)?")


class Properties:
    """The properties of an entity: lists of text, whatever the file made of them."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        given = record.get("properties")
        if type(given) is not dict:
            raise Fault("E_ROW", "it has no properties")
        self.given = given

    def all(self, name: str) -> list[str]:
        """Every value, each once, in its order."""
        values = self.given.get(name)
        if values is None:
            return []
        if type(values) is not list:
            values = [values]
        return list(dict.fromkeys(str(value) for value in values if isinstance(value, (str, int, float)) and str(value).strip()))

    def first(self, name: str) -> str | None:
        """The first value."""
        values = self.all(name)
        return values[0] if values else None


class Claim(NamedTuple):
    """One percentage of a link: its share, its hedge, the number of shares beside it."""

    share: Share | None = None
    hedge: str | None = None
    shares: int | None = None


@dataclass(slots=True)
class Made:
    """What one entity gave."""

    statements: list[Statement]
    source: Source
    entities: list[Entity] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)


def read_record(record: Mapping[str, Any], as_direct: bool, published: date | None) -> Made:
    """Everything that one entity says. ``Fault`` when it says nothing that can be used."""
    ident, schema = record.get("id"), record.get("schema")
    if type(ident) is not str or not ident:
        raise Fault("E_ROW", "it has no id")
    if type(schema) is not str or not schema:
        raise Fault("E_ROW", "it has no schema")
    said = Properties(record)
    publisher = said.first("publisher")
    sets = record.get("datasets")
    title = publisher or (sets[0] if type(sets) is list and sets and type(sets[0]) is str else None)
    source = Source(f"ftm:{title}" if title else "ftm", "dataset", publisher=title)
    told_on = said.first("modifiedAt") or said.first("retrievedAt")
    common: dict[str, Any] = {
        "source": source.id, "speaker": publisher, "known_on": day(told_on) if told_on else published,
        "as_of": partial(said.first("date")) if said.first("date") else None,
    }  # fmt: skip
    made = Made([], source)
    if schema in EDGES:
        _edge(ident, schema, said, common, as_direct, made)
    else:
        if schema in PARTIES:
            made.entities.append(_party(ident, schema, said, made))
        made.statements.append(Statement(inward("ftm", ident), "is", value=schema, where=ident, **common))
    try:
        text = keep(record)
    except ValueError as error:
        raise Fault("E_ROW", str(error)) from None
    for n, s in enumerate(made.statements):  # the first one keeps the record
        made.statements[n] = s.changed(extra={**s.extra, "ftm": text if n == 0 else {"of": ident, "claim": n}})
    return made


def _party(ident: str, schema: str, said: Properties, made: Made) -> Entity:
    pairs = [(scheme, number) for name, scheme in IDENTIFIERS.items() for number in said.all(name)]
    for scheme, number in pairs:
        if not checked(scheme, number)[1]:
            made.told.append(("W_ID_CHECK", f"{number[:40]!r} is no {scheme}: its check digit or form is wrong."))
    land = said.first("jurisdiction") or said.first("country") or said.first("nationality")
    return Entity(
        inward("ftm", ident), said.first("name") or "", PARTIES[schema], land.upper() if land and len(land) == 2 else land,
        said.first("legalForm"), None, None, tuple(pairs), tuple(_names(said)),
    )  # fmt: skip


def _names(said: Properties) -> Iterator[tuple[str, str]]:
    """Further names; a name that is given several times is one of them from the second on."""
    told = {said.first("name")}
    kinds = {"name": "other", "previousName": "former", "alias": "other", "weakAlias": "other", "abbreviation": "short"}
    for name, kind in kinds.items():
        for text in said.all(name):
            if text not in told:
                told.add(text)
                yield kind, text


def _edge(ident: str, schema: str, said: Properties, common: dict[str, Any], as_direct: bool, made: Made) -> None:
    verb, start, end = EDGES[schema]
    holders, issuers = ([inward("ftm", name) for name in said.all(ends)] for ends in (start, end))
    if not holders or not issuers:
        raise Fault("E_PARTY", f"it does not say who is the {end if holders else start}")
    values = {**common, **_time(said, made)}
    if verb != "holds":
        if verb == "role":
            values["topic"] = said.first("role") or schema
        for n, (a, b) in enumerate((a, b) for a in holders for b in issuers):
            made.statements.append(Statement(a, verb, b, where=f"{ident}/{n}", **values))
        return
    values["share_class"] = said.first("sharesType")
    if len(holders) > 1:
        values["joint"] = tuple(holders)
        members = ", ".join(name[:40] for name in said.all(start))
        made.told.append(
            ("W_JOINT_UNKNOWN", f"{members} hold together, or each so much: it does not say. It is kept as one holding.")
        )
    holder = "+".join(holders)
    directness, declared = _directness(said, as_direct)
    for issuer in issuers:
        for n, claim in enumerate(_claims(said, made)):
            band = claim.share is not None and claim.share.point is None and claim.shares is None
            flags = {"declared": True} if declared or (band and not as_direct) or len(holders) > 1 else {}
            place = f"{ident}/percentage/{n}" + (f"/{issuer}" if len(issuers) > 1 else "")
            made.statements.append(
                Statement(holder, "holds", issuer, share=claim.share, hedge=claim.hedge, shares=claim.shares, directness=directness,
                          where=place, extra=flags, **values)
            )  # fmt: skip


def _time(said: Properties, made: Made) -> dict[str, Any]:
    """``endDate`` still counts."""
    start = min((partial(t) for t in said.all("startDate")), default=None)
    end = max((partial(t) for t in said.all("endDate")), default=None)
    if start and end and end < start[: len(end)]:
        made.told.append(("W_DATE_ORDER", f"it ends {end}, before it starts {start}."))
    return {"valid_from": start, "valid_to": exclusive(end) if end else None}


def _directness(said: Properties, as_direct: bool) -> tuple[str, bool]:
    """How the holding is held, and whether that is only declared: indirect, beneficial and ultimate ones say who stands behind."""
    kinds = " ".join(said.all("ownershipType")).casefold()
    if "indirect" in kinds:
        return "indirect", True
    if "direct" in kinds:
        return "direct", False
    declared = "beneficial" in kinds or "ultimate" in kinds
    return ("direct" if as_direct else "unknown"), declared and not as_direct


def _claims(said: Properties, made: Made) -> list[Claim]:
    """One for each percentage; a number of shares goes with the only one, else it is a claim of its own."""
    counts = [_count(text, made) for text in said.all("sharesCount")]
    shares = next((count for count in counts if count is not None), None)
    found = []
    for text in said.all("percentage"):
        try:
            share, hedge = read_percent(text)
            found.append(Claim(share, hedge))
        except OutOfRange as error:
            raise Fault("E_SHARE_RANGE", str(error)) from None
        except ValueError as error:
            made.told.append(("W_UNIT", f"{error}; the size of the holding is not known."))
            found.append(Claim(SOME))
    if shares is not None and len(found) < 2:
        known = found[0] if found and found[0].share != SOME else Claim()
        return [Claim(known.share, known.hedge, shares)]
    return [*found, *([Claim(shares=shares)] if shares is not None else [])] or [Claim(SOME)]


def _count(text: str, made: Made) -> int | None:
    plain = text.strip()
    if plain.startswith("-"):
        raise Fault("E_SHARES_NEGATIVE", f"{text[:40]!r} shares")
    match = _THOUSANDS.fullmatch(plain) if len(plain) <= 40 and plain.isascii() else None
    if match is None:
        made.told.append(("W_UNIT", f"{text[:40]!r} is no number of shares; it is left in the record."))
        return None
    return int(plain.replace(match[1], "") if match[1] else plain.split(".")[0])
