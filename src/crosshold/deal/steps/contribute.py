"""Pay into the joint fund."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import FundId, Money, Party
from crosshold.deal.ledger import shown
from crosshold.deal.step import Step


@dataclass(frozen=True, kw_only=True)
class Contribute(Step):
    """``entity`` pays ``amount`` to ``fund``; what it has not is ``W_FUND_SHORT``."""

    type: ClassVar[str] = "contribute"

    fund: FundId
    entity: Party
    amount: Money

    def apply(self, draft: Draft) -> None:
        """Pay, and say what is missing."""
        money = draft.money(self.amount, self.currency)
        currency = money.currency or draft.state.currency
        short = money.value - draft.ledger.worth(self.entity, currency)
        if short > 0:
            message = f"{self.entity} has {currency} {shown(money.value - short, currency)}, {shown(short, currency)} less than it pays in."
            draft.warn("W_FUND_SHORT", message, "Sell more, commit less, or lend.")
        draft.illustrative(f"cash.{self.entity}")
        draft.record |= {"amount": shown(money.value, currency), "currency": currency}
        draft.pay(self.entity, self.fund, money.value, currency, "contribution")

    def fund_money(self) -> bool:
        """Undone when the fund is not executed."""
        return True
