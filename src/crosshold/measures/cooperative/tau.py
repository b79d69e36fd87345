"""Tau value: between the most that everybody can ask for and the least that everybody can insist on, the efficient compromise."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.cooperative.game import Ask, Game, Point, Solution, refused, sums


def tau(game: Game, ask: Ask) -> Point:
    """m + a (M - m) with the a that is efficient, in a quasi-balanced game; E_NOT_QUASI_BALANCED otherwise.

    M_i = v(N) - v(N without i); m_i = the most that is left for i in a coalition whose other members get their M.
    """
    n, most = len(game.players), game.marginal
    left = [worth - x for worth, x in zip(game.worth, sums(most), strict=True)]
    least = [max(left[mask] for mask in range(len(left)) if mask >> i & 1) + most[i] for i in range(n)]
    for i, (low, high) in enumerate(zip(least, most, strict=True)):
        if low > high:
            name, at_least, at_most = game.players[i], float(game.money(low)), float(game.money(high))
            message = f"{name} can insist on {at_least:,.6g} and adds only {at_most:,.6g} to the others."
            raise refused("E_NOT_QUASI_BALANCED", message, "Use shapley or prenucleolus, which every game has.")
    low_sum, high_sum = sum(least), sum(most)
    if not low_sum <= game.total <= high_sum:
        at_least, at_most, total = (float(game.money(x)) for x in (low_sum, high_sum, game.total))
        message = f"all together have {total:,.6g}, outside the {at_least:,.6g} to {at_most:,.6g} that claims allow."
        raise refused("E_NOT_QUASI_BALANCED", message, "Use shapley or prenucleolus, which every game has.")
    part = Fraction(game.total - low_sum, high_sum - low_sum) if high_sum > low_sum else Fraction(0)
    return Point([low + part * (high - low) for low, high in zip(least, most, strict=True)])


SOLUTION = Solution(
    "tau",
    tau,
    'Tijs, "Bounds for the core and the tau-value", in Moeschlin and Pallaschke (eds.), Game Theory and Mathematical Economics (1981)',
    needs="quasi-balanced: m <= M and sum m <= v(N) <= sum M",
)
