"""Failure cascades and clearing, against enumeration and repeated substitution."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError
from crosshold.measures.clearing import clearing
from crosshold.measures.failures import cascade
from crosshold.network import Network

Rows = list[tuple[str, str, Fraction]]
COMPARED = settings(max_examples=60, deadline=None)
FIRMS = "ABCD"


def parts(draw: st.DrawFn, rest: int) -> Rows:
    """Stakes of four firms in each other, with at least ``rest`` of some twelve outside."""
    rows: Rows = []
    for issuer in FIRMS:
        weights = {h: draw(st.sampled_from((0, 0, 1, 2, 3))) for h in FIRMS if h != issuer}
        total = sum(weights.values()) + draw(st.integers(rest, 4))
        rows += [(h, issuer, Fraction(w, total)) for h, w in weights.items() if w]
    return rows


@st.composite
def economies(draw: st.DrawFn) -> tuple[Rows, dict[str, int], dict[str, Fraction], dict[str, int]]:
    """Stakes, own assets, thresholds and costs such that failures spread and several answers occur."""
    rows = parts(draw, 1)
    assets = {name: draw(st.integers(0, 12)) for name in FIRMS}
    lines = {name: Fraction(draw(st.integers(0, 16)), 2) for name in FIRMS}
    costs = {name: draw(st.integers(0, 6)) for name in FIRMS}
    return rows, assets, lines, costs


def outside_values(rows: Rows, assets: list[float]) -> np.ndarray[Any, Any]:
    matrix = np.zeros((len(FIRMS), len(FIRMS)))
    for h, i, f in rows:
        matrix[FIRMS.index(h), FIRMS.index(i)] = float(f)
    return np.asarray((1 - matrix.sum(axis=0)) * np.linalg.solve(np.eye(len(FIRMS)) - matrix, np.array(assets)))


@given(economies())
@COMPARED
def test_every_equilibrium_lies_between_the_best_and_the_worst_case(economy: Any) -> None:
    rows, assets, lines, costs = economy
    result = cascade(Network.from_holdings([*rows, *(("P", f, 0) for f in FIRMS)]), assets, lines, costs, every=True)
    found = []
    for k in range(len(FIRMS) + 1):
        for chosen in combinations(FIRMS, k):
            values = outside_values(rows, [assets[f] - (costs[f] if f in chosen else 0) for f in FIRMS])
            # half a billionth below the line: binary values that should be exactly on it do not fail
            if {f for f, v in zip(FIRMS, values, strict=True) if v < float(lines[f]) - 5e-10} == set(chosen):
                found.append(chosen)
    assert result.equilibria == tuple(found)
    assert (result.best, result.worst) == (found[0], found[-1])
    assert all(set(result.best) <= set(s) <= set(result.worst) for s in found)
    assert ("W_SEVERAL_EQUILIBRIA" in {f.code for f in result.findings}) is (len(found) > 1)
    assert result.best == tuple(sorted(f for wave in result.waves for f in wave.failed))
    left = sum(assets.values()) - sum(costs[f] for f in result.best)
    assert sum(result.values.values()) == left, "what is not lost belongs to somebody outside"
    for j in FIRMS:
        assert sum(result.dependency[i][j] for i in FIRMS) == 1


def test_waves_come_in_their_order_with_their_values() -> None:
    # A at 1 is below 2 and costs 1; B has half of A: 3 + 1/2 - 1/2 = 3 is below its line of 7/2 only once A has failed
    network = Network.from_holdings([("B", "A", "1/2")])
    result = cascade(network, {"A": 1, "B": 3}, {"A": "1", "B": "7/2"}, {"A": 1})
    assert [(w.number, w.failed) for w in result.waves] == [(1, ("A",)), (2, ("B",))]
    assert result.waves[0].values == {"A": 0, "B": 3} and result.values == {"A": 0, "B": 3}
    on_the_line = cascade(network, {"A": 2, "B": 3}, {"A": 1, "B": 4}, {"A": 1})
    assert not on_the_line.waves and on_the_line.worst == ("A", "B"), "exactly on the line is not below it"
    assert "A" in str(result) and result.table()["failed"] == [("A",), ("B",)]


def test_twenty_firms_between_the_cases_are_enumerated_and_more_refused() -> None:
    def pairs(n: int) -> Any:
        names = [f"N{k:02}" for k in range(n)]
        rows = [(a, b, "1/2") for k in range(0, n, 2) for a, b in ((names[k], names[k + 1]), (names[k + 1], names[k]))]
        same = [dict.fromkeys(names, x) for x in ("1", "0.85", "0.3")]
        return cascade(Network.from_holdings(rows), *same, every=n <= 8 or n > 20)

    # each pair has the four answers of its own
    assert len(pairs(6).equilibria) == 4**3
    assert len(pairs(20).worst) == 20
    with pytest.raises(CrossholdError, match="E_TOO_MANY_FIRMS"):
        pairs(22)


@st.composite
def balance_sheets(draw: st.DrawFn) -> tuple[dict[str, int], dict[str, int], Rows, Rows]:
    assets = {name: draw(st.integers(0, 10)) for name in FIRMS}
    debts = {name: draw(st.integers(0, 10)) for name in FIRMS}
    return assets, debts, parts(draw, 1), parts(draw, 1)


def substitute(assets: dict[str, int], debts: dict[str, int], equity: Rows, debt: Rows, start: float) -> np.ndarray[Any, Any]:
    """x = a + Ms max(0, x - d) + Md min(d, x), put into itself until it settles."""
    ms, md = np.zeros((4, 4)), np.zeros((4, 4))
    for matrix, rows in ((ms, equity), (md, debt)):
        for h, i, f in rows:
            matrix[FIRMS.index(h), FIRMS.index(i)] = float(f)
    a, d = np.array([assets[f] for f in FIRMS]), np.array([debts[f] for f in FIRMS])
    x = np.full(4, start)
    for _ in range(2000):
        x = a + ms @ np.maximum(0, x - d) + md @ np.minimum(d, x)
    return x


@given(balance_sheets())
@COMPARED
def test_clearing_from_above_and_from_below_is_one_and_gives_outsiders_all_assets(sheet: Any) -> None:
    assets, debts, equity, debt = sheet
    result = clearing(assets, debts=debts, equity_held=equity, debt_held=debt)
    for start in (0.0, 1000.0):
        x = substitute(assets, debts, equity, debt, start)
        for k, firm in enumerate(FIRMS):
            assert abs(float(result.paid[firm]) - min(debts[firm], x[k])) < 1e-6
            assert abs(float(result.equity[firm]) - max(0, x[k] - debts[firm])) < 1e-6
    assert result.outside == sum(assets.values()), "exactly"
    assert result.least_paid is None and not result.findings
    for firm in FIRMS:
        worth = assets[firm] + sum(f * result.equity[i] for h, i, f in equity if h == firm)
        worth += sum(f * result.paid[i] for h, i, f in debt if h == firm)
        assert worth == result.paid[firm] + result.equity[firm]
        assert (firm in result.defaulted) is (worth < debts[firm])
        assert result.recovery[firm] == (result.paid[firm] / debts[firm] if debts[firm] else None)


@given(st.data())
@COMPARED
def test_debts_that_all_stay_inside_have_a_most_and_a_least(data: st.DataObject) -> None:
    assets = {name: data.draw(st.sampled_from((0, 0, 1, 5))) for name in FIRMS}
    owes = [(a, b, data.draw(st.sampled_from((0, 0, 1, 4)))) for a in FIRMS for b in FIRMS if a != b]
    debts = {f: sum(m for a, _, m in owes if a == f) for f in FIRMS}
    debt = [(b, a, Fraction(m, debts[a])) for a, b, m in owes if m]
    result = clearing(assets, owes=owes)
    most, least = (substitute(assets, debts, [], debt, start) for start in (1000.0, 0.0))
    for k, firm in enumerate(FIRMS):
        assert abs(float(result.paid[firm]) - min(debts[firm], most[k])) < 1e-6
        low = (result.least_paid or result.paid)[firm]
        assert abs(float(low) - min(debts[firm], least[k])) < 1e-6
    assert result.outside == sum(assets.values())


def test_a_ring_of_debts_without_money_pays_itself_or_nothing() -> None:
    result = clearing({"A": 0, "B": 0}, owes=[("A", "B", 10), ("B", "A", 10)])
    assert result.paid == {"A": 10, "B": 10} and result.least_paid == {"A": 0, "B": 0}
    assert [f.code for f in result.findings] == ["W_SEVERAL_EQUILIBRIA"] and result.defaulted == ()
    fed = clearing({"A": 0, "B": 1}, owes=[("A", "B", 10), ("B", "A", 10)])
    assert fed.paid == {"A": 10, "B": 10} and fed.equity == {"A": 0, "B": 1} and not fed.findings


def test_paying_exactly_everything_is_no_default() -> None:
    result = clearing({"A": "5.5", "B": 0}, owes=[("A", "B", "5.5"), ("B", "C", 6)])
    assert result.defaulted == ("B",) and result.recovery["A"] == 1 and result.recovery["B"] == Fraction(11, 12)
    assert result.equity["C"] == Fraction(11, 2) and "91.667 %" in str(result) and result.recovery["C"] is None


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: clearing({"A": 1}, owes=[("A", "B", 1)], debts={"A": 1}), "E_DEBTS"),
        (lambda: clearing({"A": -1}), "E_NEGATIVE"),
        (lambda: clearing({"A": 1}, owes=[("A", "B", -1)]), "E_NEGATIVE"),
        (lambda: clearing({"A": 1}, debts={"A": 1}, debt_held=[("B", "A", "2/3"), ("C", "A", "2/3")]), "E_OVERHELD"),
        (lambda: clearing({"A": 1, "B": 1}, equity_held=[("A", "B", 1), ("B", "A", 1)]), "W_OWNERLESS_CYCLE"),
        (lambda: cascade(Network.from_holdings([("A", "B", "0.5")]), {"A": 1}, {"B": 1}, {"B": -1}), "E_COST"),
        (lambda: cascade(Network.from_holdings([("A", "B", "0.5")]), {"Q": 1}, {}, {}), "E_UNKNOWN_ID"),
        (lambda: cascade(Network.from_holdings([("A", "B", "1"), ("B", "A", "1")]), {"A": 1}, {}, {}), "W_OWNERLESS_CYCLE"),
    ],
)
def test_faulty_questions(call: Any, code: str) -> None:
    with pytest.raises(CrossholdError) as caught:
        call()
    assert caught.value.findings[0].code == code
