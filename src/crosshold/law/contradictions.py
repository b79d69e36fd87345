"""Rows that contradict one another: in force on the same day, about the same parties, asking the same, and saying opposite things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations

from crosshold.errors import Finding
from crosshold.law.rule import Rule


def contradictions(rules: Iterable[Rule]) -> Iterator[Finding]:
    """``C_OVERLAP`` for every such pair of rows: another majority for the same resolutions of the same companies; on the same test
    votes that stay in the quorum and leave it, or are multiplied by different factors. Rows that take no vote (C, proposed) are left out.
    """
    groups: dict[object, list[Rule]] = {}
    for rule in (rule for rule in rules if rule.confidence != "C" and rule.status != "proposed"):
        if rule.majority:
            groups.setdefault((rule.jurisdiction, rule.issuer), []).append(rule)
        elif rule.effects:
            said = repr(sorted(rule.source_text.items()))
            groups.setdefault((rule.jurisdiction, rule.issuer, rule.holder, said), []).append(rule)
    for group in groups.values():
        for one, other in combinations(group, 2):
            if one.id != other.id and _both_in_force(one, other) and (what := _opposite(one, other)):
                message = f"{one.id} and {other.id} are in force at the same time and contradict one another: {what}."
                yield Finding("C_OVERLAP", message, "Keep one, date them apart, or narrow whom they reach.", other.id)


def _both_in_force(one: Rule, other: Rule) -> bool:
    starts, ends = [r.start or date.min for r in (one, other)], [r.end or date.max for r in (one, other)]
    return max(starts) <= min(ends)


def _opposite(one: Rule, other: Rule) -> str:
    """What two rows on the same say differently, in words."""
    a, b = one.majority, other.majority
    if a and b:
        classes = sorted({*a.classes} & {*b.classes})
        same = replace(a, classes=(), rule=None) == replace(b, classes=(), rule=None)
        return f"{', '.join(classes)} by {a} and by {b}" if classes and not same else ""
    for x in one.effects:
        for y in (y for y in other.effects if (y.votes, y.clause, y.meetings) == (x.votes, x.clause, x.meetings)):
            words = {x.quorum, y.quorum}
            if "keep" in words and any(word.startswith("exclude") for word in words):
                return f"the votes stay in the quorum ({x.quorum}) and leave it ({y.quorum})"
            if x.votes == "multiply" and x.factor != y.factor:
                return f"votes times {x.factor} and times {y.factor}"
    return ""
