"""Cost of stability: what somebody outside must add so that no coalition has a reason to leave."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.cooperative.game import Demands, Game, Region


def cost_of_stability(game: Game, epsilon: Fraction, cost: Fraction) -> Demands:
    """The divisions of v(N) + cost that give every S at least v(S), with the least cost >= 0 for which there is one."""
    return Demands([Fraction(w) for w in game.worth], game.total + cost)


REGION = Region(
    "cost-of-stability",
    cost_of_stability,
    'Bachrach et al., "The cost of stability in coalitional games", in Algorithmic Game Theory (SAGT), LNCS 5814 (2009)',
)
