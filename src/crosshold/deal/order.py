"""All orders in which the steps of a plan can be executed, and what each costs on the way (spec/deal 7)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from crosshold.deal.outcome import Outcome
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import run
from crosshold.deal.step import Step
from crosshold.deal.steps.contribute import Contribute
from crosshold.deal.steps.invest import Invest
from crosshold.deal.steps.pay import Pay
from crosshold.deal.votes import Counter
from crosshold.deal.watch import toggles
from crosshold.errors import CrossholdError, PlanError
from crosshold.law.book import RuleBook
from crosshold.model.result import plain
from crosshold.model.snapshot import Snapshot

MOST_STEPS = 7  # 5,040 orders at most; above that orders that differ in nothing are one, and at most so many are tried:
TRIED = 200
UNKNOWN = Fraction(10**30)
"""The cost of what is not known, so that no order is best because of it."""


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
        return Fraction(self.events), *(value for _, value in self.peaks), UNKNOWN if self.cash_need is None else self.cash_need


@dataclass(frozen=True)
class OrderCheck:
    """``orders`` tried, distinct ``end_states``, ``errors`` by code, the ``best`` orders.

    ``merged``: orders that differ only in money steps which cannot touch each other stand for one another (above seven steps).
    ``drawn``: there are more, and those tried were drawn with ``seed``.
    """

    orders: int
    end_states: int
    errors: dict[str, int]
    best: tuple[tuple[str, ...], ...]
    rows: tuple[Order, ...]
    merged: bool
    drawn: bool
    seed: int | None

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form."""
        rows = [{**plain(row, exact=exact), "peaks": plain(dict(row.peaks), exact=exact)} for row in self.rows]
        names = ("orders", "end_states", "errors", "best", "merged", "drawn", "seed")
        return {**{name: plain(getattr(self, name)) for name in names}, "rows": rows}


def order_check(
    snapshot: Snapshot, plan: Plan, *, rules: RuleBook | None = None, seed: int = 1, count: Counter | None = None
) -> OrderCheck:
    """Simulate every order that ``depends_on`` and ``after`` allow. Above seven steps orders that come to the same are one
    (:func:`independent`), and of more than 200 as many are drawn with ``seed``.

    The best orders are those that no other beats in events, peaks and cash need together.
    """
    merged, drawn = len(plan.steps) > MOST_STEPS, False
    found = list(islice(normal_orders(plan.steps), TRIED + 1)) if merged else list(linear_extensions(plan.steps))
    if merged and len(found) > TRIED:
        drawn, found = True, _drawn(plan.steps, seed)
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
    return OrderCheck(len(rows), len(ends), errors, tuple(best), tuple(rows), merged, drawn, seed if drawn else None)


def linear_extensions(steps: Sequence[Step], done: frozenset[str] = frozenset()) -> Iterator[tuple[Step, ...]]:
    """Every order in which each step comes after those it waits for."""
    if not steps:
        yield ()
    for step in steps:
        if step.waits_for() <= done:
            rest = [other for other in steps if other is not step]
            for tail in linear_extensions(rest, done | {step.id}):
                yield (step, *tail)


def payment(step: Step) -> tuple[str, str] | None:
    """Who pays whom in a step that does nothing else and takes the day as it comes; ``None`` for every other step."""
    if step.date is not None or step.after is not None:
        return None
    if isinstance(step, Pay):
        return step.from_, step.to
    if isinstance(step, Contribute):
        return step.entity, step.fund
    return (step.fund, step.entity) if isinstance(step, Invest) else None


def independent(one: Step, other: Step) -> bool:
    """Whether neither step can notice the other, so that swapping them when they are neighbours changes nothing on the path.

    Proven only of payments without a day of their own in which neither payer has a part in the other payment: no law looks at cash, no
    stake changes, no payer sees another order of its entries, and an account that both only fill is never lower than before. Share
    steps may commute in their end (spec/deal 7), but not in what happens between.
    """
    if one.id in other.waits_for() or other.id in one.waits_for():
        return False
    first, second = payment(one), payment(other)
    return first is not None and second is not None and first[0] not in second and second[0] not in first


def normal_orders(steps: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    """One order for each set of orders that come to the same: that in which no step could have come before an earlier-written one.

    The lexicographic normal form of a partially commutative word (Anisimov and Knuth 1979).
    """
    place = {step.id: k for k, step in enumerate(steps)}
    meets = {(a.id, b.id): not independent(a, b) for a in steps for b in steps}

    def late(row: tuple[Step, ...], step: Step) -> bool:
        for earlier in reversed(row):
            if meets[earlier.id, step.id]:
                return False
            if place[earlier.id] > place[step.id]:
                return True
        return False

    def grow(row: tuple[Step, ...], left: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
        if not left:
            yield row
        done = {step.id for step in row}
        for step in left:
            if step.waits_for() <= done and not late(row, step):
                yield from grow((*row, step), [other for other in left if other is not step])

    return grow((), steps)


def normal(order: Sequence[Step], place: Mapping[str, int]) -> tuple[Step, ...]:
    """The order of :func:`normal_orders` that an order comes to."""
    left, row = list(order), list[Step]()
    while left:
        first = [s for k, s in enumerate(left) if all(independent(e, s) for e in left[:k])]
        step = min(first, key=lambda s: place[s.id])
        left.remove(step)
        row.append(step)
    return tuple(row)


def _drawn(steps: Sequence[Step], seed: int) -> list[tuple[Step, ...]]:
    """Distinct orders, each grown by a random choice among the steps that are free."""
    chance = random.Random(seed)
    place = {step.id: k for k, step in enumerate(steps)}
    orders: dict[tuple[str, ...], tuple[Step, ...]] = {}
    for _ in range(TRIED):
        left, row = list(steps), list[Step]()
        while left:
            step = chance.choice([s for s in left if s.waits_for() <= {r.id for r in row}])
            left.remove(step)
            row.append(step)
        kept = normal(row, place)
        orders.setdefault(tuple(s.id for s in kept), kept)
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
