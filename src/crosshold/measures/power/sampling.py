"""Power indices by random draws, for games too large or too fine for anything else. Every value comes with an interval.

Draws come in blocks, each with a random stream of its own, so that a seed gives the same numbers on any number of threads.

- Shapley-Shubik: random orders; the share of those in which a holder is pivotal. Hoeffding's bound holds whatever the game.
- Banzhaf and its kin, Johnston: coalitions in which everybody is in with a chance tilted towards the quota, weighted back.
- Holler, Deegan-Packel: holders from the largest down, each in with a tilted chance, until the quota is passed: that is a minimal
  winning coalition, and one over its chance is its weight.

Sources: Mann and Shapley, "Values of large games IV", RAND RM-2651 (1960); Hoeffding, "Probability inequalities for sums of bounded random
variables", JASA 58 (1963); Owen, Monte Carlo theory, methods and examples (2013), section 9.2, for ratios of weighted draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, UndeterminedError
from crosshold.kernels import voting
from crosshold.measures.power.dynamic import Counted
from crosshold.measures.power.game import Game, Weighted
from crosshold.measures.power.work import Work

SAMPLES = 73_778  # Hoeffding: half a point at 95 % for one holder
CONFIDENCE = 0.95
NORMAL = 1.959964  # standard errors to either side that hold it
PILOT = 4000  # draws
FEWEST = 100.0  # effective draws below which there is no answer
GROUPS = 20  # for standard errors
_CELLS = 1 << 20  # random numbers in a block

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """Values with the standard error of each; ``bound`` is Hoeffding's half-width where it holds; ``effective`` the draws that counted."""

    values: list[float]
    errors: list[float]
    bound: float | None
    effective: float

    def interval(self) -> tuple[list[float], list[float]]:
        """Low and high end for each player: the normal interval, or Hoeffding's if narrower; never less than three draws more or fewer."""
        wide = [max(NORMAL * e, 3 / self.effective * max(self.values)) for e in self.errors]
        if self.bound is not None:
            wide = [min(w, self.bound) for w in wide]
        pairs = list(zip(self.values, wide, strict=True))
        return [max(0.0, x - w) for x, w in pairs], [x + w for x, w in pairs]


def hoeffding(samples: int) -> float:
    """Half-width of the interval for a share seen in ``samples`` draws, for each holder by himself."""
    return sqrt(log(2 / (1 - CONFIDENCE)) / (2 * samples))


def orders(game: Weighted, samples: int, seed: int, work: Work) -> Draws:
    """Shapley-Shubik: pivots in random orders."""
    n = game.players
    weights, quota = whole(game)
    run = voting.pivots.form(samples * n)

    def block(item: Block) -> NDArray[np.int64]:
        count = np.zeros(n, dtype=np.int64)
        run(weights, quota, item.uniform(n), np.arange(n), count)
        return count

    share = np.asarray(sum(work.map(block, blocks(samples, n, seed)))) / samples
    return Draws(share.tolist(), np.sqrt(share * (1 - share) / samples).tolist(), hoeffding(samples), samples)


def swings(
    game: Weighted, formula: Callable[[Game], Sequence[Fraction]], bounded: bool, samples: int, seed: int, work: Work
) -> Draws:
    """Any index made of swings: coalitions weighted by their chance under coins over their chance under the tilt."""
    n = game.players
    weights, quota = whole(game)
    tilt = tilted(weights, quota)
    chance = 1 / (1 + np.exp(-tilt * weights))
    level = float(np.sum(np.logaddexp(0, tilt * weights)) - n * log(2) - tilt * quota) / log(2)
    unit = Fraction(2.0 ** (level - floor(level))) * Fraction(2) ** floor(level)

    def block(item: Block) -> Float:
        held = item.uniform(n) < chance
        total = held @ weights
        weight = np.exp(-tilt * (total - quota))
        without = total[:, None] - held * weights
        decide = (without < quota) & (without + weights >= quota)
        rare = np.where((total >= quota) == (tilt > 0), weight, 0.0).sum()  # the rarer of winning and losing
        used = weight[decide.any(axis=1)]
        return np.asarray(np.r_[weight @ decide, rare, used.sum(), used @ used] / samples)

    def values(sums: Float) -> list[Fraction]:
        rare = min(Fraction(float(sums[n])) * unit, Fraction(1))
        return list(formula(Counted([Fraction(float(x)) * unit for x in sums[:n]], rare if tilt > 0 else 1 - rare)))

    parts = np.array(list(work.map(block, blocks(samples, n, seed))))
    total = parts.sum(axis=0)
    groups = np.array([part.sum(axis=0) for part in np.array_split(parts, min(GROUPS, len(parts)))])
    bound = hoeffding(samples) if bounded and tilt == 0 else None
    return _spread(groups, values, bound, samples * float(total[n + 1] ** 2 / max(total[n + 2], 1e-300)))


def ratios(game: Weighted, index: str, samples: int, seed: int, work: Work) -> Draws:
    """An index that divides one among members of coalitions: ``holler``, ``deegan-packel`` or ``johnston``."""
    n = game.players
    if samples > 5 * PILOT and (seen := _parts(game, index, PILOT, seed, Work(work.threads))[1] * samples / PILOT) < FEWEST:
        raise _too_few(seen)
    groups, effective = _parts(game, index, samples, seed, work)
    return _spread(groups, lambda sums: (sums[:n] / sums[:n].sum()).tolist(), None, effective)


def _parts(game: Weighted, index: str, samples: int, seed: int, work: Work) -> tuple[Float, float]:
    """Weighted contributions of the players in the order of the game, a row for each block of draws, and what the draws are worth."""
    n = game.players
    place = sorted(range(n), key=lambda i: -game.weights[i])
    every, quota = whole(game)
    weights = every[place]
    tilt = tilted(weights, quota)
    chance = 1 / (1 + np.exp(-tilt * weights))
    log_in, log_out = -np.logaddexp(0, -tilt * weights), -np.logaddexp(0, tilt * weights)

    def block(item: Block) -> tuple[float, Float]:
        held = item.uniform(n) < chance
        total = np.cumsum(held * weights, axis=1)
        won = total[:, -1] >= quota
        held, total = held[won], total[won]
        if index == "johnston":
            excess = total[:, -1:] - quota
            member, scale = held & (weights > excess), -tilt * excess[:, 0]
        else:
            last = np.argmax(total >= quota, axis=1)[:, None]
            member = held & (np.arange(n) <= last)
            scale = -np.take_along_axis(np.cumsum(np.where(held, log_in, log_out), axis=1), last, axis=1)[:, 0]
        size = member.sum(axis=1)
        if not size.any():
            return -np.inf, np.zeros(n + 2)
        top = float(scale[size > 0].max())
        weight = np.where(size > 0, np.exp(np.minimum(scale - top, 0.0)), 0.0)
        each = weight if index == "holler" else weight / np.maximum(size, 1)
        return top, np.r_[each @ member, weight.sum(), weight @ weight]

    parts = list(work.map(block, blocks(samples, n, seed)))
    top = max(part[0] for part in parts)
    if top == -np.inf:
        return np.zeros((2, n)), 0.0
    level = np.exp([part[0] - top for part in parts])[:, None]
    sums = np.array([part[1] for part in parts])
    effective = float((sums[:, n : n + 1] * level).sum() ** 2 / (sums[:, n + 1 :] * level * level).sum())
    return (sums[:, :n] * level)[:, np.argsort(place)], effective


def _spread(groups: Float, values: Callable[[Float], Sequence[Any]], bound: float | None, effective: float) -> Draws:
    """Values of the whole, and their standard errors by leaving out one group at a time (jackknife)."""
    if effective < FEWEST:
        raise _too_few(effective)
    total = groups.sum(axis=0)
    many = len(groups)
    without = np.array([[float(x) for x in values((total - group) * many / (many - 1))] for group in groups])
    error = np.sqrt((many - 1) / many * np.sum((without - without.mean(axis=0)) ** 2, axis=0))
    return Draws([float(x) for x in values(total)], error.tolist(), bound, effective)


def _too_few(effective: float) -> UndeterminedError:
    message = f"the draws are worth only {effective:.0f} even ones: too few for an interval."
    return UndeterminedError(
        Finding("E_NOT_CONVERGED", message, "Give more samples, or ask for banzhaf or shapley-shubik.", "samples")
    )


@dataclass(frozen=True)
class Block:
    """Some draws with a random stream of their own."""

    rows: int
    stream: np.random.SeedSequence

    def uniform(self, n: int) -> Float:
        """Uniform numbers in [0, 1), a row of ``n`` for each draw."""
        return np.random.default_rng(self.stream).random((self.rows, n))


def blocks(samples: int, n: int, seed: int) -> list[Block]:
    """``samples`` draws of ``n`` numbers in blocks that fit in memory."""
    many = max(GROUPS, ceil(samples * n / _CELLS))
    sizes = [samples // many + (k < samples % many) for k in range(many)]
    return [Block(size, stream) for size, stream in zip(sizes, np.random.SeedSequence(seed).spawn(many), strict=True) if size]


def tilted(weights: NDArray[np.int64], quota: int) -> float:
    """Logarithm of the odds per vote at which the mean is the quota; 0 when half of all votes is within a standard deviation."""
    spread = float(np.sqrt(np.sum(weights.astype(float) ** 2))) / 2
    if abs(float(weights.sum()) / 2 - quota) <= spread:
        return 0.0
    bound = 30.0 / float(weights.max())
    low, high = -bound, bound
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if float(np.sum(weights / (1 + np.exp(-middle * weights)))) < quota else (low, middle)
    return (low + high) / 2


def whole(game: Weighted) -> tuple[NDArray[np.int64], int]:
    """Weights and quota in int64; past 2^61 votes in all the last bits are rounded away, the quota in step."""
    shift = max(0, game.total.bit_length() - 61)
    return np.array([w >> shift for w in game.weights], dtype=np.int64), -(-game.quota >> shift)
