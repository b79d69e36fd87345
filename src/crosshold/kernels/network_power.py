"""Labels that travel down a network: what is settled before any draw, and what is left to chance.

Every node ends with the label of some node: its own when nobody decides it, else that of its pivotal holder. Most of a register is
settled: a company follows the one holder that always decides it, however long the chain. ``collapse`` finds for each node the *lead*
whose label it always has: a settled node, or one that is left to chance; ``contest`` is the game of the latter.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.components import strong_components
from crosshold.kernels.csr import row_sums

Index = NDArray[Any]  # int32 or int64
Long = NDArray[np.int64]
Real = NDArray[np.float64]
SETTLED, CONTESTED, RING = 0, 1, 2
STEPS = 10  # of a loop that the visit of one node takes, roughly


class Leads(NamedTuple):
    """``lead`` int32 (n): the node whose label each node always has. ``kind`` uint8 (n): SETTLED (has no chance of its own), CONTESTED, or
    RING (contested, on a circle of contested nodes). ``order``: contested and ring nodes, holders before what they hold, the members of
    one ring side by side. ``ring`` (as long): number of the ring, -1 outside.
    """

    lead: NDArray[np.int32]
    kind: NDArray[np.uint8]
    order: NDArray[np.int32]
    ring: NDArray[np.int32]


class Game(NamedTuple):
    """The contested nodes in their order. Unions of node k are the entries ``start[k]:start[k + 1]`` of ``union`` (a place in the order
    when >= 0, else -1 - node of a settled lead) and ``weight``; ``need`` is the least whole weight that decides, ``quota`` the level
    that must be passed and ``loose`` the weight of the ocean (0 without one).
    """

    node: NDArray[np.int32]
    ring: NDArray[np.int32]
    start: Long
    union: NDArray[np.int32]
    weight: Long
    need: Long
    quota: Real
    loose: Long


def collapse(in_ptr: Index, in_holder: Index, in_weight: Long, need: Long, loose: Long) -> Leads:
    """The lead of every node. A node decides another for certain when it passes the need and all others, ``loose`` included, do not.

    A node keeps its own label when its identified holders can never pass the need. O(n + m) without rings; behind a ring, holders are
    looked at again for each that becomes settled.
    """
    n = len(need)
    held = row_sums(in_ptr, in_weight)
    own = held + loose < need if not loose.any() else held == 0
    against = held + loose
    out_ptr, out_issuer = issuers(in_ptr, in_holder)
    lead, kind, order = np.full(n, -1, np.int32), np.zeros(n, np.uint8), np.empty(n, np.int32)
    graph = (in_ptr, in_holder, in_weight, need, against)
    count = _descend(*graph, out_ptr, out_issuer, own, lead, kind, order)
    left = np.flatnonzero(lead < 0).astype(np.int32)
    ring = np.full(count + len(left), -1, np.int32)
    if len(left):
        place = np.full(n, -1, np.int32)
        place[left] = np.arange(len(left), dtype=np.int32)
        pointer, entry = rows(in_ptr, left)
        above = place[in_holder[entry]]
        inner = np.r_[0, np.cumsum(above >= 0)][pointer]
        parts = strong_components(inner, above[above >= 0], targets_first=True)
        count = _behind(*graph, left[parts.order], parts.start, lead, kind, order, ring, count)
    return Leads(lead, kind, order[:count].copy(), ring[:count].copy())


@kernel
def issuers(in_ptr: Index, in_holder: Index) -> tuple[Long, NDArray[np.int32]]:
    """The same edges by holder, without weights."""
    n = len(in_ptr) - 1
    pointer = np.zeros(n + 2, np.int64)
    for holder in in_holder:
        pointer[holder + 2] += 1
    for i in range(n):
        pointer[i + 2] += pointer[i + 1]
    issuer = np.empty(len(in_holder), np.int32)
    for j in range(n):
        for e in range(in_ptr[j], in_ptr[j + 1]):
            h = in_holder[e]
            issuer[pointer[h + 1]] = j
            pointer[h + 1] += 1
    return pointer[: n + 1], issuer


@kernel
def _decider(i: int, in_ptr: Index, in_holder: Index, in_weight: Long, need: Long, against: Long, lead: Index, sums: Long) -> int:
    """The lead that decides i for certain by what is known so far, or -1. ``sums`` is zero before and after."""
    a, b = in_ptr[i], in_ptr[i + 1]
    best = -1
    if in_weight[a] >= need[i] and against[i] - in_weight[a] < need[i]:
        return int(lead[in_holder[a]])
    if b - a == 1:
        return -1
    top = 0
    for e in range(a, b):
        r = lead[in_holder[e]]
        if r >= 0:
            sums[r] += in_weight[e]
            if sums[r] > top:
                top = sums[r]
                best = r
    for e in range(a, b):
        r = lead[in_holder[e]]
        if r >= 0:
            sums[r] = 0
    if top >= need[i] and against[i] - top < need[i]:
        return best
    return -1


@kernel
def _descend(
    in_ptr: Index,
    in_holder: Index,
    in_weight: Long,
    need: Long,
    against: Long,
    out_ptr: Long,
    out_issuer: Index,
    own: NDArray[np.bool_],
    lead: Index,
    kind: Index,
    order: Index,
) -> int:
    """Settle nodes from those nobody decides downwards; how many are contested.

    First each node waits for all its holders. When all that are left wait for a ring, a node is also settled as soon as those holders
    that are known decide it: what a ring thinks does not matter there.
    """
    n = len(need)
    waiting, queue = np.empty(n, np.int32), np.empty(n, np.int32)
    sums = np.zeros(n, np.int64)
    tail = head = count = 0
    for j in range(n):
        waiting[j] = in_ptr[j + 1] - in_ptr[j]
        if own[j]:
            lead[j] = queue[tail] = j
            tail += 1
    early = False
    while True:
        while head < tail:
            j = queue[head]
            head += 1
            for e in range(out_ptr[j], out_ptr[j + 1]):
                i = out_issuer[e]
                if lead[i] >= 0:
                    continue
                waiting[i] -= 1
                if waiting[i] == 0 or early:
                    r = _decider(i, in_ptr, in_holder, in_weight, need, against, lead, sums)
                    if r < 0 and waiting[i] > 0:
                        continue
                    if r < 0:
                        r = i
                        kind[i] = CONTESTED
                        order[count] = i
                        count += 1
                    lead[i] = r
                    queue[tail] = i
                    tail += 1
        if early:
            return count
        early = True
        for i in range(n):
            if lead[i] < 0:
                r = _decider(i, in_ptr, in_holder, in_weight, need, against, lead, sums)
                if r >= 0:
                    lead[i] = r
                    queue[tail] = i
                    tail += 1


@kernel
def _behind(
    in_ptr: Index,
    in_holder: Index,
    in_weight: Long,
    need: Long,
    against: Long,
    nodes: Index,
    start: Long,
    lead: Index,
    kind: Index,
    order: Index,
    ring: Index,
    count: int,
) -> int:
    """Rings and what lies behind them, component by component in ``nodes``; how many are contested then."""
    sums = np.zeros(len(need), np.int64)
    for k in range(len(start) - 1):
        alone = start[k + 1] - start[k] == 1
        for p in range(start[k], start[k + 1]):
            i = nodes[p]
            if alone:
                r = _decider(i, in_ptr, in_holder, in_weight, need, against, lead, sums)
                if r >= 0:
                    lead[i] = r
                    continue
                kind[i] = CONTESTED
            else:
                kind[i] = RING
                ring[count] = k
            lead[i] = i
            order[count] = i
            count += 1
    return count


def contest(leads: Leads, in_ptr: Index, in_holder: Index, in_weight: Long, need: Long, quota: Real, loose: Long) -> Game:
    """The contested nodes with their holders merged by lead."""
    order = leads.order
    place = np.full(len(leads.lead), -1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    start = np.zeros(len(order) + 1, np.int64)
    most = int(np.diff(in_ptr)[order].sum())
    union, weight = np.empty(most, np.int32), np.empty(most, np.int64)
    size = _merge(order, in_ptr, in_holder, in_weight, leads.lead, place, start, union, weight)
    return Game(order, leads.ring, start, union[:size], weight[:size], need[order], quota[order], loose[order])


@kernel
def _merge(
    order: Index,
    in_ptr: Index,
    in_holder: Index,
    in_weight: Long,
    lead: Index,
    place: Index,
    start: Long,
    union: Index,
    weight: Long,
) -> int:
    where = np.full(len(lead), -1, np.int64)
    size = 0
    for k in range(len(order)):
        first = size
        i = order[k]
        for e in range(in_ptr[i], in_ptr[i + 1]):
            r = lead[in_holder[e]]
            if where[r] >= first:
                weight[where[r]] += in_weight[e]
            else:
                where[r] = size
                union[size] = place[r] if place[r] >= 0 else -1 - r
                weight[size] = in_weight[e]
                size += 1
        start[k + 1] = size
    return size


def rows(pointer: Long, chosen: Index) -> tuple[Long, Long]:
    """``(pointer, entry)`` of the chosen rows: where they begin in the new order, and the old place of each entry."""
    length = pointer[1:][chosen] - pointer[:-1][chosen]
    new = np.zeros(len(chosen) + 1, np.int64)
    np.cumsum(length, out=new[1:])
    return new, np.arange(new[-1]) + np.repeat(pointer[:-1][chosen] - new[:-1], length)


@kernel
def linked(start: Long, other: Index) -> Long:
    """By node the first node of the part it is in: row k of the graph links k with ``other``, either way; negative ones are no nodes."""
    n = len(start) - 1
    root = np.arange(n)
    for k in range(n):
        for e in range(start[k], start[k + 1]):
            if other[e] >= 0:
                i, j = k, int(other[e])
                while root[i] != i:
                    root[i] = root[root[i]]
                    i = root[i]
                while root[j] != j:
                    root[j] = root[root[j]]
                    j = root[j]
                if i < j:
                    root[j] = i
                else:
                    root[i] = j
    for k in range(n):  # a root never comes after its members
        root[k] = root[root[k]]
    return root
