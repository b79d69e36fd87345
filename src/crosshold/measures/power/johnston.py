"""Johnston index: a decisive vote counts less when others in the coalition are decisive too."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index, shares_of


def johnston(game: Game) -> list[Fraction]:
    """Sum, over the winning coalitions with c critical members, of 1/c for each critical member; divided by the sum of all."""
    return shares_of([sum((Fraction(count, c) for c, count in enumerate(row) if count), Fraction(0)) for row in game.vulnerable])


INDEX = Index(
    "johnston",
    johnston,
    'Johnston, "On the measurement of power: some reactions to Laver", Environment and Planning A 10 (1978)',
    looks_at="vulnerable",
    sums_to_one=True,
    caution="not monotone: more votes can mean less power",
)
