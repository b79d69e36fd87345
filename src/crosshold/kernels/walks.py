"""Walks through a graph of holdings whose product of shares stays above a floor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel

Float = NDArray[np.float64]
Index = NDArray[Any]


@kernel
def walks_above(
    source: int, floor: float, pointer: Index, issuer: Index, weight: Index, total: Index, found: Float, touched: Index, most: int
) -> tuple[int, int, float]:
    """Add to ``found`` the products of all walks from ``source`` that never pass it again and are worth more than ``floor``.

    A walk may end at the source, as a first return. ``found`` is zero by node, ``touched`` gets the nodes it was added to.
    Returns how many nodes were touched, how many walks were counted (-1: more than ``most``), and what the walks that were cut
    just below the floor were worth together: what is missing anywhere outside rings is at most that.
    """
    nodes, products = np.empty(most + 1, np.int64), np.empty(most + 1)
    nodes[0], products[0] = source, 1.0
    waiting, count, some, cut = 1, 0, 0, 0.0
    while waiting > 0:
        waiting -= 1
        node, product = nodes[waiting], products[waiting]
        for e in range(pointer[node], pointer[node + 1]):
            y = issuer[e]
            further = product * (weight[e] / total[y])
            if further <= floor:
                cut += further
                continue
            if count == most:
                return some, -1, cut
            count += 1
            if found[y] == 0.0:
                touched[some] = y
                some += 1
            found[y] += further
            if y != source:
                nodes[waiting], products[waiting] = y, further
                waiting += 1
    return some, count, cut
