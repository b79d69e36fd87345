"""Linear flow through a graph of any size in float64: ``x = b + C x`` and ``x = b + C^T x``, one component after another.

The whole matrix is never factored nor iterated: a fixed number of sweeps over it is silently wrong on nearly closed rings, by up to
everything. Components are settled in their order: a single node in one pass; a ring of up to 300 members by an inverse computed without
subtraction (:mod:`~crosshold.kernels.rings`); a larger one by block sweeps or a sparse LU whose residual is checked
(:mod:`~crosshold.kernels.large_rings`). Rings that own themselves completely are found in whole numbers before anything is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.components import strong_components
from crosshold.kernels.flow import Divergent
from crosshold.kernels.large_rings import Loop, Unsettled, loop_of
from crosshold.kernels.rings import CLOSED, DIVERGENT, SOUND, find_closed, invert_rings, left_outside
from crosshold.kernels.sweeps import pass_down, pass_up, shares_of, units_reached

Float = NDArray[np.float64]
Index = NDArray[Any]

DENSE = 300  # members of a ring up to which its inverse is kept
INVERSES = 1 << 26  # numbers that all inverses together may take
CHUNK = 1 << 20  # units between two chances to stop


class Settle:
    """A prepared graph for any number of right-hand sides.

    ``pointer, holder, weight`` are the holders of each node with whole weights over its ``total``; ``passed_on`` (one number in [0, 1] per
    edge, default 1) scales the share, as a payout rate does. ``dense`` is the size up to which rings get an inverse.

    ``components``: holders first. ``state``: per component, CLOSED, DIVERGENT (it multiplies without end), UNSETTLED (no solver brings it
    to rest) or SOUND. ``condition``: 1-norm condition number of I - C per component of two or more members. ``solvers``: what was used
    for the large ones.
    Answers are NaN where a closed ring stands before them. Errors: :class:`~crosshold.kernels.flow.Divergent` when a right-hand side
    reaches a component that multiplies without end, :class:`~crosshold.kernels.large_rings.Unsettled` when no solver reached its residual.
    """

    def __init__(
        self,
        pointer: Index,
        holder: Index,
        weight: Index,
        total: Index,
        *,
        passed_on: Float | None = None,
        dense: int = DENSE,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        self.pointer, self.holder, self.weight, self.total = pointer, holder, weight, total
        self.components = strong_components(pointer, holder, targets_first=True)
        self._order, self._start, self._label = self.components
        if progress:
            progress(0.5)
        self.share = np.empty(len(weight))
        shares_of(pointer, weight, total, self.share)
        if passed_on is not None:
            self.share *= passed_on
        sizes = self.components.sizes
        self.rings = np.flatnonzero(sizes > 1)
        self.state = np.zeros(len(sizes), np.int8)
        edges = (self._order, self._start, self._label, pointer, holder, weight, total, self.share)
        find_closed(self.rings, *edges, self.state)
        open_rings = self.rings[self.state[self.rings] == SOUND]
        while dense > 2 and (sizes[open_rings][sizes[open_rings] <= dense].astype(float) ** 2).sum() > INVERSES:
            dense //= 2
        small = open_rings[sizes[open_rings] <= dense]
        self.offset = np.full(len(sizes), -1, np.int64)
        ends = np.cumsum(sizes[small] ** 2)
        self.offset[small] = np.r_[0, ends[:-1]] if len(small) else ends
        self.inverses = np.empty(int(ends[-1]) if len(small) else 0)
        found = np.ones(len(sizes))
        invert_rings(small, *edges, self.offset, self.inverses, self.state, found)
        self.loops: dict[int, Loop] = {}
        large = open_rings[sizes[open_rings] > dense]
        place = np.empty(len(total) if len(large) else 0, np.int32)
        for number in large.tolist():
            members = self.components.members(number)
            loop = loop_of(members, place, self._label, pointer, holder, weight, total, self.share, dense)
            self.loops[number] = loop
            self.state[number] = loop.state
            found[number] = loop.condition
        self.condition = dict(zip(open_rings.tolist(), found[open_rings].tolist(), strict=True))
        if progress:
            progress(1.0)

    @property
    def closed(self) -> list[int]:
        """Numbers of the components that own themselves completely."""
        return np.flatnonzero(self.state == CLOSED).tolist()

    @property
    def solvers(self) -> dict[int, str]:
        """How each large component is solved."""
        return {number: loop.solver for number, loop in self.loops.items()}

    @cached_property
    def held_units(self) -> NDArray[np.int32]:
        """Components that anybody holds; the rest, mostly persons, neither receive down nor hand on up."""
        held = np.zeros(len(self.state), np.bool_)
        held[self._label[np.diff(self.pointer) > 0]] = True
        return np.flatnonzero(held).astype(np.int32)

    def down(self, given: Float, units: Index | None = None) -> Float:
        """``x = given + C^T x``: what every node has of the things that start at its holders, by node.

        With ``units`` (from :meth:`reached_down`) only those components are visited and ``given`` is changed in place.
        """
        return self._run(given, units, down=True)

    def up(self, given: Float, units: Index | None = None) -> Float:
        """``x = given + C x``: what every node is worth when it holds parts of others that are worth something, by node.

        With ``units`` (from :meth:`reached_up`) only those components are visited and ``given`` is changed in place.
        """
        return self._run(given, units, down=False)

    def _run(self, given: Float, units: Index | None, *, down: bool) -> Float:
        x = given.astype(np.float64) if units is None else given
        units = self.held_units if units is None else units
        self.refuse(units)
        arrays = (self._order, self._start, self._label, self.pointer, self.holder, self.share)
        one_pass = pass_down if down else pass_up
        pieces = self.pieces(units)
        for piece in pieces if down else pieces[::-1]:
            if isinstance(piece, Loop):
                number = self._label[piece.nodes[0]]
                enter = _enter if down else _take
                inside = piece.settle(enter(x, piece.nodes, number, *arrays[2:]), down=down)
                x[piece.nodes] = inside
                if not down:
                    _leave(x, piece.nodes, number, *arrays[2:])
            else:
                one_pass(x, piece if down else piece[::-1].copy(), *arrays, self.offset, self.inverses, self.state)
        return x

    def pieces(self, units: Index, chunk: int = CHUNK) -> list[Index | Loop]:
        """Some components in their order: large ones by themselves, stretches of at most ``chunk`` others between them."""
        found: list[Index | Loop] = []
        at = 0
        for number in [*sorted(self.loops), len(self.state)]:
            end = int(np.searchsorted(units, number))
            found += [units[a : min(a + chunk, end)] for a in range(at, end, chunk)]
            at = end
            if number in self.loops and end < len(units) and units[end] == number:
                found.append(self.loops[number])
                at = end + 1
        return found

    def rest(self) -> Float:
        """What no holder of a node has of it (payouts that are kept included), by node; 0 for nodes that nobody holds."""
        return left_outside(self.pointer, self.weight, self.total, self.share)

    def refuse(self, units: Index) -> None:
        """Stop when one of these components has no answer; see the errors of the class."""
        if not (self.state[self.rings] >= DIVERGENT).any():
            return
        for number in units[self.state[units] >= DIVERGENT].tolist():
            members = self.components.members(number)
            if self.state[number] == DIVERGENT:
                raise Divergent(members.tolist())
            raise Unsettled(members, self.loops[number].residual)

    @property
    def conditions(self) -> list[tuple[list[int], float]]:
        """Members and condition number of each component that was inverted or factored."""
        return [(self.components.members(number).tolist(), condition) for number, condition in self.condition.items()]

    def reached_up(self, seeds: Index) -> Index:
        """Components whose value depends on ``seeds``: these and whoever holds them, directly or not."""
        return self._reached(seeds, self.pointer, self.holder)

    def reached_down(self, seeds: Index, pointer: Index, issuer: Index) -> Index:
        """Components in which ``seeds`` have a part, given what each node holds as rows ``pointer, issuer``."""
        return self._reached(seeds, pointer, issuer)

    def _reached(self, seeds: Index, pointer: Index, target: Index) -> Index:
        seen = np.zeros(len(self.state), np.int8)
        return units_reached(np.asarray(seeds, np.int64), pointer, target, self._order, self._start, self._label, seen)

    def returns(self, nodes: Index) -> Float:
        """What is at each of ``nodes`` in the end per unit that starts there, N_ii: 1 outside rings, NaN in a closed one.

        In a large component each node costs a solve of that component.
        """
        found = np.ones(len(nodes))
        for k, node in enumerate(nodes.tolist()):
            number = int(self._label[node])
            size = int(self._start[number + 1] - self._start[number])
            if size == 1:
                continue
            self.refuse(np.array([number]))
            if self.state[number] == CLOSED:
                found[k] = np.nan
            elif number in self.loops:
                found[k] = self.loops[number].returns(node)
            else:
                place = int(np.searchsorted(self.components.members(number), node))
                found[k] = self.inverses[self.offset[number] + place * (size + 1)]
        return found

    def nodes(self, units: Index) -> NDArray[np.int32]:
        """All members of some components."""
        first, size = self._start[units], self._start[units + 1] - self._start[units]
        ends = np.cumsum(size)
        found: NDArray[np.int32] = self._order[
            np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - ends + size, size)
        ]
        return found


@kernel
def _enter(x: Float, nodes: Index, number: int, label: Index, pointer: Index, holder: Index, share: Float) -> Float:
    """What each node of a component is given plus what its outside holders have of it."""
    given = np.empty(len(nodes))
    for k in range(len(nodes)):
        j = nodes[k]
        amount = x[j]
        for e in range(pointer[j], pointer[j + 1]):
            if label[holder[e]] != number:
                amount += share[e] * x[holder[e]]
        given[k] = amount
    return given


@kernel
def _take(x: Float, nodes: Index, number: int, label: Index, pointer: Index, holder: Index, share: Float) -> Float:
    return x[nodes]


@kernel
def _leave(x: Float, nodes: Index, number: int, label: Index, pointer: Index, holder: Index, share: Float) -> None:
    """Hand what the nodes of a component are worth to their outside holders."""
    for j in nodes:
        for e in range(pointer[j], pointer[j + 1]):
            if label[holder[e]] != number:
                x[holder[e]] += share[e] * x[j]
