"""What each step does, and what bars it: lots, loyalty, trusts, fills, contracts, money."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from crosshold.deal.advance import Advance, advance
from crosshold.deal.plan import Plan
from crosshold.deal.state import state_hash
from crosshold.errors import FileError, RequestError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, Rate, ShareClass, Snapshot

DAY = date(2020, 1, 28)
EUR = {"value": "5", "currency": "EUR"}
SELL = {"type": "sell", "issuer": "N", "holder": "R", "shares": 100, "price": EUR}


def state(*lots: Lot, **parts: Any) -> Snapshot:
    """N with 1,000 shares: R 400, T 100 in trust for R, the rest dispersed; more ``lots`` come out of the rest."""
    own = lots or (Lot("r", "N", "R", 400, since="2010-04-28"), Lot("t", "N", "T", 100, beneficiary="R"))
    rest = 1000 - sum(lot.shares for lot in own)
    base: dict[str, Any] = {
        "at": DAY,
        "entities": {name: Entity(name) for name in ("N", "R", "T", "X", "~float")},
        "issuers": {"N": Issuer("N", 1000, loyalty=(2, 2))},
        "lots": Lots([*own, Lot("f", "N", "~float", rest, votes=rest)]),
        "cash": {"N": {"EUR": Decimal(10_000)}},
        "fx": {"EURJPY": Rate(Decimal("120"), DAY)},
    }
    return Snapshot(**(base | parts))


def do(snapshot: Snapshot, data: dict[str, Any], **options: Any) -> Advance:
    plan = Plan.read({"fund": {"id": "J", "currency": "EUR"}, "options": options, "steps": [{"id": "s", **data}]})
    return advance(snapshot, plan.steps[0], terms=plan.options.terms)


def barred(snapshot: Snapshot, data: dict[str, Any], **options: Any) -> list[str]:
    with pytest.raises(RequestError) as caught:
        do(snapshot, data, **options)
    assert all(f.message and f.cure and f.where for f in caught.value.findings)
    return [f.code for f in caught.value.findings]


def found(done: Advance) -> list[str]:
    return [f.code for f in done.draft.findings]


# -- lots and votes


def held(done: Advance, holder: str = "R") -> dict[str, int]:
    return {lot.id: lot.shares for lot in done.state.lots_of("N", holder)}


LOYAL = (
    Lot("old", "N", "R", 100, votes=200, since="2010"),
    Lot("new", "N", "R", 100, votes=100, since="2019"),
    Lot("mid", "N", "R", 100, votes=100, since="2015"),
    Lot("none", "N", "R", 100, votes=0),
)


@pytest.mark.parametrize(
    ("order", "left"),
    [
        ("fewest_votes_first", {"old": 100, "new": 100, "mid": 50}),
        ("most_votes_first", {"new": 100, "mid": 50, "none": 100}),
        ("fifo", {"new": 100, "mid": 50, "none": 100}),
        ("lifo", {"old": 100, "new": 50, "mid": 100}),
        (["new", "none"], {"old": 100, "mid": 100, "none": 50}),
    ],
)
def test_which_lot_moves_first(order: Any, left: dict[str, int]) -> None:
    assert held(do(state(*LOYAL), {**SELL, "shares": 150, "lots": order})) == left


def test_lots_that_are_named_must_be_there_and_hold_enough() -> None:
    assert barred(state(*LOYAL), {**SELL, "lots": ["gone"]}) == ["C_UNKNOWN_ENTITY"]
    assert barred(state(*LOYAL), {**SELL, "shares": 101, "lots": ["old"]}) == ["E_INSUFFICIENT"]


def test_loyalty_votes_end_with_a_transfer_and_the_clock_of_the_buyer_starts() -> None:
    done = do(state(*LOYAL), {**SELL, "shares": 100, "lots": ["old"], "to": "X"})
    assert found(done) == ["W_LOYALTY_LOST", "W_OVERDRAWN"] and "100 votes" in next(iter(done.draft.findings)).message
    (lot,) = done.state.lots_of("N", "X")
    assert (lot.since, lot.votes) == ("2020-01-28", None)
    assert found(do(state(*LOYAL), {**SELL, "lots": ["new"]})) == []


def test_an_aggregate_is_split_into_loyal_and_plain_shares_before_it_is_cut() -> None:
    done = do(state(Lot("a", "N", "R", 100, votes=160)), {**SELL, "shares": 50})
    assert held(done) == {"a.loyal": 50}
    assert done.state.lots_of("N", "R")[0].votes == 100
    assert found(done) == ["W_LOYALTY_LOST"]  # 40 plain shares, then 10 loyal ones
    assert held(do(state(Lot("a", "N", "R", 100, votes=160)), SELL)) == {}
    no_rule = state(Lot("a", "N", "R", 100, votes=160), issuers={"N": Issuer("N", 1000)})
    assert barred(no_rule, {**SELL, "shares": 50}) == ["E_VOTES_AGGREGATE"]
    assert barred(state(Lot("a", "N", "R", 100, votes=260)), {**SELL, "shares": 50}) == ["E_VOTES_AGGREGATE"]


def test_an_overlay_on_an_aggregate_stays_on_its_parts() -> None:
    base = state(Lot("a", "N", "R", 100, votes=160), overlays=({"lot": "a", "kind": "removed"},))
    assert do(base, {**SELL, "shares": 50}).state.overlays == ({"lot": "a.loyal", "kind": "removed"},)


def test_an_aggregate_and_its_parts_are_one_register() -> None:
    whole = state(Lot("a", "N", "R", 100, votes=160))
    parts = state(Lot("a1", "N", "R", 60, votes=120), Lot("a2", "N", "R", 40, votes=40))
    assert state_hash(whole) == state_hash(parts) == state_hash(do(whole, {**SELL, "shares": 0}).state)
    assert state_hash(do(whole, SELL).state) == state_hash(do(parts, SELL).state)
    odd = state(Lot("a", "N", "R", 100, votes=260))  # no mix of one and two votes a share: kept as it is
    assert state_hash(odd) != state_hash(whole)


def test_bounds_of_an_uncertain_lot_move_down_with_it() -> None:
    done = do(state(Lot("u", "N", "R", 400, low=380, high=420)), SELL)
    assert done.state.lots_of("N", "R")[0].bounds == (280, 320)


def test_classes_keep_their_votes_and_their_count() -> None:
    issuer = Issuer("N", 1000, classes=(ShareClass("A", 100, 10), ShareClass("B", 900)))
    lots = Lots([Lot("a", "N", "R", 100, "A"), Lot("b", "N", "~float", 900, "B")])
    base = state(issuers={"N": issuer}, lots=lots)
    done = do(base, {"type": "buyback", "issuer": "N", "fills": {"R": 40}, "price": EUR, "cancel": True})
    assert done.state.issuers["N"].issued == 960 and done.state.issuers["N"].classes[0] == ShareClass("A", 60, 10)
    sold = do(base, {**SELL, "to": "X"})
    assert sold.state.gross_votes(sold.state.lots_of("N", "X")[0]) == 1000


# -- selling


def test_more_than_is_held_cannot_be_sold() -> None:
    assert barred(state(), {**SELL, "shares": 401}) == ["E_INSUFFICIENT"]
    assert barred(state(), {**SELL, "holder": "X", "shares": 1}) == ["E_INSUFFICIENT"]


def test_a_price_is_needed_and_must_not_be_of_a_later_day() -> None:
    bare = {key: value for key, value in SELL.items() if key != "price"}
    assert barred(state(), bare) == ["E_UNPRICED"]
    late = state(prices={"N": Price(Decimal(5), "EUR", date(2020, 2, 1))})
    assert barred(late, bare) == ["E_FUTURE_DATA"]
    assert barred(state(), {**SELL, "date": "2020-01-01"}) == ["E_FUTURE_DATA"]


def test_fee_and_tax_come_out_of_the_proceeds() -> None:
    taxes = {"gains": {"rate": "0.30", "basis": "proceeds"}, "open": {}}
    done = do(state(), {**SELL, "fee": "0.004", "tax": "gains"}, taxes=taxes)
    assert [(e.payee, str(e.amount)) for e in done.draft.ledger.entries] == [
        ("R", "500.00"),
        ("@fees", "2.00"),
        ("@tax", "150.00"),
    ]
    assert "W_TAX_UNSET" in found(do(state(), {**SELL, "tax": "open"}, taxes=taxes))
    assert "W_TAX_UNSET" in found(do(state(), {**SELL, "tax": "elsewhere"}))
    fixed = do(state(), {**SELL, "fee": {"value": "7", "currency": "EUR"}})
    assert str(fixed.draft.ledger.entries[1].amount) == "7.00"


def test_a_tax_on_the_gain_knows_the_carrying_value() -> None:
    book = {"holder": "R", "issuer": "N", "method": "equity", "carrying": "1500", "currency": "EUR", "date": "2019-12-31"}
    taxes = {"gains": {"rate": "0.50", "basis": "gain"}}
    done = do(state(books=(book,)), {**SELL, "tax": "gains"}, taxes=taxes)  # carried at 3 a share, with the trustee's 500 shares
    assert str(done.draft.ledger.entries[1].amount) == "100.00"
    assert done.bookings[0].gain == 200 - 100  # the tax is a cost of the sale


def test_models_become_six_digit_numbers_with_their_warnings() -> None:
    market = {"N": {"adv": 100, "volatility": "0.32"}}
    base = state(market=market, illustrative=frozenset({"market.N"}))
    done = do(base, {**SELL, "type": "block"})
    assert done.draft.record["discount"] == "0.007300" and found(done) == ["W_ILLUSTRATIVE_INPUT", "W_IMPACT_UNCALIBRATED"]
    assert str(done.draft.ledger.entries[0].amount) == "496.35"
    wide = do(base, {**SELL, "type": "block", "discount": {"model": "block", "k": "0.2"}})
    assert found(wide) == ["W_ILLUSTRATIVE_INPUT", "W_EXTRAPOLATED"]
    root = do(base, {**SELL, "impact": "sqrt"})
    assert root.draft.record["impact"] == "0.009445"
    assert barred(state(), {**SELL, "type": "block"}) == ["E_UNPRICED"]
    assert barred(state(market={"N": {"adv": 100}}), {**SELL, "impact": "sqrt"}) == ["E_UNPRICED"]


def test_a_book_loss_is_said_with_both_numbers_and_the_book_moves_on() -> None:
    book = {"holder": "R", "issuer": "N", "method": "equity", "carrying": "5000", "currency": "EUR", "date": "2019-12-31"}
    done = do(state(books=(book,)), SELL)
    assert found(done) == ["W_BOOK_LOSS"] and done.bookings[0].to_dict()["gain"] == "-500.00"
    assert done.state.books[0]["carrying"] == "4000.00"


# -- the issuer buys


def test_fills_are_cut_back_pro_rata_and_the_leak_is_named() -> None:
    done = do(state(), {"type": "buyback", "issuer": "N", "offers": {"R": 90}, "others_offer": 17, "cap": 100, "price": EUR})
    assert done.draft.record["fills"] == {"R": 84, "~float": 16} and done.draft.record["leak"] == 16
    assert found(done) == ["W_LEAK"]
    assert done.state.treasury("N") == 100 and done.state.issuers["N"].issued == 1000
    whole = do(state(), {"type": "buyback", "issuer": "N", "offers": {"R": 50, "~float": 50}, "cap": 200, "price": EUR})
    assert whole.draft.record["fills"] == {"R": 50, "~float": 50}


def test_cash_that_is_not_there_buys_nothing() -> None:
    buy = {"type": "buyback", "issuer": "N", "fills": {"R": 100}, "price": EUR}
    assert barred(state(cash={}), buy) == ["E_ISSUER_CASH"]
    assert barred(state(), buy, cash_floor={"N": {"value": "9600", "currency": "EUR"}}) == ["E_ISSUER_CASH"]
    in_yen = do(state(cash={"N": {"JPY": Decimal(60_000)}}), buy)
    assert in_yen.state.cash["N"] == {"JPY": Decimal(0), "EUR": Decimal("0.00")}
    assert barred(state(cash={"N": {"USD": Decimal(600)}}), buy) == ["E_FX_MISSING"]


def test_nobody_offers_more_than_it_has_and_something_remains_issued() -> None:
    assert barred(state(), {"type": "tender", "issuer": "N", "cap": 10, "offers": {"R": 401}, "price": EUR}) == ["E_INSUFFICIENT"]
    all_ = {
        "type": "tender",
        "issuer": "N",
        "cap": 1000,
        "offers": {"R": 400, "T": 100, "~float": 500},
        "price": EUR,
        "cancel": True,
    }
    assert barred(state(), all_) == ["E_LAST_SHARE"]
    assert barred(state(), {"type": "cancel", "issuer": "N", "shares": 1}) == ["E_TREASURY_SHORT"]


def test_a_holder_that_tenders_pro_rata_keeps_its_stake() -> None:
    offers = {"R": "pro_rata", "T": "none", "~float": 500}
    done = do(state(), {"type": "tender", "issuer": "N", "cap": 200, "offers": offers, "price": EUR, "cancel": True})
    assert done.draft.record["fills"] == {"R": 28, "T": 0, "~float": 172}  # 80 and 500 offered for 200
    everyone = dict.fromkeys(("R", "T", "~float"), "pro_rata")
    alike = do(state(), {"type": "tender", "issuer": "N", "cap": 200, "offers": everyone, "price": EUR, "cancel": True})
    assert done.draft.record["leak"] == 0 and alike.state.held("R", "N") * 1000 == 400 * alike.state.issuers["N"].issued


@pytest.mark.parametrize("offer", ["pro_rata", "none", 10])
def test_no_issuer_tenders_to_itself(offer: Any) -> None:
    with pytest.raises(FileError, match="N cannot sell to itself") as caught:
        Plan.read({"steps": [{"type": "tender", "issuer": "N", "cap": 200, "offers": {"R": 50, "N": offer}, "price": EUR}]})
    assert [f.code for f in caught.value.findings] == ["C_BAD_VALUE"]


@pytest.mark.parametrize(
    ("others", "fill", "rest"),
    [
        # cap 100, R offers 90: 9,000 / 110 = 81.8 at the most, 9,000 / 200 = 45 at the least, 9,000 / 155 = 58.06 in the middle
        ({"low": 20, "high": 110}, {"low": 45, "high": 82}, (318, 342, 355)),
        ({"low": 20, "mid": 60, "high": 110}, {"low": 45, "high": 82}, (318, 340, 355)),
        ({"low": 5, "high": 9}, None, (310, 310, 310)),  # never more than the cap: R is filled in full
    ],
)
def test_uncertain_offers_of_others_leave_the_partner_with_bounds(others: Any, fill: Any, rest: tuple[int, int, int]) -> None:
    buy = {"type": "buyback", "issuer": "N", "offers": {"R": 90}, "others_offer": others, "cap": 100, "price": EUR}
    done = do(state(), buy)
    lots = done.state.lots_of("N", "R")
    assert (sum(lot.bounds[0] for lot in lots), sum(lot.shares for lot in lots), sum(lot.bounds[1] for lot in lots)) == rest
    assert done.draft.record["fills_between"].get("R") == fill
    assert ("W_FILLS_UNCERTAIN" in found(done)) is (fill is None)  # 95 to 99 shares are bought
    again = advance(state(), Plan.parse(Plan(steps=done.compiled).to_yaml()).steps[0])
    assert state_hash(again.state) == state_hash(done.state) and again.state.treasury("N") == done.draft.record["shares"]
    assert barred(state(), {**buy, "others_offer": {"low": 20, "high": 501}}) == ["E_INSUFFICIENT"]


def test_whoever_may_have_sold_all_or_not_has_bounds_too() -> None:
    buy = {
        "type": "buyback",
        "issuer": "N",
        "offers": {"R": {"low": 390, "mid": 400, "high": 400}},
        "cap": 500,
        "price": {"value": 1},
    }
    done = do(state(), buy)
    assert [lot.bounds for lot in done.state.lots_of("N", "R")] == [(0, 10)] and found(done) == ["W_FILLS_UNCERTAIN"]
    with pytest.raises(FileError) as caught:
        Plan.read({"steps": [{**buy, "offers": {"R": {"low": 2, "high": 1}}}]})
    assert [f.code for f in caught.value.findings] == ["C_BAD_NUMBER"]


# -- trusts, overlays, exchanges


def test_a_trust_has_a_new_holder_the_old_beneficiary_and_its_proceeds() -> None:
    trust = {"type": "trust_in", "issuer": "N", "holder": "R", "trustee": "Trust", "shares": 100, "overlay": {"kind": "removed"}}
    inside = do(state(), trust).state
    (lot,) = inside.lots_of("N", "Trust")
    assert (lot.beneficiary, lot.capacity, inside.entities["Trust"].kind) == ("R", "trustee", "trustee")
    assert inside.overlays == ({"issuer": "N", "lot": lot.id, "kind": "removed"},)
    sold = do(inside, {**SELL, "holder": "Trust", "shares": 40}).state
    assert sold.cash["R"] == {"EUR": Decimal("200.00")} and "Trust" not in sold.cash
    out = do(inside, {"type": "trust_out", "issuer": "N", "trustee": "Trust", "shares": 100}).state
    assert out.held("R", "N") == 400 and out.overlays == ()
    half = do(inside, {"type": "trust_out", "issuer": "N", "trustee": "Trust", "shares": 50}).state
    assert len(half.overlays) == 1
    assert barred(state(Lot("x", "N", "T", 9)), {"type": "trust_out", "issuer": "N", "trustee": "T", "shares": 1}) == [
        "E_INSUFFICIENT"
    ]
    loyal = do(state(*LOYAL), {**trust, "lots": ["old"]})
    assert found(loyal) == ["W_LOYALTY_LOST", "W_RULE_UNVERIFIED"]


def test_an_overlay_is_laid_and_lifted() -> None:
    cap = {"type": "overlay", "issuer": "N", "holder": "R", "kind": "cap", "share": "0.15"}
    inside = do(state(), {**cap, "until": "2021-01-01"}).state
    assert inside.overlays == ({"issuer": "N", "holder": "R", "kind": "cap", "share": "3/20", "until": "2021-01-01"},)
    lift = {"type": "overlay", "issuer": "N", "holder": "R", "lift": True}
    assert do(inside, lift).state.overlays == ()
    assert found(do(inside, {**lift, "kind": "removed"})) == ["N_NOTHING_TO_DO"]
    told = do(state(), {**cap, "kind": "directed", "share": None, "directed": {"director_election": "N"}}).state
    assert told.overlays[0]["matters"] == {"director_election": "N"}


def test_a_swap_and_a_mutual_cancellation_move_only_the_net() -> None:
    lots = Lots([Lot("1", "N", "R", 400), Lot("2", "N", "~float", 600, votes=600), Lot("3", "R", "U", 100),
                 Lot("4", "R", "~float", 100, votes=100)])  # fmt: skip
    base = state(lots=lots, issuers={"N": Issuer("N", 1000), "R": Issuer("R", 200)})
    base = base.evolve(entities=dict(base.entities) | {"U": Entity("U")})
    swap = {
        "type": "swap",
        "give": {"issuer": "N", "holder": "R", "shares": 10},
        "take": {"issuer": "R", "holder": "U", "shares": 5},
    }
    done = do(base, {**swap, "cash": {"from": "R", "to": "U", "value": 30, "currency": "EUR"}})
    assert done.state.held("U", "N") == 10 and done.state.treasury("R") == 5
    assert found(done) == ["W_OVERDRAWN"] and len(done.draft.ledger.entries) == 1
    both = {"type": "mutual_cancel", "a": {"issuer": "R", "holder": "U", "shares": 100, "price": {"value": "600", "currency": "JPY"}},
            "b": {"issuer": "N", "shares": 50, "price": EUR}}  # fmt: skip
    done = do(base, both)
    assert {i: x.issued for i, x in done.state.issuers.items()} == {"N": 950, "R": 100}
    (entry,) = done.draft.ledger.entries  # R owes JPY 60,000, N owes EUR 250 = JPY 30,000
    assert (entry.payer, entry.payee, str(entry.amount), entry.currency, entry.why) == ("R", "N", "30000", "JPY", "net")


def two(*lots: Lot) -> Snapshot:
    """N with 1,000 and R with 200 shares; more ``lots`` come out of what is dispersed. U has 100 of R."""
    lots = (*lots, Lot("u", "R", "U", 100))
    free = {i: n - sum(lot.shares for lot in lots if lot.issuer == i) for i, n in (("N", 1000), ("R", 200))}
    rest = [Lot(f"f{i}", i, "~float", n, votes=n) for i, n in free.items()]
    names = ("N", "R", "T", "P", "U", "~float")
    return state(lots=Lots([*lots, *rest]), issuers={"N": Issuer("N", 1000), "R": Issuer("R", 200)},
                 entities={name: Entity(name) for name in names})  # fmt: skip


def test_what_a_trustee_swaps_goes_to_its_beneficiary_shares_and_cash() -> None:
    start = two(Lot("t", "N", "T", 100, beneficiary="P"))
    swap = {
        "type": "swap",
        "give": {"issuer": "N", "holder": "T", "shares": 10},
        "take": {"issuer": "R", "holder": "U", "shares": 5},
    }
    for payer, payee, paid in (("T", "U", -30), ("U", "T", 30), ("P", "U", -30)):
        end = do(start, {**swap, "cash": {"from": payer, "to": payee, "value": 30, "currency": "EUR"}}).state
        assert {(lot.issuer, lot.holder, lot.beneficiary): lot.shares for lot in end.lots if lot.holder in "PTU"} == {
            ("N", "T", "P"): 90, ("N", "U", None): 10, ("R", "P", None): 5, ("R", "U", None): 95,
        }  # fmt: skip
        assert end.cash["P"]["EUR"] == paid == -end.cash["U"]["EUR"] and "T" not in end.cash
    both = two(Lot("t", "N", "T", 100, beneficiary="P"), Lot("x", "R", "X", 7, beneficiary="N"))
    end = do(both, {**swap, "take": {"issuer": "R", "holder": "X", "shares": 7}}).state
    assert end.held("N", "N") == 10 and end.held("P", "R") == 7  # N takes its own shares in, as the owner of what X gave
    assert barred(start, {**swap, "cash": {"from": "P", "to": "T", "value": 30, "currency": "EUR"}}) == ["C_BAD_VALUE"]
    assert barred(two(Lot("t", "N", "T", 100, beneficiary="U")), swap) == ["C_BAD_VALUE"]


def test_a_swap_of_shares_of_several_owners_is_for_the_plan_to_part() -> None:
    start = two(Lot("1", "N", "T", 60, beneficiary="P"), Lot("2", "N", "T", 40))
    swap = {
        "type": "swap",
        "give": {"issuer": "N", "holder": "T", "shares": 61},
        "take": {"issuer": "R", "holder": "U", "shares": 5},
    }
    with pytest.raises(RequestError, match=r"belong to P and T.*trust_out"):
        do(start, swap)
    assert do(start, {**swap, "give": {"issuer": "N", "holder": "T", "shares": 60}}).state.held("P", "R") == 5


def test_a_company_nets_only_what_is_its_own() -> None:
    both = {"type": "mutual_cancel", "a": {"issuer": "R", "holder": "T", "shares": 20, "price": {"value": "6", "currency": "EUR"}},
            "b": {"issuer": "N", "shares": 10, "price": EUR}}  # fmt: skip
    own = Lot("r", "N", "R", 50)
    end = do(two(own, Lot("t", "R", "T", 20, beneficiary="N")), both).state
    assert end.issuers["R"].issued == 180 and end.issuers["N"].issued == 990
    assert end.cash["N"]["EUR"] == 10_000 + 70 and end.cash["R"]["EUR"] == -70  # R owes 20 x 6, N owes 10 x 5
    assert barred(two(own, Lot("t", "R", "T", 20, beneficiary="P")), both) == ["C_BAD_VALUE"]
    assert barred(two(Lot("r", "N", "R", 50, beneficiary="P"), Lot("t", "R", "T", 20)), both) == ["C_BAD_VALUE"]


# -- new shares

ISSUE = {"type": "issue", "issuer": "N", "shares": 250, "price": EUR}


def test_new_shares_dilute_all_who_take_none_by_n_over_n_plus_q() -> None:
    done = do(state(), {**ISSUE, "subscriber": "X", "fee": "0.01"})
    after = done.state
    assert after.issuers["N"].issued == 1250 and after.held("X", "N") == 250 and after.held("R", "N") == 400
    (lot,) = after.lots_of("N", "X")
    assert (lot.since, after.gross_votes(lot)) == ("2020-01-28", 250)
    assert (after.cash["N"]["EUR"], after.cash["X"]["EUR"]) == (Decimal("11237.50"), Decimal("-1250.00"))  # 1 % fee
    assert found(done) == ["N_PRE_EMPTION", "W_OVERDRAWN"]


def test_a_pro_rata_issue_leaves_every_stake_and_passes_own_shares_over() -> None:
    pro_rata = {**ISSUE, "pro_rata": True}
    after = do(state(), pro_rata).state
    for holder in ("R", "T", "~float"):
        assert after.held(holder, "N") * 1000 == state().held(holder, "N") * 1250
    own = do(state(Lot("n", "N", "N", 200), Lot("r", "N", "R", 500)), {**pro_rata, "shares": 80}).state
    assert (own.held("R", "N"), own.held("~float", "N"), own.treasury("N")) == (550, 330, 200)  # 80 to 500 and 300
    nobody = state(Lot("n", "N", "N", 1000))
    assert barred(nobody.evolve(lots=[lot for lot in nobody.lots if lot.shares]), pro_rata) == ["E_INSUFFICIENT"]


def test_new_shares_are_of_a_class_and_go_one_way() -> None:
    classes = (ShareClass("A", 100, 10), ShareClass("B", 900))
    lots = Lots([Lot("a", "N", "R", 100, "A"), Lot("b", "N", "~float", 900, "B")])
    there = state(issuers={"N": Issuer("N", 1000, classes=classes)}, lots=lots)
    assert barred(there, {**ISSUE, "subscriber": "X"}) == ["C_BAD_VALUE"]
    done = do(there, {**ISSUE, "subscriber": "X", "class": "A"}).state
    assert done.issuers["N"].classes == (ShareClass("A", 350, 10), ShareClass("B", 900))
    for wrong, code in (({}, "C_MISSING_KEY"), ({"subscriber": "X", "pro_rata": True}, "C_MISSING_KEY"),
                        ({"subscriber": "N"}, "C_BAD_VALUE"), ({"fills": {"X": 249}}, "C_BAD_VALUE")):  # fmt: skip
        with pytest.raises(FileError) as caught:
            Plan.read({"steps": [{**ISSUE, **wrong}]})
        assert [f.code for f in caught.value.findings] == [code]


# -- bonds that may be exchanged for shares

BOND = {"type": "exchangeable_issue", "issuer": "N", "holder": "R", "shares": 200, "proceeds": {"value": "1300", "currency": "EUR"},
        "maturity": "2025-01-28", "premium": "0.30", "coupon": "0.02"}  # fmt: skip
SETTLE = {"id": "t", "type": "exchangeable_settle", "bond": "s", "date": "2021-01-27"}  # 365 days later


def test_an_exchangeable_bond_brings_money_now_and_binds_the_shares() -> None:
    done = do(state(Lot("r", "N", "R", 400, votes=800, since="2010")), {**BOND, "fee": "0.01"})
    after = done.state
    assert after.cash["R"] == {"EUR": Decimal("1287.00")} and after.cash["@market"] == {"EUR": Decimal("-1300.00")}
    assert (done.draft.record["exchange_price"], done.draft.record["price_without_premium"]) == (Fraction(13, 2), 5)
    assert {lot.id: (lot.shares, lot.votes, lot.since) for lot in after.lots_of("N", "R")} == {
        "r": (200, 400, "2010"), "r.s": (200, 400, "2010"),
    }  # fmt: skip
    assert do(after, {**SELL, "id": "x", "shares": 200}).state.held("R", "N") == 200
    assert barred(after, {**SELL, "id": "x", "shares": 201}) == ["E_PLEDGED"]
    assert barred(after, {**SELL, "id": "x", "shares": 1, "lots": ["r.s"]}) == ["C_UNKNOWN_ENTITY"]
    assert barred(state(), {**BOND, "shares": 401}) == ["E_INSUFFICIENT"]
    assert barred(state(), {**BOND, "maturity": "2020-01-28"}) == ["C_BAD_DATE"]


def test_delivery_hands_the_shares_over_for_the_debt_and_pays_the_coupon() -> None:
    inside = do(state(), BOND).state
    done = do(inside, {**SETTLE, "mode": "shares", "shares": 50})
    assert [(e.payer, str(e.amount), e.why) for e in done.draft.ledger.entries] == [
        ("@market", "325.00", "price"), ("R", "325.00", "debt"), ("R", "6.50", "coupon"),
    ]  # fmt: skip
    assert (done.state.held("R", "N"), done.state.held("~float", "N"), done.state.contracts[0]["left"]) == (350, 550, 150)
    assert done.draft.sales[0].net == 325
    rest = do(done.state, {**SETTLE, "id": "u", "mode": "shares"}).state
    assert rest.held("R", "N") == 200 and rest.contracts == () and not any(lot.pledged_to for lot in rest.lots)
    assert barred(rest, {**SETTLE, "id": "v", "mode": "shares"}) == ["C_UNKNOWN_ENTITY"]
    assert barred(done.state, {**SETTLE, "mode": "shares", "shares": 151}) == ["E_INSUFFICIENT"]
    assert barred(inside, {**SETTLE, "mode": "cash", "date": "2025-01-29"}) == ["C_BAD_DATE"]
    assert do(inside, {**SETTLE, "mode": "cash", "date": "2025-01-28"}).state.held("R", "N") == 400


def test_cash_settlement_frees_the_shares_and_comes_home() -> None:
    inside = do(state(), BOND).state
    done = do(inside, {**SETTLE, "mode": "cash"}).state
    assert done.cash["R"] == {"EUR": Decimal("-26.00")} and done.held("R", "N") == 400
    assert state_hash(done.evolve(cash=state().cash, at=DAY)) == state_hash(state())
    worth = do(inside, {**SETTLE, "mode": "cash", "price": {"value": "8", "currency": "EUR"}}).state
    assert worth.cash["R"] == {"EUR": Decimal("-326.00")}  # 1,300 in; 1,600 and a coupon of 26 out


def test_lent_shares_are_held_by_the_borrower_until_the_bond_is_settled() -> None:
    done = do(state(*LOYAL), {**BOND, "lend": "Bank", "lots": ["old", "new"]})
    assert found(done) == ["W_LOYALTY_LOST"] and done.state.held("Bank", "N") == 200 and "Bank" in done.state.entities
    assert barred(done.state, {**SELL, "id": "x", "holder": "Bank"}) == ["E_PLEDGED"]
    delivered = do(done.state, {**SETTLE, "mode": "shares"}).state
    assert (delivered.held("Bank", "N"), delivered.held("R", "N"), delivered.held("~float", "N")) == (0, 200, 800)
    back = do(done.state, {**SETTLE, "mode": "cash"}).state
    assert (back.held("R", "N"), back.held("Bank", "N")) == (400, 0) and not any(lot.pledged_to for lot in back.lots)


# -- a joint parent


def two_firms(**parts: Any) -> Snapshot:
    """F and G hold each other: F 100 shares (G 10, P 30, a trustee 5 for P), G 200 (F 40)."""
    lots = [Lot("fg", "F", "G", 10), Lot("fp", "F", "P", 30), Lot("ft", "F", "T", 5, beneficiary="P", capacity="trustee"),
            Lot("ff", "F", "~float", 55, votes=55), Lot("gf", "G", "F", 40), Lot("gd", "G", "~float", 160, votes=160)]  # fmt: skip
    base: dict[str, Any] = {
        "entities": {name: Entity(name, kind="company") for name in ("F", "G", "P", "T")},
        "issuers": {"F": Issuer("F", 100), "G": Issuer("G", 200)},
        "lots": Lots(lots),
        "overlays": ({"issuer": "F", "lot": "ft", "kind": "abstain"},),
    }
    return state(**(base | parts))


JOINT = {"type": "share_transfer", "new": "H", "ratio": {"F": 2, "G": "1/4"}, "jurisdiction": "JP"}


def test_a_joint_share_transfer_swaps_every_share_at_its_ratio() -> None:
    after = do(two_firms(), JOINT).state
    assert after.issuers["H"].issued == 2 * 100 + 200 // 4 and after.entities["H"].jurisdiction == "JP"
    assert (after.held("H", "F"), after.held("H", "G")) == (100, 200)
    held = {holder: after.held(holder, "H") for holder in ("G", "P", "T", "F", "~float")}
    assert held == {"G": 20, "P": 60, "T": 10, "F": 10, "~float": 110 + 40}
    (lot,) = after.lots_of("H", "T")
    assert (lot.beneficiary, lot.capacity) == ("P", "trustee")
    assert after.overlays == ({"issuer": "H", "lot": lot.id, "kind": "abstain"},)


def test_books_go_on_with_the_new_shares() -> None:
    row = {"holder": "P", "method": "equity", "currency": "EUR"}
    f = {**row, "issuer": "F", "carrying": "90", "reserves": "4", "date": "2019-06-30"}
    g = {**row, "issuer": "G", "carrying": "10", "date": "2019-12-31"}
    (book,) = do(two_firms(books=(f, g)), JOINT).state.books
    assert book == {**g, "issuer": "H", "carrying": "100", "reserves": "4"}
    done = do(two_firms(books=(f, {**g, "method": "cost"})), JOINT)
    assert done.state.books == () and found(done) == ["W_BOOK_UNKNOWN"]


def test_fractions_are_paid_by_the_firm_or_bar_the_transfer() -> None:
    third = {**JOINT, "ratio": {"F": "1/3"}}
    assert barred(two_firms(), third) == ["E_FRACTIONAL"]
    done = do(two_firms(), {**third, "cash_out": {"value": "9", "currency": "EUR"}})
    held = {holder: done.state.held(holder, "H") for holder in ("G", "P", "T", "~float")}
    assert held == {"G": 3, "P": 10, "T": 1, "~float": 18} and done.state.issuers["H"].issued == 32
    paid = {e.payee: str(e.amount) for e in done.draft.ledger.entries}
    assert paid == {"G": "3.00", "P": "6.00", "@market": "3.00"}  # 1/3, 2/3 (of the trustee, for P) and 1/3 of a share
    assert done.draft.record["fractions"] == {"G in F": "1/3", "P in F": "2/3", "~float in F": "1/3"}


def test_what_bars_a_joint_share_transfer() -> None:
    own = [Lot("o", "F", "F", 1), Lot("r", "F", "~float", 99, votes=99)]
    assert barred(two_firms(lots=Lots(own), overlays=()), JOINT) == ["E_TREASURY_BEFORE_TRANSFER"]
    assert barred(two_firms(), {**JOINT, "new": "G"}) == ["C_DUPLICATE_ID"]
    notional = two_firms(issuers={"F": Issuer("F", 100, basis="fraction"), "G": Issuer("G", 200)})
    assert barred(notional, JOINT) == ["E_BASIS_AMBIGUOUS"]
    pledged = two_firms(lots=Lots([Lot("p", "F", "P", 100, pledged_to="bank")]), overlays=())
    assert barred(pledged, JOINT) == ["E_PLEDGED"]
    with pytest.raises(FileError) as caught:
        Plan.read({"steps": [{**JOINT, "ratio": {"F": 0}}]})
    assert [f.code for f in caught.value.findings] == ["C_BAD_NUMBER"]


# -- a take-private

SQUEEZE = {
    "type": "squeeze_out",
    "target": "N",
    "vehicle": "V",
    "price": EUR,
    "minimum": 250,
    "fraction": "2/3",
    "staying": ["R"],
}


@pytest.mark.parametrize(
    ("tendered", "fraction", "code"),
    [
        (249, "1/2", "E_MIN_ACCEPTANCE"),
        (250, "13/20", None),  # 400 that stay and 250: exactly 65 % of 1,000 votes
        (250, "651/1000", "E_SQUEEZE_THRESHOLD"),
        (266, "2/3", "E_SQUEEZE_THRESHOLD"),  # two thirds of 1,000 are 666 2/3 votes: 667 are needed
        (267, "2/3", None),
        (601, "2/3", "E_INSUFFICIENT"),
        (None, "1", None),
    ],
)
def test_a_squeeze_out_needs_its_minimum_and_its_whole_votes(tendered: int | None, fraction: str, code: str | None) -> None:
    step = {**SQUEEZE, "fraction": fraction} | ({} if tendered is None else {"tendered": tendered})
    if code:
        assert barred(state(), step) == [code]
        return
    after = do(state(), step).state
    assert {h: after.held(h, "N") for h in ("V", "R", "T", "~float")} == {"V": 600, "R": 400, "T": 0, "~float": 0}


def test_the_target_buys_out_who_stayed_and_cancels() -> None:
    done = do(
        state(), {**SQUEEZE, "fee": "0.01", "then": {"holder": "R", "shares": 400, "price": {"value": "4", "currency": "EUR"}}}
    )
    after = done.state
    assert after.held("V", "N") == after.issuers["N"].issued == 600
    cash = {who: after.cash[who]["EUR"] for who in ("V", "R", "N", "@market", "@fees")}
    # V pays 600 * 5 and 1 %; R gets its trustee's 100 * 5 and 400 * 4 from N
    assert cash == {"V": -3030, "R": 500 + 1600, "N": 10_000 - 1600, "@market": 2500, "@fees": 30}
    poor = state(cash={"N": {"EUR": Decimal(1599)}})
    assert barred(poor, {**SQUEEZE, "then": {"holder": "R", "shares": 400, "price": {"value": "4", "currency": "EUR"}}}) == [
        "E_ISSUER_CASH"
    ]


def test_votes_are_counted_as_they_are_once_the_tender_is_settled() -> None:
    lots = (Lot("r", "N", "R", 400, votes=800), Lot("x", "N", "X", 100, votes=200), Lot("o", "N", "N", 100))
    by_x = {**SQUEEZE, "minimum": 100, "tendered": {"X": 100}}
    # X's 200 votes become 100 of V; own shares do not vote: (800 + 100) of 1,300 are more than two thirds
    assert do(state(*lots), by_x).state.held("V", "N") == 500 and state(*lots).treasury("N") == 100
    assert barred(state(*lots), {**by_x, "fraction": "7/10"}) == ["E_SQUEEZE_THRESHOLD"]
    assert barred(state(*lots), {**by_x, "tendered": {"R": 100}}) == ["C_BAD_VALUE"]
    assert barred(state(*lots), {**by_x, "tendered": {"X": 101}}) == ["E_INSUFFICIENT"]


# -- money without shares


def test_a_dividend_goes_to_all_but_the_issuer_and_the_price_goes_ex() -> None:
    base = state(prices={"N": Price(Decimal(5), "EUR", DAY)})
    done = do(base, {"type": "dividend", "issuer": "N", "per_share": {"value": "0.10", "currency": "EUR"}})
    assert done.state.cash["R"] == {"EUR": Decimal("50.00")} and done.state.cash["@market"] == {"EUR": Decimal("50.00")}
    assert done.state.prices["N"].value == Decimal("4.90")


def test_a_contribution_says_what_is_missing() -> None:
    done = do(state(), {"type": "contribute", "fund": "J", "entity": "R", "amount": {"value": 10, "currency": "EUR"}})
    assert found(done) == ["W_FUND_SHORT", "W_OVERDRAWN"]
    done = do(state(), {"type": "fx", "entity": "N", "pair": "EURJPY", "amount": {"value": 10, "currency": "EUR"}})
    assert done.state.cash["N"]["JPY"] == 1200


# -- targets


@pytest.mark.parametrize(
    ("channel", "rounding", "shares"),
    [
        ("sell", "at_most", 250),
        ("sell", "at_least", 250),
        ("buyback_cancel", "at_most", 295),
        ("buyback_cancel", "at_least", 294),
    ],
)
def test_a_target_is_compiled_when_it_is_executed(channel: str, rounding: str, shares: int) -> None:
    target = {"type": "target_stake", "issuer": "N", "holders": ["R"], "to": "3/20", "basis": "issued", "price": EUR}
    done = do(state(), {**target, "channel": channel, "rounding": rounding})
    assert done.draft.record["shares"] == shares
    left, issued = done.state.held("R", "N"), done.state.issuers["N"].issued
    assert (left * 20 <= 3 * issued) if rounding == "at_most" else (left * 20 >= 3 * issued)


@pytest.mark.parametrize(("rounding", "shares"), [("at_most", 334), ("at_least", 333)])
def test_new_shares_for_others_dilute_down_to_a_stake(rounding: str, shares: int) -> None:
    target = {
        "type": "target_stake",
        "issuer": "N",
        "holders": ["R"],
        "to": "3/10",
        "basis": "issued",
        "price": EUR,
        "channel": "issue",
    }
    done = do(state(), {**target, "rounding": rounding, "subscriber": "X"})
    assert done.draft.record["shares"] == shares and done.draft.record["exact"] == Fraction(1000, 3)  # 400 / 0.3 - 1,000
    assert done.state.issuers["N"].issued == 1000 + shares == 1000 + done.state.held("X", "N")
    assert (3 * (1000 + shares) >= 400 * 10) is (rounding == "at_most")
    votes = {**target, "type": "target_votes", "basis": "gross_votes"}
    loyal = state(Lot("r", "N", "R", 400, votes=800, since="2010"))  # 800 of 1,400 votes: 800 / 0.3 - 1,400 = 1,266.7
    assert do(loyal, votes).draft.record["shares"] == 1267
    for step in (target, votes):
        assert barred(state(), {**step, "to": 0}) == ["E_TARGET_UNREACHABLE"]
    with pytest.raises(FileError) as caught:
        Plan.read({"steps": [{**target, "subscriber": "R"}]})
    assert [f.code for f in caught.value.findings] == ["C_BAD_VALUE"]


@pytest.mark.parametrize(
    ("body", "shares"),
    [
        ({"type": "target_stake", "basis": "issued", "to": "1/20", "class": "B"}, 1000),  # 100 / 0.05 - 1,000
        ({"type": "target_votes", "basis": "gross_votes", "to": "1/4", "class": "B"}, 2100),  # 1,000 / 0.25 - 1,900 votes
        ({"type": "target_votes", "basis": "gross_votes", "to": "1/4", "class": "A"}, 210),  # the same, ten votes a share
    ],
)
def test_a_target_by_new_shares_says_of_which_class_they_are(body: dict[str, Any], shares: int) -> None:
    classes = (ShareClass("A", 100, 10), ShareClass("B", 900))
    lots = Lots([Lot("a", "N", "R", 100, "A"), Lot("b", "N", "~float", 900, "B")])
    start = state(issuers={"N": Issuer("N", 1000, classes=classes)}, lots=lots)
    target = {**body, "issuer": "N", "holders": ["R"], "price": EUR, "channel": "issue", "subscriber": "X"}
    done = do(start, target)
    assert done.draft.record["shares"] == shares == done.state.held("X", "N")
    assert {c.name: c.issued for c in done.state.issuers["N"].classes} == {"A": 100, "B": 900} | {
        body["class"]: {"A": 100, "B": 900}[body["class"]] + shares
    }
    assert barred(start, {**target, "class": None}) == ["C_BAD_VALUE"]
    with pytest.raises(FileError) as caught:
        Plan.read({"steps": [{**target, "channel": "sell"}]})
    assert [f.code for f in caught.value.findings] == ["C_BAD_VALUE"]


def test_a_target_of_several_holders_is_shared_out_and_a_met_one_does_nothing() -> None:
    target = {"type": "target_stake", "issuer": "N", "holders": ["R", "T"], "to": "1/4", "basis": "outstanding", "price": EUR}
    done = do(state(), target)
    assert [(s.id, getattr(s, "shares", None)) for s in done.compiled] == [("s.R", 200), ("s.T", 50)]
    assert found(do(state(), {**target, "to": "3/4"})) == ["N_NOTHING_TO_DO"]
    block = do(state(), {**target, "channel": "block", "discount": "0.05"})
    assert block.draft.record["shares"] == 250


# -- contracts


def contract(**row: Any) -> Snapshot:
    return state(contracts=({"id": "k", "issuer": "N", "holder": "R", **row},))


@pytest.mark.parametrize(
    ("row", "change", "code"),
    [
        ({"kind": "lock_up", "until": "2020-06-30"}, {}, "E_LOCKUP"),
        ({"kind": "lock_up", "until": "2020-06-30"}, {"date": "2020-07-01"}, None),
        ({"kind": "lock_up", "floor": "0.30", "basis": "issued"}, {}, None),
        ({"kind": "lock_up", "floor": "0.30", "basis": "issued"}, {"shares": 101}, "E_LOCKUP"),
        ({"kind": "lock_up", "floor": "0.30", "basis": "gross_votes"}, {"shares": 101}, "E_LOCKUP"),
        ({"kind": "no_sale_to", "parties": ["X"]}, {"to": "X"}, "E_FORBIDDEN_BUYER"),
        ({"kind": "no_sale_to", "parties": ["X"]}, {}, None),
        ({"kind": "blackout", "holder": None, "from": "2020-01-15", "until": "2020-02-15"}, {}, "E_BLACKOUT"),
        ({"kind": "blackout", "holder": None, "from": "2020-02-01", "until": "2020-02-15"}, {}, None),
        ({"kind": "rofo", "beneficiary": "X"}, {}, "E_ROFO_PENDING"),
        ({"kind": "rofo", "beneficiary": "X"}, {"to": "X"}, None),
        ({"kind": "rofo", "beneficiary": "X", "from": "2020-01-01", "window_days": 30, "tail_days": 60}, {}, "E_ROFO_PENDING"),
        ({"kind": "rofo", "beneficiary": "X", "from": "2020-01-01", "window_days": 20, "tail_days": 60}, {}, None),
        ({"kind": "rofo", "beneficiary": "X", "from": "2019-10-01", "window_days": 20, "tail_days": 60}, {}, "E_ROFO_PENDING"),
        ({"kind": "standstill", "holder": "X", "cap": "0.05", "basis": "issued"}, {"to": "X"}, "E_STANDSTILL"),
        ({"kind": "standstill", "holder": "X", "cap": "0.10", "basis": "issued"}, {"to": "X"}, None),
        ({"kind": "voting_agreement", "parties": ["R", "X"]}, {}, None),
    ],
)
def test_contracts_bar_what_they_forbid(row: dict[str, Any], change: dict[str, Any], code: str | None) -> None:
    base = contract(**row)
    if code is None:
        do(base, {**SELL, **change})
    else:
        assert barred(base, {**SELL, **change}) == [code]


def test_a_standstill_can_count_passive_rises() -> None:
    buy = {"type": "buyback", "issuer": "N", "fills": {"~float": 100}, "price": EUR, "cancel": True}
    row = {"kind": "standstill", "cap": "0.40", "basis": "issued"}
    do(contract(**row), buy)
    assert barred(contract(**row, passive="counts"), buy) == ["E_STANDSTILL"]


def test_a_block_locks_up_what_the_seller_keeps() -> None:
    first = do(state(), {**SELL, "type": "block", "discount": "0.03", "lock_up_days": 90}).state
    assert barred(first, {**SELL, "shares": 1, "date": "2020-04-27"}) == ["E_LOCKUP"]
    do(first, {**SELL, "shares": 1, "date": "2020-04-28"})


def test_locked_and_pledged_lots_stay() -> None:
    lots = (Lot("a", "N", "R", 100, locked_until="2020-12-31"), Lot("b", "N", "R", 100))
    do(state(*lots), SELL)
    assert barred(state(*lots), {**SELL, "shares": 101}) == ["E_LOCKUP"]
    assert barred(state(replace(lots[1], pledged_to="X")), SELL) == ["E_PLEDGED"]


# -- what evaded contracts


def test_a_standstill_on_votes_counts_the_votes_that_the_law_counts() -> None:
    lots = [Lot("r", "N", "R", 200, votes=400), Lot("x", "N", "X", 200), Lot("n", "N", "N", 100)]
    buy = {**SELL, "holder": "~float", "to": "X", "shares": 20}
    for basis, reached in (("gross_votes", "20.0000%"), ("exercisable_votes", "20.0000%"), ("theoretical_votes", "18.3333%"),
                           ("outstanding", "24.4444%"), ("issued", "22.0000%")):  # fmt: skip
        row = {"id": "k", "kind": "standstill", "issuer": "N", "holder": "X", "cap": "0.18", "basis": basis}
        with pytest.raises(RequestError) as caught:
            do(state(*lots, contracts=(row,)), buy)
        assert [f.code for f in caught.value.findings] == ["E_STANDSTILL"]
        assert f"{reached} of N ({basis})" in caught.value.findings[0].message


SWAP = {"type": "swap", "give": {"issuer": "N", "holder": "R", "shares": 10}, "take": {"issuer": "N", "holder": "X", "shares": 5}}
TRUST = {"type": "trust_in", "issuer": "N", "holder": "R", "trustee": "X", "shares": 10, "overlay": {"kind": "removed"}}


@pytest.mark.parametrize("step", [SWAP, TRUST])
@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"kind": "no_sale_to", "parties": ["X"]}, "E_FORBIDDEN_BUYER"),
        ({"kind": "rofo", "beneficiary": "T"}, "E_ROFO_PENDING"),
        ({"kind": "blackout", "holder": "X"}, "E_BLACKOUT"),
        ({"kind": "blackout", "holder": None}, "E_BLACKOUT"),
        ({"kind": "lock_up"}, "E_LOCKUP"),
    ],
)
def test_no_way_of_giving_shares_evades_a_contract(step: dict[str, Any], row: dict[str, Any], code: str) -> None:
    there = state(Lot("r", "N", "R", 400), Lot("x", "N", "X", 50))
    assert barred(there.evolve(contracts=({"id": "k", "issuer": "N", "holder": "R", **row},)), step) == [code]


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ({"kind": "lock_up"}, {}),
        ({"kind": "no_sale_to", "parties": ["X"]}, {"to": "X"}),
        ({"kind": "rofo", "beneficiary": "T"}, {}),
        ({"kind": "blackout"}, {}),
        ({"kind": "standstill", "holder": "X", "cap": "0.05", "basis": "issued"}, {"to": "X"}),
    ],
)
def test_a_contract_that_has_lapsed_bars_nothing(row: dict[str, Any], change: dict[str, Any]) -> None:
    fact = {"fact": "contract_event", "event": "bid_for", "date": "2020-01-02"}
    held = contract(**row, lapses_if=[{"bid_for": "N"}])
    assert barred(held, SELL | change)
    assert do(held.evolve(facts=(fact,)), SELL | change).state.held("R", "N") == 300


ROFO = {"type": "rofo", "issuer": "N", "holder": "R", "beneficiary": "X", "shares": 150, "window_days": 30, "tail_days": 60}


@pytest.mark.parametrize(
    ("exercised", "day", "shares", "code"),
    [
        (None, "2020-02-26", 1, "E_ROFO_PENDING"),  # the window of 30 days from 28 January
        (None, "2020-02-27", 150, None),
        (None, "2020-02-27", 151, "E_ROFO_PENDING"),
        (None, "2020-04-27", 1, None),  # 60 days more
        (None, "2020-04-28", 1, "E_ROFO_PENDING"),
        (False, "2020-01-28", 150, None),
        (40, "2020-01-28", 110, None),
        (40, "2020-01-28", 111, "E_ROFO_PENDING"),
        (40, "2020-03-29", 1, "E_ROFO_PENDING"),
        (True, "2020-01-29", 1, "E_ROFO_PENDING"),
    ],
)
def test_a_first_offer_opens_with_the_answer_or_the_end_of_the_window(exercised: Any, day: str, shares: int, code: Any) -> None:
    there = do(state(), {**ROFO, **({} if exercised is None else {"exercised": exercised})}).state
    sale = {**SELL, "date": day, "shares": shares}
    if code:
        assert barred(there, sale) == [code]
    else:
        assert do(there, sale).state.held("R", "N") == 400 - shares
    assert do(there, {**sale, "to": "X", "shares": 150}).state.held("X", "N") == 150


def test_what_was_notified_is_sold_once_and_an_answer_may_come_later() -> None:
    there = do(state(), ROFO).state
    answer = do(there, {**ROFO, "exercised": 50, "date": "2020-02-05"}).state
    assert len(answer.contracts) == 1 and answer.contracts[0]["from"] == "2020-01-28"
    first = do(answer, {**SELL, "date": "2020-02-05", "shares": 60}).state
    assert barred(first, {**SELL, "date": "2020-02-06", "shares": 41}) == ["E_ROFO_PENDING"]
    assert do(first, {**SELL, "date": "2020-02-06", "shares": 40}).state.contracts[0]["sold"] == 100
    again = do(first, {**ROFO, "shares": 70, "exercised": 0, "date": "2020-02-06"}).state  # answered already: a new notice
    assert again.contracts[0]["from"] == "2020-02-06" and do(again, {**SELL, "date": "2020-02-06", "shares": 70})
    assert barred(state(), {**ROFO, "shares": 401}) == ["E_INSUFFICIENT"]
    with pytest.raises(FileError) as caught:
        Plan.read({"steps": [{**ROFO, "exercised": 151}]})
    assert [f.code for f in caught.value.findings] == ["C_BAD_VALUE"]


def test_a_first_offer_with_an_endless_window_stays_open() -> None:
    row = {"kind": "rofo", "beneficiary": "X", "from": "2020-01-01", "window_days": 10**12}
    assert barred(contract(**row), SELL) == ["E_ROFO_PENDING"]


# -- lots that move by name


def test_nobody_sells_to_itself_and_no_lot_goes_twice() -> None:
    assert barred(state(), {**SELL, "to": "R", "fee": "0.01"}) == ["C_BAD_VALUE"]
    assert barred(state(), {**TRUST, "trustee": "R"}) == ["C_BAD_VALUE"]
    assert barred(state(), {**SELL, "lots": ["r", "r"], "shares": 500 - 100}) == ["C_DUPLICATE_ID"]


def test_a_beneficiary_does_not_buy_what_is_its_own() -> None:
    with pytest.raises(RequestError) as caught:
        do(state(), {**SELL, "holder": "T", "to": "R", "shares": 10})
    assert caught.value.findings[0].code == "C_BAD_VALUE" and "trust_out" in caught.value.findings[0].cure


def test_an_aggregate_goes_by_its_name_before_and_after_it_is_split() -> None:
    there = state(Lot("a", "N", "R", 100, votes=160), Lot("b", "N", "R", 300))
    first = do(there, {**SELL, "shares": 50, "lots": ["a"]})
    assert held(first) == {"a.loyal": 50, "b": 300}  # 40 plain shares and 10 loyal ones
    assert held(do(first.state, {**SELL, "id": "t", "shares": 51, "lots": ["a", "b"]})) == {"b": 299}
    assert barred(there, {**SELL, "lots": ["a", "a.plain"]}) == ["C_DUPLICATE_ID"]


@pytest.mark.parametrize("kind", ["mutual_cancel", "buyback", "tender"])
def test_what_was_bought_is_what_is_cancelled(kind: str) -> None:
    classes = (ShareClass("o", 600), ShareClass("p", 400))
    lots = [Lot("to", "N", "N", 50, "o", since="2001"), Lot("tp", "N", "N", 50, "p", since="2002"), Lot("x", "N", "X", 200, "p"),
            Lot("o", "N", "R", 550, "o"), Lot("p", "N", "R", 150, "p"), Lot("n", "X", "N", 10)]  # fmt: skip
    there = state(issuers={"N": Issuer("N", 1000, classes=classes), "X": Issuer("X", 100)}, lots=Lots(lots))
    steps: dict[str, dict[str, Any]] = {
        "mutual_cancel": {"a": {"issuer": "N", "shares": 100, "price": EUR}, "b": {"issuer": "X", "shares": 10, "price": EUR}},
        "buyback": {"issuer": "N", "fills": {"X": 100}, "price": EUR, "cancel": True},
        "tender": {"issuer": "N", "cap": 100, "offers": {"X": 100}, "price": EUR, "cancel": True},
    }
    done = do(there, {"type": kind, **steps[kind]})
    assert held(done, "N") == {"to": 50, "tp": 50}
    assert [c.issued for c in done.state.issuers["N"].classes] == [600, 300]


def test_an_aggregate_is_split_unless_all_its_shares_are_alike() -> None:
    there = state(Lot("a", "N", "R", 100, votes=200), issuers={"N": Issuer("N", 1000, loyalty=(3, 2))})
    done = do(there, {**SELL, "shares": 60, "price": EUR})
    assert {lot.id: (lot.shares, lot.votes) for lot in done.state.lots_of("N", "R")} == {"a.loyal": (40, 120)}
    for votes in (100, 300):
        alike = do(there.evolve(lots=[Lot("a", "N", "R", 100, votes=votes)]), {**SELL, "shares": 60})
        assert {lot.id: lot.votes for lot in alike.state.lots_of("N", "R")} == {"a": votes * 2 // 5}
    empty = there.evolve(lots=[Lot("a", "N", "R", 0, votes=5), Lot("b", "N", "R", 100)])
    assert barred(empty, {**SELL, "shares": 60}) == ["E_VOTES_AGGREGATE"]
