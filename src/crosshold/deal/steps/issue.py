"""Issue new shares for cash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Count, Fills, Flag, Issuer, Money, Party, Word
from crosshold.deal.ledger import largest_remainder, rounded
from crosshold.deal.step import Step
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class Issue(Step):
    """``shares`` new ones at ``price``: to one ``subscriber``, ``pro_rata`` to all holders but the issuer, or as ``fills`` records.

    Issued becomes n + q; who takes none falls to h / (n + q), who takes its part pro rata stays. The new lots have base votes and
    start today. Whether holders may subscribe first is the law's and the articles' business: a named subscriber gives a note.
    """

    type: ClassVar[str] = "issue"

    issuer: Issuer
    shares: Count
    price: Money
    subscriber: Party | None = None
    pro_rata: Flag | None = None
    fills: Fills | None = None
    class_: Word | None = None

    def review(self, source: Fields) -> None:
        """One way of placing the shares; nobody subscribes its own."""
        if sum((self.subscriber is not None, bool(self.pro_rata), self.fills is not None)) != 1:
            message = "new shares go to one 'subscriber', to all holders ('pro_rata: true'), or as 'fills' records."
            source.fault("C_MISSING_KEY", message, "Give one of the three.")
        if self.fills is not None and sum(self.fills.values()) != self.shares:
            source.fault("C_BAD_VALUE", "the fills do not add up to the shares.", "Make them equal.", "fills")
        if self.issuer in {self.subscriber, *(self.fills or {})}:
            source.fault("C_BAD_VALUE", f"{self.issuer} cannot subscribe its own shares.", "Name another subscriber.")

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Share the new shares out; fix the currency."""
        names = [c.name for c in draft.issuers[self.issuer].classes]
        if names and self.class_ not in names:
            message = f"{self.issuer} has the classes {', '.join(names)}; of which are the new shares?"
            raise draft.refuse("C_BAD_VALUE", message, "Give the step a 'class'.")
        fills = self.fills if self.fills is not None else self._placed(draft)
        price = draft.money(self.price, self.currency)
        draft.record |= {"shares": self.shares, "fills": dict(fills), "price": f"{price.value:f}"}
        return (self.on(draft, fills=fills, subscriber=None, pro_rata=None, price=price),)

    def _placed(self, draft: Draft) -> dict[str, int]:
        held: dict[str, int] = {}
        for lot in draft.state.lots_of(self.issuer):
            if lot.holder != self.issuer:
                held[lot.holder] = held.get(lot.holder, 0) + lot.shares
        if self.subscriber is None:
            if self.shares and not held:
                raise draft.refuse("E_INSUFFICIENT", f"nobody but {self.issuer} holds its shares.", "Name a subscriber.")
            return largest_remainder(self.shares, held)
        if self.shares and set(held) - {self.subscriber}:
            message = (
                f"the other holders of {self.issuer} are passed over; their pre-emption right is taken as waived or excluded."
            )
            draft.warn("N_PRE_EMPTION", message, "Check the articles and the law, or issue pro_rata.")
        return {self.subscriber: self.shares}

    def apply(self, draft: Draft) -> None:
        """New lots against cash; the issuer pays the fee."""
        assert self.fills is not None
        draft.issue(self.issuer, self.fills, self.class_)
        currency = self.price.currency or draft.state.currency
        for holder, shares in self.fills.items():
            draft.pay(holder, self.issuer, shares * Fraction(self.price.value), currency, "price")
        draft.charge(self.issuer, self.fee, rounded(self.shares * Fraction(self.price.value), currency), currency)
