"""One BODS statement, of any version from 0.2 to 0.4, in our words. Nothing here looks at another one, so a file may have any order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from crosshold.formats.bods.shares import read_share
from crosshold.formats.bods.words import DIRECTNESS, INTERESTS, KINDS, NO_OWNER, SPEAKERS, VERSIONS, code, interest_code
from crosshold.formats.originals import inward, keep
from crosshold.formats.row import Fault, day, partial
from crosshold.model.dates import interval
from crosshold.model.entity import Entity
from crosshold.model.identifiers import checked
from crosshold.model.share import SOME
from crosshold.model.statement import Source, Statement, firmness

_OLD = {"entityStatement": "entity", "personStatement": "person", "ownershipOrControlStatement": "relationship"}
_STATUSES = ("new", "updated", "closed")


class Shape(NamedTuple):
    """What the versions call differently. ``ident`` names the statement, ``key`` the record that it is about; ``replaces`` earlier ones."""

    kind: str
    ident: str
    key: str
    details: Mapping[str, Any]
    status: str
    old: bool
    replaces: tuple[str, ...]


@dataclass
class Telling:
    """How records are read, and what is remembered of all of them: a few numbers, whatever the length of the file."""

    as_direct: bool = False
    published: date | None = None
    shares: int = 0
    most: Any = 0


@dataclass(slots=True)
class Made:
    """What one BODS statement gave."""

    shape: Shape
    statements: list[Statement]
    source: Source
    as_of: str | None
    known_on: date | None
    entity: Entity | None = None
    told: list[tuple[str, str]] = field(default_factory=list)


def shape(record: Mapping[str, Any]) -> Shape:
    """The parts of a BODS statement. ``Fault`` when it is none."""
    old = "statementType" in record
    ident = record.get("statementID" if old else "statementId")
    if type(ident) is not str or not ident:
        raise Fault("E_ROW", "it has no statementId")
    if old:
        kind = _OLD.get(str(record["statementType"]))
        replaces = record.get("replacesStatements")
        earlier = tuple(r for r in replaces if type(r) is str) if isinstance(replaces, list) else ()
        key, details, status = ident, record, "new"
    else:
        kind, details, earlier = record.get("recordType"), record.get("recordDetails"), ()  # type: ignore[assignment]
        key, status = record.get("recordId"), record.get("recordStatus") or "new"  # type: ignore[assignment]
        if type(key) is not str or not key:
            raise Fault("E_ROW", "it has no recordId")
        if type(details) is not dict:
            raise Fault("E_ROW", "it has no recordDetails")
        if status not in _STATUSES:
            raise Fault("E_ROW", f"recordStatus is {str(status)[:40]!r}, not new, updated or closed")
    if kind not in ("entity", "person", "relationship"):
        raise Fault("E_ROW", "its type is neither entity, person nor relationship")
    return Shape(kind, ident, key, details, status, old, earlier)


def read_record(record: Mapping[str, Any], telling: Telling) -> Made:
    """Everything that one BODS statement says. ``Fault`` when it says nothing that can be used."""
    parts = shape(record)
    try:
        published = _part(record, "publicationDetails")
        told: list[tuple[str, str]] = []
        version = published.get("bodsVersion")
        if version is not None and version not in VERSIONS:
            told.append(("W_VERSION", f"bodsVersion is {str(version)[:20]!r}; it is read as {'0.3' if parts.old else '0.4'}."))
        text = published.get("publicationDate")
        known_on = day(text) if text else telling.published
        as_of = partial(record["statementDate"]) if record.get("statementDate") else None
        speaker, kind, source = _source(record, published)
        common = {"as_of": as_of, "known_on": known_on, "source": source.id, "speaker": speaker, "speaker_kind": kind}
        made = Made(parts, [], source, as_of, known_on, None, told)
        if parts.kind == "relationship":
            _relationship(record, made, common, telling)
        else:
            _party(record, made, common)
    except (ValueError, TypeError) as error:
        raise Fault("E_ROW", str(error)) from None
    return made


def _part(mapping: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = mapping.get(name)
    if found is None:
        return {}
    if type(found) is not dict:
        raise Fault("E_ROW", f"{name} is no object")
    return found


def _items(mapping: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = mapping.get(name)
    if found is None:
        return []
    if type(found) is not list:
        raise Fault("E_ROW", f"{name} is no list of objects")
    for item in found:
        if type(item) is not dict:
            raise Fault("E_ROW", f"{name} is no list of objects")
    return found


def _source(record: Mapping[str, Any], published: Mapping[str, Any]) -> tuple[str | None, str, Source]:
    """Who says so, how firmly that is said, and where it was published."""
    publisher = _part(published, "publisher")
    source = _publisher(_text(publisher.get("name")), _text(publisher.get("url")))
    said = _part(record, "source")
    if not said:
        return None, "unknown", source
    kinds = said.get("type")
    known = [SPEAKERS[code(k)] for k in kinds if type(k) is str and code(k) in SPEAKERS] if type(kinds) is list else []
    names = [name for by in _items(said, "assertedBy") if type(name := by.get("name")) is str]
    return "; ".join(names) or None, max(known, key=firmness) if known else "unknown", source


def _text(value: Any) -> str | None:
    return value if type(value) is str and value else None


@lru_cache(1024)
def _publisher(name: str | None, url: str | None) -> Source:
    called = name or url
    return Source(f"bods:{called}" if called else "bods", "dataset", publisher=called, url=url)


def _party(record: Mapping[str, Any], made: Made, common: dict[str, Any]) -> None:
    """An entity or a person: who it is."""
    parts = made.shape
    details = parts.details
    name, form, listed = details.get("name"), None, None
    if parts.kind == "person":
        value = _text(details.get("personType")) or "unknownPerson"
        kind = "person"
        names = _items(details, "names")
        name = next((n.get("fullName") for n in names if n.get("type") == "legal"), names[0].get("fullName") if names else None)
        lands = _items(details, "nationalities")
        land: Mapping[str, Any] = lands[0] if lands else {}
    else:
        given = details.get("entityType")
        value = _text(given.get("type") if type(given) is dict else given) or "unknownEntity"
        kind = KINDS.get(code(value), "unknown")
        form = _text(given.get("subtype")) if type(given) is dict else _text(details.get("entitySubtype"))
        form = form or (code(value) if kind == "unknown" else None)
        land = _part(details, "jurisdiction") or _part(details, "incorporatedInJurisdiction")
        listing = _part(details, "publicListing").get("hasPublicListing")
        listed = listing if isinstance(listing, bool) else None
        if code(value) not in KINDS:
            made.told.append(("W_UNKNOWN_CODE", f"entityType is {value[:40]!r}, which is in no list of ours."))
    pairs = []
    for item in _items(details, "identifiers"):
        scheme, number = _text(item.get("scheme")) or _text(item.get("schemeName")) or "", _text(item.get("id"))
        if number:
            pairs.append((scheme, number))
            if not checked(scheme, number)[1]:
                made.told.append(("W_ID_CHECK", f"{number[:40]!r} is no {scheme[:40]}: its check digit or form is wrong."))
    ident = inward("bods", parts.key)
    others = dict.fromkeys(pair for pair in _names(details) if pair[1] != name)
    made.entity = Entity(
        ident,
        _text(name) or "",
        kind,
        _text(land.get("code")) or _text(land.get("name")),
        form,
        listed,
        None,
        tuple(pairs),
        tuple(others),
    )
    extra: dict[str, Any] = {"bods": keep(record)}
    if details.get("isComponent") is True:
        extra["component"] = True
    closed = made.as_of if parts.status == "closed" else None
    made.statements.append(Statement(ident, "is", value=code(value), valid_to=closed, where=parts.ident, extra=extra, **common))
    for n, earlier in enumerate(parts.replaces):  # older versions give the new words a new id
        made.statements.append(
            Statement(ident, "same_as", inward("bods", earlier), where=f"{parts.ident}/replacesStatements/{n}",
                      extra={"bods": {"of": parts.ident}}, **common)
        )  # fmt: skip


_NAME_KINDS = {"legal": "legal", "birth": "former", "former": "former"}


def _names(details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Further names of an entity (``alternateNames``) and of a person (``names`` with a type)."""
    alternate = details.get("alternateNames")
    for item in alternate if type(alternate) is list else ():
        if text := _text(item):
            yield "other", text
    for item in _items(details, "names"):
        if text := _text(item.get("fullName")):
            yield _NAME_KINDS.get(_text(item.get("type")) or "", "other"), text


def _relationship(record: Mapping[str, Any], made: Made, common: dict[str, Any], telling: Telling) -> None:
    parts = made.shape
    details = parts.details
    issuer, _ = _who(details.get("subject"), parts.old)
    if issuer is None:
        raise Fault("E_PARTY", "it does not say which entity is held (subject)")
    holder, unsaid = _who(details.get("interestedParty"), parts.old)
    if holder is None and not unsaid:
        raise Fault("E_PARTY", "it does not say who holds (interestedParty)")
    components = details.get("componentStatementIDs" if parts.old else "componentRecords")
    flags: dict[str, Any] = {"component": True} if details.get("isComponent") is True else {}
    if components:
        flags["primary"] = True
    interests: list[Mapping[str, Any]] = _items(details, "interests") or [{}]
    closed = made.as_of if parts.status == "closed" else None
    for n, interest in enumerate(interests):
        values = {**common, **_interest(interest, made, telling, flags)}
        if holder is None:
            values = _undisclosed(values, unsaid, _text(interest.get("type")))
            values["subject"] = issuer
        else:
            values["subject"], values["object"] = holder, issuer
        if closed and not values["valid_to"]:
            values["valid_to"] = closed
        values["extra"]["bods"] = keep(record) if n == 0 else {"of": parts.ident, "interest": n}
        made.statements.append(Statement(where=f"{parts.ident}/interests/{n}", **values))


def _who(said: Any, old: bool) -> tuple[str | None, Mapping[str, Any]]:
    """The id of a party, or what is said instead of one."""
    if type(said) is dict:
        if not old:
            return None, said
        name = said.get("describedByEntityStatement") or said.get("describedByPersonStatement")
        if type(name) is str:
            return inward("bods", name), {}
        unsaid = said.get("unspecified")
        return None, unsaid if type(unsaid) is dict else {}
    return (inward("bods", said), {}) if type(said) is str and said and not old else (None, {})


def _undisclosed(values: dict[str, Any], unsaid: Mapping[str, Any], kind: str | None) -> dict[str, Any]:
    """A claim about the company itself; the type of interest is its topic."""
    reason = code(_text(unsaid.get("reason")) or "unknown")
    kept = {k: v for k, v in values.items() if k != "how" and v is not SOME}
    verb = "no_owner" if reason == NO_OWNER else "undisclosed"
    topic = interest_code(kind) if kind else None
    return {**kept, "verb": verb, "reason": reason, "note": _text(unsaid.get("description")), "topic": topic}


def _interest(interest: Mapping[str, Any], made: Made, telling: Telling, flags: Mapping[str, Any]) -> dict[str, Any]:
    """One interest. A declared one (indirect, a band, of a kind that is not said) says who stands behind, and never becomes a lot."""
    raw = interest.get("type")
    kind = interest_code(raw) if type(raw) is str else "unknownInterest"
    said = INTERESTS.get(kind)
    if said is None:
        made.told.append(("W_UNKNOWN_CODE", f"interest type {kind[:40]!r} is in no list of ours; it counts for nothing."))
    verb = said.verb if said else "role"
    directness = interest.get("directOrIndirect") or interest.get("interestLevel") or "unknown"
    if directness not in DIRECTNESS:
        made.told.append(("W_UNKNOWN_CODE", f"directOrIndirect is {str(directness)[:40]!r}; it is read as unknown."))
        directness = "unknown"
    if telling.as_direct and "primary" not in flags and directness == "unknown":
        directness = "direct"
    start = partial(interest["startDate"]) if interest.get("startDate") else None
    end = partial(interest["endDate"]) if interest.get("endDate") else None
    if start and end and end < start:
        made.told.append(("W_DATE_ORDER", f"an interest ends {end}, before it starts {start}."))
    if start and interval(start)[0] > (made.known_on or date.today()):
        known = "the statement was published" if made.known_on else "today"
        made.told.append(("W_FUTURE", f"an interest starts {start}, after {known}."))
    values: dict[str, Any] = {"verb": verb, "directness": directness, "valid_from": start, "valid_to": end}
    extra = dict(flags)
    if verb in ("holds", "votes"):
        share = None if said and said.unsaid else _share(interest, made, telling)
        values["vote_share" if verb == "votes" else "share"] = share or SOME
        values["share_class"] = said.share_class if said else None
        values["topic"] = None if kind in ("shareholding", "votingRights") else kind
        exact = share is not None and share.point is not None
        surely = directness == "indirect" or "primary" in flags or bool(said and said.unsaid)
        if surely or (not telling.as_direct and (directness != "direct" or not exact)):
            extra["declared"] = True
    else:
        values["how" if verb == "controls" else "topic"] = kind
    values["extra"] = extra
    return values


def _share(interest: Mapping[str, Any], made: Made, telling: Telling) -> Any:
    said = interest.get("share")
    if said is None:
        return None
    if type(said) is not dict:
        raise Fault("E_ROW", "share is no object")
    try:
        share, sound = read_share(said)
    except (ValueError, TypeError) as error:
        raise Fault("E_SHARE_RANGE", str(error)) from None
    if not sound:
        made.told.append(
            ("W_ARITHMETIC", "the exact share lies outside the bounds beside it; the bounds are widened to hold both.")
        )
    if share is not None:
        telling.shares += 1
        if share.high > telling.most:
            telling.most = share.high
    return share
