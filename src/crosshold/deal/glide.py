"""The path of policy shareholdings down to a part of net assets: constant sales, or the cheapest sales name by name (spec/deal 10).

P' = P (1 + g) - s and A' = A + retained + (1 - tau) g P, year by year. The gap P - r A at the end falls linearly with every sale, so the
constant sale is one division and the cheapest path is a linear programme, both exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from crosshold.deal.exact import Number, Record, number
from crosshold.errors import Finding, RequestError

MOST_YEARS = 50
MOST_SALES = 200  # names times years of the cheapest path


@dataclass(frozen=True)
class Year(Record):
    """The end of a year: what was sold in it, and what is there."""

    year: int
    sold: Fraction
    policy: Fraction
    net_assets: Fraction
    ratio: Fraction | None


@dataclass(frozen=True)
class GlidePath(Record):
    """``sales`` a year; ``by_name`` and ``cost`` for the cheapest path (in the unit of the amounts), else ``None``."""

    method: str
    target: Fraction
    sales: tuple[Fraction, ...]
    years: tuple[Year, ...]
    by_name: Mapping[str, tuple[Fraction, ...]] | None = None
    cost: Fraction | None = None


@dataclass(frozen=True)
class _Course:
    """Where a path starts and what happens without sales."""

    policy: Fraction
    net_assets: Fraction
    target: Fraction
    retained: tuple[Fraction, ...]
    growth: Fraction
    tax: Fraction

    def walk(self, sales: Sequence[Fraction]) -> tuple[Year, ...]:
        held, assets, rows = self.policy, self.net_assets, []
        for n, (sold, kept) in enumerate(zip(sales, self.retained, strict=True), 1):
            assets += kept + (1 - self.tax) * self.growth * held
            held = held * (1 + self.growth) - sold
            rows.append(Year(n, sold, held, assets, held / assets if assets else None))
        return tuple(rows)

    def gap(self, sales: Sequence[Fraction]) -> Fraction:
        """Policy shareholdings above the target at the end."""
        end = self.walk(sales)[-1]
        return end.policy - self.target * end.net_assets


def glide_path(
    policy: Number,
    net_assets: Number,
    target: Number,
    years: int,
    *,
    retained: Number | Sequence[Number] = 0,
    growth: Number = 0,
    tax: Number = 0,
    names: Mapping[str, Mapping[str, Any]] | None = None,
) -> GlidePath:
    """Sales at the end of each year that bring ``policy`` to ``target`` of net assets in ``years``.

    Without ``names`` the sale is the same every year. With them (``{name: {value, cost, limit, from_year, needs}}``) it is the cheapest:
    ``cost`` for one unit sold, at most ``limit`` a year, none before the issuer consents in ``from_year`` (0 is the first), and never a
    larger part of a name than of the one it ``needs``. Their values make up ``policy``. E_TARGET_UNREACHABLE, E_OVERHELD, C_BAD_NUMBER.

    >>> round(float(glide_path(100, 400, "0.20", 3, retained=10).sales[0]), 2)
    4.67
    """
    course = _course(policy, net_assets, target, years, retained, growth, tax)
    nothing = [Fraction(0)] * years
    gap = course.gap(nothing)
    if gap <= 0:
        still = {name: tuple(nothing) for name in names} if names else None
        return GlidePath(
            "none needed", course.target, tuple(nothing), course.walk(nothing), still, None if names is None else Fraction(0)
        )
    if names is not None:
        return _cheapest(course, gap, names)
    effect = gap - course.gap([Fraction(1)] * years)
    sale = gap / effect if effect > 0 else Fraction(0)
    rows = course.walk([sale] * years)
    if effect <= 0 or min(row.policy for row in rows) < 0:
        raise _unreachable(course, "selling everything")
    return GlidePath("constant", course.target, (sale,) * years, rows)


def _course(
    policy: Number,
    net_assets: Number,
    target: Number,
    years: int,
    retained: Number | Sequence[Number],
    growth: Number,
    tax: Number,
) -> _Course:
    if not 1 <= years <= MOST_YEARS:
        raise RequestError(Finding("C_BAD_NUMBER", f"{years} years are not 1 to {MOST_YEARS}.", "Give whole years.", "years"))
    kept = [retained] * years if isinstance(retained, str) or not isinstance(retained, Sequence) else list(retained)
    if len(kept) != years:
        message = f"retained has {len(kept)} years, the path {years}."
        raise RequestError(Finding("C_BAD_NUMBER", message, "Give one amount, or one for each year.", "retained"))
    course = _Course(number(policy), number(net_assets), number(target), tuple(map(number, kept)), number(growth), number(tax))
    if course.policy < 0 or course.net_assets <= 0 or course.growth <= -1 or not 0 <= course.target <= 1:
        message = "a path needs holdings of 0 or more, net assets above 0, a growth above -1, and a target from 0 to 1."
        raise RequestError(Finding("C_BAD_NUMBER", message, "Check the amounts.", "glide_path"))
    return course


def _unreachable(course: _Course, what: str) -> RequestError:
    message = f"{what} within {len(course.retained)} years does not bring policy shareholdings to {float(course.target):.2%} of net assets."
    return RequestError(Finding("E_TARGET_UNREACHABLE", message, "Take more years, or a higher target.", "glide_path"))


def _cheapest(course: _Course, gap: Fraction, names: Mapping[str, Mapping[str, Any]]) -> GlidePath:
    """The linear programme over s[name, year] >= 0."""
    from crosshold.kernels.simplex import Infeasible, minimise  # here, so that replaying a plan does not load it

    years, ids = len(course.retained), list(names)
    values = {name: number(row["value"]) for name, row in names.items()}
    if sum(values.values(), Fraction(0)) != course.policy:
        message = (
            f"the names are worth {float(sum(values.values())):,g} together, policy shareholdings {float(course.policy):,g}."
        )
        raise RequestError(Finding("E_OVERHELD", message, "List every holding; put the rest under one name.", "names"))
    if len(ids) * years > MOST_SALES:
        message = f"{len(ids)} names in {years} years are more than {MOST_SALES} sales."
        raise RequestError(Finding("E_TOO_MANY_PLAYERS", message, "Put small names together.", "names"))
    factor = 1 + course.growth
    place = {(name, t): k for k, (name, t) in enumerate((name, t) for name in ids for t in range(years))}
    rows: list[tuple[list[Fraction], Fraction]] = []

    def row(least: Fraction, weights: Mapping[tuple[str, int], Fraction]) -> None:
        line = [Fraction(0)] * len(place)
        for key, weight in weights.items():
            line[place[key]] += weight
        rows.append((line, least))

    effect = [gap - course.gap([Fraction(t == k) for t in range(years)]) for k in range(years)]
    row(gap, {(name, t): effect[t] for name, t in place})
    for name, data in names.items():
        part = {t: 1 / (values[name] * factor ** (t + 1)) if values[name] else Fraction(0) for t in range(years)}
        for t in range(years):
            row(Fraction(0), {(name, t): Fraction(1)})
            allowed = number(data["limit"]) if data.get("limit") is not None else None
            if t < int(data.get("from_year") or 0) or not values[name]:
                allowed = Fraction(0)
            if allowed is not None:
                row(-allowed, {(name, t): Fraction(-1)})
        row(Fraction(-1), {(name, t): -part[t] for t in range(years)})
        other = data.get("needs")
        if other is not None:
            its = {t: 1 / (values[other] * factor ** (t + 1)) if values[other] else Fraction(0) for t in range(years)}
            for t in range(years):
                row(Fraction(0), {(other, k): its[k] for k in range(t + 1)} | {(name, k): -part[k] for k in range(t + 1)})
    cost = [number(names[name]["cost"]) for name, _ in place]
    whole = lcm(*(c.denominator for c in cost))
    try:
        best = minimise([int(c * whole) for c in cost], _Listed(rows))
    except Infeasible:
        raise _unreachable(course, "selling all that consents and limits allow") from None
    by_name = {name: tuple(best.z[place[name, t]] for t in range(years)) for name in ids}
    sales = tuple(sum((by_name[name][t] for name in ids), Fraction(0)) for t in range(years))
    spent = sum((c * x for c, x in zip(cost, best.z, strict=True)), Fraction(0))
    return GlidePath("least_cost", course.target, sales, course.walk(sales), by_name, spent)


class _Listed:
    """Rows a . z >= b of a list, in whole numbers."""

    def __init__(self, rows: Sequence[tuple[Sequence[Fraction], Fraction]]) -> None:
        from crosshold.kernels.simplex import Row

        self.rows = []
        for key, (line, least) in enumerate(rows):
            whole = lcm(least.denominator, *(x.denominator for x in line))
            self.rows.append(Row(key, [int(x * whole) for x in line], int(least * whole)))

    def __call__(self, z: Sequence[int], scale: int, *, flat: bool, first: bool) -> Any:
        """The most violated row, or with ``first`` the first one."""
        worst, found = 0, None
        for row in self.rows:
            short = sum(a * x for a, x in zip(row.a, z, strict=True)) - (0 if flat else row.b * scale)
            if short < worst:
                worst, found = short, row
                if first:
                    break
        return found
