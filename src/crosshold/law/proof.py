"""Why a holder has the votes it has: the proof behind one number, as plain data for the verb ``explain``."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.law.actions import Action
from crosshold.law.outcome import StableOutcome
from crosshold.law.truth import TRUE
from crosshold.law.verdict import evidence, said

if TYPE_CHECKING:
    from crosshold.law.ballot import Ballot


def explain(ballot: Ballot, holder: str, issuer: str) -> dict[str, Any]:
    """``outcomes``: per outcome the counts, each lot with why, each rule that takes votes with its numbers, chain and source (``spared``:
    those that do so in another outcome only, and why not in this one), each contract.

    ``value`` is the holder's share of exercisable votes in the first outcome; an unknown party is ``E_UNKNOWN_ID``."""
    snapshot = ballot.snapshot
    for name, known in ((holder, snapshot.entities), (issuer, snapshot.issuers)):
        if name not in known:
            raise RequestError(
                Finding("E_UNKNOWN_ID", f"{name!r} is nowhere in this case.", did_you_mean(name, known), "request")
            )
    taking = [_acting(outcome, holder, issuer) for outcome in ballot.outcomes]
    anywhere = {name: action for acting in taking for name, action in acting.items()}
    blocks = [
        {**_block(outcome, holder, issuer), "rules": [_rule(action, outcome) for action in acting.values()],
         "spared": [_rule(action, outcome) for name, action in anywhere.items() if name not in acting]}
        for outcome, acting in zip(ballot.outcomes, taking, strict=True)
    ]  # fmt: skip
    lots = snapshot.lots_of(issuer, holder)
    rules = {row["rule"] for block in blocks for row in block["rules"]}
    sources = [{"lot": lot.id, "source": lot.source, "confidence": lot.confidence, "since": lot.since} for lot in lots]
    cited = [
        r for r in (*ballot.rules, *ballot.benches[0].definitions.values()) if r.id in rules or r.id in _defined(ballot, rules)
    ]
    sources += [
        {"rule": rule.version, "law": rule.law, "source": rule.source, "confidence": rule.confidence}
        for rule in {rule.version: rule for rule in cited}.values()
    ]
    value = blocks[0]["share"] if blocks else None
    return {
        "holder": holder,
        "issuer": issuer,
        "value": value,
        "basis": "exercisable_votes",
        "outcomes": blocks,
        "sources": sources,
    }


def _defined(ballot: Ballot, rules: set[str]) -> set[str]:
    return {name for rule in ballot.rules if rule.id in rules for name in rule.definitions}


def _acting(outcome: StableOutcome, holder: str, issuer: str) -> dict[tuple[str, tuple[int, ...]], Action]:
    """What takes votes of the holder, by rule and lots."""
    own = {i for i in outcome.world.by_issuer.get(issuer, ()) if outcome.world.lots[i].holder == holder}
    return {
        (action.rule.version, tuple(action.lots)): action
        for action, value in zip(outcome.actions, outcome.judged[1], strict=True)
        if value == TRUE and action.issuer == issuer and own & {*action.lots}
    }


def _block(outcome: StableOutcome, holder: str, issuer: str) -> dict[str, Any]:
    world = outcome.world
    own = [i for i in world.by_issuer.get(issuer, ()) if world.lots[i].holder == holder]
    counts = outcome.counts(issuer).get(holder)
    share = outcome.stakes(issuer).get(holder) if own else Fraction(0)
    return {
        "reading": [dict(reading) for reading in outcome.readings], "share": share,
        "gross": counts.gross if counts else 0, "exercisable": counts.exercisable if counts else 0,
        "exercised": counts.exercised if counts else Fraction(0), "certainty": counts.certainty if counts else "CERTAIN",
        "totals": {
            "gross": outcome.gross_total(issuer), "exercisable": outcome.exercisable_total(issuer),
            "exercised": outcome.exercised_total(issuer),
        },
        "lots": [_lot(i, outcome) for i in own], "contracts": _contracts(outcome, own),
    }  # fmt: skip


def _lot(i: int, outcome: StableOutcome) -> dict[str, Any]:
    world, lot = outcome.world, outcome.world.lots[i]
    if lot.holder == lot.issuer:
        why = "own shares have no votes"
    elif lot.votes is not None:
        why = "votes as stated at the date of the case"
    elif i in world.multiplied:
        times, rules = world.gross[i] // max(world.base[i], 1), ", ".join(world.multiplied[i])
        why = f"{times} times {world.base[i]:,} base votes by {rules}, held since {lot.registered_since or lot.since}"
    else:
        why = f"{lot.shares:,} shares at the votes of {f'class {lot.share_class}' if lot.share_class else 'its class'}"
    return {
        "lot": lot.id, "shares": lot.shares, "gross": world.gross[i], "why": why, "exercisable": outcome.exercisable[i],
        "exercised": outcome.casting.exercised(i), "suspended_by": list(outcome.suspended_by.get(i, ())),
        "certainty": outcome.certainty(i), "source": lot.source, "confidence": lot.confidence,
    }  # fmt: skip


def _rule(action: Action, outcome: StableOutcome) -> dict[str, Any]:
    lines, steps = evidence(action, outcome)
    rule = action.rule
    facts = outcome.world.facts
    return {
        "rule": rule.id, "version": rule.version, "title": rule.title, "effect": action.effect.votes, "quorum": action.effect.quorum,
        "tests": [_line(line) for line in lines],
        "control": [
            {"controller": action.issuer, "with": [m for m in step.members if m != action.issuer], "company": step.company,
             "holds": step.value == TRUE, "tests": [_line(line) for line in step.lines if line.met or step.value != TRUE],
             "facts": [dict(r) for by in step.members for r in (*facts.records("controls", by, step.company),
                                                               *facts.records("decides_meetings", by, step.company),
                                                               *facts.records("appoints_board", by, step.company))]}
            for step in steps
        ],
        "citation": rule.law, "source": rule.source, "read_on": rule.read_on.isoformat() if rule.read_on else None,
        "confidence": rule.letter(action.effect.part),
    }  # fmt: skip


def _line(line: Any) -> dict[str, Any]:
    return {
        "rule": line.rule, "clause": line.clause or None, "group": list(line.group), "issuer": line.issuer, "basis": line.basis,
        "measure": line.measured, "text": said(line), "now": Fraction(line.part, line.whole), "op": line.op, "threshold": line.threshold,
        "met": line.met,
    }  # fmt: skip


def _contracts(outcome: StableOutcome, own: list[int]) -> list[dict[str, Any]]:
    names = {name for i in own for name in outcome.casting.reasons[i]}
    snapshot = outcome.world.snapshot
    rows = [dict(r) for r in (*snapshot.contracts, *snapshot.overlays) if r.get("id") in names]
    casting = outcome.casting
    for row in rows:
        row["free"] = sum((casting.free(i) for i in own), start=Fraction(0))
        row["neutral"] = sum((casting.neutral[i] for i in own), start=Fraction(0))
        row["not_cast"] = sum((outcome.exercisable[i] - casting.exercised(i) for i in own), start=Fraction(0))
    return rows
