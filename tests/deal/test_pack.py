"""The finance pack after a step: small companies whose numbers are worked out by hand beside each test."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import crosshold
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import Outcome, simulate
from crosshold.formats.case import read_case
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, Rate, Snapshot

DAY = date(2020, 1, 28)
YEAR = date(2019, 12, 31)
EUR = {"value": "5", "currency": "EUR"}
SELL = {"id": "sell", "type": "sell", "issuer": "N", "holder": "R", "shares": 100, "price": EUR}
BUY = {"id": "buy", "type": "buyback", "issuer": "N", "fills": {"R": 100}, "price": EUR, "cancel": True}
BOOK = {"holder": "R", "issuer": "N", "method": "equity", "carrying": "4000", "currency": "EUR", "date": "2019-12-31"}
ALLIANCE = Path(crosshold.__path__[0]) / "cases" / "alliance"


def figures(**values: Any) -> dict[str, Any]:
    exact = {
        key: Decimal(str(value)) if isinstance(value, (int, float)) and value is not True else value
        for key, value in values.items()
    }
    return {"date": YEAR, "currency": "EUR", **exact}


def state(**parts: Any) -> Snapshot:
    """R has 40 % of N, N has 5 % of R and its unit NU another 10 %; U has 29 % of N."""
    lots = [Lot("r", "N", "R", 400), Lot("u", "N", "U", 290), Lot("f", "N", "~float", 310, votes=310), Lot("n", "R", "N", 50),
            Lot("nu", "R", "NU", 100), Lot("g", "R", "~float", 850, votes=850), Lot("x", "NU", "N", 10)]  # fmt: skip
    base: dict[str, Any] = {
        "at": DAY,
        "entities": {name: Entity(name) for name in ("N", "R", "U", "V", "NU", "~float")},
        "issuers": {"N": Issuer("N", 1000), "R": Issuer("R", 1000), "NU": Issuer("NU", 10)},
        "lots": Lots(lots),
        "cash": {"N": {"EUR": Decimal(10_000)}, "R": {"EUR": Decimal(100)}},
        "fx": {"EURJPY": Rate(Decimal(120), DAY)},
        "prices": {"N": Price(Decimal(5), "EUR", DAY), "R": Price(Decimal(10), "EUR", DAY)},
        "groups": {"pair": ("N", "R", "NU")},
    }
    return Snapshot(**(base | parts))


def run(*steps: dict[str, Any], snapshot: Snapshot | None = None, **top: Any) -> Outcome:
    return simulate(snapshot or state(), Plan.read({**top, "steps": list(steps)}))


def finance(outcome: Outcome, step: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = outcome.finance[step]["finance"]
    return found


def absent(outcome: Outcome, step: int = 0) -> set[tuple[str, str]]:
    return {(row["figure"], row["who"]) for row in finance(outcome, step)["absent"]}


# -- shares


def test_the_cap_table_has_four_bases_and_their_difference_in_points() -> None:
    rows = {row["holder"]: row for row in finance(run(BUY))["cap_table"] if row["issuer"] == "N"}
    assert rows["R"]["shares"] == {"before": 400, "after": 300}
    assert rows["R"]["issued"] == {"before": Fraction(2, 5), "after": Fraction(1, 3), "points": Fraction(-20, 3)}
    assert rows["U"]["issued"]["points"] == 100 * (Fraction(290, 900) - Fraction(290, 1000))  # passive
    assert {"issued", "outstanding", "gross_votes", "exercisable_votes"} <= set(rows["U"])
    assert sum(row["outstanding"]["points"] for row in rows.values()) == 0
    assert not finance(run({"id": "p", "type": "pay", "from": "R", "to": "U", "amount": EUR}))["cap_table"]


def test_a_company_whose_votes_wake_is_in_the_cap_table_though_no_share_moved() -> None:
    register = read_case(ALLIANCE)
    outcome = simulate(register.at(register.day), Plan.read(ALLIANCE / "plans" / "both_sell_down.yaml"))
    rows = {(row["issuer"], row["holder"]): row for row in finance(outcome, 1)["cap_table"]}
    woken = rows["R", "NF"]
    assert woken["shares"]["before"] == woken["shares"]["after"] and woken["issued"]["points"] == 0
    assert woken["exercisable_votes"]["before"] == 0 and round(float(woken["exercisable_votes"]["points"]), 4) == 22.9542


# -- money


def test_net_proceeds_are_gross_less_discount_fees_and_tax() -> None:
    block = {**SELL, "type": "block", "discount": "0.03", "fee": "0.004", "tax": "gains"}
    (row,) = finance(run(block, options={"taxes": {"gains": {"rate": "0.1", "basis": "proceeds"}}}))["net_proceeds"]
    names = ("gross", "discount", "impact", "fees", "stamp", "taxes", "net_before_tax", "net")
    # 100 at 5; 3 % off; 0.4 % of gross; a tenth of 485
    assert [row[name] for name in names] == ["500.00", "15.00", "0.00", "2.00", "0.00", "48.50", "483.00", "434.50"]
    (row,) = finance(run({**SELL, "impact": "0.02"}))["net_proceeds"]
    assert (row["impact"], row["discount"], row["taxes"], row["net"], row["net_before_tax"]) == (
        "10.00",
        "0.00",
        None,
        None,
        "490.00",
    )
    assert "unknown, not zero" in row["reason"]


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ({}, "none"),
        ({"impact": "0.01"}, "input"),
        ({"impact": "none"}, "none"),
        ({"impact": "sqrt"}, "model output"),
        ({"type": "block"}, "model output"),
        ({"type": "block", "discount": "0.02"}, "input"),
    ],
)
def test_a_discount_says_whether_it_was_given_or_modelled(keys: dict[str, Any], kind: str) -> None:
    market = {"N": {"adv": 1000, "volatility": Fraction(3, 10)}}
    assert finance(run({**SELL, **keys}, snapshot=state(market=market)))["net_proceeds"][0]["cut_is"] == kind


def test_illustrative_inputs_behind_the_figures_are_named() -> None:
    rough = state(financials=EARN, illustrative=frozenset({"financials.N", "prices.R", "cash.R"}))
    assert finance(run(BUY, snapshot=rough))["illustrative"] == ["financials.N", "prices.R"]


def test_figures_that_use_the_middle_of_uncertain_lots_say_so() -> None:
    lots = [lot if lot.id != "u" else Lot("u", "N", "U", 290, low=280, high=300) for lot in state().lots]
    assert finance(run(SELL, snapshot=state(lots=Lots(lots))))["middle_of_uncertain_lots"] == ["N"]
    assert finance(run(SELL))["middle_of_uncertain_lots"] == []


def test_sources_and_uses_balance_for_each_account_and_for_the_group() -> None:
    register = read_case(ALLIANCE)
    outcome = simulate(register.at(register.day), Plan.read(ALLIANCE / "plans" / "both_sell_down.yaml"))
    members = set(outcome.start.snapshot.groups["alliance"])
    for step, block in zip(outcome.steps, outcome.finance, strict=True):
        sheets = {**block["finance"]["sources_and_uses"], "group": block["finance"]["group_sources_and_uses"]}
        for who, sheet in sheets.items():
            sums: dict[str, Decimal] = {}
            for side, sign in (("sources", 1), ("uses", -1)):
                for row in sheet[side]:
                    sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + sign * Decimal(row["amount"])
            assert not any(sums.values()), (step.step.id, who)
        kept = sum(
            Decimal(r["amount"])
            for r in sheets["group"]["sources"] + sheets["group"]["uses"]
            if r["step"] == "end" and r["currency"] == "JPY"
        )
        outside = [e for e in step.entries if (e.payer in members) != (e.payee in members) and e.currency == "JPY"]
        assert kept == abs(sum((e.amount if e.payee in members else -e.amount for e in outside), Decimal(0)))
    internal = outcome.finance[0]["finance"]["group_sources_and_uses"]
    assert [row["what"] for row in internal["uses"]] == [
        "shares bought"
    ]  # of the market; what R got from N is neither source nor use


def test_cash_in_stands_beside_the_book_loss_and_a_missing_book_is_named() -> None:
    (row,) = run(SELL, snapshot=state(books=(BOOK,))).finance[0]["accounting"]
    assert (row["proceeds"], row["carrying"], row["gain"], row["gain_per_share"]) == ("500.00", "1000.00", "-500.00", "-5.00")
    outcome = run(SELL)
    (row,) = outcome.finance[0]["accounting"]
    assert row["proceeds"] == "500.00" and row["gain"] is None and "no book" in row["reason"]
    assert ("book_loss", "R in N") in absent(outcome)


# -- earnings per share


EARN = {"N": figures(earnings=1000, cash_yield=0.01, tax_rate=0.25), "R": figures(earnings=2000, cash_yield=0.02, tax_rate=0.5)}


def test_earnings_per_share_of_the_buyer_and_its_reciprocal_count() -> None:
    (row,) = finance(run(BUY, snapshot=state(financials=EARN)))["earnings_per_share"]["buyers"]
    assert (
        row["before"] == 1 and row["after"] == Fraction(Decimal("996.25")) / 900 and row["accretive"]
    )  # 500 earn 3.75 after tax
    # N has 15 % of R, with its unit; R has 400, then 300 shares of N
    assert (row["reciprocal_before"], row["reciprocal_after"]) == (940, 855)
    assert (row["shares_before"], row["shares_after"], row["basis"]) == (1000, 900, "outstanding")


def test_what_a_unit_holds_of_its_parent_counts_whole() -> None:
    lots = [lot for lot in state().lots if lot.id != "u"] + [Lot("u", "N", "NU", 290)]
    (row,) = finance(run(BUY, snapshot=state(lots=Lots(lots), financials=EARN)))["earnings_per_share"]["buyers"]
    assert (row["reciprocal_before"], row["reciprocal_after"]) == (940 - 290, 855 - 290)


def test_earnings_per_share_of_the_seller_with_both_effects_apart() -> None:
    (row,) = finance(run(BUY, snapshot=state(financials=EARN, books=(BOOK,))))["earnings_per_share"]["sellers"]
    # 40 % of 1000 becomes a third: 66.67 lost; 500 earn 5 after tax. R: 1000 - 0.4 * 150 = 940 shares, then 950
    assert row["equity_income_lost"] == "66.67" and row["interest_gained"] == "5.00"
    assert (row["reciprocal_before"], row["reciprocal_after"]) == (940, 950)
    then = 2000 - Fraction(200, 3) + 5
    assert row["before"] == Fraction(2000, 940) and row["income"] == then / 940 and row["share_count"] == Fraction(2000, 950)
    assert row["after"] == then / 950 and not row["accretive"]


def test_without_figures_or_a_book_earnings_are_absent_with_a_reason() -> None:
    outcome = run(BUY)
    assert ("earnings_per_share", "N") in absent(outcome) and ("earnings_per_share", "R") in absent(outcome)
    assert finance(outcome)["earnings_per_share"] == {"buyers": [], "sellers": []}
    reasons = {row["reason"] for row in finance(run(BUY, snapshot=state(financials={"N": figures(earnings=1)})))["absent"]}
    assert "financials.N has no cash_yield, tax_rate" in reasons


# -- the end of the equity method


DOWN = {**SELL, "shares": 210}  # to 19 %


@pytest.mark.parametrize(("judged", "certainty"), [(None, "POSSIBLE"), ("kept", "IMPOSSIBLE"), ("lost", "CERTAIN")])
def test_below_a_fifth_of_votes_the_equity_method_may_end(judged: str | None, certainty: str) -> None:
    book = {**BOOK, "reserves": "-40", **({"influence": judged, "fair_value": "oci"} if judged else {})}
    outcome = run(DOWN, {**SELL, "id": "more", "shares": 10}, snapshot=state(books=(book,)))
    (row,) = finance(outcome)["method_switch"]
    assert row["certainty"] == certainty and row["triggers"] == ["below 20 % of votes"]
    # 190 kept at 5, 1050 came in, 4000 was carried, 40 of losses recycled
    assert (row["fair_value"], row["proceeds"], row["gain"]) == ("950.00", "1050.00", "-2040.00")
    assert row["votes"]["before"] == Fraction(2, 5) and row["votes"]["after"] == Fraction(19, 100)
    assert (row["reason"] is None) == (judged is not None) and not finance(outcome, 1)["method_switch"]
    later = outcome.steps[1].bookings[0]
    if judged == "lost":
        assert later.method == "fair_value" and later.carrying == 50 and later.gain == 0
    else:
        assert later.method == "equity" and later.carrying == 100


def test_a_fifth_itself_still_presumes_influence() -> None:
    outcome = run({**SELL, "shares": 200}, {**SELL, "id": "one", "shares": 1}, snapshot=state(books=(BOOK,)))
    assert not finance(outcome, 0)["method_switch"] and finance(outcome, 1)["method_switch"]


def test_the_seat_on_the_board_is_a_trigger_on_its_day() -> None:
    book = {**BOOK, "board_seat_lost_on": "2020-02-15"}
    steps = [{**SELL, "id": f"s{n}", "shares": 1, "date": f"2020-02-{n}"} for n in (14, 15, 16)]
    outcome = run(*steps, snapshot=state(books=(book,)))
    assert [[r["triggers"] for r in finance(outcome, n)["method_switch"]] for n in range(3)] == [[], [["board seat lost"]], []]


def test_without_a_price_the_switch_has_no_gain() -> None:
    (row,) = finance(run(DOWN, snapshot=state(books=(BOOK,), prices={})))["method_switch"]
    assert row["gain"] is None and "no price of N" in row["reason"]


# -- value, debt, dividends


def test_values_are_counted_once() -> None:
    found = finance(run(SELL))["circular_value"]
    # caps 5000 and 10000; R has 30 % of N, N with its unit 15 % of R
    assert found["caps"] == {"N": "5000.00", "R": "10000.00"} and found["unpriced"] == ["NU"]
    assert found["stubs"] == {"N": "3500.00", "R": "8500.00"} and found["outside"] == {"N": "3500.00", "R": "8500.00"}
    assert found["double_counting"] == Fraction(3000, 15000)


def test_net_debt_falls_by_what_the_plan_brought_in_and_rises_by_what_it_paid() -> None:
    figs = {"R": figures(net_debt=1000, ebitda=500, covenant_counts_dividends=True), "N": figures(dividend_per_share=0.5)}
    plan = ({**SELL, "fee": "0.01"}, {"id": "c", "type": "contribute", "fund": "J", "entity": "R", "amount": {"value": "300"}})
    outcome = run(*plan, snapshot=state(financials=figs), fund={"id": "J", "currency": "EUR"})
    (first,), (second,) = (finance(outcome, n)["leverage"] for n in (0, 1))
    assert (first["net_debt_before"], first["net_debt_after"]) == ("1000.00", "505.00")
    assert first["cash_by_reason"] == {"fee": "-5.00", "shares sold": "500.00"}
    assert second["net_debt_after"] == "805.00" and second["leverage_after"] == Fraction(805, 500)
    assert second["dividends_lost"] == "50.00" and second["covenant_leverage"] == Fraction(805, 450)
    assert ("look_through_leverage", "N") in absent(outcome)


def test_cash_of_a_unit_counts_for_its_parent() -> None:
    sold = {"id": "s", "type": "sell", "issuer": "R", "holder": "NU", "shares": 10, "price": EUR}
    (row,) = finance(run(sold, snapshot=state(financials={"N": figures(net_debt=-20)})))["leverage"]
    assert row["who"] == "N" and row["net_debt_after"] == "-70.00" and row["leverage_after"] is None


def test_leverage_seen_through_holdings() -> None:
    figs = {"R": figures(net_debt=1000, ebitda=500), "N": figures(net_debt=3000, ebitda=600)}
    (row,) = [r for r in finance(run(SELL, snapshot=state(financials=figs)))["leverage"] if r["who"] == "R"]
    # after the sale R owes 500 and has 30 % of N, N 15 % of R: (500 + 0.3 * 3000) / (500 + 0.3 * 600), the ring's factor cancels
    assert row["look_through_leverage"] == Fraction(1400, 680)


def test_dividends_on_each_edge_and_in_all() -> None:
    figs = {"N": figures(dividend_per_share=0.5)}
    (row,) = [r for r in finance(run(BUY, snapshot=state(financials=figs)))["dividends"] if r["issuer"] == "N"]
    assert (row["total_before"], row["total_after"]) == ("500.00", "450.00")
    assert row["edges"] == [{"holder": "R", "before": "200.00", "after": "150.00", "lost": "50.00"}]


# -- float and policy shareholdings


def test_free_float_by_definitions_that_are_named() -> None:
    entities = {name: Entity(name) for name in ("R", "V", "K", "T", "NU", "~float")}
    entities |= {"N": Entity("N", kind="company", jurisdiction="JP", listed=True), "S": Entity("S", kind="state")}
    entities |= {"B": Entity("B", kind="company", jurisdiction="JP"), "U": Entity("U", kind="company", jurisdiction="US")}
    lots = [Lot("r", "N", "R", 100), Lot("own", "N", "N", 50), Lot("s", "N", "S", 10), Lot("b", "N", "B", 40), Lot("u", "N", "U", 45),
            Lot("v", "N", "V", 60), Lot("k", "N", "K", 20, locked_until="2020-12-31"), Lot("t", "N", "T", 30, beneficiary="U"),
            Lot("f", "N", "~float", 645, votes=645), Lot("n", "R", "N", 50), Lot("g", "R", "~float", 950, votes=950)]  # fmt: skip
    issuers = {"N": Issuer("N", 1000), "R": Issuer("R", 1000)}
    outcome = run({**SELL, "shares": 1}, snapshot=state(entities=entities, lots=Lots(lots), issuers=issuers))
    rows = {row["definition"]: row for row in finance(outcome)["free_float"] if row["issuer"] == "N"}
    why = {row["holder"]: row["why"] for row in rows["strategic-5"]["excluded"]}
    assert why == {"N": "treasury", "S": "government", "K": "lock-up", "T": "trust", "R": "cross-holding", "V": "block"}
    gone = 50 + 10 + 20 + 30 + 99 + 60
    assert rows["strategic-5"]["issued"] == {"low": 1 - Fraction(gone, 1000), "high": 1 - Fraction(gone, 1000)}
    assert rows["strategic-5"]["exercisable_votes"]["low"] == 1 - Fraction(gone - 50, 950)
    # R is below a tenth after the sale; B is a domestic company: perhaps a pure investment
    assert rows["TSE-35"]["issued"] == {"low": 1 - Fraction(90, 1000), "high": 1 - Fraction(50, 1000)}
    assert all(row["cite"] and row["confidence"] for row in rows.values())


def policy(**more: Any) -> dict[str, Any]:
    terms = {"listed": Decimal(90), "deemed": Decimal(10), "issues": 7, **more}
    return {"R": figures(net_assets=400, plan_disclosed=True) | {"policy": terms}}


def test_a_policy_shareholding_that_is_sold_lowers_the_ratio() -> None:
    book = {**BOOK, "method": "fair_value", "carrying": "40", "policy": True}
    path = {"years": 3, "growth": Fraction(0), "retained": Decimal(10), "tax_rate": Fraction(0)}
    outcome = run(
        {**SELL, "shares": 400, "price": {"value": "0.1"}, "date": "2024-01-01"},
        snapshot=state(financials=policy(**path), books=(book,)),
    )
    (row,) = finance(outcome)["policy_shareholdings"]
    assert (row["ratio_before"], row["ratio_after"]) == (Fraction(1, 4), Fraction(60, 400))
    assert (row["issues_before"], row["issues_after"], row["issues_sold"], row["proceeds"]) == (7, 6, 1, "40.00")
    assert {test["test"]: test["verdict"] for test in row["tests"]} == {"ISS-JP": "passed", "GLASS-LEWIS-JP": "spared"}
    to20, to10 = row["glide_paths"]
    assert to20["method"] == "none needed" and to10["sales"] == [Fraction(17, 3)] * 3  # 60 to a tenth of 430


def test_books_that_carry_more_than_the_figures_count_give_no_ratio() -> None:
    def ratio(carrying: str) -> Any:
        book = {**BOOK, "method": "fair_value", "carrying": carrying, "policy": True}
        outcome = run(SELL, snapshot=state(financials=policy(), books=(book,)))
        rows = finance(outcome)["policy_shareholdings"]
        assert (("policy_shareholdings", "R") in absent(outcome)) == (not rows)
        return rows[0]["ratio_after"] if rows else None

    assert ratio("400") == 0 and ratio("400.04") is None  # a quarter is sold; 100 are counted


def test_a_path_without_its_inputs_says_which() -> None:
    book = {**BOOK, "method": "fair_value", "policy": True, "carrying": "40"}
    (row,) = finance(run(SELL, snapshot=state(financials=policy(years=3), books=(book,))))["policy_shareholdings"]
    assert row["glide_paths"][0]["reason"] == "financials.R.policy has no growth, retained, tax_rate"
    cheap = {"years": 2, "growth": Fraction(0), "retained": Decimal(0), "tax_rate": Fraction(0),
             "names": {"N": {"value": Decimal(40), "cost": Fraction(0)}, "rest": {"value": Decimal(60), "cost": Fraction(1)}}}  # fmt: skip
    sale = {**SELL, "shares": 200, "price": {"value": "0.1"}}
    (row,) = finance(run(sale, snapshot=state(financials=policy(**cheap), books=(book,))))["policy_shareholdings"]
    to10 = row["glide_paths"][1]
    assert (
        to10["method"] == "least_cost" and sum(to10["by_name"]["N"]) == 20 and to10["cost"] == 20
    )  # 80 to 40: all of N, 20 of the rest


# -- who decides


def test_power_moves_without_a_share_and_the_winner_is_named() -> None:
    silent = {"id": "o", "type": "overlay", "issuer": "N", "holder": "R", "kind": "removed"}
    outcome = run(silent)
    told = outcome.finance[0]["decides"]["N"]
    # without R: U 290, float 310 of 600
    assert told["first_voter"] == {"holder": "U", "votes": Fraction(29, 60)} and told["second_voter"] is None
    assert told["blocking_minorities"] == [["U"]] and told["gained_most"][0]["holder"] == "U"
    assert told["gained_most"][-1]["holder"] == "R" and sum(row["change"] for row in told["gained_most"]) == 0
    # cash: 29 % of what leaves the ring of N (40 % held by R) and R (15 % by N)
    assert told["wedge"]["U"] == Fraction(29, 60) - Fraction(29, 100) / (1 - Fraction(2, 5) * Fraction(3, 20))
    assert (
        outcome.finance[0]["power"]["N"] == told["power"]
        and outcome.finance[0]["decides"]["settings"]["index"] == "shapley-shubik"
    )


def test_two_who_block_together_are_named_when_neither_does_alone() -> None:
    lots = [Lot("r", "N", "R", 200), Lot("u", "N", "U", 200), Lot("v", "N", "V", 100), Lot("f", "N", "~float", 500, votes=500)]
    outcome = run({**SELL, "shares": 0}, snapshot=state(lots=Lots(lots)))
    assert outcome.finance[0]["decides"]["N"]["blocking_minorities"] == [["R", "U"]]


def test_the_whole_outcome_is_json_and_ratios_are_exact_on_request() -> None:
    outcome = run(BUY, SELL, snapshot=state(financials=EARN, books=(BOOK,)), group="pair")
    data = json.loads(json.dumps(outcome.to_dict(exact=True)))
    first = data["steps"][0]
    assert first["finance"]["earnings_per_share"]["buyers"][0]["reciprocal_after"] == "855"
    assert first["accounting"][0]["given_back"] == "166.67"  # a third of 100 shares bought 5 below carrying value
    assert set(first) >= {"accounting", "finance", "power", "decides"}
