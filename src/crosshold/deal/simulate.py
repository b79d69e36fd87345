"""Replay a plan exactly: one state after the other, and after each the law, the events, the money (spec/deal 4, 5, 8, 18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import localcontext
from typing import TYPE_CHECKING

from crosshold.deal.ledger import EXACT
from crosshold.deal.outcome import Outcome
from crosshold.deal.path import Path
from crosshold.deal.plan import Plan
from crosshold.deal.votes import Counter
from crosshold.errors import PlanError
from crosshold.law.book import RuleBook
from crosshold.model.snapshot import Snapshot

if TYPE_CHECKING:
    from crosshold.deal.order import OrderCheck

__all__ = ["Outcome", "order_check", "simulate"]


def simulate(snapshot: Snapshot, plan: Plan, *, rules: RuleBook | None = None, past: Sequence[Snapshot] = ()) -> Outcome:
    """Execute ``plan`` on ``snapshot`` (not touched) under the rules it chose, from the book ``rules`` (default: the bundled one).

    ``past`` are earlier Snapshots, oldest first, for rules on a rise within some months: see :meth:`Register.earlier`.
    Raises ``PlanError`` when a step cannot be executed: it carries what bars the step and, in ``outcome``, everything up to the step
    before. A law with several outcomes does not stop: votes are then ``None`` (``W_VOTES_UNSETTLED``), unless a step depends on them.
    """
    unknown = plan.check(snapshot)
    if unknown:
        raise PlanError(unknown)
    count = Counter(rules)
    outcome = run(snapshot, plan, count, past)
    if plan.options.order_check:
        return replace(outcome, order_check=order_check(snapshot, plan, count=count).to_dict(exact=True))
    return outcome


def order_check(
    snapshot: Snapshot, plan: Plan, *, rules: RuleBook | None = None, seed: int = 1, count: Counter | None = None
) -> OrderCheck:
    """Every order that the plan allows, see :func:`crosshold.deal.order.order_check`."""
    from crosshold.deal.order import order_check as check

    return check(snapshot, plan, rules=rules, seed=seed, count=count)


def run(snapshot: Snapshot, plan: Plan, count: Counter, past: Sequence[Snapshot] = ()) -> Outcome:
    """One pass through a plan whose names are known, without its order check."""
    with localcontext(EXACT):
        return Path(snapshot, plan, count, past).outcome()
