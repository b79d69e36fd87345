"""Market impact and block discounts (spec/deal 9). Numbers in, numbers out, nothing calibrated by itself.

Sources: the square root law, Y 0.69 and exponent near one half (arXiv 2411.13965); the block coefficient rests on two averages of
European bookbuilds in 2004 and is only a default (:func:`calibration`). Schedules are in :mod:`crosshold.deal.schedule`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import Any

from crosshold.deal.exact import Number, number
from crosshold.deal.schedule import Schedule, schedule
from crosshold.errors import Finding, RequestError
from crosshold.formats.yaml_text import read
from crosshold.model.result import plain

__all__ = [
    "Impact", "Schedule", "Seen", "Tranches", "block_discount", "calibration", "discount_seen", "impact", "schedule", "tranches",
]  # fmt: skip

K, FLOOR = 0.0073, 0.005  # block discount: coefficient of sqrt(Q / ADV), least discount
Y, DELTA = 0.7, 0.5  # square root law: prefactor, exponent
CALIBRATED_TO = 0.15  # above this discount the two points say nothing
DAYS = 250  # trading days of a year


@dataclass(frozen=True)
class Seen:
    """A deal, or an average of deals, with the discount to the last close that was paid, where one is known.

    ``discount`` is exact as printed or derived from ``price`` and ``close``; ``days_of_volume`` is Q / ADV; ``confidence`` A, B or C.
    """

    deal: str
    when: str
    source: str
    confidence: str
    discount: Fraction | None = None
    days_of_volume: Fraction | None = None
    shares: int | None = None
    price: Fraction | None = None
    close: Fraction | None = None
    currency: str | None = None
    note: str = ""

    @property
    def coefficient(self) -> float | None:
        """k of discount = k * sqrt(Q / ADV), where both are known."""
        if self.discount is None or self.days_of_volume is None:
            return None
        return float(self.discount) / sqrt(self.days_of_volume)

    def to_dict(self) -> dict[str, Any]:
        """JSON form, with the coefficient."""
        return {**plain(self), "coefficient": self.coefficient}


@cache
def calibration() -> tuple[Seen, ...]:
    """The discounts seen that the default of :func:`block_discount` was taken from, and what else is known (spec/deal 2.1).

    >>> [round(seen.coefficient, 5) for seen in calibration() if seen.coefficient and "average" in seen.deal]
    [0.00721]
    """
    rows = read((files("crosshold.deal") / "discounts.yaml").read_text(encoding="utf-8"), "discounts.yaml").data
    exact = ("discount", "days_of_volume", "price", "close")
    values: list[dict[str, Any]] = [{k: number(v) if k in exact else v for k, v in row.items()} for row in rows]
    return tuple(_derived(Seen(**row)) for row in values)


def _derived(seen: Seen) -> Seen:
    if seen.discount is None and seen.price is not None and seen.close is not None:
        return replace(seen, discount=discount_seen(seen.price, seen.close))
    return seen


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
