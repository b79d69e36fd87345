"""The phrases that are a stake: a share, shares or a holding of one company, and whose it is where that is said with it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.formats.text.cues import Rule, Table
from crosshold.formats.text.names import Party
from crosshold.formats.text.units import Unit
from crosshold.model.share import SHARE_WORDS, Share, parse_word


@dataclass(slots=True)
class Stake:
    """A share, shares or a holding of one company, and whose it is when that is said with it."""

    holder: Party | None = None
    issuer: Party | None = None
    share: Share | None = None
    shares: int | None = None
    hedge: str | None = None
    base: str | None = None
    delta: Fraction | None = None
    entire: bool = False
    part: bool = False
    of_its: bool = False
    mutual: bool = False
    own: bool = False
    nonvoting: bool = False

    @property
    def told(self) -> bool:
        """Whether a number was said."""
        return self.share is not None or self.shares is not None or self.delta is not None


def stakes(units: list[Unit], cues: Table, line: str) -> list[Unit]:
    """The phrases of a clause that are stakes, each as one unit ``S``; earlier phrases of the table first."""
    present = {u.kind for u in units}
    for rule in cues.phrases:
        if not rule.needs <= present:
            continue
        place = 0
        while match := rule.pattern.search(line, place):
            if match.end() == match.start() or not _wanted(rule, match, units):
                place = match.start() + 1
                continue
            begin, end = match.span()
            made = Unit("S", units[begin].start, units[end - 1].end, "", _stake(rule, match, units))
            units[begin:end] = [made]
            line = cues.codes.line(units)
            place = begin + 1
            present.add("S")
    return units


def _wanted(rule: Rule, match: Any, units: list[Unit]) -> bool:
    return not rule.only or any(match.groupdict().get(name) for name in rule.only)


def _stake(rule: Rule, match: Any, units: list[Unit]) -> Stake:
    def value(*keys: str) -> Any:
        for key in keys:
            if match.groupdict().get(key):
                return units[match.start(key)].value
        return None

    def has(*keys: str) -> bool:
        return any(match.groupdict().get(key) for key in keys)

    share, hedge = value("p", "q", "r", "part") or (None, None)
    if isinstance(share, Fraction):
        share = None
    counted = value("n")
    shares = int(counted[0]) if counted and counted[0] == int(counted[0]) else None
    inside = units[match.start() : match.end()]
    return Stake(
        value("holder", "holder2"), value("issuer", "issuer2"), share, shares, hedge or (counted[1] if counted else None), rule.base,
        value("points"), has("all_"), has("part"), has("of_its"), has("each_", "cross_"), has("own_", "own2", "own3"),
        any(u.kind in ("NV", "nonvoting") for u in inside),
    )  # fmt: skip


def bare() -> Share:
    """A stake without a number: more than nothing."""
    return parse_word(SHARE_WORDS["(0, 1]"]["en"][0])
