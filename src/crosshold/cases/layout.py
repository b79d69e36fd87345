"""The plan of a synthetic register: how many holders each company has, and which companies belong to a structure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosshold.cases.draws import Bits, Float, Int, field, raw, unit
from crosshold.cases.planted import NEW, WHOLE, Stake, structures

FEW = np.array([0.42, 0.68, 0.81, 0.89])  # chance of at most 1, 2, 3, 4 holders; beyond, Pareto with exponent 1.6
MOST_HOLDERS = 2_000
CORE_LINKS = 3  # further links into each member of the hard core
CORE, HARD = 150, 5_500  # members of the large component for a million holdings; the hard one draws some more in
JOINT = 1_000  # of 65,536 companies are held by two sisters
MAJORITY = np.array([0, 4096, 3600, 3400, 3200, 2600])  # of 4,096, by number of holders (the last: five and more)


@dataclass(frozen=True, eq=False)
class Layout:
    """Rows ``start[c]:start[c + 1]`` are the holders of company c; companies are numbered by age, the oldest first.

    ``joint`` companies are held by two sisters, ``planted`` ones as ``stakes`` say (by company, in the order of its rows); the last
    ``CORE_LINKS`` holders of a company in ``core`` are in ``core`` too.
    """

    start: Int
    joint: NDArray[np.bool_]
    planted: NDArray[np.bool_]
    stakes: Int
    core: Int

    @property
    def companies(self) -> int:
        """Number of companies."""
        return len(self.start) - 1

    @property
    def degree(self) -> Int:
        """Number of holders of each company."""
        return np.diff(self.start)

    def issuer(self) -> Int:
        """The company of each row."""
        return np.repeat(np.arange(self.companies), self.degree)


@dataclass(frozen=True, eq=False)
class Rulers:
    """Per company: what its first holder has when that is a majority (else 0), and what all named holders have together."""

    first: Int
    named: Int


def lay_out(holdings: int, seed: int, hard: bool) -> Layout:
    """Numbers of holders that add up to ``holdings``, with places for the structures."""
    bits = raw(seed, 0, holdings // 2 + 100)
    degree = _degrees(unit(bits), min(MOST_HOLDERS, holdings // 50))
    about = int(np.searchsorted(np.cumsum(degree), holdings))  # companies, before structures change some numbers
    core = _spread(about, holdings * HARD // 1_000_000 if hard else 0) + 2
    stakes = _place(about, list(structures(about, 0 if hard else 5 + holdings * CORE // 1_000_000)))
    planted = np.zeros(len(degree), dtype=np.bool_)
    planted[stakes[:, 0]] = True
    joint = field(bits, 0, 16) < JOINT
    joint[:20] = joint[planted] = joint[core] = False  # the oldest have no sisters to be held by
    degree[joint] = 2
    degree[core] += CORE_LINKS
    degree[planted] = np.bincount(stakes[:, 0], minlength=len(degree))[planted]
    start = np.concatenate(([0], np.cumsum(degree)))
    companies = int(np.searchsorted(start, holdings))
    start = start[: companies + 1].copy()
    start[companies] = holdings
    joint = joint[:companies] & (np.diff(start) == 2)
    return Layout(start, joint, planted[:companies], stakes, core)


def _degrees(fraction: Float, most: int) -> Int:
    degree = np.searchsorted(FEW, fraction, side="right") + 1
    tail = degree == 5
    root = np.sqrt(1.0 - (fraction[tail] - FEW[-1]) / (1.0 - FEW[-1]))
    pareto = 5.0 / (root * np.sqrt(np.sqrt(root)))  # v ** (-1 / 1.6) by square roots alone
    degree[tail] = np.minimum(pareto, max(most, 5)).astype(np.int64)
    return degree


def _spread(about: int, count: int) -> Int:
    """``count`` multiples of four at even distances, neither among the oldest, to whom many look back, nor the youngest."""
    return (about // 10 + np.arange(count) * (about * 7 // 10) // max(count, 1)) // 4 * 4


def _place(about: int, found: list[list[Stake]]) -> Int:
    """The stakes of all structures between the companies chosen for them: issuer, holder, millionths; by issuer."""
    sizes = [1 + stakes[-1][0] for stakes in found]
    place = iter(_spread(about, sum(sizes)).tolist())
    placed = []
    for size, stakes in zip(sizes, found, strict=True):
        member = [next(place) for _ in range(size)]
        placed += [(member[issuer], NEW if holder == NEW else member[holder], part) for issuer, holder, part in stakes]
    return np.array(sorted(placed, key=lambda stake: stake[0]), dtype=np.int64)


def draw_rulers(layout: Layout, total: Int, bits: Bits) -> Rulers:
    """Who is controlled by its first holder, and what nobody named holds."""
    degree = layout.degree
    amount = field(bits, 24, 20)  # in 2**-20
    many = degree > 4
    unnamed = np.where(many, 100_000 + (amount * 600_000 >> 20), amount * 300_000 >> 20)
    unnamed[field(bits, 12, 12) >= np.where(many, 2458, 614)] = (
        0  # 60 % of companies with many holders have some, 15 % of the others
    )
    named = total - total * unnamed // WHOLE
    beyond = named - total // 2 - degree  # what a majority may have beyond the least one, when each other holder gets one share
    majority = (field(bits, 0, 12) < MAJORITY[np.minimum(degree, 5)]) & (beyond > 0)
    first = np.where(majority, total // 2 + 1 + (beyond * field(bits, 44, 20) >> 20), 0)
    return Rulers(np.where(degree == 1, named, first), named)


def weights(layout: Layout, total: Int, rulers: Rulers, bits: Bits) -> Int:
    """Whole shares of each row. Where no majority was meant, nobody has more than half; where two are equal, exactly half."""
    start, degree, issuer = layout.start, layout.degree, layout.issuer()
    head = start[:-1]
    ruled = rulers.first > 0
    part = 1 + field(bits, 0, 16)
    equal = (degree == 2) & ~ruled & (field(bits[head], 16, 1) == 1)
    part[equal[issuer]] = 1
    part[head[ruled]] = 0
    rest = rulers.named - np.where(ruled, rulers.first + degree - 1, degree)
    parts = np.maximum(np.add.reduceat(part, head), 1)
    weight: Int = 1 + rest[issuer] * part // parts[issuer]
    weight[head[ruled]] = rulers.first[ruled]
    weight[head] += rulers.named - np.add.reduceat(weight, head)
    ceiling = np.where(ruled, total, total // 2)
    np.minimum(weight, ceiling[issuer], out=weight)
    both = head[layout.joint]  # two sisters have more than half together and neither alone
    half, draw = total[layout.joint] // 2, bits[both]
    weight[both] = half * 6 // 10 + (half * 3 // 10 * field(draw, 20, 20) >> 20)
    weight[both + 1] = half + 1 - weight[both] + ((weight[both] - 1) * field(draw, 40, 20) >> 20)
    weight[layout.planted[issuer]] = total[layout.stakes[:, 0]] * layout.stakes[:, 2] // WHOLE
    return weight
