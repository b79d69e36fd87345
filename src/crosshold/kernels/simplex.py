"""Exact linear programmes with few unknowns and very many rows, which are never written down.

    minimise  c . z   subject to   a . z >= b  for every row (a, b),   z free

The rows are asked for one at a time: a function is shown a point and names a row that the point violates. What is pivoted is the dual,
so a step costs k**2 whole-number products for k unknowns and one question. Everything is a whole number over one common denominator: no
rounding, and an optimum comes with its proof, weights that are not negative with sum of weight * row = c.

Sources: Dantzig and Wolfe, "Decomposition principle for linear programs", Operations Research 8 (1960), for rows on demand; Bland, "New
finite pivoting rules for the simplex method", Math. of Operations Research 2 (1977), for why it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol


class Row(NamedTuple):
    """``a . z >= b``. ``key`` orders the rows (0, 1, 2, ...) and names them in the proof."""

    key: int
    a: Sequence[int]
    b: int


class Rows(Protocol):
    """A question to the rows."""

    def __call__(self, z: Sequence[int], scale: int, *, flat: bool, first: bool) -> Row | None:
        """A row with ``a . z < b * scale``, or ``None``; with ``flat`` all b count as 0.

        The most violated one is the best answer; with ``first`` it must be the one with the smallest key.
        """


@dataclass(frozen=True)
class Optimum:
    """``z`` is a best point, ``weights`` the proof by key (positive ones only), ``free`` the multipliers of the equations."""

    z: list[Fraction]
    weights: dict[int, Fraction]
    free: list[Fraction]


class Infeasible(ArithmeticError):
    """No point satisfies every row."""


class Unbounded(ArithmeticError):
    """There are points with c . z as small as one likes."""


def minimise(c: Sequence[int], rows: Rows, equations: Sequence[tuple[Sequence[int], int]] = ()) -> Optimum:
    """The least ``c . z`` over the points that satisfy all ``rows`` and, exactly, the independent ``equations`` (a, b).

    Errors: :class:`Infeasible`, :class:`Unbounded`.
    """
    basis = _Basis(c, equations)
    basis.run(rows, feasible=False)
    if any(share and key is None for key, share in zip(basis.keys, basis.shares(), strict=True)):
        raise Unbounded("no weights of the rows add up to the objective")
    basis.run(rows, feasible=True)
    shares = [Fraction(share, basis.scale) for share in basis.shares()]
    named = list(zip(basis.keys, shares, strict=True))
    return Optimum(
        z=[Fraction(x, basis.scale) for x in basis.point(flat=False)],
        weights={key: share for key, share in sorted((k, s) for k, s in named if k is not None) if key >= 0 and share},
        free=[next((share for key, share in named if key == -1 - e), Fraction(0)) for e in range(len(equations))],
    )


class _Basis:
    """k rows that determine a point. ``inverse / scale`` is the inverse of the matrix whose columns they are.

    ``keys``: a row's key, ``-1 - e`` for equation e, ``None`` for a column that stands in until a row takes its place.
    """

    def __init__(self, c: Sequence[int], equations: Sequence[tuple[Sequence[int], int]]) -> None:
        k = len(c)
        self.c, self.scale = c, 1
        self.keys: list[int | None] = [None] * k
        self.bounds = [0] * k
        self.inverse = [[int(i == j) for j in range(k)] for i in range(k)]
        for e, (a, b) in enumerate(equations):
            weights = self._weights(a)
            free = next(i for i in range(k) if self.keys[i] is None and weights[i])
            self._replace(free, -1 - e, b, weights)
        for i, share in enumerate(self.shares()):
            if share < 0 and self.keys[i] is None:
                self.inverse[i] = [-x for x in self.inverse[i]]

    def shares(self) -> list[int]:
        """How much of each basic column makes up c, times ``scale``."""
        return [sum(x * y for x, y in zip(row, self.c, strict=True)) for row in self.inverse]

    def point(self, flat: bool) -> list[int]:
        """The point at which the basic rows are tight, times ``scale``; ``flat``: what it costs to do without stand-ins."""
        costs = [-int(key is None) if flat else b for key, b in zip(self.keys, self.bounds, strict=True)]
        used = [(cost, row) for cost, row in zip(costs, self.inverse, strict=True) if cost]
        return [sum(cost * row[j] for cost, row in used) for j in range(len(self.c))]

    def run(self, rows: Rows, *, feasible: bool) -> None:
        """Exchange rows until none is violated. After k steps without progress the first violated row enters, by Bland's rule."""
        idle = 0
        while (entering := rows(self.point(not feasible), self.scale, flat=not feasible, first=idle > len(self.c))) is not None:
            weights = self._weights(entering.a)
            leaving = self._leaving(weights, feasible)
            if leaving is None:
                raise Infeasible("the rows contradict one another")
            idle = 0 if self.shares()[leaving] else idle + 1
            self._replace(leaving, entering.key, entering.b, weights)

    def _weights(self, a: Sequence[int]) -> list[int]:
        return [sum(x * y for x, y in zip(row, a, strict=True) if y) for row in self.inverse]

    def _leaving(self, weights: list[int], feasible: bool) -> int | None:
        """The row that first reaches a share of zero; of several a stand-in, then the one with the smallest key."""
        shares, best = self.shares(), None
        for i, (key, weight) in enumerate(zip(self.keys, weights, strict=True)):
            if key is None and feasible and weight:
                return i  # its share is zero and has to stay so
            if weight <= 0 or (key is not None and key < 0):
                continue
            if best is not None:
                ahead = shares[i] * weights[best] - shares[best] * weight
                if ahead > 0 or (ahead == 0 and _order(key) > _order(self.keys[best])):
                    continue
            best = i
        return best

    def _replace(self, out: int, key: int, b: int, weights: list[int]) -> None:
        """Exchange one column. Every division leaves no remainder (Bareiss): the entries are minors of the matrix."""
        pivot, row = weights[out], self.inverse[out]
        sign = 1 if pivot > 0 else -1
        for i, old in enumerate(self.inverse):
            if i != out:
                weight = weights[i]
                self.inverse[i] = [sign * (pivot * x - weight * y) // self.scale for x, y in zip(old, row, strict=True)]
        self.inverse[out] = [sign * y for y in row]
        self.scale = abs(pivot)
        self.keys[out], self.bounds[out] = key, b


def _order(key: int | None) -> int:
    return -1 if key is None else key
