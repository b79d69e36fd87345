"""The fund pays for something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import FundId, Money, Newcomer
from crosshold.deal.ledger import shown
from crosshold.deal.step import Step


@dataclass(frozen=True, kw_only=True)
class Invest(Step):
    """The fund pays ``amount`` to ``entity``, which does what the fund is for."""

    type: ClassVar[str] = "invest"
    why: ClassVar[str] = "investment"

    fund: FundId
    entity: Newcomer
    amount: Money

    def apply(self, draft: Draft) -> None:
        """Pay from the fund's account."""
        money = draft.money(self.amount, self.currency)
        currency = money.currency or draft.state.currency
        draft.record |= {"amount": shown(money.value, currency), "currency": currency}
        draft.pay(self.fund, self.entity, money.value, currency, self.why)

    def fund_money(self) -> bool:
        """Undone when the fund is not executed."""
        return True
