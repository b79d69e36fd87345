"""Words for results that the page and the terminal share."""

from __future__ import annotations

from fractions import Fraction

from crosshold.report.figures import percent
from crosshold.report.holders import HolderRow


def ratio(value: Fraction | float | None) -> str:
    """A balance or index with two digits; ``None`` is no mutual power.

    >>> ratio(Fraction(1, 2)), ratio(None)
    ('0.50', 'no mutual power')
    """
    return "no mutual power" if value is None else f"{float(value):.2f}"


def stake_in_words(row: HolderRow | None) -> str:
    """Share of issued; nobody's row is 0."""
    return percent(row.share if row else 0)


def votes_in_words(row: HolderRow | None) -> str:
    """Share of the votes that can be exercised, or why there is none."""
    if row is None or not row.shares:
        return "no shares"
    return "no votes" if row.status == "no_votes" else percent(row.votes_share)
