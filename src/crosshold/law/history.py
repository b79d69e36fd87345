"""What earlier states of a register tell a condition: when a line was crossed, how far a share rose within some months."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from crosshold.law.bench import Env
from crosshold.law.measure import NOTHING, Span
from crosshold.law.recorded import Days
from crosshold.law.rule import Rule
from crosshold.law.trees import Crossed, Dated, Increase
from crosshold.law.truth import UNKNOWN
from crosshold.model.dates import add_months

if TYPE_CHECKING:
    from crosshold.law.judge import Judge


def day_of(judge: Judge, fact: Dated, env: Env, rule: Rule) -> Days:
    """The day or days a condition asks for: of a recorded fact, or of a crossing."""
    if isinstance(fact, Crossed):
        return _crossing(judge, fact, env, rule)
    return judge.world.facts.days(fact.words[0], *judge.who(fact, env))


def _crossing(judge: Judge, crossed: Crossed, env: Env, rule: Rule) -> Days:
    """First and last possible day of the last crossing upwards: recorded, else after the last state that does not pass the line
    and no later than the next one. ``None`` when the line is not passed now, UNKNOWN without a state below it."""
    now = judge.held(crossed.held, env, rule)
    if now is None or now is NOTHING:
        return UNKNOWN
    if now.high <= crossed.at:
        return None
    if (told := judge.world.facts.days("crossed", *crossers(crossed, env))) is not None:
        return told
    last = judge.world.at
    for past in sorted((w for w in judge.bench.past if w.at < judge.world.at), key=lambda w: w.at, reverse=True):
        then = judge.on(past).held(crossed.held, env, rule)
        if then is None or then is NOTHING:
            return UNKNOWN
        if then.low <= crossed.at:
            return past.at + timedelta(1), last
        last = past.at
    return UNKNOWN


def crossers(crossed: Crossed, env: Env) -> tuple[str, str]:
    """Who crosses a line, in which company."""
    return env[crossed.held.group.head], env[crossed.held.target]


def rise(judge: Judge, number: Increase, env: Env, rule: Rule) -> Span | None:
    """Rise above the lowest state of the window; ``None`` without an earlier state that shows the group.

    The last state before the window may have stood until the window opened or not: it makes a greater rise possible, not certain.
    An earlier state that does not show the group at all says nothing about it.
    """
    now, opens = judge.held(number.held, env, rule), add_months(judge.world.at, -number.months)
    if now is None or now is NOTHING:
        return None
    low, high, known = Fraction(0), Fraction(0), False
    states = sorted((w for w in judge.bench.past if w.at <= judge.world.at), key=lambda w: w.at)
    older = [w for w in states if w.at < opens]
    for past in (*older[-1:], *(w for w in states if w.at >= opens)):
        key = number.held, rule.version, judge.data, *judge.bench.reading.items(), *env.items()
        if key not in past.measured:
            past.measured[key] = judge.on(past, data=judge.data).held(number.held, env, rule)
        then = past.measured[key]
        if then is None or then is NOTHING or not then.high:
            continue
        known, high = True, max(high, now.high - then.low)
        low = max(low, now.low - then.high) if past.at >= opens else low
    return Span(low, high, basis=now.basis) if known else None
