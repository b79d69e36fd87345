"""Sell down to a share of votes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Basis, Discount, Issuer, Money, Parties, Ratio, choice
from crosshold.deal.ledger import largest_remainder
from crosshold.deal.step import Step
from crosshold.deal.steps.target_stake import channel_steps
from crosshold.deal.votes import Counter
from crosshold.formats.fields import Fields

GRID = 32  # probes of the whole range, so that a share that does not fall evenly is not missed between two ends


@dataclass(frozen=True, kw_only=True)
class TargetVotes(Step):
    """Sell the fewest shares after which ``holders`` together have at most ``to`` of the votes of ``issuer``.

    ``basis`` is gross_votes or exercisable_votes. Selling changes everybody's votes, so every quantity tried is executed and counted:
    first on a grid, then by bisection inside the first interval that reaches the target. ``at_least`` keeps one share more.
    """

    type: ClassVar[str] = "target_votes"

    issuer: Issuer
    holders: Parties
    to: Ratio
    basis: Basis
    channel: Annotated[str, choice("sell", "block", "buyback_cancel")] = "sell"
    rounding: Annotated[str, choice("at_most", "at_least")] = "at_most"
    price: Money | None = None
    discount: Discount | None = None
    impact: Discount | None = None

    def review(self, source: Fields) -> None:
        """The basis is one of votes here."""
        if self.basis not in ("gross_votes", "exercisable_votes"):
            message = f"target_votes reads 'gross_votes' or 'exercisable_votes', not {self.basis}."
            source.fault("E_BASIS_AMBIGUOUS", message, "Use the step target_stake for shares.", "basis")

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Find the quantity, then make the steps of the channel."""
        held = {who: draft.held(who, self.issuer) for who in self.holders}
        shares = self._quantity(draft, held)
        if shares == 0:
            draft.warn("N_NOTHING_TO_DO", f"{', '.join(self.holders)} already meet the target in {self.issuer}.")
        steps = [part for step in channel_steps(self, largest_remainder(shares, held)) for part in step.compile(draft)]
        draft.record |= {"shares": shares, "exact": None, "basis": self.basis}
        return steps

    def apply(self, draft: Draft) -> None:
        """A target is never applied itself."""
        for step in self.compile(draft):
            step.apply(draft)

    def _quantity(self, draft: Draft, held: dict[str, int]) -> int:
        whole = sum(held.values())
        if self._share(draft, held, 0) <= self.to:
            return 0
        probes = sorted({whole * n // GRID for n in range(1, GRID + 1)} - {0})
        low, high = 0, next((q for q in probes if self._share(draft, held, q) <= self.to), None)
        if high is None:
            nearest = min(probes or [0], key=lambda q: self._share(draft, held, q))
            value = float(self._share(draft, held, nearest))
            message = f"no quantity brings {', '.join(held)} to {float(self.to):.4%} of {self.basis}; nearest {value:.4%}."
            raise draft.refuse("E_TARGET_UNREACHABLE", message, "Change the target, or sell elsewhere first.")
        low = max((q for q in probes if q < high), default=0)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._share(draft, held, middle) <= self.to else (middle, high)
        return high if self.rounding == "at_most" or self._share(draft, held, high) == self.to else low

    def _share(self, draft: Draft, held: dict[str, int], shares: int) -> Fraction:
        """Execute a trial quantity on a copy and count the votes."""
        trial = Draft(draft.state, draft.step, draft.on, draft.gross, draft.terms)
        for step in channel_steps(self, largest_remainder(shares, held)):
            for part in step.compile(trial):
                part.apply(trial)
        votes = (draft.count or Counter())(trial.finish())
        if self.basis == "gross_votes":
            lots = votes.snapshot.lots_of(self.issuer)
            total = sum(votes.gross(lot) for lot in lots)
            return Fraction(sum(votes.gross(lot) for lot in lots if lot.holder in held), total) if total else Fraction(0)
        stakes = votes.one(draft.step).stakes(self.issuer)
        return sum((stakes.get(who) or Fraction(0) for who in held), Fraction(0))
