"""Coleman's power to prevent action."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index


def coleman_prevent(game: Game) -> list[Fraction]:
    """Share of the winning coalitions that lose when the player leaves, s_i / W; 1 for a player who can veto."""
    return [Fraction(sum(by_size), game.winning) for by_size in game.swings]


INDEX = Index(
    "coleman-prevent",
    coleman_prevent,
    'Coleman, "Control of collectivities and the power of a collectivity to act", in: Lieberman (ed.), Social Choice (1971)',
)
