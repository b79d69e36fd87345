"""What rules oblige parties to: shares to sell by a day, and every other duty, ban or label that holds for a pair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from crosshold.law.actions import Action
from crosshold.law.grammar import parse
from crosshold.law.judge import Judge
from crosshold.law.near import line_pairs
from crosshold.law.outcome import StableOutcome
from crosshold.law.trees import Predicate
from crosshold.law.truth import TRUE
from crosshold.model.dates import add_months

_SPAN = re.compile(r"(\d+) (day|month|year)s?")


def sales(outcome: StableOutcome) -> Iterator[tuple[str, str, str, int, str | None, str | None]]:
    """(rule, party, issuer, shares to sell, within, by) of every rule on votes that holds and says that shares must be sold."""
    for action, value in zip(outcome.actions, outcome.judged[1], strict=True):
        if value == TRUE and "sell" in action.effect.duty:
            lots = [outcome.world.lots[i] for i in action.lots]
            held = sum(lot.shares for lot in lots)
            keep = action.effect.share * outcome.world.issued(action.issuer) if action.effect.share else 0
            duty = action.effect.duty
            yield action.rule.id, action.holder, action.issuer, held - int(keep), duty.get("within"), _by(duty, action, outcome)


def _by(duty: Mapping[str, str], action: Action, outcome: StableOutcome) -> str | None:
    """The last day of a duty, where it runs from the day of a recorded fact and is a number of days, months or years."""
    match, start = _SPAN.fullmatch(duty.get("within", "")), duty.get("from")
    if match is None or start is None:
        return None
    fact = parse(start)
    assert isinstance(fact, Predicate)
    days = outcome.world.facts.days(fact.words[0], *(action.env.get(word, word) for word in fact.words[1:]))
    if not isinstance(days, tuple):
        return None
    return after(days[0], int(match[1]), match[2]).isoformat()


def after(start: date, count: int, unit: str) -> date:
    """``count`` days, months or years later; months and years keep the day, clamped to the end of a shorter month."""
    return start + timedelta(count) if unit == "day" else add_months(start, count * (12 if unit == "year" else 1))


def obligations(outcome: StableOutcome) -> Iterator[dict[str, Any]]:
    """Every rule with a condition and no effect on votes that holds for a pair: what it asks, of whom, by which text."""
    for rule in outcome.rules:
        if rule.when is None or rule.kind in ("control_def", "multiplier", "vote_rule"):
            continue
        judge = Judge(outcome.bench, outcome.kept)
        for issuer, holder in line_pairs(rule, outcome):
            env = {"I": issuer, "H": holder, "X": holder, "Y": issuer}
            if not rule.measures_increase and judge.value(rule.when, env, rule) == TRUE:
                stays = {"stay": "an authority may suspend the votes"} if any(e.votes == "stay" for e in rule.effects) else {}
                yield {
                    "rule": rule.id, "kind": rule.kind, "holder": holder, "issuer": issuer, "duty": {**rule.duty, **stays},
                    "confidence": rule.letter(), "citation": rule.law,
                }  # fmt: skip
