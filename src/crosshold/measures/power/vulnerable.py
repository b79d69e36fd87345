"""Vulnerable coalitions of games with few units of votes: Johnston in float64 without listing any.

A winning coalition with e votes above the quota has as critical members those with more than e votes. So, for e between two
neighbouring weights, the players split into heavy and light ones: c of the heavy are in, each gets 1/c, and the light bring the sum into
the range. With 1/c the integral over x in [0, 1] of x^(c - 1), heavy players are in with chance x / (1 + x), light ones with 1/2.

The split is in Johnston, Environment and Planning A 10 (1978), by its definition; the integral is that of
:mod:`crosshold.measures.power.minimal`.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels import voting
from crosshold.kernels.quadrature import gauss
from crosshold.measures.power.dynamic import FIRST_NODES, ROUNDING, SETTLED, largest_dummy
from crosshold.measures.power.game import Weighted
from crosshold.measures.power.work import Work

Float = NDArray[np.float64]
TINY = 1e-24


def criticals(game: Weighted, work: Work) -> tuple[list[float], float, dict[str, Any]]:
    """Share of each player in all vulnerable coalitions: values, error, how it was reached."""
    n, quota = game.players, game.quota
    found, place, copies = np.unique(np.array(game.weights, dtype=np.int64), return_inverse=True, return_counts=True)
    weights, copies = found[::-1].copy(), copies[::-1]  # heaviest first
    levels = int(np.count_nonzero(weights))
    steps = float(n) * levels * quota * FIRST_NODES
    ranges = list(work.map(lambda r: _light(weights, copies, quota, r, steps), range(1, levels + 1)))

    def node(x: float) -> Float:
        p, sums = x / (1 + x), np.zeros(len(weights))
        for r, light in enumerate(ranges, start=1):
            every = np.repeat(weights[:r], copies[:r])[::-1].copy()
            size = len(light)
            space = [np.empty(size) for _ in range(3)]
            f, low, high = voting.pmf.form(steps)(every, np.full(len(every), p), size - 1, TINY, space[0], space[1])
            out = np.zeros(r)
            voting.smooth_sums.form(steps)(weights[:r].copy(), p, light, f, low, high, space[2], out)
            # with him and without him make up the whole: only what is with him is wanted
            all_ = float(f[low : high + 1] @ light[low : high + 1])
            sums[:r] += (all_ - (1 - p) * out) * ((1 + x) / 2) ** len(every) / (1 + x)
        return sums

    nodes, before = FIRST_NODES, None
    while True:
        nodes = min(nodes, max(1, ceil(n / 2)))
        at, width = gauss(nodes)
        sums = np.asarray(sum(w * s for w, s in zip(width, work.map(node, at.tolist()), strict=True)))
        total = float(sums @ copies)
        shares = np.maximum(sums / total, 0.0)
        change = float(np.abs(shares - before).max()) if before is not None else None
        if nodes >= ceil(n / 2) or (change is not None and change < SETTLED):
            break
        nodes, before = 2 * nodes, shares
    shares = shares[::-1]
    shares[found <= largest_dummy(game, found[shares < 1e-9].tolist())] = 0.0
    error = max(4 * (n + 5) * levels * ROUNDING / total, change or 0.0)
    return shares[place].tolist(), error, {"nodes": nodes, "change": change}


def _light(weights: NDArray[np.int64], copies: NDArray[np.int64], quota: int, heavy: int, steps: float) -> Float:
    """For each sum of the ``heavy`` heaviest weights, the chance that the others bring it to where just those are critical."""
    above = int(weights[heavy - 1])
    below = int(weights[heavy]) if heavy < len(weights) else 0
    every = np.repeat(weights[heavy:], copies[heavy:])[::-1].copy()
    limit = quota + above - 1
    space = [np.empty(limit + 1) for _ in range(2)]
    f, low, high = voting.pmf.form(steps)(every, np.full(len(every), 0.5), limit, TINY, space[0], space[1])
    upto = np.zeros(limit + 1)
    upto[low : high + 1] = np.cumsum(f[low : high + 1])
    upto[high + 1 :] = upto[high]
    reach = np.zeros(limit + 1)
    reach[above - below :] = upto[: limit + 1 - (above - below)]
    return (upto - reach)[::-1].copy()
