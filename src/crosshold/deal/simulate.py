"""Replay a plan exactly: one state after the other, and after each the law, the events, the money (spec/deal 4, 5, 8, 18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import localcontext
from typing import TYPE_CHECKING

from crosshold.deal.ledger import EXACT
from crosshold.deal.outcome import Outcome
from crosshold.deal.part import Part
from crosshold.deal.path import Path
from crosshold.deal.plan import Plan
from crosshold.deal.votes import Counter
from crosshold.errors import Finding, PlanError, UndeterminedError
from crosshold.law.book import RuleBook
from crosshold.law.outcome import MANY
from crosshold.model.snapshot import Snapshot

if TYPE_CHECKING:
    from crosshold.deal.order import OrderCheck

__all__ = ["Outcome", "order_check", "simulate"]


def simulate(snapshot: Snapshot, plan: Plan, *, rules: RuleBook | None = None, past: Sequence[Snapshot] = ()) -> Outcome:
    """Execute ``plan`` on ``snapshot`` (not touched) under the rules it chose, from the book ``rules`` (default: the bundled one).

    ``past`` are earlier Snapshots, oldest first, for rules on a rise within some months: see :meth:`Register.earlier`.
    Raises ``PlanError`` when a step cannot be executed: it carries what bars the step and, in ``outcome``, everything up to the step
    before. A law with several outcomes does not stop: votes are then ``None`` (``W_VOTES_UNSETTLED``), unless a step depends on them.
    Raises ``RequestError`` when already the register before any step has no answer: ``E_CAPS_INFEASIBLE``, caps that cannot all
    hold. There is then no step that failed, and no outcome.

    A plan that carries the hash of the register it ended at (a plan as executed does) must end there again: ``E_REPLAY_MISMATCH``.
    What the starting register itself gives no answer to, as caps that cannot hold together, is a ``RequestError``.

    In a register of more than 20,000 lots the :class:`~crosshold.deal.part.Part` that the plan can touch is simulated and told
    (``N_PART_OF_REGISTER``); ``outcome.snapshot`` is the whole register after it.
    """
    part = part_for(snapshot, plan, rules)
    state = part.snapshot if part else snapshot
    unknown = plan.check(state)
    if unknown:
        raise PlanError(unknown)
    count = Counter(rules, part.asked if part else ())
    try:
        outcome = run(state, plan, count, [part.same(each) for each in past] if part else past)
    except PlanError as error:
        raise PlanError(error.findings, _of(part, error.outcome)) from error
    if plan.end_hash and outcome.end_hash != plan.end_hash:
        message = f"the plan was executed to the register {plan.end_hash[:19]}... and ends here at {outcome.end_hash[:19]}...."
        cure = "Replay it on the case it was executed on, or take 'end_hash' out of the plan."
        raise UndeterminedError(Finding("E_REPLAY_MISMATCH", message, cure, plan.id or "plan"))
    if plan.options.order_check:
        outcome = replace(outcome, order_check=order_check(state, plan, count=count).to_dict(exact=True))
    return replace(outcome, part=part)


def part_for(snapshot: Snapshot, plan: Plan, rules: RuleBook | None = None) -> Part | None:
    """The part of a register of many lots that a plan can touch; ``None`` where the whole register is looked at."""
    return Part.of(snapshot, plan, rules) if len(snapshot.lots) > MANY else None


def _of(part: Part | None, outcome: object) -> object:
    return replace(outcome, part=part) if isinstance(outcome, Outcome) else outcome


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
