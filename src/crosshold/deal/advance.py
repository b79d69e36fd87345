"""One step on one state, without law: compile, apply, check, new state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from crosshold.deal import books, distributable, gates, invariants, volume
from crosshold.deal.books import Booking
from crosshold.deal.draft import Count, Draft, Terms
from crosshold.deal.ledger import EXACT, shown
from crosshold.deal.shares import Gross
from crosshold.deal.step import Step
from crosshold.errors import RequestError
from crosshold.model.snapshot import Snapshot


@dataclass(frozen=True, eq=False)
class Advance:
    """What one step did: the new ``state``, the ``draft`` it was made in, the ``compiled`` steps, what it means for the books."""

    state: Snapshot
    draft: Draft
    compiled: tuple[Step, ...]
    bookings: tuple[Booking, ...]


def advance(
    state: Snapshot,
    step: Step,
    *,
    on: date | None = None,
    gross: Gross | None = None,
    terms: Terms | None = None,
    count: Count | None = None,
    settles: bool = False,
) -> Advance:
    """Execute ``step`` on ``state``, which is not touched.

    ``on`` is the day (default: the step's, else the state's), ``gross`` the votes of a lot before the step (default: as the Snapshot
    states them). What only ``settles`` an earlier trade is barred by no contract or rule: the trade was. Raises ``RequestError`` with what
    bars the step (codes E_ of spec/deal 19).
    """
    day = on or step.date or state.at
    draft = Draft(state, step.id, day, gross or state.gross_votes, terms or Terms(), count)
    if day < state.at:
        message = f"the step is dated {day}, before the state it meets ({state.at})."
        raise draft.refuse("E_FUTURE_DATA", message, "Put the steps in the order of their dates.")
    unborn = [name for role, name in step.names() if role == "issuer" and name not in state.issuers]
    if unborn:
        message = f"{unborn[0]} is no company on {day}: the step that makes it comes later."
        raise draft.refuse("C_UNKNOWN_ENTITY", message, "Put this step after it, with 'depends_on'.")
    with localcontext(EXACT):
        compiled: Sequence[Step] = step.compile(draft)
        for part in compiled:
            part.apply(draft)
        after = draft.finish()
        too_large, after = volume.check(draft, compiled, after)
        barred = [*gates.check(draft, after), *distributable.check(draft), *too_large]
        if barred and not settles:
            raise RequestError(barred)
        after = distributable.carried(draft, after)
        _overdrawn(draft, after)
        invariants.holds(draft, after)
        bookings = books.bookings(draft)
        if bookings:
            after = after.evolve(books=books.carried_forward(draft, bookings))
    return Advance(after, draft, tuple(compiled), bookings)


def _overdrawn(draft: Draft, after: Snapshot) -> None:
    for who, accounts in after.cash.items():
        for currency, amount in accounts.items():
            before = draft.state.cash.get(who, {}).get(currency, Decimal(0))
            if not who.startswith("@") and amount < 0 and amount < before:
                message = f"{who} is overdrawn by {currency} {shown(-amount, currency)}."
                draft.warn("W_OVERDRAWN", message, "Give it cash, or move the payment after its proceeds.")
