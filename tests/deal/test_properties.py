"""Laws of conservation over random registers and random programmes; what does not matter does not matter; what commutes commutes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.deal.advance import advance
from crosshold.deal.finance import look_through
from crosshold.deal.invariants import total, whole_numbers
from crosshold.deal.plan import Fund, Plan
from crosshold.deal.simulate import simulate
from crosshold.deal.state import canonical, state_hash
from crosshold.deal.step import Step
from crosshold.errors import FileError, Finding, RequestError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, Rate, Snapshot

DAY = date(2020, 1, 28)
COMPANIES = ("A", "B", "C")
PARTIES = (*COMPANIES, "P", "Q", "~float")
CURRENCIES = ("EUR", "JPY")


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Three companies, two persons, dispersed holders; lots with and without dates, stated votes, beneficiaries, own shares."""
    lots: list[Lot] = []
    issuers: dict[str, Issuer] = {}
    for company in COMPANIES:
        for holder in PARTIES:
            for n in range(draw(st.integers(0, 2))):
                shares = draw(st.integers(1, 500))
                per_share = draw(st.sampled_from([None, 0, 1, 2]))
                since = draw(st.sampled_from([None, "2010", "2017-03", "2019-12-31"]))
                beneficiary = "Q" if holder == "P" and draw(st.booleans()) else None
                votes = None if per_share is None else per_share * shares
                lot = Lot(f"{company}.{holder}.{n}", company, holder, shares, None, votes, since, beneficiary=beneficiary)
                lots.append(lot)
        issued = sum(lot.shares for lot in lots if lot.issuer == company)
        if issued == 0:
            issued = 10
            lots.append(Lot(f"{company}.rest", company, "~float", 10, votes=10))
        issuers[company] = Issuer(company, issued, loyalty=(2, 2))
    cash = {who: {c: Decimal(draw(st.integers(0, 10**4))) for c in CURRENCIES} for who in (*COMPANIES, "P")}
    return Snapshot(
        at=DAY, entities={name: Entity(name) for name in PARTIES}, issuers=issuers, lots=Lots(lots), cash=cash,
        prices={c: Price(Decimal(draw(st.integers(1, 20))), draw(st.sampled_from(CURRENCIES)), DAY) for c in COMPANIES},
        fx={"EURJPY": Rate(Decimal("1.2"), DAY)}, market={c: {"adv": 100, "volatility": "0.3"} for c in COMPANIES},
    )  # fmt: skip


company, party, quantity = st.sampled_from(COMPANIES), st.sampled_from(PARTIES), st.integers(0, 300)
ratio = st.sampled_from(["0", "1/10", "1/3", "1/2", "0.9"])
money = st.fixed_dictionaries({"value": st.integers(0, 500), "currency": st.sampled_from(CURRENCIES)})
order = st.sampled_from(["fewest_votes_first", "fifo", "lifo", "most_votes_first"])


def row(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(keys)


def leg(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return row(issuer=company, shares=quantity, **more)


fills = st.dictionaries(party, quantity, min_size=1, max_size=3)
target = {"issuer": company, "holders": st.lists(party, min_size=1, max_size=2, unique=True), "to": ratio}
BODIES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "block": row(issuer=company, holder=party, shares=quantity, lots=order, lock_up_days=st.just(5)),
    "buyback": row(issuer=company, offers=fills, cap=quantity, cancel=st.booleans()),
    "cancel": row(issuer=company, shares=quantity),
    "contribute": row(fund=st.just("J"), entity=party, amount=money),
    "distribute_in_kind": row(distributor=company, issuer=company, shares=quantity),
    "dividend": row(issuer=company, per_share=money),
    "fx": row(entity=party, pair=st.just("EURJPY"), amount=money),
    "invest": row(fund=st.just("J"), entity=party, amount=money),
    "mutual_cancel": row(a=leg(), b=leg()),
    "overlay": row(issuer=company, holder=party, kind=st.sampled_from(["removed", "abstain", "cap"]), share=st.just("1/5")),
    "pay": row(**{"from": party, "to": party, "amount": money}),
    "return_capital": row(fund=st.just("J"), entity=party, amount=money),
    "sell": row(issuer=company, holder=party, shares=quantity, to=party, lots=order, impact=st.sampled_from(["none", "sqrt", "0.1"])),
    "swap": row(give=leg(holder=party), take=leg(holder=party)),
    "target_stake": row(**target, basis=st.sampled_from(["issued", "outstanding"]), channel=st.sampled_from(["sell", "buyback_cancel"])),
    "target_votes": row(**target, basis=st.just("gross_votes")),
    "tender": row(issuer=company, cap=quantity, offers=fills, cancel=st.booleans()),
    "trust_in": row(issuer=company, holder=party, trustee=party, shares=quantity, overlay=st.just({"kind": "removed"})),
    "trust_out": row(issuer=company, trustee=party, shares=quantity),
}  # fmt: skip


@st.composite
def programmes(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(BODIES), most: int = 6) -> tuple[Step, ...]:
    """Steps of all kinds with numbers that often fit and often do not."""
    rows = []
    for n in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(kinds))
        rows.append({"id": f"s{n}", "type": kind, **draw(BODIES[kind])})
    good: list[Step] = []
    for data in rows:
        try:
            good += Plan.read({"fund": {"id": "J", "currency": "EUR"}, "steps": [data]}).steps
        except FileError:
            continue
    return tuple(good)


def play(state: Snapshot, steps: tuple[Step, ...]) -> tuple[Snapshot, list[Step]]:
    """Execute what can be executed; what a step refuses leaves the state as it was."""
    compiled: list[Step] = []
    for step in steps:
        picture = canonical(state)
        try:
            done = advance(state, step)
        except RequestError:
            assert canonical(state) == picture
            continue
        state = done.state
        compiled += done.compiled
    return state, compiled


@settings(max_examples=150)
@given(snapshots(), programmes())
def test_shares_and_cash_are_conserved_by_any_programme(start: Snapshot, steps: tuple[Step, ...]) -> None:
    """I1, I2, I3 (and I5 inside every step); the input stays; I9: the compiled steps replay to the same hash."""
    picture, money_before = canonical(start), {c: total(start, c) for c in CURRENCIES}
    end, compiled = play(start, steps)
    assert canonical(start) == picture
    whole_numbers(end)
    for issuer in end.issuers.values():
        assert sum(lot.shares for lot in end.lots_of(issuer.id)) == issuer.issued > 0
    assert {c: total(end, c) for c in CURRENCIES} == money_before
    again = start
    for step in compiled:
        again = advance(again, step).state
    assert state_hash(again) == state_hash(end)


@settings(max_examples=60)
@given(snapshots(), programmes())
def test_look_through_shares_of_outsiders_add_up_to_one(start: Snapshot, steps: tuple[Step, ...]) -> None:
    """I7, and I8: what outsiders have together changes by nothing but frictions, whatever prices are paid."""
    end, _ = play(start, steps)
    try:
        wealth = [outside_wealth(state) for state in (start, end)]
    except RequestError as error:
        assert error.findings[0].code == "E_SINGULAR"
        return
    frictions = Fraction(sum((cash_of(end, sink) for sink in ("@fees", "@tax", "@fx")), Fraction(0)))
    assert wealth[1] - wealth[0] == -frictions


def cash_of(state: Snapshot, who: str) -> Fraction:
    held = state.cash.get(who, {})
    return Fraction(held.get("EUR", 0)) + Fraction(held.get("JPY", 0)) / Fraction("1.2")


def outside_wealth(state: Snapshot) -> Fraction:
    """Cash of outsiders and the market, and what is theirs of companies worth their cash and 1,000 each; own shares taken off."""
    holdings = []
    for issuer in state.issuers:
        whole = state.issuers[issuer].issued - state.treasury(issuer)
        if whole == 0:
            raise RequestError(Finding("E_SINGULAR", f"{issuer} owns itself completely."))
        holdings += [[h, issuer, Fraction(state.held(h, issuer), whole)] for h in COMPANIES if h != issuer]
    own = {c: 1000 + cash_of(state, c) for c in COMPANIES}
    seen = look_through(own, holdings)
    assert seen.outside_total == sum(own.values())  # I7: every unit of own assets belongs to some outsider
    others = [who for who in state.cash if who not in COMPANIES and not who.startswith("@")]
    return seen.outside_total + sum((cash_of(state, who) for who in [*others, "@market"]), Fraction(0))


# -- what does not matter


def stakes(state: Snapshot) -> dict[tuple[str, str], tuple[Fraction, Fraction | None]]:
    table = {}
    for issuer in state.issuers.values():
        free = issuer.issued - state.treasury(issuer.id)
        for holder in {lot.holder for lot in state.lots_of(issuer.id)}:
            held = state.held(holder, issuer.id)
            table[issuer.id, holder] = (Fraction(held, issuer.issued), Fraction(held, free) if free else None)
    return table


FIXED = ("sell", "buyback", "cancel", "trust_in", "swap", "mutual_cancel", "overlay")


def scaled(value: Any, k: int) -> Any:
    if isinstance(value, dict):
        counts = ("shares", "cap")
        return {n: v * k if n in counts or (isinstance(v, int) and n in PARTIES) else scaled(v, k) for n, v in value.items()}
    return value


@settings(max_examples=40)
@given(snapshots(), programmes(FIXED, 4), st.integers(2, 1000))
def test_all_shares_times_k_leave_every_percentage(start: Snapshot, steps: tuple[Step, ...], k: int) -> None:
    lots = [replace(lot, shares=lot.shares * k, votes=None if lot.votes is None else lot.votes * k) for lot in start.lots]
    issuers = {i.id: replace(i, issued=i.issued * k) for i in start.issuers.values()}
    prices = {c: replace(p, value=p.value / k) for c, p in start.prices.items()}
    big = start.evolve(lots=lots, issuers=issuers, prices={c: Price(Decimal(0), "EUR", DAY) for c in prices})
    small = start.evolve(prices=big.prices)
    free = [{**step.to_dict(), "impact": None} if step.type == "sell" else step.to_dict() for step in steps]
    plain = [{key: v for key, v in data.items() if v is not None} for data in free]
    one = play(small, Plan.read({"steps": plain}).steps)[0]
    other = play(big, Plan.read({"steps": [scaled(data, k) for data in plain]}).steps)[0]
    fine = {key: pair for key, pair in stakes(other).items() if pair[0]}
    if not any("offers" in data for data in plain):  # whole fills are rounded, so pro rata scales only up to one share
        assert fine == {key: pair for key, pair in stakes(one).items() if pair[0]}


@settings(max_examples=40)
@given(snapshots(), programmes(FIXED, 4), st.data())
def test_splitting_a_lot_changes_nothing(start: Snapshot, steps: tuple[Step, ...], data: st.DataObject) -> None:
    lot = data.draw(st.sampled_from(list(start.lots)))
    cut = data.draw(st.integers(0, lot.shares))
    each = None if lot.votes is None else lot.votes // lot.shares
    halves = [
        replace(lot, id=f"{lot.id}{n}", shares=shares, votes=None if each is None else each * shares)
        for n, shares in enumerate((cut, lot.shares - cut))
        if shares
    ]
    split = start.evolve(lots=[piece for own in start.lots for piece in (halves if own.id == lot.id else [own])])
    assert state_hash(split) == state_hash(start)
    assert state_hash(play(split, steps)[0]) == state_hash(play(start, steps)[0])


@settings(max_examples=40)
@given(snapshots(), programmes(most=4))
def test_the_order_of_issuers_and_an_isolated_company_change_nothing(start: Snapshot, steps: tuple[Step, ...]) -> None:
    turned = start.evolve(issuers=turned_round(start.issuers), entities=turned_round(start.entities))
    assert state_hash(play(turned, steps)[0]) == state_hash(play(start, steps)[0])
    alone = start.evolve(
        lots=[*start.lots, Lot("z", "Z", "~float", 7, votes=7)],
        issuers={**start.issuers, "Z": Issuer("Z", 7)},
        entities={**start.entities, "Z": Entity("Z")},
    )
    end = play(alone, steps)[0]
    assert {key: pair for key, pair in stakes(end).items() if key[0] != "Z"} == stakes(play(start, steps)[0])


@settings(max_examples=40)
@given(snapshots(), programmes(FIXED, 4))
def test_other_names_give_the_same_shares(start: Snapshot, steps: tuple[Step, ...]) -> None:
    names = {"A": "X1", "B": "X2", "C": "X3", "P": "X4", "Q": "X5", "~float": "~float"}  # keeps the order of ties
    lots = [
        replace(lot, issuer=names[lot.issuer], holder=names[lot.holder], beneficiary=names.get(lot.beneficiary or ""))
        for lot in start.lots
    ]
    other = start.evolve(
        lots=lots, issuers={names[i]: replace(x, id=names[i]) for i, x in start.issuers.items()},
        entities={names[e]: Entity(names[e]) for e in start.entities}, cash={names[w]: c for w, c in start.cash.items()},
        prices={names[c]: p for c, p in start.prices.items()}, market={names[c]: m for c, m in start.market.items()},
    )  # fmt: skip
    renamed = [rename(step.to_dict(), names) for step in steps]
    end = play(other, Plan.read({"steps": renamed}).steps)[0]
    here = stakes(play(start, steps)[0])
    assert stakes(end) == {(names[issuer], names[holder]): pair for (issuer, holder), pair in here.items()}


def rename(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): rename(item, names) if key not in ("id", "type") else item for key, item in value.items()}
    if isinstance(value, list):
        return [rename(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def turned_round(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: table[name] for name in reversed(list(table))}


# -- order


def ends(start: Snapshot, *rows: dict[str, Any]) -> set[str]:
    """Hashes of all orders in which the steps can be executed."""
    steps = Plan.read({"steps": [{"id": f"s{n}", **data} for n, data in enumerate(rows)]}).steps
    found = set()
    for permutation in permutations(steps):
        state = start
        try:
            for step in permutation:
                state = advance(state, step).state
        except RequestError as error:
            found.add(error.findings[0].code)
            continue
        found.add(state_hash(state))
    return found


def register() -> Snapshot:
    lots = [
        Lot("a", "B", "A", 500),
        Lot("p", "B", "P", 200, since="2015"),
        Lot("p2", "B", "P", 100),
        Lot("f", "B", "~float", 150, votes=150),
        Lot("b", "B", "B", 50),
        Lot("x", "A", "~float", 100, votes=100),
    ]
    return Snapshot(
        at=DAY, entities={n: Entity(n) for n in PARTIES}, issuers={"A": Issuer("A", 100), "B": Issuer("B", 1000)}, lots=Lots(lots),
        cash={"B": {"EUR": Decimal(1000)}, "A": {"EUR": Decimal(1000)}}, prices={"B": Price(Decimal(5), "EUR", DAY)},
    )  # fmt: skip


SELL_A = {"type": "sell", "issuer": "B", "holder": "A", "shares": 100}
SELL_P = {"type": "sell", "issuer": "B", "holder": "P", "shares": 150}
BUY = {"type": "buyback", "issuer": "B", "fills": {"~float": 100}}
CANCEL = {"type": "cancel", "issuer": "B", "shares": 50}
TRUST = {"type": "trust_in", "issuer": "B", "holder": "P", "trustee": "Q", "shares": 120, "overlay": {"kind": "removed"}}
CAP = {"type": "overlay", "issuer": "B", "holder": "A", "kind": "cap", "share": "1/10"}
TARGET = {"type": "target_stake", "issuer": "B", "holders": ["A"], "to": "1/10", "basis": "issued"}
DIVIDEND = {"type": "dividend", "issuer": "B", "per_share": {"value": "0.5", "currency": "EUR"}}


@pytest.mark.parametrize(
    "rows",
    [(SELL_A, SELL_P), (SELL_A, CANCEL), (BUY, SELL_A), ({**TRUST, "lots": ["p2"], "shares": 100}, {**SELL_P, "lots": ["p"]}),
     (CAP, SELL_A), (CAP, TRUST), (CAP, CANCEL)],
    ids=lambda rows: "-".join(row["type"] for row in rows),
)  # fmt: skip
def test_what_the_table_says_commutes(rows: tuple[dict[str, Any], ...]) -> None:
    assert len(ends(register(), *rows)) == 1


@pytest.mark.parametrize(
    ("rows", "bars"),
    [
        ((TARGET, CANCEL), set()),
        ((TARGET, SELL_A), set()),
        (({**BUY, "fills": None, "offers": {"A": 500, "~float": 150}, "cap": 100}, TARGET), {"E_INSUFFICIENT"}),
        ((DIVIDEND, {**SELL_A, "price": {"value": "5", "currency": "EUR"}}), set()),
        ((BUY, CANCEL), set()),  # own shares keep their dates
        (({**BUY, "price": {"value": "11", "currency": "EUR"}}, {"type": "pay", "from": "A", "to": "B",
          "amount": {"value": 100, "currency": "EUR"}}), {"E_ISSUER_CASH"}),
        ((CANCEL, {**CANCEL}), {"E_TREASURY_SHORT"}),
    ],
    ids=lambda value: "-".join(row["type"] for row in value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_what_the_table_says_does_not_commute(rows: tuple[dict[str, Any], ...], bars: set[str]) -> None:
    found = ends(register(), *({k: v for k, v in row.items() if v is not None} for row in rows))
    assert bars <= found and (len(found) == 2 or bars)


def test_a_trust_and_a_sale_that_choose_their_lots_do_not_commute() -> None:
    """Two lots that can be told apart once they are in trust; lots that differ by their dates alone cannot."""
    lots = [replace(lot, beneficiary="A") if lot.id == "p" else lot for lot in register().lots]
    assert len(ends(register().evolve(lots=lots), TRUST, SELL_P)) == 2
    assert len(ends(register(), TRUST, SELL_P)) == 1


# -- there and back


def test_a_plan_and_its_reverse_come_home_where_nothing_is_lost_on_the_way() -> None:
    start = register()
    there_and_back: list[list[dict[str, Any]]] = [
        [{**SELL_A, "holder": "~float", "to": "A", "shares": 50}, {**SELL_A, "shares": 50, "lots": "lifo"}],
        [CAP, {"type": "overlay", "issuer": "B", "holder": "A", "lift": True}],
        [{"type": "pay", "from": "A", "to": "B", "amount": 7}, {"type": "pay", "from": "B", "to": "A", "amount": 7}],
    ]
    for number, rows in enumerate(there_and_back):
        steps = Plan.read({"steps": [{"id": f"{number}.{n}", **data} for n, data in enumerate(rows)]}).steps
        end, done = play(start, steps)
        assert len(done) == 2
        assert stakes(end) == stakes(start)
        assert number == 0 or state_hash(end) == state_hash(start)


def test_a_trust_gives_everything_back_but_the_date() -> None:
    back = {"type": "trust_out", "issuer": "B", "trustee": "Q", "shares": 120}
    end, _ = play(register(), Plan.read({"steps": [{"id": "in", **TRUST}, {"id": "out", **back}]}).steps)
    assert stakes(end) == stakes(register()) and end.overlays == ()
    assert state_hash(end) != state_hash(register())  # the loyalty clock starts anew


# -- with the law


@settings(max_examples=25)
@given(snapshots(), programmes(("sell", "trust_in", "overlay", "buyback", "cancel"), 3))
def test_shares_of_votes_add_up_after_every_step_of_a_whole_plan(start: Snapshot, steps: tuple[Step, ...]) -> None:
    """I4 and I9 of whole simulations: what is asserted inside, and the replay of every hash."""
    state, done = start, []
    for step in steps:
        try:
            state = advance(state, step).state
        except RequestError:
            continue
        done.append(step)
    outcome = simulate(start, Plan(steps=tuple(done)))
    assert outcome.end_hash == state_hash(state)
    for view in (outcome.start, *(s.view for s in outcome.steps)):
        for table in view.stakes.values():
            values = [stake.on("exercisable_votes") for stake in table.values()]
            assert all(v is None for v in values) or sum(v or Fraction(0) for v in values) == 1
    again = simulate(start, outcome.as_executed)
    assert again.end_hash == outcome.end_hash


@settings(max_examples=25)
@given(snapshots(), programmes(most=4))
def test_sources_and_uses_of_any_programme_balance_and_all_of_it_is_json(start: Snapshot, steps: tuple[Step, ...]) -> None:
    state, done = start, []
    for step in steps:
        try:
            state = advance(state, step).state
        except RequestError:
            continue
        done.append(step)
    outcome = simulate(start, Plan(steps=tuple(done), fund=Fund("J", "EUR")))
    for block in outcome.finance:
        for who, sheet in block["finance"]["sources_and_uses"].items():
            sums: dict[str, Fraction] = {}
            for sign, side in ((1, "sources"), (-1, "uses")):
                for line in sheet[side]:
                    sums[line["currency"]] = sums.get(line["currency"], Fraction(0)) + sign * Fraction(line["amount"])
            assert not any(sums.values()), who
        for entry in block["finance"]["cap_table"]:
            assert entry["shares"]["after"] >= 0
    json.dumps(outcome.to_dict(exact=True))
