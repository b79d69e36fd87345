"""Least core: the divisions that keep the worst complaint of any coalition as small as can be."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.cooperative.game import Demands, Game, Region


def least_core(game: Game, epsilon: Fraction, cost: Fraction) -> Demands:
    """x(N) = v(N) and x(S) >= v(S) - epsilon for proper S, with the least epsilon for which there is an x."""
    return Demands([w - epsilon for w in game.worth], Fraction(game.total))


REGION = Region(
    "least-core",
    least_core,
    'Maschler, Peleg and Shapley, "Geometric properties of the kernel, nucleolus, and related solution concepts", MOR 4 (1979)',
)
