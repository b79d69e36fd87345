"""Banzhaf value: what a player adds on the average to a coalition of the others, all coalitions equally likely."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.cooperative.game import Ask, Game, Point, Solution


def banzhaf_value(game: Game, ask: Ask) -> Point:
    """Mean of v(S with i) - v(S) over the 2^(n - 1) coalitions S without i. The values need not add up to v(N)."""
    n = len(game.players)
    added = [sum(w if mask >> i & 1 else -w for mask, w in enumerate(game.worth)) for i in range(n)]
    return Point([Fraction(x, 2 ** (n - 1)) for x in added])


SOLUTION = Solution(
    "banzhaf-value",
    banzhaf_value,
    'Owen, "Multilinear extensions and the Banzhaf value", Naval Research Logistics Quarterly 22 (1975)',
    efficient=False,
)
