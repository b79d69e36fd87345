"""Compressed sparse rows of a weighted directed graph, int64 weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]


def compress(n: int, row: Int, column: Int, weight: Int) -> tuple[Int, Int, Int]:
    """Rows of a graph as ``(pointer, column, weight)``; parallel edges add up, largest weight first in each row.

    ``pointer`` has ``n + 1`` entries; the edges of row r are ``pointer[r]:pointer[r + 1]``. Zero weights are dropped.
    Ties are ordered by column so that the result does not depend on the order of the input.
    """
    order = np.lexsort((column, row))
    row, column, weight = row[order], column[order], weight[order]
    if len(row):
        first = np.flatnonzero(np.r_[True, (row[1:] != row[:-1]) | (column[1:] != column[:-1])])
        weight = np.add.reduceat(weight, first)
        row, column = row[first], column[first]
        keep = weight != 0
        row, column, weight = row[keep], column[keep], weight[keep]
        order = np.lexsort((column, -weight, row))
        row, column, weight = row[order], column[order], weight[order]
    pointer = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=n), out=pointer[1:])
    return pointer, column.astype(np.int64), weight.astype(np.int64)


def transpose(pointer: Int, column: Int, weight: Int) -> tuple[Int, Int, Int]:
    """The same edges by column: what each node holds instead of who holds it."""
    n = len(pointer) - 1
    row = np.repeat(np.arange(n, dtype=np.int64), np.diff(pointer))
    return compress(n, column, row, weight)
