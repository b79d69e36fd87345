"""Nash bargaining over money: everybody gets what he has without agreement, and his part of the gain."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from crosshold.measures.cooperative.game import Ask, Game, Point, Solution, refused


def share_gain(total: Fraction, disagreement: Sequence[Fraction], weights: Sequence[Fraction] | None = None) -> list[Fraction]:
    """d_i + b_i (total - sum d); equal parts b unless given. This maximises the product of (x_i - d_i) ** b_i.

    Errors: E_WEIGHTS (negative, or not adding up to 1), E_NO_GAIN (less together than apart).
    """
    parts = weights if weights is not None else [Fraction(1, len(disagreement))] * len(disagreement)
    if sum(parts) != 1 or min(parts) < 0:
        shown = ", ".join(str(part) for part in parts)
        raise refused(
            "E_WEIGHTS", f"weights of {shown} do not divide a whole.", "Give parts from 0 to 1 that sum to 1.", "weights"
        )
    gain = total - sum(disagreement)
    if gain < 0:
        message = f"without agreement there is {float(-gain):,.6g} more than with it."
        raise refused("E_NO_GAIN", message, "There is nothing to share: nobody would agree.")
    return [own + part * gain for own, part in zip(disagreement, parts, strict=True)]


def nash(game: Game, ask: Ask) -> Point:
    """:func:`share_gain` of v(N), with v_i as what is had without agreement unless it is given. Coalitions between do not count."""
    own = ask.disagreement if ask.disagreement is not None else [Fraction(x) for x in game.alone]
    return Point(share_gain(Fraction(game.total), own, ask.weights))


SOLUTION = Solution(
    "nash",
    nash,
    'Nash, "The bargaining problem", Econometrica 18 (1950); with weights Kalai, International J. of Game Theory 6 (1977)',
    null_player=False,
    needs="v(N) >= sum d",
)
