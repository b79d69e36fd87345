"""Holler's public good index: everybody in a minimal winning coalition enjoys all of what it decides."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index, shares_of


def holler(game: Game) -> list[Fraction]:
    """Memberships in minimal winning coalitions over all such memberships."""
    return shares_of([sum(row) for row in game.minimal])


INDEX = Index(
    "holler",
    holler,
    'Holler, "Forming coalitions and measuring voting power", Political Studies 30 (1982)',
    looks_at="minimal",
    sums_to_one=True,
    caution="not monotone: more votes can mean less power",
)
