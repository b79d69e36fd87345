"""A simple game: which coalitions win. Counts over coalitions are exact whole numbers of any size.

``Weighted`` wins with a sum of at least the quota; ``Listed`` names its winning coalitions one by one. Coalitions are bit masks: player
k is bit k.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import comb, gcd
from operator import index
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.kernels.coalitions import HALVES_PLAYERS, count_below, swing_counts, swings_by_size
from crosshold.measures.power.merged import Merged

Masks = NDArray[np.int64]
MOST_LISTED = 25  # players up to which coalitions are looked at one by one
_CHUNK = 16  # low bits handled at once


class Game:
    """Base of both kinds: ``players`` and, per player and size of coalition, how many coalitions he turns from losing to winning."""

    players: int

    def wins(self, masks: Masks) -> NDArray[np.bool_]:
        """Which coalitions win."""
        raise NotImplementedError

    @cached_property
    def swings(self) -> list[list[int]]:
        """``swings[i][s]``: coalitions of s others that lose, and win once i joins."""
        table = [[0] * self.players for _ in range(self.players)]
        for masks, critical in self._criticals():
            size = np.bitwise_count(masks)
            for i in range(self.players):
                counts = np.bincount(size[critical[i]], minlength=self.players + 1).tolist()
                table[i] = [a + b for a, b in zip(table[i], counts[1:], strict=True)]
        return table

    @cached_property
    def decides(self) -> list[int]:
        """Coalitions that i swings, of any size."""
        return [sum(by_size) for by_size in self.swings]

    @cached_property
    def winning(self) -> int:
        """How many coalitions win."""
        return sum(int(self.wins(masks).sum()) for masks in self._chunks())

    @cached_property
    def minimal(self) -> list[list[int]]:
        """``minimal[i][s]``: winning coalitions of s members, i among them, that lose whoever leaves."""
        table = [[0] * (self.players + 1) for _ in range(self.players)]
        for masks, critical in self._criticals():
            size = np.bitwise_count(masks)
            tight = critical.sum(axis=0) == size
            _count(table, critical & tight, size)
        return table

    @cached_property
    def vulnerable(self) -> list[list[int]]:
        """``vulnerable[i][c]``: winning coalitions in which exactly c members are critical, i among them."""
        table = [[0] * (self.players + 1) for _ in range(self.players)]
        for _, critical in self._criticals():
            _count(table, critical, critical.sum(axis=0))
        return table

    def _chunks(self) -> Iterator[Masks]:
        if self.players > MOST_LISTED:
            raise too_many(self.players, MOST_LISTED, "give weights instead of coalitions")
        low = np.arange(1 << min(self.players, _CHUNK), dtype=np.int64)
        for high in range(1 << max(0, self.players - _CHUNK)):
            yield low | (high << _CHUNK)

    def _criticals(self) -> Iterator[tuple[Masks, NDArray[np.bool_]]]:
        """Winning coalitions, and for each player whether it loses without him."""
        for masks in self._chunks():
            won = masks[self.wins(masks)]
            bits = [np.int64(1 << i) for i in range(self.players)]
            yield won, np.array([((won & bit) != 0) & ~self.wins(won & ~bit) for bit in bits])


def _count(table: list[list[int]], members: NDArray[np.bool_], key: NDArray[np.integer]) -> None:
    for i, chosen in enumerate(members):
        counts = np.bincount(key[chosen], minlength=len(table[i])).tolist()
        table[i] = [a + b for a, b in zip(table[i], counts, strict=True)]


class Weighted(Game):
    """Players with whole weights; a coalition wins when its sum is at least ``quota``. Weights are divided by their common divisor."""

    def __init__(self, weights: Sequence[int], quota: int) -> None:
        weights = votes_of(weights)
        total = sum(weights)
        if not 0 < quota <= total:
            what = "the empty coalition would win" if quota <= 0 else f"all votes together ({total}) do not reach it"
            raise RequestError(Finding("E_QUOTA", f"a quota of {quota} decides nothing: {what}.", "Give another quota.", "quota"))
        unit = gcd(*weights)
        self.players = len(weights)
        self.weights = [w // unit for w in weights]
        self.quota = -(-quota // unit)
        self.total = total // unit

    @cached_property
    def swings(self) -> list[list[int]]:
        """By packed counting or by halves, see :mod:`crosshold.kernels.coalitions`; no coalition is listed."""
        found = swings_by_size(self.weights, self.quota)
        if found is None:
            raise too_many(self.players, HALVES_PLAYERS, "method dynamic, quantised or sampled would work")
        return found

    @cached_property
    def decides(self) -> list[int]:
        """The same without sizes, which is faster."""
        found = swing_counts(self.weights, self.quota)
        if found is None:
            raise too_many(self.players, HALVES_PLAYERS, "method dynamic, quantised or sampled would work")
        return found

    @cached_property
    def winning(self) -> int:
        """How many coalitions win."""
        lose = count_below(self.weights, self.quota)
        if lose is None:
            raise too_many(self.players, HALVES_PLAYERS, "method dynamic, quantised or sampled would work")
        return (1 << self.players) - lose

    @cached_property
    def minimal(self) -> list[list[int]]:
        """From coalitions that hold so many players of each weight."""
        return self._merged.minimal()

    @cached_property
    def vulnerable(self) -> list[list[int]]:
        """From coalitions that hold so many players of each weight."""
        return self._merged.vulnerable()

    @cached_property
    def _merged(self) -> Merged:
        merged = Merged(self.weights, self.quota)
        if merged.states > (limit := merged.limit):
            cure = "method dynamic (Holler, Deegan-Packel) or sampled would work"
            raise too_many(self.players, limit.bit_length() - 1, cure, f", of {len(merged.weights)} different weights,")
        return merged


class Listed(Game):
    """A game given by the value (0 or 1) of every coalition: singles, pairs, triples ..., each in lexicographic order."""

    def __init__(self, players: int, coalition_values: Sequence[int]) -> None:
        self.players = players
        self._wins = np.zeros(1 << players, dtype=np.bool_)
        order = [members for size in range(1, players + 1) for members in combinations(range(players), size)]
        for members, value in zip(order, coalition_values, strict=True):
            self._wins[sum(1 << i for i in members)] = bool(value)
        if not self._wins.any():
            raise RequestError(Finding("E_QUOTA", "no coalition wins.", "Give the value 1 to at least one.", "quota"))

    def wins(self, masks: Masks) -> NDArray[np.bool_]:
        """Look-up."""
        return self._wins[masks]


def votes_of(weights: Sequence[int]) -> list[int]:
    """Votes as Python's whole numbers, whose sums never overflow. E_NEG_QTY for fewer than 0, E_VOTES for what is not whole."""
    try:
        whole = [index(w) for w in weights]
    except TypeError:
        message = "votes are whole numbers."
        raise RequestError(Finding("E_VOTES", message, "Give shares, or fractions times their denominator.", "weights")) from None
    if any(w < 0 for w in whole):
        raise RequestError(Finding("E_NEG_QTY", "votes are 0 or more.", "Check the holdings.", "weights"))
    return whole


def too_many(players: int, limit: int, cure: str, kind: str = "") -> RequestError:
    """``E_TOO_MANY_PLAYERS``: an exact method beyond its limit, and what would work."""
    message = f"{players} players{kind} are too many for exact counting, which ends at about {limit}."
    return RequestError(Finding("E_TOO_MANY_PLAYERS", message, f"Leave method auto; {cure}.", "method"))


@dataclass(frozen=True)
class Index:
    """A power index: ``compute`` gives one fraction per player, or one for the whole game when not ``per_player``.

    ``looks_at`` names what it counts: coalitions that a player swings, orders in which he does, minimal winning coalitions, or all
    vulnerable ones. ``sums_to_one`` says whether it is a division of one; ``caution`` is a sentence for readers, ``source`` the paper.
    """

    id: str
    compute: Callable[[Game], list[Fraction]]
    source: str
    looks_at: Literal["swings", "orders", "minimal", "vulnerable"] = "swings"
    sums_to_one: bool = False
    per_player: bool = True
    caution: str = ""


def shares_of(counts: Sequence[int | Fraction]) -> list[Fraction]:
    """Each count over the sum of all."""
    total = sum(counts)
    return [Fraction(count) / total for count in counts]


def order_weight(players: int, size: int) -> Fraction:
    """Share of all orders in which a given player comes right after a given coalition of ``size`` others."""
    return Fraction(1, players * comb(players - 1, size))
