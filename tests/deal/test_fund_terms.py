"""The joint fund in a plan: its terms, who owns it, who would leave, the money it gives back; with and without it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from crosshold.deal import fund as funds
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import Outcome, simulate
from crosshold.deal.stability import leavers, pressure
from crosshold.errors import FileError, RequestError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, Snapshot

GAIN = {"A": "1", "B": "1.5", "C": "0.3", "A+B": "3.5", "A+C": "1.6", "B+C": "2.2", "A+B+C": "4.6"}
FUND: dict[str, Any] = {"id": "J", "currency": "EUR", "commitments": {"R": "60", "N": "40"}}
PAY = [{"id": "r", "type": "contribute", "fund": "J", "entity": "R", "amount": "60"},
       {"id": "n", "type": "contribute", "fund": "J", "entity": "N", "amount": "40"}]  # fmt: skip
WORTH = {"R": "10", "N": "20", "N+R": "50"}


DAY = date(2020, 1, 28)


def state() -> Snapshot:
    """R has 40 % of N, N 5 % of R and its unit NU another 10 %; U has 29 % of N."""
    lots = [Lot("r", "N", "R", 400), Lot("u", "N", "U", 290), Lot("f", "N", "~float", 310, votes=310), Lot("n", "R", "N", 50),
            Lot("nu", "R", "NU", 100), Lot("g", "R", "~float", 850, votes=850), Lot("x", "NU", "N", 10)]  # fmt: skip
    return Snapshot(
        at=DAY,
        entities={name: Entity(name) for name in ("N", "R", "U", "NU", "~float")},
        issuers={"N": Issuer("N", 1000), "R": Issuer("R", 1000), "NU": Issuer("NU", 10)},
        lots=Lots(lots),
        cash={name: {"EUR": Decimal(1000)} for name in ("N", "R")},
        prices={"N": Price(Decimal(5), "EUR", DAY), "R": Price(Decimal(10), "EUR", DAY)},
    )


def run(**terms: Any) -> Outcome:
    return simulate(state(), Plan.read({"steps": PAY, "fund": {**FUND, **terms}}))


def executed(**terms: Any) -> dict[str, Any]:
    found: dict[str, Any] = run(**terms).fund["executed"]
    return found


@pytest.mark.parametrize(
    ("owners", "parts"),
    [
        ({"by": "contributions"}, {"R": Fraction(3, 5), "N": Fraction(2, 5)}),
        ({"by": "fixed", "shares": {"R": "1/4", "N": "3/4"}}, {"R": Fraction(1, 4), "N": Fraction(3, 4)}),
        ({"by": "shapley"}, {"R": Fraction(2, 5), "N": Fraction(3, 5)}),  # 10 + 20/2 and 20 + 20/2 of 50
        ({"by": "nucleolus"}, {"R": Fraction(2, 5), "N": Fraction(3, 5)}),
        ({"by": "nash"}, {"R": Fraction(2, 5), "N": Fraction(3, 5)}),
        ({"by": "nash", "weights": {"R": "3/4", "N": "1/4"}}, {"R": Fraction(1, 2), "N": Fraction(1, 2)}),  # 10 + 15, 20 + 5
    ],
)
def test_ownership_by_every_split(owners: dict[str, Any], parts: dict[str, Fraction]) -> None:
    told = executed(owners=owners, worth=WORTH)
    assert told["owners"] == parts and told["owners_by"] == owners["by"] and told["owners_reason"] is None


def test_a_split_without_its_game_is_absent_with_a_reason() -> None:
    told = executed(owners={"by": "shapley"})
    assert told["owners"] == {} and "fund.worth" in told["owners_reason"] and told["games"] is None
    missing = executed(owners={"by": "shapley"}, worth={"R": 1, "N+R": 3})
    assert missing["owners"] == {} and missing["owners_reason"] and missing["games"]["reasons"]["splits"]


def test_the_games_stand_beside_the_money_with_their_promote() -> None:
    told = executed(worth=WORTH)["games"]
    assert told["promote"]["shapley"] == {"R": -10, "N": 10}  # by contribution 30 and 20
    assert told["least_core"] == {"epsilon": -10, "core_empty": False} and told["cost_of_stability"] == 0
    assert "W_SUBADDITIVE" in {f.code for f in run(worth={"R": 30, "N": 30, "N+R": 50}).findings}


def test_the_money_expected_back_runs_down_the_waterfall() -> None:
    tiers = [{"return_capital": "pro_rata"}, {"preferred": "0.1"}, {"residual": {"R": "1/2", "N": "1/2"}}]
    told = executed(waterfall=tiers, returns={"amount": "130", "years": 1})["returns"]
    assert told["waterfall"]["totals"] == {"R": "76", "N": "54"}  # 60 + 6 + 10 and 40 + 4 + 10
    assert executed(waterfall=tiers)["returns"] == {"waterfall": None, "reason": "fund.returns is not there"}


def test_money_from_the_group_s_own_purse_is_a_warning_when_the_fund_needs_more_than_outsiders_pay() -> None:
    buy = {"id": "b", "type": "buyback", "issuer": "N", "fills": {"R": 20}, "price": "5"}
    sell = {"id": "s", "type": "sell", "issuer": "N", "holder": "R", "shares": 20, "price": "5", "fee": "0.01"}
    pair = state().evolve(groups={"pair": ("N", "R")})

    def level(**plan: Any) -> str:
        found = simulate(pair, Plan.read({"steps": [buy, sell], "group": "pair", **plan})).findings
        (told,) = [f for f in found if f.code == "W_GROUP_CASH"]
        assert "100.00" in told.message
        return told.level

    assert level() == "note"  # no fund
    assert level(fund={**FUND, "commitments": {"R": "99"}}) == "note"  # 100 from outside, 1 of fees
    assert level(fund={**FUND, "commitments": {"R": "99.01"}}) == "warning"
    assert level(fund={**FUND, "currency": "USD"}) == "warning"  # no rate: nobody knows


# -- does it hold together


VOTES = {"A": "1/3", "B": "1/3", "C": "1/3"}


def test_who_gains_by_leaving_and_what_the_exit_rule_says() -> None:
    even = {"A": "1.5", "B": "1.5", "C": "1.6"}
    # A+B have 3.5 apart and get 3; A+C 1.6 of 3.1; nobody else gains
    (free,) = leavers(GAIN, even, exit_rule="free", votes=VOTES, majority="1/2")
    assert free.coalition == ("A", "B") and free.gain == Fraction(1, 2) and free.may_leave
    (by_majority,) = leavers(GAIN, even, exit_rule="majority", votes=VOTES, majority="2/3")
    assert by_majority.may_leave  # two of three reach two thirds
    assert not leavers(GAIN, even, exit_rule="majority", votes=VOTES, majority="3/4")[0].may_leave
    assert not leavers(GAIN, even, exit_rule="unanimity", votes=VOTES, majority=1)[0].may_leave  # C would have 0.3 for 1.6
    assert leavers(GAIN, {"A": "1.5", "B": "2.8", "C": "0.3"}, exit_rule="unanimity", votes=VOTES, majority=1) == []
    content = leavers(GAIN, {"A": 1, "B": "2.4", "C": "0.2"}, exit_rule="unanimity", votes=VOTES, majority=1)
    assert [row.coalition for row in content if row.may_leave] == [("A", "B"), ("C",)]  # each gains 0.1, and the rest too


def test_cooperation_holds_from_the_bound_of_patience_on() -> None:
    assert pressure(5, 3, 1, "1/2").holds and not pressure(5, 3, 1, "0.49").holds
    assert pressure(5, 3, 1, "0.6").margin == Fraction(1, 10)
    with pytest.raises(RequestError, match="C_BAD_NUMBER"):
        pressure(3, 5, 1, "0.5")


def test_viability_is_told_with_and_without_the_fund() -> None:
    terms = {"worth": WORTH, "voting": {"exit": "free"}, "owners": {"by": "fixed", "shares": {"R": "0.1", "N": "0.9"}},
             "pressure": {"temptation": 5, "reward": 3, "punishment": 1, "patience": "0.6"}}  # fmt: skip
    outcome = run(**terms)
    found = outcome.to_dict(exact=True)["viability"]
    with_fund, without = found["executed"], found["not_executed"]
    assert with_fund["core_slack"] == "1/5" and with_fund["cost_of_stability"] == "0"  # epsilon -10 of 50
    assert with_fund["leavers"] == {"number": 1, "coalitions": [{"coalition": ["R"], "gain": "5", "may_leave": True}]}
    assert with_fund["outside_pressure"] == {"bound": "1/2", "margin": "1/10", "holds": True} and not with_fund["reasons"]
    assert without["core_slack"] is None and without["reasons"] == {"fund": "not executed"}
    for name in ("between", "hostage_balance", "vetoes"):
        assert with_fund[name] == without[name] == found["end"][name]
    bare = run().viability["executed"]
    assert bare["leavers"] is None and set(bare["reasons"]) == {"core_slack", "cost_of_stability", "leavers", "outside_pressure"}
    assert run(worth=WORTH, voting={"majority": "2/3"}).viability["executed"]["reasons"]["leavers"] == "fund.voting has no exit"


def test_how_open_each_company_is_before_and_after() -> None:
    sale = {"id": "s", "type": "sell", "issuer": "N", "holder": "R", "shares": 100}
    found = simulate(state(), Plan.read({"steps": [sale]})).to_dict()["vulnerability"]
    assert found["end"]["N"]["lines"] == {
        "at_least_30": {"shares": 300, "cost": "1500.00"},
        "majority": {"shares": 501, "cost": "2505.00"},
    }
    assert (
        found["start"]["N"]["free_float"]["strategic-5"]["low"] == 0.31
        and found["end"]["N"]["free_float"]["strategic-5"]["low"] == 0.41
    )
    assert found["end"]["NU"]["lines"]["majority"]["cost"] is None and found["end"]["NU"]["independence"]["strongest"] == "N"
    assert found["end"]["NU"]["independence"]["independence"] == 0


# -- the file


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"kind": "club"}, "C_BAD_VALUE"),
        ({"calls": [{"date": "2020-06-30"}]}, "C_MISSING_KEY"),
        ({"owners": {"fixed": {"R": "1"}}}, "C_UNKNOWN_KEY"),
        ({"owners": {"by": "fixed"}}, "C_MISSING_KEY"),
        ({"owners": {"by": "fixed", "shares": {"R": "1/2"}}}, "C_BAD_VALUE"),
        ({"owners": {"by": "shapley", "weights": {"R": "1"}}}, "C_BAD_VALUE"),
        ({"owners": {"by": "lot"}}, "C_BAD_VALUE"),
        ({"voting": {"exit": "never"}}, "C_BAD_VALUE"),
        ({"waterfall": [{"residual": {"Z": "1"}}]}, "C_UNKNOWN_ENTITY"),
        ({"waterfall": [{"preferred": "-1"}]}, "C_BAD_VALUE"),
        ({"returns": {"amount": "1"}}, "C_MISSING_KEY"),
        ({"worth": {"R": "much"}}, "C_BAD_NUMBER"),
        ({"pressure": {"temptation": 1}}, "C_MISSING_KEY"),
        ({"goal": 1}, "C_UNKNOWN_KEY"),
    ],
)
def test_a_fund_that_cannot_be_read_is_a_fault(terms: dict[str, Any], code: str) -> None:
    with pytest.raises(FileError) as caught:
        Plan.read({"steps": [], "fund": {**FUND, **terms}})
    assert code in {f.code for f in caught.value.findings}


def test_all_terms_survive_writing_and_reading() -> None:
    plan = Plan.read(
        {
            "steps": PAY,
            "fund": {**FUND, "kind": "jv", "calls": [{"date": "2020-06-30", "fraction": "1/2"}], "owners": {"by": "nash"},
                     "waterfall": [{"preferred": "0.06"}, {"residual": "pro_rata"}],
                     "voting": {"by": "heads", "exit": "majority", "majority": "2/3"},
                     "worth": WORTH, "returns": {"amount": "5", "years": 2}, "uses": ["research"],
                     "pressure": {"temptation": "5", "reward": "3", "punishment": "1", "patience": "0.6"}},
        }
    )  # fmt: skip
    assert Plan.parse(plan.to_yaml()) == plan and json.dumps(plan.to_dict())
    assert funds.ownership(plan.fund, {}).by == "nash" if plan.fund else False
