"""Shares of a company on a named base, as intervals: exact on a decided state, all that is possible on an open one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from crosshold.law.vocabulary import LIVE_BASES
from crosshold.law.world import Bounds, World

Kept = Mapping[int, Bounds]
"""Bounds of what lots can exercise, by position; a lot that is not there can exercise its gross votes."""
Pair = tuple[frozenset[str], frozenset[str]]
"""A group when some membership is open: who surely belongs to it, who possibly does."""
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """Lowest and highest value of a ratio; ``null`` when the total can be nothing. ``part`` of ``whole`` is it on a decided state."""

    low: Fraction
    high: Fraction
    null: bool = False
    part: int = 0
    whole: int = 0
    basis: str = ""


NOTHING = Span(Fraction(0), Fraction(0), null=True)
"""A ratio of a total of nothing: no number, never 0/0 = 0."""


class Tally(NamedTuple):
    """Some lots added up: counted votes, gross votes, cut votes, each lowest and highest."""

    low: int
    high: int
    gross_low: int
    gross_high: int
    cut_low: int
    cut_high: int


class Votes:
    """The votes of a state. ``kept[i]`` bounds what lot i can exercise (``None``: gross); ``data`` lets uncertain counts vary.

    ``reads`` collects the issuers whose exercisable votes were looked at.
    """

    def __init__(self, world: World, kept: Kept | None, *, data: bool = False) -> None:
        self.world, self.kept, self.data = world, kept, data
        self.reads: set[str] = set()
        self.products: dict[tuple[str, str, str], dict[str, Fraction | None]] = {}
        self._totals: dict[tuple[str, bool, frozenset[str]], Tally] = {}
        self._shares: dict[tuple[Pair, str, str, frozenset[str]], Span] = {}

    def share_without(self, group: Pair, target: str, basis: str, left_out: Pair) -> Span:
        """The share of a group where what some have is left out, of the group's part too."""
        if not left_out[1]:
            return self.share(group, target, basis)
        if left_out[0] == left_out[1]:
            return self.share(group, target, basis, left_out[0])
        # Leaving out a member lowers the share, leaving out anybody else raises it.
        low = self.share(group, target, basis, left_out[0] | (left_out[1] & group[0]))
        high = self.share(group, target, basis, left_out[0] | (left_out[1] - group[1]))
        return NOTHING if NOTHING in (low, high) else replace(low, high=high.high, null=low.null or high.null)

    def share(self, group: Pair, target: str, basis: str, out: frozenset[str] = NOBODY) -> Span:
        """The share of a group in ``target``. Own shares are never in the numerator; in a total only where the base says so. What
        ``out`` has counts nowhere."""
        key = group, target, basis, out
        if key not in self._shares:
            self._shares[key] = self._share(group, target, basis, out)
        elif basis in LIVE_BASES:
            self.reads.add(target)
        return self._shares[key]

    def _share(self, group: Pair, target: str, basis: str, out: frozenset[str]) -> Span:
        owners = self.world.owners[target]
        # The shorter list is walked: a company has few holders, and a group may have thousands of members.
        few, many = (owners, group[1]) if len(owners) < len(group[1]) else (group[1], owners)
        inside = [owner for owner in few if owner in many and owner != target and owner not in out]
        possible = [i for owner in inside for i in owners[owner]]
        sure = [i for owner in inside if owner in group[0] for i in owners[owner]]
        if basis in ("issued", "outstanding"):
            return self._of_shares(sure, possible, target, basis, out)
        least, most = self.add(sure, target, basis), self.add(possible, target, basis)
        total = self._total(target, out)
        if basis == "exercisable_over_gross":
            if not total:
                return NOTHING
            return Span(Fraction(least.low, total), Fraction(most.high, total), False, least.low, total, basis)
        others = self._others(least, target, basis, out)[1], self._others(most, target, basis, out)[0]
        if not least.low + others[0] and not most.high + others[1]:
            return NOTHING
        # Where others can have nothing the group is everything; where the group can have nothing it is nothing.
        low = Fraction(least.low, least.low + others[0]) if least.low + others[0] else Fraction(1)
        high = Fraction(most.high, most.high + others[1]) if most.high + others[1] else Fraction(0)
        null = least.low + others[1] == 0
        return Span(min(low, high), max(low, high), null, least.low, least.low + others[0], basis)

    def _of_shares(self, sure: list[int], possible: list[int], target: str, basis: str, out: frozenset[str]) -> Span:
        count = self.world.table.count
        whole = self.world.issued(target) - sum(count[i] for i in self._lots(target, out))
        if basis == "outstanding":
            whole -= sum(count[i] for i in self.world.own(target))
        if not whole:
            return NOTHING
        low = sum(self.world.shares(i)[0] if self.data else count[i] for i in sure)
        high = sum(self.world.shares(i)[1] if self.data else count[i] for i in possible)
        return Span(Fraction(low, whole), Fraction(high, whole), False, low, whole, basis)

    def _lots(self, target: str, owners: frozenset[str]) -> list[int]:
        """The lots of some owners in a company, own shares not among them."""
        held = self.world.owners[target]
        return [i for owner in owners if owner in held and owner != target for i in held[owner]]

    def _total(self, target: str, out: frozenset[str]) -> int:
        return self.world.gross_total(target) - sum(self.world.gross[i] for i in self._lots(target, out))

    def _others(self, group: Tally, target: str, basis: str, out: frozenset[str]) -> Bounds:
        """What the others can have while the group has what it has.

        The total is fixed where data are certain or dispersed holders absorb the difference: others = total - the group's gross
        votes - what others lose. Elsewhere others vary by themselves.
        """
        whole = self._whole(target, basis, out)
        if not self.data or self.world.absorbs(target):
            total = self._total(target, out)
            low = total - group.gross_high - (whole.cut_high - group.cut_high)
            high = total - group.gross_low - (whole.cut_low - group.cut_low)
        else:
            low, high = whole.low - group.low, whole.high - group.high
        own = sum(self.world.base[i] for i in self.world.own(target)) if basis == "theoretical_votes" else 0
        return max(low, 0) + own, max(high, 0) + own

    def _whole(self, issuer: str, basis: str, out: frozenset[str]) -> Tally:
        key = (issuer, basis in LIVE_BASES, out)
        if key not in self._totals:
            left_out = set(self._lots(issuer, out))
            lots = [i for i in self.world.by_issuer[issuer] if self.world.lots[i].holder != issuer and i not in left_out]
            self._totals[key] = self.add(lots, issuer, basis)
        return self._totals[key]

    def add(self, lots: Iterable[int], issuer: str, basis: str) -> Tally:
        """Add up lots of an issuer on a base of votes."""
        live = basis in LIVE_BASES
        if live:
            self.reads.add(issuer)
        rows = [self._lot(i, live) for i in lots]
        return Tally(*(sum(column) for column in zip(*rows, strict=True))) if rows else Tally(0, 0, 0, 0, 0, 0)

    def _lot(self, i: int, live: bool) -> Tally:
        gross = self.world.gross[i]
        low, high = self.world.votes(i) if self.data else (gross, gross)
        least, most = self.kept.get(i, (gross, gross)) if live and self.kept is not None else (gross, gross)
        if least == gross:
            return Tally(low, high, low, high, 0, 0)
        if most < gross:
            return Tally(min(least, low), min(most, high), low, high, max(low - most, 0), max(high - least, 0))
        return Tally(min(least, low), high, low, high, 0, max(high - least, 0))
