"""The table of spec/deal 7: which steps may change places, on states at random, and what comes home after a way there and back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.deal.advance import advance
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import simulate
from crosshold.deal.state import state_hash
from crosshold.errors import RequestError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, Snapshot

from .programmes import DAY, PARTIES, company, lay, order, party, play, quantity, row, snapshots
from .test_properties import stakes

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


# -- pairwise, on states at random


def fixed(step: str, /, **keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A step with fixed numbers at a fixed price."""
    euro = {} if step in ("cancel", "overlay", "trust_in") else {"price": st.just({"value": "5", "currency": "EUR"})}
    return row(type=st.just(step), issuer=st.sampled_from(["A", "B"]), **euro, **keys)


some = st.integers(0, 120)
ANY_SALE = fixed("sell", holder=party, shares=some, lots=order)
ANY_CANCEL = fixed("cancel", shares=some)
ANY_BUYBACK = fixed("buyback", fills=st.dictionaries(st.sampled_from(["C", "P", "Q", "~float"]), some, min_size=1, max_size=2))
ANY_TRUST = fixed("trust_in", holder=party, trustee=st.sampled_from(["S1", "S2"]), shares=some, overlay=lay, lots=order)
ANY_OVERLAY = fixed("overlay", holder=party, kind=st.sampled_from(["removed", "abstain"]))

COMMUTE = {
    "sell / sell": (ANY_SALE, ANY_SALE),
    "sell / cancel": (ANY_SALE, ANY_CANCEL),
    "buy-back / sell": (ANY_BUYBACK, ANY_SALE),
    "trust / sell": (ANY_TRUST, ANY_SALE),
    "overlay / sell": (ANY_OVERLAY, ANY_SALE),
    "overlay / buy-back": (ANY_OVERLAY, ANY_BUYBACK),
    "overlay / cancel": (ANY_OVERLAY, ANY_CANCEL),
    "overlay / trust": (ANY_OVERLAY, ANY_TRUST),
}


def meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both steps choose lots of one holder, or one takes what the other brings: "fixed" in the table is without that."""
    if one["issuer"] != other["issuer"]:
        return False
    if one["type"] == "cancel" or other["type"] == "cancel":  # of own shares, which are not sold here at the same time
        return any(step.get("holder") == step["issuer"] for step in (one, other))
    givers = [{step["holder"]} if "holder" in step else set(step["fills"]) for step in (one, other)]
    takers = [{step["issuer"]} if step["type"] == "buyback" else {step.get("trustee", "~float")} for step in (one, other)]
    moving = "overlay" not in (one["type"], other["type"])
    return moving and bool(givers[0] & givers[1] or givers[0] & takers[1] or givers[1] & takers[0])


@pytest.mark.parametrize("pair", COMMUTE)
@settings(max_examples=60)
@given(st.data())
def test_pairs_that_commute_end_in_one_state_wherever_they_begin(pair: str, data: st.DataObject) -> None:
    """Spec/deal 7: final lots, cash and overlays by hash, whenever both orders can be executed."""
    start = data.draw(snapshots(plain=True))
    start = start.evolve(cash={who: {"EUR": Decimal(10**6)} for who in (*PARTIES[:-1], "S1", "S2")})
    one, other = (data.draw(step) for step in COMMUTE[pair])
    found = ends(start, one, other)
    if not meet(one, other):
        states = {end for end in found if end.startswith("sha256:")}
        assert len(states) <= 1 and (not states or found == states), found  # where one order is barred, so is the other


def paths(start: Snapshot, *rows: dict[str, Any]) -> tuple[set[str], list[Any]]:
    """End hashes of both orders of two steps, and what each order meets on its way."""
    hashes, seen = set(), []
    for turn in (rows, rows[::-1]):
        outcome = simulate(start, Plan.read({"steps": [{"id": data["type"] + str(rows.index(data)), **data} for data in turn]}))
        hashes.add(outcome.end_hash)
        seen.append({name: peak["value"] for name, peak in outcome.peak.items()})
    return hashes, seen


@pytest.mark.parametrize(
    "rows", [(SELL_A, CANCEL), (BUY | {"cancel": True}, SELL_A), (CAP, SELL_A)], ids=["cancel", "buy-back", "overlay"]
)
def test_one_end_and_two_paths(rows: tuple[dict[str, Any], ...]) -> None:
    """The column "path" of the table: the orders end alike and peak at different stakes (O6 is the case with numbers of size)."""
    base = "exercisable_votes" if "overlay" in {row["type"] for row in rows} else "issued"
    watch = ({"name": "A", "issuer": "B", "holders": ["A"], "basis": base, "op": ">", "at": ["1/2"]},
             {"name": "P", "issuer": "B", "holders": ["P"], "basis": base, "op": ">", "at": ["1/2"]})  # fmt: skip
    hashes, seen = paths(register().evolve(watch=watch), *rows)
    assert len(hashes) == 1 and seen[0] != seen[1]


LOCK = {
    "id": "k",
    "kind": "lock_up",
    "issuer": "B",
    "holder": "A",
    "lapses_if": [{"votes_released": {"issuer": "B", "holder": "P"}}],
}


@pytest.mark.parametrize(
    ("contracts", "rows", "code"),
    [
        ((), ({**BUY, "price": {"value": "11", "currency": "EUR"}},
              {"type": "pay", "from": "A", "to": "B", "amount": {"value": 100, "currency": "EUR"}}), "E_ISSUER_CASH"),
        (({"id": "r", "kind": "rofo", "issuer": "B", "holder": "A", "beneficiary": "P", "window_days": 0, "tail_days": 9},),
         ({"type": "rofo", "issuer": "B", "holder": "A", "beneficiary": "P", "shares": 100, "window_days": 0, "tail_days": 9,
           "exercised": False}, SELL_A), "E_ROFO_PENDING"),
        (({"id": "l", "kind": "lock_up", "issuer": "B", "holder": "A", "floor": "1/2", "basis": "outstanding"},),
         ({**BUY, "fills": {"~float": 120}}, {**SELL_A, "shares": 70}), "E_LOCKUP"),
        ((LOCK,), ({**SELL_P, "shares": 300}, SELL_A), "E_LOCKUP"),
    ],
    ids=["cash", "rofo", "lock-up", "law switch"],
)  # fmt: skip
def test_what_is_gated_goes_only_after_the_step_that_opens_the_gate(
    contracts: tuple[dict[str, Any], ...], rows: tuple[dict[str, Any], ...], code: str
) -> None:
    found = ends(register().evolve(contracts=contracts), *rows)
    assert code in found and len(found) == 2 and len(found - {code}) == 1


# -- there and back


@settings(max_examples=150)
@given(snapshots(plain=True), company, party, st.sampled_from(["S1", "S2"]), quantity, order)
def test_a_plan_and_its_reverse_come_home(start: Snapshot, issuer: str, holder: str, other: str, shares: int, lots: str) -> None:
    """Shares and cash come home; dates and votes of what went away do not, for a lot starts anew with its holder.

    What is kept of a buy-back comes home when it is sold again; what is cancelled comes home only as a new issue to who sold it.
    """
    start = start.evolve(cash={who: {"EUR": Decimal(10**6)} for who in (*PARTIES[:-1], "S1", "S2")}, contracts=())
    start = start.evolve(lots=[replace(lot, pledged_to=None, beneficiary=None, locked_until=None) for lot in start.lots])
    fixed_ = {"issuer": issuer, "shares": shares, "lots": lots}
    price = {"price": {"value": "5", "currency": "EUR"}}
    swap = [
        {"issuer": issuer, "holder": holder, "shares": shares},
        {"issuer": "ABC"["BCA".index(issuer)], "holder": other, "shares": 0},
    ]
    ways: list[list[dict[str, Any]]] = [
        [{"type": "sell", **fixed_, **price, "holder": holder, "to": other},
         {"type": "sell", **fixed_, **price, "holder": other, "to": holder}],
        [{"type": "trust_in", **fixed_, "holder": holder, "trustee": other, "overlay": {"kind": "removed"}},
         {"type": "trust_out", **fixed_, "trustee": other}],
        [{"type": "swap", "lots": lots, "give": swap[0], "take": swap[1]},
         {"type": "swap", "lots": lots, "give": {**swap[1], "holder": holder}, "take": {**swap[0], "holder": other}}],
        [{"type": "pay", "from": "P", "to": "Q", "amount": {"value": shares, "currency": "EUR"}},
         {"type": "pay", "from": "Q", "to": "P", "amount": {"value": shares, "currency": "EUR"}}],
        [{"type": "overlay", "issuer": issuer, "holder": holder, "kind": "removed"},
         {"type": "overlay", "issuer": issuer, "holder": holder, "lift": True}],
    ]  # fmt: skip
    if holder not in (issuer, "~float"):
        ways += [
            [{"type": "buyback", "issuer": issuer, "lots": lots, "fills": {holder: shares}, **price},
             {"type": "sell", **fixed_, **price, "lots": "lifo", "holder": issuer, "to": holder}],
        ]  # fmt: skip
        if not start.issuers[issuer].classes:
            ways += [[{"type": "buyback", "issuer": issuer, "lots": lots, "fills": {holder: shares}, **price, "cancel": True},
                      {"type": "issue", "issuer": issuer, "shares": shares, "subscriber": holder, **price}]]  # fmt: skip
    for rows in ways:
        steps = Plan.read({"steps": [{"id": f"s{n}", **data} for n, data in enumerate(rows)]}).steps
        played = play(start, steps)
        if played.refused:
            assert {f.code for _, f in played.refused} <= {"E_INSUFFICIENT", "E_VOTES_AGGREGATE", "E_LAST_SHARE", "E_ISSUER_CASH"}
            continue
        assert stakes(played.end) == stakes(start), rows
        assert played.end.cash == {
            **start.cash,
            **({"@market": played.end.cash["@market"]} if "@market" in played.end.cash else {}),
        }
        assert not played.end.cash.get("@market", {}).get("EUR") and played.end.overlays == ()


def test_dates_do_not_come_home() -> None:
    back = {"type": "trust_out", "issuer": "B", "trustee": "Q", "shares": 120}
    end = play(register(), Plan.read({"steps": [{"id": "in", **TRUST}, {"id": "out", **back}]}).steps).end
    assert stakes(end) == stakes(register()) and end.overlays == ()
    assert state_hash(end) != state_hash(register())  # the loyalty clock starts anew
