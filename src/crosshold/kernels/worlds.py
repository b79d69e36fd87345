"""Stakes known between bounds: what is so in every world that fits them, and what in some.

A company's register is a *column*: blocks of shares (one per class), each with its whole number of shares and its slots. A slot is a
holder's count between two bounds and the votes each share carries. A *world* gives every slot a count within its bounds so that each
block adds up to its whole: one holder's higher count takes room from the others. Columns are independent of each other.

A question that is linear in one column is answered exactly: put every slot at its lowest count, then hand out what is left to the
best slots first. Counts stay whole, and the answer is reached in a world that exists.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from crosshold.kernels.flow import Flow, Number
from crosshold.model.stakes import ANYONE, Column, Slot

ROUNDING = Fraction(1, 10**9)  # parts solved in float64 are told apart no closer


World = list[tuple[Slot, int]]  # every slot of a column with its count
Worlds = dict[int, World]


def holders_of(column: Column) -> list[Slot]:
    """The slots of a column whose holder is named and can have a vote."""
    return [s for _, slots in column for s in slots if s.node != ANYONE and s.high and s.per]


def columns_of(columns: Mapping[int, Column], nodes: int) -> list[list[int]]:
    """By node, the columns in which it may be a holder."""
    found: list[list[int]] = [[] for _ in range(nodes)]
    for j, column in columns.items():
        for node in sorted({slot.node for slot in holders_of(column)}):
            found[node].append(j)
    return found


def is_sure(column: Column) -> bool:
    """Whether only one world fits: no count of the column can move."""
    for whole, slots in column:
        low, high = sum(s.low for s in slots), sum(s.high for s in slots)
        if any(max(s.low, whole - high + s.high) < min(s.high, whole - low + s.low) for s in slots):
            return False
    return True


def extreme(column: Column, gain: Callable[[Slot], Any], best: bool) -> World:
    """The world in which the sum of ``gain`` x count is largest (smallest unless ``best``). Gains may be tuples: then lexicographic."""
    world: World = []
    for whole, slots in column:
        left = whole - sum(s.low for s in slots)
        for slot in sorted(slots, key=gain, reverse=best):
            more = min(left, slot.high - slot.low)
            left -= more
            world.append((slot, slot.low + more))
    return world


def cast(world: World, group: Collection[int] | None = None) -> int | Fraction:
    """Votes in a world, of a group when given."""
    return sum((slot.per * count for slot, count in world if group is None or slot.node in group), start=0)


def passing(column: Column, group: Collection[int], threshold: Fraction, strict: bool, best: bool) -> bool:
    """Whether a group has more than ``threshold`` of the votes (at least, unless ``strict``) in some world (``best``) or in every one.

    Part and whole may both move. A world without votes is passed by nobody.
    """
    p, q = threshold.numerator, threshold.denominator

    def gain(slot: Slot) -> tuple[int | Fraction, int | Fraction]:
        inside = slot.per if slot.node in group else 0
        return q * inside - p * slot.per, inside

    world = extreme(column, gain, best)
    part = cast(world, group)
    lead = q * part - p * cast(world)
    return lead > 0 or (lead == 0 and not strict and part > 0)


def ratio(column: Column, worth: Mapping[int, Fraction], best: bool) -> Fraction | None:
    """Largest (smallest) mean of ``worth`` over the votes of a column; who is not in ``worth`` counts 0. ``None``: never any votes.

    The whole may move with the part, so the mean is not linear: guess it, find the world that beats the guess most, take its mean,
    until none does (Dinkelbach, "On nonlinear fractional programming", Management Science 13, 1967). Finite, because there are
    finitely many such worlds and each step is better. Worlds without votes are passed over.
    """
    value = mean(extreme(column, lambda s: s.per, True), worth)
    while value is not None:
        found = mean(extreme(column, partial(_surplus, worth, value), best), worth)
        if found is None or found == value:
            break
        value = found
    return value


def mean(world: World, worth: Mapping[int, Fraction]) -> Fraction | None:
    """Mean of ``worth`` over the votes of one world; ``None`` without votes."""
    total = cast(world)
    part = sum((worth[s.node] * (s.per * count) for s, count in world if s.node in worth), start=Fraction(0))
    return Fraction(part / total) if total else None


Test = Callable[[int, Collection[int]], bool]


def grown(out: Sequence[Sequence[int]], seeds: Collection[int], test: Test) -> dict[int, int]:
    """The least set that contains ``seeds`` and every node that passes ``test(node, set)``: round of each node that was added.

    ``out[u]`` are the nodes in whose columns u may be. The test must be monotone: a larger set passes wherever a smaller one does.
    """
    inside = set(seeds)
    frontier = sorted(inside)
    rounds: dict[int, int] = {}
    number = 0
    while frontier:
        number += 1
        touched = {v for u in frontier for v in out[u]} - inside
        frontier = sorted(v for v in touched if test(v, inside))
        inside.update(frontier)
        rounds.update(dict.fromkeys(frontier, number))
    return rounds


class Step(NamedTuple):
    """A node of a derivation: the round in which it was added (``None``: never), the share that counts then, and its world."""

    node: int
    round: int | None
    share: Fraction | None
    world: World


def derivation(
    columns: Mapping[int, Column], rounds: Mapping[int, int], seeds: Collection[int], goals: Collection[int], best: bool
) -> list[Step]:
    """How the nodes of ``goals`` were added (or not) to a set that grew in ``rounds``: only the steps that the last ones need.

    ``share`` is what the seeds and the nodes of earlier rounds have in the world of the column that is best (worst) for them.
    """
    last = 1 + max([*rounds.values(), 0])
    when = dict.fromkeys(seeds, 0) | dict(rounds)
    needed, agenda = set(goals), sorted(goals)
    while agenda:
        node = agenda.pop()
        for slot in holders_of(columns.get(node, ())):
            if 0 < when.get(slot.node, last) < rounds.get(node, last) and slot.node not in needed:
                needed.add(slot.node)
                agenda.append(slot.node)
    steps = []
    for node in sorted(needed, key=lambda v: (rounds.get(v, last), v)):
        group = {v for v, number in when.items() if number < rounds.get(node, last) and v != node}
        column = columns.get(node, ())
        share = ratio(column, dict.fromkeys(group, Fraction(1)), best)
        world = extreme(column, partial(_for_group, group, share or Fraction(0)), best)
        steps.append(Step(node, rounds.get(node), share, world))
    return steps


def _for_group(group: Collection[int], level: Fraction, slot: Slot) -> tuple[Fraction, int | Fraction]:
    """How much a share lifts what a group has over a level; where that is the same, how much of it is the group's."""
    inside = slot.per if slot.node in group else 0
    return inside - level * slot.per, inside


def open_worlds(columns: Mapping[int, Column]) -> Worlds:
    """For each column that can be owned from outside in some world, a world in which it is, all of them at once.

    What is left out belongs to itself completely whatever the counts are. A node without a column is outside.
    """
    chosen: Worlds = {}
    waiting = set(columns)
    while True:
        found = {}
        for node in sorted(waiting):
            world = extreme(columns[node], partial(_outside, waiting), True)
            if any(s.per * count for s, count in world if s.node not in waiting):
                found[node] = world
        if not found:
            return chosen
        chosen.update(found)
        waiting -= set(found)


def _outside(waiting: Collection[int], slot: Slot) -> int | Fraction:
    return 0 if slot.node in waiting else slot.per


def multiplied(
    columns: Mapping[int, Column], start: Mapping[int, World], source: int, best: bool
) -> tuple[dict[int, Number], Worlds]:
    """Largest (smallest) part of every column's company that ``source`` has through others, stakes multiplied and chains added.

    Walks that come back to the source are not counted. ``start`` are worlds in which nothing owns itself completely
    (:func:`open_worlds`); only such worlds are compared. Each round solves the present worlds, then gives each column
    the world that is best for what its holders have now; a column changes only for the better, so nothing closes on the way and the
    last worlds, which are returned too, are best for all columns at once (policy iteration: Howard, "Dynamic Programming and Markov
    Processes", 1960, chapter 4).
    """
    chosen = {node: world for node, world in start.items() if node != source}
    while True:
        share = _solved(chosen, source)
        gap = ROUNDING if any(isinstance(x, float) for x in share.values()) else Fraction(0)
        exact = {node: Fraction(x) for node, x in share.items()}
        better = {}
        for node in chosen:
            now = exact.get(node, Fraction(0))
            other = extreme(columns[node], partial(_surplus, exact, now), best)
            found = mean(other, exact)
            if found is not None and (found > now + gap if best else found < now - gap):
                better[node] = other
        if not better:
            del share[source]
            return share, chosen
        chosen.update(better)


def _surplus(worth: Mapping[int, Fraction], value: Fraction, slot: Slot) -> Fraction:
    """How much a share of a slot lifts a mean that is at ``value``."""
    return slot.per * (worth.get(slot.node, Fraction(0)) - value)


def _solved(worlds: Mapping[int, World], source: int) -> dict[int, Number]:
    """Parts that the source has of everything in given worlds; 1 of itself, and nothing flows into it."""
    held: dict[tuple[int, int], Fraction | int] = {}
    for node, world in worlds.items():
        for slot, count in world:
            if slot.node != ANYONE and slot.per * count:
                held[slot.node, node] = held.get((slot.node, node), 0) + slot.per * count
    total = {node: cast(world) for node, world in worlds.items()}
    cells = sorted(held)
    n = 1 + max([source, *worlds, *(i for i, _ in cells)])
    pointer = np.searchsorted(np.array([i for i, _ in cells], dtype=np.int64), np.arange(n + 1))
    target = np.array([j for _, j in cells], dtype=np.int64)
    flow = Flow(pointer, target, [Fraction(held[cell]) / total[cell[1]] for cell in cells])
    return {node: x for node, x in flow.solve({source: Fraction(1)}).items() if x is not None}
