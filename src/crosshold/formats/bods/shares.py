"""Shares in BODS: percentages from 0 to 100 with an exact value, bounds, or all at once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from crosshold.model.exact import number
from crosshold.model.share import Share


def read_share(said: Mapping[str, Any]) -> tuple[Share | None, bool]:
    """The share, and whether ``exact`` lies within the bounds beside it. ``None`` when no number is given; ``ValueError`` when one is no
    percentage or the bounds cross. In 0.2 and 0.3 ``exclusiveMinimum`` says whether ``minimum`` is; in 0.4 it is a number itself.
    """
    get = said.get
    return _share(
        get("exact"), get("minimum"), get("maximum"), get("exclusiveMinimum"), get("exclusiveMaximum"),
        get("exclusiveMinimum") is True, get("exclusiveMaximum") is True,
    )  # fmt: skip


@lru_cache(4096, typed=True)
def _share(
    exact: Any, minimum: Any, maximum: Any, above: Any, below: Any, open_low: bool, open_high: bool
) -> tuple[Share | None, bool]:
    point = _percent(exact)
    low, low_open = max((_percent(minimum), open_low), (_percent(above), True), key=lambda end: (_or(end[0], -1), end[1]))
    high, high_open = min((_percent(maximum), open_high), (_percent(below), True), key=lambda end: (_or(end[0], 2), not end[1]))
    if point is None and low is None and high is None:
        return None, True
    if low is not None and high is not None and (low > high or (low == high and (low_open or high_open))):
        raise ValueError("the bounds of the share cross")
    if point is not None and low is None and high is None:
        return Share(point, point, point), True
    low, low_open = (Fraction(0), False) if low is None else (low, low_open)
    high, high_open = (Fraction(1), False) if high is None else (high, high_open)
    bounds = "stated" if point is not None else "band"
    if point is not None and not low <= point <= high:
        ends = (point, False) if point < low else (low, low_open), (point, False) if point > high else (high, high_open)
        return Share(None, ends[0][0], ends[1][0], ends[0][1], ends[1][1], "stated"), False
    return Share(point, low, high, low_open, high_open, bounds), True


def _or(value: Fraction | None, other: int) -> Fraction | int:
    return other if value is None else value


def _percent(value: Any) -> Fraction | None:
    """A percentage as a fraction of one; the flags of older versions are no numbers."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip().removesuffix("%").strip()
    percent = number(value)
    if not 0 <= percent <= 100:
        raise ValueError(f"a share of {value} % is not between 0 and 100")
    return percent / 100


def write_share(share: Share) -> tuple[dict[str, Any], bool]:
    """The share as BODS says it, and whether it is exactly that. A point together with other bounds cannot be held: the bounds are."""
    if share.low == 0 and share.high == 1 and share.low_open and not share.high_open:
        return {}, share.point is None
    if share.low == share.high:
        value, whole = _number(share.low)
        return {"exact": value}, whole and share.point == share.low
    low, low_whole = _number(share.low)
    high, high_whole = _number(share.high)
    ends = {"exclusiveMinimum" if share.low_open else "minimum": low, "exclusiveMaximum" if share.high_open else "maximum": high}
    return ends, low_whole and high_whole and share.point is None


def _number(value: Fraction) -> tuple[int | float, bool]:
    """A percentage as a JSON number, and whether that is exact."""
    percent = value * 100
    if percent.denominator == 1:
        return percent.numerator, True
    near = float(percent)
    return near, number(near) == percent
