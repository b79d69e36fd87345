"""The control forest in memory: one row per entity, ancestors by jump pointers, and the lowest place that holds enough.

Depth and one jump pointer per class make ancestors a matter of O(log depth) (Myers, "An applicative random-access stack", Information
Processing Letters 17 (1983)).
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
