"""Voting power of large games: whole-number counting written a second time, closed forms, far quotas, halves, dummies, wide floats."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from math import comb, factorial, log2
from typing import Any

import numpy as np
import pytest
from scipy.special import betainc

from crosshold.errors import RequestError
from crosshold.kernels import voting
from crosshold.kernels.quadrature import gauss
from crosshold.measures.power import Method, Work, beside_float, binomial, estimate_of, power_of
from crosshold.measures.power import free_float as float_module

MAJORITY = {"more_than": "1/2"}
DYNAMIC = Method("dynamic")


def swings_of(weights: list[int], quota: int, player: int) -> list[int]:
    """Coalitions of s others that the player swings, s = 0 ... n - 1, in whole numbers, for this player alone."""
    others = [w for k, w in enumerate(weights) if k != player]
    counts = np.zeros((len(weights), quota), dtype=object)
    counts[0, 0] = 1
    for w in others:
        longer = counts.copy()
        longer[1:, w:] += counts[:-1, : max(0, quota - w)]
        counts = longer
    return [int(row[max(0, quota - weights[player]) :].sum()) for row in counts]


def game(n: int, largest: int, seed: int) -> list[int]:
    draw = random.Random(seed)
    return [draw.randint(0, largest) for _ in range(n)]


@pytest.mark.parametrize(
    ("n", "largest", "part"),
    [(60, 9, "1/2"), (60, 9, "9/10"), (70, 12, "2/3"), (120, 4, "1/2"), (200, 2, "3/5"), (200, 2, "19/20")],
)
def test_the_dynamic_programme_is_whole_number_counting(n: int, largest: int, part: str) -> None:
    weights = game(n, largest, n)
    rule = {"more_than": part}
    quota = int(Fraction(part) * sum(weights)) + 1
    orders, chance = (estimate_of(weights, rule, index, DYNAMIC) for index in ("shapley-shubik", "banzhaf-absolute"))
    assert orders.method == chance.method == "dynamic" and sum(orders.values) == pytest.approx(1, abs=1e-12)
    for player in (0, n // 3, n - 1):
        swings = swings_of(weights, quota, player)
        pivots = sum(Fraction(s, n * comb(n - 1, k)) for k, s in enumerate(swings))
        assert abs(float(orders.values[player]) - float(pivots)) < 1e-13
        exact = Fraction(sum(swings), 2 ** (n - 1))
        assert chance.values[player] == pytest.approx(float(exact), rel=1e-11, abs=0)


def test_veto_players_need_more_than_32_nodes() -> None:
    found = estimate_of([1] * 1200, {"at_least": 1200}, "shapley-shubik", DYNAMIC)
    assert max(abs(float(x) * 1200 - 1) for x in found.values) < 1e-10
    assert found.settings["nodes"] > 32 and found.error is not None and found.error < 1e-10
    at, weight = gauss(32)
    assert abs(float(weight @ at**1199) * 1200 - 1) > 0.1  # what 32 nodes alone would say


def test_closed_forms() -> None:
    n = 1001
    equal = estimate_of([7] * n, MAJORITY, "banzhaf-absolute", DYNAMIC)
    assert equal.values[0] == pytest.approx(comb(n - 1, n // 2) / 2 ** (n - 1), rel=1e-12)
    assert estimate_of([7] * n, MAJORITY, "coleman-act", DYNAMIC).values[0] == pytest.approx(0.5, rel=1e-13)
    n = 2000  # a veto player who needs any one of n others: another one pivots only right after him, first of all
    veto = estimate_of([n, *[1] * n], {"at_least": n + 1}, "shapley-shubik", DYNAMIC).values
    assert veto[0] == pytest.approx(n / (n + 1), abs=1e-12) and veto[1] == pytest.approx(1 / (n * (n + 1)), abs=1e-12)
    # apex game: the large one with any other, or all the others
    apex = estimate_of([n - 1, *[1] * n], {"at_least": n}, "shapley-shubik", DYNAMIC).values
    assert apex[0] == pytest.approx((n - 1) / (n + 1), abs=1e-12) and apex[1] == pytest.approx(2 / (n * (n + 1)), abs=1e-12)
    holler = estimate_of([n - 1, *[1] * n], {"at_least": n}, "holler", DYNAMIC).values
    assert holler[0] == pytest.approx(1 / 3, rel=1e-11) and holler[n] == pytest.approx(2 / (3 * n), rel=1e-11)
    silent = estimate_of(
        [*[2] * 400, *[0] * 400], MAJORITY, "holler", DYNAMIC
    ).values  # those without votes are in no minimal coalition
    assert silent[0] == pytest.approx(1 / 400, rel=1e-11) and not any(silent[400:])
    n = 200
    deegan = estimate_of([n - 1, *[1] * n], {"at_least": n}, "deegan-packel", DYNAMIC).values
    assert deegan[0] == pytest.approx(n / 2 / (n + 1), rel=1e-10) and deegan[1] == pytest.approx(
        (1 / 2 + 1 / n) / (n + 1), rel=1e-10
    )


def minimal_with(weights: list[int], quota: int, player: int) -> Counter[int]:
    """Minimal winning coalitions with the player, by size: from the largest down, each ends with the member that passes the quota."""
    order = sorted(range(len(weights)), key=lambda k: -weights[k])
    open_: Counter[tuple[int, int, bool]] = Counter({(0, 0, False): 1})
    done: Counter[int] = Counter()
    for k in order:
        for (total, size, has), ways in list(open_.items()):
            has = has or k == player
            if total + weights[k] < quota:
                open_[total + weights[k], size + 1, has] += ways
            elif has:
                done[size + 1] += ways
    return done


@pytest.mark.parametrize(("n", "part"), [(30, "1/2"), (50, "3/4"), (50, "1/5")])
def test_minimal_winning_coalitions_without_listing_them(n: int, part: str) -> None:
    weights = game(n, 9, n)
    quota = int(Fraction(part) * sum(weights)) + 1
    found = [minimal_with(weights, quota, k) for k in range(n)]
    for index, raw in (
        ("holler", [Fraction(sum(row.values())) for row in found]),
        ("deegan-packel", [sum((Fraction(c, s) for s, c in row.items()), Fraction(0)) for row in found]),
    ):
        values = estimate_of(weights, {"at_least": quota}, index, DYNAMIC).values
        for value, exact in zip(values, raw, strict=True):
            assert value == pytest.approx(float(exact / sum(raw)), rel=1e-11, abs=0)


def vulnerable_with(weights: list[int], quota: int, player: int) -> Fraction:
    """Sum of 1/(critical members) over the coalitions in which the player is critical: by votes above the quota, member by member."""
    total = Fraction(0)
    for excess in range(weights[player]):
        ways: Counter[tuple[int, int]] = Counter({(weights[player], 1): 1})
        for k, w in enumerate(weights):
            if k != player:
                for (votes, critical), count in list(ways.items()):
                    if votes + w <= quota + excess:
                        ways[votes + w, critical + (w > excess)] += count
        total += sum((Fraction(c, critical) for (votes, critical), c in ways.items() if votes == quota + excess), Fraction(0))
    return total


@pytest.mark.parametrize(("n", "part"), [(26, "1/2"), (40, "1/2"), (30, "2/3")])
def test_johnston_without_listing_coalitions(n: int, part: str) -> None:
    weights = game(n, 5, n)
    quota = int(Fraction(part) * sum(weights)) + 1
    raw = {w: vulnerable_with(weights, quota, weights.index(w)) for w in set(weights)}
    whole = sum(raw[w] for w in weights)
    found = estimate_of(weights, {"at_least": quota}, "johnston", DYNAMIC)
    assert found.error is not None and found.error < 1e-9
    for w, value in zip(weights, found.values, strict=True):
        assert value == pytest.approx(float(raw[w] / whole), abs=1e-12)
    far = estimate_of([1 + k % 30 for k in range(120)], {"more_than": "19/20"}, "johnston")
    assert far.method == "sampled"  # the programme counts from even chances, and says when that is too far away


def test_far_quotas_keep_their_digits_below_the_range_of_floats() -> None:
    n, need = 3000, 2900
    found = estimate_of([1] * n, {"at_least": need}, "banzhaf-absolute", DYNAMIC)
    exact = comb(n - 1, need - 1)
    assert found.values[0] == 0.0 and found.log2 is not None
    assert found.log2[0] == pytest.approx(log2(exact) - (n - 1), rel=1e-12)
    assert estimate_of([1] * n, {"at_least": need}, "banzhaf", DYNAMIC).values[0] == pytest.approx(1 / n, rel=1e-12)
    swings = estimate_of([1] * n, {"at_least": need}, "swings", DYNAMIC)
    assert abs(Fraction(swings.values[0]) / exact - 1) < 1e-9
    wins = sum(comb(n, k) for k in range(need, n + 1))
    prevent = estimate_of([1] * n, {"at_least": need}, "coleman-prevent", DYNAMIC).values[0]
    assert prevent == pytest.approx(float(Fraction(exact, wins)), rel=1e-10)
    low = estimate_of([1] * n, {"at_least": n - need + 1}, "coleman-initiate", DYNAMIC).values[0]  # the dual game
    assert low == pytest.approx(prevent, rel=1e-12)


@pytest.mark.parametrize(("heavy", "part"), [([32, 663, 815], "9/10"), ([24, 24, 8, 32, 12, 36], "9/10"), ([90, 200], "1/5")])
def test_few_heavy_holders_and_a_far_quota(heavy: list[int], part: str) -> None:
    # A handful of standard deviations from half, yet far less likely than a bell curve says.
    weights = [*heavy, *[3] * 120]
    quota = int(Fraction(part) * sum(weights)) + 1
    found = estimate_of(weights, {"at_least": quota}, "banzhaf-absolute", DYNAMIC)
    for player in range(len(heavy) + 1):
        exact = Fraction(sum(swings_of(weights, quota, player)), 2 ** (len(weights) - 1))
        assert found.values[player] == pytest.approx(float(exact), rel=1e-11, abs=0)


def test_shares_of_tiny_chances_beside_a_float_keep_their_digits() -> None:
    holders = [Fraction(k, 84) for k in (6, 6, 2, 8, 3, 9)]
    rule = {"more_than": "9/10"}
    exact = beside_float(holders, 200, rule, "banzhaf", Method("exact")).values
    wide = beside_float(holders, 200, rule, "banzhaf", DYNAMIC)
    assert wide.error is not None and wide.error < 1e-11
    assert [float(x) for x in wide.values] == pytest.approx([float(x) for x in exact], abs=1e-12)


def test_exactly_half() -> None:
    weights = [50_000, 50_000, *[0] * 98]
    for rule in ({"more_than": "1/2"}, {"at_least": "1/2"}):
        for index in ("shapley-shubik", "banzhaf-absolute"):
            values = power_of(weights, rule, index, method="dynamic")
            assert list(values[:2]) == pytest.approx([0.5, 0.5], abs=1e-14) and not any(values[2:])
    acts = [estimate_of(weights, r, "coleman-act", DYNAMIC).values[0] for r in ({"more_than": "1/2"}, {"at_least": "1/2"})]
    assert acts == [0.25, 0.75]
    weights = game(101, 500, 8)
    weights[0] += sum(weights) % 2  # an even total, so that exactly half can happen
    over = estimate_of(weights, {"more_than": "1/2"}, "coleman-act", DYNAMIC).values[0]
    reach = estimate_of(weights, {"at_least": "1/2"}, "coleman-act", DYNAMIC).values[0]
    assert over < 0.5 < reach and over + reach == pytest.approx(1, abs=1e-13)


def test_a_dummy_among_many_has_exactly_nothing() -> None:
    weights = [*[20] * 60, *[30] * 40, 3, 2, 0]  # tens are out of the others' reach: 1 205 votes lack what 5 more could bring
    for index in ("shapley-shubik", "banzhaf", "holler", "deegan-packel", "coleman-prevent"):
        values = estimate_of(weights, {"at_least": 1210}, index, DYNAMIC).values
        assert list(values[-3:]) == [0.0, 0.0, 0.0] and min(values[:-3]) > 0
    assert min(estimate_of(weights, {"at_least": 1205}, "banzhaf", DYNAMIC).values[-3:-1]) > 0  # here the two of them do


@pytest.mark.parametrize("unit", [10**12, 10**15, 2**57 - 1, 2**61 + 1, 10**25])
def test_sums_at_and_past_the_range_of_64_bits(unit: int) -> None:
    # Shares near whole units: which coalitions win depends on the units alone, but no common divisor is left.
    parts = [9, 8, 7, 7, 6, 5, 5, 4, 3, 2, 2, 1, 1, 1]
    weights = [unit * p + k % 3 for k, p in enumerate(parts)]
    for index in ("shapley-shubik", "banzhaf-absolute", "coleman-act", "holler", "johnston"):
        assert power_of(weights, {"more_than": "1/2"}, index) == power_of(parts, {"at_least": 31}, index)


def test_votes_in_numpy_s_integers_do_not_wrap_and_odd_ones_are_refused() -> None:
    weights = np.array([2**62, 2**62, 2**62, 5], dtype=np.int64)
    assert power_of(list(weights), MAJORITY) == power_of([2**62, 2**62, 2**62, 5], MAJORITY) == [Fraction(1, 3)] * 3 + [0]
    with pytest.raises(RequestError, match="E_NEG_QTY"):
        power_of([5, -3, 2], MAJORITY)
    with pytest.raises(RequestError, match="E_VOTES"):
        power_of([0.5, 0.5], MAJORITY)  # type: ignore[list-item]


def test_36_holders_with_real_share_counts_are_exact() -> None:
    parts = game(36, 9, 4)
    parts[0] += 1 - sum(parts) % 2  # an odd total: never near half
    weights = [10**12 * p + k for k, p in enumerate(parts)]
    found = estimate_of(weights, MAJORITY, "shapley-shubik")
    assert found.method == "exact" and found.error is None and sum(found.values) == 1
    assert found.values == power_of(parts, MAJORITY, "shapley-shubik", method="exact")
    swings = swings_of(parts, sum(parts) // 2 + 1, 3)
    assert found.values[3] == sum(Fraction(s * factorial(k) * factorial(35 - k), factorial(36)) for k, s in enumerate(swings))


def test_relabelling_scaling_and_splitting_the_work_change_nothing() -> None:
    weights = [1 + w for w in game(300, 400, 5)]
    base = estimate_of(weights, MAJORITY, "shapley-shubik")
    assert base.method == "dynamic"
    seen: list[float] = []
    again = estimate_of(weights, MAJORITY, "shapley-shubik", Method(work=Work(1, seen.append)))
    assert again.values == base.values and seen[-1] == 1.0
    assert power_of([12 * w for w in weights], MAJORITY) == base.values
    assert np.abs(np.array(power_of(weights[::-1], MAJORITY))[::-1] - np.array(base.values)).max() < 1e-14
    by_weight = dict(zip(weights, base.values, strict=True))
    assert all(by_weight[w] == x for w, x in zip(weights, base.values, strict=True))


def majors(n: int, share: Fraction, seed: int) -> list[Fraction]:
    draw = random.Random(seed)
    raw = [draw.randint(1, 40) for _ in range(n)]
    return [share * w / sum(raw) for w in raw]


@pytest.mark.parametrize("small", [None, 30])
@pytest.mark.parametrize(("n", "share", "quota"), [(11, "1/2", "1/2"), (12, "9/10", "2/3"), (9, "1/5", "1/2")])
def test_wide_floats_are_the_sum_over_all_coalitions(n: int, share: str, quota: str, small: int | None) -> None:
    holders = majors(n, Fraction(share), n)
    for index in ("shapley-shubik", "banzhaf") if small is None else ("shapley-shubik", "banzhaf-absolute", "banzhaf"):
        exact = beside_float(holders, small, quota, index, Method("exact")).values
        wide = beside_float(holders, small, quota, index, DYNAMIC)
        assert all(isinstance(x, Fraction) for x in exact) and wide.method == "dynamic"
        assert max(abs(float(a) - float(b)) for a, b in zip(exact, wide.values, strict=True)) < 1e-13


def test_an_ocean_with_300_equal_holders_is_a_sum_of_beta_integrals() -> None:
    n, share = 300, Fraction(3, 5)
    w, a = float(share) / n, float(1 - share)
    k = np.arange(n)
    upper, lower = (np.clip((0.5 - w * (k + up)) / a, 0, 1) for up in (0, 1))
    expected = float((betainc(k + 1, n - k, upper) - betainc(k + 1, n - k, lower)).sum()) / n
    found = beside_float([share / n] * n, None, "1/2", "shapley-shubik")
    assert found.method == "dynamic" and max(abs(float(x) - expected) for x in found.values) < 1e-14


def test_fine_holdings_beside_a_float(monkeypatch: pytest.MonkeyPatch) -> None:
    holders = [Fraction(3 * 10**10 + 7**k, 10**12) for k in range(12)]
    exact = beside_float(holders, None, "1/2", "shapley-shubik").values
    monkeypatch.setattr(float_module, "EXACT_MAJORS", 0)
    listed = beside_float(holders, None, "1/2", "shapley-shubik")
    assert listed.method == "float64" and max(abs(float(x) - float(y)) for x, y in zip(exact, listed.values, strict=True)) < 1e-12
    monkeypatch.setattr(float_module, "LISTED_MAJORS", 0)
    rounded = beside_float(holders, None, "1/2", "shapley-shubik")
    assert rounded.method == "quantised" and "W_QUANTISED" in {f.code for f in rounded.findings}
    assert rounded.low is not None and rounded.high is not None
    assert all(low <= x <= high for low, x, high in zip(rounded.low, exact, rounded.high, strict=True))
    small = binomial(holders, 50, "1/2", "shapley-shubik")
    assert max(abs(float(a) - float(b)) for a, b in zip(small, exact, strict=True)) < 0.01


def test_a_small_game_starts_no_compiler() -> None:
    script = "import sys; from crosshold.measures.power import power_of, ocean; power_of([5, 3, 2, 1]); ocean(['0.4', '0.1']); "
    loaded: Any = subprocess.run(
        [sys.executable, "-c", script + "print(sorted({'numba', 'scipy'} & set(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "[]"


def test_compiled_and_plain_kernels_give_the_same_bits() -> None:
    weights = np.array(sorted(game(40, 30, 2), reverse=True), dtype=np.int64)
    quota = int(weights.sum()) // 2 + 1
    distinct = np.unique(weights)
    answers: list[list[Any]] = []
    for compiled in (False, True):

        def form(kernel: Any, compiled: bool = compiled) -> Any:
            return kernel.native if compiled else kernel.plain

        f, low, high = form(voting.pmf)(weights, np.full(40, 0.4), quota - 1, 1e-20, np.empty(quota), np.empty(quota))
        total, swing, smooth = np.empty(high - low + 1), np.empty(len(distinct)), np.empty(len(distinct))
        form(voting.running)(f, low, high, total)
        form(voting.swing_sums)(distinct, 0.4, quota, f, low, high, total, swing)
        form(voting.smooth_sums)(distinct, 0.4, np.linspace(1, 0, quota), f, low, high, np.empty(quota), smooth)
        value, power = np.zeros(40), np.zeros(40, dtype=np.int64)
        form(voting.minimal_members)(weights, np.ones(40), quota, np.ones(31), value, power)
        count = np.zeros(40, dtype=np.int64)
        form(voting.pivots)(weights, quota, np.random.default_rng(1).random((50, 40)), np.arange(40), count)
        answers.append([swing, smooth, np.ldexp(value, power), count])
    for plain, native in zip(*answers, strict=True):
        assert np.array_equal(plain, native)
