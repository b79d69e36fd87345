"""Design: plans that reach goals at least cost, each proved by an exact replay (spec/deal 15).

The steps are found by a linear programme and are worth nothing until they were replayed: rounded to whole shares in the direction that
meets the goals, compiled to a Plan, simulated under the law, and compared ratio by ratio with what the programme believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from crosshold.deal.design.answer import Design, Designs, Unmet
from crosshold.deal.design.conflict import conflict
from crosshold.deal.design.frontier import baselines, pareto
from crosshold.deal.design.goals import Goals
from crosshold.deal.design.program import OutOfTimeError
from crosshold.deal.design.replay import replay_gap
from crosshold.deal.design.search import Search
from crosshold.deal.design.setting import setting
from crosshold.deal.votes import Counter
from crosshold.errors import Finding
from crosshold.law.book import RuleBook
from crosshold.model.snapshot import Snapshot

__all__ = ["Design", "Designs", "Goals", "design", "replay_gap"]


def design(snapshot: Snapshot, goals: Goals, *, rules: RuleBook | None = None, levers: Sequence[str] | None = None) -> Designs:
    """Plans on ``snapshot`` that meet ``goals``, best first; ``levers`` allows only these of the goals' levers, by id.

    Raises ``RequestError`` for goals that contradict by themselves (``P_TARGET_CONFLICT``), without a lever (``P_NO_INSTRUMENT``), or
    without a price. ``infeasible`` is filled, with ``P_INFEASIBLE``, when no plan meets the hard goals.
    """
    begun = monotonic()
    if levers is not None:
        goals = replace(goals, levers=tuple(lever for lever in goals.levers if lever.id in levers))
    goals.check(snapshot)
    search = Search(setting(snapshot, goals, Counter(rules)))
    plans, front = pareto(search, goals.axes)
    found: list[Finding] = []
    unmet = () if any(plan.feasible for plan in plans) else _unmet(search)
    if not plans and not unmet:
        unmet = tuple(Unmet(bar.code, None, "step", str(bar)) for bar in search.bars)
    if unmet:
        what = ", ".join(u.goal for u in unmet)
        found.append(Finding("P_INFEASIBLE", f"{what} cannot hold together.", " ".join(u.sentence for u in unmet), "goals"))
    elif plans and not any(plan.feasible for plan in plans):
        found.append(_mismatch(plans[0]))
    if search.timed_out:
        message = f"{goals.options.limit_s} s were over before every plan was tried; what was found so far is shown."
        found.append(Finding("P_TIMEOUT", message, "Raise options.limit_s, or take fewer levers and periods.", "goals"))
    if search.more_cells:
        message = "the law has more than 64 combinations of sides within reach of the levers; the others were not tried."
        found.append(Finding("W_LAW_STATES", message, "Fix readings or take fewer levers.", "goals"))
    found += [f for plan in plans[:1] for f in plan.outcome.findings]
    settings: dict[str, Any] = {
        "axes": list(goals.axes), "currency": snapshot.currency, "denominators": goals.options.denominators,
        "levers": [lever.id for lever in goals.levers if lever.allowed], "law_states": len(search.cells),
        "segments": goals.options.segments, "solver": "HiGHS dual simplex", "limit_s": goals.options.limit_s,
    }  # fmt: skip
    shown = [plan for plan in plans if plan.feasible][: goals.options.plans] or plans[:1]
    others: Mapping[str, Mapping[str, Any]] = baselines(search)
    gap = None if search.timed_out else 0.0
    return Designs(
        tuple(shown), unmet, tuple(front), others, settings, round(monotonic() - begun, 3), gap, tuple(dict.fromkeys(found))
    )


def _unmet(search: Search) -> tuple[Unmet, ...]:
    """What cannot hold together; nothing where the time was over before that was known."""
    try:
        return tuple(conflict(search))
    except OutOfTimeError:
        search.timed_out = True
        return ()


def _mismatch(plan: Design) -> Finding:
    missed = ", ".join(goal.goal for goal in plan.goals if goal.hard and not goal.met) or "none"
    differ = f"model and replay differ by {float(plan.replay_gap):.3g}"
    message = f"the best plan is only approximate: {differ}; hard goals missed in the replay: {missed}."
    return Finding("P_REPLAY_MISMATCH", message, "Do not use it as it is; change the goals or fix a reading of the law.", "goals")
