"""All stable outcomes: states of the votes that applying every rule gives back (spec 7).

A suspension can remove the reason for another one, so repeating "apply the rules" depends on the order or never ends. Bounds come first:
every lot starts anywhere between its smallest possible count and gross, each pass evaluates all rules on these intervals and narrows
them, and every stable outcome lies inside. What stays open is branched on, lot by lot, with the same narrowing after each choice, so that
only consistent choices are followed to the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from crosshold.errors import Finding, RequestError
from crosshold.kernels.components import components
from crosshold.law.judge import Bench, Judge
from crosshold.law.rule import FALSE, TRUE, UNKNOWN, Effect, Rule
from crosshold.law.vocabulary import FACTS, FIXED_BASES
from crosshold.law.world import Bounds, World

MOST_UNDECIDED = 20
MOST_OUTCOMES = 1024


class TooManyUndecidedError(Exception):
    """More lots depend on one another than can be searched; ``lots`` are their ids."""

    def __init__(self, lots: Sequence[str]) -> None:
        super().__init__(", ".join(lots))
        self.lots = tuple(lots)


@dataclass(frozen=True, eq=False)
class Action:
    """One rule on the votes of one holder in one issuer: ``kept[k]`` is what lot ``lots[k]`` can exercise where it applies."""

    rule: Rule
    effect: Effect
    issuer: str
    holder: str
    lots: tuple[int, ...]
    kept: tuple[int, ...]
    scope: int = TRUE
    given: int | None = None

    @cached_property
    def env(self) -> dict[str, str]:
        """Roles of the rule: X and Y stand for the same pair; the lot where the rule asks something of each."""
        roles = {"I": self.issuer, "H": self.holder, "X": self.issuer, "Y": self.holder}
        return {**roles, "lot": str(self.lots[0])} if self.rule.by_lot else roles

    def trigger(self, judge: Judge) -> int:
        """Truth of its condition, before exceptions."""
        if self.given is not None:
            return self.given
        if self.scope == FALSE:
            return FALSE
        tree = self.rule.clauses[self.effect.clause] if self.effect.clause else self.rule.when
        assert tree is not None
        value = judge.value(tree, self.env, self.rule, self.effect.clause or "")
        return value if self.scope == TRUE else FALSE if value == FALSE else (value & FALSE) | UNKNOWN

    def excepted(self, value: int, judge: Judge) -> int:
        """The same after the row's exception."""
        if self.rule.unless is None or self.given is not None or not value & TRUE:
            return value
        except_ = judge.value(self.rule.unless, self.env, self.rule, "unless")
        kept = (TRUE if except_ & FALSE else 0) | (FALSE if except_ & TRUE else 0) | (except_ & UNKNOWN)
        result = (TRUE if kept & TRUE else 0) | (FALSE if value & FALSE or kept & FALSE else 0)
        return result | (UNKNOWN if value & UNKNOWN or kept & UNKNOWN else 0)


def actions(world: World, rules: Iterable[Rule], meeting: str, *, every: bool = False) -> list[Action]:
    """Every rule that takes votes, for every holder it could reach. Dispersed holders are no party; own shares have no votes.

    A rule that needs the issuer to have something of the holder is only looked at inside circles of holdings, unless ``every``.
    """
    found: list[Action] = []
    entities = world.snapshot.entities
    rows = [(rule, effect) for rule in rules for effect in rule.takes_votes if effect.acts_in(meeting)]
    by_rule: dict[str, list[tuple[Rule, Effect]]] = {}
    for rule, effect in rows:
        by_rule.setdefault(rule.version, []).append((rule, effect))
    for issuer, owners in sorted(world.owners.items()):
        open_rows = [pairs for pairs in by_rule.values() if pairs[0][0].issuer.admits(entities.get(issuer)) != FALSE]
        if not open_rows:
            continue
        for holder, lots in sorted(owners.items()):
            voting = tuple(i for i in lots if world.gross[i])
            if holder in world.dispersed or holder == issuer or not voting:
                continue
            circle = every or world.circles[holder] == world.circles[issuer]
            for pairs in open_rows:
                if pairs[0][0].needs_return and not circle:
                    continue
                scope = reach(pairs[0][0], world, issuer, holder)
                for rule, effect in pairs if scope != FALSE else ():
                    if effect.together != "concert":
                        found += _cut(world, rule, effect, issuer, holder, voting, scope)
        for rule, effect in (row for pairs in open_rows for row in pairs if row[1].together == "concert"):
            found += _concert_cuts(world, rule, effect, issuer)
    return found + orders(world)


def _cut(world: World, rule: Rule, effect: Effect, issuer: str, holder: str, lots: tuple[int, ...], scope: int) -> list[Action]:
    """What a rule does to a holder's lots: one action, or one per lot where the rule asks something of each."""
    kept = kept_votes(world, effect, rule, issuer, holder, lots)
    if kept is None:
        return []
    if rule.by_lot:
        return [Action(rule, effect, issuer, holder, (i,), (k,), scope) for i, k in zip(lots, kept, strict=True)]
    return [Action(rule, effect, issuer, holder, lots, kept, scope)]


def _concert_cuts(world: World, rule: Rule, effect: Effect, issuer: str) -> Iterator[Action]:
    """A share that a party keeps together with its partners and majority companies, also where it holds nothing itself."""
    owners = {owner for owner in world.owners[issuer] if owner not in world.dispersed and owner != issuer}
    for head in sorted(owners | {head for owner in owners for head in world.heads.get(owner, ()) if head != issuer}):
        members = world.concert(head, issuer) & owners
        lots = tuple(i for member in sorted(members) for i in world.owners[issuer][member] if world.gross[i])
        scope = reach(rule, world, issuer, head)
        kept = kept_votes(world, effect, rule, issuer, head, lots) if lots and scope != FALSE else None
        if kept is not None:
            yield Action(rule, effect, issuer, head, lots, kept, scope)


def reach(rule: Rule, world: World, issuer: str, holder: str) -> int:
    """Whether a row's scope covers a pair."""
    entities = world.snapshot.entities
    values = rule.issuer.admits(entities.get(issuer)), rule.holder.admits(entities.get(holder))
    return FALSE if FALSE in values else UNKNOWN if UNKNOWN in values else TRUE


def orders(world: World) -> list[Action]:
    """Orders of a court or regulator: given, so that rules on exercisable votes see them."""
    found = []
    for i, lot in enumerate(world.lots):
        value = world.facts.value("order_suspends_votes", lot.id)
        if value is not None and world.gross[i]:
            record = world.facts.records("order_suspends_votes", lot.id)[0]
            name = str(record.get("rule") or "ORDER")
            row = Rule(
                name,
                "",
                "vote_rule",
                str(record.get("confidence") or "A"),
                "order",
                str(record.get("source") or ""),
                None,
                None,
                None,
            )
            given = value if value in (TRUE, FALSE) else UNKNOWN
            found.append(Action(row, Effect("zero"), lot.issuer, world.owner[i], (i,), (0,), TRUE, given))
    return found


def kept_votes(world: World, effect: Effect, rule: Rule, issuer: str, holder: str, lots: Sequence[int]) -> tuple[int, ...] | None:
    """What each lot keeps under an effect; ``None`` when a share that a fact must tell is not told.

    A partial cut lets the holder keep floor(share * base). The newest lots lose first (unknown counts as newest, ties by id, last
    first); a lot cut from s to k shares keeps floor(votes * k / s).
    """
    if effect.votes == "zero":
        return (0,) * len(lots)
    share, base = effect.share, effect.base
    if effect.share_from:
        who = {"rule": rule.id, "party": holder, "by": holder, "holder": holder, "issuer": issuer, "target": issuer}
        records = world.facts.records(effect.share_from, *(who.get(key, "") for key in FACTS[effect.share_from]))
        told = next((r for r in records if r.get("share") is not None), None)
        share = Fraction(str(told["share"])) if told else None
        base = str(told.get("of") or base) if told else base
        if base not in FIXED_BASES:
            cure = f"Write 'of': one of {', '.join(FIXED_BASES)}."
            raise RequestError(
                Finding("C_CAP_NO_BASE", f"a share of {base!r} is not a number of votes.", cure, effect.share_from)
            )
    if share is None:
        return None
    in_shares = base in ("issued", "outstanding")
    own = world.own(issuer)
    whole = {
        "issued": world.issued(issuer),
        "outstanding": world.issued(issuer) - sum(world.lots[i].shares for i in own),
        "gross_votes": world.gross_total(issuer),
        "theoretical_votes": world.gross_total(issuer) + sum(world.base[i] for i in own),
    }[base]
    left = whole * share.numerator // share.denominator
    if effect.together not in (None, "concert"):
        others = {name for group, _ in world.facts.designated(effect.together or "") if holder in group for name in group}
        rest = [i for name in sorted(others - {holder, issuer}) for i in world.owners[issuer].get(name, ())]
        left = max(left - sum(world.lots[i].shares if in_shares else world.gross[i] for i in rest), 0)
    kept: dict[int, int] = {}
    for i in sorted(lots, key=lambda i: (world.lots[i].since or "9999", world.lots[i].id)):
        size = world.lots[i].shares if in_shares else world.gross[i]
        part = min(size, left)
        left -= part
        kept[i] = world.gross[i] * part // size if size else 0
    return tuple(kept[i] for i in lots)


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
