"""The order in which a register is best kept: each tree of largest holders in one piece, parents first."""

from __future__ import annotations

import numpy as np

from crosshold.kernels.compiler import kernel
from crosshold.kernels.csr import Int


def depth_first_order(parent: Int) -> Int:
    """The nodes of a forest with parents first and each tree in one piece, the largest tree first. ``parent`` is -1 at a root."""
    order, tree = _depth_first(parent)
    size = np.bincount(tree, minlength=len(tree))
    return order[np.argsort(-size[tree], kind="stable")]


@kernel
def _depth_first(parent: Int) -> tuple[Int, Int]:
    """The nodes parents first, each tree in one piece, and the place in that list where the tree of each begins.

    A circle of parents is entered at one of its members.
    """
    n = len(parent)
    child = np.full(n, -1, dtype=np.int64)  # the first one, and the next of the same parent
    sibling = np.full(n, -1, dtype=np.int64)
    for node in range(n - 1, -1, -1):
        if parent[node] >= 0:
            sibling[node] = child[parent[node]]
            child[parent[node]] = node
    seen = np.zeros(n, dtype=np.bool_)
    order = np.empty(n, dtype=np.int64)
    tree = np.empty(n, dtype=np.int64)
    stack = np.empty(n, dtype=np.int64)
    climbed = np.full(n, -1, dtype=np.int64)  # from where
    count = 0
    for turn in range(2):  # first the trees, then what hangs on circles
        for node in range(n):
            if seen[node] or (turn == 0 and parent[node] >= 0):
                continue
            root = node
            while parent[root] >= 0 and climbed[root] != node:
                climbed[root] = node
                root = parent[root]
            begin, top = count, 1
            stack[0] = root
            seen[root] = True
            while top:
                top -= 1
                order[count] = stack[top]
                tree[count] = begin
                lower = child[stack[top]]
                count += 1
                while lower >= 0:
                    if not seen[lower]:
                        seen[lower] = True
                        stack[top] = lower
                        top += 1
                    lower = sibling[lower]
    return order, tree
