"""One lot: shares that one holder got at one time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from typing import Any

from crosshold.errors import Finding, RequestError


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares that one holder got at one time. ``votes`` are its gross votes when stated; ``None`` leaves them to class and law.

    ``low`` and ``high`` bound an uncertain count (both possible unless ``high_open``); ``since`` is an ISO date of any precision,
    ``registered_since`` the start of the loyalty clock (default ``since``). ``beneficiary`` is for whom a trustee holds.
    """

    id: str
    issuer: str
    holder: str
    shares: int
    share_class: str | None = None
    votes: int | None = None
    since: str | None = None
    registered_since: str | None = None
    low: int | None = None
    high: int | None = None
    high_open: bool = False
    beneficiary: str | None = None
    capacity: str | None = None
    aggregate: bool = False
    locked_until: str | None = None
    pledged_to: str | None = None
    confidence: str | None = None
    source: str | None = None
    evidence: str | None = None
    corroborated_by: tuple[str, ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()

    @property
    def bounds(self) -> tuple[int, int]:
        """Lowest and highest possible count."""
        low = self.shares if self.low is None else self.low
        return low, self.shares if self.high is None else self.high


NAMES = tuple(f.name for f in fields(Lot))
WHOLE = ("shares", "votes", "low", "high")
NEEDED = ("issuer", "holder", "shares")
DEFAULT: dict[str, Any] = {f.name: None if f.default is MISSING else f.default for f in fields(Lot)}


def refuse_negative(rows: Iterable[Lot]) -> None:
    """``E_NEG_QTY`` for the first lot with a negative count."""
    for row in rows:
        if min(row.shares, row.votes or 0, row.low or 0, row.high or 0) < 0:
            raise negative(row.id)


def negative(lot: str) -> RequestError:
    """The error of a lot with a negative count."""
    return RequestError(Finding("E_NEG_QTY", f"Lot {lot} has a negative count.", "Counts are 0 or more.", lot))
