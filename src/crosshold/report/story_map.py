"""Asks the Ballot for the balance map: who of two companies can vote and who controls, and where the lines lie."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from crosshold.law.ballot import Ballot, ballot
from crosshold.model.snapshot import Snapshot
from crosshold.report.balance_map import INWARD, Judge, Line, Point, Region, at_point, group
from crosshold.report.holders import HolderRow, rows_of_ballot
from crosshold.report.story_law import HALF, Names, Pair, rules_of

THIRD = Fraction(1, 3)


def judge_of(pair: Pair, names: Names) -> Judge:
    """Asks the Ballot who of two companies can vote in the other at a pair of stakes, and who has a majority."""

    def judge(snapshot: Snapshot) -> Region:
        found = ballot(snapshot)
        voters: set[tuple[bool, bool]] = set()
        controls: list[set[str]] = []
        rules: dict[str, None] = {}
        for index in range(len(found.outcomes)):
            rows = rows_of_ballot(snapshot, found, index)
            both = [_own_rows(snapshot, rows, holder, issuer) for holder, issuer in (pair, pair[::-1])]
            voters.add((any(row.exercisable for row in both[0]), any(row.exercisable for row in both[1])))
            rules |= dict.fromkeys(rule for own in both for row in own for rule in row.suspended_by)
            controls.append(_majorities(snapshot, rows, pair, names))
        word = "open" if len(voters) > 1 else "unknown"
        if len(voters) == 1:
            word = {(True, True): "both", (True, False): "first", (False, True): "second", (False, False): "neither"}[
                voters.pop()
            ]
        always = set.intersection(*controls) if controls else set()
        return Region(word, tuple(sorted(always)), tuple(sorted(rules)))

    return judge


def _own_rows(snapshot: Snapshot, rows: Mapping[str, Sequence[HolderRow]], holder: str, issuer: str) -> list[HolderRow]:
    members = group(snapshot, holder)
    return [row for row in rows.get(issuer, ()) if row.holder in members and not row.own]


def _majorities(snapshot: Snapshot, rows: Mapping[str, Sequence[HolderRow]], pair: Pair, names: Names) -> set[str]:
    """Who alone has more than half of the votes that can be exercised in one of the two."""
    found = set()
    for issuer in pair:
        partner = pair[1] if issuer == pair[0] else pair[0]
        own = sum((row.votes_share or Fraction(0) for row in _own_rows(snapshot, rows, partner, issuer)), start=Fraction(0))
        if own > HALF:
            found.add(f"{names[partner]} controls {names[issuer]}")
        inside = group(snapshot, partner)
        for row in rows.get(issuer, ()):
            if row.holder not in inside and not row.holder.startswith("~") and (row.votes_share or 0) > HALF:
                found.add(f"{names[row.holder]} controls {names[issuer]}")
    return found


def voters_in_words(found: Ballot, snapshot: Snapshot, pair: Pair, names: Names) -> str:
    """Who of the two can vote in the other."""
    word = judge_of(pair, names)(snapshot) if not found.outcomes else None
    rows = rows_of_ballot(snapshot, found)
    able = [
        names[holder]
        for holder, issuer in (pair, pair[::-1])
        if any(r.exercisable for r in _own_rows(snapshot, rows, holder, issuer))
    ]
    holds = [any(r.shares for r in _own_rows(snapshot, rows, holder, issuer)) for holder, issuer in (pair, pair[::-1])]
    if word is not None or len(found.outcomes) > 1:
        return "the law leaves two outcomes"
    if not any(holds):
        return "nothing to vote"
    return {0: "neither votes", 1: f"only {able[0]} votes" if able else "", 2: "both vote"}[len(able)]


def with_definitions(label: str, snapshot: Snapshot) -> str:
    """A line's label with the control definition before each rule that has no number of its own: the line is the definition's."""
    for rule in rules_of(snapshot).values():
        if rule.takes_votes and not rule.bases and rule.definitions:
            label = re.sub(rf"(?<!\S){re.escape(rule.id)}\b", f"{', '.join(rule.definitions)}, {rule.id}", label)
    return label


def vote_shares(snapshot: Snapshot, pair: Pair) -> Point:
    """Both groups' parts of the gross votes: ``second``'s in ``first``, then the reverse."""
    rows = rows_of_ballot(snapshot, ballot(snapshot))
    second, first = (
        sum((row.gross_share or Fraction(0) for row in _own_rows(snapshot, rows, holder, issuer)), start=Fraction(0))
        for holder, issuer in (pair[::-1], pair)
    )
    return second, first


def blocking_lines(snapshot: Snapshot, pair: Pair, names: Names) -> tuple[Line, ...]:
    """Where each partner could stop a special resolution of the other: more than a third of the votes, while it can vote at all."""
    found = []
    for axis, holder, issuer in (("y", pair[0], pair[1]), ("x", pair[1], pair[0])):
        at = _where_third(snapshot, pair, axis)
        if at is not None:
            rule = _special_majority(snapshot, issuer)
            effect = f"above it {names[holder]} alone can block a special resolution of {names[issuer]}"
            found.append(Line(axis, at, f"1/3 of votes: blocking{f', {rule}' if rule else ''}", effect, (Fraction(0), HALF)))
    return tuple(found)


def _special_majority(snapshot: Snapshot, issuer: str) -> str:
    """The row that asks for two thirds at the issuer's meetings, if the case's packs have one."""
    entity = snapshot.entities.get(issuer)
    return next(
        (rule.id for rule in rules_of(snapshot).values()
         if rule.majority and rule.majority.share == 2 * THIRD and "special" in rule.majority.classes and rule.issuer.admits(entity) == 1),
        "",
    )  # fmt: skip


def _where_third(snapshot: Snapshot, pair: Pair, axis: str) -> Fraction | None:
    """The stake at which a group has a third of the votes that can be exercised, the other stake being almost nothing."""
    holder, issuer = pair if axis == "y" else pair[::-1]

    def part(at: Fraction) -> Fraction:
        x, y = (INWARD, at) if axis == "y" else (at, INWARD)
        there = at_point(snapshot, *pair, x, y)
        rows = rows_of_ballot(there, ballot(there))
        return sum((row.votes_share or Fraction(0) for row in _own_rows(there, rows, holder, issuer)), start=Fraction(0))

    low, high = INWARD, HALF
    below, above = part(low), part(high)
    if not below <= THIRD < above:
        return None
    at = low
    for _ in range(8):  # false position: the part is all but a straight line in the stake
        at = low + (high - low) * (THIRD - below) / (above - below)
        found = part(at)
        if abs(found - THIRD) < Fraction(1, 10**6):
            break
        low, below, high, above = (at, found, high, above) if found <= THIRD else (low, below, at, found)
    return THIRD if abs(at - THIRD) < Fraction(1, 10**5) else at
