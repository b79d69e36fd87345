"""Coalitions of a weighted game, one for each choice of how many players of each weight: equal votes are looked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 1 << 25  # choices looked at while counts fit in int64
MOST_LONG = 1 << 20  # and where whole numbers of any size are needed
_CHUNK = 1 << 16

Whole = NDArray[Any]


class Merged:
    """``weights`` descend, all different, ``copies`` of each. ``states`` choices exist; more than ``limit`` are not tried."""

    def __init__(self, weights: Sequence[int], quota: int) -> None:
        found = Counter(weights)
        self.weights = sorted(found, reverse=True)
        self.copies = [found[w] for w in self.weights]
        self.place = [self.weights.index(w) for w in weights]
        self.quota = quota
        self.states = prod(c + 1 for c in self.copies)
        short = len(weights) <= 55 and sum(weights) < 2**61  # ways times members below 2^62
        self.kind: Any = np.int64 if short else np.object_
        self.limit = MOST if short else MOST_LONG

    def minimal(self) -> list[list[int]]:
        """Per player and size: winning coalitions that lose whoever leaves."""
        table = self._table()
        for counts, excess, ways in self._winning():
            present = np.where(counts > 0, np.array(self.weights, dtype=self.kind)[:, None], self.weights[0] + 1)
            tight = present.min(axis=0) > excess
            size = counts[:, tight].sum(axis=0)
            for r, held in enumerate(counts[:, tight]):
                self._add(table[r], size, ways[tight] * held)
        return self._per_player(table)

    def vulnerable(self) -> list[list[int]]:
        """Per player and number of critical members: winning coalitions in which he is one of them."""
        table = self._table()
        for counts, excess, ways in self._winning():
            held = [np.where(excess < w, counts[r], 0) for r, w in enumerate(self.weights)]
            critical = sum(held[1:], held[0])
            for r, members in enumerate(held):
                self._add(table[r], critical, ways * members)
        return self._per_player(table)

    def _winning(self) -> Iterator[tuple[NDArray[np.int64], Whole, Whole]]:
        """Winning choices in which the heaviest player could be critical: counts by weight, votes above the quota, coalitions."""
        tail = len(self.copies)
        while tail and prod(c + 1 for c in self.copies[tail - 1 :]) <= _CHUNK:
            tail -= 1
        low = self._choices(range(tail, len(self.copies)))
        low_sum, low_ways = self._sum(low, tail), self._ways(low, tail)
        for head in self._choices(range(tail)).T if tail else [np.zeros(0, dtype=np.int64)]:
            excess = low_sum + (sum(int(c) * w for c, w in zip(head, self.weights, strict=False)) - self.quota)
            kept = np.flatnonzero((excess >= 0) & (excess < self.weights[0]))
            if len(kept):
                ways = prod(comb(self.copies[r], int(c)) for r, c in enumerate(head))
                counts = np.vstack([np.repeat(head[:, None], len(kept), axis=1), low[:, kept]])
                yield counts, excess[kept], low_ways[kept] * ways

    def _choices(self, groups: range) -> NDArray[np.int64]:
        """Every choice of counts for some weights, one column each."""
        sizes = [self.copies[r] + 1 for r in groups]
        return np.indices(sizes, dtype=np.int64).reshape(len(sizes), -1) if sizes else np.zeros((0, 1), dtype=np.int64)

    def _sum(self, counts: NDArray[np.int64], first: int) -> Whole:
        total = np.zeros(counts.shape[1], dtype=self.kind)
        for r, row in enumerate(counts):
            total = total + row.astype(self.kind) * self.weights[first + r]
        return total

    def _ways(self, counts: NDArray[np.int64], first: int) -> Whole:
        ways = np.ones(counts.shape[1], dtype=self.kind)
        for r, row in enumerate(counts):
            copies = self.copies[first + r]
            ways = ways * np.array([comb(copies, c) for c in range(copies + 1)], dtype=self.kind)[row]
        return ways

    def _table(self) -> list[list[int]]:
        return [[0] * (sum(self.copies) + 1) for _ in self.weights]

    def _add(self, row: list[int], key: NDArray[np.int64], amount: Whole) -> None:
        """Add the amounts to the places that ``key`` names, in whole numbers."""
        if not len(key):
            return
        order = np.argsort(key, kind="stable")
        key = key[order]
        first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
        for place, total in zip(key[first].tolist(), np.add.reduceat(amount[order], first).tolist(), strict=True):
            row[place] += total

    def _per_player(self, table: list[list[int]]) -> list[list[int]]:
        """What all players of a weight have together, divided among them."""
        each = [[total // copies for total in row] for row, copies in zip(table, self.copies, strict=True)]
        return [each[r] for r in self.place]
