"""Writes BODS 0.4: records that nobody changed as they came, and records of our own making for everything else that the standard can say.

Ids are made from the ids of the statements, so that the same Register gives the same file. What the standard has no place for stands in
``details`` as a sentence, and is told by field (``W_LOST_ON_EXPORT``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from crosshold.errors import Finding
from crosshold.formats.bods.parties import entity_details, person_details
from crosshold.formats.bods.record import Telling, read_record, shape
from crosshold.formats.bods.shares import write_share
from crosshold.formats.bods.words import INTERESTS, NO_OWNER, SPEAKERS
from crosshold.formats.originals import lost, outward, replaced, unchanged
from crosshold.formats.row import Fault
from crosshold.model.dates import interval
from crosshold.model.entity import Entity
from crosshold.model.register import Register
from crosshold.model.statement import Statement

VERBS = ("controls", "holds", "is", "may_appoint", "no_owner", "nominee_for", "role", "same_as", "undisclosed", "votes")
_NAMESPACE = UUID("7a0c7f0e-6c57-5d0b-9f39-2f1d6a4c1b04")
_RANK = {"new": 0, "updated": 1, "closed": 2}
_TYPES = {"holds": "shareholding", "votes": "votingRights", "may_appoint": "appointmentOfBoard", "nominee_for": "nominee"}
_NAMED = {"controls": ("how", "otherInfluenceOrControl"), "role": ("topic", "seniorManagingOfficial")}
_ARRANGEMENTS = {"nominator": "nomination", "nominee": "nomination", "protector": "trust", "settlor": "trust", "trustee": "trust"}
"""Interests that only an arrangement of that form may be the subject of."""
_SAID_BY = {kind: name for name, kind in SPEAKERS.items()}
_REASONS = (
    "subjectUnableToConfirmOrIdentifyBeneficialOwner",
    "interestedPartyHasNotProvidedInformation",
    "subjectExemptFromDisclosure",
    "interestedPartyExemptFromDisclosure",
    "unknown",
    "informationUnknownToPublisher",
)
_NO_WORD = (
    "shares",
    "votes",
    "share_class",
    "hedge",
    "amount",
    "currency",
    "price",
    "subject_text",
    "joint",
    "speaks_for",
    "via",
    "said_on",
    "note",
    "confidence",
    "condition",
    "purpose",
    "reviewed_by",
    "about",
    "proposer",
    "points_to",
    "cap",
)
"""Fields that go into ``details`` as a sentence and are lost as fields."""


def write(register: Register, target: Path) -> list[Finding]:
    """Write the Register as an array of statements, what it cannot hold comes back."""
    gone: Counter[str] = Counter()
    rows = list(_rows(register, gone))
    with target.open("w", encoding="utf-8") as out:
        out.write("[")
        for n, row in enumerate(rows):
            out.write((",\n" if n else "\n") + json.dumps(row, ensure_ascii=False))
        out.write("\n]\n")
    return lost(gone, "BODS 0.4")


def _rows(register: Register, gone: Counter[str]) -> Iterator[Mapping[str, Any]]:
    """Entities and persons first, then relationships, those that others are components of before those; in the order of their dates."""
    kept, rest = unchanged(register, "bods", lambda r: r.get("statementId") or r.get("statementID"), _again)
    originals = list(kept.values())
    rest = replaced(register, rest, gone)
    maker = _Maker(register, originals, gone)
    made = [row for s in sorted(rest, key=lambda s: s.id) if (row := maker.relationship(s)) is not None]
    return iter(sorted([*originals, *maker.parties(rest), *made], key=_order))


def _again(record: Mapping[str, Any], like: Statement) -> Iterator[list[Statement]]:
    """The readings of a record. One of 0.2 or 0.3 cannot stand in a file of 0.4 as it is."""
    for as_direct in (False, True) if "recordType" in record else ():
        try:
            yield read_record(record, Telling(as_direct, like.known_on)).statements
        except Fault:
            return


def _order(row: Mapping[str, Any]) -> tuple[int, str, int, str]:
    details = row["recordDetails"]
    rank = 0 if row["recordType"] != "relationship" else 2 if details.get("componentRecords") else 1
    return rank, str(row.get("statementDate", "")), _RANK.get(row.get("recordStatus", "new"), 0), row["statementId"]


class _Maker:
    """Makes records of statements that came from elsewhere, or were changed."""

    def __init__(self, register: Register, originals: list[Mapping[str, Any]], gone: Counter[str]) -> None:
        self.register, self.gone = register, gone
        self.there = {shape(row).key for row in originals if row["recordType"] != "relationship"}
        self.needed: dict[str, list[str]] = {}

    def relationship(self, s: Statement) -> Mapping[str, Any] | None:
        """One statement as a relationship, or ``None`` when the standard has no word for it."""
        if s.verb in ("is", "same_as"):
            if s.verb == "same_as":
                self.gone["same_as"] += 1
            return None
        if s.stance not in ("reports", "confirms"):
            self.gone[f"stance {s.stance}"] += 1
            return None
        nobody = s.verb in ("undisclosed", "no_owner")
        if s.verb not in VERBS or (s.object is None and not nobody):
            self.gone[f"verb {s.verb}"] += 1
            return None
        if s.subject.startswith("~"):
            self.gone["dispersed holders"] += 1
            return None
        if (form := _ARRANGEMENTS.get(s.topic or _TYPES.get(s.verb, ""))) and self._form(s.object or "") != form:
            self.gone[f"{s.verb} {s.topic or ''}".strip() + f" of what is no {form}"] += 1
            return None
        if s.stance != "reports":
            self.gone[f"stance {s.stance}"] += 1
        issuer, dated = (s.subject if nobody else s.object) or "", self._dated(s)
        details: dict[str, Any] = {"isComponent": False, "subject": self._party(issuer, dated)}
        if nobody:
            details["interestedParty"] = self._unsaid(s)
        else:
            details["interestedParty"] = self._party(s.subject, dated)
        if not nobody or s.directness != "unknown" or any((s.topic, s.share, s.vote_share, s.valid_from, s.valid_to)):
            details["interests"] = [self._interest(s)]
        return self._statement(s.id, "relationship", str(uuid5(_NAMESPACE, f"record {s.id}")), dated, issuer, s, details)

    def _form(self, ident: str) -> str | None:
        entity = self.register.entities.get(ident)
        return entity.form if entity else None

    def _party(self, ident: str, dated: str) -> str:
        self.needed.setdefault(ident, []).append(dated)
        return outward("bods", ident)

    def _unsaid(self, s: Statement) -> dict[str, Any]:
        reason = NO_OWNER if s.verb == "no_owner" else s.reason
        if reason not in (*_REASONS, NO_OWNER):
            reason = "unknown"
        told = [s.note, None if reason in (s.reason, NO_OWNER) else s.reason]
        return {"reason": reason, **({"description": "; ".join(t for t in told if t)} if any(told) else {})}

    def _interest(self, s: Statement) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if s.verb in _NAMED:
            field, other = _NAMED[s.verb]
            said = getattr(s, field)
            known = said is not None and said in INTERESTS and INTERESTS[said].verb == s.verb
            made["type"] = said if known else other
            if said and not known:
                self.gone[field] += 1
                made["details"] = f"{field}: {said}"
        else:
            topic = s.topic or ""
            nobody = s.verb in ("undisclosed", "no_owner")
            economic = topic if topic in INTERESTS and (nobody or INTERESTS[topic].verb == s.verb) else None
            if kind := economic or _TYPES.get(s.verb):
                made["type"] = kind
        made["directOrIndirect"] = s.directness
        share = (s.vote_share or s.share) if s.verb == "votes" else (s.share or s.vote_share)
        if share is not None and s.verb in ("holds", "votes", "undisclosed", "no_owner"):
            said, whole = write_share(share)
            if said:
                made["share"] = said
            if not whole:
                self.gone["share: point beside bounds"] += 1
        for name, value in (("startDate", s.valid_from), ("endDate", s.valid_to)):
            if value and len(value) == 10:
                made[name] = value
            elif value:
                self.gone[f"{name} without a day"] += 1
        sentence = self._sentence(s)
        if sentence:
            made["details"] = "; ".join(t for t in (made.get("details"), sentence) if t)
        return made

    def _sentence(self, s: Statement) -> str:
        """What has no field of its own, in words."""
        told = []
        for name in _NO_WORD:
            value = getattr(s, name)
            if (
                value in (None, "", ())
                or (name == "share_class" and s.topic in INTERESTS)
                or (name == "note" and s.verb == "undisclosed")
            ):
                continue
            self.gone[name] += 1
            told.append(f"{name.replace('_', ' ')}: {', '.join(value) if isinstance(value, tuple) else value}")
        if s.basis != "unknown":
            self.gone["basis"] += 1
            told.append(f"share of: {s.basis}")
        return "; ".join(told)

    def parties(self, rest: list[Statement]) -> Iterator[Mapping[str, Any]]:
        """Records of the parties that the file needs, or that the Register says something of, and that are not there as they came."""
        first: dict[str, Statement] = {}
        for s in rest:
            if s.verb == "is":
                first.setdefault(s.subject, s)
                self.needed.setdefault(s.subject, []).append(self._dated(s))
        words = {**self.register.entities}
        owned = self._owned()
        for ident in sorted({*self.needed, *words}):
            name = outward("bods", ident)
            if name in self.there or ident.startswith("~"):
                continue
            entity = words.get(ident, Entity(ident))
            dated = min(self.needed.get(ident, [self._fallback]))
            kind = "entity" if entity.kind != "person" or ident in owned else "person"
            details = entity_details(entity, first.get(ident)) if kind == "entity" else person_details(entity, first.get(ident))
            yield self._statement(f"is {ident}", kind, name, dated, ident, first.get(ident), details)

    def _owned(self) -> set[str]:
        """Parties that others hold: only an entity can be."""
        of = ("holds", "votes", "controls", "role", "may_appoint", "nominee_for")
        return {s.object for s in self.register.statements if s.object and s.verb in of}

    def _dated(self, s: Statement) -> str:
        """The day on which it was stated, as well as that is known."""
        source = self.register.sources.get(s.source or "")
        for text in (s.as_of, s.said_on, s.known_on, source.published_on if source else None):
            if text is not None:
                return interval(str(text))[1].isoformat()
        return self._fallback

    @cached_property
    def _fallback(self) -> str:
        known = [day for _, day in self.register.statements.said("known_on")]
        return (self.register.day or max(known, default=date.today())).isoformat()

    def _statement(
        self, name: str, kind: str, record: str, dated: str, about: str, s: Statement | None, details: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        source = self.register.sources.get((s.source if s else None) or "")
        known = s.known_on if s and s.known_on else source.published_on if source else None
        publisher = (source.publisher if source else None) or "not said"
        row: dict[str, Any] = {
            "statementId": str(uuid5(_NAMESPACE, f"statement {name}")),
            "declarationSubject": outward("bods", about),
            "statementDate": dated,
            "publicationDetails": {
                "publicationDate": known.isoformat() if known else dated,
                "bodsVersion": "0.4",
                "publisher": {"name": publisher},
            },
            "recordId": record,
            "recordType": kind,
            "recordStatus": "new",
            "recordDetails": details,
        }
        if s is not None and (s.speaker or s.speaker_kind in _SAID_BY):
            types = {"type": [_SAID_BY[s.speaker_kind]]} if s.speaker_kind in _SAID_BY else {}
            row["source"] = {**types, **({"assertedBy": [{"name": s.speaker}]} if s.speaker else {})}
        if s is not None and s.speaker_kind not in (*_SAID_BY, "unknown"):
            self.gone["speaker_kind"] += 1
        return row
