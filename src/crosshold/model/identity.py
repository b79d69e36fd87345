"""Which ids are one party: judgements of persons, and numbers whose check is right (spec/evidence 8.3).

A judgement is a statement with the verb ``same_as``, a ``value`` of :data:`VALUES` and the name of who judged (``reviewed_by``). A
later one revises it, and taking it back retracts it: nothing is deleted. Ids that share a checked number are one party without a
judgement, which is told (``W_SAME_ID``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from crosshold.errors import Finding, unlisted
from crosshold.model.identifiers import names_party

if TYPE_CHECKING:
    from crosshold.model.entity import Entity
    from crosshold.model.register import Register
    from crosshold.model.statement import Statement

LISTED = 1_000
"""Findings of one code that are listed one by one."""
VALUES = ("different", "same", "unsure")
Number = tuple[str, str]
"""A scheme and a number in its one spelling."""


class Link(NamedTuple):
    """Two ids that are one party, and why: a judgement (the id of its statement) or a number that both have."""

    a: str
    b: str
    because: str
    statement: str | None = None


@dataclass(frozen=True, eq=False)
class Identity:
    """``same`` maps every id that goes by another one to that; ``classes`` the id that stands for each party to all of its ids.

    The shortest id stands for its party, of several the first in the alphabet. ``links`` are the reasons, by that id.
    """

    same: Mapping[str, str]
    classes: Mapping[str, tuple[str, ...]]
    links: Mapping[str, tuple[Link, ...]]
    findings: tuple[Finding, ...] = ()

    def of(self, name: str) -> str:
        """The id that stands for a party."""
        return self.same.get(name, name)

    def why(self, name: str) -> list[str]:
        """Why the ids of a party are one, a sentence a link."""
        return [f"{link.a} and {link.b}: {link.because}" for link in self.links.get(self.of(name), ())]


def judgements(register: Register, known_by: date | None = None) -> list[Statement]:
    """The judgements that stand on a day, in the order in which they were made."""
    rows = register.statements
    if "same_as" not in rows.columns["verb"]:
        return []
    found = [rows[n] for n in register.standing(known_by) if rows.columns["verb"][n] == "same_as"]
    return [s for s in found if s.reviewed_by and s.value in VALUES and s.object]


def identity(register: Register, known_by: date | None = None) -> Identity:
    """The parties of a register as a reader of a day knows them.

    - Ids with one checked number of a party (LEI, national numbers) are one, unless numbers of some scheme contradict each other inside
      the class, or a person judged two of them ``different``: then none of that class are (``W_TWO_IDS``, ``W_SAME_CONTRADICTED``).
    - Ids that persons judged ``same`` are one, through any number of links, unless a judgement ``different`` contradicts that: then no
      judgement of that class counts (``W_SAME_CONTRADICTED``).
    """
    judged = judgements(register, known_by)
    same = [Link(s.subject, s.object or "", f"judged by {s.reviewed_by}", s.id) for s in judged if s.value == "same"]
    apart = {frozenset((s.subject, s.object or "")): s for s in judged if s.value == "different"}
    findings: list[Finding] = []
    numbers, ruled = _shared(register.entities.values(), findings)
    kept: list[Link] = []
    for names, links in _classes(ruled):
        clash = _clash(names, numbers)
        if clash:
            message = f"{', '.join(names)} share {links[0].because}, and {clash}; they are not taken for one."
            findings.append(Finding("W_TWO_IDS", message, "Judge them with 'crosshold same'.", names[0]))
        elif pairs := _pairs(names, apart):
            message = f"{', '.join(names)} share {links[0].because}, but {_said(pairs[0])}; they are not taken for one."
            findings.append(Finding("W_SAME_CONTRADICTED", message, "Take a judgement back, or mend the number.", names[0]))
        else:
            kept += links
    good: list[Link] = []
    for names, links in _classes(same):
        if pairs := _pairs(names, apart):
            told = ", ".join(link.statement or "" for link in links)
            message = f"{', '.join(names)} are one by {told}, but {_said(pairs[0])}; none of this counts."
            findings.append(Finding("W_SAME_CONTRADICTED", message, "Take one of the judgements back.", names[0]))
        else:
            good += links
    classes: dict[str, tuple[str, ...]] = {}
    because: dict[str, tuple[Link, ...]] = {}
    for names, links in _classes([*good, *kept]):
        if pairs := _pairs(names, apart):  # by judgements and numbers together: the numbers give way
            message = f"{', '.join(names)} would be one by their numbers, but {_said(pairs[0])}; only judgements count."
            findings.append(Finding("W_SAME_CONTRADICTED", message, "Take a judgement back, or mend the number.", names[0]))
            again = list(_classes([link for link in links if link.statement]))
        else:
            again = [(names, links)]
        for members, reasons in again:
            head = min(members, key=lambda name: (len(name), name))
            classes[head], because[head] = tuple(members), tuple(reasons)
    for head, why in because.items():
        if not any(link.statement for link in why):
            others = ", ".join(name for name in classes[head] if name != head)
            findings.append(Finding("W_SAME_ID", f"{others} and {head} share {why[0].because}: one party here.", "", head))
    other = {name: head for head, names in classes.items() for name in names if name != head}
    return Identity(other, classes, because, tuple(_few(findings)))


def _few(findings: list[Finding]) -> Iterator[Finding]:
    """A thousand of each code, and how many more there are."""
    told = Counter[str]()
    for finding in findings:
        told[finding.code] += 1
        if told[finding.code] <= LISTED:
            yield finding
    for code, count in told.items():
        if count > LISTED:
            yield unlisted(code, count - LISTED)


def _shared(entities: Iterable[Entity], findings: list[Finding]) -> tuple[dict[str, set[Number]], list[Link]]:
    """The checked numbers of every party, and the links between those that share one."""
    numbers: dict[str, set[Number]] = {}
    holders: dict[Number, list[str]] = {}
    for entity in entities:
        if not entity.identifiers:
            continue
        found = {number for pair in entity.identifiers if (number := names_party(*pair))}
        numbers[entity.id] = found
        schemes = [scheme for scheme, _ in found]
        for scheme in sorted({s for s in schemes if schemes.count(s) > 1}):
            told = ", ".join(sorted(value for s, value in found if s == scheme))
            message = f"{entity.id} has several numbers of {scheme}: {told}."
            findings.append(Finding("W_TWO_IDS", message, "Check whether these are two parties.", entity.id))
        for number in found:
            holders.setdefault(number, []).append(entity.id)
    links = []
    for (scheme, value), names in holders.items():
        links += [Link(a, b, f"the {scheme} {value}") for a, b in pairwise(sorted(names))]
    return numbers, sorted(links)


def _clash(names: Iterable[str], numbers: Mapping[str, set[Number]]) -> str:
    """Two parties with numbers of one scheme that have none in common."""
    by_scheme: dict[str, list[tuple[str, set[str]]]] = {}
    for name in names:
        for scheme in {s for s, _ in numbers.get(name, ())}:
            by_scheme.setdefault(scheme, []).append((name, {v for s, v in numbers[name] if s == scheme}))
    for scheme, told in sorted(by_scheme.items()):
        for (a, first), (b, second) in combinations(told, 2):
            if not first & second:
                return f"their numbers of {scheme} contradict each other ({a}: {min(first)}, {b}: {min(second)})"
    return ""


def _classes(links: Iterable[Link]) -> Iterator[tuple[list[str], list[Link]]]:
    """The connected classes of links: their sorted ids, and the links."""
    links = list(links)
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for link in links:
        a, b = top(link.a), top(link.b)
        above[max(a, b)] = min(a, b)
    names: dict[str, list[str]] = {}
    inside: dict[str, list[Link]] = {}
    for name in sorted(above):
        names.setdefault(top(name), []).append(name)
    for link in sorted(links, key=lambda k: (k.a, k.b, k.because, k.statement or "")):
        inside.setdefault(top(link.a), []).append(link)
    for head in sorted(names):
        yield names[head], inside[head]


def _pairs(names: Iterable[str], apart: Mapping[frozenset[str], Statement]) -> list[Statement]:
    """The judgements that two of some ids are different."""
    members = set(names)
    return sorted((s for pair, s in apart.items() if pair <= members), key=lambda s: s.id)


def _said(s: Statement) -> str:
    return f"{s.reviewed_by} judged {s.subject} and {s.object} different ({s.id})"
