"""What must hold after every step (spec/deal 5). A breach is a fault of this program, never of the plan: ``AssertionError``."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from crosshold.deal.draft import Draft
from crosshold.deal.ledger import EXACT
from crosshold.model.snapshot import Snapshot


def holds(draft: Draft, after: Snapshot) -> None:
    """I1 to I3 and I5 between the states before and after a step."""
    before = draft.state
    whole_numbers(after)
    for issuer in after.issuers.values():
        held = {state: sum(lot.shares for lot in state.lots_of(issuer.id)) for state in (before, after)}
        cancelled = (before.issuers[issuer.id].issued if issuer.id in before.issuers else 0) - issuer.issued
        assert held[before] - held[after] == cancelled, (
            f"I1: {issuer.id} lost {held[before] - held[after]}, cancelled {cancelled}"
        )
        _untouched(draft, after, issuer.id, cancelled)
    for currency in {c for accounts in (*before.cash.values(), *after.cash.values()) for c in accounts}:
        assert total(before, currency) == total(after, currency), f"I3: {currency} came from nowhere"


def whole_numbers(state: Snapshot) -> None:
    """I2: every count is a whole number, 0 or more; the lots of an issuer never pass what is issued."""
    for lot in state.lots:
        assert type(lot.shares) is int and lot.shares >= 0 and (lot.votes is None or lot.votes >= 0), f"I2: lot {lot.id}"
    for issuer in state.issuers.values():
        assert type(issuer.issued) is int and issuer.issued >= 0, f"I2: {issuer.id}"
        assert sum(lot.shares for lot in state.lots_of(issuer.id)) <= issuer.issued or any(
            lot.low is not None for lot in state.lots_of(issuer.id)
        ), f"I1: {issuer.id}"


def total(state: Snapshot, currency: str) -> Decimal:
    """Sum of all accounts of one currency, sinks included."""
    sum_ = Decimal(0)
    for accounts in state.cash.values():
        sum_ = EXACT.add(sum_, accounts.get(currency, Decimal(0)))
    return sum_


def _untouched(draft: Draft, after: Snapshot, issuer: str, cancelled: int) -> None:
    """I5: a cancellation multiplies the issued share of everyone who neither sold nor bought by n / (n - q), exactly."""
    if cancelled <= 0:
        return
    n = draft.state.issuers[issuer].issued
    for holder in {lot.holder for lot in after.lots_of(issuer)}:
        then, now = draft.state.held(holder, issuer), after.held(holder, issuer)
        if then == now and holder != issuer:
            assert Fraction(now, n - cancelled) == Fraction(then, n) * Fraction(n, n - cancelled), f"I5: {holder} in {issuer}"
