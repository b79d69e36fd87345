"""What a change of the register does in law: votes taken or given back, lines crossed, contracts ended or opened (spec 15).

A line crossed by somebody who did nothing is still crossed: it is marked passive, with its cause, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

from crosshold.law.ballot import Ballot
from crosshold.law.bench import Line
from crosshold.law.contract_events import contract_events
from crosshold.law.event import Event
from crosshold.law.history import rise
from crosshold.law.judge import Judge
from crosshold.law.loyalty import past_world
from crosshold.law.measure import Span
from crosshold.law.near import LINE_KINDS, line_pairs, lines_tested
from crosshold.law.outcome import StableOutcome
from crosshold.law.passive import OWN, moved
from crosshold.law.rule import Rule
from crosshold.law.trees import Compare, Increase, walk
from crosshold.law.truth import FALSE, TRUE, UNKNOWN
from crosshold.law.vocabulary import LIVE_BASES
from crosshold.law.world import World
from crosshold.model.snapshot import Snapshot

Pair = tuple[str, str, str]
Key = tuple[str, str, str, Fraction]
MOST_OUTCOMES = 8
"""So many outcomes of each side are compared for lines."""


def events(before: Ballot, after: Ballot, *, history: Sequence[Snapshot | Ballot] = ()) -> tuple[Event, ...]:
    """Everything that differs in law between two Ballots of one register: votes first, then lines, acquisitions against a ban, contracts.

    Lines are measured with the rules in force after the change, in every outcome; what not all of them show is POSSIBLE. ``history`` are
    earlier states (counted or not), for rules on a rise within some months.
    """
    return (*_votes(before, after), *_lines(before, after, history), *_prohibited(before, after), *contract_events(before, after))


def _votes(before: Ballot, after: Ballot) -> Iterator[Event]:
    was, now = _silent(before), _silent(after)
    for pair in sorted({*was, *now}):
        rule_id, issuer, holder = pair
        then, later = was.get(pair, (0, len(before.outcomes), "CERTAIN")), now.get(pair, (0, len(after.outcomes), "CERTAIN"))
        if not then[1] or not later[1] or then[:2] == later[:2] or then[0] * later[1] == later[0] * then[1]:
            continue
        if not after.snapshot.held(holder, issuer):
            continue  # the shares are gone, so there is nothing to give back
        rule = next((r for r in (*after.rules, *before.rules) if r.id == rule_id), None)
        sure = then[0] in (0, then[1]) and later[0] in (0, later[1])
        passive, cause = moved(before.benches[0].world, after.benches[0].world, (holder,), issuer)
        certain = sure and later[2] == "CERTAIN" and then[2] == "CERTAIN"
        yield Event(
            rule=rule_id, issuer=issuer, holder=holder,
            direction="suspended" if later[0] * then[1] > then[0] * later[1] else "released",
            certainty="CERTAIN" if certain else "POSSIBLE", citation=rule.law if rule else None,
            confidence=rule.confidence if rule else None, passive=passive, cause=cause,
        )  # fmt: skip


def _silent(ballot: Ballot) -> dict[Pair, tuple[int, int, str]]:
    """By rule, issuer and registered holder: in how many outcomes of how many the rule takes votes, and how sure the data are."""
    found: dict[Pair, tuple[int, int, str]] = {}
    total = len(ballot.outcomes)
    for outcome in ballot.outcomes:
        seen: dict[Pair, str] = {}
        for i, rules in outcome.suspended_by.items():
            lot = outcome.world.lots[i]
            for rule in rules:
                seen[rule, lot.issuer, lot.holder] = outcome.certainty(i)
        for pair, certainty in seen.items():
            found[pair] = (found.get(pair, (0, total, ""))[0] + 1, total, certainty)
    return found


def _lines(before: Ballot, after: Ballot, history: Sequence[Snapshot | Ballot]) -> Iterator[Event]:
    """Lines crossed, outcome by outcome; one that some outcomes do not show, or show otherwise, is POSSIBLE."""
    if not before.outcomes or not after.outcomes:
        return
    pairs = _side_by_side(before, after)
    past = _worlds(history, after) if any(rule.measures_increase for rule in after.rules) else ()
    seen: dict[tuple[object, ...], list[Event]] = {}
    for old, new in pairs:
        for rule in (r for r in after.rules if r.kind in LINE_KINDS):
            if rule.measures_increase:
                found = list(_creeping(rule, old, new, past))
            else:
                was, now = _measured(rule, old), _measured(rule, new)
                if rule.start is not None and rule.start > before.snapshot.at:
                    was = _before_its_day(rule, was, old, before.rules)
                crossed = {key: list(_crossed(rule, was.get(key), now.get(key), old, new)) for key in {*was, *now}}
                found = [e for key in sorted((key for key, rows in crossed.items() if rows), key=_rung) for e in crossed[key]]
            for event in found:
                key = event.rule, event.issuer, event.holder, event.clause, event.threshold, event.direction
                seen.setdefault(key, []).append(event)
    for rows in seen.values():
        sure = len(rows) == len(pairs) and all(row.certainty == "CERTAIN" for row in rows)
        yield rows[0] if sure else replace(rows[0], certainty="POSSIBLE")


def _rung(key: Key) -> tuple[str, str, str, Fraction]:
    issuer, holder, clause, threshold = key
    return issuer, holder, clause.partition("@")[0], threshold


def _worlds(history: Sequence[Snapshot | Ballot], after: Ballot) -> tuple[World, ...]:
    """The registers of earlier states with the votes that they had."""
    bench, found = after.benches[0], []
    voters = bench.reading.get("attribution", "registered")
    for each in history:
        if isinstance(each, Ballot):
            found.append(each.benches[0].world)
        else:
            found.append(past_world(each, voters, after.rules, bench.definitions, after.meeting_class, after.accept))
    return tuple(dict.fromkeys(found))  # money moves without a new register


def _side_by_side(before: Ballot, after: Ballot) -> list[tuple[StableOutcome, StableOutcome]]:
    """Outcomes that may follow one another: those of a common reading, or any where the readings do not tell."""
    found = []
    for new in after.outcomes[:MOST_OUTCOMES]:
        same = [old for old in before.outcomes if any(reading in new.readings for reading in old.readings)]
        found += [(old, new) for old in (same or before.outcomes)[:MOST_OUTCOMES]]
    return found


@dataclass(slots=True, eq=False)
class Measured:
    """A number that a rule tests for a holder; ``rank`` is kept once it was asked for, see :func:`_rank`."""

    holder: str
    line: Line
    rank: int | None = None


_MEASURED: WeakKeyDictionary[StableOutcome, dict[str, dict[Key, Measured]]] = WeakKeyDictionary()
_SPANS: WeakKeyDictionary[StableOutcome, dict[tuple[str, str, str, int], Span | None]] = WeakKeyDictionary()


def _measured(rule: Rule, outcome: StableOutcome) -> dict[Key, Measured]:
    """Every number that a rule with lines tests in a state; the end of one step is the start of the next."""
    known = _MEASURED.setdefault(outcome, {})
    if rule.version not in known:
        found: dict[Key, Measured] = {}
        for issuer, holder in line_pairs(rule, outcome, doubtful=True):
            for line in lines_tested(rule, outcome.judge, issuer, holder, doubtful=True):
                if line.issuer == issuer:
                    found.setdefault((issuer, holder, line.clause, line.threshold), Measured(holder, line))
        known[rule.version] = found
    return known[rule.version]


def _before_its_day(rule: Rule, was: Mapping[Key, Measured], old: StableOutcome, rules: Sequence[Rule]) -> dict[Key, Measured]:
    """What a row measured before it was in force: nothing was met then, unless an earlier row of the kind had a line as high or higher
    that was."""
    earlier = [r for r in rules if (r.jurisdiction, r.kind, r.family) == (rule.jurisdiction, rule.kind, rule.family)]
    met = [(key, side.line) for r in earlier for key, side in _measured(r, old).items() if side.line.met]
    found = {}
    for key, side in was.items():
        known = any(k[:2] == key[:2] and other.threshold >= side.line.threshold for k, other in met)
        found[key] = side if known else Measured(side.holder, replace(side.line, met=False))
    return found


def _rank(rule: Rule, side: Measured | None, outcome: StableOutcome) -> int:
    """How sure a test was met: 0 not, 1 as data may turn out, 2 surely."""
    if side is None:
        return 0
    line = side.line
    if not outcome.world.has_bounds:
        return 2 if line.met else 0
    if side.rank is None:
        judge, spans = outcome.doubting_judge, _SPANS.setdefault(outcome, {})
        key = rule.version, line.issuer, side.holder, id(line.node.left)  # the rungs of a ladder share the number itself
        if key not in spans:
            env = {"I": line.issuer, "H": side.holder, "X": side.holder, "Y": line.issuer}
            spans[key] = judge.number(line.node.left, env, rule)
        value = judge.truth(line.node, spans[key], Span(line.threshold, line.threshold))
        side.rank = {TRUE: 2, FALSE: 0}.get(value, 1)
    return side.rank


def _crossed(rule: Rule, was: Measured | None, now: Measured | None, old: StableOutcome, new: StableOutcome) -> Iterator[Event]:
    """A line whose test came out differently, or may have, as far as uncertain data go. A holder that was not there held nothing."""
    shown = now or was
    if shown is None:
        return
    holder, line = shown.holder, shown.line
    met = was is not None and was.line.met, now is not None and now.line.met
    ranks = _rank(rule, was, old), _rank(rule, now, new)
    if met[0] == met[1] and ranks[0] == ranks[1]:
        return
    up = met[1] if met[0] != met[1] else ranks[1] > ranks[0]
    group = tuple(dict.fromkeys((*(was.line.group if was else ()), *(now.line.group if now else ()))))
    joined = was is not None and now is not None and was.line.group != now.line.group
    how = _shift(old, new, group, line.issuer, line.basis, joined=joined)
    lacks = _lacks(rule, line, holder, new if now is not None and now.line.met else old)
    if how["passive"] and rule.start is not None and old.world.at < rule.start <= new.world.at and up:
        how["cause"] = f"the rule came into force on {rule.start}"
    part = [Fraction(side.line.part, side.line.whole) if side else Fraction(0) for side in (was, now)]
    yield Event(
        rule=rule.id, issuer=line.issuer, holder=holder, group=group, direction="up" if up else "down", base=line.basis, op=line.op,
        threshold=line.threshold, before=part[0], after=part[1], clause=line.clause or None,
        certainty="CERTAIN" if {*ranks} == {0, 2} and not lacks else "POSSIBLE", missing="; ".join(lacks) or None,
        duty=rule.duty if up or rule.kind == "disclosure" else None, citation=rule.law, confidence=rule.letter(line.clause),
        waiver=_waiver(rule, old, new, line.issuer, passive=how["passive"] and up), inequality=_tested(line, now is not None), **how,
    )  # fmt: skip


def _creeping(rule: Rule, old: StableOutcome, new: StableOutcome, past: tuple[World, ...]) -> Iterator[Event]:
    """A rise within some months above the lowest of the earlier states, when this change brought or raised it."""
    bench = replace(new.bench, past=(*past, *new.bench.past, *old.bench.past, old.world), static={})
    assert rule.when is not None
    line = next(n for n in walk(rule.when) if isinstance(n, Compare) and isinstance(n.left, Increase))
    assert isinstance(line.left, Increase) and isinstance(line.right, Fraction)
    judge, doubting = Judge(bench, new.kept), Judge(bench, new.kept, data=True)
    for issuer, holder in line_pairs(rule, new):
        env = {"I": issuer, "H": holder, "X": holder, "Y": issuer}
        value = judge.value(rule.when, env, rule, "")
        now, then = (side.judge.held(line.left.held, env, rule) for side in (new, old))
        risen = rise(judge, line.left, env, rule)
        possible = value if value == TRUE else doubting.value(rule.when, env, rule, "")
        if not possible & TRUE or now is None or risen is None or (then is not None and now.low <= then.high):
            continue  # no such rise, or it rose before and not now
        doubt = value != TRUE or (new.world.has_bounds and doubting.value(rule.when, env, rule, "") != TRUE)
        group = judge.shown(line.left.held.group, env, rule, issuer)
        how = _shift(old, new, group, issuer, now.basis)
        shown = risen.high if value != TRUE else risen.low
        truth = "true" if value == TRUE else "possible"
        told = f"{now.basis} up by {shown} within {line.left.months} months {line.op} {line.right}: {truth}"
        yield Event(
            rule=rule.id, issuer=issuer, holder=holder, group=group, direction="up", base=now.basis, op=line.op, threshold=line.right,
            before=then.high if then else None, after=now.low, duty=rule.duty, citation=rule.law, confidence=rule.confidence,
            clause=f"within {line.left.months} months", rise=shown, inequality=told,
            certainty="POSSIBLE" if doubt else "CERTAIN", waiver=_waiver(rule, old, new, issuer, passive=how["passive"]),
            missing=f"what {holder} had of {issuer} on the day the {line.left.months} months began" if value != TRUE else None, **how,
        )  # fmt: skip


def _prohibited(before: Ballot, after: Ballot) -> Iterator[Event]:
    """Shares acquired while a rule forbids it: the ban holds after the change and the holder has more than before."""
    if not after.outcomes:
        return
    outcome = after.outcomes[0]
    for rule in (r for r in after.rules if "forbid_acquire" in r.duty and r.when is not None):
        judge = Judge(outcome.bench, outcome.kept)
        for issuer, holder in line_pairs(rule, outcome):
            more = after.snapshot.held(holder, issuer) - before.snapshot.held(holder, issuer)
            env = {"I": issuer, "H": holder, "X": holder, "Y": issuer}
            assert rule.when is not None
            if more <= 0 or holder == issuer or judge.value(rule.when, env, rule) != TRUE:
                continue
            yield Event(
                rule=rule.id, issuer=issuer, holder=holder, direction="prohibited", cause=OWN, shares=more,
                duty=rule.duty, citation=rule.law, confidence=rule.confidence,
            )  # fmt: skip


def _lacks(rule: Rule, line: Line, holder: str, outcome: StableOutcome) -> list[str]:
    """What would have to be known to say that a rule reaches a pair, and that its condition hangs on the line alone."""
    entities = outcome.world.snapshot.entities
    sides = ((rule.issuer, line.issuer), (rule.holder, holder))
    found = [f"{name} of {who}" for party, who in sides for name in party.lacks(entities.get(who))]
    tree = rule.clauses.get(line.clause) if line.clause else rule.when
    if tree is not None:
        judge = Judge(outcome.bench, outcome.kept)
        judge.missing = {}
        env = {"I": line.issuer, "H": holder, "X": holder, "Y": line.issuer}
        found += judge.missing if judge.value(tree, env, rule, line.clause) == UNKNOWN else []
    return list(dict.fromkeys(found))


def _tested(line: Line, there: bool) -> str:
    """``issued 300000/1000000 >= 3/10: true``; a holder that left has nothing."""
    part, met = (line.part, line.met) if there else (0, False)
    return f"{line.measured} {part}/{line.whole} {line.op} {line.threshold}: {'true' if met else 'false'}"


def _waiver(rule: Rule, old: StableOutcome, new: StableOutcome, issuer: str, *, passive: bool) -> str | None:
    """The row under which a bid may be waived, for who passed a line because the total number of shares or votes fell."""
    then, now = old.world, new.world
    if not passive or issuer not in then.snapshot.issuers or issuer not in now.snapshot.issuers:
        return None
    fell = now.issued(issuer) < then.issued(issuer) or now.gross_total(issuer) < then.gross_total(issuer)
    return rule.waiver if fell else None


def _shift(
    old: StableOutcome, new: StableOutcome, group: tuple[str, ...], issuer: str, basis: str, *, joined: bool = False
) -> dict[str, Any]:
    """Whether a group acted, and what moved its share of a base."""
    both = all(issuer in side.world.snapshot.issuers for side in (old, new))
    live = basis in LIVE_BASES and both
    taken = [side.gross_total(issuer) - side.exercisable_total(issuer) if live else 0 for side in (old, new)]
    passive, cause = moved(old.world, new.world, group, issuer, (taken[0], taken[1]), joined)
    return {"passive": passive, "cause": cause}
