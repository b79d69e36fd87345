"""Power beside a free float with any number of large holders, in float64.

A sum k of the large holders loses with some chance L(k), which falls from 1 to 0 as k grows; a holder of w decides with the chance
L(k) - L(k + w), k the sum of the others (:func:`~crosshold.kernels.voting.smooth_sums`). For equal small holders L is a binomial tail at
the same chance p. For an ocean everything above a moment t_k loses, and the integral over the moments of the chance that the others
have k is taken through its interpolating polynomial on Gauss-Legendre nodes: exact from n nodes on.

Source: Milnor and Shapley, "Values of large games II: oceanic games", Math. of Operations Research 3 (1978), for the integral.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels import voting
from crosshold.kernels.quadrature import gauss, lagrange_integrals
from crosshold.measures.power.dynamic import FIRST_NODES, ROUNDING, SETTLED, cut
from crosshold.measures.power.sampling import Block, Draws, blocks, hoeffding
from crosshold.measures.power.work import Work

MOST_NODES = 512
DROPS = 10_000  # an ocean spreads less than so many drops

Float = NDArray[np.float64]
Told = dict[str, Any]


@dataclass(frozen=True)
class Majors:
    """Whole ``weights`` of the large holders; the ``rest`` in the float and the deciding ``level`` on the same scale; ``strict`` or not."""

    weights: list[int]
    rest: Fraction
    level: Fraction
    strict: bool

    @property
    def distinct(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Different weights, and the place of each holder's among them."""
        found, place = np.unique(np.array(self.weights, dtype=np.int64), return_inverse=True)
        return found, place

    def span(self, small: int) -> tuple[float, float]:
        """Chances p between which anybody can decide, with ``small`` equal holders in the float."""
        found, copies = np.unique(np.array(self.weights, dtype=np.float64), return_counts=True)
        weights, many = np.append(found, float(self.rest) / small), np.append(copies, small)
        total, level = float(weights @ many), float(self.level)
        return cut(weights, many, level), 1 - cut(weights, many, total - level)


def _swings(majors: Majors, p: float, losing: Float, steps: float) -> Float:
    """Chances to decide at a common chance ``p``, per different weight; ``losing[k]`` for k = 0 ... sum of the weights."""
    weights = np.sort(np.array(majors.weights, dtype=np.int64))
    if p > 0.5:  # count those who are out: 1 - p, and a sum out of k loses unless the rest wins
        losing, p = losing[0] - losing[::-1], 1 - p
    out = np.zeros(len(majors.distinct[0]))
    set_ = np.flatnonzero(losing)
    if len(set_):
        losing = losing[: int(set_[-1]) + 1]
        size = len(losing)
        work = [np.empty(size) for _ in range(3)]
        chance = np.full(len(weights), p)
        f, low, high = voting.pmf.form(steps)(weights, chance, size - 1, 1e-18 / size, work[0], work[1])
        voting.smooth_sums.form(steps)(majors.distinct[0], p, losing, f, low, high, work[2], out)
    return out


def ocean_orders(majors: Majors, work: Work) -> tuple[list[float], float, Told]:
    """Shapley-Shubik beside an ocean: values, error, and how it was reached."""
    n, total = len(majors.weights), sum(majors.weights)
    start, end = majors.span(DROPS)
    moment = (float(majors.level) - np.arange(total + 1)) / float(majors.rest)  # t from which a sum of k wins
    scaled = np.clip((2 * moment - start - end) / (end - start), -1.0, 1.0)
    steps = float(n) * total * FIRST_NODES
    place = majors.distinct[1]
    nodes, before = FIRST_NODES, None
    while True:
        nodes = min(nodes, n + n % 2, MOST_NODES)
        at = gauss(nodes, start, end)[0]
        area = lagrange_integrals(nodes, scaled) * (end - start) / 2

        def node(j: int, at: Float = at, area: Float = area) -> Float:
            return _swings(majors, float(at[j]), area[j], steps)

        values = np.asarray(sum(work.map(node, range(nodes))))[place]
        change = float(np.abs(values - before).max()) if before is not None else None
        if nodes >= n or nodes == MOST_NODES or (change is not None and change < SETTLED):
            break
        nodes, before = 2 * nodes, values
    error = max(4 * (n + 5) * ROUNDING, change or 0.0, SETTLED if change is None and nodes < n else 0.0)
    return np.maximum(values, 0).tolist(), error, {"nodes": nodes, "change": change}


def _losing(majors: Majors, small: int) -> NDArray[np.int64]:
    """For each sum k of the large holders, how many small ones must say yes."""
    k = np.arange(sum(majors.weights) + 1)
    # level - k against j parts of rest / small, in whole numbers
    unit = majors.level.denominator * majors.rest.denominator
    level, rest = int(majors.level * unit), int(majors.rest * unit)
    gap = (level - k.astype(object) * unit) * small
    needed = gap // rest + 1 if majors.strict else -(-gap // rest)
    return np.asarray(np.clip(needed, 0, small + 1).astype(np.int64))


def _below(small: int, p: float) -> Float:
    """Chance of fewer than j successes in ``small`` trials, j = 0 ... small + 1: ratios from the likeliest number on."""
    top = min(small, int((small + 1) * p))
    up = np.arange(top + 1, small + 1)
    down = np.arange(top, 0, -1)
    rise = np.cumprod((small - up + 1) / up * (p / (1 - p)))
    fall = np.cumprod(down / (small - down + 1) * ((1 - p) / p))
    chance = np.concatenate([fall[::-1], [1.0], rise])
    below = np.concatenate([[0.0], np.cumsum(chance)])
    return np.asarray(below / below[-1])


def binomial_decide(majors: Majors, small: int) -> tuple[list[float], float, Told]:
    """Chance to decide when everybody, large or small, tosses a coin."""
    n = len(majors.weights)
    losing = _below(small, 0.5)[_losing(majors, small)]
    values = _swings(majors, 0.5, losing, float(n) * len(losing))[majors.distinct[1]]
    return np.maximum(values, 0).tolist(), 4 * (n + 5) * ROUNDING, {}


def binomial_orders(majors: Majors, small: int, work: Work) -> tuple[list[float], float, Told]:
    """Shapley-Shubik of the large holders beside ``small`` equal ones: values, error, and how it was reached."""
    n = len(majors.weights)
    start, end = majors.span(small)
    needed = _losing(majors, small)
    steps = float(n) * len(needed) * FIRST_NODES
    place, enough = majors.distinct[1], ceil((n + small) / 2)
    nodes, before = FIRST_NODES, None

    def node(p: float) -> Float:
        return _swings(majors, p, _below(small, p)[needed], steps)

    while True:
        nodes = min(nodes, enough)
        at, weight = gauss(nodes, start, end)
        values = np.asarray(sum(w * x for w, x in zip(weight, work.map(node, at.tolist()), strict=True)))[place]
        change = float(np.abs(values - before).max()) if before is not None else None
        if nodes == enough or (change is not None and change < SETTLED):
            break
        nodes, before = 2 * nodes, values
    return np.maximum(values, 0).tolist(), max(4 * (n + 5) * ROUNDING, change or 0.0), {"nodes": nodes, "change": change}


def sampled_orders(majors: Majors, samples: int, seed: int, work: Work) -> Draws:
    """Shapley-Shubik by random orders: everybody comes at a moment of [0, 1], of the ocean the part t until t."""
    n = len(majors.weights)
    weights = np.array(majors.weights, dtype=np.float64)
    rest, level = float(majors.rest), float(majors.level)

    def block(item: Block) -> NDArray[np.int64]:
        moment = item.uniform(n)
        order = np.argsort(moment, axis=1)
        mine = weights[order]
        before = np.cumsum(mine, axis=1) - mine + rest * np.take_along_axis(moment, order, axis=1)
        return np.bincount(order[(before < level) & (before + mine >= level)], minlength=n)

    share = np.asarray(sum(work.map(block, blocks(samples, n, seed)))) / samples
    return Draws(share.tolist(), np.sqrt(share * (1 - share) / samples).tolist(), hoeffding(samples), samples)
