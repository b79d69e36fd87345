"""Coleman's power of a collectivity to act."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index


def coleman_act(game: Game) -> list[Fraction]:
    """Share of all coalitions that win, W / 2^n: one number for the whole meeting."""
    return [Fraction(game.winning, 2**game.players)]


INDEX = Index(
    "coleman-act",
    coleman_act,
    'Coleman, "Control of collectivities and the power of a collectivity to act", in: Lieberman (ed.), Social Choice (1971)',
    per_player=False,
)
