"""The issuer's tender offer to all holders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.fills import check_offers, cut_back, record_fills
from crosshold.deal.keys import CancelKey, Count, Issuer, Money, Offers
from crosshold.deal.ledger import largest_remainder
from crosshold.deal.step import Step
from crosshold.deal.steps.buyback import cancel_now, purchase
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class Tender(Step):
    """As ``buyback``, at one price for all. An offer is a number, ``none``, or ``pro_rata``: exactly the holder's part of the cap.

    A holder keeps its stake when it sells q_i with q_i / h_i = q / n; one that abstains rises to h / (n - q).
    """

    type: ClassVar[str] = "tender"

    issuer: Issuer
    cap: Count
    offers: Offers
    price: Money | None = None
    cancel: CancelKey = False

    def review(self, source: Fields) -> None:
        """The issuer is none of the sellers."""
        if self.issuer in self.offers:
            source.fault("C_BAD_VALUE", f"{self.issuer} cannot sell to itself.", "Remove it from the list.", "offers")

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Turn words into numbers, cut back to the cap, fix the price."""
        state = draft.state
        outside = [lot for lot in state.lots_of(self.issuer) if lot.holder != self.issuer]
        held = {lot.holder: state.held(lot.holder, self.issuer) for lot in outside}
        parts = largest_remainder(min(self.cap, sum(held.values())), held)
        words = {"none": 0}
        offers = {
            who: parts.get(who, 0) if offer == "pro_rata" else words.get(str(offer), offer) for who, offer in self.offers.items()
        }
        counts = {who: int(offer) for who, offer in offers.items()}
        check_offers(draft, self.issuer, counts)
        fills = cut_back(counts, self.cap)
        price = draft.price(self.issuer, self.price, self.currency)
        record_fills(draft, fills, price, partner=False)
        cap = sum(fills.values())
        return (
            self.on(draft, offers=fills, cap=cap, price=price, cancel=cancel_now(draft, self, self.cancel, self.issuer, cap)),
        )

    def apply(self, draft: Draft) -> None:
        """Buy what was filled, cancel if it is for now."""
        assert self.price is not None
        fills = {who: int(offer) for who, offer in self.offers.items()}
        bought = purchase(draft, self, self.issuer, fills, self.price)
        if self.cancel:
            draft.cancel(self.issuer, sum(fills.values()), bought)
