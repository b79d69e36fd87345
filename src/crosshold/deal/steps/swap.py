"""Two holders exchange shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import LegKey, NetKey
from crosshold.deal.lots import Part
from crosshold.deal.step import Step
from crosshold.deal.values import Leg
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class Swap(Step):
    """``give`` {issuer, holder, shares} goes to the holder of ``take`` and the reverse; ``cash`` {from, to, value, currency} evens out.

    What comes for a trustee's shares, shares or cash, goes to their beneficiary, who also pays what evens them out; the trust in them
    ends, as with a sale. Shares that one holder has for several owners are not swapped in one step: how to part what comes, the plan
    must say.
    """

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
        legs = (self.give, self.take)
        taken = [draft.take(leg.issuer, str(leg.holder), leg.shares, self.lots) for leg in legs]
        owners = {str(leg.holder): _owner(draft, leg, parts) for leg, parts in zip(legs, taken, strict=True)}
        if len(set(owners.values())) == 1:
            message = f"both sides are held for {owners[self.give.holder]}, who would swap with itself."
            raise draft.refuse("C_BAD_VALUE", message, "Use trust_out to take shares back from a trustee.")
        for leg, other, parts in zip(legs, reversed(legs), taken, strict=True):
            for part in parts:
                draft.give(leg.issuer, str(leg.holder), owners[str(other.holder)], part.shares, part.lot.share_class)
            draft.loyalty(leg.issuer, str(leg.holder), parts)
        if self.cash:
            payer, payee = (owners.get(who, who) for who in (self.cash.payer, self.cash.payee))
            if payer == payee:
                message = f"the cash goes from {self.cash.payer} to {self.cash.payee}, and is {payer}'s on both sides."
                raise draft.refuse("C_BAD_VALUE", message, "Let the owner of one leg pay the owner of the other.")
            draft.pay(payer, payee, self.cash.value, self.cash.currency or draft.state.currency, "net")


def _owner(draft: Draft, leg: Leg, parts: Sequence[Part]) -> str:
    """To whom the shares of a leg belong, all of them."""
    owners = sorted({part.owner() for part in parts} or {str(leg.holder)})
    if len(owners) > 1:
        message = f"{leg.holder} would swap shares of {leg.issuer} that belong to {' and '.join(owners)}; whose is what comes?"
        raise draft.refuse("C_BAD_VALUE", message, "Take the shares out of the trust first (trust_out), or swap fewer.")
    return owners[0]
