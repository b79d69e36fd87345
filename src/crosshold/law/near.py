"""Distance to every line: how far each tested number is from its threshold, and what would change (spec 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import Any

from crosshold.law.actions import Action, actions, reach
from crosshold.law.bench import Env, Line
from crosshold.law.judge import Judge
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import Rule
from crosshold.law.shares_to_flip import shares_to_flip
from crosshold.law.terms import bites
from crosshold.law.trees import Compare, When
from crosshold.law.truth import FALSE, TRUE, UNKNOWN
from crosshold.model.result import plain

Change = tuple[tuple[str, str], ...]
Found = tuple[Line, Rule, Callable[[], Change]]
LINE_KINDS = (
    "accounting", "bid", "disclosure", "fdi", "holding_limit", "link_test", "majority", "owner_test", "sanctions_test", "squeeze_out",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Near:
    """One line. ``votes_to_flip`` is the smallest whole number bought (+) or sold (-), the total unchanged, that changes its truth (shares
    on a basis of shares); ``shares_to_flip`` says the same in shares where they carry different votes, ``note`` in which
    (:mod:`crosshold.law.shares_to_flip`). ``would_change`` names the votes that would be taken or given back.
    """

    rule: str
    clause: str | None
    holder: tuple[str, ...]
    issuer: str
    measure: str
    basis: str
    now: Fraction
    op: str
    threshold: Fraction
    met: bool
    votes_to_flip: int
    shares_to_flip: int | None
    would_change: tuple[tuple[str, str], ...]
    duty: tuple[tuple[str, str], ...]
    confidence: str
    note: str = ""

    @property
    def distance(self) -> Fraction:
        """How much is missing; negative when the line is passed."""
        return self.threshold - self.now

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form; the threshold is always exact."""
        return {
            "rule": self.rule, "clause": self.clause, "holder": list(self.holder), "issuer": self.issuer, "measure": self.measure,
            "basis": self.basis, "now": plain(self.now, exact=exact), "op": self.op, "threshold": plain(self.threshold, exact=exact),
            "threshold_exact": str(self.threshold), "met": self.met, "distance": plain(self.distance, exact=exact),
            "votes_to_flip": self.votes_to_flip, "shares_to_flip": self.shares_to_flip, "would_change": dict(self.would_change) or None,
            "duty": dict(self.duty) or None, "confidence": self.confidence, "note": self.note or None,
        }  # fmt: skip


def to_flip(part: int, whole: int | Fraction, op: str, threshold: Fraction) -> int:
    """Smallest whole number that, added to ``part`` of an unchanged ``whole``, changes the truth of the test.

    >>> to_flip(1500, 9879, ">=", Fraction(1, 4)), to_flip(4340, 10000, ">", Fraction(2, 5))
    (970, -340)
    """
    line = threshold * whole
    if op in (">=", "<"):
        return ceil(line) - part if part < line else -(part - ceil(line) + 1)
    return floor(line) + 1 - part if part <= line else -(part - floor(line))


def line_pairs(rule: Rule, outcome: StableOutcome, *, doubtful: bool = False) -> Iterator[tuple[str, str]]:
    """(issuer, holder) a rule with lines is tested on; with ``doubtful`` also those of whom it is unknown whether it reaches them.

    Direct holders; who stands over them where groups count together; everybody above, and for links everybody who has an owner in common,
    where no holding between the two is needed; parties under sanctions and all below them.
    """
    world = outcome.world
    if rule.counts_blocked:
        listed = sorted(str(r.get("entity")) for r in world.facts.of("sanctioned"))
        pairs = ((issuer, party) for party in listed for issuer in world.below(party) if issuer in world.owners)
        yield from (pair for pair in pairs if reach(rule, world, *pair) == TRUE)
        return
    for issuer in outcome.looked_at:
        if issuer not in world.owners or world.admits(rule.issuer, issuer) == FALSE:
            continue
        owners = world.owners[issuer]
        holders = {owner for owner in owners if owner not in world.dispersed and owner != issuer}
        if rule.looks_far:
            holders |= set(world.above(issuer))
        elif rule.counts_groups:
            holders |= {head for holder in holders for head in world.heads(holder) if head != issuer}
        if rule.kind == "link_test":
            holders |= {other for other in world.below(*holders) if other != issuer} | (set(world.below(issuer)) - {issuer})
        for holder in sorted(holders):
            if reach(rule, world, issuer, holder) in ((TRUE, UNKNOWN) if doubtful else (TRUE,)):
                yield issuer, holder


def lines_tested(
    rule: Rule, judge: Judge, issuer: str, holder: str, *, nearest: bool = False, doubtful: bool = False
) -> list[Line]:
    """Every number a rule with lines tests on a pair; X stands for the holder, Y for the issuer. With ``doubtful`` also those on which the
    condition may hang, as far as is known.
    """
    env = {"I": issuer, "H": holder, "X": holder, "Y": issuer}
    trees = {**rule.clauses, **({"": rule.when} if rule.when is not None else {})}
    found: dict[Compare, Line] = {}
    for name, tree in trees.items():
        for line in _traced(tree, name, judge, env, rule):
            if line.node not in found and (
                isinstance(tree, Compare) or _decides(line, tree, judge, env, rule, name, doubtful=doubtful)
            ):
                found[line.node] = line
    return [*found.values(), *_rungs(rule, judge, env, nearest=nearest)]


def _traced(tree: When, name: str, judge: Judge, env: Env, rule: Rule) -> list[Line]:
    judge.trace = []
    judge.value(tree, env, rule, name)
    lines, judge.trace = judge.trace, None
    return lines


def _rungs(rule: Rule, judge: Judge, env: Env, *, nearest: bool) -> Iterator[Line]:
    """Every rung of a ladder (or only the last one reached and the next one); each of its numbers is measured once."""
    for name, number in rule.ladder.of if rule.ladder else ():
        assert rule.ladder is not None
        op, at = rule.ladder.op, rule.ladder.at
        for line in _traced(Compare(number, op, at[0]), name, judge, env, rule):
            part, whole = line.part, line.whole
            met = sum(part * r.denominator - whole * r.numerator >= (op == ">") for r in at)
            for k in range(max(met - 1, 0), min(met + 1, len(at))) if nearest else range(len(at)):
                yield replace(line, clause=f"{name}@{at[k]}", threshold=at[k], met=k < met, node=Compare(number, op, at[k]))


def _decides(line: Line, tree: When, judge: Judge, env: Env, rule: Rule, name: str, *, doubtful: bool) -> bool:
    """Whether a condition hangs on this number: true with it and not true without it.

    A tie that nobody recorded makes the number that needs it no line, and so does another number that suffices alone.
    """
    ends = (Judge(judge.bench, judge.kept, override={(line.node, line.issuer): end}) for end in (TRUE, FALSE))
    with_it, without_it = (flipped.value(tree, env, rule, name) for flipped in ends)
    return (with_it == TRUE or (doubtful and with_it == UNKNOWN)) and without_it not in (TRUE, with_it)


def near_lines(outcome: StableOutcome, window: Fraction) -> list[Near]:
    """Every line of an outcome that is worth showing, those that move votes first, then by distance."""
    found: dict[tuple[Any, ...], Near] = {}
    for line, rule, change in (*_of_actions(outcome), *_of_definitions(outcome), *_of_lines(outcome)):
        key = line.rule, line.clause, line.group, line.issuer, line.basis, line.threshold
        now = Fraction(line.part, line.whole)
        close = abs(line.threshold - now) <= window
        if key not in found and (close or (0 < now < 1 and hold_each_other(outcome, line.group, line.issuer))):
            found[key] = _near(line, outcome, rule, change())
    for near in _of_contracts(outcome):
        found[near.rule, near.clause, near.holder, near.issuer, near.basis, near.threshold] = near
    return sorted(found.values(), key=lambda near: (not near.would_change, abs(near.distance), near.rule, near.holder))


def _of_contracts(outcome: StableOutcome) -> Iterator[Near]:
    """Lines of contracts that run, each with the contract's id: where a cap, standstill or lock-up bites, what would end one."""
    for bite in bites(outcome):
        met = bite.now > bite.threshold if bite.op == ">" else bite.now < bite.threshold
        flip = to_flip(bite.part, bite.whole, bite.op, bite.threshold)
        yield Near(
            bite.contract, bite.clause, (bite.holder,), bite.issuer, bite.basis, bite.basis, bite.now, bite.op, bite.threshold, met, flip,
            None, (), (("contract", _PAST[bite.clause]),), bite.confidence,
        )  # fmt: skip


_PAST = {"cap": "is broken", "crosses": "ends", "floor": "is broken", "share": "cuts votes"}


def hold_each_other(outcome: StableOutcome, group: Sequence[str], issuer: str) -> bool:
    """Whether a group has something of a company that, with its own majority companies, has something of the group."""
    world = outcome.world
    back = world.majority_group(issuer)
    return any(owner in back and owner not in group for member in group for owner in world.owners.get(member, {}))


def _near(line: Line, outcome: StableOutcome, rule: Rule, change: Change) -> Near:
    flip = to_flip(line.part, line.whole, line.op, line.threshold)
    shares, note = shares_to_flip(line, flip, outcome)
    return Near(
        line.rule, line.clause or None, line.group, line.issuer, line.measured, line.basis, Fraction(line.part, line.whole), line.op,
        line.threshold, line.met, flip, shares, change, tuple(rule.duty.items()), rule.letter(line.clause), note,
    )  # fmt: skip


def _unchanged() -> Change:
    return ()


def _of_actions(outcome: StableOutcome) -> Iterator[Found]:
    """Numbers that rules on votes test themselves, also those of rules that wait for a record: a line is there before anybody is told."""
    seen = set()
    waiting = [r for r in outcome.rules if r.takes_votes and r.tests and r.needs_return and r.letter() != "C"]
    more = actions(outcome.world, waiting, outcome.meeting_class, outcome.bench.definitions, unrecorded=True)
    for action, value in (*zip(outcome.actions, outcome.judged[1], strict=True), *((action, FALSE) for action in more)):
        key = action.rule.id, action.issuer, action.holder
        if action.given is not None or key in seen or action.holder not in outcome.world.by_issuer:
            continue
        if not outcome.looks_at(action.issuer, action.holder):
            continue
        seen.add(key)
        judge = Judge(outcome.bench, outcome.kept)
        judge.trace = []
        action.trigger(judge)
        for line in dict.fromkeys(judge.trace):
            if line.issuer in (action.holder, action.issuer):
                yield line, action.rule, partial(_moved_by, action, value, line, outcome)


def _moved_by(action: Action, value: int, line: Line, outcome: StableOutcome) -> Change:
    return (("issuer", action.issuer), ("holder", action.holder)) if _flips(action, value, line, outcome) else ()


def _flips(action: Action, value: int, line: Line, outcome: StableOutcome) -> bool:
    """Whether the votes would move if this one test came out the other way."""
    judge = Judge(outcome.bench, outcome.kept, override={(line.node, line.issuer): FALSE if line.met else TRUE})
    judge.silent = outcome.judged[0].silent
    return (action.excepted(action.trigger(judge), judge) == TRUE) != (value == TRUE)


def _of_definitions(outcome: StableOutcome) -> Iterator[Found]:
    """Numbers tested while control grows from an issuer whose votes hang on it."""
    by_head: dict[tuple[str, str], list[tuple[Action, int]]] = {}
    for action, value in zip(outcome.actions, outcome.judged[1], strict=True):
        for name in action.rule.definitions:
            by_head.setdefault((action.issuer, name), []).append((action, value))
    for (head, name), rows in sorted(by_head.items()):
        if not any(outcome.looks_at(action.issuer, action.holder) for action, _ in rows):
            continue
        for step in Judge(outcome.bench, outcome.kept).control.chain(head, name):
            for line in dict.fromkeys(step.lines):
                yield line, outcome.bench.definitions[name], partial(_first_moved, rows, line, outcome)


def _first_moved(rows: Sequence[tuple[Action, int]], line: Line, outcome: StableOutcome) -> Change:
    action = next((a for a, value in rows if _flips(a, value, line, outcome)), None)
    return (("issuer", action.issuer), ("holder", action.holder), ("rule", action.rule.id)) if action else ()


def _of_lines(outcome: StableOutcome) -> Iterator[Found]:
    """Numbers of bids, ladders, majorities and accounts; of a ladder the rung last reached and the next one."""
    judge = Judge(outcome.bench, outcome.kept)
    for rule in (r for r in outcome.rules if r.kind in LINE_KINDS):
        for issuer, holder in line_pairs(rule, outcome):
            for line in lines_tested(rule, judge, issuer, holder, nearest=True):
                yield line, rule, _unchanged
