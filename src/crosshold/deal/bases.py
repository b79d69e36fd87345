"""Which denominator a reported percentage was taken on (spec/deal 1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosshold.deal.exact import Number, Record, number
from crosshold.errors import Finding

BASES = ("issued", "outstanding")


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


def which_base(
    reported: Number, decimals: int, before: Mapping[str, int], after: Mapping[str, int], holder: str, issuer: str
) -> Reported:
    """Try every numerator (before, after), denominator (before, after) and basis against a reported fraction 0-1.

    ``before`` and ``after`` are ``{held, issued, treasury}``; ``decimals`` are those of the percentage as printed. If the only match
    has the numerator after and the denominator before, ``W_OLD_DENOMINATOR`` says what each proper basis would give.
    """
    said = round(number(reported) * 100, decimals)
    states = {"before": before, "after": after}
    matches = []
    for basis in BASES:
        for top, numerator in states.items():
            for bottom, denominator in states.items():
                own = denominator.get("treasury", 0) if basis == "outstanding" else 0
                value = Fraction(numerator["held"], denominator["issued"] - own)
                if round(value * 100, decimals) == said:
                    matches.append(Match(basis, top, bottom, value))
    findings = []
    if matches and all((m.numerator, m.denominator) == ("after", "before") for m in matches):
        proper = {
            b: Fraction(after["held"], after["issued"] - (after.get("treasury", 0) if b == "outstanding" else 0)) for b in BASES
        }
        figures = ", ".join(f"{float(value) * 100:.{decimals}f} % of {basis}" for basis, value in proper.items())
        message = f"{holder} in {issuer}: the figure fits only the share count before the deal; after it: {figures}."
        findings.append(Finding("W_OLD_DENOMINATOR", message, "Recompute it on a named basis.", issuer))
    return Reported(tuple(matches), tuple(findings))
