"""What a change of the register does in law: votes taken or given back, lines crossed, contracts ended or opened (spec 15).

A line crossed by somebody who did nothing is still crossed: it is marked passive, with its cause, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from crosshold.law.ballot import Ballot
from crosshold.law.judge import Judge, Line
from crosshold.law.near import LINE_KINDS, line_pairs, lines_tested
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import FALSE, TRUE, Rule
from crosshold.law.trees import Compare, Increase, walk
from crosshold.law.world import World
from crosshold.model.result import plain
from crosshold.model.snapshot import Snapshot

Pair = tuple[str, str, str]
MOST_OUTCOMES = 8
"""So many outcomes of each side are compared for lines."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to ``holder`` (or ``group``) in ``issuer``.

    ``direction``: up, down (a line), suspended, released (votes), lapsed, opened (contracts), prohibited (``shares`` acquired against a
    ban). ``passive``: the subject's own lots did not
    change; ``cause`` says what did. ``before`` and ``after`` are shares of ``base``. ``certainty`` is POSSIBLE where data or the law leave
    it open. ``waiver`` names a rule under which a bid may be waived.
    """

    rule: str
    issuer: str
    holder: str
    direction: str
    group: tuple[str, ...] = ()
    passive: bool = False
    cause: str = ""
    base: str | None = None
    op: str | None = None
    threshold: Fraction | None = None
    before: Fraction | None = None
    after: Fraction | None = None
    clause: str | None = None
    certainty: str = "CERTAIN"
    duty: Mapping[str, str] | None = None
    waiver: str | None = None
    citation: str | None = None
    confidence: str | None = None
    shares: int | None = None

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form; the threshold is always exact."""
        who: dict[str, Any] = {"group": list(self.group)} if len(self.group) > 1 else {"holder": self.holder}
        duty = dict(self.duty or {})
        more = {"kind": "prohibited_acquisition", "shares": self.shares} if self.direction == "prohibited" else {}
        return {
            **more, "rule": self.rule, "clause": self.clause, "subject": {"issuer": self.issuer, **who}, "direction": self.direction,
            "passive": self.passive, "cause": self.cause, "from": plain(self.before, exact=exact), "to": plain(self.after, exact=exact),
            "base": self.base, "op": self.op, "threshold": None if self.threshold is None else str(self.threshold),
            "certainty": self.certainty, "duty": {k: v for k, v in duty.items() if k != "within"} or None,
            "within": duty.get("within"), "waiver": self.waiver, "citation": self.citation, "confidence": self.confidence,
        }  # fmt: skip


def events(before: Ballot, after: Ballot, *, history: Sequence[Snapshot] = ()) -> tuple[Event, ...]:
    """Everything that differs in law between two Ballots of one register: votes first, then lines, acquisitions against a ban, contracts.

    Lines are measured with the rules in force after the change, in every outcome; what not all of them show is POSSIBLE. ``history`` are
    Snapshots before ``before``, for rules on a rise within some months.
    """
    return (*_votes(before, after), *_lines(before, after, history), *_prohibited(before, after), *_contracts(before, after))


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
        certain = sure and later[2] == "CERTAIN" and then[2] == "CERTAIN"
        yield Event(
            rule=rule_id, issuer=issuer, holder=holder,
            direction="suspended" if later[0] * then[1] > then[0] * later[1] else "released",
            certainty="CERTAIN" if certain else "POSSIBLE", citation=rule.law if rule else None,
            confidence=rule.confidence if rule else None, **_passive(before.snapshot, after.snapshot, (holder,), issuer),
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


def _lines(before: Ballot, after: Ballot, history: Sequence[Snapshot]) -> Iterator[Event]:
    """Lines crossed, outcome by outcome; one that some outcomes do not show, or show otherwise, is POSSIBLE."""
    if not before.outcomes or not after.outcomes:
        return
    pairs = _side_by_side(before, after)
    past = tuple(World(snapshot) for snapshot in history)
    seen: dict[tuple[object, ...], list[Event]] = {}
    for old, new in pairs:
        for rule in (r for r in after.rules if r.kind in LINE_KINDS):
            if rule.measures_increase:
                found = list(_creeping(rule, old, new, past))
            else:
                was, now = _measured(rule, old), _measured(rule, new)
                found = [e for key in sorted({*was, *now}, key=str) for e in _crossed(rule, was.get(key), now.get(key), old, new)]
            for event in found:
                key = event.rule, event.issuer, event.holder, event.clause, event.threshold, event.direction
                seen.setdefault(key, []).append(event)
    for rows in seen.values():
        sure = len(rows) == len(pairs) and all(row.certainty == "CERTAIN" for row in rows)
        yield rows[0] if sure else replace(rows[0], certainty="POSSIBLE")


def _side_by_side(before: Ballot, after: Ballot) -> list[tuple[StableOutcome, StableOutcome]]:
    """Outcomes that may follow one another: those of a common reading, or any where the readings do not tell."""
    found = []
    for new in after.outcomes[:MOST_OUTCOMES]:
        same = [old for old in before.outcomes if any(reading in new.readings for reading in old.readings)]
        found += [(old, new) for old in (same or before.outcomes)[:MOST_OUTCOMES]]
    return found


def _measured(rule: Rule, outcome: StableOutcome) -> dict[tuple[str, str, str, Fraction], tuple[str, Line]]:
    judge = Judge(outcome.bench, outcome.kept)
    found: dict[tuple[str, str, str, Fraction], tuple[str, Line]] = {}
    for issuer, holder in line_pairs(rule, outcome):
        for line in lines_tested(rule, judge, issuer, holder):
            if line.issuer == issuer:
                found.setdefault((issuer, holder, line.clause, line.threshold), (holder, line))
    return found


def _crossed(
    rule: Rule, was: tuple[str, Line] | None, now: tuple[str, Line] | None, old: StableOutcome, new: StableOutcome
) -> Iterator[Event]:
    """A line whose test came out differently. A holder that was not there held nothing."""
    holder, line = now or was or (None, None)
    if line is None or holder is None or (was is not None and was[1].met) == (now is not None and now[1].met):
        return
    up = now is not None and now[1].met
    group = tuple(dict.fromkeys((*(was[1].group if was else ()), *(now[1].group if now else ()))))
    moved = _passive(old.world.snapshot, new.world.snapshot, group, line.issuer)
    part = [Fraction(side[1].part, side[1].whole) if side else Fraction(0) for side in (was, now)]
    waiver = rule.waiver if moved["passive"] and up and _shrank(old, new, line.issuer) else None
    yield Event(
        rule=rule.id, issuer=line.issuer, holder=holder, group=group, direction="up" if up else "down", base=line.basis, op=line.op,
        threshold=line.threshold, before=part[0], after=part[1], clause=line.clause or None, certainty=_sure(rule, line, holder, new),
        duty=rule.duty if up or rule.kind == "disclosure" else None, waiver=waiver, citation=rule.law,
        confidence=rule.letter(line.clause), **moved,
    )  # fmt: skip


def _creeping(rule: Rule, old: StableOutcome, new: StableOutcome, past: tuple[World, ...]) -> Iterator[Event]:
    """A rise within some months above the lowest of the earlier states, when this change brought or raised it."""
    bench = replace(new.bench, past=(*past, *new.bench.past, *old.bench.past, old.world), static={})
    assert rule.when is not None
    for issuer, holder in line_pairs(rule, new):
        judge = Judge(bench, new.kept)
        env = {"I": issuer, "H": holder, "X": holder, "Y": issuer}
        if judge.value(rule.when, env, rule, "") != TRUE:
            continue
        rise = next(n for n in walk(rule.when) if isinstance(n, Compare) and isinstance(n.left, Increase))
        assert isinstance(rise.left, Increase) and isinstance(rise.right, Fraction)
        now, then = (Judge(side.bench, side.kept).held(rise.left.held, env, rule) for side in (new, old))
        if now is not None and then is not None and now.low <= then.high:
            continue  # it rose before, not now
        moved = _passive(old.world.snapshot, new.world.snapshot, (holder,), issuer)
        yield Event(
            rule=rule.id, issuer=issuer, holder=holder, direction="up", base=now.basis if now else None, op=rise.op,
            threshold=rise.right, before=then.high if then else None, after=now.low if now else None, duty=rule.duty,
            waiver=rule.waiver if moved["passive"] and _shrank(old, new, issuer) else None, citation=rule.law,
            confidence=rule.confidence, clause=f"within {rise.left.months} months", **moved,
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
                rule=rule.id, issuer=issuer, holder=holder, direction="prohibited", cause="its own holding changed", shares=more,
                duty=rule.duty, citation=rule.law, confidence=rule.confidence,
            )  # fmt: skip


def _sure(rule: Rule, line: Line, holder: str, outcome: StableOutcome) -> str:
    if not outcome.world.has_bounds:
        return "CERTAIN"
    judge = Judge(outcome.bench, outcome.kept, data=True)
    env = {"I": line.issuer, "H": holder, "X": holder, "Y": line.issuer}
    return "CERTAIN" if judge.value(line.node, env, rule, line.clause) in (TRUE, FALSE) else "POSSIBLE"


def _shrank(old: StableOutcome, new: StableOutcome, issuer: str) -> bool:
    """Whether the total number of shares or of votes fell."""
    then, now = old.world, new.world
    if issuer not in then.snapshot.issuers or issuer not in now.snapshot.issuers:
        return False
    return now.issued(issuer) < then.issued(issuer) or now.gross_total(issuer) < then.gross_total(issuer)


def _passive(before: Snapshot, after: Snapshot, group: tuple[str, ...], issuer: str) -> dict[str, Any]:
    """Whether a group's own lots stayed what they were, and what changed."""
    if any(before.held(holder, issuer) != after.held(holder, issuer) for holder in group):
        return {"passive": False, "cause": "its own holding changed"}
    if issuer not in before.issuers or issuer not in after.issuers:
        return {"passive": True, "cause": "the company is new or gone"}
    issued = after.issuers[issuer].issued - before.issuers[issuer].issued
    if issued:
        return {"passive": True, "cause": "shares were cancelled" if issued < 0 else "shares were issued"}
    if before.treasury(issuer) != after.treasury(issuer):
        return {"passive": True, "cause": "the company's own shares changed"}
    mine, theirs = _holdings(before, issuer), _holdings(after, issuer)
    if mine != theirs:
        return {"passive": True, "cause": "another party's holding changed"}
    if _holdings(before, None) != _holdings(after, None):
        return {"passive": True, "cause": "a holding in another company changed"}
    if before.at != after.at:
        return {"passive": True, "cause": "the date of a rule or of loyalty votes was reached"}
    return {"passive": True, "cause": "a fact or contract changed"}


def _holdings(snapshot: Snapshot, issuer: str | None) -> set[tuple[str, str, int]]:
    pairs = {(lot.issuer, lot.holder) for lot in snapshot.lots if issuer in (None, lot.issuer)}
    return {(i, h, snapshot.held(h, i)) for i, h in pairs}


def _contracts(before: Ballot, after: Ballot) -> Iterator[Event]:
    known = {(event["kind"], event["contract"]) for event in before.contract_events}
    records = {str(r.get("id")): r for r in after.snapshot.contracts}
    for event in after.contract_events:
        if (event["kind"], event["contract"]) in known:
            continue
        record = records.get(event["contract"], {})
        opened = event["kind"] == "contract_right_open"
        yield Event(
            rule=str(event["contract"]), issuer=str(record.get("issuer") or event.get("issuer") or ""),
            holder=str(record.get("holder") or event.get("holder") or ""), direction="opened" if opened else "lapsed", passive=True,
            cause=f"from {event['from']} until {event['until']}" if opened else str(event.get("cause", "")),
            citation=record.get("source"), confidence=record.get("confidence"),
        )  # fmt: skip
