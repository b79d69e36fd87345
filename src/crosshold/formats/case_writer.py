"""A Register as a case file: reading it again gives the same statements, records and choices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.formats.statements import names_by_kind
from crosshold.formats.yaml_text import write
from crosshold.model.picks import Pick
from crosshold.model.register import Register
from crosshold.model.share import parse
from crosshold.model.statement import CONTENT, Statement

_KEPT = ("issuers", "lots", "only")  # empty, they say something that their absence does not


def write_case(register: Register) -> str:
    """The case file of a Register, keys in the order a reader expects."""
    defaults = register.defaults
    rules = defaults.get("rules")
    data: dict[str, Any] = {
        "crosshold": "case/1",
        "id": defaults.get("case"),
        "title": defaults.get("title"),
        "at": register.day,
        "known_by": register.known_by,
        "believe": register.believe,
        "currency": defaults.get("currency"),
        "sources": {name: _row(source) for name, source in register.sources.items()},
        "entities": {e.id: {**_row(e), **dict(e.identifiers), "names": names_by_kind(e)} for e in register.entities.values()},
        "groups": {name: list(members) for name, members in defaults.get("groups", {}).items()},
        "issuers": {s.subject: _issuer(s) for s in register.statements if _is_issuer(s)},
        "lots": [_lot(s) for s in register.statements if "lot" in s.extra],
        "rest": defaults.get("rest"),
        **{part: _records(part, rows, register) for part, rows in register.records.items()},
        "rules": {**_row(replace(rules, rows=None)), "rows": rules.rows.data if rules.rows else None} if rules else None,
        "picks": [_pick(p, register) for p in register.picks],
        "claims": [_claim(s) for s in register.statements if not _is_issuer(s) and "lot" not in s.extra],
    }
    for key in ("identifiers", "id"):
        for row in data["entities"].values():
            row.pop(key, None)
    for row in data["sources"].values():
        row.pop("id", None)
    return write(_clean(data))


def _pick(pick: Pick, register: Register) -> dict[str, Any]:
    lot = register.statement(pick.statement or "").extra.get("lot")
    return {"statement": lot or pick.statement, "by": pick.by, "reason": pick.reason or None, "on": pick.on}


def _is_issuer(s: Statement) -> bool:
    return s.verb == "issued" and "basis" in s.extra


def _evidence(s: Statement) -> dict[str, Any]:
    return {
        "stance": s.stance if s.stance != "reports" else None,
        "speaker": s.speaker,
        "speaker_kind": s.speaker_kind if s.speaker_kind != "filing" else None,
        "via": s.via,
        "source": s.source,
        "confidence": s.confidence,
        "known_on": s.known_on,
        "note": s.note,
    }


def _issuer(s: Statement) -> dict[str, Any]:
    extra = s.extra
    loyalty = extra.get("loyalty")
    return {
        "issued": s.shares,
        "since": s.valid_from,
        "basis": extra["basis"] if extra["basis"] != "shares" else None,
        "classes": {c.name: {"issued": c.issued, "votes": c.votes} for c in extra.get("classes", ())},
        "loyalty": {"multiple": loyalty[0], "years": loyalty[1]} if loyalty else None,
        **_evidence(s),
    }


def _lot(s: Statement) -> dict[str, Any]:
    extra = {k: v for k, v in s.extra.items() if k != "lot"}
    return {
        "id": s.extra["lot"],
        "issuer": s.object,
        "holder": s.subject,
        "class": s.share_class,
        "shares": s.shares,
        "share": s.share.text if s.share else None,
        "basis": s.basis if s.share else None,
        "hedge": s.hedge,
        "votes": s.votes,
        "since": s.valid_from,
        "until": s.valid_to,
        **extra,
        **_evidence(s),
    }


def _claim(s: Statement) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(s, name) for name in CONTENT if name not in ("share", "share_class")}
    row["vote_share"] = s.vote_share and asdict(s.vote_share)
    share: dict[str, Any] = {}
    if s.share and not _short(s):
        share = {"share": json.loads(s.canonical())["share"]}
    elif s.share:
        share = {"share": s.share.text or None}
        if s.share.bounds_from == "stated" and s.share.low != s.share.high:
            share["bounds"] = [s.share.low, s.share.high]
    row |= {"stance": s.stance if s.stance != "reports" else None, "basis": s.basis if s.basis != "unknown" else None}
    row |= {"directness": s.directness if s.directness != "unknown" else None}
    return {"id": s.label, "subject": row.pop("subject"), "verb": row.pop("verb"), "class": s.share_class, **share, **row}


def _short(s: Statement) -> bool:
    """Whether the number as written and its hedge tell the whole share."""
    assert s.share is not None
    if s.share.bounds_from == "stated" and s.share.low != s.share.high:
        return True
    try:
        return parse(s.share.text, s.hedge) == s.share
    except ValueError:
        return False


def _records(part: str, rows: Any, register: Register) -> Any:
    marked = register.defaults.get("illustrative", frozenset())
    if isinstance(rows, Mapping):
        found = {}
        for name, (day, value) in rows.items():
            row = dict(value) if isinstance(value, Mapping) else _row(value)
            if part == "cash":
                row = {"amount": next(iter(value.values())), "currency": next(iter(value))}
            found[name] = {**row, "known_on": day, "illustrative": True if f"{part}.{name}" in marked else None}
        return found
    return [{**row, "known_on": day} for day, row in rows]


def _row(value: Any) -> dict[str, Any]:
    assert is_dataclass(value) and not isinstance(value, type)
    return asdict(value)


def _clean(value: Any) -> Any:
    """Plain values only, absent ones left out; money and ratios as exact text."""
    if isinstance(value, Mapping):
        cleaned = {str(k): _clean(v) for k, v in value.items()}
        return {k: v for k, v in cleaned.items() if v is not None and (k in _KEPT or v not in ({}, []))}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    if isinstance(value, (date, Decimal, Fraction)):
        return str(value)
    return value
