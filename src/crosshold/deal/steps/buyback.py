"""The issuer buys its own shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.duration import timed
from crosshold.deal.fills import check_offers, filled, middle, record_fills, together
from crosshold.deal.keys import CancelKey, Count, Issuer, Money, Ratio, Uncertain, UncertainFills, choice
from crosshold.deal.pricing import tax
from crosshold.deal.step import Step
from crosshold.deal.steps.cancel import Cancel
from crosshold.deal.values import Amount, Span
from crosshold.formats.fields import Fields
from crosshold.model.entity import FLOAT


@dataclass(frozen=True, kw_only=True)
class Buyback(Step):
    """Shares go to the treasury against the issuer's cash; with ``cancel`` they vanish, at once or on a date.

    ``fills`` states how many each holder sold. ``offers`` with ``cap`` computes them: each in full up to the cap, above it pro rata
    by largest remainder. An uncertain offer {low, high} leaves its seller with bounds. What the market sells beside a named partner is
    the leak (``W_LEAK``). With a ``participation`` in the daily volume the step says how many trading days it takes; on the market more
    than a rule allows in a day is ``E_VOLUME``.
    """

    type: ClassVar[str] = "buyback"

    issuer: Issuer
    venue: Annotated[str, choice("on_market", "off_auction", "negotiated")] | None = None
    fills: UncertainFills | None = None
    offers: UncertainFills | None = None
    cap: Count | None = None
    others_offer: Uncertain | None = None
    price: Money | None = None
    cancel: CancelKey = False
    fee_paid_by: Annotated[str, choice("issuer", "seller")] = "issuer"
    participation: Ratio | None = None

    def review(self, source: Fields) -> None:
        """Either recorded fills, or offers with a cap."""
        if (self.fills is None) == (self.offers is None):
            source.fault("C_MISSING_KEY", "a buy-back has either 'fills', or 'offers' with 'cap'.", "Give one of them.")
        if self.offers is not None and self.cap is None:
            source.fault("C_MISSING_KEY", "offers need a 'cap': how many shares the issuer buys at most.", "Add 'cap:'.")
        for name in {**(self.fills or {}), **(self.offers or {})}:
            if name == self.issuer:
                source.fault("C_BAD_VALUE", f"{name} cannot sell to itself.", "Remove it from the list.")

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Turn offers into whole fills and fix the price."""
        fills = self.fills
        if fills is None:
            offers = dict(self.offers or {})
            if self.others_offer:
                offers[FLOAT] = together(offers.get(FLOAT, 0), self.others_offer)
            check_offers(draft, self.issuer, offers)
            fills = filled(draft, offers, self.cap or 0)
        price = draft.price(self.issuer, self.price, self.currency)
        count = record_fills(draft, fills, price)
        one_day = self.venue in ("off_auction", "negotiated")
        timed(draft, self.issuer, self.issuer, count, self.participation, at_once=one_day)
        cancel = cancel_now(draft, self, self.cancel, self.issuer, count)
        return (self.on(draft, fills=fills, offers=None, cap=None, others_offer=None, price=price, cancel=cancel),)

    def apply(self, draft: Draft) -> None:
        """Buy from each, pay the issuer's fee, cancel if it is for now."""
        assert self.fills is not None and self.price is not None
        fills = {who: middle(fill) for who, fill in self.fills.items()}
        bought = purchase(draft, self, self.issuer, fills, self.price, self.fee_paid_by)
        if self.cancel:
            draft.cancel(self.issuer, sum(fills.values()), bought)
        for who, fill in self.fills.items():
            if isinstance(fill, Span):
                draft.widen(self.issuer, who, fill.high - middle(fill), middle(fill) - fill.low)


def cancel_now(draft: Draft, step: Step, cancel: bool | date, issuer: str, shares: int) -> bool:
    """Whether what is bought is cancelled at once; for a later day a ``cancel`` step of its own is left."""
    if isinstance(cancel, date) and cancel > draft.on:
        draft.due.append(Cancel(id=f"{step.id}.cancel", issuer=issuer, shares=shares, date=cancel, where=step.where))
        return False
    return bool(cancel)


def purchase(
    draft: Draft,
    step: Step,
    issuer: str,
    fills: Mapping[str, int],
    price: Amount,
    fee_paid_by: str = "issuer",
    buyer: str | None = None,
) -> list[str]:
    """The ``buyer``, by default the issuer, buys from each seller; its new lots. It pays the fee, unless each seller does.

    A seller's tax slot is for what it got.
    """
    buyer = buyer or issuer
    before, bought = len(draft.sales), list[str]()
    for holder, shares in fills.items():
        bought += draft.trade(issuer, holder, buyer, shares, price, order=step.lots)
    sales = draft.sales[before:]
    for payee in dict.fromkeys(sale.payee for sale in sales if not draft.dispersed(sale.seller)):
        tax(draft, step, [sale for sale in sales if sale.payee == payee])
    for payer in dict.fromkeys(sale.payee if fee_paid_by == "seller" else buyer for sale in sales):
        own = [sale for sale in sales if payer in (buyer, sale.payee)]
        draft.charge(payer, step.fee, sum((sale.gross for sale in own), Decimal(0)), own[0].currency)
    return bought
