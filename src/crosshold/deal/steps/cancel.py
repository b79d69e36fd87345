"""Cancel own shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Count, Issuer
from crosshold.deal.step import Step


@dataclass(frozen=True, kw_only=True)
class Cancel(Step):
    """Treasury and issued both fall by ``shares``; every other stake rises by n / (n - q) on the issued base."""

    type: ClassVar[str] = "cancel"

    issuer: Issuer
    shares: Count

    def apply(self, draft: Draft) -> None:
        """Cancel."""
        draft.record |= {"shares": self.shares}
        draft.cancel(self.issuer, self.shares, self.lots)
