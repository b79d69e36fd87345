"""Designs against brute force, against arithmetic by hand, and against their own replay."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold import api
from crosshold.deal.design import Designs, Goals, design, replay_gap
from crosshold.deal.plan import Plan
from crosshold.errors import CrossholdError, FileError, RequestError
from crosshold.formats.case import from_document
from crosshold.formats.yaml_text import Document
from crosshold.model.snapshot import Snapshot
from crosshold.report.designing import designs

N, H = 4_220_715_112, 1_831_837_027
MARKET = {"id": "mkt", "issuer": "N", "holder": "R", "channel": "block", "cost": {"model": "block", "k": "0.0073", "floor": "0"}}
BUYBACK = {"id": "bb", "issuer": "N", "holder": "R", "channel": "buyback_cancel", "cost": {"fee": "0.001", "paid_by": "seller"}}


def case(issued: int = N, held: int = H, adv: int = 20_000_000, **more: Any) -> Snapshot:
    data: dict[str, Any] = {
        "crosshold": "case/1", "id": "pair", "at": "2020-01-28", "currency": "EUR",
        "entities": {"R": {"kind": "company"}, "N": {"kind": "company"}}, "issuers": {"N": {"issued": issued}},
        "lots": [{"issuer": "N", "holder": "R", "shares": held}], "rest": "~float",
        "prices": {"N": {"value": "5", "currency": "EUR", "date": "2020-01-28"}}, "market": {"N": {"adv": adv}},
        "cash": {"N": {"amount": "1000000000000", "currency": "EUR"}}, "rules": {"packs": []}, **more,
    }  # fmt: skip
    register = from_document(Document("case", data, {}))
    return register.at(register.day)


def goals(*hard: dict[str, Any], levers: Any = (MARKET, BUYBACK), **more: Any) -> Goals:
    return Goals.read({"levers": list(levers), "hard": [{"id": f"g{n}", **h} for n, h in enumerate(hard, 1)], **more})


def stake(**bounds: Any) -> dict[str, Any]:
    return {"stake": {"issuer": "N", "holders": ["R"], "basis": "issued", **bounds}}


@settings(max_examples=15, deadline=None)
@given(
    st.integers(2_000, 6_000), st.integers(20, 95), st.integers(5, 90), st.integers(10, 2_000), st.sampled_from(["0.001", "0.01", "0.03"])
)  # fmt: skip
def test_the_cheapest_plan_is_that_of_trying_every_buy_back(issued: int, held: int, target: int, adv: int, fee: str) -> None:
    h, t = issued * held // 100, Fraction(target, 100)
    found = design(
        case(issued, h, adv),
        goals(stake(at_most=str(t)), levers=(MARKET, {**BUYBACK, "cost": {"fee": fee, "paid_by": "seller"}})),
    )

    def cost(m: int, b: int) -> float:
        return m * 5 * 0.0073 * sqrt(m / adv) + b * 5 * float(fee)

    tries = []
    for b in range(min(h, issued - 1) + 1):
        m = max(0, ceil(h - b - t * (issued - b)))
        if m + b <= h:
            tries.append(cost(m, b))
    best = found.plans[0]
    assert best.feasible and best.replay_gap == 0
    share = best.outcome.end.stakes["N"]["R"].on("issued")
    assert share is not None and share <= t
    # a whole share more or less where the cost is flat: of the order of the cost of one share
    assert min(tries) <= best.objectives["cost"] + 1e-9 <= min(tries) + 3 * 5 * max(float(fee), 0.0073 * 1.5 * sqrt(h / adv))


def test_the_interior_optimum_is_the_closed_form() -> None:
    """m0 = ADV (phi / ((1 - t) 1.5 c))^2 (spec/deal 15): the last share costs the same on both ways."""
    best = design(case(), goals(stake(at_most="0.40"))).plans[0]
    m0 = 20_000_000 * (0.001 / ((1 - 0.40) * 1.5 * 0.0073)) ** 2
    assert abs(best.moved["mkt"] - m0) < 2_000  # the cost is flat there: a thousand shares are a cent
    price = best.goals[0].shadow_price
    assert price is not None
    b = (H - m0 - 0.40 * N) / 0.60  # d cost / d tau at the optimum, per hundredth: 0.005 (N - b) / (1 - tau)
    assert price == pytest.approx(0.005 * (N - b) / 0.60 / 100, rel=1e-3)


def test_frozen_denominators_are_found_out_by_the_replay() -> None:
    found = design(case(), goals(stake(at_most="0.15"), options={"denominators": "frozen"}))
    assert [f.code for f in found.findings][:1] == ["P_REPLAY_MISMATCH"]
    assert found.plans[0].approximate and not found.plans[0].feasible


def test_a_claim_that_is_wrong_by_a_share_is_told() -> None:
    plan = Plan.read({"steps": [{"type": "sell", "issuer": "N", "holder": "R", "shares": 1_000}]})
    claim = {"issuer": "N", "holders": ["R"], "basis": "issued", "value": str(Fraction(H - 1_000, N))}
    assert replay_gap(case(), plan, [claim]).gap == 0
    wrong = replay_gap(case(), plan, [{**claim, "value": str(Fraction(H - 1_010, N))}])
    assert wrong.gap == Fraction(10, N) and not wrong.ok


def test_what_cannot_hold_together_is_the_smallest_set_with_what_each_lacks() -> None:
    budget = {**BUYBACK, "budget": {"amount": "2000000000", "currency": "EUR"}}
    found = design(
        case(), goals(stake(at_most="0.15"), {"net_proceeds": {"entity": "R", "at_least": {"amount": "1"}}}, levers=[budget])
    )
    assert {u.goal for u in found.infeasible} == {"g1", "budget:bb"} and not found.plans
    needed = {u.goal: u.needed for u in found.infeasible}
    left = Fraction(H - 400_000_000, N - 400_000_000) - Fraction(15, 100)
    assert needed["g1"] == pytest.approx(float(left), rel=1e-6)
    more = ((H - 0.15 * N) / 0.85 - 400_000_000) * 5  # every further share bought is paid for
    assert needed["budget:bb"] == pytest.approx(more, rel=1e-6)
    assert [f.code for f in found.findings] == ["P_INFEASIBLE"]


def test_what_bars_every_plan_is_told_and_so_is_a_time_that_is_over() -> None:
    lock = {"id": "k", "kind": "lock_up", "issuer": "N", "holder": "R", "until": "2021-01-01"}
    snapshot = case(contracts=[lock])
    barred = design(snapshot, goals(stake(at_most="0.3")))
    assert not barred.plans and [u.goal for u in barred.infeasible] == ["E_LOCKUP"]
    assert [f.code for f in barred.findings] == ["P_INFEASIBLE"] and "2021-01-01" in "\n".join(designs(barred, snapshot))
    late = design(case(), goals(stake(at_most="0.3"), options={"limit_s": 0}))
    assert [f.code for f in late.findings] == ["P_TIMEOUT"] and late.gap is None
    assert designs(late, case())[0] == "No plan was found in the time that was given."


def test_a_budget_a_floor_and_a_window_bind() -> None:
    periods = {"first": "2020-03-31", "count": 3, "months": 6}
    levers = [{**MARKET, "window": ["2020-06-01", "2021-12-31"]}, {**BUYBACK, "most": 100_000_000}]
    found = design(case(), goals(stake(at_most="0.30"), {"deadline": "2020-12-31"}, levers=levers, periods=periods))
    best = found.plans[0]
    assert best.feasible and best.moved["bb"] == 100_000_000
    days = {s.step.id: s.day for s in best.outcome.steps}
    assert set(days) <= {"mkt.2", "bb.1", "bb.2"} and days["mkt.2"] == date(2020, 9, 30)
    assert best.moved["mkt"] == ceil(H - 100_000_000 - Fraction(3, 10) * (N - 100_000_000))


def test_a_trust_moves_votes_and_no_money() -> None:
    trust = {
        "id": "t", "issuer": "N", "holder": "R", "channel": "trust", "trustee": "TR", "overlay": {"kind": "removed"},
    }  # fmt: skip
    votes = {"share": {"issuer": "N", "holder": "R", "basis": "exercisable_votes", "at_most": "1/5"}}
    best = design(case(), goals(votes, levers=[trust])).plans[0]
    # (H - y) / (N - y) <= 1/5, so y >= (5 H - N) / 4
    assert best.feasible and best.moved["t"] == ceil(Fraction(5 * H - N, 4)) and best.objectives["cost"] == 0


@pytest.fixture(scope="module")
def balanced() -> Designs:
    return design(api.read("alliance").at(), api.read_goals("balanced_exit", "alliance"))


def test_the_bundled_goals_are_met_in_whole_numbers(balanced: Designs) -> None:
    assert balanced.plans and not balanced.infeasible
    for plan in balanced.plans:
        end = plan.outcome.end
        shares, issued = end.stakes["N"]["R"].shares, end.snapshot.issuers["N"].issued
        assert shares == H - plan.moved["market"] - plan.moved["buyback"] and issued == N - plan.moved["buyback"]
        assert Fraction(1, 5) <= Fraction(shares, issued) <= Fraction(3, 10)
        a, b = (end.stakes[f][h].on("exercisable_votes") for f, h in (("N", "R"), ("R", "NF")))
        assert a is not None and b is not None and 1 - abs(a - b) / (a + b) >= Fraction(3, 10)
        assert not any(event["rule"] == "JP-308-1" for event in plan.outcome.events)
        assert plan.feasible and plan.replay_gap == 0


def test_no_point_of_the_front_beats_another(balanced: Designs) -> None:
    axes = ("cost", "imbalance", "group_cash")
    rows = [tuple(Fraction(p[a]) * (-1 if a == "group_cash" else 1) for a in axes) for p in balanced.pareto]
    assert len(rows) == len(balanced.pareto) >= 2
    assert not any(a != b and all(x <= y for x, y in zip(a, b, strict=True)) for a in rows for b in rows)
    assert {"do nothing", "all market", "all buy-back", "mutual cancellation"} == set(balanced.baselines)
    assert balanced.baselines["do nothing"]["missed"] == ["stake", "balance", "proceeds"]


def test_the_same_question_has_the_same_answer() -> None:
    one, two = (design(case(), goals(stake(at_most="0.30"))) for _ in range(2))
    assert [p.outcome.end_hash for p in one.plans] == [p.outcome.end_hash for p in two.plans]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"levers": []}, "P_NO_INSTRUMENT"),
        ({"levers": [{**MARKET, "channel": "gift"}]}, "C_BAD_VALUE"),
        ({"levers": [{**MARKET, "speed": 1}]}, "C_UNKNOWN_KEY"),
        ({"levers": [MARKET, MARKET]}, "C_DUPLICATE_ID"),
        ({"levers": [{**MARKET, "cost": {"model": "sqrt"}}]}, "C_BAD_VALUE"),
        ({"levers": [{**MARKET, "channel": "trust", "cost": {}}]}, "C_MISSING_KEY"),
        ({"levers": [{**MARKET, "window": ["2021-01-01", "2020-01-01"]}]}, "C_BAD_DATE"),
        ({"hard": [{"stake": {"issuer": "N", "holders": ["R"], "at_most": "0.3"}}]}, "E_BASIS_AMBIGUOUS"),
        ({"hard": [{"stake": {"issuer": "N", "holders": ["R"], "basis": "issued"}}]}, "C_MISSING_KEY"),
        ({"hard": [{"stake": {"issuer": "N", "holders": ["R"], "basis": "issued", "at_most": "30"}}]}, "C_BAD_NUMBER"),
        ({"hard": [{"happiness": {"at_least": 1}}]}, "C_UNKNOWN_KEY"),
        ({"hard": [{"balance": {"between": ["R"], "basis": "issued", "at_least": "0.3"}}]}, "C_BAD_VALUE"),
        ({"objective": {"minimise": "sorrow"}}, "C_BAD_VALUE"),
        ({"objective": {"maximise": "cost"}}, "C_BAD_VALUE"),
        ({"periods": {"first": "2020-03-31", "count": 1000}}, "C_BAD_NUMBER"),
        ({"crosshold": "goals/9"}, "C_VERSION"),
    ],
)
def test_faults_of_a_goals_file(data: dict[str, Any], code: str) -> None:
    with pytest.raises(FileError) as caught:
        Goals.read({"levers": [MARKET], **data})
    assert code in {f.code for f in caught.value.findings}


@pytest.mark.parametrize(
    ("hard", "more", "code"),
    [
        ([stake(at_most="0.2"), stake(at_least="0.3")], {}, "P_TARGET_CONFLICT"),
        ([{"stake": {"issuer": "X", "holders": ["R"], "basis": "issued", "at_most": "0.3"}}], {}, "C_UNKNOWN_ENTITY"),
        ([{"peak": {"watch": "none", "at_most": "0.3"}}], {}, "C_UNKNOWN_ENTITY"),
        ([{"book_loss": {"entity": "R", "at_most": {"amount": "1"}}}], {}, "E_UNPRICED"),
        ([{"group_cash": {"at_least": {"amount": "1"}}}], {}, "C_MISSING_KEY"),
        ([], {"levers": [{**MARKET, "allowed": False}]}, "P_NO_INSTRUMENT"),
        ([], {"levers": [{**MARKET, "channel": "sell", "cost": {"model": "sqrt"}}]}, "E_UNPRICED"),
    ],
)
def test_faults_of_a_question(hard: list[dict[str, Any]], more: dict[str, Any], code: str) -> None:
    with pytest.raises((RequestError, CrossholdError)) as caught:
        design(case(), goals(*hard, **more))
    assert code in {f.code for f in caught.value.findings}
