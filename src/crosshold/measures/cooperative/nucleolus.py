"""Nucleolus: the division that makes the worst complaint as small as can be, then the second worst, and so on."""

from __future__ import annotations

from crosshold.measures.cooperative.game import Ask, Game, Point, Solution
from crosshold.measures.cooperative.levels import Rule, lexicographic


def nucleolus(game: Game, ask: Ask) -> Point:
    """Among the imputations (efficient, x_i >= v_i) the one whose sorted excesses v(S) - x(S) are lexicographically least.

    E_NO_IMPUTATION when the players have more alone than together.
    """
    return lexicographic(game, Rule(individual=True))


SOLUTION = Solution(
    "nucleolus",
    nucleolus,
    'Schmeidler, "The nucleolus of a characteristic function game", SIAM J. Applied Mathematics 17 (1969)',
    null_player=False,
    needs="sum v_i <= v(N)",
)
