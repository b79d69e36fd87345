"""Banzhaf index, normalised."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index, shares_of


def banzhaf(game: Game) -> list[Fraction]:
    """Swings of a player over the swings of all: s_i / sum of s."""
    return shares_of(game.decides)


INDEX = Index("banzhaf", banzhaf, 'Banzhaf, "Weighted voting does not work", Rutgers Law Review 19 (1965)', sums_to_one=True)
