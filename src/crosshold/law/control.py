"""Who controls whom under a control definition: the least fixed point, grown from one party, company by company."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crosshold.law.measure import Pair
from crosshold.law.rule import Rule
from crosshold.law.truth import FALSE, TRUE, UNKNOWN
from crosshold.law.world import Bounds

if TYPE_CHECKING:
    from crosshold.law.bench import Line
    from crosshold.law.judge import Judge


@dataclass(frozen=True, slots=True)
class Step:
    """One company looked at while control grows: by whom, with what result, and the numbers tested."""

    company: str
    members: tuple[str, ...]
    value: int
    lines: tuple[Line, ...]


class Control:
    """Control on the state of one judge. What suspensions cannot change is kept on the bench for all judges."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.world = judge, judge.world
        self._growing: dict[tuple[str, str, str | None], frozenset[str]] = {}
        self._known: dict[tuple[str, str, str | None], tuple[Pair, set[str]]] = {}
        self._open: dict[tuple[str, str, str], int] = {}

    def controls(self, x: str, y: str, definition: str) -> int:
        """Whether x controls y. UNKNOWN when nothing is recorded about who holds y."""
        if x == y:
            return FALSE
        sure, possible = self.group(x, definition)
        if y in sure:
            return TRUE
        if y in possible:
            return TRUE | FALSE
        return self._open.get((x, y, definition), FALSE) if y in self.world.by_issuer else UNKNOWN

    def members(self, head: str, definition: str) -> frozenset[str]:
        """The group as far as it has grown; the head alone outside of growing."""
        return self._growing.get((head, definition, self.judge.apart), frozenset({head}))

    def group(self, head: str, definition: str) -> Pair:
        """``head`` and every company it surely, and possibly, controls."""
        judge, key = self.judge, (head, definition, self.judge.apart)
        if key in self._growing:
            return self._growing[key], self._growing[key]
        bench, rule = judge.bench, judge.bench.definitions[definition]
        fixed = (*key, judge.data, judge.assume) if bench.is_static(rule) and not judge.overrides(rule) else None
        if fixed in bench.static:
            self._open.update(bench.static_open.get(fixed, {}))
            return bench.static[fixed]
        if key in self._known:
            pair, reads = self._known[key]
            judge.reads |= reads
            return pair
        before, judge.reads = judge.reads, set()
        trace, judge.trace = judge.trace, None
        sure = self._grow(head, rule, sure=True)
        pair = (sure, self._grow(head, rule, sure=False) if judge.kept is not None or judge.data else sure)
        judge.trace = trace
        if fixed is not None and not judge.untested:
            bench.static[fixed] = pair
            bench.static_open[fixed] = {k: value for k, value in self._open.items() if (k[0], k[2]) == key[:2]}
        else:
            self._known[key] = (pair, judge.reads)
        judge.reads = before | judge.reads
        return pair

    def _grow(self, head: str, rule: Rule, *, sure: bool) -> frozenset[str]:
        assert rule.when is not None
        members, key = frozenset({head}), (head, rule.id, self.judge.apart)
        new = members
        judge = self.judge
        quick = bool(rule.least_line) and judge.world.only_circles and not judge.assume and not judge.data and not judge.override
        while new:
            self._growing[key] = members
            # Only what a new member touches can have changed, so every holding of the group is looked at once.
            tried = [
                y
                for y in self.candidates(new)
                if y not in members and y != judge.apart and (not quick or self._worth(members, y, rule))
            ]
            values = {y: self.judge.value(rule.when, {"X": head, "Y": y}, rule) for y in tried}
            new = frozenset(y for y, value in values.items() if (value == TRUE if sure else value & TRUE))
            members |= new
            # Who is not controlled for want of an input is not known to be free of control.
            if judge.apart is None:
                self._open.update({(head, y, rule.id): value & ~TRUE for y, value in values.items() if value & UNKNOWN})
        del self._growing[key]
        return members

    def _worth(self, members: frozenset[str], y: str, rule: Rule) -> bool:
        """Whether a company has to be looked at: the group may reach the lowest line, or a record speaks of it."""
        return y not in self.world.by_issuer or y in self.world.named or self.world.reaches(members, y, rule.least_line)

    def chain(self, head: str, definition: str) -> list[Step]:
        """How control grows, with every number tested; last those that were looked at and not controlled."""
        judge, rule = self.judge, self.judge.bench.definitions[definition]
        key = (head, definition, judge.apart)
        assert rule.when is not None
        members, steps = frozenset({head}), list[Step]()
        while True:
            self._growing[key] = members
            round_ = []
            for y in self.candidates(members):
                judge.trace = []
                value = judge.value(rule.when, {"X": head, "Y": y}, rule)
                round_.append(Step(y, tuple(sorted(members)), value, tuple(judge.trace)))
            judge.trace = None
            found = [step for step in round_ if step.value == TRUE]
            if not found:
                del self._growing[key]
                return steps + round_
            steps += found
            members |= {step.company for step in found}

    def candidates(self, members: Iterable[str]) -> list[str]:
        """Companies that a group holds something of, or about which a fact names it."""
        inside = set(members)
        touched = {y for z in inside for y in (*self.world.holdings.get(z, ()), *self.world.facts.targets(z))}
        return sorted(touched - inside)

    def largest(self, x: str, y: str, basis: str, rule: Rule) -> int:
        """Whether nobody else in y has strictly more than x with its group: others count with the companies above half below them."""
        sure, possible = self.group(x, rule.id) if rule.kind == "control_def" else (frozenset({x}),) * 2
        low, high, blocks = 0, 0, dict[str, Bounds]()
        for owner, lots in self.world.owners.get(y, {}).items():
            count = self.judge.votes.add(lots, y, basis)
            low += count.low if owner in sure else 0
            high += count.high if owner in possible else 0
            if owner not in sure and owner not in self.world.dispersed and owner != y:
                top = self._top(owner, x)
                was = blocks.get(top, (0, 0))
                blocks[top] = (was[0] + (0 if owner in possible else count.low), was[1] + count.high)
        other = max((b[0] for b in blocks.values()), default=0), max((b[1] for b in blocks.values()), default=0)
        if other[1] <= low:
            return TRUE
        return FALSE if other[0] > high else TRUE | FALSE

    def _top(self, owner: str, x: str) -> str:
        """The party at the top of the majorities over ``owner``, as far as it is not above x itself."""
        seen = {owner}
        while True:
            above = self.world.majority_holder(owner)
            if above is None or above in seen or above in self.world.dispersed or x in self.world.majority_group(above):
                return owner
            owner = above
            seen.add(owner)
