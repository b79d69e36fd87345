"""A bundle written from a Register: objects that came from one go out as they came in, other lots of one company as issuances."""

from __future__ import annotations

import hashlib
import json
import uuid
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosshold.errors import Finding, RequestError
from crosshold.model.dates import interval
from crosshold.model.register import Register
from crosshold.model.statement import Statement

_NAMES = {"STAKEHOLDER": "Stakeholders", "STOCK_CLASS": "StockClasses", "STOCK_PLAN": "StockPlans", "VALUATION": "Valuations",
          "VESTING_TERMS": "VestingTerms", "STOCK_LEGEND_TEMPLATE": "StockLegendTemplates"}  # fmt: skip
_KEYS = {"Stakeholders": "stakeholders", "StockClasses": "stock_classes", "Transactions": "transactions", "StockPlans": "stock_plans",
         "Valuations": "valuations", "VestingTerms": "vesting_terms", "StockLegendTemplates": "stock_legend_templates"}  # fmt: skip
_SPACE = uuid.UUID("5f2b1f0e-7c1b-5d0e-9d3a-0c6f0d6f4c11")


def write(register: Register, target: Path) -> list[Finding]:
    """Write a folder, or a zip archive when the name ends in ``.zip``. ``RequestError`` when more than one company has lots."""
    kept = [(s, s.extra["ocf"]) for s in register.statements if isinstance(s.extra.get("ocf"), Mapping)]
    manifests = [data for s, data in kept if s.topic == "manifest"]
    issuers = {s.object for s in register.statements if s.verb == "holds" and s.object}
    if len(manifests) > 1 or (not manifests and len(issuers) != 1):
        count = max(len(manifests), len(issuers))
        message = f"a bundle is the cap table of one company, and the register has {count}."
        raise RequestError(Finding("E_FORMAT", message, "Keep the statements about one company.", target.name))
    if manifests:
        # the place that a statement keeps is the order of its object
        objects = [data for s, data in sorted(kept, key=lambda row: _place(row[0].where or "")) if s.topic != "manifest"]
        manifest, lost = dict(manifests[0]), _lost(register, {s.id for s, _ in kept})
    else:
        manifest, objects, lost = _made(register, next(iter(issuers)) or "")
    _put(target, manifest, objects)
    return lost


def _place(where: str) -> tuple[str, int]:
    name, _, number = where.rpartition("/")
    return name, int(number) if number.isdecimal() else 0


def _lost(register: Register, kept: set[str]) -> list[Finding]:
    """Statements that neither are objects of a bundle nor follow from one."""
    places = {s.where for s in register.statements if s.id in kept}
    manifest = {s.source for s in register.statements if s.topic == "manifest"}
    lost = Counter(
        s.verb for s in register.statements
        if s.id not in kept and s.where not in places and not (s.verb == "issued" and s.source in manifest)
    )  # fmt: skip
    return _told(lost)


def _told(lost: Mapping[str, int]) -> list[Finding]:
    cure = "Write 'statements' (YAML) or a register folder to keep them."
    return [Finding("W_LOST_ON_EXPORT", f"{w}: {n:,} cannot be held by a bundle.", cure) for w, n in sorted(lost.items()) if n]


def _made(register: Register, issuer: str) -> tuple[dict[str, Any], list[dict[str, Any]], list[Finding]]:
    """The objects of a company whose lots came from elsewhere."""
    lots: list[tuple[Statement, str]] = []
    lost: Counter[str] = Counter()
    for s in sorted(register.statements, key=lambda s: s.id):
        day = s.valid_from or s.as_of
        whole = day is not None and interval(day)[0] == interval(day)[1]
        if (
            s.verb == "holds"
            and s.shares is not None
            and s.stance == "reports"
            and s.directness != "indirect"
            and day
            and whole
            and not s.joint
        ):
            lots.append((s, day))
            lost["valid_to"] += s.valid_to is not None
            lost["share"] += s.share is not None
        else:
            lost[f"{s.verb}, {s.stance}"] += 1
    entity = register.entities.get(issuer)
    manifest: dict[str, Any] = {
        "ocf_version": "1.2.0", "file_type": "OCF_MANIFEST_FILE",
        "issuer": {"object_type": "ISSUER", "id": issuer, "legal_name": entity.name if entity else issuer},
    }  # fmt: skip
    votes, kinds = _votes(lots), dict.fromkeys(s.share_class or "" for s, _ in lots)
    objects: list[dict[str, Any]] = []
    for holder in dict.fromkeys(s.subject for s, _ in lots):
        known = register.entities.get(holder)
        objects.append({
            "object_type": "STAKEHOLDER", "id": holder, "name": {"legal_name": known.name if known else holder},
            "stakeholder_type": "INDIVIDUAL" if known and known.kind == "person" else "INSTITUTION",
        })  # fmt: skip
    for kind in kinds:
        lost["votes per share"] += kind not in votes
        per = {"votes_per_share": votes[kind]} if kind in votes else {}
        objects.append(
            {"object_type": "STOCK_CLASS", "id": _id("class", kind), "name": kind or "Shares", "class_type": "COMMON", **per}
        )
    for s, day in lots:
        objects.append({
            "object_type": "TX_STOCK_ISSUANCE", "id": _id("tx", s.id), "security_id": _id("security", s.id), "date": day, "custom_id": s.id,
            "stakeholder_id": s.subject, "stock_class_id": _id("class", s.share_class or ""), "quantity": str(s.shares),
        })  # fmt: skip
    return manifest, objects, _told(lost)


def _votes(lots: list[tuple[Statement, str]]) -> dict[str, str]:
    """Votes of a share by class, where the lots of a class all say the same whole number."""
    said: dict[str, set[int | None]] = {}
    for s, _ in lots:
        if s.shares and s.votes is not None:
            said.setdefault(s.share_class or "", set()).add(s.votes // s.shares if s.votes % s.shares == 0 else None)
    return {
        kind: str(found) for kind, several in said.items() if len(several) == 1 and (found := next(iter(several))) is not None
    }


def _id(kind: str, name: str) -> str:
    return str(uuid.uuid5(_SPACE, f"{kind}:{name}"))


def _put(target: Path, manifest: dict[str, Any], objects: list[Any]) -> None:
    """The files of a bundle; the manifest has their hashes."""
    files: dict[str, list[Any]] = {}
    for data in objects:
        kind = str(data.get("object_type"))
        files.setdefault("Transactions" if kind.startswith("TX_") else _NAMES.get(kind, "Other"), []).append(data)
    written: dict[str, bytes] = {}
    for name in (*_KEYS, "Other"):
        key = f"{_KEYS.get(name, 'other')}_files"
        manifest[key] = []
        if name in files:
            kind = f"OCF_{_KEYS.get(name, 'other').upper()}_FILE"
            content = json.dumps({"file_type": kind, "items": files[name]}, ensure_ascii=False, indent=1).encode()
            written[f"{name}.ocf.json"] = content
            digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
            manifest[key] = [{"filepath": f"./{name}.ocf.json", "md5": digest}]
    written = {"Manifest.ocf.json": json.dumps(manifest, ensure_ascii=False, indent=1).encode(), **written}
    if target.suffix.lower() == ".zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in written.items():
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
        return
    target.mkdir(exist_ok=True)
    for name, content in written.items():
        (target / name).write_bytes(content)
