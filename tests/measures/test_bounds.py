"""Answers from bounds against every world that fits them, worked out one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError, RequestError
from crosshold.measures.bounds import control_bounds, ownership_bounds
from crosshold.measures.control import control
from crosshold.measures.corners import at_corners, corner_networks
from crosshold.measures.ends import ends, stakes_between, stakes_of
from crosshold.measures.ownership import ownership
from crosshold.measures.power import power
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, ShareClass, Snapshot
from crosshold.model.stakes import ANYONE, Slot, Stakes
from crosshold.network import Network, build

COMPARED = settings(max_examples=60, deadline=None)
HALF = Fraction(1, 2)
Counts = dict[int, list[tuple[Slot, int]]]
NAMES = ("A", "B", "P", "Q")


@st.composite
def registers(draw: st.DrawFn) -> Stakes:
    """Two companies that may hold each other and two persons above; few shares each, votes per share 0, 1 or 2, bounds at random."""
    columns = {}
    for issuer in (0, 1):
        slots = []
        for holder in (1 - issuer, 2, 3, ANYONE):
            low = draw(st.integers(0, 3))
            per = draw(st.sampled_from((1, 1, 1, 0, 2)))
            slots.append(Slot(holder, low, low + draw(st.sampled_from((0, 0, 1, 2))), per))
        least, most = sum(s.low for s in slots), sum(s.high for s in slots)
        columns[issuer] = ((draw(st.integers(max(least, 1), max(most, 1))), tuple(slots)),)
        if most == 0:
            columns[issuer] = ((1, (*slots, Slot(ANYONE, 1, 1))),)
    return Stakes(ids=NAMES, capital=columns, votes=columns)


def worlds(stakes: Stakes) -> Iterator[Counts]:
    """Every choice of counts that fits."""
    each = []
    for column in stakes.votes.values():
        ((whole, slots),) = column
        choices = product(*(range(s.low, s.high + 1) for s in slots))
        each.append([list(zip(slots, counts, strict=True)) for counts in choices if sum(counts) == whole])
    for chosen in product(*each):
        yield dict(zip(stakes.votes, chosen, strict=True))


def votes(world: Counts, group: set[int], company: int) -> tuple[int, int]:
    cast = [(s.node, int(s.per) * count) for s, count in world[company]]
    return sum(v for node, v in cast if node in group), sum(v for _, v in cast)


def controlled(world: Counts, x: int, line: Fraction, strict: bool) -> set[int]:
    """The intersection of all sets closed under control."""
    others = [c for c in world if c != x]
    closed = []
    for k in range(len(others) + 1):
        for chosen in combinations(others, k):
            inside = {x, *chosen}
            parts = [votes(world, inside - {c}, c) for c in others if c not in inside]
            if not any(part > line * all_ or (part == line * all_ and part and not strict) for part, all_ in parts):
                closed.append(inside)
    return set.intersection(*closed) - {x}


@given(registers(), st.sampled_from((HALF, Fraction(1, 3), Fraction(1))), st.booleans())
@COMPARED
def test_control_verdicts_equal_every_world(stakes: Stakes, line: Fraction, strict: bool) -> None:
    result = control_bounds(stakes, threshold=line, strict=strict)
    everything = list(worlds(stakes))
    assert everything
    for x in range(4):
        found = [controlled(world, x, line, strict) for world in everything]
        for company in {0, 1} - {x}:
            expected = (
                "CERTAIN"
                if all(company in s for s in found)
                else "POSSIBLE"
                if any(company in s for s in found)
                else "IMPOSSIBLE"
            )
            assert result.verdict(NAMES[x], NAMES[company]) == expected
            proof = result.explain(NAMES[x], NAMES[company])
            assert proof["value"] == expected
            assert (proof["least"][-1]["round"] is not None) is (expected == "CERTAIN")
            assert (proof["most"][-1]["round"] is not None) is (expected != "IMPOSSIBLE")
            for row in result.rows:
                if (row.controller, row.controlled) == (NAMES[x], NAMES[company]):
                    for world, inside in zip(everything, found, strict=True):
                        part, whole = votes(world, (inside | {x}) - {company}, company)
                        assert not whole or row.low <= Fraction(part, whole) <= row.high


def share(world: Counts, x: int) -> dict[int, float] | None:
    """Solved with the source cut: h = A h + a; ``None`` when a ring owns itself completely."""
    matrix, right = np.zeros((2, 2)), np.zeros(2)
    for company in (0, 1):
        _, whole = votes(world, set(), company)
        if not whole:
            return None
        for holder in range(4):
            part = votes(world, {holder}, company)[0] / whole
            if holder == x:
                right[company] += part
            elif holder < 2 and company != x:
                matrix[company, holder] = part
    if abs(np.linalg.det(np.eye(2) - matrix)) < 1e-12:
        return None
    solved = np.linalg.solve(np.eye(2) - matrix, right)
    return {company: float(solved[company]) for company in (0, 1) if company != x}


@given(registers())
@COMPARED
def test_ownership_ends_equal_the_least_and_the_largest_of_every_world(stakes: Stakes) -> None:
    result = ownership_bounds(stakes, holders=NAMES)
    found = {(r.holder, r.issuer): (float(r.low), float(r.high)) for r in result.rows}
    everything = list(worlds(stakes))
    if any(not votes(world, set(), c)[1] for world in everything for c in (0, 1)):
        return  # a company without votes in some world: that world has no answer
    for x in range(4):
        solved = [s for world in everything if (s := share(world, x)) is not None]
        for company in {0, 1} - {x}:
            if not solved or NAMES[company] in result.undetermined:
                continue
            low, high = found.get((NAMES[x], NAMES[company]), (0.0, 0.0))
            assert abs(low - min(s[company] for s in solved)) < 1e-9
            assert abs(high - max(s[company] for s in solved)) < 1e-9


@given(registers())
@COMPARED
def test_other_measures_are_enclosed_by_a_lower_and_an_upper_network(stakes: Stakes) -> None:
    lower, upper = ends(stakes)
    result = control_bounds(stakes)
    for network, kept in ((lower, {"CERTAIN"}), (upper, {"CERTAIN", "POSSIBLE"})):
        pairs = {(r.controller, r.controlled) for r in control(network).rows}
        exact = {(r.controller, r.controlled) for r in result.rows if r.verdict in kept}
        assert pairs <= exact if network is lower else exact <= pairs


@given(registers(), st.randoms(use_true_random=False))
@COMPARED
def test_narrower_bounds_never_contradict_wider_ones(stakes: Stakes, random: Any) -> None:
    world = random.choice(list(worlds(stakes)))
    narrow = {c: ((sum(n for _, n in slots), tuple(Slot(s.node, n, n, s.per) for s, n in slots)),) for c, slots in world.items()}
    exact = Stakes(ids=NAMES, capital=narrow, votes=narrow)
    wide, sharp = control_bounds(stakes), control_bounds(exact)
    for x, company in product(NAMES, "AB"):
        if x != company:
            verdict = sharp.verdict(x, company)
            assert verdict != "POSSIBLE" and wide.verdict(x, company) in (verdict, "POSSIBLE")


def test_exact_stakes_give_the_answers_of_the_network() -> None:
    rows = [("X", "A", "0.6"), ("X", "B", "0.25"), ("A", "B", "0.3"), ("A", "C", "0.2"), ("B", "C", "0.4"), ("C", "A", "0.1")]
    network = Network.from_holdings(rows)
    for stakes in (Stakes.from_holdings(rows), stakes_of(network, {}), stakes_between(network, network)):
        found = control_bounds(stakes)
        assert {(r.controller, r.controlled, r.low, r.high) for r in found.rows} == {
            (r.controller, r.controlled, r.votes, r.votes) for r in control(network).rows
        }
        totals = {(r.holder, r.issuer): r.total for r in ownership(network).rows if r.holder != r.issuer}
        assert {(r.holder, r.issuer): r.low for r in ownership_bounds(stakes).rows} == totals
        assert {(r.holder, r.issuer): r.high for r in ownership_bounds(stakes).rows} == totals
        assert found.settings["uncertain"] == ()


def test_a_higher_count_takes_room_from_the_others() -> None:
    # X 40-60 %, Y 45-55 %: together they can pass everything, but never in one world
    stakes = Stakes.from_holdings([("X", "A", "0.4", "0.6"), ("Y", "A", "0.45", "0.55")])
    result = control_bounds(stakes)
    assert {(r.controller, r.verdict, str(r.high)) for r in result.rows} == {
        ("X", "POSSIBLE", "11/20"),
        ("Y", "POSSIBLE", "11/20"),
    }
    assert result.explain("X", "A")["most"][0]["counts"] == {"X": 55 * 10**10, "Y": 45 * 10**10, "~": 0}
    # Y at least 45 and Z at least 6: X cannot have more than 49
    crowded = Stakes.from_holdings([("X", "A", "0.4", "0.6"), ("Y", "A", "0.45", "0.55"), ("Z", "A", "0.06")])
    assert control_bounds(crowded).verdict("X", "A") == "IMPOSSIBLE"


def test_exactly_half_at_the_upper_end_is_not_control() -> None:
    stakes = Stakes.from_holdings([("X", "A", "0.4", "1/2"), ("Y", "B", "1/2", "0.6")])
    assert control_bounds(stakes).verdict("X", "A") == "IMPOSSIBLE"
    assert control_bounds(stakes).verdict("Y", "B") == "POSSIBLE"
    assert control_bounds(stakes, strict=False).verdict("X", "A") == "POSSIBLE"
    assert control_bounds(stakes, strict=False).verdict("Y", "B") == "CERTAIN"
    for line, verdict in (("1/5", "CERTAIN"), ("1/4", "POSSIBLE")):
        one = Stakes.from_holdings([("X", "A", "1/5", "1/4")])
        assert ownership_bounds(one, threshold=line).rows[0].verdict == verdict
        strict = ownership_bounds(one, threshold=line, strict=True).rows[0].verdict
        assert strict == {"1/5": "POSSIBLE", "1/4": "IMPOSSIBLE"}[line]


def snapshot(*lots: Lot, classes: tuple[ShareClass, ...] = (), issued: int = 100) -> Snapshot:
    names = {lot.holder for lot in lots} | {"A"}
    return Snapshot(
        at=date(2020, 1, 28), entities={n: Entity(n) for n in names}, issuers={"A": Issuer("A", issued, classes=classes)}, lots=Lots(lots)
    )  # fmt: skip


def test_silenced_votes_move_the_whole() -> None:
    # S may not vote; it has 10 to 30 of 100, the rest is dispersed. X's 40 are 40/90 to 40/70 of the votes that can be cast.
    lots = (Lot("x", "A", "X", 40), Lot("s", "A", "S", 20, low=10, high=30), Lot("r", "A", "~float", 40, low=30, high=50))
    votes = {"x": 40, "s": 0, "r": 40}
    result = control_bounds(Stakes.from_snapshot(snapshot(*lots), votes, votes_basis="exercisable_votes"))
    (row,) = result.rows
    assert (row.controller, row.verdict, row.low, row.high) == ("X", "POSSIBLE", Fraction(4, 9), Fraction(4, 7))
    assert result.settings["basis"] == "exercisable_votes" and result.settings["uncertain"] == ("A",)
    assert control(build(snapshot(*lots), votes)).rows == ()


def test_an_open_upper_bound_is_not_reached_and_own_shares_leave_the_whole() -> None:
    open_end = snapshot(Lot("x", "A", "X", 50, low=45, high=51, high_open=True), Lot("r", "A", "~float", 50, low=49, high=55))
    assert control_bounds(Stakes.from_snapshot(open_end)).rows == ()
    own = snapshot(Lot("x", "A", "X", 45), Lot("t", "A", "A", 5, low=5, high=20), Lot("r", "A", "~float", 50, low=35, high=50))
    (row,) = control_bounds(Stakes.from_snapshot(own)).rows
    assert (row.low, row.high, row.verdict) == (Fraction(45, 95), Fraction(45, 80), "POSSIBLE")
    (held,) = ownership_bounds(Stakes.from_snapshot(own, capital_basis="issued"), holders=["X"]).rows
    assert held.low == held.high == Fraction(9, 20)


def test_each_class_has_its_own_room() -> None:
    classes = (ShareClass("a", 60, 1), ShareClass("b", 40, 3))
    lots = (
        Lot("x", "A", "X", 20, "b", low=10, high=30),
        Lot("ra", "A", "~float", 60, "a"),
        Lot("rb", "A", "~float", 20, "b", low=10, high=30),
    )
    (row,) = ownership_bounds(Stakes.from_snapshot(snapshot(*lots, classes=classes)), basis="votes").rows
    assert (row.low, row.high) == (Fraction(30, 180), Fraction(90, 180))


@pytest.mark.parametrize("basis", ["outstanding", "issued", "dividend_rights"])
def test_exact_lots_of_classes_give_the_network_on_every_basis(basis: str) -> None:
    classes = (ShareClass("a", 60, 1, 2), ShareClass("b", 40, 3, 5))
    counts = (("X", 20, "b"), ("Y", 31, "a"), ("A", 9, "a"), ("~float", 20, "b"), ("~float", 20, "a"))
    lots = [Lot(f"{k}", "A", *count) for k, count in enumerate(counts)]
    case = snapshot(*lots, classes=classes)
    case = case.evolve(entities={**case.entities, "~float": Entity("~float")})
    network, stakes = build(case, capital_basis=basis), Stakes.from_snapshot(case, capital_basis=basis)
    for name, graph in (("capital", network.capital), ("votes", network.votes)):
        found = {(r.holder, r.issuer): (r.low, r.high) for r in ownership_bounds(stakes, basis=name).rows}
        assert found == {(h, "A"): (x, x) for h in "XY" if (x := graph.fraction(network.index(h), network.index("A")))}
    whole = {"outstanding": 91, "issued": 100, "dividend_rights": 51 * 2 + 40 * 5}[basis]
    assert network.capital.total[network.index("A")] == whole


def test_a_ring_that_owns_itself_in_every_world_has_no_value() -> None:
    ring = Stakes.from_holdings([("A", "B", "1"), ("B", "A", "1"), ("A", "D", "0.5"), ("X", "D", "0.3", "0.4")])
    result = ownership_bounds(ring, holders=["X"])
    assert result.undetermined == ("A", "B") and {f.code for f in result.findings} == {"W_OWNERLESS_CYCLE"}
    assert [(r.issuer, r.low, r.high) for r in result.rows] == [("D", Fraction(3, 10), Fraction(2, 5))]


def test_large_counts_stay_exact() -> None:
    # 64 bits hold no product of these; whole numbers of any size decide
    whole = 2**61
    half = Stakes(ids=("A", "X"), capital={}, votes={0: ((2 * whole, (Slot(1, whole, whole + 1), Slot(ANYONE, 0, whole))),)})
    assert control_bounds(half).verdict("X", "A") == "POSSIBLE"
    row = control_bounds(half).rows[0]
    assert row.low == HALF and row.high == HALF + Fraction(1, 2 * whole)
    with pytest.raises(RequestError, match="E_TOO_LARGE"):
        ends(half)


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (lambda: Stakes.from_holdings([("X", "A", "0.3", "0.2"), ("Y", "B", "-0.1", "0.1")]), ["E_BOUNDS", "E_BOUNDS"]),
        (
            lambda: Stakes.from_holdings([("X", "A", "0.9"), ("Y", "A", "0.2", "0.3"), ("Z", "B", "2")]),
            ["E_OVERHELD", "E_OVERHELD"],
        ),
        (lambda: Stakes(ids=("A", "X"), capital={0: ((10, (Slot(1, 2, 4),)),)}, votes={}), ["E_BOUNDS"]),
        (lambda: control_bounds(Stakes.from_holdings([("X", "A", "0.9")]), sources=["Q", "R"]), ["E_UNKNOWN_ID", "E_UNKNOWN_ID"]),
        (lambda: control_bounds(Stakes.from_holdings([("X", "A", "0.9")])).verdict("X", "Q"), ["E_UNKNOWN_ID"]),
        (lambda: control_bounds(Stakes.from_holdings([("X", "A", "0.9")]), threshold=0.5), ["E_THRESHOLD_TYPE"]),  # type: ignore[arg-type]
        (lambda: ownership_bounds(Stakes.from_holdings([("X", "A", "0.9")]), threshold="50"), ["E_THRESHOLD_RANGE"]),
        (lambda: ownership_bounds(Stakes.from_holdings([("X", "A", "0.9")]), basis="money"), ["E_BASIS_AMBIGUOUS"]),
        (lambda: stakes_of(Network.from_holdings([("X", "A", "0.9")]), {("Q", "A"): ("0", "1")}), ["E_UNKNOWN_ID"]),
    ],
)
def test_faulty_questions(call: Any, codes: list[str]) -> None:
    with pytest.raises(CrossholdError) as caught:
        call()
    assert [finding.code for finding in caught.value.findings] == codes


@given(registers())
@COMPARED
def test_corners_are_worlds_and_reach_the_ends_of_control(stakes: Stakes) -> None:
    networks = list(corner_networks(stakes))
    assert networks
    everything = [{c: dict_of(world[c]) for c in world} for world in worlds(stakes)]
    for network in networks:
        votes_of = {c: dict(network.votes.holders(c)) for c in (0, 1)}
        assert any(all({k: v for k, v in world[c].items() if v} == votes_of[c] for c in (0, 1)) for world in everything)
    result = control_bounds(stakes)
    pairs = [{(r.controller, r.controlled) for r in control(network).rows} for network in networks]
    for x, company in product(NAMES, "AB"):
        if x != company:
            seen = [(x, company) in found for found in pairs]
            assert result.verdict(x, company) == ("CERTAIN" if all(seen) else "POSSIBLE" if any(seen) else "IMPOSSIBLE")


def dict_of(slots: list[tuple[Slot, int]]) -> dict[int, int]:
    held: dict[int, int] = {}
    for slot, count in slots:
        if slot.node != ANYONE:
            held[slot.node] = held.get(slot.node, 0) + int(slot.per) * count
    return held


def test_power_at_the_corners() -> None:
    # X 40 to 60 %, Y and Z a fifth each: with 60 % X decides alone, with 40 % it needs one of the two
    stakes = Stakes.from_holdings([("X", "A", "0.4", "0.6"), ("Y", "A", "0.2"), ("Z", "A", "0.2")])
    result = at_corners(stakes, lambda n: power(n, "A", index="banzhaf", free_float="none"))
    found = {row.of[0]: (row.low, row.high) for row in result.rows if row.number == "power"}
    assert found == {"X": (Fraction(3, 5), 1), "Y": (0, Fraction(1, 5)), "Z": (0, Fraction(1, 5))}
    assert result.settings["corners"] == 2 and "CERTAIN" not in str(result)
    many = Stakes.from_holdings([(f"H{k:02}", "A", "0.01", "0.02") for k in range(13)])
    with pytest.raises(RequestError, match="E_CORNERS"):
        at_corners(many, control)


def test_highest_counts_that_pass_63_bits_together_are_refused() -> None:
    total = 2**61 - 1
    for holders, fits in ((4, True), (5, False)):  # the largest sum of 63 bits is that of four
        slots = tuple(Slot(k, 0, total) for k in range(holders))
        column = ((total, (*slots, Slot(ANYONE, 0, total))),)
        stakes = Stakes(ids=tuple("abcdefg"), capital={6: column}, votes={6: column})
        if fits:
            upper = ends(stakes)[1].capital
            assert int(upper.held[6]) == holders * total and upper.overheld == (6,)
            continue
        with pytest.raises(RequestError, match="E_TOO_LARGE"):
            ends(stakes)


def test_corners_past_62_bits_are_refused() -> None:
    slots = (Slot(1, 2**61, 2**62), Slot(2, 0, 2**61))  # each share counts three times: 3 * 2**62 in all
    column = ((2**62, tuple(slot._replace(per=3) for slot in slots)),)
    stakes = Stakes(ids=("A", "X", "Y"), capital={0: column}, votes={0: column})
    with pytest.raises(RequestError, match="E_TOO_LARGE"):
        list(corner_networks(stakes))
