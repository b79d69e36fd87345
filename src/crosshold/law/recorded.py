"""Tests of facts: their days, designated groups, circles of stakes inside one."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from crosshold.law.facts import Facts
from crosshold.law.truth import FALSE, TRUE, UNKNOWN
from crosshold.law.world import World
from crosshold.model.dates import add_months, whole_months

Days = tuple[date, date] | int | None


def compare_days(word: str, first: Days, second: Days) -> int:
    """``before``: the first is recorded and earlier, or the second is not recorded. ``same_day``: both are, and meet. A missing day of a
    recorded fact leaves it UNKNOWN, and so do days known to the month or year that may come out either way.
    """
    if first is None or second is None:
        return TRUE if word == "before" and first is not None else FALSE
    if not isinstance(first, tuple) or not isinstance(second, tuple):
        return UNKNOWN
    if word == "before":
        return TRUE if first[1] < second[0] else FALSE if first[0] >= second[1] else UNKNOWN
    if first[1] < second[0] or second[1] < first[0]:
        return FALSE
    return TRUE if first[0] == first[1] == second[0] == second[1] else UNKNOWN


def months_passed(start: date, end: date) -> Fraction:
    """Whole months from a day to another, and a half from the day after one is full: on the last day of a term of twelve months it is 12,
    the day after more than 12.
    """
    whole = whole_months(start, end)
    return Fraction(whole) if add_months(start, whole) == end else whole + Fraction(1, 2)


def groups(facts: Facts, members: list[str], scheme: str, since: str | None = None) -> tuple[int, list[frozenset[str]]]:
    """Whether all are in one group designated under a scheme (first on or after ``since``), and those groups.

    UNKNOWN when no designation is recorded, or one without a day where the day matters.
    """
    known = facts.designated(scheme)
    if not known:
        return UNKNOWN, []
    found = [(group, day) for group, day in known if set(members) <= group]
    if since is None:
        return (TRUE if found else FALSE), [group for group, _ in found]
    days = [day for _, day in found if day is not None]
    if days and min(days) < date.fromisoformat(since):
        return FALSE, []  # a later designation of a group that had been designated before is no new one
    if len(days) < len(found):
        return UNKNOWN, []
    return (TRUE if found else FALSE), [group for group, _ in found]


def same_group(facts: Facts, members: list[str], scheme: str, since: str | None = None) -> int:
    """Whether all are in one designated group."""
    return groups(facts, members, scheme, since)[0]


def in_cycle(world: World, holder: str, issuer: str, scheme: str, since: str | None = None) -> int:
    """Whether the stake of ``holder`` in ``issuer`` lies on a circle of stakes inside one designated group.

    Where a recorded ``loop_forming_edge`` names the edges of its loop, that loop counts, and it stands while every edge of it does.
    """
    value, found = groups(world.facts, [holder, issuer], scheme, since)
    if value != TRUE:
        return value
    loops = [r["loop"] for r in world.facts.records("loop_forming_edge", holder, issuer) if r.get("loop")]
    if loops:
        return TRUE if any(all(world.stake({str(a)}, str(b)) for a, b in loop) for loop in loops) else FALSE
    return TRUE if any(world.on_a_circle(holder, issuer, group) for group in found) else FALSE
