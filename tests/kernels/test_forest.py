"""The control forest against the per-source least fixpoint, on hundreds of small random networks with rings."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.kernels import tree as columns
from crosshold.kernels.control import least_closure, passes
from crosshold.kernels.csr import compress, transpose
from crosshold.kernels.forest import control_forest
from crosshold.kernels.limits import NEVER, limits
from crosshold.kernels.tree import DEPTH, PARENT, RING, ROOT, is_above

Rows = list[tuple[int, int, int]]


@st.composite
def registers(draw: st.DrawFn) -> tuple[int, int, Rows]:
    """``(entities, total, (issuer, holder, weight) rows)``: nobody above the total, rings and joint control frequent."""
    n = draw(st.integers(2, 12))
    total = draw(st.sampled_from([10, 11, 100]))
    rows: Rows = []
    for issuer in range(n):
        left = total
        for holder in draw(st.lists(st.integers(0, n - 1), max_size=6, unique=True)):
            weight = min(left, draw(st.integers(0, total * 6 // 10)))
            left -= weight
            if holder != issuer and weight:
                rows.append((issuer, holder, weight))
    return n, total, rows


def pairs_by_source(n: int, total: int, rows: Rows, share: Fraction, strict: bool) -> set[tuple[int, int]]:
    out: list[list[tuple[int, int]]] = [[] for _ in range(n)]
    for issuer, holder, weight in rows:
        out[holder].append((issuer, weight))
    test = passes(share, strict, [total] * n)
    return {(x, y) for x in range(n) for y in least_closure(out, [x], test)[0]}


def check(n: int, total: int, rows: Rows, share: Fraction, strict: bool) -> None:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    graph = compress(n, columns[:, 0], columns[:, 1], columns[:, 2])
    limit = limits(np.full(n, total), share.numerator, share.denominator, strict)
    tree, settled = control_forest(*graph, limit)
    ring = tree[:, RING]
    found = {(x, y) for x in range(n) for y in range(n) if x != y and is_above(ring[x], ring[y], tree)}
    assert found == pairs_by_source(n, total, rows, share, strict)
    place = {int(v): k for k, v in enumerate(settled)}
    assert len(place) == n
    for v in range(n):
        above = [c for c in range(n) if ring[c] == c and c != ring[v] and is_above(c, ring[v], tree)]
        assert tree[ring[v], DEPTH] == len(above)
        assert all(place[c] < place[v] for c in above)
        assert tree[ring[v], ROOT] == (min(above, key=lambda c: tree[c, DEPTH]) if above else ring[v])
        assert tree[ring[v], PARENT] == (max(above, key=lambda c: tree[c, DEPTH]) if above else -1)


CONTROL_TESTS = [(Fraction(1, 2), True), (Fraction(2, 3), False), (Fraction(3, 5), True), (Fraction(1), False)]


@settings(max_examples=400)
@given(registers(), st.sampled_from(CONTROL_TESTS))
def test_the_forest_says_what_every_source_says(register: tuple[int, int, Rows], test: tuple[Fraction, bool]) -> None:
    check(*register, *test)


def test_compiled_the_forest_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosshold.kernels.compiler.COMPILE_FROM", 0)
    random = np.random.default_rng(3)
    for _ in range(1000):
        n, total = int(random.integers(2, 14)), 100
        rows: Rows = []
        for issuer in range(n):
            cuts = np.diff(np.sort(random.integers(0, total + 1, size=int(random.integers(1, 7)))))
            holders = random.permutation(n)[: len(cuts)]
            rows += [(issuer, int(h), int(w)) for h, w in zip(holders, cuts, strict=False) if h != issuer and w]
        check(n, total, rows, Fraction(1, 2), True)


def test_a_chain_of_a_million_and_a_ring_of_a_hundred_thousand() -> None:
    n = 1_000_000
    holder = np.arange(n - 1, dtype=np.int32)
    weight = np.full(n - 1, 51)
    tree, _ = control_forest(*compress(n, holder + 1, holder, weight), np.full(n, 50))
    assert (tree[:, DEPTH] == np.arange(n)).all()
    assert (tree[:, ROOT] == 0).all()
    assert is_above.native(17, n - 1, tree) and not is_above.native(n - 1, 17, tree)
    n = 100_000
    holder = np.arange(n, dtype=np.int32)
    tree, _ = control_forest(*compress(n, (holder + 1) % n, holder, np.full(n, 51)), np.full(n, 50))
    assert (tree[:, RING] == 0).all()


@given(
    st.integers(1, 2**62 - 1), st.integers(1, 2**40), st.integers(1, 2**40), st.booleans(), st.integers(-2, 2)
)  # fmt: skip
def test_limits_are_exact_up_to_the_largest_totals(total: int, a: int, b: int, strict: bool, off: int) -> None:
    p, q = min(a, b), max(a, b)
    limit = int(limits(np.array([total]), p, q, strict)[0])
    for weight in (limit, limit + 1, min(total, max(0, p * total // q + off))):
        share = Fraction(weight, total)
        assert (weight > limit) == (share > Fraction(p, q) if strict else share >= Fraction(p, q))


def test_nobody_controls_a_company_without_votes() -> None:
    assert limits(np.array([0]), 1, 2, True)[0] == NEVER


def test_rows_add_up_fall_and_break_ties_by_column() -> None:
    random = np.random.default_rng(1)
    for size in (0, 5, 300, 5000):
        n = 40
        row, column = random.integers(0, n, size), random.integers(0, n, size)
        weight = random.integers(0, 4, size)
        sums: dict[tuple[int, int], int] = {}
        for r, c, w in zip(row.tolist(), column.tolist(), weight.tolist(), strict=True):
            sums[r, c] = sums.get((r, c), 0) + w
        expected = sorted((r, -w, c) for (r, c), w in sums.items() if w)
        pointer, target, value = compress(n, row, column, weight)
        flat = np.repeat(np.arange(n), np.diff(pointer))
        assert list(zip(flat.tolist(), (-value).tolist(), target.tolist(), strict=True)) == expected
        pointer, target, value = transpose(pointer, target, value)
        flat = np.repeat(np.arange(n), np.diff(pointer))
        turned = sorted((c, w, r) for r, w, c in expected)
        assert list(zip(flat.tolist(), (-value).tolist(), target.tolist(), strict=True)) == turned


def test_columns_of_a_tree_are_all_named() -> None:
    names = [RING, PARENT, ROOT, DEPTH, columns.JUMP, columns.LOW]
    assert sorted(names) == list(range(columns.COLUMNS))
