"""Contracts that bar a step: lock-ups, standstills, rights of first offer, forbidden buyers, blackouts (spec/deal 3).

Checked on the state before and the state after, once for all step types. ``since`` and ``until`` are inclusive days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from crosshold.deal.draft import Draft
from crosshold.errors import Finding, Findings
from crosshold.model.dates import interval
from crosshold.model.snapshot import Snapshot

Contract = Mapping[str, Any]


def check(draft: Draft, after: Snapshot) -> list[Finding]:
    """Every contract that the step would break, as findings."""
    faults = Findings()
    for contract in draft.state.contracts:
        gate = _GATES.get(str(contract.get("kind")))
        if gate and _in_force(contract, draft.on):
            gate(contract, draft, after, faults)
    return list(faults)


def _in_force(contract: Contract, on: date) -> bool:
    first, last = contract.get("from"), contract.get("until")
    begins = interval(str(first))[0] if first else date.min
    ends = interval(str(last))[1] if last else date.max
    return begins <= on <= ends


def stake(state: Snapshot, holder: str, issuer: str, basis: str) -> Fraction | None:
    """A holder's share on ``issued``, ``outstanding`` or ``gross_votes``; ``None`` when the whole is 0."""
    lots = state.lots_of(issuer)
    if basis == "gross_votes":
        whole = sum(state.gross_votes(lot) for lot in lots)
        part = sum(state.gross_votes(lot) for lot in lots if lot.holder == holder)
    else:
        own = state.treasury(issuer) if basis == "outstanding" else 0
        whole, part = state.issuers[issuer].issued - own, state.held(holder, issuer)
    return Fraction(part, whole) if whole else None


def _named(contract: Contract) -> str:
    until = f", until {contract['until']}" if contract.get("until") else ""
    return f"{contract.get('kind')} {contract.get('id', '')}{until}".replace("  ", " ")


def _out(contract: Contract, draft: Draft) -> int:
    """Shares that the bound holder gives away in this step."""
    holder, issuer = contract.get("holder"), contract.get("issuer")
    return sum(n for (i, h), n in draft.moved.items() if i == issuer and (holder is None or h == holder) and h != i)


def _buyers(contract: Contract, draft: Draft) -> set[str]:
    return {s.buyer for s in draft.sales if s.issuer == contract.get("issuer") and contract.get("holder") in (None, s.seller)}


def _lock_up(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    if not _out(contract, draft):
        return
    holder, issuer = str(contract["holder"]), str(contract["issuer"])
    floor = contract.get("floor")
    left = stake(after, holder, issuer, str(contract.get("basis", "issued")))
    if floor is None or left is None or left < Fraction(str(floor)):
        low = f" below {floor} on {contract.get('basis')}" if floor is not None else ""
        faults.add("E_LOCKUP", f"{_named(contract)}: {holder} may not sell {issuer}{low}.", "Wait, or sell fewer.", draft.where)


def _standstill(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    holder, issuer, basis = str(contract["holder"]), str(contract["issuer"]), str(contract.get("basis", "issued"))
    cap = Fraction(str(contract.get("cap", 0)))
    then, now = stake(draft.state, holder, issuer, basis), stake(after, holder, issuer, basis)
    if now is None or then is None or now <= cap or now <= then:
        return
    acted = after.held(holder, issuer) > draft.state.held(holder, issuer)
    if acted or contract.get("passive", "exempt") == "counts":
        message = f"{_named(contract)}: {holder} would reach {float(now):.4%} of {issuer} ({basis}), the cap is {float(cap):.4%}."
        faults.add("E_STANDSTILL", message, "Buy fewer, or sell alongside.", draft.where)


def _no_sale_to(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    for buyer in sorted(_buyers(contract, draft) & {str(name) for name in contract.get("parties", ())}):
        faults.add("E_FORBIDDEN_BUYER", f"{_named(contract)}: no sale to {buyer}.", "Choose another buyer.", draft.where)


def _blackout(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    dealers = {None, *(s.seller for s in draft.sales), *(s.buyer for s in draft.sales)}
    if _out(contract, draft) and contract.get("holder") in dealers:
        message = f"{_named(contract)}: {draft.on} lies in a closed period of {contract.get('issuer')}."
        faults.add("E_BLACKOUT", message, "Choose another day.", draft.where)


def _rofo(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    """Without a notice (``from``) nothing may be sold to others; with one, not before the window ends nor after the tail."""
    if not _buyers(contract, draft) - {str(contract.get("beneficiary"))}:
        return
    notice = contract.get("from")
    opens = interval(str(notice))[0] + timedelta(days=int(contract.get("window_days", 0))) if notice else date.max
    tail = contract.get("tail_days")
    closes = opens + timedelta(days=int(tail)) if notice and tail is not None else date.max
    if not opens <= draft.on <= closes:
        message = f"{_named(contract)}: {contract.get('beneficiary')} may make the first offer."
        cure = f"Sell between {opens} and {closes}." if notice else "Give notice first (the contract's 'from')."
        faults.add("E_ROFO_PENDING", message, cure, draft.where)


_GATES: dict[str, Callable[[Contract, Draft, Snapshot, Findings], None]] = {
    "blackout": _blackout,
    "lock_up": _lock_up,
    "no_sale_to": _no_sale_to,
    "rofo": _rofo,
    "standstill": _standstill,
}
