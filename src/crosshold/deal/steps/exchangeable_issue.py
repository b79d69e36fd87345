"""Borrow against shares that the lenders may take instead of their money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Count, Day, Issuer, Money, Newcomer, Party, Ratio
from crosshold.deal.ledger import shown
from crosshold.deal.step import Step
from crosshold.formats.fields import Fields
from crosshold.model.entity import FLOAT


@dataclass(frozen=True, kw_only=True)
class ExchangeableIssue(Step):
    """``holder`` gets ``proceeds`` from ``to`` now and pledges ``shares`` of ``issuer``; ``exchangeable_settle`` delivers or pays back.

    One share is exchanged for proceeds / shares. ``premium`` is how far that lies above the price of the day; ``coupon`` is a yearly
    rate on the proceeds, paid at settlement for the days gone by (of 365). Pledged lots keep their votes and cannot move
    (``E_PLEDGED``); with ``lend`` the named borrower holds them until settlement, and votes them.
    """

    type: ClassVar[str] = "exchangeable_issue"

    issuer: Issuer
    holder: Party
    shares: Count
    proceeds: Money
    maturity: Day
    to: Party = FLOAT
    premium: Ratio | None = None
    coupon: Ratio | None = None
    lend: Newcomer | None = None

    def review(self, source: Fields) -> None:
        """A bond without shares is no exchangeable one; nobody lends to itself."""
        if not self.shares and self.proceeds.value:
            source.fault("C_BAD_VALUE", "no shares stand behind these proceeds.", "Give 'shares', or use the step pay.", "shares")
        for key in ("to", "lend"):
            if getattr(self, key) == self.holder:
                source.fault("C_BAD_VALUE", f"{self.holder} would lend to itself.", "Name another party.", key)

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Fix the currency of the proceeds."""
        return (self.on(draft, proceeds=draft.money(self.proceeds, self.currency)),)

    def apply(self, draft: Draft) -> None:
        """Money in, shares bound, the bond written down as a contract."""
        currency = self.proceeds.currency or draft.state.currency
        if self.maturity <= draft.on:
            message = f"the bond is due on {self.maturity}, not after {draft.on}."
            raise draft.refuse("C_BAD_DATE", message, "Give a later 'maturity'.")
        draft.record |= {"shares": self.shares, "proceeds": shown(self.proceeds.value, currency), "currency": currency}
        if not self.shares:
            return
        each = Fraction(self.proceeds.value) / self.shares
        draft.record |= {"exchange_price": each}
        if self.premium is not None:
            draft.record |= {"price_without_premium": each / (1 + self.premium)}
        if self.lend:
            draft.newcomer(self.lend, "unknown")
            draft.transfer(self.issuer, self.holder, self.lend, self.shares, self.lots, pledged_to=self.id)
        else:
            draft.pledge(self.issuer, self.holder, self.shares, self.id, order=self.lots)
        paid = draft.pay(self.to, self.holder, self.proceeds.value, currency, "debt")
        draft.charge(self.holder, self.fee, paid, currency)
        bond: dict[str, Any] = {
            "id": self.id,
            "kind": "exchangeable",
            "issuer": self.issuer,
            "holder": self.holder,
            "to": self.to,
        }
        bond |= {"shares": self.shares, "left": self.shares, "proceeds": shown(paid, currency), "currency": currency}
        bond |= {"from": draft.on.isoformat(), "maturity": self.maturity.isoformat(), "coupon": str(self.coupon or 0)}
        draft.contracts.append({**bond, "borrower": self.lend} if self.lend else bond)
