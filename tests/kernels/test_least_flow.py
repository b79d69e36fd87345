"""Least flows against scipy, their ranges against scipy, bridges by taking edges away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.kernels.least_flow import LeastFlow, bridges, circles

Edges = list[tuple[int, int, int]]


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, Edges]:
    n = draw(st.integers(2, 5))
    pairs = [(u, v) for u in range(n) for v in range(n) if u != v]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1, max_size=10))
    return n, [(u, v, draw(st.integers(1, 4))) for u, v in chosen]


def supplies(n: int, edges: Edges, amounts: list[int] | None = None) -> list[int]:
    supply = [0] * n
    for k, (u, v, most) in enumerate(edges):
        amount = most if amounts is None else amounts[k]
        supply[u] += amount
        supply[v] -= amount
    return supply


def by_scipy(n: int, edges: Edges, objective: list[float], total: float | None = None) -> Any:
    from scipy.optimize import linprog

    matrix = np.zeros((n, len(edges)))
    for k, (u, v, _) in enumerate(edges):
        matrix[u, k], matrix[v, k] = 1, -1
    right = [float(x) for x in supplies(n, edges)]
    if total is not None:
        matrix, right = np.vstack([matrix, np.ones(len(edges))]), [*right, total]
    return linprog(objective, A_eq=matrix, b_eq=right, bounds=[(0, most) for *_, most in edges])


@given(networks())
@settings(max_examples=150, deadline=None)
def test_the_flow_is_least_and_the_edges_that_can_differ_are_found(network: tuple[int, Edges]) -> None:
    n, edges = network
    least = LeastFlow(n, edges, supplies(n, edges))
    flow = least.flow
    assert all(0 <= x <= most for x, (_, _, most) in zip(flow, edges, strict=True))
    assert supplies(n, edges, flow) == supplies(n, edges)
    assert abs(sum(flow) - by_scipy(n, edges, [1.0] * len(edges)).fun) < 1e-7
    varying = least.varying()
    for k in range(len(edges)):
        ends = [by_scipy(n, edges, [sign * float(j == k) for j in range(len(edges))], sum(flow)).x[k] for sign in (1, -1)]
        assert bool(ends[1] - ends[0] > 1e-6) is (k in varying)
        assert np.allclose(least.bounds(k) if k in varying else (flow[k], flow[k]), ends, atol=1e-6)
    assert least.flow == flow, "asking changes nothing"


def test_large_amounts_stay_exact_and_impossible_supplies_are_refused() -> None:
    big = 10**40
    assert LeastFlow(3, [(0, 1, big + 1), (1, 2, big), (2, 0, big)], [1, -1, 0]).flow == [1, 0, 0]
    with pytest.raises(ValueError, match="no flow"):
        LeastFlow(2, [(0, 1, 1)], [2, -2])


@given(networks())
@settings(max_examples=100, deadline=None)
def test_a_flow_without_loss_falls_into_circles(network: tuple[int, Edges]) -> None:
    n, edges = network
    flow = LeastFlow(n, edges, supplies(n, edges)).flow
    gone = [(u, v, most - x) for (u, v, most), x in zip(edges, flow, strict=True)]
    left = {(u, v): x for u, v, x in gone}
    found = circles(n, gone)
    for path, amount in found:
        assert amount > 0 and len(set(path)) == len(path) and path[0] == min(path)
        for pair in zip(path, [*path[1:], path[0]], strict=True):
            left[pair] -= amount
    assert not any(left.values()) and len(found) <= len(edges)


@given(st.integers(1, 7), st.data())
@settings(max_examples=100, deadline=None)
def test_a_bridge_is_an_edge_without_which_its_ends_are_apart(n: int, data: st.DataObject) -> None:
    pairs = [(u, v) for u in range(n) for v in range(u)]
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    known = set()
    for k, (u, v) in enumerate(edges):
        reached = {u}
        for _ in range(n):
            reached |= {b for e in edges[:k] + edges[k + 1 :] for a, b in (e, e[::-1]) if a in reached}
        if v not in reached:
            known.add(k)
    assert bridges(n, edges) == known
