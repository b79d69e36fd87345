"""Market impact, block discounts, schedules (spec/deal 9). Numbers in, numbers out, nothing calibrated by itself.

Sources: the square root law, Y 0.69 and exponent near one half (arXiv 2411.13965); Almgren and Chriss 2000, "Optimal execution of
portfolio transactions"; the block coefficient rests on two averages of European bookbuilds in 2004 and is only a default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import acosh, sinh, sqrt
from typing import Any

from crosshold.deal.exact import Number, number
from crosshold.deal.ledger import largest_remainder
from crosshold.errors import Finding, RequestError
from crosshold.model.result import plain

K, FLOOR = 0.0073, 0.005  # block discount: coefficient of sqrt(Q / ADV), least discount
Y, DELTA = 0.7, 0.5  # square root law: prefactor, exponent
CALIBRATED_TO = 0.15  # above this discount the two points say nothing
DAYS = 250  # trading days of a year


@dataclass(frozen=True)
class Impact:
    """Peak and average price impact as fractions of the price. ``note`` says what the model cannot tell."""

    peak: float
    average: float
    note: str = "In this model slower trading costs the same: the impact does not depend on the speed of execution."

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"peak": self.peak, "average": self.average, "note": self.note}


def block_discount(shares: int, adv: Number, *, k: Number = K, floor: Number = FLOOR) -> float:
    """Discount of a block, as a fraction of the close: max(floor, k * sqrt(shares / adv)); ``adv`` in shares a day.

    >>> round(block_discount(500384399, 20000000), 6)
    0.036514
    """
    volume = _positive(adv, "adv")
    return max(_number(floor), _number(k) * sqrt(shares / volume))


def discount_seen(price: Number, close: Number) -> Fraction:
    """Discount at which a block was sold: 1 - price / close.

    >>> float(discount_seen(138500, 144000))
    0.03819444444444445
    """
    return 1 - number(price) / number(close)


def impact(shares: int, adv: Number, daily_volatility: Number, *, y: Number = Y, delta: Number = DELTA) -> Impact:
    """Square root law: peak = Y * sigma_d * (Q / ADV) ** delta, average = peak / (1 + delta).

    >>> found = impact(10, 1, 0.018); round(found.peak, 4), round(found.average, 4)
    (0.0398, 0.0266)
    """
    exponent = _number(delta)
    peak = _number(y) * _number(daily_volatility) * (shares / _positive(adv, "adv")) ** exponent
    return Impact(peak, peak / (1 + exponent))


@dataclass(frozen=True)
class Schedule:
    """Trades of an execution in equal periods. ``left`` are the shares still held at the start and after each period.

    ``kappa`` per unit of time; ``expected_cost`` and ``sd`` in money; ``objective`` = cost + risk aversion * variance.
    """

    trades: tuple[float, ...]
    whole_trades: tuple[int, ...]
    left: tuple[float, ...]
    kappa: float
    expected_cost: float
    sd: float
    objective: float
    equal_slices_over_optimum: float

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return plain(self)  # type: ignore[no-any-return]


def schedule(
    shares: int,
    *,
    horizon: float,
    periods: int,
    volatility: float,
    epsilon: float,
    gamma: float,
    eta: float,
    risk_aversion: float,
) -> Schedule:
    """The cheapest way to sell ``shares`` within ``horizon``, price impact being linear (Almgren and Chriss 2000).

    ``volatility`` in money per share and sqrt(unit of time), ``epsilon`` half spread, ``gamma`` permanent and ``eta`` temporary impact,
    ``risk_aversion`` per money; 0 gives equal slices. ``E_VOLUME`` when the impact is too small for the period (eta <= gamma tau / 2).
    """
    if shares < 0 or periods < 1 or horizon <= 0:
        raise RequestError(Finding("E_NEG_QTY", "shares, horizon and periods must be positive.", "Check the arguments."))
    tau = horizon / periods
    temporary = eta - gamma * tau / 2
    if temporary <= 0:
        message = f"temporary impact eta {eta} is at most gamma * tau / 2 = {gamma * tau / 2}: the problem has no optimum."
        raise RequestError(Finding("E_VOLUME", message, "Use more periods, or check eta and gamma."))
    kappa = acosh(risk_aversion * volatility**2 / temporary * tau**2 / 2 + 1) / tau

    def remaining(j: int) -> float:
        if kappa * horizon < 1e-9:
            return shares * (1 - j / periods)
        return shares * sinh(kappa * (horizon - j * tau)) / sinh(kappa * horizon)

    left = [remaining(j) for j in range(periods + 1)]
    trades = [left[j] - left[j + 1] for j in range(periods)]

    def cost(sold: Sequence[float], rest: Sequence[float]) -> tuple[float, float]:
        expected = gamma * shares**2 / 2 + epsilon * shares + temporary / tau * sum(n * n for n in sold)
        return expected, volatility**2 * tau * sum(x * x for x in rest[1:])

    expected, variance = cost(trades, left)
    slices = [shares / periods] * periods
    flat = cost(slices, [shares * (1 - j / periods) for j in range(periods + 1)])
    objective = expected + risk_aversion * variance
    weights = {f"{j:09d}": round(n * 10**6) for j, n in enumerate(trades)}
    return Schedule(
        trades=tuple(trades), whole_trades=tuple(largest_remainder(shares, weights).values()), left=tuple(left), kappa=kappa,
        expected_cost=expected, sd=sqrt(variance), objective=objective,
        equal_slices_over_optimum=(flat[0] + risk_aversion * flat[1]) / objective if objective else 1.0,
    )  # fmt: skip


@dataclass(frozen=True)
class Tranches:
    """``best`` number of blocks by ``table`` (k -> cost as a fraction of the price); ``closed_form`` is only a hint."""

    best: int
    closed_form: float
    table: dict[int, float]

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return plain(self)  # type: ignore[no-any-return]


def tranches(
    shares: int, adv: Number, *, k: Number = K, theta: float, volatility: Number, lock_up_years: Number, most: int = 12
) -> Tranches:
    """In how many blocks to sell, a lock-up of ``lock_up_years`` between them and ``theta`` the price of risk (spec/deal 9).

    J(k) = c * sqrt(Q / (k * ADV)) + theta * sigma * sqrt(sum_{j<k} ((k - j) / k)^2 * lock_up).

    >>> tranches(100000000, 10000000, theta=0.1, volatility="0.25", lock_up_years=60/250, most=4).best
    2
    """
    coefficient, sigma, wait = _number(k), _number(volatility), _number(lock_up_years)
    days = shares / _positive(adv, "adv")
    table = {
        n: coefficient * sqrt(days / n) + theta * sigma * sqrt(sum(((n - j) / n) ** 2 * wait for j in range(1, n)))
        for n in range(1, most + 1)
    }
    risk = theta * sigma * sqrt(wait / 3)
    return Tranches(min(table, key=lambda n: (table[n], n)), coefficient * sqrt(days) / risk if risk else float(most), table)


def _number(value: Number) -> float:
    return float(number(value))


def _positive(value: Number, name: str) -> float:
    size = _number(value)
    if size <= 0:
        raise RequestError(Finding("E_NEG_QTY", f"{name} is {size:g}; it must be above 0.", "Give shares a day."))
    return size
