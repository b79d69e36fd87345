"""Sell down, or dilute, to a stake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.steps.target import Target


@dataclass(frozen=True, kw_only=True)
class TargetStake(Target):
    """Exact quantity, h held of a whole n: to the market q = h - t n; through a buy-back with cancellation q = (h - t n) / (1 - t);
    through an issue q = h / t - n. ``at_most`` takes the ceiling, ``at_least`` the floor.
    """

    type: ClassVar[str] = "target_stake"
    bases: ClassVar[tuple[str, ...]] = ("issued", "outstanding")
    other: ClassVar[str] = "Use the step target_votes for votes."

    def quantity(self, draft: Draft, held: Mapping[str, int]) -> tuple[int, Fraction | None]:
        """By the formula of the channel; never below 0."""
        have, whole = sum(held.values()), draft.issuers[self.issuer].issued
        if self.basis == "outstanding":
            whole -= draft.held(self.issuer, self.issuer)
        over = have - self.to * whole
        if over <= 0:
            now = f"{float(Fraction(have, whole)):.4%}" if whole else "nothing"
            message = f"{', '.join(self.holders)} already at {now} of {self.issuer} ({self.basis})."
            draft.warn("N_NOTHING_TO_DO", message, "The target is met.")
            return 0, Fraction(0)
        if self.channel == "issue" and self.to == 0:
            message = f"no issue brings {', '.join(self.holders)} to nothing of {self.issuer}."
            raise draft.refuse("E_TARGET_UNREACHABLE", message, "Choose another channel, or a target above 0.")
        divisor = {"buyback_cancel": 1 - self.to, "issue": self.to}.get(self.channel, Fraction(1))
        exact = over / divisor
        return (ceil(exact) if self.rounding == "at_most" else floor(exact)), exact
