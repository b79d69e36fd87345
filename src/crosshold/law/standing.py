"""For one rule on one outcome: every pair for which it holds, every rung reached, every label given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from crosshold.law.actions import actions, reach
from crosshold.law.judge import Judge
from crosshold.law.near import line_pairs, lines_tested
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import Rule
from crosshold.law.stable import judge_all
from crosshold.law.truth import TRUE, UNKNOWN

Pair = tuple[str, str]


class Standing(NamedTuple):
    """Pairs are (holder, issuer): H in I, or X over Y. ``lines`` and ``flags`` leave out pairs without any."""

    holds: tuple[Pair, ...] = ()
    unknown: tuple[Pair, ...] = ()
    lines: Mapping[Pair, tuple[str, ...]] = {}
    flags: Mapping[Pair, tuple[str, ...]] = {}


def standing(outcome: StableOutcome, rule_id: str) -> Standing:
    """Where a rule stands; nothing when it is not in force in this ballot."""
    rule = next((r for r in outcome.rules if r.id == rule_id), None)
    if rule is None:
        return Standing()
    if rule.takes_votes and rule.kind == "vote_rule":
        return _of_votes(rule, outcome)
    judge = Judge(outcome.bench, outcome.kept)
    values: dict[Pair, int] = {}
    lines: dict[Pair, tuple[str, ...]] = {}
    flags: dict[Pair, tuple[str, ...]] = {}
    for issuer, holder in line_pairs(rule, outcome):
        env = {"I": issuer, "H": holder, "X": holder, "Y": issuer}
        if rule.when is not None:
            values[holder, issuer] = judge.value(rule.when, env, rule)
        met = tuple(line.clause for line in lines_tested(rule, judge, issuer, holder) if line.met) if rule.ladder else ()
        labels = tuple(
            dict.fromkeys(
                flag for clause, flag in rule.flags.items() if judge.value(rule.clauses[clause], env, rule, clause) == TRUE
            )
        )
        lines.update({(holder, issuer): met} if met else {})
        flags.update({(holder, issuer): labels} if labels else {})
    return Standing(_with(values, TRUE), _with(values, UNKNOWN), lines, flags)


def _of_votes(rule: Rule, outcome: StableOutcome) -> Standing:
    rows = actions(outcome.world, [rule], outcome.meeting_class, outcome.bench.definitions, every=True)
    rows = [a for a in rows if a.given is None]
    _, values = judge_all(outcome.bench, rows, outcome.kept)
    found: dict[Pair, int] = {}
    for action, value in zip(rows, values, strict=True):
        key = action.holder, action.issuer
        found[key] = TRUE if TRUE in (value, found.get(key)) else value | found.get(key, 0)
    judge = Judge(outcome.bench, outcome.kept)
    world = outcome.world
    for issuer in world.owners:  # own shares have no votes to lose, but the row is about them
        if world.own(issuer) and rule.when is not None and not rule.by_lot and reach(rule, world, issuer, issuer) == TRUE:
            found[issuer, issuer] = judge.value(rule.when, {"I": issuer, "H": issuer, "X": issuer, "Y": issuer}, rule)
    return Standing(_with(found, TRUE), _with(found, UNKNOWN))


def _with(values: Mapping[Pair, int], wanted: int) -> tuple[Pair, ...]:
    return tuple(pair for pair, value in values.items() if (value & UNKNOWN if wanted == UNKNOWN else value == wanted))
