"""Put companies under a new joint parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import ClassVar

from crosshold.deal.books import exchanged
from crosshold.deal.draft import Draft
from crosshold.deal.keys import Exchange, Money, NewIssuer, Word
from crosshold.deal.ledger import largest_remainder
from crosshold.deal.step import Step
from crosshold.model.snapshot import Lot


@dataclass(frozen=True, kw_only=True)
class ShareTransfer(Step):
    """All shares of every firm in ``ratio`` go to ``new``, which gives ``ratio[firm]`` of its own for each, one vote a share.

    What the firms held of each other becomes a holding of subsidiaries in their parent. Own shares must be cancelled before
    (``E_TREASURY_BEFORE_TRANSFER``). A holder's fraction of a new share is paid by its firm at ``cash_out`` a share, else it is
    ``E_FRACTIONAL``; dispersed holders are counted as one. Trusts and books go on
    with the new shares; contracts on the old ones do not.
    ``jurisdiction`` and ``form`` are those of the new company; unsaid they stay unknown to the law, unless the case names it.
    """

    type: ClassVar[str] = "share_transfer"

    new: NewIssuer
    ratio: Exchange
    cash_out: Money | None = None
    jurisdiction: Word | None = None
    form: Word | None = None

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Fix the currency of the cash for fractions."""
        cash = None if self.cash_out is None else draft.money(self.cash_out, self.currency)
        return (self.on(draft, cash_out=cash),)

    def apply(self, draft: Draft) -> None:
        """Every firm in turn; the shares of the new company add up as they are given."""
        if not self.ratio:
            draft.warn("N_NOTHING_TO_DO", f"no firm goes under {self.new}.", "Give 'ratio: {firm: new shares per share}'.")
            return
        draft.company(self.new, self.jurisdiction, self.form)
        fractions: dict[str, str] = {}
        for firm, ratio in self.ratio.items():
            self._ready(draft, firm)
            for holder in dict.fromkeys(lot.holder for lot in draft.state.lots_of(firm)):
                parts = draft.take(firm, holder, draft.held(holder, firm), self.lots)
                draft.loyalty(firm, holder, parts)
                for owner in dict.fromkeys(part.owner() for part in parts):
                    lots = [part.lot for part in parts if part.owner() == owner]
                    rest = self._exchange(draft, firm, owner, lots, ratio)
                    fractions |= {f"{owner} in {firm}": str(rest)} if rest else {}
        draft.books = exchanged(draft, self.ratio, self.new)
        draft.record |= {"shares": draft.issuers[self.new].issued, "fractions": fractions}

    def _ready(self, draft: Draft, firm: str) -> None:
        issuer, own, held = draft.issuers[firm], draft.held(firm, firm), draft.held(self.new, firm)
        if own:
            message = f"{firm} has {own:,} own shares, which cannot become shares of its parent."
            raise draft.refuse("E_TREASURY_BEFORE_TRANSFER", message, "Cancel them first, with the step cancel.")
        if issuer.basis == "fraction":
            message = f"how many shares of {firm} are issued is not known, so a ratio per share says nothing."
            raise draft.refuse("E_BASIS_AMBIGUOUS", message, "Give its 'issued' in the case.")
        if held or firm == self.new:
            raise draft.refuse("C_BAD_VALUE", f"{self.new} is no new company to {firm}.", "Name a company that holds nothing.")

    def _exchange(self, draft: Draft, firm: str, owner: str, lots: Sequence[Lot], ratio: Fraction) -> Fraction:
        """The shares that one party has in one pair of hands, lot by lot; the fraction of a new share that is paid."""
        exact = sum(lot.shares for lot in lots) * ratio
        whole = floor(exact)
        if exact > whole and self.cash_out is None:
            message = f"{owner} would get {exact} shares of {self.new} for its {exact / ratio} of {firm}."
            raise draft.refuse("E_FRACTIONAL", message, "Give 'cash_out', the price of one new share, to pay fractions.")
        counts = largest_remainder(whole, {lot.id: lot.shares for lot in lots})
        for lot in lots:
            draft.give(firm, lot.holder, self.new, lot.shares, lot.share_class)
            self._new_lot(draft, lot, counts[lot.id])
        if self.cash_out is not None:
            currency = self.cash_out.currency or draft.state.currency
            draft.pay(firm, owner, (exact - whole) * Fraction(self.cash_out.value), currency, "price")
        return exact - whole

    def _new_lot(self, draft: Draft, old: Lot, count: int) -> None:
        made = draft.issue(self.new, {old.holder: count}, beneficiary=old.beneficiary, capacity=old.capacity)
        draft.overlays += [
            {**o, "issuer": self.new, "lot": lot} for o in draft.overlays if o.get("lot") == old.id for lot in made
        ]
