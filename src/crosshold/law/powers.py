"""What a meeting's votes mean for its holders: who can pass or block a resolution, alone and in pairs, at a turnout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

from crosshold.errors import Finding, RequestError
from crosshold.law.meeting import Tally
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import Majority
from crosshold.model.result import plain

LARGEST = 12
"""Pairs are formed among so many holders, the largest; a smaller holder tips nothing that a larger one does not tip as well."""


@dataclass(frozen=True, slots=True)
class Power:
    """Who acts together (one or two), with how many of the votes that count, and what they can do.

    ``passes``: their votes alone are enough. ``blocks``: without them nothing passes, whoever else is present votes for it. Of a pair,
    only what neither can do alone.
    """

    holders: tuple[str, ...]
    votes: Fraction
    share: Fraction | None
    passes: bool
    blocks: bool

    def in_words(self) -> str:
        """``R and S (45.1 %) can pass it and block it``."""
        can = " and ".join(word for word, true in (("pass it", self.passes), ("block it", self.blocks)) if true)
        share = f" ({float(self.share) * 100:.4g} % of the votes that count)" if self.share is not None else ""
        return f"{' and '.join(self.holders)}{share} can {can or 'neither pass nor block it'}"


@dataclass(frozen=True)
class Powers:
    """Holders alone, and the pairs that can do together what neither can alone. ``pairs_among`` holders were paired; ``settings`` name
    every choice."""

    issuer: str
    meeting: str
    majority: Majority
    turnout: Fraction
    present: Fraction
    needed: Fraction
    alone: tuple[Power, ...]
    pairs: tuple[Power, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form."""
        names = ("issuer", "meeting", "turnout", "present", "needed", "alone", "pairs", "settings", "findings")
        return {
            **{n: plain(getattr(self, n), exact=exact) for n in names},
            "majority": str(self.majority),
            "rule": self.majority.rule,
        }

    def in_words(self) -> list[str]:
        """Lines for a reader: the bar, then holders alone, then pairs."""
        more = "more than" if self.majority.op == ">" else "at least"
        head = f"{self.issuer}, {self.meeting}: {self.majority}" + (f" ({self.majority.rule})" if self.majority.rule else "")
        bar = (
            f"present {_count(self.present)} votes at a turnout of {float(self.turnout):.4g}; needed {more} {_count(self.needed)}"
        )
        doing = [p for p in self.alone if p.passes or p.blocks]
        lines = [head, bar, *(f"  {p.in_words()}" for p in doing or self.alone[:1])]
        return [*lines, *(["together:"] if self.pairs else []), *(f"  {p.in_words()}" for p in self.pairs)]


def powers(outcome: StableOutcome, issuer: str, meeting: str, turnout: Fraction | str = Fraction(1)) -> Powers:
    """Every holder of ``issuer`` at a resolution of class ``meeting`` at which ``turnout`` of all votes are present.

    Named holders are all there, and dispersed ones fill up what the turnout leaves; where it leaves nothing, nobody else is there
    (``W_TURNOUT``). Neutral votes are cast by their fixed split; votes that others direct count for who directs them; abstaining votes
    count for nobody. A turnout outside 0 to 1 is ``E_ATTENDANCE``, an unknown issuer ``E_UNKNOWN_ID``, an unknown class
    ``C_UNKNOWN_MEETING``.
    """
    try:
        share = Fraction(str(turnout))
    except (ValueError, ZeroDivisionError):
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
        "pairs among": min(len(ordered), LARGEST), "reading": dict(outcome.reading),
    }  # fmt: skip
    return Powers(issuer, meeting, tally.majority, share, tally.present, tally.needed, alone, pairs, settings, tuple(findings))


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


def _power(holders: tuple[str, ...], votes: Fraction, tally: Tally) -> Power:
    """What some free votes do: with the neutral votes for it they pass; all others and the neutral votes for it do not without them."""
    neutral_for = sum((row.neutral_for for row in tally.holders.values()), start=Fraction(0))
    neutral_against = sum((row.neutral_against for row in tally.holders.values()), start=Fraction(0))
    enough = _reached(tally, votes + neutral_for)
    without = _reached(tally, tally.cast - votes - neutral_against)
    quorum = tally.quorum_met is not False
    return Power(holders, votes, votes / tally.base if tally.base else None, enough and quorum, not without)


def _reached(tally: Tally, votes: Fraction) -> bool:
    return votes > tally.needed if tally.majority.op == ">" else votes >= tally.needed


def _count(votes: Fraction) -> str:
    return f"{int(votes):,}" if votes.denominator == 1 else f"{float(votes):,.2f}"
