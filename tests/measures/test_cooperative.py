"""Splitting a gain: against enumeration of orders and coalitions, scipy's linear programmes, and closed forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError
from crosshold.kernels.linear import exact_inverse
from crosshold.measures.cooperative import Split, bankruptcy, bankruptcy_game, solve
from crosshold.measures.cooperative.game import Point, read
from crosshold.measures.cooperative.levels import Rule, check, lexicographic

COMPARED = settings(max_examples=60, deadline=None)
Shares = Sequence[Fraction | float]


def coalitions(n: int) -> list[tuple[int, ...]]:
    return [c for k in range(1, n + 1) for c in combinations(range(n), k)]


def values_of(n: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(-5, 15), min_size=2**n - 1, max_size=2**n - 1)


def growing(n: int) -> st.SearchStrategy[list[int]]:
    """Games whose coalitions gain by size, often with a core and always with imputations."""
    sizes = [len(c) for c in coalitions(n)]
    return values_of(n).map(lambda values: [abs(v) + 6 * (s - 1) ** 2 for v, s in zip(values, sizes, strict=True)])


def shares(values: Sequence[Any], solution: Any, **terms: Any) -> list[Fraction]:
    result = solve(values, solution, **terms)
    assert isinstance(result, Split)
    return list(result.split.values())


def excesses(n: int, values: Sequence[int], x: Shares, per_capita: bool = False) -> list[float]:
    """Of the proper coalitions, largest first."""
    rows = [(c, v) for c, v in zip(coalitions(n), values, strict=True) if len(c) < n]
    return sorted((float(v - sum(x[i] for i in c)) / (len(c) if per_capita else 1) for c, v in rows), reverse=True)


@given(st.integers(1, 4).flatmap(lambda n: st.tuples(st.just(n), values_of(n))))
@COMPARED
def test_shapley_is_the_mean_over_all_orders_and_banzhaf_over_all_coalitions(game: tuple[int, list[int]]) -> None:
    n, values = game
    worth = dict(zip(coalitions(n), values, strict=True)) | {(): 0}
    orders = list(permutations(range(n)))

    def adds(i: int, others: Sequence[int]) -> int:
        return worth[tuple(sorted([*others, i]))] - worth[tuple(sorted(others))]

    assert shares(values, "shapley") == [Fraction(sum(adds(i, o[: o.index(i)]) for o in orders), len(orders)) for i in range(n)]
    without = [[c for c in worth if i not in c] for i in range(n)]
    assert shares(values, "banzhaf-value") == [Fraction(sum(adds(i, c) for c in without[i]), 2 ** (n - 1)) for i in range(n)]


def programme(n: int, values: Sequence[int], fixed: dict[tuple[int, ...], float], per_capita: bool, floor: bool) -> Any:
    """scipy: the least e, and the coalitions tight in every optimum (each one's slack is maximised)."""
    from scipy.optimize import linprog

    rows = [(c, v) for c, v in zip(coalitions(n), values, strict=True) if len(c) < n]
    open_ = [(c, v) for c, v in rows if c not in fixed]
    bits = {c: [float(i in c) for i in range(n)] for c, _ in rows}
    size = {c: float(len(c)) if per_capita else 1.0 for c, _ in rows}
    upper, limit = [[-x for x in bits[c]] + [-size[c]] for c, _ in open_], [-float(v) for _, v in open_]
    equal = [[1.0] * n + [0.0], *([*bits[c], 0.0] for c in fixed)]
    right = [float(values[-1]), *(dict(rows)[c] - e * size[c] for c, e in fixed.items())]
    bounds = [(values[i] if floor else None, None) for i in range(n)] + [(None, None)]
    best = linprog([0.0] * n + [1.0], A_ub=upper, b_ub=limit, A_eq=equal, b_eq=right, bounds=bounds)
    assert best.status == 0
    e, tight = best.fun, {}
    for (c, _), row, most in zip(open_, upper, limit, strict=True):
        face = linprog(row, A_ub=upper, b_ub=limit, A_eq=[*equal, [0.0] * n + [1.0]], b_eq=[*right, e], bounds=bounds)
        if face.status == 0 and most - face.fun < 1e-7:
            tight[c] = e
    return best.x[:n], e, tight


def by_scipy(n: int, values: Sequence[int], per_capita: bool = False, floor: bool = True) -> Any:
    """Successive programmes with the face test until the fixed coalitions have full rank."""
    fixed: dict[tuple[int, ...], float] = {}
    while True:
        x, _, tight = programme(n, values, fixed, per_capita, floor)
        fixed |= tight
        rank = np.linalg.matrix_rank(np.array([[1.0] * n, *([float(i in c) for i in range(n)] for c in fixed)]))
        if rank == n or not tight:
            return x


@pytest.mark.parametrize("solution", ["nucleolus", "prenucleolus", "per-capita-nucleolus"])
@given(st.integers(2, 4).flatmap(lambda n: st.tuples(st.just(n), st.one_of(growing(n), values_of(n)))))
@settings(max_examples=25, deadline=None)
def test_a_nucleolus_is_that_of_scipy(solution: str, game: tuple[int, list[int]]) -> None:
    n, values = game
    floor, per_capita = solution != "prenucleolus", solution == "per-capita-nucleolus"
    if floor and sum(values[:n]) > values[-1]:
        with pytest.raises(CrossholdError, match="E_NO_IMPUTATION"):
            solve(values, solution)
        return
    x = shares(values, solution)
    assert np.allclose([float(v) for v in x], by_scipy(n, values, per_capita, floor), atol=1e-6)


@given(growing(4), st.data())
@COMPARED
def test_no_other_division_has_smaller_excesses(values: list[int], data: st.DataObject) -> None:
    result = solve(values, "nucleolus")
    x = list(result.split.values())
    mine = excesses(4, values, x)
    assert result.excess == Fraction(mine[0]).limit_denominator(1000)
    for size in (1, Fraction(1, 10), Fraction(1, 1000)):
        step = data.draw(st.lists(st.integers(-3, 3), min_size=3, max_size=3))
        other = [a + size * b for a, b in zip(x, [*step, -sum(step)], strict=True)]
        if any(step) and all(y >= v for y, v in zip(other, values, strict=False)):
            theirs = excesses(4, values, other)
            a, b = next(((a, b) for a, b in zip(mine, theirs, strict=True) if abs(a - b) > 1e-9))
            assert a < b


@given(st.integers(2, 5).flatmap(lambda n: st.tuples(st.just(n), st.one_of(growing(n), values_of(n)))))
@settings(max_examples=40, deadline=None)
def test_the_least_core_and_the_cost_of_stability_are_those_of_scipy(game: tuple[int, list[int]]) -> None:
    from scipy.optimize import linprog

    n, values = game
    found = solve(values, "least-core")
    _, epsilon, _ = programme(n, values, {}, False, False)
    assert found.epsilon is not None and abs(float(found.epsilon) - epsilon) < 1e-7
    assert found.core_non_empty is (found.epsilon <= 0)
    rows = [[-float(i in c) for i in range(n)] for c in coalitions(n)]
    cost = linprog([1.0] * n, A_ub=rows, b_ub=[-float(v) for v in values], bounds=(None, None)).fun - values[-1]
    assert abs(float(found.cost_of_stability) - cost) < 1e-7
    assert found.epsilon == max(
        v - sum(x for i, x in enumerate(shares(values, "prenucleolus")) if i in c)
        for c, v in zip(coalitions(n), values, strict=True)
        if len(c) < n
    )
    core = solve(values, "core")
    assert core.core_non_empty is (core.cost_of_stability == 0) is bool(core.least)
    assert ("W_CORE_EMPTY" in {f.code for f in core.findings}) is not core.core_non_empty
    for i, (name, least) in enumerate(core.least.items()):
        ends = [
            linprog([sign * float(k == i) for k in range(n)], A_ub=rows, b_ub=[-float(v) for v in values],
                    A_eq=[[1.0] * n], b_eq=[values[-1]], bounds=(None, None)).x[i]
            for sign in (1, -1)
        ]  # fmt: skip
        assert np.allclose([float(least), float(core.most[name])], ends, atol=1e-6)
    if core.core_non_empty:
        assert solve(values, "nucleolus").in_core


@given(st.one_of(growing(3), values_of(3)))
@COMPARED
def test_corners_are_where_enough_coalitions_are_tight(values: list[int]) -> None:
    corners = set()
    for pair in combinations([(c, v) for c, v in zip(coalitions(3), values, strict=True) if len(c) < 3], 2):
        matrix = [[Fraction(1)] * 3, *([Fraction(i in c) for i in range(3)] for c, _ in pair)]
        inverse = exact_inverse(matrix)
        if inverse is not None:
            right = [values[-1], *(v for _, v in pair)]
            x = tuple(sum((a * b for a, b in zip(row, right, strict=True)), Fraction(0)) for row in inverse)
            if all(sum(x[i] for i in c) >= v for c, v in zip(coalitions(3), values, strict=True)):
                corners.add(x)
    assert set(solve(values, "core").corners or ()) == corners


def test_a_convex_game_has_the_marginal_vectors_as_corners() -> None:
    """Shapley 1971: all n! of them, so five players have 120 when no two agree."""
    weights = [1, 2, 4, 8, 16]
    values = [sum(weights[i] for i in c) ** 2 for c in coalitions(5)]
    worth = dict(zip(coalitions(5), values, strict=True)) | {(): 0}
    marginal = set()
    for order in permutations(range(5)):
        x = [0] * 5
        for k, i in enumerate(order):
            x[i] = worth[tuple(sorted(order[: k + 1]))] - worth[tuple(sorted(order[:k]))]
        marginal.add(tuple(x))
    found = solve(values, "core")
    assert len(marginal) == 120 and set(found.corners or ()) == marginal
    assert solve([*([0] * 62), 1], "core").corners is None, "six players: bounds only"


def test_what_three_players_get_in_closed_form() -> None:
    # no pair has more than a third of the whole: equal shares. One pair has everything: its two members halve it.
    assert shares([0, 0, 0, 3, 2, 1, 9], "nucleolus") == [3, 3, 3]
    assert shares([0, 0, 0, 10, 0, 0, 10], "nucleolus") == [5, 5, 0]
    # gloves: two left ones, one right one; the core is one point and everything is the right glove's
    gloves = [0, 0, 0, 0, 1, 1, 1]
    assert shares(gloves, "nucleolus") == [0, 0, 1] and shares(gloves, "shapley") == [
        Fraction(1, 6),
        Fraction(1, 6),
        Fraction(2, 3),
    ]
    assert solve(gloves, "core").corners == ((Fraction(0), Fraction(0), Fraction(1)),)


def test_the_nucleolus_differs_from_the_prenucleolus_where_somebody_would_get_less_than_alone() -> None:
    # v(N) = 0 and AB has 2. Without floors C pays t: AB complains of 2 - t, C of t, so t = 1. C has 0 alone, so it pays nothing.
    values = [0, 0, 0, 2, 0, 0, 0]
    assert shares(values, "prenucleolus") == [Fraction(1, 2), Fraction(1, 2), -1]
    assert shares(values, "nucleolus") == [0, 0, 0]
    first = solve(values, "nucleolus").explain("1")["rounds"][0]
    assert first == {"excess": 2, "coalitions": {"1+2": 1}, "no more than alone": ["3"]}


@given(growing(4))
@COMPARED
def test_gately_makes_all_equally_ready_to_leave_and_tau_lies_between_the_bounds(values: list[int]) -> None:
    gately, alone = shares(values, "gately"), values[:4]
    marginal = [values[-1] - values[10 + (3 - i)] for i in range(4)]  # the triples: 012, 013, 023, 123
    ready = {(m - x) / (x - a) for m, x, a in zip(marginal, gately, alone, strict=True) if x != a}
    assert len(ready) <= 1
    try:
        tau = shares(values, "tau")
    except CrossholdError as error:
        assert error.findings[0].code == "E_NOT_QUASI_BALANCED"
        assert not solve(values, "core").core_non_empty, "a game with a core is quasi-balanced (Tijs 1981)"
        return
    assert all(x <= m for x, m in zip(tau, marginal, strict=True)) and sum(tau) == values[-1]


def test_twelve_claimants_are_as_exact_as_three() -> None:
    claims = [7, 13, 29, 31, 37, 41, 53, 59, 61, 71, 83, 97]
    names = [str(k + 1) for k in range(12)]
    found = solve(bankruptcy_game("333.5", claims), "nucleolus", players=names)
    assert found.split == bankruptcy("333.5", claims).awards and found.in_core
    # a glove game: eleven left gloves, one right glove
    market = solve([int(11 in c and len(c) > 1) for c in coalitions(12)], "least-core")
    assert market.epsilon == 0 and market.most["12"] == market.least["12"] == 1 and market.corners is None


def test_in_a_homogeneous_majority_the_nucleolus_is_the_votes() -> None:
    # Peleg 1968: no ties (constant sum) and all minimal winning coalitions have exactly the quota
    for weights, quota in (([2, 1, 1, 1], 3), ([3, 2, 2, 1, 1], 5), ([5, 2, 2, 2, 1, 1], 7)):
        n, total = len(weights), sum(weights)
        wins = [sum(weights[i] for i in c) >= quota for c in coalitions(n)]
        minimal = [
            c
            for c, won in zip(coalitions(n), wins, strict=True)
            if won and all(sum(weights[j] for j in c) - weights[i] < quota for i in c)
        ]
        assert 2 * quota == total + 1 and all(sum(weights[i] for i in c) == quota for c in minimal)
        assert shares([int(won) for won in wins], "nucleolus") == [Fraction(w, total) for w in weights]


def test_a_wrong_division_is_not_proved() -> None:
    game, rule = read([0, 0, 0, 1170, 770, 210, 1530]), Rule(individual=True)
    point = lexicographic(game, rule)
    assert check(game, rule, point) and point.split == [955, 395, 180]
    moved = [Fraction(954), Fraction(396), Fraction(180)]
    assert not check(game, rule, replace(point, split=moved))
    assert not check(game, rule, replace(point, split=[*point.split[:2], Fraction(181)]))
    assert not check(game, rule, replace(point, levels=point.levels[:1])), "stops before everything is settled"
    first, second = point.levels
    for wrong in (
        replace(first, weights={mask: 2 * x for mask, x in first.weights.items()}),
        replace(first, weights={mask: -x for mask, x in first.weights.items()}, settled={7: Fraction(1)}),
        replace(first, excess=first.excess - 1),
        replace(first, weights={}, settled={}),
    ):
        assert not check(game, rule, Point(point.split, (wrong, second)))
    assert not check(game, rule, Point(point.split, (second, first))), "rounds come in their order"


def test_costs_are_shared_by_their_savings() -> None:
    costs = {"A": 12, "B": 10, "C": 6, "A+B": 16, "A+C": 15, "B+C": 12, "A+B+C": 18}
    savings = {"A": 0, "B": 0, "C": 0, "A+B": 6, "A+C": 3, "B+C": 4, "A+B+C": 10}
    own = {"A": 12, "B": 10, "C": 6}
    for solution in ("shapley", "nucleolus", "tau", "gately", "nash"):
        paid, saved = solve(costs, solution, costs=True), solve(savings, solution)
        assert isinstance(paid, Split) and isinstance(saved, Split)
        assert paid.split == {name: own[name] - x for name, x in saved.split.items()}
        assert paid.excess == saved.excess and paid.coalition == saved.coalition
        assert paid.table()["marginal"] == [6, 3, 2]
    core, other = solve(costs, "core", costs=True), solve(savings, "core")
    assert core.least == {name: own[name] - x for name, x in other.most.items()} and core.epsilon == other.epsilon
    apart = solve(costs, "nash", costs=True, disagreement={"A": 11, "B": 10, "C": 6}).split
    assert apart == {"A": 8, "B": 7, "C": 3}, "18 is 9 less than 27"


def test_what_is_odd_is_said() -> None:
    found = solve({"A": 3, "B": 4, "A+B": 5}, "shapley")
    assert [f.code for f in found.findings] == ["W_SUBADDITIVE"] and "2 less together" in str(found)
    assert found.split == {"A": 2, "B": 3} and not found.in_core
    empty = solve([0, 0, 0, 1, 1, 1, 1], "core")
    assert [f.code for f in empty.findings] == ["W_CORE_EMPTY"] and empty.corners == () and not empty.table()["least"]
    held = solve([0, 0, 0, 0, 1, 1, 1], "core").explain("3")  # two left gloves, one right one
    assert (held["least"], held["most"], held["corners"]) == (1, 1, [[{"1": 0, "2": 0, "3": 1}]] * 2)
    sets = {frozenset("DACB"[k] for k in c): len(c) for c in coalitions(4)[::-1]}
    assert list(solve(sets, "shapley").split) == ["A", "B", "C", "D"], "the same in every run"
    one = solve([5], "core")
    assert (
        one.epsilon is None and one.core_non_empty and one.corners == ((Fraction(5),),) and solve([5], "nucleolus").excess is None
    )
    assert solve({("x+y",): "1/3", frozenset({"z"}): 0.1, ("x+y", "z"): 1}, "nash").split["z"] == Fraction(1, 10) + Fraction(
        17, 60
    )


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (lambda: solve([1, 2], "core"), ["E_COALITIONS"]),
        (lambda: solve([], "core"), ["E_COALITIONS"]),
        (lambda: solve({}, "core"), ["E_COALITIONS"]),
        (lambda: solve({"A": 1, "B": "x", "B+A": float("nan"), "": 1}, "core"), ["E_VALUE", "E_VALUE", "E_COALITIONS"]),
        (lambda: solve({"A": 1, "B": 1, "B+A": 3, "A+B": 3}, "core"), ["E_COALITIONS"]),
        (lambda: solve({"A": 1, "C": 1, "A+C": 3}, "core", players="AB"), ["E_COALITIONS"] * 3),
        (lambda: solve([1, 1, 1], "core", players=["A", "A"]), ["E_COALITIONS"]),
        (lambda: solve([0] * 8191, "shapley"), ["E_TOO_MANY_PLAYERS"]),
        (lambda: solve([0] * 7, "nucleus"), ["E_SOLUTION"]),
        (lambda: solve([0] * 7, "tau", weights=[1, 0, 0], disagreement=[0]), ["E_WEIGHTS", "E_DISAGREEMENT"]),
        (lambda: solve([0] * 7, "nash", weights=["1/2", "1/2"]), ["E_WEIGHTS"]),
        (lambda: solve([0] * 7, "nash", weights=["1/2", "1/2", "1/2"]), ["E_WEIGHTS"]),
        (lambda: solve([0] * 7, "nash", weights=[2, -1, 0]), ["E_WEIGHTS"]),
        (lambda: solve([1, 1, 1], "nash"), ["E_NO_GAIN"]),
        (lambda: solve([1, 1, 1], "nucleolus"), ["E_NO_IMPUTATION"]),
        (lambda: solve([1, 1, 2], "gately"), ["E_GATELY"]),
        (lambda: solve([0, 0, 0, 1, 1, 1, 1], "tau"), ["E_NOT_QUASI_BALANCED"]),
        (lambda: solve([0, 0, 0, 0, 0, 0, -1], "tau"), ["E_NOT_QUASI_BALANCED"]),
        (lambda: solve([0] * 7, "nucleolus").explain("4"), ["E_UNKNOWN_ID"]),
        (lambda: solve([0] * 7, "core").explain("4"), ["E_UNKNOWN_ID"]),
    ],
)
def test_faulty_questions(call: Callable[[], object], codes: list[str]) -> None:
    with pytest.raises(CrossholdError) as caught:
        call()
    assert [finding.code for finding in caught.value.findings] == codes
