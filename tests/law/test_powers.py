"""Who can pass or block a resolution, alone and in pairs, beside every way the others could vote."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import RequestError
from crosshold.law.ballot import ballot
from crosshold.law.book import RuleBook, load
from crosshold.law.powers import Powers, powers

from .cases import company, net

JP = [company(name, "JP", "KK") for name in "ABCD"]


def at(rows: list[tuple[str, str, int]], meeting: str = "special", turnout: str = "1", **more: object) -> Powers:
    outcome = ballot(net(rows, rules=("JP-309-2",), entities=JP, **more)).outcome()  # type: ignore[arg-type]
    return powers(outcome, "A", meeting, turnout)


def test_thirty_percent_block_a_special_resolution_below_nine_tenths() -> None:
    """Two thirds of what is present: 30 of 89 are more than a third, 30 of 90 are exactly a third."""
    for turnout, blocks in (("0.89", True), ("0.9", False), ("1", False)):
        found = at([("B", "A", 30)], turnout=turnout)
        assert (found.alone[0].blocks, found.majority.rule, found.present) == (blocks, "JP-309-2", 100 * Fraction(turnout))


def test_a_pair_is_told_when_neither_can_alone() -> None:
    found = at([("B", "A", 34), ("C", "A", 33), ("D", "A", 10)], turnout="0.9")
    assert [(p.holders, p.passes, p.blocks) for p in found.pairs] == [(("B", "C"), True, False)]
    assert [p.blocks for p in found.alone] == [True, True, False]  # 33 of 90 are more than a third too


def test_more_named_votes_than_the_turnout() -> None:
    found = at([("B", "A", 60)], turnout="0.5")
    assert found.present == 60 and found.turnout == Fraction(3, 5) and [f.code for f in found.findings] == ["W_TURNOUT"]
    assert found.alone[0].passes and found.alone[0].blocks


def test_json() -> None:
    """34 of 100 are more than a third of any number present: the others' 66 never are two thirds of more than 99."""
    found = at([("B", "A", 34)]).to_dict(exact=True)
    assert (found["majority"], found["rule"], found["votes"], found["needed"]) == (
        ">= 2/3 of votes present",
        "JP-309-2",
        "100",
        "200/3",
    )
    assert found["alone"] == [
        {"holders": ["B"], "votes": "34", "share": "17/50", "passes": False, "blocks": True, "blocks_below": 102}
    ]


def test_below_which_turnout_a_holder_blocks() -> None:
    """S09: 30 of 100 are more than a third of what is present while fewer than 90 are."""
    assert at([("B", "A", 30)]).alone[0].blocks_below == 90
    assert (
        at([("B", "A", 30), ("D", "A", 10)], overlays=({"id": "T", "issuer": "A", "holder": "D", "kind": "neutral"},))
        .alone[0]
        .blocks_below
        is None
    )  # fixed votes move the bar with the turnout


def test_who_is_bound_by_what() -> None:
    """S11: 360 of 1200 votes under a cap of a quarter of what is left are 280; a trust that votes neutrally decides about none."""
    overlays = (
        {"id": "K", "issuer": "A", "holder": "B", "kind": "cap", "share": "1/4", "of": "after"},
        {"id": "T", "issuer": "A", "holder": "C", "kind": "neutral", "ordinary": "1/2", "special": "2/3"},
    )
    found = at([("B", "A", 360), ("C", "A", 100)], "ordinary", issued=1200, overlays=overlays)
    assert [(row.holder, row.gross, int(row.decides), *row.by) for row in found.bound] == [
        ("B", 360, 280, "K"),
        ("C", 100, 0, "T"),
    ]
    assert {found.votes, found.fixed_for, found.fixed_against} == {Fraction(1120), Fraction(50)}


def test_two_rows_that_contradict_on_the_majority_are_refused() -> None:
    """JP-309-2 asks for two thirds of what is present; another row in force that day for three quarters."""
    other = replace(next(rule for rule in load(packs=["JP"]) if rule.id == "JP-309-2"), id="XA-9")
    for share, code in ((Fraction(3, 4), "C_OVERLAP"), (Fraction(2, 3), None)):
        assert other.majority is not None
        second = replace(other, majority=replace(other.majority, share=share, rule="XA-9"))
        book = RuleBook((*load(packs=["JP"]).rules, second))
        outcome = ballot(net([("B", "A", 34)], rules=("JP-309-2", "XA-9"), entities=JP), rules=book).outcome()
        if code is None:
            assert powers(outcome, "A", "special").majority.share == share
            continue
        with pytest.raises(RequestError) as caught:
            powers(outcome, "A", "special")
        assert [f.code for f in caught.value.findings] == [code] and "XA-9" in str(caught.value)


@pytest.mark.parametrize("turnout", ["1.1", "-1", "most", "1/0"])
def test_a_turnout_is_a_share(turnout: str) -> None:
    with pytest.raises(RequestError) as caught:
        at([("B", "A", 30)], turnout=turnout)
    assert [f.code for f in caught.value.findings] == ["E_ATTENDANCE"]


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 30), min_size=3, max_size=3),
    st.sampled_from(["ordinary", "special"]),
    st.fractions(0, 1, max_denominator=20),
    st.booleans(),
)
def test_what_holders_can_do_is_what_every_vote_of_the_others_says(
    parts: list[int], meeting: str, turnout: Fraction, neutral: bool
) -> None:
    """Brute force: the dispersed votes that are present and the other holders vote for or against in every combination."""
    overlays = ({"id": "T", "issuer": "A", "holder": "D", "kind": "neutral"},) if neutral else ()
    rows = [(holder, "A", n) for holder, n in zip("BCD", parts, strict=True)]
    outcome = ballot(net(rows, rules=("JP-309-2",), entities=JP, overlays=overlays)).outcome()
    found = powers(outcome, "A", meeting, turnout)
    scattered = found.present - sum(parts)
    free = {
        "B": Fraction(parts[0]),
        "C": Fraction(parts[1]),
        "float": scattered,
        **({} if neutral else {"D": Fraction(parts[2])}),
    }
    split = Fraction(2, 3) if meeting == "special" else Fraction(1, 2)
    fixed = parts[2] * split if neutral else Fraction(0)
    line, strict = (Fraction(2, 3), False) if meeting == "special" else (Fraction(1, 2), True)

    def passes(supporters: set[str]) -> bool:
        votes = sum((free[name] for name in supporters), start=fixed)
        return votes > line * found.present if strict else votes >= line * found.present

    others = {name for name in free if name not in ("float",)}
    told = {p.holders: p for p in (*found.alone, *found.pairs)}
    for size in (1, 2):
        for group in combinations(sorted(others), size):
            quorum = meeting == "ordinary" or 2 * found.present > 100  # JP-309-2: more than half of all votes
            can_pass, can_block = quorum and passes(set(group)), not passes(set(free) - set(group))
            if size == 2:
                parts_can = [told[(name,)] for name in group]
                can_pass &= not any(p.passes for p in parts_can)
                can_block &= not any(p.blocks for p in parts_can)
            power = told.get(group) or told.get(group[::-1])
            assert (power.passes, power.blocks) == (can_pass, can_block) if power else not (can_pass or can_block)
