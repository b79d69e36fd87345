"""Exact counts of subsets by size and sum of weights, without listing them.

Two ways. *Packed*: the generating polynomial prod (1 + y x^w) is one big integer in which every coefficient has its own field
of bits, so that multiplying or dividing by a factor is a few shifts and additions; right for any number of players when the
quota is small. *Halves*: sums of the subsets of either half, sorted, and binary search; right for share counts of any size and up
to 40 players.

Sources: Brams and Affuso, "Power and size: a new paradox", Theory and Decision 7 (1976), for the generating function; Horowitz and
Sahni, "Computing partitions with applications to the knapsack problem", J. ACM 21 (1974), for the halves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKED_BITS = 1 << 26
HALVES_PLAYERS = 40


def swings_by_size(weights: Sequence[int], quota: int) -> list[list[int]] | None:
    """For each player i and size s: subsets of s others with ``quota - w_i <= sum < quota``; ``None`` when both ways are too big.

    A blocking vote is a winning vote in the dual game with quota total - quota + 1, where sizes count from the other end; the
    game with the smaller quota is the cheaper one.
    """
    n, dual = len(weights), sum(weights) - quota + 1
    if dual < quota:
        mirrored = swings_by_size(weights, dual)
        return None if mirrored is None else [row[::-1] for row in mirrored]
    if _packs(weights, quota):
        whole = _pack(weights, quota)
        by_weight = {w: _window(_divide(whole, w, n, quota), w, n, quota)[:n] for w in set(weights)}
        return [by_weight[w] for w in weights]
    if n > HALVES_PLAYERS:
        return None
    member, winning = by_halves(weights, quota)
    return [[row[s + 1] - (winning[s] - row[s]) for s in range(n)] for row in member]


def swing_counts(weights: Sequence[int], quota: int) -> list[int] | None:
    """The same, all sizes together: fields without room for sizes, so that n times as many units fit."""
    quota = min(quota, sum(weights) - quota + 1)
    if not _packs(weights, quota, sized=False):
        rows = swings_by_size(weights, quota)
        return None if rows is None else [sum(row) for row in rows]
    voting = [w for w in weights if w]  # one without votes swings nothing, and doubles the coalitions of the others
    field, whole = len(voting) + 1, _pack_sums(voting, quota)
    bits = quota * field
    found = {w: _fold(_quotient(whole, w * field, bits), w, field, quota) << (len(weights) - len(voting)) for w in set(voting)}
    return [found.get(w, 0) for w in weights]


def count_below(weights: Sequence[int], limit: int) -> int | None:
    """Number of subsets with ``sum < limit``; ``None`` when both ways are too big."""
    n, other = len(weights), sum(weights) - limit + 1
    if other < limit:  # complements of the subsets with a sum of at least limit
        above = count_below(weights, other)
        return None if above is None else 2**n - above
    if _packs(weights, limit, sized=False):
        voting = [w for w in weights if w]
        return _fold(_pack_sums(voting, limit), limit, len(voting) + 1, limit) << (n - len(voting))
    return 2**n - sum(by_halves(weights, limit)[1]) if n <= HALVES_PLAYERS else None


def packable(weights: Sequence[int], quota: int, budget: int | None = None, *, sized: bool = True) -> bool:
    """Whether the packed way fits: ``PACKED_BITS`` long, and within ``budget`` bits over all different weights when that is given."""
    bits = _packed_bits(len(weights), min(quota, sum(weights) - quota + 1), sized)
    return bits <= PACKED_BITS and (budget is None or bits * len(set(weights)) <= budget)


def _packs(weights: Sequence[int], quota: int, *, sized: bool = True) -> bool:
    """Whether packing is possible and the faster way: about a nanosecond a bit and weight, against 3 microseconds for a subset."""
    return packable(weights, quota, _halves_cost(len(weights)), sized=sized)


def _halves_cost(n: int) -> int:
    return 3000 << n // 2 if n <= HALVES_PLAYERS else 1 << 62


def _packed_bits(n: int, limit: int, sized: bool = True) -> int:
    return max(limit, 0) * (n + 1) ** (2 if sized else 1)


def _pack_sums(weights: Sequence[int], limit: int) -> int:
    """prod (1 + x^w) up to x^(limit - 1), in fields of one bit more than there are weights."""
    field = len(weights) + 1
    return _product([weight * field for weight in weights], max(limit, 0) * field)


def _pack(weights: Sequence[int], limit: int) -> int:
    """prod (1 + y x^w) up to x^(limit - 1): the coefficient of y^s x^k is the field number k (n + 1) + s, n + 1 bits wide."""
    n = len(weights)
    return _product([_shift(weight, n) for weight in weights], _packed_bits(n, limit))


def _product(shifts: Sequence[int], bits: int) -> int:
    """prod (1 + z), z = 2^shift, up to ``bits``. A factor beyond them is left out: shifted first it could fill all memory."""
    mask = (1 << bits) - 1
    packed = 1 & mask
    for shift in shifts:
        if shift < bits:
            packed = (packed + (packed << shift)) & mask
    return packed


def _shift(weight: int, n: int) -> int:
    return (weight * (n + 1) + 1) * (n + 1)


def _divide(packed: int, weight: int, n: int, limit: int) -> int:
    return _quotient(packed, _shift(weight, n), _packed_bits(n, limit))


def _quotient(packed: int, shift: int, bits: int) -> int:
    """Take the factor 1 + z of one player out again: 1/(1 + z) = (1 - z)(1 + z^2)(1 + z^4) ... up to the limit."""
    if shift >= bits:
        return packed
    mask = (1 << bits) - 1
    packed = (packed - (packed << shift)) & mask
    shift *= 2
    while shift < bits:
        packed = (packed + (packed << shift)) & mask
        shift *= 2
    return packed


def _window(packed: int, width: int, n: int, limit: int) -> list[int]:
    """Sum over the last ``width`` values of k below ``limit``, per size."""
    packed = _fold(packed, width, (n + 1) ** 2, limit)
    field = (1 << (n + 1)) - 1
    return [packed >> (s * (n + 1)) & field for s in range(n + 1)]


def _fold(packed: int, width: int, block: int, limit: int) -> int:
    """Sum of the last ``width`` blocks below ``limit``: fold them onto each other."""
    packed >>= max(0, limit - width) * block
    blocks = min(width, limit)
    while blocks > 1:
        half = (blocks + 1) // 2
        packed = (packed & ((1 << half * block) - 1)) + (packed >> half * block)
        blocks = half
    return packed if blocks else 0


def by_halves(weights: Sequence[int], quota: int) -> tuple[list[list[int]], list[int]]:
    """Winning subsets by size: ``member[i][s]`` those with i in them, ``winning[s]`` all. O(2^(n/2)) for all players together."""
    n = len(weights)
    half = n // 2
    member: list[list[int]] = []
    winning = [0] * (n + 1)
    kind: Any = np.int64 if sum(weights) < 2**61 else np.object_
    for mine, others in ((weights[:half], weights[half:]), (weights[half:], weights[:half])):
        rows, winning = _one_half(_sums_by_size(mine, kind), _sums_by_size(others, kind), len(mine), n, quota)
        member += rows
    return member, winning


Sums = list[tuple[NDArray[Any], NDArray[np.int64]]]


def _one_half(mine: Sums, others: Sums, k: int, n: int, quota: int) -> tuple[list[list[int]], list[int]]:
    """For each subset of ``mine``, how many of ``others`` win with it (binary search); added up per member and size."""
    table = np.zeros((k + 1, n + 1), dtype=np.int64)
    if mine[0][0].dtype == object:  # past int64: compare places in the sorted list of the others' sums, not sums
        ranked = np.sort(np.concatenate([sums for sums, _ in others]))
        mine = [(-np.searchsorted(ranked, quota - sums).astype(np.int64), masks) for sums, masks in mine]
        others = [(np.searchsorted(ranked, sums).astype(np.int64), masks) for sums, masks in others]
        quota = 0
    for a, (sums, masks) in enumerate(mine):
        # Counts stay below 2^40, so that float64 products are exact; the last row counts every subset.
        within = np.array([(masks >> i & 1) for i in range(k)] + [np.ones_like(masks)], dtype=np.float64)
        need = quota - sums
        for b, (other, _) in enumerate(others):
            won = len(other) - np.searchsorted(other, need)
            table[:, a + b] += (within @ won.astype(np.float64)).astype(np.int64)
    rows: list[list[int]] = table.tolist()
    return rows[:k], rows[k]


def _sums_by_size(weights: Sequence[int], kind: Any) -> Sums:
    """Sums of all subsets, sorted, with the subsets as bit masks, per size."""
    sums, masks = np.array([0], dtype=kind), np.array([0], dtype=np.int64)
    for i, weight in enumerate(weights):
        sums, masks = np.concatenate([sums, sums + weight]), np.concatenate([masks, masks | (1 << i)])
    order = np.argsort(sums, kind="stable")
    sums, masks = sums[order], masks[order]
    size = np.bitwise_count(masks)
    return [(sums[size == s], masks[size == s]) for s in range(len(weights) + 1)]
