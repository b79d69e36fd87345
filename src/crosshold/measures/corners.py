"""Measures that do not only grow with stakes, from stakes between bounds: what they are at the corners.

Voting power, values per holder and the part of dispersed holders can be largest at any counts between the bounds. They are worked out at
every corner: each register has all holders but one at an end, and that one takes what is left. What comes out is a range that was
*seen*; counts between the corners may lie outside it, so nothing here is CERTAIN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Any, ClassVar, NamedTuple

import numpy as np

from crosshold.errors import Finding, RequestError
from crosshold.kernels.csr import compress
from crosshold.model.result import Result
from crosshold.model.stakes import ANYONE, Block, Column, Stakes
from crosshold.network import Graph, Network
from crosshold.network.graph import LARGEST, refuse_large

MOST = 2**12
Counts = tuple[int, ...]  # of one block, in the order of its slots


class CornerRow(NamedTuple):
    """A row of the measure: ``of`` are its words, ``number`` the name of one of its numbers, ``low`` to ``high`` what it was seen to be.

    ``corners`` says at how many of them there was such a row; a row that is absent is zero for many measures.
    """

    of: tuple[str, ...]
    number: str
    low: Any
    high: Any
    corners: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Corners(Result):
    """Rows by their words. ``settings``: the measure, and how many corners were worked out. Findings are those of any corner."""

    rows: tuple[CornerRow, ...]

    row: ClassVar[Any] = CornerRow


def at_corners(stakes: Stakes, measure: Callable[[Network], Result], *, most: int = MOST) -> Corners:
    """Least and largest value of every number in the rows of a measure over the corners of the bounds.

    ``measure`` is called with one Network per corner; its rows are told apart by their words. Errors: E_CORNERS (more than ``most``
    corners), E_BOUNDS (capital and votes are not of the same lots), E_TOO_LARGE, and those of the measure.
    """
    seen: dict[tuple[tuple[str, ...], str], list[Any]] = {}
    findings: dict[Finding, None] = {}
    number = 0
    for network in corner_networks(stakes, most=most):
        result = measure(network)
        number += 1
        findings |= dict.fromkeys(result.findings)
        table = result.table()
        for row in zip(*table.values(), strict=True):
            words = tuple(value for value in row if isinstance(value, str))
            for name, value in zip(table, row, strict=True):
                if isinstance(value, (int, float, Fraction)) and not isinstance(value, bool):
                    seen.setdefault((words, name), []).append(value)
    return Corners(
        rows=tuple(
            CornerRow(words, name, min(values), max(values), len(values)) for (words, name), values in sorted(seen.items())
        ),
        settings={"method": "corners", "corners": number, "bounds": "shares add up"},
        findings=(*stakes.findings, *findings),
    )


def corner_networks(stakes: Stakes, *, most: int = MOST) -> Iterator[Network]:
    """One Network for each corner; every stake at an end but for one in each class, which takes what is left."""
    blocks = [(j, k, block) for j, column in stakes.capital.items() for k, block in enumerate(column)]
    for j, _, (_, slots) in blocks:
        _refuse(2 ** max(sum(s.low < s.high for s in slots) - 1, 0), most, stakes.ids[j])
    choices = [_corners(block) for *_, block in blocks]
    _refuse(prod(len(found) for found in choices), most, "most")
    _same_lots(stakes)
    for chosen in product(*choices):
        counts = {(j, k): found for (j, k, _), found in zip(blocks, chosen, strict=True)}
        capital = _graph(stakes, "capital", counts)
        votes = capital if stakes.votes is stakes.capital else _graph(stakes, "votes", counts)
        yield Network(stakes.ids, capital, votes, names=stakes.names, kinds=stakes.kinds)


def _corners(block: Block) -> list[Counts]:
    """Every way to put all slots but one at an end so that the whole comes out."""
    whole, slots = block
    found: dict[Counts, None] = {}
    for free in range(len(slots)):
        ends = [sorted({s.low, s.high}) if k != free else [0] for k, s in enumerate(slots)]
        for chosen in product(*ends):
            left = whole - sum(chosen)
            if slots[free].low <= left <= slots[free].high:
                found[(*chosen[:free], left, *chosen[free + 1 :])] = None
    return list(found)


def _refuse(number: int, most: int, where: str) -> None:
    if number > most:
        message = f"the bounds have up to {number:,} corners, more than {most:,}."
        raise RequestError(Finding("E_CORNERS", message, "Give exact counts for some stakes, or allow more corners.", where))


def _same_lots(stakes: Stakes) -> None:
    def shape(column: Column) -> list[list[tuple[int, int, int]]]:
        return [[(s.node, s.low, s.high) for s in slots] for _, slots in column]

    for j, column in stakes.capital.items():
        if j not in stakes.votes or shape(column) != shape(stakes.votes[j]):
            message = f"{stakes.ids[j]}: capital and votes are not of the same lots."
            raise RequestError(Finding("E_BOUNDS", message, "Build both from the same holdings.", stakes.ids[j]))


def _graph(stakes: Stakes, basis: str, counts: dict[tuple[int, int], Counts]) -> Graph:
    held: list[tuple[int, int, int]] = []
    totals = [0] * len(stakes)
    for j, column in stakes.registers(basis).items():
        scale = lcm(*(Fraction(s.per).denominator for _, slots in column for s in slots))
        for k, (_, slots) in enumerate(column):
            for slot, count in zip(slots, counts[j, k], strict=True):
                weight = int(scale * slot.per * count)
                totals[j] += weight
                if slot.node != ANYONE:
                    held.append((j, slot.node, weight))
    refuse_large([name for name, total in zip(stakes.ids, totals, strict=True) if total >= LARGEST])
    columns = np.array(held, dtype=np.int64).reshape(-1, 3)
    rows = compress(len(stakes), columns[:, 0], columns[:, 1], columns[:, 2])
    return Graph(stakes.basis(basis), *rows, np.array(totals, dtype=np.int64))
