"""Control as a forest: every company under its nearest controller, rings of mutual control contracted to one class.

Holds when no two separate groups of holders can both pass the limit of a company. Then the controllers of a company form a chain,
so that one parent for each class says everything, in O(n) numbers whatever the number of pairs.

A company waits for its holders: for its majority holder when it has one, for all of them otherwise. Strongly connected components
of that waiting graph are settled holders first (Tarjan), each once; a company on its own finds its place at once, and only a
component of several companies needs rounds (:mod:`~crosshold.kernels.mutual`).
"""

from __future__ import annotations

import numpy as np

from crosshold.kernels.compiler import kernel
from crosshold.kernels.csr import Int, Node
from crosshold.kernels.mutual import settle_together
from crosshold.kernels.tree import COLUMNS, DEPTH, JUMP, LOW, PARENT, RING, ROOT, Tree, lowest, place


def control_forest(pointer: Int, holder: Node, weight: Int, limit: Int) -> tuple[Tree, Node]:
    """``(tree, settled)`` of a graph given by its holders, largest first; see :func:`~crosshold.kernels.limits.limits` for ``limit``.

    ``tree`` has the columns above; ``settled`` lists all nodes so that controllers come before what they control.
    Needs: the weights of a row add up to at most ``2 * limit + 1``. O(n + m log n) beside components of several companies that
    wait for one another, which take a few rounds over their members.
    """
    tree = np.empty((len(limit), COLUMNS), dtype=np.int32)
    settled = np.empty(len(limit), dtype=np.int32)
    done = _start(pointer, holder, weight, limit, tree, settled)
    done = _follow(tree, settled, done)
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
def _follow(tree: Tree, settled: Node, done: int) -> int:
    """Place the chains of majority holders that end in a settled node: most of a register, and no search is needed."""
    trail = np.empty(len(tree), np.int32)
    for first in range(len(tree)):
        length, u = 0, first
        while tree[u, DEPTH] < 0 and tree[u, PARENT] >= 0 and tree[u, LOW] == 0:
            tree[u, LOW] = -1  # walked; not seen by the search
            trail[length] = u
            length += 1
            u = tree[u, PARENT]
        if tree[u, DEPTH] >= 0:
            for k in range(length - 1, -1, -1):
                place(trail[k], tree[trail[k], PARENT], tree)
                settled[done] = trail[k]
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

    LOW is 0 or less for a node not yet seen. ``at`` and ``held`` are room for the longest row.
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
            if tree[z, LOW] <= 0:
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
                    if tree[h, LOW] <= 0:
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
                    settle_together(members, pointer, holder, weight, limit, tree, at, held)
                for v in members:
                    settled[done] = v
                    done += 1
                opened = start
            top -= 1
