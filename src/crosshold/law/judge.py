"""Evaluates the conditions of rules on a state of the votes, from which every lot's exercisable votes are known or bounded.

A truth value is a set of TRUE, FALSE and UNKNOWN: all that a test can be while some lots are undecided (the bounds of spec 7.3) or
some data uncertain (13). On a decided state it has one member. UNKNOWN is not "either": an input is missing, and no vote is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from crosshold.law.grammar import Both, Clause, Compare, Group, Held, HeldFor, Increase, Not, Number, Test, When
from crosshold.law.rule import FALSE, TRUE, UNKNOWN, Effect, Rule
from crosshold.law.vocabulary import LIVE_BASES
from crosshold.law.world import Bounds, World, months_held

RELEVANT = Fraction(1, 10)
"""A stake below a tenth is no reason to say that an unrecorded ground of control was not tested."""
Env = Mapping[str, str]
Pair = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Span:
    """Lowest and highest value of a ratio; ``null`` when the total can be nothing. ``part`` of ``whole`` is it on a decided state."""

    low: Fraction
    high: Fraction
    null: bool = False
    part: int = 0
    whole: int = 0
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One number against one threshold, as tested: for verdicts, distances and events."""

    rule: str
    clause: str
    group: tuple[str, ...]
    issuer: str
    basis: str
    measured: str
    part: int
    whole: int
    op: str
    threshold: Fraction
    met: bool
    node: Compare


@dataclass(frozen=True, slots=True)
class Step:
    """One company looked at while control grows: by whom, with what result, and the numbers tested."""

    company: str
    members: tuple[str, ...]
    value: int
    lines: tuple[Line, ...]


@dataclass
class Bench:
    """What all judges of one reading share: the world, the definitions, the choice on each open point, what never changes."""

    world: World
    definitions: Mapping[str, Rule]
    reading: Mapping[str, str] = field(default_factory=dict)
    meeting: str = "ordinary"
    past: World | None = None
    static: dict[tuple[object, ...], Pair] = field(default_factory=dict)
    _still: dict[str, bool] = field(default_factory=dict)

    def basis(self, rule: str, word: str) -> str:
        """The base meant on this reading."""
        if word != "open_votes":
            return word
        return "exercisable_votes" if self.reading.get(rule) == "exercisable" else "gross_votes"

    def is_static(self, rule: Rule, seen: tuple[str, ...] = ()) -> bool:
        """Whether a row looks only at what suspensions cannot change, itself and through its definitions."""
        if seen or rule.version not in self._still:
            if rule.is_live or any(self.basis(rule.id, word) in LIVE_BASES for word in rule.bases):
                still = False
            else:
                names = (name for name in rule.definitions if name not in (*seen, rule.id))
                still = all(self.is_static(self.definitions[name], (*seen, rule.id)) for name in names)
            if seen:
                return still
            self._still[rule.version] = still
        return self._still[rule.version]


class Judge:
    """One state of the votes. ``kept[i]`` bounds the exercisable votes of lot i; ``None`` is gross, nothing suspended.

    ``data`` lets uncertain counts and contradicted facts take every value they may have. ``assume`` takes unrecorded grounds of control as
    given where a tenth is held (and notes them in ``untested``). ``override`` flips named tests. ``reads`` collects the issuers
    whose exercisable votes were looked at, ``trace`` every number tested, ``silent`` lots that any rule may or must silence (both before
    exceptions), for ``other_voter``.
    """

    def __init__(
        self,
        bench: Bench,
        kept: Sequence[Bounds] | None = None,
        *,
        data: bool = False,
        assume: bool = False,
        override: Mapping[tuple[Compare, str], int] | None = None,
    ) -> None:
        self.bench, self.world, self.kept = bench, bench.world, kept
        self.data, self.assume, self.override = data, assume, override or {}
        self.reads: set[str] = set()
        self.trace: list[Line] | None = None
        self.untested: dict[str, None] = {}
        self.silent: tuple[set[int], set[int]] = (set(), set())
        self._progress: dict[tuple[str, str], Pair] = {}
        self._cache: dict[tuple[str, str], tuple[Pair, set[str]]] = {}
        self._totals: dict[tuple[str, bool], tuple[int, int, int, int, int]] = {}

    @property
    def shorts(self) -> bool:
        """Whether the rest of a condition may be skipped once its truth is known."""
        return self.trace is None and not self.assume

    def value(self, tree: When, env: Env, rule: Rule, clause: str = "", effect: Effect | None = None) -> int:
        """Truth of a condition of ``rule`` for the parties in ``env`` (roles to ids; ``lot`` to a lot's position as text)."""
        if isinstance(tree, Both):
            return _fold(tree.every, (self.value(item, env, rule, clause, effect) for item in tree.items), self.shorts)
        if isinstance(tree, Not):
            return _contrary(self.value(tree.item, env, rule, clause, effect))
        if isinstance(tree, Clause):
            return self._clause(tree.name, env, rule, effect)
        if isinstance(tree, Compare):
            return self._compare(tree, env, rule, clause, effect)
        return self._test(tree, env, rule, clause)

    def _clause(self, name: str, env: Env, rule: Rule, effect: Effect | None) -> int:
        value = self.value(rule.clauses[name], env, rule, name, effect)
        if rule.kind != "control_def":
            return value
        members = self._progress.get((env["X"], rule.id), (frozenset({env["X"]}),) * 2)[0]
        claims = [c for by in sorted(members) if (c := self.world.facts.control(by, env["Y"], rule.id, name)) is not None]
        return _fold(False, [value, *(self._claimed(claim) for claim in claims)], True) if claims else value

    def _claimed(self, claim: int) -> int:
        """A contradicted or unknown claim is a doubt about data: any value when data may vary, else simply not known."""
        if claim in (TRUE, FALSE):
            return claim
        return TRUE | FALSE if self.data else UNKNOWN

    def _compare(self, node: Compare, env: Env, rule: Rule, clause: str, effect: Effect | None) -> int:
        left, right = self._number(node.left, env, rule, effect), self._number(node.right, env, rule, effect)
        if left is None or right is None:
            return UNKNOWN
        value = _test_spans(left, node.op, right) | (UNKNOWN if left.null or right.null else 0)
        held = node.left.held if isinstance(node.left, Increase) else node.left
        if isinstance(held, Held) and isinstance(node.right, Fraction):
            value = self.override.get((node, env[held.target]), value)
            if self.trace is not None and isinstance(node.left, Held) and left.whole:
                group = self.shown(held.group, env, rule, env[held.target])
                measured = held.base[0] if len(held.base) == 1 else left.basis
                self.trace.append(
                    Line(rule.id, clause, group, env[held.target], left.basis, measured, left.part, left.whole, node.op, node.right,
                         bool(value & TRUE), node)
                )  # fmt: skip
        return value

    def _number(self, number: Number, env: Env, rule: Rule, effect: Effect | None) -> Span | None:
        if isinstance(number, Fraction):
            return Span(number, number)
        if isinstance(number, HeldFor):
            months = months_held(self.world.lots[int(env["lot"])], effect or Effect("multiply"), self.world)
            return None if months is None else Span(Fraction(months[0]), Fraction(months[1]))
        if isinstance(number, Increase):
            return self._increase(number, env, rule)
        return self.held(number, env, rule)

    def _increase(self, number: Increase, env: Env, rule: Rule) -> Span | None:
        """Rise since the earlier state, when there is one within the window: the least the rise of the window can be."""
        past = self.bench.past
        if past is None or (self.world.at - past.at).days > 31 * number.months:
            return None
        now = self.held(number.held, env, rule)
        then = Judge(Bench(past, self.bench.definitions, self.bench.reading)).held(number.held, env, rule)
        return None if now is None or then is None else Span(now.low - then.high, now.high - then.low)

    def _test(self, test: Test, env: Env, rule: Rule, clause: str) -> int:
        entities = self.world.snapshot.entities
        words = test.words
        if test.name == "fact":
            return self._fact(words, env, rule, clause)
        if test.name == "ctrl":
            return self.controls(env[words[0]], env[words[1]], words[2])
        if test.name == "largest":
            return self._largest(env[words[0]], env[words[1]], self.bench.basis(rule.id, test.base), rule)
        if test.name == "other_voter":
            return self._other_voter(env)
        if test.name == "meeting":
            return TRUE if self.bench.meeting in words else FALSE
        if test.name == "self":
            return TRUE if env[words[0]] == env[words[1]] else FALSE
        if test.name == "capacity":
            capacity = self.world.lots[int(env["lot"])].capacity
            return UNKNOWN if capacity is None else TRUE if capacity in words[1:] else FALSE
        entity = entities.get(env[words[0]])
        has = getattr(entity, {"company": "kind", "jur": "jurisdiction"}.get(test.name, test.name), None)
        if has is None or has == "unknown":
            return UNKNOWN
        wanted = {"company": ("company",), "listed": (True,)}.get(test.name, words[1:])
        return TRUE if has in wanted else FALSE

    def _fact(self, words: tuple[str, ...], env: Env, rule: Rule, clause: str) -> int:
        who = [self.world.lots[int(env["lot"])].id if w == "lot" else env.get(w, w) for w in words[1:]]
        value = self.world.facts.value(words[0], *who)
        if value is None and words[0] == "articles_loyalty" and self.world.snapshot.issuers[who[0]].loyalty:
            return TRUE
        if value is not None:
            return self._claimed(value)
        if rule.kind == "control_def":
            members = self._progress.get((env["X"], rule.id), (frozenset({env["X"]}),) * 2)[0]
            others = [
                c for by in sorted(members - {env["X"]}) if (c := self.world.facts.value(words[0], by, env["Y"])) is not None
            ]
            if others:
                return _fold(False, [self._claimed(claim) for claim in others], True)
            if self.assume and env["Y"] in self.world.by_issuer and self.world.stake(members, env["Y"]) >= RELEVANT:
                self.untested[f"{rule.id}#{clause}"] = None
                return TRUE
        return FALSE

    def _other_voter(self, env: Env) -> int:
        """Whether another holder could vote in I before the exception is applied: one that no rule silences."""
        sure, possible = self.silent
        self.reads.add(env["I"])
        lots = [
            i
            for i in self.world.by_issuer.get(env["I"], ())
            if self.world.owner[i] not in (env["H"], env["I"]) and self.world.gross[i]
        ]
        if any(i not in possible for i in lots):
            return TRUE
        return FALSE if all(i in sure for i in lots) else TRUE | FALSE

    # groups and control

    def controls(self, x: str, y: str, definition: str) -> int:
        """Whether x controls y. UNKNOWN when nothing is recorded about who holds y."""
        if x == y:
            return FALSE
        sure, possible = self.closure(x, definition)
        if y in sure:
            return TRUE
        if y in possible:
            return TRUE | FALSE
        return FALSE if y in self.world.by_issuer else UNKNOWN

    def closure(self, head: str, definition: str) -> Pair:
        """``head`` and every company it surely, and possibly, controls: least fixed points of the definition."""
        key = (head, definition)
        if key in self._progress:
            return self._progress[key]
        rule = self.bench.definitions[definition]
        fixed = (*key, self.data, self.assume) if self.bench.is_static(rule) and not self.override else None
        if fixed in self.bench.static:
            return self.bench.static[fixed]
        if key in self._cache:
            pair, reads = self._cache[key]
            self.reads |= reads
            return pair
        before, self.reads = self.reads, set()
        trace, self.trace = self.trace, None
        sure = self._grow(head, rule, sure=True)
        pair = (sure, self._grow(head, rule, sure=False) if self.kept is not None or self.data else sure)
        self.trace = trace
        if fixed is not None and not self.untested:
            self.bench.static[fixed] = pair
        else:
            self._cache[key] = (pair, self.reads)
        self.reads = before | self.reads
        return pair

    def _grow(self, head: str, rule: Rule, *, sure: bool) -> frozenset[str]:
        members, key = frozenset({head}), (head, rule.id)
        while True:
            self._progress[key] = (members, members)
            new = {y for y in self.candidates(members) if self._adds(head, y, rule, sure=sure)}
            if not new:
                del self._progress[key]
                return members
            members |= new

    def _adds(self, head: str, y: str, rule: Rule, *, sure: bool) -> bool:
        assert rule.when is not None
        value = self.value(rule.when, {"X": head, "Y": y}, rule, "")
        return value == TRUE if sure else bool(value & TRUE)

    def chain(self, head: str, definition: str) -> list[Step]:
        """How control grows, company by company, with every number tested; last those that were looked at and not controlled."""
        rule, key = self.bench.definitions[definition], (head, definition)
        assert rule.when is not None
        members, steps, missed = frozenset({head}), list[Step](), list[Step]()
        while True:
            self._progress[key] = (members, members)
            missed, new = [], set()
            for y in self.candidates(members):
                self.trace = []
                value = self.value(rule.when, {"X": head, "Y": y}, rule, "")
                step = Step(y, tuple(sorted(members)), value, tuple(self.trace))
                (steps if value == TRUE else missed).append(step)
                new |= {y} if value == TRUE else set()
            self.trace = None
            if not new:
                del self._progress[key]
                return steps + missed
            members |= new

    def candidates(self, members: Iterable[str]) -> list[str]:
        """Companies that a group holds something of, or about which a fact names it."""
        inside = set(members)
        touched = {y for z in inside for y in (*self.world.holdings.get(z, ()), *self.world.facts.targets(z))}
        return sorted(touched - inside)

    def group(self, group: Group, env: Env, target: str) -> Pair:
        """Members of a group for a test of ``target``: surely, possibly."""
        head = env[group.head]
        if group.subs:
            return self.closure(head, group.subs)
        members = {head}
        if group.concert:
            partners = self.world.partners(head, target)
            members = {name for partner in partners for name in self.world.majority_group(partner)}
        return frozenset(members), frozenset(members)

    def shown(self, group: Group, env: Env, rule: Rule, target: str) -> tuple[str, ...]:
        """Who a tested group is for a reader: its head, then the members that hold something of the target."""
        holders = self.world.owners.get(target, {})
        members = sorted(name for name in self.group(group, env, target)[1] if name in holders and name != target)
        head = env[group.head]
        return (head, *(name for name in members if name != head))

    def _largest(self, x: str, y: str, basis: str, rule: Rule) -> int:
        """Whether no other single holder of y, with the companies above half that it stands over, has strictly more than x and its group."""
        sure, possible = self.closure(x, rule.id) if rule.kind == "control_def" else (frozenset({x}),) * 2
        live = self._looks(y, basis)
        low, high, blocks = 0, 0, dict[str, Bounds]()
        for owner, lots in self.world.owners.get(y, {}).items():
            counts = [self._counts(i, live) for i in lots]
            least, most = sum(c[0] for c in counts), sum(c[1] for c in counts)
            low += least if owner in sure else 0
            high += most if owner in possible else 0
            if owner not in sure and owner not in self.world.dispersed and owner != y:
                root = self._root(owner, x)
                was = blocks.get(root, (0, 0))
                blocks[root] = (was[0] + (0 if owner in possible else least), was[1] + most)
        other = (max((b[0] for b in blocks.values()), default=0), max((b[1] for b in blocks.values()), default=0))
        if other[1] <= low:
            return TRUE
        return FALSE if other[0] > high else TRUE | FALSE

    def _root(self, owner: str, x: str) -> str:
        """The party at the top of the majorities over ``owner``, as far as it is not above x itself."""
        seen = {owner}
        while True:
            total = self.world.gross_total(owner)
            above = [
                z for z, lots in self.world.owners.get(owner, {}).items() if 2 * sum(self.world.gross[i] for i in lots) > total
            ]
            if not above or above[0] in seen or above[0] in self.world.dispersed or x in self.world.majority_group(above[0]):
                return owner
            owner = above[0]
            seen.add(owner)

    # numbers

    def held(self, held: Held, env: Env, rule: Rule) -> Span | None:
        """The share of a group in a company; ``None`` when nobody recorded who holds that company."""
        target = env[held.target]
        if target not in self.world.by_issuer:
            return None
        sure, possible = self.group(held.group, env, target)
        spans = [self._share(sure, possible, target, self.bench.basis(rule.id, word)) for word in held.base]
        top = max(spans, key=lambda s: s.high)
        if len(spans) == 1:
            return top
        low = max(s.low for s in spans)
        return Span(low, top.high, any(s.null for s in spans), top.part, top.whole, top.basis)

    def _share(self, sure: frozenset[str], possible: frozenset[str], target: str, basis: str) -> Span:
        owners = self.world.owners[target]
        surely = [i for owner in sure if owner != target for i in owners.get(owner, ())]
        maybe = [i for owner in possible if owner != target for i in owners.get(owner, ())]
        if basis in ("issued", "outstanding"):
            whole = self.world.issued(target) - (
                sum(self.world.lots[i].shares for i in self.world.own(target)) if basis == "outstanding" else 0
            )
            counts = self.world.shares if self.data else lambda i: (self.world.lots[i].shares,) * 2
            low, high = sum(counts(i)[0] for i in surely), sum(counts(i)[1] for i in maybe)
            return (
                Span(Fraction(low, whole), Fraction(high, whole), False, low, whole, basis)
                if whole
                else Span(Fraction(0), Fraction(0), True)
            )
        live = self._looks(target, basis)
        at_least, at_most, cut_least, cut_most, total = self._total(target, live)
        extra = sum(self.world.base[i] for i in self.world.own(target)) if basis == "theoretical_votes" else 0
        part = [self._counts(i, live) for i in surely], [self._counts(i, live) for i in maybe]
        low, high = sum(c[0] for c in part[0]), sum(c[1] for c in part[1])
        if basis == "exercisable_over_gross":
            return (
                Span(Fraction(low, total), Fraction(high, total), False, low, total, basis)
                if total
                else Span(Fraction(0), Fraction(0), True)
            )
        if not self.data or self.world.absorbs(target):
            most = total - sum(c[2] for c in part[0]) - (cut_least - sum(c[4] for c in part[0]))
            least = total - sum(c[3] for c in part[1]) - (cut_most - sum(c[5] for c in part[1]))
        else:
            most, least = at_most - sum(c[1] for c in part[0]), at_least - sum(c[0] for c in part[1])
        most, least = max(most, 0) + extra, max(least, 0) + extra
        # Where others can have nothing the group is everything, and the other way round; both at once is no ratio.
        bottom = Fraction(low, low + most) if low + most else Fraction(1)
        top = Fraction(high, high + least) if high + least else Fraction(0)
        if low + most == 0 and high + least == 0:
            return Span(Fraction(0), Fraction(0), True)
        return Span(min(bottom, top), max(bottom, top), low + least == 0, low, low + most, basis)

    def _looks(self, issuer: str, basis: str) -> bool:
        live = basis in LIVE_BASES
        if live:
            self.reads.add(issuer)
        return live

    def _counts(self, i: int, live: bool) -> tuple[int, int, int, int, int, int]:
        """Of one lot: counted votes, gross votes and cut votes, each lowest and highest."""
        gross = self.world.gross[i]
        low, high = self.world.votes(i) if self.data else (gross, gross)
        if not live or self.kept is None:
            return low, high, low, high, 0, 0
        least, most = self.kept[i]
        if least == gross:
            return low, high, low, high, 0, 0
        if most < gross:
            return min(least, low), min(most, high), low, high, max(low - most, 0), max(high - least, 0)
        return min(least, low), high, low, high, 0, max(high - least, 0)

    def _total(self, issuer: str, live: bool) -> tuple[int, int, int, int, int]:
        key = (issuer, live)
        if key not in self._totals:
            rows = [self._counts(i, live) for i in self.world.by_issuer[issuer] if self.world.lots[i].holder != issuer]
            sums = tuple(sum(row[k] for row in rows) for k in (0, 1, 4, 5))
            self._totals[key] = (sums[0], sums[1], sums[2], sums[3], self.world.gross_total(issuer))
        return self._totals[key]


def _fold(every: bool, values: Iterable[int], short: bool) -> int:
    """All of (or any of) some truth values, member by member; ``short`` stops where the rest cannot matter."""
    stop, go = (FALSE, TRUE) if every else (TRUE, FALSE)
    found, all_go, none_stop, some_unknown = 0, True, True, False
    for value in values:
        found |= value & stop
        all_go &= bool(value & go)
        none_stop &= bool(value & (go | UNKNOWN))
        some_unknown |= bool(value & UNKNOWN)
        if short and value == stop:
            return stop
    return found & stop | (go if all_go else 0) | (UNKNOWN if none_stop and some_unknown else 0) if none_stop else stop


def _contrary(value: int) -> int:
    return (TRUE if value & FALSE else 0) | (FALSE if value & TRUE else 0) | (value & UNKNOWN)


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
