"""Two-way holdings: the pair whose balance is reported, and holdings of a parent by its subsidiary."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from crosshold.deal.ledger import rate
from crosshold.deal.viability import balance, blocking, hostage_balance
from crosshold.deal.view import View
from crosshold.errors import CrossholdError, Finding, RequestError
from crosshold.measures.power import power
from crosshold.model.snapshot import Snapshot

HALF = Fraction(1, 2)


def parent(view: View, who: str) -> str:
    """The party for which a holder counts: its majority owner in capital, up the chain, else itself."""
    seen = {who}
    while who in view.stakes:
        owner = next((h for h, s in view.stakes[who].items() if h != who and (s.on("issued") or 0) > HALF), None)
        if owner is None or owner in seen or owner.startswith("~"):
            break
        seen.add(owner)
        who = owner
    return who


def over(view: View, holder: str, issuer: str, basis: str) -> Fraction | None:
    """Share of an issuer that a party has with the companies that count for it."""
    values = [s.on(basis) for h, s in view.stakes[issuer].items() if h != issuer and parent(view, h) == holder]
    return None if None in values else sum((v for v in values if v is not None), Fraction(0))


def pair(view: View) -> tuple[str, str] | None:
    """The two companies that hold most of each other (capital, subsidiaries counted); ``None`` when no two do."""
    stakes: dict[tuple[str, str], Fraction] = {}
    for issuer, row in view.stakes.items():
        by_party: dict[str, list[Fraction | None]] = {}
        for holder, stake in row.items():
            if holder != issuer and stake.shares and (who := parent(view, holder)) in view.stakes and who != issuer:
                by_party.setdefault(who, []).append(stake.on("issued"))
        for who, values in by_party.items():
            if None not in values:
                stakes[who, issuer] = sum((value for value in values if value is not None), Fraction(0))
    two_way = sorted((a, b) for a, b in stakes if a < b and stakes[a, b] and stakes.get((b, a)))
    two_way = [(a, b) for a, b in two_way if parent(view, a) != b and parent(view, b) != a]
    return max(two_way, key=lambda p: (min(stakes[p], stakes[p[1], p[0]]), stakes[p] + stakes[p[1], p[0]]), default=None)


def balances(view: View, two: tuple[str, str] | None) -> dict[str, Any]:
    """Balance of the pair on capital, exercisable votes and power index; ``None`` = no mutual power, or not known."""
    found: dict[str, Any] = {"between": list(two) if two else None, "capital": None, "exercisable_votes": None, "power": None}
    if two is None:
        return found
    a, b = two
    for name, basis in (("capital", "issued"), ("exercisable_votes", "exercisable_votes")):
        one, other = over(view, a, b, basis), over(view, b, a, basis)
        found[name] = None if one is None or other is None else balance(one, other)
    if view.votes.settled:
        found["power"] = _power(view, a, b)
    return found


def _power(view: View, a: str, b: str) -> Fraction | None:
    """Balance of Shapley-Shubik power, dispersed holders as an ocean; ``None`` where a company has no votes."""
    network = view.votes.network
    values: list[Fraction] = []
    for holder, issuer in ((a, b), (b, a)):
        try:
            index: Mapping[str, Any] = power(network, issuer).values
        except CrossholdError:  # nobody can vote there
            return None
        own = [Fraction(v) for who, v in index.items() if who != issuer and parent(view, who) == holder]
        values.append(sum(own, Fraction(0)))
    return balance(*values)


def viability(view: View, two: tuple[str, str] | None) -> dict[str, Any]:
    """Of the pair: hostage balance at market values (V4); who can block a resolution of the other, and at which turnout (V5)."""
    if two is None:
        return {"between": None, "hostage_balance": None, "blocks_special": {}, "vetoes": {}}
    both = (two, two[::-1])
    worth = [_worth(view, holder, issuer) for holder, issuer in both]
    votes = {holder: over(view, holder, issuer, "exercisable_votes") for holder, issuer in both}
    return {
        "between": list(two),
        "hostage_balance": None if worth[0] is None or worth[1] is None else hostage_balance(worth[0], worth[1]),
        "blocks_special": {holder: None if share is None else blocking(share) for holder, share in votes.items()},
        "vetoes": {holder: None if share is None else _vetoes(share) for holder, share in votes.items()},
    }


def _vetoes(share: Fraction) -> dict[str, dict[str, Any]]:
    """By class of resolution the turnout up to which a share of all votes blocks it, and whether it blocks at exactly that turnout.

    "More than 1/2" of votes cast is blocked by share / u >= 1/2, "at least 2/3" by share / u > 1/3.
    """
    found = {}
    for name, majority, strict in (("ordinary", Fraction(1, 2), True), ("special", Fraction(2, 3), False)):
        line = share / (1 - majority)
        turnout = min(line, Fraction(1))
        blocks = bool(turnout) and blocking(share, turnout, majority, strict=strict)
        found[name] = {"majority": majority, "more_than": strict, "up_to_turnout": turnout, "at_that_turnout": blocks}
    return found


def held_by(view: View, holder: str, issuer: str) -> int:
    """Shares of an issuer that a party has with the companies that count for it; own shares of the issuer are left out."""
    return sum(stake.shares for who, stake in view.stakes[issuer].items() if who != issuer and parent(view, who) == holder)


def price_of(state: Snapshot, issuer: str, currency: str) -> Fraction | None:
    """The case's price of a share in a currency; ``None`` without one, without a rate, or when either is of a later day."""
    price = state.prices.get(issuer)
    if price is None or price.date > state.at:
        return None
    try:
        return Fraction(price.value) * rate(state.fx, price.currency, currency, state.at)
    except RequestError:
        return None


def _worth(view: View, holder: str, issuer: str) -> Fraction | None:
    """Market value of a stake in the case's currency; ``None`` without a price or a rate."""
    price = price_of(view.snapshot, issuer, view.snapshot.currency)
    return None if price is None else held_by(view, holder, issuer) * price


def subsidiaries_of_parents(before: View, after: View, where: str) -> list[Finding]:
    """``W_SUBSIDIARY_HOLDS_PARENT`` for every holding of a parent by its majority-owned company that is new or larger."""
    found = []
    for issuer, holders in after.stakes.items():
        for holder, stake in holders.items():
            there = before.stakes.get(issuer, {})
            was = there[holder].shares if holder in there else 0
            controlled = issuer in after.control.get(holder, ()) or parent(after, holder) == issuer
            if holder != issuer and stake.shares > was and controlled:
                message = f"{holder}, a company of {issuer}, comes to hold {stake.shares:,} shares of its parent."
                found.append(Finding("W_SUBSIDIARY_HOLDS_PARENT", message, "Many laws forbid it, or silence its votes.", where))
    return found
