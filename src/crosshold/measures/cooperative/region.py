"""Sets of divisions: how far the core is from being empty, and the least and most that a player gets in a set. All exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from crosshold.kernels.simplex import Row, Rows, minimise
from crosshold.measures.cooperative.game import Demands, Game, sums
from crosshold.measures.cooperative.levels import incidence

LISTED_PLAYERS = 5  # up to this many the corners are listed: a core can have n! of them


def least_epsilon(game: Game) -> Fraction | None:
    """The least e with x(N) = v(N) and x(S) >= v(S) - e for some x and every proper S; ``None`` for one player, who has no S."""
    n = len(game.players)
    if n == 1:
        return None

    def rows(z: Sequence[int], scale: int, *, flat: bool, first: bool) -> Row | None:
        had, e = sums(z[:n]), z[n]
        mask = _worst([0 if flat else w * scale for w in game.worth], [x + e for x in had], first)
        return None if mask is None else Row(mask, [*incidence(mask, n), 1], game.worth[mask])

    return minimise([0] * n + [1], rows, [([1] * n + [0], game.total)]).z[n]


def stability_cost(game: Game) -> Fraction:
    """The least x(N) - v(N), 0 or more, with x(S) >= v(S) for every S."""
    rows = _demanded(game.worth, len(game.players), proper=False)
    return sum(minimise([1] * len(game.players), rows).z, Fraction(0)) - game.total


def bounds(demands: Demands, players: int) -> tuple[list[Fraction], list[Fraction]]:
    """The least and the most of each player in a set that is not empty."""
    unit = lcm(demands.total.denominator, *(x.denominator for x in demands.least))
    rows = _demanded([int(x * unit) for x in demands.least], players, proper=True)
    equation = ([1] * players, int(demands.total * unit))
    ends: list[list[Fraction]] = []
    for sign in (1, -1):
        objectives = [[sign * x for x in incidence(1 << i, players)] for i in range(players)]
        ends.append([minimise(c, rows, [equation]).z[i] / unit for i, c in enumerate(objectives)])
    return ends[0], ends[1]


def corners(demands: Demands, players: int) -> list[list[Fraction]]:
    """Every corner of a set that is not empty, sorted.

    The set that respects single players is a simplex; each coalition cuts off a part, and where an edge crosses the cut there is a new
    corner. Source: Motzkin, Raiffa, Thompson and Thrall, "The double description method", in Contributions to the Theory of Games II
    (1953).
    """
    least, everybody = demands.least, len(demands.least) - 1
    floor = [least[1 << i] for i in range(players)]
    spare = demands.total - sum(floor)
    singles = [1 << i for i in range(players)]
    found: list[list[Fraction]] = []
    for i in range(players):
        corner = [x + (spare if k == i else 0) for k, x in enumerate(floor)]
        if corner not in found:
            found.append(corner)
    used = singles
    for mask in (m for m in range(1, everybody) if m not in singles):
        found = _cut(found, used, mask, least, players)
        used = [*used, mask]
    return sorted(found)


def _cut(found: list[list[Fraction]], used: list[int], mask: int, least: Sequence[Fraction], n: int) -> list[list[Fraction]]:
    over = [sum(x for x, bit in zip(c, incidence(mask, n), strict=True) if bit) - least[mask] for c in found]
    if min(over) >= 0:
        return found
    totals = [sums(c) for c in found]
    tight = [{m for m in used if total[m] == least[m]} for total in totals]
    kept = [c for c, x in zip(found, over, strict=True) if x >= 0]
    for a, high in enumerate(over):
        for b, low in enumerate(over):
            if high > 0 > low:
                shared = tight[a] & tight[b]
                if any(shared <= tight[c] for c in range(len(found)) if c not in (a, b)):
                    continue  # not an edge: a third corner lies on everything that the two share
                part = high / (high - low)
                kept.append([x + part * (y - x) for x, y in zip(found[a], found[b], strict=True)])
    return kept


def _demanded(worths: Sequence[int], players: int, *, proper: bool) -> Rows:
    """x(S) >= worth of S for every S that is not empty (and not everybody, if ``proper``)."""

    def rows(z: Sequence[int], scale: int, *, flat: bool, first: bool) -> Row | None:
        mask = _worst([0 if flat else w * scale for w in worths], sums(z), first, proper)
        return None if mask is None else Row(mask, incidence(mask, players), worths[mask])

    return rows


def _worst(worths: list[int], had: list[int], first: bool, proper: bool = True) -> int | None:
    """The coalition that lacks most, or the first one that lacks something."""
    short = [w - x for w, x in zip(worths, had, strict=True)]
    masks = range(1, len(short) - 1 if proper else len(short))
    if first:
        return next((mask for mask in masks if short[mask] > 0), None)
    worst = max(masks, key=short.__getitem__, default=0)
    return worst if worst and short[worst] > 0 else None
