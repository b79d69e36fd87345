"""Truth values as sets, one bit each: what a test can be, given what is not decided yet. ``UNKNOWN`` never takes a vote away."""

from __future__ import annotations

from collections.abc import Iterable

TRUE, FALSE, UNKNOWN = 1, 2, 4


def fold(every: bool, values: Iterable[int], short: bool) -> int:
    """All of (or any of) some truth values, member by member; ``short`` stops where the rest cannot matter."""
    stop, go = (FALSE, TRUE) if every else (TRUE, FALSE)
    found, all_go, none_stop, some_unknown = 0, True, True, False
    for value in values:
        found |= value & stop
        all_go &= bool(value & go)
        none_stop &= bool(value & (go | UNKNOWN))
        some_unknown |= bool(value & UNKNOWN)
        if short and value == stop:
            return stop
    return found & stop | (go if all_go else 0) | (UNKNOWN if none_stop and some_unknown else 0) if none_stop else stop


def both(first: int, second: int) -> int:
    """Whether two conditions hold at once."""
    return fold(True, (first, second), False)


def contrary(value: int) -> int:
    """What the opposite of a condition can be."""
    return (TRUE if value & FALSE else 0) | (FALSE if value & TRUE else 0) | (value & UNKNOWN)
