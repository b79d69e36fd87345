"""Banzhaf index, absolute (Penrose): the chance that a player decides when everybody else tosses a coin."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index


def banzhaf_absolute(game: Game) -> list[Fraction]:
    """s_i / 2^(n - 1)."""
    return [Fraction(swings, 2 ** (game.players - 1)) for swings in game.decides]


INDEX = Index(
    "banzhaf-absolute",
    banzhaf_absolute,
    'Penrose, "The elementary statistics of majority voting", J. Royal Statistical Society 109 (1946)',
)
