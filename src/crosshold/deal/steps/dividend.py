"""Pay a dividend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Issuer, Money
from crosshold.deal.step import Step


@dataclass(frozen=True, kw_only=True)
class Dividend(Step):
    """Cash ``per_share`` to every holder but the issuer itself; a trustee's goes to the beneficiary; the price goes ex dividend."""

    type: ClassVar[str] = "dividend"

    issuer: Issuer
    per_share: Money

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Fix the currency."""
        return (self.on(draft, per_share=draft.money(self.per_share, self.currency)),)

    def apply(self, draft: Draft) -> None:
        """One payment for each account; the price of the issuer falls by the dividend when it is in the same currency."""
        currency = self.per_share.currency or draft.state.currency
        shares: dict[str, int] = {}
        for lot in draft.state.lots_of(self.issuer):
            if lot.holder != self.issuer:
                who = draft.account(lot.beneficiary or lot.holder)
                shares[who] = shares.get(who, 0) + lot.shares
        draft.record |= {"shares": sum(shares.values()), "per_share": f"{self.per_share.value:f}", "currency": currency}
        for who, count in shares.items():
            draft.pay(self.issuer, who, count * Fraction(self.per_share.value), currency, "dividend")
        price = draft.prices.get(self.issuer)
        if price and price.currency == currency and price.date <= draft.on and self.per_share.value:
            draft.prices[self.issuer] = replace(price, value=max(price.value - self.per_share.value, Decimal(0)), date=draft.on)
