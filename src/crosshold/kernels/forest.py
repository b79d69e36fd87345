"""Control as a forest: every company under its nearest controller, rings of mutual control contracted to one class.

Holds when no two separate groups of holders can both pass the limit of a company. Then the controllers of a company form a chain,
so that one parent for each class says everything, in O(n) numbers whatever the number of pairs.

A company waits for its holders: for its majority holder when it has one, for all of them otherwise. Strongly connected components
of that waiting graph are settled holders first (Tarjan), each once; a company on its own finds its place at once, and only a
component of several companies needs rounds. Depth and one jump pointer per class make ancestors a matter of O(log depth)
(Myers, "An applicative random-access stack", Information Processing Letters 17 (1983)).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.csr import SHORT, Int, Node

Tree = NDArray[np.int32]

# Columns of a tree: one row per node, so that a look at a node is one look at memory.
RING = 0  # class of the node: the smallest member of its ring, itself when it is in none. The rest is kept for RING nodes only:
PARENT = 1  # nearest controlling class, -1 when there is none
ROOT = 2  # topmost controlling class, itself when there is none
DEPTH = 3  # number of classes above, -1 until its place is known
JUMP = 4  # an ancestor further up; itself at the top
LOW = 5  # Tarjan's low link while its component is open, later scratch
COLUMNS = 6

NEVER = np.iinfo(np.int64).max  # the limit of a company that nobody can control


def limits(total: Int, p: int, q: int, strict: bool) -> Int:
    """Per company the largest sum of votes that does not control it: control is "sum > limit", in int64 without overflow.

    ``w / total > p / q`` is ``w > floor(p total / q)``; ``>=`` is ``w > ceil(p total / q) - 1``. A company without votes: NEVER.
    """
    if q < 2**31:
        whole, rest = np.divmod(total, q)
        part = p * rest  # below 2**62, as p <= q and rest < q
        limit = p * whole + (part // q if strict else -(-part // q) - 1)
    else:
        limit = np.array([p * t // q if strict else -(-p * t // q) - 1 for t in total.tolist()], dtype=np.int64)
    return np.where(total > 0, limit, NEVER)


def control_forest(pointer: Int, holder: Node, weight: Int, limit: Int) -> tuple[Tree, Node]:
    """``(tree, settled)`` of a graph given by its holders, largest first; see :func:`limits` for ``limit``.

    ``tree`` has the columns above; ``settled`` lists all nodes so that controllers come before what they control.
    Needs: the weights of a row add up to at most ``2 * limit + 1``. O(n + m log n) beside components of several companies that
    wait for one another, which take a few rounds over their members.
    """
    tree = np.empty((len(limit), COLUMNS), dtype=np.int32)
    settled = np.empty(len(limit), dtype=np.int32)
    done = _start(pointer, holder, weight, limit, tree, settled)
    longest = int(np.max(np.diff(pointer), initial=0))
    _settle(pointer, holder, weight, limit, tree, settled, done, np.empty(longest, np.int32), np.empty(longest, np.int64))
    return tree, settled


@kernel
def _start(pointer: Int, holder: Node, weight: Int, limit: Int, tree: Tree, settled: Node) -> int:
    """Every node as its own class; whoever waits for nobody is settled, and a majority holder is noted as the parent."""
    done = 0
    for z in range(len(limit)):
        waits = waits_for(z, pointer, weight, limit)
        tree[z, RING] = tree[z, ROOT] = tree[z, JUMP] = z
        tree[z, LOW] = 0
        tree[z, PARENT] = holder[pointer[z]] if waits == 1 else -1
        tree[z, DEPTH] = -1
        if waits == 0:
            tree[z, DEPTH] = 0
            settled[done] = z
            done += 1
    return done


@kernel
def waits_for(z: int, pointer: Int, weight: Int, limit: Int) -> int:
    """How many of its holders, from the largest, a company waits for: its majority holder, all, or none if all are too few."""
    start, stop = pointer[z], pointer[z + 1]
    if start == stop:
        return 0
    if weight[start] > limit[z]:
        return 1
    together = 0
    for k in range(start, stop):
        together += weight[k]
    return stop - start if together > limit[z] else 0


@kernel
def _settle(
    pointer: Int, holder: Node, weight: Int, limit: Int, tree: Tree, settled: Node, done: int, at: Node, held: Int
) -> None:  # fmt: skip
    """Tarjan's components of the waiting graph, each placed in the forest as soon as it is complete.

    LOW is 0 for a node not yet seen. ``at`` and ``held`` are room for the longest row.
    """
    n = len(limit)
    waiting = np.empty(n, np.int32)  # nodes whose component is still open
    trail = np.empty(n, np.int32)  # the path of the search: node, its number, its next edge
    number = np.empty(n, np.int32)
    edge = np.empty(n, np.int64)
    clock = opened = 0
    for first in range(n):
        if tree[first, DEPTH] >= 0:
            continue
        top = 0
        trail[0] = first
        while top >= 0:
            z = trail[top]
            majority = tree[z, PARENT]  # not yet placed: its majority holder, if it has one
            if tree[z, LOW] == 0:
                clock += 1
                tree[z, LOW] = number[top] = clock
                waiting[opened] = z
                opened += 1
                edge[top] = pointer[z] if majority < 0 else 0
            stop = pointer[z + 1] if majority < 0 else 1
            deeper = -1
            while edge[top] < stop:
                h = majority if majority >= 0 else holder[edge[top]]
                if tree[h, DEPTH] < 0:
                    if tree[h, LOW] == 0:
                        deeper = h
                        break
                    tree[z, LOW] = min(tree[z, LOW], tree[h, LOW])
                edge[top] += 1
            if deeper >= 0:
                top += 1
                trail[top] = deeper
                continue
            if tree[z, LOW] == number[top]:
                start = opened - 1
                while waiting[start] != z:
                    start -= 1
                members = waiting[start:opened]
                if opened - start == 1:
                    if majority >= 0:
                        place(z, tree[majority, RING], tree)
                    else:
                        place(z, lowest(z, pointer, holder, weight, limit[z], tree, at, held), tree)
                else:
                    _settle_together(members, pointer, holder, weight, limit, tree, at, held)
                for v in members:
                    settled[done] = v
                    done += 1
                opened = start
            top -= 1


@kernel
def place(c: int, above: int, tree: Tree) -> None:
    """Put class ``c`` under ``above``, whose own place is known, or at the top (-1)."""
    tree[c, PARENT] = above
    if above < 0:
        tree[c, ROOT], tree[c, DEPTH], tree[c, JUMP] = c, 0, c
        return
    depth, far = tree[above, DEPTH], tree[above, JUMP]
    tree[c, ROOT], tree[c, DEPTH] = tree[above, ROOT], depth + 1
    further = tree[far, JUMP]
    tree[c, JUMP] = further if depth - tree[far, DEPTH] == tree[far, DEPTH] - tree[further, DEPTH] else above


@kernel
def is_above(a: int, c: int, tree: Tree) -> bool:
    """True when class ``a`` is ``c`` or one of the classes above it. O(log depth)."""
    level = tree[a, DEPTH]
    while tree[c, DEPTH] > level:
        far = tree[c, JUMP]
        c = far if tree[far, DEPTH] >= level else tree[c, PARENT]
    return bool(c == a)


def classes_above(c: int, tree: Tree) -> list[int]:
    """Class ``c`` and the classes above it, from the nearest to the top."""
    found = []
    while c >= 0:
        found.append(c)
        c = int(tree[c, PARENT])
    return found


def at_or_above(tree: Tree, nodes: Iterable[int]) -> Node:
    """``nodes`` and every node that controls one of them, sorted. One look at every node."""
    chosen = np.zeros(len(tree), np.bool_)
    for v in nodes:
        chosen[classes_above(int(tree[v, RING]), tree)] = True
    return np.flatnonzero(chosen[tree[:, RING]]).astype(np.int32)


@kernel
def lowest(z: int, pointer: Int, holder: Node, weight: Int, limit: int, tree: Tree, at: Node, held: Int) -> int:
    """The lowest class that, with all below it, holds more than ``limit`` of company ``z``; -1 when there is none.

    Such a class has more than half of what is held. So all but the holders under one top, found by a vote (Boyer and Moore, "MJRTY",
    1991), are left out. These climb together, the deepest first, and add up where they meet; where nobody meets they jump.
    """
    top, lead, size, together = -1, 0, 0, 0
    for k in range(pointer[z], pointer[z + 1]):
        root = tree[tree[holder[k], RING], ROOT]
        if lead == 0:
            top = root
        lead += weight[k] if root == top else -weight[k]
        if lead < 0:
            top, lead = root, -lead
    for k in range(pointer[z], pointer[z + 1]):
        ring = tree[holder[k], RING]
        if tree[ring, ROOT] == top:
            at[size], held[size] = ring, weight[k]
            together += weight[k]
            size += 1
    if together <= limit:
        return -1
    while True:  # at the latest they meet at their top
        size = _gather(at, held, size, tree)
        level = tree[at[0], DEPTH]
        group = 0
        for k in range(size):
            if held[k] > limit:
                return int(at[k])
            if tree[at[k], DEPTH] == level:
                group += 1
        floor = tree[at[group], DEPTH] if group < size else 0
        leap = tree[tree[at[0], JUMP], DEPTH] >= floor  # all of one depth jump equally far
        if leap and group > 1:
            landing = np.empty(group, np.int32)
            for k in range(group):
                landing[k] = tree[at[k], JUMP]
            landing.sort()
            for k in range(1, group):
                leap = leap and landing[k] != landing[k - 1]
        for k in range(group):
            at[k] = tree[at[k], JUMP] if leap else tree[at[k], PARENT]


@kernel
def _gather(at: Node, held: Int, size: int, tree: Tree) -> int:
    """Order classes by falling depth and add up what stands in the same class, in place; returns how many are left."""
    if size > SHORT:
        key = np.empty(size, np.int64)
        for k in range(size):
            key[k] = at[k] - (np.int64(tree[at[k], DEPTH]) << 32)
        order = np.argsort(key, kind="mergesort")
        at[:size], held[:size] = at[:size][order], held[:size][order]
    else:
        for k in range(1, size):
            c, w, depth, j = at[k], held[k], tree[at[k], DEPTH], k
            while j > 0 and (tree[at[j - 1], DEPTH] < depth or (tree[at[j - 1], DEPTH] == depth and at[j - 1] > c)):
                at[j], held[j] = at[j - 1], held[j - 1]
                j -= 1
            at[j], held[j] = c, w
    end = 0
    for k in range(1, size):
        if at[k] == at[end]:
            held[end] += held[k]
        else:
            end += 1
            at[end], held[end] = at[k], held[k]
    return end + 1


@kernel
def _settle_together(
    members: Node, pointer: Int, holder: Node, weight: Int, limit: Int, tree: Tree, at: Node, held: Int
) -> None:  # fmt: skip
    """Place a component whose companies wait for one another: rounds of proposals until none is left.

    Every proposal rests on companies that are under their controller already, so it is sound; parents that form a circle control
    each other and become one class. At the end the first company of any missing derivation would have been proposed.
    Leaves ``members`` in an order in which controllers come first.
    """
    size = len(members)
    fresh = np.empty(size, np.int32)
    before = np.empty(size, np.int32)  # the parent that a proposal replaced
    residual = np.empty(size, np.bool_)
    for k in range(size):
        z = members[k]
        fresh[k] = tree[z, PARENT]
        residual[k] = fresh[k] < 0
        tree[z, PARENT] = -1
        tree[z, LOW] = k  # from here on: the number of the member
    changed = True
    while changed:
        for k in range(size):
            before[k] = -1
            if fresh[k] >= 0:
                before[k] = tree[members[k], PARENT]
                tree[members[k], PARENT] = fresh[k]
        _contract(members, tree, before)
        _position(members, tree)
        fresh[:] = -1
        changed = False
        for k in range(size - 1, -1, -1):
            if not residual[k]:
                continue
            c = tree[members[k], RING]
            a = lowest(members[k], pointer, holder, weight, limit[members[k]], tree, at, held)
            if a < 0 or a == c:
                continue
            own = tree[c, LOW]
            now = fresh[own] if fresh[own] >= 0 else tree[c, PARENT]
            if now < 0 or (a != now and is_above(now, a, tree)):
                fresh[own] = a
                changed = True
    for k in range(size):
        fresh[k] = tree[tree[members[k], RING], DEPTH]
    members[:] = members[np.argsort(fresh, kind="mergesort")]


@kernel
def find(v: int, tree: Tree) -> int:
    """The class of ``v`` while classes are being merged; halves the path on the way."""
    while tree[v, RING] != v:
        tree[v, RING] = tree[tree[v, RING], RING]
        v = tree[v, RING]
    return v


@kernel
def _contract(members: Node, tree: Tree, before: Node) -> None:
    """Make one class of every circle of parents. Nodes outside ``members`` are in no circle: their DEPTH is 0 or more."""
    for v in members:
        tree[v, DEPTH] = -1
        tree[v, JUMP] = -1  # scratch: the walk that has been here
    for k in range(len(members)):
        v = find(members[k], tree)
        while True:
            while v >= 0 and tree[v, DEPTH] < 0 and tree[v, JUMP] < 0:
                tree[v, JUMP] = k
                v = find(tree[v, PARENT], tree) if tree[v, PARENT] >= 0 else -1
            if v < 0 or tree[v, DEPTH] >= 0 or tree[v, JUMP] != k:
                break
            v = _close(v, tree, before)
            tree[v, JUMP] = -1


@kernel
def _close(v: int, tree: Tree, before: Node) -> int:
    """Contract the circle of parents through ``v``; the class keeps a parent outside it that one of its members had."""
    count, ring, u = 1, v, find(tree[v, PARENT], tree)
    while u != v:
        count += 1
        ring = min(ring, u)
        u = find(tree[u, PARENT], tree)
    circle = np.empty(count, np.int32)
    for k in range(count):
        circle[k] = u
        u = find(tree[u, PARENT], tree)
    for member in circle:
        tree[member, RING] = ring
    tree[ring, PARENT] = -1
    for member in circle:
        outer = before[tree[member, LOW]]
        if outer >= 0 and find(outer, tree) != ring:
            tree[ring, PARENT] = outer
    before[tree[ring, LOW]] = -1
    return ring


@kernel
def _position(members: Node, tree: Tree) -> None:
    """Recompute depth, jump and root of the classes of a component from the top down. Their DEPTH is -1 before."""
    trail = np.empty(len(members), np.int32)
    for v in members:
        tree[v, RING] = find(v, tree)
    for v in members:
        size = 0
        u = tree[v, RING]
        while u >= 0 and tree[u, DEPTH] < 0:
            trail[size] = u
            size += 1
            if tree[u, PARENT] >= 0:
                tree[u, PARENT] = find(tree[u, PARENT], tree)
            u = tree[u, PARENT]
        for k in range(size - 1, -1, -1):
            place(trail[k], tree[trail[k], PARENT], tree)
    for v in members:
        tree[v, DEPTH] = tree[tree[v, RING], DEPTH]
