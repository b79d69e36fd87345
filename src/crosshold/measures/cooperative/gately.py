"""Gately point: everybody's propensity to disrupt is the same, what the others would lose without him over what he would lose."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.cooperative.game import Ask, Game, Point, Solution, refused


def gately(game: Game, ask: Ask) -> Point:
    """v_i + (v(N) - sum v_j) (M_i - v_i) / sum (M_j - v_j), with M_i = v(N) - v(N without i).

    E_GATELY when sum (M_j - v_j) is not positive: the players together do not add more than they have alone.
    """
    adds = [most - own for most, own in zip(game.marginal, game.alone, strict=True)]
    if sum(adds) <= 0:
        message = f"what players add beyond what they have alone sums to {float(game.money(sum(adds))):,.6g}, not above 0."
        raise refused("E_GATELY", message, "Use shapley, which every game has.")
    gain = game.total - sum(game.alone)
    return Point([own + Fraction(gain * x, sum(adds)) for own, x in zip(game.alone, adds, strict=True)])


SOLUTION = Solution(
    "gately",
    gately,
    'Gately, "Sharing the gains from regional cooperation", International Economic Review 15 (1974)',
    needs="sum (M_i - v_i) > 0",
)
