"""Owners in the Danish business register (CVR, Erhvervsstyrelsen), by person (spec/evidence 7.7).

A value is the lower end of a band. The bands begin where the law asks for notice: 5, 10, 15, 20, 25 %, one third, 50 %, two thirds, 90 %
and 100 % "reached or no longer reached" (selskabsloven § 55, read 2026-11-26; ``decisions/``), so that each is closed below, open above.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from typing import Any

from crosshold.errors import Finding
from crosshold.formats.intake import Batch, Input, Refused, short
from crosshold.formats.json_stream import objects
from crosshold.model.dates import day_of
from crosshold.model.entity import Entity
from crosshold.model.exact import fraction
from crosshold.model.identifiers import checked
from crosshold.model.share import Share, exact
from crosshold.model.statement import Source, Statement

_WRITTEN = ("0.05", "0.1", "0.15", "0.2", "0.25", "0.3333", "0.5", "0.6667", "0.9", "1")
_MEANT = {"0.3333": Fraction(1, 3), "0.6667": Fraction(2, 3)}
_ENDS = [_MEANT.get(text, Fraction(text)) for text in _WRITTEN]
BANDS = {
    Fraction(text): Share(None, low, high, False, True, "band", text)
    for text, (low, high) in zip(_WRITTEN, pairwise(_ENDS), strict=False)
} | {Fraction(1): replace(exact(Fraction(1), "band"), text="1")}  # fmt: skip
"""What a value means."""
_SIZES = {"EJERANDEL_PROCENT": "holds", "EJERANDEL_STEMMERET_PROCENT": "votes"}
_BENEFICIAL, _LEGAL = "Reel ejer", "EJERREGISTER"
_KINDS = {"PERSON": "person", "VIRKSOMHED": "company"}


def sniff(head: bytes, name: str) -> float:
    """The register's own words."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    words = (b'"Vrdeltagerperson"', b'"virksomhedSummariskRelation"', b'"EJERANDEL_PROCENT"')
    return 0.95 if start in (b"{", b"[") and any(word in head for word in words) else 0.0


def read(source: Input) -> Iterator[Batch]:
    """Batches of statements. A row is one relation of a person to a company. Option: ``as_direct``."""
    batch, reader = Batch(), _Reader(source)
    batch.sources.append(reader.told)
    if reader.direct:
        batch.findings.append(Finding("N_AS_DIRECT", "declared bands are taken as direct holdings, because as_direct was given."))
    for row in objects(source, "hits/hits", alone=True):
        if row.fault:
            batch.reject(row.where, "E_ROW", row.fault, short(row.text), "Mend the record and read it again.")
        else:
            reader.record(batch, row.where, row.value)
        if batch.full:
            batch.done = source.done
            yield batch
            batch = Batch()
    batch.done = source.size
    yield batch


class _Reader:
    """What holds for the whole file."""

    def __init__(self, source: Input) -> None:
        day = source.published
        self.id = f"dk-cvr:{day.isoformat() if day else source.name}"
        self.told = Source(self.id, "register", "Erhvervsstyrelsen", f"CVR, {source.name}", published_on=day, language="da")
        self.direct = bool(source.options.get("as_direct"))

    def record(self, batch: Batch, where: str, row: dict[str, Any]) -> None:
        """One person with its relations."""
        try:
            person = _unwrapped(row)
            relations = list(person.pop("virksomhedSummariskRelation", None) or [])
            holder = self._holder(batch, person)
            about = [self._say(holder, "is", None, where, extra=person)]
        except (AttributeError, TypeError, ValueError) as error:
            batch.reject(where, "E_ROW", f"it is no record of a person ({error}).", short(row))
            return
        if not relations:
            batch.leave_out("a person without companies")
        for n, relation in enumerate(relations):
            place = f"{where.rstrip('/')}/virksomhedSummariskRelation/{n}"
            try:
                made = self._relation(batch, place, holder, relation, person)
            except Refused as error:
                batch.reject(place, error.code, f"{error}.", short(relation), "Mend the record and read it again.")
                continue
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                batch.reject(place, "E_ROW", f"it has not the form of a relation ({error}).", short(relation))
                continue
            if made:
                batch.accept(*about, *made)
                about = []
            else:
                batch.leave_out("a relation that is no ownership")

    def _say(self, subject: str, verb: str, thing: str | None, where: str, **more: Any) -> Statement:
        return Statement(subject, verb, thing, speaker_kind="filing", source=self.id, where=where, **more)

    def _holder(self, batch: Batch, person: dict[str, Any]) -> str:
        name, number = _name_of(person), person.get("enhedsNummer")
        local = str(number) if number is not None else sha256(repr(sorted(person.items())).encode()).hexdigest()[:24]
        holder = f"dk-cvr:{local}"
        batch.entities.append(Entity(holder, name, _KINDS.get(str(person.get("enhedstype")), "unknown"), names=_former(person)))
        return holder

    def _company(self, batch: Batch, where: str, company: dict[str, Any]) -> str:
        written = company.get("cvrNummer")
        if written is None:
            raise Refused("E_PARTY", "the company has no number")
        number, right = checked("DK-CVR", str(written))
        if number != str(written):
            batch.findings.append(Finding("W_ID_PADDED", f"the CVR number {written} is read as {number}.", "", where))
        if not right:
            message = f"the CVR number {number} fails its check digit."
            batch.findings.append(Finding("W_ID_CHECK", message, "It is kept, and merges with nothing.", where))
        issuer = f"DK-CVR:{number}" if right else f"dk-cvr:cvr/{number}"
        batch.entities.append(
            Entity(
                issuer,
                _name_of(company),
                "company",
                "DK",
                identifiers=(("DK-CVR", number),) if right else (),
                names=_former(company),
            )
        )
        return issuer

    def _relation(
        self, batch: Batch, where: str, holder: str, relation: dict[str, Any], person: dict[str, Any]
    ) -> list[Statement]:
        company = relation["virksomhed"]
        members = [
            (org, member) for org in relation.get("organisationer") or [] for member in org.get("medlemsData") or []
        ]  # fmt: skip
        findings: list[Finding] = []
        made: list[Statement] = []
        for org, member in members:
            made += self._member(
                findings, where, holder, org, member, {k: v for k, v in relation.items() if k != "organisationer"}
            )
        if not made:
            return []
        issuer = self._company(batch, where, company)
        batch.findings += findings
        if company.get("fejlRegistreret") is True or person.get("fejlRegistreret") is True:
            made = [s.changed(stance="denies", reason="fejlRegistreret") for s in made]
        known = day_of(company.get("sidstOpdateret")) or day_of(person.get("sidstOpdateret"))
        return [s.changed(object=issuer, known_on=s.known_on or known) for s in made]

    def _member(
        self, findings: list[Finding], where: str, holder: str, org: dict[str, Any], member: dict[str, Any], rest: dict[str, Any]
    ) -> list[Statement]:
        """The claims of one membership: its sizes, and that it is one of a beneficial owner."""
        told: dict[str, list[dict[str, Any]]] = {}
        for attribute in member.get("attributter") or []:
            told.setdefault(str(attribute.get("type")), []).extend(attribute.get("vaerdier") or [])
        functions = told.pop("FUNKTION", [])
        beneficial = [f for f in functions if f.get("vaerdi") == _BENEFICIAL]
        sizes = {kind: told.pop(kind, []) for kind in _SIZES}
        legal = not beneficial and any(n.get("navn") == _LEGAL for n in org.get("organisationsNavn") or [])
        indirect = any("indirekte" in str(v.get("vaerdi")).casefold() for v in told.get("SÆRLIGE_EJERFORHOLD", []))
        declared = {} if self.direct or legal else {"declared": True}
        directness = "direct" if self.direct or legal else "indirect" if indirect else "unknown"
        made: list[Statement] = []
        for kind, values in sizes.items():
            for value in values:
                first, last = _period(value) or (_period((beneficial or functions or [{}])[0]) or (None, None))
                share = self._band(findings, where, value.get("vaerdi"))
                size = {"share": share} if _SIZES[kind] == "holds" else {"vote_share": share}
                kept = {**declared, "vaerdi": value.get("vaerdi"), **({} if made else {**rest, **told})}
                made.append(
                    self._claim(holder, _SIZES[kind], where, first, last, value, **size, directness=directness, extra=kept)
                )
        for value in beneficial:
            first, last = _period(value) or (None, None)
            kept = {"declared": True, **({} if made else {**rest, **told})}
            made.append(
                self._claim(holder, "controls", where, first, last, value, how="declared", directness=directness, extra=kept)
            )
        return made

    def _claim(
        self, holder: str, verb: str, where: str, first: date | None, last: date | None, value: dict[str, Any], **more: Any
    ) -> Statement:
        """A claim with its time. The last day of the register still counts; ours is the first that does not."""
        end = None if last is None else (last + timedelta(1)).isoformat()
        start = None if first is None else first.isoformat()
        return self._say(
            holder, verb, None, where, valid_from=start, valid_to=end, known_on=day_of(value.get("sidstOpdateret")), **more
        )

    def _band(self, findings: list[Finding], where: str, written: Any) -> Share:
        try:
            value = fraction(str(written))
        except ValueError:
            raise Refused("E_NUMBER", f"{written!r} is no number") from None
        if not 0 <= value <= 1:
            raise Refused("E_SHARE_RANGE", f"{written} is not between 0 and 1")
        if value in BANDS:
            return BANDS[value]
        message = f"{written} is not the lower end of a band of this register; it is read as at least that."
        findings.append(Finding("W_UNKNOWN_CODE", message, "Check the record.", where))
        return Share(None, value, Fraction(1), bounds_from="band", text=str(written))


def _unwrapped(row: dict[str, Any]) -> dict[str, Any]:
    """The person in a hit of a search, in its own wrapper, or bare."""
    for wrapper in ("_source", "Vrdeltagerperson"):
        inner = row.get(wrapper)
        row = inner if isinstance(inner, dict) else row
    if "virksomhedSummariskRelation" not in row and "enhedsNummer" not in row and "navne" not in row:
        raise ValueError("no name, number or relation")
    return dict(row)


def _period(value: dict[str, Any]) -> tuple[date | None, date | None] | None:
    """First and last day; ``None`` when there is no period at all."""
    told = value.get("periode")
    if not isinstance(told, dict):
        return None
    found = []
    for name in ("gyldigFra", "gyldigTil"):
        text = told.get(name)
        day = day_of(text)
        if text is not None and day is None:
            raise Refused("E_DATE", f"{text!r} is not a date")
        found.append(day)
    return found[0], found[1]


def _former(thing: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The names of earlier periods."""
    now = _name_of(thing)
    texts = dict.fromkeys(str(n["navn"]) for n in thing.get("navne") or [] if n.get("navn"))
    return tuple(("former", text) for text in texts if text != now)


def _name_of(thing: dict[str, Any]) -> str:
    """The name that is valid now, else the last one."""
    names = [n for n in thing.get("navne") or [] if n.get("navn")]
    open_ended = [n for n in names if not (n.get("periode") or {}).get("gyldigTil")]
    return str((open_ended or names or [{"navn": ""}])[-1]["navn"])
