"""Linear flow in float64 against exact fractions on small graphs and scipy on medium ones; rings closed, almost closed and over-held."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, identity
from scipy.sparse.linalg import spsolve

from crosshold.kernels.csr import transpose
from crosshold.kernels.flow import Divergent, Flow
from crosshold.kernels.large_rings import CORE, Unsettled
from crosshold.kernels.rings import ring_inverse
from crosshold.kernels.settle import Settle

from .flow_cases import TOTAL, Graph, graph, nets


def matrix(net: Graph) -> Any:
    """C with row = holder, column = issuer."""
    pointer, holder, weight, total = net
    issuer = np.repeat(np.arange(len(total)), np.diff(pointer))
    return csr_matrix((weight / total[issuer], (holder, issuer)), shape=(len(total),) * 2)


def exact(net: Graph, given: list[int], closed: list[int], *, down: bool) -> list[Fraction | None]:
    pointer, holder, weight, total = net
    rows = transpose(pointer, holder, weight) if down else (pointer, holder, weight)
    issuer = rows[1] if down else np.repeat(np.arange(len(total)), np.diff(pointer))
    share = [Fraction(int(w), int(total[i])) for w, i in zip(rows[2], issuer, strict=True)]
    solved = Flow(rows[0], rows[1], share, closed).solve(dict(enumerate(map(Fraction, given))))
    return [solved.get(j, Fraction(0)) for j in range(len(total))]  # type: ignore[misc]


@given(nets(), st.sampled_from((2, 3, 300)), st.booleans())
@settings(max_examples=400, deadline=None)
def test_equal_to_fractions_to_the_last_digits(case: Any, dense: int, down: bool) -> None:
    net, given_, _ = case
    settle = Settle(*net, dense=dense)
    closed = [int(node) for number in settle.closed for node in settle.components.members(number)]
    total = net[3]
    for members in (settle.components.members(k).tolist() for k in range(len(settle.state))):
        inside = [sum(int(w) for h, w in zip(*_row(net, j), strict=True) if h in members) for j in members]
        whole = len(members) > 1 and all(w == int(total[j]) for w, j in zip(inside, members, strict=True))
        assert (members[0] in closed) is whole
    found = settle.down(np.array(given_)) if down else settle.up(np.array(given_))
    for got, want in zip(found.tolist(), exact(net, given_, closed, down=down), strict=True):
        if want is None:
            assert np.isnan(got)
        else:
            assert got == pytest.approx(float(want), rel=1e-12)


def _row(net: Graph, j: int) -> tuple[list[int], list[int]]:
    a, b = net[0][j], net[0][j + 1]
    return net[1][a:b].tolist(), net[2][a:b].tolist()


@given(nets(), st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_one_source_visits_only_what_it_reaches(case: Any, source: int) -> None:
    net, given_, _ = case
    source %= len(given_)
    settle = Settle(*net)
    one = np.zeros(len(given_))
    one[source] = 1
    whole = settle.down(one), settle.up(one)
    pointer, issuer, _ = transpose(*net[:3])
    down, up = settle.reached_down(np.array([source]), pointer, issuer), settle.reached_up(np.array([source]))
    parts = settle.down(one.copy(), down), settle.up(one.copy(), up)
    for all_of_it, part, units in zip(whole, parts, (down, up), strict=True):
        np.testing.assert_array_equal(all_of_it, part)
        assert set(np.flatnonzero(part != 0)) <= set(settle.nodes(units).tolist())


@pytest.mark.parametrize("gap", [1, 10, 10**4, 10**7])
@pytest.mark.parametrize("dense", [2, 300])
@pytest.mark.parametrize("members", [2, 3, 40, 600])
def test_nearly_closed_rings_keep_their_digits_and_name_their_condition(gap: int, dense: int, members: int) -> None:
    """One ring of full holdings in which ``gap`` of 10**12 shares of one member are outside."""
    total = 10**12
    edges = {(i, (i + 1) % members): total for i in range(members)}
    edges[0, 1 % members] = total - gap
    settle = Settle(*graph(members + 1, edges | {(members, 1 % members): gap}, [total] * (members + 1)), dense=dense)
    value = settle.up(np.r_[np.ones(members), 0])
    # what the last member gains reaches the outside holder in full, however long it goes round
    assert value[members] == pytest.approx(members, rel=1e-12)
    if members > 2:
        assert value[0] == pytest.approx(members * (total / gap) - (members - 1), rel=1e-12)
    (condition,) = settle.condition.values()
    assert condition == pytest.approx(2 * members * total / gap, rel=0.02)


def test_large_components_against_scipy_by_every_solver() -> None:
    """A giant component with a nearly closed pair in it (blocks), long rings (inverse, LU), with chains above and below."""
    rng = np.random.default_rng(5)
    for kind, n, k in (("block sweeps", 3000, 1000), ("inverse", 2500, 1000), ("sparse LU", 4000, 2500)):
        edges: dict[tuple[int, int], int] = {}
        for j in range(k):
            if kind != "block sweeps":
                edges[(j - 1) % k, j] = TOTAL - (7 if j == 3 else 0)
            else:
                for h in {(j - 1) % k, *rng.integers(0, k, 3).tolist()} - {j}:
                    edges[h, j] = int(rng.integers(1, TOTAL // 6))
        if kind == "block sweeps":
            edges = {e: w for e, w in edges.items() if e[1] not in (10, 11)}
            edges |= {(10, 11): TOTAL - 1, (11, 10): TOTAL - 2, (9, 10): 1, (500, 11): 1}
        for j in range(k, n):
            edges[int(rng.integers(0, j)), j] = int(rng.integers(1, TOTAL))
        for j in range(0, k, 50):
            if kind == "block sweeps" and j not in (10, 11):
                edges[n - 1 - j, j] = 1000
        net = graph(n, edges, [TOTAL] * n)
        settle = Settle(*net)
        assert set(settle.solvers.values()) == {kind}
        given_ = rng.uniform(0, 1, n)
        held = matrix(net)
        for found, system in ((settle.up(given_), held), (settle.down(given_), held.T)):
            wanted = spsolve((identity(n) - system).tocsc(), given_)
            np.testing.assert_allclose(found, wanted, rtol=2e-9)  # scipy itself has about 16 - log10(condition) digits
            assert np.abs(found - system @ found - given_).max() <= 1e-12 * found.max()
        if k == 1000:
            assert max(settle.condition.values()) == pytest.approx(_condition(held, settle), rel=1e-3)


def _condition(held: Any, settle: Settle) -> float:
    members = settle.components.members(max(settle.loops))
    inside = np.eye(len(members)) - held[members][:, members].toarray()
    return float(np.linalg.norm(inside, 1) * np.linalg.norm(np.linalg.inv(inside), 1))


def test_over_held_rings_end_or_are_named() -> None:
    for dense in (2, 300):
        # 300 % of node 0 is held, but little comes back: 3 x 0.2 < 1
        fine = graph(3, {(1, 0): 2 * TOTAL, (2, 0): TOTAL, (0, 1): TOTAL // 5, (0, 2): TOTAL // 5}, [TOTAL] * 3)
        found = Settle(*fine, dense=dense).up(np.ones(3))
        assert found.tolist() == pytest.approx([3.5, 8, 4.5])
        for back in (TOTAL // 3 + 1, TOTAL):  # 3 x 1/3 and more: without end
            wild = graph(4, {(1, 0): 2 * TOTAL, (2, 0): TOTAL, (0, 1): back, (0, 2): back}, [TOTAL] * 4)
            settle = Settle(*wild, dense=dense)
            with pytest.raises(Divergent):
                settle.up(np.ones(4))
            apart = settle.up(np.eye(4)[3], settle.reached_up(np.array([3])))
            assert apart.tolist() == [0, 0, 0, 1], "what does not touch it has its answer"


def test_payout_opens_a_closed_ring() -> None:
    net = graph(2, {(0, 1): 5, (1, 0): 5}, [5, 5])
    assert Settle(*net).closed and np.isnan(Settle(*net).up(np.ones(2))).all()
    half = Settle(*net, passed_on=np.array([0.5, 1.0]))
    assert not half.closed and half.up(np.ones(2)).tolist() == pytest.approx([4, 3])


def test_no_answer_is_an_error_not_a_number() -> None:
    """A dense nearly closed component too large for blocks and for LU stops with its residual."""
    rng = np.random.default_rng(1)
    k = 6000
    edges = {(int(h), j): TOTAL // 4 for j in range(k) for h in (j + rng.permutation(k - 1)[:4] + 1) % k}
    edges[min(h for h, j in edges if j == 0), 0] -= 1
    settle = Settle(*graph(k, edges, [TOTAL] * k))
    with pytest.raises(Unsettled) as told:
        settle.up(np.ones(k))
    assert len(told.value.members) > CORE and told.value.residual > 1e-12


def test_elimination_without_subtraction_is_exact_entry_by_entry() -> None:
    """Against fractions: 3 members with 1e-15 outside, where LU of I - P has no digits left."""
    part = np.array([[0, 0.25, 0.75], [0.5, 0, 0.5], [1.0, 0, 0]])
    outside = np.array([0.0, 0.0, 2.0**-50])
    part[2, 0] = 1 - 2.0**-50
    inverse = np.empty((3, 3))
    rows = [[Fraction(x) for x in row] for row in part.tolist()]
    assert ring_inverse(part, outside.copy(), inverse)
    whole = Flow(np.array([0, 3, 6, 9]), np.tile(np.arange(3), 3), [x for row in rows for x in row])
    for j in range(3):
        solved = whole.solve({j: Fraction(1)})
        assert inverse[j].tolist() == pytest.approx([float(solved[h] or 0) for h in range(3)], rel=1e-15 * 8)
