"""A share as it was said: a point, its bounds, what it is a share of, and why the bounds are what they are.

The reading rules are those of hedged and rounded percentages: a printed percentage stands for half a unit of its last digit
on either side; "about" widens that; "more than" and the like give one bound. Bounds from rounding or a hedge are half-open,
``[low, high)``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from crosshold.model.exact import fraction

NOTIONAL = 10**12
"""The whole that a percentage without a share count is taken of."""

BASES = ("issued", "outstanding", "gross_votes", "exercisable_votes", "theoretical_votes")
"""What a percentage may be a percentage of; nothing else is accepted, and nothing is assumed."""

_ABOUT = {"about", "around", "roughly", "some", "approximately", "circa", "~", "environ", "rund", "約", "およそ"}
_JUST_UNDER = {"nearly", "almost", "just under", "close to", "shy of"}
_JUST_OVER = {"just over", "slightly more than", "a shade over", "a little above"}
_OVER = {"more than", "over", "above", "超"}
_AT_LEAST = {"at least", "no less than", "以上"}
_AT_MOST = {"up to", "no more than", "at most", "以下"}
_UNDER = {"less than", "under", "below", "未満"}
HEDGES = frozenset(_ABOUT | _JUST_UNDER | _JUST_OVER | _OVER | _AT_LEAST | _AT_MOST | _UNDER)


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction 0-1 with bounds. ``point`` is ``None`` when only a bound was said; ``text`` is the number as written."""

    point: Fraction | None
    low: Fraction
    high: Fraction
    low_open: bool = False
    high_open: bool = False
    bounds_from: str = "stated"
    text: str = ""

    def meets(self, other: Share) -> bool:
        """Whether the two intervals have a value in common; ends meet at a point only when both are closed."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low < high:
            return True
        if low > high:
            return False
        shut_low = not any(s.low_open for s in (self, other) if s.low == low)
        shut_high = not any(s.high_open for s in (self, other) if s.high == high)
        return shut_low and shut_high


def exact(value: Fraction, bounds_from: str = "count") -> Share:
    """A share known exactly."""
    return Share(value, value, value, bounds_from=bounds_from)


SOME = Share(None, Fraction(0), Fraction(1), low_open=True, bounds_from="word")
"""There is a holding, and nothing is said of its size."""


def parse(text: str, hedge: str | None = None) -> Share:
    """Read a share written as an exact decimal or fraction of one (``"0.43"``, ``"3/10"``) with the hedge it was said with.

    A fraction and the numbers 0 and 1 are exact; a decimal carries the rounding of its last digit, which is at most a whole
    percentage point. ``ValueError`` when it is no number, is outside 0 to 1, or the hedge is unknown.

    >>> share = parse("0.43", "about"); (str(share.low), str(share.high))
    ('21/50', '11/25')
    """
    point = fraction(text)
    if not 0 <= point <= 1:
        raise ValueError(f"{text!r} is not between 0 and 1")
    word = (hedge or "").strip().lower()
    if word and word not in HEDGES:
        raise ValueError(f"{hedge!r} is no known hedge")
    return replace(_one_sided(point, word) or _rounded(text, point, word), text=text)


def _rounded(text: str, point: Fraction, word: str) -> Share:
    if not word and ("/" in text or point in (0, 1)):
        return exact(point, "stated")
    digits = max(-int(Decimal(text).as_tuple().exponent), 2) if "/" not in text else 2
    unit = Fraction(1, 10**digits)
    if word in _JUST_UNDER:
        return Share(None, max(point - unit, Fraction(0)), point, high_open=True, bounds_from="hedge")
    if word in _JUST_OVER:
        return Share(None, point, min(point + unit, Fraction(1)), low_open=True, bounds_from="hedge")
    half = unit / 2
    if word:
        percent = point * 100
        half = Fraction(5, 200) if digits == 2 and percent % 5 == 0 else unit
    low, high = max(point - half, Fraction(0)), point + half
    return Share(point, low, min(high, Fraction(1)), high_open=high <= 1, bounds_from="hedge" if word else "rounding")


def _one_sided(point: Fraction, word: str) -> Share | None:
    zero, one = Fraction(0), Fraction(1)
    if word in _OVER:
        return Share(None, point, one, low_open=True, bounds_from="hedge")
    if word in _AT_LEAST:
        return Share(None, point, one, bounds_from="hedge")
    if word in _AT_MOST:
        return Share(None, zero, point, bounds_from="hedge")
    if word in _UNDER:
        return Share(None, zero, point, high_open=True, bounds_from="hedge")
    return None


def whole_shares(share: Share, whole: int) -> tuple[int, int, int]:
    """``(shares, low, high)`` of a share of ``whole``: the point rounded half to even, the bounds outward (spec/evidence 2.2).

    A half-open upper bound excludes the count that lies exactly on it. Without a point the middle of the bounds is taken.
    """
    point = share.point if share.point is not None else (share.low + share.high) / 2
    low, high = share.low * whole, share.high * whole
    lowest = low.numerator // low.denominator
    highest = -(-high.numerator // high.denominator)
    if share.low_open and low == lowest:
        lowest += 1
    if share.high_open and high == highest and highest > lowest:
        highest -= 1
    middle = min(max(round(point * whole), lowest), highest)
    return middle, lowest, highest
