"""Smallest purchases against trying every number of votes, and the bands of accounting against their definitions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crosshold
from crosshold.errors import CrossholdError
from crosshold.measures.owners import LADDERS, STANDARDS, bands, watch
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Snapshot
from crosshold.network import Network, build

COMPARED = settings(max_examples=60, deadline=None)
WHOLE = 12  # votes of every company
HALF = Fraction(1, 2)
Held = dict[tuple[str, str], int]


@st.composite
def registers(draw: st.DrawFn) -> Held:
    """Whole votes of up to three companies in each other's hands and those of two persons; the rest is dispersed."""
    held: Held = {}
    for company in "ABC":
        left = WHOLE
        for holder in draw(st.permutations([h for h in "ABCPQ" if h != company])):
            weight = min(left, draw(st.sampled_from((0, 0, 1, 2, 4, 7))))
            left -= weight
            if weight:
                held[holder, company] = weight
    return held or {("P", "A"): 7}


def network_of(held: Held) -> Network:
    rows = [(h, i, Fraction(w, WHOLE)) for (h, i), w in held.items()]
    nobody = [("P", company, Fraction(0)) for company in "ABC"] + [("Q", "A", Fraction(0))]
    return Network.from_holdings([*rows, *nobody], kinds=dict.fromkeys("ABC", "company"))


def group(held: Held, buyer: str, link: tuple[Fraction, bool]) -> set[str]:
    inside = {buyer}
    while True:
        for c in "ABC":
            share = Fraction(sum(w for (h, i), w in held.items() if i == c and h in inside and h != c), WHOLE)
            if c not in inside and (share > link[0] or (share == link[0] and not link[1])):
                inside.add(c)
                break
        else:
            return inside


def passes(held: Held, buyer: str, company: str, line: tuple[str, bool], link: tuple[str, bool]) -> bool:
    inside = group(held, buyer, (Fraction(link[0]), link[1]))
    share = Fraction(sum(w for (h, i), w in held.items() if i == company and h in inside and h != company), WHOLE)
    return share > Fraction(line[0]) or (share == Fraction(line[0]) and not line[1])


def smallest(held: Held, buyer: str, company: str, bought: str, seller: str, line: Any, link: Any) -> int | None:
    """Smallest number of votes that does it, from one seller ("~": the dispersed ones), tried one after the other."""
    loose = WHOLE - sum(w for (_, i), w in held.items() if i == bought)
    stock = loose if seller == "~" else held.get((seller, bought), 0)
    for votes in range(1, stock + 1):
        after = dict(held)
        after[buyer, bought] = after.get((buyer, bought), 0) + votes
        if seller != "~":
            after[seller, bought] -= votes
        if passes(after, buyer, company, line, link):
            return votes
    return None


@given(held=registers(), rule=st.sampled_from([rule for rule in LADDERS if rule.id in ("control", "DE-AWV-56-1", "UK-NSIA-8")]))
@settings(max_examples=25, deadline=None)
def test_smallest_purchases_equal_trying_every_number(held: Held, rule: Any) -> None:
    network = network_of(held)
    buyers = ["P", "(newcomer)"]
    result = watch(network, "ABC", regime=rule.id, buyers=buyers)
    unit = {c: Fraction(int(network.votes.total[network.index(c)]), WHOLE) for c in "ABC"}
    rows: dict[tuple[str, ...], list[Any]] = {}
    for r in result.rows:
        rows.setdefault((r.company, r.line, r.buyer, r.bought), []).append(r)
    for company in "ABC":
        for line, said in zip(rule.lines, rule.said(), strict=True):
            for buyer in buyers:
                done = passes(held, buyer, company, line, rule.link)
                assert ((company, said, buyer) in result.passed) is done
                for bought in "ABC" if not done else "":
                    told = {seller: row for row in rows.get((company, said, buyer, bought), ()) for seller in row.sellers}
                    for seller in ["~float", *(h for h in "ABCPQ" if h not in (buyer, bought) and (h, bought) in held)]:
                        least = smallest(held, buyer, company, bought, seller.replace("~float", "~"), line, rule.link)
                        loose = WHOLE - sum(w for (_, i), w in held.items() if i == bought)
                        if seller not in told:
                            assert least is None
                        elif ceil(told[seller].votes / unit[bought]) <= held.get((seller, bought), loose):
                            assert least == ceil(told[seller].votes / unit[bought])
                    if not told:
                        continue
                    proof = result.explain(buyer, company, bought)
                    assert proof["value"] and all(p["after"] == sum(p["by"].values()) >= p["before"] for p in proof["purchases"])


def test_the_smallest_purchase_by_hand() -> None:
    # D is strategic. H has 40 % of it, X 30 % of H; 20 % of D and 30 % of H are dispersed, the rest has Y.
    network = Network.from_holdings(
        [("H", "D", "0.4"), ("Y", "D", "0.4"), ("X", "H", "0.3"), ("Y", "H", "0.4"), ("X", "D", "0.15")]
    )
    result = watch(network, ["D"], buyers=["X"])
    rows = {row.bought: row for row in result.rows}
    whole = 10**12
    assert (rows["D"].votes, rows["D"].part, rows["D"].before) == (
        35 * whole // 100 + 1,
        Fraction(35 * whole // 100 + 1, whole),
        Fraction(3, 20),
    )
    assert set(rows["D"].sellers) == {"H", "Y"}
    assert (rows["H"].votes, rows["H"].after) == (whole // 5 + 1, Fraction(11, 20)) and set(rows["H"].sellers) == {"Y", "~float"}
    assert result.rows[0].bought == "H", "the smaller part comes first"
    assert result.explain("X", "D", "H")["purchases"][0]["by"] == {"H": Fraction(2, 5), "X": Fraction(3, 20)}
    assert rows["D"].controller == ()
    quarter = watch(network, ["D"], regime="UK-NSIA-8", buyers=["Y", "H"])
    assert ("D", "more than 1/4", "H") in quarter.passed and ("D", "more than 1/4", "Y") in quarter.passed


def test_shares_with_several_votes_and_default_buyers() -> None:
    snapshot = Snapshot(
        at=date(2024, 1, 1),
        entities={
            "D": Entity("D", kind="company"),
            "S": Entity("S", kind="state"),
            "X": Entity("X", kind="person"),
            "~float": Entity("~float"),
        },
        issuers={"D": Issuer("D", 100)},
        lots=Lots([Lot("1", "D", "S", 40), Lot("2", "D", "X", 20), Lot("3", "D", "~float", 40)]),
    )
    result = watch(build(snapshot, {"1": 80, "2": 20, "3": 40}), ["D"])
    rows = {row.buyer: row for row in result.rows}
    # 140 votes: 71 are needed. X has 20 and needs 51: 26 of the State's shares of two votes each; the dispersed have only 40.
    assert rows["X"].votes == 51 and dict(rows["X"].sellers) == {"S": 26}
    assert rows["(newcomer)"].votes == 71 and dict(rows["(newcomer)"].sellers) == {"S": 36}
    assert result.passed == (("D", "more than 1/2", "S"),) and rows["X"].controller == ("S",)


def multiplied(held: Held, parent: str) -> dict[str, float]:
    """Parts by multiplied chains that never come back to the parent: repeat x = direct + stakes of the holders until it settles."""
    share = dict.fromkeys("ABCPQ", 0.0)
    for _ in range(400):
        share[parent] = 1.0
        share = {c: sum(w / WHOLE * share[h] for (h, i), w in held.items() if i == c) for c in share}
    return share


def test_what_renault_would_have_to_buy_of_nissan() -> None:
    # whole numbers of the case: 4,220,715,112 - own shares are outstanding, of which Renault has 1,831,837,027
    alliance = crosshold.read("alliance").at()
    network = crosshold.network(alliance, crosshold.ballot(alliance))
    total = int(network.votes.total[network.index("N")])
    (row,) = [r for r in watch(network, ["N"]).rows if r.buyer == "R"]
    assert row.votes == total // 2 + 1 - 1_831_837_027 and row.bought == "N" and "~float" in row.sellers
    assert {r.company: r.band for r in bands(network, ["R"]).rows} == {"N": "equity"}


@given(registers(), st.sampled_from([rule.id for rule in STANDARDS]))
@COMPARED
def test_bands_equal_their_definitions(held: Held, standard: str) -> None:
    network = network_of(held)
    result = bands(network, "ABCPQ", standard=standard)
    found = {(r.parent, r.company): r for r in result.rows}
    for parent in "ABCPQ":
        subsidiaries = group(held, parent, (HALF, True)) - {parent}
        for company in set("ABC") - {parent}:
            inside = (subsidiaries | {parent}) - {company}
            share = Fraction(sum(w for (h, i), w in held.items() if i == company and h in inside), WHOLE)
            row = found.get((parent, company))
            if row is None:
                assert share == 0
                continue
            assert row.share == share
            if row.interest is not None:
                assert abs(float(row.interest) - multiplied(held, parent)[company]) < 1e-4
            assert row.band == ("full" if company in subsidiaries else "equity" if share >= Fraction(1, 5) else "none")
            assert (row.band == "full") is (share > HALF)
            proof = result.explain(parent, company)
            assert proof["value"] == row.band and sum(proof["by"].values()) == share
            assert proof["steps"] == [] or all(step["sum"] > HALF for step in proof["steps"])


def test_bands_by_hand() -> None:
    network = Network.from_holdings(
        [
            ("G", "S", "0.6"),
            ("S", "E", "0.15"),
            ("G", "E", "0.05"),
            ("E", "N", "0.9"),
            ("G", "N", "0.05"),
            ("G", "T", "0.4"),
            ("Z", "T", "0.45"),
        ]
    )
    rows = {r.company: r for r in bands(network, ["G"]).rows}
    assert {c: r.band for c, r in rows.items()} == {"S": "full", "E": "equity", "N": "none", "T": "equity"}
    # what an associate holds does not count: E's 90 % of N are not G's, though 12.6 % of N fall to it
    assert rows["E"].share == Fraction(1, 5) and rows["N"].share == Fraction(1, 20)
    assert rows["E"].interest == Fraction(14, 100) and rows["N"].interest == Fraction(14, 100) * Fraction(9, 10) + Fraction(1, 20)
    japanese = {r.company: r for r in bands(network, ["G"], standard="JGAAP").rows}
    assert (japanese["T"].band, japanese["T"].possible) == ("equity", "full") and "ties" in japanese["T"].condition
    french = {(r.parent, r.company): r for r in bands(network, ["G", "Z"], standard="FR-ANC").rows}
    assert french["G", "T"].possible == "" and french["Z", "T"].possible == "full"
    assert bands(network).rows and bands(network).settings["citation"].startswith("IFRS 10")


def test_lists_are_alphabetical_dated_and_exact() -> None:
    for rules in (STANDARDS, LADDERS):
        ids = [rule.id for rule in rules]
        assert ids == sorted(set(ids))
        for rule in rules:
            assert rule.citation and rule.source and rule.title and rule.confidence in "ABC"
            assert date(2026, 1, 1) < date.fromisoformat(rule.read_on)
    for ladder in LADDERS:
        values = [Fraction(line) for line, _ in ladder.lines]
        assert values == sorted(set(values)) and all(0 < x < 1 for x in values)
        assert all(str(Fraction(line)) == line for line, _ in (*ladder.lines, ladder.link))
    for standard in STANDARDS:
        lines = [line for line in (standard.full, standard.equity, standard.maybe_full, standard.maybe_equity) if line]
        assert all(str(Fraction(line.threshold)) == line.threshold for line in lines)
        assert Fraction(standard.full.threshold) >= HALF, "below one half, two parents could consolidate one company"


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda rule: rule.id)
def test_bands_below_at_and_above_each_line(standard: Any) -> None:
    sliver = Fraction(1, 10**12)
    for line, above in ((standard.equity, "equity"), (standard.full, "full")):
        limit = Fraction(line.threshold)
        below = {"equity": "none", "full": "equity"}[above]
        for share, expected in ((limit - sliver, below), (limit, below if line.strict else above), (limit + sliver, above)):
            (row,) = bands(Network.from_holdings([("P", "A", share)]), standard=standard.id).rows
            assert row.band == expected


@pytest.mark.parametrize("rule", LADDERS, ids=lambda rule: rule.id)
def test_the_purchase_that_reaches_each_line_is_exact(rule: Any) -> None:
    result = watch(Network.from_holdings([("P", "A", "1/1000")]), ["A"], regime=rule.id, buyers=["P"])
    whole = 10**12
    for row, (line, strict) in zip(result.rows, rule.lines, strict=True):
        assert row.votes == Fraction(line) * whole + (1 if strict else 0) - whole // 1000


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (lambda n: watch(n, ["A", "Y", "Z"]), ["E_UNKNOWN_ID", "E_UNKNOWN_ID"]),
        (lambda n: watch(n, []), ["E_NO_COMPANY"]),
        (lambda n: watch(n, ["A"], regime="DE"), ["E_LADDER"]),
        (lambda n: bands(n, ["Y", "Z"]), ["E_UNKNOWN_ID", "E_UNKNOWN_ID"]),
        (lambda n: bands(n, standard="IAS"), ["E_STANDARD"]),
    ],
)
def test_faulty_questions(call: Any, codes: list[str]) -> None:
    with pytest.raises(CrossholdError) as caught:
        call(Network.from_holdings([("P", "A", "0.3")]))
    assert [f.code for f in caught.value.findings] == codes
