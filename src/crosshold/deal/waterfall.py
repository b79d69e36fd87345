"""Who gets what of the money that a joint fund gives back: tiers in an order (spec/deal 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.deal.exact import Number, Record, number
from crosshold.errors import Finding, RequestError

TIERS = ("return_capital", "preferred", "catch_up", "residual")
Amounts = dict[str, Fraction]


@dataclass(frozen=True)
class Waterfall(Record):
    """``tiers``: what each tier gives to whom, in order; ``totals`` of each partner; ``left`` is what no tier gives away."""

    tiers: tuple[Mapping[str, Any], ...]
    totals: Mapping[str, Fraction]
    left: Fraction


def waterfall(contributed: Mapping[str, Number], returned: Number, years: int, tiers: Sequence[Mapping[str, Any]]) -> Waterfall:
    """Share out ``returned`` after ``years`` whole years by tiers, each of one key:

    ``{return_capital: pro_rata}``; ``{preferred: rate}``, compounded yearly on the capital; ``{catch_up: {to, share, until}}``: ``to``
    gets ``share`` of the money, the others the rest by capital, until it has ``until`` of all profit; ``{residual: {partner: part}}``
    with parts that sum to 1, or ``{residual: pro_rata}``. A tier that cannot be paid in full is paid in proportion.

    >>> tiers = [{"return_capital": "pro_rata"}, {"preferred": "0.06"}, {"residual": {"A": "0.5", "B": "0.35", "C": "0.15"}}]
    >>> found = waterfall({"A": 1200, "B": 600, "C": 200}, 3000, 3, tiers)
    >>> [round(float(amount), 4) for amount in found.totals.values()]
    [1738.2032, 930.8984, 330.8984]
    """
    capital = {who: number(amount) for who, amount in contributed.items()}
    left = number(returned)
    if not capital or min(capital.values()) < 0 or not sum(capital.values()) or left < 0 or years < 0:
        raise _bad("capital, money returned and years are 0 or more, and somebody paid in.", "contributed")
    check(tiers, capital)
    totals, profit = dict.fromkeys(capital, Fraction(0)), dict.fromkeys(capital, Fraction(0))
    rows = []
    for tier in tiers:
        ((kind, terms),) = tier.items()
        due = _due(kind, terms, capital, profit, years, left)
        whole = sum(due.values(), Fraction(0))
        paid = due if whole <= left else {who: amount * left / whole for who, amount in due.items()}
        left -= sum(paid.values(), Fraction(0))
        for who, amount in paid.items():
            totals[who] += amount
            profit[who] += amount if kind != "return_capital" else 0
        rows.append({"tier": kind, "paid": paid, "in_full": paid is due})
    return Waterfall(tuple(rows), totals, left)


def check(tiers: Sequence[Mapping[str, Any]], partners: Mapping[str, Any]) -> None:
    """Tiers that can be read, or C_BAD_VALUE, C_MISSING_KEY, C_BAD_NUMBER, C_UNKNOWN_ENTITY."""
    for tier in tiers:
        if not isinstance(tier, Mapping) or len(tier) != 1 or next(iter(tier)) not in TIERS:
            raise _bad(f"each tier has one key of {', '.join(TIERS)}.")
        ((kind, terms),) = tier.items()
        if kind == "return_capital" and terms != "pro_rata":
            raise _bad("capital goes back 'pro_rata'.")
        if kind == "preferred" and number(terms) < 0:
            raise _bad("a preferred rate is 0 or more.")
        named: list[str] = []
        if kind == "residual" and terms != "pro_rata":
            if not isinstance(terms, Mapping) or sum((number(x) for x in terms.values()), Fraction(0)) != 1:
                raise _bad("the parts of the residual sum to 1.")
            named = list(terms)
        if kind == "catch_up":
            if not isinstance(terms, Mapping) or set(terms) != {"to", "share", "until"}:
                raise _bad("a catch-up says 'to', 'share' and 'until'.")
            if not 0 <= number(terms["until"]) < number(terms["share"]) <= 1:
                raise _bad("a catch-up ends: 'until' is below 'share', and that at most 1.")
            named = [terms["to"]]
        for who in named:
            if who not in partners:
                raise RequestError(
                    Finding("C_UNKNOWN_ENTITY", f"{who!r} is no partner.", f"Known: {', '.join(partners)}.", "waterfall")
                )


def _bad(message: str, where: str = "waterfall") -> RequestError:
    return RequestError(Finding("C_BAD_VALUE", message, "See the tiers of the fund in docs/plan-file.md.", where))


def _due(kind: str, terms: Any, capital: Amounts, profit: Amounts, years: int, left: Fraction) -> Amounts:
    """What a tier would pay if there were enough."""
    whole = sum(capital.values(), Fraction(0))
    if kind == "return_capital":
        return capital
    if kind == "preferred":
        return {who: amount * ((1 + number(terms)) ** years - 1) for who, amount in capital.items()}
    if kind == "residual":
        parts = {who: amount / whole for who, amount in capital.items()} if terms == "pro_rata" else terms
        return {who: left * number(part) for who, part in parts.items()}
    to, share, until = terms["to"], number(terms["share"]), number(terms["until"])
    others = whole - capital[to]
    # share x + what it has = until (x + all profit so far)
    size = max(Fraction(0), (until * sum(profit.values(), Fraction(0)) - profit[to]) / (share - until))
    rest = {who: (1 - share) * size * amount / others for who, amount in capital.items() if who != to} if others else {}
    return {to: share * size, **rest}
