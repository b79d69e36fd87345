"""De facto control: a majority of the votes that are cast, at a turnout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, RequestError
from crosshold.model.result import Result
from crosshold.model.threshold import threshold as exact_threshold

HALF = Fraction(1, 2)


class Meeting(NamedTuple):
    """One meeting: turnout and share of the votes cast as fractions 0-1."""

    turnout: Fraction
    share_of_votes_cast: Fraction
    majority: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class DeFacto(Result):
    """``share_of_votes_cast`` = votes / turnout, ``majority`` when that is above one half; ``turnout_needed`` = min(1, 2 votes):
    below that turnout the holder has a majority. ``meetings`` has one row per turnout asked.
    """

    turnout_needed: Fraction
    share_of_votes_cast: Fraction | None
    majority: bool | None
    meetings: tuple[Meeting, ...] = ()

    row: ClassVar[Any] = Meeting
    shares: ClassVar[tuple[str, ...]] = ("turnout", "share_of_votes_cast")

    def _rows(self) -> tuple[Meeting, ...]:
        return self.meetings


def de_facto(votes: Fraction | str, turnout: Fraction | str | Sequence[Fraction | str] | None = None) -> DeFacto:
    """Is a holder of ``votes`` (fraction of all votes that can be cast) a majority of those that are cast at a ``turnout``?

    The holder always attends. ``turnout`` is a fraction, a list of past ones, or ``None``; with several, ``majority`` is true when
    it holds at every one and ``share_of_votes_cast`` is the smallest. Exactly half is no majority. Errors: E_THRESHOLD_TYPE,
    E_THRESHOLD_RANGE, E_TURNOUT (a turnout below the holder's own votes). Source: votes / turnout > 1/2, by definition.
    """
    held = exact_threshold(votes)
    single = turnout is None or isinstance(turnout, (Fraction, str, int, float))
    asked: list[Any] = [] if turnout is None else [turnout] if single else list(turnout)  # type: ignore[arg-type]
    meetings: list[Meeting] = []
    for value in asked:
        cast = exact_threshold(value)
        if cast < held:
            message = f"a turnout of {cast} is less than the holder's own {held}."
            raise RequestError(Finding("E_TURNOUT", message, "The holder is taken to attend.", "turnout"))
        meetings.append(Meeting(cast, held / cast, held / cast > HALF))
    return DeFacto(
        turnout_needed=min(Fraction(1), 2 * held),
        share_of_votes_cast=min((m.share_of_votes_cast for m in meetings), default=None),
        majority=all(m.majority for m in meetings) if meetings else None,
        meetings=tuple(meetings),
        settings={"votes": str(held)},
    )
