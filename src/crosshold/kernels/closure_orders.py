"""Who brings a company under control when entities join one by one: exact over all coalitions, or over random orders."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

import numpy as np

from crosshold.kernels.compiler import kernel
from crosshold.kernels.network_power import STEPS, Index, Long, Real


def shapley_of_closures(holders: Sequence[Sequence[tuple[int, int]]], need: Sequence[int]) -> list[Fraction]:
    """Shapley value, by node, of the number of nodes that a set controls with everything it controls.

    ``holders[k]`` are ``(node, weight)``; k is controlled when the set, with what it controls, holds at least ``need[k]`` of it. All
    2^n sets are looked at.
    """
    n = len(holders)
    masks = np.arange(1 << n, dtype=np.int64)
    wins = []
    for k, row in enumerate(holders):
        if row:
            weight, sums = dict(row), np.zeros(1, np.int64)
            for i in range(n):
                sums = np.concatenate([sums, sums + weight.get(i, 0)])
            wins.append((k, sums >= need[k]))
    counted = masks
    while True:
        controlled = np.zeros_like(masks)
        for k, win in wins:
            controlled |= win[counted].astype(np.int64) << k
        if ((masks | controlled) == counted).all():
            break
        counted = masks | controlled
    gained, size = np.bitwise_count(controlled).astype(np.int64), np.bitwise_count(masks)
    values = []
    for i in range(n):
        without = masks[(masks >> i & 1) == 0]
        sums = np.bincount(size[without], weights=gained[without | 1 << i] - gained[without], minlength=n).tolist()
        values.append(sum((Fraction(int(x), n * comb(n - 1, s)) for s, x in enumerate(sums[:n])), Fraction(0)))
    return values


def join_in_orders(
    out_ptr: Long, out_issuer: Index, out_weight: Long, need: Long, first: Long, orders: int, random: np.random.Generator
) -> tuple[Real, Real]:
    """Sums and sums of squares, by node, of the companies that come under control when the node joins, over random orders.

    ``first`` (parts + 1) bounds the nodes of each part; no edge leads from one part to another. Time per order: nodes + edges.
    """
    n = len(need)
    total, square = np.zeros(n), np.zeros(n)
    run = _join.form(STEPS * orders * n)
    run(out_ptr, out_issuer, out_weight, need, first, orders, random, total, square)
    return total, square


@kernel
def _join(
    out_ptr: Long,
    out_issuer: Index,
    out_weight: Long,
    need: Long,
    first: Long,
    orders: int,
    random: np.random.Generator,
    total: Real,
    square: Real,
) -> None:
    n = len(need)
    turn, stack = np.arange(n), np.empty(n, np.int64)
    held, counted, controlled = np.zeros(n, np.int64), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    for part in range(len(first) - 1):
        a, b = first[part], first[part + 1]
        for _ in range(orders):
            held[a:b] = 0
            counted[a:b] = False
            controlled[a:b] = False
            for p in range(b - 1, a - 1, -1):
                q = a + int(random.random() * (p - a + 1))
                node = turn[q]
                turn[q] = turn[p]
                turn[p] = node
                if counted[node]:
                    continue
                counted[node] = True
                stack[0] = node
                size = 1
                gained = 0
                while size > 0:
                    size -= 1
                    i = stack[size]
                    for e in range(out_ptr[i], out_ptr[i + 1]):
                        k = out_issuer[e]
                        held[k] += out_weight[e]
                        if held[k] >= need[k] and not controlled[k]:
                            controlled[k] = True
                            gained += 1
                            if not counted[k]:
                                counted[k] = True
                                stack[size] = k
                                size += 1
                total[node] += gained
                square[node] += float(gained) * gained
