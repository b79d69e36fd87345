"""Verdicts: every rule on every pair it could reach, with its inequality, its readings, its confidence and its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crosshold.errors import Finding
from crosshold.law.actions import Action, actions
from crosshold.law.bench import Line
from crosshold.law.control import Step
from crosshold.law.judge import Judge
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import Rule, may_apply
from crosshold.law.stable import judge_all
from crosshold.law.trees import Predicate, walk
from crosshold.law.truth import FALSE, TRUE, UNKNOWN
from crosshold.law.unrecorded import missing, unrecorded
from crosshold.model.result import plain

WORDS = {TRUE: "true", FALSE: "false", UNKNOWN: "unknown"}


@dataclass(frozen=True)
class Verdict:
    """One rule on one holder's votes in one issuer.

    ``inequality`` gives the numbers tested, ``by_reading`` the truth per reading, ``by_data`` CERTAIN, POSSIBLE or IMPOSSIBLE.
    ``applied`` is false for rows that may only warn; then ``would_change`` says whether votes would move.
    """

    rule: str
    version: str
    issuer: str
    holder: str
    clause: str | None
    at: str
    value: str
    inequality: tuple[str, ...]
    inputs: tuple[dict[str, Any], ...]
    base: tuple[str, ...]
    by_data: str
    by_reading: tuple[tuple[dict[str, str], str], ...]
    not_tested: tuple[str, ...]
    presumption: bool
    effect: str
    quorum: str
    scope: str
    applied: bool
    would_change: bool
    confidence: str
    note: str
    citation: str
    source: str
    read_on: str | None

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form."""
        row: dict[str, Any] = plain(self, exact=exact)
        row["by_reading"] = [{"reading": dict(reading), "value": value} for reading, value in self.by_reading]
        return row


def said(line: Line) -> str:
    """``1500/10000 >= 1/4: false``, with what it measures."""
    return f"{line.part}/{line.whole} {line.op} {line.threshold}: {'true' if line.met else 'false'}"


def verdicts(outcomes: Sequence[StableOutcome], rules: Iterable[Rule], accept: Sequence[str]) -> Iterator[Verdict]:
    """One verdict per rule on votes, effect and pair, from the first outcome, with its truth in all of them."""
    if not outcomes:
        return
    first = outcomes[0]
    applied = {_key(action): action for action in first.actions}
    extra = [
        a for a in actions(first.world, rules, first.meeting_class, first.bench.definitions, every=True) if _key(a) not in applied
    ]
    truths = [dict(zip(map(_key, o.actions), o.judged[1], strict=True)) for o in outcomes]
    for action in (*first.actions, *extra):
        key = _key(action)
        values = [truth.get(key, _value(action, outcome)) for truth, outcome in zip(truths, outcomes, strict=True)]
        may = key in applied or may_apply(action.rule, action.effect.part, accept)
        yield _verdict(action, first, values, outcomes, may)


def _key(action: Action) -> tuple[str, str | None, str, str, tuple[int, ...]]:
    return action.rule.version, action.effect.clause, action.issuer, action.holder, action.lots


def _value(action: Action, outcome: StableOutcome) -> int:
    judge = Judge(outcome.bench, outcome.kept)
    judge.silent = outcome.judged[0].silent
    return action.excepted(action.trigger(judge), judge)


def _verdict(
    action: Action, first: StableOutcome, values: Sequence[int], outcomes: Sequence[StableOutcome], applied: bool
) -> Verdict:
    rule, effect, world = action.rule, action.effect, first.world
    lines, steps = evidence(action, first)
    read = [line for step in steps for line in step.lines if step.value == TRUE] + list(lines)
    lots = sorted({i for line in read for owner in line.group for i in world.owners.get(line.issuer, {}).get(owner, ())})
    letters = [rule.letter(effect.part), world.confidence(lots)]
    text = tuple(said(line) for line in lines) or tuple(
        _step_words(action.issuer, step) for step in steps if step.value == TRUE or step.lines
    )
    return Verdict(
        rule.id, rule.version, action.issuer, action.holder, effect.clause, world.at.isoformat(), WORDS[values[0]], text,
        tuple({"lot": world.lots[i].id, "source": world.lots[i].source, "since": world.lots[i].since} for i in lots),
        tuple(sorted({line.basis for line in read})), _by_data(action, first),
        tuple((dict(reading), WORDS[value]) for value, o in zip(values, outcomes, strict=True) for reading in o.readings),
        _not_tested(action, first, values[0]), any(line.clause == "presumption" and line.met for line in read),
        f"{effect.votes}{f' {effect.share} of {effect.base}' if effect.share else ''}", effect.quorum,
        "disputed" if _disputed(action) else WORDS[action.scope], applied,
        not applied and values[0] == TRUE and action.scope == TRUE, max(letters), "secondary source" if max(letters) == "B" else "",
        rule.law, rule.source, rule.read_on.isoformat() if rule.read_on else None,
    )  # fmt: skip


def evidence(action: Action, outcome: StableOutcome) -> tuple[tuple[Line, ...], list[Step]]:
    """The numbers an action tests itself, and the steps by which control reaches its holder, when it asks for control."""
    judge = Judge(outcome.bench, outcome.kept)
    judge.trace = []
    action.trigger(judge)
    lines = tuple(dict.fromkeys(judge.trace))
    trees = [action.rule.when, *action.rule.clauses.values()]
    asked = [
        n.words[2] for tree in trees if tree is not None for n in walk(tree) if isinstance(n, Predicate) and n.name == "ctrl"
    ]
    steps = [
        step for name in dict.fromkeys(asked) for step in Judge(outcome.bench, outcome.kept).control.chain(action.issuer, name)
    ]
    return lines, _towards(steps, action.holder)


def _towards(steps: Sequence[Step], holder: str) -> list[Step]:
    """The steps that lead to a company, or, where it is not controlled, those that failed."""
    if not any(step.company == holder and step.value == TRUE for step in steps):
        return [step for step in steps if step.value != TRUE]
    needed, chosen = {holder}, list[Step]()
    for step in reversed([s for s in steps if s.value == TRUE]):
        if step.company in needed:
            chosen.insert(0, step)
            needed |= {name for line in step.lines for name in line.group}
    return chosen


def _step_words(head: str, step: Step) -> str:
    met = [line for line in step.lines if line.met] if step.value == TRUE else list(step.lines)
    tests = "; ".join(f"{line.clause or line.rule} {said(line)}" for line in met) or "a recorded fact"
    verb = "controls" if step.value == TRUE else "does not control"
    through = [name for name in dict.fromkeys(n for line in met for n in line.group) if name != head]
    return f"{head} {verb} {step.company}{f' (with {chr(44).join(through)})' if through else ''}: {tests}"


def _by_data(action: Action, outcome: StableOutcome) -> str:
    state = outcome.kept
    if outcome.doubts:
        gross = outcome.world.gross
        state = {i: (0, gross[i]) if i in outcome.doubts else kept for i, kept in state.items()}
    judge = Judge(outcome.bench, state, data=True)
    judge.silent = outcome.judged[0].silent
    value = action.excepted(action.trigger(judge), judge)
    return {TRUE: "CERTAIN", FALSE: "IMPOSSIBLE"}.get(value, "POSSIBLE")


def _not_tested(action: Action, outcome: StableOutcome, value: int) -> tuple[str, ...]:
    found = missing(action, outcome) if value == UNKNOWN else ()
    return (*found, *(_untested(action, outcome) if value != TRUE else ()))


def _untested(action: Action, outcome: StableOutcome) -> tuple[str, ...]:
    judge = Judge(outcome.bench, outcome.kept, assume=True)
    judge.silent = outcome.judged[0].silent
    return tuple(judge.untested) if action.excepted(action.trigger(judge), judge) == TRUE else ()


def untested_clauses(outcome: StableOutcome) -> list[str]:
    """Unrecorded grounds of control that would take votes if they held, where the one that would control has a tenth."""
    shared = Judge(outcome.bench, outcome.kept, assume=True)
    shared.silent = outcome.judged[0].silent
    found: dict[str, None] = {}
    for action, value in zip(outcome.actions, outcome.judged[1], strict=True):
        if value != TRUE and action.rule.definitions and action.trigger(shared) == TRUE:
            found.update(dict.fromkeys(_untested(action, outcome)))
    return list(found)


def _disputed(action: Action) -> bool:
    return action.scope == FALSE


def advice(outcome: StableOutcome, accept: Sequence[str]) -> list[Finding]:
    """What rows that may not change a vote would do, reach that is unknown or disputed, and C rows that were accepted and used."""
    found: list[Finding] = []
    applied = {_key(action) for action in outcome.actions}
    rows = [
        a
        for a in actions(outcome.world, outcome.rules, outcome.meeting_class, outcome.bench.definitions)
        if _key(a) not in applied
    ]
    _, values = judge_all(outcome.bench, rows, outcome.kept)
    for action, value in zip(rows, values, strict=True):
        if value == TRUE:
            part = f"#{action.effect.part}" if action.effect.part and action.rule.confidence != "C" else ""
            message = f"{action.rule.id}{part} would take votes of {_whose(action)}, but its text was not read (confidence C)."
            found.append(Finding("W_RULE_UNVERIFIED", message, f"Accept {action.rule.id}{part} to apply it.", action.rule.id))
    for action, value in zip(outcome.actions, outcome.judged[1], strict=True):
        if value == TRUE and action.rule.letter(action.effect.part) == "C":
            message = f"{action.rule.id} takes votes of {_whose(action)}; it was accepted without its text (confidence C)."
            found.append(Finding("W_RULE_UNVERIFIED", message, "Verify it before relying on the result.", action.rule.id))
        if action.scope == UNKNOWN and value == UNKNOWN and _if_reached(action, outcome) == TRUE:
            message = f"whether {action.rule.id} reaches {_whose(action)} is unknown: jurisdiction, form or kind is missing."
            found.append(Finding("W_SCOPE_UNKNOWN", message, "Give the entity's attributes.", action.rule.id))
    return found + unrecorded(outcome) + _disputed_reach(outcome)


def _whose(action: Action) -> str:
    return f"{action.holder} in {action.issuer}"


def _if_reached(action: Action, outcome: StableOutcome) -> int:
    return _value(Action(action.rule, action.effect, action.issuer, action.holder, action.lots, action.kept), outcome)


def _disputed_reach(outcome: StableOutcome) -> list[Finding]:
    """Rows whose reach beyond their scope is disputed: told where they would take votes, never applied."""
    found = []
    for rule in (r for r in outcome.rules if r.disputed is not None):
        for action in wider(rule, outcome):
            if _if_reached(action, outcome) == TRUE:
                message = (
                    f"whether {rule.id} reaches {_whose(action)} is disputed (scope: disputed, confidence C); no vote is taken."
                )
                found.append(Finding("W_SCOPE_DISPUTED", message, "Ask counsel.", rule.id))
    return found


def wider(rule: Rule, outcome: StableOutcome) -> list[Action]:
    """The actions of a row on holders inside its disputed reach and outside its scope."""
    assert rule.disputed is not None
    entities = outcome.world.snapshot.entities
    reached = actions(outcome.world, [replace(rule, holder=rule.disputed)], outcome.meeting_class, outcome.bench.definitions)
    return [a for a in reached if a.given is None and a.scope == TRUE and rule.holder.admits(entities.get(a.holder)) == FALSE]
