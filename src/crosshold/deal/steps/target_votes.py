"""Sell down, or dilute, to a share of votes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.steps.target import Target
from crosshold.deal.votes import Counter

GRID = 32  # probes of the whole range, so that a share that does not fall evenly is not missed between two ends


@dataclass(frozen=True, kw_only=True)
class TargetVotes(Target):
    """The fewest shares after which ``holders`` together have at most ``to`` of the votes of ``issuer``.

    ``basis`` is gross_votes or exercisable_votes. Selling changes everybody's votes, so every quantity tried is executed and counted:
    first on a grid, then by bisection inside the first interval that reaches the target. ``at_least`` keeps one share more.
    """

    type: ClassVar[str] = "target_votes"
    bases: ClassVar[tuple[str, ...]] = ("gross_votes", "exercisable_votes")
    other: ClassVar[str] = "Use the step target_stake for shares."

    def quantity(self, draft: Draft, held: Mapping[str, int]) -> tuple[int, Fraction | None]:
        """By trial; ``E_TARGET_UNREACHABLE`` with the nearest share when nothing that was tried reaches the line."""
        whole = self._most(draft, held)
        if self._share(draft, held, 0) <= self.to:
            draft.warn("N_NOTHING_TO_DO", f"{', '.join(self.holders)} already meet the target in {self.issuer}.")
            return 0, None
        probes = sorted({whole * n // GRID for n in range(1, GRID + 1)} - {0})
        high = next((q for q in probes if self._share(draft, held, q) <= self.to), None)
        if high is None:
            nearest = min(probes or [0], key=lambda q: self._share(draft, held, q))
            value = float(self._share(draft, held, nearest))
            message = f"no quantity brings {', '.join(held)} to {float(self.to):.4%} of {self.basis}; nearest {value:.4%}."
            raise draft.refuse("E_TARGET_UNREACHABLE", message, "Change the target, or sell elsewhere first.")
        low = max((q for q in probes if q < high), default=0)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._share(draft, held, middle) <= self.to else (middle, high)
        return (high if self.rounding == "at_most" or self._share(draft, held, high) == self.to else low), None

    def _most(self, draft: Draft, held: Mapping[str, int]) -> int:
        """All that is held; of new shares as many as surely dilute enough, each with a vote or more."""
        if self.channel != "issue":
            return sum(held.values())
        votes = sum(draft.gross(lot) for lot in draft.state.lots_of(self.issuer) if lot.holder in held)
        return ceil(votes / self.to) if self.to else 0

    def _share(self, draft: Draft, held: Mapping[str, int], shares: int) -> Fraction:
        """Execute a trial quantity on a copy and count the votes."""
        trial = Draft(draft.state, draft.step, draft.on, draft.gross, draft.terms)
        free = replace(self, impact=Fraction(0), discount=Fraction(0), participation=None)  # what it costs moves no vote
        for step in free.channel_steps(trial, held, shares):
            for part in step.compile(trial):
                part.apply(trial)
        votes = (draft.count or Counter())(trial.finish())
        if self.basis == "gross_votes":
            lots = votes.snapshot.lots_of(self.issuer)
            total = sum(votes.gross(lot) for lot in lots)
            return Fraction(sum(votes.gross(lot) for lot in lots if lot.holder in held), total) if total else Fraction(0)
        stakes = votes.one(draft.step).stakes(self.issuer)
        return sum((stakes.get(who) or Fraction(0) for who in held), Fraction(0))
