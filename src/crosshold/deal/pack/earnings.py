"""Earnings per share of the company that bought its shares in a step, and of those that sold a stake (spec/deal 10)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.books import book_of, economic
from crosshold.deal.finance import eps_after_buyback, eps_after_sale, reciprocal_shares
from crosshold.deal.pack.moment import Moment, day_of, money, share_of
from crosshold.deal.partners import parent
from crosshold.deal.view import View


def reciprocal(view: View, company: str) -> Fraction:
    """n - T - sum of s_ij h_ji over partners j, majority-owned companies counting for their parent; what they hold of it counts whole."""
    state, mutual = view.snapshot, list[tuple[Fraction, int]]()
    for holder, stake in view.stakes[company].items():
        owner = parent(view, holder)
        if holder != company and owner in view.stakes and stake.shares:
            mutual.append((Fraction(1) if owner == company else share_of(view, company, owner), stake.shares))
    return reciprocal_shares(state.issuers[company].issued, state.treasury(company), mutual)


def buyers(moment: Moment) -> list[dict[str, Any]]:
    """For each company that bought its own shares: earnings on the shares outstanding, less interest on the cash that went."""
    rows = []
    sales = [sale for sale in moment.step.sales if sale.buyer == sale.issuer]
    for issuer in dict.fromkeys(sale.issuer for sale in sales):
        figure = "earnings_per_share"
        row = moment.figures(figure, issuer, "earnings", "cash_yield", "tax_rate")
        if row is None:
            continue
        currency, own = str(row["currency"]), [sale for sale in sales if sale.issuer == issuer]
        amounts = [moment.convert(figure, issuer, sale.net, sale.currency, currency) for sale in own]
        paid = [amount for amount in amounts if amount is not None]
        if len(paid) < len(amounts):
            continue
        state, bought = moment.before.snapshot, sum(sale.shares for sale in own)
        outstanding = state.issuers[issuer].issued - state.treasury(issuer)
        price = sum(paid, Fraction(0)) / bought if bought else Fraction(0)
        found = eps_after_buyback(
            row["earnings"], outstanding, bought, price, yield_on_cash=row["cash_yield"], tax=row["tax_rate"]
        )
        told = {"who": issuer, "currency": currency, "as_of": day_of(row), "basis": "outstanding", **vars(found)}
        told["change"] = found.after / found.before - 1 if found.before else None
        rows.append(told | _counts(moment, issuer, outstanding, outstanding - bought))
    return rows


def _counts(moment: Moment, who: str, before: int, after: int) -> dict[str, Any]:
    old, new = reciprocal(moment.before, who), reciprocal(moment.after, who)
    return {"shares_before": before, "shares_after": after, "reciprocal_before": old, "reciprocal_after": new}


def sellers(moment: Moment) -> list[dict[str, Any]]:
    """For each seller of an equity-method stake: equity income replaced by interest, and the reciprocal share count, apart."""
    rows = []
    sold = {(s.payee, s.issuer) for s in moment.step.sales if not s.payee.startswith("@") and s.payee != s.issuer}
    for who, issuer in sorted(sold):
        told = _seller(moment, who, issuer) if who in moment.before.stakes and who in moment.after.stakes else None
        rows += [told] if told else []
    return rows


def _seller(moment: Moment, who: str, issuer: str) -> dict[str, Any] | None:
    figure = "earnings_per_share"
    book = book_of(moment.before.snapshot, who, issuer)
    if book is None or book.get("method") != "equity":
        moment.lack(figure, who, f"no book says that {who} carries {issuer} by the equity method")
        return None
    own = moment.figures(figure, who, "earnings", "cash_yield", "tax_rate")
    other = moment.figures(figure, issuer, "earnings")
    if own is None or other is None:
        return None
    currency = str(own["currency"])
    income = moment.convert(figure, who, Fraction(other["earnings"]), str(other["currency"]), currency)
    cash = _net_cash(moment, who, issuer, currency)
    if income is None or cash is None:
        return None
    stakes = [
        Fraction(economic(v.snapshot, who, issuer), v.snapshot.issuers[issuer].issued) for v in (moment.before, moment.after)
    ]
    counts = _counts(
        moment, who, *(v.snapshot.issuers[who].issued - v.snapshot.treasury(who) for v in (moment.before, moment.after))
    )
    found = eps_after_sale(
        own["earnings"], counts["reciprocal_before"], counts["reciprocal_after"], equity_income_lost=(stakes[0] - stakes[1]) * income,
        net_cash=cash, yield_on_cash=own["cash_yield"], tax=own["tax_rate"],
    )  # fmt: skip
    told = {"who": who, "issuer": issuer, "currency": currency, "as_of": day_of(own), "basis": "reciprocal", **vars(found)}
    lost, gained = money(found.equity_income_lost, currency), money(found.interest_gained, currency)
    return {**told, "net_cash": money(cash, currency), "equity_income_lost": lost, "interest_gained": gained, **counts}


def _net_cash(moment: Moment, who: str, issuer: str, currency: str) -> Fraction | None:
    """What the sale brought less its costs."""
    sales = [(sale.net, sale.currency) for sale in moment.step.sales if (sale.payee, sale.issuer) == (who, issuer)]
    costs = [(-e.amount, e.currency) for e in moment.step.entries if e.payer == who and e.why in ("fee", "stamp", "tax")]
    whole = Fraction(0)
    for amount, source in [*sales, *costs]:
        part = moment.convert("earnings_per_share", who, Decimal(amount), source, currency)
        if part is None:
            return None
        whole += part
    return whole
