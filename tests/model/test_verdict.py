"""Verdicts at a line, of exact shares, rounded ones and shares between bounds."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from crosshold.model.verdict import CERTAIN, IMPOSSIBLE, POSSIBLE, STRONGEST_FIRST, between, both, either, verdict

HALF = Fraction(1, 2)


@pytest.mark.parametrize(("share", "loose", "strict"), [
    (Fraction(1, 2), CERTAIN, IMPOSSIBLE), (Fraction(1, 2) + Fraction(1, 10**12), CERTAIN, CERTAIN),
    (Fraction(1, 2) - Fraction(1, 10**12), IMPOSSIBLE, IMPOSSIBLE), (0.1 + 0.2 + 0.2, POSSIBLE, POSSIBLE),
    (0.5 + 1e-8, CERTAIN, CERTAIN), (0.5 - 1e-8, IMPOSSIBLE, IMPOSSIBLE),
])  # fmt: skip
def test_a_share_at_the_line(share: Fraction | float, loose: str, strict: str) -> None:
    assert (verdict(share, HALF, strict=False), verdict(share, HALF, strict=True)) == (loose, strict)


def test_bounds_on_either_side_of_the_line() -> None:
    below, above = Fraction(2, 5), Fraction(3, 5)
    assert [between(*ends, HALF, strict=True) for ends in ((above, above), (below, above), (below, below))] == [*STRONGEST_FIRST]
    assert between(below, HALF, HALF, strict=False) == POSSIBLE and between(below, HALF, HALF, strict=True) == IMPOSSIBLE
    assert between(0.5, 0.7, HALF, strict=False) == POSSIBLE, "a rounded low end on the line proves nothing"


def test_several_verdicts_together() -> None:
    for pair in product(STRONGEST_FIRST, repeat=2):
        assert both(pair) == (CERTAIN if set(pair) == {CERTAIN} else IMPOSSIBLE if IMPOSSIBLE in pair else POSSIBLE)
        assert either(pair) == (CERTAIN if CERTAIN in pair else POSSIBLE if POSSIBLE in pair else IMPOSSIBLE)
    assert either([]) == IMPOSSIBLE
