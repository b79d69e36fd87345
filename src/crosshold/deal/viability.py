"""Who can hold whom to what: balance, blocking, takeover, independence (spec/deal 14). A vector of numbers, never one score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from crosshold.deal.exact import Number, Record, number
from crosshold.errors import Finding, RequestError


def balance(a: Number, b: Number) -> Fraction | None:
    """1 - |a - b| / (a + b): ``a`` is the power of one over the other, ``b`` the reverse. ``None``: no mutual power at all.

    >>> balance("0.30", "0.10"), balance(0, 0)
    (Fraction(1, 2), None)
    """
    one, other = number(a), number(b)
    if one < 0 or other < 0:
        raise RequestError(Finding("E_NEG_QTY", "power is 0 or more.", "Check the stakes."))
    return 1 - abs(one - other) / (one + other) if one + other else None


def hostage_balance(a: Number, b: Number) -> Fraction | None:
    """min / max of the values that each holds in the other; ``None`` when both are 0 (idea: Williamson 1983)."""
    low, high = sorted((number(a), number(b)))
    return low / high if high else None


def blocking(share: Number, turnout: Number = 1, majority: Number = "2/3", *, strict: bool = False) -> bool:
    """Whether ``share`` of all votes can stop a resolution at a ``turnout``.

    "At least Q of votes cast" is blocked by share / u > 1 - Q; "more than Q" (``strict``) by share / u >= 1 - Q.
    """
    cast, least = number(turnout), 1 - number(majority)
    if not 0 < cast <= 1:
        raise RequestError(Finding("C_BAD_NUMBER", f"a turnout of {cast} is not above 0 and at most 1.", "Write 3/4."))
    present = number(share) / cast
    return present >= least if strict else present > least


@dataclass(frozen=True)
class Cost(Record):
    """Shares to buy to reach a line, and the money at a premium over the price."""

    shares: int
    cost: Fraction


def takeover_cost(
    issued: int, price: Number, *, threshold: Number = "1/2", held: int = 0, premium: Number = 0, strict: bool = True
) -> Cost:
    """(tau n - h) p (1 + pi) in whole shares: the fewest that make the stake more than ``threshold`` (at least, unless strict)."""
    goal = number(threshold) * issued
    needed = max(0, (floor(goal) + 1 if strict else ceil(goal)) - held)
    return Cost(needed, needed * number(price) * (1 + number(premium)))


def flip_in(a: Number, k: Number) -> Fraction:
    """Stake of an acquirer after all others get ``k`` new shares for each one: a / (a + (1 - a)(1 + k)).

    >>> flip_in("0.2", 1)
    Fraction(1, 9)
    """
    stake = number(a)
    return stake / (stake + (1 - stake) * (1 + number(k)))


def free_vote_bar(total: Number, block: Number, majority: Number, block_for: Number = 0) -> Fraction | None:
    """Share of the free votes a motion needs when ``block`` votes are cast, the part ``block_for`` of them in favour.

    (Q n - s B) / (n - B); unchanged iff s = Q. ``None`` when no vote is free.

    >>> free_vote_bar(100, 20, "2/3", "1/2")
    Fraction(17, 24)
    """
    whole, tied = number(total), number(block)
    return (number(majority) * whole - number(block_for) * tied) / (whole - tied) if whole != tied else None


@dataclass(frozen=True)
class Independence(Record):
    """1 - the largest outside power index, and how many of the largest holders make a majority at a turnout."""

    independence: Fraction
    strongest: str | None
    holders_for_majority: int | None


def independence(power: Mapping[str, Number], shares: Mapping[str, Number], turnout: Number = 1) -> Independence:
    """Independence of a company: ``power`` indices and vote ``shares`` of its outside holders, fractions 0-1."""
    index = {name: number(value) for name, value in power.items()}
    strongest = max(sorted(index), key=lambda name: index[name], default=None)
    half, sum_, count = number(turnout) / 2, Fraction(0), 0
    for share in sorted((number(value) for value in shares.values()), reverse=True):
        if sum_ > half:
            break
        sum_, count = sum_ + share, count + 1
    return Independence(1 - index[strongest] if strongest else Fraction(1), strongest, count if sum_ > half else None)
