"""Reading plans: closed keys, all faults at once, order, round trip."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crosshold.deal.plan import Plan
from crosshold.errors import FileError, Finding

SELL = {"id": "s1", "type": "sell", "issuer": "N", "holder": "R", "shares": 10}


def faults(*steps: dict[str, Any], **top: Any) -> tuple[Finding, ...]:
    with pytest.raises(FileError) as caught:
        Plan.read({**top, "steps": list(steps)})
    return caught.value.findings


def codes(*steps: dict[str, Any], **top: Any) -> list[str]:
    return [finding.code for finding in faults(*steps, **top)]


def test_only_steps_are_needed_in_an_embedded_plan() -> None:
    plan = Plan.read({"steps": [SELL]})
    assert plan.steps[0].id == "s1" and plan.options.strict == "warn" and plan.fund is None
    assert Plan.read({"steps": []}).steps == ()


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("steps: []\n")
    with pytest.raises(FileError, match="C_VERSION"):
        Plan.read(path)
    path.write_text("crosshold: case/1\nsteps: []\n")
    with pytest.raises(FileError, match="case/1"):
        Plan.read(path)
    path.write_text("crosshold: plan/1\nsteps:\n  - {id: a, type: sell, issuer: N, holder: R, shares: 5, date: 2020-02-30}\n")
    with pytest.raises(FileError) as caught:
        Plan.read(str(path))
    assert caught.value.findings[0].where.startswith("plan.yaml:3")


def test_all_faults_of_a_plan_are_collected() -> None:
    found = codes(
        {**SELL, "colour": "red"},
        {**SELL, "id": "s2", "date": "2020-13-01"},
        {**SELL, "id": "s3", "shares": -1},
        {**SELL, "id": "s4", "shares": "10.5 m"},
        {"id": "s5", "type": "merge"},
        {"id": "s6", "type": "target_stake", "issuer": "N", "holders": ["R"], "to": "3/10"},
        {"id": "s7", "type": "target_stake", "issuer": "N", "holders": ["R"], "to": "30", "basis": "issued"},
        crosshold="plan/2",
        budget=1,
    )
    assert sorted(found) == sorted(
        [
            "C_UNKNOWN_KEY",
            "C_VERSION",
            "C_UNKNOWN_KEY",
            "C_BAD_DATE",
            "E_NEG_QTY",
            "C_BAD_NUMBER",
            "C_UNKNOWN_STEP",
            "E_BASIS_AMBIGUOUS",
            "C_BAD_NUMBER",
        ]
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"shares": 10.5}, "E_FRACTIONAL"),
        ({"date": "soon"}, "C_BAD_DATE"),
        ({"lots": "cheapest"}, "C_BAD_VALUE"),
        ({"price": {"value": "-5"}}, "E_NEG_QTY"),
        ({"price": {"value": "5", "unit": "EUR"}}, "C_UNKNOWN_KEY"),
        ({"impact": {"model": "magic"}}, "C_BAD_VALUE"),
        ({"fee": "4%"}, "C_BAD_NUMBER"),
        ({"after": {"step": "s1", "days": 1, "trading_days": 2}}, "E_CYCLE_DEPENDS"),
        ({"depends_on": ["s9"]}, "C_UNKNOWN_ENTITY"),
        ({"type": None}, "C_MISSING_KEY"),
        ({"shares": None}, "C_MISSING_KEY"),
    ],
)
def test_one_fault_says_what_where_why_and_the_cure(change: dict[str, Any], code: str) -> None:
    found = faults({**SELL, **change})
    assert code in [f.code for f in found]
    assert all(f.message and f.cure and f.where for f in found)


@pytest.mark.parametrize(
    "step",
    [
        {"id": "b", "type": "buyback", "issuer": "N"},
        {"id": "b", "type": "buyback", "issuer": "N", "fills": {"R": 1}, "offers": {"R": 1}, "cap": 1},
        {"id": "b", "type": "buyback", "issuer": "N", "offers": {"R": 1}},
        {"id": "b", "type": "buyback", "issuer": "N", "fills": {"N": 1}},
        {"id": "b", "type": "block", **{k: SELL[k] for k in ("issuer", "holder", "shares")}, "buyers": {"X": 1}},
        {"id": "b", "type": "swap", "give": {"issuer": "N", "shares": 1}, "take": {"issuer": "R", "holder": "N", "shares": 1}},
        {"id": "b", "type": "swap", "give": {"issuer": "N", "holder": "N", "shares": 1},
         "take": {"issuer": "R", "holder": "N", "shares": 1}},
        {"id": "b", "type": "mutual_cancel", "a": {"issuer": "N", "shares": 1}, "b": {"issuer": "N", "shares": 1}},
        {"id": "b", "type": "overlay", "issuer": "N", "holder": "R"},
        {"id": "b", "type": "overlay", "issuer": "N", "holder": "R", "kind": "cap"},
        {"id": "b", "type": "overlay", "issuer": "N", "holder": "R", "kind": "directed"},
        {"id": "b", "type": "trust_in", "issuer": "N", "holder": "R", "trustee": "T", "shares": 1, "overlay": {"kind": "cap"}},
        {"id": "b", "type": "fx", "entity": "N", "pair": "EUR", "amount": {"value": 1}},
        {"id": "b", "type": "fx", "entity": "N", "pair": "EURJPY", "amount": {"value": 1, "currency": "USD"}},
        {"id": "b", "type": "distribute_in_kind", "distributor": "N", "issuer": "N", "shares": 1},
        {"id": "b", "type": "distribute_in_kind", "distributor": "N", "issuer": "R", "shares": 1, "fills": {"N": 2}},
    ],
)  # fmt: skip
def test_keys_that_do_not_fit_together_are_faults(step: dict[str, Any]) -> None:
    found = faults(step)
    assert {f.code for f in found} <= {"C_MISSING_KEY", "C_BAD_VALUE"}
    assert all(f.cure for f in found)


def test_a_basis_of_votes_belongs_to_target_votes_and_the_reverse() -> None:
    common = {"id": "t", "issuer": "N", "holders": ["R"], "to": "3/10"}
    assert codes({**common, "type": "target_stake", "basis": "gross_votes"}) == ["E_BASIS_AMBIGUOUS"]
    assert codes({**common, "type": "target_votes", "basis": "issued"}) == ["E_BASIS_AMBIGUOUS"]
    assert codes({**common, "type": "target_votes", "basis": "percent"}) == ["E_BASIS_AMBIGUOUS"]


def test_ids_are_unique_and_dependencies_have_no_ring() -> None:
    assert codes(SELL, SELL) == ["C_DUPLICATE_ID"]
    assert codes(SELL, {**SELL, "shares": -1}) == ["E_NEG_QTY", "C_DUPLICATE_ID"]
    ring = [{**SELL, "id": "a", "depends_on": ["b"]}, {**SELL, "id": "b", "after": {"step": "a", "days": 1}}]
    assert codes(*ring) == ["E_CYCLE_DEPENDS"]


def test_steps_wait_for_those_they_name_and_keep_the_order_of_the_file_otherwise() -> None:
    steps = [
        {**SELL, "id": "a", "depends_on": ["c"]},
        {**SELL, "id": "b"},
        {**SELL, "id": "c", "after": {"step": "d", "days": 3}},
    ]
    plan = Plan.read({"steps": [*steps, {**SELL, "id": "d"}]})
    assert [step.id for step in plan.ordered()] == ["b", "d", "c", "a"]


def test_not_a_plan_at_all() -> None:
    with pytest.raises(FileError, match="C_SYNTAX"):
        Plan.parse("- just\n- a list\n")
    with pytest.raises(FileError, match="C_MISSING_KEY"):
        Plan.read({"title": "nothing to do"})
    with pytest.raises(FileError, match="C_FILE"):
        Plan.read("no_such_plan.yaml")


def test_everything_that_a_plan_says_survives_the_round_trip() -> None:
    plan = Plan.read(
        {
            "id": "p", "title": "Ja: N", "case": "x", "group": "g", "note": "n", "source": "s",
            "status": {"claim": "c1", "stance": "disputed", "denied_by": ["c2"], "timing": "undecided"},
            "options": {"strict": "stop", "order_check": True, "taxes": {"dividend": {"rate": "0.30", "basis": "gain"}},
                        "cash_floor": {"N": {"value": "100", "currency": "JPY"}}},
            "fund": {"id": "J", "currency": "EUR", "commitments": {"R": "1000000000"}, "owners": {"by": "contributions"},
                     "calls": [{"date": "2020-06-30", "fraction": "1/2"}]},
            "steps": [
                {**SELL, "id": "ON", "lots": ["l1", "l2"], "fee": {"value": "5", "currency": "EUR"}, "tax": "dividend"},
                {**SELL, "id": "s2", "after": {"step": "ON", "trading_days": 3}, "impact": "sqrt", "price": "599.2"},
            ],
        }
    )  # fmt: skip
    assert Plan.parse(plan.to_yaml()) == plan
    assert plan.to_dict()["steps"][0]["lots"] == ["l1", "l2"]


def test_bad_options_and_funds_are_faults() -> None:
    assert codes(options={"strict": "maybe", "speed": 3}) == ["C_UNKNOWN_KEY", "C_BAD_VALUE"]
    assert codes(fund={"id": "J"}) == ["C_MISSING_KEY"]
    assert codes(fund={"id": "J", "currency": "EUR", "status": "spent", "commitments": {"R": "much"}}) == [
        "C_BAD_NUMBER",
        "C_BAD_VALUE",
    ]
    assert codes(status={"stance": "whispered"}) == ["C_BAD_VALUE"]


TRUST = {"id": "t", "type": "trust_in", "issuer": "N", "holder": "R", "trustee": "T", "shares": 1}
OVERLAY = {"id": "o", "type": "overlay", "issuer": "N", "holder": "R", "kind": "directed"}


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({**SELL, "type": "block", "lock_up_days": 36_501}, "C_BAD_NUMBER"),
        ({**SELL, "after": {"step": "s0", "days": 10**12}}, "C_BAD_NUMBER"),
        ({**SELL, "after": {"step": "s0", "trading_days": 10**12}}, "C_BAD_NUMBER"),
        ({**SELL, "shares": Decimal("1.5e999999")}, "C_BAD_NUMBER"),
        ({**SELL, "shares": float("inf")}, "C_BAD_NUMBER"),
        ({**SELL, "price": Decimal("1e999999")}, "C_BAD_NUMBER"),
        ({**SELL, "fee": "1e-999999"}, "C_BAD_NUMBER"),
        ({**SELL, "fee": "0." + "3" * 100}, "C_BAD_NUMBER"),
        ({**OVERLAY, "directed": "foo"}, "C_BAD_VALUE"),
        ({**OVERLAY, "matters": 3}, "C_BAD_VALUE"),
        ({**OVERLAY, "matters": ["ordinary"]}, "C_MISSING_KEY"),
        ({**OVERLAY, "kind": "neutral", "ordinary": "abc"}, "C_BAD_NUMBER"),
        ({**OVERLAY, "kind": "removed", "until": "nodate"}, "C_BAD_DATE"),
        ({**OVERLAY, "kind": "neutral", "special": "2/3"}, "C_MISSING_KEY"),
        ({**TRUST, "overlay": {"kind": "neutral"}}, "C_MISSING_KEY"),
        ({**TRUST, "overlay": {"kind": "directed"}}, "C_MISSING_KEY"),
        ({**TRUST, "overlay": {"kind": "directed", "directed": "foo"}}, "C_BAD_VALUE"),
        ({**TRUST, "overlay": {"kind": "removed", "until": "nodate"}}, "C_BAD_DATE"),
        ({**TRUST, "overlay": {"kind": "neutral", "ordinary": "abc"}}, "C_BAD_NUMBER"),
        ({**TRUST, "overlay": {"kind": "neutral", "matters": 3}}, "C_BAD_VALUE"),
        ({**TRUST, "overlay": {"kind": "neutral", "lapses_if": 3}}, "C_BAD_VALUE"),
        ({**TRUST, "overlay": {"kind": "neutral", "lapses_if": [{"sunrise": "N"}]}}, "C_UNKNOWN_KEY"),
        ({**TRUST, "overlay": {"kind": "neutral", "lapses_if": [{"crosses": "N"}]}}, "C_BAD_VALUE"),
    ],
)
def test_numbers_without_limit_and_tables_that_are_none_are_faults(step: dict[str, Any], code: str) -> None:
    found = faults({**SELL, "id": "s0"}, step)
    assert code in [f.code for f in found] and all(f.message and f.cure and f.where for f in found)


def test_a_trust_may_call_its_table_directed_as_the_step_does() -> None:
    plan = Plan.read({"steps": [{**TRUST, "overlay": {"kind": "directed", "directed": {"ordinary": "abstain"}}}]})
    assert plan.steps[0].to_dict()["overlay"] == {"kind": "directed", "matters": {"ordinary": "abstain"}}
