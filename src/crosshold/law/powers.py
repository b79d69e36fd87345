"""What a meeting's votes mean for its holders: who can pass or block a resolution, alone and in pairs, at a turnout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

from crosshold.errors import Finding, RequestError
from crosshold.law.ballot import Ballot
from crosshold.law.meeting import Tally
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import Majority
from crosshold.model.exact import number
from crosshold.model.result import plain

LARGEST = 12
"""Pairs are formed among so many holders, the largest; a smaller holder tips nothing that a larger one does not tip as well."""


@dataclass(frozen=True, slots=True)
class Power:
    """Who acts together (one or two), with how many of the votes that count, and what they can do.

    ``votes`` they decide about, ``share`` of the votes that the majority is of. ``passes``: their votes alone are enough. ``blocks``:
    without them nothing passes, whoever else is present votes for it; ``blocks_below`` is the number of votes present below which that is
    so (``None`` for a pair, and where votes are fixed or abstain). Of a pair, only what neither can do alone.
    """

    holders: tuple[str, ...]
    votes: Fraction
    share: Fraction | None
    passes: bool
    blocks: bool
    blocks_below: int | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A holder that does not decide about all its votes: ``gross`` of them, ``decides`` about so many, ``by`` which rules and contracts."""

    holder: str
    gross: int
    decides: Fraction
    by: tuple[str, ...]


@dataclass(frozen=True)
class Powers:
    """Holders ``alone``, the ``pairs`` that can do together what neither can alone, and those that are ``bound``.

    ``votes`` can be cast when all are there, ``present`` of them are; ``needed`` votes are needed (``majority.op`` says whether exactly as
    many are enough), of which ``fixed_for`` are there in any case, and ``fixed_against`` never. ``settings`` name every choice.
    """

    issuer: str
    meeting: str
    majority: Majority
    turnout: Fraction
    votes: Fraction
    present: Fraction
    needed: Fraction
    fixed_for: Fraction
    fixed_against: Fraction
    abstaining: Fraction
    alone: tuple[Power, ...]
    pairs: tuple[Power, ...]
    bound: tuple[Bound, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form."""
        return {**plain(self, exact=exact), "majority": str(self.majority), "rule": self.majority.rule}


@dataclass(frozen=True)
class Meeting:
    """The same in every outcome of the law, first the ballot's first. ``settled``: there is one, as far as this company goes."""

    ballot: Ballot
    issuer: str
    outcomes: tuple[Powers, ...]

    @property
    def settled(self) -> bool:
        """Whether the law leaves one answer."""
        return self.ballot.settled_in(self.issuer)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the votes and the resolution leave to tell."""
        told = (*self.ballot.snapshot.findings, *self.ballot.findings, *(f for one in self.outcomes for f in one.findings))
        return tuple(dict.fromkeys(told))

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form."""
        return {"outcomes": [one.to_dict(exact=exact) for one in self.outcomes], "settled": self.settled}


def meeting(ballot: Ballot, issuer: str, turnout: Fraction | str = Fraction(1)) -> Meeting:
    """:func:`powers` in every outcome of a Ballot, at a resolution of its class. No outcome is an ``UndeterminedError``."""
    outcomes = ballot.outcomes if ballot.outcomes and not ballot.stops else [ballot.outcome()]
    return Meeting(ballot, issuer, tuple(powers(outcome, issuer, ballot.meeting_class, turnout) for outcome in outcomes))


def powers(outcome: StableOutcome, issuer: str, meeting: str, turnout: Fraction | str = Fraction(1)) -> Powers:
    """Every holder of ``issuer`` at a resolution of class ``meeting`` at which ``turnout`` of all votes are present.

    Named holders are all there, and dispersed ones fill up what the turnout leaves; where it leaves nothing, nobody else is there
    (``W_TURNOUT``). Neutral votes are cast by their fixed split; votes that others direct count for who directs them; abstaining votes
    count for nobody. A turnout outside 0 to 1 is ``E_ATTENDANCE``, an unknown issuer ``E_UNKNOWN_ID``, an unknown class
    ``C_UNKNOWN_MEETING``.
    """
    try:
        share = number(turnout)
    except ValueError:
        share = Fraction(-1)
    if not 0 <= share <= 1:
        message = f"a turnout of {turnout} is no share between 0 and 1."
        raise RequestError(Finding("E_ATTENDANCE", message, "Give a share, 0.8 or 4/5.", "turnout"))
    everyone = outcome.meeting(meeting, issuer=issuer)
    loose = {holder: row.exercised for holder, row in everyone.holders.items() if holder in outcome.world.dispersed}
    scattered = sum(loose.values(), start=Fraction(0))
    wanted = share * everyone.present - (everyone.present - scattered)
    part = min(max(wanted / scattered, Fraction(0)), Fraction(1)) if scattered else Fraction(0)
    tally = outcome.meeting(meeting, dict.fromkeys(loose, part), issuer=issuer)
    findings = list(tally.findings)
    if everyone.present and tally.present != share * everyone.present:
        named = float(tally.present / everyone.present) * 100
        message = f"named holders alone are {named:.4g} % of the votes of {issuer}; that is the turnout."
        findings.append(Finding("W_TURNOUT", message, "Ask for a higher turnout.", issuer))
    if tally.quorum_met is False:
        message = f"{float(tally.present):,.4g} votes of {issuer} are present, fewer than its quorum; nothing can pass."
        findings.append(Finding("W_NO_QUORUM", message, "Ask for a higher turnout.", issuer))
    share = tally.present / everyone.present if everyone.present else share
    deciders = {h: row.commanded for h, row in tally.holders.items() if row.commanded and h not in outcome.world.dispersed}
    ordered = sorted(deciders, key=lambda h: (-deciders[h], h))
    alone = tuple(_power((holder,), deciders[holder], tally) for holder in ordered)
    can = {p.holders[0]: p for p in alone}
    pairs = tuple(_pairs(ordered[:LARGEST], deciders, can, tally))
    settings = {
        "meeting": meeting, "turnout": str(share), "named holders": "all present", "majority": str(tally.majority),
        "pairs among": min(len(ordered), LARGEST), "readings": [dict(reading) for reading in outcome.readings],
    }  # fmt: skip
    return Powers(
        issuer, meeting, tally.majority, share, everyone.present, tally.present, tally.needed, *_fixed(tally), tally.abstained,
        alone, pairs, _bound(outcome, issuer, everyone), settings, tuple(findings),
    )  # fmt: skip


def _bound(outcome: StableOutcome, issuer: str, everyone: Tally) -> tuple[Bound, ...]:
    found = []
    for holder, row in outcome.counts(issuer).items():
        decides = everyone.holders[holder].commanded if holder in everyone.holders else Fraction(0)
        if row.gross and decides < row.gross:
            found.append(Bound(holder, row.gross, decides, (*row.suspended_by, *row.capped_by)))
    return tuple(found)


def _pairs(ordered: list[str], votes: dict[str, Fraction], can: dict[str, Power], tally: Tally) -> Iterator[Power]:
    """Pairs that can pass or block what neither can alone, in order of size."""
    found = []
    for a, b in combinations(ordered, 2):
        both = _power((a, b), votes[a] + votes[b], tally)
        passes = both.passes and not can[a].passes and not can[b].passes
        blocks = both.blocks and not can[a].blocks and not can[b].blocks
        if passes or blocks:
            found.append(Power(both.holders, both.votes, both.share, passes, blocks))
    yield from sorted(found, key=lambda power: (-power.votes, power.holders))


def _fixed(tally: Tally) -> tuple[Fraction, Fraction]:
    """Neutral votes for and against."""
    rows, zero = tally.holders.values(), Fraction(0)
    return sum((row.neutral_for for row in rows), start=zero), sum((row.neutral_against for row in rows), start=zero)


def _power(holders: tuple[str, ...], votes: Fraction, tally: Tally) -> Power:
    """What some free votes do: with the neutral votes for it they pass; all others and the neutral votes for it do not without them."""
    neutral_for, neutral_against = _fixed(tally)
    enough = _reached(tally, votes + neutral_for)
    without = _reached(tally, tally.cast - votes - neutral_against)
    quorum = tally.quorum_met is not False
    simple = (
        len(holders) == 1 and not (neutral_for or neutral_against or tally.abstained) and tally.majority.of in ("cast", "present")
    )
    below = tally.holders[holders[0]].blocks_if_present_votes_below if simple else None
    return Power(holders, votes, votes / tally.base if tally.base else None, enough and quorum, not without, below)


def _reached(tally: Tally, votes: Fraction) -> bool:
    return votes > tally.needed if tally.majority.op == ">" else votes >= tally.needed
