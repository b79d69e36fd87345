"""What firms are worth and pay when they hold each other's equity and debt: both ends of all consistent answers.

``x = a + Ms max(0, x - d) + Md min(d, x)``: a assets, d debts, ``Ms[i, j]`` and ``Md[i, j]`` the parts of j's equity and debt that i holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction

import numpy as np

from crosshold.kernels.flow import Flow, Number

Parts = Sequence[Sequence[tuple[int, Fraction]]]  # by firm: (holder, part of the firm's equity or debt)
Vector = list[Number]


def worth(assets: Sequence[Fraction], debts: Sequence[Fraction], equity: Parts, debt: Parts, x: Sequence[Number]) -> Vector:
    """One application of the right-hand side."""
    result: Vector = list(assets)
    for j, value in enumerate(x):
        for i, part in debt[j]:
            result[i] += part * min(debts[j], value)
        for i, part in equity[j]:
            result[i] += part * max(Fraction(0), value - debts[j])
    return result


def _linear(constant: Sequence[Number], passes_on: Sequence[Sequence[tuple[int, Fraction]]]) -> Vector:
    """``x = constant + M x``, where node j passes on to i. :class:`Divergent` when that has no end."""
    pointer = np.cumsum([0, *(len(row) for row in passes_on)]).astype(np.int64)
    target = np.array([i for row in passes_on for i, _ in row], dtype=np.int64)
    solved = Flow(pointer, target, [part for row in passes_on for _, part in row]).solve(dict(enumerate(constant)))
    return [solved.get(j) or Fraction(0) for j in range(len(constant))]


def _settle(
    start: frozenset[int], solve: Callable[[Collection[int]], Vector], choose: Callable[[Vector], frozenset[int]]
) -> Vector:
    """Policy iteration: solve with a set, choose the set anew from the solution, until it repeats."""
    seen: set[frozenset[int]] = set()
    chosen = start
    while True:
        x = solve(chosen)
        seen.add(chosen)
        chosen = choose(x)
        if chosen in seen:
            return x


def greatest(assets: Sequence[Fraction], debts: Sequence[Fraction], equity: Parts, debt: Parts) -> Vector:
    """The greatest answer. Who defaults although the others are taken to pay in full defaults for certain: that set only grows."""
    failed: frozenset[int] = frozenset()
    while True:
        x = _when_failed(assets, debts, equity, debt, failed)
        more = {j for j, value in enumerate(x) if j not in failed and value < debts[j]}
        if not more:
            return x
        failed |= more


def _when_failed(
    assets: Sequence[Fraction], debts: Sequence[Fraction], equity: Parts, debt: Parts, failed: frozenset[int]
) -> Vector:
    """The answer when ``failed`` pay what they have, all others in full, and equity is never below 0.

    That right-hand side is convex; policy iteration on "whose equity is positive" climbs to its solution.
    """
    firms = range(len(assets))

    def solve(solvent: Collection[int]) -> Vector:
        constant: Vector = list(assets)
        for j in firms:
            if j not in failed:
                for i, part in debt[j]:
                    constant[i] += part * debts[j]
            if j in solvent:
                for i, part in equity[j]:
                    constant[i] -= part * debts[j]
        return _linear(constant, [debt[j] if j in failed else equity[j] if j in solvent else () for j in firms])

    def choose(x: Vector) -> frozenset[int]:
        return frozenset(j for j in firms if j not in failed and x[j] > debts[j])

    return _settle(frozenset(firms) - failed, solve, choose)


def least(assets: Sequence[Fraction], debts: Sequence[Fraction], equity: Parts, debt: Parts) -> Vector:
    """The least answer, from nothing upwards. Who can pay in full already is solvent for certain: that set only grows."""
    x: Vector = [Fraction(0)] * len(assets)
    while True:
        new = [after - before for after, before in zip(worth(assets, debts, equity, debt, x), x, strict=True)]
        if not any(amount > 0 for amount in new):
            return x
        solvent = frozenset(j for j, value in enumerate(x) if value >= debts[j])
        room = [owed - value for owed, value in zip(debts, x, strict=True)]
        more = _arriving(new, room, [equity[j] if j in solvent else debt[j] for j in range(len(x))], solvent)
        x = [before + added for before, added in zip(x, more, strict=True)]


def _arriving(new: Sequence[Number], room: Sequence[Number], passes_on: Parts, solvent: frozenset[int]) -> Vector:
    """What ``new`` money adds in the end, when the solvent pass on all that comes, the others at most up to their ``room``.

    Only where money comes: a ring of debts that none enters pays nothing. That right-hand side is concave; policy iteration on "who
    reaches its debt" falls to its solution.
    """
    reached = {j for j, amount in enumerate(new) if amount > 0}
    agenda = list(reached)
    while agenda:
        further = {i for i, _ in passes_on[agenda.pop()]} - reached
        reached |= further
        agenda.extend(further)

    def solve(full: Collection[int]) -> Vector:
        constant: Vector = list(new)
        for j in full:
            for i, part in passes_on[j]:
                constant[i] += part * room[j]
        return _linear(constant, [() if j in full or j not in reached else row for j, row in enumerate(passes_on)])

    def choose(u: Vector) -> frozenset[int]:
        return frozenset(j for j in reached - solvent if u[j] >= room[j])

    return _settle(frozenset(reached - solvent), solve, choose)
