"""Banzhaf index, absolute (Penrose): the chance that a player decides when everybody else tosses a coin."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index


def banzhaf_absolute(game: Game) -> list[Fraction]:
    """s_i / 2^(n - 1)."""
    return [Fraction(sum(by_size), 2 ** (game.players - 1)) for by_size in game.swings]


INDEX = Index(
    "banzhaf-absolute",
    banzhaf_absolute,
    'Penrose, "The elementary statistics of majority voting", J. Royal Statistical Society 109 (1946)',
)
