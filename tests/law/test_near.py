"""Distances to lines for every holder, in votes and in shares that carry different votes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.law.ballot import ballot
from crosshold.law.near import Near
from crosshold.model.entity import FLOAT
from crosshold.model.snapshot import Lot, Snapshot

from .cases import book, net

LINE = """
- id: XA-LINE
  jurisdiction: XA
  kind: disclosure
  ladder: {{of: {{votes: "held(H in I; {base})"}}, op: "{op}", at: ["{at}"]}}
  valid: {{from: 2000-01-01}}
  cite: {{law: invented, source: invented, read_on: 2026-11-22}}
  confidence: A
"""


def register(plain: int, loyal: int, other: int) -> Snapshot:
    """A has so many one-vote and so many two-vote shares of N, B so many two-vote shares; 1000 are issued, the rest is dispersed."""
    rest = 1000 - plain - loyal - other
    lots = [
        Lot("A1", "N", "A", plain, votes=plain), Lot("A2", "N", "A", loyal, votes=2 * loyal),
        Lot("B", "N", "B", other, votes=2 * other), Lot("F", "N", FLOAT, rest, votes=rest),
    ]  # fmt: skip
    base = net([("A", "N", 1), ("B", "N", 1)], issued=1000, rules=("XA-LINE",))
    return base.evolve(lots=[lot for lot in lots if lot.shares])


def line_of(snapshot: Snapshot, op: str, at: str, base: str = "gross_votes") -> Near | None:
    rules = book(LINE.format(op=op, at=at, base=base))
    lines = ballot(snapshot, rules=rules).near(window=Fraction(1))
    return next((line for line in lines if line.holder == ("A",)), None)


def met(snapshot: Snapshot, op: str, at: str) -> bool:
    """Counted by hand."""
    votes = {name: sum(lot.votes or 0 for lot in snapshot.lots if name in (None, lot.holder)) for name in ("A", None)}
    share = Fraction(votes["A"], votes[None])
    return share > Fraction(at) if op == ">" else share >= Fraction(at)


def traded(snapshot: Snapshot, bought: int) -> Snapshot:
    """A buys one-vote shares of the dispersed holders, or sells to them, those with the fewest votes first; a share sold has one vote."""
    lots = {lot.id: lot for lot in snapshot.lots}
    free = lots.get("F", Lot("F", "N", FLOAT, 0, votes=0))
    lots["F"] = replace(free, shares=free.shares - bought, votes=free.shares - bought)
    if bought > 0:
        one = lots.get("A1", Lot("A1", "N", "A", 0, votes=0))
        lots["A1"] = replace(one, shares=one.shares + bought, votes=one.shares + bought)
    left = -bought
    for name, rate in (("A1", 1), ("A2", 2)) if bought < 0 else ():
        lot = lots.get(name)
        part = min(lot.shares, left) if lot else 0
        left -= part
        if lot:
            lots[name] = replace(lot, shares=lot.shares - part, votes=rate * (lot.shares - part))
    return snapshot.evolve(lots=[lot for lot in lots.values() if lot.shares])


@given(
    st.integers(0, 300), st.integers(1, 300), st.integers(0, 300), st.sampled_from([">", ">="]),
    st.sampled_from(["1/10", "1/4", "1/3", "1/2", "2/3"]),
)  # fmt: skip
def test_the_shares_told_are_the_fewest_that_change_the_test(plain: int, loyal: int, other: int, op: str, at: str) -> None:
    """Against trading one share after the other and counting votes by hand."""
    start = register(plain, loyal, other)
    line, was = line_of(start, op, at), met(start, op, at)
    assert line is not None and line.met == was
    if line.shares_to_flip is None:  # every share has the same votes, or too few one-vote shares are in other hands
        assert line.note == "" or line.votes_to_flip > sum(lot.shares for lot in start.lots if lot.id == "F")
        return
    q = line.shares_to_flip
    assert (q > 0) is (not was)
    assert met(traded(start, q), op, at) is not was
    assert met(traded(start, q - 1 if q > 0 else q + 1), op, at) is was


def test_buying_from_a_loyalty_holder_lowers_the_total_and_the_note_says_so() -> None:
    line = line_of(register(100, 0, 200), ">=", "1/4")
    assert line is not None and (line.votes_to_flip, line.shares_to_flip) == (200, 200)  # 100 of 1200 votes
    assert "buying from a loyalty holder lowers the total" in line.note
    assert line.to_dict()["note"] == line.note


def test_where_every_share_has_one_vote_the_votes_say_it_all() -> None:
    line = line_of(net([("A", "N", 24)], rules=("XA-LINE",)), ">=", "1/4")
    assert line is not None and (line.votes_to_flip, line.shares_to_flip, line.note) == (1, None, "")


def test_votes_told_of_many_shares_together_give_no_number_of_shares_to_sell() -> None:
    """24,377,299 votes of 14,380,361 shares are no whole number of votes a share (spec/deal 1.1)."""
    base = net([("A", "N", 1)], issued=40_000_000, rules=("XA-LINE",))
    lots = [Lot("A", "N", "A", 14_380_361, votes=24_377_299), Lot("F", "N", FLOAT, 25_619_639, votes=25_619_639)]
    line = line_of(base.evolve(lots=lots), ">", "1/3")
    assert line is not None and line.met and line.votes_to_flip < 0
    assert line.shares_to_flip is None and "no number of shares" in line.note


@pytest.mark.parametrize("holder", ["A", "B", "C"])
def test_every_holder_has_its_nearest_lines(holder: str) -> None:
    """S05: each holder near a line is told, whoever it is."""
    snapshot = net([("A", "N", 24), ("B", "N", 26), ("C", "M", 23), ("A", "M", 40)], rules=("XA-LINE",))
    lines = ballot(snapshot, rules=book(LINE.format(op=">=", at="1/4", base="gross_votes"))).near()
    mine = {(line.issuer, line.votes_to_flip) for line in lines if line.holder == (holder,)}
    assert mine == {"A": {("N", 1)}, "B": {("N", -2)}, "C": {("M", 2)}}[holder]
