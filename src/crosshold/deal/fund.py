"""The joint fund: who paid in, what was promised, and the money with and without it (spec/deal 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.accounts import cash_table, undo
from crosshold.deal.ledger import Entry, Ledger, shown
from crosshold.deal.plan import Fund
from crosshold.errors import Finding, RequestError
from crosshold.model.snapshot import Snapshot


def contributions(fund: Fund, entries: Sequence[Entry]) -> dict[str, Decimal]:
    """What each entity paid in, in the fund's currency."""
    paid: dict[str, Decimal] = {}
    for entry in entries:
        if entry.why == "contribution" and entry.payee == fund.id and entry.currency == fund.currency:
            paid[entry.payer] = paid.get(entry.payer, Decimal(0)) + entry.amount
    return paid


def shares_by_contribution(paid: Mapping[str, Decimal]) -> dict[str, Fraction]:
    """Ownership in proportion to what was paid in; empty when nothing was."""
    whole = sum((Fraction(amount) for amount in paid.values()), Fraction(0))
    return {who: Fraction(amount) / whole for who, amount in paid.items()} if whole else {}


def shortfalls(fund: Fund, entries: Sequence[Entry]) -> list[Finding]:
    """``W_FUND_SHORT`` for every commitment that the plan does not pay in full."""
    paid = contributions(fund, entries)
    found = []
    for who, promised in fund.commitments.items():
        missing = promised - paid.get(who, Decimal(0))
        if missing > 0:
            message = f"{who} commits {fund.currency} {promised:,f} to {fund.id} and the plan pays in {promised - missing:,f}."
            found.append(Finding("W_FUND_SHORT", message, "Add a step 'contribute', or lower the commitment.", f"fund {fund.id}"))
    return found


def result(fund: Fund | None, end: Snapshot, entries: Sequence[Entry]) -> dict[str, Any]:
    """The fund executed and not executed, side by side.

    ``entries`` are those of the fund's steps; without them the accounts are as if they had not been made (nobody's shares differ).
    """
    if fund is None:
        return {"executed": {}, "not_executed": {}}
    paid = contributions(fund, entries)
    committed = {who: shown(amount, fund.currency) for who, amount in fund.commitments.items()}
    owners = fund.terms.get("owners") or {"by": "contributions"}
    by_contribution = isinstance(owners, Mapping) and owners.get("by") == "contributions"
    back = end.evolve(cash=undo(end.cash, entries))
    executed = {
        "id": fund.id, "status": fund.status, "currency": fund.currency, "committed": committed,
        "contributions": {who: shown(amount, fund.currency) for who, amount in paid.items()},
        "total": shown(sum(paid.values(), Decimal(0)), fund.currency),
        "owners": shares_by_contribution(paid) if by_contribution else owners, "cash": cash_table(end)[0],
    }  # fmt: skip
    return {"executed": executed, "not_executed": {"cash": cash_table(back)[0]}}


def committed_in(fund: Fund | None, state: Snapshot) -> Fraction | None:
    """All commitments in the case's currency; ``None`` without a fund or a rate."""
    if fund is None or not fund.commitments:
        return None
    ledger = Ledger({}, state.fx, state.at)
    try:
        return sum((ledger.convert(a, fund.currency, state.currency) for a in fund.commitments.values()), Fraction(0))
    except RequestError:
        return None
