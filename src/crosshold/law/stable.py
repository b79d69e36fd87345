"""All stable outcomes: states of the votes that applying every rule gives back (spec 7).

A suspension can remove the reason for another one, so repeating "apply the rules" depends on the order or never ends. Bounds come first:
every lot starts anywhere between its smallest possible count and gross, each pass evaluates all rules on these intervals and narrows
them, and every stable outcome lies inside. What stays open is branched on, lot by lot, with the same narrowing after each choice, so that
only consistent choices are followed to the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crosshold.kernels.components import components
from crosshold.law.actions import Action
from crosshold.law.judge import Bench, Judge
from crosshold.law.rule import FALSE, TRUE, UNKNOWN
from crosshold.law.world import Bounds

MOST_UNDECIDED = 20
MOST_OUTCOMES = 1024


class TooManyUndecidedError(Exception):
    """More lots depend on one another than can be searched; ``lots`` are their ids."""

    def __init__(self, lots: Sequence[str]) -> None:
        super().__init__(", ".join(lots))
        self.lots = tuple(lots)


@dataclass
class State:
    """Bounds of every lot's exercisable votes, and the truth of every action before and after exceptions."""

    kept: list[Bounds]
    raw: list[int]
    value: list[int]


class Search:
    """Finds every stable outcome of one reading. ``bounds`` are those of the first narrowing: no outcome lies outside."""

    def __init__(self, bench: Bench, todo: Sequence[Action]) -> None:
        self.bench, self.actions, self.gross = bench, todo, bench.world.gross
        self.levels: dict[int, set[int]] = {}
        for action in todo:
            for i, kept in zip(action.lots, action.kept, strict=True):
                self.levels.setdefault(i, {self.gross[i]}).add(min(kept, self.gross[i]))
        anything = TRUE | FALSE | UNKNOWN
        start = [(min(self.levels.get(i, {count})), count) for i, count in enumerate(self.gross)]
        self.reads: list[set[str]] = [set() for _ in todo]
        first = self.narrow(State(start, [anything] * len(todo), [anything] * len(todo)))
        assert first is not None, "without an assumption nothing contradicts"
        self.first = first
        self.bounds = list(first.kept)

    def run(self) -> list[State]:
        """Every stable outcome. ``TooManyUndecidedError`` when more than 20 lots hang together."""
        open_lots = self.undecided(self.first)
        if open_lots:
            for members in self.tangles(open_lots):
                if len(members) > MOST_UNDECIDED:
                    raise TooManyUndecidedError([self.bench.world.lots[i].id for i in members])
        found: list[State] = []
        self._branch(self.first, found)
        return found

    def undecided(self, state: State) -> list[int]:
        """Lots whose votes are still open."""
        return [i for i in self.levels if state.kept[i][0] < state.kept[i][1]]

    def tangles(self, lots: Sequence[int]) -> list[list[int]]:
        """Undecided lots by strongly connected component: a leads to b when a's votes enter a test that can cut b."""
        world, place = self.bench.world, {i: k for k, i in enumerate(lots)}
        after: list[set[int]] = [set() for _ in lots]
        for action, reads in zip(self.actions, self.reads, strict=True):
            for b in (place[i] for i in action.lots if i in place):
                for i, k in place.items():
                    if world.lots[i].issuer in reads:
                        after[k].add(b)
        pointer = np.cumsum([0, *(len(s) for s in after)], dtype=np.int64)
        target = np.array([b for s in after for b in sorted(s)], dtype=np.int64)
        return [[lots[k] for k in members] for members in components(pointer, target)]

    def _branch(self, state: State, found: list[State]) -> None:
        open_lots = self.undecided(state)
        if not open_lots:
            if all(value in (TRUE, FALSE, UNKNOWN) for value in state.value) and self.derived(state) == state.kept:
                found.append(state)
            if len(found) > MOST_OUTCOMES:
                raise TooManyUndecidedError([self.bench.world.lots[i].id for i in self.undecided(self.first)])
            return
        i = open_lots[0]
        low, high = state.kept[i]
        for level in sorted(count for count in self.levels[i] if low <= count <= high):
            kept = list(state.kept)
            kept[i] = (level, level)
            after = self.narrow(State(kept, list(state.raw), list(state.value)))
            if after is not None:
                self._branch(after, found)

    def narrow(self, state: State) -> State | None:
        """Evaluate and narrow until nothing moves; ``None`` when the state contradicts itself."""
        while True:
            before = list(state.kept)
            self.evaluate(state)
            for i, (low, high) in enumerate(self.derived(state)):
                kept = max(low, state.kept[i][0]), min(high, state.kept[i][1])
                if kept[0] > kept[1]:
                    return None
                state.kept[i] = kept
            if state.kept == before:
                return state

    def evaluate(self, state: State) -> None:
        """One pass over the actions that are not decided; a decided one cannot change while bounds only narrow."""
        judge = Judge(self.bench, state.kept)
        for k, action in enumerate(self.actions):
            if state.raw[k] not in (TRUE, FALSE, UNKNOWN):
                judge.reads = set()
                state.raw[k] = action.trigger(judge)
                self.reads[k] |= judge.reads
        judge.silent = silenced(self.actions, state.raw)
        for k, action in enumerate(self.actions):
            if state.value[k] not in (TRUE, FALSE, UNKNOWN):
                judge.reads = set()
                state.value[k] = action.excepted(state.raw[k], judge)
                self.reads[k] |= judge.reads

    def derived(self, state: State) -> list[Bounds]:
        """What the truth of the actions leaves to every lot."""
        return derived(self.gross, self.actions, state.value)


def silenced(todo: Sequence[Action], raw: Sequence[int]) -> tuple[set[int], set[int]]:
    """Lots that a rule, before exceptions, surely and possibly leaves without votes."""
    sure: set[int] = set()
    possible: set[int] = set()
    for action, value in zip(todo, raw, strict=True):
        lots = [i for i, kept in zip(action.lots, action.kept, strict=True) if kept == 0]
        if value & TRUE:
            possible.update(lots)
        if value == TRUE:
            sure.update(lots)
    return sure, possible


def derived(gross: Sequence[int], todo: Sequence[Action], values: Sequence[int]) -> list[Bounds]:
    """Bounds of every lot: the smallest count of what may apply, and of what surely does."""
    low, high = list(gross), list(gross)
    for action, value in zip(todo, values, strict=True):
        if value & TRUE:
            for i, kept in zip(action.lots, action.kept, strict=True):
                low[i] = min(low[i], kept)
                if value == TRUE:
                    high[i] = min(high[i], kept)
    return list(zip(low, high, strict=True))


def judge_all(bench: Bench, todo: Sequence[Action], kept: Sequence[Bounds], *, data: bool = False) -> tuple[Judge, list[int]]:
    """Every action on a state: the judge that saw it, and the values."""
    judge = Judge(bench, kept, data=data)
    raw = [action.trigger(judge) for action in todo]
    judge.silent = silenced(todo, raw)
    return judge, [action.excepted(value, judge) for action, value in zip(todo, raw, strict=True)]


def doubtful(bench: Bench, todo: Sequence[Action], kept: Sequence[int]) -> set[int]:
    """Lots that uncertain data could make otherwise than in this outcome; a doubt about one lot spreads to what depends on it."""
    doubts: set[int] = set()
    levels: dict[int, int] = {}
    for action in todo:
        levels.update((i, min(k, levels.get(i, k))) for i, k in zip(action.lots, action.kept, strict=True))
    gross = bench.world.gross
    while True:
        state = [(levels[i], gross[i]) if i in doubts else (count, count) for i, count in enumerate(kept)]
        _, values = judge_all(bench, todo, state, data=True)
        new = {i for i, (low, high) in enumerate(derived(gross, todo, values)) if low < high}
        if new <= doubts:
            return doubts
        doubts |= new
