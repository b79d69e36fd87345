"""Core: the divisions that no coalition has a reason to leave."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.cooperative.game import Demands, Game, Region


def core(game: Game, epsilon: Fraction, cost: Fraction) -> Demands:
    """x(N) = v(N) and x(S) >= v(S) for every S; empty when epsilon of the least core is above 0."""
    return Demands([Fraction(w) for w in game.worth], Fraction(game.total))


REGION = Region(
    "core",
    core,
    'Gillies, "Solutions to general non-zero-sum games", in Tucker and Luce (eds.), Contributions to the Theory of Games IV (1959)',
)
