"""Owner tests from bounds against the same tests in every world that fits, worked out one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError
from crosshold.measures.owners import TESTS, blocked, blocked_bounds, close_links, links_bounds, owners, owners_bounds
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Snapshot
from crosshold.model.stakes import ANYONE, Slot, Stakes
from crosshold.network import Network, build

NAMES = ("A", "B", "P", "Q")
FEW = settings(max_examples=30, deadline=None)
OWNERS, BLOCKED = ([t.id for t in TESTS if t.question == q] for q in ("owners", "blocked"))


@st.composite
def registers(draw: st.DrawFn) -> Stakes:
    """Companies A and B that may hold each other, persons P and Q; a few shares each, up to three stakes uncertain, some float always."""
    columns = {}
    loose = draw(st.sets(st.integers(0, 5), max_size=3))
    for issuer in (0, 1):
        slots = []
        for k, holder in enumerate((1 - issuer, 2, 3)):
            low = draw(st.sampled_from((0, 1, 1, 2, 3)))
            slots.append(Slot(holder, low, low + (draw(st.integers(1, 2)) if 3 * issuer + k in loose else 0)))
        whole = sum(s.high for s in slots) + draw(st.integers(1, 2)) - draw(st.integers(0, 1)) * (len(loose) > 1)
        whole = max(whole, sum(s.low for s in slots) + 1)
        columns[issuer] = ((whole, (*slots, Slot(ANYONE, 1, whole))),)
    return Stakes(ids=NAMES, capital=columns, votes=columns)


def networks(stakes: Stakes) -> Iterator[Network]:
    """Every world as a Network."""
    each = []
    for issuer, ((whole, slots),) in stakes.capital.items():
        choices = product(*(range(s.low, s.high + 1) for s in slots[:-1]))
        named = [(c, sum(c)) for c in choices]
        each.append(
            [
                [(NAMES[s.node], NAMES[issuer], Fraction(n, whole)) for s, n in zip(slots, c, strict=False)]
                for c, n in named
                if n < whole
            ]
        )
    nobody = [(h, i, Fraction(0)) for h, i in (("A", "B"), ("B", "A"), ("P", "A"), ("Q", "A"))]
    for chosen in product(*each):
        yield Network.from_holdings([*(row for rows in chosen for row in rows), *nobody])


def fits(verdict: str, truths: list[bool]) -> bool:
    """A verdict that no world contradicts."""
    return (verdict != "CERTAIN" or all(truths)) and (verdict != "IMPOSSIBLE" or not any(truths))


@given(registers(), st.sampled_from(OWNERS))
@FEW
def test_owners_in_every_world(stakes: Stakes, test: str) -> None:
    result = owners_bounds(stakes, test=test)
    told = {(r.holder, r.issuer): r for r in (*result.rows, *result.others)}
    found = [owners(network, test=test) for network in networks(stakes)]
    assert found
    for i, j in product("PQ", "AB"):
        rows = [next((r for r in (*f.rows, *f.others) if (r.holder, r.issuer) == (i, j)), None) for f in found]
        truths = [row is not None and row.verdict == "CERTAIN" for row in rows]
        bound = told.get((i, j))
        if bound is None:
            assert not any(truths)
            continue
        assert fits(bound.verdict, truths)
        products, chains = ([getattr(r, name) if r else Fraction(0) for r in rows] for name in ("product", "chain"))
        assert (bound.product_low, bound.product_high) == (min(products), max(products)), "multiplied shares are exact"
        assert bound.chain_low <= min(chains) and max(chains) <= bound.chain_high
        if bound.tracks.get("control"):
            assert bound.tracks["control"] == ("CERTAIN" if all("control" in r.tracks for r in rows if r) else "POSSIBLE")
        proof = result.explain(i, j)
        for end, value in zip(("least", "most"), (bound.product_low, bound.product_high), strict=True):
            assert proof[end]["multiplied"][0]["share"] == value


@given(registers(), st.sampled_from(BLOCKED), st.sampled_from(("P", "PQ", "A")))
@FEW
def test_blocked_in_every_world(stakes: Stakes, test: str, seeds: str) -> None:
    result = blocked_bounds(stakes, seeds, test=test)
    found = [blocked(network, seeds, test=test) for network in networks(stakes)]
    for j in sorted(set("AB") - set(seeds)):
        truths = [j in f.entities for f in found]
        exact = "CERTAIN" if all(truths) else "POSSIBLE" if any(truths) else "IMPOSSIBLE"
        if test == "UK-50" and len(seeds) > 1:  # now the one, now the other
            assert fits(result.verdict(j), truths)
        else:
            assert result.verdict(j) == exact
        for row in result.rows:
            if row.issuer == j and result.settings["aggregate"]:
                shares = [r.share for f in found for r in f.rows[:] if r.issuer == j]
                assert all(row.low <= x <= row.high for x in shares)
        proof = result.explain(seeds[0], j)
        assert (proof["least"][-1]["round"] is not None) is (proof["value"] == "CERTAIN")
        assert (proof["most"][-1]["round"] is not None) is (proof["value"] != "IMPOSSIBLE")


@given(registers())
@FEW
def test_close_links_in_every_world(stakes: Stakes) -> None:
    for test in ("CRR-38", "ECB-138"):
        result = links_bounds(stakes, test=test)
        found = [close_links(network, test=test) for network in networks(stakes)]
        told = {(r.holder, r.issuer): r.verdict for r in result.rows}
        for i, j in product(NAMES, "AB"):
            if i != j:
                truths = [any((r.holder, r.issuer) == (i, j) for r in f.rows) for f in found]
                assert fits(told.get((i, j), "IMPOSSIBLE"), truths)
        for third in "PQ":
            truths = [(third, "A", "B") in f.pairs() for f in found]
            verdict = next((r.verdict for r in result.third if r.third == third), "IMPOSSIBLE")
            assert verdict == ("CERTAIN" if all(truths) else "POSSIBLE" if any(truths) else "IMPOSSIBLE")
        assert fits(result.verdict("A", "B"), [bool(f.explain("A", "B")["value"]) for f in found])
        assert links_bounds(stakes, "A", test=test).verdict("A", "P") == result.verdict("A", "P")


def test_about_a_quarter() -> None:
    # "about 25 %" is 22.5 to 27.5 %: an owner perhaps; "26 %" rounded is 25.5 to 26.5: certainly
    stakes = Stakes.from_holdings([("X", "A", "0.225", "0.275"), ("Y", "A", "0.255", "0.265"), ("Z", "A", "0.2", "0.24")])
    result = owners_bounds(stakes, "A")
    assert [(r.holder, r.verdict) for r in result.rows] == [("Y", "CERTAIN"), ("X", "POSSIBLE")]
    assert [r.holder for r in result.others] == ["Z"] and not result.findings
    assert owners_bounds(stakes, "A", test="de-gwg-25").rows[0].holder == "Y"
    exact = Stakes.from_holdings([("X", "A", "1/4")])
    assert [r.verdict for r in owners_bounds(exact, "A").rows] == ["CERTAIN"]
    assert owners_bounds(exact, "A", test="de-gwg-25").rows == ()


def test_exactly_half_at_either_end() -> None:
    stakes = Stakes.from_holdings([("X", "A", "0.4", "1/2"), ("X", "B", "1/2", "0.6"), ("X", "C", "1/2")])
    verdicts = {
        test: [blocked_bounds(stakes, ["X"], test=test).verdict(c) for c in "ABC"] for test in ("OFAC-50", "EU-50-OLD", "UK-50")
    }
    assert verdicts["OFAC-50"] == ["POSSIBLE", "CERTAIN", "CERTAIN"]
    assert verdicts["EU-50-OLD"] == verdicts["UK-50"] == ["IMPOSSIBLE", "POSSIBLE", "IMPOSSIBLE"]


def test_bounds_of_a_case_with_silenced_votes_enclose_its_point() -> None:
    snapshot = Snapshot(
        at=date(2024, 1, 1),
        entities={n: Entity(n) for n in ("A", "X", "S", "~float")},
        issuers={"A": Issuer("A", 100)},
        lots=Lots(
            [Lot("1", "A", "X", 24, low=23, high=26), Lot("2", "A", "S", 20), Lot("3", "A", "~float", 56, low=54, high=57)]
        ),
    )
    votes = {"1": 24, "2": 0, "3": 56}
    network = build(snapshot, votes, votes_basis="exercisable_votes")
    (point,) = owners(network, "A").rows
    (row,) = owners_bounds(Stakes.from_snapshot(snapshot, votes, votes_basis="exercisable_votes"), "A").rows
    assert point.share == Fraction(24, 80) and (row.low, row.high) == (Fraction(23, 80), Fraction(26, 80))
    assert row.verdict == "CERTAIN"


def test_a_ring_that_owns_itself_has_no_owner_in_any_world() -> None:
    ring = Stakes.from_holdings([("A", "B", "1"), ("B", "A", "1"), ("A", "D", "0.5"), ("X", "D", "0.3", "0.5")])
    result = owners_bounds(ring)
    assert {(r.holder, r.issuer) for r in result.rows} == {("X", "D")} and {f.code for f in result.findings} == {
        "W_OWNERLESS_CYCLE"
    }


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (lambda s: owners_bounds(s, "Q"), ["E_UNKNOWN_ID"]),
        (lambda s: owners_bounds(s, test="OFAC-50"), ["E_TEST"]),
        (lambda s: blocked_bounds(s, []), ["E_NO_SEEDS"]),
        (lambda s: blocked_bounds(s, ["Q", "R"]), ["E_UNKNOWN_ID", "E_UNKNOWN_ID"]),
        (lambda s: links_bounds(s, test="close-links-product"), ["E_READING"]),
        (lambda s: owners_bounds(s, threshold="25"), ["E_THRESHOLD_RANGE"]),
    ],
)
def test_faulty_questions(call: Any, codes: list[str]) -> None:
    with pytest.raises(CrossholdError) as caught:
        call(Stakes.from_holdings([("X", "A", "0.2", "0.3")]))
    assert [f.code for f in caught.value.findings] == codes
