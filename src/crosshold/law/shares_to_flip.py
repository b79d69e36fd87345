"""The distance to a line in shares, where shares of a company carry different votes (spec 9, 14).

A share that changes hands keeps only the votes of its class, so a sale by a loyalty holder lowers the total as well, and so does a purchase
from one.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from crosshold.law.bench import Line
from crosshold.law.outcome import StableOutcome
from crosshold.law.vocabulary import LIVE_BASES

BOUGHT = "in one-vote shares of one-vote holders; buying from a loyalty holder lowers the total of votes as well"
SOLD = "the shares with the fewest votes first; a share that is sold keeps only the votes of its class, so the total can fall too"
UNTOLD = "votes are told of many shares together or taken by law, so no number of shares follows"


def shares_to_flip(line: Line, votes: int, outcome: StableOutcome) -> tuple[int | None, str]:
    """Shares bought (+) or sold (-) by the tested group that change the truth of a line on votes, and what kind of shares.

    ``votes`` is the same in votes. ``None`` where every share has one vote (``votes`` says it), or where no number follows.
    """
    world = outcome.world
    rows = [i for i in world.by_issuer.get(line.issuer, ()) if world.lots[i].shares and world.lots[i].holder != line.issuer]
    rates = {i: Fraction(world.gross[i], world.lots[i].shares) for i in rows}
    if "votes" not in line.basis or len(set(rates.values())) < 2:
        return None, ""
    if votes > 0:
        single = sum(world.lots[i].shares for i, rate in rates.items() if rate == 1 and world.owner[i] not in line.group)
        return (votes, BOUGHT) if single >= votes else (None, f"no {votes:,} one-vote shares are in other hands")
    mine = sorted((i for i in rows if world.owner[i] in line.group), key=lambda i: (rates[i], world.lots[i].id))
    cut = line.basis in LIVE_BASES and any(outcome.exercisable[i] != world.gross[i] for i in rows)
    told = all(rates[i].denominator == 1 for i in mine) and not cut
    return (-sold, SOLD) if told and (sold := _sold(line, mine, rates, outcome)) is not None else (None, UNTOLD)


def _sold(line: Line, mine: list[int], rates: dict[int, Fraction], outcome: StableOutcome) -> int | None:
    """The fewest shares, sold lot by lot, after which the test no longer holds; ``None`` when selling all of them is not enough."""
    part, whole, sold = Fraction(line.part), Fraction(line.whole), 0
    for i in mine:
        count = outcome.world.lots[i].shares
        lost = rates[i] - Fraction(outcome.world.base[i], count)  # of the total, per share
        falls = rates[i] - line.threshold * lost  # of what the group has above the line, per share
        over = part - line.threshold * whole
        needed = over / falls if falls > 0 else count + 1
        needed = max(ceil(needed) if line.op in (">", "<=") else floor(needed) + 1, 0)
        if needed <= count:
            return sold + needed
        part, whole, sold = part - rates[i] * count, whole - lost * count, sold + count
    return None
