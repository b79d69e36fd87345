"""Two companies give each other's shares back, and both cancel them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import LegKey
from crosshold.deal.ledger import rounded
from crosshold.deal.step import Step
from crosshold.deal.values import Leg
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class MutualCancel(Step):
    """``a`` and ``b`` are {issuer, shares, price, holder}; the holder of a's shares is b's issuer unless a unit of it is named.

    Only the net of the two values moves, between the two issuers. What a unit is owed by its parent for the shares that it gave up
    is not booked. Netting raises no cash. Shares in trust for anybody but the other company are not that company's to net:
    ``C_BAD_VALUE``.
    """

    type: ClassVar[str] = "mutual_cancel"

    a: LegKey
    b: LegKey

    def review(self, source: Fields) -> None:
        """Two different companies."""
        if self.a.issuer == self.b.issuer:
            source.fault("C_BAD_VALUE", f"both legs are shares of {self.a.issuer}.", "Name two companies.")

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Fix holders and prices."""
        a = _fixed(draft, self.a, self.b.issuer, self.currency)
        b = _fixed(draft, self.b, self.a.issuer, self.currency)
        draft.record |= {"shares": {a.issuer: a.shares, b.issuer: b.shares}}
        return (self.on(draft, a=a, b=b),)

    def apply(self, draft: Draft) -> None:
        """Both legs into the treasuries, both cancelled, the net paid."""
        owed: list[tuple[Fraction, str]] = []
        for leg in (self.a, self.b):
            assert leg.price is not None and leg.holder is not None
            parts, lots = draft.transfer(leg.issuer, leg.holder, leg.issuer, leg.shares, self.lots)
            other = self.b.issuer if leg is self.a else self.a.issuer
            theirs = sorted({part.lot.beneficiary for part in parts if part.lot.beneficiary} - {other})
            if theirs:
                message = f"{leg.holder} holds shares of {leg.issuer} for {' and '.join(theirs)}; {other} cannot net them."
                raise draft.refuse("C_BAD_VALUE", message, "Use a buyback with cancel, which pays the beneficiary.")
            draft.cancel(leg.issuer, leg.shares, lots)
            owed.append((leg.shares * Fraction(leg.price.value), leg.price.currency or draft.state.currency))
        currency = owed[0][1]
        first = rounded(owed[0][0], currency)  # a owes b for the shares of a that came back
        second = rounded(draft.ledger.convert(rounded(*owed[1]), owed[1][1], currency), currency)
        payer, payee = (self.a.issuer, self.b.issuer) if first >= second else (self.b.issuer, self.a.issuer)
        draft.pay(payer, payee, abs(first - second), currency, "net")


def _fixed(draft: Draft, leg: Leg, holder: str, currency: str | None) -> Leg:
    return replace(leg, holder=leg.holder or holder, price=draft.price(leg.issuer, leg.price, currency))
