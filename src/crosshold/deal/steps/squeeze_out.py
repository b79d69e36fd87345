"""Take a company private through a vehicle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.fills import check_offers
from crosshold.deal.keys import Count, ExitKey, Issuer, Money, Newcomer, Parties, Ratio, Tendered
from crosshold.deal.ledger import largest_remainder
from crosshold.deal.pricing import tax
from crosshold.deal.step import Step
from crosshold.deal.steps.buyback import purchase
from crosshold.deal.votes import Counter
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class SqueezeOut(Step):
    """``vehicle`` buys what is ``tendered``, then everybody else out but the ``staying``; ``then`` the target buys one of those out.

    ``tendered`` is a number, shared pro rata among those who do not stay, or ``{holder: shares}``; unsaid, all of them tender. Below
    ``minimum`` shares the bid fails (``E_MIN_ACCEPTANCE``). The squeeze-out needs that vehicle and staying holders, the tender being
    settled, have ``fraction`` of all exercisable votes, in whole votes (``E_SQUEEZE_THRESHOLD``). What ``then`` sells is cancelled.
    """

    type: ClassVar[str] = "squeeze_out"

    target: Issuer
    vehicle: Newcomer
    price: Money
    minimum: Count
    fraction: Ratio
    tendered: Tendered | None = None
    staying: Parties = ()
    then: ExitKey | None = None

    def review(self, source: Fields) -> None:
        """The vehicle is neither the target nor one of those who stay."""
        if self.vehicle in (self.target, *self.staying):
            source.fault("C_BAD_VALUE", f"{self.vehicle} cannot be the vehicle here.", "Name a company of its own.", "vehicle")
        if self.then is not None and self.then.holder not in (*self.staying, self.vehicle):
            source.fault("C_BAD_VALUE", f"{self.then.holder} does not stay.", "Add it to 'staying'.", "then")

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Who tenders how many; prices with their currency."""
        outside = self._outside(draft)
        tendered = self.tendered if self.tendered is not None else outside
        if isinstance(tendered, int):
            if tendered > sum(outside.values()):
                message = (
                    f"{tendered:,} shares of {self.target} are tendered, those who do not stay have {sum(outside.values()):,}."
                )
                raise draft.refuse("E_INSUFFICIENT", message, "Lower 'tendered'.")
            tendered = largest_remainder(tendered, outside)
        wrong = sorted(set(tendered) - set(outside))
        if wrong:
            message = f"{', '.join(wrong)} cannot tender: staying, the vehicle, the target itself, or no holder."
            raise draft.refuse("C_BAD_VALUE", message, "Remove it from 'tendered'.")
        check_offers(draft, self.target, tendered)
        then = None if self.then is None else replace(self.then, price=draft.money(self.then.price, self.currency))
        return (self.on(draft, tendered=tendered, price=draft.money(self.price, self.currency), then=then),)

    def _outside(self, draft: Draft) -> dict[str, int]:
        """Shares of all who neither stay nor are the vehicle or the target."""
        held: dict[str, int] = {}
        for lot in draft.state.lots_of(self.target):
            if lot.holder not in (self.target, self.vehicle, *self.staying):
                held[lot.holder] = held.get(lot.holder, 0) + lot.shares
        return held

    def apply(self, draft: Draft) -> None:
        """Tender, vote, squeeze-out, and the last purchase by the target."""
        assert isinstance(self.tendered, Mapping)
        draft.newcomer(self.vehicle, "company")
        count = sum(self.tendered.values())
        if count < self.minimum:
            message = f"{count:,} shares of {self.target} are tendered, the bid needs {self.minimum:,}."
            raise draft.refuse("E_MIN_ACCEPTANCE", message, "Raise the price, or lower the minimum.")
        purchase(draft, self, self.target, self.tendered, self.price, buyer=self.vehicle)
        votes, whole = self._votes(draft)
        left = {who: shares - self.tendered.get(who, 0) for who, shares in self._outside(draft).items()}
        purchase(draft, self, self.target, left, self.price, buyer=self.vehicle)
        draft.record |= {
            "shares": count + sum(left.values()),
            "fills": dict(self.tendered),
            "votes": votes,
            "exercisable_total": whole,
        }
        if self.then is not None:
            before = len(draft.sales)
            bought = draft.trade(self.target, self.then.holder, self.target, self.then.shares, self.then.price, order=self.lots)
            tax(draft, self, draft.sales[before:])
            draft.cancel(self.target, self.then.shares, bought)

    def _votes(self, draft: Draft) -> tuple[int, int]:
        """Exercisable votes of the vehicle and of those who stay, and of all, after the tender."""
        votes = (draft.count or Counter())(draft.finish())
        outcome = votes.ballot.outcomes[0] if votes.settles(self.target) else votes.one(draft.step)
        counts, whole = outcome.counts(self.target), outcome.exercisable_total(self.target)
        have = sum(counts[who].exercisable for who in {self.vehicle, *self.staying} if who in counts)
        if have < self.fraction * whole:
            message = (
                f"{self.vehicle} and those who stay have {have:,} of {whole:,} exercisable votes of {self.target}; "
                f"{ceil(self.fraction * whole):,} are needed ({self.fraction})."
            )
            raise draft.refuse("E_SQUEEZE_THRESHOLD", message, "More must be tendered, or stay and vote for it.")
        return have, whole
