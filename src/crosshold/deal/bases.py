"""Which denominator a reported percentage was taken on (spec/deal 1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.deal.exact import Number, Record, number
from crosshold.errors import Finding

BASES = ("issued", "outstanding", "gross_votes", "exercisable_votes")
State = Mapping[str, Any]


@dataclass(frozen=True)
class Match:
    """A pair that prints to the reported figure; ``numerator`` and ``denominator`` are ``before`` or ``after``."""

    basis: str
    numerator: str
    denominator: str
    value: Fraction


@dataclass(frozen=True)
class Reported(Record):
    """All pairs that fit, and a finding when only an old denominator does."""

    matches: tuple[Match, ...]
    findings: tuple[Finding, ...]


def which_base(reported: Number, decimals: int, before: State, after: State, holder: str, issuer: str) -> Reported:
    """Try every numerator (before, after), denominator (before, after) and basis against a reported fraction 0-1.

    ``before`` and ``after`` are ``{held, issued, treasury}`` and, where they are known, ``gross_votes`` and ``exercisable_votes`` as
    ``[held, all]``; ``decimals`` are those of the percentage as printed. If every match has the numerator after and the denominator
    before, ``W_OLD_DENOMINATOR`` says what each proper basis would give.
    """
    said = round(number(reported) * 100, decimals)
    states = {"before": before, "after": after}
    matches = []
    for basis in BASES:
        for top, numerator in states.items():
            for bottom, denominator in states.items():
                value = _value(basis, numerator, denominator)
                if value is not None and round(value * 100, decimals) == said:
                    matches.append(Match(basis, top, bottom, value))
    findings = []
    if matches and all((m.numerator, m.denominator) == ("after", "before") for m in matches):
        proper = {basis: value for basis in BASES if (value := _value(basis, after, after)) is not None}
        figures = ", ".join(f"{float(value) * 100:.{decimals}f} % of {basis}" for basis, value in proper.items())
        message = f"{holder} in {issuer}: the figure fits only the share count before the deal; after it: {figures}."
        findings.append(Finding("W_OLD_DENOMINATOR", message, "Recompute it on a named basis.", issuer))
    return Reported(tuple(matches), tuple(findings))


def _value(basis: str, top: State, bottom: State) -> Fraction | None:
    """One state's holding over the other's whole; ``None`` where the basis is not known or empty."""
    if basis in ("issued", "outstanding"):
        held, whole = top["held"], bottom["issued"] - (bottom.get("treasury", 0) if basis == "outstanding" else 0)
    elif basis in top and basis in bottom:
        held, whole = top[basis][0], bottom[basis][1]
    else:
        return None
    return Fraction(held, whole) if whole else None
