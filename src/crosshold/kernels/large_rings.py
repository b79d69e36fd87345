"""One large strongly connected component: blocks of strong ties solved directly, swept until they agree.

Where that is slow, because the component is nearly closed as a whole: its inverse without subtraction, or a sparse LU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.components import strong_components
from crosshold.kernels.flow import Divergent
from crosshold.kernels.rings import DIVERGENT, SOUND, UNSETTLED, invert_rings, left_outside, ring_inverse
from crosshold.kernels.sweeps import sweep

Float = NDArray[np.float64]
Index = NDArray[Any]

TIES = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9)  # an edge from this share on may tie two nodes into one block
QUICK = 300  # sweeps after which another way is tried
WHOLE = 2000  # members up to which that is the inverse of all: a second or less, 32 MB
LONG = 20_000  # sweeps after which there is no answer
CORE = 4000  # nodes with two edges in and out up to which the fill of an LU is bearable
TOLERANCE = 1e-14
RESIDUAL = 1e-12


class Unsettled(Divergent):
    """No solver brought a component to rest; ``members`` are its nodes, ``residual`` the relative one that was reached."""

    def __init__(self, members: Index, residual: float) -> None:
        super().__init__(members.tolist())
        self.args = (f"component of {len(members)} nodes: residual {residual:.1e} after {LONG} sweeps",)
        self.residual = residual


@dataclass(eq=False)
class Loop:
    """A component by places 0 .. k - 1 of its ``nodes``, blocks ``start`` of them, and edges from issuer (row) to holder.

    ``solver``: ``block sweeps``, ``inverse`` (in ``whole``, row = issuer) or ``sparse LU``. ``condition``: 1-norm condition number,
    exact to the rounding of the solver, because the inverse has no negative entry: it is (1 + largest column sum of C) times the
    largest entry of the solution for ones.
    """

    nodes: Index
    start: NDArray[np.int64]
    down_rows: tuple[Index, Index, Float]  # edges between blocks by issuer
    up_rows: tuple[Index, Index, Float]  # the same by holder
    all_rows: tuple[Index, Index, Float]  # every edge by issuer, for residuals and LU
    offset: NDArray[np.int64]
    inverses: Float
    state: int = SOUND
    condition: float = 1.0
    residual: float = 0.0
    solver: str = "block sweeps"
    whole: Float | None = None
    lu: Any = None

    def settle(self, given: Float, *, down: bool) -> Float:
        """``x = given + M x`` for entries by place. NaN in, NaN everywhere. :class:`Unsettled` when there is no good answer."""
        if np.isnan(given).any():
            return np.full_like(given, np.nan)
        if self.whole is not None:
            return np.asarray(self.whole @ given if down else given @ self.whole)
        if self.lu is None:
            x = given.copy()
            if self._sweep(x, given, down, LONG) < 0:
                self._judge(x, given, down)
            return x
        trans = "N" if down else "T"
        x = np.asarray(self.lu.solve(given, trans))
        x += self.lu.solve(self._left(x, given, down), trans)
        self._judge(x, given, down)
        return x

    def returns(self, node: int) -> float:
        """What is at a node in the end per unit that starts there."""
        place = int(np.flatnonzero(self.nodes == node)[0])
        if self.whole is not None:
            return float(self.whole[place, place])
        given = np.zeros(len(self.nodes))
        given[place] = 1.0
        return float(self.settle(given, down=True)[place])

    def _sweep(self, x: Float, given: Float, down: bool, most: int) -> int:
        rows = self.down_rows if down else self.up_rows
        return sweep(x, given, down, self.start, *rows, self.offset, self.inverses, TOLERANCE, most)

    def _left(self, x: Float, given: Float, down: bool) -> Float:
        pointer, other, share = self.all_rows
        row = np.repeat(np.arange(len(x)), np.diff(pointer))
        into, source = (row, other) if down else (other, row)
        return np.asarray(given - x + np.bincount(into, share * x[source], minlength=len(x)))

    def _judge(self, x: Float, given: Float, down: bool) -> None:
        """The residual must be small whatever the solver says of itself."""
        size = np.abs(x).max()
        residual = np.abs(self._left(x, given, down)).max() / size if size > 0 else 0.0
        if not residual <= RESIDUAL:
            raise Unsettled(self.nodes, float(residual))

    def prepare(self, outside: Float) -> None:
        """Choose the solver by solving for ones, which also gives the condition number and the proof that the sum over walks ends.

        ``outside``: what leaves the component at each place, from whole numbers.
        """
        k = len(self.nodes)
        pointer, other, share = self.all_rows
        ones = np.ones(k)
        x = ones.copy()
        passed = np.bincount(np.repeat(np.arange(k), np.diff(pointer)), share, minlength=k)
        overheld = passed.max() > 1 + 1e-12
        if self._sweep(x, ones, True, QUICK) < 0:
            many = (np.diff(pointer) > 1) & (np.bincount(other, minlength=k) > 1)
            if k <= WHOLE:
                if not self._invert(outside):
                    self.state = DIVERGENT
                    return
            elif many.sum() <= CORE and not self._factor() and k <= CORE and not self._invert(outside):
                self.state = DIVERGENT
                return
            try:
                x = self.settle(ones, down=True)
            except Unsettled as failure:
                self.residual = failure.residual
                self.state = DIVERGENT if overheld else UNSETTLED
                return
        if not np.isfinite(x).all() or x.min() < 0.5 or (overheld and x.max() > 1e15):
            self.state = DIVERGENT
        self.condition = float((1 + passed.max()) * x.max())

    def _invert(self, outside: Float) -> bool:
        pointer, other, share = self.all_rows
        k = len(self.nodes)
        part, self.whole, self.solver = np.zeros((k, k)), np.empty((k, k)), "inverse"
        part[np.repeat(np.arange(k), np.diff(pointer)), other] = share
        return ring_inverse(part, outside.copy(), self.whole)

    def _factor(self) -> bool:
        """Whether there is a sparse LU: not when it finds a pivot of zero among differences that have lost their digits."""
        from scipy.sparse import csr_matrix, identity
        from scipy.sparse.linalg import splu

        pointer, other, share = self.all_rows
        size = len(self.nodes)
        matrix = (identity(size, format="csr") - csr_matrix((share, other, pointer), shape=(size, size))).tocsc()
        try:
            self.lu, self.solver = splu(matrix), "sparse LU"
        except RuntimeError:
            return False
        return True


def loop_of(
    members: Index,
    place: Index,
    label: Index,
    pointer: Index,
    holder: Index,
    weight: Index,
    total: Index,
    share: Float,
    dense: int,
) -> Loop:
    """Cut a component into blocks and prepare it. ``place`` is scratch by node, ``label`` the component of each node.

    A block is a strongly connected part of the edges above some share, the smallest of ``TIES`` that leaves at most ``dense`` nodes in
    each. Small nearly closed rings inside the component are blocks of their own, so that sweeps do not wait for them.
    """
    k = len(members)
    place[members] = np.arange(k)
    inner, other, edge = _inside(members, place, label, pointer, holder)
    row = np.repeat(np.arange(k), np.diff(inner))
    for tie in (*TIES, np.inf):
        strong = share[edge] >= tie
        kept = np.zeros(k + 1, np.int64)
        np.cumsum(np.bincount(row[strong], minlength=k), out=kept[1:])
        blocks = strong_components(kept, other[strong], targets_first=True)
        sizes = blocks.sizes
        if sizes.max() <= dense:
            break
    nodes = members[blocks.order]
    place[nodes] = np.arange(k)
    inner, other, edge = _inside(nodes, place, label, pointer, holder)
    part = share[edge]
    row = np.repeat(np.arange(k, dtype=np.int32), np.diff(inner))
    block = np.repeat(np.arange(len(sizes)), sizes)
    between = block[row] != block[other]
    down_rows = _rows(k, row[between], other[between], part[between])
    up_rows = _rows(k, other[between], row[between], part[between])
    offset = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(np.where(sizes > 1, sizes**2, 0), out=offset[1:])
    loop = Loop(nodes, blocks.start, down_rows, up_rows, (inner, other, part), offset, np.empty(offset[-1]))
    state = np.zeros(len(sizes), np.int8)
    places = np.arange(k, dtype=np.int32)
    arrays = (places, blocks.start, block, inner, other, weight[edge], total[nodes], part)
    invert_rings(np.flatnonzero(sizes > 1), *arrays, offset, loop.inverses, state, np.ones(len(sizes)))
    if (state != SOUND).any():
        loop.state = DIVERGENT
    else:
        loop.prepare(left_outside(inner, weight[edge], total[nodes], part))
    return loop


def _rows(n: int, row: Index, other: Index, part: Float) -> tuple[Index, Index, Float]:
    """Edges in compressed rows, in the order in which they come."""
    pointer = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=n), out=pointer[1:])
    order = np.argsort(row, kind="stable")
    return pointer, other[order], part[order]


def _inside(nodes: Index, place: Index, label: Index, pointer: Index, holder: Index) -> tuple[Index, Index, Index]:
    """Edges among ``nodes`` (one component) by place: ``(pointer, place of the holder, edge number)``."""
    inner = np.zeros(len(nodes) + 1, np.int64)
    room = int((pointer[nodes + 1] - pointer[nodes]).sum())
    other, edge = np.empty(room, np.int32), np.empty(room, np.int64)
    size = _fill_inside(nodes, place, label, pointer, holder, inner, other, edge)
    return inner, other[:size], edge[:size]


@kernel
def _fill_inside(
    nodes: Index, place: Index, label: Index, pointer: Index, holder: Index, inner: Index, other: Index, edge: Index
) -> int:
    size = 0
    for k in range(len(nodes)):
        j = nodes[k]
        for e in range(pointer[j], pointer[j + 1]):
            if label[holder[e]] == label[j]:
                other[size] = place[holder[e]]
                edge[size] = e
                size += 1
        inner[k + 1] = size
    return size
