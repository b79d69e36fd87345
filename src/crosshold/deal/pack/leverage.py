"""Net debt, the ratio of the loan covenant, and both seen through holdings (spec/deal 10)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.finance import look_through
from crosshold.deal.pack.circular import holdings
from crosshold.deal.pack.dividends import lost_since_start
from crosshold.deal.pack.moment import Moment, day_of, money, share_of
from crosshold.errors import RequestError


def leverage(moment: Moment) -> list[dict[str, Any]]:
    """For each company whose cash, or that of its majority-owned companies, the step moves: from the start of the plan to here.

    Net debt falls by all that the plan brought in and rises by what it paid: net proceeds, purchases, contributions, dividends, tax.
    """
    moved = {who for entry in moment.step.entries for who in (entry.payer, entry.payee)}
    rows = []
    for who in moment.after.snapshot.issuers:
        if not moved & moment.unit(who) or _consolidated(moment, who):
            continue
        row = moment.figures("leverage", who, "net_debt")
        if row is None:
            continue
        currency = str(row["currency"])
        flows = _flows(moment, who, currency)
        if flows is None:
            continue
        before = Fraction(row["net_debt"])
        after = before - sum(flows.values(), Fraction(0))
        told: dict[str, Any] = {"who": who, "currency": currency, "as_of": day_of(row), "since": "start"}
        told |= {"net_debt_before": money(before, currency), "net_debt_after": money(after, currency)}
        told["cash_by_reason"] = {why: money(amount, currency) for why, amount in sorted(flows.items())}
        rows.append(told | _ratios(moment, who, before, after, currency) | _seen_through(moment, who))
    return rows


def _consolidated(moment: Moment, who: str) -> bool:
    """Whether a company counts in its parent's figures and has none of its own."""
    return who not in moment.after.snapshot.financials and any(
        who in moment.unit(other) for other in moment.after.snapshot.issuers if other != who
    )


def _flows(moment: Moment, who: str, currency: str) -> dict[str, Fraction] | None:
    """Cash in (positive) and out by reason over the path; money changed between currencies cancels but for rounding."""
    unit, found = moment.unit(who), dict[str, Fraction]()
    for entry in (e for step in moment.path for e in step.entries):
        sign = (entry.payee in unit) - (entry.payer in unit)
        if sign:
            amount = moment.convert("leverage", who, entry.amount, entry.currency, currency)
            if amount is None:
                return None
            why = entry.why if entry.why != "price" else "shares sold" if sign > 0 else "shares bought"
            found[why] = found.get(why, Fraction(0)) + sign * amount
    return found


def _ratios(moment: Moment, who: str, before: Fraction, after: Fraction, currency: str) -> dict[str, Any]:
    told: dict[str, Any] = dict.fromkeys(("leverage_before", "leverage_after", "covenant_leverage", "dividends_lost"))
    row = moment.figures("leverage", who, "ebitda")
    if row is None:
        return told
    ebitda = Fraction(row["ebitda"])
    if ebitda <= 0:
        moment.lack("leverage", who, "EBITDA is not above 0")
        return told
    told |= {"leverage_before": before / ebitda, "leverage_after": after / ebitda}
    counts = row.get("covenant_counts_dividends")
    if counts is None:
        moment.lack("covenant_leverage", who, f"financials.{who} has no covenant_counts_dividends")
    elif not counts:
        told["covenant_leverage"] = after / ebitda
    elif (lost := lost_since_start(moment, who, currency)) is not None:
        told["dividends_lost"] = money(lost, currency)
        if ebitda > lost:
            told["covenant_leverage"] = after / (ebitda - lost)
        else:
            moment.lack("covenant_leverage", who, "without the lost dividends EBITDA is not above 0")
    return told


def _seen_through(moment: Moment, who: str) -> dict[str, Any]:
    """(net debt with the shares in that of what is held) / (EBITDA likewise), after the step; in the case's currency."""
    view, currency = moment.after, moment.after.snapshot.currency
    reached, todo = {who}, [who]
    while todo:
        holder = todo.pop()
        for issuer in view.stakes:
            if issuer not in reached and issuer not in moment.unit(holder) and share_of(view, holder, issuer):
                reached.add(issuer)
                todo.append(issuer)
    sums: dict[str, dict[str, Fraction]] = {"net_debt": {}, "ebitda": {}}
    for name in sorted(reached):
        row = moment.figures("look_through_leverage", name, "net_debt", "ebitda")
        if row is None:
            return {"look_through_leverage": None}
        for key, found in sums.items():
            amount = moment.convert("look_through_leverage", name, _now(moment, name, row, key), str(row["currency"]), currency)
            if amount is None:
                return {"look_through_leverage": None}
            found[name] = amount
    rows = holdings(view, sorted(reached))
    try:
        debt, income = (look_through(found, rows).firm[who] for found in sums.values())
    except RequestError as error:
        moment.lack("look_through_leverage", who, error.findings[0].message)
        return {"look_through_leverage": None}
    return {"look_through_leverage": debt / income if income > 0 else None}


def _now(moment: Moment, who: str, row: Any, key: str) -> Fraction:
    """A figure after the step: net debt moves with the cash of the path."""
    flows = _flows(moment, who, str(row["currency"])) if key == "net_debt" else {}
    return Fraction(Decimal(row[key])) - sum((flows or {}).values(), Fraction(0))
