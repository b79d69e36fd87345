"""Distributable profits: what a company may pay for its own shares and as dividends (spec/deal 10, code E_DISTRIBUTABLE)."""

from __future__ import annotations

from fractions import Fraction

from crosshold.deal.draft import Draft
from crosshold.deal.ledger import rounded
from crosshold.errors import Finding, Findings
from crosshold.model.snapshot import Record, Snapshot


def used(draft: Draft) -> dict[str, Fraction]:
    """By company what the step takes from its distributable profits, in the currency of its figures; only where they are known."""
    found: dict[str, Fraction] = {}
    known = {who: str(row["currency"]) for who, row in draft.state.financials.items() if row.get("distributable") is not None}
    bought = [(sale.buyer, sale.net, sale.currency) for sale in draft.sales if sale.buyer == sale.issuer]
    paid = [(entry.payer, entry.amount, entry.currency) for entry in draft.ledger.entries if entry.why == "dividend"]
    for who, amount, currency in (*bought, *paid):
        if who in known:
            found[who] = found.get(who, Fraction(0)) + draft.ledger.convert(amount, currency, known[who])
    return found


def check(draft: Draft) -> list[Finding]:
    """``E_DISTRIBUTABLE`` for every company that pays its holders more than that."""
    faults = Findings()
    for who, amount in used(draft).items():
        row = draft.state.financials[who]
        draft.illustrative(f"financials.{who}")
        if amount > Fraction(row["distributable"]):
            currency = str(row["currency"])
            message = (
                f"{who} pays its holders {currency} {rounded(amount, currency):,f} and has "
                f"{rounded(Fraction(row['distributable']), currency):,f} of distributable profits."
            )
            faults.add("E_DISTRIBUTABLE", message, "Buy fewer shares, or pay less.", draft.where)
    return list(faults)


def carried(draft: Draft, after: Snapshot) -> Snapshot:
    """The state with what is left of distributable profits."""
    rows: dict[str, Record] = dict(after.financials)
    for who, amount in used(draft).items():
        left = rounded(Fraction(rows[who]["distributable"]) - amount, str(rows[who]["currency"]))
        rows[who] = {**rows[who], "distributable": left}
    return after.evolve(financials=rows) if rows != after.financials else after
