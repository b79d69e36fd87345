"""What changes in control when the votes of one stake are gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from crosshold.kernels.cascades import ancestors, tops
from crosshold.kernels.control import Edges, least_closure, passes


class Change(NamedTuple):
    """Pairs (controller, controlled) that end and begin, and nodes with those at their top before and after."""

    lost: set[tuple[int, int]]
    gained: set[tuple[int, int]]
    handed: list[tuple[int, set[int], set[int]]]


class Cuts:
    """Who controls whom (more than ``threshold``), and what of it changes without a stake.

    ``out`` and ``incoming`` are the rows of the graph by holder and by issuer, ``total`` the whole of each issuer.
    """

    def __init__(self, out: Edges, incoming: Edges, total: Sequence[int], threshold: Fraction) -> None:
        self._out, self._incoming, self._total, self._threshold = out, incoming, total, threshold
        self._known: dict[tuple[int, int], Change] = {}

    @cached_property
    def controlled(self) -> dict[int, frozenset[int]]:
        """What each holder controls."""
        test = passes(self._threshold, True, self._total)
        return {i: frozenset(least_closure(self._out, [i], test)[0]) for i, row in enumerate(self._out) if row}

    def without(self, holder: int, issuer: int) -> Change:
        """What changes when the votes of one stake leave the holder and the whole; only who is above the issuer can be affected."""
        if (holder, issuer) not in self._known:
            self._known[holder, issuer] = self._compute(holder, issuer)
        return self._known[holder, issuer]

    def _compute(self, holder: int, issuer: int) -> Change:
        out, total = list(self._out), list(self._total)
        total[issuer] -= sum(weight for i, weight in self._incoming[issuer] if i == holder)
        out[holder] = [edge for edge in out[holder] if edge[0] != issuer]
        test = passes(self._threshold, True, total)
        after = dict(self.controlled)
        for source in ancestors(self._incoming, issuer) & set(after):
            after[source] = frozenset(least_closure(out, [source], test)[0])
        old, new = _pairs(self.controlled), _pairs(after)
        before_tops, after_tops = tops(_above(old)), tops(_above(new))
        handed = [
            (j, before, then)
            for j in sorted({*before_tops, *after_tops})
            if (before := before_tops.get(j, set())) != (then := after_tops.get(j, set()))
        ]
        return Change(old - new, new - old, handed)


def _pairs(controlled: Mapping[int, Collection[int]]) -> set[tuple[int, int]]:
    return {(i, j) for i, companies in controlled.items() for j in companies}


def _above(pairs: Collection[tuple[int, int]]) -> dict[int, set[int]]:
    above: dict[int, set[int]] = {}
    for i, j in pairs:
        above.setdefault(j, set()).add(i)
    return above
