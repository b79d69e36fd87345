"""Free float on capital and on exercisable votes, by definitions that are data (spec/deal 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.deal.partners import parent
from crosshold.deal.view import View
from crosshold.law.covenants import runs
from crosshold.model.snapshot import Lot


@dataclass(frozen=True)
class Definition:
    """What is not free: named ``kinds`` of holding, and every holder from ``block`` of issued on.

    ``perhaps`` are kinds that a register cannot decide: with them the float is ``low``, without ``high``. ``jurisdiction`` limits it to
    listed companies of one country.
    """

    id: str
    kinds: tuple[str, ...]
    perhaps: tuple[str, ...]
    block: Fraction
    jurisdiction: str | None
    cite: str
    confidence: str


DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "strategic-5", ("treasury", "cross-holding", "trust", "lock-up", "government"), (), Fraction(1, 20), None,
        "definition of this product: everything that is not dispersed, from one twentieth on", "A",
    ),
    Definition(
        "TSE-35", ("treasury",), ("domestic company",), Fraction(1, 10), "JP",
        "TSE listing regulations, tradable shares (law row TSE-35); officers, kin, banks and pure investments are in no register", "A",
    ),
)  # fmt: skip


def free_float(view: View, issuer: str) -> list[dict[str, Any]]:
    """The float of one company by every definition that is for it: fractions ``low`` and ``high`` of issued and of exercisable votes.

    Votes are ``None`` where they are not settled. ``excluded`` names each holder that is not free, its shares and why.
    """
    state = view.snapshot
    entity = state.entities.get(issuer)
    found = []
    for definition in DEFINITIONS:
        if definition.jurisdiction and not (entity and entity.listed and entity.jurisdiction == definition.jurisdiction):
            continue
        excluded = [(lot, why) for lot in state.lots_of(issuer) if (why := _why(view, definition, lot))]
        sure = [(lot, why) for lot, why in excluded if why not in definition.perhaps]
        held: dict[tuple[str, str], int] = {}
        for lot, why in excluded:
            held[lot.holder, why] = held.get((lot.holder, why), 0) + lot.shares
        ends = {"low": [lot for lot, _ in excluded], "high": [lot for lot, _ in sure]}
        found.append({
            "issuer": issuer, "definition": definition.id, "block": definition.block, "cite": definition.cite,
            "confidence": definition.confidence,
            "issued": {end: _of_capital(view, issuer, lots) for end, lots in ends.items()},
            "exercisable_votes": {end: _of_votes(view, issuer, lots) for end, lots in ends.items()},
            "excluded": [{"holder": who, "why": why, "shares": count} for (who, why), count in sorted(held.items())],
        })  # fmt: skip
    return found


def _why(view: View, definition: Definition, lot: Lot) -> str | None:
    """The first reason why a lot is not free."""
    state, holder = view.snapshot, lot.holder
    entity = state.entities.get(holder)
    if holder.startswith("~") or (entity and entity.kind == "dispersed"):
        return None
    owner = parent(view, holder)
    issuer, kind = lot.issuer, entity.kind if entity else "unknown"
    home = state.entities.get(issuer)
    day = state.at.isoformat()
    tests = {
        "treasury": holder == issuer,
        "government": kind == "state",
        "trust": lot.beneficiary is not None or kind == "trustee",
        "lock-up": (lot.locked_until or "") >= day or _locked(view, holder, issuer),
        "cross-holding": holder != issuer and _holds(view, issuer, owner),
        "domestic company": kind == "company"
        and entity is not None
        and home is not None
        and entity.jurisdiction == home.jurisdiction,
    }
    for reason in definition.kinds:
        if tests[reason]:
            return reason
    stake = view.stakes[issuer][holder].on("issued")
    if holder != issuer and stake is not None and stake >= definition.block:
        return "block"
    return next((reason for reason in definition.perhaps if tests[reason]), None)


def _holds(view: View, company: str, other: str) -> bool:
    """Whether a company, or one that counts for it, has shares of another."""
    return any(s.shares and parent(view, h) == company for h, s in view.stakes.get(other, {}).items() if h != other)


def _locked(view: View, holder: str, issuer: str) -> bool:
    state = view.snapshot
    own: list[Mapping[str, Any]] = [c for c in state.contracts if (c.get("issuer"), c.get("holder")) == (issuer, holder)]
    return any(c.get("kind") == "lock_up" and c.get("floor") is None and runs(c, state.at) for c in own)


def _of_capital(view: View, issuer: str, excluded: list[Lot]) -> Fraction | None:
    issued = view.snapshot.issuers[issuer].issued
    return 1 - Fraction(sum(lot.shares for lot in excluded), issued) if issued else None


def _of_votes(view: View, issuer: str, excluded: list[Lot]) -> Fraction | None:
    """Votes of a holder of whom only some lots are excluded go in proportion to its shares."""
    left = Fraction(1)
    for holder, stake in view.stakes[issuer].items():
        votes = stake.on("exercisable_votes")
        if votes is None:
            return None
        gone = sum(lot.shares for lot in excluded if lot.holder == holder)
        left -= votes * Fraction(gone, stake.shares) if gone else 0
    return left
