"""What the two target steps have in common: a line to reach, the channel, the tranches."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from crosshold.deal.days import later
from crosshold.deal.draft import Draft
from crosshold.deal.keys import Basis, Discount, Impact, Issuer, Money, Parties, Party, Ratio, TranchesKey, Word, choice
from crosshold.deal.ledger import largest_remainder
from crosshold.deal.step import Step
from crosshold.deal.steps.block import Block
from crosshold.deal.steps.buyback import Buyback
from crosshold.deal.steps.issue import Issue
from crosshold.deal.steps.sell import Sell
from crosshold.deal.values import Tranches
from crosshold.formats.fields import Fields
from crosshold.model.entity import FLOAT


@dataclass(frozen=True, kw_only=True)
class Target(Step):
    """Until ``holders`` together have at most (or at least) ``to`` of ``issuer`` on ``basis``; compiled when it is executed.

    ``channel``: they sell to the market (``sell``), in blocks (``block``), or to the issuer which cancels (``buyback_cancel``), or
    the issuer gives new shares to ``subscriber`` (``issue``), of ``class`` where it has classes. ``tranches`` {count, days}: that many
    parts so many days apart, each a target of its own, so that the last one meets the line whatever happened in between. Sellers
    share a ``participation``.
    """

    bases: ClassVar[tuple[str, ...]]
    other: ClassVar[str]

    issuer: Issuer
    holders: Parties
    to: Ratio
    basis: Basis
    channel: Annotated[str, choice("sell", "block", "buyback_cancel", "issue")] = "sell"
    rounding: Annotated[str, choice("at_most", "at_least")] = "at_most"
    price: Money | None = None
    discount: Discount | None = None
    impact: Impact | None = None
    participation: Ratio | None = None
    subscriber: Party = FLOAT
    class_: Word | None = None
    tranches: TranchesKey | None = None

    def review(self, source: Fields) -> None:
        """The basis is one of this step; who is to be diluted does not subscribe, and no company buys from itself."""
        if self.basis not in self.bases:
            message = f"{self.type} reads {' or '.join(map(repr, self.bases))}, not {self.basis}."
            source.fault("E_BASIS_AMBIGUOUS", message, self.other, "basis")
        if not self.holders:
            source.fault("C_MISSING_KEY", "nobody is named whose stake is meant.", "Give 'holders: [ID]'.", "holders")
        if self.channel == "issue" and self.subscriber in self.holders:
            source.fault(
                "C_BAD_VALUE", f"{self.subscriber} would subscribe and be diluted.", "Name another subscriber.", "subscriber"
            )
        if self.channel == "issue" and self.subscriber == self.issuer:
            source.fault(
                "C_BAD_VALUE", f"{self.issuer} cannot subscribe its own shares.", "Name another subscriber.", "subscriber"
            )
        if self.class_ is not None and self.channel != "issue":
            message = "a class is one of new shares, and this channel makes none."
            source.fault("C_BAD_VALUE", message, "Remove it; 'lots' says which lots move.", "class")
        if self.channel == "buyback_cancel" and self.issuer in self.holders:
            message = f"{self.issuer} cannot sell to itself."
            source.fault("C_BAD_VALUE", message, "Use the step cancel for its own shares.", "holders")

    @abstractmethod
    def quantity(self, draft: Draft, held: Mapping[str, int]) -> tuple[int, Fraction | None]:
        """Whole shares to sell or to issue, and the exact number where there is a formula."""

    def compile(self, draft: Draft) -> Sequence[Step]:
        """Whole shares for each holder, then the steps of the channel; the next tranche is left for its day."""
        held = {who: draft.held(who, self.issuer) for who in self.holders}
        shares, exact = self.quantity(draft, held)
        now = self._tranche(draft, shares)
        steps = [part for step in self.channel_steps(draft, held, now) for part in step.compile(draft)]
        draft.record |= {"shares": now, "exact": exact, "basis": self.basis}
        if now < shares:
            draft.record |= {"shares_of_all_tranches": shares}
        return steps

    def _tranche(self, draft: Draft, shares: int) -> int:
        if self.tranches is None or self.tranches.count == 1 or shares == 0:
            return shares
        number = (self.tranches.number or 1) + 1
        rest = Tranches(self.tranches.count - 1, self.tranches.days, number)
        name = self.id if number == 2 else self.id.removesuffix(f".{number - 1}")
        on = later(draft.on, self.tranches.days)
        draft.due.append(replace(self, id=f"{name}.{number}", date=on, after=None, depends_on=(), tranches=rest))
        return -(-shares // self.tranches.count)

    def apply(self, draft: Draft) -> None:
        """A target is never applied itself."""
        for step in self.compile(draft):
            step.apply(draft)

    def channel_steps(self, draft: Draft, held: Mapping[str, int], shares: int) -> list[Step]:
        """The fixed-quantity steps that the target stands for: one for each seller, or one buy-back, or one issue."""
        common: dict[str, Any] = {
            "issuer": self.issuer, "lots": self.lots, "currency": self.currency, "fee": self.fee, "tax": self.tax,
            "note": self.note, "source": self.source, "depends_on": self.depends_on, "where": self.where,
        }  # fmt: skip
        if self.channel == "issue":
            price = draft.price(self.issuer, self.price, self.currency)
            return [Issue(id=self.id, shares=shares, subscriber=self.subscriber, price=price, class_=self.class_, **common)]
        common["price"] = self.price
        fills = largest_remainder(shares, held)
        if self.channel == "buyback_cancel":
            return [Buyback(id=self.id, fills=fills, cancel=True, participation=self.participation, **common)]
        sellers = [who for who, count in fills.items() if count] or list(fills)[:1]
        made: list[Step] = []
        for who in sellers:
            name = self.id if len(sellers) == 1 else f"{self.id}.{who}"
            if self.channel == "block":
                made.append(Block(id=name, holder=who, shares=fills[who], discount=self.discount, **common))
            else:
                part = self.participation * Fraction(fills[who], shares or 1) if self.participation else self.participation
                made.append(Sell(id=name, holder=who, shares=fills[who], impact=self.impact, participation=part, **common))
        return made
