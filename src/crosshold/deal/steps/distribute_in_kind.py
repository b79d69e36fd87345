"""A company hands shares it holds to its own holders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Count, Fills, Issuer
from crosshold.deal.ledger import largest_remainder
from crosshold.deal.step import Step
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class DistributeInKind(Step):
    """``distributor`` gives ``shares`` of ``issuer`` to its holders pro rata, own shares excepted, whole by largest remainder.

    What the issuer itself receives becomes its treasury. ``fills`` states a recorded result. ``E_INSUFFICIENT`` when nobody holds
    the distributor.
    """

    type: ClassVar[str] = "distribute_in_kind"

    distributor: Issuer
    issuer: Issuer
    shares: Count
    fills: Fills | None = None

    def review(self, source: Fields) -> None:
        """A company cannot distribute its own shares this way."""
        if self.distributor == self.issuer:
            source.fault("C_BAD_VALUE", f"{self.issuer} cannot hand out its own shares here.", "Name what it holds.")
        if self.fills is not None and sum(self.fills.values()) != self.shares:
            source.fault("C_BAD_VALUE", "the fills do not add up to the shares.", "Make them equal.", "fills")

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Share them out."""
        held: dict[str, int] = {}
        for lot in draft.state.lots_of(self.distributor):
            who = lot.beneficiary or lot.holder
            if self.distributor not in (lot.holder, who):
                held[who] = held.get(who, 0) + lot.shares
        if self.fills is None and self.shares and not sum(held.values()):
            message = f"nobody but {self.distributor} is known to hold its shares, so nobody gets those of {self.issuer}."
            raise draft.refuse("E_INSUFFICIENT", message, "Give the holders in the case, or state 'fills'.")
        fills = self.fills if self.fills is not None else largest_remainder(self.shares, held)
        draft.record |= {"shares": self.shares, "fills": dict(fills)}
        return (self.on(draft, fills=fills),)

    def apply(self, draft: Draft) -> None:
        """Out of the distributor's lots, into one new lot a holder."""
        assert self.fills is not None
        parts = draft.take(self.issuer, self.distributor, self.shares, self.lots)
        draft.loyalty(self.issuer, self.distributor, parts)
        queue = [(part.lot.share_class, part.shares) for part in parts]
        for who, count in self.fills.items():
            while count:
                share_class, there = queue[0]
                some = min(count, there)
                draft.give(self.issuer, self.distributor, who, some, share_class)
                count -= some
                queue[0] = (share_class, there - some)
                if some == there:
                    queue.pop(0)
