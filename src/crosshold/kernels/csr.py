"""Compressed sparse rows of a weighted directed graph: int64 pointers and weights, int32 nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel

Int = NDArray[np.int64]
Node = NDArray[np.int32]


class Rows(Sequence[list[tuple[int, int]]]):
    """The rows of a graph as lists of ``(node, weight)``, each made when it is asked for."""

    def __init__(self, pointer: Int, node: Node, weight: Int) -> None:
        self.pointer, self.node, self.weight = pointer, node, weight

    def __len__(self) -> int:
        return len(self.pointer) - 1

    @overload
    def __getitem__(self, index: int) -> list[tuple[int, int]]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[tuple[int, int]]]: ...
    def __getitem__(self, index: int | slice) -> list[tuple[int, int]] | list[list[tuple[int, int]]]:
        if isinstance(index, slice):
            return [self[r] for r in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        a, b = self.pointer[index], self.pointer[index + 1]
        return list(zip(self.node[a:b].tolist(), self.weight[a:b].tolist(), strict=True))


class EditedRows:
    """Rows of a graph of which some were changed: largest first, ties by node."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._changed: dict[int, list[tuple[int, int]]] = {}

    def __getitem__(self, row: int) -> list[tuple[int, int]]:
        return self._changed[row] if row in self._changed else self._rows[row]

    def weight(self, row: int, node: int) -> int:
        """The weight of one entry, 0 when there is none."""
        return next((w for v, w in self[row] if v == node), 0)

    def set(self, row: int, node: int, weight: int) -> None:
        """Change, add or (0) remove one entry."""
        kept = [(v, w) for v, w in self[row] if v != node] + ([(node, weight)] if weight else [])
        self._changed[row] = sorted(kept, key=lambda entry: (-entry[1], entry[0]))

    def _entries(self) -> Iterator[tuple[int, int, int]]:
        for row, entries in self._changed.items():
            yield from ((row, node, weight) for node, weight in entries)

    def compressed(self) -> Rows:
        """The rows as they are now, in one piece."""
        n = len(self._rows)
        row = np.repeat(np.arange(n, dtype=np.int32), np.diff(self._rows.pointer))
        keep = ~np.isin(row, list(self._changed))
        new = np.array(list(self._entries()), dtype=np.int64).reshape(-1, 3)
        weight = np.r_[self._rows.weight[keep], new[:, 2]]
        self._rows = Rows(*compress(n, np.r_[row[keep], new[:, 0]], np.r_[self._rows.node[keep], new[:, 1]], weight))
        self._changed = {}
        return self._rows


SHORT = 24  # rows up to this length are sorted by insertion


def compress(n: int, row: NDArray[np.integer], column: NDArray[np.integer], weight: Int) -> tuple[Int, Node, Int]:
    """Rows of a graph as ``(pointer, column, weight)``; parallel edges add up, largest weight first in each row.

    ``pointer`` has ``n + 1`` entries; the edges of row r are ``pointer[r]:pointer[r + 1]``. Zero weights are dropped.
    Ties are ordered by column so that the result does not depend on the order of the input. The sum of the weights of a row must
    fit in 63 bits. A counting sort: O(n + m) and one copy of the edges.
    """
    pointer = _pointer(n, row)
    target, value = _scatter(pointer, row, column, weight)
    if _merge(pointer, target, value):
        size = int(pointer[-1])
        target, value = target[:size].copy(), value[:size].copy()
    _largest_first(pointer, target, value)
    return pointer, target, value


def transpose(pointer: Int, column: NDArray[np.integer], weight: Int) -> tuple[Int, Node, Int]:
    """The same edges by column: what each node holds instead of who holds it. Parallel edges must have been added up before."""
    n = len(pointer) - 1
    row = np.repeat(np.arange(n, dtype=np.int32), np.diff(pointer))
    turned = _pointer(n, column)
    target, value = _scatter(turned, column, row, weight)
    _largest_first(turned, target, value)
    return turned, target, value


def row_sums(pointer: Int, weight: Int) -> Int:
    """The sum of each row."""
    sums = np.zeros(len(pointer) - 1, dtype=np.int64)
    filled = np.flatnonzero(np.diff(pointer))
    if len(filled):
        sums[filled] = np.add.reduceat(weight, pointer[filled])
    return sums


def _pointer(n: int, row: NDArray[np.integer]) -> Int:
    pointer = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=n), out=pointer[1:])
    return pointer


@kernel
def _scatter(
    pointer: Int, row: NDArray[np.integer], column: NDArray[np.integer], weight: Int
) -> tuple[Node, Int]:  # fmt: skip
    """Edges by row, in the order of the input within each row."""
    fill = pointer[:-1].copy()
    target = np.empty(len(row), dtype=np.int32)
    value = np.empty(len(row), dtype=np.int64)
    for k in range(len(row)):
        place = fill[row[k]]
        fill[row[k]] = place + 1
        target[place] = column[k]
        value[place] = weight[k]
    return target, value


@kernel
def _merge(pointer: Int, column: Node, weight: Int) -> bool:
    """Sort each row by column, add parallel edges up and drop zeros, in place. True when edges went away."""
    end = 0
    start = 0
    for r in range(len(pointer) - 1):
        stop = pointer[r + 1]
        ordered = True
        for k in range(start + 1, stop):
            if column[k] <= column[k - 1]:
                ordered = False
        if not ordered and stop - start <= SHORT:
            for k in range(start + 1, stop):
                c, w, j = column[k], weight[k], k
                while j > start and column[j - 1] > c:
                    column[j], weight[j] = column[j - 1], weight[j - 1]
                    j -= 1
                column[j], weight[j] = c, w
        elif not ordered:
            order = np.argsort(column[start:stop], kind="mergesort")
            column[start:stop] = column[start:stop][order]
            weight[start:stop] = weight[start:stop][order]
        first = end
        k = start
        while k < stop:
            c, w = column[k], weight[k]
            k += 1
            while k < stop and column[k] == c:
                w += weight[k]
                k += 1
            if w != 0:
                column[end], weight[end] = c, w
                end += 1
        pointer[r] = first
        start = stop
    changed = end != start
    pointer[len(pointer) - 1] = end
    return bool(changed)


@kernel
def _largest_first(pointer: Int, column: Node, weight: Int) -> None:
    """Sort each row by falling weight, in place; equal weights keep their order."""
    for r in range(len(pointer) - 1):
        start, stop = pointer[r], pointer[r + 1]
        if stop - start <= SHORT:
            for k in range(start + 1, stop):
                c, w, j = column[k], weight[k], k
                while j > start and weight[j - 1] < w:
                    column[j], weight[j] = column[j - 1], weight[j - 1]
                    j -= 1
                column[j], weight[j] = c, w
        else:
            order = np.argsort(-weight[start:stop], kind="mergesort")
            column[start:stop] = column[start:stop][order]
            weight[start:stop] = weight[start:stop][order]
