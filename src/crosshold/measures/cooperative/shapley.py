"""Shapley value: everybody joins one after the other, all orders equally likely, and gets what he adds on the average."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from crosshold.measures.cooperative.game import Ask, Game, Point, Solution


def shapley(game: Game, ask: Ask) -> Point:
    """Mean over all orders of v(S with i) - v(S), S being those before i: s! (n - 1 - s)! / n! of the orders."""
    n = len(game.players)
    orders = [factorial(s) * factorial(n - 1 - s) for s in range(n)]
    added = [0] * n
    for mask, worth in enumerate(game.worth):
        size = mask.bit_count()
        for i in range(n):
            if mask >> i & 1:
                added[i] += orders[size - 1] * (worth - game.worth[mask ^ 1 << i])
    return Point([Fraction(x, factorial(n)) for x in added])


SOLUTION = Solution(
    "shapley",
    shapley,
    'Shapley, "A value for n-person games", in Kuhn and Tucker (eds.), Contributions to the Theory of Games II (1953)',
)
