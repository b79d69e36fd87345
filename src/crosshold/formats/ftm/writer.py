"""Writes FollowTheMoney entities, one a line: those that nobody changed as they came, and ones of our own making for the rest.

The model has no property for votes, stances or bounds: what it cannot hold stands in ``summary`` as a sentence and is told by field.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from crosshold.errors import Finding
from crosshold.formats.ftm.record import IDENTIFIERS, read_record
from crosshold.formats.originals import lost, outward, replaced, unchanged
from crosshold.formats.percent import read_percent
from crosshold.formats.row import Fault, inclusive
from crosshold.model.entity import Entity
from crosshold.model.register import Register
from crosshold.model.share import SOME, Share
from crosshold.model.statement import Statement

VERBS = ("holds", "is", "role", "same_as")
_NAMESPACE = UUID("5d8d5a36-0f0e-5b7c-8c1a-6f1b1e8d2a77")
_SCHEMATA = {"company": "Company", "person": "Person", "state": "PublicBody"}
_PROPERTY = {scheme: name for name, scheme in IDENTIFIERS.items()}
_NO_WORD = (
    "votes", "vote_share", "amount", "currency", "price", "speaks_for", "via", "said_on", "note", "confidence", "condition", "purpose",
    "about", "how", "reason", "reviewed_by",
)  # fmt: skip


def write(register: Register, target: Path) -> list[Finding]:
    """Write the Register as JSON lines; what it cannot hold comes back."""
    gone: Counter[str] = Counter()
    kept, rest = unchanged(register, "ftm", lambda record: record.get("id"), _again)
    rest = replaced(register, rest, gone)
    made = [row for s in sorted(rest, key=lambda s: s.id) if (row := _link(s, gone)) is not None]
    ends = {name for s in rest if s.verb in ("holds", "role") for name in (*(s.joint or (s.subject,)), s.object) if name}
    there = {outward("ftm", name) for name in {*register.entities, *ends}} - set(kept)
    parties = {outward("ftm", name): register.entities.get(name, Entity(name)) for name in {*register.entities, *ends}}
    rows = [*(_party(name, parties[name]) for name in sorted(there)), *(kept[name] for name in sorted(kept)), *made]
    with target.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return lost(gone, "FollowTheMoney")


def _again(record: Mapping[str, Any], like: Statement) -> Iterator[list[Statement]]:
    for as_direct in (False, True):
        try:
            yield read_record(record, as_direct, like.known_on).statements
        except Fault:
            return


def _party(name: str, entity: Entity) -> dict[str, Any]:
    said: dict[str, list[str]] = {}
    if entity.name != entity.id:
        said["name"] = [entity.name]
    for kind, text in entity.names:
        said.setdefault("previousName" if kind == "former" else "abbreviation" if kind == "short" else "alias", []).append(text)
    if entity.jurisdiction:
        said["jurisdiction" if entity.kind != "person" else "nationality"] = [entity.jurisdiction.lower()]
    if entity.form and entity.kind != "person":
        said["legalForm"] = [entity.form]
    for scheme, number in entity.identifiers:
        said.setdefault(_PROPERTY.get(scheme, "registrationNumber"), []).append(number)
    return {"id": name, "schema": _SCHEMATA.get(entity.kind, "LegalEntity"), "properties": said}


def _link(s: Statement, gone: Counter[str]) -> dict[str, Any] | None:
    """One statement as an Ownership or a Directorship; ``None`` when there is no schema for it."""
    if s.verb == "is" or s.object is None or s.verb not in VERBS or s.verb == "same_as":
        if s.verb != "is":
            gone[f"verb {s.verb}"] += 1
        return None
    if s.stance not in ("reports", "confirms"):
        gone[f"stance {s.stance}"] += 1
        return None
    owners = [outward("ftm", name) for name in s.joint or (s.subject,)]
    said: dict[str, list[str]] = {}
    if s.verb == "holds":
        schema = "Ownership"
        said |= {"owner": owners, "asset": [outward("ftm", s.object)]}
        if s.share is not None and s.share != SOME:
            said["percentage"] = [_percent(s.share, s.hedge, gone)]
        if s.shares is not None:
            said["sharesCount"] = [str(s.shares)]
        if s.share_class:
            said["sharesType"] = [s.share_class]
        if s.directness != "unknown":
            said["ownershipType"] = [s.directness]
    else:
        schema = "Directorship"
        said |= {"director": owners, "organization": [outward("ftm", s.object)], "role": [s.topic or "role"]}
    times = {"startDate": s.valid_from, "endDate": inclusive(s.valid_to) if s.valid_to else None, "date": s.as_of}
    times |= {"modifiedAt": s.known_on.isoformat() if s.known_on else None, "publisher": s.speaker}
    said |= {name: [text] for name, text in times.items() if text}
    if sentence := _sentence(s, gone):
        said["summary"] = [sentence]
    return {"id": str(uuid5(_NAMESPACE, s.id)), "schema": schema, "properties": said}


def _percent(share: Share, hedge: str | None, gone: Counter[str]) -> str:
    """The text that is read as this share, else the nearest one."""
    low, high = _number(share.low), _number(share.high)
    middle = _number(share.point if share.point is not None else (share.low + share.high) / 2)
    for text in _ways(share, hedge, low, middle, high):
        try:
            read, _ = read_percent(text)
        except ValueError:
            continue
        if _ends(read) == _ends(share):
            return text
    gone["share: exact bounds"] += 1
    return f"{middle}%" if share.point is not None else f"{low}-{high}%"


def _ways(share: Share, hedge: str | None, low: str, middle: str, high: str) -> Iterator[str]:
    """Texts that may say the share. How many digits a number has says how far it is rounded."""
    word = f"{hedge} " if hedge else ""
    yield from (share.text, f"{word}{middle}%", f"{low}-{high}%", f"more than {low}%", f"at least {low}%")
    yield from (f"at most {high}%", f"less than {high}%")
    for digits in range(9):
        for value in (middle, low, high):
            yield f"{word}{Decimal(value):.{digits}f}%"


def _ends(share: Share) -> tuple[Any, ...]:
    return share.point, share.low, share.high, share.low_open, share.high_open


def _number(value: Fraction) -> str:
    """A percentage in decimals, at most twelve of them."""
    text = f"{float(round(value * 100, 12)):.12f}".rstrip("0").rstrip(".")
    return text or "0"


def _sentence(s: Statement, gone: Counter[str]) -> str:
    told = []
    for name in _NO_WORD:
        value = getattr(s, name)
        if value not in (None, "", ()):
            gone[name] += 1
            shown = f"{float(value.low):.2%} to {float(value.high):.2%}" if isinstance(value, Share) else value
            told.append(f"{name.replace('_', ' ')}: {shown}")
    for name, usual in (("basis", "unknown"), ("stance", "reports"), ("speaker_kind", "unknown")):
        if getattr(s, name) != usual:
            gone[name] += 1
            told.append(f"{name.replace('_', ' ')}: {getattr(s, name)}")
    return "; ".join(told)
