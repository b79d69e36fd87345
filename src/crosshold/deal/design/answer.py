"""What a design gives back: proved plans, what bound them, what could not be met, and what doing otherwise would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from crosshold.deal.outcome import Outcome
from crosshold.deal.plan import Plan
from crosshold.errors import Finding
from crosshold.model.result import plain


@dataclass(frozen=True)
class GoalResult:
    """A goal in the replay: ``value`` is the number that decided it; ``shadow_price`` what one more unit of it would save."""

    goal: str
    met: bool
    value: Any
    unit: str
    hard: bool
    binding: bool = False
    shadow_price: float | None = None


@dataclass(frozen=True, eq=False)
class Design:
    """One plan that was replayed. ``objectives`` by axis (money in the case's currency, ratios 0-1, counts); ``approximate`` when the
    model's ratios differ from the replay's by more than 1e-9: such a plan is never called feasible."""

    plan: Plan
    outcome: Outcome = field(repr=False)
    moved: Mapping[str, int]
    objectives: Mapping[str, Any]
    goals: tuple[GoalResult, ...]
    replay_gap: Fraction
    rounds: int
    law: str = ""

    @property
    def feasible(self) -> bool:
        """Every hard goal holds in the replay, and the model said so too."""
        return not self.approximate and all(goal.met for goal in self.goals if goal.hard)

    @property
    def approximate(self) -> bool:
        """Whether model and replay differ."""
        return self.replay_gap > Fraction(1, 10**9)

    @property
    def binding(self) -> list[GoalResult]:
        """Goals that the plan only just meets."""
        return [goal for goal in self.goals if goal.binding]

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form."""
        return {
            "plan": self.plan.to_dict(), "moved": dict(self.moved), "objectives": plain(self.objectives, exact=exact),
            "binding": plain(self.binding, exact=exact), "goals": plain(self.goals, exact=exact),
            "replay_gap": plain(self.replay_gap, exact=exact), "feasible": self.feasible, "approximate": self.approximate,
            "rounds": self.rounds, "law": self.law, "end_hash": self.outcome.end_hash,
        }  # fmt: skip


@dataclass(frozen=True)
class Unmet:
    """A goal of the smallest set that cannot be met together; alone it would have to give ``needed`` of its ``unit``."""

    goal: str
    needed: float | None
    unit: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Designs:
    """The result of :func:`crosshold.deal.design.design`."""

    plans: tuple[Design, ...]
    infeasible: tuple[Unmet, ...]
    pareto: tuple[Mapping[str, Any], ...]
    baselines: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]
    seconds: float
    gap: float | None = 0.0
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form: plans, infeasible, pareto, baselines, shadow_prices (of the first plan), gap, seconds, settings, findings."""
        prices = {g.goal: g.shadow_price for g in self.plans[0].goals if g.shadow_price} if self.plans else {}
        return {
            "plans": [plan.to_dict(exact=exact) for plan in self.plans], "infeasible": plain(self.infeasible),
            "pareto": plain(self.pareto, exact=exact), "baselines": plain(self.baselines, exact=exact), "shadow_prices": prices,
            "gap": self.gap, "seconds": self.seconds, "settings": plain(self.settings, exact=exact), "findings": plain(self.findings),
        }  # fmt: skip
