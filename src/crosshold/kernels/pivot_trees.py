"""Draws of who decides whom directly: in each draw every company hangs under one holder at most, and what hangs below a node adds up.

The labels are those of :mod:`crosshold.kernels.network_power`. The direct decider of a company is the holder, within its pivotal union
in a random order of members, at which the sum passes the quota (Mizuno, Doi, Kurizaki, PLoS ONE 18(8) e0290229, as their sample
program runs it).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.network_power import STEPS, Long, Real

Ints = NDArray[np.int32]


class Trees(NamedTuple):
    """``node`` to draw, those whose label is open before others, holders first; ``ring`` their ring or -1; ``above``, whether a ring is
    at or below them. Their holders are ``start[k]:start[k + 1]`` of ``holder`` and ``weight``; ``need``, ``quota``, ``loose`` as in Game.

    By node of the network: ``lead`` and ``kind`` as in Leads, ``parent`` (who decides it for certain, directly, else -1), ``base`` (what
    always hangs at it). ``live`` are the nodes at which something can change, holders first, and ``block`` (parts + 1) bounds those
    that can hang under each other in a circle.
    """

    node: Ints
    ring: Ints
    above: NDArray[np.bool_]
    start: Long
    holder: Ints
    weight: Long
    need: Long
    quota: Real
    loose: Long
    lead: Ints
    kind: NDArray[np.uint8]
    parent: Ints
    base: Real
    live: Ints
    block: Long


def settle_trees(node: Ints, holder: Ints, parent: Ints, order: Ints, base: Real) -> NDArray[np.bool_]:
    """Which nodes of the network are live; ``base`` (what each counts for) becomes what always hangs at it, by way of nodes that are not.

    ``parent`` is who decides a node for certain; ``order`` has holders before what they hold.
    """
    live = np.zeros(len(parent), np.bool_)
    live[node] = True
    live[holder] = True
    _settle(parent, order, live, base)
    return live


@kernel
def _settle(parent: Ints, order: Ints, live: NDArray[np.bool_], base: Real) -> None:
    for p in range(len(order) - 1, -1, -1):
        i = order[p]
        if parent[i] >= 0:
            if live[i]:
                live[parent[i]] = True
            else:
                base[parent[i]] += base[i]


def hang(
    trees: Trees, draws: int, restart: float, settle: int, random: np.random.Generator
) -> tuple[Real, Real, Real, float, float]:
    """Sums over draws by live node of what hangs at it; over batches its square and its product with the length of the batch; the number of
    batches and the sum of their squared lengths. Batches as in :mod:`crosshold.kernels.label_draws`.
    """
    n, size = len(trees.lead), len(trees.live)
    found = (np.zeros(size), np.zeros(size), np.zeros(size))
    visits = draws * (len(trees.node) + size)
    run = _hang.form(STEPS * visits)
    widest = int(np.diff(trees.start).max(initial=1))
    room = (np.arange(n, dtype=np.int32), trees.parent.copy(), trees.base.copy(), np.zeros(n, np.int32), np.zeros(n, np.int32))
    log_stay = -np.inf if restart == 1 else np.log1p(-restart)
    batches, lengths = run(
        trees,
        draws,
        restart,
        log_stay,
        settle,
        random,
        *room,
        np.empty((widest, 2), np.int64),
        np.empty(widest, np.int64),
        *found,
    )
    return *found, batches, lengths


@kernel
def _hang(
    trees: Trees,
    draws: int,
    restart: float,
    log_stay: float,
    settle: int,
    random: np.random.Generator,
    label: Ints,
    parent: Ints,
    weight_below: Real,
    place: Ints,
    children: Ints,
    union: Long,
    member: Long,
    total: Real,
    square: Real,
    cross: Real,
) -> tuple[float, float]:
    """``place`` is 0 when idle, else 1 + the union of a label. ``weight_below`` is what hangs at a node in the draw."""
    node, live, base = trees.node, trees.live, trees.base
    batch = np.zeros(len(live))
    turn = np.arange(len(node))
    rings = trees.above.any()
    batches = lengths = 0.0
    length = 0
    for t in range(draws + 1):
        fresh = rings and (t == 0 or random.random() < restart)
        if length > 0 and (fresh or not rings or t == draws):
            for p in range(len(live)):
                total[p] += batch[p]
                square[p] += batch[p] * batch[p]
                cross[p] += batch[p] * length
                batch[p] = 0.0
            batches += 1
            lengths += float(length) * length
            length = 0
        if t == draws:
            break
        rounds = 1
        if fresh:
            for k in range(len(node)):
                if trees.above[k]:
                    label[node[k]] = node[k]
            rounds = settle
            if t == 0:
                rounds += int(np.log(1.0 - random.random()) / log_stay)
        for r in range(rounds):
            last = r == rounds - 1
            for step in range(len(node)):
                if not last and not trees.above[step]:
                    continue
                if trees.ring[step] >= 0 and (step == 0 or trees.ring[step - 1] != trees.ring[step]):
                    end = step
                    while end < len(node) and trees.ring[end] == trees.ring[step]:
                        end += 1
                    for p in range(end - 1, step, -1):
                        q = step + int(random.random() * (p - step + 1))
                        other = turn[q]
                        turn[q] = turn[p]
                        turn[p] = other
                k = turn[step]
                a, b = trees.start[k], trees.start[k + 1]
                size = 0
                for e in range(a, b):
                    s = label[trees.lead[trees.holder[e]]]
                    if place[s] == 0:
                        union[size, 0] = s
                        union[size, 1] = 0
                        size += 1
                        place[s] = size
                    union[place[s] - 1, 1] += trees.weight[e]
                for p in range(size):
                    place[union[p, 0]] = 0
                loose, time, running, chosen = trees.loose[k], 0.0, np.int64(0), -1
                for left in range(size, 0, -1):
                    if loose > 0:
                        time = 1.0 - (1.0 - time) * random.random() ** (1.0 / left)
                        if running + loose * time > trees.quota[k]:
                            break
                    p = 0
                    if left > 1:
                        p = int(random.random() * left)
                    after = running + union[p, 1]
                    if (after >= trees.need[k]) if loose == 0 else (after + loose * time > trees.quota[k]):
                        chosen = union[p, 0]
                        break
                    running = after
                    union[p, 0] = union[left - 1, 0]
                    union[p, 1] = union[left - 1, 1]
                i = node[k]
                direct = -1
                if chosen >= 0 and last:
                    size = 0
                    for e in range(a, b):
                        if label[trees.lead[trees.holder[e]]] == chosen:
                            member[size] = e
                            size += 1
                    for left in range(size, 0, -1):
                        p = 0
                        if left > 1:
                            p = int(random.random() * left)
                        direct = trees.holder[member[p]]
                        running += trees.weight[member[p]]
                        if (running >= trees.need[k]) if loose == 0 else (running + loose * time > trees.quota[k]):
                            break
                        member[p] = member[left - 1]
                if trees.kind[i] > 0:
                    label[i] = chosen if chosen >= 0 else i
                parent[i] = direct
        for p in range(len(live)):
            weight_below[live[p]] = base[live[p]]
        for part in range(len(trees.block) - 2, -1, -1):
            a, b = trees.block[part], trees.block[part + 1]
            if b - a == 1:
                i = live[a]
                if parent[i] >= 0:
                    weight_below[parent[i]] += weight_below[i]
                continue
            _fold(live[a:b], parent, weight_below, children)
        length += 1
        for p in range(len(live)):
            batch[p] += weight_below[live[p]]
    return batches, lengths


@kernel
def _fold(nodes: Ints, parent: Ints, weight_below: Real, children: Ints) -> None:
    """What hangs at nodes that can hang under each other. On a circle each node has all that hangs on the circle, once.

    ``children`` is 0 before and after, and -1 in between for nodes that are done; only nodes of the block are touched.
    """
    for p in range(len(nodes)):
        children[nodes[p]] = 1  # a node of the block with no children
    for p in range(len(nodes)):
        above = parent[nodes[p]]
        if above >= 0 and children[above] > 0:
            children[above] += 1
    stack = np.empty(len(nodes), np.int32)
    size = 0
    for p in range(len(nodes)):
        if children[nodes[p]] == 1:
            stack[size] = nodes[p]
            size += 1
    while size > 0:
        size -= 1
        i = stack[size]
        children[i] = -1
        above = parent[i]
        if above >= 0:
            weight_below[above] += weight_below[i]
            if children[above] > 1:
                children[above] -= 1
                if children[above] == 1:
                    stack[size] = above
                    size += 1
    for p in range(len(nodes)):
        if children[nodes[p]] > 0:  # on a circle: add up once round, then give all the sum
            i, around = nodes[p], 0.0
            while children[i] > 0:
                around += weight_below[i]
                children[i] = -1
                i = parent[i]
            first = i
            while True:
                weight_below[i] = around
                i = parent[i]
                if i == first:
                    break
    for p in range(len(nodes)):
        children[nodes[p]] = 0
