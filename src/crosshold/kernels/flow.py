"""Linear flow through a weighted directed graph: ``x = b + x M``, one strongly connected component after another."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction

import numpy as np

from crosshold.kernels.components import Index, components
from crosshold.kernels.linear import exact_inverse
from crosshold.kernels.paths import BudgetSpent, simple_path_sums

Number = Fraction | float
Amount = Fraction | float | None  # None: has no value because a closed component stands before it
EXACT_MEMBERS = 60


def method(amounts: Iterable[Amount]) -> str:
    """How numbers came about: ``exact`` when every one is a fraction, ``float64`` otherwise."""
    return "float64" if any(isinstance(amount, float) for amount in amounts) else "exact"


class Divergent(ArithmeticError):
    """A component multiplies what enters it without end; ``members`` are its nodes."""

    def __init__(self, members: Sequence[int]) -> None:
        super().__init__(f"component of {len(members)} nodes has spectral radius 1 or more")
        self.members = tuple(members)


class Flow:
    """``x = b + x M`` for any number of right-hand sides ``b``.

    ``pointer, target, coefficient`` are the rows of M (what a node passes on to each target). Fractions stay exact in components
    up to 60 members; larger ones are inverted in float64. ``condition`` holds the 1-norm condition number of each that was
    inverted. ``closed`` nodes lie in components that lose nothing: whatever enters one has no answer and makes everything behind
    it ``None``.
    With a ``path_budget`` only paths that repeat no node are summed, at most that many from one entrance of one component.

    Only components that a right-hand side reaches are visited; each is inverted once, when first reached. Source: the block
    triangular form of a matrix whose diagonal blocks are its strongly connected components.
    """

    def __init__(
        self,
        pointer: Index,
        target: Index,
        coefficient: Sequence[Number],
        closed: Collection[int] = (),
        path_budget: int | None = None,
    ) -> None:
        self._start, self._target, self._coefficient = pointer.tolist(), target.tolist(), coefficient
        self.components = components(pointer, target)
        self.block = [0] * len(self._start)
        for label, members in enumerate(self.components):
            for member in members:
                self.block[member] = label
        self._closed = {self.block[node] for node in closed}
        self._spread: dict[int, list[Number]] = {}
        self._path_budget = path_budget
        self.condition: dict[int, float] = {}

    @property
    def conditions(self) -> list[tuple[list[int], float]]:
        """Members and condition number of each component that was inverted."""
        return [(self.components[label], condition) for label, condition in self.condition.items()]

    def passes_on(self, node: int) -> list[tuple[int, Number]]:
        """``(target, coefficient)`` of every edge out of a node."""
        a, b = self._start[node], self._start[node + 1]
        return list(zip(self._target[a:b], self._coefficient[a:b], strict=True))

    def spread(self, node: int) -> list[Number]:
        """What reaches each member of the node's component, within it, per unit that enters at ``node``.

        That is a row of (I - M)**-1 of the component; with a path budget, only paths that repeat no node are summed.
        """
        if node not in self._spread:
            members = self.components[self.block[node]]
            place = {member: k for k, member in enumerate(members)}
            edges = [[(place[v], m) for v, m in self.passes_on(u) if v in place] for u in members]
            if self._path_budget is None:
                self._spread.update(zip(members, self._invert(self.block[node], edges), strict=True))
            else:
                try:
                    self._spread[node] = simple_path_sums(edges, place[node], self._path_budget)
                except BudgetSpent as spent:
                    raise BudgetSpent(node, {members[k]: x for k, x in spent.sums.items()}, spent.count) from None
        return self._spread[node]

    def _invert(self, label: int, edges: list[list[tuple[int, Number]]]) -> list[list[Number]]:
        k = len(edges)
        if k == 1:
            return [[Fraction(1)]]
        exact = k <= EXACT_MEMBERS and all(isinstance(m, Fraction) for row in edges for _, m in row)
        matrix = np.eye(k)
        for r, row in enumerate(edges):
            for c, m in row:
                matrix[r, c] -= float(m)
        inverse: Sequence[Sequence[Number]] | None
        if exact:
            whole = [[Fraction(r == c) for c in range(k)] for r in range(k)]
            for r, row in enumerate(edges):
                for c, m in row:
                    whole[r][c] -= Fraction(m)
            inverse = exact_inverse(whole)
        else:
            try:
                inverse = np.linalg.inv(matrix).tolist()
            except np.linalg.LinAlgError:
                inverse = None
        # Frobenius: the inverse of I - M has no negative entry exactly when the spectral radius of M is below 1.
        if inverse is None or min(map(min, inverse)) < (0 if exact else -1e-9):
            raise Divergent(self.components[label])
        floats = np.array(inverse, dtype=np.float64)
        self.condition[label] = float(np.linalg.norm(matrix, 1) * np.linalg.norm(floats, 1))
        return [list(row) for row in inverse]

    def diagonal(self, node: int) -> Amount:
        """What is at ``node`` in the end per unit that starts there; ``None`` in a closed component."""
        label = self.block[node]
        if label in self._closed:
            return None
        return self.spread(node)[self.components[label].index(node)]

    def solve(self, given: Mapping[int, Amount]) -> dict[int, Amount]:
        """``x`` for the non-zero entries of ``b``; nodes that nothing reaches are absent."""
        arrived: dict[int, dict[int, Amount]] = {}
        agenda: list[int] = []

        def arrive(node: int, amount: Amount) -> None:
            label = self.block[node]
            if label not in arrived:
                arrived[label] = {}
                heapq.heappush(agenda, label)
            before = arrived[label].get(node, Fraction(0))
            arrived[label][node] = None if before is None or amount is None else before + amount

        for node, amount in given.items():
            if amount is None or amount != 0:
                arrive(node, amount)
        result: dict[int, Amount] = {}
        while agenda:
            label = heapq.heappop(agenda)
            for node, amount in self._settle(label, arrived.pop(label)).items():
                result[node] = amount
                for other, share in self.passes_on(node):
                    if self.block[other] != label:
                        arrive(other, None if amount is None else amount * share)
        return result

    def _settle(self, label: int, entering: dict[int, Amount]) -> dict[int, Amount]:
        """What every member of a component has once the flow inside it has come to rest."""
        members = self.components[label]
        if len(members) == 1:
            return entering
        known = {node: amount for node, amount in entering.items() if amount is not None}
        if label in self._closed or len(known) < len(entering):
            return dict.fromkeys(members, None)
        sources = [(amount, self.spread(node)) for node, amount in known.items()]
        return {node: sum((amount * row[v] for amount, row in sources), start=Fraction(0)) for v, node in enumerate(members)}
