"""Small exact formulas of corporate finance (spec/deal 2 and 10). Whole shares in, fractions out; money as Fraction of its unit.

Arguments may be ints, Decimals, or strings such as ``"0.15"`` and ``"3/20"``; a float is taken as its shortest decimal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from crosshold.deal.bases import which_base
from crosshold.deal.earnings import eps_after_buyback, eps_after_sale, reciprocal_shares
from crosshold.deal.exact import Number, Record, number
from crosshold.deal.glide import glide_path
from crosshold.deal.policy import policy_ratio
from crosshold.errors import Finding, RequestError
from crosshold.kernels.linear import exact_inverse

__all__ = [
    "circular_value",
    "eps_after_buyback",
    "eps_after_sale",
    "equity_method_loss",
    "exit_quantity",
    "fair_value_switch",
    "glide_path",
    "look_through",
    "passive_crossing",
    "policy_ratio",
    "reciprocal_shares",
    "share_prices",
    "which_base",
]

Interval = Mapping[str, Number]


@dataclass(frozen=True)
class ExitQuantity(Record):
    """Shares that must go: ``exact``, and ``shares`` whole; with an uncertain holding both are ``{low, high}``."""

    exact: Fraction | Mapping[str, Fraction]
    shares: int | Mapping[str, int]
    route: str
    rounding: str


def exit_quantity(
    held: int | Interval, issued: int, target: Number, *, route: str = "market", rounding: str = "at_most"
) -> ExitQuantity:
    """How many shares bring ``held`` of ``issued`` to ``target``: h - t n to the market, (h - t n) / (1 - t) with cancellation.

    The second is always 1 / (1 - t) times the first. ``at_most`` takes the ceiling, ``at_least`` the floor; never below 0.

    >>> exit_quantity(1831837027, 4220715112, "0.15", route="cancel").shares
    1410270307
    """
    goal = number(target)
    if route not in ("market", "cancel") or rounding not in ("at_most", "at_least"):
        message = f"route {route!r}, rounding {rounding!r}: one of them is not known."
        raise RequestError(Finding("C_BAD_VALUE", message, "Say market or cancel, at_most or at_least."))
    if not 0 <= goal < 1:
        raise RequestError(
            Finding("E_TARGET_UNREACHABLE", f"a target of {goal} is not from 0 to below 1.", "Write 3/20 for 15 %.")
        )

    def exact(shares: Fraction) -> Fraction:
        over = max(shares - goal * issued, Fraction(0))
        return over / (1 - goal) if route == "cancel" else over

    def whole(shares: Fraction) -> int:
        return ceil(exact(shares)) if rounding == "at_most" else floor(exact(shares))

    if isinstance(held, Mapping):
        ends = {end: number(held[end]) for end in ("low", "high")}
        return ExitQuantity(
            {k: exact(v) for k, v in ends.items()}, {k: whole(v) for k, v in ends.items()}, route, rounding
        )  # fmt: skip
    return ExitQuantity(exact(Fraction(held)), whole(Fraction(held)), route, rounding)


@dataclass(frozen=True)
class PassiveCrossing(Record):
    """Shares whose cancellation lifts an untouched holder to a line: ``cancelled_exact``, and as a ``fraction`` of issued."""

    cancelled_exact: Fraction
    fraction: Fraction


def passive_crossing(held: int, issued: int, threshold: Number) -> PassiveCrossing:
    """q = n - h / tau: the holder reaches ``threshold`` when others' shares are cancelled (0 when it is there already).

    >>> passive_crossing(29, 100, "0.30").fraction
    Fraction(1, 30)
    """
    line = number(threshold)
    if not 0 < line <= 1:
        raise RequestError(Finding("C_BAD_NUMBER", f"a threshold of {line} is not above 0 and at most 1.", "Write 3/10."))
    cancelled = max(issued - held / line, Fraction(0))
    return PassiveCrossing(cancelled, cancelled / issued)


@dataclass(frozen=True)
class DisposalLoss(Record):
    """Loss of a holder that sells to the issuer below carrying value: with the shares cancelled, and kept; ``ratio`` of the two.

    ``given_back`` is their difference: what the cancellation of shares bought below carrying value returns to those who stay.
    """

    with_cancellation: Fraction
    without: Fraction
    ratio: Fraction | None
    stake_after: Fraction
    given_back: Fraction


def equity_method_loss(
    held: int, issued: int, sold: int, equity: Number, price: Number, *, bought: int | None = None
) -> DisposalLoss:
    """Loss on an equity-method stake: q (e - p) without cancellation, less s1 Q (e - p) with it.

    e = equity / issued is what a share carries, q what the holder sells, Q what the issuer buys and cancels (``bought``: also from others;
    default q), s1 = (h - q) / (n - Q) the stake after. With Q = q the loss is (1 - s1) q (e - p). It equals s0 E - s1 (E - p Q) - p q.

    >>> loss = equity_method_loss(40, 100, 10, 1000, 4)
    >>> loss.without, loss.given_back, loss.with_cancellation
    (Fraction(60, 1), Fraction(20, 1), Fraction(40, 1))
    """
    gone = sold if bought is None else bought
    if not 0 <= sold <= held <= issued or not sold <= gone < issued or held - sold > issued - gone:
        message = f"sold {sold}, bought {gone}, held {held}, issued {issued} do not fit."
        raise RequestError(Finding("E_INSUFFICIENT", message, "sold <= held <= issued, and something remains."))
    each, paid = number(equity) / issued, number(price)
    after = Fraction(held - sold, issued - gone)
    without, back = sold * (each - paid), after * gone * (each - paid)
    return DisposalLoss(without - back, without, (without - back) / without if without else None, after, back)


@dataclass(frozen=True)
class Gain(Record):
    """Profit (negative: loss) of a change of accounting method."""

    gain: Fraction


def fair_value_switch(retained: int, price: Number, carrying: Number, *, proceeds: Number = 0, recycled: Number = 0) -> Gain:
    """Gain when the equity method ends (IAS 28.22): retained shares at market + proceeds - carrying + recycled reserves; no cash."""
    return Gain(retained * number(price) + number(proceeds) - number(carrying) + number(recycled))


@dataclass(frozen=True)
class CircularValue(Record):
    """Capitalisations taken apart: ``stubs`` = caps without holdings, ``outside`` = what outsiders hold of each cap.

    ``double_counting`` = 1 - sum of stubs / sum of caps, the fraction of the caps counted twice.
    """

    stubs: Mapping[str, Fraction]
    outside: Mapping[str, Fraction]
    double_counting: Fraction


Holdings = Sequence[Sequence[Any]]


def circular_value(caps: Mapping[str, Number], holdings: Holdings) -> CircularValue:
    """D = v - C v; ``holdings`` rows are (holder, issuer, share of the issuer). Identity: the outside values add up to sum D."""
    value = {name: number(cap) for name, cap in caps.items()}
    stubs, outside = dict(value), dict(value)
    for holder, issuer, share in _rows(holdings, value):
        stubs[holder] -= share * value[issuer]
        outside[issuer] -= share * value[issuer]
    whole = sum(value.values(), Fraction(0))
    return CircularValue(stubs, outside, 1 - sum(stubs.values(), Fraction(0)) / whole if whole else Fraction(0))


@dataclass(frozen=True)
class LookThrough(Record):
    """Amounts seen through holdings: of each ``firm``, what ``outside`` holders have of it, and their total."""

    firm: Mapping[str, Fraction]
    outside: Mapping[str, Fraction]
    outside_total: Fraction


def look_through(amounts: Mapping[str, Number], holdings: Holdings) -> LookThrough:
    """(I - C)^-1 a: earnings or assets with the share in what is held; the outsiders' total equals the sum of the amounts."""
    own = {name: number(amount) for name, amount in amounts.items()}
    rows = _rows(holdings, own)
    firm = _solve(own, rows)
    free = dict.fromkeys(own, Fraction(1))
    for _, issuer, share in rows:
        free[issuer] -= share
    outside = {name: firm[name] * free[name] for name in own}
    return LookThrough(firm, outside, sum(outside.values(), Fraction(0)))


@dataclass(frozen=True)
class SharePrices(Record):
    """Value of each company with its holdings, and the price of one share."""

    value: Mapping[str, Fraction]
    price: Mapping[str, Fraction]


def share_prices(own_assets: Mapping[str, Number], shares: Mapping[str, int], held: Holdings) -> SharePrices:
    """Prices consistent with each other: v = (I - C)^-1 a, p = v / shares; ``held`` rows are (holder, issuer, shares held)."""
    rows = [(holder, issuer, Fraction(int(count), shares[issuer])) for holder, issuer, count in held]
    value = _solve({name: number(a) for name, a in own_assets.items()}, rows)
    return SharePrices(value, {name: value[name] / shares[name] for name in value})


def _rows(holdings: Holdings, known: Mapping[str, Fraction]) -> list[tuple[str, str, Fraction]]:
    for row in holdings:
        for name in row[:2]:
            if name not in known:
                raise RequestError(Finding("C_UNKNOWN_ENTITY", f"{name!r} has no amount.", f"Known: {', '.join(known)}."))
    return [(str(holder), str(issuer), number(share)) for holder, issuer, share in holdings]


def _solve(own: Mapping[str, Fraction], rows: Sequence[tuple[str, str, Fraction]]) -> dict[str, Fraction]:
    """v = own + C v by exact elimination; ``E_SINGULAR`` when a ring owns itself completely."""
    place = {name: n for n, name in enumerate(own)}
    matrix = [[Fraction(i == j) for j in range(len(own))] for i in range(len(own))]
    for holder, issuer, share in rows:
        matrix[place[holder]][place[issuer]] -= share
    inverse = exact_inverse(matrix)
    if inverse is None:
        names = ", ".join(sorted({issuer for _, issuer, _ in rows}))
        message = f"some of {names} own each other completely, so that nothing of them is anybody else's."
        raise RequestError(Finding("E_SINGULAR", message, "Check the holdings."))
    return {
        name: sum((x * own[other] for other, x in zip(own, inverse[n], strict=True)), Fraction(0)) for name, n in place.items()
    }
