"""What must hold for every step type: shares and cash conserved, input untouched, YAML round trip, size zero is the identity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from crosshold.deal.advance import advance
from crosshold.deal.invariants import total
from crosshold.deal.plan import Plan
from crosshold.deal.state import canonical, state_hash
from crosshold.deal.step import Step
from crosshold.deal.steps import STEPS
from crosshold.errors import FileError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, Rate, Snapshot

DAY = date(2020, 1, 28)
EUR5 = {"value": "5", "currency": "EUR"}

SAMPLES: dict[str, dict[str, Any]] = {
    "block": {"issuer": "B", "holder": "A", "shares": 100, "price": EUR5, "discount": "0.03", "lock_up_days": 90, "buyers": {"H": 100}},
    "buyback": {"issuer": "B", "offers": {"A": 150, "~float": 50}, "cap": 120, "price": EUR5, "cancel": True},
    "cancel": {"issuer": "B", "shares": 20},
    "contribute": {"fund": "J", "entity": "A", "amount": {"value": "100", "currency": "EUR"}},
    "distribute_in_kind": {"distributor": "A", "issuer": "B", "shares": 100},
    "dividend": {"issuer": "B", "per_share": {"value": "0.50", "currency": "EUR"}},
    "exchangeable_issue": {"issuer": "B", "holder": "A", "shares": 100, "proceeds": {"value": "600", "currency": "EUR"},
                           "maturity": "2025-01-28", "premium": "0.2", "coupon": "0.01", "fee": "0.02"},
    "exchangeable_settle": {"bond": "bond", "mode": "shares", "shares": 30},
    "fx": {"entity": "A", "pair": "EURJPY", "amount": {"value": "100", "currency": "EUR"}},
    "invest": {"fund": "J", "entity": "H", "amount": {"value": "100", "currency": "EUR"}},
    "issue": {"issuer": "B", "shares": 100, "price": EUR5, "pro_rata": True, "fee": "0.01"},
    "mutual_cancel": {"a": {"issuer": "A", "shares": 30, "price": EUR5}, "b": {"issuer": "B", "shares": 40, "price": EUR5}},
    "overlay": {"issuer": "B", "holder": "A", "kind": "cap", "share": "1/10", "of": "after"},
    "pay": {"from": "A", "to": "B", "amount": {"value": "7", "currency": "EUR"}},
    "return_capital": {"fund": "J", "entity": "A", "amount": {"value": "100", "currency": "EUR"}},
    "rofo": {"issuer": "B", "holder": "A", "beneficiary": "H", "shares": 100, "window_days": 30, "tail_days": 90},
    "sell": {"issuer": "B", "holder": "A", "shares": 100, "price": EUR5, "fee": "0.004"},
    "share_transfer": {"new": "H2", "ratio": {"A": "3/2"}, "cash_out": EUR5},
    "squeeze_out": {"target": "A", "vehicle": "V", "price": EUR5, "minimum": 200, "fraction": "2/3", "tendered": 350, "staying": ["B"],
                    "then": {"holder": "B", "shares": 50, "price": EUR5}},
    "swap": {"give": {"issuer": "B", "holder": "A", "shares": 10}, "take": {"issuer": "A", "holder": "B", "shares": 7},
             "cash": {"from": "B", "to": "A", "value": "3", "currency": "EUR"}},
    "target_stake": {"issuer": "B", "holders": ["A"], "to": "1/10", "basis": "issued", "price": EUR5},
    "target_votes": {"issuer": "B", "holders": ["A"], "to": "1/10", "basis": "gross_votes", "price": EUR5},
    "tender": {"issuer": "B", "cap": 100, "offers": {"A": "pro_rata", "~float": 500}, "price": EUR5, "cancel": True},
    "trust_in": {"issuer": "B", "holder": "A", "trustee": "T", "shares": 50, "overlay": {"kind": "removed"}},
    "trust_out": {"issuer": "B", "trustee": "H", "shares": 10},
}  # fmt: skip
"""A sample of every step type; a type that is missing here fails the first test."""

ZERO: dict[str, dict[str, Any]] = {
    "block": {"shares": 0, "buyers": None, "lock_up_days": None},
    "buyback": {"offers": None, "cap": None, "fills": {"A": 0}},
    "cancel": {"shares": 0},
    "contribute": {"amount": {"value": "0", "currency": "EUR"}},
    "distribute_in_kind": {"shares": 0},
    "dividend": {"per_share": {"value": "0", "currency": "EUR"}},
    "exchangeable_issue": {"shares": 0, "proceeds": {"value": "0", "currency": "EUR"}},
    "exchangeable_settle": {"shares": 0},
    "fx": {"amount": {"value": "0", "currency": "EUR"}},
    "invest": {"amount": {"value": "0", "currency": "EUR"}},
    "issue": {"shares": 0},
    "mutual_cancel": {"a": {"issuer": "A", "shares": 0, "price": EUR5}, "b": {"issuer": "B", "shares": 0, "price": EUR5}},
    "overlay": {"kind": None, "share": None, "of": None, "lift": True},
    "pay": {"amount": {"value": "0", "currency": "EUR"}},
    "return_capital": {"amount": {"value": "0", "currency": "EUR"}},
    "rofo": {"shares": 0},
    "sell": {"shares": 0},
    "share_transfer": {"ratio": {}},
    "squeeze_out": {"minimum": 0, "fraction": 0, "tendered": 0, "staying": ["B", "H", "~float"], "then": None},
    "swap": {"give": {"issuer": "B", "holder": "A", "shares": 0}, "take": {"issuer": "A", "holder": "B", "shares": 0}, "cash": None},
    "target_stake": {"to": "9/10"},
    "target_votes": {"to": "9/10"},
    "tender": {"cap": 0},
    "trust_in": {"shares": 0},
    "trust_out": {"shares": 0},
}  # fmt: skip
"""What makes the sample of each type do nothing."""


def state() -> Snapshot:
    """Two companies that hold each other, a trustee, a dispersed rest, own shares, two currencies."""
    lots = [
        Lot("1", "B", "A", 250, since="2015-01-01"),
        Lot("1p", "B", "A", 50, since="2015-01-01", pledged_to="bond"),
        Lot("2", "B", "A", 100, votes=200, since="2010-01-01"),
        Lot("3", "B", "H", 60, beneficiary="A", capacity="trustee", since="2019-01-01"),
        Lot("4", "B", "B", 40),
        Lot("5", "B", "~float", 500, votes=500),
        Lot("6", "A", "B", 50, since="2012-01-01"),
        Lot("7", "A", "H", 150),
        Lot("8", "A", "~float", 300, votes=300),
    ]
    bond = {"id": "bond", "kind": "exchangeable", "issuer": "B", "holder": "A", "to": "~float", "shares": 50, "left": 50,
            "proceeds": "300", "currency": "EUR", "from": "2019-01-28", "maturity": "2021-01-28", "coupon": "1/100"}  # fmt: skip
    return Snapshot(
        at=DAY,
        contracts=(bond,),
        entities={name: Entity(name, kind="company") for name in ("A", "B", "H")} | {"~float": Entity("~float")},
        issuers={"A": Issuer("A", 500), "B": Issuer("B", 1000, loyalty=(2, 2))},
        lots=Lots(lots),
        prices={"A": Price(Decimal(7), "EUR", DAY), "B": Price(Decimal(5), "EUR", DAY)},
        fx={"EURJPY": Rate(Decimal("120.02"), DAY)},
        cash={"A": {"EUR": Decimal(1000)}, "B": {"EUR": Decimal(900), "JPY": Decimal(50000)}, "J": {"EUR": Decimal(500)}},
    )


def sample(kind: str, /, **changes: Any) -> Step:
    data = {key: value for key, value in {"id": "s", "type": kind, **SAMPLES[kind], **changes}.items() if value is not None}
    return Plan.read({"fund": {"id": "J", "currency": "EUR"}, "steps": [data]}).steps[0]


def test_the_list_is_complete_and_alphabetical() -> None:
    names = [step.type for step in STEPS]
    assert names == sorted(set(names)) and set(names) == set(SAMPLES) == set(ZERO)


@pytest.mark.parametrize("kind", SAMPLES)
def test_shares_and_cash_are_conserved_and_the_input_is_untouched(kind: str) -> None:
    before = state()
    picture = canonical(before)
    done = advance(before, sample(kind))
    assert canonical(before) == picture and state_hash(done.state) != state_hash(before)
    for issuer in done.state.issuers.values():
        assert sum(lot.shares for lot in done.state.lots_of(issuer.id)) == issuer.issued
    for currency in ("EUR", "JPY"):
        assert total(done.state, currency) == total(before, currency)
    for entry in done.draft.ledger.entries:
        assert entry.amount > 0 and entry.payer != entry.payee


@pytest.mark.parametrize("kind", SAMPLES)
def test_yaml_round_trip_of_the_step_and_of_what_it_compiles_to(kind: str) -> None:
    before = state()
    step = sample(kind)
    done = advance(before, step)
    fund = Plan.read({"fund": {"id": "J", "currency": "EUR"}, "steps": []}).fund
    for steps in ((step,), done.compiled):
        plan = Plan(steps=steps, fund=fund)
        assert Plan.parse(plan.to_yaml()) == plan
    again = before
    for part in done.compiled:
        again = advance(again, part).state
    assert state_hash(again) == state_hash(done.state)


@pytest.mark.parametrize("kind", ZERO)
def test_size_zero_is_the_identity(kind: str) -> None:
    before = state()
    done = advance(before, sample(kind, **ZERO[kind]))
    assert state_hash(done.state) == state_hash(before)
    assert not done.draft.ledger.entries


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_key_that_is_not_known_and_a_needed_one_that_is_missing_are_faults(kind: str) -> None:
    with pytest.raises(FileError) as unknown:
        sample(kind, colour="red")
    assert unknown.value.findings[0].code == "C_UNKNOWN_KEY"
    with pytest.raises(FileError) as missing:
        Plan.read({"steps": [{"id": "s", "type": kind}]})
    assert {f.code for f in missing.value.findings} <= {"C_MISSING_KEY", "E_BASIS_AMBIGUOUS"}
    assert all(f.cure for f in missing.value.findings)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_cancellation_lifts_the_untouched_by_n_over_n_less_q(kind: str) -> None:
    before = state()
    done = advance(before, sample(kind))
    for issuer in before.issuers.values():
        n, m = issuer.issued, done.state.issuers[issuer.id].issued
        for holder in ("A", "B", "H", "~float"):
            then, now = before.held(holder, issuer.id), done.state.held(holder, issuer.id)
            if then == now:
                assert Fraction(now, m) == Fraction(then, n) * Fraction(n, m)


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_step_says_whom_it_names(kind: str) -> None:
    step = sample(kind)
    fund = Plan.read({"fund": {"id": "J", "currency": "EUR"}, "steps": []}).fund
    assert not Plan(steps=(step,), fund=fund).check(state())
    names = {role for role, _ in step.names()}
    assert names <= {"issuer", "new issuer", "party", "newcomer", "fund", "bond"} and names
    empty = replace(state(), entities={}, issuers={}, lots=Lots([]), contracts=())
    assert {f.code for f in Plan(steps=(step,)).check(empty)} == {"C_UNKNOWN_ENTITY"}
