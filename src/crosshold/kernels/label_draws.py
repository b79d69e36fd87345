"""Draws of labels: each contested node takes the label of its pivotal union in a random order, cluster by cluster.

See :mod:`crosshold.kernels.network_power` for what is settled before, :mod:`crosshold.kernels.label_plan` for the clusters. Nodes of a
ring keep their labels from draw to draw, start again from their own with a small chance, and are only counted from ``settle`` rounds
after that on (the scheme of Mizuno, Doi, Kurizaki, PLoS ONE 15(8) e0237862, as their program runs it).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.label_plan import Plan
from crosshold.kernels.network_power import STEPS, Long, Real

NODES_AT_ONCE = 1 << 15  # drawn nodes of a task
VISITS_AT_ONCE = 1 << 25  # node visits of a task: about a second
FEWEST_DRAWS = 500  # in one task, of a cluster that is all ring
# Columns of a task's nodes: first and last union; four as in Plan; 0 when no union waits for a draw and there is no ocean.
BEGIN, END, NEED, LOOSE, OWN, RING_END, MIXED = range(7)


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
    run = _draw.form(STEPS * draws * nodes)
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
