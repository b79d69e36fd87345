"""The canonical form of a state and its hash (spec/deal 5, I9).

Lots of one kind are added up, so that splitting a lot, naming it otherwise or buying in two slices of a day leaves the hash as it
is; accounts that hold nothing do not count.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Any

from crosshold.deal.ledger import shown
from crosshold.deal.lots import expanded
from crosshold.deal.values import plain
from crosshold.errors import RequestError
from crosshold.model.snapshot import Lot, Snapshot


def lot_key(lot: Lot) -> tuple[Any, ...]:
    """What makes two lots of a register one kind: everything that law or a later step can tell apart."""
    return (
        lot.issuer, lot.holder, lot.share_class or "", lot.since or "", lot.registered_since or "", lot.beneficiary or "",
        lot.capacity or "", lot.locked_until or "", lot.pledged_to or "", lot.votes is None,
        str(Fraction(lot.votes, lot.shares)) if lot.votes and lot.shares else "",
    )  # fmt: skip


def _pieces(state: Snapshot, lot: Lot) -> list[Lot]:
    """An aggregate is the same register as its loyal and its plain shares."""
    try:
        return expanded([lot], state.issuers[lot.issuer])
    except RequestError:
        return [lot]


def canonical(state: Snapshot) -> dict[str, Any]:
    """Issuers, lots, cash, overlays, contracts and the date as plain data in a fixed order."""
    kinds: dict[tuple[Any, ...], list[int]] = {}
    keys: dict[str, tuple[Any, ...]] = {}
    for lot in (piece for whole in state.lots for piece in _pieces(state, whole)):
        keys[lot.id] = key = lot_key(lot)
        low, high = lot.bounds
        sums = kinds.setdefault(key, [0, 0, 0, 0])
        for n, value in enumerate((lot.shares, lot.votes or 0, low, high)):
            sums[n] += value
    overlays = [
        {**o, "lot": list(keys[o["lot"]])} if o.get("lot") in keys else dict(o) for o in (plain(o) for o in state.overlays)
    ]
    issuers = {
        i.id: [i.issued, i.basis, {c.name: [c.issued, c.votes] for c in i.classes}, i.loyalty] for i in state.issuers.values()
    }
    cash = {who: {c: shown(a, c) for c, a in sorted(held.items()) if a} for who, held in sorted(state.cash.items())}
    return {
        "at": state.at.isoformat(),
        "issuers": dict(sorted(issuers.items())),
        "lots": sorted([[*map(str, key), *sums] for key, sums in kinds.items() if sums[0] or sums[3]], key=str),
        "cash": {who: held for who, held in cash.items() if held},
        "overlays": sorted(overlays, key=lambda o: json.dumps(o, sort_keys=True, default=str)),
        "contracts": sorted((plain(c) for c in state.contracts), key=lambda c: json.dumps(c, sort_keys=True, default=str)),
    }


def state_hash(state: Snapshot) -> str:
    """``sha256:`` and the hash of the canonical form."""
    text = json.dumps(canonical(state), sort_keys=True, default=str, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
