"""A vote at one meeting: who decides how many votes, what is needed, who can block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.law.contracts import Casting, kind_of
from crosshold.law.rule import Majority, Rule
from crosshold.law.vocabulary import MEETINGS
from crosshold.law.world import World
from crosshold.model.exact import fraction, number
from crosshold.model.result import plain

_TEXT = re.compile(r"(>=|>)\s*(\S+) of (?:(exercisable) votes|votes (cast|present)|capital present)")


@dataclass(frozen=True, slots=True)
class Share:
    """One holder at a meeting, in votes (fractions where a cap leaves them). ``share`` is of the base; ``whole_votes`` are rounded down.

    ``commanded`` counts the free votes it decides about, its own and those directed by it.
    """

    exercisable: int
    exercised: Fraction
    whole_votes: int
    free: Fraction
    neutral_for: Fraction
    neutral_against: Fraction
    not_cast: Fraction
    share: Fraction | None
    commanded: Fraction
    blocks: bool
    blocks_if_present_votes_below: int


@dataclass(frozen=True)
class Tally:
    """One resolution. ``base`` is what the majority is of, ``needed`` the votes for it (strictly more where ``majority.op`` is ``>``).

    ``free_needed`` is the bar on free votes once neutral votes are cast, ``as_share_of_free`` the same as a share. ``passed`` is ``None``
    while undeclared intentions could still decide. ``bounds`` of free and neutral votes come from uncertain data.
    """

    issuer: str
    meeting: str
    majority: Majority
    present: Fraction
    cast: Fraction
    base: Fraction
    needed: Fraction
    votes_for: Fraction
    votes_against: Fraction
    abstained: Fraction
    undeclared: Fraction
    passed: bool | None
    quorum_met: bool | None
    free_votes: Fraction
    free_needed: Fraction
    as_share_of_free: Fraction | None
    holders: Mapping[str, Share]
    bounds: Mapping[str, Mapping[str, tuple[Fraction, Fraction]]]
    binds: Mapping[str, str]
    findings: tuple[Finding, ...] = ()

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form; the majority as text."""
        names = [name for name in self.__dataclass_fields__ if name not in ("majority", "votes_for", "votes_against")]
        return {
            **{name: plain(getattr(self, name), exact=exact) for name in names},
            "majority": str(self.majority), "rule": self.majority.rule, "for": plain(self.votes_for, exact=exact),
            "against": plain(self.votes_against, exact=exact),
        }  # fmt: skip


def read_majority(text: str) -> Majority:
    """``> 1/2 of votes cast``, ``>= 2/3 of votes present``, ``> 1/2 of exercisable votes``."""
    match = _TEXT.fullmatch(text.strip())
    try:
        share = fraction(match[2]) if match else None
    except ValueError:
        share = None
    if match is None or share is None:
        cure = "Write '> 1/2 of votes cast', '>= 2/3 of votes present' or '> 1/2 of exercisable votes'."
        raise RequestError(Finding("E_MAJORITY", f"{text!r} is no majority.", cure, "majority"))
    return Majority(match[1], share, match[3] or match[4] or "present_capital")


def majority_for(world: World, rules: tuple[Rule, ...], issuer: str, meeting: str) -> tuple[Majority, tuple[Finding, ...]]:
    """The majority row of the issuer's law for a class of resolution, else more than half (special: two thirds) of votes cast, assumed."""
    entity = world.snapshot.entities.get(issuer)
    said: dict[str, Majority] = {}
    for rule in rules:
        if rule.majority and meeting in rule.majority.classes and rule.issuer.admits(entity) == 1 and rule.confidence != "C":
            said.setdefault(f"{rule.majority}, {rule.majority.quorum}, {rule.majority.low}", rule.majority)
    if len(said) > 1:
        rows = ", ".join(f"{majority.rule} ({majority})" for majority in said.values())
        message = f"rules contradict one another on the majority for {meeting}: {rows}."
        raise RequestError(Finding("C_OVERLAP", message, "Leave one out, or narrow whom it reaches.", issuer))
    if said:
        return next(iter(said.values())), ()
    special = kind_of(meeting) == "special"
    assumed = Majority(">=" if special else ">", Fraction(2, 3) if special else Fraction(1, 2))
    message = f"no rule in force says what majority {meeting} takes; {assumed} is assumed."
    return assumed, (Finding("W_MAJORITY_ASSUMED", message, "Check the law and the articles, and add the rule.", issuer),)


def check_class(meeting: str) -> None:
    """A class must be a known one or ``other:NAME``; else ``C_UNKNOWN_MEETING``."""
    if meeting not in MEETINGS and not re.fullmatch(r"other:\w[\w -]*", meeting):
        cure = f"{did_you_mean(meeting, MEETINGS)} Any other is other:NAME."
        raise RequestError(Finding("C_UNKNOWN_MEETING", f"{meeting!r} is no class of resolution.", cure, "meeting"))


def tally(
    world: World,
    exercisable: list[int],
    casting: Casting,
    issuer: str,
    meeting: str,
    majority: Majority,
    attendance: Mapping[str, Any] | None = None,
    intentions: Mapping[str, str] | None = None,
    ends: tuple[Casting, Casting] | None = None,
    findings: tuple[Finding, ...] = (),
) -> Tally:
    """Count one meeting of ``issuer``. ``attendance`` maps holders to the share of their votes that is present (default 1, ``~float``
    too), ``intentions`` to for, against or abstain. ``ends`` are the castings at the lowest and highest data."""
    here, zero = dict[str, Fraction](), Fraction(0)
    lots = [i for i in world.by_issuer.get(issuer, ()) if world.lots[i].holder != issuer]
    for holder, share in (attendance or {}).items():
        try:
            here[holder] = number(share)
        except ValueError:
            here[holder] = Fraction(-1)
        if not 0 <= here[holder] <= 1:
            message = f"attendance of {holder} is {share}, not between 0 and 1."
            raise RequestError(Finding("E_ATTENDANCE", message, "Give a share."))
    part = {i: here.get(world.lots[i].holder, Fraction(1)) for i in lots}
    there = sum((casting.kept[i] * part[i] for i in lots), start=zero)
    everyone = sum((casting.kept[i] for i in lots), start=zero)
    majority = majority.at_attendance(there / everyone if everyone else zero)
    if majority.of == "present_capital":  # every vote weighs the shares behind it
        part = {i: p * Fraction(world.lots[i].shares, world.gross[i]) if world.gross[i] else p for i, p in part.items()}

    def total(of: Any) -> Fraction:
        return sum((of(i) * part[i] for i in lots), start=zero)

    present = total(lambda i: casting.kept[i])
    neutral_for, neutral = total(lambda i: casting.neutral[i] * casting.split[i]), total(lambda i: casting.neutral[i])
    said = {"for": zero, "against": zero, "abstain": zero, "": zero}
    commanded: dict[str, Fraction] = {}
    for i in lots:
        votes = casting.free(i) * part[i]
        commanded[casting.voter[i]] = commanded.get(casting.voter[i], zero) + votes
        word = (intentions or {}).get(casting.voter[i], "")
        if word not in said:
            raise RequestError(
                Finding("E_INTENTION", f"{word!r} is no vote.", "Write for, against or abstain.", casting.voter[i])
            )
        said[word] += votes
    silent = total(lambda i: casting.silent[i])
    cast_votes = present - silent - said["abstain"]
    exercisable_base = sum((casting.kept[i] for i in lots), start=zero)
    base = {"cast": cast_votes, "exercisable": exercisable_base}.get(majority.of, present)
    needed = majority.share * base
    quorum = None if majority.quorum is None else there > majority.quorum * everyone
    free = present - neutral - silent
    holders = {
        holder: _share(
            holder, world, exercisable, casting, part, majority, base, neutral - neutral_for, commanded.get(holder, zero), meeting
        )
        for holder in dict.fromkeys([*(world.lots[i].holder for i in lots), *commanded])
    }
    return Tally(
        issuer, meeting, majority, present, cast_votes, base, needed, said["for"] + neutral_for, said["against"] + neutral - neutral_for,
        said["abstain"] + silent, said[""], _passes(majority, said["for"] + neutral_for, said[""], needed), quorum, free,
        needed - neutral_for, (needed - neutral_for) / free if free else None, holders, _bounds(world, lots, ends), _binds(casting, ends),
        findings,
    )  # fmt: skip


def _reached(majority: Majority, votes: Fraction, needed: Fraction) -> bool:
    return votes > needed if majority.op == ">" else votes >= needed


def _passes(majority: Majority, votes: Fraction, open_votes: Fraction, needed: Fraction) -> bool | None:
    sure, possible = _reached(majority, votes, needed), _reached(majority, votes + open_votes, needed)
    return sure if sure == possible else None


def _share(
    holder: str, world: World, exercisable: list[int], casting: Casting, part: Mapping[int, Fraction], majority: Majority,
    base: Fraction, neutral_against: Fraction, commanded: Fraction, meeting: str,
) -> Share:  # fmt: skip
    own = [i for i in part if world.lots[i].holder == holder]
    zero = Fraction(0)

    def total(of: Any) -> Fraction:
        return sum((of(i) * part[i] for i in own), start=zero)

    neutral_for = total(lambda i: casting.neutral[i] * casting.split[i])
    neutral = total(lambda i: casting.neutral[i])
    cast_votes = total(casting.exercised)
    votes = sum(exercisable[i] for i in own)
    needs = majority.share * base
    # Without the holder everybody else votes for; neutral votes against stay against.
    blocks = bool(commanded) and not _reached(majority, base - commanded - neutral_against, needs)
    # It blocks while what the others can bring, present - commanded, fails: with fewer than this many votes present.
    edge = commanded / (1 - majority.share) if majority.share < 1 else Fraction(0)
    below = ceil(edge) if majority.op == ">=" else floor(edge) + 1 if edge else 0
    not_cast = total(lambda i: Fraction(exercisable[i])) - cast_votes
    return Share(
        votes, cast_votes, floor(cast_votes), total(casting.free), neutral_for, neutral - neutral_for, not_cast,
        cast_votes / base if base else None, commanded, blocks, below,
    )  # fmt: skip


def _bounds(
    world: World, lots: list[int], ends: tuple[Casting, Casting] | None
) -> dict[str, dict[str, tuple[Fraction, Fraction]]]:
    """Free and neutral votes of the holders whose lots have bounds."""
    if ends is None:
        return {}
    found: dict[str, dict[str, tuple[Fraction, Fraction]]] = {}
    for holder in dict.fromkeys(world.lots[i].holder for i in lots if world.votes(i)[0] != world.votes(i)[1]):
        own = [i for i in lots if world.lots[i].holder == holder]
        sums = [
            (sum((end.free(i) for i in own), start=Fraction(0)), sum((end.neutral[i] for i in own), start=Fraction(0)))
            for end in ends
        ]
        found[holder] = {"free": _ordered(sums[0][0], sums[1][0]), "neutral": _ordered(sums[0][1], sums[1][1])}
    return found


def _ordered(a: Fraction, b: Fraction) -> tuple[Fraction, Fraction]:
    return (a, b) if a <= b else (b, a)


def _binds(casting: Casting, ends: tuple[Casting, Casting] | None) -> dict[str, str]:
    """Whether each cap bites, whatever the data turn out to be."""
    found = {}
    for name, binds in casting.binds.items():
        seen = {binds, *(end.binds.get(name, False) for end in ends or ())}
        found[name] = "POSSIBLE" if len(seen) > 1 else "CERTAIN" if binds else "IMPOSSIBLE"
    return found
