"""Impact, discounts and schedules against closed forms, published numbers and an independent optimiser."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import cosh, inf, isclose, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.deal import market
from crosshold.deal.schedule import kkt_gap, schedule
from crosshold.errors import RequestError

TERMS: dict[str, Any] = {
    "horizon": 5.0, "periods": 5, "volatility": 0.95, "epsilon": 0.0625, "gamma": 2.5e-7, "eta": 2.5e-6, "risk_aversion": 1e-6,
}  # fmt: skip


def code(error: pytest.ExceptionInfo[RequestError]) -> str:
    return error.value.findings[0].code


def objective(trades: Sequence[float], shares: float, impact: float, risk: float) -> float:
    left = shares - np.cumsum(trades)
    return float(impact * np.sum(np.square(trades)) + risk * np.sum(np.square(left)))


def weights(terms: dict[str, Any]) -> tuple[float, float]:
    tau = terms["horizon"] / terms["periods"]
    return (terms["eta"] - terms["gamma"] * tau / 2) / tau, terms["risk_aversion"] * terms["volatility"] ** 2 * tau


def test_the_two_points_of_2004_give_the_coefficients_that_the_default_lies_between() -> None:
    # spec 2.1 and 9: 4.5 % at 39 days of volume and 12.7 % at 291 days
    known = sorted(round(seen.coefficient, 5) for seen in market.calibration() if seen.coefficient is not None)
    assert known == [round(0.045 / sqrt(39), 5), round(0.127 / sqrt(291), 5)] == [0.00721, 0.00744]
    assert known[0] < market.K < known[1]


def test_a_discount_is_derived_from_a_price_and_a_close_and_every_row_names_its_source() -> None:
    rows = market.calibration()
    assert isclose(float(next(r.discount for r in rows if "Samsung" in r.deal) or 0), 0.0382, abs_tol=5e-5)  # spec 2.1: 3.82 %
    assert all(r.source and r.confidence in ("A", "B", "C") for r in rows)
    assert sum(r.discount is None for r in rows) == 3 and "coefficient" in rows[0].to_dict()


def test_the_impact_does_not_depend_on_speed_and_says_so() -> None:
    found = market.impact(10, 1, "0.018")
    assert round(found.peak, 4) == 0.0398 and round(found.average, 4) == 0.0266  # spec 9
    assert "speed" in found.note


def test_positions_satisfy_the_difference_equation_of_almgren_and_chriss() -> None:
    # their eq. 16: (x_{j-1} - 2 x_j + x_{j+1}) / tau^2 = kappa~^2 x_j
    found = schedule(1_000_000, **TERMS)
    square = TERMS["risk_aversion"] * TERMS["volatility"] ** 2 / (TERMS["eta"] - TERMS["gamma"] / 2)
    for before, now, after in zip(found.left, found.left[1:], found.left[2:], strict=False):
        assert isclose(before - 2 * now + after, square * now, rel_tol=1e-9)
    assert isclose(2 * (cosh(found.kappa) - 1), square, rel_tol=1e-12)


def test_a_cap_that_never_binds_leaves_the_schedule_as_it_is() -> None:
    free = schedule(1_000_000, **TERMS)
    assert schedule(1_000_000, **TERMS, cap=1_000_000) == free == schedule(1_000_000, **TERMS, cap=[1e6] * 5)


def test_caps_of_one_slice_each_give_equal_slices() -> None:
    found = schedule(1_000_000, **TERMS, cap=200_000)
    assert found.whole_trades == (200_000,) * 5 and isclose(found.equal_slices_over_optimum, 1)
    third = schedule(1000, **{**TERMS, "periods": 3}, cap=1000 / 3)
    assert sorted(third.whole_trades) == [333, 333, 334]


def test_caps_that_leave_shares_unsold_are_refused() -> None:
    with pytest.raises(RequestError) as caught:
        schedule(1_000_000, **TERMS, cap=199_999)
    assert code(caught) == "E_VOLUME" and "999,995" in caught.value.findings[0].message


@pytest.mark.parametrize(
    "bad",
    [{"periods": 0}, {"periods": 10**9}, {"horizon": 0.0}, {"eta": -1.0}, {"volatility": float("nan")}, {"risk_aversion": -1e-6},
     {"cap": -1.0}, {"cap": [1e6]}, {"cap": float("nan")}],
)  # fmt: skip
def test_arguments_that_make_no_sense_are_refused_with_a_sentence(bad: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as caught:
        schedule(1000, **{**TERMS, **bad})
    assert code(caught) == "E_NEG_QTY"


def test_one_uniform_cap_trades_at_the_cap_first_and_then_as_if_free() -> None:
    # with decreasing free trades a uniform cap binds at the start; what is left is the same problem with fewer periods
    found = schedule(1_000_000, **TERMS, cap=300_000)
    rest = schedule(400_000, **{**TERMS, "horizon": 3.0, "periods": 3})
    assert found.trades[:2] == (300_000, 300_000)
    assert np.allclose(found.trades[2:], rest.trades, rtol=1e-9)


def test_a_huge_aversion_sells_as_early_as_the_caps_allow_and_none_overflows() -> None:
    assert schedule(10, **{**TERMS, "risk_aversion": 1e6}, cap=4).whole_trades == (4, 4, 2, 0, 0)
    assert schedule(10, **{**TERMS, "risk_aversion": 1e300}).whole_trades == (10, 0, 0, 0, 0)
    assert schedule(0, **TERMS, cap=0).whole_trades == (0, 0, 0, 0, 0)


CAPPED = st.integers(1, 8).flatmap(lambda n: st.lists(st.integers(0, 1000), min_size=n, max_size=n)).filter(any)


@settings(max_examples=200, deadline=None)
@given(CAPPED, st.fractions(0, 1), st.sampled_from([0.0, 1e-8, 1e-6, 1e-4, 1e-2]))
def test_a_capped_schedule_meets_the_conditions_of_an_optimum(caps: list[int], part: Any, aversion: float) -> None:
    shares = int(sum(caps) * part)
    terms = {**TERMS, "periods": len(caps), "horizon": float(len(caps)), "risk_aversion": aversion}
    found = schedule(shares, **terms, cap=caps)
    assert kkt_gap(shares, found.trades, caps, *weights(terms)) <= 1e-6
    assert sum(found.whole_trades) == shares and all(0 <= n <= c for n, c in zip(found.whole_trades, caps, strict=True))
    assert found.left[0] == shares and found.left[-1] == 0


@settings(max_examples=25, deadline=None)
@given(CAPPED, st.fractions("1/10", 1), st.sampled_from([1e-8, 1e-6, 1e-4]))
def test_an_independent_optimiser_finds_nothing_better(caps: list[int], part: Any, aversion: float) -> None:
    from scipy.optimize import lsq_linear

    shares, count = int(sum(caps) * part), len(caps)
    terms = {**TERMS, "periods": count, "horizon": float(count), "risk_aversion": aversion}
    impact, risk = weights(terms)
    found = schedule(shares, **terms, cap=caps)
    # bounded least squares: rows of sqrt(impact) n and sqrt(risk) x, and the sum with a heavy weight
    lower = np.tril(np.ones((count, count)))
    heavy = 1e3 * sqrt(impact + risk * count)
    rows = np.vstack([sqrt(impact) * np.eye(count), sqrt(risk) * lower, heavy * np.ones((1, count))])
    right = np.concatenate([np.zeros(count), np.full(count, sqrt(risk) * shares), [heavy * shares]])
    other = lsq_linear(rows, right, bounds=(0, np.maximum(caps, 1e-9)), tol=1e-14, max_iter=2000).x
    scale = max(1.0, objective(found.trades, shares, impact, risk))
    # the other may leave out a little of the sum, so it may be a little better
    assert objective(found.trades, shares, impact, risk) <= objective(other, shares, impact, risk) + 1e-4 * scale
    assert np.allclose(found.trades, other, atol=1e-2 * max(1, shares))


def test_no_schedule_of_whole_shares_is_better_than_the_capped_optimum() -> None:
    terms = {**TERMS, "periods": 4, "horizon": 4.0, "risk_aversion": 5e-7}
    caps = (3, 5, 2, 6)
    impact, risk = weights(terms)
    best = objective(schedule(9, **terms, cap=caps).trades, 9, impact, risk)
    every = [n for n in product(*(range(c + 1) for c in caps)) if sum(n) == 9]
    assert len(every) > 50 and all(objective(n, 9, impact, risk) >= best for n in every)


def test_the_test_of_the_optimum_tells_what_is_none() -> None:
    impact, risk = weights(TERMS)
    assert kkt_gap(1000, [200.0] * 5, [300.0] * 5, impact, risk) > 0.1  # equal slices, as a loose solver returned them
    assert kkt_gap(1000, [400.0, 300.0, 200.0, 50.0, 50.0], [300.0] * 5, impact, risk) == inf
    assert kkt_gap(1000, [100.0] * 5, [300.0] * 5, impact, risk) == inf
