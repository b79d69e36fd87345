"""Voting power by rounding and by drawing: brackets and intervals hold what whole numbers say; seeds, threads and names."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb
from typing import Any

import pytest

from crosshold.errors import RequestError, UndeterminedError
from crosshold.measures.power import Listed, Method, Work, beside_float, estimate_of, power, power_of
from crosshold.measures.power.estimate import undecided
from crosshold.measures.power.sampling import SAMPLES, hoeffding
from crosshold.network import Network

MAJORITY = {"more_than": "1/2"}
INDICES = (
    "banzhaf",
    "banzhaf-absolute",
    "coleman-act",
    "coleman-prevent",
    "deegan-packel",
    "holler",
    "johnston",
    "shapley-shubik",
)


def weights_of(n: int, largest: int, seed: int) -> list[int]:
    draw = random.Random(seed)
    return [draw.randint(1, largest) for _ in range(n)]


@pytest.mark.parametrize("index", ["shapley-shubik", "banzhaf", "banzhaf-absolute", "coleman-act", "swings"])
def test_a_bracket_of_roundings_holds_the_exact_value(index: str) -> None:
    weights = weights_of(30, 10**12, 1)
    exact = estimate_of(weights, MAJORITY, index)  # by halves
    found = estimate_of(weights, MAJORITY, index, Method("quantised", units=20_000))
    assert exact.method == "exact" and found.method == "quantised" and found.settings["units"] == 20_000
    assert found.low is not None and found.high is not None and found.error is not None
    assert all(low <= x <= high for low, x, high in zip(found.low, exact.values, found.high, strict=True))
    scale = float(max(exact.values)) if index == "swings" else 1.0
    assert all(abs(float(x) - float(y)) <= found.error * scale for x, y in zip(exact.values, found.values, strict=True))
    assert [f.code for f in found.findings] == ["W_QUANTISED"]


def test_auto_rounds_real_share_counts_of_many_and_says_so() -> None:
    # Near whole units, and an odd total of units: what wins depends on the units alone, so the truth is known.
    parts = weights_of(60, 9, 2)
    parts[0] += 1 - sum(parts) % 2
    weights = [10**10 * p + k for k, p in enumerate(parts)]
    exact = power_of(parts, MAJORITY, "shapley-shubik", method="exact")
    found = estimate_of(weights, MAJORITY, "shapley-shubik")
    assert found.method == "quantised" and found.low is not None and found.high is not None
    assert all(low <= x <= high for low, x, high in zip(found.low, exact, found.high, strict=True))
    assert all(isinstance(x, Fraction) for x in exact)


def test_players_whose_order_is_open_are_named() -> None:
    assert undecided([5, 5, 9, 20], [0.1, 0.1, 0.15, 0.5], [0.2, 0.2, 0.25, 0.6]) == [0, 1, 2]
    assert undecided([5, 9], [0.1, 0.3], [0.2, 0.4]) == []
    rows = [(f"H{k:02}", "X", Fraction(w, 10**12)) for k, w in enumerate([*weights_of(50, 10**10, 3), 5 * 10**9, 5 * 10**9 + 1])]
    result = power(Network.from_holdings(rows), "X", free_float="none", quota="1/8", method="quantised", units=1000)
    assert {"H50", "H51"} <= set(result.undecided) and result.settings["units"] == 2600  # at least 50 for each holder
    assert result.low is not None and result.low["H50"] <= result.values["H50"] <= (result.high or {})["H50"]
    assert "order of" in next(f.message for f in result.findings if f.code == "W_QUANTISED")


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize(("n", "part", "seed"), [(9, "1/2", 1), (12, "4/5", 2), (15, "1/4", 3)])
def test_draws_are_within_four_standard_errors_of_the_exact_value(index: str, n: int, part: str, seed: int) -> None:
    weights = weights_of(n, 30, n)
    exact = power_of(weights, {"more_than": part}, index, method="exact")
    found = estimate_of(weights, {"more_than": part}, index, Method("sampled", samples=20_000, seed=seed))
    assert found.method == "sampled" and found.low is not None and found.high is not None and found.error is not None
    for x, value, high in zip(exact, found.values, found.high, strict=True):
        error = (high - float(value)) / 1.96
        assert abs(float(x) - float(value)) <= 4 * error
    assert found.settings["seed"] == seed and found.settings["samples"] == 20_000 and found.settings["standard_error"] < 0.03
    assert [f.code for f in found.findings] == ["W_SAMPLED"]


def test_swings_by_draws_are_counts() -> None:
    weights = weights_of(12, 30, 7)
    exact = power_of(weights, MAJORITY, "swings")
    found = estimate_of(weights, MAJORITY, "swings", Method("sampled", samples=40_000))
    assert found.error is not None and found.log2 is not None
    assert all(abs(float(x) - float(y)) <= 2 * found.error * float(max(exact)) for x, y in zip(exact, found.values, strict=True))


def test_a_seed_gives_the_same_numbers_on_any_number_of_threads_and_four_times_the_draws_halve_the_error() -> None:
    weights = weights_of(200, 10**9, 5)
    for index in ("shapley-shubik", "johnston", "banzhaf"):
        one, two = (estimate_of(weights, MAJORITY, index, Method("sampled", samples=8000, seed=3, work=Work(t))) for t in (1, 2))
        assert one.values == two.values and one.low == two.low
        other = estimate_of(weights, MAJORITY, index, Method("sampled", samples=32_000, seed=3))
        assert other.values != one.values
        assert other.settings["standard_error"] / one.settings["standard_error"] == pytest.approx(0.5, abs=0.15)


def test_hoeffding_s_number_of_orders() -> None:
    assert SAMPLES == 73_778 and hoeffding(SAMPLES) == pytest.approx(0.005, abs=1e-7)
    found = estimate_of([5, 4, 3], MAJORITY, "shapley-shubik", Method("sampled"))
    assert found.settings["hoeffding"] == hoeffding(SAMPLES) and sum(found.values) == pytest.approx(1)


def test_an_ocean_by_draws() -> None:
    holders = [Fraction(k, 200) for k in (30, 20, 11, 7, 5, 3)]
    exact = beside_float(holders, None, "1/2", "shapley-shubik").values
    found = beside_float(holders, None, "1/2", "shapley-shubik", Method("sampled", samples=40_000, seed=1))
    assert found.high is not None
    for x, value, high in zip(exact, found.values, found.high, strict=True):
        assert abs(float(x) - float(value)) <= 4 / 1.96 * (high - float(value))


def test_what_cannot_be_drawn_or_rounded_says_so() -> None:
    with pytest.raises(RequestError) as caught:
        estimate_of([2, 1], MAJORITY, "banzhaf", Method("sample", units=1, samples=3))
    assert {f.code for f in caught.value.findings} == {"E_METHOD", "E_SAMPLES", "E_UNITS"}
    with pytest.raises(RequestError, match="E_METHOD"):
        estimate_of(Listed(2, [0, 0, 1]), None, "banzhaf", Method("sampled"))
    many = weights_of(3000, 10**9, 4)
    with pytest.raises(UndeterminedError, match="E_NOT_CONVERGED"):
        estimate_of(many, MAJORITY, "holler", Method("sampled"))


def test_power_in_a_network_tells_its_method() -> None:
    rows = [(f"H{k:03}", "X", Fraction(w, 10**9)) for k, w in enumerate(weights_of(300, 3 * 10**6, 6))]
    network = Network.from_holdings(rows)
    drawn = power(network, "X", free_float="none", quota="1/4", method="sampled", samples=2000, seed=9)
    assert drawn.method == drawn.settings["method"] == "sampled" and drawn.settings["seed"] == 9
    assert "W_SAMPLED" in {f.code for f in drawn.findings} and drawn.to_dict()["high"]["H000"] >= drawn.values["H000"]
    wide = power(network, "X", largest=300, smallest="0", units=10_000)
    assert wide.settings["single"] == "300 of 300" and wide.method == "quantised" and len(wide.values) == 300
    assert 0 < float(wide.float_value or 0) < 1
    counts = power(network, "X", free_float="none", quota="1/4", index="swings")
    assert counts.to_dict()["values"]["H000"] > 0 and counts.log2 is not None


def test_counts_past_the_range_of_floats_are_whole_numbers() -> None:
    network = Network.from_holdings([(f"H{k:04}", "X", "1/1200") for k in range(1200)])
    result = power(network, "X", index="swings", free_float="none")
    count = result.to_dict()["values"]["H0000"]
    assert isinstance(count, int) and abs(Fraction(count, comb(1199, 600)) - 1) < 1e-9


@pytest.mark.parametrize("wrong", [{"samples": 999}, {"samples": 5000.5}, {"seed": -1}, {"seed": 0.5}, {"seed": True}])
def test_draws_need_whole_numbers(wrong: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="E_SAMPLES"):
        Method("sampled", **wrong).checked()
