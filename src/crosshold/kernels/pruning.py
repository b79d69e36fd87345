"""A sparse row written without its smallest entries."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel

Float = NDArray[np.float64]
Index = NDArray[Any]
POWERS = 64  # of two, by which entries are sorted


@kernel
def emit(
    total: Float, touched: Index, count: int, allowed: float, owner: Index, part: Float, at: int, room: bool
) -> tuple[int, float]:
    """Write the entries but the smallest, which add up to ``allowed`` at most; the new end and the sum that was cut.

    The entries are ``total`` at the first ``count`` nodes of ``touched``, and zero afterwards; without ``room`` nothing is written, and all
    is cut when ``allowed`` is infinite.
    Entries are sorted by powers of two only: all of the small ones go, and of the power that does not fit as a whole the first ones.
    """
    end, pruned = at, 0.0
    for c in range(count):
        o = touched[c]
        if room:
            owner[end], part[end] = o, total[o]
            end += 1
        total[o] = 0.0
    if not room or not allowed > 0.0:
        return end, pruned
    last, end = end, at
    if allowed == np.inf:
        return at, 0.0
    sums = np.zeros(POWERS)
    for c in range(at, last):
        sums[_power(part[c])] += abs(part[c])
    border, left = POWERS - 1, allowed
    while border > 0 and sums[border] <= left:
        left -= sums[border]
        border -= 1
    for c in range(at, last):
        power, size = _power(part[c]), abs(part[c])
        if power > border or (power == border and size <= left):
            pruned += part[c]
            if power == border:
                left -= size
        else:
            owner[end], part[end] = owner[c], part[c]
            end += 1
    return end, pruned


@kernel
def _power(share: float) -> int:
    """How often a share can be doubled before it passes one half; 0 for NaN."""
    if np.isnan(share):
        return 0
    return min(max(-math.frexp(share)[1], 0), POWERS - 1)
