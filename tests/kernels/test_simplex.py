"""Exact linear programmes against scipy, and their proofs by multiplication."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.kernels.simplex import Infeasible, Row, Rows, Unbounded, minimise

Line = tuple[list[int], int]


def listed(lines: Sequence[Line], *, lazy: bool = False) -> Rows:
    """Rows that are written down. ``lazy`` always answers with the first violated one, the worst choice allowed."""

    def rows(z: Sequence[int], scale: int, *, flat: bool, first: bool) -> Row | None:
        short = [(0 if flat else b * scale) - sum(x * y for x, y in zip(a, z, strict=True)) for a, b in lines]
        worst = max(range(len(short)), key=short.__getitem__, default=None)
        if first or lazy:
            worst = next((k for k, x in enumerate(short) if x > 0), None)
        return Row(worst, *lines[worst]) if worst is not None and short[worst] > 0 else None

    return rows


@st.composite
def programmes(draw: st.DrawFn) -> tuple[list[int], list[Line], list[Line]]:
    k = draw(st.integers(1, 4))
    numbers = st.lists(st.integers(-3, 3), min_size=k, max_size=k)
    lines = draw(st.lists(st.tuples(numbers, st.integers(-4, 4)), max_size=8))
    if draw(st.booleans()):  # a box, so that there is an end
        lines += [([s * int(i == j) for j in range(k)], -5) for i in range(k) for s in (1, -1)]
    equations = [(draw(numbers.filter(any)), draw(st.integers(-3, 3)))] if draw(st.booleans()) else []
    return draw(numbers), lines, equations


@given(programmes(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_optimum_is_that_of_scipy_and_proves_itself(programme: tuple[list[int], list[Line], list[Line]], lazy: bool) -> None:
    from scipy.optimize import linprog

    c, lines, equations = programme
    upper = {"A_ub": [[-x for x in a] for a, _ in lines], "b_ub": [-b for _, b in lines]} if lines else {}
    equal = {"A_eq": [a for a, _ in equations], "b_eq": [b for _, b in equations]} if equations else {}
    known = linprog(c, **upper, **equal, bounds=(None, None))
    try:
        best = minimise(c, listed(lines, lazy=lazy), equations)
    except (Infeasible, Unbounded):
        assert known.status in (2, 3, 4), "scipy may not tell the two apart"
        return
    assert known.status == 0
    value = sum((x * y for x, y in zip(c, best.z, strict=True)), Fraction(0))
    assert abs(float(value) - known.fun) < 1e-7
    assert all(sum(x * y for x, y in zip(a, best.z, strict=True)) >= b for a, b in lines)
    assert all(sum(x * y for x, y in zip(a, best.z, strict=True)) == b for a, b in equations)
    proof = [*((w, *lines[key]) for key, w in best.weights.items())]
    assert all(w > 0 for w, _, _ in proof)
    proof += [(w, *line) for w, line in zip(best.free, equations, strict=True)]
    assert [sum(w * a[j] for w, a, _ in proof) for j in range(len(c))] == c
    assert sum(w * b for w, _, b in proof) == value, "no gap between the two sides"


def test_a_programme_that_cycles_without_a_rule_ends() -> None:
    # Beale 1955, as the dual: maximise 3/4 x1 - 150 x2 + 1/50 x3 - 6 x4; the optimum is 1/20
    lines = [
        ([25, 50, 0], 75), ([-6000, -9000, 0], -15000), ([-4, -2, 100], 2), ([900, 300, 0], -600),
        ([1, 0, 0], 0), ([0, 1, 0], 0), ([0, 0, 1], 0),
    ]  # fmt: skip
    for lazy in (False, True):
        assert minimise([0, 0, 1], listed(lines, lazy=lazy)).z[2] == Fraction(1, 20)


def test_contradictions_and_programmes_without_end() -> None:
    with pytest.raises(Infeasible):
        minimise([1], listed([([1], 1), ([-1], 0)]))
    with pytest.raises(Unbounded):
        minimise([1, 1], listed([([1, 0], 0)]))
