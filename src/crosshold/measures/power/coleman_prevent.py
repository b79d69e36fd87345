"""Coleman's power to prevent action."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index


def coleman_prevent(game: Game) -> list[Fraction]:
    """Share of the winning coalitions that lose when the player leaves, s_i / W; 1 for a player who can veto."""
    return [Fraction(swings, game.winning) for swings in game.decides]


INDEX = Index(
    "coleman-prevent",
    coleman_prevent,
    'Coleman, "Control of collectivities and the power of a collectivity to act", in: Lieberman (ed.), Social Choice (1971)',
)
