"""Sell a block at a discount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar

from crosshold.deal.days import counted
from crosshold.deal.draft import Draft
from crosshold.deal.duration import tell_calendar, timed
from crosshold.deal.keys import Count, Days, Discount, Fills, Issuer, Money, Party, choice
from crosshold.deal.pricing import fixed_cut, settle
from crosshold.deal.step import Step
from crosshold.deal.values import Model
from crosshold.formats.case_contracts import CLOCKS
from crosshold.formats.fields import Fields
from crosshold.model.entity import FLOAT


@dataclass(frozen=True, kw_only=True)
class Block(Step):
    """As ``sell`` at price * (1 - ``discount``); ``buyers`` (default the market) and a lock-up of the seller's rest.

    Without a ``discount`` the block model of :func:`crosshold.deal.market.block_discount` is used, with a warning.
    """

    type: ClassVar[str] = "block"

    issuer: Issuer
    holder: Party
    shares: Count
    price: Money | None = None
    discount: Discount | None = None
    lock_up_days: Days | None = None
    clock: Annotated[str, choice(*CLOCKS)] = "days"
    buyers: Fills | None = None

    def review(self, source: Fields) -> None:
        """The buyers take what is sold."""
        if self.buyers is not None and sum(self.buyers.values()) != self.shares:
            message = f"the buyers take {sum(self.buyers.values()):,} shares, {self.shares:,} are sold."
            source.fault("C_BAD_VALUE", message, "Make them equal.", "buyers")

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Fix the price and the discount."""
        price = draft.price(self.issuer, self.price, self.currency)
        cut = fixed_cut(draft, self.issuer, self.shares, self.discount, Model("block"))
        draft.record |= {"shares": self.shares, "price": f"{price.value:f}", "discount": f"{float(cut):.6f}"}
        timed(draft, self.issuer, self.holder, self.shares, None, at_once=True)
        return (self.on(draft, price=price, discount=cut),)

    def apply(self, draft: Draft) -> None:
        """The trades with every buyer, then the lock-up."""
        assert self.price is not None and isinstance(self.discount, Fraction)
        buyers = self.buyers or {FLOAT: self.shares}
        settle(draft, self, self.issuer, self.holder, buyers, self.price, self.discount)
        if self.lock_up_days and self.shares:
            until = counted(draft.state, self.issuer, draft.on, self.lock_up_days, self.clock)
            if self.clock == "trading_days":
                tell_calendar(draft, self.issuer, until)
            lock = {"id": f"{self.id}.lock_up", "kind": "lock_up", "issuer": self.issuer, "holder": self.holder}
            draft.contracts.append(lock | {"from": draft.on.isoformat(), "until": until.isoformat()})
