"""Offer shares to the holder of a right of first offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from crosshold.deal.draft import Draft
from crosshold.deal.keys import Count, Days, Issuer, Party, Some, choice
from crosshold.deal.step import Step
from crosshold.formats.case_contracts import CLOCKS
from crosshold.formats.fields import Fields


@dataclass(frozen=True, kw_only=True)
class Rofo(Step):
    """``holder`` gives notice that it would sell ``shares``; nothing moves, but later sales of that holder are gated.

    Until the answer or the end of ``window_days`` a sale to others is ``E_ROFO_PENDING``; then the notified shares that ``beneficiary``
    did not take may go to others within ``tail_days``. ``exercised``: so many are taken (``true``: all, ``false``: none); a second
    step with it is the answer to the first. ``clock: trading_days`` counts the days on which the exchange trades. Sales to the
    beneficiary are steps of their own, and always free.
    """

    type: ClassVar[str] = "rofo"

    issuer: Issuer
    holder: Party
    beneficiary: Party
    shares: Count
    window_days: Days
    tail_days: Days
    exercised: Some | None = None
    clock: Annotated[str, choice(*CLOCKS)] = "days"

    def review(self, source: Fields) -> None:
        """No more is taken than offered, and not by the one who offers."""
        if self._taken() > self.shares:
            source.fault("C_BAD_VALUE", f"{self._taken():,} are taken of {self.shares:,}.", "Take fewer.", "exercised")
        if self.holder == self.beneficiary:
            source.fault(
                "C_BAD_VALUE", f"{self.holder} would offer shares to itself.", "Name another beneficiary.", "beneficiary"
            )

    def _taken(self) -> int:
        return self.shares if self.exercised is True else int(self.exercised or 0)

    def apply(self, draft: Draft) -> None:
        """Write the notice, or its answer, into the contract between the three."""
        draft.record |= {"shares": self.shares, "taken": None if self.exercised is None else self._taken()}
        if self.shares == 0:
            return
        held = draft.held(self.holder, self.issuer)
        if self.shares > held:
            message = f"{self.holder} offers {self.shares:,} shares of {self.issuer} and has {held:,}."
            raise draft.refuse("E_INSUFFICIENT", message, "Offer fewer.")
        parties = {"kind": "rofo", "issuer": self.issuer, "holder": self.holder, "beneficiary": self.beneficiary}
        old = next((c for c in draft.contracts if all(c.get(key) == value for key, value in parties.items())), None)
        notice: dict[str, Any] = {key: value for key, value in (old or {}).items() if key not in ("answered", "taken", "sold")}
        if self.exercised is None or old is None or "shares" not in old or "answered" in old:
            days: dict[str, Any] = {"window_days": self.window_days, "tail_days": self.tail_days}
            if self.clock != "days":
                days["clock"] = self.clock
            notice = {"id": self.id, **notice, **parties, "from": draft.on.isoformat(), **days, "shares": self.shares}
        if self.exercised is not None:
            notice |= {"answered": draft.on.isoformat(), "taken": self._taken()}
        draft.contracts = [*(c for c in draft.contracts if c is not old), notice]
