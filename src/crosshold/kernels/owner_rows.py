"""Who finally owns every company of a register: one sparse row a company, its smallest entries cut against a budget of lost share.

row(c) = rest(c) at c itself (its unidentified holders) + sum over holders h of share(h, c) row(h); whoever nobody holds is a row of
its own. So an entry at a node that is held means its float, at any other node the owner, and every row and what it lost sum to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.large_rings import Loop
from crosshold.kernels.pruning import emit
from crosshold.kernels.rings import CLOSED
from crosshold.kernels.settle import Settle

Float = NDArray[np.float64]
Index = NDArray[Any]

KEEP = 0.9  # part of what is left of its budget that one company may cut
INSIDE = 0.8  # part of the budget up to which a large component may cut; the rest is for what it holds
SWEEPS = 400  # more than any component needs that is solved by sweeps
ROUGH, COARSE = 4, 0.2  # in the first sweeps a row may cut this part of what has not reached it yet
CHUNK = 1 << 16  # components between two chances to stop


class OwnerRows(NamedTuple):
    """Row k tells the owners of ``company[k]``: ``owner[pointer[k]:pointer[k + 1]]`` with ``part``, fractions 0-1.

    An owner that is itself held stands for its unidentified holders. ``lost[k]`` is what was cut: parts and lost sum to 1; NaN, and no
    entries, behind a ring that owns itself.
    """

    company: NDArray[np.int32]
    pointer: NDArray[np.int64]
    owner: NDArray[np.int32]
    part: Float
    lost: Float


def owner_rows(
    settle: Settle, budget: float, *, holders: bool = False, progress: Callable[[float], None] | None = None
) -> OwnerRows:
    """Owners of every company that anybody holds, holders before what they hold, each losing at most ``budget`` of itself.

    With ``holders`` every entity is an owner, whether it is held or not: entry h of row c is what is at c per unit that starts at h, the
    cell (h, c) of (I - C)^-1, and an entry that begins in a ring that owns itself is NaN instead of the whole row. Parts and lost
    then add up to the column sum of that matrix.

    Small rings are solved by their inverse, large components swept until every member is within its budget; one that is not after 400
    sweeps keeps what it has lost in ``lost``. Errors: :class:`~crosshold.kernels.flow.Divergent`.
    """
    settle.refuse(settle.held_units)
    table = _Table(settle, budget, holders)
    at = 0
    for piece in settle.pieces(settle.held_units, CHUNK):
        if isinstance(piece, np.ndarray):
            table.add(piece)
            at += len(piece)
        else:
            table.add_loop(piece)
            at += 1
        if progress:
            progress(at / max(len(settle.held_units), 1))
    return table.finish()


def returns_inside(settle: Settle, loop: Loop, budget: float) -> tuple[Float, float]:
    """N_ii of every node of a large component, in the order of ``loop.nodes``, and by how much one can be too small.

    What :meth:`~crosshold.kernels.settle.Settle.returns` says one solve at a time, from sparse rows of the component by itself.
    """
    table = _Table(settle, budget, True)
    table.given[:] = 0.0
    table.given[loop.nodes] = 1.0
    table.mass = np.zeros(len(table.given))
    table.mass[loop.nodes] = loop.settle(np.ones(len(loop.nodes)), down=True)
    table.add_loop(loop)
    found = np.ones(len(loop.nodes))
    for k, node in enumerate(loop.nodes.tolist()):
        a = table.begin[node]
        row = table.owner[a : a + table.length[node]]
        found[k] = table.part[a : a + table.length[node]][row == node].sum()
    return found, float(table.lost[loop.nodes].max())


class _Table:
    """The rows found so far, one after the other in two growing columns."""

    def __init__(self, settle: Settle, budget: float, holders: bool) -> None:
        n = len(settle.total)
        self.settle, self.budget = settle, budget
        self.begin, self.length, self.lost = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n)
        self.owner, self.part, self.used = np.empty(4 * n + 64, np.int32), np.empty(4 * n + 64), 0
        self.holders, self.units = holders, len(settle.state)
        self.given = np.ones(n)
        if not holders:
            held = np.diff(settle.pointer) > 0
            self.given[held] = settle.rest()[held]
        self.unit_of = settle.components.label
        if settle.loops:
            self.unit_of = self.unit_of.copy()
        self.scratch = (np.zeros(n), np.empty(n, np.int32))

    def add(self, units: Index) -> None:
        s = self.settle
        self._run(units, 0, s.components.order, s.components.start, s.offset, s.inverses, s.state, self.budget, 0.0)

    @cached_property
    def mass(self) -> Float:
        """What all parts of each row add up to."""
        start = self.given.copy()
        for number in self.settle.closed:
            start[self.settle.components.members(number)] = 0.0
        return self.settle.down(start)

    def add_loop(self, loop: Loop) -> None:
        """Sweep a large component; rows of the sweep before are overwritten by moving the new ones down."""
        nodes, blocks = loop.nodes, len(loop.start) - 1
        base = self.units  # blocks are units of their own, numbered on from those of the graph and of other large components
        self.units += blocks
        sizes = np.diff(loop.start)
        self.unit_of[nodes] = base + np.repeat(np.arange(blocks, dtype=np.int32), sizes)
        self.lost[nodes], self.length[nodes] = self.mass[nodes] if self.holders else 1.0, 0
        if loop.whole is not None:
            self.unit_of[nodes] = base
            rings = (np.zeros(1, np.int64), loop.whole.ravel(), np.zeros(1, np.int8))
            self._run(np.zeros(1, np.int32), base, nodes, np.array([0, len(nodes)]), *rings, self.budget, 0.0)
            return
        bottom = self.used
        state, numbers = np.zeros(blocks, np.int8), np.arange(blocks, dtype=np.int32)
        for number in range(SWEEPS):
            middle = self.used
            rings = (loop.offset, loop.inverses, state)
            self._run(numbers, base, nodes, loop.start, *rings, INSIDE * self.budget, COARSE * (number < ROUGH))
            size = self.used - middle
            for column in (self.owner, self.part):
                column[bottom : bottom + size] = column[middle : self.used].copy()
            self.begin[nodes] -= middle - bottom
            self.used = bottom + size
            if np.isnan(self.lost[nodes]).any():  # one of them is behind a ring that owns itself: so are all
                self.lost[nodes], self.length[nodes], self.used = np.nan, 0, bottom
            if not (self.lost[nodes] > self.budget * (1 + 1e-9) + 1e-15).any():
                break

    def _run(
        self,
        units: Index,
        base: int,
        order: Index,
        start: Index,
        offset: Index,
        inverses: Float,
        state: Index,
        budget: float,
        coarse: float,
    ) -> None:
        done = 0
        s = self.settle
        while done < len(units):
            graph = (units[done:], base, order, start, self.unit_of, s.pointer, s.holder, s.share, self.given)
            rings = (offset, inverses, state)
            rows = (self.begin, self.length, self.lost)
            columns = (self.owner, self.part, self.used)
            more, self.used = _fill(*graph, *rings, *rows, *columns, *self.scratch, budget, coarse, self.holders)
            done += more
            if done < len(units):
                self.owner = np.concatenate([self.owner, np.empty_like(self.owner)])
                self.part = np.concatenate([self.part, np.empty_like(self.part)])

    def finish(self) -> OwnerRows:
        order = self.settle.components.order
        held = order[(np.diff(self.settle.pointer) > 0)[order]]
        company = held[np.argsort(self.begin[held], kind="stable")]
        pointer = np.zeros(len(company) + 1, np.int64)
        np.cumsum(self.length[company], out=pointer[1:])
        return OwnerRows(company, pointer, self.owner[: self.used], self.part[: self.used], self.lost[company])


@kernel
def _fill(
    units: Index,
    base: int,
    order: Index,
    start: Index,
    unit_of: Index,
    pointer: Index,
    holder: Index,
    share: Float,
    given: Float,
    offset: Index,
    inverses: Float,
    state: Index,
    begin: Index,
    length: Index,
    lost: Float,
    owner: Index,
    part: Float,
    used: int,
    total: Float,
    touched: Index,
    budget: float,
    coarse: float,
    by_cell: bool,
) -> tuple[int, int]:
    """Append the rows of some units; how many were done before the columns were full, and how long they are now.

    ``given`` is what starts at each node. ``total`` (zero by node) and ``touched`` are scratch. A ring first gets the rows of what
    enters each member, then mixes them by its inverse; these first rows stand at the end of the columns meanwhile.
    """
    done = 0
    for u in units:
        first, k = start[u], start[u + 1] - start[u]
        if k > 1 and state[u] == CLOSED:
            size = k if by_cell else 0
            if used + size * k > len(owner):
                return done, used
            for place in range(k):
                j = order[first + place]
                begin[j], length[j], lost[j] = used, size, 0.0 if by_cell else np.nan
                for other in range(size):
                    owner[used + other], part[used + other] = order[first + other], np.nan
                used += size
            done += 1
            continue
        entering, missing = np.empty(k + 1, np.int64), np.empty(k)
        entering[0] = used
        for place in range(k):
            j = order[first + place]
            count, gone = 0, 0.0
            if given[j] != 0.0:
                total[j] = given[j]
                touched[0] = j
                count = 1
            for e in range(pointer[j], pointer[j + 1]):
                h, f = holder[e], share[e]
                if unit_of[h] == base + u:
                    continue
                if pointer[h] == pointer[h + 1]:
                    if given[h] == 0.0:
                        continue
                    if total[h] == 0.0:
                        touched[count] = h
                        count += 1
                    total[h] += f * given[h]
                    continue
                gone += f * lost[h]
                for at in range(begin[h], begin[h] + length[h]):
                    o = owner[at]
                    if total[o] == 0.0:
                        touched[count] = o
                        count += 1
                    total[o] += f * part[at]
            room = entering[place] + count <= len(owner)
            cut = _allowed(gone, budget, coarse) if k == 1 else 0.0
            if np.isnan(gone):
                cut = np.inf
            end, pruned = emit(total, touched, count, cut, owner, part, entering[place], room)
            if not room:
                return done, used
            entering[place + 1], missing[place] = end, gone + pruned
        if k == 1:
            j = order[first]
            begin[j], length[j], lost[j] = used, entering[1] - used, missing[0]
            used = entering[1]
            done += 1
            continue
        inverse = inverses[offset[u] : offset[u] + k * k].reshape(k, k)
        top = entering[k]
        for place in range(k):
            j = order[first + place]
            count, gone = 0, 0.0
            for m in range(k):
                f = inverse[place, m]
                gone += f * missing[m]
                for at in range(entering[m], entering[m + 1]):
                    o = owner[at]
                    if total[o] == 0.0:
                        touched[count] = o
                        count += 1
                    total[o] += f * part[at]
            room = top + count <= len(owner)
            cut = _allowed(gone, budget, coarse) if not np.isnan(gone) else np.inf
            end, pruned = emit(total, touched, count, cut, owner, part, top, room)
            if not room:
                return done, used
            begin[j], length[j], lost[j] = top, end - top, gone + pruned
            top = end
        move = entering[k] - used
        for at in range(entering[k], top):
            owner[at - move], part[at - move] = owner[at], part[at]
        for place in range(k):
            begin[order[first + place]] -= move
        used = top - move
        done += 1
    return done, used


@kernel
def _allowed(gone: float, budget: float, coarse: float) -> float:
    """What a row may cut: part of what is left of its budget, or ``coarse`` of what sweeps have yet to bring."""
    return KEEP * (budget - gone) if gone < budget else coarse * gone
