"""Orders of a plan: all that are allowed, merged only where nothing can differ, against brute force; golden O6 on the way."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.deal.order import independent, linear_extensions, normal, normal_orders, order_check
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import simulate
from crosshold.deal.step import Step
from crosshold.formats.case import from_document
from crosshold.formats.yaml_text import read

CASE = """
crosshold: case/1
id: orders
at: 2026-01-05
currency: EUR
issuers: {A: {issued: 1000}, B: {issued: 1000}}
lots: [{issuer: A, holder: P, shares: 450}, {issuer: A, holder: Q, shares: 300}, {issuer: B, holder: Q, shares: 100}]
prices: {A: {value: 2, currency: EUR, date: 2026-01-05}, B: {value: 3, currency: EUR, date: 2026-01-05}}
cash: {A: {amount: 5000, currency: EUR}, P: {amount: 100, currency: EUR}, Q: {amount: 100, currency: EUR}}
watch: [{name: P in A, issuer: A, holders: [P], basis: issued, op: ">=", at: ["0.46"]}]
"""
SNAPSHOT = from_document(read(CASE, "case.yaml")).at()
PARTIES = ("A", "B", "P", "Q")


def pay(name: str, payer: str, payee: str, *after: str) -> dict[str, Any]:
    amount = {"value": 3, "currency": "EUR"}
    return {"id": name, "type": "pay", "from": payer, "to": payee, "amount": amount, "depends_on": list(after)}


def sell(name: str, holder: str, shares: int) -> dict[str, Any]:
    return {"id": name, "type": "sell", "issuer": "A", "holder": holder, "shares": shares}


def plan(*steps: dict[str, Any]) -> Plan:
    return Plan.read({"steps": list(steps)})


def ids(order: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(step.id for step in order)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    rows = []
    for k in range(draw(st.integers(1, 5))):
        after = [f"s{n}" for n in range(k) if draw(st.integers(0, 5)) == 0]
        if draw(st.booleans()):
            payer, payee = draw(st.sampled_from(list(permutations(PARTIES, 2))))
            rows.append(pay(f"s{k}", payer, payee, *after))
        else:
            rows.append({**sell(f"s{k}", draw(st.sampled_from(["P", "Q"])), 10 * (k + 1)), "depends_on": after})
    return plan(*rows)


def classes(orders: list[tuple[Step, ...]]) -> list[set[tuple[str, ...]]]:
    """Orders joined by swaps of independent neighbours, by brute force."""
    left, found = {ids(order): order for order in orders}, list[set[tuple[str, ...]]]()
    while left:
        _, first = left.popitem()
        group, todo = {ids(first)}, [first]
        while todo:
            order = todo.pop()
            for k in range(len(order) - 1):
                if independent(order[k], order[k + 1]):
                    swapped = (*order[:k], order[k + 1], order[k], *order[k + 2 :])
                    if ids(swapped) not in group:
                        group.add(ids(swapped))
                        left.pop(ids(swapped))
                        todo.append(swapped)
        found.append(group)
    return found


@given(plans())
def test_there_is_one_normal_order_in_each_class(given_plan: Plan) -> None:
    steps = given_plan.steps
    groups = classes(list(linear_extensions(steps)))
    normals = [ids(order) for order in normal_orders(steps)]
    assert sorted(len([n for n in normals if n in group]) for group in groups) == [1] * len(groups) and len(normals) == len(
        groups
    )
    place = {step.id: k for k, step in enumerate(steps)}
    for order in linear_extensions(steps):
        group = next(g for g in groups if ids(order) in g)
        assert ids(normal(order, place)) in group and ids(normal(order, place)) in normals


@settings(max_examples=25)
@given(plans())
def test_merged_orders_have_the_same_path(given_plan: Plan) -> None:
    rows = {row.steps: row for row in order_check(SNAPSHOT, given_plan).rows}
    for group in classes(list(linear_extensions(given_plan.steps))):
        told = {
            (r.end_hash, r.error, r.peaks, r.events, r.toggles, r.days, r.cash_need) for r in (rows[order] for order in group)
        }
        assert len(told) == 1


def test_eight_steps_that_cannot_meet_are_one_order() -> None:
    """Two chains of four payments can be shuffled in 8! / (4! 4!) = 70 ways, which all come to the same."""
    ways = [("P", "A"), ("Q", "B")] * 4
    steps = [pay(f"s{k}", payer, payee, *([f"s{k - 2}"] if k > 1 else [])) for k, (payer, payee) in enumerate(ways)]
    assert sum(1 for _ in linear_extensions(plan(*steps).steps)) == 70
    found = order_check(SNAPSHOT, plan(*steps))
    assert (found.orders, found.merged, found.drawn, found.end_states) == (1, True, False, 1)


def test_long_plans_are_drawn_with_the_seed_that_is_told() -> None:
    steps = [sell(f"s{k}", "P", k + 1) for k in range(8)]
    found, again = order_check(SNAPSHOT, plan(*steps), seed=7), order_check(SNAPSHOT, plan(*steps), seed=7)
    assert found.drawn and found.seed == 7 and found.rows == again.rows and 150 < found.orders <= 200


def test_two_orders_of_one_end_differ_on_the_way() -> None:
    """As golden O6: cancelling first lifts P to 450/900 = 1/2, selling first never above 450/1000."""
    steps = ({"id": "back", "type": "buyback", "issuer": "A", "fills": {"~float": 100}, "cancel": True}, sell("out", "P", 90))
    found = order_check(SNAPSHOT, plan(*steps))
    peaks = {row.steps: str(dict(row.peaks)["P in A"]) for row in found.rows}
    assert peaks == {("back", "out"): "1/2", ("out", "back"): "9/20"}
    assert found.end_states == 1 and found.best == (("out", "back"),)
    assert {row.steps: row.events for row in found.rows} == {("back", "out"): 2, ("out", "back"): 0}


def test_an_order_whose_cash_is_not_known_is_not_best_for_it() -> None:
    checked = order_check(SNAPSHOT, plan(pay("a", "P", "Q"), pay("b", "P", "Q")))
    assert all(row.cash_need == 0 for row in checked.rows)
    row = checked.rows[0]
    unknown = type(row)(row.steps, row.end_hash, None, row.peaks, row.events, row.toggles, row.days, None)
    assert unknown.cost() > row.cost()


def test_an_order_that_fails_is_counted_by_its_code() -> None:
    """P has 100: it can pay 240 only after it sold 90 shares at 2."""
    money = {"id": "pay", "type": "buyback", "issuer": "B", "fills": {"Q": 1}}
    fund = {"id": "fund", "type": "pay", "from": "A", "to": "B", "amount": {"value": 240, "currency": "EUR"}}
    found = order_check(SNAPSHOT, plan(fund, money))
    assert found.errors == {"E_ISSUER_CASH": 1} and found.best == (("fund", "pay"),)
    assert simulate(SNAPSHOT, plan(fund, money)).end_hash == next(row.end_hash for row in found.rows if row.error is None)
