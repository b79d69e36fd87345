"""All orders in which the steps of a plan can be executed, and what each costs on the way (spec/deal 7)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.outcome import Outcome
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import run
from crosshold.deal.step import Step
from crosshold.deal.votes import Counter
from crosshold.deal.watch import toggles
from crosshold.errors import CrossholdError, PlanError
from crosshold.law.book import RuleBook
from crosshold.model.result import plain
from crosshold.model.snapshot import Snapshot

MOST_STEPS = 7  # 5,040 orders at most; above that orders are drawn
DRAWN = 200


@dataclass(frozen=True)
class Order:
    """One order: its end, or the code of what barred it; peaks of watch lines, numbers of events and toggles, days, cash need.

    ``cash_need`` is the deepest overdraft of any account on the path, in the case's currency (``None`` without a rate).
    """

    steps: tuple[str, ...]
    end_hash: str | None
    error: str | None
    peaks: tuple[tuple[str, Fraction], ...] = ()
    events: int = 0
    toggles: int = 0
    days: int = 0
    cash_need: Fraction | None = None

    def cost(self) -> tuple[Fraction, ...]:
        """What a better order has less of."""
        return Fraction(self.events), *(value for _, value in self.peaks), self.cash_need or Fraction(0)


@dataclass(frozen=True)
class OrderCheck:
    """``orders`` tried (``drawn`` with a seed above seven steps), distinct ``end_states``, ``errors`` by code, the ``best`` orders."""

    orders: int
    end_states: int
    errors: dict[str, int]
    best: tuple[tuple[str, ...], ...]
    rows: tuple[Order, ...]
    drawn: bool
    seed: int | None

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form."""
        rows = [{**plain(row, exact=exact), "peaks": plain(dict(row.peaks), exact=exact)} for row in self.rows]
        names = ("orders", "end_states", "errors", "best", "drawn", "seed")
        return {**{name: plain(getattr(self, name)) for name in names}, "rows": rows}


def order_check(
    snapshot: Snapshot, plan: Plan, *, rules: RuleBook | None = None, seed: int = 1, count: Counter | None = None
) -> OrderCheck:
    """Simulate every order that ``depends_on`` and ``after`` allow; more than seven steps: up to 200 orders drawn with ``seed``.

    The best orders are those that no other beats in events, peaks and cash need together.
    """
    drawn = len(plan.steps) > MOST_STEPS
    found = _drawn(plan.steps, seed) if drawn else list(linear_extensions(plan.steps))
    unknown = plan.check(snapshot)
    if unknown:
        raise PlanError(unknown)
    counter = count or Counter(rules)
    rows = [_row(snapshot, replace(plan, steps=order), counter) for order in found]
    done = [row for row in rows if row.error is None]
    best = [row.steps for row in done if not any(_beats(other.cost(), row.cost()) for other in done)]
    errors: dict[str, int] = {}
    for row in rows:
        if row.error:
            errors[row.error] = errors.get(row.error, 0) + 1
    ends = {row.end_hash for row in done}
    return OrderCheck(len(rows), len(ends), errors, tuple(best), tuple(rows), drawn, seed if drawn else None)


def linear_extensions(steps: Sequence[Step], done: frozenset[str] = frozenset()) -> Iterator[tuple[Step, ...]]:
    """Every order in which each step comes after those it waits for."""
    if not steps:
        yield ()
    for step in steps:
        if step.waits_for() <= done:
            rest = [other for other in steps if other is not step]
            for tail in linear_extensions(rest, done | {step.id}):
                yield (step, *tail)


def _drawn(steps: Sequence[Step], seed: int) -> list[tuple[Step, ...]]:
    """Distinct orders, each grown by a random choice among the steps that are free."""
    chance = random.Random(seed)
    orders: dict[tuple[str, ...], tuple[Step, ...]] = {}
    for _ in range(DRAWN):
        left, row = list(steps), list[Step]()
        while left:
            step = chance.choice([s for s in left if s.waits_for() <= {r.id for r in row}])
            left.remove(step)
            row.append(step)
        orders.setdefault(tuple(s.id for s in row), tuple(row))
    return list(orders.values())


def _beats(one: tuple[Fraction, ...], other: tuple[Fraction, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def _row(snapshot: Snapshot, plan: Plan, count: Counter) -> Order:
    names = tuple(step.id for step in plan.steps)
    try:
        outcome = run(snapshot, plan, count)
    except CrossholdError as error:
        return Order(names, None, error.findings[0].code)
    events = [[e.to_dict(exact=True) for e in step.events] for step in outcome.steps]
    days = (outcome.snapshot.at - snapshot.at).days
    peaks = tuple((name, best["value"]) for name, best in sorted(outcome.peak.items()))
    return Order(
        names, outcome.end_hash, None, peaks, sum(map(len, events)), len(toggles(events)), days, _cash_need(outcome)
    )  # fmt: skip


def _cash_need(outcome: Outcome) -> Fraction | None:
    deepest = Fraction(0)
    for step in outcome.steps:
        for who, amount in step.view.cash.items():
            if amount is None:
                return None
            if not who.startswith("@"):
                deepest = max(deepest, Fraction(-Decimal(amount)))
    return deepest
