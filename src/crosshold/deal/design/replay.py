"""The proof of a design: its plan is replayed by the exact simulator, and every ratio of the model is compared (spec/deal 15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.deal.design.setting import Setting
from crosshold.deal.outcome import Outcome
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import run, simulate
from crosshold.deal.step import Step
from crosshold.deal.steps.contribute import Contribute
from crosshold.deal.values import Amount
from crosshold.deal.view import View
from crosshold.law.book import RuleBook
from crosshold.model.result import plain
from crosshold.model.snapshot import Snapshot

CLOSE = Fraction(1, 10**9)
_FIRST = {"sell": 0, "block": 0, "trust": 1, "buyback": 2, "buyback_cancel": 3}
"""Sales before cancellations: a cancellation lifts every other stake, so the path peaks less this way (golden O6)."""


@dataclass(frozen=True)
class Claim:
    """A ratio that the model states: the share of ``holders`` in ``issuer`` on ``basis`` at the end."""

    issuer: str
    holders: tuple[str, ...]
    basis: str
    value: Fraction | None


@dataclass(frozen=True)
class Gap:
    """The largest difference between a claimed ratio and the replayed one; ``ok`` up to 1e-9. ``rows``: claim by claim."""

    gap: Fraction
    ok: bool
    rows: tuple[tuple[Claim, Fraction | None], ...]

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form."""
        rows = [{**plain(claim, exact=exact), "replayed": plain(there, exact=exact)} for claim, there in self.rows]
        return {"gap": plain(self.gap, exact=exact), "ok": self.ok, "rows": rows}


def replay_gap(
    snapshot: Snapshot, plan: Plan, claimed: Sequence[Mapping[str, Any] | Claim], *, rules: RuleBook | None = None
) -> Gap:
    """Simulate ``plan`` and compare. ``claimed`` are ``{issuer, holders, basis, value}``, values exact or as decimals."""
    claims = [
        c if isinstance(c, Claim) else Claim(c["issuer"], tuple(c["holders"]), c["basis"], Fraction(str(c["value"])))
        for c in claimed
    ]
    return gap_of(simulate(snapshot, plan, rules=rules).end, claims)


def gap_of(end: View, claims: Sequence[Claim]) -> Gap:
    """The same on a state that was replayed already."""
    rows, widest = [], Fraction(0)
    for claim in claims:
        there = _share(end, claim)
        rows.append((claim, there))
        same = there is None and claim.value is None
        widest = max(
            widest, Fraction(0) if same else Fraction(1) if there is None or claim.value is None else abs(there - claim.value)
        )
    return Gap(widest, widest <= CLOSE, tuple(rows))


def _share(end: View, claim: Claim) -> Fraction | None:
    table = end.stakes[claim.issuer]
    values = [table[who].on(claim.basis) for who in claim.holders if who in table]
    if not values or None in values:
        return Fraction(0) if not values else None
    return sum((v for v in values if v is not None), Fraction(0))


def replayed(setting: Setting, x: Mapping[int, int], name: str) -> tuple[Plan, Outcome]:
    """The plan of so many shares per move, and its replay. ``PlanError`` when a step of it cannot be executed."""
    goals, steps = setting.goals, list[Step]()
    order = sorted(x, key=lambda v: (setting.moves[v].day, _FIRST[setting.moves[v].lever.channel], v))
    many = goals.periods is not None
    for v in order:
        move = setting.moves[v]
        if x[v]:
            steps.append(move.step(f"{move.lever.id}.{move.period + 1}" if many else move.lever.id, x[v]))
    if goals.fund:
        last = steps[-1].date if steps else setting.snapshot.at
        steps += [
            Contribute(id=f"fund.{who}", fund=goals.fund.id, entity=who, amount=Amount(amount, goals.fund.currency), date=last)
            for who, amount in goals.fund.commitments.items()
        ]  # fmt: skip
    plan = Plan(tuple(steps), id=name, title=goals.title, case=setting.snapshot.case, group=goals.group, fund=goals.fund)
    return plan, run(setting.snapshot, plan, setting.count)
