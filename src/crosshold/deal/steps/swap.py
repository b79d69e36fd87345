"""Two holders exchange shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import LegKey, NetKey
from crosshold.deal.step import Step
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class Swap(Step):
    """``give`` {issuer, holder, shares} goes to the holder of ``take`` and the reverse; ``cash`` {from, to, value, currency} evens out."""

    type: ClassVar[str] = "swap"

    give: LegKey
    take: LegKey
    cash: NetKey | None = None

    def review(self, source: Fields) -> None:
        """Both legs name who holds; the holders differ."""
        for name, leg in (("give", self.give), ("take", self.take)):
            if leg.holder is None:
                source.fault("C_MISSING_KEY", f"{name}: the key 'holder' is missing.", "Say who gives these shares.", name)
        if self.give.holder is not None and self.give.holder == self.take.holder:
            source.fault("C_BAD_VALUE", f"{self.give.holder} would swap with itself.", "Name two holders.")

    def apply(self, draft: Draft) -> None:
        """Take both out first, so that neither leg lives on what the other brings."""
        assert self.give.holder is not None and self.take.holder is not None
        draft.record |= {"shares": {"give": self.give.shares, "take": self.take.shares}}
        legs = [(self.give, self.take.holder), (self.take, self.give.holder)]
        taken = [draft.take(leg.issuer, str(leg.holder), leg.shares, self.lots) for leg, _ in legs]
        for (leg, buyer), parts in zip(legs, taken, strict=True):
            for part in parts:
                draft.give(leg.issuer, str(leg.holder), buyer, part.shares, part.lot.share_class)
            draft.loyalty(leg.issuer, str(leg.holder), parts)
        if self.cash:
            draft.pay(self.cash.payer, self.cash.payee, self.cash.value, self.cash.currency or draft.state.currency, "net")
