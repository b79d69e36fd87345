"""Evaluates the conditions of rules on a state of the votes, from which every lot's exercisable votes are known or bounded.

A truth value is a set of TRUE, FALSE and UNKNOWN: all that a test can be while some lots are undecided (the bounds of spec 7.3) or
some data uncertain (13). On a decided state it has one member. UNKNOWN is not "either": an input is missing, and no vote is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from crosshold.law.bench import Bench, Env, Line
from crosshold.law.chains import product_share
from crosshold.law.control import Control
from crosshold.law.facts import said
from crosshold.law.history import day_of, rise
from crosshold.law.lacking import ATTRIBUTES, lacks
from crosshold.law.measure import NOBODY, NOTHING, Kept, Pair, Span, Votes
from crosshold.law.recorded import compare_days, in_cycle, months_passed, same_group
from crosshold.law.rule import RELEVANT, Effect, Rule
from crosshold.law.silence import Silence
from crosshold.law.trees import (
    Both,
    Clause,
    Compare,
    Dates,
    Group,
    Held,
    HeldFor,
    Increase,
    MonthsSince,
    Not,
    Number,
    Predicate,
    Some,
    Sure,
    When,
)
from crosshold.law.truth import FALSE, TRUE, UNKNOWN, contrary, fold
from crosshold.law.world import World, months_held

if TYPE_CHECKING:
    from crosshold.law.actions import Action


class Judge:
    """One state of the votes. ``kept[i]`` bounds the exercisable votes of lot i, gross where it says nothing; ``None``: nothing suspended.

    ``data`` lets uncertain counts and contradicted facts take every value they may have. ``assume`` takes unrecorded grounds of control as
    given where a tenth is held (and notes them in ``untested``). ``override`` flips named tests. ``reads`` collects the issuers
    whose exercisable votes were looked at, ``trace`` every number tested, ``silent`` lots that any rule may or must silence (both before
    exceptions), for ``other_voter``. ``apart`` is no member of any group while it is asked whose holdings are
    left out for its sake. ``missing``
    collects, where it is a dictionary, what a condition that came out unknown would have had to know.
    """

    def __init__(
        self,
        bench: Bench,
        kept: Kept | None = None,
        *,
        data: bool = False,
        assume: bool = False,
        override: Mapping[tuple[Compare, str], int] | None = None,
    ) -> None:
        self.bench, self.world, self.kept = bench, bench.world, kept
        self.data, self.assume, self.override = data, assume, override or {}
        self.votes = Votes(bench.world, kept, data=data)
        self.control = Control(self)
        self.trace: list[Line] | None = None
        self.untested: dict[str, None] = {}
        self._blocked: dict[str, Pair] = {}
        self.silent = Silence((), ())
        self.apart: str | None = None
        self.missing: dict[str, None] | None = None

    def on(self, past: World, *, data: bool = False) -> Judge:
        """A judge of the same rules on an earlier state of the register."""
        return Judge(Bench(past, self.bench.definitions, self.bench.reading), data=data)

    @property
    def reads(self) -> set[str]:
        """Issuers whose exercisable votes were looked at."""
        return self.votes.reads

    @reads.setter
    def reads(self, issuers: set[str]) -> None:
        self.votes.reads = issuers

    def overrides(self, rule: Rule) -> bool:
        """Whether a flipped test could matter to a definition: its own, or one of a definition it names."""
        return any(node in rule.tests or len(rule.definitions) > 1 for node, _ in self.override)

    @property
    def settled(self) -> bool:
        """Whether the truth alone is asked, on the data as they are: then what suspensions cannot change need not be asked twice."""
        return self.shorts and not self.data and not self.override

    @property
    def shorts(self) -> bool:
        """Whether the rest of a condition may be skipped once its truth is known."""
        return self.trace is None and not self.assume and self.missing is None

    def value(self, tree: When, env: Env, rule: Rule, clause: str = "", effect: Effect | None = None) -> int:
        """Truth of a condition of ``rule`` for the parties in ``env`` (roles to ids; ``lot`` to a lot's position as text)."""
        if self.missing is None:
            return self._value(tree, env, rule, clause, effect)
        before = dict(self.missing)
        value = self._value(tree, env, rule, clause, effect)
        if not value & UNKNOWN:
            self.missing = before
        elif isinstance(tree, (Compare, Dates, Predicate)):
            self.missing.update(dict.fromkeys(lacks(self, tree, env, rule)))
        return value

    def _value(self, tree: When, env: Env, rule: Rule, clause: str, effect: Effect | None) -> int:
        if isinstance(tree, Both):
            return fold(tree.every, (self.value(item, env, rule, clause, effect) for item in tree.items), self.shorts)
        if isinstance(tree, Not):
            return contrary(self.value(tree.item, env, rule, clause, effect))
        if isinstance(tree, Clause):
            return self._clause(tree.name, env, rule, effect)
        if isinstance(tree, Sure):
            value = self.value(tree.item, env, rule, clause, effect)
            return (value & TRUE) | (FALSE if value != TRUE else 0)
        if isinstance(tree, Compare):
            return self._compare(tree, env, rule, clause, effect)
        if isinstance(tree, Dates):
            return compare_days(tree.word, day_of(self, tree.first, env, rule), day_of(self, tree.second, env, rule))
        if isinstance(tree, Some):
            others = self.world.above(*dict.fromkeys(env[role] for role in ("I", "H", "X", "Y")))
            return fold(False, (self.value(tree.item, {**env, "Z": z}, rule, clause, effect) for z in others), True)
        return self._test(tree, env, rule, clause)

    def _clause(self, name: str, env: Env, rule: Rule, effect: Effect | None) -> int:
        value = self.value(rule.clauses[name], env, rule, name, effect)
        if rule.kind != "control_def" or not self.world.facts.of("controls"):
            return value
        members = self.control.members(env["X"], rule.id)
        claims = [c for by in sorted(members) if (c := self.world.facts.control(by, env["Y"], rule.id, name)) is not None]
        return fold(False, [value, *(self._claimed(claim) for claim in claims)], True) if claims else value

    def _claimed(self, claim: int) -> int:
        """A contradicted or unknown claim is a doubt about data: any value when data may vary, else simply not known."""
        if claim in (TRUE, FALSE):
            return claim
        return TRUE | FALSE if self.data else UNKNOWN

    def _compare(self, node: Compare, env: Env, rule: Rule, clause: str, effect: Effect | None) -> int:
        left, right = self.number(node.left, env, rule, effect), self.number(node.right, env, rule, effect)
        value = self.truth(node, left, right)
        if left is None or right is None or left is NOTHING or right is NOTHING:
            return value
        held = node.left.held if isinstance(node.left, Increase) else node.left
        if isinstance(held, Held) and isinstance(node.right, Fraction):
            if self.override:
                value = self.override.get((node, env[held.target]), value)
            if self.trace is not None and isinstance(node.left, Held) and left.whole:
                group = self.shown(held.group, env, rule, env[held.target])
                measured = held.base[0] if len(held.base) == 1 else left.basis
                self.trace.append(
                    Line(rule.id, clause, group, env[held.target], left.basis, measured, left.part, left.whole, node.op, node.right,
                         bool(value & TRUE), node)
                )  # fmt: skip
        return value

    def truth(self, node: Compare, left: Span | None, right: Span | None) -> int:
        """Truth of a comparison of two measured numbers."""
        if left is None or right is None:
            return UNKNOWN
        if left is NOTHING or right is NOTHING:  # where nobody has a vote there is no share of the votes to compare
            return UNKNOWN
        value = _test_spans(left, node.op, right) | (UNKNOWN if left.null or right.null else 0)
        if value == TRUE | FALSE and not self.data and isinstance(node.left, (HeldFor, Increase, MonthsSince)):
            return UNKNOWN  # the days are not known closely enough to tell
        return value

    def number(self, number: Number, env: Env, rule: Rule, effect: Effect | None = None) -> Span | None:
        """What a number measures; ``None`` where an input is missing."""
        if isinstance(number, Fraction):
            return Span(number, number)
        if isinstance(number, HeldFor):
            months = months_held(self.world.lots[int(env["lot"])], effect or Effect("multiply"), self.world)
            return None if months is None else Span(Fraction(months[0]), Fraction(months[1]))
        if isinstance(number, MonthsSince):
            days = day_of(self, number.fact, env, rule)
            if not isinstance(days, tuple):
                return None
            return Span(months_passed(days[1], self.world.at), months_passed(days[0], self.world.at))
        if isinstance(number, Increase):
            return rise(self, number, env, rule)
        return self.held(number, env, rule)

    def _test(self, test: Predicate, env: Env, rule: Rule, clause: str) -> int:
        entities = self.world.snapshot.entities
        words = test.words
        if test.name == "fact":
            return self._fact(words, env, rule, clause)
        if test.name == "ctrl":
            return self.control.controls(env[words[0]], env[words[1]], words[2])
        if test.name == "largest":
            return self.control.largest(env[words[0]], env[words[1]], self.bench.basis(rule.id, test.base), rule)
        if test.name == "other_voter":
            return self._other_voter(env)
        if test.name == "meeting":
            return TRUE if self.bench.meeting in words else FALSE
        if test.name == "self":
            return TRUE if env[words[0]] == env[words[1]] else FALSE
        if test.name == "capacity":
            return TRUE if (self.world.lots[int(env["lot"])].capacity or "own") in words[1:] else FALSE
        if test.name == "same_group":
            return same_group(self.world.facts, [env[words[0]], env[words[1]]], *words[2:])
        if test.name == "in_cycle":
            return in_cycle(self.world, env[words[0]], env[words[1]], *words[2:])
        if test.name == "sme":
            return TRUE if (who := entities.get(env[words[0]])) is not None and who.sme else FALSE
        entity = entities.get(env[words[0]])
        has = getattr(entity, ATTRIBUTES.get(test.name, test.name), None)
        if has is None or has == "unknown":
            return UNKNOWN
        wanted = {"company": ("company",), "listed": (True,)}.get(test.name, words[1:])
        return TRUE if has in wanted else FALSE

    def who(self, fact: Predicate, env: Env) -> list[str]:
        """The parties a fact is about: ids for roles, the lot's id for ``lot``."""
        return [self.world.lots[int(env["lot"])].id if word == "lot" else env.get(word, word) for word in fact.words[1:]]

    def _fact(self, words: tuple[str, ...], env: Env, rule: Rule, clause: str) -> int:
        who = self.who(Predicate("fact", words), env)
        value = self.world.facts.value(words[0], *who)
        if value is not None:
            return self._claimed(value)
        if rule.kind == "control_def" and (self.assume or self.world.facts.of(words[0])):
            members = self.control.members(env["X"], rule.id)
            others = [
                c for by in sorted(members - {env["X"]}) if (c := self.world.facts.value(words[0], by, env["Y"])) is not None
            ]
            if others:
                return fold(False, [self._claimed(claim) for claim in others], True)
            if self.assume and env["Y"] in self.world.by_issuer and self.world.stake(members, env["Y"]) >= RELEVANT:
                self.untested[f"{rule.id}#{clause}"] = None
                return TRUE
        return FALSE

    def _other_voter(self, env: Env) -> int:
        """Whether another holder could vote in I before the exception is applied: one that no rule silences."""
        sure, possible = self.silent.of(env["I"])
        self.reads.add(env["I"])
        lots = [
            i
            for i in self.world.by_issuer.get(env["I"], ())
            if self.world.owner[i] not in (env["H"], env["I"]) and self.world.gross[i]
        ]
        if any(i not in possible for i in lots):
            return TRUE
        return FALSE if all(i in sure for i in lots) else TRUE | FALSE

    def group(self, group: Group, env: Env, target: str, rule: Rule) -> Pair:
        """Members of a group for a test of ``target``: surely, possibly."""
        if group.blocked:
            return self.blocked(rule)
        head = env[group.head]
        if group.subs:
            sure, possible = self.control.group(head, group.subs)
            return (sure - {head}, possible - {head}) if group.below else (sure, possible)
        members = frozenset(self.world.concert(head, target)) if group.concert else frozenset({head})
        return members, members

    def blocked(self, rule: Rule) -> Pair:
        """Parties under sanctions and, in turn, every company for which the rule holds with them (a least fixed point)."""
        if rule.id in self._blocked:
            return self._blocked[rule.id]
        listed = frozenset(str(r.get("entity")) for r in self.world.facts.of("sanctioned") if said([r]) == TRUE)
        trace, self.trace = self.trace, None
        ends = []
        for surely in (True, False):
            members, new = listed, listed
            while new and rule.when is not None:
                self._blocked[rule.id] = members, members
                tried = {y for z in new for y in self.world.holdings.get(z, ())} - members
                values = {y: self.value(rule.when, {"X": y, "Y": y, "I": y, "H": y}, rule) for y in sorted(tried)}
                new = frozenset(y for y, value in values.items() if (value == TRUE if surely else value & TRUE))
                members |= new
            ends.append(members)
        self.trace, self._blocked[rule.id] = trace, (ends[0], ends[1])
        return ends[0], ends[1]

    def shown(self, group: Group, env: Env, rule: Rule, target: str) -> tuple[str, ...]:
        """Who a tested group is for a reader: its head, then the members that hold something of the target."""
        holders = self.world.owners.get(target, {})
        members = sorted(name for name in self.group(group, env, target, rule)[1] if name in holders and name != target)
        if group.below or group.blocked:
            return tuple(members)
        head = env[group.head]
        return (head, *(name for name in members if name != head))

    def held(self, held: Held, env: Env, rule: Rule) -> Span | None:
        """The share of a group in a company; ``None`` when nobody recorded who holds that company."""
        target = env[held.target]
        if target not in self.world.by_issuer:
            return None
        words = [self.bench.basis(rule.id, word) for word in held.base]
        if held.group.product:
            spans = [product_share(self.votes, env[held.group.head], target, word) for word in words]
            return max(spans, key=lambda span: span.high)
        group, left_out = self.group(held.group, env, target, rule), self._left_out(held, env, rule)
        if held.group.alone:
            return self._largest_alone(group, target, words, left_out)
        return self._joined(group, target, words, left_out)

    def _left_out(self, held: Held, env: Env, rule: Rule) -> Pair:
        """Whose holdings count nowhere: companies controlled without the head of the group, by control that leaves nothing out itself,
        or the question would turn in a circle."""
        if held.without is None or self.apart is not None:
            return NOBODY, NOBODY
        owners, found = self.world.owners[env[held.target]], (NOBODY, NOBODY)
        # Few companies have owners under them; who has none without anybody apart has none with somebody apart.
        for apart in ("", env[held.group.head]):
            self.apart = apart
            found = self.group(held.without, env, env[held.target], rule)
            if not any(owner in found[1] for owner in owners if owner != env[held.target]):
                found = (NOBODY, NOBODY)
                break
        self.apart = None
        return found

    def exactly(self, action: Action) -> int:
        """Whether the owners in the issuer that count with the holder of an action are those the action was made for."""
        assert action.together is not None and action.effect.together is not None
        group = self.group(action.effect.together, action.env, action.issuer, action.rule)
        apart = self.world.dispersed | {action.issuer}
        sure, possible = ((members & self.world.owners[action.issuer].keys()) - apart for members in group)
        if not sure <= action.together <= possible:
            return FALSE
        return TRUE if sure == possible else TRUE | FALSE

    def _largest_alone(self, group: Pair, target: str, words: Sequence[str], left_out: Pair) -> Span:
        """The largest share that one member has by itself."""
        holders = self.world.owners.get(target, {})
        alone = [
            (m in group[0], self._joined((frozenset({m}),) * 2, target, words, left_out))
            for m in sorted(group[1])
            if m in holders
        ]
        if not alone:
            return Span(Fraction(0), Fraction(0))
        top = max((span for _, span in alone), key=lambda span: span.high)
        return replace(top, low=max((span.low for sure, span in alone if sure), default=Fraction(0)))

    def _joined(self, group: Pair, target: str, words: Sequence[str], left_out: Pair) -> Span:
        """The share of a group; of two bases the larger."""
        spans = [self.votes.share_without(group, target, word, left_out) for word in words]
        some = [span for span in spans if span is not NOTHING]
        if len(some) < 2:
            return some[0] if some else NOTHING
        top = max(some, key=lambda s: s.high)
        # A share that may turn out to be of nothing leaves the larger of two to the other one.
        sure = [span.low for span in some if not span.null]
        low = max(sure) if sure else min(span.low for span in some)
        return Span(low, top.high, not sure, top.part, top.whole, top.basis)


def _test_spans(left: Span, op: str, right: Span) -> int:
    if op in ("<", "<="):
        return _test_spans(right, ">" if op == "<" else ">=", left)
    if op == "=":
        meet = left.low <= right.high and right.low <= left.high
        single = left.low == left.high == right.low == right.high
        return (TRUE if meet else 0) | (0 if single else FALSE)
    if op == ">":
        return (TRUE if left.high > right.low else 0) | (FALSE if left.low <= right.high else 0)
    return (TRUE if left.high >= right.low else 0) | (FALSE if left.low < right.high else 0)
