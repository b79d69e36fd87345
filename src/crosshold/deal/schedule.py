"""When to trade, under linear impact: the schedule of Almgren and Chriss, without and with a limit on each period (spec/deal 9).

Almgren and Chriss 2000, "Optimal execution of portfolio transactions", J. Risk 3(2): eq. 18 (positions), 8 and 9 (cost, variance).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asinh, exp, expm1, isfinite, sqrt
from typing import Any

from crosshold.deal.ledger import largest_remainder
from crosshold.errors import Finding, RequestError
from crosshold.model.result import plain

MOST_PERIODS = 10_000
TOLERANCE = 1e-6  # of the largest term of a marginal cost: how exactly the conditions of an optimum must hold


@dataclass(frozen=True)
class Schedule:
    """Trades of an execution in equal periods. ``left`` are the shares still held at the start and after each period.

    ``kappa`` per unit of time; ``expected_cost`` and ``sd`` in money; ``objective`` = cost + risk aversion * variance, to be compared
    with that of equal slices (which may break a cap, and then be below it). ``kkt_gap``: by how much the conditions of an optimum are
    missed, as a fraction of the largest term of a marginal cost; 0 without a cap.
    """

    trades: tuple[float, ...]
    whole_trades: tuple[int, ...]
    left: tuple[float, ...]
    kappa: float
    expected_cost: float
    sd: float
    objective: float
    equal_slices_over_optimum: float
    kkt_gap: float = 0.0

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
    cap: float | Sequence[float] | None = None,
) -> Schedule:
    """The cheapest way to sell ``shares`` within ``horizon``, price impact being linear.

    ``volatility`` in money per share and sqrt(unit of time), ``epsilon`` half spread, ``gamma`` permanent and ``eta`` temporary impact,
    ``risk_aversion`` per money; 0 gives equal slices. ``cap``: the most shares of each period, one number or one for each.
    ``whole_trades`` add up to ``shares``; one exceeds a cap that is no whole number by less than a share.

    ``E_VOLUME`` when the caps leave shares unsold, or when the impact is too small for the period (eta <= gamma tau / 2).

    >>> found = schedule(1000, horizon=4, periods=4, volatility=1.0, epsilon=0.0, gamma=0.0, eta=0.01, risk_aversion=0.01, cap=300)
    >>> found.whole_trades, found.kkt_gap < 1e-9
    ((300, 300, 267, 133), True)
    """
    temporary, tau = _checked(shares, horizon, periods, volatility, epsilon, gamma, eta, risk_aversion)
    square = risk_aversion * volatility**2 / temporary
    kappa = 2 * asinh(sqrt(square) * tau / 2) / tau  # the same as acosh(square tau^2 / 2 + 1) / tau, also where that is nearly 1
    left = [shares * _sinh_ratio(kappa * (horizon - j * tau), kappa * horizon, 1 - j / periods) for j in range(periods + 1)]
    trades = [left[j] - left[j + 1] for j in range(periods)]
    gap = 0.0
    if cap is not None:
        caps = _caps(shares, periods, cap)
        if any(n > c for n, c in zip(trades, caps, strict=True)):
            weights = temporary / tau, risk_aversion * volatility**2 * tau
            trades = _capped(shares, caps, *weights)
            left = _left(shares, trades)
            gap = kkt_gap(shares, trades, caps, *weights)
            assert gap <= TOLERANCE, f"the capped schedule misses the conditions of an optimum by {gap:.1e}"

    def cost(sold: Sequence[float], rest: Sequence[float]) -> tuple[float, float]:
        expected = gamma * shares**2 / 2 + epsilon * shares + temporary / tau * sum(n * n for n in sold)
        return expected, volatility**2 * tau * sum(x * x for x in rest[1:])

    expected, variance = cost(trades, left)
    flat = cost([shares / periods] * periods, [shares * (1 - j / periods) for j in range(periods + 1)])
    objective = expected + risk_aversion * variance
    rounding = {f"{j:09d}": round(n * 10**6) for j, n in enumerate(trades)}
    return Schedule(
        trades=tuple(trades), whole_trades=tuple(largest_remainder(shares, rounding).values()), left=tuple(left), kappa=kappa,
        expected_cost=expected, sd=sqrt(variance), objective=objective,
        equal_slices_over_optimum=(flat[0] + risk_aversion * flat[1]) / objective if objective else 1.0, kkt_gap=gap,
    )  # fmt: skip


def kkt_gap(shares: int, trades: Sequence[float], caps: Sequence[float], impact: float, risk: float) -> float:
    """By how much a schedule misses the conditions of the optimum of impact * sum n^2 + risk * sum x^2 (Karush, Kuhn, Tucker).

    With the marginal costs g = 2 impact n_k - 2 risk sum_{j >= k} x_j there must be one price p with g = p where 0 < n < c, g >= p where
    n = 0 and g <= p where n = c. 0 is an optimum; infinite when the schedule breaks a cap or does not sell everything.
    """
    slack = 1e-9 * max(1, shares)
    bounds = zip(trades, caps, strict=True)
    if abs(sum(trades) - shares) > slack or any(not -slack <= n <= c + slack for n, c in bounds):
        return float("inf")
    marginal, scale = _marginal(shares, trades, impact, risk)
    least = max(
        (g for g, n, c in zip(marginal, trades, caps, strict=True) if n > slack), default=float("-inf")
    )  # p >= g where n > 0
    most = min(
        (g for g, n, c in zip(marginal, trades, caps, strict=True) if n < c - slack), default=float("inf")
    )  # p <= g where n < c
    return max(0.0, (least - most) / scale)


def _checked(shares: int, horizon: float, periods: int, *numbers: float) -> tuple[float, float]:
    """Temporary impact net of the permanent one, and the length of a period."""
    volatility, epsilon, gamma, eta, aversion = numbers
    if not all(map(isfinite, (horizon, *numbers))) or min(shares, volatility, epsilon, gamma, eta, aversion) < 0 or horizon <= 0:
        raise RequestError(
            Finding("E_NEG_QTY", "shares and parameters must be 0 or more, the horizon above 0.", "Check the arguments.")
        )
    if not 1 <= periods <= MOST_PERIODS:
        raise RequestError(Finding("E_NEG_QTY", f"{periods} periods: from 1 to {MOST_PERIODS} are possible.", "Check 'periods'."))
    tau = horizon / periods
    temporary = eta - gamma * tau / 2
    if temporary <= 0:
        message = f"temporary impact eta {eta} is at most gamma * tau / 2 = {gamma * tau / 2}: the problem has no optimum."
        raise RequestError(Finding("E_VOLUME", message, "Use more periods, or check eta and gamma."))
    return temporary, tau


def _sinh_ratio(a: float, b: float, limit: float) -> float:
    """sinh(a) / sinh(b) for 0 <= a <= b without overflow; ``limit`` where both vanish."""
    return limit if b < 1e-9 else exp(a - b) * expm1(-2 * a) / expm1(-2 * b)


def _caps(shares: int, periods: int, cap: float | Sequence[float]) -> list[float]:
    caps = [float(cap)] * periods if isinstance(cap, (int, float)) else [float(c) for c in cap]
    if len(caps) != periods or not all(c >= 0 for c in caps):
        message = f"{len(caps)} caps for {periods} periods; each is 0 or more."
        raise RequestError(Finding("E_NEG_QTY", message, "Give one cap, or one for each period."))
    if sum(caps) < shares * (1 - 1e-12):
        message = f"the caps allow {sum(caps):,.0f} shares in {periods} periods, {shares:,} are to be sold."
        raise RequestError(Finding("E_VOLUME", message, "Use more periods, a higher cap, or sell fewer."))
    return caps


def _capped(shares: int, caps: Sequence[float], impact: float, risk: float) -> list[float]:
    """The one optimum with 0 <= n <= c, by a primal active set: bounds that stop a move are added, ones that hinder are dropped.

    Strictly convex, so that it ends (Nocedal and Wright, Numerical Optimization, alg. 16.3).
    """
    whole = sum(caps)
    trades = [shares * c / whole for c in caps]
    fixed: dict[int, float] = {k: 0.0 for k, c in enumerate(caps) if c == 0}
    if whole <= shares * (1 + 1e-12):
        return [float(c) for c in trades]
    for _ in range(40 * len(caps) + 100):
        wanted = _stationary(shares, len(caps), fixed, impact, risk)
        step, hit = 1.0, None
        for k, (now, then) in enumerate(zip(trades, wanted, strict=True)):
            if k in fixed or now == then:
                continue
            room = (caps[k] if then > now else 0.0) - now
            if abs(then - now) > abs(room) and (share := abs(room / (then - now))) < step:
                step, hit = share, k
        trades = [now + step * (then - now) for now, then in zip(trades, wanted, strict=True)]
        if hit is not None:
            fixed[hit] = trades[hit] = caps[hit] if wanted[hit] > caps[hit] / 2 else 0.0
            continue
        marginal, scale = _marginal(shares, trades, impact, risk)
        price = next((g for k, g in enumerate(marginal) if k not in fixed), None)
        pull = {k: (marginal[k] - price) * (1 if n else -1) for k, n in fixed.items() if caps[k]} if price is not None else {}
        worst = max(pull, key=lambda k: (pull[k], -k), default=None)
        if worst is None or pull[worst] <= 1e-12 * scale:
            return trades
        del fixed[worst]
    raise AssertionError("the active set of a strictly convex problem did not end")


def _stationary(shares: int, periods: int, fixed: dict[int, float], impact: float, risk: float) -> list[float]:
    """The optimum when some trades are fixed and nothing else is bounded.

    Positions joined by fixed trades move as one, so that what is left is a tridiagonal system in one position for each such run.
    """
    runs: list[list[float]] = [[0.0]]  # of each run: how far its positions lie below its first one
    for k in range(periods):
        if k in fixed:
            runs[-1].append(runs[-1][-1] + fixed[k])
        else:
            runs.append([0.0])
    first, last = 0, len(runs) - 1  # these two hang on the start (all shares) and on the end (none)
    level: dict[int, float] = {first: float(shares), last: runs[-1][-1]}
    inner = range(1, last)
    diagonal = [2 * impact + risk * len(runs[g]) for g in inner]
    right = [impact * (runs[g][-1] - runs[g - 1][-1]) + risk * sum(runs[g]) for g in inner]
    if right:
        right[0] += impact * level[first]
        right[-1] += impact * level[last]
    for i in range(1, len(right)):  # elimination, then back substitution
        factor = -impact / diagonal[i - 1]
        diagonal[i] += factor * impact
        right[i] -= factor * right[i - 1]
    for i in reversed(range(len(right))):
        level[i + 1] = (right[i] + impact * (level[i + 2] if i + 1 < len(right) else 0.0)) / diagonal[i]
    trades, g = [0.0] * periods, 0
    for k in range(periods):
        if k in fixed:
            trades[k] = fixed[k]
        else:
            trades[k] = level[g] - runs[g][-1] - level[g + 1]
            g += 1
    return trades


def _left(shares: int, trades: Sequence[float]) -> list[float]:
    left = [float(shares)]
    for n in trades:
        left.append(left[-1] - n)
    return [*left[:-1], 0.0]


def _marginal(shares: int, trades: Sequence[float], impact: float, risk: float) -> tuple[list[float], float]:
    """Marginal costs, and the size of the terms whose difference they are."""
    left, later, found, scale = _left(shares, trades), 0.0, list[float](), 0.0
    for k in reversed(range(len(trades))):
        later += left[k + 1]
        found.append(2 * impact * trades[k] - 2 * risk * later)
        scale = max(scale, 2 * impact * abs(trades[k]), 2 * risk * abs(later))
    return found[::-1], scale or 1.0
