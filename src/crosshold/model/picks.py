"""An analyst's choices between claims: which statement to follow about one holding, who says so and why (spec/evidence 3.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pick:
    """``statement`` is followed about what ``holder`` has of a class of ``issuer``; ``None`` takes an earlier choice back."""

    holder: str
    issuer: str
    share_class: str | None
    statement: str | None
    by: str
    reason: str = ""
    on: str | None = None

    @property
    def slot(self) -> tuple[str, str, str | None]:
        """What it is a choice about."""
        return self.issuer, self.holder, self.share_class
