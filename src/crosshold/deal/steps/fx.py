"""Change money into another currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Money, Party, Word
from crosshold.deal.ledger import rounded, shown
from crosshold.deal.step import Step
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class Fx(Step):
    """``entity`` sells ``amount`` of one currency of ``pair`` (``EURJPY``) for the other at the case's rate, through ``@fx``."""

    type: ClassVar[str] = "fx"

    entity: Party
    pair: Word
    amount: Money

    def review(self, source: Fields) -> None:
        """The amount is in one of the two currencies."""
        if len(self.pair) != 6:
            source.fault("C_BAD_VALUE", f"{self.pair!r} is no currency pair.", "Write six capitals, as EURJPY.", "pair")
        elif (self.amount.currency or self.currency) not in (self.pair[:3], self.pair[3:]):
            source.fault("C_BAD_VALUE", f"the amount is in neither currency of {self.pair}.", "Give its currency.", "amount")

    def apply(self, draft: Draft) -> None:
        """Out of one currency, into the other."""
        money = draft.money(self.amount, self.currency)
        source = money.currency or draft.state.currency
        target = self.pair[3:] if source == self.pair[:3] else self.pair[:3]
        bought = rounded(draft.ledger.convert(money.value, source, target), target)
        draft.record |= {"sold": shown(money.value, source), "bought": shown(bought, target), "currency": source, "into": target}
        draft.ledger.post(self.entity, "@fx", money.value, source, "fx")
        draft.ledger.post("@fx", self.entity, bought, target, "fx")
