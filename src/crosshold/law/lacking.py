"""What a test that came out unknown would have had to know, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crosshold.law.bench import Env
from crosshold.law.history import crossers, day_of
from crosshold.law.rule import Rule
from crosshold.law.trees import Compare, Crossed, Dated, Dates, Held, HeldFor, Increase, MonthsSince, Predicate
from crosshold.law.truth import UNKNOWN

if TYPE_CHECKING:
    from crosshold.law.judge import Judge

ATTRIBUTES = {"company": "kind", "jur": "jurisdiction"}
"""Words of a condition that ask for an attribute of another name."""


def lacks(judge: Judge, tree: Compare | Dates | Predicate, env: Env, rule: Rule) -> Iterator[str]:
    """What a test that came out unknown would have had to know."""
    if isinstance(tree, Dates):
        yield from (
            _lacks_day(judge, fact, env) for fact in (tree.first, tree.second) if day_of(judge, fact, env, rule) == UNKNOWN
        )
    elif isinstance(tree, Compare):
        for number in (tree.left, tree.right):
            held = number.held if isinstance(number, Increase) else number
            if isinstance(number, MonthsSince):
                yield _lacks_day(judge, number.fact, env)
            elif isinstance(number, HeldFor):
                yield f"since when {judge.world.lots[int(env['lot'])].id} is held"
            elif isinstance(held, Held):
                known = env[held.target] in judge.world.by_issuer
                yield f"register of {env[held.target]}" if not known else f"an earlier state of {env[held.target]}"
    elif tree.name in ("in_cycle", "same_group"):
        yield f"fact designated_group (scheme {tree.words[2]})"
    elif tree.name == "fact":
        yield f"fact {tree.words[0]} ({', '.join(judge.who(tree, env))})"
    elif tree.name == "ctrl":
        known = env[tree.words[1]] in judge.world.by_issuer
        yield (f"fact of control ({', '.join(env[w] for w in tree.words[:2])})" if known else f"register of {env[tree.words[1]]}")
    elif tree.name != "largest":
        yield f"{ATTRIBUTES.get(tree.name, tree.name)} of {env[tree.words[0]]}"


def _lacks_day(judge: Judge, fact: Dated, env: Env) -> str:
    if isinstance(fact, Crossed):
        return f"an earlier state of {env[fact.held.target]}, or the fact crossed ({', '.join(crossers(fact, env))})"
    return f"day of the fact {fact.words[0]} ({', '.join(judge.who(fact, env))})"
