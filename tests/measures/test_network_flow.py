"""Network power flow against every order of unions and members, and what hangs on circles against walking up from each node."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import RequestError
from crosshold.kernels import pivot_trees
from crosshold.measures.network_power import npf, npi
from crosshold.network import Network

Rows = list[tuple[str, str, Fraction]]
HALF = Fraction(1, 2)
NAMES = "ABCDEF"
CIRCLE = [
    ("P", "A", ".3"),
    ("B", "A", ".3"),
    ("Q", "A", ".3"),
    ("A", "B", ".4"),
    ("Q", "B", ".4"),
    ("A", "C", ".5"),
    ("B", "C", ".5"),
    ("C", "D", ".6"),
]


@st.composite
def downwards(draw: st.DrawFn) -> Rows:
    """Holdings that only lead to later letters; sisters under one parent occur, so that unions have several members."""
    count = draw(st.integers(3, 6))
    rows: Rows = []
    for j in range(1, count):
        holders = draw(st.lists(st.integers(0, j - 1), max_size=4, unique=True))
        weights = [draw(st.integers(1, 5)) for _ in holders]
        whole = max(1, sum(weights) + draw(st.sampled_from((0, 0, 0, 1, 3))))
        rows += [(NAMES[h], NAMES[j], Fraction(w, whole)) for h, w in zip(holders, weights, strict=True)]
    return [*rows, *((name, f"{name}'", Fraction(1)) for name in NAMES[:count])]


def by_hand(rows: Rows) -> dict[str, Fraction]:
    names = sorted({name for h, i, _ in rows for name in (h, i)}, key=lambda name: (len(name), name))
    states: list[tuple[dict[str, str], dict[str, str], Fraction]] = [({}, {}, Fraction(1))]
    for name in names:
        after = []
        held = [(h, f) for h, i, f in rows if i == name]
        for labels, parents, chance in states:
            unions: dict[str, list[tuple[str, Fraction]]] = {}
            for h, f in held:
                unions.setdefault(labels[h], []).append((h, f))
            found: Counter[tuple[str, str]] = Counter()
            for order in permutations(unions.values()):
                for inside in product(*(permutations(members) for members in order)):
                    running, winner = Fraction(0), (name, "")
                    for h, f in (pair for members in inside for pair in members):
                        running += f
                        if running > HALF:
                            winner = (labels[h], h)
                            break
                    found[winner] += 1
            for (label, direct), count in found.items():
                mine = {**parents, name: direct} if direct else parents
                after.append(({**labels, name: label}, mine, chance * count / found.total()))
        states = after
    flow = dict.fromkeys(names, Fraction(0))
    for _, parents, chance in states:
        for name in names:
            at = name
            while at:
                flow[at] += chance
                at = parents.get(at, "")
    return flow


@given(downwards())
@settings(max_examples=100, deadline=None)
def test_every_order_of_unions_and_members(rows: Rows) -> None:
    network = Network.from_holdings(rows)
    result = npf(network, method="exact")
    assert dict(result.values) == by_hand(rows)
    power = npi(network, method="exact")
    for name in network.ids:
        if not any(i == name for _, i, _ in rows):
            assert result.values[name] == power.values[name], "through the one at the top flows all that ends with him"


@given(downwards(), st.integers(0, 10**6), st.sampled_from(("none", "ocean")))
@settings(max_examples=30, deadline=None)
def test_samples_agree_with_the_exact_answer(rows: Rows, seed: int, free_float: str) -> None:
    network = Network.from_holdings(rows)
    exact = npf(network, method="exact", free_float=free_float)
    sampled = npf(network, method="sampled", draws=300, seed=seed, free_float=free_float)
    assert sampled.error is not None
    assert (abs(sampled.values.array - exact.values.array.astype(float)) <= 6 * sampled.error.array + 0.06).all()


@given(st.lists(st.integers(-1, 9), min_size=2, max_size=8))
@settings(max_examples=200, deadline=None)
def test_what_hangs_on_circles_counts_once_for_each(above: list[int]) -> None:
    size = len(above)
    parent = np.array([u if u != k else -1 for k, u in enumerate(above)] + [-1] * 12, np.int32)
    weight = np.array([1.0 + 2.0**k for k in range(len(parent))])
    expected = np.where(np.arange(len(parent)) < size, 0.0, weight)
    for k in range(size):
        seen, at = set(), k
        while at >= 0 and at not in seen:
            seen.add(at)
            expected[at] += weight[k]
            at = int(parent[at])
    children = np.zeros(len(parent), np.int32)
    pivot_trees._fold(np.arange(size, dtype=np.int32), parent, weight, children)
    assert (weight == expected).all() and not children.any()


def test_circles_threads_and_the_compiled_form(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network.from_holdings(CIRCLE)
    with pytest.raises(RequestError, match="E_RING"):
        npf(network, method="exact")
    for line in ("WAIT_FROM", "LOADED_FROM"):
        monkeypatch.setattr(f"crosshold.kernels.compiler.{line}", 10**9)
    plain = npf(network, draws=300, seed=5, threads=1)
    for line in ("WAIT_FROM", "LOADED_FROM"):
        monkeypatch.setattr(f"crosshold.kernels.compiler.{line}", 0)
    for threads in (1, 3):
        again = npf(network, draws=300, seed=5, threads=threads)
        assert (again.values.array == plain.values.array).all()
        assert again.error is not None and plain.error is not None
        assert (again.error.array == plain.error.array).all()
    many = npf(network, draws=40_000, seed=6)
    power = npi(network, draws=40_000, seed=6)
    assert {"N_RING", "W_SAMPLED"} <= {f.code for f in many.findings} and many.settings["on_rings"] == 2
    # C and D hang under A or B, by the labels of this round; who labels them is the same in both measures
    assert power.error is not None and many.error is not None
    for name in "PQ":
        assert float(many.values[name]) <= float(power.values[name]) + 4 * (many.error[name] + power.error[name])
    assert many.values["C"] == 2 and many.values["D"] == 1


def test_sisters_share_what_flows_from_their_parent() -> None:
    rows = [("O", "S", "1"), ("O", "T", "1"), ("S", "K", "0.3"), ("T", "K", "0.3"), ("X", "K", "0.4"), ("K", "L", "0.9")]
    result = npf(Network.from_holdings(rows))
    # O's sisters have 60 % together; the one who comes second decides K directly, half of the time each
    assert dict(result.values) == {"O": 5, "S": 2, "T": 2, "K": 2, "L": 1, "X": 1}
    assert [row.entity for row in result.rows][:1] == ["O"] and next(iter(result.columns()["power"])) == 5
