"""Strongly connected components, against scipy and against reachability."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from crosshold.kernels.compiler import COMPILE_FROM
from crosshold.kernels.components import Components, components, strong_components
from crosshold.kernels.csr import compress

Edges = list[tuple[int, int]]


def rows(n: int, edges: Edges) -> tuple[np.ndarray, np.ndarray]:
    columns = np.array(sorted(set(edges)), dtype=np.int64).reshape(-1, 2)
    pointer, target, _ = compress(n, columns[:, 0], columns[:, 1], np.ones(len(columns), np.int64))
    return pointer, target


def check(n: int, edges: Edges, found: Components, *, targets_first: bool) -> None:
    listed = [found.members(k).tolist() for k in range(len(found.start) - 1)]
    expected: dict[int, list[int]] = {}
    if n:
        row, column = np.array(edges, dtype=np.int64).reshape(-1, 2).T
        matrix = csr_matrix((np.ones(len(row)), (row, column)), shape=(n, n))
        for node, label in enumerate(connected_components(matrix, connection="strong")[1].tolist()):
            expected.setdefault(label, []).append(node)
    assert sorted(listed) == sorted(expected.values())
    assert sorted(found.order.tolist()) == list(range(n)) and found.sizes.tolist() == [len(c) for c in listed]
    assert all(found.label[v] == k for k, members in enumerate(listed) for v in members)
    for u, v in edges:
        before, after = (v, u) if targets_first else (u, v)
        assert found.label[before] <= found.label[after]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Edges]:
    n = draw(st.integers(0, 12))
    node = st.integers(0, max(n - 1, 0))
    return n, draw(st.lists(st.tuples(node, node), max_size=30)) if n else []


@given(graphs(), st.booleans())
@settings(max_examples=400, deadline=None)
def test_every_small_graph(graph: tuple[int, Edges], targets_first: bool) -> None:
    n, edges = graph
    found = strong_components(*rows(n, edges), targets_first=targets_first)
    check(n, edges, found, targets_first=targets_first)
    reach = np.eye(n, dtype=bool)
    for u, v in edges:
        reach[u, v] = True
    for k in range(n):
        reach |= np.outer(reach[:, k], reach[k])
    assert np.array_equal(reach & reach.T, found.label[:, None] == found.label[None, :])
    if not targets_first:
        assert components(*rows(n, edges)) == [found.members(k).tolist() for k in range(len(found.start) - 1)]


@pytest.mark.parametrize("kind", [np.int32, np.int64])
@pytest.mark.parametrize("targets_first", [False, True])
def test_large_random_graphs(kind: type, targets_first: bool) -> None:
    """Compiled, at densities around the birth of the giant component."""
    for seed, (n, per_node) in enumerate([(3000, 0.5), (3000, 1.0), (4000, 1.2), (3000, 2.5), (2500, 4.0)]):
        rng = np.random.default_rng(seed)
        edges = [(int(a), int(b)) for a, b in rng.integers(0, n, (int(per_node * n), 2))]
        pointer, target = rows(n, edges)
        found = strong_components(pointer.astype(kind), target.astype(kind), targets_first=targets_first)
        check(n, edges, found, targets_first=targets_first)


def test_long_chains_and_one_long_ring_need_no_recursion() -> None:
    n = 50 * COMPILE_FROM
    chain = strong_components(np.minimum(np.arange(n + 1), n - 1), np.arange(1, n))
    assert chain.order.tolist() == list(range(n)) and chain.start.tolist() == list(range(n + 1))
    ring = strong_components(np.arange(n + 1), (np.arange(n) + 1) % n)
    assert ring.start.tolist() == [0, n] and not ring.label.any()
    assert len(strong_components(np.zeros(1, np.int64), np.zeros(0, np.int32)).order) == 0
