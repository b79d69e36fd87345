"""Plans replayed, compared and designed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosshold.deal.compare import Comparison
    from crosshold.deal.design import Designs, Goals
    from crosshold.deal.outcome import Outcome
    from crosshold.deal.plan import Plan
    from crosshold.model.snapshot import Snapshot
    from crosshold.report.step_proof import StepProof


def simulate(snapshot: Snapshot, plan: Plan, *, order_check: bool = False, **options: Any) -> Outcome:
    """Replay a plan exactly, step by step, with votes, events, cash and findings after each; ``order_check`` tries its other orders too."""
    from dataclasses import replace

    from crosshold.deal.simulate import simulate as run

    if order_check:
        plan = replace(plan, options=replace(plan.options, order_check=True))
    return run(snapshot, plan, **options)


def step_proof(outcome: Outcome, step: str) -> StepProof:
    """What one executed step compiled to and why, its payments, votes before and after, events with their inequality."""
    from crosshold.report.step_proof import step_proof as proof

    return proof(outcome, step)


def compare(before: Any, after: Any) -> Comparison:
    """What differs between two Outcomes, or between doing nothing (a Snapshot) and an Outcome."""
    from crosshold.deal.compare import compare as difference

    return difference(before, after)


def design(snapshot: Snapshot, goals: Goals, *, levers: Sequence[str] | None = None, **options: Any) -> Designs:
    """Plans that meet goals at least cost, each proved by an exact replay; ``levers`` allows only these levers of the goals."""
    from crosshold.deal.design import design as find

    return find(snapshot, goals, levers=levers, **options)
