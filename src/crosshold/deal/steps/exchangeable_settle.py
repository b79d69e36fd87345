"""Settle an exchangeable bond, in shares or in cash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import BondId, Count, Money, choice
from crosshold.deal.step import Step


@dataclass(frozen=True, kw_only=True)
class ExchangeableSettle(Step):
    """``mode: shares`` delivers ``shares`` (default all that are left) for their part of the debt; ``mode: cash`` pays it back.

    With a ``price`` cash is paid at that value of the shares instead of the debt. Either way the coupon for the days since the issue
    is paid, and what was pledged or lent for these shares is free again.
    """

    type: ClassVar[str] = "exchangeable_settle"

    bond: BondId
    mode: Annotated[str, choice("shares", "cash")]
    shares: Count | None = None
    price: Money | None = None

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Fix how many shares."""
        bond = self._terms(draft)
        left = int(bond["left"])
        shares = left if self.shares is None else self.shares
        if shares > left:
            message = f"{left:,} shares of {bond['issuer']} are left under the bond {self.bond}, not {shares:,}."
            raise draft.refuse("E_INSUFFICIENT", message, "Settle fewer.")
        price = None if self.price is None else draft.money(self.price, self.currency)
        return (self.on(draft, shares=shares, price=price),)

    def _terms(self, draft: Draft) -> Mapping[str, Any]:
        found = next((c for c in draft.contracts if c.get("kind") == "exchangeable" and c.get("id") == self.bond), None)
        if found is None:
            message = f"there is no bond {self.bond!r} on {draft.on}: it is not issued yet, or settled."
            raise draft.refuse("C_UNKNOWN_ENTITY", message, "Put the step after the issue of the bond.")
        if draft.on > date.fromisoformat(str(found["maturity"])):
            message = f"the bond {self.bond} was due on {found['maturity']}."
            raise draft.refuse("C_BAD_DATE", message, "Settle it by then.")
        return found

    def apply(self, draft: Draft) -> None:
        """Shares free again, then delivered or paid for; the coupon; what is left of the bond."""
        bond, shares = self._terms(draft), self.shares or 0
        draft.record |= {"shares": shares, "mode": self.mode}
        if not shares:
            return
        issuer, holder, to, currency = (str(bond[key]) for key in ("issuer", "holder", "to", "currency"))
        each = Fraction(str(bond["proceeds"])) / int(bond["shares"])
        free = self._freed(draft, bond, shares)
        due, paid_in = each * shares, currency
        if self.mode == "shares":
            held = draft.held(holder, issuer)
            parts, _ = draft.transfer(issuer, holder, to, shares, free)
            draft.settle(issuer, holder, to, parts, held, each, currency)
        elif self.price is not None:
            due, paid_in = shares * Fraction(self.price.value), self.price.currency or currency
        draft.pay(holder, to, due, paid_in, "debt")
        days = (draft.on - date.fromisoformat(str(bond["from"]))).days
        draft.pay(holder, to, each * shares * Fraction(str(bond["coupon"])) * days / 365, currency, "coupon")
        left = int(bond["left"]) - shares
        draft.contracts = [{**c, "left": left} if c is bond else c for c in draft.contracts if c is not bond or left]

    def _freed(self, draft: Draft, bond: Mapping[str, Any], shares: int) -> list[str]:
        """Lots of the holder: no longer pledged, or given back by the borrower."""
        issuer, holder, name = str(bond["issuer"]), str(bond["holder"]), str(bond["id"])
        if bond.get("borrower"):
            return draft.transfer(issuer, str(bond["borrower"]), holder, shares, self.lots, name)[1]
        return draft.pledge(issuer, holder, shares, None, order=self.lots, bond=name)
