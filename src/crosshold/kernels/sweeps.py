"""One pass of a linear flow over a graph whose nodes stand in units, holders first; repeated sweeps inside large components.

The arrays that every kernel takes: ``units`` to visit, in order; ``order, start, label``: the nodes by unit and the unit of each;
``pointer, holder, share``: for each node the edges to its holders and the part of it that each holds; ``offset, inverses``: the inverse
of each small ring (:mod:`~crosshold.kernels.rings`), its members sorted; ``state``: CLOSED for a ring that loses nothing, what enters
one has no answer and becomes NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.rings import CLOSED

Float = NDArray[np.float64]
Index = NDArray[Any]  # int32 or int64


@kernel
def pass_down(
    x: Float,
    units: Index,
    order: Index,
    start: Index,
    label: Index,
    pointer: Index,
    holder: Index,
    share: Float,
    offset: Index,
    inverses: Float,
    state: Index,
) -> None:
    """``x = x + C^T x`` in place: each node adds what its holders have of it. Visit holders before what they hold."""
    for u in units:
        first, k = start[u], start[u + 1] - start[u]
        if k == 1:
            j = order[first]
            amount = x[j]
            for e in range(pointer[j], pointer[j + 1]):
                amount += share[e] * x[holder[e]]
            x[j] = amount
            continue
        entering = np.empty(k)
        for place in range(k):
            j = order[first + place]
            amount = x[j]
            for e in range(pointer[j], pointer[j + 1]):
                if label[holder[e]] != u:
                    amount += share[e] * x[holder[e]]
            entering[place] = amount
        if state[u] == CLOSED:
            answer = 0.0 if not entering.any() else np.nan
            for place in range(k):
                x[order[first + place]] = answer
            continue
        inverse = inverses[offset[u] : offset[u] + k * k].reshape(k, k)
        for place in range(k):
            amount = 0.0
            for c in range(k):
                amount += inverse[place, c] * entering[c]
            x[order[first + place]] = amount


@kernel
def pass_up(
    x: Float,
    units: Index,
    order: Index,
    start: Index,
    label: Index,
    pointer: Index,
    holder: Index,
    share: Float,
    offset: Index,
    inverses: Float,
    state: Index,
) -> None:
    """``x = x + C x`` in place: each node hands on what its holders have of it. Visit from the last unit to the first."""
    for u in units:
        first, k = start[u], start[u + 1] - start[u]
        if k == 1:
            j = order[first]
            amount = x[j]
            if amount != 0.0:
                for e in range(pointer[j], pointer[j + 1]):
                    x[holder[e]] += share[e] * amount
            continue
        entering = np.empty(k)
        for place in range(k):
            entering[place] = x[order[first + place]]
        if state[u] == CLOSED:
            answer = 0.0 if not entering.any() else np.nan
            for place in range(k):
                x[order[first + place]] = answer
        else:
            inverse = inverses[offset[u] : offset[u] + k * k].reshape(k, k)
            settled = np.zeros(k)
            for place in range(k):
                if entering[place] != 0.0:
                    for c in range(k):
                        settled[c] += entering[place] * inverse[place, c]
            for place in range(k):
                x[order[first + place]] = settled[place]
        for place in range(k):
            j = order[first + place]
            amount = x[j]
            if amount != 0.0:
                for e in range(pointer[j], pointer[j + 1]):
                    if label[holder[e]] != u:
                        x[holder[e]] += share[e] * amount


@kernel
def sweep(
    x: Float,
    given: Float,
    down: bool,
    start: Index,
    pointer: Index,
    source: Index,
    share: Float,
    offset: Index,
    inverses: Float,
    tolerance: float,
    most: int,
) -> int:
    """Solve ``x = given + M x`` inside one large component by Gauss-Seidel over its blocks.

    Returns the number of sweeps, or -1 when ``most`` were not enough.

    Nodes are numbered by their place; block b is ``start[b]:start[b + 1]`` and has an inverse at ``offset[b]`` when it has two
    nodes or more. ``pointer, source, share`` are the edges from other blocks. Down, the blocks go first to last and the inverse is
    applied by rows; up, last to first and by columns. Enough is when no entry changes by more than ``tolerance`` times the sum of
    the sizes that it was added up from.
    """
    blocks = len(start) - 1
    for number in range(1, most + 1):
        settled = True
        for step in range(blocks):
            b = step if down else blocks - 1 - step
            first, k = start[b], start[b + 1] - start[b]
            if k == 1:
                amount = given[first]
                size = abs(amount)
                for e in range(pointer[first], pointer[first + 1]):
                    part = share[e] * x[source[e]]
                    amount += part
                    size += abs(part)
                if abs(amount - x[first]) > tolerance * size:
                    settled = False
                x[first] = amount
                continue
            entering, sizes = np.empty(k), np.empty(k)
            for place in range(k):
                amount = given[first + place]
                size = abs(amount)
                for e in range(pointer[first + place], pointer[first + place + 1]):
                    part = share[e] * x[source[e]]
                    amount += part
                    size += abs(part)
                entering[place], sizes[place] = amount, size
            inverse = inverses[offset[b] : offset[b] + k * k].reshape(k, k)
            for place in range(k):
                amount = size = 0.0
                for c in range(k):
                    factor = inverse[place, c] if down else inverse[c, place]
                    amount += factor * entering[c]
                    size += factor * sizes[c]
                if abs(amount - x[first + place]) > tolerance * size:
                    settled = False
                x[first + place] = amount
        if settled:
            return number
    return -1


@kernel
def shares_of(pointer: Index, weight: Index, total: Index, share: Float) -> None:
    """``share = weight / total`` of the issuer, edge by edge."""
    for j in range(len(total)):
        for e in range(pointer[j], pointer[j + 1]):
            share[e] = weight[e] / total[j]


@kernel
def units_reached(seeds: Index, pointer: Index, target: Index, order: Index, start: Index, label: Index, seen: Index) -> Index:
    """Units that ``seeds`` lead to along the edges, all members of a unit together; ``seen`` is an all-zero array by unit."""
    found = np.empty(len(start) - 1, np.int32)
    count = 0
    for node in seeds:
        if seen[label[node]] == 0:
            seen[label[node]] = 1
            found[count] = label[node]
            count += 1
    at = 0
    while at < count:
        u = found[at]
        at += 1
        for place in range(start[u], start[u + 1]):
            node = order[place]
            for e in range(pointer[node], pointer[node + 1]):
                other = label[target[e]]
                if seen[other] == 0:
                    seen[other] = 1
                    found[count] = other
                    count += 1
    return np.sort(found[:count])
