"""Draws of labels: each contested node takes the label of its pivotal union in a random order, cluster by cluster.

See :mod:`crosshold.kernels.network_power` for what is settled before. Nodes of a ring keep their labels from draw to draw, start again
from their own with a small chance, and are only counted from ``settle`` rounds after that on (the scheme of Mizuno, Doi, Kurizaki,
PLoS ONE 15(8) e0237862, as their program runs it).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.network_power import Game, Long, Real, linked, rows

NODES_AT_ONCE = 1 << 15  # drawn nodes of a task
VISITS_AT_ONCE = 1 << 25  # node visits of a task: about a second
FEWEST_DRAWS = 500  # in one task, of a cluster that is all ring
PLAIN_VISITS = 20_000  # node visits from which compiling pays
BEGIN, END, NEED, LOOSE, OWN, RING_END, MIXED = range(
    7
)  # columns of a task's nodes: first and last union, as in Plan, see _pivot


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


class Task(NamedTuple):
    """So many draws of the clusters ``first`` to ``last - 1``."""

    first: int
    last: int
    draws: int


class Tally(NamedTuple):
    """Sums over draws: by slot the credit, over batches its square and its product with the batch's length; by cluster the batches and
    the squares of their lengths. A batch is a draw, or for a cluster with a ring the draws between two fresh starts.
    """

    credit: Real
    square: Real
    cross: Real
    batches: Real
    lengths: Real


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


def tasks(plan: Plan, draws: int) -> list[Task]:
    """The pieces of work for so many draws: by the shape of the plan alone, not by the number of threads."""
    found = []
    nodes = plan.start
    first, count = 0, len(plan.before)
    while first < count:
        last = int(np.searchsorted(nodes, nodes[first] + NODES_AT_ONCE, side="right")) - 1
        last = min(max(last, first + 1), count)
        size = int(nodes[last] - nodes[first])
        above = int((plan.before[first:last] - nodes[first:last]).sum())
        fewest = min(draws, FEWEST_DRAWS * above // size + 1)  # what warming up wastes is small beside them
        block = min(draws, max(fewest, VISITS_AT_ONCE // size))
        found += [Task(first, last, min(block, draws - done)) for done in range(0, draws, block)]
        first = last
    return found


def draw(plan: Plan, task: Task, restart: float, settle: int, random: np.random.Generator) -> Tally:
    """The sums of one task. Runs without the interpreter's lock when there is much to do."""
    first, last, draws = task
    base, zero = plan.start[first], plan.slot_start[first]
    some = slice(base, plan.start[last])
    edges = slice(plan.union_start[base], plan.union_start[plan.start[last]])
    slots, nodes = int(plan.slot_start[last] - zero), int(plan.start[last] - base)
    union = plan.union[edges].astype(np.int64)
    union = np.stack([np.where(union >= 0, union - base, union + zero), plan.weight[edges]], axis=1)
    begins = plan.union_start[base : plan.start[last] + 1] - plan.union_start[base]
    own = np.where(plan.own[some] >= 0, plan.own[some] - zero, -1)
    ring_end = np.where(plan.ring_end[some] > 0, plan.ring_end[some] - base, 0)
    mixed = np.add.reduceat(union[:, 0] >= 0, begins[:-1], dtype=np.int64)
    node = np.stack([begins[:-1], begins[1:], plan.need[some], plan.loose[some], own, ring_end, mixed + plan.loose[some]], axis=1)
    tally = Tally(*np.zeros((3, slots)), *np.zeros((2, last - first)))
    widest = int(np.diff(begins).max())
    run = _draw.native if draws * nodes >= PLAIN_VISITS else _draw.plain
    run(
        plan.start[first : last + 1] - base,
        plan.before[first:last] - base,
        node,
        union,
        plan.quota[some],
        plan.credit[some],
        draws,
        restart,
        -np.inf if restart == 1 else np.log1p(-restart),
        settle,
        random,
        np.zeros(nodes, np.int32),
        np.full(slots, -1, np.int32),
        np.empty((widest, 2), np.int64),
        *tally,
    )
    return tally


@kernel
def _draw(
    start: Long,
    before: Long,
    node: Long,
    union: Long,
    quota: Real,
    credit: Real,
    draws: int,
    restart: float,
    log_stay: float,
    settle: int,
    random: np.random.Generator,
    label: NDArray[np.int32],
    place: NDArray[np.int32],
    found: Long,
    total: Real,
    square: Real,
    cross: Real,
    batches: Real,
    lengths: Real,
) -> None:
    """Cluster by cluster. ``label`` by node is a slot; ``place`` (by slot, -1 when idle) and ``found`` are working space.

    One long function on purpose: a call with these arrays costs more than a pivot (140 ns a node instead of 32).
    """
    turn, touched = np.arange(len(node)), np.empty(len(place), np.int64)
    gain, has = np.zeros(len(place)), np.zeros(len(place), np.bool_)
    for c in range(len(before)):
        a, b, ends = start[c], start[c + 1], before[c]
        count = length = 0
        for t in range(draws + 1):
            fresh = ends > a and (t == 0 or random.random() < restart)
            if length > 0 and (fresh or ends == a or t == draws):  # the batch ends: what its labels gained joins the sums
                for p in range(count):
                    s = touched[p]
                    x = gain[s]
                    total[s] += x
                    square[s] += x * x
                    cross[s] += x * length
                    gain[s] = 0.0
                    has[s] = False
                batches[c] += 1
                lengths[c] += float(length) * length
                count = length = 0
            if t == draws:
                break
            rounds = 1
            if fresh:
                for k in range(a, ends):
                    label[k] = max(node[k, OWN], 0)
                rounds = settle
                if t == 0:  # as many as the chain has behind it at any time, so that the first draw is like all others
                    rounds += int(np.log(1.0 - random.random()) / log_stay)
            for r in range(rounds):  # all but the last only for rings and what is above them
                for step in range(a, b if r == rounds - 1 else ends):
                    if node[step, RING_END] > 0:  # the members of a ring in a new random order
                        for p in range(node[step, RING_END] - 1, step, -1):
                            q = step + int(random.random() * (p - step + 1))
                            other = turn[q]
                            turn[q] = turn[p]
                            turn[p] = other
                    k = turn[step]
                    begin, end, need = node[k, BEGIN], node[k, END], node[k, NEED]
                    running = np.int64(0)
                    chosen = node[k, OWN]
                    if node[k, MIXED] == 0:  # unions of settled labels stay apart: shuffled where they stand
                        for left in range(end - begin, 0, -1):
                            p = begin
                            if left > 1:
                                p = begin + int(random.random() * left)
                            running += union[p, 1]
                            if running >= need:
                                chosen = -1 - union[p, 0]
                                break
                            q = begin + left - 1
                            slot, weight = union[p, 0], union[p, 1]
                            union[p, 0], union[p, 1] = union[q, 0], union[q, 1]
                            union[q, 0], union[q, 1] = slot, weight
                        label[k] = chosen
                        continue
                    size = 0
                    for e in range(begin, end):
                        u = union[e, 0]
                        s = int(label[u]) if u >= 0 else int(-1 - u)
                        p = int(place[s])
                        if p < 0:
                            place[s] = size
                            found[size, 0] = s
                            found[size, 1] = union[e, 1]
                            size += 1
                        else:
                            found[p, 1] += union[e, 1]
                    for p in range(size):
                        place[found[p, 0]] = -1
                    loose, time = node[k, LOOSE], 0.0
                    for left in range(size, 0, -1):
                        if loose > 0:  # times of arrival in their order: the least of ``left`` uniform ones is next
                            time = 1.0 - (1.0 - time) * random.random() ** (1.0 / left)
                            if running + loose * time > quota[k]:
                                break
                        p = 0
                        if left > 1:
                            p = int(random.random() * left)
                        running += found[p, 1]
                        if (running >= need) if loose == 0 else (running + loose * time > quota[k]):
                            chosen = found[p, 0]
                            break
                        found[p, 0] = found[left - 1, 0]
                        found[p, 1] = found[left - 1, 1]
                    label[k] = chosen
            length += 1
            for k in range(a, b):
                if credit[k] != 0:
                    s = int(label[k])
                    if not has[s]:
                        has[s] = True
                        touched[count] = s
                        count += 1
                    gain[s] += credit[k]


def spread(plan: Plan, found: Tally, draws: int) -> tuple[Real, Real]:
    """Mean credit and squared standard error by slot, from the sums over all draws of all slots and clusters.

    Between batches of unequal length the mean is a ratio of sums: its variance is that of credit - mean * length.
    """
    cluster = np.repeat(np.arange(len(plan.before)), np.diff(plan.slot_start))
    mean = found.credit / draws
    off = found.square - 2 * mean * found.cross + mean**2 * found.lengths[cluster]
    batches = found.batches[cluster]
    scale = batches / np.maximum(batches - 1, 1) / float(draws) ** 2
    return mean, np.where(batches > 1, np.maximum(off, 0.0) * scale, np.inf)
