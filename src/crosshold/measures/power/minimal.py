"""Minimal winning coalitions of large games: Holler and Deegan-Packel in float64 without listing any.

Sorted by votes, a minimal winning coalition passes the quota only with its last, smallest member, so that every one is counted once on
a path through the players (:func:`~crosshold.kernels.voting.minimal_members`). Everything is a sum of positive terms: the relative
error is a few n * 1e-16. For Deegan-Packel the 1/size is the integral over x in [0, 1] of x^(size - 1), by quadrature.

Source of the counting: Matsui and Matsui, "A survey of algorithms for calculating power indices of weighted majority games", J.
Operations Research Society of Japan 43 (2000), section 4.
"""

from __future__ import annotations

from itertools import accumulate
from math import ceil, exp, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, UndeterminedError
from crosshold.kernels import voting
from crosshold.kernels.quadrature import gauss
from crosshold.measures.power.dynamic import FIRST_NODES, OUTSIDE, ROUNDING, SETTLED
from crosshold.measures.power.game import Weighted
from crosshold.measures.power.work import Work

MOST_TILT = 150.0  # of the odds of one player, in logarithms
Float = NDArray[np.float64]


def memberships(game: Weighted, by_size: bool, work: Work) -> tuple[list[float], float, dict[str, Any]]:
    """Share of each player in all memberships, each weighted by 1/size when ``by_size``: values, relative error, how it was reached."""
    n, quota = game.players, game.quota
    order = sorted(range(n), key=lambda i: -game.weights[i])
    weights = np.array([game.weights[i] for i in order], dtype=np.int64)
    tilt = _tilt(weights, quota)
    stop = np.exp(-tilt * np.arange(int(weights[0]) + 1))
    run = voting.minimal_members.form(n * quota * (FIRST_NODES if by_size else 1))

    def node(x: float) -> tuple[Float, NDArray[np.int64]]:
        value, power = np.zeros(n), np.zeros(n, dtype=np.int64)
        run(weights, x * np.exp(tilt * weights), quota, stop, value, power)
        return value / x if by_size else value, power

    told: dict[str, Any] = {}
    error = 4 * n * ROUNDING
    if by_size:
        fewest = 1 + sum(total < quota for total in accumulate(weights.tolist()))
        start, nodes, before = exp(log(OUTSIDE) / fewest), FIRST_NODES, None
        while True:
            nodes = min(nodes, max(1, ceil(n / 2)))
            at, width = gauss(nodes, start, 1.0)
            rows = list(work.map(node, at.tolist()))
            shares = _divided(np.array([r[0] for r in rows]) * width[:, None], np.array([r[1] for r in rows]))
            change = float(np.abs(shares - before).max()) if before is not None else None
            if nodes >= ceil(n / 2) or (change is not None and change < SETTLED):
                break
            nodes, before = 2 * nodes, shares
        told = {"nodes": nodes, "change": change}
        error = max(error, change or 0.0)
    else:
        value, power = next(iter(work.map(node, [1.0])))
        shares = _divided(value[None], power[None])
    values = [0.0] * n
    for i, share in zip(order, shares.tolist(), strict=True):
        values[i] = share
    return values, error, told


def _divided(value: Float, power: NDArray[np.int64]) -> Float:
    """Rows of ``value * 2^power`` added up and divided by the sum of all."""
    if not value.any():
        message = "the number of minimal winning coalitions is out of reach of floats here."
        raise UndeterminedError(Finding("E_NOT_CONVERGED", message, "Use method sampled, or ask for banzhaf.", "method"))
    top = int(power[value > 0].max())
    total = np.ldexp(value, power - top).sum(axis=0)
    return np.asarray(total / total.sum())


def _tilt(weights: NDArray[np.int64], quota: int) -> float:
    """Logarithm of the odds per vote at which the mean of the gathered votes is the quota."""
    bound = MOST_TILT / float(weights[0])
    low, high = -bound, bound
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if float(np.sum(weights / (1 + np.exp(-middle * weights)))) < quota else (low, middle)
    return (low + high) / 2
