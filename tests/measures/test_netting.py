"""Netting and unwinding: what must not move, against scipy for the least total."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError
from crosshold.kernels.linear import exact_inverse
from crosshold.measures.netting import Netting, net, unwind

FIRMS = "ABCD"
COMPARED = settings(max_examples=60, deadline=None)
Rows = list[tuple[str, str, Fraction]]


@st.composite
def holdings(draw: st.DrawFn) -> Rows:
    pairs = st.tuples(st.sampled_from(FIRMS), st.sampled_from(FIRMS))
    amount = st.builds(Fraction, st.integers(0, 20), st.sampled_from((1, 1, 2, 7)))
    return [(*pair, x) for pair, x in draw(st.lists(st.tuples(pairs, amount), min_size=1, max_size=10))]


def nets(rows: Any) -> dict[str, Fraction]:
    found = dict.fromkeys(FIRMS, Fraction(0))
    for holder, issuer, x in rows:
        found[holder] += x
        found[issuer] -= x
    return found


def least_total(result: Netting) -> float:
    from scipy.optimize import linprog

    matrix = np.array([[float(r.holder == f) - float(r.issuer == f) for r in result.rows] for f in FIRMS])
    right = [float(result.net.get(f, 0)) for f in FIRMS]
    best = linprog(np.ones(len(result.rows)), A_eq=matrix, b_eq=right, bounds=[(0, float(r.before)) for r in result.rows])
    return float(best.fun)


@pytest.mark.parametrize("kind", ["bilateral", "conservative"])
@given(rows=holdings())
@COMPARED
def test_nets_stay_and_no_holding_grows(kind: str, rows: Rows) -> None:
    result = net(rows, kind)
    after = [(r.holder, r.issuer, r.after) for r in result.rows]
    assert nets(after) == nets(rows) == dict.fromkeys(FIRMS, Fraction(0)) | dict(result.net)
    assert all(0 <= r.after <= r.before for r in result.rows)
    assert sum(r.before for r in result.rows) == result.total_before == sum(x for *_, x in rows)
    assert result.minimum == sum(x for x in result.net.values() if x > 0) == result.total_before - result.excess
    assert result.minimum <= result.total_after <= result.total_before
    gone = {(r.holder, r.issuer): r.before - r.after for r in result.rows}
    for path, money in result.circles:
        for pair in zip(path, path[1:] + path[:1], strict=True):
            gone[pair] -= money
    assert not any(gone.values()), "the circles are what vanished"
    again = net([row for row in after if row[2]] or [("A", "B", 0)], kind)
    assert again.total_after == result.total_after, "there is nothing left to net"
    assert sorted(net(list(reversed(rows)), kind).rows) == sorted(result.rows)
    scaled = net([(h, i, 3 * x) for h, i, x in rows], kind)
    assert scaled.total_after == 3 * result.total_after


@given(holdings())
@COMPARED
def test_conservative_is_the_least_without_circles_and_bilateral_leaves_no_pair(rows: Rows) -> None:
    result, pairs = net(rows), net(rows, "bilateral")
    assert abs(float(result.total_after) - least_total(result)) < 1e-6
    open_ = {(r.holder, r.issuer) for r in result.rows if r.after}
    while ends := {i for _, i in open_} - {h for h, _ in open_}:
        open_ = {(h, i) for h, i in open_ if i not in ends}
    assert not open_, "no circle is left"
    assert ("W_SEVERAL_OPTIMA" in {f.code for f in result.findings}) is not result.unique
    assert result.unique is all(r.least == r.after == r.most for r in result.rows)
    assert all(r.least is not None and r.most is not None and 0 <= r.least <= r.after <= r.most <= r.before for r in result.rows)
    left = {(r.holder, r.issuer) for r in pairs.rows if r.after}
    assert not any((i, h) in left for h, i in left) and pairs.unique
    assert result.total_after <= pairs.total_after
    both = net([(r.holder, r.issuer, r.after) for r in pairs.rows])
    assert both.total_after >= result.total_after


def test_pairs_first_can_leave_more() -> None:
    rows = [("A", "C", 1), ("B", "A", 1), ("C", "A", 1), ("C", "B", 1)]
    # the circle A-C-B takes 3 away and leaves 1; the pair A-C takes 2 and leaves a chain of 2
    assert net(rows).total_after == 1
    assert net([(r.holder, r.issuer, r.after) for r in net(rows, "bilateral").rows]).total_after == 2


def test_two_ways_to_the_same_total_are_said() -> None:
    # A-B-C and A-B-D: B's 10 can go round either way, so every split of 10 between the two is as good
    rows = [("A", "B", 10), ("B", "C", 10), ("B", "D", 10), ("C", "A", 10), ("D", "A", 10)]
    result = net(rows)
    assert not result.unique and result.total_after == 20
    spans: dict[Any, Any] = {row[:2]: (row.least, row.most) for row in result.rows}
    assert spans == {("A", "B"): (0, 0)} | dict.fromkeys((("B", "C"), ("B", "D"), ("C", "A"), ("D", "A")), (0, 10))
    assert "4 holdings" in str(result)
    short = net(rows, ranges=3)
    assert short.unique is False and short.table()["least"] == [0, None, None, None, None] and "ranges=4" in str(short)
    explained = result.explain("A", "B")
    assert explained["before"] == 10 and explained["after"] == 0 and explained["circles"][0]["money"] == 10
    assert result.explain("C", "D")["circles"] == []


def test_a_complete_triangle_of_equal_stakes_vanishes() -> None:
    rows = [(a, b, 5) for a in "ABC" for b in "ABC"]  # and each holds 5 in itself
    result = net(rows)
    assert result.total_before == 45 and result.total_after == result.minimum == 0 and result.unique
    assert net(rows, "bilateral").total_after == 0


@st.composite
def groups(draw: st.DrawFn) -> tuple[dict[str, int], Rows, dict[str, int]]:
    """Four firms with shares in each other, at least one of ten shares of each with outsiders, some of them named."""
    issued, rows = {}, []
    for firm in FIRMS:
        held = [(h, firm, Fraction(draw(st.integers(0, 6)))) for h in (*FIRMS, "P") if draw(st.booleans())]
        issued[firm] = int(sum(x for *_, x in held)) + draw(st.integers(1, 10))
        rows += held
    return issued, rows, {firm: draw(st.integers(0, 20)) for firm in FIRMS}


def prices(issued: dict[str, Fraction], rows: Any, assets: dict[str, int]) -> dict[str, Fraction]:
    """Own assets and the price of what is held, over the shares outstanding: by exact inversion."""
    matrix = [[Fraction(a == b) for b in FIRMS] for a in FIRMS]
    for h, i, x in rows:
        if h in FIRMS and x:
            matrix[FIRMS.index(h)][FIRMS.index(i)] -= x / issued[i]
    inverse = exact_inverse(matrix)
    assert inverse is not None
    worth = [sum((a * assets[f] for a, f in zip(row, FIRMS, strict=True)), Fraction(0)) for row in inverse]
    return {f: v / issued[f] for f, v in zip(FIRMS, worth, strict=True) if issued[f]}


@pytest.mark.parametrize("kind", ["bilateral", "conservative"])
@given(group=groups())
@COMPARED
def test_unwinding_moves_no_price_and_nobody_outside(kind: str, group: Any) -> None:
    issued, rows, assets = group
    result = unwind(issued, rows, assets, kind=kind)
    treasury = {f: sum(x for h, i, x in rows if h == i == f) for f in FIRMS}
    outstanding = {f: issued[f] - Fraction(treasury[f]) for f in FIRMS}
    others = [row for row in rows if row[0] != row[1]]
    assert result.price == prices(outstanding, others, assets)
    left = [(r.holder, r.issuer, r.shares_after) for r in result.rows]
    assert prices(dict(result.issued_after), left, assets) == result.price, "as before"
    inside = {f: sum(x for h, i, x in others if i == f and h in FIRMS) for f in FIRMS}
    assert result.outside_shares == {f: outstanding[f] - inside[f] for f in FIRMS}
    for f in FIRMS:
        assert result.issued_after[f] == result.outside_shares[f] + sum(x for _, i, x in left if i == f)
    assert sum(result.outside_shares[f] * result.price[f] for f in FIRMS) == sum(assets.values()), "outsiders keep everything"
    assert all(0 <= r.shares_after <= r.shares and 0 <= r.stake_after <= 1 for r in result.rows)
    kept = nets((h, i, x * result.price[i]) for h, i, x in left)
    assert kept == nets((h, i, x * result.price[i]) for h, i, x in others if h in FIRMS)


def test_a_pair_by_hand() -> None:
    # each holds half of the other, assets of 30 and 60: V_A = 30 + V_B / 2, V_B = 60 + V_A / 2, so 80 and 100
    result = unwind({"A": 100, "B": 100}, [("A", "B", 50), ("B", "A", 50), ("A", "A", 0)], {"A": 30, "B": 60})
    assert result.price == {"A": Fraction(4, 5), "B": 1}
    # A's stake is worth 50, B's 40: 40 vanishes on both sides, A keeps shares of B worth 10
    assert result.issued_after == {"A": 50, "B": 60} and result.rows[0].stake_after == Fraction(1, 6)
    assert result.explain("A", "B")["shares_after"] == 10 and "16.667 %" in str(result)
    ring = [f"F{k:02}" for k in range(61)]
    rows = [(a, b, 0.5) for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
    large = unwind(dict.fromkeys(ring, 1), rows, dict.fromkeys(ring, 2.5))
    assert large.settings["method"] == "float64" and result.settings["method"] == "exact"
    assert all(abs(x - 5) < 1e-12 for x in large.price.values()) and all(x < 1e-12 for x in large.table()["stake_after"])
    worthless = unwind({"A": 100, "B": 100}, [("A", "B", 50), ("B", "A", 50)], {})
    assert worthless.issued_after == {"A": 100, "B": 100}, "nothing is swapped for nothing"


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (
            lambda: net([("A", "B", -1), ("B", "A", "x"), ("A", "C", None)], "total"),
            ["E_KIND", "E_NEGATIVE", "E_VALUE", "E_VALUE"],
        ),
        (lambda: unwind({"A": 10}, [("B", "C", 1), ("A", "A", 11)], {"D": 1}), ["E_UNKNOWN_ID", "E_UNKNOWN_ID", "E_OVERHELD"]),
        (lambda: unwind({"A": 10, "B": 10}, [("A", "B", 6), ("P", "B", 5)], {}), ["E_OVERHELD"]),
        (lambda: unwind({"A": 10, "B": 10}, [("A", "B", 5)], {"B": -1}), ["E_NEGATIVE", "E_NEGATIVE"]),
        (lambda: unwind({"A": 10, "B": 10}, [("A", "B", 10), ("B", "A", 10)], {}), ["W_OWNERLESS_CYCLE"]),
        (lambda: unwind({"A": 10}, [], {}, kind="all"), ["E_KIND"]),
    ],
)
def test_faulty_questions(call: Callable[[], object], codes: list[str]) -> None:
    with pytest.raises(CrossholdError) as caught:
        call()
    assert [finding.code for finding in caught.value.findings] == codes
