"""What must be drawn of a game of labels, in clusters that share no chance with each other.

So a cluster stays in the nearest cache for all its draws, and variances of clusters add up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.network_power import Game, Long, Real, linked, rows


class Plan(NamedTuple):
    """Drawn nodes by cluster. ``start`` (c + 1) bounds the nodes of each cluster, ``before`` (c) ends those that are a ring or above
    one, ``slot_start`` (c + 1) bounds the labels that can occur, ``slot_node`` says which nodes these are.

    By drawn node: its number ``node``; its unions ``union_start[k]:union_start[k + 1]``, each a drawn node (>= 0) or -1 - slot; ``need``,
    ``quota``, ``loose`` as in Game; ``ring_end``, at the first member of a ring its end, else 0; ``own``, the slot of the node's own
    label or -1; ``credit``, what whoever decides the node is credited with in a draw.
    """

    start: Long
    before: Long
    slot_start: Long
    slot_node: NDArray[np.int32]
    node: NDArray[np.int32]
    union_start: Long
    union: NDArray[np.int32]
    weight: Long
    need: Long
    quota: Real
    loose: Long
    ring_end: Long
    own: NDArray[np.int32]
    credit: Real


def plan(game: Game, drawn: NDArray[np.bool_], credit: Real) -> Plan:
    """The drawn nodes of a game, sorted into clusters; every node that another drawn one waits for must be drawn."""
    kept = np.flatnonzero(drawn)
    new = np.full(len(drawn), -1, np.int32)
    new[kept] = np.arange(len(kept), dtype=np.int32)
    start, entry = rows(game.start, kept)
    union = game.union[entry]
    union = np.where(union >= 0, new[np.maximum(union, 0)], union)
    ring = game.ring[kept]
    root, above = linked(start, union), awaited(start, union, ring, ring >= 0)
    order = np.lexsort((np.arange(len(kept)), ~above, root))  # within a cluster what a ring waits for comes first
    moved = np.empty(len(kept), np.int32)
    moved[order] = np.arange(len(kept), dtype=np.int32)
    start, again = rows(start, order)
    entry, union = entry[again], union[again]
    union = np.where(union >= 0, moved[np.maximum(union, 0)], union)
    chosen, root, ring = kept[order], root[order], ring[order]
    first = np.flatnonzero(np.r_[True, root[1:] != root[:-1]]) if len(root) else np.zeros(0, np.int64)
    bounds = np.r_[first, len(root)].astype(np.int64)
    cluster = np.repeat(np.arange(len(first)), np.diff(bounds))
    before = bounds[:-1] + np.bincount(cluster, weights=above[order], minlength=len(first)).astype(np.int64)
    loose = game.loose[chosen]
    selves = np.flatnonzero((ring >= 0) | (loose > 0))  # nodes that can end with their own label
    outside = np.flatnonzero(union < 0)
    nodes = np.int64(2**31)
    at = np.repeat(cluster, np.diff(start))[outside]
    keys = np.r_[at * nodes + (-1 - union[outside].astype(np.int64)), cluster[selves] * nodes + game.node[chosen][selves]]
    slots, which = np.unique(keys, return_inverse=True)
    union[outside] = -1 - which[: len(outside)]
    own = np.full(len(chosen), -1, np.int32)
    own[selves] = which[len(outside) :]
    ring_end = np.zeros(len(chosen), np.int64)
    edge = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1], True]) if len(ring) else np.zeros(1, np.int64)
    inside = ring[edge[:-1]] >= 0
    ring_end[edge[:-1][inside]] = edge[1:][inside]
    return Plan(
        start=bounds,
        before=before,
        slot_start=np.searchsorted(slots, np.arange(len(first) + 1) * nodes).astype(np.int64),
        slot_node=(slots % nodes).astype(np.int32),
        node=game.node[chosen],
        union_start=start,
        union=union.astype(np.int32),
        weight=game.weight[entry],
        need=game.need[chosen],
        quota=game.quota[chosen],
        loose=loose,
        ring_end=ring_end,
        own=own,
        credit=credit[chosen],
    )


@kernel
def awaited(start: Long, union: NDArray[np.int32], ring: NDArray[np.int32], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The chosen nodes of a game and all that they wait for: their unions, and the other members of a ring."""
    found = chosen.copy()
    last = len(start) - 2
    while last >= 0:
        first = last
        while first > 0 and ring[last] >= 0 and ring[first - 1] == ring[last]:
            first -= 1
        if found[first : last + 1].any():
            for k in range(first, last + 1):
                found[k] = True
                for e in range(start[k], start[k + 1]):
                    if union[e] >= 0:
                        found[union[e]] = True
        last = first - 1
    return found
