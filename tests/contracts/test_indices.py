"""What must hold for every power index: brute force, dummies, symmetry, division of one, exact fractions, a source."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.measures.power import INDICES, METHODS, Listed, Method, estimate_of, index_named, power_of
from crosshold.measures.power.game import Index

weights_of = st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any)


def brute(name: str, weights: list[int], quota: int) -> list[Fraction]:
    """Every definition read off the list of all coalitions, as sets."""
    n = len(weights)
    players = range(n)
    coalitions = [frozenset(c) for k in range(n + 1) for c in combinations(players, k)]
    winning = [c for c in coalitions if sum(weights[i] for i in c) >= quota]
    wins = set(winning)
    swings = [[c - {i} for c in winning if i in c and c - {i} not in wins] for i in players]
    critical = {c: [i for i in c if c - {i} not in wins] for c in winning}
    minimal = [c for c in winning if len(critical[c]) == len(c)]
    count = [Fraction(len(s)) for s in swings]
    raw = {
        "swings": count,
        "banzhaf": count,
        "banzhaf-absolute": [s / 2 ** (n - 1) for s in count],
        "shapley-shubik": [sum(Fraction(factorial(len(c)) * factorial(n - 1 - len(c)), factorial(n)) for c in s) for s in swings],
        "deegan-packel": [sum((Fraction(1, len(c)) for c in minimal if i in c), Fraction(0)) for i in players],
        "holler": [Fraction(sum(i in c for c in minimal)) for i in players],
        "johnston": [sum((Fraction(1, len(critical[c])) for c in winning if i in critical[c]), Fraction(0)) for i in players],
        "coleman-prevent": [s / len(winning) for s in count],
        "coleman-initiate": [s / (2**n - len(winning)) for s in count],
        "coleman-act": [Fraction(len(winning), 2**n)],
        "public-help": [Fraction(sum(i in c for c in winning)) for i in players],
    }[name]
    divided = name in ("banzhaf", "deegan-packel", "holler", "johnston", "public-help")
    return [Fraction(x) / sum(raw) for x in raw] if divided else [Fraction(x) for x in raw]


def test_the_list_is_alphabetical_and_complete() -> None:
    ids = [index.id for index in INDICES]
    assert ids == sorted(set(ids)) and len(ids) == 11
    assert all(index_named(name).id == name for name in ids)


@pytest.mark.parametrize("index", INDICES, ids=lambda index: index.id)
@given(weights=weights_of, data=st.data())
@settings(max_examples=40, deadline=None)
def test_an_index(index: Index, weights: list[int], data: st.DataObject) -> None:
    quota = data.draw(st.integers(1, sum(weights)))
    values = power_of(weights, {"at_least": quota}, index.id)
    assert values == brute(index.id, weights, quota)
    assert all(isinstance(x, Fraction) and x >= 0 for x in values)
    assert len(values) == (len(weights) if index.per_player else 1)
    if index.sums_to_one:
        assert sum(values) == 1
    if index.per_player:
        by_weight = dict(zip(weights, values, strict=True))
        assert all(by_weight[w] == x for w, x in zip(weights, values, strict=True)), "equal votes, equal power"
        if index.id != "public-help":  # which counts members, decisive or not
            assert all(x == 0 for w, x in zip(weights, values, strict=True) if w == 0), "a dummy has no power"
    assert power_of([7 * w for w in weights], {"at_least": 7 * quota}, index.id) == values, "units do not matter"


@pytest.mark.parametrize("index", INDICES, ids=lambda index: index.id)
def test_a_game_by_its_coalitions_is_the_weighted_game(index: Index) -> None:
    weights, quota = [4, 3, 2, 1], 6
    subsets = [c for k in range(1, 5) for c in combinations(range(4), k)]
    listed = Listed(4, [int(sum(weights[i] for i in c) >= quota) for c in subsets])
    assert power_of(listed, index=index.id) == power_of(weights, {"at_least": quota}, index.id)


@pytest.mark.parametrize("index", INDICES, ids=lambda index: index.id)
def test_an_index_names_its_paper(index: Index) -> None:
    assert any(character.isdigit() for character in index.source)
    assert index.compute.__doc__


@pytest.mark.parametrize("index", INDICES, ids=lambda index: index.id)
@given(weights=weights_of, data=st.data())
@settings(max_examples=30, deadline=None)
def test_every_method_gives_the_index(index: Index, weights: list[int], data: st.DataObject) -> None:
    quota = data.draw(st.integers(1, sum(weights)))
    truth = brute(index.id, weights, quota)
    rule = {"at_least": quota}
    assert list(estimate_of(weights, rule, index.id, Method("exact")).values) == truth
    for name in ("dynamic", "quantised"):  # so few votes need no rounding
        found = estimate_of(weights, rule, index.id, Method(name))
        assert found.error is not None and found.error < 1e-9
        near = 1e-11 if index.looks_at == "vulnerable" else 1e-14
        assert [float(x) for x in found.values] == pytest.approx([float(x) for x in truth], rel=1e-12, abs=near)
        dummies = [k for k, w in enumerate(weights) if not truth[k]] if index.per_player else []
        assert all(found.values[k] == 0 for k in dummies), "a dummy has exactly no power"


@pytest.mark.parametrize("index", INDICES, ids=lambda index: index.id)
@pytest.mark.parametrize(("weights", "quota"), [([5, 4, 3, 2, 2, 1], 9), ([8, 1, 1, 1, 0], 9), ([6, 5, 5, 1], 6)])
def test_draws_hold_the_index(index: Index, weights: list[int], quota: int) -> None:
    truth = brute(index.id, weights, quota)
    found = estimate_of(weights, {"at_least": quota}, index.id, Method("sampled", samples=8000, seed=11))
    assert found.method == "sampled" and found.error is not None and found.settings["seed"] == 11
    scale = float(max(truth)) if index.id == "swings" else 1.0
    assert all(abs(float(x) - float(y)) <= 2.5 * found.error * scale for x, y in zip(truth, found.values, strict=True))
    if index.sums_to_one:
        assert float(sum(found.values)) == pytest.approx(1)
    if index.per_player and index.id != "public-help":
        assert all(y == 0 for x, y in zip(truth, found.values, strict=True) if x == 0)


@pytest.mark.parametrize("index", INDICES, ids=lambda index: index.id)
def test_auto_takes_a_method_that_it_names(index: Index) -> None:
    few = estimate_of([5, 3, 2], {"at_least": 6}, index.id)
    assert few.method == "exact" and few.error is None
    many = estimate_of([1 + k % 40 for k in range(150)], None, index.id)
    assert many.method in METHODS and many.method != "auto" and (many.error is None) == (many.method == "exact")
    assert len(many.values) == (150 if index.per_player else 1)
