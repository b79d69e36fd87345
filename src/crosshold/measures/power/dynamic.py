"""Indices of large games in float64: dynamic programme for Banzhaf and its kin, quadrature for Shapley-Shubik.

Banzhaf counts coalitions at chance 1/2. Far from half of all votes that chance is astronomically small, so every player's chance is
tilted to p_i = 1 / (1 + exp(t w_i)), with t such that the mean is at the quota, and the tilt is divided out again; what remains is a
power of two kept beside the numbers. Shapley-Shubik is the integral over a common chance p of the chance to swing (Owen 1972).

Sources: Owen, "Multilinear extensions of games", Management Science 18 (1972); Leech, "Computing power indices for large voting
games", Management Science 49 (2003); Daniels, "Saddlepoint approximations in statistics", Annals Math. Stat. 25 (1954), for the tilt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil, exp, floor, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels import voting
from crosshold.kernels.quadrature import gauss
from crosshold.measures.power.game import Game, Weighted
from crosshold.measures.power.work import Work

FIRST_NODES = 32
SETTLED = 1e-10  # change on doubling the nodes, and distance of the sum from one
ROUNDING = 2.0**-52  # of one addition, doubled: see crosshold.kernels.voting
OUTSIDE = 1e-17  # chance that may be left out at an end of the integral
FAR = 0.5  # standard deviations of the quota from half the votes above which chances are tilted

Float = NDArray[np.float64]


class Counted(Game):
    """What the index formulas ask of a game, with counts in units of 2^(n - 1) coalitions: as if one player tossed the only coin.

    ``swings[i]`` is one number, his chance to decide when the others toss coins; ``winning / 2`` the chance to win. Fractions carry the
    power of two, whatever its size.
    """

    def __init__(self, decide: Sequence[Fraction], win: Fraction) -> None:
        self.players = 1
        self.__dict__["swings"] = [[x] for x in decide]
        self.__dict__["winning"] = 2 * win


def count(game: Weighted) -> Counted:
    """Chances to decide and to win when everybody tosses a coin, each to a relative ``rounding`` of the largest."""
    dual = game.total - game.quota + 1
    quota = min(game.quota, dual)  # in the dual game losing sums are those that win here, and swings are the same
    weights, place = np.unique(np.array(game.weights, dtype=np.int64), return_inverse=True)
    every = np.sort(np.array(game.weights, dtype=np.int64))
    tilt = _tilt(every, quota)
    chance = 1.0 / (1.0 + np.exp(np.minimum(tilt * every, 700.0)))
    run = voting.pmf.form(len(every) * quota)
    f, low, high = run(every, chance, quota - 1, 1e-18 / quota, np.empty(quota), np.empty(quota))
    if tilt:
        f[low : high + 1] *= np.exp(tilt * (np.arange(low, high + 1) - (quota - 1)))
    lose, decide = _swings(f, low, high, weights, quota, 0.5, len(every) * quota)
    decide[weights <= largest_dummy(game, weights[decide < 1e-9 * decide.max()].tolist())] = 0.0
    # log2 of what the tilt took away: exp(t (quota - 1)) times the product of (1 + exp(-t w)) / 2
    scale = (tilt * (quota - 1) + float(np.sum(np.log1p(np.exp(-np.minimum(tilt * every, 700.0))) - log(2)))) / log(2)
    unit = Fraction(2.0 ** (scale - floor(scale))) * Fraction(2) ** floor(scale)
    lost = Fraction(lose) * unit
    each = [Fraction(float(x)) * unit for x in decide]
    return Counted([each[r] for r in place.tolist()], 1 - lost if quota == game.quota else lost)


def _swings(f: Float, low: int, high: int, weights: NDArray[np.int64], quota: int, p: float, steps: float) -> tuple[float, Float]:
    """Mass below ``quota`` and, per weight, the mass that he swings."""
    total, out = np.empty(high - low + 1), np.empty(len(weights))
    voting.running.form(steps)(f, low, high, total)
    voting.swing_sums.form(steps)(weights, p, quota, f, low, high, total, out)
    return float(total[min(quota - 1, high) - low]) if quota > low else 0.0, out


def _tilt(weights: NDArray[np.int64], quota: int) -> float:
    """The t >= 0 at which the mean of the gathered votes is just below the quota; 0 while half of all votes is not far from it."""
    total, spread = int(weights.sum()), float(np.sqrt(np.sum(weights.astype(float) ** 2))) / 2
    if total / 2 - quota < FAR * spread:
        return 0.0
    positive = weights[weights > 0].astype(float)
    low, high = 0.0, 700.0 / float(positive.min())
    for _ in range(60):
        middle = (low + high) / 2
        mean = float(np.sum(positive / (1.0 + np.exp(np.minimum(middle * positive, 700.0)))))
        low, high = (middle, high) if mean > quota - 1 else (low, middle)
    return high


def largest_dummy(game: Weighted, candidates: list[int]) -> int:
    """The largest of the ascending ``candidates`` whose vote never decides, -1 for none: subset sums as the bits of a whole number."""
    quota = min(game.quota, game.total - game.quota + 1)
    mask = (1 << quota) - 1
    first, last = 0, len(candidates)
    while first < last:  # whoever has fewer votes than a dummy is a dummy
        middle = (first + last) // 2
        weight = candidates[middle]
        others = list(game.weights)
        others.remove(weight)
        sums = 1
        for w in others:
            sums |= sums << w & mask
        if sums >> max(0, quota - weight):
            last = middle
        else:
            first = middle + 1
    return candidates[first - 1] if first else -1


def orders(game: Weighted, work: Work) -> tuple[list[float], float, dict[str, Any]]:
    """Shapley-Shubik by Gauss-Legendre quadrature: values, error, and how it was reached.

    Nodes double from 32 until no value changes by 1e-10 and the sum is that close to one, or until n/2 nodes, where the rule is exact.
    At 1 - p the swings are those of the dual game at p, so only p <= 1/2 is computed; ends of [0, 1] at which the chance of anybody to
    swing adds up to less than 1e-17 are left out.
    """
    n, dual = game.players, game.total - game.quota + 1
    every = np.sort(np.array(game.weights, dtype=np.int64))
    weights, place, copies = np.unique(np.array(game.weights, dtype=np.int64), return_inverse=True, return_counts=True)
    start = cut(weights, copies, min(game.quota, dual))
    limit = max(game.quota, dual) - 1
    steps = n * limit * FIRST_NODES
    run = voting.pmf.form(steps)

    def node(p: float) -> Float:
        f, low, high = run(every, np.full(n, p), limit, 1e-18 / (limit + 1), np.empty(limit + 1), np.empty(limit + 1))
        here = _swings(f, low, high, weights, game.quota, p, steps)[1]
        return here if game.quota == dual else (here + _swings(f, low, high, weights, dual, p, steps)[1]) / 2

    nodes, enough = FIRST_NODES, max(1, ceil(n / 2))
    before: Float | None = None
    while True:
        nodes = min(nodes, enough + enough % 2)
        values = 2 * integrate(node, nodes, start, work)
        gap = abs(float(values @ copies) - 1)
        change = float(np.abs(values - before).max()) if before is not None else None
        if nodes >= enough or (change is not None and change < SETTLED and gap < SETTLED):
            break
        nodes, before = 2 * nodes, values
    small = weights[values < 1e-9]
    values[weights <= largest_dummy(game, small.tolist())] = 0.0
    rounding = 2 * (n + 5) * ROUNDING
    error = max(rounding, gap, change or 0.0)
    return values[place].tolist(), error, {"nodes": nodes, "change": change, "sum_gap": gap}


def integrate(node: Callable[[float], Float], nodes: int, start: float, work: Work) -> Float:
    """Integral of ``node`` over [start, 1/2], by the lower half of an even number of nodes on [start, 1 - start]."""
    at, weight = gauss(nodes, start, 1 - start)
    half = nodes // 2
    return np.asarray(sum(w * x for w, x in zip(weight[:half], work.map(node, at[:half].tolist()), strict=True)))


def cut(weights: NDArray[np.int64], copies: NDArray[np.int64], quota: float) -> float:
    """A chance p at which the sum reaches ``quota`` with probability below 1e-17, by Chernoff's bound; 0 when there is none to gain."""
    share = weights / max(float(weights @ copies), 1.0)
    goal = quota / max(float(weights @ copies), 1.0)
    steps = np.geomspace(1.0, 1e5, 41)

    def rare(p: float) -> bool:
        for step in steps:
            gain = np.logaddexp(log(1 - p), log(p) + step * share)
            if float(gain @ copies) - step * goal < log(OUTSIDE):
                return True
        return False

    low, high = log(1e-20), log(0.5)
    if not rare(exp(low)):
        return 0.0
    for _ in range(16):
        middle = (low + high) / 2
        low, high = (middle, high) if rare(exp(middle)) else (low, middle)
    return exp(low)
