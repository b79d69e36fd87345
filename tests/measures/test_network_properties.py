"""What must hold on any network: measures against brute force, conservation, order, and indifference to names and units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from math import factorial, lcm, prod
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crosshold.errors import RequestError
from crosshold.kernels.components import components
from crosshold.kernels.csr import compress
from crosshold.measures.control import control, ultimate
from crosshold.measures.dividends import dividends
from crosshold.measures.lookthrough import lookthrough
from crosshold.measures.loops import loops, ownerless
from crosshold.measures.ownership import CONVENTIONS, ownership
from crosshold.measures.value import own_assets, value
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Snapshot
from crosshold.network import Network, build

Rows = list[tuple[str, str, Fraction]]
HALF = Fraction(1, 2)
COMPARED = settings(max_examples=60, deadline=None)


@st.composite
def holdings(draw: st.DrawFn, most: int = 5) -> Rows:
    """Stakes of up to ``most`` entities in each other; an issuer may be held completely, so ownerless rings occur."""
    names = "ABCDEF"[: draw(st.integers(2, most))]
    rows: Rows = []
    for issuer in names:
        weights = {holder: draw(st.sampled_from((0, 0, 0, 1, 2, 3, 6))) for holder in names if holder != issuer}
        total = sum(weights.values()) + draw(st.sampled_from((0, 1, 2, 5)))
        rows += [(holder, issuer, Fraction(w, total)) for holder, w in weights.items() if w]
    assume(rows)
    return rows


def stakes(rows: Rows) -> tuple[list[str], np.ndarray[Any, Any]]:
    names = sorted({name for h, i, _ in rows for name in (h, i)})
    matrix = np.zeros((len(names), len(names)))
    for h, i, share in rows:
        matrix[names.index(h), names.index(i)] += float(share)
    return names, matrix


def walk_sums(matrix: np.ndarray[Any, Any], source: int, avoid: bool) -> np.ndarray[Any, Any]:
    """Sum over walks from ``source``, walk length by walk length; ``avoid`` ends a walk when it comes back."""
    step = matrix[source].copy()
    total = step.copy()
    for _ in range(3000):
        if avoid:
            step[source] = 0.0
        step = step @ matrix
        total += step
        if step.max() < 1e-15:
            break
    return np.asarray(total)


def simple_sum(rows: Rows, start: str, end: str) -> Fraction:
    share = {(h, i): f for h, i, f in rows}
    others = sorted({name for h, i, _ in rows for name in (h, i)} - {start, end})
    paths = [(start, *middle, end) for k in range(len(others) + 1) for middle in permutations(others, k)]
    return sum(
        (prod((share.get(edge, Fraction(0)) for edge in pairwise(path)), start=Fraction(1)) for path in paths), Fraction(0)
    )


def totals(rows: Rows, convention: str, **options: Any) -> dict[tuple[str, str], Any]:
    return {(r.holder, r.issuer): r.total for r in ownership(Network.from_holdings(rows), convention=convention, **options).rows}


@given(holdings())
@COMPARED
def test_ownership_equals_the_sum_over_walks(rows: Rows) -> None:
    names, matrix = stakes(rows)
    assume(max(abs(np.linalg.eigvals(matrix))) < 0.97)
    for convention, avoid in (("all-walks", False), ("source-avoiding", True)):
        found = totals(rows, convention)
        for s, holder in enumerate(names):
            for j, total in enumerate(walk_sums(matrix, s, avoid)):
                assert abs(float(found.get((holder, names[j]), 0)) - total) < 1e-9


@given(holdings(most=5))
@COMPARED
def test_simple_paths_equal_the_sum_over_orders(rows: Rows) -> None:
    found = totals(rows, "simple-paths")
    names = sorted({name for h, i, _ in rows for name in (h, i)})
    for a, b in permutations(names, 2):
        assert found.get((a, b), 0) == simple_sum(rows, a, b)
    assert all(a != b for a, b in found)


@given(holdings())
@COMPARED
def test_conventions_are_ordered_and_bounded(rows: Rows) -> None:
    by = {convention: totals(rows, convention) for convention in CONVENTIONS}
    for cell, most in by["all-walks"].items():
        middle, least = by["source-avoiding"][cell], by["simple-paths"].get(cell, Fraction(0))
        if most is not None:
            assert least <= middle <= most
            assert middle <= 1


@given(holdings())
@COMPARED
def test_one_issuer_is_answered_as_in_the_whole_table(rows: Rows) -> None:
    for convention in CONVENTIONS:
        whole = totals(rows, convention)
        issuer = rows[0][1]
        assert totals(rows, convention, issuers=[issuer]) == {cell: x for cell, x in whole.items() if cell[1] == issuer}


@given(holdings())
@COMPARED
def test_float64_agrees_with_fractions(rows: Rows) -> None:
    names, matrix = stakes(rows)
    assume(np.linalg.cond(np.eye(len(names)) - matrix) < 1e6)
    exact, floats = totals(rows, "source-avoiding"), totals(rows, "source-avoiding", exact=False)
    for cell, x in exact.items():
        assert abs(floats[cell] - float(x)) <= 1e-12 * max(1.0, float(x)) * 1e2


@given(holdings())
@COMPARED
def test_lookthrough_columns_sum_to_one_or_have_no_answer(rows: Rows) -> None:
    network = Network.from_holdings(rows)
    result = lookthrough(network)
    lost = {name for members in ownerless(network) for name in members}
    while more := {i for h, i, _ in rows if h in lost} - lost:
        lost |= more
    assert set(result.undetermined) == lost
    for company in {i for _, i, _ in rows}:
        column = [row.fraction for row in result.rows if row.company == company]
        assert all(x is None for x in column) if company in lost else sum(x for x in column if x is not None) == 1


def crosses(rows: Rows, group: Iterable[str], company: str, threshold: Fraction) -> bool:
    members = set(group)
    return sum((f for h, i, f in rows if i == company and h in members and h != company), Fraction(0)) > threshold


def subsets(names: list[str]) -> list[set[str]]:
    return [set(chosen) for k in range(len(names) + 1) for chosen in combinations(names, k)]


@given(holdings(most=6), st.sampled_from((HALF, Fraction(1, 4), Fraction(2, 3))))
@COMPARED
def test_control_is_the_intersection_of_all_closed_sets(rows: Rows, threshold: Fraction) -> None:
    names = sorted({name for h, i, _ in rows for name in (h, i)})
    least = control(Network.from_holdings(rows), threshold=threshold)
    greatest = control(Network.from_holdings(rows), threshold=threshold, fixpoint="greatest")
    for x in names:
        others = [name for name in names if name != x]
        closed = [s for s in subsets(others) if all(y in s for y in others if crosses(rows, s | {x}, y, threshold))]
        assert {r.controlled for r in least.rows if r.controller == x} == set.intersection(*closed)
        if any(h == x for h, _, _ in rows):
            held_up = [s for s in subsets(others) if all(crosses(rows, (s | {x}) - {y}, y, threshold) for y in s)]
            assert {r.controlled for r in greatest.rows if r.controller == x} == set.union(*held_up)


@given(holdings(most=6))
@COMPARED
def test_controllers_of_a_company_form_a_chain(rows: Rows) -> None:
    pairs = {(r.controller, r.controlled) for r in control(Network.from_holdings(rows)).rows}
    for company in {c for _, c in pairs}:
        above = [x for x, c in pairs if c == company]
        assert all((x, y) in pairs or (y, x) in pairs for x, y in combinations(above, 2))
    tops = ultimate(Network.from_holdings(rows)).ultimate
    assert set(tops) == {c for _, c in pairs}
    for company, controllers in tops.items():
        for x in controllers:
            assert x == company or (x, company) in pairs
            assert all((x, y) in pairs for y, c in pairs if c == x and y != x)


@given(holdings(), st.randoms(use_true_random=False))
@COMPARED
def test_a_larger_stake_never_ends_control(rows: Rows, random: Any) -> None:
    before = {(r.controller, r.controlled) for r in control(Network.from_holdings(rows)).rows}
    k = random.randrange(len(rows))
    holder, issuer, share = rows[k]
    free = 1 - sum(f for _, i, f in rows if i == issuer)
    raised = [*rows[:k], (holder, issuer, share + free * Fraction(random.randint(0, 3), 3)), *rows[k + 1 :]]
    assert before <= {(r.controller, r.controlled) for r in control(Network.from_holdings(raised)).rows}


def everything(rows: Rows, name: dict[str, str]) -> dict[str, Any]:
    """All answers about a network whose ids are renamed, as sets, under the old names."""
    old = {new: was for was, new in name.items()}
    network = Network.from_holdings([(name[h], name[i], f) for h, i, f in rows])

    def back(word: str) -> str:
        head, _, tail = word.rpartition("float:")
        return f"float:{old[tail]}" if word.startswith("float:") else old[head or tail]

    worth = value(network, {name[h]: 7 for h, _, _ in rows})
    return {
        "own": {(back(r.holder), back(r.issuer), r.total) for r in ownership(network).rows},
        "look": {(back(r.owner), back(r.company), r.fraction) for r in lookthrough(network).rows},
        "control": {(back(r.controller), back(r.controlled), r.votes, r.steps) for r in control(network).rows},
        "value": {(back(c), x, worth.outside_value[c]) for c, x in worth.values.items()},
        "loops": {(frozenset(map(back, loop.path)), loop.gain) for loop in loops(network).loops},
    }


@given(holdings(), st.permutations("ABCDEF"))
@COMPARED
def test_names_do_not_matter(rows: Rows, order: list[str]) -> None:
    same = {name: name for name in "ABCDEF"}
    assert everything(rows, same) == everything(rows, dict(zip("ABCDEF", order, strict=True)))


@given(holdings())
@COMPARED
def test_a_stranger_and_a_split_lot_change_nothing(rows: Rows) -> None:
    (holder, issuer, share), *rest = rows
    split: Rows = [(holder, issuer, share / 3), *rest, (holder, issuer, 2 * share / 3), ("Y", "Z", Fraction(3, 10))]
    for convention in CONVENTIONS:
        found = totals(split, convention)
        assert found.pop(("Y", "Z")) == Fraction(3, 10)
        assert found == totals(rows, convention)


def counted(rows: Rows, scale: dict[str, int]) -> Network:
    """The same stakes as whole shares: each company has ``scale`` times the smallest number that makes them whole."""
    issued = {i: scale[i] * lcm(*(f.denominator for _, j, f in rows if j == i)) for _, i, _ in rows}
    names = sorted({name for h, i, _ in rows for name in (h, i)})
    return build(
        Snapshot(
            at=date(2020, 1, 28),
            entities={name: Entity(name) for name in names},
            issuers={name: Issuer(name, issued.get(name, 1)) for name in names},
            lots=Lots(Lot(f"{h}>{i}", i, h, int(f * issued[i])) for h, i, f in rows),
        )
    )


@given(holdings(), st.lists(st.integers(1, 10**6), min_size=6, max_size=6))
@COMPARED
def test_the_number_of_shares_a_company_is_cut_into_does_not_matter(rows: Rows, scales: list[int]) -> None:
    shares = counted(rows, dict(zip("ABCDEF", scales, strict=True)))
    plain = Network.from_holdings(rows)
    assert ownership(shares).rows == ownership(plain).rows
    assert lookthrough(shares).rows == lookthrough(plain).rows
    assert control(shares, basis="capital").rows == control(plain).rows


@given(holdings(), st.lists(st.integers(-50, 200), min_size=6, max_size=6))
@COMPARED
def test_outside_values_add_up_to_own_assets_and_back(rows: Rows, assets: list[int]) -> None:
    network = Network.from_holdings(rows)
    own = dict(zip([name for name in network.ids if any(i == name for _, i, _ in rows)], assets, strict=False))
    result = value(network, own)
    assume(None not in result.values.values())
    assert sum(x for x in result.outside_value.values() if x is not None) == sum(own.values())
    twice = value(network, {name: 2 * money for name, money in own.items()})
    assert all(twice.values[name] == 2 * (x or 0) for name, x in result.values.items())
    assert (
        own_assets(network, {k: Fraction(v) for k, v in result.values.items() if v is not None}).own_assets == result.own_assets
    )
    for j in result.values:
        assert sum(row[j] or 0 for row in result.dependency.values()) == 1
    assert sum(row.money or 0 for row in result.contributions) == sum(own.values())


@given(holdings(), st.lists(st.integers(-20, 100), min_size=6, max_size=6), st.sampled_from(("1", "1/2", "0")))
@COMPARED
def test_profits_are_retained_received_or_taxed(rows: Rows, profits: list[int], rate: str) -> None:
    network = Network.from_holdings(rows)
    companies = [name for name in network.ids if any(i == name for _, i, _ in rows)]
    profit = dict(zip(companies, profits, strict=False))
    holder, issuer, _ = rows[0]
    result = dividends(network, profit, dict.fromkeys(companies[:2], rate), withholding={(holder, issuer): Fraction(1, 10)})
    assume(None not in result.income.values())
    outside = sum(row.amount or 0 for row in result.flows if row.holder not in result.paid)
    assert sum(profit.values()) == sum(x or 0 for x in result.retained.values()) + outside + sum(
        x or 0 for x in result.tax.values()
    )
    assert all((x or 0) >= 0 for x in result.paid.values())


@given(holdings())
@COMPARED
def test_loops_are_all_the_simple_cycles(rows: Rows) -> None:
    share = {(h, i): f for h, i, f in rows}
    names = sorted({name for edge in share for name in edge})
    cycles = {
        path: prod((share[edge] for edge in pairwise((*path, path[0]))), start=Fraction(1))
        for k in range(2, len(names) + 1)
        for path in permutations(names, k)
        if path[0] == min(path) and all(edge in share for edge in pairwise((*path, path[0])))
    }
    assert {loop.path: loop.gain for loop in loops(Network.from_holdings(rows)).loops} == cycles


def test_number_of_loops_of_a_complete_digraph() -> None:
    for k in range(2, 7):
        rows = [(a, b, Fraction(1, k)) for a, b in permutations("ABCDEF"[:k], 2)]
        expected = sum(factorial(k) // (r * factorial(k - r)) for r in range(2, k + 1))
        assert len(loops(Network.from_holdings(rows)).loops) == expected


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
@COMPARED
def test_components_are_mutual_reach_in_topological_order(edges: list[tuple[int, int]]) -> None:
    columns = np.array([(a, b, 1) for a, b in edges], dtype=np.int64).reshape(-1, 3)
    found = components(*compress(8, columns[:, 0], columns[:, 1], columns[:, 2])[:2])
    reach = np.eye(8, dtype=bool)
    for a, b in edges:
        reach[a, b] = True
    for k in range(8):
        reach |= np.outer(reach[:, k], reach[k])
    assert {frozenset(members) for members in found} == {
        frozenset(np.flatnonzero(reach[i] & reach[:, i]).tolist()) for i in range(8)
    }
    place = {node: k for k, members in enumerate(found) for node in members}
    assert all(place[a] <= place[b] for a, b in edges)


def test_columns_that_do_not_fit_are_told_all_at_once() -> None:
    node, whole = np.array([0, 1], dtype=np.int32), np.array([60, 40])
    good = Network.from_columns(["A", "B", "C"], node, np.array([2, 2], dtype=np.int32), whole, np.array([0, 0, 100]))
    assert good.capital.fraction(0, 2) == Fraction(3, 5)
    with pytest.raises(RequestError) as caught:
        Network.from_columns(["B", "A"], node, np.array([2, -1], dtype=np.int32), np.array([-1, 5]), np.array([1]))
    assert [(f.code, f.where) for f in caught.value.findings] == [
        ("E_COLUMNS", "total"), ("E_COLUMNS", "issuer"), ("E_COLUMNS", "weight"), ("E_COLUMNS", "ids"),
    ]  # fmt: skip
    with pytest.raises(RequestError, match="whole numbers"):
        Network.from_columns(["A", "B"], node, node, np.array([0.5, 0.5]), np.array([1, 1]))
    with pytest.raises(RequestError, match="refuse or report"):
        Network.from_columns(["A", "B"], node, node[::-1], whole, np.array([100, 100]), overheld="maybe")
