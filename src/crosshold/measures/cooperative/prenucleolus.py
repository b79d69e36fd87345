"""Prenucleolus: the nucleolus without the rule that nobody gets less than he has alone."""

from __future__ import annotations

from crosshold.measures.cooperative.game import Ask, Game, Point, Solution
from crosshold.measures.cooperative.levels import Rule, lexicographic


def prenucleolus(game: Game, ask: Ask) -> Point:
    """The division of v(N) whose sorted excesses v(S) - x(S) are lexicographically least."""
    return lexicographic(game, Rule())


SOLUTION = Solution(
    "prenucleolus",
    prenucleolus,
    'Schmeidler, "The nucleolus of a characteristic function game", SIAM J. Applied Mathematics 17 (1969); Sobolev (1975)',
)
