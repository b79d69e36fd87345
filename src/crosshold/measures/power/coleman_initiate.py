"""Coleman's power to initiate action."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index


def coleman_initiate(game: Game) -> list[Fraction]:
    """Share of the losing coalitions that a player turns into winning ones, s_i / (2^n - W)."""
    losing = 2**game.players - game.winning
    return [Fraction(swings, losing) for swings in game.decides]


INDEX = Index(
    "coleman-initiate",
    coleman_initiate,
    'Coleman, "Control of collectivities and the power of a collectivity to act", in: Lieberman (ed.), Social Choice (1971)',
)
