"""The smallest parties that control a company, against all subsets."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError
from crosshold.measures.control import control
from crosshold.measures.parties import smallest_parties
from crosshold.network import Network

Rows = list[tuple[str, str, Fraction]]
HALF = Fraction(1, 2)
COMPARED = settings(max_examples=60, deadline=None)


@st.composite
def holdings(draw: st.DrawFn) -> Rows:
    """Company T, held by up to four others and two persons, which hold each other too."""
    rows: Rows = []
    for issuer in "TABC":
        weights = {h: draw(st.sampled_from((0, 0, 1, 2, 3, 5))) for h in "ABCTPQ" if h != issuer}
        total = sum(weights.values()) + draw(st.sampled_from((0, 1, 3)))
        rows += [(h, issuer, Fraction(w, total)) for h, w in weights.items() if w]
    assume(any(i == "T" for _, i, _ in rows))
    return rows


def wins(rows: Rows, party: set[str], line: Fraction, strict: bool) -> bool:
    """T is in every set that holds what it controls."""
    names = sorted({n for h, i, _ in rows for n in (h, i)} - party)
    for k in range(len(names) + 1):
        for chosen in combinations(names, k):
            inside = party | set(chosen)
            sums = {c: sum((f for h, i, f in rows if i == c and h in inside), Fraction(0)) for c in names if c not in inside}
            if not any(x > line or (x == line and not strict) for x in sums.values()) and "T" not in inside:
                return False
    return True


@given(holdings(), st.sampled_from((HALF, Fraction(1, 4), Fraction(2, 3))), st.booleans(), st.booleans())
@COMPARED
def test_smallest_parties_are_the_minimal_winning_sets(rows: Rows, line: Fraction, strict: bool, persons: bool) -> None:
    network = Network.from_holdings(rows)
    among = [n for n in network.ids if n in "PQA"] if persons else None
    result = smallest_parties(network, "T", among=among, threshold=line, strict=strict)
    pool = sorted(among if among is not None else {h for h, i, _ in rows if i == "T"})
    winning = [set(c) for k in range(1, len(pool) + 1) for c in combinations(pool, k) if wins(rows, set(c), line, strict)]
    minimal = {frozenset(s) for s in winning if not any(other < s for other in winning)}
    assert {frozenset(r.members) for r in result.rows} == minimal and not result.partial
    sizes = [len(r.members) for r in result.rows]
    assert sizes == sorted(sizes)
    pairs = {r.controller for r in control(network, threshold=line, strict=strict).rows if r.controlled == "T"}
    assert set(result.alone) == pairs
    for row in result.rows:
        joint = control(network, threshold=line, strict=strict, together=row.members).rows
        assert [r.votes for r in joint if r.controlled == "T"] == [row.votes]
        proof = result.explain(row.members, "T")
        assert proof["value"] and proof["sum"] == row.votes and not any(proof["without"].values())


def test_the_board_of_three() -> None:
    network = Network.from_holdings([("A", "T", "0.4"), ("B", "T", "0.3"), ("C", "T", "0.2"), ("D", "T", "0.1")])
    result = smallest_parties(network, "T")
    assert [(r.members, str(r.votes)) for r in result.rows] == [
        (("A", "B"), "7/10"), (("A", "C"), "3/5"), (("B", "C", "D"), "3/5")
    ]  # fmt: skip
    assert result.alone == () and {f.code for f in result.findings} == {"N_ONLY_TOGETHER"}
    two = smallest_parties(network, "T", 2)
    assert [r.members for r in two.rows] == [("A", "B"), ("A", "C")] and two.partial and two.complete_to == 2
    assert not result.explain(["A", "D"], "T")["value"] and result.explain(["A", "D"], "T")["sum"] == HALF


def test_votes_of_a_members_companies_count_with_it() -> None:
    network = Network.from_holdings([("P", "H", "0.6"), ("H", "T", "0.3"), ("P", "T", "0.15"), ("Q", "T", "0.1")])
    result = smallest_parties(network, "T")
    assert [r.members for r in result.rows] == [("P", "Q")] and result.rows[0].votes == Fraction(11, 20)
    assert result.explain(["P", "Q"], "T")["by"] == {"H": Fraction(3, 10), "P": Fraction(3, 20), "Q": Fraction(1, 10)}


def test_nobody_and_everybody() -> None:
    float_ = Network.from_holdings([("A", "T", "0.2"), ("B", "T", "0.2")])
    assert smallest_parties(float_, "T").rows == () and {f.code for f in smallest_parties(float_, "T").findings} == {"N_NO_PARTY"}
    one = Network.from_holdings([("A", "T", "0.51"), ("B", "T", "0.2"), ("X", "A", "0.6")])
    assert [r.members for r in smallest_parties(one, "T").rows] == [("A",)]
    assert smallest_parties(one, "T").alone == ("A", "X") and not smallest_parties(one, "T").findings


def test_many_equal_holders_are_told_until_the_limit() -> None:
    network = Network.from_holdings([(f"h{k:03}", "T", Fraction(1, 101)) for k in range(101)])
    result = smallest_parties(network, "T", 5)
    assert [len(r.members) for r in result.rows] == [51] * 5 and result.partial and result.complete_to == 50
    eleven = Network.from_holdings([(f"h{k}", "T", Fraction(1, 11)) for k in range(11)])
    assert len(smallest_parties(eleven, "T", 1000).rows) == comb(11, 6)


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (lambda n: smallest_parties(n, "Q"), ["E_UNKNOWN_ID"]),
        (lambda n: smallest_parties(n, "T", among=["Q", "R"]), ["E_UNKNOWN_ID", "E_UNKNOWN_ID"]),
        (lambda n: smallest_parties(n, "T", 0), ["E_LIMIT"]),
        (lambda n: smallest_parties(n, "T", threshold=0.5), ["E_THRESHOLD_TYPE"]),  # type: ignore[arg-type]
        (lambda n: smallest_parties(n, "T", effort=0), ["E_PARTY_BUDGET"]),
    ],
)
def test_faulty_questions(call: Any, codes: list[str]) -> None:
    with pytest.raises(CrossholdError) as caught:
        call(Network.from_holdings([("A", "T", "0.3"), ("B", "T", "0.3")]))
    assert [f.code for f in caught.value.findings] == codes
