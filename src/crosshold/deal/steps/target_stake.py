"""Sell down to a stake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Annotated, Any, ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Basis, Discount, Issuer, Money, Parties, Ratio, choice
from crosshold.deal.ledger import largest_remainder
from crosshold.deal.step import Step
from crosshold.deal.steps.block import Block
from crosshold.deal.steps.buyback import Buyback
from crosshold.deal.steps.sell import Sell
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class TargetStake(Step):
    """Sell until ``holders`` together have at most (or at least) ``to`` of ``issuer`` on ``basis`` issued or outstanding.

    Compiled when it is executed, never when it is written. Exact quantity, h held of a whole n: to the market q = h - t n; through a
    buy-back with cancellation q = (h - t n) / (1 - t). ``at_most`` takes the ceiling, ``at_least`` the floor.
    """

    type: ClassVar[str] = "target_stake"

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
        """The basis is one of shares here."""
        if self.basis not in ("issued", "outstanding"):
            message = f"target_stake reads 'issued' or 'outstanding', not {self.basis}."
            source.fault("E_BASIS_AMBIGUOUS", message, "Use the step target_votes for votes.", "basis")

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Whole shares for each holder, then the steps of the channel."""
        held = {who: draft.held(who, self.issuer) for who in self.holders}
        whole = draft.issuers[self.issuer].issued
        if self.basis == "outstanding":
            whole -= draft.held(self.issuer, self.issuer)
        over = sum(held.values()) - self.to * whole
        exact = over / (1 - self.to) if self.channel == "buyback_cancel" and self.to < 1 else Fraction(over)
        shares = max(0, ceil(exact) if self.rounding == "at_most" else floor(exact))
        if shares == 0:
            now = f"{float(Fraction(sum(held.values()), whole)):.4%}" if whole else "nothing"
            draft.warn("N_NOTHING_TO_DO", f"{', '.join(self.holders)} already at {now} of {self.issuer}.", "The target is met.")
        steps = [part for step in channel_steps(self, largest_remainder(shares, held)) for part in step.compile(draft)]
        draft.record |= {"shares": shares, "exact": exact if exact > 0 else Fraction(0), "basis": self.basis}
        return steps

    def apply(self, draft: Draft) -> None:
        """A target is never applied itself."""
        for step in self.compile(draft):
            step.apply(draft)


def channel_steps(step: Any, fills: dict[str, int]) -> list[Step]:
    """The fixed-quantity steps that a target step stands for: one for each holder, or one buy-back from all."""
    common = {
        "issuer": step.issuer, "price": step.price, "lots": step.lots, "currency": step.currency, "fee": step.fee, "tax": step.tax,
        "note": step.note, "source": step.source, "depends_on": step.depends_on, "where": step.where,
    }  # fmt: skip
    if step.channel == "buyback_cancel":
        return [Buyback(id=step.id, fills=fills, cancel=True, **common)]
    sellers = [who for who, count in fills.items() if count] or list(fills)[:1]
    made: list[Step] = []
    for who in sellers:
        name = step.id if len(sellers) == 1 else f"{step.id}.{who}"
        if step.channel == "block":
            made.append(Block(id=name, holder=who, shares=fills[who], discount=step.discount, **common))
        else:
            made.append(Sell(id=name, holder=who, shares=fills[who], impact=step.impact, **common))
    return made
