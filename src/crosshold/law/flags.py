"""Labels that rules give (associate, consolidate, close link, blocked, owner): a clause is met, and nobody is told what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.law.bench import Env
from crosshold.law.judge import Judge
from crosshold.law.near import line_pairs
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import Rule
from crosshold.law.trees import Clause, Compare, Held, When, walk
from crosshold.law.truth import TRUE, UNKNOWN
from crosshold.model.result import plain


@dataclass(frozen=True, slots=True)
class Flag:
    """A label on a pair and whether its clause is met. ``now`` is the number tested, where there is one; ``how`` tells through whom.

    ``known`` is false where an input is missing: then nobody knows whether it is met.
    """

    rule: str
    clause: str
    flag: str
    holder: str
    issuer: str
    met: bool
    confidence: str
    citation: str
    now: Fraction | None = None
    how: str = ""
    known: bool = True

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        row: dict[str, Any] = plain(self, exact=True)
        return row


def flags_of(outcome: StableOutcome) -> Iterator[Flag]:
    """Every label on every pair that a rule with labels looks at."""
    for rule in (r for r in outcome.rules if r.flags):
        judge = Judge(outcome.bench, outcome.kept)
        for issuer, holder in line_pairs(rule, outcome):
            env = {"I": issuer, "H": holder, "X": holder, "Y": issuer}
            for clause, flag in rule.flags.items():
                tree = rule.clauses[clause]
                value = judge.value(tree, env, rule, clause)
                now, how = _told(tree, rule, judge, env, met=value == TRUE)
                letter = rule.letter(clause)
                yield Flag(rule.id, clause, flag, holder, issuer, value == TRUE, letter, rule.law, now, how, value != UNKNOWN)


def _told(tree: When, rule: Rule, judge: Judge, env: Env, *, met: bool) -> tuple[Fraction | None, str]:
    """The number tested and, where it is not a holding of the party itself, how it is counted."""
    nodes = [n for t in _inside(tree, rule) for n in walk(t)]
    numbers = (n.left for n in nodes if isinstance(n, Compare) and isinstance(n.left, Held))
    held = next((n for n in numbers if "Z" not in (n.group.head, n.target)), None)
    if held is None:
        return None, ""
    span = judge.held(held, env, rule)
    now = Fraction(span.part, span.whole) if span is not None and span.whole and span.low == span.high else None
    holder, issuer = env["X"], env[held.target]
    direct = [owner for owner in judge.world.owners.get(issuer, {}) if owner != holder and owner not in judge.world.dispersed]
    if held.group.product:
        chained = any(holder in judge.world.above(owner) for owner in direct)
        return now, "product" if chained else ""
    group = judge.group(held.group, env, issuer, rule)[0]
    if met:
        through = [owner for owner in direct if owner in group]
        return now, f"{', '.join(through)} count{'s' if len(through) == 1 else ''} in full" if through else ""
    left_out = [(z, judge.world.stake({holder}, z)) for z in direct if z not in group and judge.world.stake({holder}, z)]
    words = [f"{z} is not controlled at {'exactly one half' if part == Fraction(1, 2) else part}" for z, part in left_out]
    return now, "; ".join(words) if held.group.subs else ""


def _inside(tree: When, rule: Rule) -> Iterator[When]:
    """A condition and the clauses it names."""
    yield tree
    for node in walk(tree):
        if isinstance(node, Clause):
            yield from _inside(rule.clauses[node.name], rule)
