"""Move money between two accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Money, Party
from crosshold.deal.ledger import shown
from crosshold.deal.step import Step


@dataclass(frozen=True, kw_only=True)
class Pay(Step):
    """``from`` pays ``amount`` to ``to``; no share moves."""

    type: ClassVar[str] = "pay"

    from_: Party
    to: Party
    amount: Money

    def apply(self, draft: Draft) -> None:
        """One entry."""
        money = draft.money(self.amount, self.currency)
        currency = money.currency or draft.state.currency
        draft.record |= {"amount": shown(money.value, currency), "currency": currency}
        draft.pay(self.from_, self.to, money.value, currency, "payment")
