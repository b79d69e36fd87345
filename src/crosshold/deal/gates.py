"""Contracts that bar a step: lock-ups, standstills, rights of first offer, forbidden buyers, blackouts (spec/deal 3).

Checked on the state before, the state after and every move between holders, once for all step types. ``from`` and ``until`` are
inclusive days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from crosshold.deal.days import counted
from crosshold.deal.draft import Draft
from crosshold.deal.shares import Move
from crosshold.deal.view import stakes
from crosshold.deal.votes import Counter, Votes
from crosshold.errors import Finding, Findings
from crosshold.law.covenants import label, runs
from crosshold.model.dates import interval
from crosshold.model.snapshot import Snapshot

Contract = Mapping[str, Any]


def check(draft: Draft, after: Snapshot) -> list[Finding]:
    """Every contract that the step would break, as findings."""
    faults = Findings()
    for contract in draft.state.contracts:
        gate = _GATES.get(str(contract.get("kind")))
        if gate and runs(contract, draft.on) and not _lapsed(contract, draft):
            gate(contract, draft, after, faults)
    return list(faults)


def _lapsed_in(contract: Contract, votes: Votes) -> bool | None:
    """Whether a contract has ended by one of its ``lapses_if``; ``None`` when the law leaves that open."""
    found = {label(contract) in outcome.casting.lapsed for outcome in votes.ballot.outcomes}
    return found.pop() if len(found) == 1 else None


def _lapsed(contract: Contract, draft: Draft) -> bool:
    if not contract.get("lapses_if"):
        return False
    votes = _counted(draft, draft.state)
    found = _lapsed_in(contract, votes)
    if found is None:
        votes.one(draft.step)
    return bool(found)


def _counted(draft: Draft, state: Snapshot) -> Votes:
    """The votes of a state on the day of the step."""
    return (draft.count or Counter())(state.evolve(at=draft.on))


def _stake(draft: Draft, state: Snapshot, holder: str, issuer: str, basis: str) -> Fraction | None:
    """A holder's share on any of the named bases; ``None`` when the whole is 0. Undetermined when the law leaves it open."""
    votes = _counted(draft, state)
    if basis == "exercisable_votes" and not votes.settles(issuer):
        votes.one(draft.step)
    return stakes(votes, issuer, (holder,))[holder].on(basis)


def _named(contract: Contract) -> str:
    until = f", until {contract['until']}" if contract.get("until") else ""
    return f"{contract.get('kind')} {contract.get('id', '')}{until}".replace("  ", " ")


def _given(contract: Contract, draft: Draft) -> list[Move]:
    """Moves of the contract's shares out of the hands of the holder it binds; without one, out of anybody's."""
    return [m for m in draft.moves if m.issuer == contract.get("issuer") and contract.get("holder") in (None, m.giver)]


def _lock_up(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    if not _given(contract, draft):
        return
    holder, issuer = str(contract["holder"]), str(contract["issuer"])
    floor = contract.get("floor")
    left = _stake(draft, after, holder, issuer, str(contract.get("basis", "issued")))
    if floor is None or left is None or left < Fraction(str(floor)):
        low = f" below {floor} on {contract.get('basis')}" if floor is not None else ""
        faults.add("E_LOCKUP", f"{_named(contract)}: {holder} may not sell {issuer}{low}.", "Wait, or sell fewer.", draft.where)


def _standstill(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    holder, issuer, basis = str(contract["holder"]), str(contract["issuer"]), str(contract.get("basis", "issued"))
    cap = Fraction(str(contract.get("cap", 0)))
    then, now = (_stake(draft, state, holder, issuer, basis) for state in (draft.state, after))
    if now is None or then is None or now <= cap or now <= then:
        return
    acted = after.held(holder, issuer) > draft.state.held(holder, issuer)
    if acted or contract.get("passive", "exempt") == "counts":
        message = f"{_named(contract)}: {holder} would reach {float(now):.4%} of {issuer} ({basis}), the cap is {float(cap):.4%}."
        faults.add("E_STANDSTILL", message, "Buy fewer, or sell alongside.", draft.where)


def _no_sale_to(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    for buyer in sorted({m.receiver for m in _given(contract, draft)} & {str(name) for name in contract.get("parties") or ()}):
        faults.add("E_FORBIDDEN_BUYER", f"{_named(contract)}: no sale to {buyer}.", "Choose another buyer.", draft.where)


def _blackout(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    if any(m.issuer == contract.get("issuer") and contract.get("holder") in (None, m.giver, m.receiver) for m in draft.moves):
        message = f"{_named(contract)}: {draft.on} lies in a closed period of {contract.get('issuer')}."
        faults.add("E_BLACKOUT", message, "Choose another day.", draft.where)


def _rofo(contract: Contract, draft: Draft, after: Snapshot, faults: Findings) -> None:
    """Without a notice (``from``) nothing may go to others; with one, from the answer or the window's end until the end of the tail,
    and of the notified shares only those that the beneficiary did not take."""
    moved = sum(m.shares for m in _given(contract, draft) if m.receiver != str(contract.get("beneficiary")))
    if not moved:
        return
    notice, answered, tail = contract.get("from"), contract.get("answered"), contract.get("tail_days")
    issuer, clock = str(contract.get("issuer")), str(contract.get("clock", "days"))
    window = int(contract.get("window_days", 0))
    opens = counted(draft.state, issuer, interval(str(notice))[0], window, clock) if notice else date.max
    if answered:
        opens = min(opens, date.fromisoformat(str(answered)))
    closes = counted(draft.state, issuer, opens, int(tail), clock) if notice and tail is not None else date.max
    message = f"{_named(contract)}: {contract.get('beneficiary')} may make the first offer."
    if not opens <= draft.on <= closes:
        cure = (
            f"Sell between {opens} and {closes}." if notice else "Give notice first (the step 'rofo', or the contract's 'from')."
        )
        faults.add("E_ROFO_PENDING", message, cure, draft.where)
    elif "shares" in contract:
        left = int(contract["shares"]) - int(contract.get("taken", 0)) - int(contract.get("sold", 0))
        if moved > left:
            cure = (
                f"Of the shares in the notice {left:,} may still go to others, not {moved:,}: sell fewer, or give notice again."
            )
            faults.add("E_ROFO_PENDING", message, cure, draft.where)


_GATES: dict[str, Callable[[Contract, Draft, Snapshot, Findings], None]] = {
    "blackout": _blackout,
    "lock_up": _lock_up,
    "no_sale_to": _no_sale_to,
    "rofo": _rofo,
    "standstill": _standstill,
}
