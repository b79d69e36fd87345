"""What hangs on each loop: control with and without its weakest stake, and the shortest loop through each member."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crosshold.measures.control import control, ultimate
from crosshold.measures.loops import loops
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Snapshot
from crosshold.network import Network, build

COMPARED = settings(max_examples=60, deadline=None)
Counts = dict[tuple[str, str], int]


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """Whole shares of up to four companies in each other's hands and those of a person; some are dispersed."""
    names = "ABCD"[: draw(st.integers(2, 4))]
    held = {(h, i): draw(st.sampled_from((0, 0, 1, 2, 4, 6))) for h, i in permutations(names + "P", 2) if i != "P"}
    held = {edge: n for edge, n in held.items() if n}
    assume(held)
    return held


def snapshot(held: Counts) -> Snapshot:
    issuers = sorted({i for _, i in held})
    names = {*(h for h, _ in held), *issuers}
    lots = [Lot(f"{h}>{i}", i, h, n) for (h, i), n in held.items()]
    lots += [Lot(f"~>{i}", i, "~float", 2) for i in issuers]
    whole = {i: sum(lot.shares for lot in lots if lot.issuer == i) for i in issuers}
    return Snapshot(
        at=date(2020, 1, 28),
        entities={name: Entity(name) for name in (*names, "~float")},
        issuers={i: Issuer(i, whole[i]) for i in issuers},
        lots=Lots(lots),
    )


@given(counts())
@COMPARED
def test_cutting_a_loop_equals_silencing_its_stake(held: Counts) -> None:
    case = snapshot(held)
    whole = build(case)
    result = loops(whole)
    before = {(r.controller, r.controlled) for r in control(whole).rows}
    for loop in result.loops:
        edges = list(pairwise((*loop.path, loop.path[0])))
        stakes = {edge: whole.capital.fraction(whole.index(edge[0]), whole.index(edge[1])) for edge in edges}
        assert loop.weakest is None and stakes[loop.cut] == min(x or 0 for x in stakes.values())
        silent = build(case, {lot.id: 0 if (lot.holder, lot.issuer) == loop.cut else lot.shares for lot in case.lots})
        after = {(r.controller, r.controlled) for r in control(silent).rows}
        assert set(loop.control_lost or ()) == before - after and set(loop.control_gained or ()) == after - before
        then, now = ultimate(whole).ultimate, ultimate(silent).ultimate
        changed = {c: (then.get(c, ()), now.get(c, ())) for c in {*then, *now} if then.get(c, ()) != now.get(c, ())}
        assert {h.company: (h.before, h.after) for h in loop.control_without or ()} == changed


@given(counts())
@COMPARED
def test_the_shortest_loop_of_each_member_is_a_loop_and_none_is_shorter(held: Counts) -> None:
    result = loops(build(snapshot(held)))
    for component in result.components:
        assert set(component.shortest) == set(component.members)
        for member, path in component.shortest.items():
            assert path[0] == member and all(edge in held for edge in pairwise((*path, member)))
            assert len(path) == min(len(loop.path) for loop in result.loops if member in loop.path)


def test_with_own_assets_the_weakest_stake_in_money_is_cut() -> None:
    # B's 20 % of A are worth less than A's 10 % of B, though they are the larger fraction
    network = Network.from_holdings([("A", "B", "0.1"), ("B", "A", "0.2"), ("X", "A", "0.45"), ("X", "B", "0.3")])
    (loop,) = loops(network, {"A": 10, "B": 1000}).loops
    assert loop.cut == loop.weakest == ("B", "A")
    assert loop.control_gained == (("X", "A"),) and loop.control_lost == ()  # 45 of the 80 votes that are left
    (loop,) = loops(network).loops
    assert loop.cut == ("A", "B") and loop.control_gained == () == loop.control_without


def test_control_is_left_out_when_it_is_not_wanted() -> None:
    network = Network.from_holdings([("A", "B", "0.6"), ("B", "A", "0.2")])
    result = loops(network, control=False)
    assert result.loops[0].control_without is None and result.settings["control"] is None
    told: Any = result.explain("A", "B")["loops"][0]
    assert told["cut"] == ("B", "A") and told["gain"] == Fraction(3, 25)
