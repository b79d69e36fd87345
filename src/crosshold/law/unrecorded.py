"""Rules of which it is unknown whether they take votes, because a record is missing: which record, and whose votes hang on it."""

from __future__ import annotations

from collections.abc import Iterator

from crosshold.errors import Finding
from crosshold.law.actions import Action, reach
from crosshold.law.judge import Judge
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import Rule
from crosshold.law.trees import Predicate, walk
from crosshold.law.truth import TRUE, UNKNOWN
from crosshold.law.vocabulary import FACTS


def unrecorded(outcome: StableOutcome) -> list[Finding]:
    """``W_CLAUSE_NOT_TESTED`` for every rule and record that is missing, unknown or without a day where votes hang on it; and records that
    contradict one another."""
    whose: dict[tuple[str, str], dict[str, None]] = {}
    told = [(a, v) for a, v in zip(outcome.actions, outcome.judged[1], strict=True) if a.given is None and a.scope == TRUE]
    for action in (*(a for a, value in told if value == UNKNOWN), *_undesignated(outcome)):
        for what in missing(action, outcome):
            if "fact " in what:
                whose.setdefault((action.rule.id, what), {})[f"{action.holder} in {action.issuer}"] = None
    found = list(outcome.world.facts.conflicts)
    for (rule, what), pairs in whose.items():
        names = ", ".join(list(pairs)[:3]) + (f" and {len(pairs) - 3} more" if len(pairs) > 3 else "")
        message = f"whether {rule} takes votes of {names} is unknown: {what} is missing or unknown."
        found.append(Finding("W_CLAUSE_NOT_TESTED", message, "Record it; until then no vote is taken.", rule))
    return found


def missing(action: Action, outcome: StableOutcome) -> tuple[str, ...]:
    """What would have to be known to say whether an action applies; nothing where its answer is known."""
    judge = Judge(outcome.bench, outcome.kept)
    judge.silent, judge.missing = outcome.judged[0].silent, {}
    action.excepted(action.trigger(judge), judge)
    return tuple(judge.missing)


def _undesignated(outcome: StableOutcome) -> Iterator[Action]:
    """Rules on members of a designated group where no group is recorded at all: on every party that a record calls what they ask for."""
    world = outcome.world
    for rule in outcome.rules:
        nodes = [n for tree in rule.trees for n in walk(tree) if isinstance(n, Predicate)]
        schemes = {n.words[2] for n in nodes if n.name in ("in_cycle", "same_group")}
        if not rule.takes_votes or not schemes or any(world.facts.designated(scheme) for scheme in schemes):
            continue
        for holder in _called(rule, nodes, outcome):
            for issuer, lots in sorted(world.holdings.get(holder, {}).items()):
                voting = tuple(i for i in lots if world.gross[i])
                if holder == issuer or not voting or reach(rule, world, issuer, holder) != TRUE:
                    continue
                for effect in (e for e in rule.takes_votes if e.acts_in(outcome.meeting_class)):
                    yield Action(rule, effect, issuer, holder, voting, (0,) * len(voting))


def _called(rule: Rule, nodes: list[Predicate], outcome: StableOutcome) -> list[str]:
    """Parties that a record names where the rule asks for its H."""
    found: set[str] = set()
    for node in (n for n in nodes if n.name == "fact"):
        keys = [key for key, word in zip(FACTS[node.words[0]], node.words[1:], strict=True) if word == "H"]
        found.update(str(record[key]) for record in outcome.world.facts.of(node.words[0]) for key in keys if record.get(key))
    return sorted(found)
