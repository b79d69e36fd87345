"""Dividing too little: the Talmud rule against the nucleolus of its game and the contested garment, the other rules by hand."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError
from crosshold.measures.cooperative import RULES, bankruptcy, bankruptcy_game, solve

COMPARED = settings(max_examples=60, deadline=None)
claims_of = st.lists(st.integers(0, 30), min_size=1, max_size=5).filter(any)


@given(claims_of, st.data())
@COMPARED
def test_the_talmud_rule_is_the_nucleolus_of_the_bankruptcy_game(claims: list[int], data: st.DataObject) -> None:
    estate = data.draw(st.integers(0, 2 * sum(claims))) / Fraction(2)
    names = [str(k + 1) for k in range(len(claims))]
    game = bankruptcy_game(estate, claims)
    assert list(bankruptcy(estate, claims).awards.values()) == list(solve(game, "nucleolus", players=names).split.values())
    for rule in RULES:
        awards = list(bankruptcy(estate, claims, rule=rule).awards.values())
        assert sum(awards) == estate and all(0 <= x <= c for x, c in zip(awards, claims, strict=True))
        pairs = [(a, b) for a in range(len(claims)) for b in range(len(claims)) if claims[a] <= claims[b]]
        assert all(awards[a] <= awards[b] for a, b in pairs), "who claims more gets no less"
        if rule == "talmud":  # for any two: what the contested garment gives them of what they have together
            for a, b in pairs:
                both, low, high = awards[a] + awards[b], claims[a], claims[b]
                sure = max(Fraction(0), both - high)
                assert awards[a] == sure + (both - sure - max(Fraction(0), both - low)) / 2


def test_rules_of_division_by_hand() -> None:
    # Aumann and Maschler 1985, p. 196: estates of 100, 200 and 300 on claims of 100, 200, 300
    table = [list(bankruptcy(e, [100, 200, 300]).awards.values()) for e in (100, 200, 300)]
    assert table == [[Fraction(100, 3)] * 3, [50, 75, 75], [50, 100, 150]]
    got = {rule: list(bankruptcy(300, {"A": 100, "B": 200, "C": 300}, rule=rule).awards.values()) for rule in RULES}
    assert got["constrained-equal-awards"] == [100, 100, 100] and got["constrained-equal-losses"] == [0, 100, 200]
    assert got["proportional"] == got["talmud"] == [50, 100, 150]
    assert bankruptcy(0, [0, 0]).awards == {"1": 0, "2": 0}


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (lambda: bankruptcy(-1, [-2, "1e999999999"]), ["E_VALUE", "E_NEGATIVE", "E_NEGATIVE"]),
        (lambda: bankruptcy(4, [1, 2]), ["E_ESTATE"]),
        (lambda: bankruptcy(2, [1, 2], rule="fair"), ["E_RULE"]),
    ],
)
def test_faulty_questions(call: Callable[[], object], codes: list[str]) -> None:
    with pytest.raises(CrossholdError) as caught:
        call()
    assert [finding.code for finding in caught.value.findings] == codes
