"""Public help index: membership in any winning coalition counts, decisive or not."""

from __future__ import annotations

from fractions import Fraction

from crosshold.measures.power.game import Game, Index, shares_of


def public_help(game: Game) -> list[Fraction]:
    """Memberships in winning coalitions over all such memberships.

    Of the W winning coalitions, i is in W_i; those without him number W_i - s_i, so W_i = (W + s_i) / 2. A dummy's share is not 0.
    """
    return shares_of([game.winning + swings for swings in game.decides])


INDEX = Index(
    "public-help",
    public_help,
    'Bertini, Gambarelli, Stach, "A public help index", in: Braham, Steffen (eds.), Power, Freedom, and Voting (2008)',
    sums_to_one=True,
)
