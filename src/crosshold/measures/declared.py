"""What parties declare that they own through whatever chain, beside what the lots add up to (spec/evidence 3.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from crosshold.errors import Finding
from crosshold.model.share import Share
from crosshold.model.snapshot import Declared

MOST = 1_000
"""Declarations that are compared; each costs a pass over the owners of its company."""
Bounds = Mapping[tuple[str, str], tuple[Fraction, Fraction]]
"""Least and largest part of an issuer that a holder has through all chains, by holder and issuer; a pair that is not there has none."""


def declared_differs(declared: Sequence[Declared], ours: Bounds) -> Iterator[Finding]:
    """``W_DECLARED_DIFFERS`` where a declared share and ours, each between its bounds, have no value in common.

    ``ours`` are parts of all shares issued (source-avoiding ownership). Only the first :data:`MOST` are compared; the others are counted.
    """
    for d in declared[:MOST]:
        low, high = ours.get((d.holder, d.issuer), (Fraction(0), Fraction(0)))
        if not d.share.meets(Share(None, low, high)):
            said, given = _said(d.share.low, d.share.high), _said(low, high)
            message = f"{d.holder} in {d.issuer}: declared {said} ({d.statement}); the lots give {given}."
            yield Finding(
                "W_DECLARED_DIFFERS", message, "Look for a chain that is missing, or for what is counted twice.", d.issuer
            )
    if len(declared) > MOST:
        message = f"{len(declared) - MOST:,} declared interests are not compared with what the lots add up to."
        yield Finding("N_DECLARED_UNCOMPARED", message, "Ask about one company.", "declared")


def _said(low: Fraction, high: Fraction) -> str:
    return f"{float(low):.4%}" if low == high else f"{float(low):.4%} to {float(high):.4%}"
