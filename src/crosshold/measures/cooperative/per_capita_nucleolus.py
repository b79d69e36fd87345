"""Per-capita nucleolus: as the nucleolus, a coalition's complaint being divided by the number of its members."""

from __future__ import annotations

from crosshold.measures.cooperative.game import Ask, Game, Point, Solution
from crosshold.measures.cooperative.levels import Rule, lexicographic


def per_capita_nucleolus(game: Game, ask: Ask) -> Point:
    """Among the imputations the one whose sorted (v(S) - x(S)) / |S| are lexicographically least.

    E_NO_IMPUTATION when the players have more alone than together.
    """
    return lexicographic(game, Rule(individual=True, per_capita=True))


SOLUTION = Solution(
    "per-capita-nucleolus",
    per_capita_nucleolus,
    'Grotte, "Computation of and observations on the nucleolus, the normalized nucleolus and the central games" (1970); Young, '
    'Okada and Hashimoto, "Cost allocation in water resources development", Water Resources Research 18 (1982)',
    null_player=False,
    needs="sum v_i <= v(N)",
)
