"""All stable outcomes: states of the votes that applying every rule gives back (spec 7).

A suspension can remove the reason for another one, so repeating "apply the rules" depends on the order or never ends. Bounds come first:
every lot starts anywhere between its smallest possible count and gross, all rules are evaluated on these intervals and narrow them, again
wherever something that a rule looked at has moved, and every stable outcome lies inside. What stays open falls into parts that do not
look at one another. Each part is branched on by itself, lot by lot, with the same narrowing after each choice, so that only consistent
choices are followed to the end; the outcomes are every combination of what the parts allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from crosshold.kernels.components import components
from crosshold.law.actions import Action
from crosshold.law.bench import Bench
from crosshold.law.judge import Judge
from crosshold.law.measure import Kept
from crosshold.law.silence import Silence
from crosshold.law.truth import FALSE, TRUE, UNKNOWN
from crosshold.law.world import Bounds

MOST_UNDECIDED = 20
MOST_OUTCOMES = 1024
DECIDED = (TRUE, FALSE, UNKNOWN)
ANYTHING = TRUE | FALSE | UNKNOWN


class TooManyUndecidedError(Exception):
    """More than can be searched: ``lots`` that depend on one another, or at least ``outcomes`` of them."""

    def __init__(self, lots: Sequence[str], outcomes: int = 0) -> None:
        super().__init__(", ".join(lots))
        self.lots, self.outcomes = tuple(lots), outcomes


@dataclass
class State:
    """Bounds of the votes of every lot that a rule could cut, and the truth of every action before and after exceptions."""

    kept: dict[int, Bounds]
    raw: list[int]
    value: list[int]


class Search:
    """Finds every stable outcome of one reading. ``bounds`` are those of the first narrowing: no outcome lies outside.

    ``levels[i]`` are the counts lot i can end with, ``cutting[i]`` the actions that can cut it, ``readers`` the actions that looked at an
    issuer's exercisable votes.
    """

    def __init__(self, bench: Bench, todo: Sequence[Action]) -> None:
        self.bench, self.actions, self.gross = bench, todo, bench.world.gross
        self.levels: dict[int, set[int]] = {}
        self.cutting: dict[int, list[int]] = {}
        for k, action in enumerate(todo):
            for i, kept in zip(action.lots, action.kept, strict=True):
                self.levels.setdefault(i, {self.gross[i]}).add(min(kept, self.gross[i]))
                self.cutting.setdefault(i, []).append(k)
        self.issuer = {i: todo[rows[0]].issuer for i, rows in self.cutting.items()}
        self.by_issuer: dict[str, list[int]] = {}
        for k, action in enumerate(todo):
            self.by_issuer.setdefault(action.issuer, []).append(k)
        self.readers: dict[str, set[int]] = {}
        self.reads: list[set[str]] = [set() for _ in todo]
        start = {i: (min(counts), self.gross[i]) for i, counts in self.levels.items()}
        self.first = State(start, [ANYTHING] * len(todo), [ANYTHING] * len(todo))
        agrees = self.narrow(self.first, range(len(todo)))
        assert agrees, "without an assumption nothing contradicts"
        self.bounds = dict(self.first.kept)

    def run(self) -> list[Mapping[int, Bounds]]:
        """The lots of every stable outcome. ``TooManyUndecidedError`` when more than 20 lots hang together or outcomes are too many."""
        open_lots = self.undecided(self.first)
        parts = self.parts(open_lots)
        for members in self.tangles(open_lots) if open_lots else ():
            if len(members) > MOST_UNDECIDED:
                raise TooManyUndecidedError([self.bench.world.lots[i].id for i in members])
        found = [self._solutions(members) for members in parts]
        count = prod(map(len, found))
        if count > MOST_OUTCOMES:
            raise TooManyUndecidedError([self.bench.world.lots[i].id for i in open_lots], count)
        return [{**self.first.kept, **{i: b for part in chosen for i, b in part.items()}} for chosen in product(*found)]

    def undecided(self, state: State, among: Iterable[int] | None = None) -> list[int]:
        """Lots whose votes are still open."""
        return [i for i in (self.levels if among is None else among) if state.kept[i][0] < state.kept[i][1]]

    def _looked_at(self, lots: Sequence[int]) -> Iterable[tuple[list[int], list[int]]]:
        """Of every open action: the open lots it can cut, and those whose votes it looks at."""
        by_issuer: dict[str, list[int]] = {}
        for i in lots:
            by_issuer.setdefault(self.issuer[i], []).append(i)
        inside = set(lots)
        for k in sorted({k for i in lots for k in self.cutting[i]}):
            seen = [i for issuer in sorted(self.reads[k]) for i in by_issuer.get(issuer, ())]
            yield [i for i in self.actions[k].lots if i in inside], seen

    def parts(self, lots: Sequence[int]) -> list[list[int]]:
        """Undecided lots by part: two lots are in one when a rule that can cut one looks at the other, or cuts both."""
        top = {i: i for i in lots}

        def root(i: int) -> int:
            while top[i] != i:
                top[i] = top[top[i]]
                i = top[i]
            return i

        for cut, seen in self._looked_at(lots):
            for other in (*cut[1:], *seen):
                top[root(other)] = root(cut[0])
        found: dict[int, list[int]] = {}
        for i in lots:
            found.setdefault(root(i), []).append(i)
        return list(found.values())

    def tangles(self, lots: Sequence[int]) -> list[list[int]]:
        """Undecided lots by strongly connected component: a leads to b when a's votes enter a test that can cut b."""
        place = {i: k for k, i in enumerate(lots)}
        after: list[set[int]] = [set() for _ in lots]
        for cut, seen in self._looked_at(lots):
            for a in seen:
                after[place[a]].update(place[b] for b in cut)
        pointer = np.cumsum([0, *(len(s) for s in after)], dtype=np.int64)
        target = np.array([b for s in after for b in sorted(s)], dtype=np.int64)
        return [[lots[k] for k in members] for members in components(pointer, target)]

    def _solutions(self, lots: Sequence[int]) -> list[dict[int, Bounds]]:
        """Every stable state of one part."""
        found: list[dict[int, Bounds]] = []
        scope = sorted({k for i in lots for k in self.cutting[i]})
        self._branch(self.first, lots, scope, found)  # which it leaves as it was
        return found

    def _branch(self, state: State, lots: Sequence[int], scope: Sequence[int], found: list[dict[int, Bounds]]) -> None:
        open_lots = self.undecided(state, lots)
        if not open_lots:
            if all(state.value[k] in DECIDED for k in scope) and all(self._left(i, state) == state.kept[i] for i in lots):
                found.append({i: state.kept[i] for i in lots})
            if len(found) > MOST_OUTCOMES:
                raise TooManyUndecidedError([self.bench.world.lots[i].id for i in lots], len(found))
            return
        i = open_lots[0]
        low, high = state.kept[i]
        before = {j: state.kept[j] for j in lots}, {k: (state.raw[k], state.value[k]) for k in scope}
        for level in sorted(count for count in self.levels[i] if low <= count <= high):
            state.kept[i] = (level, level)
            inside = set(scope)
            if self.narrow(state, self._readers_of({self.issuer[i]}, state, inside), inside, [i]):
                self._branch(state, lots, scope, found)
            state.kept.update(before[0])
            for k, (raw, value) in before[1].items():
                state.raw[k], state.value[k] = raw, value

    def narrow(self, state: State, dirty: Iterable[int], scope: set[int] | None = None, moved: Iterable[int] = ()) -> bool:
        """Evaluate what may have changed and narrow until nothing moves; false when the state contradicts itself.

        Only actions that are not decided, in ``scope``: a decided one cannot change while bounds only narrow. ``moved`` are lots that were
        set from outside.
        """
        todo, lots = sorted(dirty), set(moved)
        while True:
            changed, issuers = self._evaluate(state, todo)
            lots.update(i for k in changed for i in self.actions[k].lots)
            for i in sorted(lots):
                (low, high), (was_low, was_high) = self._left(i, state), state.kept[i]
                now = max(low, was_low), min(high, was_high)
                if now[0] > now[1]:
                    return False
                if now != (was_low, was_high):
                    state.kept[i] = now
                    issuers.add(self.issuer[i])
            todo, lots = self._readers_of(issuers, state, scope), set()
            if not todo:
                return True

    def _evaluate(self, state: State, todo: Sequence[int]) -> tuple[set[int], set[str]]:
        """Actions whose truth moved, and the issuers where it moved before exceptions."""
        judge, changed, issuers = Judge(self.bench, state.kept), set[int](), set[str]()
        for k in todo:
            if state.raw[k] not in DECIDED:
                raw = self._seen(k, judge)
                if raw != state.raw[k]:
                    state.raw[k] = raw
                    issuers.add(self.actions[k].issuer)
        judge.silent = Silence(self.actions, state.raw, self.by_issuer)
        for k in todo:
            if state.value[k] not in DECIDED:
                value = self._seen(k, judge, state.raw[k])
                if value != state.value[k]:
                    state.value[k] = value
                    changed.add(k)
        return changed, issuers

    def _seen(self, k: int, judge: Judge, raw: int | None = None) -> int:
        """The truth of one action before exceptions, or after them where ``raw`` is that before; whose votes it looked at is noted."""
        judge.reads = set()
        value = self.actions[k].trigger(judge) if raw is None else self.actions[k].excepted(raw, judge)
        for issuer in judge.reads - self.reads[k]:
            self.readers.setdefault(issuer, set()).add(k)
        self.reads[k] |= judge.reads
        return value

    def _left(self, i: int, state: State) -> Bounds:
        """What the truth of the actions leaves to a lot."""
        low = high = self.gross[i]
        for k in self.cutting[i]:
            value = state.value[k]
            if value & TRUE:
                action = self.actions[k]
                kept = action.kept[action.lots.index(i)]
                low = min(low, kept)
                high = min(high, kept) if value == TRUE else high
        return low, high

    def _readers_of(self, issuers: Iterable[str], state: State, scope: set[int] | None) -> list[int]:
        """Undecided actions in scope that looked at the votes of any of the issuers."""
        found = {k for issuer in issuers for k in self.readers.get(issuer, ())}
        return sorted(k for k in found if (scope is None or k in scope) and state.value[k] not in DECIDED)


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


def judge_all(bench: Bench, todo: Sequence[Action], kept: Kept, *, data: bool = False) -> tuple[Judge, list[int]]:
    """Every action on a state: the judge that saw it, and the values."""
    judge = Judge(bench, kept, data=data)
    raw = [action.trigger(judge) for action in todo]
    judge.silent = Silence(todo, raw)
    return judge, [action.excepted(value, judge) for action, value in zip(todo, raw, strict=True)]


def doubtful(bench: Bench, todo: Sequence[Action], kept: Sequence[int]) -> set[int]:
    """Lots that uncertain data could make otherwise than in this outcome; a doubt about one lot spreads to what depends on it."""
    doubts: set[int] = set()
    levels: dict[int, int] = {}
    for action in todo:
        levels.update((i, min(k, levels.get(i, k))) for i, k in zip(action.lots, action.kept, strict=True))
    gross = bench.world.gross
    while True:
        state = {i: (levels[i], gross[i]) if i in doubts else (kept[i], kept[i]) for i in levels}
        _, values = judge_all(bench, todo, state, data=True)
        new = {i for i, (low, high) in enumerate(derived(gross, todo, values)) if low < high}
        if new <= doubts:
            return doubts
        doubts |= new
