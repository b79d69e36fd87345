"""Prices of a step: models become six-digit numbers, and a sale is settled with its fee and its tax."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from crosshold.deal.books import book_of, carrying
from crosshold.deal.draft import Draft, Sale
from crosshold.deal.ledger import rounded
from crosshold.deal.market import CALIBRATED_TO, DAYS, DELTA, FLOOR, K, Y, block_discount, impact, schedule
from crosshold.deal.step import Step
from crosshold.deal.values import Amount, Model, Periods
from crosshold.errors import RequestError

PLACES = 6  # a model's output is stored with the step, so that a replay never runs the model again


def fixed_cut(
    draft: Draft,
    issuer: str,
    shares: int,
    given: Model | Periods | Fraction | None,
    default: Model,
    price: Amount | None = None,
    participation: Fraction | None = None,
) -> Fraction:
    """The discount or impact of a sale as a fraction of the price; a schedule needs that price, and is capped by the participation.

    Coefficients are those of the step, else of the case (``market: {ID: {k: ..., y: ...}}``), else defaults: then
    ``W_IMPACT_UNCALIBRATED``. ``W_EXTRAPOLATED`` outside the range seen.
    """
    model = default if given is None else given
    if isinstance(model, Fraction):
        return model
    if model.model == "none" or shares == 0:
        return Fraction(0)
    market = draft.state.market.get(issuer, {})
    if isinstance(model, Periods):
        return _scheduled(draft, issuer, shares, model, draft.money(price) if price else draft.price(issuer, None), participation)
    if not market.get("adv"):
        message = f"the {model.model} model needs the daily volume of {issuer}."
        raise draft.refuse("E_UNPRICED", message, f"Give market: {{{issuer}: {{adv: ...}}}}, or a number instead of a model.")
    draft.illustrative(f"market.{issuer}")
    if model.model == "block":
        k, floor = _first(model.k, market.get("k"), K), _first(model.floor, market.get("floor"), FLOOR)
        value = block_discount(shares, market["adv"], k=k, floor=floor)
        default_used = market.get("k") is None and k == K
    else:
        if market.get("volatility") is None:
            message = f"the square root model needs the volatility of {issuer}."
            raise draft.refuse("E_UNPRICED", message, "Give it in the case, or a number instead of a model.")
        y, delta = _first(model.y, market.get("y"), Y), _first(model.delta, market.get("delta"), DELTA)
        found = impact(shares, market["adv"], float(Fraction(market["volatility"])) / sqrt(DAYS), y=y, delta=delta)
        value, default_used = found.average, market.get("y") is None and y == Y
        draft.record |= {"impact_peak": f"{found.peak:.6f}", "impact_note": found.note}
    if default_used:
        message = f"the {model.model} model of {issuer} has its default coefficient, which rests on few observations."
        draft.warn("W_IMPACT_UNCALIBRATED", message, "Calibrate it, or state the discount.")
    return _fixed(draft, value)


def _fixed(draft: Draft, value: float) -> Fraction:
    if value > CALIBRATED_TO:
        draft.warn("W_EXTRAPOLATED", f"{value:.1%} is outside the range that was ever seen.", "State the discount.")
    return min(Fraction(round(value * 10**PLACES), 10**PLACES), Fraction(1))


def _first(*values: Fraction | float | None) -> float:
    return next(float(value) for value in values if value is not None)


def _scheduled(draft: Draft, issuer: str, shares: int, model: Periods, price: Amount, participation: Fraction | None) -> Fraction:
    """The expected cost of a schedule as a fraction of the value sold; its trades go into the record."""
    market = draft.state.market.get(issuer, {})
    cure = f"Give market: {{{issuer}: {{adv: ..., volatility: ...}}}}."
    if market.get("volatility") is None:
        raise draft.refuse("E_UNPRICED", f"a schedule needs the volatility of {issuer}.", cure)
    if participation is not None and not market.get("adv"):
        raise draft.refuse("E_UNPRICED", f"a participation in the volume of {issuer} needs that volume.", cure)
    draft.illustrative(f"market.{issuer}")
    horizon = float(model.horizon or model.periods)
    daily = float(Fraction(market["volatility"])) / sqrt(DAYS) * float(price.value)
    cap = None if participation is None else float(participation * market["adv"]) * horizon / model.periods
    try:
        found = schedule(
            shares, horizon=horizon, periods=model.periods, volatility=daily, epsilon=float(model.epsilon), gamma=float(model.gamma),
            eta=float(model.eta), risk_aversion=float(model.risk_aversion), cap=cap,
        )  # fmt: skip
    except RequestError as error:
        raise draft.refuse(error.findings[0].code, error.findings[0].message, error.findings[0].cure) from None
    draft.record["schedule"] = {
        "trades": list(found.whole_trades), "expected_cost": f"{found.expected_cost:.2f}", "sd": f"{found.sd:.2f}",
        "currency": price.currency, "equal_slices_over_optimum": f"{found.equal_slices_over_optimum:.6f}",
    }  # fmt: skip
    return _fixed(draft, found.expected_cost / (shares * float(price.value)) if price.value else 0.0)


def settle(
    draft: Draft, step: Step, issuer: str, seller: str, buyers: Mapping[str, int], price: Amount, cut: Fraction = Fraction(0)
) -> None:
    """Trade with every buyer; then each payee pays the fee on the gross amount and the tax of the step's slot."""
    before = len(draft.sales)
    for buyer, shares in buyers.items():
        draft.trade(issuer, seller, buyer, shares, price, cut, step.lots)
    sales = draft.sales[before:]
    for payee in dict.fromkeys(sale.payee for sale in sales):
        own = [sale for sale in sales if sale.payee == payee]
        gross = sum((sale.gross for sale in own), Decimal(0))
        draft.charge(payee, step.fee, gross, own[0].currency)
        tax(draft, step, own)


def tax(draft: Draft, step: Step, sales: list[Sale]) -> None:
    """The tax of the step's slot on what one payee got; an empty slot is unknown, not zero (``W_TAX_UNSET``)."""
    if step.tax is None or not sales:
        return
    slot = draft.terms.taxes.get(step.tax)
    payee, currency = sales[0].payee, sales[0].currency
    if slot is None or slot.get("rate") is None:
        draft.warn("W_TAX_UNSET", f"the tax slot {step.tax!r} has no rate: the tax of {payee} is unknown.", "Set options.taxes.")
        return
    net = sum((sale.net for sale in sales), Decimal(0))
    due = Fraction(net)
    cost, book = carrying(draft.state, sales), book_of(draft.state, payee, sales[0].issuer)
    if slot.get("basis") == "gain" and cost is not None and book is not None:  # without a book all of it counts as gain
        due -= draft.ledger.convert(cost, str(book["currency"]), currency)
    draft.charge(payee, Fraction(str(slot["rate"])), rounded(max(due, Fraction(0)), currency), currency, "tax")
