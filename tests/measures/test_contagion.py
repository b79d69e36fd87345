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
from crosshold.measures.failures import Contagion, cascade
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


@given(economies(), st.sampled_from(("outside value", "equity")))
@COMPARED
def test_by_events_as_by_exact_rounds(economy: Any, unit: str) -> None:
    """The float path of a register, forced on small networks: same failures, same waves, same values."""
    rows, assets, lines, costs = economy
    network = Network.from_holdings([*rows, *(("P", f, 0) for f in FIRMS)])
    exact = cascade(network, assets, lines, costs, thresholds_in=unit)
    large = cascade(network, assets, lines, costs, thresholds_in=unit, exact=False)
    assert (large.best, large.worst) == (exact.best, exact.worst)
    assert [(w.number, w.failed) for w in large.waves] == [(w.number, w.failed) for w in exact.waves]
    for one, other in zip(exact.waves, large.waves, strict=True):
        for name, x in other.values.items():
            assert x == pytest.approx(float(one.values[name]), abs=1e-9)
    for name in FIRMS:
        assert large.values[name] == pytest.approx(float(exact.values[name]), abs=1e-9)
        assert large.worst_values[name] == pytest.approx(float(exact.worst_values[name]), abs=1e-9)
    assert {f.code for f in large.findings} == {f.code for f in exact.findings}


@given(economies(), st.dictionaries(st.sampled_from(FIRMS), st.integers(-3, 9), min_size=1))
@COMPARED
def test_shocks_as_if_the_assets_had_been_less(economy: Any, losses: dict[str, int]) -> None:
    """Against the exact cascade on reduced assets, when nobody is below its line before; twice, since a shock leaves no trace."""
    rows, assets, lines, costs = economy
    network = Network.from_holdings([*rows, *(("P", f, 0) for f in FIRMS)])
    calm = cascade(network, assets, lines, costs)
    firm = {f: x for f, x in lines.items() if f not in {n for w in calm.waves[:1] for n in w.failed}}
    less = {f: assets[f] - losses.get(f, 0) for f in FIRMS}
    exact = cascade(network, less, firm, costs)
    prepared = Contagion(network, assets, firm, costs)
    for _ in range(2):
        shock = prepared.shock(losses)
        assert shock.failed == tuple(w.failed for w in exact.waves)
        touched = {row.company: row for row in shock.rows}
        for name in FIRMS:
            before = float(cascade(network, assets, {}, costs).values[name])
            row = touched.get(name)
            assert (row.after if row else before) == pytest.approx(float(exact.values[name]), abs=1e-9)
            assert row is None or row.before == pytest.approx(before, abs=1e-9)


def test_a_shock_touches_only_who_holds_the_loser() -> None:
    """Two chains of 2,000 companies: a loss in the middle of one moves whoever is above it, in order, and nobody else."""
    n = 2000
    holder, issuer = np.r_[1:n, n + 1 : 2 * n], np.r_[0 : n - 1, n : 2 * n - 1]
    ids = [f"E{k:04}" for k in range(2 * n)]
    rows = holder.astype(np.int32), issuer.astype(np.int32), np.full(2 * n - 2, 50)
    network = Network.from_columns(ids, *rows, np.full(2 * n, 100))
    lines = {f"E{k:04}": "3.9" for k in range(2, 5)}
    prepared = Contagion(network, dict.fromkeys(ids, 4), lines, dict.fromkeys(ids, 2), thresholds_in="equity")
    shock = prepared.shock({"E0002": 5})
    # equity is nearly 8 in the middle; 7 for E0002 (4 + 6/2): it falls to 2 and, failing, to 0; E0003 from 7.5 to 4 and stays
    assert shock.failed == (("E0002",),)
    moved = {row.company: row for row in shock.rows}
    assert min(moved) == "E0002" and "E2001" not in moved and len(moved) < 100
    assert (moved["E0002"].before, moved["E0002"].after, moved["E0002"].wave) == (7, 0, 1)
    assert moved["E0003"].after == 4 and shock.columns()["company"].words is network.ids
    assert {row.company for row in prepared.shock({"E2000": 1}).rows} >= {"E2000", "E2001"}
    with pytest.raises(CrossholdError, match="E_UNIT"):
        Contagion(network, {}, {}, {}, thresholds_in="euro")
    with pytest.raises(CrossholdError, match="E_COST"):
        Contagion(network, {}, {}, {"E0001": -1})
    with pytest.raises(CrossholdError, match="E_TOO_LARGE"):
        cascade(network, {}, {}, {}, every=True)


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
