"""Players with weights beside many small voters: exact sums over all coalitions of the players."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import comb, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

Short = Callable[[int, NDArray[Any]], NDArray[Any]]


def decisive(weights: Sequence[int], short: Short) -> list[Any]:
    """How often each player turns a coalition that the small voters leave short into one that they carry.

    ``short(s, sums)`` is, for coalitions of s players with these sums of weights, how often the small voters leave them short,
    counted once for each way a coalition of s forms among the others. A coalition T counts for every player outside it and against
    every one inside: value_i = sum over T without i of short(|T|, w(T)) - sum over T with i of short(|T| - 1, w(T)).
    Values have the type of ``short`` (whole numbers of any size, or float64). O(2^n) coalitions.
    """
    n = len(weights)
    sums = np.array([0], dtype=object if sum(weights) >= 2**61 else np.int64)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
    sizes = np.bitwise_count(np.arange(1 << n))
    values: list[Any] = [0] * n
    for size in range(n + 1):
        masks = np.flatnonzero(sizes == size)
        outside = short(size, sums[masks]) if size < n else None
        inside = short(size - 1, sums[masks]) if size else None
        for i in range(n):
            has = (masks >> i & 1).astype(bool)
            if outside is not None:
                values[i] += outside[~has].sum()
            if inside is not None:
                values[i] -= inside[has].sum()
    return values


def beside_ocean(weights: Sequence[int], rest: int, level: int) -> list[Fraction]:
    """Exact chance of each player to be the one at whom the votes pass ``level``, beside an ocean of ``rest`` (all on one scale).

    Everybody comes at a moment of [0, 1], of the ocean the part t until t; what is missing to 1 is the ocean's chance. A coalition of s
    falls short until x, the part of the ocean that it needs: the integral over [0, x] of t^s (1 - t)^(n - 1 - s), and n C(n - 1, s) times
    that is the chance of more than s successes in n trials with chance x.

    Source: Milnor and Shapley, "Values of large games II: oceanic games", Math. of Operations Research 3 (1978).
    """
    n = len(weights)
    scale = lcm(*(n * comb(n - 1, s) for s in range(n)))

    def short(size: int, sums: NDArray[Any]) -> NDArray[Any]:
        """The integral times ``scale * rest^n``, a whole number."""
        factor = scale // (n * comb(n - 1, size))
        need = [min(max(level - int(w), 0), rest) for w in sums]
        known = {x: factor * sum(comb(n, j) * x**j * (rest - x) ** (n - j) for j in range(size + 1, n + 1)) for x in set(need)}
        return np.array([known[x] for x in need], dtype=object)

    return [Fraction(int(x), scale * rest**n) for x in decisive(weights, short)]
