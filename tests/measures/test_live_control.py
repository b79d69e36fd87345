"""Control kept up to date: every difference equals that of two computations from the start, and so does the forest."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from crosshold.errors import RequestError
from crosshold.kernels.tree import DEPTH, JUMP, PARENT, RING, ROOT
from crosshold.measures.control import LiveControl, control, ultimate
from crosshold.network import Network

Stakes = dict[tuple[str, str], int]


def network_of(names: list[str], stakes: Stakes, total: int) -> Network:
    """Every name is there, whether it holds something or not."""
    index = {name: k for k, name in enumerate(names)}
    rows = [(index[h], index[i], w) for (h, i), w in stakes.items() if w]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    holder, issuer = columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32)
    return Network.from_columns(names, holder, issuer, columns[:, 2], np.full(len(names), total))


def pairs_of(network: Network, **options: object) -> set[tuple[str, str]]:
    return {(row.controller, row.controlled) for row in control(network, **options).rows}  # type: ignore[arg-type]


def random_stakes(names: list[str], total: int, draw: random.Random) -> Stakes:
    stakes: Stakes = {}
    for issuer in names:
        left = total
        for holder in draw.sample(names, draw.randint(0, min(5, len(names)))):
            weight = draw.randint(0, left)
            if holder != issuer:
                stakes[holder, issuer] = weight
                left -= weight
    return stakes


def random_change(names: list[str], stakes: Stakes, total: int, draw: random.Random) -> tuple[str, str, int]:
    holder, issuer = draw.sample(names, 2)
    if stakes and draw.random() < 0.6:
        holder, issuer = draw.choice(sorted(stakes))
    others = sum(w for (h, i), w in stakes.items() if i == issuer and h != holder)
    return holder, issuer, draw.choice([0, total - others, draw.randint(0, total - others)])


def forest_of(live: LiveControl) -> list[tuple[int, ...]]:
    tree = live.tree
    return [tuple(int(tree[tree[v, RING], c]) for c in (RING, PARENT, ROOT, DEPTH, JUMP)) for v in range(len(tree))]


@pytest.mark.parametrize("most", [3, 20_000])  # with 3, most changes have the forest computed anew
def test_ten_thousand_random_changes(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosshold.measures.control.live.MOST_MOVED", most)
    draw = random.Random(most)
    checked = mattered = 0
    while checked < 5000:
        names = [f"E{k:02}" for k in range(draw.randint(2, 11))]
        total = draw.choice([10, 11, 100])
        test = draw.choice([{}, {}, {"threshold": Fraction(2, 3), "strict": False}])
        stakes = random_stakes(names, total, draw)
        live = LiveControl(network_of(names, stakes, total), **test)  # type: ignore[arg-type]
        before = pairs_of(live.network, **test)
        for _ in range(20):
            change = random_change(names, stakes, total, draw)
            stakes[change[:2]] = change[2]
            difference = live.change([change])
            network = network_of(names, stakes, total)
            after = pairs_of(network, **test)
            assert set(difference.gained) == after - before
            assert set(difference.lost) == before - after
            assert forest_of(live) == forest_of(LiveControl(network, **test))  # type: ignore[arg-type]
            checked += 1
            mattered += before != after
            before = after
    assert mattered > checked / 10


def test_changes_together_tell_only_what_is_different_in_the_end() -> None:
    names = ["A", "B", "C", "S", "T"]
    stakes: Stakes = {("A", "B"): 60, ("B", "C"): 60, ("C", "T"): 51, ("S", "C"): 40}
    live = LiveControl(network_of(names, stakes, 100))
    sold = live.change([("S", "C", 100), ("B", "C", 0)])  # in this order S would pass 100 % on the way
    assert sold.gained == (("S", "C"), ("S", "T"))
    assert sold.lost == (("A", "C"), ("A", "T"), ("B", "C"), ("B", "T"))
    assert live.controls("S", "T") and not live.controls("A", "T")
    assert live.controllers("T") == ("C", "S")
    back = live.change([("S", "C", 40), ("B", "C", 60)])
    assert (back.gained, back.lost) == (sold.lost, sold.gained)
    assert live.change([("A", "B", 70)]) == ((), ())


def test_faults_are_told_at_once_and_change_nothing() -> None:
    live = LiveControl(network_of(["A", "B", "C"], {("A", "B"): 60, ("C", "B"): 30}, 100))
    before = live.tree.copy()
    with pytest.raises(RequestError) as caught:
        live.change([("C", "B", 41), ("A", "A", 1), ("A", "C", -1)])
    assert [f.code for f in caught.value.findings] == ["E_OWN_SHARES", "E_NEGATIVE", "E_OVERHELD"]
    with pytest.raises(RequestError) as caught:
        live.change([("X", "B", 1), ("A", "Y", 1)])
    assert ["'X'" in f.message or "'Y'" in f.message for f in caught.value.findings] == [True, True]
    for votes in (5.5, 50.0, float("nan"), "5", None):
        with pytest.raises(RequestError, match="E_NOT_WHOLE"):
            live.change([("A", "B", votes)])  # type: ignore[list-item]
    assert live.change([("A", "B", np.int64(60))]) == ((), ()) and live.holders("B") == {"A": 60, "C": 30}  # type: ignore[list-item]
    assert (live.tree == before).all()
    assert live.controllers("B") == ("A",)
    with pytest.raises(RequestError) as caught:
        LiveControl(network_of(["A", "B", "C"], {("A", "B"): 30, ("C", "B"): 30}, 100), threshold="1/4")
    assert caught.value.findings[0].code == "E_NO_FOREST"


def test_chains_and_questions_agree_with_the_pairs() -> None:
    draw = random.Random(5)
    for _ in range(200):
        names = [f"E{k:02}" for k in range(draw.randint(2, 11))]
        network = network_of(names, random_stakes(names, 100, draw), 100)
        pairs, result = pairs_of(network), ultimate(network)
        assert pairs == {(x, y) for x in names for y in names if result.controls(x, y)}
        for company in names:
            chain = [set(members) for members in result.chain(company)]
            assert {x for x, y in pairs if y == company} == set().union(*chain)
            assert all((a, b) in pairs for k, upper in enumerate(chain[1:], 1) for a in upper for b in chain[k - 1])
            only = control(network, companies=[company])
            assert {(row.controller, row.controlled) for row in only.rows} == {pair for pair in pairs if pair[1] == company}


def test_who_asks_about_one_company_hears_of_its_rings_only() -> None:
    names = ["A", "B", "C", "D", "T", "U"]
    stakes: Stakes = {("A", "B"): 60, ("B", "A"): 60, ("C", "D"): 60, ("D", "C"): 60, ("B", "T"): 60, ("T", "U"): 60}
    network = network_of(names, stakes, 100)
    assert ultimate(network).rings == (("A", "B"), ("C", "D"))
    assert ultimate(network, companies=["U"]).rings == (("A", "B"),)
    assert ultimate(network, companies=["C"]).rings == (("C", "D"),)
