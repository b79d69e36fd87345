"""Owners, blocked persons and close links: brute force on small networks, proofs, tracks, findings and faults."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from math import prod
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError
from crosshold.measures.owners import Blocked, CloseLinks, Owners, blocked, close_links, owners
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Snapshot
from crosshold.network import Network, build

Rows = list[tuple[str, str, Fraction]]
HALF, QUARTER, FIFTH = Fraction(1, 2), Fraction(1, 4), Fraction(1, 5)
COMPARED = settings(max_examples=60, deadline=None)


@st.composite
def holdings(draw: st.DrawFn) -> Rows:
    """Up to three persons on top of up to four companies that may hold each other; some float is always left."""
    persons, companies = "PQR"[: draw(st.integers(1, 3))], "ABCD"[: draw(st.integers(1, 4))]
    rows: Rows = []
    for issuer in companies:
        weights = {h: draw(st.sampled_from((0, 0, 1, 2, 3, 5))) for h in persons + companies if h != issuer}
        total = sum(weights.values()) + draw(st.integers(1, 4))
        rows += [(h, issuer, Fraction(w, total)) for h, w in weights.items() if w]
    return rows or [("P", "A", QUARTER)]


def names_of(rows: Rows) -> list[str]:
    return sorted({name for h, i, _ in rows for name in (h, i)})


def together(rows: Rows, group: set[str], company: str) -> Fraction:
    return sum((f for h, i, f in rows if i == company and h in group), Fraction(0))


def closure(rows: Rows, start: set[str], line: Fraction, strict: bool) -> set[str]:
    """The intersection of all sets that contain the start and whatever the set holds enough of."""
    others = [name for name in names_of(rows) if name not in start]
    closed = []
    for k in range(len(others) + 1):
        for chosen in combinations(others, k):
            inside = start | set(chosen)
            sums = {c: together(rows, inside, c) for c in others if c not in inside}
            if not any(x > line or (x == line and not strict) for x in sums.values()):
                closed.append(inside)
    return set.intersection(*closed)


def walks(rows: Rows, start: str, end: str) -> float:
    """Share through all walks of somebody whom nobody holds: x = direct + what the holders have of x, repeated until it settles."""
    share = dict.fromkeys(names_of(rows), 0.0)
    for _ in range(400):
        share[start] = 1.0
        share = {name: sum(float(f) * share[h] for h, i, f in rows if i == name) for name in share}
    return share[end]


def simple(rows: Rows, start: str, end: str) -> Fraction:
    stake = {(h, i): f for h, i, f in rows}
    others = [name for name in names_of(rows) if name not in (start, end)]
    paths = [(start, *middle, end) for k in range(len(others) + 1) for middle in permutations(others, k)]
    return sum((prod((stake.get(e, Fraction(0)) for e in pairwise(p)), start=Fraction(1)) for p in paths), Fraction(0))


@given(holdings(), st.sampled_from(("1/4", "1/3", "1/2")), st.booleans())
@COMPARED
def test_owners_in_both_readings_equal_brute_force(rows: Rows, line: str, strict: bool) -> None:
    network, held = Network.from_holdings(rows), {i for _, i, _ in rows}
    limit = Fraction(line)
    for reading in ("chain", "product"):
        result = owners(network, reading=reading, threshold=line, strict=strict)
        told = {(r.holder, r.issuer): r for r in (*result.rows, *result.others)}
        counting = {(r.holder, r.issuer) for r in result.rows}
        for x in [name for name in names_of(rows) if name not in held]:
            group = closure(rows, {x}, HALF, True)
            for company in sorted(held):
                chain = together(rows, group - {company}, company)
                row = told.get((x, company))
                assert (row.chain if row else 0) == chain
                assert abs(float(row.product if row else 0) - walks(rows, x, company)) < 1e-9
                share: Any = (chain if reading == "chain" else row.product) if row else Fraction(0)
                assert ((x, company) in counting) is (share > limit if strict else share >= limit)


@given(holdings())
@COMPARED
def test_the_european_tracks_equal_their_definitions(rows: Rows) -> None:
    network, held = Network.from_holdings(rows), {i for _, i, _ in rows}
    result = owners(network, test="eu-ubo-25")
    found = {(r.holder, r.issuer): set(r.tracks) for r in result.rows}
    group = {name: closure(rows, {name}, HALF, True) - {name} for name in names_of(rows)}
    for x in [name for name in names_of(rows) if name not in held]:
        for company in sorted(held):
            expected = set()
            if company in group[x]:
                expected.add("control")
            if together(rows, group[x] - {company}, company) >= QUARTER:
                expected.add("mixed-a")
            masters = [z for z in held - {company} if company in group[z]]
            shares = {(r.holder, r.issuer): r.product for r in (*result.rows, *result.others)}
            if any(shares.get((x, z), 0) >= QUARTER for z in masters):
                expected.add("mixed-b")
            if shares.get((x, company), 0) >= QUARTER:
                expected.add("product")
            assert found.get((x, company), set()) == expected


@given(holdings(), st.integers(1, 2))
@COMPARED
def test_blocked_is_the_intersection_of_all_closed_sets(rows: Rows, many: int) -> None:
    seeds = set(names_of(rows)[-many:])
    result = blocked(Network.from_holdings(rows), sorted(seeds))
    everybody = closure(rows, seeds, HALF, False)
    assert set(result.entities) == everybody - seeds
    for row in result.rows:
        assert row.share == together(rows, everybody, row.issuer) == sum(row.by.values()) >= HALF
        assert row.holder in seeds
    near = {name: together(rows, everybody, name) for name in set(names_of(rows)) - everybody}
    assert {r.issuer: r.share for r in result.near} == {n: x for n, x in near.items() if Fraction(2, 5) <= x < HALF}


@given(holdings())
@COMPARED
def test_close_links_equal_brute_force(rows: Rows) -> None:
    network, names = Network.from_holdings(rows), names_of(rows)
    chain, product = close_links(network, test="ECB-138"), close_links(network, test="close-links-product")
    group = {name: closure(rows, {name}, HALF, True) for name in names}
    by_chain = {(x, y): together(rows, group[x] - {y}, y) for x, y in permutations(names, 2)}
    by_product = {(x, y): simple(rows, x, y) for x, y in permutations(names, 2)}
    for result, shares in ((chain, by_chain), (product, by_product)):
        assert {(r.holder, r.issuer): r.share for r in result.rows} == {p: f for p, f in shares.items() if f >= FIFTH}
    third = {(z, a, b) for z in names for a, b in combinations(names, 2) if z not in (a, b) and {a, b} <= group[z]}
    assert set(chain.pairs()) == third
    both = {
        (z, a, b)
        for z in names
        for a, b in combinations(names, 2)
        if z not in (a, b) and min(by_product[z, a], by_product[z, b]) >= FIFTH
    }
    assert set(product.pairs()) == both
    # the banks' test counts votes as well; on one graph the two chain readings are the same
    assert [(r.holder, r.issuer, r.share) for r in close_links(network, test="CRR-38").rows] == [
        (r.holder, r.issuer, r.share) for r in chain.rows
    ]


@given(holdings(), st.permutations("ABCDPQR"))
@COMPARED
def test_names_strangers_and_split_lots_do_not_matter(rows: Rows, order: list[str]) -> None:
    new = dict(zip("ABCDPQR", order, strict=True))
    old = {after: before for before, after in new.items()}

    def answers(given: Rows, back: dict[str, str]) -> list[set[Any]]:
        network = Network.from_holdings(given)
        first = {after: before for before, after in back.items()}[rows[0][0]]
        return [
            {(back[r.holder], back[r.issuer], r.share, r.tracks) for r in owners(network).rows if r.holder in back},
            {(back[r.issuer], r.share, r.round) for r in blocked(network, [first]).rows},
            {(back[r.holder], back[r.issuer], r.share) for r in close_links(network).rows if r.holder in back},
        ]

    same = {name: name for name in new}
    (holder, issuer, share), *rest = rows
    split: Rows = [(holder, issuer, share / 3), *rest, (holder, issuer, 2 * share / 3), ("Y", "Z", Fraction(3, 10))]
    assert answers(rows, same) == answers([(new[h], new[i], f) for h, i, f in rows], old) == answers(split, same)


@given(holdings(), st.randoms(use_true_random=False))
@COMPARED
def test_a_larger_stake_never_frees_anybody(rows: Rows, random: Any) -> None:
    k = random.randrange(len(rows))
    holder, issuer, share = rows[k]
    free = 1 - sum(f for _, i, f in rows if i == issuer)
    more = [*rows[:k], (holder, issuer, share + free * Fraction(random.randint(0, 3), 3)), *rows[k + 1 :]]
    before, after = Network.from_holdings(rows), Network.from_holdings(more)
    assert {(r.holder, r.issuer) for r in owners(before).rows} <= {(r.holder, r.issuer) for r in owners(after).rows}
    assert set(blocked(before, [holder]).entities) <= set(blocked(after, [holder]).entities)
    assert {(r.holder, r.issuer) for r in close_links(before).rows} <= {(r.holder, r.issuer) for r in close_links(after).rows}


CHAIN = Network.from_holdings([("X", "A", "0.5"), ("A", "B", "0.5")])
LOOP = Network.from_holdings([("A", "B", "0.5"), ("B", "A", "0.5")])
MIXED = Network.from_holdings([("P", "H", "0.6"), ("H", "T", "0.3"), ("Q", "K", "0.3"), ("K", "T", "0.6")])


def codes(result: Owners | Blocked | CloseLinks) -> set[str]:
    return {finding.code for finding in result.findings}


def test_one_chain_three_tests() -> None:
    # scenario S27 of the law: half of a half is blocked, exactly a quarter by multiplication, and nothing by chain of control
    (row,) = blocked(CHAIN, ["X"], issuer="B").rows
    assert (row.holder, row.share, row.round, dict(row.by)) == ("X", HALF, 2, {"A": HALF})
    (owner,) = owners(CHAIN, "B", test="AMLR-52").rows
    assert (owner.share, owner.chain, owner.tracks, owner.readings) == (QUARTER, 0, ("product",), ("product",))
    german = owners(CHAIN, "B", test="DE-GWG-3")
    assert not german.rows and [(r.holder, r.share, r.product, r.verdict) for r in german.others] == [
        ("X", 0, QUARTER, "IMPOSSIBLE")
    ]
    assert [r.holder for r in owners(CHAIN, "A", test="DE-GWG-3").rows] == ["X"]


def test_control_and_ownership_mixed() -> None:
    # P controls H, which holds 30 % directly: 18 % by multiplication. Q has 30 % of K, which controls T: 18 % too.
    rows = {r.holder: r for r in owners(MIXED, "T").rows}
    assert rows["P"].product == rows["Q"].product == Fraction(18, 100)
    assert rows["P"].tracks == ("mixed-a",) and rows["Q"].tracks == ("mixed-b",)
    assert {r.holder: r.share for r in owners(MIXED, "T", test="DE-GWG-3").rows} == {"P": Fraction(3, 10)}
    proof = owners(MIXED, "T").explain("P", "T")
    assert proof["value"] and proof["by"] == {"issued": {"H": Fraction(3, 10)}} and proof["tracks"] == ["mixed-a"]
    assert owners(MIXED, "T").explain("H", "T")["value"] is False


def test_companies_under_one_control_add_up() -> None:
    # art. 54(a): "individually or cumulatively"; P has 51 % of each of two holders of 13 %
    network = Network.from_holdings([("P", "A", "0.51"), ("P", "B", "0.51"), ("A", "T", "0.13"), ("B", "T", "0.13")])
    (row,) = owners(network, "T").rows
    assert row.tracks == ("mixed-a",) and row.share == Fraction("0.1326")


def two_graphs() -> Network:
    """A company with 100 shares, of which X's 20 carry two votes each; issuer V has shares without votes only."""
    return build(
        Snapshot(
            at=date(2027, 7, 10),
            entities={n: Entity(n, kind=k) for n, k in {"X": "person", "K": "company", "C": "company", "V": "company"}.items()},
            issuers={"C": Issuer("C", 100), "V": Issuer("V", 100)},
            lots=Lots([Lot("1", "C", "X", 20), Lot("2", "C", "K", 80), Lot("3", "V", "X", 30)]),
        ),
        {"1": 40, "2": 80, "3": 0},
        votes_basis="exercisable_votes",
    )


def test_the_larger_of_capital_and_votes_counts_and_is_named() -> None:
    result = owners(two_graphs(), test="eu-ubo-25")
    rows = {(r.holder, r.issuer): (r.share, r.basis) for r in result.rows}
    assert rows == {
        ("X", "C"): (Fraction(1, 3), "exercisable_votes"),
        ("K", "C"): (Fraction(4, 5), "outstanding"),
        ("X", "V"): (Fraction(3, 10), "outstanding"),
    }
    assert [r.holder for r in result.rows if r.issuer == "C"] == ["X", "K"], "persons first"
    assert codes(result) == {"N_BASIS", "W_TOP_COMPANY"} and result.settings["basis"] == "outstanding or exercisable_votes"
    assert {(r.holder, r.issuer) for r in close_links(two_graphs(), test="ECB-138").rows} == {("X", "C"), ("K", "C"), ("X", "V")}
    linked = {(r.holder, r.issuer): r.basis for r in close_links(two_graphs(), test="CRR-38").rows}
    assert linked["X", "C"] == "exercisable_votes"
    assert blocked(two_graphs(), ["X"]).entities == () and blocked(two_graphs(), ["K"]).entities == ("C",)


def test_several_persons_on_the_list_stand_behind_one_company() -> None:
    network = Network.from_holdings([("X", "A", "0.25"), ("W", "A", "0.25"), ("A", "B", "0.45"), ("Z", "B", "0.1")])
    result = blocked(network, ["X", "W", "W"])
    assert result.listed == ("W", "X") and [(r.holder, r.share) for r in result.rows] == [("W", HALF), ("X", HALF)]
    assert [(m.issuer, m.share, dict(m.by)) for m in result.near] == [("B", Fraction(9, 20), {"A": Fraction(9, 20)})]
    assert result.explain("X", "A")["by"] == {"X": QUARTER, "W": QUARTER} and result.explain("X", "A")["value"]
    assert not result.explain("X", "B")["value"] and result.explain("X", "B")["share"] == Fraction(9, 20)
    assert codes(blocked(network, ["A"], issuer="A")) == {"N_LISTED"}


def test_links_of_one_company() -> None:
    network = Network.from_holdings(
        [("K", "A", "0.7"), ("K", "B", "0.55"), ("A", "D", "0.15"), ("B", "D", "0.1"), ("K", "E", "0.6")]
    )
    result = close_links(network, "A")
    assert [(r.holder, r.issuer) for r in result.rows] == [("K", "A")]
    assert result.third[0].members == ("A", "B", "E") and result.pairs() == [("K", "A", "B"), ("K", "A", "E")]
    assert close_links(network).pairs(limit=1) == [("K", "A", "B")]
    assert result.explain("A", "B")["third"] == ["K"] and not result.explain("A", "D")["value"]


def test_a_company_of_a_ring_that_owns_itself_has_no_owner() -> None:
    ring = Network.from_holdings([("A", "B", "1"), ("B", "A", "1"), ("A", "D", "0.5"), ("X", "D", "0.5")])
    assert not owners(ring, "A").rows and codes(owners(ring, "A")) == {"W_OWNERLESS_CYCLE"}
    assert [r.holder for r in owners(ring, "D").rows] == ["X"] and codes(owners(ring, "D")) == {"W_OWNERLESS_CYCLE"}


def test_a_rounded_share_on_the_line_is_only_possible() -> None:
    # a ring of 70 is solved in binary numbers: what comes out at the line to nine digits decides nothing
    ring = [(f"N{k:02}", f"N{(k + 1) % 70:02}", Fraction(1, 2)) for k in range(70)]
    network = Network.from_holdings([*ring, ("X", "N00", Fraction(1, 2)), ("Y", "N69", Fraction(1, 3))])
    share = next(r.share for r in owners(network, "N00").rows if r.holder == "X")
    assert isinstance(share, float)
    line = Fraction(share)
    (row,) = [r for r in owners(network, "N00", reading="product", threshold=line).rows if r.holder == "X"]
    assert row.verdict == "POSSIBLE"


def grown(rows: Rows, seeds: set[str], line: Fraction, strict: bool) -> set[str]:
    """Add whoever is held enough by the set, one after the other, until nobody is."""
    inside = set(seeds)
    while True:
        for name in names_of(rows):
            x = together(rows, inside, name)
            if name not in inside and (x > line or (x == line and not strict)):
                inside.add(name)
                break
        else:
            return inside


@given(holdings(), st.integers(1, 3))
@COMPARED
def test_sanctions_tests_equal_their_definitions(rows: Rows, many: int) -> None:
    seeds = set(names_of(rows)[-many:])
    network = Network.from_holdings(rows)
    assert set(blocked(network, seeds, test="EU-50").entities) == grown(rows, seeds, HALF, False) - seeds
    assert set(blocked(network, seeds, test="EU-50-OLD").entities) == grown(rows, seeds, HALF, True) - seeds
    alone = {seed: grown(rows, {seed}, HALF, True) for seed in seeds}
    british = blocked(network, seeds, test="UK-50")
    assert {(r.holder, r.issuer) for r in british.rows} == {(s, e) for s, group in alone.items() for e in group - seeds}
    assert british.settings["aggregate"] is False
    for row in british.rows:
        assert row.share == together(rows, alone[row.holder], row.issuer) == sum(row.by.values()) > HALF
        proof = british.explain(row.holder, row.issuer)
        assert proof["value"] and proof["steps"][-1]["company"] == row.issuer
        assert all(step["sum"] > HALF for step in proof["steps"])


def test_three_sanctions_tests_on_two_persons() -> None:
    # 30 % and 25 % of one company (the example of the EU's best practices), exactly half of another, a majority of votes of a third
    network = Network.from_holdings([("X", "A", "0.3"), ("W", "A", "0.25"), ("X", "B", "0.5"), ("B", "C", "0.5")])
    caught = {test: blocked(network, ["X", "W"], test=test).entities for test in ("OFAC-50", "EU-50", "EU-50-OLD", "UK-50")}
    assert caught == {"OFAC-50": ("A", "B", "C"), "EU-50": ("A", "B", "C"), "EU-50-OLD": ("A",), "UK-50": ()}
    assert [(m.issuer, m.share) for m in blocked(network, ["X", "W"], test="UK-50").near] == [("B", HALF)]
    assert [s["company"] for s in blocked(network, ["X"]).explain("X", "C")["steps"]] == ["B", "C"]


def test_control_by_votes_freezes_in_europe_and_votes_in_britain() -> None:
    # 40 of 100 shares with three votes each: 120 of 180 votes
    snapshot = Snapshot(
        at=date(2024, 8, 1),
        entities={n: Entity(n) for n in "XKC"},
        issuers={"C": Issuer("C", 100)},
        lots=Lots([Lot("1", "C", "X", 40), Lot("2", "C", "K", 60)]),
    )
    network = build(snapshot, {"1": 120, "2": 60})
    (row,) = blocked(network, ["X"], test="EU-50").rows
    assert (row.track, row.basis, row.share) == ("control", "gross_votes", Fraction(2, 3))
    (row,) = blocked(network, ["X"], test="UK-50").rows
    assert (row.track, row.basis, row.share) == ("ownership", "gross_votes", Fraction(2, 3))
    assert (
        blocked(network, ["X"], test="OFAC-50").rows == ()
        and blocked(network, ["K"], test="UK-50").rows[0].basis == "outstanding"
    )


@given(holdings(), st.sampled_from("ABCD"), st.sampled_from(("AMLR-52", "DE-GWG-3")))
@COMPARED
def test_to_stop_at_a_listed_company_is_not_to_know_its_holders(rows: Rows, listed: str, test: str) -> None:
    network = Network.from_holdings([*rows, (listed, "ABCD"["BCDA".index(listed)], Fraction(0))])
    others = sorted({i for _, i, _ in rows} - {listed})
    cut = Network.from_holdings([(h, i, Fraction(0) if i == listed else f) for h, i, f in rows] + [(listed, "D", Fraction(0))])
    stopped = owners(network, test=test, listed_companies=[listed], stop_at_listed=True)
    unknown = owners(cut, test=test)
    for company in others:
        here = [(r.holder, r.share, r.tracks, r.product, r.chain) for r in stopped.rows if r.issuer == company]
        assert here == [(r.holder, r.share, r.tracks, r.product, r.chain) for r in unknown.rows if r.issuer == company]
    told = owners(network, test=test, listed_companies=[listed])
    assert told.rows == owners(network, test=test).rows


@given(holdings(), st.sampled_from(("AMLR-52", "DE-GWG-3")), st.booleans())
@COMPARED
def test_a_register_is_answered_in_floats_as_a_small_network_in_fractions(rows: Rows, test: str, stop: bool) -> None:
    listed = [rows[0][1]]
    options: dict[str, Any] = {"test": test, "listed_companies": listed, "stop_at_listed": stop}
    exact = owners(Network.from_holdings(rows), **options)
    with patch("crosshold.network.graph.EXACT_HOLDINGS", 0):
        floats = owners(Network.from_holdings(rows), **options)
    told = {(r.holder, r.issuer): r for r in (*floats.rows, *floats.others)}
    assert told.keys() == {(r.holder, r.issuer) for r in (*exact.rows, *exact.others)}
    for row in (*exact.rows, *exact.others):
        other = told[row.holder, row.issuer]
        assert other.chain == row.chain and abs(float(other.product) - float(row.product)) < 1e-9
        assert other.verdict == row.verdict or (other.verdict == "POSSIBLE" and row.product in (QUARTER, row.share))


def test_a_listed_company_in_between_is_told() -> None:
    rows = [("X", "L", "0.6"), ("L", "T", "0.6")]
    network = Network.from_holdings(rows, kinds={"X": "person", "L": "company", "T": "company"})
    told = owners(network, "T", listed_companies=["L"])
    assert [r.holder for r in told.rows] == ["X"] and codes(told) == {"N_LISTED_BETWEEN"}
    stopped = owners(network, "T", listed_companies=["L"], stop_at_listed=True)
    assert [(r.holder, r.share) for r in stopped.rows] == [("L", Fraction(3, 5))] and codes(stopped) == {"N_LISTED_BETWEEN"}
    assert stopped.settings["stop_at_listed"] and not stopped.explain("X", "T")["value"]
    assert [r.holder for r in owners(network, "L", listed_companies=["L"], stop_at_listed=True).rows] == ["X"]
    assert "N_LISTED_ISSUER" in codes(owners(network, "L", listed_companies=["L"]))


def test_every_owner_has_its_proof() -> None:
    proof = owners(MIXED, "T").explain("Q", "T")
    assert proof["tracks"] == ["mixed-b"] and list(proof["through"]) == ["K"]
    assert proof["through"]["K"][0]["chains"] == [{"chain": ["Q", "K"], "stakes": [Fraction(3, 10)], "product": Fraction(3, 10)}]
    assert proof["paths"][0]["listed"] == Fraction(9, 50) and proof["paths"][0]["complete"]
    proof = owners(MIXED, "T").explain("P", "T")
    assert [(s["company"], s["sum"]) for s in proof["steps"]] == [("H", Fraction(3, 5))]
    network = Network.from_holdings([("K", "A", "0.7"), ("K", "B", "0.55"), ("A", "D", "0.15"), ("B", "D", "0.1")])
    (held,) = close_links(network).explain("K", "D")["holds"]
    assert held["by"] == {"issued": {"A": Fraction(3, 20), "B": Fraction(1, 10)}}
    assert [s["company"] for s in held["steps"]] == ["A", "B"]
    assert close_links(network).explain("A", "B")["bound"]["K"]["A"]["by"] == {"issued": {"K": Fraction(7, 10)}}
    (held,) = close_links(CHAIN, reading="product").explain("X", "B")["holds"]
    assert [c["chain"] for c in held["paths"][0]["chains"]] == [["X", "A", "B"]]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: owners(CHAIN, "Q"), "E_UNKNOWN_ID"),
        (lambda: owners(CHAIN, "B", test="OFAC-50"), "E_TEST"),
        (lambda: owners(CHAIN, "B", reading="cascade"), "E_READING"),
        (lambda: owners(CHAIN, "B", reading="chain", threshold=0.25), "E_THRESHOLD_TYPE"),  # type: ignore[arg-type]
        (lambda: owners(CHAIN, "B", threshold="25"), "E_THRESHOLD_RANGE"),
        (lambda: close_links(CHAIN, test="AMLR-52"), "E_TEST"),
        (lambda: close_links(LOOP, test="close-links-product", path_budget=0), "E_PATH_BUDGET"),
        (lambda: blocked(CHAIN, []), "E_NO_SEEDS"),
        (lambda: blocked(CHAIN, ["Q"]), "E_UNKNOWN_ID"),
        (lambda: owners(CHAIN, "B", listed_companies=["Q"]), "E_UNKNOWN_ID"),
    ],
)
def test_faulty_questions(call: Any, code: str) -> None:
    with pytest.raises(CrossholdError) as caught:
        call()
    assert caught.value.findings[0].code == code


def test_persons_who_are_equally_near_are_all_told() -> None:
    network = Network.from_holdings([("P", "C", "2/5"), ("Q", "C", "2/5"), ("R", "C", "1/100")])
    result = blocked(network, ["P", "Q", "R"], test="UK-50")  # each alone: more than half, so none is blocked
    assert not result.rows and [dict(miss.by) for miss in result.near] == [{"P": Fraction(2, 5)}, {"Q": Fraction(2, 5)}]
    assert result.explain("Q", "C")["by"] == {"Q": Fraction(2, 5)}
