"""Deegan-Packel index: minimal winning coalitions form with equal chance and divide the spoils equally."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index, shares_of


def deegan_packel(game: Game) -> list[Fraction]:
    """Mean over the minimal winning coalitions of 1/size for their members."""
    return shares_of(
        [sum((Fraction(count, size) for size, count in enumerate(row) if count), Fraction(0)) for row in game.minimal]
    )


INDEX = Index(
    "deegan-packel",
    deegan_packel,
    'Deegan and Packel, "A new index of power for simple n-person games", International J. of Game Theory 7 (1978)',
    looks_at="minimal",
    sums_to_one=True,
    caution="not monotone: more votes can mean less power",
)
