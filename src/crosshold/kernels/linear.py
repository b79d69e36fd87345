"""Exact inverse of a small matrix of fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm


def exact_inverse(matrix: Sequence[Sequence[Fraction]]) -> list[list[Fraction]] | None:
    """The inverse of a square matrix, or ``None`` when it is singular.

    Rows are made whole first; every division of the elimination then leaves no remainder, so no fraction is ever reduced on the
    way and numbers stay as short as determinants allow. O(n**3) products of integers.

    Source: Bareiss, "Sylvester's identity and multistep integer-preserving Gaussian elimination", Math. Comp. 22 (1968).
    """
    n = len(matrix)
    scale = [lcm(*(x.denominator for x in row)) for row in matrix]
    rows = [
        [x.numerator * (scale[r] // x.denominator) for x in row] + [int(r == c) for c in range(n)] for r, row in enumerate(matrix)
    ]
    previous = 1
    for k in range(n):
        pivot_row = next((r for r in range(k, n) if rows[r][k]), None)
        if pivot_row is None:
            return None
        if pivot_row != k:
            rows[k], rows[pivot_row] = rows[pivot_row], rows[k]
        pivot = rows[k][k]
        for r in range(n):
            if r != k:
                factor = rows[r][k]
                rows[r] = [(pivot * x - factor * y) // previous for x, y in zip(rows[r], rows[k], strict=True)]
        previous = pivot
    return [[Fraction(rows[r][n + c] * scale[c], rows[r][r]) for c in range(n)] for r in range(n)]
