"""Voting power: exact counts at any size, free floats against finite games and integrals, blocs, and the rule that decides."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import comb, factorial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import RequestError, UndeterminedError
from crosshold.kernels import coalitions
from crosshold.kernels.coalitions import count_below, swing_counts, swings_by_size
from crosshold.measures.power import Method, beside_float, binomial, ocean, power, power_of
from crosshold.measures.power import free_float as float_module
from crosshold.network import Network

games = st.lists(st.integers(0, 12), min_size=1, max_size=7).filter(any)
MAJORITY = {"more_than": "1/2"}


@given(games, st.data())
@settings(deadline=None)
def test_shapley_shubik_is_the_share_of_orders(weights: list[int], data: st.DataObject) -> None:
    quota = data.draw(st.integers(1, sum(weights)))
    weights = weights[:6] if sum(weights[:6]) >= quota else weights
    pivots = [0] * len(weights)
    for order in permutations(range(len(weights))):
        total = 0
        for player in order:
            total += weights[player]
            if total >= quota:
                pivots[player] += 1
                break
    expected = [Fraction(p, factorial(len(weights))) for p in pivots]
    assert power_of(weights, {"at_least": quota}, "shapley-shubik") == expected


@given(games, st.data(), st.integers(1, 10**15))
@settings(deadline=None)
def test_packed_counting_equals_counting_by_halves_and_enumeration(weights: list[int], data: st.DataObject, unit: int) -> None:
    quota = data.draw(st.integers(1, sum(weights)))
    packed = swings_by_size(weights, quota)
    sums = [(mask.bit_count(), mask, sum(w for i, w in enumerate(weights) if mask >> i & 1)) for mask in range(1 << len(weights))]
    for i, weight in enumerate(weights):
        counts = [0] * len(weights)
        for size, mask, total in sums:
            if not mask >> i & 1 and total < quota <= total + weight:
                counts[size] += 1
        assert packed is not None and packed[i] == counts
    assert count_below(weights, quota) == sum(total < quota for _, _, total in sums)
    assert swing_counts(weights, quota) == [sum(row) for row in packed or []]
    scaled = [w * unit for w in weights]  # too large to pack, and past int64 at the top
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coalitions, "PACKED_BITS", 0)
        assert swings_by_size(scaled, quota * unit) == packed
        assert swing_counts(scaled, quota * unit) == [sum(row) for row in packed or []]
        assert count_below(scaled, quota * unit) == count_below(weights, quota)


def test_one_half_past_64_bits_and_one_within() -> None:
    weights = [3, 2, 2, 1, 2**64, 2**64, 2**64 + 1, 5]
    small = [3, 2, 2, 1, 100, 100, 101, 5]  # the same order of all sums that matter
    assert swings_by_size(weights, 2**65) == swings_by_size(small, 200)


def test_weights_far_beyond_the_quota_take_no_memory() -> None:
    weights = [10**12 + 1, 10**12, 3]  # share counts without a common unit
    for quota in (1, 2, 3):  # anyone alone, or in the dual game all together
        dual = sum(weights) - quota + 1
        assert swing_counts(weights, quota) == swing_counts(weights, dual) == [1, 1, 1]
        assert swings_by_size(weights, quota) == [[1, 0, 0]] * 3 and swings_by_size(weights, dual) == [[0, 0, 1]] * 3
        assert [count_below(weights, quota), count_below(weights, dual)] == [1, 7]


def test_all_veto_players_are_equal_at_any_number() -> None:
    for n in (1, 2, 9, 70, 1200):
        values = power_of([3] * n, {"at_least": 3 * n}, "shapley-shubik")
        assert values == [Fraction(1, n)] * n


def test_banzhaf_of_equal_players_is_a_binomial_coefficient() -> None:
    assert power_of([1] * 101, MAJORITY, "banzhaf-absolute")[0] == Fraction(comb(100, 50), 2**100)
    assert power_of([1] * 101, MAJORITY, "coleman-act") == [Fraction(1, 2)]


def test_real_share_counts_of_25_holders_are_exact() -> None:
    weights = [10**9 + 7 * k for k in range(25)]
    assert power_of(weights, MAJORITY, "shapley-shubik") == [Fraction(1, 25)] * 25  # any 13 win, no 12 do
    assert power_of(weights, MAJORITY, "banzhaf-absolute") == [Fraction(comb(24, 12), 2**24)] * 25


def test_a_named_method_beyond_its_limit_says_what_would_work() -> None:
    weights = [10**9 + 7 * k for k in range(41)]
    for index, method in (("banzhaf", "exact"), ("johnston", "exact"), ("johnston", "dynamic"), ("shapley-shubik", "dynamic")):
        with pytest.raises(RequestError) as caught:
            power_of(weights, MAJORITY, index, method=method)
        fault = caught.value.findings[0]
        assert fault.code in ("E_TOO_MANY_PLAYERS", "E_METHOD") and "sampled" in fault.cure
    with pytest.raises(RequestError, match=r"E_METHOD.*quantised"):
        power_of([3, 2, 1], MAJORITY, method="quantized")


@pytest.mark.parametrize(
    ("quota", "code"),
    [
        ({"more_than": "1"}, "E_QUOTA"),
        ({"at_least": 11}, "E_QUOTA"),
        ({"at_least": 0}, "E_QUOTA"),
        ({"more_than": "-1/2"}, "E_QUOTA"),
        ({"most": "1/2"}, "E_QUOTA"),
        ("half", "E_QUOTA"),
        (0.5, "E_THRESHOLD_TYPE"),
    ],
)
def test_quotas_that_decide_nothing(quota: Any, code: str) -> None:
    with pytest.raises(RequestError, match=code):
        power_of([5, 3, 2], quota)


def test_an_unknown_index_names_the_nearest() -> None:
    with pytest.raises(RequestError, match=r"E_INDEX.*banzhaf"):
        power_of([1, 2], MAJORITY, "banzaf")


def integral(majors: list[float], quota: float, player: int) -> float:
    """Milnor-Shapley by the definition: the chance, over t, that the others and t of the ocean miss the quota by at most w_i."""
    others = [w for k, w in enumerate(majors) if k != player]
    rest = 1 - sum(majors)
    t = (np.arange(100_000) + 0.5) / 100_000
    total = np.zeros_like(t)
    for mask in range(1 << len(others)):
        held = sum(w for k, w in enumerate(others) if mask >> k & 1) + rest * t
        size = mask.bit_count()
        hit = (quota - majors[player] <= held) & (held < quota)
        total += np.where(hit, t**size * (1 - t) ** (len(others) - size), 0.0)
    return float(total.mean())


@pytest.mark.parametrize(
    ("majors", "quota"), [(["0.31", "0.22", "0.08"], "1/2"), (["0.1", "0.3", "0.05", "0.2"], "2/3"), (["0.45", "0.4"], "1/2")]
)
def test_the_ocean_is_the_integral_and_the_limit_of_many_small_holders(majors: list[str], quota: str) -> None:
    exact = ocean(majors, quota)
    assert all(isinstance(x, Fraction) for x in exact)
    floats = [float(w) for w in majors]
    for k, x in enumerate(exact):
        assert abs(float(x) - integral(floats, float(Fraction(quota)), k)) < 5e-5
    near = binomial(majors, 900, quota, "shapley-shubik")
    assert max(abs(float(a) - float(b)) for a, b in zip(exact, near, strict=True)) < 6e-3


def test_float64_floats_agree_with_fractions(monkeypatch: pytest.MonkeyPatch) -> None:
    majors = [Fraction(k, 100) for k in (9, 8, 7, 5, 5, 3, 2)]
    exact = [ocean(majors, "1/2", i) for i in ("shapley-shubik", "banzhaf")] + [binomial(majors, 40, "1/2", "shapley-shubik")]
    monkeypatch.setattr(float_module, "EXACT_MAJORS", 0)
    rough = [ocean(majors, "1/2", i) for i in ("shapley-shubik", "banzhaf")] + [binomial(majors, 40, "1/2", "shapley-shubik")]
    for a, b in zip(exact, rough, strict=True):
        assert max(abs(float(x) - float(y)) for x, y in zip(a, b, strict=True)) < 1e-12


@given(st.lists(st.integers(1, 20), min_size=1, max_size=4), st.integers(1, 6), st.sampled_from(("1/2", "2/3")))
@settings(deadline=None)
def test_binomial_is_the_finite_game_with_the_small_holders_in_it(majors: list[int], small: int, quota: str) -> None:
    total = sum(majors) + 10 * small
    shares = [Fraction(w, total) for w in majors]
    for rule in ({"more_than": quota}, {"at_least": quota}):
        for index in ("shapley-shubik", "banzhaf-absolute"):
            whole = power_of([*majors, *[10] * small], rule, index)
            assert binomial(shares, small, rule, index) == whole[: len(majors)]


def test_beside_many_small_holders_no_product_runs_over() -> None:
    whole = 2**55  # a sum of votes times a thousand holders passes 63 bits, the low quota times a thousand does not
    for index in ("shapley-shubik", "banzhaf-absolute"):
        fine = binomial([f"{whole // 2 + 1}/{whole}", f"{whole // 4 + 1}/{whole}"], 1000, "1/64", index)
        assert [float(x) for x in fine] == pytest.approx(
            [float(x) for x in binomial(["1/2", "1/4"], 1000, "1/64", index)], rel=1e-9
        )


def test_half_an_ocean_that_brings_exactly_the_quota_is_not_more_than_it() -> None:
    majors = [Fraction(2, 5), Fraction(1, 15)]  # 2/5 and half of the other 8/15 are exactly 2/3
    assert ocean(majors, {"more_than": "2/3"}, "banzhaf-absolute") == [Fraction(1, 2), Fraction(1, 2)]
    assert ocean(majors, {"at_least": "2/3"}, "banzhaf-absolute") == [1, 0]
    assert ocean(majors, {"more_than": "2/3"}, "banzhaf") == [Fraction(1, 2), Fraction(1, 2)]


def test_floats_refuse_what_they_cannot_do() -> None:
    with pytest.raises(RequestError, match="E_INDEX"):
        ocean(["0.3"], index="johnston")
    with pytest.raises(RequestError, match="E_OVERHELD"):
        ocean(["0.6", "0.6"])
    with pytest.raises(RequestError, match=r"E_TOO_MANY_PLAYERS.*dynamic"):
        beside_float(["0.01"] * 23, None, "1/2", "shapley-shubik", Method("exact"))
    with pytest.raises(RequestError, match=r"E_METHOD.*quantised"):
        beside_float(["0.01"] * 23, 10, "1/2", "shapley-shubik", Method("sampled"))
    assert ocean(["0.5", "0.3", "0.2"]) == power_of([5, 3, 2], MAJORITY)  # no ocean is left
    assert ocean([]) == []


GROUP = Network.from_holdings(
    [
        ("State", "R", "0.15"),
        ("N", "R", "0.1"),
        ("NF", "R", "0.05"),
        ("N", "NF", "1"),
        ("R", "RS", "0.9"),
        ("RS", "R", "0.02"),
        ("R", "N", "0.43"),
        ("tiny", "R", "0.005"),
    ]
)


def test_holders_under_one_controller_are_one_player() -> None:
    result = power(GROUP, "R")
    assert list(result.values) == ["N", "State", "RS"]  # R controls RS, but does not vote in itself
    assert result.votes["N"] == Fraction(15, 100) and result.values["N"] == result.values["State"]
    assert result.explain("N")["players"][0] == {"player": "N", "votes": Fraction(3, 20), "holders": ["N", "NF"]}
    assert list(power(GROUP, "R", bloc="none").values) == ["State", "N", "NF", "RS"]
    assert "tiny" in power(GROUP, "R", free_float="none", quota="1/10").values


def test_power_in_a_network_is_the_pure_function() -> None:
    assert list(power(GROUP, "N").values.values()) == [Fraction(43, 57)]
    assert power(GROUP, "N").float_value == Fraction(14, 57)
    finite = power(GROUP, "N", index="banzhaf-absolute", free_float="binomial", float_holders=57)
    assert finite.values["R"] == binomial(["0.43"], 57)[0] and finite.method == "exact" and finite.error is None
    assert "N_OCEAN_DEGENERATE" in {f.code for f in power(GROUP, "N", index="banzhaf").findings}
    with pytest.raises(RequestError, match="E_QUOTA"):
        power(GROUP, "N", free_float="none")  # 43 % of all votes never pass half


def test_other_indices_need_a_finite_game() -> None:
    result = power(GROUP, "RS", index="coleman-act", free_float="none")
    assert result.values == {"RS": Fraction(1, 2)}
    result = power(GROUP, "R", index="holler", free_float="none", quota={"at_least": "1/5"})
    assert "N_NOT_MONOTONE" in {f.code for f in result.findings} and sum(result.values.values()) == 1
    assert result.to_dict(exact=True)["values"]["State"] == str(result.values["State"])
    with pytest.raises(RequestError, match="E_FLOAT"):
        power(GROUP, "R", free_float="sea")
    with pytest.raises(RequestError, match="E_BLOC"):
        power(GROUP, "R", bloc="family")


def test_many_holders_are_cut_and_the_cut_is_printed() -> None:
    rows = [(f"H{k:02}", "X", Fraction(10 + k, 1000)) for k in range(25)]
    result = power(Network.from_holdings(rows), "X", index="banzhaf-absolute")
    assert len(result.values) == 20 and result.settings["single"] == "20 of 25" and result.method == "exact"
    assert "20 of 25" in str(result)
    rough = power(Network.from_holdings(rows), "X")
    assert rough.method == "dynamic" and rough.error is not None and rough.error < 1e-12
    assert 0 < float(rough.float_value or 0) < 1


def test_a_company_without_votes_has_no_answer() -> None:
    network = Network.from_holdings([("A", "B", "1/2"), ("B", "B", "1/2"), ("C", "C", "1")])
    with pytest.raises(UndeterminedError, match="W_NO_VOTES"):
        power(network, "C")
