"""Shapley-Shubik index: the chance to be the one whose vote turns the sum into a majority."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index, order_weight


def shapley_shubik(game: Game) -> list[Fraction]:
    """Share of the n! orders in which i is pivotal: the sum over swings with s others of s! (n - 1 - s)! / n!."""
    weight = [order_weight(game.players, size) for size in range(game.players)]
    return [sum((weight[size] * count for size, count in enumerate(by_size) if count), Fraction(0)) for by_size in game.swings]


INDEX = Index(
    "shapley-shubik",
    shapley_shubik,
    'Shapley and Shubik, "A method for evaluating the distribution of power in a committee system", APSR 48 (1954)',
    looks_at="orders",
    sums_to_one=True,
)
