"""Players with weights beside many small voters: exact sums over all coalitions of the players."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
