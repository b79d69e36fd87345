"""Invented BODS statements for the tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PUBLISHED = {"publicationDate": "2020-02-01", "bodsVersion": "0.4", "publisher": {"name": "Harbour Register"}}
Record = dict[str, Any]


def statement(name: str, kind: str, details: Record, **changes: Any) -> Record:
    return {
        "statementId": f"{name}-{'0' * 32}", "declarationSubject": "aurel", "statementDate": "2020-01-15", "publicationDetails": PUBLISHED,
        "recordId": name, "recordType": kind, "recordStatus": "new", "recordDetails": {"isComponent": False, **details}, **changes,
    }  # fmt: skip


def entity(record: str, **details: Any) -> Record:
    return statement(record, "entity", {"entityType": {"type": "registeredEntity"}, "name": record.title(), **details})


def person(record: str, **details: Any) -> Record:
    return statement(record, "person", {"personType": "knownPerson", "names": [{"fullName": record.title()}], **details})


def relationship(name: str, issuer: Any, holder: Any, *interests: Record, **changes: Any) -> Record:
    inside: Record = {key: changes.pop(key) for key in ("isComponent", "componentRecords") if key in changes}
    given = {"interests": list(interests)} if interests else {}
    return statement(name, "relationship", {"subject": issuer, "interestedParty": holder, **given, **inside}, **changes)


def interest(kind: str | None = "shareholding", how: str = "direct", share: Record | None = None, **more: Any) -> Record:
    said = {"type": kind, "directOrIndirect": how, "share": share, **more}
    return {key: value for key, value in said.items() if value is not None}


def save(path: Path, records: Sequence[Any], shape: str = "array") -> Path:
    if shape == "lines":
        path.write_text("".join(json.dumps(r) + "\n" for r in records))
    else:
        path.write_text(
            json.dumps(records if shape == "array" else {"license": "none", "statements": records, "more": 1}, indent=1)
        )
    return path


PARTIES = [entity("aurel"), entity("borealis"), person("vogel")]
