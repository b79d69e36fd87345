"""Put shares into a trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Count, Issuer, Newcomer, OverlayKey, Party
from crosshold.deal.step import Step
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class TrustIn(Step):
    """The trustee becomes the holder, the old holder stays beneficiary; ``overlay`` says what the trustee does with the votes.

    Proceeds of later sales go to the beneficiary. Whether the transfer ends loyalty votes is unverified: they are taken to end.
    """

    type: ClassVar[str] = "trust_in"

    issuer: Issuer
    holder: Party
    trustee: Newcomer
    shares: Count
    overlay: OverlayKey

    def review(self, source: Fields) -> None:
        """Own shares are nobody else's: a company that cancels them would cancel the beneficiary's."""
        if self.trustee == self.issuer:
            source.fault("C_BAD_VALUE", f"{self.issuer} cannot hold its own shares in trust.", "Name another trustee.", "trustee")

    def apply(self, draft: Draft) -> None:
        """Move the shares and lay the overlay on the trustee's new lots."""
        draft.record |= {"shares": self.shares}
        draft.newcomer(self.trustee, "trustee")
        parts = draft.take(self.issuer, self.holder, self.shares, self.lots)
        groups: dict[tuple[str | None, str], int] = {}
        for part in parts:
            key = (part.lot.share_class, part.owner())
            groups[key] = groups.get(key, 0) + part.shares
        for (share_class, beneficiary), shares in groups.items():
            lot = draft.give(
                self.issuer, self.holder, self.trustee, shares, share_class, beneficiary=beneficiary, capacity="trustee"
            )  # fmt: skip
            if lot:
                draft.overlays.append({"issuer": self.issuer, "lot": lot.id, **self.overlay})
        if draft.loyalty(self.issuer, self.holder, parts) > 0:
            message = "whether a transfer to a trustee ends loyalty votes is not verified; they are taken to end."
            draft.warn("W_RULE_UNVERIFIED", message, "Check the articles and the law.")
