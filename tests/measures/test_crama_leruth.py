"""The compound game of Crama and Leruth against every coalition voted by hand, level by level."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError
from crosshold.measures.network_power import crama_leruth
from crosshold.measures.network_power import crama_leruth as call
from crosshold.network import Network

Rows = list[tuple[str, str, Fraction]]
MANY = settings(max_examples=100, deadline=None)


@st.composite
def levels(draw: st.DrawFn, circles: bool) -> Rows:
    """Players p to s hold companies A to D, which hold each other downwards, or in circles; D is the target."""
    rows: Rows = []
    for j, name in enumerate("ABCD"):
        others = [*"pqrs", *("ABCD".replace(name, "") if circles else "ABCD"[:j])]
        holders = draw(st.lists(st.sampled_from(others), min_size=1, max_size=4, unique=True))
        weights = [draw(st.integers(1, 5)) for _ in holders]
        whole = sum(weights) + draw(st.sampled_from((0, 0, 1, 2, 6)))
        rows += [(h, name, Fraction(w, whole)) for h, w in zip(holders, weights, strict=True)]
    return rows


def vote(rows: Rows, ballot: dict[str, bool], start: bool) -> bool:
    """Yes or no of D: companies vote again until nothing changes."""
    votes = {**dict.fromkeys("ABCD", start), **ballot}
    while True:
        new = dict(votes)
        for name in "ABCD":
            held = [(h, f) for h, i, f in rows if i == name]
            loose = 1 - sum(f for _, f in held)
            new[name] = sum((f for h, f in held if votes[h]), Fraction(0)) + loose / 2 > Fraction(1, 2)
        if new == votes:
            return votes["D"]
        votes = new


def above(rows: Rows) -> list[str]:
    found = {"D"}
    while more := {h for h, i, _ in rows if i in found} - found:
        found |= more
    return sorted(found & set("pqrs"))


def indices(rows: Rows, start: bool) -> dict[str, Fraction]:
    players = above(rows)
    sides = list(product((False, True), repeat=len(players)))
    outcome = {side: vote(rows, dict.fromkeys("pqrs", False) | dict(zip(players, side, strict=True)), start) for side in sides}
    swings = dict.fromkeys(players, 0)
    for side in sides:
        for k, name in enumerate(players):
            if not side[k]:
                swings[name] += outcome[(*side[:k], True, *side[k + 1 :])] - outcome[side]
    return {name: Fraction(count, 2 ** (len(players) - 1)) for name, count in swings.items()}


@given(levels(circles=False))
@MANY
def test_every_coalition_level_by_level(rows: Rows) -> None:
    result = crama_leruth(Network.from_holdings(rows), "D")
    assert result.values == indices(rows, False) and result.from_yes is None
    assert [row.player for row in result.rows] == sorted(result.values, key=lambda name: (-result.values[name], name))


@given(levels(circles=True))
@MANY
def test_circles_start_from_no_and_from_yes(rows: Rows) -> None:
    if not above(rows):
        return
    result = crama_leruth(Network.from_holdings(rows), "D")
    no, yes = indices(rows, False), indices(rows, True)
    assert result.values == no
    assert result.from_yes == yes if result.from_yes is not None else no == yes
    assert ("W_SEVERAL_EQUILIBRIA" in {f.code for f in result.findings}) is (result.from_yes is not None)


@given(levels(circles=True), st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_samples_and_their_intervals(rows: Rows, seed: int) -> None:
    if not above(rows):
        return
    exact = crama_leruth(Network.from_holdings(rows), "D")
    sampled = crama_leruth(Network.from_holdings(rows), "D", method="sampled", draws=4_000, seed=seed)
    for row in sampled.rows:
        assert abs(row.power - float(exact.values[row.player])) <= 6 * row.error + 1e-9
        assert row.low - 1e-12 <= row.power <= row.high + 1e-12 or row.power < 0


def test_many_players_are_drawn_the_same_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    module = __import__("sys").modules[call.__module__]
    monkeypatch.setattr(module, "CELLS", 8 * 52 * 500)
    network = Network.from_holdings([(f"h{k:02d}", "t", "1/51") for k in range(51)])
    one, three = (crama_leruth(network, "t", draws=20_000, threads=n) for n in (1, 3))
    assert one.values == three.values
    truth = comb(50, 25) / 2**50  # 51 equal voters, 26 win
    inside = [row.low <= truth <= row.high for row in one.rows]
    assert sum(inside) >= 44, "a 95 % interval holds the truth in most of 51 cases"
    with pytest.raises(CrossholdError, match=r"E_TOO_MANY_PLAYERS.*sampled"):
        crama_leruth(network, "t", method="exact")


def test_twenty_players_are_listed() -> None:
    network = Network.from_holdings([(f"h{k:02d}", "t", "1/20") for k in range(20)])
    assert set(crama_leruth(network, "t").values.values()) == {Fraction(comb(19, 10), 2**19)}
    with pytest.raises(CrossholdError, match="E_UNKNOWN_ID"):
        crama_leruth(network, "u")
