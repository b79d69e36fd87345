"""Groups and multiplied shares in the worst and the best worlds of stakes with bounds; see :mod:`crosshold.model.stakes`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from crosshold.kernels.flow import Number
from crosshold.kernels.worlds import Worlds, columns_of, derivation, grown, holders_of, multiplied, open_worlds, passing, ratio
from crosshold.model.stakes import Registers, Stakes

HALF = Fraction(1, 2)
Range = tuple[Number, Number]


@dataclass(frozen=True)
class View:
    """One basis: its registers, who may hold what, and worlds in which no ring owns itself completely."""

    basis: str
    columns: Registers
    out: list[list[int]]
    start: Worlds


class InWorlds:
    """Answers for the worst (``best=False``) and the best worlds, each computed once."""

    def __init__(self, stakes: Stakes, counts_votes: bool, control: str = "votes") -> None:
        self.stakes = stakes
        self.control = self._view(control)
        names = ["capital"] if stakes.votes is stakes.capital or not counts_votes else ["capital", "votes"]
        self.views = [self.control if name == control else self._view(name) for name in names]
        self.controlled = cache(self._controlled)
        self.product = cache(self._product)

    def _view(self, name: str) -> View:
        columns = self.stakes.registers(name)
        return View(self.stakes.basis(name), columns, columns_of(columns, len(self.stakes)), open_worlds(columns))

    def held(self) -> set[int]:
        """Entities that somebody named may hold."""
        return {j for view in self.views for row in view.out for j in row}

    def closed(self) -> set[int]:
        """Companies that own themselves completely in every world."""
        return {j for view in self.views for j in set(view.columns) - set(view.start)}

    def _controlled(self, i: int, best: bool) -> dict[int, int]:
        """What comes under control of an entity (more than half), by round."""
        columns = self.control.columns
        return grown(self.control.out, [i], lambda j, inside: passing(columns[j], inside, HALF, True, best))

    def part(self, j: int, group: Collection[int], best: bool) -> Fraction:
        """Largest (smallest) share of a company that a group has, on whichever basis that is larger; without its own shares."""
        worth = dict.fromkeys(set(group) - {j}, Fraction(1))
        parts = [ratio(view.columns[j], worth, best) for view in self.views if j in view.columns]
        return max((x for x in parts if x is not None), default=Fraction(0))

    def _product(self, i: int) -> dict[int, Range]:
        """Bounds of the multiplied share of every company, on whichever basis is larger."""
        ends = []
        for best in (False, True):
            found: dict[int, Number] = {}
            for view in self.views:
                for j, share in multiplied(view.columns, view.start, i, best)[0].items():
                    found[j] = max(found.get(j, Fraction(0)), share)
            ends.append(found)
        return {j: (ends[0].get(j, Fraction(0)), high) for j, high in ends[1].items()}

    def steps(self, i: int, goals: Collection[int], best: bool) -> list[dict[str, Any]]:
        """How companies come under control in the worst or the best worlds, as plain data."""
        found = derivation(self.control.columns, self.controlled(i, best), [i], goals, best)
        return [
            {"company": self.stakes.ids[s.node], "round": s.round, "share": s.share, "counts": self.stakes.counts(s.world)}
            for s in found
        ]

    def worlds(self, i: int, j: int, best: bool) -> list[dict[str, Any]]:
        """The registers between a holder and a company in the world that gives the least or the largest multiplied share, by basis."""
        told = []
        for view in self.views:
            share, chosen = multiplied(view.columns, view.start, i, best)
            above, agenda = {j}, [j]
            while agenda:
                for slot in holders_of(view.columns.get(agenda.pop(), ())):
                    if slot.node not in above and slot.node != i:
                        above.add(slot.node)
                        agenda.append(slot.node)
            counts = {self.stakes.ids[v]: self.stakes.counts(chosen[v]) for v in sorted(above) if v in chosen and share.get(v)}
            told.append({"basis": view.basis, "share": share.get(j, Fraction(0)), "registers": counts})
        return told
