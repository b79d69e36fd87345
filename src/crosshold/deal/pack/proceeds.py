"""Net proceeds = gross - discount - impact - fees - taxes (spec/deal 10), and cash in beside the book loss."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.draft import Sale
from crosshold.deal.ledger import shown
from crosshold.deal.pack.moment import Moment


def net_proceeds(moment: Moment) -> list[dict[str, Any]]:
    """One row for each seller and currency. Where no tax slot is set, tax and ``net`` are ``None``; ``net_before_tax`` is known."""
    step = moment.step
    cut = "impact" if any(part.type == "sell" for part in step.compiled) else "discount"
    unset = step.step.tax is None or any(f.code == "W_TAX_UNSET" for f in step.findings)
    rows = []
    for who, currency, sales in _by_seller(moment):
        gross, net = (sum((getattr(sale, name) for sale in sales), Decimal(0)) for name in ("gross", "net"))
        costs = {why: _paid(moment, who, currency, why) for why in ("fee", "stamp", "tax")}
        before_tax = net - costs["fee"] - costs["stamp"]
        parts = {"gross": gross, "discount": Decimal(0), "impact": Decimal(0), "fees": costs["fee"], "stamp": costs["stamp"]}
        parts[cut] = gross - net
        taxes = None if unset else costs["tax"]
        row: dict[str, Any] = {"who": who, "currency": currency, "shares": sum(sale.shares for sale in sales)}
        row |= {name: shown(amount, currency) for name, amount in parts.items()}
        row |= {"taxes": None if taxes is None else shown(taxes, currency), "net_before_tax": shown(before_tax, currency)}
        row |= {"net": None if taxes is None else shown(before_tax - taxes, currency)}
        row["cut_is"] = cut_is(step.step)
        row["reason"] = "no tax slot with a rate: the tax is unknown, not zero" if unset else None
        rows.append(row)
    return rows


def cut_is(step: Any) -> str:
    """Whether the discount or impact of a step was given or comes from a price model."""
    given = getattr(step, "discount", None) or getattr(step, "impact", None)
    if isinstance(given, Fraction):
        return "input"
    if given is None:
        return "model output" if "block" in (step.type, getattr(step, "channel", None)) else "none"
    return "none" if given.model == "none" else "model output"


def _by_seller(moment: Moment) -> list[tuple[str, str, list[Sale]]]:
    found: dict[tuple[str, str], list[Sale]] = {}
    for sale in moment.step.sales:
        if not sale.payee.startswith("@"):
            found.setdefault((sale.payee, sale.currency), []).append(sale)
    return [(*key, sales) for key, sales in found.items()]


def _paid(moment: Moment, who: str, currency: str, why: str) -> Decimal:
    entries = (e for e in moment.step.entries if (e.payer, e.currency, e.why) == (who, currency, why))
    return sum((entry.amount for entry in entries), Decimal(0))


def cash_and_book(moment: Moment) -> list[dict[str, Any]]:
    """Cash in and book loss side by side for every sale of a named party; without a book the loss is absent, with the reason."""
    rows = [booking.to_dict() for booking in moment.step.bookings]
    booked = {(booking.holder, booking.issuer) for booking in moment.step.bookings}
    for who, currency, sales in _by_seller(moment):
        for issuer in dict.fromkeys(sale.issuer for sale in sales if (who, sale.issuer) not in booked):
            own = [sale for sale in sales if sale.issuer == issuer]
            net = sum((sale.net for sale in own), Decimal(0))
            reason = f"no book says at what value {who} carries {issuer}"
            moment.lack("book_loss", f"{who} in {issuer}", reason)
            row: dict[str, Any] = {"holder": who, "issuer": issuer, "method": None, "shares": sum(sale.shares for sale in own)}
            row |= dict.fromkeys(("carrying", "gain", "recycled", "given_back", "result", "gain_per_share", "as_of"))
            rows.append(row | {"proceeds": shown(net, currency), "currency": currency, "reason": reason})
    return rows
