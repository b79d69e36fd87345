"""What must hold for every solution of a game of coalitions: division of the whole, symmetry, null players, covariance, a source."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import RequestError
from crosshold.measures.cooperative import REGIONS, SOLUTIONS, Region, Solution, Split, Stable, solve

NOT_THERE = {"E_GATELY", "E_NO_GAIN", "E_NO_IMPUTATION", "E_NOT_QUASI_BALANCED"}
Worths = dict[frozenset[str], Fraction]


def coalitions(names: str) -> list[frozenset[str]]:
    return [frozenset(c) for k in range(1, len(names) + 1) for c in combinations(names, k)]


@st.composite
def games(draw: st.DrawFn, most: int = 4, superadditive: bool | None = None) -> tuple[str, Worths]:
    """Any worths, or worths that grow faster than the coalition so that every solution exists."""
    names = "ABCDE"[: draw(st.integers(1, most))]
    grows = draw(st.booleans()) if superadditive is None else superadditive
    worths = {}
    for c in coalitions(names):
        value = Fraction(draw(st.integers(0 if grows else -9, 12)), draw(st.sampled_from((1, 1, 3))))
        worths[c] = value + (20 * (len(c) - 1) ** 2 if grows else 0)
    return names, worths


def division(worths: Worths, names: Sequence[str], solution: str) -> list[Fraction] | None:
    """The shares in the order of ``names``; ``None`` when the solution says that it does not exist."""
    try:
        result = solve(worths, solution, players=names)
    except RequestError as error:
        assert {f.code for f in error.findings} <= NOT_THERE
        return None
    assert isinstance(result, Split)
    assert all(isinstance(x, Fraction) for x in result.split.values())
    return [result.split[name] for name in names]


def test_the_lists_are_alphabetical_and_complete() -> None:
    ids, sets = [s.id for s in SOLUTIONS], [r.id for r in REGIONS]
    assert ids == sorted(set(ids)) and len(ids) == 8
    assert sets == sorted(set(sets)) == ["core", "cost-of-stability", "least-core"]


@pytest.mark.parametrize("item", [*SOLUTIONS, *REGIONS], ids=lambda item: item.id)
def test_a_solution_names_its_paper(item: Solution | Region) -> None:
    assert any(character.isdigit() for character in item.source)
    assert (item.compute if isinstance(item, Solution) else item.demands).__doc__


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda s: s.id)
@given(game=games(), data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_solution(solution: Solution, game: tuple[str, Worths], data: st.DataObject) -> None:
    names, worths = game
    split = division(worths, names, solution.id)
    if split is None:
        assert solution.needs
        return
    if solution.efficient:
        assert sum(split) == worths[frozenset(names)]
    order = data.draw(st.permutations(names))
    assert division(worths, order, solution.id) == [split[names.index(name)] for name in order], "names do not matter"
    units, gifts = data.draw(st.sampled_from((Fraction(1, 7), Fraction(3)))), data.draw(st.lists(st.integers(-5, 5), min_size=5))
    scaled = {c: units * v + sum(gifts[names.index(name)] for name in c) for c, v in worths.items()}
    expected = [units * x + gift for x, gift in zip(split, gifts, strict=False)]
    assert division(scaled, names, solution.id) == expected, "covariant under a v + b"


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda s: s.id)
@given(game=games(most=3))
@settings(max_examples=15, deadline=None)
def test_a_null_player_gets_nothing(solution: Solution, game: tuple[str, Worths]) -> None:
    names, worths = game
    with_null = {**worths, **{c | {"N"}: v for c, v in worths.items()}, frozenset("N"): Fraction(0)}
    split = division(with_null, [*names, "N"], solution.id)
    if split is not None and solution.null_player:
        assert split[-1] == 0


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda s: s.id)
@given(values=st.lists(st.integers(0, 30), min_size=4, max_size=4))
@settings(max_examples=15, deadline=None)
def test_equal_players_get_the_same(solution: Solution, values: list[int]) -> None:
    worths = {c: Fraction(values[len(c) - 1] + 40 * (len(c) - 1)) for c in coalitions("ABCD")}
    split = division(worths, "ABCD", solution.id)
    assert split is None or len(set(split)) == 1


@pytest.mark.parametrize("region", REGIONS, ids=lambda r: r.id)
@given(game=games(most=4))
@settings(max_examples=20, deadline=None)
def test_a_set_holds_its_corners_and_every_order_of_names_gives_it(region: Region, game: tuple[str, Worths]) -> None:
    names, worths = game
    found = solve(worths, region.id, players=names)
    assert isinstance(found, Stable) and found.corners is not None
    assert bool(found.corners) is (found.core_non_empty or region.id != "core")
    for k, name in enumerate(names if found.corners else ""):
        column = [corner[k] for corner in found.corners]
        assert (min(column), max(column)) == (found.least[name], found.most[name])
    for order in list(permutations(names))[:6]:
        again = solve(worths, region.id, players=order)
        assert isinstance(again, Stable) and (again.epsilon, again.least) == (found.epsilon, found.least)
