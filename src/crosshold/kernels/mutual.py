"""Companies that wait for one another in the control forest: rounds of proposals, circles contracted to one class."""

from __future__ import annotations

import numpy as np

from crosshold.kernels.compiler import kernel
from crosshold.kernels.csr import Int, Node
from crosshold.kernels.tree import DEPTH, JUMP, LOW, PARENT, RING, Tree, is_above, lowest, place


@kernel
def settle_together(
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
