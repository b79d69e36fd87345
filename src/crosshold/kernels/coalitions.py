"""Exact counts of subsets by size and sum of weights, without listing them.

Two ways. *Packed*: the generating polynomial prod (1 + y x^w) is one big integer in which every coefficient has its own field
of bits, so that multiplying or dividing by a factor is a few shifts and additions; right for any number of players when the
quota is small. *Halves*: sums of the subsets of either half, sorted, and binary search; right for share counts of any size and up
to 30 players.

Sources: Brams and Affuso, "Power and size: a new paradox", Theory and Decision 7 (1976), for the generating function; Horowitz and
Sahni, "Computing partitions with applications to the knapsack problem", J. ACM 21 (1974), for the halves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKED_BITS = 1 << 26
HALVES_PLAYERS = 30


def swings_by_size(weights: Sequence[int], quota: int) -> list[list[int]] | None:
    """For each player i and size s: subsets of s others with ``quota - w_i <= sum < quota``; ``None`` when both ways are too big.

    A blocking vote is a winning vote in the dual game with quota total - quota + 1, where sizes count from the other end; the
    game with the smaller quota is the cheaper one.
    """
    n, dual = len(weights), sum(weights) - quota + 1
    if dual < quota:
        mirrored = swings_by_size(weights, dual)
        return None if mirrored is None else [row[::-1] for row in mirrored]
    by_weight: dict[int, list[int]] = {}
    if _packed_bits(n, quota) <= PACKED_BITS:
        whole = _pack(weights, quota)
        by_weight = {w: _window(_divide(whole, w, n, quota), w, n, quota)[:n] for w in set(weights)}
    elif n <= HALVES_PLAYERS:
        for weight in set(weights):
            others = list(weights)
            others.remove(weight)
            by_weight[weight] = _count_by_halves(others, quota - weight, quota)
    else:
        return None
    return [by_weight[w] for w in weights]


def count_below(weights: Sequence[int], limit: int) -> int | None:
    """Number of subsets with ``sum < limit``; ``None`` when both ways are too big."""
    n, other = len(weights), sum(weights) - limit + 1
    if other < limit:  # complements of the subsets with a sum of at least limit
        above = count_below(weights, other)
        return None if above is None else 2**n - above
    if _packed_bits(n, limit) <= PACKED_BITS:
        return sum(_window(_pack(weights, limit), limit, n, limit))
    return sum(_count_by_halves(weights, 0, limit)) if n <= HALVES_PLAYERS else None


def _packed_bits(n: int, limit: int) -> int:
    return max(limit, 0) * (n + 1) ** 2


def _pack(weights: Sequence[int], limit: int) -> int:
    """prod (1 + y x^w) up to x^(limit - 1): the coefficient of y^s x^k is the field number k (n + 1) + s, n + 1 bits wide."""
    n = len(weights)
    mask = (1 << _packed_bits(n, limit)) - 1
    packed = 1 & mask
    for weight in weights:
        packed = (packed + (packed << _shift(weight, n))) & mask
    return packed


def _shift(weight: int, n: int) -> int:
    return (weight * (n + 1) + 1) * (n + 1)


def _divide(packed: int, weight: int, n: int, limit: int) -> int:
    """Take the factor 1 + z of one player out again: 1/(1 + z) = (1 - z)(1 + z^2)(1 + z^4) ... up to the limit."""
    bits = _packed_bits(n, limit)
    mask, shift = (1 << bits) - 1, _shift(weight, n)
    packed = (packed - (packed << shift)) & mask
    shift *= 2
    while shift < bits:
        packed = (packed + (packed << shift)) & mask
        shift *= 2
    return packed


def _window(packed: int, width: int, n: int, limit: int) -> list[int]:
    """Sum over the last ``width`` values of k below ``limit``, per size: fold the blocks onto each other."""
    block = (n + 1) ** 2
    packed >>= max(0, limit - width) * block
    blocks = min(width, limit)
    while blocks > 1:
        half = (blocks + 1) // 2
        packed = (packed & ((1 << half * block) - 1)) + (packed >> half * block)
        blocks = half
    field = (1 << (n + 1)) - 1
    return [packed >> (s * (n + 1)) & field for s in range(n + 1)] if blocks else [0] * (n + 1)


def _count_by_halves(weights: Sequence[int], low: int, high: int) -> list[int]:
    """Subsets with ``low <= sum < high``, per size."""
    middle = len(weights) // 2
    left, right = _sums_by_size(weights[:middle]), _sums_by_size(weights[middle:])
    counts = [0] * (len(weights) + 1)
    for a, one in enumerate(left):
        for b, other in enumerate(right):
            below = np.searchsorted(other, high - one) - np.searchsorted(other, low - one)
            counts[a + b] += int(below.sum())
    return counts


def _sums_by_size(weights: Sequence[int]) -> list[NDArray[Any]]:
    """Sorted sums of all subsets, per size."""
    kind: Any = np.int64 if sum(weights) < 2**61 else np.object_
    found: list[NDArray[Any]] = [np.array([0], dtype=kind)]
    for weight in weights:
        longer: list[NDArray[Any]] = [np.array([], dtype=kind), *(sums + weight for sums in found)]
        found = [np.concatenate([a, b]) for a, b in zip([*found, np.array([], dtype=kind)], longer, strict=True)]
    return [np.sort(sums) for sums in found]
