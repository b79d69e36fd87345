"""One version of one rule, as data: what it tests, what it does, since when, by which text, how sure we are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from crosshold.law.limits import Limit
from crosshold.law.trees import (
    Both,
    Clause,
    Compare,
    Dates,
    Group,
    Held,
    HeldFor,
    Increase,
    Not,
    Number,
    Predicate,
    Some,
    Sure,
    When,
    walk,
)
from crosshold.law.truth import FALSE, TRUE, UNKNOWN
from crosshold.law.vocabulary import LIVE_BASES
from crosshold.model.entity import Entity
from crosshold.model.result import plain

RELEVANT = Fraction(1, 10)
"""A stake below a tenth starts no chain of control, and is no reason to say that an unrecorded ground of it was not tested."""


@dataclass(frozen=True, slots=True)
class Party:
    """Which parties a row reaches; an empty tuple or ``None`` is no limit. ``except_form`` are forms outside, an unknown form is inside."""

    kind: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    listed: bool | None = None
    except_form: tuple[str, ...] = ()

    def admits(self, entity: Entity | None) -> int:
        """TRUE, FALSE, or UNKNOWN when the entity's attribute is missing."""
        value = TRUE
        for name in ("kind", "jurisdiction", "form"):
            wanted, has = getattr(self, name), getattr(entity, name, None)
            if wanted and (has is None or (name == "kind" and has == "unknown")):
                value = UNKNOWN
            elif wanted and has not in wanted:
                return FALSE
        if entity is not None and entity.form in self.except_form:
            return FALSE
        if self.listed is not None:
            has = entity.listed if entity else None
            if has is not None and has != self.listed:
                return FALSE
            value = UNKNOWN if has is None else value
        return value

    def lacks(self, entity: Entity | None) -> tuple[str, ...]:
        """The attributes it asks for that nobody recorded."""
        names = [n for n in ("kind", "jurisdiction", "form") if getattr(self, n)] + (
            ["listed"] if self.listed is not None else []
        )
        return tuple(name for name in names if getattr(entity, name, None) in (None, "unknown"))


@dataclass(frozen=True, slots=True)
class Effect:
    """What a row does to the votes of H in I while its condition (``clause``, else ``when``) holds.

    ``share`` and ``base`` are of ``excess_over`` and ``cap`` (``share_from`` reads the share from a fact), ``factor`` and ``clock_from`` of
    ``multiply``. ``together``: whose votes are taken as those of one: of H with the companies it controls, of its concert, or of its
    designated group, of which H keeps what the other members leave. ``meetings`` limits it to classes of resolution,
    ``except_meetings`` leaves some out, ``duty`` tells what H must do, ``part`` names the weaker part.
    """

    votes: str
    clause: str | None = None
    share: Fraction | None = None
    share_from: str | None = None
    base: str = "issued"
    together: Group | None = None
    factor: int = 1
    clock_from: date | None = None
    quorum: str = "unstated"
    meetings: tuple[str, ...] = ()
    except_meetings: tuple[str, ...] = ()
    duty: Mapping[str, str] = field(default_factory=dict)
    part: str | None = None

    def acts_in(self, meeting: str) -> bool:
        """Whether it applies to a class of resolution."""
        return meeting not in self.except_meetings and (not self.meetings or meeting in self.meetings)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Lines at ``at`` for each of the numbers ``of``; ``step`` continues the last rung upwards to one."""

    of: tuple[tuple[str, Number], ...]
    op: str
    at: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Majority:
    """How a resolution passes: ``share`` of ``of`` (cast, present, exercisable votes), reached (``>=``) or passed (``>``)."""

    op: str
    share: Fraction
    of: str = "cast"
    classes: tuple[str, ...] = ()
    quorum: Fraction | None = None
    rule: str | None = None
    low: tuple[Fraction, str, Fraction] | None = None
    """Attendance up to which another majority holds, and its ``op`` and ``share``."""

    def at_attendance(self, present: Fraction) -> Majority:
        """The majority at a share of votes present."""
        if self.low is None or present > self.low[0]:
            return self
        return replace(self, op=self.low[1], share=self.low[2], low=None)

    def __str__(self) -> str:
        of = {"exercisable": "exercisable votes", "present_capital": "capital present"}.get(self.of, f"votes {self.of}")
        return f"{self.op} {self.share} of {of}"


@dataclass(frozen=True)
class Rule:
    """A row. ``version`` is ``id@start``; ``when``, ``unless`` and ``clauses`` are trees, ``source_text`` what they were read from."""

    id: str
    jurisdiction: str
    kind: str
    confidence: str
    law: str
    source: str
    read_on: date | None
    start: date | None
    end: date | None
    precision: str = "day"
    status: str = "in_force"
    family: str = ""
    title: str = ""
    text: str = ""
    note: str = ""
    at: str = "meeting"
    issuer: Party = Party()
    holder: Party = Party()
    disputed: Party | None = None
    when: When | None = None
    unless: When | None = None
    clauses: Mapping[str, When] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    ladder: Ladder | None = None
    majority: Majority | None = None
    flags: Mapping[str, str] = field(default_factory=dict)
    duty: Mapping[str, str] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    waiver: str | None = None
    limit: Limit | None = None
    source_text: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """``id@valid_from``."""
        return f"{self.id}@{self.start or 'unknown'}"

    def in_force(self, day: date) -> bool:
        """Whether the row applies on a day; an unknown start counts as always."""
        return self.status != "proposed" and (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    @cached_property
    def trees(self) -> tuple[When, ...]:
        """Every condition of the row."""
        return tuple(t for t in (self.when, self.unless, *self.clauses.values()) if t is not None)

    @cached_property
    def definitions(self) -> tuple[str, ...]:
        """Ids of the control definitions it names."""
        named: dict[str, None] = {}
        numbers = [number for _, number in self.ladder.of] if self.ladder else []
        for node in (n for tree in (*self.trees, *numbers) for n in walk(tree)):
            if isinstance(node, Predicate) and node.name == "ctrl":
                named[node.words[2]] = None
            elif isinstance(node, Held):
                named.update((g.subs, None) for g in (node.group, node.without) if g is not None and g.subs)
        named.update((e.together.subs, None) for e in self.effects if e.together is not None and e.together.subs)
        return tuple(named)

    @cached_property
    def denied(self) -> frozenset[str]:
        """Ids of the control definitions that it asks not to hold."""
        found: set[str] = set()
        waiting: list[When | Number] = [n.item for tree in self.trees for n in walk(tree) if isinstance(n, Not)]
        while waiting:
            for node in walk(waiting.pop()):
                if isinstance(node, Clause):
                    waiting.append(self.clauses[node.name])
                elif isinstance(node, Predicate) and node.name == "ctrl":
                    found.add(node.words[2])
                elif isinstance(node, Held) and node.group.subs:
                    found.add(node.group.subs)
        return frozenset(found)

    @cached_property
    def bases(self) -> frozenset[str]:
        """Bases it measures on itself (not through a definition)."""
        found: set[str] = set()
        for node in (n for tree in self.trees for n in walk(tree)):
            if isinstance(node, Held):
                found.update(node.base)
            elif isinstance(node, Predicate) and node.base:
                found.add(node.base)
        return frozenset(found)

    @cached_property
    def tests(self) -> frozenset[Compare]:
        """Every comparison it makes."""
        return frozenset(n for tree in self.trees for n in walk(tree) if isinstance(n, Compare))

    @cached_property
    def is_live(self) -> bool:
        """Whether it looks at exercisable votes itself, on every reading."""
        other = any(isinstance(n, Predicate) and n.name == "other_voter" for tree in self.trees for n in walk(tree))
        return other or bool(self.bases & set(LIVE_BASES))

    @cached_property
    def measures_increase(self) -> bool:
        """Whether it needs an earlier state."""
        return any(isinstance(n, Increase) for tree in self.trees for n in walk(tree))

    @cached_property
    def needs_return(self) -> bool:
        """Whether it can only hold where I, with whom it controls or acts in concert, has something of H, or a record names both."""
        conditions = [self.clauses[e.clause] if e.clause else self.when for e in self.takes_votes]
        return bool(conditions) and all(tree is not None and self._returns(tree) for tree in conditions)

    def _returns(self, tree: When) -> bool:
        if isinstance(tree, Both):
            return (any if tree.every else all)(self._returns(item) for item in tree.items)
        if isinstance(tree, Clause):
            return self._returns(self.clauses[tree.name])
        if isinstance(tree, Sure):
            return self._returns(tree.item)
        if isinstance(tree, Dates):
            return tree.word == "same_day" and isinstance(tree.first, Predicate) and self._returns(tree.first)
        if isinstance(tree, Compare):
            held, line = tree.left, tree.right
            back = isinstance(held, Held) and held.group.head in ("I", "X") and held.target in ("H", "Y")
            return back and isinstance(line, Fraction) and (tree.op == ">" or (tree.op == ">=" and line > 0))
        if not isinstance(tree, Predicate):
            return False
        # self(H, I) never holds of another party; own shares have no votes before any rule.
        named = {"H": "H", "Y": "H", "I": "I", "X": "I"}
        parties = {named[word] for word in tree.words if word in named}
        if tree.name == "ctrl":
            return tree.words[0] in ("I", "X") and tree.words[1] in ("H", "Y")
        return tree.name in ("fact", "in_cycle", "same_group", "self") and parties == {"H", "I"}

    def possible(self, strong: Callable[..., bool], recorded: Callable[[tuple[str, ...]], bool] | None = None) -> bool:
        """Whether it could take votes when ``strong(head, target, chain=...)`` says who could have a tenth of whom, itself or, with
        ``chain``, through companies, and ``recorded(words)`` whether a fact is recorded. What is neither a stake, control nor a fact counts
        as possible."""

        def holds(tree: When) -> bool:
            if isinstance(tree, Both):
                return (all if tree.every else any)([holds(item) for item in tree.items])
            if isinstance(tree, Clause):
                return holds(self.clauses[tree.name])
            if isinstance(tree, Predicate) and tree.name == "ctrl":
                return strong(*tree.words[:2], chain=True)
            if isinstance(tree, Predicate) and tree.name == "fact" and recorded is not None:
                return recorded(tree.words)
            if isinstance(tree, Compare) and isinstance(tree.left, Held) and id(tree) in self._stakes:
                return strong(tree.left.group.head, tree.left.target, chain=tree.left.group.subs is not None)
            return True

        trees = (self.clauses[effect.clause] if effect.clause else self.when for effect in self.takes_votes)
        return any(tree is None or holds(tree) for tree in trees)

    @cached_property
    def _stakes(self) -> frozenset[int]:
        """Its tests of a tenth or more of a party, alone or with the companies it controls, by identity."""
        found = set()
        for node in (n for tree in self.trees for n in walk(tree)):
            if isinstance(node, Compare) and isinstance(node.left, Held) and isinstance(node.right, Fraction):
                group = node.left.group
                plain = not (group.concert or group.product or group.blocked or group.below or node.left.without)
                if plain and node.op in (">", ">=") and node.right >= RELEVANT:
                    found.add(id(node))
        return frozenset(found)

    @cached_property
    def needs_stake(self) -> bool:
        """Whether it cannot take votes where the issuer has a tenth of nobody and no record names it."""
        return not self.possible(lambda head, target, chain: head not in ("I", "X"))

    @cached_property
    def least_line(self) -> Fraction:
        """The lowest share that any of its tests asks for; 0 where a test asks for something else of a share."""
        lines = [n for tree in self.trees for n in walk(tree) if isinstance(n, Compare)]
        plain = [n for n in lines if n.op in (">", ">=") and isinstance(n.left, Held) and isinstance(n.right, Fraction)]
        # Votes of circles are left out of the whole beforehand, so a smaller whole of votes is within what is looked at.
        simple = [
            n.right
            for n in plain
            if isinstance(n.left, Held)
            and not (n.left.group.product or n.left.group.concert)
            and (n.left.without is None or all(base.endswith("_votes") for base in n.left.base))
        ]
        return (
            min((r for r in simple if isinstance(r, Fraction)), default=Fraction(0)) if len(simple) == len(lines) else Fraction(0)
        )

    @cached_property
    def by_lot(self) -> bool:
        """Whether it asks something of each lot: how long it is held, in what capacity, a fact about it."""
        nodes = (n for tree in self.trees for n in walk(tree))
        return any(isinstance(n, HeldFor) or (isinstance(n, Predicate) and "lot" in n.words) for n in nodes)

    @cached_property
    def looks_far(self) -> bool:
        """Whether its pairs need no holding between them: chains, common controllers, tests of owners and links."""
        numbers = [number for _, number in self.ladder.of] if self.ladder else []
        nodes = [n for tree in (*self.trees, *numbers) for n in walk(tree)]
        far = any(isinstance(n, Some) or (isinstance(n, Held) and n.group.product) for n in nodes)
        far = far or any(isinstance(n, Predicate) and n.name == "ctrl" and n.words[0] in ("H", "X") for n in nodes)
        return self.kind != "vote_rule" and (far or self.kind in ("link_test", "owner_test", "sanctions_test"))

    @cached_property
    def counts_blocked(self) -> bool:
        """Whether it counts parties under sanctions together."""
        return any(isinstance(n, Held) and n.group.blocked for tree in self.trees for n in walk(tree))

    @cached_property
    def counts_groups(self) -> bool:
        """Whether holders are counted together with others in any of its numbers."""
        numbers = [number for _, number in self.ladder.of] if self.ladder else []
        nodes = (n for tree in (*self.trees, *numbers) for n in walk(tree))
        return any(isinstance(n, Held) and (n.group.subs is not None or n.group.concert) for n in nodes)

    @cached_property
    def takes_votes(self) -> tuple[Effect, ...]:
        """Its effects that lower exercisable votes."""
        return tuple(e for e in self.effects if e.votes in ("cap", "excess_over", "zero"))

    @cached_property
    def counts_own(self) -> bool:
        """Whether it says that own shares stay in the quorum."""
        asks = any(isinstance(n, Predicate) and n.name == "self" for tree in self.trees for n in walk(tree))
        return asks and any(e.quorum == "keep" for e in self.effects)

    def letter(self, part: str | None = None) -> str:
        """Confidence of the row or of one of its parts, whichever is weaker."""
        return max(self.confidence, self.parts.get(part, self.confidence) if part else self.confidence)

    def to_dict(self) -> dict[str, Any]:
        """JSON form, in the words of the file."""
        return {
            "id": self.id, "jurisdiction": self.jurisdiction, "kind": self.kind, "status": self.status, "family": self.family,
            "title": self.title, "text": self.text, "version": self.version,
            "valid": {"from": _iso(self.start), "to": _iso(self.end), "precision": self.precision},
            "cite": {"law": self.law, "source": self.source, "read_on": _iso(self.read_on)},
            "confidence": self.confidence, "parts": dict(self.parts), "open": list(self.open), "at": self.at,
            "scope": {who: _party(p) for who, p in (("issuer", self.issuer), ("holder", self.holder), ("disputed", self.disputed)) if p},
            **dict(self.source_text), "flags": dict(self.flags), "op": self.ladder.op if self.ladder else None,
            "effects": [_effect(e) for e in self.effects],
            "lines": [str(rung) for rung in self.ladder.at] if self.ladder else [],
            "majority": str(self.majority) if self.majority else None,
            "limit": str(self.limit) if self.limit else None,
            "duty": dict(self.duty), "waiver": self.waiver, "note": self.note,
        }  # fmt: skip


def may_apply(rule: Rule, part: str | None, accept: Sequence[str]) -> bool:
    """Whether confidence lets a row (or a part of it) change votes: A and B do, C only where the row or the part is accepted."""
    return rule.letter(part) != "C" or rule.id in accept or (part is not None and f"{rule.id}#{part}" in accept)


def _effect(effect: Effect) -> dict[str, Any]:
    said = {**plain(effect, exact=True), "clock_from": _iso(effect.clock_from)}
    said["together"] = str(effect.together) if effect.together else None
    return {key: value for key, value in said.items() if value not in (None, {}, [])}


def _party(party: Party) -> dict[str, Any]:
    return {key: value for key, value in plain(party).items() if value not in (None, [])}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
