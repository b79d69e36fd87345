"""Of what is a printed percentage a percentage? It is proved from the counts, never taken from the format (spec/evidence 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from crosshold.model.share import Share

MOST_COUNT = 10**18
"""More shares than any company has, and what 64 bits hold."""
Span = tuple[int, int]
"""A count as its lowest and highest value: a count in thousands is cut off, so 12,000 thousand is (12_000_000, 12_000_999)."""


def truncated(value: int, unit: int = 1) -> Span:
    """What a count printed in units (1,000: thousands) stands for: at least that, and less than one unit more."""
    return value, value + unit - 1


def fitting(rows: Iterable[tuple[Span, Share]], wholes: Mapping[str, Span]) -> tuple[str, ...]:
    """The wholes of which all the rows' percentages can be percentages: count / whole meets what the printed number stands for.

    >>> from crosshold.model.share import parse
    >>> row = ((12_419_000, 12_419_999), parse("0.1415"))
    >>> fitting([row], {"issued": (87_789_000, 87_789_999), "outstanding": (87_000_000, 87_000_000)})
    ('issued',)
    """
    listed = list(rows)
    return tuple(name for name, whole in wholes.items() if whole[0] > 0 and all(_fits(*row, whole) for row in listed))


def _fits(count: Span, said: Share, whole: Span) -> bool:
    low, high = Fraction(count[0], whole[1]), Fraction(count[1], whole[0])
    return said.meets(Share(None, min(low, high), max(low, high)))
