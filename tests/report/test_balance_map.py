"""The balance map: cells tile the window, agree with the judge asked alone, and find lines that nobody told them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction as F
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import RequestError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, ShareClass, Snapshot
from crosshold.report.balance_map import BalanceMap, Line, Region, Way, at_point, balance_map, stake
from crosshold.report.balance_svg import balance_svg, draw


def pair() -> Snapshot:
    """甲 holds 44 of 100 of 乙; 乙's own company holds 15 of 100 of 甲."""
    names = {"A": "甲株式会社 <b>", "B": "乙 & Co., Ltd.", "U": "unit", "~float": "~float"}
    entities = {key: Entity(key, name, "company") for key, name in names.items()}
    lots = [
        Lot("b", "B", "A", 44_000), Lot("b.rest", "B", "~float", 56_000, votes=56_000), Lot("a", "A", "U", 15_000),
        Lot("a.rest", "A", "~float", 85_000, votes=85_000), Lot("u", "U", "B", 100_000),
    ]  # fmt: skip
    issuers = {name: Issuer(name, 100_000) for name in "ABU"}
    return Snapshot(at=date(2020, 1, 28), entities=entities, issuers=issuers, lots=Lots(lots))


def law(snapshot: Snapshot) -> Region:
    """An invented law: above 2/5 the held company is silent; from 1/4 the holder is; both together leave it open."""
    x, y = stake(snapshot, "B", "A"), stake(snapshot, "A", "B")
    voters = {(0, 0): "both", (1, 0): "first", (0, 1): "second", (1, 1): "open"}[int(y > F(2, 5)), int(x >= F(1, 4))]
    rules = (("XA-1",) if y > F(2, 5) else ()) + (("XA-2",) if x >= F(1, 4) else ())
    return Region(voters, ("A controls B",) if y > F(1, 2) and x < F(1, 4) else (), rules)


def drawn() -> BalanceMap:
    today = (F(15, 100), F(44, 100))
    ways = [Way("30/10", (today, (F(15, 100), F(3, 10)), (F(1, 10), F(3, 10)))), Way("0/0", (today, (F(0), F(0))))]
    third = Line("y", F(1, 3), "1/3 of votes", "above it one can block", (F(0), F(1, 2)))
    return balance_map(pair(), "A", "B", law, ways=ways, lines=[third])


def test_the_lines_of_the_law_are_found() -> None:
    chart = drawn()
    found = {(line.axis, line.at): line.label for line in chart.lines}
    assert found == {
        ("x", F(1, 4)): "XA-2",
        ("y", F(2, 5)): "XA-1",
        ("y", F(1, 2)): "majority of votes",
        ("y", F(1, 3)): "1/3 of votes",
    }
    assert chart.asked < 400
    assert chart.today == (F(15, 100), F(44, 100))
    assert chart.region(*chart.today).voters == "first"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4999), st.integers(1, 5999))
def test_the_colour_of_a_point_is_what_the_law_says_alone(x: int, y: int) -> None:
    chart = drawn()
    where = F(x, 10_000), F(y, 10_000)
    if not any(abs(line.at - where[line.axis == "y"]) <= F(2, 10_000) for line in chart.lines):
        assert chart.region(*where) == law(at_point(pair(), "A", "B", *where))


def test_the_cells_tile_the_window() -> None:
    chart = drawn()
    area = sum((c.x[1] - c.x[0]) * (c.y[1] - c.y[0]) for c in chart.cells)
    assert area == chart.window[0] * chart.window[1]


def test_a_law_that_never_speaks_gives_one_region() -> None:
    chart = balance_map(pair(), "A", "B", lambda _: Region("both"))
    assert {cell.region for cell in chart.cells} == {Region("both")}
    assert chart.lines == ()
    assert chart.asked <= 82


def test_changing_stakes_keeps_every_share() -> None:
    for x, y in ((F(0), F(0)), (F(1, 7), F(1, 3)), (F(1, 2), F(6, 10))):
        moved = at_point(pair(), "A", "B", x, y)
        for issuer in moved.issuers.values():
            assert sum(lot.shares for lot in moved.lots_of(issuer.id)) == issuer.issued
        assert abs(stake(moved, "B", "A") - x) <= F(1, 100_000)
        assert abs(stake(moved, "A", "B") - y) <= F(1, 100_000)
    assert {lot.holder for lot in at_point(pair(), "A", "B", F(3, 10), F(0)).lots_of("A")} == {"U", "~float"}


def test_classes_stay_whole() -> None:
    snapshot = pair()
    classes = (ShareClass("k", 60_000, 10), ShareClass("o", 40_000, 1))
    lots = [
        Lot("b", "B", "A", 44_000, "k"), Lot("b1", "B", "~float", 16_000, "k", votes=160_000),
        Lot("b2", "B", "~float", 40_000, "o", votes=40_000), *snapshot.lots_of("A"), *snapshot.lots_of("U"),
    ]  # fmt: skip
    issuers = {**snapshot.issuers, "B": Issuer("B", 100_000, classes=classes)}
    snapshot = Snapshot(at=snapshot.at, entities=snapshot.entities, issuers=issuers, lots=Lots(lots))
    for y in (F(1, 10), F(55, 100)):
        moved = at_point(snapshot, "A", "B", F(15, 100), y)
        assert stake(moved, "A", "B") == y
        for share_class in classes:
            assert sum(lot.shares for lot in moved.lots_of("B") if lot.share_class == share_class.name) == share_class.issued
    with pytest.raises(RequestError):
        at_point(snapshot, "A", "B", F(15, 100), F(61, 100))


def test_a_stake_that_nobody_could_sell_is_refused() -> None:
    with pytest.raises(RequestError, match="cannot hold more than"):
        at_point(
            pair().evolve(lots=[Lot("b", "B", "A", 100_000), *pair().lots_of("A"), *pair().lots_of("U")]), "A", "B", F(2), F(1)
        )


def test_the_picture_is_sound() -> None:
    chart = drawn()
    picture, (whole, labels) = draw(chart)
    assert picture == balance_svg(chart)
    ElementTree.fromstring(picture)
    assert "<b>" not in picture and "甲" in picture
    assert picture.count('class="dot"') == 3 and picture.count('class="today"') == 1
    for n, box in enumerate(labels):
        assert box.within(whole)
        assert not any(box.meets(other) for other in labels[n + 1 :])
