"""Earnings per share of a company that buys its own shares, of one that sells a stake, and of two that hold each other (spec/deal 10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from crosshold.deal.exact import Number, Record, number
from crosshold.errors import Finding, RequestError


@dataclass(frozen=True)
class EarningsPerShare(Record):
    """Earnings per share before and after, and whether the deal lifts them."""

    before: Fraction
    after: Fraction
    accretive: bool


def eps_after_buyback(
    earnings: Number, shares: Number, bought: int, price: Number, *, yield_on_cash: Number, tax: Number
) -> EarningsPerShare:
    """EPS1 = (E - y (1 - t) p q) / (n - q); accretive iff E / n exceeds y (1 - t) p.

    >>> found = eps_after_buyback(700, 4220.7, 200, 5, yield_on_cash="0.005", tax="0.3")
    >>> round(float(found.before), 5), round(float(found.after), 5), found.accretive
    (0.16585, 0.17323, True)
    """
    count = number(shares)
    if not 0 <= bought < count:
        raise RequestError(Finding("E_LAST_SHARE", f"{bought} of {shares} shares bought: nothing remains.", "Buy fewer."))
    income = number(earnings)
    lost = number(yield_on_cash) * (1 - number(tax)) * number(price)
    before, after = income / count, (income - lost * bought) / (count - bought)
    return EarningsPerShare(before, after, after > before)


def reciprocal_shares(issued: int, treasury: int, mutual: Iterable[tuple[Number, Number]]) -> Fraction:
    """Shares that count for a company's earnings per share: n - T - sum of s_ij h_ji.

    ``mutual`` has, for each partner j, the company's share s_ij of j and the h_ji shares of the company that j holds: that part of them is
    the company's own by way of j.

    >>> round(float(reciprocal_shares(295_722_284, 4_548_736, [("0.434", 44_358_343)])) / 10**6, 2)
    271.92
    """
    return issued - treasury - sum((number(share) * number(held) for share, held in mutual), Fraction(0))


@dataclass(frozen=True)
class SellerEarnings(Record):
    """A seller of an equity-method stake. ``income``: earnings after the exchange of equity income for interest, over the old share count;
    ``share_count``: the old earnings over the new reciprocal count; ``after`` has both. Amounts for a year."""

    before: Fraction
    after: Fraction
    income: Fraction
    share_count: Fraction
    equity_income_lost: Fraction
    interest_gained: Fraction
    accretive: bool


def eps_after_sale(
    earnings: Number,
    shares_before: Number,
    shares_after: Number,
    *,
    equity_income_lost: Number,
    net_cash: Number,
    yield_on_cash: Number,
    tax: Number,
) -> SellerEarnings:
    """(E - (s0 - s1) E_j + y (1 - t) cash) / shares: the share in the associate's profit is replaced by interest on the net cash."""
    old, new = number(shares_before), number(shares_after)
    if old <= 0 or new <= 0:
        raise RequestError(Finding("E_LAST_SHARE", "no share is left that could earn.", "Check the share counts."))
    income, lost = number(earnings), number(equity_income_lost)
    gained = number(yield_on_cash) * (1 - number(tax)) * number(net_cash)
    then = income - lost + gained
    before, after = income / old, then / new
    return SellerEarnings(before, after, then / old, income / new, lost, gained, after > before)
