"""Sell shares, to the market unless a buyer is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.duration import timed
from crosshold.deal.keys import Count, Impact, Issuer, Money, Party, Ratio
from crosshold.deal.pricing import fixed_cut, settle
from crosshold.deal.step import Step
from crosshold.deal.values import Model
from crosshold.model.entity import FLOAT


@dataclass(frozen=True, kw_only=True)
class Sell(Step):
    """``shares`` from ``holder`` to ``to`` at ``price`` less ``impact`` (none, sqrt, a schedule, or a fraction); the seller pays
    the fee. With a ``participation`` in the daily volume the step says how many trading days it takes.

    The seller's stake becomes (h - q) / n; nobody else's changes, except in votes, where the sold lots start anew.
    """

    type: ClassVar[str] = "sell"

    issuer: Issuer
    holder: Party
    shares: Count
    to: Party = FLOAT
    price: Money | None = None
    impact: Impact | None = None
    participation: Ratio | None = None

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Fix the price and the impact."""
        price = draft.price(self.issuer, self.price, self.currency)
        cut = fixed_cut(draft, self.issuer, self.shares, self.impact, Model("none"), price, self.participation)
        draft.record |= {"shares": self.shares, "price": f"{price.value:f}", "impact": f"{float(cut):.6f}"}
        timed(draft, self.issuer, self.holder, self.shares, self.participation)
        return (self.on(draft, price=price, impact=cut),)

    def apply(self, draft: Draft) -> None:
        """One trade, its fee and its tax."""
        assert self.price is not None and isinstance(self.impact, Fraction)
        settle(draft, self, self.issuer, self.holder, {self.to: self.shares}, self.price, self.impact)
