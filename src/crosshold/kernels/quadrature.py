"""Gauss-Legendre quadrature on any interval."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


@lru_cache(maxsize=64)
def _nodes(count: int) -> tuple[Float, Float]:
    """Nodes in (-1, 1), ascending, and weights: Newton's method from Tricomi's first guess, all nodes at once."""
    x = -np.cos(np.pi * (np.arange(1, count + 1) - 0.25) / (count + 0.5))
    slope = np.ones_like(x)
    for _ in range(6):
        before, value = np.ones_like(x), x.copy()
        for degree in range(2, count + 1):
            before, value = value, ((2 * degree - 1) * x * value - (degree - 1) * before) / degree
        slope = count * (x * value - before) / (x * x - 1)
        x = x - value / slope
    x = (x - x[::-1]) / 2  # symmetric to the last bit
    return x, 2 / ((1 - x * x) * slope * slope)


def gauss(count: int, low: float = 0.0, high: float = 1.0) -> tuple[Float, Float]:
    """``count`` nodes in ``(low, high)`` and their weights: exact for polynomials up to degree 2 count - 1.

    Source: Press et al., Numerical Recipes (3rd ed. 2007), section 4.6. Nodes are good to about 1e-15.
    """
    x, weight = _nodes(count)
    return low + (high - low) * (x + 1) / 2, (high - low) / 2 * weight


def lagrange_integrals(count: int, upto: Float) -> Float:
    """``A[j, k]``: integral from -1 to ``upto[k]`` of the polynomial that is 1 at node j of ``count`` nodes and 0 at the others.

    By Legendre polynomials: L_j = w_j sum_r (r + 1/2) P_r(x_j) P_r, and (2 r + 1) P_r is the derivative of P_(r+1) - P_(r-1).
    """
    x, weight = _nodes(count)
    at_nodes, at_ends = _legendre(count, x), _legendre(count + 1, upto)
    steps = np.vstack([at_ends[1] + 1, at_ends[2 : count + 1] - at_ends[: count - 1]])[:count]
    area: Float = weight[:, None] / 2 * (at_nodes[:count].T @ steps)
    return area


def _legendre(top: int, x: Float) -> Float:
    """P_0 ... P_top at x, one row each."""
    rows = [np.ones_like(x), x]
    for degree in range(2, top + 1):
        rows.append(((2 * degree - 1) * x * rows[-1] - (degree - 1) * rows[-2]) / degree)
    return np.array(rows[: max(top, 1) + 1])
