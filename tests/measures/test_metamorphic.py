"""What no measure may depend on: names, how a holding is cut into lots, strangers, the number of shares a company is cut into.

Every measure of the package is in one table here. Beside the four changes: thresholds at exactly one half, one fifth and one quarter,
counts at the edge of 64 bits, and companies of which 300 % are held.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crosshold.measures
from crosshold.errors import CrossholdError, RequestError
from crosshold.measures.bounds import control_bounds, ownership_bounds
from crosshold.measures.clearing import clearing
from crosshold.measures.control import control, ultimate
from crosshold.measures.dividends import dividends
from crosshold.measures.ends import stakes_of
from crosshold.measures.failures import cascade
from crosshold.measures.groups import business_group
from crosshold.measures.lookthrough import lookthrough
from crosshold.measures.loops import loops
from crosshold.measures.netting import net
from crosshold.measures.network_power import crama_leruth, karos_peters, npi
from crosshold.measures.network_value import network_value
from crosshold.measures.owners import (
    TESTS,
    bands,
    blocked,
    blocked_bounds,
    close_links,
    links_bounds,
    owners,
    owners_bounds,
    watch,
)
from crosshold.measures.ownership import CONVENTIONS, ownership
from crosshold.measures.parties import smallest_parties
from crosshold.measures.power import INDICES, power
from crosshold.measures.value import own_assets, value
from crosshold.measures.wedge import weakest_link
from crosshold.model.entity import Entity
from crosshold.model.result import Result
from crosshold.model.snapshot import Issuer, Lot, Lots, Snapshot
from crosshold.model.stakes import Stakes
from crosshold.network import Network, build

Rows = list[tuple[str, str, Fraction]]
Name = Callable[[str], str]
HALF, QUARTER, FIFTH = Fraction(1, 2), Fraction(1, 4), Fraction(1, 5)
FEW = settings(max_examples=6, deadline=None)
COMPANIES, PERSONS = "ABC", "PQ"
ALL = COMPANIES + PERSONS
STRANGERS = ("Y", "Z")


def held(network: Network, name: Name) -> Stakes:
    """Stakes in A are uncertain: each lies between nothing and what it is."""
    j = network.index(name("A"))
    bounds = {
        (network.ids[i], name("A")): (Fraction(0), network.capital.fraction(i, j) or Fraction(0))
        for i, _ in network.capital.holders(j)
    }
    return stakes_of(network, bounds)


def money(network: Network, of: str) -> list[tuple[str, str, Fraction]]:
    """Each stake as an amount: hundredths of the company, between companies only."""
    inside = {network.index(x) for x in of}
    rows = [(i, j, Fraction(w, int(network.capital.total[j]))) for i, j, w in network.capital.edges() if {i, j} <= inside]
    return [(network.ids[i], network.ids[j], share * 100) for i, j, share in rows]


def named(values: str, name: Name, number: int = 7) -> dict[str, int]:
    return {name(x): number + k for k, x in enumerate(values)}


OCEAN = ("banzhaf", "banzhaf-absolute", "shapley-shubik")  # indices that are defined beside an ocean of small holders
Call = Callable[[Network, Name], Any]
CALLS: dict[str, Call] = {
    "control": lambda n, to: control(n),
    "control, a quarter": lambda n, to: control(n, threshold="1/4", strict=False),
    "control together": lambda n, to: control(n, together=[to("P"), to("Q")]),
    "ultimate": lambda n, to: ultimate(n),
    "lookthrough": lambda n, to: lookthrough(n),
    "loops": lambda n, to: loops(n, named(COMPANIES, to)),
    "dividends": lambda n, to: dividends(n, named(COMPANIES, to), dict.fromkeys(map(to, COMPANIES), "1/2")),
    "value": lambda n, to: value(n, named(COMPANIES, to)),
    "own assets": lambda n, to: own_assets(n, {k: Fraction(v) for k, v in named(COMPANIES, to, 50).items()}),
    "cascade": lambda n, to: cascade(n, named(COMPANIES, to), named(COMPANIES, to, 6), dict.fromkeys(map(to, COMPANIES), 1)),
    "clearing": lambda n, to: clearing(
        named(COMPANIES, to, 5), owes=[(i, h, x / 10) for h, i, x in money(n, "".join(map(to, COMPANIES)))]
    ),
    "netting": lambda n, to: net(money(n, "".join(map(to, COMPANIES)))) if money(n, "".join(map(to, COMPANIES))) else None,
    "weakest link": lambda n, to: weakest_link(n, to("P"), to("A")),
    "group": lambda n, to: business_group(n, [to("P")], firms=[to(x) for x in COMPANIES], threshold="1/4"),
    "parties": lambda n, to: smallest_parties(n, to("A")),
    "bands": lambda n, to: bands(n),
    "watch": lambda n, to: watch(n, [to("A")], regime="DE-AWV-56-3"),
    "control from bounds": lambda n, to: control_bounds(held(n, to)),
    "ownership from bounds": lambda n, to: ownership_bounds(held(n, to)),
    "owners from bounds": lambda n, to: owners_bounds(held(n, to), to("A")),
    "blocked from bounds": lambda n, to: blocked_bounds(held(n, to), [to("P")]),
    "links from bounds": lambda n, to: links_bounds(held(n, to), to("A")),
    "network value": lambda n, to: network_value(n, named(COMPANIES, to)),
    "network power": lambda n, to: npi(n, method="exact"),
    "karos-peters": lambda n, to: karos_peters(n, method="exact"),
    "crama-leruth": lambda n, to: crama_leruth(n, to("A"), method="exact"),
}
for _convention in CONVENTIONS:
    CALLS[f"ownership, {_convention}"] = lambda n, to, c=_convention: ownership(n, convention=c)  # type: ignore[misc]
for _index in INDICES:
    for _float in ("none", "ocean") if _index.id in OCEAN else ("none",):
        CALLS[f"power, {_index.id}, {_float}"] = lambda n, to, i=_index.id, f=_float: power(n, to("A"), index=i, free_float=f)  # type: ignore[misc]
for _test in TESTS:
    if _test.question == "owners":
        CALLS[_test.id] = lambda n, to, t=_test.id: owners(n, test=t)  # type: ignore[misc]
    elif _test.question == "links":
        CALLS[_test.id] = lambda n, to, t=_test.id: close_links(n, test=t)  # type: ignore[misc]
    else:
        CALLS[_test.id] = lambda n, to, t=_test.id: blocked(n, [to("P"), to("Q")], test=t)  # type: ignore[misc]

ELSEWHERE = {
    "cooperative": "games have no network; its own tests permute the players",
    "ends": "stakes, no measure",
    "corners": "calls a measure of the table",
    "declared": "compares what is said with a measure of the table",
}
ORDER = {
    "weakest",
    "cut",
    "control_lost",
    "control_gained",
    "control_without",
    "shortest",
    "condition",
}  # ties go to the first id
AMOUNTS = {"clearing", "netting"}  # given money, not holdings
SCALE = {"watch": "one vote more than a line is another fraction in smaller shares"}


def test_every_measure_is_in_the_table() -> None:
    modules = {module.name for module in pkgutil.iter_modules(crosshold.measures.__path__)}
    used = {
        thing.__module__.split(".")[2]
        for thing in globals().values()
        if getattr(thing, "__module__", "").startswith("crosshold.measures.")
    }
    assert modules == used | set(ELSEWHERE), "a measure that no change is tried on"


@st.composite
def holdings(draw: st.DrawFn) -> Rows:
    """Stakes of two persons and three companies in the companies; some float is always left."""
    rows: Rows = []
    for issuer in COMPANIES:
        weights = {h: draw(st.sampled_from((0, 0, 1, 2, 3, 5))) for h in ALL if h != issuer}
        total = sum(weights.values()) + draw(st.integers(1, 3))
        rows += [(h, issuer, Fraction(w, total)) for h, w in weights.items() if w]
    return rows or [("P", "A", QUARTER)]


def network_of(rows: Rows, name: Name = str) -> Network:
    """Everybody is there, also who holds nothing."""
    nobody = [(x, "A", Fraction(0)) for x in ALL if x != "A"]
    kinds = {name(x): "company" if x in COMPANIES else "person" for x in ALL}
    return Network.from_holdings(
        [(name(h) if h in ALL else h, name(i) if i in ALL else i, f) for h, i, f in [*rows, *nobody]], kinds=kinds
    )


def answer(call: Call, network: Network, name: Name = str) -> Any:
    """Everything a measure says, under the old names and in no order; a fault by its codes."""
    back = {name(x): x for x in ALL}
    try:
        result = call(network, name)
    except CrossholdError as fault:
        return sorted({f.code for f in fault.findings})
    if result is None:
        return None
    assert isinstance(result, Result)
    said = result.to_dict(exact=True)
    told = {key: item for key, item in said.items() if key not in result.settings and key != "findings"}
    return [
        plain(told, back),
        sorted({f.code for f in result.findings if not set(STRANGERS) & set(re.findall(r"\w+", f.message))}),
    ]


def plain(item: Any, back: Mapping[str, str]) -> Any:
    """Names put back, strangers left out, floats to nine digits, lists without their order."""
    if isinstance(item, str):
        for mark in ("+", " > "):
            if mark in item:
                return mark.join(sorted(str(plain(part, back)) for part in item.split(mark)))
        tail = item.removeprefix("float:")
        return f"float:{back.get(tail, tail)}" if item.startswith("float:") else back.get(item, item)
    if isinstance(item, Mapping):
        kept = {k: v for k, v in item.items() if k not in ORDER and not strange(k)}
        if {"a", "b"} <= set(kept):  # a pair, in the order of its names
            kept["pair"] = [kept.pop("a"), kept.pop("b")]
        return sorted(([plain(k, back), plain(v, back)] for k, v in kept.items()), key=repr)
    if isinstance(item, list):
        return sorted((plain(x, back) for x in item if not strange(x)), key=repr)
    return float(f"{item:.9g}") if isinstance(item, float) else item


def strange(item: Any) -> bool:
    """Whether something is about a stranger."""
    if isinstance(item, str):
        return item.removeprefix("float:") in STRANGERS
    parts = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return any(isinstance(part, str) and strange(part) for part in parts)


each = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


@each
@given(rows=holdings(), order=st.permutations(ALL))
@FEW
def test_names_do_not_matter(call: Call, rows: Rows, order: list[str]) -> None:
    name = dict(zip(ALL, order, strict=True)).__getitem__
    assert answer(call, network_of(rows)) == answer(call, network_of(rows, name), name)


@each
@given(rows=holdings())
@FEW
def test_strangers_do_not_matter(call: Call, rows: Rows) -> None:
    assert answer(call, network_of(rows)) == answer(call, network_of([*rows, ("Y", "Z", Fraction(3, 10))]))


def counted(rows: Rows, scale: int, parts: tuple[int, ...] = (1,)) -> Network:
    """The same stakes as whole shares: ``scale`` times the smallest number that makes them whole, dispersed holders included.

    Each holding is cut into lots in the proportion of ``parts``, whose sum must divide the scale.
    """
    issued = {i: scale * lcm(*(f.denominator for _, j, f in rows if j == i), 1) for i in COMPANIES}
    held = [(h, i, int(f * issued[i])) for h, i, f in rows]
    held += [("~float", i, n - sum(count for _, j, count in held if j == i)) for i, n in issued.items()]
    lots = [Lot(f"{h}>{i}.{k}", i, h, count * part // sum(parts)) for h, i, count in held for k, part in enumerate(parts)]
    entities = {x: Entity(x, kind="company" if x in COMPANIES else "person") for x in ALL} | {"~float": Entity("~float")}
    return build(
        Snapshot(at=date(2020, 1, 28), entities=entities, issuers={i: Issuer(i, n) for i, n in issued.items()}, lots=Lots(lots))
    )


@each
@given(rows=holdings())
@FEW
def test_a_lot_cut_in_three_is_the_same_holding(call: Call, rows: Rows) -> None:
    assert answer(call, counted(rows, 6)) == answer(call, counted(rows, 6, (1, 2, 3)))


@pytest.mark.parametrize("name", [name for name in CALLS if name not in SCALE])
@given(rows=holdings(), scale=st.sampled_from((2, 1000, 2**52)))
@FEW
def test_the_number_of_shares_does_not_matter(name: str, rows: Rows, scale: int) -> None:
    # 2**52 times as many shares: counts pass 2**53, where floats lose units, and a count times a threshold passes 2**63
    assert answer(CALLS[name], counted(rows, 1)) == answer(CALLS[name], counted(rows, scale))


@pytest.mark.parametrize("name", [name for name in CALLS if name not in AMOUNTS])
def test_three_hundred_percent_are_refused_or_reported(name: str) -> None:
    rows = [("P", "A", 1), ("Q", "A", 1), ("B", "A", 1), ("P", "B", "0.6"), ("A", "C", "0.9"), ("Q", "C", "0.9")]
    with pytest.raises(RequestError) as caught:
        Network.from_holdings(rows)
    told = [(f.code, f.where) for f in caught.value.findings]
    assert told == [("E_OVERHELD", "A"), ("E_OVERHELD", "C")], "every company at once"
    assert "300 %" in caught.value.findings[0].message and "180 %" in caught.value.findings[1].message
    network = Network.from_holdings([*rows, *((x, "B", 0) for x in ALL if x != "B")], overheld="report")
    found = answer(CALLS[name], network)
    codes = found if isinstance(found[0], str) else found[1]
    assert {"W_OVERHELD", "E_SINGULAR", "E_OVERHELD"} & set(codes), "a number without a word about what it was computed from"


def test_three_hundred_percent_by_hand() -> None:
    network = Network.from_holdings([("P", "A", 1), ("Q", "A", 1), ("B", "A", 1), ("A", "C", "0.5")], overheld="report")
    result = control(network)
    assert [(r.controller, r.controlled) for r in result.rows] == [("B", "A"), ("P", "A"), ("Q", "A")]
    assert {f.code for f in result.findings} == {"W_OVERHELD", "W_NO_FOREST"}
    totals = {(r.holder, r.issuer): r.total for r in ownership(network).rows}
    assert totals["P", "C"] == HALF and sum(x or 0 for (_, i), x in totals.items() if i == "A") == 3
    assert blocked(network, ["P"]).entities == ("A", "C")
    endless = Network.from_holdings([("A", "B", 1), ("C", "B", 1), ("B", "A", 1), ("B", "C", 1)], overheld="report")
    with pytest.raises(CrossholdError, match="E_SINGULAR"):
        ownership(endless)


def test_a_snapshot_with_three_hundred_percent_names_its_lots() -> None:
    lots = [Lot(f"lot-{h}", "A", h, 100) for h in "PQB"]
    entities = {x: Entity(x) for x in "APQB"}
    with pytest.raises(RequestError) as caught:
        Snapshot(at=date(2020, 1, 28), entities=entities, issuers={"A": Issuer("A", 100)}, lots=Lots(lots))
    (finding,) = caught.value.findings
    assert finding.code == "E_OVERHELD" and "300 %" in finding.message and all(lot.id in finding.message for lot in lots)


def test_counts_beyond_sixty_two_bits_are_refused() -> None:
    """The sum of a few large counts wraps around in 64 bits to a small or negative number; it must never come out as a share."""
    large = 2**61

    def case(issued: int, *counts: int) -> Network:
        lots = [Lot(f"{k}", "A", f"H{k}", n) for k, n in enumerate(counts)]
        names = ["A", *(lot.holder for lot in lots)]
        votes = {lot.id: lot.shares * 3 for lot in lots}
        entities = {x: Entity(x) for x in names}
        return build(
            Snapshot(at=date(2020, 1, 28), entities=entities, issuers={"A": Issuer("A", issued)}, lots=Lots(lots)), votes
        )

    for counts in ((large,), (large // 2, large // 2), (2**60, 2**60)):
        with pytest.raises(RequestError, match="E_TOO_LARGE"):  # three votes a share: 3 x 2**61
            case(large, *counts)
    with pytest.raises(RequestError, match="E_TOO_LARGE"):
        case(2**62, 1)
    with pytest.raises(RequestError, match=r"E_TOO_LARGE|E_OVERHELD"):
        Network.from_holdings([(f"H{k}", "A", 2**22) for k in range(8)], overheld="report")
    with pytest.raises(RequestError, match="E_TOO_LARGE"):
        Network.from_holdings([("P", "A", Fraction(1, 3**40))])


def test_thresholds_whose_product_passes_sixty_four_bits_are_exact() -> None:
    """w * q and p * T have 90 bits here; in 64 they would wrap."""
    whole, q = 2**61 - 1, 2**31 - 1
    p = q // 2
    line = Fraction(p, q)
    least = p * whole // q + 1  # the smallest count above the line
    for count, above in ((least - 1, False), (least, True)):
        lots = [Lot("1", "A", "X", count), Lot("2", "A", "~float", whole - count)]
        entities = {x: Entity(x) for x in ("A", "X", "~float")}
        case = Snapshot(at=date(2020, 1, 28), entities=entities, issuers={"A": Issuer("A", whole)}, lots=Lots(lots))
        network = build(case)
        assert bool(control(network, threshold=line).rows) is above
        assert bool(blocked(network, ["X"], threshold=line, strict=True).rows) is above
        assert bool(owners(network, "A", threshold=line, strict=True).rows) is above
        assert bool(smallest_parties(network, "A", threshold=line).rows) is above
        assert control_bounds(Stakes.from_snapshot(case), threshold=line).verdict("X", "A") == (
            "CERTAIN" if above else "IMPOSSIBLE"
        )


def ownership_line(network: Network) -> str | None:
    return ownership_bounds(stakes_of(network, {}), holders=["X"], threshold="1/4").rows[0].verdict


UNIT = Fraction(1, 10**12)
PASSING: dict[str, tuple[Fraction, bool, Callable[[Network], bool]]] = {
    "control": (HALF, True, lambda n: bool(control(n, sources=["X"]).rows)),
    "control, at least": (HALF, False, lambda n: bool(control(n, sources=["X"], strict=False).rows)),
    "control, a quarter": (QUARTER, True, lambda n: bool(control(n, sources=["X"], threshold="1/4").rows)),
    "control, a fifth": (FIFTH, True, lambda n: bool(control(n, sources=["X"], threshold="0.2").rows)),
    "ultimate": (HALF, True, lambda n: ultimate(n).ultimate.get("A", ()) == ("X",)),
    "parties": (HALF, True, lambda n: "X" in smallest_parties(n, "A").alone),
    "AMLR-52": (QUARTER, False, lambda n: any(r.holder == "X" for r in owners(n, "A", test="AMLR-52").rows)),
    "DE-GWG-3": (QUARTER, True, lambda n: any(r.holder == "X" for r in owners(n, "A", test="DE-GWG-3").rows)),
    "OFAC-50": (HALF, False, lambda n: blocked(n, ["X"]).entities == ("A",)),
    "EU-50": (HALF, False, lambda n: blocked(n, ["X"], test="EU-50").entities == ("A",)),
    "UK-50": (HALF, True, lambda n: blocked(n, ["X"], test="UK-50").entities == ("A",)),
    "ECB-138": (FIFTH, False, lambda n: any(r.holder == "X" for r in close_links(n, "A", test="ECB-138").rows)),
    "CRR-38": (FIFTH, False, lambda n: any(r.holder == "X" for r in close_links(n, "A", test="CRR-38").rows)),
    "equity method": (FIFTH, False, lambda n: bands(n, ["X"]).rows[0].band != "none"),
    "consolidation": (HALF, True, lambda n: bands(n, ["X"]).rows[0].band == "full"),
    "watch": (QUARTER, False, lambda n: bool(watch(n, ["A"], regime="DE-AWV-56-3", buyers=["X"]).passed)),
    "watch, United Kingdom": (QUARTER, True, lambda n: bool(watch(n, ["A"], regime="UK-NSIA-8", buyers=["X"]).passed)),
    "group": (QUARTER, False, lambda n: business_group(n, ["X"], threshold="1/4").controlled == ("A",)),
    "weakest link": (FIFTH, False, lambda n: bool(weakest_link(n, "X", "A", threshold="1/5").rows)),
    "control from bounds": (HALF, True, lambda n: control_bounds(stakes_of(n, {})).verdict("X", "A") == "CERTAIN"),
    "ownership from bounds": (QUARTER, False, lambda n: ownership_line(n) == "CERTAIN"),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSING)
def test_exactly_at_each_line(name: str) -> None:
    line, strict, passes = PASSING[name]
    rest = ("Y", "A", 1 - line - UNIT)  # Y never passes with X, and never above X's line alone unless it is below one half
    for share, expected in ((line - UNIT, False), (line, not strict), (line + UNIT, True)):
        assert passes(Network.from_holdings([("X", "A", share), rest])) is expected
    # the same by a sum that binary floats get wrong: 0.1 + 0.2 + 0.2, as three lots
    parts = [Fraction(1, 10), Fraction(2, 10), Fraction(2, 10)] if line == HALF else [line / 3] * 3
    assert passes(Network.from_holdings([*(("X", "A", part) for part in parts), rest])) is not strict
