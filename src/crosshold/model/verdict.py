"""Three verdicts: CERTAIN is so in every world that fits what is known, POSSIBLE in some or not decided, IMPOSSIBLE in none."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

CERTAIN, POSSIBLE, IMPOSSIBLE = "CERTAIN", "POSSIBLE", "IMPOSSIBLE"
STRONGEST_FIRST = (CERTAIN, POSSIBLE, IMPOSSIBLE)
NEAR_FLOAT = 1e-9  # a float64 share this near to a line does not decide it


def verdict(share: Fraction | float, limit: Fraction, strict: bool) -> str:
    """Whether a share passes a line (reaches it, unless ``strict``); POSSIBLE for a rounded one too near to decide.

    >>> verdict(Fraction(1, 4), Fraction(1, 4), strict=False), verdict(0.25, Fraction(1, 4), strict=False)
    ('CERTAIN', 'POSSIBLE')
    """
    if isinstance(share, float) and abs(share - limit) < NEAR_FLOAT:
        return POSSIBLE
    return CERTAIN if (share > limit if strict else share >= limit) else IMPOSSIBLE


def between(low: Fraction | float, high: Fraction | float, limit: Fraction, strict: bool) -> str:
    """The verdict of a share known between bounds: CERTAIN when the low end passes the line, IMPOSSIBLE when the high one does not."""
    ends = verdict(low, limit, strict), verdict(high, limit, strict)
    return CERTAIN if ends[0] == CERTAIN else IMPOSSIBLE if ends[1] == IMPOSSIBLE else POSSIBLE


def both(verdicts: Iterable[str]) -> str:
    """The weakest of several verdicts: what holds when all must."""
    return max(verdicts, key=STRONGEST_FIRST.index)


def either(verdicts: Iterable[str]) -> str:
    """The strongest of several verdicts: what holds when one is enough; IMPOSSIBLE of none."""
    return min(verdicts, key=STRONGEST_FIRST.index, default=IMPOSSIBLE)
