"""The chance of each union to be pivotal when unions, and perhaps an ocean of small voters, come in a random order."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, gcd

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.coalitions import swings_by_size
from crosshold.kernels.compiler import kernel
from crosshold.kernels.network_power import Game, Index, Long, Real
from crosshold.kernels.ocean import beside_ocean

MOST_SHARED = 8  # unions up to which the chances of each are computed once instead of drawn
MOST_BESIDE_OCEAN = 16  # unions whose coalitions are listed in fractions


def chances(weights: Sequence[int], need: int, quota: Fraction, loose: int) -> list[Fraction] | None:
    """Exact chances of the unions; what is missing to 1 is the chance that no union is pivotal. ``None`` when there are too many.

    Without an ocean (``loose`` = 0) the least deciding weight is ``need``: Shapley-Shubik. With one the sum must pass ``quota``:
    :func:`~crosshold.kernels.ocean.beside_ocean`.
    """
    n = len(weights)
    if loose == 0:
        if sum(weights) < need:
            return [Fraction(0)] * n
        unit = gcd(*weights)
        swings = swings_by_size([w // unit for w in weights], -(-need // unit))
        if swings is None:
            return None
        return [sum((Fraction(count, n * comb(n - 1, s)) for s, count in enumerate(row)), Fraction(0)) for row in swings]
    if n > MOST_BESIDE_OCEAN:
        return None
    unit = quota.denominator
    return beside_ocean([w * unit for w in weights], loose * unit, quota.numerator)


def deciders(unions: Sequence[Sequence[int]], need: int, quota: Fraction, loose: int) -> list[list[Fraction]]:
    """Exact chance of each member of each union to be the one at whose weight the sum passes, members of a union one after another.

    Unions come in a random order, with the ocean as in :func:`chances`, and within a union its members do.
    """
    n = len(unions)
    found = [[Fraction(0)] * len(members) for members in unions]
    for u, members in enumerate(unions):
        others = [sum(unions[k]) for k in range(n) if k != u]
        for before, size in _subsets(others):
            for m, weight in enumerate(members):
                rest = [w for k, w in enumerate(members) if k != m]
                for inner, count in _subsets(rest):
                    running = before + inner
                    if loose == 0:
                        part = _moment(n, size, Fraction(0), Fraction(running < need <= running + weight))
                    else:
                        low, high = (quota - running - weight) / loose, (quota - running) / loose
                        part = _moment(n, size, min(max(low, Fraction(0)), Fraction(1)), min(max(high, Fraction(0)), Fraction(1)))
                    if part:
                        found[u][m] += part / (len(members) * comb(len(rest), count))
    return found


def _subsets(weights: Sequence[int]) -> list[tuple[int, int]]:
    """Sum and size of every subset."""
    found = [(0, 0)]
    for weight in weights:
        found += [(total + weight, size + 1) for total, size in found]
    return found


def _moment(n: int, size: int, low: Fraction, high: Fraction) -> Fraction:
    """Integral of t^size (1 - t)^(n - 1 - size) from low to high: so many others of n came before time t."""
    rest = n - 1 - size
    terms = [(Fraction((-1) ** j * comb(rest, j), size + 1 + j), size + 1 + j) for j in range(rest + 1)]
    return sum((f * (high**e - low**e) for f, e in terms), Fraction(0))


def shares(game: Game, credit: Real, most: int = MOST_SHARED) -> tuple[NDArray[np.bool_], Real, Real]:
    """Nodes of up to ``most`` unions all of whose labels are settled, and what they give whom on average: exact, so they need no draw.

    Returns which nodes these are, the share of their ``credit`` for each union of the game, and what each node keeps itself.
    """
    n = len(game.node)
    given, kept, done = np.zeros(len(game.union)), np.zeros(n), np.zeros(n, np.bool_)
    point, mass = np.polynomial.legendre.leggauss(max(1, (most + 1) // 2))  # exact for polynomials of degree most - 1
    _share(
        game.ring,
        game.start,
        game.union,
        game.weight,
        game.need,
        game.quota,
        game.loose,
        credit,
        most,
        point,
        mass,
        done,
        given,
        kept,
    )
    return done, given, kept


@kernel
def _share(
    ring: Index,
    start: Long,
    union: Index,
    weight: Long,
    need: Long,
    quota: Real,
    loose: Long,
    credit: Real,
    most: int,
    point: Real,
    mass: Real,
    done: NDArray[np.bool_],
    given: Real,
    kept: Real,
) -> None:
    """Chance of union i: over t in [0, 1], everyone else came before him with chance t, with t of the ocean, and he passes the quota.

    Milnor and Shapley's integral; without an ocean it is the Shapley-Shubik index. On each piece of t the integrand is a
    polynomial of degree unions - 1.
    """
    for k in range(len(start) - 1):
        a, b = start[k], start[k + 1]
        size = b - a
        if ring[k] >= 0 or size > most:
            continue
        settled = True
        for e in range(a, b):
            settled = settled and union[e] < 0
        if not settled:
            continue
        done[k] = True
        kept[k] = credit[k]
        for i in range(size):
            chance = 0.0
            for mask in range(1 << size):
                if mask >> i & 1:
                    continue
                before = 0
                count = 0
                for m in range(size):
                    if mask >> m & 1:
                        before += weight[a + m]
                        count += 1
                low, high = 0.0, 1.0
                if loose[k] > 0:
                    low = min(max((quota[k] - before - weight[a + i]) / loose[k], 0.0), 1.0)
                    high = min(max((quota[k] - before) / loose[k], 0.0), 1.0)
                elif before >= need[k] or before + weight[a + i] < need[k]:
                    continue
                half = (high - low) / 2
                for g in range(len(point)):
                    t = low + half * (point[g] + 1)
                    chance += half * mass[g] * t**count * (1 - t) ** (size - 1 - count)
            given[a + i] = chance * credit[k]
            kept[k] -= given[a + i]
        if loose[k] == 0:
            kept[k] = 0.0
