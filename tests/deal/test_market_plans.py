"""Volume rules, caps, calendars, durations and schedules in plans."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.deal.duration import duration
from crosshold.deal.market import block_discount
from crosshold.deal.plan import Plan
from crosshold.deal.schedule import schedule
from crosshold.deal.simulate import Outcome, simulate
from crosshold.deal.steps.sell import Sell
from crosshold.deal.volume import volume_limit
from crosshold.errors import FileError, PlanError, RequestError
from crosshold.formats.case import from_document
from crosshold.formats.yaml_text import Document
from crosshold.law.book import load
from crosshold.model.entity import Entity
from crosshold.model.exchange import Calendar
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, RuleChoice, Snapshot
from crosshold.report.planning import outcome as outcome_lines

DAY = date(2020, 6, 1)
BUY = {"id": "buy", "type": "buyback", "issuer": "N", "fills": {"~float": 100}, "venue": "on_market"}
SELL = {"id": "sell", "type": "sell", "issuer": "N", "holder": "R", "shares": 100}


def state(
    jurisdiction: str = "JP", form: str = "KK", *, packs: tuple[str, ...] = ("JP",), accept: tuple[str, ...] = (), **parts: Any
) -> Snapshot:
    """N with 1,000 shares, R with 400 of them, 300 a day traded: a volume rule of a quarter allows 75."""
    entities = {name: Entity(name) for name in ("R", "U", "~float")}
    entities["N"] = Entity("N", kind="company", jurisdiction=jurisdiction, form=form, listed=True)
    base: dict[str, Any] = {
        "at": DAY, "entities": entities, "issuers": {"N": Issuer("N", 1000)},
        "lots": Lots([Lot("r", "N", "R", 400), Lot("u", "N", "U", 250), Lot("f", "N", "~float", 350, votes=350)]),
        "cash": {"N": {"EUR": Decimal(100_000)}}, "prices": {"N": Price(Decimal(5), "EUR", DAY)},
        "market": {"N": {"adv": 300, "volatility": Fraction(3, 10)}}, "rules": RuleChoice(packs, accept=accept),
    }  # fmt: skip
    return Snapshot(**(base | parts))


def run(*steps: dict[str, Any], snapshot: Snapshot | None = None, **top: Any) -> Outcome:
    return simulate(snapshot or state(), Plan.read({**top, "steps": list(steps)}))


def stopped(*steps: dict[str, Any], snapshot: Snapshot | None = None, **top: Any) -> dict[str, str]:
    """What bars a plan: the code of each error and its message."""
    with pytest.raises(PlanError) as caught:
        run(*steps, snapshot=snapshot, **top)
    found = [f for f in caught.value.findings if f.level == "error"]
    assert all(f.cure and f.where for f in found)
    return {f.code: f.message for f in found}


def codes(outcome: Outcome) -> set[str]:
    return {finding.code for finding in outcome.findings}


# -- volume -----------------------------------------------------------------------------------------------------------------
def test_a_buy_back_on_the_market_over_a_quarter_of_the_daily_volume_is_refused_with_the_limit() -> None:
    assert stopped(BUY)["E_VOLUME"].endswith("allows 75.")
    assert "E_VOLUME" not in codes(run({**BUY, "fills": {"~float": 75}}))


@pytest.mark.parametrize("venue", ["off_auction", "negotiated"])
def test_a_venue_outside_the_rule_is_free_and_takes_a_day(venue: str) -> None:
    record = run({**BUY, "venue": venue}).steps[0].record
    assert record["trading_days"] == 1 and record["days_of_volume"] == "0.33"


def test_without_a_venue_or_a_volume_nothing_is_barred_and_that_is_told() -> None:
    silent = {k: v for k, v in BUY.items() if k != "venue"}
    assert "N_VOLUME" in codes(run(silent)) and "N_VOLUME" not in codes(run({**silent, "fills": {"~float": 75}}))
    assert "N_VOLUME" in codes(run(BUY, snapshot=state(market={})))
    unknown = {**state().entities, "N": Entity("N", kind="company")}
    assert "N_VOLUME" in codes(run(BUY, snapshot=state(entities=unknown)))
    assert not {"N_VOLUME", "E_VOLUME"} & codes(run(BUY, snapshot=state(packs=())))


def test_spread_over_days_at_a_participation_within_the_rule_the_buy_back_passes() -> None:
    record = run({**BUY, "participation": "1/4"}).steps[0].record
    assert record["trading_days"] == 2 and record["last_day"] == "2020-06-02"  # 75 and 25, Monday and Tuesday
    assert "E_VOLUME" in stopped({**BUY, "participation": "0.3"})


def test_the_rule_of_the_day_counts_in_tokyo() -> None:
    for day, most in ((date(2008, 10, 13), 75), (date(2008, 10, 14), 300), (date(2013, 10, 31), 300), (date(2013, 11, 1), 75)):
        assert volume_limit("VOL-JP-ORD", 300, day).shares == most
    crisis = state(at=date(2009, 6, 1), prices={"N": Price(Decimal(5), "EUR", date(2009, 6, 1))})
    assert "E_VOLUME" not in codes(run(BUY, snapshot=crisis))


def test_the_limit_tells_its_row_and_asks_for_what_it_needs() -> None:
    found = volume_limit("VOL-US-10B18", "1000001", "2020-01-28").to_dict()
    assert (found["shares"], found["months"], found["confidence"]) == (250_000, 0, "B") and "10b-18" in found["citation"]
    assert volume_limit("VOL-US-144E", 100, DAY, outstanding=100_000).shares == 1000  # a hundredth is more than a week's 500
    assert volume_limit("VOL-US-144E", 1000, DAY, outstanding=100_000).shares == 5000
    for rule, code in (("VOL-US-144E", "C_MISSING_KEY"), ("FR-233-31", "C_UNKNOWN_RULE"), ("VOL-XX", "C_UNKNOWN_RULE")):
        with pytest.raises(RequestError) as caught:
            volume_limit(rule, 100, DAY)
        assert caught.value.findings[0].code == code
    with pytest.raises(RequestError):
        volume_limit("VOL-EU-1052", 100, "2016-07-02")
    assert volume_limit(next(r for r in load().rules if r.id == "VOL-EU-1052"), 100, DAY).version == "VOL-EU-1052@2016-07-03"


@given(st.integers(1, 10**12))
def test_the_limit_is_the_most_whole_shares_within_a_quarter(adv: int) -> None:
    shares = volume_limit("VOL-EU-1052", adv, DAY).shares
    assert 4 * shares <= adv < 4 * (shares + 1)


def test_a_row_from_memory_warns_and_bars_only_when_the_case_accepts_it() -> None:
    american: dict[str, Any] = {
        "packs": ("US",),
        "market": {"N": {"adv": 1}},
    }  # the greater of 10 and 5 may be sold in three months
    free = run({**SELL, "shares": 11}, snapshot=state("US-DE", "corporation", **american))
    assert "W_RULE_UNVERIFIED" in codes(free)
    taken = state("US-DE", "corporation", accept=("VOL-US-144E",), **american)
    assert "allows 10" in stopped({**SELL, "shares": 11}, snapshot=taken)["E_VOLUME"]
    within = run({**SELL, "shares": 10}, snapshot=taken)
    assert "W_RULE_UNVERIFIED" in codes(within)  # it was used
    small = {"id": "s", "type": "sell", "issuer": "N", "holder": "U", "shares": 11}
    lots = Lots([Lot("r", "N", "R", 400), Lot("u", "N", "U", 99), Lot("f", "N", "~float", 501, votes=501)])
    assert "W_RULE_UNVERIFIED" not in codes(
        run(small, snapshot=state("US-DE", "corporation", accept=("VOL-US-144E",), lots=lots, **american))
    )


def test_sales_within_three_months_are_counted_together() -> None:
    case = state("US-DE", "corporation", packs=("US",), accept=("VOL-US-144E",), market={"N": {"adv": 1}})
    first, then = {**SELL, "id": "a", "shares": 6}, {**SELL, "id": "b", "shares": 5}
    assert "E_VOLUME" in stopped({**first, "date": "2020-06-01"}, {**then, "date": "2020-08-31"}, snapshot=case)
    run({**first, "date": "2020-06-01"}, {**then, "date": "2020-09-01"}, snapshot=case)
    run({**first, "date": "2020-06-01"}, {**then, "holder": "U", "date": "2020-06-02"}, snapshot=case)  # another holder


# -- own shares ---------------------------------------------------------------------------------------------------------------
FRENCH: dict[str, Any] = {"jurisdiction": "FR", "form": "SA", "packs": ("FR",)}


def test_own_shares_above_a_tenth_are_refused_in_france_unless_they_are_cancelled_at_once() -> None:
    kept = {**BUY, "venue": "negotiated"}
    run(kept, snapshot=state(**FRENCH))
    more = {**kept, "fills": {"~float": 101}}
    assert "allows 100" in stopped(more, snapshot=state(**FRENCH))["E_TREASURY_CAP"]
    assert "E_TREASURY_CAP" not in codes(run({**more, "cancel": True}, snapshot=state(**FRENCH)))
    assert "E_TREASURY_CAP" not in codes(run(more, snapshot=state()))  # not in Japan


def test_a_cap_that_is_passed_already_does_not_bar_a_step_that_lowers_own_shares() -> None:
    lots = Lots([Lot("r", "N", "R", 400), Lot("n", "N", "N", 200, votes=0), Lot("f", "N", "~float", 400, votes=400)])
    run({"id": "c", "type": "cancel", "issuer": "N", "shares": 50}, snapshot=state(**FRENCH, lots=lots))
    assert "E_TREASURY_CAP" in stopped(
        {**BUY, "venue": "negotiated", "fills": {"~float": 1}}, snapshot=state(**FRENCH, lots=lots)
    )


def test_cancellations_are_added_up_over_twenty_four_months() -> None:
    def buy(name: str, shares: int, day: str) -> dict[str, Any]:
        return {**BUY, "id": name, "venue": "negotiated", "fills": {"~float": shares}, "cancel": True, "date": day}

    case = state(**FRENCH, accept=("CAP-FR-24M",))
    pair = [buy("a", 60, "2020-06-01"), buy("b", 41, "2022-05-31")]
    assert "101 shares within 24 months" in stopped(*pair, snapshot=case)["E_TREASURY_CAP"]
    run(buy("a", 60, "2020-06-01"), buy("b", 40, "2022-05-31"), snapshot=case)  # 100 of the 1,000 at the start
    run(buy("a", 60, "2020-06-01"), buy("b", 94, "2022-06-01"), snapshot=case)  # a tenth of 940
    warned = run(*pair, snapshot=state(**FRENCH))
    assert {f.where for f in warned.findings if f.code == "W_RULE_UNVERIFIED"} >= {"step b"}
    told = ({"fact": "shares_cancelled", "issuer": "N", "shares": 60, "date": "2019-07-01"},)
    assert "E_TREASURY_CAP" in stopped(buy("b", 47, "2020-06-01"), snapshot=state(**FRENCH, accept=("CAP-FR-24M",), facts=told))
    tender = {"id": "t", "type": "tender", "issuer": "N", "cap": 300, "offers": {"~float": 300}, "cancel": True}
    run(tender, snapshot=case)  # from all holders, to be cancelled: outside


def test_a_bid_that_the_shrinking_of_the_company_brings_is_kept_as_an_event_with_its_waiver() -> None:
    lots = Lots([Lot("r", "N", "R", 290), Lot("f", "N", "~float", 710, votes=710)])
    buy = {**BUY, "venue": "negotiated", "fills": {"~float": 60}, "cancel": True}
    events = [
        e for e in run(buy, snapshot=state(**FRENCH, lots=lots)).events if e["rule"] == "FR-BID-30" and e["direction"] == "up"
    ]
    assert events and all(e["passive"] and e["waiver"] == "WAIVE-FR-234-9" for e in events)  # 290 of 940 is 30.9 %
    british = state("GB", "PLC", packs=("UK",), lots=Lots([Lot("r", "N", "R", 297), Lot("f", "N", "~float", 703, votes=703)]))
    outcome = run({**buy, "fills": {"~float": 20}}, snapshot=british)  # 297 of 980: 30.3 %
    up = [e for e in outcome.events if e["rule"] == "UK-BID"]
    assert [(e["direction"], e["passive"], e["waiver"]) for e in up] == [("up", True, "WAIVE-UK-37-1")]


# -- calendars ----------------------------------------------------------------------------------------------------------------
def test_trading_days_are_those_of_the_exchange_of_the_company() -> None:
    def day(snapshot: Snapshot) -> tuple[str, str]:
        first = {**SELL, "id": "a", "shares": 1, "date": "2020-12-30"}
        outcome = run(first, {**SELL, "id": "b", "shares": 1, "after": {"step": "a", "trading_days": 2}}, snapshot=snapshot)
        return str(outcome.steps[1].day), next((f.message for f in outcome.findings if f.code == "N_CALENDAR"), "")

    # Wednesday 30 December 2020: Tokyo is closed from 31 December to 3 January, Paris on 1 January
    assert day(state())[0] == "2021-01-05" and "XJPX" in day(state())[1]
    assert day(state("FR", "SA"))[0] == "2021-01-04"
    stated = state(market={"N": {"adv": 300, "calendar": "XPAR"}})
    assert day(stated) == ("2021-01-04", "")  # said by the case: nothing to note
    found, note = day(state("XX"))
    assert found == "2021-01-01" and "without holidays" in note


def test_a_calendar_that_nobody_knows_is_refused_with_the_nearest_name() -> None:
    body = {"crosshold": "case/1", "id": "x", "at": "2020-01-28", "issuers": {"N": {"issued": 10}},
            "lots": [{"issuer": "N", "holder": "R", "shares": 10}], "market": {"N": {"adv": 1, "calendar": "XPRA", "k": "-1"}}}  # fmt: skip
    with pytest.raises(FileError) as caught:
        from_document(Document("case", body, {}))
    assert {f.code for f in caught.value.findings} == {"C_BAD_VALUE", "C_BAD_NUMBER"}
    assert any("XPAR" in f.cure for f in caught.value.findings)


def test_a_programme_waits_for_closed_periods_and_what_comes_after_waits_for_its_end() -> None:
    closed = ({"id": "k", "kind": "blackout", "issuer": "N", "from": "2020-06-02", "until": "2020-06-05"},)
    slow = {**SELL, "participation": "1/10"}  # 30 a day: 100 take four days, 1, 8, 9 and 10 June
    then = {"id": "then", "type": "pay", "from": "N", "to": "R", "amount": "1", "after": {"step": "sell", "days": 1}}
    outcome = run(slow, then, snapshot=state(contracts=closed))
    assert outcome.steps[0].record["trading_days"] == 4 and outcome.steps[0].record["last_day"] == "2020-06-10"
    assert outcome.steps[1].day == date(2020, 6, 11)
    inside = state(contracts=({**closed[0], "from": "2020-06-01"},))
    assert "E_BLACKOUT" in stopped(slow, snapshot=inside)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**5), st.fractions("1/100", 1), st.integers(0, 500))
def test_a_duration_is_the_least_number_of_days_that_suffices(shares: int, adv: int, part: Fraction, offset: int) -> None:
    start = DAY + timedelta(offset)
    if shares > 2000 * part * adv:
        return
    found = duration(shares, adv, part, start=start, calendar=Calendar("XJPX"))
    assert found.trading_days * part * adv >= shares
    assert found.trading_days == 1 or (found.trading_days - 1) * part * adv < shares
    assert Calendar("XJPX").count(start, found.last) == found.trading_days and found.first >= start


def test_a_duration_without_an_end_is_refused() -> None:
    for shares, part, code in ((10**12, "1/4", "E_VOLUME"), (10, "0", "E_NEG_QTY"), (-1, "1/4", "E_NEG_QTY")):
        with pytest.raises(RequestError) as caught:
            duration(shares, 1, part, start=DAY)
        assert caught.value.findings[0].code == code
    assert "E_VOLUME" in stopped({**SELL, "participation": "0"})
    assert "E_UNPRICED" in stopped({**SELL, "participation": "1/4"}, snapshot=state(market={}))


def test_several_sellers_of_one_target_share_the_participation() -> None:
    target = {"id": "t", "type": "target_stake", "issuer": "N", "holders": ["R", "U"], "to": "1/2", "basis": "issued"}
    outcome = run({**target, "participation": "1/10"})  # 150 of 650 are sold, 92 and 58, together 30 a day
    assert {part.shares: part.participation for part in outcome.steps[0].compiled if isinstance(part, Sell)} == {
        92: Fraction(92, 1500), 58: Fraction(58, 1500)
    }  # fmt: skip
    assert outcome.steps[0].record["trading_days"] == 5
    bought = {**target, "holders": ["R"], "channel": "buyback_cancel", "to": "3/10", "participation": "1/4"}
    assert run(bought).steps[0].record["trading_days"] == 2  # 142.9 shares through the company, 75 a day


def test_a_target_of_votes_tries_quantities_without_their_price() -> None:
    target = {"id": "t", "type": "target_votes", "issuer": "N", "holders": ["R"], "to": "39/100", "basis": "gross_votes"}
    outcome = run({**target, "impact": PERIODS, "participation": "1/10"})  # all 400 would not fit into four days of 30
    assert outcome.steps[0].record["shares"] == 10 and sum(outcome.steps[0].record["schedule"]["trades"]) == 10


@pytest.mark.parametrize(("clock", "last"), [("days", "2020-06-06"), ("trading_days", "2020-06-08")])
def test_a_lock_up_and_a_first_offer_may_count_trading_days(clock: str, last: str) -> None:
    # Monday 1 June 2020 and five days: Saturday, or the next Monday
    block = {**SELL, "id": "b", "type": "block", "lock_up_days": 5, "clock": clock}
    locked = [c["until"] for c in run(block).snapshot.contracts if c["kind"] == "lock_up"]
    assert locked == [last]
    offer = {"id": "o", "type": "rofo", "issuer": "N", "holder": "R", "beneficiary": "U", "shares": 100, "window_days": 5, "tail_days": 9,
             "clock": clock}  # fmt: skip
    eve = (date.fromisoformat(last) - timedelta(1)).isoformat()
    assert "E_ROFO_PENDING" in stopped(offer, {**SELL, "date": eve})
    assert "E_ROFO_PENDING" not in codes(run(offer, {**SELL, "date": last}))


def test_settlement_counts_trading_days() -> None:
    outcome = run({**SELL, "date": "2020-06-05", "settlement_days": 2})  # a Friday
    assert outcome.steps[0].record["settled_on"] == "2020-06-09" and "N_CALENDAR" in codes(outcome)


def test_a_reader_is_told_how_long_it_takes_and_what_the_model_cannot_say() -> None:
    told = outcome_lines(run({**SELL, "impact": "sqrt", "participation": "1/10"}), state())
    assert any("takes: 4 trading days, 0.33 days of volume, until 2020-06-04" in line for line in told)
    assert any("does not depend on the speed" in " ".join(told[n : n + 2]) for n in range(len(told)))
    assert any("trades: " in line for line in outcome_lines(run({**SELL, "impact": PERIODS}), state()))


# -- models -------------------------------------------------------------------------------------------------------------------
def test_a_case_calibrates_its_own_coefficients_and_then_nothing_is_warned() -> None:
    block = {**SELL, "type": "block"}
    default = run(block)
    assert "W_IMPACT_UNCALIBRATED" in codes(default)
    assert default.steps[0].record["discount"] == f"{block_discount(100, 300):.6f}"
    own = run(block, snapshot=state(market={"N": {"adv": 300, "k": Fraction(2, 100)}}))
    assert "W_IMPACT_UNCALIBRATED" not in codes(own) and own.steps[0].record["discount"] == f"{0.02 * sqrt(1 / 3):.6f}"
    stepwise = run(
        {**block, "discount": {"model": "block", "k": "0.03"}}, snapshot=state(market={"N": {"adv": 300, "k": Fraction(2, 100)}})
    )
    assert stepwise.steps[0].record["discount"] == f"{0.03 * sqrt(1 / 3):.6f}"  # the step is nearer than the case


def test_the_square_root_law_says_in_the_record_that_speed_does_not_matter() -> None:
    record = (
        run({**SELL, "impact": "sqrt"}, snapshot=state(market={"N": {"adv": 300, "volatility": Fraction(3, 10), "y": 1}}))
        .steps[0]
        .record
    )
    peak = 0.3 / sqrt(250) * sqrt(1 / 3)
    assert (
        record["impact_peak"] == f"{peak:.6f}" and record["impact"] == f"{peak * 2 / 3:.6f}" and "speed" in record["impact_note"]
    )


PERIODS = {"model": "schedule", "periods": 4, "epsilon": "0.01", "gamma": "0.0001", "eta": "0.001", "risk_aversion": "0.01"}


def test_a_sale_by_schedule_costs_what_the_schedule_says_and_keeps_to_the_participation() -> None:
    outcome = run({**SELL, "impact": PERIODS, "participation": "1/10"})
    record = outcome.steps[0].record
    own = schedule(
        100,
        horizon=4,
        periods=4,
        volatility=0.3 / sqrt(250) * 5,
        epsilon=0.01,
        gamma=0.0001,
        eta=0.001,
        risk_aversion=0.01,
        cap=30,
    )
    assert record["schedule"]["trades"] == list(own.whole_trades) and max(own.whole_trades) <= 30
    assert record["impact"] == f"{own.expected_cost / 500:.6f}"
    assert record["trading_days"] == 4
    again = simulate(outcome.start.snapshot, outcome.as_executed)
    assert again.end_hash == outcome.end_hash  # the replay never runs the model


def test_a_schedule_that_cannot_be_is_refused() -> None:
    assert "E_VOLUME" in stopped({**SELL, "impact": PERIODS, "participation": "1/20"})  # 15 a day for four days
    assert "E_UNPRICED" in stopped({**SELL, "impact": PERIODS}, snapshot=state(market={"N": {"adv": 300}}))
    for bad in ({"periods": 0}, {"eta": "-1"}, {"horizon": "0"}, {"speed": 1}, {"gamma": None}):
        with pytest.raises(FileError):
            Plan.read({"steps": [{**SELL, "impact": {**PERIODS, **bad}}]})
