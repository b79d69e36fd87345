"""The wedge and the metrics of a business group, against enumeration and closed forms."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError
from crosshold.measures.groups import almeida, business_group
from crosshold.measures.wedge import weakest_link
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Snapshot
from crosshold.network import Network, build

Rows = list[tuple[str, str, Fraction]]
COMPARED = settings(max_examples=60, deadline=None)
FIRMS = "ABCD"


@st.composite
def groups(draw: st.DrawFn) -> tuple[dict[str, Fraction], Rows]:
    """A family's stakes in up to four firms and theirs in each other; some float is always left."""
    family: dict[str, Fraction] = {}
    rows: Rows = []
    firms = FIRMS[: draw(st.integers(2, 4))]
    for firm in firms:
        weights = {h: draw(st.sampled_from((0, 0, 1, 2, 4))) for h in "F" + firms if h != firm}
        total = sum(weights.values()) + draw(st.integers(1, 3))
        family |= {firm: Fraction(weights["F"], total)} if weights["F"] else {}
        rows += [(h, firm, Fraction(w, total)) for h, w in weights.items() if w and h != "F"]
    return (family, rows) if family or rows else ({"A": Fraction(1, 3)}, rows)


def votes(family: dict[str, Fraction], rows: Rows, inside: set[str], firm: str) -> Fraction:
    return family.get(firm, Fraction(0)) + sum((f for h, i, f in rows if i == firm and h in inside), Fraction(0))


def controlled(family: dict[str, Fraction], rows: Rows, firms: list[str], line: Fraction, fixpoint: str) -> set[str]:
    """Least: the intersection of all sets closed upward; greatest: the union of all sets that hold themselves up."""
    sets = [set(c) for k in range(len(firms) + 1) for c in combinations(firms, k)]
    if fixpoint == "least":
        return set.intersection(*(s for s in sets if all(x in s for x in firms if votes(family, rows, s, x) >= line)))
    return set.union(*(s for s in sets if all(votes(family, rows, s, x) >= line for x in s)))


def critical(family: dict[str, Fraction], rows: Rows, firms: list[str], fixpoint: str) -> dict[str, Fraction]:
    lines = {votes(family, rows, set(c), x) for k in range(len(firms) + 1) for c in combinations(firms, k) for x in firms} - {0}
    found = {line: controlled(family, rows, firms, line, fixpoint) for line in lines}
    return {x: max((line for line, s in found.items() if x in s), default=Fraction(0)) for x in firms}


@given(groups())
@COMPARED
def test_critical_thresholds_and_centrality_equal_enumeration(group: tuple[dict[str, Fraction], Rows]) -> None:
    family, rows = group
    firms = sorted({*family, *(n for h, i, _ in rows for n in (h, i))})
    for fixpoint in ("least", "greatest"):
        result = almeida(family, rows, fixpoint=fixpoint, threshold="1/4")
        whole = critical(family, rows, firms, fixpoint)
        assert result.critical_threshold == whole
        inside = controlled(family, rows, firms, Fraction(1, 4), fixpoint)
        assert set(result.controlled) == inside == {x for x in firms if whole[x] >= Fraction(1, 4)}
        assert result.voting_rights == {x: votes(family, rows, inside, x) for x in firms}
        for x in firms if len(firms) > 1 else []:
            without = critical(family, [row for row in rows if row[0] != x], firms, fixpoint)
            fall = sum((whole[y] - without[y] for y in firms if y != x), Fraction(0))
            assert result.centrality[x] == fall / (len(firms) - 1)
        phantom = whole != critical(family, rows, firms, "least")
        assert ("W_PHANTOM_RING" in {f.code for f in result.findings}) is phantom


@given(groups())
@COMPARED
def test_cash_flow_position_and_loops_equal_matrix_powers(group: tuple[dict[str, Fraction], Rows]) -> None:
    family, rows = group
    firms = sorted({*family, *(n for h, i, _ in rows for n in (h, i))})
    matrix = np.zeros((len(firms), len(firms)))
    for h, i, f in rows:
        matrix[firms.index(h), firms.index(i)] = float(f)
    inverse = np.linalg.inv(np.eye(len(firms)) - matrix)
    u = np.array([float(family.get(x, 0)) for x in firms]) @ inverse
    result = almeida(family, rows)
    for k, x in enumerate(firms):
        assert abs(float(result.ultimate[x] or 0) - u[k]) < 1e-12
        position = result.position[x]
        assert position is None if u[k] < 1e-15 else abs(float(position or 0) - (u @ inverse)[k] / u[k]) < 1e-9
        lengths = [n for n in range(1, len(firms) + 1) if np.linalg.matrix_power(matrix, n)[k, k] > 0]
        assert result.loop[x] == (lengths[0] if lengths else None)


@given(groups(), st.sampled_from(("least", "greatest")))
@COMPARED
def test_a_family_in_a_network_has_the_metrics_of_its_stakes(group: tuple[dict[str, Fraction], Rows], fixpoint: str) -> None:
    family, rows = group
    halves = [(half, x, f / 2) for x, f in family.items() for half in ("F1", "F2")]
    network = Network.from_holdings([*halves, *rows, ("F1", "A", 0), ("F2", "A", 0)])
    plain = almeida(family, rows, firms=["A"], threshold="1/4", fixpoint=fixpoint)
    firms = list(plain.ultimate)
    result = business_group(network, ["F1", "F2"], firms=firms, threshold="1/4", fixpoint=fixpoint)
    assert result.table() == plain.table() and result.controlled == plain.controlled
    if family:
        reached = business_group(network, ["F1", "F2"])
        assert {x for x in firms if plain.ultimate[x]} == {x for x, u in reached.ultimate.items() if u}
    for x in firms:
        proof = result.explain(x)
        if proof["complete"] and result.loop[x] is None and all(n is None for n in result.loop.values()):
            total = sum((c["product"] for c in proof["chains"]), Fraction(0))
            assert total == result.ultimate[x]
            weighted = sum((c["length"] * c["product"] for c in proof["chains"]), Fraction(0))
            assert result.position[x] == (weighted / total if total else None)
        assert bool(proof["joins"]) is (result.critical_threshold[x] > 0)
        for step in proof["joins"]:
            assert step["sum"] >= result.critical_threshold[x]
        assert not proof["joins"] or x in {step["firm"] for step in proof["joins"]}


def test_cash_flow_is_of_capital_and_control_of_votes() -> None:
    snapshot = Snapshot(
        at=date(2020, 1, 28),
        entities={name: Entity(name) for name in "FAC"},
        issuers={"A": Issuer("A", 100), "C": Issuer("C", 100)},
        lots=Lots([Lot("1", "A", "F", 30), Lot("3", "A", "C", 5), Lot("2", "C", "A", 40), Lot("4", "C", "F", 60)]),
    )
    network = build(snapshot, {"1": 60, "2": 40, "3": 40, "4": 0})
    result = business_group(network, ["F"], threshold="1/2")
    assert result.ultimate["A"] == (Fraction(3, 10) + Fraction(5, 100) * Fraction(3, 5)) / (1 - Fraction(2, 100))
    assert result.critical_threshold == {"A": Fraction(3, 5), "C": Fraction(3, 5)} and result.controlled == ("A", "C")
    assert result.voting_rights == {"A": 1, "C": 1} and result.settings["votes"] == "gross_votes"
    with pytest.raises(CrossholdError) as caught:
        business_group(network, ["X", "Y"])
    assert [f.code for f in caught.value.findings] == ["E_UNKNOWN_ID", "E_UNKNOWN_ID"]


@given(groups(), st.sampled_from((None, "1/10", "1/4")))
@COMPARED
def test_the_weakest_link_equals_the_sum_over_orders(group: tuple[dict[str, Fraction], Rows], line: str | None) -> None:
    family, links = group
    rows = [("F", x, f) for x, f in family.items()] + links
    stake = {(h, i): f for h, i, f in rows}
    names = sorted({n for edge in stake for n in edge})
    for owner, company in permutations(names, 2):
        others = [n for n in names if n not in (owner, company)]
        orders = [(owner, *middle, company) for k in range(len(others) + 1) for middle in permutations(others, k)]
        chains = [[stake[e] for e in pairwise(p)] for p in orders if all(e in stake for e in pairwise(p))]
        chains = [c for c in chains if line is None or min(c) >= Fraction(line)]
        result = weakest_link(Network.from_holdings(rows), owner, company, threshold=line)
        assert result.cash_flow == sum((prod(c, start=Fraction(1)) for c in chains), Fraction(0))
        assert result.control == sum((min(c) for c in chains), Fraction(0))
        assert result.wedge == result.control - result.cash_flow
        assert result.ratio == (result.cash_flow / result.control if chains else None)
        assert ("W_OVER_ONE" in {f.code for f in result.findings}) is (result.control > 1)


def test_a_chain_counts_when_its_weakest_link_reaches_the_line() -> None:
    network = Network.from_holdings([("F", "A", "0.2"), ("A", "C", "0.5"), ("F", "C", "0.199")])
    assert [row.chain for row in weakest_link(network, "F", "C", threshold="1/5").rows] == [("F", "A", "C")]
    assert "50.000 %" not in str(weakest_link(network, "F", "C")) and "20.000 %" in str(weakest_link(network, "F", "C"))
    assert weakest_link(network, "F", "C").explain()["chains"][0]["chain"] == ("F", "A", "C")


def test_products_are_of_capital_and_minima_of_votes() -> None:
    snapshot = Snapshot(
        at=date(2020, 1, 28),
        entities={name: Entity(name) for name in "FAC"},
        issuers={"A": Issuer("A", 100), "C": Issuer("C", 100)},
        lots=Lots([Lot("1", "A", "F", 30), Lot("2", "C", "A", 40)]),
    )
    network = build(snapshot, {"1": 60, "2": 0})
    result = weakest_link(network, "F", "C")
    assert result.cash_flow == Fraction(3, 25) and result.control == 0 and result.ratio is None


def test_firms_without_a_stake_and_a_firm_called_family() -> None:
    result = almeida({"family": "1/2"}, [("family", "x", "1/2")], firms=["lonely", "family"])
    assert list(result.ultimate) == ["lonely", "family", "x"] and result.ultimate["x"] == Fraction(1, 4)
    assert result.critical_threshold["lonely"] == 0 and result.position["lonely"] is None
    assert almeida({"x": "0.3"}, []).centrality == {"x": None}
    assert result.table()["firm"] == ["lonely", "family", "x"] and "25.000 %" in str(result)


def test_firms_that_own_each_other_completely_have_no_cash_flow_right() -> None:
    result = almeida({"X": "1/2"}, [("A", "B", 1), ("B", "A", 1), ("A", "X", "1/2")], threshold="1/2")
    assert result.ultimate["X"] == Fraction(1, 2) and "W_OWNERLESS_CYCLE" in {f.code for f in result.findings}
    assert result.controlled == ("X",) and result.wedge["X"] == 0


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: weakest_link(Network.from_holdings([("F", "A", "0.5")]), "A", "A"), "E_SAME"),
        (lambda: weakest_link(Network.from_holdings([("F", "A", "0.5")]), "F", "Q"), "E_UNKNOWN_ID"),
        (lambda: weakest_link(Network.from_holdings([("F", "A", "0.5")]), "F", "A", path_budget=0), "E_PATH_BUDGET"),
        (lambda: almeida({}, []), "E_NO_FIRMS"),
        (lambda: almeida({}, [("A", "B", "0.5")], fixpoint="middle"), "E_FIXPOINT"),
        (lambda: almeida({"A": "2/3"}, [("B", "A", "0.5")]), "E_OVERHELD"),
        (lambda: almeida({"A": "2/3"}, [], threshold="50"), "E_THRESHOLD_RANGE"),
    ],
)
def test_faulty_questions(call: Any, code: str) -> None:
    with pytest.raises(CrossholdError) as caught:
        call()
    assert caught.value.findings[0].code == code
