"""Owners as they are declared, beside the line of a test."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from crosshold.measures.owners import declared_owners
from crosshold.model.share import Share
from crosshold.model.statement import Statement

STEP = Fraction(1, 48)
LINES = {"AMLR-52": lambda x: x >= Fraction(1, 4), "DE-GWG-3": lambda x: x > Fraction(1, 4)}


@given(st.integers(0, 24), st.integers(0, 24), st.booleans(), st.booleans(), st.sampled_from(sorted(LINES)))
def test_the_verdict_is_that_of_every_value_between_the_bounds(
    first: int, second: int, low_open: bool, high_open: bool, test: str
) -> None:
    low, high = sorted((Fraction(first, 24), Fraction(second, 24)))
    low_open, high_open = (low_open, high_open) if low < high else (False, False)
    values = [low + k * STEP for k in range(int((high - low) / STEP) + 1)]  # a grid finer than the bounds and the line
    values = [x for x in values if not (x == low and low_open) and not (x == high and high_open)]
    claim = Statement("H", "holds", "I", share=Share(None, low, high, low_open, high_open), valid_from="2020")
    (row,) = declared_owners([claim], lambda s: "filed", test=test).rows
    said = {LINES[test](x) for x in values}
    assert row.verdict == {frozenset({True}): "CERTAIN", frozenset({False}): "IMPOSSIBLE"}.get(frozenset(said), "POSSIBLE")


def test_what_a_company_says_of_itself_has_no_holder_and_no_size_no_verdict() -> None:
    claims = [Statement("C", "no_owner", reason="none"), Statement("H", "controls", "C", how="influence")]
    rows = declared_owners(claims, lambda s: "filed", test="AMLR-52").rows
    assert [(r.issuer, r.holder, r.verb, r.how, r.verdict) for r in rows] == [
        ("C", None, "no_owner", "none", None), ("C", "H", "controls", "influence", None),
    ]  # fmt: skip
