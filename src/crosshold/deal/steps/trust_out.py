"""Take shares out of a trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Count, Issuer, Newcomer
from crosshold.deal.step import Step


@dataclass(frozen=True, kw_only=True)
class TrustOut(Step):
    """``shares`` of the trustee go back to their beneficiaries; the overlay on them ends."""

    type: ClassVar[str] = "trust_out"

    issuer: Issuer
    trustee: Newcomer
    shares: Count

    def apply(self, draft: Draft) -> None:
        """Give every part back to the one for whom it was held."""
        draft.record |= {"shares": self.shares}
        parts = draft.take(self.issuer, self.trustee, self.shares, self.lots)
        for part in parts:
            if part.lot.beneficiary is None:
                message = f"lot {part.lot.id} of {self.trustee} has no beneficiary."
                raise draft.refuse("E_INSUFFICIENT", message, "Name the beneficiary in the case, or sell the shares instead.")
            draft.give(self.issuer, self.trustee, part.lot.beneficiary, part.shares, part.lot.share_class)
        draft.loyalty(self.issuer, self.trustee, parts)
