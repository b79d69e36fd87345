"""Swings: in how many coalitions a player's vote decides."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index


def swings(game: Game) -> list[Fraction]:
    """s_i: coalitions without i that lose, and win with i. A count, not a share."""
    return [Fraction(count) for count in game.decides]


INDEX = Index("swings", swings, 'Banzhaf, "Weighted voting does not work", Rutgers Law Review 19 (1965)')
