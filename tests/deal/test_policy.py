"""Policy shareholdings: ratio, dated tests, and the two glide paths against closed forms and another solver."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from crosshold.deal.finance import glide_path, policy_ratio
from crosshold.deal.policy import TESTS, stewardship
from crosshold.errors import RequestError

rates = st.fractions(Fraction(-1, 10), Fraction(1, 10), max_denominator=100)


def test_the_ratio_counts_listed_unlisted_and_deemed_shares() -> None:
    found = policy_ratio("90", 400, unlisted=6, deemed="4")
    assert found.ratio == Fraction(1, 4) and found.to_dict() == {"total": 100.0, "net_assets": 400.0, "ratio": 0.25}
    with pytest.raises(RequestError, match="C_BAD_NUMBER"):
        policy_ratio(1, 0)


def test_one_company_went_from_33_2_to_17_5_percent_in_nine_years() -> None:
    assert round(((17.5 / 33.2) ** (1 / 9) - 1) * 100, 2) == -6.87  # spec/deal 10, the reference series


@pytest.mark.parametrize(
    ("ratio", "day", "plan", "returns", "verdicts"),
    [
        ("0.25", date(2022, 1, 31), None, None, {}),  # before both
        ("0.20", date(2022, 2, 1), None, None, {"ISS-JP": "failed"}),  # at least: 20 % reaches 20 %
        ("0.1999", date(2022, 2, 1), None, None, {"ISS-JP": "passed"}),
        ("0.25", date(2024, 1, 1), True, None, {"ISS-JP": "failed", "GLASS-LEWIS-JP": "spared"}),
        (
            "0.25",
            date(2024, 1, 1),
            False,
            "0.09",
            {"ISS-JP": "failed", "GLASS-LEWIS-JP": "failed"},
        ),  # return spares only below 20 %
        ("0.15", date(2024, 1, 1), False, "0.05", {"ISS-JP": "passed", "GLASS-LEWIS-JP": "spared"}),
        ("0.15", date(2024, 1, 1), False, "0.049", {"ISS-JP": "passed", "GLASS-LEWIS-JP": "failed"}),
        ("0.15", date(2024, 1, 1), None, "0.049", {"ISS-JP": "passed", "GLASS-LEWIS-JP": "POSSIBLE"}),
        ("0.15", date(2024, 1, 1), None, None, {"ISS-JP": "passed", "GLASS-LEWIS-JP": "POSSIBLE"}),
        ("0.0999", date(2024, 1, 1), None, None, {"ISS-JP": "passed", "GLASS-LEWIS-JP": "passed"}),
    ],
)
def test_a_test_speaks_from_its_first_day_and_says_what_would_spare(
    ratio: str, day: date, plan: bool | None, returns: str | None, verdicts: dict[str, str]
) -> None:
    found = stewardship(ratio, day, plan_disclosed=plan, return_on_equity=returns)
    assert {r.test: r.verdict for r in found} == verdicts
    assert all((r.verdict == "POSSIBLE") == bool(r.missing) for r in found)
    assert all(r.to_dict()["since"] for r in found) and all(t.cite and t.confidence in "AB" for t in TESTS)


def test_the_example_sells_4_67_a_year() -> None:
    found = glide_path(100, 400, "0.20", 3, retained=10)
    assert found.sales == (Fraction(14, 3),) * 3 and found.method == "constant"
    assert [row.ratio for row in found.years][-1] == Fraction(1, 5)
    assert glide_path(100, 400, "0.20", 3, retained=[10, 10, 10]).sales == found.sales


@given(
    st.integers(1, 1000),
    st.integers(1000, 5000),
    st.integers(0, 50),
    st.integers(1, 8),
    rates,
    st.fractions(0, 1),
    st.integers(1, 30),
)
def test_the_constant_sale_is_the_closed_form_and_ends_on_the_target(
    policy: int, assets: int, kept: int, years: int, g: Fraction, tau: Fraction, percent: int
) -> None:
    r, big = Fraction(percent, 100), 1 + g
    try:
        found = glide_path(policy, assets, r, years, retained=kept, growth=g, tax=tau)
    except RequestError as error:
        assert error.findings[0].code == "E_TARGET_UNREACHABLE"
        return
    sums = [sum((big**k for k in range(t)), Fraction(0)) for t in range(years + 1)]  # S_t = 1 + G + ... + G^(t-1)
    top = policy * big**years - r * (assets + years * kept + (1 - tau) * g * policy * sums[years])
    sale = max(top / (sums[years] - r * (1 - tau) * g * sum(sums[:years])), Fraction(0))
    assert found.sales == (sale,) * years
    end = found.years[-1]
    assert end.ratio is not None and (end.ratio == r if sale else end.ratio <= r)
    if g == 0:
        assert end.net_assets == assets + years * kept and end.policy == policy - years * sale


NAMES: dict[str, dict[str, Any]] = {
    "dear": {"value": 40, "cost": "0.05"},
    "cheap": {"value": 35, "cost": "0.01"},
    "never": {"value": 25, "cost": 0, "from_year": 9},
}


def test_the_cheapest_path_sells_the_cheap_name_first_and_waits_for_consent() -> None:
    found = glide_path(100, 400, "0.10", 3, retained=10, names=NAMES)
    assert found.by_name is not None
    assert sum(found.by_name["cheap"]) == 35 and sum(found.by_name["dear"]) == 22 and not any(found.by_name["never"])
    assert found.cost == Fraction(35, 100) + Fraction(22 * 5, 100) and sum(found.sales) == 57  # 100 - 10 % of 430
    later = {**NAMES, "cheap": {"value": 35, "cost": "0.01", "from_year": 2, "limit": 20}}
    held_back = glide_path(100, 400, "0.10", 3, retained=10, names=later)
    assert (
        held_back.by_name is not None and list(held_back.by_name["cheap"]) == [0, 0, 20] and sum(held_back.by_name["dear"]) == 37
    )


def test_a_name_is_sold_no_faster_than_the_one_it_needs() -> None:
    linked: dict[str, dict[str, Any]] = {
        "a": {"value": 50, "cost": 0, "needs": "b"},
        "b": {"value": 50, "cost": "0.1", "limit": 5},
    }
    found = glide_path(100, 400, "0.20", 2, names=linked)
    assert found.by_name is not None and sum(found.by_name["b"]) == 10 and sum(found.by_name["a"]) == 10
    for t in (1, 2):
        assert sum(found.by_name["a"][:t]) <= sum(found.by_name["b"][:t])


@settings(max_examples=40)
@given(st.data())
def test_the_cheapest_path_costs_what_another_solver_finds(data: st.DataObject) -> None:
    years, count = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    g = data.draw(st.sampled_from([Fraction(0), Fraction(1, 20), Fraction(-1, 20)]))
    rows = data.draw(
        st.lists(
            st.tuples(st.integers(1, 50), st.integers(0, 9), st.integers(1, 30), st.integers(0, 2)),
            min_size=count,
            max_size=count,
        )
    )
    names: dict[str, dict[str, Any]] = {
        f"n{k}": {"value": v, "cost": Fraction(c, 100), "limit": limit, "from_year": y} for k, (v, c, limit, y) in enumerate(rows)
    }
    if count > 1 and data.draw(st.booleans()):
        names["n0"]["needs"] = "n1"
    policy, r, tau = sum(v for v, *_ in rows), Fraction(data.draw(st.integers(5, 20)), 100), Fraction(3, 10)

    def gap(sales: list[float]) -> float:
        held, assets = float(policy), 4.0 * policy
        for sold in sales:
            assets += 2 + float((1 - tau) * g) * held
            held = held * float(1 + g) - sold
        return held - float(r) * assets

    start = gap([0.0] * years)
    cells = [(k, t) for k in range(count) for t in range(years)]
    effect = [start - gap([float(t == k) for t in range(years)]) for k in range(years)]
    upper, bound = [[-effect[t] for _, t in cells]], [-start]
    for k in range(count):
        upper.append([1 / (rows[k][0] * float(1 + g) ** (t + 1)) if j == k else 0.0 for j, t in cells])
        bound.append(1.0)
    if "needs" in names["n0"]:
        for u in range(years):
            signs = {0: 1, 1: -1}
            upper.append([signs.get(j, 0) / (rows[j][0] * float(1 + g) ** (t + 1)) if t <= u else 0.0 for j, t in cells])
            bound.append(0.0)
    limits = [(0, rows[k][2] if t >= rows[k][3] else 0) for k, t in cells]
    other = linprog([rows[k][1] / 100 for k, _ in cells], A_ub=upper, b_ub=bound, bounds=limits, method="highs")
    try:
        found = glide_path(policy, 4 * policy, r, years, retained=2, growth=g, tax=tau, names=names)
    except RequestError as error:
        assert error.findings[0].code == "E_TARGET_UNREACHABLE" and (other.status == 2 or not other.success)
        return
    assert found.cost is not None and other.success
    assert abs(float(found.cost) - other.fun) < 1e-7 * (1 + other.fun)
    assert gap([float(s) for s in found.sales]) < 1e-9 * policy + 1e-9


def test_what_needs_no_sale_sells_nothing() -> None:
    for names in (None, {"a": {"value": 10, "cost": 1}}):
        found = glide_path(10, 400, "0.20", 2, names=names)
        assert list(found.sales) == [0, 0] and found.method == "none needed" and found.cost == (None if names is None else 0)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: glide_path(100, 400, "0.2", 0), "C_BAD_NUMBER"),
        (lambda: glide_path(100, 0, "0.2", 1), "C_BAD_NUMBER"),
        (lambda: glide_path(100, 400, "0.2", 2, retained=[1]), "C_BAD_NUMBER"),
        (lambda: glide_path(100, 400, "0.2", 2, retained=-300), "E_TARGET_UNREACHABLE"),
        (lambda: glide_path(100, 400, "0.2", 2, names={"a": {"value": 90, "cost": 0}}), "E_OVERHELD"),
        (lambda: glide_path(100, 400, "0.2", 2, names={"a": {"value": 100, "cost": 0, "limit": 1}}), "E_TARGET_UNREACHABLE"),
        (
            lambda: glide_path(300, 400, "0.2", 50, names={f"n{k}": {"value": 60, "cost": 0} for k in range(5)}),
            "E_TOO_MANY_PLAYERS",
        ),
    ],
)
def test_paths_that_make_no_sense_are_refused(call: Callable[[], object], code: str) -> None:
    with pytest.raises(RequestError) as caught:
        call()
    assert caught.value.findings[0].code == code
