"""The float64 answers of a register against the exact ones of small networks, and against dense inverses on larger ones."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crosshold.cases import synthetic_register
from crosshold.errors import CrossholdError, RequestError
from crosshold.kernels.settle import Settle
from crosshold.measures.dividends import dividends
from crosshold.measures.lookthrough import lookthrough
from crosshold.measures.network_value import network_value
from crosshold.measures.ownership import ownership, ownership_of_walks
from crosshold.measures.value import own_assets, value
from crosshold.network import Network

COMPARED = settings(max_examples=150, deadline=None)
Rows = list[tuple[str, str, Fraction]]


@st.composite
def holdings(draw: st.DrawFn) -> Rows:
    """Stakes of up to seven entities; issuers may be held completely, or all but a trillionth."""
    names = "ABCDEFG"[: draw(st.integers(2, 7))]
    rows: Rows = []
    for issuer in names:
        weights = {holder: draw(st.sampled_from((0, 0, 0, 1, 2, 3, 6))) for holder in names if holder != issuer}
        total = sum(weights.values()) + draw(st.sampled_from((0, 1, 2, 5)))
        missing = draw(st.sampled_from((Fraction(0), Fraction(0), Fraction(1, 10**12))))
        rows += [(holder, issuer, Fraction(w, total) * (1 - missing)) for holder, w in weights.items() if w]
    assume(rows)
    return rows


def same(one: Any, other: Any, rel: float = 1e-10) -> None:
    """Both unknown, or equal to ten digits: the rounding of one stake may be magnified where ``cond`` is a trillion."""
    if one is None or other is None:
        assert one is None and other is None
    else:
        assert float(other) == pytest.approx(float(one), rel=rel, abs=1e-13)


def cells(rows: Iterable[Any]) -> dict[tuple[str, str], Any]:
    return {(r[0], r[1]): r[-1] for r in rows}


@given(holdings(), st.sampled_from(("all-walks", "source-avoiding")), st.sampled_from(("holders", "issuers", "pairs", "all")))
@COMPARED
def test_ownership_in_every_way_of_asking(rows: Rows, convention: str, way: str) -> None:
    network = Network.from_holdings(rows)
    asked: dict[str, Any] = {} if way == "all" else {way: network.ids[:2]}
    if way == "pairs":
        asked = {"pairs": [(a, b) for a in network.ids[:2] for b in network.ids]}
    exact = ownership(network, convention=convention, exact=True, **asked)
    large = ownership(network, convention=convention, exact=False, error=0.0, **asked)
    assert large.settings["method"] == "float64" and isinstance(large.rows[:1], list)
    wanted, found = cells(exact.rows), cells(large.rows)
    for cell in wanted.keys() | found.keys():
        same(wanted.get(cell, 0), found.get(cell, 0))
    direct = {(r.holder, r.issuer): r.direct for r in exact.rows}
    for row in large.rows:
        same(direct.get((row.holder, row.issuer), Fraction(0)), row.direct)
    assert {f.code for f in large.findings} - {"W_TRUNCATED"} == {f.code for f in exact.findings} or _warned(exact, large)


def _warned(exact: Any, large: Any) -> bool:
    """A register looks at every ring; the small path only at those that it meets."""
    codes = {f.code for f in large.findings} ^ {f.code for f in exact.findings}
    return codes <= {"W_ILL_CONDITIONED", "W_TRUNCATED", "W_OVER_ONE"}


@given(holdings(), st.sampled_from((0.0, 0.01, 0.1)))
@COMPARED
def test_every_pair_with_a_stated_error(rows: Rows, error: float) -> None:
    network = Network.from_holdings(rows)
    for convention in ("all-walks", "source-avoiding"):
        wanted = cells(ownership(network, convention=convention, exact=True).rows)
        result = ownership(network, convention=convention, exact=False, error=error)
        found = cells(result.rows)
        slack = result.settings["error"]
        for cell, total in wanted.items():
            if total is None or found.get(cell, 0) is None:
                assert total is None and found[cell] is None
            else:
                size = 1 if convention == "source-avoiding" else max(1.0, float(total))
                assert abs(float(total) - found.get(cell, 0)) <= slack * size + 1e-9 * size


@given(holdings(), st.booleans(), st.sampled_from((0.0, 1e-3, 0.1)))
@COMPARED
def test_look_through_closes(rows: Rows, every: bool, error: float) -> None:
    network = Network.from_holdings(rows)
    companies = None if every else sorted({i for _, i, _ in rows})[:2]
    exact = lookthrough(network, companies=companies, exact=True)
    large = lookthrough(network, companies=companies, exact=False, error=error)
    assert set(exact.undetermined) == set(large.undetermined)
    wanted = {cell: x for cell, x in cells_of(exact).items() if x is not None}
    found = {cell: x for cell, x in cells_of(large).items() if x is not None}
    lost = large.settings["lost"]
    assert lost <= (error if every else 0.0) + 1e-12
    for cell, share in wanted.items():
        assert -1e-10 <= float(share) - found.get(cell, 0.0) <= lost + 1e-10
    assert found.keys() <= wanted.keys()
    table = large.table_of_owners
    assert table is not None
    for k in range(len(table.company)):
        if not np.isnan(table.lost[k]):
            assert table.part[table.pointer[k] : table.pointer[k + 1]].sum() + table.lost[k] == pytest.approx(1, abs=1e-12)
    if len(large.rows):
        assert large.columns()["owner"].words[int(large.rows.arrays["owner"][0])] == large.rows[0].owner  # type: ignore[attr-defined]


def cells_of(result: Any) -> dict[tuple[str, str], Any]:
    return {(row.owner, row.company): row.fraction for row in result.rows}


@given(holdings(), st.lists(st.integers(-5, 9), min_size=7, max_size=7))
@COMPARED
def test_value_and_back(rows: Rows, money: list[int]) -> None:
    network = Network.from_holdings(rows)
    given_ = {name: money[k] for k, name in enumerate(network.ids) if money[k] > -5}
    exact, large = value(network, given_, exact=True), value(network, given_, exact=False)
    size = max([1.0, *(abs(float(x)) for x in exact.values.values() if x is not None)])
    assert list(exact.values) == list(large.values) and len(large.table()["value"]) == len(exact.values)
    for name in exact.values:
        for one, other in ((exact.values, large.values), (exact.outside_value, large.outside_value)):
            if one[name] is None:
                assert other[name] is None
            else:
                assert other[name] == pytest.approx(float(one[name] or 0), rel=1e-9, abs=1e-11 * size)
    back, again = own_assets(network, given_, exact=True), own_assets(network, given_, exact=False)
    for name, stub in back.own_assets.items():
        same(stub, again.own_assets[name], rel=1e-9)
    known = np.array([given_.get(name, np.nan) for name in network.ids], dtype=float)
    assert list(value(network, known, exact=False).values.values()) == list(large.values.values())
    with pytest.raises(KeyError):
        large.values["nobody"]


@given(holdings(), st.lists(st.integers(-5, 9), min_size=7, max_size=7), st.booleans())
@COMPARED
def test_dividends(rows: Rows, money: list[int], taxed: bool) -> None:
    network = Network.from_holdings(rows)
    profit = {name: money[k] for k, name in enumerate(network.ids)}
    payout = {name: Fraction(1 + k % 3, 3) for k, name in enumerate(network.ids)}
    tax = {(h, i): Fraction(1, 5) for h, i, _ in rows[::2]} if taxed else None
    for years in (None, 3):
        exact = dividends(network, profit, payout, withholding=tax, rounds=years)
        large = dividends(network, profit, payout, withholding=tax, rounds=years, exact=False)
        for name in ("income", "paid", "retained", "tax"):
            one, other = getattr(exact, name), getattr(large, name)
            assert one.keys() == other.keys()
            for key in one:
                same(one[key], other[key], rel=1e-9)
        flows = {(r.holder, r.issuer): r.amount for r in exact.flows}
        found = {(r.holder, r.issuer): r.amount for r in large.flows}
        for key in flows.keys() | found.keys():
            same(flows.get(key, 0), found.get(key, 0), rel=1e-9)


def medium(seed: int, n: int = 2400, ring: int = 400) -> tuple[Network, Any]:
    """A network with a large component, whole shares, and (I - A)^-1 (row = holder)."""
    rng = np.random.default_rng(seed)
    holder, issuer, weight = [], [], []
    for j in range(n // 2):
        owners = {int(h) for h in rng.integers(n // 2, n, 2)} | {int(h) for h in rng.integers(0, max(j, 1), 2)}
        owners |= {(j - 1) % ring, int(rng.integers(0, ring))} if j < ring else set()
        for h in sorted(owners - {j}):
            holder.append(h)
            issuer.append(j)
            weight.append(int(rng.integers(1, 10**6 // 6)))
    ids = [f"E{k:05}" for k in range(n)]
    columns = np.array(holder, np.int32), np.array(issuer, np.int32), np.array(weight, np.int64)
    network = Network.from_columns(ids, *columns, np.full(n, 10**6, np.int64))
    stakes = np.zeros((n, n))
    stakes[columns[0], columns[1]] = columns[2] / 1e6
    return network, np.linalg.inv(np.eye(n) - stakes)


def test_a_medium_network_against_a_dense_inverse() -> None:
    network, inverse = medium(1)
    n = len(network)
    owner, company = n - 5, 17
    unit = np.eye(1, n, owner)[0]
    row = inverse[owner]
    found = ownership(network, holders=[network.ids[owner]], convention="all-walks")
    assert found.settings["method"] == "float64" and found.settings["error"] is None
    totals = np.zeros(n)
    totals[found.rows.arrays["issuer"]] = found.rows.arrays["total"]  # type: ignore[attr-defined]
    np.testing.assert_allclose(totals, row - unit, rtol=1e-10, atol=1e-15)
    held = ownership(network, issuers=[network.ids[company]])
    assert 0 < held.settings["error"] <= 1e-3
    one_by_one = {r.holder: r.total for r in ownership(network, issuers=[network.ids[company]], error=0).rows}
    for row_ in held.rows:
        assert 0 <= float(row_.total or 0) / float(one_by_one[row_.holder] or 0) - 1 + 1e-12 <= held.settings["error"] + 1e-9
    for h in (0, 3, 399):
        total = one_by_one[network.ids[h]]
        assert total == pytest.approx((inverse[h, company] - (h == company)) / inverse[h, h], rel=1e-9)
    money = np.random.default_rng(0).uniform(0, 1, n)
    result = value(network, money)
    np.testing.assert_allclose(result.values.array, inverse @ money, rtol=1e-10)  # type: ignore[attr-defined]
    assert result.double_counting == pytest.approx((inverse @ money).sum() / money.sum())
    with pytest.raises(RequestError, match="E_TOO_LARGE"):
        _ = result.dependency
    everyone = ownership(network, convention="all-walks", error=1e-4)
    arrays = everyone.rows.arrays  # type: ignore[attr-defined]
    mine = arrays["holder"] == owner
    totals = np.zeros(n)
    totals[arrays["issuer"][mine]] = arrays["total"][mine]
    assert 0 <= (row - unit - totals).max() <= everyone.settings["error"] + 1e-12 <= 1.1e-4
    assert "W_TRUNCATED" in {f.code for f in everyone.findings}
    proof = everyone.explain(network.ids[owner], network.ids[company])
    assert proof["value"] == pytest.approx(inverse[owner, company]) and proof["listed"] <= proof["value"] * (1 + 1e-9)


def test_owners_of_every_company_of_a_medium_network() -> None:
    network, inverse = medium(2)
    result = lookthrough(network, error=1e-3)
    assert 0 < result.settings["lost"] <= 1e-3 and "W_TRUNCATED" in {f.code for f in result.findings}
    some = [network.ids[j] for j in (3, 399, 1100)]
    whole = lookthrough(network, companies=some)
    assert whole.settings["lost"] == 0
    assert result.explain("nobody", some[0])["sum"] == pytest.approx(1, abs=1e-3)
    earned = dividends(network, np.ones(len(network)))
    assert earned.income[some[0]] == pytest.approx(inverse[3].sum())
    proof = earned.explain(earned.flows[0].holder, earned.flows[0].issuer)
    assert proof["value"] == earned.flows[0].amount and proof["paid"] == pytest.approx(proof["income"])
    owners = np.flatnonzero(np.diff(network.capital.in_ptr) == 0)
    for company in some:
        column = inverse[:, network.index(company)]
        wanted = {network.ids[o]: column[o] for o in owners.tolist() if column[o] > 1e-15}
        full = {
            r.owner: r.fraction
            for r in whole.rows
            if r.company == company and (r.fraction or 0) > 1e-15 and not r.owner.startswith("float:")
        }
        assert full == pytest.approx(wanted, rel=1e-9)
        assert sum(r.fraction or 0 for r in whole.rows if r.company == company) == pytest.approx(1, abs=1e-12)


def test_large_totals_do_not_run_over() -> None:
    """Totals of 2**61, and 300 % held of a small one, in a compiled graph."""
    n, big = 3000, 2**61
    rows = [(k, (k + 1) % n, big - 1) for k in range(n)] + [(0, 2, 1)]
    holder, issuer, weight = (np.array(column) for column in zip(*rows, strict=True))
    ids = [f"E{k:04}" for k in range(n)]
    arrays = holder.astype(np.int32), issuer.astype(np.int32), weight.astype(np.int64)
    network = Network.from_columns(ids, *arrays, np.full(n, big, np.int64))
    settle = Settle(network.capital.in_ptr, network.capital.in_holder, network.capital.in_weight, network.capital.total)
    left = n - 1  # one share of 2**61 is outside of each company but one
    assert settle.up(np.ones(n))[5] == pytest.approx(n * big / left, rel=2e-3)
    over = Network.from_holdings([("A", "B", 3), ("B", "A", "0.3"), ("X", "A", "0.7")], overheld="report")
    found = ownership(over, convention="all-walks", pairs=[("X", "B")], exact=False).rows[0].total
    assert found == pytest.approx(0.7 * 3 / (1 - 0.9))
    with pytest.raises(RequestError, match="E_SINGULAR"):
        wild = Network.from_holdings([("A", "B", 3), ("B", "A", "0.4")], overheld="report")
        value(wild, {"A": 1}, exact=False)


def walks(stakes: dict[tuple[str, str], Fraction], source: str, eps: Fraction) -> dict[str, Fraction]:
    """Every walk, one by one."""
    found: dict[str, Fraction] = {}
    agenda = [(source, Fraction(1))]
    while agenda:
        node, product = agenda.pop()
        for (h, i), share in stakes.items():
            if h == node and product * share > eps:
                found[i] = found.get(i, Fraction(0)) + product * share
                if i != source:
                    agenda.append((i, product * share))
    return found


@given(holdings(), st.sampled_from((Fraction("0.19137"), Fraction("0.020117"), Fraction("0.0014317"))))
@COMPARED
def test_walks_above_a_floor(rows: Rows, eps: Fraction) -> None:
    network = Network.from_holdings(rows)
    assume(not network.capital.rings or max(share for _, _, share in rows) < Fraction(9, 10))
    stakes = {(h, i): share for h, i, share in rows}
    whole = cells(ownership(network, holders=network.ids[:1], exact=True).rows)
    result = ownership_of_walks(network, network.ids[:1], eps)
    found = {row.issuer: row.total for row in result.rows}
    wanted = walks(stakes, network.ids[0], eps)
    assert found == pytest.approx({i: float(x) for i, x in wanted.items()}, rel=1e-9)
    for issuer, total in found.items():
        most = whole.get((network.ids[0], issuer), 0)
        assert most is None or float(total or 0) <= float(most) * (1 + 1e-9)
        if not network.capital.rings:
            assert float(most or 0) - float(total or 0) <= result.settings["error"] + 1e-12


def test_walks_have_a_budget_and_a_floor() -> None:
    ring = Network.from_holdings([("S", "A", "1"), ("A", "B", "1"), ("B", "A", "1/2"), ("B", "C", "1")], overheld="report")
    assert {r.issuer: r.total for r in ownership_of_walks(ring, ["S"], "0.3").rows} == {"A": 1.5, "B": 1.5, "C": 1.5}
    with pytest.raises(CrossholdError, match="E_PATH_BUDGET"):
        ownership_of_walks(ring, ["S"], "1e-9", most=20)
    with pytest.raises(CrossholdError, match="E_EPS"):
        ownership_of_walks(ring, ["S"], 0)


@given(holdings(), st.lists(st.integers(0, 9), min_size=7, max_size=7))
@COMPARED
def test_network_value_and_its_correction(rows: Rows, money: list[int]) -> None:
    network = Network.from_holdings(rows)
    values = {name: money[k] for k, name in enumerate(network.ids)}
    exact, large = network_value(network, values, exact=True), network_value(network, values, exact=False)
    assert [r.entity for r in exact.rows] == [r.entity for r in large.rows]
    for one, other in zip(exact.rows, large.rows, strict=True):
        same(one.value, other.value)
        same(one.corrected, other.corrected)
    if not network.capital.ownerless:
        n = len(network.ids)
        stakes = np.zeros((n, n))
        for h, i, share in rows:
            stakes[network.ids.index(h), network.ids.index(i)] = float(share)
        inverse = np.linalg.inv(np.eye(n) - stakes)
        if np.linalg.cond(inverse) < 1e6:
            wanted = inverse @ np.array([values[name] for name in network.ids])
            for row in exact.rows:
                k = network.ids.index(row.entity)
                assert float(row.value or 0) == pytest.approx(wanted[k])
                assert float(row.corrected or 0) == pytest.approx(wanted[k] / inverse[k, k])


def test_the_synthetic_register_with_its_closed_and_nearly_closed_rings() -> None:
    """Every residual is small, ownerless rings and only who is behind them have no answer, nearly closed ones keep conservation."""
    register = synthetic_register(20_000, 3, profile="hard")
    ids = [f"E{k:06}" for k in range(register.entities)]
    network = Network.from_columns(ids, register.holder, register.issuer, register.weight, np.asarray(register.total))
    graph = network.capital
    assert graph.ownerless
    settle = Settle(graph.in_ptr, graph.in_holder, graph.in_weight, graph.total)
    assert sum(c > 1e5 for c in settle.condition.values()) >= 2, "nearly closed rings"
    held = np.diff(graph.in_ptr) > 0
    result = value(network, np.where(held, 1.0, np.nan))
    unknown = {name for name, x in result.values.items() if x is None}
    assert unknown == {ids[i] for members in graph.ownerless for i in members}
    known = np.array([x is not None for x in result.values.values()])
    outside = result.outside_value.array  # type: ignore[attr-defined]
    swallowed = sum(
        float(result.values[ids[j]] or 0) * w / int(graph.total[j])
        for i in (i for members in graph.ownerless for i in members)
        for j, w in graph.holdings(i)
        if ids[j] not in unknown
    )
    assert outside[known].sum() + swallowed == pytest.approx(known.sum(), rel=1e-12), "all ends outside, or in a closed ring"
    behind = lookthrough(network, error=1e-3)
    below = settle.reached_down(np.array([i for m in graph.ownerless for i in m]), graph.out.pointer, graph.out.node)
    assert set(behind.undetermined) == {ids[i] for i in settle.nodes(below).tolist()}


def test_arrays_of_amounts_have_one_finite_number_per_entity_or_none() -> None:
    network = Network.from_holdings([("P", "A", "1/2"), ("A", "B", "1/2")])
    money = np.array([1.0, np.nan, 3.0])
    assert network.amounts(money) is money
    assert network.amounts({"A": 1, "P": 3}).tolist() == pytest.approx(money.tolist(), nan_ok=True)  # A, B, P
    for wrong in (np.ones(2), np.array([1.0, np.inf, 0.0])):
        with pytest.raises(RequestError, match="E_VALUE"):
            network_value(network, wrong)
