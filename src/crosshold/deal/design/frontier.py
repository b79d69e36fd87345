"""Plans against each other: a Pareto front on several axes, and what doing otherwise would give (spec/deal 15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from crosshold.deal.design.answer import Design
from crosshold.deal.design.goals import LINEAR_AXES, Goal
from crosshold.deal.design.replay import replayed
from crosshold.deal.design.search import Search, objectives, rank
from crosshold.deal.design.stake_targets import Balance, Deadline, Peak
from crosshold.deal.design.target import Row, Target, Test
from crosshold.deal.partners import pair
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import run
from crosshold.deal.steps.mutual_cancel import MutualCancel
from crosshold.deal.values import Leg
from crosshold.errors import CrossholdError

GRID = 6


class AtMost(Target):
    """An axis bounded at ``value`` (at least, for cash of the group): the step of an epsilon constraint."""

    def __init__(self, axis: str, value: Fraction) -> None:
        self.axis, self.value = axis, value

    def rows(self, setting: Any, goal: str) -> Any:
        """The objective's own row with a bound."""
        from crosshold.deal.design.search import objective

        row = objective(setting, self.axis)
        yield Row(goal, row.terms, self.value if self.axis == "group_cash" else -self.value, row.costs, row.unit, row.per)

    def test(self, setting: Any, outcome: Any) -> Test:
        """Always met: it only leads the search."""
        return Test(True, None, "")


def pareto(search: Search, axes: Sequence[str]) -> tuple[list[Design], list[Mapping[str, Any]]]:
    """Feasible plans, best of the first axis first, and the points of the front; with one axis just its best plans.

    End points of every axis, then a grid of bounds on each further axis while the first is made best; dominated plans are dropped by
    exact comparison of what the replays gave.
    """
    first = next((axis for axis in axes if axis in LINEAR_AXES), "cost")
    plans = search.best(first)
    if len(axes) == 1 and axes[0] in LINEAR_AXES:
        return plans, []
    tried = list(plans)
    for axis in axes:
        tried += [design for goals in _grid(search, axis, tried) for design in search.best(first, goals)[:1]]
        if axis in LINEAR_AXES and axis != first:
            tried += search.best(axis)
    good = _distinct([design for design in tried if design.feasible])
    front = [d for d in good if not any(_beats(other, d, axes) for other in good)]
    front.sort(key=lambda d: tuple(rank(d.objectives, axis) for axis in axes))
    points: list[Mapping[str, Any]] = [
        {"plan": n, **{axis: d.objectives.get(axis) for axis in axes}} for n, d in enumerate(front)
    ]
    return (front or tried), points


def _grid(search: Search, axis: str, tried: Sequence[Design]) -> list[list[Goal]]:
    """Bounds on an axis between the best and the worst value seen, as goals."""
    setting = search.setting
    if axis == "days":
        days = [setting.goals.day_of(p, setting.snapshot.at) for p in range(setting.periods - 1)]
        return [[Goal(f"{axis}<={day}", Deadline(last=day))] for day in days]
    if axis == "imbalance":
        two = pair(setting.start)
        if two is None:
            return []
        steps = [Fraction(n, GRID) for n in range(1, GRID + 1)]
        return [[Goal(f"{axis}<={1 - b}", Balance(between=two, basis="exercisable_votes", at_least=b))] for b in steps]
    if axis == "peak":
        values = [Fraction(d.objectives["peak"]) for d in tried if d.objectives.get("peak") is not None]
        lines = [str(line["name"]) for line in setting.snapshot.watch]
        marks = [max(values) * n / GRID for n in range(1, GRID)] if values else []
        return [[Goal(f"{axis}<={float(m):.4f}", Peak(watch=name, at_most=m)) for name in lines] for m in marks]
    if axis not in LINEAR_AXES:
        return []
    ends = [d.objectives[axis] for d in (*tried, *search.best(axis)[:1]) if d.objectives.get(axis) is not None]
    if len(ends) < 2 or min(ends) == max(ends):
        return []
    low, high = Fraction(min(ends)), Fraction(max(ends))
    return [[Goal(f"{axis}:{n}", AtMost(axis, low + (high - low) * n / GRID))] for n in range(1, GRID)]


def _distinct(plans: Sequence[Design]) -> list[Design]:
    found: dict[str, Design] = {}
    for plan in plans:
        found.setdefault(plan.outcome.end_hash + str(sorted(plan.moved.items())), plan)
    return list(found.values())


def _beats(one: Design, other: Design, axes: Sequence[str]) -> bool:
    a, b = ([rank(d.objectives, axis) for axis in axes] for d in (one, other))
    return a != b and all(x <= y for x, y in zip(a, b, strict=True))


def baselines(search: Search) -> dict[str, dict[str, Any]]:
    """Doing nothing, everything over the market, everything through buy-backs, mutual cancellation: what each gives and misses."""
    setting = search.setting
    found: dict[str, dict[str, Any]] = {}
    channels = {"all market": ("block", "sell"), "all buy-back": ("buyback", "buyback_cancel")}
    _, outcome = replayed(replace(setting, goals=replace(setting.goals, fund=None)), {}, "nothing")
    found["do nothing"] = _told(search, objectives(setting, {}, outcome), outcome)
    for name, kinds in channels.items():
        moves = tuple(m if m.lever.channel in kinds else replace(m, most=0) for m in setting.moves)
        if not any(move.most for move in moves):
            found[name] = {"why_not": "no lever of that kind"}
            continue
        narrow = Search(replace(setting, moves=moves))
        best = narrow.best("cost", name=name)
        found[name] = _told(search, best[0].objectives, best[0].outcome) if best else {"why_not": "it cannot meet the hard goals"}
    found["mutual cancellation"] = _mutual(search)
    return found


def _mutual(search: Search) -> dict[str, Any]:
    """The two that hold most of each other give back shares of equal value, as many as the smaller stake is worth."""
    setting = search.setting
    state, two = setting.snapshot, pair(setting.start)
    if two is None or any(name not in state.prices for name in two):
        return {"why_not": "no two companies with prices hold each other"}
    try:
        worth = [setting.worth(state.prices[name].value, state.prices[name].currency) for name in two]
        held = [state.held(two[1 - k], two[k]) for k in (0, 1)]
        if not all(held) or not all(worth):
            return {"why_not": "they hold each other through others"}
        value = min(n * p for n, p in zip(held, worth, strict=True))
        legs = [Leg(name, int(value / p), two[1 - k]) for k, (name, p) in enumerate(zip(two, worth, strict=True))]
        plan = Plan((MutualCancel(id="mutual", a=legs[0], b=legs[1]),), id="mutual", group=setting.goals.group)
        outcome = run(state, plan, setting.count)
    except CrossholdError as error:
        return {"why_not": str(error.findings[0].message)}
    return _told(search, objectives(setting, {}, outcome), outcome)


def _told(search: Search, values: Mapping[str, Any], outcome: Any) -> dict[str, Any]:
    missed = [g.id for g in search.setting.goals.hard if not g.target.test(search.setting, outcome).met]
    return {"objectives": dict(values), "missed": missed}
