"""Strongly connected components of a directed graph in compressed sparse rows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel

Index = NDArray[Any]  # int32 or int64
CLOSED = np.int32(2**31 - 1)


class Components(NamedTuple):
    """Components numbered 0 .. c - 1: the members of number k are ``order[start[k]:start[k + 1]]``, sorted.

    ``order`` int32 (n): every node once, component by component. ``start`` int64 (c + 1). ``label`` int32 (n): the component of
    each node.
    """

    order: NDArray[np.int32]
    start: NDArray[np.int64]
    label: NDArray[np.int32]

    def members(self, number: int) -> NDArray[np.int32]:
        """The sorted members of one component."""
        return self.order[self.start[number] : self.start[number + 1]]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many members each component has."""
        return np.diff(self.start)


def strong_components(pointer: Index, target: Index, *, targets_first: bool = False) -> Components:
    """Every strongly connected component, sources first: an edge never leads to an earlier component.

    ``pointer`` (n + 1) and ``target`` (m) are the rows of the graph, int32 or int64, fewer than 2**31 nodes. ``targets_first``
    turns the order round: an edge never leads to a later component. So the rows "holders of each issuer" with ``targets_first``, and
    the rows "issuers of each holder" without, both give holders before what they hold. Time and memory are O(n + m); there is no
    recursion, so chains of any length are fine.

    Source: Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972), section 4; with one number a node and
    only unfinished components on the stack as in Pearce, "A space-efficient algorithm for finding strongly connected components",
    Information Processing Letters 116 (2016).
    """
    n = len(pointer) - 1
    order, label, start = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n + 1, np.int64)
    count = _search(pointer, target, order, start, label)
    start = start[: count + 1].copy()
    if not targets_first:
        order, label = order[::-1].copy(), np.int32(count - 1) - label
        start = n - start[::-1]
    _sort_members(order, start)
    return Components(order, start, label)


def components(pointer: Index, target: Index) -> list[list[int]]:
    """:func:`strong_components` as lists of sorted members, sources first; for graphs small enough to be lists."""
    found = strong_components(pointer, target)
    order, start = found.order.tolist(), found.start.tolist()
    return [order[a:b] for a, b in pairwise(start)]


@kernel
def _search(pointer: Index, target: Index, order: Index, start: Index, label: Index) -> int:
    """Fill the arrays in the order in which components close, targets first; the number of components.

    ``rank[v]`` is 0 before v is seen, then the smallest discovery number that v is known to reach, ``CLOSED`` once its component is
    complete, which no minimum takes. A node joins ``waiting`` only when it is finished and not the first of its component.
    """
    n = len(pointer) - 1
    rank = np.zeros(n, np.int32)
    waiting, trail, number = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    edge = np.empty(n, np.int64)
    done = count = waits = clock = 0
    start[0] = 0
    for root in range(n):
        if rank[root] != 0:
            continue
        depth = 0
        clock += 1
        rank[root] = number[0] = clock
        trail[0] = root
        edge[0] = pointer[root]
        while depth >= 0:
            node = trail[depth]
            at, end, low = edge[depth], pointer[node + 1], rank[node]
            child = -1
            while at < end:
                other = target[at]
                at += 1
                seen = rank[other]
                if seen == 0:
                    if pointer[other] < pointer[other + 1]:
                        child = other
                        break
                    rank[other] = CLOSED  # a node without targets, mostly a person: complete at once
                    label[other] = count
                    order[done] = other
                    done += 1
                    count += 1
                    start[count] = done
                elif seen < low:
                    low = seen
            rank[node] = low
            if child >= 0:
                edge[depth] = at
                depth += 1
                clock += 1
                rank[child] = number[depth] = clock
                trail[depth] = child
                edge[depth] = pointer[child]
                continue
            if low == number[depth]:
                rank[node] = CLOSED
                label[node] = count
                order[done] = node
                done += 1
                while waits > 0 and rank[waiting[waits - 1]] >= low:
                    waits -= 1
                    member = waiting[waits]
                    rank[member] = CLOSED
                    label[member] = count
                    order[done] = member
                    done += 1
                count += 1
                start[count] = done
            else:
                waiting[waits] = node
                waits += 1
            depth -= 1
            if depth >= 0 and low < rank[trail[depth]] and rank[node] != CLOSED:
                rank[trail[depth]] = low
    return count


@kernel
def _sort_members(order: Index, start: Index) -> None:
    for k in range(len(start) - 1):
        if start[k + 1] > start[k] + 1:
            order[start[k] : start[k + 1]] = np.sort(order[start[k] : start[k + 1]])
