"""Designs as lines for a terminal: the plans side by side, what bound the best one, what could not be met, what else there is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.design import Design, Designs
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count, percent
from crosshold.report.listing import WIDTH
from crosshold.report.tables import table

_RATIOS = ("imbalance", "peak")
_MONEY = ("cost", "book_loss", "group_cash")


def designs(result: Designs, snapshot: Snapshot) -> list[str]:
    """Every plan with what it moves and gives, then the goals of the best one, then the baselines."""
    currency = str(result.settings["currency"])
    told: list[str] = []
    if result.infeasible:
        told += ["No plan meets the goals. The smallest set that cannot hold together:", ""]
        return [*told, *(f"  {unmet.sentence}" for unmet in result.infeasible), "", *_baselines(result, currency)]
    if not result.plans:
        return ["No plan was found in the time that was given.", "", *_baselines(result, currency)]
    axes = list(result.settings["axes"])
    proved = all(plan.feasible for plan in result.plans)
    told.append(
        f"{len(result.plans)} plans, each replayed exactly; best {axes[0]} first." if proved else "Only an approximate plan:"
    )
    told += ["", *_plans(result, axes, currency), ""]
    best = result.plans[0]
    told += [f"Plan 1 step by step: {'; '.join(_step(step) for step in best.outcome.steps) or 'nothing to do'}."]
    told += [f"Plan 1 and the law: {best.law}."] if best.law else []
    told += ["", "Goals in the replay of plan 1", *_goals(best, currency), "", *_baselines(result, currency), ""]
    return [*told, f"Model and replay differ by {float(best.replay_gap):.1g}. {result.seconds:.1f} s."]


def _plans(result: Designs, axes: list[str], currency: str) -> list[str]:
    shown = list(dict.fromkeys([*axes, "cost", "group_cash", "days"]))
    levers = list(dict.fromkeys(name for plan in result.plans for name in plan.moved))
    rows = []
    for number, plan in enumerate(result.plans, 1):
        row: dict[str, Any] = {"plan": number, **{f"moved.{name}": plan.moved.get(name, 0) for name in levers}}
        rows.append(row | {axis: _value(axis, plan.objectives.get(axis)) for axis in shown})
    heads = {"plan": "plan", **{f"moved.{name}": name for name in levers}}
    heads |= {axis: f"{axis.replace('_', ' ')}, m {currency}" if axis in _MONEY else axis for axis in shown}
    return table(rows, heads, width=WIDTH).splitlines()


def _value(axis: str, value: Any) -> Any:
    if value is None:
        return "unknown"
    if axis in _MONEY:
        return Decimal(f"{float(value) / 10**6:.2f}")
    return percent(value, 2) if axis in _RATIOS else value


def _step(step: Any) -> str:
    shares = step.record.get("shares")
    return f"{step.day} {step.step.id}{f' {count(shares)} shares' if isinstance(shares, int) else ''}"


def _goals(plan: Design, currency: str) -> list[str]:
    rows = [
        {
            "goal": goal.goal, "met": "yes" if goal.met else "NO" if goal.hard else "no", "value": _said(goal.value, goal.unit),
            "binding": "yes" if goal.binding else "", "price": _price(goal.shadow_price, goal.unit, currency),
        }
        for goal in plan.goals
    ]  # fmt: skip
    heads = {"goal": "goal", "met": "met", "value": "value", "binding": "binding", "price": "one more unit would save"}
    return table(rows, heads, width=WIDTH).splitlines()


def _said(value: Any, unit: str) -> str:
    if value is None:
        return "-"
    if isinstance(value, Fraction):
        return f"{percent(value, 4)} {unit}" if unit.startswith(("of ", "at ")) else _ratio_or_money(value, unit)
    return f"{value} {unit}"


def _ratio_or_money(value: Fraction, unit: str) -> str:
    return f"{float(value):.4f} {unit}" if unit.startswith("balance") else f"{float(value):,.2f} {unit}"


def _price(price: float | None, unit: str, currency: str) -> str:
    if not price:
        return ""
    per = "a point" if unit.startswith("of ") else f"a {unit}"
    return f"{price:,.4g} {currency} {per}"


def _baselines(result: Designs, currency: str) -> list[str]:
    rows = []
    for name, found in result.baselines.items():
        values: Mapping[str, Any] = found.get("objectives", {})
        why = found.get("why_not") or (f"misses {', '.join(found['missed'])}" if found["missed"] else "meets every hard goal")
        rows.append({"instead": name, "cost": _value("cost", values.get("cost")) if values else "-", "so": why})
    return ["Instead", *table(rows, {"instead": "instead", "cost": f"cost, m {currency}", "so": "and"}, width=WIDTH).splitlines()]
