"""The lexicographic centre of a game, worst complaint first, and the proof that it is one.

A round finds the least e such that every open coalition can be held to an excess of e. The weights that prove the optimum name coalitions
that have the excess e in *every* optimal division, so they are settled, with every coalition that the settled ones determine. Each
round settles at least one more dimension: at most n - 1 rounds.

Nothing is believed: :func:`check` goes through the rounds with the weights alone, by additions, without the linear programmes.

Sources: Maschler, Peleg and Shapley, "Geometric properties of the kernel, nucleolus, and related solution concepts", Math. of Operations
Research 4 (1979), for the rounds; Kohlberg, "On the nucleolus of a characteristic function game", SIAM J. Applied Mathematics 20
(1971), theorem 5, for balanced weights as the proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from crosshold.kernels.simplex import Row, minimise
from crosshold.measures.cooperative.game import Game, Level, Point, refused, sums


@dataclass(frozen=True)
class Rule:
    """``individual``: nobody gets less than he has alone. ``per_capita``: excesses are divided by the number of members."""

    individual: bool = False
    per_capita: bool = False

    def size(self, mask: int) -> int:
        """What an excess of the coalition is divided by."""
        return mask.bit_count() if self.per_capita else 1


def lexicographic(game: Game, rule: Rule) -> Point:
    """The division whose sorted excesses are lexicographically least, with its proof. E_NO_IMPUTATION if ``individual`` leaves none."""
    alone, n = sum(game.alone), len(game.players)
    if rule.individual and alone > game.total:
        message = f"the players have {float(game.money(alone)):,.6g} alone and {float(game.money(game.total)):,.6g} together."
        raise refused("E_NO_IMPUTATION", message, "Use prenucleolus or shapley, which every game has.")
    settled = [(game.everybody, Fraction(game.total))]
    levels: list[Level] = []
    split = [Fraction(game.total)] + [Fraction(0)] * (n - 1)
    while any(open_ := undetermined([mask for mask, _ in settled], n)):
        level, split = _round(game, rule, settled, open_)
        levels.append(level)
        for mask in independent([mask for mask, _ in settled], [*level.weights, *(1 << i for i in level.floors)], n):
            settled.append((mask, sums(split)[mask]))
    point = Point(split, tuple(levels))
    if not check(game, rule, point):
        raise AssertionError("the proof of a nucleolus does not hold; please report the game")
    return point


def _round(
    game: Game, rule: Rule, settled: Sequence[tuple[int, Fraction]], open_: Sequence[bool]
) -> tuple[Level, list[Fraction]]:  # fmt: skip
    """The least excess to which all open coalitions can be held: the unknowns are x and e."""
    n = len(game.players)
    masks = [mask for mask, is_open in enumerate(open_) if is_open]
    floors = [i for i in range(n) if open_[1 << i]] if rule.individual else []
    unit = lcm(*(worth.denominator for _, worth in settled))  # settled sums need not be whole

    def rows(z: Sequence[int], scale: int, *, flat: bool, first: bool) -> Row | None:
        had, e = sums(z[:n]), z[n]
        worths = [0] * len(had) if flat else [w * unit * scale for w in game.worth]
        short = [worths[mask] - had[mask] - e * rule.size(mask) for mask in masks]
        short += [worths[1 << i] - z[i] for i in floors]
        worst = next((k for k, x in enumerate(short) if x > 0), -1) if first else max(range(len(short)), key=short.__getitem__)
        if worst < 0 or short[worst] <= 0:
            return None
        if worst < len(masks):
            mask = masks[worst]
            return Row(worst, [*incidence(mask, n), rule.size(mask)], game.worth[mask] * unit)
        i = floors[worst - len(masks)]
        return Row(worst, [*incidence(1 << i, n), 0], game.worth[1 << i] * unit)

    equations = [([*incidence(mask, n), 0], int(worth * unit)) for mask, worth in settled]
    best = minimise([0] * n + [1], rows, equations)
    level = Level(
        excess=best.z[n] / unit,
        weights={masks[k]: x for k, x in best.weights.items() if k < len(masks)},
        settled={mask: x for (mask, _), x in zip(settled, best.free, strict=True) if x},
        floors={floors[k - len(masks)]: x for k, x in best.weights.items() if k >= len(masks)},
    )
    return level, [x / unit for x in best.z[:n]]


def check(game: Game, rule: Rule, point: Point) -> bool:
    """Whether ``point`` is proved by its levels.

    Let y be a division whose sorted excesses are no larger. It agrees with x on what is settled, so on the open coalitions its largest
    excess is at most e, the largest of x there. Where x has the excess e, y gives at least as much as x; where x gives a player his floor,
    so does y at least. The weights say that these differences, none of them negative, sum to nothing: all are zero, and y agrees with x
    on these coalitions too. When the settled coalitions determine everything, y = x.
    """
    n, split = len(game.players), point.split
    if sum(split) != game.total or (rule.individual and any(x < own for x, own in zip(split, game.alone, strict=True))):
        return False
    excess = [e / rule.size(mask) if mask else e for mask, e in enumerate(game.excess(split))]
    settled = [game.everybody]
    for level in point.levels:
        open_ = undetermined(settled, n)
        added = [Fraction(0)] * n
        floors = {1 << i: x for i, x in level.floors.items()}
        for weights in (level.weights, level.settled, floors):
            for mask, weight in weights.items():
                added = [x + weight * bit for x, bit in zip(added, incidence(mask, n), strict=True)]
        holds = (
            not any(added)
            and level.weights
            and all(x > 0 for x in (*level.weights.values(), *level.floors.values()))
            and all(open_[mask] and excess[mask] == level.excess for mask in level.weights)
            and all(e <= level.excess for e, is_open in zip(excess, open_, strict=True) if is_open)
            and all(not open_[mask] for mask in level.settled)
            and (rule.individual or not level.floors)
            and all(split[i] == game.alone[i] for i in level.floors)
        )
        if not holds:
            return False
        settled += [*level.weights, *floors]
    return not directions(settled, n)


def incidence(mask: int, n: int) -> list[int]:
    """1 for members, 0 for the others."""
    return [mask >> i & 1 for i in range(n)]


def independent(masks: Sequence[int], more: Sequence[int], n: int) -> list[int]:
    """Those of ``more`` that add a dimension, one after the other, to ``masks``."""
    added: list[int] = []
    for mask in more:
        if any(sum(d[i] for i in range(n) if mask >> i & 1) for d in directions([*masks, *added], n)):
            added.append(mask)
    return added


def undetermined(masks: Sequence[int], n: int) -> list[bool]:
    """By coalition: whether its sum can change when those of ``masks`` do not. The empty coalition's cannot."""
    found = [False] * 2**n
    for direction in directions(masks, n):
        found = [known or bool(change) for known, change in zip(found, sums(direction), strict=True)]
    return found


def directions(masks: Sequence[int], n: int) -> list[list[int]]:
    """A basis, in whole numbers, of the changes of x that leave the sum of each of these coalitions as it is. Empty: there are none."""
    rows: list[list[Fraction]] = []
    pivots: list[int] = []
    for mask in masks:
        row = [Fraction(x) for x in incidence(mask, n)]
        for pivot, earlier in zip(pivots, rows, strict=True):
            row = [x - row[pivot] * y for x, y in zip(row, earlier, strict=True)]
        pivot = next((i for i, x in enumerate(row) if x), -1)
        if pivot < 0:
            continue
        row = [x / row[pivot] for x in row]
        rows = [[x - earlier[pivot] * y for x, y in zip(earlier, row, strict=True)] for earlier in rows]
        rows.append(row)
        pivots.append(pivot)
    found = []
    for i in (i for i in range(n) if i not in pivots):
        vector = [Fraction(int(k == i)) for k in range(n)]
        for pivot, row in zip(pivots, rows, strict=True):
            vector[pivot] = -row[i]
        unit = lcm(*(x.denominator for x in vector))
        found.append([int(x * unit) for x in vector])
    return found
